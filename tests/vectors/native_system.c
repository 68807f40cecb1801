/* native_system.c: see native_system.h. Descriptors are those that a 64-bit Linux has at CPL 3 and the segments of native.h; in between lie
 * some of the system's own, which are not named here. Left out is what would tell of the host (CPUID, time, counters, the tables'
 * addresses) or go into its system (SYSENTER, INT 80h). */
#include "tests/vectors/native_system.h"

#include "cpu/x86/x86.h"
#include "tests/vectors/native.h"

#include <string.h>

enum { G_SEGMENT = 15, G_DESCRIPTOR, G_FAR, G_INT, G_EFLAGS, G_SYSTEM, G_LIMIT, G_CODE16, G_STACK_LIMIT };

/* Selectors: null, code and data of the system and of the user, the local table, behind the end of both. */
static uint16_t draw_selector(uint64_t *seed)
{
    static const uint8_t global[] = {0x00, 0x20, 0x28, 0x20, 0x28, 0x08, 0x18};
    uint64_t             r = random_next(seed);
    unsigned             rpl = r >> 8 & 1 ? 3 : r >> 9 & 3;

    if ((r & 15) == 15) return (uint16_t)(0x1000 | (r >> 16 & 0xff8) | (r >> 32 & 4) | rpl);
    if (r & 1) return (uint16_t)((r >> 16) % NATIVE_LDT << 3 | 4 | rpl);
    return (uint16_t)(global[(r >> 16) % sizeof(global)] | rpl);
}

static void put32(uint8_t *p, uint32_t v) { memcpy(p, &v, 4); }
static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void set_flat(struct native_plan *p)
{
    for (unsigned n = 0; n < SEG_COUNT; n++) p->seg[n] = 0x2b;
    p->seg[SEG_CS] = 0x23;
}

/* --- segment registers --------------------------------------------------------------------------------------------------------- */

/* MOV, PUSH and POP of segment registers. */
static uint8_t *plan_segment(uint64_t *seed, struct native_plan *p, uint8_t *at)
{
    static const uint8_t stack[] = {0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0xa0, 0xa1, 0xa8, 0xa9};
    uint64_t             r = random_next(seed);
    uint16_t             selector = draw_selector(seed);
    unsigned             op = stack[(r >> 8) % sizeof(stack)];

    p->group = G_SEGMENT;
    if (r & 1) {
        p->stack[8] = selector;
        if (op >= 0xa0) *at++ = 0x0f;
        *at++ = (uint8_t)op;
        return at;
    }
    *at++ = r >> 1 & 3 ? 0x8e : 0x8c;
    *at++ = (uint8_t)(0xc0 | (r >> 32 & 7) << 3 | REG_EDX);
    p->gpr[REG_EDX] = (p->gpr[REG_EDX] & 0xffff0000) | selector;
    return at;
}

/* LDS LES LSS LFS LGS: the pointer is on the stack. */
static uint8_t *plan_pointer(uint64_t *seed, struct native_plan *p, uint8_t *at, bool wide)
{
    static const uint8_t list[] = {0xc4, 0xc5, 0xb2, 0xb4, 0xb5};
    uint64_t             r = random_next(seed);
    unsigned             op = list[(r >> 8) % sizeof(list)];

    p->group = G_SEGMENT;
    p->gpr[REG_EBX] = NATIVE_STACK + 32;
    put16((uint8_t *)p->stack + 32 + (wide ? 4 : 2), draw_selector(seed));
    if (op < 0xc0) *at++ = 0x0f;
    *at++ = (uint8_t)op;
    *at++ = (uint8_t)((r >> 16 & 7) << 3 | REG_EBX);
    return at;
}

/* LAR LSL VERR VERW ARPL. */
static uint8_t *plan_descriptor(uint64_t *seed, struct native_plan *p, uint8_t *at)
{
    uint64_t r = random_next(seed);

    p->group = G_DESCRIPTOR;
    p->gpr[REG_EDX] = (p->gpr[REG_EDX] & 0xffff0000) | draw_selector(seed);
    if ((r & 3) == 3) {
        *at++ = 0x63;
        *at++ = (uint8_t)(0xc0 | (r >> 8 & 7) << 3 | REG_EDX);
        return at;
    }
    *at++ = 0x0f;
    *at++ = (r & 3) == 0 ? 0x00 : (r & 3) + 1;
    *at++ = (uint8_t)(0xc0 | ((r & 3) == 0 ? 4 + (r >> 8 & 1) : r >> 8 & 7) << 3 | REG_EDX);
    return at;
}

