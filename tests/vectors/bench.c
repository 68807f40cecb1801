/* bench.c: see bench.h. */
#include "tests/vectors/bench.h"

#include "cpu/x86/jit/jit.h"

#include <stdlib.h>
#include <string.h>

static bool translates;

bool bench_engine(const char *engine)
{
    translates = !strcmp(engine, "jit") && x86_jit_supported();
    return translates || !strcmp(engine, "interp");
}

struct bench *bench_create(const char *model, uint64_t ram, bool fpu)
{
    struct bench *b = calloc(1, sizeof(*b));

    if (!b) return NULL;
    bus_init(&b->bus);
    if (phys_init(&b->phys, ram)) {
        free(b);
        return NULL;
    }
    phys_set_a20(&b->phys, true);
    if (x86_init(&b->cpu, model, &b->phys, &b->bus, NULL)) {
        phys_destroy(&b->phys);
        free(b);
        return NULL;
    }
    if (translates && x86_jit_init(&b->cpu, 4u << 20)) {
        bench_destroy(b);
        return NULL;
    }
    if (translates) x86_jit_eager(&b->cpu, 1);
    b->model = *b->cpu.model;
    if (!fpu) b->model.features &= ~(uint32_t)FEAT_FPU;
    b->cpu.model = &b->model;
    return b;
}

void bench_destroy(struct bench *b)
{
    if (!b) return;
    x86_destroy(&b->cpu);
    phys_destroy(&b->phys);
    free(b);
}
