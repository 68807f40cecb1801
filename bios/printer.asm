; printer.asm - INT 17h: printers on parallel ports; INT 05h: print screen.
; PS/2 BIOS Interface Reference, INT 17h and INT 05h.

LPT_BUSY        equ 80h                 ; status port, low when busy
LPT_STROBE      equ 01h

printer_service:
        FRAME
        sti
        mov bx, dx
        cmp bx, 2
        ja .end
        mov di, bx
        shl bx, 1
        mov dx, [bx+B_LPT]
        or dx, dx
        jz .none
        cmp ah, 1
        jb lpt_print
        je lpt_init
        cmp ah, 2
        je lpt_status
.end:   jmp frame_exit
.none:  mov byte [bp+F_AH], 1           ; time-out: nothing there
        jmp frame_exit

lpt_print:
        out dx, al
        inc dx
        mov bh, [di+B_LPTTMO]
        mov cx, TOGGLES_SEC
.look:  in al, dx
        test al, LPT_BUSY
        jnz .ready
        call tmo_step
        jnc .look
        push bx
        mov ax, 90FEh                   ; device busy: printer
        int 15h
        mov bx, BDA
        mov ds, bx
        pop bx
        mov cx, TOGGLES_SEC
        dec bh
        jg .look
        in al, dx
        and al, 0F8h
        xor al, 48h
        or al, 1                        ; time-out
        mov [bp+F_AH], al
        jmp frame_exit
.ready: inc dx
        in al, dx
        mov ah, al
        or al, LPT_STROBE
        cli
        out dx, al
        mov cx, 1
        call delay_toggles
        mov al, ah
        and al, ~LPT_STROBE & 0FFh
        out dx, al
        sti
        dec dx
        dec dx
        jmp lpt_status

lpt_init:
        inc dx
        inc dx
        mov al, 08h                     ; INIT low, selected
        out dx, al
        mov cx, 4
        call delay_toggles
        mov al, 0Ch
        out dx, al
        dec dx
        dec dx
lpt_status:
        inc dx
        in al, dx
        and al, 0F8h
        xor al, 48h                     ; acknowledge and error, active high
        mov [bp+F_AH], al
        jmp frame_exit

; ---- INT 05h: the screen to the first printer; 50:0 tells how it went ----
print_screen:
        FRAME
        cmp byte [B_PRTSC], 1
        je .out
        mov byte [B_PRTSC], 1
        sti
        mov ah, 0Fh
        int 10h                         ; AH columns, BH page
        mov ch, ah
        mov cl, [84h]                   ; last row
        cmp cl, 24
        jae .rows
        mov cl, 24
.rows:  push cx
        mov ah, 3
        int 10h
        pop cx
        push dx                         ; cursor
        call .crlf
        xor dx, dx
.char:  mov ah, 2
        int 10h
        mov ah, 8
        int 10h
        or al, al
        jnz .print
        mov al, ' '
.print: call .put
        jnz .failed
        inc dx
        cmp dl, ch
        jb .char
        call .crlf
        jnz .failed
        mov dl, 0
        inc dh
        cmp dh, cl
        jbe .char
        mov al, 0
        jmp .end
.failed:
        mov al, 0FFh
.end:   mov [B_PRTSC], al
        pop dx
        mov ah, 2
        int 10h
.out:   jmp frame_exit

.crlf:  mov al, 13
        call .put
        jnz .ret
        mov al, 10
.put:   push dx
        xor dx, dx
        mov ah, 0
        int 17h
        pop dx
        test ah, 29h                    ; error, no paper, time-out
.ret:   ret
