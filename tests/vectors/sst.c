/* sst.c: tests.sst: single instructions recorded from an 8086 and an 80286 in real mode (SingleStepTests).
 *
 * 8086: one instruction, with all iterations of a repeated one. 80286: run until the HLT that follows, instruction by
 * instruction, and then again in blocks as the machine does. The flags that are undefined on the chip are masked, in the
 * register and in the word that an exception pushes. */
#include "tests/vectors/bench.h"
#include "tests/vectors/vectors.h"

#include "cpu/x86/decode.h"
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"

#include <stdio.h>
#include <string.h>

enum {
    HEADER = 16,
    GROUP_ENTRY = 20,
    FIXED = 4 + 22 + 60, /* of a record, before the memory bytes */
    REGISTERS = 14,
    FLAGS_COMPARED = 0x0fd5,
    TICKS_MAX = 200000,
    IN_BLOCKS = 1000, /* ticks */
};
#define NO_FLAGS 0xffffffffu

enum sst_register { AX, BX, CX, DX, CS, SS, DS, ES, SP, BP, SI, DI, IP, FLAGS };
static const char *const names[REGISTERS] = {"ax", "bx", "cx", "dx", "cs", "ss", "ds", "es", "sp", "bp", "si", "di", "ip", "flags"};
/* Where the CPU keeps AX..DX, SP..DI. */
static const uint8_t slot_of[REGISTERS] = {[AX] = REG_EAX, [BX] = REG_EBX, [CX] = REG_ECX, [DX] = REG_EDX,
                                           [SP] = REG_ESP, [BP] = REG_EBP, [SI] = REG_ESI, [DI] = REG_EDI};
static const uint8_t segment_of[REGISTERS] = {[CS] = SEG_CS, [SS] = SEG_SS, [DS] = SEG_DS, [ES] = SEG_ES};

struct sst_case {
    uint16_t       in[REGISTERS], out[REGISTERS];
    unsigned       n_in, n_out;
    const uint8_t *memory_in, *memory_out, *code;
    unsigned       code_size;
    const char    *name;
    unsigned       name_size;
    uint32_t       flags_at; /* linear address of the FLAGS that an exception pushed; or NO_FLAGS */
    uint32_t       address_mask;
    uint16_t       mask;
};

bool sst_recognise(const struct bytes *f) { return f->size >= HEADER && !memcmp(f->data, "SSTB", 4) && get16(f->data + 4) == 1; }

/* The recorded address is that of the bus cycle, which is even; an odd stack pointer makes it wrong by one. */
static uint32_t pushed_flags(const struct sst_case *t)
{
    return (((uint32_t)t->out[SS] << 4) + (uint16_t)(t->out[SP] + 4)) & t->address_mask;
}

/* Takes the record at P apart; its length, or 0 if it is damaged. */
static size_t parse(const uint8_t *p, size_t left, struct sst_case *t)
{
    size_t length = left >= FIXED ? get32(p) : 0;

    if (length < FIXED || length > left) return 0;
    t->code_size = p[11];
    t->name_size = p[12];
    for (unsigned n = 0; n < REGISTERS; n++) {
        t->in[n] = get16(p + 26 + 2 * n);
        t->out[n] = get16(p + 54 + 2 * n);
    }
    t->flags_at = get32(p + 14);
    if (t->flags_at != NO_FLAGS) t->flags_at = pushed_flags(t);
    t->n_in = get16(p + 82);
    t->n_out = get16(p + 84);
    t->memory_in = p + FIXED;
    t->memory_out = t->memory_in + 4 * t->n_in;
    t->code = t->memory_out + 4 * t->n_out;
    t->name = (const char *)t->code + t->code_size;
    return FIXED + 4u * (t->n_in + t->n_out) + t->code_size + t->name_size == length ? length : 0;
}

static bool is_segment(unsigned n) { return n >= CS && n <= ES; }

static void set_state(struct bench *b, const struct sst_case *t)
{
    struct x86 *c = &b->cpu;

    x86_reset(c);
    for (unsigned n = 0; n < t->n_in; n++) {
        uint32_t w = get32(t->memory_in + 4 * n);

        phys_write(&b->phys, w & 0xffffff, w >> 24, 1);
    }
    for (unsigned n = 0; n < FLAGS; n++) {
        if (is_segment(n)) x86_set_segment_real(c, segment_of[n], t->in[n]);
        else if (n != IP) c->gpr[slot_of[n]] = t->in[n];
    }
    c->eip = t->in[IP];
    x86_set_eflags(c, c->model->family == 2 ? t->in[FLAGS] & 0x0fffu : t->in[FLAGS], 0xffff);
}

/* One tick at a time: an iteration of a repeated instruction is one. */
static void tick(struct x86 *c) { x86_run(c, x86_retired(c) + 1); }

/* An 8086 string instruction that is not over has its own IP. */
static void run_one(struct bench *b, const struct sst_case *t)
{
    struct x86     *c = &b->cpu;
    struct x86_insn insn;
    bool            repeated;

    x86_decode(c->model, false, t->code, t->code_size, &insn);
    repeated = insn.op >= 0xa4 && insn.op <= 0xaf && insn.op != 0xa8 && insn.op != 0xa9 &&
               (insn.prefix & (PREFIX_REP | PREFIX_REPNE));
    tick(c);
    for (unsigned n = 0; repeated && n < TICKS_MAX && (uint16_t)c->eip == t->in[IP]; n++) tick(c);
    if (c->exc.pending) tick(c); // a trap: the instruction was a tick, its delivery is another
}

