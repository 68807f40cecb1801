/* test_ps2.c: PS/2 keyboard and mouse, spoken to over the link. */
#include "tests/unit/ps2_fixture.h"

/* --- keyboard ------------------------------------------------------------------------------------------- */

START_TEST(keyboard_commands)
{
    tell(0xEE);
    EXPECT("echo", 0xEE);
    tell(0xF2);
    EXPECT("id", 0xFA, 0xAB, 0x83);
    tell(0xFE);
    EXPECT("resend", 0x83);
    tell(0xEF);
    EXPECT("invalid", 0xFE);
    tell(0x00);
    EXPECT("invalid", 0xFE);
    tell_acked(0xF0);
    tell(0x00);
    EXPECT("query set", 0xFA, 0x02);
    set_scan_set(3);
    tell_acked(0xF0);
    tell(0x00);
    EXPECT("query set", 0xFA, 0x03);
    tell_acked(0xF0);
    tell(0x04);
    EXPECT("no such set", 0xFE);
    tell_acked(0x01);
}
END_TEST

START_TEST(keyboard_leds)
{
    tell_acked(0xED);
    tell_acked(0x02);
    ck_assert_uint_eq(leds, PS2_LED_NUM);
    tell_acked(0xED);
    tell(0xF2); /* a command instead of the option */
    EXPECT("id", 0xFA, 0xAB, 0x83);
    ck_assert_uint_eq(leds, PS2_LED_NUM);
    tell_acked(0xFF);
    ck_assert_uint_eq(leds, 0);
}
END_TEST

START_TEST(keyboard_bat)
{
    press(0x04);
    tell(0xFF);
    EXPECT("acknowledge", 0xFA);
    press(0x05);
    EXPECT_NOTHING("during the test");
    stub_run(s, 10 * MS);
    EXPECT("test passed", 0xAA);
    press(0x06);
    EXPECT("scanning again", 0x21);
}
END_TEST

START_TEST(keyboard_plain_keys)
{
    press(0x04);
    EXPECT("A", 0x1C);
    press(0x04); /* already down */
    EXPECT_NOTHING("down twice");
    release(0x04);
    EXPECT("A up", 0xF0, 0x1C);
    release(0x04);
    EXPECT_NOTHING("up twice");
    press(0xE4);
    EXPECT("right Ctrl", 0xE0, 0x14);
    release(0xE4);
    EXPECT("right Ctrl up", 0xE0, 0xF0, 0x14);
    set_scan_set(1);
    press(0x04);
    EXPECT("A", 0x1E);
    release(0x04);
    EXPECT("A up", 0x9E);
    press(0xE6);
    EXPECT("right Alt", 0xE0, 0x38);
    release(0xE6);
    EXPECT("right Alt up", 0xE0, 0xB8);
    set_scan_set(3);
    press(0x04);
    EXPECT("A", 0x1C);
    release(0x04);
    EXPECT_NOTHING("typematic keys have no break code in set 3");
    press(0xE1);
    EXPECT("Shift", 0x12);
    release(0xE1);
    EXPECT("Shift up", 0xF0, 0x12);
    press(0x50);
    EXPECT("Left, no prefix", 0x61);
}
END_TEST

