/* ps2_fixture.h: a keyboard and a mouse, and what tests of them say to them. */
#ifndef TESTS_UNIT_PS2_FIXTURE_H
#define TESTS_UNIT_PS2_FIXTURE_H

#include "devices/kbc.h"
#include "devices/ps2_keyboard.h"
#include "devices/ps2_mouse.h"
#include "tests/unit/stub.h"

#include <errno.h>

#define MS 1000000ull

static struct stub         *s;
static struct ps2_keyboard *kb;
static struct ps2_mouse    *mouse;
static struct ps2_device    device; /* the one under test */
static unsigned             leds, led_changes;

static inline void leds_changed(void *opaque, unsigned value)
{
    (void)opaque;
    leds = value;
    led_changes++;
}

static inline void setup(void)
{
    s = stub_new();
    kb = calloc(1, sizeof(*kb));
    mouse = calloc(1, sizeof(*mouse));
    ps2_keyboard_init(kb, &s->clock, (struct ps2_port){0}, leds_changed, NULL);
    ps2_mouse_init(mouse, &s->clock, (struct ps2_port){0});
    ps2_keyboard_ops.reset(kb);
    ps2_mouse_ops.reset(mouse);
    leds = led_changes = 0;
    device = ps2_keyboard_device(kb);
}

static inline void setup_mouse(void)
{
    setup();
    device = ps2_mouse_device(mouse);
}

static inline void teardown(void)
{
    free(kb);
    free(mouse);
    stub_free(s);
}

/* The device says exactly these bytes, and no more. */
static inline void expect(const char *what, unsigned n, const uint8_t *bytes)
{
    for (unsigned i = 0; i < n; i++) {
        int byte = device.take(device.opaque);

        ck_assert_msg(byte == bytes[i], "%s: byte %u is %02X, not %02X", what, i, (unsigned)byte, bytes[i]);
    }
    int byte = device.take(device.opaque);
    ck_assert_msg(byte == -1, "%s: %02X follows", what, (unsigned)byte);
}

#define EXPECT(what, ...) expect(what, sizeof((uint8_t[]){__VA_ARGS__}), (uint8_t[]){__VA_ARGS__})
#define EXPECT_NOTHING(what) expect(what, 0, NULL)

static inline void tell(uint8_t byte)
{
    device.receive(device.opaque, byte);
}

/* A command or option that is just acknowledged. */
static inline void tell_acked(uint8_t byte)
{
    tell(byte);
    EXPECT("acknowledge", 0xFA);
}

static inline void set_scan_set(uint8_t set)
{
    tell_acked(0xF0);
    tell_acked(set);
}

static inline void press(unsigned usage)
{
    ps2_keyboard_key(kb, usage, true);
}

static inline void release(unsigned usage)
{
    ps2_keyboard_key(kb, usage, false);
}

#endif
