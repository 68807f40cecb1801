/* snippets_system.c: what goes to another privilege, task, or size, and what changes mappings, debug registers and A20. */
#include "tests/lockstep/lockstep.h"

static bool has_tables(const struct fuzz_case *f)
{
    return f->model->family >= 2 && f->mode != MODE_REAL && f->mode != MODE_UNREAL;
}

static bool is_system(const struct fuzz_case *f)
{
    return !f->user && f->mode != MODE_V86;
}

static unsigned code_selector(const struct fuzz_case *f)
{
    if (f->mode == MODE_V86) return CODE >> 4;
    if (is_flat(f) && f->origin == 0) return selector_of(f, f->bits == 32 ? SEL_CODE32 : SEL_CODE16);
    return selector_of(f, f->bits == f->first_bits ? SEL_CODE : SEL_CODE_OTHER);
}

/* --- tasks --------------------------------------------------------------------------------------------------------------------------------- */

/* A TSS is set up by the guest; its format: SDM 3A 7.2.1, 7.6. */
static unsigned set_task(struct fuzz_case *f, bool wide)
{
    uint32_t flags = 2 | (fuzz_value(f) & 0xCD5) | (fuzz_chance(f, 8) ? 0x100 : 0) | (fuzz_chance(f, 8) ? 0x4000 : 0) | (fuzz_chance(f, 2) ? 0x200 : 0);
    bool     v86 = f->mode == MODE_V86;
    unsigned label;

    if (v86 || fuzz_chance(f, 4)) flags |= 0x3000;
    if (wide) {
        emit_set(f, TASK32 + 0x20, 0, word(f));
        label = f->n - word(f);
        emit_set(f, TASK32 + 0x24, flags, 2);
        emit_set(f, TASK32 + 0x38, variable(f, STACK_TOP - 0x400), 2);
        emit_set(f, TASK32 + 0x4C, code_selector(f), 2);
        emit_set(f, TASK32 + 0x50, v86 ? STACK >> 4 : selector_of(f, SEL_STACK), 2);
        if (fuzz_chance(f, 4)) emit_set(f, TASK32 + 0x54, v86 ? DATA >> 4 : selector_of(f, PICK(f, SEL_DATA, SEL_EXTRA, SEL_READONLY, SEL_SMALL)), 2);
        if (fuzz_chance(f, 8)) emit_set(f, TASK32 + 0x64, fuzz_below(f, 2), 2); // the debug trap
        if (fuzz_chance(f, 6)) emit_set(f, TASK32 + PICK(f, 0x48, 0x4C, 0x50, 0x54, 0x58, 0x60), fuzz_below(f, 0x100), 2);
        return label;
    }
    emit_set(f, TASK16 + 0x0E, 0, word(f));
    label = f->n - word(f);
    emit_set(f, TASK16 + 0x10, flags, 2); // after the upper half of a wide IP
    emit_set(f, TASK16 + 0x1A, variable(f, STACK_TOP - 0x400), 2);
    emit_set(f, TASK16 + 0x24, code_selector(f), 2);
    emit_set(f, TASK16 + 0x26, selector_of(f, SEL_STACK), 2);
    return label;
}

static void task(struct fuzz_case *f)
{
    bool     wide = f->model->family >= 3 && (f->mode == MODE_V86 || is_flat(f) || fuzz_chance(f, 2));
    unsigned how = f->mode == MODE_V86 ? 3 : fuzz_below(f, 4), label, over, main_task = SEL_TSS * 8 + (f->user ? 3 : 0);

    if (fuzz_chance(f, 4) && f->mode != MODE_V86) { // perhaps it is the other task that comes here
        emit_far(f, PICK(f, 0xEA, 0xEA, 0x9A), main_task, 0);
        emit_reached(f, DID_TASK_HOME);
        return;
    }
    label = set_task(f, wide);
    switch (how) {
    case 0: emit_far(f, 0xEA, selector_of(f, wide ? SEL_TASK32 : SEL_TASK16), fuzz_value(f)); break;
    case 1: emit_far(f, 0x9A, selector_of(f, wide ? SEL_TASK32 : SEL_TASK16), fuzz_value(f)); break;
    case 2: emit_far(f, PICK(f, 0x9A, 0xEA), selector_of(f, SEL_TASK_GATE), 0); break; // to the wide one, or the 286's
    default: emit(f, 0xCD, 1), emit(f, wide ? 0x38 : 0x39, 1); break;
    }
    emit_reached(f, DID_TASK_BACK);
    some(f, 3);
    over = emit_jump(f);
    set_label(f, label);
    emit_reached(f, DID_TASK_IN);
    if (fuzz_chance(f, 2)) some(f, 4);
    if (fuzz_chance(f, 5)) { // goes on in that task
        set_jump(f, over);
        return;
    }
    if (how == 0 || fuzz_chance(f, 8)) emit_far(f, 0xEA, main_task, 0);
    else emit(f, 0xCF, 1); // IRET with NT
    some(f, 2);            // where the task goes on if it is called again as it is
    set_jump(f, over);
}

