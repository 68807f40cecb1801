/* exitport.c: what test kernels know as the "debug exit" port: a write ends the run. What status the value becomes is the
 * owner's affair. Reads give 0. */
#include "devices/exitport.h"

#define EXITPORT_PORTS 4

static uint32_t exitport_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)opaque, (void)offset, (void)size;
    return 0;
}

static void exitport_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct exitport *e = opaque;

    (void)size;
    if (offset == 0) e->exit(e->opaque, value);
}

static const struct bus_ops exitport_bus_ops = {.read = exitport_read, .write = exitport_write, .max_size = 4};

void exitport_init(struct exitport *e, struct bus *bus, uint16_t port, void (*exit)(void *opaque, uint32_t value), void *opaque)
{
    e->exit = exit;
    e->opaque = opaque;
    bus_map_ports(bus, port, EXITPORT_PORTS, &exitport_bus_ops, e);
}

static void exitport_reset(void *opaque)
{
    (void)opaque;
}

static const struct state_field exitport_fields[] = {
    STATE_SKIP(struct exitport, exit),
    STATE_SKIP(struct exitport, opaque),
    STATE_END
};

const struct device_ops exitport_ops = {
    .name = "exitport", .version = 1, .reset = exitport_reset, .fields = exitport_fields,
};
