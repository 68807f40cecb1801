/* ata.c: what every device on an ATA channel does alike: registers, phases of a command, resets. See ata.h.
 * ATA/ATAPI-6 sections 7, 9. */
#include "devices/ata.h"

#include <errno.h>
#include <string.h>

static void notify(struct ata_drive *d)
{
    d->changed(d->channel);
}

static void enter(struct ata_drive *d, enum ata_phase phase, uint8_t status)
{
    d->phase = phase;
    d->regs.status = status;
}

/* --- phases of a command ----------------------------------------------------------------------------------------------- */

void ata_busy(struct ata_drive *d, uint64_t ns)
{
    enter(d, ATA_BUSY, ATA_BSY);
    event_schedule(d->clock, &d->event, clock_now(d->clock) + ns);
}

static void open_buffer(struct ata_drive *d, enum ata_phase phase, uint32_t from, uint32_t to, bool interrupt)
{
    d->position = from;
    d->limit = to;
    enter(d, phase, ATA_DRDY | ATA_DSC | ATA_DRQ);
    d->intrq |= interrupt;
    notify(d);
}

void ata_pio_in(struct ata_drive *d, uint32_t from, uint32_t to, bool interrupt)
{
    open_buffer(d, ATA_PIO_IN, from, to, interrupt);
}

void ata_pio_out(struct ata_drive *d, uint32_t from, uint32_t to, bool interrupt)
{
    open_buffer(d, ATA_PIO_OUT, from, to, interrupt);
}

void ata_dma_in(struct ata_drive *d, uint32_t n)
{
    open_buffer(d, ATA_DMA_IN, 0, n, false);
}

void ata_dma_out(struct ata_drive *d, uint32_t n)
{
    open_buffer(d, ATA_DMA_OUT, 0, n, false);
}

void ata_idle(struct ata_drive *d)
{
    enter(d, ATA_IDLE, ATA_DRDY | ATA_DSC);
}

void ata_finish(struct ata_drive *d, uint8_t status)
{
    enter(d, ATA_IDLE, status);
    d->intrq = true;
    notify(d);
}

void ata_complete(struct ata_drive *d)
{
    d->regs.error = 0;
    ata_finish(d, ATA_DRDY | ATA_DSC);
}

void ata_fail(struct ata_drive *d, uint8_t error)
{
    d->regs.error = error;
    ata_finish(d, ATA_DRDY | ATA_DSC | ATA_ERR);
}

/* When the buffer is taken or filled, the device goes on. */
void ata_moved(struct ata_drive *d, uint32_t n)
{
    d->position += n;
    if (d->position < d->limit) return;
    enter(d, ATA_BUSY, ATA_BSY);
    d->ops->moved(d);
}

/* --- commands and resets ----------------------------------------------------------------------------------------------- */

void ata_command(struct ata_drive *d, uint8_t command)
{
    if (d->asleep && command != 0x08) return; /* 6.9: only DEVICE RESET (packet devices) and resets wake it */
    event_cancel(d->clock, &d->event);
    d->regs.command = command;
    d->regs.error = 0;
    d->intrq = false;
    enter(d, ATA_BUSY, ATA_BSY);
    notify(d);
    d->ops->command(d);
}

static void step(void *opaque, uint64_t late_ns)
{
    struct ata_drive *d = opaque;

    (void)late_ns;
    if (!d->in_reset) {
        d->ops->step(d);
        return;
    }
    d->in_reset = false;
    enter(d, ATA_IDLE, 0);
    d->ops->signature(d);
    /* 8.11: only device 0 asserts INTRQ after EXECUTE DEVICE DIAGNOSTIC; after a reset nobody does. */
    if (d->regs.command == 0x90 && !d->is_slave) d->intrq = true;
    notify(d);
}

/* What a reset and a diagnostic begin with. */
static void begin_reset(struct ata_drive *d)
{
    event_cancel(d->clock, &d->event);
    d->in_reset = true;
    d->asleep = false;
    d->intrq = false;
    d->position = d->limit = 0;
    enter(d, ATA_BUSY, ATA_BSY);
    notify(d);
}

void ata_software_reset(struct ata_drive *d, bool asserted)
{
    if (asserted) {
        begin_reset(d);
        d->regs.command = 0;
    } else {
        event_schedule(d->clock, &d->event, clock_now(d->clock) + ATA_RESET_NS);
    }
}

void ata_diagnostic(struct ata_drive *d)
{
    begin_reset(d);
    d->regs.command = 0x90;
    event_schedule(d->clock, &d->event, clock_now(d->clock) + ATA_RESET_NS);
}

/* The self-test that follows power-on is over by the time that the CPU starts. */
void ata_power_on(struct ata_drive *d)
{
    event_cancel(d->clock, &d->event);
    memset(&d->regs, 0, sizeof(d->regs));
    memset(&d->disk, 0, sizeof(d->disk));
    memset(&d->packet, 0, sizeof(d->packet));
    memset(d->buffer, 0, sizeof(d->buffer));
    d->kind_saved = (uint8_t)d->kind;
    d->phase = ATA_IDLE;
    d->intrq = d->in_reset = d->asleep = false;
    d->position = d->limit = 0;
    if (!ata_present(d)) return;
    d->ops->power_on(d);
    d->ops->signature(d);
}

