; selfmod.asm: code that changes: by every kind of store, at any distance, hot or cold, through other addresses of the same page; by other
; page tables; instructions across pages; pages that become read-only, the system's or not executable. SDM 3A 8.1.3, 11.6.
;
; "Hot" code has run some hundred times when it changes, so that whoever translates it has done so. A processor with a prefetch queue
; need not see a change of the very next instruction without a jump (486 and before): the models here see all of them.
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "selfmod"
%include "pages.inc"

ALIAS   equ PAGE + 10000h       ; the same pages as at PAGE
PD2     equ TABLES + 3000h
PT2     equ TABLES + 4000h
SERVE   equ 50h                 ; the interrupt that calls [service]
RETURN  equ 51h                 ; one that returns
HOT     equ 300

        section .bss
service: resd 1
op:     resd 1
split:  resd 1
other:  resd 1                  ; the table entry that is not in use
        section .text

main:
        call fresh
        call paging_on
        gate IDT + 8 * SERVE, K_CODE, serve, P | DPL3 | INT32
        gate IDT + 8 * RETURN, K_CODE, serve.return, P | DPL3 | INT32
        mov eax, CR4_OSFXSR
        call set_cr4
        call near_stores
        call hot_loops
        call hot_functions
        call stores
        call repeated
        call aliases
        call across
        call small_code
        call middles
        call remapping
        call straddling
        call page_ends
        call rights
        call processor_writes
        jmp power_off

; Page tables as in pages.inc, and the test pages once more at ALIAS.
fresh:
        pushad
        call map_all
        mov esi, PT
        mov edi, PT + 4 * 16
        mov ecx, 16
        rep movsd
        popad
        ret

; What runs at level 0 for code at level 3.
serve:
        pushad
        push ds
        push es
        mov eax, K_DATA
        mov ds, eax
        mov es, eax
        call [service]
        pop es
        pop ds
        popad
.return:
        iretd

; place ADDRESS, PIECE: copies the code between PIECE and PIECE_end.
%macro place 2
        mov esi, %2
        mov edi, %1
        mov ecx, %2_end - %2
        rep movsb
%endmacro

; Calls LABEL COUNT times and adds what it returns in EAX to EDX. EBP = 0 afterwards.
%macro calls 2
        mov ebp, %2
%%next: mov edi, %1
        call edi
        add edx, eax
        dec ebp
        jnz %%next
        xor edi, edi
%endmacro

; User code with zeros in most registers.
plain:
        user32
zeros:
        mov edi, ctx
        mov ecx, 4
        xor eax, eax
        rep stosd
        mov [ctx + I_ebp], eax
        mov [ctx + I_esi], eax
        mov [ctx + I_edi], eax
        ret

; --- at a short distance, run for the first time ---------------------------------------------------------------------------------

near_stores:
        call plain
        try "the next instruction"
        mov byte [.a + 1], 22h
.a:     mov al, 11h
        endtry
        try "the next but one"
        mov byte [.b + 1], 22h
        nop
.b:     mov al, 11h
        endtry
        try "behind a jump"
        mov byte [.c + 1], 22h
        jmp .c
        nop
.c:     mov al, 11h
        endtry
        try "last byte of the next instruction"
        mov byte [.d + 4], 22h
.d:     mov eax, 11111111h
        endtry
        try "opcode of the next instruction"
        mov byte [.e], 48h
.e:     inc eax                 ; dec eax
        dec eax
        inc eax
        inc eax
        endtry
        try "the next instruction becomes shorter"
        mov byte [.f], 0b0h
.f:     mov eax, 90909022h
        endtry
        try "the next instruction becomes longer"
        mov byte [.g], 0b8h
.g:     mov al, 22h
        nop
        nop
        nop
        endtry
        try "the next instruction becomes a jump"
        mov word [.h], 2ebh
.h:     nop
        nop
        mov al, 11h
        endtry
        try "the next instruction becomes undefined"
        mov word [.i], 0b0fh
.i:     nop
        nop
        db 7
        endtry
        try "the next instruction gets a prefix"
        mov byte [.j], 66h
.j:     nop
        mov eax, 90901234h
        nop
        endtry
        try "two instructions by one store"
        mov dword [.k + 1], 33b322b0h
        inc esi
.k:     nop
        mov al, 11h
        mov bl, 11h
        endtry
        try "two stores to the next instruction"
        mov byte [.l + 1], 22h
        mov byte [.l + 2], 33h
.l:     mov eax, 11h
        endtry
        try "the same bytes again"
        mov byte [.m], 0b0h
.m:     mov al, 11h
        endtry
        try "itself, when it has run"
        mov ecx, 3
.n:     add byte [.n + 6], 3    ; 80 05 address immediate
        loop .n
        mov al, [.n + 6]
        endtry
        try "an instruction before, then back to it"
        mov ecx, 2
.o:     mov al, 11h
        add edx, eax
        mov byte [.o + 1], 22h
        loop .o
        endtry
        try "a change that is undone at once"
        mov byte [.p + 1], 22h
        mov byte [.p + 1], 11h
.p:     mov al, 11h
        endtry
        try "a piece written byte by byte, each run at once"
        mov ecx, 5
        mov edi, .q
.q1:    mov byte [edi], 42h     ; inc edx
        inc edi
        call .q
        loop .q1
        jmp .q2
.q:     ret
        ret
        ret
        ret
        ret
        ret
.q2:    mov edi, 0
        endtry
        try "code that decodes what follows it"
        mov ecx, .r_end - .r
        mov edi, .r - 1
.r1:    xor byte [edi + ecx], 5ah
        loop .r1
.r:     db 0b8h ^ 5ah, 78h ^ 5ah, 56h ^ 5ah, 34h ^ 5ah, 12h ^ 5ah      ; mov eax, 12345678h
        db 31h ^ 5ah, 0ffh ^ 5ah                                        ; xor edi, edi
.r_end:
        endtry
        try "code on the stack, pushed and called"
        push dword 0c3904240h   ; inc eax; inc edx; nop; ret
        call esp
        push dword 0c3904040h   ; inc eax; inc eax; nop; ret
        call esp
        mov dword [esp], 0c3904342h     ; inc edx; inc ebx; nop; ret
        call esp
        pop ebp
        call esp
        pop ebp
        xor ebp, ebp
        endtry
        ret

; --- loops ----------------------------------------------------------------------------------------------------------------------------

hot_loops:
        try "hot: the next instruction, each time"
        mov ecx, HOT
.a1:    mov [.a + 1], ecx
.a:     mov eax, 0
        add edx, eax
        loop .a1
        endtry
        try "hot: the next but two, each time"
        mov ecx, HOT
.b1:    mov [.b + 1], ecx
        inc esi
        add edi, esi
.b:     mov eax, 0
        add edx, eax
        loop .b1
        endtry
        try "hot: the instruction before, each time"
        mov ecx, HOT
.c:     mov eax, 0
        mov [.c + 1], ecx
        add edx, eax
        loop .c
        endtry
        try "hot: the next block, each time"
        mov ecx, HOT
.d1:    mov [.d + 1], ecx
        jmp .d
        nop
