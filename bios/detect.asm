; detect.asm - POST: keyboard controller, serial and printer ports, coprocessor,
; equipment word, option ROMs. ES = EBDA throughout.

SCAN_F12        equ 58h                 ; set 1, as the 8042 translates it
SCAN2_F12       equ 07h                 ; set 2
KEY_F12         equ 8600h               ; INT 16h

; ---- 8042 (AT Technical Reference, keyboard controller) ----
KBC_WAIT        equ 20 * TOGGLES_MS

keyboard_init:
        mov cx, 16                      ; keys hit before now
.drain: in al, KBSTAT
        test al, 1
        jz .empty
        call kbc_take
        loop .drain
.empty: mov al, 0AAh                    ; self-test
        call kbc_command
        call kbc_read
        mov al, 60h                     ; command byte: IRQ 1, translate,
        call kbc_command                ; mouse off
        mov al, 65h
        mov [es:E_KBCCMD], al
        call kbc_write
        mov al, 0A9h                    ; is there a mouse port?
        call kbc_command
        call kbc_read
        jc .nomouse
        or al, al
        jnz .nomouse
        mov byte [es:E_MFLAGS], 2       ; packets of three bytes
.nomouse:
        mov al, 0AEh                    ; keyboard clock on
        call kbc_command
        mov al, 0F6h                    ; keyboard: defaults, then scan
        call .tell
        mov al, 0F4h
.tell:  call kbc_write
        mov ah, 4
.ack:   call kbc_read
        jc .end
        cmp al, 0FAh
        je .end
        dec ah
        jnz .ack
.end:   ret

; kbc_take: a byte is waiting: fetch it, note F12.
kbc_take:
        in al, KBDATA
        cmp al, SCAN_F12
        je .f12
        cmp al, SCAN2_F12
        jne .end
.f12:   mov byte [es:E_F12], 1
.end:   ret

kbc_ready:                              ; until the input buffer is empty
        push bx
        push cx
        push ax
        mov cx, KBC_WAIT
.wait:  in al, KBSTAT
        test al, 2
        jz .end
        call tmo_step
        jnc .wait
.end:   pop ax
        pop cx
        pop bx
        ret

kbc_command:
        call kbc_ready
        out KBSTAT, al
        ret

kbc_write:
        call kbc_ready
        out KBDATA, al
        ret

; kbc_read: AL = next byte, CF when none came.
kbc_read:
        push bx
        push cx
        mov cx, KBC_WAIT
.wait:  in al, KBSTAT
        test al, 1
        jnz .got
        call tmo_step
        jnc .wait
        jmp .end
.got:   call kbc_take
        clc
.end:   pop cx
        pop bx
        ret

; first_tick: until the first timer interrupt, 55 ms after the 8254 was started
; early in POST: time for a key to arrive.
first_tick:
        push ds
        mov ax, BDA
        mov ds, ax
        mov ax, [B_TICKS]
.sleep: hlt
        cmp ax, [B_TICKS]
        je .sleep
        pop ds
        ret

; late_keys: F12 that came through IRQ 1 during POST.
late_keys:
.more:  mov ah, 11h
        int 16h
        jz .end
        mov ah, 10h
        int 16h
        cmp ax, KEY_F12
        jne .more
        mov byte [es:E_F12], 1
        jmp .more
.end:   ret

; ---- serial and printer ports ----
ports_detect:
        push ds
        mov ax, BDA
        mov ds, ax
        mov di, B_COM
        mov si, com_bases
        mov bl, 0
.com:   cs lodsw
        or ax, ax
        jz .com_done
        mov dx, ax
        inc dx                          ; interrupt enable: only bits 0-3 hold
        mov al, 5
        out dx, al
        jmp short $+2
        in al, dx
        mov ah, al
        mov al, 0
        out dx, al
        jmp short $+2
        in al, dx
        or al, al
        jnz .com
        cmp ah, 5
        jne .com
        dec dx
        mov [di], dx
        inc di
        inc di
        inc bl
        jmp .com
.com_done:
        mov di, B_LPT
        mov bh, 0
