/* x87_calls.c: x87 instructions that translated code has computed in C, while the guest's registers stay in the host's x87 unit.
 *
 * FSIN and its like, whose results no two makes of CPU agree on, are the soft float's; FSCALE, FXTRACT, FPREM and FPREM1 have corners that
 * differ, so only plain operands come here to a result. C code does not use the x87 unit by itself. Each function takes its operands off the
 * stack and puts the results there, flags and all; or it leaves everything as it was and returns false, and the handler runs the
 * instruction: with empty or full stacks, NaNs, infinities, denormals. See docs/TRICKS.md. */
#include "cpu/x86/fpu.h"
#include "cpu/x86/jit/jit_private.h"

enum {
    EXP_MASK = 0x7fff,
    EXP_BIAS = 16383,
};

struct __attribute__((packed)) number {
    uint64_t mant;
    uint16_t exp_sign;
};

/* --- the host's stack ---------------------------------------------------------------------------------------------------------------------- */

static inline uint16_t status_word(void)
{
    uint16_t sw;

    __asm__ volatile("fnstsw %0" : "=a"(sw));
    return sw;
}

/* ST(0) of an empty stack is read as the indefinite, and raises a stack fault. */
static inline struct floatx80 pop(void)
{
    struct number n;

    __asm__ volatile("fstpt %0" : "=m"(n));
    return (struct floatx80){n.mant, n.exp_sign};
}

/* Clears C1. */
static inline void push(struct floatx80 v)
{
    struct number n = {v.mant, v.exp_sign};

    __asm__ volatile("fldt %0" : : "m"(n));
}

/* Status SW, with its TOP; the upper VALID registers are not empty, nor is with ABOVE the one above them. */
static void set_status(uint16_t sw, bool above, unsigned valid)
{
    struct __attribute__((packed)) { uint16_t cw, pad_cw, sw, pad_sw, tags, pad_tags; uint32_t pointers[4]; } env;
    unsigned top = sw >> 11 & 7;

    __asm__ volatile("fnstenv %0" : "=m"(env));
    env.sw = sw;
    for (unsigned n = 0; n < valid; n++) env.tags &= (uint16_t)~(3u << (2 * ((top + n) & 7)));
    if (above) env.tags &= (uint16_t)~(3u << (2 * ((top - 1) & 7)));
    __asm__ volatile("fldenv %0" : : "m"(env));
}

/* After POPS times pop(), of which only the last operand may have been missing, gave A and then B: all as it was when the status word was SW.
 * Mostly nothing but the stack has changed. Returns false. */
static bool undo(uint16_t sw, unsigned pops, struct floatx80 a, struct floatx80 b)
{
    bool missing = status_word() & SW_SF;

    if (missing || (sw & SW_C1)) {
        set_status(sw, false, missing ? pops - 1 : pops);
        return false;
    }
    if (pops == 2) push(b);
    push(a);
    return false;
}

static bool undo_one(uint16_t sw, struct floatx80 a) { return undo(sw, 1, a, a); }

/* C2 is cleared, C0 and C3 stay as in SW. Not both of them may be set, which no comparison does. One register is free. */
static void clear_c2(uint16_t sw)
{
    static const float tested[3] = {1, -1, 0};

    if (sw & SW_C2) __asm__ volatile("flds %0; ftst; fstp %%st(0)" : : "m"(tested[sw & SW_C3 ? 2 : sw & SW_C0 ? 1 : 0]));
}

static inline bool can_clear_c2(uint16_t sw)
{
    return !(sw & SW_C2) || (sw & (SW_C3 | SW_C0)) != (SW_C3 | SW_C0);
}

/* Two results have been pushed in the place of operand A, when the status word was SW. If there was no room for the second one, all is made as
 * it was, but for what is in the register that was in its way: whoever delivers the overflow writes the indefinite there. */
static inline bool two_pushed(uint16_t sw, struct floatx80 a)
{
    if (likely(!(status_word() & SW_SF))) return true;
    __asm__ volatile("fstp %st(0); fstp %st(0)");
    push(a);
    set_status(sw, true, 1);
    return false;
}

/* --- operands and results -------------------------------------------------------------------------------------------------------------------- */

static inline bool is_zero(struct floatx80 v) { return !(v.exp_sign & EXP_MASK) && !v.mant; }

