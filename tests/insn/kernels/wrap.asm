; wrap.asm: operands, stacks and code that reach the end of 64 KB or of 4 GB: in real mode, V86 mode, 16-bit and 32-bit protected mode;
; accesses whose second page faults. SDM 3A 5.3, 20.1, 22.33; SDM 2: exceptions of each instruction.
;
; In the rows of letters each character is one offset: from two bytes below to two bytes above the last one that fits.
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "wrap"
%include "pages.inc"

REAL_IDT equ 3f000h

        section .bss
op:     resd 1
step:   resd 1
        section .text

main:
        fninit
        mov eax, CR4_OSFXSR
        call set_cr4
        call fill_real_idt
        call operands
        call sums
        call stacks16
        call strings16
        call code16
        call map_top
        call paging_on
        call top
        call top_stacks
        call top_strings
        call across
        jmp power_off

; --- real mode -----------------------------------------------------------------------------------------------------------------------

; The context as for V86 mode, but without it. The frame's flags have VM too, so that what reports knows how to take CS.
real_idt:
        dw 20h * 4 - 1
        dd REAL_IDT

fill_real_idt:
        mov edi, REAL_IDT
        mov eax, (IMAGE >> 4 << 16) + LOW(real_stubs)
        mov ecx, 20h
.next:
        stosd
        add eax, REAL_STUB
        loop .next
        ret

run_real:
        pushad
        mov [k_esp], esp
        lidt [real_idt]
        mov eax, [ctx + I_eip]
        mov ecx, [ctx + I_cs]
        mov [real_target + 2], cx
        shl ecx, 4
        sub eax, ecx
        mov [real_target], ax
        jmp K_CODE16:LOW(.small)
        bits 16
.small:
        mov ax, K_DATA16        ; limits of 64 KB
        mov ss, ax
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov eax, cr0
        and al, 0feh
        mov cr0, eax
        jmp (IMAGE >> 4):LOW(.real)
.real:
        mov ax, IMAGE >> 4
        mov ds, ax
        mov ax, AREA >> 4
        mov ss, ax
        mov esp, T_STACK
        mov es, [LOW(ctx + I_es)]
        mov fs, [LOW(ctx + I_fs)]
        mov gs, [LOW(ctx + I_gs)]
        mov eax, [LOW(ctx + I_eflags)]
        and eax, ~VM
        push eax
        popfd
        mov eax, [LOW(ctx + I_eax)]
        mov ecx, [LOW(ctx + I_ecx)]
        mov edx, [LOW(ctx + I_edx)]
        mov ebx, [LOW(ctx + I_ebx)]
        mov ebp, [LOW(ctx + I_ebp)]
        mov esi, [LOW(ctx + I_esi)]
        mov edi, [LOW(ctx + I_edi)]
        mov ss, [LOW(ctx + I_ss)]
        mov esp, [LOW(ctx + I_esp)]
        mov ds, [LOW(ctx + I_ds)]
        jmp far [cs:LOW(real_target)]

REAL_STUB equ 5
%macro real_stub 1
%%s:    push byte %1
        jmp near real_trap
        times REAL_STUB - ($ - %%s) nop
%endmacro
real_stubs:
%assign n 0
%rep 20h
        real_stub n
%assign n n + 1
%endrep

real_trap:
        mov [cs:LOW(frame + I_eax)], eax
        mov [cs:LOW(frame + I_ecx)], ecx
        mov [cs:LOW(frame + I_edx)], edx
        mov [cs:LOW(frame + I_ebx)], ebx
        mov [cs:LOW(frame + I_ebp)], ebp
        mov [cs:LOW(frame + I_esi)], esi
        mov [cs:LOW(frame + I_edi)], edi
        xor eax, eax
        mov [cs:LOW(frame + I_error)], eax
        pop ax
        mov [cs:LOW(frame + I_vector)], eax
        pop ax
        mov [cs:LOW(frame + I_eip)], eax
        pop ax
        mov [cs:LOW(frame + I_cs)], eax
        pop ax
        movzx eax, ax
        or eax, VM
        mov [cs:LOW(frame + I_eflags)], eax
        mov [cs:LOW(frame + I_esp)], esp
        mov ax, ss
        movzx eax, ax
        mov [cs:LOW(frame + I_ss)], eax
        mov ax, ds
        mov [cs:LOW(frame + I_ds)], eax
        mov ax, es
        mov [cs:LOW(frame + I_es)], eax
        mov ax, fs
        mov [cs:LOW(frame + I_fs)], eax
        mov ax, gs
        mov [cs:LOW(frame + I_gs)], eax
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword K_CODE:.protected
        bits 32
.protected:
        mov eax, K_DATA
        mov ds, eax
        mov es, eax
        lidt [idt_pointer]
        jmp leave_trap

        section .data
        align 4
real_target: dd 0
        section .text

; Each dword of AREA and DATA becomes its own address. Wide enough apart from the kernel's own data.
fill:
        pushad
        mov edi, AREA
        mov eax, edi
        mov ecx, 20000h / 4
.next:
        stosd
        add eax, 4
        loop .next
        popad
        ret

; both "name" ... endboth: 16-bit code in real mode and in V86 mode.
%macro both 1+
        try16 %1
%endmacro
%macro endboth 0
        end_code
        call run_both
%pop test
%endmacro
run_both:
        call fill
        call run_real
        text esi, "real "
        call print
        call report
        call fill
        call run
        text esi, "v86  "
        call print
        jmp report

