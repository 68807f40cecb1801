# ochenta. `make help` lists what there is to make.
#
#   make CC=clang   another compiler            make SAN=1   with ASan and UBSan, in build-san/
#   make SDL=0      without the window          make LUA=0   without scripts
#   make JIT=0      the interpreter alone
#
# Plain `make` never installs anything; `make run` and `make test` call `make deps` first.

VERSION  = 0.1
PREFIX  ?= /usr/local
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
AR       = ar
SAN     ?= 0
SDL     ?= 1
LUA     ?= 1

# --- what Debian packages are needed: the one list ------------------------------------------------------------------
DEPS_BUILD = gcc libc6-dev binutils make pkg-config zlib1g-dev libpng-dev libcapstone-dev
DEPS_SDL   = libsdl2-dev
DEPS_LUA   = liblua5.4-dev
DEPS_ROMS  = nasm
DEPS_TEST  = check python3 mtools xorriso
DEPS_BENCH = python3 qemu-system-x86 isolinux syslinux-common xorriso \
             $(if $(filter x86_64,$(shell uname -m)),gcc-multilib,gcc-i686-linux-gnu)

DEPS_CC    = $(filter clang clang-%,$(CC))

DEPS = $(DEPS_BUILD) $(DEPS_CC) $(DEPS_ROMS) $(DEPS_TEST) \
       $(if $(filter 1,$(SDL)),$(DEPS_SDL)) $(if $(filter 1,$(LUA)),$(DEPS_LUA))

# --- flags ------------------------------------------------------------------------------------------------------------
BUILD    = build$(if $(filter 1,$(SAN)),-san)
# -ffp-contract=off: the same floating-point results on every host, with or without fused multiply-add.
CFLAGS  ?= -O2 -g
OWN_CFLAGS = -std=gnu11 -Wall -Wextra -Wshadow -ffp-contract=off $(CFLAGS)
CPPFLAGS   = -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DOCHENTA_VERSION='"$(VERSION)"' \
             -DWITH_SDL=$(SDL) -DWITH_LUA=$(LUA)
ifeq ($(SAN),1)
OWN_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS    += -fsanitize=address,undefined
endif

# Handlers go on to the next block by tail calls, which make the stack grow where the compiler does not turn them into jumps.
ifeq ($(and $(filter -O2 -O3 -Os -Ofast,$(CFLAGS)),$(filter 0,$(SAN)),$(if $(filter -fsanitize=% -pg,$(CFLAGS)),,yes)),)
CPPFLAGS += -DX86_NO_CHAIN
endif

PACKAGES = zlib libpng capstone $(if $(filter 1,$(SDL)),sdl2) $(if $(filter 1,$(LUA)),lua5.4)
PACKAGE_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
PACKAGE_LIBS   = $(shell pkg-config --libs $(PACKAGES))

# V=1 shows the commands.
V ?= 0
Q  = $(if $(filter 0,$(V)),@)
say = $(if $(filter 0,$(V)),@echo '  $(1)')

# --- sources: every .c file of a folder -------------------------------------------------------------------------------
CORE_DIRS  = util devices mem cpu cpu/x86 cpu/x86/jit storage net machine
FRONT_DIRS = debug frontends frontends/headless $(if $(filter 1,$(LUA)),frontends/script) $(if $(filter 1,$(SDL)),frontends/sdl)

