/* gate.c: far jumps, calls and returns: direct, through call gates, through task gates and TSSs. SDM 3A 5.8, SDM 2 (CALL, JMP,
 * RET). */
#include "cpu/x86/far.h"

#include "cpu/x86/flags.h"
#include "cpu/x86/interp.h"

static bool code_fault(struct x86 *c, const struct x86_insn *i, unsigned vector, uint16_t selector)
{
    return x86_fault_code(c, i, vector, selector_error(selector));
}

/* Real and V86 mode. */
static void real_transfer(struct x86 *c, const struct x86_insn *i, uint16_t selector, uint32_t offset)
{
    if (x86_v86(c)) x86_set_segment_v86(c, SEG_CS, selector);
    else x86_set_segment_real(c, SEG_CS, selector);
    x86_end_at(c, i, offset);
}

static bool real_limit(struct x86 *c, const struct x86_insn *i, uint32_t offset)
{
    return offset <= (x86_v86(c) ? 0xFFFFu : c->seg[SEG_CS].limit) || x86_gp0(c, i);
}

/* Privilege of a direct transfer to code segment D (SDM 3A 5.8.1). */
static bool check_direct(struct x86 *c, const struct x86_insn *i, uint16_t selector, const struct x86_descriptor *d)
{
    if (desc_conforming(d) ? desc_dpl(d) > c->cpl : (selector & 3u) > c->cpl || desc_dpl(d) != c->cpl)
        return code_fault(c, i, EXC_GP, selector);
    if (!desc_present(d)) return code_fault(c, i, EXC_NP, selector);
    return true;
}

/* Loads CS with privilege CPL and goes to OFFSET. */
static void enter_code(struct x86 *c, const struct x86_insn *i, uint16_t selector, const struct x86_descriptor *d, unsigned cpl,
                       uint32_t offset)
{
    x86_set_segment(c, SEG_CS, (uint16_t)((selector & ~3u) | cpl), d);
    x86_set_cpl(c, cpl);
    x86_end_at(c, i, offset);
}

static void jump_direct(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d, uint32_t offset)
{
    if (!check_direct(c, i, selector, d)) return;
    if (offset > d->limit) {
        x86_gp0(c, i);
        return;
    }
    if (x86_set_accessed(c, i, d)) enter_code(c, i, selector, d, c->cpl, offset);
}

/* Pushes a far return address below DEPTH bytes already on the stack. */
static bool push_return(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t sp = x86_sp(c);

    if (!x86_store(c, i, SEG_SS, (sp - size) & c->sp_mask, size, c->seg[SEG_CS].selector)) return false;
    if (!x86_store(c, i, SEG_SS, (sp - 2 * size) & c->sp_mask, size, x86_next_eip(c, i))) return false;
    x86_set_sp(c, sp - 2 * size);
    return true;
}

static void call_direct(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d, uint32_t offset,
                        unsigned size)
{
    if (!check_direct(c, i, selector, d)) return;
    if (offset > d->limit) {
        x86_gp0(c, i);
        return;
    }
    if (!x86_set_accessed(c, i, d)) return;
    if (push_return(c, i, size)) enter_code(c, i, selector, d, c->cpl, offset);
}

/* --- call gates ------------------------------------------------------------------------------------------------------------------ */

struct call_gate {
    uint16_t selector;
    uint32_t offset;
    unsigned size;   // of what is pushed: 2 or 4
    unsigned count;  // parameters
    struct x86_descriptor code;
};

/* Reads gate D and the code segment behind it, with the checks of SDM 3A 5.8.4. */
static bool open_gate(struct x86 *c, const struct x86_insn *i, uint16_t selector, const struct x86_descriptor *d, bool is_call,
                      struct call_gate *g)
{
    bool wide = desc_type(d) == DESC_CALL32;

