; fdc.asm - the floppy controller: 82077AA (Intel 290166) on ports 3F0h-3F7h,
; IRQ 6, DMA channel 2. DS = BDA, DL = drive, DH = drive type, BP = frame.
; Drives are taken to be at speed when their motor bit is set.

FDC_SPECIFY     equ 03h
FDC_RECAL       equ 07h
FDC_SENSE       equ 08h
FDC_SEEK        equ 0Fh
FDC_PERPEND     equ 12h
FDC_READID      equ 4Ah                 ; MFM
FDC_FORMAT      equ 4Dh
FDC_WRITE       equ 0C5h                ; MT, MFM
FDC_READ        equ 0E6h                ; MT, MFM, SK
FDC_VERIFY      equ 0F6h                ; MT, MFM, SK
FDC_EC          equ 80h                 ; verify: the last byte counts sectors
FDC_TICKS       equ 37                  ; two seconds
DPT_SPEC1       equ 0
DPT_SPEC2       equ 1
DPT_MOTOROFF    equ 2
DPT_N           equ 3
DPT_EOT         equ 4
DPT_GAP         equ 5
DPT_DTL         equ 6
DPT_FMTGAP      equ 7
DPT_FILL        equ 8

; ---- INT 0Eh: IRQ 6 ----
fdirq:
        push ds
        push ax
        mov ax, BDA
        mov ds, ax
        or byte [B_FDCAL], 80h
        mov al, EOI
        out PIC1, al
        sti
        mov ax, 9101h                   ; device post: floppy
        int 15h
        pop ax
        pop ds
        iret

; fdc_wait: until IRQ 6 came; sleeps when that is safe, else looks at the
; request in the 8259A. CF = 1 after FDC_TICKS.
fdc_wait:
        push ax
        push bx
        push cx
        push si
        push ds
        mov ax, 9001h                   ; device busy: floppy
        sti
        int 15h
        pop ds
        mov cx, FDC_TICKS
        xor bx, bx
.again: mov si, [B_TICKS]
.look:  cli
        test byte [B_FDCAL], 80h
        jnz .came
        call can_halt
        jc .poll
        sti
        hlt
        cmp si, [B_TICKS]
        je .look
.tick:  loop .again
        stc
        jmp .end
.poll:  sti
        mov al, 0Ah                     ; IRR
        out PIC1, al
        jmp short $+2
        in al, PIC1
        test al, 40h
        jnz .came
        push cx
        mov cx, 8
        call delay_toggles
        pop cx
        add bx, 8                       ; 3640 toggles: one tick
        cmp bx, 3640
        jb .look
        xor bx, bx
        jmp .tick
.came:  and byte [B_FDCAL], 7Fh
        clc
.end:   sti
        pop si
        pop cx
        pop bx
        pop ax
        ret

; fdc_out: AL -> FIFO. CF = 1 when the controller does not take it.
fdc_out:
        push ax
        push bx
        push cx
        push dx
        mov ah, al
        mov dx, FDC_MSR
        mov cx, 100 * TOGGLES_MS
.wait:  in al, dx
        and al, 0C0h
        cmp al, 80h
        je .ok
        call tmo_step
        jnc .wait
        jmp .end
.ok:    inc dx
        mov al, ah
        out dx, al
        clc
.end:   pop dx
        pop cx
        pop bx
        pop ax
        ret

; fdc_results: result bytes to B_FDRES. CF = 1 when none came in time.
fdc_results:
        push ax
        push bx
        push cx
        push dx
        push di
        mov di, B_FDRES
.next:  mov dx, FDC_MSR
        mov cx, 100 * TOGGLES_MS
.wait:  in al, dx
        test al, 80h
        jnz .ready
        call tmo_step
        jnc .wait
        jmp .end
.ready: test al, 40h
        jz .done
        inc dx
        in al, dx
        mov [di], al
        inc di
        cmp di, B_FDRES + 7
        jb .next
.done:  cmp di, B_FDRES + 1             ; CF when nothing was read
.end:   pop di
        pop dx
        pop cx
        pop bx
        pop ax
        ret

