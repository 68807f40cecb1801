/* snippets_strange.c: what compilers do not emit: LOCK, prefixes without a meaning, opcodes that are undefined or not in the manual, bytes at
 * random; and descriptor tables, selectors, model-specific registers and whole states of the x87 and SSE units in loops. */
#include "tests/lockstep/lockstep.h"

static unsigned rm_of(const struct fuzz_case *f, unsigned base)
{
    static const uint8_t rm16[8] = {[3] = 7, [6] = 4, [7] = 5};

    return f->bits == 32 ? base : rm16[base];
}

/* LOCK, mostly before what may have it: a read-modify-write of memory. The others raise #UD. */
static void locked(struct fuzz_case *f)
{
    unsigned at = PICK(f, 3, 6, 7), rm = rm_of(f, at), start, op;

    emit_load(f, at, fuzz_pointer(f));
    start = begin_loop(f);
    for (unsigned n = 1 + fuzz_below(f, 4); n-- > 0;) {
        if (fuzz_chance(f, 3)) make_flags(f);
        if (fuzz_chance(f, 20)) rm |= 0xC0; // a register: #UD
        if (f->model->family >= 3 && fuzz_chance(f, 3)) emit(f, 0x66, 1);
        emit(f, 0xF0, 1);
        switch (fuzz_below(f, f->model->family >= 4 ? 7 : f->model->family >= 3 ? 5 : 4)) {
        case 0: case 1: emit(f, fuzz_chance(f, 20) ? PICK(f, 0x39, 0x03, 0x89) : PICK(f, 0x00, 0x01, 0x10, 0x11, 0x18, 0x19, 0x20, 0x29, 0x30, 0x86, 0x87, 0x09), 1), emit(f, rm | PICK(f, 0, 1, 2, 4, 6) << 3, 1); break;
        case 2: emit(f, 0x83, 1), emit(f, rm | fuzz_below(f, fuzz_chance(f, 8) ? 8 : 7) << 3, 1), emit(f, fuzz_value(f), 1); break;
        case 3: op = PICK(f, 0xF6, 0xF7, 0xFE, 0xFF), emit(f, op, 1), emit(f, rm | (op < 0xFE ? PICK(f, 2, 3) : fuzz_below(f, 2)) << 3, 1); break;
        case 4: emit(f, 0x0F, 1), emit(f, fuzz_chance(f, 12) ? 0xA3 : PICK(f, 0xAB, 0xB3, 0xBB), 1), emit(f, rm | PICK(f, 0, 2) << 3, 1); break;
        case 5: emit(f, 0x0F, 1), emit(f, PICK(f, 0xB0, 0xB1, 0xC0, 0xC1), 1), emit(f, rm | PICK(f, 0, 2, 4) << 3, 1); break;
        default: emit(f, 0xC70F, 2), emit(f, rm | 1 << 3, 1); break; // CMPXCHG8B
        }
        rm &= 0x3F;
        if (fuzz_chance(f, 2)) ask(f);
        if (fuzz_chance(f, 4)) emit(f, 0x40 + at, 1);
    }
    emit_reached(f, DID_LOCK);
    end_loop(f, start);
}

/* Prefixes that mean nothing to what they precede, that come twice, or that make an instruction too long. */
static void prefixed(struct fuzz_case *f)
{
    unsigned start, many;

    for (unsigned n = 0; n < 3; n++) emit_load(f, PICK(f, 3, 6, 7), fuzz_pointer(f));
    start = begin_loop(f);
    for (unsigned n = 1 + fuzz_below(f, 4); n-- > 0;) {
        many = fuzz_chance(f, 12) ? 8 + fuzz_below(f, 8) : 1 + fuzz_below(f, 3);
        while (many-- > 0) {
            if (f->model->family >= 3 && fuzz_chance(f, 5)) emit(f, PICK(f, 0x64, 0x65, 0x66, 0x67, 0x66), 1);
            else emit(f, PICK(f, 0xF2, 0xF3, 0xF3, 0x26, 0x2E, 0x36, 0x3E), 1);
        }
        emit_any(f);
        if (fuzz_chance(f, 3)) ask(f);
    }
    emit_reached(f, DID_PREFIXES);
    end_loop(f, start);
}

