; tasks.asm: task switches by JMP, CALL, INT, exceptions and IRET, with TSSs of both formats in all combinations: what is saved, what
; is loaded, busy bits, back links, NT, and everything that can be wrong. SDM 3A chapter 7; 80286 Programmer's Reference 8.
;
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "tasks"

TSS_A   equ DATA + 1000h        ; the task that switches, of either format
TSS_B   equ DATA + 1100h        ; the task switched to
S_A     equ T0                  ; the TSS descriptors, and what else the tests need
S_B     equ T0 + 8
S_GATE  equ T0 + 10h
S_SEG   equ T0 + 18h
S_BLDT  equ T0 + 20h
B_LDT   equ DATA + 1200h

        section .bss
size_a: resd 1                  ; 4 or 2
size_b: resd 1
        section .text

main:
        mov byte [IDT + 8 * 8 + 5], P | INT32   ; no task for double faults here: the tests have tasks of their own
        mov word [IDT + 8 * 8 + 2], K_CODE
        mov eax, stubs + 8 * STUB_SIZE
        mov [IDT + 8 * 8], ax
        shr eax, 16
        mov [IDT + 8 * 8 + 6], ax
        mov dword [size_a], 4
        mov dword [size_b], 4
        heading "-- 32-bit TSS to 32-bit TSS"
        call switches
        mov dword [size_b], 2
        heading "-- 32-bit TSS to 16-bit TSS"
        call switches
        mov dword [size_a], 2
        mov dword [size_b], 4
        heading "-- 16-bit TSS to 32-bit TSS"
        call switches
        mov dword [size_b], 2
        heading "-- 16-bit TSS to 16-bit TSS"
        call switches
        mov dword [size_a], 4
        mov dword [size_b], 4
        heading "-- faults"
        call bad_descriptors
        call bad_segments
        call privileges
        call returns
        heading "-- effects"
        call effects
        call nested
        call back_to_kernel
        jmp power_off

; --- tasks A and B ---------------------------------------------------------------------------------------------------------------------

; TSSs of the sizes wanted. A is the current task, at level 0, and what runs in the context is part of it. B starts at `task_b` of level 0
; with registers of its own.
prepare:
        pushad
        mov edi, TSS_A
        mov ecx, 80h
        mov eax, 0cccccccch
        rep stosd
        mov edi, TSS_B
        mov ecx, 104 / 4
        xor eax, eax
        rep stosd
        mov dword [GDT + S_A], (TSS_A & 0ffffh) << 16 | 103
        mov dword [GDT + S_A + 4], (TSS_A >> 16) | (P | TSS32) << 8
        cmp dword [size_a], 4
        je .a
        mov dword [GDT + S_A], (TSS_A & 0ffffh) << 16 | 43
        mov dword [GDT + S_A + 4], (TSS_A >> 16) | (P | TSS16) << 8
.a:
        mov dword [GDT + S_B], (TSS_B & 0ffffh) << 16 | 103
        mov dword [GDT + S_B + 4], (TSS_B >> 16) | (P | TSS32) << 8
        cmp dword [size_b], 4
        je .b
        mov dword [GDT + S_B], (TSS_B & 0ffffh) << 16 | 43
        mov dword [GDT + S_B + 4], (TSS_B >> 16) | (P | TSS16) << 8
.b:
        mov eax, S_A
        ltr ax
        ; inner stacks of A, and LDTR, which a switch does not save
        cmp dword [size_a], 4
        jne .stacks16
        mov word [TSS_A + 96], 0
        mov dword [TSS_A + 4], STACK0
        mov dword [TSS_A + 8], K_DATA
        jmp .fill
.stacks16:
        mov word [TSS_A + 42], 0
        mov word [TSS_A + 2], STACK0 & 0ffffh
        mov word [TSS_A + 4], K_DATA
