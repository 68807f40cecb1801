/* snippets.c: pieces of code in which instructions work together: loops, calls, jumps, code that writes to itself, string
 * instructions, changes of mode and of rounding. */
#include "tests/lockstep/lockstep.h"

void some(struct fuzz_case *f, unsigned most)
{
    for (unsigned n = 1 + fuzz_below(f, most); n-- > 0;) emit_any(f);
}

static void pointers(struct fuzz_case *f)
{
    if (!fuzz_chance(f, 4)) emit_load(f, 3, fuzz_pointer(f)); // EBX
    if (!fuzz_chance(f, 4)) emit_load(f, 6, fuzz_pointer(f)); // ESI
    if (!fuzz_chance(f, 4)) emit_load(f, 7, fuzz_pointer(f)); // EDI
    if (fuzz_chance(f, 2)) emit_load(f, 5, is_flat(f) ? fuzz_pointer(f) : 0x1000 + fuzz_below(f, 0x4000));
}

static void stack_pointer(struct fuzz_case *f)
{
    uint32_t top = variable(f, STACK_TOP);

    if (fuzz_chance(f, 4)) top -= fuzz_below(f, 0x1800);
    emit_load(f, 4, fuzz_chance(f, 3) ? top : top & ~3u);
}

/* --- control flow -------------------------------------------------------------------------------------------------------------------------- */

static void patch_short(struct fuzz_case *f, unsigned at)
{
    patch(f, at - 1, f->n - at > 127 ? 0 : f->n - at, 1);
}

static void forward_jump(struct fuzz_case *f)
{
    unsigned at;

    emit(f, (fuzz_chance(f, 6) ? PICK(f, 0xEB, 0xE3) : 0x70 + fuzz_below(f, 16)), 1);
    emit(f, 0, 1);
    at = f->n;
    some(f, 4);
    patch_short(f, at);
}

/* A loop with its count in memory, where instructions at random do not change it. */
static void counted_loop(struct fuzz_case *f)
{
    unsigned start, back;

    emit_variable(f, 0xC7, 0, COUNT);
    emit(f, fuzz_chance(f, 8) ? 100 + fuzz_below(f, 400) : 2 + fuzz_below(f, 40), word(f));
    start = f->n;
    some(f, 6);
    if (fuzz_chance(f, 2)) forward_jump(f);
    emit_variable(f, 0xFF, 1, COUNT); // DEC
    back = f->n + 2 - start;
    if (back < 128) emit(f, 0x75 | (0x100 - back) << 8, 2);
}

/* LOOP, LOOPE, LOOPNE. */
static void ecx_loop(struct fuzz_case *f)
{
    unsigned start;

    emit_load(f, 1, 1 + fuzz_below(f, 30));
    start = f->n;
    emit(f, 0x40 + PICK(f, 0, 2, 3, 8, 10), 1);
    if (fuzz_chance(f, 2)) emit(f, PICK(f, 0x13, 0x1B, 0x03, 0x33) | 0xC200, 2); // ADC, SBB, ADD, XOR EAX, EDX
    emit(f, PICK(f, 0xE2, 0xE2, 0xE1, 0xE0), 1);
    emit(f, start - (f->n + 1), 1);
}

static void call(struct fuzz_case *f)
{
    unsigned over, depth;

    emit(f, 0xEB, 1), emit(f, 0, 1);
    over = f->n;
    depth = f->n;
    some(f, 3);
    if (fuzz_chance(f, 3)) emit(f, 0xC2, 1), emit(f, fuzz_below(f, 4) * 2, 2);
    else emit(f, 0xC3, 1);
    patch_short(f, over);
    for (unsigned n = 1 + fuzz_below(f, 3); n-- > 0;) {
        emit(f, 0xE8, 1);
        emit(f, depth - (f->n + word(f)), word(f));
    }
}

static void indirect(struct fuzz_case *f)
{
    unsigned label, reg = fuzz_below(f, 3);

    if (fuzz_chance(f, 2)) { // through a register
        emit_load(f, reg, 0);
        label = f->n - word(f);
        emit(f, 0xFF | (0xE0 + reg) << 8, 2);
    } else if (fuzz_chance(f, 2)) { // through memory
        label = emit_label_to(f, COUNT);
        emit_variable(f, 0xFF, 4, COUNT);
    } else { // RET
        emit_load(f, reg, 0);
        label = f->n - word(f);
        emit(f, 0x50 + reg, 1);
        emit(f, 0xC3, 1);
    }
    for (unsigned n = fuzz_below(f, 4); n-- > 0;) emit(f, fuzz_next(f), 1);
    set_label(f, label);
}

