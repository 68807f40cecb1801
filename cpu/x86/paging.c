/* paging.c: from linear to physical addresses: the page walk, the translation cache, and the slow path of every memory
 * access. SDM 3A chapter 4 (paging), 5.3 (limit checks), 17.2 (data breakpoints).
 *
 * The cache has two layers. `entry` holds translations and rights, as the chip's TLB does: it changes only when the
 * architecture lets it (fills, INVLPG, CR3) and is part of the machine's state. `fast` holds host pointers for entries that
 * lead to plain memory: it may be dropped at any time without the guest noticing. */
#include "cpu/x86/x86.h"

#include "cpu/x86/block_cache.h"
#include "cpu/x86/history.h"

#include <errno.h>
#include <sys/mman.h>

enum page_bits { // in directory and table entries
    PG_P = 1, PG_RW = 2, PG_US = 4, PG_A = 0x20, PG_D = 0x40, PG_PS = 0x80, PG_G = 0x100,
};
#define PG_NX (1ull << 63)

enum page_fault_bits { PF_P = 1, PF_W = 2, PF_U = 4, PF_RSVD = 8, PF_ID = 16 };

#define EFER_NXE (1u << 11)

static void *reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

int x86_tlb_init(struct x86 *c)
{
    struct x86_tlb *t = &c->tlb;
    bool            ok = true;

    ok &= (t->space = reserve(TLB_TARGETS + TLB_TARGETS_BYTES)) != NULL;
    ok &= (t->entry = reserve(TLB_PAGES * sizeof(uint64_t))) != NULL;
    ok &= (t->list = reserve(TLB_LIST_MAX * sizeof(uint32_t))) != NULL;
    if (!ok) {
        x86_tlb_destroy(c);
        return -ENOMEM;
    }
    for (unsigned n = 0; n < 4; n++) t->fast[n >> 1][n & 1] = (uintptr_t *)(t->space + TLB_QUICK(n >> 1, n & 1));
    t->none = (uintptr_t *)(t->space + TLB_NONE);
    t->most = TLB_LIST_MAX;
    t->code = (uint32_t *)(t->space + TLB_CODE);
    c->any_beside = true;
    x86_forget_beside(c);
    x86_tlb_select(c);
    return 0;
}

void x86_tlb_destroy(struct x86 *c)
{
    struct x86_tlb *t = &c->tlb;

    if (t->space) munmap(t->space, TLB_TARGETS + TLB_TARGETS_BYTES);
    if (t->entry) munmap(t->entry, TLB_PAGES * sizeof(uint64_t));
    if (t->list) munmap(t->list, TLB_LIST_MAX * sizeof(uint32_t));
    memset(t, 0, sizeof(*t));
}

static bool alignment_checked(const struct x86 *c)
{
    return c->cpl == 3 && (c->cr0 & CR0_AM) && (c->eflags & FLAG_AC) && x86_has(c, FEAT_486);
}

/* Whether DR7 enables a breakpoint on data: any slot with R/W other than 00 (execute) and L or G set. */
static bool data_breakpoints(const struct x86 *c)
{
    for (int n = 0; n < 4; n++)
        if ((c->dr[7] >> (2 * n) & 3) && (c->dr[7] >> (16 + 4 * n) & 3)) return true;
    return false;
}

void x86_tlb_select(struct x86 *c)
{
    struct x86_tlb *t = &c->tlb;

    if (alignment_checked(c) || data_breakpoints(c)) {
        c->tlb_read = c->tlb_write = t->none;
    } else {
        c->tlb_read = t->fast[0][c->cpl == 3];
        c->tlb_write = t->fast[1][c->cpl == 3];
    }
}

void x86_forget_beside(struct x86 *c)
{
    if (!c->any_beside) return;
    for (unsigned n = 0; n < BESIDE_PAGES; n++) c->beside[n].page = ~0ull;
    c->any_beside = false;
}