; V86 context with zeros in EAX ... EDX; DS = FS = AREA, the stack too.
v86_zeros:
        v86
        mov edi, ctx
        mov ecx, 4
        xor eax, eax
        rep stosd
        mov [ctx + I_ebp], eax
        mov [ctx + I_esi], eax
        mov [ctx + I_edi], eax
        given ds, AREA >> 4
        given fs, AREA >> 4
        ret

; --- operands at the end of 64 KB ------------------------------------------------------------------------------------------------------

; Each: name, code with FS, code with SS, bytes, features.
%macro op_row 3+ ; bytes, features, instruction
%define MEM si
%xdefine op_insn %3
%defstr op_text op_insn
        section .rodata
%%s:    db op_text, 0
        section .data
        dd %%s, %%fs, %%ss, %1, %2
        section .text
        bits 16
%define MEM fs:si
%%fs:   %3
        finish 0
%define MEM ss:si
%%ss:   %3
        finish 0
        bits 32
%undef MEM
%endmacro
OP_SIZE equ 20
        section .data
        align 4
ops:
        op_row 1, 0, mov al, [MEM]
        op_row 1, 0, mov [MEM], al
        op_row 1, 0, not byte [MEM]
        op_row 2, 0, mov ax, [MEM]
        op_row 2, 0, mov [MEM], ax
        op_row 2, 0, inc word [MEM]
        op_row 2, 0, xchg ax, [MEM]
        op_row 2, 0, mov es, [MEM]
        op_row 2, 0, mov [MEM], es
        op_row 2, 0, push word [MEM]
        op_row 2, 0, pop word [MEM]
        op_row 2, 0, imul ax, [MEM], 3
        op_row 2, 0, movzx eax, word [MEM]
        op_row 2, 0, shld [MEM], ax, 3
        op_row 2, 0, bt word [MEM], 1
        op_row 2, 0, smsw [MEM]
        op_row 2, 0, fldcw [MEM]
        op_row 2, 0, fnstcw [MEM]
        op_row 2, 0, fild word [MEM]
        op_row 4, 0, mov eax, [MEM]
        op_row 4, 0, mov [MEM], eax
        op_row 4, 0, rol dword [MEM], 1
        op_row 4, 0, pop dword [MEM]
        op_row 4, 0, les ax, [MEM]
        op_row 4, 0, bound ax, [MEM]
        op_row 4, 0, fld dword [MEM]
        op_row 4, 0, fst dword [MEM]
        op_row 6, 0, lgs eax, [MEM]
        op_row 6, 0, sgdt [MEM]
        op_row 8, 0, o32 bound eax, [MEM]
        op_row 8, 0, fld qword [MEM]
        op_row 8, 0, fst qword [MEM]
        op_row 8, FEAT_486 | FEAT_CX8, cmpxchg8b [MEM]
        op_row 8, FEAT_MMX, movq mm0, [MEM]
        op_row 8, FEAT_MMX, movq [MEM], mm0
        op_row 8, FEAT_SSE, movlps xmm0, [MEM]
        op_row 8, FEAT_SSE, movhps [MEM], xmm0
        op_row 10, 0, fld tword [MEM]
        op_row 10, 0, fstp tword [MEM]
        op_row 10, 0, fbstp [MEM]
        op_row 14, 0, fnstenv [MEM]
        op_row 14, 0, fldenv [MEM]
        op_row 28, 0, o32 fnstenv [MEM]
        op_row 16, FEAT_SSE, movups xmm0, [MEM]
        op_row 16, FEAT_SSE, movups [MEM], xmm0
        op_row 16, FEAT_SSE2, movdqu [MEM], xmm0
        op_row 94, 0, fnsave [MEM]
        op_row 94, 0, frstor [MEM]
        op_row 108, 0, o32 fnsave [MEM]
        section .data
ops_end:
        section .text

operands:
        mov dword [op], ops
.next:
        mov esi, [op]
        unless [esi + 16], .skip
        mov esi, [op]
        mov esi, [esi]
        call print
        mov al, ':'
        call putc
        text esi, " real "
        mov ebx, run_real
        call .modes
        text esi, " v86 "
        mov ebx, run
        call .modes
        text esi, " 16-bit "
        mov ebx, .run16
        call .modes
        call newline
.skip:
        add dword [op], OP_SIZE
        cmp dword [op], ops_end
        jb .next
        ret
.modes:
        call print
        mov edx, 4
        call .row
        mov al, ' '
        call putc
        mov edx, 8
.row:
        mov dword [step], -2
.cell:
        fninit
        pushad
        mov edi, AREA           ; zeros: null selectors, valid environments
        mov ecx, 10000h / 4
        xor eax, eax
        rep stosd
        call v86_zeros
        popad
        mov esi, [op]
        mov eax, [esi + edx]
        mov [ctx + I_eip], eax
        mov eax, 10000h
        sub eax, [esi + 12]
        add eax, [step]
        and eax, 0ffffh
        mov [ctx + I_esi], eax
        call ebx
        push edx
        mov edx, -1
        call letter
        pop edx
        inc dword [step]
        cmp dword [step], 2
        jle .cell
        ret
.run16:
        pushad
        mov eax, [ctx + I_eip]
        mov ebx, [ctx + I_esi]
        user16
        given fs, U_DATA16
        given eax, 0
        mov [ctx + I_eip], eax
        mov [ctx + I_esi], ebx
        popad
        jmp run

