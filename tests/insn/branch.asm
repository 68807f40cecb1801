; branch.asm: jumps, calls, returns, loops, interrupts.
%include "insn.inc"
bits 16

; jcc CONDITION, FLAGS, TAKEN: jumps over a change of AL or not
%macro jcc 3
%defstr insn_name j%1 %3
testcase insn_name, I8086, P4
        given al, 0
        flags %2
        code
        j%1 %%over
        mov al, 1
%%over: nop
        endcode
%if %3
        gives al, 0
%else
        gives al, 1
%endif
endtest
%endmacro
jcc o, OF, 1
jcc o, ARITH & ~OF, 0
jcc no, 0, 1
jcc no, OF, 0
jcc b, CF, 1
jcc b, ARITH & ~CF, 0
jcc ae, ARITH & ~CF, 1
jcc ae, CF, 0
jcc z, ZF, 1
jcc z, ARITH & ~ZF, 0
jcc nz, ARITH & ~ZF, 1
jcc nz, ZF, 0
jcc be, CF, 1
jcc be, ZF, 1
jcc be, SF | OF | PF, 0
jcc a, SF | OF | PF, 1
jcc a, ZF, 0
jcc a, CF, 0
jcc s, SF, 1
jcc s, ARITH & ~SF, 0
jcc ns, 0, 1
jcc ns, SF, 0
jcc pe, PF, 1
jcc pe, ARITH & ~PF, 0
jcc po, 0, 1
jcc po, PF, 0
jcc l, SF, 1
jcc l, OF, 1
jcc l, SF | OF, 0
jcc l, 0, 0
jcc ge, SF | OF, 1
jcc ge, 0, 1
jcc ge, SF, 0
jcc le, ZF, 1
jcc le, SF, 1
jcc le, SF | OF, 0
jcc g, 0, 1
jcc g, SF | OF, 1
jcc g, ZF | SF | OF, 0

testcase "loop", I8086, P4
        given cx, 5
        given ax, 0
        code
.again: inc ax
        loop .again
        endcode
        gives ax, 5
        gives cx, 0
        sets PF
endtest
testcase "loop with CX 0 runs 65536 times: not taken once CX is 0", I8086, P4
        given cx, 1
        code
        loop $+4
        mov al, 7
        endcode
        gives cx, 0
        gives al, 7
endtest
testcase "loope ends on a difference", I8086, P4
        given cx, 10
        given al, 3
        code
.again: dec al
        test al, al
        loopne .again
        endcode
        gives cx, 7
        gives al, 0
        sets ZF | PF
        any AF
endtest
testcase "jcxz", I8086, P4
        given cx, 0
        given al, 0
        code
        jcxz .there
        mov al, 1
.there: inc cx
        jcxz .end
        mov ah, 2
.end:   nop
        endcode
        gives cx, 1
        gives al, 0
        gives ah, 2
endtest
testcase "call and ret", I8086, P4
        given ax, 0
        code
        call .sub
        add ax, 10
        jmp short .end
.sub:   inc ax
        ret
.end:   nop
        endcode
        gives ax, 11
        writes ss, 0FFEh
        dw 103h
        endwrites
endtest
testcase "ret imm16", I8086, P4
        code
        push ax
        push bx
        call .sub
        jmp short .end
.sub:   ret 4
.end:   nop
        endcode
endtest
testcase "call and jmp through registers and memory", I8086, P4
        given bx, 40h
        given si, 100h + 11 ; .sub
        memory ds, 40h
        dw 100h + 13        ; .end
        endmemory
        code
        call si
        mov dx, 5
        jmp [bx]
        mov dx, 6
        nop
.sub:   inc cx
        ret
.end:   nop
        endcode
        gives cx, 2223h
        gives dx, 5
        any ARITH
endtest
testcase "jumps wrap at 64 KB", I8086, P4
        given ax, 0FFFEh
        memory cs, 0FFFEh
        db 0EBh, 00h        ; jmp short to offset 0
        endmemory
        memory cs, 0
        db 0B0h, 77h, 0E9h  ; mov al, 77h; jmp 100h + 2
        dw 102h - 5
        endmemory
        code
        jmp ax
        nop
        endcode
        gives al, 77h
endtest
testcase "far call and return", I8086, P4
        modes REAL | V86
        code
        call 2000h:100h + 8
        jmp short .end
        nop
        inc dx
        retf
