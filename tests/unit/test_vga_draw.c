/* test_vga_draw.c: the picture and the text screen that the VGA makes of its registers and memory. */
#include "devices/vga.h"
#include "tests/unit/stub.h"
#include "tests/unit/vga_modes.h"

static struct stub       *s;
static struct vga        *v;
static struct vga_picture pic;
static struct vga_text    text;

static void setup(void)
{
    struct vga_config config = {{0}};

    s = stub_new();
    v = malloc(sizeof(*v));
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

static void crtc(uint8_t index, uint8_t value)
{
    vga_out_indexed(&s->bus, 0x3D4, index, value);
}

static void seq(uint8_t index, uint8_t value)
{
    vga_out_indexed(&s->bus, 0x3C4, index, value);
}

static void attr(uint8_t index, uint8_t value)
{
    vga_out_attr(&s->bus, index, value);
}

/* Mode NUMBER with DAC entry N and a DAC whose colours tell their entry: high digit in red, low digit in green. */
static void mode(uint8_t number)
{
    ck_assert(vga_set_mode(&s->bus, number));
    for (unsigned i = 0; i < 256; i++) vga_out_color(&s->bus, (uint8_t)i, (uint8_t)(i >> 4), (uint8_t)(i & 15), 0);
}

static uint8_t entry_of(uint32_t color)
{
    return (uint8_t)((color >> 18 & 15) << 4 | (color >> 10 & 15));
}

static uint8_t pixel(unsigned x, unsigned y)
{
    ck_assert(x < pic.width && y < pic.height);
    return entry_of(pic.pixels[(size_t)y * pic.width + x]);
}

/* The pixels of a line from X on, one hexadecimal digit each (low four bits of the DAC entry). */
static const char *row(unsigned x, unsigned y, unsigned n)
{
    static char out[128];

    for (unsigned i = 0; i < n; i++) out[i] = "0123456789ABCDEF"[pixel(x + i, y) & 15];
    out[n] = 0;
    return out;
}

static void show(void)
{
    vga_screen(v, &pic);
}

/* To the middle of a frame in which nothing blinks off: frame N of 70 Hz. */
static void go_to_frame(unsigned n)
{
    uint64_t frame = 1000000000ull * 900 * 449 / 28322000;

    clock_advance_to(&s->clock, frame * n + frame / 2);
}

/* --- sizes ------------------------------------------------------------------------------------------------------------- */

START_TEST(test_sizes)
{
    static const struct { uint8_t number; unsigned width, height; } want[] = {
        {0x01, 360, 400}, {0x03, 720, 400}, {0x04, 320, 200}, {0x06, 640, 200}, {0x07, 720, 400}, {0x0D, 320, 200},
        {0x0E, 640, 200}, {0x0F, 640, 350}, {0x10, 640, 350}, {0x11, 640, 480}, {0x12, 640, 480}, {0x13, 320, 200},
    };

    show();
    ck_assert_uint_eq(pic.width, 720); /* power-on: a black screen */
    ck_assert_uint_eq(pic.pixels[0], 0);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        mode(want[i].number);
        show();
        ck_assert_uint_eq(pic.width, want[i].width);
        ck_assert_uint_eq(pic.height, want[i].height);
        ck_assert_uint_eq(pic.aspect_width * 3, pic.aspect_height * 4);
    }
}
END_TEST

/* Mode 13h unchained, then with other timings (M. Abrash, "Graphics Programming Black Book", ch. 47; the 360 and 400 wide
 * ones are well known tweaks). */
