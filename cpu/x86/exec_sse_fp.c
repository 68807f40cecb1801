/* exec_sse_fp.c: SSE and SSE2 arithmetic and comparison, packed and scalar. SDM vol. 1 10.4.1, 11.4.1, 11.5. */
#include "cpu/x86/flags.h"
#include "cpu/x86/simd.h"

typedef uint32_t single_fn(uint32_t a, uint32_t b, unsigned imm, struct sf_status *st);
typedef uint64_t double_fn(uint64_t a, uint64_t b, unsigned imm, struct sf_status *st);

SIMD_INLINE void packed_single(struct x86 *c, const struct x86_insn *i, bool memory, single_fn *fn)
{
    struct sf_status st = sse_status(c);
    union x86_xmm    b, r, *a = &c->fpu.xmm[i->dst];
    uint8_t          flags = 0;

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    for (unsigned n = 0; n < 4; n++) {
        r.d[n] = fn(a->d[n], b.d[n], i->imm, &st);
        sse_next_lane(&st, &flags);
    }
    if (!sse_accept_lanes(c, i, &st, flags)) return;
    *a = r;
    x86_next(c, i);
}

SIMD_INLINE void packed_double(struct x86 *c, const struct x86_insn *i, bool memory, double_fn *fn)
{
    struct sf_status st = sse_status(c);
    union x86_xmm    b, r, *a = &c->fpu.xmm[i->dst];
    uint8_t          flags = 0;

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    for (unsigned n = 0; n < 2; n++) {
        r.q[n] = fn(a->q[n], b.q[n], i->imm, &st);
        sse_next_lane(&st, &flags);
    }
    if (!sse_accept_lanes(c, i, &st, flags)) return;
    *a = r;
    x86_next(c, i);
}

SIMD_INLINE void scalar_single(struct x86 *c, const struct x86_insn *i, bool memory, single_fn *fn)
{
    struct sf_status st = sse_status(c);
    uint64_t         b;
    uint32_t         r;

    if (!sse_begin(c, i) || !xmm_source_low(c, i, memory, 4, &b)) return;
    r = fn(c->fpu.xmm[i->dst].d[0], (uint32_t)b, i->imm, &st);
    if (!sse_accept(c, i, &st)) return;
    c->fpu.xmm[i->dst].d[0] = r;
    x86_next(c, i);
}

SIMD_INLINE void scalar_double(struct x86 *c, const struct x86_insn *i, bool memory, double_fn *fn)
{
    struct sf_status st = sse_status(c);
    uint64_t         b, r;

    if (!sse_begin(c, i) || !xmm_source_low(c, i, memory, 8, &b)) return;
    r = fn(c->fpu.xmm[i->dst].q[0], b, i->imm, &st);
    if (!sse_accept(c, i, &st)) return;
    c->fpu.xmm[i->dst].q[0] = r;
    x86_next(c, i);
}

#define FP(name)                                                                                                      \
    void x86_##name##ps_rr(struct x86 *c, const struct x86_insn *i) { packed_single(c, i, false, single_##name); }    \
    void x86_##name##ps_rm(struct x86 *c, const struct x86_insn *i) { packed_single(c, i, true, single_##name); }     \
    void x86_##name##pd_rr(struct x86 *c, const struct x86_insn *i) { packed_double(c, i, false, double_##name); }    \
    void x86_##name##pd_rm(struct x86 *c, const struct x86_insn *i) { packed_double(c, i, true, double_##name); }     \
    void x86_##name##ss_rr(struct x86 *c, const struct x86_insn *i) { scalar_single(c, i, false, single_##name); }    \
    void x86_##name##ss_rm(struct x86 *c, const struct x86_insn *i) { scalar_single(c, i, true, single_##name); }     \
    void x86_##name##sd_rr(struct x86 *c, const struct x86_insn *i) { scalar_double(c, i, false, double_##name); }    \
    void x86_##name##sd_rm(struct x86 *c, const struct x86_insn *i) { scalar_double(c, i, true, double_##name); }

/* The soft float's operations without an immediate. */
#define PLAIN(name)                                                                                                   \
    SIMD_INLINE uint32_t single_##name(uint32_t a, uint32_t b, unsigned imm, struct sf_status *st)                    \
    {                                                                                                                 \
        (void)imm;                                                                                                    \
        return f32_##name(a, b, st);                                                                                  \
    }                                                                                                                 \
    SIMD_INLINE uint64_t double_##name(uint64_t a, uint64_t b, unsigned imm, struct sf_status *st)                    \
    {                                                                                                                 \
        (void)imm;                                                                                                    \
        return f64_##name(a, b, st);                                                                                  \
    }

PLAIN(add)
PLAIN(sub)
PLAIN(mul)
PLAIN(div)
PLAIN(min)
PLAIN(max)

SIMD_INLINE uint32_t single_sqrt(uint32_t a, uint32_t b, unsigned imm, struct sf_status *st)
{
    (void)a, (void)imm;
    return f32_sqrt(b, st);
}

SIMD_INLINE uint64_t double_sqrt(uint64_t a, uint64_t b, unsigned imm, struct sf_status *st)
{
    (void)a, (void)imm;
    return f64_sqrt(b, st);
}