/* --- gates --------------------------------------------------------------------------------------------------------------------------------- */

static void gate(struct fuzz_case *f)
{
    unsigned n = fuzz_below(f, 12), count = 1 + fuzz_below(f, 3);

    if (n >= GATES) n = fuzz_below(f, 4);
    if (fuzz_chance(f, 5)) {
        emit(f, 0xCD, 1), emit(f, 0x3A + fuzz_below(f, 4), 1); // INT through gates of the other size, of level 0, absent
        emit_reached(f, DID_INT_GATE);
        some(f, 2);
        return;
    }
    while (count--) {
        for (unsigned k = 3; k--;) emit(f, 0x50 + PICK(f, 0, 1, 2, 3), 1);
        if (fuzz_chance(f, 4)) some(f, 1);
        if (f->model->family >= 3 && fuzz_chance(f, 4)) { // with an operand of the other size; a gate does not care
            emit(f, 0x66, 1), emit(f, 0x9A, 1), emit(f, fuzz_value(f), 6 - word(f)), emit(f, selector_of(f, SEL_GATE + n), 2);
        } else {
            emit_far(f, fuzz_chance(f, 10) ? 0xEA : 0x9A, selector_of(f, SEL_GATE + n), fuzz_value(f));
        }
        emit_reached(f, DID_GATE);
        some(f, 3);
    }
}

/* SYSENTER and back by SYSEXIT, which lands in flat 32-bit code of level 3: from there to the case's own segments. */
static void sysenter(struct fuzz_case *f)
{
    unsigned bits = f->bits, over, label, origin = f->origin;
    bool     back = f->user || fuzz_chance(f, 20);

    if (bits != 32 || f->mode == MODE_V86 || f->model->family < 6) {
        some(f, 3);
        return;
    }
    emit_variable(f, 0x89, 4, FAR); // MOV [], ESP
    emit_load(f, 6, back);
    label = emit_load_label(f, 2);
    emit_variable(f, 0x8B, 1, FAR);
    if (!is_flat(f)) emit(f, 0xC181, 2), emit(f, STACK, 4); // ADD ECX, STACK: ESP in the flat segment
    emit(f, fuzz_chance(f, 10) ? 0x350F : 0x340F, 2);      // or SYSEXIT alone
    emit_reached(f, DID_SYSENTER);
    over = emit_jump(f);
    f->origin = CODE;
    set_label(f, label); // EDX
    f->origin = origin;
    emit(f, 0xEA, 1), emit(f, origin + f->n + 6, 4), emit(f, selector_of(f, SEL_CODE), 2);
    emit_load(f, 0, selector_of(f, SEL_STACK));
    emit(f, 0xD08E, 2);                                     // MOV SS, AX
    if (!is_flat(f)) emit(f, 0xEC81, 2), emit(f, STACK, 4); // SUB ESP
    emit_reached(f, DID_SYSEXIT);
    set_jump(f, over);
    some(f, 3);
}

/* --- other sizes ----------------------------------------------------------------------------------------------------------------------------- */

