; gates.asm: what call, interrupt and trap gates of both sizes do: frames, parameters, flags, stacks, and the returns from them.
; SDM 3A 5.8, 6.11-6.14; 80286 Programmer's Reference 7.5 for gates of 16 bits; SDM 2: CALL, RET, INT, IRET.
;
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "gates"

GATE    equ T0
GATE16  equ T0 + 8
SEL1     equ T0 + 10h
SEL2    equ T0 + 18h

main:
        call parameters
        call same_level
        call conforming
        call failing_gates
        call inner_stacks
        call outer_returns
        call interrupt_frames
        call interrupt_flags
        call software_interrupts
        call iret_flags
        call iret_variants
        jmp power_off

        section .bss
unit:   resd 1
        section .text

; Fills the old stack (ESP up to 40 dwords) with numbers, and clears the new one.
stacks:
        mov edi, AREA + T_STACK
        mov ecx, 40
        mov eax, 0a000h
.number:
        stosd
        inc eax
        loop .number
        mov edi, STACK0 - 100h
        mov ecx, 40h
        xor eax, eax
        rep stosd
        ret

; Shows the frame that a gate made, from STACK0 down to the ESP of the handler, in units of [unit] bytes; an instruction pointer
; of the code under test as its distance from the first instruction.
show_stack0:
        pushad
        text esi, " stack:"
        call print
        mov ebx, STACK0
        mov eax, [frame + I_ss]
        cmp eax, [ctx + I_ss]
        jne .next
        mov ebx, [frame + I_esp]        ; no change of stacks: three units, or four
        and ebx, 0ffffh
        or ebx, AREA
        mov ecx, [unit]
        lea ebx, [ebx + 4 * ecx]
.next:
        sub ebx, [unit]
        mov al, ' '
        call putc
        mov eax, [ebx]
        mov ecx, [ctx + I_eip]
        cmp dword [unit], 2
        je .word
        mov edx, ecx
        test eax, IMAGE
        jnz .flat
        sub edx, IMAGE          ; of 16-bit code
.flat:
        neg edx
        add edx, eax
        cmp edx, 80h
        jb .eip
        call hex8
        jmp .more
.word:
        movzx eax, ax
        movzx ecx, cx
        mov edx, eax
        sub edx, ecx
        cmp edx, 80h
        jb .eip
        call hex4
        jmp .more
.eip:
        mov al, '+'
        call putc
        mov eax, edx
        call hex2
.more:
        movzx eax, word [frame + I_esp]
        cmp ax, bx
        jne .next
        call newline
        popad
        ret

; The handler of all gates here: the outcome shows its registers; the finish pushes its own frame below.
gate_target:
        finish 1

; --- call gates with parameters ---------------------------------------------------------------------------------------------------------

%macro with_parameters 2 ; gate type, count
        call stacks
        gdt_gate GATE, SEL1, gate_target, (P | DPL3 | %1) | (%2) << 8
        mov dword [unit], 2 + (%1 & 8) / 4
        try "call gate, parameters"
        call GATE | 3:12345678h
        endtry
        call show_stack0
%endmacro

parameters:
        gdt SEL1, 0, 0fffffh, P | XR | FLAT
        user32
        with_parameters CALL32, 0
        with_parameters CALL32, 1
        with_parameters CALL32, 3
        with_parameters CALL32, 31
        with_parameters CALL32, 7
        gdt SEL1, IMAGE, 0ffffh, P | XR | BIG    ; a 16-bit gate holds 16 bits of offset
        with_parameters CALL16, 0
        with_parameters CALL16, 1
        with_parameters CALL16, 3
        with_parameters CALL16, 31
        user16
        gdt_gate GATE, SEL1, gate_target, P | DPL3 | CALL16 | 2 << 8
        call stacks
        mov dword [unit], 2
        try16 "call gate of 16 bits from 16-bit code"
        call GATE | 3:1234h
        endtry
        call show_stack0
        gdt SEL1, 0, 0fffffh, P | XR | FLAT
        gdt_gate GATE, SEL1, gate_target, P | DPL3 | CALL32 | 2 << 8
        call stacks
        mov dword [unit], 4
        try16 "call gate of 32 bits from 16-bit code"
        call GATE | 3:1234h
        endtry
        call show_stack0
        given ss, U_DATA
        given esp, AREA + T_STACK
        call stacks
        try16 "call gate of 32 bits from 16-bit code, big stack"
        call dword GATE | 3:12345678h
        endtry
        call show_stack0
        user32                          ; there and back
        gdt_gate GATE, SEL1, .callee, P | DPL3 | CALL32 | 2 << 8
        try "call gate with 2 parameters and retf 8"
        push dword 1
        push dword 2
        mov ebx, esp
        call GATE:0
        sub ebx, esp
        endtry
        gdt_gate GATE, K_CODE16, .callee16, P | DPL3 | CALL16 | 2 << 8
        user16
        try16 "call gate of 16 bits with 2 parameters and retf 4, 16-bit code"
        push word 1
        push word 2
        mov bx, sp
        call GATE:0
        sub bx, sp
        endtry
        user32
        gdt_gate GATE, SEL1, gate_target, P | DPL3 | CALL32
        try "call gate through memory"
        mov dword [DATA], 0
        mov word [DATA + 4], GATE
        call far [DATA]
        endtry
        user32                          ; parameters that cannot be read
        gdt SEL2, AREA, T_STACK + 3, P | DPL3 | RW | BIG
        gdt_gate GATE, SEL1, gate_target, P | DPL3 | CALL32 | 2 << 8
        given ss, SEL2 | 3
        given esp, T_STACK
        try "second parameter beyond the limit of the stack"
        call GATE:0
        endtry
        ret