.fill:
        cmp dword [size_b], 4
        jne .fill16
        mov dword [TSS_B + 4], STACK0
        mov dword [TSS_B + 8], K_DATA
        mov eax, cr3
        mov [TSS_B + 28], eax
        mov dword [TSS_B + 32], task_b
        mov dword [TSS_B + 36], 2 | DF | CF
        mov edi, TSS_B + 40
        mov eax, 0b0000001h
        mov ecx, 8
.register32:
        stosd
        inc eax
        loop .register32
        mov dword [TSS_B + 56], AREA + 6000h
        mov dword [TSS_B + 72], K_DATA
        mov dword [TSS_B + 76], K_CODE
        mov dword [TSS_B + 80], K_DATA
        mov dword [TSS_B + 84], K_DATA
        mov dword [TSS_B + 88], U_DATA
        mov dword [TSS_B + 92], 0
        popad
        ret
.fill16:
        mov word [TSS_B + 2], STACK0 & 0ffffh
        mov word [TSS_B + 4], K_DATA
        mov word [TSS_B + 14], LOW(task_b)
        mov word [TSS_B + 16], 2 | DF | CF
        mov edi, TSS_B + 18
        mov eax, 0b001h
        mov ecx, 8
.register16:
        stosw
        inc eax
        loop .register16
        mov word [TSS_B + 26], 6000h
        mov word [TSS_B + 34], K_DATA
        mov word [TSS_B + 36], K_CODE16
        mov word [TSS_B + 38], K_DATA16
        mov word [TSS_B + 40], K_DATA
        popad
        ret

task_b:
        finish 1

; Back to the kernel's own task, whatever the test has done.
kernel_task:
        pushad
        and byte [GDT + S_TSS + 5], 0fdh
        mov eax, S_TSS
        ltr ax
        xor eax, eax
        lldt ax
        clts
        popad
        ret

; Shows what the switch has left: TSS of A, link of B, busy bits, TR and TS.
show:
        pushad
        text esi, " A:"
        call print
        mov esi, TSS_A
        mov ecx, 26
        mov edx, 32 / 4         ; EIP is the place in the code under test
        cmp dword [size_a], 4
        je .long
        mov ecx, 22
        mov edx, 14 / 2
.long:
        mov ebx, 0
.field:
        mov al, ' '
        call putc
        cmp dword [size_a], 4
        je .dword
        movzx eax, word [esi + 2 * ebx]
        cmp ebx, edx
        jne .word
        sub ax, [ctx + I_eip]
.word:
        call hex4
        jmp .next
.dword:
        mov eax, [esi + 4 * ebx]
        cmp ebx, edx
        jne .print
        sub eax, [ctx + I_eip]
.print:
        call hex8
.next:
        inc ebx
        cmp ebx, ecx
        jb .field
        call newline
        text esi, " B: link "
        call print
        mov ax, [TSS_B]
        call hex4
        text esi, ", busy "
        call print
        mov al, [GDT + S_A + 5]
        call hex2
        mov al, ' '
        call putc
        mov al, [GDT + S_B + 5]
        call hex2
        text esi, ", tr "
        call print
        str eax
        call hex4
        text esi, ", cr0 "
        call print
        mov eax, cr0
        call hex2
        call newline
        popad
        ret

%macro switch 1+ ; name; then code under test, endswitch
        call prepare
        try %1
%endmacro
%macro endswitch 0
        endtry
        call show
        call kernel_task
%endmacro

; --- the ways in -------------------------------------------------------------------------------------------------------------------------