.d:     mov eax, 0
        add edx, eax
        loop .d1
        endtry
        try "hot: every 64th time"
        mov ecx, 640
.e1:    test cl, 63
        jnz .e
        mov [.e + 1], ecx
.e:     mov eax, 0
        add edx, eax
        loop .e1
        endtry
        try "hot: own immediate"
        mov ecx, HOT
        xor eax, eax
.f:     add dword [.f + 6], 12345679h   ; 81 05 address immediate
        loop .f
        mov eax, [.f + 6]
        endtry
        try "hot: own opcode"
        mov ebx, .g
        mov al, 28h
        mov ecx, 1001
.g:     add [ebx], al           ; 00 and 28, sub, in turn
        loop .g
        mov al, [ebx]
        xor ebx, ebx
        endtry
        try "hot: an opcode, at last"
        mov ecx, HOT
.h1:    cmp ecx, 10
        jne .h
        mov byte [.h], 4ah      ; dec edx
.h:     inc edx
        loop .h1
        endtry
        try "hot: the branch of the loop"
        inc ecx
.i1:    inc ecx
        cmp ecx, HOT
        jne .i2
        mov word [.i], 9090h
.i2:    cmp ecx, HOT * 2
.i:     jb .i1
        endtry
        try "hot: the condition of the branch"
        xor ecx, ecx
.j1:    inc ecx
        cmp ecx, HOT
        jne .j2
        mov byte [.j], 73h      ; jae
.j2:    cmp ecx, HOT * 2
.j:     jb .j1
        endtry
        try "hot: the target of a jump"
        mov ecx, HOT * 2
.k1:    cmp ecx, HOT
        jne .k
        mov byte [.k + 1], .k3 - .k2
.k:     jmp short .k2
.k2:    inc eax
        jmp .k4
.k3:    inc edx
.k4:    loop .k1
        endtry
        try "hot: the target of a call"
        mov ecx, HOT * 2
.l1:    cmp ecx, HOT
        jne .l
        add dword [.l + 1], .l3 - .l2
.l:     call .l2
        loop .l1
        jmp .l4
.l2:    inc eax
        ret
.l3:    inc edx
        ret
.l4:
        endtry
        try "hot: an address"
        mov ecx, HOT * 2
        mov dword [DATA], 1
        mov dword [DATA + 4], 10000h
.m1:    cmp ecx, HOT
        jne .m
        add byte [.m + 2], 4
.m:     add edx, [DATA]
        loop .m1
        endtry
        try "hot: a flag that nobody needed"
        mov ecx, HOT * 2
.n1:    cmp ecx, HOT
        jne .n2
        mov word [.n], 0d213h   ; adc edx, edx
.n2:    mov eax, -1
        add eax, 1
.n:     xor edx, edx            ; hides the carry
        add esi, edx
        xor edx, edx
        loop .n1
        endtry
        try "hot: data beside the code"
        mov ecx, HOT
.o1:    inc dword [.o]
        jmp .o2
.o:     dd 0
.o2:    mov eax, [.o]
        add edx, eax
        loop .o1
        mov dword [.o], 90909090h
        endtry
        try "hot: a store that changes the next iteration only"
        mov ecx, HOT
.p:     mov eax, 1
        add edx, eax
        mov ebx, ecx
        and ebx, 1
        mov [.p + 1], ebx
        loop .p
        endtry
        ret

; --- functions ------------------------------------------------------------------------------------------------------------------------

hot_functions:
        try "hot function: immediate"
        calls .a, HOT
        mov dword [.a + 1], 10000h
        calls .a, HOT
        jmp .a9
.a:     mov eax, 1
        ret
.a9:    xor eax, eax
        endtry
        try "hot function: each time"
        mov ecx, HOT
.b1:    mov [.b + 1], ecx
        call .b
        add edx, eax
        loop .b1
        jmp .b9
.b:     mov eax, 1
        ret
.b9:    xor eax, eax
        endtry
        try "hot function: becomes a jump"
        calls .c, HOT
        mov byte [.c], 0e9h
        mov dword [.c + 1], .c2 - .c - 5
        calls .c, HOT
        jmp .c9
.c:     mov eax, 1
        ret
.c2:    mov eax, 10000h
        ret
.c9:    xor eax, eax
        endtry
        try "hot function: all of it replaced"
        calls .d, HOT
        mov dword [.d], 0c3c02b90h      ; nop; sub eax, eax; ret
        calls .d, HOT
        jmp .d9
.d:     mov eax, 1
        ret
.d9:
        endtry
        try "hot function: its second block"
        calls .e, HOT
        mov byte [.e2 + 2], 40h
        calls .e, HOT
        jmp .e9
.e:     mov eax, 1
        jmp .e2
        nop
.e2:    add eax, 2
        ret
.e9:    xor eax, eax
        endtry
        try "hot function: changes its caller"
        mov ecx, HOT
.f1:    call .f
.f3:    mov eax, 0
        add edx, eax
        loop .f1
        jmp .f9
.f:     mov [.f3 + 1], ecx
        ret
.f9:    xor eax, eax
        endtry
        try "hot function: changes itself before it returns"
        calls .g, HOT
        jmp .g9
.g:     mov eax, 0
        inc dword [.g + 1]
        ret
.g9:    xor eax, eax
        endtry
        try "hot function: changed back and forth, both well known"
        mov ecx, HOT * 2
.h1:    mov byte [.h], 40h      ; inc eax
        call .h
        call .h
        mov byte [.h], 42h      ; inc edx
        call .h
        loop .h1
        jmp .h9
.h:     inc eax
        ret
.h9:
        endtry
        ret

; --- every kind of store ------------------------------------------------------------------------------------------------------------------

; Each row: code that changes the function at [EBX] = SLOT, which has been called HOT times: mov al, 11h; ret. What it is then is called
; HOT times again; printed are the sum of what it returned and the bytes.
; Given: EAX = the code mov al, 55h; ret, as a number; MM0, XMM0 and ST0 begin with the same; ECX = 8; EDX = 1.
SLOT    equ DATA + 800h
%macro write 2
%push write
        section .rodata
%%s:    db %1, 0
        section .data
        dd %%s, %%code, %2
        section .text
%%code:
%endmacro
%macro endwrite 0
        jmp written
%pop write
%endmacro

        section .data
        align 4
