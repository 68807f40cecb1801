/* ide.c: the register side of the IDE channels. See ide.h. ATA/ATAPI-6 section 7 (registers), 9.16 (absent devices). */
#include "devices/ide.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Command block, offsets from 1F0h or 170h. */
enum { DATA, ERROR_FEATURES, COUNT, LBA_LOW, LBA_MID, LBA_HIGH, DEVICE, STATUS_COMMAND };

#define DEVICE_RESET               0x08
#define EXECUTE_DEVICE_DIAGNOSTIC  0x90

#define FLOATING 0x7F /* nobody drives the cable; the host pulls DD7 down */

#define IDETIM     0x40 /* configuration, 2 bytes a channel */
#define IDETIM_IDE 0x80 /* of the high byte: decode enable */

static struct ata_drive *selected(struct ide_channel *ch)
{
    return &ch->drive[ch->selected];
}

/* A drive's interrupt or DMA request, the selection or nIEN changed. */
static void channel_changed(void *opaque)
{
    struct ide_channel     *ch = opaque;
    const struct ata_drive *d = selected(ch);
    bool                    level = ata_present(d) && d->intrq && !(ch->control & ATA_NIEN);

    if (level != ch->irq_level) {
        ch->irq_level = level;
        if (level) ide_dma_interrupt(ch);
        irq_set(&ch->irq, level);
    }
    ide_dma_run(ch);
}

/* --- data port --------------------------------------------------------------------------------------------------------- */

static uint32_t move_in(struct ata_drive *d, void *to, uint32_t n)
{
    if (d->phase != ATA_PIO_IN) return 0;
    if (n > ata_waiting(d)) n = ata_waiting(d);
    memcpy(to, d->buffer + d->position, n);
    ata_moved(d, n);
    return n;
}

static uint32_t move_out(struct ata_drive *d, const void *from, uint32_t n)
{
    if (d->phase != ATA_PIO_OUT) return 0;
    if (n > ata_waiting(d)) n = ata_waiting(d);
    memcpy(d->buffer + d->position, from, n);
    ata_moved(d, n);
    return n;
}

/* The port is 16 bits wide: a byte access moves a word too. */
static uint32_t read_data(struct ide_channel *ch, unsigned size)
{
    uint8_t bytes[4] = {0};

    if (!ata_present(selected(ch))) return 0xFFFFFF00 | FLOATING;
    move_in(selected(ch), bytes, size < 2 ? 2 : size);
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void write_data(struct ide_channel *ch, uint32_t value, unsigned size)
{
    uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};

    if (ata_present(selected(ch))) move_out(selected(ch), bytes, size < 2 ? 2 : size);
}

size_t ide_read_data(struct ide *ide, unsigned channel, void *to, size_t n)
{
    struct ata_drive *d = selected(&ide->channel[channel]);

    if (n > (ata_waiting(d) & ~1u)) n = ata_waiting(d) & ~1u;
    return n < 2 ? 0 : move_in(d, to, (uint32_t)n & ~1u);
}

size_t ide_write_data(struct ide *ide, unsigned channel, const void *from, size_t n)
{
    struct ata_drive *d = selected(&ide->channel[channel]);

    if (n > (ata_waiting(d) & ~1u)) n = ata_waiting(d) & ~1u;
    return n < 2 ? 0 : move_out(d, from, (uint32_t)n & ~1u);
}

/* --- the other registers ----------------------------------------------------------------------------------------------- */

/* The drive that answers when software reads a register: the selected one; device 0 answers for an absent device 1
 * (9.16.1). NULL: nobody. */
static struct ata_drive *answering(struct ide_channel *ch)
{
    if (ata_present(selected(ch))) return selected(ch);
    return ch->selected == 1 && ata_present(&ch->drive[0]) ? &ch->drive[0] : NULL;
}

static uint8_t read_status(struct ide_channel *ch)
{
    const struct ata_drive *d = answering(ch);

    if (!d) return FLOATING;
    return d == selected(ch) ? d->regs.status : 0;
}