/* Code of the other size, or with another base, for a while; whatever faults there goes on at its end. */
static void visit(struct fuzz_case *f)
{
    unsigned bits = f->bits, origin = f->origin, to = is_flat(f) && fuzz_chance(f, 3) ? 32 : 48 - bits, at, next, tail, back = code_selector(f), there;

    if (!has_tables(f) || f->mode == MODE_V86 || f->model->family < 3) {
        some(f, 3);
        return;
    }
    if (is_flat(f)) there = selector_of(f, to == 32 ? SEL_CODE32 : SEL_CODE16);
    else there = selector_of(f, to == f->first_bits ? SEL_CODE : SEL_CODE_OTHER);
    emit_far(f, 0xEA, there, 0);
    at = f->n - 2 - word(f);
    if (is_flat(f)) f->origin = 0;
    patch(f, at, f->origin + f->n, word(f));
    f->bits = to;
    emit_set(f, RESUME, 0, 4);
    tail = f->n - 4;
    emit_reached(f, DID_OTHER_SIZE);
    if (is_flat(f)) emit_segment(f, 3, selector_of(f, SEL_DATA_LOW));
    if (is_flat(f)) emit_segment(f, 0, selector_of(f, fuzz_chance(f, 4) ? SEL_EDGE : SEL_DATA_LOW));
    for (unsigned n = 1 + fuzz_below(f, 3); n-- > 0;) emit_body(f);
    patch(f, tail, f->origin + f->n, 4);
    if (is_flat(f)) emit_segment(f, 3, selector_of(f, SEL_DATA));
    if (is_flat(f)) emit_segment(f, 0, selector_of(f, SEL_DATA));
    emit_set(f, RESUME, 0, 4);
    next = f->n - 4;
    if (f->bits == 16) emit(f, 0x66, 1);
    emit(f, 0xEA, 1), emit(f, 0, 4), emit(f, back, 2);
    f->bits = bits;
    f->origin = origin;
    patch(f, f->n - 6, f->origin + f->n, 4);
    patch(f, next, f->origin + f->n, 4);
}

static void other_stack(struct fuzz_case *f)
{
    if (!has_tables(f) || f->mode == MODE_V86) {
        some(f, 3);
        return;
    }
    emit_segment(f, 2, selector_of(f, PICK(f, SEL_STACK_OTHER, SEL_STACK_OTHER, SEL_STACK_DOWN)));
    emit_reached(f, DID_OTHER_STACK);
    if (fuzz_chance(f, 4)) emit_load(f, 4, fuzz_chance(f, 2) ? fuzz_below(f, 8) : variable(f, 0x2000) + fuzz_below(f, 8)); // wraps, or a page's start
    for (unsigned n = 1 + fuzz_below(f, 2); n-- > 0;) emit_body(f);
    if (fuzz_chance(f, 2)) emit_segment(f, 2, selector_of(f, SEL_STACK));
}

/* --- mappings -------------------------------------------------------------------------------------------------------------------------------- */

enum { ALIAS_PAGES = 0x50 }; /* that have an entry in tables of both kinds */

static uint32_t table_entry(const struct fuzz_case *f, unsigned n)
{
    return PAGES + PAGE_SIZE * (f->pae ? 2 : 1) + ((ALIASES >> PAGE_SHIFT) + n) * (f->pae ? 8 : 4);
}

/* XOR or MOV of an entry for a page above 1 MB; the old translation may be used on and on. */
static void emit_entry(struct fuzz_case *f, unsigned n, uint32_t v)
{
    if (fuzz_chance(f, 3)) emit(f, 0x3581, 2), v = PICK(f, 1, 2, 4, 0x20, 0x40, 0x1000); // XOR
    else emit(f, 0x05C7, 2);
    emit(f, table_entry(f, n), 4), emit(f, v, 4);
}

static void flush(struct fuzz_case *f, uint32_t at)
{
    if (fuzz_chance(f, 3)) return;
    if (f->user) { // by a task switch
        if (fuzz_chance(f, 2)) task(f);
    } else if (f->model->family >= 4 && fuzz_chance(f, 2)) {
        emit(f, 0x3D010F, 3), emit(f, at, 4);
        emit_reached(f, DID_INVLPG);
    } else {
        emit(f, 0xD8200F, 3), emit(f, 0xD8220F, 3);
    }
}

