/* vga_draw.c: from video memory to a picture: what CRTC, serializers, attribute controller and DAC do to it.
 *
 * A picture holds what the display enable signal covers, no border. Pixels that the hardware repeats are there once: a
 * dot clock pair in 256-colour modes, a scan line shown twice or more. Nothing is drawn if nothing was written.
 * IBM, "Video Subsystem"; FreeVGA, "VGA Display Generation", "Text Mode", "Split Screen and Panning". */
#include "devices/vga.h"

#include "devices/vga_core.h"

#include <string.h>

/* --- CRTC counters ----------------------------------------------------------------------------------------------------- */

unsigned vga_char_dots(const struct vga *v)
{
    return v->seq[SEQ_CLOCKING] & SEQ_CLOCKING_8DOT ? 8 : 9;
}

unsigned vga_columns(const struct vga *v)
{
    return v->timing.display_dots / vga_char_dots(v);
}

void vga_scan_begin(const struct vga *v, struct vga_scan *s)
{
    s->address = vga_start_address(v);
    s->row = v->crtc[CRTC_PRESET_ROW] & 0x1F;
    s->split = s->repeat = false;
}

/* Moves on from scan line LINE. */
void vga_scan_next(const struct vga *v, struct vga_scan *s, unsigned line)
{
    unsigned compare = vga_line_compare(v);

    if (v->crtc[CRTC_MODE] & CRTC_MODE_V_DOUBLE) compare = compare * 2 + 1;
    if (line == compare) {
        /* The second window begins, always at address 0. */
        *s = (struct vga_scan){.split = true};
    } else if ((v->crtc[CRTC_MAX_SCAN] & CRTC_MAX_SCAN_DOUBLE) && !s->repeat) {
        s->repeat = true;
    } else {
        s->repeat = false;
        if (s->row == (v->crtc[CRTC_MAX_SCAN] & 0x1F)) {
            s->row = 0;
            s->address += v->crtc[CRTC_OFFSET] * 2;
        } else {
            s->row = (s->row + 1) & 0x1F;
        }
    }
}

uint32_t vga_crtc_offset(const struct vga *v, uint16_t counter, uint8_t row)
{
    uint8_t  mode = v->crtc[CRTC_MODE];
    uint32_t m = counter;

    if (v->crtc[CRTC_UNDERLINE] & CRTC_UNDERLINE_DWORD)
        m = (m << 2 & 0xFFFC) | (m >> 12 & 3);
    else if (!(mode & CRTC_MODE_BYTE))
        m = (m << 1 & 0xFFFE) | (mode & CRTC_MODE_WRAP ? m >> 15 : m >> 13 & 1);
    /* CGA and Hercules put every second (or fourth) line into another 8K. */
    if (!(mode & CRTC_MODE_MA13)) m = (m & ~0x2000u) | (row & 1u) << 13;
    if (!(mode & CRTC_MODE_MA14)) m = (m & ~0x4000u) | (row & 2u) << 13;
    return m;
}

/* With pixel panning compatibility the second window does not pan. */
static bool is_pan_off(const struct vga *v, const struct vga_scan *s)
{
    return s->split && (v->attr[ATTR_MODE] & ATTR_MODE_PAN_COMPAT);
}

unsigned vga_byte_pan(const struct vga *v, const struct vga_scan *s)
{
    return is_pan_off(v, s) ? 0 : v->crtc[CRTC_PRESET_ROW] >> 5 & 3;
}

unsigned vga_dot_pan(const struct vga *v, const struct vga_scan *s)
{
    unsigned pan = v->attr[ATTR_PAN] & 15;

    if (is_pan_off(v, s)) return 0;
    if (vga_char_dots(v) == 9) return pan >= 8 ? 0 : pan + 1; /* FreeVGA: 8 is no shift, 0 is one dot */
    if (pan >= 8) return 0;
    return v->attr[ATTR_MODE] & ATTR_MODE_8BIT ? pan / 2 : pan;
}

/* --- colours ----------------------------------------------------------------------------------------------------------- */

uint32_t vga_dac_color(const struct vga *v, uint8_t index)
{
    const uint8_t *c = &v->dac.color[(index & v->dac.mask) * 3];

    return (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2];
}

/* Attribute controller: a 4-bit pixel to the DAC's index. */
static uint8_t palette_index(const struct vga *v, uint8_t pixel)
{
    uint8_t index = v->attr[pixel & 15];

    if (v->attr[ATTR_MODE] & ATTR_MODE_P54S) index = (index & 0x0F) | (v->attr[ATTR_SELECT] & 3) << 4;
    return index | (v->attr[ATTR_SELECT] & 0x0C) << 4;
}

