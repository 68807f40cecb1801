/* exec_fpu_move.c: x87 loads, stores, exchange, conditional moves, constants, stack management. SDM vol. 1 8.3.3, vol. 2.
 *
 * Memory operands of more than 8 bytes are read or written in two parts; a store is probed as a whole first. */
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"

/* --- loads ----------------------------------------------------------------------------------------------------- */

/* Pushes V, or what takes its place when the stack is full. */
static void push_checked(struct x86 *c, const struct x86_insn *i, struct floatx80 v)
{
    c->fpu.sw &= (uint16_t)~SW_C1;
    if (likely(fpu_is_empty(c, 7))) fpu_push(c, v);
    else if (fpu_stack_fault(c, true)) fpu_push(c, f80_indefinite());
    x86_next(c, i);
}

/* A float32 or float64 was read: a signaling NaN may stop the load, a denormal never does. */
static void push_converted(struct x86 *c, const struct x86_insn *i, struct floatx80 v, const struct sf_status *st)
{
    if (unlikely(st->flags) && fpu_is_empty(c, 7)) {
        fpu_accept(c, st);
        if (st->flags & ~st->masks & SF_IE) {
            x86_next(c, i);
            return;
        }
    }
    push_checked(c, i, v);
}

void x86_fld_m32(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;
    uint64_t         m;

    if (!fpu_begin(c, i) || !x86_load_rm(c, i, 4, &m)) return;
    fpu_record(c, i);
    v = f80_from_f32((uint32_t)m, &st);
    push_converted(c, i, v, &st);
}

void x86_fld_m64(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;
    uint64_t         m;

    if (!fpu_begin(c, i) || !x86_load_rm(c, i, 8, &m)) return;
    fpu_record(c, i);
    v = f80_from_f64(m, &st);
    push_converted(c, i, v, &st);
}

static bool load_80(struct x86 *c, const struct x86_insn *i, uint64_t *low, uint64_t *high)
{
    uint32_t off = x86_ea(c, i);

    return x86_load(c, i, i->seg, off, 8, low) && x86_load(c, i, i->seg, (off + 8) & i->amask, 2, high);
}

void x86_fld_m80(struct x86 *c, const struct x86_insn *i)
{
    uint64_t low, high;

    if (!fpu_begin(c, i) || !load_80(c, i, &low, &high)) return;
    fpu_record(c, i);
    push_checked(c, i, (struct floatx80){low, (uint16_t)high});
}

static void load_int(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t m;
    int64_t  v;

    if (!fpu_begin(c, i) || !x86_load_rm(c, i, size, &m)) return;
    fpu_record(c, i);
    v = size == 2 ? (int16_t)m : size == 4 ? (int32_t)m : (int64_t)m;
    push_checked(c, i, f80_from_int(v));
}

void x86_fild_i16(struct x86 *c, const struct x86_insn *i) { load_int(c, i, 2); }
void x86_fild_i32(struct x86 *c, const struct x86_insn *i) { load_int(c, i, 4); }
void x86_fild_i64(struct x86 *c, const struct x86_insn *i) { load_int(c, i, 8); }

void x86_fbld(struct x86 *c, const struct x86_insn *i)
{
    uint64_t low, high;
    uint8_t  bcd[10];

    if (!fpu_begin(c, i) || !load_80(c, i, &low, &high)) return;
    fpu_record(c, i);
    for (unsigned n = 0; n < 10; n++) bcd[n] = (uint8_t)(n < 8 ? low >> 8 * n : high >> 8 * (n - 8));
    push_checked(c, i, f80_from_bcd(bcd));
}

void x86_fld_r(struct x86 *c, const struct x86_insn *i)
{
    unsigned n = i->modrm & 7;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (unlikely(fpu_is_empty(c, n))) {
        if (fpu_stack_fault(c, false)) fpu_push(c, f80_indefinite());
        x86_next(c, i);
        return;
    }
    push_checked(c, i, *fpu_st(c, n));
}

/* FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ by ModRM.rm. The 80387 and later round the constant by RC. */
void x86_fld_const(struct x86 *c, const struct x86_insn *i)
{
    static const struct {
        uint64_t mant;  /* truncated */
        uint16_t exp;
        uint8_t  below; /* 0: exact; 1: nearest is the truncated one; 2: nearest is the next one */
    } constant[8] = {
        {UINT64_C(0x8000000000000000), 0x3fff, 0}, {UINT64_C(0xd49a784bcd1b8afe), 0x4000, 1},
        {UINT64_C(0xb8aa3b295c17f0bb), 0x3fff, 2}, {UINT64_C(0xc90fdaa22168c234), 0x4000, 2},
        {UINT64_C(0x9a209a84fbcff798), 0x3ffd, 2}, {UINT64_C(0xb17217f7d1cf79ab), 0x3ffe, 2},
        {0, 0, 0},
    };
    unsigned        n = i->modrm & 7, rounding = c->model->family >= 3 ? c->fpu.cw >> 10 & 3 : SF_NEAREST;
    struct floatx80 v = {constant[n].mant, constant[n].exp};

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    if (rounding == SF_NEAREST ? constant[n].below == 2 : rounding == SF_UP && constant[n].below) v.mant++;
    push_checked(c, i, v);
}

