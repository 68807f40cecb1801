/* x64_move.c: data movement, the stack and conditions in translated code. */
#include "cpu/x86/jit/x64.h"

static void load(struct tr *t, unsigned size, unsigned reg)
{
    emit_rm(&t->e, size == 1 ? 0x8A : 0x8B, size, reg, x64_at(t));
}

static void store(struct tr *t, unsigned size, unsigned reg)
{
    emit_rm(&t->e, size == 1 ? 0x88 : 0x89, size, reg, x64_at(t));
}

static void store_imm(struct tr *t, unsigned size, uint32_t imm)
{
    emit_rm(&t->e, size == 1 ? 0xC6 : 0xC7, size, 0, x64_at(t));
    emit_imm(&t->e, size, imm);
}

/* --- MOV ---------------------------------------------------------------------------------------------------------------------------------- */

static void mov_rr(struct tr *t, const struct x86_insn *i, unsigned size)
{
    if (i->dst != i->src) emit_rr(&t->e, size == 1 ? 0x8A : 0x8B, size, x64_own(i->dst, size), x64_own(i->src, size));
}

static void mov_ri(struct tr *t, const struct x86_insn *i, unsigned size)
{
    if (size == 4) {
        emit_mov_ri(&t->e, x64_gpr(i->dst), i->imm);
    } else if (size == 2) {
        emit_opcode(&t->e, 0xB8 | (x64_gpr(i->dst) & 7), 2, 0, 0, x64_gpr(i->dst), false);
        emit_imm(&t->e, 2, i->imm);
    } else { // B0+r: AH..DH too, for want of a REX prefix
        emit8(&t->e, 0xB0 | x64_gpr8(i->dst));
        emit8(&t->e, i->imm);
    }
}

static void load_to(struct tr *t, unsigned operand, unsigned size)
{
    if (size == 1 && x64_high(operand)) {
        load(t, 1, R10);
        x64_write(t, operand, 1, R10);
    } else {
        load(t, size, size == 1 ? operand >> 3 : x64_gpr(operand));
    }
}

static void extend(struct tr *t, const struct x86_insn *i, unsigned opcode, unsigned size, bool memory)
{
    unsigned from = opcode & 1 ? 2 : 1, d = x64_gpr(i->dst);

    if (memory) {
        x64_operand(t, i, from, false);
        emit_rm(&t->e, 0x0F00 | opcode, size, d, x64_at(t));
    } else if (from == 2) {
        emit_rr(&t->e, 0x0F00 | opcode, size, d, x64_gpr(i->src));
    } else { // ESP is R15, which takes a REX prefix
        emit_rr(&t->e, 0x0F00 | opcode, size, d, d >= R8 ? x64_source(t, i->src, 1, R10) : x64_gpr8(i->src));
    }
}

static void lea(struct tr *t, const struct x86_insn *i, unsigned size)
{
    unsigned d = x64_gpr(i->dst);

    if (i->amask == 0xFFFF) {
        x64_ea(t, i);
        emit_rr(&t->e, 0x8B, size, d, R8);
    } else if (i->base == REG_ZERO && i->index == REG_ZERO) {
        emit_mov_ri(&t->e, R8, (uint32_t)i->disp);
        emit_rr(&t->e, 0x8B, size, d, R8);
    } else {
        struct host_mem m = {i->base == REG_ZERO ? NO_REG : (uint8_t)x64_gpr(i->base), i->index == REG_ZERO ? NO_REG : (uint8_t)x64_gpr(i->index),
                             i->scale, i->disp};
        emit_rm(&t->e, 0x8D, size, d, m);
    }
}

static void xchg_rr(struct tr *t, const struct x86_insn *i, unsigned size)
{
    unsigned a, b;

    if (size == 1 && (x64_high(i->dst) || x64_high(i->src))) {
        emit_rr(&t->e, 0x86, 1, x64_gpr8(i->dst), x64_gpr8(i->src));
        return;
    }
    a = x64_source(t, i->dst, size, R10);
    b = x64_source(t, i->src, size, R11);
    if (a != R10) emit_mov_rr(&t->e, R10, a);
    if (b != R11) emit_mov_rr(&t->e, R11, b);
    x64_write(t, i->src, size, R10);
    x64_write(t, i->dst, size, R11);
}

static void xchg_mr(struct tr *t, const struct x86_insn *i, unsigned size)
{
    x64_operand(t, i, size, true);
    load(t, size, R10);
    store(t, size, x64_source(t, i->src, size, R11));
    x64_write(t, i->src, size, R10);
}

/* --- the stack ------------------------------------------------------------------------------------------------------------------------------ */

