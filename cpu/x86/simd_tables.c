/* simd_tables.c: the MMX, SSE and SSE2 part of the two-byte opcode map. SDM vol. 2 appendix A.3, tables.
 *
 * Most rows have four columns by mandatory prefix: none, 66, F3, F2. A column left empty is undefined. */
#include "cpu/x86/simd.h"

/* One handler for register form, one for memory form. */
#define FORMS(fn_r, fn_m) .reg16 = fn_r, .reg32 = fn_r, .mem16 = fn_m, .mem32 = fn_m
#define BOTH(fn)          FORMS(x86_##fn##_rr, x86_##fn##_rm)
#define REG(fn)           FORMS(x86_##fn, NULL)
#define MEM(fn)           FORMS(NULL, x86_##fn)

#define OP(label, feat, a, b, forms)      {.name = label, .operand = {a, b}, .need = feat, forms}
#define OP_I(label, feat, a, b, forms)    {.name = label, .operand = {a, b, Ib}, .need = feat, forms}
#define UNDEFINED                         {.name = "undefined"}
#define BY_PREFIX(label, list)            {.name = label, .flags = OP_PREFIX, .more = list}
#define BY_REG(label, list)               {.name = label, .flags = OP_GROUP, .more = list}

/* Integer operations: MMX without a prefix, SSE2 with 66; NEED is what the MMX form needs. */
#define INTEGER(fn, feat)                                                                                             \
    static const struct x86_opdef by_##fn[4] = {                                                                      \
        OP(#fn, feat, Pq, Qq, BOTH(fn##_mmx)), OP(#fn, FEAT_SSE2, Vx, Wx, BOTH(fn##_xmm)), UNDEFINED, UNDEFINED};

#define M(fn) INTEGER(fn, FEAT_MMX)
M(punpcklbw) M(punpcklwd) M(punpckldq) M(packsswb) M(pcmpgtb) M(pcmpgtw) M(pcmpgtd) M(packuswb)
M(punpckhbw) M(punpckhwd) M(punpckhdq) M(packssdw) M(pcmpeqb) M(pcmpeqw) M(pcmpeqd)
M(psrlw) M(psrld) M(psrlq) M(pmullw) M(psubusb) M(psubusw) M(pand) M(paddusb) M(paddusw) M(pandn)
M(psraw) M(psrad) M(pmulhw) M(psubsb) M(psubsw) M(por) M(paddsb) M(paddsw) M(pxor)
M(psllw) M(pslld) M(psllq) M(pmaddwd) M(psubb) M(psubw) M(psubd) M(paddb) M(paddw) M(paddd)
INTEGER(pminub, FEAT_SSE) INTEGER(pmaxub, FEAT_SSE) INTEGER(pminsw, FEAT_SSE) INTEGER(pmaxsw, FEAT_SSE)
INTEGER(pavgb, FEAT_SSE) INTEGER(pavgw, FEAT_SSE) INTEGER(pmulhuw, FEAT_SSE) INTEGER(psadbw, FEAT_SSE)
INTEGER(paddq, FEAT_SSE2) INTEGER(psubq, FEAT_SSE2) INTEGER(pmuludq, FEAT_SSE2)
#undef M

/* Floating point in all four forms. */
#define FLOAT(fn)                                                                                                     \
    static const struct x86_opdef by_##fn[4] = {                                                                      \
        OP(#fn "ps", FEAT_SSE, Vx, Wx, BOTH(fn##ps)), OP(#fn "pd", FEAT_SSE2, Vx, Wx, BOTH(fn##pd)),                  \
        OP(#fn "ss", FEAT_SSE, Vx, Wx, BOTH(fn##ss)), OP(#fn "sd", FEAT_SSE2, Vx, Wx, BOTH(fn##sd))};
FLOAT(add) FLOAT(sub) FLOAT(mul) FLOAT(div) FLOAT(min) FLOAT(max) FLOAT(sqrt)

/* What PS and PD do alike. */
#define LOGIC(fn, ps, pd)                                                                                             \
    static const struct x86_opdef by_##fn[4] = {OP(#fn "ps", FEAT_SSE, Vx, Wx, BOTH(ps)),                             \
                                                OP(#fn "pd", FEAT_SSE2, Vx, Wx, BOTH(pd)), UNDEFINED, UNDEFINED};
LOGIC(and, andps, andps) LOGIC(andn, andnps, andnps) LOGIC(or, orps, orps) LOGIC(xor, xorps, xorps)
LOGIC(unpckl, unpcklps, unpcklpd) LOGIC(unpckh, unpckhps, unpckhpd)
LOGIC(ucomi, ucomiss, ucomisd) LOGIC(comi, comiss, comisd)

#define ROW static const struct x86_opdef

/* 10-17, 28-2F */
ROW by_10[4] = {OP("movups", FEAT_SSE, Vx, Wx, FORMS(x86_movaps_rr, x86_movups_rm)),
                OP("movupd", FEAT_SSE2, Vx, Wx, FORMS(x86_movaps_rr, x86_movups_rm)),
                OP("movss", FEAT_SSE, Vx, Wx, BOTH(movss)), OP("movsd", FEAT_SSE2, Vx, Wx, BOTH(movsd))};
ROW by_11[4] = {OP("movups", FEAT_SSE, Wx, Vx, FORMS(x86_movaps_store_rr, x86_movups_mr)),
                OP("movupd", FEAT_SSE2, Wx, Vx, FORMS(x86_movaps_store_rr, x86_movups_mr)),
                OP("movss", FEAT_SSE, Wx, Vx, FORMS(x86_movss_store_rr, x86_movss_mr)),
                OP("movsd", FEAT_SSE2, Wx, Vx, FORMS(x86_movsd_store_rr, x86_movsd_mr))};
ROW by_12[4] = {OP("movlps", FEAT_SSE, Vx, Wx, FORMS(x86_movhlps, x86_movlps_rm)),
                OP("movlpd", FEAT_SSE2, Vx, Wx, MEM(movlps_rm)), UNDEFINED, UNDEFINED};
ROW by_13[4] = {OP("movlps", FEAT_SSE, Wx, Vx, MEM(movlps_mr)), OP("movlpd", FEAT_SSE2, Wx, Vx, MEM(movlps_mr)),
                UNDEFINED, UNDEFINED};
ROW by_16[4] = {OP("movhps", FEAT_SSE, Vx, Wx, FORMS(x86_movlhps, x86_movhps_rm)),
                OP("movhpd", FEAT_SSE2, Vx, Wx, MEM(movhps_rm)), UNDEFINED, UNDEFINED};
ROW by_17[4] = {OP("movhps", FEAT_SSE, Wx, Vx, MEM(movhps_mr)), OP("movhpd", FEAT_SSE2, Wx, Vx, MEM(movhps_mr)),
                UNDEFINED, UNDEFINED};
ROW by_28[4] = {OP("movaps", FEAT_SSE, Vx, Wx, BOTH(movaps)), OP("movapd", FEAT_SSE2, Vx, Wx, BOTH(movaps)),
                UNDEFINED, UNDEFINED};
ROW by_29[4] = {OP("movaps", FEAT_SSE, Wx, Vx, FORMS(x86_movaps_store_rr, x86_movaps_mr)),
                OP("movapd", FEAT_SSE2, Wx, Vx, FORMS(x86_movaps_store_rr, x86_movaps_mr)), UNDEFINED, UNDEFINED};
ROW by_2a[4] = {OP("cvtpi2ps", FEAT_SSE, Vx, Qq, BOTH(cvtpi2ps)), OP("cvtpi2pd", FEAT_SSE2, Vx, Qq, BOTH(cvtpi2pd)),
                OP("cvtsi2ss", FEAT_SSE, Vx, Ed, BOTH(cvtsi2ss)), OP("cvtsi2sd", FEAT_SSE2, Vx, Ed, BOTH(cvtsi2sd))};
ROW by_2b[4] = {OP("movntps", FEAT_SSE, Wx, Vx, MEM(movntps)), OP("movntpd", FEAT_SSE2, Wx, Vx, MEM(movntps)),
                UNDEFINED, UNDEFINED};
ROW by_2c[4] = {OP("cvttps2pi", FEAT_SSE, Pq, Wx, BOTH(cvttps2pi)), OP("cvttpd2pi", FEAT_SSE2, Pq, Wx, BOTH(cvttpd2pi)),
                OP("cvttss2si", FEAT_SSE, Gd, Wx, BOTH(cvttss2si)), OP("cvttsd2si", FEAT_SSE2, Gd, Wx, BOTH(cvttsd2si))};
ROW by_2d[4] = {OP("cvtps2pi", FEAT_SSE, Pq, Wx, BOTH(cvtps2pi)), OP("cvtpd2pi", FEAT_SSE2, Pq, Wx, BOTH(cvtpd2pi)),
                OP("cvtss2si", FEAT_SSE, Gd, Wx, BOTH(cvtss2si)), OP("cvtsd2si", FEAT_SSE2, Gd, Wx, BOTH(cvtsd2si))};

/* 50-5F */
ROW by_50[4] = {OP("movmskps", FEAT_SSE, Gd, Wx, REG(movmskps)), OP("movmskpd", FEAT_SSE2, Gd, Wx, REG(movmskpd)),
                UNDEFINED, UNDEFINED};
ROW by_52[4] = {OP("rsqrtps", FEAT_SSE, Vx, Wx, BOTH(rsqrtps)), UNDEFINED, OP("rsqrtss", FEAT_SSE, Vx, Wx, BOTH(rsqrtss)),
                UNDEFINED};
ROW by_53[4] = {OP("rcpps", FEAT_SSE, Vx, Wx, BOTH(rcpps)), UNDEFINED, OP("rcpss", FEAT_SSE, Vx, Wx, BOTH(rcpss)),
                UNDEFINED};
ROW by_5a[4] = {OP("cvtps2pd", FEAT_SSE2, Vx, Wx, BOTH(cvtps2pd)), OP("cvtpd2ps", FEAT_SSE2, Vx, Wx, BOTH(cvtpd2ps)),
                OP("cvtss2sd", FEAT_SSE2, Vx, Wx, BOTH(cvtss2sd)), OP("cvtsd2ss", FEAT_SSE2, Vx, Wx, BOTH(cvtsd2ss))};
ROW by_5b[4] = {OP("cvtdq2ps", FEAT_SSE2, Vx, Wx, BOTH(cvtdq2ps)), OP("cvtps2dq", FEAT_SSE2, Vx, Wx, BOTH(cvtps2dq)),
                OP("cvttps2dq", FEAT_SSE2, Vx, Wx, BOTH(cvttps2dq)), UNDEFINED};

/* 6C-7F */
ROW by_6c[4] = {UNDEFINED, OP("punpcklqdq", FEAT_SSE2, Vx, Wx, BOTH(punpcklqdq)), UNDEFINED, UNDEFINED};
ROW by_6d[4] = {UNDEFINED, OP("punpckhqdq", FEAT_SSE2, Vx, Wx, BOTH(punpckhqdq)), UNDEFINED, UNDEFINED};
ROW by_6e[4] = {OP("movd", FEAT_MMX, Pq, Ed, BOTH(movd_mmx)), OP("movd", FEAT_SSE2, Vx, Ed, BOTH(movd_xmm)), UNDEFINED,
                UNDEFINED};
ROW by_6f[4] = {OP("movq", FEAT_MMX, Pq, Qq, BOTH(movq_mmx)), OP("movdqa", FEAT_SSE2, Vx, Wx, BOTH(movaps)),
                OP("movdqu", FEAT_SSE2, Vx, Wx, FORMS(x86_movaps_rr, x86_movups_rm)), UNDEFINED};
ROW by_70[4] = {OP_I("pshufw", FEAT_SSE, Pq, Qq, BOTH(pshufw)), OP_I("pshufd", FEAT_SSE2, Vx, Wx, BOTH(pshufd)),
                OP_I("pshufhw", FEAT_SSE2, Vx, Wx, BOTH(pshufhw)), OP_I("pshuflw", FEAT_SSE2, Vx, Wx, BOTH(pshuflw))};


/* 71-73: shifts by an immediate, register form only; /2 right, /4 right arithmetic, /6 left, /3 and /7 by bytes. */
#define SHIFT_M(fn) {.name = #fn, .operand = {Qq, Ib}, .need = FEAT_MMX, REG(fn##_mmx_ri)}
#define SHIFT_X(fn) {.name = #fn, .operand = {Wx, Ib}, .need = FEAT_SSE2, REG(fn##_xmm_ri)}
#define SHIFT_B(fn) {.name = #fn, .operand = {Wx, Ib}, .need = FEAT_SSE2, REG(fn##_ri)}
#define U           UNDEFINED
ROW mmx_71[8] = {U, U, SHIFT_M(psrlw), U, SHIFT_M(psraw), U, SHIFT_M(psllw), U};
ROW xmm_71[8] = {U, U, SHIFT_X(psrlw), U, SHIFT_X(psraw), U, SHIFT_X(psllw), U};
ROW mmx_72[8] = {U, U, SHIFT_M(psrld), U, SHIFT_M(psrad), U, SHIFT_M(pslld), U};
ROW xmm_72[8] = {U, U, SHIFT_X(psrld), U, SHIFT_X(psrad), U, SHIFT_X(pslld), U};
ROW mmx_73[8] = {U, U, SHIFT_M(psrlq), U, U, U, SHIFT_M(psllq), U};
ROW xmm_73[8] = {U, U, SHIFT_X(psrlq), SHIFT_B(psrldq), U, U, SHIFT_X(psllq), SHIFT_B(pslldq)};
ROW by_71[4] = {BY_REG("shift", mmx_71), BY_REG("shift", xmm_71), U, U};
ROW by_72[4] = {BY_REG("shift", mmx_72), BY_REG("shift", xmm_72), U, U};
ROW by_73[4] = {BY_REG("shift", mmx_73), BY_REG("shift", xmm_73), U, U};

ROW by_7e[4] = {OP("movd", FEAT_MMX, Ed, Pq, FORMS(x86_movd_from_mmx_r, x86_movd_from_mmx_m)),
                OP("movd", FEAT_SSE2, Ed, Vx, FORMS(x86_movd_from_xmm_r, x86_movd_from_xmm_m)),
                OP("movq", FEAT_SSE2, Vx, Wx, BOTH(movq_xmm)), U};
ROW by_7f[4] = {OP("movq", FEAT_MMX, Qq, Pq, FORMS(x86_movq_mmx_store_rr, x86_movq_mmx_mr)),
                OP("movdqa", FEAT_SSE2, Wx, Vx, FORMS(x86_movaps_store_rr, x86_movaps_mr)),
                OP("movdqu", FEAT_SSE2, Wx, Vx, FORMS(x86_movaps_store_rr, x86_movups_mr)), U};

/* AE: state and ordering, by ModRM.reg and form */
ROW ae_5[2] = {{.name = "lfence", .need = FEAT_SSE2, REG(fence)}, U};
ROW ae_6[2] = {{.name = "mfence", .need = FEAT_SSE2, REG(fence)}, U};
ROW ae_7[2] = {{.name = "sfence", .need = FEAT_SSE, REG(fence)}, {.name = "clflush", .need = FEAT_CLFSH, MEM(clflush)}};
ROW group_ae[8] = {
    {.name = "fxsave", .need = FEAT_FXSR, MEM(fxsave)}, {.name = "fxrstor", .need = FEAT_FXSR, MEM(fxrstor)},
    {.name = "ldmxcsr", .need = FEAT_SSE, MEM(ldmxcsr)}, {.name = "stmxcsr", .need = FEAT_SSE, MEM(stmxcsr)},
    U, {.name = "lfence", .flags = OP_MEMFORM, .more = ae_5}, {.name = "mfence", .flags = OP_MEMFORM, .more = ae_6},
    {.name = "sfence", .flags = OP_MEMFORM, .more = ae_7}};
ROW by_ae[4] = {BY_REG("state", group_ae), U, U, U};

/* 18: prefetch hints; the encodings beyond /3 are hints too */
ROW by_18[2] = {U, {.name = "prefetch", .need = FEAT_SSE, MEM(prefetch)}};

/* C2-C6 */
ROW by_c2[4] = {OP_I("cmpps", FEAT_SSE, Vx, Wx, BOTH(cmpps)), OP_I("cmppd", FEAT_SSE2, Vx, Wx, BOTH(cmppd)),
                OP_I("cmpss", FEAT_SSE, Vx, Wx, BOTH(cmpss)), OP_I("cmpsd", FEAT_SSE2, Vx, Wx, BOTH(cmpsd))};
ROW by_c3[4] = {OP("movnti", FEAT_SSE2, Ed, Gd, MEM(movnti)), U, U, U};
ROW by_c4[4] = {OP_I("pinsrw", FEAT_SSE, Pq, Ed, BOTH(pinsrw_mmx)), OP_I("pinsrw", FEAT_SSE2, Vx, Ed, BOTH(pinsrw_xmm)), U,
                U};
ROW by_c5[4] = {OP_I("pextrw", FEAT_SSE, Gd, Qq, REG(pextrw_mmx)), OP_I("pextrw", FEAT_SSE2, Gd, Wx, REG(pextrw_xmm)), U, U};
ROW by_c6[4] = {OP_I("shufps", FEAT_SSE, Vx, Wx, BOTH(shufps)), OP_I("shufpd", FEAT_SSE2, Vx, Wx, BOTH(shufpd)), U, U};

/* D6-F7, the irregular ones */
ROW by_d6[4] = {U, OP("movq", FEAT_SSE2, Wx, Vx, FORMS(x86_movq_xmm_store_rr, x86_movq_xmm_mr)),
                OP("movq2dq", FEAT_SSE2, Vx, Qq, REG(movq2dq)), OP("movdq2q", FEAT_SSE2, Pq, Wx, REG(movdq2q))};
ROW by_d7[4] = {OP("pmovmskb", FEAT_SSE, Gd, Qq, REG(pmovmskb_mmx)), OP("pmovmskb", FEAT_SSE2, Gd, Wx, REG(pmovmskb_xmm)), U,
                U};
ROW by_e6[4] = {U, OP("cvttpd2dq", FEAT_SSE2, Vx, Wx, BOTH(cvttpd2dq)), OP("cvtdq2pd", FEAT_SSE2, Vx, Wx, BOTH(cvtdq2pd)),
                OP("cvtpd2dq", FEAT_SSE2, Vx, Wx, BOTH(cvtpd2dq))};
ROW by_e7[4] = {OP("movntq", FEAT_SSE, Qq, Pq, MEM(movntq)), OP("movntdq", FEAT_SSE2, Wx, Vx, MEM(movntps)), U, U};
ROW by_f7[4] = {OP("maskmovq", FEAT_SSE, Pq, Qq, REG(maskmovq)), OP("maskmovdqu", FEAT_SSE2, Vx, Wx, REG(maskmovdqu)), U, U};

#define P(list) BY_PREFIX(#list, list)
const struct x86_opdef x86_map_simd[256] = {
    [0x10] = P(by_10), P(by_11), P(by_12), P(by_13), P(by_unpckl), P(by_unpckh), P(by_16), P(by_17),
    [0x18] = {.name = "prefetch", .flags = OP_MEMFORM, .more = by_18},
    [0x28] = P(by_28), P(by_29), P(by_2a), P(by_2b), P(by_2c), P(by_2d), P(by_ucomi), P(by_comi),
    [0x50] = P(by_50), P(by_sqrt), P(by_52), P(by_53), P(by_and), P(by_andn), P(by_or), P(by_xor),
    [0x58] = P(by_add), P(by_mul), P(by_5a), P(by_5b), P(by_sub), P(by_min), P(by_div), P(by_max),
    [0x60] = P(by_punpcklbw), P(by_punpcklwd), P(by_punpckldq), P(by_packsswb),
    [0x64] = P(by_pcmpgtb), P(by_pcmpgtw), P(by_pcmpgtd), P(by_packuswb),
    [0x68] = P(by_punpckhbw), P(by_punpckhwd), P(by_punpckhdq), P(by_packssdw),
    [0x6c] = P(by_6c), P(by_6d), P(by_6e), P(by_6f),
    [0x70] = P(by_70), P(by_71), P(by_72), P(by_73),
    [0x74] = P(by_pcmpeqb), P(by_pcmpeqw), P(by_pcmpeqd),
    [0x77] = {.name = "emms", .need = FEAT_MMX, FORMS(x86_emms, NULL)},
    [0x7e] = P(by_7e), P(by_7f),
    [0xae] = P(by_ae),
    [0xc2] = P(by_c2), P(by_c3), P(by_c4), P(by_c5), P(by_c6),
    [0xd1] = P(by_psrlw), P(by_psrld), P(by_psrlq), P(by_paddq), P(by_pmullw), P(by_d6), P(by_d7),
    [0xd8] = P(by_psubusb), P(by_psubusw), P(by_pminub), P(by_pand),
    [0xdc] = P(by_paddusb), P(by_paddusw), P(by_pmaxub), P(by_pandn),
    [0xe0] = P(by_pavgb), P(by_psraw), P(by_psrad), P(by_pavgw), P(by_pmulhuw), P(by_pmulhw), P(by_e6), P(by_e7),
    [0xe8] = P(by_psubsb), P(by_psubsw), P(by_pminsw), P(by_por), P(by_paddsb), P(by_paddsw), P(by_pmaxsw), P(by_pxor),
    [0xf1] = P(by_psllw), P(by_pslld), P(by_psllq), P(by_pmuludq), P(by_pmaddwd), P(by_psadbw), P(by_f7),
    [0xf8] = P(by_psubb), P(by_psubw), P(by_psubd), P(by_psubq), P(by_paddb), P(by_paddw), P(by_paddd),
};
