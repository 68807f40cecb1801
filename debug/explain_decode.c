/* explain_decode.c: see explain_decode.h. */
#include "debug/explain_decode.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_add(struct text *t, const char *format, ...)
{
    size_t  left = sizeof(t->buf) - t->length;
    va_list args;
    int     n;

    va_start(args, format);
    n = vsnprintf(t->buf + t->length, left, format, args);
    va_end(args);
    if (n > 0) t->length += (size_t)n < left ? (size_t)n : left - 1;
}

/* SDM 3A table 6-1. */
static const struct {
    const char *name, *title;
} exceptions[] = {
    [VECTOR_DE] = {"#DE", "divide error"},          [VECTOR_DB] = {"#DB", "debug exception"},
    [VECTOR_NMI] = {"NMI", "non-maskable interrupt"}, [VECTOR_BP] = {"#BP", "breakpoint"},
    [VECTOR_OF] = {"#OF", "overflow"},              [VECTOR_BR] = {"#BR", "BOUND range exceeded"},
    [VECTOR_UD] = {"#UD", "invalid opcode"},        [VECTOR_NM] = {"#NM", "device not available"},
    [VECTOR_DF] = {"#DF", "double fault"},          [VECTOR_MP] = {"#MP", "coprocessor segment overrun"},
    [VECTOR_TS] = {"#TS", "invalid TSS"},           [VECTOR_NP] = {"#NP", "segment not present"},
    [VECTOR_SS] = {"#SS", "stack-segment fault"},   [VECTOR_GP] = {"#GP", "general protection"},
    [VECTOR_PF] = {"#PF", "page fault"},            [VECTOR_MF] = {"#MF", "x87 floating-point error"},
    [VECTOR_AC] = {"#AC", "alignment check"},       [VECTOR_MC] = {"#MC", "machine check"},
    [VECTOR_XM] = {"#XM", "SIMD floating-point exception"},
};
#define EXCEPTIONS (sizeof(exceptions) / sizeof(exceptions[0]))

const char *exception_name(unsigned vector)
{
    return vector < EXCEPTIONS && exceptions[vector].name ? exceptions[vector].name : "interrupt";
}

const char *exception_title(unsigned vector)
{
    return vector < EXCEPTIONS && exceptions[vector].title ? exceptions[vector].title : "";
}

const char *segment_name(unsigned n)
{
    static const char *const names[] = {"es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"};

    return n < sizeof(names) / sizeof(names[0]) ? names[n] : "?";
}

bool is_before_386(const struct machine_exception *e)
{
    return !strcmp(e->model, "8086") || !strcmp(e->model, "286");
}

/* --- descriptors ------------------------------------------------------------------------------------------------------------- */

struct machine_segment descriptor_segment(const struct machine_exception *e, uint64_t bytes)
{
    struct machine_segment s = {.access = bytes >> 40 & 0xf0ff, .base = bytes >> 16 & 0xffffff, .limit = bytes & 0xffff, .valid = true};

    if (is_before_386(e)) {
        s.access &= 0xff;
        return s;
    }
    s.base |= (uint32_t)(bytes >> 56) << 24;
    s.limit |= bytes >> 32 & 0xf0000;
    if (s.access & 0x8000) s.limit = s.limit << 12 | 0xfff;
    return s;
}

static const char *segment_type(unsigned access)
{
    static const char *const data[] = {"data, read-only", "data, read/write", "expand-down data, read-only",
                                       "expand-down data, read/write"};
    static const char *const code[] = {"code, execute-only", "code, execute/read", "conforming code, execute-only",
                                       "conforming code, execute/read"};

    return (access & 8 ? code : data)[access >> 1 & 3];
}

/* SDM 3A table 3-2. */
static const char *system_type(unsigned access)
{
    static const char *const types[] = {
        "reserved type 0", "16-bit TSS, available", "LDT", "16-bit TSS, busy", "16-bit call gate", "task gate", "16-bit interrupt gate",
        "16-bit trap gate", "reserved type 8", "32-bit TSS, available", "reserved type 10", "32-bit TSS, busy", "32-bit call gate",
        "reserved type 13", "32-bit interrupt gate", "32-bit trap gate"};

    return types[access & 15];
}

bool access_is_gate(unsigned access)
{
    unsigned type = access & 15;

    return !access_is_segment(access) && (type == 5 || (type & 4));
}

