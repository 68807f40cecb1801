/* x64_guess.c: accesses whose address was loaded: lists, trees, tables by what another table holds.
 *
 * Their time is that from one load to the next, and waiting for the quick table would double it. So the host's address is made of a guess:
 * without paging, of where main memory is, with it, of what the table had for this access last time. The table confirms it meanwhile, by
 * a comparison that the host predicts. Accesses that go from page to page at random guess wrong each time; then the unit is made anew
 * without. Where nothing waits for a load a guess is of no use, and costs an instruction. */
#include "cpu/x86/jit/x64.h"

enum { GUESSES_WRONG = 64 }; /* until that counts as one miss of a group */

/* --- what to guess for ------------------------------------------------------------------------------------------------------------------- */

static unsigned slot_bit(unsigned slot, unsigned size)
{
    if (size == 1) slot /= sizeof(uint64_t);
    return slot < 8 ? 1u << slot : 0;
}

/* LOADED: registers that depend on what the unit has loaded, before instruction K; after it. */
static unsigned after(const struct tr *t, unsigned k, unsigned loaded)
{
    const struct x86_insn *i = &t->insn[k];
    const struct jit_op   *op = t->op[k];
    unsigned               changed = t->effects[k].regs & ~(1u << REG_ESP), from;

    if (!op) return loaded & ~changed;
    from = slot_bit(i->src, op->size);
    switch ((enum jit_kind)op->kind) {
    case OPK_MOV_RI: from = 0; break;
    case OPK_MOV_RR: break;
    case OPK_EXTEND_RR: from = slot_bit(i->src, op->arg & 1 ? 2 : 1); break;
    case OPK_LEA: from = slot_bit(i->base, 4) | slot_bit(i->index, 4); break;
    case OPK_ALU_RR:
        if (i->dst == i->src && (op->arg == 5 || op->arg == 6)) from = 0; // SUB, XOR of itself
        else from |= slot_bit(i->dst, op->size);
        break;
    default:
        from |= slot_bit(i->dst, op->size);
        if (i->prefix & PREFIX_MEM) return loaded | changed;
    }
    return loaded & from ? loaded | changed : loaded & ~changed;
}

void x64_find_chases(struct tr *t)
{
    unsigned loaded = 0;

    for (unsigned round = 0; round < 2; round++) { // as if the unit came again
        for (unsigned k = 0; k < t->count; k++) {
            const struct x86_insn *i = &t->insn[k];
            t->chases[k] = (i->prefix & PREFIX_MEM) && loaded & (slot_bit(i->base, 4) | slot_bit(i->index, 4));
            loaded = after(t, k, loaded);
        }
    }
}

/* --- code ------------------------------------------------------------------------------------------------------------------------------------ */

static bool is_paged(const struct tr *t)
{
    return t->c->cr0 & CR0_PG;
}

bool x64_guesses(const struct tr *t)
{
    return t->chases[t->k] && !(is_paged(t) && jit_luck(t->j, t->u->phys)->no_guesses);
}

static struct host_mem guess_of(const struct cold *k, size_t member)
{
    return x64_ctx(offsetof(struct x86, jit_guess) + sizeof(struct x86_jit_guess) * k->page + member);
}

struct cold *x64_guess(struct tr *t, unsigned address, bool write)
{
    struct emit *e = &t->e;
    struct cold *k = x64_cold(t, COLD_GUESS, NULL);

    k->address = (uint8_t)address;
    k->write = write;
    k->page = (uint16_t)(((t->u->phys * 0x9E3779B1u >> 16) + t->k) % JIT_GUESSES);
    x64_page_of(t, R11, address);
    if (is_paged(t)) emit_rm(e, 0x8B, 8, R9, guess_of(k, offsetof(struct x86_jit_guess, addend)));
    else emit_mov_ri64(e, R9, (uintptr_t)t->c->phys->ram);
    emit_rm(e, 0x3B, 8, R9, x64_quick_table(t, write, 0, R11));
    k->from = emit_jcc(e, CC_NE);
    k->back = e->p;
    return k;
}

/* Without paging other addends are those of ROMs and cards' memory, which an access finds each time, as a rule. */
uint8_t *x64_other_guess(struct tr *t, const struct cold *k)
{
    struct emit *e = &t->e;
    uint8_t     *none, *more;

    emit_rm(e, 0x8B, 8, R9, x64_quick_table(t, k->write, 0, R11));
    emit_rr(e, 0x85, 8, R9, R9);
    none = emit_jcc(e, CC_E);
    if (is_paged(t)) {
        emit_rm(e, 0x89, 8, R9, guess_of(k, offsetof(struct x86_jit_guess, addend)));
        emit_rm(e, 0xFF, 4, 1, guess_of(k, offsetof(struct x86_jit_guess, left))); // dec
        more = emit_jcc(e, CC_NS);
        emit_rm(e, 0xC7, 4, 0, guess_of(k, offsetof(struct x86_jit_guess, left)));
        emit32(e, GUESSES_WRONG);
        emit_mov_ri(e, R11, k->site);
        emit_jmp_to(e, t->j->exit_guess);
        emit_patch(e, more, e->p);
    }
    emit_jmp_to(e, k->back);
    return none;
}
