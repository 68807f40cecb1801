/* groups.c: accesses of a unit that differ by constants share one look-up.
 *
 * A function's frame, a structure, a run of pushes: their addresses are one register plus constants, or registers that came from one
 * another by constants. The first access of such a group, its head, checks that all of them lie in one page of plain memory, and stores
 * the difference between the register and the host's address; the others add that, check nothing and cannot fault. */
#include "cpu/x86/jit/x64.h"

enum { RANGE_MAX = 512, FRAME_MAX = 128, OFFSET_MAX = 0x2000, STACK_OFFSET_MAX = 0xC00, DISP_MAX = 0x7F000000 };

/* What a register holds: a value that was there at some point, plus a constant. The first ROOTS_KNOWN roots are the registers at the
 * beginning of the unit, where the CPU is right now. */
enum { ROOTS_KNOWN = 8 };

struct symbol {
    uint32_t root;
    int32_t  off;
};

struct finder {
    struct symbol reg[8];
    uint32_t      roots;
    uint8_t       loads[SEG_COUNT]; /* of each segment register so far */
};

static bool within(int32_t offset, int32_t most)
{
    return offset <= most && offset >= -most;
}

static void forget(struct finder *f, unsigned reg)
{
    f->reg[reg] = (struct symbol){f->roots++, 0};
}

static void set_symbol(struct finder *f, unsigned reg, struct symbol from, int64_t add)
{
    int64_t off = from.off + add;

    if (off != (int32_t)off || !within((int32_t)off, OFFSET_MAX)) forget(f, reg);
    else f->reg[reg] = (struct symbol){from.root, (int32_t)off};
}

/* What the instruction does to the registers. */
static void follow(const struct tr *t, struct finder *f, unsigned k)
{
    const struct x86_insn *i = &t->insn[k];
    const struct jit_op   *op = t->op[k];
    unsigned               kind = op ? op->kind : OPK_NONE, regs = t->effects[k].regs;
    struct symbol          sp = f->reg[REG_ESP], frame;
    bool                   whole = op && op->size == 4;

    // On a stack of 64 KB PUSH and POP change SP alone: ESP is no sum if it wraps, so nothing is made of it.
    if (!(t->ctx.mode & MODE_STACK32) && (i->dst == REG_ESP || i->src == REG_ESP || i->base == REG_ESP)) whole = false;
    if (kind == OPK_MOV_RR && whole) {
        f->reg[i->dst] = f->reg[i->src];
        return;
    }
    if (kind == OPK_LEA && whole && i->amask == 0xFFFFFFFFu && i->index == REG_ZERO && i->base != REG_ZERO) {
        set_symbol(f, i->dst, f->reg[i->base], i->disp);
        return;
    }
    if (kind == OPK_ALU_RI && whole && (op->arg == 0 || op->arg == 5)) {
        set_symbol(f, i->dst, f->reg[i->dst], op->arg ? -(int64_t)(int32_t)i->imm : (int64_t)(int32_t)i->imm);
        return;
    }
    if ((kind == OPK_INC_R || kind == OPK_DEC_R) && whole) {
        set_symbol(f, i->dst, f->reg[i->dst], kind == OPK_INC_R ? 1 : -1);
        return;
    }
    if ((kind == OPK_MOV_SR || kind == OPK_MOV_SM) && i->dst < SEG_COUNT) f->loads[i->dst]++;
    if (kind == OPK_LOAD_FAR) f->loads[x86_far_segment(i)]++;
    if (kind == OPK_POP_SEG) f->loads[x86_opcode_segment(i)]++;
    frame = f->reg[REG_EBP];
    for (unsigned r = 0; r < 8; r++)
        if (regs >> r & 1) forget(f, r);
    if (kind == OPK_PUSHA) set_symbol(f, REG_ESP, sp, -8 * (int64_t)op->size);
    if (kind == OPK_POPA) set_symbol(f, REG_ESP, sp, 8 * (int64_t)op->size);
    if (kind == OPK_LEAVE && t->ctx.mode & MODE_STACK32) set_symbol(f, REG_ESP, frame, op->size);
    if (kind == OPK_ENTER && t->ctx.mode & MODE_STACK32 && !(i->imm2 & 31)) {
        set_symbol(f, REG_ESP, sp, -(int64_t)(op->size + (i->imm & 0xFFFF)));
        if (whole) set_symbol(f, REG_EBP, sp, -(int64_t)op->size);
    }
    if (kind == OPK_PUSH_R || kind == OPK_PUSH_I || kind == OPK_PUSH_M || kind == OPK_PUSHF || kind == OPK_PUSH_SEG) set_symbol(f, REG_ESP, sp, -(int64_t)op->size);
    if ((kind == OPK_POP_R && i->dst != REG_ESP) || kind == OPK_POPF || kind == OPK_POP_SEG) set_symbol(f, REG_ESP, sp, op->size);
}

