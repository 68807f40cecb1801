/* x64_system.c: reading segment registers, CLD STD, and PUSHF POPF CLI STI in translated code, where they are what they are most of the time: level 0 or real mode for IF, no
 * change of other system flags, no interrupt waiting. Everything else is the handler's. */
#include "cpu/x86/jit/x64.h"

enum { SYSTEM = FLAG_TF | FLAG_DF | FLAG_IOPL | FLAG_NT };

bool x64_emits_system(const struct tr *t)
{
    return x86_has(t->c, FEAT_386);
}

static bool in_v86(const struct tr *t) { return !(t->ctx.mode & MODE_NOT_V86); }

/* With an IOPL of 3 IF is every level's and virtual-8086 mode's (SDM 2A, CLI: table 3-6). */
static void slow_unless_iopl_3(struct tr *t, uint32_t site)
{
    emit_rm(&t->e, 0x8B, 4, R11, CTX(eflags));
    emit_alu_ri(&t->e, 4, 4, R11, FLAG_IOPL);
    emit_alu_ri(&t->e, 7, 4, R11, FLAG_IOPL);
    x64_slow_if(t, CC_NE, site);
    flags_lost(t);
}

static void cli(struct tr *t, const struct x86_insn *i)
{
    if (!(t->ctx.mode & MODE_LEVEL0)) slow_unless_iopl_3(t, x64_site(t, i));
    emit_rm(&t->e, 0x81, 4, 4, CTX(eflags)); // and
    emit32(&t->e, ~(uint32_t)FLAG_IF);
    flags_lost(t);
}

/* The interrupt controller's line, or an NMI. */
static void slow_if_pending(struct tr *t, uint32_t site)
{
    emit_rm(&t->e, 0xF7, 4, 0, CTX(pending));
    emit32(&t->e, PENDING_INTR | PENDING_NMI);
    x64_slow_if(t, CC_NE, site);
}

static void sti(struct tr *t, const struct x86_insn *i)
{
    uint32_t site = x64_site(t, i);

    if (!(t->ctx.mode & MODE_LEVEL0)) slow_unless_iopl_3(t, site);
    slow_if_pending(t, site);
    emit_rm(&t->e, 0x0FBA, 4, 5, CTX(eflags)); // bts
    emit8(&t->e, __builtin_ctz(FLAG_IF));
    emit_rm(&t->e, 0x0F93, 1, 0, CTX(jf.shadow)); // setnc
    flags_lost(t);
}

static void pushf(struct tr *t, const struct x86_insn *i, unsigned size)
{
    struct emit *e = &t->e;

    flags_need(t, FLAGS_ALL);
    emit_rr(e, 0x8B, 8, R11, RAX);
    emit8(e, 0x9F); // lahf
    emit_rr(e, 0x0F90, 1, 0, RAX);
    emit_rr(e, 0x0FB7, 4, R10, RAX);
    emit_rr(e, 0x8B, 8, RAX, R11);
    emit_mov_rr(e, R11, R10);
    emit_rr(e, 0xC1, 4, 5, R11); // shr 8: what LAHF gave
    emit8(e, 8);
    emit_alu_ri(e, 4, 4, R10, 1);
    emit_rr(e, 0xC1, 4, 4, R10); // shl 11
    emit8(e, 11);
    emit_rr(e, 0x0B, 4, R10, R11);
    emit_rm(e, 0x0B, 4, R10, CTX(eflags));
    emit_alu_ri(e, 4, 4, R10, ~(uint32_t)(FLAG_RF | FLAG_VM));
    flags_lost(t);
    if (in_v86(t)) slow_unless_iopl_3(t, x64_site(t, i));
    x64_stack(t, i, -(int)size, size, true);
    emit_rm(e, 0x89, size, R10, x64_at(t));
    x64_move_sp(t, -(int)size);
}

