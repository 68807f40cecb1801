/* show13.c: the graphics show in 256 colours: a plasma in mode 13h, a scrolled panorama in mode X.
 * IBM VGA Technical Reference; mode X as in every VGA since: unchained memory, 240 lines, four planes of columns. */
#include "demo.h"

#define CRTC 0x3d4
#define SEQ 0x3c4
#define MISC 0x3c2
#define ATTR 0x3c0
#define STATUS 0x3da
#define WIDTH 320
#define HEIGHT 200

static uint8_t *const vga = (uint8_t *)0xa0000;

static void set_mode(int mode)
{
    bios_regs.ax = (uint16_t)mode;
    bios(0x10);
}

/* --- plasma --------------------------------------------------------------------------------------------------------- */
#define BACK_COLOUR 128                 /* the plasma has the first half of the palette */
#define TEXT_COLOUR 129

static void plasma_palette(void)
{
    for (int i = 0; i < 256; i++)
        dac_set(i, 32 + sine(i * 2) / 4, 28 + sine(i * 2 + 85) / 5, 36 + sine(i * 2 + 150) / 5);
    dac_set(BACK_COLOUR, 2, 3, 8);
    dac_set(TEXT_COLOUR, 63, 63, 63);
}

static void caption13(int x, int y, const char *text)
{
    for (; *text; text++, x += 8) {
        const uint8_t *glyph = glyph8((uint8_t)*text);
        for (int row = 0; row < 8; row++)
            for (int bit = 0; bit < 8; bit++)
                if (glyph[row] & 0x80 >> bit)
                    vga[(y + row) * WIDTH + x + bit] = TEXT_COLOUR;
    }
}

/* A row is the sum of waves, shifted by another one, plus a value for the line: four pixels at a time. */
static void plasma_frame(uint32_t time)
{
    static uint8_t wave[WIDTH + 128];
    int t = (int)time;

    for (int x = 0; x < WIDTH + 128; x++)
        wave[x] = (uint8_t)((sine(x * 2 + t) + sine(x - t * 2) + sine((x * 3 >> 1) + t * 3)) / 3 + 128);
    for (int y = 0; y < HEIGHT - 14; y++) {
        uint32_t line = (uint8_t)(sine(y * 2 + t * 2) / 2 + sine(y * 3 - t) / 3 + y);
        const uint32_t *from = (const uint32_t *)(const void *)(wave + 64 + sine(y + t * 2) / 2);
        volatile uint32_t *to = (volatile uint32_t *)(void *)(vga + y * WIDTH);
        line |= line << 8;
        line |= line << 16;
        for (int i = 0; i < WIDTH / 4; i++)
            to[i] = (from[i] + line) & 0x7f7f7f7f;
    }
}

enum outcome page_plasma(void)
{
    enum outcome outcome;
    uint32_t time = 0;

    set_mode(0x13);
    plasma_palette();
    memset(vga + (HEIGHT - 14) * WIDTH, BACK_COLOUR, 14 * WIDTH);
    caption13(4, HEIGHT - 11, "mode 13h: 320x200, a byte a pixel");
    page_restart_clock();
    do {
        plasma_frame(time);
        time += 2;
        if (time == 20)
            report("mode 13h ok");
        wait_tick();
        outcome = graphics_idle(12);
    } while (outcome == STAY);
    text_mode();
    return outcome;
}

/* --- mode X --------------------------------------------------------------------------------------------------------- */
#define PERIOD 640                      /* the panorama repeats after two screens */
#define PICTURE_WIDTH (PERIOD + WIDTH)
#define PICTURE_HEIGHT 200
#define LINE_BYTES (PICTURE_WIDTH / 4)
#define PANEL_HEIGHT 40
#define PICTURE_START (PANEL_HEIGHT * LINE_BYTES)

