/* test_cpuid.c: what a model says about itself and which registers it has: CPUID, MSRs, CR4, SYSENTER, CR0.NE. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"

Suite *cpuid_suite(void);

enum { CODE = 0x1000, HANDLERS = 0x3000 /* 16 bytes a vector, each a HLT */, VECTORS = 32 };

struct fixture {
    struct x86  cpu;
    struct phys phys;
    struct bus  bus;
    bool        ferr;
};

static void on_ferr(void *opaque, bool level) { ((struct fixture *)opaque)->ferr = level; }

static struct fixture *start(const char *model)
{
    struct fixture *f = calloc(1, sizeof(*f));

    ck_assert_ptr_nonnull(f);
    bus_init(&f->bus);
    ck_assert_int_eq(phys_init(&f->phys, 1 << 20), 0);
    phys_set_a20(&f->phys, true);
    ck_assert_int_eq(x86_init(&f->cpu, model, &f->phys, &f->bus, NULL), 0);
    f->cpu.opaque = f;
    f->cpu.ferr = on_ferr;
    for (unsigned n = 0; n < VECTORS; n++) {
        phys_write(&f->phys, 4 * n, HANDLERS + 16 * n, 4);
        phys_write(&f->phys, HANDLERS + 16 * n, 0xf4, 1);
    }
    return f;
}

static void stop(struct fixture *f)
{
    x86_destroy(&f->cpu);
    phys_destroy(&f->phys);
    free(f);
}

/* Runs CODE, which ends in HLT, in real mode; the vector of the exception that it raised, -1 if none. */
static int run(struct fixture *f, const uint8_t *code, size_t size)
{
    static const uint8_t hlt = 0xf4;
    struct x86          *c = &f->cpu;

    phys_write_block(&f->phys, CODE, code, size);
    phys_write_block(&f->phys, CODE + (uint32_t)size, &hlt, 1);
    x86_reg_set(c, "cs", 0);
    x86_reg_set(c, "eip", CODE);
    x86_reg_set(c, "esp", 0x8000);
    c->halted = false;
    for (unsigned n = 0; n < 100 && !c->halted; n++) x86_run(c, x86_retired(c) + 10);
    ck_assert(c->halted);
    return c->eip >= HANDLERS ? (int)((c->eip - 1 - HANDLERS) / 16) : -1;
}

static int cpuid(struct fixture *f, uint32_t leaf)
{
    static const uint8_t code[] = {0x0f, 0xa2};

    x86_reg_set(&f->cpu, "eax", leaf);
    return run(f, code, sizeof(code));
}

static uint32_t reg(struct fixture *f, const char *name)
{
    uint64_t v;

    ck_assert_int_eq(x86_reg_get(&f->cpu, name, &v), 0);
    return (uint32_t)v;
}

/* Register N is read into *V; the exception, -1 if none. */
static int rdmsr(struct fixture *f, uint32_t n, uint64_t *v)
{
    static const uint8_t code[] = {0x0f, 0x32};
    int                  vector;

    x86_reg_set(&f->cpu, "ecx", n);
    vector = run(f, code, sizeof(code));
    *v = (uint64_t)reg(f, "edx") << 32 | reg(f, "eax");
    return vector;
}

static int wrmsr(struct fixture *f, uint32_t n, uint64_t v)
{
    static const uint8_t code[] = {0x0f, 0x30};

    x86_reg_set(&f->cpu, "ecx", n);
    x86_reg_set(&f->cpu, "eax", (uint32_t)v);
    x86_reg_set(&f->cpu, "edx", v >> 32);
    return run(f, code, sizeof(code));
}

START_TEST(the_newest_model_is_the_default)
{
    ck_assert_str_eq(x86_model_find(NULL)->name, "pentium4");
}
END_TEST

START_TEST(no_cpuid_before_the_486)
{
    struct fixture *f = start("386");

    ck_assert_int_eq(cpuid(f, 0), EXC_UD);
    stop(f);
}
END_TEST