static inline bool is_normal(struct floatx80 v)
{
    unsigned e = v.exp_sign & EXP_MASK;

    return v.mant >> 63 && e && e != EXP_MASK;
}

static inline bool is_plain(struct floatx80 v) { return is_normal(v) || is_zero(v); }

/* Whether push_result() can raise what ST says, for the result V. */
static inline bool is_presentable(struct floatx80 v, const struct sf_status *st)
{
    int e = (v.exp_sign & EXP_MASK) - EXP_BIAS;

    if (!st->flags) return !st->rounded_up;
    return st->flags == SF_PE && v.mant >> 63 && e > -900 && e < 900;
}

/* Pushes V. PE and C1 are made by a sum that rounds to V: V and an eighth of its last bit, or less an eighth if it was rounded up. */
static void push_result(const struct x86 *c, struct floatx80 v, const struct sf_status *st)
{
    static const uint16_t plain = CW_INIT;
    bool                  other = (c->fpu.cw & (CW_PC | CW_RC)) != (CW_INIT & (CW_PC | CW_RC));
    uint64_t              eighth;

    push(v);
    if (!st->flags) return;
    eighth = (uint64_t)((v.exp_sign & EXP_MASK) - EXP_BIAS - 66 + 1023) << 52 | (uint64_t)((v.exp_sign >> 15) ^ st->rounded_up) << 63;
    if (other) __asm__ volatile("fldcw %0" : : "m"(plain));
    __asm__ volatile("faddl %0" : : "m"(eighth));
    if (other) __asm__ volatile("fldcw %0" : : "m"(c->fpu.cw));
}

/* --- FSIN, FCOS, F2XM1 ------------------------------------------------------------------------------------------------------------------------- */

typedef bool trig_fn(struct floatx80 a, struct floatx80 *result, struct sf_status *st);

/* C2 is cleared, C0 and C3 stay. */
static inline bool trig(struct x86 *c, trig_fn *fn)
{
    struct sf_status st = fpu_status(c);
    uint16_t         sw = status_word();
    struct floatx80  a, v;

    if (sw & SW_SF || !can_clear_c2(sw)) return false;
    a = pop();
    if (!is_plain(a) || !fn(a, &v, &st) || !is_presentable(v, &st)) return undo_one(sw, a);
    clear_c2(sw);
    push_result(c, v, &st);
    return true;
}

static bool call_fsin(struct x86 *c) { return trig(c, f80_sin); }
static bool call_fcos(struct x86 *c) { return trig(c, f80_cos); }

static bool call_f2xm1(struct x86 *c)
{
    struct sf_status st = fpu_status(c);
    uint16_t         sw = status_word();
    struct floatx80  a, v;

    if (sw & SW_SF) return false;
    a = pop();
    if (!is_plain(a)) return undo_one(sw, a);
    v = f80_2xm1(a, &st);
    if (!is_presentable(v, &st)) return undo_one(sw, a);
    push_result(c, v, &st);
    return true;
}

/* --- FSINCOS, FPTAN, FXTRACT: one more on the stack ------------------------------------------------------------------------------------------------ */

static bool call_fsincos(struct x86 *c)
{
    struct sf_status st = fpu_status(c);
    uint16_t         sw = status_word();
    struct floatx80  a, sine, cosine;

    if (sw & SW_SF || !can_clear_c2(sw)) return false;
    a = pop();
    if (!is_plain(a) || !f80_sincos(a, &sine, &cosine, &st) || !is_presentable(cosine, &st)) return undo_one(sw, a);
    clear_c2(sw);
    push(sine);
    push_result(c, cosine, &st);
    return two_pushed(sw, a);
}

/* C1 tells how the tangent was rounded, and FLD clears it: so the sum that makes it has 1 as its result. */
static bool call_fptan(struct x86 *c)
{
    struct sf_status st = fpu_status(c);
    uint16_t         sw = status_word();
    struct floatx80  a, v;

    if (sw & SW_SF || !can_clear_c2(sw)) return false;
    a = pop();
    if (!is_plain(a) || !f80_tan(a, &v, &st) || (st.flags & ~SF_PE)) return undo_one(sw, a);
    clear_c2(sw);
    push(v);
    push_result(c, (struct floatx80){UINT64_C(1) << 63, EXP_BIAS}, &st);
    return two_pushed(sw, a);
}

