; services.asm - boot floppy that calls the BIOS the way programs do and prints
; "ok" or "FAIL" for each service, on the screen and on port E9h. Ends with
; "done" and the number of failures on port F4h (--exit-port 0xF4,raw). Writes to
; its own floppy and to sector 5 of the first disk. What needs a 286 or a 386 is
; left out on older processors.

        org 7C00h
        bits 16
        cpu 8086

boot:   xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 7C00h
        mov [drive], dl
        mov ax, 0200h + 17              ; the rest of track 0
        mov bx, 7E00h
        mov cx, 2
        mov dh, 0
        int 13h
        jnc start
        mov al, 'E'
        call putc
        jmp $

putc:   push ax
        push bx
        out 0E9h, al
        mov ah, 0Eh
        mov bx, 7
        int 10h
        pop bx
        pop ax
        ret

puts:   lodsb
        or al, al
        jz .end
        call putc
        jmp puts
.end:   ret

; test_name: the zero-terminated text after the call.
%macro NAME 1
        %push test
        call name
        db %1, 0
%endmacro
name:   pop si
        call puts
        push si
        mov al, ' '
        jmp putc

; OKIF condition code; a test jumps to %$bad where it fails earlier.
%macro OKIF 1
        j%1 %%ok
%$bad:  call failed
        jmp %%end
%%ok:   call passed
%%end:
        %pop
%endmacro
passed: mov si, t_ok
        jmp puts
failed: inc byte [failures]
        mov si, t_fail
        jmp puts
t_ok:   db "ok", 13, 10, 0
t_fail: db "FAIL", 13, 10, 0
drive:  db 0
failures: db 0
cpu_level: db 0
        times 510-($-$$) db 0
        dw 0AA55h

start:  mov ax, 3
        int 10h
        call cpu_find

        NAME "11h 12h"
        int 12h
        cmp ax, 639
        jne %$bad
        int 11h
        test al, 1
        OKIF nz

        NAME "15h C0 C1"
        mov ah, 0C0h
        int 15h
        jc %$bad
        cmp word [es:bx], 8
        jne %$bad
        mov ah, 0C1h
        int 15h
        jc %$bad
        mov ax, es
        cmp ax, 9FC0h
        OKIF e

        NAME "16h 05 11 10 12"
        mov cx, 4DE0h                   ; grey right arrow
        mov ah, 5
        int 16h
        or al, al
        jnz %$bad
        mov ah, 11h
        int 16h
        mov ah, 1
        int 16h
        jz %$bad
        cmp ax, 4D00h
        jne %$bad
        mov ah, 10h
        int 16h
        cmp ax, 4DE0h
        jne %$bad
        mov cx, 8500h                   ; F11: hidden from function 1
        mov ah, 5
        int 16h
        mov ah, 1
        int 16h
        OKIF z

        NAME "1Ah 00 01"
        mov ah, 1
        mov cx, 17h
        mov dx, 1234h
        int 1Ah
        mov ah, 0
        int 1Ah
        cmp cx, 17h
        jne %$bad
        sub dx, 1234h
        cmp dx, 3
        OKIF b

        NAME "1Ah 02 04"
        mov ah, 2
        int 1Ah
        jc %$bad
        cmp ch, 24h
        jae %$bad
        mov ah, 4
        int 1Ah
        jc %$bad
        cmp ch, 20h
        jne %$bad
        OKIF e

        NAME "1Ah 06 alarm"
        mov byte [flag], 0
        cli
        mov word [4Ah*4], alarm
        mov [4Ah*4+2], cs
        sti
        mov ah, 2
        int 1Ah
        mov al, dh                      ; two seconds on
        add al, 2
        daa
        cmp al, 58h
        jb .set
        mov al, 1
.set:   mov dh, al
        mov ch, 0FFh                    ; any hour, any minute
        mov cl, 0FFh
        mov ah, 6
        int 1Ah
        jc %$bad
        call ticks
        mov di, dx
