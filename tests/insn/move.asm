; move.asm: moves, exchanges, extensions, addresses, stack, flags as a whole.
%include "insn.inc"
bits 16

testcase "mov, every form", I8086, P4
        given bx, 20h
        given si, 4
        given dx, 0BEEFh
        memory ds, 24h
        dw 1234h, 0
        endmemory
        code
        mov ax, [bx+si]
        mov cl, ah
        mov [bx+si+2], dx
        mov ch, 7Fh
        mov di, 8000h
        mov byte [bx+si], 0AAh
        mov [24h], al
        endcode
        gives ax, 1234h
        gives cl, 12h
        gives ch, 7Fh
        gives di, 8000h
        writes ds, 24h
        dw 1234h, 0BEEFh
        endwrites
endtest
testcase "effective addresses wrap at 64 KB", I8086, P4
        given bx, 0FFF0h
        given si, 20h
        given bp, 0FFFFh
        given di, 12h
        memory ds, 10h
        db 77h
        endmemory
        memory ss, 13h
        db 88h
        endmemory
        code
        mov al, [bx+si]
        mov ah, [bp+di+2]
        lea dx, [bx+si+7FFFh]
        endcode
        gives ax, 8877h
        gives dx, 800Fh
endtest
testcase "segment overrides, the last one counts", I8086, P4
        given bx, 30h
        memory es, 30h
        dw 1111h
        endmemory
        memory cs, 30h
        dw 2222h
        endmemory
        memory ss, 30h
        dw 3333h
        endmemory
        code
        mov ax, [es:bx]
        mov cx, [cs:bx]
        db 26h, 2Eh, 36h, 8Bh, 17h ; es cs ss mov dx, [bx]
        endcode
        gives ax, 1111h
        gives cx, 2222h
        gives dx, 3333h
endtest
testcase "xchg", I8086, P4
        given ax, 1
        given dx, 2
        given bl, 3
        given si, 50h
        memory ds, 50h
        db 9
        endmemory
        code
        xchg ax, dx
        xchg bl, [si]
        xchg ah, al
        endcode
        gives ax, 0200h
        gives dx, 1
        gives bl, 9
        writes ds, 50h
        db 3
        endwrites
endtest
testcase "xlat", I8086, P4
        given bx, 0FFF0h
        given al, 20h
        memory ds, 10h
        db 5Ah
        endmemory
        code
        xlatb
        endcode
        gives al, 5Ah
endtest
testcase "cbw, cwd", I8086, P4
        given ax, 0080h
        code
        cbw
        cwd
        endcode
        gives ax, 0FF80h
        gives dx, 0FFFFh
endtest
testcase "lds, les", I8086, P4
        modes REAL | V86
        given bx, 10h
        given si, 18h
        memory ds, 10h
        dw 1111h, 3000h
        endmemory
        memory ss, 18h
        dw 2222h, 5000h
        endmemory
        code
        lds ax, [bx]
        les cx, [si]
        mov dx, es
        endcode
        gives ax, 1111h
        gives cx, 2222h
        gives dx, 5000h
endtest
testcase "lahf, sahf", I8086, P4
        flags CF | ZF | SF
        given bx, 0D500h
        code
        lahf
        xchg ax, bx
        sahf
        endcode
        gives bx, 0C311h
        gives ax, 0D500h
        sets PF | AF
endtest
testcase "clc stc cmc cld std", I8086, P4
        flags OF | ZF
        code
        stc
        std
        cmc
        cmc
        endcode
        sets CF | DF
endtest
testcase "cld, clc keep the rest", I8086, P4
        flags ARITH | DF
        code
        cld
        clc
        endcode
        clears CF | DF
endtest
testcase "salc", I8086, P4
        flags CF
        code
        db 0D6h
        endcode
        gives al, 0FFh
endtest

; --- stack
testcase "push and pop registers", I8086, P4
        given ax, 1234h
        given bp, 5678h
        code
        push ax
        push bp
        pop ax
        pop bp
        endcode
        gives ax, 5678h
        gives bp, 1234h
        writes ss, 0FFCh
        dw 5678h, 1234h
        endwrites
endtest
testcase "push sp: the 8086 pushes the new one", I8086, I8086
        code
        push sp
        pop ax
        endcode
        gives ax, 0FFEh
endtest
testcase "push sp", I286, P4
        code
        push sp
        pop ax
        endcode
        gives ax, 1000h
endtest
testcase "pop sp", I8086, P4
        given ax, 0800h
        code
        push ax
        pop sp
        endcode
        gives sp, 0800h
endtest
testcase "push and pop memory", I8086, P4
        given bx, 40h
        memory ds, 40h
        dw 1234h, 0
        endmemory
        code
        push word [bx]
        pop word [bx+2]
        endcode
        writes ds, 40h
        dw 1234h, 1234h
        endwrites
