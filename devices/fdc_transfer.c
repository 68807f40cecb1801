/* fdc_transfer.c: 82077AA floppy disk controller: the commands that read, write, compare and format sectors.
 *
 * Intel 290468, 82077AA data sheet, "Data transfer commands". A command goes sector by sector, one event each; a
 * sector moves at once by DMA, or byte by byte through the FIFO. */
#include "devices/fdc_internal.h"

#include <string.h>

enum fdc_op {
    OP_READ,
    OP_WRITE,
    OP_READ_TRACK,
    OP_VERIFY,
    OP_SCAN_EQUAL,
    OP_SCAN_LOW,
    OP_SCAN_HIGH,
    OP_FORMAT,
    OP_READ_ID,
};

#define SIZE_CODE    2   /* N of 512-byte sectors, the only ones on PC disks */
#define OPCODE_MT    0x80
#define OPCODE_MFM   0x40
#define OPCODE_SK    0x20
#define VERIFY_EC    0x80 /* second byte: DTL is a count of sectors */
#define DATA_RATE_500 0
#define DATA_RATE_300 1
#define DATA_RATE_250 2
#define DATA_RATE_1M  3
#define DATA_RATE_NONE 0xFF

/* How long a host without DMA may leave a byte, and how often a DMA controller that is not ready for a command's
 * first byte is asked again before it counts as overrun: a real disk would take up to a revolution to come to the
 * sector. */
#define PIO_LIMIT_NS 50000000ull
#define PATIENCE     18

/* --- the disk under the head ---------------------------------------------------------------------------- */

static struct fdc_drive *transfer_drive(struct fdc *f)
{
    return &f->drive[f->transfer.drive];
}

/* 360 revolutions a minute in the 1.2M drive, 300 in the others. */
static uint64_t revolution(const struct fdc_drive *d)
{
    return (d->type == FDC_1200K ? 500 * FDC_MS : 600 * FDC_MS) / 3;
}

static uint64_t sector_time(const struct fdc_drive *d)
{
    return revolution(d) / (d->geometry.sectors ? d->geometry.sectors : 18);
}

/* The data rate at which the drive can read its disk. */
static uint8_t rate_needed(const struct fdc_drive *d)
{
    switch (d->geometry.density) {
    case FDC_EXTRA: return d->type == FDC_2880K ? DATA_RATE_1M : DATA_RATE_NONE;
    case FDC_HIGH: return d->type == FDC_360K || d->type == FDC_720K ? DATA_RATE_NONE : DATA_RATE_500;
    default: return d->type == FDC_1200K ? DATA_RATE_300 : DATA_RATE_250;
    }
}

/* Disks of 40 cylinders lie under every second track of a 1.2M drive: programs step twice a cylinder. */
static bool double_step(const struct fdc_drive *d)
{
    return d->type == FDC_1200K && d->geometry.cylinders < 80;
}

static unsigned cylinder(const struct fdc_drive *d)
{
    return double_step(d) ? d->track / 2u : d->track;
}

/* Whether there are address marks to be found. */
static bool readable(const struct fdc *f, const struct fdc_drive *d)
{
    const struct fdc_transfer *t = &f->transfer;

    if (!d->media || !t->mfm || t->head >= d->geometry.heads) return false;
    if (f->rate_set ? f->rate != rate_needed(d) : rate_needed(d) == DATA_RATE_NONE) return false;
    return cylinder(d) < d->geometry.cylinders && !(double_step(d) && d->track % 2);
}

/* Sector R (from 1) under the head, counted from the beginning of the disk. */
static unsigned sector_number(const struct fdc *f, const struct fdc_drive *d, unsigned r)
{
    return (cylinder(d) * d->geometry.heads + f->transfer.head) * d->geometry.sectors + r - 1;
}

/* An image may be shorter than the disk that it is the beginning of: the rest reads as zeros. */
static bool load_sector(struct fdc *f, struct fdc_drive *d, unsigned r)
{
    uint64_t offset = (uint64_t)sector_number(f, d, r) * FDC_SECTOR;
    uint64_t left = offset < d->media->size ? d->media->size - offset : 0;

    memset(f->data, 0, sizeof(f->data));
    f->sectors_read++;
    return !left || !block_read(d->media, offset, f->data, left < FDC_SECTOR ? (size_t)left : FDC_SECTOR);
}

static void set_mark(struct fdc_drive *d, unsigned number, bool deleted)
{
    if (number / 8 >= sizeof(d->deleted)) return;
    if (deleted) d->deleted[number / 8] |= (uint8_t)(1u << number % 8);
    else d->deleted[number / 8] &= (uint8_t)~(1u << number % 8);
}