static void drop_fast_page(struct x86 *c, uint32_t page)
{
    struct x86_tlb    *t = &c->tlb;
    struct x86_beside *b = &c->beside[page % BESIDE_PAGES];

    if ((uint32_t)b->page == page << PAGE_SHIFT) b->page = ~0ull;
    if (t->fast[0][0][page] | t->fast[0][1][page] | t->fast[1][0][page] | t->fast[1][1][page]) t->drops++;
    t->fast[0][0][page] = t->fast[0][1][page] = t->fast[1][0][page] = t->fast[1][1][page] = 0;
    t->code[page] = 0;
}

/* If quick entries have gone since there were DROPS, what was copied from them goes too. */
static void settle_drops(struct x86 *c, uint32_t drops)
{
    if (c->tlb.drops == drops) return;
    memset(c->stack_pages.page, 0xFF, sizeof(c->stack_pages.page));
    memset(c->stack_pages.used, 0, sizeof(c->stack_pages.used));
}

/* The same if they can only be those of PAGE. */
static void settle_page(struct x86 *c, uint32_t drops, uint32_t page)
{
    if (c->stack_pages.used[page & 0xFF]) settle_drops(c, drops);
}

void x86_tlb_flush(struct x86 *c, bool keep_global)
{
    struct x86_tlb *t = &c->tlb;
    uint32_t        kept = 0, drops = t->drops;

    c->stats.tlb_flushes++;
    for (uint32_t n = 0; n < t->listed; n++) {
        uint32_t page = t->list[n];
        if (keep_global && (t->entry[page] & TLB_GLOBAL)) {
            t->list[kept++] = page;
            continue;
        }
        drop_fast_page(c, page);
        t->entry[page] = 0;
    }
    t->listed = kept;
    if (!kept) memset(t->big, 0, sizeof(t->big));
    settle_drops(c, drops);
}

void x86_tlb_flush_page(struct x86 *c, lin_t lin)
{
    struct x86_tlb *t = &c->tlb;
    uint32_t        page = lin >> PAGE_SHIFT, first = page, last = page, drops = t->drops;

    if (t->big[page >> 10]) { // the whole big page goes, whichever piece is named
        first = page & ~0x3FFu;
        last = first + 0x3FF;
        t->big[page >> 10] = false;
    }
    for (uint32_t n = first; n <= last; n++) {
        if (n != page && !(t->entry[n] & TLB_BIG)) continue;
        drop_fast_page(c, n);
        t->entry[n] &= TLB_LISTED;
    }
    if (first == last) settle_page(c, drops, page);
    else settle_drops(c, drops);
}

void x86_tlb_drop_fast(struct x86 *c, uint32_t base, uint64_t size, bool writes_only)
{
    struct x86_tlb *t = &c->tlb;

    settle_drops(c, t->drops++);
    x86_forget_beside(c);
    for (uint32_t n = 0; n < t->listed; n++) {
        uint32_t page = t->list[n];
        uint32_t addr = phys_wrap(c->phys, (uint32_t)t->entry[page] & ~PAGE_MASK);

        if (size && (addr < base || addr - base >= size)) continue;
        t->fast[1][0][page] = t->fast[1][1][page] = 0;
        if (!writes_only) t->fast[0][0][page] = t->fast[0][1][page] = t->code[page] = 0;
    }
}

/* --- the walk ------------------------------------------------------------------------------------------------------------------ */

/* What a walk found: address of the page, rights by AND over the levels, and where the last entry is (for D). */
struct walk {
    uint64_t page;      /* physical, of the 4 KB piece */
    bool     rw, us, nx, global, big, dirty;
    phys_t   at[3];     /* entries that lead here, last one first */
    unsigned levels;
    unsigned entry_size;
    bool     present, reserved;
};

static void step_rights(struct walk *w, uint64_t e)
{
    w->rw = w->rw && (e & PG_RW);
    w->us = w->us && (e & PG_US);
    w->nx = w->nx || (e & PG_NX);
}

