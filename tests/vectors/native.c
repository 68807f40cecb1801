/* native.c: integer (native_integer.c), system (native_system.c), x87, MMX, SSE and SSE2 instructions with random operands on the
 * host's CPU.
 *
 * The case runs in a 32-bit or 16-bit code segment of this process, one step under TF. All state goes in and out through the
 * context of a signal: raising SIGTRAP, the handler puts the case's registers in place of its own; the step's SIGTRAP, or
 * the signal of an exception, brings back the outcome, and the handler restores the program's registers. */
#include "tests/vectors/native.h"

#include "tests/vectors/bench.h"
#include "tests/vectors/native_integer.h"
#include "tests/vectors/native_system.h"
#include "cpu/x86/decode.h"
#include "cpu/x86/fpu.h"
#include "cpu/x86/handlers.h"

#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    DATA_BYTES = 128,
    STACK_BYTES = 64,
    FX_BYTES = 288,
    FORMS_MAX = 2048,
    XSTATE_HEADER = 512, /* of the XSAVE area; its first field tells which parts are valid */
    FLAG_BITS = FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF,
    CODE_SELECTOR = 0x23,
    DATA_SELECTOR = 0x2b,
};

enum form_flags { FORM_0F = 1 << 18, FORM_ANY_REG = 1 << 19 };

/* General registers in the manual's order. */
static const int greg_of[8] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI};

struct native_state {
    uint32_t gpr[8], eip, eflags;
    uint16_t seg[6]; /* ES CS SS DS FS GS */
    uint8_t  fx[FX_BYTES];
};

/* The handler has no other way to know what to do: this is a program of its own, with one thread. */
static struct {
    volatile sig_atomic_t inside;
    unsigned long         fs_base; /* of this thread's own variables */
    struct native_state   state;
    uint8_t               vector;
    uint32_t              error;
    ucontext_t            saved;
    uint8_t               saved_fx[512];
    uint8_t               stack_before[STACK_BYTES];
    uint8_t               stack[65536];
    uint32_t              forms[FORMS_MAX]; /* ModRM, opcode, prefix, enum form_flags */
    unsigned              n_forms;
} native;

static void put_in(ucontext_t *uc)
{
    greg_t  *g = uc->uc_mcontext.gregs;
    uint8_t *fx = (uint8_t *)uc->uc_mcontext.fpregs;
    uint64_t parts;

    for (unsigned n = 0; n < 8; n++) g[greg_of[n]] = native.state.gpr[n];
    g[REG_RIP] = native.state.eip;
    g[REG_EFL] = native.state.eflags | FLAG_TF | FLAG_1;
    g[REG_CSGSFS] &= (greg_t)~UINT64_C(0xffff00000000ffff);
    g[REG_CSGSFS] |= (greg_t)(native.state.seg[SEG_CS] | (uint64_t)native.state.seg[SEG_SS] << 48);
    memcpy(fx, native.state.fx, FX_BYTES);
    memcpy(&parts, fx + XSTATE_HEADER, 8);
    parts |= 3;
    memcpy(fx + XSTATE_HEADER, &parts, 8);
}

static void take_out(const ucontext_t *uc)
{
    const greg_t *g = uc->uc_mcontext.gregs;

    for (unsigned n = 0; n < 8; n++) native.state.gpr[n] = (uint32_t)g[greg_of[n]];
    native.state.eip = (uint32_t)g[REG_RIP];
    native.state.eflags = (uint32_t)g[REG_EFL] & ~(uint32_t)(FLAG_TF | FLAG_RF);
    native.state.seg[SEG_CS] = (uint16_t)g[REG_CSGSFS];
    native.state.seg[SEG_SS] = (uint16_t)((uint64_t)g[REG_CSGSFS] >> 48);
    memcpy(native.state.fx, uc->uc_mcontext.fpregs, FX_BYTES);
    native.vector = (uint8_t)(g[REG_TRAPNO] == EXC_DB ? 0xff : g[REG_TRAPNO]);
    native.error = native.vector == 0xff ? 0 : (uint32_t)g[REG_ERR];
}

