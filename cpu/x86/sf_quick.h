/* sf_quick.h: the quick phase of the transcendental functions: some 75 to 80 bits in integer arithmetic, with a bound of the error.
 *
 * If the bound shows that every number so near rounds alike, in all rounding modes, the result is certain and the power series
 * of sf_trig.c and sf_log.c, with their 120 bits, are not needed: they would round to the same (docs/TRICKS.md). */
#ifndef CPU_X86_SF_QUICK_H
#define CPU_X86_SF_QUICK_H

#include "cpu/x86/sf_wide.h"

/* V is within ERR / 2^127 * 2^(v.exp) of the true value, and of what the power series make of it. */
struct sf_quick {
    struct sf_wide v;
    uint64_t       err;
};
#define SF_QUICK_UNKNOWN (UINT64_C(1) << 62) /* as ERR: nothing is certain */

/* |R| <= pi/4, not 0. */
struct sf_quick sf_quick_sin(const struct sf_wide *r);
struct sf_quick sf_quick_cos(const struct sf_wide *r);
void sf_quick_sincos(const struct sf_wide *r, struct sf_quick *sin, struct sf_quick *cos);
struct sf_quick sf_quick_quotient(const struct sf_quick *a, const struct sf_quick *b);
/* Of Y / X, 0 < Y <= X. */
struct sf_quick sf_quick_atan(struct sf_wide y, struct sf_wide x);
/* BASE + A or BASE - A; the sum is not much smaller than A. */
struct sf_quick sf_quick_offset(struct sf_wide base, const struct sf_quick *a, bool minus);
/* 2^x - 1, |x| < 1. */
struct sf_quick sf_quick_exp2m1(struct sf_wide x);
/* log2(x), x not a power of two; log2(1 + x), 1 + x likewise. */
struct sf_quick sf_quick_log2(struct sf_wide x);
struct sf_quick sf_quick_log2p1(struct sf_wide x);
struct sf_quick sf_quick_product(const struct sf_quick *a, struct sf_wide b);

/* Whether V and all numbers within ERR of it, none of them exact, round to the same floatx80. */
static inline bool sf_quick_certain(const struct sf_quick *q)
{
    uint64_t half = UINT64_C(1) << 63, rest = (uint64_t)q->v.mant & (half - 1); /* beyond the last boundary of a rounding */

    return q->err < half / 2 && rest > q->err && rest < half - q->err && q->v.exp > -16300 && q->v.exp < 16300;
}

/* V, of which all that is certain, rounded. As sf_pack_f80_full() does it, for a number that is inexact, and neither tiny nor huge. */
static inline struct floatx80 sf_quick_round(struct sf_wide v, struct sf_status *st)
{
    bool     up = st->rounding == SF_NEAREST ? (uint64_t)v.mant >> 63 : st->rounding == (v.sign ? SF_DOWN : SF_UP);
    uint64_t mant = (uint64_t)(v.mant >> 64) + up;

    if (!mant) {
        mant = SF_TOP_BIT;
        v.exp++;
    }
    sf_raise(st, SF_PE);
    st->rounded_up = up;
    return (struct floatx80){mant, (uint16_t)((v.sign ? 0x8000 : 0) | (v.exp + 16383))};
}

/* sf_quick_tables.c */
enum {
    SF_SINCOS_64THS = 52,
    SF_ATAN_64THS = 65,
    SF_LOG2_FIRST = 45,
    SF_LOG2_LAST = 91,
    SF_EXP2_64THS = 129,
};
struct sf_sincos { sf_u128 sin, cos; };
extern const struct sf_sincos sf_sincos_64ths[SF_SINCOS_64THS];
extern const sf_u128          sf_atan_64ths[SF_ATAN_64THS];
extern const sf_u128          sf_log2_64ths[SF_LOG2_LAST - SF_LOG2_FIRST + 1];
extern const sf_u128          sf_exp2_64ths[SF_EXP2_64THS];

#endif
