/* explain_protect.c: what protection found wrong: selectors and their descriptors, gates, privileged instructions, targets of branches. The
 * order of the checks is that of the instructions' descriptions in SDM 2 and of SDM 3A 5.5 to 5.8 and 6.12. */
#include "debug/explain_check.h"

#include <stdio.h>
#include <string.h>

#define MANUAL_DATA  "SDM 3A 5.6 (data segments)"
#define MANUAL_STACK "SDM 3A 5.7 (stack segment)"
#define MANUAL_CODE  "SDM 3A 5.8 (transfers between code segments)"
#define MANUAL_GATE  "SDM 3A 6.11, 6.12 (gates of the IDT)"
#define MANUAL_TASK  "SDM 3A 7.2, 7.3 (TSS, task switching)"

enum role { ROLE_OTHER, ROLE_DATA, ROLE_STACK, ROLE_TRANSFER, ROLE_RETURN, ROLE_LLDT, ROLE_LTR, ROLE_DELIVERY };

/* Which use of a selector the instruction makes; *SEG is the register it loads. */
static enum role role_of(const struct machine_exception *e, const struct insn_bytes *i, unsigned *seg)
{
    *seg = SEGMENT_COUNT;
    if (e->during >= 0) return ROLE_DELIVERY;
    switch (i->op) {
    case 0x8e: *seg = i->reg; break;
    case 0x07: case 0x17: case 0x1f: *seg = i->op >> 3; break;
    case 0x1a1: case 0x1b4: *seg = SEGMENT_FS; break;
    case 0x1a9: case 0x1b5: *seg = SEGMENT_GS; break;
    case 0xc4: *seg = SEGMENT_ES; break;
    case 0xc5: *seg = SEGMENT_DS; break;
    case 0x1b2: *seg = SEGMENT_SS; break;
    case 0x9a: case 0xea: return ROLE_TRANSFER;
    case 0xff: return i->reg == 3 || i->reg == 5 ? ROLE_TRANSFER : ROLE_OTHER;
    case 0xca: case 0xcb: case 0xcf: return ROLE_RETURN;
    case 0x100: return i->reg == 2 ? ROLE_LLDT : i->reg == 3 ? ROLE_LTR : ROLE_OTHER;
    default: return ROLE_OTHER;
    }
    return *seg == SEGMENT_SS ? ROLE_STACK : *seg < SEGMENT_COUNT ? ROLE_DATA : ROLE_OTHER;
}

/* --- data and stack segments --------------------------------------------------------------------------------------------------- */

static const char *check_data(const struct machine_exception *e, unsigned seg, unsigned rpl, unsigned access, struct text *t)
{
    unsigned dpl = access_dpl(access);

    if (!access_is_segment(access)) text_add(t, "%s can hold a data or code segment only", segment_name(seg));
    else if (!access_is_readable(access)) text_add(t, "%s cannot hold code that is execute-only", segment_name(seg));
    else if (!access_is_conforming(access) && dpl < e->cpl) text_add(t, "its DPL, %u, is more privileged than CPL, %u", dpl, e->cpl);
    else if (!access_is_conforming(access) && dpl < rpl)
        text_add(t, "its DPL, %u, is more privileged than the selector's RPL, %u", dpl, rpl);
    else text_add(t, "the segment is not present (bit 47, P, is 0)");
    return MANUAL_DATA;
}

/* At privilege CPL; RPL 4: not known. */
static const char *check_stack(unsigned cpl, unsigned rpl, unsigned access, struct text *t)
{
    if (rpl < 4 && rpl != cpl) text_add(t, "RPL of the selector must be %u, that of the code; it is %u", cpl, rpl);
    else if (access_is_segment(access) && access_dpl(access) != cpl)
        text_add(t, "DPL of a stack segment must be %u, that of the code; it is %u", cpl, access_dpl(access));
    else if (!access_is_writable(access)) text_add(t, "a stack segment must be writable data");
    else if (!access_present(access)) text_add(t, "the segment is not present (bit 47, P, is 0)");
    else text_add(t, "RPL of the selector must be %u, that of the code", cpl);
    return MANUAL_STACK;
}

/* --- transfers ------------------------------------------------------------------------------------------------------------------- */

/* RPL of the selector in a far pointer that is part of the instruction; 0 if it is in memory. */
static unsigned direct_rpl(const struct machine_exception *e, const struct insn_bytes *i)
{
    unsigned at = i->after + (i->wide ? 4 : 2);

    return (i->op == 0x9a || i->op == 0xea) && at < e->code_size ? e->code[at] & 3 : 0;
}

