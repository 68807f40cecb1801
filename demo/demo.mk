# The built-in guest: roms/demo.img, a 360K floppy, from demo/*.asm and demo/*.c. As the other ROMs it is committed and
# only `make roms` (or its absence) builds it. Freestanding 386 code: needs nothing but the compiler and nasm.
DEMO_OUT := $(BUILD)/demo
DEMO_CC  := gcc -m32 -march=i386 -std=gnu11 -Os -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
            -fno-asynchronous-unwind-tables -fno-builtin -mno-mmx -mno-sse -mno-80387 -fcf-protection=none \
            -Wall -Wextra -Wshadow
DEMO_OBJ := $(patsubst demo/%.c,$(DEMO_OUT)/%.o,$(sort $(wildcard demo/*.c)))

.PHONY: demo
roms: demo
demo: $(DEMO_OUT)/demo.img
	@mkdir -p roms
	@cmp -s $< roms/demo.img || cp $< roms/demo.img
roms/demo.img:
	$(MAKE) demo

$(DEMO_OUT)/%.o: demo/%.c demo/demo.h demo/demo.mk
	@mkdir -p $(@D)
	$(call say,ROM $@)
	$(Q)$(DEMO_CC) -c -o $@ $<

$(DEMO_OUT)/start.o: demo/start.asm demo/realpage.asm
	@mkdir -p $(@D)
	$(call say,ROM $@)
	$(Q)nasm -Wall -f elf32 -i demo/ -o $@ demo/start.asm

$(DEMO_OUT)/program.elf: $(DEMO_OUT)/start.o $(DEMO_OBJ) demo/demo.ld
	$(call say,ROM $@)
	$(Q)ld -m elf_i386 --no-warn-rwx-segments --build-id=none -T demo/demo.ld -o $@ $(DEMO_OUT)/start.o $(DEMO_OBJ)

$(DEMO_OUT)/program.bin: $(DEMO_OUT)/program.elf
	$(call say,ROM $@)
	$(Q)objcopy -O binary $< $@

$(DEMO_OUT)/demo.img: demo/boot.asm demo/readme.txt $(DEMO_OUT)/program.bin
	$(call say,ROM $@)
	$(Q)nasm -Wall -f bin -i demo/ -i $(DEMO_OUT)/ -o $@ demo/boot.asm