/* --- the accesses of an instruction, in the order in which they are emitted ----------------------------------------------------------------- */

static bool writes_operand(const struct jit_op *op)
{
    switch ((enum jit_kind)op->kind) {
    case OPK_ALU_MR: case OPK_ALU_MI: return op->arg < 7;
    case OPK_INC_M: case OPK_DEC_M: case OPK_NOT_M: case OPK_NEG_M: case OPK_XADD_M: case OPK_CMPXCHG_M: case OPK_SHIFT_MI: case OPK_SHIFT_MC:
    case OPK_DOUBLE_MRI: case OPK_DOUBLE_MRC: case OPK_MOV_MR: case OPK_MOV_MI: case OPK_XCHG_MR: case OPK_SETCC_M: return true;
    case OPK_BT_MI: return op->arg != 0;
    case OPK_SSE: return op->arg & SSE_WRITE;
    default: return false;
    }
}

static bool has_operand(const struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (!(i->prefix & PREFIX_MEM)) return false;
    if (i->base == REG_ESP && i->amask != 0xFFFF && !(t->ctx.mode & MODE_STACK32)) return false; // PUSH and POP change no more than SP
    if (t->hoists ? i->index == REG_ZERO && i->base == REG_ZERO : i->index != REG_ZERO || i->base == REG_ZERO) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_ALU_RM: case OPK_ALU_MR: case OPK_ALU_MI: case OPK_INC_M: case OPK_DEC_M: case OPK_NOT_M: case OPK_NEG_M: case OPK_MUL_M:
    case OPK_IMUL_RM: case OPK_IMUL_RMI: case OPK_SHIFT_MI: case OPK_SHIFT_MC: case OPK_MOV_RM: case OPK_MOV_MR: case OPK_MOV_MI: case OPK_EXTEND_RM:
    case OPK_XCHG_MR: case OPK_PUSH_M: case OPK_SETCC_M: case OPK_CMOV_RM: case OPK_JMP_M: case OPK_CALL_M: return true;
    case OPK_SSE: return !x64_sse_checks(op);
    default: return false;
    }
}

/* ENTER without levels: what it pushes, and what it makes room for, of which it looks at the end. */
static unsigned enter_range(const struct tr *t, const struct x86_insn *i, unsigned size)
{
    return size + (x86_has(t->c, FEAT_386) ? i->imm & 0xFFFF : 0);
}

/* LEAVE and ENTER whose access may be part of a group. */
static bool is_frame(const struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (!(t->ctx.mode & MODE_STACK32)) return false;
    return op->kind == OPK_LEAVE || (op->kind == OPK_ENTER && !(i->imm2 & 31) && enter_range(t, i, op->size) <= FRAME_MAX);
}

static int stack_depth(const struct jit_op *op)
{
    switch ((enum jit_kind)op->kind) {
    case OPK_PUSH_R: case OPK_PUSH_I: case OPK_PUSH_M: case OPK_PUSHF: case OPK_PUSH_SEG: case OPK_CALL: case OPK_CALL_R: case OPK_CALL_M: return -(int)op->size;
    case OPK_PUSHA: return -8 * (int)op->size;
    case OPK_POP_R: case OPK_POPA: case OPK_POPF: case OPK_RET: case OPK_RET_I: return 0;
    default: return STACK_NONE;
    }
}

/* A handler runs these, so that they may access nothing by a group. */
static bool emitted(const struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (op->size == 1 && (!x64_bytes_ok(t, i->dst, 1) || !x64_bytes_ok(t, i->src, 1))) return false;
    if (op->kind >= OPK_PUSHF && op->kind <= OPK_MOV_MS && !x64_emits_system(t)) return false;
    return (op->kind != OPK_SHIFT_MI && op->kind != OPK_SHIFT_MC) || x86_has(t->c, FEAT_186);
}

