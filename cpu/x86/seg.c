/* seg.c: segment registers: descriptors, their checks, and what is derived from them. SDM 3A chapter 3.4 and 5. */
#include "cpu/x86/far.h"

#include "cpu/x86/flags.h"

/* --- derived values --------------------------------------------------------------------------------------------------------- */

void x86_derive_segment(struct x86 *c, unsigned seg)
{
    struct x86_segment *s = &c->seg[seg];
    bool                checked = x86_protected(c) && !x86_v86(c);
    bool                code = s->access & SEGA_CODE, rw = s->access & SEGA_RW;

    s->read_limit = s->write_limit = s->limit;
    if (checked && (!s->valid || (code && !rw))) s->read_limit = -1;
    if (checked && (!s->valid || code || !rw)) s->write_limit = -1;
    if ((s->access & (SEGA_CODE | SEGA_EC)) == SEGA_EC) s->read_limit = s->write_limit = -1; // expand-down: checked slowly
    c->seg_class &= ~((uint32_t)(SEGC_FLAT | SEGC_64K) << seg);
    if (s->base == 0 && s->read_limit == 0xFFFFFFFF && s->write_limit == 0xFFFFFFFF) c->seg_class |= (uint32_t)SEGC_FLAT << seg;
    else if (s->read_limit == 0xFFFF && s->write_limit == 0xFFFF) c->seg_class |= (uint32_t)SEGC_64K << seg;
    if (seg == SEG_CS) c->code32 = s->access & SEGA_DB;
    if (seg == SEG_SS) {
        c->stack32 = s->access & SEGA_DB;
        c->sp_mask = c->stack32 ? 0xFFFFFFFFu : 0xFFFF;
    }
}

void x86_set_cpl(struct x86 *c, unsigned cpl)
{
    c->cpl = (uint8_t)cpl;
    x86_tlb_select(c);
}

void x86_set_segment(struct x86 *c, unsigned seg, uint16_t selector, const struct x86_descriptor *d)
{
    struct x86_segment *s = &c->seg[seg];

    s->selector = selector;
    s->access = d->access | SEGA_A;
    s->base = d->base;
    s->limit = d->limit;
    s->valid = true;
    x86_derive_segment(c, seg);
}

void x86_set_segment_real(struct x86 *c, unsigned seg, uint16_t selector)
{
    struct x86_segment *s = &c->seg[seg];

    s->selector = selector;
    s->base = (uint32_t)selector << 4;
    s->valid = true;
    if (!x86_has(c, FEAT_386)) {
        s->limit = 0xFFFF;
        s->access = SEGA_P | SEGA_S | SEGA_RW | SEGA_A;
    }
    x86_derive_segment(c, seg);
}

void x86_set_segment_v86(struct x86 *c, unsigned seg, uint16_t selector)
{
    struct x86_segment *s = &c->seg[seg];

    *s = (struct x86_segment){.selector = selector, .base = (uint32_t)selector << 4, .limit = 0xFFFF, .valid = true,
                              .access = SEGA_P | SEGA_DPL | SEGA_S | SEGA_RW | SEGA_A};
    x86_derive_segment(c, seg);
}

void x86_set_segment_null(struct x86 *c, unsigned seg, uint16_t selector)
{
    c->seg[seg].selector = selector;
    c->seg[seg].valid = false;
    x86_derive_segment(c, seg);
}

/* --- descriptors ------------------------------------------------------------------------------------------------------------- */

/* Takes the fields apart (SDM 3A figure 3-8). The 286 has no third base byte and no upper limit: its upper word is reserved. */
static void unpack(const struct x86 *c, struct x86_descriptor *d)
{
    uint32_t high = x86_has(c, FEAT_386) ? d->high : d->high & 0xFFFF;

    d->base = d->low >> 16 | (high & 0xFF) << 16 | (high & 0xFF000000u);
    d->limit = (d->low & 0xFFFF) | (high & 0xF0000);
    d->access = (uint16_t)(high >> 8 & 0xF0FF);
    if (high & 0x800000) d->limit = d->limit << 12 | 0xFFF;
}

/* Linear address of a selector's descriptor; false if it lies outside its table. */
static bool find_descriptor(const struct x86 *c, uint16_t selector, lin_t *addr)
{
    uint32_t at = selector & ~7u;

    if (selector & 4) {
        if (!c->ldtr.valid || at + 7 > c->ldtr.limit) return false;
        *addr = c->ldtr.base + at;
    } else {
        if (at + 7 > c->gdtr.limit) return false;
        *addr = c->gdtr.base + at;
    }
    return true;
}

static bool fetch_descriptor(struct x86 *c, const struct x86_insn *i, struct x86_descriptor *d)
{
    if (!x86_sys_load_pair(c, i, d->addr, &d->low, &d->high)) return false;
    unpack(c, d);
    return true;
}

bool x86_read_descriptor(struct x86 *c, const struct x86_insn *i, uint16_t selector, unsigned vector, struct x86_descriptor *d)
{
    if (!find_descriptor(c, selector, &d->addr)) return x86_fault_code(c, i, vector, selector_error(selector));
    return fetch_descriptor(c, i, d);
}

bool x86_try_descriptor(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d)
{
    if (!(selector & ~3u) || !find_descriptor(c, selector, &d->addr)) return false;
    return fetch_descriptor(c, i, d);
}

