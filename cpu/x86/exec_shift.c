/* exec_shift.c: rotates and shifts, double shifts, bit tests and scans. SDM 2.
 *
 * Counts are taken modulo 32 from the 186 on; the 8086 uses all eight bits. */
#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"

#define INLINE static inline __attribute__((always_inline))

enum shift { SH_ROL, SH_ROR, SH_RCL, SH_RCR, SH_SHL, SH_SHR, SH_SAL, SH_SAR };

INLINE uint32_t truncate(uint64_t v, unsigned size)
{
    return size == 1 ? (uint8_t)v : size == 2 ? (uint16_t)v : (uint32_t)v;
}

/* CF and OF change, the rest stays. */
INLINE void set_co(struct x86 *c, bool cf, bool of)
{
    flags_change(c, FLAG_CF | FLAG_OF, (cf ? FLAG_CF : 0) | (of ? FLAG_OF : 0));
}

INLINE uint32_t rotate(struct x86 *c, enum shift op, uint32_t a, unsigned count, unsigned size)
{
    unsigned bits = 8 * size, n = count % bits;
    uint32_t r;
    bool     cf, top;

    if (op == SH_ROL) r = n ? truncate((uint64_t)a << n | a >> (bits - n), size) : a;
    else r = n ? truncate(a >> n | (uint64_t)a << (bits - n), size) : a;
    top = r >> (bits - 1) & 1;
    cf = op == SH_ROL ? r & 1 : top;
    set_co(c, cf, op == SH_ROL ? top != cf : top != (r >> (bits - 2) & 1));
    return r;
}

/* Through carry: a rotation of bits+1 bits. */
INLINE uint32_t rotate_carry(struct x86 *c, enum shift op, uint32_t a, unsigned count, unsigned size)
{
    unsigned bits = 8 * size, n = count % (bits + 1);
    uint64_t wide = (uint64_t)flag_cf(c) << bits | a, mask = (1ull << (bits + 1)) - 1;
    bool     cf, top;

    if (op == SH_RCR) n = (bits + 1 - n) % (bits + 1);
    if (n) wide = (wide << n | wide >> (bits + 1 - n)) & mask;
    a = truncate(wide, size);
    cf = wide >> bits & 1;
    top = a >> (bits - 1) & 1;
    set_co(c, cf, op == SH_RCL ? top != cf : top != (a >> (bits - 2) & 1));
    return a;
}

INLINE uint32_t shift_left(struct x86 *c, uint32_t a, unsigned count, unsigned size)
{
    unsigned bits = 8 * size;
    uint64_t wide = count < 64 ? (uint64_t)a << count : 0;
    uint32_t r = truncate(wide, size);
    bool     cf = count <= bits && (wide >> bits & 1);

    flags_explicit(c, r, size, cf, cf != (r >> (bits - 1) & 1), r & 0x10);
    return r;
}

INLINE uint32_t shift_right(struct x86 *c, uint32_t a, unsigned count, unsigned size)
{
    unsigned bits = 8 * size;
    uint32_t r = count < bits ? a >> count : 0;
    bool     cf = count <= bits && (a >> (count - 1) & 1);

    flags_explicit(c, r, size, cf, ((r ^ (r << 1)) >> (bits - 1)) & 1, false);
    return r;
}

INLINE uint32_t shift_arithmetic(struct x86 *c, uint32_t a, unsigned count, unsigned size)
{
    int64_t  v = size == 1 ? (int8_t)a : size == 2 ? (int16_t)a : (int32_t)a;
    unsigned n = count > 63 ? 63 : count;
    uint32_t r = truncate((uint64_t)(v >> n), size);

    flags_explicit(c, r, size, v >> (n - 1) & 1, false, false);
    return r;
}

/* COUNT is not zero. */
INLINE uint32_t shift(struct x86 *c, enum shift op, uint32_t a, unsigned count, unsigned size)
{
    switch (op) {
    case SH_ROL:
    case SH_ROR: return rotate(c, op, a, count, size);
    case SH_RCL:
    case SH_RCR: return rotate_carry(c, op, a, count, size);
    case SH_SHL: return shift_left(c, a, count, size);
    case SH_SHR: return shift_right(c, a, count, size);
    case SH_SAR: return shift_arithmetic(c, a, count, size);
    default: // the encoding /6: SETMO on the 8086 (all ones), SHL on the others
        if (x86_has(c, FEAT_186)) return shift_left(c, a, count, size);
        a = truncate(~0u, size);
        flags_logic(c, a, size);
        return a;
    }
}

INLINE unsigned effective_count(const struct x86 *c, uint32_t count)
{
    return x86_has(c, FEAT_186) ? count & 31 : count & 0xFF;
}

