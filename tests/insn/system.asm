; system.asm: what the machine's tables and privilege decide: segment loads, port access, flags by privilege, control registers,
; protection checks. Selectors of the runner: 08h + 8 * segment for privilege 0 (ES CS SS DS FS GS), 48h + 8 * segment for 3, TSS 88h.
%include "insn.inc"
bits 16

testcase "in and out", I8086, P4
        modes REAL | PROTECTED
        given dx, 0F000h
        code
        in al, 0F8h
        out 0F8h, al
        in ax, dx
        out dx, ax
        endcode
        gives ax, 0FFFFh
endtest
testcase "cli, sti", I8086, P4
        modes REAL | PROTECTED
        code
        sti
        endcode
        sets IF
endtest
testcase "cli", I8086, P4
        modes REAL | PROTECTED
        flags IF
        code
        cli
        nop
        endcode
        clears IF
endtest
testcase "smsw", I286, I286
        modes REAL
        code
        smsw ax
        endcode
        gives ax, 0FFF0h
endtest
testcase "lmsw sets PE and does not clear it", I286, P4
        modes PROTECTED
        given bx, 0
        code
        lmsw bx
        smsw cx
        and cx, 1
        endcode
        gives cx, 1
        any AF
endtest
testcase "protection instructions are undefined in real mode", I286, P4
        modes REAL | V86
        code
        sldt ax
        endcode
        fault 6, 0
endtest
testcase "lar in real mode", I286, P4
        modes REAL | V86
        code
        lar ax, bx
        endcode
        fault 6, 0
endtest
testcase "str, sldt", I286, P4
        modes PROTECTED
        code
        str ax
        sldt bx
        endcode
        gives ax, 88h
        gives bx, 0
endtest
testcase "verr, verw", I286, P4
        modes PROTECTED
        given ax, 20h
        given bx, 10h
        code
        verw ax
        jnz .wrong
        verr bx
        jnz .wrong
        verw bx
        jz .wrong
        mov cx, 1
.wrong: nop
        endcode
        gives cx, 1
endtest
testcase "lsl, lar", I286, P4
        modes PROTECTED
        given bx, 20h
        given dx, 10h
        code
        lsl ax, bx
        lar cx, dx
        endcode
        gives ax, 0FFFFh
        gives cx, 9B00h
        sets ZF
endtest
testcase "lsl of nothing", I286, P4
        modes PROTECTED
        given bx, 0FFF8h
        flags ZF
        code
        lsl ax, bx
        endcode
        clears ZF
endtest
testcase "arpl", I286, P4
        modes PROTECTED
        given ax, 10h
        given bx, 3
        code
        arpl ax, bx
        endcode
        gives ax, 13h
        sets ZF
endtest
testcase "load of a selector beyond the table", I286, P4
        modes PROTECTED
        given ax, 1000h
        code
        mov es, ax
        endcode
        fault_code 13, 0, 1000h
endtest
testcase "load of a null selector, then a use", I286, P4
        modes PROTECTED
        given bx, 0
        given di, 0
        code
        mov es, bx
        mov [es:di], al
        endcode
        fault_code 13, 2, 0
endtest
testcase "null in SS", I286, P4
        modes PROTECTED
        given bx, 0
        code
        mov ss, bx
        endcode
        fault_code 13, 0, 0
endtest
testcase "code in SS", I286, P4
        modes PROTECTED
        given bx, 10h
        code
        mov ss, bx
        endcode
        fault_code 13, 0, 10h
endtest
testcase "a system descriptor in DS", I286, P4
        modes PROTECTED
        given bx, 88h
        code
        mov ds, bx
        endcode
        fault_code 13, 0, 88h
endtest
testcase "far jump to data", I286, P4
        modes PROTECTED
        code
        jmp 20h:0
        endcode
        fault_code 13, 0, 20h
endtest
testcase "far jump to code of privilege 3", I286, P4
        modes PROTECTED
        code
        jmp 50h:0
        endcode
        fault_code 13, 0, 50h
endtest
testcase "far call and return", I286, P4
        modes PROTECTED
        code
        call 10h:100h + 8
        jmp short .end
        nop
        inc dx
        retf
.end:   nop
        endcode
        gives dx, 3334h
        writes ss, 0FFCh
        dw 105h, 10h
        endwrites
endtest
testcase "loading the segment table of a busy TSS", I286, P4
        modes PROTECTED
        given ax, 88h
        code
        ltr ax
        endcode
        fault_code 13, 0, 88h
endtest
testcase "V86: IOPL 3 lets CLI, STI, PUSHF and INT through", I386, P4
        modes V86
        code
        sti
        pushf
        pop ax
        cli
        and ax, IF
        endcode
        gives ax, IF
        any AF
        sets PF
endtest
testcase "V86: HLT", I386, P4
        modes V86
        code
        mov al, 5
        endcode
        gives al, 5
endtest
testcase "V86: control registers", I386, P4
        modes V86
        code
        mov eax, cr0
        endcode
        fault_code 13, 0, 0
endtest

bits 32
testcase "user: privileged instructions", I386, P4
        modes USER
        code
        cli
        endcode
        fault_code 13, 0, 0
endtest
testcase "user: mov cr0", I386, P4
        modes USER
        code
        mov cr0, eax
        endcode
        fault_code 13, 0, 0
