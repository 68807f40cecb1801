; pae.asm: page tables of 8-byte entries (CR4.PAE): rights, reserved bits at each level, the pointers that MOV to control registers and
; task switches load, 2 MB pages, A and D bits, accesses across pages; execute-disable where there is such a thing. SDM 3A 4.4, 4.6, 4.7.
;
; models: pentium2 pentium4
%include "kernel.inc"
kernel "pae"
%include "levels.inc"

PDPT    equ TABLES
PD0     equ TABLES + 1000h      ; 0 - 1 GB
PD1     equ TABLES + 2000h      ; 1 - 2 GB
LOW_PT  equ TABLES + 3000h
PT      equ TABLES + 4000h
PAGE    equ 40800000h           ; in the second GB
PDE     equ PD1 + 8 * 4
PDPT2   equ TABLES + 5000h      ; of another task: PD2 in place of PD1
PD2     equ TABLES + 6000h
TSS_B   equ TABLES + 7000h
TASK_CODE equ TABLES + 8000h
S_B     equ T0 + 8
MSR_EFER equ 0c0000080h
NXE     equ 800h

        section .bss
kind:   resd 1
pair:   resd 1
has_nx: resd 1
        section .text

main:
        call map_all
        mov dword [DF_TSS + 28], PDPT
        mov eax, cr0
        and eax, ~(CR0_CD | CR0_NW)
        mov cr0, eax
        mov eax, cr4
        or eax, CR4_PAE
        mov cr4, eax
        mov eax, PDPT
        mov cr3, eax
        mov eax, cr0
        or eax, CR0_PG
        mov cr0, eax
        jmp .on
.on:
        call rights
        mov eax, cr0
        or eax, CR0_WP
        mov cr0, eax
        heading "-- WP"
        call rights
        mov eax, cr0
        and eax, ~CR0_WP
        mov cr0, eax
        heading "--"
        call reserved
        call pointers
        call accessed_dirty
        call big_pages
        call crossing
        call reloads
        call task_switches
        call execute_disable
        jmp power_off

; The first 2 MB mapped to themselves for everybody, 16 pages at PAGE to DATA.
map_all:
        pushad
        mov dword [PDPT], PD0 | 1       ; paging may be on: nothing that is in use goes away
        mov dword [PDPT + 4], 0
        mov dword [PDPT + 8], PD1 | 1
        mov dword [PDPT + 12], 0
        mov dword [PD0], LOW_PT | 7
        mov dword [PD0 + 4], 0
        mov edi, PDPT + 16
        mov ecx, (1000h - 16) / 4
        xor eax, eax
        rep stosd
        mov edi, PD0 + 8
        mov ecx, (2000h - 8) / 4
        rep stosd
        mov dword [PDE], PT | 7
        mov edi, LOW_PT
        mov eax, 7
        mov ecx, 200h
.low:
        mov [edi], eax
        mov dword [edi + 4], 0
        add edi, 8
        add eax, 1000h
        loop .low
        mov edi, PT
        mov ecx, 400h
        xor eax, eax
        rep stosd
        mov edi, PT
        mov eax, DATA | 7
        mov ecx, 16
.test:
        mov [edi], eax
        add edi, 8
        add eax, 1000h
        loop .test
        popad
        ret

flush:
        push eax
        mov eax, cr3
        mov cr3, eax
        pop eax
        ret

read_page:
        mov ecx, [eax]
        finish 0
write_page:
        mov [eax], edx
        finish 0
fetch_page:
        jmp eax
        section .rodata
        align 4
kinds:  dd n_read, read_page, n_write, write_page, n_fetch, fetch_page
n_read: db "read", 0
n_write: db "write", 0
n_fetch: db "fetch", 0
        section .text

; As in paging.asm: all pairs of U/S and R/W in directory (group) and table (cell).
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
        mov eax, [pair]
        shr eax, 2
        and eax, 3
        lea eax, [2 * eax + 1 + PT]
        mov [PDE], eax
        mov eax, [pair]
        and eax, 3
        lea eax, [2 * eax + 1 + DATA]
        mov [PT], eax
        call flush
        mov eax, [m_cpl]
        call try_kind
        inc dword [pair]
        cmp dword [pair], 16
        jb .pair
        call newline
        inc dword [kind]
        cmp dword [kind], 3
        jb .kind
        add dword [m_cpl], 3
        cmp dword [m_cpl], 4
        jb .cpl
        ret

; Accesses PAGE in the manner [kind] at level EAX; prints '.' or the error code (two digits).
try_kind:
        call level32
        mov dword [DATA], 000b0fh       ; finish 0
        mov dword [ctx + I_eax], PAGE
        mov dword [ctx + I_edx], 000b0fh
        mov eax, [kind]
        mov eax, [kinds + 8 * eax + 4]
        mov [ctx + I_eip], eax
        call run
        cmp dword [frame + I_vector], 14
        jne .other
        cmp dword [frame + I_cr2], PAGE
        mov al, '!'
        jne putc
        mov al, [frame + I_error]
        test al, 0f0h
        jz hex1
        jmp hex2
