/* test_chips.c: the ISA chips wired together as in a PC and poked at random: nothing may break, events stay bounded, and
 * a machine that is saved and loaded at any moment goes on exactly like the one that was not. */
#include "devices/dma.h"
#include "devices/lpt.h"
#include "devices/pic.h"
#include "devices/pit.h"
#include "devices/port92.h"
#include "devices/rtc.h"
#include "devices/speaker.h"
#include "devices/uart.h"
#include "machine/snapshot_fields.h"
#include "tests/unit/stub.h"

enum { LINE_INTR, LINE_A20, LINE_RESET };

struct board {
    struct stub   *s;
    struct pic     pic;
    struct pit     pit;
    struct rtc     rtc;
    struct dma     dma;
    struct uart    uart;
    struct lpt     lpt;
    struct speaker speaker;
    struct port92  port92;
    uint32_t       heard; /* a sum over all that came out */
};

struct part {
    const struct device_ops *ops;
    size_t                   offset; /* in struct board */
};

static const struct part parts[] = {
    {&pic_ops, offsetof(struct board, pic)},         {&pit_ops, offsetof(struct board, pit)},
    {&rtc_ops, offsetof(struct board, rtc)},         {&dma_ops, offsetof(struct board, dma)},
    {&uart_ops, offsetof(struct board, uart)},       {&lpt_ops, offsetof(struct board, lpt)},
    {&speaker_ops, offsetof(struct board, speaker)}, {&port92_ops, offsetof(struct board, port92)},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void hear(struct board *b, uint32_t what)
{
    b->heard = b->heard * 31 + what;
}

static void sent(void *opaque, int port, uint8_t byte)
{
    (void)port;
    hear(opaque, byte);
}

static void printed(void *opaque, uint8_t byte)
{
    hear(opaque, 0x100u + byte);
}

static void cone_moved(void *opaque, uint64_t time_ns, bool level)
{
    hear(opaque, (uint32_t)time_ns * 2 + level);
}

static bool timer_out(void *pit)
{
    return pit_out(pit, 2);
}

static void timer_listen(void *pit, bool on)
{
    pit_listen(pit, 2, on);
}

static struct board *board_new(void)
{
    struct board        *b = calloc(1, sizeof(*b));
    struct speaker_wires wires = {.timer_out = timer_out, .timer_listen = timer_listen, .changed = cone_moved};
    struct bus          *bus;
    struct clock        *clock;

    ck_assert_ptr_nonnull(b);
    b->s = stub_new();
    bus = &b->s->bus;
    clock = &b->s->clock;
    pic_init(&b->pic, bus, stub_line(b->s, LINE_INTR));
    pit_init(&b->pit, bus, clock, pic_line(&b->pic, 0), speaker_timer_line(&b->speaker));
    wires.gate = pit_gate(&b->pit, 2);
    wires.timer = &b->pit;
    wires.opaque = b;
    speaker_init(&b->speaker, bus, clock, &wires);
    rtc_init(&b->rtc, bus, clock, pic_line(&b->pic, 8), 1000000000);
    dma_init(&b->dma, bus);
    ck_assert_int_eq(uart_init(&b->uart, bus, clock, pic_line(&b->pic, 4), 0x3F8, 0, sent, b), 0);
    lpt_init(&b->lpt, bus, clock, pic_line(&b->pic, 7), 0x378, "lpt.0", printed, b);
    port92_init(&b->port92, bus, stub_line(b->s, LINE_A20), stub_line(b->s, LINE_RESET));
    return b;
}

static void board_free(struct board *b)
{
    uart_destroy(&b->uart);
    stub_free(b->s);
    free(b);
}

static void *device_of(struct board *b, size_t part)
{
    return (uint8_t *)b + parts[part].offset;
}

/* Makes TO what FROM is, by way of the field tables. */
static void board_copy(struct board *to, struct board *from)
{
    to->s->clock.now = from->s->clock.now;
    for (size_t i = 0; i < PARTS; i++) {
        const struct state_field *fields = parts[i].ops->fields;
        size_t                    size = fields_size(fields, device_of(from, i));
        uint8_t                  *bytes = malloc(size + 1);

        ck_assert_ptr_nonnull(bytes);
        fields_store(fields, device_of(from, i), bytes);
        ck_assert_int_eq(fields_prepare(fields, device_of(to, i), bytes, size), 0);
        fields_load(fields, device_of(to, i), &to->s->clock, bytes);
        free(bytes);
    }
    for (size_t i = 0; i < PARTS; i++)
        ck_assert_msg(!parts[i].ops->loaded || parts[i].ops->loaded(device_of(to, i)) == 0, "%s", parts[i].ops->name);
    memcpy(to->s->ram, from->s->ram, sizeof(to->s->ram));
    to->heard = from->heard;
}

static void board_compare(struct board *a, struct board *b)
{
    for (size_t i = 0; i < PARTS; i++) {
        const char *field = stub_state_differs(parts[i].ops->fields, device_of(a, i), device_of(b, i));
        ck_assert_msg(!field, "%s: %s differs", parts[i].ops->name, field);
    }
    ck_assert_uint_eq(a->heard, b->heard);
    ck_assert(a->s->irq[LINE_INTR].level == b->s->irq[LINE_INTR].level);
    ck_assert_mem_eq(a->s->ram, b->s->ram, sizeof(a->s->ram));
}

/* What a board does next, the same for the same SEED. Returns what the guest saw. */
static uint32_t poke(struct board *b, uint32_t seed)
{
    static const uint16_t ports[] = {
        0x00, 0x01, 0x04, 0x05, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0F, 0x20, 0x21, 0x40, 0x42, 0x43, 0x43, 0x61, 0x70,
        0x71, 0x72, 0x73, 0x81, 0x92, 0xA0, 0xA1, 0xC4, 0xD4, 0xD6, 0x378, 0x379, 0x37A, 0x3F8, 0x3F9, 0x3FA, 0x3FB, 0x3FC,
        0x3FD, 0x3FE, 0x4D0, 0x4D1,
    };
    uint32_t        r = (seed ^ seed >> 15) * 0x2C1B3C6Du;
    uint16_t        port = ports[(r >> 8) % (sizeof(ports) / sizeof(ports[0]))];
    uint8_t         value = (uint8_t)(r >> 16 & 1 ? r >> 24 : r >> 24 & r >> 18);
    struct dma_line line = dma_line(&b->dma, (int)(r >> 20 & 7));
    uint8_t         data[64] = {0};
    bool            tc = false;

    switch (r & 15) {
    case 0: stub_run(b->s, r >> 12); return 0;
    case 1: stub_run(b->s, (r >> 12) * 64ull); return 0;
    case 2: return b->s->irq[LINE_INTR].level ? pic_acknowledge(&b->pic) : 0;
    case 3: return (uint32_t)uart_receive(&b->uart, &r, 1 + (r >> 30));
    case 4: return (uint32_t)line.write(line.opaque, line.channel, data, r >> 26, &tc) + tc;
    case 5: return (uint32_t)line.read(line.opaque, line.channel, data, r >> 26, &tc) + tc;
    case 6:
    case 7:
    case 8:
    case 9: return stub_in8(b->s, port);
    default: stub_out8(b->s, port, value); return 0;
    }
}

START_TEST(test_random_and_reload)
{
    struct board *a = board_new(), *b = board_new();
    uint32_t      seed = (uint32_t)_i * 1000003u;

    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 400; i++) poke(a, seed++);
        board_copy(b, a);
        board_compare(a, b);
        for (int i = 0; i < 100; i++) {
            ck_assert_uint_eq(poke(a, seed), poke(b, seed));
            seed++;
        }
        board_compare(a, b);
    }
    board_free(a);
    board_free(b);
}
END_TEST