; --- sums that wrap -----------------------------------------------------------------------------------------------------------------------

sums:
        call v86_zeros
        given ebx, 5555fff0h
        given esi, 66660018h
        given edi, 77770020h
        given ebp, 8888fffeh
        both "bx + si"
        mov eax, [bx + si]
        endboth
        both "bx + di + 8 bits"
        mov eax, [bx + di - 30h]
        endboth
        both "bp + di + 16 bits"
        mov eax, [bp + di + 0ff00h]
        endboth
        both "bp + si, stack segment"
        mov eax, [bp + si + 7fe8h]
        endboth
        both "bp - 16 bits, to FFFE"
        mov ax, [bp]
        mov cx, [bp + 1]
        endboth
        both "sum is FFFF, byte"
        mov al, [bx + 15]
        endboth
        both "sum is FFFF, word"
        mov ax, [bx + 15]
        endboth
        both "sum is FFFF, word of the stack"
        mov ax, [bp + 1]
        endboth
        both "sum is 10000, word"
        mov ax, [bx + 16]
        endboth
        both "store by a sum that wraps"
        mov word [bx + si - 8], 1234h
        mov ax, [0]
        endboth
        both "lea"
        lea ax, [bx + si]
        lea ecx, [bp + di]
        lea dx, [ebx + esi]
        endboth
        both "moffs at FFFF, byte"
        mov al, [0ffffh]
        endboth
        both "moffs at FFFF, word"
        mov ax, [0ffffh]
        endboth
        both "32-bit address FFFE, word"
        mov eax, 0fffeh
        mov ax, [eax]
        endboth
        both "32-bit address FFFF, word"
        mov eax, 0ffffh
        mov ax, [eax]
        endboth
        both "32-bit address 10000, byte"
        mov eax, 10000h
        mov al, [eax]
        endboth
        both "32-bit address of the stack, 10000"
        mov ecx, 10000h
        mov al, [ss:ecx]
        endboth
        both "32-bit sum that wraps at 4 GB"
        mov eax, 0fffffff0h
        mov ecx, 20h
        mov edx, [eax + ecx]
        endboth
        both "32-bit sum below 0"
        mov eax, 8
        mov edx, [eax - 9]
        endboth
        both "[esp] above 64 K"
        mov ecx, [esp + 8000h]
        endboth
        both "xlat wraps"
        mov al, 13h
        xlatb
        endboth
        both "xlat, 32-bit address"
        mov ebx, 0fff0h
        mov al, 10h
        a32 xlatb
        endboth
        both "bts of a word, bit offset beyond 64 K"
        mov ax, 100h
        bts [bx], ax
        mov eax, [10h]
        endboth
        both "bts of a word, bit offset below 0"
        mov ax, -1
        bts [0], ax
        mov ax, [0fffeh]
        endboth
        both "bt of a dword, bit offset to FFFC"
        mov eax, 6 * 16
        bt [bx], eax
        endboth
        both "bt of a dword, bit offset to FFFE"
        mov eax, 6 * 16
        bt [bx + 2], eax
        endboth
        both "far pointer at FFFD"
        les ax, [0fffdh]
        endboth
        both "far pointer of 6 bytes at FFFA"
        mov dword [0fffah], 12345678h
        les eax, [0fffah]
        endboth
        both "jmp far through FFFD"
        jmp far [0fffdh]
        endboth
        both "call through FFFF"
        call [0ffffh]
        endboth
        both "jmp far through FFFE, selector at 0"
        mov word [0fffeh], .far - IMAGE
        mov word [0], IMAGE >> 4
        jmp far [0fffeh]
        mov al, 1
.far:
        endboth
        both "call far through FFFD"
        call far [0fffdh]
        endboth
        both "tword at FFF8, its end at 0"
        fninit
        fld1
        fstp tword [0fff8h]
        mov eax, [0]
        endboth
        both "fnstenv from FFF4, its end at 0"
        fninit
        mov word [0], 1234h
        fnstenv [0fff4h]
        mov eax, [0]
        endboth
        both "mov to a segment from FFFF"
        mov es, [0ffffh]
        endboth
        both "lidt from FFFC"
        lidt [0fffch]
        endboth
        both "push from FFFF"
        push word [0ffffh]
        endboth
        both "pop to FFFF"
        pop word [0ffffh]
        endboth
        both "pop by bp to FFFF"
        pop word [bp + 1]
        endboth
        both "pop by the new esp"
        mov esp, 0fff8h
        mov bp, sp
        mov word [bp], 1234h
        pop word [esp + 4]
        mov ax, [bp + 6]
        mov bp, 0
        endboth
        both "xchg at FFFF"
        mov ax, 1234h
        xchg ax, [bp + 1]
        endboth
        both "div by FFFF"
        div word [0ffffh]
        endboth
        ret

; --- stacks of 64 KB ----------------------------------------------------------------------------------------------------------------------

; Each row: instruction; for some SPs a letter and the SP afterwards, in V86 mode and in 16-bit protected mode.
%macro stack_op 2+ ; the SP that just fits, instruction
%defstr op_text %2
        section .rodata
%%s:    db op_text, 0
        section .data
        dd %%s, %%code, %1
        section .text
        bits 16
%%code: %2
        finish 0
        bits 32
%endmacro
        section .data