static const char *check_system_target(const struct machine_exception *e, unsigned rpl, unsigned access, struct text *t)
{
    unsigned    dpl = access_dpl(access), type = access & 15;
    const char *what = access_is_gate(access) ? "gate" : "TSS";

    if (dpl < e->cpl) text_add(t, "DPL of the %s, %u, is more privileged than CPL, %u", what, dpl, e->cpl);
    else if (dpl < rpl) text_add(t, "DPL of the %s, %u, is more privileged than the selector's RPL, %u", what, dpl, rpl);
    else if (type == 3 || type == 11) text_add(t, "the task is busy: it cannot be entered again");
    else if (!access_present(access)) text_add(t, "the %s is not present (bit 47, P, is 0)", what);
    else text_add(t, "DPL of the %s, %u, is more privileged than the selector's RPL", what, dpl);
    return access_is_gate(access) ? MANUAL_CODE : MANUAL_TASK;
}

static const char *check_transfer(const struct machine_exception *e, const struct insn_bytes *i, unsigned access, struct text *t)
{
    bool     through_gate = e->behind.wanted && !access_is_gate(access), conforming = access_is_conforming(access);
    unsigned dpl = access_dpl(access), type = access & 15, rpl = through_gate ? 0 : direct_rpl(e, i);

    if (!access_is_segment(access) && type != 0 && type != 2 && type != 6 && type != 7 && type != 8 && type != 10 && type < 13)
        return check_system_target(e, rpl, access, t);
    if (!access_is_code(access))
        text_add(t, "%s must be a code segment%s", through_gate ? "what the gate leads to" : "the target",
                 through_gate ? "" : ", a call or task gate or a TSS");
    else if (conforming && dpl > e->cpl) text_add(t, "the conforming segment's DPL, %u, is less privileged than CPL, %u", dpl, e->cpl);
    else if (!conforming && through_gate && dpl > e->cpl)
        text_add(t, "a gate cannot lead to a less privileged segment: DPL %u, CPL %u", dpl, e->cpl);
    else if (!conforming && through_gate && dpl != e->cpl && i->op != 0x9a)
        text_add(t, "JMP cannot change the privilege level: DPL %u, CPL %u", dpl, e->cpl);
    else if (!conforming && !through_gate && dpl != e->cpl)
        text_add(t, "the segment's DPL, %u, is not CPL, %u: other levels are reached through gates", dpl, e->cpl);
    else if (!conforming && rpl > e->cpl) text_add(t, "the selector's RPL, %u, is less privileged than CPL, %u", rpl, e->cpl);
    else text_add(t, "the code segment is not present (bit 47, P, is 0)");
    return MANUAL_CODE;
}

/* Word N of the frame on the stack. */
static uint32_t frame(const struct machine_exception *e, const struct insn_bytes *i, unsigned n)
{
    uint32_t v = 0;
    unsigned size = i->wide ? 4 : 2;

    if ((n + 1) * size <= e->stack_size) memcpy(&v, e->stack + n * size, size);
    return v;
}

static const char *check_return(const struct machine_exception *e, const struct insn_bytes *i, unsigned access, struct text *t)
{
    unsigned cs = frame(e, i, 1) & 0xffff, rpl = cs & 3, dpl = access_dpl(access);

    if (i->op == 0xcf && (e->eflags & 0x4000)) {
        text_add(t, "NT is set, so IRET goes back to the task that the link of the TSS names, and that must be a busy TSS in the GDT");
        return MANUAL_TASK;
    }
    if ((cs & ~3u) != (e->error & ~3u) || (access_is_segment(access) && !access_is_code(access) && rpl != e->cpl))
        return check_stack(rpl, 4, access, t);
    if (!access_is_code(access)) text_add(t, "the return address is not in a code segment");
    else if (rpl < e->cpl) text_add(t, "a return cannot go to a more privileged level: RPL of the new CS is %u, CPL is %u", rpl, e->cpl);
    else if (access_is_conforming(access) && dpl > rpl)
        text_add(t, "the conforming segment's DPL, %u, is less privileged than its RPL, %u", dpl, rpl);
    else if (!access_is_conforming(access) && dpl != rpl) text_add(t, "DPL of the new CS, %u, is not its RPL, %u", dpl, rpl);
    else text_add(t, "the code segment is not present (bit 47, P, is 0)");
    return MANUAL_CODE;
}

/* --- entering a handler ------------------------------------------------------------------------------------------------------------ */

