/* interrupt.c: entering and leaving interrupt and exception handlers, in every mode. SDM 3A chapter 6 and 20 (V86). */
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/history.h"
#include "cpu/x86/interp.h"

/* An event on its way in. */
struct delivery {
    unsigned vector;
    bool     software, has_error;
    uint32_t error, return_eip;
    uint32_t flags; // image to push
};

/* Faults push RF = 1, so that the instruction can be restarted past its breakpoint; traps and interrupts push what is (SDM 3B 17.3.1.1). */
static uint32_t flags_image(const struct x86 *c, unsigned vector, enum x86_interrupt_source source)
{
    uint32_t flags = x86_get_eflags(c);

    if (source == FROM_EXCEPTION && vector != EXC_DB && vector != EXC_BP && vector != EXC_OF && vector != EXC_DF && x86_has(c, FEAT_386))
        flags |= FLAG_RF;
    return flags;
}

/* --- real mode, and V86 mode through the redirection bitmap ---------------------------------------------------------------------- */

/* Error codes are not pushed. FLAGS is the 16-bit image. */
static bool enter_by_vector_table(struct x86 *c, const struct x86_insn *i, const struct delivery *e, lin_t table, uint32_t clear)
{
    uint64_t entry;
    uint32_t sp = x86_sp(c);

    if (!x86_sys_load(c, i, table + e->vector * 4, 4, &entry)) return false;
    if (!x86_store(c, i, SEG_SS, (sp - 2) & c->sp_mask, 2, e->flags)) return false;
    if (!x86_store(c, i, SEG_SS, (sp - 4) & c->sp_mask, 2, c->seg[SEG_CS].selector)) return false;
    if (!x86_store(c, i, SEG_SS, (sp - 6) & c->sp_mask, 2, e->return_eip)) return false;
    x86_set_sp(c, sp - 6);
    x86_set_eflags(c, 0, clear);
    if (x86_v86(c)) x86_set_segment_v86(c, SEG_CS, (uint16_t)(entry >> 16));
    else x86_set_segment_real(c, SEG_CS, (uint16_t)(entry >> 16));
    c->eip = entry & 0xFFFF;
    return true;
}

static bool enter_real(struct x86 *c, const struct x86_insn *i, const struct delivery *e)
{
    if (x86_has(c, FEAT_286) && e->vector * 4 + 3 > c->idtr.limit) {
        c->ext = 0;
        return x86_fault_code(c, i, EXC_GP, e->vector * 8 + 2);
    }
    return enter_by_vector_table(c, i, e, x86_has(c, FEAT_286) ? c->idtr.base : 0, FLAG_IF | FLAG_TF | FLAG_AC | FLAG_RF);
}

/* --- protected mode -------------------------------------------------------------------------------------------------------------- */

struct gate {
    unsigned type;
    uint16_t selector;
    uint32_t offset;
};

static uint32_t vector_error(const struct delivery *e)
{
    return e->vector * 8 + 2;
}

static bool read_gate(struct x86 *c, const struct x86_insn *i, const struct delivery *e, struct gate *g)
{
    uint32_t low, high;
    unsigned dpl;

    if (e->vector * 8 + 7 > c->idtr.limit) return x86_fault_code(c, i, EXC_GP, vector_error(e));
    if (!x86_sys_load_pair(c, i, c->idtr.base + e->vector * 8, &low, &high)) return false;
    g->type = high >> 8 & 0x1F;
    dpl = high >> 13 & 3;
    g->selector = (uint16_t)(low >> 16);
    g->offset = (low & 0xFFFF) | (g->type & 8 ? high & 0xFFFF0000u : 0);
    if (g->type != DESC_TASK_GATE && g->type != DESC_INT16 && g->type != DESC_TRAP16 &&
        ((g->type != DESC_INT32 && g->type != DESC_TRAP32) || !x86_has(c, FEAT_386)))
        return x86_fault_code(c, i, EXC_GP, vector_error(e));
    if (e->software && dpl < c->cpl) return x86_fault_code(c, i, EXC_GP, vector_error(e));
    if (!(high & 0x8000)) return x86_fault_code(c, i, EXC_NP, vector_error(e));
    return true;
}

