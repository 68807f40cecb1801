/* lpt.h: parallel port with a printer that is always ready. */
#ifndef DEVICES_LPT_H
#define DEVICES_LPT_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/state.h"

struct lpt {
    uint8_t         data;    /* latch */
    uint8_t         control;
    bool            busy;    /* the printer is taking a character */
    bool            ack;     /* it says so: ACK# is low */
    bool            pending; /* interrupt: ACK# has ended since the status was read */
    struct event    step;    /* the next change of busy and ack */
    struct irq_line irq;
    struct clock   *clock;
    void (*print)(void *opaque, uint8_t byte);
    void           *opaque;
};

/* Maps 3 ports from BASE (378h). PRINT (may be NULL) gets each character at its strobe. NAME: of its event, "lpt.0". */
void lpt_init(struct lpt *, struct bus *, struct clock *, struct irq_line irq, uint16_t base, const char *name,
              void (*print)(void *opaque, uint8_t byte), void *opaque);
void lpt_reset(void *lpt);

extern const struct device_ops lpt_ops;

#endif