static uint64_t read_entry(struct x86 *c, phys_t addr, unsigned size)
{
    return addr >> 32 ? ~0ull : phys_read(c->phys, (uint32_t)addr, size);
}

static void set_bits(struct x86 *c, const struct walk *w, unsigned level, uint32_t bits)
{
    uint32_t low = (uint32_t)read_entry(c, w->at[level], 4);

    if ((low & bits) != bits) phys_write(c->phys, (uint32_t)w->at[level], low | bits, 4);
}

/* Two levels of 4-byte entries; 4 MB pages with CR4.PSE (SDM 3A 4.3). */
static void walk_32(struct x86 *c, lin_t lin, struct walk *w)
{
    uint32_t e;

    w->entry_size = 4;
    w->levels = 2;
    w->at[1] = (c->cr3 & ~PAGE_MASK) + ((lin >> 22) << 2);
    e = (uint32_t)read_entry(c, w->at[1], 4);
    if (!(e & PG_P)) return;
    step_rights(w, e);
    if ((e & PG_PS) && (c->cr4 & CR4_PSE)) {
        uint32_t reserved = x86_has(c, FEAT_PSE36) ? 0x3E0000u : 0x3FE000u; // PSE-36: bits 16-13 are address bits 35-32

        w->at[0] = w->at[1];
        w->levels = 1;
        w->big = true;
        w->reserved = (e & reserved) != 0;
        w->page = (e & 0xFFC00000u) | (lin & 0x3FF000u);
        if (x86_has(c, FEAT_PSE36)) w->page |= (uint64_t)(e >> 13 & 0xF) << 32;
    } else {
        w->at[0] = (e & ~PAGE_MASK) + ((lin >> 12 & 0x3FF) << 2);
        e = (uint32_t)read_entry(c, w->at[0], 4);
        if (!(e & PG_P)) return;
        step_rights(w, e);
        w->page = e & ~PAGE_MASK;
    }
    w->present = true;
    w->dirty = (e & PG_D) != 0;
    w->global = (e & PG_G) && (c->cr4 & CR4_PGE);
}

/* Three levels of 8-byte entries; 2 MB pages (SDM 3A 4.4). The first level is cached in the CPU. */
static void walk_pae(struct x86 *c, lin_t lin, struct walk *w)
{
    const uint64_t addr_bits = 0xFFFFFF000ull; // 36 bits
    const uint64_t reserved = ~(addr_bits | 0xFFF | ((c->msr_efer & EFER_NXE) ? PG_NX : 0));
    uint64_t       e = c->pdpte[lin >> 30];

    w->entry_size = 8;
    w->levels = 2;
    if (!(e & PG_P)) return;
    w->at[1] = (e & addr_bits) + ((lin >> 21 & 0x1FF) << 3);
    e = read_entry(c, w->at[1], 8);
    if (!(e & PG_P)) return;
    w->reserved = (e & reserved) != 0;
    if (w->reserved) { // such an entry refers to no table (SDM 3A 4.4.2): what that holds does not matter
        w->present = true;
        return;
    }
    step_rights(w, e);
    if (e & PG_PS) {
        w->at[0] = w->at[1];
        w->levels = 1;
        w->big = true;
        w->reserved = (e & 0x1FE000) != 0;
        w->page = (e & addr_bits & ~0x1FFFFFull) | (lin & 0x1FF000);
    } else {
        w->at[0] = (e & addr_bits) + ((lin >> 12 & 0x1FF) << 3);
        e = read_entry(c, w->at[0], 8);
        if (!(e & PG_P)) return;
        w->reserved = (e & reserved) != 0;
        step_rights(w, e);
        w->page = e & addr_bits;
    }
    w->present = true;
    w->dirty = (e & PG_D) != 0;
    w->global = (e & PG_G) && (c->cr4 & CR4_PGE);
}

static struct walk walk(struct x86 *c, lin_t lin)
{
    struct walk w = {.rw = true, .us = true};

