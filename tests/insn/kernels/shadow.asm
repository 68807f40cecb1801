; shadow.asm: when an interrupt is taken: the shadows of STI and of loads of SS, no shadow of POPF and IRET, HLT, between the iterations of
; repeated instructions, priorities against traps and faults, single steps over software interrupts, gates of interrupts and the EXT
; bit. SDM 3A 6.8, 6.9, 6.12, 6.13; 3B 17.3; SDM 2: STI, MOV, POP, INT.
;
; The interrupt is that of the timer. It is already pending when the code under test begins, held off by IF or by the mask of
; the PIC, so nothing depends on time.
;
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "shadow"

IRQ     equ 50h                 ; vector of IRQ 0
PIC     equ 20h
MASK    equ 21h
OPEN    equ 0feh                ; IRQ 0 alone

CODE_BP equ 0                   ; DR7: R/W and LEN of breakpoint 0
DATA_BP equ 0f0000h             ; accesses, 4 bytes
IO_BP   equ 20000h

main:
        mov dword [flag_mask], -1       ; RF too
        call sti_shadow
        call ss_shadow
        call no_shadow
        call halt
        call repeated
        call against_traps
        call against_faults
        call software
        call gates
        jmp power_off

; --- the interrupt -------------------------------------------------------------------------------------------------------------------

; IRQ 0 is pending at the PIC, whose mask becomes AL.
arm_with:
        push eax
        call set_up
        pop eax
        out MASK, al
        ret
set_up:
        mov al, 11h             ; edge-triggered, cascaded, ICW4; forgets all requests
        out PIC, al
        mov al, IRQ
        out MASK, al
        mov al, 4
        out MASK, al
        mov al, 1
        out MASK, al
        mov al, 0ffh
        out MASK, al
        mov al, 30h             ; counter 0, mode 0: OUT goes high once
        out 43h, al
        mov al, 20
        out 40h, al
        mov al, 0
        out 40h, al
        mov al, 0ah             ; read IRR
        out PIC, al
.wait:
        in al, PIC
        test al, 1
        jz .wait
        ret

; pending "name": an interrupt is held off by IF alone; masked "name": by the PIC too, until the code writes OPEN to MASK.
%macro pending 1+
        mov al, OPEN
        call arm_with
        try %1
%endmacro
%macro masked 1+
        mov al, 0ffh
        call arm_with
        try %1
%endmacro

; --- log -------------------------------------------------------------------------------------------------------------------------------

; endlog: interrupts and debug exceptions are logged, and return; up to the `finish`, or another exception.
        section .bss
logged: resd 1
LOG_MAX equ 24
log:    resd 3 * LOG_MAX        ; vector, linear address, flags
log_gate: resd 1                ; access byte of both gates
        section .text

log_db: push dword 1
        jmp log_common
log_irq:
        push dword IRQ
log_common:
        push eax
        push edx
        push ds
        mov eax, K_DATA
        mov ds, eax
        mov edx, [logged]
        cmp edx, LOG_MAX
        jae .full
        inc dword [logged]
        lea edx, [edx + 2 * edx]
        mov eax, [esp + 12]
        mov [log + 4 * edx], eax
        mov eax, [esp + 16]
        mov [log + 4 * edx + 4], eax
        mov eax, [esp + 24]
        mov [log + 4 * edx + 8], eax
        jmp .go_on
.full:
        and dword [esp + 24], ~TF       ; enough
        xor eax, eax
        mov dr7, eax
.go_on:
        cmp dword [esp + 12], 1
        jne .irq
        xor eax, eax
        mov dr6, eax
        or dword [esp + 24], RF
        jmp .out
.irq:
        mov al, 20h
        out PIC, al
.out:
        pop ds
        pop edx
        pop eax
        add esp, 4
        iretd

%macro flag 2
        test edx, %1
        jz %%clear
        mov al, %2
        call putc
%%clear:
%endmacro

