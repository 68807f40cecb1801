/* pci.c: PCI configuration mechanism 1 and the reset control register. See pci.h. */
#include "devices/pci.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define PORT_CONFADD 0xCF8
#define CONFADD_ENABLE   0x80000000u /* PCI 2.1 figure 3-20 */
#define CONFADD_WRITABLE 0x80FFFFFCu

/* Offsets from CF8h. */
#define OFFSET_RC   1
#define OFFSET_DATA 4

/* RC, 290550 section 2.5.4. */
#define RC_SRST 0x02 /* with RCPU: 1 a hard reset, 0 a reset of the CPU */
#define RC_RCPU 0x04 /* a 0 to 1 transition starts the reset */

/* Memory from here to 4 GB is the system ROM's: PIIX3 claims it (290550, XBCS: extended BIOS). */
#define SYSTEM_ROM_START 0xFFF80000u

static struct pci_function *selected(const struct pci *pci)
{
    if (!(pci->address & CONFADD_ENABLE)) return NULL;
    if (pci->address >> 16 & 0xFF) return NULL; /* no bridge, so no other bus */
    return pci->function[pci->address >> 8 & 0xFF];
}

static uint32_t pci_read(void *opaque, uint32_t offset, unsigned size)
{
    const struct pci          *pci = opaque;
    const struct pci_function *f;

    if (offset == 0 && size == 4) return pci->address;
    if (offset == OFFSET_RC && size == 1) return pci->reset_control;
    if (offset < OFFSET_DATA || !(f = selected(pci))) return 0xFFFFFFFF;
    return pci_function_read(f, (pci->address & 0xFC) + (offset - OFFSET_DATA), size);
}

static void write_reset_control(struct pci *pci, uint8_t value)
{
    bool start = (value & RC_RCPU) && !(pci->reset_control & RC_RCPU);

    pci->reset_control = value & (RC_SRST | RC_RCPU);
    if (start && pci->reset_system) pci->reset_system(pci->reset_opaque, value & RC_SRST);
}

static void pci_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct pci          *pci = opaque;
    struct pci_function *f;

    if (offset == 0 && size == 4)
        pci->address = value & CONFADD_WRITABLE;
    else if (offset == OFFSET_RC && size == 1)
        write_reset_control(pci, (uint8_t)value);
    else if (offset >= OFFSET_DATA && (f = selected(pci)))
        pci_function_write(f, (pci->address & 0xFC) + (offset - OFFSET_DATA), value, size);
}

static const struct bus_ops pci_port_ops = {.read = pci_read, .write = pci_write, .max_size = 4};

/* --- interrupts -------------------------------------------------------------------------------------------------------- */

/* Which of the four wires the pin (0-3) of DEVFN is on. */
static unsigned wire_of(unsigned devfn, unsigned pin)
{
    return (devfn / PCI_FUNCTIONS + pin + 3) & 3;
}

/* A pin changed: the wire is low (active) while any pin on it is. LINE is devfn. */
static void pci_pin_changed(void *opaque, int line, bool level)
{
    struct pci *pci = opaque;
    unsigned    pin = pci->function[line]->config[PCI_INTERRUPT_PIN];
    unsigned    wire = wire_of((unsigned)line, pin - 1);

    for (unsigned devfn = 0; devfn < PCI_DEVICES * PCI_FUNCTIONS && !level; devfn++) {
        const struct pci_function *f = pci->function[devfn];
        if (f && f->intx && wire_of(devfn, f->config[PCI_INTERRUPT_PIN] - 1u) == wire) level = true;
    }
    irq_set(&pci->pirq[wire], level);
}

void pci_plug(struct pci *pci, unsigned device, unsigned number, struct pci_function *f)
{
    unsigned devfn = device * PCI_FUNCTIONS + number;

    assert(device < PCI_DEVICES && number < PCI_FUNCTIONS && !pci->function[devfn]);
    pci->function[devfn] = f;
    f->devfn = (uint8_t)devfn;
    f->memory_start = pci->memory_start;
    f->memory_end = SYSTEM_ROM_START;
    if (f->initial[PCI_INTERRUPT_PIN])
        f->pin = (struct irq_line){.set = pci_pin_changed, .opaque = pci, .line = (int)devfn};
}

/* --- wiring ------------------------------------------------------------------------------------------------------------ */

void pci_init(struct pci *pci, struct bus *bus, const struct irq_line pirq[4], uint64_t dram_end,
              void (*reset_system)(void *opaque, bool hard), void *reset_opaque)
{
    memset(pci, 0, sizeof(*pci));
    memcpy(pci->pirq, pirq, sizeof(pci->pirq));
    pci->memory_start = dram_end > 0x100000 ? dram_end : 0x100000; /* the first megabyte is the board's own */
    pci->reset_system = reset_system;
    pci->reset_opaque = reset_opaque;
    bus_map_ports(bus, PORT_CONFADD, 8, &pci_port_ops, pci);
}

static void pci_reset(void *opaque)
{
    struct pci *pci = opaque;

    pci->address = 0;
    pci->reset_control = 0;
}

static int pci_loaded(void *opaque)
{
    const struct pci *pci = opaque;

    if (pci->address & ~CONFADD_WRITABLE) return -EINVAL;
    return pci->reset_control & ~(RC_SRST | RC_RCPU) ? -EINVAL : 0;
}

static const struct state_field pci_fields[] = {
    STATE_UINT(struct pci, address),
    STATE_UINT(struct pci, reset_control),
    STATE_SKIP(struct pci, function),
    STATE_SKIP(struct pci, pirq),
    STATE_SKIP(struct pci, memory_start),
    STATE_SKIP(struct pci, reset_system),
    STATE_SKIP(struct pci, reset_opaque),
    STATE_END
};

const struct device_ops pci_ops = {
    .name = "pci", .version = 1, .reset = pci_reset, .fields = pci_fields, .loaded = pci_loaded,
};
