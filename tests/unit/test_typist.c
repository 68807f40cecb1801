/* test_typist.c: text and chords as key strokes in virtual time. */
#include "machine/typist.h"
#include "tests/unit/stub.h"

#include <errno.h>
#include <stdio.h>

#define MS 1000000ull

static struct stub   *s;
static struct typist *typist;
static char           log_text[65536]; /* "+04 -04 ": usages pressed and released */
static size_t         log_length;
static unsigned       downs;
static uint64_t       last_down, least_gap;
static bool           busy;

static void key(void *opaque, unsigned usage, bool down)
{
    (void)opaque;
    ck_assert_uint_lt(log_length + 8, sizeof(log_text));
    log_length += (size_t)sprintf(log_text + log_length, "%c%02X ", down ? '+' : '-', usage);
    if (!down) return;
    if (downs++ && s->clock.now - last_down < least_gap) least_gap = s->clock.now - last_down;
    last_down = s->clock.now;
}

static bool is_busy(void *opaque)
{
    (void)opaque;
    return busy;
}

static void setup(void)
{
    s = stub_new();
    typist = calloc(1, sizeof(*typist));
    typist_init(typist, &s->clock, (struct typist_keyboard){NULL, key, is_busy});
    typist_ops.reset(typist);
    log_length = 0;
    log_text[0] = 0;
    downs = 0;
    least_gap = UINT64_MAX;
    busy = false;
}

static void teardown(void)
{
    free(typist);
    stub_free(s);
}

static void expect_typed(const char *text, const char *keys)
{
    log_length = 0;
    log_text[0] = 0;
    ck_assert_int_eq(typist_type(typist, text), 0);
    ck_assert(typist_busy(typist) == (*keys != 0));
    stub_run(s, 5000 * MS);
    ck_assert(!typist_busy(typist));
    ck_assert_str_eq(log_text, keys);
}

static void expect_chord(const char *chord, const char *keys)
{
    log_length = 0;
    log_text[0] = 0;
    ck_assert_int_eq(typist_chord(typist, chord), 0);
    stub_run(s, 5000 * MS);
    ck_assert_str_eq(log_text, keys);
}

START_TEST(text)
{
    expect_typed("a", "+04 -04 ");
    expect_typed("A", "+E1 +04 -04 -E1 ");
    expect_typed("0)", "+27 -27 +E1 +27 -27 -E1 ");
    expect_typed(" ~", "+2C -2C +E1 +35 -35 -E1 ");
    expect_typed("\n\t\b\x1B", "+28 -28 +2B -2B +2A -2A +29 -29 ");
    expect_typed("\r\n\r\n", "+28 -28 +28 -28 ");
    expect_typed("\x03", "+E0 +06 -06 -E0 "); /* Ctrl-C */
    expect_typed("", "");
}
END_TEST

START_TEST(other_characters)
{
    expect_typed("\xC3\xA9", "+E2 +59 -59 +5B -5B +62 -62 -E2 "); /* e acute: Alt 130 */
    expect_typed("\xC3\xBC", "+E2 +59 -59 +5A -5A +61 -61 -E2 "); /* u umlaut: Alt 129 */
    expect_typed("\xE2\x98\xBA", "+E2 +59 -59 -E2 ");             /* smiling face: Alt 1 */
    expect_typed("\xE2\x80\x9C", "+E1 +34 -34 -E1 ");             /* typographic quote */
    expect_typed("\xD0\x96", "+E1 +38 -38 -E1 ");                 /* Cyrillic: a question mark */
    expect_typed("\xFF", "+E1 +38 -38 -E1 ");                     /* not UTF-8 */
}
END_TEST

START_TEST(every_ascii_character)
{
    for (int c = ' '; c < 0x7F; c++) {
        char text_of_one[2] = {(char)c, 0};

        log_length = downs = 0;
        ck_assert_int_eq(typist_type(typist, text_of_one), 0);
        stub_run(s, 100 * MS);
        ck_assert_msg(downs == 1 || (downs == 2 && !strncmp(log_text, "+E1", 3)), "%c: %s", c, log_text);
    }
}
END_TEST

START_TEST(chords)
{
    expect_chord("ctrl-alt-del", "+E0 +E2 +4C -4C -E2 -E0 ");
    expect_chord("F12", "+45 -45 ");
    expect_chord("f24", "+73 -73 ");
    expect_chord("Shift-A", "+E1 +04 -04 -E1 ");
    expect_chord("ctrl--", "+E0 +2D -2D -E0 ");
    expect_chord("-", "+2D -2D ");
    expect_chord("alt-kp-", "+E2 +56 -56 -E2 ");
    expect_chord("kp--kp5", "+56 +5D -5D -56 ");
    expect_chord("kp0", "+62 -62 ");
    expect_chord("ctrl-c", "+E0 +06 -06 -E0 ");
}
END_TEST

