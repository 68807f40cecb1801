/* probe.h: what kind of medium an image is, judged by its size and its first sectors. */
#ifndef STORAGE_PROBE_H
#define STORAGE_PROBE_H

#include "storage/block.h"

enum image_kind { IMAGE_FLOPPY, IMAGE_DISK, IMAGE_CD };

struct floppy_geometry {
    unsigned cylinders;
    unsigned heads;
    unsigned sectors; /* on a track, of 512 bytes */
};

/* Recognises IMAGE; NAME is for messages. 0, or -EINVAL with one line in ERROR if it can be no medium at all ("NAME: not a disk
 * image: ..."), or another negative errno if it cannot be read. The rules, in this order:
 *   - ISO 9660 descriptor at byte 32769: a CD, even if it also has a master boot record (isohybrid);
 *   - exactly the size of a PC floppy format: a floppy;
 *   - at most 2.88 MB with a floppy's BIOS parameter block: a floppy;
 *   - a boot signature and a partition table, or more than 2.88 MB: a hard disk, if whole sectors;
 *   - a boot signature and no partition table, at most 2.88 MB: a floppy. */
int probe_image(struct block *image, const char *name, enum image_kind *kind, char *error, size_t error_size);

/* Whether IMAGE can serve as KIND when the user says so: the size fits. A CD may hold anything, or nothing, but what has no file system
 * of a CD (ISO 9660, UDF) is to be whole sectors; sectors of 2352 bytes are refused. Otherwise -EINVAL and one line. */
int probe_as(struct block *image, const char *name, enum image_kind kind, char *error, size_t error_size);

/* The format of a floppy image: by its exact size, or else by its BIOS parameter block, or else the smallest format that
 * holds it. The image may be shorter than the format: sectors beyond its end do not exist. False if none holds it. */
bool probe_floppy(struct block *image, struct floppy_geometry *);

/* Whether a drive can format a disk of this size in bytes, and how. */
bool floppy_format(uint64_t size, struct floppy_geometry *);

#endif