endtest
testcase "the stack wraps", I8086, P4
        given sp, 0
        code
        push ax
        push bx
        endcode
        gives sp, 0FFFCh
        writes ss, 0FFFCh
        dw 4444h, 1111h
        endwrites
endtest
testcase "pushf and popf", I8086, P4
        modes REAL | PROTECTED
        given ax, 0ED7h
        code
        push ax
        popf
        pushf
        pop bx
        and bx, 0FD5h
        popf
        endcode
        given sp, 0FFEh
        memory ss, 0FFEh
        dw CF | OF | DF
        endmemory
        gives bx, 0ED5h & 0FD5h
        gives sp, 1000h
        sets CF | OF | DF
endtest
testcase "flags bits 12-15 read as ones", I8086, I8086
        given ax, 0
        code
        push ax
        popf
        pushf
        pop ax
        endcode
        gives ax, 0F002h
endtest
testcase "flags bits 12-15 stay zero in real mode", I286, I286
        modes REAL
        given ax, 0F000h
        code
        push ax
        popf
        pushf
        pop ax
        endcode
        gives ax, 0002h
endtest
testcase "IOPL and NT can be set in real mode, bit 15 cannot", I386, P4
        modes REAL
        given ax, 0F000h
        code
        push ax
        popf
        pushf
        pop ax
        endcode
        gives ax, 7002h
endtest
testcase "pusha", I286, P4
        code
        pusha
        endcode
        gives sp, 0FF0h
        writes ss, 0FF0h
        dw 8888h, 7777h, 6666h, 1000h, 4444h, 3333h, 2222h, 1111h
        endwrites
endtest
testcase "popa leaves SP", I286, P4
        given sp, 0FF0h
        memory ss, 0FF0h
        dw 1, 2, 3, 4, 5, 6, 7, 8
        endmemory
        code
        popa
        endcode
        gives di, 1
        gives si, 2
        gives bp, 3
        gives bx, 5
        gives dx, 6
        gives cx, 7
        gives ax, 8
        gives sp, 1000h
endtest
testcase "push imm", I286, P4
        code
        push strict word 1234h
        push strict byte -2
        endcode
        gives sp, 0FFCh
        writes ss, 0FFCh
        dw 0FFFEh, 1234h
        endwrites
endtest
testcase "enter 8, 0 and leave", I286, P4
        code
        enter 8, 0
        mov ax, sp
        leave
        endcode
        gives ax, 0FF6h
        writes ss, 0FFEh
        dw 6666h
        endwrites
endtest
testcase "enter 4, 1", I286, P4
        code
        enter 4, 1
        endcode
        gives bp, 0FFEh
        gives sp, 0FF8h
        writes ss, 0FFCh
        dw 0FFEh, 6666h
        endwrites
endtest
testcase "enter 2, 3 copies two frame pointers", I286, P4
        given bp, 800h
        memory ss, 7FCh
        dw 0BBBBh, 0AAAAh
        endmemory
        code
        enter 2, 3
        endcode
        gives bp, 0FFEh
        gives sp, 0FF6h
        writes ss, 0FF8h
        dw 0FFEh, 0BBBBh, 0AAAAh, 800h
        endwrites
endtest
testcase "enter: the level is modulo 32", I286, P4
        code
        enter 0, 32
        endcode
        gives bp, 0FFEh
        gives sp, 0FFEh
        writes ss, 0FFEh
        dw 6666h
        endwrites
endtest
testcase "push and pop segments", I8086, P4
        modes REAL | V86
        given bx, 3000h
        code
        push es
        push ds
        pop es
        pop ax
        mov cx, es
        mov es, bx
        mov dx, es
        endcode
        gives ax, 1000h
        gives cx, 4000h
        gives dx, 3000h
endtest
testcase "mov cs, ax", I286, P4
        code
        db 8Eh, 0C8h
        endcode
        fault 6, 0
endtest
testcase "fs and gs", I386, P4
        given bx, 10h
        memory fs, 10h
        db 12h
        endmemory
        memory gs, 10h
        db 34h
        endmemory
        code
        mov al, [fs:bx]
        mov ah, [gs:bx]
        endcode
        gives ax, 3412h
endtest
testcase "64h is undefined on the 286", I286, I286
        code
        db 64h, 8Ah, 07h
        endcode
        fault 6, 0
endtest
testcase "60h on the 8086 is JO", I8086, I8086
        flags OF
        code
        db 60h, 1, 0F4h
        endcode
endtest
testcase "movzx, movsx", I386, P4
        given al, 80h
        code
        movzx bx, al
        movsx cx, al
        movzx edx, al
        movsx esi, al
        endcode
        gives bx, 80h
        gives cx, 0FF80h
        gives edx, 80h
        gives esi, 0FFFFFF80h
