; disk.asm - INT 13h: which drive a call is for, and the services of fixed
; disks by cylinder, head, sector. PS/2 BIOS Interface Reference, INT 13h fixed
; disk. In a service: DS = BDA, ES = EBDA, SI = drive record, BP = frame.

HD_OK           equ 00h
HD_BADCMD       equ 01h
HD_NOSECTOR     equ 04h
HD_RESETFAIL    equ 05h
HD_CHANGED      equ 06h
HD_CRC          equ 10h
HD_CTRL         equ 20h
HD_TIMEOUT      equ 80h
HD_NOTREADY     equ 0AAh
HD_FAULT        equ 0CCh
HD_LOCKED       equ 0B1h
HD_NOTREMOV     equ 0B2h

OP_READ         equ 0
OP_WRITE        equ 1
OP_VERIFY       equ 2

; ---- INT 13h ----
disk_service:
        cmp ah, 4Ah                     ; El Torito functions
        jb .route
        cmp ah, 4Dh
        jbe .frame
.route: push ax
        push es
        call load_es_ebda
        cmp byte [es:E_ELT+ES_MEDIA], 0
        jne .emulated
.plain: pop es
        pop ax
        cmp dl, 80h
        jae .frame
        int 40h                         ; diskettes
.pass:  push bp                         ; CF to the caller's flags
        mov bp, sp
        jc .set
        and byte [bp+6], ~CF & 0FFh
        pop bp
        iret
.set:   or byte [bp+6], CF
        pop bp
        iret

.emulated:                              ; others of its kind move up by one
        mov al, [es:E_ELT+ES_DRIVE]
        cmp dl, al
        je .mine
        jb .plain
        xor al, dl
        js .plain
        cmp dl, ELT_NOEMU_DL
        jae .plain
        pop es
        pop ax
        cmp dl, 80h
        jae .shift
        dec dx
        int 40h
        jc .pass
        inc dx
        clc
        jmp .pass
.mine:  pop es
        pop ax
        FRAME
        sti
        call load_es_ebda
        jmp elt_service
.shift: FRAME
        dec dx
        jmp .fixed

.frame: FRAME
        cmp ah, 4Ah
        jb .fixed
        cmp ah, 4Dh
        ja .fixed
        call load_es_ebda
        cmp ah, 4Bh
        je .elt
        mov ah, HD_BADCMD
        jmp hd_end
.elt:   jmp elt_4b

.fixed: sti                             ; DL = drive
        call load_es_ebda
        mov al, dl
        cmp al, ELT_NOEMU_DL
        jae .cd
        and al, 7Fh
        cmp al, [B_HDCOUNT]
        jae .none
        mov cl, 5                       ; DRIVE_SIZE
        mov bl, ah
        mov ah, 0
        shl ax, cl
        mov si, ax
        add si, E_DRIVES
        mov bh, 0
        cmp bl, 41h
        jae .edd
        cmp bl, 18h
        ja .bad
        shl bx, 1
        jmp [cs:bx+disk_table]
.edd:   jmp edd_disk
.cd:    jmp edd_cd
.none:  cmp ah, 15h                     ; no such drive
        jne .bad
        mov byte [bp+F_AH], 0
        jmp clr_cf_exit
.bad:   mov ah, HD_BADCMD
hd_end:                                 ; AH = status
        mov [B_HDSTAT], ah
        mov [bp+F_AH], ah
        or ah, ah
        jnz .error
        jmp clr_cf_exit
.error: jmp set_cf_exit

disk_table:
        dw hd_reset, hd_status, hd_read, hd_write
        dw hd_verify, hd_format, disk_service.bad, disk_service.bad
        dw hd_params, hd_setup, disk_service.bad, disk_service.bad
        dw hd_seek, hd_reset, disk_service.bad, disk_service.bad
        dw hd_ready, hd_recal, disk_service.bad, disk_service.bad
        dw hd_ok, hd_type, disk_service.bad, disk_service.bad
        dw disk_service.bad

hd_reset:
        cmp byte [bp+F_AH], 0           ; function 0 resets the diskettes too
        jne .disk
        push dx
        mov dl, 0
        mov ah, 0
        int 40h
        pop dx
.disk:  call ata_reset
        jmp hd_end

hd_status:
        mov ah, [B_HDSTAT]
        mov byte [B_HDSTAT], 0
        mov [bp+F_AH], ah
        or ah, ah
        jnz hd_end.error
        jmp clr_cf_exit

hd_verify:
        mov al, OP_VERIFY
        jmp hd_rw
