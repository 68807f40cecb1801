; loops.asm: loops that jump to their own beginning, and repeated strings, in flat segments with paging: what a translator that checks
; several turns at once must not get wrong. Faults in the midst of a loop, code that changes under it, flags that live across its end,
; addresses around 0, stacks at the end of a page, overlapping copies, calls, device memory, interrupts. SDM 1 3.4.3, 6.5; SDM 2, REP;
; SDM 3A 4.7, 4.10, 6.5, 11.6.
;
; Each loop has enough turns to be translated. A page fault on the way is recorded, mends its page and returns; it is printed below the
; test, with the registers and flags that it found.
;
; models: 486 pentium pentium4
%include "kernel.inc"
kernel "loops"
%include "pages.inc"

TOP_PT  equ TABLES + 3000h      ; of the last 4 MB
HOLE    equ PAGE + 0e000h       ; where nothing is
SCREEN  equ PAGE + 0f000h       ; text memory of the VGA
SPOT    equ DATA + 7800h        ; for results
MOST    equ 12                  ; faults recorded

R_regs  equ 0                   ; a recorded fault: as PUSHAD has them
R_error equ 32
R_eip   equ 36
R_flags equ 44
R_esp   equ 48
R_cr2   equ 52
R_SIZE  equ 56

        section .bss
faults: resd 1
return_addresses: resd 1        ; 64 bytes that count for nothing; 0: none
record: resb MOST * R_SIZE
params: resd 8
ticks:  resd 1
wrong:  resd 1
watched: resd 1
        section .text

main:
        call map_all
        mov eax, PD
        mov cr3, eax
        mov eax, cr0
        or eax, CR0_PG | CR0_WP
        mov cr0, eax
        gate IDT + 8 * 14, K_CODE, fault, P | INT32
        call scans
        call copies
        call read_before
        call chases
        call own_code
        call conditions
        call around_zero
        call stacks
        call repeats
        call calls
        call devices
        call timer
        jmp power_off

; --- what every test needs ----------------------------------------------------------------------------------------------------------------

; Pages and memory as they were in the beginning: PAGE is DATA (but for HOLE and SCREEN), pages 0-2 are those from DATA + 8000h on,
; the last two of the address space those from DATA + 0b000h on.
prepare:
        pushad
        mov dword [faults], 0
        mov dword [return_addresses], 0
        call map_all
        mov dword [PT + 4 * 14], 4000000h | 7
        mov dword [PT + 4 * 15], 0b8000h | 7
%assign n 0
%rep 3
        mov dword [LOW_PT + 4 * n], (DATA + 8000h + 1000h * n) | 7
%assign n n + 1
%endrep
        mov dword [PD + 4 * 3ffh], TOP_PT | 7
        mov edi, TOP_PT
        mov ecx, 3feh
        xor eax, eax
        rep stosd
        mov dword [TOP_PT + 4 * 3feh], (DATA + 0b000h) | 7
        mov dword [TOP_PT + 4 * 3ffh], (DATA + 0c000h) | 7
        call flush
        mov edi, DATA           ; no byte is 0
        mov ecx, 4000h
        mov eax, 12345678h
.fill:
        imul eax, eax, 1103515245
        add eax, 12345
        mov edx, eax
        or edx, 01010101h
        mov [edi], edx
        add edi, 4
        dec ecx
        jnz .fill
        popad
        ret

%macro absent 1                 ; page of PAGE
        and byte [PT + 4 * (%1)], ~1
%endmacro
%macro read_only 1
        and byte [PT + 4 * (%1)], ~2
%endmacro

; The page fault that mends.
fault:
        pushad
        mov ebp, esp
        mov edi, [faults]
        cmp edi, MOST
        jae .give_up
        imul edi, edi, R_SIZE
        add edi, record
        xor esi, esi
.copy:
        mov eax, [ebp + 4 * esi]
        mov [edi + 4 * esi], eax
        inc esi
        cmp esi, 12
        jb .copy
        lea eax, [ebp + 48]
        test byte [ebp + 40], 3
        jz .same
        mov eax, [ebp + 48]
.same:
        mov [edi + R_esp], eax
        mov eax, cr2
        mov [edi + R_cr2], eax
        mov ecx, eax
        shr ecx, 22
        mov ecx, [PD + 4 * ecx]
        and ecx, ~0fffh
        jz .give_up
        shr eax, 12
        and eax, 3ffh
        test dword [ecx + 4 * eax], ~0fffh
        jz .give_up
        inc dword [faults]
        or byte [ecx + 4 * eax], 7
        mov eax, cr2
        invlpg [eax]
        popad
        add esp, 4
        iretd
.give_up:
        popad
        jmp stubs + 14 * STUB_SIZE

; A line for each fault.
show_faults:
        pushad
        xor ebx, ebx
.next:
        cmp ebx, [faults]
        jae .done
        imul ebp, ebx, R_SIZE
        add ebp, record
        mov esi, ctx            ; selectors
        mov edi, frame
        mov ecx, 16
        rep movsd
        mov ecx, 8
.register:
        mov eax, [ebp + 4 * ecx - 4]
        mov edx, ecx
        neg edx
        mov [frame + 32 + 4 * edx], eax
        loop .register
        mov eax, [ebp + R_esp]
        mov [frame + I_esp], eax
        mov eax, [ebp + R_eip]
        mov [frame + I_eip], eax
        mov eax, [ebp + R_flags]
        mov [frame + I_eflags], eax
        mov eax, [ebp + R_cr2]
        mov [frame + I_cr2], eax
        mov eax, [ebp + R_error]
        mov [frame + I_error], eax
        mov dword [frame + I_vector], 14
        text esi, "   "
        call print
        push ebx
        call outcome
        call differences
        pop ebx
        call newline
        inc ebx
        jmp .next
.done:
        popad
        ret

; Of the test's memory.
show_sum:
        pushad
        xor eax, eax
        mov edi, [return_addresses]
        test edi, edi
        jz .sum
        mov ecx, 16
        rep stosd
.sum:
        mov esi, DATA
        mov ecx, 4000h
        xor eax, eax
.next:
        rol eax, 5
        xor eax, [esi]
        add eax, ecx
        add esi, 4
        dec ecx
        jnz .next
        text esi, "   memory "
        call print
        call hex8
        call newline
        popad
        ret

fresh_user32:
        user32
        jmp fresh_registers
fresh_kernel32:
        kernel32
fresh_registers:
        call prepare
        given eax, 0
        given ebx, 0
        given edx, 0
        ret

; What begins a test: fresh user32, fresh kernel32.
%macro fresh 1
        call fresh_%1
%endmacro

; In place of endtry.
%macro done 0
        end_code
        call show
%pop test
%endmacro
show:
        call run
        call report
        call show_faults
        jmp show_sum

; An instruction before the loop of `each`.
%define BEFORE

; each NAME, SETUP, TIMES, INSTRUCTION, ..., JUMP: the same loop at several addresses, each with its number `copy` set up in another way.
%macro each 5-*
%assign copy 0
%rep %3
        %2 copy
        try %1, " ", '0' + copy
        BEFORE
%$top:
%rotate 3
%rep %0 - 4
        %1
%rotate 1
%endrep
        %1 %$top
%rotate 1
        done
%assign copy copy + 1
%endrep
%endmacro

; Into EBX, a bit for each of the 16 conditions; into EDX, the flags.
conditions_to_ebx:
        pushfd
%assign n 0
%rep 16
        db 0fh, 90h + n, 5      ; setcc [SPOT + n]
        dd SPOT + n
%assign n n + 1
%endrep
        pop edx
        and edx, FLAGS
        push ecx
        xor ecx, ecx
.next:
        add ebx, ebx
        add bl, [SPOT + ecx]
        inc ecx
        cmp ecx, 16
        jb .next
        pop ecx
        ret

; --- scans into a page that is absent -----------------------------------------------------------------------------------------------------

