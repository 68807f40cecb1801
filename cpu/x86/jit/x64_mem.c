/* x64_mem.c: memory accesses of translated code: address, segment, quick table, and the stubs beside the main path. */
#include "cpu/x86/jit/x64.h"

/* --- the way out ------------------------------------------------------------------------------------------------------------------- */

struct cold *x64_cold(struct tr *t, enum cold_kind kind, uint8_t *from)
{
    struct cold *k = &t->cold[t->colds];

    if (t->colds == COLD_MAX - 1) t->failed = true;
    else t->colds++;
    *k = (struct cold){.kind = kind, .from = from};
    return k;
}

static uint32_t offset_of(const struct tr *t, const uint8_t *p)
{
    return (uint32_t)(p - t->j->code);
}

uint32_t x64_site(struct tr *t, const struct x86_insn *i)
{
    struct jit_site *s = jit_new_site(t->j);
    unsigned         k = (unsigned)(i - t->insn);

    s->insn = *i;
    s->insn.left = (uint8_t)(t->count - k);
    s->insn.off = 0;
    s->insn.block = NULL;
    s->flags = t->flags;
    s->old = t->old;
    s->unit = t->u;
    s->eip = x64_eip(t, i);
    s->retry = offset_of(t, t->start);
    s->stack = STACK_NONE;
    s->x87_ready = t->x87_ready;
    s->x87 = t->x87;
    return (uint32_t)(s - t->j->sites);
}

void x64_slow_if(struct tr *t, unsigned cc, uint32_t site)
{
    x64_cold(t, COLD_SLOW, emit_jcc(&t->e, cc))->site = site;
}

/* --- addresses -------------------------------------------------------------------------------------------------------------------------- */

static void ea_32(struct tr *t, const struct x86_insn *i)
{
    struct host_mem m = {i->base == REG_ZERO ? NO_REG : (uint8_t)x64_gpr(i->base), i->index == REG_ZERO ? NO_REG : (uint8_t)x64_gpr(i->index),
                         i->scale, i->disp};

    if (m.base == NO_REG && m.index == NO_REG) emit_mov_ri(&t->e, R8, (uint32_t)i->disp);
    else if (m.index == NO_REG && !i->disp) emit_mov_rr(&t->e, R8, m.base);
    else emit_rm(&t->e, 0x8D, 4, R8, m);
}

void x64_ea(struct tr *t, const struct x86_insn *i)
{
    if (i->amask == 0xFFFF && i->base == REG_ZERO && i->index == REG_ZERO) {
        emit_mov_ri(&t->e, R8, (uint32_t)i->disp & 0xFFFF);
        return;
    }
    if (i->amask == 0xFFFF && i->index == REG_ZERO && !i->disp) {
        emit_rr(&t->e, 0x0FB7, 4, R8, x64_gpr(i->base));
        return;
    }
    ea_32(t, i);
    if (i->amask == 0xFFFF) emit_rr(&t->e, 0x0FB7, 4, R8, R8);
}

bool x64_is_flat(const struct tr *t, unsigned seg)
{
    return seg < 4 && (t->ctx.mode & (unsigned)MODE_FLAT << seg);
}

/* Limit and base. */
static void segment(struct tr *t, unsigned seg, unsigned size, bool write, bool short_offset, uint32_t site)
{
    size_t at = offsetof(struct x86, seg) + seg * sizeof(struct x86_segment);

    if (x64_is_flat(t, seg)) return;
    if (seg < 4 && short_offset && t->ctx.mode & (unsigned)MODE_64K << seg) {
        if (size > 1) {
            emit_alu_ri(&t->e, 7, 4, R8, 0x10000 - size);
            x64_slow_if(t, CC_A, site);
        }
    } else {
        emit_rm(&t->e, 0x8D, 8, R9, (struct host_mem){R8, NO_REG, 0, (int32_t)size - 1});
        emit_rm(&t->e, 0x3B, 8, R9, x64_ctx(at + (write ? offsetof(struct x86_segment, write_limit) : offsetof(struct x86_segment, read_limit))));
        x64_slow_if(t, CC_G, site);
    }
    emit_rm(&t->e, 0x03, 4, R8, x64_ctx(at + offsetof(struct x86_segment, base)));
}

