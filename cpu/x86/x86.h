/* x86.h: the state of an x86 CPU, and the helpers that every instruction handler uses.
 *
 * Conventions
 * - Registers are 64-bit slots; the upper halves are zero. Slot REG_ZERO always reads zero.
 * - Helpers that may fault return bool: false means that a fault has been raised and the handler must return at once,
 *   having committed nothing. Memory is read and written before registers change.
 * - Linear addresses are lin_t, physical ones phys_t; offsets in a segment are plain uint32_t.
 * - Time: every retired instruction is one tick; so is each iteration of a repeated string instruction and each delivery
 *   of an interrupt or exception. */
#ifndef CPU_X86_X86_H
#define CPU_X86_X86_H

#include "cpu/x86/insn.h"
#include "cpu/x86/model.h"
#include "cpu/x86/softfloat.h"
#include "devices/bus.h"
#include "mem/phys.h"
#include "util/log.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define unlikely(x) __builtin_expect(!!(x), 0)
#define likely(x)   __builtin_expect(!!(x), 1)

typedef uint32_t lin_t;
typedef uint64_t phys_t;

enum x86_reg { REG_EAX, REG_ECX, REG_EDX, REG_EBX, REG_ESP, REG_EBP, REG_ESI, REG_EDI, REG_ZERO, REG_SLOTS };
enum x86_seg_index { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_COUNT };

enum x86_flag {
    FLAG_CF = 1, FLAG_1 = 2, FLAG_PF = 4, FLAG_AF = 0x10, FLAG_ZF = 0x40, FLAG_SF = 0x80, FLAG_TF = 0x100,
    FLAG_IF = 0x200, FLAG_DF = 0x400, FLAG_OF = 0x800, FLAG_IOPL = 0x3000, FLAG_NT = 0x4000, FLAG_RF = 0x10000,
    FLAG_VM = 0x20000, FLAG_AC = 0x40000, FLAG_VIF = 0x80000, FLAG_VIP = 0x100000, FLAG_ID = 0x200000,
    FLAG_ARITH = FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF,
};

enum x86_cr0 {
    CR0_PE = 1, CR0_MP = 2, CR0_EM = 4, CR0_TS = 8, CR0_ET = 0x10, CR0_NE = 0x20, CR0_WP = 0x10000, CR0_AM = 0x40000,
    CR0_NW = 0x20000000, CR0_CD = 0x40000000,
};
#define CR0_PG 0x80000000u

enum x86_cr4 {
    CR4_VME = 1, CR4_PVI = 2, CR4_TSD = 4, CR4_DE = 8, CR4_PSE = 0x10, CR4_PAE = 0x20, CR4_MCE = 0x40, CR4_PGE = 0x80,
    CR4_PCE = 0x100, CR4_OSFXSR = 0x200, CR4_OSXMMEXCPT = 0x400,
};

enum x86_vector {
    EXC_DE = 0, EXC_DB = 1, EXC_NMI = 2, EXC_BP = 3, EXC_OF = 4, EXC_BR = 5, EXC_UD = 6, EXC_NM = 7, EXC_DF = 8, EXC_MP = 9,
    EXC_TS = 10, EXC_NP = 11, EXC_SS = 12, EXC_GP = 13, EXC_PF = 14, EXC_MF = 16, EXC_AC = 17, EXC_MC = 18, EXC_XM = 19,
};

/* A segment register with its hidden part. */
struct x86_segment {
    uint16_t selector;
    uint16_t access; /* descriptor bytes 5 and 6: type, S, DPL, P in bits 0-7; AVL, D/B, G in bits 12, 14, 15 */
    uint32_t base;
    uint32_t limit;  /* in bytes, granularity applied: the last valid offset (expand-down: the last invalid one) */
    int64_t  read_limit;  /* derived: last readable offset for the quick check, -1 if every access must take the slow one */
    int64_t  write_limit; /* derived, the same for writes */
    bool     valid;  /* loaded with a usable descriptor, not null */
};