START_TEST(keyboard_cursor_keys)
{
    press(0x49);
    EXPECT("Insert", 0xE0, 0x70);
    release(0x49);
    EXPECT("Insert up", 0xE0, 0xF0, 0x70);
    press(0xE1);
    EXPECT("Shift", 0x12);
    press(0x49);
    EXPECT("Insert with Shift", 0xE0, 0xF0, 0x12, 0xE0, 0x70);
    release(0x49);
    EXPECT("Insert up with Shift", 0xE0, 0xF0, 0x70, 0xE0, 0x12);
    press(0xE5);
    EXPECT("right Shift", 0x59);
    press(0x54);
    EXPECT("divide, both Shifts", 0xE0, 0xF0, 0x12, 0xE0, 0xF0, 0x59, 0xE0, 0x4A);
    release(0x54);
    EXPECT("divide up", 0xE0, 0xF0, 0x4A, 0xE0, 0x12, 0xE0, 0x59);
    release(0xE1);
    release(0xE5);
    EXPECT("Shifts up", 0xF0, 0x12, 0xF0, 0x59);

    tell_acked(0xED);
    tell_acked(PS2_LED_NUM);
    press(0x52);
    EXPECT("Up with Num Lock", 0xE0, 0x12, 0xE0, 0x75);
    release(0x52);
    EXPECT("Up up", 0xE0, 0xF0, 0x75, 0xE0, 0xF0, 0x12);
    press(0xE1);
    EXPECT("Shift", 0x12);
    press(0x52);
    EXPECT("Up with Num Lock and Shift", 0xE0, 0x75);
    release(0xE1);
    release(0x52);
    EXPECT("all up", 0xF0, 0x12, 0xE0, 0xF0, 0x75, 0xE0, 0xF0, 0x12);

    set_scan_set(1);
    press(0x52);
    EXPECT("Up, set 1", 0xE0, 0x2A, 0xE0, 0x48);
    release(0x52);
    EXPECT("Up up, set 1", 0xE0, 0xC8, 0xE0, 0xAA);
}
END_TEST

START_TEST(keyboard_print_screen_and_pause)
{
    press(0x46);
    EXPECT("Print Screen", 0xE0, 0x12, 0xE0, 0x7C);
    release(0x46);
    EXPECT("Print Screen up", 0xE0, 0xF0, 0x7C, 0xE0, 0xF0, 0x12);
    press(0x48);
    EXPECT("Pause", 0xE1, 0x14, 0x77, 0xE1, 0xF0, 0x14, 0xF0, 0x77);
    stub_run(s, 2000 * MS);
    release(0x48);
    EXPECT_NOTHING("Pause neither repeats nor breaks");
    press(0xE0);
    EXPECT("Ctrl", 0x14);
    press(0x48);
    EXPECT("Break", 0xE0, 0x7E, 0xE0, 0xF0, 0x7E);
    press(0x46);
    EXPECT("Ctrl Print Screen", 0xE0, 0x7C);
    release(0x46);
    release(0x48);
    release(0xE0);
    EXPECT("ups", 0xE0, 0xF0, 0x7C, 0xF0, 0x14);
    press(0xE2);
    EXPECT("Alt", 0x11);
    press(0x46);
    EXPECT("SysRq", 0x84);
    release(0x46);
    EXPECT("SysRq up", 0xF0, 0x84);
    release(0xE2);
    EXPECT("Alt up", 0xF0, 0x11);
    set_scan_set(1);
    press(0x48);
    EXPECT("Pause, set 1", 0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5);
    set_scan_set(3);
    press(0x46);
    EXPECT("Print Screen, set 3", 0x57);
}
END_TEST

START_TEST(keyboard_typematic)
{
    press(0x04);
    press(0x05);
    EXPECT("A, B", 0x1C, 0x32);
    stub_run(s, 499 * MS);
    EXPECT_NOTHING("default delay is half a second");
    stub_run(s, 2 * MS);
    EXPECT("only the last repeats", 0x32);
    stub_run(s, 90 * MS);
    EXPECT_NOTHING("10.9 a second");
    stub_run(s, 3 * MS);
    EXPECT("again", 0x32);
    release(0x04); /* not the repeating key */
    EXPECT("A up", 0xF0, 0x1C);
    stub_run(s, 92 * MS);
    EXPECT("goes on", 0x32);
    stub_run(s, 1000 * MS);
    EXPECT("one is kept for a slow host", 0x32);
    release(0x05);
    EXPECT("B up", 0xF0, 0x32);
    stub_run(s, 1000 * MS);
    EXPECT_NOTHING("released");

    tell_acked(0xF3);
    tell_acked(0x00); /* 250 ms, 30 a second */
    press(0x49);
    EXPECT("Insert", 0xE0, 0x70);
    stub_run(s, 250 * MS);
    EXPECT("repeat", 0xE0, 0x70);
    stub_run(s, 34 * MS);
    EXPECT("repeat", 0xE0, 0x70);
    tell_acked(0xF5);
    stub_run(s, 1000 * MS);
    EXPECT_NOTHING("disabled");
}
END_TEST

