/* atapi_info.c: CD-ROM drive: packet commands that report on the drive and its disc. See atapi.h. SFF-8020i, MMC-3 section 6. */
#include "devices/atapi.h"

#include <string.h>

#define ILLEGAL_REQUEST 5
#define ADR_CONTROL     0x14 /* position in the sub-channel; data track, no copy */
#define TRACK           1
#define LEAD_OUT        0xAA

static void invalid_field(struct ata_drive *d)
{
    atapi_check(d, ILLEGAL_REQUEST, 0x24, 0);
}

/* Four bytes: LBA, or 0 and minute, second, frame. */
static void put_address(uint8_t *p, uint32_t lba, bool msf)
{
    put_be32(p, lba);
    if (msf) p[0] = 0, cd_msf(p + 1, lba);
}

void atapi_request_sense(struct ata_drive *d)
{
    struct ata_packet *p = &d->packet;
    uint8_t           *b = d->buffer;

    if (!p->sense_key && (p->attention || p->changed)) {
        p->sense_key = 6;
        p->asc = p->attention ? 0x29 : 0x28;
        p->attention = p->changed = false;
    }
    memset(b, 0, 18);
    b[0] = 0x70; /* current error, fixed format */
    b[2] = p->sense_key;
    b[7] = 10;
    b[12] = p->asc;
    b[13] = p->ascq;
    p->sense_key = p->asc = p->ascq = 0;
    atapi_reply(d, 18, p->command[4]);
}

void atapi_inquiry(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;
    uint8_t       *b = d->buffer;

    if (p[1] & 1 || p[2]) { /* vital product data */
        invalid_field(d);
        return;
    }
    memset(b, 0, 36);
    b[0] = 0x05; /* CD-ROM device */
    b[1] = 0x80; /* removable medium */
    b[3] = 0x21; /* ATAPI version 2, response format 1 (SFF-8020i) */
    b[4] = 31;
    memcpy(b + 8, "OCHENTA CD-ROM          1.0 ", 28);
    atapi_reply(d, 36, get_be16(p + 3)); /* to SPC-2 only byte 4; byte 3 was reserved, so 0 */
}

/* --- mode pages -------------------------------------------------------------------------------------------------------- */

static const uint8_t page_error_recovery[] = {0x01, 6, 0x00, 5, 0, 0, 0, 0};
static const uint8_t page_cd[] = {0x0D, 6, 0, 0x0D, 0, 60, 0, 75}; /* seconds a minute, frames a second */
static const uint8_t page_audio[] = {0x0E, 14, 4, 0, 0, 0, 0, 75, 1, 0xFF, 2, 0xFF, 0, 0, 0, 0};
static const uint8_t page_capabilities[] = {
    0x2A, 18, 0x03, 0x00, /* reads CD-R and CD-RW; writes nothing */
    0x70, 0x00,           /* mode 2 form 1 and 2, multisession; no CD-DA */
    0x29, 0x00,           /* tray, eject, lock */
    0x10, 0x89, 0, 0,     /* 24x: 4233 KB/s; no volume levels */
    0, 64, 0x10, 0x89,    /* buffer of 64 KB; present speed */
    0, 0, 0, 0,
};
#define CAPABILITIES_LOCK       6
#define CAPABILITIES_LOCK_STATE 0x02

/* Appends a page to the N bytes of reply so far, if PAGE is it or all are asked for; PC 1 asks which bits can be changed: none. */
static uint32_t add_page(uint8_t *b, uint32_t n, unsigned page, unsigned pc, const uint8_t *bytes, uint32_t size)
{
    if (page != 0x3F && page != bytes[0]) return n;
    memcpy(b + n, bytes, size);
    if (pc == 1) memset(b + n + 2, 0, size - 2);
    return n + size;
}

void atapi_mode_sense(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;
    bool           six = p[0] == 0x1A;
    unsigned       page = p[2] & 0x3F, pc = p[2] >> 6;
    uint32_t       header = six ? 4 : 8, n = header, last;
    uint8_t       *b = d->buffer, type = d->packet.tray_open ? 0x71 : atapi_sectors(d) ? 0x01 : 0x70;

    if (pc == 3) {
        atapi_check(d, ILLEGAL_REQUEST, 0x39, 0); /* no saved values */
        return;
    }
    memset(b, 0, header);
    n = add_page(b, n, page, pc, page_error_recovery, sizeof(page_error_recovery));
    n = add_page(b, n, page, pc, page_cd, sizeof(page_cd));
    n = add_page(b, n, page, pc, page_audio, sizeof(page_audio));
    last = n;
    n = add_page(b, n, page, pc, page_capabilities, sizeof(page_capabilities));
    if (n > last && pc != 1 && d->packet.locked) b[last + CAPABILITIES_LOCK] |= CAPABILITIES_LOCK_STATE;
    if (n == header) {
        invalid_field(d);
        return;
    }
    if (six)
        b[0] = (uint8_t)(n - 1), b[1] = type;
    else
        put_be16(b, n - 2), b[2] = type;
    atapi_reply(d, n, six ? p[4] : get_be16(p + 7));
}

