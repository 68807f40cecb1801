/* showvbe.c: true colour in a linear frame buffer: coloured lights on a wall, and a glass ball in front.
 * VESA VBE Core Functions 2.0: functions 00h, 01h, 02h. */
#include "demo.h"

struct vbe_info {
    char signature[4];
    uint16_t version;
    uint16_t oem[2];
    uint32_t capabilities;
    uint16_t modes_offset, modes_segment, memory;
    uint8_t rest[492];
} __attribute__((packed));

struct mode_info {
    uint16_t attributes;
    uint8_t windows[14];
    uint16_t line_bytes, width, height;
    uint8_t cell_width, cell_height, planes, bits, banks, model, bank_size, pages, reserved;
    uint8_t red_size, red_position, green_size, green_position, blue_size, blue_position, rest[3];
    uint32_t frame_buffer;
    uint8_t unused[212];
} __attribute__((packed));

static struct vbe_info info;
static struct mode_info mode;
static uint8_t *screen;

static bool vbe(uint16_t function, uint16_t bx, uint16_t cx, const void *buffer)
{
    uint32_t address = (uint32_t)buffer;

    bios_regs = (struct bios_regs){.ax = function, .bx = bx, .cx = cx, .es = (uint16_t)(address >> 4),
                                   .di = address & 15};
    bios(0x10);
    return bios_regs.ax == 0x004f;
}

static bool usable(void)
{
    return (mode.attributes & 0x91) == 0x91 && mode.model == 6 && mode.bits >= 16 && mode.frame_buffer >= 0x100000;
}

/* More pixels up to 800x600 are better, then more colours. Zero: not for us. */
static uint32_t worth(void)
{
    if (!usable() || mode.width > 800 || mode.width < 320)
        return 0;
    return mode.width * 64u + mode.bits;
}

/* The number of the best mode, with its description in mode; 0 if there is none */
static uint16_t find_mode(void)
{
    uint16_t best = 0;
    uint32_t best_worth = 0;

    memset(&info, 0, sizeof info);
    memcpy(info.signature, "VBE2", 4);
    if (!vbe(0x4f00, 0, 0, &info) || info.version < 0x0200)
        return 0;
    const uint16_t *list = at_address((uint32_t)info.modes_segment * 16 + info.modes_offset);
    for (int i = 0; i < 200 && list[i] != 0xffff; i++) {
        uint16_t number = list[i];
        if (vbe(0x4f01, 0, number, &mode) && worth() > best_worth) {
            best_worth = worth();
            best = number;
        }
    }
    return best && vbe(0x4f01, 0, best, &mode) ? best : 0;
}

static uint32_t pack(int red, int green, int blue)
{
    return (uint32_t)(red >> (8 - mode.red_size)) << mode.red_position |
           (uint32_t)(green >> (8 - mode.green_size)) << mode.green_position |
           (uint32_t)(blue >> (8 - mode.blue_size)) << mode.blue_position;
}

static void store(int x, int y, uint32_t pixel)
{
    uint8_t *at = screen + (uint32_t)y * mode.line_bytes;

    if (mode.bits == 32) {
        ((volatile uint32_t *)(void *)at)[x] = pixel;
    } else if (mode.bits == 24) {
        volatile uint8_t *byte = at + x * 3;
        byte[0] = (uint8_t)pixel;
        byte[1] = (uint8_t)(pixel >> 8);
        byte[2] = (uint8_t)(pixel >> 16);
    } else {
        ((volatile uint16_t *)(void *)at)[x] = (uint16_t)pixel;
    }
}

/* --- the wall ------------------------------------------------------------------------------------------------------- */
static const struct light {
    int x, y, strength, red, green, blue;       /* place in per mille of the screen */
} lights[] = {
    {180, 280, 190, 255, 70, 60}, {520, 180, 170, 70, 255, 120}, {820, 340, 190, 80, 110, 255},
    {380, 860, 170, 255, 190, 60}, {700, 820, 150, 220, 80, 255},
};
#define LIGHTS ((int)(sizeof lights / sizeof *lights))

/* Light falls with the square of the distance; here with a soft middle. */
static void wall_colour(int x, int y, int colour[3])
{
    int red = 10, green = 10, blue = 18;

    for (int i = 0; i < LIGHTS; i++) {
        int dx = x - lights[i].x * mode.width / 1000, dy = y - lights[i].y * mode.height / 1000;
        int soft = mode.width * mode.width / 100;
        int amount = lights[i].strength * soft / (dx * dx + dy * dy + soft);
        red += lights[i].red * amount >> 8;
        green += lights[i].green * amount >> 8;
        blue += lights[i].blue * amount >> 8;
    }
    colour[0] = red > 255 ? 255 : red;
    colour[1] = green > 255 ? 255 : green;
    colour[2] = blue > 255 ? 255 : blue;
}