enum x86_access {
    SEGA_A = 1, SEGA_RW = 2, SEGA_EC = 4, SEGA_CODE = 8, SEGA_S = 0x10, SEGA_DPL = 0x60, SEGA_P = 0x80,
    SEGA_AVL = 0x1000, SEGA_DB = 0x4000, SEGA_G = 0x8000,
};

/* The two kinds of segment whose limit needs no check, or a constant one. */
enum x86_seg_class {
    SEGC_FLAT = 0x100,  /* base 0, limit 4 GB, reads and writes allowed */
    SEGC_64K = 0x10000, /* limit FFFF, reads and writes allowed */
};

struct x86_table { /* GDTR, IDTR */
    uint32_t base;
    uint32_t limit;
};

/* The x87 and the vector registers. Register R(n) is physical; ST(i) is R((top + i) & 7). */
struct x86_fpu {
    struct floatx80 r[8];    /* MMX registers are the mantissas */
    uint16_t cw, sw;    /* sw without the TOP field */
    uint8_t  top;
    uint8_t  empty;     /* bit n: R(n) is empty */
    uint16_t opcode;    /* 11 bits of the last instruction */
    uint32_t ip, dp;    /* last instruction and operand: offsets */
    uint16_t cs, ds;    /* and selectors */
    bool     ferr;      /* FERR# asserted, for the IRQ 13 way of reporting */
    bool     ignne;     /* IGNNE#: set by a write to port F0h, cleared when FERR# goes away */
    uint32_t mxcsr;
    union x86_xmm { uint8_t b[16]; uint16_t w[8]; uint32_t d[4]; uint64_t q[2]; } xmm[8];
};

/* What stops or interrupts the normal flow between blocks. */
enum x86_pending {
    PENDING_INTR = 1,   /* the interrupt controller's line is high */
    PENDING_NMI = 2,
};

/* Permissions and address of a translated page: one entry per linear page. 0: not cached. */
enum x86_tlb_bits {
    TLB_VALID = 1,
    TLB_USER = 2,      /* user may read */
    TLB_WRITE_S = 4,   /* supervisor may write (and the D bit is set) */
    TLB_WRITE_U = 8,   /* user may write (and the D bit is set) */
    TLB_GLOBAL = 16,
    TLB_NX = 32,
    TLB_LISTED = 64,
    TLB_BIG = 128,     /* part of a 2 or 4 MB page */
};

#define TLB_PAGES      (1u << 20)
#define TLB_REGIONS    (TLB_PAGES >> 10)
struct x86_tlb {
    /* What translated code reaches from one register: the quick tables and `code`, at constant distances. */
    uint8_t   *space;
    /* Host address minus linear address by linear page; 0: take the slow path. [write][user]. */
    uintptr_t *fast[2][2];
    uintptr_t *none;      /* a table that is all zero: every access takes the slow path */
    uint64_t  *entry;     /* physical page << 12 | enum x86_tlb_bits */
    uint32_t  *list;      /* linear pages that have an entry */
    uint32_t   listed;
    uint32_t   most;      /* of them: TLB_LIST_MAX, or fewer for tests */
    bool       big[TLB_REGIONS]; /* by 4 MB of linear addresses: an entry of a big page was made there and may still be */
    uint32_t  *code;      /* for translated code: physical page | CODE_VALID | CODE_USER of pages that may be executed; 0: look up */
    uint32_t   drops;     /* changes whenever a quick entry goes */
    uint32_t   moves;     /* changes whenever a refill finds that a page lies elsewhere, or has other rights of fetching */
    uint64_t   fills;     /* statistics */
};
#define CODE_VALID 0x80000000u
#define CODE_USER  0x40000000u
#define TLB_QUICK(write, user) ((2u * (write) + (user)) * TLB_PAGES * 8u) /* in x86_tlb.space: the tables fast, */
#define TLB_NONE       TLB_QUICK(2, 0)                                    /* none, */
#define TLB_CODE       TLB_QUICK(2, 1)                                    /* code, */
#define TLB_TARGETS    (TLB_CODE + TLB_PAGES * 4u)                        /* and the translator's table of indirect branches */
#define TLB_TARGETS_BYTES 0x80000u
#define TLB_LIST_MAX   (1u << 16)

