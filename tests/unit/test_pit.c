/* test_pit.c: the 8254. The sequences are those of the timing figures of its data sheet (Intel 231164). */
#include "devices/pit.h"
#include "tests/unit/stub.h"

#include <stdio.h>

enum { OUT0 = 0, OUT2 = 2 };

static struct stub    *s;
static struct pit      pit;
static struct irq_line gate2;
static uint64_t        pulse; /* CLK pulses so far */

static void setup(void)
{
    s = stub_new();
    pit_init(&pit, &s->bus, &s->clock, stub_line(s, OUT0), stub_line(s, OUT2));
    gate2 = pit_gate(&pit, 2);
    irq_set(&gate2, true);
    pulse = 0;
}

static void teardown(void)
{
    stub_free(s);
}

static void clk(unsigned n)
{
    pulse += n;
    clock_advance_to(&s->clock, clock_ns(PIT_HZ, pulse));
}

/* Programs channel 2, low byte only. */
static void program(int mode, uint8_t lsb)
{
    stub_out8(s, 0x43, (uint8_t)(0x90 | mode << 1));
    stub_out8(s, 0x42, lsb);
}

/* The next N pulses as text: the low byte of the count in hex, with an L when OUT is low. */
static const char *wave(unsigned n)
{
    static char text[512];
    size_t      at = 0;

    text[0] = 0;
    for (unsigned i = 0; i < n; i++) {
        clk(1);
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%X%s", i ? " " : "", stub_in8(s, 0x42),
                               pit_out(&pit, 2) ? "" : "L");
    }
    return text;
}

START_TEST(test_mode0)
{
    program(0, 4);
    ck_assert(!pit_out(&pit, 2));
    ck_assert_str_eq(wave(7), "4L 3L 2L 1L 0 FF FE"); /* N + 1 pulses after the write */
    stub_out8(s, 0x42, 3);
    ck_assert(!pit_out(&pit, 2)); /* low at once */
    ck_assert_str_eq(wave(2), "3L 2L");
    irq_set(&gate2, false);
    ck_assert_str_eq(wave(2), "2L 2L");
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(3), "1L 0 FF");
    stub_out8(s, 0x42, 3);
    ck_assert_str_eq(wave(3), "3L 2L 1L");
    stub_out8(s, 0x42, 2); /* a new count while counting */
    ck_assert_str_eq(wave(4), "2L 1L 0 FF");
}
END_TEST

START_TEST(test_mode0_two_bytes)
{
    stub_out8(s, 0x43, 0xB0);
    stub_out8(s, 0x42, 0x02);
    stub_out8(s, 0x42, 0x00);
    clk(4);
    ck_assert(pit_out(&pit, 2));
    stub_out8(s, 0x42, 0x05); /* the first byte stops counting, OUT low */
    ck_assert(!pit_out(&pit, 2));
    clk(100);
    ck_assert(!pit_out(&pit, 2));
    stub_out8(s, 0x42, 0x00);
    clk(5);
    ck_assert(!pit_out(&pit, 2));
    clk(1);
    ck_assert(pit_out(&pit, 2));
}
END_TEST

START_TEST(test_mode0_gate_low_loads)
{
    irq_set(&gate2, false);
    program(0, 3);
    ck_assert_str_eq(wave(2), "3L 3L");
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(3), "2L 1L 0"); /* N pulses after GATE, not N + 1 */
}
END_TEST

START_TEST(test_mode1)
{
    program(1, 3);
    clk(5);
    ck_assert(pit_out(&pit, 2)); /* waits for the trigger */
    irq_set(&gate2, false);
    irq_set(&gate2, true);
    ck_assert(pit_out(&pit, 2)); /* until the next pulse */
    ck_assert_str_eq(wave(5), "3L 2L 1L 0 FF");
    irq_set(&gate2, false); /* the level does not matter */
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(3), "3L 2L 1L");
    irq_set(&gate2, false);
    irq_set(&gate2, true); /* retriggered */
    irq_set(&gate2, false);
    ck_assert_str_eq(wave(4), "3L 2L 1L 0");
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(2), "3L 2L");
    stub_out8(s, 0x42, 5); /* a new count waits for a trigger */
    ck_assert_str_eq(wave(3), "1L 0 FF");
    irq_set(&gate2, false);
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(2), "5L 4L");
}
END_TEST

