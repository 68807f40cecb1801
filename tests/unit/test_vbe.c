/* test_vbe.c: the Bochs VBE display interface: registers, banks, linear frame buffer, all depths. */
#include "devices/vga.h"
#include "tests/unit/stub.h"
#include "tests/unit/vga_modes.h"

enum { ID, XRES, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET, MEMORY_64K };

#define LFB 0xE0000000u

static struct stub       *s;
static struct vga        *v;
static struct vga_picture pic;

static void setup(void)
{
    struct vga_config config = {{0}};

    s = stub_new();
    v = malloc(sizeof(*v));
    ck_assert_int_eq(vga_init(v, &s->bus, &s->clock, &config), 0);
    vga_set_mode(&s->bus, 3);
    vga_set_lfb(v, LFB, true);
}

static void teardown(void)
{
    vga_destroy(v);
    free(v);
    stub_free(s);
}

static void set(uint16_t index, uint16_t value)
{
    stub_out16(s, 0x1CE, index);
    stub_out16(s, 0x1CF, value);
}

static uint16_t get(uint16_t index)
{
    stub_out16(s, 0x1CE, index);
    return stub_in16(s, 0x1CF);
}

static void mode(uint16_t width, uint16_t height, uint16_t bpp, uint16_t flags)
{
    set(ENABLE, 0);
    set(XRES, width);
    set(YRES, height);
    set(BPP, bpp);
    set(ENABLE, 1 | flags);
}

static void poke(uint32_t addr, uint8_t value)
{
    bus_memory_write(&s->bus, addr, &value, 1);
}

static void poke_bytes(uint32_t addr, uint32_t value, unsigned n)
{
    bus_memory_write(&s->bus, addr, &value, n);
}

static uint8_t peek(uint32_t addr)
{
    uint8_t value;

    bus_memory_read(&s->bus, addr, &value, 1);
    return value;
}

static uint32_t pixel(unsigned x, unsigned y)
{
    vga_screen(v, &pic);
    ck_assert(x < pic.width && y < pic.height);
    return pic.pixels[(size_t)y * pic.width + x];
}

START_TEST(test_id)
{
    ck_assert_uint_eq(get(ID), 0xB0C5);
    set(ID, 0xB0C2);
    ck_assert_uint_eq(get(ID), 0xB0C2);
    set(ID, 0xB0C6);
    ck_assert_uint_eq(get(ID), 0xB0C2);
    ck_assert_uint_eq(get(MEMORY_64K), 256);
    stub_out16(s, 0x1CE, MEMORY_64K);
    ck_assert_uint_eq(stub_in16(s, 0x1D0), 256); /* the aligned alias of the data port */
    ck_assert_uint_eq(stub_in16(s, 0x1CE), MEMORY_64K);
}
END_TEST

START_TEST(test_caps)
{
    mode(800, 600, 16, 0);
    set(ENABLE, 3);
    ck_assert_uint_eq(get(XRES), 1600);
    ck_assert_uint_eq(get(YRES), 1200);
    ck_assert_uint_eq(get(BPP), 32);
    set(ENABLE, 1);
    ck_assert_uint_eq(get(XRES), 800);
}
END_TEST

START_TEST(test_mode_rules)
{
    mode(1024, 768, 8, 0);
    set(XRES, 640); /* not while enabled */
    ck_assert_uint_eq(get(XRES), 1024);
    set(ENABLE, 0);
    set(XRES, 1601);
    set(YRES, 1201);
    set(BPP, 9);
    ck_assert_uint_eq(get(XRES), 1024);
    ck_assert_uint_eq(get(YRES), 768);
    ck_assert_uint_eq(get(BPP), 8);
    set(BPP, 32);
    set(BPP, 0); /* the API's old name of 8 */
    ck_assert_uint_eq(get(BPP), 8);
    set(XRES, 0);
    set(ENABLE, 1); /* nothing to show */
    ck_assert_uint_eq(get(ENABLE), 0);
}
END_TEST

