/* plan.c: see plan.h. Flag effects: SDM 1 appendix A. */
#include "cpu/x86/plan.h"

#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"

#define INLINE static inline __attribute__((always_inline))

enum effect {
    EFFECT_OTHER,   /* may read flags, may fault or leave: everything before it is seen */
    EFFECT_NEUTRAL, /* neither reads nor writes flags, cannot fault */
    EFFECT_WRITES,  /* writes all six, reads none, cannot fault */
    EFFECT_BUT_CF,  /* INC, DEC: all but CF */
};

/* --- handlers without flags ------------------------------------------------------------------------------------------------------- */

enum quiet { QUIET_ADD, QUIET_OR, QUIET_AND, QUIET_SUB, QUIET_XOR, QUIET_NOTHING, QUIET_INC, QUIET_DEC, QUIET_SHL, QUIET_SHR, QUIET_SAR, QUIET_KINDS };

INLINE void quiet(struct x86 *c, const struct x86_insn *i, enum quiet op, bool immediate, unsigned size)
{
    uint32_t a = x86_reg(c, i->dst, size), b = immediate ? i->imm : op <= QUIET_XOR ? x86_reg(c, i->src, size) : 0;

    switch (op) {
    case QUIET_ADD: a += b; break;
    case QUIET_OR: a |= b; break;
    case QUIET_AND: a &= b; break;
    case QUIET_SUB: a -= b; break;
    case QUIET_XOR: a ^= b; break;
    case QUIET_INC: a++; break;
    case QUIET_DEC: a--; break;
    case QUIET_SHL: a <<= b & 31; break;
    case QUIET_SHR: a >>= b & 31; break;
    case QUIET_SAR: a = (uint32_t)((size == 1 ? (int8_t)a : size == 2 ? (int16_t)a : (int32_t)a) >> (b & 31)); break;
    default: break;
    }
    if (op != QUIET_NOTHING) x86_set_reg(c, i->dst, a, size);
    x86_next(c, i);
}

#define QUIET(name, op, immediate, size) \
    static void name##size(struct x86 *c, const struct x86_insn *i) { quiet(c, i, op, immediate, size / 8); }
#define QUIET3(name, op, immediate) QUIET(name, op, immediate, 8) QUIET(name, op, immediate, 16) QUIET(name, op, immediate, 32)
QUIET3(add_rr, QUIET_ADD, false) QUIET3(or_rr, QUIET_OR, false) QUIET3(and_rr, QUIET_AND, false) QUIET3(sub_rr, QUIET_SUB, false)
QUIET3(xor_rr, QUIET_XOR, false) QUIET3(nothing, QUIET_NOTHING, true) QUIET3(inc_r, QUIET_INC, true) QUIET3(dec_r, QUIET_DEC, true)
QUIET3(add_ri, QUIET_ADD, true) QUIET3(or_ri, QUIET_OR, true) QUIET3(and_ri, QUIET_AND, true) QUIET3(sub_ri, QUIET_SUB, true)
QUIET3(xor_ri, QUIET_XOR, true) QUIET3(shl_ri, QUIET_SHL, true) QUIET3(shr_ri, QUIET_SHR, true) QUIET3(sar_ri, QUIET_SAR, true)

#define ROW(name) {name##8, name##16, name##32}
static x86_fn *const with_register[QUIET_KINDS][3] = {
    ROW(add_rr), ROW(or_rr), ROW(and_rr), ROW(sub_rr), ROW(xor_rr), ROW(nothing), ROW(inc_r), ROW(dec_r),
};
static x86_fn *const with_immediate[QUIET_KINDS][3] = {
    ROW(add_ri), ROW(or_ri), ROW(and_ri), ROW(sub_ri), ROW(xor_ri), ROW(nothing), ROW(inc_r), ROW(dec_r), ROW(shl_ri), ROW(shr_ri), ROW(sar_ri),
};

/* --- what an instruction does ------------------------------------------------------------------------------------------------------- */

/* Of the operations in the order of opcodes 00-38 and group 1. */
static const int8_t quiet_of_alu[8] = {QUIET_ADD, QUIET_OR, -1, -1, QUIET_AND, QUIET_SUB, QUIET_XOR, QUIET_NOTHING};

struct plan {
    enum effect effect;
    int         quiet;     /* enum quiet, -1: none */
    bool        immediate;
    unsigned    size;      /* 0 byte, 1 word, 2 dword */
};

static struct plan of_alu(unsigned kind, bool immediate, unsigned size)
{
    int q = quiet_of_alu[kind];

    return q < 0 ? (struct plan){EFFECT_OTHER, -1, false, 0} : (struct plan){EFFECT_WRITES, q, immediate, size};
}

static struct plan examine(const struct x86_insn *i)
{
    const struct plan other = {EFFECT_OTHER, -1, false, 0}, neutral = {EFFECT_NEUTRAL, -1, false, 0};
    unsigned          wide = i->prefix & PREFIX_OP32 ? 2 : 1, op = i->op, size = op & 1 ? wide : 0, reg = i->modrm >> 3 & 7;

    if (op == 0x8D) return neutral; // LEA
    if ((i->prefix & (PREFIX_MEM | PREFIX_LOCK)) || i->block || op >= 0x100) return other;
    if (op < 0x40 && (op & 7) < 6) return of_alu(op >> 3, (op & 7) >= 4, size);
    if (op >= 0x80 && op <= 0x83) return of_alu(reg, true, size);
    if (op >= 0x40 && op < 0x50) return (struct plan){EFFECT_BUT_CF, op & 8 ? QUIET_DEC : QUIET_INC, true, wide};
    if ((op & 0xFE) == 0x84) return (struct plan){EFFECT_WRITES, QUIET_NOTHING, false, size};
    if ((op & 0xFE) == 0xA8) return (struct plan){EFFECT_WRITES, QUIET_NOTHING, true, size};
    if ((op & 0xFE) == 0xC0 || (op & 0xFE) == 0xD0) {
        if (reg < 4 || reg == 6 || !(i->imm & 31)) return other;
        return (struct plan){EFFECT_WRITES, reg == 4 ? QUIET_SHL : reg == 5 ? QUIET_SHR : QUIET_SAR, true, size};
    }
    if ((op >= 0x88 && op <= 0x8B) || (op >= 0xB0 && op <= 0xBF) || op == 0x90) return neutral;
    if ((op == 0xC6 || op == 0xC7) && reg == 0) return neutral;
    return other;
}

void x86_plan_flags(struct x86_block *b)
{
    bool live = true; // what follows the block is unknown

    for (unsigned n = b->count; n-- > 0;) {
        struct plan p = examine(&b->insn[n]);

        switch (p.effect) {
        case EFFECT_OTHER: live = true; break;
        case EFFECT_NEUTRAL: break;
        case EFFECT_WRITES:
        case EFFECT_BUT_CF:
            if (!live) b->insn[n].fn = (p.immediate ? with_immediate : with_register)[p.quiet][p.size];
            else if (p.effect == EFFECT_WRITES) live = false;
            break;
        }
    }
}
