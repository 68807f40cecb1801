; eltorito.asm - booting from CD: boot record, catalogue, no emulation and
; emulated disks; INT 13h/4Ah-4Dh. El Torito Bootable CD-ROM Format 1.0.

ELT_BUFFER      equ 1000h               ; 0:1000h, one CD sector
ELT_RECORD      equ 17                  ; boot record volume descriptor
ELT_NOEMU_DL    equ 0E0h

; offsets in E_ELT, the INT 13h/4Bh specification packet (El Torito, figure 6)
ES_SIZE         equ 0
ES_MEDIA        equ 1
ES_DRIVE        equ 2
ES_CONTROLLER   equ 3
ES_LBA          equ 4
ES_DEVSPEC      equ 8
ES_USERBUF      equ 10
ES_LOADSEG      equ 12
ES_COUNT        equ 14
ES_CYL          equ 16
ES_SPT          equ 17
ES_HEAD         equ 18

; eltorito_boot: CD number E_BOOTCD; DS = 0, ES = EBDA. Comes back with a
; message when there is nothing to boot.
eltorito_boot:
        call elt_drive
        call atapi_ready
        mov bx, msg_cd_nodisk
        jc .fail
        mov ax, ELT_RECORD
        xor dx, dx
        call elt_sector
        mov bx, msg_cd_read
        jc .fail
        mov bx, msg_cd_notboot
        mov si, ELT_BUFFER
        mov di, elt_signature
        mov cx, elt_signature_end - elt_signature
        call elt_compare
        jne .fail
        mov ax, [ELT_BUFFER+47h]        ; catalogue
        mov dx, [ELT_BUFFER+49h]
        call elt_sector
        mov bx, msg_cd_read
        jc .fail
        mov bx, msg_cd_catalog
        cmp byte [ELT_BUFFER], 1        ; validation entry
        jne .fail
        cmp word [ELT_BUFFER+1Eh], 0AA55h
        jne .fail
        mov si, ELT_BUFFER
        mov cx, 16
        xor dx, dx
.sum:   lodsw
        add dx, ax
        loop .sum
        jnz .fail
        mov bx, msg_cd_notboot
        cmp byte [ELT_BUFFER+20h], 88h
        jne .fail
        call elt_load
        mov bx, msg_cd_read
        jc .fail
        jmp elt_start
.fail:  mov si, msg_cd
        call puts
        mov si, bx
        jmp puts

; elt_load: boot entry -> E_ELT, image in memory; CF on error.
elt_load:
        mov di, E_ELT
        xor ax, ax
        mov cx, 10
        rep stosw
        mov byte [es:E_ELT+ES_SIZE], 13h
        mov ax, [ELT_BUFFER+28h]
        mov [es:E_ELT+ES_LBA], ax
        mov ax, [ELT_BUFFER+2Ah]
        mov [es:E_ELT+ES_LBA+2], ax
        mov ax, [ELT_BUFFER+22h]
        or ax, ax
        jnz .seg
        mov ax, BOOT_ADDR >> 4
.seg:   mov [es:E_ELT+ES_LOADSEG], ax
        mov ax, [ELT_BUFFER+26h]
        or ax, ax
        jnz .count
        inc ax
.count: mov [es:E_ELT+ES_COUNT], ax
        mov al, [es:E_BOOTCD]
        mov [es:E_ELT+ES_CONTROLLER], al
        mov byte [es:E_ELT+ES_DRIVE], ELT_NOEMU_DL
        add [es:E_ELT+ES_DRIVE], al
        ; the image, in 512-byte sectors
        mov bx, [es:E_ELT+ES_LOADSEG]
        mov [es:E_BUFSEG], bx
        mov word [es:E_BUFOFF], 0
        mov ax, [es:E_ELT+ES_COUNT]
        mov [es:E_COUNT], ax
        xor ax, ax
        xor dx, dx
        call elt_read512
        jc .end
        mov al, [ELT_BUFFER+21h]
        and al, 0Fh
        jz .end
        mov bl, al
        mov word [es:E_ELTHEADS], 2
        mov word [es:E_ELTCYLS], 80
        mov ax, 15
        dec bl                          ; 1: 1.2 MB
        jz .floppy
        mov al, 18
        dec bl                          ; 2: 1.44 MB
        jz .floppy
        mov al, 36
        dec bl                          ; 3: 2.88 MB
        jz .floppy
        dec bl                          ; 4: hard disk
        stc
        jnz .end
        call elt_partition
        mov al, 80h
        jmp .drive
