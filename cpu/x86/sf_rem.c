/* sf_rem.c: FPREM, FPREM1, FRNDINT, FSCALE, FXTRACT on floatx80 (SDM vol. 2A, each instruction's table). */
#include "cpu/x86/softfloat.h"
#include "cpu/x86/sf_internal.h"

/* A / 2^127 * 2^EXP as a result that needs no rounding, or a zero of the given sign. */
static struct floatx80 pack_exact(bool sign, int exp, sf_u128 v, struct sf_status *st)
{
    if (!v) return f80_zero(sign);
    return sf_pack_f80_full(sf_num_from_u128(sign, exp, v), st);
}

/* A, where it is the result as it stands: a pseudo-denormal comes out normal, but even a denormal is no underflow, masked or not, as on
 * Intel's processors. The manual leaves that open: its tables assume that underflow does not occur. */
static struct floatx80 unchanged(struct floatx80 a)
{
    if (a.mant & SF_TOP_BIT && !(a.exp_sign & 0x7fff)) a.exp_sign++;
    return a;
}

/* The operands that need no reduction. True: *RESULT is the answer. */
static bool rem_special(struct floatx80 a, const struct sf_num *na, const struct sf_num *nb, struct floatx80 *result,
                        struct sf_status *st)
{
    *result = a;
    if (na->cls > SF_CLASS_INF || nb->cls > SF_CLASS_INF) {
        *result = sf_pack_f80_full(sf_propagate(na, nb, true, st), st);
        return true;
    }
    if (na->cls == SF_CLASS_INF || nb->cls == SF_CLASS_ZERO) {
        sf_raise(st, SF_IE);
        *result = f80_indefinite();
        return true;
    }
    if (sf_check_denormal(na->denormal || nb->denormal, st)) return true;
    if (na->cls == SF_CLASS_ZERO) return true;
    if (nb->cls != SF_CLASS_INF) return false;
    *result = unchanged(a);
    return true;
}

struct floatx80 f80_rem(struct floatx80 a, struct floatx80 b, bool nearest, unsigned *quotient, bool *partial,
                        struct sf_status *st)
{
    struct sf_num   na = sf_unpack_f80(a), nb = sf_unpack_f80(b);
    struct floatx80 result;
    sf_u128         rest, divisor, q;
    int             distance, unit;

    *quotient = 0;
    *partial = false;
    if (rem_special(a, &na, &nb, &result, st)) return result;
    distance = na.exp - nb.exp;
    if (distance < -1 || (distance == -1 && !nearest)) return sf_pack_f80_full(na, st);
    unit = nb.exp; /* of the divisor; the rest is counted in 2^(unit - 64) */
    divisor = (sf_u128)nb.mant << 1;
    if (distance >= 64) {
        /* Reduce by 32 to 63 bits only and say so (SDM 2A FPREM). */
        int n = 32 | (distance & 31);

        *partial = true;
        unit += distance - n;
        rest = ((sf_u128)na.mant << n) % nb.mant << 1;
        return pack_exact(na.sign, unit + 63, rest, st);
    }
    if (distance < 0) {
        q = 0;
        rest = na.mant;
    } else {
        sf_u128 dividend = (sf_u128)na.mant << distance;

        q = dividend / nb.mant;
        rest = (dividend - q * nb.mant) << 1;
    }
    if (nearest && (rest * 2 > divisor || (rest * 2 == divisor && (q & 1)))) {
        rest = divisor - rest;
        q++;
        na.sign = !na.sign;
    }
    *quotient = (unsigned)q & 7;
    if (!rest) na.sign = a.exp_sign >> 15;
    return pack_exact(na.sign, unit + 63, rest, st);
}

struct floatx80 f80_round_to_int(struct floatx80 a, struct sf_status *st)
{
    struct sf_num n = sf_unpack_f80(a);
    sf_u128       v;
    uint64_t      value;
    bool          inexact, up;

    if (n.cls > SF_CLASS_INF) return sf_pack_f80_full(sf_propagate(&n, &n, true, st), st);
    if (sf_check_denormal(n.denormal, st) || n.cls != SF_CLASS_FINITE || n.exp >= 63) return a;
    v = sf_shift_right_sticky((sf_u128)n.mant << 64, (unsigned)(63 - n.exp));
    value = (uint64_t)(v >> 64);
    sf_round_bits(&value, (uint64_t)v, 64, n.sign, st->rounding, &inexact, &up);
    if (inexact) sf_raise(st, SF_PE);
    a = pack_exact(n.sign, 127, value, st);
    st->rounded_up = up;
    return a;
}

/* The integer part of a finite number, clipped: beyond it every result overflows or underflows. */
static int scale_factor(const struct sf_num *by)
{
    int value;

    if (by->cls == SF_CLASS_ZERO || by->exp < 0) return 0;
    value = by->exp > 16 ? 1 << 17 : (int)(by->mant >> (63 - by->exp));
    return by->sign ? -value : value;
}

struct floatx80 f80_scale(struct floatx80 a, struct floatx80 by, struct sf_status *st)
{
    struct sf_num na = sf_unpack_f80(a), nb = sf_unpack_f80(by);

    if (na.cls > SF_CLASS_INF || nb.cls > SF_CLASS_INF)
        return sf_pack_f80_full(sf_propagate(&na, &nb, true, st), st);
    if (nb.cls == SF_CLASS_INF && na.cls == (nb.sign ? SF_CLASS_INF : SF_CLASS_ZERO)) {
        sf_raise(st, SF_IE);
        return f80_indefinite();
    }
    if (sf_check_denormal(na.denormal || nb.denormal, st)) return a;
    if (na.cls != SF_CLASS_FINITE) return a;
    if (nb.cls == SF_CLASS_INF) return sf_pack_f80_full(nb.sign ? sf_num_zero(na.sign) : sf_num_inf(na.sign), st);
    if (nb.cls == SF_CLASS_ZERO) return unchanged(a);
    na.exp += scale_factor(&nb);
    return sf_pack_f80_full(na, st);
}

struct floatx80 f80_extract(struct floatx80 a, struct floatx80 *exponent, struct sf_status *st)
{
    struct sf_num n = sf_unpack_f80(a);

    *exponent = a;
    if (n.cls > SF_CLASS_INF) {
        *exponent = sf_pack_f80_full(sf_propagate(&n, &n, true, st), st);
        return *exponent;
    }
    if (n.cls == SF_CLASS_INF) {
        exponent->exp_sign = 0x7fff;
        return a;
    }
    if (n.cls == SF_CLASS_ZERO) {
        sf_raise(st, SF_ZE);
        *exponent = (struct floatx80){SF_TOP_BIT, 0xffff}; /* minus infinity */
        return a;
    }
    if (sf_check_denormal(n.denormal, st)) return a;
    *exponent = f80_from_int(n.exp);
    return (struct floatx80){n.mant, (uint16_t)(n.sign ? 0xbfff : 0x3fff)};
}