/* The handler is entered with the case's AC, NT and ID; the last two would also stay for the next case. */
static inline void clear_flags(void)
{
    __asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; andq %0, (%%rsp); popfq; lea 128(%%rsp), %%rsp"
                     :
                     : "i"(~(FLAG_AC | FLAG_NT | FLAG_ID))
                     : "memory", "cc");
}

/* The system does not keep these for a handler. Without its base FS does not lead to the thread's variables: between leave_segments() and
 * enter_segments() and the end of the handler none may be used. */
static inline void leave_segments(void)
{
    const uint16_t flat = DATA_SELECTOR, none = 0;
    long           result;

    __asm__ volatile("mov %%es, %0" : "=m"(native.state.seg[SEG_ES]));
    __asm__ volatile("mov %%ds, %0" : "=m"(native.state.seg[SEG_DS]));
    __asm__ volatile("mov %%fs, %0" : "=m"(native.state.seg[SEG_FS]));
    __asm__ volatile("mov %%gs, %0" : "=m"(native.state.seg[SEG_GS]));
    __asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %1, %%fs; mov %1, %%gs" : : "r"(flat), "r"(none) : "memory");
    __asm__ volatile("syscall" : "=a"(result) : "0"(SYS_arch_prctl), "D"(ARCH_SET_FS), "S"(native.fs_base) : "rcx", "r11", "memory");
}

static inline void enter_segments(void)
{
    __asm__ volatile("mov %0, %%es; mov %1, %%ds; mov %2, %%fs; mov %3, %%gs"
                     :
                     : "m"(native.state.seg[SEG_ES]), "m"(native.state.seg[SEG_DS]), "m"(native.state.seg[SEG_FS]),
                       "m"(native.state.seg[SEG_GS]));
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    clear_flags();
    (void)signal, (void)info;
    if (!native.inside) {
        native.inside = 1;
        memcpy(native.saved.uc_mcontext.gregs, uc->uc_mcontext.gregs, sizeof(native.saved.uc_mcontext.gregs));
        memcpy(native.saved_fx, uc->uc_mcontext.fpregs, 512);
        put_in(uc);
        enter_segments();
        return;
    }
    leave_segments();
    take_out(uc);
    memcpy(uc->uc_mcontext.gregs, native.saved.uc_mcontext.gregs, sizeof(native.saved.uc_mcontext.gregs));
    memcpy(uc->uc_mcontext.fpregs, native.saved_fx, 464); /* the rest is the kernel's own */
    native.inside = 0;
}

static bool map_page(uint32_t at, int protection)
{
    void *want = (void *)(uintptr_t)(at & ~(uint32_t)(PAGE - 1));

    return mmap(want, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == want;
}

/* Segment ENTRY of the local descriptor table; CONTENTS: 0 data, 1 expand-down, 2 code, 3 conforming code. */
static bool make_segment(unsigned entry, uint32_t base, uint32_t limit, unsigned contents, bool wide, bool read_only, bool absent)
{
    struct user_desc d = {.entry_number = entry, .base_addr = base, .limit = limit, .contents = contents & 3, .seg_32bit = wide,
                          .read_exec_only = read_only, .seg_not_present = absent, .useable = 1};

    return syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)) == 0;
}

static bool make_ldt(void)
{
    return make_segment(LDT_DATA, NATIVE_DATA, DATA_BYTES - 1, 0, true, false, false) &&
           make_segment(LDT_READ, NATIVE_DATA, DATA_BYTES - 1, 0, true, true, false) &&
           make_segment(LDT_DOWN, NATIVE_DATA - 0x100, 0xff, 1, true, false, false) &&
           make_segment(LDT_CODE, NATIVE_DATA, DATA_BYTES - 1, 2, true, false, false) &&
           make_segment(LDT_EXECUTE, NATIVE_DATA, DATA_BYTES - 1, 2, true, true, false) &&
           make_segment(LDT_ABSENT, NATIVE_DATA, DATA_BYTES - 1, 0, true, false, true) &&
           make_segment(LDT_CONFORMING, NATIVE_DATA, DATA_BYTES - 1, 3, true, false, true) &&
           make_segment(LDT_CODE16, NATIVE_CODE, 0xffff, 2, false, false, false) &&
           make_segment(LDT_STACK16, NATIVE_STACK, 0xffff, 0, false, false, false);
}

