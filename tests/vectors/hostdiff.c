/* hostdiff.c: cases.bin: IA-32 user-mode instructions executed on a real CPU, 32-bit flat code at CPL 3.
 *
 * The case runs at CPL 3 with flat segments and no paging. Every vector of the IDT leads to a ring-0 handler, so an
 * exception is seen as the CPU delivers it: the handler's address tells the vector, its stack the error code and EIP.
 * Transcendentals (flag 4) may differ by one unit in the last place, and in C1, which tells the direction of that rounding, and, around the
 * least normal number, in UE; RCP and RSQRT by their documented error. */
#include "tests/vectors/bench.h"
#include "tests/vectors/coverage.h"
#include "tests/vectors/native.h"
#include "tests/vectors/vectors.h"

#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"
#include "cpu/x86/jit/jit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER = 96,
    FX_BYTES = 288,
    DATA_BYTES = 128,
    STACK_BYTES = 64,
    /* where the ring-0 tables lie, all in the first megabyte */
    IDT = 0x1000,
    GDT = 0x2000,
    TSS = 0x3000,
    HANDLERS = 0x4000, /* 16 bytes a vector */
    LDT = 0x6000,
    KERNEL_STACK = 0x8000,
    TICKS_MAX = 100000,
    COMPLETE = 100000, /* so many random cases are to reach every opcode */
};

enum case_flag {
    HAS_FX = 1,
    IS_REP = 2,
    IS_APPROXIMATE = 4,
    CHANGES_DATA = 8,
    CHANGES_STACK = 16,
};

enum { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI, GPRS };
static const char *const names[GPRS] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};

static const char *const segments[SEG_COUNT] = {"es", "cs", "ss", "ds", "fs", "gs"};

struct host_case {
    uint8_t        flags, vector, length, group;
    uint16_t       fsw_mask;
    uint32_t       eflags_undefined, error;
    const uint8_t *code, *in, *out, *data_in, *stack_in, *data_out, *stack_out, *fx_in, *fx_out, *seg_in, *seg_out;
};

struct host_file {
    uint32_t code, data, stack;
};

/* What came of a case. */
struct host_result {
    uint8_t  vector; /* FF: none */
    uint32_t error, eip, eflags;
    uint16_t seg[SEG_COUNT];
    uint8_t  fx[FX_BYTES];
};

bool hostdiff_recognise(const struct bytes *f) { return f->size >= HEADER && !memcmp(f->data, "HDIF", 4) && get32(f->data + 4) == 1; }

static size_t parse(const uint8_t *p, size_t left, struct host_case *t)
{
    size_t length = left >= 2 ? get16(p) : 0, need = 112 + DATA_BYTES + STACK_BYTES;

    if (length < need || length > left) return 0;
    *t = (struct host_case){.flags = p[2], .vector = p[3], .length = p[4], .group = p[5], .fsw_mask = get16(p + 6)};
    t->eflags_undefined = get32(p + 8);
    t->error = get32(p + 12);
    t->code = p + 20;
    t->in = p + 36;
    t->out = p + 72;
    t->data_in = t->data_out = p + 112;
    t->stack_in = t->stack_out = t->data_in + DATA_BYTES;
    p += need;
    if (t->flags & CHANGES_DATA) t->data_out = p, p += DATA_BYTES, need += DATA_BYTES;
    if (t->flags & CHANGES_STACK) t->stack_out = p, p += STACK_BYTES, need += STACK_BYTES;
    if (t->flags & HAS_FX) t->fx_in = p, t->fx_out = p + FX_BYTES, p += 2 * FX_BYTES, need += 2 * FX_BYTES;
    if (t->flags & NATIVE_HAS_SEGMENTS) t->seg_in = p, t->seg_out = p + 2 * SEG_COUNT, need += 4 * SEG_COUNT;
    if (t->flags & IS_APPROXIMATE) t->fsw_mask &= (uint16_t)~SW_C1;
    return need == length ? length : 0;
}

