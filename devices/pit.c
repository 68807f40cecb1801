/* pit.c: 8254 programmable interval timer.
 *
 * Ports 40h-42h (counters 0-2), 43h (control word). Source: Intel 231164 (8254 data sheet), called DS here.
 *
 * A counter is not clocked 1.19 million times a second. Its state is kept as of some CLK pulse, and channel_advance()
 * takes it over any number of pulses in leaps from one change of OUT (or load of the counting element) to the next. */
#include "devices/pit.h"

#include <errno.h>
#include <string.h>

enum {
    CW_BCD = 0x01,
    CW_MODE = 0x0E,
    CW_RW = 0x30, /* 0: counter latch command */
    CW_RW_LSB = 0x10,
    CW_RW_MSB = 0x20,
    CW_RW_BOTH = 0x30,
    CW_SC = 0xC0, /* counter number; 3: read-back command */
    CW_READ_BACK = 0xC0,

    READ_BACK_NO_COUNT = 0x20,
    READ_BACK_NO_STATUS = 0x10,

    STATUS_OUT = 0x80,
    STATUS_NULL_COUNT = 0x40,
};

#define FOREVER UINT64_MAX

/* --- counting ---------------------------------------------------------------------------------------------------------- */

/* Modes 6 and 7 are 2 and 3 (DS, "Control Word Format": X10, X11). */
static int mode_of(const struct pit_channel *c)
{
    int mode = (c->control & CW_MODE) >> 1;
    return mode > 5 ? mode - 4 : mode;
}

static uint32_t modulus(const struct pit_channel *c)
{
    return c->control & CW_BCD ? 10000 : 65536;
}

static uint32_t from_bcd(uint16_t v)
{
    return (v >> 12) * 1000u + (v >> 8 & 15) * 100u + (v >> 4 & 15) * 10u + (v & 15);
}

static uint16_t to_bcd(uint32_t v)
{
    return (uint16_t)(v / 1000 % 10 << 12 | v / 100 % 10 << 8 | v / 10 % 10 << 4 | v % 10);
}

/* The count to load, as a number below the modulus: 0 is the largest count. */
static uint32_t count_register(const struct pit_channel *c)
{
    return c->control & CW_BCD ? from_bcd(c->cr) % 10000 : c->cr;
}

/* What reading the counting element gives. */
static uint16_t visible_count(const struct pit_channel *c)
{
    return c->control & CW_BCD ? to_bcd(c->ce) : (uint16_t)c->ce;
}

static void set_out(struct pit_channel *c, bool level)
{
    if (c->out == level) return;
    c->out = level;
    if (c->listened) irq_set(&c->out_line, level);
}

static void count_down(struct pit_channel *c, uint64_t n)
{
    uint32_t m = modulus(c);
    c->ce = (uint32_t)((c->ce + m - n % m) % m);
}

/* DS, "Gate Pin Operations Summary": the low level stops modes 0, 2, 3 and 4. */
static bool counting(const struct pit_channel *c)
{
    int mode = mode_of(c);

    if (!c->running || c->halted) return false;
    return c->gate || mode == 1 || mode == 5;
}

/* A CLK pulse that loads the counting element from the count register. */
static void load_count(struct pit_channel *c)
{
    int mode = mode_of(c);

    c->load = false;
    c->null_count = false;
    c->running = true;
    c->expired = false;
    c->ce = count_register(c);
    c->odd = mode == 3 && c->ce & 1;
    if (c->odd) c->ce--; /* DS, "Mode 3: Odd Counts" */
    set_out(c, mode != 0 && mode != 1);
}

/* The end of a half cycle of the square wave. A count of 1 has no second half: OUT stays high. */
static void toggle_square_wave(struct pit_channel *c)
{
    bool level = !c->out || count_register(c) == 1;

    load_count(c);
    set_out(c, level);
}

/* A periodic counter that will load the 1 again that it has. */
static bool reloads_one(const struct pit_channel *c)
{
    return count_register(c) == 1 && !c->null_count;
}

