; double.asm: exceptions while an exception or interrupt is on its way: which pairs make a double fault and which follow each other, the
; error codes of the second one (EXT), what a double fault pushes through each kind of gate, and that a third fault resets the machine.
; SDM 3A 6.13, 6.15 (interrupt 8, table 6-5), 7.3.
;
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "double"
%include "pages.inc"

ABSENT  equ PAGE + 20000h       ; a page that is not present
FAR_SEL equ 0b000h              ; descriptor in a page of the GDT that is made absent
FAR_PAGE equ GDT + FAR_SEL
TSS_B   equ DATA + 1000h
S_B     equ T0 + 10h
S_SMALL equ T0 + 18h            ; a stack of 16 bytes
PHASE   equ 7bh                 ; byte of the CMOS RAM that survives a reset
PHASE_0 equ 0c0h

        section .bss
number: resb 4                  ; of the next triple fault
row:    resd 1                  ; of `firsts`
column: resd 1
vector: resd 1                  ; of the first exception
df_tss: resd 26                 ; the kernel's TSS as the task of a double fault finds it
df_link: resd 1
unit:   resd 1                  ; 4 or 2: size of what is on the stack
        section .text

main:
        call map_all
        mov eax, PD
        mov [DF_TSS + 28], eax
        mov dword [LOW_PT + 4 * (FAR_PAGE >> 12)], 0
        call paging_on
        call read_phase
        sub al, PHASE_0
        cmp al, TRIPLES
        jbe after_reset
        call pairs
        call chains
        call pushed
        call df_task
        call tasks
        jmp triple

; --- pairs -------------------------------------------------------------------------------------------------------------------------------

; The first exceptions: vector, code that raises it (at level 3), flags, bits of CR0, features that it needs.
FIRST_SIZE equ 24
        section .rodata
n0:     db "#DE", 0
n1:     db "#DB, TF", 0
n3:     db "int3", 0
n4:     db "into", 0
n5:     db "#BR", 0
n6:     db "#UD", 0
n7:     db "#NM", 0
n10:    db "#TS", 0
n11:    db "#NP", 0
n12:    db "#SS", 0
n13:    db "#GP", 0
n14:    db "#PF", 0
n16:    db "#MF", 0
n17:    db "#AC", 0
n51:    db "int 51", 0
nf1:    db "int1", 0
        align 4
; vector, name, code, flags, bits of CR0, features
firsts: dd 0, n0, code_de, 2, 0, 0
        dd 1, n1, code_db, 2 | TF, 0, 0
        dd 3, n3, code_bp, 2, 0, 0
        dd 4, n4, code_of, 2, 0, 0
        dd 5, n5, code_br, 2, 0, 0
        dd 6, n6, code_ud, 2, 0, 0
        dd 7, n7, code_nm, 2, CR0_TS, 0
        dd 10, n10, code_ts, 2, 0, 0
        dd 11, n11, code_np, 2, 0, 0
        dd 12, n12, code_ss, 2, 0, 0
        dd 13, n13, code_gp, 2, 0, 0
        dd 14, n14, code_pf, 2, 0, 0
        dd 16, n16, code_mf, 2, CR0_NE, FEAT_486
        dd 17, n17, code_ac, 2 | AC, CR0_AM, FEAT_486
        dd 51h, n51, code_int, 2, 0, 0
        dd 1, nf1, code_int1, 2, 0, 0
firsts_end:

; The second ones: name, and how the first one's gate is spoilt.
c_null: db "null", 0
c_np:   db "np", 0
c_type: db "type", 0
c_data: db "data", 0
c_ts:   db "ts", 0
c_ss:   db "ss", 0
c_pf:   db "stack", 0
c_gdt:  db "gdt", 0
        align 4
seconds: dd c_null, spoil_null, c_np, spoil_np, c_type, spoil_type, c_data, spoil_data, c_ts, spoil_ts, c_ss, spoil_ss
        dd c_pf, spoil_stack, c_gdt, spoil_gdt, 0
        section .text

code_de:
        xor ecx, ecx
        div ecx
code_db:
        nop
        nop
code_bp:
        int3
code_of:
        mov al, 7fh
        inc al
        into
