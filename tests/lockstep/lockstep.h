/* lockstep.h: random guest code for the engine "lockstep": what its parts share.
 *
 * A case is made from a seed alone: CPU model, mode, tables, code, data. Its code is a chain of snippets, each of some instructions that
 * belong together. Before each snippet the guest notes where the next one begins, and every fault's handler goes on there.
 *
 * Memory, physical: 0 vectors, 800h IDT, 1000h GDT, 2000h TSS, 3000h-5FFFh page tables and the supervisor's stack, 6000h handlers,
 * 8000h stack segment, 20000h code, 30000h data, 40000h more data. */
#ifndef TESTS_LOCKSTEP_LOCKSTEP_H
#define TESTS_LOCKSTEP_LOCKSTEP_H

#include "machine/machine_lockstep.h"
#include "tests/random.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    IDT = 0x800, GDT = 0x1000, TSS = 0x2000, PAGES = 0x3000, SUPERVISOR_STACK = 0x5F00, HANDLERS = 0x6000, HANDLER_SIZE = 32,
    STACK = 0x8000, CODE = 0x20000, DATA = 0x30000, EXTRA = 0x40000, VIDEO = 0xA0000, ALIASES = 0x100000, NOTHING = 0x180000,
    RESUME = 0x10, COUNT = 0x14, COUNTER = 0x18, /* variables in the stack segment */
    STACK_TOP = 0x7F00, CODE_SIZE = 0x6000,
};

/* Selectors: index in the GDT; user variants are 8 further on. CODE_OTHER: of the other size. */
enum {
    SEL_CODE = 1, SEL_CODE_OTHER, SEL_DATA, SEL_EXTRA, SEL_STACK, SEL_VIDEO, SEL_SMALL, SEL_TSS, SEL_USER = 8, SEL_KERNEL = 17, SEL_KERNEL_STACK,
    SEL_END,
};

enum mode { MODE_REAL, MODE_UNREAL, MODE_SEGMENTS16, MODE_SEGMENTS32, MODE_FLAT, MODE_PAGED, MODE_V86, MODES };

struct fuzz_case {
    uint64_t                random, seed;
    const struct x86_model *model;
    enum mode               mode;
    bool                    user;        /* privilege 3 */
    bool                    wide_gates;  /* of the 386 */
    bool                    paged, pae, big_pages;
    bool                    has_fpu, has_mmx, has_sse, has_sse2;
    unsigned                first_bits;  /* of the code at its start */
    uint32_t                pit;         /* its reload value; 0: none */
    uint8_t                 code[CODE_SIZE + 64];
    unsigned                n;           /* bytes of code so far */
    unsigned                bits;        /* 16 or 32: here */
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

/* tables.c: memory and the CPU's state at the start; the same for both machines. */
void write_memory(struct fuzz_case *, struct machine *);
void prepare_cpu(const struct fuzz_case *, struct machine *);

#endif
