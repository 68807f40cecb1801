/* exec_alu.c: integer arithmetic and logic: ADD OR ADC SBB AND SUB XOR CMP TEST INC DEC NOT NEG CMPXCHG
 * XADD BSWAP. SDM 2. Multiplication, division and decimal adjustment are in exec_mul.c, shifts in exec_shift.c. */
#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"

enum alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP, ALU_TEST };

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t truncate(uint32_t v, unsigned size)
{
    return size == 1 ? (uint8_t)v : size == 2 ? (uint16_t)v : v;
}

/* Result of A op B (truncated operands), flags left behind. */
INLINE uint32_t alu(struct x86 *c, enum alu op, uint32_t a, uint32_t b, unsigned size)
{
    uint32_t r;

    switch (op) {
    case ALU_ADD: r = truncate(a + b, size); flags_add(c, a, b, r, size); return r;
    case ALU_ADC: r = truncate(a + b + flag_cf(c), size); flags_add(c, a, b, r, size); return r;
    case ALU_SBB: r = truncate(a - b - flag_cf(c), size); flags_sub(c, a, b, r, size); return r;
    case ALU_SUB:
    case ALU_CMP: r = truncate(a - b, size); flags_sub(c, a, b, r, size); return r;
    case ALU_OR: r = a | b; break;
    case ALU_XOR: r = a ^ b; break;
    default: r = a & b; break;
    }
    flags_logic(c, r, size);
    return r;
}

INLINE bool writes(enum alu op)
{
    return op != ALU_CMP && op != ALU_TEST;
}

/* Two registers, and register with immediate. */
INLINE void alu_rr(struct x86 *c, const struct x86_insn *i, enum alu op, unsigned size)
{
    uint32_t r = alu(c, op, x86_reg(c, i->dst, size), x86_reg(c, i->src, size), size);

    if (writes(op)) x86_set_reg(c, i->dst, r, size);
    x86_next(c, i);
}

INLINE void alu_ri(struct x86 *c, const struct x86_insn *i, enum alu op, unsigned size)
{
    uint32_t r = alu(c, op, x86_reg(c, i->dst, size), truncate(i->imm, size), size);

    if (writes(op)) x86_set_reg(c, i->dst, r, size);
    x86_next(c, i);
}

/* Register with memory source. */
INLINE void alu_rm(struct x86 *c, const struct x86_insn *i, enum alu op, unsigned size)
{
    uint64_t b;
    uint32_t r;

    if (!x86_load_rm(c, i, size, &b)) return;
    r = alu(c, op, x86_reg(c, i->dst, size), (uint32_t)b, size);
    if (writes(op)) x86_set_reg(c, i->dst, r, size);
    x86_next(c, i);
}

INLINE void alu_memory(struct x86 *c, const struct x86_insn *i, enum alu op, uint32_t b, unsigned size)
{
    uint32_t a, r;
    uint64_t v;
    void    *p;

    if (writes(op)) {
        if (!x86_rmw_begin(c, i, size, &p, &a)) return;
        r = alu(c, op, a, b, size);
        x86_rmw_end(c, i, size, p, r);
    } else {
        if (!x86_load_rm(c, i, size, &v)) return;
        alu(c, op, (uint32_t)v, b, size);
    }
    x86_next(c, i);
}

INLINE void alu_mr(struct x86 *c, const struct x86_insn *i, enum alu op, unsigned size)
{
    alu_memory(c, i, op, x86_reg(c, i->src, size), size);
}

INLINE void alu_mi(struct x86 *c, const struct x86_insn *i, enum alu op, unsigned size)
{
    alu_memory(c, i, op, truncate(i->imm, size), size);
}

#define ALU_FORMS(name, op, size)                                                                            \
    void x86_##name##_rr##size(struct x86 *c, const struct x86_insn *i) { alu_rr(c, i, op, size / 8); }      \
    void x86_##name##_ri##size(struct x86 *c, const struct x86_insn *i) { alu_ri(c, i, op, size / 8); }      \
    void x86_##name##_rm##size(struct x86 *c, const struct x86_insn *i) { alu_rm(c, i, op, size / 8); }      \
    void x86_##name##_mr##size(struct x86 *c, const struct x86_insn *i) { alu_mr(c, i, op, size / 8); }      \
    void x86_##name##_mi##size(struct x86 *c, const struct x86_insn *i) { alu_mi(c, i, op, size / 8); }
#define ALU_SIZES(name, op) ALU_FORMS(name, op, 8) ALU_FORMS(name, op, 16) ALU_FORMS(name, op, 32)
ALU_SIZES(add, ALU_ADD)
ALU_SIZES(or, ALU_OR)
ALU_SIZES(adc, ALU_ADC)
ALU_SIZES(sbb, ALU_SBB)
ALU_SIZES(and, ALU_AND)
ALU_SIZES(sub, ALU_SUB)
ALU_SIZES(xor, ALU_XOR)
ALU_SIZES(cmp, ALU_CMP)
ALU_SIZES(test, ALU_TEST)

/* --- one operand ------------------------------------------------------------------------------------------------------------- */

enum unary { UN_INC, UN_DEC, UN_NOT, UN_NEG };

