/* vga_core.h: what the files of the VGA share: register names and bits, and the calls between them. */
#ifndef DEVICES_VGA_CORE_H
#define DEVICES_VGA_CORE_H

#include "devices/vga.h"

/* Miscellaneous Output, 3C2h / 3CCh. */
#define MISC_IO_COLOR   0x01 /* CRTC and status at 3Dxh, else 3Bxh */
#define MISC_ENABLE_RAM 0x02
#define MISC_CLOCK      0x0C /* 0: 25.175 MHz, 1: 28.322 MHz */

/* Sequencer, 3C4h/3C5h. */
#define SEQ_RESET    0
#define SEQ_CLOCKING 1
#define SEQ_MAP_MASK 2
#define SEQ_CHAR_MAP 3
#define SEQ_MEMORY   4

#define SEQ_RESET_RUN          0x03 /* both reset bits must be 1 */
#define SEQ_CLOCKING_8DOT      0x01
#define SEQ_CLOCKING_HALF      0x08
#define SEQ_CLOCKING_OFF       0x20
#define SEQ_MEMORY_SEQUENTIAL  0x04 /* "odd/even" off */
#define SEQ_MEMORY_CHAIN4      0x08

/* Graphics controller, 3CEh/3CFh. */
#define GFX_SET_RESET        0
#define GFX_ENABLE_SET_RESET 1
#define GFX_COLOR_COMPARE    2
#define GFX_ROTATE           3
#define GFX_READ_MAP         4
#define GFX_MODE             5
#define GFX_MISC             6
#define GFX_DONT_CARE        7
#define GFX_BIT_MASK         8

#define GFX_MODE_COMPARE_READ 0x08
#define GFX_MODE_ODD_EVEN     0x10
#define GFX_MODE_SHIFT_CGA    0x20
#define GFX_MODE_SHIFT_256    0x40
#define GFX_MISC_GRAPHICS     0x01
#define GFX_MISC_CHAIN        0x02 /* odd/even: address bit 0 chooses the plane */

/* Attribute controller, 3C0h/3C1h. */
#define ATTR_MODE       0x10
#define ATTR_OVERSCAN   0x11
#define ATTR_PLANES     0x12
#define ATTR_PAN        0x13
#define ATTR_SELECT     0x14
#define ATTR_INDEX_PAS  0x20 /* the palette belongs to the display, not to the CPU */

#define ATTR_MODE_LINE_GRAPHICS 0x04
#define ATTR_MODE_BLINK         0x08
#define ATTR_MODE_PAN_COMPAT    0x20
#define ATTR_MODE_8BIT          0x40
#define ATTR_MODE_P54S          0x80

/* CRT controller, 3x4h/3x5h. */
#define CRTC_H_TOTAL       0x00
#define CRTC_H_DISPLAY_END 0x01
#define CRTC_V_TOTAL       0x06
#define CRTC_OVERFLOW      0x07
#define CRTC_PRESET_ROW    0x08
#define CRTC_MAX_SCAN      0x09
#define CRTC_CURSOR_START  0x0A
#define CRTC_CURSOR_END    0x0B
#define CRTC_START_HIGH    0x0C
#define CRTC_START_LOW     0x0D
#define CRTC_CURSOR_HIGH   0x0E
#define CRTC_CURSOR_LOW    0x0F
#define CRTC_V_SYNC_START  0x10
#define CRTC_V_SYNC_END    0x11
#define CRTC_V_DISPLAY_END 0x12
#define CRTC_OFFSET        0x13
#define CRTC_UNDERLINE     0x14
#define CRTC_MODE          0x17
#define CRTC_LINE_COMPARE  0x18

#define CRTC_OVERFLOW_LINE_COMPARE 0x10
#define CRTC_MAX_SCAN_DOUBLE       0x80
#define CRTC_CURSOR_OFF            0x20
#define CRTC_V_SYNC_IRQ_CLEAR      0x10 /* 0: the latch is held clear */
#define CRTC_V_SYNC_IRQ_DISABLE    0x20
#define CRTC_V_SYNC_PROTECT        0x80
#define CRTC_UNDERLINE_COUNT4      0x20
#define CRTC_UNDERLINE_DWORD       0x40
#define CRTC_MODE_MA13             0x01 /* 0: row scan bit 0 is address bit 13 */
#define CRTC_MODE_MA14             0x02 /* 0: row scan bit 1 is address bit 14 */
#define CRTC_MODE_V_DOUBLE         0x04
#define CRTC_MODE_COUNT2           0x08
#define CRTC_MODE_WRAP             0x20 /* word mode: MA0 is counter bit 15, not 13 */
#define CRTC_MODE_BYTE             0x40
#define CRTC_MODE_RUN              0x80

/* DISPI, index register 1CEh, data register 1CFh (also 1D0h). */
#define VBE_INDEX_ID           0x0
#define VBE_INDEX_XRES         0x1
#define VBE_INDEX_YRES         0x2
#define VBE_INDEX_BPP          0x3
#define VBE_INDEX_ENABLE       0x4
#define VBE_INDEX_BANK         0x5
#define VBE_INDEX_VIRT_WIDTH   0x6
#define VBE_INDEX_VIRT_HEIGHT  0x7
#define VBE_INDEX_X_OFFSET     0x8
#define VBE_INDEX_Y_OFFSET     0x9
#define VBE_INDEX_MEMORY_64K   0xA
#define VBE_ID0                0xB0C0
#define VBE_ID5                0xB0C5
#define VBE_ENABLED            0x01
#define VBE_GETCAPS            0x02
#define VBE_BANK_32K           0x10
#define VBE_8BIT_DAC           0x20
#define VBE_LFB_ENABLED        0x40
#define VBE_NOCLEARMEM         0x80
#define VBE_BANK_WRITE         0x4000
#define VBE_BANK_READ          0x8000
#define VBE_MAX_XRES           1600
#define VBE_MAX_YRES           1200
#define VBE_MAX_BPP            32