.alarm: hlt
        cmp byte [flag], 0
        jne .rang
        call ticks
        sub dx, di
        cmp dx, 100
        jb .alarm
.rang:  mov ah, 7
        int 1Ah
        cmp byte [flag], 1
        OKIF e

        NAME "15h 86 wait"
        call ticks
        mov di, dx
        mov ah, 86h
        mov cx, 3                       ; 200 ms: 3 or 4 ticks
        mov dx, 0D40h
        int 15h
        jc %$bad
        call ticks
        sub dx, di
        sub dx, 3
        cmp dx, 3
        OKIF b

        NAME "15h 86 short"
        call ticks
        mov di, dx
        mov si, 100
.sh:    mov ah, 86h
        xor cx, cx
        mov dx, 500
        int 15h
        jc %$bad
        dec si
        jnz .sh
        mov ah, 1
        cmp ah, 2
        OKIF b

        NAME "15h 83 event"
        mov byte [flag], 0
        mov ax, 8300h
        mov cx, 1
        xor dx, dx
        mov bx, flag
        push ds
        pop es
        int 15h
        jc %$bad
        call ticks
        mov di, dx
.ev:    hlt
        test byte [flag], 80h
        jnz .evok
        call ticks
        sub dx, di
        cmp dx, 20
        jb .ev
.evok:  cmp byte [flag], 80h
        OKIF e

        NAME "14h loopback"
        mov ax, 00E3h                   ; 9600 8N1
        xor dx, dx
        int 14h
        mov dx, 3FCh
        mov al, 10h
        out dx, al
        mov ax, 0500h + 1               ; keep the loop when 01h sets DTR
        mov bl, 13h
        xor dx, dx
        int 14h
        mov ax, 0155h
        xor dx, dx
        int 14h
        test ah, 80h
        jnz %$bad
        mov ah, 2
        xor dx, dx
        int 14h
        push ax
        mov dx, 3FCh
        mov al, 3
        out dx, al
        pop ax
        cmp ax, 0055h
        OKIF e

        NAME "17h status"
        mov ah, 2
        xor dx, dx
        int 17h
        test ah, 1
        OKIF z

        NAME "13h 08 15 floppy"
        mov ah, 15h
        mov dl, [drive]
        int 13h
        jc %$bad
        cmp ah, 2
        jne %$bad
        mov ah, 8
        mov dl, [drive]
        int 13h
        jc %$bad
        cmp dh, 1
        OKIF e

        NAME "13h 03 04 02 floppy"
        mov di, buf
        mov cx, 512
        mov al, 5Ah
        push ds
        pop es
        cld
        rep stosb
        mov ax, 0301h
        mov bx, buf
        mov cx, 4F12h
        mov dh, 1
        mov dl, [drive]
        int 13h
        jc %$bad
        mov ax, 0401h
        mov cx, 4F12h
        mov dh, 1
        mov dl, [drive]
        mov bx, buf
        int 13h
        jc %$bad
        cmp byte [buf], 5Ah
        jne %$bad
        mov byte [buf], 0
        mov ax, 0201h
        mov bx, buf
        mov cx, 4F12h
        mov dh, 1
        mov dl, [drive]
        int 13h
        jc %$bad
        cmp byte [buf], 5Ah
        OKIF e

        NAME "13h 05 format"
        mov di, buf
        mov cx, 18
        mov al, 1
.addr:  mov byte [di], 79
        mov byte [di+1], 0
        mov [di+2], al
        mov byte [di+3], 2
        add di, 4
        inc ax
        loop .addr
        mov ax, 0512h
        mov bx, buf
        mov cx, 4F01h
        mov dh, 0
        mov dl, [drive]
        int 13h
        jc %$bad
        mov ax, 0201h
        mov bx, buf
        mov cx, 4F05h
        mov dh, 0
        mov dl, [drive]
        int 13h
        jc %$bad
        cmp word [buf], 0F6F6h
        OKIF e

        NAME "13h 02 beyond the end"
        mov ax, 0201h
        mov bx, buf
        mov cx, 4F13h
        mov dh, 0
        mov dl, [drive]
        int 13h
        OKIF c
        NAME "13h 02 DMA boundary"
        mov ax, 0202h
        mov bx, 1000h
        mov es, bx
        mov bx, 0FE01h
        mov cx, 1
        mov dh, 0
        mov dl, [drive]
        int 13h
        jnc %$bad
        cmp ah, 9
        OKIF e

        call disk_tests
        call mouse_tests
        cmp byte [cpu_level], 2
        jb .done
        call test286
        cmp byte [cpu_level], 3
        jb .done
        call test386