/* --- transfers ---------------------------------------------------------------------------------------------------------------------- */

/* An offset that is in every segment, or beyond the limit of the small ones, or of all but the flat one. */
static uint32_t draw_offset(uint64_t *seed)
{
    uint64_t r = random_next(seed);

    return (uint32_t)((r & 3) == 0 ? r >> 32 : r >> 32 & 0xff);
}

static uint8_t *plan_far(uint64_t *seed, struct native_plan *p, uint8_t *at, bool wide)
{
    static const uint8_t list[] = {0x9a, 0xea, 0xff, 0xff, 0xca, 0xcb, 0xcf, 0xcf};
    uint64_t             r = random_next(seed);
    unsigned             op = list[r & 7], size = wide ? 4 : 2;
    uint32_t             offset = draw_offset(seed);
    uint16_t             selector = draw_selector(seed);
    uint8_t             *stack = (uint8_t *)p->stack + 32;

    p->group = G_FAR;
    *at++ = (uint8_t)op;
    if (op == 0x9a || op == 0xea) {
        put32(at, offset);
        put16(at + size, selector);
        return at + size + 2;
    }
    put32(stack, offset);
    put32(stack + size, (p->stack[12] & 0xffff0000) | selector);
    put32(stack + 2 * size, p->stack[13] & ~(uint32_t)(FLAG_NT | FLAG_TF | FLAG_AC));
    if (op == 0xca) put16(at, r >> 8 & 7), at += 2;
    if (op == 0xff) {
        *at++ = (uint8_t)((r >> 8 & 1 ? 3 : 5) << 3 | REG_EBX);
        p->gpr[REG_EBX] = NATIVE_STACK + 32;
        p->gpr[REG_ESP] -= 8;
    }
    return at;
}

/* INT n: of the user's three vectors two are compared; the third is a system call. */
static uint8_t *plan_int(uint64_t *seed, struct native_plan *p, uint8_t *at)
{
    uint64_t r = random_next(seed);
    uint8_t  n = (uint8_t)(r & 7 ? r >> 8 : r >> 8 & 31);

    p->group = G_INT;
    *at++ = 0xcd;
    *at++ = n == 0x80 ? 0x81 : n;
    return at;
}

/* PUSHF; POPF with any image. */
static uint8_t *plan_eflags(uint64_t *seed, struct native_plan *p, uint8_t *at)
{
    uint64_t r = random_next(seed);

    p->group = G_EFLAGS;
    p->stack[8] = (uint32_t)(r >> 32) & ~(uint32_t)FLAG_TF;
    *at++ = r & 1 ? 0x9c : 0x9d;
    return at;
}

/* --- privileged ----------------------------------------------------------------------------------------------------------------------- */

static uint8_t *plan_privileged(uint64_t *seed, struct native_plan *p, uint8_t *at)
{
    static const struct {
        uint8_t op[2], reg, memory; // reg 8: no ModRM, 9: any
    } list[] = {
        {{0xf4}, 8, 0}, {{0xfa}, 8, 0}, {{0xfb}, 8, 0}, {{0x0f, 0x06}, 8, 0}, {{0x0f, 0x08}, 8, 0}, {{0x0f, 0x09}, 8, 0},
        {{0x0f, 0x30}, 8, 0}, {{0x0f, 0x32}, 8, 0}, {{0x0f, 0x00}, 2, 0}, {{0x0f, 0x00}, 3, 0}, {{0x0f, 0x01}, 2, 1}, {{0x0f, 0x01}, 3, 1},
        {{0x0f, 0x01}, 6, 0}, {{0x0f, 0x01}, 7, 1}, {{0x0f, 0x20}, 0, 0}, {{0x0f, 0x20}, 2, 0}, {{0x0f, 0x20}, 3, 0}, {{0x0f, 0x20}, 4, 0},
        {{0x0f, 0x22}, 0, 0}, {{0x0f, 0x22}, 2, 0}, {{0x0f, 0x22}, 3, 0}, {{0x0f, 0x22}, 4, 0}, {{0x0f, 0x21}, 9, 0}, {{0x0f, 0x23}, 9, 0},
        {{0x0f, 0x0b}, 8, 0}, {{0x0f, 0xb9}, 9, 0}, {{0x0f, 0xff}, 9, 0}, {{0xff}, 7, 0}, {{0xff}, 7, 1}, {{0x9b}, 8, 0},
    };
    uint64_t r = random_next(seed);
    unsigned k = (unsigned)(r >> 8) % (sizeof(list) / sizeof(list[0])), reg = list[k].reg == 9 ? r >> 32 & 7 : list[k].reg;

    p->group = G_SYSTEM;
    p->gpr[REG_EBX] = NATIVE_DATA + 32;
    *at++ = list[k].op[0];
    if (list[k].op[0] == 0x0f) *at++ = list[k].op[1];
    if (list[k].reg == 8) return at;
    *at++ = (uint8_t)((list[k].memory ? 0 : 0xc0) | reg << 3 | REG_EBX);
    return at;
}

