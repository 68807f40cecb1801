/* explain.h: why the guest's last exceptions came, in plain words: the instruction, its operand, which check failed, the descriptors
 * or page-table entries that it failed on, and where the manual says so. docs/EXPLAIN.md has examples. */
#ifndef DEBUG_EXPLAIN_H
#define DEBUG_EXPLAIN_H

#include "machine/machine.h"

#include <stdio.h>

struct explain;

struct explain *explain_create(struct machine *); /* NULL if out of memory */
void            explain_destroy(struct explain *); /* NULL is allowed */

/* Writes to OUT what the last exceptions were, the oldest first, at most COUNT (0: all that are remembered); with FRESH only those that
 * it has not explained yet. Returns how many. */
unsigned explain_last(struct explain *, unsigned count, bool fresh, FILE *out);

/* The chain of exceptions that ended in a triple fault, in one line. */
void explain_crash(struct explain *, char *line, size_t size);

#endif
