/* fdc.c: 82077AA floppy disk controller: registers, command and result phases, seeks, reset. Ports 3F0h-3F5h, 3F7h.
 *
 * Intel 290468, 82077AA data sheet. Commands that move data are in fdc_transfer.c, disk formats in fdc_media.c. */
#include "devices/fdc_internal.h"

#include <errno.h>
#include <string.h>

enum fdc_register { /* from 3F0h */
    REG_SRA,
    REG_SRB,
    REG_DOR,
    REG_TDR,
    REG_MSR_DSR,
    REG_FIFO,
};

enum fdc_sra { /* 3F0h, PS/2 mode */
    SRA_INT_PENDING = 0x80,
    SRA_NO_TRK0 = 0x10,
    SRA_HDSEL = 0x08,
    SRA_NO_INDEX = 0x04,
    SRA_NO_WP = 0x02,
};

enum fdc_msr { /* 3F4h, main status register */
    MSR_RQM = 0x80,
    MSR_DIO = 0x40, /* to the host */
    MSR_NON_DMA = 0x20,
    MSR_CMD_BUSY = 0x10, /* bits 0-3: drive is seeking */
};

enum fdc_st3 {
    ST3_WP = 0x40,
    ST3_ONE = 0x28, /* bits 5 and 3 are always 1 */
    ST3_T0 = 0x10,
};

#define DSR_RESET       0x80
#define DSR_RATE        0x03
#define RATE_500        0
#define RATE_250        2
#define DIR_CHANGED     0x80
#define DIR_PS2         0x78 /* bits 6-3 read 1 */
#define DIR_LOW_DENSITY 0x01
#define CONFIG_DEFAULT  CONFIG_EFIFO
#define CONTROLLER_ID   0x90 /* answer to Version: an enhanced controller */
#define RECAL_STEPS     79   /* step pulses of Recalibrate at most */
#define SETTLE_MS       15
#define POLL_NS         100000 /* from the end of a reset to its interrupt; 250 us at most in the data sheet */

static const char *const seek_names[FDC_DRIVES] = {"fdc.seek0", "fdc.seek1", "fdc.seek2", "fdc.seek3"};

/* --- interrupt, phases ---------------------------------------------------------------------------------- */

void fdc_set_irq(struct fdc *f, bool level)
{
    f->irq = level;
    irq_set(&f->irq6, level && (f->dor & DOR_DMA_GATE) && (f->dor & DOR_NOT_RESET));
}

void fdc_begin_result(struct fdc *f, unsigned length)
{
    f->phase = FDC_RESULT;
    f->result_count = 0;
    f->result_length = (uint8_t)length;
}

static void idle(struct fdc *f)
{
    f->phase = FDC_IDLE;
    f->command_count = f->command_length = 0;
}

static struct fdc_drive *command_drive(struct fdc *f)
{
    return &f->drive[f->command[1] & 3];
}

bool fdc_motor_on(const struct fdc *f, unsigned drive)
{
    return drive < FDC_DRIVES && (f->dor & DOR_NOT_RESET) && (f->dor & DOR_MOTOR_0 << drive);
}

/* --- seeks ---------------------------------------------------------------------------------------------- */

static int last_track(const struct fdc_drive *d)
{
    return d->type == FDC_360K ? 41 : FDC_MAX_TRACKS - 1;
}

/* A step pulse with a disk in the drive clears the disk change line. Step rate: 16 less bits 7-4 of Specify, in
 * units that depend on the data rate. */
uint64_t fdc_step(struct fdc *f, struct fdc_drive *d, int steps)
{
    int track = d->track + steps, count = steps < 0 ? -steps : steps;

    if (track < 0) track = 0;
    if (track > last_track(d)) track = last_track(d);
    if (d->type != FDC_NO_DRIVE) d->track = (uint8_t)track;
    if (count && d->media) d->changed = false;
    return (unsigned)count * (16u - (f->srt_hut >> 4)) * fdc_rate_thirds(f) * FDC_MS / 6 + (count ? SETTLE_MS * FDC_MS : 0);
}