START_TEST(test_mode2)
{
    program(2, 3);
    ck_assert(pit_out(&pit, 2));
    ck_assert_str_eq(wave(8), "3 2 1L 3 2 1L 3 2");
    irq_set(&gate2, false);
    ck_assert_str_eq(wave(2), "2 2");
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(5), "3 2 1L 3 2");
    stub_out8(s, 0x42, 5); /* at the end of the period */
    ck_assert_str_eq(wave(6), "1L 5 4 3 2 1L");
    irq_set(&gate2, false); /* ends the pulse at once */
    ck_assert(pit_out(&pit, 2));
    ck_assert_str_eq(wave(2), "1 1");
}
END_TEST

START_TEST(test_mode3)
{
    program(3, 4);
    ck_assert_str_eq(wave(9), "4 2 4L 2L 4 2 4L 2L 4");
    program(3, 5);
    ck_assert_str_eq(wave(11), "4 2 0 4L 2L 4 2 0 4L 2L 4");
    irq_set(&gate2, false);
    irq_set(&gate2, true); /* trigger */
    ck_assert_str_eq(wave(4), "4 2 0 4L");
    irq_set(&gate2, false);
    ck_assert(pit_out(&pit, 2)); /* at once */
    irq_set(&gate2, true);
    program(3, 6);
    ck_assert_str_eq(wave(2), "6 4");
    stub_out8(s, 0x42, 4); /* at the end of the half cycle */
    ck_assert_str_eq(wave(6), "2 4L 2L 4 2 4L");
}
END_TEST

START_TEST(test_mode4)
{
    program(4, 3);
    ck_assert_str_eq(wave(6), "3 2 1 0L FF FE");
    stub_out8(s, 0x42, 3);
    ck_assert_str_eq(wave(2), "3 2");
    irq_set(&gate2, false);
    ck_assert_str_eq(wave(1), "2");
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(2), "1 0L");
    irq_set(&gate2, false);
    ck_assert_str_eq(wave(1), "0"); /* the strobe ends all the same */
    clk(70000);
    irq_set(&gate2, true);
    stub_forget(s, OUT2);
    pit_listen(&pit, 2, true);
    clk(70000); /* the counter goes round, but strobes once only */
    ck_assert_uint_eq(s->irq[OUT2].falls, 0);
}
END_TEST

START_TEST(test_mode5)
{
    program(5, 3);
    clk(10);
    ck_assert(pit_out(&pit, 2));
    irq_set(&gate2, false);
    irq_set(&gate2, true);
    irq_set(&gate2, false);
    ck_assert_str_eq(wave(6), "3 2 1 0L FF FE");
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(2), "3 2");
    irq_set(&gate2, false);
    irq_set(&gate2, true);
    ck_assert_str_eq(wave(5), "3 2 1 0L FF");
}
END_TEST

START_TEST(test_aliases)
{
    program(6, 3);
    ck_assert_str_eq(wave(4), "3 2 1L 3");
    program(7, 4);
    ck_assert_str_eq(wave(4), "4 2 4L 2L");
    stub_out8(s, 0x43, 0xE8);
    ck_assert_uint_eq(stub_in8(s, 0x42) & 0x3F, 0x1E); /* as programmed */
}
END_TEST

START_TEST(test_count_one)
{
    program(2, 1);
    ck_assert_str_eq(wave(3), "1 1 1");
    stub_out8(s, 0x42, 3);
    ck_assert_str_eq(wave(3), "3 2 1L");
    stub_out8(s, 0x42, 1);
    ck_assert_str_eq(wave(3), "1 1 1");
    clk(1000);
    ck_assert_uint_eq(stub_in8(s, 0x42), 1);
    program(3, 1);
    ck_assert_str_eq(wave(3), "0 0 0");
    stub_out8(s, 0x42, 2);
    clk(1000);
    stub_out8(s, 0x42, 1);
    clk(1000);
    ck_assert(pit_out(&pit, 2));
}
END_TEST

START_TEST(test_bcd)
{
    stub_out8(s, 0x43, 0xB1);
    stub_out8(s, 0x42, 0x00);
    stub_out8(s, 0x42, 0x01);
    clk(2);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x99);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x00);
    clk(98);
    ck_assert(!pit_out(&pit, 2));
    clk(1);
    ck_assert(pit_out(&pit, 2));
    clk(1);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x99); /* 9999 */
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x99);
    stub_out8(s, 0x42, 0); /* 0 is 10000 */
    stub_out8(s, 0x42, 0);
    clk(10000);
    ck_assert(!pit_out(&pit, 2));
    clk(1);
    ck_assert(pit_out(&pit, 2));
}
END_TEST

