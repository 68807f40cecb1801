/* test_kbc.c: the keyboard controller with two devices that a test drives by hand. */
#include "devices/kbc.h"
#include "tests/unit/stub.h"

#include <errno.h>

enum { IRQ1, IRQ12, A20, RESET };

/* A device that says what the test puts into it, and remembers what it was told. */
struct fake_device {
    uint8_t  say[16];
    unsigned said, to_say;
    uint8_t  heard[16];
    unsigned heard_count;
};

static struct stub       *s;
static struct kbc        *kbc;
static struct fake_device keyboard, mouse;

static void fake_receive(void *opaque, uint8_t byte)
{
    struct fake_device *d = opaque;

    d->heard[d->heard_count++ % 16] = byte;
}

static int fake_take(void *opaque)
{
    struct fake_device *d = opaque;

    return d->said < d->to_say ? d->say[d->said++] : -1;
}

static void say(struct fake_device *d, enum kbc_port_number number, unsigned n, const uint8_t *bytes)
{
    struct ps2_port port = kbc_port(kbc, number);

    for (unsigned i = 0; i < n; i++) d->say[d->to_say++] = bytes[i];
    ps2_ready(&port);
}

#define SAY(device, number, ...) \
    say(device, number, sizeof((uint8_t[]){__VA_ARGS__}), (uint8_t[]){__VA_ARGS__})

static void setup(void)
{
    s = stub_new();
    kbc = calloc(1, sizeof(*kbc));
    memset(&keyboard, 0, sizeof(keyboard));
    memset(&mouse, 0, sizeof(mouse));
    struct kbc_wires wires = {stub_line(s, IRQ1), stub_line(s, IRQ12), stub_line(s, A20), stub_line(s, RESET)};
    kbc_init(kbc, &s->bus, &s->clock, &wires);
    kbc_plug(kbc, KBC_KEYBOARD, (struct ps2_device){&keyboard, fake_receive, fake_take});
    kbc_plug(kbc, KBC_AUX, (struct ps2_device){&mouse, fake_receive, fake_take});
    kbc_ops.reset(kbc);
}

static void teardown(void)
{
    free(kbc);
    stub_free(s);
}

/* As a BIOS leaves it: both ports on, both interrupts on, translation. */
static void set_command_byte(uint8_t value)
{
    stub_out8(s, 0x64, 0x60);
    stub_out8(s, 0x60, value);
}

static uint8_t ask(uint8_t command)
{
    stub_out8(s, 0x64, command);
    ck_assert(stub_in8(s, 0x64) & 1);
    return stub_in8(s, 0x60);
}

START_TEST(power_on)
{
    ck_assert_uint_eq(stub_in8(s, 0x64), 0x10); /* empty, not locked, no system flag */
    ck_assert(s->irq[A20].level);
    ck_assert_uint_eq(s->irq[RESET].rises, 0);
    ck_assert_uint_eq(ask(0x20), 0x60); /* the mouse's port is held, no interrupts */
    SAY(&keyboard, KBC_KEYBOARD, 0x07); /* F12, before any BIOS looks */
    stub_run(s, KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x58);
}
END_TEST

START_TEST(self_test_and_interface_tests)
{
    ck_assert_uint_eq(ask(0xAA), 0x55);
    ck_assert(stub_in8(s, 0x64) & 4); /* system flag */
    ck_assert_uint_eq(ask(0x20) & 0x30, 0x30); /* both ports held */
    ck_assert_uint_eq(ask(0xAB), 0);
    ck_assert_uint_eq(ask(0xA9), 0);
    ck_assert_uint_eq(ask(0xA4), 0xF1);
    ck_assert_uint_eq(ask(0xC0) & 0x80, 0x80);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 1, 0);
}
END_TEST

START_TEST(command_byte_and_ram)
{
    set_command_byte(0x47);
    ck_assert_uint_eq(ask(0x20), 0x47);
    ck_assert(stub_in8(s, 0x64) & 4);
    stub_out8(s, 0x64, 0xAD);
    ck_assert_uint_eq(ask(0x20), 0x57);
    stub_out8(s, 0x64, 0xA7);
    ck_assert_uint_eq(ask(0x20), 0x77);
    stub_out8(s, 0x64, 0xAE);
    stub_out8(s, 0x64, 0xA8);
    ck_assert_uint_eq(ask(0x20), 0x47);
    stub_out8(s, 0x64, 0x7F); /* last byte of the RAM */
    ck_assert(stub_in8(s, 0x64) & 8);
    stub_out8(s, 0x60, 0xA5);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 8, 0);
    ck_assert_uint_eq(ask(0x3F), 0xA5);
    ck_assert_uint_eq(keyboard.heard_count, 0);
}
END_TEST

