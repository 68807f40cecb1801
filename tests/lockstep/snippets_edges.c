/* snippets_edges.c: segment registers by every way, accesses about limits, page ends and wraps, code that is written to by its pages' ends. */
#include "tests/lockstep/lockstep.h"

static unsigned data_selector(struct fuzz_case *f)
{
    if (fuzz_chance(f, 12)) return fuzz_below(f, 0x10000);
    if (by_paragraph(f)) return PICK(f, DATA >> 4, EXTRA >> 4, VIDEO >> 4, CODE >> 4, 0xFFFF, (DATA >> 4) + 1, (DATA >> 4) + 0xF3, (EXTRA >> 4) + 0x7D);
    return selector_of(f, PICK(f, SEL_DATA, SEL_DATA, SEL_EXTRA, SEL_SMALL, SEL_EDGE, SEL_DOWN16, SEL_DOWN32, SEL_READONLY, SEL_ABSENT, SEL_TINY, SEL_ALIAS, SEL_CODE));
}

static unsigned stack_selector(const struct fuzz_case *f)
{
    return by_paragraph(f) ? STACK >> 4 : selector_of(f, SEL_STACK);
}

static void restore_segments(struct fuzz_case *f)
{
    emit_segment(f, 3, by_paragraph(f) ? DATA >> 4 : selector_of(f, SEL_DATA));
    emit_segment(f, 0, by_paragraph(f) ? EXTRA >> 4 : selector_of(f, SEL_EXTRA));
}

/* LES, LDS, LSS, LFS, LGS; MOV from memory; POP. */
static void segment_loads(struct fuzz_case *f)
{
    bool     by_386 = f->model->family >= 3, other = by_386 && fuzz_chance(f, 4);
    unsigned size = other ? 6 - word(f) : word(f), tail = emit_label_to(f, RESUME);

    for (unsigned n = 1 + fuzz_below(f, 4); n-- > 0;) {
        unsigned op = by_386 ? PICK(f, 0xC4, 0xC5, 0xC4, 0xC5, 0xB20F, 0xB40F, 0xB50F) : PICK(f, 0xC4, 0xC5);

        switch (fuzz_below(f, 3)) {
        case 0:
            emit_set(f, FAR, op == 0xB20F ? variable(f, STACK_TOP - fuzz_below(f, 64)) : fuzz_pointer(f), by_386 ? 4 : 2);
            emit_set(f, FAR + size, op == 0xB20F ? stack_selector(f) : data_selector(f), 2);
            if (other) emit(f, 0x66, 1);
            emit(f, 0x36, 1);
            emit(f, op, op < 0x100 ? 1 : 2);
            emit(f, (op == 0xB20F ? 4 : PICK(f, 3, 6, 7)) << 3 | (f->bits == 32 ? 5 : 6), 1), emit(f, variable(f, FAR), word(f));
            emit_reached(f, DID_FAR_LOAD);
            break;
        case 1:
            op = by_386 ? PICK(f, 0, 3, 4, 5, 2) : PICK(f, 0, 3, 2);
            emit_set(f, FAR, op == 2 ? stack_selector(f) : data_selector(f), 2);
            if (other) emit(f, 0x66, 1);
            emit_variable(f, 0x8E, op, FAR);
            emit_reached(f, DID_MOVE_SEGMENT);
            break;
        default:
            op = by_386 ? PICK(f, 0x07, 0x1F, 0xA10F, 0xA90F, 0x17) : PICK(f, 0x07, 0x1F, 0x17);
            emit_load(f, 0, op == 0x17 ? stack_selector(f) : data_selector(f));
            if (other) emit(f, 0x66, 1);
            emit(f, 0x50, 1);
            if (other) emit(f, 0x66, 1);
            emit(f, op, op < 0x100 ? 1 : 2);
            emit_reached(f, DID_POP_SEGMENT);
            break;
        }
        if (fuzz_chance(f, 3)) emit_load(f, PICK(f, 3, 6, 7), fuzz_pointer(f));
        some(f, 4);
    }
    if (fuzz_chance(f, 3)) structure(f);
    set_label(f, tail);
    if (!fuzz_chance(f, 8)) restore_segments(f);
}

