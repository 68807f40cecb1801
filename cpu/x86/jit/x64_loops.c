/* x64_loops.c: the second code of a unit that jumps to its own beginning.
 *
 * It is entered from the end of the first. So all is known of the flags there, and they are not stored for the next run. It runs the
 * instructions several times for one look at the budget, and checks the accesses of all these runs before the first one, as far as registers
 * at the beginning and constants say where they are; those that are the same in each turn only when it is entered. If something does not hold
 * there, nothing has happened yet: the first code goes on. */
#include "cpu/x86/jit/x64.h"

/* --- the end of a run ----------------------------------------------------------------------------------------------------------------------- */

/* Whether a jump to the unit's own beginning, where TARGET is, may lead to the second code: it leaves nothing of the flags to memory. */
static bool may_loop(const struct tr *t, uint32_t target)
{
    const struct jit_unit *u = t->u;
    unsigned               operands;

    if (target != u->eip || u->second || t->no_loop || !u->flags_free || t->flags.kind == FLAGS_HOME || t->count > LOOP_MOST) return false;
    operands = flags_operands(&t->flags);
    return operands && !(t->flags.kind & (FLAGS_CF_HOME | FLAGS_CF_OLD)) && !(operands & u->changes);
}

bool x64_loop_end(struct tr *t, unsigned cc, uint32_t target, uint32_t next)
{
    struct flag_record rest;

    if (!t->looping && !may_loop(t, target)) return false;
    if (t->looping && t->k + 1 < t->count) { // on to the next run
        x64_side_exit(t, cc ^ 1, next);
        return true;
    }
    if (t->looping) {
        if (memcmp(&t->flags, &t->loop_flags, sizeof(t->flags))) t->failed = true; // not the flags that it began with
        emit_jcc_to(&t->e, cc, t->r9_group == t->loop_r9 ? t->loop_again : t->loop_reload);
    } else {
        t->loop_flags = t->flags;
        t->loop_jump = emit_jcc(&t->e, cc);
    }
    rest = flags_mark(t, &t->flags);
    x64_go_to(t, next, &rest);
    return true;
}

/* --- the beginning --------------------------------------------------------------------------------------------------------------------------- */

void x64_leave_loop_if(struct tr *t, unsigned cc)
{
    struct cold *k = x64_cold(t, COLD_LOOP, emit_jcc(&t->e, cc));

    k->flags = t->loop_flags;
    k->refund = t->count;
}

/* Register REG, from which the loop makes values from LOW to HIGH more, does not pass the end of the address space. */
static void check_no_wrap(struct tr *t, unsigned reg, int32_t low, int32_t high)
{
    if (low > 0) low = 0;
    if (high < 0) high = 0;
    if (!low && !high) return;
    if (low) emit_rm(&t->e, 0x8D, 4, R11, (struct host_mem){(uint8_t)reg, NO_REG, 0, low});
    emit_alu_ri(&t->e, 7, 4, low ? R11 : reg, 0xFFFFFFFFu - (uint32_t)(high - low));
    x64_leave_loop_if(t, CC_A);
}

/* The group's bytes, from the address in AT on, lie in one page, of which the quick table knows: to r9. */
static void check_range(struct tr *t, const struct group *g, unsigned at)
{
    struct emit *e = &t->e;

    if (g->high - g->low > 1) {
        emit_rm(e, 0x8D, 4, R11, (struct host_mem){(uint8_t)at, NO_REG, 0, g->high - g->low - 1});
        emit_rr(e, 0x33, 4, R11, at);
        emit_alu_ri(e, 7, 4, R11, PAGE_SIZE);
        x64_leave_loop_if(t, CC_AE);
    }
    x64_page_of(t, R9, at);
    emit_rm(e, 0x8B, 8, R9, x64_quick_table(t, g->write, 0, R9));
    emit_rr(e, 0x85, 8, R9, R9);
    x64_leave_loop_if(t, CC_E);
}

