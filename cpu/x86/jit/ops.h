/* ops.h: what the translator knows of an instruction, by its handler: so it is right for every model and prefix, as the decoder is. */
#ifndef CPU_X86_JIT_OPS_H
#define CPU_X86_JIT_OPS_H

#include "cpu/x86/insn.h"

#include <stdint.h>

enum jit_alu { ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST };

enum jit_kind {
    OPK_NONE, /* of what has no row */
    /* integer (x64_int.c): arg is enum jit_alu */
    OPK_ALU_RR, OPK_ALU_RI, OPK_ALU_RM, OPK_ALU_MR, OPK_ALU_MI,
    OPK_INC_R, OPK_INC_M, OPK_DEC_R, OPK_DEC_M, OPK_NOT_R, OPK_NOT_M, OPK_NEG_R, OPK_NEG_M,
    OPK_XADD_R, OPK_XADD_M, OPK_CMPXCHG_R, OPK_CMPXCHG_M, OPK_CMPXCHG8B, OPK_BSWAP,
    OPK_BSF_RR, OPK_BSF_RM, /* arg 1: BSR */
    /* multiplication, division, decimal arithmetic (x64_muldiv.c) */
    OPK_MUL_R, OPK_MUL_M, OPK_DIV_R, OPK_DIV_M, /* arg 1: signed */
    OPK_AAM, OPK_AAD, OPK_DAA, OPK_AAA, /* arg 1: DAS, AAS */
    OPK_IMUL_RR, OPK_IMUL_RM, OPK_IMUL_RRI, OPK_IMUL_RMI,
    /* shifts (x64_shift.c): arg is ModRM.reg of group 2 */
    OPK_SHIFT_RI, OPK_SHIFT_MI, OPK_SHIFT_RC, OPK_SHIFT_MC,
    OPK_DOUBLE_RRI, OPK_DOUBLE_MRI, OPK_DOUBLE_RRC, OPK_DOUBLE_MRC, /* arg 1: SHRD */
    OPK_BT_RR, OPK_BT_RI, OPK_BT_MR, OPK_BT_MI, /* arg 0..3 BT BTS BTR BTC */
    /* moves (x64_move.c) */
    OPK_MOV_RR, OPK_MOV_RI, OPK_MOV_RM, OPK_MOV_MR, OPK_MOV_MI, OPK_MOV_AO, OPK_MOV_OA,
    OPK_EXTEND_RR, OPK_EXTEND_RM, /* arg: opcode, 0FB6 0FB7 0FBE 0FBF less 0F00 */
    OPK_LEA, OPK_XCHG_RR, OPK_XCHG_MR, OPK_PUSH_R, OPK_PUSH_I, OPK_PUSH_M, OPK_POP_R, OPK_POP_M, OPK_LEAVE, OPK_ENTER, OPK_PUSHA, OPK_POPA,
    OPK_CBW, OPK_CWD, OPK_SETCC_R, OPK_SETCC_M, OPK_CMOV_RR, OPK_CMOV_RM, OPK_NOP, /* arg 1: CLFLUSH */ OPK_XLAT, OPK_BOUND,
    OPK_CF, /* arg 0 CLC, 1 STC, 2 CMC */
    OPK_LAHF, OPK_SAHF,
    OPK_PUSHF, OPK_POPF, OPK_CLI, OPK_STI, OPK_PUSH_SEG, OPK_MOV_RS, OPK_MOV_MS, OPK_MOV_SR, OPK_POP_SEG, OPK_MOV_SM, OPK_LOAD_FAR,
    OPK_DF, /* arg 0 CLD, 1 STD; x64_system.c */
    OPK_MOV_RC, OPK_MOV_RD, OPK_WORD_R, OPK_WORD_M, OPK_CLTS, OPK_CPUID, OPK_RDTSC, OPK_WBINVD, /* arg of WORD: 0 SLDT, 1 STR, 2 SMSW */
    /* branches (x64_branch.c) */
    OPK_JCC, OPK_JMP, OPK_CALL, OPK_JMP_R, OPK_JMP_M, OPK_CALL_R, OPK_CALL_M, OPK_RET, OPK_RET_I,
    OPK_LOOP, OPK_LOOPE, OPK_LOOPNE, OPK_JCXZ,
    /* strings without repetition (x64_string.c) */
    OPK_MOVS, OPK_STOS, OPK_LODS, OPK_SCAS, OPK_CMPS,
    /* x87 and MMX (x64_x87.c), SSE (x64_sse.c) */
    OPK_X87, OPK_MMX, OPK_SSE,
    OPK_HANDLER, /* no emitter, but it changes no context; arg 1: and has nothing to do with flags */
    OPK_PORT, /* IN, OUT, INS, OUTS: like OPK_HANDLER, but they come back by x86_end(); the device may have changed anything */
};

