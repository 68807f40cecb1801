; lib.asm - what every part uses: CMOS access, bounded waits, text output.

; ---- CMOS ----
; cmos_read: AL = index -> AL = value. NMI stays enabled (bit 7 clear).
cmos_read:
        pushf
        cli
        out CMOS, al
        jmp short $+2
        in al, CMOS+1
        popf
        ret

; cmos_write: AL = index, AH = value.
cmos_write:
        pushf
        cli
        out CMOS, al
        xchg al, ah
        out CMOS+1, al
        xchg al, ah
        popf
        ret

; cmos_read16: AL = index of the low byte -> AX.
cmos_read16:
        push cx
        mov ch, al
        inc al
        call cmos_read
        mov ah, al
        mov al, ch
        mov ch, ah
        call cmos_read
        mov ah, ch
        pop cx
        ret

; cpu_level: AL = 0 8086, 2 286, 3 386 and later.
cpu_level:
        push es
        call load_es_ebda
        mov al, [es:E_CPU]
        pop es
        ret

; ---- segments ----
load_es_ebda:
        push ax
        mov ax, BDA
        mov es, ax
        mov es, [es:B_EBDA]
        pop ax
        ret

load_ds_ebda:
        push ax
        mov ax, BDA
        mov ds, ax
        mov ds, [B_EBDA]
        pop ax
        ret

; ---- end of a service ----
return_cf:                              ; CF = 1, AH = 86h: no such function
        mov byte [bp+F_AH], 86h
set_cf_exit:
        or byte [bp+F_FL], CF
        jmp frame_exit
clr_cf_exit:
        and byte [bp+F_FL], ~CF & 0FFh
frame_exit:
        pop di
        pop si
        pop bp
        pop bx
        pop dx
        pop cx
        pop ax
        pop es
        pop ds
        iret

; ---- time ----
; The refresh request toggles port 61h bit 4 every 15.085 us (AT Technical
; Reference, system control port B); it needs neither timer nor interrupts.
TOGGLES_MS      equ 66
TOGGLES_SEC     equ 65535               ; 0.99 s

; tmo_step: one look at the toggle. BL bit 4 holds the last state, CX counts
; down; CF = 1 when CX is used up. Start with any BL.
tmo_step:
        push ax
        in al, PORTB
        xor al, bl
        and al, 10h
        jz .same
        xor bl, al
        sub cx, 1
        jmp .out
.same:  clc
.out:   pop ax
        ret

; delay_toggles: CX = number of toggles to wait.
delay_toggles:
        push bx
        mov bl, 0
.wait:  call tmo_step
        jnc .wait
        pop bx
        ret

; can_halt: CF = 0 when HLT is sure to end: the timer interrupt is unmasked
; and no interrupt is in service, so IRQ 0 can come.
can_halt:
        push ax
        in al, PIC1+1
        test al, 1
        jnz .no
        mov al, 0Bh                     ; OCW3: next read is the ISR
        out PIC1, al
        jmp short $+2
        in al, PIC1
        mov ah, al
        mov al, 0Ah                     ; back to the IRR
        out PIC1, al
        or ah, ah
        jnz .no
        pop ax
        clc
        ret
.no:    pop ax
        stc
        ret

; ---- text ----
; puts: SI = zero-terminated text in the ROM.
puts:
        push ax
.next:  cs lodsb
        or al, al
        jz .end
        call putc
        jmp .next
.end:   pop ax
        ret

putc:
        push ax
        push bx
        push bp
%ifdef DEBUG
        out 0E9h, al
%endif
        mov ah, 0Eh
        mov bx, 7
        int 10h
        pop bp
        pop bx
        pop ax
        ret

crlf:
        push si
        mov si, msg_crlf
        call puts
        pop si
        ret
msg_crlf:
        db 13, 10, 0

; put_dec: DX:AX = number.
put_dec:
        push ax
        push bx
        push cx
        push dx
        push di
        mov bx, 10
        xor di, di
.digit: mov cx, ax                      ; divide DX:AX by ten in two steps
        mov ax, dx
        xor dx, dx
        div bx
        xchg ax, cx
        div bx
        push dx
        inc di
        mov dx, cx
        mov cx, ax
        or cx, dx
        jnz .digit
.out:   pop ax
        add al, '0'
        call putc
        dec di
        jnz .out
        pop di
        pop dx
        pop cx
        pop bx
        pop ax
        ret

; put_hex8: AL.
put_hex8:
        push ax
        push cx
        mov cl, 4
        mov ch, al
        shr al, cl
        call .nibble
        mov al, ch
        and al, 0Fh
        call .nibble
        pop cx
        pop ax
        ret
.nibble:
        add al, '0'
        cmp al, '9'
        jbe .put
        add al, 'A'-'9'-1
.put:   jmp putc
