; faults.asm: a boot sector that does what is wrong, for the explainer. The case (cases.txt) is included in front of it: the macro "body", and REAL
; for real mode, USER for privilege 3, PAGING with what is to be done to the page tables, FIRST with something to do at privilege 0. There is no
; handler, so the CPU shuts down.
        org     7C00h
        bits    16

PAGE_DIRECTORY  equ 10000h
PAGE_TABLE      equ 11000h

; Selectors.
CODE    equ 08h                 ; flat, 32 bits
DATA    equ 10h
SMALL   equ 18h                 ; base 20000h, limit FFFh
DOWN    equ 20h                 ; expand-down, limit FFFh
ABSENT  equ 28h                 ; not present
TASK    equ 30h
UCODE   equ 38h + 3             ; privilege 3
UDATA   equ 40h + 3
CALLG   equ 48h                 ; call gate from privilege 3 to 0
READ    equ 50h                 ; read-only data
EXEC    equ 58h                 ; execute-only code

start:  cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 7C00h
%ifdef REAL
        lidt    [no_idt]
        body
        ud2
%else
        lgdt    [gdtr]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     CODE:protected

        bits    32
protected:
        mov     ax, DATA
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, 7C00h
        mov     ax, TASK
        ltr     ax
%ifdef PAGING
        call    make_pages
%endif
%ifdef FIRST
        FIRST
%elifmacro FIRST 0
        FIRST
%endif
%ifdef USER
        push    dword UDATA
        push    dword 7A00h
        push    dword 2
        push    dword UCODE
        push    dword user
        lidt    [no_idt]
        iret
user:   mov     ax, UDATA
        mov     ds, ax
%else
        lidt    [no_idt]
%endif
        body
        ud2

%ifdef PAGING
; The first 4 MB one to one, user pages; then what the case wants.
make_pages:
        mov     edi, PAGE_DIRECTORY
        mov     ecx, 1024
        xor     eax, eax
        rep     stosd
        mov     dword [PAGE_DIRECTORY], PAGE_TABLE + 7
        mov     edi, PAGE_TABLE
        mov     eax, 7
.next:  stosd
        add     eax, 1000h
        cmp     eax, 400007h
        jb      .next
        PAGING
        mov     eax, PAGE_DIRECTORY
        mov     cr3, eax
        mov     eax, cr0
        or      eax, 80010000h          ; PG, WP
        mov     cr0, eax
        ret
%endif
%endif

        align   8
no_idt: dw      0
        dd      0
gdtr:   dw      gdt.end - gdt - 1
        dd      gdt
gdt:    dq      0
        dq      00CF9A000000FFFFh
        dq      00CF92000000FFFFh
        dq      0040920200000FFFh
        dq      0040960000000FFFh
        dq      00CF12000000FFFFh
        dw      tss.end - tss - 1, tss
        db      0, 89h, 0, 0
        dq      00CFFA000000FFFFh
        dq      00CFF2000000FFFFh
        dd      CODE << 16 | 7C00h, 0EC00h
        dq      00CF90000000FFFFh
        dq      00CF98000000FFFFh
.end:
tss:    dd      0, 7B00h, DATA
        times   22 dd 0
        dd      68h << 16
.end:
        times   510 - ($ - $$) db 0
        dw      0AA55h