/* Of OPK_SSE and OPK_MMX: how the fields of ModRM are used. */
enum jit_sse_arg {
    SSE_WRITE = 1,      /* the memory operand is written */
    SSE_UNALIGNED = 2,  /* 16 bytes anywhere */
    SSE_REG_GPR = 4,    /* ModRM.reg is a general register, and the destination */
    SSE_RM_GPR = 8,     /* so is ModRM.rm; with SSE_WRITE it is the destination */
    SSE_IMM = 16,       /* followed by a byte */
    SSE_FLAGS = 32,     /* the result is in EFLAGS */
    SSE_MXCSR = 64,     /* LDMXCSR */
    SSE_ESTIMATE = 128, /* RCPPS and its like, in C */
    SSE_MMX = 256,      /* the other operand is an MMX register, or may be */
    SSE_MASKED = 512,   /* MASKMOVDQU, MASKMOVQ */
    SSE_RAISES = 1024,  /* exceptions of floating point; LDMXCSR, which may unmask some */
};

/* Of OPK_X87. */
enum jit_x87_arg {
    X87_WRITE = 1,      /* the memory operand is written */
    X87_SILENT = 2,     /* leaves the pointers to the last instruction and its operand alone */
    X87_FLAGS = 4,      /* the result is in EFLAGS */
    X87_CMOV = 8,       /* conditional */
    X87_NOTHING = 16,   /* FWAIT: nothing to wait for */
    X87_CW = 32,        /* FLDCW, FNSTCW */
    X87_AX = 64,        /* FNSTSW AX */
    X87_CALL = 128,     /* in C, size is enum jit_x87_call_number */
    X87_STATE = 256,    /* in C with the address of the operand, size is enum jit_x87_state_number */
    X87_RESET = 512,    /* FNINIT */
    X87_IF_MASKED = X87_FLAGS | X87_CALL | X87_STATE | X87_RESET, /* left to handlers while not all exceptions are masked */
};

/* Functions of x87_calls.c. */
enum jit_x87_call_number {
    CALL_FSIN, CALL_FCOS, CALL_F2XM1, CALL_FSINCOS, CALL_FPTAN, CALL_FXTRACT, CALL_FPATAN, CALL_FYL2X, CALL_FYL2XP1,
    CALL_FSCALE, CALL_FPREM, CALL_FPREM1,
    X87_CALLS,
};

/* Functions of x87_state.c. */
enum jit_x87_state_number {
    STATE_FNSTENV, STATE_FLDENV, STATE_FNSAVE, STATE_FRSTOR, STATE_FXSAVE, STATE_FXRSTOR, STATE_FBLD,
    X87_STATES,
};

struct jit_op {
    x86_fn  *fn;
    uint8_t  kind;  /* enum jit_kind */
    uint16_t arg;
    uint8_t  size;  /* operand size in bytes; OPK_X87, OPK_MMX, OPK_SSE: of the memory operand */
};

extern const struct jit_op jit_ops_x87[]; /* ops_x87.c */
extern const unsigned      jit_ops_x87_count;

/* The table by handler. */
#define JIT_OP_SLOTS 2048u
struct jit_ops {
    const struct jit_op *slot[JIT_OP_SLOTS];
};
void jit_ops_init(struct jit_ops *o);
/* Of the handler FN; NULL if it is not in the table. */
const struct jit_op *jit_op_of(const struct jit_ops *o, x86_fn *fn);

/* What an instruction does to what the planner looks at. */
struct jit_effects {
    uint16_t flags_read, flags_written; /* written: whatever they were before, in every case */
    uint16_t regs;    /* register slots that it changes, a bit each */
    bool     slow;    /* it may turn to its handler, which sees all flags */
    uint16_t flags_maybe; /* written in some cases only: shifts by CL */
};

/* Flags that condition CC (0..15) looks at. */
uint16_t jit_condition_flags(unsigned cc);
struct jit_effects jit_effects_of(const struct x86_insn *i, const struct jit_op *op);

#endif
