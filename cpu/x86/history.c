/* history.c: see history.h. */
#include "cpu/x86/history.h"

#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"

#include <errno.h>
#include <stdlib.h>

int x86_history_init(struct x86 *c)
{
    c->history = calloc(1, sizeof(*c->history));
    if (!c->history) return -ENOMEM;
    x86_history_clear(c);
    return 0;
}

void x86_history_clear(struct x86 *c)
{
    memset(c->history, 0, sizeof(*c->history));
    c->history->during = -1;
}

void x86_history_access(struct x86 *c, unsigned seg, uint32_t offset, unsigned size, bool write)
{
    c->history->access = (struct x86_operand_note){.kind = OPERAND_SEGMENT, .seg = (uint8_t)seg, .size = (uint8_t)size, .write = write,
                                                   .offset = offset, .lin = c->seg[seg].base + offset};
}

void x86_history_page(struct x86 *c, lin_t lin, bool write)
{
    c->history->access = (struct x86_operand_note){.kind = OPERAND_LINEAR, .write = write, .lin = lin};
}

void x86_history_deliver(struct x86 *c, int vector, unsigned source)
{
    c->history->during = (int16_t)vector;
    c->history->source = (uint8_t)source;
}

/* --- looking around without a trace ---------------------------------------------------------------------------------------------- */

/* Bytes at LIN, up to the first page that is not there; how many. */
static uint8_t peek(struct x86 *c, lin_t lin, void *buf, unsigned n)
{
    unsigned done = 0;

    while (done < n) {
        unsigned part = PAGE_SIZE - ((lin + done) & PAGE_MASK), got;
        uint32_t phys;

        if (part > n - done) part = n - done;
        if (!x86_peek_translate(c, lin + done, &phys)) break;
        got = (unsigned)phys_peek(c->phys, phys, (uint8_t *)buf + done, part);
        done += got;
        if (got < part) break;
    }
    return (uint8_t)done;
}

static void note_registers(struct x86 *c, struct x86_record *r)
{
    for (unsigned n = 0; n < 8; n++) r->gpr[n] = x86_r32(c, n);
    memcpy(r->dr, c->dr, sizeof(r->dr));
    memcpy(r->seg, c->seg, sizeof(r->seg));
    r->ldtr = c->ldtr;
    r->tr = c->tr;
    r->gdtr = c->gdtr;
    r->idtr = c->idtr;
    r->eip = c->eip;
    r->eflags = x86_get_eflags(c);
    r->cr0 = c->cr0;
    r->cr2 = c->cr2;
    r->cr3 = c->cr3;
    r->cr4 = c->cr4;
    r->efer = c->msr_efer;
    r->cpl = c->cpl;
    r->code32 = c->code32;
    r->fcw = c->fpu.cw;
    r->fsw = x86_fpu_status(c);
    r->fop = c->fpu.opcode;
    r->fip = c->fpu.ip;
    r->fcs = c->fpu.cs;
    r->mxcsr = c->fpu.mxcsr;
}

static void note_operand(struct x86 *c, const struct x86_insn *i, struct x86_record *r)
{
    r->operand = c->history->access;
    r->is_access = r->operand.kind != OPERAND_NONE;
    c->history->access.kind = OPERAND_NONE;
    if (!i || !(i->prefix & PREFIX_MEM)) return;
    if (!r->is_access) {
        uint32_t offset = x86_ea(c, i);

        r->operand = (struct x86_operand_note){.kind = OPERAND_SEGMENT, .seg = i->seg, .offset = offset,
                                               .lin = c->seg[i->seg].base + offset};
        if (r->vector == EXC_DE || r->vector == EXC_BR) r->value_size = peek(c, r->operand.lin, r->value, sizeof(r->value));
    }
}

static void note_descriptor(struct x86 *c, struct x86_descriptor_note *d, uint16_t selector)
{
    bool                    idt = selector & 2, ldt = !idt && (selector & 4);
    const struct x86_table *t = idt ? &c->idtr : &c->gdtr;
    uint32_t                base = ldt ? c->ldtr.base : t->base, limit = ldt ? c->ldtr.limit : t->limit, at = selector & ~7u;

    *d = (struct x86_descriptor_note){.wanted = true, .selector = selector, .at = base + at};
    if ((ldt && !c->ldtr.valid) || at + 7 > limit) return;
    d->there = peek(c, d->at, &d->bytes, 8) == 8;
}

