/* test_sched.c: the event queue (devices/clock.h, machine/sched.c). */
#include "tests/unit/stub.h"

struct recorder {
    struct clock *clock;
    char          log[256]; /* names of events in the order they ran */
    uint64_t      now, late; /* of the last one */
};

struct named {
    struct event     ev;
    struct recorder *to;
    uint64_t         again; /* reschedules itself after so many ns; 0: not */
    struct event    *cancels; /* or takes this one out */
};

static void named_run(void *opaque, uint64_t late_ns)
{
    struct named *n = opaque;

    strcat(n->to->log, n->ev.name);
    n->to->now = clock_now(n->to->clock);
    n->to->late = late_ns;
    if (n->again) event_schedule(n->to->clock, &n->ev, n->to->now + n->again);
    if (n->cancels) event_cancel(n->to->clock, n->cancels);
}

static void named_init(struct named *n, struct recorder *to, const char *name, int priority)
{
    *n = (struct named){.to = to};
    event_init(&n->ev, name, named_run, n, priority);
}

START_TEST(test_order)
{
    struct clock    clock;
    struct recorder r = {.clock = &clock};
    struct named    a, b, c, d;

    clock_init(&clock);
    named_init(&a, &r, "a", 0);
    named_init(&b, &r, "b", 0);
    named_init(&c, &r, "c", 0);
    named_init(&d, &r, "d", -1);
    event_schedule(&clock, &c.ev, 100);
    event_schedule(&clock, &b.ev, 200);
    event_schedule(&clock, &a.ev, 200);
    event_schedule(&clock, &d.ev, 200);
    ck_assert_uint_eq(clock_next_event(&clock), 100);
    clock_advance_to(&clock, 199);
    ck_assert_str_eq(r.log, "c");
    clock_advance_to(&clock, 200);
    ck_assert_str_eq(r.log, "cdab"); /* priority, then name */
    ck_assert_uint_eq(clock_next_event(&clock), UINT64_MAX);
    ck_assert(!a.ev.pending);
}
END_TEST

START_TEST(test_reschedule_and_cancel)
{
    struct clock    clock;
    struct recorder r = {.clock = &clock};
    struct named    a, b, c;

    clock_init(&clock);
    named_init(&a, &r, "a", 0);
    named_init(&b, &r, "b", 0);
    named_init(&c, &r, "c", 0);
    event_schedule(&clock, &a.ev, 10);
    event_schedule(&clock, &b.ev, 20);
    event_schedule(&clock, &c.ev, 30);
    event_schedule(&clock, &a.ev, 40); /* moved, not doubled */
    event_cancel(&clock, &b.ev);
    event_cancel(&clock, &b.ev);
    c.cancels = &a.ev;
    clock_advance_to(&clock, 100);
    ck_assert_str_eq(r.log, "c");
    ck_assert_uint_eq(clock_now(&clock), 100);
}
END_TEST

START_TEST(test_periodic_keeps_phase)
{
    struct clock    clock;
    struct recorder r = {.clock = &clock};
    struct named    a;

    clock_init(&clock);
    named_init(&a, &r, "a", 0);
    a.again = 10;
    event_schedule(&clock, &a.ev, 10);
    clock_advance_to(&clock, 55); /* one long step runs all five, each at its own time */
    ck_assert_str_eq(r.log, "aaaaa");
    ck_assert_uint_eq(r.now, 50);
    ck_assert_uint_eq(r.late, 0);
    ck_assert_uint_eq(a.ev.when, 60);
}
END_TEST

START_TEST(test_late)
{
    struct clock    clock;
    struct recorder r = {.clock = &clock};
    struct named    a;

    clock_init(&clock);
    named_init(&a, &r, "a", 0);
    clock_advance_to(&clock, 1000);
    event_schedule(&clock, &a.ev, 990); /* in the past: as soon as possible, and time does not go back */
    clock_advance_to(&clock, 1000);
    ck_assert_str_eq(r.log, "a");
    ck_assert_uint_eq(r.late, 10);
    ck_assert_uint_eq(clock_now(&clock), 1000);
}
END_TEST

static void count_sooner(void *opaque)
{
    ++*(int *)opaque;
}

START_TEST(test_sooner)
{
    struct clock    clock;
    struct recorder r = {.clock = &clock};
    struct named    a, b;
    int             calls = 0;

    clock_init(&clock);
    clock.sooner = count_sooner;
    clock.opaque = &calls;
    named_init(&a, &r, "a", 0);
    named_init(&b, &r, "b", 0);
    event_schedule(&clock, &a.ev, 50);
    ck_assert_int_eq(calls, 1);
    event_schedule(&clock, &b.ev, 60); /* behind the first: nobody has to know */
    ck_assert_int_eq(calls, 1);
    event_schedule(&clock, &b.ev, 40);
    ck_assert_int_eq(calls, 2);
}
END_TEST

static uint64_t fixed_source(void *opaque)
{
    return *(uint64_t *)opaque;
}

START_TEST(test_source)
{
    struct clock clock;
    uint64_t     exact = 12345;

    clock_init(&clock);
    clock.source = fixed_source;
    clock.opaque = &exact;
    ck_assert_uint_eq(clock_now(&clock), 12345);
}
END_TEST

START_TEST(test_conversion)
{
    static const uint32_t hz[] = {1, 32768, 1193182, 14318180, 1843200, NS_PER_SECOND};

    for (size_t i = 0; i < sizeof(hz) / sizeof(hz[0]); i++)
        for (uint64_t t = 0; t < UINT64_MAX / NS_PER_SECOND * hz[i] / 3; t = t * 3 + 1)
            ck_assert_uint_eq(clock_ticks(hz[i], clock_ns(hz[i], t)), t);
    ck_assert_uint_eq(clock_ns(1193182, 1), 839); /* 838.095 rounded up */
    ck_assert_uint_eq(clock_ticks(1193182, 838), 0);
}
END_TEST

Suite *sched_suite(void)
{
    Suite *s = suite_create("sched");
    TCase *t = tcase_create("sched");

    tcase_add_test(t, test_order);
    tcase_add_test(t, test_reschedule_and_cancel);
    tcase_add_test(t, test_periodic_keeps_phase);
    tcase_add_test(t, test_late);
    tcase_add_test(t, test_sooner);
    tcase_add_test(t, test_source);
    tcase_add_test(t, test_conversion);
    suite_add_tcase(s, t);
    return s;
}
