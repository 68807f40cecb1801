/* native_system.h: random instructions of user mode that load segment registers or look at descriptors, change the code segment, raise
 * exceptions by their privilege, or store and load flags. */
#ifndef TESTS_VECTORS_NATIVE_SYSTEM_H
#define TESTS_VECTORS_NATIVE_SYSTEM_H

#include "tests/vectors/native_integer.h"

/* Makes the next one of the sequence SEED. */
void native_system_plan(uint64_t *seed, struct native_plan *p);

#endif