static void popf(struct tr *t, const struct x86_insn *i, unsigned size)
{
    struct emit *e = &t->e;
    uint32_t     same = SYSTEM | (size == 4 ? FLAG_AC | FLAG_ID : 0), site;
    uint8_t     *closed, *kept;

    x64_stack(t, i, 0, size, false);
    emit_rm(e, size == 2 ? 0x0FB7 : 0x8B, 4, R10, x64_at(t));
    site = x64_site(t, i);
    emit_mov_rr(e, R11, R10);
    emit_rm(e, 0x33, 4, R11, CTX(eflags));
    emit_rr(e, 0xF7, 4, 0, R11); // test
    emit32(e, same);
    x64_slow_if(t, CC_NE, site);
    if (in_v86(t)) slow_unless_iopl_3(t, site);
    emit_mov_rr(e, R11, R10);
    emit_rm(e, 0x33, 4, R11, CTX(eflags));
    emit_alu_ri(e, 4, 4, R11, FLAG_IF); // what changes
    kept = emit_jcc(e, CC_E);
    if (!(t->ctx.mode & MODE_LEVEL0)) slow_unless_iopl_3(t, site);
    emit_rr(e, 0xF7, 4, 0, R10);
    emit32(e, FLAG_IF);
    closed = emit_jcc(e, CC_E);
    slow_if_pending(t, site);
    emit_patch(e, closed, e->p);
    emit_rm(e, 0x81, 4, 6, CTX(eflags)); // xor
    emit32(e, FLAG_IF);
    emit_patch(e, kept, e->p);
    x64_move_sp(t, (int)size);
    if (flags_live(t)) {
        emit_mov_rr(e, R11, R10);
        emit_rr(e, 0xC1, 4, 4, R10); // as FLAGS_PACKED has it: LAHF's byte above SETO's
        emit8(e, 8);
        emit_rr(e, 0xC1, 4, 5, R11);
        emit8(e, 11);
        emit_alu_ri(e, 4, 4, R11, 1);
        emit_rr(e, 0x0A, 1, R10, R11); // or r10b, r11b
        emit_rm(e, 0x89, 4, R10, CTX(jf.a));
        flags_store_kind(t, FLAGS_PACKED, 4, 0);
    }
    flags_lost(t);
}

static struct host_mem selector(unsigned seg)
{
    return x64_ctx(offsetof(struct x86, seg) + seg * sizeof(struct x86_segment) + offsetof(struct x86_segment, selector));
}

/* The upper half of a double word is zero: exec_sys.c. */
static void push_segment(struct tr *t, const struct x86_insn *i, unsigned size)
{
    emit_rm(&t->e, 0x0FB7, 4, R10, selector(x86_opcode_segment(i)));
    x64_stack(t, i, -(int)size, size, true);
    emit_rm(&t->e, 0x89, size, R10, x64_at(t));
    x64_move_sp(t, -(int)size);
}

static bool move_segment(struct tr *t, const struct x86_insn *i, unsigned size, bool memory)
{
    if (i->src >= SEG_COUNT) return false;
    if (memory) {
        x64_operand(t, i, 2, true);
        emit_rm(&t->e, 0x0FB7, 4, R10, selector(i->src));
        emit_rm(&t->e, 0x89, 2, R10, x64_at(t));
    } else {
        emit_rm(&t->e, 0x0FB7, size, x64_gpr(i->dst), selector(i->src));
    }
    return true;
}

/* Whether a load of SEG, without descriptors, changes nothing but its base: it has the limits of real mode, which real mode leaves as they are. */
static bool loads_base(struct tr *t, const struct x86_insn *i, unsigned seg)
{
    bool checked = (t->ctx.mode & MODE_PROTECTED) && !in_v86(t);

    if (checked || t->x87) return false; // an x87 instruction of the unit had its operand in the old segment perhaps
    if (seg < 4) return t->ctx.mode & (unsigned)MODE_64K << seg;
    emit_rm(&t->e, 0xF7, 4, 0, CTX(seg_class)); // test
    emit32(&t->e, (uint32_t)SEGC_64K << seg);
    x64_slow_if(t, CC_E, x64_site(t, i));
    return true;
}

/* Loads SEG of real or virtual-8086 mode with the selector in r10d (SDM 3A 17.1.1). */
static void set_base(struct tr *t, const struct x86_insn *i, unsigned seg)
{
    struct emit *e = &t->e;
    size_t       at = offsetof(struct x86, seg) + seg * sizeof(struct x86_segment);

    emit_rm(e, 0x83, 8, 7, CTX(x87_last)); // cmp qword, 0: nor had one of an earlier unit
    emit8(e, 0);
    x64_slow_if(t, CC_NE, x64_site(t, i));
    emit_rm(e, 0x89, 2, R10, selector(seg));
    emit_rr(e, 0xC1, 4, 4, R10); // shl
    emit8(e, 4);
    emit_rm(e, 0x89, 4, R10, x64_ctx(at + offsetof(struct x86_segment, base)));
    emit_rm(e, 0xC6, 1, 0, x64_ctx(at + offsetof(struct x86_segment, valid)));
    emit8(e, 1);
    flags_lost(t);
}