; fdc_reset: AH = status. Pulses the reset bit, takes the four interrupt
; conditions, sends the step rate.
fdc_reset:
        push bx
        push cx
        push dx
        call load_es_ebda
        mov byte [es:E_FDINIT], 1
        mov byte [B_FDRATE], 0FFh
        cli
        in al, PIC1+1                   ; IRQ 6 open
        and al, 0BFh
        out PIC1+1, al
        and byte [B_FDCAL], 70h
        mov al, [B_FDMOTOR]             ; bits 0-3 motors, 4-5 drive
        mov ah, al
        mov cl, 4
        shl al, cl
        shr ah, cl
        and ah, 3
        or al, ah
        or al, 8
        mov dx, FDC_DOR
        out dx, al
        mov cx, 2
        call delay_toggles
        or al, 4
        out dx, al
        sti
        call fdc_wait
        mov ah, FD_CTRL
        jc .end
        mov cx, 4
.sense: call fdc_sense
        jc .end
        loop .sense
        call fdc_specify
        mov ah, FD_CTRL
        jc .end
        mov ah, FD_OK
.end:   pop dx
        pop cx
        pop bx
        ret

fdc_sense:
        mov al, FDC_SENSE
        call fdc_out
        jc .end
        call fdc_results
.end:   ret

fdc_specify:
        mov al, FDC_SPECIFY
        call fdc_out
        jc .end
        mov al, DPT_SPEC1
        call fdc_out_dpt
        jc .end
        mov al, DPT_SPEC2
        call fdc_out_dpt
.end:   ret

fdc_out_dpt:                            ; AL = index into the parameter table
        call dpt_byte
        jmp fdc_out

; fdc_select: motor on, drive selected; resets a controller never reset.
fdc_select:
        push ax
        push cx
        push dx
        cli
        mov byte [B_FDCOUNT], 0FFh      ; the motor stays on meanwhile
        mov cl, dl
        mov al, 1
        shl al, cl
        mov ah, [B_FDMOTOR]
        and ah, 0CFh
        or ah, al
        mov al, dl
        mov cl, 4
        shl al, cl
        or ah, al
        mov [B_FDMOTOR], ah
        mov al, ah
        and al, 0Fh
        shl al, cl
        or al, dl
        or al, 0Ch
        push es
        call load_es_ebda
        cmp byte [es:E_FDINIT], 0
        jne .out
        and al, 0FBh                    ; fdc_reset releases it
.out:   mov dx, FDC_DOR
        out dx, al
        sti
        test al, 4
        jnz .end
        call fdc_reset
.end:   pop es
        pop dx
        pop cx
        pop ax
        ret

; fdc_done: motor time-out starts. AH kept.
fdc_done:
        push ax
        mov al, DPT_MOTOROFF
        call dpt_byte
        mov [B_FDCOUNT], al
        pop ax
        ret

; fdc_changed: ZF = 0 when the change line is active.
fdc_changed:
        push dx
        mov dx, FDC_DIR
        in al, dx
        pop dx
        test al, 80h
        ret

; fdc_clear_change: steps the head, which resets the change line of a drive
; that holds a disk. ZF = 0: still active, no disk.
fdc_clear_change:
        call fdc_recal
        jc .out
        mov al, 1
        call fdc_seek
        mov al, 0
        call fdc_seek
.out:   jmp fdc_changed

; fdc_recal: track 0; twice, since one command steps 79 times at most.
fdc_recal:
        push cx
        mov cx, 2
.try:   mov al, FDC_RECAL
        call fdc_out
        jc .fail
        mov al, dl
        call fdc_out
        jc .fail
        call fdc_wait
        jc .fail
        call fdc_sense
        jc .fail
        mov al, [B_FDRES]               ; ST0: normal end, seek end
        and al, 0F0h
        cmp al, 20h
        je .ok
        loop .try
.fail:  mov ah, FD_SEEK
        stc
        jmp .end
.ok:    mov bl, dl
        mov bh, 0
        mov byte [bx+B_FDTRACK], 0
        mov cl, dl
        mov al, 1
        shl al, cl
        or [B_FDCAL], al
        clc
