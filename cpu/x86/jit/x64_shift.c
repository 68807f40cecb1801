/* x64_shift.c: shifts, rotates, double shifts and bit tests in translated code.
 *
 * The manual leaves flags open here that the interpreter defines (exec_shift.c): only those that it defines are taken from the host. */
#include "cpu/x86/jit/x64.h"

enum { ROL, ROR, RCL, RCR, SHL, SHR, SAL, SAR };

static const uint16_t of_result = FLAG_ZF | FLAG_SF | FLAG_PF;

static unsigned shift_kind(unsigned op) { return op == SHR ? FLAGS_SHR : op == SAR ? FLAGS_SAR : FLAGS_SHL; }

static void shift_imm(struct tr *t, unsigned op, unsigned size, unsigned reg, unsigned n)
{
    if (n == 1) {
        emit_rr(&t->e, size == 1 ? 0xD0 : 0xD1, size, op, reg);
    } else {
        emit_rr(&t->e, size == 1 ? 0xC0 : 0xC1, size, op, reg);
        emit8(&t->e, n);
    }
}

/* A rotate whose OF matters ends with one of one bit, for which the manual defines it. */
static void rotate_imm(struct tr *t, unsigned op, unsigned size, unsigned reg, unsigned n)
{
    if (n > 1 && flag_live(t, FLAG_OF)) {
        shift_imm(t, op, size, reg, n - 1);
        n = 1;
    }
    shift_imm(t, op, size, reg, n);
}

static bool through_carry(unsigned op) { return op == RCL || op == RCR; }

/* The operand is in a register of the host. Through carry: CF is in the host's flags. */
static void shift_value(struct tr *t, unsigned op, unsigned size, unsigned reg, unsigned n)
{
    if (op < SHL) {
        if (through_carry(op)) flags_override_carry(t, FLAG_CF | FLAG_OF);
        else flags_override(t, FLAG_CF | FLAG_OF);
        rotate_imm(t, op, size, reg, n);
        flags_overridden(t, FLAG_CF | FLAG_OF);
        return;
    }
    if (flags_live(t)) flags_store_a(t, reg);
    shift_imm(t, op, size, reg, n);
    if (flags_live(t))
        flags_store_kind(t, shift_kind(op) | FLAGS_B_IMM | n << 16, size,
                         of_result | (n < 8 * size ? FLAG_CF : 0) | (n == 1 ? FLAG_OF : 0));
    else t->host = of_result;
}

/* The access, and the operand to r10. */
static void memory_operand(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size)
{
    if (through_carry(op)) {
        x64_operand_with_carry(t, i, size, true);
        t->host |= FLAG_CF;
    } else {
        x64_operand(t, i, size, true);
    }
    x64_load_r10(t, size);
}

static bool by_immediate(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size, bool memory)
{
    unsigned n = i->imm & 31, reg;

    if (memory && !n) {
        x64_operand(t, i, size, true);
        return true;
    }
    if (!n) return true;
    if (memory) {
        memory_operand(t, i, op, size);
        shift_value(t, op, size, R10, n);
        emit_rm(&t->e, size == 1 ? 0x88 : 0x89, size, R10, x64_at(t));
        return true;
    }
    if (through_carry(op)) flags_need(t, FLAG_CF); // while what it comes from is in r10
    reg = op >= SHL && flags_live(t) ? x64_source(t, i->dst, size, R10) : x64_own(i->dst, size);
    shift_value(t, op, size, reg, n);
    if (reg == R10) x64_write(t, i->dst, size, reg);
    return true;
}

static void shift_cl(struct tr *t, unsigned op, unsigned size, unsigned reg) { emit_rr(&t->e, size == 1 ? 0xD2 : 0xD3, size, op, reg); }

/* A rotate by CL. Its CF and OF are those of one bit back and forth again: by other counts OF is open, and so is CF on bytes and words. */
static void rotate_cl(struct tr *t, unsigned op, unsigned size, unsigned reg)
{
    shift_cl(t, op, size, reg);
    if (!flag_live(t, FLAG_OF) && size == 4) return;
    shift_imm(t, op ^ 1, size, reg, 1);
    shift_imm(t, op, size, reg, 1);
}