START_TEST(leaves)
{
    static const struct {
        const char *model;
        uint32_t    max, eax, ebx, edx, caches_a, caches_d;
    } chips[] = {
        {"486", 1, 0x435, 0, 0x1, 0, 0},
        {"pentium", 1, 0x526, 0, 0x1bf, 0, 0},
        {"pentium-mmx", 1, 0x543, 0, 0x8001bf, 0, 0},
        {"pentium2", 2, 0x652, 0, 0x183f9ff, 0x03020101, 0x0c040843},
        {"pentium3", 2, 0x683, 2, 0x383f9ff, 0x03020101, 0x0c040882},
        {"pentium4", 2, 0xf27, 0x809, 0xf8bf9ff, 0x665b5001, 0x007b7040},
    };

    for (unsigned n = 0; n < sizeof(chips) / sizeof(chips[0]); n++) {
        struct fixture *f = start(chips[n].model);

        ck_assert_int_eq(cpuid(f, 0), -1);
        ck_assert_uint_eq(reg(f, "eax"), chips[n].max);
        ck_assert_uint_eq(reg(f, "ebx"), 0x756e6547); // "GenuineIntel"
        ck_assert_uint_eq(reg(f, "edx"), 0x49656e69);
        ck_assert_uint_eq(reg(f, "ecx"), 0x6c65746e);
        cpuid(f, 1);
        ck_assert_uint_eq(reg(f, "eax"), chips[n].eax);
        ck_assert_uint_eq(reg(f, "ebx"), chips[n].ebx);
        ck_assert_uint_eq(reg(f, "ecx"), 0);
        ck_assert_uint_eq(reg(f, "edx"), chips[n].edx);
        cpuid(f, 2);
        ck_assert_uint_eq(reg(f, "eax"), chips[n].max == 2 ? chips[n].caches_a : chips[n].eax);
        ck_assert_uint_eq(reg(f, "edx"), chips[n].max == 2 ? chips[n].caches_d : chips[n].edx);
        stop(f);
    }
}
END_TEST

START_TEST(brand)
{
    struct fixture *f = start("pentium4");
    uint32_t        text[12];

    for (unsigned n = 0; n < 3; n++) {
        cpuid(f, 0x80000002u + n);
        text[4 * n] = reg(f, "eax");
        text[4 * n + 1] = reg(f, "ebx");
        text[4 * n + 2] = reg(f, "ecx");
        text[4 * n + 3] = reg(f, "edx");
    }
    ck_assert_str_eq((const char *)text, "              Intel(R) Pentium(R) 4 CPU 2.00GHz");
    cpuid(f, 0x80000000u);
    ck_assert_uint_eq(reg(f, "eax"), 0x80000004u);
    cpuid(f, 0x80000001u);
    ck_assert_uint_eq(reg(f, "edx"), 1u << 20); // NX
    cpuid(f, 0x80000005u);
    ck_assert_uint_eq(reg(f, "eax"), 0x665b5001); // as leaf 2
    stop(f);
}
END_TEST

START_TEST(registers_by_family)
{
    static const struct {
        const char *model;
        uint32_t    n;
        int         vector;
        uint64_t    value;
    } reads[] = {
        {"486", 0x10, EXC_UD, 0},           {"pentium", 0x00, -1, 0},
        {"pentium", 0x0e, -1, 0},           {"pentium", 0x1b, EXC_GP, 0},
        {"pentium", 0xfe, EXC_GP, 0},       {"pentium2", 0x02, EXC_GP, 0},
        {"pentium2", 0x17, -1, 0},          {"pentium2", 0x1b, -1, 0xfee00100},
        {"pentium2", 0xfe, -1, 0x508},      {"pentium2", 0x11e, -1, 0x704501},
        {"pentium2", 0x179, -1, 5},         {"pentium2", 0x410, -1, 0},
        {"pentium2", 0x414, EXC_GP, 0},     {"pentium2", 0x1a0, EXC_GP, 0},
        {"pentium2", 0xc0000080, EXC_GP, 0}, {"pentium3", 0x11e, -1, 0x702701},
        {"pentium3", 0x277, -1, 0x0007040600070406},
        {"pentium3", 0x2c, EXC_GP, 0},      {"pentium4", 0x2c, -1, 20u << 24},
        {"pentium4", 0x11e, EXC_GP, 0},     {"pentium4", 0x179, -1, 4},
        {"pentium4", 0x1a0, -1, 0x1801},    {"pentium4", 0x19c, -1, 0},
        {"pentium4", 0x410, EXC_GP, 0},     {"pentium4", 0xc0000080, -1, 0},
        {"pentium4", 0x12345, EXC_GP, 0},
    };

    for (unsigned n = 0; n < sizeof(reads) / sizeof(reads[0]); n++) {
        struct fixture *f = start(reads[n].model);
        uint64_t        v;
        int             vector = rdmsr(f, reads[n].n, &v);

        ck_assert_msg(vector == reads[n].vector, "%s %x: exception %d", reads[n].model, reads[n].n, vector);
        if (vector < 0) ck_assert_uint_eq(v, reads[n].value);
        stop(f);
    }
}
END_TEST

