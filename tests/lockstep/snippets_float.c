/* snippets_float.c: floating point with every rounding, precision and mask. */
#include "tests/lockstep/lockstep.h"

void rounding(struct fuzz_case *f)
{
    uint32_t control = 0x037F & ~PICK(f, 0, 0, 0, 1, 2, 4, 8, 0x10, 0x20, 0x3F);

    control = (control & ~0xF00u) | fuzz_below(f, 16) << 8;
    if (!f->has_fpu) return;
    emit_variable(f, 0xC7, 0, COUNT);
    emit(f, control, word(f));
    emit_variable(f, 0xD9, 5, COUNT); // FLDCW
    if (f->has_sse && fuzz_chance(f, 2)) {
        control = 0x1F80 & ~PICK(f, 0, 0, 0, 0x80, 0x100, 0x200, 0x400, 0x800, 0x1000);
        control |= fuzz_below(f, 4) << 13 | (fuzz_chance(f, 4) ? 0x8000u : 0) | (fuzz_chance(f, 4) ? 0x40u : 0);
        emit_variable(f, 0xC7, 0, COUNTER + 8);
        emit(f, control, word(f));
        emit(f, 0xAE0F36, 3), emit(f, 2 << 3 | (f->bits == 32 ? 5 : 6), 1), emit(f, variable(f, COUNTER + 8), word(f)); // LDMXCSR
    }
    for (unsigned n = 2 + fuzz_below(f, 8); n-- > 0;) {
        if (f->has_mmx && fuzz_chance(f, 2)) emit_simd(f);
        else emit_fpu(f);
    }
    if (fuzz_chance(f, 2)) emit(f, PICK(f, 0xE3DB, 0xE2DB), 2); // FNINIT, FNCLEX
}

/* An arithmetic instruction of SSE or SSE2, of a register or an operand at [ESI] or [SI] that is aligned. */
static void sse_arithmetic(struct fuzz_case *f)
{
    static const struct { uint8_t op; bool scalars, single_only; } ops[] = {
        {0x58, true, false}, {0x59, true, false}, {0x5C, true, false}, {0x5E, true, false}, {0x51, true, false}, {0x5D, true, false}, {0x5F, true, false},
        {0xC2, true, false}, {0x2E, false, false}, {0x2F, false, false}, {0x5A, true, false}, {0x2A, true, false}, {0x2C, true, false}, {0x2D, true, false},
        {0x5B, false, false}, {0x53, true, true}, {0x52, true, true},
    };
    unsigned n = fuzz_below(f, sizeof(ops) / sizeof(ops[0])), prefix = 0;

    if (f->has_sse2 && !ops[n].single_only) prefix = ops[n].scalars ? PICK(f, 0, 0x66, 0xF2, 0xF3) : PICK(f, 0, 0x66);
    else if (ops[n].scalars) prefix = PICK(f, 0, 0xF3);
    if (prefix) emit(f, prefix, 1);
    emit(f, 0x0F | ops[n].op << 8, 2);
    if (fuzz_chance(f, 2)) emit(f, fuzz_below(f, 8) << 3 | (f->bits == 32 ? 6 : 4), 1);
    else emit(f, 0xC0 | fuzz_below(f, 8) << 3 | fuzz_below(f, 8), 1);
    if (ops[n].op == 0xC2) emit(f, fuzz_below(f, 8), 1);
}

/* Loads and arithmetic of the x87, whose stack stays about half full. */
static void x87_arithmetic(struct fuzz_case *f)
{
    unsigned rm = f->bits == 32 ? 6 : 4;

    switch (fuzz_below(f, 10)) {
    case 0: emit(f, PICK(f, 0xD9, 0xDD) | rm << 8, 2); break;                                          // FLD
    case 1: emit(f, PICK(f, 0xD9, 0xDD) | (rm | 3 << 3) << 8, 2); break;                               // FSTP
    case 2: emit(f, 0xDB | (rm | PICK(f, 5, 7, 5) << 3) << 8, 2); break;                               // FLD, FSTP of 80 bits
    case 3: emit(f, PICK(f, 0xDB, 0xDF, 0xDA, 0xDE) | (rm | PICK(f, 0, 0, 1, 4, 6) << 3) << 8, 2); break; // integers
    case 4: case 5: emit(f, PICK(f, 0xD8, 0xDC) | (rm | fuzz_below(f, 8) << 3) << 8, 2); break;
    case 6: case 7: emit(f, PICK(f, 0xD8, 0xDC, 0xDE) | (0xC0 | PICK(f, 0, 1, 4, 5, 6, 7) << 3 | fuzz_below(f, 3)) << 8, 2); break;
    case 8: emit(f, PICK(f, 0xFAD9, 0xFCD9, 0xFDD9, 0xF4D9, 0xE4D9, 0xE5D9, 0xE0DF, 0xD0D9, 0xE8D9, 0xEBD9), 2); break;
    default: emit(f, PICK(f, 0xF7D9, 0xF6D9, 0xC0DD, 0xC1D9, 0xC0D9, 0x9B), 1), emit(f, f->code[f->n - 1] == 0x9B ? 0x90 : 0xC9, 1); break;
    }
}

/* A loop of such instructions, with exceptions that trap among them, or none, and controls that change in it. */
void float_loop(struct fuzz_case *f)
{
    bool     sse = f->has_sse && fuzz_chance(f, 2);
    unsigned start, back;

    if (!f->has_fpu) {
        some(f, 4);
        return;
    }
    if (!fuzz_chance(f, 3)) rounding(f);
    emit_variable(f, 0xC7, 0, COUNT);
    emit(f, 2 + fuzz_below(f, 30), word(f));
    emit_load(f, 6, ((is_flat(f) ? DATA : 0) + fuzz_below(f, 0x800)) & ~15u);
    start = f->n;
    for (unsigned n = 2 + fuzz_below(f, 9); n-- > 0;) {
        if (fuzz_chance(f, 12)) emit_set(f, COUNTER + 8, (0x1F80 & ~(fuzz_chance(f, 3) ? 1u << (7 + fuzz_below(f, 6)) : 0)) | fuzz_below(f, 4) << 13, 2);
        if (sse && fuzz_chance(f, 12)) emit(f, 0xAE0F36, 3), emit(f, PICK(f, 2, 3) << 3 | (f->bits == 32 ? 5 : 6), 1), emit(f, variable(f, COUNTER + 8), word(f));
        if (!sse && fuzz_chance(f, 10)) {
            emit_set(f, COUNTER + 8, (0x037F & ~PICK(f, 0, 1, 4, 8, 0xD, 0xD, 0x1D, 0x3F)) | fuzz_below(f, 4) << 10, 2);
            emit_variable(f, 0xD9, 5, COUNTER + 8); // FLDCW
        }
        if (sse && !fuzz_chance(f, 6)) sse_arithmetic(f);
        else x87_arithmetic(f);
        if (fuzz_chance(f, 12)) some(f, 1);
    }
    emit(f, 0xC683, 2), emit(f, 16, 1); // ADD ESI, 16
    emit_reached(f, sse ? DID_SSE_LOOP : DID_X87_LOOP);
    emit_variable(f, 0xFF, 1, COUNT);
    back = f->n + 2 - start;
    if (back < 128) emit(f, 0x75 | (0x100 - back) << 8, 2);
    else if (f->model->family >= 3) emit(f, 0x850F, 2), emit(f, start - (f->n + word(f)), word(f));
}
