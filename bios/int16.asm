; int16.asm - INT 16h: keyboard services, standard (00h-02h), enhanced
; (10h-12h), rate, write to buffer. PS/2 BIOS Interface Reference, INT 16h.

kbdsvc:
        FRAME
        sti
        cmp ah, 0
        je ks_read
        cmp ah, 10h
        je ks_read
        cmp ah, 1
        je ks_peek
        cmp ah, 11h
        je ks_peek
        cmp ah, 2
        je ks_shift
        cmp ah, 12h
        je ks_shift12
        cmp ah, 3
        je ks_rate
        cmp ah, 5
        je ks_write
        cmp ah, 9
        je ks_caps
        cmp ah, 0Ah
        je ks_id
        jmp frame_exit

; 00h, 10h: wait for a key; the processor sleeps until one comes.
ks_read:
        cli
        mov bx, [B_KBHEAD]
        cmp bx, [B_KBTAIL]
        jne .key
        mov ax, 9002h                   ; device busy: keyboard
        sti
        int 15h
        mov bx, BDA
        mov ds, bx
        cli
        mov bx, [B_KBHEAD]
        cmp bx, [B_KBTAIL]
        jne .key
        sti
        hlt
        jmp ks_read
.key:   call ks_take
        sti
        mov dl, [bp+F_AH]
        call ks_translate
        jc ks_read
        mov [bp+F_AX], ax
        jmp frame_exit

; 01h, 11h: ZF = 1 when there is no key.
ks_peek:
        cli
        mov bx, [B_KBHEAD]
        cmp bx, [B_KBTAIL]
        je .none
        mov ax, [bx]
        mov dl, [bp+F_AH]
        call ks_translate
        jc .drop
        mov [bp+F_AX], ax
        and byte [bp+F_FL], ~ZF & 0FFh
        jmp frame_exit
.drop:  call ks_take                    ; a code that this function hides
        jmp ks_peek
.none:  or byte [bp+F_FL], ZF
        jmp frame_exit

; ks_take: BX = head -> AX = key, head advanced.
ks_take:
        mov ax, [bx]
        inc bx
        inc bx
        cmp bx, [B_KBEND]
        jb .set
        mov bx, [B_KBSTART]
.set:   mov [B_KBHEAD], bx
        ret

; ks_translate: AX = key, DL = function; CF when the function hides the key.
ks_translate:
        test dl, 10h
        jnz .enhanced
        or ah, ah                       ; Alt + digits: any character
        jz .keep
        cmp ah, 0E0h                    ; grey Enter and /
        je .grey
        cmp ah, 84h                     ; codes of the 101-key keyboard
        ja .hide
        cmp al, 0F0h
        je .hide
        jmp .e0
.grey:  mov ah, 35h
        cmp al, '/'
        je .keep
        mov ah, 1Ch
        jmp .keep
.enhanced:
        or ah, ah
        jz .keep
        cmp al, 0F0h
        jne .keep
        mov al, 0
        jmp .keep
.e0:    cmp al, 0E0h
        jne .keep
        mov al, 0
.keep:  clc
        ret
.hide:  stc
        ret

ks_shift12:
        mov al, [B_KBF1]
        mov ah, al
        and al, 73h
        and ah, K1_SYSREQ
        mov cl, 5
        shl ah, cl
        or ah, al
        mov al, [B_KBF3]
        and al, K3_RCTRL | K3_RALT
        or ah, al
        mov [bp+F_AH], ah
ks_shift:
        mov al, [B_KBF]
        mov [bp+F_AL], al
        jmp frame_exit

; 03h: typematic rate, AL = 5: BL rate, BH delay.
ks_rate:
        cmp al, 5
        jne .end
        mov bx, [bp+F_BX]
        cmp bl, 1Fh
        ja .end
        cmp bh, 3
        ja .end
        mov cl, 5
        shl bh, cl
        or bl, bh
        mov al, 0F3h
        call .send
        mov al, bl
        call .send
.end:   jmp frame_exit
.send:  and byte [B_KBLED], 0EFh        ; INT 09h notes the acknowledge
        call kbc_write
        push bx
        mov cx, KBC_WAIT
.ack:   test byte [B_KBLED], 10h
        jnz .acked
        call tmo_step
        jnc .ack
.acked: pop bx
        ret

ks_write:
        cli
        mov ax, [bp+F_CX]
        mov si, [B_KBTAIL]
        mov bx, si
        inc bx
        inc bx
        cmp bx, [B_KBEND]
        jb .wrap
        mov bx, [B_KBSTART]
.wrap:  cmp bx, [B_KBHEAD]
        mov byte [bp+F_AL], 1
        je .end
        mov [si], ax
        mov [B_KBTAIL], bx
        mov byte [bp+F_AL], 0
.end:   jmp frame_exit

ks_caps:
        mov byte [bp+F_AL], 30h         ; 0Ah and 10h-12h are there
        jmp frame_exit

ks_id:
        mov word [bp+F_BX], 41ABh       ; 101/102-key keyboard, translated
        jmp frame_exit