endtest
testcase "user: lgdt", I386, P4
        modes USER
        given esi, 40h
        code
        lgdt [esi]
        endcode
        fault_code 13, 0, 0
endtest
testcase "user: clts", I386, P4
        modes USER
        code
        clts
        endcode
        fault_code 13, 0, 0
endtest
testcase "user: wrmsr", P5, P4
        modes USER
        code
        wrmsr
        endcode
        fault_code 13, 0, 0
endtest
testcase "user: popf leaves IF and IOPL", I386, P4
        modes USER
        code
        push dword 3200h | CF
        popfd
        pushfd
        pop eax
        endcode
        gives eax, 3
        sets CF
endtest
testcase "user: a data segment of privilege 0", I386, P4
        modes USER
        given eax, 20h
        code
        mov es, ax
        endcode
        fault_code 13, 0, 20h
endtest
testcase "user: a data segment of privilege 3", I386, P4
        modes USER
        given eax, 63h
        code
        mov es, ax
        mov bx, es
        endcode
        gives bx, 63h
endtest
testcase "user: far call down", I386, P4
        modes USER
        code
        call 10h:0
        endcode
        fault_code 13, 0, 10h
endtest
testcase "user: sgdt, smsw and str are allowed", I386, P4
        modes USER
        given esi, 40h
        code
        sgdt [esi]
        str ax
        endcode
        gives ax, 88h
        writes ds, 40h
        dw 20 * 8 - 1
        dd 1000h
        endwrites
endtest
testcase "cr0", I486, P4
        modes PROTECTED
        code
        mov eax, cr0
        mov cr0, eax
        and eax, 11h
        endcode
        gives eax, 11h
        any AF
        sets PF
endtest
testcase "cr0: PG without PE", I386, P4
        modes PROTECTED
        given eax, 80000000h
        code
        mov cr0, eax
        endcode
        fault_code 13, 0, 0
endtest
testcase "cr4 before the Pentium", I386, I486
        modes PROTECTED
        code
        mov eax, cr4
        endcode
        fault 6, 0
endtest
testcase "cr1", I386, P4
        modes PROTECTED
        code
        db 0Fh, 22h, 0C8h
        endcode
        fault 6, 0
endtest
testcase "debug registers", I386, P4
        modes PROTECTED
        given eax, 12345678h
        code
        mov dr0, eax
        mov ebx, dr0
        mov ecx, dr6
        endcode
        gives ebx, 12345678h
        gives ecx, 0FFFF0FF0h
endtest
testcase "cpuid before the 486", I386, I386
        code
        cpuid
        endcode
        fault 6, 0
endtest
testcase "cpuid: the vendor", I486, P4
        given eax, 0
        given ecx, 0
        code
        cpuid
        mov eax, 0
        endcode
        gives ebx, 'Genu'
        gives edx, 'ineI'
        gives ecx, 'ntel'
endtest
testcase "the ID flag can be changed where CPUID is", I486, P4
        modes PROTECTED
        code
        push dword 200000h
        popfd
        pushfd
        pop eax
        endcode
        gives eax, 200002h
endtest
testcase "the AC flag cannot be changed on the 386", I386, I386
        modes PROTECTED
        code
        push dword 240000h
        popfd
        pushfd
        pop eax
        endcode
        gives eax, 2
endtest
testcase "rdtsc before the Pentium", I386, I486
        code
        rdtsc
        endcode
        fault 6, 0
endtest
testcase "sysenter without a segment", P2, P4
        code
        sysenter
        endcode
        fault_code 13, 0, 0
endtest
testcase "hlt is for privilege 0", I386, P4
        modes USER
        code
        inc eax
        endcode
        gives eax, 11111112h
        sets PF
endtest
testcase "segment pushes of 32 bits", I386, P4
        modes PROTECTED
        memory ss, 0FFCh
        dd 0
        endmemory
        code
        push ds
        pop es
        mov ax, es
        endcode
        gives ax, 20h
        writes ss, 0FFCh
        dw 20h
        endwrites
endtest
testcase "segment pushes fill the double word", I386, P4
        modes PROTECTED
        memory ss, 0FFCh
        dd 0AAAAAAAAh
        endmemory
        code
        push ds
        endcode
        gives esp, 0FFCh
        writes ss, 0FFCh
        dd 20h
        endwrites
endtest
testcase "push by FF /7", I286, P4
        modes PROTECTED
        code
        db 0FFh, 0F8h
        endcode
        fault 6, 0
endtest
testcase "test registers are gone", P5, P4
        modes PROTECTED
        code
        db 0Fh, 24h, 0F0h
        endcode
        fault 6, 0
endtest
testcase "test registers of the 386", I386, I386
        modes PROTECTED
        code
        db 0Fh, 24h, 0E8h
        endcode
        fault 6, 0
endtest

bits 16
testcase "null selector loaded between two accesses", I286, P4
        modes PROTECTED
        given ebx, 40h
        memory es, 40h
        db 5
        endmemory
        code
        mov ax, 0
        mov dl, [es:bx]
        mov es, ax
        mov cl, [es:bx]
        endcode
        gives ax, 0
        gives dl, 5
        fault 13, 8
endtest
