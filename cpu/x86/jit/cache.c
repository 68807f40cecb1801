/* cache.c: where translated code lives: units by address, the jumps between them, and what goes when room is needed.
 *
 * The code buffer is mapped twice, once to be written and once to be executed, so no page is ever both. It is cut into regions
 * that are filled in turn; when all are full the oldest is emptied, so what is hot comes back and the rest is forgotten. */
#include "cpu/x86/block_cache.h"
#include "cpu/x86/jit/emit.h"
#include "cpu/x86/jit/jit_private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

static void *reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

/* The second view of shared memory is made by mremap(2) from size 0. Unlike a memfd, Linux perf takes it for code made at run time. */
static int map_twice(struct x86_jit *j, size_t bytes)
{
    void *w = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), *x;

    if (w == MAP_FAILED) return -errno;
    j->code = w;
    x = mremap(w, 0, bytes, MREMAP_MAYMOVE);
    if (x == MAP_FAILED) return -errno;
    j->exec = x;
    return mprotect(x, bytes, PROT_READ | PROT_EXEC) ? -errno : 0;
}

/* Bookkeeping per region follows from the code's size: a unit is seldom smaller than 100 bytes, a site than 20. */
enum { BYTES_PER_UNIT = 96, BYTES_PER_LINK = 64, BYTES_PER_SITE = 24, BYTES_PER_X87 = 32 };

int jit_cache_init(struct x86 *c, size_t bytes)
{
    struct x86_jit *j = c->jit;
    size_t          region = bytes / JIT_REGIONS;
    int             error;

    j->code_size = region * JIT_REGIONS;
    if ((error = map_twice(j, j->code_size))) return error;
    j->units_max = (uint32_t)(region / BYTES_PER_UNIT) + 256;
    j->links_max = (uint32_t)(region / BYTES_PER_LINK) + 512;
    j->sites_max = (uint32_t)(region / BYTES_PER_SITE) + 1024;
    j->x87_max = (uint32_t)(region / BYTES_PER_X87) + 256;
    j->x87 = reserve((size_t)j->x87_max * JIT_REGIONS * sizeof(*j->x87));
    j->units = reserve((size_t)j->units_max * JIT_REGIONS * sizeof(*j->units));
    j->links = reserve((size_t)j->links_max * JIT_REGIONS * sizeof(*j->links));
    j->sites = reserve((size_t)j->sites_max * JIT_REGIONS * sizeof(*j->sites));
    j->hash = calloc(JIT_HASH, sizeof(*j->hash));
    j->careful = calloc(JIT_CAREFUL, sizeof(*j->careful));
    j->page = reserve(PHYS_PAGES * sizeof(*j->page));
    j->table = (uint64_t *)(c->tlb.space + TLB_TARGETS);
    j->seen = reserve(PHYS_PAGES / 8);
    if (!j->units || !j->links || !j->sites || !j->x87 || !j->hash || !j->page || !j->careful || !j->seen) return -ENOMEM;
    for (unsigned n = 0; n < JIT_REGIONS; n++)
        j->region[n] = (struct jit_region){.code = j->code + n * region + (n ? 0 : JIT_STUB_BYTES), .code_end = j->code + (n + 1) * region,
                                           .units = j->units + (size_t)n * j->units_max, .links = j->links + (size_t)n * j->links_max,
                                           .sites = j->sites + (size_t)n * j->sites_max,
                                           .x87 = j->x87 + (size_t)n * j->x87_max, .x87_used = 1};
    j->code_at = j->region[0].code;
    return 0;
}

static void release(void *p, size_t size)
{
    if (p) munmap(p, size);
}

void jit_cache_destroy(struct x86_jit *j)
{
    release(j->code, j->code_size);
    release(j->exec, j->code_size);
    release(j->units, (size_t)j->units_max * JIT_REGIONS * sizeof(*j->units));
    release(j->links, (size_t)j->links_max * JIT_REGIONS * sizeof(*j->links));
    release(j->sites, (size_t)j->sites_max * JIT_REGIONS * sizeof(*j->sites));
    release(j->x87, (size_t)j->x87_max * JIT_REGIONS * sizeof(*j->x87));
    release(j->page, PHYS_PAGES * sizeof(*j->page));
    release(j->seen, PHYS_PAGES / 8);
    free(j->hash);
    free(j->careful);
    free(j->tr);
}

/* --- finding ---------------------------------------------------------------------------------------------------------------------- */

static unsigned hash_of(uint32_t phys, uint32_t lin, uint32_t ctx)
{
    return (phys * 0x9E3779B1u ^ (lin >> 12) * 0x85EBCA6Bu ^ ctx * 0xC2B2AE35u) >> 16;
}

struct jit_unit *jit_find(struct x86_jit *j, uint32_t phys, uint32_t lin, uint32_t ctx)
{
    struct jit_unit *u = j->hash[hash_of(phys, lin, ctx)];

