/* pci_function.c: configuration space, base address registers and interrupt pin of one PCI function.
 * See pci_function.h. PCI 2.1 sections 6.1, 6.2.5. */
#include "devices/pci_function.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

const struct state_field pci_function_fields[] = {
    STATE_BYTES(struct pci_function, config),
    STATE_UINT(struct pci_function, intx),
    STATE_SKIP(struct pci_function, initial),
    STATE_SKIP(struct pci_function, writable),
    STATE_SKIP(struct pci_function, clearing),
    STATE_SKIP(struct pci_function, bar),
    STATE_SKIP(struct pci_function, ops),
    STATE_SKIP(struct pci_function, opaque),
    STATE_SKIP(struct pci_function, devfn),
    STATE_SKIP(struct pci_function, memory_start),
    STATE_SKIP(struct pci_function, memory_end),
    STATE_SKIP(struct pci_function, pin),
    STATE_END
};

static void put(uint8_t *bytes, unsigned offset, unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size; i++) bytes[offset + i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get(const uint8_t *bytes, unsigned offset, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++) value |= (uint32_t)bytes[offset + i] << (8 * i);
    return value;
}

/* --- windows ----------------------------------------------------------------------------------------------------------- */

static unsigned bar_offset(unsigned bar)
{
    return bar == PCI_ROM ? PCI_ROM_ADDRESS : PCI_BASE_ADDRESS + 4 * bar;
}

/* Where BAR decodes now; false if nowhere. An address of 0 and one that reaches the end of the address space (all ones,
 * while software finds out the size) decode nowhere, nor does one that the host bridge never hands on to PCI. */
static bool bar_decodes(const struct pci_function *f, unsigned n, uint32_t *base)
{
    const struct pci_bar *bar = &f->bar[n];
    uint32_t              value = get(f->config, bar_offset(n), 4);
    uint64_t              end;

    if (!bar->size) return false;
    if (!bar->alone && !(pci_function_command(f) & (bar->io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY))) return false;
    if (n == PCI_ROM && !(value & 1)) return false; /* 6.2.5.2: bit 0 enables the ROM's decoder */
    *base = value & ~(bar->size - 1);
    end = (uint64_t)*base + bar->size;
    if (*base == 0) return false;
    return bar->io ? end <= 0xFFFF : *base >= f->memory_start && end <= f->memory_end;
}

/* Tells the device about every window that appeared, moved or went; first those that went. */
static void update_windows(struct pci_function *f)
{
    uint32_t base = 0;

    for (unsigned n = 0; n < PCI_BARS; n++) {
        struct pci_bar *bar = &f->bar[n];
        if (!bar->mapped || (bar_decodes(f, n, &base) && base == bar->base)) continue;
        bar->mapped = false;
        f->ops->map(f->opaque, n, bar->base, false);
    }
    for (unsigned n = 0; n < PCI_BARS; n++) {
        struct pci_bar *bar = &f->bar[n];
        if (bar->mapped || !bar_decodes(f, n, &base)) continue;
        bar->mapped = true;
        bar->base = base;
        f->ops->map(f->opaque, n, base, true);
    }
}

bool pci_map_ports(struct bus *bus, uint32_t base, unsigned count, const struct bus_ops *ops, void *device)
{
    if (base + count > 0x10000) return false;
    for (unsigned i = 0; i < count; i++)
        if (bus->port[base + i].ops) return false;
    bus_map_ports(bus, (uint16_t)base, count, ops, device);
    return true;
}

/* --- description ------------------------------------------------------------------------------------------------------- */

void pci_function_field(struct pci_function *f, unsigned offset, unsigned size, uint32_t initial, uint32_t writable)
{
    assert(offset + size <= PCI_CONFIG_BYTES);
    put(f->initial, offset, size, initial);
    put(f->writable, offset, size, writable);
    put(f->config, offset, size, initial);
}