START_TEST(reserved_bits)
{
    static const struct {
        uint32_t n;
        uint64_t value;
        int      vector;
        uint64_t kept;
    } writes[] = {
        {0x277, 0x0606060606060606, -1, 0x0606060606060606}, {0x277, 0x0606060606060602, EXC_GP, 0x0007040600070406},
        {0x2ff, 0xc06, -1, 0xc06},                           {0x2ff, 0xc07, EXC_GP, 0},
        {0x2ff, 0x1c06, EXC_GP, 0},                          {0x200, 0xe0000000, -1, 0xe0000000},
        {0x200, 0xe0000002, EXC_GP, 0},                      {0x201, 0xff0000800, -1, 0xff0000800},
        {0x201, 0xff0000400, EXC_GP, 0},                     {0x201, 0x1ff0000800, EXC_GP, 0},
        {0x250, 0x0606060606060606, -1, 0x0606060606060606}, {0x26f, 0x0700000000000000, EXC_GP, 0},
        {0xc0000080, 0x800, -1, 0x800},                      {0xc0000080, 0x801, EXC_GP, 0},
        {0x1b, 0xfee00900, -1, 0xfee00100},                  {0x1b, 0xfee00001, EXC_GP, 0xfee00100},
        {0x401, 0, -1, 0},                                   {0x401, 1, EXC_GP, 0},
        {0x400, 0xffffffffffffffff, -1, 0xffffffffffffffff}, {0x1a0, 0xffffffff, -1, 0x184d},
        {0x174, 0x1234567800000008, -1, 8},
    };

    for (unsigned n = 0; n < sizeof(writes) / sizeof(writes[0]); n++) {
        struct fixture *f = start("pentium4");
        uint64_t        v;
        int             vector = wrmsr(f, writes[n].n, writes[n].value);

        ck_assert_msg(vector == writes[n].vector, "%x %llx: exception %d", writes[n].n, (unsigned long long)writes[n].value, vector);
        ck_assert_int_eq(rdmsr(f, writes[n].n, &v), -1);
        ck_assert_msg(v == writes[n].kept, "%x reads %llx", writes[n].n, (unsigned long long)v);
        stop(f);
    }
}
END_TEST

/* Every model that has CR4 takes its own bits, each alone, and no other. */
START_TEST(bits_of_cr4)
{
    static const uint8_t code[] = {0x0f, 0x22, 0xe0}; // mov cr4, eax
    static const struct {
        const char *model;
        uint32_t    bits;
    } chips[] = {{"pentium", 0x5f}, {"pentium-mmx", 0x15f}, {"pentium2", 0x3ff}, {"pentium3", 0x7ff}, {"pentium4", 0x7ff}};

    for (unsigned n = 0; n < sizeof(chips) / sizeof(chips[0]); n++) {
        struct fixture *f = start(chips[n].model);

        for (unsigned bit = 0; bit < 32; bit++) {
            x86_reg_set(&f->cpu, "eax", 1u << bit);
            ck_assert_int_eq(run(f, code, sizeof(code)), chips[n].bits >> bit & 1 ? -1 : EXC_GP);
        }
        stop(f);
    }
}
END_TEST

START_TEST(rdpmc_came_with_mmx)
{
    static const uint8_t code[] = {0x0f, 0x33};
    struct fixture      *f = start("pentium");

    x86_reg_set(&f->cpu, "ecx", 0);
    ck_assert_int_eq(run(f, code, sizeof(code)), EXC_UD);
    stop(f);
    f = start("pentium-mmx");
    ck_assert_int_eq(wrmsr(f, 0x13, 0xabcdef12345), -1);
    x86_reg_set(&f->cpu, "ecx", 1);
    ck_assert_int_eq(run(f, code, sizeof(code)), -1);
    ck_assert_uint_eq(reg(f, "eax"), 0xdef12345);
    ck_assert_uint_eq(reg(f, "edx"), 0xbc);
    x86_reg_set(&f->cpu, "ecx", 2);
    ck_assert_int_eq(run(f, code, sizeof(code)), EXC_GP);
    stop(f);
}
END_TEST

