/* exec_mov.c: data movement and the small fry: MOV MOVZX MOVSX LEA XCHG, the stack, flags, conversions, SETcc, CMOVcc. SDM 2. */
#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"

#define INLINE static inline __attribute__((always_inline))

/* --- MOV ------------------------------------------------------------------------------------------------------------------------- */

INLINE void mov_rr(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    x86_set_reg(c, i->dst, x86_reg(c, i->src, size), size);
    x86_next(c, i);
}

INLINE void mov_ri(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    x86_set_reg(c, i->dst, i->imm, size);
    x86_next(c, i);
}

INLINE void mov_rm(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (!x86_load_rm(c, i, size, &v)) return;
    x86_set_reg(c, i->dst, (uint32_t)v, size);
    x86_next(c, i);
}

INLINE void mov_mr(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (x86_store_rm(c, i, size, x86_reg(c, i->src, size))) x86_next(c, i);
}

INLINE void mov_mi(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (x86_store_rm(c, i, size, i->imm)) x86_next(c, i);
}

/* MOV of the accumulator from and to moffs: the decoder gives it as a memory operand. */
INLINE void mov_ao(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (!x86_load(c, i, i->seg, (uint32_t)i->disp & i->amask, size, &v)) return;
    x86_set_reg(c, REG_EAX, (uint32_t)v, size);
    x86_next(c, i);
}

INLINE void mov_oa(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (x86_store(c, i, i->seg, (uint32_t)i->disp & i->amask, size, x86_reg(c, REG_EAX, size))) x86_next(c, i);
}

INLINE void xchg_rr(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t a = x86_reg(c, i->dst, size), b = x86_reg(c, i->src, size);

    x86_set_reg(c, i->src, a, size);
    x86_set_reg(c, i->dst, b, size);
    x86_next(c, i);
}

INLINE void xchg_mr(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t a;
    void    *p;

    if (!x86_rmw_begin(c, i, size, &p, &a)) return;
    x86_rmw_end(c, i, size, p, x86_reg(c, i->src, size));
    x86_set_reg(c, i->src, a, size);
    x86_next(c, i);
}

#define FORM(name, size) \
    void x86_##name##size(struct x86 *c, const struct x86_insn *i) { name(c, i, size / 8); }
#define SIZES(name) FORM(name, 8) FORM(name, 16) FORM(name, 32)
SIZES(mov_rr) SIZES(mov_ri) SIZES(mov_rm) SIZES(mov_mr) SIZES(mov_mi) SIZES(mov_ao) SIZES(mov_oa) SIZES(xchg_rr) SIZES(xchg_mr)

/* --- extension ------------------------------------------------------------------------------------------------------------------- */

INLINE void extend_r(struct x86 *c, const struct x86_insn *i, unsigned from, bool sign, unsigned size)
{
    uint32_t v = x86_reg(c, i->src, from);

    x86_set_reg(c, i->dst, sign ? (uint32_t)(from == 1 ? (int8_t)v : (int16_t)v) : v, size);
    x86_next(c, i);
}

INLINE void extend_m(struct x86 *c, const struct x86_insn *i, unsigned from, bool sign, unsigned size)
{
    uint64_t v;

    if (!x86_load_rm(c, i, from, &v)) return;
    x86_set_reg(c, i->dst, sign ? (uint32_t)(from == 1 ? (int8_t)v : (int16_t)v) : (uint32_t)v, size);
    x86_next(c, i);
}

#define EXTEND(name, from, sign, size)                                                                                          \
    void x86_##name##_rr##size(struct x86 *c, const struct x86_insn *i) { extend_r(c, i, from, sign, size / 8); }               \
    void x86_##name##_rm##size(struct x86 *c, const struct x86_insn *i) { extend_m(c, i, from, sign, size / 8); }
EXTEND(movzx8, 1, false, 16) EXTEND(movzx8, 1, false, 32) EXTEND(movzx16, 2, false, 16) EXTEND(movzx16, 2, false, 32)
EXTEND(movsx8, 1, true, 16) EXTEND(movsx8, 1, true, 32) EXTEND(movsx16, 2, true, 16) EXTEND(movsx16, 2, true, 32)

void x86_lea16(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r16(c, i->dst, x86_ea(c, i));
    x86_next(c, i);
}

void x86_lea32(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r32(c, i->dst, x86_ea(c, i));
    x86_next(c, i);
}