static bool is_marked(const struct fdc_drive *d, unsigned number)
{
    return number / 8 < sizeof(d->deleted) && (d->deleted[number / 8] >> number % 8 & 1);
}

static bool store_sector(struct fdc *f, struct fdc_drive *d, unsigned r, bool deleted)
{
    unsigned number = sector_number(f, d, r);

    set_mark(d, number, deleted);
    f->sectors_written++;
    return !block_write(d->media, (uint64_t)number * FDC_SECTOR, f->data, FDC_SECTOR);
}

/* --- the end of a command ------------------------------------------------------------------------------- */

static void finish(struct fdc *f, bool normal)
{
    const struct fdc_transfer *t = &f->transfer;

    f->result[0] = (uint8_t)((normal ? 0 : ST0_ABNORMAL) | (t->seek_end ? ST0_SE : 0) | t->st0_head << 2 | t->drive);
    f->result[1] = t->st1;
    f->result[2] = t->st2;
    f->result[3] = t->c;
    f->result[4] = t->h;
    f->result[5] = t->r;
    f->result[6] = t->n;
    event_cancel(f->clock, &f->exec);
    fdc_begin_result(f, FDC_DATA_RESULT);
    fdc_set_irq(f, true);
}

static void wait_ns(struct fdc *f, uint64_t ns)
{
    event_schedule(f->clock, &f->exec, clock_now(f->clock) + ns);
}

static void fail(struct fdc *f, uint8_t st1, uint8_t st2)
{
    f->transfer.st1 |= st1;
    f->transfer.st2 |= st2;
    finish(f, false);
}

/* A search gives up when the index hole has come by twice. */
static void fail_search(struct fdc *f, uint8_t st1, uint8_t st2)
{
    f->transfer.st1 |= st1;
    f->transfer.st2 |= st2;
    f->transfer.failed = true;
    wait_ns(f, 2 * revolution(transfer_drive(f)));
}

/* --- bytes between host and f->data --------------------------------------------------------------------- */

enum moved { MOVED, MOVED_TC, MOVED_LATE, MOVED_PIO, MOVED_SHORT };

/* MOVED_TC: terminal count, with this many bytes in *N. MOVED_LATE: asked too early. MOVED_PIO: the host has to do
 * it, and fdc_transfer_pio_done() follows. */
static enum moved move(struct fdc *f, bool to_host, unsigned *n)
{
    unsigned wanted = *n;
    size_t   moved = 0;
    bool     tc = false;

    if (f->hlt_nd & HLT_ND) {
        f->phase = FDC_PIO;
        f->data_to_host = to_host;
        f->data_count = 0;
        f->data_length = (uint16_t)wanted;
        fdc_set_irq(f, true);
        fdc_transfer_pio_wait(f);
        return MOVED_PIO;
    }
    if (f->dma.opaque && (f->dor & DOR_DMA_GATE))
        moved = to_host ? f->dma.write(f->dma.opaque, f->dma.channel, f->data, wanted, &tc)
                        : f->dma.read(f->dma.opaque, f->dma.channel, f->data, wanted, &tc);
    *n = moved < wanted ? (unsigned)moved : wanted;
    if (!moved && !tc && f->transfer.patience) {
        f->transfer.patience--;
        return MOVED_LATE;
    }
    f->transfer.patience = 0;
    if (tc) return MOVED_TC;
    return moved < wanted ? MOVED_SHORT : MOVED;
}

void fdc_transfer_pio_wait(struct fdc *f)
{
    wait_ns(f, PIO_LIMIT_NS);
}

/* --- from sector to sector ------------------------------------------------------------------------------ */

/* Sets C, H, R to the sector after this one, as the result phase reports it (data sheet, table of result phase
 * values). Returns false if that is beyond the last: EOT on the only side, or on the second one with MT. */
static bool next_sector(struct fdc_transfer *t)
{
    if (t->r != t->eot) {
        t->r++;
        return true;
    }
    t->r = 1;
    if (!t->multi_track) {
        t->c++;
        return false;
    }
    t->h ^= 1;
    if (t->head == 0) {
        t->head = 1;
        return true;
    }
    t->c++;
    return false;
}

static bool is_scan(uint8_t op)
{
    return op == OP_SCAN_EQUAL || op == OP_SCAN_LOW || op == OP_SCAN_HIGH;
}

/* EOT was reached without terminal count. Verify and Scan are meant to end so. */
static void end_of_cylinder(struct fdc *f)
{
    struct fdc_transfer *t = &f->transfer;

    if (is_scan(t->op)) t->st2 |= ST2_SN;
    else if (t->op != OP_VERIFY) t->st1 |= ST1_EN;
    finish(f, is_scan(t->op) || t->op == OP_VERIFY);
}

