/* ata_disk.c: ATA hard disk: the commands. See ata_disk.h. ATA/ATAPI-6 section 8. */
#include "devices/ata_disk.h"

#include <stdio.h>
#include <string.h>

#define MAX_MULTIPLE  16 /* sectors a block; IDENTIFY word 47 says so */
#define DMA_SECTORS   (ATA_BUFFER_BYTES / ATA_SECTOR_BYTES)
#define LBA28_SECTORS 0x0FFFFFFFu

/* Power modes as CHECK POWER MODE answers, 8.6. */
#define POWER_STANDBY 0x00
#define POWER_IDLE    0x80
#define POWER_ACTIVE  0xFF

/* --- commands that move sectors ---------------------------------------------------------------------------------------- */

enum {
    WRITE = 1,
    EXT = 2,      /* LBA48 */
    DMA = 4,
    MULTIPLE = 8, /* blocks of disk.multiple sectors */
    VERIFY = 16,  /* no data */
};

struct transfer {
    uint8_t command;
    uint8_t flags;
};

static const struct transfer transfers[] = {
    {0x20, 0},                  /* READ SECTOR(S) */
    {0x21, 0},                  /* ... without retries */
    {0x24, EXT},                /* READ SECTOR(S) EXT */
    {0x25, EXT | DMA},          /* READ DMA EXT */
    {0x29, EXT | MULTIPLE},     /* READ MULTIPLE EXT */
    {0x30, WRITE},              /* WRITE SECTOR(S) */
    {0x31, WRITE},              /* ... without retries */
    {0x34, WRITE | EXT},        /* WRITE SECTOR(S) EXT */
    {0x35, WRITE | EXT | DMA},  /* WRITE DMA EXT */
    {0x39, WRITE | EXT | MULTIPLE}, /* WRITE MULTIPLE EXT */
    {0x3C, WRITE},              /* WRITE VERIFY (ATA-3) */
    {0x40, VERIFY},             /* READ VERIFY SECTOR(S) */
    {0x41, VERIFY},             /* ... without retries */
    {0x42, VERIFY | EXT},       /* READ VERIFY SECTOR(S) EXT */
    {0xC4, MULTIPLE},           /* READ MULTIPLE */
    {0xC5, WRITE | MULTIPLE},   /* WRITE MULTIPLE */
    {0xC8, DMA},                /* READ DMA */
    {0xC9, DMA},                /* ... without retries */
    {0xCA, WRITE | DMA},        /* WRITE DMA */
    {0xCB, WRITE | DMA},        /* ... without retries */
};

static const struct transfer *transfer_of(uint8_t command)
{
    for (size_t i = 0; i < sizeof(transfers) / sizeof(transfers[0]); i++)
        if (transfers[i].command == command) return &transfers[i];
    return NULL;
}

static uint64_t lba48(const struct ata_registers *r)
{
    return r->lba_low[0] | (uint64_t)r->lba_mid[0] << 8 | (uint64_t)r->lba_high[0] << 16 | (uint64_t)r->lba_low[1] << 24 |
           (uint64_t)r->lba_mid[1] << 32 | (uint64_t)r->lba_high[1] << 40;
}

/* The sector that the registers address, UINT64_MAX if there is no such one in the current translation. */
static uint64_t addressed(const struct ata_drive *d, bool ext)
{
    const struct ata_registers *r = &d->regs;
    uint32_t                    cylinder = r->lba_mid[0] | (uint32_t)r->lba_high[0] << 8;
    uint32_t                    head = r->device & 15, sector = r->lba_low[0];

    if (ext) return lba48(r);
    if (r->device & ATA_LBA) return sector | cylinder << 8 | head << 24;
    if (sector == 0 || sector > d->disk.sectors || head >= d->disk.heads) return UINT64_MAX;
    return ((uint64_t)cylinder * d->disk.heads + head) * d->disk.sectors + sector - 1;
}

static void put_lba48(struct ata_registers *r, uint64_t lba)
{
    r->lba_low[0] = (uint8_t)lba;
    r->lba_mid[0] = (uint8_t)(lba >> 8);
    r->lba_high[0] = (uint8_t)(lba >> 16);
    r->lba_low[1] = (uint8_t)(lba >> 24);
    r->lba_mid[1] = (uint8_t)(lba >> 32);
    r->lba_high[1] = (uint8_t)(lba >> 40);
}

