; loader.asm - the option ROM of --kernel. It takes over INT 19h; when the
; firmware is ready to boot, it lists the memory map and hands over to the
; loader (machine/loader.c) through a port of the machine.
; Found at D0000h (ISA: PnP BIOS Specification 1.0A, 3.2) or behind the
; expansion ROM BAR of PCI device 1234:80E0 (PCI 2.1, 6.3).

        org 0
        bits 16
        cpu 8086

LOADER_PORT     equ 8A0h                ; machine/pc.h: PC_LOADER_PORT
LOADER_STACK    equ 7C00h
LOADER_MAP      equ 7C00h               ; 0:7C00h: 20 bytes for each range
LOADER_RANGES   equ 64                  ; at most
SMAP            equ 534D4150h

        dw 0AA55h
        db ROM_SIZE / 512
        jmp near init
        times 18h - ($-$$) db 0
        dw pci_data
        dw 0                            ; no PnP expansion header

pci_data:                               ; PCI 2.1, 6.3.1.2
        db "PCIR"
        dw 1234h, 80E0h                 ; vendor, device
        dw 0                            ; no vital product data
        dw pci_data_end - pci_data
        db 0                            ; revision of this structure
        db 0, 0, 0FFh                   ; class: fits no other
        dw ROM_SIZE / 512
        dw 1                            ; revision of the code
        db 0                            ; for the PC
        db 80h                          ; last image
        dw 0
pci_data_end:

init:
        push ax
        push ds
        xor ax, ax
        mov ds, ax
        mov word [19h*4], boot
        mov [19h*4+2], cs
        pop ds
        pop ax
        retf

; INT 19h. The loader looks at CX = ranges at ES:DI = 0:7C00h when the port is
; written, and normally that is the last that this code does.
boot:
        cli
        cld
        xor ax, ax
        mov ss, ax
        mov sp, LOADER_STACK
        mov ds, ax
        mov es, ax
        sti
        mov si, msg_cpu
        call is_386
        jc say
        call open_a20
        call list_memory
        mov di, LOADER_MAP
        mov si, msg_failed
        cli
        mov dx, LOADER_PORT
        out dx, al
        sti
say:    mov al, [cs:si]
        inc si
        or al, al
        jz wait_for_ever
        push si
        mov ah, 0Eh
        mov bx, 7
        int 10h
        pop si
        jmp say
wait_for_ever:
        hlt
        jmp wait_for_ever

; is_386: CF on an older CPU, where FLAGS bits 12-14 cannot be set in real mode
; (286) or bits 12-15 cannot be cleared (8086). SDM vol. 1, 19.1.1.
is_386:
        xor ax, ax
        push ax
        popf
        pushf
        pop ax
        and ax, 0F000h
        cmp ax, 0F000h
        je .old
        mov ax, 7202h                   ; interrupts stay on
        push ax
        popf
        pushf
        pop bx
        mov ax, 0202h
        push ax
        popf
        test bx, 7000h
        jnz .end                        ; CF clear
.old:   stc
.end:   ret

open_a20:                               ; system control port A, no reset
        in al, 92h
        or al, 2
        and al, 0FEh
        out 92h, al
        ret

        cpu 386

; list_memory: INT 15h function E820h until the end -> CX = ranges, 0 if it is
; not supported. ACPI 2.0, 14.1.
list_memory:
        xor ebx, ebx
        xor bp, bp
        mov di, LOADER_MAP
.next:  mov eax, 0E820h
        mov ecx, 20
        mov edx, SMAP
        push bp
        push di
        int 15h
        pop di
        pop bp
        jc .end
        cmp eax, SMAP
        jne .end
        inc bp
        add di, 20
        or ebx, ebx
        jz .end
        cmp bp, LOADER_RANGES
        jb .next
.end:   mov cx, bp
        ret

        cpu 8086

msg_cpu:        db "--kernel needs a 386 or later.", 13, 10, 0
msg_failed:     db "The kernel was not started.", 13, 10, 0

ROM_SIZE        equ 512
        times ROM_SIZE - ($-$$) db 0    ; the last byte becomes the checksum
