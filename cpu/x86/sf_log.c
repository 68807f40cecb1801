/* sf_log.c: F2XM1, FYL2X, FYL2XP1 (SDM vol. 1 8.3.9, vol. 2A), by the quick phase or, where that
 * does not make the rounding certain, as power series on 128-bit significands.
 *
 * A logarithm is reported as inexact even where it is an integer, as the hardware does. Arguments outside the
 * documented ranges, whose result is undefined, come back unchanged and inexact. */
#include "cpu/x86/sf_quick.h"
#include "cpu/x86/softfloat.h"

enum {
    SERIES_BITS = 130,
    TINY_EXP = -140, /* beyond this the next term of a series is lost altogether */
};

static const struct sf_wide wide_one = {(sf_u128)1 << 127, 0, false};
static const struct sf_wide wide_ln2 = {SF_U128(UINT64_C(0xb17217f7d1cf79ab), UINT64_C(0xc9e3b39803f2f6af)), -1, false};
static const struct sf_wide wide_2_over_ln2 = {SF_U128(UINT64_C(0xb8aa3b295c17f0bb), UINT64_C(0xbe87fed0691d3e89)), 1, false};

/* e^v - 1, |v| < 1. */
static struct sf_wide expm1_series(struct sf_wide v)
{
    struct sf_wide sum = v, term = v;

    for (unsigned n = 2; term.mant && term.exp > sum.exp - SERIES_BITS; n++) {
        term = wide_div_small(wide_mul(term, v), n);
        sum = wide_add(sum, term);
    }
    return sum;
}

struct floatx80 f80_2xm1(struct floatx80 a, struct sf_status *st)
{
    struct sf_num   x = sf_unpack_f80(a);
    struct sf_quick q;

    if (x.cls > SF_CLASS_INF) return sf_pack_f80_full(sf_propagate(&x, &x, true, st), st);
    if (x.cls == SF_CLASS_INF) return x.sign ? (struct floatx80){SF_TOP_BIT, 0xbfff} : a;
    if (sf_check_denormal(x.denormal, st) || x.cls == SF_CLASS_ZERO) return a;
    if (x.exp > 0 || (x.exp == 0 && x.mant != SF_TOP_BIT)) {
        sf_raise(st, SF_PE);
        return a;
    }
    if (x.exp == 0) {
        sf_raise(st, SF_PE);
        return (struct floatx80){SF_TOP_BIT, (uint16_t)(x.sign ? 0xbffe : 0x3fff)};
    }
    q = sf_quick_exp2m1(wide_from_num(&x));
    if (st->slow || !sf_quick_certain(&q)) q.v = expm1_series(wide_mul(wide_from_num(&x), wide_ln2));
    return sf_pack_f80_full(wide_to_num(q.v), st);
}

/* log2(n / d) from s = (n - d) / (n + d): 2/ln2 (s + s^3/3 + s^5/5 + ...), |s| < 0.2 or so. */
static struct sf_wide log2_series(struct sf_wide s)
{
    struct sf_wide sum = s, power = s;
    struct sf_wide square = wide_mul(s, s);

    if (s.mant && s.exp > TINY_EXP) {
        for (unsigned n = 3; power.exp > sum.exp - SERIES_BITS; n += 2) {
            power = wide_mul(power, square);
            sum = wide_add(sum, wide_div_small(power, n));
        }
    }
    return wide_mul(sum, wide_2_over_ln2);
}

static bool is_power_of_two(struct sf_wide x) { return x.mant == wide_one.mant; }

/* log2 of a finite positive number. */
static struct sf_wide log2_of(struct sf_wide x)
{
    int            exponent = x.exp;
    struct sf_wide s;

    if (is_power_of_two(x)) return wide_from_int(exponent);
    x.exp = 0;
    if (x.mant > SF_U128(UINT64_C(0xb504f333f9de6484), 0)) { /* sqrt(2) */
        x.exp = -1;
        exponent++;
    }
    s = wide_div(wide_sub(x, wide_one), wide_add(x, wide_one));
    return wide_add(wide_from_int(exponent), log2_series(s));
}

/* y * log, rounded. An exact logarithm is an integer below 2^16: its product with y has no sticky bit to add. */
static struct floatx80 product(const struct sf_num *y, struct sf_wide log, bool exact, struct sf_status *st)
{
    struct sf_num   n = wide_to_num(wide_mul(wide_from_num(y), log));
    struct floatx80 result;

    if (exact) n.extra &= ~UINT64_C(1);
    result = sf_pack_f80_full(n, st);
    sf_raise(st, SF_PE);
    if (f80_classify(result) == F80_DENORMAL) sf_raise(st, SF_UE);
    return result;
}

