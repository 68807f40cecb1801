; debug.asm: single steps, breakpoints on instructions and data, RF, general detect, what the shadow of a load of SS does to them, task
; switch traps, DR4 and DR5. SDM 3B 17.2, 17.3.1; priorities: SDM 3A 6.9.
;
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "debug"

main:
        mov dword [flag_mask], -1               ; RF too
        call first_breakpoint
        call steps
        call instruction_breakpoints
        call data_breakpoints
        call strings
        unless FEAT_DE, .no_de
        call io_breakpoints
.no_de:
        call resume_flag
        call registers
        call shadows
        call traps_and_faults
        jmp power_off

; --- TF ------------------------------------------------------------------------------------------------------------------------------

; Counts the debug exceptions of a piece of code: a handler at the same gate returns with IRET, up to the `finish`.
        section .bss
count:  resd 1
log_at: resd 1
LOG_MAX equ 24
log:    resd 2 * LOG_MAX        ; distance and DR6
        section .text

; Logs and goes on. EDX and EAX are kept.
logging:
        push eax
        push edx
        push ds
        mov eax, K_DATA
        mov ds, eax
        inc dword [count]
        mov edx, [log_at]
        cmp edx, LOG_MAX
        jae .full
        mov eax, [esp + 12]
        sub eax, [ctx + I_eip]
        mov [log + 8 * edx], eax
        mov eax, dr6
        mov [log + 8 * edx + 4], eax
        inc dword [log_at]
.full:
        xor eax, eax
        mov dr6, eax
        cmp dword [log_at], LOG_MAX
        jb .go_on
        and dword [esp + 20], ~TF       ; enough
        mov dr7, eax
.go_on:
        or dword [esp + 20], RF
        pop ds
        pop edx
        pop eax
        iretd

; run_logged: as `run` and `report`, with vector 1 logged; prints where the traps were.
run_logged:
        mov dword [count], 0
        mov dword [log_at], 0
        push dword [IDT + 8]
        push dword [IDT + 12]
        gate IDT + 8, K_CODE, logging, P | DPL3 | INT32
        call run
        pop dword [IDT + 12]
        pop dword [IDT + 8]
        xor eax, eax
        mov dr7, eax
        call report
        text esi, "   traps:"
        call print
        xor ebx, ebx
.next:
        cmp ebx, [log_at]
        jae .done
        mov al, ' '
        call putc
        mov al, [log + 8 * ebx]
        call hex2
        mov al, ':'
        call putc
        mov eax, [log + 8 * ebx + 4]
        and eax, 0e00fh
        call hex4
        inc ebx
        jmp .next
.done:
        jmp newline

%macro endlog 0
        end_code
        call run_logged
%pop test
%endmacro

steps:
        user32
        given eflags, 2 | TF
        try "TF: nop"
        nop
        endtry
        try "TF: every instruction"
        nop
        mov eax, 1
        inc eax
        jmp .a
.a:     call .b
        jmp .c
.b:     ret
.c:     pushfd
        popfd
        nop
        endlog
        try "TF: rep stosb, each iteration"
        mov edi, DATA
        mov ecx, 3
        rep stosb
        nop
        endlog
        try "TF: rep movsb, count 0"
        xor ecx, ecx
        rep movsb
        nop
        endlog
        try "TF: loop"
        mov ecx, 2
.l:     loop .l
        endlog
        try "TF: cleared by popfd"
        push dword 2
        popfd
        nop
        nop
        endlog
        given eflags, 2
        try "TF: set by popfd"
        push dword 102h
        popfd
        nop
        nop
        endlog
        try "TF: set by iretd"
        push dword 102h
        push cs
        push dword .i
        iretd
.i:     nop
        nop
        endlog
        given eflags, 2 | TF
        try "TF: cleared by iretd"
        push dword 2
        push cs
        push dword .j
        iretd
