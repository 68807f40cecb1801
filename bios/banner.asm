; banner.asm - POST: the two lines that the user sees: processor and memory,
; then the drives. ES = EBDA.

banner:
        mov si, msg_banner
        call puts
        call cpu_name
        call puts
        mov si, msg_gap
        call puts
        mov ax, [es:E_EXTKB]
        mov dx, [es:E_EXTKB+2]
        or dx, dx
        jnz .mega
        cmp ax, 1024
        jae .mega
        push ds
        mov bx, BDA
        mov ds, bx
        mov ax, [B_MEMKB]
        pop ds
        add ax, EBDA_KB
        call put_dec
        mov si, msg_kb
        jmp .end
.mega:  add ax, 1024
        adc dx, 0
        mov cx, 10
        call put_shifted
        mov si, msg_mb
.end:   call puts
        mov si, msg_f12
        jmp puts

; put_shifted: DX:AX >> CX in decimal.
put_shifted:
        shr dx, 1
        rcr ax, 1
        loop put_shifted
        jmp put_dec

; cpu_name: SI = text.
cpu_name:
        mov al, [es:E_CPU]
        mov si, msg_8086
        cmp al, 2
        jb .end
        mov si, msg_286
        je .end
        cpu 386
        push eax
        push ecx
        push edx
        mov si, msg_386
        pushfd                          ; EFLAGS bit 18 (AC): since the 486
        pop eax
        mov ecx, eax
        xor eax, 40000h
        push eax
        popfd
        pushfd
        pop eax
        push ecx
        popfd
        xor eax, ecx
        test eax, 40000h
        jz .known
        mov si, msg_486
        call cpuid_features
        and ah, 0Fh                     ; family
        cmp ah, 5
        jb .known
        mov si, msg_586
        je .known
        mov si, msg_686
.known: pop edx
        pop ecx
        pop eax
        cpu 8086
.end:   ret

; banner_drives: diskette types, disk sizes, CD drives.
banner_drives:
        push ds
        mov dl, 0
.floppy:
        call floppy_type
        or al, al
        jz .nofloppy
        call drive_gap
        call put_floppy
.nofloppy:
        inc dl
        cmp dl, 2
        jb .floppy
        mov ax, BDA
        mov ds, ax
        mov bh, [B_HDCOUNT]
        mov bl, 0
        mov si, E_DRIVES
.disk:  cmp bl, bh
        jae .cds
        call drive_gap
        push si
        mov si, msg_disk
        call puts
        pop si
        mov ax, [es:si+D_SECS]
        mov dx, [es:si+D_SECS+2]
        mov cx, 11                      ; sectors to MB
        cmp word [es:si+D_SECS+4], 0
        je .size
        mov ax, dx                      ; 2 TB and more
        mov dx, [es:si+D_SECS+4]
        shl ax, 1
        rcl dx, 1
        shl ax, 1
        rcl dx, 1
        shl ax, 1
        rcl dx, 1
        shl ax, 1
        rcl dx, 1
        shl ax, 1
        rcl dx, 1
        call put_dec
        jmp .mb
.size:  call put_shifted
.mb:    push si
        mov si, msg_mb
        call puts
        pop si
        add si, DRIVE_SIZE
        inc bl
        jmp .disk
.cds:   mov bh, [es:E_NCD]
        or bh, bh
        jz .end
.cd:    call drive_gap
        mov si, msg_cdname
        call puts
        dec bh
        jnz .cd
.end:   call crlf
        pop ds
        ret

drive_gap:
        push si
        mov si, msg_gap
        call puts
        pop si
        ret

; put_floppy: AL = CMOS type.
put_floppy:
        push ax
        push bx
        mov bl, al
        mov bh, 0
        shl bx, 1
        mov si, msg_floppy
        call puts
        mov si, [cs:bx+floppy_names]
        call puts
        pop bx
        pop ax
        ret

floppy_names:
        dw 0, msg_360, msg_1200, msg_720, msg_1440, msg_2880

msg_banner:     db "ochenta BIOS  ", 0
msg_8086:       db "8086", 0
msg_286:        db "286", 0
msg_386:        db "386", 0
msg_486:        db "486", 0
msg_586:        db "Pentium", 0
msg_686:        db "Pentium Pro class", 0
msg_gap:        db "  ", 0
msg_kb:         db " KB", 0
msg_mb:         db " MB", 0
msg_f12:        db "   Press F12 for boot menu", 13, 10, 0
msg_cdname:     db "CD-ROM", 0
msg_360:        db "360 KB", 0
msg_720:        db "720 KB", 0
msg_1200:       db "1.2 MB", 0
msg_1440:       db "1.44 MB", 0
msg_2880:       db "2.88 MB", 0
