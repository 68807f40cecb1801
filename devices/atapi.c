/* atapi.c: CD-ROM drive: the ATA side: registers, packets, data blocks, resets. See atapi.h.
 * ATA/ATAPI-6 8.23 (PACKET), 8.16 (IDENTIFY PACKET DEVICE), 9.8 and 9.9 (protocols). */
#include "devices/atapi.h"

#include <stdio.h>
#include <string.h>

#define PACKET_BYTES 12
#define SEEK_NS      50000 /* from the packet to the first sector */

#define FEATURE_DMA 0x01 /* PACKET's Features register */
#define FEATURE_OVL 0x02

/* Interrupt reason, in the Sector Count register. */
#define REASON_CD 0x01 /* a command packet, not data */
#define REASON_IO 0x02 /* to the host */

enum packet_stage {
    STAGE_NONE,
    STAGE_COMMAND, /* the host sends the packet */
    STAGE_EXECUTE,
    STAGE_BLOCK,   /* data on its way: more in the buffer, or on the disc */
    STAGE_DONE,    /* all data moved; status is due */
};

/* --- the end of a packet command --------------------------------------------------------------------------------------- */

static void end_packet(struct ata_drive *d)
{
    d->packet.stage = STAGE_NONE;
    d->packet.remaining = 0;
    d->regs.count[0] = REASON_CD | REASON_IO;
}

void atapi_good(struct ata_drive *d)
{
    end_packet(d);
    ata_complete(d);
}

void atapi_check(struct ata_drive *d, uint8_t key, uint8_t asc, uint8_t ascq)
{
    d->packet.sense_key = key;
    d->packet.asc = asc;
    d->packet.ascq = ascq;
    end_packet(d);
    ata_fail(d, (uint8_t)(key << 4 | ATA_ABRT));
}

/* --- data to the host -------------------------------------------------------------------------------------------------- */

/* Offers the next block of what is in the buffer: all of it by DMA, at most byte_limit by PIO. */
static void send_block(struct ata_drive *d, uint32_t from)
{
    uint32_t n = d->packet.filled - from;

    d->packet.stage = STAGE_BLOCK;
    d->regs.count[0] = REASON_IO;
    if (d->packet.dma) {
        ata_dma_in(d, n);
        return;
    }
    if (n > d->packet.byte_limit) n = d->packet.byte_limit;
    d->regs.lba_mid[0] = (uint8_t)n;
    d->regs.lba_high[0] = (uint8_t)(n >> 8);
    ata_pio_in(d, from, from + n, true);
}

void atapi_reply(struct ata_drive *d, uint32_t n, uint32_t allocation)
{
    if (n > allocation) n = allocation;
    d->packet.remaining = 0;
    d->packet.filled = n;
    if (n)
        send_block(d, 0);
    else
        atapi_good(d);
}

/* Fills the buffer with COUNT sectors of user data; the image may end within the last. */
static int read_user_data(struct ata_drive *d, uint8_t *to, uint32_t count)
{
    uint64_t at = (uint64_t)d->packet.lba * CD_SECTOR_BYTES;
    size_t   n = (size_t)count * CD_SECTOR_BYTES, have = n;

    if (at >= d->medium->size) return -1;
    if (have > d->medium->size - at) have = (size_t)(d->medium->size - at);
    memset(to + have, 0, n - have);
    return block_read(d->medium, at, to, have);
}

/* The same in another form than plain user data, sector by sector. */
static int read_raw(struct ata_drive *d, uint32_t count)
{
    uint8_t user_data[CD_SECTOR_BYTES], *to = d->buffer;

    for (uint32_t i = 0; i < count; i++, d->packet.lba++) {
        int error = read_user_data(d, user_data, 1);
        if (error) return error;
        to += cd_sector(to, d->packet.lba, user_data, d->packet.form);
    }
    d->packet.lba -= count;
    return 0;
}

void atapi_send_sectors(struct ata_drive *d)
{
    uint32_t size = cd_form_bytes(d->packet.form), count = size ? ATA_BUFFER_BYTES / size : 0;
    int      error;

    if (count > d->packet.remaining) count = d->packet.remaining;
    if (!count) {
        atapi_good(d);
        return;
    }
    if (d->packet.lba + count > atapi_sectors(d)) { /* the disc was taken out, or changed for a smaller one */
        atapi_check(d, 2, 0x3A, 0);
        return;
    }
    error = d->packet.form == CD_USER_DATA ? read_user_data(d, d->buffer, count) : read_raw(d, count);
    if (error) {
        atapi_check(d, 3, 0x11, 0); /* unrecovered read error */
        return;
    }
    d->packet.lba += count;
    d->packet.remaining -= count;
    d->packet.filled = count * size;
    d->reads += count;
    send_block(d, 0);
}

