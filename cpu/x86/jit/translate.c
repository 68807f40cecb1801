/* translate.c: from guest bytes to a unit: decode, find out which flags anybody may see, emit. */
#include "cpu/x86/decode.h"
#include "cpu/x86/jit/x64.h"

#include <stdlib.h>

/* --- decoding --------------------------------------------------------------------------------------------------------------------------- */

static bool is_repeated(const struct x86_insn *i, const struct jit_op *op)
{
    return op && op->kind >= OPK_MOVS && op->kind <= OPK_CMPS && (i->prefix & (PREFIX_REP | PREFIX_REPNE));
}

/* OP may be a way out in the middle of a unit. */
static bool is_side_exit(const struct jit_op *op)
{
    return op && (op->kind == OPK_JCC || op->kind == OPK_JCXZ);
}

/* A conditional branch forward is left on the way, and flags that are no more than flags do not end it, nor do repetitions; anything else that ends a basic block ends the unit. */
static bool goes_on_after(const struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    uint32_t size = op ? op->size : 0, target = x64_eip(t, i) + i->len + i->imm;

    if (is_repeated(i, op) || (op && op->kind == OPK_PORT)) return true;
    if (op && (op->kind == OPK_POPF || op->kind == OPK_STI)) return x64_emits_system(t);
    if (!is_side_exit(op)) return false;
    if (size == 2) target &= 0xFFFF;
    return target > x64_eip(t, i) && target <= t->ctx.cs_limit;
}

/* OP, unless it has no emitter, or is for a unit of the host that may not run it now. */
static const struct jit_op *usable(const struct tr *t, const struct jit_op *op)
{
    if (op && (op->kind == OPK_HANDLER || op->kind == OPK_PORT)) return NULL;
    if (op && op->kind == OPK_SSE && !(t->ctx.mode & MODE_SSE)) return NULL;
    if (op && op->kind == OPK_SSE && (op->arg & SSE_RAISES) && !(t->ctx.mode & MODE_SSE_ALL)) return NULL;
    if (op && op->kind == OPK_SSE && (op->arg & SSE_MMX) && !(t->ctx.mode & MODE_X87)) return NULL;
    if (op && (op->kind == OPK_X87 || op->kind == OPK_MMX) && !(t->ctx.mode & MODE_X87)) return NULL;
    if (op && op->kind == OPK_X87 && (op->arg & X87_IF_MASKED) && (t->ctx.mode & MODE_X87_UNMASKED)) return NULL;
    return op;
}

/* Whether the unit goes on at the target of jump I, in the same page and not in what it has already; *DISTANCE: from its own end. */
static bool follows_jump(struct tr *t, const struct x86_insn *i, const struct jit_op *op, int32_t *distance)
{
    uint32_t next = x64_eip(t, i) + i->len, target = next + i->imm, begin = t->u->eip;

    if (!op || op->kind != OPK_JMP || op->size != 4 || t->u->span[1].bytes || t->u->second) return false;
    if (((t->ctx.cs_base + target) ^ t->u->lin) >> PAGE_SHIFT || target > t->ctx.cs_limit || (target >= begin && target < next)) return false;
    *distance = (int32_t)i->imm;
    return true;
}

/* CLD or STD that does something: the unit goes on as another one. */
static bool changes_direction(const struct tr *t, const struct jit_op *op)
{
    return op && op->kind == OPK_DF && ((t->ctx.mode & MODE_DF) != 0) != op->arg;
}

/* A unit that is full ends before the instructions that make the flags for NEXT, so that one unit has both. Only what lies in SPAN is given back. */
static void give_back(struct tr *t, const struct jit_op *next, const struct x86_insn *i, struct jit_span *span)
{
    uint16_t open = next ? jit_effects_of(i, next).flags_read : 0;
    unsigned n = t->count, bytes = 0;

    while (open && n > JIT_MAX_INSNS / 2) {
        struct jit_effects e;

        n--;
        bytes += t->insn[n].len;
        if (!t->op[n] || bytes >= span->bytes) return;
        e = jit_effects_of(&t->insn[n], t->op[n]);
        open = (uint16_t)((open & ~e.flags_written) | (e.flags_written & open ? e.flags_read : 0));
    }
    if (open || n == t->count) return;
    t->count = n;
    t->end_eip = t->eip[n];
    span->bytes -= bytes;
}

