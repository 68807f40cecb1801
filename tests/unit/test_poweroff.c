/* test_poweroff.c: port 8900h. */
#include "devices/poweroff.h"
#include "tests/unit/stub.h"

static struct stub    *s;
static struct poweroff p;
static int             offs;

static void off(void *opaque)
{
    ++*(int *)opaque;
}

static void setup(void)
{
    s = stub_new();
    offs = 0;
    poweroff_init(&p, &s->bus, off, &offs);
}

static void teardown(void)
{
    stub_free(s);
}

static void say(const char *text)
{
    while (*text) stub_out8(s, 0x8900, (uint8_t)*text++);
}

START_TEST(test_word)
{
    say("Shutdow");
    ck_assert_int_eq(offs, 0);
    say("n");
    ck_assert_int_eq(offs, 1);
    say("Shutdown");
    ck_assert_int_eq(offs, 2);
}
END_TEST

START_TEST(test_near_misses)
{
    say("shutdown");
    say("Shut down");
    say("ShutDown");
    ck_assert_int_eq(offs, 0);
    say("ShutShutdown"); /* begins again at the S */
    ck_assert_int_eq(offs, 1);
    say("Shut");
    poweroff_reset(&p);
    say("down");
    ck_assert_int_eq(offs, 1);
    ck_assert_uint_eq(stub_in8(s, 0x8900), 0xFF);
}
END_TEST

START_TEST(test_loaded)
{
    ck_assert_int_eq(poweroff_ops.loaded(&p), 0);
    p.matched = 8;
    ck_assert_int_lt(poweroff_ops.loaded(&p), 0);
}
END_TEST

Suite *poweroff_suite(void)
{
    Suite *suite = suite_create("poweroff");
    TCase *t = tcase_create("poweroff");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_word);
    tcase_add_test(t, test_near_misses);
    tcase_add_test(t, test_loaded);
    suite_add_tcase(suite, t);
    return suite;
}
