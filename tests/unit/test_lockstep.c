/* test_lockstep.c: two interpreters in lockstep, one of which is made to go wrong: it has to be noticed, and in the right place. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu/x86/block_cache.h"
#include "machine/machine_lockstep.h"

Suite *lockstep_suite(void);

enum { LOOP = 0x7C00 + 9, SECTOR = 512 };

/* A boot sector that counts in EAX, for ever, and leaves the count at 9000h. */
static const uint8_t boot[] = {
    0x31, 0xC0, 0x8E, 0xD8,             // xor ax, ax; mov ds, ax
    0x66, 0x31, 0xC0,                   // xor eax, eax
    0xEB, 0x00,                         // jmp LOOP: a block of its own
    0x66, 0x83, 0xC0, 0x01,             // LOOP: add eax, 1
    0x66, 0xA3, 0x00, 0x90,             // mov [9000h], eax
    0xEB, 0xF6,                         // jmp LOOP
};

static char            path[] = "/tmp/ochenta-lockstep-XXXXXX";
static struct machine *m;

static void create(void)
{
    struct machine_config config;
    uint8_t              *image = calloc(1, 1440 << 10);
    int                   file;
    char                  error[200];

    memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
    file = mkstemp(path);
    memcpy(image, boot, sizeof(boot));
    image[SECTOR - 2] = 0x55, image[SECTOR - 1] = 0xAA;
    ck_assert_int_eq(write(file, image, 1440 << 10), 1440 << 10);
    close(file);
    free(image);
    machine_config_init(&config);
    config.memory = 1 << 20;
    config.floppy[0].path = path;
    m = lockstep_create(&config, "interp", error, sizeof(error));
    ck_assert_msg(m != NULL, "%s", error);
}

static void destroy(void)
{
    machine_destroy(m);
    unlink(path);
}

static void run_to_loop(void)
{
    uint64_t eip = 0;

    for (unsigned n = 0; n < 1000 && eip < 0x7C00; n++) {
        ck_assert_int_eq(machine_run(m, machine_time(m) + 10000000), STOP_TIME);
        machine_reg(m, "eip", &eip);
    }
    ck_assert_uint_lt(eip, 0x7C40);
}

static bool lists(const struct machine_difference *d, const char *name)
{
    for (unsigned n = 0; n < d->items; n++)
        if (!strncmp(d->item[n].name, name, strlen(name))) return true;
    return false;
}

/* The image is shared, and both machines see the same whatever is done from outside. */
START_TEST(stays_the_same)
{
    const uint8_t bytes[] = {1, 2, 3};

    run_to_loop();
    machine_type(m, "abc");
    machine_set_reg(m, "ebx", 0x12345678);
    machine_write(m, 0x5000, bytes, sizeof(bytes));
    ck_assert_int_eq(machine_run(m, machine_time(m) + 20000000), STOP_TIME);
    ck_assert_int_eq(machine_step(m, 12345), STOP_TIME);
    machine_reset(m);
    run_to_loop();
    ck_assert(!machine_difference(m));
    ck_assert_uint_eq(machine_state_hash(m), machine_state_hash(lockstep_twin(m)));
}
END_TEST

static unsigned countdown;

static void change_register(struct machine *twin, void *opaque)
{
    (void)opaque;
    if (!--countdown) twin->pc.cpu.gpr[REG_EDI] = 0x1234;
}

static void change_xmm(struct machine *twin, void *opaque)
{
    (void)opaque;
    if (!--countdown) twin->pc.cpu.fpu.xmm[3].q[1] ^= 1;
}

static void change_memory(struct machine *twin, void *opaque)
{
    (void)opaque;
    if (!--countdown) twin->pc.phys.ram[0x5000] ^= 0x40;
}

static void change_chip(struct machine *twin, void *opaque)
{
    (void)opaque;
    if (!--countdown) rtc_cmos_set(&twin->pc.rtc, 0x50, 0x77);
}

static const struct machine_difference *sabotage(void (*fn)(struct machine *, void *), unsigned after)
{
    run_to_loop();
    countdown = after;
    m->lockstep->sabotage = fn;
    ck_assert_int_eq(machine_run(m, machine_time(m) + NS_PER_SECOND), STOP_DIFFERENCE);
    ck_assert_ptr_nonnull(machine_difference(m));
    ck_assert_int_eq(machine_run(m, machine_time(m) + NS_PER_SECOND), STOP_DIFFERENCE);
    return machine_difference(m);
}

START_TEST(a_register)
{
    const struct machine_difference *d = sabotage(change_register, 100);

    ck_assert(lists(d, "edi"));
    ck_assert_uint_eq(d->items, 1);
    ck_assert_uint_eq(d->item[0].jit, 0x1234);
    ck_assert_int_ne(d->found, MACHINE_FOUND_AGAIN);
    ck_assert_uint_eq(d->n_blocks, MACHINE_BLOCKS);
}
END_TEST

START_TEST(a_floating_point_register)
{
    ck_assert(lists(sabotage(change_xmm, 77), "fpu.xmm"));
}
END_TEST

START_TEST(a_byte_that_nobody_wrote)
{
    ck_assert(lists(sabotage(change_memory, 10), "RAM 00005000"));
}
END_TEST

START_TEST(a_chip)
{
    ck_assert(lists(sabotage(change_chip, 10), "rtc."));
}
END_TEST

/* Code that is translated wrongly goes wrong each time, and the very instruction is found. */
START_TEST(an_instruction)
{
    const struct machine_difference *d;
    struct x86_block                *b;

    run_to_loop();
    b = x86_block_find(&lockstep_twin(m)->pc.cpu, LOOP, 0);
    ck_assert_ptr_nonnull(b);
    b->insn[0].imm = 2;
    ck_assert_int_eq(machine_run(m, machine_time(m) + NS_PER_SECOND), STOP_DIFFERENCE);
    d = machine_difference(m);
    ck_assert_int_eq(d->found, MACHINE_FOUND_AGAIN);
    ck_assert(lists(d, "eax") && lists(d, "RAM 00009000"));
    ck_assert_uint_lt(d->item[0].interp, d->item[0].jit);
    ck_assert_uint_gt(d->n_traced, 0);
    ck_assert_uint_gt(d->units, 0);
    ck_assert_uint_ge(d->traced[d->n_traced - 1].eip, LOOP);
    ck_assert_uint_le(d->to - d->traced[0].instruction, MACHINE_BLOCKS);
}
END_TEST

Suite *lockstep_suite(void)
{
    Suite *s = suite_create("lockstep");
    TCase *c = tcase_create("all");

    tcase_add_checked_fixture(c, create, destroy);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, stays_the_same);
    tcase_add_test(c, a_register);
    tcase_add_test(c, a_floating_point_register);
    tcase_add_test(c, a_byte_that_nobody_wrote);
    tcase_add_test(c, a_chip);
    tcase_add_test(c, an_instruction);
    suite_add_tcase(s, c);
    return s;
}
