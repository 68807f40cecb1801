; muldiv.asm: multiplication, division, decimal adjustment.
%include "insn.inc"
%define UNDEFINED_MUL SF | ZF | AF | PF
bits 16

; binary FIRST, LAST, INSN, AX, DX, BX, AX AFTER, DX AFTER, FLAGS AFTER, UNDEFINED
%macro binary 9-10 ARITH
%defstr insn_name %3
testcase insn_name, %1, %2
        given ax, %4
        given dx, %5
        given bx, %6
        code
        %3
        endcode
        gives ax, %7
        gives dx, %8
        result_flags %9, %10
endtest
%endmacro

binary I8086, P4, {mul bl}, 1234h, 5555h, 2, 0068h, 5555h, 0, UNDEFINED_MUL
binary I8086, P4, {mul bl}, 00FFh, 5555h, 0FFh, 0FE01h, 5555h, CF | OF, UNDEFINED_MUL
binary I8086, P4, {mul bx}, 0FFFFh, 5555h, 0FFFFh, 1, 0FFFEh, CF | OF, UNDEFINED_MUL
binary I8086, P4, {mul bx}, 00FFh, 5555h, 0100h, 0FF00h, 0, 0, UNDEFINED_MUL
binary I8086, P4, {imul bl}, 00FFh, 5555h, 0FFh, 1, 5555h, 0, UNDEFINED_MUL
binary I8086, P4, {imul bl}, 0080h, 5555h, 0FFh, 80h, 5555h, CF | OF, UNDEFINED_MUL
binary I8086, P4, {imul bl}, 0080h, 5555h, 01h, 0FF80h, 5555h, 0, UNDEFINED_MUL
binary I8086, P4, {imul bx}, 8000h, 5555h, 8000h, 0, 4000h, CF | OF, UNDEFINED_MUL
binary I8086, P4, {imul bx}, 0FFFEh, 5555h, 3, 0FFFAh, 0FFFFh, 0, UNDEFINED_MUL
binary I286, P4, {imul ax, bx, 3}, 0, 0, 5, 15, 0, 0, UNDEFINED_MUL
binary I286, P4, {imul ax, bx, 1000h}, 0, 0, 1000h, 0, 0, CF | OF, UNDEFINED_MUL
binary I286, P4, {imul ax, bx, -2}, 0, 0, 4000h, 8000h, 0, 0, UNDEFINED_MUL
binary I386, P4, {imul ax, bx}, 7FFFh, 0, 2, 0FFFEh, 0, CF | OF, UNDEFINED_MUL

binary I8086, P4, {div bl}, 0100h, 5555h, 3, 0155h, 5555h, 0
binary I8086, P4, {div bl}, 0FE01h, 5555h, 0FFh, 00FFh, 5555h, 0
binary I8086, P4, {div bx}, 0000h, 0001h, 3, 5555h, 0001h, 0
binary I8086, P4, {idiv bl}, 0FFF9h, 5555h, 2, 0FFFDh, 5555h, 0
binary I8086, P4, {idiv bl}, 7, 5555h, 0FEh, 01FDh, 5555h, 0
binary I8086, P4, {idiv bx}, 0FFF9h, 0FFFFh, 0FFFEh, 3, 0FFFFh, 0
binary I286, P4, {idiv bl}, 0FF80h, 5555h, 1, 0080h, 5555h, 0
binary I286, P4, {idiv bx}, 8000h, 0FFFFh, 1, 8000h, 0, 0

; divide_error FIRST, LAST, INSN, AX, DX, BX, OFFSET of what is pushed
%macro divide_error 7
%defstr insn_name %3: #DE
testcase insn_name, %1, %2
        given ax, %4
        given dx, %5
        given bx, %6
        code
        %3
        endcode
        any ARITH
        fault 0, %7
endtest
%endmacro
divide_error I286, P4, {div bl}, 0100h, 0, 0, 0
divide_error I8086, I8086, {div bl}, 0100h, 0, 0, 2
divide_error I286, P4, {div bl}, 0100h, 0, 1, 0
divide_error I286, P4, {div bx}, 0, 5, 5, 0
divide_error I286, P4, {idiv bl}, 0080h, 0, 1, 0
divide_error I286, P4, {idiv bx}, 7FFFh, 0FFFFh, 1, 0
divide_error I8086, I8086, {idiv bl}, 0FF80h, 0, 1, 2
divide_error I8086, I8086, {idiv bx}, 8000h, 0FFFFh, 1, 2
divide_error I286, P4, {aam 0}, 1234h, 0, 0, 0
testcase "REP IDIV negates", I8086, I8086
        given ax, 7
        given bl, 2
        code
        db 0F3h, 0F6h, 0FBh
        endcode
        gives ax, 01FDh
        any ARITH