.other:
        mov edx, -1
        jmp letter

; Read, write and fetch of level 3, then of level 0.
%macro all_kinds 1
        text esi, %1
        call print
        call run_kinds
%endmacro
run_kinds:
        mov al, ':'
        call putc
        mov dword [m_cpl], 3
.cpl:
        mov al, ' '
        call putc
        mov dword [kind], 0
.kind:
        mov eax, [m_cpl]
        call try_kind
        inc dword [kind]
        cmp dword [kind], 3
        jb .kind
        sub dword [m_cpl], 3
        jns .cpl
        jmp newline

; Each bit from 32 up set in the table entry, then in the directory entry: reserved bits give error code bit 3.
reserved:
        mov ebx, 0
.bit:
        text esi, "bit "
        call print
        lea eax, [ebx + 32]
        call hex2
        call map_all
        mov eax, 1
        mov ecx, ebx
        shl eax, cl
        cmp ebx, 4
        jb .next                ; a real address bit
        mov [PT + 4], eax
        call flush
        text esi, " of the table"
        call print
        call run_kinds
        text esi, "       of the directory"
        call print
        mov [PDE + 4], eax
        mov dword [PT + 4], 0
        call flush
        call run_kinds
        text esi, "       of an absent table entry"
        call print
        mov dword [PDE + 4], 0
        mov [PT + 4], eax
        and byte [PT], 0feh
        call flush
        call run_kinds
        jmp .again
.next:
        call newline
.again:
        inc ebx
        cmp ebx, 32
        jb .bit
        ; a directory entry with a reserved bit refers to no table, whatever that holds (4.4.2)
        call map_all
        mov dword [PDE + 4], 100h
        mov dword [PT], 0
        call flush
        all_kinds "bit 28 of the directory, table entry absent"
        mov dword [PDE + 4], 0
        mov dword [PDE], PT | 1
        mov dword [PT + 4], 100h
        mov dword [PT], DATA | 7
        call flush
        all_kinds "bit 28 of the table, directory of the supervisor, read-only"
        ret

; CR3 loads four pointers and checks them; changes in memory count only when it is loaded again.
pointers:
        call map_all
        call flush
        kernel32
        try "pointer absent"
        mov eax, [80000000h]
        endtry
        user32
        try "pointer absent, level 3 write"
        mov [0c0000000h], eax
        endtry
        kernel32
        try "pointer changed without mov cr3"
        mov dword [PDPT + 8], 0
        mov eax, [PAGE]
        xor eax, eax
        endtry
        try "pointer changed, mov cr3"
        mov eax, cr3
        mov cr3, eax
        mov eax, [PAGE]
        endtry
        call map_all
        mov ebx, 0
.bit:
        text esi, "pointer bit "
        call print
        mov eax, ebx
        call hex2
        mov al, ':'
        call putc
        mov al, ' '
        call putc
        kernel32
        mov dword [PDPT + 16], PD1 | 1
        mov dword [PDPT + 20], 0
        bts [PDPT + 16], ebx
        mov dword [ctx + I_eax], PDPT
        mov dword [ctx + I_eip], .load
        call run
        mov edx, -1
        call letter
        btr dword [PDPT + 16], 0        ; the same of an absent pointer
        call run
        call letter
        call newline
        inc ebx
        cmp ebx, 64
        jb .bit
        mov dword [PDPT + 16], 0
        mov dword [PDPT + 20], 0
        ; the table lies at a multiple of 32 bytes
        mov esi, PDPT
        mov edi, TABLES + 0f00h + 20h
        mov ecx, 8
        rep movsd
        try "cr3: pointers at a multiple of 32"
        mov eax, TABLES + 0f20h + 18h
        mov cr3, eax
        mov ecx, cr3
        endtry
        mov eax, PDPT
        mov cr3, eax
        ret
.load:
        mov cr3, eax
        finish 0

%macro bits_of 1
        text esi, "   directory "
        call print
        mov eax, [PDE]
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
        user32
        given eax, PAGE
        mov dword [DATA], 000b0fh
        fresh
        try "A D: read"
        mov ecx, [eax]
        endtry
        bits_of PT
        fresh
        try "A D: write"
        mov dword [eax], 000b0fh
        endtry
        bits_of PT
        fresh
        try "A D: fetch"
        jmp eax
        endtry
        bits_of PT
        say "pointer", [PDPT + 8]
        ret

