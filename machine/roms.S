/* roms.S: puts the built ROMs of roms/ into the program. See roms.h; the Makefile names the files. */
        .macro  rom name, file
        .global \name, \name\()_end
        .balign 16
\name:
        .incbin "\file"
\name\()_end:
        .byte   0
        .endm

        .section .rodata
        rom     rom_bios, ROM_BIOS
        rom     rom_vga_bios, ROM_VGA_BIOS
        rom     rom_demo, ROM_DEMO
        rom     rom_loader, ROM_LOADER

        .section .note.GNU-stack, "", %progbits
