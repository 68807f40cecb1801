/* native_integer.c: see native_integer.h. Left out are instructions that see the system around them (segments, CPUID, time, INT n, far
 * transfers, PUSHF under TF) and encodings that newer processors took for something else (VEX, EVEX, XOP, TZCNT ...). */
#include "tests/vectors/native_integer.h"

#include "cpu/x86/x86.h"
#include "tests/vectors/native.h"

#include <string.h>

enum { REACH = 32 }; /* bytes that a bit string goes to either side of its operand */

enum group {
    G_ALU = 1, G_IMMEDIATE, G_UNARY, G_MULTIPLY, G_DECIMAL, G_SHIFT, G_BITS, G_MOVE, G_EXTEND, G_STACK, G_BRANCH, G_STRING, G_FLAGS,
    G_PRIVILEGED,
};

/* Families of opcodes: what their operands must look like and which flags are not defined. */
struct family {
    uint16_t first, last; /* opcodes; 1xx: after 0F */
    uint8_t  group;
    uint8_t  modrm;       /* enum modrm_kind */
    uint8_t  regs;        /* bits of ModRM.reg that are wanted */
    uint16_t undefined;
};

enum modrm_kind { NO_MODRM, ANY, MEMORY_ONLY, NO_REACH };

#define SZAP  (FLAG_SF | FLAG_ZF | FLAG_AF | FLAG_PF)
#define SAP_O (FLAG_OF | FLAG_SF | FLAG_AF | FLAG_PF)

