# bios.mk - the system BIOS: one 64 KB image; nothing in it depends on when or
# where it is built. Without nasm the built one in roms/ stays.

BIOS_SRC = $(wildcard bios/*.asm bios/*.inc) bios/vga/font8.inc

ifneq ($(shell command -v nasm),)
roms/bios.bin: $(BIOS_SRC) bios/bios.mk
	@mkdir -p $(@D)
	nasm -f bin -w+all -Ibios/ -o $@ bios/bios.asm
endif

roms: roms/bios.bin
