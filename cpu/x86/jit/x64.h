/* x64.h: what the emitters for x86-64 hosts share: the translation in progress and its primitives.
 *
 * Where things are: stubs.c. Rules for an emitter: until the last access of its instruction nothing of the guest's state changes,
 * so that the instruction can be begun again, or run by its handler, from any access; flags are told to flags_made() and its
 * relatives, and whatever overwrites the host's flags says so with flags_lost(). */
#ifndef CPU_X86_JIT_X64_H
#define CPU_X86_JIT_X64_H

#include "cpu/x86/jit/emit.h"
#include "cpu/x86/jit/jit_private.h"
#include "cpu/x86/jit/ops.h"

#include <stddef.h>

#define X64_BIAS 128 /* r14 points so far into struct x86, so that more of it is within a byte's displacement */

/* Host register of a guest register slot. */
static inline unsigned x64_gpr(unsigned slot) { return slot == REG_ESP ? R15 : slot; }

/* Whether a byte operand, as struct x86_insn has it, is AH, CH, DH or BH; the host register of any byte operand. */
static inline bool     x64_high(unsigned byte) { return byte & 1; }
static inline unsigned x64_gpr8(unsigned byte) { return (byte >> 3) + (byte & 1 ? 4 : 0); }

/* Register of an instruction that has no REX prefix: such ones name AH, CH, DH and BH themselves (Intel SDM 2A, 2.2.1.2). */
static inline unsigned x64_own(unsigned operand, unsigned size) { return size == 1 ? x64_gpr8(operand) : x64_gpr(operand); }

/* A member of struct x86. */
static inline struct host_mem x64_ctx(size_t offset)
{
    return (struct host_mem){R14, NO_REG, 0, (int32_t)offset - X64_BIAS};
}
#define CTX(member) x64_ctx(offsetof(struct x86, member))

/* What is at OFFSET (TLB_...) of the tables, plus INDEX << SCALE. r12 has their address plus 12: as a count of shifts, of which the lower
 * five bits are taken, that is the 12 by which an address becomes a page number. */
static inline struct host_mem x64_table(uint32_t offset, unsigned index, unsigned scale)
{
    return (struct host_mem){R12, (uint8_t)index, (uint8_t)scale, (int32_t)offset - PAGE_SHIFT};
}
/* The entry of page LIN in c->tlb.code. */
static inline struct host_mem x64_code_page(uint32_t lin) { return x64_table(TLB_CODE + (lin >> PAGE_SHIFT) * 4, NO_REG, 0); }

#define FLAGS_ALL FLAG_ARITH

/* Code out of the way of the main path. */
enum cold_kind {
    COLD_SAVE_CF, COLD_SLOW, COLD_CAREFUL, COLD_CROSSING, COLD_CALL, COLD_EDGE, COLD_LINK, COLD_OTHER_PAGE, COLD_BUDGET, COLD_STACK, COLD_LOOP,
    COLD_BESIDE, COLD_ZERO, COLD_GUESS,
};

struct cold {
    enum cold_kind kind;
    uint8_t       *from;    /* jump that leads here */
    uint8_t       *back;    /* where to go on */
    uint8_t       *end;     /* COLD_CROSSING, COLD_STACK: of the rest of the instruction, which can be copied; NULL: it cannot */
    bool           lasts;   /* COLD_CROSSING: x64_access_lasts() */
    const uint8_t *call;    /* COLD_CALL: what to call */
    uint32_t       site;
    uint16_t       size;    /* COLD_CROSSING, COLD_BESIDE, COLD_GUESS: of the access, */
    uint8_t        address; /* and the host register that has its address; NO_REG: it is LIN */
    lin_t          lin;
    uint16_t       page;    /* COLD_STACK: which of c->stack_pages is another one now, COLD_GUESS: of c->jit_guess, */
    int32_t        first;   /* the group's first byte, from that register, */
    uint32_t       range;   /* its bytes; */
    bool           write, reads, alone; /* some are written, the access is a read, there is no other */
    /* COLD_EDGE: a jump to another page, or a side exit */
    struct flag_record flags; /* to go along: of an edge, not marked yet (flags_mark()) */
    bool           side;
    uint32_t       x87;
    uint32_t       eip, refund;
    uint16_t       mask;    /* COLD_ZERO: a shift by a count of zero, after which the host is to have FLAGS' flags of MASK */
    struct jit_link *link;  /* COLD_LINK: its stub; COLD_OTHER_PAGE: for its target the page is another one now */
};
#define COLD_MAX 512

