/* vga_text.c: text modes: glyphs from plane 2, attributes, cursor, blinking; and the text screen as cells.
 *
 * Plane 0 holds the characters, plane 1 the attributes, plane 2 eight fonts of 256 glyphs of 32 bytes.
 * IBM, "Alphanumeric Modes"; FreeVGA, "VGA Text Mode Operation". */
#include "devices/vga.h"

#include "devices/vga_core.h"

/* Cursors blink at 1/16 of the frame rate, characters at 1/32. What does not blink has no phase. */
uint8_t vga_blink_phase(const struct vga *v)
{
    uint64_t frame;
    uint8_t  phase = 0;

    if (vbe_is_enabled(v)) return 0;
    frame = vga_frame(v);
    if (!vga_is_graphics(v) && (frame & 8)) phase |= VGA_PHASE_CURSOR;
    if ((v->attr[ATTR_MODE] & ATTR_MODE_BLINK) && (frame & 16)) phase |= VGA_PHASE_BLINK;
    return phase;
}

/* Character Map Select: bits 5, 3, 2 for characters with attribute bit 3, bits 4, 1, 0 for those without. The numbers
 * count 16K, the high bit adds 8K. */
static uint32_t font_offset(const struct vga *v, uint8_t attribute)
{
    uint8_t  select = v->seq[SEQ_CHAR_MAP];
    unsigned map = attribute & 8 ? (select >> 2 & 3) | (select >> 5 & 1) << 2 : (select & 3) | (select >> 4 & 1) << 2;

    return (map & 3) << 14 | (map & 4) << 11;
}

static uint16_t cursor_address(const struct vga *v)
{
    /* Cursor End bits 6..5: the cursor comes that many characters later. */
    return (uint16_t)((v->crtc[CRTC_CURSOR_HIGH] << 8 | v->crtc[CRTC_CURSOR_LOW]) + (v->crtc[CRTC_CURSOR_END] >> 5 & 3));
}

static bool is_cursor_row(const struct vga *v, uint8_t row)
{
    return !(v->crtc[CRTC_CURSOR_START] & CRTC_CURSOR_OFF) && row >= (v->crtc[CRTC_CURSOR_START] & 0x1F) &&
           row <= (v->crtc[CRTC_CURSOR_END] & 0x1F);
}

/* Dots of one glyph line, leftmost in bit 8; the ninth dot is in bit 0. */
static unsigned glyph_dots(const struct vga *v, uint8_t character, uint8_t attribute, uint8_t row)
{
    uint32_t m = (font_offset(v, attribute) + character * 32u + row) & 0xFFFF;
    unsigned dots = (unsigned)vga_at(v, vga_dword(m))[2] << 1;

    /* Box-drawing characters C0h-DFh repeat the eighth dot, so that lines join. */
    if ((v->attr[ATTR_MODE] & ATTR_MODE_LINE_GRAPHICS) && (character & 0xE0) == 0xC0) dots |= dots >> 1 & 1;
    /* Attribute x001 underlines: on colour screens the line is set past the end of the character. */
    if (row == (v->crtc[CRTC_UNDERLINE] & 0x1F) && (attribute & 7) == 1) dots = 0x1FF;
    return dots;
}

/* Draws COLUMNS + 1 characters, for panning. */
void vga_draw_text_line(struct vga *v, const struct vga_scan *s, uint32_t *out, unsigned columns, uint8_t phase)
{
    uint16_t counter = (uint16_t)(s->address + vga_byte_pan(v, s)), cursor = cursor_address(v);
    bool     blinks = v->attr[ATTR_MODE] & ATTR_MODE_BLINK;
    bool     cursor_here = is_cursor_row(v, s->row) && !(phase & VGA_PHASE_CURSOR);
    unsigned width = vga_char_dots(v);

    for (unsigned i = 0; i <= columns; i++, counter++) {
        const uint8_t *cell = vga_at(v, vga_dword(vga_crtc_offset(v, counter, s->row)));
        uint8_t        attribute = cell[1], fore = attribute & 15, back = attribute >> 4;
        unsigned       dots = glyph_dots(v, cell[0], attribute, s->row);

        if (blinks) {
            back &= 7;
            if ((attribute & 0x80) && (phase & VGA_PHASE_BLINK)) fore = back;
        }
        if (cursor_here && counter == cursor) {
            dots = 0x1FF;
            fore = attribute & 15;
        }
        for (unsigned k = 0; k < width; k++) *out++ = v->color16[dots >> (8 - k) & 1 ? fore : back];
    }
}

/* --- the screen as cells ----------------------------------------------------------------------------------------------- */

static void read_row(struct vga *v, const struct vga_scan *s, struct vga_text *text, uint8_t *to)
{
    uint16_t counter = (uint16_t)(s->address + vga_byte_pan(v, s)), cursor = cursor_address(v);

    for (unsigned i = 0; i < text->columns; i++, counter++) {
        const uint8_t *cell = vga_at(v, vga_dword(vga_crtc_offset(v, counter, 0)));

        to[2 * i] = cell[0];
        to[2 * i + 1] = cell[1];
        if (counter == cursor && !text->cursor_visible) {
            text->cursor_visible = true;
            text->cursor_column = i;
            text->cursor_row = text->rows;
        }
    }
}

void vga_text(struct vga *v, struct vga_text *text)
{
    struct vga_scan s, last = {0};
    uint8_t         start = v->crtc[CRTC_CURSOR_START], end = v->crtc[CRTC_CURSOR_END];

    *text = (struct vga_text){.cells = v->cells};
    if (vbe_is_enabled(v) || vga_is_graphics(v) || !(v->crtc[CRTC_MODE] & CRTC_MODE_RUN)) return;
    text->columns = vga_columns(v);
    vga_scan_begin(v, &s);
    for (unsigned line = 0; line < v->timing.display_lines; line++) {
        if (line == 0 || s.row < last.row || s.address != last.address || s.split != last.split) {
            read_row(v, &s, text, v->cells + (size_t)text->rows * text->columns * 2);
            text->rows++;
        }
        last = s;
        vga_scan_next(v, &s, line);
    }
    if ((start & CRTC_CURSOR_OFF) || (start & 0x1F) > (end & 0x1F)) text->cursor_visible = false;
}
