; sseloop.asm: SSE in loops long enough to be translated: registers and MXCSR across what runs in C, rounding, DAZ and FTZ, exceptions
; that are unmasked on the way, operands that become unaligned or absent, CR0.TS. SDM 1 10.5, 11.5; SDM 3A 2.5, 13.4.
;
; models: pentium3 pentium4
%include "kernel.inc"
kernel "sseloop"
%include "pages.inc"

ODD     equ 200                 ; the turn in which something happens
SPOT    equ DATA + 100h
ROWS    equ DATA + 200h

        section .rodata
        align 16
ones:   dd 1.0, 1.0, 1.0, 1.0
thirds: dd 0.33333333, -0.33333333, 0.14285714, 1.0e-30
        dd 1.3, 1.7, -0.6, 1.0e30
small:  dd 00800000h, 80800001h, 00c00000h, 00000001h
halves: dd 0.5, 0.75, -0.25, 1.0
zero:   dd 0, 0, 0, 0
nans:   dd 7fc00001h, 1.0, 2.0, 3.0
modes:  dd 1f80h, 3f80h, 5f80h, 7f80h, 9f80h, 1fc0h, 9fc0h, 0ff80h ; the model without DAZ takes the first five
        section .bss
        alignb 16
sum:    resd 4
csr:    resd 1
cr0_was: resd 1
        section .text

; EAX: a hash of XMM0 and MXCSR on top of EAX. EDX is lost.
%macro hash 0
        movups [sum], xmm0
        stmxcsr [csr]
%assign n 0
%rep 4
        xor eax, [sum + n]
        rol eax, 5
%assign n n + 4
%endrep
        add eax, [csr]
%endmacro

%macro fresh 0
        push dword 1f80h
        ldmxcsr [esp]
        add esp, 4
%endmacro

main:
        mov eax, CR4_OSFXSR | CR4_OSXMMEXCPT
        mov cr4, eax
        call across_c
        call rounding
        call unmasking
        call addresses
        call comparing
        call switching
        jmp power_off

; --- what the interpreter or a device does in between -----------------------------------------------------------------------------------

across_c:
        kernel32
        try "registers across a port, a device's memory, CPUID"
        fresh
        movaps xmm0, [ones]
        movaps xmm7, [thirds]
        xorps xmm1, xmm1
        turns
        addps xmm0, xmm7
        mov [0b8000h], cl
        addps xmm1, xmm0
        in al, 61h
        subps xmm0, xmm1
        mov esi, ecx
        xor eax, eax
        cpuid
        mov ecx, esi
        mulps xmm0, xmm7
        mov edx, [0b8000h]
        addps xmm1, [halves]
        addps xmm0, [ones]
        endturns
        addps xmm0, xmm1
        xor eax, eax
        xor edx, edx
        xor ebx, ebx
        hash
        endtry
        user32
        try "registers across what has no translation"
        fresh
        movaps xmm0, [thirds]
        movaps xmm6, [halves]
        turns
        mulps xmm0, xmm6
        cvtpi2ps xmm0, [limits]
        addps xmm0, [ones]
        fxsave [DATA + 400h]
        subps xmm0, xmm6
        bound ecx, [limits]
        addps xmm6, xmm0
        fxrstor [DATA + 400h]
        endturns
        hash
        emms
        endtry
        try "registers written by fxrstor"
        fresh
        movaps xmm0, [ones]
        fxsave [DATA + 400h]
        movaps xmm1, [thirds]
        turns
        addps xmm0, xmm1
        movups [DATA + 400h + 160 + 16], xmm0
        fxrstor [DATA + 400h]
        subps xmm0, xmm1
        mov [DATA + 400h + 160], ecx
        endturns
        addps xmm0, xmm1
        hash
        endtry
        ret

; --- rounding, flushing -----------------------------------------------------------------------------------------------------------------

rounding:
        user32
        try "rounding modes, one after the other"
        movaps xmm1, [thirds]
        turns
        mov edx, ecx
        and edx, 3
        ldmxcsr [modes + 4 * edx]
        movaps xmm0, [ones]
        divps xmm0, xmm1
        addps xmm0, [halves]
        cvtss2si edx, xmm0
        xor eax, edx
        hash
        endturns
        endtry
        try "rounding, and a call in between"
        ldmxcsr [modes + 8]
        movaps xmm0, [ones]
        turns
        addps xmm0, [thirds]
        sqrtps xmm1, xmm0
        bound ecx, [limits]
        mulps xmm0, [halves]
        divps xmm0, [thirds + 16]
        cvtss2si edx, xmm1
        add eax, edx
        endturns
        hash
        endtry
        try "flush to zero, now and then"
        turns
        mov edx, ecx
        and edx, 4
        ldmxcsr [modes + edx * 4]
        movaps xmm0, [small]
        mulps xmm0, [halves]
        hash
        movaps xmm0, [small]
        movups xmm1, [small + 4]
        subps xmm0, xmm1
        hash
        endturns
        endtry
        unless FEAT_SSE2, .no_daz
        try "denormals are zeros, now and then"
        turns
        mov edx, ecx
        and edx, 7
        ldmxcsr [modes + edx * 4]
        movups xmm0, [small]
        addps xmm0, [small]
        cmpps xmm0, [small], 4
        hash
        movaps xmm0, [small]
        divps xmm0, [halves]
        hash
        endturns
        endtry
