/* test_debugcon.c: the debug console port. */
#include "devices/debugcon.h"
#include "tests/unit/stub.h"

static void put(void *opaque, uint8_t byte)
{
    char *text = opaque;
    text[strlen(text)] = (char)byte;
}

START_TEST(test_text)
{
    struct stub    *s = stub_new();
    struct debugcon d;
    char            text[16] = "";

    debugcon_init(&d, &s->bus, 0xE9, put, text);
    for (const char *p = "hello"; *p; p++) stub_out8(s, 0xE9, (uint8_t)*p);
    ck_assert_str_eq(text, "hello");
    ck_assert_uint_eq(stub_in8(s, 0xE9), 0xE9);
    ck_assert_uint_eq(stub_in8(s, 0xEA), 0xFF);
    stub_out16(s, 0xE9, '!' | '?' << 8); /* the second byte goes to the next port */
    ck_assert_str_eq(text, "hello!");
    debugcon_ops.reset(&d);
    stub_out8(s, 0xE9, '.');
    ck_assert_str_eq(text, "hello!.");
    stub_free(s);
}
END_TEST

START_TEST(test_other_port)
{
    struct stub    *s = stub_new();
    struct debugcon d;

    debugcon_init(&d, &s->bus, 0x402, NULL, NULL);
    stub_out8(s, 0x402, 'x');
    ck_assert_uint_eq(stub_in8(s, 0x402), 0xE9);
    ck_assert_uint_eq(stub_in8(s, 0xE9), 0xFF);
    stub_free(s);
}
END_TEST

static uint32_t latch_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)size;
    return ((uint8_t *)opaque)[offset];
}

static void latch_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    (void)size;
    ((uint8_t *)opaque)[offset] = (uint8_t)value;
}

/* A chip that had the port before goes on working. */
START_TEST(test_over_a_chip)
{
    static const struct bus_ops latch = {latch_read, latch_write, 1};
    struct stub    *s = stub_new();
    struct debugcon d;
    uint8_t         page[2] = {0};
    char            text[16] = "";

    bus_map_ports(&s->bus, 0x7F, 2, &latch, page);
    debugcon_init(&d, &s->bus, 0x80, put, text);
    stub_out8(s, 0x80, 'p');
    ck_assert_str_eq(text, "p");
    ck_assert_uint_eq(page[1], 'p');
    ck_assert_uint_eq(stub_in8(s, 0x80), 'p');
    stub_free(s);
}
END_TEST

Suite *debugcon_suite(void)
{
    Suite *suite = suite_create("debugcon");
    TCase *t = tcase_create("debugcon");

    tcase_add_test(t, test_text);
    tcase_add_test(t, test_other_port);
    tcase_add_test(t, test_over_a_chip);
    suite_add_tcase(suite, t);
    return suite;
}
