; v86.asm: virtual-8086 mode: what traps for each IOPL, with and without VME; interrupts from it; the redirection bitmap, VIF and VIP;
; protected-mode virtual interrupts (PVI); the I/O permission bitmap from every mode. SDM 3A 20; SDM 1 19.5.
;
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "v86"

        section .bss
iopl:   resd 1
vme:    resd 1                  ; CR4
if_vip: resd 1                  ; flags that are set besides
        section .text

main:
        mov dword [vme], 0
        call all_iopls
        unless FEAT_VME, .no_vme
        mov dword [vme], CR4_VME
        call all_iopls
        call redirection
        call virtual_interrupts
        call protected_virtual
.no_vme:
        xor eax, eax
        call set_vme
        call entry
        call interrupts
        call io_bitmap
        jmp power_off

; CR4 = EAX, on processors that have it.
set_vme:
        mov [vme], eax
        unless FEAT_VME, .done
        mov eax, [vme]
        mov cr4, eax
.done:
        ret

; --- sensitive instructions ---------------------------------------------------------------------------------------------------------

; The context: V86 mode, the IOPL and the flags.
v86_task:
        v86
        mov eax, [iopl]
        shl eax, 12
        or eax, [if_vip]
        or eax, VM | 2
        mov [ctx + I_eflags], eax
        ret

all_iopls:
        mov eax, [vme]
        call set_vme
        ; all interrupts go to the monitor
        mov edi, TSS_REDIR
        mov ecx, 8
        mov eax, -1
        rep stosd
        mov dword [iopl], 0
.iopl:
        text esi, "iopl, vme "
        call print
        mov al, [iopl]
        call hex1
        mov al, [vme]
        call hex1
        call newline
        mov dword [if_vip], 0
        call sensitive
        test byte [vme], 1
        jz .next
        heading " VIF"
        mov dword [if_vip], VIF
        call sensitive
        heading " VIP"
        mov dword [if_vip], VIP
        call sensitive
        heading " VIF VIP IF"
        mov dword [if_vip], VIF | VIP | IF
        call sensitive
.next:
        inc dword [iopl]
        cmp dword [iopl], 4
        jb .iopl
        ret

sensitive:
        call v86_task
        try16 "  cli"
        cli
        endtry
        try16 "  sti"
        sti
        nop
        endtry
        try16 "  pushf"
        pushfw
        pop ax
        endtry
        try16 "  pushfd"
        pushfd
        pop eax
        endtry
        try16 "  popf 0"
        push word 0
        popfw
        endtry
        try16 "  popf all"
        push word 7ed7h
        popfw
        endtry
        try16 "  popf TF"
        push word 102h
        popfw
        nop
        endtry
        try16 "  popf IF"
        push word 202h
        popfw
        endtry
        try16 "  popfd"
        push dword 43202h
        popfd
        endtry
        try16 "  iret 0"
        push word 0
        push cs
        push word LOW(.iret0)
        iretw
.iret0: endtry
        try16 "  iret all"
        push word 7ed7h
        push cs
        push word LOW(.iret1)
        iretw
.iret1: endtry
        try16 "  iret IF"
        push word 202h
        push cs
        push word LOW(.iret2)
        iretw
.iret2: endtry
        try16 "  iretd"
        push dword 202h
        push dword IMAGE >> 4
        push dword LOW(.iret3)
        iretd
.iret3: endtry
        try16 "  int 50h"
        int 50h
        endtry
        try16 "  int3"
        int3
        endtry
        try16 "  into"
        mov al, 7fh
        inc al
        into
        endtry
        try16 "  int1"
        db 0f1h
        endtry
        try16 "  hlt"
        hlt
        endtry
        ret

; --- the redirection bitmap -----------------------------------------------------------------------------------------------------------

; Vector 50h in the program's own table leads to this.
redirection:
        mov word [50h * 4], LOW(.handler)
        mov word [50h * 4 + 2], IMAGE >> 4
        mov eax, CR4_VME
        call set_vme
        mov edi, TSS_REDIR
        mov ecx, 8
        xor eax, eax
        rep stosd
        mov dword [iopl], 0
