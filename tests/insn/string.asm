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
