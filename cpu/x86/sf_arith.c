/* sf_arith.c: add, subtract, multiply, divide, square root, minimum, maximum, comparison.
 *
 * One definition of each on numbers taken apart, exact but for a sticky bit; the three formats are wrappers.
 * Order of the checks (SDM vol. 1 table 8-10): unsupported and NaN operands, invalid operations, denormal
 * operands, zero divide; an unmasked one ends the operation. */
#include "cpu/x86/softfloat.h"
#include "cpu/x86/sf_internal.h"

typedef struct sf_num binary_fn(struct sf_num a, struct sf_num b, bool x87, struct sf_status *st);

/* Sum of two finite numbers. */
static struct sf_num add_finite(struct sf_num a, struct sf_num b, struct sf_status *st)
{
    sf_u128 va, vb, sum;

    if (b.exp > a.exp || (b.exp == a.exp && b.mant > a.mant)) {
        struct sf_num t = a;

        a = b;
        b = t;
    }
    va = (sf_u128)a.mant << 63;
    vb = sf_shift_right_sticky((sf_u128)b.mant << 63, (unsigned)(a.exp - b.exp));
    sum = a.sign == b.sign ? va + vb : va - vb;
    if (!sum) return sf_num_zero(st->rounding == SF_DOWN);
    return sf_num_from_u128(a.sign, a.exp + 1, sum);
}

static struct sf_num num_add(struct sf_num a, struct sf_num b, bool x87, struct sf_status *st)
{
    if (a.cls > SF_CLASS_INF || b.cls > SF_CLASS_INF) return sf_propagate(&a, &b, x87, st);
    if (a.cls == SF_CLASS_INF && b.cls == SF_CLASS_INF && a.sign != b.sign) return sf_num_invalid(st);
    sf_check_denormal(a.denormal || b.denormal, st);
    if (a.cls == SF_CLASS_INF) return a;
    if (b.cls == SF_CLASS_INF) return b;
    if (a.cls == SF_CLASS_ZERO && b.cls == SF_CLASS_ZERO)
        return a.sign == b.sign ? a : sf_num_zero(st->rounding == SF_DOWN);
    if (a.cls == SF_CLASS_ZERO) return b;
    if (b.cls == SF_CLASS_ZERO) return a;
    return add_finite(a, b, st);
}

static struct sf_num num_sub(struct sf_num a, struct sf_num b, bool x87, struct sf_status *st)
{
    if (!(b.cls > SF_CLASS_INF)) b.sign = !b.sign; /* a NaN keeps its sign */
    return num_add(a, b, x87, st);
}

static struct sf_num num_mul(struct sf_num a, struct sf_num b, bool x87, struct sf_status *st)
{
    bool sign = a.sign != b.sign;

    if (a.cls > SF_CLASS_INF || b.cls > SF_CLASS_INF) return sf_propagate(&a, &b, x87, st);
    if (a.cls == SF_CLASS_INF || b.cls == SF_CLASS_INF) {
        if (a.cls == SF_CLASS_ZERO || b.cls == SF_CLASS_ZERO) return sf_num_invalid(st);
        sf_check_denormal(a.denormal || b.denormal, st);
        return sf_num_inf(sign);
    }
    sf_check_denormal(a.denormal || b.denormal, st);
    if (a.cls == SF_CLASS_ZERO || b.cls == SF_CLASS_ZERO) return sf_num_zero(sign);
    return sf_num_from_u128(sign, a.exp + b.exp + 1, (sf_u128)a.mant * b.mant);
}

/* Quotient of two finite numbers: 64 bits, then one more and a sticky one from the remainder. */
static struct sf_num div_finite(struct sf_num a, struct sf_num b, bool sign)
{
    bool          less = a.mant < b.mant;
    sf_u128       dividend = (sf_u128)a.mant << (less ? 64 : 63);
    struct sf_num q = {.cls = SF_CLASS_FINITE, .sign = sign, .exp = a.exp - b.exp - less};
    sf_u128       rest;

    q.mant = (uint64_t)(dividend / b.mant);
    rest = (dividend - (sf_u128)q.mant * b.mant) * 2;
    if (rest >= b.mant) {
        q.extra = SF_TOP_BIT;
        rest -= b.mant;
    }
    q.extra |= rest != 0;
    return q;
}

static struct sf_num num_div(struct sf_num a, struct sf_num b, bool x87, struct sf_status *st)
{
    bool sign = a.sign != b.sign;

    if (a.cls > SF_CLASS_INF || b.cls > SF_CLASS_INF) return sf_propagate(&a, &b, x87, st);
    if (a.cls == b.cls && a.cls != SF_CLASS_FINITE) return sf_num_invalid(st); /* 0/0, inf/inf */
    if (b.cls == SF_CLASS_ZERO && a.cls == SF_CLASS_FINITE) {
        sf_raise(st, SF_ZE);
        return sf_num_inf(sign);
    }
    if (sf_check_denormal(a.denormal || b.denormal, st)) return a;
    if (a.cls == SF_CLASS_INF) return sf_num_inf(sign);
    if (b.cls == SF_CLASS_INF || a.cls == SF_CLASS_ZERO) return sf_num_zero(sign);
    return div_finite(a, b, sign);
}

