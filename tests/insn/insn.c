/* insn.c: runs the instruction tests of tests/insn (*.asm, assembled by nasm; insn.inc has the format) on every CPU model
 * they are for and in every mode they hold in: `insn-tests [--engine interp|jit] FILE...`.
 *
 * What a test does not name must stay as it was: all general registers, all flags, the windows of memory that it gave. The
 * code ends with HLT, so that it runs through the block cache; then it runs again one instruction at a time. */
#include "tests/vectors/bench.h"

#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/jit/jit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { /* items of a record: insn.inc */
    ITEM_END, ITEM_GIVEN, ITEM_GIVES, ITEM_GIVEN_FLAGS, ITEM_SETS, ITEM_CLEARS, ITEM_ANY, ITEM_MEMORY, ITEM_WRITES, ITEM_CODE,
    ITEM_FAULT, ITEM_MODES, ITEM_TARGET,
};

enum mode { MODE_REAL = 1, MODE_PROTECTED = 2, MODE_V86 = 4, MODE_USER = 8 };
static const char *const mode_names[] = {[MODE_REAL] = "real", [MODE_PROTECTED] = "protected", [MODE_V86] = "V86", [MODE_USER] = "user"};

enum {
    RAM = 2 << 20,
    REGISTERS = 8, /* then the six segment registers */
    WINDOWS_MAX = 8,
    /* the ring-0 tables, below the segments */
    GDT = 0x1000, IDT = 0x2000, TSS = 0x3000, HANDLERS = 0x4000, KERNEL_STACK = 0x8000,
    /* one segment each: ES CS SS DS FS GS at 10000h, 20000h ... */
    START = 0x100, STACK_TOP = 0x1000,
    STEPS_MAX = 1 << 20,
    MODELS_MAX = 16,
};

struct window {
    uint8_t        seg;
    uint32_t       offset;
    uint16_t       size;
    const uint8_t *bytes;
};

struct insn_test {
    const char    *name;
    unsigned       first, last, bits, modes;
    uint32_t       given[REGISTERS], gives[REGISTERS];
    uint32_t       given_flags, sets, clears, any;
    struct window  memory[WINDOWS_MAX], writes[WINDOWS_MAX];
    unsigned       n_memory, n_writes;
    const uint8_t *code;
    unsigned       code_size;
    int            vector; /* -1: none */
    bool           has_error;
    uint32_t       error, at; /* offset in the code of what faults; of the HLT where it ends */
};

struct outcome {
    int      vector;
    uint32_t error, eip, eflags, gpr[REGISTERS];
};

static uint32_t segment_base(unsigned seg) { return (seg + 1) << 16; }

/* --- reading ------------------------------------------------------------------------------------------------------------------- */

static uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static uint32_t get32(const uint8_t *p) { return get16(p) | (uint32_t)get16(p + 2) << 16; }

static void defaults(struct insn_test *t)
{
    for (unsigned n = 0; n < REGISTERS; n++) t->given[n] = 0x11111111u * (n + 1);
    t->given[REG_ESP] = STACK_TOP;
    t->modes = t->bits == 16 ? MODE_REAL | MODE_PROTECTED | MODE_V86 : MODE_PROTECTED | MODE_USER;
    t->vector = -1;
    t->at = ~0u;
}

/* A register of SIZE bytes; byte registers 4-7 are the high ones. */
static void put_register(uint32_t *regs, unsigned n, unsigned size, uint32_t v)
{
    unsigned shift = size == 1 && n > 3 ? 8 : 0;
    uint32_t mask = (size == 4 ? ~0u : size == 2 ? 0xffffu : 0xffu) << shift;
    uint32_t *r = &regs[shift ? n - 4 : n];

    *r = (*r & ~mask) | (v << shift & mask);
}

static const uint8_t *parse_window(const uint8_t *p, struct window *list, unsigned *n)
{
    struct window w = {.seg = p[0], .offset = get32(p + 1), .size = get16(p + 5), .bytes = p + 7};

    if (*n < WINDOWS_MAX) list[(*n)++] = w;
    return p + 7 + w.size;
}