/* The far pointer in memory: its selector to r10d, its offset of SIZE bytes to r11d. */
static void load_pointer(struct tr *t, const struct x86_insn *i, unsigned size)
{
    struct emit *e = &t->e;

    if (size == 2) { // both at once
        x64_operand_in_parts(t, i, 4, false);
        emit_rm(e, 0x8B, 4, R10, x64_at(t));
        emit_mov_rr(e, R11, R10);
        emit_rr(e, 0xC1, 4, 5, R10); // shr
        emit8(e, 16);
        return;
    }
    x64_ea(t, i);
    x64_access_odd(t, i, i->seg, size, false);
    x64_load_r10(t, size);
    x64_ea(t, i);
    emit_rm(e, 0x8D, 4, R8, (struct host_mem){R8, NO_REG, 0, (int32_t)size});
    if (i->amask == 0xFFFF) emit_rr(e, 0x0FB7, 4, R8, R8);
    x64_access_odd(t, i, i->seg, 2, false);
    emit_mov_rr(e, R11, R10);
    emit_rm(e, 0x0FB7, 4, R10, x64_at(t));
}

static bool load_base(struct tr *t, const struct x86_insn *i, const struct jit_op *op, unsigned seg)
{
    struct emit *e = &t->e;

    if (!loads_base(t, i, seg)) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_MOV_SR:
        emit_rr(e, 0x0FB7, 4, R10, x64_gpr(i->src));
        set_base(t, i, seg);
        break;
    case OPK_POP_SEG:
        x64_stack(t, i, 0, op->size, false);
        emit_rm(e, 0x0FB7, 4, R10, x64_at(t));
        set_base(t, i, seg);
        x64_move_sp(t, op->size);
        break;
    case OPK_LOAD_FAR:
        load_pointer(t, i, op->size);
        set_base(t, i, seg);
        emit_rr(e, 0x8B, op->size, x64_gpr(i->dst), R11);
        break;
    default:
        x64_operand(t, i, 2, false);
        emit_rm(e, 0x0FB7, 4, R10, x64_at(t));
        set_base(t, i, seg);
        break;
    }
    t->r9_group = -1;
    return true;
}

/* DS, ES, FS, GS: run.c does it, without a handler and without a look at the flags. SS has a shadow. */
static bool load_segment(struct tr *t, const struct x86_insn *i, const struct jit_op *op, unsigned seg)
{
    uint32_t site;

    if (seg >= SEG_COUNT || seg == SEG_SS || seg == SEG_CS) return false;
    if (load_base(t, i, op, seg)) return true;
    site = x64_site(t, i);
    t->j->sites[site].segment = t->j->sites[site].check_ctx = true;
    emit_mov_ri(&t->e, R11, site);
    emit_jmp_to(&t->e, t->j->slow);
    flags_lost(t);
    t->x87 = 0;
    return true;
}

/* CLD and STD. What follows is translated for another context, so the unit ends, and the next one is entered in that. */
static bool direction(struct tr *t, bool down)
{
    struct jit_ctx ctx = t->ctx;
    uint32_t       number;

    if (!(ctx.mode & MODE_DF) == !down) return true; // nothing to do
    ctx.mode ^= MODE_DF;
    if (t->k + 1 < t->count || !jit_find_ctx(t->j, &ctx, &number)) return false;
    emit_rm(&t->e, 0x81, 4, down ? 1 : 4, CTX(eflags)); // or, and
    emit32(&t->e, down ? FLAG_DF : ~(uint32_t)FLAG_DF);
    emit_rm(&t->e, 0xC7, 4, 0, CTX(jit_ctx));
    emit32(&t->e, number);
    flags_lost(t);
    return true;
}

