/* x64_int.c: integer arithmetic and logic in translated code. What each flag is comes from the host, or from jflags.c when asked later. */
#include "cpu/x86/jit/x64.h"

/* --- byte registers ------------------------------------------------------------------------------------------------------------------ */

/* RORX to, from, n (BMI2): rotates without touching the flags. */
static void rorx(struct tr *t, unsigned to, unsigned from, unsigned n)
{
    struct emit *e = &t->e;

    emit8(e, 0xC4);
    emit8(e, 0x43 | (to & 8 ? 0 : 0x80) | (from & 8 ? 0 : 0x20)); // X stays set, map 0F3A
    emit8(e, 0x7B);
    emit8(e, 0xF0);
    emit8(e, 0xC0 | (to & 7) << 3 | (from & 7));
    emit8(e, n);
}

bool x64_bytes_ok(const struct tr *t, unsigned operand, unsigned size)
{
    return size != 1 || !x64_high(operand) || t->j->has_bmi2;
}

unsigned x64_source(struct tr *t, unsigned operand, unsigned size, unsigned scratch)
{
    if (size != 1) return x64_gpr(operand);
    if (!x64_high(operand)) return operand >> 3;
    rorx(t, scratch, operand >> 3, 8);
    return scratch;
}

void x64_write(struct tr *t, unsigned operand, unsigned size, unsigned from)
{
    unsigned reg = x64_own(operand, size);

    if (size != 1 || !x64_high(operand) || from <= RBX) {
        if (reg != from) emit_rr(&t->e, size == 1 ? 0x8A : 0x8B, size, reg, from);
        return;
    }
    reg = operand >> 3;
    rorx(t, reg, reg, 8);
    emit_rr(&t->e, 0x8A, 1, reg, from);
    rorx(t, reg, reg, 24);
}

/* --- flags of the eight operations ------------------------------------------------------------------------------------------------------- */

static bool adds_carry(unsigned op) { return op == ADC || op == SBB; }

static struct flag_operand no_operand(void) { return (struct flag_operand){PLACE_NONE, 0, 0}; }

/* Stores all flags from the host's: LAHF and SETO by way of r11. */
void flags_store_packed(struct tr *t)
{
    struct emit *e = &t->e;

    emit_rr(e, 0x8B, 8, R11, RAX);
    emit8(e, 0x9F); // lahf
    emit_rr(e, 0x0F90, 1, 0, RAX);
    emit_rm(e, 0x89, 4, RAX, CTX(jf.a));
    emit_rr(e, 0x8B, 8, RAX, R11);
    flags_store_kind(t, FLAGS_PACKED, 4, FLAGS_ALL);
}

/* After OP. RESULT: host register that has the result (CMP: the first operand); B: the second operand in a host register, or NO_REG
 * and an immediate. A_PLACE and B_PLACE: the same where they are registers of the guest and so may last. */
static void alu_flags(struct tr *t, unsigned op, unsigned size, unsigned result, unsigned b, uint32_t imm, struct flag_operand a_place,
                      struct flag_operand b_place)
{
    static const uint8_t kinds[9] = {FLAGS_ADD, FLAGS_LOGIC, FLAGS_ADC, FLAGS_SBB, FLAGS_LOGIC, FLAGS_SUB, FLAGS_LOGIC, FLAGS_CMP, FLAGS_LOGIC};
    unsigned             kind = kinds[op];

    if (!flags_live(t)) {
        t->host = FLAGS_ALL;
        t->flags = (struct flag_record){.kind = FLAGS_HOME};
        return;
    }
    t->makes_carry = adds_carry(op);
    if (kind == FLAGS_LOGIC) b_place = no_operand();
    if (a_place.place != PLACE_NONE && (kind == FLAGS_LOGIC || b_place.place != PLACE_NONE) && flags_recorded(t, a_place, b_place)) {
        flags_record(t, kind, size, a_place, b_place, FLAGS_ALL);
        return;
    }
    flags_store_a(t, result);
    if (kind != FLAGS_LOGIC) {
        if (b != NO_REG) flags_store_b(t, b);
        else if (imm == (uint32_t)(int8_t)imm) kind |= FLAGS_B_IMM | (imm & 0xFF) << 16;
        else flags_store_b_imm(t, imm);
    }
    flags_store_kind(t, kind, size, FLAGS_ALL);
}