static void pages(struct fuzz_case *f)
{
    unsigned n = fuzz_below(f, ALIAS_PAGES), start, over, k = 0;
    uint32_t at = ALIASES + n * PAGE_SIZE;

    if (f->mode != MODE_PAGED || f->bits != 32) {
        some(f, 3);
        return;
    }
    over = emit_jump(f); // a subroutine, to be called in the page that is mapped to it
    start = f->n;
    some(f, 3);
    emit(f, 0xC3, 1);
    set_jump(f, over);
    for (unsigned count = 1 + fuzz_below(f, 3); count-- > 0;) {
        uint32_t frame = fuzz_chance(f, 3) ? CODE + fuzz_below(f, 6) * PAGE_SIZE : fuzz_chance(f, 2) ? DATA + fuzz_below(f, 16) * PAGE_SIZE : (CODE + start) & ~0xFFFu;
        emit_entry(f, n, frame | (fuzz_chance(f, 6) ? 0 : 1) | (fuzz_chance(f, 3) ? 0 : 2) | (fuzz_chance(f, 5) ? 0 : 4));
        emit_reached(f, DID_PAGES);
        flush(f, at);
        emit_load(f, PICK(f, 3, 6, 7), at + (fuzz_chance(f, 2) ? fuzz_below(f, PAGE_SIZE) : PAGE_SIZE - fuzz_below(f, 12)));
        some(f, 4);
        if (fuzz_chance(f, 2)) { // CALL
            k = 1 + fuzz_below(f, 3);
            while (k--) emit(f, 0xE8, 1), emit(f, at + (start & PAGE_MASK) - (CODE + f->n + 4), 4);
        }
    }
}

static void debug_registers(struct fuzz_case *f)
{
    bool     wide = f->bits == 32;
    unsigned n = fuzz_below(f, 4), kind = fuzz_below(f, 4), tail, prefix = 0x66;
    uint32_t at;

    if (f->model->family < 3 || !is_system(f)) {
        some(f, 3);
        return;
    }
    at = kind == 2 ? PICK(f, 0x40, 0x21, 0x61, 0x80) : kind == 0 ? CODE + f->n + 30 + fuzz_below(f, 60) : (is_flat(f) ? 0 : DATA) + fuzz_pointer(f);
    if (fuzz_chance(f, 4)) at = STACK + COUNT;
    if (fuzz_chance(f, 4)) at = STACK + STACK_TOP - fuzz_below(f, 32);
    tail = emit_label_to(f, RESUME);
    if (!wide) emit(f, prefix, 1);
    emit(f, 0xB8, 1), emit(f, at, 4);
    emit(f, 0xC0230F | n << 19, 3); // MOV DRn, EAX
    if (!wide) emit(f, prefix, 1);
    emit(f, 0xB8, 1), emit(f, 0x400u | PICK(f, 1, 2, 3) << 2 * n | (kind | PICK(f, 0, 1, 3, 3) << 2) << (16 + 4 * n), 4);
    emit(f, 0xF8230F, 3); // MOV DR7, EAX
    emit_reached(f, kind == 2 ? DID_DEBUG_IO : DID_DEBUG);
    if (kind == 2) emit(f, PICK(f, 0x61E4, 0x40E4, 0x80E6, 0x21E4), 2);
    for (unsigned k = 1 + fuzz_below(f, 2); k-- > 0;) emit_body(f);
    set_label(f, tail);
    if (fuzz_chance(f, 16)) return;
    if (!wide) emit(f, prefix, 1);
    emit(f, 0xC031, 2), emit(f, 0xF8230F, 3);
}

