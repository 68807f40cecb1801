/* test_fpu.c: what the x87 does besides computing: availability, pending exceptions by #MF and by FERR#, environment
 * layouts, differences between the models. Programs run in real mode on the real core. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"

Suite *fpu_suite(void);

enum {
    CODE = 0x1000,
    DATA = 0x2000,
    HANDLERS = 0x3000, /* 16 bytes a vector, each a HLT */
};

struct fixture {
    struct x86  cpu;
    struct phys phys;
    struct bus  bus;
    unsigned    raised, lowered; /* FERR# edges */
};

static void on_ferr(void *opaque, bool level)
{
    struct fixture *f = opaque;

    if (level) f->raised++;
    else f->lowered++;
}

/* A CPU that is about to run CODE, with FPU initialized and CR0 as given. */
static struct fixture *start(const char *model, uint32_t cr0, const uint8_t *code, size_t size)
{
    struct fixture *f = calloc(1, sizeof(*f));

    ck_assert_ptr_nonnull(f);
    bus_init(&f->bus);
    ck_assert_int_eq(phys_init(&f->phys, 1 << 20), 0);
    phys_set_a20(&f->phys, true);
    ck_assert_int_eq(x86_init(&f->cpu, model, &f->phys, &f->bus, NULL), 0);
    f->cpu.opaque = f;
    f->cpu.ferr = on_ferr;
    for (unsigned n = 0; n < 32; n++) {
        phys_write(&f->phys, 4 * n, HANDLERS + 16 * n, 4);
        phys_write(&f->phys, HANDLERS + 16 * n, 0xf4, 1);
    }
    phys_write_block(&f->phys, CODE, code, size);
    x86_reg_set(&f->cpu, "cs", 0);
    x86_reg_set(&f->cpu, "eip", CODE);
    x86_reg_set(&f->cpu, "esp", 0x8000);
    f->cpu.cr0 = cr0;
    x86_fpu_set_words(&f->cpu, CW_INIT, 0);
    f->cpu.fpu.empty = 0xff;
    return f;
}

#define START(model, cr0, code) start(model, cr0, code, sizeof(code))

static void finish(struct fixture *f)
{
    x86_destroy(&f->cpu);
    phys_destroy(&f->phys);
    free(f);
}

static void run(struct fixture *f, unsigned ticks) { x86_run(&f->cpu, x86_retired(&f->cpu) + ticks); }

/* The vector whose handler's HLT has been executed; -1 if none. */
static int vector_taken(struct fixture *f)
{
    uint32_t eip = f->cpu.eip - HANDLERS;

    return f->cpu.halted && eip < 16 * 32 ? (int)(eip / 16) : -1;
}

static uint16_t word_at(struct fixture *f, uint32_t at) { return (uint16_t)phys_read(&f->phys, at, 2); }

/* FLD1; FLDZ; FDIVP with zero divide unmasked by FLDCW [DATA]; then FWAIT; HLT. */
static const uint8_t divide_by_zero[] = {
    0xd9, 0x2e, DATA & 0xff, DATA >> 8, 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9, 0x9b, 0xf4,
};

static struct fixture *start_divide(const char *model, uint32_t cr0)
{
    struct fixture *f = START(model, cr0, divide_by_zero);

    phys_write(&f->phys, DATA, CW_INIT & ~SF_ZE, 2);
    return f;
}

START_TEST(test_mf_native)
{
    struct fixture *f = start_divide("486", CR0_NE | CR0_MP);

    run(f, 8);
    ck_assert_int_eq(vector_taken(f), EXC_MF);
    ck_assert_uint_eq(word_at(f, 0x8000 - 6), CODE + 10); /* the FWAIT, not the division */
    ck_assert_uint_eq(f->raised, 0);
    ck_assert_uint_eq(x86_fpu_status(&f->cpu) & (SW_ES | SW_B | SF_ZE), SW_ES | SW_B | SF_ZE);
    ck_assert(!fpu_is_empty(&f->cpu, 1)); /* nothing was popped */
    finish(f);
}
END_TEST

START_TEST(test_ferr_holds_until_ignne)
{
    struct fixture *f = start_divide("486", CR0_MP);

    run(f, 100);
    ck_assert_uint_eq(f->raised, 1);
    ck_assert(!f->cpu.halted);
    ck_assert_uint_eq(f->cpu.eip, CODE + 10);
    x86_fpu_ignore_error(&f->cpu);
    run(f, 2);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->lowered, 0);
    finish(f);
}
END_TEST

START_TEST(test_fnclex_lowers_ferr)
{
    static const uint8_t code[] = {0xd9, 0x2e, DATA & 0xff, DATA >> 8, 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9,
                                   0xdb, 0xe2, 0x9b, 0xf4};
    struct fixture      *f = START("286", 0, code);

    phys_write(&f->phys, DATA, CW_INIT & ~SF_ZE, 2);
    run(f, 4);
    ck_assert_uint_eq(f->raised, 1);
    run(f, 1);
    ck_assert_uint_eq(f->lowered, 1);
    run(f, 10);
    ck_assert(f->cpu.halted);
    ck_assert_int_eq(vector_taken(f), -1);
    finish(f);
}
END_TEST

/* The 8087 interrupts unless FDISI or its reset state forbids it, and holds nothing. */
START_TEST(test_8087_interrupts)
{
    struct fixture *f = start_divide("8086", 0);

    run(f, 20);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->raised, 1);
    finish(f);
    f = start_divide("8086", 0);
    phys_write(&f->phys, DATA, (CW_INIT & ~SF_ZE) | CW_IEM, 2);
    run(f, 20);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->raised, 0);
    finish(f);
}
END_TEST

