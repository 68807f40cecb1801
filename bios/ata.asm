; ata.asm - ATA disks by programmed I/O: finding them, INT 13h geometry, sector
; transfers with CHS, LBA28 or LBA48 addresses. ATA/ATAPI-6 (T13 1410D).
; SI = drive record, ES = EBDA.

AR_DATA         equ 0                   ; command block, from D_BASE
AR_ERROR        equ 1
AR_COUNT        equ 2
AR_LBA0         equ 3
AR_LBA1         equ 4
AR_LBA2         equ 5
AR_DEVICE       equ 6
AR_STATUS       equ 7
AS_BSY          equ 80h
AS_DRDY         equ 40h
AS_DF           equ 20h
AS_DRQ          equ 08h
AS_ERR          equ 01h
NIEN            equ 0Ah                 ; device control: no interrupt
IENABLE         equ 08h
AC_READ         equ 20h
AC_READEXT      equ 24h
AC_WRITE        equ 30h
AC_WRITEEXT     equ 34h
AC_VERIFY       equ 40h
AC_VERIFYEXT    equ 42h
AC_INITPARAMS   equ 91h
AC_PACKET       equ 0A0h
AC_IDPACKET     equ 0A1h
AC_IDENTIFY     equ 0ECh
ATA_SECONDS     equ 10                  ; limit for one wait
IDENT           equ SCRATCH             ; IDENTIFY data at POST, 0:1000h

; ata_status: DX = a command block port -> waits until BSY is clear, AL =
; status, CF = 1 after ATA_SECONDS. DX kept.
ata_idle:
        push bx
        push cx
        push dx
        mov dx, [es:si+D_BASE]
        add dx, AR_STATUS
        mov bh, ATA_SECONDS
.second:
        mov cx, TOGGLES_SEC
.look:  in al, dx
        test al, AS_BSY
        jz .end                         ; CF clear
        call tmo_step
        jnc .look
        dec bh
        jnz .second
        stc
.end:   pop dx
        pop cx
        pop bx
        ret

; ata_pause: 400 ns after a command or a select: four looks at the alternate
; status.
ata_pause:
        push ax
        push dx
        mov dx, [es:si+D_CTL]
        in al, dx
        in al, dx
        in al, dx
        in al, dx
        pop dx
        pop ax
        ret

; ata_select: AL = device byte: device selected, idle, interrupt off.
ata_select:
        push dx
        push ax
        mov dx, [es:si+D_CTL]
        mov al, NIEN
        out dx, al
        call ata_idle
        pop ax
        jc .end
        mov dx, [es:si+D_BASE]
        add dx, AR_DEVICE
        out dx, al
        call ata_pause
        call ata_idle
.end:   pop dx
        ret

; ata_finish: interrupts of the channel back on. AX kept.
ata_finish:
        push ax
        push dx
        mov dx, [es:si+D_BASE]
        add dx, AR_STATUS               ; reading it clears INTRQ
        in al, dx
        mov dx, [es:si+D_CTL]
        mov al, IENABLE
        out dx, al
        pop dx
        pop ax
        ret

; ata_command: AL = command.
ata_command:
        push dx
        mov dx, [es:si+D_BASE]
        add dx, AR_STATUS
        out dx, al
        pop dx
        jmp ata_pause

; ata_result: AL = status -> AH = INT 13h code, CF when not zero.
ata_result:
        mov ah, 0
        test al, AS_DF | AS_ERR
        jz .end
        mov ah, HD_FAULT
        test al, AS_DF
        jnz .bad
        push dx
        push bx
        mov dx, [es:si+D_BASE]
        inc dx
        in al, dx
        mov bx, ata_errors
.next:  mov ah, [cs:bx+1]
        test al, [cs:bx]
        jnz .found
        inc bx
        inc bx
        cmp byte [cs:bx], 0
        jne .next
        mov ah, HD_CTRL
.found: pop bx
        pop dx
.bad:   stc
.end:   ret

ata_errors:
        db 80h, 0Ah                     ; bad block, interface CRC
        db 40h, HD_CRC                  ; uncorrectable
        db 10h, HD_NOSECTOR             ; ID not found
        db 04h, HD_BADCMD               ; aborted
        db 02h, 40h                     ; track 0 not found
        db 01h, 02h                     ; address mark not found
        db 0