static const char *check_gate(const struct machine_exception *e, unsigned access, struct text *t)
{
    unsigned type = access & 0x1f;

    if (type != 5 && type != 6 && type != 7 && type != 14 && type != 15) text_add(t, "the entry is no interrupt, trap or task gate");
    else if (e->during_int && access_dpl(access) < e->cpl)
        text_add(t, "INT needs a gate whose DPL is at least CPL, %u; it is %u", e->cpl, access_dpl(access));
    else if (!access_present(access)) text_add(t, "the gate is not present (bit 47, P, is 0)");
    else text_add(t, "the gate's selector cannot be used");
    return MANUAL_GATE;
}

static const char *check_delivery(const struct machine_exception *e, unsigned access, struct text *t)
{
    if (e->vector == VECTOR_SS && access_is_segment(access)) {
        text_add(t,
                 access_present(access) ? "the handler's stack has no room for the frame"
                                        : "the handler's stack segment, from the TSS, is not present");
        return MANUAL_STACK;
    }
    if (e->vector == VECTOR_TS && access_is_segment(access)) {
        text_add(t, "the handler's stack segment, from the TSS, must be writable data whose RPL and DPL are the handler's privilege");
        return MANUAL_STACK;
    }
    if (!access_is_code(access)) text_add(t, "the gate leads to a segment that is no code");
    else if (access_dpl(access) > e->cpl)
        text_add(t, "a handler cannot be less privileged than what it interrupts: DPL %u, CPL %u", access_dpl(access), e->cpl);
    else if (!access_present(access)) text_add(t, "the handler's code segment is not present (bit 47, P, is 0)");
    else text_add(t, "from virtual-8086 mode a handler must be entered at privilege 0, in a segment that is not conforming");
    return MANUAL_GATE;
}

/* --- tasks ------------------------------------------------------------------------------------------------------------------------- */

/* #TS, but for the stacks of handlers. */
static const char *check_task(const struct machine_exception *e, unsigned access, struct text *t)
{
    struct machine_segment s = descriptor_segment(e, e->selected.bytes);
    unsigned               type = access & 15, least = type & 8 ? 103 : 43;

    if (!access_is_segment(access) && (type == 1 || type == 3 || type == 9 || type == 11)) {
        if (s.limit < least) text_add(t, "the limit of the TSS is %x, and must be at least %x", s.limit, least);
        else text_add(t, "the TSS ends in front of the stack pointer for the new privilege level, or is not the one that must be busy");
        return MANUAL_TASK;
    }
    if (!access_is_segment(access)) text_add(t, "the new task's LDT selector does not name a present LDT in the GDT");
    else if (e->behind.wanted && (e->behind.bytes >> 40 & 0x17) == 4)
        text_add(t, "the stack segment in the TSS for the new privilege level must be writable data whose RPL and DPL are that level");
    else text_add(t, "the new task's segment does not fit the privilege that RPL of its CS gives it, or is of the wrong type");
    return MANUAL_TASK;
}

/* --- by selector ------------------------------------------------------------------------------------------------------------------ */

static const char *check_system(const struct machine_exception *e, enum role role, unsigned access, struct text *t)
{
    unsigned type = access & 0x1f;

    if (e->error & 4) text_add(t, "the descriptor must be in the GDT, and the selector names the LDT");
    else if (role == ROLE_LLDT && type != 2) text_add(t, "LLDT needs the descriptor of an LDT");
    else if (role == ROLE_LTR && type != 1 && type != 9) text_add(t, "LTR needs the descriptor of a TSS that is not busy");
    else text_add(t, "the segment is not present (bit 47, P, is 0)");
    return role == ROLE_LTR ? MANUAL_TASK : "SDM 3A 3.5, SDM 2A, LLDT";
}

static const char *missing_entry(const struct machine_exception *e, struct text *t)
{
    bool     idt = e->error & 2, ldt = !idt && (e->error & 4);
    uint32_t limit = idt ? e->idt_limit : ldt ? e->seg[SEGMENT_LDTR].limit : e->gdt_limit;

    if (ldt && !e->seg[SEGMENT_LDTR].valid) text_add(t, "the selector names the LDT, and there is none");
    else if (idt && !is_protected(e))
        text_add(t, "vector %u ends at %x of the interrupt table, whose limit is %x", e->error >> 3, (e->error >> 3) * 4 + 3, limit);
    else text_add(t, "the entry ends at %x of its table, whose limit is %x", (e->error & ~7u) + 7, limit);
    return idt ? "SDM 3A 6.10 (IDT)" : "SDM 3A 3.5.1 (descriptor tables)";
}