/* From HOST on, of which AVAILABLE bytes may be looked at. The unit's code is one span, or two with a jump between them. */
static void decode(struct tr *t, const uint8_t *host, unsigned available, unsigned most)
{
    struct jit_unit *u = t->u;
    const uint8_t   *end = host + available;
    uint64_t         room = (uint64_t)t->ctx.cs_limit + 1 - u->eip;
    unsigned         span = 0;
    int32_t          distance;

    if (available > room) end = host + room;
    u->span[0] = (struct jit_span){.phys = u->phys};
    u->span[1] = (struct jit_span){0};
    t->end_eip = u->eip;
    while (t->count <= most) { // one more, to look at
        struct x86_insn       *i = &t->insn[t->count];
        enum x86_decode_result r = x86_decode(t->c->model, t->ctx.mode & MODE_CODE32, host, (unsigned)(end - host), i);
        const struct jit_op   *op;

        if (r == DECODE_SHORT || r == DECODE_LONG) break;
        if (t->count == most) {
            if (most == JIT_MAX_INSNS) give_back(t, usable(t, jit_op_of(&t->j->ops, i->fn)), i, &u->span[span]);
            break;
        }
        t->eip[t->count] = t->end_eip;
        t->end_eip += i->len;
        host += i->len;
        u->span[span].bytes += i->len;
        op = jit_op_of(&t->j->ops, i->fn);
        t->ends[t->count] = r == DECODE_END && !goes_on_after(t, i, op);
        op = usable(t, op);
        t->repeats[t->count] = is_repeated(i, op);
        if (t->ends[t->count] && t->count + 1 < most && follows_jump(t, i, op, &distance)) {
            t->ends[t->count] = false;
            t->end_eip += (uint32_t)distance;
            host += distance;
            span = 1;
            u->span[1].phys = (u->phys & ~PAGE_MASK) | ((t->ctx.cs_base + t->end_eip) & PAGE_MASK);
        }
        t->op[t->count] = t->repeats[t->count] ? NULL : op;
        t->count++;
        if (t->ends[t->count - 1] || changes_direction(t, op)) break;
    }
    u->count = (uint8_t)t->count;
}

static void find_effects(struct tr *t)
{
    for (unsigned n = 0; n < t->count; n++) {
        t->effects[n] = jit_effects_of(&t->insn[n], t->op[n]);
        t->effects[n].slow |= x64_may_raise(t, t->op[n]);
    }
}

/* Backwards: which flags may be seen after each instruction. Whatever may fault, leave or call a handler sees all. */
static void find_live_flags(struct tr *t)
{
    uint16_t live = FLAGS_ALL;

    for (unsigned n = t->count; n-- > 0;) {
        const struct jit_effects *e = &t->effects[n];
        bool                      leaves = e->slow || is_side_exit(t->op[n]);

        t->live[n] = live;
        live = (uint16_t)((live & ~e->flags_written) | e->flags_read | (leaves ? FLAGS_ALL : 0));
    }
}

/* Whether code emitted for instruction N overwrites the host's flags. */
static bool overwrites_flags(const struct tr *t, unsigned n)
{
    const struct jit_effects *e = &t->effects[n];
    unsigned                  kind = t->op[n] ? t->op[n]->kind : OPK_NONE;

    return e->slow || e->flags_written || (kind >= OPK_SHIFT_RI && kind <= OPK_BT_MI) || kind == OPK_JCXZ;
}

/* The condition that instruction N asks for; KEEP_NONE if it asks for none. INC and DEC hand CF on. */
static unsigned asks_for(const struct tr *t, unsigned n)
{
    unsigned kind = t->op[n] ? t->op[n]->kind : OPK_NONE;

    switch (kind) {
    case OPK_JCC: case OPK_SETCC_R: case OPK_SETCC_M: case OPK_CMOV_RR: case OPK_CMOV_RM: return t->insn[n].op & 15;
    case OPK_INC_R: case OPK_INC_M: case OPK_DEC_R: case OPK_DEC_M: return t->live[n] & FLAG_CF ? CC_B : KEEP_NONE;
    default: return t->effects[n].flags_read & FLAG_CF ? CC_B : KEEP_NONE;
    }
}

