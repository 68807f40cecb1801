; floppy.asm - INT 40h / INT 13h for drives 0 and 1: the services. The
; controller is in fdc.asm. PS/2 BIOS Interface Reference, INT 13h diskette;
; media state bytes 40:90h as there.

FD_OK           equ 00h
FD_BADCMD       equ 01h
FD_NOMARK       equ 02h
FD_WRPROT       equ 03h
FD_NOSECTOR     equ 04h
FD_CHANGED      equ 06h
FD_OVERRUN      equ 08h
FD_DMA64K       equ 09h
FD_BADMEDIA     equ 0Ch
FD_CRC          equ 10h
FD_CTRL         equ 20h
FD_SEEK         equ 40h
FD_TIMEOUT      equ 80h

MS_DSTEP        equ 20h                 ; media state: double step
MS_KNOWN        equ 10h                 ; media established
RATE_500        equ 0                   ; bits 6-7, as in the data rate register
RATE_300        equ 1
RATE_250        equ 2
RATE_1M         equ 3

; What each drive type can read: pairs of rate and low bits of the media state,
; the best first. Index: CMOS type * 8.
drive_rates:
        db 0FFh, 0, 0, 0, 0, 0, 0, 0
        db RATE_250, 3, 0FFh, 0, 0, 0, 0, 0                     ; 360 KB
        db RATE_500, 5, RATE_300, 4, RATE_250, 4, 0FFh, 0       ; 1.2 MB
        db RATE_250, 7, 0FFh, 0, 0, 0, 0, 0                     ; 720 KB
        db RATE_500, 7, RATE_250, 7, 0FFh, 0, 0, 0              ; 1.44 MB
        db RATE_1M, 7, RATE_500, 7, RATE_250, 7, 0FFh, 0        ; 2.88 MB

; Geometry by drive type: last cylinder, sectors, parameter table.
drive_geometry:
        db 0, 0
        dw 0
        db 39, 9
        dw dpt_360
        db 79, 15
        dw dpt_1200
        db 79, 9
        dw dpt_720
        db 79, 18
        dw diskette_params
        db 79, 36
        dw dpt_2880

; Media for 17h and 18h: drive type, cylinders, sectors, state, table.
media_list:
        db 1, 39, 9, RATE_250 << 6 | 13h
        dw dpt_360
        db 2, 39, 9, RATE_300 << 6 | MS_DSTEP | 14h
        dw dpt_360
        db 2, 79, 15, RATE_500 << 6 | 15h
        dw dpt_1200
        db 3, 79, 9, RATE_250 << 6 | 17h
        dw dpt_720
        db 4, 79, 9, RATE_250 << 6 | 17h
        dw dpt_720
        db 4, 79, 18, RATE_500 << 6 | 17h
        dw diskette_params
        db 5, 79, 9, RATE_250 << 6 | 17h
        dw dpt_720
        db 5, 79, 18, RATE_500 << 6 | 17h
        dw diskette_params
        db 5, 79, 36, RATE_1M << 6 | 17h
        dw dpt_2880
        db 0
MEDIA_ENTRY     equ 6

; Parameter tables: specify 1, 2, motor off, N, EOT, gap, DTL, format gap, fill,
; settle ms, motor start 1/8 s. The one for 1.44 MB is at its fixed address.
dpt_360:        db 0DFh, 2, 25h, 2, 9, 2Ah, 0FFh, 50h, 0F6h, 15, 8
dpt_1200:       db 0DFh, 2, 25h, 2, 15, 1Bh, 0FFh, 54h, 0F6h, 15, 8
dpt_720:        db 0DFh, 2, 25h, 2, 9, 2Ah, 0FFh, 50h, 0F6h, 15, 8
dpt_2880:       db 0AFh, 2, 25h, 2, 36, 1Bh, 0FFh, 53h, 0F6h, 15, 8

; floppy_type: DL = drive -> AL = CMOS type, 0 none.
floppy_type:
        mov al, 0
        cmp dl, 1
        ja .end
        mov al, CM_FLOPPY
        call cmos_read
        cmp dl, 0
        jne .low
        push cx
        mov cl, 4
        shr al, cl
        pop cx
.low:   and al, 0Fh
        cmp al, 6
        jb .end
        mov al, 0
.end:   ret

; ---- INT 40h, and INT 13h with DL below 80h ----
floppy_service:
        FRAME
        sti
        mov dl, [bp+F_DL]
        cmp ah, 1
        je fs_status
        cmp ah, 8
        je fs_params
        cmp ah, 15h
        je fs_type
        cmp ah, 18h
        ja .bad
        call floppy_type
        or al, al
        jnz .there
        mov ah, FD_TIMEOUT
        cmp byte [bp+F_AH], 0
        jne fs_end
        mov ah, FD_OK                   ; a reset needs no drive
        jmp fs_end
.there: mov dh, al                      ; DH = type
        mov bl, [bp+F_AH]
        mov bh, 0
        shl bx, 1
        call [cs:bx+floppy_table]
        jmp fs_end
.bad:   mov ah, FD_BADCMD
fs_end:                                 ; AH = status
        mov [B_FDSTAT], ah
        mov [bp+F_AH], ah
        or ah, ah
        jnz .error
        jmp clr_cf_exit
.error: jmp set_cf_exit

floppy_table:
        dw fdc_reset, fs_bad, fs_read, fs_write
        dw fs_verify, fs_format, fs_bad, fs_bad
        dw fs_bad, fs_bad, fs_bad, fs_bad
        dw fs_bad, fs_bad, fs_bad, fs_bad
        dw fs_bad, fs_bad, fs_bad, fs_bad
        dw fs_bad, fs_bad, fs_change, fs_set17
        dw fs_set18