/* Scan moves on by STP sectors (DTL byte: 1 or 2). */
static bool advance(struct fdc_transfer *t)
{
    bool more = next_sector(t);

    if (is_scan(t->op) && t->dtl == 2 && more) more = next_sector(t);
    return more;
}

static void go_on(struct fdc *f)
{
    if (f->transfer.op == OP_READ_TRACK) { /* counts sectors, whatever R is */
        f->transfer.r++;
        wait_ns(f, sector_time(transfer_drive(f)));
        return;
    }
    if (advance(&f->transfer)) wait_ns(f, sector_time(transfer_drive(f)));
    else end_of_cylinder(f);
}

/* The sector is done; TC: the host has had, or given, enough. */
static void sector_done(struct fdc *f, bool tc)
{
    struct fdc_transfer *t = &f->transfer;

    t->st0_head = t->head;
    t->index++;
    if (t->last || t->satisfied) { /* a deleted sector, or a hit: reported as it is */
        finish(f, true);
        return;
    }
    if (tc || (t->remaining && --t->remaining == 0)) {
        bool verify = t->op == OP_VERIFY;

        advance(t);
        if (!tc && !verify) end_of_cylinder(f); /* Read Track */
        else finish(f, true);
        return;
    }
    go_on(f);
}

/* FFh on either side matches everything. Sets ST2 and whether the command's condition holds for this sector. */
static void compare(struct fdc_transfer *t, const uint8_t *disk, const uint8_t *host, unsigned n)
{
    int order = 0; /* of disk against host: the first byte that differs decides */

    for (unsigned i = 0; i < n && !order; i++) {
        if (disk[i] == 0xFF || host[i] == 0xFF) continue;
        order = (int)disk[i] - (int)host[i];
    }
    t->st2 &= (uint8_t)~(ST2_SH | ST2_SN);
    if (order == 0) t->st2 |= ST2_SH;
    t->satisfied = order == 0 || (t->op == OP_SCAN_LOW && order < 0) || (t->op == OP_SCAN_HIGH && order > 0);
}

/* N bytes of the present sector are in f->data. */
static void write_or_compare(struct fdc *f, unsigned n, bool tc)
{
    struct fdc_transfer *t = &f->transfer;
    struct fdc_drive    *d = transfer_drive(f);

    if (is_scan(t->op)) {
        uint8_t host[FDC_SECTOR];

        memcpy(host, f->data, sizeof(host));
        if (!load_sector(f, d, t->r)) {
            fail(f, ST1_DE, ST2_DD);
            return;
        }
        compare(t, f->data, host, n);
        if (tc && !t->satisfied) t->st2 |= ST2_SN;
    } else {
        memset(f->data + n, 0, FDC_SECTOR - n); /* terminal count within the sector */
        if (!store_sector(f, d, t->r, t->deleted)) {
            fail(f, ST1_DE, ST2_DD);
            return;
        }
    }
    sector_done(f, tc);
}

static void move_sector(struct fdc *f)
{
    struct fdc_transfer *t = &f->transfer;
    bool     to_host = t->op == OP_READ || t->op == OP_READ_TRACK;
    unsigned n = FDC_SECTOR;

    switch (move(f, to_host, &n)) {
    case MOVED_PIO: break;
    case MOVED_LATE: wait_ns(f, sector_time(transfer_drive(f))); break;
    case MOVED_SHORT: fail(f, ST1_OR, 0); break;
    case MOVED_TC:
        if (to_host) sector_done(f, true);
        else write_or_compare(f, n, true);
        break;
    case MOVED:
        if (to_host) sector_done(f, false);
        else write_or_compare(f, n, false);
        break;
    }
}

/* Looks for sector C, H, R, N; the IDs on the track have its cylinder, its head, 1 to the number of sectors, 2. */
static bool find_sector(struct fdc *f, struct fdc_drive *d)
{
    const struct fdc_transfer *t = &f->transfer;
    bool right_cylinder = t->c == cylinder(d);

    if (!readable(f, d)) {
        fail_search(f, ST1_MA, 0);
        return false;
    }
    if (!right_cylinder || t->h != t->head || t->n != SIZE_CODE || t->r < 1 || t->r > d->geometry.sectors) {
        fail_search(f, ST1_ND, right_cylinder ? 0 : ST2_WC);
        return false;
    }
    d->next = t->r % d->geometry.sectors;
    return true;
}

/* Read, Write, Verify, Scan: one sector. A sector of the other kind (normal, deleted) is skipped with SK, else it
 * is the last. */
