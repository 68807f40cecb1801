/* snippets_paths.c: what translated code does by ways of its own: accesses across two pages, whole x87 states, moves to and from a device, port
 * accesses and system registers, each in a loop, so that it is translated and both pages are at hand, with flags that are asked for later. */
#include "tests/lockstep/lockstep.h"

/* An offset in DS of a place from which SIZE bytes go on in the next page. Behind it lies data, code, the screen, nothing, or another mapping. */
static uint32_t crossing(struct fuzz_case *f, unsigned size)
{
    uint32_t page = (1 + fuzz_below(f, 4)) * PAGE_SIZE, at = (is_flat(f) ? DATA : 0) + page;

    if (is_flat(f) && fuzz_chance(f, 4)) {
        at = PICK(f, (CODE + f->n) & ~(uint32_t)PAGE_MASK, ((CODE + f->n) & ~(uint32_t)PAGE_MASK) + PAGE_SIZE, VIDEO, VIDEO + 0x20000, VIDEO + PAGE_SIZE, NOTHING,
                  NOTHING + PAGE_SIZE, ALIASES + page, ALIASES + fuzz_below(f, 0x60) * PAGE_SIZE, CODE);
    }
    if (fuzz_chance(f, 8)) return at;
    return at - 1 - fuzz_below(f, size - 1);
}

/* Conditions, or all of the flags, into EAX or EDX, which the loop goes on with. */
void ask(struct fuzz_case *f)
{
    switch (fuzz_below(f, f->model->family >= 3 ? 6 : 3)) {
    case 0: emit(f, 0xD083, 2), emit(f, 0, 1); break;       // ADC EAX, 0
    case 1: emit(f, 0x589C, 2); break;                      // PUSHF; POP EAX
    case 2: emit(f, 0x0170 | fuzz_below(f, 16), 2), emit(f, 0x40 + PICK(f, 0, 2), 1); break; // Jcc over INC
    case 3: emit(f, 0x900F + (fuzz_below(f, 16) << 8), 2), emit(f, 0xC0 + PICK(f, 0, 2, 4, 6), 1); break; // SETcc
    case 4: emit(f, 0xD21B, 2); break;                      // SBB EDX, EDX
    default: emit(f, 0x9F, 1); break;                       // LAHF
    }
}

/* Something that makes flags, of registers, so that a record of it may stay in registers. */
void make_flags(struct fuzz_case *f)
{
    unsigned reg = PICK(f, 0, 2, 0, 2, 3), other = PICK(f, 0, 1, 2, 7);

    switch (fuzz_below(f, 5)) {
    case 0: emit(f, 0x40 + fuzz_below(f, 2) * 8 + PICK(f, 0, 2), 1); break;                        // INC, DEC
    case 1: emit(f, PICK(f, 0x39, 0x85, 0x38, 0x84) | (0xC0 | reg << 3 | other) << 8, 2); break;  // CMP, TEST
    case 2: emit(f, PICK(f, 0x01, 0x29, 0x11, 0x19, 0x31) | (0xC0 | other << 3 | PICK(f, 0, 2)) << 8, 2); break;
    case 3: emit(f, 0x83 | (0xC0 | PICK(f, 0, 5, 7) << 3 | PICK(f, 0, 2)) << 8, 2), emit(f, fuzz_value(f), 1); break;
    default: emit(f, PICK(f, 0xF8, 0xF9, 0xF5), 1); break;
    }
}

