; boot.asm - INT 19h: boot order from CMOS, boot menu, loading the first
; sector; INT 18h: a boot sector gives up, go on with the next device.
; BIOS Boot Specification 1.01 for the handover; CMOS 3Dh and 38h hold the order.

BOOT_ADDR       equ 7C00h
BOOT_FLOPPY     equ 1
BOOT_DISK       equ 2
BOOT_CD         equ 3
MENU_LIST       equ 1000h               ; 0:1000h: kind, number of each entry

boot_start:
        call boot_reset
        call late_keys
        mov al, 3Fh                     ; the set-up asks for the menu at each boot
        call cmos_read
        and al, 1
        or [es:E_F12], al
        jz boot_order
        mov byte [es:E_F12], 0
        call boot_menu
boot_order:
        mov byte [es:E_BOOTDEV], 0
boot_next:
        mov bl, [es:E_BOOTDEV]
        inc byte [es:E_BOOTDEV]
        call boot_kind
        jc boot_none
        or al, al
        jz boot_next
        mov ah, 0
        call boot_try
        jmp boot_next

boot_none:
        mov si, msg_noboot
        call puts
        mov ah, 10h
        int 16h
        cmp ax, KEY_F12
        jne .again
        mov byte [es:E_F12], 1
.again: call crlf
        jmp boot_start

; INT 18h: after a boot sector of the order the next one, otherwise from the top.
int18:
        call boot_reset
        cmp byte [es:E_BOOTDEV], 0
        je boot_order
        jmp boot_next

; boot_reset: own stack, flat segments, ES = EBDA, no emulated disk.
boot_reset:
        cli
        cld
        xor bx, bx
        pop ax
        mov ss, bx
        mov sp, BOOT_ADDR
        sti
        push ax
        mov ds, bx
        call load_es_ebda
        mov byte [es:E_ELT+1], 0
        ret

; boot_kind: BL = place in the order -> AL = kind, 0 unused; CF past the end.
boot_kind:
        mov al, CM_BOOT12
        call cmos_read
        mov bh, al
        mov al, CM_BOOT3
        call cmos_read
        mov cl, 4
        shr al, cl
        mov dl, al
        or dl, bh                       ; nothing set: floppy, disk, CD
        jnz .set
        mov bh, BOOT_DISK << 4 | BOOT_FLOPPY
        mov al, BOOT_CD
.set:   cmp bl, 3
        cmc
        jc .end
        cmp bl, 2
        je .end                         ; CF clear
        xchg al, bh
        cmp bl, 1
        jb .low
        shr al, cl
.low:   and al, 0Fh
.end:   ret

; boot_try: AL = kind, AH = number. Comes back when it does not boot.
boot_try:
        cmp al, BOOT_FLOPPY
        je boot_floppy
        cmp al, BOOT_DISK
        je boot_disk
        cmp al, BOOT_CD
        jne .end
        cmp ah, [es:E_NCD]
        jae .end
        mov [es:E_BOOTCD], ah
        jmp eltorito_boot
.end:   ret

boot_floppy:
        int 11h
        test al, 1
        jz boot_try.end
        mov dl, 0
        call boot_read
        jc .error
        mov al, CM_BOOT3
        call cmos_read
        test al, 1
        jz boot_check
        call boot_is_code
        jnc boot_go
        jmp boot_check
.error: mov si, msg_floppy
        call puts
        mov si, msg_nodisk
        cmp ah, 80h
        je boot_say
boot_readerr:
        mov si, msg_readerr
        call puts
        mov al, ah
        call put_hex8
        mov si, msg_readerr2
boot_say:
        call puts
        ret

boot_disk:
        push ds
        mov dx, BDA
        mov ds, dx
        mov dl, [B_HDCOUNT]
        pop ds
        cmp ah, dl
        jae boot_try.end
        mov dl, ah
        or dl, 80h
        call boot_read
        jnc boot_check
        call boot_name
        jmp boot_readerr

boot_check:
        cmp word [BOOT_ADDR+510], 0AA55h
        je boot_go
        call boot_name
        mov si, msg_nosig
        jmp boot_say

; boot_is_code: before the AT, boot sectors had no signature (PC DOS 1, games
; that start themselves). CF = 1 when this one does not begin like a program.
boot_is_code:
        mov al, [BOOT_ADDR]
        mov si, boot_opcodes
        mov cx, boot_opcodes_end - boot_opcodes
