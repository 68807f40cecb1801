/* sf_quick.c: sine, cosine, arctangent, 2^x - 1 and log2 to some 76 bits: a table in steps of 1/64 and a short series for the rest.
 *
 * Only integers, so every host computes the same. Comments give bounds; a unit is one in bit 127 of a significand. */
#include "cpu/x86/sf_quick.h"

enum {
    SMALL_EXP = -7,     /* the series are for arguments below 2^-6, or 2^-7 after the table */
    SLOW_ERR = 1 << 12, /* more than all truncations in 128 bits, here and in the power series */
};

static const struct sf_wide ln2 = {SF_U128(UINT64_C(0xb17217f7d1cf79ab), UINT64_C(0xc9e3b39803f2f6af)), -1, false};
static const struct sf_wide two_over_ln2 = {SF_U128(UINT64_C(0xb8aa3b295c17f0bb), UINT64_C(0xbe87fed0691d3e89)), 1, false};

static inline uint64_t mul_high(uint64_t a, uint64_t b) { return (uint64_t)((sf_u128)a * b >> 64); }

/* N units of 2^(from - 127) in units of 2^(to - 127), rounded up. */
static uint64_t rescale(uint64_t n, int from, int to)
{
    if (to >= from) return to - from < 64 ? (n >> (to - from)) + 1 : 1;
    return from - to < 10 && n < UINT64_C(1) << 52 ? n << (from - to) : SF_QUICK_UNKNOWN;
}

/* --- short series ------------------------------------------------------------------------------------------------------------- */

/* Coefficient n is in units of 2^-(65 - 12 n): Z, in units of 2^-76 and below 2^-12, is taken as a fraction of 2^-12. */
static const uint64_t sine_terms[] = {UINT64_C(0x5555555555555555), UINT64_C(0x0000444444444444), UINT64_C(0x000000001a01a01a), 1479};
static const uint64_t odd_terms[] = {UINT64_C(0xaaaaaaaaaaaaaaaa), UINT64_C(0x0006666666666666), UINT64_C(0x0000004924924924),
                                     UINT64_C(0x38e38e3), 11915};

/* 1/6 - z/120 + z^2/5040 - z^3/362880 */
static inline uint64_t sine_series(uint64_t z)
{
    return sine_terms[0] - mul_high(z, sine_terms[1] - mul_high(z, sine_terms[2] - mul_high(z, sine_terms[3])));
}

/* 1/3 - z/5 + z^2/7 - z^3/9 + z^4/11 */
static inline uint64_t atan_series(uint64_t z)
{
    return odd_terms[0] - mul_high(z, odd_terms[1] - mul_high(z, odd_terms[2] - mul_high(z, odd_terms[3] - mul_high(z, odd_terms[4]))));
}

/* The same with all signs positive. */
static inline uint64_t atanh_series(uint64_t z)
{
    return odd_terms[0] + mul_high(z, odd_terms[1] + mul_high(z, odd_terms[2] + mul_high(z, odd_terms[3] + mul_high(z, odd_terms[4]))));
}

/* U^2: 2^(2e - 62) times this, truncated. */
static inline uint64_t square_of(struct sf_wide u) { return mul_high((uint64_t)(u.mant >> 64), (uint64_t)(u.mant >> 64)); }

/* That as a fixed-point number in units of 2^-76. */
static inline uint64_t fixed_square(struct sf_wide u, uint64_t square)
{
    int shift = -2 * u.exp - 14;

    return shift < 64 ? square >> shift : 0;
}

/* u * u^2 * series in units of u. The series, as a number of 62 bits or more, is good to two units, U^2 to one, their product and the
 * result are truncated once more: within 2^-59 of itself, and one unit. */
static inline sf_u128 tail(struct sf_wide u, uint64_t square, uint64_t series)
{
    int     shift = -2 * u.exp - 1;
    sf_u128 product = (sf_u128)(uint64_t)(u.mant >> 64) * mul_high(square, series);

    return shift < 128 ? product >> shift : 0;
}

static inline uint64_t tail_err(sf_u128 t) { return (uint64_t)(t >> 59) + SLOW_ERR; }

