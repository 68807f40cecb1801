/* task.c: the task state segment: stacks, the I/O permission bitmap, hardware task switching with both formats. SDM 3A
 * chapter 7; 80286 Programmer's Reference chapter 8. */
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"

/* Where things are in a TSS (SDM 3A figures 7-2 and 7-10). */
enum tss32 { T32_LINK = 0, T32_CR3 = 28, T32_EIP = 32, T32_EFLAGS = 36, T32_EAX = 40, T32_ES = 72, T32_LDT = 96, T32_TRAP = 100, T32_IOMAP = 102,
             T32_LIMIT = 103 };
enum tss16 { T16_LINK = 0, T16_IP = 14, T16_FLAGS = 16, T16_AX = 18, T16_ES = 34, T16_LDT = 42, T16_LIMIT = 43 };

static bool is_tss32(const struct x86_segment *tr)
{
    return tr->access & 8;
}

bool x86_tss_stack(struct x86 *c, const struct x86_insn *i, unsigned dpl, uint16_t *ss, uint32_t *esp)
{
    bool     wide = is_tss32(&c->tr);
    uint32_t at = wide ? 4 + 8 * dpl : 2 + 4 * dpl, size = wide ? 4 : 2;
    uint64_t pointer, selector;

    if (!c->tr.valid || at + 2 * size - 1 > c->tr.limit) return x86_fault_code(c, i, EXC_TS, selector_error(c->tr.selector));
    if (!x86_sys_load(c, i, c->tr.base + at, size, &pointer)) return false;
    if (!x86_sys_load(c, i, c->tr.base + at + size, 2, &selector)) return false;
    *esp = (uint32_t)pointer;
    *ss = (uint16_t)selector;
    return true;
}

bool x86_check_io(struct x86 *c, const struct x86_insn *i, uint16_t port, unsigned size)
{
    uint64_t base, bits;

    if (!x86_protected(c) || (!x86_v86(c) && c->cpl <= x86_iopl(c))) return true;
    if (!c->tr.valid || !is_tss32(&c->tr) || c->tr.limit < T32_LIMIT) return x86_gp0(c, i);
    if (!x86_sys_load(c, i, c->tr.base + T32_IOMAP, 2, &base)) return false;
    base += port / 8u;
    if (base + 1 > c->tr.limit) return x86_gp0(c, i); // two bytes are always read (SDM 1, 19.5.2)
    if (!x86_sys_load(c, i, c->tr.base + (uint32_t)base, 2, &bits)) return false;
    if (bits >> (port & 7) & ((1u << size) - 1)) return x86_gp0(c, i);
    return true;
}

/* --- switching ------------------------------------------------------------------------------------------------------------------- */

/* The registers of a task as its TSS has them, in either format. */
struct task {
    uint32_t cr3, eip, eflags, gpr[8];
    uint16_t seg[SEG_COUNT], ldt;
    bool     trap;
};

static bool load(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, uint32_t *v)
{
    uint64_t wide;

    if (!x86_sys_load(c, i, lin, size, &wide)) return false;
    *v = (uint32_t)wide;
    return true;
}

static bool read_task(struct x86 *c, const struct x86_insn *i, lin_t base, bool wide, struct task *t)
{
    unsigned size = wide ? 4 : 2;
    uint32_t v = 0;
    bool     ok = true;

    memset(t, 0, sizeof(*t));
    ok = ok && load(c, i, base + (wide ? T32_EIP : T16_IP), size, &t->eip);
    ok = ok && load(c, i, base + (wide ? T32_EFLAGS : T16_FLAGS), size, &t->eflags);
    for (unsigned n = 0; n < 8 && ok; n++) {
        ok = load(c, i, base + (wide ? T32_EAX : T16_AX) + n * size, size, &t->gpr[n]);
        if (!wide) t->gpr[n] |= 0xFFFF0000u;
    }
    for (unsigned n = 0; n < (wide ? 6u : 4u) && ok; n++) {
        ok = load(c, i, base + (wide ? T32_ES : T16_ES) + n * size, 2, &v);
        t->seg[n] = (uint16_t)v;
    }
    if (ok && (ok = load(c, i, base + (wide ? T32_LDT : T16_LDT), 2, &v))) t->ldt = (uint16_t)v;
    if (wide && ok) ok = load(c, i, base + T32_CR3, 4, &t->cr3);
    if (wide && ok && (ok = load(c, i, base + T32_TRAP, 2, &v))) t->trap = v & 1;
    return ok;
}