code_br:
        mov dword [DATA], 1
        mov dword [DATA + 4], 2
        bound eax, [DATA]
code_ud:
        db 0fh, 0ffh
code_nm:
        fnop
code_ts:                        ; a gate to level 2, whose stack is not a segment
        call T0 + 8:0
code_np:
        mov eax, T0 | 3
        mov fs, eax
code_ss:
        mov eax, T0 | 3
        mov ss, eax
code_gp:
        hlt
code_pf:
        mov eax, [ABSENT]
code_mf:
        fninit
        push dword 37bh         ; divisions by zero are not masked
        fldcw [esp]
        fld1
        fldz
        fdivp st1
        fwait
code_ac:
        mov eax, [DATA + 1]
code_int:
        int 51h
code_int1:
        db 0f1h

; EDI = the gate of the first exception.
first_gate:
        mov edi, [vector]
        lea edi, [IDT + 8 * edi]
        ret
spoil_null:
        mov word [edi + 2], 0
        ret
spoil_np:
        mov byte [edi + 5], DPL3 | INT32
        ret
spoil_type:
        mov byte [edi + 5], P | DPL3 | CALL32
        ret
spoil_data:
        mov word [edi + 2], K_DATA
        ret
spoil_ts:
        mov word [edi + 2], CODE1
        mov dword [TSS + 16], GDT_SIZE | 1
        ret
spoil_ss:
        mov word [edi + 2], CODE1
        mov dword [TSS + 16], T0 | 9 | 1
        ret
spoil_stack:
        mov word [edi + 2], CODE1
        mov dword [TSS + 12], ABSENT + 100h
        ret
spoil_gdt:
        mov word [edi + 2], FAR_SEL
        ret

; Everything as it was.
repair:
        pushad
        mov ecx, VECTORS
        mov edi, IDT
        mov esi, stubs
.gate:
        push ecx
        mov eax, esi
        mov ecx, K_CODE
        mov edx, (P | DPL3 | INT32) << 8
        call put_gate
        pop ecx
        add edi, 8
        add esi, STUB_SIZE
        loop .gate
        gate IDT + 8 * 8, S_DF_TSS, 0, P | TASK_GATE
        mov dword [TSS + 4], STACK0
        mov dword [TSS + 8], K_DATA
        mov dword [TSS + 12], STACK1
        mov dword [TSS + 16], DATA1
        mov dword [TSS + 24], 0ff8h | 2
        gdt T0, 0, 0fffffh, DPL3 | RW | FLAT            ; not present
        gdt_gate T0 + 8, CODE2, 0, P | DPL3 | CALL32
        gdt S_B, TSS_B, 103, P | TSS32
        gdt S_SMALL, AREA, 15, P | RW | BIG
        lgdt [.gdt]
        lidt [idt_pointer]
        mov eax, cr0
        and eax, ~(CR0_TS | CR0_NE | CR0_AM)
        mov cr0, eax
        popad
        ret
        section .rodata
.gdt:   dw 0ffffh
        dd GDT
        section .text

; A line for each first exception: what comes of it with each second one.
pairs:
        text esi, "pairs:"
        call print
        mov ebx, seconds
.head:
        mov al, ' '
        call putc
        mov esi, [ebx]
        call print
        add ebx, 8
        cmp dword [ebx], 0
        jne .head
        call newline
        mov dword [row], firsts
.row:
        mov ebx, [row]
        mov eax, [ebx + 20]
        mov ecx, [features]
        and ecx, eax
        cmp ecx, eax
        jne .skip
        mov eax, [ebx]
        mov [vector], eax
        mov esi, [ebx + 4]
        call print
        mov al, ':'
        call putc
        mov dword [column], seconds
.cell:
        mov al, ' '
        call putc
        call repair
        user32
        mov ebx, [row]
        mov eax, [ebx + 8]
        mov [ctx + I_eip], eax
        mov eax, [ebx + 12]
        mov [ctx + I_eflags], eax
        call first_gate
        mov ebx, [column]
        call [ebx + 4]
        mov ebx, [row]
        mov eax, cr0
        or eax, [ebx + 16]
        mov cr0, eax
        call run
        call repair
        cmp dword [vector], 16
        jne .show
        fninit
