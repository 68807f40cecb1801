/* explain.c: how an explanation is laid out. What it says comes from explain_check.c and explain_decode.c. See explain.h. */
#include "debug/explain.h"

#include "debug/disasm.h"
#include "debug/explain_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct explain {
    struct machine *machine;
    struct disasm  *disasm;
    uint64_t        next; /* serial number of the first exception that is not explained yet */
};

struct explain *explain_create(struct machine *machine)
{
    struct explain *x = calloc(1, sizeof(*x));

    if (!x) return NULL;
    x->machine = machine;
    x->disasm = disasm_create();
    if (x->disasm) return x;
    free(x);
    return NULL;
}

void explain_destroy(struct explain *x)
{
    if (!x) return;
    disasm_destroy(x->disasm);
    free(x);
}

/* --- lines --------------------------------------------------------------------------------------------------------------------- */

static void line(FILE *out, const char *name, const char *text)
{
    if (*text) fprintf(out, "  %-9s%s\n", name, text);
}

/* "#GP(0018)"; real mode has no error codes. */
static void name_exception(struct text *t, const struct machine_exception *e)
{
    text_add(t, "%s", exception_name(e->vector));
    if (e->has_error && is_protected(e)) text_add(t, "(%04x)", e->error);
}

static const char *mode(const struct machine_exception *e)
{
    if (is_v86(e)) return "virtual-8086 mode";
    if (!is_protected(e)) return "real mode";
    return e->bits == 32 ? "protected mode, 32-bit" : "protected mode, 16-bit";
}

/* While a handler is entered, the instruction at CS:EIP is not to blame; an INT n is. */
static bool has_instruction(const struct machine_exception *e)
{
    return e->code_size && (e->during < 0 || e->during_int) && !(e->vector == VECTOR_PF && e->error & 16);
}

static void disassemble(struct explain *x, const struct machine_exception *e, struct text *t)
{
    char     insn[96] = "";
    unsigned n = disasm_one(x->disasm, e->bits, e->eip, e->code, e->code_size, insn, sizeof(insn));

    for (unsigned k = 0; k < (n ? n : split_insn(e).complete ? split_insn(e).after : e->code_size); k++) text_add(t, "%02x", e->code[k]);
    text_add(t, "  %s", n ? insn : "no instruction");
}

static void show_place(const struct machine_exception *e, FILE *out)
{
    const struct machine_segment *cs = &e->seg[SEGMENT_CS];
    struct text t = {0};

    text_add(&t, "%04x:%0*x, linear %08x; %s", cs->selector, e->bits == 32 ? 8 : 4, e->eip, cs->base + e->eip, mode(e));
    if (has_privileges(e)) text_add(&t, ", CPL %u", e->cpl);
    text_add(&t, "; after %" PRIu64 " instructions", e->instruction);
    line(out, "where", t.buf);
}

static void show_during(const struct machine_exception *e, FILE *out)
{
    struct text t = {0};

    if (e->during < 0) return;
    if (e->during_int) text_add(&t, "software interrupt %u was being delivered", (unsigned)e->during);
    else if (e->during < 32) text_add(&t, "%s was being delivered: vector %d", exception_name((unsigned)e->during), e->during);
    else text_add(&t, "interrupt vector %d was being delivered", e->during);
    line(out, "while", t.buf);
}

static void show_page_access(const struct machine_exception *e, struct text *t)
{
    text_add(t, "%s of %s at linear %08x",
             e->error & 16 || (e->code_size == 0 && e->cr2 >= e->seg[SEGMENT_CS].base + e->eip) ? "fetch" : e->error & 2 ? "write" : "read",
             e->error & 4 ? "a user program" : "the supervisor", e->cr2);
}

static void show_operand(const struct machine_exception *e, FILE *out)
{
    struct text t = {0};

    if (e->vector == VECTOR_PF) show_page_access(e, &t);
    else if (e->operand.kind == MACHINE_OPERAND_SEGMENT && e->operand.is_access)
        text_add(&t, "%s of %u byte%s at %s:%08x, linear %08x", e->operand.write ? "write" : "read", e->operand.size,
                 e->operand.size == 1 ? "" : "s",
                 segment_name(e->operand.seg), e->operand.offset, e->operand.linear);
    else if (e->operand.kind == MACHINE_OPERAND_SEGMENT && has_instruction(e))
        text_add(&t, "%s:%08x, linear %08x", segment_name(e->operand.seg), e->operand.offset, e->operand.linear);
    line(out, e->operand.is_access || e->vector == VECTOR_PF ? "access" : "operand", t.buf);
}

/* The segment register that an access went through. */
static void show_segment(const struct machine_exception *e, FILE *out)
{
    const struct machine_segment *s = &e->seg[e->operand.seg];
    struct text t = {0};

    if (!e->operand.is_access || e->operand.kind != MACHINE_OPERAND_SEGMENT || e->vector == VECTOR_PF) return;
    text_add(&t, "%04x: ", s->selector);
    if (has_privileges(e) && !s->valid) text_add(&t, "null");
    else if (has_privileges(e)) describe_segment(&t, s);
    else text_add(&t, "base %08x, limit %08x", s->base, s->limit);
    line(out, segment_name(e->operand.seg), t.buf);
}