/* Whether user code may use the segment: a Linux without support for 32-bit programs has no CODE_SELECTOR, and one in a virtual machine may
 * take a local table without the processor seeing it. */
static bool is_usable(uint16_t selector)
{
    uint32_t rights;
    bool     found;

    __asm__("lar %2, %0" : "=r"(rights), "=@ccz"(found) : "r"((uint32_t)selector));
    return found;
}

unsigned native_ldt(uint64_t entries[NATIVE_LDT])
{
    long n = syscall(SYS_modify_ldt, 0, entries, NATIVE_LDT * sizeof(entries[0]));

    return n > 0 ? (unsigned)n / sizeof(entries[0]) : 0;
}

/* --- random state --------------------------------------------------------------------------------------------------------- */

static uint64_t draw(uint64_t *seed) { return random_next(seed); }

/* Fractions with long runs of equal bits, whole numbers, small integers. */
static uint64_t draw_fraction(uint64_t *seed)
{
    uint64_t r = draw(seed);

    switch (r & 7) {
        case 0:
            return ~UINT64_C(0) << (r >> 8 & 63);
        case 1:
            return UINT64_C(1) << (r >> 8 & 63);
        case 2:
            return draw(seed) << (r >> 8 & 63);
        case 3:
            return 0;
        default:
            return draw(seed);
    }
}

/* An exponent near 0, near one end, near the bias, or anywhere. */
static uint32_t draw_exponent(uint64_t *seed, uint32_t max)
{
    uint64_t r = draw(seed);
    uint32_t bias = max >> 1, small = r >> 8 & 63;

    switch (r & 7) {
        case 0:
            return 0;
        case 1:
            return max;
        case 2:
            return small;
        case 3:
            return max - small;
        case 4:
            return (uint32_t)(r >> 16) & max;
        default:
            return bias + 32 - small;
    }
}

static uint32_t draw_f32(uint64_t *seed)
{
    return (uint32_t)(draw(seed) & 0x80000000) | draw_exponent(seed, 0xff) << 23 | (uint32_t)(draw_fraction(seed) >> 41);
}

static uint64_t draw_f64(uint64_t *seed)
{
    return (draw(seed) & UINT64_C(1) << 63) | (uint64_t)draw_exponent(seed, 0x7ff) << 52 | draw_fraction(seed) >> 12;
}

static void draw_f80(uint64_t *seed, uint8_t *p)
{
    uint64_t mant = draw_fraction(seed), r = draw(seed);
    uint16_t exp = (uint16_t)(draw_exponent(seed, 0x7fff) | (r & 0x8000));

    if ((exp & 0x7fff) && (r & 31)) mant |= UINT64_C(1) << 63;
    if (!(r >> 16 & 7)) mant = 0, exp &= 0x8000;
    memcpy(p, &mant, 8);
    memcpy(p + 8, &exp, 2);
}

/* SIZE bytes of singles, doubles, floatx80 or plain bits. */
static void draw_bytes(uint64_t *seed, uint8_t *p, unsigned size)
{
    unsigned kind = draw(seed) & 3;

    for (unsigned at = 0; at + 8 <= size; at += 8) {
        uint64_t v = kind == 0 ? draw_f32(seed) | (uint64_t)draw_f32(seed) << 32 : kind == 1 ? draw_f64(seed) : draw_fraction(seed);

        memcpy(p + at, &v, 8);
    }
    for (unsigned at = 0; kind == 3 && at + 10 <= size; at += 16) draw_f80(seed, p + at);
}

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void draw_fx(uint64_t *seed, uint8_t *fx)
{
    uint64_t r = draw(seed);
    unsigned masks = r & 3 ? 0x3f : r >> 8 & 0x3f, flags = r >> 14 & 3 ? r >> 16 & 0x3f & masks : r >> 16 & 0x3f;
    uint32_t mxcsr = (uint32_t)((r >> 24 & 3 ? 0x1f80 : (r >> 26 & 0x3f) << 7) | (r >> 32 & 3) << 13 | (r >> 34 & 0x3f));

    if (!(r >> 40 & 3)) mxcsr |= 0x40;
    if (!(r >> 42 & 3)) mxcsr |= 0x8000;
    memset(fx, 0, FX_BYTES);
    put16(fx, masks | 0x40 | (r >> 44 & 1 ? 0x300 : (r >> 45 & 1 ? 0x200 : 0)) | (r >> 46 & 3) << 10);
    put16(fx + 2, flags | (draw(seed) & (SW_TOP | SW_CC)) | (flags & ~masks ? SW_ES | SW_B : 0));
    fx[4] = draw(seed) & 3 ? 0xff : (uint8_t)draw(seed);
    if (!(draw(seed) & 3)) fx[4] &= (uint8_t)~(1u << (((fx[3] >> 3) + 7) & 7)); /* room for a push */
    memcpy(fx + 24, &mxcsr, 4);
    for (unsigned n = 0; n < 8; n++) draw_f80(seed, fx + 32 + 16 * n);
    for (unsigned n = 0; n < 8; n++) draw_bytes(seed, fx + 160 + 16 * n, 16);
}

