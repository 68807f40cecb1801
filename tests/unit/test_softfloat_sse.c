/* test_softfloat_sse.c: the soft float against the host's own SSE unit, on x86 hosts: as test_softfloat.c does it for x87. */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "tests/unit/softfloat_cases.h"

Suite *softfloat_sse_suite(void);

#if defined(__x86_64__)

/* SSE. An unmasked exception arrives as SIGFPE: the handler keeps MXCSR as it is then, masks everything and lets
 * the instruction run again. */

enum sse_op {
    S_ADD, S_SUB, S_MUL, S_DIV, S_MIN, S_MAX, S_SQRT, S_COMI, S_UCOMI, S_CMPLT, S_CMPEQ, S_CVT, S_CVTI, S_CVTTI,
    S_OPS
};

static const char *const sse_names[S_OPS] = {
    "add", "sub", "mul", "div", "min", "max", "sqrt", "comi", "ucomi", "cmplt", "cmpeq", "cvt", "cvt2si", "cvtt2si",
};

static volatile uint32_t trapped_mxcsr;

static void on_sigfpe(int signal, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)signal, (void)info;
    trapped_mxcsr = uc->uc_mcontext.fpregs->mxcsr | 0x80000000u;
    uc->uc_mcontext.fpregs->mxcsr |= 0x1f80;
}

struct sse_result {
    uint64_t value;
    uint32_t flags;
    bool     trapped;
};

#define HOST_SSE(instruction)                                                                                         \
    __asm__ volatile("ldmxcsr %[in]; movq %[a], %%xmm0; movq %[b], %%xmm1; " instruction                             \
                     "; movq %%xmm0, %[a]; stmxcsr %[out]; ldmxcsr %[plain]"                                          \
                     : [a] "+m"(a), [out] "=m"(out), [r] "+r"(integer)                                                \
                     : [b] "m"(b), [in] "m"(in), [plain] "m"(plain)                                                   \
                     : "xmm0", "xmm1", "cc", "memory")

static uint64_t flags_bits(uint8_t zf, uint8_t pf, uint8_t cf) { return (uint64_t)(zf << 2 | pf << 1 | cf); }

#define HOST_COMI(instruction)                                                                                        \
    do {                                                                                                              \
        uint8_t zf, pf, cf;                                                                                           \
        __asm__ volatile("ldmxcsr %[in]; movq %[a], %%xmm0; movq %[b], %%xmm1; " instruction                         \
                         "; setz %[z]; setp %[p]; setc %[c]; stmxcsr %[out]; ldmxcsr %[plain]"                        \
                         : [out] "=m"(out), [z] "=&q"(zf), [p] "=&q"(pf), [c] "=&q"(cf)                               \
                         : [a] "m"(a), [b] "m"(b), [in] "m"(in), [plain] "m"(plain)                                   \
                         : "xmm0", "xmm1", "cc", "memory");                                                           \
        a = flags_bits(zf, pf, cf);                                                                                   \
    } while (0)