static bool enter_task(struct x86 *c, const struct x86_insn *i, const struct delivery *e, uint16_t selector)
{
    struct x86_descriptor d;

    if ((selector & 4) || !(selector & ~3u)) return x86_fault_code(c, i, EXC_GP, selector_error(selector));
    if (!x86_read_descriptor(c, i, selector, EXC_GP, &d)) return false;
    if (desc_is_segment(&d) || (desc_type(&d) != DESC_TSS16 && desc_type(&d) != DESC_TSS32))
        return x86_fault_code(c, i, EXC_GP, selector_error(selector));
    if (!desc_present(&d)) return x86_fault_code(c, i, EXC_NP, selector_error(selector));
    if (!x86_task_switch(c, i, selector, &d, TASK_INTERRUPT, e->return_eip, e->flags, e->has_error, e->error)) return false;
    c->eip = c->task_eip;
    return true;
}

static void enter_handler(struct x86 *c, const struct gate *g, const struct x86_descriptor *code, unsigned cpl)
{
    uint32_t clear = FLAG_TF | FLAG_NT | FLAG_VM | FLAG_RF;

    if (g->type == DESC_INT16 || g->type == DESC_INT32) clear |= FLAG_IF;
    c->eflags &= ~clear;
    x86_set_segment(c, SEG_CS, (uint16_t)((g->selector & ~3u) | cpl), code);
    x86_set_cpl(c, cpl);
    c->eip = g->offset;
}

/* Same privilege: on the current stack. */
static bool enter_same(struct x86 *c, const struct x86_insn *i, const struct delivery *e, const struct gate *g, struct x86_descriptor *code)
{
    unsigned size = g->type & 8 ? 4 : 2, n = 0;
    uint32_t words[4], sp = x86_sp(c);

    if (g->offset > code->limit) return x86_fault_code(c, i, EXC_GP, 0);
    words[n++] = e->flags;
    words[n++] = c->seg[SEG_CS].selector;
    words[n++] = e->return_eip;
    if (e->has_error) words[n++] = e->error;
    if (!x86_set_accessed(c, i, code)) return false;
    for (unsigned k = n; k-- > 0;)
        if (!x86_probe(c, i, SEG_SS, (sp - (k + 1) * size) & c->sp_mask, size, true)) return false;
    for (unsigned k = 0; k < n; k++)
        if (!x86_store(c, i, SEG_SS, (sp - (k + 1) * size) & c->sp_mask, size, words[k])) return false;
    x86_set_sp(c, sp - n * size);
    enter_handler(c, g, code, c->cpl);
    return true;
}

/* To an inner level, from V86 mode too: on the stack that the TSS gives. */
static bool enter_inner(struct x86 *c, const struct x86_insn *i, const struct delivery *e, const struct gate *g, struct x86_descriptor *code)
{
    unsigned              dpl = desc_dpl(code), size = g->type & 8 ? 4 : 2, n = 0;
    bool                  v86 = x86_v86(c);
    uint32_t              words[10], esp;
    uint16_t              ss;
    struct x86_descriptor stack;
    struct x86_segment    fresh;

    if (!x86_tss_stack(c, i, dpl, &ss, &esp)) return false;
    if (!x86_check_stack_segment(c, i, ss, dpl, EXC_TS, &stack)) return false;
    if (g->offset > code->limit) return x86_fault_code(c, i, EXC_GP, 0);
    if (v86) {
        words[n++] = c->seg[SEG_GS].selector;
        words[n++] = c->seg[SEG_FS].selector;
        words[n++] = c->seg[SEG_DS].selector;
        words[n++] = c->seg[SEG_ES].selector;
    }
    words[n++] = c->seg[SEG_SS].selector;
    words[n++] = (uint32_t)c->gpr[REG_ESP];
    words[n++] = e->flags;
    words[n++] = c->seg[SEG_CS].selector;
    words[n++] = e->return_eip;
    if (e->has_error) words[n++] = e->error;
    if (!x86_set_accessed(c, i, &stack) || !x86_set_accessed(c, i, code)) return false;
    fresh = (struct x86_segment){.selector = ss, .access = stack.access, .base = stack.base, .limit = stack.limit};
    if (!x86_write_stack(c, i, &fresh, esp, words, n, size, dpl)) return false;
    c->eflags &= ~FLAG_VM;
    x86_set_segment(c, SEG_SS, ss, &stack);
    if (c->stack32) c->gpr[REG_ESP] = esp;
    x86_set_sp(c, esp - n * size);
    if (v86) {
        x86_set_segment_null(c, SEG_GS, 0);
        x86_set_segment_null(c, SEG_FS, 0);
        x86_set_segment_null(c, SEG_DS, 0);
        x86_set_segment_null(c, SEG_ES, 0);
    }
    enter_handler(c, g, code, dpl);
    return true;
}

