/* test_jit.c: where translated code is left and entered. What it computes is compared by tests/lockstep and tests/insn. */
#include "tests/unit/jit_fixture.h"

#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"
#include "cpu/x86/fpu.h"
#include "cpu/x86/jit/jit_private.h"

/* Of the translator's own, which is not in every build. */
#pragma weak jit_new_unit
#pragma weak jit_luck

Suite *jit_suite(void);

/* Instructions run one by one while there are breakpoints on some, and no longer. */
START_TEST(test_breakpoints_come_and_go)
{
    static const uint8_t code[] = {0x66, 0xb8, 0x02, 0x04, 0x00, 0x00, 0x0f, 0x23, 0xf8, 0x40, 0x66, 0x31, 0xc0, /* MOV EAX, 402h; MOV DR7, EAX; INC AX; XOR EAX, EAX */
                                   0x0f, 0x23, 0xf8, 0x43, 0x43, 0xf4};                                         /* MOV DR7, EAX; INC BX; INC BX; HLT */
    struct fixture      *f = create("pentium", _i);

    phys_write_block(&f->phys, 0x10000, code, sizeof(code));
    x86_reg_set(&f->cpu, "cs", 0x1000);
    x86_reg_set(&f->cpu, "eip", 0);
    f->cpu.dr[0] = 0x50000;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 100);
    ck_assert(f->cpu.halted && !f->cpu.step_mode);
    ck_assert_uint_eq(f->cpu.dr[7], 0x400);
    ck_assert_uint_le(f->cpu.stats.single_steps, 4);
    finish(f);
}
END_TEST

/* Left after an instruction that a handler ran, which is the last one before IP wraps. */
START_TEST(test_left_where_ip_wraps)
{
    static const uint8_t code[] = {0x90, 0x9c}; /* NOP; PUSHF at FFFF */
    struct fixture      *f = start("8086", 0xfffe, code, sizeof(code));
    uint64_t             retired;

    f->cpu.step_blocks = true;
    for (retired = 0; retired < 2; retired = x86_retired(&f->cpu)) x86_run(&f->cpu, 1000);
    ck_assert_uint_eq(retired, 2);
    ck_assert_uint_eq(f->cpu.eip, 0);
    finish(f);
}
END_TEST

/* Runs a loop that reads sixteen pages, of which the fifth finds the cache of translations full. */
static struct fixture *fill_cache(bool translate)
{
    static const uint8_t code[] = {
        0xb9, 0x10, 0x00, 0x31, 0xdb, 0x31, 0xf6,                   /* MOV CX, 16; XOR BX, BX; XOR SI, SI */
        0x8a, 0x00, 0x81, 0xc3, 0x00, 0x10, 0xe2, 0xf8, 0xf4,       /* MOV AL, [BX+SI]; ADD BX, 1000h; LOOP; HLT */
    };
    struct fixture *f = start("486", 0, code, sizeof(code));
    uint32_t        phys, error;

    if (!translate) x86_jit_destroy(&f->cpu);
    x86_reg_set(&f->cpu, "ds", 0x2000);
    for (uint32_t page = 0x1000; f->cpu.tlb.listed < TLB_LIST_MAX - 5; page++)
        ck_assert(x86_translate(&f->cpu, page << PAGE_SHIFT, ACCESS_READ, false, &phys, &error));
    x86_run(&f->cpu, 1000);
    ck_assert(f->cpu.halted);
    return f;
}

/* The code's own page goes as well, and comes back at the same point. */
START_TEST(test_full_translation_cache)
{
    struct fixture *a = fill_cache(false), *b = fill_cache(true);

    ck_assert_uint_lt(a->cpu.tlb.listed, 20);
    ck_assert_uint_eq(a->cpu.tlb.listed, b->cpu.tlb.listed);
    ck_assert_mem_eq(a->cpu.tlb.list, b->cpu.tlb.list, a->cpu.tlb.listed * sizeof(*a->cpu.tlb.list));
    finish(a);
    finish(b);
}
END_TEST

/* POP [BX+DI]: the read finds its page in the cache, and for the write all is forgotten. Then the cache has no page of the stack, as if a
 * handler had run it. */
static struct fixture *fill_cache_by_pop(bool translate)
{
    static const uint8_t code[] = {0x50, 0x58, 0x50, 0xeb, 0x00, 0x8f, 0x01, 0xf4}; /* PUSH AX; POP AX; PUSH AX; JMP here; POP [BX+DI]; HLT */
    struct fixture      *f = start("486", 0, code, sizeof(code));