.lpt:   cs lodsw
        or ax, ax
        jz .lpt_done
        mov dx, ax
        mov al, 0AAh                    ; the data latch reads back
        out dx, al
        jmp short $+2
        in al, dx
        cmp al, 0AAh
        jne .lpt
        mov al, 55h
        out dx, al
        jmp short $+2
        in al, dx
        cmp al, 55h
        jne .lpt
        mov al, 0
        out dx, al
        inc dx
        inc dx
        mov al, 0Ch                     ; not selected: INIT high, SELECT IN
        out dx, al
        dec dx
        dec dx
        mov [di], dx
        inc di
        inc di
        inc bh
        jmp .lpt
.lpt_done:
        mov al, bh                      ; equipment bits 14-15 and 9-11
        mov cl, 6
        shl al, cl
        shl bl, 1
        or al, bl
        mov [B_EQUIP+1], al
        pop ds
        ret

com_bases:      dw 3F8h, 2F8h, 3E8h, 2E8h, 0
lpt_bases:      dw 378h, 278h, 3BCh, 0

; ---- equipment word, low byte ----
equipment_init:
        push ds
        mov ax, BDA
        mov ds, ax
        mov bl, 20h                     ; 80x25 colour
        fninit                          ; no coprocessor: memory stays
        mov word [B_JUMP], 5A5Ah
        fnstsw [B_JUMP]
        mov cx, 4
.settle:
        loop .settle
        cmp byte [B_JUMP], 0
        jne .nofpu
        or bl, 2
.nofpu: test byte [es:E_MFLAGS], 7
        jz .nomouse
        or bl, 4
.nomouse:
        mov al, CM_FLOPPY
        call cmos_read
        mov bh, 0
        test al, 0F0h
        jz .b
        inc bh
.b:     test al, 0Fh
        jz .count
        inc bh
.count: or bh, bh
        jz .set
        dec bh
        mov cl, 6
        shl bh, cl
        or bl, bh
        or bl, 1
.set:   mov al, [B_EQUIP]               ; the VGA BIOS may have set bits 4-5
        test al, 30h
        jz .store
        and al, 30h
        and bl, 0CFh
        or bl, al
.store: mov [B_EQUIP], bl
        pop ds
        ret

; ---- option ROMs: 55h AAh, length in 512 bytes, sum zero, entry at 3 ----
oprom_scan:
        push ds
        mov ax, 0C000h
        mov ds, ax
        call oprom_size
        jc .from
        mov bx, ax                      ; the VGA BIOS has run
        mov ax, 0C000h
        add ax, bx
.from:  add ax, 7Fh
        and ax, 0FF80h                  ; 2 KB steps
.next:  cmp ax, 0E000h
        jae .end
        mov ds, ax
        mov bx, ax
        call oprom_size
        jc .skip
        call oprom_check
        jnz .skip
        push ax
        push bx
        xchg ax, bx
        mov bx, 0FFFFh
        call oprom_call
        pop bx
        pop ax
        add bx, ax
        mov ax, bx
        jmp .from
.skip:  mov ax, bx
        add ax, 80h
        jmp .next
.end:   pop ds
        ret

; oprom_size: DS = segment -> AX = paragraphs; CF and AX = segment: no ROM.
oprom_size:
        cmp word [0], 0AA55h
        jne .none
        mov al, [2]
        mov ah, 0
        or al, al
        jz .none
        mov cl, 5
        shl ax, cl
        clc
        ret
.none:  mov ax, ds
        stc
        ret

; oprom_check: DS = segment -> ZF when the bytes add up to zero.
oprom_check:
        push ax
        push ds
        mov dl, 0
        mov dh, [2]                     ; 512-byte blocks
.block: xor si, si
        mov cx, 512
.sum:   lodsb
        add dl, al
        loop .sum
        mov ax, ds
        add ax, 20h
        mov ds, ax
        dec dh
        jnz .block
        pop ds
        pop ax
        or dl, dl
        ret

; oprom_call: AX = segment, BX = bus/devfn given to the ROM in AX.
oprom_call:
        push ds
        push es
        push bp
        mov dx, BDA
        mov ds, dx
        mov word [B_JUMP], 3
        mov [B_JUMP+2], ax
        mov ax, bx
        xor bx, bx
        call far [B_JUMP]
        cli
        cld
        pop bp
        pop es
        pop ds
        ret
