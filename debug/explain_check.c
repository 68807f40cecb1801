/* explain_check.c: see explain_check.h. Each function follows the manual's order of checks and names the first that fails in the recorded
 * state. */
#include "debug/explain_check.h"

#include <inttypes.h>
#include <string.h>

/* --- accesses to memory (SDM 3A 5.3, 5.4) ------------------------------------------------------------------------------------- */

static const char *check_segment_access(const struct machine_exception *e, struct text *t)
{
    const struct machine_segment *s = &e->seg[e->operand.seg];
    const char                   *name = segment_name(e->operand.seg);
    uint64_t                      first = e->operand.offset, last = first + e->operand.size - 1;

    if (has_privileges(e) && !s->valid) {
        text_add(t, "%s holds a null selector, which may be loaded but not used", name);
        return "SDM 3A 3.4.2, 5.4.1";
    }
    if (has_privileges(e) && e->operand.write && !access_is_writable(s->access)) {
        text_add(t, "%s holds a %s segment, which cannot be written", name, access_is_code(s->access) ? "code" : "read-only data");
        return "SDM 3A 5.4";
    }
    if (has_privileges(e) && !e->operand.write && !access_is_readable(s->access)) {
        text_add(t, "%s holds an execute-only code segment, which cannot be read", name);
        return "SDM 3A 5.4";
    }
    text_add(t, "offset%s %08" PRIx64, last == first ? "" : "s", first);
    if (last != first) text_add(t, " to %08" PRIx64, last);
    if (access_is_expand_down(s->access))
        text_add(t, " must lie above the limit of %s, an expand-down segment: from %08x to %s", name, s->limit + 1,
                 s->access & 0x4000 ? "ffffffff" : "0000ffff");
    else
        text_add(t, " must not go beyond the limit of %s, %08x", name, s->limit);
    return "SDM 3A 5.3";
}

static const char *check_alignment(const struct machine_exception *e, struct text *t)
{
    text_add(t, "CR0.AM and EFLAGS.AC are set and CPL is 3: the address must be a multiple of %u", e->operand.size ? e->operand.size : 16);
    return "SDM 3A 6.15 (interrupt 17)";
}

/* --- pages (SDM 3A 4.6, 4.7) ------------------------------------------------------------------------------------------------------ */

static const char *const levels[] = {"page-directory-pointer-table entry", "page-directory entry", "page-table entry"};

static bool lacks(const struct machine_exception *e, uint64_t bit, unsigned *level)
{
    for (*level = e->cr4 & 0x20 && bit == 1 ? 0 : 1; *level < 3; ++*level)
        if (e->page[*level].size && !(e->page[*level].entry & bit)) return true;
    return false;
}

static bool has_pse36(const struct machine_exception *e)
{
    return strcmp(e->model, "pentium") != 0 && strcmp(e->model, "pentium-mmx") != 0;
}

static const char *check_reserved(const struct machine_exception *e, struct text *t)
{
    for (unsigned n = 1; n < 3; n++) {
        const struct machine_page_entry *p = &e->page[n];
        uint64_t                         bits = 0;

        if (!p->size) continue;
        if (p->size == 8) bits = p->entry & ~0xfffffffffull & ~(e->efer & 0x800 ? 1ull << 63 : 0);
        if (is_big_page(e, n)) bits |= p->entry & (p->size == 8 ? 0x1fe000 : has_pse36(e) ? 0x3e0000 : 0x3fe000);
        if (!bits) continue;
        text_add(t, "bits %llx of the %s are reserved and must be 0", (unsigned long long)bits, levels[n]);
        return "SDM 3A 4.7 (RSVD)";
    }
    text_add(t, "a reserved bit was set in an entry that has changed since");
    return "SDM 3A 4.7 (RSVD)";
}

static const char *check_page(const struct machine_exception *e, struct text *t)
{
    unsigned level;
    bool     write = e->error & 2, user = e->error & 4;

    if (e->error & 8) return check_reserved(e, t);
    if (!(e->error & 1)) {
        if (lacks(e, 1, &level)) text_add(t, "bit 0 (P) of the %s is 0: nothing is mapped there", levels[level]);
        else text_add(t, "an entry was not present, but has changed since");
        return "SDM 3A 4.7 (P)";
    }
    if (user && lacks(e, 4, &level)) {
        text_add(t, "bit 2 (U/S) of the %s is 0: only CPL 0, 1 and 2 may use the page", levels[level]);
        return "SDM 3A 4.6 (user-mode accesses)";
    }
    if (write && lacks(e, 2, &level)) {
        text_add(t, "bit 1 (R/W) of the %s is 0: the page is read-only%s", levels[level],
                 user ? "" : ", and CR0.WP is set, so for the supervisor too");
        return "SDM 3A 4.6 (write accesses)";
    }
    if (e->error & 16) {
        level = e->page[2].size && e->page[2].entry >> 63 ? 2 : 1;
        text_add(t, "bit 63 (XD) of the %s is set: no instruction may be fetched there", levels[level]);
        return "SDM 3A 4.6 (instruction fetches)";
    }
    text_add(t, "the entries allow it: the CPU still knew older ones. Change entries only with INVLPG or a load of CR3 behind");
    return "SDM 3A 4.10.4";
}

