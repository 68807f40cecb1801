; edd.asm - INT 13h extensions 41h-49h, 4Eh, for disks and CDs: 64-bit block
; addresses. BIOS Enhanced Disk Drive Specification 3.0 (Phoenix), T13 1572.
; Entry: BL = function (disks) or AH (CDs), DS = BDA, ES = EBDA, SI = record.

EDD_VERSION     equ 30h
EP_COUNT        equ 2                   ; address packet
EP_OFF          equ 4
EP_SEG          equ 6
EP_LBA          equ 8

edd_disk:
        mov al, bl
        mov di, edd_disk_table
edd_dispatch:                           ; AL = function, CS:DI = table
        sub al, 41h
        cmp al, 9
        jbe .go
        cmp al, 4Eh - 41h
        mov al, 10
        je .go
        mov ah, HD_BADCMD
        jmp hd_end
.go:    mov ah, 0
        shl ax, 1
        add di, ax
        jmp [cs:di]

edd_disk_table:
        dw edd_check, edd_read, edd_write, edd_verify
        dw edd_fixed, edd_fixed, edd_seek, edd_params
        dw edd_nochange, edd_bad, edd_hardware

edd_bad:
        mov ah, HD_BADCMD
        jmp hd_end

; 41h: AH = version, CX = subsets: 0 packet access, 1 removable, 2 EDD.
edd_check:
        mov cx, 5
edd_present:
        cmp word [bp+F_BX], 55AAh
        jne edd_bad
        mov word [bp+F_BX], 0AA55h
        mov [bp+F_CX], cx
        mov byte [bp+F_AH], EDD_VERSION
        jmp clr_cf_exit

; edd_packet: the caller's address packet -> E_LBA, E_COUNT, buffer. CF: bad.
edd_packet:
        push ds
        mov ds, [bp+F_DS]
        mov di, [bp+F_SI]
        cmp byte [di], 10h
        jb .end                         ; CF set
        mov ax, [di+EP_COUNT]
        mov [es:E_COUNT], ax
        mov ax, [di+EP_OFF]
        mov [es:E_BUFOFF], ax
        mov ax, [di+EP_SEG]
        mov [es:E_BUFSEG], ax
        mov ax, [di+EP_LBA]
        mov [es:E_LBA], ax
        mov ax, [di+EP_LBA+2]
        mov [es:E_LBA+2], ax
        mov ax, [di+EP_LBA+4]
        mov [es:E_LBA+4], ax
        mov ax, [di+EP_LBA+6]
        mov [es:E_LBA+6], ax
        clc
.end:   pop ds
        ret

; edd_done: AH = status: E_DONE into the caller's packet.
edd_done:
        push ds
        mov ds, [bp+F_DS]
        mov di, [bp+F_SI]
        mov bx, [es:E_DONE]
        mov [di+EP_COUNT], bx
        pop ds
        jmp hd_end

; edd_range: CF and AH when E_LBA + E_COUNT lies beyond the disk.
edd_range:
        mov ax, [es:E_LBA]
        mov bx, [es:E_LBA+2]
        mov cx, [es:E_LBA+4]
        mov dx, [es:E_LBA+6]
        add ax, [es:E_COUNT]
        adc bx, 0
        adc cx, 0
        adc dx, 0
        jc .bad
        mov di, ax
        mov ax, [es:si+D_SECS]
        sub ax, di
        mov ax, [es:si+D_SECS+2]
        sbb ax, bx
        mov ax, [es:si+D_SECS+4]
        sbb ax, cx
        mov ax, [es:si+D_SECS+6]
        sbb ax, dx
        jnc .end
.bad:   mov ah, HD_NOSECTOR
        stc
.end:   ret

edd_verify:
        mov dl, OP_VERIFY
        jmp edd_rw
edd_write:
        mov dl, OP_WRITE
        jmp edd_rw
edd_read:
        mov dl, OP_READ
edd_rw: call edd_packet
        jc edd_bad
        push dx
        mov word [es:E_DONE], 0
        call edd_range
        pop dx
        jc edd_done
        mov al, dl
        call ata_rw
        jmp edd_done

edd_seek:
        call edd_packet
        jc edd_bad
        mov word [es:E_COUNT], 1
        call edd_range
        jc .end
        mov ah, HD_OK
.end:   jmp hd_end

edd_fixed:                              ; lock, eject: not removable
        mov ah, HD_NOTREMOV
        jmp hd_end

edd_nochange:
        mov ah, HD_OK
        jmp hd_end

; 4Eh: hardware configuration: PIO as it is, no prefetch.
edd_hardware:
        mov al, [bp+F_AL]
        cmp al, 6
        ja edd_bad
        mov byte [bp+F_AL], 0
        mov ah, HD_OK
        jmp hd_end

