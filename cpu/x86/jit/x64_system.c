/* x64_system.c: reading segment registers, CLD STD, and PUSHF POPF CLI STI in translated code, where they are what they are most of the time: level 0 or real mode for IF, no
 * change of other system flags, no interrupt waiting. Everything else is the handler's. */
#include "cpu/x86/jit/x64.h"

enum { SYSTEM = FLAG_TF | FLAG_DF | FLAG_IOPL | FLAG_NT };

bool x64_flags_plain(const struct tr *t, unsigned kind)
{
    if (!x86_has(t->c, FEAT_386)) return false;
    if (kind >= OPK_PUSH_SEG) return true;
    if (!(t->ctx.mode & MODE_NOT_V86)) return false;
    return kind == OPK_PUSHF || kind == OPK_POPF || (t->ctx.mode & MODE_LEVEL0);
}

static void cli(struct tr *t)
{
    emit_rm(&t->e, 0x81, 4, 4, CTX(eflags)); // and
    emit32(&t->e, ~(uint32_t)FLAG_IF);
    flags_lost(t);
}

static void sti(struct tr *t)
{
    emit_rm(&t->e, 0x0FBA, 4, 5, CTX(eflags)); // bts
    emit8(&t->e, __builtin_ctz(FLAG_IF));
    emit_rm(&t->e, 0x0F93, 1, 0, CTX(jf.shadow)); // setnc
    flags_lost(t);
}

/* The interrupt controller's line, or an NMI. */
static void slow_if_pending(struct tr *t, uint32_t site)
{
    emit_rm(&t->e, 0xF7, 4, 0, CTX(pending));
    emit32(&t->e, PENDING_INTR | PENDING_NMI);
    x64_slow_if(t, CC_NE, site);
}

static void pushf(struct tr *t, const struct x86_insn *i, unsigned size)
{
    struct emit *e = &t->e;

    flags_need(t, FLAGS_ALL);
    emit_rr(e, 0x8B, 8, R11, RAX);
    emit8(e, 0x9F); // lahf
    emit_rr(e, 0x0F90, 1, 0, RAX);
    emit_rr(e, 0x0FB7, 4, R10, RAX);
    emit_rr(e, 0x8B, 8, RAX, R11);
    emit_mov_rr(e, R11, R10);
    emit_rr(e, 0xC1, 4, 5, R11); // shr 8: what LAHF gave
    emit8(e, 8);
    emit_alu_ri(e, 4, 4, R10, 1);
    emit_rr(e, 0xC1, 4, 4, R10); // shl 11
    emit8(e, 11);
    emit_rr(e, 0x0B, 4, R10, R11);
    emit_rm(e, 0x0B, 4, R10, CTX(eflags));
    emit_alu_ri(e, 4, 4, R10, ~(uint32_t)(FLAG_RF | FLAG_VM));
    flags_lost(t);
    x64_stack(t, i, -(int)size, size, true);
    emit_rm(e, 0x89, size, R10, x64_at(t));
    x64_move_sp(t, -(int)size);
}

static void popf(struct tr *t, const struct x86_insn *i, unsigned size)
{
    struct emit *e = &t->e;
    bool         level0 = t->ctx.mode & MODE_LEVEL0;
    uint32_t     same = SYSTEM | (size == 4 ? FLAG_AC | FLAG_ID : 0) | (level0 ? 0 : FLAG_IF), site;

    x64_stack(t, i, 0, size, false);
    emit_rm(e, size == 2 ? 0x0FB7 : 0x8B, 4, R10, x64_at(t));
    site = x64_site(t, i);
    emit_mov_rr(e, R11, R10);
    emit_rm(e, 0x33, 4, R11, CTX(eflags));
    emit_rr(e, 0xF7, 4, 0, R11); // test
    emit32(e, same);
    x64_slow_if(t, CC_NE, site);
    if (level0) {
        uint8_t *closed;
        emit_rr(e, 0xF7, 4, 0, R10);
        emit32(e, FLAG_IF);
        closed = emit_jcc(e, CC_E);
        slow_if_pending(t, site);
        emit_patch(e, closed, e->p);
        emit_alu_ri(e, 4, 4, R11, FLAG_IF); // what changes
        emit_rm(e, 0x31, 4, R11, CTX(eflags));
    }
    x64_move_sp(t, (int)size);
    if (flags_live(t)) {
        emit_mov_rr(e, R11, R10);
        emit_rr(e, 0xC1, 4, 4, R10); // as FLAGS_PACKED has it: LAHF's byte above SETO's
        emit8(e, 8);
        emit_rr(e, 0xC1, 4, 5, R11);
        emit8(e, 11);
        emit_alu_ri(e, 4, 4, R11, 1);
        emit_rr(e, 0x0A, 1, R10, R11); // or r10b, r11b
        emit_rm(e, 0x89, 4, R10, CTX(jf.a));
        flags_store_kind(t, FLAGS_PACKED, 4, 0);
    }
    flags_lost(t);
}