START_TEST(test_tweaked)
{
    mode(0x13);
    seq(4, 0x06);
    crtc(0x14, 0x00);
    crtc(0x17, 0xE3);
    show();
    ck_assert_uint_eq(pic.height, 200);
    crtc(9, 0x40); /* 320x400 */
    show();
    ck_assert_uint_eq(pic.width, 320);
    ck_assert_uint_eq(pic.height, 400);
    stub_out8(s, 0x3C2, 0xE3); /* 320x240 */
    crtc(0x11, 0x2C);
    crtc(6, 0x0D);
    crtc(7, 0x3E);
    crtc(9, 0x41);
    crtc(0x12, 0xDF);
    show();
    ck_assert_uint_eq(pic.width, 320);
    ck_assert_uint_eq(pic.height, 240);
    stub_out8(s, 0x3C2, 0xE7); /* 360x480 */
    crtc(0, 0x6B);
    crtc(1, 0x59);
    crtc(9, 0x40);
    crtc(0x13, 0x2D);
    for (uint8_t p = 0; p < 4; p++) {
        seq(2, (uint8_t)(1 << p));
        poke(0xA0000 + 479 * 90 + 89, (uint8_t)(0x51 + p));
    }
    show();
    ck_assert_uint_eq(pic.width, 360);
    ck_assert_uint_eq(pic.height, 480);
    for (unsigned p = 0; p < 4; p++) ck_assert_uint_eq(pixel(356 + p, 479), 0x51 + p);
    crtc(0, 0x71); /* 400x300: 600 lines, each twice */
    crtc(1, 0x63);
    crtc(6, 0x70);
    crtc(7, 0xF0);
    crtc(9, 0x61);
    crtc(0x12, 0x57);
    show();
    ck_assert_uint_eq(pic.width, 400);
    ck_assert_uint_eq(pic.height, 300);
}
END_TEST

/* --- text -------------------------------------------------------------------------------------------------------------- */

/* Writes LINES of a glyph, through the ports as the BIOS does, then mode NUMBER again. */
static void load_glyph(uint8_t number, uint32_t font, uint8_t character, const uint8_t *lines, unsigned n)
{
    seq(2, 0x04);
    seq(4, 0x06);
    vga_out_indexed(&s->bus, 0x3CE, 5, 0x00);
    vga_out_indexed(&s->bus, 0x3CE, 6, 0x04);
    for (unsigned i = 0; i < n; i++) poke(0xA0000 + font + character * 32u + i, lines[i]);
    mode(number);
}

static const uint8_t stripes[16] = {0x81, 0xC3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF};

START_TEST(test_text)
{
    mode(3);
    load_glyph(3, 0, 'A', stripes, 16);
    load_glyph(3, 0, 0xC4, stripes, 16);
    crtc(0x0A, 0x20);
    poke(0xB8000 + 2 * 81, 'A'); /* row 1, column 1 */
    poke(0xB8001 + 2 * 81, 0x15);
    poke(0xB8000 + 2 * 82, 0xC4);
    poke(0xB8001 + 2 * 82, 0x23);
    show();
    ck_assert_str_eq(row(0, 16, 28), "000000000511111151322222233" "0");
    ck_assert_str_eq(row(0, 17, 28), "000000000551111551332222333" "0");
    ck_assert_str_eq(row(0, 31, 28), "000000000555555551333333333" "0");
    attr(0x10, 0x08); /* no line graphics */
    seq(1, 0x00);
    show();
    ck_assert_str_eq(row(18, 31, 9), "333333332");
    seq(1, 0x01); /* 8 dots */
    attr(0x13, 0x00);
    show();
    ck_assert_uint_eq(pic.width, 640);
    ck_assert_str_eq(row(0, 16, 25), "0000000051111115322222230");
}
END_TEST

START_TEST(test_blink)
{
    mode(3);
    load_glyph(3, 0, 'A', stripes, 16);
    crtc(0x0A, 0x20);
    poke(0xB8000, 'A');
    poke(0xB8001, 0x95);
    attr(0x10, 0x04); /* intensity: background 9, which the palette makes 39h */
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x05);
    ck_assert_uint_eq(pixel(1, 0), 0x39);
    attr(0x10, 0x0C); /* blinking */
    go_to_frame(32);
    show();
    ck_assert_str_eq(row(0, 0, 9), "511111151");
    go_to_frame(47);
    show();
    ck_assert_str_eq(row(0, 0, 9), "511111151");
    go_to_frame(48); /* 16 frames off */
    ck_assert(vga_screen(v, &pic));
    ck_assert_str_eq(row(0, 0, 9), "111111111");
    go_to_frame(64);
    ck_assert(vga_screen(v, &pic));
    ck_assert_str_eq(row(0, 0, 9), "511111151");
}
END_TEST

