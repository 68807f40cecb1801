/* exec_sse_cvt.c: SSE and SSE2 conversions. SDM vol. 1 10.4.3, 11.4.1.6, vol. 2.
 *
 * Those with an MMX register as an operand make the x87 stack full, like every MMX instruction, even where they
 * then end in #XM. */
#include "cpu/x86/simd.h"

#define BOTH(name, ...)                                                                                               \
    void x86_##name##_rr(struct x86 *c, const struct x86_insn *i) { __VA_ARGS__(c, i, false); }                       \
    void x86_##name##_rm(struct x86 *c, const struct x86_insn *i) { __VA_ARGS__(c, i, true); }

/* --- between precisions --------------------------------------------------------------------------------------------- */

SIMD_INLINE void cvtps2pd(struct x86 *c, const struct x86_insn *i, bool memory)
{
    struct sf_status st = sse_status(c);
    union x86_xmm    r;
    uint64_t         b;
    uint8_t          flags = 0;

    if (!sse_begin(c, i) || !xmm_source_low(c, i, memory, 8, &b)) return;
    for (unsigned n = 0; n < 2; n++) {
        r.q[n] = f64_from_f32((uint32_t)(b >> 32 * n), &st);
        sse_next_lane(&st, &flags);
    }
    if (!sse_accept_lanes(c, i, &st, flags)) return;
    c->fpu.xmm[i->dst] = r;
    x86_next(c, i);
}

SIMD_INLINE void cvtpd2ps(struct x86 *c, const struct x86_insn *i, bool memory)
{
    struct sf_status st = sse_status(c);
    union x86_xmm    b, r = {{0}};
    uint8_t          flags = 0;

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    for (unsigned n = 0; n < 2; n++) {
        r.d[n] = f32_from_f64(b.q[n], &st);
        sse_next_lane(&st, &flags);
    }
    if (!sse_accept_lanes(c, i, &st, flags)) return;
    c->fpu.xmm[i->dst] = r;
    x86_next(c, i);
}

SIMD_INLINE void cvtss2sd(struct x86 *c, const struct x86_insn *i, bool memory)
{
    struct sf_status st = sse_status(c);
    uint64_t         b, r;

    if (!sse_begin(c, i) || !xmm_source_low(c, i, memory, 4, &b)) return;
    r = f64_from_f32((uint32_t)b, &st);
    if (!sse_accept(c, i, &st)) return;
    c->fpu.xmm[i->dst].q[0] = r;
    x86_next(c, i);
}

SIMD_INLINE void cvtsd2ss(struct x86 *c, const struct x86_insn *i, bool memory)
{
    struct sf_status st = sse_status(c);
    uint64_t         b;
    uint32_t         r;

    if (!sse_begin(c, i) || !xmm_source_low(c, i, memory, 8, &b)) return;
    r = f32_from_f64(b, &st);
    if (!sse_accept(c, i, &st)) return;
    c->fpu.xmm[i->dst].d[0] = r;
    x86_next(c, i);
}

BOTH(cvtps2pd, cvtps2pd)
BOTH(cvtpd2ps, cvtpd2ps)
BOTH(cvtss2sd, cvtss2sd)
BOTH(cvtsd2ss, cvtsd2ss)

/* --- packed doublewords ------------------------------------------------------------------------------------------------ */

SIMD_INLINE void cvtdq2ps(struct x86 *c, const struct x86_insn *i, bool memory)
{
    struct sf_status st = sse_status(c);
    union x86_xmm    b, r;

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    for (unsigned n = 0; n < 4; n++) r.d[n] = f32_from_i32((int32_t)b.d[n], &st);
    if (!sse_accept(c, i, &st)) return;
    c->fpu.xmm[i->dst] = r;
    x86_next(c, i);
}

SIMD_INLINE void cvtdq2pd(struct x86 *c, const struct x86_insn *i, bool memory)
{
    uint64_t b;

    if (!sse_begin(c, i) || !xmm_source_low(c, i, memory, 8, &b)) return;
    c->fpu.xmm[i->dst].q[0] = f64_from_i32((int32_t)b);
    c->fpu.xmm[i->dst].q[1] = f64_from_i32((int32_t)(b >> 32));
    x86_next(c, i);
}

/* How a conversion to integer rounds. */
static enum sf_rounding rounding_of(const struct sf_status *st, bool truncate)
{
    return truncate ? SF_TRUNCATE : (enum sf_rounding)st->rounding;
}

