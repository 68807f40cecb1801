/* test_vga.c: registers, planes, mapping, timing and state of the VGA, and random writes to all of it.
 * IBM, "Video Subsystem"; FreeVGA. */
#include "devices/vga.h"
#include "tests/unit/stub.h"
#include "tests/unit/vga_modes.h"

static struct stub *s;
static struct vga  *v;

static void setup(void)
{
    struct vga_config config;

    s = stub_new();
    v = malloc(sizeof(*v));
    config.retrace = stub_line(s, 9);
    ck_assert_int_eq(vga_init(v, &s->bus, &s->clock, &config), 0);
}

static void teardown(void)
{
    vga_destroy(v);
    free(v);
    stub_free(s);
}

static void poke(uint32_t addr, uint8_t value)
{
    bus_memory_write(&s->bus, addr, &value, 1);
}

static uint8_t peek(uint32_t addr)
{
    uint8_t value;

    bus_memory_read(&s->bus, addr, &value, 1);
    return value;
}

static void seq(uint8_t index, uint8_t value)
{
    vga_out_indexed(&s->bus, 0x3C4, index, value);
}

static void gfx(uint8_t index, uint8_t value)
{
    vga_out_indexed(&s->bus, 0x3CE, index, value);
}

static void crtc(uint8_t index, uint8_t value)
{
    vga_out_indexed(&s->bus, 0x3D4, index, value);
}

/* The byte of PLANE at the address, by read mode 0. */
static uint8_t plane(uint32_t addr, uint8_t number)
{
    gfx(4, number);
    return peek(addr);
}

static void check_planes(uint32_t addr, uint8_t p0, uint8_t p1, uint8_t p2, uint8_t p3)
{
    ck_assert_uint_eq(plane(addr, 0), p0);
    ck_assert_uint_eq(plane(addr, 1), p1);
    ck_assert_uint_eq(plane(addr, 2), p2);
    ck_assert_uint_eq(plane(addr, 3), p3);
}

/* --- registers --------------------------------------------------------------------------------------------------------- */

START_TEST(test_read_back)
{
    for (unsigned i = 0; i < VGA_MODE_COUNT; i++) {
        const struct vga_mode *m = &vga_modes[i];
        uint16_t               base = m->misc & 1 ? 0x3D4 : 0x3B4;

        vga_set_mode(&s->bus, m->number);
        ck_assert_uint_eq(stub_in8(s, 0x3CC), m->misc);
        for (uint8_t k = 0; k < 4; k++) ck_assert_uint_eq(vga_in_indexed(&s->bus, 0x3C4, k + 1), m->seq[k]);
        for (uint8_t k = 0; k < 25; k++) ck_assert_uint_eq(vga_in_indexed(&s->bus, base, k), m->crtc[k]);
        for (uint8_t k = 0; k < 9; k++) ck_assert_uint_eq(vga_in_indexed(&s->bus, 0x3CE, k), m->gfx[k]);
        for (uint8_t k = 0; k < 20; k++) {
            stub_in8(s, base + 6);
            stub_out8(s, 0x3C0, k);
            ck_assert_uint_eq(stub_in8(s, 0x3C0), k);
            ck_assert_uint_eq(stub_in8(s, 0x3C1), m->attr[k]);
        }
    }
}
END_TEST

START_TEST(test_io_select)
{
    stub_out8(s, 0x3C2, 0x67); /* colour */
    stub_out8(s, 0x3D4, 0x0F);
    stub_out8(s, 0x3D5, 0x5A);
    ck_assert_uint_eq(stub_in8(s, 0x3D5), 0x5A);
    ck_assert_uint_eq(stub_in8(s, 0x3B5), 0xFF);
    ck_assert_uint_eq(stub_in8(s, 0x3BA), 0xFF);
    stub_out8(s, 0x3C2, 0x66); /* mono */
    ck_assert_uint_eq(stub_in8(s, 0x3B5), 0x5A);
    ck_assert_uint_eq(stub_in8(s, 0x3D5), 0xFF);
    ck_assert_uint_eq(stub_in8(s, 0x3BC), 0xFF); /* the parallel port's */
    stub_out8(s, 0x3BA, 0x09);
    ck_assert_uint_eq(stub_in8(s, 0x3CA), 0x09);
    stub_out8(s, 0x3C3, 0); /* asleep: only 3C3h answers */
    ck_assert_uint_eq(stub_in8(s, 0x3CC), 0xFF);
    ck_assert_uint_eq(stub_in8(s, 0x3C3), 0);
    stub_out8(s, 0x3C3, 1);
    ck_assert_uint_eq(stub_in8(s, 0x3CC), 0x66);
}
END_TEST