/* --- table of contents ------------------------------------------------------------------------------------------------- */

/* Format 0: the tracks from START on, and the lead-out. */
static uint32_t toc_tracks(const struct ata_drive *d, uint8_t *b, uint8_t start, bool msf)
{
    uint32_t n = 4;

    b[2] = b[3] = TRACK; /* first, last */
    for (unsigned i = 0; i < 2; i++) {
        uint8_t track = i ? LEAD_OUT : TRACK;
        if (track < start) continue;
        put_be32(b + n, (uint32_t)ADR_CONTROL << 16 | (uint32_t)track << 8);
        put_address(b + n + 4, i ? atapi_sectors(d) : 0, msf);
        n += 8;
    }
    return n;
}

/* Format 1: the first track of the last session. */
static uint32_t toc_session(uint8_t *b, bool msf)
{
    b[2] = b[3] = 1;
    put_be32(b + 4, (uint32_t)ADR_CONTROL << 16 | TRACK << 8);
    put_address(b + 8, 0, msf);
    return 12;
}

/* Format 2: the lead-in as it stands on the disc: points A0 (first track), A1 (last track), A2 (lead-out), 1. */
static uint32_t toc_full(const struct ata_drive *d, uint8_t *b)
{
    static const uint8_t points[] = {0xA0, 0xA1, 0xA2, TRACK};
    uint32_t             n = 4;

    b[2] = b[3] = 1;
    for (unsigned i = 0; i < sizeof(points); i++, n += 11) {
        memset(b + n, 0, 11);
        b[n] = 1; /* session */
        b[n + 1] = ADR_CONTROL;
        b[n + 3] = points[i];
        if (i < 2)
            b[n + 8] = TRACK;
        else
            cd_msf(b + n + 8, i == 2 ? atapi_sectors(d) : 0);
    }
    return n;
}

void atapi_read_toc(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;
    unsigned       format = p[2] & 15 ? p[2] & 15 : p[9] >> 6; /* SFF-8020i has it in byte 9 */
    bool           msf = p[1] & 2;
    uint8_t       *b = d->buffer;
    uint32_t       n;

    if (format > 2 || (format == 0 && p[6] > TRACK && p[6] != LEAD_OUT)) {
        invalid_field(d);
        return;
    }
    n = format == 0 ? toc_tracks(d, b, p[6], msf) : format == 1 ? toc_session(b, msf) : toc_full(d, b);
    put_be16(b, n - 2);
    atapi_reply(d, n, get_be16(p + 7));
}

void atapi_read_subchannel(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;
    bool           subq = p[2] & 0x40, msf = p[1] & 2;
    uint8_t       *b = d->buffer;
    uint32_t       n = 4;

    if (subq && (p[3] < 1 || p[3] > 3)) {
        invalid_field(d);
        return;
    }
    memset(b, 0, 24);
    b[1] = 0x15; /* no audio status to return */
    if (subq) {
        b[4] = p[3];
        n = p[3] == 1 ? 16 : 24; /* position; or catalogue number or ISRC, neither of which the disc has */
        b[5] = p[3] == 2 ? 0 : ADR_CONTROL;
        b[6] = p[3] == 2 ? 0 : TRACK;
    }
    if (subq && p[3] == 1) {
        b[7] = 1; /* index */
        put_address(b + 8, d->packet.lba, msf);
        put_address(b + 12, d->packet.lba, msf);
        if (msf) { /* relative to the track: no lead-in */
            b[13] = (uint8_t)(d->packet.lba / 75 / 60);
            b[14] = (uint8_t)(d->packet.lba / 75 % 60);
            b[15] = (uint8_t)(d->packet.lba % 75);
        }
    }
    put_be16(b + 2, n - 4);
    atapi_reply(d, n, get_be16(p + 7));
}