SIMD_INLINE void singles_to_dwords(struct x86 *c, const struct x86_insn *i, bool memory, bool truncate)
{
    struct sf_status st = sse_status(c);
    union x86_xmm    b, r;
    uint8_t          flags = 0;

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    for (unsigned n = 0; n < 4; n++) {
        r.d[n] = (uint32_t)f32_to_i32(b.d[n], rounding_of(&st, truncate), &st);
        sse_next_lane(&st, &flags);
    }
    if (!sse_accept_lanes(c, i, &st, flags)) return;
    c->fpu.xmm[i->dst] = r;
    x86_next(c, i);
}

SIMD_INLINE void doubles_to_dwords(struct x86 *c, const struct x86_insn *i, bool memory, bool truncate)
{
    struct sf_status st = sse_status(c);
    union x86_xmm    b, r = {{0}};
    uint8_t          flags = 0;

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    for (unsigned n = 0; n < 2; n++) {
        r.d[n] = (uint32_t)f64_to_i32(b.q[n], rounding_of(&st, truncate), &st);
        sse_next_lane(&st, &flags);
    }
    if (!sse_accept_lanes(c, i, &st, flags)) return;
    c->fpu.xmm[i->dst] = r;
    x86_next(c, i);
}

SIMD_INLINE void cvtps2dq(struct x86 *c, const struct x86_insn *i, bool memory) { singles_to_dwords(c, i, memory, false); }
SIMD_INLINE void cvttps2dq(struct x86 *c, const struct x86_insn *i, bool memory) { singles_to_dwords(c, i, memory, true); }
SIMD_INLINE void cvtpd2dq(struct x86 *c, const struct x86_insn *i, bool memory) { doubles_to_dwords(c, i, memory, false); }
SIMD_INLINE void cvttpd2dq(struct x86 *c, const struct x86_insn *i, bool memory) { doubles_to_dwords(c, i, memory, true); }

BOTH(cvtdq2ps, cvtdq2ps)
BOTH(cvtdq2pd, cvtdq2pd)
BOTH(cvtps2dq, cvtps2dq)
BOTH(cvttps2dq, cvttps2dq)
BOTH(cvtpd2dq, cvtpd2dq)
BOTH(cvttpd2dq, cvttpd2dq)

/* --- MMX registers --------------------------------------------------------------------------------------------------- */

/* From memory it has nothing to do with the MMX registers, nor has CVTPI2PD (SDM 2A CVTPI2PD). */
SIMD_INLINE void cvtpi2ps(struct x86 *c, const struct x86_insn *i, bool memory)
{
    struct sf_status st = sse_status(c);
    uint64_t         b;
    uint32_t         low, high;

    if (!sse_begin(c, i) || (!memory && !mmx_begin(c, i)) || !mmx_source(c, i, memory, &b)) return;
    if (!memory) mmx_enter(c);
    low = f32_from_i32((int32_t)b, &st);
    high = f32_from_i32((int32_t)(b >> 32), &st);
    if (!sse_accept(c, i, &st)) return;
    c->fpu.xmm[i->dst].d[0] = low;
    c->fpu.xmm[i->dst].d[1] = high;
    x86_next(c, i);
}

SIMD_INLINE void cvtpi2pd(struct x86 *c, const struct x86_insn *i, bool memory)
{
    uint64_t b;

    if (!sse_begin(c, i) || (!memory && !mmx_begin(c, i)) || !mmx_source(c, i, memory, &b)) return;
    if (!memory) mmx_enter(c);
    c->fpu.xmm[i->dst].q[0] = f64_from_i32((int32_t)b);
    c->fpu.xmm[i->dst].q[1] = f64_from_i32((int32_t)(b >> 32));
    x86_next(c, i);
}

SIMD_INLINE void singles_to_mmx(struct x86 *c, const struct x86_insn *i, bool memory, bool truncate)
{
    struct sf_status st = sse_status(c);
    uint64_t         b, r = 0;
    uint8_t          flags = 0;

    if (!sse_begin(c, i) || !mmx_begin(c, i) || !xmm_source_low(c, i, memory, 8, &b)) return;
    mmx_enter(c);
    for (unsigned n = 0; n < 64; n += 32) {
        r |= (uint64_t)(uint32_t)f32_to_i32((uint32_t)(b >> n), rounding_of(&st, truncate), &st) << n;
        sse_next_lane(&st, &flags);
    }
    if (!sse_accept_lanes(c, i, &st, flags)) return;
    mmx_set(c, i->dst, r);
    x86_next(c, i);
}

