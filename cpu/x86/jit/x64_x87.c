/* x64_x87.c: x87 and MMX on the host's unit. */
#include "cpu/x86/jit/x64.h"

uint32_t jit_x87_mode(const struct x86 *c)
{
    (void)c;
    return 0;
}

void jit_x87_load(struct x86 *c) { c->x87_live = true; }
void jit_x87_save(struct x86 *c) { c->x87_live = false; }

bool x64_emit_x87(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    (void)t;
    (void)i;
    (void)op;
    return false;
}
