/* jit_private.h: what the files of the translator share.
 *
 * A unit is the translation of a run of instructions that lie one after the other in one page, entered at its first and left at
 * its last, or by a conditional branch on the way. It is known by physical address, linear address and context; so EIP is a
 * constant in it. */
#ifndef CPU_X86_JIT_JIT_PRIVATE_H
#define CPU_X86_JIT_JIT_PRIVATE_H

#include "cpu/x86/jit/jit.h"
#include "cpu/x86/jit/ops.h"
#include "cpu/x86/x86.h"

/* --- context: what translated code takes for granted beside its bytes --------------------------------------------------------- */

enum jit_mode {
    MODE_CODE32 = 1,    /* CS.D */
    MODE_STACK32 = 2,   /* SS.B */
    MODE_USER = 4,      /* CPL 3 */
    MODE_DF = 8,        /* EFLAGS.DF */
    MODE_X87 = 0x10,    /* x87 and MMX instructions may run on the host: no trap is due */
    MODE_X87_UNMASKED = 0x1000, /* but not all of the x87's exceptions are masked */
    MODE_SSE = 0x20,    /* SSE instructions that raise nothing may run on the host, */
    MODE_SSE_ALL = 0x2000, /* and so may the others: everything is masked */
    MODE_LEVEL0 = 0x40, /* CPL 0 or real mode */
    MODE_NOT_V86 = 0x80,
    MODE_PROTECTED = 0x8000, /* CR0.PE; with virtual-8086 mode */
    MODE_CHECKED = 0x4000, /* every access takes the slow path: alignment checks, breakpoints on data */
    MODE_FLAT = SEGC_FLAT, /* << segment */
    MODE_64K = SEGC_64K,
};

struct jit_ctx {
    uint32_t mode;
    uint32_t cs_base, cs_limit;
};
#define JIT_CTX_MAX 4096u

/* --- units ----------------------------------------------------------------------------------------------------------------------- */

#define JIT_MAX_INSNS 64u

struct jit_link;
struct tr;

/* Guest code of a unit in one page, in the list of that page. */
struct jit_span {
    struct jit_unit *unit;
    struct jit_span *next;
    uint32_t         phys;
    unsigned         bytes;
};

struct jit_unit {
    uint32_t         phys, lin, eip, ctx;
    uint32_t         code;      /* offset in the code buffer, and of its entry for indirect branches, which makes sure that it is the target */
    uint32_t         page_check; /* offset of the 32-bit immediate that its page is compared with there */
    uint32_t         head;      /* the entry for links */
    uint32_t         code_size;
    uint8_t          count;     /* instructions */
    bool             valid;
    bool             grouped;   /* it has groups of accesses: groups.c */
    uint8_t          misses;    /* of their checks, */
    uint64_t         missed;    /* the first of them when so many instructions had been executed */
    struct jit_unit *hash_next;
    struct jit_span  span[2];   /* the second: behind a jump in the same page, or the rest of an instruction that goes on in the next page,
                                 * which is then the only one */
    uint32_t         second;    /* what c->tlb.code must have for that page */
    bool             flags_free; /* it makes all flags before it asks for any that come with it, */
    uint16_t         changes;   /* and before it may be left till then, changes these register slots, and r10 (OPERAND_R10) */
    struct jit_link *in;        /* jumps of other units that lead here */
    struct jit_link *out;       /* its own direct jumps, linked or not */
};

/* A direct jump out of a unit: to a stub that leaves for the loop, or to the unit at its target. If flags go along whose operands are
 * still in registers, the stub first stores these; a unit that needs no stored ones is jumped to past the stub. */
struct jit_link {
    struct jit_unit *from, *to;
    struct jit_link *next_in, *next_out;
    uint32_t         at;     /* offset of the 32-bit distance */
    uint32_t         stub;   /* offset of the stub */
    uint32_t         after;  /* offset of the distance of the jump with which the stub ends; 0: nothing is to be stored */
    uint16_t         operands; /* register slots, and r10 */
    uint32_t         check;  /* offset of the 32-bit immediate that the target's page is compared with; 0: same page */
    uint32_t         eip;    /* target */
};

/* --- flags at a point of a unit --------------------------------------------------------------------------------------------------- */

