/* idle.h: finds out whether the guest only waits for a key, though it does not halt the CPU. */
#ifndef FRONTENDS_IDLE_H
#define FRONTENDS_IDLE_H

#include "machine/machine.h"

#include <stdbool.h>

/* Lets MACHINE execute a few thousand instructions and watches them. True if it says again and again that it has nothing to do:
 * INT 28h, which DOS calls while it waits for input, or INT 2Fh with AX=1680h, by which a program gives up its time slice.
 * Ends a trace of the machine. */
bool idle_probe(struct machine *machine);

#endif
