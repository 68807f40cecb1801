/* sf_trig.c: FSIN, FCOS, FSINCOS, FPTAN, FPATAN (SDM vol. 1 8.3.8, vol. 2A).
 *
 * A quick phase (sf_quick.c) and, where it does not make the rounding certain, power series on 128-bit significands; the result is
 * rounded once. The argument is reduced with the 66-bit
 * value of pi that the SDM documents, 3.243F6A88 85A308D3 (hexadecimal), so far from zero the results follow
 * the x87's pi and not the true one. */
#include "cpu/x86/sf_quick.h"
#include "cpu/x86/softfloat.h"

/* pi/2 in units of 2^-65. */
#define HALF_PI_66 SF_U128(UINT64_C(0x3), UINT64_C(0x243f6a8885a308d3))

/* 2/pi in units of 2^-64. */
#define TWO_OVER_PI_64 UINT64_C(0xa2f9836e4e441529)

enum {
    REDUCED_EXP = -2,   /* below 2^-1 no reduction is needed */
    LIMIT_EXP = 62,     /* 2^63 and above: C2 */
    TINY_EXP = -70,     /* the first term of a series is the whole result */
    SERIES_BITS = 130,
};

static const struct sf_wide wide_one = {(sf_u128)1 << 127, 0, false};
static const struct sf_wide wide_pi = {SF_U128(UINT64_C(0xc90fdaa22168c234), UINT64_C(0xc4c6628b80dc1cd1)), 1, false};
static const struct sf_wide wide_half_pi = {SF_U128(UINT64_C(0xc90fdaa22168c234), UINT64_C(0xc4c6628b80dc1cd1)), 0, false};

/* R with x = R + quadrant * pi/2, |R| <= pi/4. */
static inline struct sf_wide reduce(const struct sf_num *x, unsigned *quadrant)
{
    sf_u128  v;
    uint64_t q;

    *quadrant = 0;
    if (x->exp <= REDUCED_EXP) return wide_from_num(x);
    v = (sf_u128)x->mant << (x->exp + 2); /* in units of 2^-65 */
    q = (uint64_t)((sf_u128)x->mant * TWO_OVER_PI_64 >> 64); /* within 2 of x * 2/pi, and not above; */
    q = x->exp < 0 ? 0 : q >> (63 - x->exp);
    for (v -= q * HALF_PI_66; v >= HALF_PI_66; v -= HALF_PI_66) q++;
    if (v > HALF_PI_66 / 2) {
        q++;
        v = HALF_PI_66 - v;
        *quadrant = (unsigned)(x->sign ? -q : q) & 3;
        return wide_normal(!x->sign, 62, v);
    }
    *quadrant = (unsigned)(x->sign ? -q : q) & 3;
    return wide_normal(x->sign, 62, v);
}

/* first - first r^2 / (n+1)(n+2) + ...: the series of sine (first = r, n = 1) and cosine (1, 0). */
static struct sf_wide trig_series(struct sf_wide first, unsigned n, struct sf_wide r)
{
    struct sf_wide sum = first, term = first;
    struct sf_wide square = wide_mul(r, r);

    if (!r.mant) return first;
    if (r.exp < TINY_EXP) return wide_nudge_down(first);
    for (; term.mant && term.exp > sum.exp - SERIES_BITS; n += 2) {
        term = wide_negate(wide_div_small(wide_mul(term, square), (n + 1) * (n + 2)));
        sum = wide_add(sum, term);
    }
    return sum;
}

static struct sf_wide sin_of_quadrant(struct sf_wide r, unsigned quadrant)
{
    struct sf_wide v = quadrant & 1 ? trig_series(wide_one, 0, r) : trig_series(r, 1, r);

    return quadrant & 2 ? wide_negate(v) : v;
}

/* Most operands; copies of structs by value cost as much as the rest. */
static inline bool is_plain(const struct sf_num *x) { return x->cls == SF_CLASS_FINITE && !x->denormal; }