START_TEST(test_flip_flop)
{
    vga_set_mode(&s->bus, 3);
    stub_in8(s, 0x3DA);
    stub_out8(s, 0x3C0, 0x11);
    stub_out8(s, 0x3C0, 0x2A);
    stub_out8(s, 0x3C0, 0x12);
    stub_in8(s, 0x3DA); /* the next write is an index again */
    stub_out8(s, 0x3C0, 0x11);
    ck_assert_uint_eq(stub_in8(s, 0x3C1), 0x2A);
    stub_in8(s, 0x3DA);
    stub_out8(s, 0x3C0, 0x12);
    ck_assert_uint_eq(stub_in8(s, 0x3C1), 0x0F);
}
END_TEST

START_TEST(test_crtc_protect)
{
    vga_set_mode(&s->bus, 3); /* leaves CRTC 11h bit 7 set */
    crtc(0, 0x11);
    crtc(7, 0x00);
    ck_assert_uint_eq(vga_in_indexed(&s->bus, 0x3D4, 0), 0x5F);
    ck_assert_uint_eq(vga_in_indexed(&s->bus, 0x3D4, 7), 0x0F); /* only the line compare bit */
    crtc(8, 0x03);
    ck_assert_uint_eq(vga_in_indexed(&s->bus, 0x3D4, 8), 0x03);
    crtc(0x11, 0x0E);
    crtc(0, 0x11);
    ck_assert_uint_eq(vga_in_indexed(&s->bus, 0x3D4, 0), 0x11);
}
END_TEST

START_TEST(test_dac)
{
    stub_out8(s, 0x3C8, 10);
    for (uint8_t i = 0; i < 6; i++) stub_out8(s, 0x3C9, (uint8_t)(0xC0 | (i * 9 + 1)));
    ck_assert_uint_eq(stub_in8(s, 0x3C8), 12);
    ck_assert_uint_eq(stub_in8(s, 0x3C7), 0);
    stub_out8(s, 0x3C7, 10);
    ck_assert_uint_eq(stub_in8(s, 0x3C7), 3);
    for (uint8_t i = 0; i < 6; i++) ck_assert_uint_eq(stub_in8(s, 0x3C9), i * 9 + 1);
    /* Two of three parts change nothing. */
    stub_out8(s, 0x3C8, 10);
    stub_out8(s, 0x3C9, 60);
    stub_out8(s, 0x3C9, 60);
    stub_out8(s, 0x3C7, 10);
    ck_assert_uint_eq(stub_in8(s, 0x3C9), 1);
    stub_out8(s, 0x3C6, 0x3F);
    ck_assert_uint_eq(stub_in8(s, 0x3C6), 0x3F);
}
END_TEST

START_TEST(test_sense)
{
    vga_set_mode(&s->bus, 3);
    vga_out_color(&s->bus, 0, 0x12, 0x12, 0x12);
    ck_assert_uint_eq(stub_in8(s, 0x3C2) & 0x10, 0x10);
    vga_out_color(&s->bus, 0, 0x12, 0x2D, 0x12);
    ck_assert_uint_eq(stub_in8(s, 0x3C2) & 0x10, 0);
}
END_TEST

/* --- planes ------------------------------------------------------------------------------------------------------------ */

