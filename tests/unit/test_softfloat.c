/* test_softfloat.c: the soft float against the host's own x87 unit, on x86 hosts; SSE: test_softfloat_sse.c.
 *
 * Random and special operands, all rounding and precision modes, random masks; results and all flags must be
 * equal. SOFTFLOAT_CASES in the environment sets the number of cases per operation. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/x86/softfloat.h"
#include "tests/unit/softfloat_cases.h"

Suite *softfloat_suite(void);

enum {
    FSW_C0 = 0x0100,
    FSW_C1 = 0x0200,
    FSW_C2 = 0x0400,
    FSW_C3 = 0x4000,
    FSW_CC = 0x4700,
};

#if defined(__x86_64__)

/* x87. An operation leaves its state in the form of FXSAVE. */

struct fxsave {
    uint16_t fcw, fsw;
    uint8_t  ftw, reserved;
    uint16_t fop;
    uint8_t  pointers[16];
    uint32_t mxcsr, mxcsr_mask;
    struct {
        struct floatx80 value;
    } st[8];
    uint8_t rest[512 - 160];
} __attribute__((aligned(16)));

struct x87_case {
    struct floatx80 a, b; /* ST0, ST1 */
    uint32_t        m32;
    uint64_t        m64;
    uint16_t        cw;
    uint8_t         bcd[10];
};

struct x87_result {
    struct floatx80 st0, st1;
    uint16_t        sw;
    uint64_t        memory;
    uint8_t         bcd[10];
};

#define HOST_X87(instruction)                                                                                         \
    __asm__ volatile("fninit; fldt %[b]; fldt %[a]; fldcw %[cw]; fnclex; " instruction                               \
                     "; fxsave %[fx]; fnclex; fninit"                                                                 \
                     : [fx] "=m"(fx), [m16] "+m"(*(uint16_t *)memory), [m32] "+m"(*(uint32_t *)memory),               \
                       [m64] "+m"(*(uint64_t *)memory), [m80] "+m"(*(struct bytes10 *)memory)                          \
                     : [a] "m"(c->a), [b] "m"(c->b), [cw] "m"(c->cw))

struct bytes10 {
    uint8_t b[10];
};

#define F80        "%04x.%016" PRIx64
#define F80_ARG(f) (f).exp_sign, (f).mant

enum x87_op {
    X_ADD, X_SUB, X_MUL, X_DIV, X_SQRT, X_RINT, X_SCALE, X_XTRACT, X_PREM, X_PREM1, X_COM, X_UCOM,
    X_ADD32, X_MUL64, X_DIV32, X_COM64, X_LD32, X_LD64,
    X_ST32, X_ST64, X_IST16, X_IST32, X_IST64, X_BSTP, X_BLD,
    X_OPS
};

static const char *const x87_names[X_OPS] = {
    "fadd", "fsub", "fmul", "fdiv", "fsqrt", "frndint", "fscale", "fxtract", "fprem", "fprem1", "fcom", "fucom",
    "fadd m32", "fmul m64", "fdiv m32", "fcom m64", "fld m32", "fld m64",
    "fst m32", "fst m64", "fist m16", "fist m32", "fistp m64", "fbstp", "fbld",
};

