/* vga_mem.c: the CPU at A0000h-BFFFFh: the planes through the graphics controller, and VBE banks.
 *
 * The four bytes of the planes at one offset are one dword, plane 0 lowest, and the data path works on all at once.
 * IBM, "Graphics Controller Registers", figure "Data flow"; FreeVGA, "Accessing the VGA Display Memory". */
#include "devices/vga.h"

#include "devices/vga_core.h"

static uint8_t rotate_right(uint8_t value, unsigned count)
{
    return (uint8_t)(value >> count | value << ((8 - count) & 7));
}

static void store(struct vga *v, uint32_t dword, uint32_t data, uint32_t planes)
{
    uint8_t *p = v->memory + (size_t)(dword & (VGA_MEMORY_SIZE / 4 - 1)) * 4;

    data = (vga_load(p) & ~planes) | (data & planes);
    p[0] = (uint8_t)data;
    p[1] = (uint8_t)(data >> 8);
    p[2] = (uint8_t)(data >> 16);
    p[3] = (uint8_t)(data >> 24);
    v->dirty[(size_t)(p - v->memory) / VGA_PAGE_SIZE] = 1;
}

/* Offset within the planes of the CPU's address A in the window, but for chain 4. */
static uint32_t plane_offset(const struct vga_access *x, uint32_t a)
{
    /* Chain odd/even: bit 0 chooses the plane; in the 128K window bit 16 takes its place, else 0. */
    if (x->chain_odd_even) a = (a & ~1u) | (x->window_size > 0x10000 ? a >> 16 & 1 : 0);
    return a & 0xFFFF;
}

/* The dword at A, and which planes A itself selects. Chain 4: see vga_dword(). */
static uint32_t locate(const struct vga_access *x, uint32_t a, uint32_t bank)
{
    return x->chain4 ? bank / 4 + ((a & 0xFFFF) >> 2) : vga_dword(plane_offset(x, a) + bank);
}

static uint32_t write_planes(const struct vga_access *x, uint32_t a)
{
    if (x->chain4) return x->map_mask & 0xFFu << 8 * (a & 3);
    if (x->odd_even_write) return x->map_mask & (a & 1 ? 0xFF00FF00u : 0x00FF00FFu);
    return x->map_mask;
}

static uint32_t apply_function(uint8_t function, uint32_t data, uint32_t latch)
{
    switch (function) {
    case 1:  return data & latch;
    case 2:  return data | latch;
    case 3:  return data ^ latch;
    default: return data;
    }
}

static void write_byte(struct vga *v, uint32_t a, uint8_t value)
{
    const struct vga_access *x = &v->access;
    uint32_t                 mask = x->bit_mask, data;

    switch (x->write_mode) {
    case 0:
        data = rotate_right(value, x->rotate) * 0x01010101u;
        data = (data & ~x->enable_set_reset) | (x->set_reset & x->enable_set_reset);
        break;
    case 1: /* the latches as they are */
        store(v, locate(x, a, x->write_bank), v->latch, write_planes(x, a));
        return;
    case 2: /* bit N of the value fills plane N */
        data = ((value & 0xFu) * 0x00204081u & 0x01010101u) * 0xFF;
        break;
    default: /* the value narrows the bit mask; the data is Set/Reset */
        mask &= rotate_right(value, x->rotate) * 0x01010101u;
        data = x->set_reset;
        break;
    }
    data = apply_function(x->function, data, v->latch);
    store(v, locate(x, a, x->write_bank), (data & mask) | (v->latch & ~mask), write_planes(x, a));
}

static uint8_t read_byte(struct vga *v, uint32_t a)
{
    const struct vga_access *x = &v->access;
    uint32_t                 plane = x->read_map, differ;

    v->latch = vga_load(vga_at(v, locate(x, a, x->read_bank)));
    if (x->compare_read) {
        /* A bit is 1 where the planes that count all match Color Compare. */
        differ = (v->latch ^ x->compare) & x->care;
        differ |= differ >> 16;
        differ |= differ >> 8;
        return (uint8_t)~differ;
    }
    if (x->chain4)
        plane = a & 3;
    else if (x->odd_even_read)
        plane = (plane & 2) | (a & 1);
    return (uint8_t)(v->latch >> 8 * plane);
}

/* VBE with whole bytes a pixel: 64K of linear memory; reads and writes may have banks of their own. */
static uint32_t linear_offset(uint32_t bank, uint32_t a)
{
    return (bank + a) & (VGA_MEMORY_SIZE - 1);
}

static void write_linear(struct vga *v, uint32_t a, uint8_t value)
{
    uint32_t at = linear_offset(v->access.write_bank, a);

    v->memory[at] = value;
    v->dirty[at / VGA_PAGE_SIZE] = 1;
}

static uint32_t window_read(struct vga *v, uint32_t offset, unsigned size)
{
    const struct vga_access *x = &v->access;
    uint32_t                 value = 0;

    for (unsigned i = 0; i < size; i++) {
        uint32_t a = offset + i - x->window;
        uint8_t  byte = 0xFF;

        if (a < x->window_size) byte = x->linear ? v->memory[linear_offset(x->read_bank, a)] : read_byte(v, a);
        value |= (uint32_t)byte << 8 * i;
    }
    return value;
}

static void window_write(struct vga *v, uint32_t offset, uint32_t value, unsigned size)
{
    const struct vga_access *x = &v->access;

    for (unsigned i = 0; i < size; i++, value >>= 8) {
        uint32_t a = offset + i - x->window;

        if (a >= x->window_size) continue;
        if (x->linear)
            write_linear(v, a, (uint8_t)value);
        else
            write_byte(v, a, (uint8_t)value);
    }
}

static uint32_t low_read(void *device, uint32_t offset, unsigned size)
{
    return window_read(device, offset, size);
}

static void low_write(void *device, uint32_t offset, uint32_t value, unsigned size)
{
    window_write(device, offset, value, size);
}

static uint32_t high_read(void *device, uint32_t offset, unsigned size)
{
    return window_read(device, offset + 0x10000, size);
}

static void high_write(void *device, uint32_t offset, uint32_t value, unsigned size)
{
    window_write(device, offset + 0x10000, value, size);
}

const struct bus_ops vga_window_low_ops = {.read = low_read, .write = low_write, .max_size = 4};
const struct bus_ops vga_window_high_ops = {.read = high_read, .write = high_write, .max_size = 4};