    if (c->cr4 & CR4_PAE) walk_pae(c, lin, &w);
    else walk_32(c, lin, &w);
    return w;
}

bool x86_load_pdptes(struct x86 *c, uint32_t cr3)
{
    uint64_t e[4];

    for (int n = 0; n < 4; n++) {
        e[n] = phys_read(c->phys, (cr3 & ~0x1Fu) + 8 * (uint32_t)n, 8);
        if ((e[n] & PG_P) && (e[n] & 0xFFFFFFF0000001E6ull)) return false;
    }
    memcpy(c->pdpte, e, sizeof(e));
    return true;
}

static bool write_allowed(const struct x86 *c, const struct walk *w, bool user)
{
    if (user) return w->us && w->rw;
    return w->rw || !((c->cr0 & CR0_WP) && x86_has(c, FEAT_486));
}

static void remember(struct x86 *c, uint32_t page, uint64_t entry)
{
    struct x86_tlb *t = &c->tlb;
    uint32_t        drops;

    if (!(t->entry[page] & TLB_LISTED)) {
        if (t->listed >= t->most) {
            x86_tlb_flush(c, false);
            x86_leave_after(c); // the code's own page is to be translated anew now, not when a slice happens to end
        }
        t->list[t->listed++] = page;
    }
    if ((t->entry[page] & TLB_VALID) && ((t->entry[page] ^ entry) & (~0xFFFull | TLB_USER | TLB_NX))) {
        t->moves++;
        x86_leave_after(c); // it may be the code's own page, which the next instruction is then fetched from
    }
    drops = t->drops;
    drop_fast_page(c, page);
    settle_page(c, drops, page);
    t->entry[page] = entry | TLB_VALID | TLB_LISTED;
    if (entry & TLB_BIG) t->big[page >> 10] = true;
    t->fills++;
}

/* Walks the tables for LIN, sets A and D bits and fills the cache; or the error code. */
static bool fill(struct x86 *c, lin_t lin, enum x86_access_kind kind, bool user, uint32_t *error)
{
    bool        write = kind == ACCESS_WRITE, nx_on = (c->cr4 & CR4_PAE) && (c->msr_efer & EFER_NXE);
    struct walk w;
    uint64_t    entry;

    if (!(c->cr0 & CR0_PG)) {
        remember(c, lin >> PAGE_SHIFT, (lin & ~(uint64_t)PAGE_MASK) | TLB_USER | TLB_WRITE_S | TLB_WRITE_U);
        return true;
    }
    w = walk(c, lin);
    *error = (w.present ? PF_P : 0) | (write ? PF_W : 0) | (user ? PF_U : 0) | (kind == ACCESS_FETCH && nx_on ? PF_ID : 0);
    if (!w.present) return false;
    if (w.reserved) {
        *error |= PF_RSVD;
        return false;
    }
    if ((user && !w.us) || (write && !write_allowed(c, &w, user)) || (kind == ACCESS_FETCH && nx_on && w.nx)) return false;
    for (unsigned n = w.levels; n-- > 0;) set_bits(c, &w, n, n == 0 && write ? PG_A | PG_D : PG_A);
    w.dirty |= write;
    entry = (w.page & 0xFFFFFF000ull) | (w.us ? TLB_USER : 0) | (w.global ? TLB_GLOBAL : 0) | (w.nx && nx_on ? TLB_NX : 0) |
            (w.big ? TLB_BIG : 0);
    if (w.dirty && write_allowed(c, &w, false)) entry |= TLB_WRITE_S;
    if (w.dirty && write_allowed(c, &w, true)) entry |= TLB_WRITE_U;
    remember(c, lin >> PAGE_SHIFT, entry);
    return true;
}

static bool entry_allows(uint64_t e, enum x86_access_kind kind, bool user)
{
    if (!(e & TLB_VALID)) return false;
    if (user && !(e & TLB_USER)) return false;
    if (kind == ACCESS_WRITE) return (e & (user ? TLB_WRITE_U : TLB_WRITE_S)) != 0;
    return kind != ACCESS_FETCH || !(e & TLB_NX);
}

