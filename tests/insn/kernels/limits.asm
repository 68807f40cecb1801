; limits.asm: segment limits at the last byte for each operand size, expand-down segments, big and small stacks, offsets that wrap
; at 64 KB and 4 GB, the limit of the code segment. SDM 3A 5.3, 3.4.5; SDM 2: PUSH, POP, ENTER, LEAVE, RET.
;
; In the rows of letters each character is one offset: from two bytes below to two bytes above the last one that fits.
; models: 386 486 pentium pentium2 pentium4
%include "kernel.inc"
kernel "limits"

main:
        fninit
        unless FEAT_FXSR, .operands
        mov eax, CR4_OSFXSR
        mov cr4, eax
.operands:
        mov esi, setups
.setup:
        mov [setup], esi
        call operands
        mov esi, [setup]
        add esi, SETUP_SIZE
        cmp esi, setups_end
        jb .setup
        call stacks
        call strings
        call code_limit
        call wraps
        call partial
        jmp power_off

        section .bss
setup:          resd 1
op:             resd 1
step:           resd 1
        section .text

; --- operands of memory ------------------------------------------------------------------------------------------------------------

; Each: name, descriptor, offset E such that an operand of N bytes fits at E - N + 1 (top) or at E (bottom), which of both.
TOP     equ 0
BOTTOM  equ 1
SETUP_SIZE equ 20
        section .rodata
%macro setup_row 6 ; name, base, limit, access, edge, which
%%s:    db %1, 0
        section .data
        dd %%s, ((%3) & 0ffffh) | (((%2) & 0ffffh) << 16)
        dd (((%2) >> 16) & 0ffh) | (((%4) & 0ffh) << 8) | ((%3) & 0f0000h) | (((%4) & 0d000h) << 8) | ((%2) & 0ff000000h)
        dd %5, %6
        section .rodata
%endmacro
        section .data
        align 4
setups:
        section .rodata
        setup_row "limit 0", DATA, 0, P | DPL3 | RW, 0, TOP
        setup_row "limit 2FF", DATA, 2ffh, P | DPL3 | RW, 2ffh, TOP
        setup_row "limit 2FF, big", DATA, 2ffh, P | DPL3 | RW | BIG, 2ffh, TOP
        setup_row "limit FFF by pages", DATA, 0, P | DPL3 | RW | GRAN, 0fffh, TOP
        setup_row "limit FFFF", AREA, 0ffffh, P | DPL3 | RW, 0ffffh, TOP
        setup_row "limit FFFFFFFF, base 10000", 10000h, 0fffffh, P | DPL3 | RW | FLAT, 0ffffffffh, TOP
        setup_row "expand-down 2FF, bottom", DATA, 2ffh, P | DPL3 | RW_DOWN, 300h, BOTTOM
        setup_row "expand-down 2FF, top", AREA, 2ffh, P | DPL3 | RW_DOWN, 0ffffh, TOP
        setup_row "expand-down 2FF, big, bottom", DATA, 2ffh, P | DPL3 | RW_DOWN | BIG, 300h, BOTTOM
        setup_row "expand-down 2FF, big, above 64 K", AREA, 2ffh, P | DPL3 | RW_DOWN | BIG, 10000h, TOP
        setup_row "expand-down FFFFFFFF, big", DATA, 0fffffh, P | DPL3 | RW_DOWN | FLAT, 0ffffffffh, TOP
        setup_row "expand-down FFFF, small", DATA, 0ffffh, P | DPL3 | RW_DOWN, 0ffffh, TOP
        setup_row "expand-down 0, big, base 10000, top", 10000h, 0, P | DPL3 | RW_DOWN | BIG, 0ffffffffh, TOP
        section .data
setups_end:
        section .text

; Each: name, code, bytes, features.
%macro op_row 3+ ; bytes, features, instruction
%defstr op_text %3
        section .rodata
%%s:    db op_text, 0
        section .data
        dd %%s, %%code, %1, %2
        section .text
%%code: %3
        finish 0
%endmacro
        section .data
ops:
        op_row 1, 0, mov al, [fs:esi]
        op_row 1, 0, mov [fs:esi], al
        op_row 1, 0, inc byte [fs:esi]
        op_row 1, 0, setc [fs:esi]
        op_row 2, 0, mov ax, [fs:esi]
        op_row 2, 0, mov [fs:esi], ax
        op_row 2, 0, xchg [fs:esi], ax
        op_row 2, 0, mov [fs:esi], ds
        op_row 2, 0, fnstcw [fs:esi]
        op_row 4, 0, mov eax, [fs:esi]
        op_row 4, 0, mov [fs:esi], eax
        op_row 4, 0, add [fs:esi], eax
        op_row 4, 0, cmp dword [fs:esi], 1
        op_row 4, 0, push dword [fs:esi]
        op_row 4, 0, pop dword [fs:esi]
        op_row 4, 0, bound eax, [fs:esi - 4]
        op_row 4, 0, fld dword [fs:esi]
        op_row 4, 0, fst dword [fs:esi]
        op_row 4, FEAT_486, cmpxchg [fs:esi], eax
        op_row 6, 0, lgs eax, [fs:esi]
        op_row 6, 0, sgdt [fs:esi]
        op_row 8, 0, fild qword [fs:esi]
        op_row 8, 0, fst qword [fs:esi]
        op_row 8, FEAT_486 | FEAT_CX8, cmpxchg8b [fs:esi]
        op_row 8, FEAT_MMX, movq mm0, [fs:esi]
        op_row 8, FEAT_MMX, movq [fs:esi], mm0
        op_row 8, FEAT_SSE, movlps [fs:esi], xmm0
        op_row 10, 0, fld tword [fs:esi]
        op_row 10, 0, fstp tword [fs:esi]
        op_row 10, 0, fbstp [fs:esi]
        op_row 16, FEAT_SSE, movups xmm0, [fs:esi]
        op_row 16, FEAT_SSE, movups [fs:esi], xmm0
        op_row 14, 0, o16 fnstenv [fs:esi]
        op_row 28, 0, fnstenv [fs:esi]
        op_row 28, 0, fldenv [fs:esi]
        op_row 94, 0, o16 fnsave [fs:esi]
        op_row 108, 0, fnsave [fs:esi]
        section .data
ops_end:
        section .text

operands:
        mov esi, [setup]
        mov esi, [esi]
        call print
        call newline
        mov esi, ops
.next:
        mov [op], esi
        unless [esi + 12], .skip
        call operand_line
.skip:
        mov esi, [op]
        add esi, 16
        cmp esi, ops_end
        jb .next
        ret

operand_line:
        mov al, ' '
        call putc
        mov esi, [esi]
        call print
        text esi, ": "
        call print
        mov esi, [setup]
        mov eax, [esi + 4]
        mov [GDT + T0], eax
        mov eax, [esi + 8]
        mov [GDT + T0 + 4], eax
        mov dword [step], -2
.step:
        fninit
        mov edi, DATA           ; zeros: null selectors, valid environments
        mov ecx, 300h
        xor eax, eax
        rep stosd
        user32
        given fs, T0 | 3
        mov esi, [op]
        mov eax, [esi + 4]
        mov [ctx + I_eip], eax
        mov ebx, [setup]
        mov eax, [ebx + 12]
        add eax, [step]
        cmp dword [ebx + 16], BOTTOM
        je .bottom
        sub eax, [esi + 8]
        inc eax
.bottom:
        mov [ctx + I_esi], eax
        call run
        mov edx, -1
        call letter
        inc dword [step]
        cmp dword [step], 2
        jle .step
        jmp newline

; --- stacks ------------------------------------------------------------------------------------------------------------------------

; Each row: instruction; for some ESPs a letter and the ESP afterwards.
%macro stack_op 1+
%defstr op_text %1
        section .rodata
%%s:    db op_text, 0
        section .data
        dd %%s, %%code
        section .text
%%code: %1
        finish 0
%endmacro
        section .data
stack_ops:
        stack_op push ax
        stack_op push eax
        stack_op push byte 1
        stack_op push es
        stack_op o16 push es
        stack_op pop ax
        stack_op pop eax
        stack_op pop es
        stack_op o16 pop es
        stack_op pop dword [esp]
        stack_op pusha
        stack_op o16 pusha
        stack_op popa
        stack_op o16 popa
        stack_op pushf
        stack_op o16 pushf
        stack_op popf
        stack_op o16 popf
        stack_op enter 4, 0
        stack_op enter 0, 1
        stack_op enter 8, 3
        stack_op o16 enter 4, 0
        stack_op leave
        stack_op call stack_target
        stack_op call U_CODE:stack_target
        stack_op ret
        stack_op retf
        stack_op ret 8
        section .data
stack_ops_end:
        section .text

stack_target:
        finish 0

        section .data
%macro stack_row 5 ; name, base, limit, access, ESP of the middle column
        section .rodata
%%s:    db %1, 0
        section .data
        dd %%s, ((%3) & 0ffffh) | (((%2) & 0ffffh) << 16)
        dd (((%2) >> 16) & 0ffh) | (((%4) & 0ffh) << 8) | ((%3) & 0f0000h) | (((%4) & 0d000h) << 8) | ((%2) & 0ff000000h)
        dd %5, 0
%endmacro
stack_setups:
        stack_row "small stack, limit FFFF, SP near 0", AREA, 0ffffh, P | DPL3 | RW, 0dead0002h
        stack_row "small stack, limit FFFF, SP near the top", AREA, 0ffffh, P | DPL3 | RW, 0deadfffdh
        stack_row "small stack, limit FFF, SP near its top", DATA, 0fffh, P | DPL3 | RW, 0dead0ffdh
        stack_row "small stack, limit FFFFFFFF, SP near 0", AREA, 0fffffh, P | DPL3 | RW | GRAN, 0dead0002h
        stack_row "big stack, limit FFF, ESP near 0", DATA, 0fffh, P | DPL3 | RW | BIG, 2
        stack_row "big stack, limit FFF, ESP near its top", DATA, 0fffh, P | DPL3 | RW | BIG, 0ffdh
        stack_row "small expand-down stack, limit FFF, SP near its bottom", DATA, 0fffh, P | DPL3 | RW_DOWN, 0dead1004h
        stack_row "small expand-down stack, limit FFF, SP near 0", AREA, 0fffh, P | DPL3 | RW_DOWN, 0dead0002h
        stack_row "big expand-down stack, limit FFF, ESP near its bottom", DATA, 0fffh, P | DPL3 | RW_DOWN | BIG, 1004h
        stack_row "big expand-down stack, limit FFF, ESP near 64 K", AREA, 0fffh, P | DPL3 | RW_DOWN | BIG, 10002h
stack_setups_end:
        section .text

stacks:
        mov esi, stack_setups
.setup:
        mov [setup], esi
        mov eax, [esi + 4]
        mov [GDT + T0], eax
        mov eax, [esi + 8]
        mov [GDT + T0 + 4], eax
        mov esi, [esi]
        call print
        call newline
        mov esi, stack_ops
.op:
        mov [op], esi
        call stack_line
        mov esi, [op]
        add esi, 8
        cmp esi, stack_ops_end
        jb .op
        mov esi, [setup]
        add esi, SETUP_SIZE
        cmp esi, stack_setups_end
        jb .setup
        ret

stack_line:
        mov al, ' '
        call putc
        mov esi, [esi]
        call print
        mov al, ':'
        call putc
        mov dword [step], -3
.step:
        mov edi, AREA           ; zeros: null selectors, harmless flags
        mov ecx, 20000h / 4
        xor eax, eax
        rep stosd
        user32
        given ss, T0 | 3
        mov esi, [op]
        mov eax, [esi + 4]
        mov [ctx + I_eip], eax
        mov esi, [setup]
        mov eax, [esi + 12]
        add eax, [step]
        mov [ctx + I_esp], eax
        mov [ctx + I_ebp], eax
        call run
        mov al, ' '
        call putc
        mov edx, -1
        call letter
        mov eax, [frame + I_esp]
        call hex8
        inc dword [step]
        cmp dword [step], 3
        jle .step
        jmp newline

; --- string instructions: how far they get, and what wraps ----------------------------------------------------------------------------
strings:
        gdt T0, DATA, 0fffh, P | DPL3 | RW
        user32
        given es, T0 | 3
        given ds, T0 | 3
        given ecx, 10
        given edi, 0ff6h
        given esi, 100h
        try "rep movsb to the limit"
        rep movsb
        endtry
        given edi, 0ff7h
        try "rep movsb beyond the limit"
        rep movsb
        endtry
        given edi, 0ff7h
        given esi, 0ffah
        try "rep movsd, source beyond the limit first"
        rep movsd
        endtry
        given esi, 100h
        given edi, 0ff5h
        try "rep stosd, last element half in"
        rep stosd
        endtry
        given eflags, 2 | DF
        given edi, 3
        try "std, rep stosb below 0"
        rep stosb
        endtry
        given edi, 8
        try "std, rep stosd below 0"
        rep stosd
        endtry
        given edi, 6
        try "std, rep stosd below 0, unaligned"
        rep stosd
        endtry
        given eflags, 2
        given ecx, 0
        given edi, 5000h
        given esi, 5000h
        try "rep movsb, count 0, beyond the limit"
        rep movsb
        repe cmpsb
        repne scasb
        rep lodsb
        endtry
        given ecx, 12340000h
        try "a16 rep movsb, CX 0"
        a16 rep movsb
        endtry
        given ecx, 12340003h
        given edi, 5678ffeh
        given esi, 9abc0010h
        try "a16 rep stosb to the limit and beyond"
        a16 rep stosb
        endtry
        gdt T0, AREA, 0ffffh, P | DPL3 | RW
        given edi, 5678fffeh
        given esi, 9abc0010h
        given ecx, 12340005h
        try "a16 rep movsb wraps DI"
        a16 rep movsb
        endtry
        given edi, 5678ffffh
        try "a16 movsw at FFFF"
        a16 movsw
        endtry
        given esi, 9abcffffh
        given edi, 56780000h
        try "a16 rep movsw, source at FFFF"
        a16 rep movsw
        endtry
        given esi, 9abcfffeh
        try "a16 rep lodsw wraps SI"
        a16 rep lodsw
        endtry
        given eflags, 2 | DF
        given esi, 9abc0001h
        given ecx, 3
        try "a16 std rep lodsb wraps SI"
        a16 rep lodsb
        endtry
        given eflags, 2
        given esi, 0fffeh
        given edi, 10h
        try "a32 rep movsb beyond 64 K"
        rep movsb
        endtry
        mov dword [AREA], 61626364h
        mov dword [AREA + 0fffch], 61626364h
        given eax, 61h
        given ecx, 10
        given edi, 0fffch
        try "repne scasb finds before the limit"
        repne scasb
        endtry
        given eax, 0
        try "repne scasb runs into the limit"
        repne scasb
        endtry
        given esi, 0fffch
        given edi, 0
        try "repe cmpsb runs into the limit"
        repe cmpsb
        endtry
        given ecx, 2
        given edi, 0ffffh
        given edx, 21h
        given eflags, 2 | IOPL3
        try "rep insb runs into the limit"
        rep insb
        endtry
        user32
        given eflags, 2 | IOPL3
        given es, T0 | 3
        given ds, T0 | 3
        given ecx, 2
        given edi, 0ffffh
        given esi, 0ffffh
        given edx, 80h
        given eax, 0
        try "rep outsb runs into the limit"
        rep outsb
        endtry
        try "xlat at the limit"
        mov ebx, 0ffffh
        xlatb
        endtry
        try "xlat beyond the limit"
        mov ebx, 0ffffh
        mov al, 1
        xlatb
        endtry
        try "a16 xlat wraps"
        mov ebx, 0ffffh
        mov al, 1
        a16 xlatb
        endtry
        ret

; --- the limit of the code segment ----------------------------------------------------------------------------------------------------------

; Puts SIZE bytes of the code at ESI at linear EDI.
%macro place 2 ; where, label of code with label_end
        mov esi, %2
        mov edi, %1
        mov ecx, %2_end - %2
        rep movsb
%endmacro

; The context runs 32-bit code T0 with base DATA and limit EAX from offset EBX.
in_data:
        push eax
        push ebx
        user32
        given cs, T0 | 3
        pop ebx
        pop eax
        mov [GDT + T0], ax
        mov word [GDT + T0 + 2], DATA & 0ffffh
        mov dword [GDT + T0 + 4], (DATA >> 16) | (P | DPL3 | XR) << 8 | BIG << 8
        add ebx, DATA
        mov [ctx + I_eip], ebx
        ret

piece_nops:
        nop
        nop
        nop
        nop
        finish 0
piece_nops_end:
piece_mov:
        mov eax, 12345678h
        finish 0
piece_mov_end:
piece_jmp:
        jmp $ + 82h
piece_jmp_end:
piece_jcc:
        jz near $ + 1000h
        finish 0
piece_jcc_end:
piece_call:
        call $ + 1000h
piece_call_end:
piece_loop:
        loop $ + 70h
piece_loop_end:
piece_jmp_eax:
        jmp eax
piece_jmp_eax_end:
piece_call_eax:
        call eax
piece_call_eax_end:
piece_ret:
        push dword 1000h
        ret
