; string.asm: string instructions, their repetitions, direction, overrides and ends.
%include "insn.inc"
bits 16

testcase "movsb, movsw", I8086, P4
        given si, 10h
        given di, 20h
        memory ds, 10h
        db 1, 2, 3, 4
        endmemory
        memory es, 20h
        db 9, 9, 9, 9
        endmemory
        code
        movsb
        movsw
        endcode
        gives si, 13h
        gives di, 23h
        writes es, 20h
        db 1, 2, 3, 9
        endwrites
endtest
testcase "rep movsb of an overlapping pattern", I8086, P4
        modes REAL | V86
        given si, 10h
        given di, 12h
        given cx, 6
        memory es, 10h
        db 1, 2, 0, 0, 0, 0, 0, 0, 7
        endmemory
        code
        es rep movsb
        endcode
        gives si, 16h
        gives di, 18h
        gives cx, 0
        writes es, 10h
        db 1, 2, 1, 2, 1, 2, 1, 2, 7
        endwrites
endtest
testcase "rep movsw downwards", I8086, P4
        given si, 14h
        given di, 24h
        given cx, 2
        flags DF
        memory ds, 12h
        dw 1111h, 2222h
        endmemory
        code
        rep movsw
        endcode
        gives si, 10h
        gives di, 20h
        gives cx, 0
        writes es, 22h
        dw 1111h, 2222h
        endwrites
endtest
testcase "rep with CX 0 does nothing", I8086, P4
        given cx, 0
        given si, 0FFFFh
        given di, 0FFFFh
        flags CF
        code
        rep movsw
        repe cmpsw
        repne scasw
        rep stosw
        rep lodsw
        endcode
endtest
testcase "stosb, lodsb wrap at 64 KB", I8086, P4
        given ax, 0AB55h
        given di, 0FFFFh
        given si, 0FFFFh
        memory ds, 0FFFFh
        db 66h
        endmemory
        code
        stosb
        lodsb
        endcode
        gives al, 66h
        gives di, 0
        gives si, 0
        writes es, 0FFFFh
        db 55h
        endwrites
endtest
testcase "rep stosw", I8086, P4
        given ax, 1234h
        given di, 40h
        given cx, 3
        memory es, 40h
        dw 0, 0, 0, 5555h
        endmemory
        code
        rep stosw
        endcode
        gives di, 46h
        gives cx, 0
        writes es, 40h
        dw 1234h, 1234h, 1234h, 5555h
        endwrites
endtest
testcase "repne scasb finds", I8086, P4
        given al, 'c'
        given di, 30h
        given cx, 10
        memory es, 30h
        db 'abcdef'
        endmemory
        code
        repne scasb
        endcode
        gives di, 33h
        gives cx, 7
        sets ZF | PF
endtest
testcase "repe scasb ends at a difference", I8086, P4
        given al, 5
        given di, 30h
        given cx, 4
        memory es, 30h
        db 5, 5, 6, 5
        endmemory
        code
        repe scasb
        endcode
        gives di, 33h
        gives cx, 1
        sets CF | SF | AF | PF
endtest
testcase "repe cmpsb", I8086, P4
        given si, 10h
        given di, 20h
        given cx, 5
        memory ds, 10h
        db 'abXde'
        endmemory
        memory es, 20h
        db 'abYde'
        endmemory
        code
        repe cmpsb
        endcode
        gives si, 13h
        gives di, 23h
        gives cx, 2
        sets CF | SF | AF | PF
endtest
testcase "repe cmpsw to the end", I8086, P4
        given si, 10h
        given di, 20h
        given cx, 2
        memory ds, 10h
        dw 1, 2
        endmemory
        memory es, 20h
        dw 1, 2
        endmemory
        code
        repe cmpsw
        endcode
        gives si, 14h
        gives di, 24h
        gives cx, 0
        sets ZF | PF
endtest
testcase "cmps with a segment override", I8086, P4
        given si, 10h
        given di, 20h
        memory ss, 10h
        db 3
        endmemory
        memory es, 20h
        db 1
        endmemory
        code
        ss cmpsb
        endcode
        gives si, 11h
        gives di, 21h
endtest
testcase "rep lodsb leaves the last", I8086, P4
        given si, 10h
        given cx, 3
        memory ds, 10h
        db 1, 2, 3
        endmemory
        code
        rep lodsb
        endcode
        gives al, 3
        gives si, 13h
        gives cx, 0
endtest
testcase "insb, outsw", I286, P4
        modes REAL | PROTECTED
        given dx, 0F000h
        given di, 20h
        given si, 30h
        code
        insb
        outsw
        endcode
        gives di, 21h
        gives si, 32h
        writes es, 20h
        db 0FFh
        endwrites