/* Results start from what was given, so "gives" items are kept until the end. */
static const uint8_t *parse_item(const uint8_t *p, struct insn_test *t)
{
    switch (*p++) {
    case ITEM_GIVEN: put_register(t->given, p[0], p[1], get32(p + 2)); memcpy(t->gives, t->given, sizeof(t->gives)); return p + 6;
    case ITEM_GIVES: put_register(t->gives, p[0], p[1], get32(p + 2)); return p + 6;
    case ITEM_GIVEN_FLAGS: t->given_flags = get32(p); return p + 4;
    case ITEM_SETS: t->sets |= get32(p); return p + 4;
    case ITEM_CLEARS: t->clears |= get32(p); return p + 4;
    case ITEM_ANY: t->any |= get32(p); return p + 4;
    case ITEM_MEMORY: return parse_window(p, t->memory, &t->n_memory);
    case ITEM_WRITES: return parse_window(p, t->writes, &t->n_writes);
    case ITEM_CODE: t->code = p + 2; t->code_size = get16(p); return p + 2 + t->code_size;
    case ITEM_FAULT: t->vector = p[0]; t->has_error = p[1]; t->error = get32(p + 2); t->at = get32(p + 6); return p + 10;
    case ITEM_MODES: t->modes = p[0]; return p + 1;
    case ITEM_TARGET: t->at = get32(p); return p + 4;
    default: return NULL;
    }
}

/* One record: length, first and last model, bits, name, items. */
static bool parse(const uint8_t *p, struct insn_test *t)
{
    *t = (struct insn_test){.first = p[2], .last = p[3], .bits = p[4], .name = (const char *)p + 5};
    defaults(t);
    memcpy(t->gives, t->given, sizeof(t->gives));
    for (p += 5 + strlen(t->name) + 1; *p != ITEM_END;)
        if (!(p = parse_item(p, t))) return false;
    return t->code != NULL;
}

/* --- the machine around a test --------------------------------------------------------------------------------------------------- */

static void put(struct bench *b, uint32_t at, uint64_t v, unsigned size) { phys_write(&b->phys, at, v, size); }

static void put_descriptor(struct bench *b, unsigned n, uint32_t base, uint32_t limit, unsigned access, unsigned flags)
{
    put(b, GDT + 8 * n, (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)access << 40, 8);
    put(b, GDT + 8 * n + 6, (limit >> 16) | flags | base >> 24 << 8, 2);
}

/* GDT: 1 + SEG for privilege 0, 9 + SEG for privilege 3, 17 TSS, 18 and 19 the handlers' code and stack. */
static void make_tables(struct bench *b, bool wide)
{
    unsigned d = wide ? 0x40 : 0, tss = b->model.family >= 3 ? 0x8b : 0x83;

    for (unsigned seg = 0; seg < SEG_COUNT; seg++) {
        unsigned access = seg == SEG_CS ? 0x9b : 0x93;
        put_descriptor(b, 1 + seg, segment_base(seg), 0xffff, access, d);
        put_descriptor(b, 9 + seg, segment_base(seg), 0xffff, access | 0x60, d);
    }
    put_descriptor(b, 17, TSS, 0x67, tss, 0);
    put_descriptor(b, 18, 0, 0xffff, 0x9b, d);
    put_descriptor(b, 19, 0, 0xffff, 0x93, d);
    put(b, TSS + 4, KERNEL_STACK, 4);
    put(b, TSS + 8, 19 * 8, 4);
    put(b, TSS + 0x66, 0x68, 2);
}

/* A vector's handler is a HLT of its own. In real mode the table at 0 leads there, in protected mode the IDT. */
static void make_handlers(struct bench *b, unsigned mode)
{
    for (unsigned n = 0; n < 256; n++) {
        uint32_t at = HANDLERS + 16 * n;
        unsigned type = b->model.family >= 3 ? 0x8e : 0x86;

        put(b, at, 0xf4, 1);
        if (mode == MODE_REAL) put(b, 4 * n, at, 4);
        else put(b, IDT + 8 * n, at | 18u * 8 << 16 | (uint64_t)(type | 0x60) << 40, 8);
    }
}