/* --- random instructions ----------------------------------------------------------------------------------------------------- */

/* FLDENV, FNSTENV, FRSTOR, FNSAVE. */
static bool is_environment(const struct x86_insn *i)
{
    unsigned reg = i->modrm >> 3 & 7;

    return (i->op == 0xd9 || i->op == 0xdd) && (i->prefix & PREFIX_MEM) && (reg == 4 || reg == 6);
}

static bool is_fx_image(const struct x86_insn *i)
{
    return i->op == 0x1ae && (i->prefix & PREFIX_MEM) && !(i->modrm >> 4 & 3);
}

/* What is compared here: of the integer instructions none. */
static bool is_wanted(const struct x86_model *m, const uint8_t *code, unsigned size, struct x86_insn *i)
{
    unsigned op;

    if (x86_decode(m, true, code, size, i) != DECODE_OK || i->fn == x86_op_ud || i->fn == x86_fundefined) return false;
    op = i->op & 0xff;
    if (i->op < 0x100) return op >= 0xd8;
    return x86_map_simd[op].name;
}

/* Every x87, MMX and SSE opcode with a register and with a memory operand, which is [EBX]: each is as likely as the others. */
static void write_form(uint32_t form, uint8_t code[8])
{
    static const uint8_t prefixes[4] = {0, 0x66, 0xf3, 0xf2};
    unsigned             n = 0, prefix = form >> 16 & 3, op = form >> 8 & 0xff;

    if (prefix) code[n++] = prefixes[prefix];
    if (form & FORM_0F) code[n++] = 0x0f;
    code[n++] = (uint8_t)op;
    code[n] = (uint8_t)form;
}

static void add_form(uint32_t form)
{
    uint8_t         code[8] = {0};
    struct x86_insn i;

    write_form(form, code);
    if (native.n_forms < FORMS_MAX && is_wanted(x86_model_find("pentium4"), code, sizeof(code), &i)) native.forms[native.n_forms++] = form;
}

static void list_forms(void)
{
    native.n_forms = 0;
    for (unsigned op = 0xd8; op < 0xe0; op++) {
        for (unsigned reg = 0; reg < 8; reg++) add_form(op << 8 | reg << 3 | REG_EBX);
        for (unsigned modrm = 0xc0; modrm < 0x100; modrm++) add_form(op << 8 | modrm);
    }
    for (unsigned op = 0; op < 256; op++) {
        bool group = (op >= 0x71 && op <= 0x73) || op == 0xae;

        for (unsigned prefix = 0; prefix < 4 && x86_map_simd[op].name; prefix++)
            for (unsigned reg = 0; reg < (group ? 8u : 1u); reg++) {
                add_form(FORM_0F | (group ? 0 : FORM_ANY_REG) | prefix << 16 | op << 8 | reg << 3 | REG_EBX);
                add_form(FORM_0F | (group ? 0 : FORM_ANY_REG) | prefix << 16 | op << 8 | 0xc0 | reg << 3);
            }
    }
}

static void draw_code(uint64_t *seed, uint8_t code[8])
{
    uint64_t r = draw(seed);
    uint32_t form = native.forms[r % native.n_forms];

    if (form & FORM_ANY_REG) form ^= r >> 32 & 0x38;
    if ((form & (FORM_0F | 0xc0)) == (FORM_0F | 0xc0)) form ^= r >> 40 & 7;
    if (!(form & FORM_0F) && !(r >> 48 & 15)) form |= 1 << 16; /* the 16-bit environment */
    memset(code, (int)(r >> 56), 8);
    write_form(form, code);
}

