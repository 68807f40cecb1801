/* exec_sse_move.c: SSE and SSE2 moves, unpacks, shuffles and logic on XMM registers. SDM vol. 1 10.4.1, 11.4.1.
 *
 * The double-precision forms of a move or of logic do what the single-precision ones do, and share their handlers. */
#include "cpu/x86/simd.h"

/* --- whole registers --------------------------------------------------------------------------------------------- */

SIMD_INLINE void move_whole(struct x86 *c, const struct x86_insn *i, bool memory, bool aligned)
{
    union x86_xmm v;

    if (!sse_begin(c, i)) return;
    if (!memory) v = c->fpu.xmm[i->src];
    else if (!xmm_load(c, i, aligned, &v)) return;
    c->fpu.xmm[i->dst] = v;
    x86_next(c, i);
}

SIMD_INLINE void store_whole(struct x86 *c, const struct x86_insn *i, bool aligned)
{
    if (sse_begin(c, i) && xmm_store(c, i, aligned, &c->fpu.xmm[i->src])) x86_next(c, i);
}

void x86_movaps_rr(struct x86 *c, const struct x86_insn *i) { move_whole(c, i, false, true); }
void x86_movaps_rm(struct x86 *c, const struct x86_insn *i) { move_whole(c, i, true, true); }
void x86_movaps_store_rr(struct x86 *c, const struct x86_insn *i) { move_whole(c, i, false, true); }
void x86_movaps_mr(struct x86 *c, const struct x86_insn *i) { store_whole(c, i, true); }
void x86_movntps(struct x86 *c, const struct x86_insn *i) { store_whole(c, i, true); }
void x86_movups_rm(struct x86 *c, const struct x86_insn *i) { move_whole(c, i, true, false); }
void x86_movups_mr(struct x86 *c, const struct x86_insn *i) { store_whole(c, i, false); }

/* --- scalars: a load from memory clears the rest, a move between registers keeps it ---------------------------------- */

SIMD_INLINE void load_scalar(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (!sse_begin(c, i) || !x86_load_rm(c, i, size, &v)) return;
    c->fpu.xmm[i->dst].q[0] = v;
    c->fpu.xmm[i->dst].q[1] = 0;
    x86_next(c, i);
}

void x86_movss_rm(struct x86 *c, const struct x86_insn *i) { load_scalar(c, i, 4); }
void x86_movsd_rm(struct x86 *c, const struct x86_insn *i) { load_scalar(c, i, 8); }
void x86_movq_xmm_rm(struct x86 *c, const struct x86_insn *i) { load_scalar(c, i, 8); }

void x86_movss_rr(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i)) return;
    c->fpu.xmm[i->dst].d[0] = c->fpu.xmm[i->src].d[0];
    x86_next(c, i);
}

void x86_movsd_rr(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i)) return;
    c->fpu.xmm[i->dst].q[0] = c->fpu.xmm[i->src].q[0];
    x86_next(c, i);
}

void x86_movss_store_rr(struct x86 *c, const struct x86_insn *i) { x86_movss_rr(c, i); }
void x86_movsd_store_rr(struct x86 *c, const struct x86_insn *i) { x86_movsd_rr(c, i); }

/* MOVQ between registers clears the upper half. */
void x86_movq_xmm_rr(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i)) return;
    c->fpu.xmm[i->dst].q[0] = c->fpu.xmm[i->src].q[0];
    c->fpu.xmm[i->dst].q[1] = 0;
    x86_next(c, i);
}

void x86_movq_xmm_store_rr(struct x86 *c, const struct x86_insn *i) { x86_movq_xmm_rr(c, i); }

void x86_movss_mr(struct x86 *c, const struct x86_insn *i)
{
    if (sse_begin(c, i) && x86_store_rm(c, i, 4, c->fpu.xmm[i->src].d[0])) x86_next(c, i);
}

void x86_movsd_mr(struct x86 *c, const struct x86_insn *i)
{
    if (sse_begin(c, i) && x86_store_rm(c, i, 8, c->fpu.xmm[i->src].q[0])) x86_next(c, i);
}

void x86_movq_xmm_mr(struct x86 *c, const struct x86_insn *i) { x86_movsd_mr(c, i); }

/* --- halves -------------------------------------------------------------------------------------------------------- */

SIMD_INLINE void move_half(struct x86 *c, const struct x86_insn *i, unsigned to, unsigned from)
{
    if (!sse_begin(c, i)) return;
    c->fpu.xmm[i->dst].q[to] = c->fpu.xmm[i->src].q[from];
    x86_next(c, i);
}

SIMD_INLINE void load_half(struct x86 *c, const struct x86_insn *i, unsigned to)
{
    uint64_t v;

    if (!sse_begin(c, i) || !x86_load_rm(c, i, 8, &v)) return;
    c->fpu.xmm[i->dst].q[to] = v;
    x86_next(c, i);
}

void x86_movhlps(struct x86 *c, const struct x86_insn *i) { move_half(c, i, 0, 1); }
void x86_movlhps(struct x86 *c, const struct x86_insn *i) { move_half(c, i, 1, 0); }
void x86_movlps_rm(struct x86 *c, const struct x86_insn *i) { load_half(c, i, 0); }
void x86_movhps_rm(struct x86 *c, const struct x86_insn *i) { load_half(c, i, 1); }
void x86_movlps_mr(struct x86 *c, const struct x86_insn *i) { x86_movsd_mr(c, i); }

