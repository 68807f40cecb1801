/* stubs.c: the few pieces of host code that all units share: the way in, the ways out, and the calls into C.
 *
 * Host registers in translated code: EAX ECX EDX EBX EBP ESI EDI are the guest's, ESP is in r15, upper halves zero. r14 is the
 * struct x86, 128 bytes in; r12 leads to its tables (x64_table()); r13 is the budget. r8 to r11 are scratch. */
#include "cpu/x86/jit/emit.h"
#include "cpu/x86/jit/jit_private.h"
#include "cpu/x86/jit/x64.h"

#include <assert.h>

static const uint8_t saved[] = {RBX, RBP, R12, R13, R14, R15};

static void load_registers(struct emit *e)
{
    emit_rm(e, 0x8B, 8, R13, CTX(budget));
    emit_rm(e, 0x8B, 4, R10, CTX(jf.r10));
    for (unsigned r = 0; r < 8; r++) emit_rm(e, 0x8B, 4, x64_gpr(r), x64_ctx(offsetof(struct x86, gpr) + 8 * r));
}

static void store_registers(struct emit *e)
{
    emit_rm(e, 0x89, 8, R13, CTX(budget));
    emit_rm(e, 0x89, 4, R10, CTX(jf.r10));
    for (unsigned r = 0; r < 8; r++) emit_rm(e, 0x89, 8, x64_gpr(r), x64_ctx(offsetof(struct x86, gpr) + 8 * r));
}

static void call_c(struct emit *e, uintptr_t fn)
{
    emit_rm(e, 0x8D, 8, RDI, (struct host_mem){R14, NO_REG, 0, -X64_BIAS});
    emit_mov_ri64(e, RAX, fn);
    emit_rr(e, 0xFF, 4, 2, RAX);
}

/* From c->jf.a, as LAHF and SETO give them; rax is lost. POPF would take ten times as long. */
static void load_host_flags(struct emit *e)
{
    emit_rm(e, 0x8B, 4, RAX, CTX(jf.a));
    emit8(e, 0x04); // add al, 7Fh: OF
    emit8(e, 0x7F);
    emit8(e, 0x9E); // sahf: the others
}

/* rdi: the struct x86; rsi: where to go. */
static void make_entry(const struct x86 *c, struct emit *e)
{
    struct x86_jit *j = c->jit;

    j->enter = (uint64_t (*)(struct x86 *, const void *))(uintptr_t)(j->exec + (e->p - j->code));
    for (unsigned n = 0; n < sizeof(saved); n++) emit_push(e, saved[n]);
    emit_rr(e, 0x83, 8, 5, RSP); // sub rsp, 8: aligned for calls
    emit8(e, 8);
    emit_rm(e, 0x8D, 8, R14, (struct host_mem){RDI, NO_REG, 0, X64_BIAS});
    emit_rr(e, 0x8B, 8, R8, RSI);
    emit_mov_ri64(e, R12, (uintptr_t)c->tlb.space + PAGE_SHIFT);
    load_registers(e);
    emit_rr(e, 0xFF, 4, 4, R8);
}

/* Out, with REASON; r11d: which link, unit or site. */
static const uint8_t *make_exit(struct emit *e, enum jit_exit reason)
{
    const uint8_t *at = e->p;

    store_registers(e);
    x64_store_sse(e);
    emit_mov_rr(e, RDX, R11);
    emit_mov_ri(e, RAX, reason);
    emit_opcode(e, 0xC1, 8, 0, 0, RDX, false); // shl rdx, 8; the number above the reason
    emit8(e, 0xE0 | RDX);
    emit8(e, 8);
    emit_rr(e, 0x0B, 8, RAX, RDX);
    emit_rr(e, 0x83, 8, 0, RSP);
    emit8(e, 8);
    for (unsigned n = sizeof(saved); n-- > 0;) emit_pop(e, saved[n]);
    emit8(e, 0xC3);
    return at;
}

/* r11d: the site. Runs its instruction in C and goes on where that says; or leaves. */
static const uint8_t *make_slow(struct emit *e)
{
    const uint8_t *at = e->p;
    uint8_t       *leave, *plain;

    store_registers(e);
    x64_store_sse(e);
    emit_mov_rr(e, RSI, R11);
    call_c(e, (uintptr_t)jit_slow);
    emit_rr(e, 0x85, 8, RAX, RAX);
    leave = emit_jcc(e, CC_E);
    emit_rr(e, 0x8B, 8, R8, RAX);
    x64_load_sse(e);
    emit_rm(e, 0x80, 1, 7, CTX(jf.load)); // cmp byte, 0
    emit8(e, 0);
    plain = emit_jcc(e, CC_E);
    load_host_flags(e);
    emit_patch(e, plain, e->p);
    load_registers(e);
    emit_rr(e, 0xFF, 4, 4, R8);
    emit_patch(e, leave, e->p);
    emit_mov_ri(e, RAX, EXIT_LOOP);
    emit_rr(e, 0x83, 8, 0, RSP);
    emit8(e, 8);
    for (unsigned n = sizeof(saved); n-- > 0;) emit_pop(e, saved[n]);
    emit8(e, 0xC3);
    return at;
}

