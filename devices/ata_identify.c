/* ata_identify.c: what a hard disk says about itself: IDENTIFY DEVICE data and its translation. See ata_disk.h.
 * ATA/ATAPI-6 8.15; obsolete words as in ATA-1 to ATA-5. */
#include "devices/ata_disk.h"

#include <string.h>

#define CHS_LIMIT 16514064u /* 16383 * 16 * 63: the most that CHS can show */

static void word32(uint8_t *data, unsigned n, uint32_t value)
{
    ata_word(data, n, value & 0xFFFF);
    ata_word(data, n + 1, value >> 16);
}

/* Words 53-58: current translation and its capacity. */
static void identify_translation(const struct ata_drive *d, uint8_t *data)
{
    uint32_t track = (uint32_t)d->disk.heads * d->disk.sectors;
    uint64_t cylinders = (d->total < CHS_LIMIT ? d->total : CHS_LIMIT) / track;

    if (cylinders > 65535) cylinders = 65535;
    ata_word(data, 53, 0x0007); /* words 54-58, 64-70 and 88 are valid */
    ata_word(data, 54, (unsigned)cylinders);
    ata_word(data, 55, d->disk.heads);
    ata_word(data, 56, d->disk.sectors);
    word32(data, 57, (uint32_t)cylinders * track);
}

/* Words 49-51, 59-68, 88: addressing and transfer modes. */
static void identify_modes(const struct ata_drive *d, uint8_t *data)
{
    uint32_t lba28 = d->total < 0x0FFFFFFF ? (uint32_t)d->total : 0x0FFFFFFF;
    uint8_t  mode = d->disk.dma_mode;

    ata_word(data, 49, 0x2F00); /* standby timer values, IORDY (and can be turned off), LBA, DMA */
    ata_word(data, 50, 0x4000);
    ata_word(data, 51, 0x0200); /* PIO mode 2 without flow control */
    ata_word(data, 52, 0x0200);
    ata_word(data, 59, d->disk.multiple ? 0x0100u | d->disk.multiple : 0);
    word32(data, 60, lba28);
    ata_word(data, 63, 0x0007u | (mode >> 3 == 4 ? 0x100u << (mode & 7) : 0)); /* multiword DMA 0-2 */
    ata_word(data, 64, 0x0003); /* PIO modes 3, 4 */
    for (unsigned n = 65; n <= 68; n++) ata_word(data, n, 120); /* cycle times, ns */
    ata_word(data, 88, 0x0007u | (mode >> 3 == 8 ? 0x100u << (mode & 7) : 0)); /* Ultra DMA 0-2 */
}

/* Words 80-87, 93: versions, feature sets, result of the last hardware reset. */
static void identify_features(const struct ata_drive *d, uint8_t *data)
{
    ata_word(data, 80, 0x007E); /* ATA-1 to ATA/ATAPI-6 */
    ata_word(data, 82, 0x7068); /* NOP, READ/WRITE BUFFER, look-ahead, write cache, power management */
    ata_word(data, 83, 0x7400); /* FLUSH CACHE (EXT), 48-bit addresses */
    ata_word(data, 84, 0x4000);
    ata_word(data, 85, 0x7008u | (unsigned)d->disk.look_ahead << 6 | (unsigned)d->disk.write_cache << 5);
    ata_word(data, 86, 0x3400);
    ata_word(data, 87, 0x4000);
    ata_word(data, 93, d->is_slave ? 0x4B00 : 0x400B); /* device number by jumper; diagnostics passed; 40-wire cable */
}

void ata_disk_identify(const struct ata_drive *d, uint8_t *data)
{
    uint8_t sum = 0;

    memset(data, 0, ATA_SECTOR_BYTES);
    ata_word(data, 0, 0x0040); /* fixed device */
    ata_word(data, 1, d->cylinders);
    ata_word(data, 3, d->default_heads);
    ata_word(data, 4, ATA_SECTOR_BYTES * d->default_sectors);
    ata_word(data, 5, ATA_SECTOR_BYTES);
    ata_word(data, 6, d->default_sectors);
    ata_string(data + 2 * 10, d->serial, 20);
    ata_word(data, 20, 3); /* dual-ported buffer with look-ahead */
    ata_word(data, 21, ATA_BUFFER_BYTES / ATA_SECTOR_BYTES);
    ata_word(data, 22, 4); /* ECC bytes of READ LONG */
    ata_string(data + 2 * 23, "1.0", 8);
    ata_string(data + 2 * 27, "OCHENTA HARD DISK", 40);
    ata_word(data, 47, 0x8010); /* READ MULTIPLE: 16 sectors */
    ata_word(data, 48, 0x0001); /* 32-bit accesses to the data port */
    identify_modes(d, data);
    identify_translation(d, data);
    identify_features(d, data);
    word32(data, 100, (uint32_t)d->total); /* 48-bit addressable sectors */
    word32(data, 102, (uint32_t)(d->total >> 32));
    data[510] = 0xA5; /* 8.15.61: integrity word */
    for (unsigned i = 0; i < 511; i++) sum = (uint8_t)(sum + data[i]);
    data[511] = (uint8_t)-sum;
}

/* --- default translation ----------------------------------------------------------------------------------------------- */

static uint32_t get32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Sector number of a CHS address in a partition entry (head, sector and cylinder bits 8-9, cylinder). */
static uint32_t entry_lba(const uint8_t *chs, unsigned heads, unsigned sectors)
{
    uint32_t cylinder = chs[2] | (uint32_t)(chs[1] & 0xC0) << 2;

    return (cylinder * heads + chs[0]) * sectors + (chs[1] & 0x3F) - 1;
}

/* Whether the partition table was made for a translation that this disk could have (at most 16 heads): every partition ends on the
 * last sector of a cylinder, and the CHS and LBA addresses of its ends agree. */
static bool partition_translation(const uint8_t *sector, unsigned *heads, unsigned *sectors)
{
    bool found = false;

    if (sector[510] != 0x55 || sector[511] != 0xAA) return false;
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *e = sector + 446 + 16 * i;
        uint32_t       first = get32(e + 8), count = get32(e + 12);

        if (!e[4] || !count) continue;
        if (!found) *heads = e[5] + 1u, *sectors = e[6] & 0x3F;
        found = true;
        if (*heads < 2 || *heads > 16 || !*sectors || e[5] + 1u != *heads || (e[6] & 0x3F) != *sectors) return false;
        if (entry_lba(e + 1, *heads, *sectors) != first) return false;
        if (entry_lba(e + 5, *heads, *sectors) != first + count - 1) return false;
    }
    return found;
}

void ata_disk_geometry(struct ata_drive *d)
{
    uint8_t  sector[ATA_SECTOR_BYTES];
    unsigned heads = 16, sectors = 63;
    uint64_t cylinders;

    if (block_read(d->medium, 0, sector, sizeof(sector)) || !partition_translation(sector, &heads, &sectors))
        heads = 16, sectors = 63;
    cylinders = (d->total < CHS_LIMIT ? d->total : CHS_LIMIT) / (heads * sectors);
    if (cylinders > 16383) cylinders = 16383;
    d->cylinders = (uint16_t)(cylinders ? cylinders : 1);
    d->default_heads = (uint16_t)heads;
    d->default_sectors = (uint16_t)sectors;
}
