/* sf_round.c: taking numbers apart, rounding, putting them together.
 *
 * Rounding as SDM vol. 1 4.8.4; underflow as x86 does it: tiny is decided after rounding with an unbounded exponent;
 * masked underflow is reported only if the denormal result is also inexact (SDM 4.9.1.5). */
#include "cpu/x86/softfloat.h"
#include "cpu/x86/sf_internal.h"

const struct sf_format sf_format_f32 = {24, -126, 127, false};
const struct sf_format sf_format_f64 = {53, -1022, 1023, false};
const struct sf_format sf_format_f80 = {64, -16382, 16383, true};

enum {
    EXPONENT_WRAP = 24576, /* 3 * 2^13, SDM 8.5.4 */
};

bool sf_round_bits(uint64_t *mant, uint64_t extra, int bits, bool sign, int rounding, bool *inexact, bool *up)
{
    int      drop = 64 - bits;
    uint64_t unit = UINT64_C(1) << drop;
    uint64_t low = *mant & (unit - 1);
    /* The dropped bits, left-aligned, with one sticky bit below. */
    uint64_t tail = drop ? low << bits | extra >> drop : extra;
    bool     sticky = drop && extra << bits;
    bool     odd = (*mant & unit) != 0;

    *inexact = tail || sticky;
    switch (rounding) {
        case SF_NEAREST:
            *up = tail > SF_TOP_BIT || (tail == SF_TOP_BIT && (sticky || odd));
            break;
        case SF_DOWN:
            *up = sign && *inexact;
            break;
        case SF_UP:
            *up = !sign && *inexact;
            break;
        default:
            *up = false;
            break;
    }
    *mant -= low;
    if (!*up) return false;
    *mant += unit;
    if (*mant) return false;
    *mant = SF_TOP_BIT;
    return true;
}

static void round_overflow(struct sf_num *n, const struct sf_format *f, struct sf_status *st)
{
    bool to_inf = st->rounding == SF_NEAREST || st->rounding == (n->sign ? SF_DOWN : SF_UP);

    sf_raise(st, SF_OE);
    sf_raise(st, SF_PE);
    st->rounded_up = to_inf;
    if (to_inf) {
        *n = sf_num_inf(n->sign);
    } else {
        n->exp = f->max_exp;
        n->mant = ~UINT64_C(0) << (64 - f->precision);
        n->extra = 0;
    }
}

/* Masked underflow: denormalize, then round at the fixed place. */
static void round_tiny(struct sf_num *n, const struct sf_format *f, struct sf_status *st)
{
    bool    inexact;
    sf_u128 v = (sf_u128)n->mant << 64 | n->extra;

    if (st->ftz) {
        sf_raise(st, SF_UE);
        sf_raise(st, SF_PE);
        *n = sf_num_zero(n->sign);
        return;
    }
    v = sf_shift_right_sticky(v, (unsigned)(f->min_exp - n->exp));
    n->mant = (uint64_t)(v >> 64);
    n->exp = f->min_exp;
    sf_round_bits(&n->mant, (uint64_t)v, f->precision, n->sign, st->rounding, &inexact, &st->rounded_up);
    n->extra = 0;
    if (inexact) {
        sf_raise(st, SF_UE);
        sf_raise(st, SF_PE);
    }
    if (n->mant == 0) n->cls = SF_CLASS_ZERO;
}

/* Unmasked underflow or overflow: only a register can hold the wrapped result, and FSCALE can exceed even that. */
static void round_unmasked(struct sf_num *n, const struct sf_format *f, bool inexact, struct sf_status *st)
{
    bool tiny = n->exp < f->min_exp;

    sf_raise(st, tiny ? SF_UE : SF_OE);
    if (inexact) sf_raise(st, SF_PE);
    if (!f->wraps) return;
    n->exp += tiny ? EXPONENT_WRAP : -EXPONENT_WRAP;
    if (n->exp > f->max_exp || n->exp < f->min_exp) {
        *n = tiny ? sf_num_zero(n->sign) : sf_num_inf(n->sign);
        st->rounded_up = !tiny;
        sf_raise(st, SF_PE);
    }
}

void sf_round(struct sf_num *n, const struct sf_format *f, struct sf_status *st)
{
    struct sf_num exact = *n;
    bool          inexact;

    if (sf_round_bits(&n->mant, n->extra, f->precision, n->sign, st->rounding, &inexact, &st->rounded_up)) n->exp++;
    n->extra = 0;
    if (n->exp < f->min_exp && (st->masks & SF_UE)) {
        *n = exact;
        round_tiny(n, f, st);
    } else if (n->exp > f->max_exp && (st->masks & SF_OE)) {
        round_overflow(n, f, st);
    } else if (n->exp < f->min_exp || n->exp > f->max_exp) {
        round_unmasked(n, f, inexact, st);
    } else if (inexact) {
        sf_raise(st, SF_PE);
    }
}

/* A number from sign, biased exponent and a fraction left-aligned below the top bit. */
static struct sf_num unpack_ieee(bool sign, int biased, int max_biased, int bias, uint64_t fraction)
{
    struct sf_num n = {.cls = SF_CLASS_FINITE, .sign = sign, .exp = biased - bias, .mant = fraction | SF_TOP_BIT};

