/* test_speaker.c: port 61h on a timer output that the test moves. */
#include "devices/speaker.h"
#include "tests/unit/stub.h"

enum { GATE = 0, CONE = 1 };

struct timer {
    bool out, listening;
};

static struct stub   *s;
static struct speaker sp;
static struct timer   timer;

static bool timer_out(void *opaque)
{
    return ((struct timer *)opaque)->out;
}

static void timer_listen(void *opaque, bool on)
{
    ((struct timer *)opaque)->listening = on;
}

static void cone_moved(void *opaque, uint64_t time_ns, bool level)
{
    struct irq_line line = stub_line(opaque, CONE);

    ck_assert_uint_eq(time_ns, s->clock.now);
    irq_set(&line, level);
}

static void setup(void)
{
    struct speaker_wires wires = {.timer = &timer,
                                  .timer_out = timer_out,
                                  .timer_listen = timer_listen,
                                  .changed = cone_moved};

    s = stub_new();
    timer = (struct timer){0};
    wires.opaque = s;
    wires.gate = stub_line(s, GATE);
    speaker_init(&sp, &s->bus, &s->clock, &wires);
}

static void teardown(void)
{
    stub_free(s);
}

static void set_timer(bool out)
{
    struct irq_line line = speaker_timer_line(&sp);

    timer.out = out;
    if (timer.listening) irq_set(&line, out);
}

START_TEST(test_bits)
{
    stub_out8(s, 0x61, 0xFF);
    ck_assert_uint_eq(stub_in8(s, 0x61), 0x0F); /* no parity or channel check */
    ck_assert(s->irq[GATE].level);
    set_timer(true);
    ck_assert_uint_eq(stub_in8(s, 0x61), 0x2F);
    stub_out8(s, 0x61, 0xFC);
    ck_assert_uint_eq(stub_in8(s, 0x61), 0x2C);
    ck_assert(!s->irq[GATE].level);
}
END_TEST

START_TEST(test_refresh)
{
    unsigned flips = 0;
    uint8_t  last = stub_in8(s, 0x61) & 0x10;

    for (unsigned us = 0; us < 100000; us++) {
        uint8_t bit;
        stub_run(s, 1000);
        bit = stub_in8(s, 0x61) & 0x10;
        flips += bit != last;
        last = bit;
    }
    ck_assert_uint_eq(flips, 6628); /* 0.1 s / 15.0857 us */
}
END_TEST

START_TEST(test_tone)
{
    stub_out8(s, 0x61, 0x03);
    ck_assert(timer.listening);
    for (int i = 0; i < 4; i++) {
        stub_run(s, 500000);
        set_timer(true);
        stub_run(s, 500000);
        set_timer(false);
    }
    ck_assert_uint_eq(s->irq[CONE].rises, 4);
    ck_assert_uint_eq(s->irq[CONE].times[1], 1000000);
    set_timer(true);
    stub_out8(s, 0x61, 0x01);
    ck_assert(!s->irq[CONE].level);
    ck_assert(!timer.listening);
    set_timer(false);
    set_timer(true);
    ck_assert_uint_eq(s->irq[CONE].rises, 5);
    stub_out8(s, 0x61, 0x03); /* OUT 2 is high as the bit is set */
    ck_assert_uint_eq(s->irq[CONE].rises, 6);
}
END_TEST

/* Programs play samples by the data bit alone, with OUT 2 high. */
START_TEST(test_direct_drive)
{
    set_timer(true);
    for (int i = 0; i < 10; i++) {
        stub_run(s, 45000);
        stub_out8(s, 0x61, i & 1 ? 0x00 : 0x02);
    }
    ck_assert_uint_eq(s->irq[CONE].rises, 5);
    ck_assert_uint_eq(s->irq[CONE].falls, 5);
}
END_TEST

START_TEST(test_reset)
{
    set_timer(true);
    stub_out8(s, 0x61, 0x0F);
    speaker_reset(&sp);
    ck_assert(!s->irq[CONE].level);
    ck_assert(!s->irq[GATE].level);
    ck_assert(!timer.listening);
    ck_assert_uint_eq(stub_in8(s, 0x61) & 0x0F, 0);
}
END_TEST

Suite *speaker_suite(void)
{
    Suite *suite = suite_create("speaker");
    TCase *t = tcase_create("speaker");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_bits);
    tcase_add_test(t, test_refresh);
    tcase_add_test(t, test_tone);
    tcase_add_test(t, test_direct_drive);
    tcase_add_test(t, test_reset);
    suite_add_tcase(suite, t);
    return suite;
}
