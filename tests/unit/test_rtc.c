/* test_rtc.c: the MC146818 and its CMOS. */
#include "devices/rtc.h"
#include "tests/unit/stub.h"

enum { IRQ8 = 8 };

#define MS 1000000ull
#define US 1000ull

static struct stub *s;
static struct rtc   rtc;

static void setup(void)
{
    s = stub_new();
    rtc_init(&rtc, &s->bus, &s->clock, stub_line(s, IRQ8), 951782399); /* 2000-02-28 23:59:59, a Monday */
}

static void teardown(void)
{
    stub_free(s);
}

static uint8_t get(uint8_t index)
{
    stub_out8(s, 0x70, index);
    return stub_in8(s, 0x71);
}

static void put(uint8_t index, uint8_t value)
{
    stub_out8(s, 0x70, index);
    stub_out8(s, 0x71, value);
}

/* Century, year, month, date, day of the week, hours, minutes, seconds, as they read. */
static void check_time(uint64_t date, unsigned day, unsigned time)
{
    ck_assert_uint_eq((unsigned)get(0x32) << 24 | (unsigned)get(9) << 16 | (unsigned)get(8) << 8 | get(7), date);
    ck_assert_uint_eq(get(6), day);
    ck_assert_uint_eq((unsigned)get(4) << 16 | (unsigned)get(2) << 8 | get(0), time);
}

static void set_clock(const uint8_t *sec_min_hour_dow_date_month_year)
{
    static const uint8_t index[] = {0, 2, 4, 6, 7, 8, 9};

    for (size_t i = 0; i < sizeof(index); i++) put(index[i], sec_min_hour_dow_date_month_year[i]);
}

START_TEST(test_start_and_leap_day)
{
    check_time(0x20000228, 2, 0x235959);
    stub_run(s, NS_PER_SECOND - 1);
    check_time(0x20000228, 2, 0x235959);
    stub_run(s, 1);
    check_time(0x20000229, 3, 0x000000);
    stub_run(s, 86400 * NS_PER_SECOND);
    check_time(0x20000301, 4, 0x000000);
}
END_TEST

START_TEST(test_dates)
{
    static const struct {
        int64_t  date;
        uint32_t shown;
        unsigned day, time;
    } cases[] = {
        {0, 0x19700101, 5, 0x000000},          {-1, 0x19691231, 4, 0x235959},
        {946684799, 0x19991231, 6, 0x235959},  {1078056000, 0x20040229, 1, 0x120000},
        {4107542400, 0x21000301, 2, 0x000000}, {-2208988800, 0x19000101, 2, 0x000000},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct stub *old = s;
        s = stub_new();
        rtc_init(&rtc, &s->bus, &s->clock, stub_line(s, IRQ8), cases[i].date);
        check_time(cases[i].shown, cases[i].day, cases[i].time);
        stub_free(s);
        s = old;
    }
}
END_TEST

START_TEST(test_century_carry)
{
    static const uint8_t last[] = {0x59, 0x59, 0x23, 6, 0x31, 0x12, 0x99};

    set_clock(last);
    put(0x32, 0x19);
    stub_run(s, NS_PER_SECOND);
    check_time(0x20000101, 7, 0x000000);
}
END_TEST

START_TEST(test_binary_and_12_hours)
{
    static const uint8_t noon[] = {59, 59, 11, 7, 31, 12, 99};
    static const uint8_t night[] = {0x59, 0x59, 0x91, 7, 0x30, 0x11, 0x98};

    put(0x0B, 0x04); /* binary, 12 hours */
    set_clock(noon);
    stub_run(s, NS_PER_SECOND);
    ck_assert_uint_eq(get(4), 0x8C); /* 12 PM */
    stub_run(s, 3600 * NS_PER_SECOND);
    ck_assert_uint_eq(get(4), 0x81);
    put(0x0B, 0x00); /* BCD, 12 hours */
    set_clock(night);
    stub_run(s, NS_PER_SECOND);
    ck_assert_uint_eq(get(4), 0x12); /* 12 AM */
    ck_assert_uint_eq(get(7), 0x01);
    ck_assert_uint_eq(get(8), 0x12);
    ck_assert_uint_eq(get(6), 1);
    stub_run(s, 3600 * NS_PER_SECOND);
    ck_assert_uint_eq(get(4), 0x01);
}
END_TEST

