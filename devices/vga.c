/* vga.c: life of the VGA: power-on values, where its memory appears, saved state.
 *
 * Video memory is reached in three ways: through the handlers of vga_mem.c, which do all that the graphics controller
 * does; directly, when what the CPU would see at A0000h is plain memory (chain 4 with nothing in the data path, or VBE
 * with whole bytes a pixel); and through the linear frame buffer of the PCI function, always directly.
 * While A0000h is direct, reads do not load the latches: after a switch from direct to handled they are as before. */
#include "devices/vga.h"

#include "devices/vga_core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_LOW   0xA0000u
#define WINDOW_HIGH  0xB0000u
#define WINDOW_SIZE  0x10000u
#define REMAPS_LIMIT 32 /* changes between direct and handled in 16 ms of virtual time; then handled until they pass */

/* Spreads bits 3..0 to bytes of 00 or FF, plane 0 lowest. */
static uint32_t expand(uint8_t planes)
{
    return ((planes & 0xFu) * 0x00204081u & 0x01010101u) * 0xFF;
}

/* Memory map select, graphics controller 6 bits 3..2. */
static void select_window(struct vga *v)
{
    static const uint32_t first[4] = {0, 0, 0x10000, 0x18000}, size[4] = {0x20000, 0x10000, 0x8000, 0x8000};
    unsigned              select = v->gfx[GFX_MISC] >> 2 & 3;

    v->access.window = first[select];
    v->access.window_size = size[select];
    if (v->access.linear) {
        v->access.window = 0;
        v->access.window_size = WINDOW_SIZE;
    }
    if (!(v->misc & MISC_ENABLE_RAM) || !(v->enable & 1)) v->access.window_size = 0;
}

static void compute_access(struct vga *v)
{
    struct vga_access *x = &v->access;
    uint8_t            mode = v->gfx[GFX_MODE];

    x->map_mask = expand(v->seq[SEQ_MAP_MASK]);
    x->set_reset = expand(v->gfx[GFX_SET_RESET]);
    x->enable_set_reset = expand(v->gfx[GFX_ENABLE_SET_RESET]);
    x->compare = expand(v->gfx[GFX_COLOR_COMPARE]);
    x->care = expand(v->gfx[GFX_DONT_CARE]);
    x->bit_mask = v->gfx[GFX_BIT_MASK] * 0x01010101u;
    x->rotate = v->gfx[GFX_ROTATE] & 7;
    x->function = v->gfx[GFX_ROTATE] >> 3 & 3;
    x->read_map = v->gfx[GFX_READ_MAP] & 3;
    x->write_mode = mode & 3;
    x->compare_read = mode & GFX_MODE_COMPARE_READ;
    x->chain4 = v->seq[SEQ_MEMORY] & SEQ_MEMORY_CHAIN4;
    x->odd_even_write = !(v->seq[SEQ_MEMORY] & SEQ_MEMORY_SEQUENTIAL);
    x->odd_even_read = mode & GFX_MODE_ODD_EVEN;
    x->chain_odd_even = v->gfx[GFX_MISC] & GFX_MISC_CHAIN;
    x->linear = vbe_is_linear(v);
    x->read_bank = vbe_is_enabled(v) ? vbe_bank_offset(&v->vbe, v->vbe.read_bank) : 0;
    x->write_bank = vbe_is_enabled(v) ? vbe_bank_offset(&v->vbe, v->vbe.write_bank) : 0;
    select_window(v);
}

/* Whether the CPU sees plain memory at A0000h-AFFFFh. */
static bool can_be_direct(const struct vga *v)
{
    const struct vga_access *x = &v->access;

    if (x->window != 0 || x->window_size == 0 || !v->bus->memory.map_ram) return false;
    if (x->linear) return x->read_bank == x->write_bank && x->read_bank <= VGA_MEMORY_SIZE - WINDOW_SIZE;
    return x->chain4 && !vbe_is_enabled(v) && x->map_mask == ~0u && x->bit_mask == ~0u && x->write_mode == 0 &&
           x->enable_set_reset == 0 && x->rotate == 0 && x->function == 0 && !x->compare_read;
}

static void map_window(struct vga *v)
{
    uint32_t offset = v->access.linear ? v->access.read_bank : 0;

    if (v->hidden) return;
    if (v->direct && (!v->mapped_direct || v->mapped_offset != offset)) {
        bus_map_ram(v->bus, WINDOW_LOW, WINDOW_SIZE, v->memory + offset, v->dirty + offset / VGA_PAGE_SIZE);
        v->mapped_offset = offset;
    } else if (!v->direct && v->mapped_direct) {
        bus_map_mmio(v->bus, WINDOW_LOW, WINDOW_SIZE, &vga_window_low_ops, v);
    }
    v->mapped_direct = v->direct;
}

static void map_handlers(struct vga *v)
{
    bus_map_mmio(v->bus, WINDOW_LOW, WINDOW_SIZE, &vga_window_low_ops, v);
    bus_map_mmio(v->bus, WINDOW_HIGH, WINDOW_SIZE, &vga_window_high_ops, v);
    v->mapped_direct = false;
}