writes:
        write "mov byte", 0
        mov byte [ebx + 1], 22h
        endwrite
        write "mov word", 0
        mov [ebx], ax
        endwrite
        write "mov dword", 0
        mov [ebx], eax
        endwrite
        write "mov moffs", 0
        mov [SLOT], eax
        endwrite
        write "mov segment", 0
        mov [ebx + 1], ds
        mov byte [ebx + 2], 0c3h
        endwrite
        write "add", 0
        add [ebx + 1], cl
        endwrite
        write "or imm", 0
        or word [ebx], 2200h
        endwrite
        write "adc", 0
        stc
        adc byte [ebx + 1], 1
        endwrite
        write "inc", 0
        inc byte [ebx + 1]
        endwrite
        write "not", 0
        not byte [ebx + 1]
        endwrite
        write "neg", 0
        neg byte [ebx + 1]
        endwrite
        write "shl", 0
        shl byte [ebx + 1], 1
        endwrite
        write "ror cl", 0
        ror byte [ebx + 1], cl
        ror byte [ebx + 1], 2
        endwrite
        write "shld", 0
        shl eax, 16
        mov edx, [ebx]
        shrd [ebx + 1], edx, 28
        mov byte [ebx + 2], 0c3h
        endwrite
        write "xchg", 0
        xchg [ebx], eax
        endwrite
        write "lock add", 0
        lock add byte [ebx + 1], 4
        endwrite
        write "lock inc", 0
        lock inc word [ebx + 1]
        endwrite
        write "lock xor", 0
        lock xor dword [ebx], 4400h
        endwrite
        write "bts", 0
        bts dword [ebx], 9
        endwrite
        write "bts far bit", 0
        mov eax, 8 * 1001 + 1
        lock bts [ebx - 1000], eax
        endwrite
        write "setnz", 0
        test ebx, ebx
        setnz [ebx + 1]
        endwrite
        write "push", 0
        lea esp, [ebx + 4]
        push eax
        endwrite
        write "push imm, 16 bits", 0
        lea esp, [ebx + 2]
        push word 66b0h
        endwrite
        write "pusha", 0
        lea esp, [ebx + 32]
        mov edi, eax
        mov esi, 0
        pushad
        endwrite
        write "pop", 0
        push eax
        pop dword [ebx]
        endwrite
        write "call", 0
        lea esp, [ebx + 5]
        mov byte [ebx], 0b8h
        mov byte [ebx + 5], 0c3h
        mov edi, DATA + 0c0h
        mov word [edi], 0e6ffh  ; jmp esi
        mov word [edi - 2], 0d7ffh      ; call edi
        lea edi, [edi - 2]
        mov esi, .called
        push edi
        mov edi, DATA + 0c0h
        mov esp, SLOT + 5
        jmp DATA + 0beh
.called:
        endwrite
        write "enter", 0
        lea esp, [ebx + 4]
        mov ebp, eax
        enter 0, 0
        endwrite
        write "pushf", 0
        lea esp, [ebx + 3]
        push dword 247h
        mov byte [ebx], 0b0h
        lea esp, [ebx + 128]
        push dword 246h
        popfd
        lea esp, [ebx + 3]
        pushfw
        mov byte [ebx + 2], 0c3h
        cld
        endwrite
        write "stosb", 0
        lea edi, [ebx + 1]
        stosb
        endwrite
        write "stosd", 0
        mov edi, ebx
        stosd
        endwrite
        write "movsb", 0
        lea edi, [ebx + 1]
        mov esi, write_source + 4
        movsb
        endwrite
        write "movsd", 0
        mov edi, ebx
        mov esi, write_source
        movsd
        endwrite
        write "rep stosb", 0
        mov edi, ebx
        mov al, 40h
        dec ecx
        rep stosb
        mov byte [ebx + 7], 0c3h
        endwrite
        write "rep movsb", 0
        mov edi, ebx
        mov esi, write_source
        rep movsb
        endwrite
        write "rep movsd, backward", 0
        lea edi, [ebx + 4]
        mov esi, write_source + 4
        mov ecx, 2
        std
        rep movsd
        cld
        endwrite
        write "insb", 0
        lea edi, [ebx + 1]
        mov edx, 21h            ; the mask of the interrupt controller
        insb
        endwrite
        write "rep insb", 0
        lea edi, [ebx + 1]
        mov edx, 21h
        mov ecx, 4
        rep insb
        mov byte [ebx], 0b8h
        mov byte [ebx + 5], 0c3h
        endwrite
        write "sgdt", 0
        sgdt [ebx + 1]
        mov byte [ebx], 0b8h
        mov byte [ebx + 5], 0c3h
        endwrite
        write "smsw", 0
        smsw [ebx + 1]
        and byte [ebx + 1], 1
        mov byte [ebx + 2], 0c3h
        endwrite
        write "xadd", FEAT_486
        lock xadd [ebx + 1], cl
        endwrite
        write "cmpxchg", FEAT_486
        mov edx, eax
        mov eax, [ebx]
        lock cmpxchg [ebx], edx
        endwrite
        write "cmpxchg that fails", FEAT_486
        mov edx, eax
        lock cmpxchg [ebx], edx
        endwrite
        write "cmpxchg8b", FEAT_486 | FEAT_CX8
        mov esi, eax
        mov eax, [ebx]
        mov edx, [ebx + 4]
        mov edi, ebx
        mov ebx, esi
        mov ecx, 90909090h
        lock cmpxchg8b [edi]
        mov ebx, edi
        endwrite
        write "fst dword", 0
        fld dword [write_source.float]
        fst dword [ebx]
        endwrite
        write "fstp qword", 0
        fld qword [write_source.double]
        fstp qword [ebx]
        endwrite
        write "fistp word", 0
        fild word [write_source]
        fistp word [ebx]
        endwrite
        write "fistp dword", 0
        fild dword [write_source]
        fistp dword [ebx]
        endwrite
        write "fistp qword", 0
        fild qword [write_source]
        fistp qword [ebx]
        endwrite
        write "fstp tword", 0
        fstp tword [ebx]
        endwrite
        write "fbstp", 0
        fbld [write_source.bcd]
        mov byte [ebx + 10], 0c3h
        fbstp [ebx]
        endwrite
        write "fnstcw", 0
        fnstcw [ebx + 1]
        mov byte [ebx + 2], 0c3h
        endwrite
        write "fnstsw", 0
        fnstsw [ebx + 2]
        mov byte [ebx], 0b8h
        mov byte [ebx + 5], 0c3h
        endwrite
        write "fnstenv", 0
        fldenv [write_source.env]
        fnstenv [ebx - 20]
        fninit
        endwrite
        write "fnsave", 0
        fnsave [ebx - 28]
        endwrite
        write "movd", FEAT_MMX
        movd [ebx], mm0
        endwrite
        write "movq", FEAT_MMX
        movq [ebx], mm0
        endwrite
        write "movntq", FEAT_SSE
        movntq [ebx], mm0
        endwrite
        write "maskmovq", FEAT_SSE
        pxor mm1, mm1
        pcmpeqb mm1, mm1
        psrlq mm1, 32
        mov edi, ebx
        maskmovq mm0, mm1
        endwrite
        write "movups", FEAT_SSE
        movups [ebx + 3], xmm0
        movups [ebx], xmm0
        endwrite
        write "movaps", FEAT_SSE
        movaps [ebx], xmm0
        endwrite
        write "movntps", FEAT_SSE
        movntps [ebx], xmm0
        endwrite
        write "movlps", FEAT_SSE
        movlps [ebx], xmm0
        endwrite
        write "movhps", FEAT_SSE
        movhps [ebx], xmm0
        endwrite
        write "movss", FEAT_SSE
        movss [ebx], xmm0
        endwrite
        write "stmxcsr", FEAT_SSE
        stmxcsr [ebx + 1]
        mov byte [ebx], 0b8h
        mov byte [ebx + 5], 0c3h
        endwrite
        write "fxsave", FEAT_SSE
        fxsave [ebx - 32]
        endwrite
        write "fxsave, an XMM register", FEAT_SSE
        fxsave [ebx - 160]
        endwrite
        write "movdqa", FEAT_SSE2
        movdqa [ebx], xmm0
        endwrite
        write "movsd", FEAT_SSE2
        movsd [ebx], xmm0
        endwrite
        write "movnti", FEAT_SSE2
        movnti [ebx], eax
        endwrite
        write "maskmovdqu", FEAT_SSE2
        pcmpeqb xmm1, xmm1
        psrldq xmm1, 12
        mov edi, ebx
        maskmovdqu xmm0, xmm1
        endwrite
        section .data