    if (!translate) x86_jit_destroy(&f->cpu);
    x86_reg_set(&f->cpu, "ds", 0x2000);
    x86_reg_set(&f->cpu, "ss", 0x5000);
    f->cpu.tlb.most = 2; /* code and stack */
    x86_run(&f->cpu, 1000);
    ck_assert(f->cpu.halted);
    return f;
}

START_TEST(test_translation_cache_full_between_accesses)
{
    struct fixture *a = fill_cache_by_pop(false), *b = fill_cache_by_pop(true);

    ck_assert_uint_eq(a->cpu.tlb.listed, b->cpu.tlb.listed);
    ck_assert_mem_eq(a->cpu.tlb.list, b->cpu.tlb.list, a->cpu.tlb.listed * sizeof(*a->cpu.tlb.list));
    finish(a);
    finish(b);
}
END_TEST

/* Units that need more than one try give back the records of those that failed. */
START_TEST(test_tries_use_up_nothing)
{
    enum { UNITS = 60, X87 = 63 };
    uint8_t         code[2 + UNITS * (2 * X87 + 3) + 1] = {0xdb, 0xe3}, *p = code + 2; /* FNINIT */
    struct fixture *f;
    uint32_t        records = 0;

    for (int n = 0; n < UNITS; n++) {
        for (int k = 0; k < X87; k++) *p++ = 0xd9, *p++ = 0xc9; /* FXCH */
        memcpy(p, "\x0f\xb0\xd8", 3);                          /* CMPXCHG AL, BL: found out to have no emitter */
        p += 3;
    }
    *p = 0xf4;
    f = start("pentium4", 0, code, sizeof(code));
    x86_run(&f->cpu, 1 + UNITS * (X87 + 1) + 1);
    ck_assert(f->cpu.halted);
    ck_assert_uint_ge(f->cpu.jit->stats.translations, UNITS);
    for (unsigned n = 0; n < JIT_REGIONS; n++) {
        records += f->cpu.jit->region[n].x87_used - 1;
        ck_assert_uint_le(f->cpu.jit->region[n].x87_used, f->cpu.jit->x87_max);
    }
    ck_assert_uint_le(records, (UNITS + 1) * X87); /* one more from before FNINIT, which is another context */
    finish(f);
}
END_TEST