.end:   nop
        endcode
        gives dx, 3334h
        writes ss, 0FFCh
        dw 105h, 2000h
        endwrites
        any ARITH
endtest
testcase "far jump through memory", I8086, P4
        modes REAL | V86
        given bx, 40h
        memory ds, 40h
        dw 106h, 2000h
        endmemory
        code
        jmp far [bx]
        db 0F4h, 0F4h, 0F4h, 0F4h
        endcode
endtest
testcase "int and iret", I8086, P4
        modes REAL
        given di, 0
        flags CF | IF
        memory es, 0F000h
        endmemory
        code
        int 40h
        endcode
        fault 40h, 2
endtest
testcase "iret", I8086, P4
        modes REAL
        given sp, 0FFAh
        memory ss, 0FFAh
        dw 103h, 2000h, CF | DF | OF
        endmemory
        code
        iret
        nop
        nop
        nop
        endcode
        gives sp, 1000h
        sets CF | DF | OF
endtest
testcase "int3 is a trap", I8086, P4
        modes REAL | PROTECTED
        code
        int3
        endcode
        fault 3, 1
endtest
testcase "into", I8086, P4
        modes REAL | PROTECTED
        flags OF
        code
        into
        endcode
        fault 4, 1
endtest
testcase "into without overflow", I8086, P4
        flags CF
        code
        into
        endcode
endtest
testcase "near jumps of 16 bits on condition", I386, P4
        flags CF
        code
        jc near .there
        mov al, 1
.there: nop
        endcode
endtest
testcase "an undefined opcode", I286, P4
        code
        db 0Fh, 0FFh
        endcode
        fault 6, 0
endtest
testcase "ud2", P2, P4
        code
        ud2
        endcode
        fault 6, 0
endtest
testcase "more than 10 bytes on the 286", I286, I286
        code
        times 10 es
        nop
        endcode
        fault_code 13, 0, 0
endtest
testcase "10 bytes on the 286", I286, I286
        code
        times 9 es
        nop
        endcode
endtest
testcase "15 bytes", I386, P4
        code
        times 14 es
        nop
        endcode
endtest
testcase "more than 15 bytes", I386, P4
        code
        times 15 es
        nop
        endcode
        fault_code 13, 0, 0
endtest
testcase "many prefixes", I8086, I8086
        code
        times 1000 es
        mov al, 5
        endcode
        gives al, 5
endtest
testcase "code that changes the next instruction", I8086, P4
        modes REAL | V86
        code
        mov byte [cs:107h], 5
        mov al, 0
        endcode
        gives al, 5
endtest

bits 32
testcase "call, ret, loop", I386, P4
        given ecx, 3
        given eax, 0
        code
.again: call .sub
        loop .again
        jmp short .end
.sub:   inc eax
        ret
.end:   nop
        endcode
        gives eax, 3
        gives ecx, 0
        sets PF
endtest
testcase "jecxz and jcxz", I386, P4
        given ecx, 10000h
        given al, 0
        code
        jecxz .wrong
        a16 jecxz .right
.wrong: mov al, 1
.right: nop
        endcode
        gives al, 0
endtest
testcase "jump beyond the limit", I386, P4
        given eax, 10000h
        code
        jmp eax
        endcode
        fault_code 13, 0, 0
endtest
testcase "call beyond the limit pushes nothing", I386, P4
        code
        db 0E8h
        dd 20000h
        endcode
        fault_code 13, 0, 0
endtest
testcase "a 16-bit jump in 32-bit code cuts EIP", I386, P4
        given eax, 12340000h + 103h
        code
        o16 jmp ax
        endcode
endtest
testcase "int of a gate that user code may use", I386, P4
        code
        int 80h
        endcode
        fault 80h, 2
endtest
testcase "setcc and jcc near", I386, P4
        flags SF
        given bl, 0
        code
        jl near .there
        mov bl, 9
.there: setl al
        setge cl
        endcode
        gives al, 1
        gives cl, 0
endtest
testcase "a long loop of handlers that call each other", I386, P4
        given ecx, 60000
        code
        fninit
        fld1
.again: fsqrt
        fsqrt
        fsqrt
        fsqrt
        loop .again
        endcode
        gives ecx, 0
endtest