/* Which condition an instruction should keep, for one that asks when the host's flags are lost. */
static void plan_kept_conditions(struct tr *t)
{
    memset(t->keep, KEEP_NONE, sizeof(t->keep));
    for (unsigned k = 0; k < t->count; k++) {
        uint16_t open = t->op[k] ? t->effects[k].flags_written : FLAGS_ALL;
        bool     lost = false;

        for (unsigned n = k + 1; n < t->count && open; n++) {
            unsigned cc = asks_for(t, n);
            if (lost && cc != KEEP_NONE && !(jit_condition_flags(cc) & ~open)) {
                t->keep[k] = (uint8_t)cc;
                t->keep_for[k] = (uint8_t)n;
                break;
            }
            lost |= overwrites_flags(t, n);
            if (!t->op[n]) break;
            open &= (uint16_t)~(t->effects[n].flags_written | t->effects[n].flags_maybe);
        }
    }
}

/* --- emitting --------------------------------------------------------------------------------------------------------------------------- */

static void emit_head(struct tr *t)
{
    struct emit *e = &t->e;

    x64_indirect_entry(t);
    if (t->j->watch.now) { // flags may be on their way through here
        emit_rm(e, 0x8B, 8, R11, CTX(jit_runs));
        emit_rm(e, 0x8D, 8, R11, (struct host_mem){R11, NO_REG, 0, 1});
        emit_rm(e, 0x89, 8, R11, CTX(jit_runs));
    }
    emit_alu_ri(e, 5, 8, R13, t->count);
    x64_cold(t, COLD_BUDGET, emit_jcc(e, CC_L));
    if (t->u->second) {
        emit_rm(e, 0x81, 4, 7, x64_code_page(t->u->lin + PAGE_SIZE));
        emit32(e, t->u->second);
        x64_cold(t, COLD_BUDGET, emit_jcc(e, CC_NE));
    }
}

static bool emit_one(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (op->kind < OPK_MUL_R) return x64_emit_int(t, i, op);
    if (op->kind < OPK_SHIFT_RI) return x64_emit_muldiv(t, i, op);
    if (op->kind < OPK_MOV_RR) return x64_emit_shift(t, i, op);
    if (op->kind >= OPK_PUSHF && op->kind <= OPK_WBINVD) return x64_emit_system(t, i, op);
    if (op->kind < OPK_JCC) return x64_emit_move(t, i, op);
    if (op->kind < OPK_MOVS) return x64_emit_branch(t, i, op);
    if (op->kind < OPK_X87) return x64_emit_string(t, i, op);
    if (op->kind == OPK_SSE) return x64_emit_sse(t, i, op);
    return x64_emit_x87(t, i, op);
}

/* Whether this one ends its unit when a handler runs it. */
static bool is_last(const struct tr *t)
{
    return t->k + 1 == t->count;
}

/* INC and DEC look at CF before their access. */
static bool is_step(const struct jit_op *op)
{
    return op->kind >= OPK_INC_R && op->kind <= OPK_DEC_M;
}

static bool has_head(const struct tr *t)
{
    for (unsigned n = 0; n < t->accesses[t->k]; n++)
        if (t->access[t->k][n].group >= 0 && t->access[t->k][n].head) return true;
    return false;
}

/* Emitters that say so themselves when they use r9, for which groups.c may have a use. */
static bool spares_r9(const struct jit_op *op)
{
    if (!op) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_ALU_RR: case OPK_ALU_RI: case OPK_ALU_RM: case OPK_ALU_MR: case OPK_ALU_MI: case OPK_INC_R: case OPK_INC_M: case OPK_DEC_R:
    case OPK_DEC_M: case OPK_NOT_R: case OPK_NOT_M: case OPK_NEG_R: case OPK_NEG_M: case OPK_IMUL_RR: case OPK_IMUL_RM: case OPK_IMUL_RRI:
    case OPK_IMUL_RMI: case OPK_SHIFT_RI: case OPK_SHIFT_MI: case OPK_MOV_RR: case OPK_MOV_RI: case OPK_MOV_RM: case OPK_MOV_MR:
    case OPK_MOV_MI: case OPK_EXTEND_RR: case OPK_EXTEND_RM: case OPK_LEA: case OPK_PUSH_R: case OPK_PUSH_I: case OPK_PUSH_M: case OPK_POP_R:
    case OPK_SETCC_R: case OPK_SETCC_M: case OPK_CMOV_RR: case OPK_CMOV_RM: case OPK_JCC: case OPK_JCXZ: case OPK_CALL: return true;
    default: return false;
    }
}

enum r10_use x64_r10_use(const struct tr *t, unsigned k)
{
    const struct x86_insn *i = &t->insn[k];
    const struct jit_op   *op = t->op[k];
    bool                   high = op && op->size == 1 && (x64_high(i->dst) || x64_high(i->src));
    bool                   adds_carry = op && (op->arg == ADC || op->arg == SBB), member = t->accesses[k] && t->access[k][0].group >= 0 && !t->access[k][0].head;