/* The end of a seek is reported by Sense Interrupt Status. Other commands may run meanwhile. */
static void seek_due(void *opaque, uint64_t late)
{
    struct fdc *f = opaque;

    (void)late;
    for (unsigned i = 0; i < FDC_DRIVES; i++) {
        struct fdc_drive *d = &f->drive[i];

        if (!d->seek_st0 || d->seek.pending) continue;
        d->pending = d->seek_st0;
        d->seek_st0 = 0;
        fdc_set_irq(f, true);
    }
}

static void begin_seek(struct fdc *f, struct fdc_drive *d, int steps, uint8_t pcn, uint8_t st0)
{
    uint64_t time = fdc_step(f, d, steps);

    d->pcn = pcn;
    d->pending = 0;
    d->seek_st0 = (uint8_t)(st0 | (f->command[1] & 7));
    event_schedule(f->clock, &d->seek, clock_now(f->clock) + time + FDC_MS);
    idle(f);
}

/* Steps out until track 0 shows, 79 pulses at most; a drive that is not there never shows it. */
static void run_recalibrate(struct fdc *f)
{
    struct fdc_drive *d = command_drive(f);
    bool there = d->type != FDC_NO_DRIVE;
    int  steps = there && d->track < RECAL_STEPS ? d->track : RECAL_STEPS;
    bool reached = there && d->track <= RECAL_STEPS;

    f->command[1] &= 3; /* head 0 */
    begin_seek(f, d, -steps, 0, reached ? ST0_SE : ST0_SE | ST0_EC | ST0_ABNORMAL);
}

static void run_seek(struct fdc *f)
{
    struct fdc_drive *d = command_drive(f);

    begin_seek(f, d, f->command[2] - d->pcn, f->command[2], ST0_SE);
}

/* Bit 6 of the opcode: towards the spindle. */
static void run_relative_seek(struct fdc *f)
{
    struct fdc_drive *d = command_drive(f);
    int steps = f->command[0] & 0x40 ? f->command[2] : -f->command[2];

    begin_seek(f, d, steps, (uint8_t)(d->pcn + steps), ST0_SE);
}

/* --- commands without data ------------------------------------------------------------------------------ */

static void run_invalid(struct fdc *f)
{
    f->result[0] = ST0_INVALID;
    fdc_begin_result(f, 1);
}

static void run_specify(struct fdc *f)
{
    f->srt_hut = f->command[1];
    f->hlt_nd = f->command[2];
    idle(f);
}

static void run_sense_drive(struct fdc *f)
{
    const struct fdc_drive *d = command_drive(f);
    uint8_t st3 = (uint8_t)(ST3_ONE | (f->command[1] & 7));

    if (d->media && d->media->read_only) st3 |= ST3_WP;
    if (d->type != FDC_NO_DRIVE && d->track == 0) st3 |= ST3_T0;
    f->result[0] = st3;
    fdc_begin_result(f, 1);
}

/* One drive at a time, lowest first; invalid if there is nothing to report. The interrupt goes with the first of
 * the four reports after a reset, and comes again for each further seek. */
static void run_sense_interrupt(struct fdc *f)
{
    bool sensed = false, more = false;

    for (unsigned i = 0; i < FDC_DRIVES; i++) {
        struct fdc_drive *d = &f->drive[i];

        if (!d->pending) continue;
        if (sensed) {
            if ((d->pending & ST0_READY_CHANGED) != ST0_READY_CHANGED) more = true;
            continue;
        }
        f->result[0] = d->pending;
        f->result[1] = d->pcn;
        d->pending = 0;
        sensed = true;
    }
    if (!sensed) {
        run_invalid(f);
        return;
    }
    fdc_set_irq(f, false);
    if (more) fdc_set_irq(f, true);
    fdc_begin_result(f, 2);
}