/* --- limits, other segments, 16-bit code ------------------------------------------------------------------------------------- */

/* A data segment for FS or GS, any that could be loaded. */
static uint16_t draw_data(uint64_t *seed)
{
    static const uint8_t list[] = {LDT_DATA, LDT_DATA, LDT_READ, LDT_READ, LDT_DOWN, LDT_DOWN, LDT_CODE};
    uint64_t             r = random_next(seed);

    return (r & 15) == 15 ? 0 : NATIVE_SELECTOR(list[(r >> 8) % sizeof(list)]);
}

/* ModRM of an operand at OFFSET of its segment, with 16-bit or 32-bit addressing. */
static uint8_t *put_offset(uint64_t *seed, struct native_plan *p, uint8_t *at, unsigned reg, uint32_t offset, bool wide)
{
    static const uint8_t base[] = {REG_EBX, REG_EBX, REG_EBP, REG_EBP, REG_ESI, REG_EDI, REG_EBP, REG_EBX};
    static const uint8_t index[] = {REG_ESI, REG_EDI, REG_ESI, REG_EDI, 0, 0, 0, 0};
    uint64_t             r = random_next(seed);
    unsigned             rm = r & 7, mod = r >> 8 & 1 ? 1 : 2;
    int8_t               disp = (int8_t)(r >> 16 & 15);

    if (wide) { // [ecx + disp8]
        *at++ = (uint8_t)(0x40 | reg << 3 | REG_ECX);
        *at++ = (uint8_t)disp;
        p->gpr[REG_ECX] = offset - (uint32_t)disp;
        return at;
    }
    *at++ = (uint8_t)(mod << 6 | reg << 3 | rm);
    if (rm < 4) {
        p->gpr[index[rm]] = (p->gpr[index[rm]] & 0xffff0000) | (r >> 24 & 7);
        offset -= (uint32_t)(r >> 24 & 7);
    }
    p->gpr[base[rm]] = (p->gpr[base[rm]] & 0xffff0000) | ((offset - (uint32_t)disp) & 0xffff);
    *at++ = (uint8_t)disp;
    if (mod == 2) *at++ = 0;
    return at;
}

/* MOV, ADD, XCHG, LAR's reads ... near the ends of a small segment in FS or GS. */
static uint8_t *plan_limit(uint64_t *seed, struct native_plan *p, uint8_t *at, bool wide)
{
    static const uint8_t list[] = {0x88, 0x89, 0x8a, 0x8b, 0x00, 0x01, 0x02, 0x03, 0x38, 0x39, 0x86, 0x87, 0x8b, 0x8b, 0x89, 0x8d};
    uint64_t             r = random_next(seed);
    unsigned             seg = r & 1 ? SEG_FS : SEG_GS;
    uint32_t             offset = (uint32_t)(r >> 16 & 1 ? 120 + (r >> 8 & 15) : r >> 8 & 127);

    p->group = G_LIMIT;
    p->seg[seg] = draw_data(seed);
    if (p->seg[seg] == NATIVE_SELECTOR(LDT_DOWN)) offset = r >> 16 & 1 ? 0xf8 + (r >> 8 & 15) : 0x100 + (uint32_t)(r >> 8 & 63);
    *at++ = seg == SEG_FS ? 0x64 : 0x65;
    if (!wide) *at++ = 0x67;
    *at++ = list[r >> 32 & 15];
    return put_offset(seed, p, at, r >> 40 & 7, offset, wide);
}

/* Pushes and pops near the ends of a small stack segment. Left out: PUSHA and POPA, of which AMD's
 * processors leave behind what was done before the fault, RETF and IRET, where they look at the outer stack pointer before they need it. */
