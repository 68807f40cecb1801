/* softfloat.h: IEEE 754 arithmetic of the x87 and of SSE, in integers, the same on every host.
 *
 * Sources: IEEE 754-1985; Intel SDM vol. 1 chapters 4 (data types, NaN rules), 8 (x87), 11 and appendix E (SSE).
 *
 * Every operation takes a struct sf_status: it reads the control fields and ORs into `flags`. Masks matter:
 * an operation that meets an unmasked invalid, denormal or zero-divide condition stops there, raises nothing
 * else, and its result is to be dropped (sf_stopped). An unmasked overflow or underflow of a floatx80 result
 * wraps the exponent by 24576 (SDM 8.5.4, 8.5.5); of a float32 or float64 result the value is to be dropped. */
#ifndef CPU_X86_SOFTFLOAT_H
#define CPU_X86_SOFTFLOAT_H

#include <stdbool.h>
#include <stdint.h>

/* Double-extended: sign and 15-bit exponent (bias 16383); 64-bit significand with an explicit integer bit. */
struct floatx80 {
    uint64_t mant;
    uint16_t exp_sign;
};

/* Exception flags and masks, as in the x87 status and control words and in MXCSR. */
enum sf_flag {
    SF_IE = 0x01,
    SF_DE = 0x02,
    SF_ZE = 0x04,
    SF_OE = 0x08,
    SF_UE = 0x10,
    SF_PE = 0x20,
    SF_ALL = 0x3f,
};

/* Rounding control, as in CW.RC and MXCSR.RC. */
enum sf_rounding {
    SF_NEAREST,
    SF_DOWN,
    SF_UP,
    SF_TRUNCATE,
};

enum sf_relation {
    SF_LESS,
    SF_EQUAL,
    SF_GREATER,
    SF_UNORDERED,
};

struct sf_status {
    uint8_t rounding;      /* enum sf_rounding */
    uint8_t precision;     /* bits of significand of the floatx80 results of + - * / sqrt: 24, 53 or 64 */
    uint8_t masks;         /* 1: masked */
    uint8_t flags;         /* out, ORed */
    bool    daz;           /* SSE: denormal operands count as zero */
    bool    ftz;           /* SSE: tiny results become zero while underflow is masked */
    bool    from_denormal; /* x87: an operand was a denormal float32 or float64 before its exact widening */
    bool    rounded_up;    /* out: the last rounding increased the magnitude (C1) */
    bool    slow;          /* transcendentals: by power series only, without the quick phase (sf_quick.h), for tests */
};

/* Which exceptions stop an operation before it has a result. */
static inline bool sf_stopped(const struct sf_status *st)
{
    return (st->flags & ~st->masks & (SF_IE | SF_DE | SF_ZE)) != 0;
}

/* Default NaN: the "real indefinite". */
static inline struct floatx80 f80_indefinite(void)
{
    return (struct floatx80){UINT64_C(0xc000000000000000), 0xffff};
}
#define F32_INDEFINITE UINT32_C(0xffc00000)
#define F64_INDEFINITE UINT64_C(0xfff8000000000000)

static inline struct floatx80 f80_zero(bool sign)
{
    return (struct floatx80){0, (uint16_t)(sign ? 0x8000 : 0)};
}

/* What FXAM tells apart. */
enum f80_class {
    F80_UNSUPPORTED,
    F80_NAN,
    F80_NORMAL,
    F80_INFINITY,
    F80_ZERO,
    F80_DENORMAL,
};
enum f80_class f80_classify(struct floatx80 a);
bool f80_is_signaling(struct floatx80 a);

/* x87 arithmetic; NaN operands by the larger-significand rule of SDM table 4-7. */
struct floatx80 f80_add(struct floatx80 a, struct floatx80 b, struct sf_status *st);
struct floatx80 f80_sub(struct floatx80 a, struct floatx80 b, struct sf_status *st);
struct floatx80 f80_mul(struct floatx80 a, struct floatx80 b, struct sf_status *st);
struct floatx80 f80_div(struct floatx80 a, struct floatx80 b, struct sf_status *st);
struct floatx80 f80_sqrt(struct floatx80 a, struct sf_status *st);
struct floatx80 f80_round_to_int(struct floatx80 a, struct sf_status *st);
struct floatx80 f80_scale(struct floatx80 a, struct floatx80 by, struct sf_status *st);
/* FXTRACT: the significand is returned, the exponent goes to *EXPONENT. */
struct floatx80 f80_extract(struct floatx80 a, struct floatx80 *exponent, struct sf_status *st);
/* FPREM (NEAREST false) and FPREM1. *QUOTIENT gets the low bits of the quotient, or is 0 when *PARTIAL
 * (the reduction is incomplete: C2). */