# The translator (cpu/x86/jit) makes code for x86-64 Linux; elsewhere, or with JIT=0, none.c stands for it.
HOST_TRIPLE := $(shell $(CC) -dumpmachine 2>/dev/null)
JIT       ?= $(if $(and $(filter x86_64-%,$(HOST_TRIPLE)),$(findstring linux,$(HOST_TRIPLE))),1,0)
JIT_SRC    = $(wildcard cpu/x86/jit/*.c)
NOT_BUILT  = $(if $(filter 1,$(JIT)),cpu/x86/jit/none.c,$(filter-out cpu/x86/jit/none.c,$(JIT_SRC)))
CORE_SRC   = $(filter-out $(NOT_BUILT),$(wildcard $(addsuffix /*.c,$(CORE_DIRS))))
FRONT_SRC  = $(wildcard $(addsuffix /*.c,$(FRONT_DIRS)))
UNIT_SRC   = $(wildcard tests/unit/*.c)
VECTOR_SRC = $(wildcard tests/vectors/*.c)
INSN_SRC   = tests/insn/insn.c tests/vectors/bench.c
ROMS       = roms/bios.bin roms/vgabios.bin roms/demo.img roms/loader.bin

object     = $(patsubst %.S,$(BUILD)/%.o,$(patsubst %.c,$(BUILD)/%.o,$(1)))
CORE_OBJ   = $(call object,$(CORE_SRC)) $(BUILD)/machine/roms.o
FRONT_OBJ  = $(call object,$(FRONT_SRC))
UNIT_OBJ   = $(call object,$(UNIT_SRC))
FUZZ_OBJ   = $(call object,$(wildcard tests/fuzz/*.c))
LOCKSTEP_OBJ = $(call object,$(wildcard tests/lockstep/*.c)) $(BUILD)/debug/difference.o $(BUILD)/debug/disasm.o
VECTOR_OBJ = $(call object,$(VECTOR_SRC))
INSN_OBJ   = $(call object,$(INSN_SRC))
INSN_BIN   = $(patsubst %.asm,$(BUILD)/%.bin,$(wildcard tests/insn/*.asm))

# --- the program ------------------------------------------------------------------------------------------------------
.PHONY: all
all: check-packages check-state check-floors $(BUILD)/ochenta say-engines

.PHONY: say-engines
say-engines:
	@$(if $(filter 1,$(JIT)),:,echo 'note: this build has no translator: it runs the interpreter alone')

$(BUILD)/ochenta: $(FRONT_OBJ) $(BUILD)/libochenta.a
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(FRONT_OBJ) $(BUILD)/libochenta.a $(PACKAGE_LIBS) -lm

# The machine as a library: everything but the debugger and the frontends.
$(BUILD)/libochenta.a: $(CORE_OBJ)
	@rm -f $@
	$(call say,AR $@)
	$(Q)$(AR) rcs $@ $(CORE_OBJ)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(CPPFLAGS) $(if $(filter debug/% frontends/% machine/% tests/%,$<),$(PACKAGE_CFLAGS)) $(OWN_CFLAGS) -MMD -MP -c -o $@ $<

# A ROM that is not there is empty; the machine then says so.
rom_file = $(if $(wildcard $(1)),$(1),$(BUILD)/no-rom)
$(BUILD)/machine/roms.o: machine/roms.S $(wildcard $(ROMS)) $(BUILD)/flags
	@mkdir -p $(@D)
	@: >$(BUILD)/no-rom
	$(call say,AS $<)
	$(Q)$(CC) -DROM_BIOS='"$(call rom_file,roms/bios.bin)"' -DROM_VGA_BIOS='"$(call rom_file,roms/vgabios.bin)"' \
	    -DROM_DEMO='"$(call rom_file,roms/demo.img)"' -DROM_LOADER='"$(call rom_file,roms/loader.bin)"' -c -o $@ $<

# Changes when the compiler or an option does, so that everything is then built again.
FLAGS_LINE = JIT=$(JIT) $(CC) $(CPPFLAGS) $(OWN_CFLAGS) $(LDFLAGS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_LINE))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS_LINE))' >$@
FORCE:

.PHONY: check-packages
check-packages:
	@command -v $(CC) >/dev/null || { echo "$(CC) is missing: run 'make deps'" >&2; exit 1; }
	@command -v pkg-config >/dev/null || { echo "pkg-config is missing: run 'make deps'" >&2; exit 1; }
	@for p in $(PACKAGES); do pkg-config --exists $$p || \
	    { echo "the library $$p is missing: run 'make deps' (SDL=0 and LUA=0 build without window and scripts)" >&2; exit 1; }; done

# --- firmware and demo disk: roms/ holds built ones; `make roms` builds them from source -------------------------------
.PHONY: roms
-include $(wildcard bios/*.mk bios/*/*.mk demo/demo.mk)
roms: $(ROMS)

# --- run --------------------------------------------------------------------------------------------------------------
.PHONY: run
run: deps
	@$(MAKE) --no-print-directory all
	$(BUILD)/ochenta --demo

# --- tests ------------------------------------------------------------------------------------------------------------
.PHONY: test test-long bench unit-tests check-state check-floors
test: deps
	@$(MAKE) --no-print-directory all unit-tests vectors insn-tests fuzz lockstep-fuzz
	@BUILD=$(BUILD) tests/run-all.sh short

test-long: deps
	@$(MAKE) --no-print-directory all unit-tests vectors insn-tests fuzz lockstep-fuzz
	@BUILD=$(BUILD) tests/run-all.sh long

