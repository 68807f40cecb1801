/* vbe.c: the Bochs VBE display interface (DISPI): high resolutions on a linear frame buffer or 64K banks.
 *
 * Index port 1CEh, data port 1CFh or 1D0h, 16 bits each; version B0C5h. Bochs, "VBE Display API"; the bank directions and
 * 32K granularity as the LGPL VGA BIOS uses them. What does not fit is cut to what does, as the API asks. */
#include "devices/vga.h"

#include "devices/vga_core.h"

#include <string.h>

void vbe_reset(struct vga *v)
{
    v->vbe = (struct vbe){.id = VBE_ID5, .bpp = 8};
}

/* --- geometry ---------------------------------------------------------------------------------------------------------- */

static bool is_depth(unsigned bpp)
{
    return bpp == 4 || bpp == 8 || bpp == 15 || bpp == 16 || bpp == 24 || bpp == 32;
}

static uint32_t pixel_bytes(const struct vbe *vbe)
{
    return (vbe->bpp + 7u) / 8;
}

uint32_t vbe_pitch(const struct vbe *vbe)
{
    return vbe->bpp == 4 ? (vbe->virt_width + 7u) / 8 : vbe->virt_width * pixel_bytes(vbe);
}

/* Bytes to draw from, in each plane if planar. */
static uint32_t reach(const struct vbe *vbe)
{
    return vbe->bpp == 4 ? VGA_MEMORY_SIZE / 4 : VGA_MEMORY_SIZE;
}

uint32_t vbe_bank_offset(const struct vbe *vbe, uint16_t bank)
{
    return (uint32_t)bank * (vbe->enable & VBE_BANK_32K ? 0x8000u : 0x10000u) & (reach(vbe) - 1);
}

/* Lines of the virtual width that fit into memory. */
static uint32_t lines_that_fit(const struct vbe *vbe)
{
    uint32_t lines = reach(vbe) / vbe_pitch(vbe);

    return lines < 0xFFFF ? lines : 0xFFFF;
}

/* Makes the virtual screen at least as large as the picture, and no larger than the memory; the picture stays inside. */
static void fit_virtual(struct vbe *vbe)
{
    if (vbe->virt_width < vbe->xres) vbe->virt_width = vbe->xres;
    if (lines_that_fit(vbe) < vbe->yres) {
        uint32_t pitch = reach(vbe) / vbe->yres;
        uint32_t width = vbe->bpp == 4 ? pitch * 8 : pitch / pixel_bytes(vbe);
        vbe->virt_width = width < 0xFFF8 ? (uint16_t)width : 0xFFF8;
    }
    vbe->virt_height = (uint16_t)lines_that_fit(vbe);
    if (vbe->x_offset > vbe->virt_width - vbe->xres) vbe->x_offset = vbe->virt_width - vbe->xres;
    if (vbe->y_offset > vbe->virt_height - vbe->yres) vbe->y_offset = vbe->virt_height - vbe->yres;
}

bool vbe_is_sane(const struct vbe *vbe)
{
    if (vbe->xres > VBE_MAX_XRES || vbe->yres > VBE_MAX_YRES || !is_depth(vbe->bpp)) return false;
    if (!(vbe->enable & VBE_ENABLED)) return true;
    return vbe->xres && vbe->yres && vbe->virt_width >= vbe->xres && lines_that_fit(vbe) >= vbe->yres &&
           vbe->virt_height == lines_that_fit(vbe) && vbe->x_offset <= vbe->virt_width - vbe->xres &&
           vbe->y_offset <= vbe->virt_height - vbe->yres;
}

/* --- registers --------------------------------------------------------------------------------------------------------- */

static void clear_screen(struct vga *v)
{
    size_t bytes = (size_t)v->vbe.yres * vbe_pitch(&v->vbe) * (v->vbe.bpp == 4 ? 4 : 1);

    if (v->vbe.bpp == 4) bytes = (bytes + 0x3FFFF) & ~(size_t)0x3FFFF; /* plane offsets are permuted within 64K */
    memset(v->memory, 0, bytes);
    memset(v->dirty, 1, (bytes + VGA_PAGE_SIZE - 1) / VGA_PAGE_SIZE);
}