START_TEST(test_cursor)
{
    mode(3);
    poke(0xB8000 + 2 * 83, ' ');
    poke(0xB8001 + 2 * 83, 0x12);
    crtc(0x0F, 83);
    go_to_frame(32);
    show();
    ck_assert_str_eq(row(27, 16 + 12, 10), "1111111110");
    ck_assert_str_eq(row(27, 16 + 13, 10), "2222222220"); /* lines 13 and 14 */
    ck_assert_str_eq(row(27, 16 + 14, 10), "2222222220");
    ck_assert_str_eq(row(27, 16 + 15, 10), "1111111110");
    go_to_frame(40); /* 8 frames off */
    show();
    ck_assert_str_eq(row(27, 16 + 13, 9), "111111111");
    go_to_frame(48);
    show();
    ck_assert_str_eq(row(27, 16 + 13, 9), "222222222");
    crtc(0x0A, 0x0F); /* start after end: none */
    show();
    ck_assert_str_eq(row(27, 16 + 14, 9), "111111111");
    crtc(0x0A, 0x2D); /* off */
    show();
    ck_assert_str_eq(row(27, 16 + 14, 9), "111111111");
    crtc(0x0A, 0x00);
    crtc(0x0B, 0x2F); /* skew 1: one character later */
    crtc(0x0F, 82);
    show();
    ck_assert_str_eq(row(18, 16, 18), "000000000222222222");
}
END_TEST

START_TEST(test_underline)
{
    mode(7);
    for (uint8_t i = 0; i < 3; i++) {
        poke(0xB0000 + 2u * i, ' ');
        poke(0xB0001 + 2u * i, (uint8_t)(7 - 3 * i)); /* 7, 4, 1 */
    }
    vga_out_indexed(&s->bus, 0x3B4, 0x0A, 0x20);
    show();
    ck_assert_str_eq(row(0, 12, 27), "000000000000000000000000000");
    ck_assert_str_eq(row(0, 13, 27), "000000000000000000888888888");
}
END_TEST

START_TEST(test_two_fonts)
{
    static const uint8_t full[1] = {0xFF};

    mode(3);
    load_glyph(3, 0x0000, 'A', stripes, 16);
    load_glyph(3, 0x6000, 'A', full, 1); /* font 5: 24K */
    crtc(0x0A, 0x20);
    poke(0xB8000, 'A');
    poke(0xB8001, 0x07);
    poke(0xB8002, 'A');
    poke(0xB8003, 0x0F);
    seq(3, 0x24); /* map A = 5, map B = 0 */
    attr(0x12, 0x07); /* bit 3 chooses the font, not the colour */
    show();
    ck_assert_str_eq(row(0, 0, 18), "700000070777777770");
}
END_TEST

START_TEST(test_text_cells)
{
    mode(3);
    for (unsigned i = 0; i < 80 * 60; i++) {
        poke(0xB8000 + 2 * i, (uint8_t)(i % 251));
        poke(0xB8001 + 2 * i, (uint8_t)(i % 241));
    }
    crtc(0x0E, 0x02); /* cell 600 */
    crtc(0x0F, 0x58);
    vga_text(v, &text);
    ck_assert_uint_eq(text.columns, 80);
    ck_assert_uint_eq(text.rows, 25);
    for (unsigned i = 0; i < 2000; i++) {
        ck_assert_uint_eq(text.cells[2 * i], i % 251);
        ck_assert_uint_eq(text.cells[2 * i + 1], i % 241);
    }
    ck_assert(text.cursor_visible);
    ck_assert_uint_eq(text.cursor_row, 7);
    ck_assert_uint_eq(text.cursor_column, 40);
    crtc(0x0D, 160); /* scrolled by two rows */
    stub_run(s, 20000000);
    vga_text(v, &text);
    ck_assert_uint_eq(text.cells[0], 160);
    ck_assert_uint_eq(text.cursor_row, 5);
    crtc(9, 0x47); /* 8 lines a row */
    vga_text(v, &text);
    ck_assert_uint_eq(text.rows, 50);
    crtc(0x0A, 0x20);
    vga_text(v, &text);
    ck_assert(!text.cursor_visible);
    mode(0x13);
    vga_text(v, &text);
    ck_assert_uint_eq(text.columns, 0);
    mode(1);
    vga_text(v, &text);
    ck_assert_uint_eq(text.columns, 40);
    ck_assert_uint_eq(text.rows, 25);
}
END_TEST