stack_ops:
        stack_op 0, push ax
        stack_op 2, push eax
        stack_op 4, push eax
        stack_op 0, push byte 1
        stack_op 2, push dword 1
        stack_op 0, push es
        stack_op 4, o32 push fs
        stack_op 0, pushf
        stack_op 4, push word [bx]
        stack_op 0fffeh, pop ax
        stack_op 0fffch, pop eax
        stack_op 0fffeh, pop es
        stack_op 0fffch, o32 pop fs
        stack_op 0fffeh, pop word [bx]
        stack_op 0fffch, pop dword [bx]
        stack_op 0fffeh, popf
        stack_op 0, pusha
        stack_op 8, pusha
        stack_op 16, pusha
        stack_op 0, o32 pusha
        stack_op 16, o32 pusha
        stack_op 32, o32 pusha
        stack_op 0fff0h, popa
        stack_op 0fff8h, popa
        stack_op 0, popa
        stack_op 0ffe0h, o32 popa
        stack_op 0fff0h, o32 popa
        stack_op 0, enter 0, 0
        stack_op 0, enter 4, 1
        stack_op 4, enter 4, 1
        stack_op 6, enter 0, 3
        stack_op 20h, enter 40h, 2
        stack_op 4, o32 enter 4, 0
        stack_op 0fffeh, leave
        stack_op 0fffch, o32 leave
        stack_op 2, call stack_target
        stack_op 4, call dword stack_target
        stack_op 0fffeh, ret
        stack_op 0fffch, o32 ret
        stack_op 0fffeh, ret 4
        section .data
stack_ops_end:
        section .text
        bits 16
stack_target:
        finish 0
        bits 32
NEAR_TARGET equ 40h             ; finish 2, in the boot sector

stacks16:
        mov dword [IMAGE + NEAR_TARGET], 020b0fh
        mov dword [op], stack_ops
.next:
        mov esi, [op]
        mov esi, [esi]
        call print
        text esi, ", v86:"
        mov ebx, 0
        call .row
        call newline
        mov esi, [op]
        mov esi, [esi]
        call print
        text esi, ", 16-bit:"
        mov ebx, 1
        call .row
        call newline
        add dword [op], 12
        cmp dword [op], stack_ops_end
        jb .next
        ; real mode, where only an even SP has room for the exception
        call v86_zeros
        given esp, 2
        both "pusha at 2"
        pusha
        endboth
        given esp, 0
        both "pusha at 0"
        pusha
        endboth
        both "push and call at 0"
        push word 1234h
        call .here
.here:  pop ax
        pop cx
        mov ax, 0
        endboth
        both "int at 0"
        push word 0
        push word 0
        pop eax
        endboth
        given esp, 0fff8h
        both "popa at FFF8"
        mov dword [0fffch], 0
        mov dword [0], 0
        mov dword [4], 0
        mov dword [0fff8h], 0
        popa
        endboth
        given esp, 0fffch
        both "pops of four bytes around 0"
        pop eax
        pop ecx
        endboth
        given esp, 12340002h
        both "upper half of esp stays"
        push ax
        push ax
        push ax
        add sp, 6
        endboth
        ret
.row:
        call print
        mov dword [step], -3
.cell:
        mov edi, AREA           ; zeros: null selectors, harmless flags
        mov ecx, 10000h / 4
        xor eax, eax
        rep stosd
        call v86_zeros
        test ebx, ebx
        jz .mode
        user16
        given ebp, 0
        given ebx, 0
.mode:
        given ebx, 4000h
        or dword [ctx + I_eflags], IOPL3
        mov esi, [op]
        mov eax, [esi + 4]
        mov [ctx + I_eip], eax
        mov eax, [esi + 8]
        add eax, [step]
        and eax, 0ffffh
        or eax, 0dead0000h
        mov [ctx + I_esp], eax
        mov [ctx + I_ebp], eax
        and eax, 0ffffh         ; where RET goes
        cmp eax, 0fffeh
        ja .run
        mov dword [AREA + eax], NEAR_TARGET
.run:
        call run
        mov al, ' '
        call putc
        mov edx, -1
        call letter
        mov eax, [frame + I_esp]
        call hex4
        inc dword [step]
        cmp dword [step], 3
        jle .cell
        ret

; --- strings at the end of 64 KB ----------------------------------------------------------------------------------------------------------