; ---- 48h: drive parameters ----
edd_params:
        call edd_dpte
        push es
        mov di, [bp+F_SI]
        mov es, [bp+F_DS]
        pop ds                          ; DS = EBDA
        mov ax, [es:di]                 ; room
        cmp ax, 1Ah
        jb .bad
        mov bx, 1Ah
        cmp ax, 1Eh
        jb .size
        mov bx, 1Eh
        cmp ax, 42h
        jb .size
        mov bx, 42h
.size:  mov ax, bx
        stosw
        mov ax, 2                       ; geometry is valid
        cmp word [si+D_PCYL], 16383
        jb .info
        mov ax, 0                       ; capacity beyond CHS
.info:  stosw
        mov ax, [si+D_PCYL]
        call edd_dword
        mov al, [si+D_PHEAD]
        mov ah, 0
        call edd_dword
        mov al, [si+D_PSPT]
        mov ah, 0
        call edd_dword
        push si
        add si, D_SECS
        movsw
        movsw
        movsw
        movsw
        pop si
        mov ax, 512
        stosw
        cmp bx, 1Eh
        jb .ok
        mov ax, E_DPTE
        stosw
        mov ax, ds
        stosw
        cmp bx, 42h
        jb .ok
        call edd_path
.ok:    mov ah, HD_OK
        jmp .end
.bad:   mov ah, HD_BADCMD
.end:   mov bx, BDA
        mov ds, bx
        jmp hd_end

edd_dword:
        stosw
        xor ax, ax
        stosw
        ret

; edd_dpte: E_DPTE for the drive (EDD 3.0, table 10). ES = EBDA.
edd_dpte:
        push di
        mov di, E_DPTE
        mov ax, [es:si+D_BASE]
        stosw
        mov ax, [es:si+D_CTL]
        stosw
        mov al, [es:si+D_DEV]
        test byte [es:si+D_FLAGS], DF_LBA
        jz .dev
        or al, 40h
.dev:   stosb
        mov al, 0                       ; BIOS vendor: none
        stosb
        mov al, 14
        add al, [es:si+D_CHAN]
        stosb
        mov al, 1                       ; sectors a block
        stosb
        xor ax, ax                      ; DMA, PIO: standard
        stosw
        test byte [es:si+D_FLAGS], DF_LBA
        jz .trans
        or al, 10h                      ; LBA
.trans: test byte [es:si+D_FLAGS], DF_TRANS
        jz .flags
        or ax, 208h                     ; LBA-assisted translation
.flags: cmp byte [es:si+D_TYPE], 2
        jne .store
        or al, 60h                      ; removable, ATAPI
.store: stosw
        xor ax, ax
        stosw
        mov al, 11h                     ; revision
        stosb
        mov di, E_DPTE
        mov cx, 15
        mov ah, 0
.sum:   sub ah, [es:di]
        inc di
        loop .sum
        mov [es:di], ah
        pop di
        ret

; edd_path: device path (EDD 3.0, 48h): ES:DI at offset 1Eh of the result.
edd_path:
        push di
        mov ax, 0BEDDh
        stosw
        mov ax, 24h                     ; length of the path
        stosw
        xor ax, ax
        stosw
        push ds
        push si
        cmp byte [E_PCI], 1
        push cs
        pop ds
        mov si, edd_isa
        jne .bus
        mov si, edd_pci
.bus:   movsw
        movsw
        mov si, edd_ata
        mov cx, 4
        rep movsw
        pop si
        pop ds
        mov ax, [si+D_BASE]             ; ISA: the port; PCI: bus, device,
        cmp byte [E_PCI], 1             ; function, channel
        jne .path
        mov ax, 0100h
        stosw
        mov al, 1
        mov ah, [si+D_CHAN]
        stosw
        xor ax, ax
        stosw
        stosw
        jmp .device
.path:  stosw
        xor ax, ax
        stosw
        stosw
        stosw
.device:
        mov al, 0
        test byte [si+D_DEV], 10h
        jz .master
        inc ax
.master:
        stosw
        xor ax, ax
        mov cx, 4
        rep stosw
        pop bx
        mov cx, 23h                     ; checksum over the path
        mov al, 0
.sum:   sub al, [es:bx]
        inc bx
        loop .sum
        mov [es:bx], al
        ret

edd_isa:        db "ISA "
edd_pci:        db "PCI "
edd_ata:        db "ATA     "

