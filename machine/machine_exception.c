/* machine_exception.c: the CPU's memory of exceptions as the debugger sees it. */
#include "cpu/x86/far.h"
#include "cpu/x86/history.h"
#include "machine/machine_private.h"

static struct machine_segment segment(const struct x86_segment *s)
{
    return (struct machine_segment){.selector = s->selector, .access = s->access, .base = s->base, .limit = s->limit, .valid = s->valid};
}

static struct machine_descriptor descriptor(const struct x86_descriptor_note *d)
{
    return (struct machine_descriptor){.wanted = d->wanted, .there = d->there, .selector = d->selector, .at = d->at, .bytes = d->bytes};
}

static void copy_registers(const struct x86_record *r, struct machine_exception *e)
{
    memcpy(e->gpr, r->gpr, sizeof(e->gpr));
    memcpy(e->dr, r->dr, sizeof(e->dr));
    e->eip = r->eip;
    e->eflags = r->eflags;
    e->cr0 = r->cr0;
    e->cr2 = r->cr2;
    e->cr3 = r->cr3;
    e->cr4 = r->cr4;
    e->efer = (uint32_t)r->efer;
    e->cpl = r->cpl;
    e->bits = r->code32 ? 32 : 16;
    e->fcw = r->fcw;
    e->fsw = r->fsw;
    e->fop = r->fop;
    e->fcs = r->fcs;
    e->fip = r->fip;
    e->mxcsr = r->mxcsr;
    for (unsigned n = 0; n < SEG_COUNT; n++) e->seg[n] = segment(&r->seg[n]);
    e->seg[6] = segment(&r->ldtr);
    e->seg[7] = segment(&r->tr);
    e->gdt_base = r->gdtr.base;
    e->gdt_limit = r->gdtr.limit;
    e->idt_base = r->idtr.base;
    e->idt_limit = r->idtr.limit;
}

static void copy_memory(const struct x86_record *r, struct machine_exception *e)
{
    memcpy(e->code, r->code, sizeof(e->code));
    memcpy(e->stack, r->stack, sizeof(e->stack));
    memcpy(e->value, r->value, sizeof(e->value));
    e->code_size = r->code_size;
    e->stack_size = r->stack_size;
    e->value_size = r->value_size;
    e->operand.kind = (enum machine_operand_kind)r->operand.kind;
    e->operand.is_access = r->is_access;
    e->operand.write = r->operand.write;
    e->operand.seg = r->operand.seg;
    e->operand.size = r->operand.size;
    e->operand.offset = r->operand.offset;
    e->operand.linear = r->operand.lin;
    e->selected = descriptor(&r->selected);
    e->behind = descriptor(&r->behind);
    for (unsigned n = 0; n < 3; n++) e->page[n] = (struct machine_page_entry){r->page[n].at, r->page[n].entry, r->page[n].size};
}

bool machine_exception(const struct machine *m, unsigned back, struct machine_exception *e)
{
    const struct x86_history *h = m->pc.cpu.history;
    const struct x86_record  *r;

    if (back >= X86_RECORDS || back >= h->count) return false;
    r = &h->ring[(h->count - 1 - back) % X86_RECORDS];
    *e = (struct machine_exception){.serial = h->count - 1 - back, .instruction = r->number, .model = m->pc.cpu.model->name,
                                    .vector = r->vector, .has_error = r->has_error, .error = r->error, .during = r->during,
                                    .during_int = r->source <= SOFT_INTO, .pair = {r->pair[0], r->pair[1]}};
    copy_registers(r, e);
    copy_memory(r, e);
    return true;
}

_Static_assert(MACHINE_EXCEPTIONS == X86_RECORDS && OPERAND_LINEAR == (int)MACHINE_OPERAND_LINEAR, "machine.h and history.h");