void atapi_disc_information(struct ata_drive *d)
{
    uint8_t *b = d->buffer;

    memset(b, 0, 34);
    put_be16(b, 32);
    b[2] = 0x0E;                                /* last session complete, disc complete */
    b[3] = b[4] = b[5] = b[6] = 1;              /* first track; sessions; first and last track of the last session */
    b[7] = 0x20;                                /* unrestricted use */
    memset(b + 16, 0xFF, 8);                    /* no further lead-in or lead-out */
    atapi_reply(d, 34, get_be16(d->packet.command + 7));
}

/* READ TRACK INFORMATION, by LBA or by track number: there is one track. */
void atapi_track_information(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;
    unsigned       by = p[1] & 3;
    uint32_t       which = get_be32(p + 2);
    uint8_t       *b = d->buffer;

    if (by == 3 || (by == 0 ? which >= atapi_sectors(d) : which != 1)) {
        invalid_field(d);
        return;
    }
    memset(b, 0, 28);
    put_be16(b, 26);
    b[2] = b[3] = 1; /* track, session */
    b[5] = 4;        /* data, uninterrupted */
    b[6] = 1;        /* mode 1 */
    put_be32(b + 24, atapi_sectors(d));
    atapi_reply(d, 28, get_be16(p + 7));
}

/* --- the drive --------------------------------------------------------------------------------------------------------- */

/* A feature descriptor (MMC-3 5.2.2) of SIZE additional bytes, which follow in B. */
static uint32_t add_feature(uint8_t *b, uint32_t n, unsigned code, bool persistent, bool current, const uint8_t *extra, uint8_t size)
{
    put_be16(b + n, code);
    b[n + 2] = (uint8_t)(persistent << 1 | current);
    b[n + 3] = size;
    memcpy(b + n + 4, extra, size);
    return n + 4 + size;
}

void atapi_get_configuration(struct ata_drive *d)
{
    static const uint8_t core[4] = {0, 0, 0, 2};        /* on ATAPI */
    static const uint8_t removable[4] = {0x29, 0, 0, 0}; /* tray, eject, lock */
    static const uint8_t cd_read[4] = {0};
    const uint8_t       *p = d->packet.command;
    bool                 disc = atapi_sectors(d);
    const uint8_t        profiles[4] = {0, 8, disc, 0}; /* CD-ROM */
    const struct {
        unsigned       code;
        bool           persistent, current;
        const uint8_t *extra;
    } features[] = {{0x0000, true, true, profiles},
                    {0x0001, true, true, core},
                    {0x0003, true, true, removable},
                    {0x001E, false, disc, cd_read}};
    unsigned type = p[1] & 3, start = get_be16(p + 2);
    uint8_t *b = d->buffer;
    uint32_t n = 8;

    if (type == 3) {
        invalid_field(d);
        return;
    }
    memset(b, 0, 8);
    for (unsigned i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        unsigned code = features[i].code;
        if (type == 2 ? code != start : code < start || (type == 1 && !features[i].current)) continue;
        n = add_feature(b, n, code, features[i].persistent, features[i].current, features[i].extra, 4);
    }
    put_be32(b, n - 4);
    put_be16(b + 6, disc ? 8 : 0); /* current profile */
    atapi_reply(d, n, get_be16(p + 7));
}

/* GET EVENT STATUS NOTIFICATION, polled: only media events happen here. */
void atapi_get_event_status(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;
    uint8_t       *b = d->buffer;
    bool           media = p[4] & 0x10;

    if (!(p[1] & 1)) { /* asynchronous */
        invalid_field(d);
        return;
    }
    memset(b, 0, 8);
    put_be16(b, media ? 6 : 2);
    b[2] = media ? 4 : 0x80; /* media class; or no event available */
    b[3] = 0x10;             /* classes supported */
    if (media) {
        b[4] = d->packet.event;
        b[5] = (uint8_t)(d->packet.tray_open | (atapi_sectors(d) ? 2 : 0));
        d->packet.event = 0;
    }
    atapi_reply(d, media ? 8 : 4, get_be16(p + 7));
}

void atapi_mechanism_status(struct ata_drive *d)
{
    uint8_t *b = d->buffer;

    memset(b, 0, 8); /* no changer, no slots */
    b[1] = d->packet.tray_open ? 0x10 : 0;
    b[2] = (uint8_t)(d->packet.lba >> 16);
    b[3] = (uint8_t)(d->packet.lba >> 8);
    b[4] = (uint8_t)d->packet.lba;
    atapi_reply(d, 8, get_be16(d->packet.command + 8));
}
