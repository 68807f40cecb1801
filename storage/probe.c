/* probe.c: floppy, hard disk, CD or nothing. See probe.h.
 *
 * ECMA-119 8.1 (volume descriptors from sector 16), Microsoft "FAT: General Overview of On-Disk Format" 1.03 (BIOS parameter block),
 * the IBM PC's master boot record. */
#include "storage/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECTOR_BYTES  512u
#define CD_SECTOR     2048u
#define RAW_CD_SECTOR 2352u
#define LARGEST_FLOPPY (2u * 80 * 36 * SECTOR_BYTES)

/* Cylinders, heads, sectors. The usual formats first, then those that squeeze more onto the same disks. */
static const struct floppy_geometry formats[] = {
    {40, 1, 8},  /* 160K */
    {40, 1, 9},  /* 180K */
    {40, 2, 8},  /* 320K */
    {40, 2, 9},  /* 360K */
    {80, 2, 9},  /* 720K */
    {80, 2, 15}, /* 1.2M */
    {80, 2, 18}, /* 1.44M */
    {80, 2, 36}, /* 2.88M */
    {40, 2, 10}, /* 400K */
    {41, 2, 10}, /* 410K */
    {80, 2, 8},  /* 640K */
    {80, 2, 10}, /* 800K */
    {82, 2, 10}, /* 820K */
    {83, 2, 10}, /* 830K */
    {80, 2, 20}, /* 1600K */
    {82, 2, 18}, /* 1476K */
    {83, 2, 18}, /* 1494K */
    {80, 2, 21}, /* 1680K, DMF */
    {82, 2, 21}, /* 1722K */
    {83, 2, 21}, /* 1743K */
};

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t format_bytes(const struct floppy_geometry *g)
{
    return (uint64_t)g->cylinders * g->heads * g->sectors * SECTOR_BYTES;
}

bool floppy_format(uint64_t size, struct floppy_geometry *geometry)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (format_bytes(&formats[i]) != size) continue;
        *geometry = formats[i];
        return true;
    }
    return false;
}

/* The format in a boot sector's BIOS parameter block, if it is one that a floppy drive can have and holds SIZE bytes. */
static bool parameter_block(const uint8_t *sector, uint64_t size, struct floppy_geometry *g)
{
    unsigned per_track = get16(sector + 24), heads = get16(sector + 26), total = get16(sector + 19);
    uint8_t  media = sector[21];

    if (sector[0] != 0xEB && sector[0] != 0xE9) return false;
    if (get16(sector + 11) != SECTOR_BYTES || media < 0xF0 || (media > 0xF0 && media < 0xF8)) return false;
    if (heads < 1 || heads > 2 || per_track < 8 || per_track > 36 || !total || total % (per_track * heads)) return false;
    *g = (struct floppy_geometry){.cylinders = total / (per_track * heads), .heads = heads, .sectors = per_track};
    return g->cylinders >= 38 && g->cylinders <= 85 && size <= format_bytes(g);
}

static bool has_partitions(const uint8_t *sector)
{
    unsigned found = 0;

    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *entry = sector + 446 + 16 * i;
        if (entry[0] & 0x7F) return false; /* active or not, nothing else */
        found += entry[4] && get32(entry + 12);
    }
    return found;
}

static bool is_iso9660(struct block *image)
{
    char id[5];

    return !block_read(image, 32769, id, sizeof(id)) && !memcmp(id, "CD001", sizeof(id));
}

/* ECMA-167 2/8.3: a volume recognition sequence from byte 32768, of descriptors of one sector, begins with one of these. */
static bool is_udf(struct block *image)
{
    char id[5];

    return !block_read(image, 32769, id, sizeof(id)) && (!memcmp(id, "BEA01", sizeof(id)) || !memcmp(id, "NSR0", 4));
}

/* ECMA-130 14: a sector with its synchronization field, header and error correction, as a .bin file beside a .cue has it. */
static bool is_raw_cd(struct block *image)
{
    static const uint8_t sync[12] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
    uint8_t              begin[sizeof(sync)];

    return image->size >= RAW_CD_SECTOR && !block_read(image, 0, begin, sizeof(begin)) && !memcmp(begin, sync, sizeof(sync));
}

static int refuse(const char *name, const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: not a disk image: %s", name, why);
    return -EINVAL;
}

int probe_image(struct block *image, const char *name, enum image_kind *kind, char *error, size_t error_size)
{
    uint8_t                sector[SECTOR_BYTES];
    struct floppy_geometry g;
    bool                   signature, small = image->size <= LARGEST_FLOPPY;
    int                    result;

    if (image->size < SECTOR_BYTES) return refuse(name, "smaller than one sector of 512 bytes", error, error_size);
    result = block_read(image, 0, sector, sizeof(sector));
    if (result) {
        snprintf(error, error_size, "%s: %s", name, strerror(-result));
        return result;
    }
    signature = sector[510] == 0x55 && sector[511] == 0xAA;
    if (is_iso9660(image))
        *kind = IMAGE_CD;
    else if (floppy_format(image->size, &g) || (small && parameter_block(sector, image->size, &g)))
        *kind = IMAGE_FLOPPY;
    else if (image->size % SECTOR_BYTES)
        return refuse(name, "its size is not a whole number of 512-byte sectors", error, error_size);
    else if (!small || (signature && has_partitions(sector)))
        *kind = IMAGE_DISK;
    else if (signature)
        *kind = IMAGE_FLOPPY;
    else
        return refuse(name, "no floppy's size, no boot sector, no CD file system", error, error_size);
    return 0;
}

int probe_as(struct block *image, const char *name, enum image_kind kind, char *error, size_t error_size)
{
    struct floppy_geometry g;

    if (image->size < SECTOR_BYTES) return refuse(name, "smaller than one sector of 512 bytes", error, error_size);
    switch (kind) {
    case IMAGE_FLOPPY:
        if (!probe_floppy(image, &g)) return refuse(name, "too large for a floppy (2.88 MB)", error, error_size);
        return 0;
    case IMAGE_DISK:
        if (image->size % SECTOR_BYTES)
            return refuse(name, "its size is not a whole number of 512-byte sectors", error, error_size);
        return 0;
    case IMAGE_CD:
        if (is_raw_cd(image))
            return refuse(name, "CD sectors of 2352 bytes (.bin and .cue); convert it to an ISO image, of 2048", error, error_size);
        if (!is_iso9660(image) && !is_udf(image) && image->size % CD_SECTOR)
            return refuse(name, "no CD file system, and its size is not a whole number of 2048-byte CD sectors", error, error_size);
        return 0;
    }
    return -EINVAL;
}

bool probe_floppy(struct block *image, struct floppy_geometry *geometry)
{
    const struct floppy_geometry *best = NULL;
    uint8_t                       sector[SECTOR_BYTES];

    if (floppy_format(image->size, geometry)) return true;
    if (!block_read(image, 0, sector, sizeof(sector)) && parameter_block(sector, image->size, geometry)) return true;
    /* The usual formats of the 3.5 inch drives: 720K, 1.44M, 2.88M. */
    for (size_t i = 4; i < 8 && !best; i++)
        if (i != 5 && image->size <= format_bytes(&formats[i])) best = &formats[i];
    if (!best) return false;
    *geometry = *best;
    return true;
}
