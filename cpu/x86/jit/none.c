/* none.c: the translator's face where there is no translator: other hosts than x86-64 Linux, and builds with JIT=0. */
#include "cpu/x86/jit/jit.h"

#include <errno.h>
#include <string.h>

bool x86_jit_supported(void) { return false; }

int x86_jit_init(struct x86 *c, size_t code_bytes)
{
    (void)c;
    (void)code_bytes;
    return -ENOSYS;
}

void x86_jit_destroy(struct x86 *c) { (void)c; }

void x86_jit_eager(struct x86 *c, unsigned most)
{
    (void)c;
    (void)most;
}

void x86_jit_contexts(struct x86 *c, unsigned most)
{
    (void)c, (void)most;
}

void x86_jit_watch(struct x86 *c, const struct x86_jit_watch *watch)
{
    (void)c;
    (void)watch;
}

void x86_jit_stats(const struct x86 *c, struct x86_jit_stats *stats)
{
    (void)c;
    memset(stats, 0, sizeof(*stats));
}

bool x86_jit_run(struct x86 *c, uint64_t until)
{
    (void)c;
    (void)until;
    return false;
}

bool x86_jit_count(struct x86 *c, struct x86_block *b)
{
    (void)c;
    (void)b;
    return false;
}

bool x86_jit_single(struct x86 *c)
{
    (void)c;
    return false;
}

void x86_jit_invalidate(struct x86 *c, uint32_t addr, uint32_t n)
{
    (void)c;
    (void)addr;
    (void)n;
}

void x86_jit_settle(struct x86 *c) { (void)c; }
void x86_jit_remark(struct x86 *c) { (void)c; }
void x86_jit_flush(struct x86 *c) { (void)c; }