/* The operands that have no argument to reduce. True: *X, AT_ZERO for a zero, is the result. */
static bool trig_special(struct sf_num *x, struct sf_num at_zero, struct sf_status *st)
{
    if (x->cls > SF_CLASS_INF) {
        *x = sf_propagate(x, x, true, st);
    } else if (x->cls == SF_CLASS_INF) {
        *x = sf_num_invalid(st);
    } else if (x->cls == SF_CLASS_ZERO) {
        *x = at_zero;
    } else {
        return false;
    }
    return true;
}

static struct sf_num num_one(void)
{
    return (struct sf_num){.cls = SF_CLASS_FINITE, .mant = SF_TOP_BIT};
}

/* Out of range: not an argument of the trigonometric instructions. */
static bool too_large(const struct sf_num *x) { return x->cls == SF_CLASS_FINITE && x->exp > LIMIT_EXP; }

/* A multiple of the 66-bit pi/2 itself would reduce to zero, but no floatx80 is one. */
static struct floatx80 trig_result(struct sf_wide v, struct sf_status *st)
{
    return sf_pack_f80_full(wide_to_num(v), st);
}

/* The sine of R + quadrant * pi/2; Q is what the quick phase makes of the sine or, in odd quadrants, cosine of R. */
static inline struct floatx80 sin_result(const struct sf_wide *r, unsigned quadrant, const struct sf_quick *q, struct sf_status *st)
{
    if (st->slow || !sf_quick_certain(q)) return trig_result(sin_of_quadrant(*r, quadrant), st);
    return sf_quick_round(quadrant & 2 ? wide_negate(q->v) : q->v, st);
}

static inline struct sf_quick quick_of_quadrant(const struct sf_wide *r, unsigned quadrant)
{
    return quadrant & 1 ? sf_quick_cos(r) : sf_quick_sin(r);
}

/* Sine by cosine; in odd quadrants the other way round, and negative. */
static struct floatx80 tan_result(struct sf_wide r, unsigned quadrant, struct sf_status *st)
{
    struct sf_quick sin, cos, q;

    sf_quick_sincos(&r, &sin, &cos);
    q = quadrant & 1 ? sf_quick_quotient(&cos, &sin) : sf_quick_quotient(&sin, &cos);
    if (st->slow || !sf_quick_certain(&q))
        return trig_result(wide_div(sin_of_quadrant(r, quadrant), sin_of_quadrant(r, (quadrant + 1) & 3)), st);
    return sf_quick_round(quadrant & 1 ? wide_negate(q.v) : q.v, st);
}

bool f80_sincos(struct floatx80 a, struct floatx80 *sin, struct floatx80 *cos, struct sf_status *st)
{
    struct sf_num   x = sf_unpack_f80(a), y = x;
    struct sf_quick s, c;
    struct sf_wide  r;
    unsigned        quadrant;

    if (too_large(&x)) return false;
    if (!is_plain(&x) && trig_special(&x, x, st)) {
        trig_special(&y, num_one(), st);
        *sin = sf_pack_f80_full(x, st);
        *cos = sf_pack_f80_full(y, st);
        return true;
    }
    if (sf_check_denormal(x.denormal, st)) return true;
    r = reduce(&x, &quadrant);
    sf_quick_sincos(&r, &s, &c);
    *sin = sin_result(&r, quadrant, quadrant & 1 ? &c : &s, st);
    *cos = sin_result(&r, (quadrant + 1) & 3, quadrant & 1 ? &s : &c, st);
    return true;
}

bool f80_sin(struct floatx80 a, struct floatx80 *sin, struct sf_status *st)
{
    struct sf_num   x = sf_unpack_f80(a);
    struct sf_quick q;
    struct sf_wide  r;
    unsigned        quadrant;

    if (too_large(&x)) return false;
    if (!is_plain(&x) && trig_special(&x, x, st)) {
        *sin = sf_pack_f80_full(x, st);
        return true;
    }
    if (sf_check_denormal(x.denormal, st)) return true;
    r = reduce(&x, &quadrant);
    q = quick_of_quadrant(&r, quadrant);
    *sin = sin_result(&r, quadrant, &q, st);
    return true;
}

