/* test_ps2_chain.c: keyboard and mouse behind the controller (i8042). */
#include "tests/unit/ps2_fixture.h"

static struct kbc *kbc;

static void setup_chain(void)
{
    struct kbc_wires wires;

    s = stub_new();
    wires = (struct kbc_wires){stub_line(s, 1), stub_line(s, 12), stub_line(s, 20), stub_line(s, 21)};
    kb = calloc(1, sizeof(*kb));
    mouse = calloc(1, sizeof(*mouse));
    kbc = calloc(1, sizeof(*kbc));
    kbc_init(kbc, &s->bus, &s->clock, &wires);
    ps2_keyboard_init(kb, &s->clock, kbc_port(kbc, KBC_KEYBOARD), NULL, NULL);
    ps2_mouse_init(mouse, &s->clock, kbc_port(kbc, KBC_AUX));
    kbc_plug(kbc, KBC_KEYBOARD, ps2_keyboard_device(kb));
    kbc_plug(kbc, KBC_AUX, ps2_mouse_device(mouse));
    kbc_ops.reset(kbc);
    ps2_keyboard_ops.reset(kb);
    ps2_mouse_ops.reset(mouse);
    device = ps2_keyboard_device(kb);
}

static void teardown_chain(void)
{
    free(kbc);
    teardown();
}

/* Everything that comes from port 60h in the next 20 ms. */
static unsigned drain(uint8_t *bytes, unsigned size)
{
    unsigned n = 0;

    for (unsigned i = 0; i < 100; i++) {
        stub_run(s, KBC_BYTE_NS);
        if (!(stub_in8(s, 0x64) & 1)) continue;
        ck_assert_uint_lt(n, size);
        bytes[n++] = stub_in8(s, 0x60);
    }
    return n;
}

/* Presses and releases the key with and without modifiers; all that the host sees of it. */
static unsigned strike(unsigned usage, uint8_t *bytes, unsigned size)
{
    static const unsigned modifiers[] = {0, PS2_KEY_LEFT_SHIFT, PS2_KEY_RIGHT_SHIFT, PS2_KEY_LEFT_CTRL, PS2_KEY_RIGHT_ALT};
    unsigned n = 0;

    for (unsigned i = 0; i < 5; i++) {
        press(modifiers[i]);
        n += drain(bytes + n, size - n);
        press(usage);
        n += drain(bytes + n, size - n);
        release(usage);
        n += drain(bytes + n, size - n);
        release(modifiers[i]);
        n += drain(bytes + n, size - n);
    }
    return n;
}

static void set_translation(bool on)
{
    stub_out8(s, 0x64, 0x60);
    stub_out8(s, 0x60, on ? 0x47 : 0x07);
}

static void select_set(uint8_t set)
{
    uint8_t bytes[16];

    stub_out8(s, 0x60, 0xF0);
    ck_assert_uint_eq(drain(bytes, 16), 1);
    stub_out8(s, 0x60, set);
    ck_assert_uint_eq(drain(bytes, 16), 1);
    ck_assert_uint_eq(bytes[0], 0xFA);
}

/* The controller makes of set 2 what the keyboard itself sends as set 1: every key, every sequence, with Num Lock
 * on and off. */
START_TEST(translated_set2_is_set1)
{
    uint8_t translated[256], plain[256];

    for (unsigned num = 0; num < 2; num++) {
        stub_out8(s, 0x60, 0xED);
        drain(plain, 16);
        stub_out8(s, 0x60, num ? PS2_LED_NUM : 0);
        drain(plain, 16);
        for (unsigned usage = 1; usage < PS2_KEYS; usage++) {
            if (ps2_keys[usage].kind == PS2_KEY_NONE) continue;
            set_translation(true);
            unsigned n = strike(usage, translated, sizeof(translated));
            set_translation(false);
            select_set(1);
            ck_assert_msg(strike(usage, plain, sizeof(plain)) == n, "key %02X", usage);
            select_set(2);
            for (unsigned i = 0; i < n; i++)
                ck_assert_msg(translated[i] == plain[i], "key %02X, byte %u: %02X, %02X", usage, i, translated[i], plain[i]);
        }
    }
}
END_TEST

/* What a driver does to bring both devices up. */
START_TEST(bring_up)
{
    uint8_t bytes[16];

    stub_out8(s, 0x64, 0xAA);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x55);
    set_translation(true);
    stub_out8(s, 0x60, 0xFF);
    ck_assert_uint_eq(drain(bytes, 16), 2);
    ck_assert_mem_eq(bytes, ((uint8_t[]){0xFA, 0xAA}), 2);
    stub_out8(s, 0x60, 0xF2);
    ck_assert_uint_eq(drain(bytes, 16), 3);
    ck_assert_mem_eq(bytes, ((uint8_t[]){0xFA, 0xAB, 0x41}), 3); /* translated as well */
    stub_out8(s, 0x64, 0xD4);
    stub_out8(s, 0x60, 0xFF);
    ck_assert_uint_eq(drain(bytes, 16), 3);
    ck_assert_mem_eq(bytes, ((uint8_t[]){0xFA, 0xAA, 0x00}), 3);
    stub_out8(s, 0x64, 0xD4);
    stub_out8(s, 0x60, 0xF4);
    ck_assert_uint_eq(drain(bytes, 16), 1);
    stub_forget(s, 1);
    stub_forget(s, 12);
    ps2_mouse_move(mouse, 1, -1, 0, 0);
    ck_assert_uint_eq(drain(bytes, 16), 3);
    ck_assert_mem_eq(bytes, ((uint8_t[]){0x08, 1, 1}), 3);
    ck_assert_uint_eq(s->irq[12].rises, 3);
    ck_assert_uint_eq(s->irq[1].rises, 0);
}
END_TEST

START_TEST(chain_noise)
{
    uint32_t random = 777;
    uint8_t  bytes[256];

    for (unsigned i = 0; i < 200000; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned r = random >> 8;
        switch (r % 8) {
        case 0: stub_out8(s, 0x60, (uint8_t)(r >> 8)); break;
        case 1: stub_out8(s, 0x64, (uint8_t)(r >> 8)); break;
        case 2: stub_in8(s, 0x64); break;
        case 3: ps2_keyboard_key(kb, r >> 4 & 0x1FF, r & 0x10000); break;
        case 4: ps2_mouse_move(mouse, (int)(random << 3), (int)(random << 1), (int)(r >> 9), r >> 4); break;
        case 5: stub_run(s, r >> 4 & 0xFFFFF); break;
        default: stub_in8(s, 0x60); break;
        }
        if (r % 64 == 0) ck_assert_int_eq(kbc_ops.loaded(kbc), 0);
    }
    stub_out8(s, 0x64, 0xAA); /* and it still works */
    stub_in8(s, 0x60);
    set_translation(false);
    drain(bytes, sizeof(bytes));
    stub_out8(s, 0x60, 0xFF);
    ck_assert_uint_eq(drain(bytes, 16), 2);
    ck_assert_mem_eq(bytes, ((uint8_t[]){0xFA, 0xAA}), 2);
}
END_TEST

static TCase *chain_case(void)
{
    TCase *t = tcase_create("chain");

    tcase_add_checked_fixture(t, setup_chain, teardown_chain);
    tcase_add_test(t, translated_set2_is_set1);
    tcase_add_test(t, bring_up);
    tcase_add_test(t, chain_noise);
    return t;
}

Suite *ps2_chain_suite(void);
Suite *ps2_chain_suite(void)
{
    Suite *suite = suite_create("ps2_chain");

    suite_add_tcase(suite, chain_case());
    return suite;
}
