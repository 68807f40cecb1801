/* sf_internal.h: what the soft float's files share: numbers taken apart, 128-bit shifts, rounding. */
#ifndef CPU_X86_SF_INTERNAL_H
#define CPU_X86_SF_INTERNAL_H

#include "cpu/x86/softfloat.h"

__extension__ typedef unsigned __int128 sf_u128;

#define SF_TOP_BIT   UINT64_C(0x8000000000000000)
#define SF_QUIET_BIT UINT64_C(0x4000000000000000)

enum sf_class {
    SF_CLASS_ZERO,
    SF_CLASS_FINITE,
    SF_CLASS_INF,
    SF_CLASS_QNAN,
    SF_CLASS_SNAN,
    SF_CLASS_UNSUPPORTED, /* pseudo-NaN, pseudo-infinity, unnormal: floatx80 only (SDM 8.2.2) */
};

/* A number taken apart. Finite: (-1)^sign * (mant + extra/2^64) / 2^63 * 2^exp, with the top bit of mant set.
 * NaN: the significand, left-aligned, is mant. */
struct sf_num {
    uint8_t  cls;
    bool     sign;
    bool     denormal; /* came from a denormal encoding */
    int      exp;
    uint64_t mant;
    uint64_t extra; /* bits below mant, the lowest one sticky; zero in operands */
};

/* A destination: bits of significand, exponents of the smallest normal and of the largest number. */
struct sf_format {
    int  precision;
    int  min_exp;
    int  max_exp;
    bool wraps; /* an unmasked overflow or underflow wraps the exponent (registers of the x87) */
};
extern const struct sf_format sf_format_f32, sf_format_f64, sf_format_f80;

/* sf_round.c */

/* Rounds a finite N into FORMAT, raising OE, UE, PE. The result may be a zero, a denormal (exp = min_exp, top
 * bit of mant clear) or an infinity. */
void sf_round(struct sf_num *n, const struct sf_format *format, struct sf_status *st);
/* Rounds MANT.EXTRA, whose unit is bit 64 - BITS of MANT, to a multiple of that unit.
 * *INEXACT, *UP tell about it; returns true if the sum carried out of MANT (which is then the top bit). */
bool sf_round_bits(uint64_t *mant, uint64_t extra, int bits, bool sign, int rounding, bool *inexact, bool *up);

struct sf_num sf_unpack_f32(uint32_t a);
struct sf_num sf_unpack_f64(uint64_t a);
struct sf_num sf_unpack_f80(struct floatx80 a);
/* Pack anything; a finite number is rounded first. */
uint32_t sf_pack_f32(struct sf_num n, struct sf_status *st);
uint64_t sf_pack_f64(struct sf_num n, struct sf_status *st);
struct floatx80 sf_pack_f80(struct sf_num n, const struct sf_format *format, struct sf_status *st);
/* For floatx80 results whose precision CW.PC does not govern. */
static inline struct floatx80 sf_pack_f80_full(struct sf_num n, struct sf_status *st)
{
    return sf_pack_f80(n, &sf_format_f80, st);
}

/* Raises FLAG; true if that stops the operation. */
static inline bool sf_raise(struct sf_status *st, uint8_t flag)
{
    st->flags |= flag;
    return !(st->masks & flag);
}

static inline bool sf_is_nan(const struct sf_num *a) { return a->cls >= SF_CLASS_QNAN; }

static inline struct sf_num sf_num_zero(bool sign) { return (struct sf_num){.cls = SF_CLASS_ZERO, .sign = sign}; }

static inline struct sf_num sf_num_inf(bool sign) { return (struct sf_num){.cls = SF_CLASS_INF, .sign = sign}; }

static inline struct sf_num sf_num_default_nan(void)
{
    return (struct sf_num){.cls = SF_CLASS_QNAN, .sign = true, .mant = SF_TOP_BIT | SF_QUIET_BIT};
}

/* Invalid operation: raises IE, gives the default NaN. */
static inline struct sf_num sf_num_invalid(struct sf_status *st)
{
    sf_raise(st, SF_IE);
    return sf_num_default_nan();
}

/* The result of an operation with a NaN or unsupported operand (at least one is). X87: SDM table 4-7. */
struct sf_num sf_propagate(const struct sf_num *a, const struct sf_num *b, bool x87, struct sf_status *st);

/* Denormal operand check of one or two operands, after the NaN checks; true if the operation stops. */
static inline bool sf_check_denormal(bool denormal, struct sf_status *st)
{
    return (denormal || st->from_denormal) && sf_raise(st, SF_DE);
}

static inline int sf_clz64(uint64_t v) { return __builtin_clzll(v); }

static inline int sf_clz128(sf_u128 v)
{
    uint64_t high = (uint64_t)(v >> 64);

    return high ? sf_clz64(high) : 64 + sf_clz64((uint64_t)v);
}

/* V >> BY with the lost bits ORed into bit 0. */
static inline sf_u128 sf_shift_right_sticky(sf_u128 v, unsigned by)
{
    if (by == 0) return v;
    if (by >= 128) return v != 0;
    return v >> by | ((v << (128 - by)) != 0);
}

/* Builds a finite number from V / 2^127 * 2^EXP, V not zero. */
static inline struct sf_num sf_num_from_u128(bool sign, int exp, sf_u128 v)
{
    int shift = sf_clz128(v);

    v <<= shift;
    return (struct sf_num){.cls = SF_CLASS_FINITE,
                           .sign = sign,
                           .exp = exp - shift,
                           .mant = (uint64_t)(v >> 64),
                           .extra = (uint64_t)v};
}

#endif