/* Before each block, of each kind, and before the status, the drive is busy for a moment. */
static void block_moved(struct ata_drive *d)
{
    if (d->limit >= d->packet.filled && !d->packet.remaining) d->packet.stage = STAGE_DONE;
    ata_busy(d, d->packet.dma ? (uint64_t)d->packet.filled * ATA_DMA_NS_512 / 512 : ATA_BLOCK_NS);
}

/* --- the PACKET command ------------------------------------------------------------------------------------------------ */

/* 8.23.4: the most bytes in a block. An odd limit counts down by one, except for a last block; FFFFh is FFFEh. */
static uint32_t byte_limit(const struct ata_registers *r)
{
    uint32_t limit = (r->lba_mid[0] | (uint32_t)r->lba_high[0] << 8) & ~1u;

    return limit ? limit : 0xFFFE;
}

static void begin_packet(struct ata_drive *d)
{
    d->packet.stage = STAGE_COMMAND;
    d->packet.dma = d->regs.feature[0] & FEATURE_DMA;
    d->packet.byte_limit = byte_limit(&d->regs);
    d->packet.remaining = d->packet.filled = 0;
    ata_busy(d, ATA_BLOCK_NS);
}

static void packet_step(struct ata_drive *d)
{
    switch (d->packet.stage) {
    case STAGE_COMMAND:
        d->regs.count[0] = REASON_CD;
        ata_pio_out(d, 0, PACKET_BYTES, false);
        break;
    case STAGE_EXECUTE: atapi_execute(d); break;
    case STAGE_BLOCK:
        if (d->limit < d->packet.filled)
            send_block(d, d->limit);
        else
            atapi_send_sectors(d);
        break;
    default: atapi_good(d); break;
    }
}

static void atapi_moved(struct ata_drive *d)
{
    if (d->regs.command == 0xA1) {
        ata_idle(d);
    } else if (d->packet.stage == STAGE_COMMAND) {
        memcpy(d->packet.command, d->buffer, PACKET_BYTES);
        d->packet.stage = STAGE_EXECUTE;
        ata_busy(d, SEEK_NS);
    } else {
        block_moved(d);
    }
}

/* --- the ATA commands -------------------------------------------------------------------------------------------------- */

/* 9.12: signature of a device with the PACKET feature set; status 0 until the first command. */
static void atapi_signature(struct ata_drive *d)
{
    struct ata_registers *r = &d->regs;

    d->packet.stage = STAGE_NONE;
    r->count[0] = r->lba_low[0] = 1;
    r->lba_mid[0] = 0x14;
    r->lba_high[0] = 0xEB;
    r->device &= ATA_DEV;
    r->error = 1;
    r->status = 0;
}

/* 8.16: IDENTIFY PACKET DEVICE. */
static void identify_packet_device(struct ata_drive *d)
{
    uint8_t *data = d->buffer, sum = 0, mode = d->packet.dma_mode;

    memset(data, 0, ATA_SECTOR_BYTES);
    ata_word(data, 0, 0x85C0); /* ATAPI, CD-ROM, removable, DRQ within 50 us, 12-byte packets */
    ata_string(data + 2 * 10, d->serial, 20);
    ata_string(data + 2 * 23, "1.0", 8);
    ata_string(data + 2 * 27, "OCHENTA CD-ROM", 40);
    ata_word(data, 48, 0x0001); /* 32-bit accesses to the data port */
    ata_word(data, 49, 0x0F00); /* IORDY (and can be turned off), LBA, DMA */
    ata_word(data, 50, 0x4000);
    ata_word(data, 51, 0x0200);
    ata_word(data, 53, 0x0006); /* words 64-70 and 88 are valid */
    ata_word(data, 63, 0x0007u | (mode >> 3 == 4 ? 0x100u << (mode & 7) : 0)); /* multiword DMA 0-2 */
    ata_word(data, 64, 0x0003); /* PIO modes 3, 4 */
    for (unsigned n = 65; n <= 68; n++) ata_word(data, n, 120);
    ata_word(data, 80, 0x0078); /* ATA-3 to ATA/ATAPI-6 */
    ata_word(data, 82, 0x4218); /* NOP, DEVICE RESET, PACKET, power management */
    ata_word(data, 83, 0x4000);
    ata_word(data, 84, 0x4000);
    ata_word(data, 85, 0x4218);
    ata_word(data, 87, 0x4000);
    ata_word(data, 88, 0x0007u | (mode >> 3 == 8 ? 0x100u << (mode & 7) : 0)); /* Ultra DMA 0-2 */
    ata_word(data, 93, d->is_slave ? 0x4B00 : 0x400B);
    data[510] = 0xA5;
    for (unsigned i = 0; i < 511; i++) sum = (uint8_t)(sum + data[i]);
    data[511] = (uint8_t)-sum;
    ata_pio_in(d, 0, ATA_SECTOR_BYTES, true);
}