writes_end:
        section .rodata
        align 4
write_source:
        db 0b0h, 55h, 0c3h, 90h, 77h, 90h, 90h, 90h, 0b0h, 66h, 0c3h, 90h, 90h, 90h, 90h, 90h
.float: db 0b0h, 44h, 0c3h, 40h
.double: db 0b0h, 33h, 0c3h, 90h, 90h, 90h, 90h, 40h
.bcd:   db 40h, 04h, 12h, 90h, 90h, 05h, 12h, 34h, 56h, 0
        align 4
.env:   dd 37fh, 0, 0ffffh, 0, 0, 90c366b0h, 90h
        section .text

stores:
        mov dword [op], writes
.row:
        mov esi, [op]
        mov eax, [esi + 8]
        and eax, [features]
        cmp eax, [esi + 8]
        jne .skip
        text esi, "store by "
        call print
        mov esi, [op]
        mov esi, [esi]
        call print
        text esi, ": "
        call print
        call slot
        call plain
        given eflags, 2 | IOPL3
        begin_code
        mov ebx, SLOT
        calls ebx, HOT
        push edx
        fninit
        fld tword [write_source]
        test dword [features], FEAT_MMX
        jz .no_mmx
        movq mm0, [write_source]
        emms
        fninit
        fld tword [write_source]
        test dword [features], FEAT_SSE
        jz .no_mmx
        movups xmm0, [write_source]
.no_mmx:
        mov eax, 90c355b0h
        mov ecx, 8
        mov edx, 1
        mov esi, [op]
        jmp [esi + 4]
        end_code
        call run
        call finished
        jc .done
        call outcome
        jmp .line
.done:
        mov eax, [frame + I_edx]
        call hex8
        mov ebx, 0
.byte:
        mov al, ' '
        call putc
        mov al, [SLOT + ebx]
        call hex2
        inc ebx
        cmp ebx, 6
        jb .byte
.line:
        call newline
.skip:
        add dword [op], 12
        cmp dword [op], writes_end
        jb .row
        fninit
        ret

; After the store.
written:
        mov esp, AREA + T_STACK - 4
        pop edx
        mov ebx, SLOT
        xor eax, eax
        calls ebx, HOT
        finish 0

slot:
        mov edi, SLOT - 400h
        mov ecx, 200h
        mov eax, 90909090h
        rep stosd
        mov dword [SLOT], 90c311b0h
        mov byte [SLOT + 10h], 0c3h
        ret

; --- string instructions that change what follows, or themselves --------------------------------------------------------------------------

; A repeated string instruction that overwrites itself: whether the processor goes on with the old one is not said in the manuals.
repeated:
        call plain
        try "rep stosb over the next instructions"
        mov edi, .a
        mov ecx, 4
        mov al, 42h
        rep stosb
.a:     inc eax
        inc eax
        inc eax
        inc eax
        mov edi, 0
        mov al, 0
        endtry
        try "rep movsb over the next instructions"
        mov edi, .b
        mov esi, write_source
        mov ecx, 2
        rep movsb
.b:     mov al, 11h
        mov esi, 0
        mov edi, 0
        endtry
        try "rep movsd over the instructions before, then back"
.c1:    mov al, 11h
        nop
        nop
        test edx, edx
        jnz .c2
        inc edx
        mov edi, .c1
        mov esi, write_source + 12      ; nop
        mov ecx, 1
        rep movsd
        mov eax, 77h
        jmp .c1
.c2:    mov esi, 0
        mov edi, 0
        endtry
        try "stosb over itself"
        mov edi, .d
        mov al, 43h             ; inc ebx
        mov ecx, 3
.d:     stosb
        dec edi
        loop .d
        test ebx, ebx           ; no flags of an address
        mov edi, 0
        mov al, 0
        endtry
        try "rep stosb up to itself and beyond"
        mov edi, .e
        mov al, 90h
        mov ecx, 8
.e:     rep stosb
        nop
        nop
        nop
        nop
        nop
        nop
        sub edi, .e
        test edi, edi
        endtry
        try "hot: rep stosb up to itself and beyond"
        mov ebp, HOT
        mov al, 90h
.g1:    mov edi, DATA
        mov ecx, 8
        cmp ebp, 1
        jne .g
        mov edi, .g
.g:     rep stosb
        nop
        nop
        nop
        nop
        nop
        nop
        dec ebp
        jnz .g1
        sub edi, .g
        test edi, edi
        endtry
        try "std, rep stosb down to itself"
        mov edi, .f + 1
        mov al, 90h
        mov ecx, 2
        std
.f:     rep stosb
        cld
        sub edi, .f
        endtry
        ret

; --- other addresses of the same page -----------------------------------------------------------------------------------------------------

OFF     equ 300h                ; where the pieces are in their pages
alias_piece:
        mov ecx, HOT
.next:  mov [ALIAS + OFF + .a - alias_piece + 1], ecx
.a:     mov eax, 0
        add edx, eax
        loop .next
        finish 0
alias_piece_end:
identity_piece:
        mov ecx, HOT
.next:  mov [DATA + OFF + .a - identity_piece + 1], ecx
        jmp .a
        nop
.a:     mov eax, 0
        add edx, eax
        loop .next
        finish 0
identity_piece_end:
rep_piece:
        mov ebp, HOT
.next:  mov esi, DATA + OFF + 100h
        mov [esi], ebp
        mov edi, ALIAS + OFF + .a - rep_piece + 1
        mov ecx, 4
        rep movsb
.a:     mov eax, 0
        add edx, eax
        dec ebp
        jnz .next
        finish 0
rep_piece_end:
function_1:
        mov eax, 1
        ret
function_1_end:
function_10000:
        mov eax, 10000h
        ret
function_10000_end:

; Runs at EAX.
run_at:
        mov [ctx + I_eip], eax
        call run
        jmp report

%macro run_piece 2 ; name, address
        text ebx, %1
        mov [test_name], ebx
        mov eax, %2
        call run_at
%endmacro

aliases:
        call fresh
        call flush
        call plain
        place DATA + OFF, alias_piece
        run_piece "alias: the next instruction, each time", PAGE + OFF
        place DATA + OFF, identity_piece
        run_piece "alias: the next block, each time", PAGE + OFF
        place DATA + OFF, rep_piece
        run_piece "alias: by rep movsb, each time", PAGE + OFF
        place DATA + OFF, function_1
        call plain
        try "alias: hot at three addresses, changed by one"
        calls DATA + OFF, HOT
        calls PAGE + OFF, HOT
        calls ALIAS + OFF, HOT
        mov word [PAGE + OFF + 2], 100h
        calls DATA + OFF, HOT
        calls PAGE + OFF, HOT
        calls ALIAS + OFF, HOT
        mov eax, 0
        endtry
        try "alias: in turn"
        mov ecx, HOT
