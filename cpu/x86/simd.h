/* simd.h: MMX, SSE and SSE2: what the exec_mmx.c and exec_sse_*.c files share, and the handlers' names.
 *
 * Handlers come in two forms: _rr with a register as second operand, _rm with memory (_mr where memory is the first).
 * Sources: Intel SDM vol. 1 chapters 9 to 11, vol. 2; exceptions: vol. 2 tables 2-18 and following (#UD, #NM, #MF). */
#ifndef CPU_X86_SIMD_H
#define CPU_X86_SIMD_H

#include "cpu/x86/fpu.h"
#include "cpu/x86/x86.h"

enum x86_mxcsr {
    MXCSR_FLAGS = 0x003f,
    MXCSR_DAZ = 0x0040,
    MXCSR_MASKS = 0x1f80,
    MXCSR_RC = 0x6000,
    MXCSR_FTZ = 0x8000,
    MXCSR_INIT = 0x1f80,
};

#define SIMD_INLINE static inline __attribute__((always_inline))

/* Bits of MXCSR that this CPU has. */
static inline uint32_t mxcsr_mask(const struct x86 *c) { return x86_has(c, FEAT_SSE2) ? 0xffff : 0xffbf; }

/* --- beginning (simd.c) ------------------------------------------------------------------------------------------ */

/* EM: #UD; TS: #NM; a pending x87 exception is met first. */
bool mmx_begin_slow(struct x86 *c, const struct x86_insn *i);
/* EM or no OSFXSR: #UD; TS: #NM. */
bool sse_begin_slow(struct x86 *c, const struct x86_insn *i);

static inline bool mmx_begin(struct x86 *c, const struct x86_insn *i)
{
    if (likely(!(c->cr0 & (CR0_EM | CR0_TS)) && !(c->fpu.sw & SW_ES))) return true;
    return mmx_begin_slow(c, i);
}

static inline bool sse_begin(struct x86 *c, const struct x86_insn *i)
{
    if (likely(!(c->cr0 & (CR0_EM | CR0_TS)) && (c->cr4 & CR4_OSFXSR))) return true;
    return sse_begin_slow(c, i);
}

/* --- registers --------------------------------------------------------------------------------------------------- */

/* Every MMX instruction but EMMS makes the x87 stack full, with TOP 0 (SDM vol. 1 9.5.1). */
static inline void mmx_enter(struct x86 *c)
{
    c->fpu.top = 0;
    c->fpu.empty = 0;
}

static inline uint64_t mmx_get(const struct x86 *c, unsigned n) { return c->fpu.r[n].mant; }

static inline void mmx_set(struct x86 *c, unsigned n, uint64_t v)
{
    c->fpu.r[n].mant = v;
    c->fpu.r[n].exp_sign = 0xffff;
}

/* --- memory operands (simd.c) ----------------------------------------------------------------------------------- */

/* 16 bytes; ALIGNED: #GP(0) if they are not. */
bool xmm_load(struct x86 *c, const struct x86_insn *i, bool aligned, union x86_xmm *v);
bool xmm_probe_masked(struct x86 *c, const struct x86_insn *i, uint32_t off, unsigned size);
bool xmm_store(struct x86 *c, const struct x86_insn *i, bool aligned, const union x86_xmm *v);

/* The second operand of an MMX or XMM instruction by its form. */
SIMD_INLINE bool mmx_source(struct x86 *c, const struct x86_insn *i, bool memory, uint64_t *v)
{
    if (memory) return x86_load_rm(c, i, 8, v);
    *v = mmx_get(c, i->src);
    return true;
}

SIMD_INLINE bool xmm_source(struct x86 *c, const struct x86_insn *i, bool memory, union x86_xmm *v)
{
    if (memory) return xmm_load(c, i, true, v);
    *v = c->fpu.xmm[i->src];
    return true;
}

/* The low SIZE bytes (4 or 8) only. */
SIMD_INLINE bool xmm_source_low(struct x86 *c, const struct x86_insn *i, bool memory, unsigned size, uint64_t *v)
{
    if (memory) return x86_load_rm(c, i, size, v);
    *v = size == 4 ? c->fpu.xmm[i->src].d[0] : c->fpu.xmm[i->src].q[0];
    return true;
}

