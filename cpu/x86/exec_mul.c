/* exec_mul.c: MUL IMUL DIV IDIV and the decimal adjustments DAA DAS AAA AAS AAM AAD. SDM 2. */
#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"

#define INLINE static inline __attribute__((always_inline))

INLINE int64_t sign_extend(uint64_t v, unsigned size)
{
    return size == 1 ? (int8_t)v : size == 2 ? (int16_t)v : (int32_t)v;
}

/* --- multiplication ------------------------------------------------------------------------------------------------------------ */

/* CF = OF = the upper half matters; the other flags, undefined, follow the lower half. */
INLINE void multiply(struct x86 *c, uint32_t b, bool is_signed, unsigned size)
{
    uint32_t a = x86_reg(c, REG_EAX, size);
    uint64_t product = is_signed ? (uint64_t)(sign_extend(a, size) * sign_extend(b, size)) : (uint64_t)a * b;
    uint32_t low = (uint32_t)(size == 4 ? product : product & ((1u << (8 * size)) - 1));
    bool     wide = is_signed ? sign_extend(low, size) != (int64_t)product : product >> (8 * size) != 0;

    if (size == 1) {
        x86_set_r16(c, REG_EAX, (uint32_t)product);
    } else {
        x86_set_reg(c, REG_EAX, low, size);
        x86_set_reg(c, REG_EDX, (uint32_t)(product >> (8 * size)), size);
    }
    flags_explicit(c, low, size, wide, wide, false);
}

INLINE void mul_r(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    multiply(c, x86_reg(c, i->dst, size), false, size);
    x86_next(c, i);
}

INLINE void mul_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t b;

    if (!x86_load_rm(c, i, size, &b)) return;
    multiply(c, (uint32_t)b, false, size);
    x86_next(c, i);
}

INLINE void imul_r(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    multiply(c, x86_reg(c, i->dst, size), true, size);
    x86_next(c, i);
}

INLINE void imul_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t b;

    if (!x86_load_rm(c, i, size, &b)) return;
    multiply(c, (uint32_t)b, true, size);
    x86_next(c, i);
}

/* Two- and three-operand IMUL: dst = A * B, truncated. */
INLINE void imul_to(struct x86 *c, const struct x86_insn *i, uint32_t a, uint32_t b, unsigned size)
{
    int64_t  product = sign_extend(a, size) * sign_extend(b, size);
    uint32_t low = size == 2 ? (uint16_t)product : (uint32_t)product;
    bool     wide = sign_extend(low, size) != product;

    x86_set_reg(c, i->dst, low, size);
    flags_explicit(c, low, size, wide, wide, false);
    x86_next(c, i);
}

INLINE void imul_to_m(struct x86 *c, const struct x86_insn *i, bool immediate, unsigned size)
{
    uint64_t b;

    if (!x86_load_rm(c, i, size, &b)) return;
    imul_to(c, i, (uint32_t)b, immediate ? i->imm : x86_reg(c, i->dst, size), size);
}

void x86_imul_rr16(struct x86 *c, const struct x86_insn *i) { imul_to(c, i, x86_r16(c, i->dst), x86_r16(c, i->src), 2); }
void x86_imul_rr32(struct x86 *c, const struct x86_insn *i) { imul_to(c, i, x86_r32(c, i->dst), x86_r32(c, i->src), 4); }
void x86_imul_rri16(struct x86 *c, const struct x86_insn *i) { imul_to(c, i, x86_r16(c, i->src), i->imm, 2); }
void x86_imul_rri32(struct x86 *c, const struct x86_insn *i) { imul_to(c, i, x86_r32(c, i->src), i->imm, 4); }
void x86_imul_rm16(struct x86 *c, const struct x86_insn *i) { imul_to_m(c, i, false, 2); }
void x86_imul_rm32(struct x86 *c, const struct x86_insn *i) { imul_to_m(c, i, false, 4); }
void x86_imul_rmi16(struct x86 *c, const struct x86_insn *i) { imul_to_m(c, i, true, 2); }
void x86_imul_rmi32(struct x86 *c, const struct x86_insn *i) { imul_to_m(c, i, true, 4); }

