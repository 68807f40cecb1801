/* vga_ports.c: the registers at 3B0h-3BBh, 3C0h-3CFh and 3D0h-3DFh.
 *
 * IBM, "Video Subsystem", and FreeVGA for the bits; INMOS IMSG171 for the converter. Bits that do not exist read 0. */
#include "devices/vga.h"

#include "devices/vga_core.h"

static const uint8_t seq_bits[8] = {0x03, 0x3D, 0x0F, 0x3F, 0x0E};
static const uint8_t gfx_bits[16] = {0x0F, 0x0F, 0x0F, 0x1F, 0x03, 0x7B, 0x0F, 0x0F, 0xFF};
static const uint8_t crtc_bits[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0x3F, 0x7F, 0xFF,
                                      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xEF, 0xFF};
static const uint8_t attr_bits[32] = {0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F,
                                      0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0xEF, 0xFF, 0x3F, 0x0F, 0x0F};

/* Stores VALUE; a picture drawn before is out of date if it differs. */
static void set_register(struct vga *v, uint8_t *reg, uint8_t value)
{
    if (*reg == value) return;
    *reg = value;
    v->changed = true;
}

/* --- sequencer and graphics controller --------------------------------------------------------------------------------- */

static void write_seq(struct vga *v, uint8_t value)
{
    set_register(v, &v->seq[v->seq_index], value & seq_bits[v->seq_index]);
    if (v->seq_index == SEQ_CLOCKING) vga_timing_changed(v);
    if (v->seq_index == SEQ_MAP_MASK || v->seq_index == SEQ_MEMORY) vga_access_changed(v);
}

static void write_gfx(struct vga *v, uint8_t value)
{
    unsigned index = v->gfx_index;

    value &= gfx_bits[index];
    if (v->gfx[index] == value) return;
    v->gfx[index] = value;
    if (index == GFX_MODE || index == GFX_MISC) v->changed = true;
    vga_access_changed(v);
}

/* --- CRT controller ---------------------------------------------------------------------------------------------------- */

static void write_crtc(struct vga *v, uint8_t value)
{
    unsigned index = v->crtc_index;

    if (index > CRTC_LINE_COMPARE) return;
    if (index <= CRTC_OVERFLOW && (v->crtc[CRTC_V_SYNC_END] & CRTC_V_SYNC_PROTECT)) {
        /* Protected are registers 0-7, but for the line compare bit. */
        if (index != CRTC_OVERFLOW) return;
        value = (v->crtc[index] & ~CRTC_OVERFLOW_LINE_COMPARE) | (value & CRTC_OVERFLOW_LINE_COMPARE);
    }
    if (index == CRTC_START_HIGH || index == CRTC_START_LOW) vga_latch_start(v);
    set_register(v, &v->crtc[index], value & crtc_bits[index]);
    if (index < CRTC_CURSOR_START || index > CRTC_CURSOR_LOW) vga_timing_changed(v);
    if (index == CRTC_V_SYNC_END) vga_retrace_control(v);
}

static uint8_t read_crtc(const struct vga *v)
{
    return v->crtc_index <= CRTC_LINE_COMPARE ? v->crtc[v->crtc_index] : 0;
}

/* --- attribute controller: one port, turns between index and data ------------------------------------------------------ */

static void write_attr(struct vga *v, uint8_t value)
{
    if (v->attr_data)
        set_register(v, &v->attr[v->attr_index & 31], value & attr_bits[v->attr_index & 31]);
    else
        set_register(v, &v->attr_index, value & 0x3F);
    v->attr_data = !v->attr_data;
}

/* --- digital to analogue converter ------------------------------------------------------------------------------------- */

/* A colour has 6 bits at the port, or 8 if VBE says so; the table has 8. */
static bool dac_is_8bit(const struct vga *v)
{
    return v->vbe.enable & VBE_8BIT_DAC;
}

static void dac_fetch(struct vga_dac *dac)
{
    for (int i = 0; i < 3; i++) dac->value[i] = dac->color[dac->address * 3 + i];
    dac->address++;
}

static void dac_start(struct vga_dac *dac, uint8_t address, bool reading)
{
    dac->address = address;
    dac->component = 0;
    dac->state = reading ? 3 : 0;
    if (reading) dac_fetch(dac);
}

static uint8_t read_dac(struct vga *v)
{
    struct vga_dac *dac = &v->dac;
    uint8_t         value = dac->value[dac->component];

    if (++dac->component == 3) {
        dac->component = 0;
        dac_fetch(dac);
    }
    return dac_is_8bit(v) ? value : value >> 2;
}

static void write_dac(struct vga *v, uint8_t value)
{
    struct vga_dac *dac = &v->dac;

    if (!dac_is_8bit(v)) value = (uint8_t)((value & 0x3F) << 2 | (value & 0x3F) >> 4);
    dac->value[dac->component] = value;
    if (++dac->component < 3) return;
    /* The three parts reach the table together. */
    for (int i = 0; i < 3; i++) set_register(v, &dac->color[dac->address * 3 + i], dac->value[i]);
    dac->component = 0;
    dac->address++;
}