run_logged:
        mov dword [logged], 0
        mov edx, [log_gate]
        mov eax, log_db
        mov edi, IDT + 8
        call log_at
        mov eax, log_irq
        mov edi, IDT + 8 * IRQ
        call log_at
        call run
        mov edx, (P | DPL3 | INT32) << 8
        mov eax, stubs + STUB_SIZE
        mov edi, IDT + 8
        call log_at
        mov eax, stubs + IRQ * STUB_SIZE
        mov edi, IDT + 8 * IRQ
        call log_at
        xor eax, eax
        mov dr7, eax
        call report
        text esi, "   log:"
        call print
        xor ebx, ebx
.next:
        cmp ebx, [logged]
        jae .done
        mov al, ' '
        call putc
        lea edi, [ebx + 2 * ebx]
        mov al, [log + 4 * edi]
        call hex2
        mov al, '+'
        mov edx, [log + 4 * edi + 4]
        cmp edx, log_db
        je .handler
        cmp edx, log_irq
        je .handler
        test dword [log + 4 * edi + 8], VM
        jz .flat
        add edx, IMAGE
.flat:
        sub edx, [ctx + I_eip]
        call putc
        mov eax, edx
        cmp eax, 100h
        jae .elsewhere
        call hex2
        jmp .flags
.handler:
        mov al, 'h'             ; at the first instruction of the other handler
        call putc
        jmp .flags
.elsewhere:
        mov al, '?'
        call putc
.flags:
        mov edx, [log + 4 * edi + 8]
        flag IF, 'i'
        flag TF, 't'
        flag RF, 'r'
        inc ebx
        jmp .next
.done:
        jmp newline
log_at:
        mov ecx, K_CODE
        jmp put_gate

%macro endlog 0-1 INT32
        end_code
        mov dword [log_gate], (P | DPL3 | %1) << 8
        call run_logged
%pop test
%endmacro

; The breakpoint 0 at an address, with the R/W and LEN bits given.
%macro breakpoint 2
        mov eax, %1
        mov dr0, eax
        mov eax, (%2) | 1
        mov dr7, eax
%endmacro
%macro no_breakpoint 0
        xor eax, eax
        mov dr7, eax
        mov dr6, eax
%endmacro

; --- STI ---------------------------------------------------------------------------------------------------------------------------------

sti_shadow:
        kernel32
        pending "sti"
        sti
        nop
        nop
        endtry
        pending "sti, sti"
        sti
        sti
        nop
        nop
        endtry
        pending "sti, cli"
        sti
        cli
        nop
        endtry
        pending "sti, cli, sti, cli"
        sti
        cli
        sti
        cli
        nop
        endtry
        pending "sti, cli, sti"
        sti
        cli
        sti
        nop
        nop
        endtry
        pending "sti, jmp"
        sti
        jmp .jumped
        nop
.jumped: nop
        endtry
        pending "sti, ret"
        push dword .returned
        sti
        ret
        nop
.returned: nop
        endtry
        pending "sti, pushfd, popfd without IF"
        pushfd
        sti
        popfd
        nop
        endtry
        pending "sti, popfd with IF"
        push dword 2 | IF
        sti
        popfd
        nop
        endtry
        pending "sti, iretd without IF"
        push dword 2
        push cs
        push dword .iret
        sti
        iretd
.iret:  nop
        endtry
        pending "sti, cpl 0 to 3 by retf"
        push dword U_DATA
        push dword AREA + 4000h
        push dword U_CODE
        push dword .outer
        sti
        retf
        nop
.outer: nop
        endtry
        masked "sti, out that opens the mask"
        mov al, OPEN
        sti
        out MASK, al
        nop
        endtry
        masked "out that opens the mask, IF set before"
        mov al, OPEN
        sti
        nop
        out MASK, al
        sti
        nop
        endtry
        masked "out that opens the mask, then closes it"
        sti
        mov eax, (0ff00h | OPEN)
        cli
        out MASK, al
        mov al, ah
        out MASK, al
        sti
        nop
        nop
        endtry
        pending "cli, sti with IF set before"
        cli
        sti
        nop
        nop
        endtry
        user32
        pending "sti, level 3"
        sti
        nop
        endtry
        given eflags, 2 | IOPL3
        pending "sti, level 3, iopl 3"
        sti
        nop
        nop
        endtry
        v86
        given eflags, 2 | IOPL3 | VM
        mov al, OPEN
        call arm_with
        try16 "sti, v86 mode, iopl 3"
        sti
        nop
        nop
        endtry
        given eflags, 2 | VM
        mov al, OPEN
        call arm_with
        try16 "sti, v86 mode, iopl 0"
        sti
        nop
        endtry
        ret

