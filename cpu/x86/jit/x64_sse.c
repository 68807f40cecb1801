/* x64_sse.c: SSE and SSE2 on the host's unit: the guest's XMM0-7 are the host's, and so is MXCSR, from the first such instruction
 * until translated code is left. In between they go to struct x86 around every call into C, which has an MXCSR of its own. */
#include "cpu/x86/jit/x64.h"
#include "cpu/x86/simd.h"

/* An exception that is not masked may come with any instruction that raises some, and only the handlers deliver it. */
uint32_t jit_sse_mode(const struct x86 *c)
{
    if ((c->cr0 & (CR0_EM | CR0_TS)) || !(c->cr4 & CR4_OSFXSR) || !x86_has(c, FEAT_SSE)) return 0;
    return MODE_SSE | ((c->fpu.mxcsr & MXCSR_MASKS) == MXCSR_MASKS ? MODE_SSE_ALL : 0);
}

/* --- from and to struct x86 ------------------------------------------------------------------------------------------------------------ */

/* Below the stack pointer: 128 bytes that belong to the function (System V ABI, "red zone"). */
static const struct host_mem scratch = {RSP, NO_REG, 0, -8};

enum { MOVUPS_LOAD = 0x0F10, MOVUPS_STORE = 0x0F11, OP_MXCSR = 0x0FAE, LDMXCSR = 2, STMXCSR = 3 };

static void move_all(struct emit *e, uint32_t opcode)
{
    for (unsigned n = 0; n < 8; n++) emit_rm(e, opcode, 4, n, x64_ctx(offsetof(struct x86, fpu.xmm) + n * sizeof(union x86_xmm)));
}

static void load_all(struct emit *e)
{
    uint8_t *same;

    move_all(e, MOVUPS_LOAD);
    emit_rm(e, OP_MXCSR, 4, STMXCSR, scratch);
    emit_rm(e, 0x8B, 4, R9, CTX(fpu.mxcsr));
    emit_rm(e, 0x3B, 4, R9, scratch);
    same = emit_jcc(e, CC_E); // LDMXCSR is slow
    emit_rm(e, OP_MXCSR, 4, LDMXCSR, CTX(fpu.mxcsr));
    emit_patch(e, same, e->p);
}

static uint8_t *if_not_live(struct emit *e)
{
    emit_rm(e, 0x80, 1, 7, CTX(sse_live)); // cmp byte, 0
    emit8(e, 0);
    return emit_jcc(e, CC_E);
}

/* The exception flags may stay for C code, which does not look at them. */
void x64_store_sse(struct emit *e)
{
    uint8_t *not_live = if_not_live(e), *same;

    move_all(e, MOVUPS_STORE);
    emit_rm(e, OP_MXCSR, 4, STMXCSR, CTX(fpu.mxcsr));
    emit_rm(e, 0x8B, 4, R9, CTX(fpu.mxcsr));
    emit_alu_ri(e, 4, 4, R9, ~(uint32_t)MXCSR_FLAGS);
    emit_alu_ri(e, 7, 4, R9, MXCSR_INIT);
    same = emit_jcc(e, CC_E);
    emit_rm(e, 0xC7, 4, 0, scratch);
    emit32(e, MXCSR_INIT);
    emit_rm(e, OP_MXCSR, 4, LDMXCSR, scratch);
    emit_patch(e, same, e->p);
    emit_patch(e, not_live, e->p);
}

void x64_load_sse(struct emit *e)
{
    uint8_t *not_live = if_not_live(e);

    load_all(e);
    emit_patch(e, not_live, e->p);
}

void x64_make_sse(struct emit *e)
{
    emit_rm(e, 0xC6, 1, 0, CTX(sse_live));
    emit8(e, 1);
    load_all(e);
    emit8(e, 0xC3);
}

/* Once in a unit, before its first such instruction. */
static void make_ready(struct tr *t)
{
    struct cold *k;

    if (t->sse_ready) return;
    k = x64_cold(t, COLD_CALL, if_not_live(&t->e));
    k->call = t->j->make_sse;
    k->back = t->e.p;
    t->sse_ready = true;
    flags_lost(t);
}