/* --- FXSAVE (exec_sse_state.c) ------------------------------------------------------------------------------------ */

enum fxsave_layout {
    FX_MXCSR = 24,
    FX_ST = 32,
    FX_XMM = 160,
    FX_USED = 288,
    FX_SIZE = 512,
};

/* XMM and MXCSR take part if the CPU has them and the system knows (CR4.OSFXSR). */
static inline bool fx_has_xmm(const struct x86 *c) { return x86_has(c, FEAT_SSE) && (c->cr4 & CR4_OSFXSR); }

/* The image of the state, and the state as it says; of what has no XMM part only the bytes before FX_XMM count. */
void x86_fx_pack(struct x86 *c, uint8_t image[FX_USED]);
void x86_fx_unpack(struct x86 *c, const uint8_t image[FX_USED]);

/* --- floating point ---------------------------------------------------------------------------------------------- */

static inline struct sf_status sse_status(const struct x86 *c)
{
    uint32_t m = c->fpu.mxcsr;

    return (struct sf_status){.rounding = m >> 13 & 3,
                              .precision = 64,
                              .masks = m >> 7 & SF_ALL,
                              .daz = (m & MXCSR_DAZ) != 0,
                              .ftz = (m & MXCSR_FTZ) != 0};
}

/* Takes over the exception flags; an unmasked one is #XM, or #UD without CR4.OSXMMEXCPT: then false. */
bool sse_accept(struct x86 *c, const struct x86_insn *i, const struct sf_status *st);

/* One more element of a packed operation: ends the lane whose own flags are in ST, collects them in *FLAGS. After
 * the last one sse_accept_lanes decides: an unmasked pre-computation exception of any element leaves no element
 * computed (SDM vol. 1 11.5.3). */
static inline void sse_next_lane(struct sf_status *st, uint8_t *flags)
{
    *flags |= st->flags;
    st->flags = 0;
}

static inline bool sse_accept_lanes(struct x86 *c, const struct x86_insn *i, struct sf_status *st, uint8_t flags)
{
    const uint8_t before = SF_IE | SF_DE | SF_ZE;

    st->flags = flags & ~st->masks & before ? flags & before : flags;
    return sse_accept(c, i, st);
}

/* --- handlers ----------------------------------------------------------------------------------------------------- */

#define H(name)    void x86_##name(struct x86 *c, const struct x86_insn *i);
#define H_BOTH(name) H(name##_rr) H(name##_rm)

/* Operations on 64-bit lanes, by MMX and XMM: first operand OP= second. */
#define SIMD_LANE_OPS(X)                                                                                              \
    X(paddb) X(paddw) X(paddd) X(paddq) X(psubb) X(psubw) X(psubd) X(psubq)                                           \
    X(paddsb) X(paddsw) X(paddusb) X(paddusw) X(psubsb) X(psubsw) X(psubusb) X(psubusw)                               \
    X(pcmpeqb) X(pcmpeqw) X(pcmpeqd) X(pcmpgtb) X(pcmpgtw) X(pcmpgtd)                                                 \
    X(pminub) X(pmaxub) X(pminsw) X(pmaxsw) X(pavgb) X(pavgw)                                                         \
    X(pmullw) X(pmulhw) X(pmulhuw) X(pmuludq) X(pmaddwd) X(psadbw)                                                    \
    X(pand) X(pandn) X(por) X(pxor)

/* Shifts of each element by a count: the low 64 bits of the second operand, or an immediate. */
#define SIMD_SHIFTS(X) X(psrlw) X(psrld) X(psrlq) X(psraw) X(psrad) X(psllw) X(pslld) X(psllq)

/* Pack and unpack: elements move between lanes. */
#define SIMD_PACKS(X)                                                                                                 \
    X(punpcklbw) X(punpcklwd) X(punpckldq) X(punpckhbw) X(punpckhwd) X(punpckhdq) X(packsswb) X(packuswb) X(packssdw)

#define H_MMX_XMM(name)  H_BOTH(name##_mmx) H_BOTH(name##_xmm)
#define H_SHIFT(name)    H_MMX_XMM(name) H(name##_mmx_ri) H(name##_xmm_ri)