START_TEST(test_write_mode0)
{
    vga_set_mode(&s->bus, 0x12);
    poke(0xA0000, 0xA5);
    check_planes(0xA0000, 0xA5, 0xA5, 0xA5, 0xA5);
    seq(2, 0x05);
    poke(0xA0000, 0xFF);
    check_planes(0xA0000, 0xFF, 0xA5, 0xFF, 0xA5);
    seq(2, 0x0F);
    gfx(3, 0x03); /* rotate right by 3 */
    poke(0xA0001, 0x81);
    check_planes(0xA0001, 0x30, 0x30, 0x30, 0x30);
    gfx(3, 0);
    gfx(0, 0x06); /* set/reset: planes 1 and 2 set */
    gfx(1, 0x03); /* planes 0 and 1 use it */
    poke(0xA0002, 0x5A);
    check_planes(0xA0002, 0x00, 0xFF, 0x5A, 0x5A);
}
END_TEST

START_TEST(test_logic)
{
    static const uint8_t want[4] = {0x0F, 0x05, 0x5F, 0x5A}; /* 0Fh with 55h: replace, AND, OR, XOR */

    vga_set_mode(&s->bus, 0x12);
    for (uint8_t f = 0; f < 4; f++) {
        gfx(3, 0);
        poke(0xA0000, 0x55);
        peek(0xA0000);
        gfx(3, (uint8_t)(f << 3));
        poke(0xA0000, 0x0F);
        ck_assert_uint_eq(peek(0xA0000), want[f]);
    }
    gfx(3, 0);
    poke(0xA0000, 0xFF);
    poke(0xA0001, 0x00);
    gfx(8, 0x3C);
    peek(0xA0001);
    poke(0xA0000, 0xFF); /* unmasked bits come from the latches, not from the address */
    gfx(8, 0xFF);
    ck_assert_uint_eq(peek(0xA0000), 0x3C);
}
END_TEST

START_TEST(test_write_modes_1_2_3)
{
    vga_set_mode(&s->bus, 0x12);
    for (uint8_t p = 0; p < 4; p++) {
        seq(2, (uint8_t)(1 << p));
        poke(0xA0010, (uint8_t)(0x11 * (p + 1)));
    }
    seq(2, 0x0F);
    gfx(5, 1);
    peek(0xA0010);
    poke(0xA0020, 0xEE); /* the value does not matter */
    gfx(5, 0);
    check_planes(0xA0020, 0x11, 0x22, 0x33, 0x44);
    gfx(5, 2);
    gfx(8, 0x0F);
    peek(0xA0020);
    poke(0xA0020, 0x0A);
    gfx(8, 0xFF);
    gfx(5, 0);
    check_planes(0xA0020, 0x10, 0x2F, 0x30, 0x4F);
    gfx(5, 3);
    gfx(0, 0x01);
    gfx(3, 4); /* 0Fh becomes F0h */
    gfx(8, 0xC3);
    peek(0xA0010);
    poke(0xA0010, 0x0F); /* changes bits C0h */
    gfx(5, 0);
    check_planes(0xA0010, 0xD1, 0x22, 0x33, 0x04);
}
END_TEST

START_TEST(test_color_compare)
{
    vga_set_mode(&s->bus, 0x12);
    gfx(5, 2);
    for (uint8_t i = 0; i < 8; i++) {
        gfx(8, (uint8_t)(0x80 >> i));
        peek(0xA0000);
        poke(0xA0000, (uint8_t)(i + 4)); /* colours 4 to 11 */
    }
    gfx(5, 8);
    gfx(2, 6);
    ck_assert_uint_eq(peek(0xA0000), 0x20);
    gfx(7, 0x07); /* plane 3 does not matter: 6 and 14 */
    gfx(2, 0x09); /* 1 and 9 */
    ck_assert_uint_eq(peek(0xA0000), 0x04);
    gfx(7, 0x01); /* odd colours */
    ck_assert_uint_eq(peek(0xA0000), 0x55);
    gfx(7, 0x00);
    ck_assert_uint_eq(peek(0xA0000), 0xFF);
}
END_TEST

