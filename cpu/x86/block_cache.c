/* block_cache.c: see block_cache.h. Code is found by physical address, so it survives address space switches; pages that
 * hold decoded code are kept out of the quick write table, so that every write to them comes here. */
#include "cpu/x86/block_cache.h"

#include "cpu/x86/decode.h"
#include "cpu/x86/handlers.h"
#include "cpu/x86/interp.h"
#include "cpu/x86/jit/jit.h"
#include "cpu/x86/plan.h"
#include "cpu/x86/x86.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#define ARENA_SIZE (64u << 20)
#define BLOCK_ROOM (sizeof(struct x86_block) + (BLOCK_MAX_INSNS + 1) * sizeof(struct x86_insn))

/* --- which memory is code ------------------------------------------------------------------------------------------------------ */

static uint64_t lines_of(uint32_t phys, unsigned bytes)
{
    unsigned first = (phys & PAGE_MASK) >> 6, last = ((phys & PAGE_MASK) + bytes - 1u) >> 6;

    return (~0ull << first) & (~0ull >> (63 - last));
}

/* Which bytes of a page belong to code, a bit each. */
struct code_map {
    struct code_map *next;
    uint32_t         page;
    uint64_t         bits[PAGE_SIZE / 64];
    uint32_t         after; /* 0: x86_code_map() */
};

static struct code_map *new_map(struct x86_block_cache *k, uint32_t page)
{
    struct code_map *m = calloc(1, sizeof(*m));

    if (!m) return NULL;
    m->page = page;
    m->next = k->maps;
    k->maps = m;
    return m;
}

/* Without memory for a map every byte of the page counts as code. */
void x86_code_keep(struct x86 *c, uint32_t phys, unsigned bytes)
{
    uint32_t          page = phys >> PAGE_SHIFT, first = phys & PAGE_MASK;
    struct code_map **map = &c->cache->map[page];

    c->phys->code_lines[page] |= lines_of(phys, bytes);
    if (!*map) *map = new_map(c->cache, page);
    for (uint32_t k = first; *map && k < first + bytes; k++) (*map)->bits[k >> 6] |= 1ull << (k & 63);
}

void x86_code_mark(struct x86 *c, uint32_t phys, unsigned bytes)
{
    if (!c->phys->code_lines[phys >> PAGE_SHIFT]) x86_tlb_drop_fast(c, phys & ~PAGE_MASK, PAGE_SIZE, true);
    x86_code_keep(c, phys, bytes);
}

static void forget_maps(struct x86 *c)
{
    struct code_map *next;

    x86_forget_beside(c);
    for (struct code_map *m = c->cache->maps; m; m = next) {
        next = m->next;
        c->cache->map[m->page] = NULL;
        c->phys->code_lines[m->page] = 0;
        free(m);
    }
    c->cache->maps = NULL;
}

/* --- the cache ------------------------------------------------------------------------------------------------------------------- */

