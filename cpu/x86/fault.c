/* fault.c: raising and delivering exceptions; double and triple faults. SDM 3A 6.12-6.15. */
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/history.h"
#include "cpu/x86/interp.h"
#include "cpu/x86/jit/jit.h"

/* Leaves the block at I as if it had not begun: what was paid for and not run is given back. */
static void unwind(struct x86 *c, const struct x86_insn *i)
{
    if (!i) return;
    c->budget += i->left;
    c->eip = x86_insn_eip(c, i) & c->eip_mask;
}

static bool raise(struct x86 *c, const struct x86_insn *i, unsigned vector, bool has_error, uint32_t error)
{
    uint64_t number = i ? x86_retired_at(c, i) : c->limit - (uint64_t)c->budget;

    unwind(c, i);
    x86_jit_settle(c);
    x86_history_add(c, i, vector, has_error, error, number);
    c->exc = (struct x86_exception){.pending = true, .vector = (uint8_t)vector, .has_error = has_error, .error = error};
    return false;
}

bool x86_fault(struct x86 *c, const struct x86_insn *i, unsigned vector)
{
    return raise(c, i, vector, false, 0);
}

bool x86_fault_code(struct x86 *c, const struct x86_insn *i, unsigned vector, uint32_t error)
{
    if (vector >= EXC_TS && vector <= EXC_GP) error |= c->ext;
    return raise(c, i, vector, true, error);
}

bool x86_trap_after(struct x86 *c, const struct x86_insn *i, unsigned vector)
{
    uint32_t next = x86_next_eip(c, i);

    raise(c, i, vector, false, 0);
    c->budget--; // this one did retire
    c->eip = next;
    return false;
}

/* SDM 3A table 6-4. */
static bool contributory(unsigned vector)
{
    return vector == EXC_DE || (vector >= EXC_TS && vector <= EXC_GP);
}

static bool makes_double_fault(unsigned first, unsigned second)
{
    if (first == EXC_PF) return second == EXC_PF || contributory(second);
    return contributory(first) && contributory(second);
}

static void shut_down(struct x86 *c)
{
    c->shutdown = true;
    c->halted = true;
    c->exc.pending = false;
    c->debug_hit = 0; // of the stack writes of the deliveries that failed
    if (c->shutdown_cycle) c->shutdown_cycle(c->opaque);
}

/* Models that push no error code in this mode do not reach here with one: real mode drops it in x86_enter_interrupt(). */
void x86_deliver_exception(struct x86 *c)
{
    struct x86_exception e = c->exc;

    while (e.pending) {
        c->exc.pending = false;
        c->budget--; // time passes, so that a storm of faults comes to an end
        c->stats.exceptions++;
        c->halted = c->inhibit = c->inhibit_traps = false; // the handler's first instruction is in nobody's shadow
        if (x86_enter_interrupt(c, NULL, e.vector, FROM_EXCEPTION, e.has_error, e.error, c->eip)) return;
        if (e.vector == EXC_DF) {
            c->exc.pending = false;
            shut_down(c);
            return;
        }
        if (makes_double_fault(e.vector, c->exc.vector)) {
            x86_history_double_fault(c, e.vector, c->exc.vector);
            c->exc = (struct x86_exception){.pending = true, .vector = EXC_DF, .has_error = true, .error = 0};
        }
        e = c->exc;
    }
}
