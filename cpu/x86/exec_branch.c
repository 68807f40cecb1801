/* exec_branch.c: near jumps, calls, returns and loops, and the far ones' entries (seg.c and task.c do the work). SDM 2.
 *
 * A direct branch goes straight on to the next block when it is linked. Targets beyond the limit of CS fault before the
 * branch retires. */
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"
#include "cpu/x86/interp.h"

#define INLINE static inline __attribute__((always_inline))

/* To EIP, checked against the limit, through the block's link WHICH. */
INLINE void branch(struct x86 *c, const struct x86_insn *i, uint32_t eip, unsigned which)
{
    struct x86_block *next = i->block->link[which];

    if (likely(next && next->valid && (uint64_t)eip + next->bytes <= (uint64_t)c->seg[SEG_CS].limit + 1)) {
        x86_chain(c, eip, next);
        return;
    }
    if (unlikely(eip > c->seg[SEG_CS].limit)) {
        x86_gp0(c, i);
        return;
    }
    if (!(((c->seg[SEG_CS].base + c->eip) ^ (c->seg[SEG_CS].base + eip)) >> PAGE_SHIFT)) {
        c->link_from = i->block;
        c->link_which = which;
    }
    x86_end_at(c, i, eip);
}

/* A relative branch of SIZE bytes operand size. A wrap at 64 KB must not be linked: the distance is another one then. */
INLINE void branch_relative(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t raw = c->eip + i->off + i->len + i->imm, eip = size == 2 ? raw & 0xFFFF : raw;

    if (unlikely(raw != eip)) {
        if (eip > c->seg[SEG_CS].limit) x86_gp0(c, i);
        else x86_end_at(c, i, eip);
        return;
    }
    branch(c, i, eip, 1);
}

INLINE void fall_through(struct x86 *c, const struct x86_insn *i)
{
    uint32_t raw = c->eip + i->off + i->len;

    if (unlikely(raw > c->seg[SEG_CS].limit || raw != x86_next_eip(c, i))) x86_end(c, i);
    else branch(c, i, raw, 0);
}

INLINE void conditional(struct x86 *c, const struct x86_insn *i, bool taken, unsigned size)
{
    if (taken) branch_relative(c, i, size);
    else fall_through(c, i);
}

void x86_block_end(struct x86 *c, const struct x86_insn *i)
{
    fall_through(c, i);
}

void x86_jcc16(struct x86 *c, const struct x86_insn *i) { conditional(c, i, flag_condition(c, i->op & 15), 2); }
void x86_jcc32(struct x86 *c, const struct x86_insn *i) { conditional(c, i, flag_condition(c, i->op & 15), 4); }
void x86_jz16(struct x86 *c, const struct x86_insn *i) { conditional(c, i, flag_zf(c), 2); }
void x86_jz32(struct x86 *c, const struct x86_insn *i) { conditional(c, i, flag_zf(c), 4); }
void x86_jnz16(struct x86 *c, const struct x86_insn *i) { conditional(c, i, !flag_zf(c), 2); }
void x86_jnz32(struct x86 *c, const struct x86_insn *i) { conditional(c, i, !flag_zf(c), 4); }
void x86_jmp16(struct x86 *c, const struct x86_insn *i) { branch_relative(c, i, 2); }
void x86_jmp32(struct x86 *c, const struct x86_insn *i) { branch_relative(c, i, 4); }

/* (E)CX by address size counts; the branch itself by operand size. */
INLINE uint32_t counter(struct x86 *c, const struct x86_insn *i)
{
    return (uint32_t)c->gpr[REG_ECX] & i->amask;
}

INLINE void loop(struct x86 *c, const struct x86_insn *i, bool condition, unsigned size)
{
    uint32_t count = (counter(c, i) - 1) & i->amask;
    bool     taken = count && condition;
    uint32_t target = size == 2 ? (x86_next_eip(c, i) + i->imm) & 0xFFFF : x86_next_eip(c, i) + i->imm;

    if (unlikely(taken && target > c->seg[SEG_CS].limit)) { // the counter must stay as it is
        x86_gp0(c, i);
        return;
    }
    if (i->amask == 0xFFFF) x86_set_r16(c, REG_ECX, count);
    else x86_set_r32(c, REG_ECX, count);
    conditional(c, i, taken, size);
}