.j:     nop
        nop
        endlog
        gate IDT + 8 * 50h, K_CODE, .handler, P | DPL3 | INT32
        try "TF: int and iret"
        int 50h
        nop
        endlog
        gate IDT + 8 * 51h, K_CODE, .handler, P | DPL3 | TRAP32
        try "TF: int by a trap gate"
        int 51h
        nop
        endlog
        gdt_gate T0, K_CODE, .callee, P | DPL3 | CALL32
        try "TF: call gate"
        call T0:0
        nop
        endlog
        try "TF: pushfd shows it"
        pushfd
        pop eax
        endlog
        try "TF: int3"
        int3
        endtry
        try "TF: a fault wins"
        db 0fh, 0ffh
        endtry
        try "TF: page of ud after a step"
        nop
        db 0fh, 0ffh
        endtry
        v86
        given eflags, VM | IOPL3 | TF | 2
        try16 "TF: v86"
        nop
        endtry
        unless FEAT_CMOV, .done
        user32
        given eflags, 2 | TF
        try "TF: cmov"
        cmovz eax, ecx
        endtry
.done:
        ret
.handler:
        nop
        iretd
.callee:
        nop
        retf

; --- breakpoints on instructions -----------------------------------------------------------------------------------------------------------

; dr N, ADDRESS: of the code under test or of data.
%macro set_dr 2
        mov eax, %2
        mov dr%1, eax
%endmacro
%macro set_dr7 1
        mov eax, %1
        mov dr7, eax
%endmacro
%define BP(n, kind, len) ((((len) << 2 | (kind)) << (16 + 4 * (n))) | 1 << (2 * (n)))
EXEC    equ 0
WRITE   equ 1
IO      equ 2
ACCESS  equ 3
LEN1    equ 0
LEN2    equ 1
LEN4    equ 3

; The first of all, set by an instruction that is run by itself; then taken away by such a one.
first_breakpoint:
        kernel32
        set_dr 0, .behind
        given eax, BP(0, EXEC, LEN1)
        try "breakpoint set in the shadow of mov ss"
        mov ecx, ss
        mov ss, ecx
        mov dr7, eax
        nop
.behind: inc edx
        nop
        endtry
        given eax, 0
        try "breakpoint taken away in the shadow of mov ss"
        mov ecx, ss
        mov ss, ecx
        mov dr7, eax
        inc edx
        endtry
        xor eax, eax
        mov dr6, eax
        ret

instruction_breakpoints:
        user32
        set_dr 0, .here
        set_dr7 BP(0, EXEC, LEN1)
        try "breakpoint on an instruction"
        nop
.here:  mov eax, 1
        endtry
        set_dr 3, .here3
        set_dr7 BP(3, EXEC, LEN1)
        try "breakpoint 3"
        nop
.here3: mov eax, 1
        endtry
        set_dr 0, .prefix + 1
        set_dr7 BP(0, EXEC, LEN1)
        try "breakpoint not on the first byte"
.prefix: mov eax, 1
        endtry
        set_dr 0, .both
        set_dr 1, .both
        set_dr7 BP(0, EXEC, LEN1) | BP(1, EXEC, LEN1)
        try "two breakpoints on one instruction"
.both:  mov eax, 1
        endtry
        set_dr7 BP(0, EXEC, LEN1)
        try "the other one not enabled"
        jmp .both
        endtry
        set_dr 0, .glob
        set_dr7 2
        try "enabled by G"
.glob:  mov eax, 1
        endtry
        set_dr7 0
        try "not enabled"
        jmp .glob
        endtry
        set_dr 0, .rep
        set_dr7 BP(0, EXEC, LEN1)
        try "breakpoint on a repeated instruction"
        mov ecx, 3
        mov edi, DATA
.rep:   rep stosb
        endlog
        set_dr 0, .loop
        set_dr7 BP(0, EXEC, LEN1)
        try "breakpoint in a loop"
        mov ecx, 3