.callee:
        mov eax, [esp + 8]
        mov ecx, [esp + 12]
        retf 8
        bits 16
.callee16:
        mov ebp, esp
        mov ax, [ss:ebp + 4]
        mov cx, [ss:ebp + 6]
        o16 retf 4
        bits 32

; --- gates to the same level, conforming segments --------------------------------------------------------------------------------------------

same_level:
        gdt_gate GATE, U_CODE, gate_target, P | DPL3 | CALL32 | 5 << 8
        gdt_gate GATE16, U_CODE16, gate_target, P | DPL3 | CALL16 | 5 << 8
        user32
        try "call gate to the same level"
        call GATE:0
        endtry
        try "jmp gate to the same level"
        jmp GATE:0
        endtry
        try "call gate of 16 bits to the same level"
        call GATE16:0
        endtry
        try "jmp gate of 16 bits to the same level"
        jmp GATE16:0
        endtry
        user16
        try16 "call gate from 16-bit code to the same level"
        call GATE:0
        endtry
        try16 "call gate of 16 bits from 16-bit code to the same level"
        call GATE16:0
        endtry
        ret

conforming:
        gdt SEL1, 0, 0fffffh, P | XR_CONF | FLAT
        gdt_gate GATE, SEL1, gate_target, P | DPL3 | CALL32
        user32
        try "call gate to a conforming segment"
        call GATE:0
        endtry
        try "jmp gate to a conforming segment"
        jmp GATE:0
        endtry
        try "call to a conforming segment"
        call SEL1:gate_target
        endtry
        try "call to a conforming segment, return with its rpl"
        push dword SEL1 | 3
        push dword gate_target
        retf
        endtry
        mov dword [GDT + SEL1], 0ffffh
        mov dword [GDT + SEL1 + 4], 0cf9e00h | DPL3 << 8
        kernel32
        try "call of level 0 to a conforming segment of level 3"
        call SEL1:gate_target
        endtry
        gdt SEL1, 0, 0fffffh, P | XR_CONF | FLAT
        gate IDT + 8 * 50h, SEL1, gate_target, P | DPL3 | INT32
        user32
        try "int to a conforming segment"
        int 50h
        endtry
        ret

; --- what is wrong with a gate -----------------------------------------------------------------------------------------------------------

failing_gates:
        user32
        gdt_gate GATE, 0, gate_target, P | DPL3 | CALL32
        try "gate to a null selector"
        call GATE:0
        endtry
        gdt_gate GATE, 3, gate_target, P | DPL3 | CALL32
        try "gate to a null selector, rpl 3"
        call GATE:0
        endtry
        gdt_gate GATE, GDT_SIZE, gate_target, P | DPL3 | CALL32
        try "gate to behind the gdt"
        call GATE:0
        endtry
        gdt_gate GATE, 4, gate_target, P | DPL3 | CALL32
        try "gate to an ldt that is not there"
        call GATE:0
        endtry
        gdt_gate GATE, GATE, gate_target, P | DPL3 | CALL32
        try "gate to a gate"
        call GATE:0
        endtry
        gdt SEL1, 0, 0fffh, P | XR | BIG
        gdt_gate GATE, SEL1, gate_target, P | DPL3 | CALL32
        try "gate to beyond the limit, inner level"
        call GATE:0
        endtry
        gdt SEL1, 0, 0fffh, P | DPL3 | XR | BIG
        try "gate to beyond the limit, same level"
        call GATE:0
        endtry
        try "gate to beyond the limit, jmp"
        jmp GATE:0
        endtry
        gdt SEL1, 0, 0fffffh, XR | FLAT
        try "gate to a segment that is not present"
        call GATE:0
        endtry
        gdt_gate GATE, SEL1, gate_target, DPL3 | CALL32
        try "gate that is not present"
        call GATE:0
        endtry
        gdt_gate GATE, SEL1, gate_target, CALL32
        try "gate that is not present, of level 0"
        call GATE:0
        endtry
        try "retf to a gate"
        push dword GATE | 3
        push dword 0
        retf
        endtry
        ret