/* --- the machine around a case -------------------------------------------------------------------------------------- */

static void put64(struct bench *b, uint32_t at, uint64_t v) { phys_write(&b->phys, at, v, 8); }

static uint64_t flat_descriptor(unsigned access) { return UINT64_C(0x00cf00000000ffff) | (uint64_t)access << 40; }

/* GDT: 08 ring-0 code, 10 ring-0 stack, 20 code and 28 data of ring 3, 30 64-bit code of ring 3, 38 TSS. */
static void make_tables(struct bench *b)
{
    put64(b, GDT + 0x08, flat_descriptor(0x9b));
    put64(b, GDT + 0x10, flat_descriptor(0x93));
    put64(b, GDT + 0x20, flat_descriptor(0xfb));
    put64(b, GDT + 0x28, flat_descriptor(0xf3));
    put64(b, GDT + 0x30, UINT64_C(0x00affb000000ffff));
    put64(b, GDT + 0x38, UINT64_C(0x00008b0000000067) | (uint64_t)TSS << 16);
    phys_write(&b->phys, TSS + 4, KERNEL_STACK, 4);
    phys_write(&b->phys, TSS + 8, 0x10, 4);
    phys_write(&b->phys, TSS + 0x66, 0x68, 2); /* no I/O permission map: no port is allowed */
    for (unsigned n = 0; n < 256; n++) {
        uint32_t handler = HANDLERS + 16 * n;
        unsigned access = n == EXC_BP || n == EXC_OF ? 0xee : 0x8e; /* user code may INT3 and INTO */

        put64(b, IDT + 8 * n, (handler & 0xffff) | 0x08u << 16 | (uint64_t)access << 40 | (uint64_t)(handler >> 16) << 48);
        phys_write(&b->phys, handler, 0xf4, 1);
    }
}

static void set_flat(struct x86 *c, unsigned seg, uint16_t selector, uint16_t access)
{
    c->seg[seg] = (struct x86_segment){.selector = selector, .access = access | SEGA_DB | SEGA_G, .limit = 0xffffffff, .valid = true};
    x86_derive_segment(c, seg);
}

static void enter_user_mode(struct x86 *c)
{
    c->halted = false;
    c->exc = (struct x86_exception){0};
    c->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM;
    c->cr4 = CR4_OSFXSR | CR4_OSXMMEXCPT;
    c->gdtr = (struct x86_table){GDT, 0x3f};
    c->idtr = (struct x86_table){IDT, 0x7ff};
    c->tr = (struct x86_segment){.selector = 0x38, .access = SEGA_P | 0x0b, .base = TSS, .limit = 0x67, .valid = true};
    set_flat(c, SEG_CS, 0x23, 0xfb);
    for (unsigned n = 0; n < SEG_COUNT; n++)
        if (n != SEG_CS) set_flat(c, n, 0x2b, 0xf3);
    x86_set_cpl(c, 3);
}

/* --- FXSAVE images ------------------------------------------------------------------------------------------------------ */

static void load_fx(struct x86 *c, const uint8_t *fx)
{
    struct x86_fpu *f = &c->fpu;

    x86_fpu_set_words(c, get16(fx), get16(fx + 2));
    f->empty = (uint8_t)~fx[4];
    f->mxcsr = get32(fx + 24);
    f->opcode = f->cs = f->ds = 0;
    f->ip = f->dp = 0;
    for (unsigned n = 0; n < 8; n++) *fpu_st(c, n) = (struct floatx80){get64(fx + 32 + 16 * n), get16(fx + 40 + 16 * n)};
    memcpy(f->xmm, fx + 160, sizeof(f->xmm));
}