/* CMPPS and its like: EQ, LT, LE, UNORD and their opposites. LT, LE, NLT, NLE signal quiet NaNs too. */
static bool predicate_holds(unsigned predicate, enum sf_relation relation)
{
    bool holds;

    switch (predicate & 3) {
        case 0:
            holds = relation == SF_EQUAL;
            break;
        case 1:
            holds = relation == SF_LESS;
            break;
        case 2:
            holds = relation == SF_LESS || relation == SF_EQUAL;
            break;
        default:
            holds = relation == SF_UNORDERED;
            break;
    }
    return holds != (predicate >> 2 & 1);
}

static bool predicate_is_quiet(unsigned predicate) { return (predicate & 3) == 0 || (predicate & 3) == 3; }

SIMD_INLINE uint32_t single_cmp(uint32_t a, uint32_t b, unsigned imm, struct sf_status *st)
{
    return predicate_holds(imm, f32_compare(a, b, predicate_is_quiet(imm), st)) ? UINT32_MAX : 0;
}

SIMD_INLINE uint64_t double_cmp(uint64_t a, uint64_t b, unsigned imm, struct sf_status *st)
{
    return predicate_holds(imm, f64_compare(a, b, predicate_is_quiet(imm), st)) ? UINT64_MAX : 0;
}

SIMD_FP_OPS(FP)
FP(cmp)

/* --- approximations: no exceptions ----------------------------------------------------------------------------------- */

SIMD_INLINE uint32_t single_rcp(uint32_t a, uint32_t b, unsigned imm, struct sf_status *st)
{
    (void)a, (void)imm, (void)st;
    return f32_rcp(b);
}

SIMD_INLINE uint32_t single_rsqrt(uint32_t a, uint32_t b, unsigned imm, struct sf_status *st)
{
    (void)a, (void)imm, (void)st;
    return f32_rsqrt(b);
}

void x86_rcpps_rr(struct x86 *c, const struct x86_insn *i) { packed_single(c, i, false, single_rcp); }
void x86_rcpps_rm(struct x86 *c, const struct x86_insn *i) { packed_single(c, i, true, single_rcp); }
void x86_rcpss_rr(struct x86 *c, const struct x86_insn *i) { scalar_single(c, i, false, single_rcp); }
void x86_rcpss_rm(struct x86 *c, const struct x86_insn *i) { scalar_single(c, i, true, single_rcp); }
void x86_rsqrtps_rr(struct x86 *c, const struct x86_insn *i) { packed_single(c, i, false, single_rsqrt); }
void x86_rsqrtps_rm(struct x86 *c, const struct x86_insn *i) { packed_single(c, i, true, single_rsqrt); }
void x86_rsqrtss_rr(struct x86 *c, const struct x86_insn *i) { scalar_single(c, i, false, single_rsqrt); }
void x86_rsqrtss_rm(struct x86 *c, const struct x86_insn *i) { scalar_single(c, i, true, single_rsqrt); }

/* --- comparison into EFLAGS ----------------------------------------------------------------------------------------------- */

/* OF, SF, AF are cleared. */
static void set_eflags(struct x86 *c, enum sf_relation relation)
{
    static const uint32_t flags[] = {[SF_LESS] = FLAG_CF, [SF_EQUAL] = FLAG_ZF, [SF_GREATER] = 0,
                                     [SF_UNORDERED] = FLAG_ZF | FLAG_PF | FLAG_CF};

    flags_set_arith(c, flags[relation]);
}

SIMD_INLINE void compare_scalar(struct x86 *c, const struct x86_insn *i, bool memory, bool quiet, unsigned size)
{
    struct sf_status     st = sse_status(c);
    const union x86_xmm *a = &c->fpu.xmm[i->dst];
    enum sf_relation     relation;
    uint64_t             b;

    if (!sse_begin(c, i) || !xmm_source_low(c, i, memory, size, &b)) return;
    if (size == 4) relation = f32_compare(a->d[0], (uint32_t)b, quiet, &st);
    else relation = f64_compare(a->q[0], b, quiet, &st);
    if (!sse_accept(c, i, &st)) return;
    set_eflags(c, relation);
    x86_next(c, i);
}

void x86_comiss_rr(struct x86 *c, const struct x86_insn *i) { compare_scalar(c, i, false, false, 4); }
void x86_comiss_rm(struct x86 *c, const struct x86_insn *i) { compare_scalar(c, i, true, false, 4); }
void x86_comisd_rr(struct x86 *c, const struct x86_insn *i) { compare_scalar(c, i, false, false, 8); }
void x86_comisd_rm(struct x86 *c, const struct x86_insn *i) { compare_scalar(c, i, true, false, 8); }
void x86_ucomiss_rr(struct x86 *c, const struct x86_insn *i) { compare_scalar(c, i, false, true, 4); }
void x86_ucomiss_rm(struct x86 *c, const struct x86_insn *i) { compare_scalar(c, i, true, true, 4); }
void x86_ucomisd_rr(struct x86 *c, const struct x86_insn *i) { compare_scalar(c, i, false, true, 8); }
void x86_ucomisd_rm(struct x86 *c, const struct x86_insn *i) { compare_scalar(c, i, true, true, 8); }
