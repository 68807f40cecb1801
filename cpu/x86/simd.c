/* simd.c: what MMX and SSE instructions share: availability, 16-byte operands, exceptions. */
#include "cpu/x86/simd.h"

/* SDM vol. 2 table 2-18 and the like: #UD by EM, then #NM, then what is pending from the x87. */
bool mmx_begin_slow(struct x86 *c, const struct x86_insn *i)
{
    if (c->cr0 & CR0_EM) return x86_ud(c, i);
    return fpu_begin_slow(c, i);
}

bool sse_begin_slow(struct x86 *c, const struct x86_insn *i)
{
    if ((c->cr0 & CR0_EM) || !(c->cr4 & CR4_OSFXSR)) return x86_ud(c, i);
    if (c->cr0 & CR0_TS) return x86_fault(c, i, EXC_NM);
    return true;
}

static bool is_misaligned(const struct x86 *c, const struct x86_insn *i)
{
    return ((c->seg[i->seg].base + x86_ea(c, i)) & 15) != 0;
}

bool xmm_load(struct x86 *c, const struct x86_insn *i, bool aligned, union x86_xmm *v)
{
    const struct x86_segment *s = &c->seg[i->seg];
    uint32_t                  off = x86_ea(c, i);
    const void               *p;

    if (aligned && is_misaligned(c, i)) return x86_gp0(c, i);
    p = x86_quick(s, s->read_limit, c->tlb_read, off, 16);
    if (likely(p != NULL)) {
        memcpy(v, p, 16);
        return true;
    }
    return x86_check_alignment(c, i, i->seg, off, 8) && x86_probe(c, i, i->seg, off, 16, false) &&
           x86_load(c, i, i->seg, off, 8, &v->q[0]) && x86_load(c, i, i->seg, off + 8, 8, &v->q[1]);
}

/* Both halves are probed, the lower one first, so that a fault leaves both unwritten. */
bool xmm_store(struct x86 *c, const struct x86_insn *i, bool aligned, const union x86_xmm *v)
{
    const struct x86_segment *s = &c->seg[i->seg];
    uint32_t                  off = x86_ea(c, i), upper = off + 8;
    void                     *p;

    if (aligned && is_misaligned(c, i)) return x86_gp0(c, i);
    p = x86_quick(s, s->write_limit, c->tlb_write, off, 16);
    if (likely(p != NULL)) {
        memcpy(p, v, 16);
        return true;
    }
    return x86_check_alignment(c, i, i->seg, off, 8) && x86_probe(c, i, i->seg, off, 16, true) && x86_store(c, i, i->seg, off, 8, v->q[0]) &&
           x86_store(c, i, i->seg, upper, 8, v->q[1]);
}

/* The target of MASKMOVQ and MASKMOVDQU, SIZE bytes, is accessed as a whole, whichever bytes are written. */
bool xmm_probe_masked(struct x86 *c, const struct x86_insn *i, uint32_t off, unsigned size)
{
    return x86_check_alignment(c, i, i->seg, off, 8) && x86_probe(c, i, i->seg, off, size, true);
}

bool sse_accept(struct x86 *c, const struct x86_insn *i, const struct sf_status *st)
{
    c->fpu.mxcsr |= st->flags;
    if (likely(!(st->flags & ~st->masks))) return true;
    return x86_fault(c, i, c->cr4 & CR4_OSXMMEXCPT ? EXC_XM : EXC_UD);
}