%macro at_end 1                 ; turn 300 or so is the first one in page 3, where the string ends
        fresh user32
        absent 3
        given edi, PAGE + 3000h - 300 - (%1)
        given esi, 300 + (%1)
        given ecx, 0
        mov byte [DATA + 3051h + (%1)], 0
%endmacro
%macro at_begin 1               ; the same downwards, into page 2
        fresh user32
        absent 2
        given edi, PAGE + 3000h + 300 + (%1)
        given ecx, 0
        mov byte [DATA + 2f51h + (%1)], 0
%endmacro
%macro across_end 1             ; dwords, some of which lie across the pages
        fresh user32
        absent 3
        given edi, PAGE + 3000h - 1201 - (%1)
        given ecx, 0
        mov dword [DATA + 3103h - (%1) - 4 * (%1)], 0
%endmacro

scans:
        each "scan: inc, cmp", at_end, 5, {inc edi}, {cmp byte [edi], 0}, jnz
        each "scan: cmp with CF, inc", at_end, 4, {inc edi}, {cmp byte [edi], 1}, jnc
        each "scan: mov, inc, test", at_end, 4, {mov al, [edi]}, {inc edi}, {test al, al}, jnz
        each "scan: CF before inc", at_end, 4, {mov al, [edi]}, {cmp al, 80h}, {inc edi}, {inc ecx}, {mov ah, [edi]}, {test ah, ah}, jnz
        each "scan: CF before dec", at_end, 3, {add eax, 60000001h}, {dec ebx}, {lea edi, [edi + 1]}, {cmp byte [edi], 0}, jne
        each "scan: index", at_end, 3, {inc ecx}, {cmp byte [edi + ecx], 0}, jne
        each "scan: index, register", at_end, 3, {inc ecx}, {cmp [edi + ecx], bl}, jne
        each "scan: two at once", at_end, 3, {mov al, [edi + 1]}, {mov ah, [edi]}, {lea edi, [edi + 1]}, {cmp ah, bl}, jne
        each "scan: adc", at_end, 3, {cmp byte [edi], 40h}, {adc eax, 0}, {inc edi}, {cmp byte [edi + 1], 0}, jne
        each "scan: down, dec, cmp", at_begin, 4, {dec edi}, {cmp byte [edi], 0}, jnz
        each "scan: down, CF before dec", at_begin, 4, {mov al, [edi]}, {cmp al, 80h}, {dec edi}, {mov ah, [edi]}, {test ah, ah}, jnz
        each "scan: dwords", across_end, 4, {mov eax, [edi]}, {add edi, 4}, {xor ebx, eax}, {test eax, eax}, jnz
        each "scan: dwords, cmp", across_end, 4, {add edi, 4}, {inc ecx}, {cmp dword [edi], 0}, jnz
        each "scan: dwords, sub, inc", across_end, 3, {sub ebx, [edi]}, {lea edi, [edi + 4]}, {inc ecx}, {cmp dword [edi], 0}, jnz
        ret

; --- copies -------------------------------------------------------------------------------------------------------------------------------

%macro dwords_absent 1
        fresh user32
        absent 2
        given esi, PAGE + 2000h - 1200 - 4 * (%1)
        given edi, PAGE + 5100h
        given ecx, 0
%endmacro
%macro dwords_read_only 1
        fresh user32
        read_only 6
        given esi, PAGE + 1100h
        given edi, PAGE + 6000h - 1200 - 4 * (%1)
        given ecx, 0
%endmacro
%macro supervisor_read_only 1
        fresh kernel32
        read_only 6
        given esi, PAGE + 1100h
        given edi, PAGE + 6000h - 1200 - 4 * (%1)
        given ecx, 0
%endmacro
%macro down_absent 1
        fresh user32
        absent 2
        given esi, PAGE + 2f00h - 4 * (%1)
        given edi, PAGE + 5100h
        given ecx, 400
%endmacro
%macro down_read_only 1
        fresh kernel32
        read_only 5
        given esi, PAGE + 1100h
        given edi, PAGE + 5f01h - 4 * (%1)
        given ecx, 400
%endmacro
%macro to_zero 1                ; the index counts up to 0
        fresh user32
        absent 2
        read_only 6
        given esi, PAGE + 2100h + 4 * (%1)
        given edi, PAGE + 6180h + 4 * (%1)
        given ecx, -400
%endmacro

copies:
        each "dwords: source absent", dwords_absent, 4, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx * 4], eax}, {inc ecx}, \
            {cmp ecx, 420}, jb
        each "dwords: read-only", dwords_read_only, 4, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx * 4], eax}, {inc ecx}, {cmp ecx, 420}, jb
        each "dwords: level 0, WP", supervisor_read_only, 4, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx * 4], eax}, {inc ecx}, \
            {cmp ecx, 420}, jb
        each "dwords: add to memory", dwords_read_only, 3, {mov eax, [esi + ecx * 4]}, {add [edi + ecx * 4], eax}, {inc ecx}, \
            {cmp ecx, 420}, jne
        each "dwords: down, absent", down_absent, 4, {dec ecx}, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx * 4], eax}, jnz
        each "dwords: down, level 0, WP", down_read_only, 4, {mov eax, [esi + ecx * 4 - 4]}, {mov [edi + ecx * 4 - 4], eax}, {dec ecx}, jnz
        each "dwords: down, sub, jns", down_read_only, 3, {mov eax, [esi + ecx * 4]}, {sub [edi + ecx * 4], eax}, {sub ecx, 1}, jns
        each "dwords: down, loop", down_absent, 3, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx * 4], eax}, loop
        each "dwords: up to 0", to_zero, 4, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx * 4], eax}, {inc ecx}, jnz
        each "dwords: up to 0, add", to_zero, 2, {mov eax, [esi + ecx * 4]}, {add eax, [edi + ecx * 4]}, \
            {mov [edi + ecx * 4], eax}, {add ecx, 1}, jnz
        each "words: source absent", dwords_absent, 3, {mov ax, [esi + ecx * 2]}, {mov [edi + ecx * 2], ax}, {inc ecx}, {cmp ecx, 820}, jb
        each "words: read-only", dwords_read_only, 3, {mov ax, [esi + ecx * 2]}, {add [edi + ecx * 2], ax}, {inc ecx}, {cmp ecx, 820}, jb
        each "words: both step", dwords_absent, 3, {mov ax, [esi]}, {mov [edi], ax}, {add esi, 2}, {add edi, 2}, {inc ecx}, \
            {cmp ecx, 820}, jb
        each "bytes: both step", dwords_read_only, 3, {mov al, [esi]}, {mov [edi], al}, {inc esi}, {inc edi}, {cmp edi, PAGE + 6050h}, jb
        each "bytes: up to 0", to_zero, 2, {mov al, [esi + ecx]}, {mov [edi + ecx], al}, {inc ecx}, jnz
        ret

; --- pages that can be read, but not written ----------------------------------------------------------------------------------------------

; The loop's pages have been read before: what is known of them is not enough for its stores.
read_before:
%define BEFORE mov edx, [PAGE + 6000h]
        each "read before: dwords", dwords_read_only, 3, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx * 4], eax}, {inc ecx}, {cmp ecx, 420}, jb
        each "read before: level 0, WP", supervisor_read_only, 3, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx * 4], eax}, {inc ecx}, \
            {cmp ecx, 420}, jb
        each "read before: bytes", dwords_read_only, 2, {mov al, [esi]}, {mov [edi], al}, {inc esi}, {inc edi}, {cmp edi, PAGE + 6050h}, jb
        each "read before: up to 0", to_zero, 3, {mov eax, [esi + ecx * 4]}, {add [edi + ecx * 4], eax}, {inc ecx}, jnz
        each "read before: read and changed", dwords_read_only, 3, {mov eax, [edi + ecx * 4]}, {add eax, ecx}, {mov [edi + ecx * 4], eax}, \
            {inc ecx}, {cmp ecx, 420}, jb
%define BEFORE
        ret

; --- pointers -----------------------------------------------------------------------------------------------------------------------------

