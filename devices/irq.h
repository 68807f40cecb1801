/* irq.h: an interrupt line as a value. A device holds it, sets its level, and never knows what is at the other end. */
#ifndef DEVICES_IRQ_H
#define DEVICES_IRQ_H

#include <stdbool.h>
#include <stddef.h>

struct irq_line {
    void (*set)(void *opaque, int line, bool level); /* NULL: not connected */
    void *opaque;
    int line;
};

/* Drives the line to LEVEL. Setting the level it already has is allowed and does nothing at the far end. */
static inline void irq_set(const struct irq_line *irq, bool level)
{
    if (irq->set) irq->set(irq->opaque, irq->line, level);
}

#endif