static uint8_t read_register(struct ide_channel *ch, unsigned offset)
{
    struct ata_drive *d = answering(ch);
    unsigned          depth = ch->control & ATA_HOB ? 1 : 0;

    if (!d) return FLOATING;
    /* A packet device that answers for an absent one does not show its signature: firmware that looks at these two alone (the
     * Bochs BIOS) would find a second packet device and wait for its data. */
    if (d != selected(ch) && d->kind == ATA_CDROM && (offset == LBA_MID || offset == LBA_HIGH)) return 0xFF;
    switch (offset) {
    case ERROR_FEATURES: return d->regs.error;
    case COUNT: return d->regs.count[depth];
    case LBA_LOW: return d->regs.lba_low[depth];
    case LBA_MID: return d->regs.lba_mid[depth];
    case LBA_HIGH: return d->regs.lba_high[depth];
    case DEVICE: return d->regs.device | ATA_DEVICE_FIXED;
    default: break;
    }
    if (d == selected(ch) && d->intrq) { /* 7.15.4: reading Status clears the pending interrupt */
        uint8_t status = d->regs.status;
        d->intrq = false;
        channel_changed(ch);
        return status;
    }
    return read_status(ch);
}

static uint32_t ide_read(void *opaque, uint32_t offset, unsigned size)
{
    uint32_t value = 0;

    if (offset == DATA) return read_data(opaque, size);
    for (unsigned i = 0; i < size; i++) value |= (uint32_t)read_register(opaque, offset + i) << (8 * i);
    return value;
}

static void push(uint8_t two_deep[2], uint8_t value)
{
    two_deep[1] = two_deep[0];
    two_deep[0] = value;
}

/* Both devices take what is written to the command block. */
static void latch(struct ata_registers *r, unsigned offset, uint8_t value)
{
    switch (offset) {
    case ERROR_FEATURES: push(r->feature, value); break;
    case COUNT: push(r->count, value); break;
    case LBA_LOW: push(r->lba_low, value); break;
    case LBA_MID: push(r->lba_mid, value); break;
    case LBA_HIGH: push(r->lba_high, value); break;
    case DEVICE: r->device = value; break;
    default: break;
    }
}

static void write_command(struct ide_channel *ch, uint8_t command)
{
    struct ata_drive *d = selected(ch);

    if (command == EXECUTE_DEVICE_DIAGNOSTIC) {
        ch->selected = 0;
        for (unsigned u = 0; u < IDE_UNITS; u++)
            if (ata_present(&ch->drive[u])) ata_diagnostic(&ch->drive[u]);
    } else if (ata_present(d)) {
        ata_command(d, command);
    }
}

/* Writes while BSY is set are lost, but for DEVICE RESET to a packet device (7.4.2). */
static void write_register(struct ide_channel *ch, unsigned offset, uint8_t value)
{
    const struct ata_drive *d = answering(ch);
    bool                    reset = offset == STATUS_COMMAND && value == DEVICE_RESET;

    ch->control &= (uint8_t)~ATA_HOB; /* 7.8: any write to the command block */
    if (d && (d->regs.status & ATA_BSY) && (d->in_reset || !(reset && d->kind == ATA_CDROM))) return;
    if (offset == STATUS_COMMAND) {
        write_command(ch, value);
        return;
    }
    for (unsigned u = 0; u < IDE_UNITS; u++) latch(&ch->drive[u].regs, offset, value);
    if (offset != DEVICE) return;
    ch->selected = value & ATA_DEV ? 1 : 0;
    channel_changed(ch);
}

static void ide_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    if (offset == DATA)
        write_data(opaque, value, size);
    else
        for (unsigned i = 0; i < size; i++, value >>= 8) write_register(opaque, offset + i, (uint8_t)value);
}

static const struct bus_ops command_block_ops = {.read = ide_read, .write = ide_write, .max_size = 4};

static uint32_t read_alternate_status(void *opaque, uint32_t offset, unsigned size)
{
    (void)offset;
    (void)size;
    return read_status(opaque);
}

static void write_device_control(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct ide_channel *ch = opaque;
    uint8_t             changed = ch->control ^ (uint8_t)value;

    (void)offset;
    (void)size;
    ch->control = (uint8_t)value & (ATA_NIEN | ATA_SRST | ATA_HOB);
    if (changed & ATA_SRST) {
        ch->selected = 0;
        for (unsigned u = 0; u < IDE_UNITS; u++)
            if (ata_present(&ch->drive[u])) ata_software_reset(&ch->drive[u], value & ATA_SRST);
    }
    channel_changed(ch);
}

static const struct bus_ops control_ops = {.read = read_alternate_status, .write = write_device_control, .max_size = 1};

/* --- wiring ------------------------------------------------------------------------------------------------------------ */