static bool enter_protected(struct x86 *c, const struct x86_insn *i, const struct delivery *e)
{
    struct gate           g;
    struct x86_descriptor code;

    if (!read_gate(c, i, e, &g)) return false;
    if (g.type == DESC_TASK_GATE) return enter_task(c, i, e, g.selector);
    if (!(g.selector & ~3u)) return x86_fault_code(c, i, EXC_GP, 0);
    if (!x86_read_descriptor(c, i, g.selector, EXC_GP, &code)) return false;
    if (!desc_is_code(&code) || desc_dpl(&code) > c->cpl) return x86_fault_code(c, i, EXC_GP, selector_error(g.selector));
    if (!desc_present(&code)) return x86_fault_code(c, i, EXC_NP, selector_error(g.selector));
    if (!desc_conforming(&code) && desc_dpl(&code) < c->cpl) {
        if (x86_v86(c) && desc_dpl(&code) != 0) return x86_fault_code(c, i, EXC_GP, selector_error(g.selector));
        return enter_inner(c, i, e, &g, &code);
    }
    if (x86_v86(c)) return x86_fault_code(c, i, EXC_GP, selector_error(g.selector));
    return enter_same(c, i, e, &g, &code);
}

bool x86_enter_interrupt(struct x86 *c, const struct x86_insn *i, unsigned vector, enum x86_interrupt_source source, bool has_error,
                         uint32_t error, uint32_t return_eip)
{
    struct delivery e = {.vector = vector, .software = source <= SOFT_INTO, .has_error = has_error, .error = error,
                         .return_eip = return_eip, .flags = flags_image(c, vector, source)};
    bool            ok;

    c->ext = source >= SOFT_INT1;
    x86_history_deliver(c, (int)vector, source);
    ok = x86_protected(c) ? enter_protected(c, i, &e) : enter_real(c, i, &e);
    x86_history_deliver(c, -1, source);
    c->ext = 0;
    return ok;
}

/* --- INT ----------------------------------------------------------------------------------------------------------------------------- */

/* Whether the redirection bitmap of a VME task sends vector N to the virtual-8086 program's own table (SDM 3A 20.3.3): its bit is 0.
 * The bitmap is the 32 bytes below the I/O bitmap. */
static bool redirected(struct x86 *c, const struct x86_insn *i, unsigned vector, bool *to_v86)
{
    uint64_t base, byte;

    *to_v86 = false;
    if (!c->tr.valid || !(c->tr.access & 8) || c->tr.limit < 103) return true;
    if (!x86_sys_load(c, i, c->tr.base + 102, 2, &base)) return false;
    if (base < 32 || base - 32 + vector / 8 > c->tr.limit) return true;
    if (!x86_sys_load(c, i, c->tr.base + (uint32_t)base - 32 + vector / 8, 1, &byte)) return false;
    *to_v86 = !(byte >> (vector & 7) & 1);
    return true;
}