/* An access of an instruction, as groups.c sees it; the second one of PUSH and CALL of memory is the stack's. */
struct access {
    uint8_t  base;    /* register slot */
    uint8_t  seg, size;
    uint8_t  loads;   /* how often the unit has loaded the segment register before */
    bool     write, narrow; /* narrow: the offset has 16 bits */
    int8_t   group;   /* -1: none */
    bool     head;
    int32_t  disp;
    uint32_t root;    /* what the base register's value came from */
    int32_t  off, base_off; /* of the access and of the base register, from the root */
    /* With an index, in loops only: */
    uint8_t  index, scale;
    uint32_t index_root;
    int32_t  index_off;
};
#define NO_ROOT 0xFFFFFFFEu /* no register; the access is at a constant distance from nothing else */

/* Accesses that differ by constants. The first one, the head, makes sure that all lie in one page of plain memory. */
struct group {
    uint32_t root;
    uint8_t  seg, members;
    uint8_t  loads;                /* as of each access */
    int8_t   reads;                /* of writes: the group of reads that has looked at the page before; -1: none */
    bool     write, narrow, moved; /* moved: not all have the register of the head as it was then */
    bool     stack;                /* of a flat stack: c->stack_pages has the page */
    int32_t  low, high;            /* offsets from the root: first byte, last byte + 1 */
    int32_t  base_off;             /* of the head's register */
    int32_t  base_low, base_high;  /* of all the registers that are used */
    /* In loops: */
    uint32_t index_root;
    uint8_t  scale;
    int32_t  index_low, index_high;
    bool     by_index;             /* what members add to the slot is the index; the base stays as it is */
    bool     steady;               /* its addresses are the same in each turn */
};
/* Registers of a group's accesses differ from its lowest address by less. */
enum { END_PAGES = 3 * PAGE_SIZE };
#define GROUPS_MAX 8
#define LOOP_MOST 20u /* instructions of a unit that has a second code */

struct tr {
    struct x86      *c;
    struct x86_jit  *j;
    struct jit_unit *u;
    struct emit      e;
    struct jit_ctx   ctx;

    struct x86_insn      insn[JIT_MAX_INSNS + 1];
    const struct jit_op *op[JIT_MAX_INSNS + 1]; /* NULL: the handler runs it */
    struct jit_effects   effects[JIT_MAX_INSNS + 1];
    uint32_t             eip[JIT_MAX_INSNS + 1]; /* of each instruction */
    uint32_t             end_eip;                /* of what comes after the last one */
    bool                 repeats[JIT_MAX_INSNS + 1]; /* string instructions with a repetition, */
    bool                 inlined;                    /* and whether the current one has code of its own beside the handler */
    bool                 ends[JIT_MAX_INSNS + 1]; /* the unit ends with it */
    uint16_t             live[JIT_MAX_INSNS + 1]; /* flags that somebody may see after the instruction */
    unsigned             count, k;

    struct access access[JIT_MAX_INSNS][2];
    uint8_t       accesses[JIT_MAX_INSNS], next_access; /* of each instruction; the next one to be emitted */
    bool          chases[JIT_MAX_INSNS]; /* the address of its operand was loaded */
    struct group  group[GROUPS_MAX];
    unsigned      groups;
    unsigned      misfortunes; /* so often groups of this unit have been of no use */
    struct host_mem at;     /* operand of the access just emitted */
    int           r9_group; /* the group whose slot r9 holds; -1: none */
    uint8_t      *slot_store[GROUPS_MAX], *slot_stored[GROUPS_MAX]; /* what stores each slot, and what comes after it; NULL: it is loaded */

    uint8_t           *start;  /* of the current instruction's code */