.show:
        call cell
        add dword [column], 8
        mov ebx, [column]
        cmp dword [ebx], 0
        jne .cell
        call newline
.skip:
        add dword [row], FIRST_SIZE
        cmp dword [row], firsts_end
        jb .row
        ret

; The frame as a letter and an error code; CR2 of a page fault.
cell:
        mov ecx, [frame + I_vector]
        cmp ecx, 20
        mov al, '#'
        jae putc
        mov al, [letters + ecx]
        call putc
        mov eax, 27d00h
        bt eax, ecx
        jnc .done
        mov eax, [frame + I_error]
        call hex4
.done:
        ret

; --- more than two ---------------------------------------------------------------------------------------------------------------------

%macro gate_null 1
        mov word [IDT + 8 * (%1) + 2], 0
%endmacro
%macro gate_absent 1
        mov byte [IDT + 8 * (%1) + 5], DPL3 | INT32
%endmacro
%macro gate_page 1 ; page fault on the descriptor of its handler
        mov word [IDT + 8 * (%1) + 2], FAR_SEL
%endmacro

; chain "name", CODE: runs it at level 3 with the gates as they are.
%macro chain 2
        text ebx, %1
        mov [test_name], ebx
        user32
        given eip, %2
        call run
        call repair
        call report
%endmacro

chains:
        call repair
        gate_absent 6
        gate_null 11
        chain "#UD, #NP, #GP", code_ud
        gate_absent 6
        gate_page 11
        chain "#UD, #NP, #PF", code_ud
        gate_page 6
        chain "#UD, #PF", code_ud
        gate_page 6
        gate_null 14
        chain "#UD, #PF, #GP", code_ud
        gate_page 6
        gate_page 14
        chain "#UD, #PF, #PF", code_ud
        gate_page 13
        gate_null 14
        chain "#GP, #PF, #GP", code_gp
        gate_page 13
        gate_page 14
        chain "#GP, #PF, #PF", code_gp
        gate_absent 51h
        gate_absent 11
        chain "int 51, #NP, #NP", code_int
        gate_absent 51h
        gate_page 11
        chain "int 51, #NP, #PF", code_int
        gate_null 3
        gate_null 13
        chain "int3, #GP, #GP", code_bp
        ; all with the stack of level 0
        mov dword [TSS + 8], 0
        chain "#UD, no stack", code_ud
        mov dword [TSS + 8], 0
        chain "#GP, no stack", code_gp
        mov dword [TSS + 8], 0
        chain "#PF, no stack", code_pf
        mov dword [TSS + 4], ABSENT + 100h
        chain "#UD, stack absent", code_ud
        mov dword [TSS + 4], ABSENT + 100h
        chain "#GP, stack absent", code_gp
        mov dword [TSS + 4], ABSENT + 100h
        chain "#PF, stack absent", code_pf
        ; level 0: no change of stacks
        kernel32
        try "level 0: stack too small for #GP"
        mov eax, S_SMALL
        mov ss, eax
        mov esp, 8
        mov fs, [GDT + GDT_SIZE - 2]
        mov eax, [fs:0]
        endtry
        try "level 0: stack too small for #UD"
        mov eax, S_SMALL
        mov ss, eax
        mov esp, 8
        db 0fh, 0ffh
        endtry
        try "level 0: stack too small for int"
        mov eax, S_SMALL
        mov ss, eax
        mov esp, 8
        int 51h
        endtry
        try "level 0: stack too small for #PF by its error code"
        mov eax, S_SMALL
        mov ss, eax
        mov esp, 12
        mov eax, [ABSENT]
        endtry
        try "level 0: stack in an absent page, #UD"
        mov esp, ABSENT + 100h
        db 0fh, 0ffh
        endtry
        try "level 0: stack in an absent page, #PF"
        mov esp, ABSENT + 100h
        mov eax, [ABSENT]
        endtry
        try "level 0: stack in an absent page, push"
        mov esp, ABSENT + 100h
        push eax
        endtry
        ; the gates from 50h on in an absent page
        mov esi, IDT
        mov edi, DATA + 2000h - 8 * 50h
        mov ecx, 2 * 50h
        rep movsd
        mov dword [PT + 4 * 2], 0
        lidt [.halves]
        try "int, its gate absent"
        int 51h
        endtry
        call repair
        ret
        section .rodata
