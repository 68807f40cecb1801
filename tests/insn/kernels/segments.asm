; segments.asm: loads of segment registers, LDTR and TR, and the instructions that ask about descriptors, for every CPL, RPL, DPL
; and type. SDM 3A 3.4, 5.2-5.7, 5.10; SDM 2: MOV, POP, LDS, LAR, LSL, VERR, ARPL, LLDT, LTR.
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "segments"

%include "levels.inc"

main:
        matrix "mov ds", 0ffffffffh, code_ds, letter
        matrix "mov ss", 0ffffffffh, code_ss, letter
        matrix "verr", 0ffffffffh, code_verr, letter_zf
        matrix "verw", 0ffffffffh, code_verw, letter_zf
        matrix "lar", 0ffffffffh, code_lar, letter_zf
        matrix "lsl", 0ffffffffh, code_lsl, letter_zf
        call values
        call nulls
        call tables
        call accessed
        call rights
        call system_registers
        call arpl_all
        call failing_loads
        jmp power_off

code_ds:
        mov ds, ax
        finish 0
code_ss:
        mov ss, ax
        finish 0
code_verr:
        verr ax
        finish 0
code_verw:
        verw ax
        finish 0
code_lar:
        lar eax, ax
        finish 0
code_lsl:
        lsl eax, ax
        finish 0

; What LAR and LSL give for each type, with bits in every field.
values:
        mov dword [m_type], 0
.type:
        kernel32
        mov eax, [m_type]
        shl eax, 8
        or eax, 12d56078h | P << 8 | DPL3 << 8
        mov [GDT + T0 + 4], eax
        mov dword [GDT + T0], 9abcdef0h
        mov dword [ctx + I_eax], T0
        begin_code
        lar ebx, eax
        lsl edx, eax
        lar si, ax
        lsl di, ax
        pushfd
        and ebx, ~0f0000h       ; the limit's bits are undefined
        popfd
        end_code
        call run
        text esi, "type "
        call print
        mov al, [m_type]
        call hex2
        mov al, ':'
        call putc
        call differences
        call newline
        inc dword [m_type]
        cmp dword [m_type], 32
        jb .type
        gdt T0, 0, 5, P | RW            ; limits in bytes and in pages
        kernel32
        given eax, T0
        try "lsl bytes"
        lsl ebx, eax
        endtry
        gdt T0, 0, 5, P | RW | GRAN
        try "lsl pages"
        lsl ebx, eax
        lsl dx, ax
        endtry
        given eax, 12340000h | T0       ; only 16 bits of the source count
        try "lsl upper half"
        lsl ebx, eax
        endtry
        given ebx, T0
        try "lar memory"
        mov [DATA], bx
        lar eax, [DATA]
        and eax, ~0f0000h
        lsl ecx, [DATA]
        verr [DATA]
        endtry
        ret

; Null selectors, and what can be done with a segment register that holds one.
nulls:
        xor ebx, ebx
.rpl:
        mov eax, 3
        call level32
        mov [ctx + I_eax], ebx
        push ebx
        try "null ds es fs gs"
        mov ds, eax
        mov es, eax
        mov fs, eax
        mov gs, eax
        mov ecx, ds
        endtry
        try "null ds, read"
        mov ds, eax
        mov ecx, [0]
        endtry
        try "null fs, write"
        mov fs, eax
        mov [fs:0], ecx
        endtry
        try "null gs, read-modify-write"
        mov gs, eax
        add dword [gs:0], 1
        endtry
        try "null ss"
        mov ss, eax
        endtry
        try "null verr verw lar lsl"
        verr ax
        pushfd
        pop ebx
        verw ax
        pushfd
        pop ecx
        lar edx, eax
        pushfd
        pop ebp
        lsl esi, eax
        endtry
        kernel32
        pop ebx
        mov [ctx + I_eax], ebx
        push ebx
        try "null ss at level 0"
        mov ss, eax
        endtry
        try "null lldt"
        lldt ax
        sldt ecx
        endtry
        try "null ltr"
        ltr ax
        endtry
        kernel32
        given eax, S_LDT
        mov edx, 7              ; TI set: not null
        mov [ctx + I_ebx], edx
        try "selector 4 without ldt"
        push dword 0
        pop ecx
        lldt cx
        mov ds, ebx
        endtry
        pop ebx
        inc ebx
        cmp ebx, 4
        jb .rpl
        kernel32
        try "jmp null"
        jmp 0:0
        endtry
        try "jmp null, rpl 3"
        jmp 3:0
        endtry
        try "call null"
        call 1:0
        endtry
        try "retf null"
        push dword 2
        push dword 0
        retf
        endtry
        try "iret null"
        push dword 2
        push dword 0
        push dword 0
        iretd
        endtry
        ret