static void store16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void save_fx(struct x86 *c, uint8_t *fx)
{
    memset(fx, 0, FX_BYTES);
    store16(fx, c->fpu.cw);
    store16(fx + 2, x86_fpu_status(c));
    fx[4] = (uint8_t)~c->fpu.empty;
    memcpy(fx + 24, &c->fpu.mxcsr, 4);
    for (unsigned n = 0; n < 8; n++) {
        memcpy(fx + 32 + 16 * n, &fpu_st(c, n)->mant, 8);
        store16(fx + 40 + 16 * n, fpu_st(c, n)->exp_sign);
    }
    memcpy(fx + 160, c->fpu.xmm, sizeof(c->fpu.xmm));
}

/* --- running --------------------------------------------------------------------------------------------------------------- */

/* Segments as a program would have loaded them. */
static void load_segments(struct x86 *c, const struct host_case *t)
{
    for (unsigned n = 0; n < SEG_COUNT; n++) {
        uint16_t              selector = get16(t->seg_in + 2 * n);
        struct x86_descriptor d;

        if (n != SEG_CS) x86_load_segment(c, NULL, n, selector);
        else if (x86_read_descriptor(c, NULL, selector, EXC_GP, &d)) x86_set_segment(c, SEG_CS, selector, &d);
    }
}

static void set_state(struct bench *b, const struct host_file *f, const struct host_case *t)
{
    struct x86 *c = &b->cpu;
    uint8_t     zero[NATIVE_FXSAVE] = {0}, code[16];

    memset(code, 0x90, sizeof(code));
    memcpy(code, t->code, t->length);
    for (unsigned n = 0; n < 16; n += 8) put64(b, f->code + n, get64(code + n));
    for (unsigned side = 0; side < 2; side++) { /* neighbours of the windows */
        phys_write_block(&b->phys, side ? f->data + DATA_BYTES : f->data - NATIVE_FXSAVE, zero, NATIVE_FXSAVE);
        phys_write_block(&b->phys, side ? f->stack + STACK_BYTES : f->stack - STACK_BYTES, zero, STACK_BYTES);
    }
    phys_write_block(&b->phys, f->data, t->data_in, DATA_BYTES);
    phys_write_block(&b->phys, f->stack, t->stack_in, STACK_BYTES);
    enter_user_mode(c);
    for (unsigned n = 0; n < GPRS; n++) c->gpr[n] = get32(t->in + 4 * n);
    x86_set_eflags(c, get32(t->in + 32) & ~(uint32_t)(FLAG_TF | FLAG_RF | FLAG_VM), 0xffffffff);
    c->eip = f->code;
    if (t->seg_in) {
        load_segments(c, t);
        c->eip -= c->seg[SEG_CS].base;
    }
    x86_tlb_select(c);
    if (t->flags & HAS_FX) load_fx(c, t->fx_in);
}

static uint32_t memory_dword(struct bench *b, uint32_t at)
{
    uint8_t v[4];

    phys_peek(&b->phys, at, v, 4);
    return get32(v);
}

static bool pushes_error(unsigned vector) { return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17; }

/* Which handler was entered, and with what on its stack; the user's ESP is put back. */
static void look_at_handler(struct bench *b, struct host_result *r)
{
    struct x86 *c = &b->cpu;
    uint32_t    sp = (uint32_t)c->gpr[REG_ESP];

    r->vector = (uint8_t)((c->eip - HANDLERS) / 16);
    if (pushes_error(r->vector)) {
        r->error = memory_dword(b, sp);
        sp += 4;
    }
    r->eip = memory_dword(b, sp);
    r->seg[SEG_CS] = (uint16_t)memory_dword(b, sp + 4);
    r->eflags = memory_dword(b, sp + 8);
    c->gpr[REG_ESP] = memory_dword(b, sp + 12);
    r->seg[SEG_SS] = (uint16_t)memory_dword(b, sp + 16);
}

/* The loop would run one tick in the interpreter, since the block at CS:EIP has more instructions; a translation of one is to be used. */
static void translate(struct x86 *c)
{
    struct x86_block *block = c->jit ? x86_block_at(c) : NULL;

    if (block) x86_jit_count(c, block);
}

