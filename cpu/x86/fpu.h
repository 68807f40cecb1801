/* fpu.h: the x87 unit: 8087, 80287, 80387 and the built-in ones. Intel SDM vol. 1 chapter 8.
 *
 * The registers are struct x86_fpu in x86.h. This header holds what the exec_fpu_*.c files share and the handlers'
 * names; other parts of the CPU need only the first group of functions. */
#ifndef CPU_X86_FPU_H
#define CPU_X86_FPU_H

#include "cpu/x86/x86.h"

enum x87_sw {
    SW_SF = 0x0040, /* stack fault (80387 and later) */
    SW_ES = 0x0080,
    SW_C0 = 0x0100,
    SW_C1 = 0x0200,
    SW_C2 = 0x0400,
    SW_TOP = 0x3800,
    SW_C3 = 0x4000,
    SW_B = 0x8000,
    SW_CC = SW_C0 | SW_C1 | SW_C2 | SW_C3,
};

enum x87_cw {
    CW_MASKS = 0x003f,
    CW_RESERVED_1 = 0x0040, /* reads as one */
    CW_IEM = 0x0080,        /* 8087: no interrupts at all */
    CW_PC = 0x0300,
    CW_RC = 0x0c00,
    CW_IC = 0x1000, /* 8087, 80287: affine infinity; later ones know no other and keep the bit */
    CW_INIT = 0x037f,
};

enum {
    ENV_WORDS = 7, /* words or dwords of what FNSTENV stores */
};

/* --- for the rest of the CPU (fpu.c) ------------------------------------------------------------------------- */

/* Power-on state (SDM 3A table 9-1), MXCSR and XMM included. */
void x86_fpu_reset(struct x86 *c);
/* The status word as the guest reads it. */
uint16_t x86_fpu_status(const struct x86 *c);
/* The 16-bit tag word, from the registers' contents; and back. */
uint16_t x86_fpu_tags(const struct x86 *c);
/* Changes control and status word (TOP included) as a load does: exceptions may become pending or cease to be. */
void x86_fpu_set_words(struct x86 *c, uint16_t cw, uint16_t sw);
/* A write to port F0h: IGNNE# goes active until FERR# goes away. */
void x86_fpu_ignore_error(struct x86 *c);
/* CR0.NE changed: FERR# follows. */
void x86_fpu_update_error(struct x86 *c);

/* --- for the handlers ------------------------------------------------------------------------------------------ */

/* Slow part of fpu_begin: device not available, pending exception. True: go on. */
bool fpu_begin_slow(struct x86 *c, const struct x86_insn *i);
/* The same without looking for pending exceptions: FNSTSW and the other no-wait instructions. */
bool fpu_available(struct x86 *c, const struct x86_insn *i);
/* Raises IE with SF, C1 telling overflow from underflow; true if masked, so that the indefinite is the result. */
bool fpu_stack_fault(struct x86 *c, bool overflow);
/* An unmasked exception was recorded: ES, B and FERR#. */
void fpu_raise_error(struct x86 *c);

/* exec_fpu_control.c: as FNINIT leaves the unit. */
void x86_fpu_initialize(struct x86 *c);
/* The seven words, or with WIDE dwords, of an environment in the CPU's present mode; and the unit as they say. */
void x86_fpu_pack_environment(const struct x86 *c, bool wide, uint32_t env[ENV_WORDS]);
void x86_fpu_unpack_environment(struct x86 *c, bool wide, const uint32_t env[ENV_WORDS]);

/* First statement of every waiting instruction. */
static inline bool fpu_begin(struct x86 *c, const struct x86_insn *i)
{
    c->cur = i; // an exception may raise IRQ 13, which is to be taken right after this instruction
    if (likely(!(c->cr0 & (CR0_EM | CR0_TS)) && !(c->fpu.sw & SW_ES) && (c->model->features & FEAT_FPU))) return true;
    return fpu_begin_slow(c, i);
}

/* Notes the instruction, and its operand if it is in memory. After the last thing that can fault. */
static inline void fpu_record(struct x86 *c, const struct x86_insn *i)
{
    struct x86_fpu *f = &c->fpu;

    f->opcode = (uint16_t)((i->op & 7) << 8 | i->modrm);
    f->ip = x86_insn_eip(c, i);
    f->cs = c->seg[SEG_CS].selector;
    if (i->prefix & PREFIX_MEM) {
        f->dp = x86_ea(c, i);
        f->ds = c->seg[i->seg].selector;
    }
}