struct x86_exception {
    bool     pending;
    uint8_t  vector;
    bool     has_error;
    uint32_t error;
};

struct x86_stats {
    uint64_t blocks_decoded, blocks_run, invalidations, flushes, tlb_flushes, exceptions, interrupts, single_steps;
};

/* How translated code keeps the arithmetic flags: jit/jit_private.h. Kind 0 outside it. */
struct x86_jit_flags {
    uint32_t kind, a, b;
    uint32_t r10;          /* the host's, when it was left: maybe an operand */
    uint32_t cf_kind, cf_a, cf_b; /* where CF comes from, if kind says so: with a low byte of 0 or 1, that is it */
    uint8_t  of, zf;
    uint8_t  ah;           /* by SAHF */
    uint8_t  keep;         /* a condition, saved for later in the unit */
    uint8_t  carry;        /* of FLAGS_ADC, FLAGS_SBB: CF before it */
    bool     shadow;       /* IF was clear when STI set it last */
    bool     load;         /* the host's flags are to be loaded from a */
};

#define STACK_PAGES 512u
#define JIT_GUESSES 256u
#define GUESS_NOTHING 1u

/* A page that holds code and may be written to beside it: for translated code (jit/x64_beside.c). */
struct x86_beside {
    uint64_t       page;   /* linear address, BESIDE_USER; ~0: none */
    uintptr_t      addend; /* host address less linear address */
    const uint8_t *code;   /* x86_code_map() */
    uint64_t       unused; /* 32 bytes: a shift finds the place */
};
#define BESIDE_USER  (1ull << 32) /* for writes of level 3 */
#define BESIDE_PAGES 256u         /* by the lower bits of the page's number: real mode has no two for the same place */

struct x86_history; /* history.h: the last exceptions */
struct x86_jit;     /* jit/jit.h */

struct x86 {
    uint64_t gpr[REG_SLOTS + 7];

    /* Lazy arithmetic flags: flags.h. */
    uint64_t fl_res;
    uint32_t fl_carry;
    uint8_t  fl_top;

    uint8_t  cpl;
    bool     code32;       /* CS.D */
    bool     stack32;      /* SS.B */
    uint32_t sp_mask;      /* FFFF or FFFFFFFF */
    uint32_t seg_class;    /* derived: enum x86_seg_class, shifted by segment */
    uint32_t eip;          /* of the current block's first instruction while it runs; else of the next instruction */
    uint32_t eflags;       /* all but the arithmetic flags */
    const struct x86_insn *cur; /* the instruction that a slow path works for; NULL outside */

    /* Time: retired = limit - budget. A block's instructions are paid for when it is entered. */
    int64_t  budget;
    uint64_t limit;

    struct x86_jit_flags jf;
    struct x86_crossing {
        uint8_t  bytes[32]; /* the last 16 of one page, the first 16 of the next */
        uint8_t *at[2];     /* where those of a write belong */
    } crossing;            /* translated code's: the two pages of an access (jit/x64_cross.c) */
    uint64_t jit_slot[8];  /* jit/groups.c: from a register to host memory */
    uint32_t jit_ctx;      /* of the translated code that runs */
    uint64_t jit_runs;     /* units run, where they are counted */
    bool     sse_live;     /* XMM registers and MXCSR are in the host's; only while translated code runs */
    bool     x87_live;     /* the same of the x87 registers */
    struct x86_x87_last { uint32_t memory, other; } x87_last; /* by translated code, numbers of struct jit_x87: the last x87 instruction,
                                                               * if units without a memory operand did not execute another one since */
    uint32_t x87_dp;       /* with x87_last: offset of the last operand */
    uint16_t x87_sw;       /* jit/x64_x87.c: the host's status word */

