/* explain_check.h: which check of the CPU raised an exception. */
#ifndef DEBUG_EXPLAIN_CHECK_H
#define DEBUG_EXPLAIN_CHECK_H

#include "debug/explain_decode.h"

/* Says in CHECK what was tested and how it failed; returns where the manual describes it. MNEMONIC: of the instruction. */
const char *explain_check(const struct machine_exception *, const char *mnemonic, struct text *check);

/* explain_protect.c: #TS, #NP, #SS, #GP, those that are no failed access to memory. */
const char *explain_protection(const struct machine_exception *, struct text *check);

#endif