static void count_value(struct tr *t, unsigned op, unsigned size, unsigned reg)
{
    if (op < SHL) {
        if (through_carry(op)) x64_get_carry(t, R11);
        rotate_cl(t, op, size, reg);
        flags_overridden(t, FLAG_CF | FLAG_OF);
        return;
    }
    shift_cl(t, op, size, reg);
}

/* What of the flags is stored before it, if the count is not zero. Shifts have that in r11d. */
static void count_flags(struct tr *t, unsigned op, unsigned size, unsigned reg)
{
    if (op < SHL) {
        flags_override(t, FLAG_CF | FLAG_OF);
    } else {
        flags_store_a(t, reg);
        flags_store_b(t, R11);
        flags_store_kind(t, shift_kind(op), size, 0);
    }
}

/* Whether the next one that asks for flags, before the host's are overwritten, does with those of MASK. */
static bool asked_next(const struct tr *t, uint16_t mask)
{
    for (unsigned n = t->k + 1; n < t->count && t->op[n]; n++) {
        unsigned kind = t->op[n]->kind;
        if (t->effects[n].flags_read) return !(t->effects[n].flags_read & ~mask);
        if (t->effects[n].slow || t->effects[n].flags_written || (kind >= OPK_SHIFT_RI && kind <= OPK_BT_MI)) return false;
    }
    return false;
}

/* Where the ways of counts of zero and others meet, the host has the flags of MASK: if somebody asks for them. */
static void meet(struct tr *t, struct cold *zero, uint16_t mask)
{
    zero->back = t->e.p;
    if (!asked_next(t, mask)) return;
    zero->mask = t->host = mask;
    if (t->open) t->u->changes |= t->changed | (x64_r10_use(t, t->k) == R10_LOST ? OPERAND_R10 : 0); // they may be those that came with the unit
}

/* By CL. A count of zero leaves all flags: then they are stored as they were. */
static bool by_count(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size, bool memory)
{
    struct emit *e = &t->e;
    bool         live = flags_live(t), rest = op < SHL && (t->live[t->k] & ~(FLAG_CF | FLAG_OF));
    unsigned     reg = R10;
    struct cold *zero = NULL;

    if (live && t->flags.kind != FLAGS_HOME && (t->flags.kind & (FLAGS_CF_HOME | FLAGS_CF_OLD))) flags_home(t);
    if (through_carry(op)) flags_need(t, FLAG_CF);
    if (rest) flags_home(t);
    if (memory) memory_operand(t, i, op, size);
    else reg = x64_source(t, i->dst, size, R10);
    if (through_carry(op)) x64_keep_carry(t, R11);
    if (live) {
        if (op < SHL) {
            emit_rr(e, 0xF6, 1, 0, RCX); // test
            emit8(e, 31);
        } else {
            emit_mov_rr(e, R11, RCX);
            emit_alu_ri(e, 4, 4, R11, 31);
        }
        t->host = 0;
        zero = x64_cold(t, COLD_ZERO, emit_jcc(e, CC_E));
        zero->flags = t->flags;
        count_flags(t, op, size, reg);
    }
    count_value(t, op, size, reg);
    if (reg == R10 && !memory) x64_write(t, i->dst, size, reg);
    if (memory) emit_rm(e, size == 1 ? 0x88 : 0x89, size, R10, x64_at(t));
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    flags_lost(t);
    if (zero) meet(t, zero, op < SHL ? FLAG_CF | FLAG_OF : size == 4 ? of_result | FLAG_CF : of_result);
    return true;
}

