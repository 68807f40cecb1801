/* test_jit_memory.c: translated code and memory that is more than memory: devices, what only writes lead to, pages that hold code. */
#include "tests/unit/jit_fixture.h"

#include "cpu/x86/block_cache.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/jit/jit_private.h"

Suite *jit_memory_suite(void);

/* --- moves to and from a device --------------------------------------------------------------------------------------------------- */

struct screen {
    struct x86 *kicks; /* at each read; or NULL */
    unsigned    reads, writes;
    uint8_t     value;
};

static uint32_t screen_read(void *device, uint32_t offset, unsigned size)
{
    struct screen *s = device;

    (void)offset;
    (void)size;
    s->reads++;
    if (s->kicks) x86_kick(s->kicks);
    return s->value + 1u;
}

static void screen_write(void *device, uint32_t offset, uint32_t value, unsigned size)
{
    struct screen *s = device;

    (void)offset;
    (void)size;
    s->writes++;
    s->value = (uint8_t)value;
}

static struct fixture *start_screen(struct screen *s, const uint8_t *code, size_t size)
{
    static const struct bus_ops ops = {.read = screen_read, .write = screen_write, .max_size = 4};
    struct fixture             *f = start("pentium4", 0, code, size);

    phys_map(&f->phys, 0xa0000, 0x1000, phys_region_mmio(&f->phys, 0xa0000, 0x1000, &ops, s), true, true);
    x86_reg_set(&f->cpu, "ds", 0xa000);
    f->cpu.gpr[REG_EBX] = 0x10;
    return f;
}

/* Flags for a jump, of a device's byte and a register's second byte. */
START_TEST(test_device_and_second_byte)
{
    static const uint8_t code[] = {0xb9, 0x64, 0x00, 0xeb, 0x05, 0x49, 0x74, 0x0b, 0xeb, 0x00,               /* MOV CX, 100; JMP M; L: DEC CX; JZ done; JMP M */
                                   0xd0, 0xc6, 0x84, 0x37, 0x75, 0xf5, 0xbf, 0x01, 0x00, 0xf4};              /* M: ROL DH, 1; TEST [BX], DH; JNZ L; MOV DI, 1; done: HLT */
    struct screen        s = {.value = 0xfe}; /* FFh */
    struct fixture      *f = start_screen(&s, code, sizeof(code));

    f->cpu.gpr[REG_EDI] = 0;
    f->cpu.gpr[REG_EDX] = 0x0100;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 10000);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->cpu.gpr[REG_EDI], 0);
    ck_assert_uint_eq(f->cpu.gpr[REG_ECX] & 0xffff, 0);
    finish(f);
}
END_TEST

/* Memory that only writes lead to, as while a BIOS is copied over itself (i440FX: PAM): what changes its operand finds what is read there. */
START_TEST(test_operand_that_is_only_written)
{
    static const uint8_t code[] = {0xb9, 0x64, 0x00,                              /* MOV CX, 100 */
                                   0xc6, 0x07, 0x05, 0xfe, 0x0f,                  /* L: MOV BYTE [BX], 5; DEC BYTE [BX] */
                                   0xf6, 0x5f, 0xff, 0xe2, 0xf6, 0xf4};           /* NEG BYTE [BX-1]; LOOP L; HLT */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    phys_map(&f->phys, 0xd0000, 0x1000, PHYS_REGION_MAIN, false, true);
    phys_map(&f->phys, 0xd0000, 0x1000, 0, true, false);
    x86_reg_set(&f->cpu, "ds", 0xd000);
    f->cpu.gpr[REG_EBX] = 0x10;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 10000);
    ck_assert(f->cpu.halted);
    phys_map(&f->phys, 0xd0000, 0x1000, PHYS_REGION_MAIN, true, false);
    ck_assert_uint_eq(phys_read(&f->phys, 0xd0010, 1), 0xfe); /* nothing is read as FFh */
    ck_assert_uint_eq(phys_read(&f->phys, 0xd000f, 1), 1);
    finish(f);
}
END_TEST

