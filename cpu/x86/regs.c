/* regs.c: registers by name, for scripts and the debugger. */
#include "cpu/cpu.h"

#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"

#include <errno.h>

enum reg_kind { KIND_GPR, KIND_EIP, KIND_EFLAGS, KIND_SELECTOR, KIND_FIELD32, KIND_FIELD16, KIND_FIELD8, KIND_FPU_SW, KIND_FPU_TAG };

struct reg {
    const char   *name;
    enum reg_kind kind;
    unsigned      n;      /* slot, segment, or offset in struct x86 */
    unsigned      size;   /* of a GPR operand: bytes */
};

#define AT(member) offsetof(struct x86, member)
static const struct reg regs[] = {
    {"eax", KIND_GPR, 0, 4}, {"ecx", KIND_GPR, 1, 4}, {"edx", KIND_GPR, 2, 4}, {"ebx", KIND_GPR, 3, 4},
    {"esp", KIND_GPR, 4, 4}, {"ebp", KIND_GPR, 5, 4}, {"esi", KIND_GPR, 6, 4}, {"edi", KIND_GPR, 7, 4},
    {"eip", KIND_EIP, 0, 4}, {"eflags", KIND_EFLAGS, 0, 4},
    {"es", KIND_SELECTOR, SEG_ES, 2}, {"cs", KIND_SELECTOR, SEG_CS, 2}, {"ss", KIND_SELECTOR, SEG_SS, 2},
    {"ds", KIND_SELECTOR, SEG_DS, 2}, {"fs", KIND_SELECTOR, SEG_FS, 2}, {"gs", KIND_SELECTOR, SEG_GS, 2},
    {"cr0", KIND_FIELD32, AT(cr0), 4}, {"cr2", KIND_FIELD32, AT(cr2), 4}, {"cr3", KIND_FIELD32, AT(cr3), 4}, {"cr4", KIND_FIELD32, AT(cr4), 4},
    {"dr0", KIND_FIELD32, AT(dr[0]), 4}, {"dr1", KIND_FIELD32, AT(dr[1]), 4}, {"dr2", KIND_FIELD32, AT(dr[2]), 4},
    {"dr3", KIND_FIELD32, AT(dr[3]), 4}, {"dr6", KIND_FIELD32, AT(dr[6]), 4}, {"dr7", KIND_FIELD32, AT(dr[7]), 4},
    {"es.base", KIND_FIELD32, AT(seg[0].base), 4}, {"es.limit", KIND_FIELD32, AT(seg[0].limit), 4}, {"es.access", KIND_FIELD16, AT(seg[0].access), 2},
    {"cs.base", KIND_FIELD32, AT(seg[1].base), 4}, {"cs.limit", KIND_FIELD32, AT(seg[1].limit), 4}, {"cs.access", KIND_FIELD16, AT(seg[1].access), 2},
    {"ss.base", KIND_FIELD32, AT(seg[2].base), 4}, {"ss.limit", KIND_FIELD32, AT(seg[2].limit), 4}, {"ss.access", KIND_FIELD16, AT(seg[2].access), 2},
    {"ds.base", KIND_FIELD32, AT(seg[3].base), 4}, {"ds.limit", KIND_FIELD32, AT(seg[3].limit), 4}, {"ds.access", KIND_FIELD16, AT(seg[3].access), 2},
    {"fs.base", KIND_FIELD32, AT(seg[4].base), 4}, {"fs.limit", KIND_FIELD32, AT(seg[4].limit), 4}, {"fs.access", KIND_FIELD16, AT(seg[4].access), 2},
    {"gs.base", KIND_FIELD32, AT(seg[5].base), 4}, {"gs.limit", KIND_FIELD32, AT(seg[5].limit), 4}, {"gs.access", KIND_FIELD16, AT(seg[5].access), 2},
    {"gdtr.base", KIND_FIELD32, AT(gdtr.base), 4}, {"gdtr.limit", KIND_FIELD32, AT(gdtr.limit), 4},
    {"idtr.base", KIND_FIELD32, AT(idtr.base), 4}, {"idtr.limit", KIND_FIELD32, AT(idtr.limit), 4},
    {"ldtr", KIND_FIELD16, AT(ldtr.selector), 2}, {"ldtr.base", KIND_FIELD32, AT(ldtr.base), 4}, {"ldtr.limit", KIND_FIELD32, AT(ldtr.limit), 4},
    {"tr", KIND_FIELD16, AT(tr.selector), 2}, {"tr.base", KIND_FIELD32, AT(tr.base), 4}, {"tr.limit", KIND_FIELD32, AT(tr.limit), 4},
    {"cpl", KIND_FIELD8, AT(cpl), 1},
    {"fpu.cw", KIND_FIELD16, AT(fpu.cw), 2}, {"fpu.sw", KIND_FPU_SW, 0, 2}, {"fpu.tag", KIND_FPU_TAG, 0, 2}, {"mxcsr", KIND_FIELD32, AT(fpu.mxcsr), 4},
    {"ax", KIND_GPR, 0, 2}, {"cx", KIND_GPR, 1, 2}, {"dx", KIND_GPR, 2, 2}, {"bx", KIND_GPR, 3, 2},
    {"sp", KIND_GPR, 4, 2}, {"bp", KIND_GPR, 5, 2}, {"si", KIND_GPR, 6, 2}, {"di", KIND_GPR, 7, 2},
    {"al", KIND_GPR, 0, 1}, {"cl", KIND_GPR, 8, 1}, {"dl", KIND_GPR, 16, 1}, {"bl", KIND_GPR, 24, 1},
    {"ah", KIND_GPR, 1, 1}, {"ch", KIND_GPR, 9, 1}, {"dh", KIND_GPR, 17, 1}, {"bh", KIND_GPR, 25, 1},
    {"ip", KIND_EIP, 0, 2}, {"flags", KIND_EFLAGS, 0, 2},
};