.turn:  mov [PAGE + OFF + 1], ecx
        mov edi, ALIAS + OFF
        call edi
        add edx, eax
        inc dword [ALIAS + OFF + 1]
        mov edi, DATA + OFF
        call edi
        add edx, eax
        inc dword [DATA + OFF + 1]
        mov edi, PAGE + OFF
        call edi
        add edx, eax
        loop .turn
        mov eax, 0
        mov edi, 0
        endtry
        unless FEAT_PSE, .done
        kernel32
        call zeros
        mov eax, cr4
        or eax, CR4_PSE
        mov cr4, eax
        mov dword [PD + 4 * (0c00000h >> 22)], 87h
        call flush
        try "alias: a 4 MB page"
        calls DATA + OFF, HOT
        mov dword [0c00000h + DATA + OFF + 1], 10000h
        calls DATA + OFF, HOT
        calls 0c00000h + DATA + OFF, HOT
        mov dword [DATA + OFF + 1], 20000h
        calls 0c00000h + DATA + OFF, HOT
        mov eax, 0
        endtry
        mov eax, cr4
        and eax, ~CR4_PSE
        mov cr4, eax
        call fresh
        call flush
.done:
        ret

; --- stores across two pages --------------------------------------------------------------------------------------------------------------

; The functions are at the end of one page or the begin of the next; where the next page is in memory differs.
across:
        mov dword [other], (DATA + 1000h) | 7
        call .all
        heading "the second page elsewhere"
        mov dword [other], (DATA + 5000h) | 7
.all:
        call fresh
        mov eax, [other]
        mov [PT + 4], eax
        call flush
        call plain
        mov dword [PAGE + 1000h], 0c301b0h
        try "across: dword, half of it code in the second page"
        calls PAGE + 1000h, HOT
        mov dword [PAGE + 0ffeh], 2b07777h
        calls PAGE + 1000h, HOT
        mov eax, 0
        endtry
        mov dword [PAGE + 1000h], 0c301b0h
        try "across: qword of the FPU, its last bytes"
        calls PAGE + 1000h, HOT
        mov dword [DATA + 3000h], 0
        mov dword [DATA + 3004h], 2b00000h
        fninit
        fild qword [DATA + 3000h]
        fistp qword [PAGE + 0ffah]
        calls PAGE + 1000h, HOT
        mov eax, 0
        endtry
        mov dword [PAGE + 1000h], 0c301b0h
        try "across: push"
        calls PAGE + 1000h, HOT
        mov ecx, esp
        mov esp, PAGE + 1002h
        push dword 2b07777h
        mov esp, ecx
        calls PAGE + 1000h, HOT
        mov eax, 0
        mov ecx, 0
        endtry
        mov dword [PAGE + 1000h], 0c301b0h
        try "across: lock add"
        calls PAGE + 1000h, HOT
        lock add dword [PAGE + 0ffeh], 1000000h
        calls PAGE + 1000h, HOT
        mov eax, 0
        endtry
        mov dword [PAGE + 1000h], 0c301b0h
        try "across: rep stosw"
        calls PAGE + 1000h, HOT
        mov byte [PAGE + 1003h], 0c3h
        mov edi, PAGE + 0ff8h
        mov ecx, 5
        mov eax, 40404040h
        rep stosw
        mov byte [PAGE + 1002h], 0c3h
        xor eax, eax
        calls PAGE + 1000h, HOT
        mov eax, 0
        endtry
        mov dword [PAGE + 0ffch], 9090c301h
        mov word [PAGE + 0ffbh], 1b0h
        try "across: dword, half of it code in the first page"
        calls PAGE + 0ffbh, HOT
        mov word [PAGE + 1000h], 0c390h
        mov dword [PAGE + 0ffdh], 0c3024090h
        mov byte [PAGE + 0ffch], 90h
        calls PAGE + 0ffbh, HOT
        mov eax, 0
        endtry
        mov dword [PAGE + 0ffch], 0b8909090h
        mov dword [PAGE + 1000h], 1
        mov byte [PAGE + 1004h], 0c3h
        try "across: the immediate of an instruction across"
        calls PAGE + 0ffch, HOT
        mov dword [PAGE + 1000h], 10000h
        calls PAGE + 0ffch, HOT
        inc byte [PAGE + 1003h]
        calls PAGE + 0ffch, HOT
        mov eax, 0
        endtry
        try "across: the opcode of an instruction across"
        mov dword [PAGE + 1000h], 1
        calls PAGE + 0ffch, HOT
        mov byte [PAGE + 0fffh], 5      ; add eax
        calls PAGE + 0ffch, HOT
        mov eax, 0
        endtry
        mov dword [PT + 8], 0
        call flush
        mov dword [PAGE + 1ff8h], 0c301b090h
        try "across: nothing changes when the second page is absent"
        calls PAGE + 1ff8h, HOT
        mov dword [PAGE + 1ffah], 0
        mov dword [PAGE + 1ffeh], 0
        endtry
        mov dword [PAGE + 1ffch], 0c301b090h
        text eax, "across: a store that faults, function still as it was"
        mov [test_name], eax
        begin_code
        mov dword [PAGE + 1ffdh], 0
        end_code
        call run
        call report
        try "across: called after the fault"
        mov edi, PAGE + 1ffch
        call edi
        mov edi, 0
        endtry
        ret

; --- 16-bit code and V86 mode -------------------------------------------------------------------------------------------------------------

small_code:
        user16
        call zeros
        given fs, U_DATA
        try16 "16-bit code: the next instruction, each time"
        mov cx, HOT
.a1:    mov [fs:dword .a + 1], cx
.a:     mov ax, 0
        add dx, ax
        loop .a1
        endtry
        v86
        call zeros
        given ds, IMAGE >> 4
        try16 "v86: the next instruction, each time"
        mov cx, HOT
.b1:    mov [.b + 1 - IMAGE], cx
.b:     mov ax, 0
        add dx, ax
        loop .b1
        endtry
        given es, (IMAGE >> 4) - 800h
        try16 "v86: by another segment, by rep stosb"
        mov bp, HOT
.c1:    mov di, .c + 1 - IMAGE + 8000h
        mov ax, bp
        mov cx, 1
        rep stosb
.c:     mov bl, 0
        add dx, bx
        dec bp
        jnz .c1
        mov di, 0
        mov ax, 0
        mov bx, 0
        endtry
        ; the same bytes as 16-bit and as 32-bit code
        mov edi, SLOT
        mov dword [edi], 0f1234b8h      ; mov eax, 0b0f1234h; ret
        mov dword [edi + 4], 0c30bh     ; mov ax, 1234h; ud2 as 16-bit code
        call plain
        try "32-bit code, hot"
        calls SLOT, HOT
        endtry
        v86
        call zeros
        given cs, SLOT >> 4
        run_piece "the same bytes in v86 mode", SLOT
        ret