void x86_loop16(struct x86 *c, const struct x86_insn *i) { loop(c, i, true, 2); }
void x86_loop32(struct x86 *c, const struct x86_insn *i) { loop(c, i, true, 4); }
void x86_loope16(struct x86 *c, const struct x86_insn *i) { loop(c, i, flag_zf(c), 2); }
void x86_loope32(struct x86 *c, const struct x86_insn *i) { loop(c, i, flag_zf(c), 4); }
void x86_loopne16(struct x86 *c, const struct x86_insn *i) { loop(c, i, !flag_zf(c), 2); }
void x86_loopne32(struct x86 *c, const struct x86_insn *i) { loop(c, i, !flag_zf(c), 4); }
void x86_jcxz16(struct x86 *c, const struct x86_insn *i) { conditional(c, i, !counter(c, i), 2); }
void x86_jcxz32(struct x86 *c, const struct x86_insn *i) { conditional(c, i, !counter(c, i), 4); }

INLINE void call(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t target = x86_next_eip(c, i) + i->imm;

    if (size == 2) target &= 0xFFFF;
    if (unlikely(target > c->seg[SEG_CS].limit)) {
        x86_gp0(c, i);
        return;
    }
    if (x86_push(c, i, x86_next_eip(c, i), size)) branch_relative(c, i, size);
}

void x86_call16(struct x86 *c, const struct x86_insn *i) { call(c, i, 2); }
void x86_call32(struct x86 *c, const struct x86_insn *i) { call(c, i, 4); }

/* To an address known only now. */
INLINE void jump_to(struct x86 *c, const struct x86_insn *i, uint32_t eip)
{
    if (unlikely(eip > c->seg[SEG_CS].limit)) {
        x86_gp0(c, i);
        return;
    }
    x86_dispatch(c, eip);
}

INLINE void call_to(struct x86 *c, const struct x86_insn *i, uint32_t eip, unsigned size)
{
    if (unlikely(eip > c->seg[SEG_CS].limit)) {
        x86_gp0(c, i);
        return;
    }
    if (x86_push(c, i, x86_next_eip(c, i), size)) x86_dispatch(c, eip);
}

INLINE void ret(struct x86 *c, const struct x86_insn *i, uint32_t extra, unsigned size)
{
    uint64_t eip;

    if (!x86_peek_stack(c, i, 0, size, &eip)) return;
    if (unlikely(eip > c->seg[SEG_CS].limit)) {
        x86_gp0(c, i);
        return;
    }
    x86_set_sp(c, x86_sp(c) + size + extra);
    x86_dispatch(c, (uint32_t)eip);
}

INLINE void jmp_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t eip;

    if (x86_load_rm(c, i, size, &eip)) jump_to(c, i, (uint32_t)eip);
}

INLINE void call_m(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t eip;

    if (x86_load_rm(c, i, size, &eip)) call_to(c, i, (uint32_t)eip, size);
}

void x86_jmp_r16(struct x86 *c, const struct x86_insn *i) { jump_to(c, i, x86_r16(c, i->dst)); }
void x86_jmp_r32(struct x86 *c, const struct x86_insn *i) { jump_to(c, i, x86_r32(c, i->dst)); }
void x86_jmp_m16(struct x86 *c, const struct x86_insn *i) { jmp_m(c, i, 2); }
void x86_jmp_m32(struct x86 *c, const struct x86_insn *i) { jmp_m(c, i, 4); }