    if (desc_dpl(d) < c->cpl || desc_dpl(d) < (selector & 3u)) return code_fault(c, i, EXC_GP, selector);
    if (!desc_present(d)) return code_fault(c, i, EXC_NP, selector);
    g->selector = (uint16_t)(d->low >> 16);
    g->offset = (d->low & 0xFFFF) | (wide ? d->high & 0xFFFF0000u : 0);
    g->size = wide ? 4 : 2;
    g->count = d->high & 31;
    if (!(g->selector & ~3u)) return x86_gp0(c, i);
    if (!x86_read_descriptor(c, i, g->selector, EXC_GP, &g->code)) return false;
    if (!desc_is_code(&g->code) || desc_dpl(&g->code) > c->cpl) return code_fault(c, i, EXC_GP, g->selector);
    if (!is_call && !desc_conforming(&g->code) && desc_dpl(&g->code) != c->cpl) return code_fault(c, i, EXC_GP, g->selector);
    if (!desc_present(&g->code)) return code_fault(c, i, EXC_NP, g->selector);
    return true;
}

/* Writes WORDS of SIZE bytes to the new stack SS:ESP, from the top down; faults are #SS of the new stack segment. */
bool x86_write_stack(struct x86 *c, const struct x86_insn *i, const struct x86_segment *ss, uint32_t esp, const uint32_t *words,
                     unsigned n, unsigned size, unsigned cpl)
{
    uint32_t mask = ss->access & SEGA_DB ? 0xFFFFFFFFu : 0xFFFF;
    unsigned old = c->cpl;
    bool     ok = true;

    for (unsigned k = 0; k < n; k++) {
        uint32_t off = (esp - (k + 1) * size) & mask;
        bool     down = (ss->access & (SEGA_CODE | SEGA_EC)) == SEGA_EC;
        uint64_t last = (uint64_t)off + size - 1;
        if (down ? off <= ss->limit || last > mask : last > ss->limit)
            return x86_fault_code(c, i, EXC_SS, cpl != old ? selector_error(ss->selector) : 0);
    }
    for (unsigned k = 0; k < n && ok; k++) {
        lin_t lin = ss->base + ((esp - (k + 1) * size) & mask);
        ok = x86_stack_store(c, i, lin, size, words[k], cpl == 3);
    }
    return ok;
}

static void call_inner(struct x86 *c, const struct x86_insn *i, struct call_gate *g)
{
    unsigned              dpl = desc_dpl(&g->code), n = 0;
    uint32_t              words[4 + 31], esp, old_sp = x86_sp(c);
    uint16_t              ss;
    struct x86_descriptor stack;
    struct x86_segment    fresh;
    uint64_t              v;

    if (!x86_tss_stack(c, i, dpl, &ss, &esp)) return;
    if (!x86_check_stack_segment(c, i, ss, dpl, EXC_TS, &stack)) return;
    if (g->offset > g->code.limit) {
        x86_gp0(c, i);
        return;
    }
    words[n++] = c->seg[SEG_SS].selector;
    words[n++] = g->size == 4 ? (uint32_t)c->gpr[REG_ESP] : x86_r16(c, REG_ESP);
    for (unsigned k = g->count; k-- > 0;) { // parameters keep their order
        if (!x86_load(c, i, SEG_SS, (old_sp + k * g->size) & c->sp_mask, g->size, &v)) return;
        words[n++] = (uint32_t)v;
    }
    words[n++] = c->seg[SEG_CS].selector;
    words[n++] = x86_next_eip(c, i);
    if (!x86_set_accessed(c, i, &stack) || !x86_set_accessed(c, i, &g->code)) return;
    fresh = (struct x86_segment){.selector = ss, .access = stack.access, .base = stack.base, .limit = stack.limit};
    if (!x86_write_stack(c, i, &fresh, esp, words, n, g->size, dpl)) return;
    x86_set_segment(c, SEG_SS, ss, &stack);
    if (stack.access & SEGA_DB) c->gpr[REG_ESP] = esp;
    x86_set_sp(c, esp - n * g->size);
    enter_code(c, i, g->selector, &g->code, dpl, g->offset);
}