/* u + TAIL or u - TAIL. */
static struct sf_quick with_tail(struct sf_wide u, sf_u128 t, bool minus)
{
    struct sf_wide rest = wide_normal(u.sign != minus, u.exp, t);
    struct sf_wide v = wide_add(u, rest);

    return (struct sf_quick){v, rescale(tail_err(t), u.exp, v.exp)};
}

/* --- sine and cosine ------------------------------------------------------------------------------------------------------------ */

/* 1/24 - z/720 + z^2/40320, in units of 2^-68. */
static inline uint64_t cosine_series(uint64_t z)
{
    return UINT64_C(0xaaaaaaaaaaaaaaaa) - mul_high(z, UINT64_C(0x00005b05b05b05b0) - mul_high(z, UINT64_C(0x1a01a01a)));
}

/* |r| = k/64 + d or, BELOW, k/64 - d. */
struct parts {
    unsigned k;
    bool     below, cut;             /* cut: D has lost bits */
    uint64_t d;                      /* in units of 2^-70, up to 2^63 */
    sf_u128  square;                 /* d^2, 2^-140 */
    uint64_t cubic, quartic;         /* d - sin d, 2^-83, to 3 units; cos d - 1 + d^2/2, 2^-92, to 4 units */
};

/* 2^-70 is R's last bit or below, except below 2^-7, where that changes the cosine by less than 2^-77. */
static inline struct parts split(const struct sf_wide *r)
{
    sf_u128      fixed = r->exp > -70 ? r->mant >> (57 - r->exp) : 0, near;
    struct parts s = {.k = ((unsigned)(fixed >> 63) + 1) >> 1, .cut = r->exp < SMALL_EXP};
    uint64_t     z; /* d^2, 2^-76 */

    near = (sf_u128)s.k << 64;
    s.below = fixed < near;
    s.d = (uint64_t)(s.below ? near - fixed : fixed - near);
    s.square = (sf_u128)s.d * s.d;
    z = (uint64_t)(s.square >> 64);
    s.cubic = mul_high(s.d, mul_high(z, sine_series(z)));
    s.quartic = mul_high(mul_high(z, z), cosine_series(z));
    return s;
}

/* P cos d + Q sin d or P cos d - Q sin d, not negative; P and Q in units of 2^-127. The sum is off by less than 2^-82; its sign is SIGN. */
static inline struct sf_quick rotate(sf_u128 p, sf_u128 q, const struct parts *s, bool minus, bool sign)
{
    uint64_t z = (uint64_t)(s->square >> 64), ph = (uint64_t)(p >> 64), qh = (uint64_t)(q >> 64);
    sf_u128  even = (((sf_u128)ph * z + mul_high((uint64_t)p, z) + mul_high(ph, (uint64_t)s->square)) >> 13) - ((sf_u128)ph * s->quartic >> 28);
    sf_u128  odd = ((sf_u128)qh * s->d >> 6) + (mul_high((uint64_t)q, s->d) >> 6) - ((sf_u128)qh * s->cubic >> 19);
    struct sf_wide v = wide_normal(sign, 0, p - even + (minus ? -odd : odd));

    return (struct sf_quick){v, UINT64_C(1) << (46 - v.exp)}; /* v.exp is from -7 to 0 */
}

static inline struct sf_quick sine(const struct sf_wide *r, const struct parts *s)
{
    const struct sf_sincos *t = &sf_sincos_64ths[s->k];

    return rotate(t->sin, t->cos, s, s->below, r->sign);
}

static inline struct sf_quick cosine(const struct parts *s)
{
    const struct sf_sincos *t = &sf_sincos_64ths[s->k];
    struct sf_quick         c = rotate(t->cos, t->sin, s, !s->below, false);

    if (s->cut) c.err += UINT64_C(1) << 52;
    return c;
}

static struct sf_quick small_sine(struct sf_wide r)
{
    uint64_t square = square_of(r);

    return with_tail(r, tail(r, square, sine_series(fixed_square(r, square))), true);
}

struct sf_quick sf_quick_sin(const struct sf_wide *r)
{
    struct parts s;