    /* A unit that jumps to its own beginning has a second code for when it comes from there (x64_loops.c). */
    bool               looping;    /* that is being made, */
    bool               hoists;     /* with accesses that are checked at its beginning, */
    unsigned           body;       /* from runs of so many instructions */
    bool               no_loop;    /* not this unit */
    uint8_t           *loop_jump;  /* what leads there: NULL: nothing */
    uint8_t           *loop_again, *loop_reload; /* where it goes on if r9 is still for loop_r9, and if not */
    int                loop_r9;    /* the group that r9 is for there; -1: none */
    uint8_t           *loop_out;   /* to the first code instead; NULL: not emitted yet */
    struct flag_record loop_flags; /* at its beginning */
    struct flag_record flags;  /* how to get them, as far as they are live */
    struct flag_record old;    /* what they were before, if CF is still that (FLAGS_CF_OLD) */
    uint16_t           host;   /* which of them are in the host's flags */
    bool               makes_r10; /* the current instruction has left an operand of them in r10 */
    bool               makes_carry; /* it has noted CF for them in c->jf.carry */
    bool               set_again;    /* what comes next leaves the same if it is done once more */
    uint8_t           *setter, *set; /* beginning and end of the host instruction on registers that made these; NULL */
    bool               open;   /* flags that came with the unit may still be asked for, */
    bool               read;   /* and code has been emitted that does; */
    bool               realized; /* C has brought them into the interpreter's form */
    uint16_t           changed; /* registers changed so far, and r10 */
    uint8_t            keep[JIT_MAX_INSNS + 1]; /* condition to be kept for a later instruction, since the host's flags will be lost; KEEP_NONE */
    uint8_t            keep_for[JIT_MAX_INSNS + 1]; /* that instruction */
    uint8_t            kept;   /* the condition that c->jf.keep has; KEEP_NONE */
    bool               sse_ready, x87_ready; /* the unit has made sure that they are in the host's registers */
    uint32_t           x87;    /* struct jit_x87 of what the unit has done so far; 0: nothing, or c->x87_last has it */

    struct cold cold[COLD_MAX];
    unsigned    colds;
    bool        failed;
};

/* EIP of instruction I of the unit. */
static inline uint32_t x64_eip(const struct tr *t, const struct x86_insn *i) { return t->eip[i - t->insn]; }

/* --- addresses and accesses (x64_mem.c) ------------------------------------------------------------------------------------------ */

/* Offset of the memory operand to r8d. Flags are kept. */
void x64_ea(struct tr *t, const struct x86_insn *i);
/* The page number of the address in FROM to TO. The flags may be lost. */
void x64_page_of(struct tr *t, unsigned to, unsigned from);
/* From the offset in r8d to an access of SIZE bytes: afterwards x64_at() is its operand. Goes to the slow path where it is not plain
 * memory. Uses r9, the flags are lost. The site's number comes back. STACK: as struct jit_site has it. ALIGNED, to 16 bytes: unaligned ones too,
 * before the address is translated. */
uint32_t x64_access(struct tr *t, const struct x86_insn *i, unsigned seg, unsigned size, bool write, int stack, bool aligned);
/* Both, for the memory operand. */
void x64_operand(struct tr *t, const struct x86_insn *i, unsigned size, bool write);
/* The same for one that the handler accesses in parts. */
void x64_operand_in_parts(struct tr *t, const struct x86_insn *i, unsigned size, bool write);
/* Offsets of 16 bits wrap between the parts of an access of SIZE bytes at r8d, however large the segment: the handler does that, at the
 * site that comes back. */
uint32_t x64_slow_if_wraps(struct tr *t, const struct x86_insn *i, unsigned size);
/* Whether the access that comes next belongs to a group and is not its head: flags and r8 stay as they are. */
bool x64_checks_nothing(const struct tr *t);
/* (E)SP + DEPTH to r8d, and access. */
void x64_stack(struct tr *t, const struct x86_insn *i, int depth, unsigned size, bool write);
/* The access of LEAVE or ENTER, if it belongs to a group. */
bool x64_frame(struct tr *t, const struct x86_insn *i, unsigned size, bool write);
/* The offset in r8d is none of what x64_access() can find again: its slow path is the handler at once. */
void x64_access_odd(struct tr *t, const struct x86_insn *i, unsigned seg, unsigned size, bool write);
/* (E)SP += N. Flags are kept. */
void x64_move_sp(struct tr *t, int n);

