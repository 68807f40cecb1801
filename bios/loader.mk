# loader.mk - the option ROM of --kernel: 512 bytes whose sum is zero. Without
# nasm the built one in roms/ stays.

ifneq ($(shell command -v nasm),)
roms/loader.bin: bios/loader.asm bios/loader.mk
	@mkdir -p $(@D) $(BUILD)/bios
	@$(MAKE) --no-print-directory $(BUILD)/bios/vga/romsum
	nasm -f bin -w+all -o $(BUILD)/bios/loader.raw bios/loader.asm
	$(BUILD)/bios/vga/romsum $(BUILD)/bios/loader.raw $@
endif

roms: roms/loader.bin
