; pcibios.asm - INT 1Ah/B1xxh and the 32-bit PCI BIOS behind the BIOS32 service
; directory. PCI BIOS Specification 2.1; Standard BIOS 32-bit Service Directory
; Proposal 0.4 (Phoenix).

PCI_OK          equ 00h
PCI_NOFUNC      equ 81h
PCI_BADVENDOR   equ 83h
PCI_NOTFOUND    equ 86h
PCI_BADREG      equ 87h
PCI_SMALLBUF    equ 89h
PCI_BITS        equ 0C00h               ; IRQ 10 and 11 are for PCI alone
PIIX_DEVFN      equ 0008h

pcibios_service:
        call load_es_ebda
        cmp byte [es:E_PCI], 1
        je .there
        mov byte [bp+F_AH], PCI_NOFUNC
        jmp set_cf_exit
.there: mov es, [bp+F_ES]
        cpu 386
        cmp al, 0Eh
        je .routing
        call pci16_function
.done:  mov [bp+F_AX], ax
        mov [bp+F_BX], bx
        mov [bp+F_CX], cx
        mov [bp+F_DX], dx
        jc .set
        jmp clr_cf_exit
.set:   jmp set_cf_exit

; 0Eh: ES:DI = size, far pointer: the slots of the $PIR table.
.routing:
        mov ax, [es:di]
        mov word [es:di], pir_slots_end - pir_slots
        cmp ax, pir_slots_end - pir_slots
        mov ah, PCI_SMALLBUF
        jb .done
        push cx
        push si
        push es
        les di, [es:di+2]
        push cs
        pop ds
        mov si, pir_slots
        mov cx, pir_slots_end - pir_slots
        rep movsb
        pop es
        pop si
        pop cx
        mov bx, PCI_BITS
        mov ah, PCI_OK
        clc
        jmp .done

%define PCI(x)  pci16_ %+ x
%include "pcicore.inc"
%undef PCI

        bits 32
; BIOS32: EAX = service -> AL = 0, EBX = base, ECX = length, EDX = entry.
bios32_entry:
        cmp bl, 0
        jne .function
        cmp eax, 49435024h              ; "$PCI"
        mov al, 80h
        jne .end
        mov ebx, 000F0000h
        mov ecx, 10000h
        mov edx, pci32_entry
        mov al, 0
.end:   retf
.function:
        mov al, 81h
        retf

pci32_entry:
        cmp al, 0Eh
        je .routing
        call pci32_function
        retf

; 0Eh: ES:EDI = size, 32-bit offset, segment.
.routing:
        push ecx
        push esi
        push edi
        push ds
        mov cx, [es:edi]
        mov word [es:edi], pir_slots_end - pir_slots
        cmp cx, pir_slots_end - pir_slots
        mov ah, PCI_SMALLBUF
        jb .out
        call .here                      ; wherever the code segment starts
.here:  pop esi
        add esi, pir_slots - .here
        push es
        les edi, [es:edi+2]
        mov ecx, pir_slots_end - pir_slots
.copy:  mov al, [cs:esi]
        mov [es:edi], al
        inc esi
        inc edi
        loop .copy
        pop es
        mov al, 0Eh
        mov bx, PCI_BITS
        mov ah, PCI_OK
        clc
.out:   pop ds
        pop edi
        pop esi
        pop ecx
        retf

%define PCI(x)  pci32_ %+ x
%include "pcicore.inc"
%undef PCI
        bits 16
        cpu 8086