    uintptr_t *tlb_read, *tlb_write; /* of tlb.fast, by CPL */
    struct x86_segment seg[SEG_COUNT];

    struct x86_segment ldtr, tr;
    struct x86_table   gdtr, idtr;
    uint32_t cr0, cr2, cr3, cr4;
    uint32_t dr[8];
    uint32_t tr_regs[8];   /* 386/486 test registers TR3-TR7 */
    uint64_t pdpte[4];     /* PAE: loaded with CR3 */
    uint64_t tsc_offset;   /* what WRMSR made of the counter: TSC = tsc() + offset */
    uint64_t msr_apicbase, sysenter_cs, sysenter_esp, sysenter_eip, msr_pat, msr_efer;
    uint64_t mtrr_def, mtrr_phys[16], mtrr_fixed[11], mcg_status;
    uint64_t mc_ctl[5];    /* machine check banks */
    uint64_t perf_select[2], perf_counter[2]; /* kept; the counters stand still */
    uint64_t msr_kept[35]; /* those that exec_msr.c only keeps */

    bool     halted;
    bool     shutdown;     /* triple fault */
    bool     inhibit;      /* interrupts are held off for the next instruction (STI) */
    bool     inhibit_traps;/* and debug traps too (MOV SS, POP SS) */
    bool     nmi_blocked;
    uint32_t pending;      /* enum x86_pending */
    uint32_t debug_hit;    /* DR6 bits to report after the current instruction */
    bool     step_mode;    /* TF or breakpoints or trace: run one instruction at a time */
    bool     kicked;       /* the slice is to end: x86_kick() */
    uint8_t  ext;          /* 1 while an event other than a software interrupt is delivered: EXT of error codes */

    /* Image of the translation cache for saved states: pairs of 64-bit words, page and entry. Valid after x86_freeze(). */
    uint8_t *tlb_image;
    uint32_t tlb_image_size;

    struct x86_exception exc;
    uint32_t task_eip;     /* where a task switch leads; only within one */
    uint64_t mem_value;    /* result of a slow load */

    struct x86_fpu fpu;

    /* Wires and caches; not saved. */
    const struct x86_model *model;
    struct phys *phys;
    struct bus  *bus;
    const struct log *log;
    struct x86_tlb tlb;
    struct x86_block_cache *cache;
    struct x86_block *block; /* running */
    struct x86_block *link_from;  /* whose branch was just taken to the same page and has no link yet */
    unsigned          link_which;
    struct x86_stats stats;
    struct x86_history *history;
    struct x86_jit *jit;    /* NULL: the interpreter alone */
    struct x86_stack_pages {
        uint64_t page[STACK_PAGES], addend[STACK_PAGES]; /* linear address, and what the quick table has for it; page ~0: none */
        uint8_t  used[256]; /* by the lower bits of the page's number: there may be one */
    } stack_pages;          /* translated code's: the pages that stack accesses of units were in last (jit/x64_mem.c) */
    struct x86_jit_guess {
        uint64_t addend; /* what the quick table had last time; not 0, which stands there for pages that it does not have */
        uint32_t left;   /* so often it may be wrong yet */
    } jit_guess[JIT_GUESSES]; /* translated code's, for accesses whose address was loaded (jit/x64_guess.c) */
    struct x86_beside beside[BESIDE_PAGES];
    bool              any_beside; /* there may be an entry */
    bool step_blocks;       /* x86_run() returns after each block: for engines that run side by side */
    uint32_t eip_mask;      /* of sequential execution: IP of the 8086 and the 286 wraps, EIP runs into the limit of CS */
    void *opaque;
    uint8_t (*acknowledge)(void *opaque);                /* interrupt acknowledge cycle: the vector */
    void (*ferr)(void *opaque, bool level);              /* FERR# to IRQ 13 */
    void (*shutdown_cycle)(void *opaque);                /* triple fault */
    uint64_t (*tsc)(void *opaque);                       /* time stamp */
    void (*trace)(void *opaque, const struct x86_insn *, const uint8_t *bytes);
    void *trace_opaque;
};

