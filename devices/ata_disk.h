/* ata_disk.h: an ATA hard disk on a channel. ATA/ATAPI-6, T13/1410D, with the CHS commands of ATA-1 to ATA-5. */
#ifndef DEVICES_ATA_DISK_H
#define DEVICES_ATA_DISK_H

#include "devices/ata.h"

/* Makes D a disk with the contents of MEDIUM (which stays the caller's, and must outlive D); whole sectors of it count. SERIAL: at
 * most 20 characters. The caller resets the channel afterwards. The default translation is taken from the partition table if that was
 * clearly made for another one than 16 heads and 63 sectors. */
void ata_disk_attach(struct ata_drive *d, struct block *medium, const char *serial);

/* The 512 bytes of IDENTIFY DEVICE (8.15), into DATA (ata_identify.c). */
void ata_disk_identify(const struct ata_drive *d, uint8_t *data);

/* Fills in cylinders, default_heads and default_sectors for d->total sectors (ata_identify.c). */
void ata_disk_geometry(struct ata_drive *d);

#endif