/* The host's flags by doing again what c->jf says, with no operand in a register, or CF elsewhere than a value; other kinds go on behind it. */
static void make_flags_again(struct emit *e)
{
    enum { OTHER = FLAGS_OF | FLAGS_ZF | FLAGS_AH | FLAGS_A_REG | FLAGS_B_REG | FLAGS_A_R10 | FLAGS_B_R10, KIND = FLAGS_CF | 0x7F };
    static const uint8_t kinds[] = {FLAGS_CMP, FLAGS_LOGIC, FLAGS_SUB, FLAGS_ADD, FLAGS_DEC, FLAGS_INC};
    uint8_t *other, *none, *value;

    emit_rm(e, 0x8B, 4, R11, CTX(jf.kind));
    emit_rr(e, 0xF7, 4, 0, R11); // test
    emit32(e, OTHER);
    other = emit_jcc(e, CC_NE);
    emit_rm(e, 0x8B, 4, R8, CTX(jf.a));
    emit_rm(e, 0x8B, 4, R9, CTX(jf.b));
    emit_rr(e, 0xF7, 4, 0, R11);
    emit32(e, FLAGS_B_IMM);
    none = emit_jcc(e, CC_E);
    emit_mov_rr(e, R9, R11);
    emit_rr(e, 0xC1, 4, 4, R9); // shl
    emit8(e, 8);
    emit_rr(e, 0xC1, 4, 7, R9); // sar
    emit8(e, 24);
    emit_patch(e, none, e->p);
    emit_alu_ri(e, 4, 4, R11, KIND);
    for (unsigned n = 0; n < sizeof(kinds); n++) {
        bool step = kinds[n] == FLAGS_DEC || kinds[n] == FLAGS_INC;
        for (unsigned size = 4; size; size >>= 1) {
            uint8_t *next;
            emit_alu_ri(e, 7, 4, R11, kinds[n] | FLAGS_SIZE(size) | (step ? FLAGS_CF : 0));
            next = emit_jcc(e, CC_NE);
            switch (kinds[n]) {
            case FLAGS_CMP: emit_rr(e, size == 1 ? 0x3A : 0x3B, size, R8, R9); break;
            case FLAGS_LOGIC: emit_rr(e, size == 1 ? 0x84 : 0x85, size, R8, R8); break;
            case FLAGS_SUB:
            case FLAGS_ADD: { // back, and forth again
                unsigned add = size == 1 ? 0x02 : 0x03, sub = size == 1 ? 0x2A : 0x2B;
                emit_rr(e, kinds[n] == FLAGS_ADD ? sub : add, size, R8, R9);
                emit_rr(e, kinds[n] == FLAGS_ADD ? add : sub, size, R8, R9);
                break;
            }
            default: // with CF as a value
                emit_rm(e, 0x80, 1, 7, CTX(jf.cf_kind)); // cmp byte, 1
                emit8(e, 1);
                value = emit_jcc(e, CC_A);
                emit_rm(e, 0x8D, 4, R8, (struct host_mem){R8, NO_REG, 0, kinds[n] == FLAGS_DEC ? 1 : -1});
                emit_rm(e, 0x0FBA, 4, 4, CTX(jf.cf_kind)); // bt
                emit8(e, 0);
                emit_rr(e, size == 1 ? 0xFE : 0xFF, size, kinds[n] == FLAGS_DEC ? 1 : 0, R8);
                emit8(e, 0xC3);
                emit_patch(e, value, e->p);
                emit_patch(e, next, e->p);
                continue;
            }
            emit8(e, 0xC3);
            emit_patch(e, next, e->p);
        }
    }
    emit_patch(e, other, e->p);
}

/* Called (with r8, r9 and r11 free): a function of the struct x86 only. WITH_FLAGS: loads the host's flags from c->jf.a afterwards, and is not called
 * if they can be made without it. */