/* How the flags were made, if fl_res and its neighbours do not hold them: what c->jf.kind says, or a site's record. */
enum flag_kind {
    FLAGS_REALIZED = 2, /* as in fl_res, fl_carry, fl_top. 0 and 1 are values of CF: c->jf.cf_kind */
    FLAGS_ADD,      /* result a, second operand b */
    FLAGS_SUB,      /* result a, second operand b */
    FLAGS_CMP,      /* operands a and b */
    FLAGS_LOGIC,    /* result a */
    FLAGS_INC,      /* result a; CF is overridden, or 0 */
    FLAGS_DEC,
    FLAGS_NEG,      /* result a */
    FLAGS_SHL,      /* operand a, count b */
    FLAGS_SHR,
    FLAGS_SAR,
    FLAGS_MUL,      /* lower half a; bit 0 of b is CF and OF */
    FLAGS_DOUBLE,   /* SHLD, SHRD: result a, operand b; CF is overridden */
    FLAGS_PACKED,   /* a: AH by LAHF, AL by SETO */
    FLAGS_ADC,      /* result a, second operand b; CF before it in c->jf.carry */
    FLAGS_SBB,
};
#define FLAGS_SIZE(size) ((size) == 1 ? 0u : (size) == 2 ? 0x20u : 0x40u)
#define FLAGS_CF    0x100u  /* CF is what c->jf.cf_kind says, whatever the rest does */
#define FLAGS_OF    0x200u
#define FLAGS_ZF    0x8000000u
#define FLAGS_AH    0x800u  /* SF, ZF, AF and PF are those of c->jf.ah; FLAGS_CF is set too */
#define FLAGS_CF_HOME 0x400u /* CF is still that of c->jf: only in records */
#define FLAGS_CF_OLD  0x1000000u /* CF is still that of another record: only in records */
#define FLAGS_B_IMM 0x80u   /* b is bits 16-23, sign extended */
#define FLAGS_KIND(k) ((k) & 0x1F)
/* Operand a is register slot bits 24-26, operand b slot bits 28-30: as they are when the flags are realized. */
#define FLAGS_A_REG 0x1000u
#define FLAGS_B_REG 0x2000u
#define FLAGS_A_R10 0x4000u /* it is in r10, or c->jf.r10 */
#define FLAGS_B_R10 0x8000u

/* Where a record's operand is: a register slot or a byte of the register file (as struct x86_insn has it), a constant, or r10. */
enum flag_place { PLACE_NONE, PLACE_REG, PLACE_IMM, PLACE_R10 };
#define OPERAND_R10 0x100u /* beside the bits of register slots */

struct flag_record {
    uint32_t kind;    /* as in c->jf.kind; FLAGS_HOME: c->jf holds it all */
    uint8_t  a_place, a_reg, b_place, b_reg;
    uint32_t b_imm;
};
#define FLAGS_HOME 0x1Fu

/* A point where translated code may turn to the interpreter: instruction INSN at EIP, with everything before it done. */
struct jit_site {
    struct x86_insn    insn;
    struct flag_record flags, old; /* old: for FLAGS_CF_OLD */
    struct flag_record after;      /* if the instruction leaves an operand of its own in r10 */
    struct jit_unit   *unit;
    uint32_t           eip;
    uint32_t           retry, next; /* offsets of its own code and of what follows it; next 0: leave the unit */
    uint16_t           access_size; /* bytes of the access that may be retried; 0: none */
    bool               access_write;
    bool               beside;      /* code for it looks in c->beside */
    bool               check_ctx;   /* it may change the context */
    bool               x87_ready;   /* what follows takes for granted that x87 registers are in the host's */
    uint32_t           x87;         /* struct jit_x87: the last x87 instruction of the unit before it; 0: none yet */
    bool               head;        /* of a group of accesses: what follows relies on it */
    bool               repeats;     /* a string instruction with a repetition, or a port access: it comes back by x86_end() */
    bool               port;        /* it accesses one */
    bool               no_flags;    /* its handler neither reads nor writes any */
    bool               segment;     /* a load of DS, ES, FS or GS: only that, if all goes well */
    uint8_t            move;        /* OPK_MOV_RM, OPK_MOV_MR or OPK_MOV_MI: run.c can do it if it leads to a device; 0: something else */
    bool               raised;      /* its x87 instruction is done, and has raised an exception that is not masked */
    bool               in_shadow;   /* of STI */
    bool               makes_r10;
    bool               makes_carry; /* it notes CF before it for them */
    bool               host_retry, host_next; /* code at these points takes flags from the host's */
    uint8_t            keep;        /* condition to be left in c->jf.keep by the handler; KEEP_NONE */
    int16_t            stack;       /* the access is at (E)SP + stack; otherwise the memory operand. STACK_NONE */
};
#define STACK_NONE INT16_MIN
#define STACK_FRAME (INT16_MIN + 1) /* at (E)BP */
#define KEEP_NONE  0xFF

