; memory.asm - INT 15h: extended memory size (88h, E801h), address map (E820h),
; block move (87h), switch to protected mode (89h). AT Technical Reference;
; ACPI 2.0, 14.1 for E820h.

MAX_88          equ 0FC00h              ; 63 MB: what the old function can say

; 88h: AX = KB above 1 MB.
sys_extmem:
        call load_es_ebda
        mov ax, [es:E_EXTKB]
        cmp word [es:E_EXTKB+2], 0
        jne .max
        cmp ax, MAX_88
        jbe .set
.max:   mov ax, MAX_88
.set:   mov [bp+F_AX], ax
        cmp byte [es:E_CPU], 2
        jb .old
        jmp clr_cf_exit
.old:   jmp return_cf

sys_memory_map:
        call cpu_level
        cmp al, 2
        jb .bad
        mov al, [bp+F_AL]
        cmp al, 01h
        je sys_e801
        cmp al, 20h
        je .map
.bad:   jmp return_cf
.map:   call cpu_level
        cmp al, 3
        jb .bad
        jmp sys_e820

; E801h: AX = CX = KB from 1 to 16 MB, BX = DX = 64 KB blocks above.
sys_e801:
        call load_es_ebda
        mov ax, [es:E_EXTKB]
        mov dx, [es:E_EXTKB+2]
        xor bx, bx
        or dx, dx
        jnz .above
        cmp ax, 15 * 1024
        jbe .set
.above: sub ax, 15 * 1024
        sbb dx, 0
        mov cx, 64
        div cx
        mov bx, ax
        mov ax, 15 * 1024
.set:   mov [bp+F_AX], ax
        mov [bp+F_CX], ax
        mov [bp+F_BX], bx
        mov [bp+F_DX], bx
        jmp clr_cf_exit

        cpu 386

; E820h: EBX = which entry, ECX = room, ES:DI = entry, EDX = 'SMAP'.
SMAP            equ 534D4150h
E820_RAM        equ 1
E820_RESERVED   equ 2

sys_e820:
        push esi
        push edi
        cmp edx, SMAP
        jne .bad
        cmp ecx, 20
        jb .bad
        mov dl, [bp+F_BX]
        cmp byte [bp+F_BH], 0
        jne .bad
        call e820_entry                 ; EAX:ECX base, ESI:EDI length, DH type
        jc .bad
        mov bx, [bp+F_DI]
        push ds
        mov ds, [bp+F_ES]
        mov [bx], eax
        mov [bx+4], ecx
        mov [bx+8], esi
        mov [bx+12], edi
        movzx eax, dh
        mov [bx+16], eax
        pop ds
        movzx ebx, dl                   ; next, or 0 after the last
        mov [bp+F_BX], bx
        mov eax, SMAP
        mov [bp+F_AX], ax
        mov ecx, 20
        mov [bp+F_CX], cx
        mov edx, SMAP
        mov [bp+F_DX], dx
        pop edi
        pop esi
        jmp clr_cf_exit
.bad:   pop edi
        pop esi
        jmp return_cf

; e820_entry: DL = number -> EAX (ECX above) base, ESI (EDI above) length, DH =
; type, DL = next number, 0 after the last. CF: no such entry.
e820_entry:
        xor ecx, ecx
        xor edi, edi
        call load_es_ebda
        movzx esi, word [B_MEMKB]
        shl esi, 10                     ; bytes below the EBDA
        xor eax, eax
        mov dh, E820_RAM
        cmp dl, 1
        jb .next
        je .ebda
        cmp dl, 3
        jb .bios
        je .extended
        cmp dl, 5
        jb .rom
        je .high
        stc
        ret
.ebda:  mov eax, esi
        mov esi, 0A0000h
        sub esi, eax
        jmp .reserved
.bios:  mov eax, 0F0000h
        mov esi, 10000h
        jmp .reserved
.extended:
        mov eax, 100000h
        mov esi, [es:E_EXTKB]
        shl esi, 10
        jnz .next
        inc dx                          ; nothing above 1 MB: go on to the ROM
.rom:   mov eax, 0FFFC0000h
        mov esi, 40000h
        mov dh, E820_RESERVED
        call e820_high
        jnz .next
        mov dl, 0
        ret
.high:  call e820_high
        stc
        jz .end
        mov esi, eax                    ; EAX: 64 KB units
        mov edi, eax
        shl esi, 16
        shr edi, 16
        xor eax, eax
        mov ecx, 1
        mov dh, E820_RAM
        mov dl, 0
        clc
.end:   ret
.reserved:
        mov dh, E820_RESERVED
.next:  inc dl
        clc
        ret

; e820_high: EAX = memory above 4 GB in 64 KB units (CMOS 5Bh-5Dh); ZF if none.
e820_high:
        push ebx
        push edx
        push eax
        mov al, CM_HIGH + 2
        call cmos_read
        movzx ebx, al
        shl ebx, 16
        mov al, CM_HIGH
        call cmos_read16
        mov bx, ax
        pop eax
        cmp dl, 5
        jne .end
        mov eax, ebx
.end:   or ebx, ebx
        pop edx
        pop ebx
        ret

        cpu 8086

; 87h: CX words; ES:SI = table of six descriptors: null, the table, source,
; destination, BIOS code, BIOS stack. The 386 leaves protected mode by CR0; the
; 286 by a reset, which comes back through CMOS shutdown code 9.
MV_TABLE        equ 08h
MV_SOURCE       equ 10h
MV_DEST         equ 18h
MV_CODE         equ 20h
MV_STACK        equ 28h

