/* insn.h: a decoded instruction and the basic block that holds it: what the decoder makes, the interpreter runs and the
 * translator reads.
 *
 * Operands. An instruction has at most one memory operand, found by x86_ea() from base, index, scale, disp and amask in
 * segment `seg`. Its register operands are `dst` (the first operand of the manual's notation) and `src` (the second),
 * whichever of ModRM.reg, ModRM.rm or the opcode they came from. A handler is chosen for register or memory form, so it
 * never tests which. */
#ifndef CPU_X86_INSN_H
#define CPU_X86_INSN_H

#include <stdbool.h>
#include <stdint.h>

struct x86;
struct x86_insn;
struct x86_block;

/* Executes the instruction and goes on by returning x86_next() or one of the block ends of interp.h, or returns at once
 * after x86_fault(). */
typedef void x86_fn(struct x86 *c, const struct x86_insn *i);

enum x86_prefix {
    PREFIX_REP = 1,    /* F3 */
    PREFIX_REPNE = 2,  /* F2 */
    PREFIX_LOCK = 4,   /* F0 */
    PREFIX_OP32 = 8,   /* operand size in effect is 32 bits */
    PREFIX_ADDR32 = 16,/* address size in effect is 32 bits */
    PREFIX_MEM = 32,   /* has a memory operand (ModRM.mod != 3, or moffs) */
    PREFIX_66 = 64,    /* 66h was present */
    PREFIX_SEG = 128,  /* a segment override was present */
};

struct x86_insn {
    x86_fn  *fn;
    int32_t  disp;   /* displacement of the memory operand, sign extended */
    uint32_t imm;    /* immediate (sign extended where the manual says so), or branch displacement, or far offset */
    uint32_t amask;  /* FFFF or FFFFFFFF: address size */
    uint16_t off;    /* of the instruction from the start of its block, bytes */
    uint16_t op;     /* index in the opcode maps: map << 8 | opcode byte */
    uint8_t  len;    /* bytes */
    uint8_t  left;   /* instructions from this one to the end of the block, itself included */
    uint8_t  seg;    /* of the memory operand: enum x86_seg_index */
    uint8_t  base;   /* register slot, REG_ZERO if none */
    uint8_t  index;  /* the same */
    uint8_t  scale;  /* 0..3 */
    uint8_t  dst;    /* register slot; for byte registers a byte offset in the register file: x86_r8() */
    uint8_t  src;    /* the same */
    uint8_t  modrm;  /* raw byte, 0 if none */
    uint8_t  prefix; /* enum x86_prefix */
    uint16_t imm2;   /* far selector; level of ENTER */
    struct x86_block *block; /* of the last instruction of a block */
};

#define BLOCK_MAX_INSNS 64

struct x86_block {
    uint32_t          phys;   /* of the first byte */
    uint32_t          key;    /* enum x86_block_key bits the code was decoded under */
    uint16_t          bytes;  /* total, for the CS limit check */
    uint8_t           count;  /* instructions */
    bool              valid;
    uint8_t           runs;   /* by the interpreter, where there is a translator */
    struct x86_block *hash_next;
    struct x86_block *page_next;
    struct x86_block *link[2]; /* next block: 0 not taken / fall through, 1 taken; within the same page only */
    struct x86_insn   insn[];  /* count + 1: the last one leaves the block */
};

enum x86_block_key {
    BLOCK_CODE32 = 1, /* CS.D */
};

/* --- how opcode maps describe an instruction (tables.c) ---------------------------------------------------------------- */

/* Operand codes: the manual's (SDM 2, appendix A.2). */
enum x86_operand {
    NONE,
    Eb, Ew, Ev, Ed,   /* ModRM r/m: byte, word, operand size, dword */
    Gb, Gw, Gv, Gd,   /* ModRM reg */
    Mm,               /* ModRM memory only: register form is undefined; size is the handler's business */
    Rd,               /* ModRM r/m as a 32-bit register whatever mod says (MOV CRn) */
    Sw, Cd, Dd, Td,   /* ModRM reg: segment, control, debug, test register number */
    Ib, Iw, Iz, Ibs,  /* immediates: byte, word, word/dword by operand size, byte sign extended */
    Jb, Jz,           /* relative branch */
    Ap,               /* far pointer */
    Ob, Ov,           /* moffs */
    Zb, Zv,           /* register in the low three opcode bits */
    ALb, eAX,         /* accumulator */
    DXw,              /* port in DX */
    Lb,               /* ENTER: level byte, to imm2 */
    I1,               /* the constant 1 */
    Pq, Qq,           /* MMX: ModRM reg, ModRM r/m (register or memory) */
    Vx, Wx,           /* XMM: ModRM reg, ModRM r/m (register or memory) */
    Ex,               /* ModRM r/m whose register form is a number that the handler interprets (x87: ST(i)) */
};

enum x86_op_flags {
    OP_END = 1,       /* last of its block: branches, and whatever changes mode, IF or mappings, and I/O */
    OP_LOCK = 2,      /* LOCK is allowed with a memory destination; otherwise it raises #UD */
    OP_GROUP = 4,     /* `more` is an array of 8 by ModRM.reg */
    OP_PREFIX = 8,    /* `more` is an array of 4 by mandatory prefix: none, 66, F3, F2 */
    OP_FPU = 16,      /* `more` is an array of 16: 8 memory forms by ModRM.reg, then 8 register forms, whose `more` (if any) are
                       * arrays of 8 by ModRM.rm */
    OP_BYTE = 32,     /* byte operation: no difference between operand sizes */
    OP_BRANCH = 64,   /* near branch with an immediate target (links) */
    OP_MODRM = 128,   /* has a ModRM byte though no operand code says so */
    OP_MEMFORM = 256, /* "more" is an array of 2: [0] register form (mod 3), [1] memory form */
};

struct x86_opdef {
    const char *name;
    uint8_t     operand[3];  /* enum x86_operand */
    uint16_t    flags;       /* enum x86_op_flags */
    uint32_t    need;        /* enum x86_feature bits: #UD without them */
    x86_fn     *reg16, *mem16, *reg32, *mem32; /* by form and operand size; NULL: #UD */
    const struct x86_opdef *more;
};

extern const struct x86_opdef x86_map_1byte[256];
extern const struct x86_opdef x86_map_0f[256];
/* MMX, SSE and SSE2 (simd_tables.c): looked up where x86_map_0f has no name. */
extern const struct x86_opdef x86_map_simd[256];
/* D8-DF: [opcode & 7] -> array of 16 as OP_FPU says (fpu_tables.c). */
extern const struct x86_opdef x86_map_fpu[8][16];

#endif
