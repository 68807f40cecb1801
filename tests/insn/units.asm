; units.asm: where a unit ends and the next one begins: flags that are made in the one and asked for in the other, at its very beginning.
%include "insn.inc"
bits 32

; full_unit COUNT: so many instructions before CMP, which may be the last one of a full unit, and three that ask for its flags.
%macro full_unit 1
%defstr count %1
%strcat title "flags over the end of a full unit, behind ", count
testcase title, P2, P4
        given eax, 5
        given ebx, 0
        given ecx, 40
        given edx, 0
        given esi, 0
        code
.loop:
%rep %1
        inc esi
%endrep
        cmp eax, 7
        setb bl
        setg bh
        cmovb edx, ebx
        dec ecx
        jnz .loop
        endcode
        gives ebx, 1
        gives ecx, 0
        gives edx, 1
        gives esi, 40 * %1
        sets CF | ZF | PF
        clears SF | OF | AF
endtest
%endmacro

full_unit 59
full_unit 60
full_unit 61
full_unit 62
full_unit 63
full_unit 64

; A jump to what follows it begins the unit's second piece of code.
testcase "flags over the end of a full unit, from before a jump to the next instruction", P2, P4
        given eax, 5
        given ebx, 0
        given ecx, 40
        given esi, 0
        code
.loop:
%rep 50
        inc esi
%endrep
        cmp eax, 7
        jmp short .next
.next:
%rep 12
        lea esi, [esi+2]
%endrep
        setb bl
        setg bh
        dec ecx
        jnz .loop
        endcode
        gives ebx, 1
        gives ecx, 0
        gives esi, 40 * 74
        sets CF | ZF | PF
        clears SF | OF | AF
endtest

testcase "a chain of carries over the end of a full unit", I386, P4
        given eax, 0FFFFFFFFh
        given edx, 0
        given ecx, 40
        code
.loop:  mov eax, 3
        xor edx, edx
%rep 40
        add eax, eax
        adc edx, edx
%endrep
        dec ecx
        jnz .loop
        endcode
        gives eax, 0
        gives edx, 300h
        gives ecx, 0
        sets ZF | PF
        clears CF | SF | OF | AF
endtest

; at_head INSN, A, B, RESULT, ABOVE, BELOW, CF: flags of INSN behind a jump backwards, which ends a unit; ABOVE: SETG gives, BELOW: SETBE.
%macro at_head 7
%defstr insn_name %1
%strcat title "flags at the head of a unit, of ", insn_name
testcase title, I386, P4
        given eax, 0
        given ebx, 0
        given ecx, 40
        given edx, %3
        code
        jmp short .go
.back:  hlt
.go:    mov eax, %2
        %1
        jo .back
        setg bl
        setbe bh
        dec ecx
        jnz .go
        endcode
        gives eax, %4
        gives ebx, %5 | (%6) << 8
        gives ecx, 0
        sets ZF | PF | (%7)
        clears SF | OF | AF | (CF & ~(%7))
endtest
%endmacro

at_head {cmp eax, edx}, 5, 7, 5, 0, 1, CF
at_head {cmp eax, edx}, 9, 3, 9, 1, 0, 0
at_head {cmp ax, dx}, 0F0005h, 7, 0F0005h, 0, 1, CF
at_head {cmp al, dl}, 0F05h, 107h, 0F05h, 0, 1, CF
at_head {cmp al, dl}, 0F09h, 903h, 0F09h, 1, 0, 0
at_head {test eax, edx}, 5, 7, 5, 1, 0, 0
at_head {test eax, edx}, 5, 8, 5, 0, 1, 0
at_head {test ax, dx}, 18000h, 8000h, 18000h, 0, 0, 0
at_head {test al, dl}, 180h, 8080h, 180h, 0, 0, 0
at_head {sub eax, edx}, 5, 7, -2, 0, 1, CF
at_head {sub eax, edx}, 9, 9, 0, 0, 1, 0
at_head {add eax, edx}, 5, 7, 12, 1, 0, 0
at_head {add eax, edx}, -1, 1, 0, 0, 1, CF
at_head {neg eax}, 5, 7, -5, 0, 1, CF
at_head {inc eax}, -1, 7, 0, 0, 1, 0
