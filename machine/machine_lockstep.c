/* machine_lockstep.c: the two machines' common life: making them, the steps. See machine_lockstep.h. */
#include "machine/machine_lockstep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FULL_EVERY = 4096 }; /* steps */

/* --- making ------------------------------------------------------------------------------------------------------------------------------- */

void lockstep_destroy(struct lockstep *l)
{
    if (!l) return;
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) {
        free(l->side[n].page);
        free(l->side[n].seen);
        free(l->side[n].before);
        free(l->side[n].after);
    }
    machine_destroy(l->side[LOCKSTEP_JIT].m);
    free(l);
}

/* The twin tells the host nothing but what concerns the translator. */
static struct machine *make_twin(const struct machine_config *config, const char *engine, struct machine *leader, char *error, size_t error_size)
{
    struct machine_config own = *config;
    struct machine_host   host = {0};

    if (config->host) {
        host.opaque = config->host->opaque;
        host.host_ns = config->host->host_ns;
        host.translated = config->host->translated;
    }
    own.host = &host;
    own.engine = engine;
    return machine_create_beside(&own, leader, false, error, error_size);
}

struct machine *lockstep_create(const struct machine_config *config, const char *twin, char *error, size_t error_size)
{
    struct machine_config own = *config;
    struct machine       *m;
    struct lockstep      *l;

    own.engine = "interp";
    m = machine_create_beside(&own, NULL, true, error, error_size);
    if (!m) return NULL;
    l = m->lockstep = calloc(1, sizeof(*l));
    if (!l) goto fail;
    l->place = UINT32_MAX;
    l->longest = UINT64_MAX;
    l->random = 88172645463325252ull;
    l->side[LOCKSTEP_INTERP].m = m;
    l->side[LOCKSTEP_JIT].m = make_twin(config, twin, m, error, error_size);
    if (!l->side[LOCKSTEP_JIT].m) goto fail;
    snprintf(error, error_size, "not enough memory for two machines");
    if (!lockstep_pages_init(l)) return m;
fail:
    machine_destroy(m);
    return NULL;
}

const struct machine_difference *machine_difference(const struct machine *m)
{
    return m->lockstep && m->lockstep->differs ? &m->lockstep->d : NULL;
}

/* --- a step ------------------------------------------------------------------------------------------------------------------------------- */

/* xorshift64: Marsaglia 2003. */
static uint64_t random_below(struct lockstep *l, uint64_t n)
{
    l->random ^= l->random << 13;
    l->random ^= l->random >> 7;
    l->random ^= l->random << 17;
    return l->random % n;
}

/* Bursts of single units between stretches of very different lengths. Returns the most instructions that the step may have. */
static uint64_t choose_step(struct lockstep *l)
{
    if (l->units || !l->longest) {
        if (l->units) l->units--;
        l->is_stretch = false;
        return UINT64_MAX;
    }
    l->units = (unsigned)random_below(l, 16);
    l->is_stretch = true;
    l->stretches++;
    return 1 + random_below(l, 2ull << random_below(l, 15)) % l->longest;
}

/* The units of the translator end where they like, so with a fault to be delivered: it is, which takes a tick. The other one cannot stop
 * between an instruction that faults and the delivery. */
static enum machine_stop deliver(struct machine *m, uint64_t until, enum machine_stop stop)
{
    if (stop != STOP_TIME || !m->pc.cpu.exc.pending) return stop;
    m->step_limit = x86_retired(&m->pc.cpu) + 1;
    return machine_run_slice(m, until);
}

static enum machine_stop lead(struct lockstep *l, uint64_t until, uint64_t limit)
{
    struct machine   *m = l->side[LOCKSTEP_JIT].m;
    enum machine_stop stop;
    uint64_t          time = machine_time(m);

    m->step_limit = limit;
    m->pc.cpu.step_blocks = !l->is_stretch;
    do stop = machine_run_slice(m, until); // which may end before the first instruction, with its page translated already
    while (stop == STOP_TIME && x86_retired(&m->pc.cpu) == l->from && machine_time(m) == time && time < until && !m->pc.cpu.exc.pending);
    m->pc.cpu.step_blocks = false;
    stop = deliver(m, until, stop);
    if (l->sabotage) l->sabotage(m, l->sabotage_opaque);
    return stop;
}

/* A request to stop comes at any time; it has to wait for the end of the step. */
static enum machine_stop run_on(struct machine *m, uint64_t until, bool *requested)
{
    enum machine_stop stop;

    while ((stop = machine_run_all(m, until)) == STOP_REQUEST) *requested = true;
    return stop;
}

/* To the same instruction; then, if that was HLT, to the same time. */
static enum machine_stop follow(struct lockstep *l, uint64_t until, enum machine_stop ahead, bool *requested)
{
    const struct machine *twin = l->side[LOCKSTEP_JIT].m;
    struct machine       *m = l->side[LOCKSTEP_INTERP].m;
    enum machine_stop     stop;

