/* x64_sse.c: SSE and SSE2 on the host's unit. */
#include "cpu/x86/jit/x64.h"

uint32_t jit_sse_mode(const struct x86 *c)
{
    (void)c;
    return 0;
}

void x64_store_sse(struct emit *e) { (void)e; }
void x64_load_sse(struct emit *e) { (void)e; }

bool x64_emit_sse(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    (void)t;
    (void)i;
    (void)op;
    return false;
}
