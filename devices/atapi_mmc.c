/* atapi_mmc.c: CD-ROM drive: which packet does what; reading and the tray. See atapi.h. SFF-8020i, MMC-3 (T10/1363-D) section 6. */
#include "devices/atapi.h"

/* Sense: key, additional code, qualifier. SPC-2 table 108, MMC-3 annex F. */
#define NOT_READY       2
#define ILLEGAL_REQUEST 5
#define UNIT_ATTENTION  6

enum packet_rules {
    READY = 1,     /* needs a disc; unit attentions come first */
    ATTENTIVE = 2, /* unit attentions come first */
};

static void invalid_field(struct ata_drive *d)
{
    atapi_check(d, ILLEGAL_REQUEST, 0x24, 0);
}

/* --- reading ----------------------------------------------------------------------------------------------------------- */

static void read_sectors(struct ata_drive *d, uint32_t lba, uint32_t count, uint8_t form)
{
    uint32_t sectors = atapi_sectors(d);

    if (lba >= sectors ? count || lba > sectors : count > sectors - lba) {
        atapi_check(d, ILLEGAL_REQUEST, 0x21, 0); /* logical block address out of range */
        return;
    }
    d->packet.lba = lba;
    d->packet.remaining = count;
    d->packet.form = form;
    atapi_send_sectors(d);
}

static void read_10(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;

    read_sectors(d, get_be32(p + 2), get_be16(p + 7), CD_USER_DATA);
}

static void read_12(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;

    read_sectors(d, get_be32(p + 2), get_be32(p + 6), CD_USER_DATA);
}

/* READ CD and READ CD MSF: which sectors are wanted (byte 1), what of them (byte 9), sub-channels (byte 10). */
static void read_cd(struct ata_drive *d, uint32_t lba, uint32_t count)
{
    const uint8_t *p = d->packet.command;
    unsigned       type = p[1] >> 2 & 7;

    if (type != 0 && type != 2) { /* neither any nor mode 1 */
        atapi_check(d, ILLEGAL_REQUEST, 0x64, 0); /* illegal mode for this track */
        return;
    }
    if (p[9] & 6 || p[10] & 7) { /* C2 error bits, sub-channels */
        invalid_field(d);
        return;
    }
    read_sectors(d, lba, count, p[9] & (CD_SYNC | CD_HEADER | CD_USER_DATA | CD_EDC_ECC));
}

static void read_cd_lba(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;

    read_cd(d, get_be32(p + 2), get_be32(p + 5) & 0xFFFFFF);
}

static bool msf_to_lba(const uint8_t *msf, uint32_t *lba)
{
    uint32_t frames = (msf[0] * 60u + msf[1]) * 75 + msf[2];

    *lba = frames - 150;
    return msf[1] < 60 && msf[2] < 75 && frames >= 150;
}

static void read_cd_msf(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;
    uint32_t       start, end;

    if (!msf_to_lba(p + 3, &start) || !msf_to_lba(p + 6, &end) || end < start)
        invalid_field(d);
    else
        read_cd(d, start, end - start);
}

static void read_capacity(struct ata_drive *d)
{
    put_be32(d->buffer, atapi_sectors(d) - 1);
    put_be32(d->buffer + 4, CD_SECTOR_BYTES);
    atapi_reply(d, 8, 8);
}

/* READ HEADER: mode and address of a sector. */
static void read_header(struct ata_drive *d)
{
    const uint8_t *p = d->packet.command;
    uint32_t       lba = get_be32(p + 2);
    uint8_t       *b = d->buffer;

    if (lba >= atapi_sectors(d)) {
        atapi_check(d, ILLEGAL_REQUEST, 0x21, 0);
        return;
    }
    put_be32(b, 0x01000000); /* mode 1 */
    put_be32(b + 4, lba);
    if (p[1] & 2) {
        b[4] = 0;
        cd_msf(b + 5, lba);
    }
    atapi_reply(d, 8, get_be16(p + 7));
}

static void seek(struct ata_drive *d)
{
    if (get_be32(d->packet.command + 2) >= atapi_sectors(d))
        atapi_check(d, ILLEGAL_REQUEST, 0x21, 0);
    else
        atapi_good(d);
}

/* --- the tray ---------------------------------------------------------------------------------------------------------- */