static void list_accesses(struct tr *t, unsigned k)
{
    const struct x86_insn *i = &t->insn[k];
    const struct jit_op   *op = t->op[k];
    int                    depth;

    t->accesses[k] = 0;
    if (!op || !emitted(t, i, op)) return;
    if (has_operand(t, i, op)) {
        unsigned size = op->kind == OPK_EXTEND_RM ? (op->arg & 1 ? 2 : 1) : op->size;
        t->access[k][t->accesses[k]++] = (struct access){.base = i->base, .seg = i->seg, .size = (uint8_t)size, .write = writes_operand(op),
                                                         .narrow = i->amask == 0xFFFF, .group = -1, .disp = i->disp,
                                                         .index = i->index, .scale = i->scale};
    } else if (i->prefix & PREFIX_MEM) {
        t->access[k][t->accesses[k]++] = (struct access){.group = -1, .root = UINT32_MAX};
    }
    if (is_frame(t, i, op)) {
        bool     enters = op->kind == OPK_ENTER;
        unsigned range = enters ? enter_range(t, i, op->size) : op->size;
        t->access[k][t->accesses[k]++] = (struct access){.base = enters ? REG_ESP : REG_EBP, .seg = SEG_SS, .size = (uint8_t)range, .write = enters,
                                                         .group = -1, .disp = enters ? -(int32_t)range : 0, .index = REG_ZERO};
    }
    depth = stack_depth(op);
    if (depth == STACK_NONE) return;
    t->access[k][t->accesses[k]++] = (struct access){.base = REG_ESP, .seg = SEG_SS, .size = (uint8_t)(op->size * (op->kind == OPK_PUSHA || op->kind == OPK_POPA ? 8 : 1)), .write = depth < 0,
                                                     .narrow = !(t->ctx.mode & MODE_STACK32), .group = -1, .disp = depth, .index = REG_ZERO};
}

/* --- groups ----------------------------------------------------------------------------------------------------------------------------------- */

/* Whether A may belong to a stack group. */
static bool is_stack(const struct tr *t, const struct access *a)
{
    return a->seg == SEG_SS && !a->narrow && (t->ctx.mode & (unsigned)MODE_FLAT << SEG_SS) && within(a->disp, STACK_OFFSET_MAX) && within(a->base_off, STACK_OFFSET_MAX);
}

/* Whether bytes LOW to HIGH - 1 from what ROOT stands for lie in one page now, which they then may next time; true if that is not known. */
static bool in_one_page(const struct tr *t, const struct access *a, int32_t low, int32_t high)
{
    uint32_t from;

    if (a->root >= ROOTS_KNOWN || a->narrow) return true;
    from = t->c->seg[a->seg].base + (uint32_t)t->c->gpr[a->root] + (uint32_t)low;
    return !((from ^ (from + (uint32_t)(high - low) - 1)) >> PAGE_SHIFT);
}

static bool near(const struct tr *t, const struct group *g, const struct access *a)
{
    int32_t low = a->off < g->low ? a->off : g->low, high = a->off + a->size > g->high ? a->off + a->size : g->high;

    return g->root == a->root && g->seg == a->seg && g->loads == a->loads && g->narrow == a->narrow && high - low <= RANGE_MAX &&
           in_one_page(t, a, low, high);
}

static void widen(struct group *g, const struct access *a)
{
    if (a->off < g->low) g->low = a->off;
    if (a->off + a->size > g->high) g->high = a->off + a->size;
    if (a->base_off != g->base_off) g->moved = true;
    if (a->base_off < g->base_low) g->base_low = a->base_off;
    if (a->base_off > g->base_high) g->base_high = a->base_off;
}

/* Reads and writes have the same limit, and the one check is for both. */
static bool same_limits(const struct tr *t, const struct group *g)
{
    return g->seg < 4 && (t->ctx.mode & ((unsigned)MODE_FLAT | (g->narrow ? (unsigned)MODE_64K : 0)) << g->seg);
}

/* Whether reads, and writes that come after them, are one group: what may be written may be read. Where the page may not be written yet
 * that is a miss, so it is not done where groups have been of no use before. */
static bool joins_writes(const struct tr *t, const struct group *g)
{
    return g->stack || (!t->misfortunes && same_limits(t, g));
}

/* Where A belongs. */
static unsigned group_for(const struct tr *t, const struct access *a)
{
    unsigned n = 0;

    for (; n < t->groups; n++) {
        const struct group *g = &t->group[n];
        if (near(t, g, a) && (!g->stack || is_stack(t, a)) && (g->write || !a->write || joins_writes(t, g))) break;
    }
    return n;
}

static void place(struct tr *t, struct access *a)
{
    unsigned n = group_for(t, a);

    if (n == GROUPS_MAX) return;
    if (n == t->groups)
        t->group[t->groups++] = (struct group){.root = a->root, .seg = a->seg, .loads = a->loads, .write = a->write, .narrow = a->narrow, .low = a->off,
                                               .high = a->off + a->size, .base_off = a->base_off, .base_low = a->base_off,
                                               .base_high = a->base_off, .reads = -1,
                                               .stack = is_stack(t, a)};
    t->group[n].write |= a->write;
    a->group = (int8_t)n;
    a->head = !t->group[n].members++;
    widen(&t->group[n], a);
}