strings16:
        call v86_zeros
        given es, DATA >> 4
        given ecx, 12340004h
        given edi, 5678fffeh
        given esi, 9abc0010h
        both "rep movsb wraps DI"
        rep movsb
        endboth
        both "rep movsw to FFFE and beyond"
        rep movsw
        mov ax, [es:0]
        endboth
        given edi, 5678fffdh
        both "rep movsw to FFFF"
        rep movsw
        endboth
        both "rep stosd to FFFD"
        rep stosd
        endboth
        given edi, 56780010h
        given esi, 9abcfffdh
        both "rep movsw from FFFF"
        rep movsw
        endboth
        both "rep movsw from the stack's FFFF"
        ss rep movsw
        endboth
        both "rep lodsb wraps SI"
        rep lodsb
        endboth
        both "repe cmpsw, source at FFFF"
        mov word [0fffdh], 1234h
        mov word [es:10h], 1234h
        repe cmpsw
        endboth
        given edi, 5678fffdh
        given esi, 9abc0010h
        both "repe cmpsw, destination at FFFF"
        mov word [10h], 1234h
        mov word [es:0fffdh], 1234h
        repe cmpsw
        endboth
        both "repne scasw at FFFF"
        repne scasw
        endboth
        given edx, 21h
        both "insw to FFFF"
        mov di, 0ffffh
        insw
        endboth
        given eflags, VM | DF | 2
        given edi, 56780001h
        given esi, 9abc0002h
        both "std, rep movsb below 0"
        rep movsb
        endboth
        given edi, 56780004h
        given esi, 9abc0102h
        both "std, rep movsw below 0"
        rep movsw
        endboth
        given edi, 56780003h
        both "std, rep movsw below 0, odd"
        rep movsw
        endboth
        given eflags, VM | 2
        given ecx, 3
        given esi, 0fffeh
        given edi, 10h
        both "a32 rep movsb from beyond 64 K"
        a32 rep movsb
        endboth
        given esi, 10h
        given edi, 0fffeh
        both "a32 rep stosb beyond 64 K"
        a32 rep stosb
        endboth
        given ecx, 10002h
        given edi, 8000h
        both "a32 rep lodsb counts by ECX, with a limit"
        mov esi, 0fff0h
        a32 rep lodsb
        endboth
        both "rep stosb counts by CX"
        rep stosb
        endboth
        given ecx, 10000h
        both "jcxz and loop by CX"
        jcxz .zero
        mov al, 1
.zero:  loop .loop
.loop:
        endboth
        both "jecxz and loop by ECX"
        jecxz .zero2
        mov al, 1
.zero2: a32 loop .loop2
.loop2:
        endboth
        ret

; --- code at the end of 64 KB -------------------------------------------------------------------------------------------------------------

; Puts bytes at an offset of a segment of NOPs and runs there; what wraps finds `finish 1` at 0.
%macro code_at 3+ ; name, offset, code
%push at
        text ebx, %1
        mov [test_name], ebx
        mov ebx, %2
        mov esi, %$code
        mov ecx, %$end - %$code
        call run_at
        jmp %$end
        bits 16
%$code: %3
%$end:
        bits 32
%pop at
%endmacro

run_at:
        push ecx
        push esi
        mov edi, DATA
        mov eax, 90909090h
        mov ecx, 10000h / 4
        rep stosd
        mov dword [DATA], 10b0fh
        mov dword [DATA + 100h], 20b0fh
        mov dword [DATA + 0ff00h], 30b0fh
        lea edi, [DATA + ebx]
        mov [ctx + I_eip], edi
        pop esi
        pop ecx
        rep movsb
        call run_real
        text esi, "real "
        call print
        call report
        call run
        text esi, "v86  "
        call print
        jmp report

code16:
        call v86_zeros
        given cs, DATA >> 4
        given eax, 123400ffh
        given ecx, 2
        code_at "code: nop at FFFF", 0ffffh, nop
        code_at "code: two bytes at FFFE", 0fffeh, mov al, 1
        code_at "code: two bytes at FFFF", 0ffffh, db 0b0h
        code_at "code: four bytes at FFFD", 0fffdh, db 81h, 0c0h, 1
        code_at "code: a prefix at FFFF", 0ffffh, db 66h
        code_at "code: lock at FFFF", 0ffffh, db 0f0h
        code_at "code: jmp short from FFFE", 0fffeh, db 0ebh, 10h
        code_at "code: jmp short wraps to 100", 0ff90h, db 0ebh, 6eh, 90h
        code_at "code: jmp short wraps from FFF0 to 0", 0fff0h, db 0ebh, 0eh
        code_at "code: jmp short back from 10 to FF00", 10h, db 0e9h, 0edh, 0feh
        code_at "code: jmp near wraps", 0ff80h, db 0e9h, 7dh, 1
        code_at "code: jmp near ends at FFFF", 0fffdh, db 0e9h, 0, 0
        code_at "code: jnz wraps", 0ff90h, db 75h, 6eh, 90h, 90h
        code_at "code: jnz near wraps", 0fff0h, db 0fh, 85h, 0ch, 1
        code_at "code: loop wraps", 0fff0h, db 0e2h, 0eh
        code_at "code: jcxz not taken at FFFE", 0fffeh, db 0e3h, 0eh
        code_at "code: call near wraps", 0fff0h, db 0e8h, 0dh, 1
        code_at "code: call near at FFFD", 0fffdh, db 0e8h, 0, 1
        code_at "code: jmp eax, o32", 8000h, jmp eax
        code_at "code: call eax, o32", 8000h, call eax
        code_at "code: jmp rel32 beyond 64 K", 8000h, db 66h, 0e9h, 0, 0, 1, 0
        code_at "code: jmp rel32 to 100", 8000h, db 66h, 0e9h, 0fah, 80h, 0ffh, 0ffh
        code_at "code: jmp rel32 wraps to 10100", 0ff00h, db 66h, 0e9h, 0fah, 1, 0, 0
        code_at "code: call rel32 beyond 64 K", 8000h, db 66h, 0e8h, 0, 0, 1, 0
        code_at "code: jz rel32 beyond 64 K, not taken", 0fff0h, db 66h, 0fh, 84h, 0, 0, 1, 0, 0fh, 0bh, 4
        code_at "code: jnz rel32 beyond 64 K", 8000h, db 66h, 0fh, 85h, 0, 0, 1, 0
        code_at "code: o32 jmp short beyond 64 K", 0fff0h, db 66h, 0ebh, 20h
        code_at "code: o32 jmp short below 0", 10h, db 66h, 0ebh, 80h
        code_at "code: o32 loop beyond 64 K", 0fff0h, db 66h, 0e2h, 20h
        code_at "code: o32 ret beyond 64 K", 8000h, db 66h, 68h, 0, 1, 1, 0, 66h, 0c3h
        code_at "code: o32 retf beyond 64 K", 8000h, db 66h, 68h, 0, 70h, 0, 0, 66h, 68h, 0, 1, 1, 0, 66h, 0cbh
        code_at "code: o32 jmp far beyond 64 K", 8000h, db 66h, 0eah, 0, 1, 1, 0, 0, 70h
        code_at "code: o32 call far beyond 64 K", 8000h, db 66h, 9ah, 0, 1, 1, 0, 0, 70h
        code_at "code: int 3 at FFFF", 0ffffh, int3
        code_at "code: ret to FFFF", 8000h, db 6ah, 0ffh, 0c3h
        code_at "code: data over its own end", 0fffah, db 2eh, 0a1h, 0ffh, 0ffh
        given eflags, VM | IOPL3 | 2
        code_at "code: o32 iret beyond 64 K", 8000h, db 66h, 68h, 2, 0, 0, 0, 66h, 68h, 0, 70h, 0, 0, 66h, 68h, 0, 1, 1, 0, 66h, 0cfh
        ret

