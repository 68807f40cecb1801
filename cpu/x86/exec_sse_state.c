/* exec_sse_state.c: FXSAVE, FXRSTOR, MXCSR, and the instructions for caches and ordering, which have no effect here
 * but their checks. SDM vol. 1 10.5, vol. 2A FXSAVE (layout of the 512 bytes). */
#include "cpu/x86/simd.h"

/* EM or TS: #NM; not on a 16-byte boundary: #GP(0). */
static bool fx_begin(struct x86 *c, const struct x86_insn *i)
{
    if (c->cr0 & (CR0_EM | CR0_TS)) return x86_fault(c, i, EXC_NM);
    if ((c->seg[i->seg].base + x86_ea(c, i)) & 15) return x86_gp0(c, i);
    return true;
}

static uint32_t fx_at(const struct x86 *c, const struct x86_insn *i, unsigned n) { return (x86_ea(c, i) + n) & i->amask; }

static void put(uint8_t *image, unsigned at, uint64_t v, unsigned size) { x86_host_store(image + at, v, size); }
static uint64_t get(const uint8_t *image, unsigned at, unsigned size) { return x86_host_load(image + at, size); }

void x86_fx_pack(struct x86 *c, uint8_t image[FX_USED])
{
    const struct x86_fpu *f = &c->fpu;

    memset(image, 0, FX_USED);
    put(image, 0, f->cw, 2);
    put(image, 2, x86_fpu_status(c), 2);
    put(image, 4, (uint8_t)~f->empty, 1);
    put(image, 6, f->opcode, 2);
    put(image, 8, f->ip, 4);
    put(image, 12, f->cs, 2);
    put(image, 16, f->dp, 4);
    put(image, 20, f->ds, 2);
    for (unsigned n = 0; n < 8; n++) {
        put(image, FX_ST + 16 * n, fpu_st(c, n)->mant, 8);
        put(image, FX_ST + 16 * n + 8, fpu_st(c, n)->exp_sign, 2);
    }
    if (x86_has(c, FEAT_SSE)) {
        put(image, FX_MXCSR, f->mxcsr, 4);
        put(image, FX_MXCSR + 4, mxcsr_mask(c), 4);
    }
    if (fx_has_xmm(c)) memcpy(image + FX_XMM, f->xmm, sizeof(f->xmm));
}

void x86_fxsave(struct x86 *c, const struct x86_insn *i)
{
    uint8_t  image[FX_USED];
    unsigned end = fx_has_xmm(c) ? FX_USED : FX_XMM;

    if (!fx_begin(c, i)) return;
    if (!x86_probe(c, i, i->seg, fx_at(c, i, 0), 8, true) || !x86_probe(c, i, i->seg, fx_at(c, i, FX_SIZE - 8), 8, true))
        return;
    x86_fx_pack(c, image);
    for (unsigned n = 0; n < end; n += 8)
        if (!x86_store(c, i, i->seg, fx_at(c, i, n), 8, get(image, n, 8))) return;
    x86_next(c, i);
}

void x86_fx_unpack(struct x86 *c, const uint8_t image[FX_USED])
{
    struct x86_fpu *f = &c->fpu;

    x86_fpu_set_words(c, (uint16_t)get(image, 0, 2), (uint16_t)get(image, 2, 2));
    f->empty = (uint8_t)~image[4];
    f->opcode = get(image, 6, 2) & 0x7ff;
    f->ip = (uint32_t)get(image, 8, 4);
    f->cs = (uint16_t)get(image, 12, 2);
    f->dp = (uint32_t)get(image, 16, 4);
    f->ds = (uint16_t)get(image, 20, 2);
    for (unsigned n = 0; n < 8; n++) {
        fpu_st(c, n)->mant = get(image, FX_ST + 16 * n, 8);
        fpu_st(c, n)->exp_sign = (uint16_t)get(image, FX_ST + 16 * n + 8, 2);
    }
    if (!fx_has_xmm(c)) return;
    f->mxcsr = (uint32_t)get(image, FX_MXCSR, 4);
    memcpy(f->xmm, image + FX_XMM, sizeof(f->xmm));
}

void x86_fxrstor(struct x86 *c, const struct x86_insn *i)
{
    uint8_t  image[FX_USED];
    uint64_t v;

    if (!fx_begin(c, i)) return;
    if (!x86_probe(c, i, i->seg, fx_at(c, i, 0), 8, false) || !x86_probe(c, i, i->seg, fx_at(c, i, FX_SIZE - 8), 8, false))
        return;
    for (unsigned n = 0; n < FX_USED; n += 8) {
        if (!x86_load(c, i, i->seg, fx_at(c, i, n), 8, &v)) return;
        put(image, n, v, 8);
    }
    if (fx_has_xmm(c) && (get(image, FX_MXCSR, 4) & ~(uint64_t)mxcsr_mask(c))) {
        x86_gp0(c, i);
        return;
    }
    x86_fx_unpack(c, image);
    x86_next(c, i);
}

void x86_ldmxcsr(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (!sse_begin(c, i) || !x86_load_rm(c, i, 4, &v)) return;
    if (v & ~(uint64_t)mxcsr_mask(c)) {
        x86_gp0(c, i);
        return;
    }
    c->fpu.mxcsr = (uint32_t)v;
    x86_next(c, i);
}

void x86_stmxcsr(struct x86 *c, const struct x86_insn *i)
{
    if (sse_begin(c, i) && x86_store_rm(c, i, 4, c->fpu.mxcsr)) x86_next(c, i);
}

/* Checked like a read of a byte. */
void x86_clflush(struct x86 *c, const struct x86_insn *i)
{
    if (x86_probe(c, i, i->seg, x86_ea(c, i), 1, false)) x86_next(c, i);
}

/* LFENCE, MFENCE, SFENCE: every access is in order already. */
void x86_fence(struct x86 *c, const struct x86_insn *i) { x86_next(c, i); }

/* PREFETCHh: a hint that never faults. */
void x86_prefetch(struct x86 *c, const struct x86_insn *i) { x86_next(c, i); }
