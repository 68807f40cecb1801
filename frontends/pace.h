/* pace.h: keeps virtual time in step with the wall clock, finds the speed that the host can run, and slows down a guest that only
 * waits for a key. */
#ifndef FRONTENDS_PACE_H
#define FRONTENDS_PACE_H

#include "machine/machine.h"

#include <stdbool.h>
#include <stdint.h>

struct pace {
    bool     auto_speed;   /* --speed max */
    uint64_t origin_ns;    /* host time at which virtual time was 0, as if it had never lagged */
    uint64_t virtual_ns;   /* up to which it has been accounted */
    uint64_t busy_ns;      /* host time spent in the machine, and */
    uint64_t instructions; /* what it ran then, since the last change of speed */
    double   mips;         /* the guest's instructions per host microsecond of running, smoothed; 0: not yet known */
    bool     may_probe;    /* whether a busy guest is looked at for being idle (idle.h): nothing else may trace the machine */
    uint64_t probe_ns;     /* host time of the next look */
    unsigned idle_looks;   /* so many in a row have found it idle */
    bool     is_slow;      /* and so it is slowed down */
    uint64_t shown_ns, shown_instructions; /* for pace_shown_mips() */
    double   shown;
};

/* Starts to pace MACHINE at HOST_NS: its present virtual time is to be now. Also after a pause. */
void pace_start(struct pace *, const struct machine *, uint64_t host_ns, bool auto_speed);

/* The virtual time that it should be at HOST_NS. More than a moment behind, the past is given up: time does not rush to catch up. */
uint64_t pace_target(struct pace *, const struct machine *, uint64_t host_ns);

/* The machine ran INSTRUCTIONS in BUSY_NS of host time, up to HOST_NS: adapts its speed every now and then. */
void pace_account(struct pace *, struct machine *, uint64_t host_ns, uint64_t instructions, uint64_t busy_ns);

/* Something comes in for the guest: it gets its full speed back. */
void pace_wake(struct pace *, struct machine *);

/* Instructions that the guest got per microsecond of wall clock, averaged over half a second. */
double pace_shown_mips(struct pace *, const struct machine *, uint64_t host_ns);

#endif