big_pages:
        call map_all
        mov dword [PDE], 87h            ; 2 MB at physical 0: PAGE + DATA is DATA
        call flush
        mov dword [DATA], 77770000h
        user32
        try "2 MB page: read"
        mov eax, [PAGE + DATA]
        endtry
        say "2 MB page: directory", [PDE]
        try "2 MB page: write"
        mov dword [PAGE + DATA], 88880000h
        mov eax, [DATA]
        endtry
        say "2 MB page: directory", [PDE]
        try "2 MB page: its end"
        mov eax, [PAGE + 1ffffch]
        mov eax, [PAGE + 1ffffdh]
        endtry
        mov ebx, 13
.bit:
        text esi, "2 MB page, bit "
        call print
        mov eax, ebx
        call hex2
        mov dword [PDE], 87h
        mov dword [PDE + 4], 0
        bts [PDE], ebx
        call flush
        call run_kinds
        inc ebx
        cmp ebx, 21
        jb .bit
        mov dword [PDE], 85h
        call flush
        all_kinds "2 MB page, read-only"
        mov dword [PDE], 83h
        call flush
        all_kinds "2 MB page of the supervisor"
        mov dword [PDE], 87h
        mov dword [PDE + 4], 10h
        call flush
        all_kinds "2 MB page, bit 24"
        ; CR4.PSE has no say
        mov eax, cr4
        or eax, CR4_PSE
        mov cr4, eax
        call map_all
        mov dword [PDE], 87h
        call flush
        try "2 MB page with CR4.PSE"
        mov eax, [PAGE + DATA]
        endtry
        mov eax, cr4
        and eax, ~CR4_PSE
        mov cr4, eax
        ret

crossing:
        call map_all
        mov dword [PT + 8], 0
        call flush
        user32
        try "across pages, second absent"
        mov eax, [PAGE + 0ffeh]
        endtry
        mov dword [PT + 8], (DATA + 5000h) | 7
        call flush
        mov dword [DATA + 0ffch], 11110000h
        mov dword [DATA + 5000h], 2222h
        try "across pages, second elsewhere"
        mov eax, [PAGE + 0ffeh]
        endtry
        try "across the first and second GB"
        mov eax, [3ffffffeh]
        endtry
        ret

; Which MOVs to CR0 and CR4 load the pointers anew: those that change PG, CD, NW, PAE, PGE or PSE (4.4.1).
%macro reload 3+ ; name, register, instruction on EAX
        call map_all
        call flush
        mov dword [PDPT + 8], 0
        try %1
        mov eax, %2
        mov ebx, eax
        %3
        mov %2, eax
        mov ecx, 1
        mov edx, [PAGE]
        mov ecx, 2
        endtry
        call unreload
%endmacro
reloads:
        kernel32
        given ecx, 0
        given edx, 0
        given eax, 0
        given ebx, 0
        mov dword [DATA], 0
        reload "pointer changed, cr0 as it is", cr0, nop
        reload "pointer changed, cr0.TS changes", cr0, xor eax, CR0_TS
        reload "pointer changed, cr0.WP changes", cr0, xor eax, CR0_WP
        reload "pointer changed, cr0.CD changes", cr0, xor eax, CR0_CD
        reload "pointer changed, cr0.CD and NW change", cr0, xor eax, CR0_CD | CR0_NW
        reload "pointer changed, cr4 as it is", cr4, nop
        reload "pointer changed, cr4.TSD changes", cr4, xor eax, CR4_TSD
        reload "pointer changed, cr4.PSE changes", cr4, xor eax, CR4_PSE
        reload "pointer changed, cr4.PGE changes", cr4, xor eax, CR4_PGE
        ret
unreload:
        mov eax, cr0
        and eax, ~(CR0_TS | CR0_WP | CR0_CD | CR0_NW)
        mov cr0, eax
        mov eax, CR4_PAE
        mov cr4, eax
        ret

; A switch to a 32-bit task loads the pointers with its CR3, and checks them (4.4.1).
%macro switch_to 1+ ; name
        try %1
        jmp S_B:0
        endtry
        call after_switch
%endmacro
task_switches:
        call prepare_task
        switch_to "task switch, other cr3"
        call prepare_task
        mov dword [TSS_B + 28], PDPT
        switch_to "task switch, same cr3"
        call prepare_task
        mov dword [TSS_B + 28], PDPT
        mov dword [PDPT + 8], 0
        switch_to "task switch, same cr3, pointer changed"
        call prepare_task
        mov dword [TSS_B + 28], PDPT
        mov eax, [PAGE]
        mov dword [PT], 5007h
        mov dword [5000h], 0cccch
        switch_to "task switch, same cr3, table entry changed"
        call prepare_task
        mov eax, [PAGE]
        mov dword [PD2 + 8 * 4], PT | 7
        mov dword [PT], 5007h
        switch_to "task switch, other cr3, table entry changed"
        call prepare_task
        mov dword [PDPT2 + 8], 0
        switch_to "task switch, pointer absent"
        call prepare_task
        mov dword [GDT + S_B + 4], (TSS_B >> 16) | (P | TSS16) << 8
        gdt T0, TASK_CODE, 0ffffh, P | XR
        mov word [TSS_B + 14], 10h
        mov word [TSS_B + 16], 2
        mov word [TSS_B + 32], 0
        mov word [TSS_B + 34], K_DATA
        mov word [TSS_B + 36], T0
        mov word [TSS_B + 38], K_DATA16
        mov word [TSS_B + 26], T_STACK
        mov word [TSS_B + 40], K_DATA
        mov word [TSS_B + 42], 0
        switch_to "task switch, 16-bit tss"