/* --- division -------------------------------------------------------------------------------------------------------------------- */

INLINE uint64_t dividend(struct x86 *c, unsigned size)
{
    if (size == 1) return x86_r16(c, REG_EAX);
    return (uint64_t)x86_reg(c, REG_EDX, size) << (8 * size) | x86_reg(c, REG_EAX, size);
}

INLINE void set_quotient(struct x86 *c, uint32_t quotient, uint32_t remainder, unsigned size)
{
    if (size == 1) {
        x86_set_r16(c, REG_EAX, (remainder & 0xFF) << 8 | (quotient & 0xFF));
    } else {
        x86_set_reg(c, REG_EAX, quotient, size);
        x86_set_reg(c, REG_EDX, remainder, size);
    }
}

/* #DE when the quotient does not fit. On the 8086 the pushed IP is that of the next instruction (8086 manual, 2.6). */
INLINE bool divide_error(struct x86 *c, const struct x86_insn *i)
{
    return x86_has(c, FEAT_186) ? x86_fault(c, i, EXC_DE) : x86_trap_after(c, i, EXC_DE);
}

INLINE bool divide(struct x86 *c, const struct x86_insn *i, uint32_t b, unsigned size)
{
    uint64_t a = dividend(c, size), q;

    if (!b || (q = a / b) >> (8 * size)) return divide_error(c, i);
    set_quotient(c, (uint32_t)q, (uint32_t)(a % b), size);
    return true;
}

/* The 8086 refuses the most negative quotient, later models deliver it. */
INLINE bool divide_signed(struct x86 *c, const struct x86_insn *i, uint32_t b, unsigned size)
{
    int64_t a = size == 4 ? (int64_t)dividend(c, 4) : size == 2 ? (int32_t)dividend(c, 2) : (int16_t)dividend(c, 1);
    int64_t d = sign_extend(b, size), q, most = (int64_t)1 << (8 * size - 1);

    if (!d || (d == -1 && a == INT64_MIN)) return divide_error(c, i);
    q = a / d;
    if (q >= most || q < -most || (q == -most && !x86_has(c, FEAT_186))) return divide_error(c, i);
    set_quotient(c, (uint32_t)q, (uint32_t)(a % d), size);
    return true;
}

INLINE void div_r(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (divide(c, i, x86_reg(c, i->dst, size), size)) x86_next(c, i);
}

INLINE void div_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t b;

    if (x86_load_rm(c, i, size, &b) && divide(c, i, (uint32_t)b, size)) x86_next(c, i);
}

/* REP negates the quotient of an 8086's IDIV: its microcode keeps the sign in the same flag. */
INLINE void idiv_done(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (unlikely(!x86_has(c, FEAT_186) && (i->prefix & (PREFIX_REP | PREFIX_REPNE)))) {
        if (size == 1) *x86_r8(c, 0) = (uint8_t)-*x86_r8(c, 0);
        else x86_set_r16(c, REG_EAX, (uint32_t)-x86_r16(c, REG_EAX));
    }
    x86_next(c, i);
}

INLINE void idiv_r(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (divide_signed(c, i, x86_reg(c, i->dst, size), size)) idiv_done(c, i, size);
}

INLINE void idiv_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t b;

    if (x86_load_rm(c, i, size, &b) && divide_signed(c, i, (uint32_t)b, size)) idiv_done(c, i, size);
}

#define FORMS(name, size)                                                                                    \
    void x86_##name##_r##size(struct x86 *c, const struct x86_insn *i) { name##_r(c, i, size / 8); }         \
    void x86_##name##_m##size(struct x86 *c, const struct x86_insn *i) { name##_m(c, i, size / 8); }