void ide_decode(struct ide *ide)
{
    for (unsigned n = 0; n < IDE_CHANNELS; n++) {
        struct ide_channel *ch = &ide->channel[n];
        bool                on = ide->pci.config[IDETIM + 2 * n + 1] & IDETIM_IDE;

        if (on && !ch->decoding) {
            bus_map_ports(ide->bus, ch->base, 8, &command_block_ops, ch);
            bus_map_ports(ide->bus, ch->control_port, 1, &control_ops, ch);
        } else if (!on && ch->decoding) {
            bus_unmap_ports(ide->bus, ch->base, 8, ch);
            bus_unmap_ports(ide->bus, ch->control_port, 1, ch);
        }
        ch->decoding = on;
    }
}

static void channel_init(struct ide_channel *ch, struct ide *ide, struct clock *clock, unsigned n, struct irq_line irq)
{
    static const char *const names[IDE_CHANNELS][IDE_UNITS] = {{"ide.0.0", "ide.0.1"}, {"ide.1.0", "ide.1.1"}};

    ch->ide = ide;
    ch->base = n ? 0x170 : 0x1F0;
    ch->control_port = n ? 0x376 : 0x3F6;
    ch->irq = irq;
    for (unsigned u = 0; u < IDE_UNITS; u++)
        ata_drive_init(&ch->drive[u], names[n][u], clock, u == 1, channel_changed, ch);
}

void ide_init(struct ide *ide, struct bus *bus, struct clock *clock, struct irq_line irq14, struct irq_line irq15)
{
    memset(ide, 0, sizeof(*ide));
    ide->bus = bus;
    channel_init(&ide->channel[0], ide, clock, 0, irq14);
    channel_init(&ide->channel[1], ide, clock, 1, irq15);
    ide_dma_init(ide);
    ide_decode(ide);
}

struct ata_drive *ide_drive(struct ide *ide, unsigned channel, unsigned unit)
{
    assert(channel < IDE_CHANNELS && unit < IDE_UNITS);
    return &ide->channel[channel].drive[unit];
}

static void ide_reset(void *opaque)
{
    struct ide *ide = opaque;

    pci_function_reset(&ide->pci);
    ide_decode(ide);
    for (unsigned n = 0; n < IDE_CHANNELS; n++) {
        struct ide_channel *ch = &ide->channel[n];
        ch->control = ch->selected = 0;
        for (unsigned u = 0; u < IDE_UNITS; u++) ata_power_on(&ch->drive[u]);
        ide_dma_reset(ch);
        channel_changed(ch);
    }
}

static int ide_loaded(void *opaque)
{
    struct ide *ide = opaque;

    for (unsigned n = 0; n < IDE_CHANNELS; n++) {
        struct ide_channel *ch = &ide->channel[n];
        if (ch->selected > 1 || ch->control & ~(ATA_NIEN | ATA_SRST | ATA_HOB)) return -EINVAL;
        for (unsigned u = 0; u < IDE_UNITS; u++)
            if (ata_drive_loaded(&ch->drive[u])) return -EINVAL;
        if (ide_dma_loaded(ch)) return -EINVAL;
    }
    if (pci_function_loaded(&ide->pci)) return -EINVAL;
    ide_decode(ide);
    return 0;
}

static const struct state_field ide_channel_fields[] = {
    STATE_ARRAY(struct ide_channel, drive, ata_drive_fields),
    STATE_UINT(struct ide_channel, control),
    STATE_UINT(struct ide_channel, selected),
    STATE_UINT(struct ide_channel, irq_level),
    STATE_STRUCT(struct ide_channel, master, ide_master_fields),
    STATE_SKIP(struct ide_channel, decoding),
    STATE_SKIP(struct ide_channel, base),
    STATE_SKIP(struct ide_channel, control_port),
    STATE_SKIP(struct ide_channel, irq),
    STATE_SKIP(struct ide_channel, ide),
    STATE_END
};

static const struct state_field ide_fields[] = {
    STATE_ARRAY(struct ide, channel, ide_channel_fields),
    STATE_STRUCT(struct ide, pci, pci_function_fields),
    STATE_SKIP(struct ide, bus),
    STATE_END
};

const struct device_ops ide_ops = {
    .name = "ide", .version = 1, .reset = ide_reset, .fields = ide_fields, .loaded = ide_loaded,
};
