/* coverage.h: how often each opcode of the Pentium 4 was tested. */
#ifndef TESTS_VECTORS_COVERAGE_H
#define TESTS_VECTORS_COVERAGE_H

#include "cpu/x86/insn.h"

struct coverage;

/* Lists all there are, as the decoder has them; NULL if out of memory. */
struct coverage *coverage_create(void);
void             coverage_destroy(struct coverage *);
void             coverage_count(struct coverage *, const struct x86_insn *);
/* Prints opcode, instruction and count, what is left out and why, and a line of sums. Returns how many were not tested. */
unsigned         coverage_print(const struct coverage *);

#endif