.loop:  loop .loop
        endlog
        set_dr 0, .ud
        set_dr7 BP(0, EXEC, LEN1)
        try "breakpoint on an instruction that faults"
        nop
.ud:    db 0fh, 0ffh
        endtry
        kernel32
        set_dr 0, .k
        set_dr7 BP(0, EXEC, LEN1)
        try "breakpoint at level 0"
.k:     mov eax, 1
        endtry
        v86
        set_dr 0, .v
        set_dr7 BP(0, EXEC, LEN1)
        try16 "breakpoint in v86 mode"
        nop
.v:     mov ax, 1
        endtry
        user32
        set_dr 0, .step
        set_dr7 BP(0, EXEC, LEN1)
        given eflags, 2 | TF
        try "single step onto a breakpoint"
        nop
.step:  mov eax, 1
        nop
        endlog
        set_dr7 0
        ret

; --- breakpoints on data -------------------------------------------------------------------------------------------------------------------------

%macro data 2+ ; name, instruction
        try %1
        %2
        nop
        endtry
%endmacro

data_breakpoints:
        user32
        given ebx, DATA + 10h
        mov dword [DATA + 10h], 0
        set_dr 0, DATA + 10h
        set_dr7 BP(0, WRITE, LEN4)
        data "write 4: mov dword", mov [ebx], eax
        data "write 4: read", mov eax, [ebx]
        data "write 4: byte below", mov [ebx - 1], al
        data "write 4: first byte", mov [ebx], al
        data "write 4: last byte", mov [ebx + 3], al
        data "write 4: byte above", mov [ebx + 4], al
        data "write 4: dword that overlaps below", mov [ebx - 3], eax
        data "write 4: dword that overlaps above", mov [ebx + 3], eax
        data "write 4: word across", mov [ebx - 1], ax
        data "write 4: inc", inc dword [ebx]
        data "write 4: cmp", cmp dword [ebx], 0
        data "write 4: xchg", xchg [ebx], eax
        try "write 4: push"
        mov esp, DATA + 14h
        push eax
        nop
        endtry
        try "write 4: pop"
        pop dword [ebx]
        nop
        endtry
        try "write 4: call"
        mov esp, DATA + 14h
        call $ + 5
        nop
        endtry
        try "write 4: fst"
        fldz
        fstp dword [ebx]
        nop
        endtry
        data "write 4: setc", setc [ebx]
        data "write 4: bts", bts dword [ebx], 1
        data "write 4: sgdt below", sgdt [ebx - 4]
        set_dr7 BP(0, ACCESS, LEN4)
        data "access 4: read", mov eax, [ebx]
        data "access 4: write", mov [ebx], eax
        try "access 4: fetch does not count"
        mov dword [DATA + 20h], 000b0fh
        mov eax, DATA + 20h
        nop
        endtry
        try "access 4: lods"
        mov esi, ebx
        lodsd
        nop
        endtry
        data "access 4: push from", push dword [ebx]
        data "access 4: fld qword below", fld qword [ebx - 4]
        data "access 4: lea", lea eax, [ebx]
        try "access 4: jmp through"
        mov dword [ebx], .landing
        jmp [ebx]
        nop
        endtry
        jmp .landed
.landing:
        nop
        finish 1
