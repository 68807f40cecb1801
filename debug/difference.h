/* difference.h: prints where and how the engines differ, after STOP_DIFFERENCE of the engine "lockstep". */
#ifndef DEBUG_DIFFERENCE_H
#define DEBUG_DIFFERENCE_H

#include "machine/machine.h"

#include <stdio.h>

void difference_print(struct machine *, FILE *to);

#endif