/* They need no handler, and flags stay where they are. */
START_TEST(test_moves_to_a_device)
{
    static const uint8_t code[] = {0xb9, 0x64, 0x00, 0x31, 0xff,             /* MOV CX, 100; XOR DI, DI */
                                   0x39, 0xc8, 0x88, 0x0f, 0x8a, 0x17,       /* L: CMP AX, CX; MOV [BX], CL; MOV DL, [BX] */
                                   0xc6, 0x07, 0x05, 0x83, 0xd7, 0x00,       /* MOV BYTE [BX], 5; ADC DI, 0 */
                                   0xe2, 0xf2, 0xf4};                        /* LOOP L; HLT */
    struct screen        s = {0};
    struct fixture      *f = start_screen(&s, code, sizeof(code));
    struct x86_jit_stats stats;

    f->cpu.gpr[REG_EAX] = 50;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 10000);
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(f->cpu.gpr[REG_EDI], 50);
    ck_assert_uint_eq(f->cpu.gpr[REG_EDX] & 0xff, 2);
    ck_assert_uint_eq(s.reads, 100);
    ck_assert_uint_eq(s.writes, 200);
    x86_jit_stats(&f->cpu, &stats);
    ck_assert_uint_lt(stats.slow, 100); /* of 300: as long as they were a group */
    finish(f);
}
END_TEST

/* Left after a move that overwrites an operand of the flags. */
START_TEST(test_left_after_move_from_a_device)
{
    static const uint8_t code[] = {0x39, 0xca, 0x8a, 0x17, 0x31, 0xc0, 0xf4}; /* CMP DX, CX; MOV DL, [BX]; XOR AX, AX; HLT */
    struct screen        s = {.value = 8};
    struct fixture      *f = start_screen(&s, code, sizeof(code));
    uint64_t             flags;

    s.kicks = &f->cpu;
    for (unsigned run = 0; run < 4; run++) {
        f->cpu.eip = 0;
        f->cpu.gpr[REG_EDX] = 5;
        f->cpu.gpr[REG_ECX] = 7;
        f->cpu.halted = false;
        f->cpu.step_blocks = true;
        for (unsigned step = 0; step < 4 && f->cpu.eip < 4; step++) x86_run(&f->cpu, x86_retired(&f->cpu) + 10);
        ck_assert_uint_eq(f->cpu.eip, 4);
        ck_assert_uint_eq(f->cpu.gpr[REG_EDX], 9);
        ck_assert_int_eq(x86_reg_get(&f->cpu, "eflags", &flags), 0);
        ck_assert_uint_eq(flags & FLAG_ARITH, FLAG_CF | FLAG_AF | FLAG_SF);
    }
    finish(f);
}
END_TEST

/* --- writes beside code ---------------------------------------------------------------------------------------------------------- */

enum { BESIDE_PAGE = 0x10000 };

/* MOV CX, 20; L: MOV [200h], CX; LOOP L; JMP here: in the page of the code. */
static const uint8_t beside_code[] = {0xb9, 0x14, 0x00, 0x89, 0x0e, 0x00, 0x02, 0xe2, 0xfa, 0xeb, 0xfe};

static struct x86_beside *beside_of(struct fixture *f)
{
    return &f->cpu.beside[(BESIDE_PAGE >> PAGE_SHIFT) % BESIDE_PAGES];
}

static void run_beside(struct fixture *f)
{
    phys_write(&f->phys, BESIDE_PAGE + 0x200, 0, 2);
    f->cpu.eip = 0;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 60);
}

static struct fixture *start_beside(void)
{
    struct fixture *f = start("pentium4", 0, beside_code, sizeof(beside_code));

    x86_reg_set(&f->cpu, "ds", 0x1000);
    run_beside(f);
    run_beside(f);
    ck_assert_uint_eq(phys_read(&f->phys, BESIDE_PAGE + 0x200, 2), 1);
    ck_assert_uint_eq(beside_of(f)->page, BESIDE_PAGE);
    return f;
}