.iopl:
        text esi, "redirected, iopl "
        call print
        mov al, [iopl]
        call hex1
        call newline
        mov dword [if_vip], 0
        call .each
        mov dword [if_vip], VIF
        call .each
        mov dword [if_vip], IF | VIP
        call .each
        mov dword [if_vip], IF | VIF | VIP | AC | NT
        call .each
        inc dword [iopl]
        cmp dword [iopl], 4
        jb .iopl
        mov dword [if_vip], 0
        ; one bit
        mov dword [iopl], 3
        call v86_task
        or byte [TSS_REDIR + 50h / 8], 1
        try16 "redirection bit of 50h set"
        int 50h
        endtry
        mov byte [TSS_REDIR + 50h / 8], 0feh
        try16 "redirection bits of 51h-57h set"
        int 50h
        endtry
        mov byte [TSS_REDIR + 50h / 8], 0
        mov dword [iopl], 0
        call v86_task
        or byte [TSS_REDIR + 50h / 8], 1
        try16 "redirection bit of 50h set, iopl 0"
        int 50h
        endtry
        mov byte [TSS_REDIR + 50h / 8], 0
        ; the stack of the program too small, the bitmap outside of the TSS
        given esp, 4
        try16 "redirected, stack wraps"
        int 50h
        endtry
        given esp, 3
        try16 "redirected, stack does not fit"
        int 50h
        endtry
        call v86_task
        mov word [TSS + 102], TSS_LIMIT + 1 + 32
        try16 "bitmap behind the tss"
        int 50h
        endtry
        mov word [TSS + 102], TSS_IOMAP - TSS
        try16 "int3 is not redirected"
        int3
        endtry
        ret
.each:
        call v86_task
        try16 " int"
        int 50h
        endtry
        try16 " int and iret"
        mov word [0], 1
        int 50h
        endtry
        mov word [DATA], 0
        ret
        bits 16
.handler:
        mov bp, sp
        mov ax, [bp]
        sub ax, [cs:LOW(ctx + I_eip)]
        mov cx, [bp + 2]
        mov dx, [bp + 4]
        cmp word [0], 0
        je .stop
        iret
.stop:
        finish 1
        bits 32

; --- VIP: a pending virtual interrupt when VIF becomes set -----------------------------------------------------------------------------------

virtual_interrupts:
        mov dword [if_vip], VIP
        mov dword [iopl], 0
        call v86_task
        try16 "vip: sti"
        sti
        endtry
        try16 "vip: popf with IF"
        push word 202h
        popfw
        endtry
        try16 "vip: popf without IF"
        push word 2
        popfw
        endtry
        try16 "vip: iret with IF"
        push word 202h
        push cs
        push word LOW(.a)
        iretw
.a:     endtry
        mov dword [if_vip], VIP | VIF
        call v86_task
        try16 "vip and vif: nop"
        nop
        endtry
        try16 "vip and vif: cli"
        cli
        endtry
        try16 "vip and vif: sti"
        sti
        endtry
        mov dword [if_vip], 0
        ret

; --- PVI: CLI and STI of level 3 --------------------------------------------------------------------------------------------------------------------

protected_virtual:
        mov eax, CR4_PVI
        call set_vme
        mov dword [iopl], 0
.iopl:
        text esi, "pvi, iopl "
        call print
        mov al, [iopl]
        call hex1
        call newline
        mov dword [if_vip], 0
        call .each
        mov dword [if_vip], VIF | IF
        call .each
        mov dword [if_vip], VIP
        call .each
        inc dword [iopl]
        cmp dword [iopl], 4
        jb .iopl
        ; not at level 0 to 2, not without CR4.PVI
        user32
        mov dword [ctx + I_cs], CODE2
        mov dword [ctx + I_ss], DATA2
        try "pvi: cli at level 2"
        cli
        endtry
        mov eax, CR4_VME
        call set_vme
        user32
        try "vme without pvi: cli at level 3"
        cli
        endtry
        ret
.each:
        user32
        mov eax, [iopl]
        shl eax, 12
        or eax, [if_vip]
        or eax, 2
        mov [ctx + I_eflags], eax
        try "  cli"
        cli
        endtry
        try "  sti"
        sti
        nop
        endtry
        try "  pushfd"
        pushfd
        pop eax
        endtry
        try "  popfd"
        push dword 202h
        popfd
        endtry
        try "  popfw 0"
        push word 0
        popfw
        endtry
        try "  iretd"
        push dword 202h
        push cs
        push dword .back
        iretd
.back:  endtry
        ret

; --- entry and exit ------------------------------------------------------------------------------------------------------------------------------------