START_TEST(test_uip)
{
    ck_assert_uint_eq(get(0x0A), 0x26);
    stub_run(s, NS_PER_SECOND - 2228 * US - 1);
    ck_assert_uint_eq(get(0x0A), 0x26);
    stub_run(s, 1);
    ck_assert_uint_eq(get(0x0A), 0xA6);
    stub_run(s, 2228 * US - 1);
    ck_assert_uint_eq(get(0x0A), 0xA6);
    ck_assert_uint_eq(get(0), 0x59);
    stub_run(s, 1);
    ck_assert_uint_eq(get(0x0A), 0x26);
    ck_assert_uint_eq(get(0), 0x00);
    put(0x0B, 0x82); /* SET: no update, no UIP */
    stub_run(s, NS_PER_SECOND - 1);
    ck_assert_uint_eq(get(0x0A), 0x26);
}
END_TEST

START_TEST(test_set_freezes)
{
    put(0x0B, 0x92);
    ck_assert_uint_eq(get(0x0B), 0x82); /* SET clears UIE */
    stub_run(s, 10 * NS_PER_SECOND);
    ck_assert_uint_eq(get(0), 0x59);
    ck_assert_uint_eq(get(0x0C) & 0x10, 0);
    put(0, 0x20);
    put(0x0B, 0x02);
    stub_run(s, NS_PER_SECOND);
    ck_assert_uint_eq(get(0), 0x21);
}
END_TEST

START_TEST(test_divider_reset)
{
    stub_run(s, 300 * MS);
    put(0x0A, 0x76);
    stub_run(s, 5 * NS_PER_SECOND);
    ck_assert_uint_eq(get(0), 0x59);
    put(0x0A, 0x26);
    stub_run(s, 500 * MS + 1984 * US - 1); /* the update cycle begins after half a second */
    ck_assert_uint_eq(get(0), 0x59);
    stub_run(s, 1);
    ck_assert_uint_eq(get(0), 0x00);
}
END_TEST

START_TEST(test_update_interrupt)
{
    put(0x01, 0x30);
    put(0x0B, 0x12);
    stub_run(s, NS_PER_SECOND);
    ck_assert(s->irq[IRQ8].level);
    ck_assert_uint_eq(get(0x0C), 0xD0); /* the periodic flag is set as well, enabled or not */
    ck_assert(!s->irq[IRQ8].level);
    ck_assert_uint_eq(get(0x0C), 0x00);
    stub_run(s, 3 * NS_PER_SECOND); /* not read: one interrupt, one level */
    ck_assert_uint_eq(s->irq[IRQ8].rises, 2);
}
END_TEST

START_TEST(test_periodic_rates)
{
    for (unsigned rs = 1; rs < 16; rs++) {
        uint64_t hz = rs < 3 ? 512 >> rs : 65536 >> rs;
        unsigned before;

        put(0x0A, (uint8_t)(0x20 | rs));
        put(0x0B, 0x42);
        get(0x0C);
        before = s->irq[IRQ8].rises;
        for (unsigned i = 0; i < 2 * hz * 4; i++) { /* four looks a period */
            stub_run(s, NS_PER_SECOND / hz / 4);
            if (s->irq[IRQ8].level) ck_assert_uint_eq(get(0x0C) & 0xC0, 0xC0);
        }
        ck_assert_uint_ge(s->irq[IRQ8].rises - before, 2 * hz - 1);
        ck_assert_uint_le(s->irq[IRQ8].rises - before, 2 * hz);
    }
    put(0x0A, 0x20); /* none */
    get(0x0C);
    stub_run(s, NS_PER_SECOND);
    ck_assert_uint_eq(get(0x0C) & 0x40, 0);
}
END_TEST

START_TEST(test_periodic_unread_costs_nothing)
{
    put(0x0A, 0x23);
    put(0x0B, 0x42);
    stub_run(s, MS);
    ck_assert_uint_eq(s->irq[IRQ8].rises, 1);
    ck_assert(!rtc.periodic.pending);
    get(0x0C);
    ck_assert(rtc.periodic.pending);
    put(0x0B, 0x02);
    ck_assert(!rtc.periodic.pending);
    stub_run(s, MS);
    ck_assert(!s->irq[IRQ8].level);
    put(0x0B, 0x42); /* the flag went up meanwhile: enabling it interrupts at once */
    ck_assert(s->irq[IRQ8].level);
}
END_TEST

