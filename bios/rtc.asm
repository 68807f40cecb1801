; rtc.asm - INT 1Ah (tick count, clock, alarm), INT 70h (IRQ 8: periodic and
; alarm), and INT 15h/83h and 86h, which wait on the periodic interrupt.
; MC146818A; 1024 Hz periodic rate, 976 us an interrupt.

RTC_PIE         equ 40h
RTC_AIE         equ 20h
RTC_SET         equ 80h
US_TICK         equ 976

; rtc_init: the tick count from the clock. ES = EBDA.
rtc_init:
        push ds
        mov ax, BDA
        mov ds, ax
        call rtc_stable
        mov al, 4
        call .field
        mov ah, 0
        mov bx, ax
        mov dx, 0                       ; hours: 65543 + 1/3 ticks each
        push ax
        mov cx, 65543 - 65536
        mul cx
        add dx, bx
        pop cx
        push dx
        push ax
        mov ax, cx
        mov cl, 3
        div cl
        mov ah, 0
        pop cx
        pop bx
        add cx, ax
        adc bx, 0                       ; BX:CX = ticks
        mov al, 2
        call .field
        mov ah, 0
        mov di, ax
        mov dx, 1092                    ; minutes: 1092.388
        mul dx
        add cx, ax
        adc bx, dx
        mov ax, 398
        call .part
        mov al, 0
        call .field
        mov ah, 0
        mov di, ax
        mov dx, 18                      ; seconds: 18.2065
        mul dx
        add cx, ax
        adc bx, dx
        mov ax, 211
        call .part
        mov [B_TICKS], cx
        mov [B_TICKS+2], bx
        pop ds
        ret
.part:  mul di                          ; BX:CX += AX * DI / 1024
        mov al, ah
        mov ah, dl
        shr ax, 1
        shr ax, 1
        add cx, ax
        adc bx, 0
        ret
.field: call cmos_read                  ; BCD -> binary
        push cx
        mov ah, al
        and al, 0Fh
        mov cl, 4
        shr ah, cl
        mov cl, al
        mov al, 10
        mul ah
        add al, cl
        pop cx
        ret

; rtc_stable: until no update is in progress (bounded: 2 ms); CF when the
; clock never settles.
rtc_stable:
        push ax
        push bx
        push cx
        mov cx, 3 * TOGGLES_MS
.wait:  mov al, CM_REGA
        call cmos_read
        test al, 80h
        jz .end                         ; TEST clears CF
        call tmo_step
        jnc .wait
.end:   pop cx
        pop bx
        pop ax
        ret

; ---- INT 1Ah ----
time_service:
        FRAME
        sti
        cmp ah, 0B1h
        jne .rtc
        jmp pcibios_service
.rtc:   cmp ah, 8
        jae .bad
        mov bl, ah
        mov bh, 0
        shl bx, 1
        jmp [cs:bx+time_table]
.bad:   jmp set_cf_exit

time_table:
        dw tm_ticks, tm_set_ticks, tm_clock, tm_set_clock
        dw tm_date, tm_set_date, tm_alarm, tm_alarm_off

tm_ticks:
        cli
        mov ax, [B_TICKS]
        mov [bp+F_DX], ax
        mov ax, [B_TICKS+2]
        mov [bp+F_CX], ax
        mov al, 0
        xchg al, [B_MIDNIGHT]
        mov ah, 0
        mov [bp+F_AX], ax
        jmp clr_cf_exit

tm_set_ticks:
        cli
        mov ax, [bp+F_DX]
        mov [B_TICKS], ax
        mov ax, [bp+F_CX]
        mov [B_TICKS+2], ax
        mov byte [B_MIDNIGHT], 0
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit

tm_clock:
        call rtc_stable
        jc time_service.bad
        mov al, 0
        call cmos_read
        mov [bp+F_DH], al
        mov al, 2
        call cmos_read
        mov [bp+F_CL], al
        mov al, 4
        call cmos_read
        mov [bp+F_CH], al
        mov [bp+F_AL], al
        mov al, CM_REGB
        call cmos_read
        and al, 1                       ; daylight saving
        mov [bp+F_DL], al
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit

; rtc_regb: AL = bits to clear, AH = bits to set.
rtc_regb:
        push bx
        mov bx, ax
        pushf
        cli
        mov al, CM_REGB
        call cmos_read
        not bl
        and al, bl
        or al, bh
        mov ah, al
        mov al, CM_REGB
        call cmos_write
        popf
        pop bx
        ret

tm_set_clock:
        mov ax, 8001h                   ; stop updates, drop daylight saving
        call rtc_regb
        mov ah, [bp+F_DH]
        mov al, 0
        call cmos_write
        mov ah, [bp+F_CL]
        mov al, 2
        call cmos_write
        mov ah, [bp+F_CH]
        mov al, 4
        call cmos_write
        mov ah, [bp+F_DL]
        and ah, 1
        or ah, 2
        mov al, RTC_SET
        call rtc_regb
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit

tm_date:
        call rtc_stable
        jc .bad
        mov al, 7
        call cmos_read
        mov [bp+F_DL], al
        mov al, 8
        call cmos_read
        mov [bp+F_DH], al
        mov al, 9
        call cmos_read
        mov [bp+F_CL], al
        mov al, CM_CENTURY
        call cmos_read
        mov [bp+F_CH], al
        mov [bp+F_AL], al
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit
.bad:   jmp set_cf_exit

tm_set_date:
        mov ax, 8000h
        call rtc_regb
        mov ah, [bp+F_DL]
        mov al, 7
        call cmos_write
        mov ah, [bp+F_DH]
        mov al, 8
        call cmos_write
        mov ah, [bp+F_CL]
        mov al, 9
        call cmos_write
        mov ah, [bp+F_CH]
        mov al, CM_CENTURY
        call cmos_write
        mov ax, RTC_SET
        call rtc_regb
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit

tm_alarm:
        mov al, CM_REGB
        call cmos_read
        test al, RTC_AIE
        jnz tm_date.bad
        mov ah, [bp+F_DH]
        mov al, 1
        call cmos_write
        mov ah, [bp+F_CL]
        mov al, 3
        call cmos_write
        mov ah, [bp+F_CH]
        mov al, 5
        call cmos_write
        mov ax, RTC_AIE << 8
        call rtc_regb
        call rtc_unmask
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit

tm_alarm_off:
        mov ax, RTC_AIE
        call rtc_regb
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit

rtc_unmask:
        pushf
        cli
        in al, PIC2+1
        and al, 0FEh
        out PIC2+1, al
        in al, PIC1+1
        and al, 0FBh
        out PIC1+1, al
        popf
        ret

; ---- INT 70h: IRQ 8 ----
int70:
        push ds
        push ax
        push bx
        mov ax, BDA
        mov ds, ax
        mov al, CM_REGC
        call cmos_read
        mov ah, al
        mov al, CM_REGB
        call cmos_read
        and al, ah
        mov bl, al
        test bl, RTC_PIE
        jz .alarm
        test byte [B_WAITFLAG], 1
        jz .alarm
        sub word [B_WAITUS], US_TICK
        sbb word [B_WAITUS+2], 0
        jnc .alarm
        mov byte [B_WAITFLAG], 0
        push bx
        push ds
        lds bx, [B_WAITPTR]
        or byte [bx], 80h
        pop ds
        pop bx
        mov ax, RTC_PIE
        call rtc_regb
.alarm: test bl, RTC_AIE
        jz .end
        sti
        int 4Ah
        cli
.end:   mov al, EOI
        out PIC2, al
        out PIC1, al
        pop bx
        pop ax
        pop ds
        iret

; wait_start: CX:DX = microseconds, ES:BX = flag byte. CF when a wait is on.
wait_start:
        pushf
        cli
        test byte [B_WAITFLAG], 1
        jnz .busy
        mov [B_WAITPTR], bx
        mov [B_WAITPTR+2], es
        mov [B_WAITUS], dx
        mov [B_WAITUS+2], cx
        mov byte [B_WAITFLAG], 1
        call rtc_unmask
        mov ax, RTC_PIE << 8
        call rtc_regb
        popf
        clc
        ret
.busy:  popf
        stc
        ret

; INT 15h/83h: AL = 0 set a flag after CX:DX us, 1 cancel.
sys_event_wait:
        cmp al, 1
        je .cancel
        mov dx, [bp+F_DX]
        mov cx, [bp+F_CX]
        mov bx, [bp+F_BX]
        mov es, [bp+F_ES]
        call wait_start
        jnc .ok
        mov byte [bp+F_AH], 0
        jmp set_cf_exit
.cancel:
        cli
        mov byte [B_WAITFLAG], 0
        mov ax, RTC_PIE
        call rtc_regb
.ok:    mov byte [bp+F_AH], 0
        jmp clr_cf_exit

; INT 15h/86h: wait CX:DX us. Short waits, and waits where no interrupt can
; come, count the refresh toggle.
sys_wait:
        mov dx, [bp+F_DX]
        mov cx, [bp+F_CX]
        call can_halt
        jc .count
        or cx, cx
        jnz .long
        cmp dx, 2 * US_TICK
        jb .count
.long:  mov ax, ds
        mov es, ax
        mov bx, B_WAITFLAG
        call wait_start
        jc .busy
.sleep: cli
        test byte [B_WAITFLAG], 1       ; INT 70h clears it, sets bit 7
        jz .awake
        sti
        hlt
        jmp .sleep
.awake: mov byte [B_WAITFLAG], 0
        sti
.ok:    mov byte [bp+F_AH], 0
        jmp clr_cf_exit
.busy:  mov byte [bp+F_AH], 83h
        jmp set_cf_exit
.count: sub dx, 15
        sbb cx, 0
        jc .ok
        push cx
        mov cx, 1
        call delay_toggles
        pop cx
        jmp .count