/* --- registers --------------------------------------------------------------------------------------------------------------- */

/* Byte register operands are byte offsets in the register file: AL = 0, AH = 1, CL = 8 ... (little-endian hosts). */
static inline uint8_t *x86_r8(struct x86 *c, unsigned slot)
{
    return (uint8_t *)c->gpr + slot;
}

static inline uint16_t x86_r16(const struct x86 *c, unsigned slot)
{
    return (uint16_t)c->gpr[slot];
}

static inline uint32_t x86_r32(const struct x86 *c, unsigned slot)
{
    return (uint32_t)c->gpr[slot];
}

static inline void x86_set_r16(struct x86 *c, unsigned slot, uint32_t v)
{
    uint16_t w = (uint16_t)v;

    memcpy(&c->gpr[slot], &w, 2);
}

static inline void x86_set_r32(struct x86 *c, unsigned slot, uint32_t v)
{
    c->gpr[slot] = v;
}

/* Register of SIZE bytes (constant) in the decoder's numbering. */
static inline uint32_t x86_reg(struct x86 *c, unsigned slot, unsigned size)
{
    return size == 1 ? *x86_r8(c, slot) : size == 2 ? x86_r16(c, slot) : x86_r32(c, slot);
}

static inline void x86_set_reg(struct x86 *c, unsigned slot, uint32_t v, unsigned size)
{
    if (size == 1) *x86_r8(c, slot) = (uint8_t)v;
    else if (size == 2) x86_set_r16(c, slot, v);
    else x86_set_r32(c, slot, v);
}

static inline bool x86_has(const struct x86 *c, uint32_t feature)
{
    return (c->model->features & feature) != 0;
}

static inline bool x86_protected(const struct x86 *c)
{
    return (c->cr0 & CR0_PE) != 0;
}

/* Whether an instruction that faults can be started again. A 286 in real mode keeps what it had done to SP and to the string registers. */
static inline bool x86_restarts(const struct x86 *c)
{
    return x86_has(c, FEAT_386) || x86_protected(c) || !x86_has(c, FEAT_286);
}

static inline bool x86_v86(const struct x86 *c)
{
    return (c->eflags & FLAG_VM) != 0;
}

static inline unsigned x86_iopl(const struct x86 *c)
{
    return (c->eflags & FLAG_IOPL) >> 12;
}

/* Which segment register an opcode of PUSH or POP names: 06 0E 16 1E, 0F A0 A1 A8 A9. */
static inline unsigned x86_opcode_segment(const struct x86_insn *i)
{
    return i->op & 0x100 ? (i->op & 8 ? SEG_GS : SEG_FS) : i->op >> 3 & 3;
}

/* Which one LES, LDS, LSS, LFS or LGS loads. */
static inline unsigned x86_far_segment(const struct x86_insn *i)
{
    return i->op == 0xC4 ? SEG_ES : i->op == 0xC5 ? SEG_DS : i->op == 0x1B2 ? SEG_SS : i->op == 0x1B4 ? SEG_FS : SEG_GS;
}

/* EIP of instruction I and of the one after it. Only while its block runs. */
static inline uint32_t x86_insn_eip(const struct x86 *c, const struct x86_insn *i)
{
    return c->eip + i->off;
}

static inline uint32_t x86_next_eip(const struct x86 *c, const struct x86_insn *i)
{
    uint32_t eip = c->eip + i->off + i->len;

    return eip & c->eip_mask;
}

/* Instructions retired before I, exactly. */
static inline uint64_t x86_retired_at(const struct x86 *c, const struct x86_insn *i)
{
    return c->limit - (uint64_t)(c->budget + i->left);
}

/* --- faults (fault.c) ---------------------------------------------------------------------------------------------------------- */