.landed:
        set_dr7 BP(0, ACCESS, LEN1)
        data "access 1: byte", mov al, [ebx]
        data "access 1: byte above", mov al, [ebx + 1]
        data "access 1: dword that has it", mov eax, [ebx - 2]
        set_dr 0, DATA + 13h                ; the low bits do not count
        set_dr7 BP(0, WRITE, LEN4)
        data "write 4, unaligned register", mov [ebx], al
        set_dr 0, DATA + 11h
        set_dr7 BP(0, WRITE, LEN2)
        data "write 2, unaligned register: byte 10", mov [ebx], al
        data "write 2, unaligned register: byte 12", mov [ebx + 2], al
        set_dr 0, DATA + 10h
        set_dr 1, DATA + 12h
        set_dr 2, DATA + 10h
        set_dr 3, DATA + 20h
        set_dr7 BP(0, WRITE, LEN2) | BP(1, WRITE, LEN2) | BP(2, ACCESS, LEN1) | BP(3, WRITE, LEN4)
        data "three at once", mov [ebx], eax
        data "one of them", mov [ebx + 2], ax
        data "reading: one of them", mov eax, [ebx]
        set_dr7 BP(0, WRITE, LEN2) | (BP(1, WRITE, LEN2) & ~4) | BP(3, WRITE, LEN4)
        data "one that is not enabled matches too", mov [ebx], eax
        set_dr7 (BP(0, WRITE, LEN2) & ~1) | (BP(1, WRITE, LEN2) & ~4)
        data "none enabled", mov [ebx], eax
        set_dr7 BP(0, WRITE, LEN4)
        given eflags, 2 | TF
        data "data and single step", mov [ebx], eax
        given eflags, 2
        try "data at the last instruction of a block"
        push dword .target
        pop dword [ebx]
        jmp .target
.target:
        endlog
        set_dr 0, DATA + 10h
        set_dr7 BP(0, WRITE, LEN4)
        try "a write that faults does not trap"
        mov [cs:DATA + 10h], eax
        endtry
        set_dr 0, AREA + T_STACK - 4
        set_dr7 BP(0, WRITE, LEN4)
        try "two accesses of one instruction: movsd"
        mov esi, AREA + T_STACK - 4
        mov edi, AREA + T_STACK - 8
        movsd
        nop
        endtry
        kernel32
        given ebx, DATA + 10h
        set_dr 0, DATA + 10h
        set_dr7 BP(0, WRITE, LEN4)
        data "level 0", mov [ebx], eax
        set_dr7 0
        ret

strings:
        user32
        set_dr 0, DATA + 14h
        set_dr7 BP(0, WRITE, LEN1)
        given edi, DATA + 10h
        given esi, DATA + 100h
        given ecx, 8
        try "rep stosb over a breakpoint"
        rep stosb
        endtry
        set_dr 0, DATA + 14h
        set_dr7 BP(0, WRITE, LEN1)
        try "rep movsd over a breakpoint"
        rep movsd
        endtry
        set_dr 0, DATA + 14h
        set_dr7 BP(0, WRITE, LEN1)
        try "rep stosb over a breakpoint, to the end"
        rep stosb
        nop
        endlog
        set_dr 0, DATA + 17h
        set_dr7 BP(0, WRITE, LEN1)
        try "rep stosb, breakpoint at its last byte"
        rep stosb
        nop
        endlog
        set_dr 0, DATA + 104h
        set_dr7 BP(0, ACCESS, LEN1)
        try "rep lodsb over a breakpoint"
        rep lodsb
        nop
        endlog
        set_dr7 0
        ret

; --- breakpoints on ports (CR4.DE) --------------------------------------------------------------------------------------------------------------

io_breakpoints:
        kernel32
        given edx, 84h
        set_dr 0, 84h
        set_dr7 BP(0, IO, LEN2)
        data "i/o breakpoint without CR4.DE", out dx, al
        mov eax, CR4_DE
        mov cr4, eax
        data "i/o breakpoint: out dx", out dx, al
        data "i/o breakpoint: in dx", in al, dx
        data "i/o breakpoint: second byte", out 85h, al
        data "i/o breakpoint: above", out 86h, al
        data "i/o breakpoint: dword that has it", in eax, 81h
        data "i/o breakpoint: word below", in ax, 82h
        data "i/o breakpoint: memory", mov [84h], ecx
        set_dr7 BP(0, IO, LEN1)
        given esi, DATA
        given edi, DATA
        given ecx, 3
        data "i/o breakpoint: outsb", outsb
        data "i/o breakpoint: rep insb", rep insb
        xor eax, eax
        mov dr7, eax
        mov cr4, eax
        ret

