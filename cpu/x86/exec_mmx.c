/* exec_mmx.c: instructions on MMX registers, with those that SSE and SSE2 added to them. SDM vol. 1 chapter 9. */
#include "cpu/x86/simd.h"
#include "cpu/x86/simd_lanes.h"

SIMD_INLINE void mmx_lane(struct x86 *c, const struct x86_insn *i, bool memory, lane_fn *fn)
{
    uint64_t b;

    if (!mmx_begin(c, i) || !mmx_source(c, i, memory, &b)) return;
    mmx_enter(c);
    mmx_set(c, i->dst, fn(mmx_get(c, i->dst), b));
    x86_next(c, i);
}

SIMD_INLINE void mmx_shift_imm(struct x86 *c, const struct x86_insn *i, lane_fn *fn)
{
    if (!mmx_begin(c, i)) return;
    mmx_enter(c);
    mmx_set(c, i->dst, fn(mmx_get(c, i->dst), i->imm & 0xff));
    x86_next(c, i);
}

/* The low unpacks read only the 4 bytes that they use. */
SIMD_INLINE void mmx_pack(struct x86 *c, const struct x86_insn *i, bool memory, pack_fn *fn)
{
    bool          low = i->op < 0x163;
    union x86_xmm a = {{0}}, b = {{0}};

    if (!mmx_begin(c, i)) return;
    if (memory && low) {
        if (!x86_load_rm(c, i, 4, &b.q[0])) return;
    } else if (!mmx_source(c, i, memory, &b.q[0])) {
        return;
    }
    mmx_enter(c);
    a.q[0] = mmx_get(c, i->dst);
    mmx_set(c, i->dst, fn(&a, &b, 8).q[0]);
    x86_next(c, i);
}

#define LANE(name)                                                                                                    \
    void x86_##name##_mmx_rr(struct x86 *c, const struct x86_insn *i) { mmx_lane(c, i, false, lane_##name); }         \
    void x86_##name##_mmx_rm(struct x86 *c, const struct x86_insn *i) { mmx_lane(c, i, true, lane_##name); }
#define SHIFT(name)                                                                                                   \
    LANE(name)                                                                                                        \
    void x86_##name##_mmx_ri(struct x86 *c, const struct x86_insn *i) { mmx_shift_imm(c, i, lane_##name); }
#define PACK(name)                                                                                                    \
    void x86_##name##_mmx_rr(struct x86 *c, const struct x86_insn *i) { mmx_pack(c, i, false, pack_##name); }         \
    void x86_##name##_mmx_rm(struct x86 *c, const struct x86_insn *i) { mmx_pack(c, i, true, pack_##name); }

SIMD_LANE_OPS(LANE)
SIMD_SHIFTS(SHIFT)
SIMD_PACKS(PACK)

/* --- shuffle, insert, extract ------------------------------------------------------------------------------------- */

SIMD_INLINE void pshufw(struct x86 *c, const struct x86_insn *i, bool memory)
{
    uint64_t b, r = 0;

    if (!mmx_begin(c, i) || !mmx_source(c, i, memory, &b)) return;
    mmx_enter(c);
    for (unsigned n = 0; n < 4; n++) r |= (b >> 16 * (i->imm >> 2 * n & 3) & 0xffff) << 16 * n;
    mmx_set(c, i->dst, r);
    x86_next(c, i);
}

void x86_pshufw_rr(struct x86 *c, const struct x86_insn *i) { pshufw(c, i, false); }
void x86_pshufw_rm(struct x86 *c, const struct x86_insn *i) { pshufw(c, i, true); }

SIMD_INLINE void pinsrw(struct x86 *c, const struct x86_insn *i, bool memory)
{
    unsigned at = 16 * (i->imm & 3);
    uint64_t v = 0;

    if (!mmx_begin(c, i)) return;
    if (!memory) v = x86_r16(c, i->src);
    else if (!x86_load_rm(c, i, 2, &v)) return;
    mmx_enter(c);
    mmx_set(c, i->dst, (mmx_get(c, i->dst) & ~(UINT64_C(0xffff) << at)) | v << at);
    x86_next(c, i);
}

void x86_pinsrw_mmx_rr(struct x86 *c, const struct x86_insn *i) { pinsrw(c, i, false); }
void x86_pinsrw_mmx_rm(struct x86 *c, const struct x86_insn *i) { pinsrw(c, i, true); }