; --- SS ----------------------------------------------------------------------------------------------------------------------------------

ss_shadow:
        kernel32
        given ecx, K_DATA
        given eflags, 2
        pending "sti, mov ss"
        sti
        mov ss, ecx
        nop
        nop
        endtry
        pending "sti, pop ss"
        push ecx
        sti
        pop ss
        nop
        nop
        endtry
        pending "sti, lss"
        mov [DATA], esp
        mov [DATA + 4], ecx
        sti
        lss esp, [DATA]
        nop
        nop
        endtry
        pending "sti, mov ss, mov ss"
        sti
        mov ss, ecx
        mov ss, ecx
        nop
        nop
        endtry
        pending "sti, mov ds"
        sti
        mov ds, ecx
        nop
        nop
        endtry
        pending "mov ss, sti"
        mov ss, ecx
        sti
        nop
        nop
        endtry
        pending "mov ss, sti, cli"
        mov ss, ecx
        sti
        cli
        nop
        endtry
        pending "mov ss, popfd with IF"
        push dword 2 | IF
        mov ss, ecx
        popfd
        nop
        endtry
        pending "sti, mov ss, cli"
        sti
        mov ss, ecx
        cli
        nop
        endtry
        pending "sti, mov ss that faults"
        mov ecx, U_DATA
        sti
        mov ss, ecx
        nop
        endtry
        mov byte [IDT + 8 * 13 + 5], P | TRAP32
        pending "sti, mov ss that faults, trap gate"
        mov ecx, U_DATA
        sti
        mov ss, ecx
        nop
        endtry
        mov byte [IDT + 8 * 13 + 5], P | DPL3 | INT32
        masked "mov ss, out that opens the mask"
        mov eax, OPEN
        sti
        nop
        mov ss, ecx
        out MASK, al
        nop
        endtry
        masked "mov ss, outsb with a data breakpoint that opens the mask"
        mov dword [DATA], OPEN
        mov esi, DATA
        mov edx, MASK
        breakpoint esi, DATA_BP
        sti
        nop
        mov ss, ecx
        outsb
        nop
        endlog
        given eflags, 2 | TF
        pending "TF: sti, mov ss"
        sti
        mov ss, ecx
        nop
        nop
        endlog
        pending "TF: mov ss, sti"
        mov ss, ecx
        sti
        nop
        nop
        endlog
        mov dword [DATA + 10h], K_DATA
        given eflags, 2
        breakpoint DATA + 10h, DATA_BP
        pending "sti, mov ss with a data breakpoint"
        sti
        mov ss, [DATA + 10h]
        nop
        nop
        endlog
        breakpoint DATA + 10h, DATA_BP
        pending "mov ss with a data breakpoint, sti"
        mov ss, [DATA + 10h]
        sti
        nop
        nop
        endlog
        breakpoint DATA + 10h, DATA_BP
        pending "mov ss with a data breakpoint, mov ss"
        mov ss, [DATA + 10h]
        mov ss, ecx
        nop
        nop
        endlog
        no_breakpoint
        ret

; --- POPF and IRET -----------------------------------------------------------------------------------------------------------------------

no_shadow:
        kernel32
        pending "popfd with IF"
        push dword 2 | IF
        popfd
        nop
        endtry
        pending "popf with IF"
        push word 2 | IF
        popf
        nop
        endtry
        pending "iretd with IF"
        push dword 2 | IF
        push cs
        push dword .iret
        iretd
        nop
.iret:  nop
        endtry
        pending "iret with IF, 16 bits"
        push word 2 | IF
        push word K_CODE16
        push word LOW(.iret16)
        o16 iret
        nop
.iret16: nop
        endtry
        pending "iretd with IF to level 3"
        push dword U_DATA
        push dword AREA + 4000h
        push dword 2 | IF
        push dword U_CODE
        push dword .iret3
        iretd
        nop
