/* bus.c: the table of I/O ports. See bus.h. */
#include "devices/bus.h"

#include <string.h>

void bus_init(struct bus *bus)
{
    memset(bus, 0, sizeof(*bus));
}

void bus_map_ports(struct bus *bus, uint16_t base, unsigned count, const struct bus_ops *ops, void *device)
{
    for (unsigned i = 0; i < count && base + i < 65536; i++)
        bus->port[base + i] = (struct bus_port){.ops = ops, .device = device, .base = base};
}

void bus_unmap_ports(struct bus *bus, uint16_t base, unsigned count, const void *device)
{
    for (unsigned i = 0; i < count && base + i < 65536; i++)
        if (bus->port[base + i].device == device) bus->port[base + i] = (struct bus_port){0};
}

/* The widest access at PORT, at most LEFT bytes, that one handler call may serve. */
static unsigned bus_step(const struct bus *bus, uint16_t port, unsigned left)
{
    const struct bus_port *p = &bus->port[port];
    unsigned               step = p->ops && p->ops->max_size < left ? p->ops->max_size : left;

    if (!p->ops) return 1;
    while (step > 1) {
        const struct bus_port *last = &bus->port[(uint16_t)(port + step - 1)];
        if (last->ops == p->ops && last->device == p->device && last->base == p->base && step != 3) break;
        step--;
    }
    return step;
}

uint32_t bus_in(struct bus *bus, uint16_t port, unsigned size)
{
    uint32_t value = 0;

    bus->accesses++;
    for (unsigned done = 0; done < size;) {
        uint16_t               at = (uint16_t)(port + done);
        const struct bus_port *p = &bus->port[at];
        unsigned               step = bus_step(bus, at, size - done);
        uint32_t               mask = step == 4 ? 0xFFFFFFFFu : (1u << (8 * step)) - 1;
        uint32_t part = p->ops && p->ops->read ? p->ops->read(p->device, (uint32_t)(at - p->base), step) : mask;

        value |= (part & mask) << (8 * done);
        done += step;
    }
    return value;
}

void bus_out(struct bus *bus, uint16_t port, uint32_t value, unsigned size)
{
    bus->accesses++;
    for (unsigned done = 0; done < size;) {
        uint16_t               at = (uint16_t)(port + done);
        const struct bus_port *p = &bus->port[at];
        unsigned               step = bus_step(bus, at, size - done);
        uint32_t               mask = step == 4 ? 0xFFFFFFFFu : (1u << (8 * step)) - 1;

        if (p->ops && p->ops->write) p->ops->write(p->device, (uint32_t)(at - p->base), (value >> (8 * done)) & mask, step);
        done += step;
    }
}
