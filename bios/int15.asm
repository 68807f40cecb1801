; int15.asm - INT 15h: the dispatcher and the small functions. PS/2 BIOS
; Interface Reference, INT 15h. Memory: memory.asm; waits: rtc.asm; mouse:
; mouse.asm; power: apm.asm.

system_service:
        cmp ah, 4Fh                     ; the quick ones: keyboard intercept,
        je .intercept                   ; device busy, device post, SysReq
        cmp ah, 90h
        je .busy
        cmp ah, 91h
        je .busy
        FRAME
        mov si, system_table
.next:  mov bl, [cs:si]
        or bl, bl
        jz .bad
        cmp bl, ah
        je .found
        add si, 3
        jmp .next
.found: jmp [cs:si+1]
.bad:   jmp return_cf

.busy:  mov ah, 0
        push bp
        mov bp, sp
        and byte [bp+6], ~CF & 0FFh
        pop bp
        iret
.intercept:                             ; CF as the caller set it: key stands
        push bp
        mov bp, sp
        or byte [bp+6], CF
        pop bp
        iret

system_table:
        db 24h
        dw sys_a20
        db 53h
        dw apm_service
        db 80h
        dw sys_ok
        db 81h
        dw sys_ok
        db 82h
        dw sys_ok
        db 83h
        dw sys_event_wait
        db 84h
        dw sys_joystick
        db 85h
        dw sys_ok
        db 86h
        dw sys_wait
        db 87h
        dw sys_move
        db 88h
        dw sys_extmem
        db 89h
        dw sys_protected
        db 0C0h
        dw sys_config
        db 0C1h
        dw sys_ebda
        db 0C2h
        dw mouse_service
        db 0E8h
        dw sys_memory_map
        db 0

sys_ok: mov byte [bp+F_AH], 0
        jmp clr_cf_exit

sys_config:
        mov word [bp+F_ES], ROM
        mov word [bp+F_BX], config_table
        jmp sys_ok

sys_ebda:
        mov ax, [B_EBDA]
        mov [bp+F_ES], ax
        jmp clr_cf_exit

; 24h: A20 by port 92h: AL = 0 off, 1 on, 2 state, 3 how.
sys_a20:
        call cpu_level
        cmp al, 2
        jb .bad
        mov al, [bp+F_AL]
        cmp al, 3
        ja .bad
        je .how
        cmp al, 2
        je .state
        call a20_set
        jmp sys_ok
.state: in al, PORT92
        shr al, 1
        and al, 1
        mov [bp+F_AL], al
        jmp sys_ok
.how:   mov word [bp+F_BX], 2           ; port 92h
        jmp sys_ok
.bad:   jmp return_cf

; a20_set: AL bit 0 -> A20. Returns AL = as it was.
a20_set:
        push bx
        mov bl, al
        in al, PORT92
        mov bh, al
        and al, 0FCh
        shl bl, 1
        and bl, 2
        or al, bl
        out PORT92, al
        mov al, bh
        shr al, 1
        and al, 1
        pop bx
        ret

; 84h: game port 201h: DX = 0 switches, 1 positions.
sys_joystick:
        cmp word [bp+F_DX], 1
        je .sticks
        ja .bad
        mov dx, 201h
        in al, dx
        and al, 0F0h
        mov [bp+F_AL], al
        jmp clr_cf_exit
.bad:   jmp return_cf
.sticks:                                ; time each one-shot
        mov ah, 1
        mov si, F_AX
        call .axis
        mov ah, 2
        mov si, F_BX
        call .axis
        mov ah, 4
        mov si, F_CX
        call .axis
        mov ah, 8
        mov si, F_DX
        call .axis
        jmp clr_cf_exit
.axis:  mov dx, 201h
        xor di, di
        mov cx, 2 * TOGGLES_MS
        cli
        out dx, al
.count: in al, dx
        test al, ah
        jz .done
        inc di
        call tmo_step
        jnc .count
        xor di, di                      ; no stick
.done:  sti
        push bp
        add bp, si
        mov [bp], di
        pop bp
        ret