    if (!op) return t->repeats[k] ? R10_LOST : R10_KEPT; // x64_emit_repeat()
    switch ((enum jit_kind)op->kind) {
    case OPK_MOV_RM: case OPK_MOV_MR: return high ? R10_LOST : R10_KEPT;
    case OPK_MOV_RR: case OPK_MOV_RI: case OPK_MOV_MI: case OPK_LEA: case OPK_PUSH_R: case OPK_PUSH_I: case OPK_EXTEND_RM: case OPK_JCC: case OPK_JCXZ:
    case OPK_JMP: case OPK_CALL: case OPK_NOP: case OPK_CBW: case OPK_CWD: case OPK_LEAVE: case OPK_PUSHA: case OPK_POPA: case OPK_XLAT:
    case OPK_BOUND: return R10_KEPT;
    case OPK_POP_R: return i->dst == REG_ESP ? R10_LOST : R10_KEPT;
    case OPK_ALU_RR: case OPK_ALU_RI: return high || op->arg == TEST ? R10_AFTER : R10_KEPT;
    case OPK_ALU_RM: case OPK_ALU_MR: case OPK_ALU_MI: return adds_carry && !member ? R10_LOST : R10_AFTER;
    case OPK_INC_R: case OPK_DEC_R: return high ? R10_AFTER : R10_KEPT;
    case OPK_INC_M: case OPK_DEC_M: return R10_AFTER;
    case OPK_IMUL_RR: case OPK_IMUL_RRI: case OPK_IMUL_RM: case OPK_IMUL_RMI: return R10_KEPT;
    case OPK_SHIFT_RI: return op->arg < 4 ? R10_LOST : high ? R10_AFTER : R10_KEPT; // rotates make some flags only
    case OPK_SHIFT_RC: return high ? R10_LOST : R10_KEPT;
    default: return R10_LOST;
    }
}

/* Before an instruction: flags are stored if an operand of theirs will not be there any more when they are asked for. INC and DEC take
 * what they need of them before they change anything; shifts by CL store them where the count is zero. */
static void keep_operands(struct tr *t)
{
    const struct jit_effects *e = &t->effects[t->k];
    const struct jit_op      *op = t->op[t->k];
    unsigned                  operands;
    bool                      lost;

    if (t->flags.kind == FLAGS_HOME || !op) return;
    operands = flags_operands(&t->flags);
    lost = !is_step(op) && op->kind != OPK_SHIFT_RC && (t->live[t->k] & ~e->flags_written) && operands & (e->regs | (x64_r10_use(t, t->k) == R10_AFTER ? OPERAND_R10 : 0));
    if (lost || (operands & OPERAND_R10 && x64_r10_use(t, t->k) == R10_LOST)) flags_home(t);
}

static void emit_insn(struct tr *t)
{
    const struct x86_insn *i = &t->insn[t->k];
    const struct jit_op   *op = t->op[t->k];
    uint32_t               first_site = t->j->region[t->j->current].sites_used;
    struct jit_site       *sites = t->j->region[t->j->current].sites;
    bool                   ended = t->ends[t->k], done;
    uint16_t               host = t->host;
    unsigned               colds = t->colds;
    bool                   raises = x64_may_raise(t, op ? op : jit_op_of(&t->j->ops, i->fn));

    if (ended || (is_last(t) && is_side_exit(op))) x64_x87_home(t);
    keep_operands(t);
    t->start = t->e.p;
    t->next_access = 0;
    t->makes_r10 = t->makes_carry = false;
    if (!spares_r9(op) || t->effects[t->k].slow) t->r9_group = -1; // it may be begun again after a call into C
    done = op && emit_one(t, i, op);
    t->inlined = !done && t->repeats[t->k] && x64_emit_repeat(t, i, jit_op_of(&t->j->ops, i->fn));
    if (!done && !t->inlined) {
        if (op && (!t->effects[t->k].slow || has_head(t))) { // it was not planned to be left to a handler
            t->op[t->k] = NULL;
            t->failed = true;
        }
        if (ended) flags_home(t);
        x64_handler(t, i, ended);
    }
    if (!done || !spares_r9(op)) t->r9_group = -1;
    if (!ended) flags_keep_condition(t);
    x64_end_crossings(t, colds);
    for (uint32_t n = first_site; n < t->j->region[t->j->current].sites_used; n++) {
        sites[n].next = ended ? 0 : (uint32_t)(t->e.p - t->j->code);
        sites[n].host_retry = host && (t->effects[t->k].flags_read || !op || is_step(op));
        sites[n].host_next = t->host && flags_live(t);
        sites[n].keep = t->keep[t->k];
        sites[n].makes_r10 = t->makes_r10;
        sites[n].makes_carry = t->makes_carry;
        sites[n].after = t->flags;
        sites[n].repeats |= t->repeats[t->k];
        sites[n].check_ctx |= raises;
        if (raises && op && op->arg & X87_WRITE) sites[n].access_size = 0; // it may not come to the access
        sites[n].head |= has_head(t); // whichever access turns to the handler: PUSH of memory has two
        if (!sites[n].head) t->r9_group = -1; // C may lead to what follows
        sites[n].move = op && op->kind >= OPK_MOV_RM && op->kind <= OPK_MOV_MI && !sites[n].head && !sites[n].host_next ? op->kind : 0;
        sites[n].in_shadow = t->k && t->op[t->k - 1] && t->op[t->k - 1]->kind == OPK_STI;
    }
    if (is_last(t) && !ended) {
        struct flag_record rest = flags_mark(t, &t->flags);
        x64_x87_home(t);
        x64_go_to(t, t->end_eip & t->c->eip_mask, &rest);
    }
}

