/* x64_fp.c: x87, MMX and SSE on the host's units. */
#include "cpu/x86/jit/x64.h"

void x64_store_fp(struct emit *e) { (void)e; }
void x64_load_fp(struct emit *e) { (void)e; }

bool x64_emit_fp(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    (void)t;
    (void)i;
    (void)op;
    return false;
}
