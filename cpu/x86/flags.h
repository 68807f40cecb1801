/* flags.h: the arithmetic flags, computed only when somebody asks: the one definition of every flag.
 *
 * An instruction leaves its result in fl_res (zero extended), the number of its top bit in fl_top, and in fl_carry the
 * carries out of each bit: bit `top` is CF, its difference from bit top-1 is OF, and bit 3 is AF. So ZF, SF and PF follow
 * from the result. Where flags are set outright (POPF, SAHF) the upper half of fl_res holds corrections: SF and PF are taken
 * from low half XOR high half, ZF from the low half alone. */
#ifndef CPU_X86_FLAGS_H
#define CPU_X86_FLAGS_H

#include "cpu/x86/x86.h"

/* --- leaving flags ------------------------------------------------------------------------------------------------------------- */

static inline void flags_set(struct x86 *c, uint32_t result, uint32_t carries, unsigned size)
{
    c->fl_res = result;
    c->fl_carry = carries;
    c->fl_top = (uint8_t)(8 * size - 1);
}

/* After RESULT = A + B (+ carry), all truncated to SIZE bytes. */
static inline void flags_add(struct x86 *c, uint32_t a, uint32_t b, uint32_t result, unsigned size)
{
    flags_set(c, result, (a & b) | ((a | b) & ~result), size);
}

/* After RESULT = A - B (- borrow). */
static inline void flags_sub(struct x86 *c, uint32_t a, uint32_t b, uint32_t result, unsigned size)
{
    flags_set(c, result, (~a & b) | ((~a | b) & result), size);
}

/* AND, OR, XOR, TEST: CF = OF = 0; AF, undefined, is 0. */
static inline void flags_logic(struct x86 *c, uint32_t result, unsigned size)
{
    flags_set(c, result, 0, size);
}

/* ZF, SF, PF from the result and the other three as given. */
static inline void flags_explicit(struct x86 *c, uint32_t result, unsigned size, bool cf, bool of, bool af)
{
    unsigned top = 8 * size - 1;

    flags_set(c, result, ((uint32_t)cf << top) | ((uint32_t)(cf ^ of) << (top - 1)) | ((uint32_t)af << 3), size);
}

/* --- asking ---------------------------------------------------------------------------------------------------------------------- */

static inline bool flag_zf(const struct x86 *c) { return (uint32_t)c->fl_res == 0; }
static inline bool flag_cf(const struct x86 *c) { return c->fl_carry >> c->fl_top & 1; }
static inline bool flag_of(const struct x86 *c) { return ((c->fl_carry >> c->fl_top) ^ (c->fl_carry >> (c->fl_top - 1))) & 1; }
static inline bool flag_af(const struct x86 *c) { return c->fl_carry >> 3 & 1; }
static inline bool flag_sf(const struct x86 *c) { return (uint32_t)(c->fl_res ^ (c->fl_res >> 32)) >> c->fl_top & 1; }

static inline bool flag_pf(const struct x86 *c)
{
    uint8_t low = (uint8_t)(c->fl_res ^ (c->fl_res >> 32));

    return !__builtin_parity(low);
}

/* Condition CC (0..15) of Jcc, SETcc and CMOVcc. */
static inline bool flag_condition(const struct x86 *c, unsigned cc)
{
    bool v;

    switch (cc >> 1) {
    case 0: v = flag_of(c); break;
    case 1: v = flag_cf(c); break;
    case 2: v = flag_zf(c); break;
    case 3: v = flag_cf(c) || flag_zf(c); break;
    case 4: v = flag_sf(c); break;
    case 5: v = flag_pf(c); break;
    case 6: v = flag_sf(c) != flag_of(c); break;
    default: v = flag_zf(c) || flag_sf(c) != flag_of(c); break;
    }
    return v != (cc & 1);
}

/* The six arithmetic flags in their places. */
static inline uint32_t flags_arith(const struct x86 *c)
{
    return (flag_cf(c) ? FLAG_CF : 0) | (flag_pf(c) ? FLAG_PF : 0) | (flag_af(c) ? FLAG_AF : 0) | (flag_zf(c) ? FLAG_ZF : 0) |
           (flag_sf(c) ? FLAG_SF : 0) | (flag_of(c) ? FLAG_OF : 0);
}

/* --- setting outright -------------------------------------------------------------------------------------------------------------- */

/* The six arithmetic flags become those of FLAGS. */
static inline void flags_set_arith(struct x86 *c, uint32_t flags)
{
    uint32_t low = flags & FLAG_ZF ? 0 : 1;
    /* High half: bit 31 gives SF; its low byte makes the parity right: low ^ high has even parity when PF is set. */
    uint32_t high = (flags & FLAG_SF ? 0x80000000u : 0) | ((flags & FLAG_PF ? low : !low) ? 1 : 0);
    bool     cf = flags & FLAG_CF, of = (flags & FLAG_OF) != 0;

    c->fl_res = (uint64_t)high << 32 | low;
    c->fl_carry = ((uint32_t)cf << 31) | ((uint32_t)(cf ^ of) << 30) | (flags & FLAG_AF ? 8 : 0);
    c->fl_top = 31;
}

static inline void flags_change(struct x86 *c, uint32_t mask, uint32_t flags)
{
    flags_set_arith(c, (flags_arith(c) & ~mask) | (flags & mask));
}

/* The whole register: flags.c. On models below the 286 bits 12-15 read as ones. */
uint32_t x86_get_eflags(const struct x86 *c);
/* Sets the bits of MASK to those of VALUE; keeps up with what depends on them (TF, AC, VM). */
void x86_set_eflags(struct x86 *c, uint32_t value, uint32_t mask);

#endif