static void host_x87(enum x87_op op, const struct x87_case *c, struct x87_result *r)
{
    struct fxsave fx;
    uint8_t       memory[16] = {0};

    if (op == X_ADD32 || op == X_DIV32 || op == X_LD32) memcpy(memory, &c->m32, 4);
    if (op == X_MUL64 || op == X_COM64 || op == X_LD64) memcpy(memory, &c->m64, 8);
    if (op == X_BLD) memcpy(memory, c->bcd, 10);
    switch (op) {
        case X_ADD: HOST_X87("fadd %%st(1), %%st"); break;
        case X_SUB: HOST_X87(".byte 0xd8, 0xe1"); break;
        case X_MUL: HOST_X87("fmul %%st(1), %%st"); break;
        case X_DIV: HOST_X87(".byte 0xd8, 0xf1"); break;
        case X_SQRT: HOST_X87("fsqrt"); break;
        case X_RINT: HOST_X87("frndint"); break;
        case X_SCALE: HOST_X87("fscale"); break;
        case X_XTRACT: HOST_X87("fxtract"); break;
        case X_PREM: HOST_X87("fprem"); break;
        case X_PREM1: HOST_X87("fprem1"); break;
        case X_COM: HOST_X87("fcom %%st(1)"); break;
        case X_UCOM: HOST_X87("fucom %%st(1)"); break;
        case X_ADD32: HOST_X87("fadds %[m32]"); break;
        case X_MUL64: HOST_X87("fmull %[m64]"); break;
        case X_DIV32: HOST_X87("fdivs %[m32]"); break;
        case X_COM64: HOST_X87("fcoml %[m64]"); break;
        case X_LD32: HOST_X87("flds %[m32]"); break;
        case X_LD64: HOST_X87("fldl %[m64]"); break;
        case X_ST32: HOST_X87("fsts %[m32]"); break;
        case X_ST64: HOST_X87("fstl %[m64]"); break;
        case X_IST16: HOST_X87("fists %[m16]"); break;
        case X_IST32: HOST_X87("fistl %[m32]"); break;
        case X_IST64: HOST_X87("fistpll %[m64]"); break;
        case X_BSTP: HOST_X87("fbstp %[m80]"); break;
        default: HOST_X87("fbld %[m80]"); break;
    }
    r->sw = fx.fsw & (FSW_CC | SF_ALL);
    r->st0 = fx.st[0].value;
    r->st1 = fx.st[1].value;
    memcpy(&r->memory, memory, 8);
    memcpy(r->bcd, memory, 10);
}

static struct floatx80 soft_binary(enum x87_op op, struct floatx80 a, struct floatx80 b, struct sf_status *st)
{
    switch (op) {
        case X_ADD:
        case X_ADD32:
            return f80_add(a, b, st);
        case X_SUB:
            return f80_sub(a, b, st);
        case X_MUL:
        case X_MUL64:
            return f80_mul(a, b, st);
        case X_SQRT:
            return f80_sqrt(a, st);
        case X_RINT:
            return f80_round_to_int(a, st);
        case X_SCALE:
            return f80_scale(a, b, st);
        default:
            return f80_div(a, b, st);
    }
}

static uint16_t relation_bits(enum sf_relation relation)
{
    static const uint16_t bits[] = {[SF_LESS] = FSW_C0, [SF_EQUAL] = FSW_C3, [SF_GREATER] = 0,
                                    [SF_UNORDERED] = FSW_C0 | FSW_C2 | FSW_C3};

    return bits[relation];
}

static void soft_store(enum x87_op op, const struct x87_case *c, struct x87_result *r, struct sf_status *st)
{
    uint64_t value = 0;
    uint8_t  bcd[10] = {0};
    int      size = op == X_ST64 || op == X_IST64 ? 8 : op == X_IST16 ? 2 : op == X_BSTP ? 10 : 4;

    if (op == X_ST32) value = f80_to_f32(c->a, st);
    if (op == X_ST64) value = f80_to_f64(c->a, st);
    if (op == X_IST16) value = (uint64_t)f80_to_int(c->a, 16, st);
    if (op == X_IST32) value = (uint64_t)f80_to_int(c->a, 32, st);
    if (op == X_IST64) value = (uint64_t)f80_to_int(c->a, 64, st);
    if (op == X_BSTP) f80_to_bcd(c->a, bcd, st);
    if (st->flags & ~st->masks & ~SF_PE) return;
    if (op == X_BSTP)
        memcpy(r->bcd, bcd, 10);
    else
        memcpy(r->bcd, &value, (size_t)size);
    memcpy(&r->memory, r->bcd, 8);
    if (op == X_IST64 || op == X_BSTP) {
        r->st0 = c->b;
    }
}