/* Raises a fault of instruction I: nothing of it is retired. Always returns false. */
bool x86_fault(struct x86 *c, const struct x86_insn *i, unsigned vector);                  /* without error code */
bool x86_fault_code(struct x86 *c, const struct x86_insn *i, unsigned vector, uint32_t error); /* with one */
/* Retires I, then raises VECTOR with the next instruction's EIP: a trap. Always returns false. */
bool x86_trap_after(struct x86 *c, const struct x86_insn *i, unsigned vector);
static inline bool x86_ud(struct x86 *c, const struct x86_insn *i) { return x86_fault(c, i, EXC_UD); }
static inline bool x86_gp0(struct x86 *c, const struct x86_insn *i) { return x86_fault_code(c, i, EXC_GP, 0); }

/* --- going on (interp.c) -------------------------------------------------------------------------------------------------------- */

/* To the next instruction of the block: the last statement of a handler. */
static inline void x86_next(struct x86 *c, const struct x86_insn *i)
{
    i[1].fn(c, i + 1);
}

/* Leaves the block after I, which need not be its last, for the loop, where interrupts and modes are looked at afresh. */
void x86_end(struct x86 *c, const struct x86_insn *i);
/* Ends the block and goes on at EIP (already checked against the limit). */
void x86_end_at(struct x86 *c, const struct x86_insn *i, uint32_t eip);
/* Leaves the block after the current instruction, whatever it is. For slow paths. */
void x86_leave_after(struct x86 *c);
/* Uses up the budget, so that x86_run() returns at the end of the block. For whoever changed what the machine waits for. */
void x86_kick(struct x86 *c);

/* --- memory --------------------------------------------------------------------------------------------------------------------- */

/* Offset of the memory operand. */
static inline uint32_t x86_ea(const struct x86 *c, const struct x86_insn *i)
{
    return ((uint32_t)c->gpr[i->base] + ((uint32_t)c->gpr[i->index] << i->scale) + (uint32_t)i->disp) & i->amask;
}

/* --- translation (paging.c) -------------------------------------------------------------------------------------------------- */

enum x86_access_kind { ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_FETCH = 2 };

int  x86_tlb_init(struct x86 *c); /* -ENOMEM */
void x86_tlb_destroy(struct x86 *c);
void x86_tlb_flush(struct x86 *c, bool keep_global);
void x86_tlb_flush_page(struct x86 *c, lin_t lin);
/* Forgets host pointers, but no translation: nothing that the guest could notice. Pages [base, base+size) of the
 * physical map; size 0: all. */
void x86_tlb_drop_fast(struct x86 *c, uint32_t base, uint64_t size, bool writes_only);
/* Chooses the tables by CPL, alignment checking and breakpoints; to be called when one of them changed. */
void x86_tlb_select(struct x86 *c);
/* Loads the four page-directory-pointer entries of PAE paging; false (#GP) if one has reserved bits set. */
bool x86_load_pdptes(struct x86 *c, uint32_t cr3);

/* Makes a quick entry for accesses of the current privilege to the page of LIN, translating it if it need be. False: it is no plain memory,
 * it would fault (which is not raised here), or the cache would be emptied for it. */
bool x86_fill_quick(struct x86 *c, lin_t lin, bool write);
/* Whether the cached translation of LIN, if there is one, leads to a device. */
bool x86_leads_to_device(const struct x86 *, lin_t lin, bool write);

/* Makes an entry of c->beside for writes of the current privilege to the page of LIN, where the translation is cached. False: there is none for a
 * write of SIZE bytes at LIN, since one of them is code, or this is no page of plain memory with code. */
bool x86_fill_beside(struct x86 *c, lin_t lin, unsigned size);
/* Forgets these entries. */
void x86_forget_beside(struct x86 *c);

/* Translates LIN for KIND by USER; true and the physical address, or false with the #PF error code in *ERROR (CR2 is not yet set). */
bool x86_translate(struct x86 *c, lin_t lin, enum x86_access_kind kind, bool user, uint32_t *phys, uint32_t *error);
/* The same without any side effect, with supervisor rights; for inspection. */
bool x86_peek_translate(struct x86 *c, lin_t lin, uint32_t *phys);

