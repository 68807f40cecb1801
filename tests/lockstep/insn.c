/* insn.c: single random instructions: mostly valid ones of the model, with operands that mostly can be accessed. */
#include "tests/lockstep/lockstep.h"

void emit(struct fuzz_case *f, uint64_t v, unsigned size)
{
    if (f->n + size > CODE_SIZE) return;
    memcpy(f->code + f->n, &v, size);
    f->n += size;
}

static bool has_32(const struct fuzz_case *f)
{
    return f->model->family >= 3;
}

/* --- operands ----------------------------------------------------------------------------------------------------------------------------- */

uint32_t fuzz_pointer(struct fuzz_case *f)
{
    uint32_t base = is_flat(f) ? DATA : 0, page = fuzz_below(f, 15) * PAGE_SIZE;

    switch (fuzz_below(f, 16)) {
    case 0: case 1: return base + page + PAGE_SIZE - 1 - fuzz_below(f, 16); // across pages
    case 2: return base + 0xFFFF - fuzz_below(f, 12);                       // at the limit
    case 3: return is_flat(f) ? CODE + fuzz_below(f, f->n + 32) : fuzz_below(f, 0x10000);
    case 4: return is_flat(f) ? VIDEO + fuzz_below(f, 0x20000) : fuzz_below(f, 0x10000);
    case 5: if (f->big_pages && fuzz_chance(f, 2)) return PICK(f, 0x400000, 0x800000) + (fuzz_chance(f, 4) ? CODE + fuzz_below(f, f->n + 32) : DATA + fuzz_below(f, 0x4000));
            return is_flat(f) ? ALIASES + fuzz_below(f, 0x40000) : base + page;
    case 6: return is_flat(f) && fuzz_chance(f, 3) ? NOTHING + fuzz_below(f, 0x80000) : base + page + fuzz_below(f, 64);
    case 7: return fuzz_chance(f, 4) ? fuzz_value(f) : base + page;
    default: return base + (page & 0x3000) + fuzz_below(f, 1024) * (fuzz_chance(f, 3) ? 1 : 4); // few pages, so that they are warm
    }
}

void emit_load(struct fuzz_case *f, unsigned reg, uint32_t v)
{
    emit(f, 0xB8 + reg, 1);
    emit(f, v, f->bits / 8);
}

static void emit_displacement(struct fuzz_case *f, unsigned mod, unsigned wide)
{
    if (mod == 1) emit(f, fuzz_below(f, 32) - 16, 1);
    if (mod == 2) emit(f, fuzz_chance(f, 2) ? fuzz_below(f, 64) - 32 : fuzz_below(f, 0x1000), wide);
}

/* ModRM of 16-bit addresses. */
static void emit_mem16(struct fuzz_case *f, unsigned reg)
{
    unsigned mod = fuzz_below(f, 3), rm = PICK(f, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 7);

    if (fuzz_chance(f, 5)) mod = 0, rm = 6;
    emit(f, mod << 6 | reg << 3 | rm, 1);
    if (mod == 0 && rm == 6) emit(f, fuzz_pointer(f), 2);
    else emit_displacement(f, mod, 2);
}

static void emit_mem32(struct fuzz_case *f, unsigned reg)
{
    unsigned mod = fuzz_below(f, 3), base = PICK(f, 3, 3, 6, 6, 7, 7, 5, 4, 0);

    if (fuzz_chance(f, 5)) {
        emit(f, reg << 3 | 5, 1);
        emit(f, fuzz_pointer(f), 4);
        return;
    }
    if (base == 5 && mod == 0) mod = 1;
    if (base == 4 || fuzz_chance(f, 4)) {
        emit(f, mod << 6 | reg << 3 | 4, 1);
        emit(f, (fuzz_chance(f, 3) ? fuzz_below(f, 32) : 4u) << 3 | base, 1); // 4: no index
    } else {
        emit(f, mod << 6 | reg << 3 | base, 1);
    }
    emit_displacement(f, mod, 4);
}

/* Whether the 67h that precedes the opcode was emitted. */
static bool address_prefix(struct fuzz_case *f)
{
    if (!has_32(f) || !fuzz_chance(f, 12)) return false;
    emit(f, 0x67, 1);
    return true;
}

static void emit_memory(struct fuzz_case *f, unsigned reg, bool swapped)
{
    if ((f->bits == 32) != swapped) emit_mem32(f, reg);
    else emit_mem16(f, reg);
}