switches:
        call prepare
        gdt S_GATE, 0, 0, 0
        mov dword [GDT + S_GATE], S_B << 16
        mov dword [GDT + S_GATE + 4], (P | DPL3 | TASK_GATE) << 8
        mov dword [IDT + 8 * 50h], S_B << 16
        mov dword [IDT + 8 * 50h + 4], (P | DPL3 | TASK_GATE) << 8
        kernel32
        given eflags, 2 | ZF
        given fs, U_DATA
        switch "jmp tss"
        jmp S_B:1234h
        endswitch
        switch "call tss"
        call S_B:1234h
        endswitch
        switch "jmp task gate"
        jmp S_GATE:1234h
        endswitch
        switch "call task gate"
        call S_GATE:1234h
        endswitch
        switch "int task gate"
        int 50h
        endswitch
        mov eax, [IDT + 8 * 13]
        mov edx, [IDT + 8 * 13 + 4]
        push eax
        push edx
        mov dword [IDT + 8 * 13], S_B << 16
        mov dword [IDT + 8 * 13 + 4], (P | TASK_GATE) << 8
        switch "exception with an error code by a task gate"
        mov eax, 5678h
        mov gs, eax
        endswitch
        cmp dword [size_b], 4
        je .wide
        movzx eax, word [AREA + 5ffeh]
        jmp .error
.wide:
        mov eax, [AREA + 5ffch]
.error:
        mov [DATA], eax
        say " error code on B's stack", [DATA]
        pop dword [IDT + 8 * 13 + 4]
        pop dword [IDT + 8 * 13]
        given eflags, 2 | NT
        switch "jmp tss with NT set"
        jmp S_B:0
        endswitch
        ; B calls back: IRET with the link
        cmp dword [size_a], 4
        jne .back16
        given eflags, 2
        call prepare
        call return_by_iret
        try "call tss and iret"
        call S_B:0
        nop
        endswitch
        call prepare
        call return_by_iret
        try "int task gate and iret"
        int 50h
        nop
        endswitch
        ret
.back16:
        kernel16
        call prepare
        call return_by_iret
        try16 "call tss and iret"
        call S_B:0
        nop
        endswitch
        call prepare
        call return_by_iret
        try16 "int task gate and iret"
        int 50h
        nop
        endswitch
        ret

; B begins with an IRET.
return_by_iret:
        cmp dword [size_b], 4
        jne .word
        mov dword [TSS_B + 32], task_b_iret
        ret
.word:
        mov word [TSS_B + 14], LOW(task_b_iret)
        ret
task_b_iret:
        iretd
        finish 2

; --- descriptors and TSSs that will not do -------------------------------------------------------------------------------------------------

; Prints the busy bits and TR: nothing may have changed.
after_fault:
        text esi, "   busy "
        call print
        mov al, [GDT + S_A + 5]
        call hex2
        mov al, ' '
        call putc
        mov al, [GDT + S_B + 5]
        call hex2
        text esi, " tr "
        call print
        str eax
        call hex4
        call newline
        jmp kernel_task

        section .bss
spoil:  resd 1                  ; called by `prepare_bad`
        section .text

%macro bad 2+ ; name, then instructions that spoil something after `prepare`
        mov dword [spoil], %%spoil
        jmp %%go
%%spoil:
        %2
        ret
%%go:
        call prepare
        call [spoil]
        try %1, ", jmp"
        jmp S_B:0
        endtry
        call after_fault
        call prepare
        call [spoil]
        try %1, ", call gate"
        call S_GATE:0
        endtry
        call after_fault
        call prepare
        call [spoil]
        try %1, ", int"
        int 50h
        endtry
        call after_fault
%endmacro

