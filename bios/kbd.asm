; kbd.asm - INT 09h (IRQ 1): scan codes, set 1 as the 8042 translates them, to
; shift states and to the buffer at 40:1Eh. PS/2 BIOS Interface Reference, INT
; 09h and keyboard data area; every key of the 101/102-key keyboard.

KF_RSHIFT       equ 01h                 ; B_KBF
KF_LSHIFT       equ 02h
KF_CTRL         equ 04h
KF_ALT          equ 08h
KF_SCROLL       equ 10h
KF_NUM          equ 20h
KF_CAPS         equ 40h
KF_INS          equ 80h
K1_LCTRL        equ 01h                 ; B_KBF1
K1_LALT         equ 02h
K1_SYSREQ       equ 04h
K1_PAUSE        equ 08h
K3_E1           equ 01h                 ; B_KBF3
K3_E0           equ 02h
K3_RCTRL        equ 04h
K3_RALT         equ 08h
KL_BUSY         equ 40h                 ; B_KBLED

kbd_irq:
        FRAME
        in al, KBSTAT                   ; a mouse byte is not ours
        and al, 21h
        cmp al, 21h
        jne .read
        jmp .eoi
.read:  in al, KBDATA
        cmp al, 0FAh
        je .reply
        cmp al, 0FEh
        je .reply
        mov ah, 4Fh                     ; keyboard intercept
        stc
        int 15h
        mov bx, BDA
        mov ds, bx
        jnc .eoi
        cmp al, 0E0h
        jne .not_e0
        or byte [B_KBF3], K3_E0
        jmp .eoi
.not_e0:
        cmp al, 0E1h
        jne .code
        or byte [B_KBF3], K3_E1
        jmp .eoi
.code:  mov ah, [B_KBF3]                ; AH = prefixes of this code
        test ah, K3_E1
        jz .plain
        mov bl, al                      ; Pause: E1 1D 45, E1 9D C5
        and bl, 7Fh
        cmp bl, 1Dh
        je .eoi
        and byte [B_KBF3], ~(K3_E0 | K3_E1) & 0FFh
        cmp al, 45h
        jne .eoi
        jmp .pause
.plain: and byte [B_KBF3], ~K3_E0 & 0FFh
        call kbd_key                    ; CF: pause asked for
        jc .pause
        call kbd_leds
.eoi:   cli
        mov al, EOI
        out PIC1, al
        jmp frame_exit
.reply: call led_reply
        jmp .eoi

.pause: test byte [B_KBF1], K1_PAUSE
        jnz .eoi
        or byte [B_KBF1], K1_PAUSE
        mov al, EOI
        out PIC1, al
.sleep: sti
        hlt
        cli
        test byte [B_KBF1], K1_PAUSE
        jnz .sleep
        jmp frame_exit

; kbd_key: AL = scan code, AH = prefixes.
kbd_key:
        mov bl, al
        and bl, 7Fh
        mov si, shift_keys
.shift: mov dl, [cs:si]                 ; code, prefix, B_KBF bit, other byte,
        or dl, dl                       ; bit there
        jz .notshift
        cmp dl, bl
        jne .next
        mov dl, ah
        and dl, K3_E0
        cmp dl, [cs:si+1]
        je .isshift
.next:  add si, 5
        jmp .shift
.isshift:
        jmp kbd_shift

.notshift:
        cmp bl, 2Ah                     ; E0 2A, E0 36: shifts that come with
        je .nothing                     ; the grey keys
        cmp bl, 36h
        je .nothing
        mov si, toggle_keys
.toggle:
        mov dl, [cs:si]
        or dl, dl
        jz .nottoggle
        cmp dl, bl
        je .istoggle
        add si, 2
        jmp .toggle
.istoggle:
        jmp kbd_toggle

.nottoggle:
        cmp bl, 54h
        je .sysreq
        test al, 80h
        jnz .nothing
        test byte [B_KBF1], K1_PAUSE    ; any key ends a pause, and is lost
        jz .work
        and byte [B_KBF1], ~K1_PAUSE & 0FFh
.nothing:
        clc
        ret
.sysreq:
        test al, 80h
        jnz .sysup
        test byte [B_KBF1], K1_SYSREQ
        jnz .nothing
        or byte [B_KBF1], K1_SYSREQ
        mov ax, 8500h
        jmp .tell
.sysup: and byte [B_KBF1], ~K1_SYSREQ & 0FFh
        mov ax, 8501h
.tell:  push ax
        mov al, EOI
        out PIC1, al
        pop ax
        sti
        int 15h
        cli
        clc
        ret