piece_ret_end:
piece_ret8:
        push dword 1000h
        ret 8
piece_ret8_end:
piece_jmp_far:
        jmp (T0 | 3):1000h
piece_jmp_far_end:
piece_call_far:
        call (T0 | 3):1000h
piece_call_far_end:
piece_retf:
        push dword T0 | 3
        push dword 1000h
        retf
piece_retf_end:
piece_iret:
        push dword 2
        push dword T0 | 3
        push dword 1000h
        iretd
piece_iret_end:
piece_back:
        jmp $ - 100h
piece_back_end:
piece_o16:
        o16 jmp $ + 100h
piece_o16_end:

; Runs the piece at 80h of a code segment with the limit.
%macro limited 3 ; name, piece, limit
        mov eax, %3
        mov ebx, 80h
        call in_data
        place DATA + 80h, %2
        text ebx, %1
        mov [test_name], ebx
        call run
        call report
%endmacro

code_limit:
        mov edi, DATA
        mov ecx, 4000h
        mov eax, 90909090h
        rep stosd
        limited "code runs over the limit: 2 of 4 bytes inside", piece_nops, 81h
        limited "code runs over the limit: finish half inside", piece_nops, 84h
        limited "code within the limit", piece_nops, 86h
        limited "mov of 5 bytes, 4 inside", piece_mov, 83h
        limited "mov of 5 bytes, 5 inside", piece_mov, 84h
        limited "mov of 5 bytes, all inside", piece_mov, 88h
        limited "code begins beyond the limit", piece_nops, 7fh
        limited "jmp beyond the limit", piece_jmp, 0ffh
        limited "jcc beyond the limit, not taken", piece_jcc, 0ffh
        limited "call beyond the limit", piece_call, 0ffh
        limited "loop beyond the limit", piece_loop, 0dfh
        limited "ret beyond the limit", piece_ret, 0ffh
        limited "ret 8 beyond the limit", piece_ret8, 0ffh
        limited "jmp far beyond the limit", piece_jmp_far, 0ffh
        limited "call far beyond the limit", piece_call_far, 0ffh
        limited "retf beyond the limit", piece_retf, 0ffh
        limited "iret beyond the limit", piece_iret, 0ffh
        limited "jmp below 0", piece_back, 0ffh
        limited "o16 jmp stays in 64 K", piece_o16, 0ffh
        mov eax, 0ffh
        mov ebx, 80h
        call in_data
        given eflags, 2 | ZF
        place DATA + 80h, piece_jcc
        text ebx, "jcc beyond the limit, taken"
        mov [test_name], ebx
        call run
        call report
        mov eax, 0ffh
        mov ebx, 80h
        call in_data
        given eax, 100h
        place DATA + 80h, piece_jmp_eax
        text ebx, "jmp eax beyond the limit"
        mov [test_name], ebx
        call run
        call report
        place DATA + 80h, piece_call_eax
        text ebx, "call eax beyond the limit"
        mov [test_name], ebx
        call run
        call report
        ret

; --- wraps at 64 KB and 4 GB ------------------------------------------------------------------------------------------------------------------

piece16_finish:
        finish 0
piece16_finish_end:
        bits 16
piece16_jmp_back:
        jmp $ + 5
piece16_jmp_back_end:
piece16_mov:
        mov ax, 1234h
piece16_mov_end:
        bits 32

; Runs 16-bit code with base DATA and limit FFFF from offset EBX.
in_data16:
        push ebx
        user16
        gdt T0, DATA, 0ffffh, P | DPL3 | XR
        given cs, T0 | 3
        pop ebx
        add ebx, DATA
        mov [ctx + I_eip], ebx
        ret

%macro at16 3 ; name, offset, piece
        place DATA + %2, %3
        mov ebx, %2
        call in_data16
        text ebx, %1
        mov [test_name], ebx
        call run
        call report
%endmacro