hd_write:
        mov al, OP_WRITE
        jmp hd_rw
hd_read:
        mov al, OP_READ
hd_rw:  push ax
        call hd_lba
        pop ax
        jc .bad
        mov bl, [bp+F_AL]
        mov bh, 0
        or bl, bl
        jz .cmd
        cmp bl, 80h
        ja .cmd
        mov [es:E_COUNT], bx
        mov bx, [bp+F_BX]
        mov [es:E_BUFOFF], bx
        mov bx, [bp+F_ES]
        mov [es:E_BUFSEG], bx
        call ata_rw
        mov al, [es:E_DONE]
        mov [bp+F_AL], al
        jmp hd_end
.cmd:   mov ah, HD_BADCMD
        jmp .none
.bad:   mov ah, HD_NOSECTOR
.none:  mov byte [bp+F_AL], 0
        jmp hd_end

; Tracks of an IDE disk are formatted at the factory: the address is checked.
hd_format:
        mov byte [bp+F_CL], 1
        call hd_cylinder
        cmp ax, [es:si+D_LCYL]
        mov ah, HD_NOSECTOR
        jae .end
        mov ah, HD_OK
.end:   jmp hd_end

hd_params:
        mov ax, [es:si+D_LCYL]
        dec ax
        mov ch, al
        mov cl, 6
        shl ah, cl
        or ah, [es:si+D_LSPT]
        mov cl, ah
        mov [bp+F_CX], cx
        mov al, [es:si+D_LHEAD]
        dec al
        mov [bp+F_DH], al
        call hd_count
        mov [bp+F_DL], al
        mov byte [bp+F_AL], 0
        mov ah, HD_OK
        jmp hd_end

; hd_count: AL = fixed disks, an emulated one included.
hd_count:
        mov al, [B_HDCOUNT]
        cmp byte [es:E_ELT+ES_MEDIA], 4
        jne .end
        inc al
.end:   ret

hd_setup:
        call ata_setup
        jmp hd_end

hd_seek:
        call hd_cylinder
        cmp ax, [es:si+D_LCYL]
        mov ah, HD_SEEKFAIL
        jae .end
        mov ah, HD_OK
.end:   jmp hd_end
HD_SEEKFAIL     equ 40h

hd_ready:
        call ata_test
        jmp hd_end
hd_recal:
hd_ok:
        mov ah, HD_OK
        jmp hd_end

; 15h: AH = 3 fixed disk, CX:DX sectors.
hd_type:
        mov ax, [es:si+D_LHEAD]
        mul word [es:si+D_LSPT]
        mul word [es:si+D_LCYL]
        mov [bp+F_DX], ax
        mov [bp+F_CX], dx
        mov byte [B_HDSTAT], 0
        mov byte [bp+F_AH], 3
        jmp clr_cf_exit

; hd_cylinder: AX = the caller's cylinder.
hd_cylinder:
        mov al, [bp+F_CH]
        mov ah, [bp+F_CL]
        mov cl, 6
        shr ah, cl
        ret

; hd_lba: the caller's address -> E_LBA; CF when outside the disk.
hd_lba:
        call hd_cylinder
        cmp ax, [es:si+D_LCYL]
        jae .bad
        mov bl, [bp+F_DH]
        mov bh, 0
        cmp bx, [es:si+D_LHEAD]
        jae .bad
        mul word [es:si+D_LHEAD]
        add ax, bx
        adc dx, 0
        mov cx, dx
        mul word [es:si+D_LSPT]
        xchg ax, cx                     ; DX:CX = low product
        mov bx, dx
        mul word [es:si+D_LSPT]
        add bx, ax                      ; BX:CX
        mov al, [bp+F_CL]
        and ax, 3Fh
        jz .bad
        cmp ax, [es:si+D_LSPT]
        ja .bad
        dec ax
        add cx, ax
        adc bx, 0
        mov [es:E_LBA], cx
        mov [es:E_LBA+2], bx
        xor ax, ax
        mov [es:E_LBA+4], ax
        mov [es:E_LBA+6], ax
        clc
        ret
.bad:   stc
        ret

; ---- INT 76h: IRQ 14. The services poll; others may wait on this flag. ----
int76:
        push ds
        push ax
        mov ax, BDA
        mov ds, ax
        mov byte [B_HDINT], 0FFh
        mov al, EOI
        out PIC2, al
        out PIC1, al
        sti
        mov ax, 9100h                   ; device post: disk
        int 15h
        pop ax
        pop ds
        iret