void x86_pextrw_mmx(struct x86 *c, const struct x86_insn *i)
{
    if (!mmx_begin(c, i)) return;
    mmx_enter(c);
    x86_set_r32(c, i->dst, (uint32_t)(mmx_get(c, i->src) >> 16 * (i->imm & 3) & 0xffff));
    x86_next(c, i);
}

void x86_pmovmskb_mmx(struct x86 *c, const struct x86_insn *i)
{
    uint32_t mask = 0;

    if (!mmx_begin(c, i)) return;
    mmx_enter(c);
    for (unsigned n = 0; n < 8; n++) mask |= (uint32_t)(mmx_get(c, i->src) >> (8 * n + 7) & 1) << n;
    x86_set_r32(c, i->dst, mask);
    x86_next(c, i);
}

/* --- moves --------------------------------------------------------------------------------------------------------- */

void x86_movd_mmx_rr(struct x86 *c, const struct x86_insn *i)
{
    if (!mmx_begin(c, i)) return;
    mmx_enter(c);
    mmx_set(c, i->dst, x86_r32(c, i->src));
    x86_next(c, i);
}

void x86_movd_mmx_rm(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (!mmx_begin(c, i) || !x86_load_rm(c, i, 4, &v)) return;
    mmx_enter(c);
    mmx_set(c, i->dst, v);
    x86_next(c, i);
}

void x86_movd_from_mmx_r(struct x86 *c, const struct x86_insn *i)
{
    if (!mmx_begin(c, i)) return;
    mmx_enter(c);
    x86_set_r32(c, i->dst, (uint32_t)mmx_get(c, i->src));
    x86_next(c, i);
}

void x86_movd_from_mmx_m(struct x86 *c, const struct x86_insn *i)
{
    if (!mmx_begin(c, i) || !x86_store_rm(c, i, 4, (uint32_t)mmx_get(c, i->src))) return;
    mmx_enter(c);
    x86_next(c, i);
}

SIMD_INLINE void movq_load(struct x86 *c, const struct x86_insn *i, bool memory)
{
    uint64_t v;

    if (!mmx_begin(c, i) || !mmx_source(c, i, memory, &v)) return;
    mmx_enter(c);
    mmx_set(c, i->dst, v);
    x86_next(c, i);
}

void x86_movq_mmx_rr(struct x86 *c, const struct x86_insn *i) { movq_load(c, i, false); }
void x86_movq_mmx_rm(struct x86 *c, const struct x86_insn *i) { movq_load(c, i, true); }
void x86_movq_mmx_store_rr(struct x86 *c, const struct x86_insn *i) { movq_load(c, i, false); }

void x86_movq_mmx_mr(struct x86 *c, const struct x86_insn *i)
{
    if (!mmx_begin(c, i) || !x86_store_rm(c, i, 8, mmx_get(c, i->src))) return;
    mmx_enter(c);
    x86_next(c, i);
}

void x86_movntq(struct x86 *c, const struct x86_insn *i) { x86_movq_mmx_mr(c, i); }

/* Bytes of the first operand whose mask bit is set go to DS:(E)DI. */
void x86_maskmovq(struct x86 *c, const struct x86_insn *i)
{
    uint64_t mask = mmx_get(c, i->src) & 0x8080808080808080ull;
    uint32_t off = (uint32_t)c->gpr[REG_EDI] & i->amask;

    if (!mmx_begin(c, i) || (mask && !xmm_probe_masked(c, i, off, 8))) return;
    for (unsigned n = 0; n < 8; n++)
        if ((mask >> (8 * n + 7) & 1) && !x86_store(c, i, i->seg, off + n, 1, mmx_get(c, i->dst) >> 8 * n & 0xff)) return;
    mmx_enter(c);
    x86_next(c, i);
}

void x86_emms(struct x86 *c, const struct x86_insn *i)
{
    if (i->prefix & (PREFIX_66 | PREFIX_REP | PREFIX_REPNE)) {
        x86_ud(c, i);
        return;
    }
    if (!mmx_begin(c, i)) return;
    c->fpu.top = 0;
    c->fpu.empty = 0xff;
    x86_next(c, i);
}