void vga_set_window(struct vga *v, bool visible)
{
    v->hidden = !visible;
    if (!visible) {
        bus_map_mmio(v->bus, WINDOW_LOW, WINDOW_SIZE, NULL, NULL);
        bus_map_mmio(v->bus, WINDOW_HIGH, WINDOW_SIZE, NULL, NULL);
        return;
    }
    map_handlers(v);
    map_window(v);
}

/* Software that flips a register at every pixel is better served by the handlers than by re-mapping. Goes by virtual
 * time, and so is the same in every run. */
static bool is_thrashing(struct vga *v)
{
    uint32_t window = (uint32_t)(clock_now(v->clock) >> 24);

    if (window != v->remap_window) {
        v->remap_window = window;
        v->remaps = 0;
    }
    return ++v->remaps > REMAPS_LIMIT;
}

void vga_access_changed(struct vga *v)
{
    bool direct;

    compute_access(v);
    direct = can_be_direct(v);
    if (direct && !v->direct && !v->access.linear && is_thrashing(v)) direct = false;
    v->direct = direct;
    map_window(v);
}

static void map_lfb(struct vga *v)
{
    if (v->mapped_lfb && (!v->lfb_enabled || v->mapped_lfb_base != v->lfb_base)) {
        bus_map_ram(v->bus, v->mapped_lfb_base, VGA_MEMORY_SIZE, NULL, NULL);
        v->mapped_lfb = false;
    }
    if (v->lfb_enabled && !v->mapped_lfb) {
        bus_map_ram(v->bus, v->lfb_base, VGA_MEMORY_SIZE, v->memory, v->dirty);
        v->mapped_lfb = true;
        v->mapped_lfb_base = v->lfb_base;
    }
}

void vga_set_lfb(struct vga *v, uint64_t base, bool enabled)
{
    v->lfb_base = enabled ? base : 0;
    v->lfb_enabled = enabled;
    map_lfb(v);
}

void vga_reset(void *device)
{
    struct vga *v = device;

    v->misc = v->feature = 0;
    v->enable = 1;
    v->seq_index = v->gfx_index = v->crtc_index = v->attr_index = 0;
    memset(v->seq, 0, sizeof(v->seq));
    memset(v->gfx, 0, sizeof(v->gfx));
    memset(v->crtc, 0, sizeof(v->crtc));
    memset(v->attr, 0, sizeof(v->attr));
    v->attr_data = false;
    memset(&v->dac, 0, sizeof(v->dac));
    v->dac.mask = 0xFF;
    v->latch = 0;
    v->start_shown = 0;
    v->start_time = 0;
    v->remap_window = v->remaps = 0;
    vbe_reset(v);
    vga_retrace_control(v);
    vga_timing_changed(v);
    vga_access_changed(v);
    vga_set_lfb(v, 0, false);
    v->changed = true;
}

static int allocate(struct vga *v)
{
    v->memory_size = VGA_MEMORY_SIZE;
    v->memory = calloc(1, VGA_MEMORY_SIZE);
    v->dirty = calloc(1, VGA_PAGES);
    v->picture = calloc(sizeof(*v->picture), (size_t)VGA_MAX_WIDTH * VGA_MAX_HEIGHT);
    v->cells = calloc(1, VGA_CELLS_SIZE);
    if (v->memory && v->dirty && v->picture && v->cells) return 0;
    vga_destroy(v);
    return -ENOMEM;
}

int vga_init(struct vga *v, struct bus *bus, struct clock *clock, const struct vga_config *config)
{
    int error;

    memset(v, 0, sizeof(*v));
    v->bus = bus;
    v->clock = clock;
    v->irq = config->retrace;
    event_init(&v->retrace, "vga.retrace", vga_retrace_event, v, 0);
    error = allocate(v);
    if (error) return error;
    /* 3BCh-3BFh are a parallel port's. */
    bus_map_ports(bus, 0x3B0, 0x30, &vga_port_ops, v);
    bus_unmap_ports(bus, 0x3BC, 4, v);
    bus_map_ports(bus, 0x1CE, 4, &vbe_port_ops, v);
    map_handlers(v);
    vga_reset(v);
    return 0;
}

void vga_destroy(struct vga *v)
{
    free(v->memory);
    free(v->dirty);
    free(v->picture);
    free(v->cells);
    v->memory = v->dirty = v->cells = NULL;
    v->picture = NULL;
}

/* --- PCI BAR 2 --------------------------------------------------------------------------------------------------------- */

static uint32_t mmio_read(void *device, uint32_t offset, unsigned size)
{
    struct vga *v = device;
    uint32_t    value = 0;

    if (offset >= 0x500 && offset < 0x520 && !(offset & 1) && size == 2) return vbe_read(v, (offset - 0x500) / 2);
    for (unsigned i = 0; i < size; i++) {
        uint32_t at = offset + i;
        uint8_t  byte = at >= 0x400 && at < 0x420 ? vga_read_port(v, (uint16_t)(at - 0x400 + 0x3C0)) : 0xFF;
        value |= (uint32_t)byte << 8 * i;
    }
    return value;
}

