/* regs.h: facts about register names. */
#ifndef DEBUG_REGS_H
#define DEBUG_REGS_H

#include <stdbool.h>

/* Whether NAME is a part of another register, as AX and AL are of EAX. */
bool regs_is_part(const char *name);

#endif