START_TEST(test_device_not_available)
{
    static const struct {
        uint32_t cr0;
        bool     esc, wait; /* #NM for an escape instruction, for WAIT */
    } cases[] = {
        {0, false, false},          {CR0_EM, true, false},           {CR0_TS, true, false},
        {CR0_MP, false, false},     {CR0_MP | CR0_TS, true, true},   {CR0_EM | CR0_MP, true, false},
    };
    static const uint8_t esc[] = {0xd9, 0xe8, 0xf4}, wait[] = {0x9b, 0xf4};

    for (unsigned n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        struct fixture *f = START("486", cases[n].cr0, esc);

        run(f, 3);
        ck_assert_int_eq(vector_taken(f), cases[n].esc ? EXC_NM : -1);
        finish(f);
        f = START("486", cases[n].cr0, wait);
        run(f, 3);
        ck_assert_int_eq(vector_taken(f), cases[n].wait ? EXC_NM : -1);
        finish(f);
    }
}
END_TEST

/* SDM figures 8-10 and 8-12: linear pointers and the opcode in the real-mode layouts. */
START_TEST(test_environment_real_mode)
{
    static const uint8_t code[] = {0xd9, 0x06, DATA & 0xff, DATA >> 8,       /* FLD m32 */
                                   0xd9, 0x36, 0x00, 0x22,                   /* FNSTENV [2200] */
                                   0x66, 0xd9, 0x36, 0x00, 0x23, 0xf4};      /* the same, 28 bytes, [2300] */
    struct fixture      *f = START("486", 0, code);

    phys_write(&f->phys, DATA, 0x3f800000, 4);
    x86_reg_set(&f->cpu, "ds", 0);
    run(f, 4);
    ck_assert_uint_eq(word_at(f, 0x2200), CW_INIT);
    ck_assert_uint_eq(word_at(f, 0x2202), 7 << 11);
    ck_assert_uint_eq(word_at(f, 0x2204), 0x3fff); /* R7 valid, the others empty */
    ck_assert_uint_eq(word_at(f, 0x2206), CODE);
    ck_assert_uint_eq(word_at(f, 0x2208), 0x106); /* D9 06 */
    ck_assert_uint_eq(word_at(f, 0x220a), DATA);
    ck_assert_uint_eq(phys_read(&f->phys, 0x2300, 4), 0xffff0000u | CW_INIT);
    ck_assert_uint_eq(phys_read(&f->phys, 0x230c, 4), 0xffff0000u | CODE);
    ck_assert_uint_eq(phys_read(&f->phys, 0x2310, 4), 0x106);
    finish(f);
}
END_TEST

/* Software tells an 80287 from an 80387 by comparing its infinities. */
START_TEST(test_infinity_by_model)
{
    /* FLD1; FLDZ; FDIVP; FLD ST0; FCHS; FCOMPP; FNSTSW [DATA]; HLT */
    static const uint8_t code[] = {0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9, 0xd9, 0xc0, 0xd9, 0xe0, 0xde, 0xd9,
                                   0xdd, 0x3e, DATA & 0xff, DATA >> 8, 0xf4};
    static const struct {
        const char *model;
        bool        equal;
    } cases[] = {{"8086", true}, {"286", true}, {"386", false}, {"pentium", false}};

    for (unsigned n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        struct fixture *f = START(cases[n].model, 0, code);

        run(f, 20);
        ck_assert(f->cpu.halted);
        ck_assert_int_eq((word_at(f, DATA) & SW_C3) != 0, cases[n].equal);
        finish(f);
    }
}
END_TEST

/* FSIN came with the 80387: an 80287 ignores it. FCMOV came with the P6: before it, #UD. */
START_TEST(test_instructions_by_model)
{
    static const uint8_t sine[] = {0xd9, 0xeb, 0xd9, 0xfe, 0xf4}, move[] = {0xda, 0xc0, 0xf4};
    struct fixture      *f = START("286", 0, sine);

    run(f, 5);
    ck_assert_uint_eq(fpu_st(&f->cpu, 0)->mant, UINT64_C(0xc90fdaa22168c235));
    finish(f);
    f = START("386", 0, sine);
    run(f, 5);
    ck_assert_uint_lt(fpu_st(&f->cpu, 0)->exp_sign & 0x7fff, 0x3fff - 60);
    finish(f);
    f = START("pentium", 0, move);
    run(f, 3);
    ck_assert_int_eq(vector_taken(f), EXC_UD);
    finish(f);
}
END_TEST

/* A store that cannot be done changes neither memory nor the stack. */
START_TEST(test_faulting_store)
{
    static const uint8_t code[] = {0xd9, 0xe8, 0xdb, 0x3e, 0xfa, 0xff, 0xf4}; /* FLD1; FSTP m80 [FFFA]: its first part crosses the end */
    struct fixture      *f = START("486", 0, code);

    run(f, 5);
    ck_assert_int_eq(vector_taken(f), EXC_GP);
    ck_assert(!fpu_is_empty(&f->cpu, 0));
    ck_assert_uint_eq(phys_read(&f->phys, 0xfff8, 8), 0);
    finish(f);
}
END_TEST

Suite *fpu_suite(void)
{
    Suite *suite = suite_create("fpu");
    TCase *t = tcase_create("fpu");

    tcase_add_test(t, test_mf_native);
    tcase_add_test(t, test_ferr_holds_until_ignne);
    tcase_add_test(t, test_fnclex_lowers_ferr);
    tcase_add_test(t, test_8087_interrupts);
    tcase_add_test(t, test_device_not_available);
    tcase_add_test(t, test_environment_real_mode);
    tcase_add_test(t, test_infinity_by_model);
    tcase_add_test(t, test_instructions_by_model);
    tcase_add_test(t, test_faulting_store);
    suite_add_tcase(suite, t);
    return suite;
}