; --- RF --------------------------------------------------------------------------------------------------------------------------------------------

resume_flag:
        user32
        set_dr 0, .here
        set_dr7 BP(0, EXEC, LEN1)
        given eflags, 2 | RF
        try "RF lets one instruction pass"
.here:  mov eax, 1
        jmp .here
        endtry
        given eflags, 2
        set_dr 0, .after
        set_dr7 BP(0, EXEC, LEN1)
        try "RF by iretd"
        push dword 2 | RF
        push cs
        push dword .after
        iretd
.after: mov eax, 1
        endtry
        set_dr 0, .after2
        set_dr7 BP(0, EXEC, LEN1)
        try "RF by popfd is not set"
        push dword 2 | RF
        popfd
.after2: mov eax, 1
        endtry
        set_dr7 0
        given eflags, 2 | RF
        try "RF is clear after an instruction"
        nop
        pushfd
        pop eax
        nop
        nop
        endtry
        try "RF in pushfd"
        pushfd
        pop eax
        endtry
        given eflags, 2
        try "RF in the image of a fault"
        db 0fh, 0ffh
        endtry
        try "RF in the image of int3"
        int3
        endtry
        try "RF in the image of int"
        int 50h
        endtry
        try "RF in the image of int1"
        db 0f1h
        endtry
        try "RF in the image of into"
        mov al, 7fh
        inc al
        into
        endtry
        given ebx, DATA + 10h
        set_dr 0, DATA + 10h
        set_dr7 BP(0, WRITE, LEN4)
        try "RF in the image of a data breakpoint"
        mov [ebx], eax
        nop
        endtry
        set_dr 0, .bp
        set_dr7 BP(0, EXEC, LEN1)
        try "RF in the image of an instruction breakpoint"
.bp:    nop
        endtry
        set_dr7 0
        given eflags, 2 | TF
        try "RF in the image of a single step"
        nop
        endtry
        given eflags, 2 | RF
        try "RF and a fault"
        db 0fh, 0ffh
        endtry
        given ecx, 5
        given edi, DATA
        given eflags, 2
        gdt T0, DATA, 2, P | DPL3 | RW
        given es, T0 | 3
        given edi, 0
        try "RF in the image of a fault of a repeated instruction"
        rep stosb
        endtry
        ret

; --- the registers themselves ----------------------------------------------------------------------------------------------------------------------

registers:
        kernel32
        try "dr6, dr7: fixed bits"
        xor eax, eax
        mov dr6, eax
        mov ecx, dr6
        mov dr7, eax
        mov edx, dr7
        mov eax, 0ffffffffh
        mov dr6, eax
        mov ebx, dr6
        mov eax, 0ffffdf00h
        mov dr7, eax
        mov eax, dr7
        xor esi, esi
        mov dr6, esi
        mov dr7, esi
        endtry
        try "dr4, dr5 without CR4.DE"
        mov eax, 12345678h
        mov dr0, eax
        xor eax, eax
        db 0fh, 23h, 0e0h       ; mov dr4, eax
        db 0fh, 21h, 0e1h       ; mov ecx, dr4
        db 0fh, 23h, 0e8h       ; mov dr5, eax
        db 0fh, 21h, 0eah       ; mov edx, dr5
        endtry
        unless FEAT_DE, .no_de
        mov eax, CR4_DE
        mov cr4, eax
        try "dr4 with CR4.DE"
        db 0fh, 21h, 0e1h
        endtry
        try "mov dr5 with CR4.DE"
        db 0fh, 23h, 0e8h
        endtry
        xor eax, eax
        mov cr4, eax