/* START STOP UNIT: bit 1 LoEj, bit 0 Start: 2 opens the tray, 3 closes it; 0 and 1 stop and start the motor. */
static void start_stop(struct ata_drive *d)
{
    unsigned action = d->packet.command[4] & 3;

    if (action == 2 && d->packet.locked) {
        atapi_check(d, ILLEGAL_REQUEST, 0x53, 2); /* medium removal prevented */
        return;
    }
    if (action == 2 && !d->packet.tray_open) {
        d->packet.tray_open = true;
        d->packet.changed = false;
        d->packet.event = 3; /* media removal */
    } else if (action == 3 && d->packet.tray_open) {
        d->packet.tray_open = false;
        d->packet.changed = d->medium;
        d->packet.event = d->medium ? 2 : 0; /* new media */
    }
    atapi_good(d);
}

static void prevent_allow(struct ata_drive *d)
{
    d->packet.locked = d->packet.command[4] & 1;
    atapi_good(d);
}

static void no_audio(struct ata_drive *d)
{
    atapi_check(d, ILLEGAL_REQUEST, 0x64, 0);
}

/* --- dispatch ---------------------------------------------------------------------------------------------------------- */

static const struct packet {
    uint8_t opcode;
    uint8_t rules;
    void (*execute)(struct ata_drive *);
} packets[] = {
    {0x00, READY, atapi_good},                 /* TEST UNIT READY */
    {0x03, 0, atapi_request_sense},            /* REQUEST SENSE */
    {0x12, 0, atapi_inquiry},                  /* INQUIRY */
    {0x1A, ATTENTIVE, atapi_mode_sense},       /* MODE SENSE(6) */
    {0x1B, ATTENTIVE, start_stop},             /* START STOP UNIT */
    {0x1E, ATTENTIVE, prevent_allow},          /* PREVENT ALLOW MEDIUM REMOVAL */
    {0x25, READY, read_capacity},              /* READ CAPACITY */
    {0x28, READY, read_10},                    /* READ(10) */
    {0x2B, READY, seek},                       /* SEEK(10) */
    {0x42, READY, atapi_read_subchannel},      /* READ SUB-CHANNEL */
    {0x43, READY, atapi_read_toc},             /* READ TOC/PMA/ATIP */
    {0x44, READY, read_header},                /* READ HEADER */
    {0x45, READY, no_audio},                   /* PLAY AUDIO(10) */
    {0x46, 0, atapi_get_configuration},        /* GET CONFIGURATION */
    {0x47, READY, no_audio},                   /* PLAY AUDIO MSF */
    {0x4A, 0, atapi_get_event_status},         /* GET EVENT STATUS NOTIFICATION */
    {0x4B, READY, no_audio},                   /* PAUSE/RESUME */
    {0x4E, READY, atapi_good},                 /* STOP PLAY/SCAN */
    {0x51, READY, atapi_disc_information},     /* READ DISC INFORMATION */
    {0x52, READY, atapi_track_information},    /* READ TRACK INFORMATION */
    {0x5A, ATTENTIVE, atapi_mode_sense},       /* MODE SENSE(10) */
    {0xA5, READY, no_audio},                   /* PLAY AUDIO(12) */
    {0xA8, READY, read_12},                    /* READ(12) */
    {0xB9, READY, read_cd_msf},                /* READ CD MSF */
    {0xBB, READY, atapi_good},                 /* SET CD SPEED: there is but one */
    {0xBD, ATTENTIVE, atapi_mechanism_status}, /* MECHANISM STATUS */
    {0xBE, READY, read_cd_lba},                /* READ CD */
};

static const struct packet *find(uint8_t opcode)
{
    for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
        if (packets[i].opcode == opcode) return &packets[i];
    return NULL;
}

/* A pending unit attention ends the command in its place (SPC-2 7.20); power-on before medium change. Whether there was one. */
static bool report_attention(struct ata_drive *d)
{
    if (d->packet.attention)
        d->packet.attention = d->packet.changed = false, atapi_check(d, UNIT_ATTENTION, 0x29, 0); /* power on, reset */
    else if (d->packet.changed)
        d->packet.changed = false, atapi_check(d, UNIT_ATTENTION, 0x28, 0); /* medium may have changed */
    else
        return false;
    return true;
}

void atapi_execute(struct ata_drive *d)
{
    const struct packet *packet = find(d->packet.command[0]);

    if (d->packet.command[0] != 0x03) d->packet.sense_key = d->packet.asc = d->packet.ascq = 0;
    if (!packet) {
        atapi_check(d, ILLEGAL_REQUEST, 0x20, 0); /* invalid command */
        return;
    }
    if (packet->rules && report_attention(d)) return;
    if ((packet->rules & READY) && !atapi_sectors(d))
        atapi_check(d, NOT_READY, 0x3A, d->packet.tray_open ? 2 : 1); /* no medium */
    else
        packet->execute(d);
}