.end:   pop cx
        ret

; fdc_seek: AL = physical cylinder. CF and AH on error.
fdc_seek:
        push bx
        push cx
        mov ch, al
        mov cl, dl
        mov al, 1
        shl al, cl
        test [B_FDCAL], al
        jnz .known
        call fdc_recal
        jc .end
.known: mov bl, dl
        mov bh, 0
        cmp ch, [bx+B_FDTRACK]
        je .end                         ; CF clear
        mov al, FDC_SEEK
        call fdc_out
        jc .fail
        mov al, dl
        call fdc_out
        jc .fail
        mov al, ch
        call fdc_out
        jc .fail
        call fdc_wait
        jc .fail
        call fdc_sense
        jc .fail
        mov al, [B_FDRES]
        and al, 0E0h
        cmp al, 20h
        jne .fail
        mov [bx+B_FDTRACK], ch
        clc
        jmp .end
.fail:  mov ah, FD_SEEK
        stc
.end:   pop cx
        pop bx
        ret

; fdc_goto: to the cylinder that the caller asked for.
fdc_goto:
        mov bl, dl
        mov bh, 0
        mov al, [bp+F_CH]
        test byte [bx+B_FDMEDIA], MS_DSTEP
        jz fdc_seek
        shl al, 1
        jmp fdc_seek

; fdc_ready: data rate of the medium. CF and AH on error.
fdc_ready:
        push bx
        mov bl, dl
        mov bh, 0
        mov al, [bx+B_FDMEDIA]
        and al, 0C0h
        cmp al, [B_FDRATE]
        je .end                         ; CF clear
        mov [B_FDRATE], al
        push dx
        push cx
        mov cl, 6
        shr al, cl
        pop cx
        mov dx, FDC_DIR                 ; data rate select, when written
        out dx, al
        pop dx
        call fdc_specify
        jc .fail
        cmp dh, 5
        clc
        jne .end
        mov al, FDC_PERPEND             ; 2.88 MB drive: perpendicular at 1 Mb/s
        call fdc_out
        jc .fail
        mov al, [B_FDRATE]
        cmp al, RATE_1M << 6
        mov al, 80h
        jne .mode
        mov al, 83h
.mode:  call fdc_out
        jnc .end
.fail:  mov ah, FD_CTRL
.end:   pop bx
        ret

; fdc_prepare: disk there and known, right rate, head on the cylinder.
fdc_prepare:
        call fdc_select
        mov bl, dl
        mov bh, 0
        cmp dh, 1                       ; 360 KB drives have no change line
        je .known
        call fdc_changed
        jz .known
        mov al, 0
        xchg al, [bx+B_FDMEDIA]
        push ax
        call fdc_clear_change
        pop ax
        jnz .nodisk
        test al, MS_KNOWN
        mov ah, FD_CHANGED
        jnz .fail
.known: test byte [bx+B_FDMEDIA], MS_KNOWN
        jnz .ready
        call fdc_probe
        jc .end
.ready: call fdc_ready
        jc .end
        jmp fdc_goto
.nodisk:
        mov ah, FD_TIMEOUT
.fail:  stc
.end:   ret

; fdc_probe: tries the rates of the drive until a sector ID can be read.
fdc_probe:
        push cx
        push si
        mov al, dh
        mov ah, 0
        mov cl, 3
        shl ax, cl
        mov si, ax
        add si, drive_rates
.rate:  mov ax, [cs:si]
        inc si
        inc si
        cmp al, 0FFh
        je .none
        mov cl, 6
        shl al, cl
        or al, ah
        mov [bx+B_FDMEDIA], al
        call fdc_ready
        jc .end
        mov al, [bx+B_FDTRACK]
        call fdc_seek
        jc .end
        call fdc_readid
        jc .end
        jnz .rate
        mov al, [bx+B_FDMEDIA]
        cmp al, RATE_300 << 6 | 4
        jne .found
        mov al, 2                       ; 48 tpi disk in a 96 tpi drive:
        call fdc_seek                   ; cylinder 1 lies under track 2
        jc .end
        call fdc_readid
        jc .end
        jnz .found
        cmp byte [B_FDRES+3], 1
        jne .found
        or byte [bx+B_FDMEDIA], MS_DSTEP