static void data_sector(struct fdc *f)
{
    struct fdc_transfer *t = &f->transfer;
    struct fdc_drive    *d = transfer_drive(f);

    if (!find_sector(f, d)) return;
    if (t->op == OP_WRITE) {
        move_sector(f);
        return;
    }
    if (is_marked(d, sector_number(f, d, t->r)) != t->deleted) {
        t->st2 |= ST2_CM;
        if (t->skip) {
            t->st0_head = t->head;
            go_on(f);
            return;
        }
        t->last = true;
    }
    if (!is_scan(t->op) && !load_sector(f, d, t->r)) fail(f, ST1_DE, ST2_DD);
    else if (t->op == OP_VERIFY) sector_done(f, false);
    else move_sector(f);
}

/* Read Track: the sectors in the order that they lie in, EOT of them; one whose ID is not as expected is read all
 * the same. */
static void track_sector(struct fdc *f)
{
    struct fdc_transfer *t = &f->transfer;
    struct fdc_drive    *d = transfer_drive(f);
    unsigned             r;

    if (!readable(f, d)) {
        fail_search(f, ST1_MA, 0);
        return;
    }
    r = t->index % d->geometry.sectors + 1u;
    d->next = (uint8_t)(r % d->geometry.sectors);
    if (t->c != cylinder(d)) t->st2 |= ST2_WC;
    if (t->c != cylinder(d) || t->h != t->head || t->n != SIZE_CODE || t->r != r) t->st1 |= ST1_ND;
    if (!load_sector(f, d, r)) t->st1 |= ST1_DE;
    move_sector(f);
}

/* --- Read ID, Format ------------------------------------------------------------------------------------ */

static void read_id(struct fdc *f)
{
    struct fdc_transfer *t = &f->transfer;
    struct fdc_drive    *d = transfer_drive(f);

    if (!readable(f, d)) {
        fail_search(f, ST1_MA, 0);
        return;
    }
    t->c = (uint8_t)cylinder(d);
    t->h = t->head;
    t->r = (uint8_t)(d->next % d->geometry.sectors + 1);
    t->n = SIZE_CODE;
    d->next = t->r % d->geometry.sectors;
    finish(f, true);
}

/* The host gives C, H, R, N of each sector. Images hold the sectors of their own shape only: those get the fill
 * byte, others are lost. */
static void format_sector(struct fdc *f, bool tc)
{
    struct fdc_transfer *t = &f->transfer;
    struct fdc_drive    *d = transfer_drive(f);
    const uint8_t       *id = f->data;
    bool here = id[0] == cylinder(d) && id[1] == t->head;
    bool on_image = here && id[2] >= 1 && id[2] <= d->geometry.sectors && id[3] == SIZE_CODE;

    t->c = id[0];
    t->h = id[1];
    t->r = id[2];
    t->n = id[3];
    if (on_image) {
        memset(f->data, t->fill, sizeof(f->data));
        if (!store_sector(f, d, t->r, false)) {
            fail(f, ST1_DE, 0);
            return;
        }
    }
    if (--t->remaining == 0 || tc) finish(f, true);
    else wait_ns(f, sector_time(d));
}

/* A disk can be formatted only at its own density: an image does not change its size. */
static void format_track(struct fdc *f)
{
    struct fdc_drive *d = transfer_drive(f);
    unsigned          n = 4;

    if (!readable(f, d)) {
        fail_search(f, ST1_MA, 0);
        return;
    }
    if (!f->transfer.remaining) {
        finish(f, true);
        return;
    }
    switch (move(f, false, &n)) {
    case MOVED_PIO: break;
    case MOVED_LATE: wait_ns(f, sector_time(d)); break;
    case MOVED_SHORT: fail(f, ST1_OR, 0); break;
    case MOVED_TC:
        if (n == 4) format_sector(f, true);
        else fail(f, ST1_OR, 0);
        break;
    case MOVED: format_sector(f, false); break;
    }
}

void fdc_transfer_pio_done(struct fdc *f)
{
    struct fdc_transfer *t = &f->transfer;
    struct fdc_drive    *d = transfer_drive(f);

    event_cancel(f->clock, &f->exec);
    if (!readable(f, d)) fail(f, ST1_ND, 0); /* the disk was taken out, or the data rate changed, meanwhile */
    else if (t->op == OP_FORMAT) format_sector(f, false);
    else if (t->op == OP_READ || t->op == OP_READ_TRACK) sector_done(f, false);
    else write_or_compare(f, FDC_SECTOR, false);
}

/* --- start and events ----------------------------------------------------------------------------------- */