/* The host's memory operand for the access emitted last. Its base may be the guest's register, so that has to stay as it is till then. */
static inline struct host_mem x64_at(const struct tr *t) { return t->at; }

/* Loads it into r10d, with zeros above SIZE bytes. */
static inline void x64_load_r10(struct tr *t, unsigned size)
{
    emit_rm(&t->e, size == 1 ? 0x0FB6 : size == 2 ? 0x0FB7 : 0x8B, 4, R10, x64_at(t));
}

/* Finds accesses that can share one check (groups.c). */
void x64_find_groups(struct tr *t);
/* Which operands have addresses that were loaded, so that a guess pays (x64_guess.c). */
void x64_find_chases(struct tr *t);
/* Whether the current instruction's operand is to be accessed by a guess. */
bool x64_guesses(const struct tr *t);
/* A guess of what look_up() finds for the address in host register ADDRESS, to r9; r11 is lost. Site and size of what it returns are the caller's to set. */
struct cold *x64_guess(struct tr *t, unsigned address, bool write);
/* Out of the way: what it is instead, and back; a jump to where the table has nothing is returned, to be patched. */
uint8_t *x64_other_guess(struct tr *t, const struct cold *k);
/* The same for a loop: accesses in all runs of which the registers at its beginning say where they are. */
void x64_find_loop_groups(struct tr *t);
/* The beginning of the loop: looks at the budget and checks all these accesses, those that are steady only when it is entered. To the first code
 * if something does not hold. */
void x64_begin_loop(struct tr *t);
/* Conditional jump from the beginning of a loop's second code to the first. */
void x64_leave_loop_if(struct tr *t, unsigned cc);
/* The end of a unit that goes back to its own beginning if CC, else on at NEXT. False: it does so as any other. */
bool x64_loop_end(struct tr *t, unsigned cc, uint32_t target, uint32_t next);
/* The quick table for reads or for writes, from OFFSET bytes on. */
struct host_mem x64_quick_table(const struct tr *t, bool write, uint32_t offset, unsigned index);
/* Where in struct x86 what the members of group GROUP add is kept. */
size_t x64_slot_of(const struct tr *t, int group);
/* r9 to the slot of GROUP, and back. Of stores that no load follows x64_drop_slots() makes nothing, when all that may load is emitted. */
void x64_store_slot(struct tr *t, int group);
void x64_load_slot(struct tr *t, int group);
void x64_drop_slots(struct tr *t);

/* From the linear address in host register ADDRESS to what the quick table for reads or writes has for its page, in r9; to the slow path of
 * SITE if that is nothing. */
void x64_look_up(struct tr *t, unsigned address, bool write, uint32_t site);
/* Whether SEG has base 0 and no limit. */
bool x64_is_flat(const struct tr *t, unsigned seg);

/* Marks the point where the current instruction may turn to its handler; returns the site's number. */
uint32_t x64_site(struct tr *t, const struct x86_insn *i);
/* Conditional jump to the slow path of SITE. */
void x64_slow_if(struct tr *t, unsigned cc, uint32_t site);
struct cold *x64_cold(struct tr *t, enum cold_kind kind, uint8_t *from);

/* --- flags (x64_flags.c) ----------------------------------------------------------------------------------------------------------- */

static inline void flags_lost(struct tr *t) { t->host = 0; }
/* Whether flags after the current instruction matter. */
static inline bool flags_live(const struct tr *t) { return t->live[t->k] != 0; }
static inline bool flag_live(const struct tr *t, uint16_t mask) { return (t->live[t->k] & mask) != 0; }

struct flag_operand {
    enum flag_place place;
    unsigned        reg;  /* register slot, or byte of the register file */
    uint32_t        imm;
};
static inline struct flag_operand flag_reg(unsigned reg) { return (struct flag_operand){PLACE_REG, reg, 0}; }
static inline struct flag_operand flag_r10(void) { return (struct flag_operand){PLACE_R10, 0, 0}; }
static inline struct flag_operand flag_imm(uint32_t imm) { return (struct flag_operand){PLACE_IMM, 0, imm}; }