; EDX is to come from the table at PAGE, whose pointers go to page 1 and back to page 3 (absent) and 6 (read-only) in turn 300 or so,
; to a 0 in turn 420.
%macro pointers 1
        fresh user32
        absent 3
        read_only 6
        given esi, PAGE
        given ecx, 0
        call fill_pointers
        mov dword [DATA + 4 * (300 + (%1))], PAGE + 3100h + (%1)
        mov dword [DATA + 4 * (350 + (%1))], PAGE + 6fffh - (%1)
        mov dword [DATA + 4 * 420], PAGE + 3201h
        mov dword [DATA + 3201h], 0
%endmacro
fill_pointers:
        pushad
        xor ecx, ecx
        mov eax, PAGE + 1000h
.next:
        mov [DATA + 4 * ecx], eax
        add eax, 5
        inc ecx
        cmp ecx, 500
        jb .next
        popad
        ret

; A list that begins in page 2 and goes on in page 3, which is absent.
%macro list 1
        fresh user32
        absent 3
        given edx, PAGE + 3000h - 8 * (300 + (%1))
        given ecx, 0
        call fill_list
        mov dword [DATA + 3100h], 0
%endmacro
fill_list:
        pushad
        mov ecx, DATA + 1000h
        mov eax, PAGE + 1008h
.next:
        mov [ecx], eax
        add eax, 8
        add ecx, 8
        cmp ecx, DATA + 3800h
        jb .next
        popad
        ret

; What made the flags is before the fault, an INC or DEC that keeps CF between them.
chases:
        each "pointers: add, inc", pointers, 4, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, {mov dl, [edx]}, {test dl, dl}, jnz
        each "pointers: cmp, inc", pointers, 4, {mov edx, [esi + ecx * 4]}, {lea eax, [eax * 4 + eax + 0c1234567h]}, {cmp eax, esi}, {inc ecx}, \
            {cmp byte [edx], 0}, jne
        each "pointers: sub, dec", pointers, 4, {mov edx, [esi + ecx * 4]}, {sub ebx, esi}, {dec eax}, {lea ecx, [ecx + 1]}, {cmp byte [edx], 0}, jne
        each "pointers: neg, inc", pointers, 3, {mov edx, [esi + ecx * 4]}, {neg ebx}, {inc ecx}, {cmp byte [edx], 0}, {lea ebx, [ebx + ecx]}, jne
        each "pointers: adc, inc, twice", pointers, 3, {mov edx, [esi + ecx * 4]}, {adc ebx, edx}, {inc ecx}, {xor al, [edx]}, \
            {cmp byte [edx], 0}, jne
        each "pointers: shl, inc", pointers, 3, {mov edx, [esi + ecx * 4]}, {lea eax, [ecx * 8]}, {shl eax, 23}, {inc ecx}, {cmp byte [edx], 0}, jne
        each "pointers: add, inc, inc", pointers, 3, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, {inc ebx}, \
            {mov dl, [edx]}, {test dl, dl}, jnz
        each "pointers: add, inc, dec", pointers, 3, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, {dec ebp}, {cmp byte [edx], 0}, jne
        each "pointers: add, inc, cmc", pointers, 3, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, {cmc}, {cmp byte [edx], 0}, jne
        each "pointers: add, inc, adc", pointers, 3, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, {adc ebx, 0}, \
            {cmp byte [edx], 0}, jne
        each "pointers: add, inc of it", pointers, 3, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc eax}, \
            {lea ecx, [ecx + 1]}, {cmp byte [edx], 0}, jne
        each "pointers: add, inc, lea", pointers, 3, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, \
            {lea eax, [eax * 4]}, {cmp byte [edx], 0}, jne
        each "pointers: stores", pointers, 4, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, {mov [edx], cl}, {cmp ecx, 430}, jb
        each "pointers: read, stores", pointers, 4, {mov edx, [esi + ecx * 4]}, {mov bl, [edx]}, {add eax, 60000001h}, {inc ecx}, {mov [edx], cl}, \
            {cmp ecx, 430}, jb
        each "pointers: add to memory", pointers, 4, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, {adc [edx], cl}, {cmp ecx, 430}, jb
        each "pointers: inc of memory", pointers, 3, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc dword [edx]}, {adc ebx, 0}, \
            {add ecx, 1}, {cmp ecx, 430}, jb
        each "pointers: setcc", pointers, 3, {mov edx, [esi + ecx * 4]}, {add eax, 60000001h}, {inc ecx}, {setc [edx]}, {cmp ecx, 430}, jb
        each "list: test", list, 4, {mov edx, [edx]}, {inc ecx}, {test edx, edx}, jnz
        each "list: cmp of what is loaded", list, 4, {cmp edx, PAGE + 2f00h}, {inc ecx}, {mov edx, [edx]}, {test edx, edx}, jnz
        each "list: sub, inc", list, 4, {sub eax, edx}, {inc ecx}, {mov edx, [edx]}, {cmp edx, 0}, jne
        each "list: a value of each", list, 4, {add ebx, [edx + 4]}, {inc ecx}, {mov edx, [edx]}, {or edx, edx}, jnz
        ret

; --- code that changes --------------------------------------------------------------------------------------------------------------------

; The table at DATA says where each turn stores: nowhere of interest, but for some.
table:
        pushad
        mov edi, DATA
        mov ecx, 600
        mov eax, SPOT
        rep stosd
        popad
        ret
%macro in_turn 2                ; turn, address
        mov dword [DATA + 4 * (%1)], %2
%endmacro

; runs_at NAME, ...: what `place` has placed; it ends at a `finish`.
%macro runs_at 1+
        text ebx, %1
        mov [test_name], ebx
        call show
%endmacro

; Copies code to PAGE, so that the label SECOND comes at ADDRESS, and lets the context begin at FIRST.
%macro place 4                  ; FIRST, SECOND, LAST, ADDRESS
        mov esi, %1
        mov edi, (%4) - (%2 - %1)
        mov ecx, %3 - %1
        mov [ctx + I_eip], edi
        rep movsb
%endmacro


; where LABEL of the code placed last is
%define AT(label) (PLACED + (label) - FIRST)

%macro own 2                    ; turn, address
%define FIRST %%loop
%define PLACED ((%2) - (%%imm - %%loop))
        fresh user32
        call table
        given esi, DATA
        given ecx, 0
        place %%loop, %%imm, %%last, %2
        in_turn %1, %2 + 1
        in_turn (%1) + 100, %2 + 3
        in_turn (%1) + 103, %2 + 2
        in_turn (%1) + 104, AT(%%jump) - 4
        runs_at "an immediate of the loop itself, turn ", '0' + (%1) - 200
        jmp %%last
%%loop:
        mov edx, [esi + ecx * 4]
        mov [edx], cl
%%imm:  add eax, 11223344h
        inc ecx
        cmp ecx, 500
%%jump: jb %%loop
        finish 0
%%last:
%endmacro

; The next instruction is what the store changes.
%macro own_opcode 1             ; turn
%define FIRST %%loop
%define PLACED (PAGE + 4100h - (%%op - %%loop))
        fresh user32
        call table
        given esi, DATA
        given ecx, 0
        given ebx, 2bh          ; SUB; ADD otherwise
        place %%loop, %%op, %%last, PAGE + 4100h
        in_turn %1, PAGE + 4100h
        runs_at "an opcode of the loop itself, turn ", '0' + (%1) - 200
        jmp %%last
%%loop:
        mov edx, [esi + ecx * 4]
        inc ecx
        mov [edx], bl
%%op:   add eax, ecx
        cmp ecx, 500
        jb %%loop
        finish 0
%%last:
%endmacro

; Stores that walk to the loop with the index, 32 bytes a turn, and change an immediate on their way over it.
%macro own_walk 1
%define FIRST %%loop
%define PLACED (PAGE + 6000h)
        fresh user32
        place %%loop, %%loop, %%last, PAGE + 6000h
        given ecx, 0
        given edi, PAGE + 6000h + (%%imm + 2 - %%loop) - 32 * (300 + (%1))
        runs_at "stores that walk over the loop ", '0' + (%1)
        jmp %%last
