# The VGA BIOS: roms/vgabios.bin from bios/vga/*.asm and the text-art fonts. The result is committed and only
# `make roms` (or its absence) builds it, so that a plain build needs no assembler.
VGABIOS_DIR := bios/vga
VGABIOS_OUT := $(BUILD)/bios/vga
VGABIOS_ASM := $(wildcard $(VGABIOS_DIR)/*.asm)
VGABIOS_INC := $(addprefix $(VGABIOS_OUT)/,font8_full.inc font14.inc font16.inc)

.PHONY: vgabios
roms: vgabios
vgabios: $(VGABIOS_OUT)/vgabios.bin $(VGABIOS_DIR)/font8.inc
	@mkdir -p roms
	@cmp -s $< roms/vgabios.bin || cp $< roms/vgabios.bin
roms/vgabios.bin:
	$(MAKE) vgabios

$(VGABIOS_OUT)/font8_full.inc: $(VGABIOS_DIR)/font8.txt $(VGABIOS_DIR)/mkfont.awk
	@mkdir -p $(@D)
	$(call say,ROM $@)
	$(Q)awk -v rows=8 -f $(VGABIOS_DIR)/mkfont.awk $< > $@.tmp && mv $@.tmp $@

$(VGABIOS_OUT)/font14.inc: $(VGABIOS_DIR)/font16.txt $(VGABIOS_DIR)/mkfont.awk
	@mkdir -p $(@D)
	$(call say,ROM $@)
	$(Q)awk -v rows=14 -f $(VGABIOS_DIR)/mkfont.awk $< > $@.tmp && mv $@.tmp $@

$(VGABIOS_OUT)/font16.inc: $(VGABIOS_DIR)/font16.txt $(VGABIOS_DIR)/mkfont.awk
	@mkdir -p $(@D)
	$(call say,ROM $@)
	$(Q)awk -v rows=16 -f $(VGABIOS_DIR)/mkfont.awk $< > $@.tmp && mv $@.tmp $@

# The first 128 glyphs, which the system BIOS has at F000:FA6E
$(VGABIOS_DIR)/font8.inc: $(VGABIOS_DIR)/font8.txt $(VGABIOS_DIR)/mkfont.awk
	$(call say,ROM $@)
	$(Q)awk -v rows=8 -v last=127 -f $(VGABIOS_DIR)/mkfont.awk $< > $@.tmp && mv $@.tmp $@

$(VGABIOS_OUT)/romsum: $(VGABIOS_DIR)/romsum.c
	@mkdir -p $(@D)
	$(call say,ROM $@)
	$(Q)$(CC) -std=gnu11 -O2 -Wall -Wextra -Wshadow -o $@ $<

$(VGABIOS_OUT)/vgabios.raw: $(VGABIOS_ASM) $(VGABIOS_INC)
	@mkdir -p $(@D)
	$(call say,ROM $@)
	$(Q)nasm -Wall -f bin -i $(VGABIOS_DIR)/ -i $(VGABIOS_OUT)/ -o $@ $(VGABIOS_DIR)/vgabios.asm

$(VGABIOS_OUT)/vgabios.bin: $(VGABIOS_OUT)/vgabios.raw $(VGABIOS_OUT)/romsum
	$(call say,ROM $@)
	$(Q)$(VGABIOS_OUT)/romsum $< $@
