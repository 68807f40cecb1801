; paging.asm: page tables of 4-byte entries: rights, WP, error codes and CR2, A and D bits, accesses across pages, system tables on bad
; pages, 4 MB pages, global pages, INVLPG. SDM 3A chapter 4, 6.15 (#PF).
;
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "paging"
%include "levels.inc"
%include "pages.inc"

main:
        call map_all
        call paging_on
        call rights
        unless FEAT_486, .no_wp
        mov eax, cr0
        or eax, CR0_WP
        mov cr0, eax
        heading "-- WP"
        call rights
        call read_only_system
        mov eax, cr0
        and eax, ~CR0_WP
        mov cr0, eax
.no_wp:
        heading "--"
        call absent
        call accessed_dirty
        call crossing
        call order
        call fetches
        call system_tables
        call inner_stacks
        call caching
        unless FEAT_PSE, .no_pse
        call big_pages
.no_pse:
        unless FEAT_PGE, .no_pge
        call global_pages
.no_pge:
        call control_registers
        jmp power_off

; --- rights -------------------------------------------------------------------------------------------------------------------------

; For each level and kind of access, all sixteen pairs of U/S and R/W in directory and table (directory: group; table: cell). A cell is
; '.' or the error code.
        section .bss
kind:   resd 1
pair:   resd 1
        section .rodata
        align 4
kinds:  dd n_read, read_page, n_write, write_page, n_modify, modify_page, n_fetch, fetch_page
n_read: db "read", 0
n_write: db "write", 0
n_modify: db "modify", 0
n_fetch: db "fetch", 0
        section .text

read_page:
        mov ecx, [eax]
        finish 0
write_page:
        mov [eax], edx
        finish 0
modify_page:
        add dword [eax], 0
        finish 0
fetch_page:
        jmp eax

rights:
        mov dword [m_cpl], 0
.cpl:
        mov dword [kind], 0
.kind:
        text esi, "level "
        call print
        mov al, [m_cpl]
        call hex1
        mov al, ' '
        call putc
        mov eax, [kind]
        mov esi, [kinds + 8 * eax]
        call print
        mov al, ':'
        call putc
        mov dword [pair], 0
.pair:
        test dword [pair], 3
        jnz .cell
        mov al, ' '
        call putc
.cell:
        call map_all
        mov dword [DATA], 000b0fh       ; finish 0
        mov eax, [pair]
        shr eax, 2
        and eax, 3
        lea eax, [2 * eax + 1 + PT]
        mov [PD + 4 * (PAGE >> 22)], eax
        mov eax, [pair]
        and eax, 3
        lea eax, [2 * eax + 1 + DATA]
        mov [PT], eax
        call flush
        mov eax, [m_cpl]
        call level32
        mov dword [ctx + I_eax], PAGE
        mov dword [ctx + I_edx], 000b0fh
        mov eax, [kind]
        mov eax, [kinds + 8 * eax + 4]
        mov [ctx + I_eip], eax
        call run
        call page_letter
        inc dword [pair]
        cmp dword [pair], 16
        jb .pair
        call newline
        inc dword [kind]
        cmp dword [kind], 4
        jb .kind
        inc dword [m_cpl]
        cmp dword [m_cpl], 4
        jb .cpl
        ret

; '.' or the error code of a page fault at PAGE; anything else as `letter`.
page_letter:
        cmp dword [frame + I_vector], 14
        jne .other
        cmp dword [frame + I_cr2], PAGE
        mov al, '!'
        jne putc
        mov al, [frame + I_error]
        jmp hex1
.other:
        mov edx, -1
        jmp letter

; Supervisor writes of the processor itself to read-only pages: the accessed bit of a descriptor.
read_only_system:
        call map_all
        mov dword [DATA], 0ffffh
        mov dword [DATA + 4], 0cff200h          ; a segment of level 3 not accessed yet, in an LDT on the page
        gdt S_LDT, PAGE, 0ffh, P | LDT_TYPE
        mov eax, S_LDT
        lldt ax
        mov dword [PT], DATA | 5
        call flush
        user32
        try "accessed bit on a read-only page"
        mov eax, 7
        mov ds, eax
        endtry
        say "accessed bit on a read-only page", [DATA + 4]
        mov dword [DATA + 4], 0cff300h
        try "descriptor accessed, on a read-only page"
        mov eax, 7
        mov ds, eax
        endtry
        xor eax, eax
        lldt ax
        ret

; --- what is not there --------------------------------------------------------------------------------------------------------------

absent:
        call map_all
        mov dword [PT], DATA | 6
        call flush
        user32
        try "table entry absent: read"
        mov eax, [PAGE + 8]
        endtry
        try "table entry absent: write"
        mov [PAGE + 8], eax
        endtry
        try "table entry absent: modify"
        inc dword [PAGE + 8]
        endtry
        try "table entry absent: fetch"
        mov eax, PAGE + 8
        jmp eax
        endtry
        try "table entry absent: push"
        mov esp, PAGE + 8
        push eax
        endtry
        try "table entry absent: pop"
        mov esp, PAGE + 8
        pop eax
        endtry
        try "table entry absent: call"
        mov esp, PAGE + 8
        call $
        endtry
        try "table entry absent: xchg"
        xchg [PAGE + 8], eax
        endtry
        try "table entry absent: bt"
        bt dword [PAGE + 8], 3
        endtry
        try "table entry absent: bts"
        bts dword [PAGE + 8], 3
        endtry
        try "table entry absent: bts, far bit"
        mov eax, (PAGE - 4) * 8 + 35
        bts [0], eax
        endtry
        try "table entry absent: lea"
        lea eax, [PAGE]
        endtry
        try "table entry absent: rep movsb, count 0"
        mov edi, PAGE
        xor ecx, ecx
        rep movsb
        endtry
        kernel32
        try "level 0: table entry absent: read"
        mov eax, [PAGE + 8]
        endtry
        try "level 0: table entry absent: write"
        mov [PAGE + 8], eax
        endtry
        call map_all
        mov dword [PD + 4 * (PAGE >> 22)], PT | 6
        call flush
        user32
        try "directory entry absent: read"
        mov eax, [PAGE + 8]
        endtry
        try "directory entry absent: write"
        mov [PAGE + 8], eax
        endtry
        v86
        given eflags, VM | 2
        call map_all
        mov dword [LOW_PT + 4 * 100h], 0        ; 100000h
        call flush
        given ds, 0ffffh
        try16 "v86: beyond 1 MB"
        mov eax, [10h]
        endtry
        ret

; --- A and D -----------------------------------------------------------------------------------------------------------------------

; Directory and table entry afterwards.
%macro bits_of 1
        text esi, "   directory "
        call print
        mov eax, [PD + 4 * (PAGE >> 22)]
        call hex4
        text esi, " table "
        call print
        mov eax, [%1]
        call hex4
        call newline
%endmacro
%macro fresh 0
        call map_all
        call flush
%endmacro

accessed_dirty:
        mov dword [DATA], 0
        user32
        given eax, PAGE
        fresh
        try "A D: nothing"
        nop
        endtry
        bits_of PT
        fresh
        try "A D: read"
        mov ecx, [eax]
        endtry
        bits_of PT
        fresh
        try "A D: write"
        mov [eax], ecx
        endtry
        bits_of PT
        fresh
        try "A D: read, then write"
        mov ecx, [eax]
        mov [eax], ecx
        endtry
        bits_of PT
        fresh
        try "A D: modify"
        and dword [eax], 0
        endtry
        bits_of PT
        fresh
        try "A D: cmp"
        cmp dword [eax], 0
        endtry
        bits_of PT
        fresh
        mov dword [DATA], 000b0fh
        try "A D: fetch"
        jmp eax
        endtry
        bits_of PT
        fresh
        try "A D: rep stosd, count 0"
        mov edi, eax
        xor ecx, ecx
        rep stosd
        endtry
        bits_of PT
        fresh
        try "A D: across two pages, write"
        mov [eax + 0ffeh], ecx
        endtry
        bits_of PT
        bits_of PT + 4
        fresh
        try "A D: across two pages, read"
        mov ecx, [eax + 0ffeh]
        endtry
        bits_of PT + 4
        fresh
        try "A D: a write cleared by software, again without a flush"
        mov [eax], ecx
        endtry
        and dword [PT], ~60h
        call flush
        try "A D: cleared by software and flushed"
        mov ecx, [eax]
        endtry
        bits_of PT
        ret

; --- accesses across two pages ------------------------------------------------------------------------------------------------------

; For an operand that begins -1 ... -15 bytes before the end of a page: '.', or the error code with '1' if CR2 is in the first page
; (where the operand begins), '2' if it is the first byte of the second.
%macro cross_row 2+ ; features, instruction
%defstr op_text %2
        section .rodata
%%s:    db op_text, 0
        section .data
        dd %%s, %%code, %1, 0
        section .text
%%code: %2
        finish 0
%endmacro
        section .data
        align 4
cross_rows:
        cross_row 0, mov cx, [eax]
        cross_row 0, mov [eax], cx
        cross_row 0, mov ecx, [eax]
        cross_row 0, mov [eax], ecx
        cross_row 0, add [eax], ecx
        cross_row 0, xchg [eax], ecx
        cross_row 0, push dword [eax]
        cross_row 0, pop dword [eax]
        cross_row 0, sgdt [eax]
        cross_row 0, fld qword [eax]
        cross_row 0, fst qword [eax]
        cross_row 0, fld tword [eax]
        cross_row 0, fstp tword [eax]
        cross_row 0, fnstenv [eax]
        cross_row 0, fnsave [eax]
        cross_row FEAT_486, cmpxchg [eax], ecx
        cross_row FEAT_486 | FEAT_CX8, cmpxchg8b [eax]
        cross_row FEAT_MMX, movq [eax], mm0
        cross_row FEAT_SSE, movups xmm0, [eax]
        cross_row FEAT_SSE, movups [eax], xmm0
        section .data
cross_rows_end:
        section .bss
row:    resd 1
before: resd 1
spoil:  resd 1
        section .text

crossing:
        unless FEAT_FXSR, .no_sse
        mov eax, cr4
        or eax, CR4_OSFXSR
        mov cr4, eax
.no_sse:
        heading "across pages: second absent"
        mov dword [spoil], .second_absent
        call .all
        heading "across pages: first absent"
        mov dword [spoil], .first_absent
        call .all
        heading "across pages: both absent"
        mov dword [spoil], .both_absent
        call .all
        heading "across pages: second read-only"
        mov dword [spoil], .second_ro
        call .all
        heading "across pages: second of the supervisor"
        mov dword [spoil], .second_system
        call .all
        heading "across pages: second elsewhere in memory"
        mov dword [spoil], .second_elsewhere
        call .all
        fninit
        ret
.second_absent:
        mov dword [PT + 4], 0
        ret
.first_absent:
        mov dword [PT], 0
        ret
.both_absent:
        mov dword [PT], 0
        mov dword [PT + 4], 0
        ret
.second_ro:
        mov dword [PT + 4], (DATA + 1000h) | 5
        ret
.second_system:
        mov dword [PT + 4], (DATA + 1000h) | 3
        ret
.second_elsewhere:
        mov dword [PT + 4], (DATA + 5000h) | 7
        ret
.all:
        call map_all
        call [spoil]
        mov dword [row], cross_rows
.row:
        mov esi, [row]
        unless [esi + 8], .skip
        mov al, ' '
        call putc
        mov esi, [row]
        mov esi, [esi]
        call print
        text esi, ": "
        call print
        mov dword [before], 1
.cell:
        mov edi, DATA           ; zeros: null selectors, valid environments
        mov ecx, 6000h / 4
        xor eax, eax
        rep stosd
        fninit
        fldz
        call flush
        user32
        mov eax, PAGE + 1000h
        sub eax, [before]
        mov [ctx + I_eax], eax
        mov esi, [row]
        mov esi, [esi + 4]
        mov [ctx + I_eip], esi
        call run
        cmp dword [frame + I_vector], 14
        jne .other
        mov al, [frame + I_error]
        call hex1
        mov eax, [frame + I_cr2]
        cmp eax, PAGE + 1000h
        mov al, '2'
        je .put
        mov eax, [frame + I_cr2]
        cmp eax, [ctx + I_eax]
        mov al, '1'
        je .put
        mov al, '?'
.put:
        call putc
        mov al, ' '
        call putc
        jmp .next
.other:
        mov edx, -1
        call letter
.next:
        inc dword [before]
        cmp dword [before], 16
        jbe .cell
        call newline
.skip:
        add dword [row], 16
        cmp dword [row], cross_rows_end
        jb .row
        ret

; --- which of two faults, and what has happened before it ---------------------------------------------------------------------------

order:
        call map_all
        mov dword [PT + 4], 0                   ; PAGE + 1000h is not there
        mov dword [PT + 8], (DATA + 2000h) | 5  ; PAGE + 2000h is read-only
        call flush
        user32
        given esi, PAGE + 1000h
        given edi, PAGE + 2000h
        try "movsd, both bad"
        movsd
        endtry
        given esi, PAGE
        try "movsd, destination bad"
        movsd
        endtry
        given edi, PAGE + 1000h
        try "cmpsd, destination bad"
        cmpsd
        endtry
        given esi, PAGE + 0ff8h
        given edi, PAGE
        given ecx, 10
        try "rep movsd into a bad page"
        rep movsd
        endtry
        given esi, PAGE
        given edi, PAGE + 0ffdh
        try "rep movsb into a bad page"
        rep movsb
        endtry
        try "rep stosd across into a bad page"
        rep stosd
        endtry
        given edi, PAGE + 1008h
        given eflags, 2 | DF
        try "std, rep stosd in a bad page"
        rep stosd
        endtry
        given edi, PAGE + 2008h
        try "std, rep scasd down into a bad page"
        repne scasd
        endtry
        given eflags, 2
        given edi, 77777777h
        try "push from a bad page to a bad page"
        mov esp, PAGE + 1008h
        push dword [PAGE + 2000h]
        endtry
        try "pop to a read-only page"
        push dword 1
        pop dword [PAGE + 2000h]
        endtry
        try "call through a bad page"
        call [PAGE + 1000h]
        endtry
        try "call far through a bad page, stack bad too"
        mov esp, PAGE + 1008h
        call far [PAGE + 1010h]
        endtry
        try "pusha into a bad page"
        mov esp, PAGE + 2010h
        pushad
        endtry
        try "popa into a bad page"
        mov esp, PAGE + 0ff0h
        popad
        endtry
        try "enter into a read-only page"
        mov esp, PAGE + 3008h
        enter 10h, 0
        endtry
        try "enter, frame in a bad page"
        mov esp, PAGE + 3000h + 20h
        mov ebp, PAGE + 1010h
        enter 0, 2
        endtry
        try "leave from a bad page"
        mov ebp, PAGE + 1004h
        leave
        endtry
        try "ret from a bad page"
        mov esp, PAGE + 1000h
        ret
        endtry
        try "iret from a bad page"
        mov esp, PAGE + 0ff8h
        iretd
        endtry
        try "bound, upper in a bad page"
        mov dword [PAGE + 0ffch], 0
        bound eax, [PAGE + 0ffch]
        endtry
        try "div by a bad page"
        div dword [PAGE + 1000h]
        endtry
        try "cmpxchg that fails on a read-only page"
        mov eax, 1
        db 0fh, 0b1h, 0dh
        dd PAGE + 2000h         ; cmpxchg [PAGE + 2000h], ecx
        endtry
        try "test on a read-only page"
        test [PAGE + 2000h], eax
        endtry
        try "shl by 0 on a read-only page"
        mov cl, 0
        shl dword [PAGE + 2000h], cl
        endtry
        try "insb to a read-only page"
        mov edi, PAGE + 2000h
        mov edx, 85h
        insb
        endtry
        kernel32
        try "insb at level 0 to a bad page"
        mov edi, PAGE + 1000h
        mov edx, 85h
        insb
        endtry
        ret

; --- fetches ---------------------------------------------------------------------------------------------------------------------------

fetches:
        call map_all
        mov dword [PT + 4], 0
        mov edi, DATA
        mov eax, 90909090h
        mov ecx, 800h
        rep stosd
        mov dword [DATA + 0ffch], 0b8909090h    ; mov eax, imm32 across
        mov dword [DATA + 1000h], 12345678h
        mov dword [DATA + 1004h], 000b0fh
        call flush
        user32
        mov dword [ctx + I_eip], PAGE + 0ffch
        text eax, "fetch across into an absent page"
        mov [test_name], eax
        call run
        call report
        mov dword [PT + 4], (DATA + 1000h) | 3
        call flush
        text eax, "fetch across into a page of the supervisor"
        mov [test_name], eax
        call run
        call report
        mov dword [PT + 4], (DATA + 1000h) | 5
        call flush
        text eax, "fetch across into a read-only page"
        mov [test_name], eax
        call run
        call report
        mov dword [DATA + 5000h], 9abcdef0h
        mov dword [DATA + 5004h], 000b0fh
        mov dword [PT + 4], (DATA + 5000h) | 5
        call flush
        text eax, "fetch across into a page elsewhere"
        mov [test_name], eax
        call run
        call report
        mov dword [PT + 4], 0
        mov dword [DATA + 0ffch], 90909090h
        call flush
        text eax, "execution runs into an absent page"
        mov [test_name], eax
        call run
        call report
        mov dword [DATA + 0ffch], 000b0f90h
        text eax, "execution ends right before an absent page"
        mov [test_name], eax
        call run
        call report
        mov dword [DATA + 0ff0h], 90000febh     ; jmp to PAGE + 1001h
        mov dword [ctx + I_eip], PAGE + 0ff0h
        text eax, "jmp into an absent page"
        mov [test_name], eax
        call run
        call report
        kernel32
        mov dword [ctx + I_eip], PAGE + 0ff0h
        text eax, "level 0: jmp into an absent page"
        mov [test_name], eax
        call run
        call report
        ret

; --- tables of the processor on bad pages -----------------------------------------------------------------------------------------------

system_tables:
        call map_all
        mov dword [PT], 0
        call flush
        gdt S_LDT, PAGE, 0ffh, P | LDT_TYPE
        mov eax, S_LDT
        lldt ax
        user32
        try "level 3: segment load, ldt on an absent page"
        mov eax, 0fh
        mov ds, eax
        endtry
        try "level 3: lar, ldt on an absent page"
        mov eax, 0fh
        lar ecx, eax
        endtry
        try "level 3: verr, ldt on an absent page"
        mov eax, 0fh
        verr ax
        endtry
        try "level 3: jmp, ldt on an absent page"
        jmp 0fh:0
        endtry
        mov dword [PT], DATA | 3
        call flush
        mov dword [DATA + 8], 0ffffh
        mov dword [DATA + 12], 0cff300h
        try "level 3: segment load, ldt on a page of the supervisor"
        mov eax, 0fh
        mov ds, eax
        endtry
        xor eax, eax
        lldt ax
        ; the TSS
        mov esi, TSS
        mov edi, DATA
        mov ecx, 800h
        rep movsd
        gdt S_TSS, PAGE + 0fc0h, 0fffh, P | TSS32       ; SS1:ESP1 on the first page, the I/O bitmap's base on the second
        mov esi, TSS
        mov edi, DATA + 0fc0h
        mov ecx, 104 / 4
        rep movsd
        mov dword [PT + 4], (DATA + 1000h) | 3
        call flush
        mov eax, S_TSS
        ltr ax
        try "level 3: in, tss on a page of the supervisor"
        in al, 85h
        endtry
        mov dword [PT + 4], 0
        call flush
        try "level 3: in, bitmap base on an absent page"
        in al, 85h
        endtry
        gdt S_TSS, TSS, TSS_LIMIT, P | TSS32
        mov eax, S_TSS
        ltr ax
        ; the IDT: an entry on an absent page
        call map_all
        mov dword [PT + 4], 0
        call flush
        mov esi, IDT
        mov edi, DATA + 1000h - 50h * 8
        mov ecx, 50h * 2
        rep movsd
        mov word [DATA + 3000h], 51h * 8 - 1
        mov dword [DATA + 3002h], PAGE + 1000h - 50h * 8
        lidt [DATA + 3000h]
        user32
        try "int, idt entry on an absent page"
        int 50h
        endtry
        lidt [idt_pointer]
        ret

; --- stacks and TSSs on bad pages --------------------------------------------------------------------------------------------------------

GATE    equ T0
inner_stacks:
        call map_all
        mov dword [PT + 4], 0
        mov dword [PT + 8], (DATA + 2000h) | 5
        call flush
        gdt_gate GATE, CODE1, .target, P | DPL3 | CALL32 | 4 << 8
        gate IDT + 8 * 50h, CODE1, .target, P | DPL3 | INT32
        mov dword [TSS + 12], PAGE + 1100h
        user32
        try "call gate, stack of level 1 on an absent page"
        call GATE:0
        endtry
        try "int, stack of level 1 on an absent page"
        int 50h
        endtry
        mov dword [TSS + 12], PAGE + 2008h
        try "call gate, stack of level 1 runs into an absent page"
        call GATE:0
        endtry
        mov dword [TSS + 12], PAGE + 2100h
        try "call gate, stack of level 1 read-only for the user"
        call GATE:0
        endtry
        mov dword [PT + 8], (DATA + 2000h) | 3
        call flush
        try "call gate, stack of level 1 of the supervisor"
        call GATE:0
        endtry
        mov dword [TSS + 12], STACK1
        given esp, PAGE + 0ff8h
        try "call gate, parameters on an absent page"
        call GATE:0
        endtry
        given esp, PAGE + 1ff8h
        try "call gate, parameters on an absent page and then one of the supervisor"
        call GATE:0
        endtry
        kernel32
        try "retf outer from a stack on an absent page"
        mov esp, PAGE + 0ff4h
        mov dword [esp], .target
        mov dword [esp + 4], U_CODE
        mov dword [esp + 8], AREA + 4000h
        retf
        endtry
        ; a task whose TSS is not there
        gdt GATE, PAGE + 1000h, 103, P | TSS32
        try "jmp to a tss on an absent page"
        jmp GATE:0
        endtry
        gdt GATE, PAGE + 1000h - 80, 103, P | TSS32
        try "jmp to a tss with its end on an absent page"
        jmp GATE:0
        endtry
        ret
.target:
        finish 1

; --- the cache of translations --------------------------------------------------------------------------------------------------------------

; What the manual says about entries that were changed from absent to present, and about INVLPG.
caching:
        mov dword [DATA + 6000h], 11110000h
        mov dword [DATA + 7000h], 22220000h
        call map_all
        mov dword [PT], 0
        call flush
        kernel32
        try "absent becomes present without a flush"
        mov dword [PT], (DATA + 6000h) | 7
        mov eax, [PAGE]
        endtry
        unless FEAT_486, .done
        try "invlpg"
        mov eax, [PAGE]
        mov dword [PT], (DATA + 7000h) | 7
        invlpg [PAGE + 123h]
        mov ecx, [PAGE]
        endtry
        try "mov cr3 flushes"
        mov dword [PT], (DATA + 6000h) | 7
        mov eax, cr3
        mov cr3, eax
        mov eax, 0
        mov ecx, [PAGE]
        endtry
        try "a fault flushes its entry"
        mov eax, [PAGE]
        mov dword [PT], (DATA + 7000h) | 5
        mov eax, cr3
        mov cr3, eax
        mov eax, [PAGE]
        endtry
        user32
        try "invlpg at level 3"
        invlpg [PAGE]
        endtry
        v86
        try16 "invlpg in v86 mode"
        invlpg [0]
        endtry
        kernel32
        try "invlpg of a register"
        db 0fh, 1, 0f8h
        endtry
        given fs, 0
        try "invlpg by a null segment"
        invlpg [fs:0]
        endtry
.done:
        ret

; --- 4 MB pages ------------------------------------------------------------------------------------------------------------------------------

BIG_PAGE equ 0c00000h           ; physical 0 there
big_pages:
        call map_all
        mov eax, cr4
        or eax, CR4_PSE
        mov cr4, eax
        mov dword [PD + 4 * (BIG_PAGE >> 22)], 87h
        call flush
        mov dword [DATA], 77770000h
        user32
        try "4 MB page: read"
        mov eax, [BIG_PAGE + DATA]
        endtry
        say "4 MB page: directory", [PD + 4 * (BIG_PAGE >> 22)]
        try "4 MB page: write"
        mov dword [BIG_PAGE + DATA], 88880000h
        mov eax, [DATA]
        endtry
        say "4 MB page: directory", [PD + 4 * (BIG_PAGE >> 22)]
        mov dword [PD + 4 * (BIG_PAGE >> 22)], 85h
        call flush
        try "4 MB page, read-only: write"
        mov [BIG_PAGE + DATA], eax
        endtry
        mov dword [PD + 4 * (BIG_PAGE >> 22)], 83h
        call flush
        try "4 MB page of the supervisor: read"
        mov eax, [BIG_PAGE + DATA]
        endtry
        mov dword [PD + 4 * (BIG_PAGE >> 22)], 86h
        call flush
        try "4 MB page, absent: read"
        mov eax, [BIG_PAGE + DATA]
        endtry
        mov dword [PD + 4 * (BIG_PAGE >> 22)], 200087h  ; bit 21 is reserved
        call flush
        try "4 MB page, reserved bit 21: read"
        mov eax, [BIG_PAGE + DATA]
        endtry
        kernel32
        try "4 MB page, reserved bit 21: write at level 0"
        mov [BIG_PAGE + DATA], eax
        endtry
        mov dword [PD + 4 * (BIG_PAGE >> 22)], 200085h
        call flush
        user32
        try "4 MB page, reserved bit 21 and read-only: write"
        mov [BIG_PAGE + DATA], eax
        endtry
        mov dword [PD + 4 * (BIG_PAGE >> 22)], 200086h
        call flush
        try "4 MB page, reserved bit 21 and absent: write"
        mov [BIG_PAGE + DATA], eax
        endtry
        unless FEAT_PSE36, .small
        jmp .off
.small:
        mov dword [PD + 4 * (BIG_PAGE >> 22)], 2087h
        call flush
        try "4 MB page, bit 13 without PSE-36: read"
        mov eax, [BIG_PAGE + DATA]
        endtry
.off:
        ; without CR4.PSE bit 7 of a directory entry is ignored
        mov eax, cr4
        and eax, ~CR4_PSE
        mov cr4, eax
        call map_all
        or dword [PD + 4 * (PAGE >> 22)], 80h
        call flush
        mov dword [DATA], 99990000h
        try "bit 7 without CR4.PSE"
        mov eax, [PAGE]
        endtry
        call map_all
        or dword [PT], 80h              ; PAT, or nothing
        call flush
        try "bit 7 of a table entry"
        mov eax, [PAGE]
        endtry
        ret

; --- global pages -------------------------------------------------------------------------------------------------------------------------------

global_pages:
        call map_all
        mov eax, cr4
        or eax, CR4_PGE
        mov cr4, eax
        mov dword [DATA + 6000h], 11110000h
        mov dword [DATA + 7000h], 22220000h
        mov dword [PT], (DATA + 6000h) | 107h
        call flush
        kernel32
        try "global page: mov cr3 keeps it, invlpg does not"
        mov eax, [PAGE]
        mov dword [PT], (DATA + 7000h) | 107h
        mov ebx, cr3
        mov cr3, ebx
        mov ecx, [PAGE]
        invlpg [PAGE]
        mov edx, [PAGE]
        xor ebx, ebx
        endtry
        try "global page: a change of CR4.PGE flushes it"
        mov dword [PT], (DATA + 6000h) | 107h
        mov ebx, cr4
        and ebx, ~CR4_PGE
        mov cr4, ebx
        mov ecx, [PAGE]
        xor ebx, ebx
        endtry
        try "global bit without CR4.PGE"
        mov dword [PT], (DATA + 7000h) | 107h
        mov ebx, cr3
        mov cr3, ebx
        mov ecx, [PAGE]
        xor ebx, ebx
        endtry
        ret

; --- control registers -----------------------------------------------------------------------------------------------------------------------------

control_registers:
        kernel32
        try "cr0: PG without PE"
        mov eax, 80000010h
        mov cr0, eax
        endtry
        try "mov cr1"
        db 0fh, 20h, 0c8h
        endtry
        try "mov to cr1"
        db 0fh, 22h, 0c8h
        endtry
        try "mov cr5"
        db 0fh, 20h, 0e8h
        endtry
        try "mov cr7"
        db 0fh, 20h, 0f8h
        endtry
        try "mov cr2"
        mov eax, 12345678h
        mov cr2, eax
        mov ecx, cr2
        endtry
        unless FEAT_486, .done
        try "cr0: NW without CD"
        mov eax, cr0
        and eax, ~40000000h
        or eax, 20000000h
        mov cr0, eax
        endtry
        unless FEAT_VME, .done
        try "cr4: reserved bits"
        mov eax, 1000h
        mov cr4, eax
        endtry
        try "cr4: reserved bit 31"
        mov eax, 80000000h
        mov cr4, eax
        endtry
.done:
        user32
        try "mov cr0 at level 3"
        mov eax, cr0
        endtry
        try "mov to cr3 at level 3"
        mov cr3, eax
        endtry
        try "mov cr1 at level 3"
        db 0fh, 20h, 0c8h
        endtry
        try "smsw at level 3"
        smsw ax
        and eax, 0ffff0001h
        endtry
        try "lmsw at level 3"
        lmsw ax
        endtry
        try "clts at level 3"
        clts
        endtry
        try "hlt at level 3"
        hlt
        endtry
        kernel32
        try "lmsw does not clear PE"
        mov eax, cr0
        mov ebx, eax
        and eax, 0fff0h
        lmsw ax
        mov ecx, cr0
        xor ecx, ebx
        mov eax, 0
        mov ebx, 0
        endtry
        ret
end_kernel
