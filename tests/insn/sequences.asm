; sequences.asm: flags that are made by one instruction and asked for by a later one, with others in between: what a translator may get wrong.
%include "insn.inc"

bits 32
testcase "carry of a handler's shift over a store to adc", I386, P4
        given esi, 44h
        given edi, 50h
        given ebp, 60h
        given ecx, 12h
        memory ds, 40h
        dd 0
        endmemory
        memory ds, 50h
        dd 0FFFFh
        endmemory
        memory ss, 60h
        dd 1
        endmemory
        code
        cmp byte [ebp + 8], 0
        shld [edi], si, cl
        mov dword [esi - 4], 0BB11h
        adc dword [ebp], 2000h
        endcode
        writes ds, 40h
        dd 0BB11h
        endwrites
        writes ds, 50h
        dd 113h
        endwrites
        writes ss, 60h
        dd 2001h
        endwrites
        any AF | PF | CF | OF | SF | ZF
endtest

testcase "bit test of memory after INC, whose flags nobody asks for", I386, P4
        given edi, 50h
        given ebp, 60h
        given ecx, 12h
        memory ds, 50h
        dd 0
        endmemory
        memory ss, 60h
        dd 1
        endmemory
        code
        inc ecx
        bts dword [ebp], 2
        mov eax, [edi]
        xor eax, eax
        endcode
        gives ecx, 13h
        gives eax, 0
        writes ss, 60h
        dd 5
        endwrites
        sets ZF | PF
        clears SF | CF | OF
        any AF
endtest
