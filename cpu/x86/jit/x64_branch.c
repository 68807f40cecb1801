/* x64_branch.c: how units end, and how one goes on to the next. */
#include "cpu/x86/jit/x64.h"

static bool same_page(const struct tr *t, uint32_t eip)
{
    return !(((t->ctx.cs_base + eip) ^ t->u->lin) >> PAGE_SHIFT);
}

static void cold_link(struct tr *t, enum cold_kind kind, uint8_t *from, struct jit_link *l, const struct flag_record *flags)
{
    struct cold *k = x64_cold(t, kind, from);

    k->link = l;
    k->flags = *flags;
}

/* A jump whose distance is at AT, to be patched when there is a unit at EIP. */
static struct jit_link *link_at(struct tr *t, uint8_t *at, uint32_t eip, const struct flag_record *flags)
{
    struct jit_link *l = jit_new_link(t->j, t->u);

    l->at = (uint32_t)(at - t->j->code);
    l->eip = eip;
    cold_link(t, COLD_LINK, at, l, flags);
    return l;
}

void x64_go_to(struct tr *t, uint32_t eip, const struct flag_record *flags)
{
    struct emit *e = &t->e;
    uint8_t     *elsewhere, *check;
    struct jit_link *l;

    if (same_page(t, eip)) {
        link_at(t, emit_jmp(e), eip, flags);
        return;
    }
    emit_rm(e, 0x81, 4, 7, x64_code_page(t->ctx.cs_base + eip)); // cmp dword, what the target's page must be
    emit32(e, 0xFFFFFFFFu);
    check = e->p - 4;
    elsewhere = emit_jcc(e, CC_NE);
    l = link_at(t, emit_jmp(e), eip, flags);
    l->check = (uint32_t)(check - t->j->code);
    cold_link(t, COLD_OTHER_PAGE, elsewhere, l, flags);
}

/* To EIP if CC. */
static void go_if(struct tr *t, unsigned cc, uint32_t eip, const struct flag_record *flags)
{
    struct cold *k;

    if (same_page(t, eip)) {
        link_at(t, emit_jcc(&t->e, cc), eip, flags);
        return;
    }
    k = x64_cold(t, COLD_EDGE, emit_jcc(&t->e, cc));
    k->eip = eip;
    k->flags = *flags;
}

/* All goes on at EIP. */
static void go_on(struct tr *t, uint32_t eip)
{
    struct flag_record rest = flags_mark(t, &t->flags);

    x64_go_to(t, eip, &rest);
}

/* To the offset in r10d, through the table of targets. */
static void go_indirect(struct tr *t)
{
    _Static_assert(JIT_TABLE == 0x10000, "an index of 16 bits");
    emit_rr(&t->e, 0x0FB7, 4, R9, R10); // movzx r9d, r10w
    emit_rm(&t->e, 0xFF, 4, 4, x64_table(TLB_TARGETS, R9, 3)); // jmp
}

static void indirect_entry(struct tr *t)
{
    struct emit *e = &t->e;

    t->u->code = (uint32_t)(e->p - t->j->code);
    emit_alu_ri(e, 7, 4, R10, t->u->eip);
    emit_jcc_to(e, CC_NE, t->j->no_target);
    emit_rm(e, 0x81, 4, 7, CTX(jit_ctx));
    emit32(e, t->u->ctx);
    emit_jcc_to(e, CC_NE, t->j->no_target);
    emit_rm(e, 0x81, 4, 7, x64_code_page(t->u->lin));
    emit32(e, 0);
    t->u->page_check = (uint32_t)(e->p - 4 - t->j->code);
    emit_jcc_to(e, CC_NE, t->j->no_target);
}

void x64_indirect_entry(struct tr *t)
{
    uint8_t *start = t->e.p;

    indirect_entry(t);
    t->e.p = start + (-(uintptr_t)t->e.p & 15); // again, so that what follows is aligned
    indirect_entry(t);
    t->u->head = (uint32_t)(t->e.p - t->j->code);
}

/* A target beyond the limit of CS faults: the handler does that. */
static void check_limit(struct tr *t, const struct x86_insn *i, unsigned size)
{
    if (t->ctx.cs_limit == 0xFFFFFFFFu || (size == 2 && t->ctx.cs_limit >= 0xFFFF)) return;
    emit_alu_ri(&t->e, 7, 4, R10, t->ctx.cs_limit);
    x64_slow_if(t, CC_A, x64_site(t, i));
}

static void push_return(struct tr *t, const struct x86_insn *i, unsigned size, uint32_t eip)
{
    x64_stack(t, i, -(int)size, size, true);
    emit_rm(&t->e, 0xC7, size, 0, x64_at(t));
    emit_imm(&t->e, size, eip);
    x64_move_sp(t, -(int)size);
}