/* With the 21st address line held down the second megabyte is the first one. */
static void a20(struct fuzz_case *f)
{
    unsigned tail, start, over, far = f->big_pages ? 0x400000 : 0x100000;

    if (f->model->family < 2) {
        some(f, 3);
        return;
    }
    over = emit_jump(f);
    start = f->n;
    some(f, 3);
    emit(f, 0xC3, 1);
    set_jump(f, over);
    tail = emit_label_to(f, RESUME);
    for (unsigned count = 1 + fuzz_below(f, 3); count-- > 0;) {
        emit(f, 0xB0 | fuzz_below(f, 2) << 9, 2), emit(f, 0x92E6, 2); // MOV AL, 0 or 2; OUT 92h, AL
        emit_reached(f, DID_A20);
        if (is_flat(f)) {
            emit_load(f, PICK(f, 3, 6, 7), (fuzz_chance(f, 2) ? far : 0) + DATA + fuzz_below(f, 0x2000));
            emit_load(f, PICK(f, 3, 6, 7), (fuzz_chance(f, 2) ? far : 0) + (fuzz_chance(f, 3) ? CODE + f->n + fuzz_below(f, 40) : DATA + fuzz_below(f, 0x2000)));
            some(f, 4);
            if (fuzz_chance(f, 2)) emit(f, 0xE8, 1), emit(f, far + start - (f->n + 4), 4);
        } else if (by_paragraph(f)) {
            emit_segment(f, 0, 0xFFFF);
            emit_load(f, 7, 0x10 + STACK + 0x3000 + fuzz_below(f, 0x1000));
            emit(f, 0x26, 1), emit(f, 0x058B | fuzz_below(f, 2) << 1 << 8 << 2, 2); // MOV EAX or ECX, ES:[DI]
            emit(f, 0x26, 1), emit(f, 0x0501, 2);
            some(f, 3);
        } else {
            some(f, 3);
        }
    }
    set_label(f, tail);
    emit(f, 0x92E602B0, 4);
    if (by_paragraph(f)) emit_segment(f, 0, EXTRA >> 4);
}

/* CR0 and CR4: bits that change what may be, or what instructions do. */
static void control(struct fuzz_case *f)
{
    bool     four = f->model->family >= 5 && fuzz_chance(f, 3);
    unsigned tail, cr = four ? 0xE0 : 0xC0;
    uint32_t bit = four ? PICK(f, 4, 8, 0x80, 0x200, 0x600) : f->mode == MODE_PAGED && fuzz_chance(f, 2) ? 0x80000000u : PICK(f, 0x2, 0x4, 0x8, 0x8, 0x10000, 0x40000, 0xA);

    if (!is_system(f) || f->model->family < 3) {
        some(f, 3);
        return;
    }
    tail = emit_label_to(f, RESUME);
    emit(f, 0x200F | cr << 16, 3);
    if (f->bits == 16) emit(f, 0x66, 1);
    emit(f, 0x35, 1), emit(f, bit, 4); // XOR EAX, bit
    emit(f, 0x220F | cr << 16, 3);
    emit_reached(f, DID_CONTROL);
    for (unsigned n = 3; n-- > 0;) {
        if (f->has_mmx && fuzz_chance(f, 3)) emit_simd(f);
        else if (f->has_fpu && fuzz_chance(f, 2)) emit_fpu(f);
        else emit_body(f);
    }
    set_label(f, tail);
    emit(f, 0x060F, 2); // CLTS
    emit(f, 0xC0200F, 3);
    emit(f, 0xFB24, 2); // AND AL: EM
    if (f->mode == MODE_PAGED) emit(f, 0x0D, 1), emit(f, 0x80000000u, 4); // OR EAX: PG
    emit(f, 0xC0220F, 3);
}

/* An access to what register BASE leads to, with flags. */
static void same_place(struct fuzz_case *f, unsigned base)
{
    static const uint8_t rm16[8] = {[3] = 7, [6] = 4, [7] = 5};
    unsigned             rm = 0x40 | (f->bits == 32 ? base : rm16[base]), reg = PICK(f, 0, 2, 4, 6) << 3;

    if (f->model->family >= 3 && fuzz_chance(f, 3)) emit(f, 0x66, 1);
    switch (fuzz_below(f, 4)) {
    case 0: emit(f, PICK(f, 0xFE, 0xFF), 1), emit(f, rm | fuzz_below(f, 2) << 3, 1); break;
    case 1: emit(f, PICK(f, 0xF6, 0xF7), 1), emit(f, rm | PICK(f, 2, 3) << 3, 1); break;
    default:
        emit(f, PICK(f, 0x00, 0x01, 0x10, 0x11, 0x18, 0x19, 0x28, 0x29, 0x31, 0x39, 0x88, 0x8A, 0x02, 0x13), 1);
        emit(f, rm | (f->code[f->n - 1] & 1 ? PICK(f, 0, 2) << 3 : reg), 1);
        break;
    }
    emit(f, fuzz_chance(f, 6) ? fuzz_value(f) : fuzz_below(f, 16) * 2, 1);
}