/* --- stores ---------------------------------------------------------------------------------------------------- */

/* Memory has been written, or an unmasked exception has kept it from being (then nothing is popped). */
static void finish_store(struct x86 *c, const struct x86_insn *i, const struct sf_status *st, bool pop)
{
    bool done = !(st->flags & ~st->masks & (SF_IE | SF_OE | SF_UE));

    fpu_record(c, i);
    fpu_accept(c, st);
    if (pop && done) fpu_pop(c);
    x86_next(c, i);
}

/* ST(0) for a store; an empty register is the indefinite, or stops the store (false). */
static bool store_operand(struct x86 *c, const struct x86_insn *i, struct floatx80 *v)
{
    *v = *fpu_st(c, 0);
    if (likely(!fpu_is_empty(c, 0))) return true;
    *v = f80_indefinite();
    if (c->fpu.cw & SF_IE) return true;
    fpu_record(c, i);
    fpu_stack_fault(c, false);
    x86_next(c, i);
    return false;
}

/* For the masked case the fault is recorded once the store has succeeded. */
static void note_empty(struct x86 *c)
{
    if (unlikely(fpu_is_empty(c, 0))) fpu_stack_fault(c, false);
}

/* Stores SIZE bytes unless an unmasked exception forbids it, then finishes. */
static void store_value(struct x86 *c, const struct x86_insn *i, uint64_t v, unsigned size, struct sf_status *st, bool pop)
{
    if (!(st->flags & ~st->masks & (SF_IE | SF_OE | SF_UE))) {
        bool stored = size == 2   ? x86_store_rm(c, i, 2, v)
                      : size == 4 ? x86_store_rm(c, i, 4, v)
                                  : x86_store_rm(c, i, 8, v);
        if (!stored) return;
        note_empty(c);
    }
    finish_store(c, i, st, pop);
}

static void store_f32(struct x86 *c, const struct x86_insn *i, bool pop)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;
    uint32_t         m;

    if (!fpu_begin(c, i) || !store_operand(c, i, &v)) return;
    m = f80_to_f32(v, &st);
    store_value(c, i, m, 4, &st, pop);
}

static void store_f64(struct x86 *c, const struct x86_insn *i, bool pop)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;
    uint64_t         m;

    if (!fpu_begin(c, i) || !store_operand(c, i, &v)) return;
    m = f80_to_f64(v, &st);
    store_value(c, i, m, 8, &st, pop);
}

static void store_int(struct x86 *c, const struct x86_insn *i, unsigned size, bool pop)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;
    int64_t          m;

    if (!fpu_begin(c, i) || !store_operand(c, i, &v)) return;
    m = f80_to_int(v, 8 * (int)size, &st);
    store_value(c, i, (uint64_t)m, size, &st, pop);
}

void x86_fst_m32(struct x86 *c, const struct x86_insn *i) { store_f32(c, i, false); }
void x86_fstp_m32(struct x86 *c, const struct x86_insn *i) { store_f32(c, i, true); }
void x86_fst_m64(struct x86 *c, const struct x86_insn *i) { store_f64(c, i, false); }
void x86_fstp_m64(struct x86 *c, const struct x86_insn *i) { store_f64(c, i, true); }
void x86_fist_i16(struct x86 *c, const struct x86_insn *i) { store_int(c, i, 2, false); }
void x86_fist_i32(struct x86 *c, const struct x86_insn *i) { store_int(c, i, 4, false); }
void x86_fistp_i16(struct x86 *c, const struct x86_insn *i) { store_int(c, i, 2, true); }
void x86_fistp_i32(struct x86 *c, const struct x86_insn *i) { store_int(c, i, 4, true); }
void x86_fistp_i64(struct x86 *c, const struct x86_insn *i) { store_int(c, i, 8, true); }

/* Ten bytes: both pages must be writable before the first byte changes. */
static bool store_80(struct x86 *c, const struct x86_insn *i, uint64_t low, uint16_t high)
{
    const struct x86_segment *s = &c->seg[i->seg];
    uint32_t                  off = x86_ea(c, i), upper = (off + 8) & i->amask;
    uint8_t                  *p = x86_quick(s, s->write_limit, c->tlb_write, off, 10);

    if (likely(p != NULL && upper > off)) { // the offset may wrap
        memcpy(p, &low, 8);
        memcpy(p + 8, &high, 2);
        return true;
    }
    return x86_probe(c, i, i->seg, off, 8, true) && x86_probe(c, i, i->seg, upper, 2, true) &&
           x86_store(c, i, i->seg, off, 8, low) && x86_store(c, i, i->seg, upper, 2, high);
}