/* exec_mmx.c, exec_sse_int.c */
SIMD_LANE_OPS(H_MMX_XMM) SIMD_SHIFTS(H_SHIFT) SIMD_PACKS(H_MMX_XMM)
H_BOTH(punpcklqdq) H_BOTH(punpckhqdq) H(pslldq_ri) H(psrldq_ri)
H_BOTH(pshufw) H_BOTH(pshufd) H_BOTH(pshufhw) H_BOTH(pshuflw)
H_BOTH(pinsrw_mmx) H_BOTH(pinsrw_xmm) H(pextrw_mmx) H(pextrw_xmm) H(pmovmskb_mmx) H(pmovmskb_xmm)
H_BOTH(movd_mmx) H_BOTH(movd_xmm) H(movd_from_mmx_r) H(movd_from_mmx_m) H(movd_from_xmm_r) H(movd_from_xmm_m)
H_BOTH(movq_mmx) H(movq_mmx_mr) H(movq_mmx_store_rr) H(maskmovq) H(maskmovdqu) H(movntq) H(emms)

/* exec_sse_move.c */
H_BOTH(movaps) H(movaps_mr) H(movaps_store_rr) H(movups_rm) H(movups_mr)
H_BOTH(movss) H(movss_mr) H(movss_store_rr) H_BOTH(movsd) H(movsd_mr) H(movsd_store_rr)
H(movhlps) H(movlhps) H(movlps_rm) H(movlps_mr) H(movhps_rm) H(movhps_mr)
H_BOTH(movq_xmm) H(movq_xmm_mr) H(movq_xmm_store_rr) H(movq2dq) H(movdq2q)
H(movntps) H(movnti) H(movmskps) H(movmskpd)
H_BOTH(unpcklps) H_BOTH(unpckhps) H_BOTH(unpcklpd) H_BOTH(unpckhpd) H_BOTH(shufps) H_BOTH(shufpd)
H_BOTH(andps) H_BOTH(andnps) H_BOTH(orps) H_BOTH(xorps)

/* exec_sse_fp.c: each in packed and scalar, single and double precision */
#define SIMD_FP_OPS(X) X(add) X(sub) X(mul) X(div) X(min) X(max) X(sqrt)
#define H_FP(name) H_BOTH(name##ps) H_BOTH(name##pd) H_BOTH(name##ss) H_BOTH(name##sd)
SIMD_FP_OPS(H_FP) H_FP(cmp)
H_BOTH(rcpps) H_BOTH(rcpss) H_BOTH(rsqrtps) H_BOTH(rsqrtss)
H_BOTH(comiss) H_BOTH(comisd) H_BOTH(ucomiss) H_BOTH(ucomisd)

/* exec_sse_cvt.c */
H_BOTH(cvtps2pd) H_BOTH(cvtpd2ps) H_BOTH(cvtss2sd) H_BOTH(cvtsd2ss)
H_BOTH(cvtdq2ps) H_BOTH(cvtps2dq) H_BOTH(cvttps2dq) H_BOTH(cvtdq2pd) H_BOTH(cvtpd2dq) H_BOTH(cvttpd2dq)
H_BOTH(cvtpi2ps) H_BOTH(cvtpi2pd) H_BOTH(cvtps2pi) H_BOTH(cvttps2pi) H_BOTH(cvtpd2pi) H_BOTH(cvttpd2pi)
H_BOTH(cvtsi2ss) H_BOTH(cvtsi2sd) H_BOTH(cvtss2si) H_BOTH(cvttss2si) H_BOTH(cvtsd2si) H_BOTH(cvttsd2si)

/* exec_sse_state.c */
H(fxsave) H(fxrstor) H(ldmxcsr) H(stmxcsr) H(clflush) H(fence) H(prefetch)

#undef H_FP
#undef H_SHIFT
#undef H_MMX_XMM
#undef H_BOTH
#undef H

/* simd_tables.c: rows of the two-byte map that are MMX, SSE or SSE2 and nothing else; the others have no name. */
extern const struct x86_opdef x86_map_simd[256];

#endif
