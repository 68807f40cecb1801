/* exec_fpu_arith.c: x87 arithmetic and comparison. SDM vol. 1 8.3.5, 8.3.6, vol. 2. */
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"

/* ModRM.reg of D8, DA, DC, DE. */
enum arith_op { OP_FADD, OP_FMUL, OP_FCOM, OP_FCOMP, OP_FSUB, OP_FSUBR, OP_FDIV, OP_FDIVR };

enum {
    UNORDERED = SW_C3 | SW_C2 | SW_C0,
};

static bool is_infinite(struct floatx80 a) { return f80_classify(a) == F80_INFINITY; }

/* 8087, 80287 in projective mode: infinity has no sign, so sums of infinities are invalid. */
static bool projective_invalid(const struct x86 *c, enum arith_op op, struct floatx80 a, struct floatx80 b)
{
    return fpu_is_projective(c) && op != OP_FMUL && op < OP_FDIV && is_infinite(a) && is_infinite(b);
}

static struct floatx80 compute(enum arith_op op, struct floatx80 a, struct floatx80 b, struct sf_status *st)
{
    switch (op) {
        case OP_FADD:
            return f80_add(a, b, st);
        case OP_FMUL:
            return f80_mul(a, b, st);
        case OP_FSUB:
            return f80_sub(a, b, st);
        case OP_FSUBR:
            return f80_sub(b, a, st);
        case OP_FDIV:
            return f80_div(a, b, st);
        default:
            return f80_div(b, a, st);
    }
}

static unsigned compare(struct x86 *c, struct floatx80 a, struct floatx80 b, bool quiet, struct sf_status *st)
{
    static const uint16_t bits[] = {
        [SF_LESS] = SW_C0, [SF_EQUAL] = SW_C3, [SF_GREATER] = 0, [SF_UNORDERED] = UNORDERED};

    if (unlikely(fpu_is_projective(c)) && (is_infinite(a) || is_infinite(b))) {
        if (is_infinite(a) && is_infinite(b)) return SW_C3;
        st->flags |= SF_IE;
        return UNORDERED;
    }
    return bits[f80_compare(a, b, quiet, st)];
}

/* ST(DST) := A op B and the pop; true unless an unmasked exception keeps it from happening. */
static bool arith_to(struct x86 *c, enum arith_op op, unsigned dst, struct floatx80 a, struct floatx80 b, struct sf_status *st)
{
    struct floatx80 v;

    if (unlikely(projective_invalid(c, op, a, b))) {
        st->flags |= SF_IE;
        v = f80_indefinite();
    } else {
        v = compute(op, a, b, st);
    }
    if (!fpu_accept(c, st)) return false;
    *fpu_st(c, dst) = v;
    return true;
}

/* Sets the condition codes; true if the pop may follow. */
static bool compare_to(struct x86 *c, struct floatx80 a, struct floatx80 b, bool quiet, struct sf_status *st)
{
    unsigned cc = compare(c, a, b, quiet, st);

    fpu_set_cc(c, cc);
    return fpu_accept(c, st);
}

/* An operand of a comparison is empty; true if the pop may follow. */
static bool compare_empty(struct x86 *c)
{
    fpu_set_cc(c, UNORDERED);
    return fpu_stack_fault(c, false);
}

/* --- with a memory operand ----------------------------------------------------------------------------------- */

static void arith_memory(struct x86 *c, const struct x86_insn *i, struct floatx80 b, struct sf_status *st)
{
    enum arith_op op = i->modrm >> 3 & 7;
    bool          compares = op == OP_FCOM || op == OP_FCOMP, done;

    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0))) {
        if (compares) {
            done = compare_empty(c);
        } else {
            done = fpu_stack_fault(c, false);
            if (done) fpu_set(c, 0, f80_indefinite());
        }
    } else if (compares) {
        done = compare_to(c, *fpu_st(c, 0), b, false, st);
    } else {
        done = arith_to(c, op, 0, *fpu_st(c, 0), b, st);
    }
    if (op == OP_FCOMP && done) fpu_pop(c);
    x86_next(c, i);
}

void x86_farith_m32(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  b;
    uint64_t         m;

    if (!fpu_begin(c, i) || !x86_load_rm(c, i, 4, &m)) return;
    b = f80_from_f32_exact((uint32_t)m, &st.from_denormal);
    arith_memory(c, i, b, &st);
}

void x86_farith_m64(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  b;
    uint64_t         m;

    if (!fpu_begin(c, i) || !x86_load_rm(c, i, 8, &m)) return;
    b = f80_from_f64_exact(m, &st.from_denormal);
    arith_memory(c, i, b, &st);
}

void x86_farith_i16(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    uint64_t         m;

    if (fpu_begin(c, i) && x86_load_rm(c, i, 2, &m)) arith_memory(c, i, f80_from_int((int16_t)m), &st);
}