/* No conversion, so no exception but that of an empty register. */
void x86_fstp_m80(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;

    if (!fpu_begin(c, i) || !store_operand(c, i, &v) || !store_80(c, i, v.mant, v.exp_sign)) return;
    note_empty(c);
    finish_store(c, i, &st, true);
}

void x86_fbstp(struct x86 *c, const struct x86_insn *i)
{
    struct sf_status st = fpu_status(c);
    struct floatx80  v;
    uint8_t          bcd[10];

    if (!fpu_begin(c, i) || !store_operand(c, i, &v)) return;
    f80_to_bcd(v, bcd, &st);
    if (!(st.flags & ~st.masks & SF_IE)) {
        uint64_t low = 0;

        for (unsigned n = 0; n < 8; n++) low |= (uint64_t)bcd[n] << 8 * n;
        if (!store_80(c, i, low, (uint16_t)(bcd[8] | bcd[9] << 8))) return;
        note_empty(c);
    }
    finish_store(c, i, &st, true);
}

static void store_r(struct x86 *c, const struct x86_insn *i, bool pop)
{
    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    c->fpu.sw &= (uint16_t)~SW_C1;
    if (likely(!fpu_is_empty(c, 0))) {
        fpu_set(c, i->modrm & 7, *fpu_st(c, 0));
    } else if (fpu_stack_fault(c, false)) {
        fpu_set(c, i->modrm & 7, f80_indefinite());
    } else {
        pop = false;
    }
    if (pop) fpu_pop(c);
    x86_next(c, i);
}

void x86_fst_r(struct x86 *c, const struct x86_insn *i) { store_r(c, i, false); }
void x86_fstp_r(struct x86 *c, const struct x86_insn *i) { store_r(c, i, true); }

/* FSTP1, undocumented: an empty ST(0) raises nothing and stores nothing, but is popped. */
void x86_fstp1(struct x86 *c, const struct x86_insn *i)
{
    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    c->fpu.sw &= (uint16_t)~SW_C1;
    if (!fpu_is_empty(c, 0)) fpu_set(c, i->modrm & 7, *fpu_st(c, 0));
    fpu_pop(c);
    x86_next(c, i);
}

/* --- registers ------------------------------------------------------------------------------------------------- */

void x86_fxch(struct x86 *c, const struct x86_insn *i)
{
    unsigned        n = i->modrm & 7;
    struct floatx80 a, b;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    c->fpu.sw &= (uint16_t)~SW_C1;
    if (unlikely(fpu_is_empty(c, 0) || fpu_is_empty(c, n))) {
        if (!fpu_stack_fault(c, false)) {
            x86_next(c, i);
            return;
        }
        if (fpu_is_empty(c, 0)) fpu_set(c, 0, f80_indefinite());
        if (fpu_is_empty(c, n)) fpu_set(c, n, f80_indefinite());
    }
    a = *fpu_st(c, 0);
    b = *fpu_st(c, n);
    *fpu_st(c, 0) = b;
    *fpu_st(c, n) = a;
    x86_next(c, i);
}

/* FCMOVcc: DA B, E, BE, U; DB their opposites, by ModRM.reg (P6). */
void x86_fcmov(struct x86 *c, const struct x86_insn *i)
{
    unsigned n = i->modrm & 7;
    bool     take;

    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    switch (i->modrm >> 3 & 3) {
        case 0:
            take = flag_cf(c);
            break;
        case 1:
            take = flag_zf(c);
            break;
        case 2:
            take = flag_cf(c) || flag_zf(c);
            break;
        default:
            take = flag_pf(c);
            break;
    }
    if (i->op & 1) take = !take;
    if (unlikely(fpu_is_empty(c, 0) || fpu_is_empty(c, n))) {
        if (fpu_stack_fault(c, false)) fpu_set(c, 0, f80_indefinite());
    } else if (take) {
        *fpu_st(c, 0) = *fpu_st(c, n);
    }
    x86_next(c, i);
}

static void free_register(struct x86 *c, const struct x86_insn *i, bool pop)
{
    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    c->fpu.sw &= (uint16_t)~SW_C1;
    c->fpu.empty |= (uint8_t)(1u << ((c->fpu.top + i->modrm) & 7));
    if (pop) fpu_pop(c);
    x86_next(c, i);
}

void x86_ffree(struct x86 *c, const struct x86_insn *i) { free_register(c, i, false); }
void x86_ffreep(struct x86 *c, const struct x86_insn *i) { free_register(c, i, true); }

static void rotate(struct x86 *c, const struct x86_insn *i, unsigned by)
{
    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    c->fpu.sw &= (uint16_t)~SW_C1;
    c->fpu.top = (c->fpu.top + by) & 7;
    x86_next(c, i);
}

void x86_fdecstp(struct x86 *c, const struct x86_insn *i) { rotate(c, i, 7); }
void x86_fincstp(struct x86 *c, const struct x86_insn *i) { rotate(c, i, 1); }
