/* speaker.c: port 61h (PPI port B on the XT; "NMI status and control" on the AT).
 *
 * Source: Intel 290550 (PIIX3) 2.5.5; IBM 6280070 (AT Technical Reference), "System Board I/O, port 61". */
#include "devices/speaker.h"

#include <string.h>

enum {
    GATE2 = 0x01,
    SPEAKER_DATA = 0x02,
    PARITY_DISABLE = 0x04, /* our memory has no parity errors, */
    IOCHK_DISABLE = 0x08,  /* and no card reports a channel check */
    REFRESH = 0x10,
    OUT2 = 0x20,
    IOCHK = 0x40,
    PARITY = 0x80,

    WRITABLE = GATE2 | SPEAKER_DATA | PARITY_DISABLE | IOCHK_DISABLE,
};

/* A refresh cycle every 18 periods of the 1.193182 MHz clock, 15.085 us: each one flips the bit. */
#define REFRESH_HZ      1193182u
#define REFRESH_DIVISOR 18

static void update_cone(struct speaker *sp)
{
    bool cone = sp->control & SPEAKER_DATA && sp->timer;

    if (cone == sp->cone) return;
    sp->cone = cone;
    if (sp->wires.changed) sp->wires.changed(sp->wires.opaque, clock_now(sp->clock), cone);
}

static void timer_set(void *opaque, int line, bool level)
{
    struct speaker *sp = opaque;

    (void)line;
    sp->timer = level;
    update_cone(sp);
}

static uint32_t speaker_read(void *opaque, uint32_t offset, unsigned size)
{
    struct speaker *sp = opaque;
    uint8_t         value = sp->control;

    (void)offset, (void)size;
    if (clock_ticks(REFRESH_HZ, clock_now(sp->clock)) / REFRESH_DIVISOR & 1) value |= REFRESH;
    if (sp->wires.timer_out(sp->wires.timer)) value |= OUT2;
    return value;
}

static void set_control(struct speaker *sp, uint8_t value)
{
    uint8_t changed = sp->control ^ value;

    sp->control = value & WRITABLE;
    if (changed & GATE2) irq_set(&sp->wires.gate, value & GATE2);
    if (changed & SPEAKER_DATA) {
        sp->timer = sp->wires.timer_out(sp->wires.timer);
        sp->wires.timer_listen(sp->wires.timer, value & SPEAKER_DATA);
    }
    if (!(sp->control & SPEAKER_DATA)) sp->timer = false;
    update_cone(sp);
}

static void speaker_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    (void)offset, (void)size;
    set_control(opaque, (uint8_t)value);
}

struct irq_line speaker_timer_line(struct speaker *sp)
{
    return (struct irq_line){.set = timer_set, .opaque = sp};
}

static const struct bus_ops speaker_bus_ops = {.read = speaker_read, .write = speaker_write, .max_size = 1};

void speaker_init(struct speaker *sp, struct bus *bus, struct clock *clock, const struct speaker_wires *wires)
{
    memset(sp, 0, sizeof(*sp));
    sp->clock = clock;
    sp->wires = *wires;
    bus_map_ports(bus, 0x61, 1, &speaker_bus_ops, sp);
    speaker_reset(sp);
}

void speaker_reset(void *opaque)
{
    set_control(opaque, 0);
}

static const struct state_field speaker_fields[] = {
    STATE_UINT(struct speaker, control),
    STATE_UINT(struct speaker, timer),
    STATE_UINT(struct speaker, cone),
    STATE_SKIP(struct speaker, clock),
    STATE_SKIP(struct speaker, wires),
    STATE_END
};

const struct device_ops speaker_ops = {
    .name = "speaker", .version = 1, .reset = speaker_reset, .fields = speaker_fields,
};
