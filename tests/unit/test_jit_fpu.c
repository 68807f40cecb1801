/* test_jit_fpu.c: x87, MMX and SSE instructions that translated code does by itself, against the interpreter; and that it does them: how many are left to
 * handlers once the program is translated. */
#include "tests/unit/jit_fixture.h"

#include "cpu/x86/fpu.h"
#include "cpu/x86/simd.h"

Suite *jit_fpu_suite(void);

enum {
    CODE = 0x1000,
    RESULTS = 0x2000,
    CONSTANTS = 0x2200,
};

/* Programs of real mode that end with HLT, and how many of their instructions are the handlers' in each run: none but those that meet a number or an
 * exception of which the handlers take care, and the first masked move to a page. */
static const struct {
    const char *name;
    unsigned    handlers, size;
    const char *code;
} program[] = {
    /* fninit; fld1; fldpi; fnsave [2000h]; frstor [2000h]; fstp qword [2100h] */
    {"FNSAVE, FRSTOR, 16 bits", 0, 19, "\xdb\xe3\xd9\xe8\xd9\xeb\xdd\x36\x00\x20\xdd\x26\x00\x20\xdd\x1e\x00\x21\xf4"},
    /* fninit; fldpi; fldz; fld tword [2210h]; o32 fnsave [2000h]; fld1; o32 frstor [2000h]; fstp tword [2100h] */
    {"FNSAVE, FRSTOR, 32 bits", 0, 27, "\xdb\xe3\xd9\xeb\xd9\xee\xdb\x2e\x10\x22\x66\xdd\x36\x00\x20\xd9\xe8\x66\xdd\x26\x00\x20\xdb\x3e\x00\x21\xf4"},
    /* fninit; fldpi; fdiv dword [2240h]; fnstenv [2000h]; fld1; fldenv [2000h]; o32 fnstenv [2040h]; o32 fldenv [2040h]; fstp tword [2100h] */
    {"FNSTENV, FLDENV", 0, 33, "\xdb\xe3\xd9\xeb\xd8\x36\x40\x22\xd9\x36\x00\x20\xd9\xe8\xd9\x26\x00\x20\x66\xd9\x36\x40\x20\x66\xd9\x26\x40\x20\xdb\x3e\x00\x21\xf4"},
    /* fldenv [2220h]; fninit */
    {"FLDENV that unmasks", 2, 7, "\xd9\x26\x20\x22\xdb\xe3\xf4"},
    /* fninit; mov word [0FFF6h], 37Bh; mov word [0FFFAh], 0FFFFh; fldenv [0FFF6h]; fld1; fldz; fdivp; fnstsw [2000h]; fninit */
    {"FLDENV that wraps at 64 KB and unmasks", 3, 31, "\xdb\xe3\xc7\x06\xf6\xff\x7b\x03\xc7\x06\xfa\xff\xff\xff\xd9\x26\xf6\xff\xd9\xe8\xd9\xee\xde\xf9\xdd\x3e\x00\x20\xdb\xe3\xf4"},
    /* fninit; fldpi; fdiv dword [2240h]; fnclex; fnstenv [2000h]; fld1; fninit; fnstenv [2010h] */
    {"FNINIT, FNCLEX", 0, 23, "\xdb\xe3\xd9\xeb\xd8\x36\x40\x22\xdb\xe2\xd9\x36\x00\x20\xd9\xe8\xdb\xe3\xd9\x36\x10\x20\xf4"},
    /* fninit; fbld [2200h]; fsqrt; fbstp [2000h]; fnstsw [2010h] */
    {"FBLD, FBSTP", 0, 17, "\xdb\xe3\xdf\x26\x00\x22\xd9\xfa\xdf\x36\x00\x20\xdd\x3e\x10\x20\xf4"},
    /* fninit; fldpi; movups xmm1, [2200h]; fxsave [2000h]; fld1; xorps xmm1, xmm1; fxrstor [2000h]; movups [2300h], xmm1; fstp tword [2310h] */
    {"FXSAVE, FXRSTOR", 0, 34, "\xdb\xe3\xd9\xeb\x0f\x10\x0e\x00\x22\x0f\xae\x06\x00\x20\xd9\xe8\x0f\x57\xc9\x0f\xae\x0e\x00\x20\x0f\x11\x0e\x00\x23\xdb\x3e\x10\x23\xf4"},
    /* mov di, 2003h; movups xmm0, [2200h]; movups xmm1, [2210h]; maskmovdqu xmm0, xmm1 */
    {"MASKMOVDQU", 1, 18, "\xbf\x03\x20\x0f\x10\x06\x00\x22\x0f\x10\x0e\x10\x22\x66\x0f\xf7\xc1\xf4"},
    /* fninit; mov di, 2005h; movq mm0, [2200h]; movq mm3, [2208h]; maskmovq mm3, mm0; fnstenv [2020h]; emms */
    {"MASKMOVQ", 1, 25, "\xdb\xe3\xbf\x05\x20\x0f\x6f\x06\x00\x22\x0f\x6f\x1e\x08\x22\x0f\xf7\xd8\xd9\x36\x20\x20\x0f\x77\xf4"},
    /* fninit; movups xmm2, [2210h]; movdq2q mm1, xmm2; movq2dq xmm3, mm1; movups [2000h], xmm3; fnstenv [2020h]; emms */
    {"MOVQ2DQ, MOVDQ2Q", 0, 27, "\xdb\xe3\x0f\x10\x16\x10\x22\xf2\x0f\xd6\xca\xf3\x0f\xd6\xd9\x0f\x11\x1e\x00\x20\xd9\x36\x20\x20\x0f\x77\xf4"},
    /* fninit; cvtpi2ps xmm0, [2200h]; cvtpi2pd xmm1, [2200h]; fnstenv [2020h]; movq mm0, [2208h]; cvtpi2ps xmm2, mm0; cvtpi2pd xmm3, mm0; cvttps2pi mm1, xmm0; cvtpd2pi mm2, xmm1; movq [2000h], mm1; movq [2008h], mm2; emms; stmxcsr [2030h] */
    {"conversions to and from MMX registers", 0, 54, "\xdb\xe3\x0f\x2a\x06\x00\x22\x66\x0f\x2a\x0e\x00\x22\xd9\x36\x20\x20\x0f\x6f\x06\x08\x22\x0f\x2a\xd0\x66\x0f\x2a\xd8\x0f\x2c\xc8\x66\x0f\x2d\xd1\x0f\x7f\x0e\x00\x20\x0f\x7f\x16\x08\x20\x0f\x77\x0f\xae\x1e\x30\x20\xf4"},
    /* movups xmm0, [2200h]; sqrtss xmm0, [2240h]; sqrtsd xmm1, xmm0; sqrtss xmm0, xmm0; movups [2000h], xmm0; movups [2010h], xmm1 */
    {"SQRTSS, SQRTSD", 0, 30, "\x0f\x10\x06\x00\x22\xf3\x0f\x51\x06\x40\x22\xf2\x0f\x51\xc8\xf3\x0f\x51\xc0\x0f\x11\x06\x00\x20\x0f\x11\x0e\x10\x20\xf4"},
    /* clflush [2000h] */
    {"CLFLUSH", 0, 6, "\x0f\xae\x3e\x00\x20\xf4"},
    /* ldmxcsr [2244h]; movups xmm0, [2200h]; paddw xmm0, xmm0; sqrtps xmm1, [2250h]; movups [2000h], xmm0; ldmxcsr [2248h] */
    {"SSE with an exception unmasked", 3, 30, "\x0f\xae\x16\x44\x22\x0f\x10\x06\x00\x22\x66\x0f\xfd\xc0\x0f\x51\x0e\x50\x22\x0f\x11\x06\x00\x20\x0f\xae\x16\x48\x22\xf4"},
    /* fninit; fld1; fld1; fld1; fld1; fld1; fld1; fld1; fld1; fsincos; fnsave [2000h]; fld1; fld1; fld1; fld1; fld1; fld1; fld1; fld1; fxtract; fnsave [2060h] */
    {"two results on a full stack", 2, 47, "\xdb\xe3\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xfb\xdd\x36\x00\x20\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xe8\xd9\xf4\xdd\x36\x60\x20\xf4"},
    /* fninit; fldz; fchs; fptan; fnsave [2000h]; fldz; fsincos; fnsave [2080h] */
    {"FPTAN, FSINCOS of zero", 0, 21, "\xdb\xe3\xd9\xee\xd9\xe0\xd9\xf2\xdd\x36\x00\x20\xd9\xee\xd9\xfb\xdd\x36\x80\x20\xf4"},
    /* fninit; fld dword [2240h]; fld1; fscale; fnsave [2000h]; fld dword [2240h]; fldz; fscale; fnsave [2060h]; fldpi; fld dword [224Ch]; fscale; fnsave [20C0h]; fld tword [2210h]; fld1; fscale; fnsave [2120h]; fchs; fscale; fnsave [2180h] */
    {"FSCALE", 2, 59, "\xdb\xe3\xd9\x06\x40\x22\xd9\xe8\xd9\xfd\xdd\x36\x00\x20\xd9\x06\x40\x22\xd9\xee\xd9\xfd\xdd\x36\x60\x20\xd9\xeb\xd9\x06\x4c\x22\xd9\xfd\xdd\x36\xc0\x20\xdb\x2e\x10\x22\xd9\xe8\xd9\xfd\xdd\x36\x20\x21\xd9\xe0\xd9\xfd\xdd\x36\x80\x21\xf4"},
    /* fninit; mov word [2300h], 1332h; fldcw [2300h]; fld1; fadd dword [2240h]; fsqrt; fdiv dword [2240h]; fild dword [2220h]; fmulp st1; fist dword [2000h]; fstp qword [2008h]; fnstsw [2010h]; fnstcw [2012h]; fnsave [2020h] */
    {"nothing raised of what is unmasked", 2, 51, "\xdb\xe3\xc7\x06\x00\x23\x32\x13\xd9\x2e\x00\x23\xd9\xe8\xd8\x06\x40\x22\xd9\xfa\xd8\x36\x40\x22\xdb\x06\x20\x22\xde\xc9\xdb\x16\x00\x20\xdd\x1e\x08\x20\xdd\x3e\x10\x20\xd9\x3e\x12\x20\xdd\x36\x20\x20\xf4"},
    /* fninit; mov word [2300h], 1332h; fldcw [2300h]; fld1; fldz; fdivp st1; fnsave [2020h] */
    {"a division by zero that is not masked", 2, 23, "\xdb\xe3\xc7\x06\x00\x23\x32\x13\xd9\x2e\x00\x23\xd9\xe8\xd9\xee\xde\xf9\xdd\x36\x20\x20\xf4"},
    /* fninit; mov word [2300h], 1332h; mov word [2302h], 1F32h; fldcw [2300h]; fldpi; fldcw [2302h]; fistp dword [2000h]; fldcw [2300h]; fld dword [224Ch]; fistp word [2004h]; fnsave [2020h] */
    {"a store that an exception forbids", 2, 45, "\xdb\xe3\xc7\x06\x00\x23\x32\x13\xc7\x06\x02\x23\x32\x1f\xd9\x2e\x00\x23\xd9\xeb\xd9\x2e\x02\x23\xdb\x1e\x00\x20\xd9\x2e\x00\x23\xd9\x06\x4c\x22\xdf\x1e\x04\x20\xdd\x36\x20\x20\xf4"},
    /* fninit; mov word [2300h], 1337h; mov word [2302h], 1332h; fldcw [2300h]; fld1; fldz; fdivp st1; fldcw [2302h]; fnsave [2020h] */
    {"a control word that unmasks what is there", 2, 33, "\xdb\xe3\xc7\x06\x00\x23\x37\x13\xc7\x06\x02\x23\x32\x13\xd9\x2e\x00\x23\xd9\xe8\xd9\xee\xde\xf9\xd9\x2e\x02\x23\xdd\x36\x20\x20\xf4"},
    /* fninit; mov word [2300h], 1332h; mov word [2316h], 8000h; mov word [2318h], 7FFEh; fldcw [2300h]; fld tword [2310h]; fmul st0; fnsave [2020h] */
    {"an overflow that is not masked", 2, 35, "\xdb\xe3\xc7\x06\x00\x23\x32\x13\xc7\x06\x16\x23\x00\x80\xc7\x06\x18\x23\xfe\x7f\xd9\x2e\x00\x23\xdb\x2e\x10\x23\xd8\xc8\xdd\x36\x20\x20\xf4"},
};