/* colours */
#define SKY 0                           /* 64 shades, night to horizon */
#define SUN 64
#define RIDGE 70                        /* three mountain ranges of 8 shades each */
#define WATER 96                        /* 32 shades */
#define STAR 130
#define PANEL 131
#define PANEL_TEXT 132
#define PANEL_HOT 133

static void crtc(uint8_t index, uint8_t value)
{
    outw(CRTC, (uint16_t)(value << 8 | index));
}

static void mode_x(void)
{
    set_mode(0x13);
    outw(SEQ, 0x0604);                  /* not chained */
    outw(SEQ, 0x0100);
    outb(MISC, 0xe3);                   /* 25 MHz, 480 lines */
    outw(SEQ, 0x0300);
    outb(CRTC, 0x11);
    outb(CRTC + 1, inb(CRTC + 1) & 0x7f);
    crtc(0x06, 0x0d);
    crtc(0x07, 0x3e);
    crtc(0x10, 0xea);
    crtc(0x11, 0x8c);
    crtc(0x12, 0xdf);
    crtc(0x15, 0xe7);
    crtc(0x16, 0x06);
    crtc(0x14, 0x00);                   /* bytes, not doublewords */
    crtc(0x17, 0xe3);
    crtc(0x13, LINE_BYTES / 2);
    /* the panel starts at line 400 - 1: bit 8 is in 07h, bit 9 in 09h */
    crtc(0x18, (PICTURE_HEIGHT * 2 - 1) & 0xff);
    crtc(0x09, 0x01);
    inb(STATUS);
    outb(ATTR, 0x30);                   /* mode control: panning does not move the panel */
    outb(ATTR, 0x61);
    outw(SEQ, 0x0f02);
    memset(vga, 0, 65536);
}

static void panorama_palette(void)
{
    for (int i = 0; i < 64; i++)
        dac_set(SKY + i, 4 + i * 56 / 63, 3 + i * i * 34 / 3969, 18 + i * 10 / 63);
    for (int i = 0; i < 6; i++)
        dac_set(SUN + i, 63, 48 + i * 3, 20 + i * 8);
    for (int range = 0; range < 3; range++)
        for (int i = 0; i < 8; i++)
            dac_set(RIDGE + range * 8 + i, 30 - range * 11 + i, 14 - range * 5 + i / 2, 28 - range * 7 + i / 2);
    for (int i = 0; i < 32; i++)
        dac_set(WATER + i, 4 + i * 52 / 31, 6 + i * 30 / 31, 16 + i * 14 / 31);
    dac_set(STAR, 60, 60, 63);
    dac_set(PANEL, 2, 4, 10);
    dac_set(PANEL_TEXT, 46, 50, 57);
    dac_set(PANEL_HOT, 63, 56, 25);
}

#define HORIZON 140
#define SUN_X 420
#define SUN_Y 104
#define SUN_RADIUS 30

/* Height of the ridge at x; all waves fit into the period. 256 angle steps are 640 pixels. */
static int ridge(int range, int x)
{
    int a = x * 256 / PERIOD;

    switch (range) {
    case 0: return 34 + (sine(a * 2 + 20) * 12 + sine(a * 5 + 90) * 8 + sine(a * 11) * 3) / 127;
    case 1: return 22 + (sine(a * 3 + 120) * 11 + sine(a * 7 + 10) * 6 + sine(a * 17 + 40) * 2) / 127;
    default: return 10 + (sine(a * 4 + 200) * 6 + sine(a * 9) * 4 + sine(a * 23 + 70) * 2) / 127;
    }
}