/* An access to SIZE ports from PORT has been made by c->cur: I/O breakpoints (CR4.DE). */
void x86_watch_io(struct x86 *c, uint16_t port, unsigned size);

/* Slow paths: segment checks, page walk, devices, page crossing. A load leaves its value in c->mem_value. */
bool x86_load_slow(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size);
bool x86_store_slow(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, uint64_t value, unsigned size);
/* Where several elements of SIZE bytes may be written beside decoded code, in plain memory whose translation is cached: host address of the
 * first, to be written to now, and *BYTES no more than what is no code. NULL if that is less than one element. The rest of the page is the
 * caller's matter. */
uint8_t *x86_beside_code(struct x86 *c, unsigned seg, uint32_t off, unsigned size, uint32_t *bytes);
/* Checks that SIZE bytes at seg:off could be read or written, without doing it (and with page-table side effects). */
bool x86_probe(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size, bool write);
/* #AC if OFF is not a multiple of SIZE and alignment is checked. Accesses of up to 8 bytes check it themselves. */
bool x86_check_alignment(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size);

static inline __attribute__((always_inline)) void *x86_quick(const struct x86_segment *s, int64_t limit, uintptr_t *const table, uint32_t off, unsigned size)
{
    lin_t     lin = s->base + off;
    uintptr_t addend = table[lin >> PAGE_SHIFT];

    if (unlikely((int64_t)off + size - 1 > limit)) return NULL;
    if (unlikely(!addend)) return NULL;
    if (size > 1 && unlikely((lin & PAGE_MASK) > PAGE_SIZE - size)) return NULL;
    return (void *)(addend + lin);
}

static inline __attribute__((always_inline)) uint64_t x86_host_load(const void *p, unsigned size)
{
    uint16_t w;
    uint32_t d;
    uint64_t q;

    switch (size) {
    case 1: return *(const uint8_t *)p;
    case 2: memcpy(&w, p, 2); return w;
    case 4: memcpy(&d, p, 4); return d;
    default: memcpy(&q, p, 8); return q;
    }
}

static inline __attribute__((always_inline)) void x86_host_store(void *p, uint64_t v, unsigned size)
{
    memcpy(p, &v, size);
}

/* Reads SIZE bytes (a constant 1, 2, 4 or 8) at seg:off. */
static inline __attribute__((always_inline)) bool x86_load(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size, uint64_t *v)
{
    const struct x86_segment *s = &c->seg[seg];
    const void *p = x86_quick(s, s->read_limit, c->tlb_read, off, size);

    if (unlikely(!p)) {
        if (!x86_load_slow(c, i, seg, off, size)) return false;
        *v = c->mem_value;
        return true;
    }
    *v = x86_host_load(p, size);
    return true;
}

static inline __attribute__((always_inline)) bool x86_store(struct x86 *c, const struct x86_insn *i, unsigned seg, uint32_t off, unsigned size, uint64_t v)
{
    const struct x86_segment *s = &c->seg[seg];
    void *p = x86_quick(s, s->write_limit, c->tlb_write, off, size);

    if (unlikely(!p)) return x86_store_slow(c, i, seg, off, v, size);
    x86_host_store(p, v, size);
    return true;
}

/* The memory operand of I, read or written. */
static inline __attribute__((always_inline)) bool x86_load_rm(struct x86 *c, const struct x86_insn *i, unsigned size, uint64_t *v)
{
    return x86_load(c, i, i->seg, x86_ea(c, i), size, v);
}

static inline __attribute__((always_inline)) bool x86_store_rm(struct x86 *c, const struct x86_insn *i, unsigned size, uint64_t v)
{
    return x86_store(c, i, i->seg, x86_ea(c, i), size, v);
}

