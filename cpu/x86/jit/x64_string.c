/* x64_string.c: MOVS STOS LODS SCAS CMPS and their repetitions in translated code.
 *
 * A repetition is cut into stretches: as many iterations as the count, the budget and the page on each side allow. A stretch runs on host
 * addresses, without a look at the guest's memory map. Each iteration is paid for when its stretch begins, but one of the whole repetition
 * has been paid with the unit, so at the end one comes back. At the beginning of a stretch the guest's state is that between two iterations,
 * as its handler wants it. The handler does whatever is not plain memory, an element across pages, and the rest of a long comparison. */
#include "cpu/x86/jit/x64.h"

static bool is_short(const struct x86_insn *i) { return i->amask == 0xFFFF; }
static bool goes_down(const struct tr *t) { return t->ctx.mode & MODE_DF; }

/* Into REG, with zeros above SIZE bytes. */
static void load_wide(struct tr *t, unsigned size, unsigned reg, struct host_mem from)
{
    emit_rm(&t->e, size == 1 ? 0x0FB6 : size == 2 ? 0x0FB7 : 0x8B, 4, reg, from);
}

static void compare(struct tr *t, unsigned size, unsigned a, unsigned b)
{
    emit_rr(&t->e, size == 1 ? 0x3A : 0x3B, size, a, b);
}

/* To c->jf: the flags of A less B, which have zeros above SIZE bytes. */
static void store_flags(struct tr *t, unsigned size, unsigned a, unsigned b)
{
    flags_store_a(t, a);
    flags_store_b(t, b);
    flags_store_kind(t, FLAGS_CMP, size, FLAGS_ALL);
}

/* --- without repetition ---------------------------------------------------------------------------------------------------------------------- */

static void index_access(struct tr *t, const struct x86_insn *i, unsigned reg, unsigned seg, unsigned size, bool write)
{
    emit_rr(&t->e, is_short(i) ? 0x0FB7 : 0x8B, 4, R8, reg);
    x64_access_odd(t, i, seg, size, write);
}

static void advance(struct tr *t, const struct x86_insn *i, unsigned reg, unsigned size)
{
    emit_rm(&t->e, 0x8D, is_short(i) ? 2 : 4, reg, (struct host_mem){(uint8_t)reg, NO_REG, 0, goes_down(t) ? -(int32_t)size : (int32_t)size});
}

static void scas(struct tr *t, const struct x86_insn *i, unsigned size)
{
    index_access(t, i, RDI, SEG_ES, size, false);
    load_wide(t, size, R10, x64_at(t));
    compare(t, size, RAX, R10);
    flags_record(t, FLAGS_CMP, size, flag_reg(REG_EAX), flag_r10(), FLAGS_ALL);
}

static void cmps(struct tr *t, const struct x86_insn *i, unsigned size)
{
    index_access(t, i, RSI, i->seg, size, false);
    load_wide(t, size, R10, x64_at(t));
    index_access(t, i, RDI, SEG_ES, size, false);
    load_wide(t, size, R11, x64_at(t));
    compare(t, size, R10, R11);
    store_flags(t, size, R10, R11);
}

bool x64_emit_string(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned size = op->size;

    if (!x86_has(t->c, FEAT_386)) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_LODS:
        index_access(t, i, RSI, i->seg, size, false);
        emit_rm(&t->e, size == 1 ? 0x8A : 0x8B, size, RAX, x64_at(t));
        break;
    case OPK_STOS:
        index_access(t, i, RDI, SEG_ES, size, true);
        emit_rm(&t->e, size == 1 ? 0x88 : 0x89, size, RAX, x64_at(t));
        break;
    case OPK_MOVS:
        index_access(t, i, RSI, i->seg, size, false);
        load_wide(t, size, R10, x64_at(t));
        index_access(t, i, RDI, SEG_ES, size, true);
        emit_rm(&t->e, size == 1 ? 0x88 : 0x89, size, R10, x64_at(t));
        break;
    case OPK_SCAS: scas(t, i, size); break;
    default: cmps(t, i, size); break;
    }
    if (op->kind != OPK_LODS) advance(t, i, RDI, size);
    if (op->kind != OPK_STOS && op->kind != OPK_SCAS) advance(t, i, RSI, size);
    return true;
}

/* --- repetitions: a stretch ------------------------------------------------------------------------------------------------------------------ */

struct repeat {
    const struct x86_insn *i;
    unsigned kind, size, log; /* of an element, and its logarithm */
    bool     source, destination;
    uint32_t site;
    uint8_t *top;             /* where a stretch begins */
};