bool f80_cos(struct floatx80 a, struct floatx80 *cos, struct sf_status *st)
{
    struct sf_num   x = sf_unpack_f80(a);
    struct sf_quick q;
    struct sf_wide  r;
    unsigned        quadrant;

    if (too_large(&x)) return false;
    if (!is_plain(&x) && trig_special(&x, num_one(), st)) {
        *cos = sf_pack_f80_full(x, st);
        return true;
    }
    if (sf_check_denormal(x.denormal, st)) return true;
    r = reduce(&x, &quadrant);
    quadrant = (quadrant + 1) & 3;
    q = quick_of_quadrant(&r, quadrant);
    *cos = sin_result(&r, quadrant, &q, st);
    return true;
}

bool f80_tan(struct floatx80 a, struct floatx80 *tan, struct sf_status *st)
{
    struct sf_num  x = sf_unpack_f80(a);
    struct sf_wide r;
    unsigned       quadrant;

    if (too_large(&x)) return false;
    if (!is_plain(&x) && trig_special(&x, x, st)) {
        *tan = sf_pack_f80_full(x, st);
        return true;
    }
    if (sf_check_denormal(x.denormal, st)) return true;
    r = reduce(&x, &quadrant);
    if (r.exp < TINY_EXP && !(quadrant & 1)) {
        *tan = trig_result(r, st);
        return true;
    }
    *tan = tan_result(r, quadrant, st);
    return true;
}

/* atan(k/16), k = 1..16. */
static const struct sf_wide atan_sixteenths[16] = {
    {SF_U128(UINT64_C(0xffaaddb967ef4e36), UINT64_C(0xcb2792dc0e2e0d51)), -5, false},
    {SF_U128(UINT64_C(0xfeadd4d5617b6e32), UINT64_C(0xc897989f3e888ef8)), -4, false},
    {SF_U128(UINT64_C(0xbdcbda5e72d81134), UINT64_C(0x7b0b4f881c9c7488)), -3, false},
    {SF_U128(UINT64_C(0xfadbafc96406eb15), UINT64_C(0x6dc79ef5f7a217e6)), -3, false},
    {SF_U128(UINT64_C(0x9b13b9b83f5e5e69), UINT64_C(0xc5abb498d27af328)), -2, false},
    {SF_U128(UINT64_C(0xb7b0ca0f26f78473), UINT64_C(0x8aa32122dcfe4483)), -2, false},
    {SF_U128(UINT64_C(0xd327761e611fe5b6), UINT64_C(0x427c95e9001e7136)), -2, false},
    {SF_U128(UINT64_C(0xed63382b0dda7b45), UINT64_C(0x6fe445ecbc3a8d03)), -2, false},
    {SF_U128(UINT64_C(0x832bf4a6d9867e2a), UINT64_C(0x4b6a09cb61a515c1)), -1, false},
    {SF_U128(UINT64_C(0x8f005d5ef7f59f9b), UINT64_C(0x5c835e1665c43748)), -1, false},
    {SF_U128(UINT64_C(0x9a2f80e671bdda20), UINT64_C(0x4226f8e2204ff3bd)), -1, false},
    {SF_U128(UINT64_C(0xa4bc7d1934f70924), UINT64_C(0x19a87f2a457dac9f)), -1, false},
    {SF_U128(UINT64_C(0xaeac4c38b4d8c080), UINT64_C(0x14725e2f3e52070a)), -1, false},
    {SF_U128(UINT64_C(0xb8053e2bc2319e73), UINT64_C(0xcb2da55210a4443d)), -1, false},
    {SF_U128(UINT64_C(0xc0ce85b8ac526640), UINT64_C(0x89dd62c46e92fa25)), -1, false},
    {SF_U128(UINT64_C(0xc90fdaa22168c234), UINT64_C(0xc4c6628b80dc1cd1)), -1, false},
};