/* Conditions from flags that were made some instructions ago. */
static void flag_chain(struct fuzz_case *f)
{
    for (unsigned n = 2 + fuzz_below(f, 5); n-- > 0;) {
        unsigned reg = fuzz_below(f, 3), other = fuzz_below(f, 3);

        switch (fuzz_below(f, 8)) {
        case 0: emit(f, PICK(f, 0x11, 0x19, 0x13, 0x1B) | (0xC0 | reg << 3 | other) << 8, 2); break; // ADC, SBB
        case 1: emit(f, 0xD1 | (0xD0 | fuzz_below(f, 2) << 3 | reg) << 8, 2); break;                // RCL, RCR
        case 2: emit(f, 0xD3 | (0xC0 | fuzz_below(f, 8) << 3 | reg) << 8, 2); break;                // by CL
        case 3: emit(f, 0x40 + fuzz_below(f, 2) * 8 + reg, 1); break;
        case 4: emit(f, PICK(f, 0x9C, 0x9F, 0x9E), 1); if (f->code[f->n - 1] == 0x9C) emit(f, 0x58 + reg, 1); break;
        case 5: emit(f, PICK(f, 0x39, 0x85, 0x29, 0x01) | (0xC0 | reg << 3 | other) << 8, 2); break;
        case 6: emit_load(f, 1, fuzz_below(f, 40)); break;
        default: forward_jump(f); break;
        }
    }
}

/* --- strings, memory ------------------------------------------------------------------------------------------------------------------------ */

void string(struct fuzz_case *f)
{
    static const uint8_t ops[] = {0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF};

    emit_load(f, 1, fuzz_chance(f, 6) ? fuzz_below(f, 3000) : fuzz_below(f, 40));
    emit_load(f, 6, fuzz_pointer(f));
    emit_load(f, 7, fuzz_pointer(f));
    if (fuzz_chance(f, 3)) emit(f, 0xFD, 1);
    if (f->model->family >= 3 && fuzz_chance(f, 5)) emit(f, 0x67, 1);
    if (f->model->family >= 3 && fuzz_chance(f, 4)) emit(f, 0x66, 1);
    if (fuzz_chance(f, 8)) emit(f, PICK(f, 0x26, 0x2E, 0x36), 1);
    if (!fuzz_chance(f, 6)) emit(f, PICK(f, 0xF3, 0xF3, 0xF2), 1);
    emit(f, ops[fuzz_below(f, sizeof(ops))], 1);
    emit(f, 0xFC, 1);
}

/* Writes to an operand in the code itself: of the next instruction, or of one that a loop comes back to. DS or SS may not reach the
 * code, so CS does where the mode lets it, else ES. */
static void self_modifying(struct fuzz_case *f)
{
    bool     by_cs = by_paragraph(f);
    unsigned start, at, back;

    if (!is_flat(f) && !by_cs) {
        some(f, 3);
        return;
    }
    emit_variable(f, 0xC7, 0, COUNT);
    emit(f, 2 + fuzz_below(f, 12), word(f));
    start = f->n;
    if (by_cs) emit(f, 0x2E, 1);
    emit(f, PICK(f, 0x80, 0xC6, 0xFE), 1); // ADD, MOV or INC of a byte
    emit(f, f->bits == 32 ? 5 : 6, 1);
    at = f->n;
    emit(f, 0, word(f));
    if (f->code[at - 2] != 0xFE) emit(f, fuzz_value(f), 1);
    if (fuzz_chance(f, 2)) some(f, 2);
    patch(f, at, f->origin + f->n + 1 + fuzz_below(f, word(f)), word(f));
    if (fuzz_chance(f, 12)) patch(f, at, f->origin + f->n - 4 + fuzz_below(f, 16), word(f)); // into opcodes
    emit_load(f, fuzz_below(f, 3), fuzz_value(f));
    some(f, 2);
    emit_variable(f, 0xFF, 1, COUNT);
    back = f->n + 2 - start;
    if (back < 128) emit(f, 0x75 | (0x100 - back) << 8, 2);
}