void x86_farith_i32(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    uint64_t         m;

    if (fpu_begin(c, i) && x86_load_rm(c, i, 4, &m)) arith_memory(c, i, f80_from_int((int32_t)m), &st);
}

/* --- between registers ---------------------------------------------------------------------------------------- */

/* The operands are always ST(0) and ST(i) in this order; only the destination differs (so DC E0 subtracts from ST(0)). */
static void arith_register(struct x86 *c, const struct x86_insn *i, unsigned dst, bool pop)
{
    struct sf_status st = fpu_status(c);
    enum arith_op    op = i->modrm >> 3 & 7;
    unsigned         n = i->modrm & 7;
    bool             compares = op == OP_FCOM || op == OP_FCOMP, done;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0) || fpu_is_empty(c, n))) {
        if (compares) {
            done = compare_empty(c);
        } else {
            done = fpu_stack_fault(c, false);
            if (done) fpu_set(c, dst, f80_indefinite());
        }
    } else if (compares) {
        done = compare_to(c, *fpu_st(c, 0), *fpu_st(c, n), false, &st);
    } else {
        done = arith_to(c, op, dst, *fpu_st(c, 0), *fpu_st(c, n), &st);
    }
    if (done && (pop || op == OP_FCOMP)) fpu_pop(c);
    x86_next(c, i);
}

void x86_farith_r(struct x86 *c, const struct x86_insn *i) { arith_register(c, i, 0, false); }
void x86_farith_to_r(struct x86 *c, const struct x86_insn *i) { arith_register(c, i, i->modrm & 7, false); }
void x86_farith_pop(struct x86 *c, const struct x86_insn *i) { arith_register(c, i, i->modrm & 7, true); }

/* Comparison of ST(0) with ST(n), then some pops. */
static void compare_register(struct x86 *c, const struct x86_insn *i, unsigned n, bool quiet, unsigned pops)
{
    struct sf_status st = fpu_status(c);
    bool             done;

    if ((quiet && !fpu_is_387(c, i)) || !fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0) || fpu_is_empty(c, n))) done = compare_empty(c);
    else done = compare_to(c, *fpu_st(c, 0), *fpu_st(c, n), quiet, &st);
    for (; done && pops; pops--) fpu_pop(c);
    x86_next(c, i);
}

void x86_fcompp(struct x86 *c, const struct x86_insn *i) { compare_register(c, i, 1, false, 2); }
void x86_fucom(struct x86 *c, const struct x86_insn *i) { compare_register(c, i, i->modrm & 7, true, 0); }
void x86_fucomp(struct x86 *c, const struct x86_insn *i) { compare_register(c, i, i->modrm & 7, true, 1); }
void x86_fucompp(struct x86 *c, const struct x86_insn *i) { compare_register(c, i, 1, true, 2); }

/* FCOMI and its like: the result goes to ZF, PF, CF; OF, SF and AF are cleared (P6). C1 stays, unless a register is
 * empty. */
static void compare_to_flags(struct x86 *c, const struct x86_insn *i, bool quiet, bool pop)
{
    struct sf_status st = fpu_status(c);
    unsigned         n = i->modrm & 7, cc;
    bool             done;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0) || fpu_is_empty(c, n))) {
        cc = UNORDERED;
        done = fpu_stack_fault(c, false);
    } else {
        cc = compare(c, *fpu_st(c, 0), *fpu_st(c, n), quiet, &st);
        st.rounded_up = c->fpu.sw & SW_C1;
        done = fpu_accept(c, &st);
    }
    flags_set_arith(c, (cc & SW_C3 ? FLAG_ZF : 0) | (cc & SW_C2 ? FLAG_PF : 0) | (cc & SW_C0 ? FLAG_CF : 0));
    if (pop && done) fpu_pop(c);
    x86_next(c, i);
}

void x86_fcomi(struct x86 *c, const struct x86_insn *i) { compare_to_flags(c, i, false, false); }
void x86_fcomip(struct x86 *c, const struct x86_insn *i) { compare_to_flags(c, i, false, true); }
void x86_fucomi(struct x86 *c, const struct x86_insn *i) { compare_to_flags(c, i, true, false); }
void x86_fucomip(struct x86 *c, const struct x86_insn *i) { compare_to_flags(c, i, true, true); }

/* --- on ST(0) --------------------------------------------------------------------------------------------------- */

/* Begins an instruction on ST(0); false if it is over: fault, pending exception or empty register. */
static bool begin_unary(struct x86 *c, const struct x86_insn *i)
{
    if (!fpu_begin(c, i)) return false;
    fpu_record(c, i);
    c->fpu.sw &= (uint16_t)~SW_C1;
    if (likely(!fpu_is_empty(c, 0))) return true;
    if (fpu_stack_fault(c, false)) fpu_set(c, 0, f80_indefinite());
    x86_next(c, i);
    return false;
}