/* Undefined, undocumented, or another encoding of what there is. Faults go on behind the snippet, so one of them ends it. */
static void undocumented(struct fuzz_case *f)
{
    unsigned start = begin_loop(f);

    for (unsigned n = 2 + fuzz_below(f, 5); n-- > 0;) {
        make_flags(f);
        switch (fuzz_below(f, 8)) {
        case 0: emit(f, 0xD6, 1); break;                                                                   // SALC
        case 1: emit(f, 0x82 | (0xC0 | fuzz_below(f, 8) << 3 | PICK(f, 0, 2, 4, 6)) << 8, 2), emit(f, fuzz_value(f), 1); break;
        case 2: emit(f, PICK(f, 0xD0, 0xD1, 0xD2, 0xD3), 1), emit(f, 0xC0 | 6 << 3 | PICK(f, 0, 2), 1); break; // SAL
        case 3: emit(f, 0xF6 | (0xC0 | 1 << 3 | PICK(f, 0, 2, 4)) << 8, 2), emit(f, fuzz_value(f), 1); break; // TEST
        case 4: emit(f, PICK(f, 0xD4, 0xD5), 1), emit(f, PICK(f, 1, 7, 10, 16, 0xFF), 1); break;      // AAM, AAD of other bases
        case 5: if (fuzz_chance(f, 8)) emit(f, 0xF1, 1); break;                                            // ICEBP
        case 6: if (fuzz_chance(f, 8)) emit(f, PICK(f, 0x0B0F, 0xFF0F, 0xF0FF, 0xC88D, 0xC0C4, 0xC0F0, 0x0A0F, 0x360F), 2); break; // some are what they are on the 8086
        default: emit_any(f); break;
        }
        ask(f);
    }
    emit_reached(f, DID_UNDOCUMENTED);
    end_loop(f, start);
}

/* Bytes: whatever they are, both engines do the same. They may lead anywhere, so few cases have them. */
static void bytes(struct fuzz_case *f)
{
    if (f->seed % 6) {
        some(f, 3);
        return;
    }
    emit_reached(f, DID_BYTES);
    for (unsigned n = 2 + fuzz_below(f, 10); n-- > 0;) emit(f, fuzz_chance(f, 3) ? fuzz_value(f) : fuzz_next(f), 1);
}