static void test_low_bits(struct tr *t, unsigned reg, unsigned mask)
{
    emit_opcode(&t->e, 0xF6, 1, 0, 0, reg, reg >= RSP); // test byte
    emit8(&t->e, 0xC0 | (reg & 7));
    emit8(&t->e, mask);
}

void x64_page_of(struct tr *t, unsigned to, unsigned from)
{
    struct emit *e = &t->e;

    if (!t->j->has_bmi2) {
        if (to != from) emit_mov_rr(e, to, from);
        emit_rr(e, 0xC1, 4, 5, to); // shr
        emit8(e, PAGE_SHIFT);
        return;
    }
    emit8(e, 0xC4); // shrx to, from, r12d
    emit8(e, 0x42 | (to & 8 ? 0 : 0x80) | (from & 8 ? 0 : 0x20)); // X stays set, map 0F38
    emit8(e, 0x03 | (~R12 & 15) << 3);
    emit8(e, 0xF7);
    emit8(e, 0xC0 | (to & 7) << 3 | (from & 7));
}

struct host_mem x64_quick_table(const struct tr *t, bool write, uint32_t offset, unsigned index)
{
    uint32_t table = t->ctx.mode & MODE_CHECKED ? TLB_NONE : TLB_QUICK(write, !!(t->ctx.mode & MODE_USER));

    return x64_table(table + offset, index, 3);
}

/* What the quick table for page LIN >> 12 or, if ADDRESS is a register, for the page of that address has, to r9; to the slow path if it
 * has nothing, or to what may find that a write of SIZE bytes (0: it is none of one size) is beside code. */
static void look_up_page(struct tr *t, unsigned address, lin_t lin, bool write, unsigned size, uint32_t site)
{
    struct cold *k;

    if (address != NO_REG) x64_page_of(t, R9, address);
    emit_rm(&t->e, 0x8B, 8, R9, address != NO_REG ? x64_quick_table(t, write, 0, R9) : x64_quick_table(t, write, (lin >> PAGE_SHIFT) * 8, NO_REG));
    emit_rr(&t->e, 0x85, 8, R9, R9);
    t->r9_group = -1;
    flags_lost(t);
    if (write && size && x64_writes_beside(t, size)) {
        k = x64_cold(t, COLD_BESIDE, emit_jcc(&t->e, CC_E));
        k->site = site;
        k->size = (uint16_t)size;
        k->address = (uint8_t)address;
        k->lin = lin;
        k->back = t->e.p;
        t->j->sites[site].beside = true;
    } else {
        x64_slow_if(t, CC_E, site);
    }
}

void x64_look_up(struct tr *t, unsigned address, bool write, uint32_t site)
{
    look_up_page(t, address, 0, write, 0, site);
}

static void look_up(struct tr *t, unsigned address, bool write, unsigned size, uint32_t site)
{
    struct cold *k;

    if (!x64_guesses(t)) {
        look_up_page(t, address, 0, write, size, site);
        return;
    }
    k = x64_guess(t, address, write);
    k->site = site;
    k->size = (uint16_t)size;
    t->j->sites[site].beside = write && size && x64_writes_beside(t, size);
    t->r9_group = -1;
    flags_lost(t);
}

/* The lower bits mostly tell that SIZE bytes from AT on do not cross the end of the page. */
static void in_page(struct tr *t, unsigned at, unsigned size, bool write, uint32_t site)
{
    unsigned     mask = 1;
    struct cold *k;

    while (mask < size - 1) mask = mask << 1 | 1;
    if (mask < 256) {
        test_low_bits(t, at, mask);
    } else {
        emit_mov_rr(&t->e, R11, at);
        emit_alu_ri(&t->e, 4, 4, R11, mask);
    }
    k = x64_cold(t, COLD_CROSSING, emit_jcc(&t->e, CC_NE));
    k->site = site;
    k->size = (uint16_t)size;
    k->address = (uint8_t)at;
    k->write = write;
    x64_begin_crossing(t, k);
}