void emit_modrm(struct fuzz_case *f, unsigned reg, bool memory_only)
{
    if (!memory_only && fuzz_chance(f, 2)) emit(f, 0xC0 | reg << 3 | PICK(f, 0, 1, 2, 0, 1, 2, 3, 5, 6, 7), 1);
    else emit_memory(f, reg, false);
}

/* Prefixes before an opcode whose operand is emitted by operand(). */
struct form {
    bool address; /* 67h */
    bool wide;    /* operands of 32 bits */
};

static struct form prefixes(struct fuzz_case *f)
{
    struct form form = {.wide = f->bits == 32};

    if (has_32(f) && fuzz_chance(f, 4)) {
        emit(f, 0x66, 1);
        form.wide = !form.wide;
    }
    form.address = address_prefix(f);
    if (fuzz_chance(f, 12)) emit(f, PICK(f, 0x26, 0x2E, 0x36, 0x3E), 1);
    else if (has_32(f) && fuzz_chance(f, 20)) emit(f, PICK(f, 0x64, 0x65), 1);
    return form;
}

static void operand(struct fuzz_case *f, struct form form, unsigned reg, bool memory_only)
{
    if (!memory_only && fuzz_chance(f, 2)) emit(f, 0xC0 | reg << 3 | PICK(f, 0, 1, 2, 0, 1, 2, 3, 5, 6, 7), 1);
    else emit_memory(f, reg, form.address);
}

static unsigned any_register(struct fuzz_case *f)
{
    return PICK(f, 0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 5, 6, 7);
}

/* --- integer ------------------------------------------------------------------------------------------------------------------------------ */

static void alu(struct fuzz_case *f)
{
    unsigned    what = fuzz_chance(f, 3) ? PICK(f, 2, 3) : fuzz_below(f, 8); // ADC and SBB more often
    struct form form = prefixes(f);

    switch (fuzz_below(f, 6)) {
    case 0: emit(f, what << 3 | 4, 1), emit(f, fuzz_value(f), 1); break;
    case 1: emit(f, what << 3 | 5, 1), emit(f, fuzz_value(f), form.wide ? 4 : 2); break;
    case 2: emit(f, PICK(f, 0x80, 0x83), 1), operand(f, form, what, false), emit(f, fuzz_value(f), 1); break;
    case 3: emit(f, 0x81, 1), operand(f, form, what, false), emit(f, fuzz_value(f), form.wide ? 4 : 2); break;
    default: emit(f, what << 3 | fuzz_below(f, 4), 1), operand(f, form, any_register(f), false); break;
    }
}

static void shift(struct fuzz_case *f)
{
    struct form form = prefixes(f);
    unsigned    what = fuzz_below(f, 8);

    if (fuzz_chance(f, 6) && has_32(f)) { // SHLD, SHRD
        unsigned op = PICK(f, 0xA4, 0xA5, 0xAC, 0xAD);
        emit(f, 0x0F | op << 8, 2), operand(f, form, any_register(f), false);
        if (!(op & 1)) emit(f, fuzz_below(f, 40), 1);
    } else if (fuzz_chance(f, 2) && f->model->family >= 2) {
        emit(f, PICK(f, 0xC0, 0xC1), 1), operand(f, form, what, false), emit(f, fuzz_below(f, 40), 1);
    } else {
        emit(f, PICK(f, 0xD0, 0xD1, 0xD2, 0xD3), 1), operand(f, form, what, false);
    }
}

static void unary(struct fuzz_case *f)
{
    struct form form = prefixes(f);
    unsigned    op = PICK(f, 0xF6, 0xF7, 0xFE, 0xFF), what = op < 0xFE ? fuzz_below(f, 8) : fuzz_below(f, 2);

    emit(f, op, 1), operand(f, form, what, false);
    if (op < 0xFE && what < 2) emit(f, fuzz_value(f), op == 0xF6 ? 1 : form.wide ? 4 : 2);
}