.floppy:
        mov [es:E_ELTSPT], ax
        mov al, 0
.drive: mov [es:E_ELT+ES_DRIVE], al
        mov ax, [es:E_ELTCYLS]
        dec ax
        mov [es:E_ELT+ES_CYL], al
        mov cl, 6
        shl ah, cl
        or ah, [es:E_ELTSPT]
        mov [es:E_ELT+ES_SPT], ah
        mov al, [es:E_ELTHEADS]
        dec al
        mov [es:E_ELT+ES_HEAD], al
        mov al, [ELT_BUFFER+21h]        ; last: the emulation is on
        and al, 0Fh
        mov [es:E_ELT+ES_MEDIA], al
        clc
.end:   ret

; elt_partition: geometry of an emulated hard disk: heads and sectors from the
; ending address of the only partition in its boot record, cylinders from its
; last sector.
elt_partition:
        push ds
        mov ds, [es:E_ELT+ES_LOADSEG]
        mov al, [1C3h]                  ; ending head, sector, cylinder
        mov ah, 0
        inc ax
        mov [es:E_ELTHEADS], ax
        mov bl, [1C4h]
        and bx, 3Fh
        jnz .spt
        mov bl, 63
.spt:   mov [es:E_ELTSPT], bx
        mul bx
        mov cx, ax                      ; sectors a cylinder
        mov ax, [1C6h]                  ; first sector + sectors, rounded up
        mov dx, [1C8h]
        add ax, [1CAh]
        adc dx, [1CCh]
        pop ds
        add ax, cx
        adc dx, 0
        sub ax, 1
        sbb dx, 0
        cmp dx, cx
        jae .large
        div cx
        cmp ax, 1024
        jbe .set
.large: mov ax, 1024
.set:   mov [es:E_ELTCYLS], ax
        ret

elt_start:
        mov dl, [es:E_ELT+ES_DRIVE]
        mov bx, [es:E_ELT+ES_LOADSEG]
        cmp bx, BOOT_ADDR >> 4
        jne .seg
        jmp boot_go
.seg:   xor ax, ax
        push bx
        push ax
        jmp boot_jump

; elt_drive: SI = drive record of CD number E_BOOTCD; DS = any, ES = EBDA.
elt_drive:
        mov al, [es:E_BOOTCD]
elt_drive_al:
        add al, 4
        mov ah, 0
        mov cl, 5                       ; DRIVE_SIZE
        shl ax, cl
        add ax, E_DRIVES
        mov si, ax
        ret

; elt_sector: DX:AX = CD sector -> ELT_BUFFER; CF on error.
elt_sector:
        mov word [es:E_BUFSEG], 0
        mov word [es:E_BUFOFF], ELT_BUFFER
        mov word [es:E_SKIP], 0
        mov word [es:E_TAKE], 1024
        mov cx, 1
        call elt_drive2
        jmp atapi_read

elt_drive2:
        push ax
        push cx
        call elt_drive
        pop cx
        pop ax
        ret

; elt_read512: E_COUNT sectors of 512 bytes from sector DX:AX of the image to
; E_BUFSEG:E_BUFOFF. ES = EBDA. CF on error; E_DONE = sectors read.
elt_read512:
        mov word [es:E_DONE], 0
.more:  mov bx, [es:E_COUNT]
        or bx, bx
        jz .end
        cmp bx, 60
        jbe .chunk
        mov bx, 60