%ifndef BOCHS                   ; it has no pointers at all then, and shuts down
        call prepare_task
        mov dword [PDPT2 + 8], PD2 | 3
        switch_to "task switch, reserved bit of a pointer"
        call prepare_task
        mov dword [PDPT2 + 28], 80000000h
        switch_to "task switch, bit 63 of an absent pointer"
        call prepare_task
        mov dword [PDPT2 + 24], 1
        mov dword [PDPT2 + 28], 80000000h
        switch_to "task switch, bit 63 of another pointer"
        call prepare_task
        mov dword [PDPT2 + 8], PD2 | 3
        mov dword [TSS_B + 76], 0
        switch_to "task switch, reserved bit of a pointer and cs null"
        call prepare_task
        mov dword [PDPT2 + 8], PD2 | 3
        mov dword [TSS_B + 96], 0fff8h
        switch_to "task switch, reserved bit of a pointer and bad ldt"
%endif
        ret

; Task B: level 0, page tables with another page at PAGE.
prepare_task:
        pushad
        call map_all
        call flush
        mov esi, PDPT
        mov edi, PDPT2
        mov ecx, 8
        rep movsd
        mov edi, PD2
        mov ecx, 400h
        xor eax, eax
        rep stosd
        mov dword [PDPT2 + 8], PD2 | 1
        mov dword [PD2 + 8 * 4], 87h    ; 2 MB: PAGE + n is n
        mov dword [DATA], 0aaaah
        mov dword [0], 0bbbbh
        mov edi, TSS_B
        mov ecx, 104 / 4
        xor eax, eax
        rep stosd
        descriptor GDT + S_B, TSS_B, 103, P | TSS32
        mov dword [TSS_B + 4], STACK0
        mov dword [TSS_B + 8], K_DATA
        mov dword [TSS_B + 28], PDPT2
        mov dword [TSS_B + 32], TASK_CODE
        mov dword [TSS_B + 36], 2
        mov dword [TSS_B + 56], AREA + 6000h
        mov dword [TSS_B + 72], K_DATA
        mov dword [TSS_B + 76], K_CODE
        mov dword [TSS_B + 80], K_DATA
        mov dword [TSS_B + 84], K_DATA
        mov esi, .code                  ; at a place that does not depend on the kernel's size
        mov edi, TASK_CODE
        mov ecx, 20h
        rep movsb
        kernel32
        popad
        ret
.code:  mov edx, [PAGE]
        finish 1
        times 10h - ($ - .code) db 0
        bits 16
        mov edx, [dword PAGE]
        finish 1
        bits 32
        times 20h - ($ - .code) db 0

; What the switch has left; back to the kernel's task.
after_switch:
        pushad
        mov eax, cr3
        push eax
        str eax
        push eax
        say "   tr", [esp]
        pop eax
        say "   cr3", [esp]
        pop eax
        call map_all
        mov eax, PDPT
        mov cr3, eax
        and byte [GDT + S_TSS + 5], 0fdh
        mov eax, S_TSS
        ltr ax
        clts
        popad
        ret

; Bit 63, if CPUID knows of it.
execute_disable:
        mov eax, 80000000h
        cpuid
        cmp eax, 80000001h
        jb .done
        mov eax, 80000001h
        cpuid
        test edx, 1 << 20
        jz .done
        call map_all
        mov dword [PT + 4], 80000000h
        call flush
        all_kinds "NX without EFER.NXE"
        mov ecx, MSR_EFER
        rdmsr
        or eax, NXE
        wrmsr
        call flush
        all_kinds "NX of the table"
        mov dword [PT + 4], 0
        mov dword [PDE + 4], 80000000h
        call flush
        all_kinds "NX of the directory"
        mov dword [PDE + 4], 0
        mov dword [PT], 0
        call flush
        all_kinds "absent with EFER.NXE"
        mov dword [PT], DATA | 3
        call flush
        all_kinds "of the supervisor with EFER.NXE"
        mov ecx, MSR_EFER
        rdmsr
        and eax, ~NXE
        wrmsr
.done:
        ret
end_kernel
