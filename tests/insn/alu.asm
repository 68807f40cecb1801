; alu.asm: arithmetic and logic: sums, differences, logic, one operand, flags of each (SDM 2, and the 8086 and 80286 manuals).
%include "insn.inc"
bits 16

; --- sums: CF out of the top, AF out of bit 3, OF when both signs differ from the result's, PF of the low byte
alu I8086, add, al, 01h, bl, 02h, ARITH, 03h, PF
alu I8086, add, al, 0Fh, bl, 01h, 0, 10h, AF
alu I8086, add, al, 0FFh, bl, 01h, 0, 00h, CF | PF | AF | ZF
alu I8086, add, al, 7Fh, bl, 01h, 0, 80h, AF | SF | OF
alu I8086, add, al, 80h, bl, 80h, 0, 00h, CF | PF | ZF | OF
alu I8086, add, ah, 12h, bh, 34h, 0, 46h, 0
alu I8086, add, ax, 0FFFFh, bx, 1, 0, 0, CF | PF | AF | ZF
alu I8086, add, ax, 7FFFh, bx, 1, 0, 8000h, PF | AF | SF | OF
alu I8086, add, si, 0FF00h, di, 0FFh, CF, 0FFFFh, PF | SF
alu I8086, adc, al, 0FFh, bl, 0FFh, CF, 0FFh, CF | PF | AF | SF
alu I8086, adc, al, 0FFh, bl, 00h, CF, 00h, CF | PF | AF | ZF
alu I8086, adc, al, 7Fh, bl, 00h, CF, 80h, AF | SF | OF
alu I8086, adc, al, 00h, bl, 00h, 0, 00h, PF | ZF
alu I8086, adc, ax, 0FFFFh, bx, 0FFFFh, CF, 0FFFFh, CF | PF | AF | SF
alu I8086, adc, dx, 8000h, bx, 7FFFh, CF, 0, CF | PF | AF | ZF
; --- differences
alu I8086, sub, al, 00h, bl, 01h, 0, 0FFh, CF | PF | AF | SF
alu I8086, sub, al, 80h, bl, 01h, 0, 7Fh, AF | OF
alu I8086, sub, al, 7Fh, bl, 0FFh, 0, 80h, CF | SF | OF
alu I8086, sub, al, 55h, bl, 55h, ARITH, 00h, PF | ZF
alu I8086, sub, ax, 0, bx, 8000h, 0, 8000h, CF | PF | SF | OF
alu I8086, sub, ax, 1000h, bx, 1, 0, 0FFFh, PF | AF
alu I8086, sbb, al, 00h, bl, 0FFh, CF, 00h, CF | PF | AF | ZF
alu I8086, sbb, al, 80h, bl, 00h, CF, 7Fh, AF | OF
alu I8086, sbb, al, 05h, bl, 03h, 0, 02h, 0
alu I8086, sbb, ax, 0, bx, 0, CF, 0FFFFh, CF | PF | AF | SF
alu I8086, cmp, al, 01h, bl, 02h, 0, 01h, CF | PF | AF | SF
alu I8086, cmp, al, 80h, bl, 7Fh, 0, 80h, AF | OF
alu I8086, cmp, ax, 1234h, bx, 1234h, CF, 1234h, PF | ZF
; --- logic: CF and OF clear, AF undefined
alu I8086, and, al, 0F0h, bl, 3Ch, ARITH, 30h, PF, AF
alu I8086, and, ax, 8001h, bx, 8000h, ARITH, 8000h, PF | SF, AF
alu I8086, and, al, 0AAh, bl, 55h, CF | OF, 00h, PF | ZF, AF
alu I8086, or, al, 80h, bl, 01h, CF, 81h, PF | SF, AF
alu I8086, or, ax, 0, bx, 0, ARITH, 0, PF | ZF, AF
alu I8086, or, dx, 0F00h, bx, 00F0h, 0, 0FF0h, PF, AF
alu I8086, xor, al, 0FFh, bl, 0Fh, CF | OF, 0F0h, PF | SF, AF
alu I8086, xor, ax, 1234h, bx, 1234h, 0, 0, PF | ZF, AF
alu I8086, test, al, 80h, bl, 0FFh, CF | OF, 80h, SF, AF
alu I8086, test, ax, 0F0Fh, bx, 0F0F0h, 0, 0F0Fh, PF | ZF, AF