%%loop: mov [edi], cl
        add edi, 32
        inc ecx
%%imm:  add eax, 01020304h
        cmp ecx, 500
        jb %%loop
        finish 0
%%last:
%endmacro

; The loop is in one page, what it changes in the next one, where it goes when it ends.
%macro next_page 2              ; turn, bytes of the second page before it
%define FIRST %%outer
%define PLACED (PAGE + 5000h - (%2) - (%%second - %%outer))
        fresh user32
        call table
        given esi, DATA
        given ebp, 60
        place %%outer, %%second, %%last, PAGE + 5000h - (%2)
        in_turn %1, PAGE + 5000h - (%2) + 1
        runs_at "code of the next page, from ", '0' + (%2)
        jmp %%last
%%outer:
        xor ecx, ecx
%%loop:
        mov edx, [esi + ecx * 4]
        inc ecx
        add [edx], cl
        cmp ecx, 250
        jb %%loop
%%second:
        add eax, 01020304h
        dec ebp
        jnz %%outer
        finish 0
%%last:
%endmacro

; The loop itself lies in two pages and changes what is in the second.
%macro two_pages 2              ; turn, bytes of the second page before it
%define FIRST %%loop
%define PLACED (PAGE + 5000h - (%2) - (%%imm - %%loop))
        fresh user32
        call table
        given esi, DATA
        given ecx, 0
        place %%loop, %%imm, %%last, PAGE + 5000h - (%2)
        in_turn %1, PAGE + 5000h - (%2) + 4
        in_turn (%1) + 50, PAGE + 5000h - (%2) + 1
        runs_at "a loop in two pages, from ", '0' + (%2)
        jmp %%last
%%loop:
        mov edx, [esi + ecx * 4]
        inc ecx
        mov [edx], cl
%%imm:  add eax, 01020304h
        cmp ecx, 500
        jb %%loop
        finish 0
%%last:
%endmacro

own_code:
%assign n 0
%rep 5
        own 200 + n, PAGE + 4100h
%assign n n + 1
%endrep
        own 202, PAGE + 4ff4h
        own_opcode 200
        own_opcode 201
        own_opcode 203
        own_walk 0
        own_walk 1
        own_walk 2
        own_walk 3
        next_page 200, 0
        next_page 201, 1
        next_page 202, 4
        two_pages 200, 0
        two_pages 201, 2
        two_pages 202, 4
        two_pages 203, 8
        ret

; --- flags across the end of a loop -------------------------------------------------------------------------------------------------------

; ends_with NAME, INSTRUCTION, ..., JUMP: a loop, then all conditions.
%macro ends_with 3-*
        fresh user32
        given ecx, 300
        given esi, PAGE + 1004h
        given edi, PAGE + 3000h
        mov dword [SPOT + 20h], 0
        mov dword [SPOT + 24h], 300
        mov dword [SPOT + 28h], 80000000h
        try %1
        stc
%$top:
%rep %0 - 2
%rotate 1
        %1
%endrep
%rotate 1
        %1 %$top
        setbe [SPOT + 17h]
        pushfd
        setl [SPOT + 18h]
        call conditions_to_ebx
        pop edx
        and edx, FLAGS
        done
%endmacro

conditions:
        ends_with "ends: inc, cmp of memory", {inc dword [SPOT + 20h]}, {cmp dword [SPOT + 20h], 300}, jb
        ends_with "ends: inc of memory, loop", {inc dword [SPOT + 20h]}, loop
        ends_with "ends: dec of memory", {dec dword [SPOT + 24h]}, jnz
        ends_with "ends: inc, test of memory", {inc dword [SPOT + 20h]}, {test dword [SPOT + 20h], 200h}, jz
        ends_with "ends: inc, test of a byte", {inc word [SPOT + 21h]}, {test byte [SPOT + 22h], 80h}, jz
        ends_with "ends: adc, lea, dec", {mov eax, [esi]}, {adc [edi], eax}, {lea esi, [esi + 4]}, {lea edi, [edi + 4]}, {dec ecx}, jnz
        ends_with "ends: adc, lea, loop", {mov eax, [esi]}, {adc [edi], eax}, {lea esi, [esi + 4]}, {lea edi, [edi + 4]}, loop
        ends_with "ends: adc, inc", {mov eax, [esi]}, {adc eax, [edi]}, {mov [edi], eax}, {inc esi}, {inc esi}, {inc edi}, {dec ecx}, jnz
        ends_with "ends: adc of nothing", {adc dword [edi], 0}, {lea edi, [edi + 4]}, {dec ecx}, jnz
        ends_with "ends: adc, carry lost at once", {adc dword [SPOT + 28h], -1}, {dec ecx}, jnz
        ends_with "ends: adc, jns", {adc eax, 01234567h}, {inc ebx}, {adc ebx, ecx}, {dec ecx}, jns
        ends_with "ends: sbb, lea, dec", {mov eax, [esi]}, {sbb [edi], eax}, {lea esi, [esi + 4]}, {lea edi, [edi + 4]}, {dec ecx}, jnz
        ends_with "ends: sbb of itself", {cmp [esi], edi}, {sbb eax, eax}, {add ebx, eax}, {inc esi}, {dec ecx}, jnz
        ends_with "ends: rcl of memory, loop", {rcl dword [edi], 1}, {lea edi, [edi + 4]}, loop
        ends_with "ends: rcr of memory, dec", {rcr dword [edi], 1}, {lea edi, [edi + 4]}, {dec ecx}, jnz
        ends_with "ends: shifts with carry", {add edx, edx}, {mov eax, [esi]}, {shl eax, 1}, {rcl ebx, 1}, {adc edx, 3}, \
            {inc esi}, {dec ecx}, jnz
        ends_with "ends: add, jno", {add eax, 00654321h}, jno
        ends_with "ends: add, jnc", {add eax, 00654321h}, jnc
        ends_with "ends: sub, jns", {sub ecx, 1}, jns
        ends_with "ends: sub, jae", {sub ecx, 1}, jae
        ends_with "ends: inc, jno", {or ecx, 7ffff800h}, {inc ecx}, jno
        ends_with "ends: dec, jge", {dec ecx}, jge
        ends_with "ends: dec, jg", {dec ecx}, jg
        ends_with "ends: dec of 16 bits", {dec cx}, jnz
        ends_with "ends: dec of 8 bits", {sub edx, 3}, {dec dl}, {dec cl}, {lea eax, [eax + edx]}, jnz
        ends_with "ends: inc of ah", {add eax, 00010001h}, {inc ah}, jnz
        ends_with "ends: dec of ch and bl", {dec bl}, {sub ch, 0}, {dec cx}, {mov ch, 0}, jnz
        ends_with "ends: neg", {lea eax, [eax + 1]}, {mov edx, eax}, {shl edx, 23}, {neg edx}, jno
        ends_with "ends: xadd", {mov edx, 01234567h}, {xadd eax, edx}, jno
        ends_with "ends: xadd of memory", {mov edx, 00234567h}, {xadd [SPOT + 20h], edx}, jno
        ends_with "ends: cmpxchg", {mov eax, [SPOT + 20h]}, {lea ebx, [eax + 1]}, {cmpxchg [SPOT + 20h], ebx}, {adc edx, ebx}, \
            {cmp ebx, 300}, jne
        ends_with "ends: cmp of bytes", {inc al}, {cmp al, 80h}, jg
        ends_with "ends: cmp of ah", {inc ah}, {mov dl, 90h}, {cmp ah, dl}, jb
        ends_with "ends: cmp of what changes", {inc edx}, {cmp edx, ecx}, {mov eax, edx}, {lea edx, [edx + 1]}, jb
        ends_with "ends: cmp, the immediate large", {add eax, 12345}, {cmp eax, 3500000}, {lea ebx, [eax * 2]}, jbe
        ends_with "ends: test, jnp", {inc eax}, {lea edx, [eax + 2fh]}, {and edx, 1ffh}, {test edx, 1ffh}, jnz
        ends_with "ends: and, or, xor", {inc eax}, {or ebx, eax}, {xor edx, ebx}, {and edx, 0ffh}, {cmp eax, 333}, jne
        ends_with "ends: bt", {inc eax}, {bt eax, 8}, jnc
        ends_with "ends: bts", {add eax, 7}, {bts ebx, eax}, jnc
        ends_with "ends: setcc in it", {cmp [esi], ecx}, {setb al}, {setg ah}, {add ebx, eax}, {inc esi}, {dec ecx}, jnz
        ends_with "ends: setcc after dec", {cmp [esi], ecx}, {dec edx}, {setc al}, {setl ah}, {add ebx, eax}, {inc esi}, {dec ecx}, jnz
        ends_with "ends: pushf in it", {cmp [esi], ecx}, {inc esi}, {pushfd}, {pop eax}, {and eax, FLAGS}, {add ebx, eax}, {dec ecx}, jnz
        ends_with "ends: popf in it", {add eax, 12345678h}, {pushfd}, {add ebx, 3}, {popfd}, {adc ebx, 0}, {dec ecx}, jnz
        ends_with "ends: lahf, sahf", {add eax, 12345678h}, {lahf}, {inc ebx}, {sahf}, {adc ebx, 0}, {dec ecx}, jnz
        ends_with "ends: cmc", {add eax, 12345678h}, {cmc}, {adc ebx, 0}, {dec ecx}, jnz
        ends_with "ends: stc, clc", {stc}, {adc eax, [esi]}, {clc}, {adc ebx, eax}, {lea esi, [esi + 4]}, {dec ecx}, jnz
        ends_with "ends: imul before dec", {lea eax, [ecx + 7]}, {imul eax, [esi]}, {add ebx, eax}, {dec ecx}, jnz
        ends_with "ends: loopne", {inc eax}, {lea edx, [eax - 250]}, {test edx, edx}, loopne
        ends_with "ends: loope", {inc eax}, {test eax, 100h}, loope
        ret