/* Leaves the address of SECTOR in the registers, in the form that the command used, and the sectors not done. */
static void report_address(struct ata_drive *d, uint64_t sector, bool ext)
{
    struct ata_registers *r = &d->regs;
    uint64_t              cylinder;

    r->count[0] = (uint8_t)d->disk.remaining;
    if (ext) {
        r->count[1] = (uint8_t)(d->disk.remaining >> 8);
        put_lba48(r, sector);
        return;
    }
    if (r->device & ATA_LBA) {
        r->lba_low[0] = (uint8_t)sector;
        cylinder = sector >> 8;
        r->device = (uint8_t)((r->device & 0xF0) | (sector >> 24 & 15));
    } else {
        r->lba_low[0] = (uint8_t)(sector % d->disk.sectors + 1);
        cylinder = sector / d->disk.sectors / d->disk.heads;
        r->device = (uint8_t)((r->device & 0xF0) | sector / d->disk.sectors % d->disk.heads);
    }
    r->lba_mid[0] = (uint8_t)cylinder;
    r->lba_high[0] = (uint8_t)(cylinder >> 8);
}

static void transfer_error(struct ata_drive *d, const struct transfer *t, uint8_t error)
{
    d->disk.active = d->disk.filled = false;
    report_address(d, d->disk.lba, t->flags & EXT);
    ata_fail(d, error);
}

static void transfer_end(struct ata_drive *d, const struct transfer *t)
{
    d->disk.active = false;
    report_address(d, d->disk.lba - 1, t->flags & EXT);
    if (t->flags & (WRITE | DMA | VERIFY))
        ata_complete(d);
    else
        ata_idle(d); /* 9.5: the last block had its interrupt with its DRQ */
}

/* Sectors in the next block: of the command, and left on the disk. */
static uint32_t next_block(const struct ata_drive *d, const struct transfer *t)
{
    uint64_t left = d->total - d->disk.lba;
    uint32_t block = t->flags & VERIFY ? UINT32_MAX : t->flags & DMA ? DMA_SECTORS : t->flags & MULTIPLE ? d->disk.multiple : 1;

    if (block > d->disk.remaining) block = d->disk.remaining;
    return block < left ? block : (uint32_t)left;
}

/* Reads the next block of sectors and offers it to the host. */
static void read_block(struct ata_drive *d, const struct transfer *t, uint32_t sectors)
{
    uint32_t bytes = sectors * ATA_SECTOR_BYTES;

    if (block_read(d->medium, d->disk.lba * ATA_SECTOR_BYTES, d->buffer, bytes)) {
        transfer_error(d, t, ATA_UNC);
        return;
    }
    d->disk.lba += sectors;
    d->disk.remaining -= sectors;
    d->reads += sectors;
    if (t->flags & DMA)
        ata_dma_in(d, bytes);
    else
        ata_pio_in(d, 0, bytes, true);
}

/* Writes what the host filled in. Whether that worked; if not, the command has ended. */
static bool write_block(struct ata_drive *d, const struct transfer *t)
{
    uint32_t bytes = d->limit, sectors = bytes / ATA_SECTOR_BYTES;
    int      error = block_write(d->medium, d->disk.lba * ATA_SECTOR_BYTES, d->buffer, bytes);

    d->disk.filled = false;
    if (error) {
        transfer_error(d, t, ATA_ABRT);
        return false;
    }
    d->disk.lba += sectors;
    d->disk.remaining -= sectors;
    d->writes += sectors;
    return true;
}

/* Takes address and count from the registers. Whether the command can go on. */
static bool begin_transfer(struct ata_drive *d, const struct transfer *t)
{
    uint32_t count = d->regs.count[0];
    uint64_t lba = addressed(d, t->flags & EXT);

    if ((t->flags & MULTIPLE) && !d->disk.multiple) {
        ata_fail(d, ATA_ABRT);
        return false;
    }
    if (t->flags & EXT) count |= (uint32_t)d->regs.count[1] << 8;
    if (!count) count = t->flags & EXT ? 65536 : 256;
    if (lba >= d->total) {
        ata_fail(d, ATA_IDNF);
        return false;
    }
    d->disk.power = POWER_ACTIVE;
    d->disk.lba = lba;
    d->disk.remaining = count;
    d->disk.active = true;
    d->disk.filled = false;
    return true;
}

