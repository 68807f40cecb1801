/* debugcon.h: the debug console port. */
#ifndef DEVICES_DEBUGCON_H
#define DEVICES_DEBUGCON_H

#include "devices/bus.h"
#include "devices/state.h"

struct debugcon {
    void (*put)(void *opaque, uint8_t byte);
    void *opaque;
    struct bus_port below; /* what had the port before: it goes on working, as port 80h does under a card that shows POST codes */
    uint16_t        offset_below;
};

/* Maps PORT (E9h) over what is there. PUT (may be NULL) gets each byte written. */
void debugcon_init(struct debugcon *, struct bus *, uint16_t port, void (*put)(void *opaque, uint8_t byte), void *opaque);

/* It has no state, and nothing to reset. */
extern const struct device_ops debugcon_ops;

#endif