.done:  mov si, t_done
        call puts
        mov al, [failures]
        out 0F4h, al
.halt:  hlt
        jmp .halt
t_done: db "done", 13, 10, 0
flag:   db 0

alarm:  push ds
        push ax
        xor ax, ax
        mov ds, ax
        mov byte [flag], 1
        pop ax
        pop ds
        iret

ticks:  push ax
        push cx
        mov ah, 0
        int 1Ah
        pop cx
        pop ax
        ret

cpu_find:
        pushf
        pop ax
        and ah, 0Fh
        push ax
        popf
        pushf
        pop ax
        and ah, 0F0h
        cmp ah, 0F0h
        je .end
        mov byte [cpu_level], 2
        mov ax, 0F002h
        push ax
        popf
        pushf
        pop ax
        test ah, 0F0h
        jz .end
        mov byte [cpu_level], 3
.end:   ret

disk_tests:
        push ds
        mov ax, 40h
        mov ds, ax
        mov al, [75h]
        pop ds
        or al, al
        jz .none
        NAME "13h 41 48 disk"
        mov ah, 41h
        mov bx, 55AAh
        mov dl, 80h
        int 13h
        jc %$bad
        cmp bx, 0AA55h
        jne %$bad
        mov ah, 48h
        mov si, buf
        mov word [buf], 42h
        mov dl, 80h
        int 13h
        jc %$bad
        cmp word [buf], 42h
        jne %$bad
        mov si, buf+1Eh                 ; path adds up to zero
        mov cx, 42h-1Eh
        mov al, 0
.sum:   add al, [si]
        inc si
        loop .sum
        or al, al
        OKIF z
        NAME "13h 43 44 42 disk"
        push ds
        pop es
        mov di, buf
        mov cx, 256
        mov ax, 1234h
        rep stosw
        mov word [dap+8], 5
        mov ah, 43h
        call edd
        jc %$bad
        mov ah, 44h
        call edd
        jc %$bad
        mov word [buf], 0
        mov ah, 42h
        call edd
        jc %$bad
        cmp word [buf], 1234h
        jne %$bad
        mov word [buf], 0
        mov ax, 0201h                   ; the same by CHS
        mov bx, buf
        mov cx, 6
        mov dx, 0080h
        int 13h
        jc %$bad
        cmp word [buf], 1234h
        OKIF e
        NAME "13h 42 beyond the end"
        mov word [dap+12], 1
        mov ah, 42h
        call edd
        mov word [dap+12], 0
        OKIF c
.none:  ret
edd:    mov si, dap
        mov dl, 80h
        int 13h
        ret
dap:    db 10h, 0
        dw 1, buf, 0
        dq 5

mouse_tests:
        NAME "15h C205 C204 wheel"
        mov ax, 0C205h
        mov bh, 3
        int 15h
        jc %$bad
        mov ax, 0C201h
        int 15h
        jc %$bad
        cmp bx, 00AAh
        jne %$bad
        mov si, rates
.rate:  lodsb
        mov bh, al
        mov ax, 0C202h
        int 15h
        jc %$bad
        cmp si, rates+3
        jb .rate
        mov ax, 0C204h
        int 15h
        jc %$bad
        cmp bh, 3
        OKIF e
        NAME "15h C207 C200 C206"
        mov ax, 0C207h
        mov bx, mouse
        push cs
        pop es
        int 15h
        jc %$bad
        mov ax, 0C200h
        mov bh, 1
        int 15h
        jc %$bad
        mov ax, 0C206h
        mov bh, 0
        int 15h
        jc %$bad
        cmp dl, 80                      ; rate
        jne %$bad
        test bl, 20h                    ; enabled
        OKIF nz
        ret
