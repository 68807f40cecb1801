; sequences.asm: flags that are made by one instruction and asked for by a later one, with others in between: what a translator may get wrong.
%include "insn.inc"

bits 32
testcase "carry of a handler's shift over a store to adc", I386, P4
        given esi, 44h
        given edi, 50h
        given ebp, 60h
        given ecx, 12h
        memory ds, 40h
        dd 0
        endmemory
        memory ds, 50h
        dd 0FFFFh
        endmemory
        memory ss, 60h
        dd 1
        endmemory
        code
        cmp byte [ebp + 8], 0
        shld [edi], si, cl
        mov dword [esi - 4], 0BB11h
        adc dword [ebp], 2000h
        endcode
        writes ds, 40h
        dd 0BB11h
        endwrites
        writes ds, 50h
        dd 113h
        endwrites
        writes ss, 60h
        dd 2001h
        endwrites
        any AF | PF | CF | OF | SF | ZF
endtest

testcase "conditions of a comparison whose operand was loaded over", P2, P4
        given ebx, 60h
        given esi, 7
        given edi, 9
        given ecx, 0
        memory ds, 60h
        dd 100, 200, 300
        endmemory
        code
        cmp esi, edi
        mov esi, [ebx]
        cmovl esi, [ebx + 4]
        cmp esi, 200
        mov esi, [ebx + 8]
        sete cl
        setg ch
        mov edi, [ebx]
        cmovge edi, esi
        endcode
        gives esi, 300
        gives edi, 300
        gives ecx, 1
        sets ZF | PF
        clears SF | CF | OF | AF
endtest

testcase "bit test of memory after INC, whose flags nobody asks for", I386, P4
        given edi, 50h
        given ebp, 60h
        given ecx, 12h
        memory ds, 50h
        dd 0
        endmemory
        memory ss, 60h
        dd 1
        endmemory
        code
        inc ecx
        bts dword [ebp], 2
        mov eax, [edi]
        xor eax, eax
        endcode
        gives ecx, 13h
        gives eax, 0
        writes ss, 60h
        dd 5
        endwrites
        sets ZF | PF
        clears SF | CF | OF
        any AF
endtest

testcase "one carry for two conditional moves, one of them from memory", P2, P4
        given ebx, 40h
        given edi, 16h
        given ecx, 17h
        given eax, 0
        memory ds, 40h
        dd 5, 6, 7
        endmemory
        code
        mov edx, [ebx + 4]
        cmp edi, ecx
        sbb eax, [ebx]
        cmovb esi, [ebx + 8]
        cmovb edi, ecx
        endcode
        gives edx, 6
        gives eax, 0FFFFFFFAh
        gives esi, 7
        gives edi, 17h
        sets CF | SF | PF | AF
        clears ZF | OF
endtest
testcase "OF of a product after its carry is complemented", I386, P4
        given edx, 7Fh
        given ebx, 40h
        memory ds, 40h
        dd 0
        endmemory
        code
        imul eax, edx, 3
        cmc
        mov [ebx], edx
        adc ecx, 0
        endcode
        gives eax, 17Dh
        gives ecx, 22222223h
        writes ds, 40h
        dd 7Fh
        endwrites
        any AF | PF | SF | ZF | CF | OF
endtest
testcase "carry of a shift by CL over an older one that was kept", I386, P4
        given ecx, 4
        given ebx, 40h
        memory ds, 40h
        dd 0
        endmemory
        code
        cmp edx, 0
        mov [ebx], ecx
        shl eax, cl
        mov [ebx], edx
        adc esi, 0
        endcode
        gives eax, 11111110h
        gives esi, 77777778h
        writes ds, 40h
        dd 33333333h
        endwrites
        any AF | PF | SF | ZF | CF | OF
endtest

bits 16
testcase "reads and then writes by SP, which wraps between them", I386, P4
        memory ss, 0FFFCh
        dw 1, 2
        endmemory
        given esp, 0FFFCh
        code
        pop ax
        pop cx
        push 77h
        push 88h
        endcode
        gives ax, 1
        gives cx, 2
        writes ss, 0FFFCh
        dw 88h, 77h
        endwrites
endtest

