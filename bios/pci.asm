; pci.asm - POST, 386 and later: finds the functions on bus 0, gives them
; addresses and interrupts. PCI Local Bus 2.1, chapter 6; PIIX3 290550.
; ES = EBDA. EBX = configuration address of a function (mechanism 1).

        cpu 386

PCI_MEM_FIRST   equ 0E0000000h
PCI_IO_FIRST    equ 0C000h
PM_IO_BASE      equ 0B000h              ; PIIX4 power management

; pci_select: EBX function, DI register -> DX = data port.
pci_select:
        push eax
        movzx eax, di
        and al, 0FCh
        or eax, ebx
        mov dx, 0CF8h
        out dx, eax
        pop eax
        mov dx, di
        and dx, 3
        add dx, 0CFCh
        ret

pci_read8:
        call pci_select
        in al, dx
        ret
pci_read32:
        call pci_select
        in eax, dx
        ret
pci_write8:
        call pci_select
        out dx, al
        ret
pci_write16:
        call pci_select
        out dx, ax
        ret
pci_write32:
        call pci_select
        out dx, eax
        ret

pci_init:
        mov dx, 0CF8h
        mov eax, 80000000h
        out dx, eax
        in eax, dx
        cmp eax, 80000000h
        jne .none
        mov ebx, eax
        xor di, di
        call pci_read32
        inc ax
        jz .none
        mov byte [es:E_PCI], 1
        mov dword [es:E_PCIMEM], PCI_MEM_FIRST
        mov word [es:E_PCIIO], PCI_IO_FIRST
.func:  xor di, di
        call pci_read32
        inc ax
        jz .absent
        call pci_function
        test bh, 7                      ; function 0 tells whether more follow
        jnz .step
        mov di, 0Eh
        call pci_read8
        test al, 80h
        jz .device
.step:  add ebx, 100h
        jmp .more
.absent:
        test bh, 7
        jnz .step
.device:
        add ebx, 800h
        and bh, 0F8h
.more:  test ebx, 10000h                ; past device 31?
        jz .func
.none:  ret

; cache_enable: CR0.CD and NW are set by reset.
cache_enable:
        mov eax, cr0
        and eax, ~60000000h
        mov cr0, eax
        ret

; lapic_init: a local APIC, when the CPU has one, passes the 8259A's interrupt
; and NMI on (virtual wire; MP Specification 1.4, 3.6.2.2).
LAPIC           equ 0FEE00000h
lapic_init:
        call cpuid_features
        test dh, 2                      ; EDX bit 9
        jz .end
        mov si, lapic_values
.next:  movzx edi, word [cs:si]
        or di, di
        jz .end
        add edi, LAPIC
        movzx eax, word [cs:si+2]
        push ds
        push si
        xor si, si
        mov ds, si
        mov esi, SCRATCH
        mov [si], eax
        mov ecx, 1
        call high_copy
        pop si
        pop ds
        add si, 4
        jmp .next
.end:   ret

lapic_values:                           ; register, value
        dw 0F0h, 1FFh                   ; enabled, spurious vector FFh
        dw 350h, 8700h                  ; LINT0: external interrupt
        dw 360h, 8400h                  ; LINT1: NMI
        dw 0

; cpuid_features: EAX = signature, EDX = features; zero without CPUID.
cpuid_features:
        push ebx
        push ecx
        pushfd                          ; CPUID: EFLAGS bit 21 can be changed
        pop eax
        mov ecx, eax
        xor eax, 200000h
        push eax
        popfd
        pushfd
        pop eax
        push ecx
        popfd
        xor eax, ecx
        xor edx, edx
        and eax, 200000h
        jz .end
        mov eax, 1
        cpu 586
        cpuid
        cpu 386
.end:   pop ecx
        pop ebx
        ret