/* One access to [EBX], [ESI] or [EDI], as wide as it comes. */
static void one_access(struct fuzz_case *f)
{
    static const uint8_t rm16[8] = {[3] = 7, [6] = 4, [7] = 5};
    bool                 by_386 = f->model->family >= 3;
    unsigned             at = PICK(f, 3, 6, 7), rm = f->bits == 32 ? at : rm16[at], reg = PICK(f, 0, 2, 0, 2, 1, 5) << 3, op;

    if (fuzz_chance(f, 3)) rm |= 0x40;
    if (fuzz_chance(f, 8)) emit(f, PICK(f, 0x26, 0x36), 1);
    switch (fuzz_below(f, f->has_sse ? 9 : f->has_fpu ? 7 : by_386 ? 5 : 4)) {
    case 0: case 1:
        if (by_386 && fuzz_chance(f, 3)) emit(f, 0x66, 1);
        emit(f, PICK(f, 0x89, 0x8B, 0x01, 0x29, 0x11, 0x19, 0x31, 0x03, 0x39, 0x3B, 0x87, 0x85), 1), emit(f, rm | reg, 1);
        break;
    case 2:
        if (by_386 && fuzz_chance(f, 3)) emit(f, 0x66, 1);
        emit(f, PICK(f, 0xFF, 0xFF, 0xD1, 0xD3, 0xF7, 0x8F), 1), op = f->code[f->n - 1];
        emit(f, rm | (op == 0xFF ? PICK(f, 0, 1, 6) : op == 0x8F ? 0 : op == 0xF7 ? PICK(f, 2, 3, 4, 5) : fuzz_below(f, 8)) << 3, 1);
        break;
    case 3: // strings, which go on
        emit(f, PICK(f, 0xA5, 0xA7, 0xAB, 0xAD, 0xAF), 1);
        return;
    case 4:
        if (fuzz_chance(f, 3)) emit(f, 0x66, 1);
        op = PICK(f, 0xA3, 0xAB, 0xB3, 0xBB, 0xA5, 0xAD, 0xB7, 0xAF, f->model->family >= 4 ? 0xC1 : 0xAF, f->model->family >= 4 ? 0xB1 : 0xBB);
        emit(f, 0x0F | op << 8, 2), emit(f, rm | reg, 1);
        break;
    case 5:
        op = PICK(f, 0xD9, 0xDD, 0xDB, 0xDF);
        emit(f, op, 1), emit(f, rm | (op == 0xDF ? PICK(f, 0, 2, 4, 5, 6, 7) : op == 0xDB ? PICK(f, 0, 3, 5, 7) : PICK(f, 0, 2, 3)) << 3, 1);
        break;
    case 6: emit(f, PICK(f, 0xD8, 0xDC), 1), emit(f, rm | fuzz_below(f, 8) << 3, 1); break;
    case 7:
        if (fuzz_chance(f, 3)) emit(f, f->has_sse2 ? PICK(f, 0x66, 0xF3, 0xF2) : 0xF3, 1);
        emit(f, PICK(f, 0x100F, 0x110F, 0x110F, 0x580F, 0x7F0F, 0xE70F, 0x130F, 0x170F), 2), emit(f, rm | fuzz_below(f, 8) << 3, 1);
        break;
    default:
        if (f->has_sse2 && fuzz_chance(f, 2)) emit(f, 0x66, 1);
        if (fuzz_chance(f, 2)) emit(f, 0xF70F, 2), emit(f, 0xC0 | fuzz_below(f, 64), 1); // MASKMOVQ, MASKMOVDQU
        else emit(f, PICK(f, 0x6F0F, 0x7F0F, 0x2A0F, 0xD60F), 2), emit(f, rm | fuzz_below(f, 8) << 3, 1);
        return;
    }
    if (rm & 0x40) emit(f, fuzz_below(f, 8) - 4, 1);
}

/* What is done to the stack when it crosses. */
static void push_and_pop(struct fuzz_case *f)
{
    if (f->model->family >= 3 && fuzz_chance(f, 4)) emit(f, 0x66, 1);
    switch (fuzz_below(f, f->model->family >= 2 ? 6 : 4)) {
    case 0: case 1: emit(f, 0x50 + PICK(f, 0, 2, 3), 1), emit(f, 0x58 + PICK(f, 0, 2), 1); break;
    case 2: emit(f, 0x589C, 2); break;
    case 3: emit(f, 0x1E, 1), emit(f, 0x07, 1); break; // PUSH DS; POP ES
    case 4: emit(f, 0x6160, 2); break;
    default: emit(f, 0xC8, 1), emit(f, fuzz_below(f, 16), 2), emit(f, fuzz_below(f, 5), 1), emit(f, 0xC9, 1); break;
    }
}