testcase "SP that wraps by 16 bits and comes back by 32", I386, P4
        given esp, 0FFFEh
        memory ss, 0FFFEh
        dw 1
        endmemory
        code
        pop ax
        sub esp, byte 2
        pop cx
        sub esp, byte 2
        pop dx
        endcode
        gives esp, 0FFFE0000h
        gives ax, 1
        gives cx, 1
        gives dx, 1
        any ARITH
endtest

testcase "reads of DS before and after it is loaded", I386, P4
        modes REAL
        given ebx, 40h
        memory ds, 40h
        dw 1, 2, 5
        endmemory
        memory es, 40h
        dw 3, 4, 6
        endmemory
        code
        mov ax, [bx]
        mov dx, [bx + 2]
        mov cx, es
        mov ds, cx
        mov cx, [bx + 2]
        mov si, [bx]
        mov word [bx + 4], 7
        endcode
        gives ax, 1
        gives dx, 2
        gives cx, 4
        gives si, 3
        writes es, 44h
        dw 7
        endwrites
endtest

testcase "reads of DS before and after it is popped", I386, P4
        modes REAL
        given ebx, 40h
        memory ds, 40h
        dw 1, 2
        endmemory
        memory es, 40h
        dw 3, 4
        endmemory
        code
        push es
        mov ax, [bx]
        mov dx, [bx + 2]
        pop ds
        mov cx, [bx + 2]
        mov si, [bx]
        endcode
        gives ax, 1
        gives dx, 2
        gives cx, 4
        gives si, 3
        writes ss, 0FFEh
        dw 1000h
        endwrites
endtest

testcase "push of a word across two pages between accesses of the stack", I386, P4
        given ebx, 0FFFh
        memory ds, 0FFFh
        dw 1234h
        endmemory
        code
        push ax
        push word [bx]
        pop cx
        pop dx
        endcode
        gives cx, 1234h
        gives dx, 1111h
        writes ss, 0FFCh
        dw 1234h, 1111h
        endwrites
endtest

testcase "sum of a word across two pages, before the jump that ends the unit", I386, P4
        given ebx, 0FFFh
        given edx, 0
        given cx, 2222h
        memory ds, 0FFFh
        dw 1234h
        endmemory
        code
        jmp short .sum
.back:  inc edx
        hlt
.sum:   add cx, [bx]
        jns .back
        endcode
        ends 4
        gives edx, 1
        gives cx, 3456h
        clears ZF | SF | PF | OF | CF | AF
endtest

testcase "comparison of a word across two pages, asked for after a jump", I386, P4
        given ebx, 0FFFh
        given eax, 0
        given edx, 0
        given cx, 2222h
        memory ds, 0FFFh
        dw 1234h
        endmemory
        code
        jmp short .compare
.after: mov edx, 7
        setb al
        hlt
.compare:
        cmp [bx], cx
        jmp short .after
        endcode
        ends 11
        gives edx, 7
        gives eax, 1
        sets CF | SF
        clears ZF | OF | AF
        any PF
endtest

testcase "flags of DEC of memory over a shift by nothing", I386, P4
        given eax, 0
        given ecx, 0
        given esi, 40h
        given edi, 50h
        memory ds, 40h
        db 5
        endmemory
        memory ds, 50h
        dw 1
        endmemory
        code
        jmp short .dec
.shift: shl byte [esi], cl
        sete al
        hlt
.dec:   dec word [edi]
        jmp short .shift
        endcode
        ends 8
        gives eax, 1
        sets ZF | PF
        clears SF | OF | AF
        writes ds, 50h
        dw 0
        endwrites
endtest

testcase "flags of DEC, asked for after a jump and a change of its register", I386, P4
        given eax, 0
        given ecx, 1
        given edx, 0
        code
        jmp short .dec
.after: mov cx, 9
        sete al
        add dl, 1
        hlt
.dec:   dec cx
        jmp short .after
        endcode
        ends 11
        gives eax, 1
        gives ecx, 9
        gives edx, 1
        clears ARITH
endtest

; SMSW, SGDT and the like are left to handlers that have nothing to do with flags.
testcase "flags over SMSW, which changes an operand of theirs", I386, P4
        modes PROTECTED
        given eax, 0
        given ecx, 7
        given edx, 0
        given esi, 4
        code
.loop:  mov ax, 9
        cmp ax, cx
        jmp short .smsw