; --- addresses around 0 -------------------------------------------------------------------------------------------------------------------

%macro around 1                 ; EDI some bytes below 1000h, EBX at the end of the address space, 600 turns
        fresh user32
        given ecx, 600
        given edi, 300 + (%1)
        given esi, -300 - (%1)
        given ebp, PAGE + 1000h
%endmacro
%macro by_4 1
        fresh user32
        given ecx, 600
        given edi, 1200 + 4 * (%1)
        given esi, -1200 - 4 * (%1)
        given ebp, PAGE + 1000h
%endmacro
%macro fault_at_3000 1          ; beyond pages 0-2
        by_4 %1
        given edi, 3000h - 1200 - 4 * (%1)
        and byte [LOW_PT + 4 * 3], ~1
%endmacro
%macro fault_at_ffffd000 1
        by_4 %1
        mov dword [TOP_PT + 4 * 3fdh], (DATA + 0d000h) | 6
        given esi, 0ffffe000h + 1200 + 4 * (%1)
%endmacro

around_zero:
        each "bytes down through 0", around, 4, {movzx edx, byte [edi]}, {add eax, edx}, {dec edi}, {dec ecx}, jnz
        each "bytes up through 0", around, 4, {movzx edx, byte [esi]}, {add eax, edx}, {inc esi}, {dec ecx}, jnz
        each "bytes down to 0, jns", around, 3, {add al, [edi]}, {dec edi}, jns
        each "bytes up to 0, jnz", around, 3, {add al, [esi]}, {inc esi}, jnz
        each "bytes up to 0, js", around, 3, {mov dl, [esi]}, {mov [esi + 1], dl}, {inc esi}, js
        each "dwords down through 0", by_4, 3, {add eax, [edi]}, {sub edi, 4}, {dec ecx}, jnz
        each "dwords up through 0", by_4, 3, {mov [esi], eax}, {add eax, [esi + 4]}, {add esi, 4}, {dec ecx}, jnz
        each "a displacement below 0", by_4, 3, {mov eax, [edi - 600]}, {add [edi - 400], eax}, {sub edi, 4}, {dec ecx}, jnz
        each "a displacement above 0", by_4, 3, {mov eax, [esi + 600]}, {add [esi + 400], eax}, {add esi, 4}, {dec ecx}, jnz
        each "an index below 0", by_4, 3, {mov eax, [ebp + esi + 800h]}, {add [ebp + esi + 2800h], eax}, {add esi, 4}, {dec ecx}, jnz
        each "an index up to 0, of 4", around, 3, {mov eax, [ebp + esi * 4]}, {add [ebp + esi * 4 + 3000h], eax}, {inc esi}, jnz
        each "an index through 0, of 2", around, 3, {mov ax, [ebp + esi * 2 + 404h]}, {add [ebp + esi * 2 + 3404h], ax}, {inc esi}, {dec ecx}, jnz
        each "an index through 0, of 8", around, 3, {mov eax, [ebp + esi * 8 + 1804h]}, {add [ebp + esi * 8 + 3804h], eax}, \
            {inc esi}, {dec ecx}, jnz
        each "an index down through 0", around, 3, {mov eax, [ebp + edi * 4 + 0c00h]}, {add [ebp + edi * 4 + 3c00h], eax}, {dec edi}, {dec ecx}, jnz
        each "a base below, an index above", by_4, 3, {mov eax, [esi + ecx * 4 - 0c00h]}, {add ebx, eax}, {dec ecx}, jnz
        each "base and index step", around, 1, {mov al, [ebp + ecx * 2]}, {add ebx, eax}, {add ebp, 3}, {dec ecx}, jnz
        each "base and index step, stores", around, 1, {mov [ebp + ecx * 4], ecx}, {inc ebp}, {dec ecx}, jnz
        each "base and index step, through 0", around, 3, {mov eax, [esi + edi * 4]}, {add ebx, eax}, {add esi, 4}, {dec edi}, \
            {dec ecx}, jnz
        each "base and index are one", around, 1, {mov eax, [ecx + ecx * 8]}, {add ebx, eax}, {dec ecx}, jnz
        each "a constant and an index of 1", around, 1, {mov eax, [PAGE + 1000h + ecx]}, {add [PAGE + 3000h + ecx], eax}, {dec ecx}, jnz
        each "a constant and an index of 2", around, 1, {mov eax, [PAGE + 1000h + ecx * 2]}, \
            {add [PAGE + 3000h + ecx * 2], eax}, {dec ecx}, jnz
        each "a constant and an index of 4", around, 1, {mov eax, [PAGE + 1000h + ecx * 4]}, \
            {add [PAGE + 3000h + ecx * 4], eax}, {dec ecx}, jnz
        each "a constant and an index of 8", around, 1, {mov eax, [PAGE + 1000h + ecx * 8]}, \
            {add [PAGE + 4000h + ecx * 8], eax}, {dec ecx}, jnz
        each "a constant below 0 and an index", around, 1, {mov eax, [ecx * 4 - 1200]}, {add ebx, eax}, {dec ecx}, jnz
        each "an index beyond 32 bits", around, 1, {lea edx, [ecx + 0c0000000h]}, {mov eax, [ebp + edx * 4]}, {add ebx, eax}, {dec ecx}, jnz
        each "an index that steps beyond 32 bits", around, 2, {mov eax, [edi * 4 + 1000h]}, {add ebx, eax}, \
            {add edi, 0c0000001h}, {dec ecx}, jnz
        each "a fault above page 2", fault_at_3000, 3, {mov eax, [edi]}, {add edi, 4}, {add ebx, eax}, {dec ecx}, jnz
        each "a fault below page FFFFEh", fault_at_ffffd000, 3, {mov eax, [esi]}, {sub esi, 4}, {add ebx, eax}, {dec ecx}, jnz
        ret

; --- stacks -------------------------------------------------------------------------------------------------------------------------------