bool x86_translate(struct x86 *c, lin_t lin, enum x86_access_kind kind, bool user, uint32_t *phys, uint32_t *error)
{
    uint64_t *e = &c->tlb.entry[lin >> PAGE_SHIFT];
    uint32_t  drops = c->tlb.drops;

    if (!entry_allows(*e, kind, user) && !fill(c, lin, kind, user, error)) {
        *e &= TLB_LISTED; // a fault drops the cached entry (SDM 3A 4.10.4.1)
        drop_fast_page(c, lin >> PAGE_SHIFT);
        settle_page(c, drops, lin >> PAGE_SHIFT);
        return false;
    }
    // Beyond 4 GB nothing is there; the last page of the map is never RAM.
    *phys = *e >> 32 & 0xF ? 0xFEFFF000u | (lin & PAGE_MASK) : ((uint32_t)*e & ~PAGE_MASK) | (lin & PAGE_MASK);
    return true;
}

bool x86_peek_translate(struct x86 *c, lin_t lin, uint32_t *phys)
{
    struct walk w;

    if (!(c->cr0 & CR0_PG)) {
        *phys = lin;
        return true;
    }
    w = walk(c, lin);
    *phys = (uint32_t)w.page | (lin & PAGE_MASK);
    return w.present && !w.reserved && !(w.page >> 32);
}

/* Makes a host pointer for later accesses of the same page and kind, where it leads to plain memory. Instructions that change their operand
 * read it through the pointer for writes, so reads must lead there as well. */
static void fill_fast(struct x86 *c, lin_t lin, uint32_t phys, bool write, bool user)
{
    const struct phys_region *r;
    uint32_t                  at = phys_wrap(c->phys, phys) & ~PAGE_MASK;

    r = write ? phys_writer(c->phys, at) : phys_reader(c->phys, at);
    if (r->kind != PHYS_RAM && (write || r->kind != PHYS_ROM)) return;
    if (write && phys_reader(c->phys, at) != r) return;
    if (write && c->phys->code_lines[at >> PAGE_SHIFT]) return;
    if (r->dirty && write) r->dirty[(at - r->base) >> PAGE_SHIFT] = 1;
    if (write) phys_announce(c->phys, r, at);
    c->tlb.fast[write][user][lin >> PAGE_SHIFT] = (uintptr_t)(r->host + (at - r->base)) - (lin & ~PAGE_MASK);
}

bool x86_leads_to_device(const struct x86 *c, lin_t lin, bool write)
{
    uint64_t e = c->tlb.entry[lin >> PAGE_SHIFT];
    uint32_t at = phys_wrap(c->phys, (uint32_t)e & ~PAGE_MASK);

    return (e & TLB_VALID) && (write ? phys_writer(c->phys, at) : phys_reader(c->phys, at))->kind == PHYS_MMIO;
}

/* A full cache is emptied by whoever needs room, which loses the pages of the instruction's earlier accesses: it must not be begun again then. */
static bool has_room(const struct x86_tlb *t, uint32_t page)
{
    return t->listed < t->most || (t->entry[page] & TLB_LISTED);
}

bool x86_fill_quick(struct x86 *c, lin_t lin, bool write)
{
    bool     user = c->cpl == 3;
    uint32_t phys, error;

    if (!has_room(&c->tlb, lin >> PAGE_SHIFT) || !x86_translate(c, lin, write ? ACCESS_WRITE : ACCESS_READ, user, &phys, &error)) return false;
    fill_fast(c, lin, phys, write, user);
    return c->tlb.fast[write][user][lin >> PAGE_SHIFT] != 0;
}

