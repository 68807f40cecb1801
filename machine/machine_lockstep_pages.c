/* machine_lockstep_pages.c: the memory and the CPU of the two machines at the ends of a step. See machine_lockstep.h.
 *
 * At the start of a step no page is in the quick write tables, so the first write to each is announced (phys.h) while the page still
 * holds what it held before. */
#include "machine/machine_lockstep.h"

#include "cpu/x86/far.h"
#include "machine/snapshot_fields.h"

#include <errno.h>
#include <stdlib.h>

#define PAGES_MAX 8192u /* 32 MB of old pages */

static uint32_t place_of(const struct lockstep_side *s, const uint8_t *host)
{
    const struct pc *pc = &s->m->pc;

    if (host >= pc->phys.ram && host < pc->phys.ram + pc->phys.host_size) return (uint32_t)((host - pc->phys.ram) >> PAGE_SHIFT);
    if (host >= pc->vga.memory && host < pc->vga.memory + VGA_MEMORY_SIZE)
        return (uint32_t)((pc->phys.host_size + (uint64_t)(host - pc->vga.memory)) >> PAGE_SHIFT);
    return UINT32_MAX;
}

uint8_t *lockstep_place(const struct lockstep_side *s, uint32_t place)
{
    const struct pc *pc = &s->m->pc;
    uint64_t         at = (uint64_t)place << PAGE_SHIFT;

    return at < pc->phys.host_size ? pc->phys.ram + at : pc->vga.memory + (at - pc->phys.host_size);
}

static bool make_room(struct lockstep_side *s)
{
    unsigned              room = s->room ? 2 * s->room : 16;
    struct lockstep_page *page = room <= PAGES_MAX ? realloc(s->page, room * sizeof(*page)) : NULL;

    if (!page) return false;
    s->page = page;
    s->room = room;
    return true;
}

static void on_writing(void *opaque, const struct phys_region *r, uint32_t addr)
{
    struct lockstep_side *s = opaque;
    uint8_t              *host = r->host + ((addr & ~PAGE_MASK) - r->base);
    uint32_t              place = place_of(s, host);

    if (place == UINT32_MAX || s->seen[place]) return;
    if (s->pages == s->room && !make_room(s)) {
        s->lost = true;
        return;
    }
    s->seen[place] = 1;
    s->page[s->pages].place = place;
    memcpy(s->page[s->pages++].old, host, PAGE_SIZE);
}

int lockstep_pages_init(struct lockstep *l)
{
    l->places = (uint32_t)((l->side[0].m->pc.phys.host_size + VGA_MEMORY_SIZE + PAGE_MASK) >> PAGE_SHIFT);
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) {
        struct lockstep_side *s = &l->side[n];
        struct x86           *c = &s->m->pc.cpu;

        c->tlb_image_size = 0;
        s->bytes = fields_size(x86_ops.fields, c);
        s->before = calloc(1, s->bytes);
        s->after = calloc(1, s->bytes);
        s->seen = calloc(1, l->places);
        if (!s->before || !s->after || !s->seen || !make_room(s)) return -ENOMEM;
        s->m->pc.phys.writing = on_writing;
        s->m->pc.phys.writing_opaque = s;
        x86_tlb_drop_fast(c, 0, 0, true);
        lockstep_store_cpu(s, s->after);
    }
    return 0;
}

/* The image of the translation cache, which takes long to make, is left to the full comparisons. */
void lockstep_store_cpu(struct lockstep_side *s, uint8_t *out)
{
    struct x86 *c = &s->m->pc.cpu;
    uint32_t    listed = c->tlb.listed;

    c->tlb.listed = 0;
    x86_freeze(c);
    c->tlb.listed = listed;
    fields_store(x86_ops.fields, c, out);
}

static uint64_t device_accesses(const struct machine *m)
{
    return m->pc.bus.accesses + m->pc.phys.mmio_accesses + m->pc.cpu.stats.interrupts;
}

void lockstep_pages_begin(struct lockstep *l)
{
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) {
        struct lockstep_side *s = &l->side[n];
        uint8_t              *swap = s->before;

        if (s->pages || s->lost) x86_tlb_drop_fast(&s->m->pc.cpu, 0, 0, true);
        for (unsigned k = 0; k < s->pages; k++) s->seen[s->page[k].place] = 0;
        s->pages = 0;
        s->lost = false;
        s->before = s->after;
        s->after = swap;
        s->devices_before = device_accesses(s->m);
        s->flushes_before = s->m->pc.cpu.stats.tlb_flushes;
        s->fills_before = s->m->pc.cpu.tlb.fills;
        s->flags_before = s->m->pc.cpu.jf;
    }
}

