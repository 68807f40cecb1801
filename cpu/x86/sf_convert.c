/* sf_convert.c: conversions between floating formats, integers and packed decimal.
 *
 * Integer indefinite and packed decimal indefinite: SDM vol. 1 tables 4-1 and 4-4. */
#include "cpu/x86/softfloat.h"
#include "cpu/x86/sf_internal.h"

#define BCD_LIMIT UINT64_C(999999999999999999) /* 18 digits */

enum f80_class f80_classify(struct floatx80 a)
{
    switch (sf_unpack_f80(a).cls) {
        case SF_CLASS_ZERO:
            return F80_ZERO;
        case SF_CLASS_INF:
            return F80_INFINITY;
        case SF_CLASS_UNSUPPORTED:
            return F80_UNSUPPORTED;
        case SF_CLASS_FINITE:
            return a.exp_sign & 0x7fff ? F80_NORMAL : F80_DENORMAL;
        default:
            return F80_NAN;
    }
}

bool f80_is_signaling(struct floatx80 a) { return sf_unpack_f80(a).cls == SF_CLASS_SNAN; }

/* Widening without rounding: everything a float32 or float64 holds is a normal floatx80. */
static struct floatx80 widen(const struct sf_num *n)
{
    uint16_t sign = (uint16_t)(n->sign ? 0x8000 : 0);

    if (n->cls == SF_CLASS_ZERO) return (struct floatx80){0, sign};
    if (n->cls == SF_CLASS_FINITE) return (struct floatx80){n->mant, (uint16_t)(sign | (n->exp + 16383))};
    return (struct floatx80){n->mant, sign | 0x7fff};
}

struct floatx80 f80_from_f32_exact(uint32_t a, bool *denormal)
{
    struct sf_num n = sf_unpack_f32(a);

    *denormal = n.denormal;
    return widen(&n);
}

struct floatx80 f80_from_f64_exact(uint64_t a, bool *denormal)
{
    struct sf_num n = sf_unpack_f64(a);

    *denormal = n.denormal;
    return widen(&n);
}

static struct floatx80 widen_checked(struct sf_num n, struct sf_status *st)
{
    if (n.cls == SF_CLASS_SNAN) {
        sf_raise(st, SF_IE);
        n.mant |= SF_QUIET_BIT;
    }
    sf_check_denormal(n.denormal, st);
    return widen(&n);
}

struct floatx80 f80_from_f32(uint32_t a, struct sf_status *st) { return widen_checked(sf_unpack_f32(a), st); }

struct floatx80 f80_from_f64(uint64_t a, struct sf_status *st) { return widen_checked(sf_unpack_f64(a), st); }

struct floatx80 f80_from_int(int64_t a)
{
    uint64_t magnitude = a < 0 ? -(uint64_t)a : (uint64_t)a;
    uint16_t sign = (uint16_t)(a < 0 ? 0x8000 : 0);
    int      shift;

    if (!magnitude) return f80_zero(false);
    shift = sf_clz64(magnitude);
    return (struct floatx80){magnitude << shift, (uint16_t)(sign | (16383 + 63 - shift))};
}

struct floatx80 f80_from_bcd(const uint8_t bcd[10])
{
    int64_t         value = 0;
    struct floatx80 f;

    for (int i = 8; i >= 0; i--) value = value * 100 + (bcd[i] >> 4) * 10 + (bcd[i] & 15);
    f = f80_from_int(value);
    f.exp_sign |= (uint16_t)((bcd[9] & 0x80) << 8);
    return f;
}

/* Quiets a signaling NaN, refuses unsupported operands; true if the operation is over with *N. */
static bool convert_special(struct sf_num *n, struct sf_status *st)
{
    if (n->cls > SF_CLASS_INF) *n = sf_propagate(n, n, true, st);
    return sf_stopped(st);
}

/* An x87 store that overflows or underflows unmasked stores nothing, and so is not inexact. */
static void finish_store(uint8_t flags_before, struct sf_status *st)
{
    if (!(st->flags & ~st->masks & (SF_OE | SF_UE))) return;
    st->flags &= (uint8_t)(flags_before | ~SF_PE);
    st->rounded_up = false;
}