void x64_keep_carry(struct tr *t, unsigned reg)
{
    emit_rr(&t->e, 0x0F92, 1, 0, reg); // setc
}

void x64_get_carry(struct tr *t, unsigned reg)
{
    emit_rr(&t->e, 0x0FBA, 4, 4, reg); // bt, 0
    emit8(&t->e, 0);
}

void x64_operand_with_carry(struct tr *t, const struct x86_insn *i, unsigned size, bool write)
{
    bool kept;

    flags_need(t, FLAG_CF);
    kept = !x64_checks_nothing(t);
    if (kept) x64_keep_carry(t, R10);
    x64_operand(t, i, size, write);
    if (kept) x64_get_carry(t, R10);
}

static uint32_t alu_opcode(unsigned op, unsigned size) { return op == TEST ? (size == 1 ? 0x84 : 0x85) : op << 3 | (size == 1 ? 2 : 3); }

/* Before ADC or SBB, which reads CF from the host's flags. */
static void note_carry(struct tr *t, unsigned op)
{
    if (adds_carry(op) && flags_live(t)) emit_rm(&t->e, 0x0F92, 1, 0, CTX(jf.carry)); // setc
}

static void op_rr(struct tr *t, unsigned op, unsigned size, unsigned a, unsigned b)
{
    note_carry(t, op);
    t->setter = t->e.p;
    t->set_again = (op == CMP || op == TEST || op == AND) && a != R11 && b != R11; // what is there C does not bring back
    emit_rr(&t->e, alu_opcode(op, size), size, a, b);
    t->set = t->e.p;
}

static void op_ri(struct tr *t, unsigned op, unsigned size, unsigned a, uint32_t imm)
{
    note_carry(t, op);
    t->setter = t->e.p;
    t->set_again = op == CMP || op == TEST || op == AND;
    if (op == TEST) {
        emit_rr(&t->e, size == 1 ? 0xF6 : 0xF7, size, 0, a);
        emit_imm(&t->e, size, imm);
    } else {
        emit_alu_ri(&t->e, op, size, a, imm);
    }
    t->set = t->e.p;
}

/* --- forms -------------------------------------------------------------------------------------------------------------------------------- */

static bool alu_rr(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size)
{
    bool     same = i->dst == i->src;
    unsigned a = NO_REG, b = NO_REG, kept = NO_REG;

    if (adds_carry(op)) flags_need(t, FLAG_CF);
    if (flags_live(t) && (op == ADD || op == ADC) && same) {
        emit_mov_rr(&t->e, R9, x64_source(t, i->src, size, R11));
        kept = R9;
        t->r9_group = -1;
    }
    if (flags_live(t) && op == TEST && !same) { // its result is needed
        b = x64_source(t, i->src, size, R11);
        emit_mov_rr(&t->e, R10, x64_source(t, i->dst, size, R10));
        op_rr(t, AND, size, R10, b);
        alu_flags(t, AND, size, R10, b, 0, flag_r10(), no_operand());
        return true;
    }
    op_rr(t, op, size, x64_own(i->dst, size), x64_own(i->src, size));
    if (flags_live(t)) {
        b = x64_source(t, i->src, size, R11);
        a = x64_source(t, i->dst, size, R10);
    }
    if (op == SUB && same) op = AND; // zero, whichever way
    if (same && op == SBB) alu_flags(t, op, size, a, NO_REG, 0, flag_reg(i->dst), flag_imm(0)); // -CF: as from zero
    else if (same && (op == CMP || op == ADD || op == ADC)) alu_flags(t, op, size, a, kept == NO_REG ? b : kept, 0, no_operand(), no_operand());
    else alu_flags(t, op, size, a, b, 0, flag_reg(i->dst), flag_reg(i->src));
    return true;
}

