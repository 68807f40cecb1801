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
    uint64_t retranslations;   /* units made in pages where some had been dropped before */
    uint64_t invalidations;    /* units dropped because their code was written to */
    uint64_t evictions;        /* units dropped to make room */
    uint64_t entries;          /* from the loop into translated code */
    uint64_t links;            /* jumps patched */
    uint64_t dispatches;       /* indirect branches that missed the inline table */
    uint64_t slow;             /* instructions that translated code handed to the interpreter's handlers */
    /* only counted when x86_jit_watch() was given a clock: */
    uint64_t translate_ns;     /* host time spent translating */
    uint64_t run_ns;           /* and in translated code, with the handlers that it calls */
    uint64_t chained;          /* times that a unit was followed by another without a way out to the loop */
};

/* Whether this host has a translator. */
bool x86_jit_supported(void);
/* Gives C a translator with a code cache of CODE_BYTES (0: the default). Before the first x86_run(). -ENOSYS on other hosts, -ENOMEM,
 * or what the system says about executable memory. */
int  x86_jit_init(struct x86 *c, size_t code_bytes);
void x86_jit_destroy(struct x86 *c);

/* For tests: translates code when it runs for the first time, in units of at most MOST instructions. */
void x86_jit_eager(struct x86 *c, unsigned most);

/* For tests: no more than MOST contexts are known at once, at least two; with one more all units go. */
void x86_jit_contexts(struct x86 *c, unsigned most);

/* Who looks on; either function may be NULL. */
struct x86_jit_watch {
    void *opaque;
    uint64_t (*now)(void *opaque); /* host time in ns, for the statistics; nothing in the machine depends on it */
    void (*translated)(void *opaque, const void *code, size_t size, uint32_t lin); /* new host code for the guest's at LIN */
};
/* Before anything is translated. */
void x86_jit_watch(struct x86 *c, const struct x86_jit_watch *watch);
void x86_jit_stats(const struct x86 *c, struct x86_jit_stats *stats);

/* Runs translated code from CS:EIP on, as long as there is any and nothing needs the loop. UNTIL as of x86_run(). False: nothing ran. */
bool x86_jit_run(struct x86 *c, uint64_t until);
/* Counts a run of block B, at CS:EIP, in the interpreter, and translates what starts there when it is hot. True if it is translated now. */
bool x86_jit_count(struct x86 *c, struct x86_block *b);
/* The same for an instruction that is no part of a block because it goes on in the next page. */
bool x86_jit_single(struct x86 *c);
/* [addr, addr+n) of physical memory, within a page, was written: drops the units that overlap it and marks the others as code. */
void x86_jit_invalidate(struct x86 *c, uint32_t addr, uint32_t n);
/* Brings the flags into the interpreter's form, if a handler that does not look at them runs for translated code. */
void x86_jit_settle(struct x86 *c);
/* Marks the code of all units anew. */
void x86_jit_remark(struct x86 *c);
/* Forgets all. */
void x86_jit_flush(struct x86 *c);

#define JIT_DEFAULT_CODE (64u << 20)

#endif