; ---- sector transfers ----
; ata_rw: AL = OP_x; E_LBA, E_COUNT, E_BUFSEG:E_BUFOFF. AH = INT 13h status, CF;
; E_DONE = sectors.
ata_rw:
        push bx
        push cx
        push dx
        push di
        mov bh, al
        mov word [es:E_DONE], 0
.more:  mov cx, [es:E_COUNT]
        sub cx, [es:E_DONE]
        mov ah, 0
        jz .done                        ; CF clear
        cmp cx, 128
        jbe .chunk
        mov cx, 128
.chunk: call ata_start
        jc .done
        cmp bh, OP_VERIFY
        je .verify
.sector:
        call ata_idle
        mov ah, HD_TIMEOUT
        jc .done
        call ata_result
        jc .done
        mov ah, HD_CTRL
        test al, AS_DRQ
        stc
        jz .done
        call ata_move
        inc word [es:E_DONE]
        loop .sector
        call ata_idle
        mov ah, HD_TIMEOUT
        jc .done
        call ata_result
        jc .done
        jmp .more
.verify:
        call ata_idle
        mov ah, HD_TIMEOUT
        jc .done
        call ata_result
        jc .done
        add [es:E_DONE], cx
        call ata_advance
        jmp .more
.done:  pushf
        call ata_finish
        popf
        pop di
        pop dx
        pop cx
        pop bx
        ret

; ata_advance: CX sectors on.
ata_advance:
        add [es:E_LBA], cx
        adc word [es:E_LBA+2], 0
        adc word [es:E_LBA+4], 0
        adc word [es:E_LBA+6], 0
        ret

; ata_move: one sector between the data port and the buffer; BH = OP_x. The
; segment moves on, so that the offset never wraps.
ata_move:
        push cx
        push si
        push ds
        push es
        mov dx, [es:si+D_BASE]
        mov bl, [es:E_CPU]
        mov ax, [es:E_BUFOFF]
        mov di, ax
        mov cl, 4
        shr ax, cl
        and di, 0Fh
        add ax, [es:E_BUFSEG]
        push ax
        add ax, 20h
        mov [es:E_BUFSEG], ax
        mov [es:E_BUFOFF], di
        mov cx, 1
        call ata_advance
        pop es
        mov cx, 256
        cmp bh, OP_WRITE
        je .write
        call port_read
        jmp .end
.write: push es
        pop ds
        mov si, di
        cmp bl, 2
        jb .old
        cpu 286
        rep outsw
        cpu 8086
        jmp .end
.old:   lodsw
        out dx, ax
        loop .old
.end:   pop es
        pop ds
        pop si
        pop cx
        ret

; port_read: CX words from port DX to ES:DI; BL = CPU level.
port_read:
        cmp bl, 2
        jb .old
        cpu 286
        rep insw
        cpu 8086
        ret
.old:   jcxz .end
.word:  in ax, dx
        stosw
        loop .word
.end:   ret

; ata_start: CX = sectors, BH = OP_x: registers and command for E_LBA.
; AH = status and CF on error.
ata_start:
        push cx
        mov al, [es:si+D_DEV]
        call ata_select
        mov ah, HD_TIMEOUT
        jc .end
        mov bl, 0                       ; BL = 1: 48 bits
        test byte [es:si+D_FLAGS], DF_LBA
        jz .chs
        test byte [es:si+D_FLAGS], DF_LBA48
        jz .lba28
        mov ax, [es:E_LBA+4]
        or ax, [es:E_LBA+6]
        jnz .lba48
        mov ax, [es:E_LBA]              ; ends below 2^28?
        mov dx, [es:E_LBA+2]
        add ax, cx
        adc dx, 0
        cmp dx, 1000h
        jae .lba48
.lba28: mov ax, [es:E_LBA+4]
        or ax, [es:E_LBA+6]
        mov ah, HD_NOSECTOR
        jnz .fail
        mov dx, [es:si+D_BASE]
        add dx, AR_COUNT
        mov al, cl
        out dx, al
        inc dx
        mov ax, [es:E_LBA]
        out dx, al
        inc dx
        mov al, ah
        out dx, al
        inc dx
        mov ax, [es:E_LBA+2]
        out dx, al
        inc dx
        mov al, ah
        cmp al, 10h
        mov ah, HD_NOSECTOR
        jae .fail
        or al, 40h
        or al, [es:si+D_DEV]
        out dx, al
        jmp .go