endtest
testcase "66h and 67h in 16-bit code", I386, P4
        given eax, 12345678h
        given ebx, 40h
        given esi, 8
        code
        mov [ebx+esi*2], eax
        push eax
        pop ecx
        endcode
        gives ecx, 12345678h
        writes ds, 50h
        dd 12345678h
        endwrites
endtest
testcase "32-bit address beyond the limit", I386, P4
        given ebx, 10000h
        code
        mov al, [ebx]
        endcode
        fault_code 13, 0, 0
endtest
testcase "cmov", P2, P4
        given bx, 1
        given cx, 2
        flags ZF
        code
        cmovz ax, bx
        cmovnz dx, cx
        endcode
        gives ax, 1
endtest
testcase "cmov on the Pentium", I386, P55C
        code
        db 0Fh, 44h, 0C3h
        endcode
        fault 6, 0
endtest
testcase "bound: within", I286, P4
        given ax, 5
        given bx, 40h
        memory ds, 40h
        dw -5, 5
        endmemory
        code
        bound ax, [bx]
        endcode
endtest
testcase "bound: below", I286, P4
        given ax, -6
        given bx, 40h
        memory ds, 40h
        dw -5, 5
        endmemory
        code
        bound ax, [bx]
        endcode
        fault 5, 0
endtest

bits 32
testcase "mov with SIB", I386, P4
        given ebp, 100h
        given ecx, 8
        given esp, 1000h
        memory ss, 11Ch
        dd 11223344h
        endmemory
        memory ds, 58h
        dd 55667788h
        endmemory
        memory ss, 1004h
        dd 99AABBCCh
        endmemory
        code
        mov eax, [ebp+ecx*4-4]
        mov ebx, [ecx*8+18h]
        mov edx, [esp+4]
        endcode
        gives eax, 11223344h
        gives ebx, 55667788h
        gives edx, 99AABBCCh
endtest
testcase "pushad, popad", I386, P4
        code
        pushad
        popad
        endcode
        writes ss, 0FE0h
        dd 88888888h, 77777777h, 66666666h, 1000h, 44444444h, 33333333h, 22222222h, 11111111h
        endwrites
endtest
testcase "push and pop", I386, P4
        given esi, 40h
        memory ds, 40h
        dd 12345678h, 0
        endmemory
        code
        push dword [esi]
        push strict byte -1
        pop eax
        pop dword [esi+4]
        endcode
        gives eax, -1
        writes ds, 40h
        dd 12345678h, 12345678h
        endwrites
endtest
testcase "pop [esp] sees the new ESP", I386, P4
        given esp, 0FF8h
        memory ss, 0FF8h
        dd 12345678h, 0
        endmemory
        code
        pop dword [esp]
        endcode
        gives esp, 0FFCh
        writes ss, 0FFCh
        dd 12345678h
        endwrites
endtest
testcase "push ax in 32-bit code", I386, P4
        code
        push ax
        endcode
        gives esp, 0FFEh
        writes ss, 0FFEh
        dw 1111h
        endwrites
endtest
testcase "enter and leave", I386, P4
        given ebp, 800h
        memory ss, 7FCh
        dd 12345678h
        endmemory
        code
        enter 16, 2
        mov eax, [ebp-4]
        mov ebx, [ebp-8]
        leave
        endcode
        gives eax, 12345678h
        gives ebx, 0FFCh
        writes ss, 0FFCh
        dd 800h
        endwrites
endtest
testcase "cwde, cdq", I386, P4
        given eax, 12348000h
        code
        cwde
        cdq
        endcode
        gives eax, 0FFFF8000h
        gives edx, 0FFFFFFFFh
endtest
testcase "xchg and xadd with memory", I486, P4
        given esi, 40h
        given eax, 1
        given ebx, 2
        memory ds, 40h
        dd 10
        endmemory
        code
        xchg [esi], eax
        xadd [esi], ebx
        endcode
        gives eax, 10
        gives ebx, 1
        writes ds, 40h
        dd 3
        endwrites
        sets PF
endtest
testcase "lea does not touch memory", I386, P4
        given eax, 80000000h
        given ebx, 40000000h
        code
        lea ecx, [eax+ebx*4+5]
        endcode
        gives ecx, 80000005h
endtest
testcase "mov ax, ds clears the upper half only with a 32-bit operand", P2, P4
        modes PROTECTED
        code
        mov eax, ds
        mov bx, ds
        endcode
        gives eax, 20h
        gives bx, 20h
endtest
testcase "beyond the limit", I386, P4
        given esi, 0FFFDh
        code
        mov eax, [esi]
        endcode
        fault_code 13, 0, 0
endtest
testcase "beyond the limit of the stack", I386, P4
        given ebp, 10000h
        code
        mov al, [ebp]
        endcode
        fault_code 12, 0, 0
endtest
testcase "a write to the code segment", I386, P4
        code
        mov [cs:200h], al
        endcode
        fault_code 13, 0, 0
endtest
