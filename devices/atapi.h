/* atapi.h: a CD-ROM drive on an ATA channel: PACKET commands.
 *
 * ATA/ATAPI-6 (T13/1410D) for the transport, SFF-8020i and MMC-3 for the commands. Discs are images of 2048-byte sectors, one data track
 * (mode 1). */
#ifndef DEVICES_ATAPI_H
#define DEVICES_ATAPI_H

#include "devices/ata.h"

#define CD_SECTOR_BYTES 2048
#define CD_RAW_BYTES    2352

/* What of a sector goes to the host: READ CD's byte 9. */
#define CD_SYNC      0x80
#define CD_HEADER    0x20
#define CD_USER_DATA 0x10
#define CD_EDC_ECC   0x08

/* Makes D a CD-ROM drive with no disc. SERIAL: at most 20 characters. The caller resets the channel afterwards. */
void atapi_attach(struct ata_drive *d, const char *serial);

/* Changes the disc: MEDIUM stays the caller's; NULL takes it out. The tray is closed. A running read then fails; the
 * guest is told by a unit attention and a media event. Also before the first reset, to start with a disc. */
void atapi_insert(struct ata_drive *d, struct block *medium);

/* Whether the guest holds the disc locked; atapi_insert() does not care. */
static inline bool atapi_locked(const struct ata_drive *d)
{
    return d->packet.locked;
}

/* Whether the guest has opened the tray. */
static inline bool atapi_tray_open(const struct ata_drive *d)
{
    return d->packet.tray_open;
}

/* --- within the drive: the parts of atapi*.c --------------------------------------------------------------------------- */

/* Ends of a packet command. */
void atapi_good(struct ata_drive *d);
void atapi_check(struct ata_drive *d, uint8_t key, uint8_t asc, uint8_t ascq);
/* Sends the first N bytes of the buffer, but at most ALLOCATION. */
void atapi_reply(struct ata_drive *d, uint32_t n, uint32_t allocation);
/* Sends packet.remaining sectors from packet.lba in packet.form. */
void atapi_send_sectors(struct ata_drive *d);

/* The packet in packet.command has come (atapi_mmc.c). */
void atapi_execute(struct ata_drive *d);

/* Commands that only report (atapi_info.c). */
void atapi_request_sense(struct ata_drive *d);
void atapi_inquiry(struct ata_drive *d);
void atapi_mode_sense(struct ata_drive *d);
void atapi_read_toc(struct ata_drive *d);
void atapi_read_subchannel(struct ata_drive *d);
void atapi_get_configuration(struct ata_drive *d);
void atapi_get_event_status(struct ata_drive *d);
void atapi_disc_information(struct ata_drive *d);
void atapi_track_information(struct ata_drive *d);
void atapi_mechanism_status(struct ata_drive *d);

/* Sectors on the disc, 0 if there is none to read. */
uint32_t atapi_sectors(const struct ata_drive *d);
/* Bytes of a sector that FORM asks for. */
uint32_t cd_form_bytes(uint8_t form);
/* Makes the parts that FORM asks for of the mode 1 sector LBA with the given user data; returns the bytes (cd_sector.c). */
uint32_t cd_sector(uint8_t *to, uint32_t lba, const uint8_t *user_data, uint8_t form);
/* Minute, second, frame of LBA: 2 seconds of lead-in first. Binary. */
void cd_msf(uint8_t msf[3], uint32_t lba);

static inline void put_be16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void put_be32(uint8_t *p, uint32_t v)
{
    put_be16(p, v >> 16);
    put_be16(p + 2, v & 0xFFFF);
}

static inline uint32_t get_be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t get_be32(const uint8_t *p)
{
    return get_be16(p) << 16 | get_be16(p + 2);
}

#endif