static struct host_mem selector(unsigned seg)
{
    return x64_ctx(offsetof(struct x86, seg) + seg * sizeof(struct x86_segment) + offsetof(struct x86_segment, selector));
}

/* The upper half of a double word is zero: exec_sys.c. */
static void push_segment(struct tr *t, const struct x86_insn *i, unsigned size)
{
    emit_rm(&t->e, 0x0FB7, 4, R10, selector(x86_opcode_segment(i)));
    x64_stack(t, i, -(int)size, size, true);
    emit_rm(&t->e, 0x89, size, R10, x64_at(t));
    x64_move_sp(t, -(int)size);
}

static bool move_segment(struct tr *t, const struct x86_insn *i, unsigned size, bool memory)
{
    if (i->src >= SEG_COUNT) return false;
    if (memory) {
        x64_operand(t, i, 2, true);
        emit_rm(&t->e, 0x0FB7, 4, R10, selector(i->src));
        emit_rm(&t->e, 0x89, 2, R10, x64_at(t));
    } else {
        emit_rm(&t->e, 0x0FB7, size, x64_gpr(i->dst), selector(i->src));
    }
    return true;
}

/* DS, ES, FS, GS: run.c does it, without a handler and without a look at the flags. SS has a shadow. */
static bool load_segment(struct tr *t, const struct x86_insn *i, unsigned seg)
{
    uint32_t site;

    if (seg >= SEG_COUNT || seg == SEG_SS || seg == SEG_CS) return false;
    site = x64_site(t, i);
    t->j->sites[site].segment = t->j->sites[site].check_ctx = true;
    emit_mov_ri(&t->e, R11, site);
    emit_jmp_to(&t->e, t->j->slow);
    flags_lost(t);
    t->x87 = 0;
    return true;
}

/* CLD and STD. What follows is translated for another context, so the unit ends, and the next one is entered in that. */
static bool direction(struct tr *t, bool down)
{
    struct jit_ctx ctx = t->ctx;
    uint32_t       number;

    if (!(ctx.mode & MODE_DF) == !down) return true; // nothing to do
    ctx.mode ^= MODE_DF;
    if (t->k + 1 < t->count || !jit_find_ctx(t->j, &ctx, &number)) return false;
    emit_rm(&t->e, 0x81, 4, down ? 1 : 4, CTX(eflags)); // or, and
    emit32(&t->e, down ? FLAG_DF : ~(uint32_t)FLAG_DF);
    emit_rm(&t->e, 0xC7, 4, 0, CTX(jit_ctx));
    emit32(&t->e, number);
    flags_lost(t);
    return true;
}

bool x64_emit_system(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (!x64_flags_plain(t, op->kind)) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_PUSHF: pushf(t, i, op->size); return true;
    case OPK_POPF: popf(t, i, op->size); return true;
    case OPK_PUSH_SEG: push_segment(t, i, op->size); return true;
    case OPK_MOV_RS: return move_segment(t, i, op->size, false);
    case OPK_MOV_MS: return move_segment(t, i, op->size, true);
    case OPK_MOV_SR: return load_segment(t, i, i->dst);
    case OPK_MOV_SM: return load_segment(t, i, i->dst);
    case OPK_POP_SEG: return load_segment(t, i, x86_opcode_segment(i));
    case OPK_LOAD_FAR: return load_segment(t, i, x86_far_segment(i));
    case OPK_DF: return direction(t, op->arg);
    case OPK_CLI: cli(t); return true;
    case OPK_STI: // its shadow lasts until the end of the next instruction, which has to be in the unit
        if (t->k + 1 == t->count) return false;
        slow_if_pending(t, x64_site(t, i));
        sti(t);
        return true;
    default: return false;
    }
}