/* FSW bits that the instruction defines: C1 always, the others for comparisons, FXAM and remainders; C2 for FSIN etc. */
static uint16_t fsw_mask(const struct x86_insn *i)
{
    unsigned op = i->op & 0xff, reg = i->modrm >> 3 & 7, rm = i->modrm & 7;
    bool     memory = i->prefix & PREFIX_MEM;

    if (i->op >= 0x100) return 0xffff;
    if (!(op & 1) && (reg == 2 || reg == 3) && (memory ? op != 0xde + 1 : op == 0xd8 || op == 0xdc || op == 0xde)) return 0xffff;
    if (memory) return 0xbaff;
    if ((op == 0xda || op == 0xdd) && (reg == 4 || reg == 5)) return 0xffff;
    if (op == 0xd9 && (i->modrm == 0xe4 || i->modrm == 0xe5 || i->modrm == 0xf5 || i->modrm == 0xf8)) return 0xffff;
    if (op == 0xd9 && reg >= 6 && (i->modrm == 0xf2 || i->modrm == 0xfb || rm >= 6)) return 0xbeff;
    return 0xbaff;
}

static bool is_approximate(const struct x86_insn *i)
{
    static const uint8_t list[] = {0xf0, 0xf1, 0xf2, 0xf3, 0xf9, 0xfb, 0xfe, 0xff};

    return i->op == 0xd9 && memchr(list, i->modrm, sizeof(list));
}

static uint8_t group_of(const struct x86_insn *i)
{
    unsigned op = i->op & 0xff;

    if (i->op < 0x100) return (uint8_t)((i->prefix & PREFIX_MEM ? 61 : 70) + (op & 7));
    return i->prefix & PREFIX_REP ? 103 : i->prefix & PREFIX_REPNE ? 104 : i->prefix & PREFIX_66 ? 102 : 101;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v & 0xffff);
    put16(p + 2, v >> 16);
}

static const uint16_t flat_segments[6] = {DATA_SELECTOR, CODE_SELECTOR, DATA_SELECTOR, DATA_SELECTOR, DATA_SELECTOR, DATA_SELECTOR};

static void put_segments(uint8_t *p, const uint16_t seg[6])
{
    for (unsigned n = 0; n < 6; n++) put16(p + 2 * n, seg[n]);
}

/* The first half of the record: everything that is known before. */
static uint8_t *write_input(uint8_t *r, const struct x86_insn *i, const uint8_t *code)
{
    memset(r, 0, 36);
    r[2] = (uint8_t)(1 | (is_approximate(i) ? 4 : 0) | 8 | 16 | NATIVE_HAS_SEGMENTS);
    r[4] = i->len;
    put16(r + 6, fsw_mask(i));
    memset(r + 20, 0x90, 16);
    memcpy(r + 20, code, i->len);
    for (unsigned n = 0; n < 8; n++) put32(r + 36 + 4 * n, native.state.gpr[n]);
    put32(r + 68, native.state.eflags);
    memcpy(r + 112, (void *)(uintptr_t)NATIVE_DATA, DATA_BYTES);
    memcpy(r + 112 + DATA_BYTES, (void *)(uintptr_t)NATIVE_STACK, STACK_BYTES);
    return r + 112 + DATA_BYTES + STACK_BYTES;
}

static size_t write_output(uint8_t *r, uint8_t *at, const uint8_t fx_in[FX_BYTES], const uint16_t seg_in[6])
{
    r[3] = native.vector;
    put32(r + 12, native.error);
    for (unsigned n = 0; n < 8; n++) put32(r + 72 + 4 * n, native.state.gpr[n]);
    put32(r + 104, native.state.eip);
    put32(r + 108, native.state.eflags);
    memcpy(at, (void *)(uintptr_t)NATIVE_DATA, DATA_BYTES);
    memcpy(at + DATA_BYTES, (void *)(uintptr_t)NATIVE_STACK, STACK_BYTES);
    at += DATA_BYTES + STACK_BYTES;
    memcpy(at, fx_in, FX_BYTES);
    memcpy(at + FX_BYTES, native.state.fx, FX_BYTES);
    at += 2 * FX_BYTES;
    put_segments(at, seg_in);
    put_segments(at + 12, native.state.seg);
    at += 24;
    put16(r, (unsigned)(at - r));
    return (size_t)(at - r);
}

