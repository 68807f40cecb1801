/* native_integer.h: random integer instructions of user mode, with operands that keep to the windows of native.h. */
#ifndef TESTS_VECTORS_NATIVE_INTEGER_H
#define TESTS_VECTORS_NATIVE_INTEGER_H

#include "tests/random.h"

#include <stdint.h>

struct native_plan {
    uint8_t  code[24]; /* padded with random bytes, so that a wrong length shows */
    uint32_t gpr[8];
    uint32_t stack[16]; /* of the stack window, ESP in its middle */
    uint32_t direction; /* EFLAGS besides the arithmetic ones: DF, AC ... */
    uint16_t seg[6];    /* selectors; 0 in CS: the flat ones */
    uint32_t undefined; /* EFLAGS bits that the manual leaves open */
    uint8_t  group;     /* 1 to 14 */
};
/* Makes the next one of the sequence SEED. */
void native_integer_plan(uint64_t *seed, struct native_plan *p);

#endif