uint32_t f80_to_f32(struct floatx80 a, struct sf_status *st)
{
    struct sf_num n = sf_unpack_f80(a);
    uint8_t       before = st->flags;
    uint32_t      result;

    if (convert_special(&n, st)) return 0;
    result = sf_pack_f32(n, st);
    finish_store(before, st);
    return result;
}

uint64_t f80_to_f64(struct floatx80 a, struct sf_status *st)
{
    struct sf_num n = sf_unpack_f80(a);
    uint8_t       before = st->flags;
    uint64_t      result;

    if (convert_special(&n, st)) return 0;
    result = sf_pack_f64(n, st);
    finish_store(before, st);
    return result;
}

/* Rounds a finite or zero N to an integer of at most 64 bits; false if its magnitude does not fit those. */
static bool to_magnitude(const struct sf_num *n, int rounding, uint64_t *value, bool *inexact, bool *up)
{
    sf_u128 v;

    *value = 0;
    *inexact = *up = false;
    if (n->cls == SF_CLASS_ZERO) return true;
    if (n->exp > 63) return false;
    v = sf_shift_right_sticky((sf_u128)n->mant << 64, (unsigned)(63 - n->exp));
    *value = (uint64_t)(v >> 64);
    return !sf_round_bits(value, (uint64_t)v, 64, n->sign, rounding, inexact, up);
}

static int64_t num_to_int(const struct sf_num *n, int bits, int rounding, struct sf_status *st)
{
    uint64_t limit = UINT64_C(1) << (bits - 1);
    uint64_t value = 0;
    bool     inexact = false, up = false;

    if (n->cls > SF_CLASS_FINITE || !to_magnitude(n, rounding, &value, &inexact, &up) ||
        value > limit - !n->sign) {
        sf_raise(st, SF_IE);
        return -(int64_t)(limit - 1) - 1;
    }
    if (inexact) sf_raise(st, SF_PE);
    st->rounded_up = up;
    return (int64_t)(n->sign ? -value : value);
}

int64_t f80_to_int(struct floatx80 a, int bits, struct sf_status *st)
{
    struct sf_num n = sf_unpack_f80(a);

    return num_to_int(&n, bits, st->rounding, st);
}

void f80_to_bcd(struct floatx80 a, uint8_t bcd[10], struct sf_status *st)
{
    struct sf_num n = sf_unpack_f80(a);
    uint64_t      value = 0;
    bool          inexact = false, up = false;

    if (n.cls > SF_CLASS_FINITE || !to_magnitude(&n, st->rounding, &value, &inexact, &up) || value > BCD_LIMIT) {
        sf_raise(st, SF_IE);
        for (int i = 0; i < 10; i++) bcd[i] = i < 7 ? 0 : i == 7 ? 0xc0 : 0xff;
        return;
    }
    if (inexact) sf_raise(st, SF_PE);
    st->rounded_up = up;
    for (int i = 0; i < 9; i++, value /= 100) bcd[i] = (uint8_t)(value / 10 % 10 << 4 | value % 10);
    bcd[9] = n.sign ? 0x80 : 0;
}

/* SSE conversions. */

static struct sf_num sse_operand(struct sf_num n, const struct sf_status *st)
{
    return n.denormal && st->daz ? sf_num_zero(n.sign) : n;
}

uint32_t f32_from_f64(uint64_t a, struct sf_status *st)
{
    struct sf_num n = sse_operand(sf_unpack_f64(a), st);

    if (convert_special(&n, st) || sf_check_denormal(n.denormal, st)) return 0;
    return sf_pack_f32(n, st);
}

uint64_t f64_from_f32(uint32_t a, struct sf_status *st)
{
    struct sf_num n = sse_operand(sf_unpack_f32(a), st);

    if (convert_special(&n, st) || sf_check_denormal(n.denormal, st)) return 0;
    return sf_pack_f64(n, st);
}

static struct sf_num num_from_i32(int32_t a)
{
    uint64_t magnitude = a < 0 ? -(uint64_t)a : (uint64_t)a;

    return a ? sf_num_from_u128(a < 0, 127, magnitude) : sf_num_zero(false);
}

uint32_t f32_from_i32(int32_t a, struct sf_status *st) { return sf_pack_f32(num_from_i32(a), st); }

uint64_t f64_from_i32(int32_t a)
{
    struct sf_status st = {.masks = SF_ALL}; /* always exact */

    return sf_pack_f64(num_from_i32(a), &st);
}