bool x86_fill_beside(struct x86 *c, lin_t lin, unsigned size)
{
    bool                      user = c->cpl == 3;
    uint32_t                  page = lin >> PAGE_SHIFT, at;
    uint64_t                  e = c->tlb.entry[page];
    struct x86_beside        *b = &c->beside[page % BESIDE_PAGES];
    const struct phys_region *r;
    const uint8_t            *code;

    if (!entry_allows(e, ACCESS_WRITE, user) || e >> 32) return false;
    at = phys_wrap(c->phys, (uint32_t)e & ~PAGE_MASK);
    r = phys_writer(c->phys, at);
    code = x86_code_map(c, at);
    if (r->kind != PHYS_RAM || phys_reader(c->phys, at) != r || r->dirty || !code || x86_is_code(c, at | (lin & PAGE_MASK), size)) return false;
    phys_announce(c->phys, r, at);
    *b = (struct x86_beside){(lin & ~PAGE_MASK) | (user ? BESIDE_USER : 0), (uintptr_t)(r->host + (at - r->base)) - (lin & ~PAGE_MASK), code, 0};
    c->any_beside = true;
    return true;
}

/* --- accesses by linear address ------------------------------------------------------------------------------------------------- */

static bool page_fault(struct x86 *c, const struct x86_insn *i, lin_t lin, uint32_t error)
{
    c->cr2 = lin;
    x86_history_page(c, lin, error & PF_W);
    return x86_fault_code(c, i, EXC_PF, error);
}

/* What a breakpoint watches: bit R/W of DR7 (SDM 3B 17.2.4). */
enum watched { WATCH_WRITE = 1 << 1, WATCH_IO = 1 << 2, WATCH_ACCESS = 1 << 3 };

/* A breakpoint of LEN n covers an aligned range of 1, 2 or 4 bytes (LEN 2: 8 bytes or undefined). AT: linear address, or port. */
static void check_breakpoints(struct x86 *c, uint32_t at, unsigned size, unsigned watched)
{
    static const uint8_t lengths[4] = {1, 2, 1, 4};

    for (int n = 0; n < 4; n++) {
        unsigned rw = c->dr[7] >> (16 + 4 * n) & 3, len = lengths[c->dr[7] >> (18 + 4 * n) & 3];
        uint32_t start = c->dr[n] & ~(uint32_t)(len - 1);

        if (!(watched >> rw & 1)) continue;
        if (start <= at + size - 1 && at <= start + len - 1) c->debug_hit |= 1u << n;
    }
}

/* I: whose access it was, NULL for none's. The quick ones have not noted it. */
static void watch(struct x86 *c, const struct x86_insn *i, uint32_t at, unsigned size, unsigned watched)
{
    uint32_t before = c->debug_hit;
    bool     enabled = false;

    check_breakpoints(c, at, size, watched);
    if (c->debug_hit == before) return;
    for (int n = 0; n < 4; n++) enabled |= (c->debug_hit >> n & 1) && (c->dr[7] >> (2 * n) & 3);
    c->cur = i;
    if (enabled) x86_leave_after(c);
    else c->debug_hit = before; // DR6 shows slots that are not enabled only beside one that is (SDM 3B 17.2.3)
}

void x86_watch_io(struct x86 *c, uint16_t port, unsigned size)
{
    if ((c->dr[7] & 0xFF) && (c->cr4 & CR4_DE)) watch(c, c->cur, port, size, WATCH_IO);
}

