/* debugcon.c: a port, E9h as a rule, that takes text for the host: a convention of Bochs that many systems know. Reading it
 * gives E9h, by which a guest can tell that it is there. */
#include "devices/debugcon.h"

#define PRESENT 0xE9u

static uint32_t debugcon_read(void *opaque, uint32_t offset, unsigned size)
{
    const struct debugcon *d = opaque;

    (void)offset, (void)size;
    if (!d->below.ops) return PRESENT;
    return d->below.ops->read ? d->below.ops->read(d->below.device, d->offset_below, 1) : 0xFF;
}

static void debugcon_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct debugcon *d = opaque;

    (void)offset, (void)size;
    if (d->put) d->put(d->opaque, (uint8_t)value);
    if (d->below.ops && d->below.ops->write) d->below.ops->write(d->below.device, d->offset_below, value, 1);
}

static const struct bus_ops debugcon_bus_ops = {.read = debugcon_read, .write = debugcon_write, .max_size = 1};

void debugcon_init(struct debugcon *d, struct bus *bus, uint16_t port, void (*put)(void *opaque, uint8_t byte), void *opaque)
{
    d->put = put;
    d->opaque = opaque;
    d->below = bus->port[port];
    d->offset_below = (uint16_t)(port - d->below.base);
    bus_map_ports(bus, port, 1, &debugcon_bus_ops, d);
}

static void debugcon_reset(void *opaque)
{
    (void)opaque;
}

static const struct state_field debugcon_fields[] = {
    STATE_SKIP(struct debugcon, put),
    STATE_SKIP(struct debugcon, opaque),
    STATE_SKIP(struct debugcon, below),
    STATE_SKIP(struct debugcon, offset_below),
    STATE_END
};

const struct device_ops debugcon_ops = {
    .name = "debugcon", .version = 1, .reset = debugcon_reset, .fields = debugcon_fields,
};