START_TEST(keyboard_overrun)
{
    for (unsigned i = 0; i < 20; i++) press(0x04 + i);
    uint8_t codes[17];
    for (unsigned i = 0; i < 16; i++) codes[i] = ps2_keys[0x04 + i].set2;
    codes[16] = 0x00;
    expect("16 codes and the overrun code", 17, codes);
    press(0x1E);
    EXPECT("room again", 0x16);
}
END_TEST

START_TEST(keyboard_disabled_and_enabled)
{
    tell_acked(0xF5);
    press(0x04);
    EXPECT_NOTHING("disabled");
    release(0x04);
    tell_acked(0xF4);
    press(0x04);
    EXPECT("enabled", 0x1C);
    release(0x04);
    press(0x05);
    tell(0xF4); /* clears what waits */
    EXPECT("acknowledge only", 0xFA);
}
END_TEST

START_TEST(keyboard_answers_come_first)
{
    press(0x04);
    tell(0xED);
    EXPECT("answer, then the key", 0xFA, 0x1C);
}
END_TEST

START_TEST(keyboard_set3_types)
{
    set_scan_set(3);
    tell_acked(0xF8); /* all make and break */
    press(0x04);
    release(0x04);
    EXPECT("make, break", 0x1C, 0xF0, 0x1C);
    tell_acked(0xFD); /* make only: the key A */
    press(0x05);
    EXPECT_NOTHING("no scanning while keys are listed");
    release(0x05);
    tell_acked(0x1C);
    tell(0x02);
    EXPECT("no such key", 0xFE);
    tell_acked(0xF4);
    press(0x04);
    release(0x04);
    press(0x05);
    release(0x05);
    EXPECT("A has no break", 0x1C, 0x32, 0xF0, 0x32);
    tell_acked(0xFA); /* all typematic, make, break */
    press(0x29);
    EXPECT("Esc", 0x08);
    stub_run(s, 501 * MS);
    EXPECT("repeats", 0x08);
    release(0x29);
    EXPECT("breaks", 0xF0, 0x08);
    tell_acked(0xF6); /* defaults */
    press(0x29);
    stub_run(s, 2000 * MS);
    release(0x29);
    EXPECT("make only", 0x08);
}
END_TEST

/* Whatever the host sends and the user presses, the buffers hold. */
START_TEST(keyboard_noise)
{
    uint32_t random = 12345;

    for (unsigned i = 0; i < 200000; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned r = random >> 8;
        if (r % 4 == 0) tell((uint8_t)(r >> 4));
        else if (r % 4 == 1) press(r >> 4 & 0x1FF);
        else if (r % 4 == 2) release(r >> 4 & 0x1FF);
        else device.take(device.opaque);
        if (r % 64 == 5) stub_run(s, 20 * MS);
        ck_assert_uint_le(kb->fifo_count, PS2_FIFO + 1);
        ck_assert_uint_le(kb->replies, PS2_REPLIES);
        ck_assert_int_eq(ps2_keyboard_ops.loaded(kb), 0);
    }
}
END_TEST

START_TEST(keyboard_reset_equals_power_on)
{
    struct ps2_keyboard *fresh = calloc(1, sizeof(*fresh));

    *fresh = *kb;
    set_scan_set(3);
    tell(0xED);
    press(0x04);
    ps2_keyboard_ops.reset(kb);
    const char *differs = stub_state_differs(ps2_keyboard_ops.fields, kb, fresh);
    ck_assert_msg(!differs, "%s", differs);
    kb->fifo_count = 18;
    ck_assert_int_eq(ps2_keyboard_ops.loaded(kb), -EINVAL);
    free(fresh);
}
END_TEST