bad_descriptors:
        kernel32
        bad "busy", or byte [GDT + S_B + 5], 2
        bad "not present", and byte [GDT + S_B + 5], 7fh
        bad "limit one too small", dec byte [GDT + S_B]
        bad "limit 0", mov byte [GDT + S_B], 0
        bad "not present and too small", mov word [GDT + S_B + 4], TSS32 << 8 | (TSS_B >> 16)
        bad "an ldt", mov byte [GDT + S_B + 5], P | LDT_TYPE
        bad "a code segment by the gate", mov byte [GDT + S_B + 5], P | XR
        mov dword [GDT + S_GATE], (S_B | 4) << 16
        mov dword [IDT + 8 * 50h], (S_B | 4) << 16
        bad "gate into the ldt", nop
        mov dword [GDT + S_GATE], 0
        mov dword [IDT + 8 * 50h], 0
        bad "gate with a null selector", nop
        mov dword [GDT + S_GATE], GDT_SIZE << 16
        mov dword [IDT + 8 * 50h], GDT_SIZE << 16
        bad "gate to behind the gdt", nop
        mov dword [GDT + S_GATE], (S_B | 3) << 16
        mov dword [IDT + 8 * 50h], (S_B | 3) << 16
        bad "gate with an rpl", nop
        mov dword [GDT + S_GATE], S_B << 16
        mov dword [IDT + 8 * 50h], S_B << 16
        and byte [GDT + S_GATE + 5], 7fh
        and byte [IDT + 8 * 50h + 5], 7fh
        bad "gate not present", nop
        or byte [GDT + S_GATE + 5], P
        or byte [IDT + 8 * 50h + 5], P
        bad "own tss", mov dword [GDT + S_GATE], S_A << 16
        mov dword [GDT + S_GATE], S_B << 16
        mov dword [size_b], 2
        bad "16 bits, limit one too small", dec byte [GDT + S_B]
        mov dword [size_b], 4
        ret

; --- segments of the new task: faults in the new task ------------------------------------------------------------------------------------------

%macro bad_task 2+ ; name, spoiling
        call prepare
        %2
        try %1
        jmp S_B:0
        endtry
        call after_fault
%endmacro

bad_segments:
        kernel32
        gdt S_SEG, 0, 0fffffh, RW | FLAT
        gdt S_BLDT, B_LDT, 0ffh, P | LDT_TYPE
        bad_task "cs null", mov dword [TSS_B + 76], 0
        bad_task "cs data", mov dword [TSS_B + 76], K_DATA
        bad_task "cs behind the gdt", mov dword [TSS_B + 76], GDT_SIZE
        bad_task "cs with rpl 1 and dpl 0", mov dword [TSS_B + 76], K_CODE | 1
        bad_task "cs in a missing ldt", mov dword [TSS_B + 76], 4
        bad_task "cs a tss", mov dword [TSS_B + 76], S_A
        bad_task "ss null", mov dword [TSS_B + 80], 0
        bad_task "ss code", mov dword [TSS_B + 80], K_CODE
        bad_task "ss rpl 3", mov dword [TSS_B + 80], K_DATA | 3
        bad_task "ss of level 3", mov dword [TSS_B + 80], U_DATA
        bad_task "ss not present", mov dword [TSS_B + 80], S_SEG
        bad_task "ss behind the gdt", mov dword [TSS_B + 80], GDT_SIZE | 2
        bad_task "ds not present", mov dword [TSS_B + 84], S_SEG
        bad_task "ds a tss", mov dword [TSS_B + 84], S_B
        bad_task "ds of rpl 3 and dpl 0", mov dword [TSS_B + 84], K_DATA | 3
        bad_task "es behind the gdt", mov dword [TSS_B + 72], GDT_SIZE | 3
        bad_task "es null with rpl", mov dword [TSS_B + 72], 3
        bad_task "gs code", mov dword [TSS_B + 92], K_CODE
        bad_task "ldt null with rpl 3", mov dword [TSS_B + 96], 3
        bad_task "ldt is not one", mov dword [TSS_B + 96], K_DATA
        bad_task "ldt in the ldt", mov dword [TSS_B + 96], S_BLDT | 4
        bad_task "ldt behind the gdt", mov dword [TSS_B + 96], GDT_SIZE
        bad_task "ldt good", mov dword [TSS_B + 96], S_BLDT
        and byte [GDT + S_BLDT + 5], 7fh
        bad_task "ldt not present", mov dword [TSS_B + 96], S_BLDT
        bad_task "eip beyond the limit", mov dword [TSS_B + 76], K_CODE16
        gdt S_SEG, 0, 0fffffh, XR | FLAT
        bad_task "cs not present", mov dword [TSS_B + 76], S_SEG
        gdt S_SEG, 0, 0fffffh, P | XO | FLAT
        bad_task "ds execute-only", mov dword [TSS_B + 84], S_SEG
        gdt S_SEG, 0, 0fffffh, P | DPL2 | XR_CONF | FLAT
        bad_task "cs conforming of level 2, rpl 0", mov dword [TSS_B + 76], S_SEG
        gdt S_SEG, 0, 0fffffh, P | XR_CONF | FLAT
        bad_task "cs conforming of level 0, rpl 0", mov dword [TSS_B + 76], S_SEG
        ret