static void run_version(struct fdc *f)
{
    f->result[0] = CONTROLLER_ID;
    fdc_begin_result(f, 1);
}

static void run_configure(struct fdc *f)
{
    f->config = f->command[2] & 0x7F;
    f->pretrk = f->command[3];
    idle(f);
}

/* Bits 5-2 change only with OW, bit 7. */
static void run_perpendicular(struct fdc *f)
{
    uint8_t value = f->command[1];

    f->perpendicular = value & 0x80 ? value & 0x3F : (f->perpendicular & 0x3C) | (value & 0x03);
    idle(f);
}

static void run_lock(struct fdc *f)
{
    f->lock = f->command[0] & 0x80;
    f->result[0] = f->lock ? 0x10 : 0x00;
    fdc_begin_result(f, 1);
}

static void run_dumpreg(struct fdc *f)
{
    for (unsigned i = 0; i < FDC_DRIVES; i++) f->result[i] = f->drive[i].pcn;
    f->result[4] = f->srt_hut;
    f->result[5] = f->hlt_nd;
    f->result[6] = f->transfer.eot;
    f->result[7] = (uint8_t)((f->lock ? 0x80 : 0) | f->perpendicular);
    f->result[8] = f->config;
    f->result[9] = f->pretrk;
    fdc_begin_result(f, 10);
}

/* By opcode: MASK leaves out the bits MT, MFM, SK and the like. The 82077AA has no Part ID (18h); it is invalid,
 * as the later 82078's data sheet says older parts answer. */
