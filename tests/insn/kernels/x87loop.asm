; x87loop.asm: x87 and MMX in loops long enough to be translated: the registers across what runs in C, precision and rounding, stack
; faults, exceptions that are unmasked on the way, the pointers to the last instruction and operand, operands that fault, comparisons,
; MMX between x87 instructions, CR0.TS. SDM 1 8.1-8.5, 9.5; SDM 3A 2.5, 13.4.
;
; models: 386 486 pentium pentium-mmx pentium3 pentium4
%include "kernel.inc"
kernel "x87loop"
%include "pages.inc"
%include "irq13.inc"

ODD     equ 200                 ; the turn in which something happens
SPOT    equ DATA + 100h
SAVED   equ DATA + 400h         ; of FNSAVE, FNSTENV

        section .rodata
        align 16
thirds: dd 0.33333333, -0.33333333, 0.14285714, 3.0
halves: dd 0.5, 0.75, -0.25, 1.5
numbers: dq 1.3, -1.7, 0.6, 1.0e300
odd:    dd 0, 80000000h, 00000001h, 7f800000h, 7fc00001h, 7f800001h, 0ff800000h, 3f800000h
ints:   dd 3, -7, 7fffffffh, 80000000h
limits: dd 0, 7fffffffh
modes:                          ; precision and rounding
%assign n 0
%rep 16
        dw 7fh + (n << 8)
%assign n n + 1
%endrep
masked: dw 37fh
divide: dw 37bh                 ; #Z unmasked
all:    dw 340h
        section .bss
cr0_was: resd 1
        section .text

; EAX: a hash of the x87 state, but for the pointers, on top of EAX.
%macro hash 0
        fnsave [SAVED]
        frstor [SAVED]
%assign n 0
%rep 27
%if n < 12 || n >= 28
        xor eax, [SAVED + n]
        rol eax, 5
%endif
%assign n n + 4
%endrep
%endmacro

main:
        call across_c
        call control
        call stack
        call pointers
        call comparing
        call addresses
        call switching
        unless FEAT_MMX, .no_mmx
        call mmx
.no_mmx:
        unless FEAT_486, .no_ne
        call unmasking
.no_ne:
        call irq13
        jmp power_off

; --- what the interpreter or a device does in between -----------------------------------------------------------------------------------

across_c:
        kernel32
        try "registers across a port, a device's memory"
        fninit
        fld qword [numbers]
        fld dword [thirds]
        fldz
        turns
        fadd st1
        mov [0b8000h], cl
        fmul dword [halves]
        in al, 61h
        fsub qword [numbers + 8]
        mov edx, [0b8000h]
        fxch st2
        fadd st2
        fdiv dword [halves + 12]
        fxch st2
        endturns
        xor eax, eax
        xor edx, edx
        hash
        endtry
        user32
        try "registers across what has no translation"
        fninit
        fld qword [numbers]
        fld1
        turns
        fadd st1
        fbstp [SAVED + 40]
        fbld [SAVED + 40]
        fmul dword [halves]
        fnstenv [SAVED]
        fscale
        bound ecx, [limits]
        fadd st1
        fldenv [SAVED]
        fxtract
        fstp st0
        fprem
        faddp
        fld1
        endturns
        hash
        endtry
        try "registers written by frstor"
        fninit
        fld1
        fnsave [SAVED]
        turns
        frstor [SAVED]
        fadd qword [numbers]
        fld st0
        fnsave [SAVED]
        mov [SAVED + 28 + 4], ecx
        cmp ecx, ODD
        jne %$go
        finit
        fldpi
        fnsave [SAVED]
%$go:
        endturns
        frstor [SAVED]
        hash
        endtry
        try "fninit, fnclex, fincstp"
        fninit
        turns
        fld1
        fldz
        fdivp
        fnstsw [SPOT]
        xor ax, [SPOT]
        rol eax, 3
        test cl, 3
        jnz %$sticky
        fnclex
%$sticky:
        fincstp
        test cl, 31
        jnz %$go
        fninit
%$go:
        fnstsw [SPOT]
        add ax, [SPOT]
        endturns
        hash
        endtry
        ret

; --- precision and rounding --------------------------------------------------------------------------------------------------------------