void x86_movhps_mr(struct x86 *c, const struct x86_insn *i)
{
    if (sse_begin(c, i) && x86_store_rm(c, i, 8, c->fpu.xmm[i->src].q[1])) x86_next(c, i);
}

/* --- to and from MMX and general registers ------------------------------------------------------------------------------ */

void x86_movq2dq(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i) || !mmx_begin(c, i)) return;
    mmx_enter(c);
    c->fpu.xmm[i->dst].q[0] = mmx_get(c, i->src);
    c->fpu.xmm[i->dst].q[1] = 0;
    x86_next(c, i);
}

void x86_movdq2q(struct x86 *c, const struct x86_insn *i)
{
    if (!sse_begin(c, i) || !mmx_begin(c, i)) return;
    mmx_enter(c);
    mmx_set(c, i->dst, c->fpu.xmm[i->src].q[0]);
    x86_next(c, i);
}

void x86_movnti(struct x86 *c, const struct x86_insn *i)
{
    if (x86_store_rm(c, i, 4, x86_r32(c, i->src))) x86_next(c, i);
}

void x86_movmskps(struct x86 *c, const struct x86_insn *i)
{
    uint32_t mask = 0;

    if (!sse_begin(c, i)) return;
    for (unsigned n = 0; n < 4; n++) mask |= c->fpu.xmm[i->src].d[n] >> 31 << n;
    x86_set_r32(c, i->dst, mask);
    x86_next(c, i);
}

void x86_movmskpd(struct x86 *c, const struct x86_insn *i)
{
    const union x86_xmm *v = &c->fpu.xmm[i->src];

    if (!sse_begin(c, i)) return;
    x86_set_r32(c, i->dst, (uint32_t)(v->q[0] >> 63 | v->q[1] >> 63 << 1));
    x86_next(c, i);
}

/* --- two operands, one result -------------------------------------------------------------------------------------------- */

typedef union x86_xmm whole_fn(const union x86_xmm *a, const union x86_xmm *b, unsigned imm);

SIMD_INLINE union x86_xmm unpack_low_singles(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    (void)imm;
    return (union x86_xmm){.d = {a->d[0], b->d[0], a->d[1], b->d[1]}};
}

SIMD_INLINE union x86_xmm unpack_high_singles(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    (void)imm;
    return (union x86_xmm){.d = {a->d[2], b->d[2], a->d[3], b->d[3]}};
}

SIMD_INLINE union x86_xmm unpack_low_doubles(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    (void)imm;
    return (union x86_xmm){.q = {a->q[0], b->q[0]}};
}

SIMD_INLINE union x86_xmm unpack_high_doubles(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    (void)imm;
    return (union x86_xmm){.q = {a->q[1], b->q[1]}};
}

SIMD_INLINE union x86_xmm shuffle_singles(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    return (union x86_xmm){.d = {a->d[imm & 3], a->d[imm >> 2 & 3], b->d[imm >> 4 & 3], b->d[imm >> 6 & 3]}};
}

SIMD_INLINE union x86_xmm shuffle_doubles(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    return (union x86_xmm){.q = {a->q[imm & 1], b->q[imm >> 1 & 1]}};
}

SIMD_INLINE union x86_xmm bits_and(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    (void)imm;
    return (union x86_xmm){.q = {a->q[0] & b->q[0], a->q[1] & b->q[1]}};
}

SIMD_INLINE union x86_xmm bits_andn(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    (void)imm;
    return (union x86_xmm){.q = {~a->q[0] & b->q[0], ~a->q[1] & b->q[1]}};
}

SIMD_INLINE union x86_xmm bits_or(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    (void)imm;
    return (union x86_xmm){.q = {a->q[0] | b->q[0], a->q[1] | b->q[1]}};
}

SIMD_INLINE union x86_xmm bits_xor(const union x86_xmm *a, const union x86_xmm *b, unsigned imm)
{
    (void)imm;
    return (union x86_xmm){.q = {a->q[0] ^ b->q[0], a->q[1] ^ b->q[1]}};
}

SIMD_INLINE void combine(struct x86 *c, const struct x86_insn *i, bool memory, whole_fn *fn)
{
    union x86_xmm b, *a = &c->fpu.xmm[i->dst];

    if (!sse_begin(c, i) || !xmm_source(c, i, memory, &b)) return;
    *a = fn(a, &b, i->imm);
    x86_next(c, i);
}

#define BOTH(name, fn)                                                                                                \
    void x86_##name##_rr(struct x86 *c, const struct x86_insn *i) { combine(c, i, false, fn); }                       \
    void x86_##name##_rm(struct x86 *c, const struct x86_insn *i) { combine(c, i, true, fn); }

BOTH(unpcklps, unpack_low_singles)
BOTH(unpckhps, unpack_high_singles)
BOTH(unpcklpd, unpack_low_doubles)
BOTH(unpckhpd, unpack_high_doubles)
BOTH(shufps, shuffle_singles)
BOTH(shufpd, shuffle_doubles)
BOTH(andps, bits_and)
BOTH(andnps, bits_andn)
BOTH(orps, bits_or)
BOTH(xorps, bits_xor)