static const struct {
    uint8_t mask, value, length;
    void (*run)(struct fdc *);
} commands[] = {
    {0x1F, 0x06, 9, fdc_transfer_start}, /* Read Data */
    {0x1F, 0x0C, 9, fdc_transfer_start}, /* Read Deleted Data */
    {0x3F, 0x05, 9, fdc_transfer_start}, /* Write Data */
    {0x3F, 0x09, 9, fdc_transfer_start}, /* Write Deleted Data */
    {0x9F, 0x02, 9, fdc_transfer_start}, /* Read Track */
    {0x1F, 0x16, 9, fdc_transfer_start}, /* Verify */
    {0x1F, 0x11, 9, fdc_transfer_start}, /* Scan Equal */
    {0x1F, 0x19, 9, fdc_transfer_start}, /* Scan Low or Equal */
    {0x1F, 0x1D, 9, fdc_transfer_start}, /* Scan High or Equal */
    {0xBF, 0x0D, 6, fdc_transfer_start}, /* Format Track */
    {0xBF, 0x0A, 2, fdc_transfer_start}, /* Read ID */
    {0xFF, 0x07, 2, run_recalibrate},
    {0xFF, 0x08, 1, run_sense_interrupt},
    {0xFF, 0x03, 3, run_specify},
    {0xFF, 0x04, 2, run_sense_drive},
    {0xFF, 0x0F, 3, run_seek},
    {0xBF, 0x8F, 3, run_relative_seek},
    {0xFF, 0x13, 4, run_configure},
    {0xFF, 0x10, 1, run_version},
    {0xFF, 0x12, 2, run_perpendicular},
    {0x7F, 0x14, 1, run_lock},
    {0xFF, 0x0E, 1, run_dumpreg},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Index into COMMANDS, COUNT(commands) if OPCODE is invalid. */
static size_t find_command(uint8_t opcode)
{
    size_t i = 0;

    while (i < COUNT(commands) && (opcode & commands[i].mask) != commands[i].value) i++;
    return i;
}

static void command_byte(struct fdc *f, uint8_t byte)
{
    size_t i = find_command(f->phase == FDC_IDLE ? byte : f->command[0]);

    if (f->phase == FDC_IDLE) {
        f->phase = FDC_COMMAND;
        f->command_count = 0;
        f->command_length = i < COUNT(commands) ? commands[i].length : 1;
    }
    f->command[f->command_count++] = byte;
    if (f->command_count < f->command_length) return;
    if (i < COUNT(commands)) commands[i].run(f);
    else run_invalid(f);
}

/* --- FIFO ----------------------------------------------------------------------------------------------- */

/* One byte of a transfer without DMA has passed. Each further one asks for an interrupt of its own. */
static void pio_byte_done(struct fdc *f)
{
    fdc_set_irq(f, false);
    if (f->data_count < f->data_length) {
        fdc_set_irq(f, true);
        fdc_transfer_pio_wait(f);
        return;
    }
    f->phase = FDC_EXECUTION;
    fdc_transfer_pio_done(f);
}

static uint8_t read_fifo(struct fdc *f)
{
    uint8_t byte = 0;

    if (f->phase == FDC_RESULT) {
        if (f->result_count == 0 && f->result_length == FDC_DATA_RESULT) fdc_set_irq(f, false);
        byte = f->result[f->result_count++];
        if (f->result_count == f->result_length) idle(f);
    } else if (f->phase == FDC_PIO && f->data_to_host) {
        byte = f->data[f->data_count++];
        pio_byte_done(f);
    }
    return byte;
}

static void write_fifo(struct fdc *f, uint8_t byte)
{
    if (f->phase == FDC_IDLE || f->phase == FDC_COMMAND) {
        command_byte(f, byte);
    } else if (f->phase == FDC_PIO && !f->data_to_host) {
        f->data[f->data_count++] = byte;
        pio_byte_done(f);
    }
}

/* --- reset ---------------------------------------------------------------------------------------------- */

/* What both a hardware and a software reset do. */
static void abort_all(struct fdc *f)
{
    event_cancel(f->clock, &f->exec);
    event_cancel(f->clock, &f->poll);
    for (unsigned i = 0; i < FDC_DRIVES; i++) {
        event_cancel(f->clock, &f->drive[i].seek);
        f->drive[i].pending = f->drive[i].seek_st0 = 0;
    }
    idle(f);
    memset(&f->transfer, 0, sizeof(f->transfer));
    fdc_set_irq(f, false);
}

/* DOR bit 2 low, or DSR bit 7: keeps Specify's values, and with Lock those of Configure. */
static void software_reset(struct fdc *f)
{
    abort_all(f);
    f->perpendicular &= 0x3C;
    if (f->lock) return;
    f->config = CONFIG_DEFAULT;
    f->pretrk = 0;
}

/* The drives' ready lines are polled; as all seem to have changed, each reports once. */
static void poll_due(void *opaque, uint64_t late)
{
    struct fdc *f = opaque;

    (void)late;
    if (f->config & CONFIG_POLL) return;
    for (unsigned i = 0; i < FDC_DRIVES; i++) f->drive[i].pending = (uint8_t)(ST0_READY_CHANGED | i);
    fdc_set_irq(f, true);
}

static void end_reset(struct fdc *f)
{
    event_schedule(f->clock, &f->poll, clock_now(f->clock) + POLL_NS);
}

/* --- registers ------------------------------------------------------------------------------------------ */

static uint8_t read_sra(const struct fdc *f)
{
    const struct fdc_drive *d = &f->drive[f->dor & DOR_DRIVE];
    uint64_t revolution = 200 * FDC_MS;
    uint8_t  sra = SRA_NO_INDEX | SRA_NO_WP | SRA_NO_TRK0;

    if (f->irq) sra |= SRA_INT_PENDING;
    if (f->transfer.head) sra |= SRA_HDSEL;
    if (d->type != FDC_NO_DRIVE && d->track == 0) sra &= (uint8_t)~SRA_NO_TRK0;
    if (d->media && d->media->read_only) sra &= (uint8_t)~SRA_NO_WP;
    if (d->media && fdc_motor_on(f, f->dor & DOR_DRIVE) && clock_now(f->clock) % revolution < revolution / 64)
        sra &= (uint8_t)~SRA_NO_INDEX;
    return sra;
}

/* Bits 7-6 are 1; drive select 0, motors 1 and 0. */
static uint8_t read_srb(const struct fdc *f)
{
    return (uint8_t)(0xC0 | (f->dor & 1) << 5 | (f->dor >> 4 & 3));
}

static uint8_t read_msr(const struct fdc *f)
{
    uint8_t msr = 0;

    if (!(f->dor & DOR_NOT_RESET)) return 0;
    for (unsigned i = 0; i < FDC_DRIVES; i++)
        if (f->drive[i].seek.pending) msr |= (uint8_t)(1u << i);
    switch (f->phase) {
    case FDC_IDLE: return msr | MSR_RQM;
    case FDC_COMMAND: return msr | MSR_RQM | MSR_CMD_BUSY;
    case FDC_EXECUTION: return msr | MSR_CMD_BUSY | (f->hlt_nd & HLT_ND ? MSR_NON_DMA : 0);
    case FDC_PIO: return msr | MSR_RQM | MSR_NON_DMA | MSR_CMD_BUSY | (f->data_to_host ? MSR_DIO : 0);
    default: return msr | MSR_RQM | MSR_DIO | MSR_CMD_BUSY;
    }
}

static uint8_t read_dir(const struct fdc *f)
{
    const struct fdc_drive *d = &f->drive[f->dor & DOR_DRIVE];
    uint8_t dir = (uint8_t)(DIR_PS2 | (f->rate << 1));

    if (f->rate != RATE_500 && f->rate != 3) dir |= DIR_LOW_DENSITY;
    if (d->changed && d->type != FDC_360K && d->type != FDC_NO_DRIVE) dir |= DIR_CHANGED;
    return dir;
}

static void write_dor(struct fdc *f, uint8_t value)
{
    uint8_t old = f->dor;

    f->dor = value;
    if ((old & DOR_NOT_RESET) && !(value & DOR_NOT_RESET)) software_reset(f);
    if (!(old & DOR_NOT_RESET) && (value & DOR_NOT_RESET)) end_reset(f);
    fdc_set_irq(f, f->irq);
    fdc_transfer_resume(f);
}

static void write_dsr(struct fdc *f, uint8_t value)
{
    f->dsr = value & (uint8_t)~DSR_RESET;
    f->rate = value & DSR_RATE;
    f->rate_set = true;
    if (!(value & DSR_RESET) || !(f->dor & DOR_NOT_RESET)) return;
    software_reset(f);
    end_reset(f);
}

static uint32_t fdc_read(void *opaque, uint32_t offset, unsigned size)
{
    struct fdc *f = opaque;

    (void)size;
    switch (offset) {
    case REG_SRA: return read_sra(f);
    case REG_SRB: return read_srb(f);
    case REG_DOR: return f->dor;
    case REG_TDR: return 0xFC | f->tdr; /* only bits 1-0 are driven */
    case REG_MSR_DSR: return read_msr(f);
    default: return f->dor & DOR_NOT_RESET ? read_fifo(f) : 0xFF;
    }
}

static void fdc_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct fdc *f = opaque;

    (void)size;
    switch (offset) {
    case REG_DOR: write_dor(f, (uint8_t)value); break;
    case REG_TDR: f->tdr = value & 3; break;
    case REG_MSR_DSR: write_dsr(f, (uint8_t)value); break;
    case REG_FIFO:
        if (f->dor & DOR_NOT_RESET) write_fifo(f, (uint8_t)value);
        break;
    default: break; /* SRA, SRB: read only */
    }
}