/* A guest that programs the shortest counts everywhere: the number of events a second stays what the chips can do. */
START_TEST(test_event_storm)
{
    struct board *b = board_new();
    unsigned      events = 0;

    for (uint8_t i = 0; i < 2; i++) {
        stub_out8(b->s, 0x43, i ? 0x96 : 0x14); /* channel 0 mode 2, channel 2 mode 3 */
        stub_out8(b->s, i ? 0x42 : 0x40, 2);
    }
    stub_out8(b->s, 0x61, 3);
    stub_out8(b->s, 0x70, 0x0A);
    stub_out8(b->s, 0x71, 0x23); /* 8192 Hz */
    stub_out8(b->s, 0x70, 0x0B);
    stub_out8(b->s, 0x71, 0x42);
    stub_out8(b->s, 0x3FB, 0x80);
    stub_out8(b->s, 0x3F8, 1);
    stub_out8(b->s, 0x3F9, 0);
    stub_out8(b->s, 0x3FB, 0x00);
    while (clock_next_event(&b->s->clock) < 10000000) {
        clock_advance_to(&b->s->clock, clock_next_event(&b->s->clock));
        events++;
    }
    ck_assert_uint_ge(events, 2 * 5965);       /* in 10 ms: both channels change at every other CLK or more, */
    ck_assert_uint_le(events, 2 * 11932 + 100); /* and at most at every one */
    board_free(b);
}
END_TEST

/* A count of 1 never changes OUT: no events at all. */
START_TEST(test_count_one_is_quiet)
{
    struct board *b = board_new();

    for (int mode = 2; mode <= 3; mode++) {
        stub_out8(b->s, 0x43, (uint8_t)(0x10 | mode << 1));
        stub_out8(b->s, 0x40, 1);
        stub_run(b->s, 10000);
        ck_assert(!b->pit.ch[0].edge.pending);
    }
    board_free(b);
}
END_TEST

Suite *chips_suite(void)
{
    Suite *suite = suite_create("chips");
    TCase *t = tcase_create("chips");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_random_and_reload, 0, 12);
    tcase_add_test(t, test_event_storm);
    tcase_add_test(t, test_count_one_is_quiet);
    suite_add_tcase(suite, t);
    return suite;
}
