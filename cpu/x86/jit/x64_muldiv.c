/* x64_muldiv.c: multiplication, division and decimal arithmetic in translated code. */
#include "cpu/x86/jit/x64.h"

/* --- multiplication ------------------------------------------------------------------------------------------------------------------------- */

/* SF, ZF, PF follow the lower half, AF is clear, CF = OF come from the host: only they are valid there. */
static void multiply_flags(struct tr *t, unsigned low, unsigned size)
{
    if (flags_live(t)) {
        emit_rm(&t->e, 0x0F92, 1, 0, CTX(jf.b)); // setc
        flags_store_a(t, low);
        flags_store_kind(t, FLAGS_MUL, size, FLAG_CF | FLAG_OF);
    } else {
        t->host = FLAG_CF | FLAG_OF;
    }
}

static bool multiply(struct tr *t, const struct x86_insn *i, bool is_signed, unsigned size, bool memory)
{
    unsigned b = R10;

    if (memory) x64_operand(t, i, size, false);
    else b = x64_own(i->dst, size);
    if (memory) emit_rm(&t->e, size == 1 ? 0xF6 : 0xF7, size, is_signed ? 5 : 4, x64_at(t));
    else emit_rr(&t->e, size == 1 ? 0xF6 : 0xF7, size, is_signed ? 5 : 4, b);
    multiply_flags(t, RAX, size);
    return true;
}

static bool imul_to(struct tr *t, const struct x86_insn *i, unsigned size, bool memory, bool immediate)
{
    unsigned d = x64_gpr(i->dst);
    uint32_t opcode = !immediate ? 0x0FAF : i->imm == (uint32_t)(int8_t)i->imm ? 0x6B : 0x69;

    if (memory) x64_operand(t, i, size, false);
    if (memory) emit_rm(&t->e, opcode, size, d, x64_at(t));
    else emit_rr(&t->e, opcode, size, d, x64_gpr(i->src));
    if (opcode == 0x6B) emit8(&t->e, i->imm);
    else if (opcode == 0x69) emit_imm(&t->e, size, i->imm);
    multiply_flags(t, d, size);
    return true;
}

/* --- division -------------------------------------------------------------------------------------------------------------------------------- */

/* Sign or zero extended to 32 bits (64 if the operand has 32 and is signed), to r10. */
static void divisor(struct tr *t, const struct x86_insn *i, bool is_signed, unsigned size, bool memory)
{
    uint32_t opcode = size == 1 ? (is_signed ? 0x0FBE : 0x0FB6) : size == 2 ? (is_signed ? 0x0FBF : 0x0FB7) : is_signed ? 0x63 : 0x8B;
    unsigned wide = size == 4 && is_signed ? 8 : 4;

    if (memory) {
        x64_operand(t, i, size, false);
        emit_rm(&t->e, opcode, wide, R10, x64_at(t));
    } else {
        emit_rr(&t->e, opcode, wide, R10, x64_source(t, i->dst, size, R10));
    }
}

/* The upper half must be below the divisor. */
static void divide_unsigned(struct tr *t, unsigned size, uint32_t site)
{
    struct emit *e = &t->e;

    if (size == 1) {
        emit_rr(e, 0x0FB7, 4, R11, RAX);
        emit_rr(e, 0xC1, 4, 5, R11); // shr: AH
        emit8(e, 8);
        emit_rr(e, 0x3B, 4, R11, R10);
    } else {
        emit_rr(e, 0x3B, size, RDX, R10);
    }
    x64_slow_if(t, CC_AE, site);
    emit_rr(e, size == 1 ? 0xF6 : 0xF7, size, 6, R10);
}

/* The dividend to EAX, or RAX. One jump comes back: to where it goes if that is the one that overflows, by -1; NULL: there is none. */
static uint8_t *signed_dividend(struct tr *t, unsigned size)
{
    struct emit *e = &t->e;

    if (size == 1) {
        emit_rr(e, 0x0FBF, 4, RAX, RAX); // movsx
        return NULL;
    }
    if (size == 2) {
        emit_rr(e, 0x0FB7, 4, RAX, RAX);
        emit_rr(e, 0xC1, 4, 4, RDX); // shl edx, 16
        emit8(e, 16);
        emit_rr(e, 0x0B, 4, RAX, RDX);
        emit_alu_ri(e, 7, 4, RAX, 0x80000000u);
        return emit_jcc(e, CC_E);
    }
    emit_rr(e, 0xC1, 8, 4, RDX); // shl rdx, 32
    emit8(e, 32);
    emit_rr(e, 0x0B, 8, RAX, RDX);
    emit_opcode(e, 0xC7, 8, 0, 0, R11, false); // mov r11, 8000000000000000h
    emit8(e, 0xC0 | (R11 & 7));
    emit32(e, 1);
    emit_rr(e, 0xC1, 8, 1, R11); // ror r11, 1
    emit8(e, 1);
    emit_rr(e, 0x3B, 8, RAX, R11);
    return emit_jcc(e, CC_E);
}