static bool write_task(struct x86 *c, const struct x86_insn *i, lin_t base, bool wide, uint32_t eip, uint32_t eflags)
{
    unsigned size = wide ? 4 : 2;
    bool     ok = x86_sys_store(c, i, base + (wide ? T32_EIP : T16_IP), size, eip) &&
              x86_sys_store(c, i, base + (wide ? T32_EFLAGS : T16_FLAGS), size, eflags);

    for (unsigned n = 0; n < 8 && ok; n++) ok = x86_sys_store(c, i, base + (wide ? T32_EAX : T16_AX) + n * size, size, c->gpr[n]);
    for (unsigned n = 0; n < (wide ? 6u : 4u) && ok; n++)
        ok = x86_sys_store(c, i, base + (wide ? T32_ES : T16_ES) + n * size, 2, c->seg[n].selector);
    return ok;
}

static bool set_busy(struct x86 *c, const struct x86_insn *i, uint16_t selector, bool busy)
{
    struct x86_descriptor d;

    if (!x86_try_descriptor(c, i, selector, &d)) return !c->exc.pending;
    return x86_sys_store(c, i, d.addr + 5, 1, (d.access & 0xFF & ~2u) | (busy ? 2 : 0));
}

/* The limit and the writability of everything that will be written, before anything is (SDM 3A 7.3, step 1-5). */
static bool check_tss(struct x86 *c, const struct x86_insn *i, uint16_t selector, const struct x86_descriptor *d)
{
    bool     wide = desc_type(d) & 8, old_wide = is_tss32(&c->tr);
    uint32_t phys, error;
    lin_t    ends[4] = {c->tr.base, c->tr.base + (old_wide ? T32_LIMIT : T16_LIMIT), d->base, d->base + (wide ? T32_LIMIT : T16_LIMIT)};

    if (d->limit < (wide ? (uint32_t)T32_LIMIT : (uint32_t)T16_LIMIT))
        return x86_fault_code(c, i, EXC_TS, selector_error(selector));
    for (unsigned n = 0; n < 4; n++) {
        if (x86_translate(c, ends[n], n < 2 ? ACCESS_WRITE : ACCESS_READ, false, &phys, &error)) continue;
        c->cr2 = ends[n];
        return x86_fault_code(c, i, EXC_PF, error);
    }
    return true;
}

/* --- the new task's segments: from here on faults belong to the new task ---------------------------------------------------------- */

static bool load_task_cs(struct x86 *c, uint16_t selector)
{
    struct x86_descriptor d;

    if (!(selector & ~3u)) return x86_fault_code(c, NULL, EXC_TS, 0);
    if (!x86_read_descriptor(c, NULL, selector, EXC_TS, &d)) return false;
    if (!desc_is_code(&d)) return x86_fault_code(c, NULL, EXC_TS, selector_error(selector));
    if (desc_conforming(&d) ? desc_dpl(&d) > (selector & 3u) : desc_dpl(&d) != (selector & 3u))
        return x86_fault_code(c, NULL, EXC_TS, selector_error(selector));
    if (!desc_present(&d)) return x86_fault_code(c, NULL, EXC_NP, selector_error(selector));
    if (!x86_set_accessed(c, NULL, &d)) return false;
    x86_set_segment(c, SEG_CS, selector, &d);
    return true;
}

static bool load_task_data(struct x86 *c, unsigned seg, uint16_t selector)
{
    struct x86_descriptor d;

    if (!(selector & ~3u)) return true; // already null
    if (!x86_read_descriptor(c, NULL, selector, EXC_TS, &d)) return false;
    if (!desc_is_segment(&d) || !desc_readable(&d) ||
        (!desc_conforming(&d) && (desc_dpl(&d) < c->cpl || desc_dpl(&d) < (selector & 3u))))
        return x86_fault_code(c, NULL, EXC_TS, selector_error(selector));
    if (!desc_present(&d)) return x86_fault_code(c, NULL, EXC_NP, selector_error(selector));
    if (!x86_set_accessed(c, NULL, &d)) return false;
    x86_set_segment(c, seg, selector, &d);
    return true;
}

/* POINTERS: the page directory pointers of the task are good. If not, the exception finds selectors that nothing was loaded from, as
 * after any fault behind the point of no return (SDM 3A 6.15, interrupt 13). */