.found: or byte [bx+B_FDMEDIA], MS_KNOWN
        clc
        jmp .end
.none:  mov byte [bx+B_FDMEDIA], 0
        call fdc_error
        stc
.end:   pop si
        pop cx
        ret

; fdc_readid: ZF = 1 when an ID was read; CF and AH when nothing answers.
fdc_readid:
        and byte [B_FDCAL], 7Fh
        mov al, FDC_READID
        call fdc_out
        jc .fail
        mov al, dl
        call fdc_out
        jc .fail
        call fdc_wait
        jc .silent
        call fdc_results
        jc .fail
        test byte [B_FDRES], 0C0h       ; CF clear
        ret
.silent:
        call fdc_reset                  ; no disk: no index, no end
.fail:  mov ah, FD_TIMEOUT
        stc
        ret

; fdc_error: ST1 -> AH.
fdc_error:
        push si
        mov al, [B_FDRES+1]
        mov si, st1_errors
.next:  mov ah, [cs:si+1]
        test al, [cs:si]
        jnz .end
        inc si
        inc si
        cmp byte [cs:si], 0
        jne .next
        mov ah, FD_CTRL
.end:   pop si
        ret

st1_errors:                             ; 82077AA table 6-2
        db 80h, FD_NOSECTOR             ; end of cylinder
        db 20h, FD_CRC                  ; data error
        db 10h, FD_OVERRUN
        db 04h, FD_NOSECTOR             ; no data
        db 02h, FD_WRPROT               ; not writable
        db 01h, FD_NOMARK               ; missing address mark
        db 0

; fdc_transfer: BH = command; DMA is set up. AH = status, F_AL = sectors.
fdc_transfer:
        and byte [B_FDCAL], 7Fh
        mov al, bh
        call fdc_out
        jc .ctrl
        mov al, [bp+F_DH]
        and al, 1
        shl al, 1
        shl al, 1
        or al, dl
        cmp bh, FDC_VERIFY
        jne .drive
        or al, FDC_EC
.drive: call fdc_out
        jc .ctrl
        mov al, [bp+F_CH]
        call fdc_out
        jc .ctrl
        mov al, [bp+F_DH]
        call fdc_out
        jc .ctrl
        mov al, [bp+F_CL]
        call fdc_out
        jc .ctrl
        mov al, DPT_N
        call fdc_out_dpt
        jc .ctrl
        call fdc_eot
        mov bl, al
        call fdc_out
        jc .ctrl
        mov al, DPT_GAP
        call fdc_out_dpt
        jc .ctrl
        mov al, DPT_DTL
        call dpt_byte
        cmp bh, FDC_VERIFY
        jne .last
        mov al, [bp+F_AL]
.last:  call fdc_out
        jc .ctrl
        call fdc_finish
        jnc .done
        cmp ah, FD_TIMEOUT
        je .none
        mov al, [B_FDRES+4]             ; sectors before the bad one
        sub al, [bp+F_DH]
        mul bl
        add al, [B_FDRES+5]
        sub al, [bp+F_CL]
        mov ah, [B_FDRES+3]
        cmp ah, [bp+F_CH]
        je .count
        mov al, 0
.count: mov [bp+F_AL], al
        call fdc_error
        jmp fdc_done
.ctrl:  call fdc_reset
        cmp bh, FDC_VERIFY
        je .older
        mov ah, FD_CTRL
.none:  mov byte [bp+F_AL], 0
.done:  jmp fdc_done
.older: mov ch, [bp+F_AL]               ; 765 and 8272 have no such command: a
        mov cl, 0                       ; read, and DMA that stores nothing
        shl cx, 1
        dec cx
        xor si, si
        xor di, di
        mov bx, FDC_READ << 8 | 42h
        call dma_setup
        push bx
        call fdc_ready
        jc .lost
        call fdc_goto