/* After instruction K, which may turn to C if it has SITES: whether flags that came with the unit may still be asked for, and in which
 * registers their operands must not be. */
static void watch_flags(struct tr *t, bool sites)
{
    const struct jit_effects *e = &t->effects[t->k];
    enum r10_use              use = x64_r10_use(t, t->k);

    if (!t->open) return;
    if (use == R10_LOST) t->changed |= OPERAND_R10;
    if (sites) t->u->changes |= t->changed;
    if (t->read) {
        t->open = false;
    } else if (t->inlined) { // to C or not
        t->changed |= e->regs | OPERAND_R10;
    } else if (!t->op[t->k] || (e->flags_written & FLAGS_ALL) == FLAGS_ALL) { // a handler finds them realized
        t->open = false;
        t->u->flags_free = true;
    } else {
        t->changed |= e->regs | (use == R10_AFTER ? OPERAND_R10 : 0);
    }
}

/* What is known at the beginning of the unit's code. */
static void begin(struct tr *t, const struct flag_record *flags)
{
    t->flags = *flags;
    t->host = 0;
    t->kept = KEEP_NONE;
    t->sse_ready = t->x87_ready = false;
    t->x87 = 0;
    t->r9_group = -1;
    memset(t->slot_store, 0, sizeof(t->slot_store));
    t->setter = NULL;
}

/* The instructions of a loop, so many times that it is worth it. */
static void repeat_body(struct tr *t)
{
    unsigned runs = t->count <= 8 ? 4 : t->count <= 12 ? 3 : t->count <= 16 ? 2 : 1;

    t->body = t->count;
    t->count *= runs;
    for (unsigned k = t->body; k < t->count; k++) {
        t->insn[k] = t->insn[k - t->body];
        t->op[k] = t->op[k - t->body];
        t->eip[k] = t->eip[k - t->body];
        t->repeats[k] = t->repeats[k - t->body];
        t->ends[k] = t->ends[k - t->body];
        t->ends[k - t->body] = false;
    }
    find_effects(t);
}

/* The second code of a unit that jumps to its own beginning. There all is known of the flags, which so need not be stored; accesses in all
 * runs are checked before the first; and the budget pays for all of them. If that cannot be had it is left to the first code. */
static void emit_loop(struct tr *t)
{
    struct emit *e = &t->e;

    t->looping = true;
    repeat_body(t);
    x64_find_loop_groups(t);
    t->u->grouped |= t->groups > 0;
    x64_find_chases(t);
    find_live_flags(t);
    plan_kept_conditions(t);
    while ((uintptr_t)e->p & 15 && !e->full) emit8(e, 0xCC);
    emit_patch(e, t->loop_jump, e->p);
    begin(t, &t->loop_flags);
    x64_begin_loop(t);
    for (t->k = 0; t->k < t->count; t->k++) emit_insn(t);
    x64_drop_slots(t);
    t->no_loop = t->failed;
    t->ends[t->body - 1] = true;
    t->count = t->body;
    t->looping = t->hoists = false;
}

/* Plans and emits. An instruction that turned out to have no emitter, after it had been planned to have one, is marked as the handlers'
 * in t->op; then it is to be done again. */