sys_move:
        call cpu_level
        cmp al, 2
        jae .can
        jmp return_cf
.can:   push ax
        mov es, [bp+F_ES]
        mov di, [bp+F_SI]
        mov ax, es                      ; base of the table
        call .base
        add ax, di
        adc dl, 0
        mov bx, MV_TABLE
        call .describe
        mov word [es:di+MV_TABLE], 2Fh
        mov ax, ROM
        call .base
        mov bx, MV_CODE
        call .describe
        mov byte [es:bx+di+5], 9Bh
        mov ax, ss
        call .base
        mov bx, MV_STACK
        call .describe
        pop ax
        mov ah, 1
        xchg ax, bx
        mov al, bh
        call a20_set                    ; AL = as it was
        mov bh, al
        cli
        mov cx, [bp+F_CX]
        cmp bl, 2
        ja move386
        jmp move286

.base:  push cx                         ; AX = segment -> DL:AX
        mov cl, 4
        rol ax, cl
        pop cx
        mov dl, al
        and dl, 0Fh
        and al, 0F0h
        ret
.describe:                              ; ES:DI+BX: 64 KB of data at DL:AX
        mov word [es:bx+di], 0FFFFh
        mov [es:bx+di+2], ax
        mov [es:bx+di+4], dl
        mov byte [es:bx+di+5], 93h
        mov word [es:bx+di+6], 0
        ret

        cpu 386
move386:
        push eax
        push bx
        mov dx, ss
        lgdt [es:di+MV_TABLE]
        lidt [cs:move_idt]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp MV_CODE:.pm
.pm:    mov ax, MV_SOURCE
        mov ds, ax
        mov ax, MV_DEST
        mov es, ax
        xor si, si
        xor di, di
        rep movsw
        mov ax, MV_STACK                ; leave with limits of 64 KB
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov eax, cr0
        and al, 0FEh
        mov cr0, eax
        jmp ROM:.rm
.rm:    mov ss, dx
        lidt [cs:real_idt]
        pop bx
        pop eax
move_end:
        mov al, bh                      ; A20 as it was
        call a20_set
        and byte [bp+F_FL], ~CF & 0FFh
        or byte [bp+F_FL], ZF
        mov byte [bp+F_AH], 0
        jmp frame_exit

        cpu 286
move286:
        push bx
        push bp
        mov ax, BDA
        mov ds, ax
        mov [B_JUMP], sp
        mov [B_JUMP+2], ss
        mov ax, 900h + CM_SHUTDOWN
        call cmos_write
        lgdt [es:di+MV_TABLE]
        lidt [cs:move_idt]
        smsw ax
        or al, 1
        lmsw ax
        jmp MV_CODE:.pm
.pm:    mov ax, MV_SOURCE
        mov ds, ax
        mov ax, MV_DEST
        mov es, ax
        xor si, si
        xor di, di
        rep movsw
        mov al, 0FEh                    ; reset by the 8042
        out KBSTAT, al
.wait:  hlt
        jmp .wait

; block_move_return: POST comes here after that reset. DS = BDA.
block_move_return:
        mov ss, [B_JUMP+2]
        mov sp, [B_JUMP]
        pop bp
        pop bx
        jmp move_end

; 89h: ES:SI = table: null, GDT, IDT, DS, ES, SS, CS, BIOS code; BH, BL = first
; vectors of the two interrupt controllers. Returns in protected mode.
PM_GDT          equ 08h
PM_IDT          equ 10h
PM_DS           equ 18h
PM_ES           equ 20h
PM_SS           equ 28h
PM_CS           equ 30h
PM_BIOS         equ 38h

sys_protected:
        call cpu_level
        cmp al, 2
        jae .can
        jmp return_cf
.can:   mov al, 1
        call a20_set
        cli
        mov bx, [bp+F_BX]
        mov al, 11h                     ; 8259A at the caller's vectors, masked
        out PIC1, al
        out PIC2, al
        mov al, bh
        out PIC1+1, al
        mov al, bl
        out PIC2+1, al
        mov al, 4
        out PIC1+1, al
        mov al, 2
        out PIC2+1, al
        mov al, 1
        out PIC1+1, al
        out PIC2+1, al
        mov al, 0FFh
        out PIC1+1, al
        out PIC2+1, al
        mov es, [bp+F_ES]
        mov di, [bp+F_SI]
        mov word [es:di+PM_BIOS], 0FFFFh
        mov word [es:di+PM_BIOS+2], 0
        mov word [es:di+PM_BIOS+4], 9B0Fh
        mov word [es:di+PM_BIOS+6], 0
        lgdt [es:di+PM_GDT]
        lidt [es:di+PM_IDT]
        smsw ax
        or al, 1
        lmsw ax
        jmp PM_BIOS:.pm
.pm:    mov ax, PM_DS
        mov ds, ax
        mov ax, PM_ES
        mov es, ax
        mov ax, PM_SS
        mov ss, ax
        pop di
        pop si
        pop bp
        pop bx
        pop dx
        pop cx
        pop ax
        add sp, 4                       ; ES, DS
        pop ax                          ; return address
        add sp, 4
        push PM_CS
        push ax
        mov ah, 0
        retf
        cpu 8086

move_idt:       dw 0
                dd 0
real_idt:       dw 3FFh
                dd 0
