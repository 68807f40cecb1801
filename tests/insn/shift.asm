; shift.asm: rotates, shifts, double shifts, bit tests and scans. Counts are modulo 32 from the 286 on, whole on the 8086.
; OF is defined for a count of 1 only.
%include "insn.inc"
bits 16

; --- by one, through CL: every flag is defined but AF
shift I8086, P4, rol, al, 81h, 1, 0, 03h, CF | OF
shift I8086, P4, rol, al, 40h, 1, CF | ZF, 80h, OF | ZF
shift I8086, P4, ror, al, 01h, 1, 0, 80h, CF | OF
shift I8086, P4, ror, al, 80h, 1, SF, 40h, OF | SF
shift I8086, P4, rcl, al, 80h, 1, 0, 00h, CF | OF
shift I8086, P4, rcl, al, 00h, 1, CF, 01h, 0
shift I8086, P4, rcr, al, 01h, 1, 0, 00h, CF
shift I8086, P4, rcr, al, 00h, 1, CF, 80h, OF
shift I8086, P4, shl, al, 80h, 1, 0, 00h, CF | OF | ZF | PF, AF
shift I8086, P4, shl, al, 40h, 1, CF, 80h, OF | SF, AF
shift I8086, P4, shr, al, 81h, 1, 0, 40h, CF | OF, AF
shift I8086, P4, shr, al, 01h, 1, 0, 00h, CF | ZF | PF, AF
shift I8086, P4, sar, al, 81h, 1, OF, 0C0h, CF | SF | PF, AF
shift I8086, P4, sar, al, 7Eh, 1, OF | CF, 3Fh, PF, AF
shift I8086, P4, rol, ax, 8001h, 1, 0, 0003h, CF | OF
shift I8086, P4, ror, bx, 0001h, 1, 0, 8000h, CF | OF
shift I8086, P4, rcl, dx, 4000h, 1, CF, 8001h, OF
shift I8086, P4, rcr, si, 0001h, 1, CF, 8000h, CF | OF
shift I8086, P4, shl, di, 8000h, 1, 0, 0, CF | OF | ZF | PF, AF
shift I8086, P4, shr, bp, 8000h, 1, 0, 4000h, OF | PF, AF
shift I8086, P4, sar, ax, 8000h, 1, 0, 0C000h, SF | PF, AF
; --- by more
shift I8086, P4, rol, al, 12h, 4, CF, 21h, CF, OF
shift I8086, P4, ror, al, 12h, 4, CF, 21h, 0, OF
shift I8086, P4, rol, ax, 1234h, 8, 0, 3412h, 0, OF
shift I8086, P4, rcl, ax, 8001h, 2, CF, 0007h, 0, OF
shift I8086, P4, rcr, ax, 8001h, 2, CF, 0E000h, 0, OF
shift I8086, P4, shl, ax, 1234h, 4, 0, 2340h, CF, AF | OF
shift I8086, P4, shr, ax, 1234h, 3, 0, 0246h, CF, AF | OF
shift I8086, P4, sar, ax, 8004h, 3, 0, 0F000h, CF | SF | PF, AF | OF
shift I8086, P4, sar, al, 80h, 7, 0, 0FFh, SF | PF, AF | OF
shift I8086, P4, rol, al, 35h, 8, 0, 35h, CF, OF
shift I8086, P4, rcl, al, 35h, 9, CF, 35h, CF, OF
shift I8086, P4, rcr, ax, 1234h, 17, CF, 1234h, CF, OF
; --- a count of zero changes nothing
shift I8086, P4, shl, ax, 8001h, 0, ARITH, 8001h, ARITH
shift I8086, P4, rcr, al, 55h, 0, CF | ZF, 55h, CF | ZF
shift I8086, P4, sar, al, 80h, 0, 0, 80h, 0
; --- counts from 32 up: nothing on the 286 and later, all of it on the 8086
shift I286, P4, shl, ax, 1, 33, 0, 2, 0, AF
shift I8086, I8086, shl, ax, 1, 33, 0, 0, ZF | PF, AF | OF
shift I286, P4, shr, ax, 8000h, 32, CF, 8000h, CF
shift I8086, I8086, shr, ax, 8000h, 32, CF, 0, ZF | PF, AF | OF
shift I8086, I8086, sar, ax, 8000h, 255, 0, 0FFFFh, CF | SF | PF, AF | OF

testcase "shl al, imm8", I286, P4
        given al, 81h
        code
        shl al, 3
        endcode
        gives al, 8
        any AF | OF | CF
endtest
testcase "sar word [bx], imm8", I286, P4
        given bx, 10h
        memory ds, 10h
        dw 8000h
        endmemory
        code
        sar word [bx], 15
        endcode
        writes ds, 10h
        dw 0FFFFh
        endwrites
        sets SF | PF
        any AF | OF