/* Whether there is a record of A and B, either of which may be no register. */
bool flags_recorded(const struct tr *t, struct flag_operand a, struct flag_operand b);
/* Whether there is, and register A keeps its value as long as flags made now may be asked for. */
bool flags_keep(const struct tr *t, struct flag_operand a);
/* What an instruction does to r10 while an operand of earlier flags is there (translate.c). */
enum r10_use { R10_KEPT, R10_AFTER, R10_LOST }; /* AFTER: changes it after its last access, or not */
enum r10_use x64_r10_use(const struct tr *t, unsigned k);
/* The flags are now those of KIND on A and B; HOST of them are in the host's. */
void flags_record(struct tr *t, uint32_t kind, unsigned size, struct flag_operand a, struct flag_operand b, uint16_t host);
/* Stores into c->jf. Flags and registers are kept. */
void flags_store_kind(struct tr *t, uint32_t kind, unsigned size, uint16_t host);
void flags_store_a(struct tr *t, unsigned host_reg);
void flags_store_b(struct tr *t, unsigned host_reg);
void flags_store_b_imm(struct tr *t, uint32_t imm);
void flags_store_cf(struct tr *t); /* from the host's, as the source of CF */
/* SAHF. Uses r11. */
void flags_sahf(struct tr *t);
/* All six from the host's flags, as FLAGS_PACKED: x64_int.c. Uses r11. */
void flags_store_packed(struct tr *t);
/* Everything that is recorded goes to c->jf. Flags are kept. */
void flags_home(struct tr *t);
void flags_home_of(struct tr *t, const struct flag_record *r);
/* Before the unit is left for a known place: c->jf is told which registers R has its operands in. What comes back has still to be stored
 * if that place does not do with it. Flags are kept. */
struct flag_record flags_mark(struct tr *t, const struct flag_record *r);
/* The same for the current ones, before the conditional jump that ends the unit. */
struct flag_record flags_mark_before(struct tr *t);
/* Register slots of R's operands. */
unsigned flags_operands(const struct flag_record *r);
/* Brings the flags of MASK into the host's. */
void flags_need(struct tr *t, uint16_t mask);
/* The same for condition CC; what the host's flags then answer to is the condition that comes back. */
unsigned flags_condition(struct tr *t, unsigned cc);
/* After an instruction that makes flags: keeps the condition that was planned for it. */
void flags_keep_condition(struct tr *t);
/* Whether the record of the flags can be done again for those of MASK. */
bool flags_again(const struct tr *t, uint16_t mask);
/* Before an instruction that keeps CF (INC, DEC): saves it in c->jf.cf, if it matters, or leaves it where
 * it is, if KEEPS: the new flags will be a record. Bits for flags_record() come back. */
uint32_t flags_save_cf(struct tr *t, bool keeps);
/* Before one that changes only CF (and OF): what else there is goes to c->jf, which is told that c->jf.cf (and .of) overrides. The
 * host's flags are lost, unless that costs nothing: flags_override_keeps(). */
void flags_override(struct tr *t, uint16_t mask);
bool flags_override_keeps(const struct tr *t, uint16_t mask);
/* The same where the instruction reads CF, which is in the host's flags afterwards. Uses r11. */
void flags_override_carry(struct tr *t, uint16_t mask);
/* After it: stores them from the host's flags. */
void flags_overridden(struct tr *t, uint16_t mask);

/* --- byte registers (x64_int.c) ------------------------------------------------------------------------------------------------------ */

/* Host register that holds operand OPERAND of SIZE bytes in its low bytes: AH..DH are brought to SCRATCH. Flags are kept. */
unsigned x64_source(struct tr *t, unsigned operand, unsigned size, unsigned scratch);
/* Writes what is in host register FROM to it. Flags are kept. */
void x64_write(struct tr *t, unsigned operand, unsigned size, unsigned from);
/* Whether high bytes can be had at all on this host. */
bool x64_bytes_ok(const struct tr *t, unsigned operand, unsigned size);

