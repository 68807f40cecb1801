/* interp.c: the loop: what happens between blocks. */
#include "cpu/x86/interp.h"

#include "cpu/cpu.h"
#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/jit/jit.h"

void x86_deliver_exception(struct x86 *c);

void x86_end(struct x86 *c, const struct x86_insn *i)
{
    x86_end_at(c, i, x86_next_eip(c, i));
}

void x86_end_at(struct x86 *c, const struct x86_insn *i, uint32_t eip)
{
    if (i->left) c->budget += i->left - 1; // what was paid for and is not run
    c->eip = eip;
}

void x86_dispatch(struct x86 *c, uint32_t eip)
{
    lin_t             lin = c->seg[SEG_CS].base + eip;
    uint64_t          e = c->tlb.entry[lin >> PAGE_SHIFT];
    struct x86_block *b;

    c->eip = eip;
    if (c->jit) return; // which may have a translation
    if (!(e & TLB_VALID) || (e & TLB_NX) || (c->cpl == 3 && !(e & TLB_USER)) || e >> 32) return;
    b = x86_block_find(c, phys_wrap(c->phys, ((uint32_t)e & ~PAGE_MASK) | (lin & PAGE_MASK)), c->code32 ? BLOCK_CODE32 : 0);
    if (b && (uint64_t)eip + b->bytes <= (uint64_t)c->seg[SEG_CS].limit + 1) x86_chain(c, eip, b);
}

void x86_kick(struct x86 *c)
{
    c->kicked = true;
    if (c->budget <= 0) return;
    c->limit -= (uint64_t)c->budget;
    c->budget = 0;
}

/* In place of the instruction after the one that asked to leave. */
static void leave_here(struct x86 *c, const struct x86_insn *i)
{
    c->cache->patched->fn = c->cache->patched_fn;
    c->cache->patched = NULL;
    c->budget += i->left;
    c->eip = (c->eip + i->off) & c->eip_mask;
}

void x86_leave_after(struct x86 *c)
{
    struct x86_insn *next;

    if (!c->cur) return;
    if (c->cur->block) { // the last one: it must not go on to another block
        x86_kick(c);
        return;
    }
    next = (struct x86_insn *)c->cur + 1;
    if (c->cache->patched) return;
    c->cache->patched = next;
    c->cache->patched_fn = next->fn;
    next->fn = leave_here;
}

/* A fault after x86_leave_after() in the same instruction comes back without passing the patch. */
static void unpatch(struct x86 *c)
{
    if (!c->cache->patched) return;
    c->cache->patched->fn = c->cache->patched_fn;
    c->cache->patched = NULL;
}

/* --- between blocks ------------------------------------------------------------------------------------------------------------ */

static void deliver_interrupt(struct x86 *c, unsigned vector)
{
    c->halted = false;
    c->budget--;
    c->stats.interrupts++;
    if (!x86_enter_interrupt(c, NULL, vector, FROM_HARDWARE, false, 0, c->eip)) x86_deliver_exception(c);
}

/* #DB with BITS of DR6 (SDM 3B 17.2.3). */
static void debug_trap(struct x86 *c, uint32_t bits)
{
    c->dr[6] |= bits;
    c->dr[7] &= ~(1u << 13); // GD
    x86_fault(c, NULL, EXC_DB);
}

/* Traps, NMI and interrupts, by priority (SDM 3A table 6-2). True if one was taken. */
static bool take_event(struct x86 *c)
{
    if (c->shutdown) return false;
    if (c->exc.pending) {
        x86_deliver_exception(c);
        return true;
    }
    if (c->debug_hit && !c->inhibit_traps) {
        uint32_t bits = c->debug_hit;
        c->debug_hit = 0;
        debug_trap(c, bits);
        return true;
    }
    if (c->inhibit) return false;
    if ((c->pending & PENDING_NMI) && !c->nmi_blocked) {
        c->pending &= ~PENDING_NMI;
        c->nmi_blocked = true;
        deliver_interrupt(c, EXC_NMI);
        return true;
    }
    if ((c->pending & PENDING_INTR) && (c->eflags & FLAG_IF)) {
        deliver_interrupt(c, c->acknowledge(c->opaque));
        return true;
    }
    return false;
}

/* An instruction breakpoint at the next instruction: #DB before it runs, unless RF is set. */
static bool code_breakpoint(struct x86 *c)
{
    lin_t    lin = c->seg[SEG_CS].base + c->eip;
    uint32_t bits = 0;
    bool     enabled = false;

    if (c->eflags & FLAG_RF) return false;
    for (int n = 0; n < 4; n++) {
        if ((c->dr[7] >> (16 + 4 * n) & 15) || c->dr[n] != lin) continue; // R/W = 00 and LEN = 00
        bits |= 1u << n;
        enabled |= (c->dr[7] >> (2 * n) & 3) != 0;
    }
    if (enabled) debug_trap(c, bits);
    return enabled;
}

/* INT n, INT3, INT1 and INTO clear TF on their way into the handler, before whose first instruction no trap is due (SDM 3B 17.3.2). */
static bool entered_handler(const struct x86 *c, const struct x86_insn *i)
{
    return ((i->op >= 0xCC && i->op <= 0xCE) || i->op == 0xF1) && !(c->eflags & FLAG_TF);
}