%macro pushing 1                ; downwards through pages 3, 2 (absent), 1 (read-only)
        fresh user32
        absent 2
        read_only 1
        given esp, PAGE + 3800h + (%1)
        given ecx, 1600
%endmacro
%macro popping 1                ; upwards through pages 1, 2, 3 (absent), 4
        fresh user32
        absent 3
        given esp, PAGE + 1800h + (%1)
        given ecx, 1600
%endmacro
%macro at_edge 1
        fresh user32
        read_only 2
        absent 3
        given esp, PAGE + 3000h + (%1)
        given ecx, 300
%endmacro
%macro changing 1               ; level 0, whose own pushes may not go there
        fresh kernel32
        given eax, 0
        given ebx, 0
        given edx, 1000h
        given esi, PT + 8
        given ebp, PAGE + 2800h + (%1)
        given ecx, 300
%endmacro

%macro changes 2-*              ; NAME, INSTRUCTION, ...
%assign copy 0
%rep 3
        changing copy
        try %1, " ", '0' + copy
        mov edi, cr3
        mov esp, ebp
%$top:
%rep %0 - 1
%rotate 1
        %1
%endrep
%rotate 1
        dec ecx
        jnz %$top
        mov esp, AREA + T_STACK
        finish 0
        done
%assign copy copy + 1
%endrep
%endmacro

stacks:
        each "push", pushing, 3, {push ecx}, {dec ecx}, jnz
        each "push, two", pushing, 2, {push ecx}, {push ebx}, {sub ecx, 2}, jnz
        each "push of an immediate, a byte's, a word", pushing, 3, {push dword 12345678h}, {push byte -2}, {push cx}, {sub ecx, 2}, jnz
        each "push of memory", pushing, 2, {push dword [esp]}, {add [esp], ecx}, {dec ecx}, jnz
        each "push, CF kept", pushing, 2, {add eax, 50000000h}, {push eax}, {dec ecx}, jnz
        each "mov below esp, lea", pushing, 2, {mov [esp - 4], ecx}, {lea esp, [esp - 4]}, {dec ecx}, jnz
%define BEFORE mov edx, [PAGE + 1ff0h]
        each "read before: push", pushing, 3, {push ecx}, {dec ecx}, jnz
        each "read before: mov below esp", pushing, 2, {mov [esp - 4], ecx}, {lea esp, [esp - 4]}, {dec ecx}, jnz
%define BEFORE
        each "pop", popping, 3, {pop eax}, {add ebx, eax}, {dec ecx}, jnz
        each "pop, two", popping, 2, {pop eax}, {pop edx}, {add ebx, eax}, {adc ebx, edx}, {sub ecx, 2}, jnz
        each "pop of a word", popping, 2, {pop ax}, {pop dx}, {add ebx, eax}, {add ebx, edx}, {dec ecx}, jnz
        each "add to esp", popping, 2, {add ebx, [esp + 4]}, {xor [esp], ebx}, {add esp, 4}, {dec ecx}, jnz
        each "pop and push elsewhere", popping, 2, {pop eax}, {add eax, ecx}, {mov [esp - 4], eax}, {dec ecx}, jnz
        each "pop of memory", popping, 2, {pop dword [esp + 8]}, {dec ecx}, jnz
        each "push and pop at an edge", at_edge, 5, {push ecx}, {pop eax}, {add ebx, eax}, {dec ecx}, jnz
        each "two at an edge", at_edge, 5, {push ecx}, {push ebx}, {pop eax}, {pop edx}, {lea ebx, [eax + edx]}, {dec ecx}, jnz
        each "above an edge", at_edge, 3, {mov eax, [esp + 4]}, {push eax}, {add [esp - 4], ecx}, {pop edx}, {dec ecx}, jnz
        each "pusha, popa", at_edge, 2, {pushad}, {add [esp + 16], ecx}, {popad}, {dec ecx}, jnz
        each "pushf, popf", at_edge, 2, {add eax, 50000000h}, {pushfd}, {dec edx}, {popfd}, {adc ebx, 0}, {dec ecx}, jnz
        ; four bytes, of which Bochs accesses two: docs/CONFORMANCE.md
        each "push and pop of es", at_edge, 2, {push es}, {inc ebx}, {pop es}, {dec ecx}, jnz
        each "enter, leave", at_edge, 2, {enter 8, 0}, {mov [ebp - 4], ecx}, {add ebx, [ebp - 4]}, {leave}, {dec ecx}, jnz
        each "through two registers", at_edge, 2, {push ecx}, {mov ebp, esp}, {add ebx, [ebp]}, {mov esp, ebp}, {pop eax}, {dec ecx}, jnz
        changes "remapped by invlpg", {push ecx}, {xor [esi], edx}, {invlpg [PAGE + 2800h]}, {pop eax}, {add ebx, eax}, \
            {push ebx}, {pop eax}
        changes "remapped by cr3", {push ecx}, {xor [esi], edx}, {mov cr3, edi}, {pop eax}, {add ebx, eax}, {push ebx}, {pop eax}
        changes "remapped, walking down", {push ecx}, {xor [esi], edx}, {mov cr3, edi}, {add ebx, [esp + 4]}, {mov [esp + 4], ebx}
        changes "remapped, others at once", {xor [esi], edx}, {invlpg [PAGE + 2800h]}, {add ebx, [PAGE + 2800h]}, \
            {mov [PAGE + 2800h], ebx}, {push ebx}, {pop eax}
        ret

; --- repeated strings ---------------------------------------------------------------------------------------------------------------------

%define P_ECX params
%define P_ESI params + 4
%define P_EDI params + 8
%define P_TURNS params + 12

; count, ESI, EDI, page that is absent, page that is read-only (0: none)
        section .rodata
        align 4
strings:
        dd 0, PAGE + 1000h, PAGE + 3000h, 0, 0
        dd 0, 0, 0, 6, 7                                ; addresses that are nowhere
        dd 1, PAGE + 1001h, PAGE + 3003h, 0, 0
        dd 7, PAGE + 1001h, PAGE + 3003h, 0, 0
        dd 300, PAGE + 1100h, PAGE + 3200h, 0, 0
        dd 1000h, PAGE + 1000h, PAGE + 3000h, 0, 0
        dd 1001h, PAGE + 1000h, PAGE + 3000h, 0, 0
        dd 400h, PAGE + 1000h, PAGE + 3000h, 0, 0       ; a page of dwords
        dd 401h, PAGE + 1001h, PAGE + 3000h, 0, 0
        dd 800h, PAGE + 1001h, PAGE + 4ffdh, 0, 0
        dd 200, PAGE + 1ff3h, PAGE + 3010h, 0, 0        ; the source passes a page, then the destination, both
        dd 200, PAGE + 1800h, PAGE + 3fe1h, 0, 0
        dd 200, PAGE + 1fd2h, PAGE + 3fe1h, 0, 0
        dd 200, PAGE + 1400h, PAGE + 1400h, 0, 0        ; overlapping
        dd 200, PAGE + 1400h, PAGE + 1401h, 0, 0
        dd 200, PAGE + 1400h, PAGE + 1402h, 0, 0
        dd 200, PAGE + 1400h, PAGE + 1403h, 0, 0
        dd 200, PAGE + 1400h, PAGE + 1404h, 0, 0
        dd 200, PAGE + 1400h, PAGE + 1409h, 0, 0
        dd 200, PAGE + 1401h, PAGE + 1400h, 0, 0
        dd 200, PAGE + 1402h, PAGE + 1400h, 0, 0
        dd 200, PAGE + 1403h, PAGE + 1400h, 0, 0
        dd 200, PAGE + 1405h, PAGE + 1400h, 0, 0
        dd 200, PAGE + 1ff0h, PAGE + 1ff1h, 0, 0        ; and across pages
        dd 200, PAGE + 2001h, PAGE + 1ffeh, 0, 0
        dd 200, PAGE + 1400h, DATA + 1402h, 0, 0        ; overlapping by the page tables only
        dd 200, PAGE + 1403h, DATA + 1400h, 0, 0
        dd 500, PAGE + 1d03h, PAGE + 4010h, 2, 0        ; faults
        dd 500, PAGE + 1100h, PAGE + 4d02h, 5, 0
        dd 500, PAGE + 1100h, PAGE + 4d01h, 0, 5
        dd 500, PAGE + 1100h, PAGE + 4000h, 0, 4
        dd 800h, PAGE + 1101h, PAGE + 4d01h, 2, 5
        dd 1, PAGE + 1fffh, PAGE + 4000h, 2, 4
        dd 1, PAGE + 1100h, PAGE + 4fffh, 0, 5
        dd 100, -40, PAGE + 4000h, 0, 0                 ; through 0
        dd 100, PAGE + 1100h, -44, 0, 0
        dd 100, -44, 4, 0, 0
        dd 300, PAGE + 1101h, SCREEN + 200h, 0, 0       ; a device
        dd 300, SCREEN + 200h, PAGE + 4003h, 0, 0
        dd 100, SCREEN + 200h, SCREEN + 202h, 0, 0
        dd 100, SCREEN - 8, PAGE + 4003h, 0, 0
        dd 300, HOLE + 1, PAGE + 4003h, 0, 0
        dd 10000000h, PAGE + 1100h, PAGE + 0d800h, 0, 0 ; too many
        dd 80000001h, PAGE + 0d801h, PAGE + 1100h, 0, 0
        dd 0ffffffffh, PAGE + 0d800h, PAGE + 0d801h, 0, 0