/* --- instructions ------------------------------------------------------------------------------------------------------------------------ */

/* With the mandatory prefix that counts (SDM 2A 2.1.2). Stores past the caches are plain stores: the guest's memory is ours. */
static uint32_t opcode_of(const struct x86_insn *i)
{
    uint32_t prefix = i->prefix & PREFIX_REP ? PFX_F3 : i->prefix & PREFIX_REPNE ? PFX_F2 : i->prefix & PREFIX_66 ? PFX_66 : 0;

    if (i->op == 0x12B || i->op == 0x1E7) return 0x0F29; // MOVAPS
    return prefix | 0x0F00 | (i->op & 0xFF);
}

/* Of CMPPS and its like only bits 0-2 count; more are a predicate of AVX. */
static unsigned immediate(const struct x86_insn *i)
{
    return i->op == 0x1C2 ? i->imm & 7 : i->imm & 0xFF;
}

static bool is_aligned(const struct jit_op *op) { return op->size == 16 && !(op->arg & SSE_UNALIGNED); }

bool x64_sse_checks(const struct jit_op *op) { return is_aligned(op) || (op->arg & (SSE_MXCSR | SSE_ESTIMATE)); }

static void operand(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (is_aligned(op)) {
        x64_ea(t, i);
        x64_access(t, i, i->seg, 16, op->arg & SSE_WRITE, STACK_NONE, true);
    } else {
        x64_operand(t, i, op->size, op->arg & SSE_WRITE);
    }
}

/* A value that unmasks something, or that is not valid, is the handler's business; then the context may change. */
static bool load_mxcsr(struct tr *t, const struct x86_insn *i)
{
    uint32_t site;

    x64_ea(t, i);
    t->j->sites[x64_access(t, i, i->seg, 4, false, STACK_NONE, false)].check_ctx = true;
    t->j->sites[site = x64_site(t, i)].check_ctx = true; // the access is all right
    emit_rm(&t->e, 0x8B, 4, R10, x64_at(t));
    emit_mov_rr(&t->e, R11, R10);
    emit_alu_ri(&t->e, 4, 4, R11, ~mxcsr_mask(t->c) | MXCSR_MASKS);
    emit_alu_ri(&t->e, 7, 4, R11, MXCSR_MASKS);
    x64_slow_if(t, CC_NE, site);
    emit_rm(&t->e, 0x89, 4, R10, CTX(fpu.mxcsr));
    emit_rm(&t->e, OP_MXCSR, 4, LDMXCSR, CTX(fpu.mxcsr));
    return true;
}

/* The instruction itself, with its registers and its place in memory replaced. */
static bool again(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned reg = i->modrm >> 3 & 7, rm = i->modrm & 7;

    if (op->arg & SSE_REG_GPR) reg = x64_gpr(reg);
    if (op->arg & SSE_RM_GPR) rm = x64_gpr(rm);
    if (i->prefix & PREFIX_MEM) {
        operand(t, i, op);
        emit_rm(&t->e, opcode_of(i), 4, reg, x64_at(t));
    } else {
        emit_rr(&t->e, opcode_of(i), 4, reg, rm);
    }
    if (op->arg & SSE_IMM) emit8(&t->e, immediate(i));
    return true;
}

/* SQRTSS and SQRTSD, by way of XMM8: the host would wait for the register whose upper part stays, and a root takes long. */
static void scalar_root(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    uint32_t opcode = opcode_of(i);

    if (i->prefix & PREFIX_MEM) operand(t, i, op);
    emit_rr(&t->e, 0x0F57, 4, 8, 8); // xorps
    if (i->prefix & PREFIX_MEM) emit_rm(&t->e, opcode, 4, 8, x64_at(t));
    else emit_rr(&t->e, opcode, 4, 8, i->modrm & 7);
    emit_rr(&t->e, (opcode & ~0xFFu) | 0x10, 4, i->modrm >> 3 & 7, 8); // movss, movsd
}