static const char *check_selector(const struct machine_exception *e, struct text *t)
{
    struct insn_bytes i = split_insn(e);
    unsigned          seg, access = e->selected.bytes >> 40 & 0xff;
    enum role         role = role_of(e, &i, &seg);

    if (!e->selected.there) return missing_entry(e, t);
    if (e->error & 2) return check_gate(e, access, t);
    if (e->vector == VECTOR_TS && role != ROLE_DELIVERY) return check_task(e, access, t);
    switch (role) {
    case ROLE_DATA: return check_data(e, seg, i.op == 0x8e && (i.modrm & 0xc0) == 0xc0 ? e->gpr[i.modrm & 7] & 3 : 0, access, t);
    case ROLE_STACK: return check_stack(e->cpl, i.op == 0x8e && (i.modrm & 0xc0) == 0xc0 ? e->gpr[i.modrm & 7] & 3 : 4, access, t);
    case ROLE_TRANSFER: return check_transfer(e, &i, access, t);
    case ROLE_RETURN: return check_return(e, &i, access, t);
    case ROLE_LLDT:
    case ROLE_LTR: return check_system(e, role, access, t);
    case ROLE_DELIVERY: return check_delivery(e, access, t);
    default: text_add(t, "the descriptor cannot be used in this way"); return "SDM 3A 5.5";
    }
}

/* --- error code 0 -------------------------------------------------------------------------------------------------------------------- */

static bool is_privileged(const struct insn_bytes *i)
{
    static const uint16_t list[] = {0xf4, 0x106, 0x108, 0x109, 0x120, 0x121, 0x122, 0x123, 0x124, 0x126, 0x130, 0x132, 0x135};

    for (unsigned n = 0; n < sizeof(list) / sizeof(list[0]); n++)
        if (i->op == list[n]) return true;
    return (i->op == 0x100 && (i->reg == 2 || i->reg == 3)) || (i->op == 0x101 && (i->reg == 2 || i->reg == 3 || i->reg >= 6));
}

static bool is_io(unsigned op)
{
    return (op >= 0x6c && op <= 0x6f) || (op >= 0xe4 && op <= 0xe7) || (op >= 0xec && op <= 0xef);
}

static const char *check_mode(const struct machine_exception *e, const struct insn_bytes *i, struct text *t)
{
    if (is_v86(e) && iopl(e) < 3 && (i->op == 0x9c || i->op == 0x9d || i->op == 0xcd || i->op == 0xcf || i->op == 0xfa || i->op == 0xfb)) {
        text_add(t, "in virtual-8086 mode this instruction needs IOPL 3, and IOPL is %u: the monitor is to emulate it", iopl(e));
        return "SDM 3A 20.2.7 (sensitive instructions)";
    }
    if (e->cpl > 0 && is_privileged(i)) {
        text_add(t, "the instruction is privileged: CPL must be 0, and is %u", e->cpl);
        return "SDM 3A 5.9 (privileged instructions)";
    }
    if (is_io(i->op)) {
        text_add(t, "CPL %u is %s IOPL %u, and the I/O permission bitmap of the TSS does not allow the port (limit of the TSS: %x)", e->cpl,
                 e->cpl > iopl(e) ? "above" : "not above", iopl(e), e->seg[SEGMENT_TR].limit);
        return "SDM 1 18.5 (protected-mode I/O)";
    }
    if ((i->op == 0xfa || i->op == 0xfb) && e->cpl > iopl(e)) {
        text_add(t, "CPL, %u, is above IOPL, %u: the program may not change IF", e->cpl, iopl(e));
        return "SDM 1 18.5.1";
    }
    return NULL;
}

static const char *check_register(const struct machine_exception *e, const struct insn_bytes *i, struct text *t)
{
    uint32_t v = e->gpr[i->modrm & 7];

    if (i->op == 0x130 || i->op == 0x132) {
        text_add(t, "ecx is %08x: this CPU (%s) has no such register%s", e->gpr[1], e->model,
                 i->op == 0x130 ? ", or a reserved bit of it is set in edx:eax" : "");
        return i->op == 0x130 ? "SDM 2B, WRMSR" : "SDM 2B, RDMSR";
    }
    if (i->op == 0x131 || i->op == 0x133) {
        text_add(t, i->op == 0x131 ? "CR4.TSD is set, so RDTSC needs CPL 0" : "CR4.PCE is 0 and CPL is not, or there is no such counter");
        return "SDM 2B, the instruction's exceptions";
    }
    if (i->op != 0x122) return NULL;
    if (i->reg == 0 && v >> 31 && !(v & 1)) text_add(t, "CR0.PG cannot be set without CR0.PE");
    else if (i->reg == 0 && v >> 29 & 1 && !(v >> 30 & 1)) text_add(t, "CR0.NW cannot be set without CR0.CD");
    else if (i->reg == 4) text_add(t, "%08x sets bits of CR4 that are reserved on this CPU (%s)", v, e->model);
    else text_add(t, "with CR4.PAE set, one of the four page-directory-pointer-table entries has reserved bits set");
    return "SDM 2B, MOV (control registers)";
}