.work:  mov dl, [B_KBF]
        cmp al, 53h                     ; Ctrl-Alt-Del
        jne .notreset
        mov dh, dl
        and dh, KF_CTRL | KF_ALT
        cmp dh, KF_CTRL | KF_ALT
        jne .notreset
        jmp reset_machine
.notreset:
        test ah, K3_E0
        jz .keypad
        cmp al, 46h                     ; Ctrl-Break
        je .break
        cmp al, 37h
        je .prtsc
        mov si, gray_keys
        jmp .find
.keypad:
        call kbd_altnum
        jc .nothing
        cmp al, 58h
        ja .nothing
        mov bl, al                      ; table of four words a key
        dec bl
        mov bh, 0
        shl bx, 1
        shl bx, 1
        shl bx, 1
        lea si, [bx+key_table]
        jmp .column

.find:  mov bl, [cs:si]                 ; grey keys: code, four words
        or bl, bl
        jz .nothing
        inc si
        cmp bl, al
        je .column
        add si, 8
        jmp .find

; SI = four words: plain, shift, Ctrl, Alt.
.column:
        test dl, KF_ALT
        jz .noalt
        add si, 6
        jmp .fetch
.noalt: test dl, KF_CTRL
        jz .noctrl
        add si, 4
        jmp .fetch
.noctrl:
        mov dh, 0
        test dl, KF_LSHIFT | KF_RSHIFT
        jz .lock
        inc dh
.lock:  test ah, K3_E0
        jnz .pick
        cmp al, 47h                     ; Num Lock turns the keypad round,
        jb .caps
        cmp al, 53h
        ja .pick
        test dl, KF_NUM
        jz .pick
        xor dh, 1
        jmp .pick
.caps:  test dl, KF_CAPS                ; Caps Lock the letters
        jz .pick
        mov bl, [cs:si]
        cmp bl, 'a'
        jb .pick
        cmp bl, 'z'
        ja .pick
        xor dh, 1
.pick:  or dh, dh
        jz .fetch
        inc si
        inc si
.fetch: mov ax, [cs:si]
        or ax, ax
        jz .done
        call kbd_store
.done:  clc
        ret

.break: test dl, KF_CTRL
        jz .done
        call kbd_break
        clc
        ret
.prtsc: test dl, KF_ALT
        jnz .done
        test dl, KF_CTRL
        jz .print
        mov ax, 7200h
        call kbd_store
        clc
        ret
.print: mov al, EOI
        out PIC1, al
        sti
        int 5
        cli
        clc
        ret

; kbd_break: buffer emptied, INT 1Bh, a zero key.
kbd_break:
        mov ax, [B_KBSTART]
        mov [B_KBHEAD], ax
        mov [B_KBTAIL], ax
        mov byte [B_BREAK], 80h
        int 1Bh
        mov ax, BDA
        mov ds, ax
        xor ax, ax
        jmp kbd_store

; kbd_shift: SI = entry of shift_keys.
kbd_shift:
        mov bl, [cs:si+3]
        mov bh, 0
        mov dl, [cs:si+4]
        mov dh, [cs:si+2]
        test al, 80h
        jnz .up
        or [B_KBF], dh
        or [bx], dl
        clc
        ret
.up:    not dl
        and [bx], dl
        cmp dh, KF_CTRL                 ; the other Ctrl or Alt may be down
        je .ctrl
        cmp dh, KF_ALT
        je .alt
.clear: not dh
        and [B_KBF], dh
.end:   clc
        ret
.ctrl:  test byte [B_KBF1], K1_LCTRL
        jnz .end
        test byte [B_KBF3], K3_RCTRL
        jnz .end
        jmp .clear
.alt:   test byte [B_KBF1], K1_LALT
        jnz .end
        test byte [B_KBF3], K3_RALT
        jnz .end
        not dh
        and [B_KBF], dh
        mov al, 0                       ; Alt + digits typed a character
        xchg al, [B_ALTIN]
        or al, al
        jz .end
        mov ah, 0
        call kbd_store
        clc
        ret

; kbd_toggle: SI = entry of toggle_keys; the same bit in B_KBF1 is set while
; the key is down.
kbd_toggle:
        mov dl, [cs:si+1]
        mov dh, [B_KBF]
        cmp dl, KF_INS
        je .ins
        cmp dl, KF_NUM
        jne .notpause
        test dh, KF_CTRL
        jnz .pause
.notpause:
        cmp dl, KF_SCROLL
        jne .flip
        test ah, K3_E0                  ; Ctrl-Break is E0h + Scroll Lock
        jnz .asbreak
        test dh, KF_CTRL
        jz .flip
