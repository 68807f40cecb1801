/* lockstep.h: random guest code for the engine "lockstep": what its parts share.
 *
 * A case is made from a seed alone: CPU model, mode, tables, code, data. Its code is a chain of snippets, each of some instructions that
 * belong together. Before each snippet the guest notes where the next one begins, and every fault's handler goes on there.
 *
 * Memory, physical: 0 vectors, 800h IDT, 1000h GDT, 2000h TSS, 3000h-5FFFh page tables and the supervisor's stack, 6000h handlers,
 * 8000h stack segment (in it, 8100h and 8200h, the TSSs of two more tasks), 20000h code, 30000h data, 40000h more data. */
#ifndef TESTS_LOCKSTEP_LOCKSTEP_H
#define TESTS_LOCKSTEP_LOCKSTEP_H

#include "machine/machine_lockstep.h"
#include "tests/random.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    IDT = 0x800, GDT = 0x1000, TSS = 0x2000, PAGES = 0x3000, SUPERVISOR_STACK = 0x5F00, HANDLERS = 0x6000, HANDLER_SIZE = 32,
    STACK = 0x8000, CODE = 0x20000, DATA = 0x30000, EXTRA = 0x40000, VIDEO = 0xA0000, ALIASES = 0x100000, NOTHING = 0x180000,
    RESUME = 0x10, COUNT = 0x14, COUNTER = 0x18, FAR = 0x28, REACHED = 0x40, TASK32 = 0x100, TASK16 = 0x200, /* variables in the stack segment */
    STACK_TOP = 0x7F00, CODE_SIZE = 0x6000,
    ROUTINES = HANDLERS + 0x40 * HANDLER_SIZE, SYSENTER = 0x7C00, /* what call gates lead to, and SYSENTER */
};

/* Selectors: index in the GDT; user variants are 8 further on. CODE_OTHER: of the other size. */
enum {
    SEL_CODE = 1, SEL_CODE_OTHER, SEL_DATA, SEL_EXTRA, SEL_STACK, SEL_VIDEO, SEL_SMALL, SEL_TSS, SEL_USER = 8, SEL_KERNEL = 17, SEL_KERNEL_STACK,
    /* One of each, for the privilege of the case. DOWN: expand-down. ALIAS: of the code, to be written to. */
    SEL_DOWN16, SEL_DOWN32, SEL_EDGE, SEL_TINY, SEL_READONLY, SEL_ABSENT, SEL_STACK_OTHER, SEL_STACK_DOWN, SEL_ALIAS, SEL_CODE16, SEL_CODE32,
    SEL_DATA_LOW, SEL_CONFORMING, SEL_GATE, SEL_TASK32 = SEL_GATE + 6, SEL_TASK16, SEL_TASK_GATE, SEL_SYSENTER, SEL_END = SEL_SYSENTER + 4,
    GATES = 6,
};

/* What the code can note that it came to: for the table of --verbose. */
enum feature {
    DID_FAR_LOAD, DID_POP_SEGMENT, DID_MOVE_SEGMENT, DID_TASK_IN, DID_TASK_BACK, DID_TASK_HOME, DID_GATE, DID_INT_GATE, DID_SYSENTER,
    DID_SYSEXIT, DID_OTHER_SIZE, DID_OTHER_STACK, DID_EDGE, DID_HARD_STRING, DID_ALIGNMENT, DID_DEBUG, DID_DEBUG_IO, DID_A20, DID_PAGES, DID_INVLPG,
    DID_PATCH_PAGE, DID_ALIAS_PATCH, DID_BESIDE, DID_COPIED_CODE, DID_WRAP, DID_CONTROL, DID_SSE_LOOP, DID_X87_LOOP, DID_WALK, DID_SHADOW, DID_CROSSING, DID_STATES, DID_DEVICE, DID_MIDDLE, DID_FAR_WRAP, DID_STEADY,
    DID_LOCK, DID_PREFIXES, DID_UNDOCUMENTED, DID_BYTES, DID_TABLES, DID_UNIT_STATE,
    FEATURES,
};

enum mode { MODE_REAL, MODE_UNREAL, MODE_SEGMENTS16, MODE_SEGMENTS32, MODE_FLAT, MODE_PAGED, MODE_V86, MODES };

struct fuzz_case {
    uint64_t                random, seed;
    const struct x86_model *model;
    enum mode               mode;
    bool                    user;        /* privilege 3 */
    bool                    wide_gates;  /* of the 386 */
    bool                    paged, pae, big_pages;
    bool                    has_fpu, has_mmx, has_sse, has_sse2, has_sep, has_nx;
    unsigned                first_bits;  /* of the code at its start */
    uint32_t                pit;         /* its reload value; 0: none */
    uint8_t                 code[CODE_SIZE + 64];
    unsigned                n;           /* bytes of code so far */
    unsigned                bits;        /* 16 or 32: here */
    uint32_t                origin;      /* offset of code[0] in CS */
};

