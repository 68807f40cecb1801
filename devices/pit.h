/* pit.h: the 8254 interval timer. */
#ifndef DEVICES_PIT_H
#define DEVICES_PIT_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/state.h"

#define PIT_HZ       1193182u /* 14.31818 MHz / 12 */
#define PIT_CHANNELS 3

/* One counter. `clk` says at which CLK pulse since power-on the rest is true; it is brought up to date when looked at. */
struct pit_channel {
    uint64_t        clk;
    uint16_t        cr;          /* count register, as written (BCD if so programmed) */
    uint32_t        ce;          /* counting element, binary; 0 stands for 65536 (10000 in BCD) when it starts */
    uint16_t        latch;       /* output latch */
    uint8_t         control;     /* RW, mode and BCD bits as programmed */
    uint8_t         status;      /* latched status byte */
    uint8_t         low_byte;    /* first byte of a two-byte count */
    bool            out;         /* pins */
    bool            gate;
    bool            written;     /* a whole count was written since the control word */
    bool            null_count;  /* and is not in the counting element yet */
    bool            load;        /* the next CLK pulse loads the counting element */
    bool            running;     /* it was loaded since the control word */
    bool            halted;      /* mode 0, between the two bytes of a count */
    bool            expired;     /* modes 0, 1, 4, 5: the count has passed zero */
    bool            odd;         /* mode 3: an odd count was loaded */
    bool            write_msb;   /* the next byte written or read is the high one */
    bool            read_msb;
    bool            count_latched, status_latched;
    bool            listened;    /* OUT goes somewhere: the event follows its changes */
    struct irq_line out_line;
    struct clock   *clock;
    struct event    edge;        /* the next change of OUT */
};

struct pit {
    struct pit_channel ch[PIT_CHANNELS];
};

/* Maps 40h-43h. OUT0 and OUT2 are the pins of channels 0 (always followed) and 2 (followed while pit_listen says so). */
void pit_init(struct pit *, struct bus *, struct clock *, struct irq_line out0, struct irq_line out2);
void pit_reset(void *pit);

/* The GATE pin of a channel, as a wire. Those of channels 0 and 1 are tied high on a PC. */
struct irq_line pit_gate(struct pit *, int channel);

/* Whether the changes of a channel's OUT are to be driven into its line at their time. On: the line is brought up to date. */
void pit_listen(struct pit *, int channel, bool on);

/* The OUT pin now. */
bool pit_out(struct pit *, int channel);

extern const struct device_ops pit_ops;

#endif