rates:  db 6, 5, 4

mouse:  push ax                         ; status, X, Y, Z above the address
        push bp
        mov bp, sp
        mov al, 'm'
        call putc
        pop bp
        pop ax
        retf

; ---- 286: extended memory ----
gdt:    times 48 db 0
test286:
        NAME "15h 88"
        mov ah, 88h
        int 15h
        jc %$bad
        cmp ax, 1024
        OKIF ae
        NAME "15h 87"
        mov di, buf
        mov cx, 256
.fill:  mov [di], cx
        inc di
        inc di
        loop .fill
        mov word [gdt+10h], 0FFFFh      ; buf -> 1 MB + 64 KB
        mov word [gdt+12h], buf
        mov word [gdt+14h], 9300h
        mov word [gdt+18h], 0FFFFh
        mov word [gdt+1Ah], 0
        mov word [gdt+1Ch], 9311h
        mov ah, 87h
        mov cx, 256
        mov si, gdt
        push cs
        pop es
        int 15h
        jc %$bad
        mov word [gdt+10h], 0FFFFh      ; and back
        mov word [gdt+12h], 0
        mov word [gdt+14h], 9311h
        mov word [gdt+18h], 0FFFFh
        mov word [gdt+1Ah], buf+512
        mov word [gdt+1Ch], 9300h
        mov ah, 87h
        mov cx, 256
        mov si, gdt
        int 15h
        jc %$bad
        mov si, buf
        mov di, buf+512
        mov cx, 256
        push cs
        pop es
        repe cmpsw
        OKIF e
        NAME "15h 24"
        mov ax, 2400h
        int 15h
        jc %$bad
        mov ax, 2402h
        int 15h
        jc %$bad
        or al, al
        jnz %$bad
        mov ax, 2401h
        int 15h
        jc %$bad
        mov ax, 2402h
        int 15h
        jc %$bad
        cmp al, 1
        OKIF e
        ret

; ---- 386: maps, PCI, protected mode services ----
        cpu 386
test386:
        NAME "15h E801 E820"
        mov ax, 0E801h
        int 15h
        jc %$bad
        cmp ax, cx
        jne %$bad
        xor ebx, ebx
        xor si, si
.map:   mov eax, 0E820h
        mov edx, 534D4150h
        mov ecx, 20
        mov di, buf
        int 15h
        jc %$bad
        cmp eax, 534D4150h
        jne %$bad
        inc si
        or ebx, ebx
        jnz .map
        cmp si, 5
        OKIF ae
        NAME "1Ah B101 B103 B102 B10A"
        mov ax, 0B101h
        int 1Ah
        jc %$bad
        cmp edx, 20494350h
        jne %$bad
        mov ax, 0B103h
        mov ecx, 030000h
        xor si, si
        int 1Ah
        jc %$bad
        push bx
        mov ax, 0B10Ah
        xor di, di
        int 1Ah
        pop bp
        jc %$bad
        mov edx, ecx
        shr ecx, 16
        mov ax, 0B102h
        xor si, si
        int 1Ah
        jc %$bad
        cmp bx, bp
        OKIF e
        NAME "1Ah B10E"
        mov word [buf], 1000
        mov word [buf+2], buf+16
        mov word [buf+4], 0
        mov di, buf
        mov ax, 0B10Eh
        int 1Ah
        jc %$bad
        cmp word [buf], 16*12
        jne %$bad
        cmp byte [buf+16+2], 60h
        OKIF e

        NAME "BIOS32 PCI, APM 32"
        mov ax, 5304h
        xor bx, bx
        int 15h
        mov ax, 5300h
        xor bx, bx
        int 15h
        jc %$bad
        cmp bx, 504Dh
        jne %$bad
        mov ax, 5303h
        xor bx, bx
        int 15h
        jc %$bad
        mov [apm_off], ebx
        mov ax, 0F000h                  ; directory
        mov es, ax
        xor di, di