    if (biased == max_biased) {
        n.cls = !fraction ? SF_CLASS_INF : fraction & SF_QUIET_BIT ? SF_CLASS_QNAN : SF_CLASS_SNAN;
    } else if (biased == 0) {
        int shift;

        if (!fraction) return sf_num_zero(sign);
        shift = sf_clz64(fraction);
        n.denormal = true;
        n.mant = fraction << shift;
        n.exp = 1 - bias - shift;
    }
    return n;
}

struct sf_num sf_unpack_f32(uint32_t a)
{
    return unpack_ieee(a >> 31, a >> 23 & 0xff, 0xff, 127, (uint64_t)(a & 0x7fffff) << 40);
}

struct sf_num sf_unpack_f64(uint64_t a)
{
    return unpack_ieee(a >> 63, (int)(a >> 52 & 0x7ff), 0x7ff, 1023, (a & UINT64_C(0xfffffffffffff)) << 11);
}

struct sf_num sf_unpack_f80(struct floatx80 a)
{
    bool          sign = a.exp_sign >> 15;
    int           biased = a.exp_sign & 0x7fff;
    struct sf_num n = {.cls = SF_CLASS_FINITE, .sign = sign, .exp = biased - 16383, .mant = a.mant};

    if (biased == 0) {
        int shift;

        if (!a.mant) return sf_num_zero(sign);
        shift = sf_clz64(a.mant); /* 0: a pseudo-denormal, whose exponent counts as 1 too */
        n.denormal = true;
        n.mant = a.mant << shift;
        n.exp = -16382 - shift;
    } else if (!(a.mant & SF_TOP_BIT)) {
        n.cls = SF_CLASS_UNSUPPORTED;
    } else if (biased == 0x7fff) {
        n.cls = a.mant == SF_TOP_BIT ? SF_CLASS_INF : a.mant & SF_QUIET_BIT ? SF_CLASS_QNAN : SF_CLASS_SNAN;
    }
    return n;
}

uint32_t sf_pack_f32(struct sf_num n, struct sf_status *st)
{
    uint32_t sign;
    uint32_t exponent = 0xff;

    if (n.cls == SF_CLASS_FINITE) sf_round(&n, &sf_format_f32, st);
    sign = (uint32_t)n.sign << 31;
    if (n.cls == SF_CLASS_ZERO) return sign;
    if (n.cls == SF_CLASS_INF) return sign | UINT32_C(0x7f800000);
    if (n.cls == SF_CLASS_FINITE) exponent = n.mant & SF_TOP_BIT ? (uint32_t)(n.exp + 127) & 0xff : 0;
    return sign | exponent << 23 | (uint32_t)(n.mant >> 40 & 0x7fffff);
}

uint64_t sf_pack_f64(struct sf_num n, struct sf_status *st)
{
    uint64_t sign;
    uint64_t exponent = 0x7ff;

    if (n.cls == SF_CLASS_FINITE) sf_round(&n, &sf_format_f64, st);
    sign = (uint64_t)n.sign << 63;
    if (n.cls == SF_CLASS_ZERO) return sign;
    if (n.cls == SF_CLASS_INF) return sign | UINT64_C(0x7ff0000000000000);
    if (n.cls == SF_CLASS_FINITE) exponent = n.mant & SF_TOP_BIT ? (uint64_t)(n.exp + 1023) & 0x7ff : 0;
    return sign | exponent << 52 | (n.mant >> 11 & UINT64_C(0xfffffffffffff));
}

struct floatx80 sf_pack_f80(struct sf_num n, const struct sf_format *format, struct sf_status *st)
{
    uint16_t sign;

    if (n.cls == SF_CLASS_FINITE) sf_round(&n, format, st);
    sign = (uint16_t)(n.sign ? 0x8000 : 0);
    switch (n.cls) {
        case SF_CLASS_ZERO:
            return (struct floatx80){0, sign};
        case SF_CLASS_INF:
            return (struct floatx80){SF_TOP_BIT, sign | 0x7fff};
        case SF_CLASS_FINITE:
            return (struct floatx80){n.mant, (uint16_t)(sign | (n.mant & SF_TOP_BIT ? n.exp + 16383 : 0))};
        default:
            return (struct floatx80){n.mant, sign | 0x7fff};
    }
}

static struct sf_num quieted(struct sf_num n)
{
    n.mant |= SF_QUIET_BIT;
    n.cls = SF_CLASS_QNAN;
    return n;
}

/* Of two NaNs the x87 keeps the one with the larger significand; equal ones: the positive one. */
static const struct sf_num *larger_nan(const struct sf_num *a, const struct sf_num *b)
{
    if (a->mant != b->mant) return a->mant > b->mant ? a : b;
    return a->sign ? b : a;
}

struct sf_num sf_propagate(const struct sf_num *a, const struct sf_num *b, bool x87, struct sf_status *st)
{
    const struct sf_num *chosen;

    if (a->cls == SF_CLASS_UNSUPPORTED || b->cls == SF_CLASS_UNSUPPORTED) return sf_num_invalid(st);
    if (a->cls == SF_CLASS_SNAN || b->cls == SF_CLASS_SNAN) sf_raise(st, SF_IE);
    if (!x87 || !sf_is_nan(b)) {
        chosen = sf_is_nan(a) ? a : b;
    } else if (!sf_is_nan(a)) {
        chosen = b;
    } else if (a->cls != b->cls) {
        chosen = a->cls == SF_CLASS_QNAN ? a : b; /* a signaling and a quiet one: the quiet one */
    } else {
        chosen = larger_nan(a, b);
    }
    return quieted(*chosen);
}