void pci_function_init(struct pci_function *f, const struct pci_ids *ids, const struct pci_function_ops *ops, void *opaque)
{
    memset(f, 0, sizeof(*f));
    f->ops = ops;
    f->opaque = opaque;
    pci_function_field(f, PCI_VENDOR_ID, 2, ids->vendor, 0);
    pci_function_field(f, PCI_DEVICE_ID, 2, ids->device, 0);
    pci_function_field(f, PCI_COMMAND, 2, 0, PCI_COMMAND_PARITY | PCI_COMMAND_SERR);
    pci_function_field(f, PCI_STATUS, 2, 0x0280, 0); /* medium DEVSEL# timing, fast back-to-back */
    pci_function_field(f, PCI_REVISION, 1, ids->revision, 0);
    pci_function_field(f, PCI_CLASS, 2, ids->class_code & 0xFFFF, 0);
    pci_function_field(f, PCI_CLASS + 2, 1, ids->class_code >> 16, 0);
    pci_function_field(f, PCI_LATENCY_TIMER, 1, 0, 0xF8);
    pci_function_field(f, PCI_HEADER_TYPE, 1, ids->header_type, 0);
    pci_function_field(f, PCI_SUBSYSTEM_VENDOR, 2, ids->subsystem_vendor, 0);
    pci_function_field(f, PCI_SUBSYSTEM, 2, ids->subsystem, 0);
    pci_function_field(f, PCI_INTERRUPT_PIN, 1, ids->interrupt_pin, 0);
    pci_function_field(f, PCI_INTERRUPT_LINE, 1, 0, ids->interrupt_pin ? 0xFF : 0);
    put(f->clearing, PCI_STATUS, 2, 0xF900); /* 6.2.3: error bits */
}

void pci_function_bar(struct pci_function *f, unsigned n, uint32_t size, unsigned flags)
{
    bool     io = flags & PCI_BAR_IO;
    uint32_t mask = ~(size - 1);

    assert(n < PCI_BARS && f->ops && f->ops->map && (size & (size - 1)) == 0 && size >= (n == PCI_ROM ? 2048u : io ? 4u : 16u));
    f->bar[n] = (struct pci_bar){.size = size, .io = io, .alone = flags & PCI_BAR_ROM_ALONE};
    pci_function_field(f, bar_offset(n), 4, n == PCI_ROM ? 0 : flags, n == PCI_ROM ? mask | 1 : mask);
    f->writable[PCI_COMMAND] |= (io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY) | PCI_COMMAND_MASTER;
}

void pci_function_reset(struct pci_function *f)
{
    pci_function_interrupt(f, false);
    memcpy(f->config, f->initial, PCI_CONFIG_BYTES);
    update_windows(f);
}

int pci_function_loaded(struct pci_function *f)
{
    for (unsigned i = 0; i < PCI_CONFIG_BYTES; i++)
        if ((f->config[i] ^ f->initial[i]) & ~(f->writable[i] | f->clearing[i])) return -EINVAL;
    update_windows(f);
    return 0;
}

/* --- software's side --------------------------------------------------------------------------------------------------- */

uint32_t pci_function_read(const struct pci_function *f, unsigned offset, unsigned size)
{
    assert(offset + size <= PCI_CONFIG_BYTES);
    return get(f->config, offset, size);
}

void pci_function_write(struct pci_function *f, unsigned offset, uint32_t value, unsigned size)
{
    assert(offset + size <= PCI_CONFIG_BYTES);
    for (unsigned i = offset; i < offset + size; i++, value >>= 8) {
        uint8_t set = (uint8_t)(value & f->writable[i]), cleared = (uint8_t)(value & f->clearing[i]);
        f->config[i] = (uint8_t)((f->config[i] & ~f->writable[i] & ~cleared) | set);
    }
    if (offset < PCI_ROM_ADDRESS + 4) update_windows(f);
    if (f->ops && f->ops->written) f->ops->written(f->opaque, offset, size);
}

void pci_function_interrupt(struct pci_function *f, bool level)
{
    if (f->intx == level) return;
    f->intx = level;
    irq_set(&f->pin, level);
}