.iret3: nop
        endtry
        pending "iretd with IF to v86 mode"
        push dword 0
        push dword 0
        push dword DATA >> 4
        push dword DATA >> 4
        push dword AREA >> 4
        push dword 4000h
        push dword 2 | IF | VM
        push dword IMAGE >> 4
        push dword LOW(.iret86)
        iretd
        nop
.iret86: nop
        endtry
        given eflags, 2 | IF
        pending "IF set from the beginning"
        nop
        endtry
        pending "IF set from the beginning, fault"
        db 0fh, 0ffh
        endtry
        user32
        pending "popfd with IF, level 3"
        push dword 2 | IF
        popfd
        nop
        endtry
        given eflags, 2 | IOPL3
        pending "popfd with IF, level 3, iopl 3"
        push dword 2 | IF | IOPL3
        popfd
        nop
        endtry
        pending "iretd with IF, level 3, iopl 3"
        push dword 2 | IF | IOPL3
        push cs
        push dword .iretu
        iretd
        nop
.iretu: nop
        endtry
        v86
        given eflags, 2 | IOPL3 | VM
        mov al, OPEN
        call arm_with
        try16 "popf with IF, v86 mode, iopl 3"
        push word 2 | IF
        popf
        nop
        endtry
        mov al, OPEN
        call arm_with
        try16 "iret with IF, v86 mode, iopl 3"
        push word 2 | IF
        push cs
        push word LOW(.iretv)
        iret
        nop
.iretv: nop
        endtry
        ret

; --- HLT ---------------------------------------------------------------------------------------------------------------------------------

halt:
        kernel32
        pending "sti, hlt"
        sti
        hlt
        nop
        endtry
        pending "sti, nop, hlt"
        sti
        nop
        hlt
        nop
        endtry
        pending "sti, hlt, and on"
        sti
        hlt
        mov eax, 1
        endlog
        given ecx, K_DATA
        pending "mov ss, sti, hlt"
        mov ss, ecx
        sti
        hlt
        nop
        endtry
        pending "sti, mov ss, hlt"
        sti
        mov ss, ecx
        hlt
        nop
        endtry
        given eflags, 2
        breakpoint .hlt, CODE_BP
        pending "sti, hlt with a breakpoint"
        sti
.hlt:   hlt
        nop
        endtry
        breakpoint .behind, CODE_BP
        pending "sti, hlt, breakpoint behind"
        sti
        hlt
.behind: nop
        endlog
        given eflags, 2 | IF
        pending "hlt with IF set from the beginning"
        hlt
        nop
        endtry
        given eflags, 2 | TF
%ifndef BOCHS                   ; does not end the halt
        try "TF: hlt"
        hlt
        nop
        endlog
%endif
        ret

; --- between iterations ------------------------------------------------------------------------------------------------------------------

%macro bytes 1+ ; what OUTS will write
        mov dword [DATA + 20h], -1
        mov dword [DATA + 24h], -1
        mov byte [DATA + 20h + %1], OPEN
%endmacro

