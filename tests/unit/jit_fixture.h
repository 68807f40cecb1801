/* jit_fixture.h: a CPU with a translator, for the unit tests of translated code. */
#ifndef TESTS_UNIT_JIT_FIXTURE_H
#define TESTS_UNIT_JIT_FIXTURE_H

#include <check.h>
#include <stdlib.h>

#include "cpu/cpu.h"
#include "cpu/x86/jit/jit.h"

struct fixture {
    struct x86  cpu;
    struct phys phys;
    struct bus  bus;
};

/* A CPU with 1 MB of memory that, if TRANSLATED, translates whatever it runs for the second time. */
static inline struct fixture *create(const char *model, bool translated)
{
    struct fixture *f = calloc(1, sizeof(*f));

    ck_assert_ptr_nonnull(f);
    bus_init(&f->bus);
    ck_assert_int_eq(phys_init(&f->phys, 1 << 20), 0);
    phys_set_a20(&f->phys, true);
    ck_assert_int_eq(x86_init(&f->cpu, model, &f->phys, &f->bus, NULL), 0);
    if (translated) ck_assert_int_eq(x86_jit_init(&f->cpu, 1 << 20), 0);
    if (translated) x86_jit_eager(&f->cpu, 64);
    return f;
}

/* One that translates, and is about to run SIZE bytes of CODE at 1000:OFFSET. */
static inline struct fixture *start(const char *model, uint32_t offset, const uint8_t *code, size_t size)
{
    struct fixture *f = create(model, true);

    phys_write_block(&f->phys, 0x10000 + offset, code, size);
    x86_reg_set(&f->cpu, "cs", 0x1000);
    x86_reg_set(&f->cpu, "eip", offset);
    x86_reg_set(&f->cpu, "esp", 0x8000);
    return f;
}

static inline void finish(struct fixture *f)
{
    x86_jit_destroy(&f->cpu);
    x86_destroy(&f->cpu);
    phys_destroy(&f->phys);
    free(f);
}

#endif