INLINE void shift_r(struct x86 *c, const struct x86_insn *i, enum shift op, uint32_t count, unsigned size)
{
    unsigned n = effective_count(c, count);

    if (n) x86_set_reg(c, i->dst, shift(c, op, x86_reg(c, i->dst, size), n, size), size);
    x86_next(c, i);
}

INLINE void shift_m(struct x86 *c, const struct x86_insn *i, enum shift op, uint32_t count, unsigned size)
{
    unsigned n = effective_count(c, count);
    uint32_t a;
    void    *p;

    if (!x86_rmw_begin(c, i, size, &p, &a)) return;
    x86_rmw_end(c, i, size, p, n ? shift(c, op, a, n, size) : a);
    x86_next(c, i);
}

#define FORMS(name, op, size)                                                                                            \
    void x86_##name##_ri##size(struct x86 *c, const struct x86_insn *i) { shift_r(c, i, op, i->imm, size / 8); }         \
    void x86_##name##_mi##size(struct x86 *c, const struct x86_insn *i) { shift_m(c, i, op, i->imm, size / 8); }         \
    void x86_##name##_rc##size(struct x86 *c, const struct x86_insn *i) { shift_r(c, i, op, *x86_r8(c, 8), size / 8); }  \
    void x86_##name##_mc##size(struct x86 *c, const struct x86_insn *i) { shift_m(c, i, op, *x86_r8(c, 8), size / 8); }
#define SIZES(name, op) FORMS(name, op, 8) FORMS(name, op, 16) FORMS(name, op, 32)
SIZES(rol, SH_ROL) SIZES(ror, SH_ROR) SIZES(rcl, SH_RCL) SIZES(rcr, SH_RCR)
SIZES(shl, SH_SHL) SIZES(shr, SH_SHR) SIZES(sal, SH_SAL) SIZES(sar, SH_SAR)

/* --- SHLD, SHRD -------------------------------------------------------------------------------------------------------------------- */

/* 16-bit operands with counts above 16, undefined in the manual, shift through A:B:A as the chips do. */
INLINE uint32_t shift_double(struct x86 *c, bool left, uint32_t a, uint32_t b, unsigned n, unsigned size)
{
    unsigned bits = 8 * size;
    uint32_t r;
    bool     cf;

    if (size == 4) {
        r = left ? (uint32_t)(((uint64_t)a << 32 | b) << n >> 32) : (uint32_t)(((uint64_t)b << 32 | a) >> n);
        cf = left ? a >> (32 - n) & 1 : a >> (n - 1) & 1;
    } else {
        uint64_t wide = left ? (uint64_t)a << 32 | (uint64_t)b << 16 | a : (uint64_t)a << 32 | (uint64_t)b << 16 | a;
        r = left ? (uint16_t)(wide >> (32 - n)) : (uint16_t)(wide >> n);
        cf = left ? wide >> (48 - n) & 1 : wide >> (n - 1) & 1;
    }
    flags_explicit(c, r, size, cf, ((r ^ a) >> (bits - 1)) & 1, false);
    return r;
}

INLINE void double_r(struct x86 *c, const struct x86_insn *i, bool left, uint32_t count, unsigned size)
{
    unsigned n = count & 31;

    if (n) x86_set_reg(c, i->dst, shift_double(c, left, x86_reg(c, i->dst, size), x86_reg(c, i->src, size), n, size), size);
    x86_next(c, i);
}

INLINE void double_m(struct x86 *c, const struct x86_insn *i, bool left, uint32_t count, unsigned size)
{
    unsigned n = count & 31;
    uint32_t a;
    void    *p;

    if (!x86_rmw_begin(c, i, size, &p, &a)) return;
    x86_rmw_end(c, i, size, p, n ? shift_double(c, left, a, x86_reg(c, i->src, size), n, size) : a);
    x86_next(c, i);
}

#define DOUBLE(name, left, size)                                                                                              \
    void x86_##name##_rri##size(struct x86 *c, const struct x86_insn *i) { double_r(c, i, left, i->imm, size / 8); }          \
    void x86_##name##_mri##size(struct x86 *c, const struct x86_insn *i) { double_m(c, i, left, i->imm, size / 8); }          \
    void x86_##name##_rrc##size(struct x86 *c, const struct x86_insn *i) { double_r(c, i, left, *x86_r8(c, 8), size / 8); }   \
    void x86_##name##_mrc##size(struct x86 *c, const struct x86_insn *i) { double_m(c, i, left, *x86_r8(c, 8), size / 8); }