START_TEST(test_alarm)
{
    put(0x01, 0x03);
    put(0x03, 0x00);
    put(0x05, 0x00);
    put(0x0B, 0x22);
    stub_run(s, 3 * NS_PER_SECOND);
    ck_assert(!s->irq[IRQ8].level);
    stub_run(s, NS_PER_SECOND);
    ck_assert(s->irq[IRQ8].level);
    ck_assert_uint_eq(get(0x0C) & 0xA0, 0xA0);
    put(0x01, 0x10); /* every minute */
    put(0x03, 0xC0);
    put(0x05, 0xFF);
    for (int i = 0; i < 3; i++) {
        stub_forget(s, IRQ8);
        stub_run(s, 60 * NS_PER_SECOND);
        ck_assert_uint_eq(s->irq[IRQ8].rises, 1);
        get(0x0C);
    }
}
END_TEST

START_TEST(test_cmos)
{
    for (unsigned i = 0x10; i < 0x2E; i++) rtc_cmos_set(&rtc, i, 0xF0);
    rtc_cmos_checksum(&rtc);
    ck_assert_uint_eq(get(0x2E), 0x1C); /* 30 * F0h */
    ck_assert_uint_eq(get(0x2F), 0x20);
    put(0x40, 0x12);
    stub_out8(s, 0x72, 0x40);
    stub_out8(s, 0x73, 0x34);
    ck_assert_uint_eq(stub_in8(s, 0x73), 0x34);
    ck_assert_uint_eq(get(0x40), 0x12);
    ck_assert_uint_eq(rtc_cmos_get(&rtc, 0xC0), 0x34);
    ck_assert_uint_eq(get(0x0D), 0x80);
    put(0x0D, 0x00);
    put(0x0C, 0xFF);
    ck_assert_uint_eq(get(0x0D), 0x80);
    ck_assert_uint_eq(get(0x0C) & 0x80, 0);
    ck_assert_uint_eq(stub_in8(s, 0x70), 0xFF);
}
END_TEST

START_TEST(test_nmi_mask)
{
    ck_assert(rtc_nmi_masked(&rtc));
    stub_out8(s, 0x70, 0x0D);
    ck_assert(!rtc_nmi_masked(&rtc));
    stub_out8(s, 0x70, 0x8D);
    ck_assert(rtc_nmi_masked(&rtc));
    ck_assert_uint_eq(stub_in8(s, 0x71), 0x80);
}
END_TEST

START_TEST(test_reset)
{
    put(0x50, 0x77);
    put(0x0B, 0x7A);
    stub_run(s, NS_PER_SECOND);
    ck_assert(s->irq[IRQ8].level);
    rtc_reset(&rtc);
    ck_assert(!s->irq[IRQ8].level);
    ck_assert_uint_eq(get(0x0B), 0x02);
    ck_assert_uint_eq(get(0x0C), 0x00);
    ck_assert_uint_eq(get(0x50), 0x77);
    check_time(0x20000229, 3, 0x000000); /* time went on */
}
END_TEST

Suite *rtc_suite(void)
{
    Suite *suite = suite_create("rtc");
    TCase *t = tcase_create("rtc");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_start_and_leap_day);
    tcase_add_test(t, test_dates);
    tcase_add_test(t, test_century_carry);
    tcase_add_test(t, test_binary_and_12_hours);
    tcase_add_test(t, test_uip);
    tcase_add_test(t, test_set_freezes);
    tcase_add_test(t, test_divider_reset);
    tcase_add_test(t, test_update_interrupt);
    tcase_add_test(t, test_periodic_rates);
    tcase_add_test(t, test_periodic_unread_costs_nothing);
    tcase_add_test(t, test_alarm);
    tcase_add_test(t, test_cmos);
    tcase_add_test(t, test_nmi_mask);
    tcase_add_test(t, test_reset);
    suite_add_tcase(suite, t);
    return suite;
}