static void draw_text(int x, int y, const char *text)
{
    for (; *text; text++, x += 8) {
        const uint8_t *glyph = glyph16((uint8_t)*text);
        for (int row = 0; row < 16; row++)
            for (int bit = 0; bit < 8; bit++)
                if (glyph[row] & 0x80 >> bit) {
                    store(x + bit + 1, y + row + 1, pack(0, 0, 0));
                    store(x + bit, y + row, pack(255, 255, 255));
                }
    }
}

/* --- the ball: it bends the wall behind it and shines ------------------------------------------------------------- */
#define BALL 44
static int8_t bend[2 * BALL][2 * BALL];         /* how far the wall seen through the ball is shifted, per mille of 128 */
static uint8_t shine[2 * BALL][2 * BALL], inside[2 * BALL][2 * BALL];

static void make_ball(void)
{
    for (int y = 0; y < 2 * BALL; y++)
        for (int x = 0; x < 2 * BALL; x++) {
            int dx = x - BALL, dy = y - BALL, left = BALL * BALL - dx * dx - dy * dy;
            inside[y][x] = left > 0;
            if (left <= 0)
                continue;
            int z = isqrt((uint32_t)left), hx = dx + BALL / 3, hy = dy + BALL / 3, far = hx * hx + hy * hy;
            bend[y][x] = (int8_t)(z * 127 / BALL);
            int light = far < 150 ? 255 - far : far < 400 ? 105 - (far - 150) * 105 / 250 : 0;
            shine[y][x] = (uint8_t)light;
        }
}

static void draw_ball(int centre_x, int centre_y)
{
    for (int y = 0; y < 2 * BALL; y++)
        for (int x = 0; x < 2 * BALL; x++) {
            int colour[3], dx = x - BALL, dy = y - BALL, px = centre_x + dx, py = centre_y + dy;
            if (!inside[y][x])
                continue;
            /* a lens turns the picture upside down and darkens to its rim */
            wall_colour(px - dx * 5 * bend[y][x] / 127, py - dy * 5 * bend[y][x] / 127, colour);
            for (int i = 0; i < 3; i++) {
                int value = colour[i] * (60 + bend[y][x]) / 187 * 5 / 4 + shine[y][x];
                colour[i] = value > 255 ? 255 : value;
            }
            store(px, py, pack(colour[0], colour[1], colour[2]));
        }
}

static void restore_wall(int centre_x, int centre_y, int next_x, int next_y)
{
    for (int y = centre_y - BALL; y < centre_y + BALL; y++)
        for (int x = centre_x - BALL; x < centre_x + BALL; x++) {
            int colour[3], nx = x - next_x + BALL, ny = y - next_y + BALL;
            if (!inside[y - centre_y + BALL][x - centre_x + BALL])
                continue;
            if (nx >= 0 && nx < 2 * BALL && ny >= 0 && ny < 2 * BALL && inside[ny][nx])
                continue;               /* the ball covers it again */
            wall_colour(x, y, colour);
            store(x, y, pack(colour[0], colour[1], colour[2]));
        }
}

static enum outcome draw_wall(void)
{
    for (int y = 0; y < mode.height; y++) {
        for (int x = 0; x < mode.width; x++) {
            int colour[3];
            wall_colour(x, y, colour);
            store(x, y, pack(colour[0], colour[1], colour[2]));
        }
    }
    return STAY;
}

static enum outcome no_vbe(void)
{
    enum outcome outcome;

    report("no vbe");
    page_begin("True colour", "This computer's video BIOS has no VBE 2.0 mode with a linear frame buffer,",
               "so there is nothing to show here. The rest of the tour needs a plain VGA.");
    do
        outcome = page_idle(6);
    while (outcome == STAY);
    return outcome;
}

enum outcome page_true_colour(void)
{
    enum outcome outcome;
    uint16_t number = find_mode();
    int time = 0, x = 0, y = 0;

    if (!number || !vbe(0x4f02, number | 0x4000, 0, &info))
        return no_vbe();
    screen = at_address(mode.frame_buffer);
    draw_wall();
    draw_text(24, 20, "VBE: a linear frame buffer, true colour, one store a pixel");
    draw_text(24, mode.height - 36, "The glass ball bends the light of five lamps, pixel by pixel");
    make_ball();
    report("vbe ok");
    page_restart_clock();
    do {
        int next_x = mode.width / 2 + sine(time) * (mode.width / 2 - BALL - 20) / 127;
        int next_y = mode.height / 2 + sine(time * 2 + 40) * (mode.height / 2 - BALL - 60) / 127;
        if (time)
            restore_wall(x, y, next_x, next_y);
        x = next_x;
        y = next_y;
        draw_ball(x, y);
        time++;
        for (int i = 0; i < 2; i++)
            wait_tick();
        outcome = graphics_idle(14);
    } while (outcome == STAY);
    text_mode();
    return outcome;
}