static void through_gate(struct x86 *c, const struct x86_insn *i, uint16_t selector, const struct x86_descriptor *d, bool is_call)
{
    struct call_gate g;

    if (!open_gate(c, i, selector, d, is_call, &g)) return;
    if (is_call && !desc_conforming(&g.code) && desc_dpl(&g.code) < c->cpl) {
        call_inner(c, i, &g);
        return;
    }
    if (g.offset > g.code.limit) {
        x86_gp0(c, i);
        return;
    }
    if (!x86_set_accessed(c, i, &g.code)) return;
    if (is_call && !push_return(c, i, g.size)) return;
    enter_code(c, i, g.selector, &g.code, c->cpl, g.offset);
}

/* --- tasks ------------------------------------------------------------------------------------------------------------------------ */

static void to_task(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d, bool is_call)
{
    if (desc_dpl(d) < c->cpl || desc_dpl(d) < (selector & 3u)) {
        code_fault(c, i, EXC_GP, selector);
        return;
    }
    if (!desc_present(d)) {
        code_fault(c, i, EXC_NP, selector);
        return;
    }
    if (desc_type(d) == DESC_TASK_GATE) {
        selector = (uint16_t)(d->low >> 16);
        if ((selector & 4) || !(selector & ~3u)) {
            code_fault(c, i, EXC_GP, selector);
            return;
        }
        if (!x86_read_descriptor(c, i, selector, EXC_GP, d)) return;
        if (desc_is_segment(d) || (desc_type(d) != DESC_TSS16 && desc_type(d) != DESC_TSS32)) {
            code_fault(c, i, EXC_GP, selector);
            return;
        }
        if (!desc_present(d)) {
            code_fault(c, i, EXC_NP, selector);
            return;
        }
    }
    if (x86_task_switch(c, i, selector, d, is_call ? TASK_CALL : TASK_JUMP, x86_next_eip(c, i), x86_get_eflags(c), false, 0))
        x86_end_at(c, i, c->task_eip);
}

/* --- the instructions --------------------------------------------------------------------------------------------------------------- */

static void far_transfer(struct x86 *c, const struct x86_insn *i, uint16_t selector, uint32_t offset, unsigned size, bool is_call)
{
    struct x86_descriptor d;

    if (!(selector & ~3u)) {
        x86_gp0(c, i);
        return;
    }
    if (!x86_read_descriptor(c, i, selector, EXC_GP, &d)) return;
    if (desc_is_code(&d)) {
        if (is_call) call_direct(c, i, selector, &d, offset, size);
        else jump_direct(c, i, selector, &d, offset);
        return;
    }
    switch (desc_is_segment(&d) ? 0 : desc_type(&d)) {
    case DESC_CALL16:
    case DESC_CALL32: through_gate(c, i, selector, &d, is_call); break;
    case DESC_TASK_GATE:
    case DESC_TSS16:
    case DESC_TSS32: to_task(c, i, selector, &d, is_call); break;
    default: code_fault(c, i, EXC_GP, selector); break;
    }
}

void x86_far_jump(struct x86 *c, const struct x86_insn *i, uint16_t selector, uint32_t offset, unsigned size)
{
    if (!x86_protected(c) || x86_v86(c)) {
        if (real_limit(c, i, offset)) real_transfer(c, i, selector, offset);
        return;
    }
    far_transfer(c, i, selector, offset, size, false);
}

void x86_far_call(struct x86 *c, const struct x86_insn *i, uint16_t selector, uint32_t offset, unsigned size)
{
    if (!x86_protected(c) || x86_v86(c)) {
        if (real_limit(c, i, offset) && push_return(c, i, size)) real_transfer(c, i, selector, offset);
        return;
    }
    far_transfer(c, i, selector, offset, size, true);
}