/* One access that may cross a page. */
static bool access_linear(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, bool write, bool user, uint64_t *v)
{
    uint32_t first, second, error;
    unsigned part = PAGE_SIZE - (lin & PAGE_MASK);
    uintptr_t quick = c->tlb.fast[write][user][lin >> PAGE_SHIFT];

    if (quick && part >= size) { // of system tables, whose accesses all come here
        if (write) memcpy((void *)(quick + lin), v, size);
        else *v = x86_host_load((const void *)(quick + lin), size);
        return true;
    }
    c->cur = i;
    if (!x86_translate(c, lin, write ? ACCESS_WRITE : ACCESS_READ, user, &first, &error)) return page_fault(c, i, lin, error);
    if (part >= size) {
        fill_fast(c, lin, first, write, user);
        if (write) phys_write(c->phys, first, *v, size);
        else *v = phys_read(c->phys, first, size);
        return true;
    }
    if (!x86_translate(c, lin + part, write ? ACCESS_WRITE : ACCESS_READ, user, &second, &error))
        return page_fault(c, i, lin + part, error);
    if (entry_allows(c->tlb.entry[lin >> PAGE_SHIFT], write ? ACCESS_WRITE : ACCESS_READ, user)) { // the second page may have emptied the cache
        fill_fast(c, lin, first, write, user);
        fill_fast(c, lin + part, second, write, user);
    }
    if (!write) *v = 0;
    for (unsigned n = 0; n < size; n++) {
        uint32_t at = n < part ? first + n : second + (n - part);
        if (write) phys_write(c->phys, at, *v >> (8 * n) & 0xFF, 1);
        else *v |= phys_read(c->phys, at, 1) << (8 * n);
    }
    return true;
}

bool x86_sys_load_slow(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, uint64_t *v)
{
    return access_linear(c, i, lin, size, false, false, v);
}

bool x86_sys_store(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, uint64_t v)
{
    return access_linear(c, i, lin, size, true, false, &v);
}

bool x86_stack_store(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, uint64_t v, bool user)
{
    uintptr_t addend = c->tlb.fast[1][user][lin >> PAGE_SHIFT];

    if (likely(size == 4 && addend && (lin & PAGE_MASK) <= PAGE_SIZE - 4)) x86_host_store((void *)(addend + lin), v, 4);
    else if (!access_linear(c, i, lin, size, true, user, &v)) return false;
    if (unlikely(c->dr[7] & 0xFF)) watch(c, i, lin, size, WATCH_WRITE | WATCH_ACCESS);
    return true;
}

/* --- accesses by segment ---------------------------------------------------------------------------------------------------------- */

static bool expand_down(const struct x86_segment *s)
{
    return (s->access & (SEGA_CODE | SEGA_EC)) == SEGA_EC;
}

/* Rights and limit of an access of SIZE bytes at OFF, as SDM 3A 5.3 has them. */
static bool segment_allows(const struct x86 *c, const struct x86_segment *s, uint32_t off, unsigned size, bool write)
{
    uint64_t last = (uint64_t)off + size - 1;

    if (x86_protected(c) && !x86_v86(c)) {
        if (!s->valid) return false;
        if (write && (s->access & (SEGA_CODE | SEGA_RW)) != SEGA_RW) return false;
        if (!write && (s->access & (SEGA_CODE | SEGA_RW)) == SEGA_CODE) return false;
    }
    if (expand_down(s)) return off > s->limit && last <= (s->access & SEGA_DB ? 0xFFFFFFFFu : 0xFFFFu);
    return last <= s->limit;
}

/* In real mode the 286 reports every segment overrun as #13, the stack's too (80286 Programmer's Reference 5.2). */
static bool segment_fault(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size, bool write)
{
    bool stack = seg == SEG_SS && (x86_has(c, FEAT_386) || x86_protected(c));

    x86_history_access(c, seg, off, size, write);
    return x86_fault_code(c, i, stack ? EXC_SS : EXC_GP, 0);
}

/* The 8086 wraps a word at offset FFFF to offset 0 of the same segment. */
static bool access_wrapped(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size, bool write, uint64_t *v)
{
    if (!write) *v = 0;
    for (unsigned n = 0; n < size; n++) {
        uint64_t byte = *v >> (8 * n) & 0xFF;
        if (!access_linear(c, i, c->seg[seg].base + ((off + n) & 0xFFFF), 1, write, false, &byte)) return false;
        if (!write) *v |= byte << (8 * n);
    }
    return true;
}

bool x86_check_alignment(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size)
{
    if (!alignment_checked(c) || !((c->seg[seg].base + off) & (size - 1))) return true;
    x86_history_access(c, seg, off, size, false);
    return x86_fault_code(c, i, EXC_AC, 0);
}