strings_end:
        section .text

; Each line: what the registers are after it, and the faults.
run_strings:
        mov edi, strings
.next:
        push edi
        call prepare
        mov edi, 0b8000h
        mov ecx, 400h
        mov eax, 12345678h
        rep stosd
        pop edi
        push edi
        mov ecx, [edi + 12]
        jecxz .present
        and byte [PT + 4 * ecx], ~1
.present:
        mov ecx, [edi + 16]
        jecxz .writable
        and byte [PT + 4 * ecx], ~2
.writable:
        call flush
        mov eax, [edi]
        mov [P_ECX], eax
        mov eax, [edi + 4]
        mov [P_ESI], eax
        mov eax, [edi + 8]
        mov [P_EDI], eax
        mov dword [P_TURNS], 30
        mov [ctx + I_ebp], edi
        sub dword [ctx + I_ebp], strings
        call show
        pop edi
        add edi, 20
        cmp edi, strings_end
        jb .next
        ret

; repeated NAME, INSTRUCTION, SET: 30 times each of `strings`; flags are kept by it.
%macro repeated 3
        fresh user32
        given eax, 0a1b2c3d4h
        try %1
%$top:
        mov ecx, [P_ECX]
        mov esi, [P_ESI]
        mov edi, [P_EDI]
        %3
        cmp byte [P_TURNS], 10
        %2
        pushfd
        pop edx
        adc ebx, edx
        dec dword [P_TURNS]
        jnz %$top
        end_code
        call run_strings
%pop test
%endmacro

%macro repeated_x87 2
        fresh user32
        given ecx, 40
        given ebx, 0
        try %1
        fninit
        fld1
%$top:
        push ecx
        mov esi, PAGE + 1100h
        mov edi, PAGE + 3101h
        mov ecx, 77
        fadd st0
%$x87:
        fstp qword [SPOT + 40h]
        %2
        fnstenv [SPOT + 80h]
        mov edx, [SPOT + 80h + 12]
        sub edx, %$x87          ; 0: where the last x87 instruction was
        mov [SPOT + 80h + 12], edx
        add ebx, edx
        fld qword [SPOT + 40h]
        pop ecx
        dec ecx
        jnz %$top
        done
%endmacro

; branched NAME, DIFFERENCE, JUMP, COPY, BYTES: a jump that is taken leads to COPY, and the flags of the comparison before it, of which an
; operand is in memory, die behind that. The fault of turn 100, the first one in page 3, has them.
%macro branched 5
        fresh user32
        absent 3
        given esi, PAGE + 1000h
        given edi, PAGE + 3000h - 1200
        given ebx, %2
        try %1
%$top:
        mov eax, [SPOT]
        add eax, ebx
        mov ecx, 12 / (%5)
        cmp [SPOT], eax
        %3 %$copy
        finish 1
%$copy:
        %4
        xor eax, eax
        cmp edi, PAGE + 3100h
        jb %$top
        done
%endmacro

repeats:
        branched "je to rep movsd", 0, je, {rep movsd}, 4
        branched "ja to rep movsw", -1, ja, {rep movsw}, 2
        branched "jl to rep movsb", 1, jl, {rep movsb}, 1
        repeated "rep movsb", {rep movsb}, cld
        repeated "rep movsw", {rep movsw}, cld
        repeated "rep movsd", {rep movsd}, cld
        repeated "rep stosb", {rep stosb}, cld
        repeated "rep stosw", {rep stosw}, cld
        repeated "rep stosd", {rep stosd}, cld
        repeated "rep movsb, down", {rep movsb}, std
        repeated "rep movsd, down", {rep movsd}, std
        repeated "rep stosw, down", {rep stosw}, std
        repeated "movsd and dec", {movsd}, cld
        repeated_x87 "rep movsd after x87", {rep movsd}
        repeated_x87 "rep stosb after x87", {rep stosb}
        ret

; --- calls and tables ---------------------------------------------------------------------------------------------------------------------

        section .data
        align 4
targets:        dd target.t0, target.t1, target.t2, target.t3
functions:      dd function.f0, function.f1, function.f2, function.f3
next_turn:      dd 0
        section .text

%macro calling 1
        fresh user32
        given ecx, 400
        given esi, PAGE + 1000h
        given esp, PAGE + 3000h + (%1)
        given ebp, function.f3
        mov dword [return_addresses], DATA + 2fe0h
        absent 3
%endmacro

%macro jumping 1
        calling %1
        try "jmp by a table ", '0' + (%1)
        mov dword [next_turn], %$next
%$top:
        mov [SPOT], ecx
        mov edx, ecx
        and edx, 3
        jmp [targets + edx * 4]
%$next:
        dec ecx
        jnz %$top
        done
%endmacro

function:
.f0:
        add eax, ecx
        ret
.f1:
        sub eax, [esi + ecx * 4]
        ret
.f2:
        rol eax, 3
        ret
.f3:
        push ebx
        inc ebx
        xor eax, ebx
        pop ebx
        ret
.two:                           ; takes two
        mov eax, [esp + 4]
        add eax, [esp + 8]
        ret 8

target:                         ; each on to the next turn
.t0:
        add eax, ecx
        jmp [next_turn]
.t1:
        sub eax, [esi + ecx * 4]
        jmp [next_turn]
.t2:
        rol eax, 3
        dec ecx
        jns .t2                 ; a loop of its own
        mov ecx, [SPOT]
        jmp [next_turn]
.t3:
        xor eax, 12345678h
        jmp [next_turn]

calls:
        each "call", calling, 3, {call function.f0}, {dec ecx}, jnz
        each "call, two", calling, 3, {call function.f1}, {call function.f2}, {dec ecx}, jnz
        each "call, push, ret n", calling, 3, {push ecx}, {push ebx}, {call function.two}, {add ebx, eax}, {dec ecx}, jnz
        each "call of a register", calling, 3, {call ebp}, {add ebx, eax}, {dec ecx}, jnz
        each "call by a table", calling, 3, {mov edx, ecx}, {and edx, 3}, {call [functions + edx * 4]}, {dec ecx}, jnz
        each "calls, the flags of the last", calling, 3, {call function.f0}, {adc ebx, 0}, {dec ecx}, jnz
%assign n 0
%rep 3
        jumping n
%assign n n + 1
%endrep
        calling 0
        mov dword [next_turn], 0
        try "jmp by a table to its own beginning"
        jmp own_beginning
        done
        ret

        section .data
        align 4
beginnings:     dd own_beginning, own_beginning.add, own_beginning, own_beginning.more
        section .text