START_TEST(keyboard_byte_is_translated_and_paced)
{
    set_command_byte(0x47);
    SAY(&keyboard, KBC_KEYBOARD, 0x1C, 0xF0, 0x1C, 0x83);
    stub_run(s, KBC_BYTE_NS - 1);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 1, 0);
    stub_run(s, 1);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0x21, 0x01);
    ck_assert(s->irq[IRQ1].level);
    stub_run(s, 50 * KBC_BYTE_NS); /* the next waits until this one is read */
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x1E);
    ck_assert(!s->irq[IRQ1].level);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x1E); /* still to be seen by a second handler */
    stub_run(s, KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 1, 0); /* the prefix */
    stub_run(s, KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x9E);
    stub_run(s, KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x41); /* F7 */
    ck_assert_uint_eq(s->irq[IRQ1].rises, 3);
    ck_assert_uint_eq(s->irq[IRQ1].falls, 3);
}
END_TEST

START_TEST(without_translation_or_interrupt)
{
    set_command_byte(0x00);
    SAY(&keyboard, KBC_KEYBOARD, 0xF0, 0x1C);
    stub_run(s, KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0xF0);
    stub_run(s, KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x1C);
    ck_assert_uint_eq(s->irq[IRQ1].rises, 0);
}
END_TEST

START_TEST(mouse_byte)
{
    set_command_byte(0x47);
    SAY(&mouse, KBC_AUX, 0x1C);
    stub_run(s, KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0x21, 0x21);
    ck_assert(s->irq[IRQ12].level && !s->irq[IRQ1].level);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x1C); /* never translated */
    ck_assert(!s->irq[IRQ12].level);
}
END_TEST

START_TEST(disabled_port_waits)
{
    set_command_byte(0x57);
    SAY(&keyboard, KBC_KEYBOARD, 0x1C);
    SAY(&mouse, KBC_AUX, 0x08);
    stub_run(s, 3 * KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0x21, 0x21); /* only the mouse speaks */
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x08);
    stub_run(s, 3 * KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 1, 0);
    stub_out8(s, 0x64, 0xAE);
    stub_run(s, KBC_BYTE_NS);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x1E);
}
END_TEST

/* With the keyboard disabled, answers of the controller raise no interrupt 9. */
START_TEST(answers_without_interrupt)
{
    set_command_byte(0x47);
    stub_out8(s, 0x64, 0xAD);
    ck_assert_uint_eq(ask(0x20), 0x57);
    ck_assert_uint_eq(s->irq[IRQ1].rises, 0);
    stub_out8(s, 0x64, 0xAE);
    stub_out8(s, 0x64, 0x20);
    ck_assert_uint_eq(s->irq[IRQ1].rises, 1);
}
END_TEST

START_TEST(answers_queue_behind_a_byte)
{
    set_command_byte(0x47);
    SAY(&keyboard, KBC_KEYBOARD, 0x1C);
    stub_run(s, KBC_BYTE_NS);
    stub_out8(s, 0x64, 0x20);
    stub_out8(s, 0x64, 0xAB);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x1E);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x47);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x00);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 1, 0);
    ck_assert_uint_eq(s->irq[IRQ1].rises, 3);
}
END_TEST

START_TEST(bytes_to_devices)
{
    stub_out8(s, 0x64, 0xAD);
    stub_out8(s, 0x60, 0xED);
    ck_assert(stub_in8(s, 0x64) & 2);
    stub_run(s, KBC_SEND_NS);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 2, 0);
    ck_assert_uint_eq(keyboard.heard_count, 1);
    ck_assert_uint_eq(keyboard.heard[0], 0xED);
    ck_assert_uint_eq(ask(0x20) & 0x30, 0x20); /* sending enabled the port */
    stub_out8(s, 0x64, 0xD4);
    stub_out8(s, 0x60, 0xF4);
    stub_run(s, KBC_SEND_NS);
    ck_assert_uint_eq(mouse.heard[0], 0xF4);
    ck_assert_uint_eq(mouse.heard_count, 1);
    ck_assert_uint_eq(keyboard.heard_count, 1);
    stub_out8(s, 0x60, 0x01); /* in haste: nothing is lost */
    stub_out8(s, 0x60, 0x02);
    stub_run(s, KBC_SEND_NS);
    ck_assert_uint_eq(keyboard.heard_count, 3);
    ck_assert_uint_eq(keyboard.heard[1], 1);
    ck_assert_uint_eq(keyboard.heard[2], 2);
}
END_TEST

START_TEST(absent_device_times_out)
{
    set_command_byte(0x47);
    kbc_plug(kbc, KBC_AUX, (struct ps2_device){0});
    stub_out8(s, 0x64, 0xD4);
    stub_out8(s, 0x60, 0xF4);
    stub_run(s, KBC_SEND_NS);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0x61, 0x61);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0xFE);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0x41, 0);
}
END_TEST