/* No two keys share a code, but for those that do on real keyboards: the non-US key 32h and the backslash, F24 and
 * Zenkaku, and the two names of Mute and of the home page. */
START_TEST(keys_are_distinct)
{
    for (unsigned i = 0; i < PS2_KEYS; i++) {
        const struct ps2_key *a = &ps2_keys[i];

        for (unsigned j = i + 1; j < PS2_KEYS && a->kind; j++) {
            const struct ps2_key *b = &ps2_keys[j];
            bool alias = (i == 0x31 && j == 0x32) || (i == 0x7F && j == 262) || (i == 0x73 && j == 0x94) ||
                         (i == 264 && j == 269);

            if (!b->kind || alias || (a->kind == PS2_KEY_PLAIN) != (b->kind == PS2_KEY_PLAIN)) continue;
            ck_assert_msg(a->set1 != b->set1 && a->set2 != b->set2, "keys %02X and %02X", i, j);
            ck_assert_msg(!a->set3 || a->set3 != b->set3, "keys %02X and %02X in set 3", i, j);
        }
    }
}
END_TEST

/* --- mouse ---------------------------------------------------------------------------------------------- */

START_TEST(mouse_reset_and_id)
{
    tell_acked(0xFF);
    stub_run(s, 10 * MS);
    EXPECT("test passed, id", 0xAA, 0x00);
    tell(0xF2);
    EXPECT("id", 0xFA, 0x00);
    tell(0xFE);
    EXPECT("resend", 0xFA, 0x00);
    tell(0xE0);
    EXPECT("invalid", 0xFE);
}
END_TEST

static void set_rate(uint8_t rate)
{
    tell_acked(0xF3);
    tell_acked(rate);
}

START_TEST(mouse_status)
{
    tell(0xE9);
    EXPECT("defaults", 0xFA, 0x00, 0x02, 100);
    tell_acked(0xE8);
    tell_acked(0x03);
    tell_acked(0xE7);
    tell_acked(0xF4);
    set_rate(40);
    ps2_mouse_move(mouse, 0, 0, 0, PS2_MOUSE_LEFT | PS2_MOUSE_MIDDLE);
    tell(0xE9);
    EXPECT("changed", 0xFA, 0x36, 0x03, 40);
    tell_acked(0xF0);
    tell(0xE9);
    EXPECT("remote", 0xFA, 0x76, 0x03, 40);
    tell_acked(0xF6);
    tell(0xE9);
    EXPECT("defaults again", 0xFA, 0x06, 0x02, 100);
    tell_acked(0xE8);
    tell(0x04);
    EXPECT("no such resolution", 0xFE);
    tell_acked(0x00);
}
END_TEST

START_TEST(mouse_stream)
{
    ps2_mouse_move(mouse, 5, 5, 0, 0);
    EXPECT_NOTHING("disabled");
    tell_acked(0xF4);
    ps2_mouse_move(mouse, 3, 4, 0, PS2_MOUSE_RIGHT);
    EXPECT("right, down, right button", 0x2A, 3, (uint8_t)-4);
    ps2_mouse_move(mouse, -1, -2, 0, PS2_MOUSE_RIGHT);
    EXPECT_NOTHING("within the sample time");
    ps2_mouse_move(mouse, -1, -2, 0, PS2_MOUSE_RIGHT);
    stub_run(s, 10 * MS);
    EXPECT("movements add up", 0x1A, (uint8_t)-2, 4);
    stub_run(s, 100 * MS);
    EXPECT_NOTHING("no movement");
    ps2_mouse_move(mouse, 0, 0, 0, 0);
    EXPECT("button up", 0x08, 0, 0);
    ps2_mouse_move(mouse, 0, 0, 0, PS2_MOUSE_LEFT);
    ps2_mouse_move(mouse, 0, 0, 0, 0); /* a click shorter than the sample time */
    stub_run(s, 10 * MS);
    EXPECT("held", 0x09, 0, 0);
    stub_run(s, 10 * MS);
    EXPECT("released", 0x08, 0, 0);
}
END_TEST

