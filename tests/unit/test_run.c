/* test_run.c: how the CPU goes from instruction to instruction: links between blocks, code in device memory, debug traps. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"

Suite *run_suite(void);

enum { CODE = 0x1000, HANDLERS = 0x3000, DEVICE = 0xA0000, STACK = 0x8000 };

struct fixture {
    struct x86  cpu;
    struct phys phys;
    struct bus  bus;
    uint8_t     memory[PAGE_SIZE], dirty[1]; // of a device, at DEVICE
};

/* Handler N of the real-mode vector table sets BX to 100h + N and halts. */
static void write_handlers(struct phys *p)
{
    for (uint32_t n = 0; n < 32; n++) {
        const uint8_t handler[] = {0xBB, (uint8_t)n, 0x01, 0xF4}; // mov bx, 100h + n; hlt
        phys_write(p, 4 * n, HANDLERS + 16 * n, 4);
        phys_write_block(p, HANDLERS + 16 * n, handler, sizeof(handler));
    }
}

static struct fixture *start(void)
{
    struct fixture *f = calloc(1, sizeof(*f));

    ck_assert_ptr_nonnull(f);
    bus_init(&f->bus);
    ck_assert_int_eq(phys_init(&f->phys, 1 << 20), 0);
    ck_assert_int_eq(x86_init(&f->cpu, "pentium", &f->phys, &f->bus, NULL), 0);
    phys_map(&f->phys, DEVICE, PAGE_SIZE, phys_region_ram(&f->phys, DEVICE, PAGE_SIZE, f->memory, f->dirty, false), true, true);
    write_handlers(&f->phys);
    return f;
}

static void stop(struct fixture *f)
{
    x86_destroy(&f->cpu);
    phys_destroy(&f->phys);
    free(f);
}

/* Runs what lies at AT (below 1 MB) to its HLT, or COUNT instructions, with EFLAGS as they are. */
static void run_at(struct fixture *f, uint32_t at, unsigned count)
{
    struct x86 *c = &f->cpu;
    uint64_t    until = x86_retired(c) + count;

    x86_reg_set(c, "cs", at >> 4);
    x86_reg_set(c, "eip", at & 15);
    x86_reg_set(c, "esp", STACK);
    x86_reg_set(c, "ebx", 0);
    c->halted = false;
    while (!c->halted && x86_retired(c) < until) x86_run(c, until);
}

static void run_code(struct fixture *f, const uint8_t *code, size_t size, unsigned count)
{
    phys_write_block(&f->phys, CODE, code, size);
    run_at(f, CODE, count);
}

#define RUN(f, count, ...) run_code(f, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), count)

static uint32_t reg(struct fixture *f, const char *name)
{
    uint64_t v;

    ck_assert_int_eq(x86_reg_get(&f->cpu, name, &v), 0);
    return (uint32_t)v;
}

/* The cache is emptied between a branch and its target, which then lies where the branch's block was. */
START_TEST(no_link_from_a_block_that_is_gone)
{
    struct fixture *f = start();
    size_t          size = f->cpu.cache->size;

    x86_reg_set(&f->cpu, "eax", 0);
    f->cpu.cache->size = sizeof(struct x86_block) + (BLOCK_MAX_INSNS + 1) * sizeof(struct x86_insn); // room for one
    RUN(f, 50, 0xEB, 0x00, 0x40, 0xEB, 0x00, 0xF4); // jmp $+2; inc ax; jmp $+2; hlt
    f->cpu.cache->size = size;
    ck_assert(f->cpu.halted);
    ck_assert_uint_eq(reg(f, "eax"), 1);
    stop(f);
}
END_TEST

/* A device writes its memory without a word to the CPU: what was decoded there must not be kept. */
START_TEST(code_in_device_memory)
{
    struct fixture *f = start();

    memcpy(f->memory, "\xB8\x01\x00\xF4", 4); // mov ax, 1; hlt
    run_at(f, DEVICE, 50);
    ck_assert_uint_eq(reg(f, "eax"), 1);
    f->memory[1] = 2;
    run_at(f, DEVICE, 50);
    ck_assert_uint_eq(reg(f, "eax"), 2);
    stop(f);
}
END_TEST

