/* ide_dma.c: the IDE controller's PCI function and its bus masters. See ide.h.
 * SFF-8038i rev. 1.0 (registers, physical region descriptors); Intel 290550 sections 2.3, 2.6. */
#include "devices/ide.h"

#include <errno.h>

/* Configuration registers. */
#define BMIBA_BAR 4
#define IDETIM0   0x40 /* 2 bytes; the secondary channel's follows */
#define IDETIM1   0x42
#define SIDETIM   0x44

/* Bus master registers, offsets from BMIBA; the secondary channel's are 8 higher. */
#define BMIC   0
#define BMIS   2
#define BMIDTP 4 /* 4 bytes */

#define BMIC_SSBM  0x01 /* start */
#define BMIC_RWCON 0x08 /* 1: into memory */

#define BMIS_ACTIVE 0x01
#define BMIS_ERROR  0x02
#define BMIS_INTR   0x04
#define BMIS_CAPABLE 0x60 /* drives can do DMA: for software's own use */

#define PRD_BYTES 8
#define PRD_EOT   0x80000000u

/* --- transfers --------------------------------------------------------------------------------------------------------- */

/* Fetches the next descriptor: address, then byte count (0: 64 KB) and the end mark. The table does not cross 64 KB. */
static void fetch_descriptor(struct ide_channel *ch)
{
    struct ide_master *m = &ch->master;
    uint8_t            prd[PRD_BYTES];
    uint32_t           control;

    bus_memory_read(ch->ide->bus, m->next, prd, sizeof(prd));
    m->address = (prd[0] | (uint32_t)prd[1] << 8 | (uint32_t)prd[2] << 16 | (uint32_t)prd[3] << 24) & ~1u;
    control = prd[4] | (uint32_t)prd[5] << 8 | (uint32_t)prd[6] << 16 | (uint32_t)prd[7] << 24;
    m->left = control & 0xFFFE;
    if (!m->left) m->left = 0x10000;
    m->last = control & PRD_EOT;
    m->next = (m->next & 0xFFFF0000u) | ((m->next + PRD_BYTES) & 0xFFFF);
}

/* Whether the drive asks for DMA in the direction that the bus master was started for. */
static bool wanted(const struct ide_master *m, const struct ata_drive *d)
{
    return d->phase == (m->command & BMIC_RWCON ? ATA_DMA_IN : ATA_DMA_OUT);
}

void ide_dma_run(struct ide_channel *ch)
{
    struct ide_master *m = &ch->master;
    struct ata_drive  *d = &ch->drive[ch->selected];

    if (!(pci_function_command(&ch->ide->pci) & PCI_COMMAND_MASTER)) return;
    while ((m->status & BMIS_ACTIVE) && ata_present(d) && wanted(m, d)) {
        uint32_t n = ata_waiting(d);

        if (!m->left) fetch_descriptor(ch);
        if (n > m->left) n = m->left;
        if (d->phase == ATA_DMA_IN)
            bus_memory_write(ch->ide->bus, m->address, d->buffer + d->position, n);
        else
            bus_memory_read(ch->ide->bus, m->address, d->buffer + d->position, n);
        m->address += n;
        m->left -= n;
        if (!m->left && m->last) m->status &= (uint8_t)~BMIS_ACTIVE;
        ata_moved(d, n);
    }
}

void ide_dma_interrupt(struct ide_channel *ch)
{
    ch->master.status |= BMIS_INTR;
}

/* --- registers --------------------------------------------------------------------------------------------------------- */

static uint32_t master_read(void *opaque, uint32_t offset, unsigned size)
{
    struct ide              *ide = opaque;
    const struct ide_master *m = &ide->channel[offset >> 3 & 1].master;

    (void)size;
    offset &= 7;
    if (offset == BMIC) return m->command;
    if (offset == BMIS) return m->status;
    return offset >= BMIDTP ? m->table >> (8 * (offset - BMIDTP)) & 0xFF : 0;
}

