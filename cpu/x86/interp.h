/* interp.h: how blocks follow each other. */
#ifndef CPU_X86_INTERP_H
#define CPU_X86_INTERP_H

#include "cpu/x86/x86.h"

/* Runs until the budget set by x86_run is used up or something needs the machine: see cpu.h. */

/* Handler at the end of each block's array. */
void x86_block_end(struct x86 *c, const struct x86_insn *i);

/* On to block NEXT, whose first instruction is at EIP, if the budget pays for all of it; else back to the loop. Under a
 * sanitizer tail calls are not made, so that the stack would grow: always back to the loop. */
static inline __attribute__((always_inline)) void x86_chain(struct x86 *c, uint32_t eip, struct x86_block *next)
{
    c->eip = eip;
#ifndef X86_NO_CHAIN
    if (likely(c->budget >= next->count)) {
        c->budget -= next->count;
        c->block = next;
        next->insn[0].fn(c, next->insn);
        return;
    }
#else
    (void)next;
#endif
}

/* On to EIP (within the limit of CS), wherever that leads. */
void x86_dispatch(struct x86 *c, uint32_t eip);

#endif