static void run_until_halt(struct bench *b, unsigned at_once)
{
    for (unsigned n = 0; n < TICKS_MAX && !b->cpu.halted; n += at_once) x86_run(&b->cpu, x86_retired(&b->cpu) + at_once);
}

static uint16_t register_value(struct x86 *c, unsigned n)
{
    if (n == IP) return (uint16_t)c->eip;
    if (n == FLAGS) return (uint16_t)x86_get_eflags(c);
    return is_segment(n) ? c->seg[segment_of[n]].selector : x86_r16(c, slot_of[n]);
}

/* Bits of the byte at ADDR to compare: all, but for the pushed flags. */
static uint8_t byte_mask(const struct sst_case *t, uint32_t addr)
{
    uint16_t mask = t->mask & FLAGS_COMPARED;

    if (t->flags_at == NO_FLAGS) return 0xff;
    if (addr == t->flags_at) return (uint8_t)mask;
    return addr == t->flags_at + 1 ? (uint8_t)(mask >> 8) : 0xff;
}

static uint16_t register_mask(const struct sst_case *t, unsigned n) { return n == FLAGS ? t->mask & FLAGS_COMPARED : 0xffff; }

static uint8_t memory_byte(struct bench *b, uint32_t addr)
{
    uint8_t v = 0xff;

    phys_peek(&b->phys, addr, &v, 1);
    return v;
}

static bool matches(struct bench *b, const struct sst_case *t)
{
    for (unsigned n = 0; n < REGISTERS; n++)
        if ((register_value(&b->cpu, n) ^ t->out[n]) & register_mask(t, n)) return false;
    for (unsigned n = 0; n < t->n_out; n++) {
        uint32_t w = get32(t->memory_out + 4 * n), addr = w & 0xffffff;

        if ((memory_byte(b, addr) ^ (w >> 24)) & byte_mask(t, addr)) return false;
    }
    return true;
}

static void explain(struct bench *b, const struct sst_case *t, const char *group, struct report *r)
{
    char name[80];

    snprintf(name, sizeof(name), "%s %.*s", group, (int)t->name_size, t->name);
    report_begin_case(r, name, t->code, t->code_size, 16);
    for (unsigned n = 0; n < REGISTERS; n++) {
        uint16_t is = register_value(&b->cpu, n);

        if ((is ^ t->out[n]) & register_mask(t, n))
            report_difference(r, "%s: was %04x, is %04x, should be %04x", names[n], t->in[n], is, t->out[n]);
    }
    for (unsigned n = 0; n < t->n_out; n++) {
        uint32_t w = get32(t->memory_out + 4 * n), addr = w & 0xffffff;
        uint8_t  is = memory_byte(b, addr);

        if ((is ^ (w >> 24)) & byte_mask(t, addr)) report_difference(r, "[%06x]: is %02x, should be %02x", addr, is, w >> 24);
    }
}

static enum outcome run_case(struct bench *b, const struct sst_case *t, const char *group, struct report *r)
{
    bool ok;

    set_state(b, t);
    if (b->model.family == 0) run_one(b, t);
    else run_until_halt(b, 1);
    ok = matches(b, t);
    if (ok && b->model.family != 0) {
        set_state(b, t);
        run_until_halt(b, IN_BLOCKS);
        ok = matches(b, t);
    }
    if (ok) return PASSED;
    explain(b, t, group, r);
    return FAILED;
}

static bool run_group(struct bench *b, const struct bytes *f, const uint8_t *entry, struct report *r)
{
    struct tally tally = {0};
    char         name[9] = {0};
    size_t       at = get32(entry + 12);

    memcpy(name, entry, 8);
    if (r->options->group && strcmp(name, r->options->group)) return true;
    for (uint32_t n = 0; n < get32(entry + 16); n++) {
        struct sst_case t = {.mask = get16(entry + 8), .address_mask = b->model.family == 0 ? 0xfffff : 0xffffff};
        size_t          length = at < f->size ? parse(f->data + at, f->size - at, &t) : 0;

        if (!length) return false;
        tally_add(&tally, run_case(b, &t, name, r));
        at += length;
    }
    report_group(r, name, &tally);
    return true;
}

bool sst_run(const struct bytes *f, struct report *r)
{
    unsigned      cpu = get16(f->data + 6);
    uint32_t      groups = get32(f->data + 12);
    struct bench *b;
    bool          ok = f->size >= HEADER + (size_t)groups * GROUP_ENTRY && (cpu == 86 || cpu == 286);

    b = ok ? bench_create(cpu == 86 ? "8086" : "286", cpu == 86 ? 1 << 20 : 16 << 20, false) : NULL;
    ok = b != NULL;
    if (b) phys_map(&b->phys, 0xa0000, 0x60000, PHYS_REGION_MAIN, true, true);
    for (uint32_t n = 0; ok && n < groups; n++) ok = run_group(b, f, f->data + HEADER + n * GROUP_ENTRY, r);
    if (!ok) fprintf(stderr, "vectors: the file is damaged, or there is not enough memory\n");
    bench_destroy(b);
    return ok;
}