/* A pixel of each depth by its bytes, on the last line, and the colour wanted. */
START_TEST(test_depths)
{
    static const struct { uint16_t bpp; uint32_t value, color; } want[] = {
        {8, 0x07, 0x555555}, {15, 0x7C1F, 0xFF00FF}, {15, 0x4210, 0x848484}, {16, 0xF81F, 0xFF00FF},
        {16, 0x8410, 0x848284}, {24, 0x123456, 0x123456}, {32, 0xFF123456, 0x123456},
    };

    vga_out_color(&s->bus, 7, 0x15, 0x15, 0x15);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        uint32_t bytes = (want[i].bpp + 7u) / 8;

        mode(1600, 1200, want[i].bpp, 0x40);
        poke_bytes(LFB + (1199 * 1600 + 1234) * bytes, want[i].value, bytes);
        ck_assert_uint_eq(pixel(1234, 1199), want[i].color);
        ck_assert_uint_eq(pixel(1235, 1199), 0);
        ck_assert_uint_eq(pic.width, 1600);
        ck_assert_uint_eq(pic.height, 1200);
        ck_assert_uint_eq(pic.aspect_width, 1600);
        ck_assert_uint_eq(pic.aspect_height, 1200);
    }
}
END_TEST

START_TEST(test_planar)
{
    vga_set_mode(&s->bus, 0x12);
    vga_set_ega_colors(&s->bus);
    mode(800, 600, 4, 0);
    vga_out_indexed(&s->bus, 0x3C4, 2, 0x04);
    poke(0xA0000 + 599 * 100 + 99, 0x01);
    ck_assert_uint_eq(pixel(799, 599), 0xAA0000);
    ck_assert_uint_eq(pixel(798, 599), 0);
    set(ENABLE, 0);
    mode(1024, 768, 4, 0);
    set(BANK, 1); /* 98304 bytes in each plane */
    vga_out_indexed(&s->bus, 0x3C4, 2, 0x02);
    poke(0xA0000 + 767 * 128 + 127 - 0x10000, 0x80);
    ck_assert_uint_eq(pixel(1016, 767), 0x00AA00);
}
END_TEST

START_TEST(test_banks)
{
    mode(640, 480, 8, 0);
    set(BANK, 3);
    poke(0xA0010, 0x77);
    ck_assert_uint_eq(peek(LFB + 0x30010), 0x77);
    ck_assert_uint_eq(get(BANK), 3);
    ck_assert_ptr_nonnull(stub_find_map(s, 0xA0000)->host); /* directly */
    poke(LFB + 0xFF0123, 0x66);
    set(BANK, 0xFF);
    ck_assert_uint_eq(peek(0xA0123), 0x66);
    set(BANK, 0x8000 | 3); /* read */
    set(BANK, 0x4000 | 5); /* write */
    ck_assert_ptr_null(stub_find_map(s, 0xA0000)->host);
    poke(0xA0010, 0x11);
    ck_assert_uint_eq(peek(0xA0010), 0x77);
    ck_assert_uint_eq(peek(LFB + 0x50010), 0x11);
    set(ENABLE, 0x11); /* banks of 32K */
    set(BANK, 3);
    ck_assert_uint_eq(peek(0xA0010 + 0x8000), peek(LFB + 0x20010));
    poke(0xA0010, 0x44);
    ck_assert_uint_eq(peek(LFB + 0x18010), 0x44);
    /* The graphics controller is out of the way. */
    vga_out_indexed(&s->bus, 0x3C4, 2, 0);
    vga_out_indexed(&s->bus, 0x3CE, 8, 0);
    poke(0xA0011, 0x45);
    ck_assert_uint_eq(peek(LFB + 0x18011), 0x45);
    set(ENABLE, 0);
    ck_assert_ptr_null(stub_find_map(s, 0xA0000)->host); /* text again */
    ck_assert_uint_eq(peek(0xA0010), 0xFF);
}
END_TEST