static void operand_to_r10(struct tr *t, const struct x86_insn *i, unsigned size, bool memory)
{
    if (memory) {
        x64_operand(t, i, size, false);
        emit_rm(&t->e, size == 2 ? 0x0FB7 : 0x8B, 4, R10, x64_at(t));
    } else {
        emit_rr(&t->e, size == 2 ? 0x0FB7 : 0x8B, 4, R10, x64_gpr(i->dst));
    }
}

void x64_side_exit(struct tr *t, unsigned cc, uint32_t target)
{
    struct cold *k = x64_cold(t, COLD_EDGE, emit_jcc(&t->e, cc));

    k->flags = t->flags;
    k->side = true;
    k->x87 = t->x87;
    k->eip = target;
    k->refund = t->count - t->k - 1;
}

/* Conditional on the counter: flags stay what they are. */
static bool loop(struct tr *t, const struct x86_insn *i, const struct jit_op *op, uint32_t target, uint32_t next)
{
    struct emit *e = &t->e;
    unsigned     size = i->amask == 0xFFFF ? 2 : 4;
    struct flag_record rest;

    if (op->kind == OPK_LOOPE || op->kind == OPK_LOOPNE) {
        flags_need(t, FLAG_ZF);
        emit_rr(e, 0x0F90 | (op->kind == OPK_LOOPE ? CC_E : CC_NE), 1, 0, R10);
    }
    rest = flags_mark(t, &t->flags);
    if (op->kind == OPK_JCXZ) {
        emit_rr(e, 0x85, size, RCX, RCX);
        go_if(t, CC_E, target, &rest);
    } else {
        emit_alu_ri(e, 5, size, RCX, 1);
        if (op->kind == OPK_LOOP) {
            go_if(t, CC_NE, target, &rest);
        } else {
            uint8_t *zero = emit_jcc(e, CC_E);
            emit_rr(e, 0x84, 1, R10, R10);
            go_if(t, CC_NE, target, &rest);
            emit_patch(e, zero, e->p);
        }
    }
    x64_go_to(t, next, &rest);
    return true;
}

bool x64_emit_branch(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned size = op->size;
    uint32_t next = (x64_eip(t, i) + i->len) & t->c->eip_mask, raw = x64_eip(t, i) + i->len + i->imm;
    uint32_t target = size == 2 ? raw & 0xFFFF : raw;
    struct flag_record rest;
    bool     relative = op->kind == OPK_JCC || op->kind == OPK_JMP || op->kind == OPK_CALL || (op->kind >= OPK_LOOP && op->kind <= OPK_JCXZ);

    if (relative && target > t->ctx.cs_limit) return false;
    if (next != x64_eip(t, i) + i->len) return false; // wraps
    if (op->kind == OPK_JMP && !t->ends[t->k]) return true; // the unit goes on at its target
    if (op->kind == OPK_JCC) {
        unsigned cc = flags_condition(t, i->op & 15);
        if (t->open && t->flags.kind == FLAGS_HOME && !t->realized) t->read = true; // its target gets them as they came
        if (t->k + 1 < t->count && !(t->looping && (t->k + 1) % t->body == 0)) {
            x64_side_exit(t, cc, target);
            return true;
        }
        if (x64_loop_end(t, cc, target, next)) return true;
        rest = flags_mark_before(t);
        go_if(t, cc, target, &rest);
        x64_go_to(t, next, &rest);
        return true;
    }
    if (op->kind == OPK_JMP) {
        go_on(t, target);
        return true;
    }
    if (op->kind == OPK_CALL) {
        push_return(t, i, size, next);
        go_on(t, target);
        return true;
    }
    if (op->kind == OPK_JCXZ && t->k + 1 < t->count) {
        emit_rr(&t->e, 0x85, i->amask == 0xFFFF ? 2 : 4, RCX, RCX);
        flags_lost(t);
        t->read = true; // whoever is there gets them as they came
        x64_side_exit(t, CC_E, target);
        return true;
    }
    if (op->kind >= OPK_LOOP && op->kind <= OPK_JCXZ) return loop(t, i, op, target, next);
    if (flags_live(t)) flags_home(t);
    switch ((enum jit_kind)op->kind) {
    case OPK_JMP_R:
    case OPK_JMP_M:
        operand_to_r10(t, i, size, op->kind == OPK_JMP_M);
        check_limit(t, i, size);
        go_indirect(t);
        return true;
    case OPK_CALL_R:
    case OPK_CALL_M:
        operand_to_r10(t, i, size, op->kind == OPK_CALL_M);
        check_limit(t, i, size);
        push_return(t, i, size, next);
        go_indirect(t);
        return true;
    case OPK_RET:
    case OPK_RET_I:
        x64_stack(t, i, 0, size, false);
        emit_rm(&t->e, size == 2 ? 0x0FB7 : 0x8B, 4, R10, x64_at(t));
        check_limit(t, i, size);
        x64_move_sp(t, (int)size + (op->kind == OPK_RET_I ? (int)(i->imm & 0xFFFF) : 0));
        go_indirect(t);
        return true;
    default: return false;
    }
}