; --- who may switch ----------------------------------------------------------------------------------------------------------------------------------

privileges:
        user32
        switch "level 3 jmp tss of level 0"
        jmp S_B:0
        endtry
        call after_fault
        call prepare
        or byte [GDT + S_B + 5], DPL3
        try "level 3 jmp tss of level 3"
        jmp S_B:0
        endtry
        call after_fault
        kernel32
        switch "level 0 jmp tss, rpl 3"
        jmp S_B | 3:0
        endtry
        call after_fault
        user32
        switch "level 3 call gate of level 3"
        call S_GATE | 3:0
        endtry
        call after_fault
        switch "level 3 int by a task gate of level 3"
        int 50h
        endtry
        call after_fault
        and byte [GDT + S_GATE + 5], ~DPL3 & 0ffh
        and byte [IDT + 8 * 50h + 5], ~DPL3 & 0ffh
        switch "level 3 call gate of level 0"
        call S_GATE:0
        endtry
        call after_fault
        switch "level 3 int by a task gate of level 0"
        int 50h
        endtry
        call after_fault
        or byte [GDT + S_GATE + 5], DPL3
        or byte [IDT + 8 * 50h + 5], DPL3
        call prepare
        mov dword [TSS_B + 76], U_CODE
        mov dword [TSS_B + 80], U_DATA
        kernel32
        try "to level 3"
        jmp S_B:0
        endtry
        call after_fault
        call prepare
        mov dword [TSS_B + 36], VM | 2 | IOPL3
        mov dword [TSS_B + 32], LOW(task_b)
        mov dword [TSS_B + 76], IMAGE >> 4
        mov dword [TSS_B + 80], AREA >> 4
        mov dword [TSS_B + 84], 1234h
        mov dword [TSS_B + 56], 8000h
        try "to a v86 task"
        jmp S_B:0
        endtry
        call after_fault
        v86
        given eflags, VM | IOPL3 | 2
        call prepare
        try16 "v86 task, int by a task gate"
        int 50h
        endswitch
        ret

; --- IRET with NT ---------------------------------------------------------------------------------------------------------------------------------------

%macro iret_to 2+ ; name, spoiling: A returns to B as if B had called it
        call prepare
        or byte [GDT + S_B + 5], 2
        mov word [TSS_A], S_B
        %2
        try %1
        iretd
        endtry
        call after_fault
%endmacro

returns:
        kernel32
        given eflags, 2 | NT
        iret_to "iret", nop
        say "iret: flags that A has kept", [TSS_A + 36]
        iret_to "iret to a task that is not busy", and byte [GDT + S_B + 5], 0fdh
        iret_to "iret, null link", mov word [TSS_A], 0
        iret_to "iret, link into the ldt", mov word [TSS_A], S_B | 4
        iret_to "iret, link behind the gdt", mov word [TSS_A], GDT_SIZE
        iret_to "iret, link to data", mov word [TSS_A], K_DATA
        iret_to "iret, link with rpl", mov word [TSS_A], S_B | 3
        iret_to "iret, not present", and byte [GDT + S_B + 5], 7fh
        iret_to "iret, too small", dec byte [GDT + S_B]
        iret_to "iret to itself", mov word [TSS_A], S_A
        user32
        given eflags, 2 | NT
        iret_to "iret of level 3", nop
        iret_to "iret of level 3, null link", mov word [TSS_A], 0
        ret