/* Slot 0 watches writes at 5000h and is enabled; slot 1 watches 6000h and is not (SDM 3B 17.2.3: only DR6 knows of it). */
START_TEST(data_breakpoint_that_is_not_enabled)
{
    struct fixture *f = start();

    f->cpu.dr[0] = 0x5000;
    f->cpu.dr[1] = 0x6000;
    f->cpu.dr[7] = 0x400 | 1 | 1u << 16 | 1u << 20;
    x86_update_step(&f->cpu);
    x86_tlb_select(&f->cpu);
    RUN(f, 50, 0xA2, 0x00, 0x60, 0x90, 0xF4); // mov [6000h], al; nop; hlt
    ck_assert_uint_eq(reg(f, "ebx"), 0);
    ck_assert_uint_eq(f->cpu.dr[6] & 15, 0);
    RUN(f, 50, 0xA2, 0x00, 0x50, 0x90, 0xF4);
    ck_assert_uint_eq(reg(f, "ebx"), 0x100 + EXC_DB);
    ck_assert_uint_eq(f->cpu.dr[6] & 15, 1);
    stop(f);
}
END_TEST

/* The trap comes right after the instruction, also where the page has a quick entry that nobody but system accesses may use. */
START_TEST(data_breakpoint_at_once)
{
    struct fixture *f = start();

    f->cpu.dr[0] = 0x5000;
    f->cpu.dr[7] = 0x400 | 1 | 1u << 16;
    x86_update_step(&f->cpu);
    x86_tlb_select(&f->cpu);
    x86_reg_set(&f->cpu, "eax", 0);
    RUN(f, 50, 0x90, 0xA2, 0x80, 0x50, 0xA2, 0x00, 0x50, 0x40, 0x40, 0x40, 0xF4); // nop; mov [5080h], al; mov [5000h], al; inc ax ...; hlt
    ck_assert_uint_eq(reg(f, "ebx"), 0x100 + EXC_DB);
    ck_assert_uint_eq(reg(f, "eax"), 0);
    RUN(f, 50, 0xA2, 0x00, 0x50, 0x40, 0x40, 0xF4);
    ck_assert_uint_eq(reg(f, "eax"), 0);
    stop(f);
}
END_TEST

/* R/W = 10 watches ports, but only with CR4.DE; the trap comes after the instruction. */
START_TEST(io_breakpoint)
{
    struct fixture *f = start();

    f->cpu.dr[0] = 0x61;
    f->cpu.dr[7] = 0x400 | 1 | 2u << 16;
    x86_update_step(&f->cpu);
    x86_tlb_select(&f->cpu);
    RUN(f, 50, 0xE4, 0x61, 0x90, 0xF4); // in al, 61h; nop; hlt
    ck_assert_uint_eq(reg(f, "ebx"), 0);
    f->cpu.cr4 |= CR4_DE;
    RUN(f, 50, 0xE4, 0x60, 0xF4); // another port
    ck_assert_uint_eq(reg(f, "ebx"), 0);
    RUN(f, 50, 0xE6, 0x61, 0x90, 0xF4); // out 61h, al
    ck_assert_uint_eq(reg(f, "ebx"), 0x100 + EXC_DB);
    ck_assert_uint_eq(f->cpu.dr[6] & 15, 1);
    stop(f);
}
END_TEST

/* INT n clears TF: the handler's first instruction is not preceded by a trap; other instructions are followed by one. */
START_TEST(single_step)
{
    struct fixture *f = start();

    f->cpu.eflags |= FLAG_TF;
    RUN(f, 50, 0xCD, 0x10, 0xF4); // int 10h
    ck_assert_uint_eq(reg(f, "ebx"), 0x110);
    ck_assert_uint_eq(f->cpu.dr[6] >> 14 & 1, 0);
    f->cpu.eflags |= FLAG_TF;
    RUN(f, 50, 0x90, 0xF4);
    ck_assert_uint_eq(reg(f, "ebx"), 0x100 + EXC_DB);
    ck_assert_uint_eq(f->cpu.dr[6] >> 14 & 1, 1);
    stop(f);
}
END_TEST

static void ferr_to_intr(void *opaque, bool level) { x86_set_intr(&((struct fixture *)opaque)->cpu, level); }