static inline bool is_flat(const struct fuzz_case *f)
{
    return f->mode == MODE_FLAT || f->mode == MODE_PAGED;
}

/* Random numbers: tests/random.h. */
static inline uint64_t fuzz_next(struct fuzz_case *f) { return random_next(&f->random); }
static inline uint32_t fuzz_below(struct fuzz_case *f, uint32_t n) { return random_below(&f->random, n); }
static inline bool     fuzz_chance(struct fuzz_case *f, uint32_t one_in) { return random_below(&f->random, one_in) == 0; }
static inline uint32_t fuzz_value(struct fuzz_case *f) { return random_value(&f->random); }
#define PICK(f, ...) RANDOM_PICK(&(f)->random, __VA_ARGS__)

/* insn.c: single instructions. */
void     emit(struct fuzz_case *, uint64_t v, unsigned size);
void     emit_random(struct fuzz_case *);             /* any integer instruction that does not jump */
void     emit_fpu(struct fuzz_case *);
void     emit_simd(struct fuzz_case *);
void     emit_any(struct fuzz_case *);                /* of the three */
void     emit_modrm(struct fuzz_case *, unsigned reg, bool memory_only);
void     emit_load(struct fuzz_case *, unsigned reg, uint32_t v); /* MOV reg, V in the size of the code */
uint32_t fuzz_pointer(struct fuzz_case *);            /* an offset in DS */

/* snippets.c: the chain of snippets in f->code. */
void make_code(struct fuzz_case *);
void some(struct fuzz_case *, unsigned most);         /* instructions */
void emit_body(struct fuzz_case *);                   /* a snippet of computation */
void string(struct fuzz_case *);
void structure(struct fuzz_case *);

/* snippets_float.c */
void rounding(struct fuzz_case *);                    /* controls, and some instructions that may trap */
void float_loop(struct fuzz_case *);

/* labels.c: what all snippets need. */
uint32_t variable(const struct fuzz_case *, uint32_t offset); /* its offset in SS */
unsigned word(const struct fuzz_case *);                      /* bytes of an operand here */
void     emit_variable(struct fuzz_case *, unsigned opcode, unsigned reg, uint32_t offset); /* OPCODE with SS:[OFFSET] and REG in ModRM */
void     emit_set(struct fuzz_case *, uint32_t offset, uint32_t v, unsigned size);          /* MOV SS:[OFFSET], V of 2 or 4 bytes */
void     patch(struct fuzz_case *, unsigned at, uint32_t v, unsigned size);
unsigned emit_label_to(struct fuzz_case *, uint32_t offset); /* MOV SS:[OFFSET], the address of a label to come; returns where to patch it */
void     set_label(struct fuzz_case *, unsigned at);         /* the label is here */
unsigned emit_jump(struct fuzz_case *);                      /* JMP to a label to come */
void     set_jump(struct fuzz_case *, unsigned at);
void     emit_far(struct fuzz_case *, unsigned opcode, unsigned selector, uint32_t offset); /* JMP or CALL */
void     emit_segment(struct fuzz_case *, unsigned reg, unsigned selector);                 /* MOV Sreg, AX */
unsigned emit_load_label(struct fuzz_case *, unsigned reg);  /* MOV reg, the address of a label to come */
unsigned selector_of(const struct fuzz_case *, unsigned n);  /* of the case's privilege */
bool     by_paragraph(const struct fuzz_case *);             /* real and virtual-8086 mode */
void     emit_reached(struct fuzz_case *, enum feature);

/* snippets_paths.c: parts of loops. */
void     make_flags(struct fuzz_case *);              /* by an instruction on registers */
void     ask(struct fuzz_case *);                     /* for a condition or all flags, into EAX or EDX */
unsigned begin_loop(struct fuzz_case *);              /* with its count in memory; what end_loop() takes */
void     end_loop(struct fuzz_case *, unsigned start);

/* snippets_system.c, snippets_edges.c, snippets_paths.c, snippets_strange.c: one of theirs. */
void system_snippet(struct fuzz_case *);
void edge_snippet(struct fuzz_case *);
void path_snippet(struct fuzz_case *);
void strange_snippet(struct fuzz_case *);

/* tables.c: memory and the CPU's state at the start; the same for both machines. */
void write_memory(struct fuzz_case *, struct machine *);
void prepare_cpu(const struct fuzz_case *, struct machine *);

/* host.c: for what is translated from now on: no instruction of BMI2; accesses were grouped so often without use before. */
void host_without_bmi2(struct x86 *);
void host_with_misfortunes(struct x86 *, unsigned misfortunes);

#endif