/* With the motor off or without a disk there is no index pulse, and the controller waits for one: until the host
 * resets it. */
static bool spinning(const struct fdc *f)
{
    return fdc_motor_on(f, f->transfer.drive) && f->drive[f->transfer.drive].media;
}

static bool writes(uint8_t op)
{
    return op == OP_WRITE || op == OP_FORMAT;
}

void fdc_transfer_due(void *opaque, uint64_t late)
{
    struct fdc          *f = opaque;
    struct fdc_transfer *t = &f->transfer;

    (void)late;
    if (f->phase == FDC_PIO) { /* the host left a byte for too long */
        fail(f, ST1_OR, 0);
        return;
    }
    if (f->phase != FDC_EXECUTION) return;
    if (!spinning(f)) {
        t->stalled = true;
        return;
    }
    if (t->failed) {
        finish(f, false);
        return;
    }
    if (writes(t->op) && transfer_drive(f)->media->read_only) {
        fail(f, ST1_NW, 0);
        return;
    }
    switch (t->op) {
    case OP_READ_ID: read_id(f); break;
    case OP_FORMAT: format_track(f); break;
    case OP_READ_TRACK: track_sector(f); break;
    default: data_sector(f); break;
    }
}

void fdc_transfer_resume(struct fdc *f)
{
    if (f->phase != FDC_EXECUTION || !f->transfer.stalled || !spinning(f)) return;
    f->transfer.stalled = false;
    wait_ns(f, revolution(transfer_drive(f)));
}

/* The low five bits of the opcode. */
static enum fdc_op op_of(uint8_t opcode)
{
    switch (opcode & 0x1F) {
    case 0x05:
    case 0x09: return OP_WRITE;
    case 0x02: return OP_READ_TRACK;
    case 0x16: return OP_VERIFY;
    case 0x11: return OP_SCAN_EQUAL;
    case 0x19: return OP_SCAN_LOW;
    case 0x1D: return OP_SCAN_HIGH;
    case 0x0D: return OP_FORMAT;
    case 0x0A: return OP_READ_ID;
    default: return OP_READ;
    }
}

static void set_parameters(struct fdc_transfer *t, const uint8_t *command)
{
    uint8_t opcode = command[0] & 0x1F;

    t->multi_track = (command[0] & OPCODE_MT) && t->op != OP_FORMAT && t->op != OP_READ_ID;
    t->mfm = command[0] & OPCODE_MFM;
    t->skip = command[0] & OPCODE_SK;
    t->deleted = opcode == 0x0C || opcode == 0x09;
    if (t->op == OP_READ_ID) return;
    if (t->op == OP_FORMAT) {
        t->n = command[2];
        t->remaining = t->eot = command[3];
        t->fill = command[5];
        return;
    }
    t->c = command[2];
    t->h = command[3];
    t->r = command[4];
    t->n = command[5];
    t->eot = command[6];
    t->dtl = command[8];
    if (t->op == OP_VERIFY && (command[1] & VERIFY_EC)) t->remaining = t->dtl ? t->dtl : 256;
    if (t->op == OP_READ_TRACK) t->remaining = t->eot ? t->eot : 256;
}

/* Configure's EIS: the head goes to cylinder C first. */
static uint64_t implied_seek(struct fdc *f)
{
    struct fdc_transfer *t = &f->transfer;
    struct fdc_drive    *d = transfer_drive(f);
    uint64_t             time;

    if ((!(f->config & CONFIG_EIS) && f->rate_set) || t->op == OP_FORMAT || t->op == OP_READ_ID || t->c == d->pcn) return 0;
    time = fdc_step(f, d, t->c - d->pcn);
    d->pcn = t->c;
    t->seek_end = true;
    return time;
}

void fdc_transfer_start(struct fdc *f)
{
    struct fdc_transfer *t = &f->transfer;
    unsigned             load = f->hlt_nd >> 1;
    uint64_t             time;

    memset(t, 0, sizeof(*t));
    t->op = (uint8_t)op_of(f->command[0]);
    t->drive = f->command[1] & 3;
    t->head = t->st0_head = f->command[1] >> 2 & 1;
    t->patience = PATIENCE;
    set_parameters(t, f->command);
    f->phase = FDC_EXECUTION;
    f->command_count = f->command_length = 0;

    time = implied_seek(f) + (load ? load : 128) * fdc_rate_thirds(f) * FDC_MS / 3; /* head load time */
    if (t->op == OP_READ_TRACK) time += revolution(transfer_drive(f)) / 2; /* begins at the index hole */
    wait_ns(f, time + sector_time(transfer_drive(f)));
}