/* The access at the offset in host register AT, which is another than r8 only in a flat segment. */
static uint32_t access_at(struct tr *t, const struct x86_insn *i, unsigned at, unsigned seg, unsigned size, bool write, int stack, bool aligned, bool short_offset)
{
    uint32_t         site = x64_site(t, i);
    struct jit_site *s = &t->j->sites[site];

    s->access_size = (uint16_t)size;
    s->access_write = write;
    s->stack = (int16_t)stack;
    segment(t, seg, size, write, short_offset, site);
    if (aligned) { // before anything is translated: a site of its own, whose handler raises #GP
        test_low_bits(t, at, 15);
        x64_slow_if(t, CC_NE, x64_site(t, i));
    }
    look_up(t, at, write, size, site);
    if (size > 1 && (!aligned || size > 16)) in_page(t, at, size, write, site);
    t->at = (struct host_mem){(uint8_t)at, R9, 0, 0};
    return site;
}

/* The same at a constant address of a flat segment; false: it crosses a page. */
static bool access_constant(struct tr *t, const struct x86_insn *i, lin_t lin, unsigned size, bool write)
{
    uint32_t         site;
    struct jit_site *s;

    if ((lin & PAGE_MASK) > PAGE_SIZE - size) return false;
    site = x64_site(t, i);
    s = &t->j->sites[site];
    s->access_size = (uint16_t)size;
    s->access_write = write;
    look_up_page(t, NO_REG, lin, write, size, site);
    t->at = (struct host_mem){R9, NO_REG, 0, (int32_t)lin};
    if (lin >> 31) { // beyond a displacement
        emit_mov_ri(&t->e, R8, lin);
        t->at = (struct host_mem){R8, R9, 0, 0};
    }
    return true;
}

/* --- groups --------------------------------------------------------------------------------------------------------------------------------- */

/* Which of c->stack_pages group GROUP has. Units share them, but not those of another privilege level or for reads alone. */
static unsigned stack_page(const struct tr *t, int group)
{
    enum { OF_A_KIND = STACK_PAGES / 4 };
    unsigned kind = (t->ctx.mode & MODE_USER ? 2 : 0) + t->group[group].write;

    return kind * OF_A_KIND + (((t->u->phys >> 2) * 0x9E3779B1u >> 20) + (unsigned)group) % OF_A_KIND;
}

size_t x64_slot_of(const struct tr *t, int group)
{
    if (t->group[group].stack) return offsetof(struct x86, stack_pages.addend) + 8 * stack_page(t, group);
    return offsetof(struct x86, jit_slot) + 8u * (unsigned)group;
}

void x64_store_slot(struct tr *t, int group)
{
    t->slot_store[group] = t->e.p;
    emit_rm(&t->e, 0x89, 8, R9, x64_ctx(x64_slot_of(t, group)));
    t->slot_stored[group] = t->e.p;
    t->r9_group = group;
}

void x64_load_slot(struct tr *t, int group)
{
    t->slot_store[group] = NULL;
    emit_rm(&t->e, 0x8B, 8, R9, x64_ctx(x64_slot_of(t, group)));
}

/* NOP of one instruction, of as many bytes: SDM 2B, NOP. */
void x64_drop_slots(struct tr *t)
{
    for (unsigned n = 0; n < GROUPS_MAX; n++) {
        uint8_t *p = t->slot_store[n];
        unsigned size = p ? (unsigned)(t->slot_stored[n] - p) : 0;

        t->slot_store[n] = NULL;
        if (t->e.full || (size != 4 && size != 7)) continue;
        memcpy(p, size == 4 ? "\x0F\x1F\x40" : "\x0F\x1F\x80\0\0\0", size);
    }
}