START_TEST(test_writes_beside_code)
{
    struct fixture *f = start_beside();
    uint64_t        slow = f->cpu.jit->stats.slow, entries = f->cpu.jit->stats.entries;

    run_beside(f);
    ck_assert_uint_eq(phys_read(&f->phys, BESIDE_PAGE + 0x200, 2), 1);
    ck_assert_uint_eq(f->cpu.jit->stats.slow, slow);
    ck_assert_uint_gt(f->cpu.jit->stats.entries, entries);
    finish(f);
}
END_TEST

static void note_beside(void *opaque, const struct phys_region *r, uint32_t addr)
{
    (void)r;
    if (addr >> PAGE_SHIFT == BESIDE_PAGE >> PAGE_SHIFT) ++*(unsigned *)opaque;
}

/* Who asks for it hears of the page again. */
START_TEST(test_beside_announced)
{
    struct fixture *f = start_beside();
    unsigned        writes = 0;

    x86_tlb_drop_fast(&f->cpu, 0, 0, true);
    phys_write(&f->phys, BESIDE_PAGE + 0x200, 0, 2);
    f->phys.writing = note_beside;
    f->phys.writing_opaque = &writes;
    f->cpu.eip = 0;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 60);
    ck_assert_uint_eq(writes, 1);
    finish(f);
}
END_TEST

/* An entry goes with the translation, and with the map that it leads to. */
START_TEST(test_beside_dropped)
{
    struct fixture *f = start_beside();

    x86_tlb_flush_page(&f->cpu, BESIDE_PAGE);
    ck_assert_uint_eq(beside_of(f)->page, ~0ull);
    run_beside(f);
    ck_assert_uint_eq(beside_of(f)->page, BESIDE_PAGE);
    x86_tlb_flush(&f->cpu, false);
    ck_assert_uint_eq(beside_of(f)->page, ~0ull);
    run_beside(f);
    x86_jit_flush(&f->cpu); /* otherwise its units mark the page again */
    x86_blocks_flush(&f->cpu);
    ck_assert_uint_eq(beside_of(f)->page, ~0ull);
    run_beside(f);
    ck_assert_uint_eq(beside_of(f)->page, BESIDE_PAGE);
    ck_assert_ptr_eq(beside_of(f)->code, x86_code_map(&f->cpu, BESIDE_PAGE));
    finish(f);
}
END_TEST

/* Level 3 does not use the entries of level 0, nor the other way round. */
START_TEST(test_beside_by_level)
{
    struct fixture *f = start_beside();

    for (unsigned run = 0; run < 4; run++) {
        bool user = !(run & 1);
        f->cpu.cr0 = user ? f->cpu.cr0 | CR0_PE : f->cpu.cr0 & ~(uint32_t)CR0_PE;
        f->cpu.eflags ^= FLAG_VM;
        f->cpu.cpl = user ? 3 : 0;
        x86_tlb_select(&f->cpu);
        for (unsigned n = 0; n < 3; n++) run_beside(f);
        ck_assert_uint_eq(phys_read(&f->phys, BESIDE_PAGE + 0x200, 2), 1);
        ck_assert_uint_eq(beside_of(f)->page, BESIDE_PAGE | (user ? BESIDE_USER : 0));
    }
    finish(f);
}
END_TEST

/* A breakpoint on data sees the write. */
START_TEST(test_beside_watched)
{
    struct fixture *f = start_beside();

    f->cpu.dr[0] = BESIDE_PAGE + 0x200;
    f->cpu.dr[7] = 1 | 1 << 16 | 1 << 18;
    x86_tlb_select(&f->cpu);
    for (unsigned n = 0; n < 3; n++) {
        x86_reg_set(&f->cpu, "cs", 0x1000);
        f->cpu.dr[6] = 0;
        run_beside(f);
        ck_assert_uint_eq(f->cpu.dr[6] & 1, 1);
    }
    finish(f);
}
END_TEST