static void soft_x87(enum x87_op op, const struct x87_case *c, struct x87_result *r)
{
    static const uint8_t precision[] = {24, 64, 53, 64};
    struct sf_status     st = {.rounding = c->cw >> 10 & 3, .precision = precision[c->cw >> 8 & 3],
                               .masks = c->cw & SF_ALL};
    struct floatx80      x = c->a, b = c->b, exponent;
    unsigned             quotient = 0;
    bool                 partial = false;
    uint16_t             cc = 0;

    *r = (struct x87_result){.st0 = c->a, .st1 = c->b};
    if (op == X_ADD32 || op == X_DIV32 || op == X_LD32) {
        memcpy(&r->memory, &c->m32, 4);
        b = f80_from_f32_exact(c->m32, &st.from_denormal);
    }
    if (op == X_MUL64 || op == X_COM64 || op == X_LD64) {
        memcpy(&r->memory, &c->m64, 8);
        b = f80_from_f64_exact(c->m64, &st.from_denormal);
    }
    memcpy(r->bcd, &r->memory, 8);
    if (op == X_BLD) {
        memcpy(r->bcd, c->bcd, 10);
        memcpy(&r->memory, c->bcd, 8);
    }
    switch (op) {
        case X_COM:
        case X_UCOM:
        case X_COM64:
            cc = relation_bits(f80_compare(c->a, b, op == X_UCOM, &st));
            break;
        case X_PREM:
        case X_PREM1:
            x = f80_rem(c->a, c->b, op == X_PREM1, &quotient, &partial, &st);
            cc = (quotient & 1 ? FSW_C1 : 0) | (quotient & 2 ? FSW_C3 : 0) | (quotient & 4 ? FSW_C0 : 0) |
                 (partial ? FSW_C2 : 0);
            st.rounded_up = false;
            if (!sf_stopped(&st)) r->st0 = x;
            break;
        case X_XTRACT:
            x = f80_extract(c->a, &exponent, &st);
            if (!sf_stopped(&st)) {
                r->st0 = x;
                r->st1 = exponent;
            }
            break;
        case X_LD32:
            st.from_denormal = false;
            x = f80_from_f32(c->m32, &st);
            if (!(st.flags & ~st.masks & SF_IE)) { /* a denormal is loaded all the same */
                r->st0 = x;
                r->st1 = c->a;
            }
            break;
        case X_LD64:
            st.from_denormal = false;
            x = f80_from_f64(c->m64, &st);
            if (!(st.flags & ~st.masks & SF_IE)) { /* a denormal is loaded all the same */
                r->st0 = x;
                r->st1 = c->a;
            }
            break;
        case X_BLD:
            r->st0 = f80_from_bcd(c->bcd);
            r->st1 = c->a;
            break;
        default:
            if (op >= X_ST32) {
                soft_store(op, c, r, &st);
            } else {
                x = soft_binary(op, c->a, b, &st);
                if (!sf_stopped(&st)) r->st0 = x;
            }
            break;
    }
    r->sw = (uint16_t)(st.flags | cc | (st.rounded_up ? FSW_C1 : 0));
}

static bool f80_equal(struct floatx80 a, struct floatx80 b) { return a.mant == b.mant && a.exp_sign == b.exp_sign; }

static struct x87_case random_x87_case(uint64_t *seed)
{
    struct x87_case c = {.a = random_f80(seed), .b = random_f80(seed), .m32 = random_f32(seed), .m64 = random_f64(seed)};
    uint64_t        r = random_next(seed);

    c.cw = (uint16_t)(0x40 | (r & 0xf00) | (r >> 16 & 3 ? SF_ALL : r >> 20 & SF_ALL));
    if ((c.cw & 0x300) == 0x100) c.cw |= 0x200; /* 1 is reserved */
    for (int k = 0; k < 10; k++) c.bcd[k] = (uint8_t)(random_next(seed) % 10 << 4 | random_next(seed) % 10);
    if (r >> 40 & 1) { /* nearly equal magnitudes */
        c.b.mant = c.a.mant ^ (r >> 41 & 3);
        c.b.exp_sign = (uint16_t)((c.b.exp_sign & 0x8000) | (c.a.exp_sign & 0x7fff));
    }
    return c;
}

/* What processors not of Intel's make may do in another way: test_no_underflow_of_an_operand. */
static bool host_may_underflow(enum x87_op op, const struct x87_case *c)
{
    bool tiny = !(c->a.exp_sign & 0x7fff) && c->a.mant && !(c->cw & SF_UE);

    if (!tiny || __builtin_cpu_is("intel")) return false;
    return op == X_SCALE ? f80_classify(c->b) == F80_ZERO : (op == X_PREM || op == X_PREM1) && f80_classify(c->b) == F80_INFINITY;
}