.no_daz:
        try "sticky flags come one by one"
        fresh
        turns
        xorps xmm0, xmm0
        cmp ecx, 100
        jb %$exact
        movaps xmm0, [ones]
        divss xmm0, [thirds]
        cmp ecx, 150
        jb %$exact
        divss xmm0, [zero]
%$exact:
        hash
        endturns
        endtry
        fresh
        ret

; --- exceptions ----------------------------------------------------------------------------------------------------------------------------

unmasking:
        user32
        given eax, 0
        try "a division by zero is unmasked on the way"
        fresh
        movaps xmm1, [ones]
        xorps xmm2, xmm2
        turns
        movaps xmm0, xmm1
        addps xmm0, [halves]
        cmp ecx, ODD
        jne %$masked
        push dword 1d80h
        ldmxcsr [esp]
        pop edx
%$masked:
        divps xmm0, xmm2
        endturns
        endtry
        try "   by fxrstor"
        fresh
        fxsave [DATA + 400h]
        movaps xmm1, [ones]
        xorps xmm2, xmm2
        turns
        movaps xmm0, xmm1
        cmp ecx, ODD
        jne %$masked
        movaps [DATA + 400h + 160 + 16], xmm1
        mov dword [DATA + 400h + 24], 1d80h
        fxrstor [DATA + 400h]
%$masked:
        divps xmm0, xmm2
        endturns
        endtry
        fresh
        try "   and masked again"
        fresh
        movaps xmm1, [ones]
        xorps xmm2, xmm2
        turns
        movaps xmm0, xmm1
        push dword 0
        ldmxcsr [esp]
        addps xmm0, xmm1
        mov dword [esp], 1f80h
        ldmxcsr [esp]
        pop edx
        divps xmm0, xmm2
        endturns
        hash
        endtry
        try "   with its flag set already"
        fresh
        movaps xmm1, [ones]
        xorps xmm2, xmm2
        turns
        movaps xmm0, xmm1
        divps xmm0, xmm2
        cmp ecx, ODD
        jne %$masked
        stmxcsr [csr]
        and dword [csr], ~200h
        ldmxcsr [csr]
%$masked:
        movaps xmm3, [halves]
        endturns
        endtry
        fresh
        try "ldmxcsr of a value that is not valid"
        fresh
        mov dword [csr], 1f80h
        turns
        ldmxcsr [csr]
        addps xmm0, [ones]
        cmp ecx, ODD
        jne %$valid
        mov dword [csr], 11f80h
%$valid:
        endturns
        endtry
        fresh
        ret

; --- addresses -----------------------------------------------------------------------------------------------------------------------------

addresses:
        user32
        given edi, ROWS
        try "movaps that becomes unaligned"
        turns
        movaps xmm0, [edi]
        cmp ecx, ODD
        jne %$aligned
        inc edi
%$aligned:
        movaps [edi], xmm0
        endturns
        endtry
        try "addps that becomes unaligned"
        turns
        addps xmm0, [edi]
        cmp ecx, ODD
        jne %$aligned
        add edi, 8
%$aligned:
        endturns
        endtry
        given edi, DATA + 0f80h
        try "movups across pages"
        fresh
        movaps xmm0, [thirds]
        turns
        movups [edi], xmm0
        movups xmm1, [edi + 3]
        movups xmm0, [edi + 1]
        addps xmm0, xmm1
        addps xmm0, [thirds]
        inc edi
        and edi, DATA + 0fffh
        or edi, DATA + 0f80h
        endturns
        hash
        endtry
        try "movlps, movhps, movss across pages"
        fresh
        movaps xmm0, [thirds]
        turns
        movlps [edi], xmm0
        movhps [edi + 1], xmm0
        movss xmm1, [edi + 2]
        movhps xmm0, [edi - 1]
        movlps xmm0, [edi + 3]
        subps xmm0, xmm1
        mulps xmm0, [halves]
        addps xmm0, [thirds]
        inc edi
        and edi, DATA + 0fffh
        or edi, DATA + 0f80h
        endturns
        hash
        endtry
        gdt T0, DATA, 3ffh, P | DPL3 | RW
        given fs, T0 | 3
        given edi, 0
        try "movups beyond the limit"
        movaps xmm0, [ones]
        turns
        movups [fs:edi], xmm0
        inc edi
        cmp ecx, ODD
        jb %$within
        add edi, 8