START_TEST(test_zero_is_65536)
{
    stub_out8(s, 0x43, 0xB4);
    stub_out8(s, 0x42, 0);
    stub_out8(s, 0x42, 0);
    pit_listen(&pit, 2, true);
    stub_forget(s, OUT2);
    clk(65535);
    ck_assert(pit_out(&pit, 2));
    clk(1);
    ck_assert(!pit_out(&pit, 2));
    clk(1);
    ck_assert(pit_out(&pit, 2));
    ck_assert_uint_eq(s->irq[OUT2].falls, 1);
}
END_TEST

START_TEST(test_access_modes)
{
    stub_out8(s, 0x43, 0xA0); /* high byte only, mode 0 */
    stub_out8(s, 0x42, 0x12);
    clk(1);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x12);
    clk(1);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x11);
    stub_out8(s, 0x43, 0xB0); /* both: they alternate, and count on in between */
    stub_out8(s, 0x42, 0x00);
    stub_out8(s, 0x42, 0x12);
    clk(1);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x00);
    clk(1);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x11);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0xFF);
    ck_assert_uint_eq(stub_in8(s, 0x43), 0xFF); /* cannot be read */
}
END_TEST

START_TEST(test_latch)
{
    stub_out8(s, 0x43, 0xB0);
    stub_out8(s, 0x42, 0x34);
    stub_out8(s, 0x42, 0x12);
    clk(1);
    stub_out8(s, 0x43, 0x80);
    clk(0x235);
    stub_out8(s, 0x43, 0x80); /* ignored: the first one was not read yet */
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x34);
    clk(1);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x12);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0xFE); /* live again: 1234h - 236h */
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x0F);
}
END_TEST

START_TEST(test_read_back)
{
    program(3, 4);
    stub_out8(s, 0x43, 0xE8); /* status of counter 2 */
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x80 | 0x40 | 0x16); /* OUT, null count */
    clk(1);
    stub_out8(s, 0x43, 0xC8); /* status and count */
    clk(2);
    stub_out8(s, 0x43, 0xC8);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x80 | 0x16);
    ck_assert_uint_eq(stub_in8(s, 0x42), 4);
    stub_out8(s, 0x43, 0xE8);
    ck_assert_uint_eq(stub_in8(s, 0x42), 0x16);
    stub_out8(s, 0x42, 8);
    stub_out8(s, 0x43, 0xE8);
    ck_assert_uint_eq(stub_in8(s, 0x42) & 0x40, 0x40); /* not loaded before the half cycle ends */
    clk(2);
    stub_out8(s, 0x43, 0xE8);
    ck_assert_uint_eq(stub_in8(s, 0x42) & 0x40, 0);
    stub_out8(s, 0x43, 0x16); /* counters 0 and 2 at once */
    stub_out8(s, 0x40, 9);
    clk(1);
    stub_out8(s, 0x43, 0xDA);
    clk(5);
    ck_assert_uint_eq(stub_in8(s, 0x40), 8);
    ck_assert_uint_eq(stub_in8(s, 0x42), 6);
}
END_TEST

START_TEST(test_irq0_rate)
{
    stub_out8(s, 0x43, 0x34);
    stub_out8(s, 0x40, 0xA9); /* 1193: 1000.15 Hz */
    stub_out8(s, 0x40, 0x04);
    stub_forget(s, OUT0);
    clk(1193 * 10 + 1);
    ck_assert_uint_eq(s->irq[OUT0].rises, 10);
    ck_assert_uint_eq(s->irq[OUT0].times[0], clock_ns(PIT_HZ, 1193)); /* a pulse low, of one CLK */
    ck_assert_uint_eq(s->irq[OUT0].times[1], clock_ns(PIT_HZ, 1194));
    ck_assert_uint_eq(s->irq[OUT0].times[19], clock_ns(PIT_HZ, 11931));
}
END_TEST

START_TEST(test_late_look_keeps_edges)
{
    stub_out8(s, 0x43, 0x14);
    stub_out8(s, 0x40, 10);
    clk(1);
    stub_forget(s, OUT0);
    s->clock.now = clock_ns(PIT_HZ, 1000000); /* an instruction that took very long */
    stub_in8(s, 0x40);
    ck_assert_uint_ge(s->irq[OUT0].rises, 1);
    ck_assert_uint_le(s->irq[OUT0].rises, 2);
}
END_TEST