static bool alu_ri(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size)
{
    uint32_t imm = size == 1 ? (uint32_t)(int8_t)i->imm : size == 2 ? (uint32_t)(int16_t)i->imm : i->imm;
    unsigned a = NO_REG;

    if (adds_carry(op)) flags_need(t, FLAG_CF);
    if (flags_live(t) && op == TEST) {
        a = x64_source(t, i->dst, size, R10);
        if (a != R10) emit_mov_rr(&t->e, R10, a);
        op_ri(t, AND, size, R10, imm);
        alu_flags(t, AND, size, R10, NO_REG, 0, flag_r10(), no_operand());
        return true;
    }
    op_ri(t, op, size, x64_own(i->dst, size), imm);
    if (flags_live(t)) a = x64_source(t, i->dst, size, R10);
    alu_flags(t, op, size, a, NO_REG, imm, flag_reg(i->dst), flag_imm(imm));
    return true;
}

static bool alu_rm(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size)
{
    bool     carry = adds_carry(op), high = size == 1 && x64_high(i->dst), logic = op == OR || op == AND || op == XOR;
    unsigned a;

    if (carry) x64_operand_with_carry(t, i, size, false);
    else x64_operand(t, i, size, false);
    a = x64_source(t, i->dst, size, R11);
    if (flags_live(t) && !logic) {
        x64_load_r10(t, size);
        op_rr(t, op, size, a, R10);
        if (high && op < CMP) x64_write(t, i->dst, size, a);
        alu_flags(t, op, size, a, R10, 0, flag_reg(i->dst), flag_r10());
        return true;
    }
    emit_rm(&t->e, alu_opcode(op, size), size, a, x64_at(t));
    if (high && op < CMP) x64_write(t, i->dst, size, a);
    alu_flags(t, op, size, a, NO_REG, 0, flag_reg(i->dst), no_operand());
    return true;
}

/* OP on the operand in memory; B: host register, or NO_REG and an immediate. */
static void emit_alu_memory(struct tr *t, unsigned op, unsigned size, unsigned b, uint32_t imm)
{
    if (b != NO_REG) {
        emit_rm(&t->e, op == TEST ? (size == 1 ? 0x84 : 0x85) : op << 3 | (size == 1 ? 0 : 1), size, b, x64_at(t));
    } else if (op == TEST) {
        emit_rm(&t->e, size == 1 ? 0xF6 : 0xF7, size, 0, x64_at(t));
        emit_imm(&t->e, size, imm);
    } else {
        emit_alu_mi(&t->e, op, size, x64_at(t), imm);
    }
}

/* Memory with register or immediate. */
static bool alu_memory(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size, bool immediate)
{
    bool     carry = adds_carry(op), write = op < CMP;
    uint32_t imm = size == 1 ? (uint32_t)(int8_t)i->imm : size == 2 ? (uint32_t)(int16_t)i->imm : i->imm;
    unsigned b = NO_REG;

    if (carry) x64_operand_with_carry(t, i, size, write);
    else x64_operand(t, i, size, write);
    if (!immediate) b = x64_source(t, i->src, size, R11);
    if (flags_live(t) && write && size < 4) { // docs/TRICKS.md: operands in r10
        note_carry(t, op);
        emit_alu_memory(t, op, size, b, imm);
        x64_load_r10(t, size);
        alu_flags(t, op, size, R10, b, imm, flag_r10(), immediate ? flag_imm(imm) : flag_reg(i->src));
        return true;
    }
    if (flags_live(t)) {
        x64_load_r10(t, size);
        if (immediate) op_ri(t, op == TEST ? AND : op, size, R10, imm);
        else op_rr(t, op == TEST ? AND : op, size, R10, b);
        if (write) emit_rm(&t->e, 0x89, size, R10, x64_at(t));
        alu_flags(t, op, size, R10, b, imm, flag_r10(), immediate ? flag_imm(imm) : flag_reg(i->src));
        return true;
    }
    emit_alu_memory(t, op, size, b, imm);
    t->host = FLAGS_ALL;
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    return true;
}

/* --- one operand ---------------------------------------------------------------------------------------------------------------------------- */

