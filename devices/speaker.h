/* speaker.h: port 61h: the PC speaker, the gate of timer channel 2, and the parity and refresh bits. */
#ifndef DEVICES_SPEAKER_H
#define DEVICES_SPEAKER_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/state.h"

/* The timer's channel 2 and the owner's ear, as the speaker sees them. */
struct speaker_wires {
    struct irq_line gate;                        /* GATE 2 */
    void           *timer;                       /* for the next two */
    bool (*timer_out)(void *timer);              /* OUT 2 now */
    void (*timer_listen)(void *timer, bool on);  /* on: changes of OUT 2 are wanted, through speaker_timer_line() */
    void           *opaque;                      /* for the next one */
    void (*changed)(void *opaque, uint64_t time_ns, bool level); /* the cone moved; may be NULL */
};

struct speaker {
    uint8_t              control; /* port 61h, bits 0-3 */
    bool                 timer;   /* OUT 2 as last heard; valid while the speaker data bit is set */
    bool                 cone;
    struct clock        *clock;
    struct speaker_wires wires;
};

/* Maps port 61h. */
void speaker_init(struct speaker *, struct bus *, struct clock *, const struct speaker_wires *);
void speaker_reset(void *speaker);

/* Where OUT 2 of the timer is wired to. */
struct irq_line speaker_timer_line(struct speaker *);

extern const struct device_ops speaker_ops;

#endif