; --- into the middle of an instruction ----------------------------------------------------------------------------------------------------

middles:
        call plain
        try "middle: both ways hot"
        mov ecx, HOT
.a1:    mov edi, .a
        call edi
        mov edi, .a + 1
        call edi
        loop .a1
        mov edi, 0
        jmp .a9
.a:     mov eax, 0c3434240h     ; inc eax; inc edx; inc ebx; ret
        ret
.a9:
        endtry
        try "middle: a jump into itself"
        mov ecx, HOT
.b1:    db 0ebh                 ; jmp $ + 1: to FF C0, inc eax
.b:     db 0ffh, 0c0h
        loop .b1
        endtry
        try "middle: the shared byte changes"
        mov ecx, HOT * 2
.c1:    cmp ecx, HOT
        jne .c2
        mov byte [.c + 2], 46h  ; inc esi instead of edx
.c2:    mov edi, .c
        call edi
        add ebp, eax
        mov edi, .c + 1
        call edi
        loop .c1
        mov edi, 0
        jmp .c9
.c:     mov eax, 0c3434240h
        ret
.c9:
        endtry
        try "middle: lock as a byte that a jump skips"
        mov ecx, HOT
        mov esi, DATA
        mov dword [esi], 0
.d1:    test cl, 1
        jz .d + 1
.d:     lock inc dword [esi]
        loop .d1
        mov eax, [esi]
        mov esi, 0
        endtry
        ret

; --- other page tables --------------------------------------------------------------------------------------------------------------------

FUNCTION equ PAGE + 1000h + OFF

; The entry of the page of FUNCTION becomes the other one.
swap_cr3:
        mov eax, [PT + 4]
        xchg eax, [other]
        mov [PT + 4], eax
        mov eax, cr3
        mov cr3, eax
        ret
swap_invlpg:
        mov eax, [PT + 4]
        xchg eax, [other]
        mov [PT + 4], eax
        invlpg [FUNCTION]
        ret
swap_spaces:
        mov eax, cr3
        xor eax, PD ^ PD2
        mov cr3, eax
        ret

; Functions at DATA + 1000h and DATA + 2000h, the second not mapped.
two_functions:
        call fresh
        place DATA + 1000h + OFF, function_1
        place DATA + 2000h + OFF, function_10000
        mov dword [other], (DATA + 2000h) | 7
        call flush
        ret

self_1: int SERVE
        mov eax, 1
        ret
self_1_end:
self_10000:
        int SERVE
        mov eax, 10000h
        ret
self_10000_end:
kernel_1:
        mov [PT + 4], ebx
        mov cr3, ecx
        mov eax, 1
        ret
kernel_1_end:
kernel_10000:
        mov [PT + 4], esi
        mov cr3, ecx
        mov eax, 10000h
        ret
kernel_10000_end:

%macro swaps 1 ; name: FUNCTION is called between calls of the service
        try %1
        mov ecx, HOT
%%next: mov edi, FUNCTION
        call edi
        add edx, eax
        int SERVE
        loop %%next
        calls FUNCTION, HOT
        int SERVE
        calls FUNCTION, HOT
        mov eax, 0
        endtry
%endmacro

remapping:
        call plain
        call two_functions
        mov dword [service], swap_cr3
        swaps "remapped: cr3"
        unless FEAT_486, .no_invlpg
        call two_functions
        mov dword [service], swap_invlpg
        swaps "remapped: invlpg"
.no_invlpg:
        call two_functions
        mov esi, PD             ; a second address space
        mov edi, PD2
        mov ecx, 400h
        rep movsd
        mov dword [PD2 + 4 * (PAGE >> 22)], PT2 | 7
        mov esi, PT
        mov edi, PT2
        mov ecx, 400h
        rep movsd
        mov dword [PT2 + 4], (DATA + 2000h) | 7
        mov dword [service], swap_spaces
        swaps "remapped: two address spaces"
        mov eax, PD
        mov cr3, eax
        mov dword [service], swap_cr3
        call two_functions
        place DATA + 1000h + OFF, self_1
        place DATA + 2000h + OFF, self_10000
        call plain
        try "remapped: the page that is running, level 3"
        calls FUNCTION, HOT
        mov eax, 0
        endtry
        call two_functions
        place DATA + 1000h + OFF, kernel_1
        place DATA + 2000h + OFF, kernel_10000
        kernel32
        call zeros
        try "remapped: the page that is running, level 0"
        mov ebx, (DATA + 2000h) | 7
        mov esi, (DATA + 1000h) | 7
        mov ecx, PD
        calls FUNCTION, HOT
        mov eax, 0
        mov ebx, 0
        mov ecx, 0
        mov esi, 0
        endtry
        call two_functions
        call plain
        try "remapped: changed where it is not mapped"
        calls FUNCTION, HOT
        int SERVE
        mov dword [DATA + 1000h + OFF + 1], 100h
        calls FUNCTION, HOT
        int SERVE
        calls FUNCTION, HOT
        mov eax, 0
        endtry
        unless FEAT_PGE, .no_global
        call two_functions
        mov eax, cr4
        or eax, CR4_PGE
        mov cr4, eax
        or dword [PT + 4], 100h
        or dword [other], 100h
        call flush
        kernel32
        call zeros
        try "remapped: a global page, mov cr3, then invlpg"
        calls FUNCTION, HOT
        call swap_cr3
        calls FUNCTION, HOT
        invlpg [FUNCTION]
        calls FUNCTION, HOT
        mov eax, 0
        endtry
        mov eax, cr4
        and eax, ~CR4_PGE
        mov cr4, eax
.no_global:
        call two_functions
        kernel32
        call zeros
        try "remapped: paging off and on"
        calls FUNCTION, HOT
        mov ecx, HOT
.paging:
        mov eax, [PT + 4]
        xchg eax, [other]
        mov [PT + 4], eax
        mov eax, cr0
        and eax, ~CR0_PG
        mov cr0, eax
        jmp .off
.off:
        or eax, CR0_PG
        mov cr0, eax
        jmp .on
.on:
        mov edi, FUNCTION
        call edi
        add edx, eax
        loop .paging
        mov eax, 0
        mov edi, 0
        endtry
        ret

; --- instructions across two pages --------------------------------------------------------------------------------------------------------

; mov dword [DATA + 4000h], 12345678h; ret with the first N bytes in the first page. Each row: second page absent, of the supervisor;
; mapped to DATA + 1000h and DATA + 5000h, where the operand differs.
long_insn:
        mov dword [DATA + 4000h], 12345678h
        finish 0
long_insn_end:
LONG_BYTES equ long_insn_end - long_insn

straddling:
        mov dword [split], 1
.next:
        text esi, "across pages after "
        call print
        mov al, [split]
        call hex2
        mov al, ':'
        call putc
        call fresh
        mov edi, PAGE + 1000h
        sub edi, [split]
        mov esi, long_insn
        mov ecx, LONG_BYTES
        rep movsb
        mov esi, DATA + 1000h
        mov edi, DATA + 5000h
        mov ecx, 400h
        rep movsd
        mov edi, DATA + 5000h + 9       ; the immediate's last byte
        sub edi, [split]
        cmp dword [split], 10
        jae .same
        mov byte [edi], 99h