static void shift_right(struct emit *e, unsigned reg, unsigned n)
{
    if (!n) return;
    emit_rr(e, 0xC1, 4, 5, reg);
    emit8(e, n);
}

/* r11d = min(r11d, r9d) */
static void at_most_r9(struct emit *e)
{
    emit_rr(e, 0x3B, 4, R11, R9);
    emit_rr(e, 0x0F47, 4, R11, R9); // cmova
}

/* r11d to no more than elements of a space of BYTES, from the address in FROM on. Uses r9. */
static void cut(struct tr *t, const struct repeat *r, unsigned from, uint32_t bytes)
{
    struct emit *e = &t->e;

    emit_mov_rr(e, R9, from);
    if (bytes == PAGE_SIZE) emit_alu_ri(e, 4, 4, R9, PAGE_MASK);
    if (goes_down(t)) {
        if (bytes == PAGE_SIZE && r->size > 1) { // the first one is not in it
            emit_alu_ri(e, 7, 4, R9, PAGE_SIZE - r->size);
            x64_slow_if(t, CC_A, r->site);
        }
        shift_right(e, R9, r->log);
        emit_alu_ri(e, 0, 4, R9, 1);
    } else {
        emit_alu_ri(e, 6, 4, R9, bytes - 1);
        emit_alu_ri(e, 0, 4, R9, 1);
        shift_right(e, R9, r->log);
    }
    at_most_r9(e);
}

/* The offset of index register REG in SEG to the linear address in r8d, if it is within the limit. */
static void add_base(struct tr *t, const struct repeat *r, unsigned reg, unsigned seg, bool write)
{
    struct emit *e = &t->e;
    size_t       at = offsetof(struct x86, seg) + seg * sizeof(struct x86_segment);
    bool         is_64k = is_short(r->i) && seg < 4 && t->ctx.mode & (unsigned)MODE_64K << seg;

    emit_rr(e, is_short(r->i) ? 0x0FB7 : 0x8B, 4, R8, reg);
    if (is_short(r->i) || goes_down(t)) cut(t, r, R8, 0x10000); // before the offset wraps
    if (x64_is_flat(t, seg)) return;
    if (!is_64k || goes_down(t)) {
        if (goes_down(t)) emit_rm(e, 0x8D, 8, R9, (struct host_mem){R8, NO_REG, 0, (int32_t)r->size - 1});
        else emit_rm(e, 0x8D, 8, R9, (struct host_mem){R8, R11, (uint8_t)r->log, -1});
        emit_rm(e, 0x3B, 8, R9, x64_ctx(at + (write ? offsetof(struct x86_segment, write_limit) : offsetof(struct x86_segment, read_limit))));
        x64_slow_if(t, CC_G, r->site);
    }
    emit_rm(e, 0x03, 4, R8, x64_ctx(at + offsetof(struct x86_segment, base)));
}

/* Host address of the element at index register REG in SEG to host register TO, r9 or r10; r11d to what is in its page. Uses r8 and r9. */
static void locate(struct tr *t, const struct repeat *r, unsigned reg, unsigned seg, bool write, unsigned to)
{
    unsigned lin = reg;

    if (is_short(r->i) || !x64_is_flat(t, seg)) {
        add_base(t, r, reg, seg, write);
        lin = R8;
    }
    cut(t, r, lin, PAGE_SIZE);
    x64_look_up(t, lin, write, r->site);
    emit_rm(&t->e, 0x8D, 8, to, (struct host_mem){(uint8_t)lin, R9, 0, 0});
}

/* Pays for r11 iterations and counts them; r8 is what they move an index register by. */
static void take(struct tr *t, const struct repeat *r)
{
    struct emit *e = &t->e;
    unsigned     size = is_short(r->i) ? 2 : 4;

    emit_rr(e, 0x2B, size, RCX, R11);
    emit_rr(e, 0x2B, 8, R13, R11);
    if (r->log) emit_rm(e, 0x8D, 4, R8, (struct host_mem){NO_REG, R11, (uint8_t)r->log, 0});
    else emit_mov_rr(e, R8, R11);
    if (r->source) emit_rr(e, goes_down(t) ? 0x2B : 0x03, size, RSI, R8);
    if (r->destination) emit_rr(e, goes_down(t) ? 0x2B : 0x03, size, RDI, R8);
}

/* The beginning of a stretch, of MOST iterations at most (0: any number). Afterwards the source is at r10, the destination at r9. Count and
 * index registers, and the budget, are those after it. */