.asbreak:
        test al, 80h
        jnz .end
        test dh, KF_CTRL
        jz .end
        call kbd_break
        clc
        ret
.flip:  test al, 80h
        jnz .up
        test [B_KBF1], dl
        jnz .end
        or [B_KBF1], dl
        xor [B_KBF], dl
.end:   clc
        ret
.up:    not dl
        and [B_KBF1], dl
        clc
        ret
.pause: rol al, 1                       ; CF = 1 on make
        cmc
        ret

.ins:   test al, 80h
        jnz .up
        test dh, KF_ALT | KF_CTRL
        jnz .key
        test ah, K3_E0                  ; keypad 0: only as Ins
        jnz .flipins
        mov bl, 0
        test dh, KF_NUM
        jz .s
        inc bl
.s:     test dh, KF_LSHIFT | KF_RSHIFT
        jz .t
        xor bl, 1
.t:     or bl, bl
        jnz .key
.flipins:
        test [B_KBF1], dl
        jnz .key
        or [B_KBF1], dl
        xor [B_KBF], dl
.key:   mov dl, [B_KBF]
        test byte [B_KBF1], K1_PAUSE
        jnz .end
        test ah, K3_E0
        jz .pad
        mov si, gray_keys
        jmp kbd_key.find
.pad:   jmp kbd_key.keypad

; kbd_altnum: Alt with keypad digits; CF when the key was one.
kbd_altnum:
        test dl, KF_ALT
        jz .no
        cmp al, 47h
        jb .no
        cmp al, 53h
        jae .no
        mov bl, al
        mov bh, 0
        mov bl, [cs:bx+pad_digits-47h]
        cmp bl, 9
        ja .no
        mov al, 10
        mul byte [B_ALTIN]
        add al, bl
        mov [B_ALTIN], al
        stc
        ret
.no:    clc
        ret

; kbd_store: AX into the buffer; a full one beeps. CF = 1 when full.
kbd_store:
        push bx
        push si
        mov si, [B_KBTAIL]
        mov bx, si
        inc bx
        inc bx
        cmp bx, [B_KBEND]
        jb .wrap
        mov bx, [B_KBSTART]
.wrap:  cmp bx, [B_KBHEAD]
        je .full
        mov [si], ax
        mov [B_KBTAIL], bx
        pop si
        pop bx
        push ax
        mov ax, 9102h                   ; device post: a key is there
        int 15h
        mov ax, BDA
        mov ds, ax
        pop ax
        clc
        ret
.full:  pop si
        pop bx
        call kbd_click
        stc
        ret

kbd_click:
        push ax
        push cx
        in al, PORTB
        push ax
        mov cx, 40
.wave:  xor al, 2
        out PORTB, al
        push cx
        mov cx, 30                      ; half a wave of 1.1 kHz
        call delay_toggles
        pop cx
        loop .wave
        pop ax
        out PORTB, al
        pop cx
        pop ax
        ret

; ---- LEDs: EDh, acknowledge, lights, acknowledge, all by IRQ 1 ----
kbd_leds:
        mov al, [B_KBF]
        mov cl, 4
        shr al, cl
        and al, 7
        mov ah, [B_KBLED]
        and ah, 7
        cmp al, ah
        je .end
        call load_es_ebda
        mov byte [es:E_LEDSTEP], 1
        or byte [B_KBLED], KL_BUSY
        mov al, 0EDh
        jmp kbc_write
.end:   ret

led_reply:                              ; AL = FAh or FEh
        call load_es_ebda
        cmp al, 0FAh
        jne .stop
        or byte [B_KBLED], 10h
        cmp byte [es:E_LEDSTEP], 1
        jb .end
        ja .stop
        mov byte [es:E_LEDSTEP], 2
        mov al, [B_KBF]
        mov cl, 4
        shr al, cl
        and al, 7
        and byte [B_KBLED], 0F8h
        or [B_KBLED], al
        jmp kbc_write
.stop:  mov byte [es:E_LEDSTEP], 0
        and byte [B_KBLED], ~KL_BUSY & 0FFh
.end:   ret

; reset_machine: the 8042 pulses the reset line, then port 92h, then a jump.
reset_machine:
        mov word [B_WARM], 1234h
        mov al, 0FEh
        out KBSTAT, al
        mov cx, 100 * TOGGLES_MS
        call delay_toggles
        in al, PORT92
        or al, 1
        out PORT92, al
        mov cx, TOGGLES_MS
        call delay_toggles
        jmp ROM:0FFF0h