static void run(struct bench *b, const struct host_file *f, const struct host_case *t, struct host_result *r)
{
    struct x86 *c = &b->cpu;
    unsigned    ticks = 0;

    *r = (struct host_result){.vector = 0xff};
    translate(c);
    do x86_run(c, x86_retired(c) + 1);
    while ((c->inhibit_traps || ((t->flags & IS_REP) && c->cpl == 3 && c->eip == f->code)) && ++ticks < TICKS_MAX);
    for (unsigned n = 0; n < SEG_COUNT; n++) r->seg[n] = c->seg[n].selector;
    if (c->cpl == 0) {
        look_at_handler(b, r);
    } else {
        r->eip = c->eip;
        r->eflags = x86_get_eflags(c);
    }
    r->eflags &= ~(uint32_t)(FLAG_TF | FLAG_RF);
    save_fx(c, r->fx);
}

/* --- comparing ------------------------------------------------------------------------------------------------------------- */

/* Units in the last place between two floatx80 of the same sign; a large number if they are unlike. */
static uint64_t distance_f80(const uint8_t *a, const uint8_t *b)
{
    uint64_t ma = get64(a), mb = get64(b);
    int      ea = get16(a + 8), eb = get16(b + 8);

    if (ea == eb) return ma > mb ? ma - mb : mb - ma;
    if (ea == eb + 1 && ma == UINT64_C(1) << 63) return -mb; /* across a power of two */
    if (eb == ea + 1 && mb == UINT64_C(1) << 63) return -ma;
    return UINT64_MAX;
}

/* 2^-16382, and the number before it as masked and as unmasked underflow leaves it (SDM 1 4.9.1.5, 8.5.5). */
static bool is_least_normal(const uint8_t *p) { return get64(p) == UINT64_C(1) << 63 && (get16(p + 8) & 0x7fff) == 1; }

static bool is_below_least(const uint8_t *p)
{
    unsigned exp = get16(p + 8) & 0x7fff;

    return exp == 0 ? get64(p) == UINT64_MAX >> 1 : exp == 24576 && get64(p) == UINT64_MAX;
}

/* Approximations that lie a unit apart, of which one is tiny. The sine of 2^-16382 is less than that by nearly nothing: chopped, as AMD's
 * processors round, it is the number before; Intel's have the operand itself. */
static bool astride_least(const uint8_t *a, const uint8_t *b)
{
    return !((a[9] ^ b[9]) & 0x80) && (is_least_normal(a) ? is_below_least(b) : is_below_least(a) && is_least_normal(b));
}

/* Two approximations of the same value, each within 1.5 * 2^-12 of it. */
static bool near_f32(uint32_t a, uint32_t b)
{
    uint32_t distance = a > b ? a - b : b - a, tiny = 0x00800000 + (3u << 12);

    if (a == b || ((a & 0x7fffffff) < tiny && (b & 0x7fffffff) < tiny)) return true;
    if ((a ^ b) >> 31 || (a & 0x7f800000) == 0x7f800000 || !(a & 0x7f800000) || !(b & 0x7f800000)) return false;
    return distance <= 3u << 12;
}

static bool is_reciprocal(const struct host_case *t)
{
    for (unsigned n = 0; n + 1 < t->length; n++)
        if (t->code[n] == 0x0f) return t->code[n + 1] == 0x52 || t->code[n + 1] == 0x53;
    return false;
}

static bool same_st(const struct host_case *t, const uint8_t *is, const uint8_t *should)
{
    if (!memcmp(is, should, 10)) return true;
    return (t->flags & IS_APPROXIMATE) && (distance_f80(is, should) <= 1 || astride_least(is, should));
}

