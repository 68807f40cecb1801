/* stub.h: the surroundings of one chip under test: a real bus and event queue, RAM, a clock moved by hand, interrupt
 * lines that remember what was done to them, and a DMA channel backed by an array.
 *
 *     struct stub *s = stub_new();
 *     pit_init(&pit, &s->bus, &s->clock, stub_line(s, 0));
 *     stub_out8(s, 0x43, 0x34);
 *     stub_run(s, 1000000);                  // a millisecond passes
 *     ck_assert_uint_eq(s->irq[0].rises, 1);
 *     stub_free(s);
 */
#ifndef TESTS_UNIT_STUB_H
#define TESTS_UNIT_STUB_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/dma_line.h"
#include "devices/irq.h"
#include "devices/state.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define STUB_LINES  32
#define STUB_EDGES  4096
#define STUB_RAM    (1u << 20)
#define STUB_MAPS   16
#define STUB_DMA    65536

/* One recorded line. TIMES are those of the first STUB_EDGES changes: even ones rises, odd ones falls. */
struct stub_irq {
    struct clock *clock;
    bool          level;
    unsigned      rises, falls;
    unsigned      sets; /* calls, changes or not */
    uint64_t      times[STUB_EDGES];
};

struct stub_map {
    uint64_t              base, size;
    const struct bus_ops *ops; /* MMIO */
    void                 *device;
    uint8_t              *host; /* or direct memory */
    uint8_t              *dirty;
};

/* The far end of a DMA channel: what a device wrote, or what it is going to read. */
struct stub_dma {
    uint8_t data[STUB_DMA];
    size_t  length;    /* bytes programmed; terminal count comes when they have passed */
    size_t  moved;     /* so far */
    bool    masked;
    bool    to_device; /* the direction programmed: memory to device */
};

struct stub {
    struct bus      bus;
    struct clock    clock;
    struct stub_irq irq[STUB_LINES];
    struct stub_dma dma;
    struct stub_map map[STUB_MAPS]; /* size 0: free */
    uint8_t         ram[STUB_RAM];
};

/* --- memory ------------------------------------------------------------------------------------------------------------ */

static inline struct stub_map *stub_find_map(struct stub *s, uint64_t addr)
{
    for (int i = STUB_MAPS - 1; i >= 0; i--)
        if (s->map[i].size && addr >= s->map[i].base && addr - s->map[i].base < s->map[i].size) return &s->map[i];
    return NULL;
}

static inline void stub_memory_read(void *opaque, uint64_t addr, void *buf, size_t n)
{
    struct stub *s = opaque;
    uint8_t     *to = buf;

    for (size_t i = 0; i < n; i++, addr++) {
        struct stub_map *m = stub_find_map(s, addr);
        if (m && m->host)
            to[i] = m->host[addr - m->base];
        else if (m && m->ops->read)
            to[i] = (uint8_t)m->ops->read(m->device, (uint32_t)(addr - m->base), 1);
        else
            to[i] = !m && addr < STUB_RAM ? s->ram[addr] : 0xFF;
    }
}

static inline void stub_memory_write(void *opaque, uint64_t addr, const void *buf, size_t n)
{
    struct stub   *s = opaque;
    const uint8_t *from = buf;

    for (size_t i = 0; i < n; i++, addr++) {
        struct stub_map *m = stub_find_map(s, addr);
        if (m && m->host) {
            m->host[addr - m->base] = from[i];
            if (m->dirty) m->dirty[(addr - m->base) >> 12] = 1;
        } else if (m && m->ops->write) {
            m->ops->write(m->device, (uint32_t)(addr - m->base), from[i], 1);
        } else if (!m && addr < STUB_RAM) {
            s->ram[addr] = from[i];
        }
    }
}

static inline void stub_add_map(struct stub *s, struct stub_map map)
{
    int free_slot = -1;

    for (int i = 0; i < STUB_MAPS; i++) {
        if (s->map[i].size && s->map[i].base == map.base) s->map[i].size = 0;
        if (!s->map[i].size && free_slot < 0) free_slot = i;
    }
    if (!map.ops && !map.host) return; /* unmapping */
    ck_assert_int_ge(free_slot, 0);
    s->map[free_slot] = map;
}

static inline void stub_map_mmio(void *opaque, uint64_t base, uint64_t size, const struct bus_ops *ops, void *device)
{
    stub_add_map(opaque, (struct stub_map){.base = base, .size = size, .ops = ops, .device = device});
}

static inline void stub_map_ram(void *opaque, uint64_t base, uint64_t size, uint8_t *host, uint8_t *dirty)
{
    stub_add_map(opaque, (struct stub_map){.base = base, .size = size, .host = host, .dirty = dirty});
}

/* One access of SIZE bytes (1, 2 or 4) to an MMIO window, as the CPU makes it. */
static inline uint32_t stub_mmio_read(struct stub *s, uint64_t addr, unsigned size)
{
    struct stub_map *m = stub_find_map(s, addr);
    ck_assert(m && m->ops);
    return m->ops->read(m->device, (uint32_t)(addr - m->base), size);
}

static inline void stub_mmio_write(struct stub *s, uint64_t addr, uint32_t value, unsigned size)
{
    struct stub_map *m = stub_find_map(s, addr);
    ck_assert(m && m->ops);
    m->ops->write(m->device, (uint32_t)(addr - m->base), value, size);
}

/* --- lines ------------------------------------------------------------------------------------------------------------- */

static inline void stub_irq_set(void *opaque, int line, bool level)
{
    struct stub_irq *irq = opaque;
    unsigned         edges = irq->rises + irq->falls;

    (void)line;
    irq->sets++;
    if (irq->level == level) return;
    if (edges < STUB_EDGES) irq->times[edges] = clock_now(irq->clock);
    irq->level = level;
    if (level)
        irq->rises++;
    else
        irq->falls++;
}