/* The same with the quick phase's logarithm; false if that does not make the rounding certain. Tiny and huge products never are. */
static bool quick_product(const struct sf_num *y, struct sf_quick log, struct floatx80 *result, struct sf_status *st)
{
    log = sf_quick_product(&log, wide_from_num(y));
    if (st->slow || !sf_quick_certain(&log)) return false;
    *result = sf_quick_round(log.v, st);
    return true;
}

/* y * log2(..) with y or the logarithm infinite, or either zero. LOG_INF: the logarithm is infinite, else finite;
 * LOG_SIGN: -1, 0, 1. Infinity times zero is invalid; infinity from a finite y divides by zero if POLE. */
static struct floatx80 product_special(const struct sf_num *y, int log_sign, bool pole, struct sf_status *st)
{
    bool negative = y->sign != (log_sign < 0);

    if (y->cls == SF_CLASS_INF && log_sign == 0) return sf_pack_f80_full(sf_num_invalid(st), st);
    if (y->cls == SF_CLASS_INF) return sf_pack_f80_full(sf_num_inf(negative), st);
    if (pole && y->cls == SF_CLASS_ZERO) return sf_pack_f80_full(sf_num_invalid(st), st);
    if (pole) {
        sf_raise(st, SF_ZE);
        return sf_pack_f80_full(sf_num_inf(negative), st);
    }
    return f80_zero(negative);
}

struct floatx80 f80_ylog2x(struct floatx80 ay, struct floatx80 ax, struct sf_status *st)
{
    struct sf_num   y = sf_unpack_f80(ay), x = sf_unpack_f80(ax);
    struct sf_wide  w, log;
    struct floatx80 result;
    bool            exact;

    if (y.cls > SF_CLASS_INF || x.cls > SF_CLASS_INF)
        return sf_pack_f80_full(sf_propagate(&x, &y, true, st), st);
    if (x.sign && x.cls != SF_CLASS_ZERO) return sf_pack_f80_full(sf_num_invalid(st), st);
    if (x.cls == SF_CLASS_ZERO) return product_special(&y, -1, true, st);
    if (x.cls == SF_CLASS_INF && y.cls == SF_CLASS_ZERO) return sf_pack_f80_full(sf_num_invalid(st), st);
    if (sf_check_denormal(y.denormal || x.denormal, st)) return ay;
    if (x.cls == SF_CLASS_INF) return sf_pack_f80_full(sf_num_inf(y.sign), st);
    w = wide_from_num(&x);
    exact = is_power_of_two(w);
    if (!exact && y.cls == SF_CLASS_FINITE && quick_product(&y, sf_quick_log2(w), &result, st)) return result;
    log = log2_of(w);
    if (!log.mant) return product_special(&y, 0, false, st);
    if (y.cls != SF_CLASS_FINITE) return product_special(&y, log.sign ? -1 : 1, false, st);
    return product(&y, log, exact, st);
}

struct floatx80 f80_ylog2xp1(struct floatx80 ay, struct floatx80 ax, struct sf_status *st)
{
    struct sf_num   y = sf_unpack_f80(ay), x = sf_unpack_f80(ax);
    struct sf_wide  w, sum, log;
    struct floatx80 result;
    bool            exact = false;

    if (y.cls > SF_CLASS_INF || x.cls > SF_CLASS_INF)
        return sf_pack_f80_full(sf_propagate(&x, &y, true, st), st);
    if (x.cls == SF_CLASS_INF && (x.sign || y.cls == SF_CLASS_ZERO))
        return sf_pack_f80_full(sf_num_invalid(st), st);
    if (x.cls == SF_CLASS_ZERO && y.cls == SF_CLASS_INF) return sf_pack_f80_full(sf_num_invalid(st), st);
    if (sf_check_denormal(y.denormal || x.denormal, st)) return ay;
    if (x.cls == SF_CLASS_INF) return sf_pack_f80_full(sf_num_inf(y.sign), st);
    if (x.cls == SF_CLASS_ZERO || y.cls != SF_CLASS_FINITE) {
        bool negative = y.sign != x.sign;

        return sf_pack_f80_full(y.cls == SF_CLASS_INF ? sf_num_inf(negative) : sf_num_zero(negative), st);
    }
    if (x.sign && x.exp >= 0) {
        sf_raise(st, SF_PE);
        return ax;
    }
    w = wide_from_num(&x);
    sum = wide_add(w, wide_one);
    if (x.exp >= -1) exact = is_power_of_two(sum);
    if (!exact && quick_product(&y, sf_quick_log2p1(w), &result, st)) return result;
    log = x.exp < -1 ? log2_series(wide_div(w, wide_add(w, wide_from_int(2)))) : log2_of(sum);
    return product(&y, log, exact, st);
}