.same:
        call plain
        mov eax, PAGE + 1000h
        sub eax, [split]
        mov [ctx + I_eip], eax
        xor eax, eax
        call .run
        mov eax, (DATA + 1000h) | 3
        call .run
        mov eax, (DATA + 1000h) | 5
        call .run
        mov eax, (DATA + 5000h) | 5
        call .run
        mov eax, (DATA + 1000h) | 7
        call .run
        mov eax, (DATA + 1000h) | 6
        call .run
        mov dword [PT], DATA | 6        ; both
        call .run
        call newline
        inc dword [split]
        cmp dword [split], 10
        jbe .next
        ; the same in one hot loop
        call fresh
        mov edi, PAGE + 0ffeh
        mov word [edi], 0b890h
        mov dword [DATA + 1000h], 1
        mov byte [DATA + 1004h], 0c3h
        mov dword [DATA + 5000h], 10000h
        mov byte [DATA + 5004h], 0c3h
        mov dword [other], (DATA + 5000h) | 7
        mov dword [service], swap_cr3
        call flush
        call plain
        try "across pages: second remapped, hot"
        mov ecx, HOT
.hot:   mov edi, PAGE + 0ffeh
        call edi
        add edx, eax
        int SERVE
        loop .hot
        calls PAGE + 0ffeh, HOT
        int SERVE
        calls PAGE + 0ffeh, HOT
        mov eax, 0
        endtry
        ; an instruction that ends with its page
        call fresh
        mov dword [PAGE + 0ffch], 0c033c033h
        mov dword [PT + 4], 0
        call flush
        call plain
        given eax, 77777777h
        run_piece "ends with its page, the next absent", PAGE + 0ffch
        mov byte [PAGE + 0fffh], 0c0h
        mov dword [PAGE + 0ffch], 000b0f90h
        run_piece "finish at the end of a page", PAGE + 0ffch
        mov dword [PAGE + 0ffch], 010b0f90h     ; its number differs
        run_piece "finish at the end of a page, changed", PAGE + 0ffch
        ; the data of an instruction across is on the absent page
        mov dword [PAGE + 0ffch], 0a1909090h    ; mov eax, [PAGE + 2000h]
        mov dword [DATA + 1000h], PAGE + 2000h
        mov dword [DATA + 1004h], 000b0fh
        mov dword [PT + 8], 0
        run_piece "across: fetch before data", PAGE + 0ffch
        mov dword [PT + 4], (DATA + 1000h) | 5
        call flush
        run_piece "across: data after the fetch", PAGE + 0ffch
        ; illegal, but too long to be known before the page fault
        mov dword [PAGE + 0ffch], 0f909090h
        mov byte [DATA + 1000h], 0bh
        mov dword [PT + 4], 0
        call flush
        run_piece "across: undefined opcode, second byte absent", PAGE + 0ffch
        mov dword [PT + 4], (DATA + 1000h) | 5
        call flush
        run_piece "across: undefined opcode", PAGE + 0ffch
        mov edi, PAGE + 0ff8h
        mov eax, 66666666h
        stosd
        stosd
        mov edi, DATA + 1000h
        stosd
        stosd
        stosd
        stosd
        run_piece "16 prefixes across", PAGE + 0ff8h
        mov dword [PT + 4], 0
        call flush
        run_piece "16 prefixes across, the second page absent", PAGE + 0ff8h
        mov eax, 66666666h
        mov [PAGE + 0ff0h], eax
        mov [PAGE + 0ff4h], eax
        run_piece "16 prefixes up to the end of a page, the next absent", PAGE + 0ff0h
        run_piece "15 prefixes up to the end of a page, the next absent", PAGE + 0ff1h
        run_piece "14 prefixes up to the end of a page, the next absent", PAGE + 0ff2h
        ret
; One column: the entry EAX for the second page.
.run:
        mov [PT + 4], eax
        mov dword [DATA + 4000h], 0
        call flush
        call run
        mov al, ' '
        call putc
        cmp dword [frame + I_vector], 14
        jne .number
        mov al, [frame + I_error]
        call hex1
        mov al, '@'
        call putc
        mov eax, [frame + I_cr2]
        sub eax, PAGE
        call hex4
        mov eax, [frame + I_eip]
        cmp eax, [ctx + I_eip]
        je .printed
        mov al, '!'
        jmp putc
.number:
        mov edx, -1
        call letter
        mov eax, [DATA + 4000h]
        call hex8
.printed:
        ret

; --- blocks and loops at the end of a page ------------------------------------------------------------------------------------------------

loop_piece: ; to be placed across two pages
        mov ecx, HOT * 2
.next:  inc eax
        add edx, ecx
        nop
        nop
        nop
        nop
        nop
        nop
        inc ebx
.on:    loop .next
        finish 0
loop_piece_end:

page_ends:
        call fresh
        call flush
        mov dword [split], 1
.next:
        call plain
        mov edi, PAGE + 1000h
        sub edi, [split]
        mov [ctx + I_eip], edi
        mov esi, loop_piece
        mov ecx, loop_piece_end - loop_piece
        rep movsb
        text eax, "loop across pages"
        mov [test_name], eax
        call run
        call report
        inc dword [split]
        cmp dword [split], 22
        jb .next
        ; a loop whose first block ends with its page
        call plain
        mov byte [PAGE + 0ff0h], 40h            ; inc eax
        mov dword [PAGE + 0ff1h], 1000beh       ; (mov esi, 1000h)
        mov byte [PAGE + 0ff5h], 0
        mov dword [PAGE + 0ff6h], 90909090h
        mov dword [PAGE + 0ffah], 90909090h
        mov word [PAGE + 0ffeh], 00ebh          ; jmp to the next page's first byte
        mov dword [PAGE + 1000h], 0ece24290h    ; nop; inc edx; loop PAGE + 0ff0h
        mov dword [PAGE + 1004h], 000b0fh
        given ecx, HOT
        run_piece "loop of two pages, block ends with its page", PAGE + 0ff0h
        mov dword [PAGE + 1000h], 0ece24390h    ; inc ebx
        run_piece "loop of two pages, second changed", PAGE + 0ff0h
        mov byte [PAGE + 0ff0h], 48h            ; dec eax
        run_piece "loop of two pages, first changed", PAGE + 0ff0h
        mov esi, DATA + 1000h
        mov edi, DATA + 5000h
        mov ecx, 400h
        rep movsd
        mov byte [DATA + 5001h], 45h            ; inc ebp
        mov dword [PT + 4], (DATA + 5000h) | 7
        call flush
        run_piece "loop of two pages, second remapped", PAGE + 0ff0h
        mov word [PAGE + 0ffeh], 9090h          ; no jump: runs on
        run_piece "loop of two pages, without a jump", PAGE + 0ff0h
        mov dword [PT + 4], (DATA + 1000h) | 7
        call flush
        run_piece "loop of two pages, without a jump, remapped", PAGE + 0ff0h
        ret

; --- rights that change -------------------------------------------------------------------------------------------------------------------