endtest
testcase "rep insw", I286, P4
        modes REAL | PROTECTED
        given dx, 0F000h
        given di, 20h
        given cx, 2
        code
        rep insw
        endcode
        gives di, 24h
        gives cx, 0
        writes es, 20h
        dw 0FFFFh, 0FFFFh
        endwrites
endtest
testcase "a repetition that faults has counted what it did", I386, P4
        given si, 0FFF9h
        given di, 20h
        given cx, 10
        memory ds, 0FFF9h
        dw 1111h, 2222h, 3333h
        endmemory
        code
        rep movsw
        endcode
        gives si, 0FFFFh
        gives di, 26h
        gives cx, 7
        fault_code 13, 0, 0
        writes es, 20h
        dw 1111h, 2222h, 3333h
        endwrites
endtest
testcase "rep lodsw past the end on the 286 in real mode", I286, I286
        modes REAL
        given si, 0FFFFh
        given cx, 5
        code
        rep lodsw
        endcode
        gives si, 1
        gives cx, 4
        fault 13, 0
endtest
testcase "rep stosw past the end on the 286 in real mode", I286, I286
        modes REAL
        given di, 0FFFFh
        given cx, 5
        code
        rep stosw
        endcode
        gives di, 1
        gives cx, 3
        fault 13, 0
endtest

bits 32
testcase "rep movsd over a page end", I386, P4
        given esi, 0FF8h
        given edi, 1FFCh
        given ecx, 4
        memory ds, 0FF8h
        dd 1, 2, 3, 4
        endmemory
        memory es, 1FF8h
        dd 9, 0, 0, 0, 0, 9
        endmemory
        code
        rep movsd
        endcode
        gives esi, 1008h
        gives edi, 200Ch
        gives ecx, 0
        writes es, 1FF8h
        dd 9, 1, 2, 3, 4, 9
        endwrites
endtest
testcase "rep stosd, unaligned", I386, P4
        given eax, 12345678h
        given edi, 0FFDh
        given ecx, 3
        code
        rep stosd
        endcode
        gives edi, 1009h
        gives ecx, 0
        writes es, 0FFDh
        dd 12345678h, 12345678h, 12345678h
        endwrites
endtest
testcase "a16 string instructions use SI, DI and CX", I386, P4
        given esi, 0FFFF0010h
        given edi, 0EEEE0020h
        given ecx, 0AAAA0002h
        memory ds, 10h
        db 5, 6
        endmemory
        code
        a16 rep movsb
        endcode
        gives esi, 0FFFF0012h
        gives edi, 0EEEE0022h
        gives ecx, 0AAAA0000h
        writes es, 20h
        db 5, 6
        endwrites
endtest
testcase "repne scasd", I386, P4
        given eax, 3
        given edi, 40h
        given ecx, 9
        memory es, 40h
        dd 1, 2, 3, 4
        endmemory
        code
        repne scasd
        endcode
        gives edi, 4Ch
        gives ecx, 6
        sets ZF | PF
endtest
testcase "repe cmpsd", I386, P4
        given esi, 40h
        given edi, 40h
        given ecx, 3
        memory ds, 40h
        dd 1, 2, 5
        endmemory
        memory es, 40h
        dd 1, 2, 3
        endmemory
        code
        repe cmpsd
        endcode
        gives esi, 4Ch
        gives edi, 4Ch
        gives ecx, 0
endtest
testcase "a write that faults leaves both indices", I386, P4
        given esi, 40h
        given edi, 0FFFEh
        given ecx, 3
        code
        rep movsd
        endcode
        fault_code 13, 0, 0
endtest
testcase "I/O without permission", I386, P4
        modes USER
        given edx, 80h
        code
        in al, dx
        endcode
        fault_code 13, 0, 0
endtest

; From here on the pages have been used before, so translated code finds them plain memory and does not ask a handler.
testcase "repe cmpsb of 200 equal bytes and a difference, asked for at once", I386, P4
        given edx, 0
        given eax, 0
        given esi, 40h
        given edi, 2040h
        given ecx, 300
        memory ds, 40h
        times 200 db 7
        db 5
        endmemory
        memory es, 2040h
        times 200 db 7
        db 6
        endmemory
        code
        mov dl, [esi]
        mov dh, [es:edi]
        repe cmpsb
        setb al
        endcode
        gives eax, 1
        gives edx, 707h
        gives esi, 109h
        gives edi, 2109h
        gives ecx, 99
        sets CF | SF | AF | PF
endtest
testcase "repe cmpsw to the end of the count", I386, P4
        given edx, 0
        given eax, 0
        given esi, 40h
        given edi, 2040h
        given ecx, 3
        memory ds, 40h
        dw 7, 8, 9, 10
        endmemory
        memory es, 2040h
        dw 7, 8, 9, 11
        endmemory
        code
        mov dl, [esi]
        mov dh, [es:edi]
        repe cmpsw
        jne short .end
        inc eax
.end:
        endcode
        gives eax, 1
        gives edx, 707h
        gives esi, 46h
        gives edi, 2046h
        gives ecx, 0
        clears ARITH
endtest
testcase "repe cmpsd with ECX 0 leaves the flags", I386, P4
        given eax, 0
        given edx, 5
        given esi, 40h
        given edi, 2040h
        given ecx, 0
        code
        cmp dl, 6
        repe cmpsd
        setb al
        setbe ah
        endcode
        gives eax, 101h
        sets CF | SF | AF | PF
endtest
testcase "repne scasb over a page end", I386, P4
        given edx, 0
        given eax, 3
        given edi, 0FFDh
        given ecx, -1
        memory es, 0FFDh
        db 9, 9, 9, 9, 9, 3
        endmemory
        code
        mov dl, [es:edi]
        mov dh, [es:edi+4]
        repne scasb
        endcode
        gives edx, 909h
        gives edi, 1003h
        gives ecx, -7
        sets ZF | PF
endtest
testcase "repe scasd downwards", I386, P4
        given eax, 9
        given edi, 48h
        given ecx, 5
        memory es, 40h
        dd 4, 9, 9
        endmemory
        code
        mov edx, [es:edi]
        std
        repe scasd
        cld
        endcode
        gives edx, 9
        gives edi, 3Ch
        gives ecx, 2
        sets PF
endtest
testcase "rep movsd downwards, overlapping, over a page end", I386, P4
        given esi, 1004h
        given edi, 1008h
        given ecx, 4
        memory es, 0FF8h
        dd 1, 2, 3, 4, 5
        endmemory
        memory ds, 0FF8h
        dd 1, 2, 3, 4, 5
        endmemory
        code
        mov edx, [es:edi]
        mov [es:edi], edx
        mov edx, [es:edi-12]
        mov [es:edi-12], edx
        std
        es rep movsd
        cld
        endcode
        gives edx, 2
        gives esi, 0FF4h
        gives edi, 0FF8h
        gives ecx, 0
        writes es, 0FF8h
        dd 1, 1, 2, 3, 4
        endwrites
endtest
testcase "rep movsb of a pattern of one byte", I386, P4
        given edx, 0
        given esi, 40h
        given edi, 41h
        given ecx, 70
        memory es, 40h
        db 5, 0
        endmemory
        code
        mov dl, [es:edi]
        mov [es:edi], dl
        es rep movsb
        endcode
        gives edx, 0
        gives esi, 40h + 70
        gives edi, 41h + 70
        gives ecx, 0
        writes es, 40h
        times 71 db 5
        endwrites
endtest
testcase "rep lodsw, and flags of another unit whose operand it counts down", I386, P4
        given ebx, 0
        given edx, 0
        given eax, 0
        given esi, 0FFCh
        given ecx, 0FFFFh
        memory ds, 0FFCh
        dw 1, 2, 3, 4
        endmemory
        code
        mov dx, [esi]
        jmp short .sum
.lods:  rep lodsw
        setc dl
        add ebx, 0
        jmp short .end
.sum:   add cx, 5
        jmp short .lods
.end:
        endcode
        gives eax, 4
        gives edx, 1
        gives esi, 1004h
        gives ecx, 0
        sets ZF | PF
endtest

bits 16
testcase "rep movsw and repe cmpsw at the end of 64 KB", I386, P4
        given si, 40h
        given di, 0FFF8h
        given cx, 4
        memory ds, 40h
        dw 1, 2, 3, 4
        endmemory
        code
        mov dx, [si]
        mov [es:di], dx
        rep movsw
        mov si, 40h
        mov di, 0FFF8h
        mov cl, 4
        repe cmpsw
        endcode
        gives dx, 1
        gives si, 48h
        gives di, 0
        gives cx, 0
        sets ZF | PF
        writes es, 0FFF8h
        dw 1, 2, 3, 4
        endwrites
endtest
testcase "rep stosb downwards to the beginning of the segment", I386, P4
        given ax, 5
        given di, 2
        given cx, 3
        code
        mov [es:di], al
        std
        rep stosb
        cld
        endcode
        gives di, 0FFFFh
        gives cx, 0
        writes es, 0
        db 5, 5, 5
        endwrites
endtest
testcase "scasb and cmpsw, asked for later", I386, P4
        given ax, 5
        given bx, 1
        given dx, 0
        given si, 40h
        given di, 50h
        memory ds, 40h
        dw 1
        endmemory
        memory es, 50h
        db 6, 1, 0
        endmemory
        code
        mov dl, [si]
        mov dl, [es:di]
        scasb
        mov dl, [si]
        setb dl
        cmpsw
        mov bl, [40h]
        sete bh
        endcode
        gives dx, 1
        gives bx, 101h
        gives si, 42h
        gives di, 53h
        sets ZF | PF
endtest