/* Accesses at the very end of a segment that ends early, or begins late. */
static void small_segments(struct fuzz_case *f)
{
    static const uint32_t edges[] = {[SEL_SMALL] = 0x1234, [SEL_DOWN16] = 0x1FFF, [SEL_DOWN32] = 0x2FF8, [SEL_EDGE] = 0x2FFE, [SEL_TINY] = 0xF,
                                     [SEL_READONLY] = 0x3FFF, [SEL_ABSENT] = 0, [SEL_ALIAS] = 0xFFFF};
    unsigned n = PICK(f, SEL_SMALL, SEL_DOWN16, SEL_DOWN32, SEL_EDGE, SEL_TINY, SEL_READONLY, SEL_EDGE, SEL_DOWN16), tail, start;

    if (by_paragraph(f) || f->model->family < 2) { // of 64 KB, or of more whose offsets wrap there all the same
        tail = emit_label_to(f, RESUME);
        emit_segment(f, PICK(f, 0, 3), (DATA >> 4) + PICK(f, 0, 1, 0xF3, 0x7D));
        emit_load(f, 3, 0), emit_load(f, 5, 0), emit_load(f, 6, 0xFFFF - fuzz_below(f, 12)), emit_load(f, 7, 0xFFFF - fuzz_below(f, 12));
        for (unsigned k = 0; k < 3; k++) {
            emit_load(f, PICK(f, 3, 6, 7), 0xFFFF - fuzz_below(f, 12));
            if (f->has_fpu && fuzz_chance(f, 2)) emit(f, 0xDB | (PICK(f, 4, 5, 7) | PICK(f, 5, 5, 7) << 3) << 8, 2); // FLD, FSTP of 80 bits
            else if (f->model->family >= 2 && fuzz_chance(f, 3)) emit(f, 0x62 | (PICK(f, 4, 5, 7) | fuzz_below(f, 3) << 3) << 8, 2); // BOUND
            else some(f, 3);
        }
        set_label(f, tail);
        restore_segments(f);
        return;
    }
    tail = emit_label_to(f, RESUME);
    emit_segment(f, fuzz_chance(f, 3) ? 0 : 3, selector_of(f, n));
    emit_reached(f, DID_EDGE);
    emit_load(f, 3, edges[n] - 8 + fuzz_below(f, 12)), emit_load(f, 6, edges[n] - 8 + fuzz_below(f, 12)), emit_load(f, 7, edges[n] - 8 + fuzz_below(f, 12));
    if (fuzz_chance(f, 3)) { // up to the limit, or down from it, with the same code
        unsigned op = PICK(f, 0x078B, 0x0789, 0x0701, 0x078A, 0x0788, 0x0780), step = PICK(f, 0x40, 0x48);

        emit_load(f, 7, edges[n] + (step == 0x40 ? -30 + fuzz_below(f, 8) : 30 - fuzz_below(f, 8)));
        emit_load(f, 1, 60);
        start = f->n;
        emit(f, f->bits == 32 ? op : op - 0x200, 2); // [EDI] or [DI]
        if ((op & 0xFF) == 0x80) emit(f, 1, 1);
        emit(f, step + 7, 1);
        emit(f, 0xE2, 1), emit(f, start - (f->n + 1), 1);
    } else if (fuzz_chance(f, 2)) {
        emit_load(f, 1, fuzz_below(f, 40));
        if (f->model->family >= 3 && fuzz_chance(f, 5)) emit(f, 0x67, 1);
        if (fuzz_chance(f, 4)) emit(f, 0xFD, 1);
        emit(f, PICK(f, 0xA4F3, 0xA5F3, 0xA6F3, 0xA7F2, 0xAAF3, 0xABF3, 0xADF3, 0xAEF2, 0xAFF3), 2);
        emit(f, 0xFC, 1);
    } else {
        some(f, 6);
    }
    set_label(f, tail);
    restore_segments(f);
}

