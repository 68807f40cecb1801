/* x64_move.c: data movement, the stack, conditions and plain string instructions in translated code. */
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
    x64_write(t, i->dst, size, x64_source(t, i->src, size, R10));
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
    } else {
        unsigned s = x64_source(t, i->src, 1, R10);
        emit_rr(&t->e, 0x0F00 | opcode, size, d, s);
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
    unsigned a = x64_source(t, i->dst, size, R10), b = x64_source(t, i->src, size, R11);

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
    bool     wide = t->ctx.mode & MODE_STACK32;
    uint32_t site;

    emit_rr(&t->e, wide ? 0x8B : 0x0FB7, 4, R8, RBP);
    site = x64_access(t, i, SEG_SS, size, false, STACK_NONE, false);
    t->j->sites[site].access_size = 0;
    load(t, size, R10);
    emit_rm(&t->e, 0x8D, wide ? 4 : 2, R15, (struct host_mem){RBP, NO_REG, 0, (int32_t)size});
    x64_write(t, REG_EBP, size, R10);
}

/* --- conditions ----------------------------------------------------------------------------------------------------------------------------- */

static void setcc(struct tr *t, const struct x86_insn *i, bool memory)
{
    unsigned cc = flags_condition(t, i->op & 15);

    if (memory || x64_high(i->dst)) {
        emit_rr(&t->e, 0x0F90 | cc, 1, 0, R10);
        if (memory) {
            x64_operand(t, i, 1, true);
            store(t, 1, R10);
        } else {
            x64_write(t, i->dst, 1, R10);
        }
    } else {
        emit_rr(&t->e, 0x0F90 | cc, 1, 0, i->dst >> 3);
    }
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
    if (op == 2) x64_keep_carry(t);
    flags_override(t, FLAG_CF);
    if (op == 2) x64_get_carry(t);
    emit8(&t->e, op == 0 ? 0xF8 : op == 1 ? 0xF9 : 0xF5);
    flags_overridden(t, FLAG_CF);
}

/* --- string instructions without repetition -------------------------------------------------------------------------------------------------- */

static void index_access(struct tr *t, const struct x86_insn *i, unsigned reg, unsigned seg, unsigned size, bool write)
{
    emit_rr(&t->e, i->amask == 0xFFFF ? 0x0FB7 : 0x8B, 4, R8, reg);
    x64_access_odd(t, i, seg, size, write);
}

static void advance(struct tr *t, const struct x86_insn *i, unsigned reg, unsigned size)
{
    int32_t step = t->ctx.mode & MODE_DF ? -(int32_t)size : (int32_t)size;

    emit_rm(&t->e, 0x8D, i->amask == 0xFFFF ? 2 : 4, reg, (struct host_mem){(uint8_t)reg, NO_REG, 0, step});
}

bool x64_emit_string(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (op->kind == OPK_SCAS || op->kind == OPK_CMPS || !x86_has(t->c, FEAT_386)) return false;
    if (op->kind != OPK_STOS) {
        index_access(t, i, RSI, i->seg, op->size, false);
        load(t, op->size, op->kind == OPK_LODS ? RAX : R10);
    }
    if (op->kind != OPK_LODS) {
        index_access(t, i, RDI, SEG_ES, op->size, true);
        store(t, op->size, op->kind == OPK_STOS ? RAX : R10);
        advance(t, i, RDI, op->size);
    }
    if (op->kind != OPK_STOS) advance(t, i, RSI, op->size);
    return true;
}

/* The bytes of the string at REG, whose number is in r11d, lie in one page. Uses r8. */
static void check_page(struct tr *t, unsigned reg, uint32_t site)
{
    emit_mov_rr(&t->e, R8, reg);
    emit_alu_ri(&t->e, 4, 4, R8, PAGE_MASK);
    emit_rr(&t->e, 0x03, 4, R8, R11);
    emit_alu_ri(&t->e, 7, 4, R8, PAGE_SIZE);
    x64_slow_if(t, CC_A, site);
}

/* Registers to host addresses (by the addends in r10 and r9), the host's own instruction, and back. */
static void run_repeat(struct tr *t, bool copies, unsigned size, uint32_t site)
{
    struct emit *e = &t->e;

    if (copies) emit_rr(e, 0x03, 8, RSI, R10);
    emit_rr(e, 0x03, 8, RDI, R9);
    if (copies && size > 1) { // what hosts do best is bytes: the same, but for a destination that begins within the source
        uint8_t *apart;
        emit_rr(e, 0x8B, 8, R8, RDI);
        emit_rr(e, 0x2B, 8, R8, RSI);
        emit_rr(e, 0x3B, 8, R8, R11);
        apart = emit_jcc(e, CC_AE);
        emit_rr(e, 0x2B, 4, RSI, R10);
        emit_rr(e, 0x2B, 4, RDI, R9);
        emit_mov_ri(e, R11, site);
        emit_jmp_to(e, t->j->slow);
        emit_patch(e, apart, e->p);
    }
    emit_rm(e, 0x8D, 8, R13, (struct host_mem){R13, NO_REG, 0, 1}); // each iteration costs an instruction, and the first is paid for
    emit_rr(e, 0x2B, 8, R13, RCX);
    if (copies && size > 1) emit_mov_rr(e, RCX, R11);
    if (!copies && size == 2) emit8(e, 0x66);
    emit8(e, 0xF3);
    emit8(e, copies ? 0xA4 : size == 1 ? 0xAA : 0xAB); // rep movsb, rep stosb, rep stosd
    if (copies) emit_rr(e, 0x2B, 4, RSI, R10);
    emit_rr(e, 0x2B, 4, RDI, R9);
}

bool x64_emit_repeat(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    struct emit *e = &t->e;
    bool         copies = op->kind == OPK_MOVS;
    unsigned     size = op->size;
    uint32_t     site;
    uint8_t     *none;

    if ((op->kind != OPK_MOVS && op->kind != OPK_STOS) || i->amask != 0xFFFFFFFFu || (t->ctx.mode & MODE_DF)) return false;
    if (!x64_is_flat(t, SEG_ES) || (copies && !x64_is_flat(t, i->seg))) return false;
    flags_home(t);
    x64_x87_home(t);
    t->start = e->p;
    site = x64_site(t, i);
    emit_rr(e, 0x85, 4, RCX, RCX);
    none = emit_jcc(e, CC_E);
    emit_alu_ri(e, 7, 4, RCX, PAGE_SIZE / size);
    x64_slow_if(t, CC_A, site);
    emit_rr(e, 0x3B, 8, R13, RCX);
    x64_slow_if(t, CC_L, site);
    if (size == 1) emit_mov_rr(e, R11, RCX);
    else emit_rm(e, 0x8D, 4, R11, (struct host_mem){NO_REG, RCX, size == 2 ? 1 : 2, 0});
    check_page(t, RDI, site);
    if (copies) {
        check_page(t, RSI, site);
        x64_look_up(t, RSI, false, site);
        emit_rr(e, 0x8B, 8, R10, R9);
    }
    x64_look_up(t, RDI, true, site);
    run_repeat(t, copies, size, site);
    emit_patch(e, none, e->p);
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    t->host = 0;
    t->kept = KEEP_NONE;
    t->sse_ready = t->x87_ready = t->j->sites[site].x87_ready = false;
    return true;
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
    case OPK_NOP: return true;
    case OPK_SAHF: flags_sahf(t); return true;
    case OPK_LAHF:
        flags_need(t, FLAGS_ALL & ~FLAG_OF);
        emit8(&t->e, 0x9F);
        return true;
    default: return false;
    }
}