; ---- CDs: INT 13h with DL = E0h and up ----
edd_cd:
        sub al, ELT_NOEMU_DL
        cmp al, [es:E_NCD]
        jae .none
        push ax
        call elt_drive_al
        pop ax
        mov al, [bp+F_AH]
        cmp al, 41h
        jb .old
        mov di, edd_cd_table
        jmp edd_dispatch
.none:  jmp disk_service.none
.old:   mov ah, HD_OK
        cmp al, 0                       ; reset, status, ready: nothing to do
        je .end
        cmp al, 1
        je .status
        cmp al, 10h
        je .ready
        cmp al, 15h
        je .type
        cmp al, 3
        jne .bad
        mov ah, 3                       ; write-protected
        jmp .end
.bad:   mov ah, HD_BADCMD
.end:   jmp hd_end
.status:
        jmp hd_status
.ready: call atapi_ready
        jc .end
        mov ah, HD_OK
        jmp .end
.type:  mov byte [bp+F_AH], 2           ; change line
        jmp clr_cf_exit

edd_cd_table:
        dw cd_check, cd_read, cd_write, cd_verify
        dw cd_lock, cd_eject, cd_seek, cd_params
        dw cd_change, edd_bad, edd_hardware

cd_check:
        mov cx, 7
        jmp edd_present

cd_write:
        mov ah, 3
        jmp hd_end

cd_seek:
cd_verify:
        call atapi_ready
        jc .end
        mov ah, HD_OK
.end:   jmp hd_end

cd_read:
        call edd_packet
        jnc .go
        jmp edd_bad
.go:    mov word [es:E_DONE], 0
.more:  mov cx, [es:E_COUNT]
        sub cx, [es:E_DONE]
        mov ah, HD_OK
        jz .end
        cmp cx, 16
        jbe .chunk
        mov cx, 16
.chunk: mov word [es:E_SKIP], 0
        mov ax, cx
        xchg al, ah                     ; 1024 words a sector
        shl ax, 1
        shl ax, 1
        mov [es:E_TAKE], ax
        mov ax, [es:E_LBA]
        mov dx, [es:E_LBA+2]
        call atapi_read
        jc .end
        add [es:E_DONE], cx
        call ata_advance
        xchg cl, ch                     ; 80h paragraphs a sector
        shr cx, 1
        add [es:E_BUFSEG], cx
        jmp .more
.end:   jmp edd_done

; 45h: AL = 0 lock, 1 unlock, 2 state (never locked by us).
cd_lock:
        mov al, [bp+F_AL]
        mov byte [bp+F_AL], 0
        cmp al, 2
        mov ah, HD_OK
        je .end
        mov ah, HD_BADCMD
        ja .end
        xor al, 1
        push ax
        mov al, PK_LOCK
        call cdb_clear
        pop ax
        mov [es:di+4], al
        call packet_nodata
        mov ah, HD_OK
        jnc .end
        mov ah, HD_NOTREADY
.end:   jmp hd_end

cd_eject:
        mov al, PK_STARTSTOP
        call cdb_clear
        mov byte [es:di+4], 2
        call packet_nodata
        mov ah, HD_OK
        jnc .end
        mov ah, HD_LOCKED
.end:   jmp hd_end

cd_change:                              ; 49h: AH = 06h after a change
        mov al, PK_TESTREADY
        call cdb_clear
        call packet_nodata
        mov ah, HD_OK
        jnc .end
        call packet_sense
        mov ah, HD_CHANGED
.end:   jmp hd_end

cd_params:
        call edd_dpte
        push es
        call atapi_ready
        mov ax, 0FFFFh                  ; no medium: size unknown
        mov dx, ax
        mov cx, 2048
        jc .have
        call atapi_capacity
.have:  pop ds
        mov di, [bp+F_SI]
        mov es, [bp+F_DS]
        cmp word [es:di], 1Ah
        jb .bad
        mov bx, 1Ah
        cmp word [es:di], 1Eh
        jb .size
        mov bx, 1Eh
.size:  mov [es:di], bx
        mov word [es:di+2], 74h         ; removable, change line, lockable,
        push ax                         ; no geometry
        push cx
        push di
        add di, 4
        mov cx, 6
        mov ax, 0FFFFh
        rep stosw
        pop di
        pop cx
        pop ax
        mov [es:di+10h], ax
        mov [es:di+12h], dx
        mov word [es:di+14h], 0
        mov word [es:di+16h], 0
        mov [es:di+18h], cx
        cmp bx, 1Eh
        jb .ok
        mov word [es:di+1Ah], E_DPTE
        mov [es:di+1Ch], ds
.ok:    mov ah, HD_OK
        jmp edd_params.end
.bad:   mov ah, HD_BADCMD
        jmp edd_params.end