    m->step_limit = x86_retired(&twin->pc.cpu);
    stop = run_on(m, until, requested);
    if (stop != STOP_TIME || !m->pc.cpu.halted) return stop;
    m->step_limit = UINT64_MAX;
    if (ahead == STOP_HALTED) return run_on(m, until, requested);
    return machine_time(m) < machine_time(twin) ? run_on(m, machine_time(twin), requested) : stop;
}

static bool equal_times(const struct machine *a, const struct machine *b)
{
    const struct event *e = a->pc.clock.first, *f = b->pc.clock.first;

    while (e && f && e->when == f->when && !strcmp(e->name, f->name)) e = e->next, f = f->next;
    return !e && !f && a->pc.clock.now == b->pc.clock.now && machine_time(a) == machine_time(b) && a->base_ns == b->base_ns &&
           x86_retired(&a->pc.cpu) == x86_retired(&b->pc.cpu) && a->stop == b->stop && a->crashed == b->crashed &&
           a->dead_since == b->dead_since && a->exit_status == b->exit_status;
}

static bool equal(struct lockstep *l)
{
    bool all = true;

    if (++l->since_full >= FULL_EVERY) {
        l->since_full = 0;
        l->full++;
        all = lockstep_equal_all(l);
    }
    return lockstep_equal(l) && all && equal_times(l->side[0].m, l->side[1].m);
}

static void note_block(struct lockstep *l)
{
    struct machine_difference *d = &l->d;

    if (l->blocks) {
        struct machine_block *last = &d->block[(l->blocks - 1) % MACHINE_BLOCKS];
        last->count = l->from - last->instruction;
    }
    d->block[l->blocks++ % MACHINE_BLOCKS] = lockstep_block(&l->side[LOCKSTEP_INTERP]);
}

/* The ring in the order of time. */
static void order_blocks(struct lockstep *l)
{
    struct machine_difference *d = &l->d;
    struct machine_block       ring[MACHINE_BLOCKS];
    uint64_t                   n = l->blocks < MACHINE_BLOCKS ? l->blocks : MACHINE_BLOCKS;

    memcpy(ring, d->block, sizeof(ring));
    for (uint64_t k = 0; k < n; k++) d->block[k] = ring[(l->blocks - n + k) % MACHINE_BLOCKS];
    d->n_blocks = (unsigned)n;
}

static enum machine_stop report(struct lockstep *l)
{
    struct machine_difference *d = &l->d;

    l->differs = true;
    d->from = l->from;
    d->to = x86_retired(&l->side[LOCKSTEP_INTERP].m->pc.cpu);
    d->is_stretch = l->is_stretch;
    if (d->to > d->from) d->block[(l->blocks - 1) % MACHINE_BLOCKS].count = d->to - d->from;
    order_blocks(l);
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) d->after[n] = lockstep_block(&l->side[n]);
    lockstep_list_differences(l);
    lockstep_find(l);
    return STOP_DIFFERENCE;
}

/* One more instruction. */
static enum machine_stop run_one(struct machine *m, uint64_t until)
{
    m->step_limit = x86_retired(&m->pc.cpu) + 1;
    return machine_run_all(m, until);
}

static enum machine_stop step(struct lockstep *l, uint64_t until, uint64_t limit, bool *requested)
{
    enum machine_stop ahead, stop;
    uint64_t          most;

    l->steps++;
    l->from = x86_retired(&l->side[LOCKSTEP_INTERP].m->pc.cpu);
    lockstep_pages_begin(l);
    note_block(l);
    most = choose_step(l);
    ahead = lead(l, until, most < limit - l->from ? l->from + most : limit);
    stop = follow(l, until, ahead, requested);
    if (equal(l) && ahead == stop) return stop;
    if (ahead == stop && stop == STOP_TIME && lockstep_is_ahead(l)) {
        ahead = run_one(l->side[LOCKSTEP_JIT].m, until);
        stop = follow(l, until, ahead, requested);
        if (equal(l) && ahead == stop) return stop;
    }
    return report(l);
}

enum machine_stop lockstep_run(struct machine *m, uint64_t until, uint64_t limit)
{
    struct lockstep *l = m->lockstep;
    bool             requested = false;
    enum machine_stop stop;

    if (l->differs) return STOP_DIFFERENCE;
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) lockstep_store_cpu(&l->side[n], l->side[n].after); // somebody may have set registers
    do stop = step(l, until, limit, &requested);
    while (stop == STOP_TIME && !requested && machine_time(m) < until && machine_instructions(m) < limit);
    return requested && stop == STOP_TIME ? STOP_REQUEST : stop;
}