/* --- instructions --------------------------------------------------------------------------------------------------------------------- */

static const char *check_divide(const struct machine_exception *e, struct text *t)
{
    struct insn_bytes i = split_insn(e);
    unsigned          size = i.op == 0xf6 ? 1 : i.op == 0xf7 && i.wide ? 4 : 2;
    uint32_t          divisor = 0;

    if (i.op == 0xd4) {
        text_add(t, "AAM divides AL by its second byte, which is 0");
        return "SDM 2A, AAM";
    }
    if ((i.modrm & 0xc0) == 0xc0) {
        divisor = e->gpr[size == 1 ? i.modrm & 3 : i.modrm & 7];
        if (size == 1 && i.modrm & 4) divisor >>= 8;
    } else {
        memcpy(&divisor, e->value, e->value_size < 4 ? e->value_size : 4);
    }
    divisor &= size == 4 ? ~0u : size == 2 ? 0xffff : 0xff;
    if (!divisor) text_add(t, "the divisor is 0");
    else if (size == 4)
        text_add(t, "the quotient of edx:eax = %08x%08x and %08x does not fit in 32 bits", e->gpr[2], e->gpr[0], divisor);
    else if (size == 2)
        text_add(t, "the quotient of dx:ax = %04x%04x and %04x does not fit in 16 bits", e->gpr[2] & 0xffff, e->gpr[0] & 0xffff, divisor);
    else text_add(t, "the quotient of ax = %04x and %02x does not fit in 8 bits", e->gpr[0] & 0xffff, divisor);
    if (divisor && i.reg == 7) text_add(t, " with a sign");
    return "SDM 2A, DIV and IDIV";
}

static const char *check_bound(const struct machine_exception *e, struct text *t)
{
    struct insn_bytes i = split_insn(e);
    uint32_t          low = 0, high = 0, mask = i.wide ? ~0u : 0xffff;

    memcpy(&low, e->value, i.wide ? 4 : 2);
    memcpy(&high, e->value + (i.wide ? 4 : 2), i.wide ? 4 : 2);
    text_add(t, "the index %x is not between %x and %x (with signs)", e->gpr[i.reg] & mask, low, high);
    return "SDM 2A, BOUND";
}

static const char *check_debug(const struct machine_exception *e, struct text *t)
{
    static const char *const kinds[] = {"execution", "a write", "an I/O access", "an access"};
    const char              *before = "";

    for (unsigned n = 0; n < 4; n++) {
        if (!(e->dr[6] >> n & 1) || !(e->dr[7] >> (2 * n) & 3)) continue;
        text_add(t, "%sbreakpoint %u: %s at %08x", before, n, kinds[e->dr[7] >> (16 + 4 * n) & 3], e->dr[n]);
        before = "; ";
    }
    if (e->dr[6] & 1u << 13) text_add(t, "%sDR7.GD is set, and the instruction uses a debug register", before);
    else if (e->dr[6] & 1u << 14) text_add(t, "%sEFLAGS.TF was set: an instruction has been executed", before);
    else if (e->dr[6] & 1u << 15) text_add(t, "%sthe T bit of the new task's TSS is set", before);
    else if (!*before) text_add(t, "INT1 was executed");
    return "SDM 3B 17.2, 17.3";
}

static bool is_protected_only(unsigned op, unsigned reg)
{
    return op == 0x63 || (op == 0x100 && reg < 6) || op == 0x102 || op == 0x103;
}

static bool is_sse(const char *mnemonic, unsigned op)
{
    return strstr(mnemonic, "xmm") || op == 0x1ae || (op >= 0x110 && op <= 0x117) || (op >= 0x128 && op <= 0x12f) || op == 0x1c3;
}