static void push_reg(struct tr *t, const struct x86_insn *i, unsigned size, unsigned reg)
{
    x64_stack(t, i, -(int)size, size, true);
    store(t, size, reg);
    x64_move_sp(t, -(int)size);
}

static void push_imm(struct tr *t, const struct x86_insn *i, unsigned size)
{
    x64_stack(t, i, -(int)size, size, true);
    store_imm(t, size, i->imm);
    x64_move_sp(t, -(int)size);
}

static void pop_reg(struct tr *t, const struct x86_insn *i, unsigned size)
{
    x64_stack(t, i, 0, size, false);
    if (i->dst == REG_ESP) {
        load(t, size, R10);
        x64_move_sp(t, (int)size);
        x64_write(t, REG_ESP, size, R10);
    } else {
        load(t, size, x64_gpr(i->dst));
        x64_move_sp(t, (int)size);
    }
}

/* The address is computed with (E)SP already incremented. */
static bool pop_memory(struct tr *t, const struct x86_insn *i, unsigned size)
{
    if (i->base == REG_ESP) return false;
    x64_stack(t, i, 0, size, false);
    load(t, size, R10);
    x64_operand(t, i, size, true);
    store(t, size, R10);
    x64_move_sp(t, (int)size);
    return true;
}

static void leave(struct tr *t, const struct x86_insn *i, unsigned size)
{
    bool wide = t->ctx.mode & MODE_STACK32;

    if (!x64_frame(t, i, size, false)) {
        emit_rr(&t->e, wide ? 0x8B : 0x0FB7, 4, R8, RBP);
        x64_access(t, i, SEG_SS, size, false, STACK_FRAME, false);
    }
    emit_rm(&t->e, 0x8D, wide ? 4 : 2, R15, (struct host_mem){RBP, NO_REG, 0, (int32_t)size});
    load(t, size, RBP);
}

/* (E)SP less N to r8d. */
static void below_sp(struct tr *t, unsigned n)
{
    emit_rm(&t->e, 0x8D, 4, R8, (struct host_mem){R15, NO_REG, 0, -(int32_t)n});
    if (!(t->ctx.mode & MODE_STACK32)) emit_rr(&t->e, 0x0FB7, 4, R8, R8);
}

static unsigned power_above(unsigned n)
{
    unsigned p = 1;

    while (p < n) p *= 2;
    return p;
}

/* With pointers to LEVEL frames, all but the last copied from the frame of now. */
static bool enter_nested(struct tr *t, const struct x86_insn *i, unsigned size, unsigned level)
{
    struct emit    *e = &t->e;
    unsigned        room = i->imm & 0xFFFF, pushed = (level + 1) * size, range = power_above(pushed);
    bool            narrow = !(t->ctx.mode & MODE_STACK32);
    struct host_mem at;

    if (level > 7) return false;
    if (level > 1) {
        emit_rm(e, 0x8D, 4, R8, (struct host_mem){RBP, NO_REG, 0, -(int32_t)((level - 1) * size)});
        if (narrow) emit_rr(e, 0x0FB7, 4, R8, R8);
        if (narrow) x64_slow_if_wraps(t, i, power_above((level - 1) * size));
        x64_access_odd(t, i, SEG_SS, power_above((level - 1) * size), false);
        x64_access_lasts(t); // and what is pushed may lie over it
        emit_rm(e, 0x8D, 8, R10, x64_at(t)); // host address of the last one to be copied
    }
    if (x86_has(t->c, FEAT_386)) {
        below_sp(t, pushed + room);
        x64_access_odd(t, i, SEG_SS, size, true);
    }
    below_sp(t, range);
    if (narrow) x64_slow_if_wraps(t, i, range);
    x64_access_odd(t, i, SEG_SS, range, true);
    if (level > 1) x64_access_lasts(t); // nor may what is copied be pushed to a buffer
    at = x64_at(t);
    at.disp += (int32_t)(range - size);
    emit_rm(e, 0x89, size, RBP, at);
    for (unsigned n = 1; n < level; n++) { // one after the other, since they may overlap
        at.disp -= (int32_t)size;
        emit_rm(e, 0x8B, size, R11, (struct host_mem){R10, NO_REG, 0, (int32_t)((level - 1 - n) * size)});
        emit_rm(e, 0x89, size, R11, at);
    }
    emit_rm(e, 0x8D, 4, R11, (struct host_mem){R15, NO_REG, 0, -(int32_t)size});
    if (narrow) emit_rr(e, 0x0FB7, 4, R11, R11);
    at.disp -= (int32_t)size;
    emit_rm(e, 0x89, size, R11, at);
    x64_write(t, REG_EBP, size, R11);
    x64_move_sp(t, -(int)(pushed + room));
    return true;
}