/* How many CLK pulses until something happens beside counting (at least 1), no load being due. */
static uint64_t pulses_to_change(const struct pit_channel *c)
{
    uint32_t full = c->ce ? c->ce : modulus(c); /* pulses until the counting element is zero */

    switch (mode_of(c)) {
    case 2:
        if (c->ce != 1) return c->ce ? c->ce - 1 : modulus(c) - 1;
        return c->out && reloads_one(c) ? FOREVER : 1; /* a count of 1, not allowed by the DS, gives no pulses */
    case 3:
        if (c->odd && c->ce == 0 && reloads_one(c)) return FOREVER;
        if (c->odd && c->out) return c->ce / 2 + 1; /* zero lasts one pulse */
        return full > 1 ? full / 2 : 1;
    case 4:
    case 5:
        if (!c->out) return 1; /* the strobe lasts one pulse */
        return c->expired ? FOREVER : full;
    default:
        return c->expired ? FOREVER : full;
    }
}

/* What happens at the pulse that pulses_to_change() foretold. */
static void change(struct pit_channel *c, uint64_t pulses)
{
    switch (mode_of(c)) {
    case 2:
        if (c->ce == 1) {
            load_count(c);
        } else {
            c->ce = 1;
            set_out(c, false);
        }
        break;
    case 3:
        toggle_square_wave(c);
        break;
    case 4:
    case 5:
        if (counting(c)) count_down(c, pulses);
        set_out(c, !c->out);
        c->expired = true;
        break;
    default:
        c->ce = 0;
        c->expired = true;
        set_out(c, true);
        break;
    }
}

/* CLK pulses from now to the next load or change; FOREVER if there is none without outside help. */
static uint64_t next_step(const struct pit_channel *c)
{
    if (c->load) return 1;
    if (c->running && mode_of(c) == 4 && !c->out) return 1; /* GATE does not hold the strobe (DS, "Mode 4") */
    return counting(c) ? pulses_to_change(c) : FOREVER;
}

/* PULSES of mere counting, fewer than to the next change. NO_CHANGE: there is none to come; a periodic counter then
 * is one that reloads its count of 1 for ever. */
static void coast(struct pit_channel *c, uint64_t pulses, bool no_change)
{
    int  mode = mode_of(c);
    bool periodic = mode == 2 || mode == 3;

    if (!counting(c) || (periodic && no_change)) return;
    count_down(c, mode == 3 ? 2 * pulses : pulses);
}

/* Leaves out whole periods of modes 2 and 3, but the last: so a late look still sees each kind of edge. */
static uint64_t skip_periods(const struct pit_channel *c, uint64_t pulses)
{
    int      mode = mode_of(c);
    uint64_t period = count_register(c) ? count_register(c) : modulus(c);

    if (mode != 2 && mode != 3) return pulses;
    if (c->load || c->null_count || !counting(c) || pulses < 3 * period) return pulses;
    return pulses % period + period;
}

static void channel_advance(struct pit_channel *c, uint64_t clk)
{
    uint64_t left = clk - c->clk;

    c->clk = clk;
    while (left) {
        uint64_t step;

        left = skip_periods(c, left);
        step = next_step(c);
        if (step > left) {
            coast(c, left, step == FOREVER);
            break;
        }
        if (c->load)
            load_count(c);
        else
            change(c, step);
        left -= step;
    }
}

/* --- time -------------------------------------------------------------------------------------------------------------- */

static void channel_sync(struct pit_channel *c)
{
    channel_advance(c, clock_ticks(PIT_HZ, clock_now(c->clock)));
}

/* Makes the event follow the channel after any change to it. */
static void channel_schedule(struct pit_channel *c)
{
    uint64_t step = c->listened ? next_step(c) : FOREVER;
    uint64_t when = step == FOREVER ? 0 : clock_ns(PIT_HZ, c->clk + step);

    if (step == FOREVER)
        event_cancel(c->clock, &c->edge);
    else if (!c->edge.pending || c->edge.when != when)
        event_schedule(c->clock, &c->edge, when);
}

static void channel_edge(void *opaque, uint64_t late_ns)
{
    struct pit_channel *c = opaque;

    (void)late_ns;
    channel_sync(c);
    channel_schedule(c);
}

static void gate_set(void *opaque, int line, bool level)
{
    struct pit_channel *c = opaque;
    int                 mode = mode_of(c);

    (void)line;
    if (c->gate == level) return;
    channel_sync(c);
    c->gate = level;
    if (!level && c->running && (mode == 2 || mode == 3)) set_out(c, true); /* at once, without a CLK pulse */
    if (level && c->written && mode != 0 && mode != 4) c->load = true;     /* trigger */
    channel_schedule(c);
}