/* INT n in V86 mode with CR4.VME, redirected. With IOPL < 3 the virtual interrupt flag stands for IF. */
static void enter_virtual(struct x86 *c, const struct x86_insn *i, unsigned vector)
{
    struct delivery e = {.vector = vector, .software = true, .return_eip = x86_next_eip(c, i), .flags = x86_get_eflags(c)};
    uint32_t        clear = FLAG_TF | FLAG_RF | FLAG_AC;

    if (x86_iopl(c) == 3) {
        clear |= FLAG_IF;
    } else {
        e.flags = (e.flags & ~FLAG_IF) | (e.flags & FLAG_VIF ? FLAG_IF : 0) | FLAG_IOPL;
        clear |= FLAG_VIF;
    }
    enter_by_vector_table(c, i, &e, 0, clear & ~FLAG_AC);
}

void x86_software_interrupt(struct x86 *c, const struct x86_insn *i, unsigned vector, enum x86_interrupt_source source)
{
    bool to_v86;

    if (x86_v86(c) && source == SOFT_INTN) {
        if (c->cr4 & CR4_VME) {
            if (!redirected(c, i, vector, &to_v86)) return;
            if (to_v86) {
                enter_virtual(c, i, vector);
                return;
            }
        }
        if (x86_iopl(c) < 3) {
            x86_gp0(c, i);
            return;
        }
    }
    x86_enter_interrupt(c, i, vector, source, false, 0, x86_next_eip(c, i));
}

/* --- IRET -------------------------------------------------------------------------------------------------------------------------------- */

/* Flags that IRET and POPF may change at CPL. */
static uint32_t iret_mask(const struct x86 *c, unsigned size, unsigned cpl)
{
    uint32_t mask = FLAG_ARITH | FLAG_TF | FLAG_DF | FLAG_NT;

    if (size == 4) mask |= FLAG_RF | FLAG_AC | FLAG_ID;
    if (cpl == 0) mask |= FLAG_IOPL;
    if (cpl <= x86_iopl(c)) mask |= FLAG_IF;
    if (size == 4 && cpl == 0) mask |= FLAG_VIF | FLAG_VIP;
    return mask;
}

static bool pop_frame(struct x86 *c, const struct x86_insn *i, unsigned size, uint32_t frame[3])
{
    uint64_t v;

    for (unsigned n = 0; n < 3; n++) {
        if (!x86_peek_stack(c, i, n * size, size, &v)) return false;
        frame[n] = (uint32_t)v;
    }
    return true;
}

static void iret_real(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t f[3];

    if (!pop_frame(c, i, size, f)) return;
    if (f[0] > c->seg[SEG_CS].limit) {
        x86_gp0(c, i);
        return;
    }
    x86_set_sp(c, x86_sp(c) + 3 * size);
    x86_set_segment_real(c, SEG_CS, (uint16_t)f[1]);
    x86_set_eflags(c, f[2], iret_mask(c, size, 0) & ~(FLAG_VIF | FLAG_VIP | FLAG_VM));
    x86_end_at(c, i, f[0]);
}

/* In V86 mode with IOPL 3, or a 16-bit IRET with VME (SDM 2A, IRET). */
static void iret_v86(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t f[3], mask = iret_mask(c, size, 3);
    bool     virtual_if = x86_iopl(c) < 3;

    if (virtual_if && (!(c->cr4 & CR4_VME) || size == 4)) {
        x86_gp0(c, i);
        return;
    }
    if (!pop_frame(c, i, size, f)) return;
    if (f[0] > 0xFFFF || (virtual_if && ((f[2] & FLAG_TF) || ((f[2] & FLAG_IF) && (c->eflags & FLAG_VIP))))) {
        x86_gp0(c, i);
        return;
    }
    x86_set_sp(c, x86_sp(c) + 3 * size);
    x86_set_segment_v86(c, SEG_CS, (uint16_t)f[1]);
    if (virtual_if) x86_set_eflags(c, f[2] & FLAG_IF ? FLAG_VIF : 0, FLAG_VIF);
    x86_set_eflags(c, f[2], mask & ~(virtual_if ? FLAG_IF : 0));
    x86_end_at(c, i, f[0]);
}