static void begin_stretch(struct tr *t, struct repeat *r, unsigned most)
{
    struct emit *e = &t->e;

    r->top = e->p;
    emit_rr(e, is_short(r->i) ? 0x0FB7 : 0x8B, 4, R11, RCX);
    emit_rr(e, 0x3B, 8, R11, R13);
    emit_rr(e, 0x0F4F, 8, R11, R13); // cmovg
    if (most) {
        emit_mov_ri(e, R9, most);
        at_most_r9(e);
    }
    if (r->source) locate(t, r, RSI, r->i->seg, false, R10);
    if (r->destination) locate(t, r, RDI, SEG_ES, r->kind == OPK_MOVS || r->kind == OPK_STOS, R9);
    emit_rr(e, 0x85, 4, R11, R11);
    x64_slow_if(t, CC_E, r->site);
    take(t, r);
}

static void step(struct tr *t, const struct repeat *r, unsigned reg, bool back)
{
    int32_t n = goes_down(t) != back ? -(int32_t)r->size : (int32_t)r->size;

    emit_rm(&t->e, 0x8D, 8, reg, (struct host_mem){(uint8_t)reg, NO_REG, 0, n});
}

/* --- what a stretch does ---------------------------------------------------------------------------------------------------------------------- */

enum { FEW = 32 }; /* iterations up to which a loop is quicker than the host's own repetition, which takes long to start */

/* One by one. */
static void run_loop(struct tr *t, const struct repeat *r)
{
    struct emit  *e = &t->e;
    uint8_t      *again = e->p;
    unsigned      from = RAX;

    if (r->source) {
        load_wide(t, r->size, R8, (struct host_mem){R10, NO_REG, 0, 0});
        step(t, r, R10, false);
        from = R8;
    }
    emit_rm(e, r->size == 1 ? 0x88 : 0x89, r->size, from, (struct host_mem){R9, NO_REG, 0, 0});
    step(t, r, R9, false);
    emit_alu_ri(e, 5, 4, R11, 1);
    emit_jcc_to(e, CC_NE, again);
}

static void swap(struct emit *e, unsigned a, unsigned b) { emit_rr(e, 0x87, 8, a, b); }

/* REP MOVSB or REP STOS of the host, unless the destination begins within the source: then FEW leads to the loop. */
static void run_host(struct tr *t, const struct repeat *r, uint8_t **few)
{
    struct emit *e = &t->e;

    if (r->source) {
        emit_rr(e, 0x2B, 8, R9, R10);
        emit_rr(e, 0x3B, 8, R9, R8);
        emit_rm(e, 0x8D, 8, R9, (struct host_mem){R9, R10, 0, 0});
        *few = emit_jcc(e, CC_B);
        swap(e, RSI, R10);
    }
    swap(e, RDI, R9);
    if (r->source) swap(e, RCX, R8); // bytes are what hosts do best
    else swap(e, RCX, R11);
    if (!r->source && r->size == 2) emit8(e, 0x66);
    emit8(e, 0xF3);
    emit8(e, r->source ? 0xA4 : r->size == 1 ? 0xAA : 0xAB);
    if (r->source) emit_mov_rr(e, RSI, R10);
    emit_mov_rr(e, RDI, R9);
    emit_mov_rr(e, RCX, r->source ? R8 : R11);
}

static void run_moves(struct tr *t, const struct repeat *r)
{
    struct emit *e = &t->e;
    uint8_t     *few, *within = NULL, *done;

    if (r->kind == OPK_LODS) { // the last one
        if (goes_down(t)) emit_rr(e, 0xF7, 8, 3, R8); // neg
        emit_rm(e, r->size == 1 ? 0x8A : 0x8B, r->size, RAX,
                (struct host_mem){R10, R8, 0, goes_down(t) ? (int32_t)r->size : -(int32_t)r->size});
        return;
    }
    if (goes_down(t)) {
        run_loop(t, r);
        return;
    }
    emit_alu_ri(e, 7, 4, R11, FEW);
    few = emit_jcc(e, CC_BE);
    run_host(t, r, &within);
    done = emit_jmp(e);
    emit_patch(e, few, e->p);
    if (within) emit_patch(e, within, e->p);
    run_loop(t, r);
    emit_patch(e, done, e->p);
}

/* Compares until there is the one that ends it, of condition ENDS, or none is left: r8 and r9 are what was compared last, r11 the iterations
 * that were not made. */