static void transfer_step(struct ata_drive *d, const struct transfer *t)
{
    bool     first = !d->disk.active;
    uint32_t sectors;

    if (first && !begin_transfer(d, t)) return;
    if (d->disk.filled && !write_block(d, t)) return;
    if (!d->disk.remaining) {
        transfer_end(d, t);
        return;
    }
    sectors = next_block(d, t);
    if (!sectors) {
        transfer_error(d, t, ATA_IDNF);
    } else if (t->flags & VERIFY) {
        d->disk.lba += sectors;
        d->disk.remaining -= sectors;
        ata_busy(d, ATA_BLOCK_NS);
    } else if (!(t->flags & WRITE)) {
        read_block(d, t, sectors);
    } else if (t->flags & DMA) {
        ata_dma_out(d, sectors * ATA_SECTOR_BYTES);
    } else {
        ata_pio_out(d, 0, sectors * ATA_SECTOR_BYTES, !first); /* 9.6: no interrupt asks for the first block */
    }
}

static void disk_moved(struct ata_drive *d)
{
    const struct transfer *t = transfer_of(d->regs.command);

    if (!t) { /* IDENTIFY DEVICE, READ BUFFER; WRITE BUFFER */
        if (d->regs.command == 0xE8)
            ata_complete(d);
        else
            ata_idle(d);
        return;
    }
    d->disk.filled = t->flags & WRITE;
    if (t->flags & DMA)
        ata_busy(d, (uint64_t)(d->limit / ATA_SECTOR_BYTES) * ATA_DMA_NS_512);
    else if (d->disk.filled || d->disk.remaining)
        ata_busy(d, ATA_BLOCK_NS);
    else
        transfer_end(d, t);
}

/* --- the other commands ------------------------------------------------------------------------------------------------ */

static void succeed_if(struct ata_drive *d, bool ok)
{
    if (ok)
        ata_complete(d);
    else
        ata_fail(d, ATA_ABRT);
}

static void seek(struct ata_drive *d)
{
    if (addressed(d, false) < d->total)
        ata_complete(d);
    else
        ata_fail(d, ATA_IDNF);
}

/* INITIALIZE DEVICE PARAMETERS (ATA-5 8.16). */
static bool set_translation(struct ata_drive *d)
{
    if (!d->regs.count[0]) return false;
    d->disk.sectors = d->regs.count[0];
    d->disk.heads = (uint16_t)((d->regs.device & 15) + 1);
    return true;
}

/* SET MULTIPLE MODE, 8.50: a power of two; 0 turns it off. */
static bool set_multiple(struct ata_drive *d)
{
    uint8_t count = d->regs.count[0];

    if (count > MAX_MULTIPLE || (count & (count - 1))) return false;
    d->disk.multiple = count;
    return true;
}

/* SET FEATURES 03h, table 44: transfer mode in the Sector Count register. */
static bool set_transfer_mode(struct ata_drive *d)
{
    uint8_t mode = d->regs.count[0], n = mode & 7;

    switch (mode >> 3) {
    case 0: return n <= 1;          /* PIO default */
    case 1: return n <= 4;          /* PIO with flow control */
    case 4: case 8:                 /* multiword DMA, Ultra DMA */
        if (n > 2) return false;
        d->disk.dma_mode = mode;
        return true;
    default: return false;
    }
}

static bool set_features(struct ata_drive *d)
{
    switch (d->regs.feature[0]) {
    case 0x02: d->disk.write_cache = true; return true;
    case 0x82: d->disk.write_cache = false; return block_flush(d->medium) == 0;
    case 0xAA: d->disk.look_ahead = true; return true;
    case 0x55: d->disk.look_ahead = false; return true;
    case 0x03: return set_transfer_mode(d);
    case 0x66: case 0xCC: return true; /* settings survive a soft reset, or not: they do */
    default: return false;
    }
}

static void read_native_max(struct ata_drive *d, bool ext)
{
    struct ata_registers *r = &d->regs;
    uint64_t              max = d->total - 1;

    if (!ext && max > LBA28_SECTORS - 1) max = LBA28_SECTORS - 1;
    put_lba48(r, max);
    if (!ext) {
        r->lba_low[1] = 0;
        r->device = (uint8_t)((r->device & 0xF0) | (max >> 24 & 15));
    }
    ata_complete(d);
}