static bool is_far_call(const struct x86_insn *i)
{
    return i->op == 0x9a || (i->op == 0xff && (i->modrm >> 3 & 7) == 3);
}

static bool pushes_segment(const struct x86_insn *i)
{
    return i->op == 0x06 || i->op == 0x0e || i->op == 0x16 || i->op == 0x1e || i->op == 0x1a0 || i->op == 0x1a8;
}

/* A repeated CMPS or SCAS that the step has interrupted: Intel's processors then have the flags as they were before it. */
static bool compares_on(const struct x86_insn *i, uint32_t eip)
{
    unsigned op = i->op & ~1u;

    return (i->prefix & (PREFIX_REP | PREFIX_REPNE)) && (op == 0xa6 || op == 0xae) && native.state.eip == eip;
}

/* What the step adds to the outcome is taken away: TF in an image of EFLAGS. MXCSR_MASK is that of the Pentium 4. AMD's processors push
 * the return address of a far call before they check the target's limit; the manual has it the other way round. Intel's newer ones leave
 * the upper half where a segment register is pushed; the older ones store zeros (SDM 2B, PUSH). */
static void take_away(const struct x86_insn *i)
{
    uint32_t stack = native.state.seg[SEG_SS] == DATA_SELECTOR ? 0 : NATIVE_DATA;
    uint8_t *pushed = (void *)(uintptr_t)(stack + native.state.gpr[REG_ESP]), *mask = (void *)(uintptr_t)(native.state.gpr[REG_EBX] + 28);

    if (native.vector != 0xff && is_far_call(i)) memcpy((void *)(uintptr_t)NATIVE_STACK, native.stack_before, STACK_BYTES);
    if (native.vector != 0xff) return;
    if (i->op == 0x9c) pushed[1] &= (uint8_t)~(FLAG_TF >> 8);
    if (pushes_segment(i) && (i->prefix & PREFIX_OP32)) put16(pushed + 2, 0);
    if (i->op == 0x1ae && (i->prefix & PREFIX_MEM) && !(i->modrm >> 3 & 7)) put32(mask, 0xffff);
}

/* Runs the instruction I of CODE from the registers in native.state. */
static size_t run_case(const struct x86_insn *i, const uint8_t *code, uint8_t group, uint32_t undefined, uint8_t record[NATIVE_RECORD_MAX])
{
    uint8_t *page = (void *)(uintptr_t)NATIVE_CODE, *at, fx_in[FX_BYTES];
    uint16_t seg_in[6];
    uint32_t eip;

    memcpy(fx_in, native.state.fx, FX_BYTES);
    memcpy(seg_in, native.state.seg, sizeof(seg_in));
    memset((void *)(uintptr_t)(NATIVE_DATA - NATIVE_FXSAVE), 0, NATIVE_FXSAVE);
    memset((void *)(uintptr_t)(NATIVE_DATA + DATA_BYTES), 0, NATIVE_FXSAVE);
    native.state.eip = seg_in[SEG_CS] == CODE_SELECTOR ? NATIVE_CODE : 0;
    memset(page, 0x90, 32);
    memcpy(page, code, i->len);
    at = write_input(record, i, code);
    record[5] = group;
    put32(record + 8, undefined);
    memcpy(native.stack_before, (void *)(uintptr_t)NATIVE_STACK, STACK_BYTES);
    eip = native.state.eip;
    raise(SIGTRAP);
    if (compares_on(i, eip)) put32(record + 8, undefined | FLAG_ARITH);
    take_away(i);
    return write_output(record, at, fx_in, seg_in);
}

/* Whether a segment register would be pushed or popped as a double word of which only the lower half is within the limit: Intel's newer
 * processors access no more than that. */