static void write_enable(struct vga *v, uint16_t value)
{
    struct vbe *vbe = &v->vbe;
    bool        was = vbe->enable & VBE_ENABLED;

    value &= VBE_ENABLED | VBE_GETCAPS | VBE_BANK_32K | VBE_8BIT_DAC | VBE_LFB_ENABLED | VBE_NOCLEARMEM;
    if (!vbe->xres || !vbe->yres) value &= ~VBE_ENABLED;
    vbe->enable = value;
    if ((value & VBE_ENABLED) && !was) {
        vbe->virt_width = vbe->xres;
        vbe->x_offset = vbe->y_offset = 0;
        vbe->read_bank = vbe->write_bank = 0;
        fit_virtual(vbe);
        if (!(value & VBE_NOCLEARMEM)) clear_screen(v);
    }
    v->changed = true;
    vga_access_changed(v);
}

/* Bits 15..14 say which bank is meant; with neither, both. */
static void write_bank(struct vga *v, uint16_t value)
{
    uint16_t which = value & (VBE_BANK_READ | VBE_BANK_WRITE), bank = value & 0x1FF;

    if (which != VBE_BANK_WRITE) v->vbe.read_bank = bank;
    if (which != VBE_BANK_READ) v->vbe.write_bank = bank;
    vga_access_changed(v);
}

/* Resolution and depth: only while VBE is off. */
static void write_mode(struct vga *v, unsigned index, uint16_t value)
{
    struct vbe *vbe = &v->vbe;

    if (vbe->enable & VBE_ENABLED) return;
    if (index == VBE_INDEX_XRES && value <= VBE_MAX_XRES) vbe->xres = value;
    if (index == VBE_INDEX_YRES && value <= VBE_MAX_YRES) vbe->yres = value;
    if (index == VBE_INDEX_BPP && value == 0) value = 8;
    if (index == VBE_INDEX_BPP && is_depth(value)) vbe->bpp = value;
}

/* Virtual width and offsets: set when VBE goes on, changed while it is. */
static void write_view(struct vga *v, uint16_t *reg, uint16_t value)
{
    if (!vbe_is_enabled(v)) return;
    *reg = value;
    fit_virtual(&v->vbe);
    v->changed = true;
}

void vbe_write(struct vga *v, unsigned index, uint16_t value)
{
    switch (index) {
    case VBE_INDEX_ID:
        if (value >= VBE_ID0 && value <= VBE_ID5) v->vbe.id = value;
        break;
    case VBE_INDEX_XRES:
    case VBE_INDEX_YRES:
    case VBE_INDEX_BPP:        write_mode(v, index, value); break;
    case VBE_INDEX_ENABLE:     write_enable(v, value); break;
    case VBE_INDEX_BANK:       write_bank(v, value); break;
    case VBE_INDEX_VIRT_WIDTH: write_view(v, &v->vbe.virt_width, value); break;
    case VBE_INDEX_X_OFFSET:   write_view(v, &v->vbe.x_offset, value); break;
    case VBE_INDEX_Y_OFFSET:   write_view(v, &v->vbe.y_offset, value); break;
    default:                   break;
    }
}