unsigned begin_loop(struct fuzz_case *f)
{
    emit_variable(f, 0xC7, 0, COUNT);
    emit(f, 2 + fuzz_below(f, 30), word(f));
    return f->n;
}

void end_loop(struct fuzz_case *f, unsigned start)
{
    unsigned back;

    emit_variable(f, 0xFF, 1, COUNT);
    back = f->n + 2 - start;
    if (back < 128) emit(f, 0x75 | (0x100 - back) << 8, 2);
    else if (f->model->family >= 3) emit(f, 0x850F, 2), emit(f, start - (f->n + word(f)), word(f));
}

static void across(struct fuzz_case *f)
{
    unsigned size = PICK(f, 2, 4, 8, 16), start, stack;

    for (unsigned n = 0; n < 3; n++) emit_load(f, PICK(f, 3, 6, 7), crossing(f, size));
    stack = variable(f, 0x2000) + fuzz_below(f, 40) - 4;
    start = begin_loop(f);
    if (fuzz_chance(f, 2)) emit_load(f, 4, stack);
    if (fuzz_chance(f, 4)) emit_load(f, 5, stack + fuzz_below(f, 32));
    for (unsigned n = 1 + fuzz_below(f, 5); n-- > 0;) {
        if (fuzz_chance(f, 2)) make_flags(f);
        if (fuzz_chance(f, 4)) push_and_pop(f);
        else one_access(f);
        if (fuzz_chance(f, 2)) ask(f);
    }
    emit_reached(f, DID_CROSSING);
    end_loop(f, start);
}

/* FNSTENV, FNSAVE, FXSAVE and their loads, FBLD, FBSTP, FNINIT, FNCLEX among other instructions: about page ends and wraps, with exceptions that
 * are pending or unmasked. */
static void states(struct fuzz_case *f)
{
    unsigned start, rm = f->bits == 32 ? 6 : 4;
    uint32_t at;

    if (!f->has_fpu) {
        some(f, 3);
        return;
    }
    at = fuzz_chance(f, 3) ? crossing(f, PICK(f, 14, 28, 94, 108)) : (is_flat(f) ? DATA : 0) + fuzz_below(f, 0x800) * 2;
    if (fuzz_chance(f, 8)) at = fuzz_pointer(f);
    if (fuzz_chance(f, 6) && !is_flat(f)) at = 0xFFFF - fuzz_below(f, fuzz_chance(f, 2) ? 20 : 600);
    if (f->has_sse && fuzz_chance(f, 2)) at &= ~15u;
    emit_load(f, 6, at);
    if (fuzz_chance(f, 3)) rounding(f);
    start = begin_loop(f);
    for (unsigned n = 2 + fuzz_below(f, 8); n-- > 0;) {
        if (fuzz_chance(f, 3)) make_flags(f);
        switch (fuzz_below(f, 8)) {
        case 0: case 1: case 2: // what is loaded was mostly stored before
            if (f->model->family >= 3 && fuzz_chance(f, 4)) emit(f, 0x66, 1);
            emit(f, PICK(f, 0x30D9, 0x30DD, 0x20D9, 0x20DD, 0x30D9, 0x30DD) | rm << 8, 2);
            break;
        case 3:
            if (f->has_sse) emit(f, 0xAE0F, 2), emit(f, rm | PICK(f, 0, 0, 1) << 3, 1);
            else emit(f, 0xDF | (rm | PICK(f, 4, 6) << 3) << 8, 2);
            break;
        case 4: emit(f, PICK(f, 0xE3DB, 0xE2DB, 0xE0DF, 0xE8D9, 0xEBD9, 0xC0DD, 0xF7D9), 2); break;
        case 5: emit(f, PICK(f, 0xDF, 0xDB, 0xD9, 0xDD) | (rm | PICK(f, 0, 4, 6, 3) << 3) << 8, 2); break;
        default: if (f->has_mmx && fuzz_chance(f, 3)) emit_simd(f); else emit_fpu(f); break;
        }
        if (fuzz_chance(f, 3)) ask(f);
        if (fuzz_chance(f, 16)) emit_load(f, 6, fuzz_pointer(f));
    }
    emit_reached(f, DID_STATES);
    end_loop(f, start);
    emit(f, 0xE3DB, 2);
}

