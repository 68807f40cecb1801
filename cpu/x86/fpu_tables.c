/* fpu_tables.c: opcodes D8-DF. SDM vol. 2, appendix A.5 (escape opcode tables 1-16), and the aliases that Intel
 * does not document.
 *
 * Each row of x86_map_fpu is one opcode: eight memory forms by ModRM.reg, then eight register forms; where those
 * differ by ModRM.rm, `more` points to eight further entries. */
#include "cpu/x86/fpu.h"

#define M(fn)       {.name = #fn, .mem16 = x86_##fn, .mem32 = x86_##fn}
#define R(fn)       {.name = #fn, .reg16 = x86_##fn, .reg32 = x86_##fn}
#define R_P6(fn)    {.name = #fn, .reg16 = x86_##fn, .reg32 = x86_##fn, .need = FEAT_P6}
#define NO_M        {.name = "undefined", .mem16 = x86_fundefined, .mem32 = x86_fundefined}
#define NO_R        {.name = "undefined", .reg16 = x86_fundefined, .reg32 = x86_fundefined}
#define BY_RM(list) {.name = #list, .more = list}
#define ALL(x)      x, x, x, x, x, x, x, x

static const struct x86_opdef d9_d0[8] = {R(fnop), NO_R, NO_R, NO_R, NO_R, NO_R, NO_R, NO_R};
static const struct x86_opdef d9_e0[8] = {R(fchs), R(fabs), NO_R, NO_R, R(ftst), R(fxam), NO_R, NO_R};
static const struct x86_opdef d9_e8[8] = {
    R(fld_const), R(fld_const), R(fld_const), R(fld_const), R(fld_const), R(fld_const), R(fld_const), NO_R,
};
static const struct x86_opdef d9_f0[8] = {
    R(f2xm1), R(fyl2x), R(fptan), R(fpatan), R(fxtract), R(fprem1), R(fdecstp), R(fincstp),
};
static const struct x86_opdef d9_f8[8] = {
    R(fprem), R(fyl2xp1), R(fsqrt), R(fsincos), R(frndint), R(fscale), R(fsin), R(fcos),
};
static const struct x86_opdef da_e8[8] = {NO_R, R(fucompp), NO_R, NO_R, NO_R, NO_R, NO_R, NO_R};
static const struct x86_opdef db_e0[8] = {R(feni), R(fdisi), R(fnclex), R(fninit), R(fsetpm), NO_R, NO_R, NO_R};
static const struct x86_opdef de_d8[8] = {NO_R, R(fcompp), NO_R, NO_R, NO_R, NO_R, NO_R, NO_R};
static const struct x86_opdef df_e0[8] = {R(fnstsw_ax), NO_R, NO_R, NO_R, NO_R, NO_R, NO_R, NO_R};

const struct x86_opdef x86_map_fpu[8][16] = {
    /* D8 */
    {ALL(M(farith_m32)), ALL(R(farith_r))},
    /* D9; D8-DF is FSTP1 */
    {M(fld_m32), NO_M, M(fst_m32), M(fstp_m32), M(fldenv), M(fldcw), M(fnstenv), M(fnstcw),
     R(fld_r), R(fxch), BY_RM(d9_d0), R(fstp1), BY_RM(d9_e0), BY_RM(d9_e8), BY_RM(d9_f0), BY_RM(d9_f8)},
    /* DA */
    {ALL(M(farith_i32)),
     R_P6(fcmov), R_P6(fcmov), R_P6(fcmov), R_P6(fcmov), NO_R, BY_RM(da_e8), NO_R, NO_R},
    /* DB */
    {M(fild_i32), NO_M, M(fist_i32), M(fistp_i32), NO_M, M(fld_m80), NO_M, M(fstp_m80),
     R_P6(fcmov), R_P6(fcmov), R_P6(fcmov), R_P6(fcmov), BY_RM(db_e0), R_P6(fucomi), R_P6(fcomi), NO_R},
    /* DC; D0-D7 is FCOM2, D8-DF FCOMP3 */
    {ALL(M(farith_m64)),
     R(farith_to_r), R(farith_to_r), R(farith_r), R(farith_r), R(farith_to_r), R(farith_to_r), R(farith_to_r),
     R(farith_to_r)},
    /* DD; C8-CF is FXCH4 */
    {M(fld_m64), NO_M, M(fst_m64), M(fstp_m64), M(frstor), NO_M, M(fnsave), M(fnstsw),
     R(ffree), R(fxch), R(fst_r), R(fstp_r), R(fucom), R(fucomp), NO_R, NO_R},
    /* DE; D0-D7 is FCOMP5 */
    {ALL(M(farith_i16)),
     R(farith_pop), R(farith_pop), R(farith_pop), BY_RM(de_d8), R(farith_pop), R(farith_pop), R(farith_pop),
     R(farith_pop)},
    /* DF; C0-C7 is FFREEP, C8-CF FXCH7, D0-D7 FSTP8, D8-DF FSTP9 */
    {M(fild_i16), NO_M, M(fist_i16), M(fistp_i16), M(fbld), M(fild_i64), M(fbstp), M(fistp_i64),
     R(ffreep), R(fxch), R(fstp_r), R(fstp_r), BY_RM(df_e0), R_P6(fucomip), R_P6(fcomip), NO_R},
};