/* floor(sqrt(v)) of a 64-bit number with one of its top two bits set, bit by bit. */
static uint32_t sqrt64(uint64_t v)
{
    uint64_t root = 0;
    uint64_t bit = UINT64_C(1) << 62;

    for (; bit; bit >>= 2) {
        bool take = v >= root + bit;

        v -= take ? root + bit : 0;
        root = (root >> 1) + (take ? bit : 0);
    }
    return (uint32_t)root;
}

/* floor(sqrt(v)) of a 128-bit number with one of its top two bits set: the root of the upper half, then one
 * division gives the lower half of the bits, at most one too large (or two, at the edge). */
static uint64_t sqrt128(sf_u128 v, sf_u128 *rest)
{
    uint64_t upper = (uint64_t)(v >> 64);
    uint64_t s = sqrt64(upper);
    sf_u128  r = (sf_u128)(upper - s * s) << 32 | (uint32_t)(v >> 32);
    uint64_t q = (uint64_t)(r / (2 * s));
    uint64_t root;

    if (q > UINT32_MAX) q = UINT32_MAX;
    root = (s << 32) + q;
    while ((sf_u128)root * root > v) root--;
    *rest = v - (sf_u128)root * root;
    return root;
}

static struct sf_num num_sqrt(struct sf_num a, struct sf_status *st)
{
    struct sf_num n = {.cls = SF_CLASS_FINITE};
    sf_u128       rest;
    bool          odd;

    if (a.cls > SF_CLASS_INF) return sf_propagate(&a, &a, true, st);
    if (a.cls == SF_CLASS_ZERO) return a;
    if (a.sign) return sf_num_invalid(st);
    if (sf_check_denormal(a.denormal, st) || a.cls == SF_CLASS_INF) return a;
    odd = a.exp & 1;
    n.exp = (a.exp - odd) / 2;
    n.mant = sqrt128((sf_u128)a.mant << (odd ? 64 : 63), &rest);
    n.extra = (rest > n.mant ? SF_TOP_BIT : 0) | (rest != 0);
    return n;
}

/* -1, 0, 1 of two numbers that are not NaNs. */
static int num_order(const struct sf_num *a, const struct sf_num *b)
{
    int larger = 1;

    if (a->cls == SF_CLASS_ZERO && b->cls == SF_CLASS_ZERO) return 0;
    if (a->cls == SF_CLASS_ZERO) return b->sign ? 1 : -1;
    if (b->cls == SF_CLASS_ZERO) return a->sign ? -1 : 1;
    if (a->sign != b->sign) return a->sign ? -1 : 1;
    if (a->sign) larger = -1;
    if (a->cls != b->cls) return a->cls == SF_CLASS_INF ? larger : -larger;
    if (a->cls == SF_CLASS_INF) return 0;
    if (a->exp != b->exp) return a->exp > b->exp ? larger : -larger;
    if (a->mant != b->mant) return a->mant > b->mant ? larger : -larger;
    return 0;
}

static enum sf_relation num_compare(struct sf_num a, struct sf_num b, bool quiet, struct sf_status *st)
{
    int order;

    if (a.cls > SF_CLASS_INF || b.cls > SF_CLASS_INF) {
        if (!quiet || a.cls > SF_CLASS_QNAN || b.cls > SF_CLASS_QNAN) sf_raise(st, SF_IE);
        return SF_UNORDERED;
    }
    sf_check_denormal(a.denormal || b.denormal, st);
    order = num_order(&a, &b);
    return order < 0 ? SF_LESS : order > 0 ? SF_GREATER : SF_EQUAL;
}

/* Floatx80: precision control applies. */

static struct floatx80 f80_binary(binary_fn *op, struct floatx80 a, struct floatx80 b, struct sf_status *st)
{
    struct sf_num    n = op(sf_unpack_f80(a), sf_unpack_f80(b), true, st);
    struct sf_format format = sf_format_f80;

    if (sf_stopped(st)) return a;
    format.precision = st->precision;
    return sf_pack_f80(n, &format, st);
}

struct floatx80 f80_add(struct floatx80 a, struct floatx80 b, struct sf_status *st)
{
    return f80_binary(num_add, a, b, st);
}

struct floatx80 f80_sub(struct floatx80 a, struct floatx80 b, struct sf_status *st)
{
    return f80_binary(num_sub, a, b, st);
}

struct floatx80 f80_mul(struct floatx80 a, struct floatx80 b, struct sf_status *st)
{
    return f80_binary(num_mul, a, b, st);
}

struct floatx80 f80_div(struct floatx80 a, struct floatx80 b, struct sf_status *st)
{
    return f80_binary(num_div, a, b, st);
}