; --- one operand: INC and DEC leave CF
unary I8086, inc, bl, 0FFh, CF, 0, CF | PF | AF | ZF
unary I8086, inc, bl, 7Fh, 0, 80h, AF | SF | OF
unary I8086, inc, bx, 0FFFFh, 0, 0, PF | AF | ZF
unary I8086, inc, si, 7FFFh, CF, 8000h, CF | PF | AF | SF | OF
unary I8086, inc, bx, 00FFh, 0, 0100h, PF | AF
unary I8086, dec, bl, 00h, 0, 0FFh, PF | AF | SF
unary I8086, dec, bl, 80h, CF, 7Fh, CF | AF | OF
unary I8086, dec, bx, 1, CF, 0, CF | PF | ZF
unary I8086, dec, bx, 8000h, 0, 7FFFh, PF | AF | OF
unary I8086, neg, bl, 01h, 0, 0FFh, CF | PF | AF | SF
unary I8086, neg, bl, 00h, CF, 00h, PF | ZF
unary I8086, neg, bl, 80h, 0, 80h, CF | SF | OF
unary I8086, neg, bx, 8000h, 0, 8000h, CF | PF | SF | OF
unary I8086, not, bl, 55h, CF | ZF, 0AAh, CF | ZF
unary I8086, not, bx, 0FF00h, OF, 00FFh, OF

; --- immediates and memory
testcase "add ax, imm8 sign extended", I8086, P4
        given ax, 5
        code
        add ax, strict byte -1
        endcode
        gives ax, 4
        sets CF | AF
endtest
testcase "add [bx+si+disp], al", I8086, P4
        given bx, 10h
        given si, 20h
        given al, 0F1h
        memory ds, 33h
        db 0AAh, 0Fh, 0BBh
        endmemory
        code
        add [bx+si+4], al
        endcode
        writes ds, 33h
        db 0AAh, 00h, 0BBh
        endwrites
        sets CF | PF | AF | ZF
endtest
testcase "adc word [bp+di], imm in SS", I8086, P4
        given bp, 200h
        given di, 8
        flags CF
        memory ss, 208h
        dw 7FFFh, 0AAAAh
        endmemory
        code
        adc word [bp+di], 0
        endcode
        writes ss, 208h
        dw 8000h, 0AAAAh
        endwrites
        sets PF | AF | SF | OF
        clears CF
endtest
testcase "cmp with memory writes nothing", I8086, P4
        given bx, 40h
        given dx, 1000h
        memory ds, 40h
        dw 1001h
        endmemory
        code
        cmp [bx], dx
        endcode
endtest
testcase "es: override", I8086, P4
        given di, 0FFFEh
        memory es, 0
        dw 1234h
        endmemory
        code
        xor ax, ax
        es or ax, [di+2]
        endcode
        gives ax, 1234h
        any AF
endtest
testcase "inc word [disp16]", I8086, P4
        memory ds, 1234h
        dw 00FFh
        endmemory
        code
        inc word [1234h]
        endcode
        writes ds, 1234h
        dw 0100h
        endwrites
        sets PF | AF
endtest
testcase "dec byte [bp]", I8086, P4
        given bp, 50h
        memory ss, 50h
        db 0
        endmemory
        code
        dec byte [bp]
        endcode
        writes ss, 50h
        db 0FFh
        endwrites
        sets PF | AF | SF
endtest
testcase "a word at the end of a segment: the 8086 wraps", I8086, I8086
        given bx, 0FFFFh
        memory ds, 0FFFFh
        db 34h
        endmemory
        memory ds, 0
        db 12h
        endmemory
        code
        mov ax, [bx]
        mov [bx], dx
        endcode
        gives ax, 1234h
        writes ds, 0FFFFh
        db 33h
        endwrites
        writes ds, 0
        db 33h
        endwrites
endtest
testcase "a word at the end of a segment: #GP", I286, P4
        given bx, 0FFFFh
        code
        add [bx], ax
        endcode
        fault_code 13, 0, 0
endtest
testcase "a word at the end of the stack segment: #SS", I386, P4
        given bp, 0FFFFh
        code
        add [bp], ax
        endcode
        fault_code 12, 0, 0
endtest

; --- 486
testcase "xadd gives the old value", I486, P4
        given cx, 5
        given dx, 7
        code
        xadd cx, dx
        endcode
        gives cx, 12
        gives dx, 5
        sets PF