/* --- graphics ---------------------------------------------------------------------------------------------------------- */

START_TEST(test_cga)
{
    mode(4);
    poke(0xB8000, 0x1B);          /* colours 0 1 2 3 */
    poke(0xB8001, 0xE4);          /* 3 2 1 0 */
    poke(0xB8000 + 0x2000, 0xFF); /* line 1 */
    poke(0xB8000 + 80, 0x55);     /* line 2 */
    show();
    ck_assert_uint_eq(pixel(0, 0), 0);
    ck_assert_uint_eq(pixel(1, 0), 0x13);
    ck_assert_uint_eq(pixel(2, 0), 0x15);
    ck_assert_uint_eq(pixel(3, 0), 0x17);
    ck_assert_str_eq(row(0, 0, 9), "035775300");
    ck_assert_str_eq(row(0, 1, 5), "77770");
    ck_assert_str_eq(row(0, 2, 5), "33330");
    mode(6);
    poke(0xB8000 + 0x2000 + 99 * 80 + 79, 0xA5); /* the last byte of line 199 */
    show();
    ck_assert_str_eq(row(632, 199, 8), "70700707");
}
END_TEST

START_TEST(test_planar)
{
    mode(0x10);
    for (uint8_t p = 0; p < 4; p++) {
        seq(2, (uint8_t)(1 << p));
        poke(0xA0000 + 80 * 349 + 79, (uint8_t)(p == 0 ? 0x55 : p == 1 ? 0x33 : p == 2 ? 0x0F : 0x80));
    }
    show();
    ck_assert_str_eq(row(632, 349, 8), "81234547"); /* colour 6 is 14h, 8 is 38h */
    ck_assert_uint_eq(pixel(632, 349), 0x38);
    ck_assert_uint_eq(pixel(638, 349), 0x14);
    attr(0x12, 0x0E); /* plane 0 off */
    show();
    ck_assert_str_eq(row(632, 349, 8), "80224444");
    attr(0x12, 0x0F);
    attr(0x10, 0x81); /* P54S */
    attr(0x14, 0x0E);
    show();
    ck_assert_uint_eq(pixel(632, 349), 0xE8);
    ck_assert_uint_eq(pixel(633, 349), 0xE1);
    stub_out8(s, 0x3C6, 0x0F);
    show();
    ck_assert_uint_eq(pixel(633, 349), 0x01);
}
END_TEST

/* Mode 0Fh: with blinking, bit 3 of every pixel alternates, and the palette decides whether that shows. */
START_TEST(test_graphics_blink)
{
    mode(0x0F);
    seq(2, 0x04); /* pixel value 4: blinking video */
    poke(0xA0000, 0xF0);
    seq(2, 0x01);
    poke(0xA0000, 0x0F);
    clock_advance_to(&s->clock, 0);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x18);
    ck_assert_uint_eq(pixel(4, 0), 0x08);
    stub_run(s, 20ull * 800 * 449 * 1000000000 / 25175000); /* frame 20 */
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x00);
    ck_assert_uint_eq(pixel(4, 0), 0x08);
}
END_TEST