/* Read-modify-write of the memory operand with one look-up: begin reads and makes sure that end cannot fail. *P is for end. */
static inline __attribute__((always_inline)) bool x86_rmw_begin(struct x86 *c, const struct x86_insn *i, unsigned size,
                                                                void **p, uint32_t *v)
{
    const struct x86_segment *s = &c->seg[i->seg];
    uint32_t off = x86_ea(c, i);

    *p = x86_quick(s, s->write_limit, c->tlb_write, off, size);
    if (unlikely(!*p)) {
        if (!x86_probe(c, i, i->seg, off, size, true) || !x86_load_slow(c, i, i->seg, off, size)) return false;
        *v = (uint32_t)c->mem_value;
        return true;
    }
    *v = (uint32_t)x86_host_load(*p, size);
    return true;
}

static inline __attribute__((always_inline)) void x86_rmw_end(struct x86 *c, const struct x86_insn *i, unsigned size, void *p,
                                                              uint32_t v)
{
    if (likely(p != NULL)) x86_host_store(p, v, size);
    else x86_store_slow(c, i, i->seg, x86_ea(c, i), v, size);
}

/* Supervisor accesses to system tables by linear address, whatever the CPL; faults are raised on I's behalf. */
bool x86_sys_load_slow(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, uint64_t *v);
bool x86_sys_store(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, uint64_t v);

static inline bool x86_sys_load(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, uint64_t *v)
{
    uintptr_t addend = c->tlb.fast[0][0][lin >> PAGE_SHIFT];

    if (unlikely(!addend || (lin & PAGE_MASK) > PAGE_SIZE - size)) return x86_sys_load_slow(c, i, lin, size, v);
    *v = x86_host_load((const void *)(addend + lin), size);
    return true;
}

/* A descriptor's two double words: two accesses, of which nobody sees that they are one, if they are to plain memory. */
static inline bool x86_sys_load_pair(struct x86 *c, const struct x86_insn *i, lin_t lin, uint32_t *low, uint32_t *high)
{
    uintptr_t addend = c->tlb.fast[0][0][lin >> PAGE_SHIFT];
    uint64_t  v;

    if (likely(addend && (lin & PAGE_MASK) <= PAGE_SIZE - 8)) {
        v = x86_host_load((const void *)(addend + lin), 8);
        *high = (uint32_t)(v >> 32);
    } else {
        uint64_t second;
        if (!x86_sys_load(c, i, lin, 4, &v) || !x86_sys_load(c, i, lin + 4, 4, &second)) return false;
        *high = (uint32_t)second;
    }
    *low = (uint32_t)v;
    return true;
}
/* A push to a stack that is not loaded yet: breakpoints see it, and so does paging, as of USER. */
bool x86_stack_store(struct x86 *c, const struct x86_insn *i, lin_t lin, unsigned size, uint64_t v, bool user);

/* --- stack ----------------------------------------------------------------------------------------------------------------------- */

static inline uint32_t x86_sp(const struct x86 *c)
{
    return (uint32_t)c->gpr[REG_ESP] & c->sp_mask;
}

static inline void x86_set_sp(struct x86 *c, uint32_t sp)
{
    c->gpr[REG_ESP] = ((uint32_t)c->gpr[REG_ESP] & ~c->sp_mask) | (sp & c->sp_mask);
}

/* Pushes V; (E)SP changes only on success. */
static inline __attribute__((always_inline)) bool x86_push(struct x86 *c, const struct x86_insn *i, uint32_t v, unsigned size)
{
    uint32_t sp = (x86_sp(c) - size) & c->sp_mask;

    if (!x86_store(c, i, SEG_SS, sp, size, v)) return false;
    x86_set_sp(c, sp);
    return true;
}

/* Reads the value at stack offset DEPTH from (E)SP without popping. */
static inline __attribute__((always_inline)) bool x86_peek_stack(struct x86 *c, const struct x86_insn *i, uint32_t depth, unsigned size, uint64_t *v)
{
    return x86_load(c, i, SEG_SS, (x86_sp(c) + depth) & c->sp_mask, size, v);
}

#endif