%$within:
        endturns
        endtry
        say "   what is before it", [DATA + 3fch]
        ; 4 pages: the last is absent
        call map_all
        mov dword [PT + 12], 6
        call paging_on
        mov dword [DATA + 2ffch], 0
        given fs, 0
        given edi, PAGE + 2f28h
        try "movups into a page that is absent"
        movaps xmm0, [ones]
        turns
        movups [edi], xmm0
        inc edi
        endturns
        endtry
        say "   what is before it", [DATA + 2ffch]
        try "movaps and addps"
        xorps xmm1, xmm1
        mov edi, PAGE + 2000h
        turns
        addps xmm1, [edi]
        movaps [edi], xmm1
        add edi, 16
        endturns
        endtry
        mov dword [PT], DATA | 5
        mov eax, PD
        mov cr3, eax
        try "movss and stmxcsr to a page that is read-only"
        fresh
        mov edi, PAGE + 2000h
        turns
        movss [edi], xmm0
        stmxcsr [edi + 4]
        cmp ecx, ODD
        jne %$writable
        mov edi, PAGE
%$writable:
        endturns
        endtry
        call paging_off
        ret

; --- comparison into EFLAGS --------------------------------------------------------------------------------------------------------------

comparing:
        user32
        try "comiss, ucomiss: each outcome"
        fresh
        turns
        mov edx, ecx
        and edx, 3
        movss xmm0, [halves + 4 * edx]
        mov edx, ecx
        shr edx, 2
        and edx, 3
        add eax, -1             ; flags that are not cleared would show
        comiss xmm0, [halves + 4 * edx]
        pushfd
        pop edi
        and edi, FLAGS
        add eax, edi
        rol eax, 3
        movss xmm1, [nans + 4 * edx]
        cmp eax, 80000000h
        ucomiss xmm0, xmm1
        jp %$unordered
        seta bl
        ja %$above
        setb bh
%$above:
        adc eax, ebx
%$unordered:
        rol eax, 1
        ucomiss xmm1, xmm0
        rcl eax, 1
        comiss xmm0, xmm1
        lahf
        endturns
        stmxcsr [csr]
        add eax, [csr]
        xor ebx, ebx
        xor edi, edi
        xor edx, edx
        endtry
        try "comiss before a fault sees its flags"
        fresh
        mov edi, ROWS
        turns
        movss xmm0, [halves]
        comiss xmm0, [halves + 4]
        movaps xmm0, [edi]
        cmp ecx, ODD
        jne %$aligned
        inc edi
%$aligned:
        endturns
        endtry
        unless FEAT_SSE2, .done
        try "comisd, conversions, general registers"
        fresh
        turns
        cvtsi2sd xmm0, ecx
        cvtsi2sd xmm1, [ones]
        divsd xmm0, xmm1
        ucomisd xmm0, xmm1
        jbe %$below
        inc eax
%$below:
        cvtsd2ss xmm2, xmm0
        movd edx, xmm2
        add eax, edx
        cvttsd2si edx, xmm1
        add eax, edx
        pinsrw xmm0, ecx, 5
        pextrw edx, xmm0, 5
        add eax, edx
        pshufd xmm3, xmm0, 1bh
        pmovmskb edx, xmm3
        add eax, edx
        movnti [ROWS], eax
        paddd xmm0, [ones]
        movd [ROWS + 4], xmm0
        movq xmm4, [ROWS]
        psllq xmm4, 3
        movdqu [ROWS + 1], xmm4
        xor eax, [ROWS + 4]
        endturns
        xor edx, edx
        hash
        endtry
.done:
        ret

; --- lazy switching ------------------------------------------------------------------------------------------------------------------------

switching:
        mov eax, cr0
        mov [cr0_was], eax
        kernel32
        try "TS is set on the way"
        fresh
        movaps xmm0, [ones]
        turns
        addps xmm0, [ones]
        cmp ecx, ODD
        jne %$clear
        mov edx, cr0
        or edx, CR0_TS
        mov cr0, edx
        xor edx, edx
%$clear:
        addps xmm0, xmm0
        endturns
        endtry
        mov eax, [cr0_was]
        mov cr0, eax
        try "TS is set and cleared each time"
        fresh
        movaps xmm0, [ones]
        turns
        addps xmm0, [thirds]
        mov edx, [cr0_was]
        or edx, CR0_TS
        mov cr0, edx
        mov edx, [SPOT]
        clts
        mulps xmm0, [halves]
        endturns
        xor edx, edx
        hash
        endtry
        try "EM is set on the way"
        turns
        addps xmm0, [ones]
        cmp ecx, ODD
        jne %$clear
        mov edx, cr0
        or edx, CR0_EM
        mov cr0, edx
        xor edx, edx
%$clear:
        addps xmm0, xmm0
        endturns
        endtry
        mov eax, [cr0_was]
        mov cr0, eax
        try "OSFXSR is cleared on the way"
        turns
        addps xmm0, [ones]
        cmp ecx, ODD
        jne %$clear
        mov edx, cr4
        and edx, ~CR4_OSFXSR
        mov cr4, edx
        xor edx, edx
%$clear:
        addps xmm0, xmm0
        endturns
        endtry
        mov eax, CR4_OSFXSR | CR4_OSXMMEXCPT
        mov cr4, eax
        ret

        section .rodata
        align 4
limits: dd 0, 7fffffffh
        section .text
end_kernel