START_TEST(mouse_slow_host)
{
    tell_acked(0xF4);
    ps2_mouse_move(mouse, 1, 0, 0, 0);
    for (unsigned i = 0; i < 3; i++) { /* nobody takes the packet */
        ps2_mouse_move(mouse, 200, 100, 0, 0);
        stub_run(s, 50 * MS);
    }
    EXPECT("first packet is whole", 0x08, 1, 0);
    stub_run(s, 10 * MS);
    EXPECT("as much as fits", 0x28, 255, (uint8_t)-255);
    stub_run(s, 10 * MS);
    EXPECT("more", 0x28, 255, (uint8_t)-45);
    stub_run(s, 10 * MS);
    EXPECT("the rest", 0x08, 90, 0);
    stub_run(s, 10 * MS);
    EXPECT_NOTHING("all told");
    ps2_mouse_move(mouse, 100000, 0, 0, 0);
    stub_run(s, 10 * MS);
    EXPECT("lost movement is an overflow", 0x48, 255, 0);
}
END_TEST

START_TEST(mouse_scaling)
{
    static const int from[] = {1, 2, 3, 4, 5, 6, 10, -4};
    static const int to[] = {1, 1, 3, 6, 9, 12, 20, -6};

    tell_acked(0xE7);
    tell_acked(0xF4);
    for (unsigned i = 0; i < 8; i++) {
        ps2_mouse_move(mouse, from[i], 0, 0, 0);
        EXPECT("scaled", from[i] < 0 ? 0x18 : 0x08, (uint8_t)to[i], 0);
        stub_run(s, 10 * MS);
    }
    tell_acked(0xF0);
    ps2_mouse_move(mouse, 10, 0, 0, 0);
    tell(0xEB);
    EXPECT("not in remote mode", 0xFA, 0x08, 10, 0);
}
END_TEST

START_TEST(mouse_remote)
{
    tell_acked(0xF0);
    ps2_mouse_move(mouse, 7, -7, 0, 0);
    stub_run(s, 100 * MS);
    EXPECT_NOTHING("only on request");
    tell(0xEB);
    EXPECT("on request", 0xFA, 0x08, 7, 7);
    tell(0xEB);
    EXPECT("nothing new", 0xFA, 0x08, 0, 0);
    tell_acked(0xEA);
    tell_acked(0xF4);
    ps2_mouse_move(mouse, 1, 0, 0, 0);
    EXPECT("stream again", 0x08, 1, 0);
}
END_TEST

START_TEST(mouse_wrap)
{
    tell_acked(0xEE);
    tell(0xF2);
    EXPECT("echo", 0xF2);
    tell(0x55);
    EXPECT("echo", 0x55);
    tell_acked(0xEC);
    tell(0xF2);
    EXPECT("id", 0xFA, 0x00);
}
END_TEST

START_TEST(mouse_wheel)
{
    set_rate(200);
    set_rate(100);
    set_rate(80);
    tell(0xF2);
    EXPECT("IntelliMouse", 0xFA, 0x03);
    tell_acked(0xF4);
    ps2_mouse_move(mouse, 1, 0, 1, 0);
    EXPECT("wheel up", 0x08, 1, 0, 0xFF);
    ps2_mouse_move(mouse, 0, 0, -2, PS2_MOUSE_4);
    stub_run(s, 20 * MS);
    EXPECT("wheel down", 0x08, 0, 0, 0x02);
    stub_run(s, 20 * MS);
    EXPECT_NOTHING("the fourth button does not show");
    ps2_mouse_move(mouse, 0, 0, 0, 0);
    set_rate(200);
    set_rate(200);
    set_rate(80);
    tell(0xF2);
    EXPECT("Explorer", 0xFA, 0x04);
    ps2_mouse_move(mouse, 0, 0, 9, PS2_MOUSE_5);
    stub_run(s, 20 * MS);
    EXPECT("seven steps", 0x08, 0, 0, 0x29);
    stub_run(s, 20 * MS);
    EXPECT("two more", 0x08, 0, 0, 0x2E);
    ps2_mouse_move(mouse, 0, 0, 0, PS2_MOUSE_4);
    stub_run(s, 20 * MS);
    EXPECT("button 4", 0x08, 0, 0, 0x10);
    tell(0xFF);
    EXPECT("acknowledge", 0xFA);
    stub_run(s, 10 * MS);
    EXPECT("plain again", 0xAA, 0x00);
}
END_TEST