/* SGDT, SIDT and back, SMSW and LMSW, tests of selectors, MSRs that are written as they were read. */
static void tables(struct fuzz_case *f)
{
    unsigned start, mem = f->bits == 32 ? 5 : 6;

    if (f->model->family < 2) {
        some(f, 3);
        return;
    }
    start = begin_loop(f);
    for (unsigned n = 1 + fuzz_below(f, 5); n-- > 0;) {
        unsigned which;

        make_flags(f);
        switch (fuzz_below(f, 6)) {
        case 0:
            which = fuzz_below(f, 2);
            emit(f, 0x010F36, 3), emit(f, mem | which << 3, 1), emit(f, variable(f, FAR), word(f)); // SGDT, SIDT
            if (!f->user && f->mode != MODE_V86 && fuzz_chance(f, 2)) emit(f, 0x010F36, 3), emit(f, mem | (which + 2) << 3, 1), emit(f, variable(f, FAR), word(f));
            break;
        case 1:
            emit(f, 0xE0010F, 3); // SMSW EAX
            if (!f->user && f->mode != MODE_V86 && fuzz_chance(f, 2)) emit(f, 0xF0010F, 3);
            break;
        case 2: case 3: // LAR, LSL, VERR, VERW, ARPL
            emit_load(f, 2, fuzz_chance(f, 6) ? fuzz_value(f) : fuzz_below(f, SEL_END + 2) * 8 + fuzz_below(f, 4));
            if (fuzz_chance(f, 3)) emit(f, PICK(f, 0xE2000F, 0xEA000F), 3);
            else if (fuzz_chance(f, 4) && !by_paragraph(f)) emit(f, 0xD063, 2);
            else emit(f, PICK(f, 0xC2020F, 0xC2030F), 3);
            break;
        case 4: emit(f, PICK(f, 0xC0000F, 0xC8000F, 0xC2000F), 3); break; // SLDT, STR
        default:
            if (!(f->model->features & FEAT_MSR)) break;
            if (f->bits == 16) emit(f, 0x66, 1);
            emit(f, 0xB9, 1), emit(f, PICK(f, 0x10, 0x174, 0x175, 0x176, 0x277, 0x2FF, 0x10, 0xC0000080), 4); // MOV ECX
            emit(f, 0x320F, 2);
            if (fuzz_chance(f, 2)) emit(f, 0x300F, 2);
            break;
        }
        ask(f);
    }
    emit_reached(f, DID_TABLES);
    end_loop(f, start);
}

/* FXSAVE, some work, FXRSTOR, as an operating system does at each change of tasks; with EMMS. */
static void unit_state(struct fuzz_case *f)
{
    unsigned rm = rm_of(f, 6), start;

    if (!(f->model->features & FEAT_FXSR)) {
        some(f, 3);
        return;
    }
    emit_load(f, 6, ((is_flat(f) ? DATA : 0) + fuzz_below(f, 0x2000)) & ~15u);
    emit(f, 0xAE0F, 2), emit(f, rm, 1);
    if (fuzz_chance(f, 6)) rounding(f);
    start = begin_loop(f);
    for (unsigned n = 3 + fuzz_below(f, 6); n-- > 0;) {
        if (fuzz_chance(f, 3)) make_flags(f);
        switch (fuzz_below(f, 7)) {
        case 0: case 1: emit(f, 0xAE0F, 2), emit(f, rm | PICK(f, 0, 1, 1) << 3, 1); break;
        case 2: emit(f, 0x770F, 2); break; // EMMS
        case 3: emit(f, PICK(f, 0xE3DB, 0xE8D9, 0xEBD9, 0xD8DD, 0xF7D9, 0xFAD9, 0xC1D8, 0xC9D9, 0xE0DF), 2); break;
        case 4: emit(f, PICK(f, 0x6F, 0xEF, 0xFD, 0xD4, 0x7F) << 8 | 0x0F, 2), emit(f, 0xC0 | fuzz_below(f, 64), 1); break; // MMX
        case 5: if (f->has_sse) emit(f, PICK(f, 0x57, 0x58, 0x59, 0x28, 0x51) << 8 | 0x0F, 2), emit(f, 0xC0 | fuzz_below(f, 64), 1); break;
        default: // a word or the first bytes of the image
            emit(f, 0x83, 1), emit(f, 0x40 | rm | PICK(f, 0, 6) << 3, 1), emit(f, PICK(f, 0, 2, 4, 24, 32, 40, 64, 120), 1), emit(f, fuzz_below(f, 4), 1);
            break;
        }
        if (fuzz_chance(f, 3)) ask(f);
    }
    emit_reached(f, DID_UNIT_STATE);
    end_loop(f, start);
    emit(f, 0xE3DB, 2);
}

void strange_snippet(struct fuzz_case *f)
{
    switch (fuzz_below(f, 10)) {
    case 0: case 1: locked(f); break;
    case 2: case 3: prefixed(f); break;
    case 4: undocumented(f); break;
    case 5: bytes(f); break;
    case 6: case 7: tables(f); break;
    default: unit_state(f); break;
    }
}
