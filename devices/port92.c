/* port92.c: port 92h, system control port A of the PS/2 and of every later chip set.
 *
 * Source: Intel 290550 (PIIX3) 2.5.5.4 "Reset and A20M control register"; the other bits are plain storage, as on the PS/2
 * (drive light, password lock). */
#include "devices/port92.h"

#include <string.h>

enum {
    FAST_INIT = 0x01,
    FAST_A20 = 0x02,
};

static uint32_t port92_read(void *opaque, uint32_t offset, unsigned size)
{
    struct port92 *p = opaque;

    (void)offset, (void)size;
    return p->value;
}

/* The CPU is reset when FAST_INIT goes from 0 to 1. */
static void port92_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct port92 *p = opaque;
    bool           init = value & FAST_INIT && !(p->value & FAST_INIT);

    (void)offset, (void)size;
    p->value = (uint8_t)value;
    irq_set(&p->a20, p->value & FAST_A20);
    if (!init) return;
    irq_set(&p->reset, true);
    irq_set(&p->reset, false);
}

static const struct bus_ops port92_bus_ops = {.read = port92_read, .write = port92_write, .max_size = 1};

void port92_init(struct port92 *p, struct bus *bus, struct irq_line a20, struct irq_line reset)
{
    memset(p, 0, sizeof(*p));
    p->a20 = a20;
    p->reset = reset;
    bus_map_ports(bus, 0x92, 1, &port92_bus_ops, p);
    port92_reset(p);
}

void port92_reset(void *opaque)
{
    struct port92 *p = opaque;

    p->value = 0;
    irq_set(&p->a20, false);
}

static int port92_loaded(void *opaque)
{
    struct port92 *p = opaque;

    irq_set(&p->a20, p->value & FAST_A20);
    return 0;
}

static const struct state_field port92_fields[] = {
    STATE_UINT(struct port92, value),
    STATE_SKIP(struct port92, a20),
    STATE_SKIP(struct port92, reset),
    STATE_END
};

const struct device_ops port92_ops = {
    .name = "port92", .version = 1, .reset = port92_reset, .fields = port92_fields, .loaded = port92_loaded,
};