; --- the stack of the inner level -----------------------------------------------------------------------------------------------------------

%macro stack1 3 ; name, SS1, ESP1
        mov dword [TSS + 12], %3
        mov dword [TSS + 16], %2
        try %1
        call GATE:0
        endtry
        try %1, " (int)"
        int 50h
        endtry
%endmacro

inner_stacks:
        gdt_gate GATE, CODE1, gate_target, P | DPL3 | CALL32 | 2 << 8
        gate IDT + 8 * 50h, CODE1, gate_target, P | DPL3 | INT32
        user32
        stack1 "level 1", DATA1, STACK1
        stack1 "level 1, stack null", 0, STACK1
        stack1 "level 1, stack null, rpl 1", 1, STACK1
        stack1 "level 1, stack of rpl 0", DATA1 & ~3, STACK1
        stack1 "level 1, stack of level 0", K_DATA, STACK1
        stack1 "level 1, stack of level 3", U_DATA, STACK1
        stack1 "level 1, stack behind the gdt", GDT_SIZE | 1, STACK1
        stack1 "level 1, stack in a missing ldt", 5, STACK1
        gdt SEL1, 0, 0fffffh, P | DPL1 | RO | FLAT
        stack1 "level 1, stack read-only", SEL1 | 1, STACK1
        gdt SEL1, 0, 0fffffh, P | DPL1 | XR | FLAT
        stack1 "level 1, stack of code", SEL1 | 1, STACK1
        gdt SEL1, 0, 0fffffh, DPL1 | RW | FLAT
        stack1 "level 1, stack not present", SEL1 | 1, STACK1
        gdt SEL1, STACK1 - 100h, 0ffh, P | DPL1 | RW | BIG
        stack1 "level 1, stack just large enough", SEL1 | 1, 24
        stack1 "level 1, stack 4 bytes too small for the call", SEL1 | 1, 20
        stack1 "level 1, stack 8 bytes too small", SEL1 | 1, 16
        stack1 "level 1, no stack at all", SEL1 | 1, 0
        stack1 "level 1, above the limit", SEL1 | 1, 104h
        gdt SEL1, STACK1 - 100h, 0ffh, P | DPL1 | RW
        stack1 "level 1, small stack", SEL1 | 1, 0dead0080h
        gdt SEL1, STACK1 - 10000h, 0ffffh, P | DPL1 | RW
        stack1 "level 1, small stack wraps", SEL1 | 1, 0dead0008h
        gdt SEL1, STACK1 - 10000h, 0efffh, P | DPL1 | RW_DOWN
        stack1 "level 1, small expand-down stack", SEL1 | 1, 0deadf018h
        stack1 "level 1, small expand-down stack, too small", SEL1 | 1, 0deadf014h
        mov dword [TSS + 12], STACK1
        mov dword [TSS + 16], DATA1
        ; the TSS itself too small to hold the stack pointer
        gdt S_TSS, TSS, 23, P | TSS32
        mov eax, S_TSS
        ltr ax
        gdt_gate GATE, CODE2, gate_target, P | DPL3 | CALL32
        try "level 2, tss too small by far"
        call GATE:0
        endtry
        gdt S_TSS, TSS, 25, P | TSS32
        mov eax, S_TSS
        ltr ax
        try "level 2, tss up to the selector"
        call GATE:0
        endtry
        gdt S_TSS, TSS, 24, P | TSS32
        mov eax, S_TSS
        ltr ax
        try "level 2, tss one byte too small"
        call GATE:0
        endtry
        gdt S_TSS, TSS, 27, P | TSS32
        mov eax, S_TSS
        ltr ax
        try "level 2, tss large enough"
        call GATE:0
        endtry
        gdt S_TSS, TSS, TSS_LIMIT, P | TSS32
        mov eax, S_TSS
        ltr ax
        ret