; --- the end of 4 GB, with paging ---------------------------------------------------------------------------------------------------------

; The last page of the linear space is that at DATA + 1000h, the first one that at DATA + 2000h.
TOP_PT  equ TABLES + 3000h
LAST    equ 0fffff000h

map_top:
        pushad
        call map_all
        mov edi, TOP_PT
        mov ecx, 400h
        xor eax, eax
        rep stosd
        mov dword [PD + 4 * 1023], TOP_PT | 7
        mov dword [TOP_PT + 4 * 1023], (DATA + 1000h) | 7
        mov dword [LOW_PT], (DATA + 2000h) | 7
        popad
        ret

; The last 16 and the first 16 bytes: 01 02 ... 20.
fill_top:
        pushad
        mov ecx, 16
.next:
        mov [DATA + 1fffh + ecx - 16], cl
        lea eax, [ecx + 16]
        mov [DATA + 1fffh + ecx], al
        loop .next
        popad
        ret

; Prints the 8 bytes on each side.
show_top:
        text esi, "  "
        call print
        xor ebx, ebx
.next:
        mov al, [DATA + 1ff8h + ebx]
        call hex2
        inc ebx
        cmp ebx, 16
        jb .next
        jmp newline

; top_try "name" ... endtop: memory set before and shown after.
%macro endtop 0
        end_code
        call fill_top
        call run
        call report
        call show_top
%pop test
%endmacro

user_zeros:
        user32
        mov edi, ctx
        mov ecx, 4
        xor eax, eax
        rep stosd
        mov [ctx + I_ebp], eax
        mov [ctx + I_esi], eax
        mov [ctx + I_edi], eax
        ret

; FS: a segment whose offset 10000h + n is linear n - so that no operand here crosses the end of the segment itself.
top:
        call user_zeros
        gdt T0, 0ffff0000h, 0fffffh, P | DPL3 | RW | FLAT
        given fs, T0 | 3
        try "across 4 GB: read of a word"
        mov ax, [fs:0ffffh]
        endtop
        try "across 4 GB: read of a dword"
        mov eax, [fs:0fffdh]
        endtop
        try "across 4 GB: write of a word"
        mov word [fs:0ffffh], 0bbaah
        endtop
        try "across 4 GB: write of a dword"
        mov dword [fs:0fffeh], 0ddccbbaah
        endtop
        try "across 4 GB: modify"
        lock add dword [fs:0fffdh], 11111111h
        endtop
        try "across 4 GB: xchg"
        mov eax, 0ddccbbaah
        xchg eax, [fs:0ffffh]
        endtop
        try "across 4 GB: qword of the FPU"
        fild qword [fs:0fffch]
        fistp qword [fs:0fffbh]
        endtop
        try "across 4 GB: tword"
        fld tword [fs:0fffah]
        fstp tword [fs:0fff9h]
        endtop
        unless FEAT_SSE, .no_sse
        try "across 4 GB: 16 bytes"
        movups xmm0, [fs:0fff8h]
        movups [fs:0fff7h], xmm0
        endtop