/* The host's operand of access A, whose group's slot is that of GROUP. */
static void use_slot(struct tr *t, const struct access *a, int group)
{
    const struct group *g = &t->group[group];

    if (t->r9_group != group) x64_load_slot(t, group);
    t->r9_group = group;
    if (g->stack) {
        t->at = (struct host_mem){(uint8_t)x64_gpr(a->base), R9, 0, a->disp};
        return;
    }
    if (g->by_index) {
        t->at = (struct host_mem){R9, (uint8_t)x64_gpr(a->index), a->scale, a->off - g->low - a->index_off * (1 << a->scale)};
        return;
    }
    if (t->hoists) { // with an index, and in 16 bits, the slot leads to the lowest address: check_by_base(), check_narrow()
        t->at = (struct host_mem){(uint8_t)x64_gpr(a->base), R9, 0, a->off - a->base_off - (g->index_root == NO_ROOT && !g->narrow ? 0 : g->low)};
        return;
    }
    t->at = (struct host_mem){(uint8_t)x64_gpr(a->base), R9, 0, a->off - g->low - (a->base_off - g->base_off)};
}

/* The page is known, but not whether it may be written. */
static void write_head(struct tr *t, const struct x86_insn *i, const struct access *a, int stack)
{
    const struct group *g = &t->group[a->group];
    uint32_t            site = x64_site(t, i);
    struct jit_site    *s = &t->j->sites[site];

    s->access_size = a->size;
    s->access_write = true;
    s->stack = (int16_t)stack;
    s->head = true;
    emit_rm(&t->e, 0x8D, 4, R8, (struct host_mem){(uint8_t)x64_gpr(a->base), NO_REG, 0, g->low - a->base_off});
    if (g->narrow) emit_rr(&t->e, 0x0FB7, 4, R8, R8);
    if (!x64_is_flat(t, g->seg))
        emit_rm(&t->e, 0x03, 4, R8, x64_ctx(offsetof(struct x86, seg) + g->seg * sizeof(struct x86_segment) + offsetof(struct x86_segment, base)));
    x64_page_of(t, R8, R8);
    emit_rm(&t->e, 0x83, 8, 7, x64_quick_table(t, true, 0, R8)); // cmp qword, 0
    emit8(&t->e, 0);
    x64_slow_if(t, CC_E, site);
    use_slot(t, a, g->reads);
    flags_lost(t);
}

static void careful_if(struct tr *t, unsigned cc, uint32_t site)
{
    x64_cold(t, COLD_CAREFUL, emit_jcc(&t->e, cc))->site = site;
}

/* Checks that all of the group is within the segment, without wrapping at 64 KB, and adds the segment's base to r8d. */
static void group_segment(struct tr *t, const struct group *g, uint32_t site)
{
    size_t   at = offsetof(struct x86, seg) + g->seg * sizeof(struct x86_segment);
    unsigned range = (unsigned)(g->high - g->low);

    if (x64_is_flat(t, g->seg)) return;
    if (g->narrow) {
        emit_alu_ri(&t->e, 7, 4, R8, 0x10000 - range);
        careful_if(t, CC_A, site);
    }
    if (g->seg >= 4 || !g->narrow || !(t->ctx.mode & (unsigned)MODE_64K << g->seg)) {
        emit_rm(&t->e, 0x8D, 8, R9, (struct host_mem){R8, NO_REG, 0, (int32_t)range - 1});
        emit_rm(&t->e, 0x3B, 8, R9, x64_ctx(at + (g->write ? offsetof(struct x86_segment, write_limit) : offsetof(struct x86_segment, read_limit))));
        careful_if(t, CC_G, site);
    }
    emit_rm(&t->e, 0x03, 4, R8, x64_ctx(at + offsetof(struct x86_segment, base)));
}