static void set_constants(struct phys *phys)
{
    static const uint32_t constant[] = {
        0x90563412, 0x12907856, 0x00008500, 0x80c03f91,                         /* 2200h: ten bytes of packed decimal */
        0x89abcdef, 0x01234567, 0xf00d0000, 0x7f80ff01,                         /* 2210h: a denormal of ten bytes */
        0x00000372, 0x1234ffff, 0x56780678, 0x00009abc,                         /* 2220h: an environment with exceptions unmasked */
        0, 0, 0, 0, 0x40400000, 0x1f00, 0x1f80, 0xc71c4000,                     /* 2240h: 3; MXCSR, IM clear and as reset; -40000 */
        0x40800000, 0x3fc00000, 0x41100000, 0x00000000,                         /* 2250h: 4, 1.5, 9, 0 */
    };

    for (unsigned n = 0; n < sizeof(constant) / 4; n++) phys_write(phys, CONSTANTS + 4 * n, constant[n], 4);
}

static struct fixture *load(unsigned n, bool translated)
{
    struct fixture *f = create("pentium4", translated);

    f->cpu.cr4 |= CR4_OSFXSR;
    phys_write_block(&f->phys, CODE, program[n].code, program[n].size);
    set_constants(&f->phys);
    return f;
}

static void run(struct fixture *f)
{
    x86_reg_set(&f->cpu, "cs", 0);
    x86_reg_set(&f->cpu, "eip", CODE);
    f->cpu.halted = false;
    x86_run(&f->cpu, x86_retired(&f->cpu) + 1000);
    ck_assert_msg(f->cpu.halted, "the program did not come to its end");
}