/* Bits of the status word to compare: UE, and if it is not masked what follows from it, are as the result is tiny or not. */
static uint16_t status_mask(const struct host_case *t, const struct host_result *r)
{
    uint16_t open = get16(t->fx_in) & SF_UE ? SF_UE : SF_UE | SW_ES | SW_B;

    for (unsigned n = 0; (t->flags & IS_APPROXIMATE) && n < 8; n++)
        if (astride_least(r->fx + 32 + 16 * n, t->fx_out + 32 + 16 * n)) return (uint16_t)(t->fsw_mask & ~open);
    return t->fsw_mask;
}

static bool same_xmm(const struct host_case *t, const uint8_t *is, const uint8_t *should)
{
    if (!memcmp(is, should, 16)) return true;
    if (!is_reciprocal(t)) return false;
    for (unsigned n = 0; n < 16; n += 4)
        if (!near_f32(get32(is + n), get32(should + n))) return false;
    return true;
}

static void hex(char *text, const uint8_t *p, unsigned n)
{
    for (unsigned k = 0; k < n; k++) sprintf(text + 2 * k, "%02x", p[n - 1 - k]);
}

static void compare_value(struct report *r, const char *name, uint32_t was, uint32_t is, uint32_t should, uint32_t mask)
{
    if ((is ^ should) & mask) report_difference(r, "%s: was %08x, is %08x, should be %08x, mask %08x", name, was, is, should, mask);
}

static void compare_register(struct report *r, const char *kind, unsigned n, const uint8_t *was, const uint8_t *is,
                             const uint8_t *should, unsigned size)
{
    char a[40], b[40], c[40];

    hex(a, was, size);
    hex(b, is, size);
    hex(c, should, size);
    report_difference(r, "%s%u: was %s, is %s, should be %s", kind, n, a, b, c);
}

static bool same_fx(const struct host_case *t, const struct host_result *r)
{
    const uint8_t *fx = t->fx_out;

    if (get16(r->fx) != get16(fx) || ((get16(r->fx + 2) ^ get16(fx + 2)) & status_mask(t, r)) || r->fx[4] != fx[4]) return false;
    if (get32(r->fx + 24) != get32(fx + 24)) return false;
    for (unsigned n = 0; n < 8; n++)
        if (!same_st(t, r->fx + 32 + 16 * n, fx + 32 + 16 * n) || !same_xmm(t, r->fx + 160 + 16 * n, fx + 160 + 16 * n)) return false;
    return true;
}

static void explain_fx(struct report *report, const struct host_case *t, const struct host_result *r)
{
    const uint8_t *was = t->fx_in, *should = t->fx_out;

    compare_value(report, "fcw", get16(was), get16(r->fx), get16(should), 0xffff);
    compare_value(report, "fsw", get16(was + 2), get16(r->fx + 2), get16(should + 2), status_mask(t, r));
    compare_value(report, "ftw", was[4], r->fx[4], should[4], 0xff);
    compare_value(report, "mxcsr", get32(was + 24), get32(r->fx + 24), get32(should + 24), 0xffffffff);
    for (unsigned n = 0; n < 8; n++)
        if (!same_st(t, r->fx + 32 + 16 * n, should + 32 + 16 * n))
            compare_register(report, "st", n, was + 32 + 16 * n, r->fx + 32 + 16 * n, should + 32 + 16 * n, 10);
    for (unsigned n = 0; n < 8; n++)
        if (!same_xmm(t, r->fx + 160 + 16 * n, should + 160 + 16 * n))
            compare_register(report, "xmm", n, was + 160 + 16 * n, r->fx + 160 + 16 * n, should + 160 + 16 * n, 16);
}

static bool same_memory(struct bench *b, uint32_t at, const uint8_t *should, unsigned size)
{
    uint8_t is[DATA_BYTES];

    phys_peek(&b->phys, at, is, size);
    return !memcmp(is, should, size);
}

/* The way back from the host's system may take the RPL of null selectors. */
static bool same_selector(uint16_t a, uint16_t b) { return a == b || (a < 4 && b < 4); }