/* --- general registers ------------------------------------------------------------------------------------------------- */

static void write_misc(struct vga *v, uint8_t value)
{
    set_register(v, &v->misc, value & 0xEF);
    vga_timing_changed(v);
    vga_access_changed(v);
}

/* Input Status 0. Bit 4 is the converter's SENSE output: with a colour monitor's load, 1 while no colour of the border
 * exceeds 335 mV of 700. The video BIOS tells monitors apart by it. */
static uint8_t read_status0(const struct vga *v)
{
    const uint8_t *rgb = &v->dac.color[(v->attr[ATTR_OVERSCAN] & v->dac.mask) * 3];
    uint8_t        limit = 335 * 255 / 700;
    bool           sense = rgb[0] <= limit && rgb[1] <= limit && rgb[2] <= limit;

    return (uint8_t)(v->retrace_pending << 7 | sense << 4);
}

/* Input Status 1. Bits 5..4 show two bits of the pixel at the beam, chosen by Color Plane Enable bits 5..4; here the
 * border's colour while it is shown, 0 within the picture. */
static uint8_t read_status1(struct vga *v)
{
    static const uint8_t low[4] = {0, 4, 1, 6}, high[4] = {2, 5, 3, 7};
    unsigned             select = v->attr[ATTR_PLANES] >> 4 & 3;
    uint8_t              border = v->attr[ATTR_OVERSCAN];
    uint8_t              status = vga_status(v);

    v->attr_data = false;
    if (status & 1) status |= (uint8_t)((border >> low[select] & 1) << 4 | (border >> high[select] & 1) << 5);
    return status;
}

/* CRTC and status answer at 3Bxh or at 3Dxh. Returns the port as 3Dxh or 3Cxh; 0: not decoded. */
static uint16_t decode(const struct vga *v, uint16_t port)
{
    bool mono = port < 0x3C0, color = port >= 0x3D0;

    if (!(v->enable & 1) && port != 0x3C3) return 0;
    if ((mono && (v->misc & MISC_IO_COLOR)) || (color && !(v->misc & MISC_IO_COLOR))) return 0;
    return mono ? port + 0x20 : port;
}

uint8_t vga_read_port(struct vga *v, uint16_t port)
{
    switch (decode(v, port)) {
    case 0x3C0: return v->attr_index;
    case 0x3C1: return v->attr[v->attr_index & 31];
    case 0x3C2: return read_status0(v);
    case 0x3C3: return v->enable;
    case 0x3C4: return v->seq_index;
    case 0x3C5: return v->seq[v->seq_index];
    case 0x3C6: return v->dac.mask;
    case 0x3C7: return v->dac.state;
    case 0x3C8: return v->dac.address;
    case 0x3C9: return read_dac(v);
    case 0x3CA: return v->feature;
    case 0x3CC: return v->misc;
    case 0x3CE: return v->gfx_index;
    case 0x3CF: return v->gfx[v->gfx_index];
    case 0x3D4: return v->crtc_index;
    case 0x3D5: return read_crtc(v);
    case 0x3DA: return read_status1(v);
    default:    return 0xFF;
    }
}

void vga_write_port(struct vga *v, uint16_t port, uint8_t value)
{
    switch (decode(v, port)) {
    case 0x3C0: write_attr(v, value); break;
    case 0x3C2: write_misc(v, value); break;
    case 0x3C3: v->enable = value & 1; vga_access_changed(v); break;
    case 0x3C4: v->seq_index = value & 7; break;
    case 0x3C5: write_seq(v, value); break;
    case 0x3C6: set_register(v, &v->dac.mask, value); break;
    case 0x3C7: dac_start(&v->dac, value, true); break;
    case 0x3C8: dac_start(&v->dac, value, false); break;
    case 0x3C9: write_dac(v, value); break;
    case 0x3CE: v->gfx_index = value & 15; break;
    case 0x3CF: write_gfx(v, value); break;
    case 0x3D4: v->crtc_index = value & 63; break;
    case 0x3D5: write_crtc(v, value); break;
    case 0x3DA: v->feature = value & 0x0B; break;
    default:    break;
    }
}

static uint32_t port_read(void *device, uint32_t offset, unsigned size)
{
    (void)size;
    return vga_read_port(device, (uint16_t)(0x3B0 + offset));
}

static void port_write(void *device, uint32_t offset, uint32_t value, unsigned size)
{
    (void)size;
    vga_write_port(device, (uint16_t)(0x3B0 + offset), (uint8_t)value);
}

const struct bus_ops vga_port_ops = {.read = port_read, .write = port_write, .max_size = 1};