/* A small loop over memory, by registers that move by constants, with or without an index: from a page or a segment into the next one, into
 * nothing, about offset 0 and about the last one of 64 KB and of 4 GB. */
static void walk(struct fuzz_case *f)
{
    static const uint8_t bases[] = {3, 6, 7}, rm16[8] = {[3] = 7, [6] = 4, [7] = 5};
    uint32_t             base = is_flat(f) ? DATA : 0, at = PICK(f, base + PAGE_SIZE, base + 0x10000, 0, 0xFFFFFFFF, base + 0x2FFE, is_flat(f) ? NOTHING : 0x8000,
                                                                is_flat(f) ? CODE + f->n : 0xFFFF, is_flat(f) ? ALIASES + PAGE_SIZE : 0x1FFF);
    bool                 wide = f->bits == 32 || (f->model->family >= 3 && fuzz_chance(f, 4));
    int                  step = (int)PICK(f, 1, 2, 4, 4, 8, 3) * (fuzz_chance(f, 3) ? -1 : 1), count = 4 + (int)fuzz_below(f, 60);
    unsigned             start, reg, other = PICK(f, 3, 6, 7);

    if (fuzz_chance(f, 4)) step *= 64 << fuzz_below(f, 5); // so far that each turn is for itself
    for (unsigned n = 0; n < 3; n++) {
        uint32_t from = at - (uint32_t)(step * (int)fuzz_below(f, (uint32_t)count)) + fuzz_below(f, 8);
        if (f->bits == 16 && wide) emit(f, 0x66, 1), emit(f, 0xB8 + bases[n], 1), emit(f, from, 4);
        else emit_load(f, bases[n], from);
    }
    emit_load(f, 1, (uint32_t)count);
    if (fuzz_chance(f, 2)) emit_load(f, 2, fuzz_chance(f, 2) ? fuzz_below(f, 64) : fuzz_value(f)); // an index
    emit_reached(f, DID_WALK);
    start = f->n;
    for (unsigned n = 1 + fuzz_below(f, 4); n-- > 0;) {
        unsigned op = PICK(f, 0x8B, 0x8A, 0x89, 0x88, 0x01, 0x03, 0x29, 0x10, 0xFF, 0x39), low = fuzz_chance(f, 3);

        reg = fuzz_chance(f, 3) ? other : PICK(f, 3, 6, 7);
        if (f->bits == 16 && wide) emit(f, 0x67, 1);
        if (f->model->family >= 3 && fuzz_chance(f, 4)) emit(f, 0x66, 1);
        emit(f, op, 1);
        if (wide && fuzz_chance(f, 4)) emit(f, 0x44, 1), emit(f, PICK(f, 0x10, 0x50, 0x90, 0xD0) | reg, 1), emit(f, fuzz_below(f, 16) - 8, 1); // + EDX * scale
        else emit(f, (low ? 0 : 0x40) | (wide ? reg : rm16[reg]), 1), low ? (void)0 : emit(f, fuzz_below(f, 24) - 12, 1);
        if (fuzz_chance(f, 3)) emit(f, 0x40 + PICK(f, 0, 2), 1); // INC
    }
    for (unsigned n = 0; n < 3; n++) {
        if (bases[n] != other && fuzz_chance(f, 2)) continue;
        if (f->bits == 16 && wide) emit(f, 0x66, 1);
        emit(f, step == (int8_t)step ? 0x83 : 0x81, 1), emit(f, 0xC0 | bases[n], 1), emit(f, (unsigned)step, step == (int8_t)step ? 1 : wide ? 4 : 2);
    }
    emit(f, 0x49, 1);
    if (f->n + 2 - start < 128) emit(f, 0x75 | (0x100 - (f->n + 2 - start)) << 8, 2);
}