.smsw:  smsw ax
        mov ax, 1
        sbb dx, dx
        dec si
        jnz .loop
        endcode
        gives eax, 1
        gives esi, 0
        sets ZF | PF
        clears CF | OF | AF | SF
endtest

testcase "flags over SMSW in one unit", I386, P4
        modes PROTECTED
        given eax, 5
        given ecx, 5
        given edx, 0
        given ebx, 40h
        memory ds, 40h
        dw 0
        endmemory
        code
        sub ax, cx
        smsw ax
        mov ax, 3
        mov [bx], ax
        sete dl
        endcode
        gives eax, 3
        gives edx, 1
        sets ZF | PF
        clears CF | OF | AF | SF
        writes ds, 40h
        dw 3
        endwrites
endtest

testcase "CF over DEC and SGDT, then a shift by nothing", I386, P4
        modes PROTECTED
        given eax, 5
        given ecx, 6
        given edx, 0
        given ebx, 40h
        code
        cmp ax, cx
        dec ax
        sgdt [bx]
        mov word [bx], 0
        mov word [bx + 2], 0
        mov word [bx + 4], 0
        adc dx, 0
        endcode
        gives eax, 4
        gives edx, 1
        clears ARITH
        writes ds, 40h
        dw 0, 0, 0
        endwrites
endtest

bits 32
testcase "rotates by nothing keep the flags of a comparison over a store", I386, P4
        given ecx, 20h
        given ebx, 40h
        code
        cmp edx, edx
        ror eax, cl
        mov [ebx], edx
        rcl esi, cl
        sar edi, cl
        endcode
        gives eax, 11111111h
        gives esi, 77777777h
        sets ZF | PF
        clears CF | OF | AF | SF
        writes ds, 40h
        dd 33333333h
        endwrites
endtest

testcase "condition after a shift by CL that shifts nothing", I386, P4
        given ecx, 40h
        given ebx, 40h
        code
        sub edx, edx
        shl eax, cl
        jz .same
        inc esi
.same:  mov [ebx], edx
        endcode
        gives edx, 0
        sets ZF | PF
        clears CF | OF | AF | SF
        writes ds, 40h
        dd 0
        endwrites
endtest

testcase "carry through rotates by CL, by one and of memory", I386, P4
        given eax, 80000001h
        given edx, 1
        given ecx, 1
        given ebx, 40h
        memory ds, 40h
        dd 80000000h
        endmemory
        code
        stc
        rcl eax, cl
        rcl dword [ebx], cl
        rcr edx, 1
        setc cl
        endcode
        gives eax, 3
        gives edx, 80000000h
        gives ecx, 1
        writes ds, 40h
        dd 1
        endwrites
        sets CF | OF
        any AF | PF | SF | ZF
endtest

testcase "byte rotated through carry by more than its bits", I386, P4
        given eax, 0FF55h
        given ecx, 0Ah
        code
        stc
        rcl al, cl
        rol ah, cl
        endcode
        gives eax, 0FFABh
        sets CF
        clears OF
        any AF | PF | SF | ZF
endtest

testcase "sums and differences of 64 bits in memory", I386, P4
        given ebx, 40h
        given eax, 0
        memory ds, 40h
        dd 0FFFFFFFFh, 7FFFFFFFh, 0, 1
        endmemory
        code
        add dword [ebx], 1
        adc [ebx + 4], eax
        mov [ebx + 16], edx
        seto al
        sub dword [ebx + 8], 1
        sbb dword [ebx + 12], 1
        mov [ebx + 20], edx
        sbb edi, edi
        endcode
        gives eax, 1
        gives edi, 0FFFFFFFFh
        sets CF | SF | AF | PF
        clears ZF | OF
        writes ds, 40h
        dd 0, 80000000h, 0FFFFFFFFh, 0FFFFFFFFh, 33333333h, 33333333h
        endwrites
endtest

testcase "AH doubled with carry, its flags over a store", I386, P4
        given eax, 8800h
        given ebx, 40h
        code
        stc
        adc ah, ah
        mov [ebx], edx
        endcode
        gives eax, 1100h
        sets CF | OF | AF | PF
        clears ZF | SF
        writes ds, 40h
        dd 33333333h
        endwrites
endtest