; Ends of the descriptor tables. A descriptor must lie in its table whole.
tables:
        kernel32
        mov dword [GDT + 1f8h], 0ffffh
        mov dword [GDT + 1f8h + 4], 0cff200h
        given eax, 1f8h
        try "last of the gdt"
        mov ds, eax
        endtry
        given eax, 200h
        try "behind the gdt"
        mov ds, eax
        endtry
        given eax, 0fff8h | 3
        try "far behind the gdt"
        mov ds, eax
        endtry
        try "far behind the gdt, lsl"
        lsl ebx, eax
        endtry
        mov word [DATA + 100h], GDT_SIZE - 2    ; one byte short
        mov dword [DATA + 102h], GDT
        given eax, 1f8h
        try "gdt one byte short"
        lgdt [DATA + 100h]
        mov ds, eax
        endtry
        try "gdt one byte short, lar"
        lar ebx, eax
        endtry
        lgdt [gdt_pointer]
        mov dword [LDT + 0f8h], 0ffffh
        mov dword [LDT + 0fch], 0cff200h
        mov dword [LDT + 0], 0ffffh
        mov dword [LDT + 4], 0cff200h
        mov eax, S_LDT
        lldt ax
        given eax, 4
        try "first of the ldt"
        mov ds, eax
        mov ecx, [DATA]
        endtry
        given eax, 0fch
        try "last of the ldt"
        mov ds, eax
        endtry
        given eax, 104h
        try "behind the ldt"
        mov ds, eax
        endtry
        gdt S_LDT, LDT, LDT_SIZE - 2, P | LDT_TYPE
        mov eax, S_LDT
        lldt ax
        given eax, 0fch
        try "ldt one byte short"
        mov ds, eax
        endtry
        try "ldt one byte short, verr"
        verr ax
        endtry
        gdt S_LDT, LDT, LDT_SIZE - 1, P | LDT_TYPE
        xor eax, eax
        lldt ax
        given eax, 4
        try "no ldt"
        mov ds, eax
        endtry
        try "no ldt, lar"
        lar ebx, eax
        endtry
        try "no ldt, jmp"
        jmp 4:0
        endtry
        given eax, 4
        try "no ldt, ss"
        mov ss, eax
        endtry
        ret

; The accessed bit is set in memory when a segment is loaded, not when it is asked about.
accessed:
        mov eax, 0
        call level32
        given eax, T0
        given ebx, CODE3
        gdt T0, 0, 0fffffh, P | RW | FLAT
        gdt CODE3, 0, 0fffffh, P | XR | FLAT
        try "not accessed: lar lsl verr verw"
        lar ecx, eax
        lsl ecx, eax
        verr ax
        verw ax
        lar ecx, eax
        and ecx, ~0f0000h
        endtry
        try "accessed: mov ds"
        mov ds, eax
        lar ecx, eax
        and ecx, ~0f0000h
        endtry
        gdt T0, 0, 0fffffh, P | RW | FLAT
        try "accessed: mov ss"
        mov ss, eax
        lar ecx, eax
        and ecx, ~0f0000h
        endtry
        gdt T0, 0, 0fffffh, P | RW | FLAT
        try "accessed: lss"
        mov [DATA + 4], eax
        mov [DATA], esp
        lss esp, [DATA]
        lar ecx, eax
        and ecx, ~0f0000h
        endtry
        try "accessed: jmp"
        jmp CODE3:.jumped
.jumped:
        lar ecx, ebx
        and ecx, ~0f0000h
        endtry
        gdt CODE3, 0, 0fffffh, P | XR | FLAT
        try "accessed: call"
        call CODE3:.called
.called:
        lar ecx, ebx
        and ecx, ~0f0000h
        endtry
        gdt CODE3, 0, 0fffffh, P | XR | FLAT
        try "accessed: retf"
        push ebx
        push dword .returned
        retf