.no_sse:
        try "the last byte"
        mov al, [LAST + 0fffh]
        mov byte [LAST + 0fffh], 0aah
        endtop
        try "the last dword"
        mov eax, [LAST + 0ffch]
        mov dword [LAST + 0ffch], 0ddccbbaah
        endtop
        try "base + index wrap"
        mov ebx, 0fffffff0h
        mov eax, [ebx + 12h]
        mov dword [ebx + ebx + 22h], 0ddccbbaah
        endtop
        ; either page absent
        mov dword [LOW_PT], (DATA + 2000h) | 6
        call flush
        try "across 4 GB: read, first page absent"
        mov eax, [fs:0fffeh]
        endtop
        try "across 4 GB: write, first page absent"
        mov dword [fs:0fffeh], 0ddccbbaah
        endtop
        mov dword [LOW_PT], (DATA + 2000h) | 5
        call flush
        try "across 4 GB: write, first page read-only"
        mov dword [fs:0fffeh], 0ddccbbaah
        endtop
        try "across 4 GB: modify, first page read-only"
        inc dword [fs:0fffeh]
        endtop
        call map_top
        mov dword [TOP_PT + 4 * 1023], 0
        call flush
        try "across 4 GB: write, last page absent"
        mov dword [fs:0fffeh], 0ddccbbaah
        endtop
        call map_top
        call flush
        ; code up to the end
        mov dword [DATA + 1ffch], 000b0f90h
        given eip, LAST + 0ffch
        text eax, "code: finish in the last three bytes"
        mov [test_name], eax
        call run
        call report
        mov dword [DATA + 1ffch], 0fb0febh      ; jmp $ + 11h
        mov dword [DATA + 200ch], 000b0fh
        mov word [DATA + 1ffch], 0eebh
        text eax, "code: jmp wraps at 4 GB"
        mov [test_name], eax
        call run
        call report
        mov dword [DATA + 1ffch], 0ffffffe9h    ; jmp -1 ... the last byte is at the end
        mov dword [DATA + 1ff8h], 90909090h
        mov dword [DATA + 1ffbh], 7e9h
        mov byte [DATA + 1fffh], 0
        mov dword [DATA + 2007h], 010b0fh
        given eip, LAST + 0ffbh
        text eax, "code: jmp near in the last bytes"
        mov [test_name], eax
        call run
        call report
        ret

; --- stacks around 0 and 4 GB -------------------------------------------------------------------------------------------------------------

top_stacks:
        call user_zeros
        given esp, 0
        try "stack at 0: push"
        push dword 0ddccbbaah
        endtop
        try "stack at 0: push, pop, call, ret"
        push dword 0ddccbbaah
        call .back
        pop eax
        jmp .done
.back:  ret
.done:
        mov dword [LAST + 0ff8h], 0     ; the address
        endtop
        try "stack at 0: 16-bit push"
        push word 0bbaah
        endtop
        given esp, 4
        try "stack at 4: two pushes"
        push dword 0ddccbbaah
        push dword 0ffeeffeeh
        endtop
        try "stack at 4: pusha"
        mov ecx, 0c1c1c1c1h
        pushad
        endtop
        try "stack at 4: enter"
        mov ebp, 0ddccbbaah
        enter 10h, 0
        endtop
        given esp, 8
        try "stack at 8: enter with a level"
        mov ebp, 0ddccbbaah
        enter 10h, 1
        endtop
        given esp, LAST + 0ffch
        try "stack at FFFFFFFC: two pops"
        pop eax
        pop ecx
        endtop
        given esp, LAST + 0ff0h
        try "stack at FFFFFFF0: popa"
        popad
        endtop
        try "stack at FFFFFFF0: ret n"
        add esp, 8
        mov dword [esp], .there
        ret 20h
.there:
        mov dword [LAST + 0ff8h], 0
        endtop
        try "stack at FFFFFFF0: leave"
        lea ebp, [esp + 12]
        leave
        endtop
        try "stack at FFFFFFF0: sums with esp"
        mov eax, [esp + 14h]
        endtop
        given esp, 0
        mov dword [LOW_PT], (DATA + 2000h) | 6
        call flush
        try "stack at 0, first page absent: push"
        push dword 0ddccbbaah
        endtop
        given esp, LAST + 0ffch
        try "stack at FFFFFFFC, first page absent: two pops"
        pop eax
        pop ecx
        endtop
        given esp, 0ch
        try "stack at 12, first page absent: pusha"
        pushad
        endtop
        call map_top
        mov dword [TOP_PT + 4 * 1023], 0
        call flush
        given esp, 8
        try "stack at 8, last page absent: pusha"
        pushad
        endtop
        try "stack at 8, last page absent: three pushes"
        push dword 1
        push dword 2
        push dword 3
        endtop
        call map_top
        call flush
        ret

top_strings:
        call user_zeros
        given eax, 0ddccbbaah
        given ecx, 4
        given edi, LAST + 0ffch
        try "rep stosb up to 4 GB"
        rep stosb
        endtop
        given ecx, 2
        try "rep stosd over 4 GB"
        rep stosd
        endtop
        given ecx, 8
        given edi, LAST + 0ffch
        given esi, LAST + 0ff8h
        try "rep movsb over 4 GB"
        rep movsb
        endtop
        given ecx, 3
        given esi, LAST + 0ff4h
        try "rep movsd over 4 GB"
        rep movsd
        endtop
        given edi, 3
        given ecx, 8
        given eflags, DF | 2
        try "std, rep stosb below 0"
        rep stosb
        endtop
        given edi, 4
        given esi, 8
        given ecx, 3
        try "std, rep movsd below 0"
        rep movsd
        endtop
        mov dword [TOP_PT + 4 * 1023], 0
        call flush
        try "std, rep movsd below 0, last page absent"
        rep movsd
        endtop
        given edi, 4
        given ecx, 8
        try "std, rep stosb below 0, last page absent"
        rep stosb
        endtop
        call map_top
        mov dword [LOW_PT], (DATA + 2000h) | 5
        call flush
        given eflags, 2
        given edi, LAST + 0ffch
        try "rep stosb over 4 GB, first page read-only"
        rep stosb
        endtop
        given edi, LAST + 0ff8h
        given esi, LAST + 0ff0h
        given ecx, 4
        try "rep movsd over 4 GB, first page read-only"
        rep movsd
        endtop
        call map_top
        call flush
        ret