control:
        user32
        try "precision and rounding, one after the other"
        fninit
        turns
        mov edx, ecx
        and edx, 15
        fldcw [modes + 2 * edx]
        fld dword [thirds]
        fdiv qword [numbers]
        fld st0
        fsqrt
        fadd st1
        fmul dword [halves]
        fnstcw [SPOT]
        fist dword [SPOT + 4]
        fstp qword [SPOT + 8]
        fstp dword [SPOT + 16]
        fldpi
        fldl2t
        fsubp
        frndint
        fild dword [ints + 4]
        fimul word [ints]
        faddp
        fstp tword [SPOT + 20]
        xor eax, [SPOT]
        rol eax, 3
        xor eax, [SPOT + 4]
        rol eax, 3
        xor eax, [SPOT + 8]
        rol eax, 3
        xor eax, [SPOT + 12]
        rol eax, 3
        xor eax, [SPOT + 16]
        rol eax, 3
        xor eax, [SPOT + 20]
        rol eax, 3
        xor eax, [SPOT + 24]
        rol eax, 3
        xor ax, [SPOT + 28]
        endturns
        hash
        xor edx, edx
        endtry
        try "integers: all sizes, roundings, out of range"
        fninit
        turns
        mov edx, ecx
        and edx, 3
        fild dword [ints + 4 * edx]
        fldcw [modes + 8 * edx]
        fadd dword [halves + 4 * edx]
        fist word [SPOT]
        fnstsw ax
        xor [SPOT + 16], eax
        fist dword [SPOT + 4]
        fnstsw ax
        rol dword [SPOT + 16], 3
        xor [SPOT + 16], eax
        fld st0
        fmul st1
        fmul st1
        fistp qword [SPOT + 8]
        fnstsw ax
        rol dword [SPOT + 16], 3
        xor [SPOT + 16], eax
        fistp word [SPOT + 2]
        mov eax, [SPOT]
        xor eax, [SPOT + 4]
        xor eax, [SPOT + 8]
        rol eax, 7
        xor eax, [SPOT + 12]
        add [SPOT + 16], eax
        test ecx, 15
        jnz %$sticky
        fnclex
%$sticky:
        endturns
        mov eax, [SPOT + 16]
        hash
        xor edx, edx
        endtry
        try "what numbers there are"
        fninit
        turns
        mov edx, ecx
        and edx, 7
        fld dword [odd + 4 * edx]
        mov edx, ecx
        shr edx, 3
        and edx, 7
        fxam
        fnstsw ax
        fadd dword [odd + 4 * edx]
        fld dword [odd + 4 * edx]
        fchs
        fmul st1
        fdiv dword [odd + 4 * edx]
        fxam
        hash
        fst qword [SPOT]
        fabs
        fstp dword [SPOT + 8]
        fstp tword [SPOT + 12]
        hash
        test ecx, 3
        jnz %$sticky
        fnclex
%$sticky:
        endturns
        xor edx, edx
        endtry
        ret

; --- the stack ----------------------------------------------------------------------------------------------------------------------------

stack:
        user32
        try "overflow and underflow"
        fninit
        turns
        test cl, 8
        jz %$down
        fld1
        fild word [ints]
        hash
        jmp %$go
%$down:
        fstp st1
        hash
        fcomp st3
        fnstsw ax
%$go:
        test cl, 64
        jz %$sticky
        fxch st5
        fst dword [SPOT]
        fadd st2
%$sticky:
        test cl, 31
        jnz %$same
        hash
        fnclex
%$same:
        endturns
        hash
        endtry
        try "empty registers, turning the stack"
        fninit
        turns
        fld dword [thirds]
        ffree st3
        fdecstp
        fxam
        fnstsw ax
        fst st4
        fincstp
        fincstp
        ffreep st1
        hash
        fstp qword [SPOT]
        xor eax, [SPOT + 4]
        fsubp st2
        fisubr dword [ints]
        fucom st6
        test cl, 15
        jnz %$same
        hash
        fnclex
        fxch st7
%$same:
        endturns
        hash
        endtry
        ret

; --- the last instruction and its operand -------------------------------------------------------------------------------------------------

; EAX: a hash of the pointers as FNSTENV stores them; the instruction pointer relative to %1.
%macro pointers_from 1
        fnstenv [SAVED]
        sub dword [SAVED + 12], %1
        xor eax, [SAVED + 12]
        rol eax, 5
        xor eax, [SAVED + 16]
        rol eax, 5
        xor eax, [SAVED + 20]
        rol eax, 5
        xor eax, [SAVED + 24]
        rol eax, 5
