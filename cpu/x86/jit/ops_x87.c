/* ops_x87.c: rows of ops.h for x87 and MMX instructions: those that compute exactly the same on every host.
 *
 * FSIN and its like, which no two makes of CPU compute alike, and FPREM, FPREM1, FSCALE and FXTRACT, whose corners differ, are done by
 * x87_calls.c; what moves the whole state, or makes a number of undefined digits (FBLD), by x87_state.c. FNCLEX leaves C0 to C3, as every
 * processor does. Not here, so left to the handler: FSTP1, which Intel does not document. */
#include "cpu/x86/jit/ops.h"

#include "cpu/x86/handlers.h"
#include "cpu/x86/simd.h"
#include "cpu/x86/x86.h"

#define X87(name, arg, n)      {x86_##name, OPK_X87, arg, n}
#define MMX(name, arg, n)      {x86_##name, OPK_MMX, arg, n}
#define MMX_BOTH(name, arg, n) MMX(name##_rr, arg, n), MMX(name##_rm, arg, n)
#define MMX_LANE(name)         MMX_BOTH(name##_mmx, 0, 8),
#define MMX_SHIFT(name)        MMX_BOTH(name##_mmx, 0, 8), MMX(name##_mmx_ri, SSE_IMM, 0),
#define MMX_LOW(name)          MMX_BOTH(name##_mmx, 0, 4)
#define MMX_HIGH(name)         MMX_BOTH(name##_mmx, 0, 8)

const struct jit_op jit_ops_x87[] = {
    X87(fld_m32, 0, 4), X87(fld_m64, 0, 8), X87(fld_m80, 0, 10), X87(fld_r, 0, 0), X87(fld_const, 0, 0),
    X87(fild_i16, 0, 2), X87(fild_i32, 0, 4), X87(fild_i64, 0, 8),
    X87(fst_m32, X87_WRITE, 4), X87(fst_m64, X87_WRITE, 8), X87(fst_r, 0, 0), X87(fstp_m32, X87_WRITE, 4), X87(fstp_m64, X87_WRITE, 8),
    X87(fstp_m80, X87_WRITE, 10), X87(fstp_r, 0, 0), X87(fist_i16, X87_WRITE, 2), X87(fist_i32, X87_WRITE, 4),
    X87(fistp_i16, X87_WRITE, 2), X87(fistp_i32, X87_WRITE, 4), X87(fistp_i64, X87_WRITE, 8),
    X87(fxch, 0, 0), X87(fcmov, X87_CMOV, 0), X87(ffree, 0, 0), X87(ffreep, 0, 0), X87(fdecstp, 0, 0), X87(fincstp, 0, 0),
    X87(farith_m32, 0, 4), X87(farith_m64, 0, 8), X87(farith_i16, 0, 2), X87(farith_i32, 0, 4),
    X87(farith_r, 0, 0), X87(farith_to_r, 0, 0), X87(farith_pop, 0, 0),
    X87(fcompp, 0, 0), X87(fucom, 0, 0), X87(fucomp, 0, 0), X87(fucompp, 0, 0),
    X87(fcomi, X87_FLAGS, 0), X87(fcomip, X87_FLAGS, 0), X87(fucomi, X87_FLAGS, 0), X87(fucomip, X87_FLAGS, 0),
    X87(fchs, 0, 0), X87(fabs, 0, 0), X87(ftst, 0, 0), X87(fxam, 0, 0), X87(fsqrt, 0, 0), X87(frndint, 0, 0),
    X87(fsin, X87_CALL, CALL_FSIN), X87(fcos, X87_CALL, CALL_FCOS), X87(f2xm1, X87_CALL, CALL_F2XM1), X87(fsincos, X87_CALL, CALL_FSINCOS),
    X87(fptan, X87_CALL, CALL_FPTAN), X87(fxtract, X87_CALL, CALL_FXTRACT), X87(fpatan, X87_CALL, CALL_FPATAN),
    X87(fyl2x, X87_CALL, CALL_FYL2X), X87(fyl2xp1, X87_CALL, CALL_FYL2XP1), X87(fscale, X87_CALL, CALL_FSCALE),
    X87(fprem, X87_CALL, CALL_FPREM), X87(fprem1, X87_CALL, CALL_FPREM1),
    X87(fnstenv, X87_STATE | X87_SILENT | X87_WRITE, STATE_FNSTENV), X87(fldenv, X87_STATE | X87_SILENT, STATE_FLDENV),
    X87(fnsave, X87_STATE | X87_SILENT | X87_WRITE, STATE_FNSAVE), X87(frstor, X87_STATE | X87_SILENT, STATE_FRSTOR),
    X87(fxsave, X87_STATE | X87_SILENT | X87_WRITE, STATE_FXSAVE), X87(fxrstor, X87_STATE | X87_SILENT, STATE_FXRSTOR),
    X87(fbld, X87_STATE, STATE_FBLD), X87(fbstp, X87_WRITE, 10), X87(fninit, X87_SILENT | X87_RESET, 0), X87(fnclex, X87_SILENT, 0),
    X87(fnop, 0, 0), X87(fwait, X87_NOTHING | X87_SILENT, 0),
    X87(fldcw, X87_SILENT | X87_CW, 2), X87(fnstcw, X87_SILENT | X87_CW | X87_WRITE, 2),
    X87(fnstsw, X87_SILENT | X87_WRITE, 2), X87(fnstsw_ax, X87_SILENT | X87_AX, 0),

    SIMD_LANE_OPS(MMX_LANE) SIMD_SHIFTS(MMX_SHIFT)
    MMX_LOW(punpcklbw), MMX_LOW(punpcklwd), MMX_LOW(punpckldq), MMX_HIGH(punpckhbw), MMX_HIGH(punpckhwd), MMX_HIGH(punpckhdq),
    MMX_HIGH(packsswb), MMX_HIGH(packuswb), MMX_HIGH(packssdw),
    MMX_BOTH(pshufw, SSE_IMM, 8), MMX_BOTH(pinsrw_mmx, SSE_RM_GPR | SSE_IMM, 2), MMX(pextrw_mmx, SSE_REG_GPR | SSE_IMM, 0),
    MMX(pmovmskb_mmx, SSE_REG_GPR, 0), MMX_BOTH(movd_mmx, SSE_RM_GPR, 4), MMX(movd_from_mmx_r, SSE_RM_GPR | SSE_WRITE, 4),
    MMX(movd_from_mmx_m, SSE_WRITE, 4), MMX_BOTH(movq_mmx, 0, 8), MMX(movq_mmx_store_rr, SSE_WRITE, 8), MMX(movq_mmx_mr, SSE_WRITE, 8),
    MMX(movntq, SSE_WRITE, 8), MMX(maskmovq, SSE_MASKED, 8), MMX(emms, 0, 0),
};
const unsigned jit_ops_x87_count = sizeof(jit_ops_x87) / sizeof(jit_ops_x87[0]);