static bool is_aligned_class(unsigned op)
{
    return (op >= 0x110 && op <= 0x17f) || op == 0x1ae || (op >= 0x1c2 && op <= 0x1fe);
}

static bool is_near_branch(const struct insn_bytes *i)
{
    return (i->op >= 0x70 && i->op <= 0x7f) || (i->op >= 0x180 && i->op <= 0x18f) || (i->op >= 0xe0 && i->op <= 0xe3) ||
           i->op == 0xe8 || i->op == 0xe9 || i->op == 0xeb || i->op == 0xc2 || i->op == 0xc3 || (i->op == 0xff && (i->reg == 2 || i->reg == 4));
}

static const char *check_target(const struct machine_exception *e, const struct insn_bytes *i, struct text *t)
{
    unsigned  seg;
    enum role role = role_of(e, i, &seg);

    if (is_near_branch(i)) text_add(t, "the target lies beyond the limit of cs, %08x", e->seg[SEGMENT_CS].limit);
    else if (role == ROLE_RETURN && has_privileges(e) && !(frame(e, i, 1) & 0xfffc))
        text_add(t, "the new CS on the stack is a null selector");
    else if (role == ROLE_RETURN && has_privileges(e) && (frame(e, i, 1) & 3) != e->cpl && !(frame(e, i, i->op == 0xcf ? 4 : 3) & 0xfffc))
        text_add(t, "the new SS on the stack is a null selector");
    else if (role == ROLE_RETURN) text_add(t, "the return address, %08x, lies beyond the limit of the new code segment", frame(e, i, 0));
    else if (role == ROLE_TRANSFER && e->vector == VECTOR_TS)
        text_add(t, "the stack segment in the TSS for the new privilege level is null");
    else if (role == ROLE_TRANSFER) text_add(t, "the selector is null, or the offset lies beyond the limit of the target segment");
    else if (role == ROLE_STACK) text_add(t, "ss cannot hold a null selector");
    else if (role == ROLE_LTR) text_add(t, "the task register cannot hold a null selector");
    else return NULL;
    return role == ROLE_STACK || e->vector == VECTOR_TS ? MANUAL_STACK : "SDM 3A 5.3, 5.8";
}

static const char *check_zero(const struct machine_exception *e, struct text *t)
{
    struct insn_bytes i = split_insn(e);
    uint32_t          limit = e->seg[SEGMENT_CS].limit;
    const char       *manual;

    if (e->during >= 0) {
        text_add(t, "the gate's selector is null, or its offset lies beyond the limit of the handler's code segment");
        return MANUAL_GATE;
    }
    if (e->eip > limit || (e->code_size && e->eip + e->code_size - 1 > limit && !is_near_branch(&i))) {
        text_add(t, "the instruction at %08x runs beyond the limit of cs, %08x", e->eip, limit);
        return "SDM 3A 5.3";
    }
    if (!i.complete) {
        text_add(t, "an instruction must not be longer than 15 bytes, prefixes included");
        return "SDM 3A 6.15 (interrupt 13)";
    }
    if ((manual = check_mode(e, &i, t)) || (manual = check_register(e, &i, t)) || (manual = check_target(e, &i, t))) return manual;
    if (i.op == 0x134 || i.op == 0x135) {
        text_add(t, "IA32_SYSENTER_CS (MSR 174h) is 0, or the CPU is not in protected mode");
        return "SDM 2B, SYSENTER and SYSEXIT";
    }
    if (is_aligned_class(i.op) && e->operand.kind == MACHINE_OPERAND_SEGMENT && e->operand.linear & 15) {
        text_add(t, "the operand's address must be a multiple of 16");
        return "SDM 1 11.6 (alignment of 128-bit operands)";
    }
    if (i.op == 0x1ae) text_add(t, "the new MXCSR has reserved bits set");
    else text_add(t, "an instruction of more than 15 bytes, or a use that its description forbids");
    return "SDM 3A 6.15 (interrupt 13)";
}

const char *explain_protection(const struct machine_exception *e, struct text *t)
{
    if (e->has_error && e->error & 2 && !is_protected(e)) return missing_entry(e, t);
    if (e->selected.wanted) return check_selector(e, t);
    return check_zero(e, t);
}
