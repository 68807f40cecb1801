/* trace.h: writes every executed instruction to a file: number, CS:IP, bytes, disassembly, and the registers that it changed.
 *
 *     1042 f000:e05b 31c0             xor ax, ax                       eax=00000000 eflags=00000046
 */
#ifndef DEBUG_TRACE_H
#define DEBUG_TRACE_H

#include "machine/machine.h"

struct trace;

/* Starts to trace MACHINE into FD, which becomes the trace's. NULL if out of memory: FD is closed then as well. */
struct trace *trace_start(struct machine *machine, int fd);

/* To be called now and then: once something could not be written, instructions are no longer traced. NULL is allowed. */
void trace_check(struct trace *);

/* Ends it. Returns 0, or a negative errno if not all could be written. NULL is allowed. */
int trace_stop(struct trace *);

#endif