repeated:
        kernel32
        given esi, DATA + 20h
        given edx, MASK
        given ecx, 6
        given edi, DATA + 40h
        given eflags, 2 | IF
        bytes 2
        masked "rep outsb, third byte opens the mask"
        rep outsb
        nop
        endtry
        bytes 0
        masked "rep outsb, first byte"
        rep outsb
        nop
        endtry
        bytes 5
        masked "rep outsb, last byte"
        rep outsb
        nop
        endtry
        bytes 2
        masked "rep outsb, to the end"
        rep outsb
        nop
        endlog
        given ecx, 12340006h
        masked "rep outsb, 16-bit addresses"
        mov ax, K_DATA16
        mov ds, eax
        mov dword [20h], 0feffffh
        mov esi, 56780020h
        a16 rep outsb
        nop
        endtry
        given ecx, 6
        given eflags, 2 | IF | DF
        bytes 1
        masked "rep outsb, downwards"
        add esi, 3
        rep outsb
        nop
        endtry
        given eflags, 2
        pending "sti, rep stosb"
        sti
        rep stosb
        nop
        endtry
        pending "sti, rep movsb, count 0"
        xor ecx, ecx
        sti
        rep movsb
        nop
        endtry
        pending "sti, rep movsb, count 1"
        mov ecx, 1
        sti
        rep movsb
        nop
        endtry
        pending "sti, repe scasb"
        sti
        repe scasb
        nop
        endtry
        mov ecx, 3
        mov edi, DATA + 40h
        mov al, 0fh
        rep stosb
        pending "sti, repe scasb, ends after one"
        mov al, 11h
        sti
        repe scasb
        nop
        endtry
        given eflags, 2 | IF | TF
        bytes 2
        masked "TF: rep outsb"
        rep outsb
        nop
        endlog
        given eflags, 2 | IF
        bytes 2
        breakpoint DATA + 20h, DATA_BP & 3ffffh
        masked "rep outsb with a data breakpoint before"
        rep outsb
        nop
        endlog
        breakpoint DATA + 22h, DATA_BP & 3ffffh
        masked "rep outsb with a data breakpoint at the byte"
        rep outsb
        nop
        endlog
        breakpoint DATA + 22h, DATA_BP & 3ffffh
        masked "rep outsb with a data breakpoint at the byte, trap gates"
        rep outsb
        nop
        endlog TRAP32
        breakpoint .rep, CODE_BP
        masked "rep outsb with a code breakpoint"
.rep:   rep outsb
        nop
        endlog
        no_breakpoint
        ; a fault in the iteration after
        gdt T0, DATA, 21h, P | RO
        given ds, T0
        given esi, 20h
        bytes 1
        masked "rep outsb, next iteration faults"
        rep outsb
        nop
        endtry
        given eflags, 2
        masked "rep outsb that faults"
        rep outsb
        nop
        endtry
        given eflags, 2 | IF | RF
        given ds, K_DATA
        given esi, DATA + 20h
        masked "rep outsb after RF"
        rep outsb
        nop
        endtry
        ret

; --- priorities --------------------------------------------------------------------------------------------------------------------------

against_traps:
        kernel32
        given eax, OPEN
        given eflags, 2 | IF | TF
        masked "TF: out that opens the mask"
        out MASK, al
        nop
        endlog
        masked "TF: out that opens the mask, trap gates"
        out MASK, al
        nop
        endlog TRAP32
        given eflags, 2 | IF
        given esi, DATA + 20h
        given edx, MASK
        bytes 0
        breakpoint DATA + 20h, DATA_BP & 3ffffh
        masked "data breakpoint of outsb that opens the mask"
        outsb
        nop
        endlog
        breakpoint DATA + 20h, DATA_BP & 3ffffh
        masked "data breakpoint of outsb that opens the mask, trap gates"
        outsb
        nop
        endlog TRAP32
        breakpoint .next, CODE_BP
        masked "breakpoint on the next instruction"
        out MASK, al
.next:  nop
        endlog
        breakpoint .here, CODE_BP
        masked "breakpoint on the out"
.here:  out MASK, al
        nop
        endlog
        given eflags, 2 | IF | TF
        breakpoint .both, CODE_BP
        masked "TF and breakpoint on the next instruction"
        out MASK, al
.both:  nop
        endlog
        given eflags, 2 | TF
        pending "TF: popfd with IF"
        push dword 2 | IF | TF
        popfd
        nop
        endlog
        pending "TF: popfd with IF, without TF"
        push dword 2 | IF
        popfd
        nop
        endlog
        given eflags, 2
        pending "popfd with IF and TF"
        push dword 2 | IF | TF
        popfd
        nop
        endlog
        pending "iretd with IF and TF"
        push dword 2 | IF | TF
        push cs
        push dword .iret
        iretd
.iret:  nop
        endlog
        given eflags, 2 | TF
        pending "TF: sti"
        sti
        nop
        nop
        endlog
        pending "TF: sti, trap gates"
        sti
        nop
        nop
        endlog TRAP32
        given eflags, 2
        breakpoint .shadow, CODE_BP
        pending "breakpoint in the shadow of sti"
        sti