static bool half_within_limit(const struct x86_insn *i, const struct native_plan *p, bool pops)
{
    uint32_t limit = 0xffffffff, top = p->gpr[REG_ESP] - (pops ? 0 : 4);

    if (!p->seg[SEG_SS] || !(i->prefix & PREFIX_OP32) || !(pops || pushes_segment(i))) return false;
    __asm__("lsl %1, %0" : "+r"(limit) : "r"((uint32_t)p->seg[SEG_SS]) : "cc");
    if (limit <= 0xffff) top &= 0xffff;
    return top + 1 <= limit && top + 3 > limit;
}

/* Whether a segment register would be loaded from the stack with a selector of the system that can be loaded, but is not known here. */
static bool pops_unknown(const struct x86_insn *i, const struct native_plan *p)
{
    bool           pops = i->op == 0x07 || i->op == 0x17 || i->op == 0x1f || i->op == 0x1a1 || i->op == 0x1a9;
    const uint8_t *stack = (void *)(uintptr_t)(NATIVE_DATA + p->gpr[REG_ESP]);

    if (half_within_limit(i, p, pops)) return true;
    return pops && p->seg[SEG_SS] == NATIVE_SELECTOR(LDT_DATA) && (stack[0] | stack[1] << 8) >> 2 == 0x78 >> 2;
}

/* One that leaves x87 and vector registers alone. */
static size_t plan_case(uint64_t *seed, const struct native_plan *p, struct x86_insn *insn, uint8_t record[NATIVE_RECORD_MAX])
{
    bool wide = p->seg[SEG_CS] != NATIVE_SELECTOR(LDT_CODE16);

    if (x86_decode(x86_model_find("pentium4"), wide, p->code, sizeof(p->code), insn) > DECODE_END) return 0;
    memcpy(native.state.gpr, p->gpr, sizeof(p->gpr));
    memcpy(native.state.seg, p->seg[SEG_CS] ? p->seg : flat_segments, sizeof(native.state.seg));
    native.state.eflags = (uint32_t)(draw(seed) & FLAG_BITS) | p->direction | FLAG_1 | FLAG_IF;
    draw_fx(seed, native.state.fx);
    draw_bytes(seed, (void *)(uintptr_t)NATIVE_DATA, DATA_BYTES);
    memcpy((void *)(uintptr_t)NATIVE_STACK, p->stack, sizeof(p->stack));
    if (pops_unknown(insn, p)) return 0;
    return run_case(insn, p->code, p->group, p->undefined, record);
}

/* The operand of LDMXCSR, or MXCSR of an FXRSTOR image: valid in most cases, and without the bit 17 that AMD's processors have. */
static void prepare_mxcsr(uint64_t *seed, const struct x86_insn *i)
{
    uint8_t *mxcsr = (void *)(uintptr_t)(native.state.gpr[REG_EBX] + (is_fx_image(i) ? 24 : 0));

    if (draw(seed) & 7) mxcsr[2] = mxcsr[3] = 0;
    mxcsr[2] &= (uint8_t)~2;
}

/* Whether a denormal is the result as it stands and underflow is not masked: FSCALE by zero, FPREM and FPREM1 by infinity. The manual's
 * tables assume that there is no underflow (SDM 2A); Intel's processors report none, but other makes may. */
static bool may_underflow(const struct x86_insn *i)
{
    const uint8_t *fx = native.state.fx;
    struct floatx80 a, b;

    memcpy(&a.mant, fx + 32, 8);
    memcpy(&a.exp_sign, fx + 40, 2);
    memcpy(&b.mant, fx + 48, 8);
    memcpy(&b.exp_sign, fx + 56, 2);
    if (i->op != 0xd9 || i->prefix & PREFIX_MEM || fx[0] & SF_UE || a.exp_sign & 0x7fff || !a.mant) return false;
    return i->modrm == 0xfd ? f80_classify(b) == F80_ZERO : (i->modrm == 0xf8 || i->modrm == 0xf5) && f80_classify(b) == F80_INFINITY;
}