.halves: dw VECTORS * 8 - 1
        dd PAGE + 2000h - 8 * 50h
        section .text

; --- what a double fault pushes --------------------------------------------------------------------------------------------------------

%macro df_gate 3 ; selector, offset, type
        idt_gate 8, %1, %2, P | (%3)
%endmacro

; What is on the stack of the handler, in units of [unit] bytes; an instruction pointer as its distance from the first instruction.
show_stack:
        pushad
        text esi, "   stack:"
        call print
        mov ebx, STACK0
        mov eax, [frame + I_ss]
        cmp eax, [ctx + I_ss]
        jne .next
        mov ebx, [ctx + I_esp]
.next:
        sub ebx, [unit]
        mov al, ' '
        call putc
        mov eax, [ebx]
        cmp dword [unit], 4
        je .long
        movzx eax, ax
.long:
        mov edx, eax
        sub edx, [ctx + I_eip]
        cmp edx, 80h
        jb .eip
        add edx, IMAGE          ; of V86 and 16-bit code
        cmp edx, 80h
        jb .eip
        cmp dword [unit], 4
        je .number
        call hex4
        jmp .more
.number:
        call hex8
        jmp .more
.eip:
        mov al, '+'
        call putc
        mov al, dl
        call hex2
.more:
        cmp ebx, [frame + I_esp]
        ja .next
        call newline
        popad
        ret

clear_stack0:
        pushad
        mov edi, STACK0 - 40h
        mov ecx, 10h
        xor eax, eax
        rep stosd
        popad
        ret

; The handler of these: its UD2 pushes its own frame below what is shown.
df_handler:
        finish 8

%macro df_try 1+
        call repair
        call clear_stack0
        gate_null 13
        df_gate K_CODE, df_handler, INT32
        try %1
%endmacro
%macro df_end 0
        endtry
        call show_stack
%endmacro

pushed:
        mov dword [unit], 4
        user32
        df_try "#DF by an interrupt gate, level 3"
        nop
        hlt
        df_end
        given eflags, 2 | DF | CF
        df_try "#DF by an interrupt gate, flags"
        hlt
        df_end
        given eflags, 2 | TF
        df_try "#DF by an interrupt gate, TF"
        hlt
        df_end
        given eflags, 2
        df_try "#DF by an interrupt gate, repeated instruction"
        mov ecx, 5
        xor eax, eax
        mov ds, eax
        mov esi, DATA
        mov edi, DATA
        rep movsb
        df_end
        df_try "#DF by a trap gate"
        mov byte [cs:IDT + 8 * 8 + 5], P | TRAP32
        hlt
        df_end
        df_try "#DF by a gate of level 0 that int may not use"
        int 8
        df_end
        df_try "int 8, allowed"
        mov byte [IDT + 8 * 8 + 5], P | DPL3 | INT32
        int 8
        df_end
        call repair
        call clear_stack0
        gate_null 13
        gdt T0, IMAGE, 0ffffh, P | XR | BIG
        idt_gate 8, T0, LOW(df_handler), P | INT16
        user16
        mov dword [unit], 2
        try16 "#DF by a 16-bit gate"
        nop
        hlt
        endtry
        call show_stack
        mov dword [unit], 4
        v86
        call repair
        call clear_stack0
        gate_null 13
        df_gate K_CODE, df_handler, INT32
        try16 "#DF from v86 mode"
        hlt
        endtry
        call show_stack
        kernel32
        call repair
        gate_null 13
        df_gate K_CODE, df_handler, INT32
        try "#DF at level 0"
        mov eax, S_TSS
        mov ds, eax
        df_end
        jmp repair

; --- its task ------------------------------------------------------------------------------------------------------------------------------

; First instruction of the task of vector 8 here: notes what the switch has left in the kernel's TSS. It returns to the kernel's task,
; whichever it came from.
note_df:
        pushad
        mov esi, TSS
        mov edi, df_tss
        mov ecx, 26
        rep movsd
        movzx eax, word [DF_TSS]
        mov [df_link], eax
        mov word [DF_TSS], S_TSS
        popad
        jmp double_fault