.chunk: push dx
        push ax
        push bx
        mov ch, al
        and ch, 3
        mov bh, ch                      ; words to skip: (sector & 3) * 256
        mov bl, 0
        mov [es:E_SKIP], bx
        pop bx
        push bx
        xchg bh, bl
        mov [es:E_TAKE], bx
        pop bx
        mov cl, ch
        mov ch, 0
        add cx, bx
        add cx, 3
        shr cx, 1
        shr cx, 1                       ; CD sectors to read
        shr dx, 1
        rcr ax, 1
        shr dx, 1
        rcr ax, 1
        add ax, [es:E_ELT+ES_LBA]
        adc dx, [es:E_ELT+ES_LBA+2]
        push bx
        push cx
        call elt_emu_drive
        pop cx
        call atapi_read
        pop bx
        pop ax
        pop dx
        jc .end
        add ax, bx
        adc dx, 0
        add [es:E_DONE], bx
        sub [es:E_COUNT], bx
        xchg bh, bl                     ; segment += chunk * 512 / 16
        shr bx, 1
        shr bx, 1
        shr bx, 1
        add [es:E_BUFSEG], bx
        jmp .more
.end:   ret

elt_emu_drive:
        push ax
        mov al, [es:E_ELT+ES_CONTROLLER]
        call elt_drive_al
        pop ax
        ret

; elt_compare: DS:SI with CX bytes at CS:DI; ZF when equal.
elt_compare:
        push es
        push cs
        pop es
        repe cmpsb
        pop es
        ret

; ---- INT 13h on the emulated disk: ES = EBDA, BP = frame, DS = BDA ----
; elt_service: AH = function as INT 13h. The drive is the emulated one.
elt_service:
        cmp ah, 2
        je .read
        cmp ah, 4
        je .verify
        cmp ah, 8
        je .params
        cmp ah, 15h
        je .type
        cmp ah, 3
        je .protected
        cmp ah, 5
        je .protected
        cmp ah, 0
        je .ok
        cmp ah, 1
        je .ok
        cmp ah, 9
        je .ok
        cmp ah, 0Ch
        je .ok
        cmp ah, 0Dh
        je .ok
        cmp ah, 10h
        je .ok
        cmp ah, 11h
        je .ok
        cmp ah, 16h
        je .ok
        cmp byte [es:E_ELT+ES_MEDIA], 4
        jne .unknown
        cmp ah, 41h                     ; packet access to a hard disk
        je .check
        cmp ah, 42h
        je .packet
.unknown:
        mov ah, 1
        jmp elt_status
.check: mov cx, 1
        jmp edd_present
.packet:
        call edd_packet
        jc .unknown
        mov ax, [es:E_LBA]
        mov dx, [es:E_LBA+2]
        call elt_read512
        mov ah, 0
        jnc .moved
        mov ah, 20h
.moved: jmp edd_done
.protected:
        mov ah, 3
        jmp elt_status
.ok:    mov ah, 0
        jmp elt_status

.verify:
        call elt_chs
        jc .bad
        mov ah, 0
        jmp elt_status
.read:  call elt_chs
        jc .bad
        mov bx, [bp+F_BX]
        mov [es:E_BUFOFF], bx
        mov bx, [bp+F_ES]
        mov [es:E_BUFSEG], bx
        mov bl, [bp+F_AL]
        mov bh, 0
        mov [es:E_COUNT], bx
        call elt_read512
        mov ah, 0
        jnc .count
        mov ah, 20h
.count: mov al, [es:E_DONE]
        mov [bp+F_AL], al
        jmp elt_status
.bad:   mov ah, 4
        jmp elt_status

.params:
        mov ax, [es:E_ELT+ES_CYL]       ; CYL and SPT bytes
        xchg al, ah
        mov [bp+F_CX], ax
        mov al, [es:E_ELT+ES_HEAD]
        mov [bp+F_DH], al
        cmp byte [bp+F_DL], 80h
        jae .hd
        call elt_floppy_count
        mov [bp+F_DL], al
        mov byte [bp+F_BX], 4
        mov al, [es:E_ELT+ES_MEDIA]
        cmp al, 1
        jne .notype2
        mov byte [bp+F_BX], 2
