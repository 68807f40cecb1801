; fpufault.asm: faults of the x87, MMX and SSE units: alignment checks (#AC, of integer operands too), #NM and #UD by CR0 and CR4, #MF
; by itself and by IRQ 13, unmasked exceptions and what they leave behind, #XM, MXCSR. SDM 3A 2.5, 6.15; SDM 1 8.4-8.7, 11.5, appendix D.
;
; models: 386 486 pentium pentium2 pentium3 pentium4
%include "kernel.inc"
kernel "fpufault"
%include "pages.inc"
%include "irq13.inc"

SPOT    equ DATA + 100h         ; operands
IMAGE_AT equ DATA + 400h        ; of FNSAVE, FXSAVE

        section .bss
op:     resd 1
step:   resd 1
cr0_was: resd 1
cw:     resd 1
mxcsr_now: resd 1
        section .text

main:
        fninit
        mov esi, consts
        mov edi, CONSTS_AT
        mov ecx, consts_end - consts
        rep movsb
        mov eax, CR4_OSFXSR
        call set_cr4
        unless FEAT_486, .no_486
        call alignment
.no_486:
        call availability
        unless FEAT_486, .no_ne
        call pending
.no_ne:
        call x87_exceptions
        unless FEAT_486, .no_irq
        call irq13
.no_irq:
        unless FEAT_SSE, .done
        mov eax, CR4_OSFXSR
        call set_cr4
        call misaligned
        call state
        call simd_exceptions
        call denormals
.done:
        jmp power_off

; MXCSR as after reset.
fresh_mxcsr:
        unless FEAT_SSE, .done
        push dword 1f80h
        ldmxcsr [esp]
        pop eax
.done:
        ret

; CR0: bits EAX set, for `run`; then as it was.
with_cr0:
        push ebx
        mov ebx, cr0
        mov [cr0_was], ebx
        or ebx, eax
        mov cr0, ebx
        call run
        mov ebx, [cr0_was]
        mov cr0, ebx
        pop ebx
        ret

; Numbers, at fixed addresses.
CONSTS_AT equ DATA + 800h
%define K(x) CONSTS_AT + (x) - consts
        section .rodata
        align 16
consts:
one_third:      dd 3eaaaaabh
snan32:         dd 7f800001h
qnan32:         dd 7fc00001h
inf32:          dd 7f800000h
minus_inf32:    dd 0ff800000h
denormal32:     dd 1
max32:          dd 7f7fffffh
half3:          dd 1.5
minus_one:      dd -1.0
three:          dd 3.0
zero:           dd 0
two:            dd 2.0
snan64:         dq 7ff0000000000001h
denormal64:     dq 1
max64:          dq 7fefffffffffffffh
snan80:         dq 8000000000000001h
                dw 7fffh
denormal80:     dq 1
                dw 0
pseudo80:       dq 8000000000000000h
                dw 0
max80:          dq 0ffffffffffffffffh
                dw 7ffeh
min80:          dq 8000000000000000h
                dw 1
unnormal80:     dq 1
                dw 3fffh
tiny80:         dq 8000000000000001h
                dw 3000h
huge80:         dq 8000000000000001h
                dw 5000h
bcd_big:        dq 8ac7230489e80000h    ; 10^19
                dw 403eh
consts_end:
        section .text

; --- alignment checks ----------------------------------------------------------------------------------------------------------------

; A row: for each of 16 offsets '.' or what happens. Before each run DATA is zero, ECX = EDX = 0, EAX = 0, EDI = ESI = the address.
%macro align_row 2+ ; features, instruction
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
align_rows:
        align_row 0, mov al, [edi]
        align_row 0, mov ax, [edi]
        align_row 0, mov [edi], ax
        align_row 0, mov eax, [edi]
        align_row 0, mov [edi], eax
        align_row 0, inc dword [edi]
        align_row 0, lock add [edi], ax
        align_row 0, xchg [edi], eax
        align_row 0, shl word [edi], 1
        align_row 0, shld [edi], eax, 1
        align_row 0, bt word [edi], ax
        align_row 0, bts dword [edi], eax
        align_row 0, bts dword [edi], 31
        align_row 0, xadd [edi], eax
        align_row 0, cmpxchg [edi], eax
        align_row FEAT_CX8, cmpxchg8b [edi]
        align_row 0, push dword [edi]
        align_row 0, pop dword [edi]
        align_row 0, push word [edi]
        align_row 0, bound ax, [edi]
        align_row 0, bound eax, [edi]
        align_row 0, o16 lgs ax, [edi]
        align_row 0, lgs eax, [edi]
        align_row 0, mov es, [edi]
        align_row 0, mov [edi], ds
        align_row 0, sgdt [edi]
        align_row 0, sidt [edi]
        align_row 0, smsw [edi]
        align_row 0, str [edi]
        align_row 0, movsb
        align_row 0, movsw
        align_row 0, movsd
        align_row 0, cmpsd
        align_row 0, scasd
        align_row 0, lodsw
        align_row 0, rep stosd
        align_row 0, insd
        align_row 0, imul eax, [edi]
        align_row 0, arpl [edi], ax
        align_row 0, lar ax, [edi]
        align_row 0, invlpg [edi]
        align_row 0, fld dword [edi]
        align_row 0, fst dword [edi]
        align_row 0, fld qword [edi]
        align_row 0, fst qword [edi]
        align_row 0, fld tword [edi]
        align_row 0, fstp tword [edi]
        align_row 0, fild word [edi]
        align_row 0, fild dword [edi]
        align_row 0, fild qword [edi]
        align_row 0, fist word [edi]
        align_row 0, fistp qword [edi]
        align_row 0, fadd dword [edi]
        align_row 0, fadd qword [edi]
        align_row 0, fbld [edi]
        align_row 0, fbstp [edi]
        align_row 0, fldcw [edi]
        align_row 0, fnstcw [edi]
        align_row 0, fnstsw [edi]
        align_row 0, fnstenv [edi]
        align_row 0, o16 fnstenv [edi]
        align_row 0, fldenv [edi]
        align_row 0, o16 fldenv [edi]
        align_row 0, fnsave [edi]
        align_row 0, o16 fnsave [edi]
        align_row 0, frstor [edi]
        align_row 0, o16 frstor [edi]
        align_row FEAT_MMX, movd mm0, [edi]
        align_row FEAT_MMX, movd [edi], mm0
        align_row FEAT_MMX, movq mm0, [edi]
        align_row FEAT_MMX, movq [edi], mm0
        align_row FEAT_MMX, paddb mm0, [edi]
        align_row FEAT_MMX, punpcklbw mm0, [edi]
        align_row FEAT_MMX, punpckhbw mm0, [edi]
        align_row FEAT_SSE, fxsave [edi]
        align_row FEAT_SSE, fxrstor [edi]
        align_row FEAT_SSE, pinsrw mm0, [edi], 0
        align_row FEAT_SSE, movntq [edi], mm0
        align_row FEAT_SSE, maskmovq mm0, mm1
        align_row FEAT_SSE, movups xmm0, [edi]
        align_row FEAT_SSE, movups [edi], xmm0
        align_row FEAT_SSE, movaps xmm0, [edi]
        align_row FEAT_SSE, movaps [edi], xmm0
        align_row FEAT_SSE, movss xmm0, [edi]
        align_row FEAT_SSE, movlps xmm0, [edi]
        align_row FEAT_SSE, movhps [edi], xmm0
        align_row FEAT_SSE, addps xmm0, [edi]
        align_row FEAT_SSE, addss xmm0, [edi]
        align_row FEAT_SSE, cvtpi2ps xmm0, [edi]
        align_row FEAT_SSE, cvtps2pi mm0, [edi]
        align_row FEAT_SSE, cvtsi2ss xmm0, [edi]
        align_row FEAT_SSE, ldmxcsr [edi]
        align_row FEAT_SSE, stmxcsr [edi]
        align_row FEAT_SSE, prefetcht0 [edi]
        align_row FEAT_SSE2, movdqu xmm0, [edi]
        align_row FEAT_SSE2, movdqu [edi], xmm0
        align_row FEAT_SSE2, movdqa xmm0, [edi]
        align_row FEAT_SSE2, movupd xmm0, [edi]
        align_row FEAT_SSE2, movsd xmm0, [edi]
        align_row FEAT_SSE2, movq xmm0, [edi]
        align_row FEAT_SSE2, movq [edi], xmm0
        align_row FEAT_SSE2, movd xmm0, [edi]
        align_row FEAT_SSE2, addsd xmm0, [edi]
        align_row FEAT_SSE2, cvtdq2pd xmm0, [edi]
        align_row FEAT_SSE2, cvtps2pd xmm0, [edi]
        align_row FEAT_SSE2, paddq xmm0, [edi]
        align_row FEAT_SSE2, pshuflw xmm0, [edi], 0
        align_row FEAT_SSE2, movnti [edi], eax
        align_row FEAT_SSE2, movntdq [edi], xmm0
        align_row FEAT_SSE2, maskmovdqu xmm0, xmm1
        align_row FEAT_SSE2, clflush [edi]
        section .data
align_rows_end:
        section .text

alignment:
        mov dword [op], align_rows
.next:
        mov esi, [op]
        unless [esi + 8], .skip
        text esi, "ac: "
        call print
        mov esi, [op]
        mov esi, [esi]
        call print
        text esi, ": "
        call print
        mov dword [step], 0
.cell:
        mov edi, DATA
        mov ecx, 200h / 4
        xor eax, eax
        rep stosd
        fninit
        fldz
        unless FEAT_SSE, .ready
        pcmpeqb mm1, mm1
        emms
        fninit
        fldz
        unless FEAT_SSE2, .ready
        pcmpeqb xmm1, xmm1
.ready:
        user32
        given eflags, AC | IOPL3 | 2
        given eax, 0
        given ecx, 0
        given edx, 80h
        mov eax, [step]
        add eax, SPOT
        mov [ctx + I_edi], eax
        mov [ctx + I_esi], eax
        mov esi, [op]
        mov eax, [esi + 4]
        mov [ctx + I_eip], eax
        mov eax, CR0_AM
        call with_cr0
        mov edx, -1
        call letter
        inc dword [step]
        cmp dword [step], 16
        jb .cell
        call newline
.skip:
        add dword [op], 12
        cmp dword [op], align_rows_end
        jb .next
        fninit

%macro endac 1 ; bits of CR0
        end_code
        mov eax, %1
        call with_cr0
        call report
%pop test
%endmacro
        user32
        given eflags, AC | 2
        try "ac: level 3, AM and AC"
        mov eax, [SPOT + 1]
        endac CR0_AM
        try "ac: AC without AM"
        mov ecx, [SPOT + 1]
        endac 0
        given eflags, 2
        try "ac: AM without AC"
        mov ecx, [SPOT + 1]
        endac CR0_AM
        try "ac: AC set by popfd"
        push dword AC | 2
        popfd
        mov ecx, [SPOT + 2]
        endac CR0_AM
        try "ac: AC cleared by popfd"
        push dword AC | 2
        popfd
        push dword 2
        popfd
        mov ecx, [SPOT + 2]
        endac CR0_AM
        given eflags, AC | 2
        try "ac: push"
        sub esp, 2
        push eax
        endac CR0_AM
        try "ac: 16-bit push"
        sub esp, 2
        push ax
        sub esp, 1
        push ax
        endac CR0_AM
        try "ac: pop"
        add esp, 2
        pop eax
        endac CR0_AM
        try "ac: call"
        sub esp, 2
        call .never
.never:
        endac CR0_AM
        try "ac: ret"
        push dword .never
        push dword .never
        add esp, 2
        ret
        endac CR0_AM
        try "ac: pushad"
        sub esp, 2
        pushad
        endac CR0_AM
        try "ac: popad"
        sub esp, 22h
        popad
        endac CR0_AM
        try "ac: enter"
        sub esp, 2
        enter 8, 0
        endac CR0_AM
        try "ac: enter that leaves esp unaligned"
        enter 2, 0
        endac CR0_AM
        try "ac: leave"
        lea ebp, [esp - 6]
        leave
        endac CR0_AM
        try "ac: call through memory"
        call [SPOT + 1]
        endac CR0_AM
        try "ac: call far through memory"
        call far [SPOT + 2]
        endac CR0_AM
        try "ac: int, frame on a stack of level 0"
        sub esp, 2
        int 50h
        endac CR0_AM
        try "ac: xlat"
        mov ebx, SPOT + 1
        xlatb
        endac CR0_AM
        try "ac: address made odd by an index"
        mov ecx, SPOT
        mov ebx, 1
        mov eax, [ecx + ebx * 2]
        endac CR0_AM
        gdt T0, SPOT + 1, 0ffffh, P | DPL3 | RW
        given fs, T0 | 3
        try "ac: the linear address counts"
        mov ax, [fs:1]
        mov ax, [fs:0]
        endac CR0_AM
        user32
        given eflags, AC | 2
        given ecx, 3
        given edi, SPOT + 2
        try "ac: rep stosd, nothing stored"
        rep stosd
        endac CR0_AM
        ; the descriptor table at an odd address: what the processor itself reads is not checked
        mov esi, GDT
        mov edi, DATA + 1001h
        mov ecx, GDT_SIZE / 4
        rep movsd
        mov dword [DATA + 2002h], DATA + 1001h
        mov word [DATA + 2000h], GDT_SIZE - 1
        lgdt [DATA + 2000h]
        user32
        given eflags, AC | 2
        try "ac: a descriptor at an odd address"
        mov ecx, U_DATA
        mov es, ecx
        lar ecx, ecx
        endac CR0_AM
        lgdt [gdt_pointer]
        kernel32
        given eflags, AC | 2
        try "ac: level 0"
        mov ecx, [SPOT + 1]
        endac CR0_AM
        mov eax, 1
        user32
        given cs, CODE1
        given ss, DATA1
        given ds, DATA1
        given es, DATA1
        given eflags, AC | 2
        try "ac: level 1"
        mov ecx, [SPOT + 1]
        endac CR0_AM
        user16
        given eflags, AC | 2
        try16 "ac: 16-bit code"
        mov ecx, [2]
        endac CR0_AM
        v86
        given eflags, VM | AC | 2
        try16 "ac: v86"
        mov ecx, [2]
        endac CR0_AM
        try16 "ac: v86, aligned"
        mov ecx, [4]
        mov cx, [2]
        endac CR0_AM
        ; which of two
        call map_all
        mov dword [PT], 6
        mov eax, PD
        mov cr3, eax
        user32
        given eflags, AC | 2
        try "ac: before a page fault, read"
        mov eax, [PAGE + 1]
        endac CR0_AM | CR0_PG
        try "ac: before a page fault, write"
        mov [PAGE + 1], eax
        endac CR0_AM | CR0_PG
        try "ac: before a page fault, modify"
        inc dword [PAGE + 1]
        endac CR0_AM | CR0_PG
        try "ac: before a page fault, push"
        mov esp, PAGE + 1002h
        push eax
        endac CR0_AM | CR0_PG
        mov dword [PT], DATA | 7
        mov dword [PT + 4], 6
        mov eax, PD
        mov cr3, eax
        try "ac: across pages, second absent"
        mov [PAGE + 0ffeh], eax
        endac CR0_AM | CR0_PG
        gdt T0, DATA, 0fffh, P | DPL3 | RW
        given fs, T0 | 3
        try "ac: after the limit"
        mov eax, [fs:0ffeh]
        endac CR0_AM
        user32
        given fs, 0
        given eflags, AC | 2
        try "ac: after a null segment"
        mov eax, [fs:1]
        endac CR0_AM
        ret

; --- availability -------------------------------------------------------------------------------------------------------------------------

; Rows: for MP, EM, TS as bits of CR0 from 000 to 111 (MP lowest) '.' or the exception; with CR4.OSFXSR clear, then set.
        section .data
        align 4
nm_rows:
        align_row 0, fld1
        align_row 0, fnop
        align_row 0, fadd dword [edi]
        align_row 0, fwait
        align_row 0, fninit
        align_row 0, fnclex
        align_row 0, fnstsw ax
        align_row 0, fnstcw [edi]
        align_row 0, fldcw [edi]
        align_row 0, fnstenv [edi]
        align_row 0, frstor [edi]
        align_row 0, {db 0d9h, 0d1h}
        align_row 0, {db 0dbh, 0e0h}
        align_row FEAT_CMOV, fcmove st1
        align_row FEAT_CMOV, fcomi st1
        align_row FEAT_MMX, movd mm0, eax
        align_row FEAT_MMX, paddb mm0, [edi]
        align_row FEAT_MMX, emms
        align_row FEAT_SSE, fxsave [edi]
        align_row FEAT_SSE, fxrstor [edi]
        align_row FEAT_SSE, movaps xmm0, xmm1
        align_row FEAT_SSE, addps xmm0, [edi]
        align_row FEAT_SSE, cvtpi2ps xmm0, mm0
        align_row FEAT_SSE, cvtps2pi mm0, xmm0
        align_row FEAT_SSE, ldmxcsr [edi]
        align_row FEAT_SSE, stmxcsr [edi]
        align_row FEAT_SSE, movntq [edi], mm0
        align_row FEAT_SSE, pshufw mm0, mm1, 0
        align_row FEAT_SSE, maskmovq mm0, mm1
        align_row FEAT_SSE, prefetcht0 [edi]
        align_row FEAT_SSE, sfence
        align_row FEAT_SSE2, movdqa xmm0, xmm1
        align_row FEAT_SSE2, movd xmm0, eax
        align_row FEAT_SSE2, movdq2q mm0, xmm0
        align_row FEAT_SSE2, movq2dq xmm0, mm0
        align_row FEAT_SSE2, paddq mm0, mm1
        align_row FEAT_SSE2, cvtpi2pd xmm0, mm0
        align_row FEAT_SSE2, cvtpi2pd xmm0, [edi]
        align_row FEAT_SSE2, movnti [edi], eax
        align_row FEAT_SSE2, lfence
        align_row FEAT_SSE2, mfence
        align_row FEAT_SSE2, clflush [edi]
        align_row FEAT_SSE2, pause
        section .data
nm_rows_end:
        section .text

availability:
        mov dword [op], nm_rows
.next:
        mov esi, [op]
        unless [esi + 8], .skip
        text esi, "nm: "
        call print
        mov esi, [op]
        mov esi, [esi]
        call print
        text esi, ": "
        call print
        xor eax, eax
        call .row
        unless FEAT_SSE, .one
        mov al, ' '
        call putc
        mov eax, CR4_OSFXSR
        call .row
.one:
        call newline
.skip:
        add dword [op], 12
        cmp dword [op], nm_rows_end
        jb .next
        mov eax, CR4_OSFXSR
        call set_cr4
        jmp fresh_mxcsr
.row:
        call set_cr4
        mov dword [step], 0
.cell:
        fninit
        mov edi, SPOT           ; a valid state, a valid control word
        mov ecx, 200h / 4
        xor eax, eax
        rep stosd
        mov word [SPOT], 37fh
        user32
        given edi, SPOT
        mov esi, [op]
        mov eax, [esi + 4]
        mov [ctx + I_eip], eax
        mov eax, [step]
        add eax, eax            ; MP is bit 1
        call with_cr0
        mov edx, -1
        call letter
        inc dword [step]
        cmp dword [step], 8
        jb .cell
        ret

; --- a pending exception ------------------------------------------------------------------------------------------------------------------

; With CR0.NE: which instructions report the exception that is pending. Each prints where #MF came: '.' not at all.
%macro endmf 0
        end_code
        call mf_run
%pop test
%endmacro
%macro mf 1+
%defstr op_text %1
        try "mf: ", op_text
        fninit
        fld1
        push dword 37bh
        fldcw [esp]
        pop ecx
        fdiv dword [zero]
        nop
        mov ecx, 0
        %1
        endmf
%endmacro

mf_run:
        mov eax, CR0_NE
        call with_cr0
        call report
        fninit
        ret

pending:
        user32
        given edi, SPOT
        given esi, 0ffff0000h
        given eflags, IOPL3 | 2
        mf fld1
        mf fnop
        mf fwait
        mf fadd st1
        mf fxch st1
        mf fdecstp
        mf ffree st1
        mf fincstp
        mf fld dword [edi]
        mf fstp dword [edi]
        mf fldcw [edi]
        mf fldenv [edi]
        mf frstor [edi]
        mf fninit
        mf fnclex
        mf fnstsw ax
        mf fnstcw [edi]
        mf fnstenv [edi]
        mf fnsave [edi]
        mf finit
        mf fclex
        mf fstsw ax
        mf fstcw [edi]
        mf nop
        given fs, 0
        mf fld dword [fs:0]
        mf fnstcw [fs:0]
        unless FEAT_MMX, .done
        mf movd mm0, eax
        mf movq mm0, [edi]
        mf movq [edi], mm0
        mf emms
        mf movq mm0, [fs:0]
        unless FEAT_SSE, .done
        mf fxsave [edi]
        mf fxrstor [fs:0]
        mf movaps xmm0, xmm1
        mf cvtpi2ps xmm0, mm0
        mf cvtpi2ps xmm0, [edi]
        mf cvtps2pi mm0, xmm0
        mf movntq [edi], mm0
        mf ldmxcsr [fs:0]
        mf sfence
        unless FEAT_SSE2, .done
        mf movdq2q mm0, xmm0
        mf movq2dq xmm0, mm0
        mf cvtpi2pd xmm0, [edi]
        mf cvttpd2pi mm0, xmm0
.done:
        ; how it comes to be pending
        user32
        given edi, SPOT
        try "mf: a flag set by fldenv, unmasked"
        fninit
        fnstenv [edi]
        mov byte [edi], 7ch
        mov byte [edi + 4], 2
        fldenv [edi]
        nop
        fwait
        endmf
        try "mf: a flag set, then unmasked by fldcw"
        fninit
        fldz
        fld1
        fdiv st1
        mov word [edi], 37bh
        fldcw [edi]
        nop
        fld1
        endmf
        try "mf: masked again after it came"
        fninit
        fldz
        mov word [edi], 37bh
        fldcw [edi]
        fld1
        fdiv st1
        fnstenv [edi + 10h]     ; masks all
        nop
        fld1
        fnstsw ax
        fninit
        endmf
        try "mf: cleared by fnclex"
        fninit
        fldz
        mov word [edi], 37bh
        fldcw [edi]
        fld1
        fdiv st1
        fnclex
        fld1
        fnstsw ax
        fninit
        endmf
        kernel32
        given edi, SPOT
        try "mf: #NM is first"
        fninit
        fldz
        mov word [edi], 37bh
        fldcw [edi]
        fld1
        fdiv st1
        mov eax, cr0
        or eax, CR0_TS
        mov cr0, eax
        mov eax, 0
        fld1
        endmf
        ret

; --- each class of exception, masked and unmasked -----------------------------------------------------------------------------------------

; Each row: code. Printed for all exceptions masked, all unmasked, all but precision unmasked: status word, tags, opcode, IP (from the begin
; of the code), operand's address, ST(0) and the 10 bytes at SPOT.
%macro x87 1
%push x87
        section .rodata
%%s:    db %1, 0
        section .data
        dd %%s, %%code
        section .text
%%code:
%endmacro
%macro endx87 0
        jmp x87_done
%pop x87
%endmacro
        section .data
        align 4
x87_rows:
        x87 "nothing"
        fld1
        endx87
        x87 "ie: fadd of an empty register"
        fld1
        fadd st1
        endx87
        x87 "ie: fst of an empty register"
        fst dword [SPOT]
        endx87
        x87 "ie: fstp of an empty register"
        fstp qword [SPOT]
        endx87
        x87 "ie: fstp tword of an empty register"
        fstp tword [SPOT]
        endx87
        x87 "ie: fistp of an empty register"
        fistp dword [SPOT]
        endx87
        x87 "ie: fbstp of an empty register"
        fbstp [SPOT]
        endx87
        x87 "ie: fxch with an empty register"
        fld1
        fxch st1
        endx87
        x87 "ie: fcom with an empty register"
        fld1
        fcom st3
        endx87
        x87 "ie: fld of an empty register"
        fld st0
        endx87
        x87 "ie: fsqrt of an empty register"
        fsqrt
        endx87
        x87 "ie: fld to a full stack"
        fld1
        fld1
        fld1
        fld1
        fld1
        fld1
        fld1
        fldz
        fld dword [K(half3)]
        endx87
        x87 "ie: fild to a full stack"
        fld1
        fld1
        fld1
        fld1
        fld1
        fld1
        fld1
        fldz
        fild dword [K(half3)]
        endx87
        x87 "ie: fld dword SNaN"
        fld dword [K(snan32)]
        endx87
        x87 "ie: fld qword SNaN"
        fld qword [K(snan64)]
        endx87
        x87 "fld tword SNaN"
        fld tword [K(snan80)]
        endx87
        x87 "ie: fadd dword SNaN"
        fld1
        fadd dword [K(snan32)]
        endx87
        x87 "ie: inf - inf"
        fld dword [K(inf32)]
        fsub dword [K(inf32)]
        endx87
        x87 "ie: 0 * inf"
        fldz
        fmul dword [K(inf32)]
        endx87
        x87 "ie: 0 / 0, popping"
        fldz
        fldz
        fdivp st1
        endx87
        x87 "ie: inf / inf"
        fld dword [K(inf32)]
        fdiv dword [K(minus_inf32)]
        endx87
        x87 "ie: sqrt of -1"
        fld dword [K(minus_one)]
        fsqrt
        endx87
        x87 "ie: fprem of infinity"
        fld1
        fld dword [K(inf32)]
        fprem
        endx87
        x87 "ie: fcomp with QNaN"
        fld1
        fcomp dword [K(qnan32)]
        endx87
        x87 "fucompp with QNaN"
        fld1
        fld dword [K(qnan32)]
        fucompp
        endx87
        x87 "ie: fcompp with SNaN"
        fld1
        fld tword [K(snan80)]
        fcompp
        endx87
        x87 "ie: ftst of QNaN"
        fld dword [K(qnan32)]
        ftst
        endx87
        x87 "ie: fistp word too large"
        fld dword [K(max32)]
        fistp word [SPOT]
        endx87
        x87 "ie: fist dword of QNaN"
        fld dword [K(qnan32)]
        fist dword [SPOT]
        endx87
        x87 "ie: fistp qword too large"
        fld qword [K(max64)]
        fistp qword [SPOT]
        endx87
        x87 "ie: fbstp too large"
        fld tword [K(bcd_big)]
        fbstp [SPOT]
        endx87
        x87 "ie: fst dword of SNaN"
        fld tword [K(snan80)]
        fstp dword [SPOT]
        endx87
        x87 "ie: an unnormal"
        fld tword [K(unnormal80)]
        fadd dword [K(three)]
        endx87
        x87 "ie: fyl2x of -1"
        fld1
        fld dword [K(minus_one)]
        fyl2x
        endx87
        x87 "de: fld dword"
        fld dword [K(denormal32)]
        endx87
        x87 "de: fld qword"
        fld qword [K(denormal64)]
        endx87
        x87 "fld tword denormal"
        fld tword [K(denormal80)]
        endx87
        x87 "de: fadd"
        fld1
        fadd dword [K(denormal32)]
        endx87
        x87 "de: fadd of registers"
        fld tword [K(denormal80)]
        fld tword [K(denormal80)]
        fadd st1
        endx87
        x87 "de: fcom"
        fld1
        fcom qword [K(denormal64)]
        endx87
        x87 "de: fsqrt"
        fld tword [K(denormal80)]
        fsqrt
        endx87
        x87 "de: a pseudo-denormal"
        fld tword [K(pseudo80)]
        fadd dword [K(zero)]
        endx87
        x87 "de and ze: denormal / 0"
        fld tword [K(denormal80)]
        fdiv dword [K(zero)]
        endx87
        x87 "ze: 1 / 0"
        fld1
        fdiv dword [K(zero)]
        endx87
        x87 "ze: 1 / 0, popping"
        fldz
        fld1
        fdivrp st1
        endx87
        x87 "ze: fidiv by 0"
        fld dword [K(minus_one)]
        fidiv dword [K(zero)]
        endx87
        x87 "ze: fyl2x of 0"
        fld1
        fldz
        fyl2x
        endx87
        x87 "ze: fxtract of 0"
        fldz
        fxtract
        endx87
        x87 "oe: max * max"
        fld tword [K(max80)]
        fmul st0
        endx87
        x87 "oe: max + max, popping"
        fld tword [K(max80)]
        fld tword [K(max80)]
        faddp st1
        endx87
        x87 "oe: fst dword"
        fld tword [K(huge80)]
        fst dword [SPOT]
        endx87
        x87 "oe: fstp dword"
        fld tword [K(huge80)]
        fstp dword [SPOT]
        endx87
        x87 "oe: fstp qword"
        fld tword [K(huge80)]
        fstp qword [SPOT]
        endx87
        x87 "oe: fscale"
        fld dword [K(max32)]
        fld tword [K(max80)]
        fscale
        endx87
        x87 "ue: min * min"
        fld tword [K(min80)]
        fmul st0
        endx87
        x87 "ue: min / 3, popping"
        fld tword [K(min80)]
        fld dword [K(three)]
        fdivp st1
        endx87
        x87 "ue: exact denormal result"
        fld tword [K(min80)]
        fdiv dword [K(two)]
        endx87
        x87 "ue: fst dword"
        fld tword [K(tiny80)]
        fst dword [SPOT]
        endx87
        x87 "ue: fstp qword"
        fld tword [K(tiny80)]
        fstp qword [SPOT]
        endx87
        x87 "ue: fstp dword, exact"
        fld dword [K(denormal32)]
        fstp dword [SPOT]
        endx87
        x87 "pe: 1 / 3"
        fld1
        fdiv dword [K(three)]
        endx87
        x87 "pe: fstp dword"
        fld1
        fdiv dword [K(three)]
        fnclex
        fstp dword [SPOT]
        endx87
        x87 "pe: fst qword"
        fld1
        fdiv dword [K(three)]
        fnclex
        fst qword [SPOT]
        endx87
        x87 "pe: fistp word"
        fld dword [K(half3)]
        fistp word [SPOT]
        endx87
        x87 "pe: frndint"
        fld dword [K(half3)]
        frndint
        endx87
        x87 "pe: fbstp"
        fld dword [K(half3)]
        fbstp [SPOT]
        endx87
        x87 "pe: fsqrt"
        fld dword [K(two)]
        fsqrt
        endx87
        x87 "pe: fldpi"
        fldpi
        endx87
        x87 "two exceptions one after the other"
        fld dword [K(two)]
        fdiv dword [K(three)]
        fnclex
        fldz
        fdiv st1
        endx87
        x87 "pointers: fnop between"
        fld1
        fdiv dword [K(three)]
        fnstsw ax
        fnclex
        nop
        endx87
        x87 "pointers: an instruction with prefixes"
        fld1
        fs
        es fadd dword [K(two)]
        endx87
        x87 "pointers: stack segment"
        mov eax, esp
        mov dword [ss:SPOT], 0
        fld dword [ss:SPOT]
        endx87
        x87 "pointers: store does not fault"
        fld1
        fst dword [SPOT + 4]
        endx87
        section .data
x87_rows_end:
        section .text

x87_done:
        fnsave [IMAGE_AT]
        finish 0

x87_exceptions:
        mov dword [op], x87_rows
.next:
        mov esi, [op]
        mov esi, [esi]
        call print
        call newline
        mov dword [cw], 37fh
        call .line
        test dword [features], FEAT_486
        jz .masked                      ; without CR0.NE a pending exception would wait for IRQ 13
        mov dword [cw], 340h
        call .line
        mov dword [cw], 360h
        call .line
.masked:
        add dword [op], 8
        cmp dword [op], x87_rows_end
        jb .next
        fninit
        ret
.line:
        fninit
        mov ecx, 8
.clear: fldz
        loop .clear
        mov edi, SPOT
        mov eax, 55555555h
        stosd
        stosd
        stosd
        user32
        given eflags, IOPL3 | 2
        begin_code
        fninit
        fldcw [cw]
        mov eax, [op]
        jmp [eax + 4]
        end_code
        mov eax, CR0_NE
        test dword [features], FEAT_486
        jnz .native
        xor eax, eax
.native:
        call with_cr0
        mov al, ' '
        call putc
        mov edx, -1
        call letter
        mov ax, [IMAGE_AT + 4]
        call .word
        mov ax, [IMAGE_AT + 8]
        call .word
        call finished
        jc .complete
        call .where
.complete:
        mov ax, [IMAGE_AT + 18]
        and ax, 7ffh
        call .word
        mov eax, [IMAGE_AT + 12]
        mov esi, [op]
        sub eax, [esi + 4]
        call .word
        mov eax, [IMAGE_AT + 20]
        call .word
        mov al, ' '
        call putc
        mov ax, [IMAGE_AT + 36]
        call hex4
        mov al, '.'
        call putc
        mov eax, [IMAGE_AT + 32]
        call hex8
        mov eax, [IMAGE_AT + 28]
        call hex8
        mov al, ' '
        call putc
        mov ebx, 9
.byte:
        mov al, [SPOT + ebx]
        call hex2
        dec ebx
        jns .byte
        jmp newline
.word:
        push eax
        mov al, ' '
        call putc
        pop eax
        jmp hex4
; A fault within the code: where.
.where:
        mov al, '+'
        call putc
        mov eax, [frame + I_eip]
        mov esi, [op]
        sub eax, [esi + 4]
        jmp hex4

; --- IRQ 13 -------------------------------------------------------------------------------------------------------------------------------

irq13:
        call init_pics
        user32
        given eflags, IF | IOPL3 | 2
        given eax, 0
        given ecx, 0
        mov word [SPOT], 37bh
        mov word [SPOT + 2], 37fh
        try "irq 13: the waiting instruction has not run"
        fninit
        fldcw [SPOT]
        fldz
        fld1
        fdiv st1
        fldz
        fldz
        fstsw ax
        inc ecx
        endirq
        try "irq 13: fwait"
        fninit
        fldcw [SPOT]
        fldz
        fld1
        fdiv st1
        fwait
        inc ecx
        endirq
        try "irq 13: masked exception"
        fninit
        fldz
        fld1
        fdiv st1
        fwait
        inc ecx
        endirq
        try "irq 13: fnclex before it"
        cli
        fninit
        fldcw [SPOT]
        fldz
        fld1
        fdiv st1
        fnclex
        fld1
        mov al, 0
        out 0f0h, al
        sti
        inc ecx
        inc ecx
        endirq
        try "irq 13: ignored after a write to port F0"
        cli
        fninit
        fldcw [SPOT]
        fldz
        fld1
        fdiv st1
        mov al, 0
        out 0f0h, al
        fld1
        fld1
        fnstsw ax
        and ax, 0ff80h
        fninit
        out 0f0h, al
        inc ecx
        endirq
        fninit
        mov al, 0ffh
        out 21h, al
        out 0a1h, al
        ret

; --- SSE operands that are not aligned ----------------------------------------------------------------------------------------------------

        section .data
        align 4
misaligned_rows:
        align_row FEAT_SSE, movaps xmm0, [edi]
        align_row FEAT_SSE, movaps [edi], xmm0
        align_row FEAT_SSE, movntps [edi], xmm0
        align_row FEAT_SSE, movups xmm0, [edi]
        align_row FEAT_SSE, movups [edi], xmm0
        align_row FEAT_SSE, movlps xmm0, [edi]
        align_row FEAT_SSE, movss xmm0, [edi]
        align_row FEAT_SSE, addps xmm0, [edi]
        align_row FEAT_SSE, addss xmm0, [edi]
        align_row FEAT_SSE, divps xmm0, [edi]
        align_row FEAT_SSE, sqrtps xmm0, [edi]
        align_row FEAT_SSE, rcpps xmm0, [edi]
        align_row FEAT_SSE, rsqrtss xmm0, [edi]
        align_row FEAT_SSE, maxps xmm0, [edi]
        align_row FEAT_SSE, cmpps xmm0, [edi], 1
        align_row FEAT_SSE, comiss xmm0, [edi]
        align_row FEAT_SSE, andnps xmm0, [edi]
        align_row FEAT_SSE, shufps xmm0, [edi], 1
        align_row FEAT_SSE, unpcklps xmm0, [edi]
        align_row FEAT_SSE, cvtpi2ps xmm0, [edi]
        align_row FEAT_SSE, cvtps2pi mm0, [edi]
        align_row FEAT_SSE, movaps xmm0, [esp + edi - AREA - T_STACK]
        align_row FEAT_SSE, fxsave [edi]
        align_row FEAT_SSE2, movapd xmm0, [edi]
        align_row FEAT_SSE2, movdqa [edi], xmm0
        align_row FEAT_SSE2, movdqu [edi], xmm0
        align_row FEAT_SSE2, movntdq [edi], xmm0
        align_row FEAT_SSE2, addpd xmm0, [edi]
        align_row FEAT_SSE2, addsd xmm0, [edi]
        align_row FEAT_SSE2, paddb xmm0, [edi]
        align_row FEAT_SSE2, pshufd xmm0, [edi], 0
        align_row FEAT_SSE2, psllw xmm0, [edi]
        align_row FEAT_SSE2, cvtdq2ps xmm0, [edi]
        align_row FEAT_SSE2, cvtdq2pd xmm0, [edi]
        align_row FEAT_SSE2, cvtpd2ps xmm0, [edi]
        align_row FEAT_SSE2, cvttpd2pi mm0, [edi]
        align_row FEAT_SSE2, punpckhqdq xmm0, [edi]
        align_row FEAT_SSE2, movnti [edi], eax
        section .data
misaligned_rows_end:
        section .text

misaligned:
        mov dword [op], misaligned_rows
.next:
        mov esi, [op]
        unless [esi + 8], .skip
        text esi, "unaligned: "
        call print
        mov esi, [op]
        mov esi, [esi]
        call print
        text esi, ": "
        call print
        mov dword [step], 0
.cell:
        fninit
        mov edi, DATA
        mov ecx, 200h / 4
        xor eax, eax
        rep stosd
        user32
        mov eax, [step]
        add eax, SPOT
        mov [ctx + I_edi], eax
        mov esi, [op]
        mov eax, [esi + 4]
        mov [ctx + I_eip], eax
        call run
        mov edx, -1
        call letter
        inc dword [step]
        cmp dword [step], 16
        jb .cell
        call newline
.skip:
        add dword [op], 12
        cmp dword [op], misaligned_rows_end
        jb .next
        fninit
        ret

; --- MXCSR, FXSAVE, FXRSTOR ---------------------------------------------------------------------------------------------------------------

; Which bits LDMXCSR and FXRSTOR take: '.' or the exception, from bit 0 on.
state:
        text esi, "ldmxcsr, bit by bit: "
        call print
        mov dword [step], 0
.bit:
        mov ecx, [step]
        mov eax, 1
        shl eax, cl
        mov [SPOT], eax
        mov dword [SPOT + 4], 1f80h
        user32
        begin_code
        ldmxcsr [SPOT]
        ldmxcsr [SPOT + 4]
        end_code
        call run
        mov edx, -1
        call letter
        ldmxcsr [SPOT + 4]
        inc dword [step]
        cmp dword [step], 32
        jb .bit
        call newline
        text esi, "fxrstor, bit by bit: "
        call print
        mov dword [step], 0
.bit2:
        fninit
        mov dword [SPOT + 4], 1f80h
        ldmxcsr [SPOT + 4]
        fxsave [IMAGE_AT]
        mov ecx, [step]
        mov eax, 1
        shl eax, cl
        mov [IMAGE_AT + 24], eax
        user32
        begin_code
        fxrstor [IMAGE_AT]
        end_code
        call run
        mov edx, -1
        call letter
        mov dword [SPOT + 4], 1f80h
        ldmxcsr [SPOT + 4]
        inc dword [step]
        cmp dword [step], 32
        jb .bit2
        call newline
        fninit
        fxsave [IMAGE_AT]
        say "mxcsr mask", [IMAGE_AT + 28]
        user32
        given eax, 0
        ; a bad one changes nothing
        fninit
        fldpi
        fxsave [IMAGE_AT]
        fninit
        mov dword [IMAGE_AT + 24], 10000h
        try "fxrstor with a bad MXCSR changes nothing"
        fxrstor [IMAGE_AT]
        endtry
        fnstsw [SPOT]
        fnstcw [SPOT + 2]
        say "fxrstor with a bad MXCSR: cw, sw", [SPOT]
        mov dword [IMAGE_AT + 24], 10000h
        xor eax, eax
        call set_cr4
        try "fxrstor with a bad MXCSR, without OSFXSR"
        fxrstor [IMAGE_AT]
        fnstsw ax
        endtry
        mov eax, CR4_OSFXSR
        call set_cr4
        stmxcsr [SPOT]
        say "   mxcsr", [SPOT]
        fninit
        try "ldmxcsr beyond the limit is #GP before its value"
        ldmxcsr [fs:0]
        endtry
        try "fxsave not aligned, stack segment"
        fxsave [esp - 200h + 4]
        endtry
        try "fxrstor with a reserved byte set"
        fxsave [IMAGE_AT]
        mov dword [IMAGE_AT + 24], 1f80h
        mov byte [IMAGE_AT + 5], 0ffh
        mov byte [IMAGE_AT + 32 + 10], 0ffh
        mov byte [IMAGE_AT + 511], 0ffh
        fxrstor [IMAGE_AT]
        endtry
        ; tags of FXSAVE, a pending exception kept by it
        try "fxsave with a pending exception"
        fninit
        fldz
        fld1
        mov word [SPOT], 37bh
        fldcw [SPOT]
        fdiv st1
        fxsave [IMAGE_AT]
        fnstsw ax
        fninit
        endtry
        say "   cw, sw", [IMAGE_AT]
        say "   tags", [IMAGE_AT + 4]
        fninit
        try "fxrstor makes it pending"
        fxrstor [IMAGE_AT]
        nop
        fwait
        endmf
        fninit
        jmp fresh_mxcsr

; --- SIMD exceptions ----------------------------------------------------------------------------------------------------------------------

; Each row: an instruction on XMM0 and [EDI] (and XMM1, the same): four singles or two doubles each. Printed for all masked, all unmasked
; with OSXMMEXCPT, all unmasked without, and unmasked but for precision: exception, MXCSR, XMM0.
%macro simd 12+ ; features, name, 4 dwords of XMM0, 4 of the operand, 1 dword for EAX, the instruction
        section .rodata
%%s:    db %2, 0
        section .data
        dd %%s, %%code, %1, %11, %3, %4, %5, %6, %7, %8, %9, %10
        section .text
%%code: %12
        finish 0
%endmacro
SIMD_SIZE equ 48
ONE     equ 3f800000h
TWO     equ 40000000h
THREE   equ 40400000h
MINUS1  equ 0bf800000h
INF     equ 7f800000h
QNAN    equ 7fc00001h
SNAN    equ 7f800001h
MAX     equ 7f7fffffh
MIN     equ 00800000h
DEN     equ 1
D1      equ 3ff00000h           ; upper halves of doubles
D3      equ 40080000h
DMAX    equ 7fefffffh
DMIN    equ 00100000h
        section .data
        align 4
simd_rows:
        simd FEAT_SSE, "addps, exact", ONE, ONE, ONE, ONE, ONE, ONE, ONE, ONE, 0, addps xmm0, [edi]
        simd FEAT_SSE, "addps, ie of inf - inf in one", ONE, INF, ONE, ONE, ONE, 0ff800000h, ONE, ONE, 0, addps xmm0, [edi]
        simd FEAT_SSE, "addps, ie of SNaN", ONE, ONE, SNAN, ONE, ONE, ONE, ONE, ONE, 0, addps xmm0, [edi]
        simd FEAT_SSE, "addps, QNaN", ONE, ONE, QNAN, ONE, ONE, ONE, ONE, ONE, 0, addps xmm0, [edi]
        simd FEAT_SSE, "addps, de", ONE, ONE, ONE, DEN, ONE, ONE, ONE, ONE, 0, addps xmm0, [edi]
        simd FEAT_SSE, "divps, ze in one, pe in another", ONE, ONE, ONE, ONE, ONE, 0, THREE, ONE, 0, divps xmm0, [edi]
        simd FEAT_SSE, "divps, ie, ze, pe, de", 0, ONE, ONE, DEN, 0, 0, THREE, ONE, 0, divps xmm0, [edi]
        simd FEAT_SSE, "divps, pe only", ONE, ONE, ONE, ONE, ONE, ONE, THREE, ONE, 0, divps xmm0, [edi]
        simd FEAT_SSE, "mulps, oe", MAX, ONE, ONE, ONE, MAX, ONE, ONE, ONE, 0, mulps xmm0, [edi]
        simd FEAT_SSE, "mulps, ue", MIN, ONE, ONE, ONE, MIN, ONE, ONE, ONE, 0, mulps xmm0, [edi]
        simd FEAT_SSE, "mulps, exact denormal", MIN, ONE, ONE, ONE, 3f000000h, ONE, ONE, ONE, 0, mulps xmm0, [edi]
        simd FEAT_SSE, "mulps, oe, ue and ie", MAX, MIN, 0, ONE, MAX, MIN, INF, ONE, 0, mulps xmm0, [edi]
        simd FEAT_SSE, "addss, others bad", ONE, SNAN, SNAN, SNAN, ONE, SNAN, SNAN, SNAN, 0, addss xmm0, [edi]
        simd FEAT_SSE, "divss, ze", ONE, ONE, ONE, ONE, 0, ONE, ONE, ONE, 0, divss xmm0, [edi]
        simd FEAT_SSE, "divss of registers, pe", ONE, ONE, ONE, ONE, THREE, ONE, ONE, ONE, 0, divss xmm0, xmm1
        simd FEAT_SSE, "sqrtps, ie, de, pe", ONE, ONE, ONE, ONE, MINUS1, DEN, TWO, ONE, 0, sqrtps xmm0, [edi]
        simd FEAT_SSE, "sqrtss of -0", ONE, ONE, ONE, ONE, 80000000h, ONE, ONE, ONE, 0, sqrtss xmm0, [edi]
        simd FEAT_SSE, "maxps, ie of QNaN, de", ONE, ONE, ONE, ONE, QNAN, DEN, ONE, ONE, 0, maxps xmm0, [edi]
        simd FEAT_SSE, "minss, SNaN", SNAN, ONE, ONE, ONE, ONE, ONE, ONE, ONE, 0, minss xmm0, [edi]
        simd FEAT_SSE, "cmpltps, QNaN", QNAN, ONE, ONE, ONE, ONE, ONE, ONE, ONE, 0, cmpltps xmm0, [edi]
        simd FEAT_SSE, "cmpeqps, QNaN and SNaN", QNAN, ONE, ONE, ONE, ONE, ONE, ONE, SNAN, 0, cmpeqps xmm0, [edi]
        simd FEAT_SSE, "cmpunordps, QNaN, de", QNAN, DEN, ONE, ONE, ONE, ONE, ONE, ONE, 0, cmpunordps xmm0, [edi]
        simd FEAT_SSE, "comiss, QNaN", QNAN, ONE, ONE, ONE, ONE, ONE, ONE, ONE, 0, comiss xmm0, [edi]
        simd FEAT_SSE, "ucomiss, QNaN", QNAN, ONE, ONE, ONE, ONE, ONE, ONE, ONE, 0, ucomiss xmm0, [edi]
        simd FEAT_SSE, "ucomiss, de", DEN, ONE, ONE, ONE, ONE, ONE, ONE, ONE, 0, ucomiss xmm0, [edi]
        simd FEAT_SSE, "rcpps of 0 and denormals", ONE, ONE, ONE, ONE, 0, DEN, SNAN, INF, 0, rcpps xmm0, [edi]
        simd FEAT_SSE, "cvtsi2ss, pe", ONE, ONE, ONE, ONE, 1000001h, 0, 0, 0, 0, cvtsi2ss xmm0, [edi]
        simd FEAT_SSE, "cvtss2si, ie", ONE, ONE, ONE, ONE, MAX, 0, 0, 0, 1, cvtss2si eax, [edi]
        simd FEAT_SSE, "cvtss2si, pe", ONE, ONE, ONE, ONE, 3fc00000h, 0, 0, 0, 1, cvtss2si eax, [edi]
        simd FEAT_SSE, "cvttss2si, denormal", ONE, ONE, ONE, ONE, DEN, 0, 0, 0, 1, cvttss2si eax, [edi]
        simd FEAT_SSE, "cvtps2pi, ie in one, pe in the other", ONE, ONE, ONE, ONE, QNAN, 3fc00000h, 0, 0, 0, cvtps2pi mm0, [edi]
        simd FEAT_SSE, "cvtpi2ps, pe", ONE, ONE, ONE, ONE, 1000001h, 1, 0, 0, 0, cvtpi2ps xmm0, [edi]
        simd FEAT_SSE, "movaps of SNaN", ONE, ONE, ONE, ONE, SNAN, DEN, SNAN, ONE, 0, movaps xmm0, [edi]
        simd FEAT_SSE, "andps, shufps: none", ONE, ONE, ONE, ONE, SNAN, DEN, SNAN, ONE, 0, andps xmm0, [edi]
        simd FEAT_SSE2, "addpd, ie", 0, D1, 0, 7ff00000h, 0, D1, 0, 0fff00000h, 0, addpd xmm0, [edi]
        simd FEAT_SSE2, "divpd, ze, pe", 0, D1, 0, D1, 0, 0, 0, D3, 0, divpd xmm0, [edi]
        simd FEAT_SSE2, "mulpd, oe, ue", 0, DMAX, 0, DMIN, 0, DMAX, 0, DMIN, 0, mulpd xmm0, [edi]
        simd FEAT_SSE2, "subsd, de", 1, 0, 0, D1, 0, D1, 0, 0, 0, subsd xmm0, [edi]
        simd FEAT_SSE2, "sqrtsd, ie", 0, 0, 0, 0, 0, 0bff00000h, 0, 0, 0, sqrtsd xmm0, [edi]
        simd FEAT_SSE2, "cvtpd2ps, oe, ue", 0, 0, 0, 0, 0, DMAX, 0, DMIN, 0, cvtpd2ps xmm0, [edi]
        simd FEAT_SSE2, "cvtsd2ss, pe", ONE, 0, 0, 0, 1, D1, 0, 0, 0, cvtsd2ss xmm0, [edi]
        simd FEAT_SSE2, "cvtss2sd, SNaN", 0, 0, 0, 0, SNAN, 0, 0, 0, 0, cvtss2sd xmm0, [edi]
        simd FEAT_SSE2, "cvtps2pd, de", 0, 0, 0, 0, DEN, ONE, 0, 0, 0, cvtps2pd xmm0, [edi]
        simd FEAT_SSE2, "cvtdq2ps, pe", 0, 0, 0, 0, 1000001h, 1, 2, 3, 0, cvtdq2ps xmm0, [edi]
        simd FEAT_SSE2, "cvtps2dq, ie, pe", 0, 0, 0, 0, MAX, 3fc00000h, ONE, 0, 0, cvtps2dq xmm0, [edi]
        simd FEAT_SSE2, "cvttpd2dq, ie", 0, 0, 0, 0, 0, DMAX, 0, D1, 0, cvttpd2dq xmm0, [edi]
        simd FEAT_SSE2, "cvtpd2pi, pe", 0, 0, 0, 0, 0, 3ff80000h, 0, D1, 0, cvtpd2pi mm0, [edi]
        simd FEAT_SSE2, "cmpltsd, QNaN", 0, 7ff80000h, 0, 0, 0, D1, 0, 0, 0, cmpltsd xmm0, [edi]
        simd FEAT_SSE2, "comisd, de", 1, 0, 0, 0, 0, D1, 0, 0, 0, comisd xmm0, [edi]
        section .data
simd_rows_end:
        section .text

simd_exceptions:
        mov dword [op], simd_rows
.next:
        mov esi, [op]
        unless [esi + 8], .skip
        mov esi, [op]
        mov esi, [esi]
        call print
        call newline
        mov dword [mxcsr_now], 1f80h
        mov eax, CR4_OSFXSR | CR4_OSXMMEXCPT
        call simd_line
        mov dword [mxcsr_now], 0
        mov eax, CR4_OSFXSR | CR4_OSXMMEXCPT
        call simd_line
        mov dword [mxcsr_now], 0
        mov eax, CR4_OSFXSR
        call simd_line
        mov dword [mxcsr_now], 1000h
        mov eax, CR4_OSFXSR | CR4_OSXMMEXCPT
        call simd_line
        mov dword [mxcsr_now], 3fh      ; flags from before
        mov eax, CR4_OSFXSR | CR4_OSXMMEXCPT
        call simd_line
.skip:
        add dword [op], SIMD_SIZE
        cmp dword [op], simd_rows_end
        jb .next
        ret

; One line: the row with MXCSR [mxcsr_now], CR4 EAX.
simd_line:
        call set_cr4
        fninit
        mov esi, [op]
        lea esi, [esi + 16]
        mov edi, SPOT - 10h
        mov ecx, 8
        rep movsd
        user32
        mov esi, [op]
        mov eax, [esi + 12]
        mov [ctx + I_eax], eax
        given edi, SPOT
        begin_code
        ldmxcsr [mxcsr_now]
        movups xmm0, [SPOT - 10h]
        movups xmm1, [SPOT]
        mov ecx, [op]
        jmp [ecx + 4]
        end_code
        call run
        movups [SPOT + 10h], xmm0
        stmxcsr [SPOT + 20h]
        movq [SPOT + 24h], mm0
        emms
        mov dword [SPOT + 30h], 1f80h
        ldmxcsr [SPOT + 30h]
        mov al, ' '
        call putc
        mov edx, -1
        call letter
        mov al, ' '
        call putc
        mov ax, [SPOT + 20h]
        call hex4
        mov ebx, 12
.dword:
        mov al, ' '
        call putc
        mov eax, [SPOT + 10h + ebx]
        call hex8
        sub ebx, 4
        jns .dword
        mov eax, [frame + I_eax]
        cmp eax, [ctx + I_eax]
        je .same
        mov al, ' '
        call putc
        mov eax, [frame + I_eax]
        call hex8
.same:
        mov eax, [frame + I_eflags]
        and eax, 8d5h
        mov ah, al
        mov al, ' '
        call putc
        mov al, ah
        call hex2
        jmp newline

; --- denormals: DAZ and FTZ ---------------------------------------------------------------------------------------------------------------

        section .data
        align 4
denormal_rows:
        simd FEAT_SSE, "addps, two denormals", DEN, 80000001h, DEN, MIN, DEN, DEN, ONE, 80000001h, 0, addps xmm0, [edi]
        simd FEAT_SSE, "subps, result denormal", MIN, ONE, ONE, ONE, 00c00000h, ONE, ONE, ONE, 0, subps xmm0, [edi]
        simd FEAT_SSE, "mulps, exact denormal result", MIN, ONE, 80800000h, ONE, 3f000000h, ONE, 3f000000h, ONE, 0, mulps xmm0, [edi]
        simd FEAT_SSE, "mulps, inexact tiny", MIN, ONE, 80800001h, ONE, MIN, ONE, 3f000000h, ONE, 0, mulps xmm0, [edi]
        simd FEAT_SSE, "mulps, tiny that rounds to the least normal", 00ffffffh, ONE, ONE, ONE, 3f000000h, ONE, ONE, ONE, 0, mulps xmm0, [edi]
        simd FEAT_SSE, "divps, by a denormal", ONE, DEN, ONE, 80000001h, DEN, ONE, 80000001h, DEN, 0, divps xmm0, [edi]
        simd FEAT_SSE, "sqrtps", ONE, ONE, ONE, ONE, DEN, 80000001h, ONE, 0, 0, sqrtps xmm0, [edi]
        simd FEAT_SSE, "maxps", DEN, 0, 80000001h, ONE, 0, DEN, DEN, DEN, 0, maxps xmm0, [edi]
        simd FEAT_SSE, "cmpeqps", DEN, 0, 80000001h, ONE, 0, DEN, DEN, DEN, 0, cmpeqps xmm0, [edi]
        simd FEAT_SSE, "cmpunordps", DEN, 0, QNAN, ONE, 0, DEN, DEN, DEN, 0, cmpunordps xmm0, [edi]
        simd FEAT_SSE, "comiss", DEN, 0, 0, 0, 0, 0, 0, 0, 0, comiss xmm0, [edi]
        simd FEAT_SSE, "cvtss2si", 0, 0, 0, 0, DEN, 0, 0, 0, 1, cvtss2si eax, [edi]
        simd FEAT_SSE, "cvttps2pi", 0, 0, 0, 0, DEN, 80000001h, 0, 0, 0, cvttps2pi mm0, [edi]
        simd FEAT_SSE, "rcpss", ONE, ONE, ONE, ONE, DEN, 0, 0, 0, 0, rcpss xmm0, [edi]
        simd FEAT_SSE, "andps", DEN, DEN, DEN, DEN, DEN, DEN, DEN, DEN, 0, andps xmm0, [edi]
        simd FEAT_SSE2, "cvtss2sd", 0, 0, 0, 0, DEN, 0, 0, 0, 0, cvtss2sd xmm0, [edi]
        simd FEAT_SSE2, "cvtsd2ss, tiny", 0, 0, 0, 0, 0, 38000000h, 0, 0, 0, cvtsd2ss xmm0, [edi]
        simd FEAT_SSE2, "cvtsd2ss, exact denormal", 0, 0, 0, 0, 0, 37f00000h, 0, 0, 0, cvtsd2ss xmm0, [edi]
        simd FEAT_SSE2, "cvtsd2ss, denormal double", 0, 0, 0, 0, 1, 0, 0, 0, 0, cvtsd2ss xmm0, [edi]
        simd FEAT_SSE2, "addpd", 1, 0, 1, 80000000h, 1, 0, 0, D1, 0, addpd xmm0, [edi]
        simd FEAT_SSE2, "mulpd", 0, DMIN, 0, DMIN, 0, 3fe00000h, 0, DMIN, 0, mulpd xmm0, [edi]
        simd FEAT_SSE2, "cvtdq2ps", 0, 0, 0, 0, 1, 0, 0, 0, 0, cvtdq2ps xmm0, [edi]
        section .data
denormal_rows_end:
DAZ     equ 40h
FTZ     equ 8000h
        section .text

denormals:
        mov dword [op], denormal_rows
.next:
        mov esi, [op]
        unless [esi + 8], .skip
        text esi, "denormals: "
        call print
        mov esi, [op]
        mov esi, [esi]
        call print
        call newline
        mov ebx, 1f80h
        call .line
        mov ebx, 1f80h | FTZ
        call .line
        mov ebx, 1f80h & ~800h | FTZ    ; underflow not masked
        call .line
        mov ebx, 1f80h & ~1000h | FTZ   ; precision not masked
        call .line
        mov ebx, 1f80h | FTZ | 4000h    ; rounding up
        call .line
        fxsave [IMAGE_AT]
        test dword [IMAGE_AT + 28], DAZ
        jz .skip
        mov ebx, 1f80h | DAZ
        call .line
        mov ebx, 1f80h & ~100h | DAZ    ; denormals not masked
        call .line
        mov ebx, 1f80h | DAZ | FTZ
        call .line
.skip:
        add dword [op], SIMD_SIZE
        cmp dword [op], denormal_rows_end
        jb .next
        ret
.line:
        mov [mxcsr_now], ebx
        mov eax, CR4_OSFXSR | CR4_OSXMMEXCPT
        jmp simd_line
end_kernel