/* A word of which only the second byte is code, in a page that had an entry before that code was there: INC AX and DEC AX by turns. */
START_TEST(test_write_reaches_into_code)
{
    static const uint8_t code[] = {0xb9, 0x14, 0x00, 0x89, 0x0e, 0x00, 0x02, 0xe2, 0xfa,                /* MOV CX, 20; L: MOV [200h], CX; LOOP L */
                                   0xb9, 0x15, 0x00, 0xe8, 0xf1, 0x02, 0x80, 0xf7, 0x08,                /* MOV CX, 21; M: CALL 300h; XOR BH, 8 */
                                   0x89, 0x1e, 0xff, 0x02, 0xe2, 0xf4, 0xeb, 0xfe};                     /* MOV [2FFh], BX; LOOP M; JMP here */
    struct fixture      *f = start("pentium4", 0, code, sizeof(code));

    x86_reg_set(&f->cpu, "ds", 0x1000);
    for (unsigned run = 0; run < 4; run++) {
        phys_write(&f->phys, BESIDE_PAGE + 0x300, 0xc340, 2); /* INC AX; RET */
        f->cpu.gpr[REG_EAX] = 0;
        f->cpu.gpr[REG_EBX] = 0x4000;
        f->cpu.gpr[REG_ESP] = 0x8000;
        f->cpu.eip = 0;
        x86_run(&f->cpu, x86_retired(&f->cpu) + 200);
        ck_assert_uint_eq(f->cpu.gpr[REG_EAX], 1);
        ck_assert_uint_eq(beside_of(f)->page, BESIDE_PAGE);
    }
    finish(f);
}
END_TEST

/* --- loops about one place --------------------------------------------------------------------------------------------------------- */

/* Runs CODE, at 1000:0, to its HLT: by the interpreter and translated. The 64 KB at 20000h must be the same. */
static void compare_loop(const uint8_t *code, size_t size, uint32_t bx)
{
    struct fixture *f[2];
    uint8_t        *memory[2];

    for (unsigned n = 0; n < 2; n++) {
        f[n] = start("pentium4", 0, code, size);
        if (!n) x86_jit_destroy(&f[n]->cpu);
        x86_reg_set(&f[n]->cpu, "ds", 0x2000);
        f[n]->cpu.gpr[REG_EBX] = bx;
        x86_run(&f[n]->cpu, 10000);
        ck_assert(f[n]->cpu.halted);
        ck_assert_ptr_nonnull(memory[n] = malloc(0x10000));
        phys_read_block(&f[n]->phys, 0x20000, memory[n], 0x10000);
    }
    ck_assert_mem_eq(memory[0], memory[1], 0x10000);
    ck_assert_mem_eq(f[0]->cpu.gpr, f[1]->cpu.gpr, sizeof(f[0]->cpu.gpr));
    for (unsigned n = 0; n < 2; n++) {
        free(memory[n]);
        finish(f[n]);
    }
}

/* Its segment is another one in each turn. */
START_TEST(test_loop_loads_its_segment)
{
    static const uint8_t code[] = {0xb9, 0x64, 0x00, 0x00, 0x0f, 0x01, 0x4f, 0x04,    /* MOV CX, 100; L: ADD [BX], CL; ADD [BX+4], CX */
                                   0x8c, 0xda, 0x42, 0x8e, 0xda, 0x49, 0x75, 0xf3, 0xf4}; /* MOV DX, DS; INC DX; MOV DS, DX; DEC CX; JNZ L; HLT */

    compare_loop(code, sizeof(code), 0x40);
}
END_TEST