/* Where the four bytes at offset M of the planes are kept: the number of a dword in memory.
 *
 * In chain 4 the CPU's address A goes to plane A mod 4 at plane offset (A & FFFCh) | A15..A14, and the CRTC's dword mode
 * counts through the same offsets (IBM, CRT mode control, table of address outputs). Rotating the offset by two bits,
 * and undoing A15..A14, makes chain-4 memory linear, byte A at byte A, so that it can be mapped for the CPU as it is;
 * this is a permutation of the 64K offsets, so that every other addressing mode is right as well. */
static inline uint32_t vga_dword(uint32_t m)
{
    return (m & ~0xFFFFu) | (m >> 2 & 0x3FFF) | ((m ^ m >> 14) & 3) << 14;
}

/* The four planes' bytes of dword D; plane 0 in bits 7..0. D may be any number: memory repeats. */
static inline const uint8_t *vga_at(const struct vga *v, uint32_t dword)
{
    return v->memory + (size_t)(dword & (VGA_MEMORY_SIZE / 4 - 1)) * 4;
}

static inline uint32_t vga_load(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline bool vga_is_graphics(const struct vga *v)
{
    return v->gfx[GFX_MISC] & GFX_MISC_GRAPHICS;
}

static inline bool vbe_is_enabled(const struct vga *v)
{
    return v->vbe.enable & VBE_ENABLED;
}

/* VBE with at least a byte a pixel. */
static inline bool vbe_is_linear(const struct vga *v)
{
    return vbe_is_enabled(v) && v->vbe.bpp >= 8;
}

static inline unsigned vga_line_compare(const struct vga *v)
{
    return v->crtc[CRTC_LINE_COMPARE] | (v->crtc[CRTC_OVERFLOW] & CRTC_OVERFLOW_LINE_COMPARE) << 4 |
           (v->crtc[CRTC_MAX_SCAN] & 0x40) << 3;
}

/* vga.c */
void vga_access_changed(struct vga *); /* a register of the memory path was written: recompute and re-map */

/* vga_ports.c */
extern const struct bus_ops vga_port_ops; /* from 3B0h */
uint8_t vga_read_port(struct vga *, uint16_t port);
void    vga_write_port(struct vga *, uint16_t port, uint8_t value);

/* vga_mem.c */
extern const struct bus_ops vga_window_low_ops, vga_window_high_ops; /* A0000h, B0000h */

/* vga_time.c */
void     vga_compute_timing(struct vga *);
void     vga_timing_changed(struct vga *); /* a register of the timing was written */
uint64_t vga_frame(const struct vga *);        /* number of the present frame */
uint64_t vga_next_retrace(const struct vga *); /* ns: the next start of a vertical retrace after now */
uint8_t  vga_status(const struct vga *);       /* bits 0 and 3 of Input Status 1 */
uint16_t vga_start_address(const struct vga *); /* the one in effect */
void     vga_latch_start(struct vga *);        /* before a write of the start address */
void     vga_retrace_control(struct vga *);    /* the interrupt bits of CRTC 11h were written */
void     vga_retrace_event(void *vga, uint64_t late_ns);

/* vga_draw.c: the counters of the CRTC at one scan line of the picture. */
struct vga_scan {
    uint16_t address; /* counter at the left edge, before panning by bytes */
    uint8_t  row;     /* scan line of the character row */
    bool     split;   /* below the line compare */
    bool     repeat;  /* second of two equal lines */
};

void vga_scan_begin(const struct vga *, struct vga_scan *);
void vga_scan_next(const struct vga *, struct vga_scan *, unsigned line);
/* Counter to plane offset, with the substitutions of CRTC 14h and 17h. */
uint32_t vga_crtc_offset(const struct vga *, uint16_t counter, uint8_t row);
/* How far the pixels move left: bytes added to the counter; dots within a character. */
unsigned vga_byte_pan(const struct vga *, const struct vga_scan *);
unsigned vga_dot_pan(const struct vga *, const struct vga_scan *);
uint32_t vga_dac_color(const struct vga *, uint8_t index);
unsigned vga_columns(const struct vga *);
unsigned vga_char_dots(const struct vga *); /* 8 or 9 */

/* vga_text.c */
#define VGA_PHASE_CURSOR 1 /* the cursor's blink is in its dark half */
#define VGA_PHASE_BLINK  2 /* blinking characters are hidden */
#define VGA_CELLS_SIZE   (VGA_MAX_HEIGHT * 256u * 2)
uint8_t vga_blink_phase(const struct vga *);
void    vga_draw_text_line(struct vga *, const struct vga_scan *, uint32_t *out, unsigned columns, uint8_t phase);

/* vbe.c */
extern const struct bus_ops vbe_port_ops; /* from 1CEh */
void     vbe_reset(struct vga *);
bool     vbe_is_sane(const struct vbe *);
uint16_t vbe_read(const struct vga *, unsigned index);
void     vbe_write(struct vga *, unsigned index, uint16_t value);
uint32_t vbe_pitch(const struct vbe *); /* bytes a line; planar: bytes a line in each plane */
uint32_t vbe_bank_offset(const struct vbe *, uint16_t bank);
/* Draws line Y of the VBE mode to OUT; returns false if no page under it is dirty and ALL is false. */
bool     vbe_draw_line(struct vga *, unsigned y, uint32_t *out, bool all);

#endif
