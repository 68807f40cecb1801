; transfers.asm: who may go where: far jumps, calls, returns, IRET, call gates and interrupt gates for every CPL, RPL, DPL and type
; of what they lead to, and of the stacks that they load. SDM 3A 5.8, 6.12.
;
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "transfers"
%include "levels.inc"

GATE    equ T0 + 8
CODE    equ T0 + 10h

main:
        matrix "jmp", SEGMENTS | SAFE_SYSTEM, code_jmp, letter
        matrix "call", SEGMENTS | SAFE_SYSTEM, code_call, letter
        matrix "retf", 0ffffffffh, code_retf, letter
        matrix "iret", 0ffffffffh, code_iret, letter
        matrix "retf, ss", 0ffffffffh, code_retf_ss, letter
        matrix "iret, ss", 0ffffffffh, code_iret_ss, letter

        ; the gate's own DPL and presence; it leads to level 0 (jumps: to where they come from)
        gdt_gate CODE, 0, 0, 0
        matrix "jmp gate", 1 << CALL16 | 1 << CALL32, gate_jmp, letter
        matrix "call gate", 1 << CALL16 | 1 << CALL32, gate_call, letter

        ; where a gate leads to
        mov dword [m_hook], to_gate
        gdt_gate GATE, T0, matrix_target, P | DPL3 | CALL32
        matrix "jmp by gate", 0ffffffffh, code_jmp_gate, letter
        matrix "call by gate", 0ffffffffh, code_call_gate, letter
        matrix "int by gate", 0ffffffffh, code_int, letter
        mov dword [m_hook], 0

        ; the stack of level 1 and of level 2
        mov dword [m_hook], to_stack1
        matrix "stack 1", 0ffffffffh, code_stack1, letter
        mov dword [TSS + 16], DATA1
        mov dword [m_hook], to_stack2
        matrix "stack 2", 0ffffffffh, code_stack2, letter
        mov dword [TSS + 24], DATA2
        mov dword [m_hook], 0

        ; the interrupt gate's own DPL, type and presence: by INT n, by an exception
        call interrupt_gates
        jmp power_off

code_jmp:
        jmp far [DATA]
code_call:
        call far [DATA]

; The stack of the selector's RPL, so that SS is right whenever CS is.
code_retf:
        mov ecx, eax
        and ecx, 3
        push dword [levels_ss + 4 * ecx]
        push dword AREA + 4000h
        push eax
        push dword matrix_target
        retf
code_iret:
        mov ecx, eax
        and ecx, 3
        push dword [levels_ss + 4 * ecx]
        push dword AREA + 4000h
        push dword 2
        push eax
        push dword matrix_target
        iretd
; To level 3, with the stack segment in AX. From level 3 itself the stack is not looked at.
code_retf_ss:
        push eax
        push dword AREA + 4000h
        push dword U_CODE
        push dword matrix_target
        retf
code_iret_ss:
        push eax
        push dword AREA + 4000h
        push dword 2
        push dword U_CODE
        push dword matrix_target
        iretd

; The matrix' descriptor is the gate: its code segment has to be put behind it.
gate_jmp:
        jmp far [DATA]
gate_call:
        call far [DATA]
code_jmp_gate:
        jmp (GATE | 3):0
code_call_gate:
        call (GATE | 3):0
code_int:
        int 50h
code_stack1:
        call (GATE | 3):0
code_stack2:
        call (GATE | 3):0

; The selector in the gates GATE and vector 50h gets the matrix' RPL: it does not count.
to_gate:
        mov eax, [ctx + I_eax]
        mov [GDT + GATE + 2], ax
        gate IDT + 8 * 50h, T0, matrix_target, P | DPL3 | INT32
        mov eax, [ctx + I_eax]
        mov [IDT + 8 * 50h + 2], ax
        ret
to_stack1:
        gdt_gate GATE, CODE1, matrix_target, P | DPL3 | CALL32
        mov eax, [ctx + I_eax]
        mov [TSS + 16], eax
        ret
to_stack2:
        gdt_gate GATE, CODE2, matrix_target, P | DPL3 | CALL32
        mov eax, [ctx + I_eax]
        mov [TSS + 24], eax
        ret

; All types of gates in the IDT, for all DPLs and CPLs.
interrupt_gates:
        mov dword [m_type], 0
.type:
        cmp dword [m_type], TASK_GATE
        je .skip
        text esi, "vector 51, type "
        call print
        mov al, [m_type]
        call hex2
        mov al, ':'
        call putc
        mov dword [m_cpl], 0
.cpl:
        mov al, ' '
        call putc
        mov dword [m_dpl], 0
.dpl:
        mov eax, [m_cpl]
        call level32
        gate IDT + 8 * 51h, K_CODE, matrix_target, 0
        mov eax, [m_type]
        mov ecx, [m_dpl]
        shl ecx, 5
        or eax, ecx
        or eax, P
        mov [IDT + 8 * 51h + 5], al
        test byte [m_type], 8   ; a gate of 16 bits cannot reach the flat address
        jnz .wide
        mov word [IDT + 8 * 51h + 2], K_CODE16
.wide:
        begin_code
        int 51h
        end_code
        call run
        mov edx, 51h * 8 + 2
        call letter
        mov edx, 51h * 8 + 2    ; the same, not present
        and byte [IDT + 8 * 51h + 5], 7fh
        call run
        call letter
        ; an exception through the same gate: its DPL does not count, EXT is set
        mov al, [IDT + 8 * 51h + 5]
        or al, P
        call by_exception
        inc dword [m_dpl]
        cmp dword [m_dpl], 4
        jb .dpl
        inc dword [m_cpl]
        cmp dword [m_cpl], 4
        jb .cpl
        call newline
.skip:
        inc dword [m_type]
        cmp dword [m_type], 32
        jb .type
        ret

; Vector 0 by a gate of access AL: DIV by zero.
by_exception:
        push dword [IDT]
        push dword [IDT + 4]
        push eax
        gate IDT, K_CODE, matrix_target, 0
        pop eax
        mov [IDT + 5], al
        test al, 8
        jnz .wide
        mov word [IDT + 2], K_CODE16
.wide:
        begin_code
        xor ecx, ecx
        div ecx
        end_code
        call run
        mov edx, 3              ; vector 0, IDT, EXT
        call letter
        pop dword [IDT + 4]
        pop dword [IDT]
        ret
end_kernel