/* One instruction, with everything that looks at single ones. */
static void run_single(struct x86 *c)
{
    bool              trap = c->eflags & FLAG_TF, shadow = c->inhibit_traps, one_by_one = trap || c->step_mode;
    int64_t           rest;
    struct x86_block *b;

    if (!shadow && (c->dr[7] & 0xFF) && code_breakpoint(c)) return;
    b = x86_decode_single(c);
    c->inhibit = c->inhibit_traps = false;
    if (!b) return;
    c->eflags &= ~FLAG_RF;
    rest = c->budget - 1; // the instruction sees a budget of its own and cannot go on to another block
    c->limit -= (uint64_t)rest;
    c->budget = 0;
    c->step_mode = one_by_one;
    c->block = b;
    c->stats.single_steps++;
    if (c->trace) c->trace(c->trace_opaque, b->insn, NULL);
    b->insn[0].fn(c, b->insn);
    if (shadow && c->inhibit_traps) c->inhibit = c->inhibit_traps = false; // of loads of SS in a row only the first has one (SDM 3A 6.8.3)
    x86_update_step(c); // DR7 may be another one: by MOV, or a task switch, which clears its local breakpoints
    if (!c->kicked) { // else the slice ends here
        c->budget += rest;
        c->limit += (uint64_t)rest;
    }
    if (trap && !c->exc.pending && !c->shutdown && !entered_handler(c, b->insn)) c->debug_hit |= 1u << 14; // DR6.BS
}

static void run_block(struct x86 *c, struct x86_block *b)
{
    c->budget -= b->count;
    c->eflags &= ~(uint32_t)FLAG_RF;
    c->block = b;
    c->stats.blocks_run++;
    b->insn[0].fn(c, b->insn);
}

/* Handlers of which the compiler cannot make a tail call (those with locals of which the address is taken, and all of them
 * without optimization) stay on the host's stack until the loop is reached again: so it is, every STRETCH instructions. */
enum { STRETCH = 8192 };

static void extend(struct x86 *c, uint64_t until)
{
    uint64_t n = until - c->limit < STRETCH ? until - c->limit : STRETCH;

    c->limit += n;
    c->budget += (int64_t)n;
}

void x86_run(struct x86 *c, uint64_t until)
{
    struct x86_block *b, *from;

    if (until < c->limit) {
        c->budget -= (int64_t)(c->limit - until);
        c->limit = until;
    }
    c->kicked = false;
    for (;;) {
        c->cur = NULL;
        unpatch(c);
        from = c->link_from;
        c->link_from = NULL;
        if (c->kicked) break;
        while (c->budget < BLOCK_MAX_INSNS && c->limit < until) extend(c, until);
        if (c->budget <= 0) break; // even of a storm of exceptions; what is pending waits for the next slice
        if (take_event(c)) continue;
        if (c->halted) break;
        if (unlikely(c->inhibit || c->step_mode || (c->eflags & FLAG_TF))) {
            run_single(c);
            continue;
        }
        if (c->jit && x86_jit_run(c, until)) continue;
        c->link_from = from; // the look-up may empty the cache, and then forgets it
        b = x86_block_at(c);
        from = c->link_from;
        c->link_from = NULL;
        if (!b) {
            if (!c->exc.pending && !(c->jit && x86_jit_single(c))) run_single(c);
            continue;
        }
        if (b->count > c->budget) {
            run_single(c);
            continue;
        }
        if (c->jit && x86_jit_count(c, b)) continue;
        if (from && !c->jit && from->valid && from->phys >> PAGE_SHIFT == b->phys >> PAGE_SHIFT && from->key == b->key)
            from->link[c->link_which] = b;
        run_block(c, b);
        if (unlikely(c->step_blocks)) x86_kick(c);
    }
    c->block = NULL;
    c->cur = NULL;
}

bool x86_wakes(const struct x86 *c)
{
    if (c->shutdown) return false;
    if (c->exc.pending || c->debug_hit) return true;
    return ((c->pending & PENDING_INTR) && (c->eflags & FLAG_IF)) || ((c->pending & PENDING_NMI) && !c->nmi_blocked);
}

uint64_t x86_retired(const struct x86 *c)
{
    return c->limit - (uint64_t)(c->budget + (c->cur ? c->cur->left : 0));
}

void x86_set_intr(struct x86 *c, bool level)
{
    if (level == ((c->pending & PENDING_INTR) != 0)) return;
    c->pending ^= PENDING_INTR;
    if (level) x86_leave_after(c);
    if (level) x86_kick(c);
}

void x86_nmi(struct x86 *c)
{
    c->pending |= PENDING_NMI;
    x86_leave_after(c);
    x86_kick(c);
}

/* Breakpoints on instructions: a slot with R/W = 00 that is enabled. */
void x86_update_step(struct x86 *c)
{
    c->step_mode = c->trace != NULL;
    for (int n = 0; n < 4; n++)
        if ((c->dr[7] >> (2 * n) & 3) && !(c->dr[7] >> (16 + 4 * n) & 3)) c->step_mode = true;
}