static void segments(struct fuzz_case *f)
{
    bool     paragraphs = by_paragraph(f);
    unsigned reg = PICK(f, 0, 0, 3, 2), high = f->model->family >= 3 ? PICK(f, 4, 5) : 0; // ES DS SS, FS GS
    uint32_t user = f->user ? SEL_USER * 8 + 3 : 0, selector;

    if (paragraphs) selector = PICK(f, DATA >> 4, EXTRA >> 4, VIDEO >> 4, 0xB800, CODE >> 4);
    else selector = PICK(f, SEL_DATA, SEL_DATA, SEL_EXTRA, SEL_VIDEO, SEL_SMALL) * 8 + user;
    if (fuzz_chance(f, 12)) selector = fuzz_below(f, 0x10000);
    if (reg == 2) selector = paragraphs ? STACK >> 4 : SEL_STACK * 8 + user;
    emit_load(f, 0, selector);
    if (high && reg != 2 && fuzz_chance(f, 4)) reg = high;
    emit(f, 0x8E | (0xC0 | reg << 3) << 8, 2); // MOV Sreg, AX
    some(f, 4);
}

/* [REG + displacement of a byte] for one of EBX, EBP, ESI and EDI; where the mode has it, ESP too. */
static void emit_near(struct fuzz_case *f, unsigned opcode, unsigned field, unsigned reg, bool wide_address)
{
    static const uint8_t rm16[8] = {[3] = 7, [5] = 6, [6] = 4, [7] = 5};
    bool                 wide = wide_address || f->bits == 32;

    if (wide && f->bits == 16) emit(f, 0x67, 1);
    if (fuzz_chance(f, 12)) emit(f, PICK(f, 0x26, 0x36, 0x3E), 1);
    if (f->model->family >= 3 && fuzz_chance(f, 3)) emit(f, 0x66, 1);
    emit(f, opcode, 1);
    emit(f, 0x40 | field << 3 | (wide ? reg : rm16[reg]), 1);
    if (reg == 4) emit(f, 0x24, 1);
    emit(f, fuzz_below(f, 24) * 2 - 24, 1);
}

/* Reads and writes of one structure or frame, by registers that come from one another by constants: jit/groups.c. It lies near the
 * end of a page or of 64 KB, so that registers wrap, and its segment registers are loaded in between. */
void structure(struct fuzz_case *f)
{
    bool     by_386 = f->model->family >= 3;
    unsigned base = PICK(f, 3, 5, 6, 7), other = PICK(f, 3, 5, 6, 7), reg;
    uint32_t edge = fuzz_chance(f, 2) ? 0x1000 : 0, at = (is_flat(f) ? DATA : 0) + edge - 16 + fuzz_below(f, 16) * 2;

    if (fuzz_chance(f, 2)) emit_load(f, 4, is_flat(f) ? STACK + 0x2000 - 16 + fuzz_below(f, 16) * 2 : (edge - 8 + fuzz_below(f, 8) * 2) & 0xFFFF);
    if (by_386 && f->bits == 16 && fuzz_chance(f, 3)) emit(f, 0x66, 1), emit(f, 0xB8 + base, 1), emit(f, at, 4);
    else emit_load(f, base, at);
    emit_load(f, other, at);
    for (unsigned n = 4 + fuzz_below(f, 16); n-- > 0;) {
        bool wide = by_386 && fuzz_chance(f, 4);
        reg = fuzz_chance(f, 3) ? other : base;
        switch (fuzz_below(f, 14)) {
        case 0: case 1: case 2: emit_near(f, PICK(f, 0x8B, 0x8B, 0x8A, 0x03, 0x39, 0x3A), fuzz_below(f, 3), reg, wide); break;
        case 3: case 4: emit_near(f, PICK(f, 0x89, 0x89, 0x88, 0x01, 0x31, 0x11), fuzz_below(f, 3), reg, wide); break;
        case 5: emit_near(f, 0xFF, PICK(f, 0, 1, 6), reg, wide); break; // INC, DEC, PUSH
        case 6: emit(f, 0x50 + fuzz_below(f, 3), 1); break;
        case 7: emit(f, 0x58 + fuzz_below(f, 3), 1); break;
        case 8: if (by_386 && f->bits == 16) emit(f, 0x66, 1);
                emit(f, PICK(f, 0x40, 0x48) + (fuzz_chance(f, 4) ? 4 : reg), 1); break; // INC, DEC
        case 9: if (by_386 && f->bits == 16) emit(f, 0x66, 1);
                emit(f, 0x83 | (PICK(f, 0xC0, 0xE8) + (fuzz_chance(f, 3) ? 4 : reg)) << 8, 2), emit(f, fuzz_below(f, 16) - 8, 1); break; // ADD, SUB
        case 10: if (by_386 && f->bits == 16) emit(f, 0x66, 1);
                 emit(f, 0x8B | (0xC0 + 8 * reg + (fuzz_chance(f, 2) ? 4 : base)) << 8, 2); break; // MOV
        case 11: if (by_386 && f->bits == 16) emit(f, 0x66, 1);
                 emit_near(f, 0x8D, reg, fuzz_chance(f, 3) && by_386 ? 4 : base, by_386); break; // LEA
        case 12: if (by_386) emit_near(f, PICK(f, 0x8B, 0x89), fuzz_below(f, 3), 4, true); break;
        default:
            emit(f, 0xB8, 1), emit(f, by_paragraph(f) ? PICK(f, DATA >> 4, EXTRA >> 4, STACK >> 4) : (SEL_DATA + fuzz_below(f, 2)) * 8 + (f->user ? SEL_USER * 8 + 3 : 0), word(f));
            if (fuzz_chance(f, 2)) emit(f, 0x8E | (0xC0 | PICK(f, 0, 3) << 3) << 8, 2); // MOV to ES, DS
            else emit(f, 0x50, 1), emit(f, PICK(f, 0x07, 0x1F), 1);                     // the same by PUSH and POP
            break;
        }
    }
}