static bool matches(struct bench *b, const struct host_file *f, const struct host_case *t, const struct host_result *r)
{
    for (unsigned n = 0; n < GPRS; n++)
        if ((uint32_t)b->cpu.gpr[n] != get32(t->out + 4 * n)) return false;
    if (r->vector != t->vector || r->eip != get32(t->out + 32)) return false;
    if (t->vector != 0xff && r->error != t->error) return false;
    if ((r->eflags ^ get32(t->out + 36)) & ~t->eflags_undefined) return false;
    if (!same_memory(b, f->data, t->data_out, DATA_BYTES) || !same_memory(b, f->stack, t->stack_out, STACK_BYTES)) return false;
    for (unsigned n = 0; t->seg_out && n < SEG_COUNT; n++)
        if (!same_selector(r->seg[n], get16(t->seg_out + 2 * n))) return false;
    return !(t->flags & HAS_FX) || same_fx(t, r);
}

static void explain_memory(struct bench *b, uint32_t at, const uint8_t *was, const uint8_t *should, unsigned size, const char *what,
                           struct report *report)
{
    uint8_t is[DATA_BYTES];

    phys_peek(&b->phys, at, is, size);
    for (unsigned n = 0; n < size; n++)
        if (is[n] != should[n]) report_difference(report, "%s+%u: was %02x, is %02x, should be %02x", what, n, was[n], is[n], should[n]);
}

static void explain(struct bench *b, const struct host_file *f, const struct host_case *t, const struct host_result *r,
                    struct report *report)
{
    char name[32];

    snprintf(name, sizeof(name), "group %u", t->group);
    report_begin_case(report, name, t->code, t->length, t->seg_in && get16(t->seg_in + 2 * SEG_CS) != 0x23 ? 16 : 32);
    compare_value(report, "vector", 0xff, r->vector, t->vector, 0xff);
    if (t->vector != 0xff) compare_value(report, "error code", 0, r->error, t->error, 0xffffffff);
    for (unsigned n = 0; n < GPRS; n++)
        compare_value(report, names[n], get32(t->in + 4 * n), (uint32_t)b->cpu.gpr[n], get32(t->out + 4 * n), 0xffffffff);
    compare_value(report, "eip", f->code, r->eip, get32(t->out + 32), 0xffffffff);
    compare_value(report, "eflags", get32(t->in + 32), r->eflags, get32(t->out + 36), ~t->eflags_undefined);
    explain_memory(b, f->data, t->data_in, t->data_out, DATA_BYTES, "data", report);
    explain_memory(b, f->stack, t->stack_in, t->stack_out, STACK_BYTES, "stack", report);
    for (unsigned n = 0; t->seg_out && n < SEG_COUNT; n++)
        if (!same_selector(r->seg[n], get16(t->seg_out + 2 * n))) compare_value(report, segments[n], get16(t->seg_in + 2 * n), r->seg[n], get16(t->seg_out + 2 * n), 0xffff);
    if (t->flags & HAS_FX) explain_fx(report, t, r);
}

/* --- the file --------------------------------------------------------------------------------------------------------------- */

static void group_name(unsigned group, char *name, size_t size)
{
    static const char *const sse[] = {"MMX", "SSE", "SSE 66", "SSE F3", "SSE F2"};

    if (group >= 61 && group <= 68) snprintf(name, size, "%u x87 %02X memory", group, 0xd8 + group - 61);
    else if (group >= 70 && group <= 77) snprintf(name, size, "%u x87 %02X register", group, 0xd8 + group - 70);
    else if (group == 78) snprintf(name, size, "78 FWAIT");
    else if (group >= 100 && group <= 104) snprintf(name, size, "%u %s", group, sse[group - 100]);
    else snprintf(name, size, "%u integer", group);
}

