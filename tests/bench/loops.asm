; loops.asm: a boot sector with timed loops. Writes a letter to COM1 before each
; and after the last, then a checksum, and halts.
;   a  100 million register instructions   b  90 million loads and stores
;   c  10 million calls and returns        d  512 MB moved by REP MOVSD
        bits 16
        org 7C00h
        jmp 0:start
start:  cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 7C00h
        cld
        mov dx, 3FBh                    ; 8 data bits
        mov al, 3
        out dx, al
        mov al, 'a'
        call put
        mov ecx, 10000000
        xor ebp, ebp
        mov ebx, 1
.alu:   add ebp, ebx
        xor ebx, ebp
        lea edx, [ebp+ebx*2]
        shr edx, 3
        add ebx, edx
        sub ebp, edx
        or edx, 5
        and ebx, 0FFFFFFh
        dec ecx
        jnz .alu
        mov al, 'b'
        call put
        mov di, 8000h
        mov ecx, 10000000
.mem:   mov eax, [di]
        add eax, ecx
        mov [di+4], eax
        xor ebp, [di+4]
        mov [di], ebp
        add [di+8], eax
        inc dword [di+12]
        mov dx, [di+12]
        dec ecx
        jnz .mem
        mov al, 'c'
        call put
        mov ecx, 10000000
.call:  call leaf
        dec ecx
        jnz .call
        mov al, 'd'
        call put
        mov bx, 4096
.move:  xor esi, esi
        xor edi, edi
        mov ax, 1000h
        mov ds, ax
        mov ax, 4000h
        mov es, ax
        mov cx, 8000h
        rep movsd
        dec bx
        jnz .move
        mov al, 'e'
        call put
        mov cx, 8
.hex:   rol ebp, 4
        mov ax, bp
        and al, 15
        cmp al, 10
        sbb al, 69h
        das
        call put
        loop .hex
        mov al, 10
        call put
.halt:  hlt
        jmp .halt

leaf:   inc ebp
        ret

put:    push dx
        push ax
        mov dx, 3FDh
.wait:  in al, dx
        test al, 20h
        jz .wait
        pop ax
        mov dx, 3F8h
        out dx, al
        pop dx
        ret

        times 446-($-$$) db 0
        db 80h, 0, 1, 0, 83h, 15, 63, 1, 63, 0, 0, 0, 81h, 7, 0, 0
        times 510-($-$$) db 0
        dw 0AA55h