void describe_segment(struct text *t, const struct machine_segment *s)
{
    bool segment = access_is_segment(s->access);

    text_add(t, "%s, DPL %u, base %08x, limit %08x", segment ? segment_type(s->access) : system_type(s->access), access_dpl(s->access),
             s->base,
             s->limit);
    if (segment) text_add(t, ", %s", s->access & 0x4000 ? "32-bit" : "16-bit");
    text_add(t, access_present(s->access) ? ", present" : ", not present");
}

void name_selector(struct text *t, unsigned selector)
{
    text_add(t, "%s entry %u", selector & 2 ? "IDT" : selector & 4 ? "LDT" : "GDT", selector >> 3);
}

void describe_descriptor(struct text *t, const struct machine_exception *e, const struct machine_descriptor *d)
{
    struct machine_segment s = descriptor_segment(e, d->bytes);

    name_selector(t, d->selector);
    text_add(t, " at %08x: ", d->at);
    if (!d->there) {
        text_add(t, "beyond the end of the table");
        return;
    }
    text_add(t, "%08x %08x: ", (uint32_t)(d->bytes >> 32), (uint32_t)d->bytes);
    if (!access_is_gate(s.access)) {
        describe_segment(t, &s);
        return;
    }
    text_add(t, "%s to %04x", system_type(s.access), (unsigned)(d->bytes >> 16 & 0xffff));
    if ((s.access & 15) != 5) text_add(t, ":%08x", (uint32_t)((d->bytes & 0xffff) | (s.access & 8 ? d->bytes >> 32 & 0xffff0000 : 0)));
    text_add(t, ", DPL %u, %s", access_dpl(s.access), access_present(s.access) ? "present" : "not present");
}

/* --- pages (SDM 3A 4.3, 4.4) ---------------------------------------------------------------------------------------------------- */

bool is_big_page(const struct machine_exception *e, unsigned level)
{
    return level == 1 && (e->page[1].entry & 0x80) && (e->cr4 & 0x30);
}

void describe_page_entry(struct text *t, const struct machine_exception *e, unsigned level)
{
    const struct machine_page_entry *p = &e->page[level];
    bool     pae = e->cr4 & 0x20, page = level == 2 || is_big_page(e, level);
    unsigned index = level == 0 ? e->cr2 >> 30 : pae ? e->cr2 >> (level == 1 ? 21 : 12) & 0x1ff : e->cr2 >> (level == 1 ? 22 : 12) & 0x3ff;
    uint64_t mask = !page || level == 2 ? 0xffffff000ull : pae ? 0xfffe00000ull : 0xffc00000ull;

    text_add(t, "entry %03x at %08" PRIx64 ": %0*" PRIx64 ": ", index, p->at, p->size == 8 ? 16 : 8, p->entry);
    if (!(p->entry & 1)) {
        text_add(t, "not present");
        return;
    }
    text_add(t, "%s at %08" PRIx64 ", present",
             page ? level == 1 ? pae ? "2 MB page" : "4 MB page" : "page" : level ? "table" : "directory",
             p->entry & mask);
    if (level == 0) return;
    text_add(t, ", %s, %s", p->entry & 2 ? "writable" : "read-only", p->entry & 4 ? "user" : "supervisor");
    if (p->entry & 0x20) text_add(t, ", accessed");
    if (page && (p->entry & 0x40)) text_add(t, ", dirty");
    if (p->entry >> 63) text_add(t, ", no execution");
}

/* --- instructions ------------------------------------------------------------------------------------------------------------------ */

struct insn_bytes split_insn(const struct machine_exception *e)
{
    struct insn_bytes i = {.wide = e->bits == 32};
    unsigned          at = 0;

    for (; at < e->code_size; at++) {
        uint8_t b = e->code[at];

        if (b == 0xf0) i.lock = true;
        else if (b == 0xf2 || b == 0xf3) i.rep = true;
        else if (b == 0x66) i.wide = e->bits != 32;
        else if (b != 0x26 && b != 0x2e && b != 0x36 && b != 0x3e && b != 0x64 && b != 0x65 && b != 0x67) break;
    }
    if (at >= e->code_size) return i;
    i.op = e->code[at++];
    if (i.op == 0x0f && strcmp(e->model, "8086")) {
        if (at >= e->code_size) return i;
        i.op = 0x100 | e->code[at++];
    }
    i.complete = true;
    i.after = at;
    if (at < e->code_size) i.modrm = e->code[at];
    i.reg = i.modrm >> 3 & 7;
    return i;
}