.shadow: nop
        nop
        endlog
        breakpoint .shadow2, CODE_BP
        pending "breakpoint in the shadow of sti, trap gates"
        sti
.shadow2: nop
        nop
        endlog TRAP32
        breakpoint .end, CODE_BP
        pending "breakpoint behind the shadow of sti"
        sti
        nop
.end:   nop
        endlog
        no_breakpoint
        unless FEAT_DE, .done
        mov eax, CR4_DE
        mov cr4, eax
        given eflags, 2 | IF
        mov al, 0ffh
        call arm_with                   ; which is an access of the port too
        breakpoint MASK, IO_BP
        try "i/o breakpoint of the out"
        out MASK, al
        nop
        endlog
        bytes 2
        given ecx, 6
        mov al, 0ffh
        call arm_with
        breakpoint MASK, IO_BP
        try "i/o breakpoint of rep outsb"
        rep outsb
        nop
        endlog
        no_breakpoint
        mov cr4, eax
.done:
        ret

%macro trap_gate 1
        mov byte [IDT + 8 * (%1) + 5], P | DPL3 | TRAP32
%endmacro
%macro int_gate 1
        mov byte [IDT + 8 * (%1) + 5], P | DPL3 | INT32
%endmacro

against_faults:
        kernel32
        given eflags, 2 | IF
        given eax, OPEN
        masked "next instruction undefined"
        out MASK, al
        db 0fh, 0ffh
        endtry
        masked "next instruction divides by zero"
        xor ecx, ecx
        out MASK, al
        div ecx
        endtry
        masked "next instruction beyond the limit of cs"
        gdt T0, 0, 0, P | XR | BIG
        push dword T0
        push dword 0
        out MASK, al
        retf
        endtry
        given eflags, 2
        pending "fault in the shadow of sti"
        sti
        db 0fh, 0ffh
        endtry
        trap_gate 6
        pending "fault in the shadow of sti, trap gate"
        sti
        db 0fh, 0ffh
        endtry
        int_gate 6
        pending "int in the shadow of sti"
        sti
        int 51h
        endtry
        trap_gate 51h
        pending "int in the shadow of sti, trap gate"
        sti
        int 51h
        endtry
        int_gate 51h
        pending "int3 in the shadow of sti"
        sti
        int3
        endtry
        gate IDT + 8 * 51h, K_CODE, .handler, P | DPL3 | INT32
        pending "int in the shadow of sti, and back"
        sti
        int 51h
        nop
        endtry
        gate IDT + 8 * 51h, K_CODE, .sti_iret, P | DPL3 | INT32
        pending "sti, iretd in a handler"
        int 51h
        nop
        finish 1
.sti_iret:
        sti
        iretd
        endtry
        gate IDT + 8 * 51h, K_CODE, .sti_nop_iret, P | DPL3 | INT32
        pending "sti, nop, iretd in a handler"
        int 51h
        nop
        finish 1
.sti_nop_iret:
        sti
        nop
        iretd
        endtry
        gate IDT + 8 * 51h, K_CODE, stubs + 51h * STUB_SIZE, P | DPL3 | INT32
        ret
.handler:
        iretd

; --- software interrupts under TF ----------------------------------------------------------------------------------------------------------