START_TEST(only_the_lower_half_of_the_time_stamp_is_written)
{
    struct fixture *f = start("pentium3");
    uint64_t        v;

    ck_assert_int_eq(wrmsr(f, 0x10, 0x5500000000), -1);
    rdmsr(f, 0x10, &v);
    ck_assert_uint_lt(v, 1000);
    stop(f);
    f = start("pentium");
    wrmsr(f, 0x10, 0x5500000000);
    rdmsr(f, 0x10, &v);
    ck_assert_uint_ge(v, 0x5500000000);
    stop(f);
}
END_TEST

/* With an unmasked exception pending, FERR# is high while NE is 0. */
START_TEST(ferr_follows_ne)
{
    static const uint8_t code[] = {0x0f, 0x22, 0xc0}; // mov cr0, eax
    struct fixture      *f = start("486");

    x86_reg_set(&f->cpu, "eax", CR0_NE | CR0_ET);
    run(f, code, sizeof(code));
    x86_fpu_set_words(&f->cpu, 0x37e, 1); // invalid operation, not masked
    ck_assert(!f->ferr);
    x86_reg_set(&f->cpu, "eax", CR0_ET);
    run(f, code, sizeof(code));
    ck_assert(f->ferr);
    x86_reg_set(&f->cpu, "eax", CR0_NE | CR0_ET);
    run(f, code, sizeof(code));
    ck_assert(!f->ferr);
    stop(f);
}
END_TEST

START_TEST(sysenter_and_sysexit)
{
    static const uint8_t sysenter[] = {0x0f, 0x34};
    static const uint8_t sysexit[] = {0x0f, 0x35};
    struct fixture      *f = start("pentium2");
    struct x86          *c = &f->cpu;

    ck_assert_int_eq(run(f, sysenter, sizeof(sysenter)), EXC_GP); // not in real mode
    ck_assert_int_eq(run(f, sysexit, sizeof(sysexit)), EXC_GP);
    wrmsr(f, 0x174, 0x53);
    wrmsr(f, 0x175, 0x7000);
    wrmsr(f, 0x176, HANDLERS);
    phys_write_block(&f->phys, HANDLERS, sysexit, sizeof(sysexit));
    phys_write_block(&f->phys, CODE, sysenter, sizeof(sysenter));
    c->cr0 |= CR0_PE;
    x86_reg_set(c, "eip", CODE);
    x86_reg_set(c, "eflags", 0x3202);
    c->halted = false;
    x86_run(c, x86_retired(c) + 1);
    ck_assert_uint_eq(reg(f, "eip"), HANDLERS);
    ck_assert_uint_eq(reg(f, "cs"), 0x50);
    ck_assert_uint_eq(reg(f, "ss"), 0x58);
    ck_assert_uint_eq(reg(f, "esp"), 0x7000);
    ck_assert_uint_eq(reg(f, "cpl"), 0);
    ck_assert_uint_eq(reg(f, "eflags") & 0x200, 0);
    ck_assert_uint_eq(reg(f, "cs.limit"), 0xffffffff);
    x86_reg_set(c, "ecx", 0x6000);
    x86_reg_set(c, "edx", 0x2222);
    x86_run(c, x86_retired(c) + 1);
    ck_assert_uint_eq(reg(f, "eip"), 0x2222);
    ck_assert_uint_eq(reg(f, "cs"), 0x63);
    ck_assert_uint_eq(reg(f, "ss"), 0x6b);
    ck_assert_uint_eq(reg(f, "esp"), 0x6000);
    ck_assert_uint_eq(reg(f, "cpl"), 3);
    stop(f);
}
END_TEST

Suite *cpuid_suite(void)
{
    Suite *s = suite_create("cpuid");
    TCase *t = tcase_create("cpuid");

    tcase_add_test(t, the_newest_model_is_the_default);
    tcase_add_test(t, no_cpuid_before_the_486);
    tcase_add_test(t, leaves);
    tcase_add_test(t, brand);
    tcase_add_test(t, registers_by_family);
    tcase_add_test(t, reserved_bits);
    tcase_add_test(t, bits_of_cr4);
    tcase_add_test(t, rdpmc_came_with_mmx);
    tcase_add_test(t, only_the_lower_half_of_the_time_stamp_is_written);
    tcase_add_test(t, ferr_follows_ne);
    tcase_add_test(t, sysenter_and_sysexit);
    suite_add_tcase(s, t);
    return s;
}