/* Reads and then writes around the same value: if all of them lie in one page, the writes need only a look whether it may be written. */
static void pair_groups(struct tr *t)
{
    for (unsigned w = 0; w < t->groups; w++) {
        struct group *g = &t->group[w];
        for (unsigned r = 0; g->write && !g->stack && g->reads < 0 && r < w; r++) {
            struct group *h = &t->group[r];
            int32_t       low = h->low < g->low ? h->low : g->low, high = h->high > g->high ? h->high : g->high;
            if (!in_one_page(t, &(struct access){.root = g->root, .seg = g->seg, .narrow = g->narrow}, low, high)) continue;
            if (h->write || h->root != g->root || h->seg != g->seg || h->loads != g->loads || h->narrow != g->narrow || h->members < 2 || high - low > RANGE_MAX) continue;
            if (!same_limits(t, g)) continue;
            h->low = g->low = low;
            h->high = g->high = high;
            h->moved |= g->moved || g->base_off != h->base_off;
            if (g->base_low < h->base_low) h->base_low = g->base_low;
            if (g->base_high > h->base_high) h->base_high = g->base_high;
            g->reads = (int8_t)r;
        }
    }
}

/* Accesses whose group has no members have none; instructions that check nothing cannot turn to C. */
static void settle_accesses(struct tr *t)
{
    for (unsigned k = 0; k < t->count; k++) {
        bool checks = !t->accesses[k];
        for (unsigned n = 0; n < t->accesses[k]; n++) {
            struct access *a = &t->access[k][n];
            if (a->group >= 0 && !t->group[a->group].members) a->group = -1;
            checks |= a->group < 0 || a->head;
        }
        if (!checks && t->op[k]->kind != OPK_POPF) t->effects[k].slow = false;
    }
}

/* Where groups were of no use the registers are tried as they are now; then only stacks get some; then nothing. */
enum { TRIES_ALL = 2, TRIES_STACK = 4 };

void x64_find_groups(struct tr *t)
{
    struct finder f = {.roots = 0};

    if ((t->ctx.mode & MODE_CHECKED) || t->misfortunes >= TRIES_STACK) return; // checked: all accesses are the handlers'
    for (unsigned r = 0; r < 8; r++) forget(&f, r);
    for (unsigned k = 0; k < t->count; k++) {
        list_accesses(t, k);
        for (unsigned n = 0; n < t->accesses[k]; n++) {
            struct access *a = &t->access[k][n];
            if (a->root == UINT32_MAX) continue;
            a->root = f.reg[a->base].root;
            a->loads = f.loads[a->seg];
            a->base_off = f.reg[a->base].off;
            a->off = a->base_off + a->disp;
            if (within(a->disp, OFFSET_MAX) && (t->misfortunes < TRIES_ALL || is_stack(t, a))) place(t, a);
        }
        follow(t, &f, k);
    }
    pair_groups(t);
    for (unsigned n = 0; n < t->groups; n++)
        if (t->group[n].members < 2 && t->group[n].reads < 0 && !t->group[n].stack) t->group[n].members = 0;
    settle_accesses(t);
}

/* --- loops ------------------------------------------------------------------------------------------------------------------------------------ */

static struct symbol symbol_of(const struct finder *f, unsigned reg)
{
    return reg == REG_ZERO ? (struct symbol){NO_ROOT, 0} : f->reg[reg];
}

static bool is_known(struct symbol s)
{
    return s.root == NO_ROOT || s.root < ROOTS_KNOWN;
}

static bool near_in_loop(const struct group *g, const struct access *a)
{
    int64_t low = a->off < g->low ? a->off : g->low, high = (int64_t)a->off + a->size > g->high ? (int64_t)a->off + a->size : g->high;

    return g->root == a->root && g->index_root == a->index_root && g->scale == a->scale && g->seg == a->seg && g->loads == a->loads &&
           g->narrow == a->narrow && high - low <= RANGE_MAX;
}

/* What the loop changes: bit N register N, bit 8 + N segment register N. */
static unsigned changes_of_loop(const struct tr *t)
{
    struct finder f = {.roots = 0};
    unsigned      changes = 0;

    for (unsigned k = 0; k < t->count; k++) {
        changes |= t->op[k] ? t->effects[k].regs : ~0u;
        follow(t, &f, k); // for its loads
    }
    for (unsigned seg = 0; seg < SEG_COUNT; seg++)
        if (f.loads[seg]) changes |= 0x100u << seg;
    return changes;
}