static void host_sse(enum sse_op op, bool wide, uint64_t a, uint64_t b, uint32_t in, struct sse_result *r)
{
    const uint32_t plain = 0x1f80;
    uint32_t       out = 0, integer = 0;

    trapped_mxcsr = 0;
    switch (op * 2 + wide) {
        case S_ADD * 2: HOST_SSE("addss %%xmm1, %%xmm0"); break;
        case S_ADD * 2 + 1: HOST_SSE("addsd %%xmm1, %%xmm0"); break;
        case S_SUB * 2: HOST_SSE("subss %%xmm1, %%xmm0"); break;
        case S_SUB * 2 + 1: HOST_SSE("subsd %%xmm1, %%xmm0"); break;
        case S_MUL * 2: HOST_SSE("mulss %%xmm1, %%xmm0"); break;
        case S_MUL * 2 + 1: HOST_SSE("mulsd %%xmm1, %%xmm0"); break;
        case S_DIV * 2: HOST_SSE("divss %%xmm1, %%xmm0"); break;
        case S_DIV * 2 + 1: HOST_SSE("divsd %%xmm1, %%xmm0"); break;
        case S_MIN * 2: HOST_SSE("minss %%xmm1, %%xmm0"); break;
        case S_MIN * 2 + 1: HOST_SSE("minsd %%xmm1, %%xmm0"); break;
        case S_MAX * 2: HOST_SSE("maxss %%xmm1, %%xmm0"); break;
        case S_MAX * 2 + 1: HOST_SSE("maxsd %%xmm1, %%xmm0"); break;
        case S_SQRT * 2: HOST_SSE("sqrtss %%xmm1, %%xmm0"); break;
        case S_SQRT * 2 + 1: HOST_SSE("sqrtsd %%xmm1, %%xmm0"); break;
        case S_COMI * 2: HOST_COMI("comiss %%xmm1, %%xmm0"); break;
        case S_COMI * 2 + 1: HOST_COMI("comisd %%xmm1, %%xmm0"); break;
        case S_UCOMI * 2: HOST_COMI("ucomiss %%xmm1, %%xmm0"); break;
        case S_UCOMI * 2 + 1: HOST_COMI("ucomisd %%xmm1, %%xmm0"); break;
        case S_CMPLT * 2: HOST_SSE("cmpltss %%xmm1, %%xmm0"); break;
        case S_CMPLT * 2 + 1: HOST_SSE("cmpltsd %%xmm1, %%xmm0"); break;
        case S_CMPEQ * 2: HOST_SSE("cmpeqss %%xmm1, %%xmm0"); break;
        case S_CMPEQ * 2 + 1: HOST_SSE("cmpeqsd %%xmm1, %%xmm0"); break;
        case S_CVT * 2: HOST_SSE("cvtss2sd %%xmm1, %%xmm0"); break;
        case S_CVT * 2 + 1: HOST_SSE("cvtsd2ss %%xmm1, %%xmm0"); break;
        case S_CVTI * 2: HOST_SSE("cvtss2si %%xmm1, %[r]"); a = integer; break;
        case S_CVTI * 2 + 1: HOST_SSE("cvtsd2si %%xmm1, %[r]"); a = integer; break;
        case S_CVTTI * 2: HOST_SSE("cvttss2si %%xmm1, %[r]"); a = integer; break;
        default: HOST_SSE("cvttsd2si %%xmm1, %[r]"); a = integer; break;
    }
    r->value = a;
    r->trapped = trapped_mxcsr != 0;
    r->flags = (r->trapped ? trapped_mxcsr : out) & SF_ALL;
}

static uint64_t comi_bits(enum sf_relation relation)
{
    static const uint8_t bits[] = {[SF_LESS] = 1, [SF_EQUAL] = 4, [SF_GREATER] = 0, [SF_UNORDERED] = 7};

    return bits[relation];
}

static uint64_t soft_f32(enum sse_op op, uint32_t a, uint32_t b, struct sf_status *st)
{
    switch (op) {
        case S_ADD: return f32_add(a, b, st);
        case S_SUB: return f32_sub(a, b, st);
        case S_MUL: return f32_mul(a, b, st);
        case S_DIV: return f32_div(a, b, st);
        case S_MIN: return f32_min(a, b, st);
        case S_MAX: return f32_max(a, b, st);
        case S_SQRT: return f32_sqrt(b, st);
        case S_COMI: return comi_bits(f32_compare(a, b, false, st));
        case S_UCOMI: return comi_bits(f32_compare(a, b, true, st));
        case S_CMPLT: return f32_compare(a, b, false, st) == SF_LESS ? UINT32_MAX : 0;
        case S_CMPEQ: return f32_compare(a, b, true, st) == SF_EQUAL ? UINT32_MAX : 0;
        case S_CVT: return f64_from_f32(b, st);
        case S_CVTI: return (uint32_t)f32_to_i32(b, st->rounding, st);
        default: return (uint32_t)f32_to_i32(b, SF_TRUNCATE, st);
    }
}