START_TEST(test_odd_even)
{
    vga_set_mode(&s->bus, 3);
    poke(0xB8000, 'A');
    poke(0xB8001, 0x1F);
    poke(0xBFFFE, 'z');
    ck_assert_uint_eq(peek(0xB8000), 'A');
    ck_assert_uint_eq(peek(0xB8001), 0x1F);
    ck_assert_uint_eq(peek(0xA0000), 0xFF); /* not in this window */
    ck_assert_uint_eq(peek(0xB0000), 0xFF);
    gfx(6, 0x04); /* the planes themselves, at A0000h */
    gfx(5, 0x00);
    seq(4, 0x06);
    check_planes(0xA0000, 'A', 0x1F, 0, 0);
    check_planes(0xA0001, 0, 0, 0, 0);
    check_planes(0xA7FFE, 'z', 0, 0, 0);
    stub_out8(s, 0x3C2, 0x65); /* memory off */
    ck_assert_uint_eq(peek(0xA0000), 0xFF);
}
END_TEST

START_TEST(test_windows)
{
    vga_set_mode(&s->bus, 0x12);
    gfx(6, 0x09); /* B0000h, 32K */
    poke(0xB0005, 0x77);
    ck_assert_uint_eq(peek(0xB0005), 0x77);
    ck_assert_uint_eq(peek(0xB8005), 0xFF);
    gfx(6, 0x0D); /* B8000h */
    ck_assert_uint_eq(peek(0xB8005), 0x77);
    gfx(6, 0x01); /* A0000h, 128K */
    ck_assert_uint_eq(peek(0xA0005), 0x77);
    ck_assert_uint_eq(peek(0xB0005), 0x77);
    ck_assert_uint_eq(stub_mmio_read(s, 0xA0004, 4), 0x00007700);
}
END_TEST

/* Chain 4 and planes see the same memory: address A is plane A mod 4, offset (A & FFFCh) | A15..A14. */
START_TEST(test_chain4)
{
    vga_set_mode(&s->bus, 0x13);
    for (uint32_t a = 0; a < 0x10000; a += 0x111) poke(0xA0000 + a, (uint8_t)(a / 0x111));
    seq(4, 0x06);
    for (uint32_t a = 0; a < 0x10000; a += 0x111)
        ck_assert_uint_eq(plane(0xA0000 + ((a & 0xFFFC) | a >> 14), a & 3), (uint8_t)(a / 0x111));
    /* Every plane offset is a place of its own. */
    for (uint32_t a = 0; a < 0x10000; a++) poke(0xA0000 + a, (uint8_t)(a ^ a >> 8));
    for (uint32_t a = 0; a < 0x10000; a++) ck_assert_uint_eq(peek(0xA0000 + a), (uint8_t)(a ^ a >> 8));
}
END_TEST

/* --- mapping ----------------------------------------------------------------------------------------------------------- */

static bool is_direct(void)
{
    return stub_find_map(s, 0xA0000)->host;
}

START_TEST(test_direct)
{
    vga_set_mode(&s->bus, 0x12);
    ck_assert(!is_direct());
    vga_set_mode(&s->bus, 0x13);
    ck_assert(is_direct());
    poke(0xA1234, 0x99);
    ck_assert_uint_eq(v->dirty[1], 1);
    seq(2, 0x01); /* now only plane 0 */
    ck_assert(!is_direct());
    poke(0xA1234, 0x11);
    poke(0xA1235, 0x22);
    ck_assert_uint_eq(peek(0xA1234), 0x11);
    ck_assert_uint_eq(peek(0xA1235), 0x00);
    seq(2, 0x0F);
    ck_assert(is_direct());
    ck_assert_uint_eq(peek(0xA1234), 0x11);
    gfx(5, 0x48); /* colour compare */
    ck_assert(!is_direct());
    gfx(5, 0x40);
    stub_out8(s, 0x3C2, 0x61); /* memory off */
    ck_assert(!is_direct());
}
END_TEST

START_TEST(test_thrashing)
{
    vga_set_mode(&s->bus, 0x13);
    for (int i = 0; i < 100; i++) {
        seq(2, 0x01);
        seq(2, 0x0F);
    }
    ck_assert(!is_direct()); /* given up, and still right */
    poke(0xA0003, 0x42);
    ck_assert_uint_eq(peek(0xA0003), 0x42);
    stub_run(s, 100000000);
    seq(2, 0x01);
    seq(2, 0x0F);
    ck_assert(is_direct());
    ck_assert_uint_eq(peek(0xA0003), 0x42);
}
END_TEST