static void set_power(struct ata_drive *d, uint8_t power)
{
    d->disk.power = power;
    ata_complete(d);
}

static void disk_step(struct ata_drive *d)
{
    const struct transfer *t = transfer_of(d->regs.command);
    uint8_t                command = d->regs.command;

    if (t) {
        transfer_step(d, t);
        return;
    }
    if ((command & 0xF0) == 0x10) command = 0x10; /* the low digit was a step rate */
    if ((command & 0xF0) == 0x70) command = 0x70;
    switch (command) {
    case 0x10: ata_complete(d); break; /* RECALIBRATE */
    case 0x27: read_native_max(d, true); break;
    case 0x70: seek(d); break;
    case 0x91: succeed_if(d, set_translation(d)); break;
    case 0xC6: succeed_if(d, set_multiple(d)); break;
    case 0x94: case 0xE0: /* STANDBY IMMEDIATE */
    case 0x96: case 0xE2: set_power(d, POWER_STANDBY); break;
    case 0x95: case 0xE1: /* IDLE IMMEDIATE */
    case 0x97: case 0xE3: set_power(d, POWER_IDLE); break;
    case 0x98: case 0xE5: /* CHECK POWER MODE */
        d->regs.count[0] = d->disk.power;
        ata_complete(d);
        break;
    case 0x99: case 0xE6: /* SLEEP */
        d->asleep = true;
        set_power(d, POWER_STANDBY);
        break;
    case 0xE4: ata_pio_in(d, 0, ATA_SECTOR_BYTES, true); break;   /* READ BUFFER */
    case 0xE8: ata_pio_out(d, 0, ATA_SECTOR_BYTES, false); break; /* WRITE BUFFER */
    case 0xE7: case 0xEA: succeed_if(d, block_flush(d->medium) == 0); break;
    case 0xEC:
        ata_disk_identify(d, d->buffer);
        ata_pio_in(d, 0, ATA_SECTOR_BYTES, true);
        break;
    case 0xEF: succeed_if(d, set_features(d)); break;
    case 0xF8: read_native_max(d, false); break;
    default: ata_fail(d, ATA_ABRT); break; /* NOP too: it always ends so (8.22) */
    }
}

static void disk_command(struct ata_drive *d)
{
    d->disk.active = d->disk.filled = false;
    ata_busy(d, ATA_COMMAND_NS);
}

/* --- resets ------------------------------------------------------------------------------------------------------------ */

/* 9.12: signature of a device without the PACKET feature set; diagnostic code 01h: passed (on device 0: device 1 too). */
static void disk_signature(struct ata_drive *d)
{
    struct ata_registers *r = &d->regs;

    d->disk.active = d->disk.filled = false;
    d->disk.power = POWER_ACTIVE;
    r->count[0] = r->lba_low[0] = 1;
    r->lba_mid[0] = r->lba_high[0] = 0;
    r->device = 0;
    r->error = 1;
    r->status = ATA_DRDY | ATA_DSC;
}

static void disk_power_on(struct ata_drive *d)
{
    d->disk.heads = d->default_heads;
    d->disk.sectors = d->default_sectors;
    d->disk.write_cache = d->disk.look_ahead = true;
    d->disk.dma_mode = 0x22;
}

static bool disk_valid(struct ata_drive *d)
{
    const struct ata_disk *disk = &d->disk;
    bool                   aligned = d->limit % ATA_SECTOR_BYTES == 0;

    if (disk->heads < 1 || disk->heads > 256 || disk->sectors < 1 || disk->sectors > 255) return false;
    if (disk->multiple > MAX_MULTIPLE || disk->remaining > 65536) return false;
    if (disk->active && (disk->lba > d->total || (disk->filled && d->limit / ATA_SECTOR_BYTES > disk->remaining))) return false;
    return !disk->active || aligned;
}

static const struct ata_drive_ops disk_ops = {
    .command = disk_command,
    .step = disk_step,
    .moved = disk_moved,
    .signature = disk_signature,
    .power_on = disk_power_on,
    .valid = disk_valid,
};

void ata_disk_attach(struct ata_drive *d, struct block *medium, const char *serial)
{
    d->ops = &disk_ops;
    d->kind = ATA_DISK;
    d->medium = medium;
    d->total = medium->size / ATA_SECTOR_BYTES;
    snprintf(d->serial, sizeof(d->serial), "%s", serial);
    ata_disk_geometry(d);
}
