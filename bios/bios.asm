; bios.asm - the system BIOS of ochenta: one 64 KB segment, F0000h-FFFFFh.
; The same image runs on every CPU model: all services are written for the
; 8086; blocks between `cpu 386` and `cpu 8086` run only after POST has found
; a 386. The code comes first; the tail keeps the addresses that programs for
; the IBM PC jump to or read (IBM PC/AT Technical Reference, BIOS listing).

        org 0
        bits 16
        cpu 8086

%include "equ.inc"

rom_start:
        db "ochenta BIOS", 0

%include "lib.asm"
%include "post.asm"
%include "detect.asm"
%include "banner.asm"
%include "highcopy.asm"
%include "pci.asm"
%include "vgarom.asm"
%include "boot.asm"
%include "eltorito.asm"
%include "timer.asm"
%include "rtc.asm"
%include "kbd.asm"
%include "kbdmap.asm"
%include "int16.asm"
%include "floppy.asm"
%include "fdc.asm"
%include "disk.asm"
%include "edd.asm"
%include "ata.asm"
%include "probe.asm"
%include "atapi.asm"
%include "serial.asm"
%include "printer.asm"
%include "int15.asm"
%include "memory.asm"
%include "mouse.asm"
%include "apm.asm"
%include "pcibios.asm"
%include "tables.asm"
%include "fixed.asm"