static uint8_t vector_1d(void *opaque)
{
    (void)opaque;
    return 0x1D;
}

/* FERR# interrupts the program after the instruction that caused it, not at the end of its block. */
START_TEST(interrupt_from_the_fpu)
{
    struct fixture *f = start();

    f->cpu.opaque = f;
    f->cpu.ferr = ferr_to_intr;
    f->cpu.acknowledge = vector_1d;
    f->cpu.eflags |= FLAG_IF;
    phys_write(&f->phys, 0x2000, 0x037B, 2); // ZM clear
    x86_reg_set(&f->cpu, "eax", 0);
    // fninit; fldcw [2000h]; fld1; fldz; fdivp; inc ax; inc ax; hlt
    RUN(f, 50, 0xDB, 0xE3, 0xD9, 0x2E, 0x00, 0x20, 0xD9, 0xE8, 0xD9, 0xEE, 0xDE, 0xF9, 0x40, 0x40, 0xF4);
    ck_assert_uint_eq(reg(f, "ebx"), 0x11D);
    ck_assert_uint_eq(reg(f, "eax"), 0);
    stop(f);
}
END_TEST

/* Reads a byte of each of 70000 pages, in slices of SLICE instructions. The TLB is full on the way. */
static struct fixture *fill_tlb(unsigned slice)
{
    // mov bx, 1000; delay: dec bx; jnz delay; next: mov al, [esi]; add esi, 1000h; dec ecx; jnz next; hlt
    static const uint8_t code[] = {0xBB, 0xE8, 0x03, 0x4B, 0x75, 0xFD, 0x67, 0x8A, 0x06, 0x66, 0x81, 0xC6, 0x00, 0x10, 0x00, 0x00, 0x66, 0x49, 0x75, 0xF2, 0xF4};
    struct fixture      *f = start();
    struct x86          *c = &f->cpu;

    c->seg[SEG_DS].limit = 0xFFFFFFFFu;
    x86_derive_segment(c, SEG_DS);
    x86_reg_set(c, "esi", 0x100000);
    x86_reg_set(c, "ecx", 70000);
    run_code(f, code, sizeof(code), 0);
    while (!c->halted) x86_run(c, x86_retired(c) + slice);
    ck_assert_int_eq(x86_freeze(c), 0);
    return f;
}

START_TEST(slices_leave_no_trace_in_the_tlb)
{
    struct fixture *a = fill_tlb(10000000), *b = fill_tlb(37);

    ck_assert_uint_lt(a->cpu.tlb.listed, 10000); // it was emptied
    ck_assert_uint_eq(a->cpu.tlb_image_size, b->cpu.tlb_image_size);
    ck_assert_mem_eq(a->cpu.tlb_image, b->cpu.tlb_image, a->cpu.tlb_image_size);
    stop(a);
    stop(b);
}
END_TEST

/* States in which time would stand still are no states. */
START_TEST(forged_states)
{
    struct fixture *f = start();
    struct x86     *c = &f->cpu;

    ck_assert_int_eq(x86_freeze(c), 0);
    ck_assert_int_eq(x86_ops.loaded(c), 0);
    c->budget = 1000;
    ck_assert_int_eq(x86_ops.loaded(c), -EINVAL);
    c->budget = 0;
    c->halted = true;
    ck_assert_int_eq(x86_ops.loaded(c), 0);
    c->inhibit = true;
    ck_assert_int_eq(x86_ops.loaded(c), -EINVAL);
    stop(f);
}
END_TEST

Suite *run_suite(void)
{
    Suite *s = suite_create("run");
    TCase *t = tcase_create("run");

    tcase_add_test(t, no_link_from_a_block_that_is_gone);
    tcase_add_test(t, code_in_device_memory);
    tcase_add_test(t, data_breakpoint_that_is_not_enabled);
    tcase_add_test(t, data_breakpoint_at_once);
    tcase_add_test(t, io_breakpoint);
    tcase_add_test(t, single_step);
    tcase_add_test(t, interrupt_from_the_fpu);
    tcase_add_test(t, slices_leave_no_trace_in_the_tlb);
    tcase_add_test(t, forged_states);
    suite_add_tcase(s, t);
    return s;
}
