/* pic.c: 8259A programmable interrupt controllers, two, cascaded on IR2.
 *
 * Ports 20h-21h (master, IRQ0-7), A0h-A1h (slave, IRQ8-15), 4D0h-4D1h (edge/level control, ELCR).
 * Sources: Intel 231468 (8259A data sheet), called DS here; Intel 290550 (PIIX3) 2.5.4 for ELCR. */
#include "devices/pic.h"

#include <errno.h>
#include <string.h>

enum {
    CASCADE = 2, /* the master's input that the slave's INT is wired to */

    ICW1_IC4 = 0x01,  /* ICW4 follows */
    ICW1_SNGL = 0x02, /* no slave: ICW3 does not follow */
    ICW1_ADI = 0x04,  /* MCS-80: vectors 4 bytes apart, not 8 */
    ICW1_LTIM = 0x08, /* all inputs level triggered */
    ICW1 = 0x10,

    ICW4_UPM = 0x01, /* 8086, not MCS-80 */
    ICW4_AEOI = 0x02,
    ICW4_MASTER = 0x04, /* together with ICW4_BUF */
    ICW4_BUF = 0x08,
    ICW4_SFNM = 0x10,

    OCW2_EOI = 0x20,
    OCW2_SL = 0x40,
    OCW2_R = 0x80,

    OCW3 = 0x08,
    OCW3_RIS = 0x01,
    OCW3_RR = 0x02,
    OCW3_P = 0x04,
    OCW3_SMM = 0x20,
    OCW3_ESMM = 0x40,

    ELCR_MASTER = 0xF8, /* PIIX3: IRQ0, 1, 2, 8 and 13 are always edge triggered */
    ELCR_SLAVE = 0xDE,

    NO_LEVEL = -1,
};

/* --- one chip ---------------------------------------------------------------------------------------------------------- */

static uint8_t level_triggered(const struct i8259 *c)
{
    return c->icw1 & ICW1_LTIM ? 0xFF : c->elcr;
}

static uint8_t irr(const struct i8259 *c)
{
    uint8_t level = level_triggered(c);
    return (uint8_t)((c->lines & level) | (c->latch & ~level));
}

/* The input of highest priority among those in MASK. */
static int highest(const struct i8259 *c, uint8_t mask)
{
    for (int i = 1; i <= 8; i++) {
        int n = (c->lowest + i) & 7;
        if (mask & 1 << n) return n;
    }
    return NO_LEVEL;
}

/* How far down the priority order input N is: 0 is the highest. */
static int rank(const struct i8259 *c, int n)
{
    return (n - c->lowest - 1) & 7;
}

/* The request that the chip signals by INT, or NO_LEVEL. A level in service holds off itself and all below it (DS, "Fully
 * Nested Mode"), with two exceptions: in special mask mode a masked level in service holds off nothing, and in special
 * fully nested mode an input with a slave does not hold off that slave's further, higher requests. */
static int pending(const struct i8259 *c)
{
    uint8_t serving = c->special_mask ? c->isr & ~c->imr : c->isr;
    int     request = c->ready && !c->expect ? highest(c, irr(c) & ~c->imr) : NO_LEVEL;
    int     current = highest(c, serving);

    if (request == NO_LEVEL || current == NO_LEVEL || rank(c, request) < rank(c, current)) return request;
    if (request == current && c == &c->pair->master && c->icw4 & ICW4_SFNM && c->icw3 & 1 << request) return request;
    return NO_LEVEL;
}

static void set_input(struct i8259 *c, int n, bool level)
{
    uint8_t bit = (uint8_t)(1 << n);

    if (level) {
        if (!(c->lines & bit)) c->latch |= bit;
        c->lines |= bit;
    } else {
        /* DS, "Edge and Level Triggered Modes": a request that goes away before INTA is no request any more. */
        c->lines &= ~bit;
        c->latch &= ~bit;
    }
}

/* Moves the request N into service. */
static void serve(struct i8259 *c, int n)
{
    uint8_t bit = (uint8_t)(1 << n);

    c->latch &= ~bit;
    if (!(c->icw4 & ICW4_AEOI))
        c->isr |= bit;
    else if (c->rotate_on_aeoi)
        c->lowest = (uint8_t)n;
}