static void iret_task(struct x86 *c, const struct x86_insn *i)
{
    struct x86_descriptor d;
    uint64_t              link;
    uint16_t              selector;

    if (!x86_sys_load(c, i, c->tr.base, 2, &link)) return;
    selector = (uint16_t)link;
    if ((selector & 4) || !(selector & ~3u)) {
        x86_fault_code(c, i, EXC_TS, selector_error(selector));
        return;
    }
    if (!x86_read_descriptor(c, i, selector, EXC_TS, &d)) return;
    if (desc_is_segment(&d) || (desc_type(&d) != DESC_TSS16_BUSY && desc_type(&d) != DESC_TSS32_BUSY)) {
        x86_fault_code(c, i, EXC_TS, selector_error(selector));
        return;
    }
    if (!desc_present(&d)) {
        x86_fault_code(c, i, EXC_NP, selector_error(selector));
        return;
    }
    if (x86_task_switch(c, i, selector, &d, TASK_IRET, x86_next_eip(c, i), x86_get_eflags(c), false, 0)) x86_end_at(c, i, c->task_eip);
}

/* VIF and VIP both set where a V86 task begins: #GP before its first instruction (SDM 3A 20.3.2). */
bool x86_check_virtual_interrupt(struct x86 *c)
{
    const uint32_t both = FLAG_VIF | FLAG_VIP;

    return !(c->cr4 & CR4_VME) || (c->eflags & both) != both || x86_fault_code(c, NULL, EXC_GP, 0);
}

/* From level 0 to a V86 task: the frame has ESP, SS, ES, DS, FS, GS above the flags. */
static void iret_to_v86(struct x86 *c, const struct x86_insn *i, const uint32_t f[3])
{
    static const uint8_t order[] = {SEG_SS, SEG_ES, SEG_DS, SEG_FS, SEG_GS};
    uint64_t             esp, sel[5];

    if (!x86_peek_stack(c, i, 12, 4, &esp)) return;
    for (unsigned n = 0; n < 5; n++)
        if (!x86_peek_stack(c, i, 16 + 4 * n, 4, &sel[n])) return;
    if (f[0] > 0xFFFF) {
        x86_gp0(c, i);
        return;
    }
    x86_set_eflags(c, f[2], ~0u);
    for (unsigned n = 0; n < 5; n++) x86_set_segment_v86(c, order[n], (uint16_t)sel[n]);
    x86_set_segment_v86(c, SEG_CS, (uint16_t)f[1]);
    x86_set_cpl(c, 3);
    c->gpr[REG_ESP] = (uint32_t)esp;
    x86_end_at(c, i, f[0]);
    x86_check_virtual_interrupt(c);
}

static void iret_protected(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    struct x86_descriptor d;
    uint32_t              f[3], mask;

    if (!pop_frame(c, i, size, f)) return;
    if (size == 4 && (f[2] & FLAG_VM) && c->cpl == 0) {
        iret_to_v86(c, i, f);
        return;
    }
    if (!x86_check_return_cs(c, i, (uint16_t)f[1], &d)) return;
    mask = iret_mask(c, size, c->cpl);
    if ((f[1] & 3) != c->cpl) {
        if (!x86_return_outer(c, i, 3 * size, size, (uint16_t)f[1], &d, f[0], 0)) return;
    } else {
        if (f[0] > d.limit) {
            x86_gp0(c, i);
            return;
        }
        if (!x86_set_accessed(c, i, &d)) return;
        x86_set_sp(c, x86_sp(c) + 3 * size);
        x86_set_segment(c, SEG_CS, (uint16_t)f[1], &d);
    }
    x86_set_eflags(c, f[2], mask);
    x86_end_at(c, i, f[0]);
}

void x86_interrupt_return(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    c->nmi_blocked = false;
    if (!x86_protected(c)) iret_real(c, i, size);
    else if (x86_v86(c)) iret_v86(c, i, size);
    else if (c->eflags & FLAG_NT) iret_task(c, i);
    else iret_protected(c, i, size);
}
