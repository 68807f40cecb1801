/* machine_engine.c: which engine runs the guest's code: the interpreter, the translator, or both (lockstep.c). */
#include "cpu/x86/block_cache.h"
#include "cpu/x86/jit/jit.h"
#include "machine/machine_lockstep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

_Static_assert(MACHINE_DEFAULT_JIT_CACHE == JIT_DEFAULT_CODE, "machine.h and jit.h");

bool machine_has_jit(void)
{
    return x86_jit_supported();
}

int machine_check_engine(const struct machine_config *c, char *error, size_t error_size)
{
    bool translates = c->engine && (!strcmp(c->engine, "jit") || !strcmp(c->engine, "lockstep"));

    if (c->engine && !translates && strcmp(c->engine, "interp")) {
        snprintf(error, error_size, "there is no engine \"%s\"; there are: interp, jit, lockstep", c->engine);
        return -EINVAL;
    }
    if (translates && !x86_jit_supported()) {
        snprintf(error, error_size, "engine \"%s\": this build has no translator (it is for x86-64 Linux, and JIT=0 leaves it out)", c->engine);
        return -EINVAL;
    }
    if (c->jit_cache && c->jit_cache < MACHINE_JIT_CACHE_MIN) {
        snprintf(error, error_size, "the translator needs at least 1M for its code");
        return -EINVAL;
    }
    return 0;
}

/* Where nobody asked for the translator or for room for it, a host that lets no program make code is no reason to fail. */
int machine_start_engine(struct machine *m, char *error, size_t error_size)
{
    const struct machine_config *c = &m->config;
    const struct x86_jit_watch   watch = {.opaque = m->host.opaque, .now = m->host.host_ns, .translated = m->host.translated};
    int                          result;

    if (c->engine ? strcmp(c->engine, "jit") != 0 : !x86_jit_supported()) return 0;
    result = x86_jit_init(&m->pc.cpu, c->jit_cache ? (size_t)c->jit_cache : JIT_DEFAULT_CODE);
    if (result && (c->engine || c->jit_cache)) {
        snprintf(error, error_size, "the translator cannot start: %s; --engine interp does without%s", strerror(-result),
                 result == -ENOMEM ? ", a smaller --jit-cache needs less" : "");
        return result;
    }
    if (result) {
        log_line(&m->pc.log, "cpu: the translator cannot start (%s): the interpreter runs alone", strerror(-result));
        return 0;
    }
    x86_jit_watch(&m->pc.cpu, &watch);
    if (c->jit_eager) x86_jit_eager(&m->pc.cpu, c->jit_eager);
    return 0;
}

/* --- statistics ---------------------------------------------------------------------------------------------------------------------- */

typedef void stat_fn(void *opaque, const char *name, uint64_t value);

static void jit_stats(const struct x86 *c, bool measured, stat_fn *fn, void *opaque)
{
    struct x86_jit_stats s;

    x86_jit_stats(c, &s);
    fn(opaque, "jit_translations", s.translations);
    fn(opaque, "jit_instructions", s.instructions);
    fn(opaque, "jit_code_bytes", s.code_bytes);
    fn(opaque, "jit_retranslations", s.retranslations);
    fn(opaque, "jit_invalidations", s.invalidations);
    fn(opaque, "jit_evictions", s.evictions);
    fn(opaque, "jit_entries", s.entries);
    fn(opaque, "jit_links", s.links);
    fn(opaque, "jit_dispatches", s.dispatches);
    fn(opaque, "jit_slow", s.slow);
    if (!measured) return;
    fn(opaque, "jit_chained", s.chained);
    fn(opaque, "jit_run_ns", s.run_ns);
    fn(opaque, "jit_translate_ns", s.translate_ns);
}

/* What the translator does not say of itself. */
static void time_stats(const struct machine *m, stat_fn *fn, void *opaque)
{
    struct x86_jit_stats s;

    x86_jit_stats(&m->pc.cpu, &s);
    fn(opaque, "interp_ns", m->cpu_ns - s.run_ns - s.translate_ns);
    fn(opaque, "chips_ns", m->run_ns - m->cpu_ns);
}

static void lockstep_stats(const struct lockstep *l, stat_fn *fn, void *opaque)
{
    fn(opaque, "lockstep_steps", l->steps);
    fn(opaque, "lockstep_stretches", l->stretches);
    fn(opaque, "lockstep_full_comparisons", l->full);
}

void machine_stats(struct machine *m, stat_fn *fn, void *opaque)
{
    const struct x86       *c = &m->pc.cpu;
    const struct x86_stats *s = &c->stats;

    fn(opaque, "instructions", x86_retired(c));
    fn(opaque, "virtual_ns", machine_time(m));
    fn(opaque, "speed_mips", m->mips);
    fn(opaque, "blocks_decoded", s->blocks_decoded);
    fn(opaque, "blocks_entered", s->blocks_run);
    fn(opaque, "blocks_invalidated", s->invalidations);
    fn(opaque, "block_cache_flushes", s->flushes);
    fn(opaque, "block_cache_bytes", c->cache->used);
    fn(opaque, "single_steps", s->single_steps);
    fn(opaque, "tlb_fills", c->tlb.fills);
    fn(opaque, "tlb_flushes", s->tlb_flushes);
    fn(opaque, "exceptions", s->exceptions);
    fn(opaque, "interrupts", s->interrupts);
    if (m->lockstep) lockstep_stats(m->lockstep, fn, opaque), c = &lockstep_twin(m)->pc.cpu;
    if (c->jit) jit_stats(c, m->host.host_ns != NULL, fn, opaque);
    if (m->host.host_ns && !m->lockstep) time_stats(m, fn, opaque);
}