/* A stack group: the page is mostly the same as last time. */
static void stack_head(struct tr *t, const struct x86_insn *i, const struct access *a, int stack)
{
    const struct group *g = &t->group[a->group];
    struct emit        *e = &t->e;
    uint32_t            site = x64_site(t, i);
    struct jit_site    *s = &t->j->sites[site];
    struct cold        *k;

    s->access_size = a->size;
    s->access_write = a->write;
    s->stack = (int16_t)stack;
    s->head = g->members > 1;
    emit_rm(e, 0x8D, 4, R8, (struct host_mem){(uint8_t)x64_gpr(a->base), NO_REG, 0, g->low - a->base_off});
    emit_rm(e, 0x33, 8, R8, x64_ctx(offsetof(struct x86, stack_pages.page) + 8 * stack_page(t, a->group)));
    emit_alu_ri(e, 7, 8, R8, PAGE_SIZE - (uint32_t)(g->high - g->low));
    k = x64_cold(t, COLD_STACK, emit_jcc(e, CC_A));
    k->site = site;
    k->page = (uint16_t)stack_page(t, a->group);
    k->address = (uint8_t)x64_gpr(a->base);
    k->first = g->low - a->base_off;
    k->range = (uint32_t)(g->high - g->low);
    k->write = g->write;
    k->reads = !a->write;
    k->alone = g->members < 2;
    t->r9_group = -1;
    use_slot(t, a, a->group);
    x64_begin_crossing(t, k);
    flags_lost(t);
}

/* Its page is looked up, if it may be the page of them all: not if they lie in two, or so near to either end of the address space that
 * a register may be beyond it. */
static void other_stack_page(struct tr *t, const struct cold *k)
{
    struct emit *e = &t->e;
    uint8_t     *out[3];
    unsigned     outs = 0;

    emit_rm(e, 0x8D, 4, R8, (struct host_mem){k->address, NO_REG, 0, k->first});
    emit_mov_rr(e, R11, R8);
    emit_alu_ri(e, 4, 4, R11, PAGE_MASK);
    emit_alu_ri(e, 7, 4, R11, PAGE_SIZE - k->range);
    out[outs++] = emit_jcc(e, CC_A);
    emit_rm(e, 0x8D, 4, R11, (struct host_mem){R8, NO_REG, 0, -END_PAGES});
    emit_alu_ri(e, 7, 4, R11, (uint32_t)-2 * END_PAGES);
    out[outs++] = emit_jcc(e, CC_AE);
    x64_page_of(t, R9, R8);
    emit_rm(e, 0x8B, 8, R9, x64_quick_table(t, k->write, 0, R9));
    emit_rr(e, 0x85, 8, R9, R9);
    if (k->write && k->reads) out[outs++] = emit_jcc(e, CC_E); // a read must not make it writable
    else x64_slow_if(t, CC_E, k->site);
    x64_page_of(t, R11, R8);
    emit_rr(e, 0x0FB6, 4, R11, R11); // movzx r11d, r11b
    emit_rm(e, 0xC6, 1, 0, (struct host_mem){R14, R11, 0, (int32_t)offsetof(struct x86, stack_pages.used) - X64_BIAS});
    emit8(e, 1);
    emit_rm(e, 0x89, 8, R9, x64_ctx(offsetof(struct x86, stack_pages.addend) + 8u * k->page));
    emit_alu_ri(e, 4, 4, R8, ~(uint32_t)PAGE_MASK);
    emit_rm(e, 0x89, 8, R8, x64_ctx(offsetof(struct x86, stack_pages.page) + 8u * k->page));
    emit_jmp_to(e, k->back);
    for (unsigned n = 0; n < outs; n++) emit_patch(e, out[n], e->p);
    if (k->alone) x64_cross_stack(t, k);
    emit_mov_ri(e, R11, k->site);
    emit_jmp_to(e, k->alone ? t->j->slow : t->j->exit_careful);
}