; --- what else a switch does ---------------------------------------------------------------------------------------------------------------------------------

effects:
        kernel32
        ; local breakpoints go, global ones stay
        call prepare
        mov dword [TSS_B + 32], .read_dr7
        try "dr7"
        mov eax, 0ffh
        mov dr7, eax
        jmp S_B:0
        endtry
        xor eax, eax
        mov dr7, eax
        call kernel_task
        ; the trap bit
        call prepare
        mov word [TSS_B + 100], 1
        try "trap bit"
        jmp S_B:0
        endtry
        call kernel_task
        call prepare
        mov word [TSS_B + 100], 0fffeh
        try "trap bit clear, others set"
        jmp S_B:0
        endtry
        call kernel_task
        call prepare
        or dword [TSS_B + 36], TF
        try "TF in the new task"
        jmp S_B:0
        endtry
        call kernel_task
        ; accessed bits of the new task's segments
        call prepare
        gdt S_SEG, 0, 0fffffh, P | RW | FLAT
        mov dword [TSS_B + 84], S_SEG
        try "accessed"
        jmp S_B:0
        endtry
        say "accessed", [GDT + S_SEG + 4]
        call kernel_task
        ; the ldt of the new task is used for its segments
        gdt S_BLDT, B_LDT, 0ffh, P | LDT_TYPE
        mov dword [B_LDT + 8], 0ffffh
        mov dword [B_LDT + 12], 0cf9200h
        call prepare
        mov dword [TSS_B + 96], S_BLDT
        mov dword [TSS_B + 84], 0ch
        mov dword [TSS_B + 32], .read_ldt
        try "ldt of the new task"
        jmp S_B:0
        endtry
        call kernel_task
        ret
.read_dr7:
        mov eax, dr7
        and eax, 3ffh
        finish 1
.read_ldt:
        sldt eax
        finish 1

; A calls B, B calls C (a TSS of the other format), C returns, B returns.
TSS_C   equ DATA + 1400h
S_C     equ T0 + 28h
nested:
        call prepare
        mov edi, TSS_C
        mov ecx, 20
        xor eax, eax
        rep stosd
        mov dword [GDT + S_C], (TSS_C & 0ffffh) << 16 | 43
        mov dword [GDT + S_C + 4], (TSS_C >> 16) | (P | TSS16) << 8
        mov word [TSS_C + 14], LOW(.c)
        mov word [TSS_C + 16], 2
        mov word [TSS_C + 26], 7000h
        mov word [TSS_C + 34], K_DATA
        mov word [TSS_C + 36], K_CODE16
        mov word [TSS_C + 38], K_DATA16
        mov word [TSS_C + 40], K_DATA
        mov dword [TSS_B + 32], .b
        mov dword [DATA + 10h], 0
        kernel32
        try "nested tasks"
        call S_B:0
        mov eax, [DATA + 10h]
        call S_B:0              ; B goes on behind its IRET
        mov ecx, [DATA + 10h]
        endtry
        call show
        say "nested tasks, link of C", [TSS_C]
        say "nested tasks, flags of B", [TSS_B + 36]
        say "nested tasks, flags of C", [TSS_C + 16]
        jmp kernel_task
.b:
        inc dword [DATA + 10h]
        call S_C:0
        inc dword [DATA + 10h]
        iretd
        add dword [DATA + 10h], 100h
        iretd
        bits 16
.c:
        add dword [dword DATA + 10h], 10h
        iret
        jmp .c
        bits 32

; The exception is raised in a task whose handler is the kernel's: the context is gone, but the frame is right.
back_to_kernel:
        call prepare
        kernel32
        mov dword [TSS_B + 32], .ud
        try "exception in the new task"
        jmp S_B:0
        endtry
        jmp kernel_task
.ud:
        mov eax, 0deadh
        db 0fh, 0ffh
        finish 1
end_kernel