static const struct family families[] = {
    {0x00, 0x05, G_ALU, ANY, 0xff, 0}, {0x08, 0x0d, G_ALU, ANY, 0xff, FLAG_AF}, {0x10, 0x15, G_ALU, ANY, 0xff, 0},
    {0x18, 0x1d, G_ALU, ANY, 0xff, 0}, {0x20, 0x25, G_ALU, ANY, 0xff, FLAG_AF}, {0x28, 0x2d, G_ALU, ANY, 0xff, 0},
    {0x30, 0x35, G_ALU, ANY, 0xff, FLAG_AF}, {0x38, 0x3d, G_ALU, ANY, 0xff, 0}, {0x84, 0x85, G_ALU, ANY, 0xff, FLAG_AF},
    {0xa8, 0xa9, G_ALU, NO_MODRM, 0, FLAG_AF}, {0x1c0, 0x1c1, G_ALU, ANY, 0xff, 0}, {0x1b0, 0x1b1, G_ALU, ANY, 0xff, 0},
    {0x1c7, 0x1c7, G_ALU, MEMORY_ONLY, 0x02, 0}, {0x63, 0x63, G_ALU, ANY, 0xff, 0},
    {0x80, 0x83, G_IMMEDIATE, ANY, 0xad, 0}, {0x80, 0x83, G_IMMEDIATE, ANY, 0x52, FLAG_AF},
    {0x40, 0x4f, G_UNARY, NO_MODRM, 0, 0}, {0xfe, 0xff, G_UNARY, ANY, 0x03, 0}, {0xf6, 0xf7, G_UNARY, ANY, 0x0c, 0},
    {0x1c8, 0x1cf, G_UNARY, NO_MODRM, 0, 0},
    {0xf6, 0xf7, G_IMMEDIATE, ANY, 0x03, FLAG_AF},
    {0xf6, 0xf7, G_MULTIPLY, ANY, 0x30, SZAP}, {0xf6, 0xf7, G_MULTIPLY, ANY, 0xc0, FLAG_ARITH}, {0x69, 0x69, G_MULTIPLY, ANY, 0xff, SZAP},
    {0x6b, 0x6b, G_MULTIPLY, ANY, 0xff, SZAP}, {0x1af, 0x1af, G_MULTIPLY, ANY, 0xff, SZAP},
    {0x27, 0x27, G_DECIMAL, NO_MODRM, 0, FLAG_OF}, {0x2f, 0x2f, G_DECIMAL, NO_MODRM, 0, FLAG_OF},
    {0x37, 0x37, G_DECIMAL, NO_MODRM, 0, FLAG_OF | FLAG_SF | FLAG_ZF | FLAG_PF},
    {0x3f, 0x3f, G_DECIMAL, NO_MODRM, 0, FLAG_OF | FLAG_SF | FLAG_ZF | FLAG_PF},
    {0xd4, 0xd5, G_DECIMAL, NO_MODRM, 0, FLAG_OF | FLAG_AF | FLAG_CF},
    {0xd0, 0xd1, G_SHIFT, ANY, 0x0f, 0}, {0xd0, 0xd1, G_SHIFT, ANY, 0xf0, FLAG_AF},
    {0xd2, 0xd3, G_SHIFT, ANY, 0x0f, FLAG_OF}, {0xd2, 0xd3, G_SHIFT, ANY, 0xf0, FLAG_OF | FLAG_AF},
    {0xc0, 0xc1, G_SHIFT, ANY, 0x0f, FLAG_OF}, {0xc0, 0xc1, G_SHIFT, ANY, 0xf0, FLAG_OF | FLAG_AF},
    {0x1a4, 0x1a5, G_SHIFT, ANY, 0xff, FLAG_OF | FLAG_AF}, {0x1ac, 0x1ad, G_SHIFT, ANY, 0xff, FLAG_OF | FLAG_AF},
    {0x1a3, 0x1a3, G_BITS, NO_REACH, 0xff, SAP_O}, {0x1ab, 0x1ab, G_BITS, NO_REACH, 0xff, SAP_O},
    {0x1b3, 0x1b3, G_BITS, NO_REACH, 0xff, SAP_O}, {0x1bb, 0x1bb, G_BITS, NO_REACH, 0xff, SAP_O},
    {0x1ba, 0x1ba, G_BITS, ANY, 0xf0, SAP_O}, {0x1bc, 0x1bd, G_BITS, ANY, 0xff, SAP_O | FLAG_CF},
    {0x86, 0x8b, G_MOVE, ANY, 0xff, 0}, {0x8d, 0x8d, G_MOVE, ANY, 0xff, 0}, {0x90, 0x97, G_MOVE, NO_MODRM, 0, 0},
    {0xa0, 0xa3, G_MOVE, NO_MODRM, 0, 0}, {0xb0, 0xbf, G_MOVE, NO_MODRM, 0, 0}, {0xc6, 0xc7, G_MOVE, ANY, 0x01, 0},
    {0xd6, 0xd7, G_MOVE, NO_MODRM, 0, 0}, {0x140, 0x14f, G_MOVE, ANY, 0xff, 0}, {0x190, 0x19f, G_MOVE, ANY, 0xff, 0},
    {0x118, 0x11f, G_MOVE, ANY, 0xff, 0},
    {0x98, 0x99, G_EXTEND, NO_MODRM, 0, 0}, {0x1b6, 0x1b7, G_EXTEND, ANY, 0xff, 0}, {0x1be, 0x1bf, G_EXTEND, ANY, 0xff, 0},
    {0x50, 0x61, G_STACK, NO_MODRM, 0, 0}, {0x68, 0x68, G_STACK, NO_MODRM, 0, 0}, {0x6a, 0x6a, G_STACK, NO_MODRM, 0, 0},
    {0x8f, 0x8f, G_STACK, ANY, 0x01, 0}, {0xff, 0xff, G_STACK, ANY, 0x40, 0}, {0x9d, 0x9d, G_STACK, NO_MODRM, 0, 0},
    {0xc8, 0xc9, G_STACK, NO_MODRM, 0, 0},
    {0x62, 0x62, G_BRANCH, MEMORY_ONLY, 0xff, 0}, {0x70, 0x7f, G_BRANCH, NO_MODRM, 0, 0}, {0x180, 0x18f, G_BRANCH, NO_MODRM, 0, 0},
    {0xc2, 0xc3, G_BRANCH, NO_MODRM, 0, 0}, {0xcc, 0xcc, G_BRANCH, NO_MODRM, 0, 0}, {0xce, 0xce, G_BRANCH, NO_MODRM, 0, 0},
    {0xe0, 0xe3, G_BRANCH, NO_MODRM, 0, 0}, {0xe8, 0xe9, G_BRANCH, NO_MODRM, 0, 0}, {0xeb, 0xeb, G_BRANCH, NO_MODRM, 0, 0},
    {0xff, 0xff, G_BRANCH, ANY, 0x14, 0}, {0x10b, 0x10b, G_BRANCH, NO_MODRM, 0, 0},
    {0xa4, 0xa7, G_STRING, NO_MODRM, 0, 0}, {0xaa, 0xaf, G_STRING, NO_MODRM, 0, 0},
    {0x9e, 0x9f, G_FLAGS, NO_MODRM, 0, 0}, {0xf5, 0xf5, G_FLAGS, NO_MODRM, 0, 0}, {0xf8, 0xf9, G_FLAGS, NO_MODRM, 0, 0},
    {0xfc, 0xfd, G_FLAGS, NO_MODRM, 0, 0},
    {0x6c, 0x6f, G_PRIVILEGED, NO_MODRM, 0, 0}, {0xe4, 0xe7, G_PRIVILEGED, NO_MODRM, 0, 0}, {0xec, 0xef, G_PRIVILEGED, NO_MODRM, 0, 0},
    {0xf4, 0xf4, G_PRIVILEGED, NO_MODRM, 0, 0}, {0xfa, 0xfb, G_PRIVILEGED, NO_MODRM, 0, 0}, {0x106, 0x106, G_PRIVILEGED, NO_MODRM, 0, 0},
    {0x108, 0x109, G_PRIVILEGED, NO_MODRM, 0, 0}, {0x130, 0x130, G_PRIVILEGED, NO_MODRM, 0, 0}, {0x132, 0x132, G_PRIVILEGED, NO_MODRM, 0, 0},
};