software:
        kernel32
        given eflags, 2 | TF
        gate IDT + 8 * 51h, K_CODE, .handler, P | DPL3 | INT32
        gate IDT + 8 * 3, K_CODE, .handler, P | DPL3 | INT32
        gate IDT + 8 * 4, K_CODE, .handler, P | DPL3 | INT32
        try "TF: int"
        int 51h
        nop
        endlog
        try "TF: int3"
        int3
        nop
        endlog
        try "TF: into"
        mov al, 7fh
        inc al
        into
        nop
        endlog
        try "TF: into, not taken"
        xor eax, eax
        into
        nop
        endlog
        pending "TF: sti, int"
        sti
        int 51h
        nop
        endlog
        trap_gate 51h
        pending "TF: sti, int by a trap gate"
        sti
        int 51h
        nop
        endlog
        int_gate 51h
        gate IDT + 8 * 51h, K_CODE, .set_tf, P | DPL3 | INT32
        given eflags, 2
        try "handler sets TF in the image"
        int 51h
        nop
        nop
        endlog
        gate IDT + 8 * 51h, K_CODE, .handler, P | DPL3 | INT32
        user32
        given eflags, 2 | TF
        try "TF: int, level 3"
        int 51h
        nop
        endlog
        mov byte [IDT + 8 * 51h + 5], P | INT32
        try "TF: int that may not be, level 3"
        int 51h
        nop
        endlog
        mov byte [IDT + 8 * 51h + 5], DPL3 | INT32
        try "TF: int by a gate that is not present"
        int 51h
        nop
        endlog
        int_gate 51h
        v86
        given eflags, 2 | IOPL3 | VM | TF
        try16 "TF: int, v86 mode"
        int 51h
        nop
        endlog
        gate IDT + 8 * 51h, K_CODE, stubs + 51h * STUB_SIZE, P | DPL3 | INT32
        gate IDT + 8 * 3, K_CODE, stubs + 3 * STUB_SIZE, P | DPL3 | INT32
        gate IDT + 8 * 4, K_CODE, stubs + 4 * STUB_SIZE, P | DPL3 | INT32
        ret
.handler:
        iretd
.set_tf:
        or dword [esp + 8], TF
        iretd

; --- gates of interrupts ---------------------------------------------------------------------------------------------------------------------

%macro irq_gate 3 ; selector, offset, access
        gate IDT + 8 * IRQ, %1, %2, %3
%endmacro

gates:
        user32
        given eflags, 2 | IF
        irq_gate K_CODE, stubs + IRQ * STUB_SIZE, P | INT32
        pending "gate of level 0, code of level 3"
        nop
        endtry
        irq_gate K_CODE, stubs + IRQ * STUB_SIZE, P | TRAP32
        pending "trap gate"
        nop
        endtry
        irq_gate K_CODE, stubs + IRQ * STUB_SIZE, INT32
        pending "gate that is not present"
        nop
        endtry
        irq_gate K_CODE, stubs + IRQ * STUB_SIZE, P | CALL32
        pending "call gate"
        nop
        endtry
        irq_gate 0, stubs + IRQ * STUB_SIZE, P | INT32
        pending "null selector"
        nop
        endtry
        irq_gate K_DATA, stubs + IRQ * STUB_SIZE, P | INT32
        pending "data segment"
        nop
        endtry
        irq_gate GDT_SIZE, stubs + IRQ * STUB_SIZE, P | INT32
        pending "selector behind the gdt"
        nop
        endtry
        gdt T0, 0, 0fffffh, XR | FLAT
        irq_gate T0, stubs + IRQ * STUB_SIZE, P | INT32
        pending "code that is not present"
        nop
        endtry
        gdt T0, 0, 0fffh, P | XR | BIG
        pending "handler beyond its limit"
        nop
        endtry
        irq_gate CODE1, stubs + IRQ * STUB_SIZE, P | INT32
        mov dword [TSS + 16], GDT_SIZE | 1
        pending "stack behind the gdt"
        nop
        endtry
        gdt T0, 0, 0fffffh, DPL1 | RW | FLAT
        mov dword [TSS + 16], T0 | 1
        pending "stack that is not present"
        nop
        endtry
        mov dword [TSS + 16], DATA1
        idt_gate IRQ, GDT_SIZE, 0, P | TASK_GATE
        pending "task gate to behind the gdt"
        nop
        endtry
        idt_gate IRQ, K_DATA, 0, P | TASK_GATE
        pending "task gate to a data segment"
        nop
        endtry
        idt_gate IRQ, S_TSS, 0, P | TASK_GATE
        pending "task gate to the busy task"
        nop
        endtry
        irq_gate K_CODE, stubs + IRQ * STUB_SIZE, P | DPL3 | INT32
        lidt [.short]
        pending "idt too short"
        nop
        endtry
        lidt [idt_pointer]
        ret
        section .rodata
.short: dw 8 * IRQ + 6
        dd IDT
        section .text
end_kernel