SIMD_INLINE void doubles_to_mmx(struct x86 *c, const struct x86_insn *i, bool memory, bool truncate)
{
    struct sf_status st = sse_status(c);
    union x86_xmm    b;
    uint64_t         r = 0;
    uint8_t          flags = 0;

    if (!sse_begin(c, i) || !mmx_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    mmx_enter(c);
    for (unsigned n = 0; n < 2; n++) {
        r |= (uint64_t)(uint32_t)f64_to_i32(b.q[n], rounding_of(&st, truncate), &st) << 32 * n;
        sse_next_lane(&st, &flags);
    }
    if (!sse_accept_lanes(c, i, &st, flags)) return;
    mmx_set(c, i->dst, r);
    x86_next(c, i);
}

SIMD_INLINE void cvtps2pi(struct x86 *c, const struct x86_insn *i, bool memory) { singles_to_mmx(c, i, memory, false); }
SIMD_INLINE void cvttps2pi(struct x86 *c, const struct x86_insn *i, bool memory) { singles_to_mmx(c, i, memory, true); }
SIMD_INLINE void cvtpd2pi(struct x86 *c, const struct x86_insn *i, bool memory) { doubles_to_mmx(c, i, memory, false); }
SIMD_INLINE void cvttpd2pi(struct x86 *c, const struct x86_insn *i, bool memory) { doubles_to_mmx(c, i, memory, true); }

BOTH(cvtpi2ps, cvtpi2ps)
BOTH(cvtpi2pd, cvtpi2pd)
BOTH(cvtps2pi, cvtps2pi)
BOTH(cvttps2pi, cvttps2pi)
BOTH(cvtpd2pi, cvtpd2pi)
BOTH(cvttpd2pi, cvttpd2pi)

/* --- general registers --------------------------------------------------------------------------------------------------- */

SIMD_INLINE bool dword_source(struct x86 *c, const struct x86_insn *i, bool memory, uint64_t *v)
{
    if (memory) return x86_load_rm(c, i, 4, v);
    *v = x86_r32(c, i->src);
    return true;
}

SIMD_INLINE void cvtsi2ss(struct x86 *c, const struct x86_insn *i, bool memory)
{
    struct sf_status st = sse_status(c);
    uint64_t         b;
    uint32_t         r;

    if (!sse_begin(c, i) || !dword_source(c, i, memory, &b)) return;
    r = f32_from_i32((int32_t)b, &st);
    if (!sse_accept(c, i, &st)) return;
    c->fpu.xmm[i->dst].d[0] = r;
    x86_next(c, i);
}

SIMD_INLINE void cvtsi2sd(struct x86 *c, const struct x86_insn *i, bool memory)
{
    uint64_t b;

    if (!sse_begin(c, i) || !dword_source(c, i, memory, &b)) return;
    c->fpu.xmm[i->dst].q[0] = f64_from_i32((int32_t)b);
    x86_next(c, i);
}

SIMD_INLINE void scalar_to_dword(struct x86 *c, const struct x86_insn *i, bool memory, bool truncate, unsigned size)
{
    struct sf_status st = sse_status(c);
    enum sf_rounding rounding = rounding_of(&st, truncate);
    uint64_t         b;
    int32_t          r;

    if (!sse_begin(c, i) || !xmm_source_low(c, i, memory, size, &b)) return;
    r = size == 4 ? f32_to_i32((uint32_t)b, rounding, &st) : f64_to_i32(b, rounding, &st);
    if (!sse_accept(c, i, &st)) return;
    x86_set_r32(c, i->dst, (uint32_t)r);
    x86_next(c, i);
}

SIMD_INLINE void cvtss2si(struct x86 *c, const struct x86_insn *i, bool memory) { scalar_to_dword(c, i, memory, false, 4); }
SIMD_INLINE void cvttss2si(struct x86 *c, const struct x86_insn *i, bool memory) { scalar_to_dword(c, i, memory, true, 4); }
SIMD_INLINE void cvtsd2si(struct x86 *c, const struct x86_insn *i, bool memory) { scalar_to_dword(c, i, memory, false, 8); }
SIMD_INLINE void cvttsd2si(struct x86 *c, const struct x86_insn *i, bool memory) { scalar_to_dword(c, i, memory, true, 8); }

BOTH(cvtsi2ss, cvtsi2ss)
BOTH(cvtsi2sd, cvtsi2sd)
BOTH(cvtss2si, cvtss2si)
BOTH(cvttss2si, cvttss2si)
BOTH(cvtsd2si, cvtsd2si)
BOTH(cvttsd2si, cvttsd2si)