static void group_head(struct tr *t, const struct x86_insn *i, const struct access *a, int stack)
{
    enum { FROM_BASE = 64 };
    struct group    *g = &t->group[a->group];
    struct emit     *e = &t->e;
    unsigned         base = x64_gpr(a->base);
    int32_t          first = g->low - a->base_off;
    uint32_t         site = x64_site(t, i);
    struct jit_site *s = &t->j->sites[site];
    bool             whole = x64_is_flat(t, g->seg) && !g->narrow;

    if (whole && first > 0 && first <= FROM_BASE && x64_guesses(t)) { // then the sums below are not waited for
        g->low -= first;
        first = 0;
    }

    s->access_size = a->size;
    s->access_write = a->write;
    s->stack = (int16_t)stack;
    s->head = true;
    if (first) emit_rm(e, 0x8D, 4, R8, (struct host_mem){(uint8_t)base, NO_REG, 0, first});
    else if (!g->narrow) emit_mov_rr(e, R8, base);
    if (g->narrow) {
        if (g->moved) { // nor the registers themselves, which may be SP on its way from 0 to FFFE
            emit_rr(e, 0x0FB7, 4, R11, base);
            emit_rm(e, 0x8D, 4, R11, (struct host_mem){R11, NO_REG, 0, g->base_low - a->base_off});
            emit_alu_ri(e, 7, 4, R11, 0xFFFF - (uint32_t)(g->base_high - g->base_low));
            careful_if(t, CC_A, site);
        }
        emit_rr(e, 0x0FB7, 4, R8, first ? R8 : base);
    } else if (g->moved) { // 32-bit sums of registers must not wrap
        emit_rm(e, 0x8D, 4, R11, (struct host_mem){R8, NO_REG, 0, 0x8000});
        emit_alu_ri(e, 7, 4, R11, 0x10000);
        careful_if(t, CC_B, site);
    }
    group_segment(t, g, site);
    emit_rm(e, 0x8D, 4, R11, (struct host_mem){R8, NO_REG, 0, g->high - g->low - 1});
    emit_rr(e, 0x33, 4, R11, R8);
    emit_alu_ri(e, 7, 4, R11, PAGE_SIZE);
    careful_if(t, CC_AE, site);
    if (g->write && !a->write) { // a read must not make it writable
        x64_page_of(t, R9, R8);
        emit_rm(e, 0x8B, 8, R9, x64_quick_table(t, true, 0, R9));
        emit_rr(e, 0x85, 8, R9, R9);
        careful_if(t, CC_E, site);
        flags_lost(t);
    } else {
        look_up(t, R8, g->write, 0, site);
    }
    if (first || !whole) {
        emit_rr(e, 0x03, 8, R9, R8);
        emit_rr(e, 0x2B, 8, R9, base);
    }
    x64_store_slot(t, a->group);
    t->at = (struct host_mem){(uint8_t)base, R9, 0, a->off - g->low};
}

bool x64_checks_nothing(const struct tr *t)
{
    const struct access *a = &t->access[t->k][t->next_access];

    return t->next_access < t->accesses[t->k] && a->group >= 0 && !a->head;
}

/* The next access of the current instruction, if it belongs to a group. */
static bool grouped(struct tr *t, const struct x86_insn *i, unsigned size, bool write, int stack)
{
    const struct access *a = &t->access[t->k][t->next_access];

    if (t->next_access >= t->accesses[t->k]) return false;
    t->next_access++;
    if (a->group < 0) return false;
    if (a->size != size || a->write != write) t->failed = true;
    if (a->head && t->group[a->group].stack) stack_head(t, i, a, stack);
    else if (a->head && t->group[a->group].reads >= 0) write_head(t, i, a, stack);
    else if (a->head) group_head(t, i, a, stack);
    else use_slot(t, a, t->group[a->group].reads >= 0 ? t->group[a->group].reads : a->group);
    return true;
}

uint32_t x64_access(struct tr *t, const struct x86_insn *i, unsigned seg, unsigned size, bool write, int stack, bool aligned)
{
    return access_at(t, i, R8, seg, size, write, stack, aligned, i->amask == 0xFFFF);
}

void x64_access_odd(struct tr *t, const struct x86_insn *i, unsigned seg, unsigned size, bool write)
{
    t->j->sites[x64_access(t, i, seg, size, write, STACK_NONE, false)].access_size = 0;
}

uint32_t x64_slow_if_wraps(struct tr *t, const struct x86_insn *i, unsigned size)
{
    uint32_t site = x64_site(t, i);

    emit_alu_ri(&t->e, 7, 4, R8, 0x10000 - size);
    x64_slow_if(t, CC_A, site);
    return site;
}