START_TEST(output_buffer_written_by_host)
{
    set_command_byte(0x47);
    stub_out8(s, 0x64, 0xD2);
    stub_out8(s, 0x60, 0x1C); /* as from the keyboard, not translated */
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0x21, 0x01);
    ck_assert(s->irq[IRQ1].level);
    ck_assert_uint_eq(stub_in8(s, 0x60), 0x1C);
    stub_out8(s, 0x64, 0xD3);
    stub_out8(s, 0x60, 0x55);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0x21, 0x21);
    ck_assert(s->irq[IRQ12].level);
}
END_TEST

START_TEST(a20_and_reset)
{
    stub_out8(s, 0x64, 0xD1);
    stub_out8(s, 0x60, 0xDD);
    ck_assert(!s->irq[A20].level);
    ck_assert_uint_eq(ask(0xD0) & 3, 1);
    stub_out8(s, 0x64, 0xD1);
    stub_out8(s, 0x60, 0xDF);
    ck_assert(s->irq[A20].level);
    ck_assert_uint_eq(ask(0xD0) & 3, 3);
    stub_out8(s, 0x64, 0xDD);
    ck_assert(!s->irq[A20].level);
    stub_out8(s, 0x64, 0xDF);
    ck_assert(s->irq[A20].level);
    ck_assert_uint_eq(s->irq[RESET].rises, 0);
    stub_out8(s, 0x64, 0xFE);
    ck_assert_uint_eq(s->irq[RESET].rises, 1);
    ck_assert(!s->irq[RESET].level);
    stub_out8(s, 0x64, 0xFF); /* pulses nothing */
    ck_assert_uint_eq(s->irq[RESET].rises, 1);
    stub_out8(s, 0x64, 0xD1);
    stub_out8(s, 0x60, 0xDE);
    ck_assert_uint_eq(s->irq[RESET].rises, 2);
    ck_assert(s->irq[A20].level);
}
END_TEST

START_TEST(input_port_in_status)
{
    stub_out8(s, 0x64, 0xC2);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0xF0, 0xB0);
    stub_out8(s, 0x64, 0xC1);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0xF0, 0x00);
    stub_out8(s, 0x64, 0xAE);
    ck_assert_uint_eq(stub_in8(s, 0x64) & 0xF0, 0x10);
}
END_TEST

START_TEST(reset_equals_power_on)
{
    struct kbc *fresh = calloc(1, sizeof(*fresh));

    *fresh = *kbc;
    set_command_byte(0x47);
    SAY(&keyboard, KBC_KEYBOARD, 0xF0, 0x1C);
    stub_run(s, KBC_BYTE_NS);
    stub_out8(s, 0x64, 0xD0);
    stub_out8(s, 0x64, 0xD4);
    stub_out8(s, 0x60, 0xF4);
    kbc_ops.reset(kbc);
    const char *differs = stub_state_differs(kbc_ops.fields, kbc, fresh);
    ck_assert_msg(!differs, "%s", differs);
    free(fresh);
}
END_TEST

START_TEST(bad_states_are_refused)
{
    ck_assert_int_eq(kbc_ops.loaded(kbc), 0);
    kbc->answers = 5;
    ck_assert_int_eq(kbc_ops.loaded(kbc), -EINVAL);
    kbc->answers = 0;
    kbc->command = 0x20;
    ck_assert_int_eq(kbc_ops.loaded(kbc), -EINVAL);
    kbc->command = 0xD4;
    ck_assert_int_eq(kbc_ops.loaded(kbc), 0);
}
END_TEST

Suite *kbc_suite(void);
Suite *kbc_suite(void)
{
    Suite *suite = suite_create("kbc");
    TCase *t = tcase_create("kbc");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, power_on);
    tcase_add_test(t, self_test_and_interface_tests);
    tcase_add_test(t, command_byte_and_ram);
    tcase_add_test(t, keyboard_byte_is_translated_and_paced);
    tcase_add_test(t, without_translation_or_interrupt);
    tcase_add_test(t, mouse_byte);
    tcase_add_test(t, disabled_port_waits);
    tcase_add_test(t, answers_without_interrupt);
    tcase_add_test(t, answers_queue_behind_a_byte);
    tcase_add_test(t, bytes_to_devices);
    tcase_add_test(t, absent_device_times_out);
    tcase_add_test(t, output_buffer_written_by_host);
    tcase_add_test(t, a20_and_reset);
    tcase_add_test(t, input_port_in_status);
    tcase_add_test(t, reset_equals_power_on);
    tcase_add_test(t, bad_states_are_refused);
    suite_add_tcase(suite, t);
    return suite;
}