.next:  cmp al, [cs:si]
        je .end                         ; CF clear
        inc si
        loop .next
        mov ah, al
        and ah, 0F8h
        cmp ah, 0B8h                    ; MOV r16,imm
        je .end
        mov ah, al
        and ah, 0C5h                    ; ADD, SUB, XOR ... r,r/m
        cmp ah, 1
        je .modrm
        cmp al, 8Ch                     ; MOV r/m,sreg
        je .modrm
        cmp al, 8Eh
        jne .no
.modrm: cmp byte [BOOT_ADDR+1], 0C0h    ; registers only: CF clear when so
        ret
.no:    stc
.end:   ret

boot_opcodes:                           ; JMP, CALL, CLI, STI, CLD, PUSH sreg, INT
        db 0EBh, 0E9h, 0EAh, 0E8h, 0FAh, 0FBh, 0FCh, 06h, 0Eh, 16h, 1Eh, 0CDh
boot_opcodes_end:

boot_name:
        mov si, msg_floppy
        or dl, dl
        jns .say
        mov si, msg_disk
.say:   jmp puts

; boot_read: DL = drive: first sector to 0:7C00h, four tries; CF, AH = status.
boot_read:
        push es
        mov di, 4
.try:   mov ah, 0
        int 13h
        xor ax, ax
        mov es, ax
        mov ax, 0201h
        mov bx, BOOT_ADDR
        mov cx, 1
        mov dh, 0
        int 13h
        jnc .end
        cmp ah, 80h                     ; no disk: trying again is no use
        je .fail
        dec di
        jnz .try
.fail:  stc
.end:   pop es
        ret

; boot_go: DL = drive.
boot_go:
        mov bx, BOOT_ADDR
        xor ax, ax
        push ax
        push bx
boot_jump:                              ; far address on the stack
        mov ds, ax
        mov es, ax
        mov dh, 0
        xor bx, bx
        xor cx, cx
        xor si, si
        xor di, di
        xor bp, bp
        retf

; ---- menu ----
boot_menu:
        mov si, msg_menu
        call puts
        mov di, MENU_LIST
        mov bl, '1'
        mov dl, 0
        call floppy_type
        or al, al
        jz .disks
        mov bh, al
        mov ax, BOOT_FLOPPY
        mov si, msg_none
        call .entry
        mov al, bh
        call put_floppy
        call crlf
.disks: mov ax, BOOT_DISK
.disk:  push ds
        mov dx, BDA
        mov ds, dx
        mov dl, [B_HDCOUNT]
        pop ds
        cmp ah, dl
        jae .cds
        mov si, msg_disk
        call .drive
        inc ah
        jmp .disk
.cds:   mov ax, BOOT_CD
.cd:    cmp ah, [es:E_NCD]
        jae .ask
        mov si, msg_cd
        call .drive
        inc ah
        jmp .cd
.ask:   mov si, msg_choose
        call puts
.key:   mov ah, 0
        int 16h
        cmp al, 27
        je .end
        cmp al, '1'
        jb .key
        cmp al, bl
        jae .key
        sub al, '1'
        call crlf
        mov ah, 0
        shl ax, 1
        mov si, ax
        mov ax, [si+MENU_LIST]
        mov byte [es:E_BOOTDEV], 0
        call boot_try
        jmp boot_menu
.end:   jmp crlf

.entry: push ax                         ; BL = digit, SI = name
        mov al, bl
        call putc
        mov al, ' '
        call putc
        pop ax
        mov [di], ax
        inc di
        inc di
        inc bl
        jmp puts

.drive: call .entry
        push ax
        push bx
        mov bl, ah                      ; model name
        cmp al, BOOT_CD
        jne .model
        add bl, 4
.model: mov al, MODEL_SIZE
        mul bl
        mov bx, ax
        mov cx, MODEL_SIZE
.char:  mov al, [es:bx+E_MODELS]
        cmp al, ' '
        jb .named
        call putc
        inc bx
        loop .char
.named: call crlf
        pop bx
        pop ax
        ret

msg_floppy:     db "Floppy: ", 0
msg_disk:       db "Hard disk: ", 0
msg_cd:         db "CD-ROM: ", 0
msg_nodisk:     db "no disk in the drive", 13, 10, 0
msg_readerr:    db "read error ", 0
msg_readerr2:   db "h in the boot sector", 13, 10, 0
msg_nosig:      db "not bootable, its boot sector does not end in 55 AA", 13, 10, 0
msg_noboot:     db "No bootable device. Insert or attach a boot disk, then"
                db " press a key.", 13, 10, 0
msg_menu:       db 13, 10, "Boot from:", 13, 10, 0
msg_none:       db 0
msg_choose:     db "Number, or Esc for the usual order: ", 0
