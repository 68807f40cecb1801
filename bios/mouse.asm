; mouse.asm - INT 15h/C2xxh: PS/2 pointing device; INT 74h (IRQ 12) collects
; packets and calls the handler. PS/2 BIOS Interface Reference, INT 15h C2h; a
; mouse that names itself 3 or 4 sends four bytes (IntelliMouse).

MF_HANDLER      equ 80h
MF_SIZE         equ 07h
MC_RESET        equ 0FFh
MC_DEFAULTS     equ 0F6h
MC_OFF          equ 0F5h
MC_ON           equ 0F4h
MC_RATE         equ 0F3h
MC_ID           equ 0F2h
MC_STATUS       equ 0E9h
MC_RESOLUTION   equ 0E8h
MC_SCALE2       equ 0E7h
MC_SCALE1       equ 0E6h
ME_FUNCTION     equ 1
ME_INPUT        equ 2
ME_INTERFACE    equ 3
ME_NOHANDLER    equ 5
KBC_MOUSE_ON    equ 47h                 ; command byte: IRQ 1 and 12, both clocks
KBC_MOUSE_OFF   equ 65h                 ; IRQ 1 only, mouse clock stopped

mouse_service:
        sti
        call load_es_ebda
        mov ah, ME_INTERFACE
        test byte [es:E_MFLAGS], MF_SIZE
        jz mouse_fail                   ; no mouse port
        mov ah, ME_FUNCTION
        cmp al, 7
        ja mouse_fail
        mov bl, al
        mov bh, 0
        shl bx, 1
        call [cs:bx+mouse_table]        ; AH = 0 or error
        or ah, ah
        jnz mouse_fail
        mov [bp+F_AH], ah
        jmp clr_cf_exit
mouse_fail:
        mov [bp+F_AH], ah
        jmp set_cf_exit

mouse_table:
        dw ms_enable, ms_reset, ms_rate, ms_resolution
        dw ms_type, ms_init, ms_extended, ms_handler

; ms_open, ms_close: IRQ 12 masked while commands are answered by polling. The
; mouse clock runs.
ms_open:
        cli
        in al, PIC2+1
        or al, 10h
        out PIC2+1, al
        sti
        mov al, 60h
        call kbc_command
        mov al, KBC_MOUSE_ON & ~2 & 0FFh
        jmp kbc_write

; ms_close: AH kept; command byte back to E_KBCCMD, IRQ 12 open.
ms_close:
        mov al, 60h
        call kbc_command
        mov al, [es:E_KBCCMD]
        call kbc_write
        mov byte [es:E_MINDEX], 0
        pushf
        cli
        in al, PIC2+1
        and al, 0EFh
        out PIC2+1, al
        in al, PIC1+1
        and al, 0FBh
        out PIC1+1, al
        popf
        ret

; ms_read: AL = next mouse byte; CF after the time-out. Keyboard bytes go their
; own way by IRQ 1.
ms_read:
        push bx
        push cx
        mov cx, 25 * TOGGLES_MS
.look:  in al, KBSTAT
        and al, 21h
        cmp al, 21h
        je .got
        call tmo_step
        jnc .look
        jmp .end
.got:   in al, KBDATA
        clc
.end:   pop cx
        pop bx
        ret

; ms_send: AL = byte for the mouse; CF and AH when it is not acknowledged.
; Movement bytes still under way are dropped.
ms_send:
        push ax
        mov al, 0D4h
        call kbc_command
        pop ax
        call kbc_write
        push cx
        mov cx, 8
.reply: call ms_read
        mov ah, ME_INTERFACE
        jc .end
        cmp al, 0FAh
        je .ack                         ; CF clear
        mov ah, ME_INPUT
        cmp al, 0FEh
        je .bad
        loop .reply
.bad:   stc
        jmp .end
.ack:   mov ah, 0
.end:   pop cx
        ret

; ms_command: AL = one command byte, nothing more.
ms_command:
        push ax
        call ms_open
        pop ax
        call ms_send
        jmp ms_close

; 00h: BH = 0 off, 1 on.
ms_enable:
        mov bh, [bp+F_BH]
        cmp bh, 1
        mov ah, ME_INPUT
        ja .end
        je .on
        mov byte [es:E_KBCCMD], KBC_MOUSE_OFF
        mov al, MC_OFF
        jmp ms_command
.on:    mov ah, ME_NOHANDLER
        test byte [es:E_MFLAGS], MF_HANDLER
        jz .end
        mov byte [es:E_KBCCMD], KBC_MOUSE_ON
        mov al, MC_ON
        jmp ms_command
.end:   ret

; 01h: reset: BL = AAh, BH = ID. 05h: the same, BH = packet size.
ms_init:
        mov bh, [bp+F_BH]
        mov ah, ME_INPUT
        cmp bh, 1
        jb .end
        cmp bh, 8
        ja .end
        dec bh                          ; kept as size - 1, never zero: 1 byte
        jnz .size                       ; packets count as 2
        inc bh
.size:  and byte [es:E_MFLAGS], ~MF_SIZE & 0FFh
        or [es:E_MFLAGS], bh
        jmp ms_reset_keep