/* RCPPS, RCPSS, RSQRTPS, RSQRTSS: no two makes of CPU have the same tables, so they are computed in C, with integers alone. */
static struct jit_lanes rcp(const uint32_t lane[4]) { return (struct jit_lanes){f32_rcp(lane[0]), 0}; }
static struct jit_lanes rsqrt(const uint32_t lane[4]) { return (struct jit_lanes){f32_rsqrt(lane[0]), 0}; }

static struct jit_lanes rcp_all(const uint32_t lane[4])
{
    return (struct jit_lanes){f32_rcp(lane[0]) | (uint64_t)f32_rcp(lane[1]) << 32, f32_rcp(lane[2]) | (uint64_t)f32_rcp(lane[3]) << 32};
}

static struct jit_lanes rsqrt_all(const uint32_t lane[4])
{
    return (struct jit_lanes){f32_rsqrt(lane[0]) | (uint64_t)f32_rsqrt(lane[1]) << 32, f32_rsqrt(lane[2]) | (uint64_t)f32_rsqrt(lane[3]) << 32};
}

jit_sse_call *const jit_sse_calls[4] = {rsqrt, rcp, rsqrt_all, rcp_all};

/* The operand goes there and comes back in XMM8, which the guest does not have. MXCSR is neither asked nor changed. */
static void estimate(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    bool     all = op->size == 16;
    unsigned reg = i->modrm >> 3 & 7;
    uint8_t *at;

    if (i->prefix & PREFIX_MEM) {
        operand(t, i, op);
        emit_rm(&t->e, all ? MOVUPS_LOAD : PFX_F3 | MOVUPS_LOAD, 4, 8, x64_at(t));
    } else {
        emit_rr(&t->e, MOVUPS_LOAD, 4, 8, i->modrm & 7);
    }
    emit_mov_ri(&t->e, R8, (all ? 2 : 0) | (i->op & 1));
    emit8(&t->e, 0xE8);
    emit32(&t->e, 0);
    at = t->e.p - 4;
    emit_patch(&t->e, at, t->j->sse_call);
    emit_rr(&t->e, all ? MOVUPS_LOAD : PFX_F3 | MOVUPS_LOAD, 4, reg, 8);
    flags_lost(t);
}

/* For stubs.c: called like x87_call, with one of jit_sse_calls in r8d. */
void x64_make_sse_call(struct emit *e)
{
    static const uint8_t kept[] = {RAX, RCX, RDX, RSI, RDI, R10, R11}; // with the return address an even number

    for (unsigned n = 0; n < sizeof(kept); n++) emit_push(e, kept[n]);
    emit_rm(e, 0x8D, 8, RSP, (struct host_mem){RSP, NO_REG, 0, -9 * 16});
    for (unsigned n = 0; n <= 8; n++) emit_rm(e, MOVUPS_STORE, 4, 8 - n, (struct host_mem){RSP, NO_REG, 0, (int32_t)n * 16});
    emit_rr(e, 0x8B, 8, RDI, RSP);
    emit_mov_ri64(e, RAX, (uintptr_t)jit_sse_calls);
    emit_rm(e, 0xFF, 4, 2, (struct host_mem){RAX, R8, 3, 0});
    for (unsigned n = 1; n <= 8; n++) emit_rm(e, MOVUPS_LOAD, 4, 8 - n, (struct host_mem){RSP, NO_REG, 0, (int32_t)n * 16});
    emit_rr(e, PFX_66 | 0x0F6E, 8, 8, RAX); // movq xmm8, rax
    emit_rr(e, PFX_66 | 0x0F6E, 8, 9, RDX);
    emit_rr(e, PFX_66 | 0x0F6C, 4, 8, 9); // punpcklqdq
    emit_rm(e, 0x8D, 8, RSP, (struct host_mem){RSP, NO_REG, 0, 9 * 16});
    for (unsigned n = sizeof(kept); n-- > 0;) emit_pop(e, kept[n]);
    emit8(e, 0xC3);
}