.fail:  stc
.end:   pop cx
        ret
.chs:   call ata_chs
        mov ah, HD_NOSECTOR
        jc .end
        jmp .go
.lba48: mov bl, 1
        mov dx, [es:si+D_BASE]
        add dx, AR_COUNT                ; high bytes first
        mov al, ch
        out dx, al
        inc dx
        mov al, [es:E_LBA+3]
        out dx, al
        inc dx
        mov ax, [es:E_LBA+4]
        out dx, al
        inc dx
        mov al, ah
        out dx, al
        sub dx, AR_LBA2 - AR_COUNT
        mov al, cl
        out dx, al
        inc dx
        mov ax, [es:E_LBA]
        out dx, al
        inc dx
        mov al, ah
        out dx, al
        inc dx
        mov al, [es:E_LBA+2]
        out dx, al
        inc dx
        mov al, [es:si+D_DEV]
        or al, 40h
        out dx, al
.go:    mov al, bh
        shl al, 1
        add al, bl
        push bx
        mov bl, al
        mov bh, 0
        mov al, [cs:bx+ata_opcodes]
        pop bx
        call ata_command
        clc
        pop cx
        ret

ata_opcodes:
        db AC_READ, AC_READEXT, AC_WRITE, AC_WRITEEXT, AC_VERIFY, AC_VERIFYEXT

; ata_chs: E_LBA in the drive's own geometry; CL = sectors.
ata_chs:
        push bx
        mov bl, [es:si+D_PSPT]
        mov bh, 0
        mov ax, [es:E_LBA+2]
        xor dx, dx
        div bx
        push ax
        mov ax, [es:E_LBA]
        div bx
        mov ch, dl                      ; sector - 1
        pop dx
        mov bl, [es:si+D_PHEAD]
        cmp dx, bx
        jae .bad
        div bx                          ; AX cylinder, DL head
        mov bl, dl
        cmp ax, [es:si+D_PCYL]
        jae .bad
        mov dx, [es:si+D_BASE]
        add dx, AR_COUNT
        xchg ax, cx                     ; AL sectors, AH sector - 1
        out dx, al
        inc dx
        mov al, ah
        inc al
        out dx, al
        inc dx
        mov al, cl
        out dx, al
        inc dx
        mov al, ch
        out dx, al
        inc dx
        mov al, bl
        or al, [es:si+D_DEV]
        out dx, al
        pop bx
        clc
        ret
.bad:   pop bx
        stc
        ret

; ---- control ----
; ata_test: AH = status of a drive that should be ready.
ata_test:
        mov al, [es:si+D_DEV]
        call ata_select
        mov ah, HD_TIMEOUT
        jc .end
        mov ah, HD_OK
        test al, AS_DRDY
        jnz .end
        mov ah, HD_NOTREADY
.end:   jmp ata_finish

; ata_reset: a busy channel gets a software reset; the drive gets its geometry.
ata_reset:
        push dx
        mov dx, [es:si+D_BASE]
        add dx, AR_STATUS
        in al, dx
        test al, AS_BSY | AS_DRQ
        jz .setup
        mov dx, [es:si+D_CTL]
        mov al, 0Eh                     ; SRST
        out dx, al
        push cx
        mov cx, 1
        call delay_toggles
        mov al, NIEN
        out dx, al
        mov cx, 2 * TOGGLES_MS
        call delay_toggles
        pop cx
.setup: pop dx

; ata_setup: INITIALIZE DEVICE PARAMETERS. AH = status.
ata_setup:
        mov al, [es:si+D_DEV]
        call ata_select
        mov ah, HD_TIMEOUT
        jc .end
        push dx
        mov dx, [es:si+D_BASE]
        add dx, AR_COUNT
        mov al, [es:si+D_PSPT]
        out dx, al
        add dx, AR_DEVICE - AR_COUNT
        mov al, [es:si+D_PHEAD]
        dec al
        or al, [es:si+D_DEV]
        out dx, al
        pop dx
        mov al, AC_INITPARAMS
        call ata_command
        call ata_idle
        mov ah, HD_TIMEOUT
        jc .end
        mov ah, HD_OK                   ; newer drives may abort it
.end:   jmp ata_finish