/* Moves to and from the screen, with flags of before and operands of theirs in the registers that are loaded. */
static void device(struct fuzz_case *f)
{
    static const uint8_t rm16[8] = {[3] = 7, [6] = 4, [7] = 5};
    unsigned             start, at = PICK(f, 3, 6, 7), rm, count = 2 + fuzz_below(f, 8);
    bool                 by_386 = f->model->family >= 3, other;

    if (!is_flat(f)) emit_segment(f, 0, by_paragraph(f) ? VIDEO >> 4 : selector_of(f, SEL_VIDEO));
    emit_load(f, at, (is_flat(f) ? VIDEO : 0) + fuzz_below(f, 0x2000) * PICK(f, 1, 4));
    rm = f->bits == 32 ? at : rm16[at];
    start = begin_loop(f);
    while (count-- > 0) {
        if (!fuzz_chance(f, 3)) make_flags(f);
        if (!is_flat(f)) emit(f, 0x26, 1);
        other = by_386 && fuzz_chance(f, 3);
        if (other) emit(f, 0x66, 1);
        switch (fuzz_below(f, 5)) {
        case 0: emit(f, PICK(f, 0x88, 0x89) | (rm | fuzz_below(f, 4) << 3) << 8, 2); break;
        case 1: emit(f, PICK(f, 0x8A, 0x8B) | (rm | PICK(f, 0, 1, 2, 4, 6) << 3) << 8, 2); break;
        case 2: emit(f, 0xC6 | rm << 8, 2), emit(f, fuzz_value(f), 1); break;
        case 3: emit(f, 0xC7 | rm << 8, 2), emit(f, fuzz_value(f), other ? 6 - word(f) : word(f)); break;
        default:
            if (by_386) emit(f, PICK(f, 0xB60F, 0xB70F, 0xBE0F), 2), emit(f, rm | PICK(f, 0, 2) << 3, 1);
            else emit(f, 0x8B | rm << 8, 2);
            break;
        }
        if (!fuzz_chance(f, 3)) ask(f);
        if (fuzz_chance(f, 4)) emit(f, 0x40 + at, 1);
        if (fuzz_chance(f, 8)) push_and_pop(f);
        if (f->has_fpu && fuzz_chance(f, 12)) emit(f, PICK(f, 0xE8D9, 0xC1DE, 0xE0DF), 2);
    }
    emit_reached(f, DID_DEVICE);
    end_loop(f, start);
    if (!is_flat(f)) emit_segment(f, 0, by_paragraph(f) ? EXTRA >> 4 : selector_of(f, SEL_EXTRA));
}