static uint8_t *plan_stack(uint64_t *seed, struct native_plan *p, uint8_t *at)
{
    static const uint16_t list[] = {0x50, 0x52, 0x58, 0x5e, 0x68, 0x6a, 0x9c, 0x9d, 0xc2, 0xc3, 0xc8, 0xc9, 0xe8, 0x06, 0x07, 0x0e, 0x16,
                                    0x1e, 0x1f,
                                    0x1a0, 0x1a1, 0x1a8, 0x1a9, 0x8f, 0xff, 0xd4};
    uint64_t              r = random_next(seed);
    unsigned              op = list[(r >> 8) % (sizeof(list) / sizeof(list[0]))];

    p->group = G_STACK_LIMIT;
    p->seg[SEG_SS] = NATIVE_SELECTOR(LDT_DATA);
    p->gpr[REG_ESP] = r >> 32 & 1 ? (uint32_t)(r >> 40 & 31) : 96 + (uint32_t)(r >> 40 & 63);
    p->gpr[REG_EBP] = r >> 33 & 1 ? (uint32_t)(r >> 48 & 15) : 112 + (uint32_t)(r >> 48 & 31);
    p->gpr[REG_EBX] = NATIVE_STACK;
    if (op >= 0x100) *at++ = 0x0f;
    *at++ = (uint8_t)op;
    if (op == 0xc8) at[0] &= 15, at[1] = 0, at[2] &= 3; // ENTER
    if (op == 0xff) *at++ = (uint8_t)((r >> 56 & 1 ? 2 : 6) << 3 | REG_EBX);
    if (op == 0x8f) *at++ = REG_EBX;
    return at;
}

/* The same plan for a code segment of 16 bits: operand and address size turn round. */
static bool turn_round(struct native_plan *p)
{
    bool     operand = false, address = false;
    unsigned n = 0, k = 0;
    uint8_t  code[sizeof(p->code)];

    for (; n < sizeof(p->code); n++) {
        if (p->code[n] == 0x66) operand = true;
        else if (p->code[n] == 0x67) address = true;
        else if (p->code[n] != 0xf0 && p->code[n] != 0xf2 && p->code[n] != 0xf3 && p->code[n] != 0x64 && p->code[n] != 0x65) break;
        else code[k++] = p->code[n];
    }
    if (n > 4) return false;
    if (!operand) code[k++] = 0x66;
    if (!address) code[k++] = 0x67;
    memcpy(code + k, p->code + n, sizeof(code) - (k > n ? k : n));
    memcpy(p->code, code, sizeof(code) - (k > n ? k - n : 0));
    p->seg[SEG_CS] = NATIVE_SELECTOR(LDT_CODE16);
    p->group = G_CODE16;
    return true;
}

void native_system_plan(uint64_t *seed, struct native_plan *p)
{
    uint64_t r = random_next(seed);
    unsigned kind = r & 7;
    uint8_t *at = p->code;
    bool     wide = r >> 8 & 1;

    if (kind == 7) { // an integer instruction in 16-bit code
        do native_integer_plan(seed, p);
        while (p->group == 11); // branches lead elsewhere
        set_flat(p);
        if (turn_round(p)) return;
    }
    memset(p, 0, sizeof(*p));
    for (unsigned n = 0; n < sizeof(p->code); n++) p->code[n] = (uint8_t)random_next(seed);
    for (unsigned n = 0; n < 8; n++) p->gpr[n] = (uint32_t)random_next(seed);
    for (unsigned n = 0; n < 16; n++) p->stack[n] = (uint32_t)random_next(seed);
    p->gpr[REG_ESP] = NATIVE_STACK + 32;
    set_flat(p);
    if (!wide && kind != 6) *at++ = 0x66;
    switch (kind) {
    case 0: at = r >> 16 & 1 ? plan_segment(seed, p, at) : plan_pointer(seed, p, at, wide); break;
    case 1: at = plan_descriptor(seed, p, at); break;
    case 2:
    case 3: at = plan_far(seed, p, at, wide); break;
    case 4: at = r >> 16 & 1 ? plan_int(seed, p, at) : plan_eflags(seed, p, at); break;
    case 5: at = r >> 16 & 1 ? plan_privileged(seed, p, at) : plan_stack(seed, p, at); break;
    default: at = plan_limit(seed, p, at, wide); break;
    }
}
