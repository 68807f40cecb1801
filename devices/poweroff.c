/* poweroff.c: port 8900h: the bytes of "Shutdown", written one after the other, switch the machine off. A convention of
 * Bochs, which its BIOS uses for APM; so does ours. */
#include "devices/poweroff.h"

#include <errno.h>
#include <string.h>

#define POWEROFF_PORT 0x8900

static const char word[] = "Shutdown";

static void poweroff_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct poweroff *p = opaque;

    (void)offset, (void)size;
    if (value != (uint8_t)word[p->matched]) p->matched = 0;
    if (value == (uint8_t)word[p->matched]) p->matched++;
    if (p->matched < sizeof(word) - 1) return;
    p->matched = 0;
    p->off(p->opaque);
}

static const struct bus_ops poweroff_bus_ops = {.write = poweroff_write, .max_size = 1};

void poweroff_init(struct poweroff *p, struct bus *bus, void (*off)(void *opaque), void *opaque)
{
    memset(p, 0, sizeof(*p));
    p->off = off;
    p->opaque = opaque;
    bus_map_ports(bus, POWEROFF_PORT, 1, &poweroff_bus_ops, p);
}

void poweroff_reset(void *opaque)
{
    ((struct poweroff *)opaque)->matched = 0;
}

static int poweroff_loaded(void *opaque)
{
    return ((struct poweroff *)opaque)->matched < sizeof(word) - 1 ? 0 : -EINVAL;
}

static const struct state_field poweroff_fields[] = {
    STATE_UINT(struct poweroff, matched),
    STATE_SKIP(struct poweroff, off),
    STATE_SKIP(struct poweroff, opaque),
    STATE_END
};

const struct device_ops poweroff_ops = {
    .name = "poweroff", .version = 1, .reset = poweroff_reset, .fields = poweroff_fields, .loaded = poweroff_loaded,
};