/* Repetitions that run into page ends, limits, wraps and pages that are not there, with offsets of both sizes. */
static void hard_string(struct fuzz_case *f)
{
    static const uint8_t ops[] = {0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF};
    bool                 by_386 = f->model->family >= 3;
    uint32_t             si = 0, di = 0, *side[2] = {&si, &di};

    for (unsigned n = 0; n < 2; n++) {
        uint32_t base = is_flat(f) ? DATA : 0, near = fuzz_below(f, 48) - 24;

        switch (fuzz_below(f, 6)) {
        case 0: *side[n] = base + (1 + fuzz_below(f, 14)) * PAGE_SIZE + near; break;
        case 1: *side[n] = is_flat(f) ? NOTHING + near : near; break;
        case 2: *side[n] = is_flat(f) ? ALIASES + fuzz_below(f, 0x60) * PAGE_SIZE + near : near; break;
        case 3: *side[n] = is_flat(f) ? CODE + f->n + near : near; break;
        case 4: *side[n] = is_flat(f) ? base + near : 0xFFF0 + near; break;
        default: *side[n] = fuzz_pointer(f); break;
        }
        if (f->bits == 16 && by_386 && fuzz_chance(f, 2)) { // upper halves that 16-bit offsets must leave alone
            emit(f, 0x66, 1), emit(f, 0xBE + n, 1), emit(f, (*side[n] & 0xFFFF) | (fuzz_chance(f, 2) ? 0x12340000u : 0), 4);
        } else {
            emit_load(f, 6 + n, *side[n]);
        }
    }
    if (f->bits == 16 && by_386 && fuzz_chance(f, 3)) emit(f, 0x66, 1), emit(f, 0xB9, 1), emit(f, fuzz_below(f, 80) | (fuzz_chance(f, 2) ? 0x50000 : 0), 4);
    else emit_load(f, 1, fuzz_chance(f, 5) ? fuzz_below(f, 5000) : fuzz_below(f, 80));
    if (fuzz_chance(f, 2)) emit_load(f, 0, PICK(f, 0, 0xFFFFFFFF, 0x3F800000));
    if (fuzz_chance(f, 3)) emit(f, 0xFD, 1);
    if (by_386 && fuzz_chance(f, 2)) emit(f, 0x67, 1);
    if (by_386 && fuzz_chance(f, 4)) emit(f, 0x66, 1);
    if (fuzz_chance(f, 5)) emit(f, PICK(f, 0x26, 0x2E, 0x36), 1);
    emit(f, PICK(f, 0xF3, 0xF3, 0xF2), 1);
    emit(f, ops[fuzz_below(f, sizeof(ops))], 1);
    emit_reached(f, DID_HARD_STRING);
    some(f, 2);
    emit(f, 0xFC, 1);
}

static void alignment(struct fuzz_case *f)
{
    uint32_t v = 0x40202 | (fuzz_value(f) & 0xCD5 & ~0x400u);

    if (f->model->family < 3) {
        some(f, 3);
        return;
    }
    if (f->bits == 16) emit(f, 0x66, 1);
    emit(f, 0x68, 1), emit(f, v, 4); // PUSH, POPFD
    if (f->bits == 16) emit(f, 0x66, 1);
    emit(f, 0x9D, 1);
    emit_reached(f, DID_ALIGNMENT);
    for (unsigned n = 1 + fuzz_below(f, 3); n-- > 0;) emit_body(f);
}

/* --- code that is written to ------------------------------------------------------------------------------------------------------------------- */