/* SHLD and SHRD. By more than 16 a word is undefined, which the handler knows more of. */
static bool shift_double(struct tr *t, const struct x86_insn *i, const struct jit_op *op, bool memory, bool by_cl)
{
    struct emit *e = &t->e;
    unsigned     reg, n = i->imm & 31, size = op->size;
    uint8_t     *zero = NULL;
    bool         live = flags_live(t), right = op->arg;

    if (size == 2 && !by_cl && n > 16) return false;
    if (live && by_cl) flags_home(t);
    if (size == 2 && by_cl) {
        emit_mov_rr(e, R11, RCX);
        emit_alu_ri(e, 4, 4, R11, 31);
        emit_alu_ri(e, 7, 4, R11, 16);
        x64_slow_if(t, CC_A, x64_site(t, i));
        flags_lost(t);
    }
    if (memory) {
        x64_operand(t, i, size, true);
        x64_load_r10(t, size);
    }
    reg = memory ? R10 : x64_gpr(i->dst);
    if (!by_cl && !n) return true;
    if (live && by_cl) {
        emit_rr(e, 0xF6, 1, 0, RCX);
        emit8(e, 31);
        zero = emit_jcc(e, CC_E);
    }
    if (live) flags_store_b(t, reg);
    emit_rr(e, by_cl ? (right ? 0x0FAD : 0x0FA5) : (right ? 0x0FAC : 0x0FA4), size, x64_gpr(i->src), reg);
    if (!by_cl) emit8(e, n);
    if (live) {
        flags_store_cf(t);
        flags_store_a(t, reg);
        flags_store_kind(t, FLAGS_DOUBLE | FLAGS_CF, size, by_cl ? 0 : of_result | FLAG_CF);
    } else {
        t->host = by_cl ? 0 : of_result | FLAG_CF;
    }
    if (memory) emit_rm(e, 0x89, size, R10, x64_at(t));
    if (zero) {
        emit_patch(e, zero, e->p);
        t->host = 0;
    }
    return true;
}

/* --- bit tests --------------------------------------------------------------------------------------------------------------------------- */

static bool bit_register(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size, bool immediate)
{
    flags_override(t, FLAG_CF);
    if (immediate) {
        emit_rr(&t->e, 0x0FBA, size, 4 + op, x64_gpr(i->dst));
        emit8(&t->e, i->imm & (8 * size - 1));
    } else {
        emit_rr(&t->e, 0x0FA3 | op << 3, size, x64_gpr(i->src), x64_gpr(i->dst));
    }
    flags_overridden(t, FLAG_CF);
    return true;
}

/* With a register as index the bit string reaches beyond the operand. */
static bool bit_memory(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size, bool immediate)
{
    struct emit *e = &t->e;

    x64_ea(t, i);
    if (immediate) {
        x64_access(t, i, i->seg, size, op != 0, STACK_NONE, false);
    } else {
        emit_rr(e, size == 2 ? 0x0FBF : 0x8B, 4, R10, x64_gpr(i->src)); // movsx, mov
        emit_rr(e, 0xC1, 4, 7, R10); // sar
        emit8(e, size == 2 ? 4 : 5);
        emit_rm(e, 0x8D, 4, R8, (struct host_mem){R8, R10, size == 2 ? 1 : 2, 0});
        if (i->amask == 0xFFFF) emit_rr(e, 0x0FB7, 4, R8, R8);
        x64_access_odd(t, i, i->seg, size, op != 0);
    }
    flags_override(t, FLAG_CF);
    x64_load_r10(t, size);
    if (immediate) {
        emit_rr(e, 0x0FBA, size, 4 + op, R10);
        emit8(e, i->imm & (8 * size - 1));
    } else {
        emit_rr(e, 0x0FA3 | op << 3, size, x64_gpr(i->src), R10);
    }
    flags_overridden(t, FLAG_CF);
    if (op) emit_rm(e, 0x89, size, R10, x64_at(t));
    return true;
}

bool x64_emit_shift(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned size = op->size;

    switch ((enum jit_kind)op->kind) {
    case OPK_SHIFT_RI:
    case OPK_SHIFT_MI:
        if (!x86_has(t->c, FEAT_186) || !x64_bytes_ok(t, i->dst, size)) return false;
        return by_immediate(t, i, op->arg, size, op->kind == OPK_SHIFT_MI);
    case OPK_SHIFT_RC:
    case OPK_SHIFT_MC: return x86_has(t->c, FEAT_186) && x64_bytes_ok(t, i->dst, size) && by_count(t, i, op->arg, size, op->kind == OPK_SHIFT_MC);
    case OPK_DOUBLE_RRI:
    case OPK_DOUBLE_MRI: return shift_double(t, i, op, op->kind == OPK_DOUBLE_MRI, false);
    case OPK_DOUBLE_RRC:
    case OPK_DOUBLE_MRC: return shift_double(t, i, op, op->kind == OPK_DOUBLE_MRC, true);
    case OPK_BT_RR: return bit_register(t, i, op->arg, size, false);
    case OPK_BT_RI: return bit_register(t, i, op->arg, size, true);
    case OPK_BT_MR: return bit_memory(t, i, op->arg, size, false);
    case OPK_BT_MI: return bit_memory(t, i, op->arg, size, true);
    default: return false;
    }
}
