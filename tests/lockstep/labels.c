/* labels.c: addresses in the code and variables: what all snippets need. */
#include "tests/lockstep/lockstep.h"

uint32_t variable(const struct fuzz_case *f, uint32_t offset)
{
    return is_flat(f) ? STACK + offset : offset;
}

unsigned word(const struct fuzz_case *f)
{
    return f->bits / 8;
}

void emit_variable(struct fuzz_case *f, unsigned opcode, unsigned reg, uint32_t offset)
{
    emit(f, 0x36 | opcode << 8, 2);
    emit(f, reg << 3 | (f->bits == 32 ? 5 : 6), 1);
    emit(f, variable(f, offset), word(f));
}

void emit_set(struct fuzz_case *f, uint32_t offset, uint32_t v, unsigned size)
{
    if (size != word(f)) emit(f, 0x66, 1);
    emit_variable(f, 0xC7, 0, offset);
    emit(f, v, size);
}

void patch(struct fuzz_case *f, unsigned at, uint32_t v, unsigned size)
{
    if (at + size <= CODE_SIZE) memcpy(f->code + at, &v, size);
}

unsigned emit_label_to(struct fuzz_case *f, uint32_t offset)
{
    emit_variable(f, 0xC7, 0, offset);
    emit(f, 0, word(f));
    return f->n - word(f);
}

unsigned emit_load_label(struct fuzz_case *f, unsigned reg)
{
    emit_load(f, reg, 0);
    return f->n - word(f);
}

void set_label(struct fuzz_case *f, unsigned at)
{
    patch(f, at, f->origin + f->n, word(f));
}

unsigned emit_jump(struct fuzz_case *f)
{
    emit(f, 0xE9, 1);
    emit(f, 0, word(f));
    return f->n;
}

void set_jump(struct fuzz_case *f, unsigned at)
{
    patch(f, at - word(f), f->n - at, word(f));
}

void emit_far(struct fuzz_case *f, unsigned opcode, unsigned selector, uint32_t offset)
{
    emit(f, opcode, 1);
    emit(f, offset, word(f));
    emit(f, selector, 2);
}

void emit_segment(struct fuzz_case *f, unsigned reg, unsigned selector)
{
    emit_load(f, 0, selector);
    emit(f, 0x8E | (0xC0 | reg << 3) << 8, 2);
}

unsigned selector_of(const struct fuzz_case *f, unsigned n)
{
    return (n < SEL_TSS && f->user ? n + SEL_USER : n) * 8 + (f->user ? 3 : 0);
}

bool by_paragraph(const struct fuzz_case *f)
{
    return f->mode == MODE_REAL || f->mode == MODE_UNREAL || f->mode == MODE_V86;
}

void emit_reached(struct fuzz_case *f, enum feature feature)
{
    emit_variable(f, 0xC6, 0, REACHED + feature);
    emit(f, 1, 1);
}
