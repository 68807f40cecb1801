/* msr.h: model-specific registers: exec_msr.c. */
#ifndef CPU_X86_MSR_H
#define CPU_X86_MSR_H

#include "cpu/x86/x86.h"

/* All as after RESET. */
void x86_msr_reset(struct x86 *c);

#endif
