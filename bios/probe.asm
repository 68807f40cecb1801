; probe.asm - POST: the two IDE channels; who answers, what it is, which
; geometry INT 13h shows. ES = EBDA. ATA/ATAPI-6, 6.17 (IDENTIFY data words).

ID_CYLS         equ IDENT + 2*1
ID_HEADS        equ IDENT + 2*3
ID_SPT          equ IDENT + 2*6
ID_MODEL        equ IDENT + 2*27
ID_CAPS         equ IDENT + 2*49        ; bit 9: LBA
ID_LBA28        equ IDENT + 2*60
ID_SETS         equ IDENT + 2*83        ; bit 10: 48-bit addresses
ID_LBA48        equ IDENT + 2*100
PROBE_RECORD    equ E_DRIVES + 7*DRIVE_SIZE     ; free until the eighth drive

ide_channels:
        dw 1F0h, 3F6h, 170h, 376h

disks_init:
        push ds
        xor ax, ax
        mov ds, ax
        mov bl, 0                       ; disks
        mov bh, 0                       ; CDs
        xor di, di
.device:
        mov si, PROBE_RECORD
        push di
        and di, 2                       ; channel
        shl di, 1
        mov ax, [cs:di+ide_channels]
        mov [es:si+D_BASE], ax
        mov ax, [cs:di+ide_channels+2]
        mov [es:si+D_CTL], ax
        shr di, 1
        mov ax, di
        shr ax, 1
        mov [es:si+D_CHAN], al
        pop di
        mov al, 0A0h
        test di, 1
        jz .dev
        or al, 10h
.dev:   mov [es:si+D_DEV], al
        push bx
        push di
        call probe_identify             ; AL = 0 none, 1 ATA, 2 ATAPI
        pop di
        pop bx
        cmp al, 1
        jb .next
        je .ata
        cmp bh, 4
        jae .next
        mov al, bh
        add al, 4
        call probe_keep
        mov byte [es:si+D_TYPE], 2
        inc bh
        jmp .next
.ata:   mov al, bl
        call probe_keep
        push bx
        call probe_geometry
        call ata_setup
        pop bx
        call probe_fdpt
        mov byte [es:si+D_TYPE], 1
        inc bl
.next:  inc di
        cmp di, 4
        jb .device
        mov ax, BDA
        mov ds, ax
        mov [B_HDCOUNT], bl
        mov [es:E_NCD], bh
        pop ds
        ret

; probe_identify: AL = kind; IDENTIFY data at IDENT.
probe_identify:
        mov dx, [es:si+D_BASE]
        add dx, AR_STATUS
        in al, dx
        cmp al, 0FFh                    ; no channel
        je .none
        mov al, [es:si+D_DEV]
        call ata_select
        jc .none
        mov dx, [es:si+D_BASE]          ; do the registers hold anything?
        add dx, AR_COUNT
        mov al, 55h
        out dx, al
        inc dx
        mov al, 0AAh
        out dx, al
        dec dx
        in al, dx
        cmp al, 55h
        jne .none
        mov al, AC_IDENTIFY
        call probe_command
        jc .packet
        mov al, 1
        ret
.packet:
        mov dx, [es:si+D_BASE]
        add dx, AR_LBA1
        in al, dx
        mov ah, al
        inc dx
        in al, dx
        cmp ax, 14EBh                   ; signature of a packet device
        jne .none
        mov al, AC_IDPACKET
        call probe_command
        jc .none
        mov al, 2
        jmp .end
.none:  mov al, 0
.end:   jmp ata_finish

; probe_command: AL = IDENTIFY command; CF when no data come.
probe_command:
        call ata_command
        mov dx, [es:si+D_BASE]
        add dx, AR_STATUS
        in al, dx
        or al, al
        jz .none                        ; nobody there
        call ata_idle
        jc .end
        test al, AS_ERR | AS_DF
        jnz .none
        test al, AS_DRQ
        jz .none
        mov dx, [es:si+D_BASE]
        mov bl, [es:E_CPU]
        push es
        push ds
        pop es
        mov di, IDENT
        mov cx, 256
        call port_read
        pop es
        clc
.end:   ret
.none:  stc
        ret

; probe_keep: AL = record number: copies the record and the model name.
probe_keep:
        push ds
        push di
        push ax
        mov ah, 0
        mov cl, 5                       ; DRIVE_SIZE
        shl ax, cl
        add ax, E_DRIVES
        mov di, ax
        push es
        pop ds
        mov cx, 8
        cmp di, si
        je .same
        push di
        rep movsb
        pop di
.same:  mov si, di
        pop ax
        push si
        mov cl, MODEL_SIZE
        mul cl
        add ax, E_MODELS
        mov di, ax
        xor ax, ax
        mov ds, ax
        mov si, ID_MODEL
        mov cx, MODEL_SIZE / 2
.char:  lodsw
        xchg al, ah
        stosw
        loop .char
        mov cx, MODEL_SIZE              ; without trailing blanks
.blank: dec di
        cmp byte [es:di], ' '
        jne .end
        mov byte [es:di], 0
        loop .blank