/* What the chip puts on the bus at the second INTA. In MCS-80 mode that is the low half of a CALL's address. */
static uint8_t vector(const struct i8259 *c, int n)
{
    if (c->icw4 & ICW4_UPM) return (uint8_t)((c->icw2 & 0xF8) | n);
    if (c->icw1 & ICW1_ADI) return (uint8_t)((c->icw1 & 0xE0) | n << 2);
    return (uint8_t)((c->icw1 & 0xC0) | n << 3);
}

/* --- the pair ---------------------------------------------------------------------------------------------------------- */

/* Drives the INT outputs after any change. */
static void update(struct pic *pic)
{
    bool intr;

    set_input(&pic->master, CASCADE, pending(&pic->slave) != NO_LEVEL);
    intr = pending(&pic->master) != NO_LEVEL;
    if (intr == pic->intr_level) return;
    pic->intr_level = intr;
    irq_set(&pic->intr, intr);
}

/* INTA to one chip; returns the level accepted or, with nothing requested, NO_LEVEL. INT drops at INTA, so that the
 * slave's next request is an edge for the master. */
static int accept(struct i8259 *c)
{
    int n = pending(c);

    if (n != NO_LEVEL) serve(c, n);
    if (c == &c->pair->slave) set_input(&c->pair->master, CASCADE, false);
    return n;
}

uint8_t pic_acknowledge(struct pic *pic)
{
    struct i8259 *c = &pic->master;
    int           n = accept(c);
    uint8_t       result;

    if (n != NO_LEVEL && c->icw3 & 1 << n && !(c->icw1 & ICW1_SNGL)) {
        c = &pic->slave;
        if ((c->icw3 & 7) != n) { /* no slave answers to this number: the bus floats */
            update(pic);
            return 0xFF;
        }
        n = accept(c);
    }
    result = vector(c, n == NO_LEVEL ? 7 : n);
    update(pic);
    return result;
}

static void line_set(void *opaque, int irq, bool level)
{
    struct pic   *pic = opaque;
    struct i8259 *c = irq < 8 ? &pic->master : &pic->slave;

    if (irq == CASCADE || !!(c->lines & 1 << (irq & 7)) == level) return;
    set_input(c, irq & 7, level);
    update(pic);
}

struct irq_line pic_line(struct pic *pic, int irq)
{
    return (struct irq_line){.set = line_set, .opaque = pic, .line = irq & 15};
}

/* --- ports ------------------------------------------------------------------------------------------------------------- */

/* DS, "Initialization Command Words": what ICW1 does at once. */
static void write_icw1(struct i8259 *c, uint8_t value)
{
    c->icw1 = value;
    c->icw4 = 0;
    c->latch = 0; /* the edge sense circuit is reset: an input must rise anew */
    c->isr = 0;
    c->imr = 0;
    c->lowest = 7;
    c->special_mask = false;
    c->rotate_on_aeoi = false;
    c->read_isr = false;
    c->poll = false;
    c->ready = true;
    c->expect = 2;
}

static void write_icw(struct i8259 *c, uint8_t value)
{
    switch (c->expect) {
    case 2:
        c->icw2 = value;
        c->expect = !(c->icw1 & ICW1_SNGL) ? 3 : c->icw1 & ICW1_IC4 ? 4 : 0;
        break;
    case 3:
        c->icw3 = value;
        c->expect = c->icw1 & ICW1_IC4 ? 4 : 0;
        break;
    default:
        c->icw4 = value;
        c->expect = 0;
        break;
    }
}

static void write_ocw2(struct i8259 *c, uint8_t value)
{
    int n = value & 7;

    if (value & OCW2_EOI) {
        /* DS, "Special Mask Mode": a nonspecific EOI does not clear a masked level in that mode. */
        if (!(value & OCW2_SL)) n = highest(c, c->special_mask ? c->isr & ~c->imr : c->isr);
        if (n == NO_LEVEL) return;
        c->isr &= ~(1 << n);
        if (value & OCW2_R) c->lowest = (uint8_t)n;
    } else if (value & OCW2_SL) {
        if (value & OCW2_R) c->lowest = (uint8_t)n; /* set priority; without R: no operation */
    } else {
        c->rotate_on_aeoi = value & OCW2_R;
    }
}

static void write_ocw3(struct i8259 *c, uint8_t value)
{
    if (value & OCW3_ESMM) c->special_mask = value & OCW3_SMM;
    if (value & OCW3_P)
        c->poll = true;
    else if (value & OCW3_RR)
        c->read_isr = value & OCW3_RIS;
}