%macro show_field 2 ; name, offset
        text esi, %1
        mov eax, [df_tss + %2]
        call field
%endmacro
field:
        push eax
        call print
        mov al, '='
        call putc
        pop eax
        jmp hex8
show_task:
        pushad
        text esi, "   task: eip=+"
        call print
        mov eax, [df_tss + 32]
        sub eax, [ctx + I_eip]
        test byte [df_tss + 38], VM >> 16
        jz .flat
        add eax, IMAGE
.flat:
        call hex2
        show_field " eflags", 36
        show_field " eax", 40
        show_field " esp", 56
        show_field " cs", 76
        show_field " ss", 80
        show_field " ds", 84
        show_field " cr3", 28
        text esi, " link"
        mov eax, [df_link]
        call field
        text esi, " error"
        mov eax, [frame + I_error]
        call field
        call newline
        popad
        ret

%macro df_task_end 0
        end_code
        mov dword [DF_TSS + 32], note_df
        mov dword [DF_TSS + 56], DF_STACK
        call run
        call report
        call show_task
%pop test
%endmacro
df_task:
        call repair
        user32
        gate_null 13
        try "#DF by a task gate, level 3"
        nop
        hlt
        df_task_end
        given eflags, 2 | TF
        try "#DF by a task gate, TF"
        hlt
        df_task_end
        given eflags, 2
        mov dword [TSS + 8], 0
        try "#DF by a task gate, no stack of level 0"
        push eax
        hlt
        df_task_end
        mov dword [TSS + 8], K_DATA
        v86
        try16 "#DF by a task gate, v86 mode"
        hlt
        df_task_end
        kernel32
        try "#DF by a task gate, level 0"
        mov eax, S_TSS
        mov ds, eax
        df_task_end
        gate_null 14
        try "#DF by a task gate, #PF"
        mov eax, [ABSENT + 4]
        df_task_end
        mov eax, cr2
        say "   cr2", eax
        call repair
        ret

; --- task gates of the first exception -------------------------------------------------------------------------------------------------

; TSS B, at level 0, and a task gate to it for the exception [vector].
prepare_b:
        pushad
        call repair
        mov edi, TSS_B
        mov ecx, 104 / 4
        xor eax, eax
        rep stosd
        mov dword [TSS_B + 4], STACK0
        mov dword [TSS_B + 8], K_DATA
        mov eax, cr3
        mov [TSS_B + 28], eax
        mov dword [TSS_B + 32], task_b
        mov dword [TSS_B + 36], 2
        mov dword [TSS_B + 56], AREA + 6000h
        mov dword [AREA + 6000h], 0ffffffffh
        mov dword [TSS_B + 72], K_DATA
        mov dword [TSS_B + 76], K_CODE
        mov dword [TSS_B + 80], K_DATA
        mov dword [TSS_B + 84], K_DATA
        call first_gate
        mov ecx, S_B
        mov edx, (P | TASK_GATE) << 8
        call put_gate
        mov dword [DF_TSS + 32], note_df
        mov dword [DF_TSS + 56], DF_STACK
        popad
        ret
task_b:
        mov eax, [esp]          ; the error code, if there is one
        int 51h

; in_task "name", instruction that spoils it: for exceptions without and with an error code, and for a page fault; the outcome as in `pairs`.
%macro in_task 2+
        text esi, %1
        call print
        through 6, code_ud, ": #UD", %2
        through 13, code_gp, ", #GP", %2
        through 14, code_pf, ", #PF", %2
        call newline
%endmacro
%macro through 4+
        text esi, %3
        call print
        mov dword [vector], %1
        call prepare_b
        %4
        mov eax, %2
        call one_task
%endmacro
one_task:
        push eax
        text esi, " -> "
        call print
        user32
        pop eax
        mov [ctx + I_eip], eax
        call run
        cmp dword [frame + I_vector], 51h
        jne .exception
        text esi, "task, eax="
        call print
        mov eax, [frame + I_eax]
        call hex8
        jmp .tr
.exception:
        call cell
.tr:
        text esi, " tr="
        call print
        str eax
        call hex4
        text esi, " cs="
        call print
        mov eax, [frame + I_cs]
        call hex4
        and byte [GDT + S_TSS + 5], 0fdh
        mov eax, S_TSS
        ltr ax
        clts
        jmp repair