    while (u && (u->phys != phys || u->lin != lin || u->ctx != ctx)) u = u->hash_next;
    return u;
}

struct jit_luck *jit_luck(const struct x86_jit *j, uint32_t phys)
{
    return &j->careful[phys * 0x9E3779B1u >> 16 & (JIT_CAREFUL - 1)];
}

bool jit_same_ctx(const struct jit_ctx *a, const struct jit_ctx *b)
{
    return a->mode == b->mode && a->cs_base == b->cs_base && a->cs_limit == b->cs_limit;
}

bool jit_find_ctx(struct x86_jit *j, const struct jit_ctx *ctx, uint32_t *number)
{
    for (*number = 0; *number < j->ctxs; ++*number)
        if (jit_same_ctx(&j->ctx[*number], ctx)) return true;
    if (j->ctxs >= j->ctxs_most) return false;
    j->ctx[j->ctxs++] = *ctx;
    return true;
}

static uint32_t search_ctx(struct x86 *c, const struct jit_ctx *ctx)
{
    uint32_t n;

    if (jit_find_ctx(c->jit, ctx, &n)) return n;
    jit_flush(c);
    c->jit->ctxs = 0;
    jit_find_ctx(c->jit, ctx, &n);
    return n;
}

uint32_t jit_intern_ctx(struct x86 *c, const struct jit_ctx *ctx)
{
    struct x86_jit *j = c->jit;
    uint16_t       *known = &j->known_ctx[(ctx->mode * 0x9E3779B1u ^ ctx->cs_base * 0x85EBCA6Bu ^ ctx->cs_limit) >> 24];

    if (*known >= j->ctxs || !jit_same_ctx(&j->ctx[*known], ctx)) *known = (uint16_t)search_ctx(c, ctx);
    return *known;
}

/* --- links -------------------------------------------------------------------------------------------------------------------------- */

static void set_distance(struct x86_jit *j, uint32_t at, uint32_t to)
{
    int32_t distance = (int32_t)(to - (at + 4));

    memcpy(j->code + at, &distance, 4);
}

static void disconnect(struct x86_jit *j, struct jit_link *l)
{
    struct jit_link **at = &l->to->in;

    while (*at && *at != l) at = &(*at)->next_in;
    if (*at) *at = l->next_in;
    set_distance(j, l->at, l->stub);
    if (l->after) set_distance(j, l->after, l->after + 4);
    l->to = NULL;
}

void jit_connect(struct x86 *c, struct jit_link *l, struct jit_unit *to, uint32_t page_value)
{
    struct x86_jit *j = c->jit;

    if (!l->from->valid) return;
    if (l->to) disconnect(j, l); // the target's page has changed
    if (l->check) memcpy(j->code + l->check, &page_value, 4);
    if (l->after && !(to->flags_free && !(to->changes & l->operands))) set_distance(j, l->after, to->head);
    else set_distance(j, l->at, to->head);
    l->to = to;
    l->next_in = to->in;
    to->in = l;
    j->stats.links++;
}

/* --- making and dropping --------------------------------------------------------------------------------------------------------------- */

static uint64_t no_target(const struct x86_jit *j)
{
    return (uintptr_t)jit_executable(j, (uint32_t)(j->no_target - j->code));
}

void jit_forget_targets(struct x86_jit *j)
{
    for (unsigned n = 0; n < JIT_TABLE; n++) j->table[n] = no_target(j);
}

static void forget_target(struct x86_jit *j, const struct jit_unit *u)
{
    uint64_t *target = &j->table[u->eip & (JIT_TABLE - 1)];

    if (*target == (uintptr_t)jit_executable(j, u->code)) *target = no_target(j);
}

void jit_remember_target(struct x86_jit *j, const struct jit_unit *u, uint32_t page_value)
{
    memcpy(j->code + u->page_check, &page_value, 4);
    j->table[u->eip & (JIT_TABLE - 1)] = (uintptr_t)jit_executable(j, u->code);
}

static void remove_span(struct x86_jit *j, struct jit_span *s)
{
    struct jit_span **at = &j->page[s->phys >> PAGE_SHIFT];

    if (!s->bytes) return;
    while (*at && *at != s) at = &(*at)->next;
    if (*at) *at = s->next;
}

static void add_span(struct x86 *c, struct jit_unit *u, struct jit_span *s)
{
    struct jit_span **list = &c->jit->page[s->phys >> PAGE_SHIFT];

    if (!s->bytes) return;
    s->unit = u;
    s->next = *list;
    *list = s;
    x86_code_mark(c, s->phys, s->bytes);
}

