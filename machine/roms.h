/* roms.h: the firmware and the demo disk that are linked into the program (roms.S). */
#ifndef MACHINE_ROMS_H
#define MACHINE_ROMS_H

#include <stdint.h>

/* Each ends where its _end label is. */
extern const uint8_t rom_bios[], rom_bios_end[];         /* roms/bios.bin: system BIOS, 64K to 256K */
extern const uint8_t rom_vga_bios[], rom_vga_bios_end[]; /* roms/vgabios.bin: option ROM, at most 64K */
extern const uint8_t rom_demo[], rom_demo_end[];         /* roms/demo.img: the built-in guest, a floppy image */
extern const uint8_t rom_loader[], rom_loader_end[];     /* roms/loader.bin: option ROM of --kernel */

#endif