/* Offsets of 16 bits: only of a register that stays, in a segment with nothing to compare but 64 KB; and not where the page has code, or is a
 * device's, as far as can be seen now. */
static bool narrow_in_loop(const struct tr *t, const struct access *a, unsigned changes)
{
    const struct x86 *c = t->c;
    lin_t             lin;

    if (a->index != REG_ZERO || a->base == REG_ZERO || a->seg >= 4 || changes & (1u << a->base | 0x100u << a->seg) || !(t->ctx.mode & ((unsigned)MODE_FLAT | (unsigned)MODE_64K) << a->seg)) return false;
    lin = c->seg[a->seg].base + (((uint32_t)c->gpr[a->base] + (uint32_t)a->disp) & 0xFFFF);
    return c->tlb_write[lin >> PAGE_SHIFT] || (!a->write && c->tlb_read[lin >> PAGE_SHIFT]);
}

/* CHANGES: of the loop. MAY_BEGIN: A is made in each run, so that it is no waste to look at it beforehand. */
static void place_in_loop(struct tr *t, const struct finder *f, struct access *a, unsigned changes, bool may_begin)
{
    struct symbol base = symbol_of(f, a->base), index = symbol_of(f, a->index);
    struct group *g = t->group;

    if (!(a->narrow ? narrow_in_loop(t, a, changes) : x64_is_flat(t, a->seg)) || !is_known(base) || !is_known(index) || !within(a->disp, DISP_MAX)) return;
    if (a->index == REG_ZERO) a->scale = 0;
    a->root = base.root;
    a->base_off = base.off;
    a->index_root = index.root;
    a->index_off = index.off;
    a->loads = f->loads[a->seg];
    a->off = base.off + index.off * (1 << a->scale) + a->disp;
    while (g < t->group + t->groups && !near_in_loop(g, a)) g++;
    if (g == t->group + t->groups) {
        if (!may_begin || t->groups == GROUPS_MAX) return;
        t->groups++;
        *g = (struct group){.root = a->root, .index_root = a->index_root, .scale = a->scale, .seg = a->seg, .loads = a->loads, .narrow = a->narrow, .reads = -1,
                            .low = a->off, .high = a->off + a->size};
    }
    a->group = (int8_t)(g - t->group);
    g->members++;
    g->write |= a->write;
    if (a->off < g->low) g->low = a->off;
    if (a->off + a->size > g->high) g->high = a->off + a->size;
    if (a->base_off < g->base_low) g->base_low = a->base_off;
    if (a->base_off > g->base_high) g->base_high = a->base_off;
    if (a->index_off < g->index_low) g->index_low = a->index_off;
    if (a->index_off > g->index_high) g->index_high = a->index_off;
}

/* Whether what ROOT was at the beginning is there at the end again. */
static bool comes_back(const struct finder *f, uint32_t root)
{
    return root == NO_ROOT || (f->reg[root].root == root && !f->reg[root].off);
}

void x64_find_loop_groups(struct tr *t)
{
    struct finder f = {.roots = 0};
    bool          may_begin = true, any = false;
    unsigned      changes = changes_of_loop(t);

    t->groups = 0;
    t->hoists = true;
    memset(t->accesses, 0, sizeof(t->accesses));
    if (t->ctx.mode & MODE_CHECKED) return;
    for (unsigned r = 0; r < 8; r++) forget(&f, r);
    for (unsigned k = 0; k < t->count; k++) {
        list_accesses(t, k);
        for (unsigned n = 0; n < t->accesses[k]; n++)
            if (t->access[k][n].root != UINT32_MAX) place_in_loop(t, &f, &t->access[k][n], changes, may_begin);
        follow(t, &f, k);
        if (t->op[k] && (t->op[k]->kind == OPK_JCC || t->op[k]->kind == OPK_JCXZ)) may_begin = false;
    }
    for (unsigned n = 0; n < t->groups; n++) {
        struct group *g = &t->group[n];
        bool          base_moves = g->base_low || g->base_high, index_moves = g->index_low || g->index_high;
        g->by_index = g->index_root != NO_ROOT && !base_moves;
        g->steady = comes_back(&f, g->root) && comes_back(&f, g->index_root);
        if (base_moves && index_moves) g->members = 0; // what differs must be in one register
        if (g->members < 2 && !g->steady && t->count > t->body) g->members = 0; // nothing is saved
        any |= g->members > 0;
    }
    settle_accesses(t);
    if (any) return;
    t->groups = 0;
    t->hoists = false;
    x64_find_groups(t);
}