int x86_blocks_init(struct x86 *c)
{
    struct x86_block_cache *k = calloc(1, sizeof(*k));

    if (!k) return -ENOMEM;
    c->cache = k;
    k->size = ARENA_SIZE;
    k->arena = mmap(NULL, k->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    k->page = mmap(NULL, PHYS_PAGES * sizeof(*k->page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    k->map = mmap(NULL, PHYS_PAGES * sizeof(*k->map), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    k->bucket = calloc(BLOCK_BUCKETS, sizeof(*k->bucket));
    k->scratch = calloc(1, BLOCK_ROOM);
    if (k->arena == MAP_FAILED || k->page == MAP_FAILED || k->map == MAP_FAILED || !k->bucket || !k->scratch) {
        x86_blocks_destroy(c);
        return -ENOMEM;
    }
    return 0;
}

void x86_blocks_destroy(struct x86 *c)
{
    struct x86_block_cache *k = c->cache;

    if (!k) return;
    if (k->map && (void *)k->map != MAP_FAILED) {
        forget_maps(c);
        munmap(k->map, PHYS_PAGES * sizeof(*k->map));
    }
    if (k->arena && k->arena != MAP_FAILED) munmap(k->arena, ARENA_SIZE);
    if (k->page && (void *)k->page != MAP_FAILED) munmap(k->page, PHYS_PAGES * sizeof(*k->page));
    free(k->bucket);
    free(k->scratch);
    free(k);
    c->cache = NULL;
}

static unsigned bucket_of(uint32_t phys, uint32_t key)
{
    return ((phys ^ key << 31) * 0x9E3779B1u) >> 17;
}

void x86_blocks_flush(struct x86 *c)
{
    struct x86_block_cache *k = c->cache;
    size_t                  at = 0;

    while (at < k->used) { // only the pages that held something need cleaning
        struct x86_block *b = (struct x86_block *)(k->arena + at);
        k->page[b->phys >> PAGE_SHIFT] = NULL;
        b->valid = false;
        at += sizeof(*b) + (b->count + 1u) * sizeof(b->insn[0]);
    }
    forget_maps(c);
    memset(k->bucket, 0, BLOCK_BUCKETS * sizeof(*k->bucket));
    k->used = 0;
    c->link_from = NULL;
    c->block = NULL;
    c->stats.flushes++;
    x86_jit_remark(c);
}

/* --- making ------------------------------------------------------------------------------------------------------------------- */

static void enter_block(struct x86 *c, struct x86_block *b)
{
    struct x86_block_cache *k = c->cache;
    uint32_t                page = b->phys >> PAGE_SHIFT;
    unsigned                n = bucket_of(b->phys, b->key);

    b->hash_next = k->bucket[n];
    k->bucket[n] = b;
    b->page_next = k->page[page];
    k->page[page] = b;
    x86_code_mark(c, b->phys, b->bytes);
}

/* Ends the array with the instruction that leaves the block, and numbers the rest. */
static void finish_block(struct x86_block *b, unsigned count, unsigned bytes, x86_fn *end)
{
    b->count = (uint8_t)count;
    b->bytes = (uint16_t)bytes;
    b->insn[count] = (struct x86_insn){.fn = end, .off = (uint16_t)bytes, .block = b};
    for (unsigned n = 0; n < count; n++) b->insn[n].left = (uint8_t)(count - n);
}

/* Decodes from HOST (AVAILABLE bytes up to the end of the page) until something ends the block. Returns its instruction count. */
static unsigned decode_run(const struct x86 *c, struct x86_block *b, const uint8_t *host, unsigned available)
{
    unsigned count = 0, at = 0;

    while (count < BLOCK_MAX_INSNS) {
        struct x86_insn       *i = &b->insn[count];
        enum x86_decode_result r = x86_decode(c->model, c->code32, host + at, available - at, i);

        if (r == DECODE_SHORT || r == DECODE_LONG) break;
        i->off = (uint16_t)at;
        at += i->len;
        count++;
        if (r == DECODE_END) {
            i->block = b;
            break;
        }
    }
    finish_block(b, count, at, x86_block_end);
    return count;
}

static struct x86_block *make_block(struct x86 *c, uint32_t phys, uint32_t key)
{
    struct x86_block_cache   *k = c->cache;
    const struct phys_region *r = phys_reader(c->phys, phys);
    struct x86_block         *b;

    if ((r->kind != PHYS_RAM && r->kind != PHYS_ROM) || r->dirty) return NULL; // a device changes its memory unseen
    if (k->used + BLOCK_ROOM > k->size) x86_blocks_flush(c);
    b = (struct x86_block *)(k->arena + k->used);
    memset(b, 0, sizeof(*b));
    b->phys = phys;
    b->key = key;
    b->valid = true;
    if (!decode_run(c, b, r->host + (phys - r->base), PAGE_SIZE - (phys & PAGE_MASK))) return NULL;
    k->used += sizeof(*b) + (b->count + 1u) * sizeof(b->insn[0]);
    if (x86_has(c, FEAT_186)) x86_plan_flags(b); // the 8086's shift counts and undefined opcodes are other ones
    enter_block(c, b);
    c->stats.blocks_decoded++;
    return b;
}

/* --- finding ------------------------------------------------------------------------------------------------------------------- */

static bool fetch_fault(struct x86 *c, lin_t lin, uint32_t error)
{
    c->cr2 = lin;
    return x86_fault_code(c, NULL, EXC_PF, error);
}

struct x86_block *x86_block_find(struct x86 *c, uint32_t phys, uint32_t key)
{
    struct x86_block *b = c->cache->bucket[bucket_of(phys, key)];

    while (b && (b->phys != phys || b->key != key)) b = b->hash_next;
    return b;
}

struct x86_block *x86_block_at(struct x86 *c)
{
    lin_t             lin = c->seg[SEG_CS].base + c->eip;
    uint32_t          phys, error, key = c->code32 ? BLOCK_CODE32 : 0;
    struct x86_block *b;

    if (c->eip > c->seg[SEG_CS].limit) {
        x86_fault_code(c, NULL, EXC_GP, 0);
        return NULL;
    }
    if (!x86_translate(c, lin, ACCESS_FETCH, c->cpl == 3, &phys, &error)) {
        fetch_fault(c, lin, error);
        return NULL;
    }
    phys = phys_wrap(c->phys, phys);
    b = x86_block_find(c, phys, key);
    if (!b) b = make_block(c, phys, key);
    if (b && (uint64_t)c->eip + b->bytes > (uint64_t)c->seg[SEG_CS].limit + 1) return NULL;
    return b;
}

/* Byte N of the instruction at CS:EIP; false at the limit or on a page fault, which is raised unless QUIET. */
static bool fetch_byte(struct x86 *c, unsigned n, uint8_t *byte)
{
    uint32_t offset = c->eip + n, phys, error;
    lin_t    lin;

    if (!x86_has(c, FEAT_286)) offset &= 0xFFFF;
    lin = c->seg[SEG_CS].base + offset;
    if (offset > c->seg[SEG_CS].limit) return x86_fault_code(c, NULL, EXC_GP, 0);
    if (!x86_translate(c, lin, ACCESS_FETCH, c->cpl == 3, &phys, &error)) return fetch_fault(c, lin, error);
    *byte = (uint8_t)phys_read(c->phys, phys, 1);
    return true;
}

struct x86_block *x86_decode_single(struct x86 *c)
{
    struct x86_block      *b = c->cache->scratch;
    uint8_t                bytes[256];
    unsigned               most = c->model->max_length ? c->model->max_length : DECODE_MOST;
    enum x86_decode_result r = DECODE_SHORT;

    for (unsigned n = 0; n < most && r == DECODE_SHORT; n++) {
        if (!fetch_byte(c, n, &bytes[n])) return NULL;
        r = x86_decode(c->model, c->code32, bytes, n + 1, &b->insn[0]);
    }
    if (r == DECODE_SHORT && !c->model->max_length) {
        b->insn[0] = (struct x86_insn){.fn = x86_op_nop, .len = DECODE_MOST - 8}; // prefixes all
    } else if (r == DECODE_SHORT || r == DECODE_LONG) {
        x86_fault_code(c, NULL, EXC_GP, 0);
        return NULL;
    }
    b->link[0] = b->link[1] = NULL;
    b->valid = true;
    b->phys = 0;
    if (r == DECODE_END) b->insn[0].block = b;
    finish_block(b, 1, b->insn[0].len, x86_block_end);
    return b;
}

/* --- invalidation ---------------------------------------------------------------------------------------------------------------- */

static void unhash(struct x86 *c, struct x86_block *b)
{
    struct x86_block **at = &c->cache->bucket[bucket_of(b->phys, b->key)];

    while (*at && *at != b) at = &(*at)->hash_next;
    if (*at) *at = b->hash_next;
}

static void drop_block(struct x86 *c, struct x86_block *b)
{
    unhash(c, b);
    b->valid = false;
    if (c->link_from == b) c->link_from = NULL;
    if (c->block == b) x86_leave_after(c);
    c->stats.invalidations++;
}

const uint8_t *x86_code_map(const struct x86 *c, uint32_t phys)
{
    const struct code_map *m = c->cache->map[phys >> PAGE_SHIFT];

    return m ? (const uint8_t *)m->bits : NULL;
}

bool x86_is_code(const struct x86 *c, uint32_t addr, uint32_t n)
{
    const struct code_map *map = c->cache->map[addr >> PAGE_SHIFT];

    if (!map || n > 64) return true;
    for (uint32_t k = addr & PAGE_MASK; n--; k++)
        if (map->bits[k >> 6] >> (k & 63) & 1) return true;
    return false;
}

void x86_blocks_invalidate(struct x86 *c, uint32_t addr, uint32_t n)
{
    uint32_t           page = addr >> PAGE_SHIFT;
    struct x86_block **at = &c->cache->page[page];

    if (!x86_is_code(c, addr, n)) return; // beside it
    if (c->cache->map[page]) memset(c->cache->map[page]->bits, 0, sizeof(c->cache->map[page]->bits));
    c->phys->code_lines[page] = 0;
    while (*at) {
        struct x86_block *b = *at;
        if (b->phys < addr + n && addr < b->phys + b->bytes) {
            *at = b->page_next;
            drop_block(c, b);
        } else {
            x86_code_keep(c, b->phys, b->bytes);
            at = &b->page_next;
        }
    }
    x86_jit_invalidate(c, addr, n);
}

void x86_blocks_invalidate_pages(struct x86 *c, uint32_t base, uint64_t size)
{
    uint32_t first = base >> PAGE_SHIFT, last = (uint32_t)((base + size - 1) >> PAGE_SHIFT);

    for (uint32_t page = first; page <= last && page < PHYS_PAGES; page++)
        if (c->phys->code_lines[page]) x86_blocks_invalidate(c, page << PAGE_SHIFT, PAGE_SIZE);
}