static const char *check_opcode(const struct machine_exception *e, const char *mnemonic, struct text *t)
{
    struct insn_bytes i = split_insn(e);

    if (i.op == 0x10b || i.op == 0x1b9 || i.op == 0x1ff) {
        text_add(t, "this instruction is there to raise #UD, always");
        return "SDM 2B, UD2";
    }
    if (i.lock) {
        text_add(t, "LOCK is allowed only before an instruction that reads, changes and writes memory");
        return "SDM 2A, LOCK";
    }
    if (is_protected_only(i.op, i.reg) && !has_privileges(e)) {
        text_add(t, "the instruction exists in protected mode only, and the CPU is in %s mode", is_v86(e) ? "virtual-8086" : "real");
        return "SDM 2A, the instruction's exceptions";
    }
    if (i.op == 0x8e && (i.reg == 1 || i.reg > 5)) {
        if (i.reg == 1) text_add(t, "CS cannot be loaded by MOV: use a far jump, call or return");
        else text_add(t, "there is no segment register %u", i.reg);
        return "SDM 2B, MOV";
    }
    if (i.op >= 0x120 && i.op <= 0x123) {
        text_add(t, i.op & 1 && (e->cr4 & 8) ? "CR4.DE is set: DR4 and DR5 do not exist" : "the CPU has no register of this number");
        return "SDM 2B, MOV";
    }
    if (is_sse(mnemonic, i.op) && (e->cr0 & 4)) text_add(t, "CR0.EM is set: SSE cannot be emulated by software");
    else if (is_sse(mnemonic, i.op) && !(e->cr4 & 0x200))
        text_add(t, "CR4.OSFXSR is 0: the system has not said that it saves the XMM registers");
    else if (strstr(mnemonic, "mm") && (e->cr0 & 4)) text_add(t, "CR0.EM is set: MMX cannot be emulated by software");
    else text_add(t, "the bytes are no instruction of this CPU (%s), or none with these operands", e->model);
    return "SDM 3A 6.15 (interrupt 6)";
}

static const char *check_device(const struct machine_exception *e, struct text *t)
{
    if (split_insn(e).op == 0x9b) text_add(t, "CR0.TS and CR0.MP are set: WAIT waits for the FPU of another task");
    else if (e->cr0 & 4) text_add(t, "CR0.EM is set: the system emulates the FPU");
    else
        text_add(t,
                 "CR0.TS is set: the FPU's registers belong to another task; the handler is to save and load them and to clear TS (CLTS)");
    return "SDM 3A 2.5, 6.15 (interrupt 7)";
}

/* The exceptions whose flag is set and whose mask is not. */
static void name_unmasked(struct text *t, unsigned flags)
{
    static const char *const names[] = {"invalid operation", "denormal operand", "division by zero", "overflow", "underflow",
                                        "inexact result"};
    const char              *before = "";

    for (unsigned n = 0; n < 6; n++) {
        if (!(flags >> n & 1)) continue;
        text_add(t, "%s%s", before, names[n]);
        before = ", ";
    }
}

static const char *check_x87(const struct machine_exception *e, struct text *t)
{
    name_unmasked(t, e->fsw & ~e->fcw & 0x3f);
    text_add(t, ": pending from the instruction at %04x:%08x, and not masked in the control word (%04x)", e->fcs, e->fip, e->fcw);
    return "SDM 1 8.5, SDM 3A 6.15 (interrupt 16)";
}

static const char *check_simd(const struct machine_exception *e, struct text *t)
{
    name_unmasked(t, e->mxcsr & ~(e->mxcsr >> 7) & 0x3f);
    text_add(t, ": not masked in MXCSR (%08x)", e->mxcsr);
    return "SDM 1 11.5, SDM 3A 6.15 (interrupt 19)";
}

static const char *check_double(const struct machine_exception *e, struct text *t)
{
    text_add(t, "%s came while %s was being delivered, and such a pair cannot be handled one after the other", exception_name(e->pair[1]),
             exception_name(e->pair[0]));
    return "SDM 3A 6.15 (interrupt 8, table 6-5)";
}

const char *explain_check(const struct machine_exception *e, const char *mnemonic, struct text *t)
{
    switch (e->vector) {
    case VECTOR_DE: return check_divide(e, t);
    case VECTOR_DB: return check_debug(e, t);
    case VECTOR_BR: return check_bound(e, t);
    case VECTOR_UD: return check_opcode(e, mnemonic, t);
    case VECTOR_NM: return check_device(e, t);
    case VECTOR_DF: return check_double(e, t);
    case VECTOR_PF: return check_page(e, t);
    case VECTOR_MF: return check_x87(e, t);
    case VECTOR_XM: return check_simd(e, t);
    case VECTOR_AC: return check_alignment(e, t);
    case VECTOR_TS:
    case VECTOR_NP:
    case VECTOR_SS:
    case VECTOR_GP:
        if (e->operand.is_access && e->operand.kind == MACHINE_OPERAND_SEGMENT) return check_segment_access(e, t);
        return explain_protection(e, t);
    default: text_add(t, "raised by software or by the machine"); return "SDM 3A 6.15";
    }
}