bool x86_set_accessed(struct x86 *c, const struct x86_insn *i, struct x86_descriptor *d)
{
    if (d->access & SEGA_A) return true;
    d->access |= SEGA_A;
    return x86_sys_store(c, i, d->addr + 5, 1, d->access & 0xFF);
}

/* --- loads ------------------------------------------------------------------------------------------------------------------- */

bool x86_check_stack_segment(struct x86 *c, const struct x86_insn *i, uint16_t selector, unsigned cpl, unsigned vector,
                             struct x86_descriptor *d)
{
    if (!(selector & ~3u)) return x86_fault_code(c, i, vector, vector == EXC_TS ? selector_error(selector) : 0);
    if (!x86_read_descriptor(c, i, selector, vector, d)) return false;
    if ((selector & 3u) != cpl || desc_dpl(d) != cpl || !desc_writable(d))
        return x86_fault_code(c, i, vector, selector_error(selector));
    if (!desc_present(d)) return x86_fault_code(c, i, EXC_SS, selector_error(selector));
    return true;
}

static bool check_data_segment(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d)
{
    unsigned rpl = selector & 3;

    if (!x86_read_descriptor(c, i, selector, EXC_GP, d)) return false;
    if (!desc_is_segment(d) || !desc_readable(d)) return x86_fault_code(c, i, EXC_GP, selector_error(selector));
    if (!desc_conforming(d) && (desc_dpl(d) < rpl || desc_dpl(d) < c->cpl))
        return x86_fault_code(c, i, EXC_GP, selector_error(selector));
    if (!desc_present(d)) return x86_fault_code(c, i, EXC_NP, selector_error(selector));
    return true;
}

/* Whether segment register S, loaded in the current mode, has all that already: systems reload what they know far more often than not. */
static bool is_loaded(const struct x86_segment *s, uint16_t selector, const struct x86_descriptor *d)
{
    return s->valid && s->selector == selector && s->base == d->base && s->limit == d->limit && s->access == d->access;
}

bool x86_load_segment(struct x86 *c, const struct x86_insn *i, unsigned seg, uint16_t selector)
{
    struct x86_descriptor d;

    if (!x86_protected(c)) {
        x86_set_segment_real(c, seg, selector);
        return true;
    }
    if (x86_v86(c)) {
        x86_set_segment_v86(c, seg, selector);
        return true;
    }
    if (seg == SEG_SS) {
        if (!x86_check_stack_segment(c, i, selector, c->cpl, EXC_GP, &d)) return false;
    } else if (!(selector & ~3u)) {
        x86_set_segment_null(c, seg, selector);
        return true;
    } else if (!check_data_segment(c, i, selector, &d)) {
        return false;
    }
    if (!x86_set_accessed(c, i, &d)) return false;
    if (!is_loaded(&c->seg[seg], selector, &d)) x86_set_segment(c, seg, selector, &d);
    return true;
}

void x86_drop_privileged_segments(struct x86 *c)
{
    static const uint8_t data[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};

    for (unsigned n = 0; n < 4; n++) {
        const struct x86_segment *s = &c->seg[data[n]];
        bool conforming = (s->access & (SEGA_CODE | SEGA_EC)) == (SEGA_CODE | SEGA_EC);

        if (s->valid && !conforming && (s->access >> 5 & 3u) < c->cpl) x86_set_segment_null(c, data[n], 0);
    }
}

/* --- LDTR and TR ---------------------------------------------------------------------------------------------------------------- */

static void set_system(struct x86_segment *s, uint16_t selector, const struct x86_descriptor *d)
{
    *s = (struct x86_segment){.selector = selector, .access = d->access, .base = d->base, .limit = d->limit, .valid = true};
}

bool x86_load_ldt(struct x86 *c, const struct x86_insn *i, uint16_t selector, unsigned vector)
{
    struct x86_descriptor d;

    if (!(selector & ~3u)) {
        c->ldtr = (struct x86_segment){.selector = selector};
        return true;
    }
    if (selector & 4) return x86_fault_code(c, i, vector, selector_error(selector));
    if (!x86_read_descriptor(c, i, selector, vector, &d)) return false;
    if (desc_is_segment(&d) || desc_type(&d) != DESC_LDT) return x86_fault_code(c, i, vector, selector_error(selector));
    if (!desc_present(&d)) return x86_fault_code(c, i, vector == EXC_TS ? EXC_TS : EXC_NP, selector_error(selector));
    set_system(&c->ldtr, selector, &d);
    return true;
}

bool x86_load_tr(struct x86 *c, const struct x86_insn *i, uint16_t selector)
{
    struct x86_descriptor d;

    if (!(selector & ~3u)) return x86_gp0(c, i);
    if (selector & 4) return x86_fault_code(c, i, EXC_GP, selector_error(selector));
    if (!x86_read_descriptor(c, i, selector, EXC_GP, &d)) return false;
    if (desc_is_segment(&d) || (desc_type(&d) != DESC_TSS16 && desc_type(&d) != DESC_TSS32))
        return x86_fault_code(c, i, EXC_GP, selector_error(selector));
    if (!desc_present(&d)) return x86_fault_code(c, i, EXC_NP, selector_error(selector));
    d.access |= 2; // busy
    if (!x86_sys_store(c, i, d.addr + 5, 1, d.access & 0xFF)) return false;
    set_system(&c->tr, selector, &d);
    return true;
}