.notype2:
        cmp al, 3
        jne .dpt
        mov byte [bp+F_BX], 5
.dpt:   mov word [bp+F_DI], diskette_params
        mov word [bp+F_ES], ROM
        jmp .ok
.hd:    mov al, [B_HDCOUNT]
        inc al
        mov [bp+F_DL], al
        jmp .ok
.type:  cmp byte [bp+F_DL], 80h
        jae .hdtype
        mov byte [bp+F_AH], 1           ; floppy, no change line
        jmp clr_cf_exit
.hdtype:
        mov ax, [es:E_ELTHEADS]
        mul word [es:E_ELTSPT]
        mul word [es:E_ELTCYLS]
        mov [bp+F_DX], ax
        mov [bp+F_CX], dx
        mov byte [bp+F_AH], 3
        jmp clr_cf_exit

elt_status:
        mov [bp+F_AH], ah
        mov [B_FDSTAT], ah
        or ah, ah
        jz .ok
        jmp set_cf_exit
.ok:    jmp clr_cf_exit

; elt_floppy_count: AL = floppies, the emulated one included.
elt_floppy_count:
        mov al, [B_EQUIP]
        test al, 1
        mov ah, 0
        jz .none
        mov cl, 6
        shr al, cl
        mov ah, al
        inc ah
.none:  mov al, ah
        inc al
        ret

; elt_chs: the caller's CHS -> DX:AX; CF when outside the disk.
elt_chs:
        mov al, [bp+F_CH]
        mov ah, [bp+F_CL]
        mov cl, 6
        shr ah, cl
        cmp ax, [es:E_ELTCYLS]
        jae .bad
        mov bl, [bp+F_DH]
        mov bh, 0
        cmp bx, [es:E_ELTHEADS]
        jae .bad
        mul word [es:E_ELTHEADS]
        add ax, bx
        adc dx, 0
        mov bx, dx
        mul word [es:E_ELTSPT]          ; below 2^32: 1024 * 256 * 63
        xchg ax, bx
        mov cx, dx
        mul word [es:E_ELTSPT]
        add cx, ax
        mov ax, bx
        mov dx, cx
        mov bl, [bp+F_CL]
        and bx, 3Fh
        jz .bad
        cmp bx, [es:E_ELTSPT]
        ja .bad
        dec bx
        add ax, bx
        adc dx, 0
        clc
        ret
.bad:   stc
        ret

; INT 13h/4Bh: AL = 0 end the emulation, 1 status only. DS = BDA, ES = EBDA.
elt_4b:
        cmp byte [es:E_ELT+ES_SIZE], 13h
        jne .none
        mov al, [bp+F_DL]
        cmp al, 7Fh                     ; 7Fh: all emulations
        je .mine
        cmp al, [es:E_ELT+ES_DRIVE]
        jne .none
.mine:  mov ds, [bp+F_DS]
        mov di, [bp+F_SI]
        xor bx, bx
        mov cx, 13h
.copy:  mov al, [es:bx+E_ELT]
        mov [bx+di], al
        inc bx
        loop .copy
        cmp byte [bp+F_AL], 0
        jne .done
        mov byte [es:E_ELT+ES_MEDIA], 0
.done:  mov byte [bp+F_AH], 0
        jmp clr_cf_exit
.none:  mov byte [bp+F_AH], 1
        jmp set_cf_exit

elt_signature:
        db 0, "CD001", 1, "EL TORITO SPECIFICATION"
elt_signature_end:

msg_cd_nodisk:  db "no disc in the drive", 13, 10, 0
msg_cd_read:    db "read error", 13, 10, 0
msg_cd_notboot: db "not bootable, no El Torito boot record", 13, 10, 0
msg_cd_catalog: db "not bootable, its boot catalogue is damaged", 13, 10, 0