static bool call_fxtract(struct x86 *c)
{
    uint16_t        sw = status_word();
    struct floatx80 a;
    int16_t         exponent;

    (void)c;
    if (sw & SW_SF) return false;
    a = pop();
    if (!is_normal(a)) return undo_one(sw, a);
    exponent = (int16_t)((a.exp_sign & EXP_MASK) - EXP_BIAS);
    __asm__ volatile("filds %0" : : "m"(exponent));
    push((struct floatx80){a.mant, (uint16_t)((a.exp_sign & 0x8000) | EXP_BIAS)});
    return two_pushed(sw, a);
}

/* --- two operands ------------------------------------------------------------------------------------------------------------------------------------- */

/* *A was ST(0), *B ST(1); false: everything is as it was. */
static inline bool pop_two(uint16_t sw, struct floatx80 *a, struct floatx80 *b)
{
    if (sw & SW_SF) return false;
    *a = pop();
    if (!is_plain(*a)) return undo_one(sw, *a);
    *b = pop();
    return is_plain(*b) || undo(sw, 2, *a, *b);
}

typedef struct floatx80 pair_fn(struct floatx80 st1, struct floatx80 st0, struct sf_status *st);

static inline bool pair(struct x86 *c, pair_fn *fn)
{
    struct sf_status st = fpu_status(c);
    uint16_t         sw = status_word();
    struct floatx80  a, b, v;

    if (!pop_two(sw, &a, &b)) return false;
    v = fn(b, a, &st);
    if (!is_presentable(v, &st)) return undo(sw, 2, a, b);
    push_result(c, v, &st);
    return true;
}

static bool call_fpatan(struct x86 *c) { return pair(c, f80_atan2); }
static bool call_fyl2x(struct x86 *c) { return pair(c, f80_ylog2x); }
static bool call_fyl2xp1(struct x86 *c) { return pair(c, f80_ylog2xp1); }

/* A times 2 to the power of B, cut off. Far from overflow and underflow it is exact. */
static bool call_fscale(struct x86 *c)
{
    uint16_t        sw = status_word();
    struct floatx80 a, b;
    int             by, exponent;

    (void)c;
    if (!pop_two(sw, &a, &b)) return false;
    exponent = (b.exp_sign & EXP_MASK) - EXP_BIAS;
    if (exponent > 14) return undo(sw, 2, a, b);
    by = exponent < 0 ? 0 : (int)(b.mant >> (63 - exponent));
    exponent = (a.exp_sign & EXP_MASK) + (b.exp_sign & 0x8000 ? -by : by);
    if (is_normal(a)) {
        if (exponent <= 0 || exponent >= EXP_MASK) return undo(sw, 2, a, b);
        a.exp_sign = (uint16_t)((a.exp_sign & 0x8000) | exponent);
    }
    push(b);
    push(a);
    return true;
}

/* FPREM and FPREM1 in one go, far from denormals: exactly defined, and the host's. */
static inline bool remainder_pops(uint16_t sw)
{
    struct floatx80 a, b;
    int             distance;

    if (!pop_two(sw, &a, &b)) return false;
    distance = (a.exp_sign & EXP_MASK) - (b.exp_sign & EXP_MASK);
    if (!is_normal(a) || !is_normal(b) || distance > 63 || (a.exp_sign & EXP_MASK) < 256 || (b.exp_sign & EXP_MASK) < 256) return undo(sw, 2, a, b);
    push(b);
    push(a);
    return true;
}

static bool call_fprem(struct x86 *c)
{
    (void)c;
    if (!remainder_pops(status_word())) return false;
    __asm__ volatile("fprem");
    return true;
}

static bool call_fprem1(struct x86 *c)
{
    (void)c;
    if (!remainder_pops(status_word())) return false;
    __asm__ volatile("fprem1");
    return true;
}

jit_x87_call *const jit_x87_calls[X87_CALLS] = {
    [CALL_FSIN] = call_fsin, [CALL_FCOS] = call_fcos, [CALL_F2XM1] = call_f2xm1, [CALL_FSINCOS] = call_fsincos,
    [CALL_FPTAN] = call_fptan, [CALL_FXTRACT] = call_fxtract, [CALL_FPATAN] = call_fpatan, [CALL_FYL2X] = call_fyl2x,
    [CALL_FYL2XP1] = call_fyl2xp1, [CALL_FSCALE] = call_fscale, [CALL_FPREM] = call_fprem, [CALL_FPREM1] = call_fprem1,
};