void x86_cbw16(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r16(c, REG_EAX, (uint32_t)(int8_t)*x86_r8(c, 0));
    x86_next(c, i);
}

void x86_cbw32(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r32(c, REG_EAX, (uint32_t)(int16_t)x86_r16(c, REG_EAX));
    x86_next(c, i);
}

void x86_cwd16(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r16(c, REG_EDX, x86_r16(c, REG_EAX) & 0x8000 ? 0xFFFF : 0);
    x86_next(c, i);
}

void x86_cwd32(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r32(c, REG_EDX, x86_r32(c, REG_EAX) >> 31 ? 0xFFFFFFFFu : 0);
    x86_next(c, i);
}

void x86_xlat(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (!x86_load(c, i, i->seg, (x86_r32(c, REG_EBX) + *x86_r8(c, 0)) & i->amask, 1, &v)) return;
    *x86_r8(c, 0) = (uint8_t)v;
    x86_next(c, i);
}

/* --- stack ------------------------------------------------------------------------------------------------------------------------- */

INLINE void push_r(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (x86_push(c, i, x86_reg(c, i->dst, size), size)) x86_next(c, i);
}

/* The 8086 pushes SP as it is after the decrement. */
void x86_push_sp_8086(struct x86 *c, const struct x86_insn *i)
{
    if (x86_push(c, i, x86_r16(c, REG_ESP) - 2u, 2)) x86_next(c, i);
}

INLINE void push_i(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (x86_push(c, i, i->imm, size)) x86_next(c, i);
}

INLINE void push_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (x86_load_rm(c, i, size, &v) && x86_push(c, i, (uint32_t)v, size)) x86_next(c, i);
}

INLINE void pop_r(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (!x86_peek_stack(c, i, 0, size, &v)) return;
    x86_set_sp(c, x86_sp(c) + size);
    x86_set_reg(c, i->dst, (uint32_t)v, size);
    x86_next(c, i);
}

/* The address is computed with (E)SP already incremented (SDM 2B, POP), and so it stays on a 286 that cannot restart. */
INLINE void pop_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v, esp = c->gpr[REG_ESP];

    if (!x86_peek_stack(c, i, 0, size, &v)) return;
    x86_set_sp(c, x86_sp(c) + size);
    if (!x86_store_rm(c, i, size, v)) {
        if (x86_restarts(c)) c->gpr[REG_ESP] = esp;
        return;
    }
    x86_next(c, i);
}

INLINE void pusha(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t sp = x86_sp(c);

    for (unsigned n = 0; n < 8; n++) // nothing may be written if one of the pushes would fault
        if (!x86_probe(c, i, SEG_SS, (sp - (n + 1) * size) & c->sp_mask, size, true)) return;
    for (unsigned n = 0; n < 8; n++)
        if (!x86_store(c, i, SEG_SS, (sp - (n + 1) * size) & c->sp_mask, size, x86_reg(c, n, size))) return;
    x86_set_sp(c, sp - 8 * size);
    x86_next(c, i);
}

INLINE void popa(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v[8];

    for (unsigned n = 0; n < 8; n++)
        if (!x86_peek_stack(c, i, n * size, size, &v[n])) return;
    x86_set_sp(c, x86_sp(c) + 8 * size);
    for (unsigned n = 0; n < 8; n++)
        if (7 - n != REG_ESP) x86_set_reg(c, 7 - n, (uint32_t)v[n], size);
    x86_next(c, i);
}

/* SDM 2A, ENTER: the level is modulo 32. The last write is probed before (E)BP changes. */
INLINE void enter(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    unsigned level = i->imm2 & 31;
    uint32_t sp = x86_sp(c), frame, bp = (uint32_t)c->gpr[REG_EBP];
    uint64_t v;

    sp = (sp - size) & c->sp_mask;
    frame = sp;
    if (!x86_store(c, i, SEG_SS, sp, size, bp)) return;
    for (unsigned n = 1; n < level; n++) {
        bp -= size;
        sp = (sp - size) & c->sp_mask;
        if (!x86_load(c, i, SEG_SS, bp & c->sp_mask, size, &v) || !x86_store(c, i, SEG_SS, sp, size, v)) return;
    }
    if (level) {
        sp = (sp - size) & c->sp_mask;
        if (!x86_store(c, i, SEG_SS, sp, size, frame)) return;
    }
    sp = (sp - (i->imm & 0xFFFF)) & c->sp_mask;
    if (x86_has(c, FEAT_386) && !x86_probe(c, i, SEG_SS, sp, size, true)) return;
    x86_set_reg(c, REG_EBP, frame, size);
    x86_set_sp(c, sp);
    x86_next(c, i);
}