/* --- ports ------------------------------------------------------------------------------------------------------------- */

static void write_control(struct pit_channel *c, uint8_t value)
{
    c->control = value & (CW_RW | CW_MODE | CW_BCD);
    c->cr = 0;
    c->written = false;
    c->null_count = true;
    c->load = false;
    c->running = false;
    c->halted = false;
    c->expired = false;
    c->odd = false;
    c->write_msb = c->read_msb = false;
    c->count_latched = c->status_latched = false;
    set_out(c, mode_of(c) != 0);
}

static void latch_count(struct pit_channel *c)
{
    if (c->count_latched) return; /* DS: only the first latch command counts until it is read */
    c->count_latched = true;
    c->latch = visible_count(c);
}

static void latch_status(struct pit_channel *c)
{
    if (c->status_latched) return;
    c->status_latched = true;
    c->status = (uint8_t)((c->out ? STATUS_OUT : 0) | (c->null_count ? STATUS_NULL_COUNT : 0) | c->control);
}

static void write_count(struct pit_channel *c, uint16_t value)
{
    int mode = mode_of(c);

    c->cr = value;
    c->written = true;
    c->null_count = true;
    c->halted = false;
    if (mode == 0) set_out(c, false);
    /* Modes 1 and 5 wait for a trigger; 2 and 3 finish the period under way. */
    if (mode == 0 || mode == 4 || (!c->running && (mode == 2 || mode == 3))) c->load = true;
}

static void write_byte(struct pit_channel *c, uint8_t value)
{
    switch (c->control & CW_RW) {
    case CW_RW_LSB:
        write_count(c, value);
        break;
    case CW_RW_MSB:
        write_count(c, (uint16_t)(value << 8));
        break;
    case CW_RW_BOTH:
        c->write_msb = !c->write_msb;
        if (!c->write_msb) {
            write_count(c, (uint16_t)(value << 8 | c->low_byte));
            break;
        }
        c->low_byte = value;
        if (mode_of(c) == 0) { /* DS, "Mode 0": the first byte stops counting and sets OUT low at once */
            c->halted = true;
            c->load = false;
            set_out(c, false);
        }
        break;
    default: /* never programmed since power-on */
        break;
    }
}

static uint8_t read_byte(struct pit_channel *c)
{
    uint8_t  rw = c->control & CW_RW;
    uint16_t value = c->count_latched ? c->latch : visible_count(c);
    bool     msb = rw == CW_RW_MSB || (rw == CW_RW_BOTH && c->read_msb);

    if (c->status_latched) { /* DS, "Read-Back Command": the status comes first */
        c->status_latched = false;
        return c->status;
    }
    if (rw == CW_RW_BOTH) c->read_msb = !c->read_msb;
    if (rw != CW_RW_BOTH || msb) c->count_latched = false;
    return (uint8_t)(msb ? value >> 8 : value);
}

static void read_back(struct pit *pit, uint8_t value)
{
    for (int i = 0; i < PIT_CHANNELS; i++) {
        if (!(value & 2 << i)) continue;
        channel_sync(&pit->ch[i]);
        if (!(value & READ_BACK_NO_COUNT)) latch_count(&pit->ch[i]);
        if (!(value & READ_BACK_NO_STATUS)) latch_status(&pit->ch[i]);
        channel_schedule(&pit->ch[i]);
    }
}

static void pit_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct pit         *pit = opaque;
    uint8_t             byte = (uint8_t)value;
    struct pit_channel *c = &pit->ch[offset < 3 ? offset : (byte >> 6) % 3];

    (void)size;
    if (offset == 3 && (byte & CW_SC) == CW_READ_BACK) {
        read_back(pit, byte);
        return;
    }
    channel_sync(c);
    if (offset < 3)
        write_byte(c, byte);
    else if (byte & CW_RW)
        write_control(c, byte);
    else
        latch_count(c);
    channel_schedule(c);
}

static uint32_t pit_read(void *opaque, uint32_t offset, unsigned size)
{
    struct pit         *pit = opaque;
    struct pit_channel *c = &pit->ch[offset % 3];

    (void)size;
    if (offset == 3) return 0xFF; /* no such register: the bus floats */
    channel_sync(c);
    channel_schedule(c);
    return read_byte(c);
}