START_TEST(test_256)
{
    mode(0x13);
    for (unsigned i = 0; i < 320; i++) poke(0xA0000 + 199 * 320 + i, (uint8_t)i);
    show();
    for (unsigned i = 0; i < 320; i++) ck_assert_uint_eq(pixel(i, 199), i & 255);
    stub_out8(s, 0x3C6, 0xF0);
    show();
    ck_assert_uint_eq(pixel(0x57, 199), 0x50);
    stub_out8(s, 0x3C6, 0xFF);
    attr(0x05, 0x0A); /* both digits of a pixel pass the palette */
    show();
    ck_assert_uint_eq(pixel(0x57, 199), 0xA7);
    ck_assert_uint_eq(pixel(0x15, 199), 0x1A);
    seq(1, 0x21); /* screen off */
    show();
    ck_assert_uint_eq(pic.pixels[199 * 320 + 0x57], 0);
    seq(1, 0x01);
    attr(0x11, 0x42);
    stub_in8(s, 0x3DA);
    stub_out8(s, 0x3C0, 0x00); /* the CPU has the palette: border colour */
    show();
    ck_assert_uint_eq(pixel(0x57, 199), 0x42);
}
END_TEST

/* --- moving ------------------------------------------------------------------------------------------------------------ */

START_TEST(test_panning)
{
    mode(0x0D);
    poke(0xA0000, 0x12); /* white dots at 3, 6 */
    poke(0xA0000 + 40, 0x80); /* just right of the picture, and first of line 1 */
    show();
    ck_assert_str_eq(row(0, 0, 8), "00070070");
    attr(0x13, 3);
    show();
    ck_assert_str_eq(row(0, 0, 8), "70070000");
    ck_assert_str_eq(row(312, 0, 8), "00000700");
    crtc(0x08, 0x20); /* by a byte and 3 dots */
    show();
    ck_assert_str_eq(row(304, 0, 8), "00000700");
    mode(0x13);
    memset(v->memory, 0, 4096);
    for (unsigned i = 0; i < 8; i++) poke(0xA0000 + i, (uint8_t)i);
    attr(0x13, 4); /* two pixels */
    show();
    ck_assert_str_eq(row(0, 0, 7), "2345670");
    mode(3);
    load_glyph(3, 0, 'A', stripes, 16);
    crtc(0x0A, 0x20);
    memset(v->memory, 0, 65536);
    load_glyph(3, 0, 'A', stripes, 16);
    crtc(0x0A, 0x20);
    poke(0xB8002, 'A');
    poke(0xB8003, 0x07);
    attr(0x13, 8); /* none */
    show();
    ck_assert_str_eq(row(0, 0, 18), "000000000700000070");
    attr(0x13, 0); /* one */
    show();
    ck_assert_str_eq(row(0, 0, 18), "000000007000000700");
    attr(0x13, 7); /* eight */
    show();
    ck_assert_str_eq(row(0, 0, 18), "070000007000000000");
}
END_TEST

START_TEST(test_start_address)
{
    mode(0x0D);
    poke(0xA0000 + 0x1234, 0xFF);
    go_to_frame(10);
    crtc(0x0C, 0x12);
    crtc(0x0D, 0x34);
    show();
    ck_assert_str_eq(row(0, 0, 9), "000000000"); /* not before the retrace */
    while (!(stub_in8(s, 0x3DA) & 8)) stub_run(s, 1000);
    ck_assert(vga_screen(v, &pic));
    ck_assert_str_eq(row(0, 0, 9), "777777770");
    crtc(0x0D, 0x35); /* during the retrace: the next one */
    ck_assert(!vga_screen(v, &pic));
    stub_run(s, 15000000);
    ck_assert(vga_screen(v, &pic));
    ck_assert_str_eq(row(0, 0, 9), "000000000");
    crtc(0x0C, 0xFF); /* counts on from FFFFh to 0 */
    crtc(0x0D, 0xFF);
    poke(0xA0000, 0xF0);
    poke(0xAFFFF, 0x0F);
    stub_run(s, 15000000);
    show();
    ck_assert_str_eq(row(0, 0, 16), "0000777777770000");
}
END_TEST