%endmacro

pointers:
        user32
        given esi, DATA
        given edi, DATA + 800h
        try "pointers: of loads and what comes after"
        fninit
        turns
%$here:
        fld dword [esi]
        fmul dword [edi + 4 * ecx]
        add esi, 4
        xor edi, 8
        faddp
        pointers_from %$here
        fld1
        pointers_from %$here
        fstp qword [esi]
        fstp dword [edi]
        mov edx, esi
        pointers_from %$here
        sub esi, 3
        and esi, DATA + 0ffh
        endturns
        xor edx, edx
        mov esi, DATA
        endtry
        given edi, DATA + 800h
        gdt T0, DATA, 0fffh, P | DPL3 | RW
        given fs, T0 | 3
        try "pointers: across jumps, segments, what does not count"
        fninit
        turns
%$here:
        fld dword [edi]
        fnop
        mov edx, ecx
        and edx, 3
        jz %$zero
        fstp dword [fs:4 * edx]
        dec edx
        jz %$one
        fild word [edi + edx]
        jmp %$join
%$zero:
        fld st0
        jmp %$join
%$one:
        fldz
        fincstp
%$join:
        fnstsw ax
        fnstcw [SPOT]
        fldcw [SPOT]
        fwait
        mov edx, 0
        pointers_from %$here
        fincstp
        jmp %$on
%$on:
        inc edx
        pointers_from %$here
        test ecx, 7
        jnz %$same
        fninit
%$same:
        endturns
        xor edx, edx
        endtry
        gdt T0 + 8, DATA + 100h, 0fffh, P | DPL3 | RW
        given fs, 0
        try "pointers: segments loaded after it"
        fninit
        mov edx, T0 | 3
        turns
%$here:
        mov fs, dx
        fld dword [fs:4 * ecx]
        xor edx, 8
        mov fs, dx
        pointers_from %$here
        fstp dword [fs:ecx + 700h]
        push ds
        xor edx, 8
        mov fs, dx
        pop ds
        inc esi
        fchs
        xor edx, 8
        pointers_from %$here
        endturns
        xor edx, edx
        mov fs, dx
        endtry
        v86
        given esi, 0ffeh
        given edi, 0
        try16 "pointers: virtual-8086 mode"
        fninit
        xor eax, eax
        xor ecx, ecx
.v86:
        fld dword [si]
        fstp qword [di]
        inc si
        and si, 0fffh
        add di, 4
        and di, 7fch
        fnstenv [800h]
        sub word [800h + 6], LOW(.v86)
        add ax, [800h + 6]
        rol ax, 3
        xor ax, [800h + 8]
        rol ax, 3
        add ax, [800h + 10]
        rol ax, 3
        xor ax, [800h + 12]
        inc cx
        cmp cx, TURNS
        jb .v86
        endtry
        ret

; --- comparisons -----------------------------------------------------------------------------------------------------------------------------

; EDX: 0-7 by turn; ST(0) and ST(1) become each pair of `odd`, IE is cleared.
%macro pair 0
        fninit
        mov edx, ecx
        and edx, 7
        fld dword [odd + 4 * edx]
        mov edx, ecx
        shr edx, 3
        and edx, 7
        fld dword [odd + 4 * edx]
%endmacro

comparing:
        user32
        try "fcom, fucom, ftst by way of sahf"
        turns
        pair
        add eax, 7fffffffh      ; OF stays
        mov edx, eax
        fcom st1
        fnstsw ax
        sahf
        pushfd
        pop ebx
        and ebx, FLAGS
        mov eax, edx
        jb %$below
        rol eax, 1
        jp %$unordered
        xor eax, ebx
%$below:
        add eax, ebx
%$unordered:
        mov edx, eax
        ftst
        fnstsw ax
        sahf
        rcl edx, 1
        fucomp st1
        fnstsw ax
        sahf
        jbe %$not_above
        inc edx
        dec edx
        rcl edx, 3