/* --- RETF ------------------------------------------------------------------------------------------------------------------------------ */

static void real_return(struct x86 *c, const struct x86_insn *i, uint32_t extra, unsigned size)
{
    uint64_t eip, cs;

    if (!x86_peek_stack(c, i, 0, size, &eip) || !x86_peek_stack(c, i, size, size, &cs)) return;
    if (!real_limit(c, i, (uint32_t)eip)) return;
    x86_set_sp(c, x86_sp(c) + 2 * size + extra);
    real_transfer(c, i, (uint16_t)cs, (uint32_t)eip);
}

/* CS of a far return or IRET: present, code, and of a privilege that matches its RPL (SDM 3A 5.8.6). */
bool x86_check_return_cs(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d)
{
    unsigned rpl = selector & 3;

    if (!(selector & ~3u)) return x86_gp0(c, i);
    if (!x86_read_descriptor(c, i, selector, EXC_GP, d)) return false;
    if (!desc_is_code(d) || rpl < c->cpl) return code_fault(c, i, EXC_GP, selector);
    if (desc_conforming(d) ? desc_dpl(d) > rpl : desc_dpl(d) != rpl) return code_fault(c, i, EXC_GP, selector);
    if (!desc_present(d)) return code_fault(c, i, EXC_NP, selector);
    return true;
}

/* To an outer level: the stack of that level lies above the return address (and EXTRA parameters). ESP_AT: its depth. */
bool x86_return_outer(struct x86 *c, const struct x86_insn *i, uint32_t esp_at, unsigned size, uint16_t cs,
                      struct x86_descriptor *code, uint32_t eip, uint32_t extra)
{
    struct x86_descriptor stack;
    uint64_t              esp, ss;
    unsigned              rpl = cs & 3;

    if (!x86_peek_stack(c, i, esp_at, size, &esp) || !x86_peek_stack(c, i, esp_at + size, size, &ss)) return false;
    if (!x86_check_stack_segment(c, i, (uint16_t)ss, rpl, EXC_GP, &stack)) return false;
    if (eip > code->limit) return x86_gp0(c, i);
    if (!x86_set_accessed(c, i, code) || !x86_set_accessed(c, i, &stack)) return false;
    x86_set_segment(c, SEG_CS, cs, code);
    x86_set_cpl(c, rpl);
    x86_set_segment(c, SEG_SS, (uint16_t)ss, &stack);
    if (size == 4 || c->stack32) c->gpr[REG_ESP] = c->stack32 ? (uint32_t)esp : (c->gpr[REG_ESP] & 0xFFFF0000u) | (uint16_t)esp;
    else x86_set_r16(c, REG_ESP, (uint32_t)esp);
    x86_set_sp(c, x86_sp(c) + extra);
    x86_drop_privileged_segments(c);
    return true;
}

void x86_far_return(struct x86 *c, const struct x86_insn *i, uint32_t extra, unsigned size)
{
    struct x86_descriptor d;
    uint64_t              eip, cs;

    if (!x86_protected(c) || x86_v86(c)) {
        real_return(c, i, extra, size);
        return;
    }
    if (!x86_peek_stack(c, i, 0, size, &eip) || !x86_peek_stack(c, i, size, size, &cs)) return;
    if (!x86_check_return_cs(c, i, (uint16_t)cs, &d)) return;
    if ((cs & 3) != c->cpl) {
        if (x86_return_outer(c, i, 2 * size + extra, size, (uint16_t)cs, &d, (uint32_t)eip, extra)) x86_end_at(c, i, (uint32_t)eip);
        return;
    }
    if (eip > d.limit) {
        x86_gp0(c, i);
        return;
    }
    if (!x86_set_accessed(c, i, &d)) return;
    x86_set_sp(c, x86_sp(c) + 2 * size + extra);
    enter_code(c, i, (uint16_t)cs, &d, c->cpl, (uint32_t)eip);
}