struct floatx80 f80_rem(struct floatx80 a, struct floatx80 b, bool nearest, unsigned *quotient, bool *partial,
                        struct sf_status *st);
/* QUIET: only signaling NaNs and unsupported operands are invalid (FUCOM). */
enum sf_relation f80_compare(struct floatx80 a, struct floatx80 b, bool quiet, struct sf_status *st);

/* Conversions. `exact` ones raise nothing and keep NaNs as they are; *DENORMAL tells about the operand. */
struct floatx80 f80_from_f32_exact(uint32_t a, bool *denormal);
struct floatx80 f80_from_f64_exact(uint64_t a, bool *denormal);
struct floatx80 f80_from_f32(uint32_t a, struct sf_status *st);
struct floatx80 f80_from_f64(uint64_t a, struct sf_status *st);
struct floatx80 f80_from_int(int64_t a);
struct floatx80 f80_from_bcd(const uint8_t bcd[10]);
uint32_t f80_to_f32(struct floatx80 a, struct sf_status *st);
uint64_t f80_to_f64(struct floatx80 a, struct sf_status *st);
/* BITS 16, 32 or 64; out of range or NaN: invalid, and the integer indefinite 8000...h, sign-extended. */
int64_t f80_to_int(struct floatx80 a, int bits, struct sf_status *st);
void f80_to_bcd(struct floatx80 a, uint8_t bcd[10], struct sf_status *st);

/* Transcendentals, within 1 ulp of the true result (sf_trig.c, sf_log.c). The trigonometric ones reduce their
 * argument by the x87's 66-bit pi; they return false, and leave the results alone, if |a| >= 2^63 (C2). */
bool f80_sin(struct floatx80 a, struct floatx80 *sin, struct sf_status *st);
bool f80_cos(struct floatx80 a, struct floatx80 *cos, struct sf_status *st);
bool f80_sincos(struct floatx80 a, struct floatx80 *sin, struct floatx80 *cos, struct sf_status *st);
bool f80_tan(struct floatx80 a, struct floatx80 *tan, struct sf_status *st);
struct floatx80 f80_atan2(struct floatx80 y, struct floatx80 x, struct sf_status *st);  /* FPATAN */
struct floatx80 f80_2xm1(struct floatx80 a, struct sf_status *st);                      /* 2^a - 1, |a| <= 1 */
struct floatx80 f80_ylog2x(struct floatx80 y, struct floatx80 x, struct sf_status *st); /* FYL2X */
struct floatx80 f80_ylog2xp1(struct floatx80 y, struct floatx80 x, struct sf_status *st);

/* SSE arithmetic; of two NaNs the first operand wins. */
uint32_t f32_add(uint32_t a, uint32_t b, struct sf_status *st);
uint32_t f32_sub(uint32_t a, uint32_t b, struct sf_status *st);
uint32_t f32_mul(uint32_t a, uint32_t b, struct sf_status *st);
uint32_t f32_div(uint32_t a, uint32_t b, struct sf_status *st);
uint32_t f32_min(uint32_t a, uint32_t b, struct sf_status *st);
uint32_t f32_max(uint32_t a, uint32_t b, struct sf_status *st);
uint32_t f32_sqrt(uint32_t a, struct sf_status *st);
uint32_t f32_rcp(uint32_t a);   /* RCPSS: 12 bits, raises nothing */
uint32_t f32_rsqrt(uint32_t a); /* RSQRTSS: the same */
enum sf_relation f32_compare(uint32_t a, uint32_t b, bool quiet, struct sf_status *st);
uint64_t f64_add(uint64_t a, uint64_t b, struct sf_status *st);
uint64_t f64_sub(uint64_t a, uint64_t b, struct sf_status *st);
uint64_t f64_mul(uint64_t a, uint64_t b, struct sf_status *st);
uint64_t f64_div(uint64_t a, uint64_t b, struct sf_status *st);
uint64_t f64_min(uint64_t a, uint64_t b, struct sf_status *st);
uint64_t f64_max(uint64_t a, uint64_t b, struct sf_status *st);
uint64_t f64_sqrt(uint64_t a, struct sf_status *st);
enum sf_relation f64_compare(uint64_t a, uint64_t b, bool quiet, struct sf_status *st);

uint32_t f32_from_f64(uint64_t a, struct sf_status *st);
uint64_t f64_from_f32(uint32_t a, struct sf_status *st);
uint32_t f32_from_i32(int32_t a, struct sf_status *st);
uint64_t f64_from_i32(int32_t a);
/* Out of range or NaN: invalid and 80000000h. ROUNDING is given apart from the status (CVTT truncates). */
int32_t f32_to_i32(uint32_t a, enum sf_rounding rounding, struct sf_status *st);
int32_t f64_to_i32(uint64_t a, enum sf_rounding rounding, struct sf_status *st);

#endif