static void run_compares(struct tr *t, const struct repeat *r, unsigned ends)
{
    struct emit *e = &t->e;
    uint8_t     *again = e->p, *out;
    unsigned     a = r->source ? R8 : RAX;

    emit_alu_ri(e, 5, 4, R11, 1);
    if (r->source) load_wide(t, r->size, R8, (struct host_mem){R10, NO_REG, 0, 0});
    emit_rm(e, r->size == 1 ? 0x3A : 0x3B, r->size, a, (struct host_mem){R9, NO_REG, 0, 0});
    out = emit_jcc(e, ends);
    if (r->source) step(t, r, R10, false);
    step(t, r, R9, false);
    emit_rr(e, 0x85, 4, R11, R11);
    emit_jcc_to(e, CC_NE, again);
    step(t, r, R9, true);
    emit_patch(e, out, e->p);
    load_wide(t, r->size, R9, (struct host_mem){R9, NO_REG, 0, 0});
}

/* Gives r11 iterations back. */
static void give_back(struct tr *t, const struct repeat *r)
{
    struct emit *e = &t->e;
    unsigned     size = is_short(r->i) ? 2 : 4;

    emit_rm(e, 0x8D, size, RCX, (struct host_mem){RCX, R11, 0, 0});
    emit_rr(e, 0x03, 8, R13, R11);
    if (r->log) emit_rm(e, 0x8D, 4, R11, (struct host_mem){NO_REG, R11, (uint8_t)r->log, 0});
    if (r->source) emit_rr(e, goes_down(t) ? 0x03 : 0x2B, size, RSI, R11);
    if (r->destination) emit_rr(e, goes_down(t) ? 0x03 : 0x2B, size, RDI, R11);
}

static void test_count(struct tr *t, const struct repeat *r)
{
    emit_rr(&t->e, 0x85, is_short(r->i) ? 2 : 4, RCX, RCX);
}

static void emit_moves(struct tr *t, struct repeat *r)
{
    struct emit *e = &t->e;
    uint8_t     *none;

    if (t->open) t->u->changes |= t->changed |= t->effects[t->k].regs | OPERAND_R10; // its handler may be asked after the first stretch
    test_count(t, r);
    none = emit_jcc(e, CC_E);
    begin_stretch(t, r, 0);
    run_moves(t, r);
    test_count(t, r);
    emit_jcc_to(e, CC_NE, r->top);
    emit_rm(e, 0x8D, 8, R13, (struct host_mem){R13, NO_REG, 0, 1});
    emit_patch(e, none, e->p);
    t->host = 0;
}

/* Afterwards the host's flags are the guest's. */
static void emit_compares(struct tr *t, struct repeat *r)
{
    enum { MOST = 128 }; /* from there on the handler is quicker, which knows memchr() */
    struct emit *e = &t->e;
    unsigned     ends = r->i->prefix & PREFIX_REP ? CC_NE : CC_E, a = r->source ? R8 : RAX;
    struct cold *none;
    uint8_t     *last;

    test_count(t, r);
    none = x64_cold(t, COLD_CALL, emit_jcc(e, CC_E)); // the flags stay
    none->call = t->j->load_flags;
    if (t->open) t->u->changes |= t->changed;
    begin_stretch(t, r, goes_down(t) ? 0 : MOST);
    run_compares(t, r, ends);
    store_flags(t, r->size, a, R9);
    give_back(t, r);
    test_count(t, r);
    last = emit_jcc(e, CC_E);
    compare(t, r->size, a, R9);
    if (goes_down(t)) emit_jcc_to(e, ends ^ 1, r->top);
    else x64_slow_if(t, ends ^ 1, r->site);
    emit_patch(e, last, e->p);
    emit_rm(e, 0x8D, 8, R13, (struct host_mem){R13, NO_REG, 0, 1});
    compare(t, r->size, a, R9);
    none->back = e->p;
    t->host = FLAGS_ALL;
}

bool x64_emit_repeat(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    struct repeat r = {.i = i, .kind = op->kind, .size = op->size, .log = op->size >> 1};

    if (!x86_has(t->c, FEAT_386)) return false;
    r.source = op->kind == OPK_MOVS || op->kind == OPK_LODS || op->kind == OPK_CMPS;
    r.destination = op->kind != OPK_LODS;
    flags_home(t);
    x64_x87_home(t);
    t->start = t->e.p;
    r.site = x64_site(t, i);
    if (op->kind == OPK_SCAS || op->kind == OPK_CMPS) emit_compares(t, &r);
    else emit_moves(t, &r);
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    t->kept = KEEP_NONE;
    t->sse_ready = t->x87_ready = t->j->sites[r.site].x87_ready = false;
    return true;
}