/* The same random program on two timers: one is looked at after every pulse, the other only when it is written. */
START_TEST(test_leaps_equal_steps)
{
    static struct pit a, b;
    struct stub      *sa = stub_new(), *sb = stub_new();
    uint32_t          seed = (uint32_t)_i * 7919u + 1;
    uint64_t          now = 0;
    struct irq_line   ga, gb;

    pit_init(&a, &sa->bus, &sa->clock, stub_line(sa, 0), stub_line(sa, 2));
    pit_init(&b, &sb->bus, &sb->clock, stub_line(sb, 0), stub_line(sb, 2));
    ga = pit_gate(&a, 2);
    gb = pit_gate(&b, 2);
    pit_listen(&a, 2, true);
    pit_listen(&b, 2, true);
    for (int op = 0; op < 200; op++) {
        uint32_t r = (seed = seed * 1664525u + 1013904223u) >> 8;
        uint16_t port = r & 7 ? (uint16_t)(0x40 + 2 * (r >> 3 & 1)) : 0x43;
        uint8_t  value = (uint8_t)(r >> 4 & 3 ? r >> 6 & 15 : r >> 6);

        if (port == 0x43 && (value & 0xC0) != 0xC0) value = (uint8_t)((value & 0x8F) | (r >> 15 & 3 ? 0x10 : 0x30));
        stub_out8(sa, port, value);
        stub_out8(sb, port, value);
        irq_set(&ga, r >> 18 & 1);
        irq_set(&gb, r >> 18 & 1);
        for (unsigned n = r >> 19 & 63; n; n--) {
            clock_advance_to(&sa->clock, clock_ns(PIT_HZ, ++now));
            pit_out(&a, 0);
            pit_out(&a, 2);
        }
        clock_advance_to(&sb->clock, clock_ns(PIT_HZ, now));
        pit_out(&b, 0);
        pit_out(&b, 2);
        ck_assert_msg(!stub_state_differs(pit_ops.fields, &a, &b), "%s", stub_state_differs(pit_ops.fields, &a, &b));
    }
    for (int line = 0; line <= 2; line += 2) {
        ck_assert_uint_eq(sa->irq[line].rises, sb->irq[line].rises);
        ck_assert_mem_eq(sa->irq[line].times, sb->irq[line].times, sizeof(sa->irq[line].times));
    }
    stub_free(sa);
    stub_free(sb);
}
END_TEST

START_TEST(test_no_events_without_listener)
{
    program(3, 2);
    clk(10);
    ck_assert(!pit.ch[2].edge.pending);
    pit_listen(&pit, 2, true);
    stub_forget(s, OUT2);
    clk(10);
    ck_assert_uint_eq(s->irq[OUT2].rises, 5);
    pit_listen(&pit, 2, false);
    clk(10);
    ck_assert_uint_eq(s->irq[OUT2].rises, 5);
}
END_TEST

START_TEST(test_reset)
{
    static struct pit fresh;
    struct stub      *s2 = stub_new();

    for (int mode = 0; mode < 6; mode++) {
        program(mode, 9);
        stub_out8(s, 0x43, (uint8_t)(0x31 | mode << 1));
        stub_out8(s, 0x40, 9);
        clk(3);
        stub_out8(s, 0x43, 0xCE);
    }
    pit_listen(&pit, 2, true);
    pit_reset(&pit);
    clock_advance_to(&s2->clock, s->clock.now);
    pit_init(&fresh, &s2->bus, &s2->clock, stub_line(s2, 0), stub_line(s2, 2));
    ck_assert_ptr_null(stub_state_differs(pit_ops.fields, &pit, &fresh));
    stub_free(s2);
}
END_TEST

Suite *pit_suite(void)
{
    Suite *suite = suite_create("pit");
    TCase *t = tcase_create("pit");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_mode0);
    tcase_add_test(t, test_mode0_two_bytes);
    tcase_add_test(t, test_mode0_gate_low_loads);
    tcase_add_test(t, test_mode1);
    tcase_add_test(t, test_mode2);
    tcase_add_test(t, test_mode3);
    tcase_add_test(t, test_mode4);
    tcase_add_test(t, test_mode5);
    tcase_add_test(t, test_aliases);
    tcase_add_test(t, test_count_one);
    tcase_add_test(t, test_bcd);
    tcase_add_test(t, test_zero_is_65536);
    tcase_add_test(t, test_access_modes);
    tcase_add_test(t, test_latch);
    tcase_add_test(t, test_read_back);
    tcase_add_test(t, test_irq0_rate);
    tcase_add_test(t, test_late_look_keeps_edges);
    tcase_add_loop_test(t, test_leaps_equal_steps, 0, 40);
    tcase_add_test(t, test_no_events_without_listener);
    tcase_add_test(t, test_reset);
    suite_add_tcase(suite, t);
    return suite;
}