/* The selector of a far jump or call, where it is not the one of the error code: that of a gate or task. */
static void note_target(struct x86 *c, const struct x86_insn *i, struct x86_record *r)
{
    bool     in_memory = i->op == 0xFF && ((i->modrm >> 3 & 7) == 3 || (i->modrm >> 3 & 7) == 5);
    uint16_t selector = i->imm2;

    if (i->op != 0x9A && i->op != 0xEA && !in_memory) return;
    if (in_memory && peek(c, c->seg[i->seg].base + x86_ea(c, i) + (i->prefix & PREFIX_OP32 ? 4 : 2), &selector, 2) != 2) return;
    if ((selector & ~3u) != (r->error & ~3u)) note_descriptor(c, &r->behind, selector & ~3u);
}

/* The descriptor that the error code names; and behind a gate the code segment or TSS, or the gate that led there. */
static void note_descriptors(struct x86 *c, const struct x86_insn *i, struct x86_record *r)
{
    unsigned type;

    if (!r->has_error || r->vector < EXC_TS || r->vector > EXC_GP || !x86_protected(c) || x86_v86(c)) return;
    if (r->during >= 0 && !(r->error & 2)) note_descriptor(c, &r->behind, (uint16_t)(r->during * 8 + 2));
    else if (i) note_target(c, i, r);
    if (!(r->error & ~1u)) return;
    note_descriptor(c, &r->selected, r->error & ~1u);
    type = r->selected.bytes >> 40 & 0x1F;
    if (!r->selected.there || (type != DESC_CALL16 && type != DESC_TASK_GATE && type != DESC_CALL32 && !(r->error & 2))) return;
    note_descriptor(c, &r->behind, (uint16_t)(r->selected.bytes >> 16) & ~3u);
}

/* The same way as the CPU goes, but only looking (SDM 3A 4.3, 4.4). */
static void note_pages(struct x86 *c, struct x86_record *r)
{
    bool     pae = c->cr4 & CR4_PAE;
    unsigned size = pae ? 8 : 4, level = pae ? 0 : 1, index;
    uint64_t at = pae ? (c->cr3 & ~0x1Fu) + (r->cr2 >> 30) * 8 : (c->cr3 & ~PAGE_MASK) + (r->cr2 >> 22) * 4, e;

    if (r->vector != EXC_PF) return;
    for (; level < 3; level++) {
        e = level == 0 ? c->pdpte[r->cr2 >> 30] : 0;
        if (level > 0 && phys_peek(c->phys, at, &e, size) != size) return;
        r->page[level] = (struct x86_page_note){at, e, (uint8_t)size};
        if (!(e & 1) || (level == 1 && (e & 0x80) && (pae || (c->cr4 & CR4_PSE)))) return;
        index = level == 0 ? r->cr2 >> 21 & 0x1FF : r->cr2 >> 12 & (pae ? 0x1FF : 0x3FF);
        at = (e & 0xFFFFFF000ull) + index * size;
    }
}

/* --- records --------------------------------------------------------------------------------------------------------------------- */

static struct x86_record *next_record(struct x86 *c, unsigned vector, uint64_t number)
{
    struct x86_record *r = &c->history->ring[c->history->count++ % X86_RECORDS];

    memset(r, 0, sizeof(*r));
    r->vector = (uint8_t)vector;
    r->number = number;
    r->during = c->history->during;
    r->source = c->history->source;
    note_registers(c, r);
    r->code_size = peek(c, c->seg[SEG_CS].base + c->eip, r->code, sizeof(r->code));
    return r;
}

void x86_history_add(struct x86 *c, const struct x86_insn *i, unsigned vector, bool has_error, uint32_t error, uint64_t number)
{
    struct x86_record *r = next_record(c, vector, number);

    r->has_error = has_error;
    r->error = error;
    r->stack_size = peek(c, c->seg[SEG_SS].base + x86_sp(c), r->stack, sizeof(r->stack));
    note_operand(c, i, r);
    note_descriptors(c, i, r);
    note_pages(c, r);
}

void x86_history_double_fault(struct x86 *c, unsigned first, unsigned second)
{
    struct x86_record *r = next_record(c, EXC_DF, c->limit - (uint64_t)c->budget);

    r->has_error = true;
    r->during = -1;
    r->pair[0] = (uint8_t)first;
    r->pair[1] = (uint8_t)second;
}