/* Its places lie around the end of 64 KB, where offsets begin again. */
START_TEST(test_loop_wraps)
{
    static const uint8_t code[] = {0xb9, 0x64, 0x00, 0x00, 0x0f, 0x00, 0x4f, 0x01,       /* MOV CX, 100; L: ADD [BX], CL; ADD [BX+1], CL */
                                   0x10, 0x4f, 0xff, 0xfe, 0x07, 0x49, 0x75, 0xf3, 0xf4}; /* ADC [BX-1], CL; INC BYTE [BX]; DEC CX; JNZ L; HLT */

    for (uint32_t bx = 0xfffd; bx < 0x10003; bx++) compare_loop(code, sizeof(code), bx & 0xffff);
    compare_loop(code, sizeof(code), 0x12345fff); /* two pages; and only BX counts */
}
END_TEST

struct remapper {
    struct phys *phys;
    unsigned     reads;
};

/* At the 50th read, writes to 20000h lead nowhere from now on. */
static uint32_t remapper_read(void *device, uint32_t offset, unsigned size)
{
    struct remapper *r = device;

    (void)offset;
    (void)size;
    if (++r->reads == 50) phys_map(r->phys, 0x20000, 0x1000, 0, false, true);
    return r->reads;
}

/* What a device does in the midst of a turn counts for the rest of it. */
START_TEST(test_loop_with_a_device)
{
    static const uint8_t        code[] = {0xb9, 0x64, 0x00, 0x00, 0x0f, 0x01, 0x4f, 0x04,                   /* MOV CX, 100; L: ADD [BX], CL; ADD [BX+4], CX */
                                          0x26, 0x8a, 0x04, 0x00, 0x4f, 0x01, 0x49, 0x75, 0xf2, 0xf4};      /* MOV AL, ES:[SI]; ADD [BX+1], CL; DEC CX; JNZ L; HLT */
    static const struct bus_ops ops = {.read = remapper_read, .max_size = 4};
    uint8_t                     found[2][8];

    for (unsigned n = 0; n < 2; n++) {
        struct fixture *f = start("pentium4", 0, code, sizeof(code));
        struct remapper r = {.phys = &f->phys};
        if (!n) x86_jit_destroy(&f->cpu);
        phys_map(&f->phys, 0xa0000, 0x1000, phys_region_mmio(&f->phys, 0xa0000, 0x1000, &ops, &r), true, true);
        x86_reg_set(&f->cpu, "ds", 0x2000);
        x86_reg_set(&f->cpu, "es", 0xa000);
        f->cpu.gpr[REG_EBX] = 0x40;
        f->cpu.gpr[REG_ESI] = 0;
        x86_run(&f->cpu, 10000);
        ck_assert(f->cpu.halted);
        ck_assert_uint_eq(r.reads, 100);
        phys_read_block(&f->phys, 0x20040, found[n], sizeof(found[n]));
        finish(f);
    }
    ck_assert_mem_eq(found[0], found[1], sizeof(found[0]));
}
END_TEST

Suite *jit_memory_suite(void)
{
    Suite *s = suite_create("jit_memory");
    TCase *c = tcase_create("all");

    if (x86_jit_supported()) tcase_add_test(c, test_operand_that_is_only_written);
    if (x86_jit_supported()) tcase_add_test(c, test_moves_to_a_device);
    if (x86_jit_supported()) tcase_add_test(c, test_device_and_second_byte);
    if (x86_jit_supported()) tcase_add_test(c, test_left_after_move_from_a_device);
    if (x86_jit_supported()) tcase_add_test(c, test_writes_beside_code);
    if (x86_jit_supported()) tcase_add_test(c, test_beside_announced);
    if (x86_jit_supported()) tcase_add_test(c, test_beside_dropped);
    if (x86_jit_supported()) tcase_add_test(c, test_beside_by_level);
    if (x86_jit_supported()) tcase_add_test(c, test_beside_watched);
    if (x86_jit_supported()) tcase_add_test(c, test_write_reaches_into_code);
    if (x86_jit_supported()) tcase_add_test(c, test_loop_loads_its_segment);
    if (x86_jit_supported()) tcase_add_test(c, test_loop_wraps);
    if (x86_jit_supported()) tcase_add_test(c, test_loop_with_a_device);
    suite_add_tcase(s, c);
    return s;
}
