/* snapshot_file.h: what the writer (snapshot.c) and the reader (snapshot_load.c) of a saved state share. Numbers are little-endian;
 * docs/STATE.md has the format byte by byte. */
#ifndef MACHINE_SNAPSHOT_FILE_H
#define MACHINE_SNAPSHOT_FILE_H

#include "machine/snapshot.h"

#include <stdbool.h>
#include <string.h>

#define SNAPSHOT_MAGIC       "OCHENTA\x1a" /* 8 bytes; 1Ah ends a DOS `type` */
#define SNAPSHOT_FORMAT      1
#define SNAPSHOT_FILE_HEADER 24 /* magic, format, sections, file size */
#define SNAPSHOT_NAME        24
#define SNAPSHOT_HEADER      60 /* of a section: name and the numbers of add_section() */
#define SNAPSHOT_TRAILER     8  /* "END.", CRC-32 of all before it */
#define SNAPSHOT_RUN_PAGES   4096       /* at most, in one run of RAM pages */
#define SNAPSHOT_EXTENT_MAX  (1u << 20) /* bytes at most, in one extent of a disk */

enum snapshot_kind { SNAPSHOT_PROPERTIES = 1, SNAPSHOT_CLOCK, SNAPSHOT_DEVICE, SNAPSHOT_RAM, SNAPSHOT_DISK };

static inline const char *snapshot_device_name(const struct snapshot_device *d)
{
    return d->name ? d->name : d->ops->name;
}

/* A page that equals itself moved by a word is one word over and over. */
static inline bool snapshot_page_is_zero(const uint8_t *page)
{
    static const uint8_t zero[8];

    return !memcmp(page, zero, 8) && !memcmp(page, page + 8, SNAPSHOT_PAGE - 8);
}

#endif
