/* test_cp437.c: code page 437 and UTF-8. */
#include "util/cp437.h"

#include <check.h>
#include <string.h>

START_TEST(known_codes)
{
    ck_assert_uint_eq(cp437_to_unicode(0x00), ' ');
    ck_assert_uint_eq(cp437_to_unicode('A'), 'A');
    ck_assert_uint_eq(cp437_to_unicode(0x01), 0x263A); /* smiling face */
    ck_assert_uint_eq(cp437_to_unicode(0x7F), 0x2302); /* house */
    ck_assert_uint_eq(cp437_to_unicode(0x80), 0x00C7); /* C cedilla */
    ck_assert_uint_eq(cp437_to_unicode(0xC9), 0x2554); /* double corner */
    ck_assert_uint_eq(cp437_to_unicode(0xDB), 0x2588); /* full block */
    ck_assert_uint_eq(cp437_to_unicode(0xE1), 0x00DF); /* sharp s */
    ck_assert_uint_eq(cp437_to_unicode(0xFF), 0x00A0);
}
END_TEST

START_TEST(every_code_comes_back)
{
    for (int code = 1; code < 256; code++) ck_assert_int_eq(cp437_from_unicode(cp437_to_unicode((uint8_t)code)), code);
    ck_assert_int_eq(cp437_from_unicode(' '), 0x20);
    ck_assert_int_eq(cp437_from_unicode(0x03BC), 0xE6);  /* mu */
    ck_assert_int_eq(cp437_from_unicode(0x0410), -1);    /* Cyrillic */
    ck_assert_int_eq(cp437_from_unicode(0x1F600), -1);
    ck_assert_int_eq(cp437_from_unicode('\n'), -1); /* a control character, not its picture */
}
END_TEST

START_TEST(utf8_round_trip)
{
    static const uint32_t samples[] = {1, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF};

    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        char        bytes[UTF8_MAX + 1] = {0};
        const char *at = bytes;
        size_t      n = utf8_encode(bytes, samples[i]);

        ck_assert_uint_eq(n, strlen(bytes));
        ck_assert_uint_eq(utf8_decode(&at), samples[i]);
        ck_assert_ptr_eq(at, bytes + n);
        ck_assert_uint_eq(utf8_decode(&at), 0);
        ck_assert_ptr_eq(at, bytes + n);
    }
}
END_TEST

START_TEST(utf8_known_bytes)
{
    char bytes[UTF8_MAX];

    ck_assert_uint_eq(utf8_encode(bytes, 0xE9), 2);
    ck_assert_mem_eq(bytes, "\xC3\xA9", 2);
    ck_assert_uint_eq(utf8_encode(bytes, 0x2588), 3);
    ck_assert_mem_eq(bytes, "\xE2\x96\x88", 3);
    ck_assert_uint_eq(utf8_encode(bytes, 0xD800), 3); /* surrogate: replaced */
    ck_assert_mem_eq(bytes, "\xEF\xBF\xBD", 3);
    ck_assert_uint_eq(utf8_encode(bytes, 0x110000), 3);
}
END_TEST

/* Each bad byte gives one replacement, and what follows is read. */
START_TEST(utf8_malformed)
{
    static const char *const bad[] = {
        "\x80z",     "\xFFz",         "\xC3z",             "\xE2\x96z",
        "\xC0\x80z", "\xED\xA0\x80z", "\xF4\x90\x80\x80z", "\xE0\x80\x80z",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *at = bad[i];
        uint32_t    c;
        unsigned    n = 0;

        ck_assert_uint_eq(utf8_decode(&at), UNICODE_REPLACEMENT);
        while ((c = utf8_decode(&at)) == UNICODE_REPLACEMENT) n++;
        ck_assert_uint_eq(c, 'z');
        ck_assert_uint_lt(n, 4);
    }
    const char *cut = "\xE2\x96";
    ck_assert_uint_eq(utf8_decode(&cut), UNICODE_REPLACEMENT);
    ck_assert_uint_eq(utf8_decode(&cut), UNICODE_REPLACEMENT);
    ck_assert_uint_eq(utf8_decode(&cut), 0);
}
END_TEST

Suite *cp437_suite(void);
Suite *cp437_suite(void)
{
    Suite *s = suite_create("cp437");
    TCase *t = tcase_create("cp437");

    tcase_add_test(t, known_codes);
    tcase_add_test(t, every_code_comes_back);
    tcase_add_test(t, utf8_round_trip);
    tcase_add_test(t, utf8_known_bytes);
    tcase_add_test(t, utf8_malformed);
    suite_add_tcase(s, t);
    return s;
}