void x86_fchs(struct x86 *c, const struct x86_insn *i)
{
    if (!begin_unary(c, i)) return;
    fpu_st(c, 0)->exp_sign ^= 0x8000;
    x86_next(c, i);
}

void x86_fabs(struct x86 *c, const struct x86_insn *i)
{
    if (!begin_unary(c, i)) return;
    fpu_st(c, 0)->exp_sign &= 0x7fff;
    x86_next(c, i);
}

void x86_ftst(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0))) compare_empty(c);
    else compare_to(c, *fpu_st(c, 0), f80_zero(false), false, &st);
    x86_next(c, i);
}

/* SDM vol. 2A FXAM: class in C3, C2, C0; the sign in C1 even of an empty register. */
void x86_fxam(struct x86 *c, const struct x86_insn *i)
{
    static const uint16_t bits[] = {
        [F80_UNSUPPORTED] = 0,
        [F80_NAN] = SW_C0,
        [F80_NORMAL] = SW_C2,
        [F80_INFINITY] = SW_C2 | SW_C0,
        [F80_ZERO] = SW_C3,
        [F80_DENORMAL] = SW_C3 | SW_C2,
    };
    unsigned cc;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    cc = fpu_is_empty(c, 0) ? SW_C3 | SW_C0 : bits[f80_classify(*fpu_st(c, 0))];
    fpu_set_cc(c, cc | (fpu_st(c, 0)->exp_sign & 0x8000 ? SW_C1 : 0));
    x86_next(c, i);
}

void x86_fsqrt(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;

    if (!begin_unary(c, i)) return;
    v = *fpu_st(c, 0);
    if (unlikely(fpu_is_projective(c) && is_infinite(v))) {
        st.flags |= SF_IE;
        v = f80_indefinite();
    } else {
        v = f80_sqrt(v, &st);
    }
    if (fpu_accept(c, &st)) *fpu_st(c, 0) = v;
    x86_next(c, i);
}

void x86_frndint(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;

    if (!begin_unary(c, i)) return;
    v = f80_round_to_int(*fpu_st(c, 0), &st);
    if (fpu_accept(c, &st)) *fpu_st(c, 0) = v;
    x86_next(c, i);
}

/* --- on ST(0) and ST(1) ------------------------------------------------------------------------------------------ */

void x86_fscale(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0) || fpu_is_empty(c, 1))) {
        if (fpu_stack_fault(c, false)) fpu_set(c, 0, f80_indefinite());
    } else {
        v = f80_scale(*fpu_st(c, 0), *fpu_st(c, 1), &st);
        if (fpu_accept(c, &st)) *fpu_st(c, 0) = v;
    }
    x86_next(c, i);
}

void x86_fxtract(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  exponent, significand;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0) || !fpu_is_empty(c, 7))) {
        if (fpu_stack_fault(c, !fpu_is_empty(c, 0))) {
            fpu_set(c, 0, f80_indefinite());
            fpu_push(c, f80_indefinite());
        }
    } else {
        significand = f80_extract(*fpu_st(c, 0), &exponent, &st);
        if (fpu_accept(c, &st)) {
            *fpu_st(c, 0) = exponent;
            fpu_push(c, significand);
        }
    }
    x86_next(c, i);
}

/* C0, C3, C1 are bits 2, 1, 0 of the quotient. */
static unsigned quotient_cc(unsigned q) { return (q & 4 ? SW_C0 : 0) | (q & 2 ? SW_C3 : 0) | (q & 1 ? SW_C1 : 0); }

/* C2: the reduction is incomplete. */
static void remainder_step(struct x86 *c, const struct x86_insn *i, bool nearest)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;
    unsigned         quotient;
    bool             partial;

    if ((nearest && !fpu_is_387(c, i)) || !fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, 0) || fpu_is_empty(c, 1))) {
        if (fpu_stack_fault(c, false)) fpu_set(c, 0, f80_indefinite());
        c->fpu.sw &= (uint16_t)~SW_C2;
    } else {
        v = f80_rem(*fpu_st(c, 0), *fpu_st(c, 1), nearest, &quotient, &partial, &st);
        if (fpu_accept(c, &st)) *fpu_st(c, 0) = v;
        if (sf_stopped(&st) || f80_classify(v) == F80_NAN) c->fpu.sw &= (uint16_t)~SW_C2; /* no quotient: C0, C3 stay */
        else fpu_set_cc(c, quotient_cc(quotient) | (partial ? SW_C2 : 0));
    }
    x86_next(c, i);
}

void x86_fprem(struct x86 *c, const struct x86_insn *i) { remainder_step(c, i, false); }
void x86_fprem1(struct x86 *c, const struct x86_insn *i) { remainder_step(c, i, true); }