.end:   pop si
        pop di
        pop ds
        ret

; probe_geometry: capacity and geometry from IDENT. A disk of more than 1024
; cylinders is shown with more heads, LBA-assisted (EDD 3.0, annex).
probe_geometry:
        mov byte [es:si+D_FLAGS], 0
        mov ax, [ID_CYLS]
        mov [es:si+D_PCYL], ax
        mov bl, [ID_HEADS]
        mov [es:si+D_PHEAD], bl
        mov cl, [ID_SPT]
        mov [es:si+D_PSPT], cl
        mov bh, 0
        mul bx                          ; capacity by geometry
        mov ch, 0
        push dx
        mul cx
        xchg ax, bx                     ; BX low
        pop ax
        push dx
        mul cx
        pop dx
        add dx, ax                      ; DX:BX
        mov [es:si+D_SECS], bx
        mov [es:si+D_SECS+2], dx
        xor ax, ax
        mov [es:si+D_SECS+4], ax
        mov [es:si+D_SECS+6], ax
        test word [ID_CAPS], 200h
        jz .have
        or byte [es:si+D_FLAGS], DF_LBA
        mov ax, [ID_LBA28]
        mov dx, [ID_LBA28+2]
        mov bx, ax
        or bx, dx
        jz .have
        mov [es:si+D_SECS], ax
        mov [es:si+D_SECS+2], dx
        mov ax, [ID_SETS]
        and ah, 0C4h                    ; bits 14-15: the word is valid
        cmp ah, 44h
        jne .have
        mov ax, [ID_LBA48]
        or ax, [ID_LBA48+2]
        or ax, [ID_LBA48+4]
        jz .have
        or byte [es:si+D_FLAGS], DF_LBA48
        mov ax, [ID_LBA48]
        mov [es:si+D_SECS], ax
        mov ax, [ID_LBA48+2]
        mov [es:si+D_SECS+2], ax
        mov ax, [ID_LBA48+4]
        mov [es:si+D_SECS+4], ax
        mov ax, [ID_LBA48+6]
        mov [es:si+D_SECS+6], ax
.have:  mov al, [es:si+D_PHEAD]
        mov ah, 0
        mov [es:si+D_LHEAD], ax
        mov al, [es:si+D_PSPT]
        mov [es:si+D_LSPT], ax
        mov ax, [es:si+D_PCYL]
        mov [es:si+D_LCYL], ax
        cmp ax, 1024
        jbe .end
        test byte [es:si+D_FLAGS], DF_LBA
        jz .clip
        or byte [es:si+D_FLAGS], DF_TRANS
        mov word [es:si+D_LSPT], 63
        mov bx, 16                      ; heads: 16, 32, 64, 128, 255
.heads: mov ax, 63
        mul bx                          ; sectors a cylinder, fits 16 bits
        mov cx, ax
        mov ax, [es:si+D_SECS+4]
        or ax, [es:si+D_SECS+6]
        jnz .more
        mov ax, [es:si+D_SECS+2]
        xor dx, dx
        div cx
        or ax, ax
        jnz .more
        mov ax, [es:si+D_SECS]
        div cx                          ; cylinders
        cmp ax, 1024
        jbe .set
.more:  cmp bx, 255
        jae .max
        shl bx, 1
        cmp bx, 256
        jb .heads
        dec bx
        jmp .heads
.max:   mov ax, 1024
.set:   mov [es:si+D_LHEAD], bx
        mov [es:si+D_LCYL], ax
        ret
.clip:  mov word [es:si+D_LCYL], 1024
.end:   ret

; probe_fdpt: BL = disk number: parameter table of disks 0 and 1 (INT 41h, 46h;
; translated format of EDD 3.0 when the geometry is not the drive's own).
probe_fdpt:
        cmp bl, 2
        jae .end
        push di
        mov di, E_FDPT0
        or bl, bl
        jz .table
        mov di, E_FDPT1
.table: mov ax, [es:si+D_LCYL]
        mov [es:di], ax
        mov al, [es:si+D_LHEAD]
        mov [es:di+2], al
        mov word [es:di+5], 0FFFFh      ; no write precompensation
        mov al, [es:si+D_PHEAD]
        mov ah, 0
        cmp al, 9
        jb .control
        or ah, 8                        ; more than eight heads
.control:
        mov [es:di+8], ah
        mov ax, [es:si+D_LCYL]
        mov [es:di+12], ax              ; landing zone
        mov al, [es:si+D_LSPT]
        mov [es:di+14], al
        test byte [es:si+D_FLAGS], DF_TRANS
        jz .done
        mov byte [es:di+3], 0A0h
        mov al, [es:si+D_PSPT]
        mov [es:di+4], al
        mov ax, [es:si+D_PCYL]
        mov [es:di+9], ax
        mov al, [es:si+D_PHEAD]
        mov [es:di+11], al
        mov ah, 0
        mov cx, 15
        push di
.sum:   add ah, [es:di]
        inc di
        loop .sum
        neg ah
        mov [es:di], ah
        pop di
.done:  pop di
.end:   ret