/* CR0 and its like, of level 0; SLDT, STR, SMSW; DR7.GD makes a trap of MOV from a debug register (SDM 3B 17.2.4). */
static bool read_system(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    static const size_t control[5] = {offsetof(struct x86, cr0), 0, offsetof(struct x86, cr2), offsetof(struct x86, cr3), offsetof(struct x86, cr4)};
    struct emit        *e = &t->e;

    if (!(t->ctx.mode & MODE_LEVEL0)) return false;
    if (op->kind == OPK_MOV_RC) {
        if (i->src > 4 || !control[i->src] || (i->src == 4 && !x86_has(t->c, FEAT_TSC))) return false;
        emit_rm(e, 0x8B, 4, x64_gpr(i->dst), x64_ctx(control[i->src]));
    } else {
        if (i->src == 4 || i->src == 5) return false;
        emit_rm(e, 0xF7, 4, 0, CTX(dr[7])); // test
        emit32(e, 1u << 13);
        x64_slow_if(t, CC_NE, x64_site(t, i));
        emit_rm(e, 0x8B, 4, x64_gpr(i->dst), x64_ctx(offsetof(struct x86, dr) + 4u * i->src));
        flags_lost(t);
    }
    return true;
}

static bool store_word(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    static const size_t word[3] = {offsetof(struct x86, ldtr.selector), offsetof(struct x86, tr.selector), offsetof(struct x86, cr0)};
    bool                selectors = (t->ctx.mode & MODE_PROTECTED) && !in_v86(t);

    if (op->arg < 2 && !selectors) return false; // #UD
    if (op->kind == OPK_WORD_M) {
        x64_operand(t, i, 2, true);
        emit_rm(&t->e, 0x0FB7, 4, R10, x64_ctx(word[op->arg]));
        emit_rm(&t->e, 0x89, 2, R10, x64_at(t));
    } else {
        emit_rm(&t->e, op->arg == 2 && op->size == 4 ? 0x8B : 0x0FB7, op->size, x64_gpr(i->dst), x64_ctx(word[op->arg]));
    }
    return true;
}

/* Mostly there is nothing to clear; what does so may change the context. */
static bool clts(struct tr *t, const struct x86_insn *i)
{
    uint32_t site;

    if (!(t->ctx.mode & MODE_LEVEL0)) return false;
    site = x64_site(t, i);
    t->j->sites[site].check_ctx = true;
    emit_rm(&t->e, 0xF6, 1, 0, CTX(cr0)); // test
    emit8(&t->e, CR0_TS);
    x64_slow_if(t, CC_NE, site);
    flags_lost(t);
    return true;
}

/* CPUID; RDTSC, which CR4.TSD keeps from other levels than 0. */
static bool read_processor(struct tr *t, const struct x86_insn *i, bool time)
{
    uint32_t site = x64_site(t, i);

    if (time && !(t->ctx.mode & MODE_LEVEL0)) {
        emit_rm(&t->e, 0xF6, 1, 0, CTX(cr4)); // test
        emit8(&t->e, CR4_TSD);
        x64_slow_if(t, CC_NE, site);
    }
    emit_mov_ri(&t->e, R11, site);
    emit_patch(&t->e, emit_call(&t->e), time ? t->j->rdtsc : t->j->cpuid);
    flags_lost(t);
    t->r9_group = -1;
    return true;
}

bool x64_emit_system(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (!x64_emits_system(t)) return false;
    switch ((enum jit_kind)op->kind) {
    case OPK_PUSHF: pushf(t, i, op->size); return true;
    case OPK_POPF: popf(t, i, op->size); return true;
    case OPK_PUSH_SEG: push_segment(t, i, op->size); return true;
    case OPK_MOV_RS: return move_segment(t, i, op->size, false);
    case OPK_MOV_MS: return move_segment(t, i, op->size, true);
    case OPK_MOV_SR: return load_segment(t, i, op, i->dst);
    case OPK_MOV_SM: return load_segment(t, i, op, i->dst);
    case OPK_POP_SEG: return load_segment(t, i, op, x86_opcode_segment(i));
    case OPK_LOAD_FAR: return load_segment(t, i, op, x86_far_segment(i));
    case OPK_DF: return direction(t, op->arg);
    case OPK_MOV_RC: case OPK_MOV_RD: return read_system(t, i, op);
    case OPK_WORD_R: case OPK_WORD_M: return store_word(t, i, op);
    case OPK_CPUID: return read_processor(t, i, false);
    case OPK_RDTSC: return read_processor(t, i, true);
    case OPK_CLTS: return clts(t, i);
    case OPK_WBINVD: return t->ctx.mode & MODE_LEVEL0;
    case OPK_CLI: cli(t, i); return true;
    case OPK_STI: // its shadow lasts until the end of the next instruction, which has to be in the unit
        if (t->k + 1 == t->count) return false;
        sti(t, i);
        return true;
    default: return false;
    }
}
