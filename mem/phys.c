/* phys.c: see phys.h. */
#include "mem/phys.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static void *reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static void unreserve(void *p, size_t size)
{
    if (p) munmap(p, size);
}

int phys_init(struct phys *p, uint64_t ram_size)
{
    memset(p, 0, sizeof(*p));
    p->ram_size = ram_size;
    p->host_size = ram_size < 0x100000 ? 0x100000 : ram_size;
    p->a20_mask = p->top_mask = 0xFFFFFFFFu;
    p->ram = reserve(p->host_size);
    p->read_map = reserve(PHYS_PAGES);
    p->write_map = reserve(PHYS_PAGES);
    p->fixed_read = reserve(PHYS_PAGES);
    p->fixed_write = reserve(PHYS_PAGES);
    p->code_lines = reserve(PHYS_PAGES * sizeof(uint64_t));
    if (!p->ram || !p->read_map || !p->write_map || !p->fixed_read || !p->fixed_write || !p->code_lines) {
        phys_destroy(p);
        return -ENOMEM;
    }
    p->regions = 1;
    phys_region_ram(p, 0, p->host_size, p->ram, NULL, false);
    phys_map(p, 0, ram_size < 0xA0000 ? ram_size : 0xA0000, PHYS_REGION_MAIN, true, true);
    if (ram_size > 0x100000) phys_map(p, 0x100000, ram_size - 0x100000, PHYS_REGION_MAIN, true, true);
    return 0;
}

void phys_destroy(struct phys *p)
{
    unreserve(p->ram, p->host_size);
    unreserve(p->read_map, PHYS_PAGES);
    unreserve(p->write_map, PHYS_PAGES);
    unreserve(p->fixed_read, PHYS_PAGES);
    unreserve(p->fixed_write, PHYS_PAGES);
    unreserve(p->code_lines, PHYS_PAGES * sizeof(uint64_t));
    memset(p, 0, sizeof(*p));
}

static bool in_use(const struct phys *p, unsigned region)
{
    for (unsigned n = 0; n < p->windows; n++)
        if (p->window[n].region == region) return true;
    return p->fixed[region];
}

static unsigned add_region(struct phys *p, const struct phys_region *r)
{
    for (unsigned n = 1; n < p->regions; n++) {
        const struct phys_region *q = &p->region[n];
        if (q->kind == r->kind && q->base == r->base && q->size == r->size && q->host == r->host && q->dirty == r->dirty &&
            q->ops == r->ops && q->device == r->device)
            return n;
    }
    if (p->regions < PHYS_MAX_REGIONS) {
        p->region[p->regions] = *r;
        return p->regions++;
    }
    for (unsigned n = 1; n < PHYS_MAX_REGIONS; n++) { // windows move
        if (in_use(p, n)) continue;
        p->region[n] = *r;
        return n;
    }
    return 0;
}

unsigned phys_region_ram(struct phys *p, uint32_t base, uint64_t size, uint8_t *host, uint8_t *dirty, bool rom)
{
    return add_region(p, &(struct phys_region){
                             .kind = rom ? PHYS_ROM : PHYS_RAM, .base = base, .size = size, .host = host, .dirty = dirty});
}

unsigned phys_region_mmio(struct phys *p, uint32_t base, uint64_t size, const struct bus_ops *ops, void *device)
{
    return add_region(p, &(struct phys_region){.kind = PHYS_MMIO, .base = base, .size = size, .ops = ops, .device = device});
}

static void remapped(struct phys *p, uint32_t base, uint64_t size)
{
    if (p->remapped) p->remapped(p->opaque, base, size);
}

static uint64_t clip(uint32_t base, uint64_t size)
{
    return base + size > 1ull << 32 ? (1ull << 32) - base : size;
}

/* What is seen at [base, base+size): the fixed map, and over it the windows. */
static void draw(struct phys *p, uint32_t base, uint64_t size)
{
    uint32_t first = base >> PAGE_SHIFT, pages = (uint32_t)((clip(base, size) + PAGE_MASK) >> PAGE_SHIFT);

    memcpy(p->read_map + first, p->fixed_read + first, pages);
    memcpy(p->write_map + first, p->fixed_write + first, pages);
    for (unsigned n = 0; n < p->windows; n++) {
        uint64_t from = p->window[n].base >> PAGE_SHIFT, to = (p->window[n].base + p->window[n].size) >> PAGE_SHIFT;

        if (from < first) from = first;
        if (to > first + (uint64_t)pages) to = first + (uint64_t)pages;
        if (from >= to) continue;
        memset(p->read_map + from, (int)p->window[n].region, to - from);
        memset(p->write_map + from, (int)p->window[n].region, to - from);
    }
    remapped(p, base, size);
}

