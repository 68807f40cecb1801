/* show12.c: sixteen colours in four planes, mode 12h: three lights, each in a plane of its own, mixed by the palette.
 * IBM VGA Technical Reference: map mask (sequencer 02h), palette and DAC. */
#include "demo.h"

#define SEQ 0x3c4
#define LINE_BYTES 80
#define TEXT_PLANE 8

static uint8_t *const vga = (uint8_t *)0xa0000;

static void planes(uint8_t mask)
{
    outw(SEQ, (uint16_t)(mask << 8 | 2));
}

/* Palette register i = DAC colour i */
static void plain_palette(void)
{
    inb(0x3da);
    for (uint8_t i = 0; i < 16; i++) {
        outb(0x3c0, i);
        outb(0x3c0, i);
    }
    outb(0x3c0, 0x20);
}

/* Bit 0 of a colour is red light, bit 1 green, bit 2 blue; the text plane is always white. */
static void mix(int red, int green, int blue)
{
    for (int i = 0; i < 8; i++)
        dac_set(i, i & 1 ? red : 3, i & 2 ? green : 4, i & 4 ? blue : 9);
}

static void write_text(int row, int column, const char *text)
{
    planes(TEXT_PLANE);
    for (; *text; text++, column++) {
        const uint8_t *glyph = glyph16((uint8_t)*text);
        for (int line = 0; line < 16; line++)
            vga[(row * 16 + line) * LINE_BYTES + column] = glyph[line];
    }
}

/* Eight pixels of a disc whose light fades to its edge, by ordered dithering */
static uint8_t disc_byte(int x, int y, int dy2, int radius2)
{
    static const uint8_t dither[8][8] = {
        {0, 32, 8, 40, 2, 34, 10, 42}, {48, 16, 56, 24, 50, 18, 58, 26}, {12, 44, 4, 36, 14, 46, 6, 38},
        {60, 28, 52, 20, 62, 30, 54, 22}, {3, 35, 11, 43, 1, 33, 9, 41}, {51, 19, 59, 27, 49, 17, 57, 25},
        {15, 47, 7, 39, 13, 45, 5, 37}, {63, 31, 55, 23, 61, 29, 53, 21},
    };
    uint8_t bits = 0;

    for (int i = 0; i < 8; i++, x++) {
        int left = radius2 - x * x - dy2;
        bits = (uint8_t)(bits << 1 | (left > 0 && left / (radius2 / 110) > dither[y & 7][i]));
    }
    return bits;
}

#define RADIUS 150
static void draw_disc(uint8_t plane, int centre_x, int centre_y)
{
    planes(plane);
    for (int y = centre_y - RADIUS; y <= centre_y + RADIUS; y++) {
        int dy = y - centre_y;
        for (int byte = (centre_x - RADIUS) / 8; byte <= (centre_x + RADIUS) / 8; byte++)
            vga[y * LINE_BYTES + byte] = disc_byte(byte * 8 - centre_x, y, dy * dy, RADIUS * RADIUS);
    }
}

enum outcome page_planes(void)
{
    enum outcome outcome;
    int time = 0;

    bios_regs.ax = 0x12;
    bios(0x10);
    plain_palette();
    mix(60, 54, 63);
    for (int i = 8; i < 16; i++)
        dac_set(i, 63, 63, 63);
    write_text(1, 3, "mode 12h: 640x480, sixteen colours, four bit planes at one address");
    write_text(4, 36, "plane 0");
    write_text(26, 8, "plane 1");
    write_text(26, 64, "plane 2");
    write_text(28, 3, "A map mask picks the planes a byte goes to; the palette mixes what meets.");
    page_restart_clock();
    draw_disc(1, 320, 190);
    draw_disc(2, 232, 290);
    draw_disc(4, 408, 290);
    report("planes ok");
    do {
        time++;
        mix(48 + sine(time) * 15 / 127, 48 + sine(time + 85) * 15 / 127, 48 + sine(time + 170) * 15 / 127);
        wait_tick();
        outcome = graphics_idle(11);
    } while (outcome == STAY);
    planes(15);
    text_mode();
    return outcome;
}