void x64_operand_in_parts(struct tr *t, const struct x86_insn *i, unsigned size, bool write)
{
    if (i->amask != 0xFFFF) {
        x64_operand(t, i, size, write);
        return;
    }
    x64_ea(t, i);
    x64_slow_if_wraps(t, i, size);
    x64_access(t, i, i->seg, size, write, STACK_NONE, false);
}

void x64_operand(struct tr *t, const struct x86_insn *i, unsigned size, bool write)
{
    bool whole = x64_is_flat(t, i->seg) && i->amask == 0xFFFFFFFFu && i->index == REG_ZERO;

    if (grouped(t, i, size, write, STACK_NONE)) return;
    if (whole && i->base != REG_ZERO && !i->disp) {
        access_at(t, i, x64_gpr(i->base), i->seg, size, write, STACK_NONE, false, false);
        return;
    }
    if (whole && i->base == REG_ZERO && access_constant(t, i, (uint32_t)i->disp, size, write)) return;
    x64_ea(t, i);
    x64_access(t, i, i->seg, size, write, STACK_NONE, false);
}

void x64_stack(struct tr *t, const struct x86_insn *i, int depth, unsigned size, bool write)
{
    bool wide = t->ctx.mode & MODE_STACK32;

    if (grouped(t, i, size, write, depth)) return;
    if (wide && !depth && x64_is_flat(t, SEG_SS)) {
        access_at(t, i, R15, SEG_SS, size, write, depth, false, false);
        return;
    }
    if (wide && !depth) emit_mov_rr(&t->e, R8, R15);
    else if (wide || depth) emit_rm(&t->e, 0x8D, 4, R8, (struct host_mem){R15, NO_REG, 0, depth});
    if (!wide) emit_rr(&t->e, 0x0FB7, 4, R8, depth ? R8 : R15);
    if (!wide && size > 4) x64_slow_if_wraps(t, i, size); // PUSHA, POPA
    access_at(t, i, R8, SEG_SS, size, write, depth, false, !wide);
}

bool x64_frame(struct tr *t, const struct x86_insn *i, unsigned size, bool write)
{
    return grouped(t, i, size, write, write ? -(int)size : STACK_FRAME);
}

void x64_move_sp(struct tr *t, int n)
{
    emit_rm(&t->e, 0x8D, t->ctx.mode & MODE_STACK32 ? 4 : 2, R15, (struct host_mem){R15, NO_REG, 0, n});
}

/* --- stubs beside the main path ------------------------------------------------------------------------------------------------------------ */

static void go_slow(struct tr *t, uint32_t site)
{
    emit_mov_ri(&t->e, R11, site);
    emit_jmp_to(&t->e, t->j->slow);
}

/* A write for which the quick table has nothing. */
static void beside(struct tr *t, const struct cold *k)
{
    if (k->address == NO_REG) emit_mov_ri(&t->e, R8, k->lin);
    else if (k->address != R8) emit_mov_rr(&t->e, R8, k->address);
    x64_go_beside(t, k->size, k->back);
    go_slow(t, k->site);
}

static void wrong_guess(struct tr *t, const struct cold *k)
{
    uint8_t *none = x64_other_guess(t, k);

    emit_patch(&t->e, none, t->e.p);
    if (t->j->sites[k->site].beside) beside(t, k);
    else go_slow(t, k->site);
}

static void side_exit(struct tr *t, const struct cold *k)
{
    struct flag_record rest = k->side ? flags_mark(t, &k->flags) : k->flags;

    x64_x87_home_of(t, k->x87);
    if (k->refund) {
        emit_rm(&t->e, 0x8D, 8, R13, (struct host_mem){R13, NO_REG, 0, (int32_t)k->refund});
    }
    x64_go_to(t, k->eip, &rest);
}