/* The last x87 instruction at some point of a unit, as FNSTENV tells it, and the last in the unit that had a memory operand. */
struct jit_x87 {
    uint32_t eip;
    uint16_t opcode;
    uint8_t  seg;                /* of the operand; NO_SEG: there was none yet */
    uint8_t  base, index, scale; /* its address, as in struct x86_insn */
    bool     in_regs;            /* they still make it; otherwise the unit has put it into c->x87_dp */
    int32_t  disp;
    uint32_t amask;
};
#define NO_SEG 0xFFu

/* Why translated code came back. */
enum jit_exit { EXIT_LINK, EXIT_BUDGET, EXIT_SITE, EXIT_INDIRECT, EXIT_CAREFUL, EXIT_GUESS, EXIT_LOOP };

/* --- the cache ------------------------------------------------------------------------------------------------------------------- */

#define JIT_STUB_BYTES 8192u /* before the first region */
#define JIT_REGIONS 8u
#define JIT_HASH    65536u
#define JIT_TABLE   (TLB_TARGETS_BYTES / 8u) /* entries of the table of indirect branches: host addresses by the lower bits of EIP */
#define JIT_CAREFUL 65536u

struct jit_luck {
    uint8_t misfortunes; /* so often groups of accesses have been of no use, */
    bool    no_guesses;  /* and guesses (x64_guess.c) are of none */
};

struct jit_region {
    uint8_t         *code, *code_end; /* writable view */
    struct jit_unit *units;
    struct jit_link *links;
    struct jit_site *sites;
    struct jit_x87  *x87;
    uint32_t         units_used, links_used, sites_used, x87_used;
};

struct x86_jit {
    uint8_t          *code;      /* writable view */
    uint8_t          *exec;      /* executable view */
    size_t            code_size;
    uint8_t          *code_at;   /* next free byte of the current region */
    struct jit_region region[JIT_REGIONS];
    unsigned          current;
    uint32_t          units_max, links_max, sites_max, x87_max; /* of a region */
    struct jit_unit  *units;     /* all regions' */
    struct jit_link  *links;
    struct jit_site  *sites;
    struct jit_x87   *x87;       /* the first one is none */
    struct jit_unit **hash;      /* [JIT_HASH] */
    struct jit_span **page;      /* [PHYS_PAGES] */
    uint32_t          straddlers[256]; /* linear addresses of instructions across pages that have run, by hash */
    uint64_t         *table;     /* [JIT_TABLE], at TLB_TARGETS */
    struct jit_luck  *careful;   /* [JIT_CAREFUL]: of units, by hash */
    uint8_t          *seen;      /* [PHYS_PAGES / 8]: pages that had units dropped, for the statistics */
    struct tr        *tr;        /* the translation in progress: x64.h */
    struct jit_ops    ops;
    struct jit_ctx    ctx[JIT_CTX_MAX];
    uint32_t          ctxs, ctxs_most; /* JIT_CTX_MAX, or fewer for tests */
    uint16_t          known_ctx[256]; /* of contexts, by hash */
    uint64_t          until;     /* of the x86_run() in progress */

    /* Entry points, in the executable view. */
    uint64_t (*enter)(struct x86 *c, const void *code);  /* number << 8 | enum jit_exit */
    const uint8_t *exit_link, *exit_budget, *exit_site, *exit_indirect, *no_target, *exit_careful, *exit_guess, *slow, *load_flags, *make_sse, *load_x87, *x87_call, *x87_state, *sse_call,
        *beside[2], *cross[2][2], *uncross, *cpuid, *rdtsc; /* [write][user]; writable view, for jumps to them */

    /* The instruction that a handler runs, and what comes after it. */
    struct x86_insn   pair[2];
    struct x86_block  block;     /* stands for the running unit where a handler asks */
    bool              has_bmi2;
    struct x86_jit_watch watch;
    uint8_t           hot;       /* runs of a block in the interpreter before it is translated */
    unsigned          most;      /* instructions of a unit */
    enum jit_exit     left;      /* why the slow path left */
    uint32_t          left_site;
    bool              done;      /* the handler went on to the next instruction */
    const uint8_t    *resume;    /* host code to go on with */
    struct jit_unit  *running;
    struct x86_jit_stats stats;
};