; --- returns to an outer level -----------------------------------------------------------------------------------------------------------------

outer_returns:
        gdt SEL1, 0, 0fffffh, P | DPL3 | RW | FLAT
        gdt SEL2, 0, 0fffffh, P | XR_CONF | FLAT
        kernel32
        given ds, K_DATA
        given es, SEL1
        given fs, K_CODE
        given gs, SEL2
        try "retf outer: segments of the inner level become null"
        push dword U_DATA
        push dword AREA + 4000h
        push dword U_CODE
        push dword gate_target
        retf
        endtry
        try "retf n outer: both stacks"
        push dword U_DATA
        push dword AREA + 4000h
        push dword 1
        push dword 2
        push dword U_CODE
        push dword gate_target
        retf 8
        endtry
        try "o16 retf outer"
        push word U_DATA16
        push word 4000h
        push word U_CODE16
        push word LOW(gate_target)
        o16 retf
        endtry
        try "retf outer to a small stack"
        push dword U_DATA16
        push dword 0dead4000h
        push dword U_CODE
        push dword gate_target
        retf
        endtry
        try "retf n outer to a small stack wraps"
        push dword U_DATA16
        push dword 0deadfffch
        push dword 1
        push dword 2
        push dword U_CODE
        push dword gate_target
        retf 8
        endtry
        try "o16 retf outer to a big stack"
        push word U_DATA
        push word 4000h
        push word U_CODE16
        push word LOW(gate_target)
        o16 retf
        endtry
        try "iret outer to a small stack"
        push dword U_DATA16
        push dword 0dead4000h
        push dword 2
        push dword U_CODE
        push dword gate_target
        iretd
        endtry
        try "o16 iret outer to a big stack"
        push word U_DATA
        push word 4000h
        push word 2
        push word U_CODE16
        push word LOW(gate_target)
        o16 iret
        endtry
        try "iret outer: segments"
        push dword U_DATA
        push dword AREA + 4000h
        push dword 2
        push dword U_CODE
        push dword gate_target
        iretd
        endtry
        try "retf outer beyond the limit"
        push dword U_DATA16
        push dword 4000h
        push dword U_CODE16
        push dword 10000h
        retf
        endtry
        try "retf outer, null stack"
        push dword 0
        push dword 4000h
        push dword U_CODE
        push dword gate_target
        retf
        endtry
        try "retf outer, null stack, rpl 3"
        push dword 3
        push dword 4000h
        push dword U_CODE
        push dword gate_target
        retf
        endtry
        try "retf to level 1"
        push dword DATA1
        push dword AREA + 4000h
        push dword CODE1
        push dword gate_target
        retf
        endtry
        user32
        try "retf to an inner level"
        push dword K_CODE
        push dword gate_target
        retf
        endtry
        try "iret to an inner level"
        push dword 2
        push dword CODE1
        push dword gate_target
        iretd
        endtry
        ret

; --- frames of interrupts ----------------------------------------------------------------------------------------------------------------------