; pci_function: sets up one function.
pci_function:
        mov di, 0Eh
        call pci_read8
        and al, 7Fh
        jnz .end                        ; a bridge to elsewhere
        mov di, 08h
        call pci_read32
        shr eax, 16
        cmp ax, 0600h                   ; host bridge
        je .end
        cmp ax, 0601h
        je pci_isa_bridge
        cmp ax, 0300h
        jne .notvga
        cmp word [es:E_VGADEV], 0FFFFh
        jne .notvga
        push ax
        mov eax, ebx
        shr eax, 8
        mov [es:E_VGADEV], ax
        pop ax
.notvga:
        cmp ax, 0101h
        jne .notide
        push ax
        mov di, 40h                     ; PIIX IDETIM: decode both channels
        mov ax, 8000h
        call pci_write16
        mov di, 42h
        call pci_write16
        pop ax
.notide:
        xor di, di
        call pci_read32
        cmp eax, 71138086h
        jne .bars
        call pci_piix4_pm
.bars:  call pci_bars
        mov di, 3Dh                     ; interrupt pin
        call pci_read8
        or al, al
        jz .end
        movzx cx, al
        mov ax, bx
        shr ax, 11
        and ax, 1Fh                     ; device: INTA of device 1 is PIRQA
        add ax, cx
        sub ax, 2
        and ax, 3
        mov si, ax
        mov al, [cs:pirq_irqs+si]
        xor di, di
        push ax
        call pci_read32
        cmp eax, 71138086h
        pop ax
        jne .line
        mov al, 9                       ; SCI is wired to IRQ 9
.line:  mov di, 3Ch
        call pci_write8
.end:   ret

pirq_irqs:
        db 11, 11, 10, 10               ; PIRQA-PIRQD

; pci_isa_bridge: PIIX3 PIRQ routing and level-triggered IRQ 10 and 11.
pci_isa_bridge:
        mov di, 60h
        xor si, si
.route: mov al, [cs:pirq_irqs+si]
        call pci_write8
        inc di
        inc si
        cmp si, 4
        jb .route
        mov dx, 4D0h
        mov al, 0
        out dx, al
        inc dx
        mov al, 0Ch
        out dx, al
        ret

; pci_piix4_pm: I/O base of the power management, sleep control enabled.
pci_piix4_pm:
        mov di, 40h
        mov eax, PM_IO_BASE + 1
        call pci_write32
        mov di, 80h
        mov al, 1
        call pci_write8
        mov word [es:E_PMBASE], PM_IO_BASE
        ret

; pci_bars: sizes the six base registers with decoding off, places each on a
; multiple of its size, turns decoding and bus mastering on.
pci_bars:
        mov di, 04h
        call pci_read32
        and ax, ~3 & 0FFFFh
        call pci_write16
        mov di, 10h
.bar:   mov eax, 0FFFFFFFFh
        call pci_write32
        call pci_read32
        or eax, eax
        jz .next
        test al, 1
        jnz .io
        mov ecx, eax                    ; memory
        and eax, 0FFFFFFF0h
        jz .next
        push cx
        call pci_place_mem
        pop cx
        call pci_write32
        and cl, 6
        cmp cl, 4                       ; 64 bits: upper half zero
        jne .next
        add di, 4
        xor eax, eax
        call pci_write32
        jmp .next
.io:    or eax, 0FFFF0000h
        and al, 0FCh
        neg eax
        jz .next
        mov cx, ax                      ; size
        dec ax
        mov dx, [es:E_PCIIO]
        add dx, ax
        not ax
        and ax, dx
        add cx, ax
        mov [es:E_PCIIO], cx
        movzx eax, ax
        call pci_write32
.next:  add di, 4
        cmp di, 28h
        jb .bar
        mov di, 04h
        call pci_read32
        or al, 7
        jmp pci_write16

; pci_place_mem: EAX = size mask -> EAX = address.
pci_place_mem:
        push ecx
        push edx
        neg eax
        mov ecx, eax
        dec eax
        mov edx, [es:E_PCIMEM]
        add edx, eax
        not eax
        and eax, edx
        add ecx, eax
        mov [es:E_PCIMEM], ecx
        pop edx
        pop ecx
        ret

        cpu 8086
