/* exec_fpu_trans.c: x87 transcendental instructions. SDM vol. 1 8.3.7 to 8.3.10, vol. 2. */
#include "cpu/x86/fpu.h"

/* Begins an instruction on ST(0); false if it is over. With PUSHES the register above must be empty. */
static bool begin_unary(struct x86 *c, const struct x86_insn *i, bool pushes)
{
    bool underflow;

    if (!fpu_begin(c, i)) return false;
    fpu_record(c, i);
    underflow = fpu_is_empty(c, 0);
    if (likely(!underflow && (!pushes || fpu_is_empty(c, 7)))) return true;
    c->fpu.sw &= (uint16_t)~SW_C2;
    if (fpu_stack_fault(c, !underflow)) {
        fpu_set(c, 0, f80_indefinite());
        if (pushes) fpu_push(c, f80_indefinite());
    }
    x86_next(c, i);
    return false;
}

/* |ST(0)| >= 2^63: C2, and nothing else happens. */
static void out_of_range(struct x86 *c, const struct x86_insn *i)
{
    c->fpu.sw = (uint16_t)((c->fpu.sw & ~SW_C1) | SW_C2);
    x86_next(c, i);
}

typedef bool trig_fn(struct floatx80 a, struct floatx80 *result, struct sf_status *st);

static void trig(struct x86 *c, const struct x86_insn *i, trig_fn *fn)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v = f80_zero(false);

    if (!fpu_is_387(c, i) || !begin_unary(c, i, false)) return;
    if (!fn(*fpu_st(c, 0), &v, &st)) {
        out_of_range(c, i);
        return;
    }
    c->fpu.sw &= (uint16_t)~SW_C2;
    if (fpu_accept(c, &st)) *fpu_st(c, 0) = v;
    x86_next(c, i);
}

void x86_fsin(struct x86 *c, const struct x86_insn *i) { trig(c, i, f80_sin); }
void x86_fcos(struct x86 *c, const struct x86_insn *i) { trig(c, i, f80_cos); }

void x86_fsincos(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  sine = f80_zero(false), cosine = sine;

    if (!fpu_is_387(c, i) || !begin_unary(c, i, true)) return;
    if (!f80_sincos(*fpu_st(c, 0), &sine, &cosine, &st)) {
        out_of_range(c, i);
        return;
    }
    c->fpu.sw &= (uint16_t)~SW_C2;
    if (fpu_accept(c, &st)) {
        *fpu_st(c, 0) = sine;
        fpu_push(c, cosine);
    }
    x86_next(c, i);
}

/* Pushes 1 above the tangent; with a NaN, the NaN twice. */
void x86_fptan(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v = f80_zero(false);

    if (!begin_unary(c, i, true)) return;
    if (!f80_tan(*fpu_st(c, 0), &v, &st)) {
        out_of_range(c, i);
        return;
    }
    c->fpu.sw &= (uint16_t)~SW_C2;
    if (fpu_accept(c, &st)) {
        *fpu_st(c, 0) = v;
        fpu_push(c, f80_classify(v) == F80_NAN ? v : f80_from_int(1));
    }
    x86_next(c, i);
}

void x86_f2xm1(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;

    if (!begin_unary(c, i, false)) return;
    v = f80_2xm1(*fpu_st(c, 0), &st);
    if (fpu_accept(c, &st)) *fpu_st(c, 0) = v;
    x86_next(c, i);
}

typedef struct floatx80 pair_fn(struct floatx80 st1, struct floatx80 st0, struct sf_status *st);

/* ST(1) := fn(ST(1), ST(0)), pop. */
static void pair(struct x86 *c, const struct x86_insn *i, pair_fn *fn)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;
    bool             done;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0) || fpu_is_empty(c, 1))) {
        v = f80_indefinite();
        done = fpu_stack_fault(c, false);
    } else {
        v = fn(*fpu_st(c, 1), *fpu_st(c, 0), &st);
        done = fpu_accept(c, &st);
    }
    if (done) {
        fpu_set(c, 1, v);
        fpu_pop(c);
    }
    x86_next(c, i);
}

void x86_fpatan(struct x86 *c, const struct x86_insn *i) { pair(c, i, f80_atan2); }
void x86_fyl2x(struct x86 *c, const struct x86_insn *i) { pair(c, i, f80_ylog2x); }
void x86_fyl2xp1(struct x86 *c, const struct x86_insn *i) { pair(c, i, f80_ylog2xp1); }
