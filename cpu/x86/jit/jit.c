/* jit.c: see jit.h. */
#include "cpu/x86/jit/jit.h"

#include <errno.h>
#include <string.h>

bool x86_jit_supported(void)
{
    return false;
}

int x86_jit_init(struct x86 *c, size_t code_bytes)
{
    (void)c;
    (void)code_bytes;
    return -ENOSYS;
}

void x86_jit_destroy(struct x86 *c)
{
    (void)c;
}

void x86_jit_stats(const struct x86 *c, struct x86_jit_stats *stats)
{
    (void)c;
    memset(stats, 0, sizeof(*stats));
}