START_TEST(test_hidden)
{
    static uint8_t smram[0x10000];

    vga_set_mode(&s->bus, 0x12);
    vga_set_window(v, false);
    bus_map_ram(&s->bus, 0xA0000, sizeof(smram), smram, NULL);
    vga_set_mode(&s->bus, 0x13); /* would be direct */
    poke(0xA0000, 0x12);
    ck_assert_uint_eq(smram[0], 0x12);
    ck_assert_uint_eq(v->memory[0], 0);
    vga_set_window(v, true);
    poke(0xA0000, 0x34);
    ck_assert_uint_eq(v->memory[0], 0x34);
    ck_assert(is_direct());
    vga_set_mode(&s->bus, 3);
    ck_assert(!is_direct());
}
END_TEST

START_TEST(test_lfb)
{
    uint64_t base = 0xE0000000;

    vga_set_lfb(v, base, true);
    vga_set_mode(&s->bus, 0x13);
    poke((uint32_t)base + 70, 0x33);
    ck_assert_uint_eq(peek(0xA0000 + 70), 0x33);
    vga_set_lfb(v, 0xF0000000, true);
    ck_assert_ptr_null(stub_find_map(s, base));
    ck_assert_uint_eq(peek(0xF0000000 + 70), 0x33);
    vga_reset(v);
    ck_assert_ptr_null(stub_find_map(s, 0xF0000000));
}
END_TEST

/* --- time -------------------------------------------------------------------------------------------------------------- */

/* Time until the status bits MASK become VALUE. */
static uint64_t wait_status(uint8_t mask, uint8_t value)
{
    uint64_t begin = s->clock.now;

    for (int i = 0; i < 2000000; i++) {
        if ((stub_in8(s, 0x3DA) & mask) == value) return s->clock.now - begin;
        stub_run(s, 100);
    }
    ck_abort_msg("status %02x never came", value);
}

static void check_near(uint64_t got, uint64_t want)
{
    ck_assert_uint_ge(got, want - want / 100 - 200);
    ck_assert_uint_le(got, want + want / 100 + 200);
}

START_TEST(test_retrace)
{
    vga_set_mode(&s->bus, 3); /* 900 dots, 449 lines of 28.322 MHz: 70.09 Hz; retrace of 2 lines */
    wait_status(8, 0);
    wait_status(8, 8);
    check_near(wait_status(8, 0), 2 * 900 * 1000000000ull / 28322000);
    check_near(wait_status(8, 8), 447 * 900 * 1000000000ull / 28322000);
    vga_set_mode(&s->bus, 0x12); /* 800 dots, 525 lines of 25.175 MHz */
    wait_status(8, 0);
    wait_status(8, 8);
    check_near(wait_status(8, 0) + wait_status(8, 8), 800 * 525 * 1000000000ull / 25175000);
    wait_status(9, 0); /* first line: 640 dots on, 160 off */
    check_near(wait_status(1, 1), 640 * 1000000000ull / 25175000);
    check_near(wait_status(1, 0), 160 * 1000000000ull / 25175000);
}
END_TEST

START_TEST(test_retrace_interrupt)
{
    vga_set_mode(&s->bus, 3); /* 11h is 8Eh: latch held clear */
    stub_run(s, 100000000);
    ck_assert_uint_eq(s->irq[9].rises, 0);
    crtc(0x11, 0x9E);
    stub_run(s, 15000000);
    ck_assert_uint_eq(s->irq[9].rises, 1);
    ck_assert(s->irq[9].level);
    ck_assert_uint_eq(stub_in8(s, 0x3C2) & 0x80, 0x80);
    ck_assert_uint_eq(stub_in8(s, 0x3DA) & 8, 0); /* it came when the retrace began, which is over */
    crtc(0x11, 0x8E);
    ck_assert(!s->irq[9].level);
    ck_assert_uint_eq(stub_in8(s, 0x3C2) & 0x80, 0);
    crtc(0x11, 0xBE); /* latch, but no interrupt */
    stub_run(s, 15000000);
    ck_assert_uint_eq(s->irq[9].rises, 1);
    ck_assert_uint_eq(stub_in8(s, 0x3C2) & 0x80, 0x80);
}
END_TEST

