; timer.asm - INT 08h (IRQ 0, 18.2 Hz): tick count, floppy motors, INT 1Ch.

TICKS_DAY_LO    equ 00B0h               ; 1800B0h ticks in 24 hours
TICKS_DAY_HI    equ 0018h

timer_irq:
        sti
        push ds
        push ax
        push dx
        mov ax, BDA
        mov ds, ax
        inc word [B_TICKS]
        jnz .day
        inc word [B_TICKS+2]
.day:   cmp word [B_TICKS+2], TICKS_DAY_HI
        jb .motor
        cmp word [B_TICKS], TICKS_DAY_LO
        jb .motor
        xor ax, ax
        mov [B_TICKS], ax
        mov [B_TICKS+2], ax
        inc byte [B_MIDNIGHT]
.motor: cmp byte [B_FDCOUNT], 0
        je .user
        dec byte [B_FDCOUNT]
        jnz .user
        mov dx, FDC_DOR
        mov al, 0Ch
        out dx, al
        and byte [B_FDMOTOR], 0F0h
.user:  int 1Ch
        cli
        mov al, EOI
        out PIC1, al
        pop dx
        pop ax
        pop ds
        iret