%$not_above:
        lahf
        xor edx, eax
        cmp edx, 12345678h
        lahf
        sahf
        adc edx, eax
        mov eax, edx
        endturns
        xor edx, edx
        xor ebx, ebx
        hash
        endtry
        unless FEAT_CMOV, .no_cmov
        try "fcomi, fcmov"
        turns
        pair
        fldpi
        mov edx, eax
        fcomi st1
        fcmovnbe st2
        pushfd
        pop ebx
        and ebx, FLAGS
        add edx, ebx
        fcmovb st1
        fucomi st2
        fcmovu st2
        adc edx, edx
        cmp edx, ecx
        fcmove st1
        fcomip st1
        fcmovnu st1
        seta bl
        adc edx, ebx
        mov eax, edx
        hash
        endturns
        xor edx, edx
        xor ebx, ebx
        endtry
.no_cmov:
        ret

; --- addresses -------------------------------------------------------------------------------------------------------------------------------

addresses:
        user32
        given edi, DATA + 0f80h
        try "operands across pages"
        fninit
        fld qword [numbers]
        turns
        fst qword [edi]
        fld tword [edi - 2]
        fstp tword [edi + 1]
        fild qword [edi + 2]
        fistp qword [edi + 3]
        fst dword [edi + 4]
        fiadd word [edi + 5]
        pointers_from %$top
        fadd dword [thirds]
        fdiv dword [halves + 12]
        inc edi
        and edi, DATA + 0fffh
        or edi, DATA + 0f80h
        endturns
        hash
        endtry
        gdt T0, DATA, 3ffh, P | DPL3 | RW
        given fs, T0 | 3
        given edi, 0
        try "fstp beyond the limit"
        fninit
        turns
        fld1
        fld dword [fs:edi]
        fstp st0
        fstp qword [fs:edi]
        inc edi
        cmp ecx, ODD
        jb %$within
        add edi, 8
%$within:
        endturns
        endtry
        call after
        ; 4 pages: the last is absent
        call map_all
        mov dword [PT + 12], 6
        call paging_on
        given fs, 0
        given edi, PAGE + 2f28h
        mov word [SPOT + 20h], 3
        try "fistp into a page that is absent"
        fninit
        turns
        fild word [SPOT + 20h]
        fld1
        faddp
        fistp qword [edi]
        inc edi
        endturns
        endtry
        call after
        try "fadd from it"
        fninit
        fld1
        mov edi, PAGE + 2000h
        turns
        fadd dword [edi]
        fld tword [edi]
        fstp st0
        add edi, 16
        endturns
        endtry
        call after
        mov dword [PT], DATA | 5
        mov eax, PD
        mov cr3, eax
        try "fnstcw, fnstsw, fst to a page that is read-only"
        fninit
        mov edi, PAGE + 2000h
        turns
        fld1
        fst dword [edi]
        fstp st1
        fnstcw [edi + 8]
        fnstsw [edi + 12]
        cmp ecx, ODD
        jne %$writable
        mov edi, PAGE
%$writable:
        endturns
        endtry
        call after
        call paging_off
        ret

; What the last test left in the unit.
after:
        xor eax, eax
        hash
        mov [SPOT + 40], eax
        say "   what it left", [SPOT + 40]
        mov eax, [SAVED + 20]
        mov [SPOT + 40], eax
        say "   its last operand", [SPOT + 40]
        ret

; --- lazy switching --------------------------------------------------------------------------------------------------------------------------

switching:
        mov eax, cr0
        mov [cr0_was], eax
        kernel32
        try "TS is set on the way"
        fninit
        fld1
        turns
        fadd dword [halves]
        cmp ecx, ODD
        jne %$clear
        mov edx, cr0
        or edx, CR0_TS
        mov cr0, edx
        xor edx, edx
%$clear:
        fmul st0
        endturns
        endtry
        mov eax, [cr0_was]
        mov cr0, eax
        try "TS is set and cleared each time"
        fninit
        fld1
        turns
        fadd dword [thirds]
        mov edx, [cr0_was]
        or edx, CR0_TS
        mov cr0, edx
        mov edx, [SPOT]
        clts
        fmul dword [halves]
        endturns
        xor edx, edx
        hash
        endtry
        try "EM is set on the way"
        fninit
        turns
        fldz
        fstp st0
        cmp ecx, ODD
        jne %$clear
        mov edx, cr0
        or edx, CR0_EM
        mov cr0, edx
        xor edx, edx
%$clear:
        fld1
        fstp st0
        endturns
        endtry
        mov eax, [cr0_was]
        mov cr0, eax
        ret

; --- MMX -------------------------------------------------------------------------------------------------------------------------------------

