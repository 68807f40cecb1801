; crossing.asm: accesses across two pages, often enough that a translator has both at hand; and what else goes on in the middle of its code: port
; accesses, flags that came with it.
%include "insn.inc"

bits 32
testcase "stores, loads and read-modify-writes across two pages, again and again", I386, P4
        given esi, 40
        given ebx, 0FFEh
        memory ds, 0FF0h
        dd 0A1A2A3A4h, 0B1B2B3B4h, 0C1C2C3C4h
        dw 0D1D2h, 7788h, 5566h
        dw 0E1E2h
        dd 0F1F2F3F4h, 1A1B1C1Dh, 2A2B2C2Dh
        endmemory
        code
.loop:  mov [ebx], eax
        mov ecx, [ebx]
        add [ebx], ecx
        inc dword [ebx]
        xchg [ebx], edx
        add eax, edx
        dec esi
        jnz .loop
        endcode
        gives eax, 89498F41h
        gives ecx, 2DC32FC0h
        gives edx, 5B865F81h
        gives esi, 0
        writes ds, 0FF0h
        dd 0A1A2A3A4h, 0B1B2B3B4h, 0C1C2C3C4h
        dw 0D1D2h, 752Bh, 73D7h
        dw 0E1E2h
        dd 0F1F2F3F4h, 1A1B1C1Dh, 2A2B2C2Dh
        endwrites
        sets ZF | PF
        clears SF | CF | OF | AF
endtest

testcase "carries of read-modify-writes across two pages", I386, P4
        given esi, 40
        given ebx, 0FFFh
        given ecx, 0
        given edx, 0
        given edi, 0
        memory ds, 0FFFh
        dd 80000001h
        endmemory
        code
.loop:  add dword [ebx], 40000000h
        adc edx, 0
        sub dword [ebx], 11111111h
        setb cl
        add edi, ecx
        dec esi
        jnz .loop
        endcode
        gives ecx, 0
        gives edx, 9
        gives edi, 2
        gives esi, 0
        writes ds, 0FFFh
        dd 0D5555559h
        endwrites
        sets ZF | PF
        clears SF | CF | OF | AF
endtest

testcase "words of the stack across two pages, again and again", I386, P4
        given esp, 1001h
        given esi, 40
        given eax, 0
        code
.loop:  add eax, 10203h
        push ax
        pop cx
        dec esi
        jnz .loop
        endcode
        gives eax, 285078h
        gives cx, 5078h
        gives esi, 0
        writes ss, 0FFFh
        dw 5078h
        endwrites
        sets ZF | PF
        clears SF | CF | OF | AF
endtest

testcase "ENTER with levels, whose frame's pointers lie across two pages and under what it pushes", I386, P4
        given esi, 40
        given eax, 0
        memory ss, 0FECh
        dd 0, 0, 0, 0, 0AAAAAAAAh, 0BBBBBBBBh, 0CCCCCCCCh, 0, 0
        endmemory
        code
.loop:  mov dword [ss:0FF8h], 99999999h
        mov dword [ss:0FFCh], 0AAAAAAAAh
        mov dword [ss:1000h], 0BBBBBBBBh
        mov ebp, 1004h
        mov esp, 1000h
        enter 0, 3
        mov ecx, [ss:0FF4h]
        mov edx, [ss:0FF8h]
        mov esp, 1000h
        mov ebp, 77777777h
        dec esi
        jnz .loop
        endcode
        gives ecx, 1004h
        gives edx, 0BBBBBBBBh
        gives esi, 0
        gives ebp, 77777777h
        gives esp, 1000h
        sets ZF | PF
        clears SF | CF | OF | AF
        writes ss, 0FECh
        dd 0, 0FFCh, 1004h, 0BBBBBBBBh, 1004h, 0BBBBBBBBh, 0CCCCCCCCh, 0, 0
        endwrites
endtest

testcase "ENTER with levels across two pages, twice", I386, P4
        given esi, 40
        memory ss, 0FF0h
        dd 0, 0, 0, 0, 0, 0
        endmemory
        memory ss, 1FF0h
        dd 0, 1, 2, 33333333h, 44444444h, 5, 6
        endmemory
        code