/* Quotient and remainder from (E)AX and (E)DX to where the guest has them; r8 and r9 are RAX and RDX as they were. */
static void signed_result(struct tr *t, unsigned size)
{
    struct emit *e = &t->e;

    if (size == 4) {
        emit_mov_rr(e, RAX, RAX);
        emit_mov_rr(e, RDX, RDX);
        return;
    }
    if (size == 1) {
        emit_rr(e, 0xC1, 4, 4, RDX); // shl edx, 8
        emit8(e, 8);
        emit_rr(e, 0x0FB6, 4, RAX, RAX);
        emit_rr(e, 0x0B, 4, RAX, RDX);
    } else {
        emit_rr(e, 0x8B, 2, R9, RDX);
    }
    emit_rr(e, 0x8B, 2, R8, RAX);
    emit_mov_rr(e, RAX, R8);
    emit_mov_rr(e, RDX, R9);
}

/* In twice the width; the quotient has to fit. */
static void divide_signed(struct tr *t, unsigned size, uint32_t site)
{
    struct emit *e = &t->e;
    unsigned     wide = size == 4 ? 8 : 4;
    uint8_t     *overflow, *big, *done;

    emit_rr(e, 0x85, wide, R10, R10);
    x64_slow_if(t, CC_E, site);
    emit_rr(e, 0x8B, 8, R8, RAX); // the old values, to be brought back
    emit_rr(e, 0x8B, 8, R9, RDX);
    overflow = signed_dividend(t, size);
    emit_opcode(e, 0x99, wide, 0, 0, 0, false); // cdq, cqo
    emit_rr(e, 0xF7, wide, 7, R10);
    emit_rr(e, size == 1 ? 0x0FBE : size == 2 ? 0x0FBF : 0x63, wide, R11, RAX);
    emit_rr(e, 0x3B, wide, R11, RAX);
    big = emit_jcc(e, CC_NE);
    signed_result(t, size);
    done = emit_jmp(e);
    if (overflow) emit_patch(e, overflow, e->p);
    emit_patch(e, big, e->p);
    emit_rr(e, 0x8B, 8, RAX, R8);
    emit_rr(e, 0x8B, 8, RDX, R9);
    emit_mov_ri(e, R11, site);
    emit_jmp_to(e, t->j->slow);
    emit_patch(e, done, e->p);
}

/* Only what cannot fault on the host is done there: the rest is the handler's. */
static bool divide(struct tr *t, const struct x86_insn *i, bool is_signed, unsigned size, bool memory)
{
    uint32_t site;

    if (!x86_has(t->c, FEAT_186)) return false; // 8086: another range, and REP negates
    if (t->flags.kind != FLAGS_HOME && flags_live(t)) flags_home(t);
    divisor(t, i, is_signed, size, memory);
    site = x64_site(t, i);
    if (is_signed) divide_signed(t, size, site);
    else divide_unsigned(t, size, site);
    flags_lost(t);
    return true;
}

/* --- AAM, AAD ------------------------------------------------------------------------------------------------------------------------------- */

/* SF, ZF and PF follow AL, the others are clear. */
static void adjusted(struct tr *t)
{
    if (flags_live(t)) flags_record(t, FLAGS_LOGIC, 1, flag_reg(REG_EAX * 8), (struct flag_operand){PLACE_NONE, 0, 0}, 0);
    else t->flags = (struct flag_record){.kind = FLAGS_HOME};
    t->host = 0;
}

static void clear_ah(struct emit *e)
{
    emit8(e, 0xB4); // mov ah, 0
    emit8(e, 0);
}

static bool aam(struct tr *t, const struct x86_insn *i)
{
    struct emit *e = &t->e;

    if (!(uint8_t)i->imm) return false;
    clear_ah(e);
    emit_mov_ri(e, R11, (uint8_t)i->imm);
    emit_rr(e, 0xF6, 1, 6, R11); // div: AL the quotient, AH the remainder
    emit_rr(e, 0x86, 1, 4, RAX); // xchg ah, al
    adjusted(t);
    return true;
}

static bool aad(struct tr *t, const struct x86_insn *i)
{
    struct emit *e = &t->e;

    if (!x86_has(t->c, FEAT_386)) return false; // other flags
    emit_rr(e, 0x0FB7, 4, R10, RAX);
    emit_rr(e, 0xC1, 4, 5, R10); // shr: AH
    emit8(e, 8);
    emit_rr(e, 0x6B, 4, R10, R10); // imul
    emit8(e, i->imm);
    emit_rr(e, 0x02, 1, RAX, R10);
    clear_ah(e);
    adjusted(t);
    return true;
}

/* --- DAA, DAS, AAA, AAS ----------------------------------------------------------------------------------------------------------------------- */