mmx:
        user32
        try "mmx between x87 instructions"
        fninit
        fldpi
        fld qword [numbers]
        turns
        fadd st1
        movd mm3, ecx
        paddw mm3, [numbers]
        punpcklbw mm2, mm3
        movq [SPOT], mm2
        pmaddwd mm3, [SPOT]
        psraw mm3, 3
        fnstsw [SPOT + 8]
        xor eax, [SPOT + 8]
        rol eax, 3
        fst qword [SPOT + 16]
        movd edx, mm3
        add eax, edx
        hash
        emms
        fnstsw [SPOT + 8]
        add eax, [SPOT + 8]
        fild dword [SPOT]
        fld dword [halves]
        movd [SPOT + 4], mm7
        packuswb mm0, mm6
        pcmpgtd mm1, mm7
        por mm5, mm0
        psllq mm5, mm1
        emms
        fld dword [thirds]
        faddp
        endturns
        hash
        xor edx, edx
        endtry
        given edi, DATA + 0f80h
        try "mmx operands across pages"
        fninit
        turns
        movd mm0, eax
        movq mm1, [edi]
        paddb mm0, mm1
        movq [edi + 1], mm0
        punpckldq mm1, [edi + 2]
        movd [edi + 3], mm1
        movd edx, mm1
        add eax, edx
        inc edi
        and edi, DATA + 0fffh
        or edi, DATA + 0f80h
        endturns
        xor edx, edx
        hash
        emms
        endtry
        ret

; --- exceptions ------------------------------------------------------------------------------------------------------------------------------

unmasking:
        mov eax, cr0
        or eax, CR0_NE
        mov cr0, eax
        user32
        try "a division by zero is unmasked on the way"
        fninit
        turns
        fldz
        fld1
        cmp ecx, ODD
        jne %$masked
        fnclex
        fldcw [divide]
%$masked:
        fdiv st1
        inc eax
        fstp st0
        fstp st0
        endturns
        endtry
        call after
        fnclex
        try "   with its flag set already"
        fninit
        turns
        fldz
        fld1
        fdivrp
        cmp ecx, ODD
        jne %$masked
        fldcw [divide]
        inc eax
%$masked:
        inc eax
        fstp st0
        endturns
        endtry
        call after
        fnclex
        try "   by fldenv"
        fninit
        fnstenv [SAVED]
        fldcw [masked]
        turns
        fldz
        fld1
        cmp ecx, ODD
        jne %$masked
        fnstenv [SAVED]
        and byte [SAVED], 0fbh
        and byte [SAVED + 4], 0
        fldenv [SAVED]
%$masked:
        fdiv st1
        inc eax
        fstp st0
        fstp st0
        endturns
        endtry
        call after
        fnclex
        try "   and masked again"
        fninit
        turns
        fldcw [all]
        fld1
        fchs
        fldcw [masked]
        fsqrt
        fstp st0
        fnstsw [SPOT]
        xor eax, [SPOT]
        rol eax, 1
        fnclex
        endturns
        hash
        endtry
        try "   a stack fault, met by fwait"
        fninit
        turns
        fld1
        cmp ecx, ODD
        jne %$masked
        fldcw [all]
        fstp st0
        fstp st0
        inc eax
        fwait
        inc eax
%$masked:
        fstp st0
        endturns
        endtry
        call after
        fnclex
        unless FEAT_MMX, .no_mmx
        try "   met by mmx"
        fninit
        turns
        fld1
        cmp ecx, ODD
        jne %$masked
        fldcw [all]
        fstp st5
        fst st0
        inc eax
%$masked:
        paddb mm0, mm1
        emms
        endturns
        endtry
        call after
        fnclex
.no_mmx:
        mov eax, cr0
        and eax, ~CR0_NE
        mov cr0, eax
        ret

irq13:
        call init_pics
        user32
        given eflags, IF | IOPL3 | 2
        try "irq 13: unmasked on the way"
        fninit
        turns
        fldz
        fld1
        cmp ecx, ODD
        jne %$masked
        fnclex
        fldcw [divide]
%$masked:
        fdiv st1
        inc eax
        fstp st0
        fstp st0
        endturns
        endirq
        try "irq 13: by fldcw"
        fninit
        turns
        fldz
        fld1
        fdivrp
        cmp ecx, ODD
        jne %$masked
        fldcw [divide]
        inc eax
%$masked:
        inc eax
        fstp st0
        endturns
        endirq
        ret
end_kernel
