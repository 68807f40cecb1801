/* clock.h: virtual time and timed events: the only time that a device knows.
 *
 * Time is in nanoseconds since power-on, 64 bits (584 years). It advances with retired instructions, so that
 * two runs with the same inputs see the same times. Events are intrusive: the device owns the memory, the
 * queue allocates nothing. Events due at the same time run by ascending priority, then in order of name. */
#ifndef DEVICES_CLOCK_H
#define DEVICES_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_SECOND 1000000000ull

struct clock;

/* LATE_NS: how long after its time the event runs (the CPU finishes its instruction first). */
typedef void event_fn(void *opaque, uint64_t late_ns);

struct event {
    const char   *name; /* unique within a machine: "pit.0" */
    event_fn     *fn;
    void         *opaque;
    int           priority; /* lower runs first at equal times */
    bool          pending;
    uint64_t      when; /* ns; valid while pending */
    struct event *next;
};

struct clock {
    uint64_t now;                      /* ns, when no source is set or outside a CPU slice */
    uint64_t (*source)(void *opaque);  /* exact time within a CPU slice; NULL: `now` */
    void (*sooner)(void *opaque);      /* the first event became earlier: end the slice in time; may be NULL */
    void         *opaque;              /* for source and sooner */
    struct event *first;               /* ascending by time */
};

void clock_init(struct clock *);

/* Exact virtual time now, in ns. */
uint64_t clock_now(const struct clock *);

/* Time of the first pending event, UINT64_MAX if none. */
uint64_t clock_next_event(const struct clock *);

/* Sets `now` to TIME (not before the present) and runs every event due by then, in order. While an event runs,
 * clock_now() is its own due time or later, never later than TIME. */
void clock_advance_to(struct clock *, uint64_t time);

/* Makes EV ready for use; NAME must outlive it. */
void event_init(struct event *, const char *name, event_fn *, void *opaque, int priority);

/* (Re)schedules EV at absolute TIME (ns); a time in the past means as soon as possible. */
void event_schedule(struct clock *, struct event *, uint64_t time);

/* No effect if EV is not pending. */
void event_cancel(struct clock *, struct event *);

/* (A * B + ROUND) / DIVISOR without overflow on the way. Divisions of 128 bits take long, and this is asked at each access to a timer. */
static inline uint64_t clock_scale(uint64_t a, uint64_t b, uint64_t round, uint64_t divisor)
{
    uint64_t product;

    if (!__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(product, round, &product)) return product / divisor;
    return (uint64_t)(((unsigned __int128)a * b + round) / divisor);
}

/* Converts without overflow: TICKS of a HZ oscillator to ns (rounded up) and ns to whole ticks (rounded down).
 * clock_ticks(hz, clock_ns(hz, t)) == t for every t that fits. */
static inline uint64_t clock_ns(uint32_t hz, uint64_t ticks)
{
    return clock_scale(ticks, NS_PER_SECOND, hz - 1, hz);
}

static inline uint64_t clock_ticks(uint32_t hz, uint64_t ns)
{
    return clock_scale(ns, hz, 0, NS_PER_SECOND);
}

#endif