/* MASKMOVDQU and MASKMOVQ, to DS:EDI: what is there is read, mixed with the new bytes and written. Nobody sees that, since it is plain memory that
 * may be written. The host's own goes past its caches and is slow. A page that is not in the quick table is the handler's at once, which looks at
 * no memory if the mask is zero. XMM8 to XMM10 are not the guest's. */
void x64_masked_move(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    enum { MASK = 8, NEW = 9, OLD = 10 };
    bool     whole = op->size == 16;
    unsigned value = i->modrm >> 3 & 7, mask = i->modrm & 7;
    uint32_t move = whole ? MOVUPS_LOAD : PFX_F3 | 0x0F7E, move_mmx = PFX_F3 | 0x0FD6; // MOVQ; MOVQ2DQ

    emit_rr(&t->e, i->amask == 0xFFFF ? 0x0FB7 : 0x8B, 4, R8, x64_gpr(REG_EDI));
    x64_access_odd(t, i, i->seg, op->size, true);
    emit_rr(&t->e, PFX_66 | 0x0FEF, 4, MASK, MASK); // pxor
    emit_rr(&t->e, whole ? MOVUPS_LOAD : move_mmx, 4, NEW, value);
    if (!whole) emit_rr(&t->e, move_mmx, 4, OLD, mask);
    emit_rr(&t->e, PFX_66 | 0x0F64, 4, MASK, whole ? mask : OLD); // pcmpgtb: ones where the mask is negative
    emit_rm(&t->e, move, 4, OLD, x64_at(t));
    emit_rr(&t->e, PFX_66 | 0x0FDB, 4, NEW, MASK); // pand
    emit_rr(&t->e, PFX_66 | 0x0FDF, 4, MASK, OLD); // pandn
    emit_rr(&t->e, PFX_66 | 0x0FEB, 4, NEW, MASK); // por
    emit_rm(&t->e, whole ? MOVUPS_STORE : PFX_66 | 0x0FD6, 4, NEW, x64_at(t));
}

/* Between XMM and MMX registers. From memory CVTPI2PS and CVTPI2PD leave the MMX registers alone, as the handlers have it; some hosts enter
 * MMX mode all the same, so these are done in other words. */
static void with_mmx(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned reg = i->modrm >> 3 & 7;

    if (i->op != 0x12A || !(i->prefix & PREFIX_MEM)) {
        x64_make_x87_ready(t);
        again(t, i, op);
        return;
    }
    x64_operand(t, i, 8, false);
    if (i->prefix & PREFIX_66) {
        emit_rm(&t->e, PFX_F3 | 0x0FE6, 4, reg, x64_at(t)); // cvtdq2pd
        return;
    }
    emit_rm(&t->e, PFX_F3 | 0x0F7E, 4, 8, x64_at(t)); // movq
    emit_rr(&t->e, 0x0F5B, 4, 8, 8); // cvtdq2ps: the upper lanes are zero
    emit_rr(&t->e, PFX_F2 | 0x0F10, 4, reg, 8); // movsd
}

static void compared(struct tr *t)
{
    t->host = FLAGS_ALL;
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    if (flags_live(t)) flags_store_packed(t);
}

bool x64_emit_sse(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    make_ready(t);
    if (op->arg & SSE_MXCSR) return load_mxcsr(t, i);
    if (op->arg & SSE_ESTIMATE) {
        estimate(t, i, op);
        return true;
    }
    if (op->arg & SSE_MASKED) {
        x64_masked_move(t, i, op);
        return true;
    }
    if (op->arg & SSE_MMX) {
        with_mmx(t, i, op);
        return true;
    }
    if (i->op == 0x151 && op->size < 16) scalar_root(t, i, op);
    else again(t, i, op);
    if (op->arg & SSE_FLAGS) compared(t);
    return true;
}