/* --- helpers of the devices -------------------------------------------------------------------------------------------- */

void ata_string(uint8_t *to, const char *from, unsigned n)
{
    size_t length = strlen(from);

    for (unsigned i = 0; i < n; i++) to[i ^ 1] = i < length ? (uint8_t)from[i] : ' ';
}

void ata_drive_init(struct ata_drive *d, const char *event_name, struct clock *clock, bool is_slave,
                    void (*changed)(void *channel), void *channel)
{
    memset(d, 0, sizeof(*d));
    event_init(&d->event, event_name, step, d, 0);
    d->clock = clock;
    d->is_slave = is_slave;
    d->changed = changed;
    d->channel = channel;
}

/* --- state ------------------------------------------------------------------------------------------------------------- */

int ata_drive_loaded(struct ata_drive *d)
{
    bool waiting = d->event.pending || d->in_reset; /* SRST may be held down */

    if (d->kind_saved != (uint8_t)d->kind || d->phase > ATA_DMA_OUT) return -EINVAL;
    if (d->position > d->limit || d->limit > ATA_BUFFER_BYTES) return -EINVAL;
    if (!ata_present(d)) return d->phase != ATA_IDLE || waiting ? -EINVAL : 0;
    if ((d->phase == ATA_BUSY) != waiting) return -EINVAL;
    if (d->phase >= ATA_PIO_IN && d->position == d->limit) return -EINVAL;
    return d->ops->valid(d) ? 0 : -EINVAL;
}

static const struct state_field register_fields[] = {
    STATE_BYTES(struct ata_registers, feature),
    STATE_BYTES(struct ata_registers, count),
    STATE_BYTES(struct ata_registers, lba_low),
    STATE_BYTES(struct ata_registers, lba_mid),
    STATE_BYTES(struct ata_registers, lba_high),
    STATE_UINT(struct ata_registers, device),
    STATE_UINT(struct ata_registers, command),
    STATE_UINT(struct ata_registers, error),
    STATE_UINT(struct ata_registers, status),
    STATE_END
};

static const struct state_field disk_fields[] = {
    STATE_UINT(struct ata_disk, heads),
    STATE_UINT(struct ata_disk, sectors),
    STATE_UINT(struct ata_disk, multiple),
    STATE_UINT(struct ata_disk, dma_mode),
    STATE_UINT(struct ata_disk, write_cache),
    STATE_UINT(struct ata_disk, look_ahead),
    STATE_UINT(struct ata_disk, power),
    STATE_UINT(struct ata_disk, active),
    STATE_UINT(struct ata_disk, filled),
    STATE_UINT(struct ata_disk, lba),
    STATE_UINT(struct ata_disk, remaining),
    STATE_END
};

static const struct state_field packet_fields[] = {
    STATE_BYTES(struct ata_packet, command),
    STATE_UINT(struct ata_packet, stage),
    STATE_UINT(struct ata_packet, dma),
    STATE_UINT(struct ata_packet, dma_mode),
    STATE_UINT(struct ata_packet, sense_key),
    STATE_UINT(struct ata_packet, asc),
    STATE_UINT(struct ata_packet, ascq),
    STATE_UINT(struct ata_packet, attention),
    STATE_UINT(struct ata_packet, changed),
    STATE_UINT(struct ata_packet, event),
    STATE_UINT(struct ata_packet, locked),
    STATE_UINT(struct ata_packet, tray_open),
    STATE_UINT(struct ata_packet, lba),
    STATE_UINT(struct ata_packet, remaining),
    STATE_UINT(struct ata_packet, form),
    STATE_UINT(struct ata_packet, filled),
    STATE_UINT(struct ata_packet, byte_limit),
    STATE_END
};

const struct state_field ata_drive_fields[] = {
    STATE_STRUCT(struct ata_drive, regs, register_fields),
    STATE_UINT(struct ata_drive, kind_saved),
    STATE_UINT(struct ata_drive, phase),
    STATE_UINT(struct ata_drive, intrq),
    STATE_UINT(struct ata_drive, in_reset),
    STATE_UINT(struct ata_drive, asleep),
    STATE_UINT(struct ata_drive, position),
    STATE_UINT(struct ata_drive, limit),
    STATE_EVENT(struct ata_drive, event),
    STATE_STRUCT(struct ata_drive, disk, disk_fields),
    STATE_STRUCT(struct ata_drive, packet, packet_fields),
    STATE_BYTES(struct ata_drive, buffer),
    STATE_SKIP(struct ata_drive, ops),
    STATE_SKIP(struct ata_drive, kind),
    STATE_SKIP(struct ata_drive, medium),
    STATE_SKIP(struct ata_drive, total),
    STATE_SKIP(struct ata_drive, cylinders),
    STATE_SKIP(struct ata_drive, default_heads),
    STATE_SKIP(struct ata_drive, default_sectors),
    STATE_SKIP(struct ata_drive, serial),
    STATE_SKIP(struct ata_drive, is_slave),
    STATE_SKIP(struct ata_drive, clock),
    STATE_SKIP(struct ata_drive, changed),
    STATE_SKIP(struct ata_drive, channel),
    STATE_SKIP(struct ata_drive, reads),
    STATE_SKIP(struct ata_drive, writes),
    STATE_END
};