static uint64_t soft_f64(enum sse_op op, uint64_t a, uint64_t b, struct sf_status *st)
{
    switch (op) {
        case S_ADD: return f64_add(a, b, st);
        case S_SUB: return f64_sub(a, b, st);
        case S_MUL: return f64_mul(a, b, st);
        case S_DIV: return f64_div(a, b, st);
        case S_MIN: return f64_min(a, b, st);
        case S_MAX: return f64_max(a, b, st);
        case S_SQRT: return f64_sqrt(b, st);
        case S_COMI: return comi_bits(f64_compare(a, b, false, st));
        case S_UCOMI: return comi_bits(f64_compare(a, b, true, st));
        case S_CMPLT: return f64_compare(a, b, false, st) == SF_LESS ? UINT64_MAX : 0;
        case S_CMPEQ: return f64_compare(a, b, true, st) == SF_EQUAL ? UINT64_MAX : 0;
        case S_CVT: return (a & UINT64_C(0xffffffff00000000)) | f32_from_f64(b, st);
        case S_CVTI: return (uint32_t)f64_to_i32(b, st->rounding, st);
        default: return (uint32_t)f64_to_i32(b, SF_TRUNCATE, st);
    }
}

/* The low lane's result beside what the instruction leaves of the first operand. */
static uint64_t merge_low(enum sse_op op, uint64_t a, uint64_t value)
{
    bool whole = op == S_COMI || op == S_UCOMI || op >= S_CVT;

    return whole ? value : (a & UINT64_C(0xffffffff00000000)) | (uint32_t)value;
}

static void run_sse(enum sse_op op, bool wide, unsigned long cases)
{
    uint64_t seed = op * 31u + wide + 99;

    for (unsigned long i = 0; i < cases; i++) {
        uint64_t          r = random_next(&seed);
        uint64_t          a = wide ? random_f64(&seed) : random_f32(&seed) | (uint64_t)random_f32(&seed) << 32;
        uint64_t          b = wide ? random_f64(&seed) : random_f32(&seed) | (uint64_t)random_f32(&seed) << 32;
        uint32_t          mxcsr = (r & 0xe040) | (r >> 20 & 15 ? 0x1f80 : (r >> 24 & 0x3f) << 7);
        struct sse_result host;
        struct sf_status  st = {.rounding = mxcsr >> 13 & 3, .precision = 64, .masks = mxcsr >> 7 & SF_ALL,
                                .daz = mxcsr & 0x40, .ftz = mxcsr & 0x8000};
        uint64_t          soft;
        bool              trapped;

        if (r >> 32 & 1) b = a ^ (r >> 33 & 3);
        host_sse(op, wide, a, b, mxcsr, &host);
        soft = wide ? soft_f64(op, a, b, &st) : merge_low(op, a, soft_f32(op, (uint32_t)a, (uint32_t)b, &st));
        trapped = (st.flags & ~st.masks) != 0;
        if (host.flags == st.flags && host.trapped == trapped && (trapped || host.value == soft)) continue;
        ck_abort_msg("%s%s mxcsr %04x a %016" PRIx64 " b %016" PRIx64 " host %016" PRIx64 " %02x soft %016" PRIx64 " %02x",
                     sse_names[op], wide ? "sd" : "ss", mxcsr, a, b, host.value, host.flags, soft, st.flags);
    }
}

START_TEST(test_sse_as_host)
{
    struct sigaction action = {.sa_sigaction = on_sigfpe, .sa_flags = SA_SIGINFO};
    struct sigaction old;

    sigaction(SIGFPE, &action, &old);
    run_sse((enum sse_op)_i, false, cases_per_op(10000));
    run_sse((enum sse_op)_i, true, cases_per_op(10000));
    sigaction(SIGFPE, &old, NULL);
}
END_TEST
#endif

Suite *softfloat_sse_suite(void)
{
    Suite *suite = suite_create("softfloat_sse");
#if defined(__x86_64__)
    TCase *host = tcase_create("as host");

    tcase_set_timeout(host, 3600);
    tcase_add_loop_test(host, test_sse_as_host, 0, S_OPS);
    suite_add_tcase(suite, host);
#endif
    return suite;
}