/* INC DEC NOT NEG as ModRM.reg of groups 3 to 5. */
static uint32_t unary_opcode(unsigned op, unsigned size) { return (op < 2 ? 0xFE : 0xF6) | (size == 1 ? 0 : 1); }
static unsigned unary_reg(unsigned op) { return op; }

static const uint8_t unary_kind[4] = {FLAGS_INC, FLAGS_DEC, 0, FLAGS_NEG};

/* RESULT in a host register; PLACE: in the guest's, or none. BEFORE: what of CF was in the host's flags. */
static void unary_flags(struct tr *t, unsigned op, unsigned size, unsigned result, struct flag_operand place, uint16_t before, uint32_t carry)
{
    uint32_t kind = unary_kind[op] | carry;
    uint16_t host = op < 2 ? (FLAGS_ALL & ~FLAG_CF) | (before & FLAG_CF) : FLAGS_ALL;

    if (op == 2) return;
    bool recorded = place.place != PLACE_NONE && (carry & (FLAGS_CF_HOME | FLAGS_CF_OLD) ? flags_keep(t, place) : flags_recorded(t, place, no_operand()));

    if (flags_live(t) && !recorded) {
        flags_store_a(t, result);
        flags_store_kind(t, kind, size, host);
    } else {
        flags_record(t, kind, size, place, no_operand(), host);
    }
}

static bool unary_r(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size)
{
    uint32_t carry = op < 2 ? flags_save_cf(t, flags_keep(t, flag_reg(i->dst))) : 0;
    unsigned a = NO_REG;

    t->setter = t->e.p;
    t->set_again = false;
    emit_rr(&t->e, unary_opcode(op, size), size, unary_reg(op), x64_own(i->dst, size));
    t->set = t->e.p;
    if (op != 2 && flags_live(t)) a = x64_source(t, i->dst, size, R10);
    unary_flags(t, op, size, a, flag_reg(i->dst), t->host, carry);
    return true;
}

static bool unary_m(struct tr *t, const struct x86_insn *i, unsigned op, unsigned size)
{
    // The access overwrites the host's flags, so CF is saved before it; a site in between sees them as they were.
    uint32_t carry = op < 2 ? flags_save_cf(t, false) : 0;

    x64_operand(t, i, size, true);
    if (op != 2 && flags_live(t)) {
        if (size < 4) emit_rm(&t->e, unary_opcode(op, size), size, unary_reg(op), x64_at(t)); // as in alu_memory()
        x64_load_r10(t, size);
        if (size == 4) {
            emit_rr(&t->e, unary_opcode(op, size), size, unary_reg(op), R10);
            emit_rm(&t->e, 0x89, size, R10, x64_at(t));
        }
        unary_flags(t, op, size, R10, flag_r10(), 0, carry);
        return true;
    }
    emit_rm(&t->e, unary_opcode(op, size), size, unary_reg(op), x64_at(t));
    unary_flags(t, op, size, R10, no_operand(), 0, carry);
    return true;
}

/* --- the 486's ------------------------------------------------------------------------------------------------------------------------------ */

/* Bytes, by the host's own: the registers may be AH and its like. */
static bool xadd_bytes(struct tr *t, const struct x86_insn *i, bool memory)
{
    struct emit *e = &t->e;

    if (!x64_bytes_ok(t, i->src, 1) || (!memory && (!x64_bytes_ok(t, i->dst, 1) || i->dst == i->src))) return false;
    if (memory) x64_operand(t, i, 1, true);
    else emit_mov_rr(e, R8, x64_source(t, i->dst, 1, R8));
    emit_mov_rr(e, R11, x64_source(t, i->src, 1, R11));
    if (flags_live(t)) flags_store_b(t, R11);
    if (memory) emit_rm(e, 0x0FC0, 1, R11, x64_at(t));
    else emit_rr(e, 0x0FC0, 1, R11, R8);
    if (memory) x64_load_r10(t, 1);
    else emit_mov_rr(e, R10, R8);
    if (flags_live(t)) {
        flags_store_a(t, R10);
        flags_store_kind(t, FLAGS_ADD, 1, FLAGS_ALL);
    } else {
        t->flags = (struct flag_record){.kind = FLAGS_HOME};
        t->host = FLAGS_ALL;
    }
    x64_write(t, i->src, 1, R11);
    if (!memory) x64_write(t, i->dst, 1, R8);
    return true;
}