static bool access_segment(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size, bool write, uint64_t *v)
{
    const struct x86_segment *s = &c->seg[seg];
    lin_t                     lin = s->base + off;

    if (!segment_allows(c, s, off, size, write)) {
        if (!x86_has(c, FEAT_286) && size > 1) return access_wrapped(c, i, seg, off, size, write, v);
        return segment_fault(c, i, seg, off, size, write);
    }
    if (!x86_check_alignment(c, i, seg, off, size)) return false;
    if (!access_linear(c, i, lin, size, write, c->cpl == 3, v)) return false;
    if (unlikely(c->dr[7] & 0xFF)) watch(c, i, lin, size, write ? WATCH_WRITE | WATCH_ACCESS : WATCH_ACCESS);
    return true;
}

bool x86_load_slow(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size)
{
    return access_segment(c, i, seg, off, size, false, &c->mem_value);
}

/* A write to a page that holds code, the most frequent reason to come here: programs of one segment keep stack and data next to
 * their code. The same as access_segment() where the translation is cached and the bytes written are no code. */
uint8_t *x86_beside_code(struct x86 *c, unsigned seg, uint32_t off, unsigned size, uint32_t *bytes)
{
    const struct x86_segment *s = &c->seg[seg];
    lin_t                     lin = s->base + off;
    uint64_t                  e = c->tlb.entry[lin >> PAGE_SHIFT], lines;
    uint32_t                  at = (uint32_t)e & ~PAGE_MASK, in_page = lin & PAGE_MASK, room;
    const struct phys_region *r;
    unsigned                  first = in_page >> 6;

    if ((int64_t)off + size - 1 > s->write_limit || c->tlb_write == c->tlb.none || e >> 32) return NULL;
    if (in_page > PAGE_SIZE - size || !(e & (c->cpl == 3 ? TLB_WRITE_U : TLB_WRITE_S)) || !(e & TLB_VALID)) return NULL;
    at = phys_wrap(c->phys, at);
    r = phys_writer(c->phys, at);
    lines = c->phys->code_lines[at >> PAGE_SHIFT];
    if (r->kind != PHYS_RAM || !lines || r->dirty) return NULL;
    room = lines >> first ? (uint32_t)__builtin_ctzll(lines >> first) * 64 : PAGE_SIZE; // from the beginning of that line
    room = room ? room - (in_page & 63) : 0;
    if (room < size) return NULL;
    if (*bytes > room) *bytes = room;
    phys_announce(c->phys, r, at);
    return r->host + (at - r->base) + in_page;
}

static bool store_beside_code(struct x86 *c, unsigned seg, uint32_t off, uint64_t value, unsigned size)
{
    uint32_t bytes = size;
    uint8_t *to = x86_beside_code(c, seg, off, size, &bytes);

    if (to) memcpy(to, &value, size);
    return to != NULL;
}

bool x86_store_slow(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, uint64_t value, unsigned size)
{
    if (likely(store_beside_code(c, seg, off, value, size))) return true;
    return access_segment(c, i, seg, off, size, true, &value);
}

bool x86_probe(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size, bool write)
{
    const struct x86_segment *s = &c->seg[seg];
    lin_t                     lin = s->base + off;
    uint32_t                  phys, error;

    c->cur = i; // the walk writes A and D bits, into code or a device perhaps
    if (!segment_allows(c, s, off, size, write)) {
        if (!x86_has(c, FEAT_286)) return true;
        return segment_fault(c, i, seg, off, size, write);
    }
    if (size <= 8 && !(size & (size - 1)) && !x86_check_alignment(c, i, seg, off, size)) return false;
    for (unsigned n = 0; n < size; n += PAGE_SIZE - ((lin + n) & PAGE_MASK))
        if (!x86_translate(c, lin + n, write ? ACCESS_WRITE : ACCESS_READ, c->cpl == 3, &phys, &error))
            return page_fault(c, i, lin + n, error);
    return true;
}
