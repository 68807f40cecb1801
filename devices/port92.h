/* port92.h: system control port A: fast A20 and fast reset. */
#ifndef DEVICES_PORT92_H
#define DEVICES_PORT92_H

#include "devices/bus.h"
#include "devices/irq.h"
#include "devices/state.h"

struct port92 {
    uint8_t         value;
    struct irq_line a20;   /* high: address line 20 is let through */
    struct irq_line reset; /* high: the CPU is to be reset; a pulse */
};

void port92_init(struct port92 *, struct bus *, struct irq_line a20, struct irq_line reset);
void port92_reset(void *port92);

extern const struct device_ops port92_ops;

#endif