struct floatx80 f80_sqrt(struct floatx80 a, struct sf_status *st)
{
    struct sf_num    n = num_sqrt(sf_unpack_f80(a), st);
    struct sf_format format = sf_format_f80;

    if (sf_stopped(st)) return a;
    format.precision = st->precision;
    return sf_pack_f80(n, &format, st);
}

enum sf_relation f80_compare(struct floatx80 a, struct floatx80 b, bool quiet, struct sf_status *st)
{
    return num_compare(sf_unpack_f80(a), sf_unpack_f80(b), quiet, st);
}

/* Float32 and float64: denormals-are-zero applies. */

static struct sf_num operand_f32(uint32_t a, const struct sf_status *st)
{
    struct sf_num n = sf_unpack_f32(a);

    return n.denormal && st->daz ? sf_num_zero(n.sign) : n;
}

static struct sf_num operand_f64(uint64_t a, const struct sf_status *st)
{
    struct sf_num n = sf_unpack_f64(a);

    return n.denormal && st->daz ? sf_num_zero(n.sign) : n;
}

static uint32_t f32_binary(binary_fn *op, uint32_t a, uint32_t b, struct sf_status *st)
{
    struct sf_num n = op(operand_f32(a, st), operand_f32(b, st), false, st);

    return sf_stopped(st) ? a : sf_pack_f32(n, st);
}

uint32_t f32_add(uint32_t a, uint32_t b, struct sf_status *st) { return f32_binary(num_add, a, b, st); }
uint32_t f32_sub(uint32_t a, uint32_t b, struct sf_status *st) { return f32_binary(num_sub, a, b, st); }
uint32_t f32_mul(uint32_t a, uint32_t b, struct sf_status *st) { return f32_binary(num_mul, a, b, st); }
uint32_t f32_div(uint32_t a, uint32_t b, struct sf_status *st) { return f32_binary(num_div, a, b, st); }

uint32_t f32_sqrt(uint32_t a, struct sf_status *st)
{
    struct sf_num n = num_sqrt(operand_f32(a, st), st);

    return sf_stopped(st) ? a : sf_pack_f32(n, st);
}

enum sf_relation f32_compare(uint32_t a, uint32_t b, bool quiet, struct sf_status *st)
{
    return num_compare(operand_f32(a, st), operand_f32(b, st), quiet, st);
}

/* MINPS, MAXPS: with a NaN, or two zeros, the second operand as it is (SDM 2B MINPS). */
uint32_t f32_min(uint32_t a, uint32_t b, struct sf_status *st)
{
    uint32_t z = f32_compare(a, b, false, st) == SF_LESS ? a : b;

    return st->daz && !(z & 0x7f800000) ? z & 0x80000000 : z;
}

uint32_t f32_max(uint32_t a, uint32_t b, struct sf_status *st)
{
    uint32_t z = f32_compare(a, b, false, st) == SF_GREATER ? a : b;

    return st->daz && !(z & 0x7f800000) ? z & 0x80000000 : z;
}

static uint64_t f64_binary(binary_fn *op, uint64_t a, uint64_t b, struct sf_status *st)
{
    struct sf_num n = op(operand_f64(a, st), operand_f64(b, st), false, st);

    return sf_stopped(st) ? a : sf_pack_f64(n, st);
}

uint64_t f64_add(uint64_t a, uint64_t b, struct sf_status *st) { return f64_binary(num_add, a, b, st); }
uint64_t f64_sub(uint64_t a, uint64_t b, struct sf_status *st) { return f64_binary(num_sub, a, b, st); }
uint64_t f64_mul(uint64_t a, uint64_t b, struct sf_status *st) { return f64_binary(num_mul, a, b, st); }
uint64_t f64_div(uint64_t a, uint64_t b, struct sf_status *st) { return f64_binary(num_div, a, b, st); }

uint64_t f64_sqrt(uint64_t a, struct sf_status *st)
{
    struct sf_num n = num_sqrt(operand_f64(a, st), st);

    return sf_stopped(st) ? a : sf_pack_f64(n, st);
}

enum sf_relation f64_compare(uint64_t a, uint64_t b, bool quiet, struct sf_status *st)
{
    return num_compare(operand_f64(a, st), operand_f64(b, st), quiet, st);
}

uint64_t f64_min(uint64_t a, uint64_t b, struct sf_status *st)
{
    uint64_t z = f64_compare(a, b, false, st) == SF_LESS ? a : b;

    return st->daz && !(z & UINT64_C(0x7ff0000000000000)) ? z & SF_TOP_BIT : z;
}

uint64_t f64_max(uint64_t a, uint64_t b, struct sf_status *st)
{
    uint64_t z = f64_compare(a, b, false, st) == SF_GREATER ? a : b;

    return st->daz && !(z & UINT64_C(0x7ff0000000000000)) ? z & SF_TOP_BIT : z;
}