.returned:
        lar ecx, ebx
        and ecx, ~0f0000h
        endtry
        gdt T0, 0, 0fffffh, P | DPL3 | RO | FLAT
        given eax, T0
        try "not accessed: load that fails"
        mov ss, eax
        endtry
        say "not accessed: load that fails", [GDT + T0 + 4]
        gdt T0, 0, 0fffffh, P | RW | FLAT       ; the bit is set even if the register's old content was the same segment
        try "accessed: again"
        mov ds, eax
        and byte [GDT + T0 + 5], 0feh
        mov ds, eax
        lar ecx, eax
        and ecx, ~0f0000h
        endtry
        ret
CODE3   equ T0 + 8

; What may be done through a segment register: reads and writes by type.
rights:
        mov dword [m_type], 10h
.type:
        mov eax, 3
        call level32
        mov eax, [m_type]
        shl eax, 8
        or eax, 0cf0000h | P << 8 | DPL3 << 8
        mov ebx, [m_type]
        and ebx, 1ch
        cmp ebx, RO_DOWN
        jne .up
        and eax, ~(GRAN << 8 | 0f0000h)
.up:
        mov [GDT + T0 + 4], eax
        mov dword [GDT + T0], 0ffffh
        mov dword [ctx + I_eax], T0 | 3
        text esi, "rights of type "
        call print
        mov al, [m_type]
        call hex2
        call newline
        try " read"
        mov ds, eax
        mov ecx, [DATA + 8]
        endtry
        try " write"
        mov ds, eax
        mov [DATA + 8], ecx
        endtry
        try " read-modify-write"
        mov ds, eax
        xor byte [DATA + 8], 0
        endtry
        try " string read"
        mov ds, eax
        mov esi, DATA
        lodsb
        endtry
        try " string write"
        mov es, eax
        mov edi, DATA + 8
        mov ecx, 2
        rep stosb
        endtry
        inc dword [m_type]
        cmp dword [m_type], 20h
        jb .type
        mov eax, 3
        call level32
        try "write to cs"
        mov [cs:DATA], eax
        endtry
        try "read from cs"
        mov eax, [cs:DATA + 8]
        endtry
        gdt T0, 0, 0fffffh, P | DPL3 | XO | FLAT
        given cs, T0 | 3
        try "read from an execute-only cs"
        mov eax, [cs:DATA + 8]
        endtry
        ret

; LLDT, LTR, SLDT, STR: types and levels.
system_registers:
        mov dword [m_type], 0
.type:
        kernel32
        mov eax, [m_type]
        shl eax, 8
        or eax, P << 8
        mov [GDT + T0 + 4], eax
        mov dword [GDT + T0], (DATA & 0ffffh) << 16 | 0ffffh
        or dword [GDT + T0 + 4], DATA >> 16
        mov dword [ctx + I_eax], T0
        text esi, "system type "
        call print
        mov al, [m_type]
        call hex2
        call newline
        try " lldt"
        lldt ax
        sldt ecx
        endtry
        try " ltr"
        ltr ax
        str ecx
        lar edx, eax
        and edx, ~0f0000h
        endtry
        xor eax, eax
        lldt ax
        and byte [GDT + S_TSS + 5], 0fdh
        mov eax, S_TSS
        ltr ax
        inc dword [m_type]
        cmp dword [m_type], 32
        jb .type
        gdt T0, DATA, 0ffffh, LDT_TYPE
        gdt CODE3, DATA, 0ffffh, TSS32
        kernel32
        given eax, T0
        given ebx, CODE3
        try "lldt not present"
        lldt ax
        endtry
        try "ltr not present"
        ltr bx
        endtry
        gdt T0, DATA, 0ffffh, P | DPL3 | LDT_TYPE
        try "lldt, dpl and rpl do not count"
        or eax, 3
        lldt ax
        sldt ecx
        endtry
        try "lldt from the ldt"
        mov eax, 4
        lldt ax
        endtry
        try "ltr from the ldt"
        mov eax, 4
        ltr ax
        endtry
        try "ltr again"
        str eax
        ltr ax
        endtry
        xor eax, eax
        lldt ax
        try "sldt str of 32 bits, 16 bits, memory"
        mov dword [DATA], -1
        sldt eax
        str ecx
        sldt bx
        str dx
        str [DATA]
        mov esi, [DATA]
        endtry
        user32
        try "lldt at level 3"
        lldt ax
        endtry
        try "ltr at level 3"
        ltr ax
        endtry
        try "sldt at level 3"
        sldt eax
        str ecx
        endtry
        try "lgdt at level 3"
        lgdt [DATA]
        endtry
        try "lidt at level 3"
        lidt [DATA]
        endtry
        try "sgdt sidt at level 3"
        sgdt [DATA]
        sidt [DATA + 8]
        mov eax, [DATA + 2]
        mov cx, [DATA]
        mov edx, [DATA + 10]
        mov bx, [DATA + 8]
        endtry
        kernel16
        given ds, K_DATA
        try16 "lgdt of 16 bits: 24 bits of base"
        mov word [dword DATA + 20h], GDT_SIZE - 1
        mov dword [dword DATA + 22h], 0ff000000h | GDT
        o16 lgdt [dword DATA + 20h]
        o32 sgdt [dword DATA + 30h]
        mov eax, [dword DATA + 32h]
        mov dword [dword DATA + 44h], -1
        o16 sgdt [dword DATA + 40h]
        mov ebx, [dword DATA + 42h]
        endtry
        v86
        given eflags, VM | IOPL3 | 2
        try16 "v86 sldt"
        sldt ax
        endtry
        try16 "v86 str"
        str ax
        endtry
        try16 "v86 lldt"
        lldt ax
        endtry
        try16 "v86 ltr"
        ltr ax
        endtry
        try16 "v86 lar"
        lar ax, ax
        endtry
        try16 "v86 lsl"
        lsl ax, ax
        endtry
        try16 "v86 verr"
        verr ax
        endtry
        try16 "v86 arpl"
        arpl ax, cx
        endtry
        try16 "v86 sgdt"
        sgdt [0]
        mov ax, [0]
        endtry
        try16 "v86 lgdt"
        lgdt [0]
        endtry
        ret