/* One of x87, MMX, SSE. */
static size_t vector_case(uint64_t *seed, struct x86_insn *insn, uint8_t record[NATIVE_RECORD_MAX])
{
    uint8_t code[8];

    draw_code(seed, code);
    if (!is_wanted(x86_model_find("pentium4"), code, sizeof(code), insn)) return 0;
    for (unsigned k = 0; k < 8; k++) native.state.gpr[k] = (uint32_t)draw_fraction(seed);
    native.state.gpr[REG_EBX] = NATIVE_DATA + 32 + (uint32_t)(draw(seed) & 7 ? 0 : draw(seed) & 31);
    native.state.gpr[REG_ESP] = NATIVE_STACK + 32;
    if (insn->op == 0x1f7) native.state.gpr[REG_EDI] = NATIVE_DATA + 32 + (uint32_t)(draw(seed) & 31); /* MASKMOVQ */
    if (is_environment(insn)) native.state.gpr[REG_EBX] = NATIVE_DATA + (uint32_t)(draw(seed) & 15);
    if (is_fx_image(insn))
        native.state.gpr[REG_EBX] = NATIVE_DATA - (draw(seed) & 1 ? 160 : 0) + (uint32_t)(draw(seed) & 15 ? 0 : draw(seed) & 15);
    memcpy(native.state.seg, flat_segments, sizeof(native.state.seg));
    native.state.eflags = (uint32_t)(draw(seed) & FLAG_BITS) | FLAG_1 | FLAG_IF;
    draw_fx(seed, native.state.fx);
    draw_bytes(seed, (void *)(uintptr_t)NATIVE_DATA, DATA_BYTES);
    if (insn->op == 0x1ae) prepare_mxcsr(seed, insn);
    if (may_underflow(insn) && !__builtin_cpu_is("intel")) return 0;
    return run_case(insn, code, group_of(insn), 0, record);
}

size_t native_case(uint64_t seed, uint64_t n, struct x86_insn *insn, uint8_t record[NATIVE_RECORD_MAX])
{
    uint64_t           random = seed * UINT64_C(0x2545f4914f6cdd1d) + n * UINT64_C(0x9e3779b97f4a7c15);
    struct native_plan p;

    switch (draw(&random) & 7) {
    case 0: native_system_plan(&random, &p); return plan_case(&random, &p, insn, record);
    case 1:
    case 2:
    case 3: native_integer_plan(&random, &p); return plan_case(&random, &p, insn, record);
    default: return vector_case(&random, insn, record);
    }
}

/* --- beginning and end -------------------------------------------------------------------------------------------------- */

bool native_begin(void)
{
    static const int signals[] = {SIGTRAP, SIGFPE, SIGSEGV, SIGILL, SIGBUS};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t          stack = {.ss_sp = native.stack, .ss_size = sizeof(native.stack)};

    if (!map_page(NATIVE_CODE, PROT_READ | PROT_WRITE | PROT_EXEC) || !map_page(NATIVE_DATA, PROT_READ | PROT_WRITE) ||
        !map_page(NATIVE_STACK, PROT_READ | PROT_WRITE) || syscall(SYS_arch_prctl, ARCH_GET_FS, &native.fs_base) || !make_ldt() ||
        !is_usable(CODE_SELECTOR) || !is_usable(NATIVE_SELECTOR(LDT_DATA)))
        return false;
    memset((void *)(uintptr_t)NATIVE_CODE, 0x90, PAGE);
    list_forms();
    sigfillset(&action.sa_mask);
    sigaltstack(&stack, NULL);
    for (unsigned n = 0; n < sizeof(signals) / sizeof(signals[0]); n++) sigaction(signals[n], &action, NULL);
    return true;
}

void native_end(void)
{
    static const int signals[] = {SIGTRAP, SIGFPE, SIGSEGV, SIGILL, SIGBUS};

    for (unsigned n = 0; n < sizeof(signals) / sizeof(signals[0]); n++) signal(signals[n], SIG_DFL);
    munmap((void *)(uintptr_t)NATIVE_CODE, PAGE);
    munmap((void *)(uintptr_t)(NATIVE_DATA & ~(PAGE - 1)), PAGE);
    munmap((void *)(uintptr_t)(NATIVE_STACK & ~(PAGE - 1)), PAGE);
}

#else

bool native_begin(void) { return false; }

void native_end(void) {}

unsigned native_ldt(uint64_t entries[NATIVE_LDT])
{
    (void)entries;
    return 0;
}

size_t native_case(uint64_t seed, uint64_t n, struct x86_insn *insn, uint8_t record[NATIVE_RECORD_MAX])
{
    (void)seed, (void)n, (void)insn, (void)record;
    return 0;
}

#endif
