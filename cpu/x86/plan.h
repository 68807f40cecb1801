/* plan.h: what can be known about a block before it runs. */
#ifndef CPU_X86_PLAN_H
#define CPU_X86_PLAN_H

#include "cpu/x86/insn.h"

/* Backward liveness of the arithmetic flags: an instruction whose flags nobody can see, because a later one of the block
 * overwrites them all and nothing in between reads them, faults or leaves the block, gets a handler that does not compute them. */
void x86_plan_flags(struct x86_block *);

#endif