START_TEST(mouse_command_drops_a_packet)
{
    tell_acked(0xF4);
    ps2_mouse_move(mouse, 1, 0, 0, 0);
    ck_assert_int_eq(device.take(device.opaque), 0x08);
    tell(0xF5);
    EXPECT("answer alone", 0xFA);
}
END_TEST

START_TEST(mouse_noise)
{
    uint32_t random = 99;

    for (unsigned i = 0; i < 200000; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned r = random >> 8;
        if (r % 4 == 0) tell((uint8_t)(r >> 4));
        else if (r % 4 == 1) ps2_mouse_move(mouse, (int)(random * 7919u), (int)(random * 104729u), (int)(random << 5), r);
        else device.take(device.opaque);
        if (r % 64 == 5) stub_run(s, 20 * MS);
        ck_assert_int_eq(ps2_mouse_ops.loaded(mouse), 0);
    }
}
END_TEST

START_TEST(mouse_reset_equals_power_on)
{
    struct ps2_mouse *fresh = calloc(1, sizeof(*fresh));

    *fresh = *mouse;
    set_rate(200);
    set_rate(100);
    set_rate(80);
    tell_acked(0xF4);
    ps2_mouse_move(mouse, 1, 1, 1, 1);
    ps2_mouse_ops.reset(mouse);
    const char *differs = stub_state_differs(ps2_mouse_ops.fields, mouse, fresh);
    ck_assert_msg(!differs, "%s", differs);
    mouse->rate = 0;
    ck_assert_int_eq(ps2_mouse_ops.loaded(mouse), -EINVAL);
    free(fresh);
}
END_TEST

static TCase *keyboard_case(void)
{
    TCase *t = tcase_create("keyboard");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, keyboard_commands);
    tcase_add_test(t, keyboard_leds);
    tcase_add_test(t, keyboard_bat);
    tcase_add_test(t, keyboard_plain_keys);
    tcase_add_test(t, keyboard_cursor_keys);
    tcase_add_test(t, keyboard_print_screen_and_pause);
    tcase_add_test(t, keyboard_typematic);
    tcase_add_test(t, keyboard_overrun);
    tcase_add_test(t, keyboard_disabled_and_enabled);
    tcase_add_test(t, keyboard_answers_come_first);
    tcase_add_test(t, keyboard_set3_types);
    tcase_add_test(t, keyboard_noise);
    tcase_add_test(t, keyboard_reset_equals_power_on);
    tcase_add_test(t, keys_are_distinct);
    return t;
}

static TCase *mouse_case(void)
{
    TCase *t = tcase_create("mouse");

    tcase_add_checked_fixture(t, setup_mouse, teardown);
    tcase_add_test(t, mouse_reset_and_id);
    tcase_add_test(t, mouse_status);
    tcase_add_test(t, mouse_stream);
    tcase_add_test(t, mouse_slow_host);
    tcase_add_test(t, mouse_scaling);
    tcase_add_test(t, mouse_remote);
    tcase_add_test(t, mouse_wrap);
    tcase_add_test(t, mouse_wheel);
    tcase_add_test(t, mouse_command_drops_a_packet);
    tcase_add_test(t, mouse_noise);
    tcase_add_test(t, mouse_reset_equals_power_on);
    return t;
}

Suite *ps2_suite(void);
Suite *ps2_suite(void)
{
    Suite *suite = suite_create("ps2");

    suite_add_tcase(suite, keyboard_case());
    suite_add_tcase(suite, mouse_case());
    return suite;
}
