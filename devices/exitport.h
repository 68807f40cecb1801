/* exitport.h: a port by which a guest ends the run with a status. */
#ifndef DEVICES_EXITPORT_H
#define DEVICES_EXITPORT_H

#include "devices/bus.h"
#include "devices/state.h"

struct exitport {
    void (*exit)(void *opaque, uint32_t value);
    void *opaque;
};

/* Maps PORT and the three after it, so that writes of 1, 2 and 4 bytes at PORT each arrive whole; EXIT gets the value. */
void exitport_init(struct exitport *, struct bus *, uint16_t port, void (*exit)(void *opaque, uint32_t value), void *opaque);

/* It has no state, and nothing to reset. */
extern const struct device_ops exitport_ops;

#endif