/* What goes at a reset or a load was not dropped to make room. */
START_TEST(test_evictions_make_room)
{
    static const uint8_t code[] = {0xb9, 0x64, 0x00, 0x40, 0xe2, 0xfd, 0xf4}; /* MOV CX, 100; L: INC AX; LOOP L; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));
    struct x86_jit      *j = f->cpu.jit;
    uint64_t             before;

    for (unsigned round = 0; round < 2; round++) {
        before = j->stats.translations;
        f->cpu.halted = false;
        f->cpu.eip = 0;
        x86_run(&f->cpu, x86_retired(&f->cpu) + 1000);
        ck_assert_uint_gt(j->stats.translations, before);
        ck_assert_uint_eq(j->stats.evictions, 0);
        if (round == 0) x86_jit_flush(&f->cpu);
    }
    for (unsigned n = 0; n < JIT_REGIONS; n++) { // each is full, up to the one that has the loop
        j->code_at = j->region[j->current].code_end;
        jit_new_unit(&f->cpu);
    }
    ck_assert_uint_eq(j->stats.evictions, j->stats.translations - before);
    finish(f);
}
END_TEST

static void no_ferr(void *opaque, bool level) { (void)opaque, (void)level; }

/* FLDCW in the middle of a unit unmasks exceptions, which makes one context too many: its number is then that of the unit's own. */
START_TEST(test_contexts_begin_again)
{
    static const uint8_t code[] = {0xeb, 0x00, 0x90, 0xd9, 0x2e, 0x00, 0x01, 0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9, 0xd9, 0xe8, 0xf4};
    /* JMP here; NOP; FLDCW [100h], which is 0; FLD1; FLDZ; FDIVP; FLD1; HLT */
    struct fixture *f = start("pentium4", 0, code, sizeof(code));
    struct x86_jit *j = f->cpu.jit;

    f->cpu.ferr = no_ferr;
    for (unsigned n = 0; n < 2; n++) {
        x86_reg_set(&f->cpu, "eip", 0);
        f->cpu.fpu = (struct x86_fpu){.cw = CW_INIT, .empty = 0xff};
        f->cpu.halted = false;
        x86_run(&f->cpu, 100 * (n + 1));
        ck_assert_uint_eq(f->cpu.fpu.sw & SW_ES, SW_ES); /* of a division by zero */
        memset(&j->ctx[1], 0xff, (JIT_CTX_MAX - 1) * sizeof(j->ctx[0]));
        j->ctxs = JIT_CTX_MAX;
    }
    finish(f);
}
END_TEST

/* Offsets of 16 bits wrap, however large the segment is, and even in the middle of a page. */
START_TEST(test_offsets_wrap_in_large_segments)
{
    enum { BASE = 0x30800 };
    static const uint8_t code[] = {0xeb, 0x00, 0xbb, 0xf6, 0xff, 0x8a, 0x47, 0xe8, 0x8a, 0x4f, 0x16, 0xf4};
    struct fixture      *f = start("pentium4", 0, code, sizeof(code)); /* JMP here; MOV BX, FFF6h; MOV AL, [BX-18h]; MOV CL, [BX+16h]; HLT */

    f->cpu.seg[SEG_DS].base = BASE;
    f->cpu.seg[SEG_DS].limit = 0xffffffff;
    x86_derive_segment(&f->cpu, SEG_DS);
    phys_write(&f->phys, BASE + 0xffde, 3, 1);
    phys_write(&f->phys, BASE + 0x000c, 5, 1);
    phys_write(&f->phys, BASE + 0x1000c, 9, 1);
    x86_run(&f->cpu, 100);
    ck_assert_uint_eq(f->cpu.gpr[REG_EAX] & 0xff, 3);
    ck_assert_uint_eq(f->cpu.gpr[REG_ECX] & 0xff, 5);
    finish(f);
}
END_TEST

/* And SP wraps between two of the words of PUSHA and POPA. */
START_TEST(test_pusha_wraps_in_large_segments)
{
    enum { BASE = 0x30f30 };
    static const uint8_t code[] = {0xeb, 0x00, 0xb8, 0x34, 0x12, 0xbc, 0x02, 0x00, 0x60, 0x31, 0xc0, 0x61, 0xf4};
    struct fixture      *f = start("pentium4", 0, code, sizeof(code)); /* JMP here; MOV AX, 1234h; MOV SP, 2; PUSHA; XOR AX, AX; POPA; HLT */

    f->cpu.seg[SEG_SS].base = BASE;
    f->cpu.seg[SEG_SS].limit = 0xffffffff;
    x86_derive_segment(&f->cpu, SEG_SS);
    x86_run(&f->cpu, 100);
    ck_assert_uint_eq(phys_read(&f->phys, BASE, 2), 0x1234);
    ck_assert_uint_eq(phys_read(&f->phys, BASE + 0x10000, 2), 0);
    ck_assert_uint_eq(f->cpu.gpr[REG_EAX], 0x1234);
    ck_assert_uint_eq(f->cpu.gpr[REG_ESP], 2);
    finish(f);
}
END_TEST

/* A list with an element in each of sixteen pages, walked for a while. With paging the pages are in another order, so what an access
 * guesses is wrong nearly each time, and the unit is made without guesses in the end. */
START_TEST(test_guesses)
{
    enum { LIST = 0x40000, PAGES = 16, TABLES = 0x30000, STEPS = 20000 };
    static const uint8_t code[] = {0x67, 0x66, 0x8b, 0x1b, 0x01, 0xd8, 0x49, 0x75, 0xf7, 0xf4}; /* MOV EBX, [EBX]; ADD AX, BX; DEC CX; JNZ; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));
    struct x86          *c = &f->cpu;
    uint16_t             sum = 0;
    bool                 paged = _i == 1;

    for (unsigned n = 0; n < 256; n++) phys_write(&f->phys, TABLES + PAGE_SIZE + 4 * n, n << PAGE_SHIFT | 3, 4);
    phys_write(&f->phys, TABLES, (TABLES + PAGE_SIZE) | 3, 4);
    for (unsigned n = 0; n < PAGES; n++) {
        uint32_t at = LIST + (paged ? n * 7 % PAGES : n) * PAGE_SIZE;
        phys_write(&f->phys, TABLES + PAGE_SIZE + 4 * ((LIST >> PAGE_SHIFT) + n), at | 3, 4);
        phys_write(&f->phys, at + 4 * n, LIST + (n + 1) % PAGES * (PAGE_SIZE + 4), 4);
    }
    for (unsigned n = 1; n <= STEPS; n++) sum = (uint16_t)(sum + n % PAGES * (PAGE_SIZE + 4));
    if (paged) {
        c->cr0 |= CR0_PE | CR0_PG;
        c->cr3 = TABLES;
        x86_tlb_flush(c, false);
    }
    c->seg[SEG_DS].limit = 0xffffffff;
    x86_derive_segment(c, SEG_DS);
    c->gpr[REG_EBX] = LIST;
    c->gpr[REG_ECX] = STEPS;
    x86_run(c, 10 * STEPS);
    ck_assert(c->halted);
    ck_assert_uint_eq(c->gpr[REG_EBX], LIST + STEPS % PAGES * (PAGE_SIZE + 4));
    ck_assert_uint_eq(c->gpr[REG_EAX], sum);
    ck_assert_int_eq(jit_luck(c->jit, 0x10000)->no_guesses, paged);
    finish(f);
}
END_TEST

/* So does the offset between the parts of what takes two accesses or more: BOUND, FLD and FSTP of 80 bits, ENTER with levels. */
START_TEST(test_parts_wrap_in_large_segments)
{
    enum { BASE = 0x30f30, STACK = 0x50f30 };
    static const uint8_t code[] = {0xeb, 0x00, 0xdb, 0xe3, 0xb8, 0x05, 0x00, 0xbb, 0xfe, 0xff, 0xbe, 0xfa, 0xff, /* JMP here; FNINIT; MOV AX, 5; MOV BX, FFFEh; MOV SI, FFFAh */
                                   0x62, 0x07, 0xdb, 0x2c, 0xdb, 0x2c, 0xdb, 0x3c, 0xdb, 0x3c,                 /* BOUND AX, [BX]; FLD TBYTE [SI] twice; FSTP twice */
                                   0xbc, 0x04, 0x00, 0xbd, 0x02, 0x00, 0xc8, 0x00, 0x00, 0x03,                 /* MOV SP, 4; MOV BP, 2; ENTER 0, 3 */
                                   0xf4};
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    if (_i) x86_jit_destroy(&f->cpu);
    for (unsigned seg = SEG_SS; seg <= SEG_DS; seg++) {
        f->cpu.seg[seg].base = seg == SEG_DS ? BASE : STACK;
        f->cpu.seg[seg].limit = 0xffffffff;
        x86_derive_segment(&f->cpu, seg);
    }
    phys_write(&f->phys, BASE + 0xfffe, 3, 2);
    phys_write(&f->phys, BASE, 9, 2);
    phys_write(&f->phys, BASE + 0x10002, 0x7777, 2);
    phys_write(&f->phys, BASE + 2, 0x3fff, 2);
    phys_write(&f->phys, STACK + 0xfffe, 0x1234, 2); /* of the frame of now */
    phys_write(&f->phys, STACK + 0, 0x5678, 2);
    x86_run(&f->cpu, 100);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->cpu.fpu.r[7].exp_sign, 0x3fff);
    ck_assert_uint_eq(phys_read(&f->phys, BASE + 0x10002, 2), 0x7777);
    ck_assert_uint_eq(phys_read(&f->phys, STACK + 2, 2), 2); /* BP */
    ck_assert_uint_eq(phys_read(&f->phys, STACK + 0, 2), 0x5678);
    ck_assert_uint_eq(phys_read(&f->phys, STACK + 0xfffe, 2), 0x1234);
    ck_assert_uint_eq(phys_read(&f->phys, STACK + 0xfffc, 2), 2);
    ck_assert_uint_eq(phys_read(&f->phys, STACK + 0x10000, 2), 0);
    ck_assert_uint_eq(f->cpu.gpr[REG_ESP], 0xfffc);
    ck_assert_uint_eq(f->cpu.gpr[REG_EBP], 2);
    finish(f);
}
END_TEST

/* RCL of a byte register's upper half asks for the carry of the unit before it, whose operand is still in r10, and then needs r10 itself. */
START_TEST(test_carry_before_r10_is_used)
{
    static const uint8_t code[] = {0xb9, 0x28, 0x00, 0xba, 0x00, 0x00, 0x83, 0x2e, 0x00, 0x02, 0xff, 0xeb, 0x00, /* MOV CX, 40; L: MOV DX, 0; SUB word [200h], -1; JMP here */
                                   0xc0, 0xd6, 0x05, 0xb7, 0xfc, 0x13, 0xc3, 0xe2, 0xed, 0xf4};                  /* RCL DH, 5; MOV BH, FCh; ADC AX, BX; LOOP L; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    x86_reg_set(&f->cpu, "ds", 0x2000);
    x86_run(&f->cpu, 1000);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(phys_read(&f->phys, 0x20200, 2), 40);
    ck_assert_uint_eq(f->cpu.gpr[REG_EDX], 0x1000);
    finish(f);
}
END_TEST

/* SHL of such a register by zero leaves the flags of the unit before it, of which the next instruction asks. */
START_TEST(test_shift_by_zero_keeps_r10)
{
    static const uint8_t code[] = {0xbe, 0x28, 0x00, 0xb9, 0x00, 0x00,                                           /* MOV SI, 40; MOV CX, 0 */
                                   0xba, 0x00, 0x05, 0xc7, 0x06, 0x00, 0x02, 0x01, 0x00, 0x83, 0x2e, 0x00, 0x02, 0x01, /* L: MOV DX, 500h; MOV word [200h], 1; SUB word [200h], 1 */
                                   0xeb, 0x00, 0xd2, 0xe6, 0x75, 0x07, 0x05, 0x01, 0x00, 0x4e, 0x75, 0xe6, 0xf4,   /* JMP here; SHL DH, CL; JNZ bad; ADD AX, 1; DEC SI; JNZ L; HLT */
                                   0xbb, 0x01, 0x00, 0xf4};                                                       /* bad: MOV BX, 1; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    x86_reg_set(&f->cpu, "ds", 0x2000);
    x86_run(&f->cpu, 1000);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->cpu.gpr[REG_EBX], 0);
    ck_assert_uint_eq(f->cpu.gpr[REG_ESI], 0);
    finish(f);
}
END_TEST

/* A unit that has asked for the carry as a value, and is left by a jump that has it from there, hands on flags that still are in registers. */
START_TEST(test_flags_pass_through_a_unit)
{
    static const uint8_t code[] = {0xbe, 0x28, 0x00,                                     /* MOV SI, 40 */
                                   0xb9, 0xff, 0xff, 0xf9, 0x41, 0xeb, 0x00,             /* L: MOV CX, FFFFh; STC; INC CX; JMP here */
                                   0x0f, 0x92, 0xc0, 0xb9, 0x05, 0x00, 0x72, 0x04,       /* SETC AL; MOV CX, 5; JC out */
                                   0x83, 0xc3, 0x01, 0xf4, 0x75, 0x04, 0x4e, 0x75, 0xe8, 0xf4, /* ADD BX, 1; HLT; out: JNZ bad; DEC SI; JNZ L; HLT */
                                   0xbb, 0x02, 0x00, 0xf4};                              /* bad: MOV BX, 2; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    x86_run(&f->cpu, 1000);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->cpu.gpr[REG_EBX], 0);
    ck_assert_uint_eq(f->cpu.gpr[REG_ESI], 0);
    finish(f);
}
END_TEST

/* From the beginning to HLT. */
static void run_again(struct fixture *f)
{
    f->cpu.eip = 0;
    f->cpu.halted = false;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 100);
    ck_assert(f->cpu.halted);
}

/* CF is said to be another operation's, left from earlier, and is overwritten; the other flags are not. */
START_TEST(test_old_source_of_carry)
{
    static const uint8_t code[] = {0xf9, 0x0f, 0x9b, 0xc0, 0xf9, 0xf4}; /* STC; SETNP AL; STC; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    for (unsigned n = 0; n < 3; n++) {
        uint64_t flags;
        x86_reg_set(&f->cpu, "eax", 0x55);
        x86_reg_set(&f->cpu, "eflags", FLAG_PF | FLAG_ZF | 2);
        f->cpu.jf.cf_kind = FLAGS_ADD | FLAGS_SIZE(1);
        f->cpu.jf.cf_a = 1;
        run_again(f);
        ck_assert_int_eq(x86_reg_get(&f->cpu, "eflags", &flags), 0);
        ck_assert_uint_eq(flags, FLAG_CF | FLAG_PF | FLAG_ZF | 2);
        ck_assert_uint_eq(f->cpu.gpr[REG_EAX], 0);
    }
    ck_assert_uint_gt(f->cpu.jit->stats.entries, 0);
    finish(f);
}
END_TEST

/* ENTER copies a pointer from what it has just pushed, across the end of a page. */
START_TEST(test_enter_copies_what_it_pushed)
{
    static const uint8_t code[] = {0xbc, 0x02, 0x30, 0xbd, 0x05, 0x30, 0xc8, 0x00, 0x00, 0x03, 0xf4}; /* MOV SP, 3002h; MOV BP, 3005h; ENTER 0, 3; HLT */
    static const uint8_t pushed[] = {0x00, 0x30, 0x30, 0xee, 0xee, 0xee, 0x05, 0x30};
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    x86_reg_set(&f->cpu, "ss", 0x2000);
    for (unsigned n = 0; n < 3; n++) {
        uint8_t stack[16];
        memset(stack, 0xee, sizeof(stack));
        phys_write_block(&f->phys, 0x22ffa, stack, sizeof(stack));
        run_again(f);
        phys_read_block(&f->phys, 0x22ffa, stack, sizeof(pushed));
        ck_assert_mem_eq(stack, pushed, sizeof(pushed));
    }
    finish(f);
}
END_TEST

static void note_write(void *opaque, const struct phys_region *r, uint32_t addr)
{
    (void)r;
    if (addr >> PAGE_SHIFT == 0x20) ++*(unsigned *)opaque;
}

static void run_flat(struct fixture *f, uint32_t eip)
{
    f->cpu.eip = eip;
    f->cpu.gpr[REG_ESP] = 0x20800;
    f->cpu.halted = false;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 10);
    ck_assert(f->cpu.halted);
}

/* Units that share a remembered stack page: what one has read from may still have to be made writable for the other. */
START_TEST(test_stack_pages_of_reads)
{
    enum { PUSH_AT = 0x200, UNITS = STACK_PAGES };
    uint8_t         code[PUSH_AT + 16 * UNITS] = {0};
    struct fixture *f;
    unsigned        writes = 0;

    for (unsigned n = 0; n < UNITS; n++) memcpy(code + PUSH_AT + 8 * n, "\x66\x67\x8b\x04\x24\xf4", 6); /* MOV EAX, [ESP]; HLT */
    memcpy(code, "\x66\x50\xf4", 3);                                                                   /* PUSH EAX; HLT */
    f = start("pentium4", 0, code, sizeof(code));
    f->cpu.seg[SEG_SS] = (struct x86_segment){.limit = 0xffffffff, .access = SEGA_P | SEGA_S | SEGA_RW | SEGA_A | SEGA_DB, .valid = true};
    x86_derive_segment(&f->cpu, SEG_SS);
    f->phys.writing = note_write;
    f->phys.writing_opaque = &writes;
    for (unsigned run = 0; run < 4; run++) {
        if (run == 3) x86_tlb_drop_fast(&f->cpu, 0, 0, true); /* the write is to be noticed again */
        for (unsigned n = 0; n < UNITS; n++) run_flat(f, PUSH_AT + 8 * n);
        writes = 0;
        run_flat(f, 0);
    }
    ck_assert_uint_eq(writes, 1);
    finish(f);
}
END_TEST

/* As a write to a page does that was read from before, if the guest has paging on. */
static void drop_group(void *opaque, const struct phys_region *r, uint32_t addr)
{
    struct x86 *c = opaque;

    (void)r;
    if (addr >> PAGE_SHIFT == 0x14) c->tlb.drops++;
}

/* STI makes an interrupt wait for the next instruction if IF was clear before, and only then: also where the unit is left before that one,
 * because a write drops what a group relies on, or because the accesses of a group are in two pages. */
static void run_sti(const uint8_t *code, size_t size, uint32_t si, bool enabled)
{
    struct fixture *f = start("pentium4", 0, code, size);
    struct x86     *c = &f->cpu;
    unsigned        left_before = 0;

    x86_reg_set(c, "ds", 0x1000);
    f->phys.writing = drop_group;
    f->phys.writing_opaque = c;
    c->step_blocks = true;
    for (unsigned run = 0; run < 4; run++) {
        c->eip = 0;
        c->eflags = (c->eflags & ~(uint32_t)FLAG_IF) | (enabled ? FLAG_IF : 0);
        c->gpr[REG_EBX] = 0x3000;
        c->gpr[REG_ESI] = si;
        c->halted = false;
        x86_tlb_drop_fast(c, 0, 0, true);
        while (!c->halted) {
            bool waits = c->inhibit;

            x86_run(c, x86_retired(c) + 10);
            if (c->eip != 6 || waits) continue; /* else after the STI */
            ck_assert_int_eq(c->inhibit, !enabled);
            left_before++;
        }
    }
    ck_assert_uint_gt(left_before, 0);
    finish(f);
}

START_TEST(test_shadow_of_sti)
{
    static const uint8_t drops[] = {0x8b, 0x07, 0x8b, 0x4f, 0x02, 0xfb, 0xfe, 0x04, 0xf4}; /* MOV AX, [BX]; MOV CX, [BX+2]; STI; INC BYTE [SI]; HLT */
    static const uint8_t pages[] = {0x8b, 0x07, 0x8b, 0x4f, 0x02, 0xfb, 0x8b, 0x04, 0x8b, 0x54, 0x02, 0xf4}; /* ...; STI; MOV AX, [SI]; MOV DX, [SI+2]; HLT */

    run_sti(drops, sizeof(drops), 0x4000, _i);
    run_sti(pages, sizeof(pages), 0x4ffe, _i);
}
END_TEST

/* On a stack of 64 KB in a flat segment PUSH changes SP alone, so ESP is no sum from which another address could follow. */
START_TEST(test_esp_of_a_small_stack)
{
    static const uint8_t code[] = {0x3e, 0x66, 0x67, 0x8b, 0x44, 0x24, 0x08, 0x66, 0x51,  /* MOV EAX, DS:[ESP+8]; PUSH ECX */
                                   0x3e, 0x66, 0x67, 0x8b, 0x54, 0x24, 0x08, 0xf4};       /* MOV EDX, DS:[ESP+8]; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    f->cpu.seg[SEG_DS] = f->cpu.seg[SEG_SS] = (struct x86_segment){.limit = 0xffffffff, .access = SEGA_P | SEGA_S | SEGA_RW | SEGA_A, .valid = true};
    x86_derive_segment(&f->cpu, SEG_DS);
    x86_derive_segment(&f->cpu, SEG_SS);
    phys_write(&f->phys, 0x30008, 3, 4);
    phys_write(&f->phys, 0x40004, 5, 4);
    for (unsigned run = 0; run < 4; run++) {
        f->cpu.gpr[REG_EDX] = 0;
        f->cpu.eip = 0;
        f->cpu.gpr[REG_ESP] = 0x30000;
        f->cpu.halted = false;
        x86_run(&f->cpu, x86_retired(&f->cpu) + 10);
        ck_assert(f->cpu.halted);
        ck_assert_uint_eq(f->cpu.gpr[REG_EAX], 3);
        ck_assert_uint_eq(f->cpu.gpr[REG_EDX], 5);
    }
    finish(f);
}
END_TEST

/* Flags of ESP as it was, though POP of a segment register, after which the unit is left, has moved it. */
START_TEST(test_left_after_pop_of_a_segment)
{
    enum { POP = 10 };
    static const uint8_t code[] = {0x66, 0x81, 0xfc, 0x02, 0x80, 0x00, 0x00, 0x75, 0x01, 0xf4, /* CMP ESP, 8002h; JNE to the POP; HLT */
                                   0x1f, 0x66, 0x31, 0xc0, 0xf4};                              /* POP DS; XOR EAX, EAX; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));
    uint64_t             flags;

    f->cpu.seg[SEG_DS] = (struct x86_segment){.limit = 0xffffffff, .access = SEGA_P | SEGA_S | SEGA_RW | SEGA_A, .valid = true};
    x86_derive_segment(&f->cpu, SEG_DS); /* with limits that are not real mode's C loads it */
    for (unsigned run = 0; run < 5; run++) {
        f->cpu.eip = 0;
        f->cpu.gpr[REG_ESP] = 0x8000;
        f->cpu.halted = false;
        f->cpu.step_blocks = run == 4; /* when the units are linked */
        x86_run(&f->cpu, x86_retired(&f->cpu) + 10);
        ck_assert(f->cpu.halted == !f->cpu.step_blocks);
    }
    ck_assert_uint_eq(f->cpu.eip, POP + 1);
    ck_assert_uint_eq(f->cpu.gpr[REG_ESP], 0x8002);
    ck_assert_int_eq(x86_reg_get(&f->cpu, "eflags", &flags), 0);
    ck_assert_uint_eq(flags & FLAG_ARITH, FLAG_CF | FLAG_AF | FLAG_SF);
    finish(f);
}
END_TEST

/* LES BX, [SI] where the offset wraps between the pointer's words, in a segment that does not end there. */
START_TEST(test_far_pointer_wraps)
{
    static const uint8_t code[] = {0xc4, 0x1c, 0xf4}; /* LES BX, [SI]; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));
    static const uint8_t end[4] = {0x34, 0x12, 0x99, 0x99}, begin[4] = {0x00, 0x50, 0x77, 0x77};
    uint64_t             bx;

    phys_write_block(&f->phys, 0x4000e, end, sizeof(end));
    phys_write_block(&f->phys, 0x30010, begin, sizeof(begin));
    x86_reg_set(&f->cpu, "ds", 0x3001);
    x86_reg_set(&f->cpu, "esi", 0xfffe);
    f->cpu.seg[SEG_DS].limit = 0xffffffff;
    x86_derive_segment(&f->cpu, SEG_DS);
    for (unsigned run = 0; run < 5; run++) {
        f->cpu.eip = 0;
        f->cpu.halted = false;
        x86_reg_set(&f->cpu, "es", 0x2000);
        x86_run(&f->cpu, x86_retired(&f->cpu) + 10);
        ck_assert(f->cpu.halted);
        ck_assert_uint_eq(f->cpu.seg[SEG_ES].selector, 0x5000);
        ck_assert_uint_eq(f->cpu.seg[SEG_ES].base, 0x50000);
        ck_assert_int_eq(x86_reg_get(&f->cpu, "ebx", &bx), 0);
        ck_assert_uint_eq(bx, 0x1234);
    }
    finish(f);
}
END_TEST

static uint64_t tick(void *opaque)
{
    return ++*(uint64_t *)opaque;
}

/* With a clock it is counted how often a unit follows another one, and how long translated code runs. */
START_TEST(test_chained)
{
    static const uint8_t code[] = {0xb9, 0x64, 0x00, 0xe8, 0x03, 0x00, 0xe2, 0xfb, 0xf4, 0x40, 0xc3}; /* MOV CX, 100; L: CALL F; LOOP L; HLT; F: INC AX; RET */
    struct fixture      *f = start("486", 0, code, sizeof(code));
    uint64_t             time = 0;
    struct x86_jit_watch watch = {.opaque = &time, .now = tick};
    struct x86_jit_stats stats;

    x86_jit_watch(&f->cpu, &watch);
    f->cpu.gpr[REG_EAX] = 0;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 1000);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->cpu.gpr[REG_EAX], 100);
    x86_jit_stats(&f->cpu, &stats);
    ck_assert_uint_ge(stats.chained, 250); /* of 300 */
    ck_assert_uint_le(stats.chained + stats.entries, 302);
    ck_assert_uint_eq(stats.run_ns, stats.entries);
    ck_assert_uint_eq(stats.translate_ns, stats.translations);
    finish(f);
}
END_TEST

Suite *jit_suite(void)
{
    Suite *s = suite_create("jit");
    TCase *c = tcase_create("all");

    tcase_add_loop_test(c, test_breakpoints_come_and_go, 0, x86_jit_supported() ? 2 : 1);
    if (x86_jit_supported()) tcase_add_test(c, test_left_where_ip_wraps);
    if (x86_jit_supported()) tcase_add_test(c, test_full_translation_cache);
    if (x86_jit_supported()) tcase_add_test(c, test_translation_cache_full_between_accesses);
    if (x86_jit_supported()) tcase_add_test(c, test_tries_use_up_nothing);
    if (x86_jit_supported()) tcase_add_test(c, test_evictions_make_room);
    if (x86_jit_supported()) tcase_add_test(c, test_contexts_begin_again);
    if (x86_jit_supported()) tcase_add_test(c, test_offsets_wrap_in_large_segments);
    if (x86_jit_supported()) tcase_add_test(c, test_pusha_wraps_in_large_segments);
    if (x86_jit_supported()) tcase_add_test(c, test_carry_before_r10_is_used);
    if (x86_jit_supported()) tcase_add_test(c, test_shift_by_zero_keeps_r10);
    if (x86_jit_supported()) tcase_add_test(c, test_flags_pass_through_a_unit);
    if (x86_jit_supported()) tcase_add_test(c, test_old_source_of_carry);
    if (x86_jit_supported()) tcase_add_test(c, test_enter_copies_what_it_pushed);
    if (x86_jit_supported()) tcase_add_loop_test(c, test_parts_wrap_in_large_segments, 0, 2);
    if (x86_jit_supported()) tcase_add_loop_test(c, test_guesses, 0, 2);
    if (x86_jit_supported()) tcase_add_test(c, test_stack_pages_of_reads);
    if (x86_jit_supported()) tcase_add_loop_test(c, test_shadow_of_sti, 0, 2);
    if (x86_jit_supported()) tcase_add_test(c, test_esp_of_a_small_stack);
    if (x86_jit_supported()) tcase_add_test(c, test_left_after_pop_of_a_segment);
    if (x86_jit_supported()) tcase_add_test(c, test_far_pointer_wraps);
    if (x86_jit_supported()) tcase_add_test(c, test_chained);
    suite_add_tcase(s, c);
    return s;
}