static bool xadd(struct tr *t, const struct x86_insn *i, unsigned size, bool memory)
{
    unsigned b;

    if (size == 1) return xadd_bytes(t, i, memory);
    if (memory) {
        x64_operand(t, i, size, true);
        emit_rm(&t->e, 0x8B, size, R10, x64_at(t));
        b = x64_gpr(i->src);
        emit_mov_rr(&t->e, R11, R10);
        op_rr(t, ADD, size, R10, b);
        emit_rm(&t->e, 0x89, size, R10, x64_at(t));
        emit_mov_rr(&t->e, R9, b);
        emit_rr(&t->e, 0x8B, size, b, R11);
        alu_flags(t, ADD, size, R10, R9, 0, no_operand(), no_operand());
        return true;
    }
    if (i->dst == i->src) return false;
    emit_mov_rr(&t->e, R9, x64_gpr(i->src));
    emit_mov_rr(&t->e, R11, x64_gpr(i->dst));
    emit_mov_rr(&t->e, R10, R11);
    op_rr(t, ADD, size, R10, R9);
    emit_rr(&t->e, 0x8B, size, x64_gpr(i->src), R11);
    emit_rr(&t->e, 0x8B, size, x64_gpr(i->dst), R10);
    alu_flags(t, ADD, size, R10, R9, 0, no_operand(), no_operand());
    return true;
}

/* Compares the accumulator with r10. Comes back with the jump if they differ. */
static uint8_t *compare_accumulator(struct tr *t, unsigned size)
{
    if (flags_live(t)) {
        flags_store_a(t, RAX);
        flags_store_b(t, R10);
    }
    op_rr(t, CMP, size, RAX, R10);
    return emit_jcc(&t->e, CC_NE);
}

static void compared(struct tr *t, unsigned size)
{
    if (flags_live(t)) flags_store_kind(t, FLAGS_CMP, size, FLAGS_ALL);
    else t->host = FLAGS_ALL;
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
}

/* The destination is written in either case. */
static bool cmpxchg_m(struct tr *t, const struct x86_insn *i, unsigned size)
{
    struct emit *e = &t->e;
    uint32_t     store = size == 1 ? 0x88 : 0x89;
    uint8_t     *differ, *done;
    unsigned     b;

    x64_operand(t, i, size, true);
    x64_load_r10(t, size);
    b = x64_source(t, i->src, size, R11);
    differ = compare_accumulator(t, size);
    emit_rm(e, store, size, b, x64_at(t));
    done = emit_jmp(e);
    emit_patch(e, differ, e->p);
    emit_rm(e, store, size, R10, x64_at(t));
    x64_write(t, REG_EAX * (size == 1 ? 8 : 1), size, R10);
    emit_patch(e, done, e->p);
    compared(t, size);
    return true;
}

static bool cmpxchg_r(struct tr *t, const struct x86_insn *i, unsigned size)
{
    struct emit *e = &t->e;
    unsigned     a = x64_source(t, i->dst, size, R10), b = x64_source(t, i->src, size, R11);
    uint8_t     *differ, *done;

    if (a != R10) emit_mov_rr(e, R10, a);
    differ = compare_accumulator(t, size);
    x64_write(t, i->dst, size, b);
    done = emit_jmp(e);
    emit_patch(e, differ, e->p);
    x64_write(t, REG_EAX * (size == 1 ? 8 : 1), size, R10);
    emit_patch(e, done, e->p);
    compared(t, size);
    return true;
}