int32_t f32_to_i32(uint32_t a, enum sf_rounding rounding, struct sf_status *st)
{
    struct sf_num n = sse_operand(sf_unpack_f32(a), st);

    return (int32_t)num_to_int(&n, 32, (int)rounding, st);
}

int32_t f64_to_i32(uint64_t a, enum sf_rounding rounding, struct sf_status *st)
{
    struct sf_num n = sse_operand(sf_unpack_f64(a), st);

    return (int32_t)num_to_int(&n, 32, (int)rounding, st);
}

/* RCPPS, RSQRTPS: relative error at most 1.5 * 2^-12 (SDM 2B). Intel's and AMD's tables differ; here the
 * result is the correctly rounded one of 12 bits. Denormals count as zero; results that are tiny before rounding
 * are flushed. */
enum { F32_INFINITY = 0x7f800000 };

/* VALUE / 2^12 * 2^EXP with VALUE, of 13 bits or 2^13, cut off: rounded to 12 bits. No quotient and no root is a tie. */
static uint32_t estimate(bool sign, int exp, uint32_t value)
{
    uint32_t rounded = (value + 1) >> 1;

    if (exp + (int)(value >> 13) < -126) return (uint32_t)sign << 31;
    if (rounded >> 12) {
        rounded >>= 1;
        exp++;
    }
    return (uint32_t)sign << 31 | (uint32_t)(exp + 127) << 23 | (rounded & 0x7ff) << 12;
}

/* 2^13 / sqrt(M / 2^23) cut off, M / 2^23 from 1 to below 4: the largest V with V^2 M <= 2^49. A table by the upper bits
 * and one of Newton's steps are off by one or two. */
static uint32_t inverse_root(uint32_t m)
{
    static const uint16_t first[96] = {
        8129, 8006, 7890, 7778, 7670, 7567, 7469, 7373, 7282, 7194, 7108, 7026, 6947, 6870, 6796, 6724,
        6654, 6587, 6521, 6457, 6396, 6336, 6277, 6220, 6165, 6111, 6059, 6008, 5958, 5909, 5862, 5815,
        5770, 5726, 5683, 5640, 5599, 5559, 5519, 5480, 5442, 5405, 5369, 5333, 5298, 5264, 5230, 5197,
        5165, 5133, 5102, 5071, 5041, 5012, 4983, 4954, 4926, 4898, 4871, 4845, 4818, 4792, 4767, 4742,
        4717, 4693, 4669, 4646, 4623, 4600, 4577, 4555, 4533, 4512, 4490, 4470, 4449, 4429, 4408, 4389,
        4369, 4350, 4331, 4312, 4293, 4275, 4257, 4239, 4222, 4204, 4187, 4170, 4153, 4137, 4120, 4104,
    };
    const int64_t goal = INT64_C(1) << 49;
    int64_t       v = first[(m >> 18) - 32];

    v += v * (goal - v * v * m) / (2 * goal);
    while (v * v * m > goal) v--;
    while ((v + 1) * (v + 1) * m <= goal) v++;
    return (uint32_t)v;
}

uint32_t f32_rcp(uint32_t a)
{
    int      exp = (int)(a >> 23 & 0xff);
    uint32_t sign = a & UINT32_C(0x80000000);

    if (exp && exp != 0xff) return estimate(a >> 31, 126 - exp, (uint32_t)((UINT64_C(1) << 36) / (0x800000 | (a & 0x7fffff))));
    if (!exp) return sign | F32_INFINITY; /* zero or denormal */
    return a & 0x7fffff ? a | 0x400000 : sign;
}

uint32_t f32_rsqrt(uint32_t a)
{
    int      exp = (int)(a >> 23 & 0xff);
    unsigned odd = ~exp & 1; /* 127 is the bias */

    if (exp && a < UINT32_C(0x7f800000)) return estimate(false, (127 - exp + (int)odd) / 2 - 1, inverse_root((0x800000 | (a & 0x7fffff)) << odd));
    if (!exp) return (a & UINT32_C(0x80000000)) | F32_INFINITY; /* zero or denormal */
    if (exp == 0xff && a & 0x7fffff) return a | 0x400000;
    return a >> 31 ? F32_INDEFINITE : 0; /* of infinity */
}