/* 3F7h: DIR, and CCR when written. */
static uint32_t fdc_dir_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)offset;
    (void)size;
    return read_dir(opaque);
}

static void fdc_ccr_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct fdc *f = opaque;

    (void)offset;
    (void)size;
    f->rate = value & DSR_RATE;
    f->rate_set = true;
}

static const struct bus_ops register_ops = {.read = fdc_read, .write = fdc_write, .max_size = 1};
static const struct bus_ops dir_ops = {.read = fdc_dir_read, .write = fdc_ccr_write, .max_size = 1};

/* --- wiring --------------------------------------------------------------------------------------------- */

void fdc_init(struct fdc *f, struct bus *bus, struct clock *clock, struct irq_line irq6, struct dma_line dma,
              const struct fdc_config *config)
{
    memset(f, 0, sizeof(*f));
    f->clock = clock;
    f->irq6 = irq6;
    f->dma = dma;
    event_init(&f->exec, "fdc.exec", fdc_transfer_due, f, 0);
    event_init(&f->poll, "fdc.poll", poll_due, f, 0);
    for (unsigned i = 0; i < FDC_DRIVES; i++) {
        f->drive[i].type = config->type[i];
        event_init(&f->drive[i].seek, seek_names[i], seek_due, f, 0);
    }
    bus_map_ports(bus, 0x3F0, 6, &register_ops, f);
    bus_map_ports(bus, 0x3F7, 1, &dir_ops, f);
}