.loop:  mov ebp, 2002h
        mov esp, 1006h
        enter 0, 3
        mov ecx, [ss:0FFEh]
        mov edx, [ss:0FFAh]
        mov esp, 1000h
        mov ebp, 77777777h
        dec esi
        jnz .loop
        endcode
        gives ecx, 44443333h
        gives edx, 33330000h
        gives esi, 0
        gives ebp, 77777777h
        gives esp, 1000h
        sets ZF | PF
        clears SF | CF | OF | AF
        writes ss, 0FF0h
        dd 0
        dw 0, 1002h, 0, 0, 3333h, 3333h, 4444h, 2002h
        endwrites
endtest

testcase "double real numbers across two pages", P5, P4
        given esi, 40
        given ebx, 0FFBh
        memory ds, 0FF8h
        db 1, 2, 3, 11h, 22h, 33h, 44h, 55h, 66h, 77h, 3Fh, 4, 5
        endmemory
        memory ds, 1FF8h
        db 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
        endmemory
        code
        fninit
.loop:  fld qword [ebx]
        fstp qword [ebx + 1000h]
        dec esi
        jnz .loop
        endcode
        gives esi, 0
        writes ds, 1FF8h
        db 1, 2, 3, 11h, 22h, 33h, 44h, 55h, 66h, 77h, 3Fh, 12, 13
        endwrites
        sets ZF | PF
        clears SF | CF | OF | AF
endtest

testcase "FLDENV and FRSTOR of 16 bits leave the last opcode", P5, P4
        modes PROTECTED | USER
        given esi, 40
        given ebx, 100h
        code
.loop:  fninit
        fldpi
        o16 fnstenv [ebx]
        fld1
        o16 fldenv [ebx]
        fnstenv [ebx + 20h]
        mov eax, [ebx + 30h]
        o16 fnsave [ebx]
        fldz
        o16 frstor [ebx]
        fnstenv [ebx + 20h]
        mov edx, [ebx + 30h]
        and eax, 7FF0000h
        and edx, 7FF0000h
        dec esi
        jnz .loop
        endcode
        gives eax, 1E80000h
        gives edx, 1EE0000h
        gives esi, 0
        sets ZF | PF
        clears SF | CF | OF | AF
endtest

testcase "flags that a subroutine returns", I386, P4
        given esi, 40
        given ebx, 7
        given ecx, 0
        given edx, 0
        given edi, 0
        code
.loop:  call .compare
        jb .below
        add edx, 100h
.below: inc edx
        call .decrement
        jz .zero
        adc edi, 10h
.zero:  call .add
        jo .over
        adc ecx, 1
.over:  dec esi
        jnz .loop
        hlt
.compare:
        cmp esi, 20
        ret
.decrement:
        stc
        dec bl
        ret
.add:   mov al, bl
        add al, 40h
        ret
        endcode
        ends 37
        gives al, 1Fh
        gives bl, 0DFh
        gives ecx, 49h
        gives edx, 1528h
        gives esi, 0
        gives edi, 297h
        sets ZF | PF
        clears SF | CF | OF | AF
endtest

bits 16
testcase "segment registers without descriptors, again and again", I386, P4
        modes REAL | V86
        given esi, 40
        given ebx, 20h
        given edi, 0
        memory ds, 20h
        dd 30000002h
        dd 0
        dw 2000h, 0
        endmemory
        memory es, 20h
        dw 100h
        endmemory
        code
.loop:  mov ax, 1000h
        mov es, ax
        add di, [es:20h]
        les dx, [bx]
        add di, dx
        mov es, [bx + 8]
        push fs
        pop es
        dec si
        jnz .loop
        mov dx, es
        mov ax, fs
        sub dx, ax
        push ds
        pop es
        mov bx, [es:20h]
        endcode
        gives ax, 5000h
        gives bx, 2
        gives dx, 0
        gives si, 0
        gives di, 2850h
        sets ZF | PF
        clears SF | CF | OF | AF
endtest

testcase "port accesses in the middle of code, and flags over them", I386, P4
        modes REAL
        given esi, 40
        given edx, 80h
        given ecx, 0
        code
.loop:  stc
        out dx, al
        adc cx, 1
        cmp cx, 1000
        in al, 0EEh
        jb .below
        mov cx, 7
.below: dec si
        jnz .loop
        endcode
        gives al, 0FFh
        gives cx, 80
        gives si, 0
        sets ZF | PF | CF
        clears SF | OF | AF
endtest