.end:   ret
ms_reset:
        and byte [es:E_MFLAGS], ~MF_SIZE & 0FFh
        or byte [es:E_MFLAGS], 2        ; three bytes
ms_reset_keep:
        mov byte [es:E_KBCCMD], KBC_MOUSE_OFF
        call ms_open
        mov al, MC_RESET
        call ms_send
        jc .end
        mov bh, 40                      ; self-test: up to a second
.bat:   call ms_read
        jnc .done
        dec bh
        jnz .bat
        mov ah, ME_INTERFACE
        jmp .end
.done:  mov [bp+F_BL], al
        call ms_read
        mov ah, ME_INTERFACE
        jc .end
        mov [bp+F_BH], al
        mov ah, 0
.end:   jmp ms_close

; 02h: BH = 0-6 for 10, 20, 40, 60, 80, 100, 200 reports a second.
ms_rate:
        mov bl, [bp+F_BH]
        mov bh, 0
        mov ah, ME_INPUT
        cmp bl, 6
        ja ms_init.end
        mov dl, [cs:bx+ms_rates]
        mov dh, MC_RATE
ms_two: call ms_open                    ; DH = command, DL = its argument
        mov al, dh
        call ms_send
        jc .end
        mov al, dl
        call ms_send
.end:   jmp ms_close
ms_rates:
        db 10, 20, 40, 60, 80, 100, 200

; 03h: BH = 0-3 for 1, 2, 4, 8 counts a millimetre.
ms_resolution:
        mov dl, [bp+F_BH]
        mov ah, ME_INPUT
        cmp dl, 3
        ja ms_init.end
        mov dh, MC_RESOLUTION
        jmp ms_two

; 04h: BH = ID. A wheel mouse sends four bytes from now on.
ms_type:
        call ms_open
        mov al, MC_ID
        call ms_send
        jc .end
        call ms_read
        mov ah, ME_INTERFACE
        jc .end
        mov [bp+F_BH], al
        mov ah, 0
        cmp al, 3
        je .wheel
        cmp al, 4
        jne .end
.wheel: or byte [es:E_MFLAGS], 3
        and byte [es:E_MFLAGS], ~4 & 0FFh
.end:   jmp ms_close

; 06h: BH = 0 status to BL, CL, DL; 1, 2 scaling 1:1, 2:1.
ms_extended:
        mov bh, [bp+F_BH]
        mov ah, ME_INPUT
        cmp bh, 2
        ja ms_init.end
        mov al, MC_SCALE2
        je .one
        mov al, MC_SCALE1
        cmp bh, 1
        je .one
        call ms_open
        mov al, MC_STATUS
        call ms_send
        jc .end
        call ms_read
        jc .lost
        mov [bp+F_BL], al
        call ms_read
        jc .lost
        mov [bp+F_CL], al
        call ms_read
        jc .lost
        mov [bp+F_DL], al
        mov ah, 0
        jmp .end
.lost:  mov ah, ME_INTERFACE
.end:   jmp ms_close
.one:   jmp ms_command

; 07h: ES:BX = handler, 0:0 none.
ms_handler:
        mov ax, [bp+F_BX]
        mov dx, [bp+F_ES]
        cli
        mov [es:E_MPTR], ax
        mov [es:E_MPTR+2], dx
        and byte [es:E_MFLAGS], ~MF_HANDLER & 0FFh
        or ax, dx
        jz .none
        or byte [es:E_MFLAGS], MF_HANDLER
.none:  mov ah, 0
        sti
        ret

; ---- INT 74h: IRQ 12 ----
int74:
        FRAME
        call load_es_ebda
        in al, KBSTAT
        and al, 21h
        cmp al, 21h
        jne .eoi
        in al, KBDATA
        test byte [es:E_MFLAGS], MF_HANDLER
        jz .eoi
        mov bl, [es:E_MINDEX]
        mov bh, 0
        or bl, bl                       ; the first byte has bit 3 set
        jnz .put
        cmp byte [es:E_MFLAGS], MF_HANDLER | 2
        jb .put
        test al, 8
        jz .eoi
.put:   mov [es:bx+E_MDATA], al
        inc bl
        mov al, [es:E_MFLAGS]
        and al, MF_SIZE
        cmp bl, al                      ; size - 1
        ja .packet
        mov [es:E_MINDEX], bl
.eoi:   mov al, EOI
        out PIC2, al
        out PIC1, al
        jmp frame_exit
.packet:
        mov byte [es:E_MINDEX], 0
        mov ah, 0                       ; status, X, Y, Z on the stack
        mov al, [es:E_MDATA]
        push ax
        mov al, [es:E_MDATA+1]
        push ax
        mov al, [es:E_MDATA+2]
        push ax
        mov bl, [es:E_MFLAGS]
        and bl, MF_SIZE
        cmp bl, 3
        mov al, 0
        jb .z
        mov al, [es:E_MDATA+3]
.z:     push ax
        mov al, EOI
        out PIC2, al
        out PIC1, al
        sti
        call far [es:E_MPTR]
        cli
        mov sp, bp                      ; the four words go
        jmp frame_exit
