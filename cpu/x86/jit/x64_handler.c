/* x64_handler.c: instructions that translated code leaves to their handlers in any case, since they have no emitter, or none for this unit. */
#include "cpu/x86/jit/x64.h"

/* Whether the handler may change what the unit takes for granted. The 286 has no emitter for loads of segment registers. */
static bool changes_context(const struct jit_op *op)
{
    return !op || op->kind == OPK_DF || (op->kind >= OPK_MOV_SR && op->kind <= OPK_LOAD_FAR);
}

/* Whether an instruction of the unit after the current one reads flags that are made before it, by the current one at the latest. */
static bool flags_asked(const struct tr *t)
{
    uint16_t open = FLAGS_ALL;

    for (unsigned n = t->k + 1; n < t->count && t->op[n] && open; n++) {
        if (t->effects[n].flags_read & open) return true;
        open &= (uint16_t)~t->effects[n].flags_written;
    }
    return false;
}

/* x87, MMX and SSE instructions that have an emitter, but not while exceptions are unmasked: whether they have to do with EFLAGS, */
static bool has_no_flags(const struct jit_op *row)
{
    if (row->kind == OPK_X87) return !(row->arg & (X87_FLAGS | X87_CMOV));
    return row->kind == OPK_MMX || (row->kind == OPK_SSE && !(row->arg & SSE_FLAGS));
}

/* and whether they may mask exceptions, so that the unit is not right any more. */
static bool loads_masks(const struct jit_op *row)
{
    if (row->kind == OPK_X87) return row->arg & (X87_STATE | X87_CW | X87_RESET);
    return row->kind == OPK_SSE && row->arg & SSE_MXCSR;
}

static bool is_floating(const struct jit_op *row) { return row && (row->kind == OPK_X87 || row->kind == OPK_MMX || row->kind == OPK_SSE); }

void x64_handler(struct tr *t, const struct x86_insn *i, bool last)
{
    uint32_t             site = x64_site(t, i);
    struct jit_site     *s = &t->j->sites[site];
    const struct jit_op *op = t->op[t->k], *row = op ? op : jit_op_of(&t->j->ops, i->fn);
    bool                 port = row && row->kind == OPK_PORT, is_known = port || (row && row->kind == OPK_HANDLER);

    if (is_floating(row)) s->check_ctx = loads_masks(row);
    else s->check_ctx = !is_known && !t->repeats[t->k] && changes_context(op);
    s->no_flags = is_floating(row) ? has_no_flags(row) : is_known && row->arg;
    s->port = s->repeats = port;
    emit_mov_ri(&t->e, R11, site);
    emit_jmp_to(&t->e, last ? t->j->exit_site : t->j->slow);
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    t->host = !s->no_flags && flags_asked(t) ? FLAGS_ALL : 0; // to load the host's costs more than the rest
    t->kept = KEEP_NONE;
    t->sse_ready = t->x87_ready = s->x87_ready = false;
    t->x87 = 0;
}