# Native code, QEMU and ochenta side by side (tests/bench). What cannot be installed is left out.
bench: deps
	@tests/install-deps.sh $(DEPS_BENCH) || echo 'bench goes on with what there is' >&2
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) tests/bench/run $(BENCH)

unit-tests: $(BUILD)/unit-tests

# Unit tests see the library and, of the frontends, what needs neither a window nor main().
UNIT_FRONT_OBJ = $(filter-out $(BUILD)/frontends/main.o $(BUILD)/frontends/headless/% $(BUILD)/frontends/sdl/%,$(FRONT_OBJ))
$(BUILD)/unit-tests: $(UNIT_OBJ) $(UNIT_FRONT_OBJ) $(BUILD)/libochenta.a
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs check) $(PACKAGE_LIBS) -lm

# Ill-treats whole machines at random (tests/fuzz).
.PHONY: fuzz
fuzz: $(BUILD)/fuzz
$(BUILD)/fuzz: $(FUZZ_OBJ) $(BUILD)/libochenta.a
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PACKAGE_LIBS) -lm

# Random code on both engines at once (tests/lockstep).
.PHONY: lockstep-fuzz
lockstep-fuzz: $(BUILD)/lockstep-fuzz
$(BUILD)/lockstep-fuzz: $(LOCKSTEP_OBJ) $(BUILD)/libochenta.a
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PACKAGE_LIBS) -lm

# Single-instruction tests recorded from real chips (tests/vectors).
.PHONY: vectors
vectors: $(BUILD)/vectors
$(BUILD)/vectors: $(VECTOR_OBJ) $(BUILD)/libochenta.a
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PACKAGE_LIBS)

# Writes the table of docs/CONFORMANCE.md anew.
.PHONY: conformance
conformance: all vectors insn-tests
	@BUILD=$(BUILD) tests/vectors/conformance.sh

# Instruction tests of our own (tests/insn), which nasm assembles to records.
.PHONY: insn-tests
insn-tests: $(BUILD)/insn-tests $(INSN_BIN)
$(BUILD)/insn-tests: $(INSN_OBJ) $(BUILD)/libochenta.a
	$(call say,LD $@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PACKAGE_LIBS) -lm

$(BUILD)/tests/insn/%.bin: tests/insn/%.asm tests/insn/insn.inc
	@mkdir -p $(@D)
	$(call say,NASM $<)
	$(Q)nasm -f bin -Itests/insn/ -o $@ $<

# Every field of a device is saved or explicitly skipped.
check-state:
	@if [ -e tests/check-state.awk ]; then awk -f tests/check-state.awk $(wildcard devices/*.[ch] machine/*.[ch] cpu/x86/*.[ch] mem/*.[ch]); fi

# Includes go downwards only.
check-floors:
	@tests/check-floors.sh

# --- packages ---------------------------------------------------------------------------------------------------------
.PHONY: deps
deps:
	@tests/install-deps.sh $(DEPS)

# --- install, clean, help ---------------------------------------------------------------------------------------------
.PHONY: install clean help
install: all
	install -D -m 755 $(BUILD)/ochenta $(DESTDIR)$(PREFIX)/bin/ochenta

clean:
	rm -rf build build-san

help:
	@echo 'make            build/ochenta'
	@echo 'make deps       install the Debian packages that are missing'
	@echo 'make run        boot the built-in guest'
	@echo 'make test       unit, instruction and guest tests; make test-long: all of them'
	@echo 'make vectors    build/vectors, which runs tests.sst and cases.bin'
	@echo 'make conformance  run them all and write the table of docs/CONFORMANCE.md'
	@echo 'make bench      speed, beside QEMU and native code; BENCH=--help lists the options'
	@echo 'make roms       build firmware and demo disk from source'
	@echo 'make install    to PREFIX ($(PREFIX))'
	@echo 'make clean      remove build/ and build-san/'
	@echo 'variables       V=1 (show commands)  CC=clang  CFLAGS=-O3  SAN=1  SDL=0  LUA=0  JIT=0 (the interpreter alone)'

-include $(wildcard $(CORE_OBJ:.o=.d) $(FRONT_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(FUZZ_OBJ:.o=.d) $(LOCKSTEP_OBJ:.o=.d) $(VECTOR_OBJ:.o=.d) $(INSN_OBJ:.o=.d))