INLINE void leave(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t bp = (uint32_t)c->gpr[REG_EBP] & c->sp_mask;
    uint64_t v;

    if (!x86_load(c, i, SEG_SS, bp, size, &v)) return;
    x86_set_sp(c, bp + size);
    x86_set_reg(c, REG_EBP, (uint32_t)v, size);
    x86_next(c, i);
}

#define BOTH(name) FORM(name, 16) FORM(name, 32)
BOTH(push_r) BOTH(push_i) BOTH(push_m) BOTH(pop_r) BOTH(pop_m) BOTH(pusha) BOTH(popa) BOTH(enter) BOTH(leave)

/* --- flags --------------------------------------------------------------------------------------------------------------------------- */

void x86_lahf(struct x86 *c, const struct x86_insn *i)
{
    *x86_r8(c, 1) = (uint8_t)(flags_arith(c) | FLAG_1);
    x86_next(c, i);
}

void x86_sahf(struct x86 *c, const struct x86_insn *i)
{
    flags_change(c, FLAG_ARITH & ~FLAG_OF, *x86_r8(c, 1));
    x86_next(c, i);
}

void x86_clc(struct x86 *c, const struct x86_insn *i)
{
    flags_change(c, FLAG_CF, 0);
    x86_next(c, i);
}

void x86_stc(struct x86 *c, const struct x86_insn *i)
{
    flags_change(c, FLAG_CF, FLAG_CF);
    x86_next(c, i);
}

void x86_cmc(struct x86 *c, const struct x86_insn *i)
{
    flags_change(c, FLAG_CF, flag_cf(c) ? 0 : FLAG_CF);
    x86_next(c, i);
}

void x86_cld(struct x86 *c, const struct x86_insn *i)
{
    c->eflags &= ~FLAG_DF;
    x86_next(c, i);
}

void x86_std(struct x86 *c, const struct x86_insn *i)
{
    c->eflags |= FLAG_DF;
    x86_next(c, i);
}

/* Undocumented: AL = CF ? FF : 00. */
void x86_salc(struct x86 *c, const struct x86_insn *i)
{
    *x86_r8(c, 0) = flag_cf(c) ? 0xFF : 0;
    x86_next(c, i);
}

/* --- conditions ------------------------------------------------------------------------------------------------------------------------ */

void x86_setcc_r(struct x86 *c, const struct x86_insn *i)
{
    *x86_r8(c, i->dst) = flag_condition(c, i->op & 15);
    x86_next(c, i);
}

void x86_setcc_m(struct x86 *c, const struct x86_insn *i)
{
    if (x86_store_rm(c, i, 1, flag_condition(c, i->op & 15))) x86_next(c, i);
}

INLINE void cmov_rr(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t v = x86_reg(c, flag_condition(c, i->op & 15) ? i->src : i->dst, size);

    x86_set_reg(c, i->dst, v, size);
    x86_next(c, i);
}

/* The source is read, and may fault, whatever the condition. */
INLINE void cmov_rm(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (!x86_load_rm(c, i, size, &v)) return;
    x86_set_reg(c, i->dst, flag_condition(c, i->op & 15) ? (uint32_t)v : x86_reg(c, i->dst, size), size);
    x86_next(c, i);
}
BOTH(cmov_rr) BOTH(cmov_rm)

INLINE void bound(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t off = x86_ea(c, i);
    uint64_t low, high;
    int32_t  v = size == 2 ? (int16_t)x86_r16(c, i->dst) : (int32_t)x86_r32(c, i->dst);

    if (!x86_load(c, i, i->seg, off, size, &low) || !x86_load(c, i, i->seg, (off + size) & i->amask, size, &high)) return;
    if (size == 2 ? v < (int16_t)low || v > (int16_t)high : v < (int32_t)low || v > (int32_t)high) {
        x86_fault(c, i, EXC_BR);
        return;
    }
    x86_next(c, i);
}
BOTH(bound)

void x86_op_nop(struct x86 *c, const struct x86_insn *i)
{
    x86_next(c, i);
}

void x86_op_ud(struct x86 *c, const struct x86_insn *i)
{
    x86_ud(c, i);
}