static bool load_task_segments(struct x86 *c, const struct task *t, bool pointers)
{
    static const uint8_t  data[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};
    struct x86_descriptor d;

    if (x86_v86(c)) {
        for (unsigned n = 0; n < SEG_COUNT; n++) x86_set_segment_v86(c, n, t->seg[n]);
        x86_set_cpl(c, 3);
        return pointers || x86_fault_code(c, NULL, EXC_GP, 0);
    }
    for (unsigned n = 0; n < SEG_COUNT; n++) x86_set_segment_null(c, n, t->seg[n]);
    x86_set_cpl(c, 3); // as long as SS is not loaded, a handler has to take its stack from the TSS
    if (!pointers) return x86_fault_code(c, NULL, EXC_GP, 0);
    if (!x86_load_ldt(c, NULL, t->ldt, EXC_TS)) return false;
    if (!load_task_cs(c, t->seg[SEG_CS])) return false;
    if (!x86_check_stack_segment(c, NULL, t->seg[SEG_SS], t->seg[SEG_CS] & 3, EXC_TS, &d)) return false;
    if (!x86_set_accessed(c, NULL, &d)) return false;
    x86_set_segment(c, SEG_SS, t->seg[SEG_SS], &d);
    x86_set_cpl(c, t->seg[SEG_CS] & 3);
    for (unsigned n = 0; n < 4; n++)
        if (!load_task_data(c, data[n], t->seg[data[n]])) return false;
    return true;
}

/* False if the new CR3 leads to page directory pointers with reserved bits; then those of the old task stay. CR3 and what depends on it
 * are loaded only if it changes (SDM 3A 4.4.1, 4.10.4.1). */
static bool take_registers(struct x86 *c, const struct task *t, bool wide, bool nested)
{
    uint32_t flags = t->eflags | (nested ? FLAG_NT : 0);
    bool     pointers = true;

    if (wide && (c->cr0 & CR0_PG) && t->cr3 != c->cr3) {
        c->cr3 = t->cr3;
        if (c->cr4 & CR4_PAE) pointers = x86_load_pdptes(c, c->cr3);
        x86_tlb_flush(c, (c->cr4 & CR4_PGE) != 0);
    }
    for (unsigned n = 0; n < 8; n++) c->gpr[n] = t->gpr[n];
    x86_set_eflags(c, wide ? flags : (flags & 0xFFFF), wide ? ~0u : 0xFFFF | FLAG_VM | FLAG_RF);
    c->ldtr = (struct x86_segment){.selector = t->ldt};
    c->cr0 |= CR0_TS;
    c->dr[7] &= ~0x55u; // local breakpoints (SDM 3B 17.2.4)
    x86_tlb_select(c);
    return pointers;
}

static bool push_error(struct x86 *c, bool wide, uint32_t error)
{
    unsigned size = wide ? 4 : 2;

    return x86_push(c, NULL, error, size);
}

bool x86_task_switch(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d, enum x86_task_source source,
                     uint32_t next_eip, uint32_t flags, bool has_error, uint32_t error)
{
    bool        wide = desc_type(d) & 8, nested = source == TASK_CALL || source == TASK_INTERRUPT, pointers, taken;
    uint16_t    old_selector = c->tr.selector;
    struct task t;

    if (!check_tss(c, i, selector, d)) return false;
    if (source == TASK_IRET) flags &= ~FLAG_NT;
    if (!write_task(c, i, c->tr.base, is_tss32(&c->tr), next_eip, flags)) return false;
    if (!nested && !set_busy(c, i, old_selector, false)) return false;
    if (nested && !x86_sys_store(c, i, d->base, 2, old_selector)) return false;
    if (source != TASK_IRET && !x86_sys_store(c, i, d->addr + 5, 1, (d->access & 0xFF) | 2)) return false;
    if (!read_task(c, i, d->base, wide, &t)) return false; // last: IRET may lead to the task's own TSS
    // The switch is done; what fails from here on fails in the new task.
    if (i) { // so the instruction has retired and its block is left behind
        c->budget += i->left - 1;
        c->eip = t.eip;
    }
    c->tr = (struct x86_segment){.selector = selector, .access = d->access | 2, .base = d->base, .limit = d->limit, .valid = true};
    pointers = take_registers(c, &t, wide, nested);
    c->eip = c->task_eip = t.eip;
    taken = load_task_segments(c, &t, pointers) && (!has_error || push_error(c, wide, error));
    if (taken && t.eip > c->seg[SEG_CS].limit) taken = x86_fault_code(c, NULL, EXC_GP, 0);
    if (taken && x86_v86(c)) taken = x86_check_virtual_interrupt(c);
    if (t.trap) {
        c->debug_hit |= 1u << 15; // DR6.BT
        x86_kick(c);
    }
    return taken;
}