/* From the 386 on the end of the frame must be writable too. */
static bool enter(struct tr *t, const struct x86_insn *i, unsigned size)
{
    unsigned room = i->imm & 0xFFFF, range = size + (x86_has(t->c, FEAT_386) ? room : 0);
    struct host_mem at;

    if (i->imm2 & 31) return enter_nested(t, i, size, i->imm2 & 31);
    if (t->accesses[t->k] && x64_frame(t, i, range, true)) {
        at = x64_at(t);
        at.disp += (int32_t)(range - size);
    } else {
        if (range > size) {
            below_sp(t, range);
            x64_access_odd(t, i, SEG_SS, size, true);
        }
        x64_stack(t, i, -(int)size, size, true);
        at = x64_at(t);
    }
    emit_rm(&t->e, 0x89, size, RBP, at);
    if (t->ctx.mode & MODE_STACK32 || size == 2) {
        emit_rm(&t->e, 0x8D, size, RBP, (struct host_mem){R15, NO_REG, 0, -(int32_t)size});
    } else {
        below_sp(t, size);
        emit_mov_rr(&t->e, RBP, R8);
    }
    x64_move_sp(t, -(int)(size + room));
    return true;
}

/* All pushes, or pops, are one access. */
static void pusha(struct tr *t, const struct x86_insn *i, unsigned size)
{
    x64_stack(t, i, -8 * (int)size, 8 * size, true);
    for (unsigned n = 0; n < 8; n++) {
        struct host_mem to = x64_at(t);
        to.disp += (int32_t)((7 - n) * size);
        emit_rm(&t->e, 0x89, size, x64_gpr(n), to);
    }
    x64_move_sp(t, -8 * (int)size);
}

static void popa(struct tr *t, const struct x86_insn *i, unsigned size)
{
    x64_stack(t, i, 0, 8 * size, false);
    for (unsigned n = 0; n < 8; n++) {
        struct host_mem from = x64_at(t);
        from.disp += (int32_t)((7 - n) * size);
        if (n != REG_ESP) emit_rm(&t->e, 0x8B, size, n, from);
    }
    x64_move_sp(t, 8 * (int)size);
}

/* In a flat segment the page is that of the table's beginning, if it is: looked up while AL may still be waited for. */
static void xlat_flat(struct tr *t, const struct x86_insn *i)
{
    struct emit *e = &t->e;
    uint32_t     site = x64_site(t, i);
    uint8_t     *same;

    x64_page_of(t, R9, RBX);
    emit_rm(e, 0x8B, 8, R9, x64_quick_table(t, false, 0, R9));
    emit_mov_rr(e, R11, R8);
    emit_rr(e, 0x33, 4, R11, RBX);
    emit_alu_ri(e, 7, 4, R11, PAGE_SIZE);
    same = emit_jcc(e, CC_B);
    x64_page_of(t, R9, R8);
    emit_rm(e, 0x8B, 8, R9, x64_quick_table(t, false, 0, R9));
    emit_patch(e, same, e->p);
    emit_rr(e, 0x85, 8, R9, R9);
    x64_slow_if(t, CC_E, site);
    emit_rm(e, 0x8A, 1, RAX, (struct host_mem){R8, R9, 0, 0});
    flags_lost(t);
}

static void xlat(struct tr *t, const struct x86_insn *i)
{
    emit_rr(&t->e, 0x0FB6, 4, R8, RAX);
    emit_rm(&t->e, 0x8D, 4, R8, (struct host_mem){RBX, R8, 0, 0});
    if (x64_is_flat(t, i->seg) && i->amask != 0xFFFF) {
        xlat_flat(t, i);
        return;
    }
    if (i->amask == 0xFFFF) emit_rr(&t->e, 0x0FB7, 4, R8, R8);
    x64_access_odd(t, i, i->seg, 1, false);
    load(t, 1, RAX);
}

/* Both bounds are one access; outside of them the handler raises #BR. */
static void bound(struct tr *t, const struct x86_insn *i, unsigned size)
{
    struct host_mem high;
    uint32_t        site;

    x64_operand_in_parts(t, i, 2 * size, false);
    high = x64_at(t);
    high.disp += (int32_t)size;
    site = x64_site(t, i);
    emit_rm(&t->e, 0x3B, size, x64_gpr(i->dst), x64_at(t));
    x64_slow_if(t, CC_L, site);
    emit_rm(&t->e, 0x3B, size, x64_gpr(i->dst), high);
    x64_slow_if(t, CC_G, site);
    flags_lost(t);
}

/* --- conditions ----------------------------------------------------------------------------------------------------------------------------- */

static void setcc(struct tr *t, const struct x86_insn *i, bool memory)
{
    unsigned cc = flags_condition(t, i->op & 15);

    emit_rr(&t->e, 0x0F90 | cc, 1, 0, memory ? R10 : x64_gpr8(i->dst));
    if (!memory) return;
    x64_operand(t, i, 1, true);
    store(t, 1, R10);
}

