/* exec_sse_int.c: integer operations on XMM registers (SSE2). SDM vol. 1 11.4.2. */
#include "cpu/x86/simd.h"
#include "cpu/x86/simd_lanes.h"

SIMD_INLINE void xmm_lane(struct x86 *c, const struct x86_insn *i, bool memory, lane_fn *fn)
{
    union x86_xmm b, *a = &c->fpu.xmm[i->dst];

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    a->q[0] = fn(a->q[0], b.q[0]);
    a->q[1] = fn(a->q[1], b.q[1]);
    x86_next(c, i);
}

SIMD_INLINE void xmm_shift(struct x86 *c, const struct x86_insn *i, uint64_t count, lane_fn *fn)
{
    union x86_xmm *a = &c->fpu.xmm[i->dst];

    a->q[0] = fn(a->q[0], count);
    a->q[1] = fn(a->q[1], count);
    x86_next(c, i);
}

SIMD_INLINE void xmm_shift_by(struct x86 *c, const struct x86_insn *i, bool memory, lane_fn *fn)
{
    union x86_xmm b;

    if (sse_begin(c, i) && xmm_source(c, i, memory, &b)) xmm_shift(c, i, b.q[0], fn);
}

SIMD_INLINE void xmm_shift_imm(struct x86 *c, const struct x86_insn *i, lane_fn *fn)
{
    if (sse_begin(c, i)) xmm_shift(c, i, i->imm & 0xff, fn);
}

SIMD_INLINE void xmm_pack(struct x86 *c, const struct x86_insn *i, bool memory, pack_fn *fn)
{
    union x86_xmm b, *a = &c->fpu.xmm[i->dst];

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    *a = fn(a, &b, 16);
    x86_next(c, i);
}

#define LANE(name)                                                                                                    \
    void x86_##name##_xmm_rr(struct x86 *c, const struct x86_insn *i) { xmm_lane(c, i, false, lane_##name); }         \
    void x86_##name##_xmm_rm(struct x86 *c, const struct x86_insn *i) { xmm_lane(c, i, true, lane_##name); }
#define SHIFT(name)                                                                                                   \
    void x86_##name##_xmm_rr(struct x86 *c, const struct x86_insn *i) { xmm_shift_by(c, i, false, lane_##name); }     \
    void x86_##name##_xmm_rm(struct x86 *c, const struct x86_insn *i) { xmm_shift_by(c, i, true, lane_##name); }      \
    void x86_##name##_xmm_ri(struct x86 *c, const struct x86_insn *i) { xmm_shift_imm(c, i, lane_##name); }
#define PACK(name)                                                                                                    \
    void x86_##name##_xmm_rr(struct x86 *c, const struct x86_insn *i) { xmm_pack(c, i, false, pack_##name); }         \
    void x86_##name##_xmm_rm(struct x86 *c, const struct x86_insn *i) { xmm_pack(c, i, true, pack_##name); }

SIMD_LANE_OPS(LANE)
SIMD_SHIFTS(SHIFT)
SIMD_PACKS(PACK)

SIMD_INLINE union x86_xmm low_quads(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return unpack(a, b, 8, false, bytes);
}

SIMD_INLINE union x86_xmm high_quads(const union x86_xmm *a, const union x86_xmm *b, unsigned bytes)
{
    return unpack(a, b, 8, true, bytes);
}

void x86_punpcklqdq_rr(struct x86 *c, const struct x86_insn *i) { xmm_pack(c, i, false, low_quads); }
void x86_punpcklqdq_rm(struct x86 *c, const struct x86_insn *i) { xmm_pack(c, i, true, low_quads); }
void x86_punpckhqdq_rr(struct x86 *c, const struct x86_insn *i) { xmm_pack(c, i, false, high_quads); }
void x86_punpckhqdq_rm(struct x86 *c, const struct x86_insn *i) { xmm_pack(c, i, true, high_quads); }

/* --- whole-register shifts by bytes --------------------------------------------------------------------------------- */

void x86_pslldq_ri(struct x86 *c, const struct x86_insn *i)
{
    unsigned      by = i->imm & 0xff;
    union x86_xmm r = {{0}};

    if (!sse_begin(c, i)) return;
    for (unsigned n = by; n < 16; n++) r.b[n] = c->fpu.xmm[i->dst].b[n - by];
    c->fpu.xmm[i->dst] = r;
    x86_next(c, i);
}

void x86_psrldq_ri(struct x86 *c, const struct x86_insn *i)
{
    unsigned      by = i->imm & 0xff;
    union x86_xmm r = {{0}};

    if (!sse_begin(c, i)) return;
    for (unsigned n = 0; n + by < 16; n++) r.b[n] = c->fpu.xmm[i->dst].b[n + by];
    c->fpu.xmm[i->dst] = r;
    x86_next(c, i);
}

/* --- shuffles --------------------------------------------------------------------------------------------------------- */