START_TEST(test_retrace_interrupt_time)
{
    vga_set_mode(&s->bus, 3);
    wait_status(8, 8);
    wait_status(8, 0);
    crtc(0x11, 0x9E);
    wait_status(8, 8);
    ck_assert_uint_eq(s->irq[9].rises, 1);
    ck_assert_uint_le(s->clock.now - s->irq[9].times[0], 100);
}
END_TEST

/* --- state ------------------------------------------------------------------------------------------------------------- */

START_TEST(test_reset)
{
    struct vga       *fresh = calloc(1, sizeof(*fresh));
    struct stub      *other = stub_new();
    struct vga_config config = {.retrace = stub_line(other, 0)};

    ck_assert_int_eq(vga_init(fresh, &other->bus, &other->clock, &config), 0);
    vga_set_mode(&s->bus, 0x13);
    vga_set_lfb(v, 0xE0000000, true);
    vga_out_color(&s->bus, 3, 1, 2, 3);
    crtc(0x11, 0x1E);
    stub_out16(s, 0x1CE, 1);
    stub_out16(s, 0x1CF, 640);
    ck_assert_ptr_nonnull(stub_state_differs(vga_ops.fields, v, fresh));
    vga_reset(v);
    ck_assert_ptr_null(stub_state_differs(vga_ops.fields, v, fresh));
    vga_destroy(fresh);
    free(fresh);
    stub_free(other);
}
END_TEST

START_TEST(test_loaded)
{
    vga_set_mode(&s->bus, 0x13);
    poke(0xA0007, 0x5A);
    /* As after a load into a machine that was in another mode. */
    bus_map_mmio(&s->bus, 0xA0000, 0x10000, stub_find_map(s, 0xB0000)->ops, v);
    v->mapped_direct = false;
    memset(&v->access, 0, sizeof(v->access));
    memset(&v->timing, 0, sizeof(v->timing));
    v->lfb_enabled = true;
    v->lfb_base = 0xD0000000;
    ck_assert_int_eq(vga_ops.loaded(v), 0);
    ck_assert(is_direct());
    ck_assert_uint_eq(peek(0xA0007), 0x5A);
    ck_assert_uint_eq(peek(0xD0000007), 0x5A);
    wait_status(8, 8);
    v->dac.component = 3;
    ck_assert_int_lt(vga_ops.loaded(v), 0);
    v->dac.component = 0;
    v->vbe.xres = 5000;
    ck_assert_int_lt(vga_ops.loaded(v), 0);
}
END_TEST

START_TEST(test_bar2)
{
    bus_map_mmio(&s->bus, 0xC0000000, 4096, &vga_mmio_ops, v);
    stub_mmio_write(s, 0xC0000402, 0x67, 1); /* 3C2h */
    ck_assert_uint_eq(stub_in8(s, 0x3CC), 0x67);
    stub_mmio_write(s, 0xC0000414, 0x5A0F, 2); /* 3D4h */
    ck_assert_uint_eq(vga_in_indexed(&s->bus, 0x3D4, 0x0F), 0x5A);
    ck_assert_uint_eq(stub_mmio_read(s, 0xC0000500, 2), 0xB0C5);
    stub_mmio_write(s, 0xC0000502, 800, 2);
    ck_assert_uint_eq(stub_mmio_read(s, 0xC0000502, 2), 800);
    ck_assert_uint_eq(stub_mmio_read(s, 0xC0000000, 2), 0xFFFF);
}
END_TEST