void x86_call_r16(struct x86 *c, const struct x86_insn *i) { call_to(c, i, x86_r16(c, i->dst), 2); }
void x86_call_r32(struct x86 *c, const struct x86_insn *i) { call_to(c, i, x86_r32(c, i->dst), 4); }
void x86_call_m16(struct x86 *c, const struct x86_insn *i) { call_m(c, i, 2); }
void x86_call_m32(struct x86 *c, const struct x86_insn *i) { call_m(c, i, 4); }
void x86_ret16(struct x86 *c, const struct x86_insn *i) { ret(c, i, 0, 2); }
void x86_ret32(struct x86 *c, const struct x86_insn *i) { ret(c, i, 0, 4); }
void x86_ret_i16(struct x86 *c, const struct x86_insn *i) { ret(c, i, i->imm, 2); }
void x86_ret_i32(struct x86 *c, const struct x86_insn *i) { ret(c, i, i->imm, 4); }

/* --- far ------------------------------------------------------------------------------------------------------------------------- */

INLINE bool load_far_pointer(struct x86 *c, const struct x86_insn *i, unsigned size, uint16_t *selector, uint32_t *offset)
{
    uint32_t off = x86_ea(c, i);
    uint64_t o, s;

    if (!x86_load(c, i, i->seg, off, size, &o) || !x86_load(c, i, i->seg, (off + size) & i->amask, 2, &s)) return false;
    *offset = (uint32_t)o;
    *selector = (uint16_t)s;
    return true;
}

INLINE void far_m(struct x86 *c, const struct x86_insn *i, unsigned size, bool is_call)
{
    uint16_t selector;
    uint32_t offset;

    if (!load_far_pointer(c, i, size, &selector, &offset)) return;
    if (is_call) x86_far_call(c, i, selector, offset, size);
    else x86_far_jump(c, i, selector, offset, size);
}

void x86_jmp_far16(struct x86 *c, const struct x86_insn *i) { x86_far_jump(c, i, i->imm2, i->imm, 2); }
void x86_jmp_far32(struct x86 *c, const struct x86_insn *i) { x86_far_jump(c, i, i->imm2, i->imm, 4); }
void x86_call_far16(struct x86 *c, const struct x86_insn *i) { x86_far_call(c, i, i->imm2, i->imm, 2); }
void x86_call_far32(struct x86 *c, const struct x86_insn *i) { x86_far_call(c, i, i->imm2, i->imm, 4); }
void x86_jmp_far_m16(struct x86 *c, const struct x86_insn *i) { far_m(c, i, 2, false); }
void x86_jmp_far_m32(struct x86 *c, const struct x86_insn *i) { far_m(c, i, 4, false); }
void x86_call_far_m16(struct x86 *c, const struct x86_insn *i) { far_m(c, i, 2, true); }
void x86_call_far_m32(struct x86 *c, const struct x86_insn *i) { far_m(c, i, 4, true); }
void x86_ret_far16(struct x86 *c, const struct x86_insn *i) { x86_far_return(c, i, 0, 2); }
void x86_ret_far32(struct x86 *c, const struct x86_insn *i) { x86_far_return(c, i, 0, 4); }
void x86_ret_far_i16(struct x86 *c, const struct x86_insn *i) { x86_far_return(c, i, i->imm, 2); }
void x86_ret_far_i32(struct x86 *c, const struct x86_insn *i) { x86_far_return(c, i, i->imm, 4); }
void x86_iret16(struct x86 *c, const struct x86_insn *i) { x86_interrupt_return(c, i, 2); }
void x86_iret32(struct x86 *c, const struct x86_insn *i) { x86_interrupt_return(c, i, 4); }

void x86_int3(struct x86 *c, const struct x86_insn *i) { x86_software_interrupt(c, i, EXC_BP, SOFT_INT3); }
void x86_int1(struct x86 *c, const struct x86_insn *i) { x86_software_interrupt(c, i, EXC_DB, SOFT_INT1); }
void x86_int_n(struct x86 *c, const struct x86_insn *i) { x86_software_interrupt(c, i, i->imm, SOFT_INTN); }

void x86_into(struct x86 *c, const struct x86_insn *i)
{
    if (flag_of(c)) x86_software_interrupt(c, i, EXC_OF, SOFT_INTO);
    else x86_end(c, i);
}