endtest

; --- decimal adjustment (SDM 2, and for what the manual leaves open on the 8086, the chip)
implied I8086, P4, daa, 000Ah, 0, 0010h, AF, OF
implied I8086, P4, daa, 0099h, 0, 0099h, SF | PF, OF
implied I8086, P4, daa, 009Ah, 0, 0000h, CF | PF | AF | ZF, OF
implied I8086, P4, daa, 0012h, AF, 0018h, AF | PF, OF
implied I8086, P4, daa, 0012h, CF, 0072h, CF | PF, OF
implied I8086, P4, daa, 0FFAEh, AF, 0FF14h, CF | AF | PF, OF
implied I286, P4, daa, 009Bh, AF, 0001h, CF | AF, OF
implied I8086, I8086, daa, 009Bh, AF, 00A1h, AF | SF, OF
implied I8086, P4, das, 001Ah, 0, 0014h, AF | PF, OF
implied I8086, P4, das, 0047h, AF, 0041h, AF | PF, OF
implied I8086, P4, das, 00EEh, CF | AF, 0088h, CF | AF | SF | PF, OF
implied I286, P4, das, 0000h, AF, 00FAh, CF | AF | SF | PF, OF
implied I8086, I8086, das, 0000h, AF, 00FAh, AF | SF | PF, OF
implied I8086, P4, aaa, 000Ah, 0, 0100h, CF | AF, OF | SF | ZF | PF
implied I8086, P4, aaa, 0009h, ARITH & ~AF, 0009h, 0, OF | SF | ZF | PF
implied I8086, P4, aaa, 0F01h, AF, 1007h, CF | AF, OF | SF | ZF | PF
implied I286, P4, aaa, 00FFh, 0, 0205h, CF | AF, OF | SF | ZF | PF
implied I8086, I8086, aaa, 00FFh, 0, 0105h, CF | AF, OF | SF | ZF | PF
implied I8086, P4, aas, 010Ah, 0, 0004h, CF | AF, OF | SF | ZF | PF
implied I8086, P4, aas, 0208h, AF, 0102h, CF | AF, OF | SF | ZF | PF
implied I286, P4, aas, 0200h, AF, 000Ah, CF | AF, OF | SF | ZF | PF
implied I8086, I8086, aas, 0200h, AF, 010Ah, CF | AF, OF | SF | ZF | PF
implied I8086, P4, aam, 0FF63h, 0, 0909h, PF, OF | AF | CF
implied I8086, P4, {aam 16}, 00F0h, 0, 0F00h, ZF | PF, OF | AF | CF
implied I8086, P4, aad, 0909h, 0, 0063h, PF, OF | AF | CF
implied I8086, P4, {aad 16}, 0F01h, 0, 00F1h, SF, OF | AF | CF

bits 32
%macro binary32 7-8 ARITH
%defstr insn_name %1
testcase insn_name, I386, P4
        given eax, %2
        given edx, %3
        given ebx, %4
        code
        %1
        endcode
        gives eax, %5
        gives edx, %6
        result_flags %7, %8
endtest
%endmacro
binary32 {mul ebx}, 0FFFFFFFFh, 5, 0FFFFFFFFh, 1, 0FFFFFFFEh, CF | OF, UNDEFINED_MUL
binary32 {imul ebx}, 80000000h, 5, 80000000h, 0, 40000000h, CF | OF, UNDEFINED_MUL
binary32 {imul ebx}, 0FFFFFFFEh, 5, 3, 0FFFFFFFAh, 0FFFFFFFFh, 0, UNDEFINED_MUL
binary32 {imul eax, ebx}, 10000h, 5, 10000h, 0, 5, CF | OF, UNDEFINED_MUL
binary32 {imul eax, ebx, -3}, 0, 5, 7, -21, 5, 0, UNDEFINED_MUL
binary32 {div ebx}, 0, 1, 3, 55555555h, 1, 0
binary32 {idiv ebx}, 0FFFFFFF9h, 0FFFFFFFFh, 2, 0FFFFFFFDh, 0FFFFFFFFh, 0
binary32 {idiv ebx}, 80000000h, 0FFFFFFFFh, 1, 80000000h, 0, 0
testcase "div ebx: quotient too large", I386, P4
        given edx, 5
        given ebx, 5
        code
        div ebx
        endcode
        fault 0, 0
endtest
testcase "idiv: the most negative by -1", I386, P4
        given eax, 80000000h
        given edx, 0FFFFFFFFh
        given ebx, 0FFFFFFFFh
        code
        idiv ebx
        endcode
        fault 0, 0
endtest