/* Small numbers, powers of two and their neighbours, repeated bytes, anything. */
static uint32_t draw_operand(uint64_t *seed)
{
    uint64_t r = random_next(seed);
    uint32_t v = (uint32_t)(r >> 32);

    switch (r & 7) {
    case 0: return v & 15;
    case 1: return 0u - (v & 15);
    case 2: return (1u << (r >> 8 & 31)) + (v & 3) - 1;
    case 3: return (v & 0xff) * 0x01010101u;
    case 4: return (uint16_t)v;
    default: return v;
    }
}

static void put32(uint8_t *p, uint32_t v) { memcpy(p, &v, 4); }

/* A memory operand in the data window, in one of the forms of ModRM; returns what follows it. */
static uint8_t *put_memory(uint64_t *seed, struct native_plan *p, uint8_t *at, unsigned reg, bool plain)
{
    uint64_t r = random_next(seed);
    unsigned form = plain ? 0 : r & 7;
    int      disp = (int)(r >> 8 & 15) - 8;

    p->gpr[REG_EBX] = NATIVE_DATA + REACH + (r >> 12 & 15);
    *at = (uint8_t)(reg << 3 | 3); // [ebx]
    if (form == 1) { // [disp32]
        *at++ = (uint8_t)(reg << 3 | 5);
        put32(at, NATIVE_DATA + (r >> 16 & 63));
        return at + 4;
    }
    if (form >= 4 && form <= 5) { // [ebx + esi * scale + disp8], or no index
        *at = (uint8_t)(0x40 | reg << 3 | 4);
        at[1] = (uint8_t)((r >> 20 & 3) << 6 | (form == 4 ? REG_ESI : 4) << 3 | REG_EBX);
        at[2] = (uint8_t)disp;
        p->gpr[REG_ESI] = r >> 24 & 3;
        return at + 3;
    }
    if (form == 2) { // [ebx + disp8]
        *at++ |= 0x40;
        *at++ = (uint8_t)disp;
        return at;
    }
    if (form == 3) { // [ebx + disp32]
        *at++ |= 0x80;
        put32(at, (uint32_t)disp);
        return at + 4;
    }
    return at + 1;
}

static unsigned draw_reg(uint64_t *seed, unsigned wanted)
{
    unsigned reg;

    do reg = random_next(seed) & 7;
    while (!(wanted >> reg & 1));
    return reg;
}

static uint8_t *put_modrm(uint64_t *seed, struct native_plan *p, uint8_t *at, const struct family *f)
{
    unsigned reg = draw_reg(seed, f->regs);
    bool     memory = f->modrm == MEMORY_ONLY || random_next(seed) & 1;

    if (memory && f->modrm == NO_REACH) { // a bit index that stays within reach
        if (reg == REG_EBX) reg = REG_EAX;
        p->gpr[reg] = (uint32_t)(random_next(seed) % (2 * 8 * REACH)) - 8 * REACH;
    }
    if (memory) return put_memory(seed, p, at, reg, f->modrm == NO_REACH);
    *at = (uint8_t)(0xc0 | reg << 3 | (random_next(seed) & 7));
    return at + 1;
}