static void resolve_colors(struct vga *v, uint8_t phase)
{
    uint8_t planes = v->attr[ATTR_PLANES] & 15;
    /* Blinking in a graphics mode flips bit 3 of every pixel, be its plane shown or not: in mode 0Fh, with planes 0 and 2
     * only, the palette makes of it that value 4 blinks and the others stay. */
    uint8_t flip = vga_is_graphics(v) && (phase & VGA_PHASE_BLINK) ? 8 : 0;

    for (unsigned i = 0; i < 16; i++) v->color16[i] = vga_dac_color(v, palette_index(v, (uint8_t)((i & planes) ^ flip)));
    /* An 8-bit pixel is two 4-bit ones that passed the palette, which is why the BIOS makes it an identity. */
    for (unsigned i = 0; i < 256; i++) {
        uint8_t index = (uint8_t)((v->attr[i >> 4 & planes] & 15) << 4 | (v->attr[i & planes] & 15));
        v->color[i] = vga_dac_color(v, vbe_is_linear(v) ? (uint8_t)i : index);
    }
}

/* --- graphics lines ---------------------------------------------------------------------------------------------------- */

/* Serializers: the eight 4-bit pixels of a dword, in order. */
static void serialize(uint8_t mode, const uint8_t *p, uint8_t pixel[8])
{
    if (mode & GFX_MODE_SHIFT_256) {
        for (int i = 0; i < 4; i++) {
            pixel[2 * i] = p[i] >> 4;
            pixel[2 * i + 1] = p[i] & 15;
        }
    } else if (mode & GFX_MODE_SHIFT_CGA) {
        /* Pairs of bits, planes 0 and 2 first, then 1 and 3. */
        for (int i = 0; i < 8; i++) {
            int shift = 6 - 2 * (i & 3), plane = i >> 2;
            pixel[i] = (uint8_t)((p[plane] >> shift & 3) | (p[plane + 2] >> shift & 3) << 2);
        }
    } else {
        for (int i = 0; i < 8; i++) {
            int shift = 7 - i;
            pixel[i] = (uint8_t)((p[0] >> shift & 1) | (p[1] >> shift & 1) << 1 | (p[2] >> shift & 1) << 2 |
                                 (p[3] >> shift & 1) << 3);
        }
    }
}

/* Draws COLUMNS + 1 characters' worth, for panning. */
static void draw_graphics_line(struct vga *v, const struct vga_scan *s, uint32_t *out, unsigned columns)
{
    uint16_t counter = (uint16_t)(s->address + vga_byte_pan(v, s));
    unsigned divide = v->crtc[CRTC_UNDERLINE] & CRTC_UNDERLINE_COUNT4 ? 2 : v->crtc[CRTC_MODE] & CRTC_MODE_COUNT2 ? 1 : 0;
    unsigned dots = vga_char_dots(v);
    uint8_t  mode = v->gfx[GFX_MODE];
    bool     deep = v->attr[ATTR_MODE] & ATTR_MODE_8BIT;
    uint8_t  pixel[8];

    for (unsigned i = 0; i <= columns; i++) {
        uint32_t m = vga_crtc_offset(v, (uint16_t)(counter + (i >> divide)), s->row);

        serialize(mode, vga_at(v, vga_dword(m)), pixel);
        if (deep) {
            for (int k = 0; k < 4; k++) *out++ = v->color[pixel[2 * k] << 4 | pixel[2 * k + 1]];
        } else {
            for (int k = 0; k < 8; k++) *out++ = v->color16[pixel[k]];
            if (dots == 9) *out++ = v->color16[0];
        }
    }
}

/* --- the picture ------------------------------------------------------------------------------------------------------- */

/* The CRTC or the sequencer stands still: no picture at all. */
static bool is_off(const struct vga *v)
{
    return !vbe_is_enabled(v) &&
           (!(v->crtc[CRTC_MODE] & CRTC_MODE_RUN) || (v->seq[SEQ_RESET] & SEQ_RESET_RUN) != SEQ_RESET_RUN);
}