/* What a loop may have in its midst that makes the place another one, or only looks like it. */
static void disturb(struct fuzz_case *f, unsigned base, unsigned alias)
{
    switch (fuzz_below(f, 8)) {
    case 0: case 1: case 2:
        if (f->mode != MODE_PAGED || f->bits != 32) break;
        emit(f, 0x3581, 2), emit(f, table_entry(f, alias), 4), emit(f, PICK(f, 0x1000, 0x1000, 1, 2), 4); // XOR
        flush(f, ALIASES + alias * PAGE_SIZE);
        return;
    case 3: emit(f, PICK(f, 0x40E4, 0x61E4), 2); return; // IN
    case 4: emit(f, 0x1E, 1), emit(f, 0x1F, 1); return; // PUSH DS; POP DS
    case 5:
        if (!by_paragraph(f)) break;
        emit(f, 0xD88C, 2), emit(f, 0x40, 1), emit(f, 0xD88E, 2); // MOV AX, DS; INC AX; MOV DS, AX
        return;
    case 6: emit(f, 0x40 + base, 1); return;
    default: break;
    }
    emit(f, 0x5850, 2); // PUSH EAX; POP EAX
}

/* A short loop whose accesses stay where they are. */
static void steady(struct fuzz_case *f)
{
    unsigned base = PICK(f, 3, 6, 7), alias = fuzz_below(f, ALIAS_PAGES), start;
    uint32_t at = (is_flat(f) ? DATA : 0) + fuzz_below(f, 0x2000);

    if (fuzz_chance(f, 3)) at = (at | (PAGE_MASK & ~31u)) + fuzz_below(f, 32);
    if (f->mode == MODE_PAGED && fuzz_chance(f, 2)) {
        at = ALIASES + alias * PAGE_SIZE + fuzz_below(f, PAGE_SIZE - 64);
        if (f->bits == 32 && !fuzz_chance(f, 4)) emit(f, 0x05C7, 2), emit(f, table_entry(f, alias), 4), emit(f, (DATA + fuzz_below(f, 14) * PAGE_SIZE) | 7, 4);
    }
    emit_load(f, base, fuzz_chance(f, 12) && f->bits == 16 ? 0xFFFF - fuzz_below(f, 40) : at);
    emit_load(f, 1, 2 + fuzz_below(f, 40));
    start = f->n;
    for (unsigned n = 2 + fuzz_below(f, 4); n-- > 0 && f->n < start + 80;) {
        same_place(f, base);
        if (fuzz_chance(f, 3)) emit(f, PICK(f, 0x00D083, 0x90D21B, 0x58909C, f->model->family >= 3 ? 0xC29A0F : 0x90D219), 3); // ADC, SBB, PUSHF, SETP
        if (fuzz_chance(f, 10)) disturb(f, base, alias);
    }
    emit(f, 0x49, 1);                                        // DEC ECX
    emit(f, 0x75 | (0x100 - (f->n + 2 - start)) << 8, 2);    // JNZ
    emit_reached(f, DID_STEADY);
    if (by_paragraph(f)) emit_segment(f, 3, DATA >> 4);
}

void system_snippet(struct fuzz_case *f)
{
    if (fuzz_chance(f, 4)) {
        steady(f);
        return;
    }
    if (f->mode == MODE_PAGED && fuzz_chance(f, 2)) {
        pages(f);
        return;
    }
    switch (fuzz_below(f, 12)) {
    case 0: case 1: if (has_tables(f)) { task(f); break; } // fall through
    case 2: case 3: if (has_tables(f) && f->mode != MODE_V86) { gate(f); break; } // fall through
    case 4: sysenter(f); break;
    case 5: visit(f); break;
    case 6: other_stack(f); break;
    case 7: case 8: case 9: debug_registers(f); break;
    case 10: a20(f); break;
    default: control(f); break;
    }
}
