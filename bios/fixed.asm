; fixed.asm - the addresses that the IBM PC's BIOS made a habit: entry points
; and data that programs reach without a vector (AT Technical Reference, BIOS
; listing and compatibility table).

        AT 0E05Bh                       ; power-on
        jmp post

        AT 0E2C3h                       ; NMI
nmi_entry:
        jmp nmi

        AT 0E3FEh                       ; INT 13h, fixed disk
disk_entry:
        jmp disk_service

        AT 0E401h                       ; fixed disk types 1-14: cylinders, heads,
%macro DISK_TYPE 4                      ; precompensation, landing zone
        dw %1
        db %2
        dw 0
        dw %3
        db 0
        db ((%2) > 8) * 8
        times 3 db 0
        dw %4
        db 17, 0
%endmacro
        DISK_TYPE 306, 4, 128, 305
        DISK_TYPE 615, 4, 300, 615
        DISK_TYPE 615, 6, 300, 615
        DISK_TYPE 940, 8, 512, 940
        DISK_TYPE 940, 6, 512, 940
        DISK_TYPE 615, 4, 0FFFFh, 615
        DISK_TYPE 462, 8, 256, 511
        DISK_TYPE 733, 5, 0FFFFh, 733
        DISK_TYPE 900, 15, 0FFFFh, 901
        DISK_TYPE 820, 3, 0FFFFh, 820
        DISK_TYPE 855, 5, 0FFFFh, 855
        DISK_TYPE 855, 7, 0FFFFh, 855
        DISK_TYPE 306, 8, 128, 319
        DISK_TYPE 733, 7, 0FFFFh, 733

        AT 0E6F2h                       ; INT 19h
boot_entry:
        jmp boot_start

        AT 0E6F5h                       ; INT 15h/C0h
config_table:
        dw 8
        db 0FCh, 1, 0                   ; AT
        db 74h                          ; second 8259, clock, 4Fh hook, EBDA
        db 40h                          ; INT 16h/09h
        db 0, 0, 0

        AT 0E729h                       ; divisors for 110 to 9600 baud
baud_table:
        dw 1047, 768, 384, 192, 96, 48, 24, 12

        AT 0E739h                       ; INT 14h
serial_entry:
        jmp serial_service

        AT 0E82Eh                       ; INT 16h
kbdsvc_entry:
        jmp kbdsvc

        AT 0E987h                       ; INT 09h
kbd_entry:
        jmp kbd_irq

        AT 0EC59h                       ; INT 13h, diskette (INT 40h)
floppy_entry:
        jmp floppy_service

        AT 0EF57h                       ; INT 0Eh
fdirq_entry:
        jmp fdirq

        AT 0EFC7h                       ; INT 1Eh: 1.44 MB
diskette_params:
        db 0DFh, 2, 25h, 2, 18, 1Bh, 0FFh, 6Ch, 0F6h, 15, 8

        AT 0EFD2h                       ; INT 17h
printer_entry:
        jmp printer_service

        AT 0F045h                       ; INT 10h function table: no video here,
        times 16 dw video_entry         ; the VGA BIOS brings it

        AT 0F065h                       ; INT 10h before the VGA BIOS
video_entry:
        iret

        AT 0F0A4h                       ; INT 1Dh: 6845 values for 40 and 80
video_params:                           ; columns, graphics, monochrome
        db 38h, 28h, 2Dh, 0Ah, 1Fh, 6, 19h, 1Ch, 2, 7, 6, 7, 0, 0, 0, 0
        db 71h, 50h, 5Ah, 0Ah, 1Fh, 6, 19h, 1Ch, 2, 7, 6, 7, 0, 0, 0, 0
        db 38h, 28h, 2Dh, 0Ah, 7Fh, 6, 64h, 70h, 2, 1, 6, 7, 0, 0, 0, 0
        db 61h, 50h, 52h, 0Fh, 19h, 6, 19h, 19h, 2, 0Dh, 0Bh, 0Ch, 0, 0, 0, 0
        dw 2048, 4096, 16384, 16384     ; regeneration buffer
        db 40, 40, 80, 80, 40, 40, 80, 80
        db 2Ch, 28h, 2Dh, 29h, 2Ah, 2Eh, 1Eh, 29h

        AT 0F841h                       ; INT 12h: KB of base memory
memsize_entry:
        sti
        push ds
        mov ax, BDA
        mov ds, ax
        mov ax, [B_MEMKB]
        pop ds
        iret

        AT 0F84Dh                       ; INT 11h: equipment
equip_entry:
        sti
        push ds
        mov ax, BDA
        mov ds, ax
        mov ax, [B_EQUIP]
        pop ds
        iret

        AT 0F859h                       ; INT 15h
system_entry:
        jmp system_service

        AT 0FA6Eh                       ; 8x8 characters 00h-7Fh
%include "vga/font8.inc"

        AT 0FE6Eh                       ; INT 1Ah
time_entry:
        jmp time_service

        AT 0FEA5h                       ; INT 08h
timer_entry:
        jmp timer_irq

        AT 0FEF3h                       ; initial vectors 08h-1Fh
        dw timer_entry, kbd_entry, irq_master, irq_master
        dw irq_master, irq_master, fdirq_entry, irq_spurious7
        dw video_entry, equip_entry, memsize_entry, disk_entry
        dw serial_entry, system_entry, kbdsvc_entry, printer_entry
        dw int18, boot_entry, time_entry, dummy_iret
        dw dummy_iret, video_params, diskette_params, 0

        AT 0FF53h                       ; nothing to do
dummy_iret:
        iret

        AT 0FF54h                       ; INT 05h
prtsc_entry:
        jmp print_screen

        AT 0FFF0h                       ; reset
        jmp ROM:0E05Bh
        db "11/23/26"
        db 0
        db 0FCh                         ; PC/AT
        db 0