START_TEST(test_split)
{
    mode(0x0D);
    crtc(0x0C, 0x40); /* upper window at 4000h, which is all ones */
    seq(2, 0x01);
    for (unsigned i = 0; i < 40 * 200; i++) poke(0xA4000 + i, 0xFF);
    seq(2, 0x02);
    poke(0xA0000, 0xFF); /* top left of the lower window */
    crtc(0x18, 0x63); /* 99: lines 100 and on, each line twice, so picture line 50 */
    crtc(0x07, 0x0F);
    crtc(0x09, 0x80);
    stub_run(s, 20000000);
    show();
    ck_assert_uint_eq(pic.height, 200);
    ck_assert_str_eq(row(0, 49, 10), "1111111111");
    ck_assert_str_eq(row(0, 50, 10), "2222222200");
    ck_assert_str_eq(row(0, 51, 10), "0000000000");
    attr(0x13, 2);
    show();
    ck_assert_str_eq(row(0, 50, 10), "2222220000");
    attr(0x10, 0x21); /* panning stops at the split */
    show();
    ck_assert_str_eq(row(0, 50, 10), "2222222200");
    crtc(0x18, 0x64); /* between the two halves of a line pair: every scan line is shown */
    show();
    ck_assert_uint_eq(pic.height, 400);
    ck_assert_str_eq(row(0, 100, 10), "1111111111");
    ck_assert_str_eq(row(0, 101, 10), "2222222200");
    ck_assert_str_eq(row(0, 102, 10), "2222222200");
    ck_assert_str_eq(row(0, 103, 10), "0000000000");
}
END_TEST

START_TEST(test_preset_row)
{
    mode(3);
    load_glyph(3, 0, 'A', stripes, 16);
    crtc(0x0A, 0x20);
    poke(0xB8000, 'A');
    poke(0xB8001, 0x07);
    crtc(0x08, 15); /* the first row shows its last line only */
    show();
    ck_assert_str_eq(row(0, 0, 9), "777777770");
    ck_assert_str_eq(row(0, 1, 9), "000000000");
    vga_text(v, &text);
    ck_assert_uint_eq(text.rows, 26);
}
END_TEST

START_TEST(test_vertical_double)
{
    mode(0x12);
    crtc(0x17, 0xE7);
    crtc(0x11, 0x0C);
    crtc(0x06, 0x05); /* 263 lines, 240 shown, counted in pairs */
    crtc(0x07, 0x11);
    crtc(0x12, 0xEF);
    show();
    ck_assert_uint_eq(pic.height, 480);
}
END_TEST

/* --- what is reported -------------------------------------------------------------------------------------------------- */

START_TEST(test_changes)
{
    mode(0x13);
    ck_assert(vga_screen(v, &pic));
    ck_assert(!vga_screen(v, &pic));
    poke(0xA0000, 0); /* written, but the same */
    ck_assert(!vga_screen(v, &pic));
    poke(0xA0000, 5);
    ck_assert(vga_screen(v, &pic));
    poke(0xAFFFF, 5); /* not in the picture */
    ck_assert(!vga_screen(v, &pic));
    vga_out_color(&s->bus, 5, 63, 63, 63);
    ck_assert(vga_screen(v, &pic));
    ck_assert_uint_eq(pic.pixels[0], 0xFFFFFF);
    stub_run(s, 1000000000);
    ck_assert(!vga_screen(v, &pic)); /* nothing blinks here */
    mode(3);
    ck_assert(vga_screen(v, &pic));
}
END_TEST

Suite *vga_draw_suite(void)
{
    Suite *suite = suite_create("vga_draw");
    TCase *t = tcase_create("vga_draw");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_sizes);
    tcase_add_test(t, test_tweaked);
    tcase_add_test(t, test_text);
    tcase_add_test(t, test_blink);
    tcase_add_test(t, test_cursor);
    tcase_add_test(t, test_underline);
    tcase_add_test(t, test_two_fonts);
    tcase_add_test(t, test_text_cells);
    tcase_add_test(t, test_cga);
    tcase_add_test(t, test_planar);
    tcase_add_test(t, test_graphics_blink);
    tcase_add_test(t, test_256);
    tcase_add_test(t, test_panning);
    tcase_add_test(t, test_start_address);
    tcase_add_test(t, test_split);
    tcase_add_test(t, test_preset_row);
    tcase_add_test(t, test_vertical_double);
    tcase_add_test(t, test_changes);
    suite_add_tcase(suite, t);
    return suite;
}
