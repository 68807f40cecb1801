; pae.asm: page tables of 8-byte entries (CR4.PAE): rights, reserved bits at each level, the pointers that CR3 loads, 2 MB pages, A and
; D bits, accesses across pages; execute-disable where there is such a thing. SDM 3A 4.4, 4.6, 4.7.
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
MSR_EFER equ 0c0000080h
NXE     equ 800h

        section .bss
kind:   resd 1
pair:   resd 1
has_nx: resd 1
        section .text

main:
        call map_all
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
