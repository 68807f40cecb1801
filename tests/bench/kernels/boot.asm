; boot.asm: the boot sector of the kernels. Loads SECTORS sectors after it to 10000h, goes to flat 32-bit protected mode and jumps there.
; The command line of the kernels lies in the sector at offset 16: 64 bytes that end with a zero, which the runner fills in.
;   nasm -f bin -D SECTORS=n
        bits 16
        org 7C00h
LOAD    equ 10000h
        jmp start
        times 16-($-$$) db 0
line:   times 64 db 0

start:  cli
        jmp 0:.here
.here:  xor ax, ax
        mov ds, ax
        mov ss, ax
        mov sp, 7C00h
        mov bp, SECTORS
.read:  mov si, packet                  ; one sector at a time: INT 13h function 42h
        mov ah, 42h
        int 13h
        jc .failed
        add word [packet.segment], 512/16
        inc word [packet.sector]
        dec bp
        jnz .read
        cli
        lgdt [gdt_register]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword 8:protected
.failed:
        hlt
        jmp .failed

        bits 32
protected:
        mov ax, 10h
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov esp, 90000h
        jmp dword 8:LOAD

        align 8
gdt:    dq 0
        dq 00CF9B000000FFFFh            ; code: base 0, 4 GB
        dq 00CF93000000FFFFh            ; data
gdt_register:
        dw $-gdt-1
        dd gdt

packet: db 16, 0
        dw 1                            ; sectors
        dw 0                            ; to: offset
.segment:
        dw LOAD/16
.sector: dq 1

        times 446-($-$$) db 0
        db 80h, 0, 1, 0, 83h, 15, 63, 1, 63, 0, 0, 0, 81h, 7, 0, 0
        times 510-($-$$) db 0
        dw 0AA55h
