/* test_exitport.c: the port that ends a run. */
#include "devices/exitport.h"
#include "tests/unit/stub.h"

struct ending {
    unsigned calls;
    uint32_t value;
};

static void note(void *opaque, uint32_t value)
{
    struct ending *e = opaque;

    e->calls++;
    e->value = value;
}

START_TEST(test_sizes)
{
    struct stub    *s = stub_new();
    struct exitport e;
    struct ending   end = {0};

    exitport_init(&e, &s->bus, 0xF4, note, &end);
    stub_out8(s, 0xF4, 0x10);
    ck_assert_uint_eq(end.value, 0x10);
    stub_out16(s, 0xF4, 0x1234);
    ck_assert_uint_eq(end.value, 0x1234);
    stub_out32(s, 0xF4, 0x12345678);
    ck_assert_uint_eq(end.value, 0x12345678);
    ck_assert_uint_eq(end.calls, 3);
    stub_out8(s, 0xF5, 0x10);
    ck_assert_uint_eq(end.calls, 3);
    ck_assert_uint_eq(stub_in8(s, 0xF4), 0);
    ck_assert_uint_eq(stub_in8(s, 0xF8), 0xFF);
    stub_free(s);
}
END_TEST

Suite *exitport_suite(void)
{
    Suite *suite = suite_create("exitport");
    TCase *t = tcase_create("exitport");

    tcase_add_test(t, test_sizes);
    suite_add_tcase(suite, t);
    return suite;
}