/* Line N of the recorder, to hand to a device. */
static inline struct irq_line stub_line(struct stub *s, int n)
{
    ck_assert(n >= 0 && n < STUB_LINES);
    return (struct irq_line){.set = stub_irq_set, .opaque = &s->irq[n], .line = n};
}

/* Forgets the counts of line N, not its level. */
static inline void stub_forget(struct stub *s, int n)
{
    s->irq[n].rises = s->irq[n].falls = s->irq[n].sets = 0;
}

/* --- DMA --------------------------------------------------------------------------------------------------------------- */

static inline size_t stub_dma_take(struct stub_dma *d, size_t n, bool *tc)
{
    size_t left = d->length - d->moved;
    size_t now = n < left ? n : left;

    *tc = now && now == left;
    return now;
}

static inline size_t stub_dma_write(void *opaque, int channel, const uint8_t *buf, size_t n, bool *tc)
{
    struct stub_dma *d = opaque;

    (void)channel;
    *tc = false;
    if (d->masked || d->to_device) return 0;
    n = stub_dma_take(d, n, tc);
    memcpy(d->data + d->moved, buf, n);
    d->moved += n;
    return n;
}

static inline size_t stub_dma_read(void *opaque, int channel, uint8_t *buf, size_t n, bool *tc)
{
    struct stub_dma *d = opaque;

    (void)channel;
    *tc = false;
    if (d->masked || !d->to_device) return 0;
    n = stub_dma_take(d, n, tc);
    memcpy(buf, d->data + d->moved, n);
    d->moved += n;
    return n;
}

/* A DMA channel of LENGTH bytes in s->dma.data, memory to device or the other way. */
static inline void stub_dma_program(struct stub *s, size_t length, bool to_device)
{
    ck_assert(length <= STUB_DMA);
    s->dma.length = length;
    s->dma.moved = 0;
    s->dma.masked = false;
    s->dma.to_device = to_device;
}

static inline struct dma_line stub_dma_line(struct stub *s, int channel)
{
    return (struct dma_line){.opaque = &s->dma, .channel = channel, .write = stub_dma_write, .read = stub_dma_read};
}

/* --- the whole --------------------------------------------------------------------------------------------------------- */

static inline struct stub *stub_new(void)
{
    struct stub *s = calloc(1, sizeof(*s));

    ck_assert_ptr_nonnull(s);
    bus_init(&s->bus);
    clock_init(&s->clock);
    s->bus.memory = (struct bus_memory){.opaque = s,
                                        .read = stub_memory_read,
                                        .write = stub_memory_write,
                                        .map_mmio = stub_map_mmio,
                                        .map_ram = stub_map_ram};
    s->dma.masked = true;
    for (int i = 0; i < STUB_LINES; i++) s->irq[i].clock = &s->clock;
    return s;
}

static inline void stub_free(struct stub *s)
{
    free(s);
}

/* Lets NS of virtual time pass, running what is due. */
static inline void stub_run(struct stub *s, uint64_t ns)
{
    clock_advance_to(&s->clock, s->clock.now + ns);
}

static inline uint8_t stub_in8(struct stub *s, uint16_t port)
{
    return (uint8_t)bus_in(&s->bus, port, 1);
}

static inline uint16_t stub_in16(struct stub *s, uint16_t port)
{
    return (uint16_t)bus_in(&s->bus, port, 2);
}

static inline uint32_t stub_in32(struct stub *s, uint16_t port)
{
    return bus_in(&s->bus, port, 4);
}

static inline void stub_out8(struct stub *s, uint16_t port, uint8_t value)
{
    bus_out(&s->bus, port, value, 1);
}

static inline void stub_out16(struct stub *s, uint16_t port, uint16_t value)
{
    bus_out(&s->bus, port, value, 2);
}

static inline void stub_out32(struct stub *s, uint16_t port, uint32_t value)
{
    bus_out(&s->bus, port, value, 4);
}

/* --- field tables ------------------------------------------------------------------------------------------------------ */

static inline bool stub_buffer_equal(const struct state_field *f, const uint8_t *a, const uint8_t *b)
{
    uint32_t    na, nb;
    const void *pa, *pb;

    memcpy(&na, a + f->extra, sizeof(na));
    memcpy(&nb, b + f->extra, sizeof(nb));
    memcpy(&pa, a + f->offset, sizeof(pa));
    memcpy(&pb, b + f->offset, sizeof(pb));
    return na == nb && (na == 0 || !memcmp(pa, pb, na));
}

/* The name of the first field in which A and B differ by their table, NULL if they are equal. */
static inline const char *stub_state_differs(const struct state_field *fields, const void *a, const void *b)
{
    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) {
        const uint8_t *pa = (const uint8_t *)a + f->offset, *pb = (const uint8_t *)b + f->offset;

        if (f->kind == STATE_KIND_UINT || f->kind == STATE_KIND_BYTES) {
            if (memcmp(pa, pb, (size_t)f->size * f->count)) return f->name;
        } else if (f->kind == STATE_KIND_STRUCT) {
            for (uint32_t i = 0; i < f->count; i++) {
                const char *name = stub_state_differs(f->fields, pa + i * f->size, pb + i * f->size);
                if (name) return name;
            }
        } else if (f->kind == STATE_KIND_EVENT) {
            const struct event *ea = (const void *)pa, *eb = (const void *)pb;
            if (ea->pending != eb->pending || (ea->pending && ea->when != eb->when)) return f->name;
        } else if (f->kind == STATE_KIND_BUFFER || f->kind == STATE_KIND_GROWING) {
            if (!stub_buffer_equal(f, a, b)) return f->name;
        }
    }
    return NULL;
}

#endif