static bool emit_all(struct tr *t)
{
    struct x86_jit *j = t->j;

    t->colds = t->groups = 0;
    memset(t->accesses, 0, sizeof(t->accesses));
    begin(t, &(struct flag_record){.kind = FLAGS_HOME});
    t->failed = false;
    t->loop_jump = t->loop_out = NULL;
    t->open = true;
    t->read = t->realized = t->u->flags_free = false;
    t->u->changes = t->changed = 0;
    t->u->out = NULL;
    t->misfortunes = jit_luck(j, t->u->phys)->misfortunes;
    x64_find_groups(t);
    x64_find_chases(t);
    t->u->grouped = t->groups > 0;
    find_live_flags(t);
    plan_kept_conditions(t);
    t->e = (struct emit){.p = j->code_at, .end = j->region[j->current].code_end};
    emit_head(t);
    for (t->k = 0; t->k < t->count; t->k++) {
        uint32_t sites = j->region[j->current].sites_used;
        emit_insn(t);
        watch_flags(t, j->region[j->current].sites_used != sites);
    }
    x64_drop_slots(t);
    if (t->loop_jump && !t->failed) {
        t->open = false;
        emit_loop(t);
    }
    x64_emit_colds(t);
    return !t->failed && !t->e.full;
}

/* Makes the unit's code; false if that cannot be done, with nothing used up. */
static bool make(struct tr *t, const uint8_t *host, unsigned available, unsigned most)
{
    struct jit_region *r = &t->j->region[t->j->current];
    uint32_t           links = r->links_used, sites = r->sites_used, x87 = r->x87_used;

    decode(t, host, available, most);
    t->no_loop = t->looping = t->hoists = false;
    for (unsigned tries = 0; t->count && tries < 8; tries++) {
        find_effects(t);
        if (emit_all(t)) return true;
        r->links_used = links;
        r->sites_used = sites;
        r->x87_used = x87;
    }
    t->u->out = NULL;
    return false;
}

/* Plain memory that does not change unseen; NULL if it is not. */
static const uint8_t *code_bytes(const struct x86 *c, uint32_t phys)
{
    const struct phys_region *r = phys_reader(c->phys, phys);

    return (r->kind == PHYS_RAM || r->kind == PHYS_ROM) && !r->dirty ? r->host + (phys - r->base) : NULL;
}

/* The instruction at PHYS goes on at NEXT. */
static bool make_across(struct tr *t, uint32_t phys, uint32_t next)
{
    const uint8_t *first = code_bytes(t->c, phys), *second = code_bytes(t->c, next);
    unsigned       here = PAGE_SIZE - (phys & PAGE_MASK);
    uint8_t        bytes[32];

    if (!first || !second || here > 15) return false;
    memcpy(bytes, first, here);
    memcpy(bytes + here, second, 16);
    if (!make(t, bytes, here + 16, 1)) return false;
    if (t->u->span[0].bytes > here) {
        t->u->span[1] = (struct jit_span){.phys = next, .bytes = t->u->span[0].bytes - here};
        t->u->span[0].bytes = here;
    }
    return true;
}

static bool make_within(struct tr *t, uint32_t phys)
{
    const uint8_t *host = code_bytes(t->c, phys);

    return host && make(t, host, PAGE_SIZE - (phys & PAGE_MASK), t->j->most);
}

struct jit_unit *jit_translate(struct x86 *c, uint32_t phys, uint32_t lin, uint32_t ctx, uint32_t second)
{
    struct x86_jit  *j = c->jit;
    struct tr       *t;
    struct jit_unit *u;

    if (!j->tr && !(j->tr = malloc(sizeof(*j->tr)))) return NULL;
    t = j->tr;
    t->c = c;
    t->j = j;
    t->count = 0;
    u = t->u = jit_new_unit(c);
    t->ctx = j->ctx[ctx];
    u->phys = phys;
    u->lin = lin;
    u->eip = lin - t->ctx.cs_base;
    u->ctx = ctx;
    u->second = second;
    if (!(second ? make_across(t, phys, (second & 0xFFFFF) << PAGE_SHIFT) : make_within(t, phys))) {
        j->region[j->current].units_used--;
        return NULL;
    }
    u->code_size = (uint32_t)(t->e.p - (j->code + u->code));
    j->code_at = t->e.p;
    j->stats.translations++;
    j->stats.instructions += t->count;
    j->stats.code_bytes += u->code_size;
    jit_add_unit(c, u);
    return u;
}