static void run_x87(enum x87_op op, unsigned long cases)
{
    uint64_t seed = op * 1000003u + 7;

    for (unsigned long i = 0; i < cases; i++) {
        struct x87_case   c = random_x87_case(&seed);
        struct x87_result host, soft;
        bool              popped;

        if (host_may_underflow(op, &c)) continue;
        host_x87(op, &c, &host);
        soft_x87(op, &c, &soft);
        popped = op == X_BSTP || op == X_IST64;
        if (host.sw == soft.sw && f80_equal(host.st0, soft.st0) && (popped || f80_equal(host.st1, soft.st1)) &&
            host.memory == soft.memory && !memcmp(host.bcd, soft.bcd, 10))
            continue;
        ck_abort_msg("%s cw %03x a " F80 " b " F80 " m32 %08" PRIx32 " m64 %016" PRIx64 "\n"
                     "   host sw %04x st0 " F80 " st1 " F80 " memory %016" PRIx64 "\n"
                     "   soft sw %04x st0 " F80 " st1 " F80 " memory %016" PRIx64,
                     x87_names[op], c.cw, F80_ARG(c.a), F80_ARG(c.b), c.m32, c.m64, host.sw, F80_ARG(host.st0),
                     F80_ARG(host.st1), host.memory, soft.sw, F80_ARG(soft.st0), F80_ARG(soft.st1), soft.memory);
    }
}

/* Transcendentals: two units within one ulp of the truth differ by at most two. */

enum trig_op {
    T_SIN, T_COS, T_TAN, T_ATAN, T_2XM1, T_YL2X, T_YL2XP1,
    T_OPS
};

static void host_trig(enum trig_op op, const struct x87_case *c, struct x87_result *r)
{
    struct fxsave fx;
    uint8_t       memory[16];

    switch (op) {
        case T_SIN: HOST_X87("fsin"); break;
        case T_COS: HOST_X87("fcos"); break;
        case T_TAN: HOST_X87("fptan; fstp %%st(0)"); break;
        case T_ATAN: HOST_X87("fpatan"); break;
        case T_2XM1: HOST_X87("f2xm1"); break;
        case T_YL2X: HOST_X87("fyl2x"); break;
        default: HOST_X87("fyl2xp1"); break;
    }
    r->sw = fx.fsw & (FSW_C2 | (SF_ALL & ~SF_PE));
    r->st0 = fx.st[0].value;
}

static struct floatx80 soft_trig(enum trig_op op, const struct x87_case *c, struct sf_status *st, bool *reduced)
{
    struct floatx80 z = c->a;

    *reduced = true;
    switch (op) {
        case T_SIN:
            *reduced = f80_sin(c->a, &z, st);
            return z;
        case T_COS:
            *reduced = f80_cos(c->a, &z, st);
            return z;
        case T_TAN:
            *reduced = f80_tan(c->a, &z, st);
            return z;
        case T_ATAN:
            return f80_atan2(c->b, c->a, st);
        case T_2XM1:
            return f80_2xm1(c->a, st);
        case T_YL2X:
            return f80_ylog2x(c->b, c->a, st);
        default:
            return f80_ylog2xp1(c->b, c->a, st);
    }
}

/* Operands in the documented ranges, mostly; no signs that make a logarithm invalid. */
static struct x87_case random_trig_case(enum trig_op op, uint64_t *seed)
{
    struct x87_case c = {.a = random_f80(seed), .b = random_f80(seed), .cw = 0x37f};
    uint64_t        r = random_next(seed);
    unsigned        top = op == T_YL2XP1 ? 16381 : 16382;
    bool            small = op == T_2XM1 || op == T_YL2XP1 || (op <= T_TAN && r & 3);

    if (small) c.a.exp_sign = (uint16_t)((c.a.exp_sign & 0x8000) | (top - (r >> 8) % (r & 4 ? 70 : 4)));
    if (small) c.a.mant |= UINT64_C(1) << 63;
    if (op == T_TAN && (c.a.exp_sign & 0x7fff) > 16383 + 62) c.a.exp_sign = 0x3fff; /* it would push nothing */
    if (op == T_YL2X) c.a.exp_sign &= 0x7fff;
    return c;
}

static bool f80_near(struct floatx80 a, struct floatx80 b)
{
    int64_t steps = (int64_t)(a.mant - b.mant);

    if (a.exp_sign == (uint16_t)(b.exp_sign + 1)) steps = (int64_t)(a.mant * 2 - b.mant);
    else if (b.exp_sign == (uint16_t)(a.exp_sign + 1)) steps = (int64_t)(a.mant - b.mant * 2);
    else if (a.exp_sign != b.exp_sign) return false;
    return steps >= -4 && steps <= 4;
}