static void write_command(struct ide_channel *ch, uint8_t value)
{
    struct ide_master *m = &ch->master;
    uint8_t            started = value & ~m->command & BMIC_SSBM;

    m->command = value & (BMIC_SSBM | BMIC_RWCON);
    if (!(value & BMIC_SSBM)) {
        m->status &= (uint8_t)~BMIS_ACTIVE;
    } else if (started) {
        m->status |= BMIS_ACTIVE;
        m->next = m->table;
        m->left = 0;
        m->last = false;
        ide_dma_run(ch);
    }
}

static void master_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct ide         *ide = opaque;
    struct ide_channel *ch = &ide->channel[offset >> 3 & 1];
    struct ide_master  *m = &ch->master;
    unsigned            shift;

    (void)size;
    offset &= 7;
    if (offset == BMIC) write_command(ch, (uint8_t)value);
    if (offset == BMIS) {
        m->status &= (uint8_t)~(value & (BMIS_ERROR | BMIS_INTR)); /* a written 1 clears */
        m->status = (uint8_t)((m->status & ~BMIS_CAPABLE) | (value & BMIS_CAPABLE));
    }
    if (offset < BMIDTP) return;
    shift = 8 * (offset - BMIDTP);
    m->table = ((m->table & ~(0xFFu << shift)) | value << shift) & ~3u;
}

static const struct bus_ops master_ops = {.read = master_read, .write = master_write, .max_size = 1};

/* --- the PCI function -------------------------------------------------------------------------------------------------- */

static void ide_map(void *opaque, unsigned bar, uint32_t base, bool on)
{
    struct ide *ide = opaque;

    (void)bar;
    if (on)
        pci_map_ports(ide->bus, base, 16, &master_ops, ide);
    else
        bus_unmap_ports(ide->bus, (uint16_t)base, 16, ide);
}

static void ide_written(void *opaque, unsigned offset, unsigned size)
{
    struct ide *ide = opaque;

    (void)offset;
    (void)size;
    ide_decode(ide);
    for (unsigned n = 0; n < IDE_CHANNELS; n++) ide_dma_run(&ide->channel[n]); /* it may be a bus master just now */
}

static const struct pci_function_ops ide_pci_ops = {.written = ide_written, .map = ide_map};

/* The legacy ports answer from power-on: the manual has IDETIM's decode enable bit 0 until the firmware sets it, but here the
 * firmware of a machine without PCI must find its disks too. */
void ide_dma_init(struct ide *ide)
{
    static const struct pci_ids ids = {.vendor = 0x8086, .device = 0x7010, .class_code = 0x010180};

    pci_function_init(&ide->pci, &ids, &ide_pci_ops, ide);
    pci_function_bar(&ide->pci, BMIBA_BAR, 16, PCI_BAR_IO);
    pci_function_field(&ide->pci, IDETIM0, 2, 0x8000, 0xF3FF);
    pci_function_field(&ide->pci, IDETIM1, 2, 0x8000, 0xF3FF);
    pci_function_field(&ide->pci, SIDETIM, 1, 0, 0xFF);
}

void ide_dma_reset(struct ide_channel *ch)
{
    ch->master = (struct ide_master){0};
}

int ide_dma_loaded(struct ide_channel *ch)
{
    const struct ide_master *m = &ch->master;

    if (m->command & ~(BMIC_SSBM | BMIC_RWCON) || m->status & ~(BMIS_ACTIVE | BMIS_ERROR | BMIS_INTR | BMIS_CAPABLE)) return -EINVAL;
    return m->left > 0x10000 || m->table & 3 || m->next & 3 ? -EINVAL : 0;
}

const struct state_field ide_master_fields[] = {
    STATE_UINT(struct ide_master, command),
    STATE_UINT(struct ide_master, status),
    STATE_UINT(struct ide_master, table),
    STATE_UINT(struct ide_master, next),
    STATE_UINT(struct ide_master, address),
    STATE_UINT(struct ide_master, left),
    STATE_UINT(struct ide_master, last),
    STATE_END
};
