/* pic.h: the two cascaded 8259A interrupt controllers of an AT. */
#ifndef DEVICES_PIC_H
#define DEVICES_PIC_H

#include "devices/bus.h"
#include "devices/irq.h"
#include "devices/state.h"

struct pic;

/* One 8259A. Bit N of a mask is input IRN. */
struct i8259 {
    struct pic *pair;
    uint8_t     lines;     /* levels of the inputs now */
    uint8_t     latch;     /* edge-triggered requests: a rise not yet acknowledged */
    uint8_t     isr;       /* in service */
    uint8_t     imr;       /* masked */
    uint8_t     elcr;      /* level triggered, by the PIIX3's ELCR */
    uint8_t     icw1;
    uint8_t     icw2;      /* vector base */
    uint8_t     icw3;      /* master: inputs that have a slave; slave: its number */
    uint8_t     icw4;
    uint8_t     expect;    /* which ICW the next write to the odd port is (2, 3, 4); 0: none, it is OCW1 */
    uint8_t     lowest;    /* the input with the lowest priority; the next one up has the highest */
    bool        ready;     /* has been initialised since reset */
    bool        read_isr;  /* OCW3: the even port reads ISR, else IRR */
    bool        poll;      /* OCW3: the next read is an acknowledge */
    bool        special_mask;
    bool        rotate_on_aeoi;
};

struct pic {
    struct i8259    master, slave;
    struct irq_line intr;       /* wire to the CPU's INTR */
    bool            intr_level; /* what it was last driven to */
};

/* Maps 20h, A0h and the ELCR at 4D0h. INTR goes to the CPU. */
void pic_init(struct pic *, struct bus *, struct irq_line intr);
void pic_reset(void *pic);

/* Input IRQ0..IRQ15 as a wire for a device. IRQ2 is the cascade: driving it has no effect. */
struct irq_line pic_line(struct pic *, int irq);

/* The CPU's two INTA cycles: accepts the request of highest priority and returns its vector; if there is none any
 * more, the vector of the spurious IRQ7 (or IRQ15). */
uint8_t pic_acknowledge(struct pic *);

extern const struct device_ops pic_ops;

#endif