/* --- modes ------------------------------------------------------------------------------------------------------------------------------------ */

static void flags(struct fuzz_case *f)
{
    uint32_t v = fuzz_value(f) & 0xCD5;

    if (fuzz_chance(f, 6)) v |= 0x100; // TF
    if (fuzz_chance(f, 3)) v |= 0x200; // IF
    if (fuzz_chance(f, 12) && f->bits == 32) v |= 0x40000; // AC
    if (f->model->family < 3) v &= 0xFFF;
    emit_load(f, 0, v);
    emit(f, 0x9D50, 2); // PUSH EAX; POPF
    some(f, 4);
    if (fuzz_chance(f, 3)) emit(f, PICK(f, 0xFA, 0xFB), 1);
    emit(f, 0xFC, 1);
}

/* Protected mode and back, with interrupts off, without another code segment. */
static void protected_for_a_while(struct fuzz_case *f)
{
    if ((f->mode != MODE_REAL && f->mode != MODE_UNREAL) || f->model->family < 3) {
        some(f, 2);
        return;
    }
    emit(f, 0xFA, 1);
    emit(f, 0xC0200F, 3);              // MOV EAX, CR0
    emit(f, 0x010C, 2);                // OR AL, 1
    emit(f, 0xC0220F, 3);              // MOV CR0, EAX
    if (fuzz_chance(f, 2)) emit_load(f, 1, PICK(f, SEL_DATA, SEL_EXTRA, SEL_SMALL) * 8), emit(f, 0xC18E, 2); // MOV ES, CX
    if (fuzz_chance(f, 2)) emit(f, 0xC801, 2);
    emit(f, 0xC0200F, 3);
    emit(f, 0xFE24, 2);                // AND AL, FE
    emit(f, 0xC0220F, 3);
    emit_load(f, 1, DATA >> 4), emit(f, 0xC18E, 2);
}

/* To the code segment of the other size, which has the same base. */
static void other_size(struct fuzz_case *f)
{
    unsigned to = f->bits == 16 ? 32 : 16;
    bool     is_other = to != f->first_bits;

    if (is_flat(f) || f->model->family < 3 || (f->mode != MODE_SEGMENTS16 && f->mode != MODE_SEGMENTS32)) return;
    emit(f, 0xEA, 1);
    emit(f, f->n + word(f) + 2, word(f));
    emit(f, (is_other ? SEL_CODE_OTHER : SEL_CODE) * 8 + (f->user ? SEL_USER * 8 + 3 : 0), 2);
    f->bits = to;
}