static bool equal_page(const struct lockstep *l, uint32_t place)
{
    return !memcmp(lockstep_place(&l->side[0], place), lockstep_place(&l->side[1], place), PAGE_SIZE);
}

uint32_t lockstep_translation(const struct lockstep *l)
{
    const struct x86_tlb *a = &l->side[0].m->pc.cpu.tlb, *b = &l->side[1].m->pc.cpu.tlb;

    for (unsigned n = 0; n < a->listed; n++)
        if (a->entry[a->list[n]] != b->entry[a->list[n]]) return a->list[n];
    return UINT32_MAX;
}

static bool filled(const struct lockstep_side *s)
{
    return s->m->pc.cpu.tlb.fills != s->fills_before;
}

bool lockstep_equal(struct lockstep *l)
{
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) lockstep_store_cpu(&l->side[n], l->side[n].after);
    if (memcmp(l->side[0].after, l->side[1].after, l->side[0].bytes)) return false;
    if (l->side[0].m->pc.cpu.tlb.listed != l->side[1].m->pc.cpu.tlb.listed) return false;
    if ((filled(&l->side[0]) || filled(&l->side[1])) && lockstep_translation(l) != UINT32_MAX) return false;
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++)
        for (unsigned k = 0; k < l->side[n].pages; k++)
            if (!equal_page(l, l->side[n].page[k].place)) return false;
    return true;
}

bool lockstep_is_ahead(const struct lockstep *l)
{
    if (memcmp(l->side[0].after, l->side[1].after, l->side[0].bytes) || !filled(&l->side[LOCKSTEP_JIT])) return false;
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++)
        for (unsigned k = 0; k < l->side[n].pages; k++) {
            const uint8_t *a = lockstep_place(&l->side[0], l->side[n].page[k].place), *b = lockstep_place(&l->side[1], l->side[n].page[k].place);
            for (unsigned i = 0; i < PAGE_SIZE; i++)
                if ((a[i] ^ b[i]) & ~0x60) return false;
        }
    return true;
}

/* --- back to the start ------------------------------------------------------------------------------------------------------------------ */

bool lockstep_can_go_back(const struct lockstep *l)
{
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++)
        if (l->side[n].lost || device_accesses(l->side[n].m) != l->side[n].devices_before) return false;
    return true;
}

/* As the CPU does after a load, but its translations stay: they are what is looked for. The translation cache stays too, with what came in
 * since, unless the step flushed it. */
static void restore_cpu(struct lockstep_side *s)
{
    struct x86 *c = &s->m->pc.cpu;

    fields_load(x86_ops.fields, c, &s->m->pc.clock, s->before);
    c->jf = s->flags_before;
    if (c->stats.tlb_flushes != s->flushes_before) x86_tlb_flush(c, false);
    for (unsigned n = 0; n < SEG_COUNT; n++) x86_derive_segment(c, n);
    x86_tlb_select(c);
    x86_update_step(c);
    c->cur = NULL;
    c->link_from = NULL;
    c->kicked = false;
}

static uint32_t physical(const struct lockstep_side *s, uint32_t place)
{
    return place < s->m->pc.phys.host_size >> PAGE_SHIFT ? place << PAGE_SHIFT : UINT32_MAX;
}

/* Bytes are written only where they differ, so that code that was not changed stays translated. Code is known by its address in main
 * memory. */
static void restore_page(struct lockstep_side *s, const struct lockstep_page *page)
{
    uint8_t *now = lockstep_place(s, page->place);
    uint32_t at = physical(s, page->place);

    for (uint32_t n = 0; n < PAGE_SIZE; n++) {
        if (now[n] == page->old[n]) continue;
        now[n] = page->old[n];
        if (at != UINT32_MAX && s->m->pc.phys.code_lines[at >> PAGE_SHIFT]) s->m->pc.phys.code_written(&s->m->pc.cpu, at + n, 1);
    }
}

void lockstep_go_back(struct lockstep *l)
{
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) {
        struct lockstep_side *s = &l->side[n];

        for (unsigned k = 0; k < s->pages; k++) restore_page(s, &s->page[k]);
        restore_cpu(s);
    }
}