static inline uint8_t *jit_writable(const struct x86_jit *j, uint32_t offset) { return j->code + offset; }
static inline const uint8_t *jit_executable(const struct x86_jit *j, uint32_t offset) { return j->exec + offset; }

/* cache.c */
int  jit_cache_init(struct x86 *c, size_t bytes);
void jit_cache_destroy(struct x86_jit *j);
/* What is known of the unit at PHYS, and of those that share its place. */
struct jit_luck *jit_luck(const struct x86_jit *j, uint32_t phys);
struct jit_unit *jit_find(struct x86_jit *j, uint32_t phys, uint32_t lin, uint32_t ctx);
/* Room for a unit in the current region, after emptying the next one if need be. */
struct jit_unit *jit_new_unit(struct x86 *c);
struct jit_link *jit_new_link(struct x86_jit *j, struct jit_unit *from);
struct jit_site *jit_new_site(struct x86_jit *j);
struct jit_x87 *jit_new_x87(struct x86_jit *j);
void jit_add_unit(struct x86 *c, struct jit_unit *u);
void jit_drop_unit(struct x86 *c, struct jit_unit *u);
void jit_connect(struct x86 *c, struct jit_link *l, struct jit_unit *to, uint32_t page_value);
/* U is where an indirect branch to its address leads, as long as c->tlb.code has PAGE_VALUE for its page. */
void jit_remember_target(struct x86_jit *j, const struct jit_unit *u, uint32_t page_value);
/* No indirect branch leads anywhere. */
void jit_forget_targets(struct x86_jit *j);
/* Drops everything. */
void jit_flush(struct x86 *c);
bool jit_same_ctx(const struct jit_ctx *a, const struct jit_ctx *b);
uint32_t jit_intern_ctx(struct x86 *c, const struct jit_ctx *ctx);
/* The same, but false if that would drop everything. */
bool jit_find_ctx(struct x86_jit *j, const struct jit_ctx *ctx, uint32_t *number);

/* translate.c */
/* SECOND: 0, or what c->tlb.code has for the next page, into which the one instruction goes on. */
struct jit_unit *jit_translate(struct x86 *c, uint32_t phys, uint32_t lin, uint32_t ctx, uint32_t second);

/* stubs.c */
void jit_make_stubs(struct x86 *c);

/* run.c */
const uint8_t *jit_slow(struct x86 *c, uint32_t site);
void jit_load_flags(struct x86 *c);
/* CPUID, and RDTSC where it is allowed, at a site. */
void jit_cpuid(struct x86 *c, uint32_t site);
void jit_rdtsc(struct x86 *c, uint32_t site);

/* jflags.c */
void jit_realize_flags(struct x86 *c);
/* Operands that are in registers go to c->jf. */
void jit_fetch_operands(struct x86 *c);

/* x64_sse.c, x64_x87.c: whether the host's units may run the guest's code now: MODE_SSE, MODE_SSE_ALL, MODE_X87, MODE_X87_UNMASKED. */
uint32_t jit_sse_mode(const struct x86 *c);
uint32_t jit_x87_mode(const struct x86 *c);
/* From c->fpu to the host's x87 registers, and back, which leaves the host's x87 unit as C code wants it; c->x87_live follows. */
void jit_x87_load(struct x86 *c);
void jit_x87_save(struct x86 *c);
/* Brings c->fpu's pointers to the last instruction and its operand up to date; at a site also with what the unit did before it. */
/* x87_calls.c: an instruction that finds its operands in the host's x87 registers and leaves its results there; false: nothing has happened. */
typedef bool jit_x87_call(struct x86 *c);
extern jit_x87_call *const jit_x87_calls[X87_CALLS];
/* x87_state.c: the same with the host's address of the operand; by enum jit_x87_state_number, and operand size 16 and 32. */
typedef bool jit_x87_state(struct x86 *c, uint8_t *operand);
extern jit_x87_state *const jit_x87_states[X87_STATES][2];
/* x64_sse.c: estimates of what is in the four lanes, or in the first. They come in two registers: a load of what narrower stores have
 * written would have to wait for them. */
struct jit_lanes { uint64_t low, high; };
typedef struct jit_lanes jit_sse_call(const uint32_t lane[4]);
extern jit_sse_call *const jit_sse_calls[4];
void jit_x87_settle(struct x86 *c);
void jit_x87_settle_at(struct x86 *c, uint32_t record);
/* Loads the host's registers again after the handler has run the instruction of S, whose unit goes on. */
void jit_x87_resume(struct x86 *c, const struct jit_site *s);

#endif