void jit_drop_unit(struct x86 *c, struct jit_unit *u)
{
    struct x86_jit   *j = c->jit;
    struct jit_unit **at;

    if (!u->valid) return;
    u->valid = false;
    for (at = &j->hash[hash_of(u->phys, u->lin, u->ctx)]; *at && *at != u; at = &(*at)->hash_next) {}
    if (*at) *at = u->hash_next;
    remove_span(j, &u->span[0]);
    remove_span(j, &u->span[1]);
    while (u->in) disconnect(j, u->in);
    for (struct jit_link *l = u->out; l; l = l->next_out)
        if (l->to) disconnect(j, l);
    forget_target(j, u);
    if (u == j->running) x86_leave_after(c);
    j->seen[u->phys >> PAGE_SHIFT >> 3] |= (uint8_t)(1u << (u->phys >> PAGE_SHIFT & 7));
}

/* How many units there were. */
static uint32_t empty_region(struct x86 *c, struct jit_region *r)
{
    uint32_t dropped = 0;

    for (uint32_t n = 0; n < r->units_used; n++) {
        if (!r->units[n].valid) continue;
        jit_drop_unit(c, &r->units[n]);
        dropped++;
    }
    r->units_used = r->links_used = r->sites_used = 0;
    r->x87_used = 1;
    return dropped;
}

/* What one unit may need at most. */
enum { UNIT_CODE = 24576, UNIT_LINKS = 2 * JIT_MAX_INSNS + 4, UNIT_SITES = 4 * JIT_MAX_INSNS + 8, UNIT_X87 = JIT_MAX_INSNS };

struct jit_unit *jit_new_unit(struct x86 *c)
{
    struct x86_jit    *j = c->jit;
    struct jit_region *r = &j->region[j->current];

    if (r->code_end - j->code_at < UNIT_CODE || r->units_used == j->units_max || r->links_used + UNIT_LINKS > j->links_max ||
        r->sites_used + UNIT_SITES > j->sites_max || r->x87_used + UNIT_X87 > j->x87_max) {
        j->current = (j->current + 1) % JIT_REGIONS;
        r = &j->region[j->current];
        j->stats.evictions += empty_region(c, r);
        j->code_at = r->code;
    }
    return memset(&r->units[r->units_used++], 0, sizeof(struct jit_unit));
}

struct jit_link *jit_new_link(struct x86_jit *j, struct jit_unit *from)
{
    struct jit_region *r = &j->region[j->current];
    struct jit_link   *l = &r->links[r->links_used++];

    *l = (struct jit_link){.from = from, .next_out = from->out};
    from->out = l;
    return l;
}

struct jit_site *jit_new_site(struct x86_jit *j)
{
    struct jit_region *r = &j->region[j->current];
    struct jit_site   *s = &r->sites[r->sites_used++];

    memset(s, 0, sizeof(*s));
    return s;
}

struct jit_x87 *jit_new_x87(struct x86_jit *j)
{
    struct jit_region *r = &j->region[j->current];

    return memset(&r->x87[r->x87_used++], 0, sizeof(struct jit_x87));
}

void jit_add_unit(struct x86 *c, struct jit_unit *u)
{
    struct x86_jit *j = c->jit;
    uint32_t        page = u->phys >> PAGE_SHIFT;
    unsigned        h = hash_of(u->phys, u->lin, u->ctx);

    u->valid = true;
    u->hash_next = j->hash[h];
    j->hash[h] = u;
    if (j->seen[page >> 3] >> (page & 7) & 1) j->stats.retranslations++;
    add_span(c, u, &u->span[0]);
    add_span(c, u, &u->span[1]);
}

void x86_jit_remark(struct x86 *c)
{
    for (unsigned n = 0; c->jit && n < JIT_REGIONS; n++)
        for (uint32_t k = 0; k < c->jit->region[n].units_used; k++) {
            struct jit_unit *u = &c->jit->region[n].units[k];
            for (unsigned m = 0; u->valid && m < 2 && u->span[m].bytes; m++) x86_code_mark(c, u->span[m].phys, u->span[m].bytes);
        }
}

void x86_jit_invalidate(struct x86 *c, uint32_t addr, uint32_t n)
{
    struct jit_span *next;

    for (struct jit_span *s = c->jit ? c->jit->page[addr >> PAGE_SHIFT] : NULL; s; s = next) {
        next = s->next;
        if (s->phys < addr + n && addr < s->phys + s->bytes) {
            jit_drop_unit(c, s->unit);
            c->jit->stats.invalidations++;
        } else {
            x86_code_keep(c, s->phys, s->bytes);
        }
    }
}

void jit_flush(struct x86 *c)
{
    struct x86_jit *j = c->jit;

    for (unsigned n = 0; n < JIT_REGIONS; n++) empty_region(c, &j->region[n]);
    jit_forget_targets(j);
    j->current = 0;
    j->code_at = j->region[0].code;
}