bool fdc_has_drive(const struct fdc *f, unsigned drive)
{
    return drive < FDC_DRIVES && f->drive[drive].type != FDC_NO_DRIVE;
}

int fdc_insert(struct fdc *f, unsigned drive, struct block *media)
{
    struct fdc_drive *d = &f->drive[drive & 3];

    if (!fdc_has_drive(f, drive)) return -ENODEV;
    d->media = NULL;
    d->changed = true;
    d->next = 0;
    memset(d->deleted, 0, sizeof(d->deleted));
    memset(&d->geometry, 0, sizeof(d->geometry));
    if (!media) return 0;
    if (!fdc_geometry(media->size, &d->geometry)) return -EINVAL;
    d->media = media;
    fdc_transfer_resume(f);
    return 0;
}

/* Hardware reset: the registers' defaults. Disks stay in; the drives' electronics start with their change lines
 * active. */
static void fdc_reset(void *device)
{
    struct fdc *f = device;

    f->dor = 0;
    abort_all(f);
    f->tdr = 0;
    f->dsr = f->rate = RATE_250;
    f->rate_set = false;
    f->srt_hut = f->hlt_nd = f->perpendicular = f->pretrk = 0;
    f->config = CONFIG_DEFAULT;
    f->lock = false;
    f->result_count = f->result_length = 0;
    f->data_count = f->data_length = 0;
    f->data_to_host = false;
    f->sectors_read = f->sectors_written = 0;
    memset(f->command, 0, sizeof(f->command));
    memset(f->result, 0, sizeof(f->result));
    memset(f->data, 0, sizeof(f->data));
    for (unsigned i = 0; i < FDC_DRIVES; i++) {
        struct fdc_drive *d = &f->drive[i];

        d->track = d->pcn = d->next = 0;
        d->changed = true;
    }
}

/* Positions within the phase's buffer. */
static bool phase_valid(const struct fdc *f)
{
    switch (f->phase) {
    case FDC_IDLE:
    case FDC_EXECUTION: return true;
    case FDC_COMMAND: return f->command_count < f->command_length && f->command_length <= sizeof(f->command);
    case FDC_PIO: return f->data_count < f->data_length && f->data_length <= FDC_SECTOR;
    case FDC_RESULT: return f->result_count < f->result_length && f->result_length <= sizeof(f->result);
    default: return false;
    }
}

static int fdc_loaded(void *device)
{
    struct fdc *f = device;

    if (!phase_valid(f) || f->rate > 3 || f->transfer.drive >= FDC_DRIVES || f->transfer.head > 1) return -EINVAL;
    for (unsigned i = 0; i < FDC_DRIVES; i++)
        if (f->drive[i].track > last_track(&f->drive[i])) return -EINVAL;
    fdc_set_irq(f, f->irq);
    return 0;
}