static void load_segments(struct bench *b, unsigned mode, bool wide)
{
    struct x86 *c = &b->cpu;
    unsigned    dpl = mode == MODE_USER ? 3 : 0;

    for (unsigned seg = 0; seg < SEG_COUNT; seg++) {
        uint16_t access = (uint16_t)((seg == SEG_CS ? 0x9b : 0x93) | dpl << 5 | (wide ? SEGA_DB : 0));
        uint16_t selector = (uint16_t)((dpl ? 9 : 1) + seg) * 8 + dpl;

        if (mode == MODE_REAL) {
            x86_set_segment_real(c, seg, (uint16_t)(segment_base(seg) >> 4));
        } else if (mode == MODE_V86) {
            x86_set_segment_v86(c, seg, (uint16_t)(segment_base(seg) >> 4));
        } else {
            c->seg[seg] = (struct x86_segment){.selector = selector, .access = access, .base = segment_base(seg), .limit = 0xffff,
                                               .valid = true};
            x86_derive_segment(c, seg);
        }
    }
    x86_set_cpl(c, mode == MODE_USER || mode == MODE_V86 ? 3 : 0);
}

static void put_windows(struct bench *b, const struct window *list, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        for (unsigned m = 0; m < list[k].size; m++) put(b, segment_base(list[k].seg) + list[k].offset + m, list[k].bytes[m], 1);
}

static void prepare(struct bench *b, const struct insn_test *t, unsigned mode)
{
    struct x86 *c = &b->cpu;
    bool        small = b->model.family < 3;
    uint32_t    at = segment_base(SEG_CS) + START;

    x86_reset(c);
    make_handlers(b, mode);
    if (mode != MODE_REAL) {
        make_tables(b, t->bits == 32);
        c->cr0 |= CR0_PE;
        c->gdtr = (struct x86_table){GDT, 20 * 8 - 1};
        c->idtr = (struct x86_table){IDT, 0x7ff};
        c->tr = (struct x86_segment){.selector = 17 * 8, .access = SEGA_P | (small ? 3 : 11), .base = TSS, .limit = 0x67, .valid = true};
    }
    if (mode == MODE_V86) c->eflags |= FLAG_VM | FLAG_IOPL;
    load_segments(b, mode, t->bits == 32);
    for (unsigned n = 0; n < REGISTERS; n++) c->gpr[n] = small ? t->given[n] & 0xffff : t->given[n];
    x86_set_eflags(c, t->given_flags, FLAG_ARITH | FLAG_DF | FLAG_IF);
    c->eip = START;
    put_windows(b, t->memory, t->n_memory);
    for (unsigned n = 0; n < t->code_size; n++) put(b, at + n, t->code[n], 1);
    put(b, at + t->code_size, 0xf4, 1);
}

static uint32_t pop(struct bench *b, uint32_t *sp, unsigned size)
{
    uint32_t v = (uint32_t)phys_read(&b->phys, *sp, size);

    *sp += size;
    return v;
}

static bool pushes_error(int vector) { return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17; }

/* In a handler: what the CPU pushed. The stack pointer is put back as the test had it. */
static void look_at_handler(struct bench *b, unsigned mode, struct outcome *o)
{
    struct x86 *c = &b->cpu;
    uint32_t    sp = c->seg[SEG_SS].base + x86_sp(c);
    unsigned    size = mode == MODE_REAL || b->model.family < 3 ? 2 : 4;

    o->vector = (int)((c->eip - 1 - HANDLERS) / 16);
    if (mode != MODE_REAL && pushes_error(o->vector)) o->error = pop(b, &sp, size);
    o->eip = pop(b, &sp, size);
    pop(b, &sp, size);
    o->eflags = pop(b, &sp, size);
    o->gpr[REG_ESP] = mode == MODE_V86 || mode == MODE_USER ? pop(b, &sp, size) : (uint32_t)c->gpr[REG_ESP] + sp - (c->seg[SEG_SS].base + x86_sp(c));
}