endtest
testcase "cmpxchg: equal", I486, P4
        given ax, 1234h
        given bx, 1234h
        given cx, 5678h
        flags CF
        code
        cmpxchg bx, cx
        endcode
        gives bx, 5678h
        sets ZF | PF
        clears CF
endtest
testcase "cmpxchg: different", I486, P4
        given al, 1
        given bl, 2
        given cl, 3
        code
        cmpxchg bl, cl
        endcode
        gives al, 2
        sets CF | PF | AF | SF
endtest

bits 32
alu I386, add, eax, 0FFFFFFFFh, ebx, 1, 0, 0, CF | PF | AF | ZF
alu I386, add, eax, 7FFFFFFFh, edi, 1, 0, 80000000h, PF | AF | SF | OF
alu I386, adc, eax, 0FFFFFFFFh, ebx, 0FFFFFFFFh, CF, 0FFFFFFFFh, CF | PF | AF | SF
alu I386, sub, ecx, 80000000h, ebx, 1, 0, 7FFFFFFFh, PF | AF | OF
alu I386, sbb, edx, 0, esi, 0, CF, 0FFFFFFFFh, CF | PF | AF | SF
alu I386, cmp, eax, 5, ebx, 6, 0, 5, CF | PF | AF | SF
alu I386, and, eax, 0F0F0F0F0h, ebx, 80000000h, CF, 80000000h, PF | SF, AF
alu I386, or, eax, 1, ebx, 0FF00h, CF, 0FF01h, 0, AF
alu I386, xor, eax, 0AAAAAAAAh, ebx, 55555555h, OF, 0FFFFFFFFh, PF | SF, AF
alu I386, test, eax, 80000000h, ebx, 7FFFFFFFh, SF, 80000000h, PF | ZF, AF
alu I386, add, ax, 0FFFFh, bx, 1, 0, 0, CF | PF | AF | ZF
alu I386, add, ch, 0FFh, dh, 1, 0, 0, CF | PF | AF | ZF
unary I386, inc, ebx, 0FFFFFFFFh, CF, 0, CF | PF | AF | ZF
unary I386, dec, edi, 80000000h, 0, 7FFFFFFFh, PF | AF | OF
unary I386, neg, ebp, 1, 0, 0FFFFFFFFh, CF | PF | AF | SF
unary I386, not, esi, 0, ARITH, 0FFFFFFFFh, ARITH
unary I486, bswap, ebx, 12345678h, ARITH, 78563412h, ARITH
testcase "add [esi+ecx*4-8], eax", I386, P4
        given esi, 1000h
        given ecx, 3
        given eax, 0FF000001h
        memory ds, 1004h
        dd 01000000h
        endmemory
        code
        add [esi+ecx*4-8], eax
        endcode
        writes ds, 1004h
        dd 00000001h
        endwrites
        sets CF
endtest
testcase "16-bit address in 32-bit code", I386, P4
        given ebx, 0FFFF0020h
        given esi, 0EEEE0002h
        memory ds, 22h
        dd 12345678h
        endmemory
        code
        mov eax, [bx+si]
        endcode
        gives eax, 12345678h
endtest
testcase "cmpxchg8b: equal", P5, P4
        given eax, 1
        given edx, 2
        given ebx, 3
        given ecx, 4
        given esi, 40h
        memory ds, 40h
        dd 1, 2
        endmemory
        code
        cmpxchg8b [esi]
        endcode
        writes ds, 40h
        dd 3, 4
        endwrites
        sets ZF
endtest
testcase "cmpxchg8b: different", P5, P4
        given eax, 1
        given edx, 2
        given esi, 40h
        flags ZF
        memory ds, 40h
        dd 1, 3
        endmemory
        code
        cmpxchg8b [esi]
        endcode
        gives edx, 3
        clears ZF
endtest
testcase "cmpxchg8b before the Pentium", I386, I486
        code
        db 0Fh, 0C7h, 0Eh
        endcode
        fault 6, 0
endtest
testcase "xadd before the 486", I386, I386
        code
        db 0Fh, 0C1h, 0D8h
        endcode
        fault 6, 0
endtest
testcase "lock of what may not be locked", I386, P4
        code
        db 0F0h, 01h, 0D8h ; lock add eax, ebx
        endcode
        fault 6, 0
endtest
testcase "lock of a write to memory", I386, P4
        given esi, 80h
        memory ds, 80h
        dd 1
        endmemory
        code
        lock inc dword [esi]
        endcode
        writes ds, 80h
        dd 2
        endwrites
endtest