static void assert_same(struct fixture *a, struct fixture *b, const char *name)
{
    const struct x86_fpu *f = &a->cpu.fpu, *g = &b->cpu.fpu;

    for (uint32_t at = RESULTS; at < CONSTANTS + 0x200; at++)
        ck_assert_msg(phys_read(&a->phys, at, 1) == phys_read(&b->phys, at, 1), "%s: %Xh: %02X, not %02X", name, at,
                      (unsigned)phys_read(&b->phys, at, 1), (unsigned)phys_read(&a->phys, at, 1));
    for (unsigned n = 0; n < 8; n++) {
        ck_assert_msg(f->r[n].mant == g->r[n].mant && f->r[n].exp_sign == g->r[n].exp_sign, "%s: R%u", name, n);
        ck_assert_msg(!memcmp(&f->xmm[n], &g->xmm[n], 16), "%s: XMM%u", name, n);
    }
    ck_assert_msg(f->cw == g->cw && f->sw == g->sw && f->top == g->top && f->empty == g->empty, "%s: control, status, tags", name);
    ck_assert_msg(f->ip == g->ip && f->dp == g->dp && f->cs == g->cs && f->ds == g->ds && f->opcode == g->opcode, "%s: pointers", name);
    ck_assert_msg(f->mxcsr == g->mxcsr, "%s: MXCSR", name);
}

START_TEST(test_same_without_handlers)
{
    struct fixture      *plain = load((unsigned)_i, false), *translated = load((unsigned)_i, true);
    struct x86_jit_stats before, after;

    for (unsigned n = 0; n < 4; n++) {
        x86_jit_stats(&translated->cpu, &before);
        run(plain);
        run(translated);
        x86_jit_stats(&translated->cpu, &after);
        assert_same(plain, translated, program[_i].name);
    }
    ck_assert_msg(after.slow - before.slow == program[_i].handlers, "%s: %u instructions by handlers", program[_i].name,
                  (unsigned)(after.slow - before.slow));
    finish(plain);
    finish(translated);
}
END_TEST

Suite *jit_fpu_suite(void)
{
    Suite *s = suite_create("jit_fpu");
    TCase *c = tcase_create("all");

    if (x86_jit_supported()) tcase_add_loop_test(c, test_same_without_handlers, 0, sizeof(program) / sizeof(program[0]));
    suite_add_tcase(s, c);
    return s;
}
