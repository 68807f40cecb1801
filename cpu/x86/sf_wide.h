/* sf_wide.h: floating point with a 128-bit significand, for the transcendental functions.
 *
 * Results are truncated: each operation is off by less than a few units in bit 127, so that sums of some tens of
 * terms keep far more than the 64 bits that are wanted. */
#ifndef CPU_X86_SF_WIDE_H
#define CPU_X86_SF_WIDE_H

#include "cpu/x86/sf_internal.h"

/* (-1)^sign * mant / 2^127 * 2^exp; the top bit of mant is set, or mant is 0. */
struct sf_wide {
    sf_u128 mant;
    int     exp;
    bool    sign;
};

#define SF_U128(high, low) ((sf_u128)(high) << 64 | (low))

static inline struct sf_wide wide_normal(bool sign, int exp, sf_u128 mant)
{
    int shift = mant ? sf_clz128(mant) : 0;

    return (struct sf_wide){mant << shift, exp - shift, sign};
}

static inline struct sf_wide wide_from_num(const struct sf_num *n)
{
    return (struct sf_wide){(sf_u128)n->mant << 64, n->exp, n->sign};
}

static inline struct sf_wide wide_from_int(int value)
{
    return wide_normal(value < 0, 127, (sf_u128)(uint64_t)(value < 0 ? -(int64_t)value : value));
}

static inline struct sf_wide wide_negate(struct sf_wide a)
{
    a.sign = !a.sign;
    return a;
}

static inline struct sf_wide wide_add(struct sf_wide a, struct sf_wide b)
{
    unsigned distance;

    if (!a.mant) return b;
    if (!b.mant) return a;
    if (b.exp > a.exp || (b.exp == a.exp && b.mant > a.mant)) {
        struct sf_wide t = a;

        a = b;
        b = t;
    }
    distance = (unsigned)(a.exp - b.exp);
    b.mant = distance < 128 ? b.mant >> distance : 0;
    if (a.sign != b.sign) return wide_normal(a.sign, a.exp, a.mant - b.mant);
    if (a.mant + b.mant >= a.mant) return (struct sf_wide){a.mant + b.mant, a.exp, a.sign};
    return (struct sf_wide){(a.mant + b.mant) >> 1 | (sf_u128)1 << 127, a.exp + 1, a.sign};
}

static inline struct sf_wide wide_sub(struct sf_wide a, struct sf_wide b) { return wide_add(a, wide_negate(b)); }

static inline struct sf_wide wide_mul(struct sf_wide a, struct sf_wide b)
{
    uint64_t ah = (uint64_t)(a.mant >> 64), al = (uint64_t)a.mant;
    uint64_t bh = (uint64_t)(b.mant >> 64), bl = (uint64_t)b.mant;
    sf_u128  cross = (sf_u128)ah * bl;
    sf_u128  middle = (sf_u128)al * bh + (uint64_t)cross + (((sf_u128)al * bl) >> 64);

    return wide_normal(a.sign != b.sign, a.exp + b.exp + 1, (sf_u128)ah * bh + (cross >> 64) + (middle >> 64));
}

/* B is from 1 to a few thousand. */
static inline struct sf_wide wide_div_small(struct sf_wide a, unsigned b)
{
    return wide_normal(a.sign, a.exp, a.mant / b);
}

/* The quotient to some 62 bits. */
static inline struct sf_wide wide_div_rough(struct sf_wide a, struct sf_wide b)
{
    return wide_normal(a.sign != b.sign, a.exp - b.exp + 63, a.mant / (uint64_t)(b.mant >> 64));
}

/* A rough quotient, then the remainder's. B is not zero. */
static inline struct sf_wide wide_div(struct sf_wide a, struct sf_wide b)
{
    struct sf_wide q = wide_div_rough(a, b);
    struct sf_wide rest = wide_sub(a, wide_mul(q, b));

    q = wide_add(q, wide_div_rough(rest, b));
    rest = wide_sub(a, wide_mul(q, b));
    return wide_add(q, wide_div_rough(rest, b));
}

/* One unit towards zero: for a result known to lie just inside a value that has been computed exactly. */
static inline struct sf_wide wide_nudge_down(struct sf_wide a) { return wide_normal(a.sign, a.exp, a.mant - 1); }

/* As an inexact number to be rounded. */
static inline struct sf_num wide_to_num(struct sf_wide a)
{
    if (!a.mant) return sf_num_zero(a.sign);
    return (struct sf_num){.cls = SF_CLASS_FINITE,
                           .sign = a.sign,
                           .exp = a.exp,
                           .mant = (uint64_t)(a.mant >> 64),
                           .extra = (uint64_t)a.mant | 1};
}

#endif