/* Offsets of 16 bits. The slot is the host's address of the lowest one less all of the register, so it does not matter what its upper half is. */
static void check_narrow(struct tr *t, const struct group *g)
{
    unsigned base = x64_gpr(g->root);

    emit_rm(&t->e, 0x8D, 4, R8, (struct host_mem){(uint8_t)base, NO_REG, 0, g->low});
    emit_rr(&t->e, 0x0FB7, 4, R8, R8);
    emit_alu_ri(&t->e, 7, 4, R8, 0x10000 - (uint32_t)(g->high - g->low));
    x64_leave_loop_if(t, CC_A);
    if (!x64_is_flat(t, g->seg))
        emit_rm(&t->e, 0x03, 4, R8, x64_ctx(offsetof(struct x86, seg) + g->seg * sizeof(struct x86_segment) + offsetof(struct x86_segment, base)));
    check_range(t, g, R8);
    emit_rr(&t->e, 0x03, 8, R9, R8);
    emit_rr(&t->e, 0x2B, 8, R9, base);
}

/* Members differ by what is in one register: the slot is for addresses that are that register plus a constant. */
static void check_by_base(struct tr *t, const struct group *g)
{
    unsigned base = x64_gpr(g->root);
    bool     alone = g->index_root == NO_ROOT;

    check_no_wrap(t, base, alone && g->low < g->base_low ? g->low : g->base_low, alone && g->high > g->base_high ? g->high : g->base_high);
    if (alone && !g->low) {
        check_range(t, g, base);
        return;
    }
    emit_rm(&t->e, 0x8D, 4, R8, (struct host_mem){(uint8_t)base, alone ? NO_REG : (uint8_t)x64_gpr(g->index_root), g->scale, g->low});
    check_range(t, g, R8);
    if (alone) return;
    emit_rr(&t->e, 0x03, 8, R9, R8);
    emit_rr(&t->e, 0x2B, 8, R9, base);
}

/* The same with the index as the register. */
static void check_by_index(struct tr *t, const struct group *g)
{
    struct emit *e = &t->e;
    unsigned     index = x64_gpr(g->index_root);

    check_no_wrap(t, index, g->index_low, g->index_high);
    emit_rm(e, 0x8D, 4, R8, (struct host_mem){g->root == NO_ROOT ? NO_REG : (uint8_t)x64_gpr(g->root), (uint8_t)index, g->scale, g->low});
    check_range(t, g, R8);
    emit_rr(e, 0x03, 8, R9, R8);
    if (g->scale) {
        emit_rm(e, 0x8D, 8, R11, (struct host_mem){NO_REG, (uint8_t)index, g->scale, 0});
        emit_rr(e, 0x2B, 8, R9, R11);
    } else {
        emit_rr(e, 0x2B, 8, R9, index);
    }
}

/* Those that are STEADY, or all others. True: there are some. */
static bool check_groups(struct tr *t, bool steady)
{
    bool any = false;

    for (unsigned n = 0; t->hoists && n < t->groups; n++) {
        const struct group *g = &t->group[n];
        if (!g->members || g->steady != steady) continue;
        if (g->narrow) check_narrow(t, g);
        else if (g->by_index) check_by_index(t, g);
        else check_by_base(t, g);
        x64_store_slot(t, (int)n);
        any = true;
    }
    return any;
}

/* Once: what leaves there gives back what has not been paid yet, so it is paid for a moment. */
static void check_steady_groups(struct tr *t)
{
    struct emit *e = &t->e;
    uint8_t     *begin = e->p;

    emit_rm(e, 0x8D, 8, R13, (struct host_mem){R13, NO_REG, 0, -(int32_t)t->count});
    if (check_groups(t, true)) emit_rm(e, 0x8D, 8, R13, (struct host_mem){R13, NO_REG, 0, (int32_t)t->count});
    else e->p = begin;
}

void x64_begin_loop(struct tr *t)
{
    check_steady_groups(t);
    t->loop_reload = t->e.p; // the load is for those who come back without it
    t->loop_r9 = t->r9_group;
    if (t->r9_group >= 0) x64_load_slot(t, t->r9_group);
    t->loop_again = t->e.p;
    emit_alu_ri(&t->e, 5, 8, R13, t->count);
    x64_leave_loop_if(t, CC_L);
    if (check_groups(t, false)) t->loop_reload = t->loop_again; // they bring their own
}