    if (r->exp <= SMALL_EXP) return small_sine(*r);
    s = split(r);
    return sine(r, &s);
}

struct sf_quick sf_quick_cos(const struct sf_wide *r)
{
    struct parts s = split(r);

    return cosine(&s);
}

void sf_quick_sincos(const struct sf_wide *r, struct sf_quick *sin, struct sf_quick *cos)
{
    struct parts s = split(r);

    *sin = r->exp <= SMALL_EXP ? small_sine(*r) : sine(r, &s);
    *cos = cosine(&s);
}

/* --- quotients and sums ------------------------------------------------------------------------------------------------------------ */

/* Two digits of 64 bits, the second one by the upper half of B only: off by less than 12 units. */
static struct sf_wide divide(struct sf_wide a, struct sf_wide b)
{
    uint64_t high = (uint64_t)(b.mant >> 64);
    sf_u128  half = a.mant >> 1;
    uint64_t digit = (uint64_t)(half / high);
    sf_u128  rest = (half - (sf_u128)digit * high) << 64, less = (sf_u128)digit * (uint64_t)b.mant;
    sf_u128  q = (sf_u128)digit << 64;

    q = rest >= less ? q + (rest - less) / high : q - (less - rest) / high;
    return wide_normal(a.sign != b.sign, a.exp - b.exp, q);
}

/* Relative errors add up, and a unit may be half as large, relative to the number. */
struct sf_quick sf_quick_quotient(const struct sf_quick *a, const struct sf_quick *b)
{
    return (struct sf_quick){divide(a->v, b->v), (a->err + b->err) * 2 + SLOW_ERR};
}

struct sf_quick sf_quick_product(const struct sf_quick *a, struct sf_wide b)
{
    return (struct sf_quick){wide_mul(a->v, b), a->err * 2 + SLOW_ERR};
}

struct sf_quick sf_quick_offset(struct sf_wide base, const struct sf_quick *a, bool minus)
{
    struct sf_wide v = minus ? wide_sub(base, a->v) : wide_add(base, a->v);

    return (struct sf_quick){v, rescale(a->err, a->v.exp, v.exp) + SLOW_ERR};
}

/* --- arctangent ---------------------------------------------------------------------------------------------------------------------- */

/* From k/64 next to y/x by atan(y/x) = atan(c) + atan((y - c x) / (x + c y)). */
struct sf_quick sf_quick_atan(struct sf_wide y, struct sf_wide x)
{
    int             distance = x.exp - y.exp; /* 0 or more */
    unsigned        k = 0;
    struct sf_wide  u, base;
    struct sf_quick rest;
    uint64_t        square;

    if (distance <= 8) {
        uint64_t ym = (uint64_t)(y.mant >> 64), xm = (uint64_t)(x.mant >> 64);
        sf_u128  xw = (sf_u128)xm << distance; /* in units of y's last bit */
        sf_u128  num, den;

        k = (unsigned)(((ym >> 24 >> distance) * 64 / (xm >> 32) + 128) >> 8); /* to the nearest or so */
        num = ((sf_u128)ym << 6) - k * xw;
        den = (xw << 6) + (sf_u128)k * ym;
        if (!num) return (struct sf_quick){wide_normal(false, 0, sf_atan_64ths[k]), SLOW_ERR};
        u = divide(wide_normal(num >> 127, 0, num >> 127 ? -num : num), wide_normal(false, 0, den));
    } else {
        u = divide(y, x);
    }
    square = square_of(u);
    rest = with_tail(u, tail(u, square, atan_series(fixed_square(u, square))), true);
    if (!k) return rest;
    base = wide_normal(false, 0, sf_atan_64ths[k]);
    return sf_quick_offset(base, &rest, false);
}

/* --- 2^x - 1 ----------------------------------------------------------------------------------------------------------------------------- */