.lost:  pop bx
        jc .none
        jmp fdc_transfer

; fdc_eot: AL = last sector of a track, where the controller goes on with the
; other head: what the medium usually has, or more when the table says so and
; the request needs it (21 sectors of a 1.68 MB disk).
fdc_eot:
        push bx
        mov bl, dl
        mov bh, 0
        mov bl, [bx+B_FDMEDIA]
        push cx
        mov cl, 6
        shr bl, cl
        pop cx
        mov al, [cs:bx+rate_sectors]
        cmp dh, 2                       ; 500 kb/s at 360 rpm
        jne .usual
        cmp bl, RATE_500
        jne .usual
        mov al, 15
.usual: mov bl, [bp+F_CL]
        add bl, [bp+F_AL]
        dec bl
        cmp bl, al
        jbe .end
        mov bl, al
        mov al, DPT_EOT
        call dpt_byte
        cmp al, bl
        jae .end
        mov al, bl
.end:   pop bx
        ret

rate_sectors:                           ; by data rate
        db 18, 9, 9, 36

; fdc_finish: interrupt and results. CF and AH on error.
fdc_finish:
        call fdc_wait
        jc .silent
        call fdc_results
        jc .silent
        mov ah, FD_OK
        test byte [B_FDRES], 0C0h
        jz .end
        call fdc_error
        cmp ah, FD_WRPROT
        je .fail
        push bx                         ; look at the medium again next time
        mov bl, dl
        mov bh, 0
        and byte [bx+B_FDMEDIA], ~MS_KNOWN & 0FFh
        pop bx
.fail:  stc
.end:   ret
.silent:
        call fdc_reset
        mov ah, FD_TIMEOUT
        stc
        ret

; fdc_format_rate: a medium nobody has described: the best of the drive.
fdc_format_rate:
        mov bl, dl
        mov bh, 0
        cmp byte [bx+B_FDMEDIA], 0
        jne .end
        mov al, dh
        mov ah, 0
        mov cl, 3
        shl ax, cl
        mov si, ax
        mov ax, [cs:si+drive_rates]
        mov cl, 6
        shl al, cl
        or al, ah
        mov [bx+B_FDMEDIA], al
.end:   ret

fdc_format:
        and byte [B_FDCAL], 7Fh
        mov al, FDC_FORMAT
        call fdc_out
        jc .ctrl
        mov al, [bp+F_DH]
        and al, 1
        shl al, 1
        shl al, 1
        or al, dl
        call fdc_out
        jc .ctrl
        mov al, DPT_N
        call fdc_out_dpt
        jc .ctrl
        mov al, DPT_EOT
        call fdc_out_dpt
        jc .ctrl
        mov al, DPT_FMTGAP
        call fdc_out_dpt
        jc .ctrl
        mov al, DPT_FILL
        call fdc_out_dpt
        jc .ctrl
        call fdc_finish
        jmp fdc_done
.ctrl:  call fdc_reset
        mov ah, FD_CTRL
        jmp fdc_done

; dma_setup: SI:DI buffer, CX = bytes - 1, BL = mode. CF = 1: the buffer
; crosses a 64 KB boundary. Channel 2 of the first 8237A.
dma_setup:
        push ax
        push cx
        push si
        mov ax, si
        mov si, cx
        mov cl, 4
        rol ax, cl
        mov ch, al
        and al, 0F0h
        add ax, di
        adc ch, 0
        and ch, 0Fh                     ; page
        push ax
        add ax, si
        pop ax
        jc .end
        cli
        push ax
        mov al, 6                       ; mask channel 2
        out 0Ah, al
        out 0Ch, al                     ; byte pointer
        mov al, bl
        out 0Bh, al
        pop ax
        out 04h, al
        mov al, ah
        out 04h, al
        mov al, ch
        out 81h, al
        mov ax, si
        out 05h, al
        mov al, ah
        out 05h, al
        mov al, 2
        out 0Ah, al
        sti
        clc
.end:   pop si
        pop cx
        pop ax
        ret