/* "GDT entry 3, event from outside the program" (SDM 3A 6.13), page fault bits (SDM 3A 4.7). */
static void show_error(const struct machine_exception *e, FILE *out)
{
    struct text t = {0};

    if (!e->has_error || !is_protected(e)) return;
    if (e->vector == VECTOR_PF) {
        text_add(&t, "%04x: %s, %s, %s", e->error, e->error & 1 ? "protection" : "not present", e->error & 2 ? "write" : "read",
                 e->error & 4 ? "user" : "supervisor");
        if (e->error & 8) text_add(&t, ", reserved bit");
        if (e->error & 16) text_add(&t, ", instruction fetch");
    } else if (e->error) {
        text_add(&t, "%04x: ", e->error);
        name_selector(&t, e->error);
        if (e->error & 1) text_add(&t, ", by an event that is no instruction's own");
    }
    line(out, "error", t.buf);
}

/* Whether the error code names a gate, so that the other descriptor is what it leads to. */
static bool is_gate_entry(const struct machine_exception *e)
{
    return e->error & 2 || (e->selected.there && access_is_gate((unsigned)(e->selected.bytes >> 40)));
}

static void show_descriptors(const struct machine_exception *e, FILE *out)
{
    struct text t = {0}, u = {0};

    if (e->selected.wanted) describe_descriptor(&t, e, &e->selected);
    line(out, "entry", t.buf);
    if (e->behind.wanted) describe_descriptor(&u, e, &e->behind);
    line(out, e->behind.selector & 2 ? "gate" : is_gate_entry(e) ? "leads to" : "by", u.buf);
}

static void show_pages(const struct machine_exception *e, FILE *out)
{
    static const char *const names[] = {"pdpte", "pde", "pte"};

    for (unsigned n = 0; n < 3; n++) {
        struct text t = {0};

        if (!e->page[n].size) continue;
        describe_page_entry(&t, e, n);
        line(out, names[n], t.buf);
    }
}

static void show_exception(struct explain *x, const struct machine_exception *e, FILE *out)
{
    const char *manual;
    struct text head = {0}, insn = {0}, check = {0};

    name_exception(&head, e);
    fprintf(out, "%s %s\n", head.buf, exception_title(e->vector));
    show_place(e, out);
    show_during(e, out);
    if (has_instruction(e)) disassemble(x, e, &insn);
    line(out, "code", insn.buf);
    show_error(e, out);
    show_operand(e, out);
    show_segment(e, out);
    show_descriptors(e, out);
    show_pages(e, out);
    manual = explain_check(e, insn.buf, &check);
    line(out, "check", check.buf);
    line(out, "manual", manual);
    if (e->during == VECTOR_DF)
        line(out, "so", "the double fault has no handler that can be entered: a triple fault, and the CPU shuts down (SDM 3A 6.15)");
}

/* --- what is told ---------------------------------------------------------------------------------------------------------------- */

unsigned explain_last(struct explain *x, unsigned count, bool fresh, FILE *out)
{
    struct machine_exception e;
    unsigned                 n = 0, shown = 0;

    if (!count || count > MACHINE_EXCEPTIONS) count = MACHINE_EXCEPTIONS;
    while (n < count && machine_exception(x->machine, n, &e) && (!fresh || e.serial >= x->next)) n++;
    while (n-- > 0) {
        if (!machine_exception(x->machine, n, &e)) continue;
        show_exception(x, &e, out);
        x->next = e.serial + 1;
        shown++;
    }
    return shown;
}

/* Whether the exception came out of the one before it. */
static bool is_consequence(const struct machine_exception *e)
{
    return e->vector == VECTOR_DF || (e->during >= 0 && e->during < 32 && !e->during_int);
}

/* The exceptions that followed one another, up to the newest: how far back the first is. */
static unsigned chain_start(struct explain *x)
{
    struct machine_exception e;
    unsigned                 n = 0;

    while (n + 1 < MACHINE_EXCEPTIONS && machine_exception(x->machine, n, &e) && is_consequence(&e)) n++;
    return n;
}

void explain_crash(struct explain *x, char *text, size_t size)
{
    struct machine_exception e;
    struct text              t = {0};

    text_add(&t, "triple fault");
    for (unsigned n = chain_start(x) + 1; n-- > 0;) {
        struct text check = {0}, insn = {0};

        if (!machine_exception(x->machine, n, &e) || e.vector == VECTOR_DF) continue;
        if (has_instruction(&e)) disassemble(x, &e, &insn);
        explain_check(&e, insn.buf, &check);
        text_add(&t, "%s", e.during < 0 || e.during_int ? ": " : "; then ");
        name_exception(&t, &e);
        if (e.during >= 0) text_add(&t, " delivering %s", e.during_int ? "INT" : exception_name((unsigned)e.during));
        else text_add(&t, " at %04x:%08x", e.seg[SEGMENT_CS].selector, e.eip);
        text_add(&t, ": %s", check.buf);
    }
    snprintf(text, size, "%s", t.buf);
}