/* JMP over bytes that are to bring code near the end of a page, if that is near. */
static unsigned to_page_end(struct fuzz_case *f)
{
    unsigned end = (f->n + PAGE_SIZE) & ~(unsigned)PAGE_MASK, gap = end - f->n;

    if (gap < 60 || gap > 0x400 || end > CODE_SIZE - 2000) return end;
    gap -= 20 + fuzz_below(f, 20);
    emit(f, 0xE9, 1), emit(f, gap, word(f));
    while (gap--) emit(f, 0x90, 1);
    return end;
}

/* How this case can write to its code: a prefix and a base; false: it cannot. */
static bool code_writer(struct fuzz_case *f, unsigned *prefix)
{
    *prefix = is_flat(f) ? 0x3E : by_paragraph(f) ? 0x2E : 0x26;
    if (is_flat(f) || by_paragraph(f)) return true;
    emit_segment(f, 0, selector_of(f, SEL_ALIAS));
    emit_reached(f, DID_ALIAS_PATCH);
    return true;
}

/* A loop that writes words across the boundary of two code pages, or close to instructions, or into the pages before and after. */
static void page_patch(struct fuzz_case *f)
{
    unsigned end = to_page_end(f), prefix, start, back, form = fuzz_below(f, 4), tail, size = word(f);
    uint32_t at;

    tail = emit_label_to(f, RESUME);
    code_writer(f, &prefix);
    emit_variable(f, 0xC7, 0, COUNT);
    emit(f, 2 + fuzz_below(f, 30), word(f));
    start = f->n;
    for (unsigned n = 1 + fuzz_below(f, 2); n-- > 0;) {
        switch (form) {
        case 0: at = end - fuzz_below(f, 6) + 1; break;                       // across the boundary
        case 1: at = f->n + 12 + fuzz_below(f, 24); break;                    // what comes next
        case 2: at = f->n + 70 + fuzz_below(f, 60); break;                    // beside it
        default: at = (f->n & ~(unsigned)PAGE_MASK) + PICK(f, -8u, -1u, -2u, PAGE_SIZE, PAGE_SIZE + 30) + fuzz_below(f, 4); break;
        }
        if (at >= CODE_SIZE) at = f->n + 80;
        emit(f, prefix, 1);
        if (fuzz_chance(f, 3)) { // as data that is there already, mostly: only the write counts
            emit(f, 0x80, 1), emit(f, (f->bits == 32 ? 5 : 6) | PICK(f, 0, 1, 5, 6) << 3, 1), emit(f, f->origin + at, size), emit(f, fuzz_chance(f, 2) ? 0 : fuzz_value(f), 1);
        } else {
            emit(f, 0x81, 1), emit(f, (f->bits == 32 ? 5 : 6) | PICK(f, 0, 1, 5, 6) << 3, 1), emit(f, f->origin + at, size), emit(f, fuzz_chance(f, 2) ? 0 : fuzz_value(f), size);
        }
        emit_reached(f, form == 0 ? DID_PATCH_PAGE : DID_BESIDE);
        emit(f, 0xB8 + fuzz_below(f, 3), 1), emit(f, fuzz_value(f), size);
        some(f, 3);
    }
    emit_variable(f, 0xFF, 1, COUNT);
    back = f->n + 2 - start;
    if (back < 128) emit(f, 0x75 | (0x100 - back) << 8, 2);
    else emit(f, 0x850F, 2), emit(f, start - (f->n + size), size);
    set_label(f, tail);
    if (!is_flat(f) && !by_paragraph(f)) restore_segments(f);
}