entry:
        mov dword [if_vip], 0
        mov dword [iopl], 3
        call v86_task
        given cs, 12340000h | IMAGE >> 4
        given ss, 56780000h | AREA >> 4
        given ds, 9abc0000h | DATA >> 4
        given eflags, VM | IOPL3 | IF | NT | 0ffc0802ah & ~RF & ~TF
        try16 "selectors with upper halves, reserved flags"
        mov ax, ds
        endtry
        call v86_task
        given esp, 12348000h
        try16 "upper half of esp"
        push ax
        mov eax, esp
        endtry
        given ds, 0ffffh
        try16 "ds FFFF: linear addresses above 1 MB"
        mov dword [0fff0h], 12345678h
        mov eax, [0fff0h]
        endtry
        call v86_task
        try16 "limit FFFF"
        mov eax, [0fffdh]
        endtry
        try16 "limit of ss"
        mov bp, 0ffffh
        mov ax, [bp]
        endtry
        try16 "a segment register loads anything"
        mov ax, 3
        mov es, ax
        mov fs, ax
        mov ss, ax
        mov gs, sp
        endtry
        try16 "write to cs"
        mov al, [cs:LOW(entry)]
        mov [cs:LOW(entry)], al
        endtry
        try16 "far jump"
        jmp (IMAGE + 100h) >> 4:LOW(.far) - 100h
.far:
        finish 1
        endtry
        try16 "far call and return"
        call (IMAGE + 100h) >> 4:LOW(.callee) - 100h
        jmp .done
.callee:
        retf
.done:
        endtry
        try16 "far jump beyond FFFF"
        jmp dword IMAGE >> 4:10000h
        endtry
        try16 "near jump beyond FFFF"
        mov eax, 10000h
        jmp eax
        endtry
        try16 "retf dword beyond FFFF"
        push dword IMAGE >> 4
        push dword 10000h
        o32 retf
        endtry
        try16 "lss"
        mov dword [0], 70001234h
        lss sp, [0]
        endtry
        try16 "mov cr0"
        mov eax, cr0
        endtry
        try16 "mov dr7"
        mov eax, dr7
        endtry
        try16 "smsw"
        smsw ax
        and ax, 1
        endtry
        try16 "lmsw"
        lmsw ax
        endtry
        try16 "clts"
        clts
        endtry
        try16 "invalid opcode"
        db 0fh, 0ffh
        endtry
        try16 "divide error"
        xor cx, cx
        div cx
        endtry
        try16 "bound"
        mov dword [0], 0
        bound ax, [0]
        endtry
        ret

; Gates that V86 mode may not use, and frames.
interrupts:
        mov dword [iopl], 3
        call v86_task
        gate IDT + 8 * 50h, K_CODE, .handler, P | DPL3 | INT32
        try16 "frame on the stack of level 0"
        int 50h
        endtry
        call show_frame
        gate IDT + 8 * 50h, K_CODE16, .handler16, P | DPL3 | INT16
        try16 "frame of a 16-bit gate"
        int 50h
        endtry
        gate IDT + 8 * 50h, CODE1, .handler, P | DPL3 | INT32
        try16 "gate to level 1"
        int 50h
        endtry
        gate IDT + 8 * 50h, U_CODE, .handler, P | DPL3 | INT32
        try16 "gate to level 3"
        int 50h
        endtry
        gdt T0, 0, 0fffffh, P | XR_CONF | FLAT
        gate IDT + 8 * 50h, T0, .handler, P | DPL3 | INT32
        try16 "gate to a conforming segment"
        int 50h
        endtry
        gate IDT + 8 * 50h, K_CODE, .handler, P | INT32
        try16 "gate of level 0"
        int 50h
        endtry
        gate IDT + 8 * 50h, K_CODE, .handler, P | DPL3 | TRAP32
        given eflags, VM | IOPL3 | IF | 2
        try16 "trap gate"
        int 50h
        endtry
        gate IDT + 8 * 50h, K_CODE, .back, P | DPL3 | INT32
        try16 "there and back"
        int 50h
        endtry
        gate IDT + 8 * 50h, K_CODE, .handler, P | DPL3 | INT32
        mov dword [TSS + 8], 0
        mov dword [iopl], 3
        try16 "no stack of level 0"
        int 50h
        endtry
        mov dword [TSS + 8], K_DATA
        ret
.handler:
        mov eax, ds
        mov ecx, es
        mov edx, fs
        mov ebx, gs
        finish 1
.back:
        inc eax
        iretd
        bits 16
.handler16:
        mov ax, ds
        finish 1
        bits 32

show_frame:
        text esi, " stack:"
        call print
        mov ebx, STACK0
        mov ecx, 8
.next:
        sub ebx, 4
        mov al, ' '
        call putc
        mov eax, [ebx]
        call hex8
        loop .next
        jmp newline

; --- the I/O permission bitmap ------------------------------------------------------------------------------------------------------------------------------