static void run_trig(enum trig_op op, unsigned long cases)
{
    uint64_t seed = op + 12345u;

    for (unsigned long i = 0; i < cases; i++) {
        struct x87_case   c = random_trig_case(op, &seed);
        struct x87_result host;
        struct sf_status  st = {.precision = 64, .masks = SF_ALL};
        struct floatx80   soft;
        bool              reduced;
        uint16_t          sw;

        host_trig(op, &c, &host);
        soft = soft_trig(op, &c, &st, &reduced);
        sw = (uint16_t)((st.flags & ~SF_PE) | (reduced ? 0 : FSW_C2));
        if (sw == host.sw && f80_near(host.st0, soft)) continue;
        ck_abort_msg("transcendental %d a " F80 " b " F80 " host %04x " F80 " soft %04x " F80, op, F80_ARG(c.a),
                     F80_ARG(c.b), host.sw, F80_ARG(host.st0), sw, F80_ARG(soft));
    }
}

/* The quick phase answers only where the power series would give the same. */
static void run_quick_phase(enum trig_op op, unsigned long cases)
{
    uint64_t seed = op + 4711u;

    for (unsigned long i = 0; i < cases; i++) {
        struct x87_case  c = random_trig_case(op, &seed);
        struct sf_status quick = {.precision = 64, .masks = SF_ALL, .rounding = (uint8_t)(i & 3)}, slow = quick;
        struct floatx80  a, b;
        bool             reduced;

        slow.slow = true;
        a = soft_trig(op, &c, &quick, &reduced);
        b = soft_trig(op, &c, &slow, &reduced);
        if (f80_equal(a, b) && quick.flags == slow.flags && quick.rounded_up == slow.rounded_up) continue;
        ck_abort_msg("transcendental %d a " F80 " b " F80 " quick " F80 " slow " F80, op, F80_ARG(c.a), F80_ARG(c.b), F80_ARG(a), F80_ARG(b));
    }
}

START_TEST(test_quick_phase)
{
    run_quick_phase((enum trig_op)_i, cases_per_op(15000));
}
END_TEST

START_TEST(test_x87_as_host)
{
    run_x87((enum x87_op)_i, cases_per_op(20000));
}
END_TEST

START_TEST(test_transcendentals_as_host)
{
    run_trig((enum trig_op)_i, cases_per_op(5000));
}
END_TEST
#endif

/* Some results known from the standard, for hosts that are no oracle. */

static struct floatx80 integer(int64_t v) { return f80_from_int(v); }

START_TEST(test_known_results)
{
    struct sf_status st = {.precision = 64, .masks = SF_ALL};
    struct floatx80  third = f80_div(integer(1), integer(3), &st);

    ck_assert_uint_eq(third.mant, UINT64_C(0xaaaaaaaaaaaaaaab));
    ck_assert_uint_eq(third.exp_sign, 0x3ffd);
    ck_assert_uint_eq(st.flags, SF_PE);
    ck_assert(st.rounded_up);
    st.flags = 0;
    ck_assert_uint_eq(f80_to_f64(third, &st), UINT64_C(0x3fd5555555555555));
    ck_assert_int_eq(f80_to_int(f80_sqrt(integer(1000000), &st), 32, &st), 1000);
    st.flags = 0;
    ck_assert_int_eq(f80_compare(f80_div(integer(1), integer(0), &st), integer(5), false, &st), SF_GREATER);
    ck_assert_uint_eq(st.flags, SF_ZE);
    st.flags = 0;
    ck_assert_uint_eq(f32_sub(0x3f800000, 0x3f800000, &st), 0);
    ck_assert_uint_eq(f32_div(0, 0, &st), F32_INDEFINITE);
    ck_assert_uint_eq(st.flags, SF_IE);
}
END_TEST

/* FSCALE by zero, FPREM by infinity: a denormal comes out as it is, though underflow is not masked. Intel's processors do that; the
 * manual's tables of both (SDM 2A) assume that there is no underflow. */
START_TEST(test_no_underflow_of_an_operand)
{
    struct sf_status st = {.precision = 64, .masks = SF_ALL & ~SF_UE};
    struct floatx80  denormal = {0x1000, 0x8000}, pseudo = {UINT64_C(1) << 63, 0}, half = {UINT64_C(1) << 63, 0x3ffe};
    struct floatx80  infinity = {UINT64_C(1) << 63, 0x7fff}, z;
    unsigned         quotient;
    bool             partial;

    for (unsigned op = 0; op < 3; op++) {
        z = op ? f80_rem(denormal, infinity, op == 2, &quotient, &partial, &st) : f80_scale(denormal, f80_zero(true), &st);
        ck_assert_uint_eq(z.mant, denormal.mant);
        ck_assert_uint_eq(z.exp_sign, denormal.exp_sign);
        z = op ? f80_rem(pseudo, infinity, op == 2, &quotient, &partial, &st) : f80_scale(pseudo, f80_zero(true), &st);
        ck_assert_uint_eq(z.mant, pseudo.mant);
        ck_assert_uint_eq(z.exp_sign, 1);
        ck_assert_uint_eq(st.flags, SF_DE);
    }
    z = f80_scale(denormal, half, &st); /* which counts as zero, but is none */
    ck_assert_uint_eq(st.flags, SF_DE | SF_UE);
    ck_assert_uint_eq(z.exp_sign, 0x8000 | (24576 - 50));
}
END_TEST