/* --- wiring ------------------------------------------------------------------------------------------------------------ */

struct irq_line pit_gate(struct pit *pit, int channel)
{
    return (struct irq_line){.set = gate_set, .opaque = &pit->ch[channel], .line = channel};
}

void pit_listen(struct pit *pit, int channel, bool on)
{
    struct pit_channel *c = &pit->ch[channel];

    channel_sync(c);
    c->listened = on;
    if (on) irq_set(&c->out_line, c->out);
    channel_schedule(c);
}

bool pit_out(struct pit *pit, int channel)
{
    struct pit_channel *c = &pit->ch[channel];

    channel_sync(c);
    channel_schedule(c);
    return c->out;
}

static const struct bus_ops pit_bus_ops = {.read = pit_read, .write = pit_write, .max_size = 1};

void pit_init(struct pit *pit, struct bus *bus, struct clock *clock, struct irq_line out0, struct irq_line out2)
{
    static const char *const names[PIT_CHANNELS] = {"pit.0", "pit.1", "pit.2"};

    memset(pit, 0, sizeof(*pit));
    for (int i = 0; i < PIT_CHANNELS; i++) {
        pit->ch[i].clock = clock;
        event_init(&pit->ch[i].edge, names[i], channel_edge, &pit->ch[i], 0);
    }
    pit->ch[0].out_line = out0;
    pit->ch[2].out_line = out2;
    bus_map_ports(bus, 0x40, 4, &pit_bus_ops, pit);
    pit_reset(pit);
}

/* The 8254 has no reset pin and powers up undefined; here: unprogrammed, OUT low. GATE 2 follows port 61h. */
void pit_reset(void *opaque)
{
    struct pit *pit = opaque;

    for (int i = 0; i < PIT_CHANNELS; i++) {
        struct pit_channel *c = &pit->ch[i];

        channel_sync(c);
        write_control(c, 0);
        c->ce = 0;
        c->latch = 0;
        c->status = 0;
        c->low_byte = 0;
        c->null_count = false;
        c->gate = i != 2;
        c->listened = i == 0;
        channel_schedule(c);
    }
}

static int pit_loaded(void *opaque)
{
    struct pit *pit = opaque;

    for (int i = 0; i < PIT_CHANNELS; i++) {
        struct pit_channel *c = &pit->ch[i];

        /* What was left from before the control word may be more than the new modulus. */
        if (c->ce >= (c->running ? modulus(c) : 65536)) return -EINVAL;
        if (c->clk > clock_ticks(PIT_HZ, clock_now(c->clock))) return -EINVAL;
    }
    return 0;
}

static const struct state_field pit_channel_fields[] = {
    STATE_UINT(struct pit_channel, clk),
    STATE_UINT(struct pit_channel, cr),
    STATE_UINT(struct pit_channel, ce),
    STATE_UINT(struct pit_channel, latch),
    STATE_UINT(struct pit_channel, control),
    STATE_UINT(struct pit_channel, status),
    STATE_UINT(struct pit_channel, low_byte),
    STATE_UINT(struct pit_channel, out),
    STATE_UINT(struct pit_channel, gate),
    STATE_UINT(struct pit_channel, written),
    STATE_UINT(struct pit_channel, null_count),
    STATE_UINT(struct pit_channel, load),
    STATE_UINT(struct pit_channel, running),
    STATE_UINT(struct pit_channel, halted),
    STATE_UINT(struct pit_channel, expired),
    STATE_UINT(struct pit_channel, odd),
    STATE_UINT(struct pit_channel, write_msb),
    STATE_UINT(struct pit_channel, read_msb),
    STATE_UINT(struct pit_channel, count_latched),
    STATE_UINT(struct pit_channel, status_latched),
    STATE_UINT(struct pit_channel, listened),
    STATE_SKIP(struct pit_channel, out_line),
    STATE_SKIP(struct pit_channel, clock),
    STATE_EVENT(struct pit_channel, edge),
    STATE_END
};

static const struct state_field pit_fields[] = {
    STATE_ARRAY(struct pit, ch, pit_channel_fields),
    STATE_END
};

const struct device_ops pit_ops = {
    .name = "pit", .version = 1, .reset = pit_reset, .fields = pit_fields, .loaded = pit_loaded,
};