static void short_forms(struct fuzz_case *f)
{
    struct form form = prefixes(f);

    switch (fuzz_below(f, 8)) {
    case 0: emit(f, 0x40 + fuzz_below(f, 2) * 8 + any_register(f), 1); break;             // INC, DEC
    case 1: emit(f, 0xB8 + any_register(f), 1), emit(f, fuzz_value(f), form.wide ? 4 : 2); break;
    case 2: emit(f, 0xB0 + fuzz_below(f, 8), 1), emit(f, fuzz_value(f), 1); break;
    case 3: emit(f, 0x90 + any_register(f), 1); break;                                     // XCHG
    case 4: emit(f, PICK(f, 0x98, 0x99, 0x9E, 0x9F, 0xF5, 0xF8, 0xF9, 0xFC, 0xD7, 0x27, 0x2F, 0x37, 0x3F), 1); break;
    case 5: emit(f, PICK(f, 0xA8, 0xD4, 0xD5), 1), emit(f, fuzz_value(f), 1); break;
    case 6: emit(f, 0xA0 + fuzz_below(f, 4), 1), emit(f, fuzz_pointer(f), (f->bits == 32) != form.address ? 4 : 2); break;
    default: emit(f, 0xA9, 1), emit(f, fuzz_value(f), form.wide ? 4 : 2); break;
    }
}

static void move(struct fuzz_case *f)
{
    struct form form = prefixes(f);
    unsigned    op = PICK(f, 0x88, 0x89, 0x8A, 0x8B, 0x84, 0x85, 0x86, 0x87, 0x8D, 0xC6, 0xC7, 0x8C);

    emit(f, op, 1);
    if (op == 0x8C) operand(f, form, fuzz_below(f, has_32(f) ? 6 : 4), false);
    else operand(f, form, op >= 0xC6 ? 0 : any_register(f), op == 0x8D);
    if (op == 0xC6) emit(f, fuzz_value(f), 1);
    if (op == 0xC7) emit(f, fuzz_value(f), form.wide ? 4 : 2);
}

static void stack(struct fuzz_case *f)
{
    struct form form = prefixes(f);

    switch (fuzz_below(f, f->model->family >= 2 ? 11 : 5)) {
    case 0: emit(f, 0x50 + fuzz_below(f, 8), 1); break;
    case 1: emit(f, 0x58 + any_register(f), 1); break;
    case 2: emit(f, 0x9C, 1); break;
    case 3: emit(f, 0xFF, 1), operand(f, form, 6, false); break;
    case 4: emit(f, 0x8F, 1), operand(f, form, 0, false); break;
    case 5: emit(f, 0x68, 1), emit(f, fuzz_value(f), form.wide ? 4 : 2); break;
    case 6: emit(f, 0x6A, 1), emit(f, fuzz_value(f), 1); break;
    case 7: emit(f, 0xC8, 1), emit(f, fuzz_below(f, 32), 2), emit(f, fuzz_chance(f, 3) ? fuzz_below(f, 4) : 0, 1), emit(f, 0xC9, 1); break;
    case 8: emit(f, 0x62, 1), operand(f, form, any_register(f), true); break; // BOUND
    default: emit(f, PICK(f, 0x60, 0x61), 1); break;
    }
}

/* Two-byte opcodes of the 386 and later. */
static void two_byte(struct fuzz_case *f)
{
    struct form form = prefixes(f);
    unsigned    op;

    switch (fuzz_below(f, 9)) {
    case 0: emit(f, 0x900F + (fuzz_below(f, 16) << 8), 2), operand(f, form, 0, false); break; // SETcc
    case 1: op = PICK(f, 0xA3, 0xAB, 0xB3, 0xBB), emit(f, 0x0F | op << 8, 2), operand(f, form, any_register(f), !fuzz_chance(f, 3)); break;
    case 2: emit(f, 0xBA0F, 2), operand(f, form, 4 + fuzz_below(f, 4), false), emit(f, fuzz_value(f), 1); break;
    case 3: op = PICK(f, 0xB6, 0xB7, 0xBE, 0xBF, 0xBC, 0xBD, 0xAF), emit(f, 0x0F | op << 8, 2), operand(f, form, any_register(f), false); break;
    case 4:
        emit(f, PICK(f, 0x69, 0x6B), 1), op = f->code[f->n - 1], operand(f, form, any_register(f), false);
        emit(f, fuzz_value(f), op == 0x6B ? 1 : form.wide ? 4 : 2);
        break;
    case 5: if (f->model->family >= 4) emit(f, 0xC80F + (any_register(f) << 8), 2); else emit(f, 0x90, 1); break; // BSWAP
    case 6:
        op = f->model->family >= 4 ? PICK(f, 0xB0, 0xB1, 0xC0, 0xC1) : 0xAF;
        emit(f, 0x0F | op << 8, 2), operand(f, form, any_register(f), false);
        break;
    case 7:
        if (f->model->family >= 6) emit(f, 0x400F + (fuzz_below(f, 16) << 8), 2), operand(f, form, any_register(f), false);
        else if (f->model->family >= 5) emit(f, 0xC70F, 2), operand(f, form, 1, true);
        else emit(f, 0x90, 1);
        break;
    default: op = PICK(f, 0x02, 0x03), emit(f, 0x0F | op << 8, 2), operand(f, form, any_register(f), false); break;
    }
}

