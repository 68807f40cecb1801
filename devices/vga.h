/* vga.h: the VGA as the machine sees it: registers, video memory, the Bochs VBE interface, and the picture they make.
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem" (1992); FreeVGA project; Bochs "VBE Display API".
 * Ports 3B0h-3BBh, 3C0h-3CFh, 3D0h-3DFh, 1CEh-1D1h; memory A0000h-BFFFFh and, where the PCI side puts it, the linear
 * frame buffer. One file a part: vga.c (life, mapping), vga_ports.c, vga_time.c, vga_mem.c, vga_draw.c, vga_text.c, vbe.c. */
#ifndef DEVICES_VGA_H
#define DEVICES_VGA_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/state.h"

#include <stdbool.h>
#include <stdint.h>

#define VGA_MEMORY_SIZE (16u << 20) /* bytes; also the size of the linear frame buffer */
#define VGA_PAGE_SIZE   4096u       /* bytes that one dirty mark stands for */
#define VGA_PAGES       (VGA_MEMORY_SIZE / VGA_PAGE_SIZE)
#define VGA_MAX_WIDTH   2304u /* 256 characters of 9 dots */
#define VGA_MAX_HEIGHT  2048u /* 1024 lines, doubled */

struct vga_config {
    struct irq_line retrace; /* vertical retrace interrupt (IRQ 2/9 on a PC); may be unconnected */
};

/* Digital to analogue converter, INMOS IMSG171 with an 8-bit mode. */
struct vga_dac {
    uint8_t color[256 * 3]; /* red, green, blue, 8 bits each */
    uint8_t value[3];       /* the colour value register between port and table */
    uint8_t mask;           /* 3C6h */
    uint8_t address;        /* 3C7h, 3C8h */
    uint8_t component;      /* 0-2: next access of 3C9h */
    uint8_t state;          /* what 3C7h reads: 0 writing, 3 reading */
};

/* Bochs VBE display interface (DISPI). */
struct vbe {
    uint16_t index, id;
    uint16_t xres, yres, bpp;
    uint16_t enable;
    uint16_t read_bank, write_bank; /* as written, without the direction bits */
    uint16_t virt_width, virt_height;
    uint16_t x_offset, y_offset;
};

/* Derived from the CRTC registers: one frame, in dots and scan lines. */
struct vga_timing {
    uint32_t dot_hz;
    uint32_t line_dots, display_dots; /* of a scan line: total, shown */
    uint32_t lines, display_lines;    /* of a frame: total, shown */
    uint32_t retrace_start, retrace_end; /* scan lines, end not included; the end may lie in the next frame */
    uint64_t frame_dots;
};

/* Derived from sequencer and graphics controller: how the CPU reaches the planes. One byte a plane in each dword. */
struct vga_access {
    uint32_t map_mask, set_reset, enable_set_reset, bit_mask, compare, care;
    uint32_t window, window_size; /* bytes from A0000h */
    uint32_t read_bank, write_bank; /* bytes into linear memory; planar with VBE: bytes into each plane */
    uint8_t  write_mode, rotate, function, read_map;
    bool     linear; /* VBE with whole bytes a pixel: the graphics controller is bypassed */
    bool     compare_read, chain4, odd_even_write, odd_even_read, chain_odd_even;
};

struct vga {
    /* Registers. */
    uint8_t misc, feature, enable; /* 3C2h, 3xAh, 3C3h */
    uint8_t seq_index, seq[8];
    uint8_t gfx_index, gfx[16];
    uint8_t crtc_index, crtc[32];
    uint8_t attr_index, attr[32];
    bool    attr_data; /* the flip-flop: the next write of 3C0h is data */
    struct vga_dac dac;
    struct vbe     vbe;
    uint32_t latch; /* byte 0 = plane 0 */
    uint8_t *memory; /* plane P of dword D at 4 * D + P: see vga_dword() */
    uint32_t memory_size;
    /* The start address takes effect at the vertical retrace. */
    uint16_t start_shown; /* until start_time */
    uint64_t start_time;  /* ns: from then on the one in the CRTC */
    bool         retrace_pending; /* interrupt latch, 3C2h bit 7 */
    struct event retrace;
    /* Wiring of the windows. */
    uint64_t lfb_base;
    bool     lfb_enabled;
    bool     direct;       /* A0000h-AFFFFh is plain memory just now */
    uint32_t remap_window, remaps; /* against thrashing: which 16 ms, how many changes in it */

    /* Wires and derived values. */
    struct bus       *bus;
    struct clock     *clock;
    struct irq_line   irq;
    struct vga_timing timing;
    struct vga_access access;
    bool     hidden;                    /* the host bridge has its SMRAM at A0000h-BFFFFh */
    bool     mapped_direct, mapped_lfb; /* what the bus was told */
    uint32_t mapped_offset;
    uint64_t mapped_lfb_base;

    /* Drawing: all derived. */
    uint8_t  *dirty;          /* a byte for each page of memory: written since the last draw */
    uint32_t *picture;        /* 00RRGGBB */
    uint32_t  width, height;  /* of the picture */
    bool      changed;        /* a register that shows changed since the last draw */
    uint16_t  drawn_start;
    uint8_t   drawn_phase;
    uint32_t  line[VGA_MAX_WIDTH + 64];
    uint32_t  color[256], color16[16]; /* resolved through attribute controller, mask and DAC */
    uint8_t  *cells;
};

/* Like struct machine_screen: 00RRGGBB, row by row; valid until the next call. */
struct vga_picture {
    const uint32_t *pixels;
    unsigned        width, height;
    unsigned        aspect_width, aspect_height;
};

/* Like struct machine_text: columns 0 in a graphics mode. */
struct vga_text {
    unsigned       columns, rows;
    const uint8_t *cells; /* character, attribute */
    unsigned       cursor_column, cursor_row;
    bool           cursor_visible; /* on and within the screen, whatever its blinking */
};

extern const struct device_ops vga_ops;
/* Memory BAR 2 of the PCI function, 4096 bytes, as QEMU's "standard VGA" has it: ports 3C0h-3DFh at 400h, DISPI registers,
 * 16 bits each, at 500h. The device to pass is the struct vga. */
extern const struct bus_ops vga_mmio_ops;

/* 0 or -ENOMEM. Maps ports and memory; the VGA is as after a reset, its memory zero. */
int  vga_init(struct vga *, struct bus *, struct clock *, const struct vga_config *);
void vga_reset(void *vga); /* keeps the video memory */
void vga_destroy(struct vga *);

/* The PCI side moved the linear frame buffer (VGA_MEMORY_SIZE bytes) to BASE, or turned it off. */
void vga_set_lfb(struct vga *, uint64_t base, bool enabled);

/* The host bridge puts its SMRAM over A0000h-BFFFFh (VISIBLE false: map it after this call) or takes it away. */
void vga_set_window(struct vga *, bool visible);

/* Draws the screen as it is at this virtual time. Returns whether it differs from the previous call's. Changes nothing
 * that the guest could see. */
bool vga_screen(struct vga *, struct vga_picture *);
/* The text screen, from the start address, in the order shown. */
void vga_text(struct vga *, struct vga_text *);

#endif
