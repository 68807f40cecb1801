/* tables.c: the opcode maps, laid out as in SDM 2D appendix A. */
#include "cpu/x86/handlers.h"
#include "cpu/x86/x86.h"

/* Handlers of byte operations, of one size, and by operand size: register form first. */
#define B_(r, m)   x86_##r##8, x86_##m##8, x86_##r##8, x86_##m##8
#define V_(r, m)   x86_##r##16, x86_##m##16, x86_##r##32, x86_##m##32
#define ONE(r)     x86_##r, NULL, x86_##r, NULL
#define SIZED(r)   x86_##r##16, NULL, x86_##r##32, NULL
#define SIZED8(r)  x86_##r##8, NULL, x86_##r##8, NULL
#define MEM8(m)    NULL, x86_##m##8, NULL, x86_##m##8
#define MEMV(m)    NULL, x86_##m##16, NULL, x86_##m##32
#define SAME(r, m) x86_##r, x86_##m, x86_##r, x86_##m
/* MMX and SSE: the decoder looks in x86_map_simd. */
#define SIMD       {NULL, {NONE}, 0, 0, NULL, NULL, NULL, NULL, NULL}
#define UD         {"ud", {NONE}, OP_END, 0, NULL, NULL, NULL, NULL, NULL}

/* The six forms of the eight arithmetic operations at op*8. Writing forms may be locked. */
#define ALU(name, lock)                                                                \
    {#name, {Eb, Gb}, lock, 0, B_(name##_rr, name##_mr), NULL},                        \
    {#name, {Ev, Gv}, lock, 0, V_(name##_rr, name##_mr), NULL},                        \
    {#name, {Gb, Eb}, 0, 0, B_(name##_rr, name##_rm), NULL},                           \
    {#name, {Gv, Ev}, 0, 0, V_(name##_rr, name##_rm), NULL},                           \
    {#name, {ALb, Ib}, 0, 0, SIZED8(name##_ri), NULL},                                 \
    {#name, {eAX, Iz}, 0, 0, SIZED(name##_ri), NULL}

#define PUSH_SEG(name) {"push " #name, {NONE}, 0, 0, SIZED(push_seg), NULL}
#define POP_SEG(name)  {"pop " #name, {NONE}, 0, 0, SIZED(pop_seg), NULL}

/* Rows of eight and sixteen equal entries. */
#define ROW8(...)  __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define ROW16(...) ROW8(__VA_ARGS__), ROW8(__VA_ARGS__)

/* --- groups ------------------------------------------------------------------------------------------------------------------ */

#define GROUP1(e, i, W, f)                                                                                               \
    {"add", {e, i}, OP_LOCK, 0, W(add_ri, add_mi), NULL}, {"or", {e, i}, OP_LOCK, 0, W(or_ri, or_mi), NULL},             \
    {"adc", {e, i}, OP_LOCK, 0, W(adc_ri, adc_mi), NULL}, {"sbb", {e, i}, OP_LOCK, 0, W(sbb_ri, sbb_mi), NULL},          \
    {"and", {e, i}, OP_LOCK, 0, W(and_ri, and_mi), NULL}, {"sub", {e, i}, OP_LOCK, 0, W(sub_ri, sub_mi), NULL},          \
    {"xor", {e, i}, OP_LOCK, 0, W(xor_ri, xor_mi), NULL}, {"cmp", {e, i}, 0, 0, W(cmp_ri, cmp_mi), NULL}
static const struct x86_opdef group1_b[8] = {GROUP1(Eb, Ib, B_, )};
static const struct x86_opdef group1_z[8] = {GROUP1(Ev, Iz, V_, )};
static const struct x86_opdef group1_s[8] = {GROUP1(Ev, Ibs, V_, )};

#define GROUP2(e, i, W, need)                                                                                            \
    {"rol", {e, i}, 0, need, W(rol_ri, rol_mi), NULL}, {"ror", {e, i}, 0, need, W(ror_ri, ror_mi), NULL},                \
    {"rcl", {e, i}, 0, need, W(rcl_ri, rcl_mi), NULL}, {"rcr", {e, i}, 0, need, W(rcr_ri, rcr_mi), NULL},                \
    {"shl", {e, i}, 0, need, W(shl_ri, shl_mi), NULL}, {"shr", {e, i}, 0, need, W(shr_ri, shr_mi), NULL},                \
    {"sal", {e, i}, 0, need, W(sal_ri, sal_mi), NULL}, {"sar", {e, i}, 0, need, W(sar_ri, sar_mi), NULL}
#define GROUP2_CL(e, W)                                                                                                  \
    {"rol", {e}, 0, 0, W(rol_rc, rol_mc), NULL}, {"ror", {e}, 0, 0, W(ror_rc, ror_mc), NULL},                            \
    {"rcl", {e}, 0, 0, W(rcl_rc, rcl_mc), NULL}, {"rcr", {e}, 0, 0, W(rcr_rc, rcr_mc), NULL},                            \
    {"shl", {e}, 0, 0, W(shl_rc, shl_mc), NULL}, {"shr", {e}, 0, 0, W(shr_rc, shr_mc), NULL},                            \
    {"sal", {e}, 0, 0, W(sal_rc, sal_mc), NULL}, {"sar", {e}, 0, 0, W(sar_rc, sar_mc), NULL}
static const struct x86_opdef group2_bi[8] = {GROUP2(Eb, Ib, B_, FEAT_186)};
static const struct x86_opdef group2_vi[8] = {GROUP2(Ev, Ib, V_, FEAT_186)};
static const struct x86_opdef group2_b1[8] = {GROUP2(Eb, I1, B_, 0)};
static const struct x86_opdef group2_v1[8] = {GROUP2(Ev, I1, V_, 0)};
static const struct x86_opdef group2_bc[8] = {GROUP2_CL(Eb, B_)};
static const struct x86_opdef group2_vc[8] = {GROUP2_CL(Ev, V_)};

#define GROUP3(e, i, W)                                                                                                  \
    {"test", {e, i}, 0, 0, W(test_ri, test_mi), NULL}, {"test", {e, i}, 0, 0, W(test_ri, test_mi), NULL},                \
    {"not", {e}, OP_LOCK, 0, W(not_r, not_m), NULL}, {"neg", {e}, OP_LOCK, 0, W(neg_r, neg_m), NULL},                    \
    {"mul", {e}, 0, 0, W(mul_r, mul_m), NULL}, {"imul", {e}, 0, 0, W(imul_r, imul_m), NULL},                             \
    {"div", {e}, 0, 0, W(div_r, div_m), NULL}, {"idiv", {e}, 0, 0, W(idiv_r, idiv_m), NULL}
static const struct x86_opdef group3_b[8] = {GROUP3(Eb, Ib, B_)};
static const struct x86_opdef group3_v[8] = {GROUP3(Ev, Iz, V_)};

static const struct x86_opdef group4[8] = {
    {"inc", {Eb}, OP_LOCK, 0, B_(inc_r, inc_m), NULL}, {"dec", {Eb}, OP_LOCK, 0, B_(dec_r, dec_m), NULL}, UD, UD, UD, UD, UD, UD,
};
static const struct x86_opdef group5[8] = {
    {"inc", {Ev}, OP_LOCK, 0, V_(inc_r, inc_m), NULL}, {"dec", {Ev}, OP_LOCK, 0, V_(dec_r, dec_m), NULL},
    {"call", {Ev}, OP_END, 0, V_(call_r, call_m), NULL}, {"call far", {Mm}, OP_END, 0, MEMV(call_far_m), NULL},
    {"jmp", {Ev}, OP_END, 0, V_(jmp_r, jmp_m), NULL}, {"jmp far", {Mm}, OP_END, 0, MEMV(jmp_far_m), NULL},
    {"push", {Ev}, 0, 0, V_(push_r, push_m), NULL}, UD,
};
static const struct x86_opdef group1a[8] = {{"pop", {Ev}, 0, 0, V_(pop_r, pop_m), NULL}, UD, UD, UD, UD, UD, UD, UD};
static const struct x86_opdef group11_b[8] = {{"mov", {Eb, Ib}, 0, 0, B_(mov_ri, mov_mi), NULL}, UD, UD, UD, UD, UD, UD, UD};
static const struct x86_opdef group11_v[8] = {{"mov", {Ev, Iz}, 0, 0, V_(mov_ri, mov_mi), NULL}, UD, UD, UD, UD, UD, UD, UD};

static const struct x86_opdef group6[8] = {
    {"sldt", {Ev}, 0, FEAT_286, x86_sldt_r16, x86_sldt_m, x86_sldt_r32, x86_sldt_m, NULL},
    {"str", {Ev}, 0, FEAT_286, x86_str_r16, x86_str_m, x86_str_r32, x86_str_m, NULL},
    {"lldt", {Ew}, 0, FEAT_286, SAME(lldt_r, lldt_m), NULL}, {"ltr", {Ew}, 0, FEAT_286, SAME(ltr_r, ltr_m), NULL},
    {"verr", {Ew}, 0, FEAT_286, SAME(verr_r, verr_m), NULL}, {"verw", {Ew}, 0, FEAT_286, SAME(verw_r, verw_m), NULL}, UD, UD,
};
static const struct x86_opdef group7[8] = {
    {"sgdt", {Mm}, 0, FEAT_286, MEMV(sgdt), NULL}, {"sidt", {Mm}, 0, FEAT_286, MEMV(sidt), NULL},
    {"lgdt", {Mm}, 0, FEAT_286, MEMV(lgdt), NULL}, {"lidt", {Mm}, 0, FEAT_286, MEMV(lidt), NULL},
    {"smsw", {Ev}, 0, FEAT_286, x86_smsw_r16, x86_smsw_m, x86_smsw_r32, x86_smsw_m, NULL}, UD,
    {"lmsw", {Ew}, OP_END, FEAT_286, SAME(lmsw_r, lmsw_m), NULL},
    {"invlpg", {Mm}, OP_END, FEAT_486, NULL, x86_invlpg, NULL, x86_invlpg, NULL},
};
static const struct x86_opdef group8[8] = {
    UD, UD, UD, UD,
    {"bt", {Ev, Ib}, 0, FEAT_386, V_(bt_ri, bt_mi), NULL}, {"bts", {Ev, Ib}, OP_LOCK, FEAT_386, V_(bts_ri, bts_mi), NULL},
    {"btr", {Ev, Ib}, OP_LOCK, FEAT_386, V_(btr_ri, btr_mi), NULL}, {"btc", {Ev, Ib}, OP_LOCK, FEAT_386, V_(btc_ri, btc_mi), NULL},
};
static const struct x86_opdef group9[8] = {
    UD, {"cmpxchg8b", {Mm}, OP_LOCK, FEAT_CX8, NULL, x86_cmpxchg8b_m, NULL, x86_cmpxchg8b_m, NULL}, UD, UD, UD, UD, UD, UD,
};

/* --- one byte ------------------------------------------------------------------------------------------------------------------- */

const struct x86_opdef x86_map_1byte[256] = {
    /* 00 */ ALU(add, OP_LOCK), PUSH_SEG(es), POP_SEG(es),
    /* 08 */ ALU(or, OP_LOCK), PUSH_SEG(cs), {"pop cs", {NONE}, OP_END, 0, ONE(pop_cs_8086), NULL},
    /* 10 */ ALU(adc, OP_LOCK), PUSH_SEG(ss), POP_SEG(ss),
    /* 18 */ ALU(sbb, OP_LOCK), PUSH_SEG(ds), POP_SEG(ds),
    /* 20 */ ALU(and, OP_LOCK), UD, {"daa", {NONE}, 0, 0, ONE(daa), NULL},
    /* 28 */ ALU(sub, OP_LOCK), UD, {"das", {NONE}, 0, 0, ONE(das), NULL},
    /* 30 */ ALU(xor, OP_LOCK), UD, {"aaa", {NONE}, 0, 0, ONE(aaa), NULL},
    /* 38 */ ALU(cmp, 0), UD, {"aas", {NONE}, 0, 0, ONE(aas), NULL},
    /* 40 */ ROW8({"inc", {Zv}, 0, 0, SIZED(inc_r), NULL}),
    /* 48 */ ROW8({"dec", {Zv}, 0, 0, SIZED(dec_r), NULL}),
    /* 50 */ ROW8({"push", {Zv}, 0, 0, SIZED(push_r), NULL}),
    /* 58 */ ROW8({"pop", {Zv}, 0, 0, SIZED(pop_r), NULL}),
    /* 60 */ {"pusha", {NONE}, 0, FEAT_186, SIZED(pusha), NULL}, {"popa", {NONE}, 0, FEAT_186, SIZED(popa), NULL},
             {"bound", {Gv, Mm}, 0, FEAT_186, MEMV(bound), NULL}, {"arpl", {Ew, Gw}, 0, FEAT_286, SAME(arpl_r, arpl_m), NULL},
             UD, UD, UD, UD,
    /* 68 */ {"push", {Iz}, 0, FEAT_186, SIZED(push_i), NULL}, {"imul", {Gv, Ev, Iz}, 0, FEAT_186, V_(imul_rri, imul_rmi), NULL},
             {"push", {Ibs}, 0, FEAT_186, SIZED(push_i), NULL}, {"imul", {Gv, Ev, Ibs}, 0, FEAT_186, V_(imul_rri, imul_rmi), NULL},
             {"insb", {NONE}, OP_END, FEAT_186, SIZED8(ins), NULL}, {"ins", {NONE}, OP_END, FEAT_186, SIZED(ins), NULL},
             {"outsb", {NONE}, OP_END, FEAT_186, SIZED8(outs), NULL}, {"outs", {NONE}, OP_END, FEAT_186, SIZED(outs), NULL},
    /* 70 */ {"jo", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL}, {"jno", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL},
             {"jb", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL}, {"jae", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL},
             {"je", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jz), NULL}, {"jne", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jnz), NULL},
             {"jbe", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL}, {"ja", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL},
    /* 78 */ {"js", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL}, {"jns", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL},
             {"jp", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL}, {"jnp", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL},
             {"jl", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL}, {"jge", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL},
             {"jle", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL}, {"jg", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcc), NULL},
    /* 80 */ {"group 1", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group1_b}, {"group 1", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group1_z},
             {"group 1", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group1_b}, {"group 1", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group1_s},
             {"test", {Eb, Gb}, 0, 0, B_(test_rr, test_mr), NULL}, {"test", {Ev, Gv}, 0, 0, V_(test_rr, test_mr), NULL},
             {"xchg", {Eb, Gb}, OP_LOCK, 0, B_(xchg_rr, xchg_mr), NULL}, {"xchg", {Ev, Gv}, OP_LOCK, 0, V_(xchg_rr, xchg_mr), NULL},
    /* 88 */ {"mov", {Eb, Gb}, 0, 0, B_(mov_rr, mov_mr), NULL}, {"mov", {Ev, Gv}, 0, 0, V_(mov_rr, mov_mr), NULL},
             {"mov", {Gb, Eb}, 0, 0, B_(mov_rr, mov_rm), NULL}, {"mov", {Gv, Ev}, 0, 0, V_(mov_rr, mov_rm), NULL},
             {"mov", {Ev, Sw}, 0, 0, V_(mov_rs, mov_ms), NULL}, {"lea", {Gv, Mm}, 0, 0, MEMV(lea), NULL},
             {"mov", {Sw, Ew}, 0, 0, V_(mov_sr, mov_sm), NULL}, {"group 1A", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group1a},
    /* 90 */ {"nop", {NONE}, 0, 0, ONE(op_nop), NULL}, {"xchg", {eAX, Zv}, 0, 0, SIZED(xchg_rr), NULL},
             {"xchg", {eAX, Zv}, 0, 0, SIZED(xchg_rr), NULL}, {"xchg", {eAX, Zv}, 0, 0, SIZED(xchg_rr), NULL},
             {"xchg", {eAX, Zv}, 0, 0, SIZED(xchg_rr), NULL}, {"xchg", {eAX, Zv}, 0, 0, SIZED(xchg_rr), NULL},
             {"xchg", {eAX, Zv}, 0, 0, SIZED(xchg_rr), NULL}, {"xchg", {eAX, Zv}, 0, 0, SIZED(xchg_rr), NULL},
    /* 98 */ {"cbw", {NONE}, 0, 0, SIZED(cbw), NULL}, {"cwd", {NONE}, 0, 0, SIZED(cwd), NULL},
             {"call far", {Ap}, OP_END, 0, SIZED(call_far), NULL}, {"fwait", {NONE}, 0, 0, ONE(fwait), NULL},
             {"pushf", {NONE}, 0, 0, SIZED(pushf), NULL}, {"popf", {NONE}, OP_END, 0, SIZED(popf), NULL},
             {"sahf", {NONE}, 0, 0, ONE(sahf), NULL}, {"lahf", {NONE}, 0, 0, ONE(lahf), NULL},
    /* A0 */ {"mov", {ALb, Ob}, 0, 0, MEM8(mov_ao), NULL}, {"mov", {eAX, Ov}, 0, 0, MEMV(mov_ao), NULL},
             {"mov", {Ob, ALb}, 0, 0, MEM8(mov_oa), NULL}, {"mov", {Ov, eAX}, 0, 0, MEMV(mov_oa), NULL},
             {"movsb", {NONE}, 0, 0, SIZED8(movs), NULL}, {"movs", {NONE}, 0, 0, SIZED(movs), NULL},
             {"cmpsb", {NONE}, 0, 0, SIZED8(cmps), NULL}, {"cmps", {NONE}, 0, 0, SIZED(cmps), NULL},
    /* A8 */ {"test", {ALb, Ib}, 0, 0, SIZED8(test_ri), NULL}, {"test", {eAX, Iz}, 0, 0, SIZED(test_ri), NULL},
             {"stosb", {NONE}, 0, 0, SIZED8(stos), NULL}, {"stos", {NONE}, 0, 0, SIZED(stos), NULL},
             {"lodsb", {NONE}, 0, 0, SIZED8(lods), NULL}, {"lods", {NONE}, 0, 0, SIZED(lods), NULL},
             {"scasb", {NONE}, 0, 0, SIZED8(scas), NULL}, {"scas", {NONE}, 0, 0, SIZED(scas), NULL},
    /* B0 */ ROW8({"mov", {Zb, Ib}, 0, 0, SIZED8(mov_ri), NULL}),
    /* B8 */ ROW8({"mov", {Zv, Iz}, 0, 0, SIZED(mov_ri), NULL}),
    /* C0 */ {"group 2", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group2_bi}, {"group 2", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group2_vi},
             {"ret", {Iw}, OP_END, 0, SIZED(ret_i), NULL}, {"ret", {NONE}, OP_END, 0, SIZED(ret), NULL},
             {"les", {Gv, Mm}, 0, 0, MEMV(load_far), NULL}, {"lds", {Gv, Mm}, 0, 0, MEMV(load_far), NULL},
             {"group 11", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group11_b}, {"group 11", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group11_v},
    /* C8 */ {"enter", {Iw, Lb}, 0, FEAT_186, SIZED(enter), NULL}, {"leave", {NONE}, 0, FEAT_186, SIZED(leave), NULL},
             {"retf", {Iw}, OP_END, 0, SIZED(ret_far_i), NULL}, {"retf", {NONE}, OP_END, 0, SIZED(ret_far), NULL},
             {"int3", {NONE}, OP_END, 0, ONE(int3), NULL}, {"int", {Ib}, OP_END, 0, ONE(int_n), NULL},
             {"into", {NONE}, OP_END, 0, ONE(into), NULL}, {"iret", {NONE}, OP_END, 0, SIZED(iret), NULL},
    /* D0 */ {"group 2", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group2_b1}, {"group 2", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group2_v1},
             {"group 2", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group2_bc}, {"group 2", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group2_vc},
             {"aam", {Ib}, 0, 0, ONE(aam), NULL}, {"aad", {Ib}, 0, 0, ONE(aad), NULL},
             {"salc", {NONE}, 0, 0, ONE(salc), NULL}, {"xlat", {NONE}, 0, 0, ONE(xlat), NULL},
    /* D8 */ ROW8(UD), /* x87: x86_map_fpu */
    /* E0 */ {"loopne", {Jb}, OP_END | OP_BRANCH, 0, SIZED(loopne), NULL}, {"loope", {Jb}, OP_END | OP_BRANCH, 0, SIZED(loope), NULL},
             {"loop", {Jb}, OP_END | OP_BRANCH, 0, SIZED(loop), NULL}, {"jcxz", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jcxz), NULL},
             {"in", {ALb, Ib}, OP_END, 0, SIZED8(in_i), NULL}, {"in", {eAX, Ib}, OP_END, 0, SIZED(in_i), NULL},
             {"out", {Ib, ALb}, OP_END, 0, SIZED8(out_i), NULL}, {"out", {Ib, eAX}, OP_END, 0, SIZED(out_i), NULL},
    /* E8 */ {"call", {Jz}, OP_END | OP_BRANCH, 0, SIZED(call), NULL}, {"jmp", {Jz}, OP_END | OP_BRANCH, 0, SIZED(jmp), NULL},
             {"jmp far", {Ap}, OP_END, 0, SIZED(jmp_far), NULL}, {"jmp", {Jb}, OP_END | OP_BRANCH, 0, SIZED(jmp), NULL},
             {"in", {ALb, DXw}, OP_END, 0, SIZED8(in_d), NULL}, {"in", {eAX, DXw}, OP_END, 0, SIZED(in_d), NULL},
             {"out", {DXw, ALb}, OP_END, 0, SIZED8(out_d), NULL}, {"out", {DXw, eAX}, OP_END, 0, SIZED(out_d), NULL},
    /* F0 */ UD, {"int1", {NONE}, OP_END, 0, ONE(int1), NULL}, UD, UD,
             {"hlt", {NONE}, OP_END, 0, ONE(hlt), NULL}, {"cmc", {NONE}, 0, 0, ONE(cmc), NULL},
             {"group 3", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group3_b}, {"group 3", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group3_v},
    /* F8 */ {"clc", {NONE}, 0, 0, ONE(clc), NULL}, {"stc", {NONE}, 0, 0, ONE(stc), NULL},
             {"cli", {NONE}, 0, 0, ONE(cli), NULL}, {"sti", {NONE}, OP_END, 0, ONE(sti), NULL},
             {"cld", {NONE}, 0, 0, ONE(cld), NULL}, {"std", {NONE}, 0, 0, ONE(std), NULL},
             {"group 4", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group4}, {"group 5", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group5},
};

/* --- 0F ----------------------------------------------------------------------------------------------------------------------------- */

#define CMOV  {"cmovcc", {Gv, Ev}, 0, FEAT_P6, V_(cmov_rr, cmov_rm), NULL}
#define SETCC {"setcc", {Eb}, 0, FEAT_386, SAME(setcc_r, setcc_m), NULL}
#define JCCZ  {"jcc", {Jz}, OP_END | OP_BRANCH, FEAT_386, SIZED(jcc), NULL}
#define HINT  {"nop", {Ev}, 0, FEAT_P6, SAME(op_nop, op_nop), NULL}

const struct x86_opdef x86_map_0f[256] = {
    /* 00 */ {"group 6", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group6}, {"group 7", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group7},
             {"lar", {Gv, Ew}, 0, FEAT_286, V_(lar_r, lar_m), NULL}, {"lsl", {Gv, Ew}, 0, FEAT_286, V_(lsl_r, lsl_m), NULL},
             UD, {"loadall", {NONE}, OP_END, FEAT_LOADALL, ONE(loadall_286), NULL},
             {"clts", {NONE}, 0, FEAT_286, ONE(clts), NULL}, UD,
    /* 08 */ {"invd", {NONE}, 0, FEAT_486, ONE(wbinvd), NULL}, {"wbinvd", {NONE}, 0, FEAT_486, ONE(wbinvd), NULL}, UD, UD, UD, UD, UD, UD,
    /* 10 */ ROW8(SIMD),
    /* 18 */ ROW8(HINT), // PREFETCHh and instructions to come
    /* 20 */ {"mov", {Rd, Cd}, 0, FEAT_386, ONE(mov_rc), NULL}, {"mov", {Rd, Dd}, 0, FEAT_386, ONE(mov_rd), NULL},
             {"mov", {Cd, Rd}, OP_END, FEAT_386, ONE(mov_cr), NULL}, {"mov", {Dd, Rd}, OP_END, FEAT_386, ONE(mov_dr), NULL},
             {"mov", {Rd, Td}, 0, FEAT_386, ONE(mov_rt), NULL}, UD, {"mov", {Td, Rd}, 0, FEAT_386, ONE(mov_tr), NULL}, UD,
    /* 28 */ ROW8(SIMD),
    /* 30 */ {"wrmsr", {NONE}, OP_END, FEAT_MSR, ONE(wrmsr), NULL}, {"rdtsc", {NONE}, 0, FEAT_TSC, ONE(rdtsc), NULL},
             {"rdmsr", {NONE}, 0, FEAT_MSR, ONE(rdmsr), NULL}, {"rdpmc", {NONE}, 0, FEAT_MMX, ONE(rdpmc), NULL},
             {"sysenter", {NONE}, OP_END, FEAT_SEP, ONE(sysenter), NULL}, {"sysexit", {NONE}, OP_END, FEAT_SEP, ONE(sysexit), NULL}, UD, UD,
    /* 38 */ ROW8(UD),
    /* 40 */ ROW16(CMOV),
    /* 50 */ ROW16(SIMD),
    /* 60 */ ROW16(SIMD),
    /* 70 */ ROW16(SIMD),
    /* 80 */ JCCZ, JCCZ, JCCZ, JCCZ, {"je", {Jz}, OP_END | OP_BRANCH, FEAT_386, SIZED(jz), NULL},
             {"jne", {Jz}, OP_END | OP_BRANCH, FEAT_386, SIZED(jnz), NULL}, JCCZ, JCCZ,
    /* 88 */ ROW8(JCCZ),
    /* 90 */ ROW16(SETCC),
    /* A0 */ {"push fs", {NONE}, 0, FEAT_386, SIZED(push_seg), NULL}, {"pop fs", {NONE}, 0, FEAT_386, SIZED(pop_seg), NULL},
             {"cpuid", {NONE}, 0, FEAT_CPUID, ONE(cpuid), NULL}, {"bt", {Ev, Gv}, 0, FEAT_386, V_(bt_rr, bt_mr), NULL},
             {"shld", {Ev, Gv, Ib}, 0, FEAT_386, V_(shld_rri, shld_mri), NULL}, {"shld", {Ev, Gv}, 0, FEAT_386, V_(shld_rrc, shld_mrc), NULL}, UD, UD,
    /* A8 */ {"push gs", {NONE}, 0, FEAT_386, SIZED(push_seg), NULL}, {"pop gs", {NONE}, 0, FEAT_386, SIZED(pop_seg), NULL},
             UD, {"bts", {Ev, Gv}, OP_LOCK, FEAT_386, V_(bts_rr, bts_mr), NULL},
             {"shrd", {Ev, Gv, Ib}, 0, FEAT_386, V_(shrd_rri, shrd_mri), NULL}, {"shrd", {Ev, Gv}, 0, FEAT_386, V_(shrd_rrc, shrd_mrc), NULL},
             SIMD, {"imul", {Gv, Ev}, 0, FEAT_386, V_(imul_rr, imul_rm), NULL},
    /* B0 */ {"cmpxchg", {Eb, Gb}, OP_LOCK, FEAT_486, B_(cmpxchg_r, cmpxchg_m), NULL}, {"cmpxchg", {Ev, Gv}, OP_LOCK, FEAT_486, V_(cmpxchg_r, cmpxchg_m), NULL},
             {"lss", {Gv, Mm}, 0, FEAT_386, MEMV(load_far), NULL}, {"btr", {Ev, Gv}, OP_LOCK, FEAT_386, V_(btr_rr, btr_mr), NULL},
             {"lfs", {Gv, Mm}, 0, FEAT_386, MEMV(load_far), NULL}, {"lgs", {Gv, Mm}, 0, FEAT_386, MEMV(load_far), NULL},
             {"movzx", {Gv, Eb}, 0, FEAT_386, V_(movzx8_rr, movzx8_rm), NULL}, {"movzx", {Gv, Ew}, 0, FEAT_386, V_(movzx16_rr, movzx16_rm), NULL},
    /* B8 */ UD, UD, {"group 8", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group8}, {"btc", {Ev, Gv}, OP_LOCK, FEAT_386, V_(btc_rr, btc_mr), NULL},
             {"bsf", {Gv, Ev}, 0, FEAT_386, V_(bsf_rr, bsf_rm), NULL}, {"bsr", {Gv, Ev}, 0, FEAT_386, V_(bsr_rr, bsr_rm), NULL},
             {"movsx", {Gv, Eb}, 0, FEAT_386, V_(movsx8_rr, movsx8_rm), NULL}, {"movsx", {Gv, Ew}, 0, FEAT_386, V_(movsx16_rr, movsx16_rm), NULL},
    /* C0 */ {"xadd", {Eb, Gb}, OP_LOCK, FEAT_486, B_(xadd_r, xadd_m), NULL}, {"xadd", {Ev, Gv}, OP_LOCK, FEAT_486, V_(xadd_r, xadd_m), NULL},
             SIMD, SIMD, SIMD, SIMD, SIMD, {"group 9", {NONE}, OP_GROUP, 0, NULL, NULL, NULL, NULL, group9},
    /* C8 */ ROW8({"bswap", {Zv}, 0, FEAT_486, SIZED(bswap_r), NULL}),
    /* D0 */ ROW16(SIMD),
    /* E0 */ ROW16(SIMD),
    /* F0 */ ROW16(SIMD),
};