static const struct reg *find(const char *name)
{
    for (unsigned n = 0; n < sizeof(regs) / sizeof(regs[0]); n++)
        if (!strcmp(regs[n].name, name)) return &regs[n];
    return NULL;
}

const char *x86_reg_name(unsigned n)
{
    return n < sizeof(regs) / sizeof(regs[0]) ? regs[n].name : NULL;
}

int x86_reg_get(struct x86 *c, const char *name, uint64_t *value)
{
    const struct reg *r = find(name);

    if (!r) return -ENOENT;
    *value = 0;
    switch (r->kind) {
    case KIND_GPR: *value = x86_reg(c, r->n, r->size); break;
    case KIND_EIP: *value = r->size == 2 ? c->eip & 0xFFFF : c->eip; break;
    case KIND_EFLAGS: *value = r->size == 2 ? x86_get_eflags(c) & 0xFFFF : x86_get_eflags(c); break;
    case KIND_SELECTOR: *value = c->seg[r->n].selector; break;
    case KIND_FPU_SW: *value = x86_fpu_status(c); break;
    case KIND_FPU_TAG: *value = x86_fpu_tags(c); break;
    default: memcpy(value, (const uint8_t *)c + r->n, r->size); break;
    }
    return 0;
}

/* A selector is loaded as the current mode would, without privilege checks: the debugger is not the guest. */
static int set_selector(struct x86 *c, unsigned seg, uint16_t selector)
{
    struct x86_descriptor d;

    if (x86_v86(c)) {
        x86_set_segment_v86(c, seg, selector);
    } else if (!x86_protected(c)) {
        x86_set_segment_real(c, seg, selector);
    } else if (!(selector & ~3u)) {
        if (seg == SEG_CS || seg == SEG_SS) return -EINVAL;
        x86_set_segment_null(c, seg, selector);
    } else {
        bool found = x86_try_descriptor(c, NULL, selector, &d);
        c->exc.pending = false;
        if (!found || !desc_is_segment(&d)) return -EINVAL;
        x86_set_segment(c, seg, selector, &d);
    }
    return 0;
}

/* Whether VALUE can be held: unsigned, or as a negative number of that size. */
static bool fits(const struct reg *r, uint64_t value)
{
    uint64_t most = r->kind == KIND_FIELD8 ? 3 : UINT64_MAX >> (64 - 8 * r->size); // of one byte there is only the CPL

    return value <= most || (r->kind != KIND_FIELD8 && ~value <= most >> 1);
}

int x86_reg_set(struct x86 *c, const char *name, uint64_t value)
{
    const struct reg *r = find(name);

    if (!r) return -ENOENT;
    if (!fits(r, value)) return -ERANGE;
    switch (r->kind) {
    case KIND_GPR: x86_set_reg(c, r->n, (uint32_t)value, r->size); break;
    case KIND_EIP: c->eip = r->size == 2 ? value & 0xFFFF : (uint32_t)value; break;
    case KIND_EFLAGS: x86_set_eflags(c, (uint32_t)value, r->size == 2 ? 0xFFFFu : ~(uint32_t)FLAG_VM); break;
    case KIND_SELECTOR: return set_selector(c, r->n, (uint16_t)value);
    case KIND_FPU_SW: x86_fpu_set_words(c, c->fpu.cw, (uint16_t)value); break;
    case KIND_FPU_TAG: return -EINVAL;
    default: memcpy((uint8_t *)c + r->n, &value, r->size); break;
    }
    for (unsigned n = 0; n < SEG_COUNT; n++) x86_derive_segment(c, n);
    x86_tlb_flush(c, false);
    x86_set_cpl(c, c->cpl & 3);
    x86_update_step(c);
    return 0;
}
