/* poweroff.h: port 8900h, by which firmware switches the machine off. */
#ifndef DEVICES_POWEROFF_H
#define DEVICES_POWEROFF_H

#include "devices/bus.h"
#include "devices/state.h"

struct poweroff {
    uint8_t matched; /* bytes of the word so far */
    void (*off)(void *opaque);
    void *opaque;
};

void poweroff_init(struct poweroff *, struct bus *, void (*off)(void *opaque), void *opaque);
void poweroff_reset(void *poweroff);

extern const struct device_ops poweroff_ops;

#endif