/* INC and DEC leave CF alone. */
INLINE uint32_t unary(struct x86 *c, enum unary op, uint32_t a, unsigned size)
{
    unsigned bits = 8 * size;
    uint32_t r;
    bool     cf;

    switch (op) {
    case UN_INC:
        cf = flag_cf(c);
        r = truncate(a + 1, size);
        flags_explicit(c, r, size, cf, r == 1u << (bits - 1), (r & 0xF) == 0);
        return r;
    case UN_DEC:
        cf = flag_cf(c);
        r = truncate(a - 1, size);
        flags_explicit(c, r, size, cf, a == 1u << (bits - 1), (a & 0xF) == 0);
        return r;
    case UN_NEG:
        r = truncate(0 - a, size);
        flags_sub(c, 0, a, r, size);
        return r;
    default: return truncate(~a, size);
    }
}

INLINE void unary_r(struct x86 *c, const struct x86_insn *i, enum unary op, unsigned size)
{
    x86_set_reg(c, i->dst, unary(c, op, x86_reg(c, i->dst, size), size), size);
    x86_next(c, i);
}

INLINE void unary_m(struct x86 *c, const struct x86_insn *i, enum unary op, unsigned size)
{
    uint32_t a;
    void    *p;

    if (!x86_rmw_begin(c, i, size, &p, &a)) return;
    a = unary(c, op, a, size);
    x86_rmw_end(c, i, size, p, a);
    x86_next(c, i);
}

#define UNARY_FORMS(name, op, size)                                                                          \
    void x86_##name##_r##size(struct x86 *c, const struct x86_insn *i) { unary_r(c, i, op, size / 8); }      \
    void x86_##name##_m##size(struct x86 *c, const struct x86_insn *i) { unary_m(c, i, op, size / 8); }
#define UNARY_SIZES(name, op) UNARY_FORMS(name, op, 8) UNARY_FORMS(name, op, 16) UNARY_FORMS(name, op, 32)
UNARY_SIZES(inc, UN_INC)
UNARY_SIZES(dec, UN_DEC)
UNARY_SIZES(not, UN_NOT)
UNARY_SIZES(neg, UN_NEG)

/* --- CMPXCHG, XADD ------------------------------------------------------------------------------------------------------------- */

INLINE void xadd_r(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t a = x86_reg(c, i->dst, size), b = x86_reg(c, i->src, size);
    uint32_t r = alu(c, ALU_ADD, a, b, size);

    x86_set_reg(c, i->src, a, size);
    x86_set_reg(c, i->dst, r, size);
    x86_next(c, i);
}

INLINE void xadd_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t a, r;
    void    *p;

    if (!x86_rmw_begin(c, i, size, &p, &a)) return;
    r = alu(c, ALU_ADD, a, x86_reg(c, i->src, size), size);
    x86_rmw_end(c, i, size, p, r);
    x86_set_reg(c, i->src, a, size);
    x86_next(c, i);
}

INLINE void cmpxchg_r(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t a = x86_reg(c, i->dst, size), b = x86_reg(c, i->src, size), accumulator = x86_reg(c, REG_EAX, size);

    alu(c, ALU_CMP, accumulator, a, size);
    if (accumulator == a) x86_set_reg(c, i->dst, b, size);
    else x86_set_reg(c, REG_EAX, a, size);
    x86_next(c, i);
}

/* The destination is written in either case (SDM: "the processor never produces a locked read without a locked write"). */
INLINE void cmpxchg_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t a, accumulator = x86_reg(c, REG_EAX, size);
    void    *p;

    if (!x86_rmw_begin(c, i, size, &p, &a)) return;
    alu(c, ALU_CMP, accumulator, a, size);
    x86_rmw_end(c, i, size, p, accumulator == a ? x86_reg(c, i->src, size) : a);
    if (accumulator != a) x86_set_reg(c, REG_EAX, a, size);
    x86_next(c, i);
}

#define PAIR_FORMS(name, size)                                                                               \
    void x86_##name##_r##size(struct x86 *c, const struct x86_insn *i) { name##_r(c, i, size / 8); }         \
    void x86_##name##_m##size(struct x86 *c, const struct x86_insn *i) { name##_m(c, i, size / 8); }
PAIR_FORMS(xadd, 8) PAIR_FORMS(xadd, 16) PAIR_FORMS(xadd, 32)
PAIR_FORMS(cmpxchg, 8) PAIR_FORMS(cmpxchg, 16) PAIR_FORMS(cmpxchg, 32)

void x86_cmpxchg8b_m(struct x86 *c, const struct x86_insn *i)
{
    uint32_t off = x86_ea(c, i);
    uint64_t old, expected = c->gpr[REG_EDX] << 32 | c->gpr[REG_EAX], desired = c->gpr[REG_ECX] << 32 | c->gpr[REG_EBX];
    bool     equal;

    if (!x86_probe(c, i, i->seg, off, 8, true)) return;
    if (!x86_load(c, i, i->seg, off, 8, &old)) return;
    equal = old == expected;
    if (!x86_store(c, i, i->seg, off, 8, equal ? desired : old)) return;
    if (!equal) {
        x86_set_r32(c, REG_EAX, (uint32_t)old);
        x86_set_r32(c, REG_EDX, (uint32_t)(old >> 32));
    }
    flags_change(c, FLAG_ZF, equal ? FLAG_ZF : 0);
    x86_next(c, i);
}

void x86_bswap_r32(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r32(c, i->dst, __builtin_bswap32(x86_r32(c, i->dst)));
    x86_next(c, i);
}

/* With a 16-bit operand BSWAP is undefined; the chips write zero. */
void x86_bswap_r16(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r16(c, i->dst, 0);
    x86_next(c, i);
}