/* CF and AF as LAHF has them to r10d, AL to r9d, and AF as it will be, in its place, to r8d. */
static void begin_adjust(struct tr *t)
{
    struct emit *e = &t->e;

    flags_need(t, FLAG_CF | FLAG_AF);
    emit_rr(e, 0x8B, 8, R11, RAX);
    emit8(e, 0x9F); // lahf
    emit8(e, 0x0F); // movzx eax, ah
    emit8(e, 0xB6);
    emit8(e, 0xC4);
    emit_mov_rr(e, R10, RAX);
    emit_rr(e, 0x8B, 8, RAX, R11);
    emit_rr(e, 0x0FB6, 4, R9, RAX);
    emit_mov_rr(e, R8, R9);
    emit_alu_ri(e, 4, 4, R8, 15);
    emit_alu_ri(e, 0, 4, R8, 6); // bit 4: above 9
    emit_rr(e, 0x0B, 4, R8, R10);
    emit_alu_ri(e, 4, 4, R8, FLAG_AF);
}

/* AF in r8d and CF in r10d become one, as FLAGS_PACKED has them, if anybody asks. */
static void join_flags(struct tr *t)
{
    if (!flags_live(t)) return;
    emit_rr(&t->e, 0x0B, 4, R8, R10);
    emit_rr(&t->e, 0xC1, 4, 4, R8); // shl
    emit8(&t->e, 8);
}

/* After the addition or subtraction, whose OF, SF, ZF and PF are right, and CF and AF at most what is in r8d. */
static void end_adjust(struct tr *t)
{
    struct emit *e = &t->e;

    if (!flags_live(t)) {
        t->flags = (struct flag_record){.kind = FLAGS_HOME};
        t->host = 0;
        return;
    }
    emit_rr(e, 0x8B, 8, R9, RAX);
    emit8(e, 0x9F); // lahf
    emit_rr(e, 0x0F90, 1, 0, RAX); // seto
    emit_rr(e, 0x0FB7, 4, RAX, RAX);
    emit_rr(e, 0x0B, 4, RAX, R8);
    emit_rm(e, 0x89, 4, RAX, CTX(jf.a));
    emit_alu_ri(e, 0, 1, RAX, 0x7F); // OF
    emit8(e, 0x9E); // sahf
    emit_rr(e, 0x8B, 8, RAX, R9);
    flags_store_kind(t, FLAGS_PACKED, 4, FLAGS_ALL);
}

static bool adjust_decimal(struct tr *t, bool subtract)
{
    struct emit *e = &t->e;

    if (!x86_has(t->c, FEAT_186)) return false; // other limits
    begin_adjust(t);
    emit_alu_ri(e, 4, 4, R10, FLAG_CF);
    emit_alu_ri(e, 7, 4, R9, 0x9A);
    emit_rr(e, 0x0F93, 1, 0, R9); // setae
    emit_rr(e, 0x0B, 4, R10, R9);
    emit_rm(e, 0x8D, 4, R11, (struct host_mem){R8, R8, 1, 0}); // lea: 3 * AF
    emit_rr(e, 0xC1, 4, 5, R11); // shr: 6
    emit8(e, 3);
    emit_mov_rr(e, R9, R10);
    emit_rr(e, 0xF7, 4, 3, R9); // neg
    emit_alu_ri(e, 4, 4, R9, 0x60);
    emit_rr(e, 0x03, 4, R9, R11);
    join_flags(t);
    emit_rr(e, subtract ? 0x2A : 0x02, 1, RAX, R9);
    end_adjust(t);
    return true;
}

static bool adjust_ascii(struct tr *t, bool subtract)
{
    struct emit *e = &t->e;

    if (!x86_has(t->c, FEAT_286)) return false; // AL and AH one by one
    begin_adjust(t);
    emit_mov_rr(e, R10, R8);
    emit_rr(e, 0xC1, 4, 5, R10);
    emit8(e, 4);
    emit_rr(e, 0x69, 4, R11, R10); // imul
    emit32(e, 0x106);
    emit_rr(e, subtract ? 0x2B : 0x03, 2, RAX, R11);
    emit_alu_ri(e, 4, 4, RAX, 0xFFFFFF0Fu);
    emit_rr(e, 0x6B, 4, R11, R10);
    emit8(e, 6);
    join_flags(t);
    emit_rr(e, subtract ? 0x2A : 0x02, 1, R9, R11);
    end_adjust(t);
    return true;
}

bool x64_emit_muldiv(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned size = op->size;

    if (size == 1 && (!x64_bytes_ok(t, i->dst, 1) || !x64_bytes_ok(t, i->src, 1))) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_MUL_R: return multiply(t, i, op->arg, size, false);
    case OPK_MUL_M: return multiply(t, i, op->arg, size, true);
    case OPK_IMUL_RR: return imul_to(t, i, size, false, false);
    case OPK_IMUL_RM: return imul_to(t, i, size, true, false);
    case OPK_IMUL_RRI: return imul_to(t, i, size, false, true);
    case OPK_IMUL_RMI: return imul_to(t, i, size, true, true);
    case OPK_DIV_R: return divide(t, i, op->arg, size, false);
    case OPK_DIV_M: return divide(t, i, op->arg, size, true);
    case OPK_AAM: return aam(t, i);
    case OPK_AAD: return aad(t, i);
    case OPK_DAA: return adjust_decimal(t, op->arg);
    case OPK_AAA: return adjust_ascii(t, op->arg);
    default: return false;
    }
}
