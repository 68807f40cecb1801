/* lpt.c: standard parallel port, with the data latch readable and, in the PS/2 way, reversible.
 *
 * Ports 378h (data), 379h (status), 37Ah (control). Source: IBM 6361453 (Technical Reference, Options and Adapters),
 * "Parallel Printer Adapter"; IEEE 1284-1994 clause 6 (compatibility mode) for the handshake. */
#include "devices/lpt.h"

#include <string.h>

enum {
    REG_DATA,
    REG_STATUS,
    REG_CONTROL,

    STATUS_RESERVED = 0x07, /* read as ones */
    STATUS_NOT_ERROR = 0x08,
    STATUS_SELECT = 0x10,
    STATUS_NOT_ACK = 0x40,
    STATUS_NOT_BUSY = 0x80,

    CONTROL_STROBE = 0x01,
    CONTROL_NOT_INIT = 0x04,
    CONTROL_SELECT_IN = 0x08,
    CONTROL_IRQ = 0x10,
    CONTROL_INPUT = 0x20, /* the data lines are inputs */
    CONTROL_WRITABLE = 0x3F,
    CONTROL_RESERVED = 0xC0, /* read as ones */
};

/* A character: BUSY for 10 us, of which the last 5 with ACK# low. */
#define TAKE_NS 5000u
#define ACK_NS  5000u

/* The interrupt comes with the end of ACK#. It is held until the status is read or the next strobe, so that a guest that
 * looks late does not lose it. */
static void update_irq(struct lpt *lpt)
{
    irq_set(&lpt->irq, lpt->pending && lpt->control & CONTROL_IRQ);
}

static void step_run(void *opaque, uint64_t late_ns)
{
    struct lpt *lpt = opaque;

    (void)late_ns;
    if (!lpt->ack) {
        lpt->ack = true;
        event_schedule(lpt->clock, &lpt->step, clock_now(lpt->clock) + ACK_NS);
        return;
    }
    lpt->ack = false;
    lpt->busy = false;
    lpt->pending = true;
    update_irq(lpt);
}

/* The printer takes what is on the data lines. It ignores a strobe while it is busy. */
static void strobe(struct lpt *lpt)
{
    if (lpt->busy) return;
    lpt->busy = true;
    lpt->pending = false;
    event_schedule(lpt->clock, &lpt->step, clock_now(lpt->clock) + TAKE_NS);
    if (lpt->print) lpt->print(lpt->opaque, lpt->control & CONTROL_INPUT ? 0xFF : lpt->data);
}

static uint8_t read_status(struct lpt *lpt)
{
    uint8_t value = STATUS_RESERVED | STATUS_NOT_ERROR | STATUS_SELECT;

    if (!lpt->ack) value |= STATUS_NOT_ACK;
    if (!lpt->busy && lpt->control & CONTROL_NOT_INIT) value |= STATUS_NOT_BUSY;
    lpt->pending = false;
    update_irq(lpt);
    return value;
}

/* INIT# low resets the printer: it drops what it was doing. */
static void write_control(struct lpt *lpt, uint8_t value)
{
    bool strobed = value & CONTROL_STROBE && !(lpt->control & CONTROL_STROBE);

    lpt->control = value & CONTROL_WRITABLE;
    if (!(value & CONTROL_NOT_INIT)) {
        event_cancel(lpt->clock, &lpt->step);
        lpt->busy = lpt->ack = lpt->pending = false;
    } else if (strobed) {
        strobe(lpt);
    }
    update_irq(lpt);
}

static uint32_t lpt_read(void *opaque, uint32_t offset, unsigned size)
{
    struct lpt *lpt = opaque;

    (void)size;
    switch (offset) {
    case REG_DATA: return lpt->control & CONTROL_INPUT ? 0xFF : lpt->data;
    case REG_STATUS: return read_status(lpt);
    default: return CONTROL_RESERVED | lpt->control;
    }
}

static void lpt_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct lpt *lpt = opaque;

    (void)size;
    if (offset == REG_DATA) lpt->data = (uint8_t)value;
    if (offset == REG_CONTROL) write_control(lpt, (uint8_t)value);
}

/* --- wiring ------------------------------------------------------------------------------------------------------------ */

static const struct bus_ops lpt_bus_ops = {.read = lpt_read, .write = lpt_write, .max_size = 1};

void lpt_init(struct lpt *lpt, struct bus *bus, struct clock *clock, struct irq_line irq, uint16_t base, const char *name,
              void (*print)(void *opaque, uint8_t byte), void *opaque)
{
    memset(lpt, 0, sizeof(*lpt));
    lpt->irq = irq;
    lpt->clock = clock;
    lpt->print = print;
    lpt->opaque = opaque;
    event_init(&lpt->step, name, step_run, lpt, 0);
    bus_map_ports(bus, base, 3, &lpt_bus_ops, lpt);
    lpt_reset(lpt);
}

void lpt_reset(void *opaque)
{
    struct lpt *lpt = opaque;

    lpt->data = 0;
    write_control(lpt, 0); /* INIT#: the printer starts afresh, */
    write_control(lpt, CONTROL_NOT_INIT | CONTROL_SELECT_IN); /* and is online, as firmware leaves it */
}

static int lpt_loaded(void *opaque)
{
    update_irq(opaque);
    return 0;
}

static const struct state_field lpt_fields[] = {
    STATE_UINT(struct lpt, data),
    STATE_UINT(struct lpt, control),
    STATE_UINT(struct lpt, busy),
    STATE_UINT(struct lpt, ack),
    STATE_UINT(struct lpt, pending),
    STATE_EVENT(struct lpt, step),
    STATE_SKIP(struct lpt, irq),
    STATE_SKIP(struct lpt, clock),
    STATE_SKIP(struct lpt, print),
    STATE_SKIP(struct lpt, opaque),
    STATE_END
};

const struct device_ops lpt_ops = {
    .name = "lpt", .version = 1, .reset = lpt_reset, .fields = lpt_fields, .loaded = lpt_loaded,
};