/* Arctangent of 0 < t <= 1: from the nearest sixteenth by atan(t) = atan(c) + atan((t - c) / (1 + t c)). */
static struct sf_wide atan_small(struct sf_wide t)
{
    struct sf_wide sum, power, square, c;
    unsigned       k = t.exp < -5 ? 0 : (unsigned)((t.mant >> (127 - 5 - t.exp)) + 1) >> 1;

    if (t.exp < TINY_EXP) return wide_nudge_down(t);
    if (k) {
        c = wide_normal(false, 123, k);
        t = wide_div(wide_sub(t, c), wide_add(wide_one, wide_mul(t, c)));
    }
    sum = power = t;
    square = wide_mul(t, t);
    for (unsigned n = 3; power.mant && power.exp > sum.exp - SERIES_BITS; n += 2) {
        power = wide_negate(wide_mul(power, square));
        sum = wide_add(sum, wide_div_small(power, n));
    }
    return k ? wide_add(atan_sixteenths[k - 1], sum) : sum;
}

/* Of Y / X, finite and positive, and with NEGATIVE of Y / -X. */
static struct sf_wide atan_quotient(struct sf_wide y, struct sf_wide x, bool negative, bool slow)
{
    bool            steep = y.exp > x.exp || (y.exp == x.exp && y.mant > x.mant);
    struct sf_quick q = steep ? sf_quick_atan(x, y) : sf_quick_atan(y, x);
    struct sf_wide  v;

    if (steep) q = sf_quick_offset(wide_half_pi, &q, !negative);
    else if (negative) q = sf_quick_offset(wide_pi, &q, true);
    if (!slow && sf_quick_certain(&q)) return q.v;
    v = atan_small(steep ? wide_div(x, y) : wide_div(y, x));
    if (steep) return negative ? wide_add(wide_half_pi, v) : wide_sub(wide_half_pi, v);
    return negative ? wide_sub(wide_pi, v) : v;
}

/* FPATAN of zeros and infinities, as a multiple of pi/4; -1: none of these (SDM 2A FPATAN). */
static int atan_special(const struct sf_num *y, const struct sf_num *x)
{
    if (y->cls == SF_CLASS_INF) return x->cls != SF_CLASS_INF ? 2 : x->sign ? 3 : 1;
    if (y->cls == SF_CLASS_ZERO || x->cls == SF_CLASS_INF) return x->sign ? 4 : 0;
    if (x->cls == SF_CLASS_ZERO) return 2;
    return -1;
}

struct floatx80 f80_atan2(struct floatx80 ay, struct floatx80 ax, struct sf_status *st)
{
    struct sf_num  y = sf_unpack_f80(ay), x = sf_unpack_f80(ax);
    struct sf_wide wy, wx, v;
    int            quarters;

    if (y.cls > SF_CLASS_INF || x.cls > SF_CLASS_INF)
        return sf_pack_f80_full(sf_propagate(&x, &y, true, st), st);
    if (sf_check_denormal(y.denormal || x.denormal, st)) return ay;
    quarters = atan_special(&y, &x);
    if (quarters == 0) return f80_zero(y.sign);
    if (quarters > 0) {
        v = quarters == 3 ? wide_sub(wide_pi, atan_sixteenths[15]) : wide_pi;
        if (quarters < 3) v.exp -= 3 - quarters; /* pi/4 and pi/2 */
    } else {
        wy = wide_from_num(&y);
        wx = wide_from_num(&x);
        wy.sign = wx.sign = false;
        v = atan_quotient(wy, wx, x.sign, st->slow);
    }
    v.sign = y.sign;
    return trig_result(v, st);
}