endtest
testcase "C0 /4 on the 8086 is RET imm16", I8086, I8086
        memory ss, 1000h
        dw 100h + 5
        endmemory
        code
        db 0C0h, 02h, 00h, 0F4h, 0F4h
        endcode
        gives sp, 1004h
endtest
testcase "SETMO", I8086, I8086
        given bl, 12h
        code
        db 0D0h, 0F3h
        endcode
        gives bl, 0FFh
        sets SF | PF
        any AF
endtest
testcase "the encoding /6 is SHL", I286, P4
        given bl, 12h
        code
        db 0D0h, 0F3h
        endcode
        gives bl, 24h
        sets PF
        any AF
endtest

; --- bits of words: the 386
testcase "bt ax, bx takes the index modulo 16", I386, P4
        given ax, 8
        given bx, 19
        flags ZF
        code
        bt ax, bx
        endcode
        sets CF
        any OF | SF | AF | PF
endtest
testcase "bts [bx], dx reaches beyond the word", I386, P4
        given bx, 100h
        given dx, 35
        memory ds, 100h
        dw 0, 0, 0, 0
        endmemory
        code
        bts [bx], dx
        endcode
        writes ds, 100h
        dw 0, 0, 8, 0
        endwrites
        any OF | SF | AF | PF
endtest
testcase "btr [bx], dx reaches below the word", I386, P4
        given bx, 102h
        given dx, -1
        memory ds, 100h
        dw 8000h, 0
        endmemory
        code
        btr [bx], dx
        endcode
        writes ds, 100h
        dw 0, 0
        endwrites
        sets CF
        any OF | SF | AF | PF
endtest
testcase "btc word [bx], imm8", I386, P4
        given bx, 100h
        memory ds, 100h
        dw 4, 0
        endmemory
        code
        btc word [bx], 18
        endcode
        writes ds, 100h
        dw 0, 0
        endwrites
        sets CF
        any OF | SF | AF | PF
endtest
testcase "bsf and bsr", I386, P4
        given ax, 0180h
        code
        bsf bx, ax
        bsr cx, ax
        endcode
        gives bx, 7
        gives cx, 8
        any CF | OF | SF | AF | PF
endtest
testcase "bsf of zero", I386, P4
        given ax, 0
        code
        bsf bx, ax
        endcode
        sets ZF
        any CF | OF | SF | AF | PF
endtest
testcase "shld", I386, P4
        given ax, 1234h
        given bx, 0F000h
        code
        shld ax, bx, 4
        endcode
        gives ax, 234Fh
        sets CF
        any OF | AF
endtest
testcase "shrd by cl", I386, P4
        given ax, 1234h
        given bx, 000Fh
        given cl, 4
        code
        shrd ax, bx, cl
        endcode
        gives ax, 0F123h
        sets SF
        any OF | AF
endtest
testcase "a set on condition", I386, P4
        flags CF | ZF
        code
        setbe al
        seta bl
        setg cl
        endcode
        gives al, 1
        gives bl, 0
        gives cl, 0
endtest

bits 32
shift I386, P4, rol, eax, 80000001h, 1, 0, 3, CF | OF
shift I386, P4, ror, ebx, 1, 1, 0, 80000000h, CF | OF
shift I386, P4, rcl, edx, 80000000h, 1, CF, 1, CF | OF
shift I386, P4, rcr, esi, 1, 1, CF, 80000000h, CF | OF
shift I386, P4, rcl, eax, 80000000h, 2, 0, 1, 0, OF
shift I386, P4, shl, edi, 40000000h, 1, 0, 80000000h, OF | SF | PF, AF
shift I386, P4, shr, ebp, 80000001h, 1, 0, 40000000h, CF | OF | PF, AF
shift I386, P4, sar, eax, 80000000h, 31, 0, 0FFFFFFFFh, SF | PF, AF | OF
shift I386, P4, shl, eax, 1, 32, ARITH, 1, ARITH
testcase "shld eax, ebx, 8", I386, P4
        given eax, 12345678h
        given ebx, 9ABCDEF0h
        code
        shld eax, ebx, 8
        endcode
        gives eax, 3456789Ah
        any AF | OF
        sets PF
endtest
testcase "shrd [esi], ebx, cl", I386, P4
        given esi, 40h
        given ebx, 0Fh
        given cl, 4
        memory ds, 40h
        dd 12345678h
        endmemory
        code
        shrd [esi], ebx, cl
        endcode
        writes ds, 40h
        dd 0F1234567h
        endwrites
        sets CF | SF
        any AF | OF
endtest
testcase "bts [esi], eax", I386, P4
        given esi, 40h
        given eax, 37
        memory ds, 40h
        dd 0, 0
        endmemory
        code
        lock bts [esi], eax
        endcode
        writes ds, 40h
        dd 0, 20h
        endwrites
        any OF | SF | AF | PF
endtest
testcase "bsr ebx, eax", I386, P4
        given eax, 80000001h
        code
        bsr ebx, eax
        endcode
        gives ebx, 31
        any CF | OF | SF | AF | PF
endtest