/* What the flags were before stays. */
static void count_zero(struct tr *t, const struct cold *k)
{
    t->flags = k->flags;
    t->host = 0;
    t->kept = KEEP_NONE;
    if (!flags_again(t, k->mask)) t->flags = (struct flag_record){.kind = FLAGS_HOME};
    flags_home_of(t, &k->flags);
    flags_need(t, k->mask);
    emit_jmp_to(&t->e, k->back);
}

void x64_emit_colds(struct tr *t)
{
    for (unsigned n = 0; n < t->colds; n++) {
        struct cold *k = &t->cold[n];

        // one way out for all that an instruction may meet
        if (k->kind == COLD_SLOW) {
            unsigned first = n;
            while (first > 0 && t->cold[first - 1].kind == COLD_SLOW && t->cold[first - 1].site == k->site) first--;
            if (first < n) {
                emit_patch(&t->e, k->from, t->cold[first].back);
                k->back = t->cold[first].back;
                continue;
            }
            k->back = t->e.p;
        }
        emit_patch(&t->e, k->from, t->e.p);
        switch (k->kind) {
        case COLD_SLOW: go_slow(t, k->site); break;
        case COLD_SAVE_CF:
            // One by one, as they were stored a moment ago: the host's loads would wait for the stores to be done otherwise.
            emit_rm(&t->e, 0x8B, 4, R8, CTX(jf.kind));
            emit_rm(&t->e, 0x8B, 4, R9, CTX(jf.a));
            emit_rm(&t->e, 0x8B, 4, R11, CTX(jf.b));
            emit_rm(&t->e, 0x89, 4, R8, CTX(jf.cf_kind));
            emit_rm(&t->e, 0x89, 4, R9, CTX(jf.cf_a));
            emit_rm(&t->e, 0x89, 4, R11, CTX(jf.cf_b));
            emit_jmp_to(&t->e, k->back);
            break;
        case COLD_CAREFUL:
            emit_mov_ri(&t->e, R11, k->site);
            emit_jmp_to(&t->e, t->j->exit_careful);
            break;
        case COLD_CROSSING:
            x64_cross(t, k);
            go_slow(t, k->site);
            break;
        case COLD_BESIDE: beside(t, k); break;
        case COLD_GUESS: wrong_guess(t, k); break;
        case COLD_STACK: other_stack_page(t, k); break;
        case COLD_CALL: {
            uint8_t *at;
            emit8(&t->e, 0xE8);
            emit32(&t->e, 0);
            at = t->e.p - 4;
            emit_patch(&t->e, at, k->call);
            emit_jmp_to(&t->e, k->back);
            break;
        }
        case COLD_EDGE: side_exit(t, k); break;
        case COLD_LINK:
            k->link->stub = offset_of(t, t->e.p);
            if (k->flags.kind != FLAGS_HOME) {
                flags_home_of(t, &k->flags);
                k->link->operands = (uint16_t)flags_operands(&k->flags);
                emit_jmp_to(&t->e, t->e.p + 5); // to what follows, until there is a unit
                k->link->after = offset_of(t, t->e.p - 4);
            }
            emit_mov_ri(&t->e, R11, (uint32_t)(k->link - t->j->links));
            emit_jmp_to(&t->e, t->j->exit_link);
            break;
        case COLD_OTHER_PAGE:
            flags_home_of(t, &k->flags);
            emit_mov_ri(&t->e, R11, (uint32_t)(k->link - t->j->links));
            emit_jmp_to(&t->e, t->j->exit_link);
            break;
        case COLD_LOOP: // run by run then
            if (t->loop_out) {
                emit_patch(&t->e, k->from, t->loop_out);
                break;
            }
            t->loop_out = t->e.p;
            emit_rm(&t->e, 0x8D, 8, R13, (struct host_mem){R13, NO_REG, 0, (int32_t)k->refund});
            flags_home_of(t, &k->flags);
            emit_jmp_to(&t->e, t->j->code + t->u->head);
            break;
        case COLD_ZERO: count_zero(t, k); break;
        case COLD_BUDGET:
            emit_mov_ri(&t->e, R11, (uint32_t)(t->u - t->j->units));
            emit_jmp_to(&t->e, t->j->exit_budget);
            break;
        }
    }
}