void phys_map(struct phys *p, uint32_t base, uint64_t size, unsigned region, bool reads, bool writes)
{
    uint32_t first = base >> PAGE_SHIFT, pages = (uint32_t)((clip(base, size) + PAGE_MASK) >> PAGE_SHIFT);

    if (reads) memset(p->fixed_read + first, (int)region, pages);
    if (writes) memset(p->fixed_write + first, (int)region, pages);
    p->fixed[region] = true;
    draw(p, base, size);
}

void phys_set_window(struct phys *p, uint32_t base, uint64_t size, unsigned region)
{
    struct phys_window *w = p->window, *end = p->window + p->windows;

    size = clip(base, (size + PAGE_MASK) & ~(uint64_t)PAGE_MASK);
    while (w < end && (w->size > size || (w->size == size && w->base < base))) w++;
    if (w < end && w->size == size && w->base == base) {
        w->region = region;
        if (!region) {
            memmove(w, w + 1, (size_t)(end - w - 1) * sizeof(*w));
            p->windows--;
        }
    } else if (region && p->windows < PHYS_MAX_WINDOWS) {
        memmove(w + 1, w, (size_t)(end - w) * sizeof(*w));
        *w = (struct phys_window){base, size, region};
        p->windows++;
    }
    draw(p, base, size);
}

void phys_set_a20(struct phys *p, bool enabled)
{
    uint32_t mask = enabled ? 0xFFFFFFFFu : ~(1u << 20);

    if (mask == p->a20_mask) return;
    p->a20_mask = mask;
    remapped(p, 0, 0);
}

/* --- single accesses ----------------------------------------------------------------------------------------------------- */

static uint64_t load_le(const uint8_t *host, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, host, size);
    return value;
}

static uint64_t ones(unsigned size)
{
    return size == 8 ? ~0ull : (1ull << (8 * size)) - 1;
}

static uint64_t mmio_read(struct phys *p, const struct phys_region *r, uint32_t offset, unsigned size)
{
    uint64_t value = 0;
    unsigned step = r->ops->max_size;

    p->mmio_accesses++;
    if (!r->ops->read) return ones(size);
    for (unsigned done = 0; done < size; done += step) {
        if (step > size - done) step = size - done;
        if (step == 3) step = 2;
        value |= ((uint64_t)r->ops->read(r->device, offset + done, step) & ones(step)) << (8 * done);
    }
    return value;
}

static void mmio_write(struct phys *p, const struct phys_region *r, uint32_t offset, uint64_t value, unsigned size)
{
    unsigned step = r->ops->max_size;

    p->mmio_accesses++;
    if (!r->ops->write) return;
    for (unsigned done = 0; done < size; done += step) {
        if (step > size - done) step = size - done;
        if (step == 3) step = 2;
        r->ops->write(r->device, offset + done, (uint32_t)((value >> (8 * done)) & ones(step)), step);
    }
}

uint64_t phys_read(struct phys *p, uint32_t addr, unsigned size)
{
    const struct phys_region *r;

    addr = phys_wrap(p, addr);
    r = phys_reader(p, addr);
    switch (r->kind) {
    case PHYS_RAM:
    case PHYS_ROM: return load_le(r->host + (addr - r->base), size);
    case PHYS_MMIO: return mmio_read(p, r, addr - r->base, size);
    default: return ones(size);
    }
}

/* Tells the CPU of a write to lines that hold decoded code. */
static void note_code(struct phys *p, uint32_t addr, size_t n)
{
    uint64_t lines = p->code_lines[addr >> PAGE_SHIFT];
    unsigned first, last;

    if (!lines) return;
    first = (addr & PAGE_MASK) >> 6;
    last = ((addr & PAGE_MASK) + (uint32_t)n - 1) >> 6;
    if (lines & (~0ull << first) & (~0ull >> (63 - last))) p->code_written(p->opaque, addr, (uint32_t)n);
}

static void write_ram(struct phys *p, const struct phys_region *r, uint32_t addr, const void *data, size_t n)
{
    phys_announce(p, r, addr);
    memcpy(r->host + (addr - r->base), data, n);
    if (r->dirty) r->dirty[(addr - r->base) >> PAGE_SHIFT] = 1;
    note_code(p, addr, n);
}

