/* test_lpt.c: the parallel port. */
#include "devices/lpt.h"
#include "tests/unit/stub.h"

enum { IRQ7 = 7, DATA = 0x378, STATUS, CONTROL };

static struct stub *s;
static struct lpt   lpt;
static char         printed[64];

static void print(void *opaque, uint8_t byte)
{
    ck_assert_ptr_eq(opaque, s);
    printed[strlen(printed)] = (char)byte;
}

static void setup(void)
{
    s = stub_new();
    memset(printed, 0, sizeof(printed));
    lpt_init(&lpt, &s->bus, &s->clock, stub_line(s, IRQ7), DATA, "lpt.0", print, s);
}

static void teardown(void)
{
    stub_free(s);
}

static void print_char(char c, uint8_t control)
{
    stub_out8(s, DATA, (uint8_t)c);
    stub_out8(s, CONTROL, control | 1);
    stub_out8(s, CONTROL, control);
}

START_TEST(test_registers)
{
    stub_out8(s, DATA, 0xAA);
    ck_assert_uint_eq(stub_in8(s, DATA), 0xAA);
    ck_assert_uint_eq(stub_in8(s, CONTROL), 0xCC);
    ck_assert_uint_eq(stub_in8(s, STATUS), 0xDF);
    stub_out8(s, CONTROL, 0x08);
    ck_assert_uint_eq(stub_in8(s, CONTROL), 0xC8);
    ck_assert_uint_eq(stub_in8(s, STATUS), 0x5F); /* busy while INIT# is low */
    stub_out8(s, CONTROL, 0x0C);
    stub_out8(s, STATUS, 0x00); /* read only */
    ck_assert_uint_eq(stub_in8(s, STATUS), 0xDF);
    stub_out8(s, CONTROL, 0x2C);
    ck_assert_uint_eq(stub_in8(s, DATA), 0xFF); /* turned around, nothing drives it */
}
END_TEST

START_TEST(test_handshake)
{
    stub_out8(s, CONTROL, 0x0C);
    print_char('h', 0x0C);
    ck_assert_str_eq(printed, "h");
    ck_assert_uint_eq(stub_in8(s, STATUS), 0x5F);
    print_char('x', 0x0C); /* too early */
    stub_run(s, 5000);
    ck_assert_uint_eq(stub_in8(s, STATUS), 0x1F); /* ACK# */
    stub_run(s, 5000);
    ck_assert_uint_eq(stub_in8(s, STATUS), 0xDF);
    print_char('i', 0x0C);
    ck_assert_str_eq(printed, "hi");
    ck_assert_uint_eq(s->irq[IRQ7].rises, 0);
    stub_out8(s, CONTROL, 0x08); /* INIT# in the middle of it */
    stub_out8(s, CONTROL, 0x0C);
    ck_assert_uint_eq(stub_in8(s, STATUS), 0xDF);
}
END_TEST

START_TEST(test_strobe_by_edge)
{
    stub_out8(s, DATA, 'a');
    stub_out8(s, CONTROL, 0x0D);
    stub_run(s, 20000);
    stub_out8(s, CONTROL, 0x0D); /* held: not another character */
    ck_assert_str_eq(printed, "a");
    ck_assert_uint_eq(stub_in8(s, STATUS), 0xDF);
    stub_out8(s, CONTROL, 0x0C);
    stub_out8(s, CONTROL, 0x0D);
    ck_assert_str_eq(printed, "aa");
}
END_TEST

START_TEST(test_interrupt)
{
    stub_out8(s, CONTROL, 0x1C);
    ck_assert(!s->irq[IRQ7].level);
    print_char('a', 0x1C);
    stub_run(s, 9999);
    ck_assert(!s->irq[IRQ7].level);
    stub_run(s, 1);
    ck_assert(s->irq[IRQ7].level);
    ck_assert_uint_eq(stub_in8(s, STATUS), 0xDF);
    ck_assert(!s->irq[IRQ7].level);
    print_char('b', 0x1C);
    stub_run(s, 10000);
    print_char('c', 0x1C); /* the strobe ends it as well */
    ck_assert(!s->irq[IRQ7].level);
    stub_run(s, 10000);
    ck_assert(s->irq[IRQ7].level);
    stub_out8(s, CONTROL, 0x0C);
    ck_assert(!s->irq[IRQ7].level);
    ck_assert_uint_eq(s->irq[IRQ7].rises, 3);
}
END_TEST

START_TEST(test_reset)
{
    static struct lpt fresh;
    struct stub      *s2 = stub_new();

    stub_out8(s, CONTROL, 0x1C);
    print_char('a', 0x1C);
    stub_run(s, 5000);
    lpt_reset(&lpt);
    lpt_init(&fresh, &s2->bus, &s2->clock, stub_line(s2, IRQ7), DATA, "lpt.0", NULL, NULL);
    ck_assert_ptr_null(stub_state_differs(lpt_ops.fields, &lpt, &fresh));
    stub_free(s2);
}
END_TEST

Suite *lpt_suite(void)
{
    Suite *suite = suite_create("lpt");
    TCase *t = tcase_create("lpt");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_registers);
    tcase_add_test(t, test_handshake);
    tcase_add_test(t, test_strobe_by_edge);
    tcase_add_test(t, test_interrupt);
    tcase_add_test(t, test_reset);
    suite_add_tcase(suite, t);
    return suite;
}
