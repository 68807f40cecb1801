/* difference.c: see difference.h. */
#include "debug/difference.h"

#include "debug/disasm.h"

#include <inttypes.h>

static const char *const names[8] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};

/* What changed from one block to the next. */
static void print_changes(const struct machine_block *a, const struct machine_block *b, FILE *to)
{
    for (unsigned n = 0; n < 8; n++)
        if (a->gpr[n] != b->gpr[n]) fprintf(to, " %s=%08" PRIx32, names[n], b->gpr[n]);
    if (a->eflags != b->eflags) fprintf(to, " eflags=%08" PRIx32, b->eflags);
}

static void print_registers(const struct machine_block *b, FILE *to)
{
    fputs("   ", to);
    for (unsigned n = 0; n < 8; n++) fprintf(to, " %s=%08" PRIx32, names[n], b->gpr[n]);
    fprintf(to, " eflags=%08" PRIx32 "\n", b->eflags);
}

static void print_place(const struct machine_block *b, FILE *to)
{
    fprintf(to, "%10" PRIu64 " %04x:%0*" PRIx32, b->instruction, b->cs, b->bits == 32 ? 8 : 4, b->eip);
}

static unsigned print_instruction(struct disasm *d, const struct machine_block *b, uint32_t eip, const uint8_t *bytes, size_t n, FILE *to)
{
    char     text[96], hex[33] = "";
    unsigned length = disasm_one(d, b->bits, eip, bytes, n, text, sizeof(text));

    for (unsigned k = 0; k < length && k < 16; k++) snprintf(hex + 2 * k, 3, "%02x", bytes[k]);
    fprintf(to, " %-22s %-36s", hex, text);
    return length;
}

/* The instructions of a block as memory has them now. They may have changed since. */
static void print_code(struct machine *m, struct disasm *d, const struct machine_block *b, unsigned most, FILE *to)
{
    uint32_t at = 0;

    for (uint64_t n = 0; n < b->count && n < most; n++) {
        uint8_t bytes[16];
        size_t  got = machine_read(m, b->linear + at, bytes, sizeof(bytes));
        unsigned length;

        if (!got) break;
        fprintf(to, "    %08" PRIx32, b->eip + at);
        length = print_instruction(d, b, b->eip + at, bytes, got, to);
        fputc('\n', to);
        if (!length) break;
        at += length;
    }
    if (b->count > most) fprintf(to, "    ... %" PRIu64 " instructions in all\n", b->count);
}

static void print_items(const struct machine_difference *d, FILE *to)
{
    fprintf(to, "%-28s %18s %18s\n", "", "interpreter", "translator");
    for (unsigned n = 0; n < d->items; n++)
        fprintf(to, "%-28s %18" PRIx64 " %18" PRIx64 "\n", d->item[n].name, d->item[n].interp, d->item[n].jit);
    if (d->more) fputs("and more\n", to);
}

static void print_steps(struct machine *m, struct disasm *disasm, const struct machine_difference *d, FILE *to)
{
    fputs("\nThe last steps before, equal in both engines at each beginning (code as it is now):\n", to);
    for (unsigned n = d->n_blocks > 12 ? d->n_blocks - 12 : 0; n < d->n_blocks; n++) {
        print_place(&d->block[n], to);
        fprintf(to, " %" PRIu64 " instructions", d->block[n].count);
        if (n) print_changes(&d->block[n - 1], &d->block[n], to);
        fputc('\n', to);
        print_code(m, disasm, &d->block[n], n + 1 == d->n_blocks ? 64 : 8, to);
    }
    if (d->n_blocks) print_registers(&d->block[d->n_blocks - 1], to);
}

static void print_interpreter(struct disasm *disasm, const struct machine_difference *d, FILE *to)
{
    fputs("\nThe interpreter, instruction by instruction, with the registers that changed:\n", to);
    if (d->n_traced) print_registers(&d->traced[0], to);
    for (unsigned n = 0; n < d->n_traced; n++) {
        const struct machine_block *b = &d->traced[n];

        print_place(b, to);
        print_instruction(disasm, b, b->eip, b->bytes, sizeof(b->bytes), to);
        print_changes(b, n + 1 < d->n_traced ? b + 1 : &d->after[0], to);
        fputc('\n', to);
    }
}

static void print_translator(const struct machine_difference *d, FILE *to)
{
    fputs("\nThe translator, unit by unit:\n", to);
    if (d->units) print_registers(&d->unit[0], to);
    for (unsigned n = 0; n < d->units; n++) {
        print_place(&d->unit[n], to);
        fprintf(to, " %" PRIu64 " instructions ", d->unit[n].count);
        print_changes(&d->unit[n], n + 1 < d->units ? &d->unit[n + 1] : &d->after[1], to);
        fputc('\n', to);
    }
}

/* What each would have executed next. */
static void print_next(struct machine *m, struct disasm *disasm, const struct machine_difference *d, FILE *to)
{
    static const char *const engine[2] = {"interpreter", "translator"};
    uint8_t                  bytes[16];

    fputc('\n', to);
    for (unsigned n = 0; n < 2; n++) {
        size_t got = machine_read(m, d->after[n].linear, bytes, sizeof(bytes));

        fprintf(to, "next, %-11s ", engine[n]);
        print_place(&d->after[n], to);
        if (got) print_instruction(disasm, &d->after[n], d->after[n].eip, bytes, got, to);
        fputc('\n', to);
    }
}

static const char *explanation(enum machine_found found)
{
    switch (found) {
    case MACHINE_FOUND_AGAIN: return "Run again from there, the engines differ at the later instruction and not before.";
    case MACHINE_FOUND_LINKED: return "Run again from there, they differ at the later instruction, but not when units of the translator run one by one.";
    case MACHINE_FOUND_ONCE: return "Run again from there, they did not differ: the reason lies in what is not run again, such as an event or a cache.";
    default: return "Devices were used in between, so it could not be run again: it is anywhere between the two.";
    }
}

void difference_print(struct machine *m, FILE *to)
{
    const struct machine_difference *d = machine_difference(m);
    struct disasm                   *disasm = disasm_create();

    if (!d || !disasm) return;
    fprintf(to, "Equal at instruction %" PRIu64 ", different at %" PRIu64 " (%s).\n%s\n\n", d->from, d->to,
            d->is_stretch ? "a stretch of linked code" : "one unit", explanation(d->found));
    print_items(d, to);
    print_next(m, disasm, d, to);
    print_steps(m, disasm, d, to);
    if (d->n_traced) print_interpreter(disasm, d, to);
    if (d->units) print_translator(d, to);
    disasm_destroy(disasm);
}