fs_bad: mov ah, FD_BADCMD
        ret

fs_status:
        mov ah, [B_FDSTAT]
        mov [bp+F_AH], ah
        or ah, ah
        jnz fs_end.error
        jmp clr_cf_exit

; 02h, 03h, 04h
fs_verify:
        mov bh, FDC_VERIFY              ; no data, no DMA
        cmp byte [bp+F_AL], 0
        jne fs_go
        jmp fs_none
fs_write:
        mov bx, FDC_WRITE << 8 | 4Ah    ; DMA mode: single, from memory
        jmp fs_buffer
fs_read:
        mov bx, FDC_READ << 8 | 46h     ; to memory
fs_buffer:                              ; BH command, BL DMA mode
        mov si, [bp+F_ES]
        mov di, [bp+F_BX]
        mov al, [bp+F_AL]
        cmp al, 0
        je fs_none
        mov ch, al
        mov cl, 0
        shl cx, 1                       ; bytes; CF: over 64 KB
        mov ah, FD_DMA64K
        jc fs_fail
        dec cx
        call dma_setup
        mov ah, FD_DMA64K
        jc fs_fail
fs_go:  push bx
        call fdc_prepare
        pop bx
        jc fs_fail
        jmp fdc_transfer
fs_none:
        mov ah, FD_BADCMD
fs_fail:
        mov byte [bp+F_AL], 0
        jmp fdc_done

; 05h: ES:BX = C, H, R, N for each sector of a track.
fs_format:
        call fdc_select
        call fdc_format_rate
        mov si, [bp+F_ES]
        mov di, [bp+F_BX]
        mov al, 4                       ; DPT: sectors a track
        call dpt_byte
        mov ah, 0
        mov cx, ax
        shl cx, 1
        shl cx, 1
        dec cx
        mov bl, 4Ah
        call dma_setup
        mov ah, FD_DMA64K
        jc .end
        call fdc_ready
        jc .end
        call fdc_goto
        jc .end
        jmp fdc_format
.end:   jmp fdc_done

; 08h: geometry of the drive.
fs_params:
        call floppy_type
        mov bl, al
        mov bh, 0
        push ax
        mov al, [B_EQUIP]
        mov ah, 0
        test al, 1
        jz .count
        mov cl, 6
        shr al, cl
        inc al
        mov ah, al
.count: mov [bp+F_DL], ah
        pop ax
        mov [bp+F_BX], bx
        mov byte [bp+F_DH], 1
        shl bx, 1
        shl bx, 1
        mov ax, [cs:bx+drive_geometry]
        xchg al, ah                     ; CL sectors, CH cylinder
        mov [bp+F_CX], ax
        mov ax, [cs:bx+drive_geometry+2]
        mov [bp+F_DI], ax
        mov word [bp+F_ES], ROM
        mov word [bp+F_AX], 0
        or bx, bx
        jnz .end
        mov word [bp+F_ES], 0           ; no such drive
        mov byte [bp+F_DH], 0
        cmp byte [bp+F_DL], 0
        jne .end
        mov byte [bp+F_AH], FD_BADCMD
        jmp set_cf_exit
.end:   mov byte [B_FDSTAT], 0
        jmp clr_cf_exit

; 15h: AH = 0 none, 1 no change line, 2 change line.
fs_type:
        call floppy_type
        mov ah, al
        or al, al
        jz .set
        mov ah, 1
        cmp al, 1
        je .set
        mov ah, 2
.set:   mov [bp+F_AH], ah
        mov byte [B_FDSTAT], 0
        jmp clr_cf_exit

; 16h: change line.
fs_change:
        mov ah, FD_CHANGED
        cmp dh, 1
        je .end
        call fdc_select
        call fdc_changed
        mov ah, FD_CHANGED
        jnz .end
        mov ah, FD_OK
.end:   jmp fdc_done

; 17h: AL = 1 360 KB in 360 KB, 2 360 KB in 1.2 MB, 3 1.2 MB, 4 720 KB.
fs_set17:
        mov al, [bp+F_AL]
        mov ah, RATE_250 << 6 | 13h
        cmp al, 1
        je .set
        mov ah, RATE_300 << 6 | MS_DSTEP | 14h
        cmp al, 2
        je .set
        mov ah, RATE_500 << 6 | 15h
        cmp al, 3
        je .set
        mov ah, RATE_250 << 6 | 17h
        cmp al, 4
        je .set
        jmp fs_bad
.set:   push ax
        call fdc_select
        call fdc_clear_change
        pop ax
        mov bl, dl
        mov bh, 0
        mov [bx+B_FDMEDIA], ah
        mov ah, FD_OK
        jmp fdc_done

; 18h: CH last cylinder, CL sectors -> ES:DI table for that medium.
fs_set18:
        mov si, media_list
        mov ax, [bp+F_CX]
        and al, 3Fh
        xchg al, ah
.next:  cmp byte [cs:si], 0
        je .none
        cmp [cs:si], dh
        jne .step
        cmp [cs:si+1], ax
        je .found
.step:  add si, MEDIA_ENTRY
        jmp .next
.none:  mov ah, FD_BADMEDIA
        ret
.found: mov ax, [cs:si+4]
        mov [bp+F_DI], ax
        mov word [bp+F_ES], ROM
        mov ah, [cs:si+3]
        jmp fs_set17.set

; DPT: the table that INT 1Eh points to.
dpt_byte:                               ; AL = index -> AL
        push ds
        push bx
        xor bx, bx
        mov ds, bx
        lds bx, [1Eh*4]
        mov ah, 0
        add bx, ax
        mov al, [bx]
        pop bx
        pop ds
        ret
