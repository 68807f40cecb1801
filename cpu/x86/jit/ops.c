/* ops.c: see ops.h. Flag effects: SDM 1 appendix A, and where the manual leaves them open flags.h and the handlers. */
#include "cpu/x86/jit/ops.h"

#include "cpu/x86/handlers.h"
#include "cpu/x86/simd.h"
#include "cpu/x86/x86.h"

#define ALU8(name, op)                                                                                                           \
    {x86_##name##_rr8, OPK_ALU_RR, op, 1}, {x86_##name##_ri8, OPK_ALU_RI, op, 1}, {x86_##name##_rm8, OPK_ALU_RM, op, 1},         \
    {x86_##name##_mr8, OPK_ALU_MR, op, 1}, {x86_##name##_mi8, OPK_ALU_MI, op, 1}
#define ALU16(name, op)                                                                                                          \
    {x86_##name##_rr16, OPK_ALU_RR, op, 2}, {x86_##name##_ri16, OPK_ALU_RI, op, 2}, {x86_##name##_rm16, OPK_ALU_RM, op, 2},      \
    {x86_##name##_mr16, OPK_ALU_MR, op, 2}, {x86_##name##_mi16, OPK_ALU_MI, op, 2}
#define ALU32(name, op)                                                                                                          \
    {x86_##name##_rr32, OPK_ALU_RR, op, 4}, {x86_##name##_ri32, OPK_ALU_RI, op, 4}, {x86_##name##_rm32, OPK_ALU_RM, op, 4},      \
    {x86_##name##_mr32, OPK_ALU_MR, op, 4}, {x86_##name##_mi32, OPK_ALU_MI, op, 4}
#define ALU(name, op) ALU8(name, op), ALU16(name, op), ALU32(name, op)

#define SIZES(name, kind, arg)   {x86_##name##8, kind, arg, 1}, {x86_##name##16, kind, arg, 2}, {x86_##name##32, kind, arg, 4}
#define SIZES2(name, kind, arg)  {x86_##name##16, kind, arg, 2}, {x86_##name##32, kind, arg, 4}
#define SHIFT(name, op)                                                                                                          \
    SIZES(name##_ri, OPK_SHIFT_RI, op), SIZES(name##_mi, OPK_SHIFT_MI, op), SIZES(name##_rc, OPK_SHIFT_RC, op),                  \
    SIZES(name##_mc, OPK_SHIFT_MC, op)
#define DOUBLE(name, arg)                                                                                                        \
    SIZES2(name##_rri, OPK_DOUBLE_RRI, arg), SIZES2(name##_mri, OPK_DOUBLE_MRI, arg), SIZES2(name##_rrc, OPK_DOUBLE_RRC, arg),   \
    SIZES2(name##_mrc, OPK_DOUBLE_MRC, arg)
#define BT(name, arg)                                                                                                            \
    SIZES2(name##_rr, OPK_BT_RR, arg), SIZES2(name##_ri, OPK_BT_RI, arg), SIZES2(name##_mr, OPK_BT_MR, arg),                     \
    SIZES2(name##_mi, OPK_BT_MI, arg)
#define ONE(name, kind, arg) {x86_##name, kind, arg, 0}

/* SSE and SSE2: memory operands of N bytes; register and memory form; in the four floating-point forms; on XMM registers. */
#define SSE(name, arg, n)      {x86_##name, OPK_SSE, arg, n}
#define SSE_BOTH(name, arg, n) SSE(name##_rr, arg, n), SSE(name##_rm, arg, n)
#define SSE_FLOAT(name, arg)   SSE_BOTH(name##ps, arg, 16), SSE_BOTH(name##pd, arg, 16), SSE_BOTH(name##ss, arg, 4), SSE_BOTH(name##sd, arg, 8)
#define SSE_FP(name)           SSE_FLOAT(name, SSE_RAISES),
#define SSE_XMM(name)          SSE_BOTH(name##_xmm, 0, 16),
#define SSE_SHIFT(name)        SSE_BOTH(name##_xmm, 0, 16), SSE(name##_xmm_ri, SSE_IMM, 0),

static const struct jit_op table[] = {
    ALU(add, 0), ALU(or, 1), ALU(adc, 2), ALU(sbb, 3), ALU(and, 4), ALU(sub, 5), ALU(xor, 6), ALU(cmp, 7), ALU(test, 8),
    SIZES(inc_r, OPK_INC_R, 0), SIZES(inc_m, OPK_INC_M, 0), SIZES(dec_r, OPK_DEC_R, 1), SIZES(dec_m, OPK_DEC_M, 1),
    SIZES(not_r, OPK_NOT_R, 2), SIZES(not_m, OPK_NOT_M, 2), SIZES(neg_r, OPK_NEG_R, 3), SIZES(neg_m, OPK_NEG_M, 3),
    SIZES(mul_r, OPK_MUL_R, 0), SIZES(mul_m, OPK_MUL_M, 0), SIZES(imul_r, OPK_MUL_R, 1), SIZES(imul_m, OPK_MUL_M, 1),
    SIZES(div_r, OPK_DIV_R, 0), SIZES(div_m, OPK_DIV_M, 0), SIZES(idiv_r, OPK_DIV_R, 1), SIZES(idiv_m, OPK_DIV_M, 1),
    SIZES2(imul_rr, OPK_IMUL_RR, 0), SIZES2(imul_rm, OPK_IMUL_RM, 0), SIZES2(imul_rri, OPK_IMUL_RRI, 0), SIZES2(imul_rmi, OPK_IMUL_RMI, 0),
    SIZES(xadd_r, OPK_XADD_R, 0), SIZES(xadd_m, OPK_XADD_M, 0), SIZES(cmpxchg_r, OPK_CMPXCHG_R, 0), SIZES(cmpxchg_m, OPK_CMPXCHG_M, 0),
    {x86_cmpxchg8b_m, OPK_CMPXCHG8B, 0, 8}, {x86_bswap_r32, OPK_BSWAP, 0, 4},
    SIZES2(bsf_rr, OPK_BSF_RR, 0), SIZES2(bsf_rm, OPK_BSF_RM, 0), SIZES2(bsr_rr, OPK_BSF_RR, 1), SIZES2(bsr_rm, OPK_BSF_RM, 1),
    SHIFT(rol, 0), SHIFT(ror, 1), SHIFT(rcl, 2), SHIFT(rcr, 3), SHIFT(shl, 4), SHIFT(shr, 5), SHIFT(sal, 4), SHIFT(sar, 7),
    DOUBLE(shld, 0), DOUBLE(shrd, 1), BT(bt, 0), BT(bts, 1), BT(btr, 2), BT(btc, 3),
    SIZES(mov_rr, OPK_MOV_RR, 0), SIZES(mov_ri, OPK_MOV_RI, 0), SIZES(mov_rm, OPK_MOV_RM, 0), SIZES(mov_mr, OPK_MOV_MR, 0),
    SIZES(mov_mi, OPK_MOV_MI, 0), SIZES(mov_ao, OPK_MOV_AO, 0), SIZES(mov_oa, OPK_MOV_OA, 0),
    SIZES2(movzx8_rr, OPK_EXTEND_RR, 0xB6), SIZES2(movzx8_rm, OPK_EXTEND_RM, 0xB6), SIZES2(movzx16_rr, OPK_EXTEND_RR, 0xB7),
    SIZES2(movzx16_rm, OPK_EXTEND_RM, 0xB7), SIZES2(movsx8_rr, OPK_EXTEND_RR, 0xBE), SIZES2(movsx8_rm, OPK_EXTEND_RM, 0xBE),
    SIZES2(movsx16_rr, OPK_EXTEND_RR, 0xBF), SIZES2(movsx16_rm, OPK_EXTEND_RM, 0xBF),
    SIZES2(lea, OPK_LEA, 0), SIZES(xchg_rr, OPK_XCHG_RR, 0), SIZES(xchg_mr, OPK_XCHG_MR, 0),
    SIZES2(push_r, OPK_PUSH_R, 0), SIZES2(push_i, OPK_PUSH_I, 0), SIZES2(push_m, OPK_PUSH_M, 0), SIZES2(pop_r, OPK_POP_R, 0),
    SIZES2(pop_m, OPK_POP_M, 0),
    SIZES2(leave, OPK_LEAVE, 0), SIZES2(enter, OPK_ENTER, 0), SIZES2(pusha, OPK_PUSHA, 0), SIZES2(popa, OPK_POPA, 0), {x86_xlat, OPK_XLAT, 0, 1},
    SIZES2(bound, OPK_BOUND, 0), {x86_aam, OPK_AAM, 0, 1}, {x86_aad, OPK_AAD, 0, 1},
    {x86_daa, OPK_DAA, 0, 1}, {x86_das, OPK_DAA, 1, 1}, {x86_aaa, OPK_AAA, 0, 1}, {x86_aas, OPK_AAA, 1, 1},
    SIZES2(cbw, OPK_CBW, 0), SIZES2(cwd, OPK_CWD, 0), {x86_setcc_r, OPK_SETCC_R, 0, 1}, {x86_setcc_m, OPK_SETCC_M, 0, 1},
    SIZES2(cmov_rr, OPK_CMOV_RR, 0), SIZES2(cmov_rm, OPK_CMOV_RM, 0), ONE(op_nop, OPK_NOP, 0),
    SIZES2(pushf, OPK_PUSHF, 0), SIZES2(popf, OPK_POPF, 0), ONE(cli, OPK_CLI, 0), ONE(sti, OPK_STI, 0),
    SIZES2(push_seg, OPK_PUSH_SEG, 0), SIZES2(mov_rs, OPK_MOV_RS, 0), SIZES2(mov_ms, OPK_MOV_MS, 0),
    SIZES2(mov_sr, OPK_MOV_SR, 0), SIZES2(pop_seg, OPK_POP_SEG, 0), SIZES2(mov_sm, OPK_MOV_SM, 0), SIZES2(load_far, OPK_LOAD_FAR, 0),
    ONE(cld, OPK_DF, 0), ONE(std, OPK_DF, 1), {x86_mov_rc, OPK_MOV_RC, 0, 4}, {x86_mov_rd, OPK_MOV_RD, 0, 4},
    ONE(clts, OPK_CLTS, 0), ONE(wbinvd, OPK_WBINVD, 0), ONE(cpuid, OPK_CPUID, 0), ONE(rdtsc, OPK_RDTSC, 0),
    SIZES2(sldt_r, OPK_WORD_R, 0), SIZES2(str_r, OPK_WORD_R, 1), SIZES2(smsw_r, OPK_WORD_R, 2),
    {x86_sldt_m, OPK_WORD_M, 0, 2}, {x86_str_m, OPK_WORD_M, 1, 2}, {x86_smsw_m, OPK_WORD_M, 2, 2},
    ONE(lahf, OPK_LAHF, 0), ONE(sahf, OPK_SAHF, 0), ONE(clc, OPK_CF, 0), ONE(stc, OPK_CF, 1), ONE(cmc, OPK_CF, 2),
    SIZES2(jcc, OPK_JCC, 0), SIZES2(jz, OPK_JCC, 0), SIZES2(jnz, OPK_JCC, 0), SIZES2(jmp, OPK_JMP, 0), SIZES2(call, OPK_CALL, 0),
    SIZES2(jmp_r, OPK_JMP_R, 0), SIZES2(jmp_m, OPK_JMP_M, 0), SIZES2(call_r, OPK_CALL_R, 0), SIZES2(call_m, OPK_CALL_M, 0),
    SIZES2(ret, OPK_RET, 0), SIZES2(ret_i, OPK_RET_I, 0), SIZES2(loop, OPK_LOOP, 0), SIZES2(loope, OPK_LOOPE, 0),
    SIZES2(loopne, OPK_LOOPNE, 0), SIZES2(jcxz, OPK_JCXZ, 0),
    SIZES(movs, OPK_MOVS, 0), SIZES(stos, OPK_STOS, 0), SIZES(lods, OPK_LODS, 0), SIZES(scas, OPK_SCAS, 0), SIZES(cmps, OPK_CMPS, 0),
    /* SSE and SSE2; FXSAVE and FXRSTOR, which are of the x87 too, and MASKMOVQ are in ops_x87.c */
    SIMD_FP_OPS(SSE_FP) SSE_FLOAT(cmp, SSE_IMM | SSE_RAISES),
    SSE_BOTH(rcpps, SSE_ESTIMATE, 16), SSE_BOTH(rcpss, SSE_ESTIMATE, 4), SSE_BOTH(rsqrtps, SSE_ESTIMATE, 16), SSE_BOTH(rsqrtss, SSE_ESTIMATE, 4),
    SIMD_LANE_OPS(SSE_XMM) SIMD_SHIFTS(SSE_SHIFT) SIMD_PACKS(SSE_XMM)
    SSE_BOTH(punpcklqdq, 0, 16), SSE_BOTH(punpckhqdq, 0, 16), SSE(pslldq_ri, SSE_IMM, 0), SSE(psrldq_ri, SSE_IMM, 0),
    SSE_BOTH(pshufd, SSE_IMM, 16), SSE_BOTH(pshufhw, SSE_IMM, 16), SSE_BOTH(pshuflw, SSE_IMM, 16),
    SSE_BOTH(shufps, SSE_IMM, 16), SSE_BOTH(shufpd, SSE_IMM, 16),
    SSE_BOTH(unpcklps, 0, 16), SSE_BOTH(unpckhps, 0, 16), SSE_BOTH(unpcklpd, 0, 16), SSE_BOTH(unpckhpd, 0, 16),
    SSE_BOTH(andps, 0, 16), SSE_BOTH(andnps, 0, 16), SSE_BOTH(orps, 0, 16), SSE_BOTH(xorps, 0, 16),
    SSE_BOTH(comiss, SSE_FLAGS | SSE_RAISES, 4), SSE_BOTH(comisd, SSE_FLAGS | SSE_RAISES, 8),
    SSE_BOTH(ucomiss, SSE_FLAGS | SSE_RAISES, 4), SSE_BOTH(ucomisd, SSE_FLAGS | SSE_RAISES, 8),
    SSE_BOTH(movaps, 0, 16), SSE(movaps_store_rr, SSE_WRITE, 16), SSE(movaps_mr, SSE_WRITE, 16), SSE(movntps, SSE_WRITE, 16),
    SSE(movups_rm, SSE_UNALIGNED, 16), SSE(movups_mr, SSE_WRITE | SSE_UNALIGNED, 16),
    SSE_BOTH(movss, 0, 4), SSE(movss_store_rr, SSE_WRITE, 4), SSE(movss_mr, SSE_WRITE, 4),
    SSE_BOTH(movsd, 0, 8), SSE(movsd_store_rr, SSE_WRITE, 8), SSE(movsd_mr, SSE_WRITE, 8),
    SSE_BOTH(movq_xmm, 0, 8), SSE(movq_xmm_store_rr, SSE_WRITE, 8), SSE(movq_xmm_mr, SSE_WRITE, 8),
    SSE(movhlps, 0, 0), SSE(movlhps, 0, 0), SSE(movlps_rm, 0, 8), SSE(movlps_mr, SSE_WRITE, 8), SSE(movhps_rm, 0, 8),
    SSE(movhps_mr, SSE_WRITE, 8), SSE(movmskps, SSE_REG_GPR, 0), SSE(movmskpd, SSE_REG_GPR, 0), SSE(pmovmskb_xmm, SSE_REG_GPR, 0),
    SSE_BOTH(movd_xmm, SSE_RM_GPR, 4), SSE(movd_from_xmm_r, SSE_RM_GPR | SSE_WRITE, 4), SSE(movd_from_xmm_m, SSE_WRITE, 4),
    SSE_BOTH(pinsrw_xmm, SSE_RM_GPR | SSE_IMM, 2), SSE(pextrw_xmm, SSE_REG_GPR | SSE_IMM, 0),
    SSE_BOTH(cvtps2pd, SSE_RAISES, 8), SSE_BOTH(cvtpd2ps, SSE_RAISES, 16), SSE_BOTH(cvtss2sd, SSE_RAISES, 4), SSE_BOTH(cvtsd2ss, SSE_RAISES, 8),
    SSE_BOTH(cvtdq2ps, SSE_RAISES, 16), SSE_BOTH(cvtps2dq, SSE_RAISES, 16), SSE_BOTH(cvttps2dq, SSE_RAISES, 16), SSE_BOTH(cvtdq2pd, 0, 8),
    SSE_BOTH(cvtpd2dq, SSE_RAISES, 16), SSE_BOTH(cvttpd2dq, SSE_RAISES, 16), SSE_BOTH(cvtsi2ss, SSE_RM_GPR | SSE_RAISES, 4), SSE_BOTH(cvtsi2sd, SSE_RM_GPR, 4),
    SSE_BOTH(cvtss2si, SSE_REG_GPR | SSE_RAISES, 4), SSE_BOTH(cvttss2si, SSE_REG_GPR | SSE_RAISES, 4), SSE_BOTH(cvtsd2si, SSE_REG_GPR | SSE_RAISES, 8),
    SSE_BOTH(cvttsd2si, SSE_REG_GPR | SSE_RAISES, 8), SSE(ldmxcsr, SSE_MXCSR | SSE_RAISES, 4), SSE(stmxcsr, SSE_WRITE, 4),
    SSE_BOTH(cvtpi2ps, SSE_MMX | SSE_RAISES, 8), SSE_BOTH(cvtpi2pd, SSE_MMX, 8), SSE_BOTH(cvtps2pi, SSE_MMX | SSE_RAISES, 8), SSE_BOTH(cvttps2pi, SSE_MMX | SSE_RAISES, 8),
    SSE_BOTH(cvtpd2pi, SSE_MMX | SSE_RAISES, 16), SSE_BOTH(cvttpd2pi, SSE_MMX | SSE_RAISES, 16), SSE(movq2dq, SSE_MMX, 0), SSE(movdq2q, SSE_MMX, 0),
    SSE(maskmovdqu, SSE_MASKED, 16),
    {x86_movnti, OPK_MOV_MR, 0, 4}, ONE(fence, OPK_NOP, 0), ONE(prefetch, OPK_NOP, 0), ONE(clflush, OPK_NOP, 1),
    /* left to handlers, which change nothing of the context */
    ONE(rdmsr, OPK_HANDLER, 1), ONE(invlpg, OPK_HANDLER, 1),
    SIZES2(sgdt, OPK_HANDLER, 1), SIZES2(sidt, OPK_HANDLER, 1),
    ONE(verr_r, OPK_HANDLER, 0), ONE(verr_m, OPK_HANDLER, 0), ONE(verw_r, OPK_HANDLER, 0), ONE(verw_m, OPK_HANDLER, 0),
    {x86_lar_r16, OPK_HANDLER, 0, 2}, {x86_lar_r32, OPK_HANDLER, 0, 4}, {x86_lar_m16, OPK_HANDLER, 0, 2}, {x86_lar_m32, OPK_HANDLER, 0, 4},
    {x86_lsl_r16, OPK_HANDLER, 0, 2}, {x86_lsl_r32, OPK_HANDLER, 0, 4}, {x86_lsl_m16, OPK_HANDLER, 0, 2}, {x86_lsl_m32, OPK_HANDLER, 0, 4},
    ONE(arpl_r, OPK_HANDLER, 0), ONE(arpl_m, OPK_HANDLER, 0),
    SIZES(in_i, OPK_PORT, 1), SIZES(in_d, OPK_PORT, 1), SIZES(out_i, OPK_PORT, 1), SIZES(out_d, OPK_PORT, 1),
    SIZES(ins, OPK_PORT, 1), SIZES(outs, OPK_PORT, 1),
};

enum { TABLE = sizeof(table) / sizeof(table[0]) };

static unsigned slot_of(x86_fn *fn)
{
    return (unsigned)(((uintptr_t)fn >> 4) * 0x9E3779B97F4A7C15ull >> 53) & (JIT_OP_SLOTS - 1);
}

/* Two handlers may be one function to the linker (identical code folded); then either row does. */
static void add_rows(struct jit_ops *o, const struct jit_op *row, unsigned count)
{
    for (; count; count--, row++) {
        unsigned k = slot_of(row->fn);
        while (o->slot[k]) k = (k + 1) % JIT_OP_SLOTS;
        o->slot[k] = row;
    }
}

void jit_ops_init(struct jit_ops *o)
{
    add_rows(o, table, TABLE);
    add_rows(o, jit_ops_x87, jit_ops_x87_count);
}

const struct jit_op *jit_op_of(const struct jit_ops *o, x86_fn *fn)
{
    for (unsigned k = slot_of(fn); o->slot[k]; k = (k + 1) % JIT_OP_SLOTS)
        if (o->slot[k]->fn == fn) return o->slot[k];
    return NULL;
}

/* --- effects ------------------------------------------------------------------------------------------------------------------------ */

uint16_t jit_condition_flags(unsigned cc)
{
    static const uint16_t read[8] = {FLAG_OF, FLAG_CF, FLAG_ZF, FLAG_CF | FLAG_ZF, FLAG_SF, FLAG_PF, FLAG_SF | FLAG_OF, FLAG_ZF | FLAG_SF | FLAG_OF};

    return read[cc >> 1];
}

static uint16_t register_bit(unsigned operand, unsigned size)
{
    return (uint16_t)(1u << (size == 1 ? operand >> 3 : operand));
}

enum { AX = 1 << REG_EAX, CX = 1 << REG_ECX, DX = 1 << REG_EDX, SP = 1 << REG_ESP, BP = 1 << REG_EBP, SI = 1 << REG_ESI, DI = 1 << REG_EDI };

struct jit_effects jit_effects_of(const struct x86_insn *i, const struct jit_op *op)
{
    struct jit_effects e = {.slow = i->prefix & PREFIX_MEM, .regs = 0xFF};
    unsigned           cc = i->op & 15;

    if (!op) {
        e.slow = true;
        return e;
    }
    switch ((enum jit_kind)op->kind) {
    case OPK_ALU_RR: case OPK_ALU_RI: case OPK_ALU_RM: case OPK_ALU_MR: case OPK_ALU_MI:
        e.flags_written = FLAG_ARITH;
        e.flags_read = op->arg == 2 || op->arg == 3 ? FLAG_CF : 0;
        e.regs = op->arg >= 7 || op->kind == OPK_ALU_MR || op->kind == OPK_ALU_MI ? 0 : register_bit(i->dst, op->size);
        break;
    case OPK_INC_R: case OPK_DEC_R:
        e.flags_written = FLAG_ARITH & ~FLAG_CF;
        e.regs = register_bit(i->dst, op->size);
        break;
    case OPK_INC_M: case OPK_DEC_M:
        e.flags_written = FLAG_ARITH & ~FLAG_CF;
        e.regs = 0;
        break;
    case OPK_NOT_R: e.regs = register_bit(i->dst, op->size); break;
    case OPK_NOT_M: e.regs = 0; break;
    case OPK_NEG_R:
        e.flags_written = FLAG_ARITH;
        e.regs = register_bit(i->dst, op->size);
        break;
    case OPK_NEG_M:
        e.flags_written = FLAG_ARITH;
        e.regs = 0;
        break;
    case OPK_MUL_R: case OPK_MUL_M:
        e.flags_written = FLAG_ARITH;
        e.regs = op->size == 1 ? AX : AX | DX;
        break;
    case OPK_DIV_R: case OPK_DIV_M:
        e.slow = true;
        e.regs = op->size == 1 ? AX : AX | DX;
        break;
    case OPK_DAA: case OPK_AAA:
        e.flags_written = FLAG_ARITH;
        e.flags_read = FLAG_CF | FLAG_AF;
        e.regs = AX;
        break;
    case OPK_AAM: case OPK_AAD:
        e.flags_written = FLAG_ARITH;
        e.slow = op->kind == OPK_AAM && !(uint8_t)i->imm;
        e.regs = AX;
        break;
    case OPK_IMUL_RR: case OPK_IMUL_RM: case OPK_IMUL_RRI: case OPK_IMUL_RMI: case OPK_BSF_RR: case OPK_BSF_RM:
        e.flags_written = FLAG_ARITH;
        e.regs = register_bit(i->dst, op->size);
        break;
    case OPK_XADD_R:
        e.flags_written = FLAG_ARITH;
        e.regs = register_bit(i->dst, op->size) | register_bit(i->src, op->size);
        break;
    case OPK_XADD_M:
        e.flags_written = FLAG_ARITH;
        e.regs = register_bit(i->src, op->size);
        break;
    case OPK_CMPXCHG_R:
        e.flags_written = FLAG_ARITH;
        e.regs = register_bit(i->dst, op->size) | AX;
        break;
    case OPK_CMPXCHG_M:
        e.flags_written = FLAG_ARITH;
        e.regs = AX;
        break;
    case OPK_CMPXCHG8B:
        e.flags_written = FLAG_ZF;
        e.regs = AX | DX;
        break;
    case OPK_BSWAP: e.regs = register_bit(i->dst, 4); break;
    case OPK_SHIFT_RI: case OPK_SHIFT_MI:
        if (op->arg >= 4 && (i->imm & 31)) e.flags_written = FLAG_ARITH;
        else if (op->arg < 4 && (i->imm & 31)) e.flags_written = FLAG_CF | FLAG_OF;
        e.flags_read = op->arg == 2 || op->arg == 3 ? FLAG_CF : 0;
        e.regs = op->kind == OPK_SHIFT_MI ? 0 : register_bit(i->dst, op->size);
        break;
    case OPK_SHIFT_RC: case OPK_SHIFT_MC:
        e.flags_maybe = FLAG_ARITH;
        e.flags_read = op->arg == 2 || op->arg == 3 ? FLAG_CF : 0;
        e.regs = op->kind == OPK_SHIFT_MC ? 0 : register_bit(i->dst, op->size);
        break;
    case OPK_DOUBLE_RRI: case OPK_DOUBLE_MRI:
        e.flags_written = i->imm & 31 ? FLAG_ARITH : 0;
        e.regs = op->kind == OPK_DOUBLE_MRI ? 0 : register_bit(i->dst, op->size);
        break;
    case OPK_DOUBLE_RRC: case OPK_DOUBLE_MRC:
        e.flags_maybe = FLAG_ARITH;
        e.regs = op->kind == OPK_DOUBLE_MRC ? 0 : register_bit(i->dst, op->size);
        break;
    case OPK_BT_RR: case OPK_BT_RI:
        e.flags_written = FLAG_CF;
        e.regs = op->arg ? register_bit(i->dst, op->size) : 0;
        break;
    case OPK_BT_MR: case OPK_BT_MI:
        e.flags_written = FLAG_CF;
        e.regs = 0;
        break;
    case OPK_MOV_RR: case OPK_MOV_RI: case OPK_MOV_RM: case OPK_EXTEND_RR: case OPK_EXTEND_RM: e.regs = register_bit(i->dst, op->size); break;
    case OPK_MOV_AO: case OPK_CBW: e.regs = AX; break;
    case OPK_CWD: e.regs = DX; break;
    case OPK_MOV_MR: case OPK_MOV_MI: case OPK_MOV_OA: e.regs = 0; break;
    case OPK_NOP:
        e.slow = op->arg;
        e.regs = 0;
        break;
    case OPK_LEA:
        e.slow = false;
        e.regs = register_bit(i->dst, op->size);
        break;
    case OPK_XCHG_RR: e.regs = register_bit(i->dst, op->size) | register_bit(i->src, op->size); break;
    case OPK_XCHG_MR: e.regs = register_bit(i->src, op->size); break;
    case OPK_PUSH_R: case OPK_PUSH_I: case OPK_PUSH_M: case OPK_POP_M:
        e.slow = true;
        e.regs = SP;
        break;
    case OPK_POP_R:
        e.slow = true;
        e.regs = SP | register_bit(i->dst, op->size);
        break;
    case OPK_LEAVE: case OPK_ENTER:
        e.slow = true;
        e.regs = SP | BP;
        break;
    case OPK_PUSHA:
        e.slow = true;
        e.regs = SP;
        break;
    case OPK_POPA:
        e.slow = true;
        break;
    case OPK_BOUND:
        e.slow = true;
        e.regs = 0;
        break;
    case OPK_XLAT:
        e.slow = true;
        e.regs = AX;
        break;
    case OPK_PUSHF:
        e.slow = true;
        e.flags_read = FLAG_ARITH;
        e.regs = SP;
        break;
    case OPK_MOV_SR: case OPK_MOV_SM: case OPK_DF:
        e.slow = true;
        e.regs = 0;
        break;
    case OPK_PUSH_SEG: case OPK_POP_SEG:
        e.slow = true;
        e.regs = SP;
        break;
    case OPK_LOAD_FAR:
        e.slow = true;
        e.regs = register_bit(i->dst, op->size);
        break;
    case OPK_MOV_RC: case OPK_WORD_R: e.regs = register_bit(i->dst, op->size); break;
    case OPK_WBINVD: case OPK_WORD_M: e.regs = 0; break;
    case OPK_MOV_RD:
        e.slow = true;
        e.regs = register_bit(i->dst, op->size);
        break;
    case OPK_CPUID:
        e.slow = true;
        e.regs = AX | CX | DX | 1 << REG_EBX;
        break;
    case OPK_RDTSC:
        e.slow = true;
        e.regs = AX | DX;
        break;
    case OPK_CLTS:
        e.slow = true;
        e.regs = 0;
        break;
    case OPK_MOV_RS: e.regs = register_bit(i->dst, op->size); break;
    case OPK_MOV_MS: e.regs = 0; break;
    case OPK_POPF:
        e.slow = true;
        e.flags_written = FLAG_ARITH;
        e.regs = SP;
        break;
    case OPK_CLI:
    case OPK_STI:
        e.slow = true;
        e.regs = 0;
        break;
    case OPK_SETCC_R: case OPK_SETCC_M:
        e.flags_read = jit_condition_flags(cc);
        e.regs = op->kind == OPK_SETCC_M ? 0 : register_bit(i->dst, 1);
        break;
    case OPK_CMOV_RR: case OPK_CMOV_RM:
        e.flags_read = jit_condition_flags(cc);
        e.regs = register_bit(i->dst, op->size);
        break;
    case OPK_LAHF:
        e.flags_read = FLAG_ARITH & ~FLAG_OF;
        e.regs = AX;
        break;
    case OPK_SAHF:
        e.flags_written = FLAG_ARITH & ~FLAG_OF;
        e.regs = 0;
        break;
    case OPK_CF:
        e.flags_written = FLAG_CF;
        e.flags_read = op->arg == 2 ? FLAG_CF : 0;
        e.regs = 0;
        break;
    case OPK_JCC:
        e.flags_read = jit_condition_flags(cc);
        e.regs = 0;
        break;
    case OPK_JMP: case OPK_JMP_R: case OPK_JMP_M: e.regs = 0; break;
    case OPK_LOOPE: case OPK_LOOPNE: e.flags_read = FLAG_ZF; /* fall through */
    case OPK_LOOP: e.regs = CX; break;
    case OPK_JCXZ: e.regs = 0; break;
    case OPK_CALL: case OPK_CALL_R: case OPK_CALL_M: case OPK_RET: case OPK_RET_I:
        e.slow = true;
        e.regs = SP;
        break;
    case OPK_MOVS:
        e.slow = true;
        e.regs = SI | DI;
        break;
    case OPK_STOS:
        e.slow = true;
        e.regs = DI;
        break;
    case OPK_LODS:
        e.slow = true;
        e.regs = AX | SI;
        break;
    case OPK_SCAS:
        e.slow = true;
        e.flags_written = FLAG_ARITH;
        e.regs = DI;
        break;
    case OPK_CMPS:
        e.slow = true;
        e.flags_written = FLAG_ARITH;
        e.regs = SI | DI;
        break;
    case OPK_X87: // FCMOVcc: B, E, BE, U by ModRM.reg
        e.flags_written = op->arg & X87_FLAGS ? FLAG_ARITH : 0;
        e.flags_read = op->arg & X87_CMOV ? jit_condition_flags((i->modrm >> 3 & 3) == 3 ? 10 : 2 + (i->modrm >> 3 & 3) * 2) : 0;
        e.regs = op->arg & X87_AX ? AX : 0;
        e.slow |= (op->arg & X87_CALL) != 0;
        break;
    case OPK_MMX: case OPK_SSE:
        e.flags_written = op->arg & SSE_FLAGS ? FLAG_ARITH : 0;
        e.slow |= (op->arg & SSE_ESTIMATE) != 0; // it overwrites the host's flags
        e.slow |= (op->arg & SSE_MASKED) != 0;
        e.regs = op->arg & SSE_REG_GPR ? register_bit(i->modrm >> 3 & 7, 4) : 0;
        if ((op->arg & SSE_RM_GPR) && (op->arg & SSE_WRITE)) e.regs = register_bit(i->modrm & 7, 4);
        break;
    default: e.slow = true; break;
    }
    return e;
}