START_TEST(test_clear)
{
    mode(640, 480, 32, 0);
    poke(LFB + 1000, 0x55);
    mode(640, 480, 32, 0x80);
    ck_assert_uint_eq(peek(LFB + 1000), 0x55);
    set(ENABLE, 1); /* already on: nothing happens */
    ck_assert_uint_eq(peek(LFB + 1000), 0x55);
    mode(640, 480, 32, 0);
    ck_assert_uint_eq(peek(LFB + 1000), 0);
}
END_TEST

START_TEST(test_virtual)
{
    mode(640, 480, 16, 0x40);
    ck_assert_uint_eq(get(VIRT_WIDTH), 640);
    ck_assert_uint_eq(get(VIRT_HEIGHT), (16 << 20) / 1280);
    set(VIRT_WIDTH, 2048);
    ck_assert_uint_eq(get(VIRT_WIDTH), 2048);
    ck_assert_uint_eq(get(VIRT_HEIGHT), 4096);
    poke_bytes(LFB + (100 * 2048 + 50) * 2, 0xF800, 2);
    ck_assert_uint_eq(pixel(50, 100), 0xFF0000);
    set(X_OFFSET, 50);
    set(Y_OFFSET, 100);
    ck_assert_uint_eq(pixel(0, 0), 0xFF0000);
    set(X_OFFSET, 5000);
    set(Y_OFFSET, 5000);
    ck_assert_uint_eq(get(X_OFFSET), 2048 - 640);
    ck_assert_uint_eq(get(Y_OFFSET), 4096 - 480);
    poke_bytes(LFB + (16 << 20) - 2, 0x001F, 2);
    ck_assert_uint_eq(pixel(639, 479), 0x0000FF);
    set(VIRT_WIDTH, 10); /* not less than the picture */
    ck_assert_uint_eq(get(VIRT_WIDTH), 640);
    set(VIRT_WIDTH, 0xFFFF); /* not more than 480 lines of it fit */
    ck_assert_uint_eq(get(VIRT_WIDTH), (16 << 20) / 480 / 2);
    ck_assert_uint_ge(get(VIRT_HEIGHT), 480);
}
END_TEST

START_TEST(test_8bit_dac)
{
    mode(640, 480, 8, 0x20);
    vga_out_color(&s->bus, 0, 0x12, 0x9A, 0xFE);
    ck_assert_uint_eq(pixel(0, 0), 0x129AFE);
    stub_out8(s, 0x3C7, 0);
    ck_assert_uint_eq(stub_in8(s, 0x3C9), 0x12);
    ck_assert_uint_eq(stub_in8(s, 0x3C9), 0x9A);
    set(ENABLE, 1);
    stub_out8(s, 0x3C7, 0);
    ck_assert_uint_eq(stub_in8(s, 0x3C9), 0x04);
}
END_TEST

START_TEST(test_changes)
{
    mode(1024, 768, 32, 0x40);
    ck_assert(vga_screen(v, &pic));
    ck_assert(!vga_screen(v, &pic));
    poke(LFB + 4 * 1024 * 700, 0x10);
    ck_assert(vga_screen(v, &pic));
    ck_assert_uint_eq(pic.pixels[1024 * 700], 0x10);
    poke(LFB + 4 * 1024 * 768, 0x10); /* below the picture */
    ck_assert(!vga_screen(v, &pic));
    set(ENABLE, 0);
    ck_assert(vga_screen(v, &pic));
    ck_assert_uint_eq(pic.width, 720);
}
END_TEST

Suite *vbe_suite(void)
{
    Suite *suite = suite_create("vbe");
    TCase *t = tcase_create("vbe");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_id);
    tcase_add_test(t, test_caps);
    tcase_add_test(t, test_mode_rules);
    tcase_add_test(t, test_depths);
    tcase_add_test(t, test_planar);
    tcase_add_test(t, test_banks);
    tcase_add_test(t, test_clear);
    tcase_add_test(t, test_virtual);
    tcase_add_test(t, test_8bit_dac);
    tcase_add_test(t, test_changes);
    suite_add_tcase(suite, t);
    return suite;
}