; --- accesses whose second page faults: nothing may have happened -------------------------------------------------------------------------

; Each row: instruction on [EDI]; then for operands that begin -1, -2, -3, -7 and -15 bytes before the end of a page, with the second
; page absent, then read-only, then of the supervisor: '.', or the error code, '*' if a byte of the first page has changed, '!' if a
; register has (ESP, EDI, ESI and ECX too).
%macro cross_row 2+ ; features, instruction
%defstr op_text %2
        section .rodata
%%s:    db op_text, 0
        section .data
        dd %%s, %%code, %1
        section .text
%%code: %2
        finish 0
%endmacro
        section .data
        align 4
cross_rows:
        cross_row 0, mov [edi], ax
        cross_row 0, mov [edi], eax
        cross_row 0, mov dword [edi], 1
        cross_row 0, mov eax, [edi]
        cross_row 0, add [edi], eax
        cross_row 0, add eax, [edi]
        cross_row 0, lock sub [edi], ax
        cross_row 0, inc word [edi]
        cross_row 0, neg dword [edi]
        cross_row 0, shl dword [edi], 3
        cross_row 0, rcr word [edi], cl
        cross_row 0, shrd [edi], eax, 5
        cross_row 0, xchg [edi], eax
        cross_row 0, lock btc [edi], eax
        cross_row 0, mul dword [edi]
        cross_row 0, div dword [edi]
        cross_row 0, push dword [edi]
        cross_row 0, pop dword [edi]
        cross_row 0, pop word [edi]
        cross_row 0, stosd
        cross_row 0, stosw
        cross_row 0, movsd
        cross_row 0, cmpsd
        cross_row 0, scasd
        cross_row 0, rep stosd
        cross_row 0, insd
        cross_row 0, lgs eax, [edi]
        cross_row 0, sgdt [edi]
        cross_row 0, fld tword [edi]
        cross_row 0, fstp dword [edi]
        cross_row 0, fstp qword [edi]
        cross_row 0, fstp tword [edi]
        cross_row 0, fistp qword [edi]
        cross_row 0, fbstp [edi]
        cross_row 0, fnstcw [edi]
        cross_row 0, fnstenv [edi]
        cross_row 0, fnsave [edi]
        cross_row FEAT_486, xadd [edi], eax
        cross_row FEAT_486, cmpxchg [edi], ecx
        cross_row FEAT_486 | FEAT_CX8, cmpxchg8b [edi]
        cross_row FEAT_MMX, movq [edi], mm0
        cross_row FEAT_SSE, movups [edi], xmm0
        cross_row FEAT_SSE, movhps [edi], xmm0
        cross_row FEAT_SSE, stmxcsr [edi]
        cross_row FEAT_SSE, maskmovq mm0, mm1
        cross_row FEAT_SSE2, movdqu [edi], xmm0
        cross_row FEAT_SSE2, movnti [edi], eax
        cross_row FEAT_SSE2, maskmovdqu xmm0, xmm1
        section .data
cross_rows_end:
        section .rodata
distances: db 1, 2, 3, 7, 15, 0
        align 4
ones:   times 4 dd -1
        section .text

across:
        mov dword [op], cross_rows
.next:
        mov esi, [op]
        unless [esi + 8], .skip
        mov esi, [op]
        mov esi, [esi]
        call print
        mov al, ':'
        call putc
        mov ebp, (DATA + 1000h) | 6
        call .row
        mov ebp, (DATA + 1000h) | 5
        call .row
        mov ebp, (DATA + 1000h) | 3
        call .row
        call newline
.skip:
        add dword [op], 12
        cmp dword [op], cross_rows_end
        jb .next
        fninit
        ret
; EBP = entry of the second page.
.row:
        mov al, ' '
        call putc
        mov dword [step], distances
.cell:
        fninit
        fld1
        fld1
        unless FEAT_SSE, .no_sse
        movq mm1, [ones]
        movups xmm1, [ones]
        movq mm0, mm1
        emms
        fninit
        fld1
        fld1
.no_sse:
        call map_top
        mov [PT + 4], ebp
        call flush
        mov edi, DATA           ; zeros: null selectors
        mov ecx, 2000h / 4
        xor eax, eax
        rep stosd
        user32

        mov ebx, [step]
        movzx eax, byte [ebx]
        neg eax
        add eax, PAGE + 1000h
        mov [ctx + I_edi], eax
        given esi, AREA
        given ecx, 2
        given edx, 80h
        given eflags, IOPL3 | 2
        mov esi, [op]
        mov eax, [esi + 4]
        mov [ctx + I_eip], eax
        call run
        call finished
        mov al, '.'
        jc .put
        cmp dword [frame + I_vector], 14
        je .fault
        mov edx, -1
        call letter
        jmp .changed
.fault:
        mov al, '?'
        cmp dword [frame + I_cr2], PAGE + 1000h
        jne .put
        mov al, [frame + I_error]
        add al, '0'
.put:
        call putc
.changed:
        call finished
        jc .same
        mov edi, DATA + 0f00h
        mov ecx, 100h / 4
        xor eax, eax
        repe scasd
        je .memory
        mov al, '*'
        call putc
.memory:
        mov edi, frame
        mov esi, ctx
        mov ecx, 8
        repe cmpsd
        je .same
        mov al, '!'
        call putc
.same:
        inc dword [step]
        mov ebx, [step]
        cmp byte [ebx], 0
        jne .cell
        ret
end_kernel