; ARPL for all sixteen pairs: results and ZF.
arpl_all:
        text esi, "arpl:"
        call print
        xor ebx, ebx
.pair:
        mov eax, 3
        call level32
        mov ecx, ebx
        and ecx, 3
        or ecx, 5550h
        mov [ctx + I_ecx], ecx
        mov eax, ebx
        shr eax, 2
        or eax, 0aaaa7770h
        mov [ctx + I_eax], eax
        begin_code
        arpl ax, cx
        end_code
        call run
        mov al, ' '
        call putc
        mov al, [frame + I_eax]
        and al, 3
        call hex1
        mov al, [frame + I_eflags]
        shr al, 6
        and al, 1
        call hex1
        inc ebx
        cmp ebx, 16
        jb .pair
        call newline
        user32
        try "arpl memory, raised"
        mov word [DATA], 1230h
        mov ax, 3
        arpl [DATA], ax
        mov ebx, [DATA]
        endtry
        given eflags, 2 | ZF | CF
        try "arpl memory, not raised"
        mov word [DATA], 1233h
        mov ax, 2
        arpl [DATA], ax
        mov bx, [DATA]
        endtry
        gdt T0, 0, 0fffffh, P | DPL3 | RO | FLAT
        given eax, T0 | 3
        try "arpl read-only memory, not raised"
        mov ds, eax
        arpl [DATA], cx
        endtry
        ret

; A load that fails leaves everything as it was.
failing_loads:
        gdt T0, 0, 0fffffh, RW | FLAT
        kernel32
        try "pop ds fails"
        push dword T0
        pop ds
        endtry
        try "pop ss fails"
        push dword T0
        pop ss
        endtry
        try "lds fails"
        mov dword [DATA], 99999999h
        mov word [DATA + 4], T0
        lds ebx, [DATA]
        endtry
        try "lss fails"
        lss esp, [DATA]
        endtry
        try "lgs fails"
        mov word [DATA + 4], K_CODE + 1000h
        lgs ebx, [DATA]
        endtry
        try "mov cs"
        db 8eh, 0c8h            ; mov cs, ax
        endtry
        try "mov sreg 6"
        db 8eh, 0f0h
        endtry
        try "mov sreg 7"
        db 8eh, 0f8h
        endtry
        try "mov from sreg 6"
        db 8ch, 0f0h
        endtry
        try "mov from sreg 7"
        db 8ch, 0f8h
        endtry
        try "lds of a register"
        db 0c5h, 0c0h
        endtry
        try "lss of a register"
        db 0fh, 0b2h, 0c0h
        endtry
        try "lar lsl outside"
        mov eax, 0fff0h
        lar ebx, eax
        lsl ecx, eax
        endtry
        ret
end_kernel