static uint8_t panorama_pixel(int x, int y)
{
    static const uint8_t dither[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    int grain = dither[y & 3][x & 3], dx = x - SUN_X, dy = y - SUN_Y, far = dx * dx + dy * dy;

    if (y >= HORIZON) {                 /* water: the light of the sun, broken by waves */
        int depth = y - HORIZON, wave = sine(y * y / 3 + sine(x * 2) / 6) / 12;
        int glow = 22 - (dx < 0 ? -dx : dx) * 26 / (36 + depth * 2) + wave;
        int value = glow + grain / 6 - depth / 12;
        return (uint8_t)(WATER + (value < 0 ? 0 : value > 31 ? 31 : value));
    }
    for (int range = 2; range >= 0; range--)
        if (HORIZON - y <= ridge(range, x)) {
            int shade = (ridge(range, x) - (HORIZON - y)) / 4 + (grain > 7);
            return (uint8_t)(RIDGE + range * 8 + 7 - (shade > 7 ? 7 : shade));
        }
    if (far < SUN_RADIUS * SUN_RADIUS)
        return (uint8_t)(SUN + (SUN_RADIUS * SUN_RADIUS - far) * 5 / (SUN_RADIUS * SUN_RADIUS));
    uint32_t noise = ((uint32_t)x * 73856093u ^ (uint32_t)y * 19349663u) >> 7;
    if (y < 70 && noise % 541 == 0)
        return STAR;
    int value = (y * 63 * 16 / HORIZON + grain * 3 / 2) / 16;
    if (far < 6400)
        value += (6400 - far) / 400;
    return (uint8_t)(SKY + (value > 63 ? 63 : value));
}

static void draw_panorama(void)
{
    for (int plane = 0; plane < 4; plane++) {
        outw(SEQ, (uint16_t)(0x100 << plane | 2));
        for (int y = 0; y < PICTURE_HEIGHT; y++) {
            uint8_t *line = vga + PICTURE_START + y * LINE_BYTES;
            for (int i = 0; i < PERIOD / 4; i++)
                line[i] = panorama_pixel(i * 4 + plane, y);
            for (int i = 0; i < WIDTH / 4; i++)         /* the first screen again, so that the end is the start */
                line[PERIOD / 4 + i] = panorama_pixel(i * 4 + plane, y);
        }
    }
}

static void panel_text(int x, int y, uint8_t colour, const char *text)
{
    for (; *text; text++, x += 8) {
        const uint8_t *glyph = glyph8((uint8_t)*text);
        for (int row = 0; row < 8; row++)
            for (int bit = 0; bit < 8; bit++)
                if (glyph[row] & 0x80 >> bit) {
                    outw(SEQ, (uint16_t)(0x100 << ((x + bit) & 3) | 2));
                    vga[(y + row) * LINE_BYTES + (x + bit) / 4] = colour;
                }
    }
}

static void draw_panel(void)
{
    outw(SEQ, 0x0f02);
    memset(vga, PANEL, PICTURE_START);
    memset(vga, PANEL_HOT, WIDTH / 4);
    panel_text(8, 6, PANEL_HOT, "mode X: 320x240, four planes");
    panel_text(8, 17, PANEL_TEXT, "Drawn once, 640 wide. Two registers");
    panel_text(8, 27, PANEL_TEXT, "scroll it; a third keeps this still.");
}

/* The start address counts from the next frame on, panning at once: so wait for the retrace in between. */
static void scroll_to(int x)
{
    uint16_t start = (uint16_t)(PICTURE_START + x / 4);

    for (int i = 0; i < 20000 && inb(STATUS) & 8; i++)
        ;
    crtc(0x0c, (uint8_t)(start >> 8));
    crtc(0x0d, (uint8_t)start);
    for (int i = 0; i < 20000 && !(inb(STATUS) & 8); i++)
        ;
    inb(STATUS);
    outb(ATTR, 0x33);                   /* horizontal panning, half pixels */
    outb(ATTR, (uint8_t)((x & 3) * 2));
}

enum outcome page_mode_x(void)
{
    enum outcome outcome;
    int x = 0, frames = 0;

    mode_x();
    panorama_palette();
    draw_panel();
    draw_panorama();
    page_restart_clock();
    do {
        scroll_to(x);
        x = (x + 1) % PERIOD;
        if (++frames == 10)
            report("mode x ok");
        outcome = graphics_idle(14);
    } while (outcome == STAY);
    text_mode();
    return outcome;
}