/* CF to the low byte of host register REG, and back. */
void x64_keep_carry(struct tr *t, unsigned reg);
void x64_get_carry(struct tr *t, unsigned reg);
/* x64_operand() for an instruction that reads CF, which is in the host's flags afterwards. Uses r10. */
void x64_operand_with_carry(struct tr *t, const struct x86_insn *i, unsigned size, bool write);

/* --- emitters. False: no way to do this one here; nothing was emitted -------------------------------------------------------------- */

bool x64_emit_int(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
bool x64_emit_muldiv(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
bool x64_emit_move(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
bool x64_emit_shift(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
bool x64_emit_branch(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
/* Whether the kinds OPK_PUSHF to OPK_MOV_MS are emitted: from the 386 on. */
bool x64_emits_system(const struct tr *t);
bool x64_emit_system(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
bool x64_emit_string(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
/* A repeated one of kind OP, as far as it is on plain memory; all else is its handler's. */
bool x64_emit_repeat(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
/* Whether it may fault for another reason than where its operand is: because that is not aligned, or by its value. */
bool x64_sse_checks(const struct jit_op *op);
/* MASKMOVDQU, MASKMOVQ. */
void x64_masked_move(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
bool x64_emit_sse(struct tr *t, const struct x86_insn *i, const struct jit_op *op);
bool x64_emit_x87(struct tr *t, const struct x86_insn *i, const struct jit_op *op);

/* Whether it may raise or unmask an exception of the x87, which then is pending. */
bool x64_may_raise(const struct tr *t, const struct jit_op *op);
/* Once in a unit, before its first x87 or MMX instruction: the registers are in the host's. */
void x64_make_x87_ready(struct tr *t);
/* What the unit knows of the last x87 instruction goes to c->x87_last, before the unit is left. Flags are kept; r8 is used. */
void x64_x87_home(struct tr *t);
void x64_x87_home_of(struct tr *t, uint32_t record);

/* The beginning of a unit where indirect branches arrive, with EIP in r10d: goes on to what follows if that is the place. */
void x64_indirect_entry(struct tr *t);
/* A conditional branch in the middle of a unit. */
void x64_side_exit(struct tr *t, unsigned cc, uint32_t target);
/* The end of a unit that goes on at EIP, after flags_mark(), of which FLAGS are left. */
void x64_go_to(struct tr *t, uint32_t eip, const struct flag_record *flags);
/* The handler runs the current instruction, and code goes on after it (LAST: it leaves the unit). */
void x64_handler(struct tr *t, const struct x86_insn *i, bool last);
void x64_emit_colds(struct tr *t);

/* Writes to pages with code (x64_beside.c): the stub for all of them, whether there is code for those of SIZE bytes, and that. */
const uint8_t *x64_make_beside(struct emit *e, bool user);
bool x64_writes_beside(const struct tr *t, unsigned size);
void x64_go_beside(struct tr *t, unsigned size, const uint8_t *back);

/* Accesses that go on in the next page (x64_cross.c): the stubs before and after one. */
const uint8_t *x64_make_cross(struct emit *e, bool write, bool user);
const uint8_t *x64_make_uncross(struct emit *e);
/* Code that K of COLD_CROSSING leads to, and what a lone access to the stack does if it crosses; both go on behind themselves if that cannot be had. */
void x64_cross(struct tr *t, const struct cold *k);
void x64_cross_stack(struct tr *t, const struct cold *k);
/* What is emitted from here to the end of the instruction comes after the access of K. */
void x64_begin_crossing(struct tr *t, struct cold *k);
/* The access that has just been emitted is made only after the next one has been checked, which may take the buffer for itself. */
void x64_access_lasts(struct tr *t);
/* After an instruction: tells the crossings among its colds, the first of which is number FIRST, where its code ends. */
void x64_end_crossings(struct tr *t, unsigned first);

/* For stubs.c: code that saves the guest's XMM registers and MXCSR, if c->sse_live says that they are in the host's, and loads them again. */
void x64_store_sse(struct emit *e);
void x64_load_sse(struct emit *e);
/* A function that loads them for the first time: the whole of it. Flags and r9 are lost. */
void x64_make_sse(struct emit *e);
void x64_make_sse_call(struct emit *e);

#endif