static void chip_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct i8259 *c = opaque;
    uint8_t       byte = (uint8_t)value;

    (void)size;
    if (offset == 1) {
        if (c->expect)
            write_icw(c, byte);
        else
            c->imr = byte;
    } else if (byte & ICW1) {
        write_icw1(c, byte);
    } else if (byte & OCW3) {
        write_ocw3(c, byte);
    } else {
        write_ocw2(c, byte);
    }
    update(c->pair);
}

/* DS, "Poll Command": the read after it is treated as INTA. */
static uint8_t read_poll(struct i8259 *c)
{
    int n = accept(c);

    c->poll = false;
    update(c->pair);
    return n == NO_LEVEL ? 0x07 : (uint8_t)(0x80 | n);
}

static uint32_t chip_read(void *opaque, uint32_t offset, unsigned size)
{
    struct i8259 *c = opaque;

    (void)size;
    if (c->poll) return read_poll(c);
    if (offset == 1) return c->imr;
    return c->read_isr ? c->isr : irr(c);
}

static uint32_t elcr_read(void *opaque, uint32_t offset, unsigned size)
{
    struct pic *pic = opaque;

    (void)size;
    return offset ? pic->slave.elcr : pic->master.elcr;
}

static void elcr_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct pic *pic = opaque;

    (void)size;
    if (offset)
        pic->slave.elcr = value & ELCR_SLAVE;
    else
        pic->master.elcr = value & ELCR_MASTER;
    update(pic);
}

/* --- wiring ------------------------------------------------------------------------------------------------------------ */

static const struct bus_ops chip_bus_ops = {.read = chip_read, .write = chip_write, .max_size = 1};
static const struct bus_ops elcr_bus_ops = {.read = elcr_read, .write = elcr_write, .max_size = 1};

void pic_init(struct pic *pic, struct bus *bus, struct irq_line intr)
{
    memset(pic, 0, sizeof(*pic));
    pic->intr = intr;
    pic->master.pair = pic;
    pic->slave.pair = pic;
    bus_map_ports(bus, 0x20, 2, &chip_bus_ops, &pic->master);
    bus_map_ports(bus, 0xA0, 2, &chip_bus_ops, &pic->slave);
    bus_map_ports(bus, 0x4D0, 2, &elcr_bus_ops, pic);
    pic_reset(pic);
}

/* The inputs keep their levels: the devices at their ends drive them. */
static void chip_reset(struct i8259 *c)
{
    *c = (struct i8259){.pair = c->pair, .lines = c->lines, .lowest = 7};
}

void pic_reset(void *opaque)
{
    struct pic *pic = opaque;

    chip_reset(&pic->master);
    chip_reset(&pic->slave);
    pic->master.lines &= ~(1 << CASCADE);
    pic->intr_level = false;
    irq_set(&pic->intr, false);
}

static int pic_loaded(void *opaque)
{
    struct pic *pic = opaque;

    if (pic->master.lowest > 7 || pic->slave.lowest > 7) return -EINVAL;
    if (pic->master.expect > 4 || pic->slave.expect > 4) return -EINVAL;
    irq_set(&pic->intr, pic->intr_level);
    return 0;
}

static const struct state_field i8259_fields[] = {
    STATE_SKIP(struct i8259, pair),
    STATE_UINT(struct i8259, lines),
    STATE_UINT(struct i8259, latch),
    STATE_UINT(struct i8259, isr),
    STATE_UINT(struct i8259, imr),
    STATE_UINT(struct i8259, elcr),
    STATE_UINT(struct i8259, icw1),
    STATE_UINT(struct i8259, icw2),
    STATE_UINT(struct i8259, icw3),
    STATE_UINT(struct i8259, icw4),
    STATE_UINT(struct i8259, expect),
    STATE_UINT(struct i8259, lowest),
    STATE_UINT(struct i8259, ready),
    STATE_UINT(struct i8259, read_isr),
    STATE_UINT(struct i8259, poll),
    STATE_UINT(struct i8259, special_mask),
    STATE_UINT(struct i8259, rotate_on_aeoi),
    STATE_END
};

static const struct state_field pic_fields[] = {
    STATE_STRUCT(struct pic, master, i8259_fields),
    STATE_STRUCT(struct pic, slave, i8259_fields),
    STATE_SKIP(struct pic, intr),
    STATE_UINT(struct pic, intr_level),
    STATE_END
};

const struct device_ops pic_ops = {
    .name = "pic", .version = 1, .reset = pic_reset, .fields = pic_fields, .loaded = pic_loaded,
};