.find:  cmp dword [es:di], 5F32335Fh
        je .found
        add di, 16
        jnz .find
        jmp %$bad
.found: mov eax, [es:di+4]
        mov [dir_off], eax
        call protected
        cmp byte [flag], 3
        OKIF e
        NAME "15h 89"
        mov word [gdt89+1Ah], 0
        push cs
        pop es
        mov si, gdt89
        mov bx, 2028h
        mov ah, 89h
        int 15h
        jc %$bad
        smsw ax
        push ax
        mov eax, cr0                    ; back
        and al, 0FEh
        mov cr0, eax
        jmp 0:.rm
.rm:    xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        lidt [idt_real]
        mov al, 11h
        out 20h, al
        out 0A0h, al
        mov al, 8
        out 21h, al
        mov al, 70h
        out 0A1h, al
        mov al, 4
        out 21h, al
        mov al, 2
        out 0A1h, al
        mov al, 1
        out 21h, al
        out 0A1h, al
        mov al, 0B8h
        out 21h, al
        mov al, 8Fh
        out 0A1h, al
        sti
        pop ax
        and al, 1
        cmp al, 1
        OKIF e
        ret

idt_real: dw 3FFh
          dd 0
dir_off:  dd 0
          dw 8
apm_off:  dd 0
          dw 18h
pci_off:  dd 0
          dw 8
        align 8
gdt89:  dq 0
        dw 3Fh, gdt89, 9300h, 0         ; GDT
        dw 7FFh, buf, 9300h, 0          ; IDT
        dw 0FFFFh, 0, 9300h, 0          ; DS
        dw 0FFFFh, 0, 9300h, 0
        dw 0FFFFh, 0, 9300h, 0
        dw 0FFFFh, 0, 9B00h, 0          ; CS
        dq 0
gdt32:  dq 0
        dq 00CF9B000000FFFFh            ; 08 flat code
        dq 00CF93000000FFFFh            ; 10 flat data
        dq 00409B0F0000FFFFh            ; 18 BIOS code, 32 bits
        dq 00009B000000FFFFh            ; 20 16-bit code
        dq 000093000000FFFFh            ; 28 16-bit data
gdt32_end:
gdtr32: dw gdt32_end - gdt32 - 1
        dd gdt32

protected:
        mov byte [flag], 0
        cli
        lgdt [gdtr32]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp 8:.pm
        bits 32
.pm:    mov ax, 10h
        mov ds, ax
        mov es, ax
        mov ss, ax
        movzx esp, sp
        mov eax, 49435024h              ; "$PCI"
        xor ebx, ebx
        call far [dir_off]
        or al, al
        jnz .apm
        add ebx, edx
        mov [pci_off], ebx
        mov ax, 0B101h
        call far [pci_off]
        jc .apm
        cmp edx, 20494350h
        jne .apm
        mov ax, 0B103h
        mov ecx, 060100h
        xor esi, esi
        call far [pci_off]
        jc .apm
        cmp bx, 0008h
        jne .apm
        mov word [buf], 1000
        mov dword [buf+2], buf+16
        mov word [buf+6], 10h
        mov edi, buf
        mov ax, 0B10Eh
        call far [pci_off]
        jc .apm
        cmp byte [buf+16+2], 60h
        jne .apm
        or byte [flag], 1
.apm:   mov ax, 530Ah
        mov bx, 1
        call far [apm_off]
        jc .out
        cmp bh, 1
        jne .out
        or byte [flag], 2
.out:   jmp 20h:.out16
        bits 16
.out16: mov ax, 28h
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov eax, cr0
        and al, 0FEh
        mov cr0, eax
        jmp 0:.real
.real:  xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        sti
        ret

        times 18*512-($-$$) db 0
buf     equ 0B000h
