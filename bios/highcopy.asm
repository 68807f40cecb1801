; highcopy.asm - POST, 386 and later: copies from above 1 MB, the shadow of the
; BIOS and its write protection (440FX PAM registers, Intel 290549, 3.2.18).
; The copier runs from RAM, because the ROM under it changes while it works.

        cpu 386

COPIER          equ 0600h               ; where it runs, segment 0
PAM0            equ 59h                 ; high nibble: F0000h-FFFFFh
PAM_ROM         equ 0                   ; reads and writes go to PCI
PAM_RO          equ 1
PAM_RW          equ 3

; high_copy: ESI -> EDI, ECX double words, linear. Interrupts are off.
high_copy:
        push ds
        push es
        push esi
        push edi
        push ecx
        xor ax, ax
        mov es, ax
        push cs
        pop ds
        mov si, copier
        mov di, COPIER
        mov cx, copier_end - copier
        rep movsb
        pop ecx
        pop edi
        pop esi
        call 0:COPIER
        pop es
        pop ds
        ret

copier:
        lgdt [cs:.gdtr - copier + COPIER]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 8:.pm - copier + COPIER
.pm:    mov ax, 10h
        mov ds, ax
        mov es, ax
        a32 rep movsd
        mov ax, 18h                     ; back to 64 KB limits
        mov ds, ax
        mov es, ax
        mov eax, cr0
        and al, 0FEh
        mov cr0, eax
        jmp 0:.rm - copier + COPIER
.rm:    retf
        align 8, db 0
.gdt:   dq 0
        dq 00009B000000FFFFh            ; code, base 0, 64 KB
        dq 00CF93000000FFFFh            ; data, 4 GB
        dq 000093000000FFFFh            ; data, 64 KB
.gdtr:  dw 4*8 - 1
        dd .gdt - copier + COPIER
copier_end:

; shadow_copier: opens F0000h for writing, fills it from the ROM at the top of
; memory. Runs at SHADOWER in RAM.
SHADOWER        equ COPIER + 100h
shadow_bios:
        cmp byte [es:E_PCI], 1
        jne .end
        push ds
        push es
        xor ax, ax
        mov es, ax
        push cs
        pop ds
        mov si, copier
        mov di, COPIER
        mov cx, copier_end - copier
        rep movsb
        mov si, shadower
        mov di, SHADOWER
        mov cx, shadower_end - shadower
        rep movsb
        call 0:SHADOWER
        pop es
        pop ds
.end:   ret

shadower:
        mov eax, 80000000h + (PAM0 & 0FCh)
        mov dx, 0CF8h
        out dx, eax
        mov dx, 0CFCh + (PAM0 & 3)
        in al, dx
        and al, 0Fh
        or al, PAM_RW << 4
        out dx, al
        push ds
        push ROM                        ; a machine with less than 1 MB has no
        pop ds                          ; RAM there
        mov word [0], 55AAh
        cmp word [0], 55AAh
        jne .none
        mov word [0], 0AA55h
        cmp word [0], 0AA55h
.none:  pop ds
        jne .off
        mov esi, 0FFFF0000h
        mov edi, 000F0000h
        mov ecx, 4000h
        call 0:COPIER
        retf
.off:   in al, dx
        and al, 0Fh
        out dx, al
        retf
shadower_end:

; shadow_lock: the copy, if there is one, becomes read-only.
shadow_lock:
        cmp byte [es:E_PCI], 1
        jne .end
        mov ebx, 80000000h
        mov di, PAM0
        call pci_read8
        cmp al, PAM_RW << 4
        jb .end
        mov al, PAM_RO << 4
        call pci_write8
.end:   ret

        cpu 8086
