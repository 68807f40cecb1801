/* sched.c: the queue of timed events: virtual time. See devices/clock.h. */
#include "devices/clock.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

void clock_init(struct clock *clock)
{
    memset(clock, 0, sizeof(*clock));
}

uint64_t clock_now(const struct clock *clock)
{
    return clock->source ? clock->source(clock->opaque) : clock->now;
}

uint64_t clock_next_event(const struct clock *clock)
{
    return clock->first ? clock->first->when : UINT64_MAX;
}

void event_init(struct event *ev, const char *name, event_fn *fn, void *opaque, int priority)
{
    *ev = (struct event){.name = name, .fn = fn, .opaque = opaque, .priority = priority};
}

/* Whether A runs before B. Equal times and priorities are ordered by name, so that the order never depends on
 * the history of the queue and survives save and load. */
static bool event_before(const struct event *a, const struct event *b)
{
    if (a->when != b->when) return a->when < b->when;
    if (a->priority != b->priority) return a->priority < b->priority;
    return strcmp(a->name, b->name) < 0;
}

void event_schedule(struct clock *clock, struct event *ev, uint64_t time)
{
    struct event **at = &clock->first;

    event_cancel(clock, ev);
    ev->when = time;
    ev->pending = true;
    while (*at && !event_before(ev, *at)) at = &(*at)->next;
    ev->next = *at;
    *at = ev;
    if (clock->first == ev && clock->sooner) clock->sooner(clock->opaque);
}

void event_cancel(struct clock *clock, struct event *ev)
{
    struct event **at = &clock->first;

    if (!ev->pending) return;
    while (*at && *at != ev) at = &(*at)->next;
    assert(*at == ev);
    *at = ev->next;
    ev->next = NULL;
    ev->pending = false;
}

void clock_advance_to(struct clock *clock, uint64_t time)
{
    while (clock->first && clock->first->when <= time) {
        struct event *ev = clock->first;

        if (ev->when > clock->now) clock->now = ev->when;
        clock->first = ev->next;
        ev->next = NULL;
        ev->pending = false;
        ev->fn(ev->opaque, clock->now - ev->when);
    }
    if (time > clock->now) clock->now = time;
}