/* A subroutine is copied by a repetition to where data lies, called, copied over or changed, and called again. */
static void copied_code(struct fuzz_case *f)
{
    uint32_t base = is_flat(f) ? fuzz_chance(f, 3) ? ALIASES : DATA : 0, to = base + (fuzz_chance(f, 2) ? PAGE_SIZE - fuzz_below(f, 24) : fuzz_below(f, 0x1000));
    unsigned over, start, size, segment = PICK(f, DATA, EXTRA);

    if (!is_flat(f) && !by_paragraph(f)) {
        some(f, 3);
        return;
    }
    over = emit_jump(f);
    start = f->n;
    for (unsigned n = 1 + fuzz_below(f, 3); n-- > 0;) {
        if (fuzz_chance(f, 2)) some(f, 2);
        else emit(f, PICK(f, 0x05, 0x2D, 0x35), 1), emit(f, fuzz_value(f), word(f));
    }
    if (fuzz_chance(f, 3)) { // a loop of its own
        emit_load(f, 1, 2 + fuzz_below(f, 40));
        emit(f, 0x49, 1), emit(f, 0xFD75, 2);
    }
    emit(f, is_flat(f) ? 0xC3 : 0xCB, 1);
    size = f->n - start;
    set_jump(f, over);
    if (!is_flat(f)) emit_segment(f, 0, segment >> 4);
    for (unsigned n = 1 + fuzz_below(f, 3); n-- > 0;) {
        if (fuzz_chance(f, 3)) to++;
        emit_load(f, 6, f->origin + start);
        emit_load(f, 7, to);
        emit_load(f, 1, size);
        emit(f, 0xFC, 1);
        if (!is_flat(f)) emit(f, 0x2E, 1);
        emit(f, 0xA4F3, 2);
        for (unsigned k = 1 + fuzz_below(f, 4); k-- > 0;) {
            if (is_flat(f)) emit(f, 0xE8, 1), emit(f, to - (CODE + f->n + 4), 4);
            else emit_far(f, 0x9A, segment >> 4, to);
            emit_reached(f, DID_COPIED_CODE);
            if (fuzz_chance(f, 2)) { // a byte of it, or beside it
                emit(f, is_flat(f) ? 0x3E : 0x26, 1);
                emit(f, 0x80, 1), emit(f, (f->bits == 32 ? 5 : 6) | PICK(f, 0, 6) << 3, 1), emit(f, to + fuzz_below(f, size + 8), word(f)), emit(f, fuzz_chance(f, 2) ? 0 : fuzz_value(f), 1);
            }
        }
    }
    if (by_paragraph(f)) restore_segments(f);
}

/* What D0000h to D7FFFh is: nothing, memory that is read, written, or both (i440FX: PAM4). */
static void emit_shadow(struct fuzz_case *f, unsigned attributes)
{
    if (f->bits == 16) emit(f, 0x66, 1);
    emit(f, 0xB8, 1), emit(f, 0x8000005Cu, 4);
    emit_load(f, 2, 0xCF8);
    if (f->bits == 16) emit(f, 0x66, 1);
    emit(f, 0xEF, 1);                                            // OUT DX, EAX
    emit_load(f, 2, 0xCFC);
    emit(f, 0xB0 | attributes << 8, 2), emit(f, 0xEE, 1); // MOV AL; OUT DX, AL
}

