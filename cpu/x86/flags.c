/* flags.c: EFLAGS as a whole. See flags.h. */
#include "cpu/x86/flags.h"

uint32_t x86_get_eflags(const struct x86 *c)
{
    uint32_t flags = c->eflags | FLAG_1 | flags_arith(c);

    return x86_has(c, FEAT_286) ? flags : flags | 0xF000;
}

/* Bits that exist on the model. Real mode on the 286 cannot set IOPL and NT (80286 Programmer's Reference, 4.x). */
static uint32_t implemented(const struct x86 *c)
{
    uint32_t bits = FLAG_ARITH | FLAG_TF | FLAG_IF | FLAG_DF;

    if (x86_has(c, FEAT_386) || (x86_has(c, FEAT_286) && x86_protected(c))) bits |= FLAG_IOPL | FLAG_NT;
    if (x86_has(c, FEAT_386)) bits |= FLAG_RF | FLAG_VM;
    if (x86_has(c, FEAT_486)) bits |= FLAG_AC;
    if (x86_has(c, FEAT_VME)) bits |= FLAG_VIF | FLAG_VIP;
    if (x86_has(c, FEAT_CPUID)) bits |= FLAG_ID;
    return bits;
}

void x86_set_eflags(struct x86 *c, uint32_t value, uint32_t mask)
{
    uint32_t old = c->eflags;

    mask &= implemented(c);
    if (mask & FLAG_ARITH) flags_change(c, mask & FLAG_ARITH, value);
    mask &= ~FLAG_ARITH;
    c->eflags = (c->eflags & ~mask) | (value & mask);
    if ((old ^ c->eflags) & FLAG_AC) x86_tlb_select(c);
}