static const struct state_field drive_fields[] = {
    STATE_UINT(struct fdc_drive, track),
    STATE_UINT(struct fdc_drive, pcn),
    STATE_UINT(struct fdc_drive, next),
    STATE_UINT(struct fdc_drive, pending),
    STATE_UINT(struct fdc_drive, seek_st0),
    STATE_UINT(struct fdc_drive, changed),
    STATE_BYTES(struct fdc_drive, deleted),
    STATE_EVENT(struct fdc_drive, seek),
    STATE_SKIP(struct fdc_drive, type),
    STATE_SKIP(struct fdc_drive, media),
    STATE_SKIP(struct fdc_drive, geometry),
    STATE_END,
};

static const struct state_field transfer_fields[] = {
    STATE_UINT(struct fdc_transfer, op),
    STATE_UINT(struct fdc_transfer, drive),
    STATE_UINT(struct fdc_transfer, head),
    STATE_UINT(struct fdc_transfer, st0_head),
    STATE_UINT(struct fdc_transfer, c),
    STATE_UINT(struct fdc_transfer, h),
    STATE_UINT(struct fdc_transfer, r),
    STATE_UINT(struct fdc_transfer, n),
    STATE_UINT(struct fdc_transfer, eot),
    STATE_UINT(struct fdc_transfer, dtl),
    STATE_UINT(struct fdc_transfer, multi_track),
    STATE_UINT(struct fdc_transfer, skip),
    STATE_UINT(struct fdc_transfer, mfm),
    STATE_UINT(struct fdc_transfer, deleted),
    STATE_UINT(struct fdc_transfer, seek_end),
    STATE_UINT(struct fdc_transfer, failed),
    STATE_UINT(struct fdc_transfer, stalled),
    STATE_UINT(struct fdc_transfer, last),
    STATE_UINT(struct fdc_transfer, satisfied),
    STATE_UINT(struct fdc_transfer, st1),
    STATE_UINT(struct fdc_transfer, st2),
    STATE_UINT(struct fdc_transfer, patience),
    STATE_UINT(struct fdc_transfer, index),
    STATE_UINT(struct fdc_transfer, remaining),
    STATE_UINT(struct fdc_transfer, fill),
    STATE_END,
};

static const struct state_field fdc_fields[] = {
    STATE_UINT(struct fdc, dor),
    STATE_UINT(struct fdc, tdr),
    STATE_UINT(struct fdc, dsr),
    STATE_UINT(struct fdc, rate),
    STATE_UINT(struct fdc, rate_set),
    STATE_UINT(struct fdc, srt_hut),
    STATE_UINT(struct fdc, hlt_nd),
    STATE_UINT(struct fdc, config),
    STATE_UINT(struct fdc, pretrk),
    STATE_UINT(struct fdc, perpendicular),
    STATE_UINT(struct fdc, lock),
    STATE_UINT(struct fdc, irq),
    STATE_UINT(struct fdc, phase),
    STATE_BYTES(struct fdc, command),
    STATE_UINT(struct fdc, command_count),
    STATE_UINT(struct fdc, command_length),
    STATE_BYTES(struct fdc, result),
    STATE_UINT(struct fdc, result_count),
    STATE_UINT(struct fdc, result_length),
    STATE_STRUCT(struct fdc, transfer, transfer_fields),
    STATE_BYTES(struct fdc, data),
    STATE_UINT(struct fdc, data_count),
    STATE_UINT(struct fdc, data_length),
    STATE_UINT(struct fdc, data_to_host),
    STATE_UINT(struct fdc, sectors_read),
    STATE_UINT(struct fdc, sectors_written),
    STATE_ARRAY(struct fdc, drive, drive_fields),
    STATE_EVENT(struct fdc, exec),
    STATE_EVENT(struct fdc, poll),
    STATE_SKIP(struct fdc, clock),
    STATE_SKIP(struct fdc, irq6),
    STATE_SKIP(struct fdc, dma),
    STATE_END,
};

const struct device_ops fdc_ops = {
    .name = "fdc",
    .version = 1,
    .reset = fdc_reset,
    .fields = fdc_fields,
    .loaded = fdc_loaded,
};