static const uint8_t *make_call(struct emit *e, uintptr_t fn, bool with_flags)
{
    const uint8_t *at = e->p;

    if (with_flags) make_flags_again(e);
    emit_rr(e, 0x83, 8, 5, RSP); // sub rsp, 8
    emit8(e, 8);
    store_registers(e);
    x64_store_sse(e);
    call_c(e, fn);
    x64_load_sse(e);
    if (with_flags) load_host_flags(e);
    load_registers(e);
    emit_rm(e, 0x8D, 8, RSP, (struct host_mem){RSP, NO_REG, 0, 8}); // lea: the flags stay
    emit8(e, 0xC3);
    return at;
}

/* Called like that, with r10 kept as well: the guest's registers stay where they are, and so does what is in the x87 unit. r8d: which of
 * TABLE's functions, r9: the second argument; and then r8d is what it said. */
static const uint8_t *make_x87_call(struct emit *e, uintptr_t table)
{
    static const uint8_t kept[] = {RAX, RCX, RDX, RSI, RDI, R10, R11}; // with the return address an even number
    const uint8_t       *at = e->p;

    for (unsigned n = 0; n < sizeof(kept); n++) emit_push(e, kept[n]);
    emit_rr(e, 0x8B, 8, RSI, R9);
    x64_store_sse(e);
    emit_rm(e, 0x8D, 8, RDI, (struct host_mem){R14, NO_REG, 0, -X64_BIAS});
    emit_mov_ri64(e, RAX, table);
    emit_rm(e, 0xFF, 4, 2, (struct host_mem){RAX, R8, 3, 0});
    x64_load_sse(e);
    emit_rr(e, 0x0FB6, 4, R8, RAX); // movzx r8d, al
    for (unsigned n = sizeof(kept); n-- > 0;) emit_pop(e, kept[n]);
    emit8(e, 0xC3);
    return at;
}

/* Called with r11d: the site, and the flags home: a function that knows EAX and changes EAX, ECX, EDX and EBX only. r10 is kept. */
static const uint8_t *make_read(struct emit *e, uintptr_t fn)
{
    static const uint8_t kept[] = {RSI, RDI, R10}, changed[] = {RAX, RCX, RDX, RBX};
    const uint8_t       *at = e->p;

    for (unsigned n = 0; n < sizeof(kept); n++) emit_push(e, kept[n]);
    emit_rm(e, 0x89, 8, R13, CTX(budget));
    for (unsigned n = 0; n < sizeof(changed); n++) emit_rm(e, 0x89, 8, changed[n], x64_ctx(offsetof(struct x86, gpr) + 8u * changed[n]));
    x64_store_sse(e);
    emit_mov_rr(e, RSI, R11);
    call_c(e, fn);
    x64_load_sse(e);
    for (unsigned n = 0; n < sizeof(changed); n++) emit_rm(e, 0x8B, 4, changed[n], x64_ctx(offsetof(struct x86, gpr) + 8u * changed[n]));
    for (unsigned n = sizeof(kept); n-- > 0;) emit_pop(e, kept[n]);
    emit8(e, 0xC3);
    return at;
}

void jit_make_stubs(struct x86 *c)
{
    struct x86_jit *j = c->jit;
    struct emit     e = {.p = j->code, .end = j->code + JIT_STUB_BYTES};

    make_entry(c, &e);
    j->exit_link = make_exit(&e, EXIT_LINK);
    j->exit_budget = make_exit(&e, EXIT_BUDGET);
    j->exit_site = make_exit(&e, EXIT_SITE);
    j->exit_indirect = make_exit(&e, EXIT_INDIRECT);
    j->no_target = e.p; // an indirect branch to r10d
    emit_mov_rr(&e, R11, R10);
    emit_jmp_to(&e, j->exit_indirect);
    j->exit_careful = make_exit(&e, EXIT_CAREFUL);
    j->exit_guess = make_exit(&e, EXIT_GUESS);
    j->slow = make_slow(&e);
    j->load_flags = make_call(&e, (uintptr_t)jit_load_flags, true);
    j->load_x87 = make_call(&e, (uintptr_t)jit_x87_load, false);
    j->x87_call = make_x87_call(&e, (uintptr_t)jit_x87_calls);
    j->x87_state = make_x87_call(&e, (uintptr_t)jit_x87_states);
    j->sse_call = e.p;
    x64_make_sse_call(&e);
    j->make_sse = e.p;
    x64_make_sse(&e);
    for (unsigned user = 0; user < 2; user++) j->beside[user] = x64_make_beside(&e, user);
    for (unsigned n = 0; n < 4; n++) j->cross[n >> 1][n & 1] = x64_make_cross(&e, n >> 1, n & 1);
    j->uncross = x64_make_uncross(&e);
    j->cpuid = make_read(&e, (uintptr_t)jit_cpuid);
    j->rdtsc = make_read(&e, (uintptr_t)jit_rdtsc);
    assert(!e.full);
}
