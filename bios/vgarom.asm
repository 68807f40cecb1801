; vgarom.asm - POST: brings the VGA BIOS to C0000h and runs it. It is there
; already (8086, 286, no PCI), or behind the expansion ROM base register.

VGA_SEG         equ 0C000h

vga_init:
        cmp byte [es:E_PCI], 1
        jne .run
        call vga_from_pci
.run:   push ds
        mov ax, VGA_SEG
        mov ds, ax
        call oprom_size
        pop ds
        jc .end
        mov ax, VGA_SEG
        mov bx, [es:E_VGADEV]
        call oprom_call
        push es
        mov ax, 3                       ; 80x25 text
        int 10h
        pop es
        cmp byte [es:E_ROMSIZE], 0
        je .end
        mov al, 1                       ; shadowed: read-only from now on
        call vga_pam
.end:   ret

        cpu 386

; vga_pam: AL = PAM attribute for the pages that hold E_ROMSIZE blocks.
vga_pam:
        push ax
        mov ebx, 80000000h
        mov ah, al
        shl ah, 4
        or al, ah
        mov di, PAM0 + 1                ; C0000h-C7FFFh
        call pci_write8
        pop ax
        cmp byte [es:E_ROMSIZE], 64
        jbe .end
        mov di, PAM0 + 2                ; C8000h-CBFFFh
        cmp byte [es:E_ROMSIZE], 96
        jbe .write
        mov ah, al
        shl ah, 4
        or al, ah
.write: call pci_write8
.end:   ret

vga_from_pci:
        mov byte [es:E_ROMSIZE], 64     ; a reset may have left RAM there
        mov al, PAM_ROM
        call vga_pam
        mov byte [es:E_ROMSIZE], 0
        push ds
        mov ax, VGA_SEG
        mov ds, ax
        cmp word [0], 0AA55h
        pop ds
        je .end
        movzx ebx, word [es:E_VGADEV]
        cmp bx, 0FFFFh
        je .end
        shl ebx, 8
        or ebx, 80000000h
        mov di, 30h                     ; expansion ROM base
        mov eax, 0FFFFF800h
        call pci_write32
        call pci_read32
        and eax, 0FFFFF800h
        jz .end
        call pci_place_mem
        push eax
        or al, 1
        call pci_write32
        pop esi
        push ebx
        mov byte [es:E_ROMSIZE], 128    ; first the header, then all of it
        mov al, PAM_RW
        call vga_pam
        mov edi, VGA_SEG * 16
        mov ecx, 128
        push esi
        call high_copy
        pop esi
        push ds
        mov ax, VGA_SEG
        mov ds, ax
        cmp word [0], 0AA55h
        mov al, [2]
        pop ds
        jne .none
        cmp al, 128
        ja .none
        movzx ecx, al
        shl ecx, 7
        mov edi, VGA_SEG * 16
        push ax
        call high_copy
        mov al, PAM_ROM                 ; pages that it does not need
        call vga_pam
        pop ax
        mov [es:E_ROMSIZE], al
        mov al, PAM_RW
        call vga_pam
        jmp .off
.none:  mov al, PAM_ROM
        call vga_pam
        mov byte [es:E_ROMSIZE], 0
.off:   pop ebx
        mov di, 30h
        xor eax, eax
        call pci_write32
.end:   ret

        cpu 8086