wraps:
        mov edi, DATA
        mov ecx, 4000h
        mov eax, 90909090h
        rep stosd
        place DATA, piece16_finish
        mov ebx, 0ffffh
        call in_data16
        text ebx, "16-bit code: nop at FFFF"
        mov [test_name], ebx
        call run
        call report
        at16 "16-bit code: jmp from FFFD wraps", 0fffbh, piece16_jmp_back
        mov eax, 90909090h
        mov [DATA + 0fffch], eax
        at16 "16-bit code: mov across FFFF", 0fffeh, piece16_mov
        v86
        mov eax, 90909090h
        mov [DATA + 0fffch], eax
        given cs, DATA >> 4
        given eip, DATA + 0ffffh
        text ebx, "v86 code: nop at FFFF"
        mov [test_name], ebx
        call run
        call report
        user16
        try16 "16-bit addresses: bx + si wrap"
        mov dword [0], 76543210h
        mov bx, 0fff0h
        mov si, 12h
        mov eax, [bx + si - 2]
        endtry
        try16 "16-bit addresses: displacement wraps"
        mov bx, 4
        mov eax, [bx - 4]
        mov bx, 0fffeh
        mov cx, [bx + 3]
        endtry
        try16 "32-bit addresses: beyond 64 K"
        mov eax, 0fffeh
        mov cx, [eax + 3]
        endtry
        try16 "32-bit addresses: bound of the segment"
        mov eax, 0fffeh
        mov cx, [eax]
        mov ecx, [eax]
        endtry
        try16 "lea wraps"
        mov bx, 0fff0h
        mov si, 20h
        lea ax, [bx + si]
        lea ecx, [bx + si]
        lea dx, [ebx + esi]
        endtry
        user32
        try "32-bit addresses: base + index wrap at 4 GB"
        mov dword [DATA], 76543210h
        mov ebx, 0fffffff0h
        mov esi, DATA + 10h
        mov eax, [ebx + esi]
        mov ecx, [ebx + esi * 2 - DATA - 10h]
        endtry
        gdt T0, 0ffff0000h, 0fffffh, P | DPL3 | RW | FLAT
        given fs, T0 | 3
        try "base + offset wrap at 4 GB"
        mov eax, [fs:DATA + 10000h]
        mov dword [fs:DATA + 10000h], 1
        mov ecx, [DATA]
        endtry
        try "dword across 4 GB of a segment that does not"
        mov dword [0], 03020100h
        mov dword [fs:0fffeh], 0ffffffffh
        mov eax, [0]
        mov ax, [fs:0ffffh]
        mov al, 0               ; the last byte of the BIOS
        endtry
        try "esp wraps at 4 GB upwards"
        mov ebx, esp
        mov esp, 0fffffffch
        pop eax
        mov ecx, esp
        mov esp, ebx
        mov eax, 0
        endtry
        user32
        try "far pointer across 64 K, a16"
        mov dword [0fffeh], 0
        a16 lgs eax, [0fffch]
        endtry
        ret

; --- what stays when a part of an operand does not fit ---------------------------------------------------------------------------------------------

partial:
        gdt T0, DATA, 0fffh, P | DPL3 | RW | BIG
        mov edi, DATA
        mov ecx, 400h
        mov eax, 55555555h
        rep stosd
        user32
        given fs, T0 | 3
        try "store of a dword half in"
        mov dword [fs:0ffeh], 0
        endtry
        say "store of a dword half in", [DATA + 0ffch]
        try "pusha with room for half"
        mov eax, fs
        mov ss, eax
        mov esp, 10h
        pushad
        endtry
        try "call with room for nothing"
        mov eax, fs
        mov ss, eax
        mov esp, 2
        call $
        endtry
        try "enter 0, 3 with room for two"
        mov eax, fs
        mov ss, eax
        mov esp, 8
        mov ebp, 100h
        enter 0, 3
        endtry
        try "enter 32, 0 with room for 16"
        mov eax, fs
        mov ss, eax
        mov esp, 16
        enter 32, 0
        endtry
        try "fnstenv with room for half"
        fnstenv [fs:0ff0h]
        endtry
        try "fst of a qword half in"
        fld1
        fst qword [fs:0ffch]
        endtry
        try "pop to memory beyond the limit"
        push eax
        pop dword [fs:1000h]
        endtry
        try "pop to memory by the new esp"
        mov eax, fs
        mov ss, eax
        mov esp, 0ff8h
        pop dword [esp]
        endtry
        try "xchg beyond the limit"
        xchg eax, [fs:0ffdh]
        endtry
        try "push from beyond the limit"
        push dword [fs:0ffdh]
        endtry
        try "leave beyond the limit"
        mov ecx, fs
        mov ss, ecx
        mov ebp, 1000h
        leave
        endtry
        try "bound, upper bound beyond the limit"
        bound eax, [fs:0ffch]
        endtry
        try "call far through memory, selector beyond the limit"
        call far [fs:0ffch]
        endtry
        ret
end_kernel