/* A loop that calls a subroutine in memory that comes and goes, or writes to it. */
static void shadow(struct fuzz_case *f)
{
    unsigned over, start, size, tail;
    uint32_t at = 0xD0000 + fuzz_below(f, 4) * PAGE_SIZE + (fuzz_chance(f, 2) ? PAGE_SIZE - fuzz_below(f, 16) : fuzz_below(f, 64));

    if (f->model->family < 3 || (!is_flat(f) && !by_paragraph(f)) || f->user) {
        some(f, 3);
        return;
    }
    over = emit_jump(f);
    start = f->n;
    for (unsigned n = 1 + fuzz_below(f, 4); n-- > 0;) emit(f, PICK(f, 0x05, 0x2D, 0x35), 1), emit(f, fuzz_value(f), word(f));
    emit(f, is_flat(f) ? 0xC3 : 0xCB, 1);
    size = f->n - start;
    set_jump(f, over);
    tail = emit_label_to(f, RESUME);
    for (unsigned n = 2 + fuzz_below(f, 3); n-- > 0;) {
        emit_shadow(f, n ? PICK(f, 0x33, 0x33, 0x11, 0x22, 0x00, 0x31) : 0x33);
        emit_reached(f, DID_SHADOW);
        if (!is_flat(f)) emit_segment(f, 0, 0xD000);
        emit_load(f, 6, f->origin + start), emit_load(f, 7, is_flat(f) ? at : at - 0xD0000), emit_load(f, 1, size);
        emit(f, 0xFC, 1);
        if (!is_flat(f)) emit(f, 0x2E, 1);
        if (!fuzz_chance(f, 3)) emit(f, 0xA4F3, 2);
        if (fuzz_chance(f, 2)) emit_shadow(f, PICK(f, 0x33, 0x11, 0x11, 0x13));
        for (unsigned k = fuzz_below(f, 4); k-- > 0;) {
            if (is_flat(f)) emit(f, 0xE8, 1), emit(f, at - (CODE + f->n + 4), 4);
            else emit_far(f, 0x9A, 0xD000, at - 0xD0000);
            if (!fuzz_chance(f, 2)) continue;
            emit(f, is_flat(f) ? 0x3E : 0x26, 1); // ADD or XOR byte
            emit(f, 0x80, 1), emit(f, (f->bits == 32 ? 5 : 6) | PICK(f, 0, 6) << 3, 1), emit(f, (is_flat(f) ? at : at - 0xD0000) + fuzz_below(f, size + 4), word(f)), emit(f, fuzz_chance(f, 2) ? 0 : fuzz_value(f), 1);
        }
    }
    set_label(f, tail);
    if (by_paragraph(f)) restore_segments(f);
}

/* Code about offset FFFFh of its segment: it runs into the limit or wraps. 16-bit code whose segment has 64 KB. */
static void wrap(struct fuzz_case *f)
{
    uint8_t  bytes[16];
    unsigned n = 0, room, prefix, label;
    uint32_t at;

    if (f->bits != 16 || is_flat(f) || f->mode == MODE_SEGMENTS32) {
        some(f, 3);
        return;
    }
    code_writer(f, &prefix);
    room = 1 + fuzz_below(f, 12);
    at = 0x10000 - room;
    while (n < room) bytes[n++] = (uint8_t)PICK(f, 0x40, 0x41, 0x4A, 0x43, 0x90, 0xF8, 0xF9, 0x05, 0x70 + fuzz_below(f, 16), 0xEB, 0xE9, 0x36);
    if (room >= 6 && fuzz_chance(f, 2)) { // JMP SS:[COUNT]
        static const uint8_t jump[5] = {0x36, 0xFF, 0x26, COUNT, 0};
        memcpy(bytes + room - 5 - fuzz_below(f, room - 5), jump, 5);
    }
    for (unsigned k = 0; k < room; k++) {
        emit(f, prefix, 1), emit(f, 0x06C6, 2), emit(f, at + k, 2), emit(f, bytes[k], 1);
    }
    label = emit_label_to(f, COUNT);
    emit_reached(f, DID_WRAP);
    for (unsigned k = 0; k < 3; k++) some(f, 1), emit(f, 0xE8, 1), emit(f, at - (f->n + 2), 2);
    set_label(f, label);
    if (!by_paragraph(f)) restore_segments(f);
}

void edge_snippet(struct fuzz_case *f)
{
    switch (fuzz_below(f, 17)) {
    case 16: shadow(f); break;
    case 13: case 14: case 15: walk(f); break;
    case 0: case 1: case 2: segment_loads(f); break;
    case 3: case 4: small_segments(f); break;
    case 5: case 6: hard_string(f); break;
    case 7: alignment(f); break;
    case 8: case 9: page_patch(f); break;
    case 10: case 11: copied_code(f); break;
    default: wrap(f); break;
    }
}