static void run_case(struct bench *b, const struct host_file *where, const struct host_case *t, struct tally tallies[256],
                     struct report *r)
{
    struct host_result result;

    set_state(b, where, t);
    run(b, where, t, &result);
    if (matches(b, where, t, &result)) {
        tally_add(&tallies[t->group], PASSED);
        return;
    }
    tally_add(&tallies[t->group], FAILED);
    r->shown = tallies[t->group].failed - 1;
    explain(b, where, t, &result, r);
}

static long wanted_group(const struct report *r) { return r->options->group ? strtol(r->options->group, NULL, 0) : -1; }

static bool run_all(struct bench *b, const struct bytes *f, struct tally tallies[256], struct report *r)
{
    struct host_file where = {get32(f->data + 12), get32(f->data + 16), get32(f->data + 20)};
    uint32_t         cases = get32(f->data + 8);
    size_t           at = get32(f->data + 24);
    long             only = wanted_group(r);

    make_tables(b);
    for (uint32_t n = 0; n < cases; n++) {
        struct host_case t;
        size_t           length = at < f->size ? parse(f->data + at, f->size - at, &t) : 0;

        if (!length) return false;
        at += length;
        if (only < 0 || t.group == only) run_case(b, &where, &t, tallies, r);
    }
    return true;
}

static void report_groups(const struct tally tallies[256], struct report *r)
{
    char name[32];

    for (unsigned n = 0; n < 256; n++) {
        if (!(tallies[n].passed + tallies[n].failed + tallies[n].skipped)) continue;
        group_name(n, name, sizeof(name));
        report_group(r, name, &tallies[n]);
    }
}

bool hostdiff_run(const struct bytes *f, struct report *r)
{
    struct tally  tallies[256] = {{0}};
    struct bench *b = bench_create("pentium4", get32(f->data + 20) + 0x2000, true);
    bool          ok = b && run_all(b, f, tallies, r);

    report_groups(tallies, r);
    if (!ok) fprintf(stderr, "vectors: the file is damaged, or there is not enough memory\n");
    bench_destroy(b);
    return ok;
}

/* The host's local descriptor table. */
static void load_ldt(struct bench *b)
{
    uint64_t entries[NATIVE_LDT];
    unsigned count = native_ldt(entries);

    for (unsigned n = 0; n < count; n++) put64(b, LDT + 8 * n, entries[n]);
    b->cpu.ldtr = (struct x86_segment){.selector = 0x38, .access = SEGA_P | 2, .base = LDT, .limit = 8 * count - 1, .valid = count > 0};
}

bool hostdiff_native(uint64_t cases, uint64_t seed, struct report *r)
{
    struct host_file where = {NATIVE_CODE, NATIVE_DATA, NATIVE_STACK};
    struct tally     tallies[256] = {{0}};
    struct bench    *b = bench_create("pentium4", NATIVE_STACK + 0x2000, true);
    uint8_t          record[NATIVE_RECORD_MAX];
    long             only = wanted_group(r);
    struct coverage *coverage = coverage_create();
    unsigned         missed;

    if (!b || !coverage || !native_begin()) {
        fprintf(stderr, "vectors: --native needs an x86-64 Linux host with 32-bit code segments\n");
        bench_destroy(b);
        coverage_destroy(coverage);
        return false;
    }
    make_tables(b);
    load_ldt(b);
    for (uint64_t n = 0; n < cases; n++) {
        struct host_case t;
        struct x86_insn  insn;
        size_t           length = native_case(seed, n, &insn, record);

        if (!length || !parse(record, length, &t) || (only >= 0 && t.group != only)) continue;
        run_case(b, &where, &t, tallies, r);
        coverage_count(coverage, &insn);
    }
    native_end();
    report_groups(tallies, r);
    missed = coverage_print(coverage);
    if (cases >= COMPLETE && only < 0) r->total.failed += missed;
    coverage_destroy(coverage);
    bench_destroy(b);
    return true;
}