typedef union x86_xmm shuffle_fn(const union x86_xmm *b, unsigned order);

SIMD_INLINE union x86_xmm shuffle_dwords(const union x86_xmm *b, unsigned order)
{
    union x86_xmm r;

    for (unsigned n = 0; n < 4; n++) r.d[n] = b->d[order >> 2 * n & 3];
    return r;
}

SIMD_INLINE union x86_xmm shuffle_low_words(const union x86_xmm *b, unsigned order)
{
    union x86_xmm r = *b;

    for (unsigned n = 0; n < 4; n++) r.w[n] = b->w[order >> 2 * n & 3];
    return r;
}

SIMD_INLINE union x86_xmm shuffle_high_words(const union x86_xmm *b, unsigned order)
{
    union x86_xmm r = *b;

    for (unsigned n = 0; n < 4; n++) r.w[4 + n] = b->w[4 + (order >> 2 * n & 3)];
    return r;
}

SIMD_INLINE void shuffle(struct x86 *c, const struct x86_insn *i, bool memory, shuffle_fn *fn)
{
    union x86_xmm b;

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    c->fpu.xmm[i->dst] = fn(&b, i->imm);
    x86_next(c, i);
}

void x86_pshufd_rr(struct x86 *c, const struct x86_insn *i) { shuffle(c, i, false, shuffle_dwords); }
void x86_pshufd_rm(struct x86 *c, const struct x86_insn *i) { shuffle(c, i, true, shuffle_dwords); }
void x86_pshuflw_rr(struct x86 *c, const struct x86_insn *i) { shuffle(c, i, false, shuffle_low_words); }
void x86_pshuflw_rm(struct x86 *c, const struct x86_insn *i) { shuffle(c, i, true, shuffle_low_words); }
void x86_pshufhw_rr(struct x86 *c, const struct x86_insn *i) { shuffle(c, i, false, shuffle_high_words); }
void x86_pshufhw_rm(struct x86 *c, const struct x86_insn *i) { shuffle(c, i, true, shuffle_high_words); }

/* --- insert, extract, mask ---------------------------------------------------------------------------------------------- */

void x86_pinsrw_xmm_rr(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i)) return;
    c->fpu.xmm[i->dst].w[i->imm & 7] = x86_r16(c, i->src);
    x86_next(c, i);
}

void x86_pinsrw_xmm_rm(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (!sse_begin(c, i) || !x86_load_rm(c, i, 2, &v)) return;
    c->fpu.xmm[i->dst].w[i->imm & 7] = (uint16_t)v;
    x86_next(c, i);
}

void x86_pextrw_xmm(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i)) return;
    x86_set_r32(c, i->dst, c->fpu.xmm[i->src].w[i->imm & 7]);
    x86_next(c, i);
}

void x86_pmovmskb_xmm(struct x86 *c, const struct x86_insn *i)
{
    uint32_t mask = 0;

    if (!sse_begin(c, i)) return;
    for (unsigned n = 0; n < 16; n++) mask |= (uint32_t)(c->fpu.xmm[i->src].b[n] >> 7) << n;
    x86_set_r32(c, i->dst, mask);
    x86_next(c, i);
}

void x86_maskmovdqu(struct x86 *c, const struct x86_insn *i)
{
    const union x86_xmm *mask = &c->fpu.xmm[i->src], *v = &c->fpu.xmm[i->dst];

    uint32_t off = (uint32_t)c->gpr[REG_EDI] & i->amask;
    bool     any = (mask->q[0] | mask->q[1]) & 0x8080808080808080ull;

    if (!sse_begin(c, i) || (any && !xmm_probe_masked(c, i, off, 16))) return;
    for (unsigned n = 0; n < 16; n++)
        if ((mask->b[n] & 0x80) && !x86_store(c, i, i->seg, off + n, 1, v->b[n])) return;
    x86_next(c, i);
}

/* --- moves from and to general registers and memory ---------------------------------------------------------------------- */

static void set_low_dword(struct x86 *c, unsigned n, uint32_t v)
{
    c->fpu.xmm[n].q[0] = v;
    c->fpu.xmm[n].q[1] = 0;
}

void x86_movd_xmm_rr(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i)) return;
    set_low_dword(c, i->dst, x86_r32(c, i->src));
    x86_next(c, i);
}

void x86_movd_xmm_rm(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (!sse_begin(c, i) || !x86_load_rm(c, i, 4, &v)) return;
    set_low_dword(c, i->dst, (uint32_t)v);
    x86_next(c, i);
}

void x86_movd_from_xmm_r(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i)) return;
    x86_set_r32(c, i->dst, c->fpu.xmm[i->src].d[0]);
    x86_next(c, i);
}

void x86_movd_from_xmm_m(struct x86 *c, const struct x86_insn *i)
{
    if (sse_begin(c, i) && x86_store_rm(c, i, 4, c->fpu.xmm[i->src].d[0])) x86_next(c, i);
}
