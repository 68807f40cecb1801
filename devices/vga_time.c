/* vga_time.c: where the beam is: frames and scan lines from the CRTC registers and the dot clock, in virtual time.
 *
 * The position is virtual time modulo the length of a frame, so there is nothing to step and nothing to save. It goes on
 * while the CRTC or the sequencer is held in reset, so that software waiting for a retrace always ends.
 * IBM, "CRT Controller Registers"; FreeVGA, "CRTC registers". */
#include "devices/vga.h"

#include "devices/vga_core.h"

#define DOT_CLOCK_0 25175000u
#define DOT_CLOCK_1 28322000u

/* The vertical registers have 10 bits: bits 8 and 9 are in the Overflow register. */
static uint32_t vertical(const struct vga *v, unsigned index, unsigned bit8, unsigned bit9)
{
    unsigned overflow = v->crtc[CRTC_OVERFLOW];

    return v->crtc[index] | (overflow >> bit8 & 1) << 8 | (overflow >> bit9 & 1) << 9;
}

static void compute_vertical(struct vga *v)
{
    struct vga_timing *t = &v->timing;
    uint32_t           width;

    t->lines = vertical(v, CRTC_V_TOTAL, 0, 5) + 2;
    t->display_lines = vertical(v, CRTC_V_DISPLAY_END, 1, 6) + 1;
    t->retrace_start = vertical(v, CRTC_V_SYNC_START, 2, 7);
    if (t->display_lines > t->lines) t->display_lines = t->lines;
    /* A retrace past the total never comes; a beam without retrace would hang those who wait: put it at the end. */
    if (t->retrace_start >= t->lines) t->retrace_start = t->lines - 1;
    /* It ends when the low four bits of the line counter match. */
    width = (v->crtc[CRTC_V_SYNC_END] - t->retrace_start) & 15;
    t->retrace_end = t->retrace_start + (width ? width : 16);
    if (v->crtc[CRTC_MODE] & CRTC_MODE_V_DOUBLE) {
        t->lines *= 2;
        t->display_lines *= 2;
        t->retrace_start *= 2;
        t->retrace_end *= 2;
    }
}

void vga_compute_timing(struct vga *v)
{
    struct vga_timing *t = &v->timing;
    uint32_t           dots = vga_char_dots(v);

    t->dot_hz = (v->misc & MISC_CLOCK) == 0x04 ? DOT_CLOCK_1 : DOT_CLOCK_0;
    if (v->seq[SEQ_CLOCKING] & SEQ_CLOCKING_HALF) t->dot_hz /= 2;
    t->line_dots = (v->crtc[CRTC_H_TOTAL] + 5u) * dots;
    t->display_dots = (v->crtc[CRTC_H_DISPLAY_END] + 1u) * dots;
    if (t->display_dots > t->line_dots) t->display_dots = t->line_dots;
    compute_vertical(v);
    t->frame_dots = (uint64_t)t->line_dots * t->lines;
}

void vga_timing_changed(struct vga *v)
{
    vga_compute_timing(v);
    if (v->retrace.pending) event_schedule(v->clock, &v->retrace, vga_next_retrace(v));
}

/* clock_ticks() without 128-bit division: 3DAh is read in tight loops. */
static uint64_t dots_now(const struct vga *v)
{
    uint64_t now = clock_now(v->clock);

    return now / NS_PER_SECOND * v->timing.dot_hz + now % NS_PER_SECOND * v->timing.dot_hz / NS_PER_SECOND;
}

uint64_t vga_frame(const struct vga *v)
{
    return dots_now(v) / v->timing.frame_dots;
}

uint64_t vga_next_retrace(const struct vga *v)
{
    const struct vga_timing *t = &v->timing;
    uint64_t                 now = dots_now(v);
    uint64_t next = now / t->frame_dots * t->frame_dots + (uint64_t)t->retrace_start * t->line_dots;

    if (next <= now) next += t->frame_dots;
    return clock_ns(t->dot_hz, next);
}

/* Input Status 1: bit 0 outside the picture, bit 3 in the vertical retrace. */
uint8_t vga_status(const struct vga *v)
{
    const struct vga_timing *t = &v->timing;
    uint32_t                 dot = (uint32_t)(dots_now(v) % t->frame_dots);
    uint32_t                 line = dot / t->line_dots;
    uint8_t                  status = 0;

    if (line >= t->display_lines || dot % t->line_dots >= t->display_dots) status |= 0x01;
    if ((line >= t->retrace_start && line < t->retrace_end) || line + t->lines < t->retrace_end) status |= 0x08;
    return status;
}

/* --- start address: taken over when the vertical retrace begins -------------------------------------------------------- */

static uint16_t written_start(const struct vga *v)
{
    return (uint16_t)(v->crtc[CRTC_START_HIGH] << 8 | v->crtc[CRTC_START_LOW]);
}

uint16_t vga_start_address(const struct vga *v)
{
    return clock_now(v->clock) < v->start_time ? v->start_shown : written_start(v);
}

void vga_latch_start(struct vga *v)
{
    v->start_shown = vga_start_address(v);
    v->start_time = vga_next_retrace(v);
}

/* --- interrupt: CRTC 11h bits 4 (0: held clear) and 5 (1: disabled), 3C2h bit 7 ---------------------------------------- */

void vga_retrace_control(struct vga *v)
{
    uint8_t control = v->crtc[CRTC_V_SYNC_END];

    if (!(control & CRTC_V_SYNC_IRQ_CLEAR)) {
        v->retrace_pending = false;
        event_cancel(v->clock, &v->retrace);
    } else if (!v->retrace_pending && !v->retrace.pending) {
        event_schedule(v->clock, &v->retrace, vga_next_retrace(v));
    }
    irq_set(&v->irq, v->retrace_pending && !(control & CRTC_V_SYNC_IRQ_DISABLE));
}

void vga_retrace_event(void *device, uint64_t late_ns)
{
    struct vga *v = device;

    (void)late_ns;
    v->retrace_pending = true;
    vga_retrace_control(v);
}