uint16_t vbe_read(const struct vga *v, unsigned index)
{
    const struct vbe *vbe = &v->vbe;
    bool              caps = vbe->enable & VBE_GETCAPS;

    switch (index) {
    case VBE_INDEX_ID:          return vbe->id;
    case VBE_INDEX_XRES:        return caps ? VBE_MAX_XRES : vbe->xres;
    case VBE_INDEX_YRES:        return caps ? VBE_MAX_YRES : vbe->yres;
    case VBE_INDEX_BPP:         return caps ? VBE_MAX_BPP : vbe->bpp;
    case VBE_INDEX_ENABLE:      return vbe->enable;
    case VBE_INDEX_BANK:        return caps ? VBE_BANK_32K << 8 : vbe->write_bank;
    case VBE_INDEX_VIRT_WIDTH:  return vbe->virt_width;
    case VBE_INDEX_VIRT_HEIGHT: return vbe->virt_height;
    case VBE_INDEX_X_OFFSET:    return vbe->x_offset;
    case VBE_INDEX_Y_OFFSET:    return vbe->y_offset;
    case VBE_INDEX_MEMORY_64K:  return VGA_MEMORY_SIZE >> 16;
    default:                    return 0;
    }
}

/* Only words are decoded; a byte to the index port sets the index. */
static uint32_t port_read(void *device, uint32_t offset, unsigned size)
{
    struct vga *v = device;

    if (offset == 0) return v->vbe.index;
    return size == 2 ? vbe_read(v, v->vbe.index) : 0xFFFF;
}

static void port_write(void *device, uint32_t offset, uint32_t value, unsigned size)
{
    struct vga *v = device;

    if (offset == 0)
        v->vbe.index = (uint16_t)value;
    else if (size == 2)
        vbe_write(v, v->vbe.index, (uint16_t)value);
}

const struct bus_ops vbe_port_ops = {.read = port_read, .write = port_write, .max_size = 2};

/* --- drawing ----------------------------------------------------------------------------------------------------------- */

static uint32_t scale5(unsigned value)
{
    return (value & 31) << 3 | (value & 31) >> 2;
}

static uint32_t scale6(unsigned value)
{
    return (value & 63) << 2 | (value & 63) >> 4;
}

static uint32_t pixel_color(const struct vga *v, const uint8_t *p)
{
    unsigned word;

    switch (v->vbe.bpp) {
    case 8:
        return v->color[p[0]];
    case 15:
        word = p[0] | (unsigned)p[1] << 8;
        return scale5(word >> 10) << 16 | scale5(word >> 5) << 8 | scale5(word);
    case 16:
        word = p[0] | (unsigned)p[1] << 8;
        return scale5(word >> 11) << 16 | scale6(word >> 5) << 8 | scale5(word);
    default:
        return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    }
}

static bool is_dirty(const struct vga *v, uint32_t first, uint32_t bytes)
{
    uint32_t page = first / VGA_PAGE_SIZE, last = (first + bytes - 1) / VGA_PAGE_SIZE;

    return memchr(v->dirty + page, 1, last - page + 1);
}

static void draw_planar(struct vga *v, unsigned y, uint32_t *out)
{
    const struct vbe *vbe = &v->vbe;
    uint32_t          line = (y + vbe->y_offset) * vbe_pitch(vbe);

    for (unsigned x = vbe->x_offset; x < (unsigned)vbe->x_offset + vbe->xres; x++) {
        const uint8_t *p = vga_at(v, vga_dword(line + x / 8));
        int            shift = 7 - (x & 7);

        *out++ = v->color16[(p[0] >> shift & 1) | (p[1] >> shift & 1) << 1 | (p[2] >> shift & 1) << 2 |
                            (p[3] >> shift & 1) << 3];
    }
}

bool vbe_draw_line(struct vga *v, unsigned y, uint32_t *out, bool all)
{
    const struct vbe *vbe = &v->vbe;
    uint32_t          step = pixel_bytes(vbe), bytes = vbe->xres * step;
    uint32_t          first = (y + vbe->y_offset) * vbe_pitch(vbe) + vbe->x_offset * step;
    const uint8_t    *p = v->memory + first;

    if (vbe->bpp == 4) {
        draw_planar(v, y, out);
        return true;
    }
    if (!all && !is_dirty(v, first, bytes)) return false;
    for (unsigned x = 0; x < vbe->xres; x++, p += step) out[x] = pixel_color(v, p);
    return true;
}
