/* jit.h: the translator as the rest of the CPU sees it: from decoded instructions to code of an x86-64 host.
 *
 * It is an engine beside the interpreter, not instead of it: what it has no emitter for, and every access that is not plain
 * memory, runs in the interpreter's handlers. See docs/TRICKS.md. */
#ifndef CPU_X86_JIT_JIT_H
#define CPU_X86_JIT_JIT_H

#include "cpu/x86/insn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct x86_jit_stats {
    uint64_t translations;     /* units made */
    uint64_t instructions;     /* in them */
    uint64_t code_bytes;       /* host code made for them */
    uint64_t retranslations;   /* of code that had been translated before and was changed or evicted */
    uint64_t invalidations;    /* units dropped because their code was written to */
    uint64_t evictions;        /* units dropped to make room */
    uint64_t entries;          /* from the loop into translated code */
    uint64_t links;            /* jumps patched */
    uint64_t dispatches;       /* indirect branches that missed the inline table */
    uint64_t slow;             /* instructions that translated code handed to the interpreter's handlers */
    uint64_t translate_ns;     /* host time spent translating; only counted when asked for */
};

/* Whether this host has a translator. */
bool x86_jit_supported(void);
/* Gives C a translator with a code cache of CODE_BYTES (0: the default). Before the first x86_run(). -ENOSYS on other hosts, -ENOMEM,
 * or what the system says about executable memory. */
int  x86_jit_init(struct x86 *c, size_t code_bytes);
void x86_jit_destroy(struct x86 *c);
void x86_jit_stats(const struct x86 *c, struct x86_jit_stats *stats);

#define JIT_DEFAULT_CODE (64u << 20)

#endif
