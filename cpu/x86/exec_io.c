/* exec_io.c: IN and OUT, and the interrupt flag: CLI STI PUSHF POPF HLT. SDM 2; SDM 3A 20 (V86, VME).
 *
 * Port accesses end their block: the device may have changed the map, raised an interrupt or moved the next event. */
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"

#define INLINE static inline __attribute__((always_inline))

INLINE void in(struct x86 *c, const struct x86_insn *i, uint16_t port, unsigned size)
{
    if (!x86_check_io(c, i, port, size)) return;
    c->cur = i;
    x86_set_reg(c, REG_EAX, bus_in(c->bus, port, size), size);
    x86_watch_io(c, port, size);
    x86_end(c, i);
}

INLINE void out(struct x86 *c, const struct x86_insn *i, uint16_t port, unsigned size)
{
    if (!x86_check_io(c, i, port, size)) return;
    c->cur = i;
    bus_out(c->bus, port, x86_reg(c, REG_EAX, size), size);
    x86_watch_io(c, port, size);
    x86_end(c, i);
}

#define PORT(size)                                                                                                       \
    void x86_in_i##size(struct x86 *c, const struct x86_insn *i) { in(c, i, (uint8_t)i->imm, size / 8); }                \
    void x86_in_d##size(struct x86 *c, const struct x86_insn *i) { in(c, i, x86_r16(c, REG_EDX), size / 8); }            \
    void x86_out_i##size(struct x86 *c, const struct x86_insn *i) { out(c, i, (uint8_t)i->imm, size / 8); }              \
    void x86_out_d##size(struct x86 *c, const struct x86_insn *i) { out(c, i, x86_r16(c, REG_EDX), size / 8); }
PORT(8) PORT(16) PORT(32)

/* --- the interrupt flag ------------------------------------------------------------------------------------------------------------ */

/* How CLI, STI, PUSHF and POPF treat IF here: directly, as VIF, or with #GP (SDM 2A, CLI: table 3-6). */
enum if_rule { IF_REAL, IF_VIRTUAL, IF_DENIED };

static enum if_rule if_rule(const struct x86 *c)
{
    if (!x86_protected(c)) return IF_REAL;
    if (x86_v86(c)) return x86_iopl(c) == 3 ? IF_REAL : c->cr4 & CR4_VME ? IF_VIRTUAL : IF_DENIED;
    if (c->cpl <= x86_iopl(c)) return IF_REAL;
    return c->cpl == 3 && (c->cr4 & CR4_PVI) ? IF_VIRTUAL : IF_DENIED;
}

void x86_cli(struct x86 *c, const struct x86_insn *i)
{
    switch (if_rule(c)) {
    case IF_REAL: c->eflags &= ~FLAG_IF; break;
    case IF_VIRTUAL: c->eflags &= ~FLAG_VIF; break;
    case IF_DENIED: x86_gp0(c, i); return;
    }
    x86_next(c, i);
}

/* Interrupts are held off until the instruction after STI has run. */
void x86_sti(struct x86 *c, const struct x86_insn *i)
{
    switch (if_rule(c)) {
    case IF_REAL:
        if (!(c->eflags & FLAG_IF)) c->inhibit = true;
        c->eflags |= FLAG_IF;
        break;
    case IF_VIRTUAL:
        if (c->eflags & FLAG_VIP) {
            x86_gp0(c, i);
            return;
        }
        c->eflags |= FLAG_VIF;
        break;
    case IF_DENIED: x86_gp0(c, i); return;
    }
    x86_end(c, i);
}

INLINE void pushf(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t flags = x86_get_eflags(c) & ~(FLAG_RF | FLAG_VM);

    if (x86_v86(c) && x86_iopl(c) < 3) {
        if (!(c->cr4 & CR4_VME) || size == 4) {
            x86_gp0(c, i);
            return;
        }
        flags = (flags & ~FLAG_IF) | FLAG_IOPL | (c->eflags & FLAG_VIF ? FLAG_IF : 0);
    }
    if (x86_push(c, i, flags, size)) x86_next(c, i);
}

INLINE void popf(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t mask = FLAG_ARITH | FLAG_TF | FLAG_DF | FLAG_NT | (size == 4 ? FLAG_AC | FLAG_ID | FLAG_RF : 0);
    bool     protected = x86_protected(c), virtual_if = false;
    uint64_t v;

    if (!x86_peek_stack(c, i, 0, size, &v)) return;
    if (x86_v86(c) && x86_iopl(c) < 3) {
        virtual_if = (c->cr4 & CR4_VME) && size == 2;
        if (!virtual_if || (v & FLAG_TF) || ((v & FLAG_IF) && (c->eflags & FLAG_VIP))) {
            x86_gp0(c, i);
            return;
        }
    } else if (protected && c->cpl == 3 && c->cpl > x86_iopl(c) && (c->cr4 & CR4_PVI) && !x86_v86(c)) {
        virtual_if = false; // POPF leaves both flags alone
    }
    if (!protected || (!x86_v86(c) && c->cpl == 0)) mask |= FLAG_IOPL;
    if (!protected || x86_iopl(c) == 3 || (!x86_v86(c) && c->cpl <= x86_iopl(c))) mask |= FLAG_IF;
    x86_set_sp(c, x86_sp(c) + size);
    if (virtual_if) x86_set_eflags(c, v & FLAG_IF ? FLAG_VIF : 0, FLAG_VIF);
    x86_set_eflags(c, (uint32_t)v & ~FLAG_RF, mask);
    x86_end(c, i);
}

void x86_pushf16(struct x86 *c, const struct x86_insn *i) { pushf(c, i, 2); }
void x86_pushf32(struct x86 *c, const struct x86_insn *i) { pushf(c, i, 4); }
void x86_popf16(struct x86 *c, const struct x86_insn *i) { popf(c, i, 2); }
void x86_popf32(struct x86 *c, const struct x86_insn *i) { popf(c, i, 4); }

void x86_hlt(struct x86 *c, const struct x86_insn *i)
{
    if (c->cpl != 0) {
        x86_gp0(c, i);
        return;
    }
    c->halted = true;
    x86_end(c, i);
}