DOUBLE(shld, true, 16) DOUBLE(shld, true, 32) DOUBLE(shrd, false, 16) DOUBLE(shrd, false, 32)

/* --- BT BTS BTR BTC ------------------------------------------------------------------------------------------------------------------ */

enum bit_op { BIT_TEST, BIT_SET, BIT_RESET, BIT_COMPLEMENT };

INLINE uint32_t bit_change(enum bit_op op, uint32_t a, uint32_t mask)
{
    return op == BIT_SET ? a | mask : op == BIT_RESET ? a & ~mask : op == BIT_COMPLEMENT ? a ^ mask : a;
}

INLINE void set_cf(struct x86 *c, bool cf)
{
    flags_change(c, FLAG_CF, cf ? FLAG_CF : 0);
}

INLINE void bit_r(struct x86 *c, const struct x86_insn *i, enum bit_op op, uint32_t index, unsigned size)
{
    uint32_t a = x86_reg(c, i->dst, size), mask = 1u << (index & (8 * size - 1));

    set_cf(c, (a & mask) != 0);
    if (op != BIT_TEST) x86_set_reg(c, i->dst, bit_change(op, a, mask), size);
    x86_next(c, i);
}

/* At OFF; with a register index the bit string reaches beyond the operand (SDM 2A 3.1.1.9). */
INLINE void bit_at(struct x86 *c, const struct x86_insn *i, enum bit_op op, uint32_t off, uint32_t index, unsigned size)
{
    uint32_t mask = 1u << (index & (8 * size - 1));
    uint64_t a;

    if (op != BIT_TEST && !x86_probe(c, i, i->seg, off, size, true)) return;
    if (!x86_load(c, i, i->seg, off, size, &a)) return;
    if (op != BIT_TEST && !x86_store(c, i, i->seg, off, size, bit_change(op, (uint32_t)a, mask))) return;
    set_cf(c, (a & mask) != 0);
    x86_next(c, i);
}

INLINE void bit_mr(struct x86 *c, const struct x86_insn *i, enum bit_op op, unsigned size)
{
    int32_t index = size == 2 ? (int16_t)x86_r16(c, i->src) : (int32_t)x86_r32(c, i->src);

    bit_at(c, i, op, (x86_ea(c, i) + (uint32_t)(index >> (size == 2 ? 4 : 5)) * size) & i->amask, (uint32_t)index, size);
}

#define BIT(name, op, size)                                                                                                    \
    void x86_##name##_rr##size(struct x86 *c, const struct x86_insn *i) { bit_r(c, i, op, x86_r32(c, i->src), size / 8); }     \
    void x86_##name##_ri##size(struct x86 *c, const struct x86_insn *i) { bit_r(c, i, op, i->imm, size / 8); }                 \
    void x86_##name##_mr##size(struct x86 *c, const struct x86_insn *i) { bit_mr(c, i, op, size / 8); }                        \
    void x86_##name##_mi##size(struct x86 *c, const struct x86_insn *i) { bit_at(c, i, op, x86_ea(c, i), i->imm, size / 8); }
BIT(bt, BIT_TEST, 16) BIT(bt, BIT_TEST, 32) BIT(bts, BIT_SET, 16) BIT(bts, BIT_SET, 32)
BIT(btr, BIT_RESET, 16) BIT(btr, BIT_RESET, 32) BIT(btc, BIT_COMPLEMENT, 16) BIT(btc, BIT_COMPLEMENT, 32)

/* --- BSF, BSR: a zero source sets ZF and leaves the destination alone ------------------------------------------------------------------- */

INLINE void scan(struct x86 *c, const struct x86_insn *i, bool reverse, uint32_t a, unsigned size)
{
    if (a) x86_set_reg(c, i->dst, (uint32_t)(reverse ? 31 - __builtin_clz(a) : __builtin_ctz(a)), size);
    flags_logic(c, a, size);
    x86_next(c, i);
}

INLINE void scan_m(struct x86 *c, const struct x86_insn *i, bool reverse, unsigned size)
{
    uint64_t a;

    if (x86_load_rm(c, i, size, &a)) scan(c, i, reverse, (uint32_t)a, size);
}

#define SCAN(name, reverse, size)                                                                                                    \
    void x86_##name##_rr##size(struct x86 *c, const struct x86_insn *i) { scan(c, i, reverse, x86_reg(c, i->src, size / 8), size / 8); } \
    void x86_##name##_rm##size(struct x86 *c, const struct x86_insn *i) { scan_m(c, i, reverse, size / 8); }
SCAN(bsf, false, 16) SCAN(bsf, false, 32) SCAN(bsr, true, 16) SCAN(bsr, true, 32)