void phys_write(struct phys *p, uint32_t addr, uint64_t value, unsigned size)
{
    const struct phys_region *r;

    addr = phys_wrap(p, addr);
    r = phys_writer(p, addr);
    if (r->kind == PHYS_RAM) write_ram(p, r, addr, &value, size);
    else if (r->kind == PHYS_MMIO) mmio_write(p, r, addr - r->base, value, size);
}

/* --- blocks ---------------------------------------------------------------------------------------------------------------- */

static size_t page_rest(uint64_t addr, size_t n)
{
    size_t rest = PAGE_SIZE - (addr & PAGE_MASK);

    return rest < n ? rest : n;
}

void phys_read_block(struct phys *p, uint64_t addr, void *buf, size_t n)
{
    uint8_t *to = buf;

    while (n) {
        size_t                    step = page_rest(addr, n);
        uint32_t                  at = phys_wrap(p, (uint32_t)addr);
        const struct phys_region *r = addr >> 32 ? &p->region[0] : phys_reader(p, at);

        if (r->kind == PHYS_RAM || r->kind == PHYS_ROM) {
            memcpy(to, r->host + (at - r->base), step);
        } else if (r->kind == PHYS_MMIO) {
            for (size_t k = 0; k < step; k++) to[k] = (uint8_t)mmio_read(p, r, at + (uint32_t)k - r->base, 1);
        } else {
            memset(to, 0xFF, step);
        }
        addr += step;
        to += step;
        n -= step;
    }
}

void phys_write_block(struct phys *p, uint64_t addr, const void *buf, size_t n)
{
    const uint8_t *from = buf;

    while (n) {
        size_t                    step = page_rest(addr, n);
        uint32_t                  at = phys_wrap(p, (uint32_t)addr);
        const struct phys_region *r = addr >> 32 ? &p->region[0] : phys_writer(p, at);

        if (r->kind == PHYS_RAM) {
            write_ram(p, r, at, from, step);
        } else if (r->kind == PHYS_MMIO) {
            for (size_t k = 0; k < step; k++) mmio_write(p, r, at + (uint32_t)k - r->base, from[k], 1);
        }
        addr += step;
        from += step;
        n -= step;
    }
}

size_t phys_peek(struct phys *p, uint64_t addr, void *buf, size_t n)
{
    uint8_t *to = buf;
    size_t   good = 0;

    for (size_t done = 0; done < n;) {
        size_t                    step = page_rest(addr + done, n - done);
        uint32_t                  at = phys_wrap(p, (uint32_t)(addr + done));
        const struct phys_region *r = (addr + done) >> 32 ? &p->region[0] : phys_reader(p, at);

        if (r->kind == PHYS_RAM || r->kind == PHYS_ROM) {
            memcpy(to + done, r->host + (at - r->base), step);
            good += step;
        } else {
            memset(to + done, 0xFF, step);
        }
        done += step;
    }
    return good;
}

/* --- the bus's view ---------------------------------------------------------------------------------------------------------- */

static void bus_read(void *opaque, uint64_t addr, void *buf, size_t n)
{
    phys_read_block(opaque, addr, buf, n);
}

static void bus_write(void *opaque, uint64_t addr, const void *buf, size_t n)
{
    phys_write_block(opaque, addr, buf, n);
}

/* Whether ADDR is main memory, over which no device can be mapped: the host bridge claims it first. */
static bool is_main_memory(const struct phys *p, uint64_t addr)
{
    return addr < p->ram_size && (addr < 0xA0000 || addr >= 0x100000);
}

static void map_window(struct phys *p, uint64_t base, uint64_t size, unsigned region)
{
    uint64_t end = base + size;

    if (base >> 32) return;
    while (base < end && is_main_memory(p, base)) base += PAGE_SIZE;
    if (base < end) phys_set_window(p, (uint32_t)base, end - base, region);
}

static void bus_map_mmio_(void *opaque, uint64_t base, uint64_t size, const struct bus_ops *ops, void *device)
{
    map_window(opaque, base, size, ops ? phys_region_mmio(opaque, (uint32_t)base, size, ops, device) : 0);
}

static void bus_map_ram_(void *opaque, uint64_t base, uint64_t size, uint8_t *host, uint8_t *dirty)
{
    map_window(opaque, base, size, host ? phys_region_ram(opaque, (uint32_t)base, size, host, dirty, false) : 0);
}

void phys_attach_bus(struct phys *p, struct bus *bus)
{
    bus->memory = (struct bus_memory){
        .opaque = p, .read = bus_read, .write = bus_write, .map_mmio = bus_map_mmio_, .map_ram = bus_map_ram_};
}