/* Ports, system registers, time, CPUID, CLI and STI in the middle of code, and loads of segment registers. */
static void middle(struct fuzz_case *f)
{
    unsigned start = begin_loop(f), sreg;
    bool     by_386 = f->model->family >= 3;

    for (unsigned n = 2 + fuzz_below(f, 7); n-- > 0;) {
        make_flags(f);
        switch (fuzz_below(f, by_386 ? 14 : 6)) {
        case 0: case 1: emit(f, PICK(f, 0xE4, 0xE5), 1), emit(f, PICK(f, 0x40, 0x42, 0x61, 0x21, 0x80, 0xEE), 1); break;
        case 2: emit(f, 0xB0, 1), emit(f, fuzz_value(f), 1), emit(f, PICK(f, 0x80E6, 0xEDE6, 0x80E7), 2); break;
        case 3: emit_load(f, 2, PICK(f, 0x80, 0x3DA, 0x3C4, 0x3D4)), emit(f, PICK(f, 0xEC, 0xED, 0xEC), 1); break;
        case 4: emit(f, PICK(f, 0xFA, 0xFB, 0xFB), 1), emit(f, PICK(f, 0x40, 0x42, 0x90), 1); break;
        case 5: // INS, OUTS
            if (f->model->family >= 2) emit_load(f, 2, 0x80), emit_load(f, 1, 1 + fuzz_below(f, 12)), emit(f, PICK(f, 0x6CF3, 0x6EF3, 0x6E90, 0x6C90, 0x6DF3), 2);
            break;
        case 6: emit(f, 0xC0200F | PICK(f, 0, 2, 3, 4) << 19 | PICK(f, 0, 2) << 16, 3); break;
        case 7: emit(f, 0xC0210F | PICK(f, 0, 1, 6, 7) << 19 | PICK(f, 0, 2) << 16, 3); break;
        case 8:
            if (fuzz_chance(f, 3)) emit(f, 0x66, 1);
            emit(f, PICK(f, 0xC0010F, 0xC0000F, 0xC0000F) | PICK(f, 0x200000, 0x80000, 0), 3);
            break;
        case 9: if (f->model->family >= 5) emit(f, PICK(f, 0xA20F, 0x310F, 0x310F), 2); break;
        case 10: if (f->model->family >= 4) emit(f, PICK(f, 0x060F, 0x090F), 2); break;
        case 11: case 12:
            sreg = PICK(f, 0, 4, 5);
            if (by_paragraph(f)) emit(f, 0x8E | (0xC0 | sreg << 3 | PICK(f, 0, 2, 3)) << 8, 2); // whatever it is
            else emit(f, 0x8C | (0xC0 | PICK(f, 0, 3) << 3) << 8, 2), emit(f, 0x8E | (0xC0 | sreg << 3) << 8, 2);
            break;
        default: emit(f, 0x9D9C, 2); break;
        }
        ask(f);
    }
    emit_reached(f, DID_MIDDLE);
    end_loop(f, start);
    emit_segment(f, 0, by_paragraph(f) ? EXTRA >> 4 : selector_of(f, SEL_EXTRA));
}

/* LES, LDS and their like about offset FFFF, where both words are not in a row, by registers of segments of every size. */
static void far_wraps(struct fuzz_case *f)
{
    unsigned start;

    if (f->bits != 16) {
        some(f, 3);
        return;
    }
    emit_load(f, 6, 0xFFFF - fuzz_below(f, 8));
    if (by_paragraph(f)) emit_segment(f, 3, (DATA >> 4) + PICK(f, 0, 1, 0xF3));
    start = begin_loop(f);
    for (unsigned n = 1 + fuzz_below(f, 3); n-- > 0;) {
        if (f->model->family >= 3 && fuzz_chance(f, 3)) emit(f, 0x66, 1);
        if (f->model->family >= 3 && fuzz_chance(f, 2)) emit(f, PICK(f, 0xB40F, 0xB50F), 2);
        else emit(f, 0xC4, 1);
        emit(f, 0x1C, 1); // BX, [SI]
        if (fuzz_chance(f, 3)) emit(f, 0x46, 1);
        ask(f);
    }
    emit_reached(f, DID_FAR_WRAP);
    end_loop(f, start);
    emit_segment(f, 3, by_paragraph(f) ? DATA >> 4 : selector_of(f, SEL_DATA));
    emit_segment(f, 0, by_paragraph(f) ? EXTRA >> 4 : selector_of(f, SEL_EXTRA));
}

void path_snippet(struct fuzz_case *f)
{
    switch (fuzz_below(f, 12)) {
    case 0: case 1: case 2: case 3: across(f); break;
    case 4: case 5: case 6: states(f); break;
    case 7: case 8: device(f); break;
    case 9: case 10: middle(f); break;
    default: far_wraps(f); break;
    }
}