static void run(struct bench *b, unsigned mode, bool blocks, struct outcome *o)
{
    struct x86 *c = &b->cpu;

    for (unsigned n = 0; n < STEPS_MAX && !c->halted; n += blocks ? STEPS_MAX : 1) x86_run(c, x86_retired(c) + (blocks ? STEPS_MAX : 1));
    *o = (struct outcome){.vector = -1, .eip = c->eip, .eflags = x86_get_eflags(c)};
    for (unsigned n = 0; n < REGISTERS; n++) o->gpr[n] = (uint32_t)c->gpr[n];
    if (c->seg[SEG_CS].base == 0) look_at_handler(b, mode, o);
    else o->eip--; // of the HLT
    if (o->vector == EXC_GP && (mode == MODE_V86 || mode == MODE_USER) &&
        phys_read(&b->phys, segment_base(SEG_CS) + (o->eip & 0xffff), 1) == 0xf4)
        o->vector = -1; // the HLT that ends the test
}

/* --- comparing ---------------------------------------------------------------------------------------------------------------------- */

struct context {
    const struct insn_test *t;
    const char             *model, *way;
    unsigned                n, mode, passed, failed, of_model[MODELS_MAX][2];
    bool                    differs;
};

static void __attribute__((format(printf, 2, 3))) differ(struct context *x, const char *format, ...)
{
    va_list args;

    if (!x->differs) printf("%s: %s, %s mode, %s:\n", x->t->name, x->model, mode_names[x->mode], x->way);
    x->differs = true;
    va_start(args, format);
    printf("    ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

static void compare_registers(struct bench *b, struct context *x, const struct outcome *o)
{
    static const char *const names[REGISTERS] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    uint32_t                 mask = b->model.family < 3 ? 0xffff : 0xffffffff;

    for (unsigned n = 0; n < REGISTERS; n++)
        if ((o->gpr[n] ^ x->t->gives[n]) & mask) differ(x, "%s is %x, should be %x", names[n], o->gpr[n], x->t->gives[n]);
}

static void compare_flags(struct context *x, const struct outcome *o)
{
    const uint32_t looked_at = FLAG_ARITH | FLAG_DF | FLAG_IF;
    uint32_t       should = ((x->t->given_flags & ~x->t->clears) | x->t->sets) & looked_at, is = o->eflags & looked_at;

    if ((is ^ should) & ~x->t->any) differ(x, "flags are %03x, should be %03x, but for %03x", is, should, x->t->any);
}

static void compare_window(struct bench *b, struct context *x, const struct window *w)
{
    for (unsigned n = 0; n < w->size; n++) {
        uint32_t at = segment_base(w->seg) + w->offset + n;
        uint8_t  is = 0;

        phys_peek(&b->phys, at, &is, 1);
        if (is != w->bytes[n]) differ(x, "byte %x of segment %u is %02x, should be %02x", w->offset + n, w->seg, is, w->bytes[n]);
    }
}

static bool rewritten(const struct insn_test *t, const struct window *w)
{
    for (unsigned n = 0; n < t->n_writes; n++)
        if (t->writes[n].seg == w->seg && t->writes[n].offset < w->offset + w->size && w->offset < t->writes[n].offset + t->writes[n].size)
            return true;
    return false;
}

static void compare(struct bench *b, struct context *x, const struct outcome *o)
{
    const struct insn_test *t = x->t;
    uint32_t                at = START + (t->at == ~0u ? t->code_size : t->at);

    if (o->vector != t->vector) differ(x, "exception %d, should be %d", o->vector, t->vector);
    if (t->vector >= 0 && x->mode != MODE_REAL && t->has_error && o->error != t->error) differ(x, "error code %x, should be %x", o->error, t->error);
    if (o->eip != at) differ(x, "ends at %x, should end at %x", o->eip - START, at - START);
    compare_registers(b, x, o);
    compare_flags(x, o);
    for (unsigned n = 0; n < t->n_writes; n++) compare_window(b, x, &t->writes[n]);
    for (unsigned n = 0; n < t->n_memory; n++)
        if (!rewritten(t, &t->memory[n])) compare_window(b, x, &t->memory[n]);
}

static void run_way(struct bench *b, struct context *x, bool blocks)
{
    struct outcome o;

    x->differs = false;
    x->way = blocks ? "in a block" : "step by step";
    prepare(b, x->t, x->mode);
    run(b, x->mode, blocks, &o);
    compare(b, x, &o);
    if (x->differs) x->failed++;
    else x->passed++;
    x->of_model[x->n][x->differs]++;
}

static bool mode_exists(const struct bench *b, unsigned mode, unsigned bits)
{
    if (bits == 32) return b->model.family >= 3;
    return mode == MODE_REAL || (mode == MODE_PROTECTED && b->model.family >= 2) || b->model.family >= 3;
}

/* All records of a file on model B. */
static bool run_records(struct bench *b, const uint8_t *p, const uint8_t *end, struct context *x)
{
    struct insn_test t;

    for (; p + 2 <= end && get16(p); p += get16(p)) {
        if (get16(p) > end - p || !parse(p, &t)) return false;
        if (x->n < t.first || x->n > t.last) continue;
        x->t = &t;
        for (x->mode = MODE_REAL; x->mode <= MODE_USER; x->mode <<= 1) {
            if (!(t.modes & x->mode) || !mode_exists(b, x->mode, t.bits)) continue;
            run_way(b, x, true);
            run_way(b, x, false);
        }
    }
    return true;
}

/* --- files ----------------------------------------------------------------------------------------------------------------------------- */

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE    *f = fopen(path, "rb");
    uint8_t *data = NULL;
    long     length = -1;

    if (!f) return NULL;
    if (!fseek(f, 0, SEEK_END) && (length = ftell(f)) >= 0 && !fseek(f, 0, SEEK_SET)) data = malloc((size_t)length + 1);
    if (data && fread(data, 1, (size_t)length, f) != (size_t)length) {
        free(data);
        data = NULL;
    }
    fclose(f);
    *size = (size_t)length;
    return data;
}

/* Every model, one after the other, so that each test is seen by all that it is for. */
static bool run_file(const char *path, struct context *x)
{
    size_t   size;
    uint8_t *data = read_file(path, &size);
    bool     ok = data != NULL;

    for (x->n = 0; ok && x86_model_at(x->n) && x->n < MODELS_MAX; x->n++) {
        struct bench *b = bench_create(x86_model_at(x->n)->name, x->n ? RAM : 1 << 20, true);
        if (b && b->cpu.jit) x86_jit_eager(&b->cpu, 64);

        ok = b != NULL;
        x->model = x86_model_at(x->n)->name;
        if (ok) ok = run_records(b, data, data + size, x);
        bench_destroy(b);
    }
    if (!ok) fprintf(stderr, "insn-tests: %s: cannot be read, or damaged\n", path);
    free(data);
    return ok;
}

int main(int argc, char **argv)
{
    struct context x = {0};
    int            first = 1;

    if (argc > 2 && !strcmp(argv[1], "--engine")) {
        if (!bench_engine(argv[2])) {
            fprintf(stderr, "insn-tests: no engine %s on this host\n", argv[2]);
            return 2;
        }
        first = 3;
    }
    for (int n = first; n < argc; n++) {
        unsigned passed = x.passed, failed = x.failed;

        if (!run_file(argv[n], &x)) return 2;
        printf("%-40s %6u passed %6u failed\n", argv[n], x.passed - passed, x.failed - failed);
    }
    for (unsigned n = 0; x86_model_at(n) && n < MODELS_MAX; n++)
        printf("model %-34s %6u passed %6u failed\n", x86_model_at(n)->name, x.of_model[n][0], x.of_model[n][1]);
    printf("%u passed, %u failed, 0 skipped\n", x.passed, x.failed);
    return x.failed || !x.passed;
}