/* In two halves, as nobody looks in between. */
static bool cmpxchg8b(struct tr *t, const struct x86_insn *i)
{
    struct emit    *e = &t->e;
    struct host_mem low, high;
    uint8_t        *differ, *done;

    if (t->flags.kind != FLAGS_HOME && (t->flags.kind & (FLAGS_CF_HOME | FLAGS_CF_OLD))) flags_home(t);
    x64_operand(t, i, 8, true);
    low = high = x64_at(t);
    high.disp += 4;
    flags_override(t, FLAG_ZF);
    emit_rm(e, 0x8B, 8, R10, low);
    emit_mov_rr(e, R11, RDX);
    emit_rr(e, 0xC1, 8, 4, R11); // shl
    emit8(e, 32);
    emit_rr(e, 0x0B, 8, R11, RAX);
    emit_rr(e, 0x3B, 8, R10, R11);
    differ = emit_jcc(e, CC_NE);
    emit_rm(e, 0x89, 4, RBX, low);
    emit_rm(e, 0x89, 4, RCX, high);
    done = emit_jmp(e);
    emit_patch(e, differ, e->p);
    emit_rm(e, 0x89, 8, R10, low); // it is written in either case
    emit_rm(e, 0x8B, 4, RDX, high);
    emit_mov_rr(e, RAX, R10);
    emit_patch(e, done, e->p);
    flags_overridden(t, FLAG_ZF);
    return true;
}

/* BSF and BSR: a zero source leaves the destination alone; the flags are those of the source. */
static bool scan(struct tr *t, const struct x86_insn *i, bool reverse, unsigned size, bool memory)
{
    struct emit *e = &t->e;
    unsigned     d = x64_gpr(i->dst);
    uint8_t     *zero;

    if (memory) {
        x64_operand(t, i, size, false);
        emit_rm(e, size == 2 ? 0x0FB7 : 0x8B, 4, R10, x64_at(t));
    } else {
        emit_rr(e, size == 2 ? 0x0FB7 : 0x8B, 4, R10, x64_gpr(i->src));
    }
    emit_rr(e, size == 1 ? 0x84 : 0x85, size, R10, R10);
    zero = emit_jcc(e, CC_E);
    emit_rr(e, reverse ? 0x0FBD : 0x0FBC, 4, R11, R10);
    emit_rr(e, 0x8B, size, d, R11);
    emit_patch(e, zero, e->p);
    t->host = 0;
    if (!flags_live(t)) return true;
    flags_store_a(t, R10);
    flags_store_kind(t, FLAGS_LOGIC, size, FLAG_ZF); // ZF is the host's in either case
    return true;
}

bool x64_emit_int(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned size = op->size;

    if (size == 1 && (!x64_bytes_ok(t, i->dst, 1) || !x64_bytes_ok(t, i->src, 1))) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_ALU_RR: return alu_rr(t, i, op->arg, size);
    case OPK_ALU_RI: return alu_ri(t, i, op->arg, size);
    case OPK_ALU_RM: return alu_rm(t, i, op->arg, size);
    case OPK_ALU_MR: return alu_memory(t, i, op->arg, size, false);
    case OPK_ALU_MI: return alu_memory(t, i, op->arg, size, true);
    case OPK_INC_R: case OPK_DEC_R: case OPK_NOT_R: case OPK_NEG_R: return unary_r(t, i, op->arg, size);
    case OPK_INC_M: case OPK_DEC_M: case OPK_NOT_M: case OPK_NEG_M: return unary_m(t, i, op->arg, size);
    case OPK_XADD_R: return xadd(t, i, size, false);
    case OPK_XADD_M: return xadd(t, i, size, true);
    case OPK_CMPXCHG_R: return cmpxchg_r(t, i, size);
    case OPK_CMPXCHG_M: return cmpxchg_m(t, i, size);
    case OPK_CMPXCHG8B: return cmpxchg8b(t, i);
    case OPK_BSWAP:
        emit_opcode(&t->e, 0x0FC8 | (x64_gpr(i->dst) & 7), 4, 0, 0, x64_gpr(i->dst), false);
        return true;
    case OPK_BSF_RR: return scan(t, i, op->arg, size, false);
    case OPK_BSF_RM: return scan(t, i, op->arg, size, true);
    default: return false;
    }
}