; For accesses of 1, 2 and 4 bytes around the set bit of port 85h, and at the end of the bitmap.
io_bitmap:
        mov byte [TSS_IOMAP + 85h / 8], 1 << (85h & 7)
        heading "i/o, v86, iopl 3"
        call v86_task
        given eflags, VM | IOPL3 | 2
        call .v86_rows
        heading "i/o, level 3, iopl 0"
        user32
        call .rows
        heading "i/o, level 3, iopl 3"
        given eflags, 2 | IOPL3
        call .rows
        heading "i/o, level 2, iopl 1"
        user32
        mov dword [ctx + I_cs], CODE2
        mov dword [ctx + I_ss], DATA2
        given eflags, 2 | IOPL1
        call .rows
        heading "i/o, level 2, iopl 2"
        given eflags, 2 | IOPL2
        call .rows
        heading "i/o, level 0"
        kernel32
        call .rows
        mov byte [TSS_IOMAP + 85h / 8], 0
        user32
        ; the end of the bitmap
        mov edx, TSS_IOMAP - TSS + 10h + 1      ; up to the second byte of ports 80h-87h
        call .with_limit
        try "bitmap ends behind the byte after the port's"
        in al, dx
        endtry
        mov edx, TSS_IOMAP - TSS + 10h
        call .with_limit
        try "bitmap ends with the port's byte"
        in al, dx
        endtry
        mov edx, TSS_IOMAP - TSS + 0fh
        call .with_limit
        try "bitmap ends before the port's byte"
        in al, dx
        endtry
        mov edx, TSS_LIMIT
        call .with_limit
        given edx, 0ffffh
        try "port FFFF"
        in al, dx
        endtry
        try "port FFFF, word"
        in ax, dx
        endtry
        given edx, 0fffdh
        try "port FFFD, dword"
        in eax, dx
        endtry
        mov edx, TSS_LIMIT - 1
        call .with_limit
        given edx, 0ffffh
        try "port FFFF, no byte of ones"
        in al, dx
        endtry
        mov edx, TSS_LIMIT
        call .with_limit
        mov word [TSS + 102], 0ffffh
        given edx, 80h
        try "base FFFF"
        in al, dx
        endtry
        mov word [TSS + 102], TSS_IOMAP - TSS
        mov edx, 102
        call .with_limit
        try "tss without a bitmap base"
        in al, dx
        endtry
        gdt T0, DATA, 103, P | TSS16
        mov word [DATA + 2], STACK0 & 0ffffh
        mov word [DATA + 4], K_DATA
        mov eax, T0
        ltr ax
        try "16-bit tss"
        in al, dx
        endtry
        mov edx, TSS_LIMIT
        call .with_limit
        ret

; TSS with limit EDX; the context's port is 80h.
.with_limit:
        gdt S_TSS, TSS, 0, P | TSS32
        mov [GDT + S_TSS], dx
        mov eax, S_TSS
        ltr ax
        mov dword [ctx + I_edx], 80h
        ret

%macro io_row 2+ ; name, instruction on port DX
        text esi, %1
        call print
        begin_code
        %2
        end_code
        call io_ports
%endmacro
.rows:
        io_row " in al", in al, dx
        io_row " in ax", in ax, dx
        io_row " in eax", in eax, dx
        io_row " out al", out dx, al
        io_row " out ax", out dx, ax
        io_row " out eax", out dx, eax
        mov dword [ctx + I_ecx], 1
        mov dword [ctx + I_edi], DATA
        mov dword [ctx + I_esi], DATA
        io_row " insb", insb
        io_row " rep insw", rep insw
        io_row " outsd", outsd
        mov dword [ctx + I_ecx], 0
        io_row " rep insb, cx 0", rep insb
        try " in al, 85h"
        in al, 85h
        endtry
        try " out 82h, eax"
        out 82h, eax
        endtry
        ret
%macro io_row16 2+
        text esi, %1
        call print
        begin_code
        bits 16
        %2
        end_code
        call io_ports
%endmacro
.v86_rows:
        io_row16 " in al", in al, dx
        io_row16 " in ax", in ax, dx
        io_row16 " in eax", in eax, dx
        io_row16 " out al", out dx, al
        io_row16 " out ax", out dx, ax
        io_row16 " out eax", out dx, eax
        mov dword [ctx + I_ecx], 1
        mov dword [ctx + I_edi], 0
        io_row16 " insb", insb
        io_row16 " outsd", outsd
        ret

; Letters for the ports 80h-8Ah: EAX of the context is all ones, which none of them minds.
io_ports:
        mov al, ':'
        call putc
        mov al, ' '
        call putc
        mov dword [ctx + I_edx], 80h
.port:
        mov dword [ctx + I_eax], -1
        call run
        mov edx, -1
        call letter
        inc dword [ctx + I_edx]
        cmp dword [ctx + I_edx], 8ah
        jbe .port
        jmp newline
end_kernel