static void system_things(struct fuzz_case *f)
{
    switch (fuzz_below(f, 8)) {
    case 0: emit(f, 0xCD, 1), emit(f, 0x30 + fuzz_below(f, 16), 1); break; // INT
    case 1: emit(f, PICK(f, 0xCC, 0xCE), 1); break;
    case 2: emit(f, 0xE4, 1), emit(f, PICK(f, 0x40, 0x21, 0x61, 0x61), 1); break; // IN
    case 3: emit_load(f, 0, fuzz_value(f)), emit(f, 0x80E6, 2); break;             // OUT 80h
    case 4: if (f->model->family >= 3) emit(f, 0xD8200F, 3), emit(f, 0xD8220F, 3); break; // CR3 anew
    case 5: if (f->model->family >= 4) emit(f, f->bits == 32 ? 0x3D010F : 0x3E010F, 3), emit(f, fuzz_pointer(f), word(f)); break; // INVLPG
    case 6: if (f->model->family >= 5) emit(f, PICK(f, 0xA20F, 0x310F), 2); break;
    default: emit(f, PICK(f, 0x9B, 0xF4, 0xFB, 0xFB), 1); break; // WAIT, HLT, STI
    }
    some(f, 2);
}

void emit_body(struct fuzz_case *f)
{
    switch (fuzz_below(f, 12)) {
    case 0: counted_loop(f); break;
    case 1: ecx_loop(f); break;
    case 2: call(f); break;
    case 3: indirect(f); break;
    case 4: flag_chain(f); break;
    case 5: string(f); break;
    case 6: structure(f); break;
    case 7: rounding(f); break;
    default: some(f, 8); break;
    }
}

static void snippet(struct fuzz_case *f)
{
    switch (fuzz_below(f, 58)) {
    case 0: case 1: counted_loop(f); break;
    case 2: ecx_loop(f); break;
    case 3: case 4: call(f); break;
    case 5: case 6: indirect(f); break;
    case 7: case 8: flag_chain(f); break;
    case 9: case 10: string(f); break;
    case 11: case 12: self_modifying(f); break;
    case 13: segments(f); break;
    case 14: case 15: rounding(f); break;
    case 16: flags(f); break;
    case 17: protected_for_a_while(f); break;
    case 18: system_things(f); break;
    case 19: forward_jump(f); break;
    case 20: case 21: case 22: structure(f); break;
    case 23: case 24: case 25: case 26: case 27: case 28: system_snippet(f); break;
    case 29: case 30: case 31: case 32: case 33: case 34: edge_snippet(f); break;
    case 35: case 36: case 37: float_loop(f); break;
    case 38: case 39: case 40: case 41: case 42: case 43: case 44: case 45: path_snippet(f); break;
    case 46: case 47: case 48: case 49: strange_snippet(f); break;
    default: some(f, 12); break;
    }
}

void make_code(struct fuzz_case *f)
{
    unsigned start, back, count = 8 + fuzz_below(f, 60);

    f->n = 0;
    f->bits = f->first_bits;
    f->origin = is_flat(f) ? CODE : 0;
    emit_variable(f, 0xC7, 0, COUNTER);
    emit(f, 1 + fuzz_below(f, 12), word(f));
    if (f->has_fpu) emit(f, 0xE3DB, 2);
    if (fuzz_chance(f, 2)) // so that it crosses a page
        for (unsigned n = PAGE_SIZE - 64 + fuzz_below(f, 64); f->n < n;) emit(f, 0x90, 1);
    start = f->n;
    while (count-- && f->n < CODE_SIZE - 1200) {
        unsigned label = emit_label_to(f, RESUME), size = word(f);

        if (fuzz_chance(f, 3)) stack_pointer(f);
        if (!fuzz_chance(f, 3)) pointers(f);
        snippet(f);
        patch(f, label, f->origin + f->n, size);
        if (fuzz_chance(f, 10)) other_size(f);
    }
    if (f->bits != f->first_bits) other_size(f);
    stack_pointer(f);
    emit_variable(f, 0xFF, 1, COUNTER);
    emit(f, word(f) == 4 ? 0x0574 : 0x0374, 2); // JZ
    back = start - (f->n + 1 + word(f));
    emit(f, 0xE9, 1), emit(f, back, word(f));
    emit(f, 0xFEEB, 2); // JMP $
}