; A hot loop at PAGE + OFF calls the service after HOT iterations.
rights_piece:
        mov ecx, HOT
.next:  inc eax
        inc dword [DATA + 0e00h]
        loop .next
        int SERVE
        mov ecx, HOT
.again: inc edx
        loop .again
        finish 0
rights_piece_end:
write_piece:
        mov ecx, HOT
        mov ebx, PAGE + OFF + .a - write_piece + 1
.next:  inc byte [ebx]
.a:     mov al, 0
        add edx, eax
        loop .next
        int SERVE
        inc byte [ebx]
        finish 0
write_piece_end:

set_entry:
        mov eax, [other]
        mov [PT], eax
        mov eax, cr3
        mov cr3, eax
        ret
%macro rights_of 3 ; name, piece, entry
        call fresh
        place DATA + OFF, %2
        mov dword [other], %3
        call flush
        call plain
        run_piece %1, PAGE + OFF
%endmacro

rights:
        mov dword [service], set_entry
        rights_of "rights: still the same", rights_piece, DATA | 7
        rights_of "rights: read-only", rights_piece, DATA | 5
        rights_of "rights: of the supervisor", rights_piece, DATA | 3
        rights_of "rights: absent", rights_piece, DATA | 6
        mov edi, DATA + 7000h
        mov ecx, 400h
        mov eax, 40404040h              ; inc eax
        rep stosd
        mov dword [DATA + 7ffch], 070b0f40h
        rights_of "rights: elsewhere, other code", rights_piece, (DATA + 7000h) | 7
        rights_of "rights: own code changed", write_piece, DATA | 7
        rights_of "rights: own code read-only", write_piece, DATA | 5
        rights_of "rights: own code of the supervisor", write_piece, DATA | 3
        call fresh
        call flush
        unless FEAT_486, .done
        ; level 0 writes to read-only code: only WP stops it
        kernel32
        call zeros
        place DATA + OFF, function_1
        mov dword [PT], DATA | 5
        call flush
        try "rights: level 0 changes read-only code"
        calls PAGE + OFF, HOT
        inc dword [PAGE + OFF + 1]
        calls PAGE + OFF, HOT
        mov eax, 0
        endtry
        mov eax, cr0
        or eax, CR0_WP
        mov cr0, eax
        try "rights: level 0 changes read-only code, WP"
        calls PAGE + OFF, HOT
        inc dword [PAGE + OFF + 1]
        endtry
        mov eax, cr0
        and eax, ~CR0_WP
        mov cr0, eax
.done:
        jmp execute_disable

; With PAE: the same low memory, and the hot page becomes not executable.
PDPT    equ TABLES + 8000h
PAE_PD  equ TABLES + 9000h
PAE_PT  equ TABLES + 0a000h
MSR_EFER equ 0c0000080h
NXE     equ 800h
set_nx:
        mov dword [PAE_PT + 8 * (DATA >> 12) + 4], 80000000h
        invlpg [DATA]
        ret
execute_disable:
        unless FEAT_PAE | FEAT_SSE2, .done
        mov eax, 80000000h
        cpuid
        cmp eax, 80000001h
        jb .done
        mov eax, 80000001h
        cpuid
        bt edx, 20
        jnc .done
        mov edi, PDPT
        mov ecx, 3000h / 4
        xor eax, eax
        rep stosd
        mov dword [PDPT], PAE_PD | 1
        mov dword [PAE_PD], PAE_PT | 7
        mov edi, PAE_PT
        mov eax, 7
        mov ecx, 200h
.entry:
        stosd
        add eax, 1000h
        add edi, 4
        loop .entry
        call paging_off
        mov eax, cr4
        or eax, CR4_PAE
        mov cr4, eax
        mov eax, PDPT
        mov cr3, eax
        mov ecx, MSR_EFER
        rdmsr
        or eax, NXE
        wrmsr
        mov eax, cr0
        or eax, CR0_PG
        mov cr0, eax
        place DATA + OFF, rights_piece
        mov dword [service], set_nx
        call plain
        run_piece "rights: not executable", DATA + OFF
        mov dword [PAE_PT + 8 * (DATA >> 12) + 4], 0
        call flush
        run_piece "rights: executable again until the service", DATA + OFF
        kernel32
        call zeros
        mov dword [PAE_PT + 8 * (DATA >> 12) + 4], 0
        call flush
        run_piece "rights: not executable, level 0", DATA + OFF
        ; an instruction across, the second page not executable
        mov dword [PAE_PT + 8 * (DATA >> 12) + 4], 0
        mov dword [DATA + 0ffch], 0b8909090h
        mov dword [DATA + 1000h], 1
        mov dword [DATA + 1004h], 000b0fh
        call flush
        call plain
        run_piece "rights: across, executable", DATA + 0ffch
        mov dword [PAE_PT + 8 * (DATA + 1000h >> 12) + 4], 80000000h
        call flush
        run_piece "rights: across, second page not executable", DATA + 0ffch
        call paging_off
        mov ecx, MSR_EFER
        rdmsr
        and eax, ~NXE
        wrmsr
        mov eax, cr4
        and eax, ~CR4_PAE
        mov cr4, eax
        call paging_on
.done:
        ret

; --- writes of the processor itself -------------------------------------------------------------------------------------------------------

processor_writes:
        call fresh
        call flush
        ; SS of an interrupt's frame, the top of the stack: B8 is the last byte of ESP
        call slot
        mov byte [SLOT], 0b8h
        mov dword [SLOT + 1], 1
        mov byte [SLOT + 5], 0c3h
        push dword [TSS + 4]
        mov dword [TSS + 4], SLOT + 5
        call plain
        try "frame of an interrupt"
        calls SLOT, HOT
        mov ecx, esp
        mov esp, 0b8000000h
        int RETURN
        mov esp, ecx
        mov ecx, 0
        calls SLOT, HOT
        mov eax, 0
        endtry
        pop dword [TSS + 4]
        ; an entry of a page table: A and D
        call fresh
        mov byte [PT + 4 * 20 - 1], 0b8h
        mov dword [PT + 4 * 20], DATA | 7
        mov byte [PT + 4 * 21], 0c3h
        call flush
        call plain
        try "A and D bits"
        calls PT + 4 * 20 - 1, HOT
        sub edx, HOT * (DATA | 7)
        mov ecx, [PAGE + 20 * 1000h]
        mov ecx, 0
        calls PT + 4 * 20 - 1, HOT
        sub edx, HOT * (DATA | 7)
        mov [PAGE + 20 * 1000h], edx
        calls PT + 4 * 20 - 1, HOT
        mov eax, 0
        endtry
        ; the accessed bit of a descriptor
        gdt T0, 0b800h, 0, P | DPL3 | RW
        mov byte [GDT + T0 + 8], 0c3h
        call plain
        try "accessed bit of a descriptor"
        calls GDT + T0 + 3, HOT
        mov ecx, T0 | 3
        mov es, ecx
        push ds
        pop es
        sub edx, HOT * 0f200h
        calls GDT + T0 + 3, HOT
        mov eax, 0
        mov ecx, 0
        endtry
        ret
end_kernel