static void mmio_write(void *device, uint32_t offset, uint32_t value, unsigned size)
{
    struct vga *v = device;

    if (offset >= 0x500 && offset < 0x520 && !(offset & 1) && size == 2) {
        vbe_write(v, (offset - 0x500) / 2, (uint16_t)value);
        return;
    }
    for (unsigned i = 0; i < size; i++) {
        uint32_t at = offset + i;
        if (at >= 0x400 && at < 0x420) vga_write_port(v, (uint16_t)(at - 0x400 + 0x3C0), (uint8_t)(value >> 8 * i));
    }
}

const struct bus_ops vga_mmio_ops = {.read = mmio_read, .write = mmio_write, .max_size = 2};

/* --- state ------------------------------------------------------------------------------------------------------------- */

static int vga_loaded(void *device)
{
    struct vga *v = device;

    if (v->seq_index > 7 || v->gfx_index > 15 || v->crtc_index > 63 || v->attr_index > 63 || v->dac.component > 2 ||
        !vbe_is_sane(&v->vbe) || v->memory_size != VGA_MEMORY_SIZE)
        return -EINVAL;
    vga_compute_timing(v);
    compute_access(v);
    v->direct = v->direct && can_be_direct(v);
    map_window(v);
    map_lfb(v);
    v->changed = true;
    return 0;
}

static const struct state_field vga_dac_fields[] = {
    STATE_BYTES(struct vga_dac, color),
    STATE_BYTES(struct vga_dac, value),
    STATE_UINT(struct vga_dac, mask),
    STATE_UINT(struct vga_dac, address),
    STATE_UINT(struct vga_dac, component),
    STATE_UINT(struct vga_dac, state),
    STATE_END
};

static const struct state_field vbe_fields[] = {
    STATE_UINT(struct vbe, index),
    STATE_UINT(struct vbe, id),
    STATE_UINT(struct vbe, xres),
    STATE_UINT(struct vbe, yres),
    STATE_UINT(struct vbe, bpp),
    STATE_UINT(struct vbe, enable),
    STATE_UINT(struct vbe, read_bank),
    STATE_UINT(struct vbe, write_bank),
    STATE_UINT(struct vbe, virt_width),
    STATE_UINT(struct vbe, virt_height),
    STATE_UINT(struct vbe, x_offset),
    STATE_UINT(struct vbe, y_offset),
    STATE_END
};

static const struct state_field vga_fields[] = {
    STATE_UINT(struct vga, misc),
    STATE_UINT(struct vga, feature),
    STATE_UINT(struct vga, enable),
    STATE_UINT(struct vga, seq_index),
    STATE_BYTES(struct vga, seq),
    STATE_UINT(struct vga, gfx_index),
    STATE_BYTES(struct vga, gfx),
    STATE_UINT(struct vga, crtc_index),
    STATE_BYTES(struct vga, crtc),
    STATE_UINT(struct vga, attr_index),
    STATE_BYTES(struct vga, attr),
    STATE_UINT(struct vga, attr_data),
    STATE_STRUCT(struct vga, dac, vga_dac_fields),
    STATE_STRUCT(struct vga, vbe, vbe_fields),
    STATE_UINT(struct vga, latch),
    STATE_BUFFER(struct vga, memory, memory_size),
    STATE_SKIP(struct vga, memory_size),
    STATE_UINT(struct vga, start_shown),
    STATE_UINT(struct vga, start_time),
    STATE_UINT(struct vga, retrace_pending),
    STATE_EVENT(struct vga, retrace),
    STATE_UINT(struct vga, lfb_base),
    STATE_UINT(struct vga, lfb_enabled),
    STATE_UINT(struct vga, direct),
    STATE_UINT(struct vga, remap_window),
    STATE_UINT(struct vga, remaps),
    STATE_SKIP(struct vga, bus),
    STATE_SKIP(struct vga, clock),
    STATE_SKIP(struct vga, irq),
    STATE_SKIP(struct vga, timing),
    STATE_SKIP(struct vga, access),
    STATE_SKIP(struct vga, hidden), /* the host bridge says it again after a load */
    STATE_SKIP(struct vga, mapped_direct),
    STATE_SKIP(struct vga, mapped_lfb),
    STATE_SKIP(struct vga, mapped_offset),
    STATE_SKIP(struct vga, mapped_lfb_base),
    STATE_SKIP(struct vga, dirty),
    STATE_SKIP(struct vga, picture),
    STATE_SKIP(struct vga, width),
    STATE_SKIP(struct vga, height),
    STATE_SKIP(struct vga, changed),
    STATE_SKIP(struct vga, drawn_start),
    STATE_SKIP(struct vga, drawn_phase),
    STATE_SKIP(struct vga, line),
    STATE_SKIP(struct vga, color),
    STATE_SKIP(struct vga, color16),
    STATE_SKIP(struct vga, cells),
    STATE_END
};

const struct device_ops vga_ops = {
    .name = "vga", .version = 1, .reset = vga_reset, .fields = vga_fields, .loaded = vga_loaded,
};