; An int and an exception with error code (#GP) by a gate of the type to the level of the selector.
%macro frame_of 3 ; name, type, selector
        mov dword [unit], 2 + (%2 & 8) / 4
        gate IDT + 8 * 50h, %3, gate_target, P | DPL3 | %2
        push dword [IDT + 8 * 13]
        push dword [IDT + 8 * 13 + 4]
        gate IDT + 8 * 13, %3, gate_target, P | DPL3 | %2
        call stacks
        try %1, ": int"
        int 50h
        endtry
        call show_stack0
        call stacks
        try %1, ": exception with an error code"
        mov ecx, 5678h
        mov fs, ecx
        endtry
        call show_stack0
        pop dword [IDT + 8 * 13 + 4]
        pop dword [IDT + 8 * 13]
%endmacro

interrupt_frames:
        user32
        frame_of "32 bits, inner level", INT32, K_CODE
        frame_of "16 bits, inner level", INT16, K_CODE16
        given eflags, 2 | IOPL3 | IF | DF | CF
        frame_of "32 bits, inner level, flags", TRAP32, K_CODE
        frame_of "16 bits, inner level, flags", TRAP16, K_CODE16
        user16
        frame_of "32 bits from 16-bit code, inner level", INT32, K_CODE
        frame_of "16 bits from 16-bit code, inner level", INT16, K_CODE16
        user32
        frame_of "32 bits, same level", INT32, U_CODE
        frame_of "16 bits, same level", INT16, U_CODE16
        user16
        frame_of "32 bits from 16-bit code, same level", INT32, U_CODE
        frame_of "16 bits from 16-bit code, same level", INT16, U_CODE16
        kernel32
        frame_of "32 bits, level 0", INT32, K_CODE
        frame_of "16 bits, level 0", INT16, K_CODE16
        ret

; --- flags on entry -------------------------------------------------------------------------------------------------------------------------------

interrupt_flags:
        gate IDT + 8 * 50h, K_CODE, .handler, P | DPL3 | INT32
        gate IDT + 8 * 51h, K_CODE, .handler, P | DPL3 | TRAP32
        gate IDT + 8 * 52h, K_CODE16, .handler16, P | DPL3 | INT16
        gate IDT + 8 * 53h, K_CODE16, .handler16, P | DPL3 | TRAP16
        user32
        given eflags, 2 | IOPL3 | IF | DF | NT | CF
        try "interrupt gate"
        int 50h
        endtry
        try "trap gate"
        int 51h
        endtry
        user16
        given eflags, 2 | IOPL3 | IF | DF | NT | CF
        try16 "interrupt gate of 16 bits"
        int 52h
        endtry
        try16 "trap gate of 16 bits"
        int 53h
        endtry
        user32
        given eflags, 2 | IOPL1 | IF
        try "interrupt gate, there and back"
        int 50h
        endtry
        unless FEAT_486, .done
        given eflags, 2 | AC | ID
        try "interrupt gate, AC and ID"
        int 50h
        endtry
.done:
        ret
.handler:
        pushfd
        pop eax
        mov ebx, [esp + 8]      ; the image
        and dword [esp + 8], ~NT
        iretd
        bits 16
.handler16:
        pushfd
        pop eax
        mov ebp, esp
        mov bx, [ss:ebp + 4]
        o16 iret
        bits 32

; --- INT n, INT3, INTO, BOUND, INT1: privilege and what lies behind the IDT ----------------------------------------------------------------------------

software_interrupts:
        user32
        try "int 50h"
        int 50h
        endtry
        and byte [IDT + 8 * 54h + 5], ~DPL3 & 0ffh
        try "int of a gate of level 0"
        int 54h
        endtry
        try "int behind the idt"
        int VECTORS
        endtry
        try "int 0ffh"
        int 0ffh
        endtry
        and byte [IDT + 8 * 54h + 5], 7fh
        try "int of a gate of level 0 that is not present"
        int 54h
        endtry
        try "int3"
        int3
        endtry
        try "int 3"
        db 0cdh, 3
        endtry
        given eflags, 2 | 800h
        try "into"
        into
        endtry
        given eflags, 2
        try "into without overflow"
        into
        endtry
        try "int1"
        db 0f1h
        endtry
        try "bound"
        mov dword [DATA], 0
        mov dword [DATA + 4], 0
        bound eax, [DATA]
        endtry
        and byte [IDT + 8 * 1 + 5], ~DPL3 & 0ffh
        and byte [IDT + 8 * 3 + 5], ~DPL3 & 0ffh
        and byte [IDT + 8 * 4 + 5], ~DPL3 & 0ffh
        and byte [IDT + 8 * 5 + 5], ~DPL3 & 0ffh
        try "int3, gate of level 0"
        int3
        endtry
        try "int 3, gate of level 0"
        db 0cdh, 3
        endtry
        given eflags, 2 | 800h
        try "into, gate of level 0"
        into
        endtry
        given eflags, 2
        try "int1, gate of level 0"
        db 0f1h
        endtry
        try "bound, gate of level 0"
        bound eax, [DATA]
        endtry
        or byte [IDT + 8 * 1 + 5], DPL3
        or byte [IDT + 8 * 3 + 5], DPL3
        or byte [IDT + 8 * 4 + 5], DPL3
        or byte [IDT + 8 * 5 + 5], DPL3
        ; the limit of the IDT
        mov word [DATA], 8 * 51h - 1
        mov dword [DATA + 2], IDT
        lidt [DATA]
        try "int 50h, last of the idt"
        int 50h
        endtry
        mov word [DATA], 8 * 51h - 2
        lidt [DATA]
        try "int 50h, idt one byte short"
        int 50h
        endtry
        lidt [idt_pointer]
        ret

; --- flags that POPF and IRET change by level and IOPL ---------------------------------------------------------------------------------------------------

; For all CPLs and IOPLs: with the flags all clear, then all set, what POPF and IRET of both sizes leave behind.
%include "levels.inc"

        section .bss
iopl:   resd 1
        section .text

ALL_FLAGS equ 0cd7h | IF | IOPL3 | AC | ID

iret_flags:
        mov dword [m_cpl], 0
.cpl:
        mov dword [iopl], 0
.iopl:
        text esi, "cpl, iopl "
        call print
        mov al, [m_cpl]
        call hex1
        mov al, [iopl]
        call hex1
        call newline
        mov ebx, 0
        call .all
        mov ebx, ALL_FLAGS & ~IOPL3 & ~AC & ~ID
        call .all
        inc dword [iopl]
        cmp dword [iopl], 4
        jb .iopl
        inc dword [m_cpl]
        cmp dword [m_cpl], 4
        jb .cpl
        ret
.all:
        mov eax, [m_cpl]
        call level32
        mov eax, [iopl]
        shl eax, 12
        or eax, ebx
        or eax, 2
        mov [ctx + I_eflags], eax
        try " popfd 0"
        push dword 0
        popfd
        endtry
        try " popfd all"
        push dword ALL_FLAGS & ~AC & ~ID
        popfd
        endtry
        try " popfd NT RF VM VIF VIP"
        push dword 1b4002h
        popfd
        endtry
        try " popfw 0"
        push word 0
        popfw
        endtry
        try " popfw all"
        push word ALL_FLAGS & 0ffffh
        popfw
        endtry
        try " iretd 0"
        push dword 0
        push cs
        push dword .back
        iretd
.back:
        endtry
        try " iretd all"
        push dword ALL_FLAGS & ~AC & ~ID
        push cs
        push dword .back2
        iretd
.back2:
        endtry
        try " iretd NT RF VIF VIP"
        push dword 194002h
        push cs
        push dword .back3
        iretd
.back3:
        endtry
        try " cli"
        cli
        endtry
        try " sti"
        sti
        nop
        endtry
        try " pushfd"
        pushfd
        pop eax
        endtry
        ret

; --- IRET ----------------------------------------------------------------------------------------------------------------------------------------------------

iret_variants:
        kernel32
        try "iret to the same level"
        push dword 2 | DF | CF
        push dword K_CODE
        push dword gate_target
        iretd
        endtry
        try "o16 iret to the same level"
        push word 2 | DF | CF
        push word K_CODE16
        push word LOW(gate_target)
        o16 iret
        endtry
        user32
        try "iret with VM at level 3"
        push dword VM | 2
        push dword U_CODE
        push dword gate_target
        iretd
        endtry
        gdt SEL1, 0, 0fffffh, P | DPL3 | XR_CONF | FLAT
        kernel32
        try "iret with VM from level 0"
        push dword 0            ; gs fs ds es
        push dword 1111h
        push dword 2222h
        push dword 3333h
        push dword AREA >> 4
        push dword 12348000h
        push dword VM | IOPL3 | IF | 2
        push dword 0abcd0000h | IMAGE >> 4
        push dword gate_target - IMAGE
        iretd
        endtry
        try "iret with VM from level 0, eip beyond 64 K"
        push dword 0
        push dword 0
        push dword 0
        push dword 0
        push dword AREA >> 4
        push dword 8000h
        push dword VM | 2
        push dword IMAGE >> 4
        push dword 10000h
        iretd
        endtry
        mov eax, 1
        call level32
        try "iret with VM at level 1"
        push dword 0
        push dword 0
        push dword 0
        push dword 0
        push dword DATA1
        push dword AREA + 4000h
        push dword VM | 2
        push dword CODE1
        push dword gate_target
        iretd
        endtry
        kernel32
        gdt SEL2, AREA, T_STACK - 1, P | RW | BIG       ; a stack that ends in the midst of the frame
        given ss, SEL2
        given esp, T_STACK
        try "iret: stack ends before SS"
        push dword 2
        push dword U_CODE
        push dword gate_target
        iretd
        endtry
        try "iret: stack ends before flags"
        push dword U_CODE
        push dword gate_target
        iretd
        endtry
        try "retf: stack ends before SS"
        push dword U_CODE
        push dword gate_target
        retf
        endtry
        try "retf: stack ends before CS"
        push dword gate_target
        retf
        endtry
        ret
end_kernel
