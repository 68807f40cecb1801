/* debugcon.h: the debug console port. */
#ifndef DEVICES_DEBUGCON_H
#define DEVICES_DEBUGCON_H

#include "devices/bus.h"
#include "devices/state.h"

struct debugcon {
    void (*put)(void *opaque, uint8_t byte);
    void *opaque;
};

/* Maps PORT (E9h). PUT (may be NULL) gets each byte written. */
void debugcon_init(struct debugcon *, struct bus *, uint16_t port, void (*put)(void *opaque, uint8_t byte), void *opaque);

/* It has no state, and nothing to reset. */
extern const struct device_ops debugcon_ops;

#endif