tasks:
        in_task "task gate", nop
        in_task "task gate, tss absent", mov byte [GDT + S_B + 5], TSS32
        in_task "task gate, tss busy", mov byte [GDT + S_B + 5], P | TSS32 | 2
        in_task "task gate, tss a data segment", mov byte [GDT + S_B + 5], P | RW
        in_task "task gate, tss too small", mov byte [GDT + S_B], 102
        in_task "task gate, tss in an absent page", mov dword [GDT + S_B + 4], (ABSENT >> 16 & 0ffh) | (P | TSS32) << 8
        in_task "task gate, cs null", mov byte [TSS_B + 76], 0
        in_task "task gate, cs absent", mov byte [TSS_B + 76], T0
        in_task "task gate, ss null", mov byte [TSS_B + 80], 0
        in_task "task gate, ss absent", call absent_ss
        in_task "task gate, ds behind the gdt", mov word [TSS_B + 84], 0fff8h
        in_task "task gate, ldt bad", mov word [TSS_B + 96], 0fff8h
        in_task "task gate, eip beyond the limit", call small_cs
        in_task "task gate, stack in an absent page", mov dword [TSS_B + 56], ABSENT + 100h
        in_task "task gate, no stack for the error code", call small_stack
        in_task "task gate, trap bit", mov byte [TSS_B + 100], 1
        ret
absent_ss:
        gdt T0, 0, 0fffffh, RW | FLAT
        mov word [TSS_B + 80], T0
        ret
small_cs:
        gdt T0, 0, 0fffh, P | XR | BIG
        mov word [TSS_B + 76], T0
        ret
small_stack:
        mov word [TSS_B + 80], S_SMALL
        mov dword [TSS_B + 56], 2
        ret

; --- the third fault -----------------------------------------------------------------------------------------------------------------------

; Each of these ends in a reset; the kernel boots again and goes on with the next one.
        section .rodata
t0:     db "idt of no length", 0
t1:     db "gate of #DF absent", 0
t2:     db "no stack for #DF", 0
t3:     db "task of #DF busy", 0
t4:     db "idt in an absent page", 0
        align 4
triples: dd t0, short_idt, t1, absent_df, t2, no_stack, t3, busy_task, t4, absent_idt
TRIPLES equ ($ - triples) / 8
        section .text

short_idt:
        lidt [.none]
        ret
        section .rodata
.none:  dw 0
        dd IDT
        section .text
absent_df:
        gate_null 6
        gate_null 13
        df_gate K_CODE, stubs + 8 * STUB_SIZE, INT32
        gate_absent 8
        ret
no_stack:
        mov dword [TSS + 8], 0
        df_gate K_CODE, stubs + 8 * STUB_SIZE, INT32
        ret
busy_task:
        gate_null 6
        gate_null 13
        mov byte [GDT + S_DF_TSS + 5], P | TSS32 | 2
        ret
absent_idt:
        lidt [.absent]
        ret
        section .rodata
.absent: dw VECTORS * 8 - 1
        dd ABSENT
        section .text

read_phase:
        mov al, PHASE
        out 70h, al
        in al, 71h
        ret
write_phase:                    ; AL
        mov ah, al
        mov al, PHASE
        out 70h, al
        mov al, ah
        out 71h, al
        ret

; The machine was reset behind triple fault AL - 1.
after_reset:
        mov [number], al
        call say_triple
        text esi, " reset"
        call print
        call newline
; Goes on with triple fault [number].
triple:
        movzx ebx, byte [number]
        inc byte [number]
        mov al, [number]
        add al, PHASE_0
        call write_phase
        cmp ebx, TRIPLES
        je .done
        call repair
        call [triples + 8 * ebx + 4]
        user32
        given eip, code_ud
        call run
        lidt [idt_pointer]      ; it came back
        call say_triple
        call newline
        call report
        jmp triple
.done:
        mov al, 0
        call write_phase
        jmp power_off

say_triple:
        text esi, "triple fault, "
        call print
        movzx eax, byte [number]
        mov esi, [triples + 8 * eax - 8]
        call print
        mov al, ':'
        jmp putc
end_kernel