.no_de:
        try "general detect: mov to dr0"
        mov eax, 2000h
        mov dr7, eax
        mov dr0, eax
        endtry
        mov eax, dr7
        and eax, 2000h
        say "general detect: GD afterwards", eax
        try "general detect: mov from dr7"
        mov eax, 2000h
        mov dr7, eax
        mov ecx, dr7
        endtry
        try "general detect: mov from dr6"
        mov eax, 2000h
        mov dr7, eax
        mov ecx, dr6
        endtry
        xor eax, eax
        mov dr7, eax
        user32
        try "mov dr7 at level 3"
        mov eax, dr7
        endtry
        try "mov to dr0 at level 3"
        mov dr0, eax
        endtry
        mov eax, 2000h
        mov dr7, eax
        try "general detect at level 3"
        mov dr0, eax
        endtry
        kernel32
        try "general detect at level 3: still set"
        mov ecx, dr7
        endtry
        xor eax, eax
        mov dr7, eax
        try "dr6 keeps its bits until software clears them"
        mov eax, 0e00fh
        mov dr6, eax
        pushfd
        or dword [esp], TF
        popfd
        nop
        endtry
        ret

; --- shadows --------------------------------------------------------------------------------------------------------------------------------------------

shadows:
        user32
        given eflags, 2 | TF
        given ecx, U_DATA
        try "TF: mov ss"
        mov ss, ecx
        nop
        nop
        endlog
        try "TF: pop ss"
        push ecx
        pop ss
        nop
        nop
        endlog
        try "TF: lss"
        mov [DATA], esp
        mov [DATA + 4], ecx
        lss esp, [DATA]
        nop
        nop
        endlog
        try "TF: mov ds"
        mov ds, ecx
        nop
        endlog
        try "TF: mov ss twice"
        mov ss, ecx
        mov ss, ecx
        nop
        nop
        endlog
        given eflags, 2 | TF | IOPL3
        try "TF: sti with iopl 3"
        sti
        nop
        cli
        endlog
        given eflags, 2
        set_dr 0, .after_ss
        set_dr7 BP(0, EXEC, LEN1)
        try "breakpoint behind mov ss"
        mov ss, ecx
.after_ss: nop
        nop
        endtry
        xor eax, eax
        mov dr7, eax
        mov dword [DATA + 10h], U_DATA
        set_dr 0, DATA + 10h
        set_dr7 BP(0, ACCESS, LEN4)
        try "data breakpoint of mov ss"
        mov ss, [DATA + 10h]
        nop
        nop
        endtry
        try "data breakpoint of mov ss, then int"
        mov ss, [DATA + 10h]
        int 50h
        nop
        endtry
        try "data breakpoint of mov ss, then a fault"
        mov ss, [DATA + 10h]
        db 0fh, 0ffh
        nop
        endtry
        set_dr7 0
        xor eax, eax
        mov dr6, eax
        given eflags, 2 | TF
        try "TF: mov ss, then int"
        mov ss, ecx
        int 50h
        nop
        endtry
        ret

; --- together with other events --------------------------------------------------------------------------------------------------------------------------

traps_and_faults:
        user32
        set_dr 0, DATA + 10h
        set_dr7 BP(0, WRITE, LEN4)
        given ebx, DATA + 10h
        try "data breakpoint, then a fault"
        mov [ebx], eax
        db 0fh, 0ffh
        endtry
        try "data breakpoint, then int3"
        mov [ebx], eax
        int3
        endtry
        try "data breakpoint under pusha"
        mov esp, DATA + 20h
        pushad
        nop
        endtry
        set_dr 0, AREA + T_STACK - 4
        set_dr7 BP(0, WRITE, LEN4)
        try "data breakpoint under call"
        call .next
.next:  nop
        endtry
        set_dr 0, STACK0 - 4
        set_dr7 BP(0, WRITE, LEN4)
        try "data breakpoint under the stack of an interrupt"
        int 50h
        nop
        endtry
        xor eax, eax
        mov dr7, eax
        mov dr6, eax
        ret
end_kernel