START_TEST(names)
{
    static const char *const known[] = {
        "enter", "esc",  "tab",   "space", "backspace", "insert",   "delete", "home",       "end",         "pgup",
        "pgdn",  "up",   "down",  "left",  "right",     "ctrl",     "alt",    "shift",      "rctrl",       "ralt",
        "rshift", "win", "menu",  "pause", "capslock",  "numlock",  "kp+",    "scrolllock", "printscreen", "kp*",
        "kp/",   "kp.",  "minus", "kp9",   "kpenter",   "f1",       "[",      "\\",
    };
    static const char *const unknown[] = {
        "", "foo", "f0", "f25", "f01", "kp10", "ctrl-", "-ctrl", "a-b-c-d-e-f-g-h-i", "kp-5", "A B", "!",
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        ck_assert_msg(typist_key(known[i], strlen(known[i])) > 0, "%s", known[i]);
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        ck_assert_msg(typist_chord(typist, unknown[i]) == -EINVAL, "%s", unknown[i]);
    ck_assert(!typist_busy(typist));
}
END_TEST

START_TEST(pace)
{
    uint64_t begin = s->clock.now;

    ck_assert_int_eq(typist_type(typist, "the quick brown fox jumps over"), 0);
    while (typist_busy(typist)) stub_run(s, MS);
    ck_assert_uint_eq(downs, 30);
    ck_assert_uint_ge(least_gap, 33 * MS);
    ck_assert_uint_le(s->clock.now - begin, 1010 * MS);
}
END_TEST

START_TEST(waits_for_a_busy_guest)
{
    busy = true;
    ck_assert_int_eq(typist_type(typist, "ab"), 0);
    stub_run(s, 9000 * MS);
    ck_assert_uint_eq(downs, 0);
    busy = false;
    stub_run(s, 20 * MS);
    ck_assert_uint_eq(downs, 1);
    busy = true;
    stub_run(s, 9000 * MS);
    ck_assert_uint_eq(downs, 1);
    stub_run(s, 2000 * MS); /* but not for ever */
    ck_assert_uint_eq(downs, 2);
}
END_TEST

START_TEST(too_much_text)
{
    char *long_text = malloc(70001);

    memset(long_text, 'a', 70000);
    long_text[70000] = 0;
    ck_assert_int_eq(typist_type(typist, long_text), -ENOSPC);
    ck_assert_uint_eq(typist->count, TYPIST_STROKES);
    ck_assert_int_eq(typist_chord(typist, "a"), -ENOSPC);
    stub_run(s, 1000 * MS);
    ck_assert_int_eq(typist_type(typist, "bbb"), 0); /* room again, over the end of the ring */
    free(long_text);
}
END_TEST

/* A reset in the middle of Ctrl-Alt-Del lets the keys go, whatever else is to be typed. */
START_TEST(reset_releases_keys)
{
    ck_assert_int_eq(typist_chord(typist, "ctrl-alt-del"), 0);
    stub_run(s, 7 * MS);
    ck_assert_str_eq(log_text, "+E0 +E2 +4C ");
    typist_ops.reset(typist);
    ck_assert_str_eq(log_text, "+E0 +E2 +4C -4C -E2 -E0 ");
    stub_run(s, 1000 * MS);
    ck_assert_uint_eq(downs, 3);
    struct typist *fresh = calloc(1, sizeof(*fresh));
    ck_assert_ptr_null(stub_state_differs(typist_ops.fields, typist, fresh));
    free(fresh);
}
END_TEST

START_TEST(bios_buffer)
{
    uint8_t bda[256] = {0};

    ck_assert(!typist_bios_buffer_full(bda)); /* no BIOS */
    bda[0x1A] = bda[0x1C] = 0x1E;
    bda[0x80] = 0x1E;
    bda[0x82] = 0x3E;
    ck_assert(!typist_bios_buffer_full(bda));
    bda[0x1C] = 0x1E + 2 * 11;
    ck_assert(!typist_bios_buffer_full(bda));
    bda[0x1C] = 0x1E + 2 * 12;
    ck_assert(typist_bios_buffer_full(bda));
    bda[0x1A] = 0x30; /* wrapped around */
    bda[0x1C] = 0x20;
    ck_assert(!typist_bios_buffer_full(bda));
    bda[0x1C] = 0x2E;
    ck_assert(typist_bios_buffer_full(bda));
    bda[0x1C] = 0x2F; /* nonsense */
    ck_assert(!typist_bios_buffer_full(bda));
    bda[0x1C] = 0x50;
    ck_assert(!typist_bios_buffer_full(bda));
}
END_TEST

START_TEST(state)
{
    struct typist *copy = calloc(1, sizeof(*copy));

    ck_assert_int_eq(typist_type(typist, "hello"), 0);
    stub_run(s, 50 * MS);
    memcpy(copy, typist, sizeof(*copy));
    ck_assert_int_eq(typist_ops.loaded(copy), 0);
    copy->first = TYPIST_STROKES;
    ck_assert_int_eq(typist_ops.loaded(copy), -EINVAL);
    copy->first = 0;
    copy->count = TYPIST_STROKES + 1;
    ck_assert_int_eq(typist_ops.loaded(copy), -EINVAL);
    free(copy);
}
END_TEST

Suite *typist_suite(void);
Suite *typist_suite(void)
{
    Suite *suite = suite_create("typist");
    TCase *t = tcase_create("typist");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, text);
    tcase_add_test(t, other_characters);
    tcase_add_test(t, every_ascii_character);
    tcase_add_test(t, chords);
    tcase_add_test(t, names);
    tcase_add_test(t, pace);
    tcase_add_test(t, waits_for_a_busy_guest);
    tcase_add_test(t, too_much_text);
    tcase_add_test(t, reset_releases_keys);
    tcase_add_test(t, bios_buffer);
    tcase_add_test(t, state);
    suite_add_tcase(suite, t);
    return suite;
}