own_beginning:
        dec ecx
        js .end
        inc ebx
        mov edx, [esi + ecx * 4]
        and edx, 3
        jmp [beginnings + edx * 4]
.more:
        lea eax, [eax + eax * 4]
.add:
        add eax, ecx
        jmp own_beginning
.end:
        xor edx, edx
        finish 0


; --- what only handlers access ------------------------------------------------------------------------------------------------------------

%macro device 1
        fresh user32
        given ecx, 300
        given edi, SCREEN + 100h
        given esi, PAGE + 1000h + (%1)
        given ebp, HOLE + 200h + (%1)
        mov dword [0b8100h], 0
%endmacro

devices:
        each "device: cmp, then other registers", device, 1, {mov [edi], cl}, {cmp cl, [edi]}, {lea ecx, [ecx - 1]}, {sete al}, \
            {add ebx, eax}, {test ecx, ecx}, jnz
        each "device: cmp of memory, lea, jcc", device, 1, {inc ecx}, {mov [edi], cx}, {cmp word [edi], 1000}, {lea ecx, [ecx + 1]}, jb
        each "device: cmp, both changed", device, 1, {mov [edi], ecx}, {cmp [edi], esi}, {mov edx, ecx}, {lea ecx, [ecx + esi]}, \
            {setb al}, {adc ebx, eax}, {lea ecx, [edx - 1]}, {test ecx, ecx}, jnz
        each "device: test, mov", device, 1, {inc ecx}, {mov [edi], ecx}, {test dword [edi], 400h}, {mov edx, 0}, jz
        each "device: add to it, jnc", device, 1, {add dword [edi], 00fedcbah}, {lea esi, [esi + 4]}, jnc
        each "device: dec of it", device, 1, {mov [edi], ecx}, {dec dword [edi]}, {mov ecx, [edi]}, jnz
        each "device: adc of it", device, 1, {mov [edi], ecx}, {mov eax, [esi]}, {adc eax, [edi]}, {lea esi, [esi + 4]}, \
            {dec ecx}, {mov ebx, eax}, jnz
        each "device: cmp of the changed", device, 1, {mov [edi], cl}, {cmp byte [edi], 0}, {mov al, [edi]}, {lea ecx, [ecx + 3]}, jne
        each "hole: cmp, lea", device, 2, {inc eax}, {cmp dword [ebp], -1}, {lea eax, [eax + 1]}, {sete dl}, {add ebx, edx}, \
            {cmp eax, 600}, {lea ecx, [ecx - 1]}, jb
        each "hole: cmp, jcc", device, 2, {add eax, 00fedcbah}, {cmp eax, [ebp]}, {lea edx, [eax + 7]}, {mov eax, edx}, jns
        each "hole: sub, loop", device, 2, {sub eax, [ebp]}, {mov [ebp], eax}, {lea ebx, [ebx + eax]}, loop
        each "hole: test of memory", device, 2, {dec ecx}, {test [ebp], ecx}, {lea eax, [eax - 4]}, jnz
        each "hole: inc, cmp, setcc", device, 2, {inc ebx}, {cmp bl, [ebp]}, {setae dl}, {mov bh, dl}, {dec ecx}, jnz
        each "hole: by an index", device, 2, {mov eax, [ebp + ecx]}, {cmp [ebp + ecx * 2], ecx}, {lea ecx, [ecx - 1]}, \
            {setne dl}, {add ebx, edx}, {add ebx, eax}, {cmp ecx, 0}, jne
        each "plain, then device", device, 2, {mov eax, [esi + ecx * 4]}, {mov [edi + ecx], al}, {add bl, [edi + ecx]}, {dec ecx}, jnz
        ret

; --- interrupts ---------------------------------------------------------------------------------------------------------------------------

timer:
        call prepare
        mov al, 11h
        out 20h, al
        mov al, IRQ_BASE
        out 21h, al
        mov al, 4
        out 21h, al
        mov al, 1
        out 21h, al
        mov al, 34h             ; channel 0, mode 2: 12 kHz
        out 43h, al
        mov al, 100
        out 40h, al
        mov al, 0
        out 40h, al
        gate IDT + 8 * IRQ_BASE, K_CODE, tick, P | INT32
        gate IDT + 8 * (IRQ_BASE + 7), K_CODE, spurious, P | INT32
        mov al, 0feh
        out 21h, al
        call in_loops
        mov al, 0ffh
        out 21h, al
        mov al, 36h
        out 43h, al
        mov al, 0
        out 40h, al
        out 40h, al
        ret

; An interrupt at the beginning of a turn has to find EAX = 3 * ECX there, and the CF of the jump that leads to it.
tick:
        push eax
        push edx
        cmp ecx, 1              ; counts those on the way
        sbb dword [ticks], -1
        mov edx, [esp + 8]
        cmp edx, [watched]
        jne .done
        lea edx, [ecx + ecx * 2]
        cmp edx, [esp + 4]
        jne .wrong
        test ecx, ecx           ; comes in without a jump
        jz .done
        test byte [esp + 16], CF
        jnz .done
.wrong:
        inc dword [wrong]
.done:
        mov al, 20h
        out 20h, al
        pop edx
        pop eax
        iretd

; IRQ 7: the timer's output fell before the processor asked for the vector.
spurious:
        iretd

; interrupted NAME, INSTRUCTION, ...: a loop that has more, run until there were enough interrupts; each time it has to come to the same.
%macro interrupted 2-*
        fresh user32
        given ecx, 0
        given edi, PAGE + 1000h
        given esi, PAGE + 3000h
        given eflags, IF | 2
        mov dword [ticks], 0
        mov dword [wrong], 0
        given ebp, 300
        begin_code
%$outer:
        xor eax, eax
        xor ecx, ecx
%$top:
        add eax, 3
        inc ecx
%rep %0 - 1
%rotate 1
        %1
%endrep
%rotate 1
        cmp ecx, 700
        jb %$top
        dec ebp
        jnz %$outer
        end_code
        mov eax, [ctx + I_eip]
        add eax, 4              ; the loop
        mov [watched], eax
        call until_ticks
        heading %1
        call show_wrong
%endmacro

; The sum of registers and memory in EDX.
sum_all:
        push eax
        push ecx
        push esi
        xor edx, edx
        mov esi, frame
        mov ecx, 8
        call .sum
        mov esi, DATA
        mov ecx, 4000h
        call .sum
        pop esi
        pop ecx
        pop eax
        ret
.sum:
        rol edx, 5
        add edx, [esi]
        add esi, 4
        dec ecx
        jnz .sum
        ret

until_ticks:
        xor ebx, ebx
.next:
        call prepare
        call run
        call sum_all
        test ebx, ebx
        jnz .compare
        mov ebx, edx
        mov edi, [frame + I_eflags]
.compare:
        mov eax, [frame + I_eflags]
        xor eax, edi
        test eax, FLAGS
        jnz .wrong
        cmp edx, ebx
        je .same
.wrong:
        inc dword [wrong]
.same:
        cmp dword [ticks], 30
        jb .next
        ret

show_wrong:
        pushad
        text esi, "   registers and memory "
        call print
        mov eax, ebx
        call hex8
        text esi, ", wrong "
        call print
        mov eax, [wrong]
        call hex8
        call newline
        popad
        ret

in_loops:
        interrupted "interrupts: stores", {mov [edi + ecx * 4], eax}
        interrupted "interrupts: loads and stores", {mov edx, [esi + ecx * 4]}, {add [edi + ecx * 4], edx}
        interrupted "interrupts: a counter in memory", {add dword [edi], 7}, {adc dword [edi + 4], ecx}
        interrupted "interrupts: push, pop", {push eax}, {add ebx, [esp]}, {pop edx}
        interrupted "interrupts: nothing else", {lea ebx, [ebx + eax]}
        interrupted "interrupts: a copy", {push ecx}, {mov ecx, 9}, {mov edi, PAGE + 1001h}, {mov esi, PAGE + 1000h}, {rep movsb}, {pop ecx}
        ret
end_kernel