void emit_random(struct fuzz_case *f)
{
    switch (fuzz_below(f, has_32(f) ? 14 : 11)) {
    case 0: case 1: case 2: alu(f); break;
    case 3: case 4: shift(f); break;
    case 5: unary(f); break;
    case 6: case 7: short_forms(f); break;
    case 8: case 9: move(f); break;
    case 10: stack(f); break;
    default: two_byte(f); break;
    }
}

/* --- floating point ------------------------------------------------------------------------------------------------------------------------ */

void emit_fpu(struct fuzz_case *f)
{
    static const uint16_t handy[] = {0xE8D9, 0xEBD9, 0xEED9, 0xC0D9, 0xC9D9, 0xE0D9, 0xE1D9, 0xFAD9, 0xFCD9, 0xC9D8, 0xC1DE, 0xE0DF, 0xE5D9, 0xE4D9,
                                     0xF7D9, 0xF6D9, 0xE2DB, 0xE3DB, 0xF8D9, 0xFDD9, 0xF4D9, 0xF5D9, 0xFED9, 0xFFD9, 0xFBD9, 0xF2D9, 0xF3D9, 0xF0D9,
                                     0xF1D9, 0xF9D9};
    struct form form = {0};

    if (fuzz_chance(f, 3)) {
        emit(f, handy[fuzz_below(f, sizeof(handy) / 2)], 2);
        return;
    }
    form.address = address_prefix(f);
    emit(f, 0xD8 + fuzz_below(f, 8), 1);
    if (fuzz_chance(f, 2)) emit(f, 0xC0 + fuzz_below(f, 64), 1);
    else operand(f, form, fuzz_below(f, 8), true);
}

/* An instruction of MMX, SSE or SSE2 by its opcode; what the model lacks raises #UD. */
void emit_simd(struct fuzz_case *f)
{
    static const uint8_t mmx[] = {0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6E, 0x6F, 0x74, 0x75, 0x76, 0x7E, 0x7F, 0xD1,
                                  0xD2, 0xD3, 0xD4, 0xD5, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE8, 0xE9,
                                  0xEA, 0xEB, 0xEC, 0xED, 0xEE, 0xEF, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE};
    static const uint8_t sse[] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x50, 0x51, 0x52,
                                  0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x6C, 0x6D, 0xD6, 0xE6, 0xE7};
    static const uint8_t with_byte[] = {0x70, 0x71, 0x72, 0x73, 0xC2, 0xC4, 0xC5, 0xC6};
    struct form          form = {0};
    unsigned             op = f->has_sse && fuzz_chance(f, 2) ? sse[fuzz_below(f, sizeof(sse))] : mmx[fuzz_below(f, sizeof(mmx))], prefix = 0;
    bool                 immediate = fuzz_chance(f, 8);

    if (immediate) op = with_byte[fuzz_below(f, sizeof(with_byte))];
    else if (f->has_sse && fuzz_chance(f, 16)) op = PICK(f, 0xAE, 0xF7);
    form.address = address_prefix(f);
    if (op == 0xAE) { // FXSAVE, FXRSTOR, LDMXCSR, STMXCSR, CLFLUSH
        emit(f, 0x0F | op << 8, 2), operand(f, form, PICK(f, 0, 0, 1, 1, 2, 3, 7), true);
        return;
    }
    if (f->has_sse) prefix = PICK(f, 0, 0x66, 0xF2, 0xF3);
    if (prefix) emit(f, prefix, 1);
    emit(f, 0x0F | op << 8, 2);
    operand(f, form, op >= 0x71 && op <= 0x73 ? PICK(f, 2, 4, 6) : fuzz_below(f, 8), false);
    if (immediate) emit(f, fuzz_below(f, 80), 1);
}

void emit_any(struct fuzz_case *f)
{
    if (f->has_fpu && fuzz_chance(f, 8)) emit_fpu(f);
    else if (f->has_mmx && fuzz_chance(f, 8)) emit_simd(f);
    else emit_random(f);
}