static void cmov(struct tr *t, const struct x86_insn *i, unsigned size, bool memory)
{
    unsigned cc = flags_condition(t, i->op & 15), d = x64_gpr(i->dst);

    if (!memory) {
        emit_rr(&t->e, 0x0F40 | cc, size, d, x64_gpr(i->src));
        return;
    }
    if (x64_checks_nothing(t)) { // the host's flags survive
        x64_operand(t, i, size, false);
        emit_rm(&t->e, 0x0F40 | cc, size, d, x64_at(t));
        return;
    }
    emit_rr(&t->e, 0x0F90 | cc, 1, 0, R10);
    x64_operand(t, i, size, false);
    emit_rr(&t->e, 0x84, 1, R10, R10);
    emit_rm(&t->e, 0x0F40 | CC_NE, size, d, x64_at(t));
    flags_lost(t);
}

static void change_carry(struct tr *t, unsigned op)
{
    if (!flags_live(t)) {
        t->host = 0;
        return;
    }
    if (op == 2) flags_override_carry(t, FLAG_CF);
    else flags_override(t, FLAG_CF);
    emit8(&t->e, op == 0 ? 0xF8 : op == 1 ? 0xF9 : 0xF5);
    flags_overridden(t, FLAG_CF);
}

bool x64_emit_move(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned size = op->size;
    bool     narrow = op->kind == OPK_EXTEND_RR && !(op->arg & 1);

    if (size == 1 && !x64_bytes_ok(t, i->dst, 1)) return false;
    if ((size == 1 || narrow) && !x64_bytes_ok(t, i->src, 1)) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_MOV_RR: mov_rr(t, i, size); return true;
    case OPK_MOV_RI: mov_ri(t, i, size); return true;
    case OPK_MOV_RM:
        x64_operand(t, i, size, false);
        load_to(t, i->dst, size);
        return true;
    case OPK_MOV_MR:
        x64_operand(t, i, size, true);
        store(t, size, x64_source(t, i->src, size, R10));
        return true;
    case OPK_MOV_MI:
        x64_operand(t, i, size, true);
        store_imm(t, size, i->imm);
        return true;
    case OPK_MOV_AO:
        x64_operand(t, i, size, false);
        load(t, size, RAX);
        return true;
    case OPK_MOV_OA:
        x64_operand(t, i, size, true);
        store(t, size, RAX);
        return true;
    case OPK_EXTEND_RR: extend(t, i, op->arg, size, false); return true;
    case OPK_EXTEND_RM: extend(t, i, op->arg, size, true); return true;
    case OPK_LEA: lea(t, i, size); return true;
    case OPK_XCHG_RR: xchg_rr(t, i, size); return true;
    case OPK_XCHG_MR: xchg_mr(t, i, size); return true;
    case OPK_PUSH_R: push_reg(t, i, size, x64_gpr(i->dst)); return true;
    case OPK_PUSH_I: push_imm(t, i, size); return true;
    case OPK_PUSH_M:
        x64_operand(t, i, size, false);
        load(t, size, R10);
        push_reg(t, i, size, R10);
        return true;
    case OPK_POP_R: pop_reg(t, i, size); return true;
    case OPK_POP_M: return pop_memory(t, i, size);
    case OPK_LEAVE: leave(t, i, size); return true;
    case OPK_ENTER: return enter(t, i, size);
    case OPK_PUSHA: pusha(t, i, size); return true;
    case OPK_POPA: popa(t, i, size); return true;
    case OPK_XLAT: xlat(t, i); return true;
    case OPK_BOUND: bound(t, i, size); return true;
    case OPK_CBW:
        if (size == 2) emit8(&t->e, 0x66);
        emit8(&t->e, 0x98);
        return true;
    case OPK_CWD:
        if (size == 2) emit8(&t->e, 0x66);
        emit8(&t->e, 0x99);
        return true;
    case OPK_SETCC_R: setcc(t, i, false); return true;
    case OPK_SETCC_M: setcc(t, i, true); return true;
    case OPK_CMOV_RR: cmov(t, i, size, false); return true;
    case OPK_CMOV_RM: cmov(t, i, size, true); return true;
    case OPK_CF: change_carry(t, op->arg); return true;
    case OPK_NOP: // CLFLUSH is checked like a load
        if (op->arg) x64_operand(t, i, 1, false);
        return true;
    case OPK_SAHF: flags_sahf(t); return true;
    case OPK_LAHF:
        flags_need(t, FLAGS_ALL & ~FLAG_OF);
        emit8(&t->e, 0x9F);
        return true;
    default: return false;
    }
}