/* SET FEATURES: only the transfer mode, table 44. */
static void set_features(struct ata_drive *d)
{
    uint8_t mode = d->regs.count[0], n = mode & 7;
    bool    pio = mode >> 3 == 0 ? n <= 1 : mode >> 3 == 1 && n <= 4, dma = (mode >> 3 == 4 || mode >> 3 == 8) && n <= 2;

    if (d->regs.feature[0] != 0x03 || !(pio || dma)) {
        ata_fail(d, ATA_ABRT);
        return;
    }
    if (dma) d->packet.dma_mode = mode;
    ata_complete(d);
}

static void atapi_step(struct ata_drive *d)
{
    switch (d->regs.command) {
    case 0xA0: packet_step(d); break;
    case 0xA1: identify_packet_device(d); break;
    case 0x20: case 0xEC: /* 9.12: READ SECTOR(S), IDENTIFY DEVICE: signature, aborted */
        atapi_signature(d);
        ata_fail(d, ATA_ABRT);
        break;
    case 0xE0: case 0xE1: case 0xE2: case 0xE3: ata_complete(d); break; /* STANDBY, IDLE */
    case 0xE5: /* CHECK POWER MODE */
        d->regs.count[0] = 0xFF;
        ata_complete(d);
        break;
    case 0xE6: /* SLEEP */
        d->asleep = true;
        ata_complete(d);
        break;
    case 0xEF: set_features(d); break;
    default: ata_fail(d, ATA_ABRT); break;
    }
}

static void atapi_command(struct ata_drive *d)
{
    if (d->regs.command == 0x08) { /* DEVICE RESET, 8.10: no interrupt */
        d->asleep = false;
        ata_idle(d);
        atapi_signature(d);
    } else if (d->regs.command != 0xA0) {
        ata_busy(d, ATA_COMMAND_NS);
    } else if (d->regs.feature[0] & FEATURE_OVL) {
        ata_fail(d, ATA_ABRT); /* no overlapped commands */
    } else {
        begin_packet(d);
    }
}

/* --- the disc, resets -------------------------------------------------------------------------------------------------- */

void atapi_insert(struct ata_drive *d, struct block *medium)
{
    bool had = d->medium && !d->packet.tray_open;

    d->medium = medium;
    d->packet.tray_open = false;
    d->packet.changed = medium;
    if (medium || had) d->packet.event = medium ? 2 : 3; /* MMC-3 table 88: new media, media removal */
}

uint32_t atapi_sectors(const struct ata_drive *d)
{
    uint64_t sectors = d->medium && !d->packet.tray_open ? (d->medium->size + CD_SECTOR_BYTES - 1) / CD_SECTOR_BYTES : 0;

    return sectors < 0x7FFFFFFF ? (uint32_t)sectors : 0x7FFFFFFF;
}

static void atapi_power_on(struct ata_drive *d)
{
    d->packet.attention = true;
    d->packet.dma_mode = 0x22;
}

static bool atapi_valid(struct ata_drive *d)
{
    const struct ata_packet *p = &d->packet;

    if (p->stage > STAGE_DONE || p->filled > ATA_BUFFER_BYTES) return false;
    if (p->byte_limit > 0xFFFE || p->byte_limit & 1 || (p->stage != STAGE_NONE && !p->byte_limit)) return false;
    if (p->form & ~(CD_SYNC | CD_HEADER | CD_USER_DATA | CD_EDC_ECC)) return false;
    return p->lba <= 0x7FFFFFFF && p->remaining <= 0x7FFFFFFF;
}

static const struct ata_drive_ops atapi_ops = {
    .command = atapi_command,
    .step = atapi_step,
    .moved = atapi_moved,
    .signature = atapi_signature,
    .power_on = atapi_power_on,
    .valid = atapi_valid,
};

void atapi_attach(struct ata_drive *d, const char *serial)
{
    d->ops = &atapi_ops;
    d->kind = ATA_CDROM;
    d->medium = NULL;
    snprintf(d->serial, sizeof(d->serial), "%s", serial);
}