testcase "AH to BH with each other and with AL to BL", I386, P4
        given eax, 12345678h
        given ebx, 9ABCDEF0h
        given ecx, 00000180h
        given edx, 0000A55Ah
        code
        add al, ah
        mov bh, al
        xor ah, bl
        movzx edi, bh
        xchg dh, dl
        inc ch
        setno bh
        shl dh, 1
        rol ch, 1
        movsx esi, dl
        sub dl, 5
        adc ah, ch
        mul dh
        mov dh, ah
        neg cl
        endcode
        gives eax, 123490D8h
        gives ebx, 9ABC01F0h
        gives ecx, 00000480h
        gives edx, 000090A0h
        gives edi, 0CEh
        gives esi, 0FFFFFFA5h
        sets CF | OF | SF
        clears ZF | AF | PF
endtest

testcase "AAM, DAA and AAD leave the upper half of EAX", I386, P4
        given eax, 0ABCD0063h
        code
        aam
        mov ebx, eax
        aad
        mov edi, eax
        stc
        daa
        aam 16
        endcode
        gives eax, 0ABCD0C03h
        gives ebx, 0ABCD0909h
        gives edi, 0ABCD0063h
        sets PF
        clears SF | ZF
        any OF | AF | CF
endtest

testcase "jump if ECX is zero keeps a comparison", I386, P4
        given ecx, 0
        code
        cmp edx, edx
        jecxz .there
        inc esi
.there: sete al
        endcode
        gives eax, 11111101h
        sets ZF | PF
        clears CF | OF | AF | SF
endtest

testcase "table and decimal adjustment with the flags of an addition", I386, P4
        given eax, 38h
        given ebx, 40h
        memory ds, 78h
        db 59h
        endmemory
        code
        xlatb
        add al, 48h
        daa
        adc al, 0
        aam
        endcode
        gives eax, 8
        clears ARITH
endtest

testcase "exchange of eight bytes, and what comes of ZF", P2, P4
        given eax, 1
        given edx, 2
        given ebx, 5
        given ecx, 6
        given edi, 40h
        memory ds, 40h
        dd 1, 3
        endmemory
        code
        cmp esi, esi
        cmpxchg8b [edi]
        mov [edi + 8], ecx
        inc ecx
        cmpxchg8b [edi]
        lahf
        endcode
        gives eax, 4201h
        gives edx, 3
        gives ecx, 7
        sets ZF
        clears CF | OF | AF | SF | PF
        writes ds, 40h
        dd 5, 7, 6
        endwrites
endtest

testcase "frames with and without levels, and all registers", I386, P4
        given esp, 100h
        given ebp, 200h
        given eax, 1
        code
        pushad
        enter 16, 0
        enter 8, 2
        mov eax, [ebp - 8]
        leave
        leave
        popad
        endcode
        gives esp, 100h
        gives ebp, 200h
        gives eax, 1
        any ARITH
endtest

; Flags that came with a unit go on with a jump out of it, to a place that takes them as stored.
bits 16

testcase "CF of ADD over a unit that JCXZ leaves", I386, P4
        given eax, 0
        given ecx, 0
        given edx, 0
        given esi, 40
        code
.loop:  mov al, 0F8h
        mov dx, si
        add al, dl
        jmp short .jcxz
.leave: dec si
        jnz .loop
        hlt
.jcxz:  jcxz .exit
        test al, al
        nop
.exit:  jmp short .leave
        endcode
        ends 11
        gives eax, 0F9h
        gives edx, 1
        gives esi, 0
        sets ZF | PF
        clears CF | OF | AF | SF
endtest

testcase "ZF of INC over a unit that JB leaves", I386, P4
        given eax, 0
        given ebx, 0
        given esi, 40
        given edi, 0
        code
.loop:  mov ax, si
        sub ax, 2
        mov bx, 0F000h
        add bx, bx
        inc ax
        jmp short .jb
.leave: mov ax, 7
        setz al
        add di, ax
        dec si
        jnz .loop
        hlt
.jb:    jb .leave2
        test al, al
        nop
.leave2: jmp short .leave
        endcode
        ends 24
        gives eax, 1
        gives ebx, 0E000h
        gives edi, 1
        gives esi, 0
        sets ZF | PF
        clears CF | OF | AF | SF
endtest
