/* test_port92.c: fast A20 and fast reset. */
#include "devices/port92.h"
#include "tests/unit/stub.h"

enum { A20 = 0, RESET = 1 };

START_TEST(test_a20)
{
    struct stub  *s = stub_new();
    struct port92 p;

    port92_init(&p, &s->bus, stub_line(s, A20), stub_line(s, RESET));
    ck_assert_uint_eq(stub_in8(s, 0x92), 0);
    stub_out8(s, 0x92, 0x02);
    ck_assert(s->irq[A20].level);
    ck_assert_uint_eq(stub_in8(s, 0x92), 0x02);
    stub_out8(s, 0x92, 0x00);
    ck_assert(!s->irq[A20].level);
    ck_assert_uint_eq(s->irq[RESET].rises, 0);
    stub_out8(s, 0x92, 0x02);
    port92_reset(&p);
    ck_assert(!s->irq[A20].level);
    ck_assert_uint_eq(stub_in8(s, 0x92), 0);
    stub_free(s);
}
END_TEST

START_TEST(test_fast_reset)
{
    struct stub  *s = stub_new();
    struct port92 p;

    port92_init(&p, &s->bus, stub_line(s, A20), stub_line(s, RESET));
    stub_out8(s, 0x92, 0x03);
    ck_assert_uint_eq(s->irq[RESET].rises, 1);
    ck_assert(!s->irq[RESET].level);
    stub_out8(s, 0x92, 0x01); /* it has to go to 0 first */
    ck_assert_uint_eq(s->irq[RESET].rises, 1);
    stub_out8(s, 0x92, 0x00);
    stub_out8(s, 0x92, 0x01);
    ck_assert_uint_eq(s->irq[RESET].rises, 2);
    stub_free(s);
}
END_TEST

START_TEST(test_loaded)
{
    struct stub  *s = stub_new();
    struct port92 p;

    port92_init(&p, &s->bus, stub_line(s, A20), stub_line(s, RESET));
    p.value = 0x02;
    ck_assert_int_eq(port92_ops.loaded(&p), 0);
    ck_assert(s->irq[A20].level);
    stub_free(s);
}
END_TEST

Suite *port92_suite(void)
{
    Suite *suite = suite_create("port92");
    TCase *t = tcase_create("port92");

    tcase_add_test(t, test_a20);
    tcase_add_test(t, test_fast_reset);
    tcase_add_test(t, test_loaded);
    suite_add_tcase(suite, t);
    return suite;
}