/* How many scan lines in a row are always the same. */
static unsigned line_repeat(const struct vga *v)
{
    unsigned repeat = v->crtc[CRTC_MAX_SCAN] & CRTC_MAX_SCAN_DOUBLE ? 2 : 1, rows = (v->crtc[CRTC_MAX_SCAN] & 0x1F) + 1u;
    unsigned lines = v->timing.display_lines, split = vga_line_compare(v) + 1;
    bool     row_matters = (~v->crtc[CRTC_MODE] & (CRTC_MODE_MA13 | CRTC_MODE_MA14)) || !vga_is_graphics(v);

    if (v->crtc[CRTC_MODE] & CRTC_MODE_V_DOUBLE) split *= 2;
    if (!row_matters && (v->crtc[CRTC_PRESET_ROW] & 0x1F) == 0) repeat *= rows;
    return lines % repeat == 0 && (split >= lines || split % repeat == 0) ? repeat : 1;
}

/* Size of the picture by the registers. */
static void measure(const struct vga *v, uint32_t *width, uint32_t *height)
{
    if (is_off(v)) {
        *width = 720;
        *height = 400;
    } else if (vbe_is_enabled(v)) {
        *width = v->vbe.xres;
        *height = v->vbe.yres;
    } else {
        bool deep = vga_is_graphics(v) && (v->attr[ATTR_MODE] & ATTR_MODE_8BIT);
        *width = vga_columns(v) * (deep ? 4 : vga_char_dots(v));
        *height = v->timing.display_lines / line_repeat(v);
    }
}

/* Puts a finished line into the picture; returns whether that changed it. */
static bool put_line(struct vga *v, unsigned y, const uint32_t *from)
{
    uint32_t *to = v->picture + (size_t)y * v->width;
    size_t    bytes = (size_t)v->width * sizeof(*to);

    if (!memcmp(to, from, bytes)) return false;
    memcpy(to, from, bytes);
    return true;
}

static bool fill(struct vga *v, uint32_t color)
{
    bool differs = false;

    for (unsigned x = 0; x < v->width; x++) v->line[x] = color;
    for (unsigned y = 0; y < v->height; y++) differs |= put_line(v, y, v->line);
    return differs;
}

static bool draw_vga(struct vga *v, uint8_t phase)
{
    unsigned        repeat = line_repeat(v), columns = vga_columns(v), lines = v->height * repeat;
    bool            graphics = vga_is_graphics(v), differs = false;
    struct vga_scan s;

    vga_scan_begin(v, &s);
    for (unsigned line = 0; line < lines; line++) {
        if (line % repeat == 0) {
            if (graphics)
                draw_graphics_line(v, &s, v->line, columns);
            else
                vga_draw_text_line(v, &s, v->line, columns, phase);
            differs |= put_line(v, line / repeat, v->line + vga_dot_pan(v, &s));
        }
        vga_scan_next(v, &s, line);
    }
    return differs;
}

static bool draw_vbe(struct vga *v, bool all)
{
    bool differs = false;

    for (unsigned y = 0; y < v->height; y++)
        if (vbe_draw_line(v, y, v->line, all)) differs |= put_line(v, y, v->line);
    return differs;
}

static bool draw(struct vga *v, uint8_t phase, bool all)
{
    resolve_colors(v, phase);
    if (is_off(v) || (v->seq[SEQ_CLOCKING] & SEQ_CLOCKING_OFF)) return fill(v, 0);
    /* While the CPU has the palette, the display shows the border's colour. */
    if (!(v->attr_index & ATTR_INDEX_PAS)) return fill(v, vga_dac_color(v, v->attr[ATTR_OVERSCAN]));
    return vbe_is_enabled(v) ? draw_vbe(v, all) : draw_vga(v, phase);
}

static bool is_any_dirty(const struct vga *v)
{
    return memchr(v->dirty, 1, VGA_PAGES);
}

bool vga_screen(struct vga *v, struct vga_picture *picture)
{
    uint8_t  phase = vga_blink_phase(v);
    uint16_t start = vga_start_address(v);
    bool     all = v->changed || phase != v->drawn_phase || start != v->drawn_start, differs = false;

    if (all || is_any_dirty(v)) {
        uint32_t width, height;

        measure(v, &width, &height);
        if (width != v->width || height != v->height) {
            v->width = width;
            v->height = height;
            all = differs = true;
        }
        differs |= draw(v, phase, all);
        memset(v->dirty, 0, VGA_PAGES);
        v->changed = false;
        v->drawn_phase = phase;
        v->drawn_start = start;
    }
    picture->pixels = v->picture;
    picture->width = v->width;
    picture->height = v->height;
    picture->aspect_width = vbe_is_enabled(v) ? v->width : 4;
    picture->aspect_height = vbe_is_enabled(v) ? v->height : 3;
    return differs;
}