/* --- malice ------------------------------------------------------------------------------------------------------------ */

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void random_write(uint32_t *r)
{
    static const uint16_t pair[] = {0x3C4, 0x3CE, 0x3D4, 0x3B4};
    uint32_t              kind = random_next(r) % 16, value = random_next(r);

    if (kind < 5)
        vga_out_indexed(&s->bus, pair[value & 3], (uint8_t)(random_next(r) % 28), (uint8_t)random_next(r));
    else if (kind < 7)
        bus_out(&s->bus, (uint16_t)(0x3B0 + value % 0x30), random_next(r), 1);
    else if (kind < 8)
        vga_out_attr(&s->bus, (uint8_t)(value % 32), (uint8_t)random_next(r));
    else if (kind < 10)
        bus_out(&s->bus, 0x1CE, value % 12 | (random_next(r) & 0x7FF) << 16, 4);
    else if (kind < 11)
        bus_out(&s->bus, 0x1CE, 4 | (value & 0xF3) << 16, 4);
    else if (kind < 12)
        stub_run(s, value % 40000000);
    else if (!is_direct())
        stub_mmio_write(s, 0xA0000 + value % 0x10000, random_next(r), 1u << random_next(r) % 3);
    else
        bus_memory_write(&s->bus, 0xA0000 + value % 0x1FFFC, &value, 4);
    (void)peek(0xA0000 + random_next(r) % 0x20000);
}

START_TEST(test_random)
{
    struct vga_picture picture;
    struct vga_text    text;
    uint32_t           r = (uint32_t)_i * 7919u + 1, bits = 0;
    size_t             size = 0;
    unsigned           sizes = 0;

    for (int round = 0; round < 60; round++) {
        if (random_next(&r) & 1) vga_set_mode(&s->bus, vga_modes[random_next(&r) % VGA_MODE_COUNT].number);
        for (int i = 0; i < 120; i++) random_write(&r);
        vga_screen(v, &picture);
        ck_assert(picture.width >= 1 && picture.width <= VGA_MAX_WIDTH);
        ck_assert(picture.height >= 1 && picture.height <= VGA_MAX_HEIGHT);
        if ((size_t)picture.width * picture.height != size) sizes++;
        size = (size_t)picture.width * picture.height;
        for (size_t i = 0; i < size; i++) bits |= picture.pixels[i];
        ck_assert_uint_le(bits, 0xFFFFFF);
        ck_assert(!vga_screen(v, &picture)); /* the same moment, the same picture */
        vga_text(v, &text);
        ck_assert_uint_le(text.columns, 256);
        ck_assert_uint_le(text.rows, VGA_MAX_HEIGHT);
        ck_assert(!text.cursor_visible || (text.cursor_column < text.columns && text.cursor_row < text.rows));
        ck_assert_int_eq(vga_ops.loaded(v), 0); /* no register write leads to a state that would be refused */
    }
    ck_assert_uint_gt(sizes, 5); /* the dice did get about */
}
END_TEST

Suite *vga_suite(void)
{
    Suite *suite = suite_create("vga");
    TCase *t = tcase_create("vga");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_read_back);
    tcase_add_test(t, test_io_select);
    tcase_add_test(t, test_flip_flop);
    tcase_add_test(t, test_crtc_protect);
    tcase_add_test(t, test_dac);
    tcase_add_test(t, test_sense);
    tcase_add_test(t, test_write_mode0);
    tcase_add_test(t, test_logic);
    tcase_add_test(t, test_write_modes_1_2_3);
    tcase_add_test(t, test_color_compare);
    tcase_add_test(t, test_odd_even);
    tcase_add_test(t, test_windows);
    tcase_add_test(t, test_chain4);
    tcase_add_test(t, test_direct);
    tcase_add_test(t, test_thrashing);
    tcase_add_test(t, test_hidden);
    tcase_add_test(t, test_lfb);
    tcase_add_test(t, test_retrace);
    tcase_add_test(t, test_retrace_interrupt);
    tcase_add_test(t, test_retrace_interrupt_time);
    tcase_add_test(t, test_reset);
    tcase_add_test(t, test_loaded);
    tcase_add_test(t, test_bar2);
    tcase_add_loop_test(t, test_random, 0, 16);
    suite_add_tcase(suite, t);
    return suite;
}