START_TEST(test_known_transcendentals)
{
    struct sf_status st = {.precision = 64, .masks = SF_ALL};
    struct floatx80  z = f80_atan2(integer(1), integer(1), &st);

    ck_assert_uint_eq(z.mant, UINT64_C(0xc90fdaa22168c235)); /* pi/4 */
    ck_assert_uint_eq(z.exp_sign, 0x3ffe);
    ck_assert(f80_sin(integer(1), &z, &st));
    ck_assert_uint_eq(z.mant, UINT64_C(0xd76aa47848677021)); /* 0.8414709848078965066525 */
    ck_assert_uint_eq(z.exp_sign, 0x3ffe);
    z = f80_ylog2x(integer(1), integer(10), &st);
    ck_assert_uint_eq(z.mant, UINT64_C(0xd49a784bcd1b8afe)); /* 3.3219280948873623478703 */
    ck_assert_uint_eq(z.exp_sign, 0x4000);
    ck_assert(!f80_cos(f80_scale(integer(1), integer(63), &st), &z, &st));
}
END_TEST

/* The reciprocal approximations keep their documented error of 1.5 * 2^-12. */
START_TEST(test_approximations)
{
    uint64_t         seed = 4711;
    struct sf_status st = {.precision = 64, .masks = SF_ALL};

    for (int i = 0; i < 20000; i++) {
        uint32_t a = 0x00800000u + (uint32_t)(random_next(&seed) % 0x7d800000u);
        uint32_t one = f32_mul(a, f32_rcp(a), &st);
        uint32_t root = f32_rsqrt(a);

        ck_assert_uint_ge(one, 0x3f800000 - 6 * 1024);
        ck_assert_uint_le(one, 0x3f800000 + 3 * 1024);
        one = f32_mul(f32_mul(a, root, &st), root, &st);
        ck_assert_uint_ge(one, 0x3f800000 - 12 * 1024);
        ck_assert_uint_le(one, 0x3f800000 + 6 * 1024);
    }
    ck_assert_uint_eq(f32_rcp(0x80000000), 0xff800000);
    ck_assert_uint_eq(f32_rsqrt(0xbf800000), F32_INDEFINITE);
}
END_TEST

START_TEST(test_packed_decimal_round_trip)
{
    uint64_t seed = 815;

    for (int i = 0; i < 1000; i++) {
        struct sf_status st = {.precision = 64, .masks = SF_ALL};
        uint8_t          in[10], out[10];

        for (int k = 0; k < 9; k++) in[k] = (uint8_t)(random_next(&seed) % 10 << 4 | random_next(&seed) % 10);
        in[9] = i & 1 ? 0x80 : 0;
        f80_to_bcd(f80_from_bcd(in), out, &st);
        ck_assert_mem_eq(in, out, 10);
        ck_assert_uint_eq(st.flags, 0);
    }
}
END_TEST

Suite *softfloat_suite(void)
{
    Suite *suite = suite_create("softfloat");
    TCase *known = tcase_create("known");

    tcase_add_test(known, test_known_results);
    tcase_add_test(known, test_no_underflow_of_an_operand);
    tcase_add_test(known, test_known_transcendentals);
    tcase_add_test(known, test_approximations);
    tcase_add_test(known, test_packed_decimal_round_trip);
    suite_add_tcase(suite, known);
#if defined(__x86_64__)
    TCase *host = tcase_create("as host");

    tcase_set_timeout(host, 3600);
    tcase_add_loop_test(host, test_x87_as_host, 0, X_OPS);
    tcase_add_loop_test(host, test_transcendentals_as_host, 0, T_OPS);
    tcase_add_loop_test(host, test_quick_phase, 0, T_OPS);
    suite_add_tcase(suite, host);
#endif
    return suite;
}