static inline struct floatx80 *fpu_st(struct x86 *c, unsigned n) { return &c->fpu.r[(c->fpu.top + n) & 7]; }

static inline bool fpu_is_empty(const struct x86 *c, unsigned n)
{
    return c->fpu.empty >> ((c->fpu.top + n) & 7) & 1;
}

static inline void fpu_set(struct x86 *c, unsigned n, struct floatx80 v)
{
    unsigned r = (c->fpu.top + n) & 7;

    c->fpu.r[r] = v;
    c->fpu.empty &= (uint8_t)~(1u << r);
}

static inline void fpu_push(struct x86 *c, struct floatx80 v)
{
    c->fpu.top = (c->fpu.top - 1) & 7;
    fpu_set(c, 0, v);
}

static inline void fpu_pop(struct x86 *c)
{
    c->fpu.empty |= (uint8_t)(1u << c->fpu.top);
    c->fpu.top = (c->fpu.top + 1) & 7;
}

static inline struct sf_status fpu_status(const struct x86 *c)
{
    static const uint8_t precision[4] = {24, 64, 53, 64};

    return (struct sf_status){.rounding = c->fpu.cw >> 10 & 3,
                              .precision = precision[c->fpu.cw >> 8 & 3],
                              .masks = c->fpu.cw & CW_MASKS};
}

/* Takes over the flags of an operation and C1; true if its result counts. */
static inline bool fpu_accept(struct x86 *c, const struct sf_status *st)
{
    c->fpu.sw = (uint16_t)((c->fpu.sw & ~SW_C1) | st->flags | (st->rounded_up ? SW_C1 : 0));
    if (likely(!(st->flags & ~st->masks))) return true;
    fpu_raise_error(c);
    return !sf_stopped(st);
}

static inline void fpu_set_cc(struct x86 *c, unsigned cc) { c->fpu.sw = (uint16_t)((c->fpu.sw & ~SW_CC) | cc); }

/* 8087 and 80287: one unsigned infinity, until software asks for two. */
static inline bool fpu_is_projective(const struct x86 *c) { return c->model->family < 3 && !(c->fpu.cw & CW_IC); }

void x86_fundefined(struct x86 *c, const struct x86_insn *i);

/* FUCOM, FPREM1, FSIN, FCOS, FSINCOS came with the 80387; true if this is one. */
static inline bool fpu_is_387(struct x86 *c, const struct x86_insn *i)
{
    if (likely(c->model->family >= 3)) return true;
    x86_fundefined(c, i);
    return false;
}

/* --- handlers: x86_<mnemonic>_<form>, where the mnemonic leaves it open m32, m64, m80, i16, i32, i64 for memory operands,
 * r for ST(0), ST(i) and so on --------------------------------------------------------------------------- */
#define H(name) void x86_##name(struct x86 *c, const struct x86_insn *i);

/* exec_fpu_move.c */
H(fld_m32) H(fld_m64) H(fld_m80) H(fld_r) H(fild_i16) H(fild_i32) H(fild_i64) H(fbld)
H(fst_m32) H(fst_m64) H(fst_r) H(fstp_m32) H(fstp_m64) H(fstp_m80) H(fstp_r) H(fstp1)
H(fist_i16) H(fist_i32) H(fistp_i16) H(fistp_i32) H(fistp_i64) H(fbstp)
H(fxch) H(fcmov) H(fld_const) H(ffree) H(ffreep) H(fdecstp) H(fincstp)

/* exec_fpu_arith.c: the operation is ModRM.reg */
H(farith_m32) H(farith_m64) H(farith_i16) H(farith_i32) H(farith_r) H(farith_to_r) H(farith_pop)
H(fcompp) H(fucom) H(fucomp) H(fucompp) H(fcomi) H(fcomip) H(fucomi) H(fucomip)
H(fchs) H(fabs) H(ftst) H(fxam) H(fsqrt) H(frndint) H(fscale) H(fxtract) H(fprem) H(fprem1)

/* exec_fpu_trans.c */
H(fsin) H(fcos) H(fsincos) H(fptan) H(fpatan) H(f2xm1) H(fyl2x) H(fyl2xp1)

/* exec_fpu_control.c */
H(fnop) H(fnclex) H(fninit) H(feni) H(fdisi) H(fsetpm)
H(fldcw) H(fnstcw) H(fnstsw) H(fnstsw_ax) H(fldenv) H(fnstenv) H(frstor) H(fnsave) H(fwait)

#undef H

#endif