/* What the implicit operands of OPCODE must be. */
static void prepare_implicit(uint64_t *seed, struct native_plan *p, unsigned opcode, uint8_t *after)
{
    uint64_t r = random_next(seed);

    if (opcode >= 0xa0 && opcode <= 0xa3) put32(after, NATIVE_DATA + (r & 63));
    if (opcode == 0xd7) p->gpr[REG_EBX] = NATIVE_DATA + (r & 63);
    if (opcode >= 0xa4 && opcode <= 0xaf) {
        p->gpr[REG_ESI] = NATIVE_DATA + 8 + (r & 63);
        p->gpr[REG_EDI] = NATIVE_DATA + 8 + (r >> 8 & 63);
        p->gpr[REG_ECX] = r >> 16 & 3;
        p->direction = r >> 20 & 1 ? FLAG_DF : 0;
    }
    if (opcode == 0xc8 || opcode == 0xc9) p->gpr[REG_EBP] = NATIVE_STACK + 32 + (r & 15);
    if (opcode == 0xc8) { // ENTER: few bytes, few levels
        after[0] = (uint8_t)(r >> 8 & 7);
        after[1] = 0;
        after[2] = (uint8_t)((r >> 16 & 3) | (r >> 24 & 0xe0));
    }
    if (opcode == 0x9d) p->stack[8] &= FLAG_ARITH | FLAG_DF | FLAG_IF | FLAG_IOPL;
    if (opcode >= 0xe0 && opcode <= 0xe3) p->gpr[REG_ECX] &= r & 1 ? 1 : 0xffff0001;
}

/* With a count that may reach the width, CF of SHL and SHR is not defined either. */
static void mask_shift(struct native_plan *p, unsigned opcode, unsigned reg)
{
    bool narrow = !(opcode & 1) || p->code[0] == 0x66;

    if ((opcode == 0xc0 || opcode == 0xc1 || opcode == 0xd2 || opcode == 0xd3) && reg >= 4 && reg != 7 && narrow)
        p->undefined |= FLAG_CF;
}

static bool is_lockable(unsigned opcode, unsigned reg)
{
    if (opcode < 0x38) return (opcode & 7) < 2;
    if (opcode == 0x86 || opcode == 0x87 || opcode == 0x1b0 || opcode == 0x1b1 || opcode == 0x1c0 || opcode == 0x1c1) return true;
    return opcode >= 0x80 && opcode <= 0x83 && reg != 7;
}

/* Each opcode is as likely as the others. */
static const struct family *draw_family(uint64_t *seed, unsigned *opcode)
{
    const unsigned n = sizeof(families) / sizeof(families[0]);
    unsigned       total = 0, k = 0, pick;

    for (unsigned i = 0; i < n; i++) total += families[i].last - families[i].first + 1u;
    pick = (unsigned)(random_next(seed) % total);
    while (pick > (unsigned)(families[k].last - families[k].first)) {
        pick -= families[k].last - families[k].first + 1u;
        k++;
    }
    *opcode = families[k].first + pick;
    return &families[k];
}

void native_integer_plan(uint64_t *seed, struct native_plan *p)
{
    unsigned             opcode;
    const struct family *f = draw_family(seed, &opcode);
    uint64_t             r = random_next(seed);
    bool                 lock, modrm = f->modrm != NO_MODRM && !(f->group == G_ALU && opcode < 0x40 && (opcode & 7) > 3);
    uint8_t             *at = p->code, *start;

    memset(p, 0, sizeof(*p));
    p->group = f->group;
    p->undefined = f->undefined;
    for (unsigned n = 0; n < sizeof(p->code); n++) p->code[n] = (uint8_t)random_next(seed);
    for (unsigned n = 0; n < 8; n++) p->gpr[n] = draw_operand(seed);
    for (unsigned n = 0; n < 16; n++) p->stack[n] = draw_operand(seed);
    p->gpr[REG_ESP] = NATIVE_STACK + 32;
    if (r >> 16 & 1) *at++ = 0x66;
    lock = modrm && !(r >> 17 & 15) && opcode != 0x63;
    if (lock && is_lockable(opcode, 0)) *at++ = 0xf0;
    if (f->group == G_STRING && r >> 24 & 1) *at++ = r >> 25 & 1 ? 0xf3 : 0xf2;
    if (opcode >= 0x100) *at++ = 0x0f;
    *at++ = (uint8_t)opcode;
    start = at;
    if (modrm) at = put_modrm(seed, p, at, f);
    prepare_implicit(seed, p, opcode, at);
    if (f->group == G_SHIFT && modrm) mask_shift(p, opcode, *start >> 3 & 7);
    if (f->group == G_SHIFT && opcode >= 0x100 && p->code[0] == 0x66) { // double shifts of words beyond 16 bits have no result
        if (opcode & 1) p->gpr[REG_ECX] &= ~16u;
        else *at &= (uint8_t)~16u;
    }
}