#define SIZES(name) FORMS(name, 8) FORMS(name, 16) FORMS(name, 32)
SIZES(mul) SIZES(imul) SIZES(div) SIZES(idiv)

/* --- decimal adjustment ------------------------------------------------------------------------------------------------------------ */

void x86_daa(struct x86 *c, const struct x86_insn *i)
{
    uint8_t *al = x86_r8(c, 0), old = *al, add = 0;
    bool     cf = flag_cf(c), af = flag_af(c);

    if ((old & 0xF) > 9 || af) add |= 6, af = true;
    if (old > (!x86_has(c, FEAT_186) && flag_af(c) ? 0x9F : 0x99) || cf) add |= 0x60, cf = true;
    *al = old + add;
    flags_explicit(c, *al, 1, cf, (old ^ *al) & (add ^ *al) & 0x80, af);
    x86_next(c, i);
}

void x86_das(struct x86 *c, const struct x86_insn *i)
{
    uint8_t *al = x86_r8(c, 0), old = *al, sub = 0;
    bool     cf = flag_cf(c), af = flag_af(c), borrow = false;

    if ((old & 0xF) > 9 || af) {
        sub |= 6;
        borrow = old < 6 && x86_has(c, FEAT_186);
        af = true;
    }
    if (old > (!x86_has(c, FEAT_186) && flag_af(c) ? 0x9F : 0x99) || cf) sub |= 0x60, cf = true;
    *al = old - sub;
    flags_explicit(c, *al, 1, cf || borrow, (old ^ sub) & (old ^ *al) & 0x80, af);
    x86_next(c, i);
}

/* AAA and AAS: on the 8086 AL and AH are adjusted one by one, from the 286 on AX as a whole. */
INLINE void ascii_adjust(struct x86 *c, const struct x86_insn *i, int sign)
{
    uint16_t ax = x86_r16(c, REG_EAX);
    bool     adjust = (ax & 0xF) > 9 || flag_af(c);
    uint8_t  al = (uint8_t)ax, old = al;

    if (adjust && x86_has(c, FEAT_286)) {
        ax = (uint16_t)(ax + sign * 0x106);
    } else if (adjust) {
        al = (uint8_t)(al + sign * 6);
        ax = (uint16_t)((unsigned)((ax >> 8) + sign) << 8 | al);
    }
    al = (uint8_t)(old + (adjust ? sign * 6 : 0));
    x86_set_r16(c, REG_EAX, ax & 0xFF0F);
    flags_explicit(c, al, 1, adjust, adjust && (sign > 0 ? ~old & al : old & ~al) & 0x80, adjust);
    x86_next(c, i);
}

void x86_aaa(struct x86 *c, const struct x86_insn *i) { ascii_adjust(c, i, 1); }
void x86_aas(struct x86 *c, const struct x86_insn *i) { ascii_adjust(c, i, -1); }

void x86_aam(struct x86 *c, const struct x86_insn *i)
{
    uint8_t al = *x86_r8(c, 0), base = (uint8_t)i->imm;

    if (!base) {
        if (!x86_has(c, FEAT_186)) flags_logic(c, 0, 1);
        else if (!x86_has(c, FEAT_386)) flags_logic(c, al >> 1, 1); // of the last trial subtraction
        divide_error(c, i);
        return;
    }
    x86_set_r16(c, REG_EAX, (uint32_t)(al / base) << 8 | al % base);
    flags_logic(c, al % base, 1);
    x86_next(c, i);
}

void x86_aad(struct x86 *c, const struct x86_insn *i)
{
    uint8_t  al = *x86_r8(c, 0), term = (uint8_t)(*x86_r8(c, 1) * i->imm);
    uint8_t  r = (uint8_t)(al + term);

    x86_set_r16(c, REG_EAX, r);
    flags_add(c, al, term, r, 1);
    if (x86_has(c, FEAT_386)) flags_logic(c, r, 1);
    x86_next(c, i);
}
