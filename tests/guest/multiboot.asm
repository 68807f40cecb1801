; multiboot.asm - a Multiboot kernel (a.out-kludge) that says on port E9h what it
; was told, checks its own state, and ends with the number of failures on port
; F4h (--exit-port 0xF4,raw). Multiboot Specification 0.6.96, 3.2 and 3.3.

        bits 32
        org 100000h

MAGIC   equ 1BADB002h
FLAGS   equ 10003h

start:  jmp near entry
        align 4
header: dd MAGIC, FLAGS, -(MAGIC + FLAGS)
        dd header, start, file_end, bss_end, entry

        struc mbi
.flags: resd 1
.lower: resd 1
.upper: resd 1
.boot:  resd 1
.cmd:   resd 1
.mods:  resd 1
.modat: resd 1
.syms:  resd 4
.maplen: resd 1
.map:   resd 1
.drives: resd 3
.name:  resd 1
        endstruc

puts:   lodsb                           ; ESI = text
        or al, al
        jz .end
        out 0E9h, al
        jmp puts
.end:   ret

newline:
        mov al, 10
        out 0E9h, al
        ret

hex:    mov ecx, 8                      ; EAX
.next:  rol eax, 4
        push eax
        and al, 15
        add al, '0'
        cmp al, '9'
        jbe .put
        add al, 'a' - '0' - 10
.put:   out 0E9h, al
        pop eax
        loop .next
        mov al, ' '
        out 0E9h, al
        ret

; The flags say whether what was just compared is as it must be.
%macro CHECK 2
        %1 %%good
        inc dword [failures]
        mov esi, %%text
        call puts
%%good:
        [section .data]
%%text: db "FAIL ", %2, 10, 0
        __SECT__
%endmacro

%macro LINE 2                           ; label, value
        mov esi, %%text
        call puts
        mov eax, %2
        call hex
        call newline
        [section .data]
%%text: db %1, " ", 0
        __SECT__
%endmacro

        section .text
entry:  mov [magic], eax
        pushfd                          ; the stack is the loader's
        pop dword [eflags]
        mov esp, stack
        cmp dword [magic], 2BADB002h
        CHECK je, "magic in EAX"
        test dword [eflags], 20200h
        CHECK jz, "interrupts off, no V86"
        mov eax, cr0
        and eax, 80000001h
        cmp eax, 1
        CHECK je, "protected mode without paging"
        mov byte [300000h], 1           ; A20: 2 MB apart from 1 MB
        mov byte [200000h], 2
        cmp byte [300000h], 1
        CHECK je, "A20"
        xor eax, eax
        mov edi, bss
        mov ecx, bss_end - bss
        repe scasb
        CHECK je, "bss is zero"
        mov ax, ds                      ; the loader's descriptors can be loaded again
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov esp, stack

        LINE "flags", [ebx+mbi.flags]
        LINE "lower", [ebx+mbi.lower]
        LINE "upper", [ebx+mbi.upper]
        mov esi, [ebx+mbi.cmd]
        call puts
        call newline
        mov esi, [ebx+mbi.name]
        call puts
        call newline

        mov ebp, [ebx+mbi.mods]
        mov edi, [ebx+mbi.modat]
module: or ebp, ebp
        jz map
        mov esi, module_text
        call puts
        mov eax, [edi+4]
        sub eax, [edi]
        call hex
        test word [edi], 4095
        CHECK jz, "module starts a page"
        cmp dword [edi], bss_end
        CHECK jae, "module is behind the kernel"
        mov esi, [edi+8]
        call puts
        mov al, ':'
        out 0E9h, al
        mov esi, [edi]
        mov ecx, [edi+4]
        sub ecx, esi
.byte:  lodsb
        out 0E9h, al
        loop .byte
        call newline
        add edi, 16
        dec ebp
        jmp module

map:    mov edi, [ebx+mbi.map]
        mov ebp, edi
        add ebp, [ebx+mbi.maplen]
.range: cmp edi, ebp
        jae done
        mov esi, range_text
        call puts
        mov eax, [edi+4]
        call hex
        mov eax, [edi+12]
        call hex
        mov eax, [edi+20]
        call hex
        call newline
        add edi, [edi]
        add edi, 4
        jmp .range

done:   mov esi, done_text
        call puts
        mov eax, [failures]
        mov dx, 0F4h
        out dx, al
        cli
.stop:  hlt
        jmp .stop

        section .data
failures:       dd 0
magic:          dd 0
eflags:         dd 0
module_text:    db "module ", 0
range_text:     db "range ", 0
done_text:      db "done", 10, 0
        align 16
file_end:

        section .bss
bss:    resb 8192
stack:  resb 4
bss_end:
