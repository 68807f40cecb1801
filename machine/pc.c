/* pc.c: a PC of 1996, put together: i440FX and PIIX3 with the chips they contain, a VGA, two serial ports, one parallel. The only
 * file that wires things. Port and interrupt assignments: PIIX3 data sheet (Intel 290550), IBM AT Technical Reference. */
#include "machine/pc.h"

#include "cpu/x86/fpu.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- glue ------------------------------------------------------------------------------------------------------------------------ */

static void update_a20(struct pc *pc)
{
    phys_set_a20(&pc->phys, pc->board.a20_kbc || pc->board.a20_fast);
}

static void a20_from_kbc(void *opaque, int line, bool level)
{
    struct pc *pc = opaque;

    (void)line;
    pc->board.a20_kbc = level;
    update_a20(pc);
}

static void a20_from_port92(void *opaque, int line, bool level)
{
    struct pc *pc = opaque;

    (void)line;
    pc->board.a20_fast = level;
    update_a20(pc);
}

/* The keyboard controller's P20 and port 92h pulse INIT of the CPU. */
static void reset_line(void *opaque, int line, bool level)
{
    struct pc *pc = opaque;

    (void)line;
    if (level) pc->host.reset(pc->host.opaque, false);
}

static void reset_from_pci(void *opaque, bool hard)
{
    struct pc *pc = opaque;

    pc->host.reset(pc->host.opaque, hard);
}

static void power_off(void *opaque)
{
    struct pc *pc = opaque;

    pc->host.power_off(pc->host.opaque);
}

static void shutdown_cycle(void *opaque)
{
    x86_kick(&((struct pc *)opaque)->cpu);
}

static void intr_line(void *opaque, int line, bool level)
{
    (void)line;
    x86_set_intr(&((struct pc *)opaque)->cpu, level);
}

static uint8_t acknowledge(void *opaque)
{
    return pic_acknowledge(&((struct pc *)opaque)->pic);
}

/* FERR# goes to IRQ 13 (AT Technical Reference, coprocessor); a write to F0h clears the request and lets the FPU go on. */
static void ferr(void *opaque, bool level)
{
    struct pc      *pc = opaque;
    struct irq_line irq13 = pic_line(&pc->pic, 13);

    pc->board.ferr = level;
    irq_set(&irq13, level);
}

static void port_f0_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct pc      *pc = opaque;
    struct irq_line irq13 = pic_line(&pc->pic, 13);

    (void)offset, (void)value, (void)size;
    pc->board.ferr = false;
    irq_set(&irq13, false);
    x86_fpu_ignore_error(&pc->cpu);
}

static const struct bus_ops port_f0_ops = {.write = port_f0_write, .max_size = 1};

static uint64_t time_stamp(void *opaque)
{
    return clock_now(&((struct pc *)opaque)->clock); // 1 GHz, whatever the speed of execution
}

/* --- ROM and shadow RAM -------------------------------------------------------------------------------------------------------------- */

/* What is on the bus at ADDR (C0000h-FFFFFh) when shadow RAM is off: the VGA's ROM, the loader's, or the last 128K of the BIOS. */
static unsigned rom_region_at(struct pc *pc, uint32_t addr)
{
    uint32_t low = pc->bios.size < 0x20000 ? pc->bios.size : 0x20000;

    if (addr >= 0x100000 - low)
        return phys_region_ram(&pc->phys, 0x100000 - low, low, pc->bios.bytes + pc->bios.size - low, NULL, true);
    if (addr - 0xC0000 < pc->vga_bios.size)
        return phys_region_ram(&pc->phys, 0xC0000, pc->vga_bios.size, pc->vga_bios.bytes, NULL, true);
    if (addr >= 0xD0000 && addr - 0xD0000 < pc->loader_rom.size)
        return phys_region_ram(&pc->phys, 0xD0000, pc->loader_rom.size, pc->loader_rom.bytes, NULL, true);
    return 0;
}

static void pam(void *opaque, unsigned segment, bool read_ram, bool write_ram)
{
    struct pc *pc = opaque;
    uint32_t   base = pam_segment_base(segment), size = pam_segment_size(segment);

    for (uint32_t at = base; at < base + size; at += PAGE_SIZE) {
        phys_map(&pc->phys, at, PAGE_SIZE, read_ram ? PHYS_REGION_MAIN : rom_region_at(pc, at), true, false);
        phys_map(&pc->phys, at, PAGE_SIZE, write_ram ? PHYS_REGION_MAIN : 0, false, true);
    }
}

static void smram(void *opaque, bool open)
{
    struct pc *pc = opaque;

    vga_set_window(&pc->vga, !open);
    phys_map(&pc->phys, 0xA0000, 0x20000, open ? PHYS_REGION_MAIN : 0, true, true);
}

static void map_system_rom(struct pc *pc)
{
    uint32_t top = (uint32_t)(0x100000000ull - pc->bios.size);
    unsigned region = phys_region_ram(&pc->phys, top, pc->bios.size, pc->bios.bytes, NULL, true);

    phys_map(&pc->phys, top, pc->bios.size, region, true, false);
    if (!x86_has(&pc->cpu, FEAT_386) && x86_has(&pc->cpu, FEAT_286)) { // the 286's top is 16 MB
        uint32_t low = pc->bios.size < 0x20000 ? pc->bios.size : 0x20000;
        region = phys_region_ram(&pc->phys, 0x1000000 - low, low, pc->bios.bytes + pc->bios.size - low, NULL, true);
        phys_map(&pc->phys, 0x1000000 - low, low, region, true, true);
    }
    for (unsigned n = 0; n < PAM_SEGMENTS; n++) pam(pc, n, false, false);
}

/* --- PCI functions of the board --------------------------------------------------------------------------------------------------------- */

static void map_rom_bar(struct pc *pc, const struct pc_rom *rom, uint32_t base, bool on)
{
    unsigned region = on ? phys_region_ram(&pc->phys, base, rom->size, rom->bytes, NULL, true) : 0;

    phys_set_window(&pc->phys, base, rom->size, region);
}

static void vga_map(void *opaque, unsigned bar, uint32_t base, bool on)
{
    struct pc *pc = opaque;

    if (bar == 0) vga_set_lfb(&pc->vga, base, on);
    else if (bar == 2) bus_map_mmio(&pc->bus, base, 4096, on ? &vga_mmio_ops : NULL, &pc->vga);
    else if (bar == PCI_ROM) map_rom_bar(pc, &pc->vga_bios, base, on);
}

static void loader_map(void *opaque, unsigned bar, uint32_t base, bool on)
{
    struct pc *pc = opaque;

    if (bar == PCI_ROM) map_rom_bar(pc, &pc->loader_rom, base, on);
}

static const struct pci_function_ops vga_pci_ops = {.map = vga_map};
static const struct pci_function_ops loader_pci_ops = {.map = loader_map};

static uint32_t power_of_two(uint32_t size)
{
    uint32_t p = 4096;

    while (p < size) p <<= 1;
    return p;
}

static void plug_pci(struct pc *pc, uint64_t ram)
{
    static const struct pci_ids vga_ids = {.vendor = 0x1234, .device = 0x1111, .class_code = 0x030000, .revision = 2,
                                           .subsystem_vendor = 0x1AF4, .subsystem = 0x1100};
    static const struct pci_ids loader_ids = {.vendor = 0x1234, .device = 0x80E0, .class_code = 0xFF0000};
    struct irq_line             pirq[4], irq[16];
    const struct i440fx_host    host = {.opaque = pc, .pam = pam, .smram = smram};

    for (int n = 0; n < 16; n++) irq[n] = pic_line(&pc->pic, n);
    piix3_init(&pc->piix3, irq);
    for (unsigned n = 0; n < 4; n++) pirq[n] = piix3_pirq_line(&pc->piix3, n);
    pci_init(&pc->pci, &pc->bus, pirq, ram, reset_from_pci, pc);
    i440fx_init(&pc->i440fx, &host, ram);
    piix4_pm_init(&pc->pm, &pc->bus, &pc->clock, piix3_sci_line(&pc->piix3), power_off, pc);
    pci_function_init(&pc->vga_pci, &vga_ids, &vga_pci_ops, pc);
    pci_function_bar(&pc->vga_pci, 0, VGA_MEMORY_SIZE, PCI_BAR_PREFETCH);
    pci_function_bar(&pc->vga_pci, 2, 4096, 0);
    pci_function_bar(&pc->vga_pci, PCI_ROM, power_of_two(pc->vga_bios.size), PCI_BAR_ROM_ALONE); // the Bochs BIOS copies it before it sets the bit
    pci_function_field(&pc->vga_pci, PCI_COMMAND, 2, 0, // the ports of the VGA are no BAR, but firmware looks for both bits
                       PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | PCI_COMMAND_SERR);
    pci_plug(&pc->pci, 0, 0, &pc->i440fx.pci);
    pci_plug(&pc->pci, 1, 0, &pc->piix3.pci);
    pci_plug(&pc->pci, 1, 1, &pc->ide.pci);
    pci_plug(&pc->pci, 1, 3, &pc->pm.pci);
    pci_plug(&pc->pci, 2, 0, &pc->vga_pci);
    if (pc->loader_rom.size) {
        pci_function_init(&pc->loader_pci, &loader_ids, &loader_pci_ops, pc);
        pci_function_bar(&pc->loader_pci, PCI_ROM, power_of_two(pc->loader_rom.size), 0);
        pci_plug(&pc->pci, 31, 0, &pc->loader_pci);
    }
}

static void loader_port(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct pc *pc = opaque;

    (void)offset, (void)value, (void)size;
    pc->host.boot_kernel(pc->host.opaque);
}

static const struct bus_ops loader_port_ops = {.write = loader_port, .max_size = 4};

/* --- CMOS: the set-up that firmware reads (docs/BIOS.md has the table) ---------------------------------------------------- */

static uint8_t boot_code(char letter)
{
    return letter == 'a' ? 1 : letter == 'c' ? 2 : letter == 'd' ? 3 : 0;
}

void pc_set_cmos(struct pc *pc, const struct machine_config *config, const bool hdd[MACHINE_DISKS], const char *boot)
{
    struct rtc *r = &pc->rtc;
    uint64_t    extended = config->memory > 0x100000 ? (config->memory - 0x100000) >> 10 : 0; // KB
    uint64_t    high = config->memory > 0x1000000 ? (config->memory - 0x1000000) >> 16 : 0;   // 64 KB
    uint64_t    base = config->memory < 0xA0000 ? config->memory >> 10 : 640;
    uint8_t     drives = 0, types = 0, order[3] = {0};

    if (extended > 63 * 1024) extended = 63 * 1024;
    for (unsigned n = 0; n < MACHINE_FLOPPIES; n++)
        if (pc->fdc.drive[n].type) drives++, types |= (uint8_t)(pc->fdc.drive[n].type << (n ? 0 : 4));
    for (unsigned n = 0; n < 3 && boot && boot[n]; n++) order[n] = boot_code(boot[n]);
    rtc_cmos_set(r, 0x10, types);
    rtc_cmos_set(r, 0x12, (uint8_t)((hdd[0] ? 0xF0 : 0) | (hdd[1] ? 0x0F : 0)));
    rtc_cmos_set(r, 0x14, (uint8_t)(0x06 | (drives ? 1 | (drives - 1) << 6 : 0))); // display, coprocessor, mouse
    rtc_cmos_set(r, 0x15, (uint8_t)base);
    rtc_cmos_set(r, 0x16, (uint8_t)(base >> 8));
    rtc_cmos_set(r, 0x17, (uint8_t)extended);
    rtc_cmos_set(r, 0x18, (uint8_t)(extended >> 8));
    rtc_cmos_set(r, 0x19, hdd[0] ? 47 : 0);
    rtc_cmos_set(r, 0x1A, hdd[1] ? 47 : 0);
    rtc_cmos_set(r, 0x30, (uint8_t)extended);
    rtc_cmos_set(r, 0x31, (uint8_t)(extended >> 8));
    rtc_cmos_set(r, 0x34, (uint8_t)high);
    rtc_cmos_set(r, 0x35, (uint8_t)(high >> 8));
    rtc_cmos_set(r, 0x38, (uint8_t)(order[2] << 4 | 1)); // no check of floppy signatures: as firmware of the time
    rtc_cmos_set(r, 0x3D, (uint8_t)(order[1] << 4 | order[0]));
    rtc_cmos_set(r, 0x3F, config->boot_menu); // ours: bit 0: boot menu
    rtc_cmos_checksum(r);
}

/* --- all together ------------------------------------------------------------------------------------------------------------------------ */

static void wire_keyboard(struct pc *pc, const struct machine_host *host)
{
    struct kbc_wires wires = {.irq1 = pic_line(&pc->pic, 1), .irq12 = pic_line(&pc->pic, 12), .a20 = {a20_from_kbc, pc, 0},
                              .reset = {reset_line, pc, 0}};

    kbc_init(&pc->kbc, &pc->bus, &pc->clock, &wires);
    ps2_keyboard_init(&pc->keyboard, &pc->clock, kbc_port(&pc->kbc, KBC_KEYBOARD), host->leds, host->opaque);
    ps2_mouse_init(&pc->mouse, &pc->clock, kbc_port(&pc->kbc, KBC_AUX));
    kbc_plug(&pc->kbc, KBC_KEYBOARD, ps2_keyboard_device(&pc->keyboard));
    kbc_plug(&pc->kbc, KBC_AUX, ps2_mouse_device(&pc->mouse));
}

static bool timer_out(void *opaque)
{
    return pit_out(opaque, 2);
}

static void timer_listen(void *opaque, bool on)
{
    pit_listen(opaque, 2, on);
}

static void wire_timer(struct pc *pc, const struct machine_host *host)
{
    struct speaker_wires wires = {.gate = pit_gate(&pc->pit, 2), .timer = &pc->pit, .timer_out = timer_out, .timer_listen = timer_listen,
                                  .opaque = host->opaque, .changed = host->speaker};

    pit_init(&pc->pit, &pc->bus, &pc->clock, pic_line(&pc->pic, 0), speaker_timer_line(&pc->speaker));
    speaker_init(&pc->speaker, &pc->bus, &pc->clock, &wires);
}

static void serial_sink(void *opaque, int port, uint8_t byte)
{
    (void)opaque, (void)port, (void)byte;
}

static void byte_sink(void *opaque, uint8_t byte)
{
    (void)opaque, (void)byte;
}

static int wire_ports(struct pc *pc, const struct machine_config *config, const struct machine_host *host)
{
    static const uint16_t base[MACHINE_SERIALS] = {0x3F8, 0x2F8};
    static const uint8_t  irq[MACHINE_SERIALS] = {4, 3};

    for (int n = 0; n < MACHINE_SERIALS; n++)
        if (uart_init(&pc->uart[n], &pc->bus, &pc->clock, pic_line(&pc->pic, irq[n]), base[n], n, host->serial ? host->serial : serial_sink,
                      host->opaque))
            return -ENOMEM;
    lpt_init(&pc->lpt, &pc->bus, &pc->clock, pic_line(&pc->pic, 7), 0x378, "lpt", host->parallel ? host->parallel : byte_sink, host->opaque);
    debugcon_init(&pc->debugcon, &pc->bus, (uint16_t)config->debugcon_port, host->debugcon ? host->debugcon : byte_sink, host->opaque);
    if (config->exit_port >= 0) exitport_init(&pc->exitport, &pc->bus, (uint16_t)config->exit_port, pc->host.exit, pc->host.opaque);
    poweroff_init(&pc->poweroff, &pc->bus, power_off, pc);
    bus_map_ports(&pc->bus, 0xF0, 2, &port_f0_ops, pc);
    if (pc->loader_rom.size) bus_map_ports(&pc->bus, PC_LOADER_PORT, 1, &loader_port_ops, pc);
    return 0;
}

static void wire_floppies(struct pc *pc, const uint64_t floppy_size[MACHINE_FLOPPIES])
{
    struct fdc_config fdc = {{FDC_1440K}};

    for (unsigned n = 0; n < MACHINE_FLOPPIES; n++)
        if (floppy_size[n]) fdc.type[n] = fdc_drive_for(floppy_size[n]);
    fdc_init(&pc->fdc, &pc->bus, &pc->clock, pic_line(&pc->pic, 6), dma_line(&pc->dma, 2), &fdc);
}

int pc_init(struct pc *pc, const struct machine_config *config, const struct machine_host *host, const struct pc_host *owner,
            const uint64_t floppy_size[MACHINE_FLOPPIES], char *error, size_t error_size)
{
    const struct vga_config vga = {.retrace = pic_line(&pc->pic, 9)};
    struct irq_line         intr = {intr_line, pc, 0}, a20 = {a20_from_port92, pc, 0}, reset = {reset_line, pc, 0};
    int                     result;

    pc->host = *owner;
    pc->board.pc = pc;
    pc->log = (struct log){host->log, host->opaque};
    bus_init(&pc->bus);
    clock_init(&pc->clock);
    if ((result = phys_init(&pc->phys, config->memory))) {
        snprintf(error, error_size, "cannot reserve %llu MB of memory for the guest", (unsigned long long)(config->memory >> 20));
        return result;
    }
    phys_attach_bus(&pc->phys, &pc->bus);
    if ((result = x86_init(&pc->cpu, config->cpu, &pc->phys, &pc->bus, &pc->log))) {
        snprintf(error, error_size, result == -EINVAL ? "unknown CPU model \"%s\"" : "not enough memory for the CPU%.0s", config->cpu);
        return result;
    }
    pc->cpu.opaque = pc;
    pc->cpu.acknowledge = acknowledge;
    pc->cpu.ferr = ferr;
    pc->cpu.shutdown_cycle = shutdown_cycle;
    pc->cpu.tsc = time_stamp;
    pic_init(&pc->pic, &pc->bus, intr);
    wire_timer(pc, host);
    rtc_init(&pc->rtc, &pc->bus, &pc->clock, pic_line(&pc->pic, 8), config->date);
    dma_init(&pc->dma, &pc->bus);
    wire_keyboard(pc, host);
    port92_init(&pc->port92, &pc->bus, a20, reset);
    ide_init(&pc->ide, &pc->bus, &pc->clock, pic_line(&pc->pic, 14), pic_line(&pc->pic, 15));
    wire_floppies(pc, floppy_size);
    if ((result = vga_init(&pc->vga, &pc->bus, &pc->clock, &vga)) || (result = wire_ports(pc, config, host))) {
        snprintf(error, error_size, "not enough memory for the devices");
        return result;
    }
    plug_pci(pc, config->memory);
    map_system_rom(pc);
    return 0;
}

void pc_destroy(struct pc *pc)
{
    for (int n = 0; n < MACHINE_SERIALS; n++) uart_destroy(&pc->uart[n]);
    vga_destroy(&pc->vga);
    x86_destroy(&pc->cpu);
    phys_destroy(&pc->phys);
}

/* --- reset and state ------------------------------------------------------------------------------------------------------------------------ */

static void board_reset(void *opaque)
{
    struct pc_board *b = opaque;

    b->ferr = b->a20_fast = false;
    update_a20(b->pc);
}

static int board_loaded(void *opaque)
{
    update_a20(((struct pc_board *)opaque)->pc);
    return 0;
}

static const struct state_field board_fields[] = {
    STATE_UINT(struct pc_board, a20_kbc), STATE_UINT(struct pc_board, a20_fast), STATE_UINT(struct pc_board, ferr),
    STATE_SKIP(struct pc_board, pc), STATE_END,
};
static const struct device_ops board_ops = {.name = "board", .version = 1, .reset = board_reset, .fields = board_fields, .loaded = board_loaded};

static void pci_function_reset_(void *opaque)
{
    pci_function_reset(opaque);
}

static int pci_function_loaded_(void *opaque)
{
    return pci_function_loaded(opaque);
}

static const struct device_ops vga_pci_device = {.name = "vga.pci", .version = 1, .reset = pci_function_reset_, .fields = pci_function_fields,
                                                 .loaded = pci_function_loaded_};
static const struct device_ops loader_pci_device = {.name = "loader.pci", .version = 1, .reset = pci_function_reset_,
                                                    .fields = pci_function_fields, .loaded = pci_function_loaded_};

size_t pc_devices(struct pc *pc, struct snapshot_device *list, size_t room)
{
    const struct snapshot_device all[] = {
        {&x86_ops, &pc->cpu, NULL}, {&pic_ops, &pc->pic, NULL}, {&pit_ops, &pc->pit, NULL}, {&rtc_ops, &pc->rtc, NULL}, {&dma_ops, &pc->dma, NULL},
        {&kbc_ops, &pc->kbc, NULL}, {&ps2_keyboard_ops, &pc->keyboard, NULL}, {&ps2_mouse_ops, &pc->mouse, NULL}, {&speaker_ops, &pc->speaker, NULL},
        {&port92_ops, &pc->port92, NULL}, {&uart_ops, &pc->uart[0], "uart.0"}, {&uart_ops, &pc->uart[1], "uart.1"}, {&lpt_ops, &pc->lpt, NULL},
        {&fdc_ops, &pc->fdc, NULL}, {&ide_ops, &pc->ide, NULL}, {&pci_ops, &pc->pci, NULL}, {&i440fx_ops, &pc->i440fx, NULL},
        {&piix3_ops, &pc->piix3, NULL}, {&piix4_pm_ops, &pc->pm, NULL}, {&vga_ops, &pc->vga, NULL}, {&vga_pci_device, &pc->vga_pci, NULL},
        {&poweroff_ops, &pc->poweroff, NULL}, {&board_ops, &pc->board, NULL},
    };
    size_t n = 0;

    for (; n < sizeof(all) / sizeof(all[0]) && n < room; n++) list[n] = all[n];
    if (pc->loader_rom.size && n < room) list[n++] = (struct snapshot_device){&loader_pci_device, &pc->loader_pci, NULL};
    return n;
}

void pc_reset(struct pc *pc)
{
    struct snapshot_device list[PC_MAX_DEVICES];
    size_t                 n = pc_devices(pc, list, PC_MAX_DEVICES);

    for (size_t k = 0; k < n; k++)
        if (list[k].ops->reset) list[k].ops->reset(list[k].device);
    x86_reset(&pc->cpu);
}