/* 1/6 + w/24 + w^2/120 + ... + w^6/362880 in units of 2^-65; W is below 2^-7 in units of 2^-71. */
static uint64_t exp_series(uint64_t w, bool negative)
{
    static const uint64_t terms[] = {UINT64_C(0x5555555555555555), UINT64_C(0x002aaaaaaaaaaaaa), UINT64_C(0x0000111111111111),
                                     UINT64_C(0x00000005b05b05b0), UINT64_C(0x0000000001a01a01), 26630, 23};
    uint64_t              sum = terms[6];

    for (int n = 5; n >= 0; n--) sum = negative ? terms[n] - mul_high(w, sum) : terms[n] + mul_high(w, sum);
    return sum;
}

/* x = k/64 + d, w = d ln 2: 2^x - 1 = 2^(k/64) (w + w^2/2 + w^3/6 ...) + (2^(k/64) - 1) */
struct sf_quick sf_quick_exp2m1(struct sf_wide x)
{
    const sf_u128   one = (sf_u128)1 << 126;
    int             k = 0;
    struct sf_wide  w = x, half, base;
    struct sf_quick e;
    uint64_t        square, fixed;
    sf_u128         power;

    if (x.exp >= -8) {
        sf_u128 at = x.mant >> -x.exp, near; /* exact: its last bit is 2^-71 or more */

        k = (int)((unsigned)(at >> 120) + 1) >> 1;
        near = (sf_u128)(unsigned)k << 121;
        w = at < near ? wide_normal(!x.sign, 0, near - at) : wide_normal(x.sign, 0, at - near);
        if (x.sign) k = -k;
    }
    power = sf_exp2_64ths[k + 64];
    base = k < 0 ? wide_normal(true, 1, one - power) : wide_normal(false, 1, power - one);
    if (!w.mant) return (struct sf_quick){base, SLOW_ERR};
    w = wide_mul(w, ln2);
    fixed = w.exp > -70 ? (uint64_t)(w.mant >> (56 - w.exp)) : 0; /* w.exp is -8 or less */
    square = square_of(w);
    e = with_tail(w, tail(w, square, exp_series(fixed, w.sign)), false);
    half = wide_mul(w, w);
    half.exp--;
    e = sf_quick_offset(half, &e, false);
    if (!k) return e;
    e = sf_quick_product(&e, wide_normal(false, 1, power));
    return sf_quick_offset(base, &e, false);
}

/* --- log2 ------------------------------------------------------------------------------------------------------------------------------------ */

/* 2/ln 2 (s + s^3/3 + ...), |s| < 2^-6 */
static struct sf_quick log2_series(struct sf_wide s)
{
    uint64_t        square = square_of(s);
    struct sf_quick sum;

    sum = with_tail(s, tail(s, square, atanh_series(fixed_square(s, square))), false);
    return sf_quick_product(&sum, two_over_ln2);
}

/* x = 2^n m, m next to k/64: log2 x = n + log2(k/64) + log2_series((m - c) / (m + c)) */
struct sf_quick sf_quick_log2(struct sf_wide x)
{
    int             n = x.exp, k;
    bool            upper = x.mant >= SF_U128(UINT64_C(0xb504f333f9de6484), 0); /* sqrt(2) */
    struct sf_wide  m = {x.mant, upper ? -1 : 0, false}, c, s, base;
    struct sf_quick log;

    n += upper;
    k = (int)(((x.mant >> (upper ? 121 : 120)) + 1) >> 1);
    c = wide_normal(false, 121, (sf_u128)(unsigned)k);
    s = wide_sub(m, c);
    base = wide_normal(k < 64, 0, sf_log2_64ths[k - SF_LOG2_FIRST]);
    if (n) base = wide_add(base, wide_from_int(n));
    if (!s.mant) return (struct sf_quick){base, SLOW_ERR};
    log = log2_series(divide(s, wide_add(m, c)));
    return base.mant ? sf_quick_offset(base, &log, false) : log;
}

struct sf_quick sf_quick_log2p1(struct sf_wide x)
{
    static const struct sf_wide one = {(sf_u128)1 << 127, 0, false}, two = {(sf_u128)1 << 127, 1, false};

    if (x.exp < -7) return log2_series(divide(x, wide_add(x, two)));
    return sf_quick_log2(wide_add(x, one)); /* exact: its last bit is 2^-70 or more */
}
