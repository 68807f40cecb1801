; serial.asm - INT 14h: serial ports. PS/2 BIOS Interface Reference, INT 14h;
; registers of the 16550A (National PC16550D).

SR_DATA         equ 0
SR_IER          equ 1
SR_LCR          equ 3
SR_MCR          equ 4
SR_LSR          equ 5
SR_MSR          equ 6
LSR_DR          equ 01h
LSR_THRE        equ 20h
LCR_DLAB        equ 80h

serial_service:
        FRAME
        sti
        mov bx, dx
        cmp bx, 3
        ja .end
        mov di, bx                      ; DI = port number
        shl bx, 1
        mov dx, [bx+B_COM]
        or dx, dx
        jz .end                         ; no such port: nothing happens
        cmp ah, 5
        ja .end
        mov bl, ah
        mov bh, 0
        shl bx, 1
        call [cs:bx+serial_table]
.end:   jmp frame_exit

serial_table:
        dw ser_init, ser_send, ser_receive, ser_status, ser_extinit, ser_modem

; ser_divisor: SI = divisor, AL = line control.
ser_divisor:
        push ax
        add dx, SR_LCR
        mov al, LCR_DLAB
        out dx, al
        sub dx, SR_LCR
        mov ax, si
        out dx, al
        inc dx
        mov al, ah
        out dx, al
        add dx, SR_LCR - SR_IER
        pop ax
        out dx, al
        sub dx, SR_LCR - SR_IER
        mov al, 0                       ; no interrupts
        out dx, al
        dec dx
        ret

; 00h: AL = rate (3 bits), parity (2), stop, length (2).
ser_init:
        mov bl, al
        mov cl, 4
        shr bl, cl
        and bl, 0Eh
        mov bh, 0
        mov si, [cs:bx+baud_table]
        and al, 1Fh
        call ser_divisor
ser_status:
        add dx, SR_LSR
        in al, dx
        mov [bp+F_AH], al
        inc dx
        in al, dx
        mov [bp+F_AL], al
        sub dx, SR_MSR
        ret

; 04h: AL break, BH parity, BL stop bits, CH length, CL rate.
ser_extinit:
        mov cx, [bp+F_CX]
        mov bl, cl
        cmp bl, 8
        ja ser_status
        mov bh, 0
        shl bx, 1
        mov si, [cs:bx+ext_baud_table]
        mov al, ch
        and al, 3
        cmp byte [bp+F_BL], 0
        je .parity
        or al, 4
.parity:
        mov bl, [bp+F_BH]
        cmp bl, 4
        ja .set
        mov bh, 0
        or al, [cs:bx+ext_parity_table]
.set:   cmp byte [bp+F_AL], 1
        jne .go
        or al, 40h                      ; break
.go:    call ser_divisor
        jmp ser_status

ext_baud_table:
        dw 1047, 768, 384, 192, 96, 48, 24, 12, 6
ext_parity_table:
        db 0, 08h, 18h, 28h, 38h

; 05h: AL = 0 read modem control to BL, 1 write it from BL.
ser_modem:
        add dx, SR_MCR
        cmp al, 1
        jb .read
        ja .end
        mov al, [bp+F_BL]
        out dx, al
        jmp .end
.read:  in al, dx
        mov [bp+F_BL], al
.end:   sub dx, SR_MCR
        jmp ser_status

; ser_wait: AH = bits of the line status to wait for; CF after the time-out of
; the port (40:7Ch, seconds).
ser_wait:
        push dx
        mov bh, [di+B_COMTMO]
        add dx, SR_LSR
.second:
        mov cx, TOGGLES_SEC
.look:  in al, dx
        test al, ah
        jnz .end
        call tmo_step
        jnc .look
        dec bh
        jg .second
        stc
.end:   pop dx
        ret

ser_send:
        push dx
        add dx, SR_MCR                  ; DTR, RTS
        in al, dx
        or al, 3
        out dx, al
        pop dx
        mov ah, LSR_THRE
        call ser_wait
        jc ser_timeout
        mov al, [bp+F_AL]
        out dx, al
        add dx, SR_LSR
        in al, dx
        mov [bp+F_AH], al
        ret

ser_receive:
        push dx
        add dx, SR_MCR
        in al, dx
        or al, 1                        ; DTR
        out dx, al
        pop dx
        mov ah, LSR_DR
        call ser_wait
        jc ser_timeout
        and al, 1Eh                     ; errors
        mov [bp+F_AH], al
        in al, dx
        mov [bp+F_AL], al
        ret

ser_timeout:
        or al, 80h
        mov [bp+F_AH], al
        ret
