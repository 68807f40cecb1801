/* x64_x87.c: x87 and MMX on the host's unit.
 *
 * Such an instruction is put out as it is, with its memory operand replaced. It finds the guest's whole state in the host's unit; the control
 * word alone is in c->fpu.cw as well. Who executed last, and on what operand, the host cannot know: that is struct jit_x87. See docs/TRICKS.md. */
#include "cpu/x86/fpu.h"
#include "cpu/x86/jit/x64.h"

/* --- from and to struct x86_fpu --------------------------------------------------------------------------------------------------------- */

/* A pending exception is delivered by the handlers alone. */
uint32_t jit_x87_mode(const struct x86 *c)
{
    if ((c->cr0 & (CR0_EM | CR0_TS)) || c->model->family < 3 || !x86_has(c, FEAT_FPU)) return 0;
    if (c->fpu.sw & SW_ES) return 0;
    return (c->fpu.cw & CW_MASKS) == CW_MASKS ? MODE_X87 : MODE_X87 | MODE_X87_UNMASKED;
}

/* What FNSAVE stores (SDM 1 figures 8-9 and 8-3); it also leaves the unit as FNINIT does. FXSAVE and FXRSTOR are slower together with that,
 * and would touch the XMM registers. */
struct __attribute__((packed)) image {
    uint16_t cw, pad_cw, sw, pad_sw, tags, pad_tags;
    uint32_t ip, cs, dp, ds;
    struct __attribute__((packed)) { uint64_t mant; uint16_t exp_sign; } st[8];
};

void jit_x87_load(struct x86 *c)
{
    const struct x86_fpu *f = &c->fpu;
    struct image          m = {.cw = f->cw, .sw = x86_fpu_status(c)};

    for (unsigned n = 0; n < 8; n++) {
        const struct floatx80 *r = &f->r[(f->top + n) & 7];
        m.st[n].mant = r->mant;
        m.st[n].exp_sign = r->exp_sign;
        if (f->empty >> n & 1) m.tags |= (uint16_t)(3u << (2 * n)); // only that matters: the unit tells the other tags itself
    }
    __asm__ volatile("frstor %0" : : "m"(m));
    c->x87_live = true;
}

void jit_x87_save(struct x86 *c)
{
    struct x86_fpu *f = &c->fpu;
    struct image    m;

    jit_x87_settle(c);
    __asm__ volatile("fnsave %0" : "=m"(m));
    f->sw = m.sw & (uint16_t)~SW_TOP;
    f->top = m.sw >> 11 & 7;
    f->empty = 0;
    for (unsigned n = 0; n < 8; n++) {
        struct floatx80 *r = &f->r[(f->top + n) & 7];
        r->mant = m.st[n].mant;
        r->exp_sign = m.st[n].exp_sign;
        if ((m.tags >> (2 * n) & 3) == 3) f->empty |= (uint8_t)(1u << n);
    }
    c->x87_live = false;
}

/* --- the last instruction ------------------------------------------------------------------------------------------------------------------ */

static void settle_ip(struct x86 *c, const struct jit_x87 *r)
{
    c->fpu.ip = r->eip;
    c->fpu.opcode = r->opcode;
    c->fpu.cs = c->seg[SEG_CS].selector;
}

static void settle_dp(struct x86 *c, const struct jit_x87 *r, uint32_t dp)
{
    c->fpu.dp = dp;
    c->fpu.ds = c->seg[r->seg].selector;
}

void jit_x87_settle(struct x86 *c)
{
    const struct jit_x87 *r = c->jit->x87;

    if (c->x87_last.memory) {
        settle_ip(c, &r[c->x87_last.memory]);
        settle_dp(c, &r[c->x87_last.memory], c->x87_dp);
    }
    if (c->x87_last.other) settle_ip(c, &r[c->x87_last.other]);
    c->x87_last.memory = c->x87_last.other = 0;
}

void jit_x87_settle_at(struct x86 *c, uint32_t record)
{
    const struct jit_x87 *r = &c->jit->x87[record];

    jit_x87_settle(c);
    if (!record) return;
    settle_ip(c, r);
    if (r->seg == NO_SEG) return;
    if (r->in_regs) settle_dp(c, r, ((uint32_t)c->gpr[r->base] + ((uint32_t)c->gpr[r->index] << r->scale) + (uint32_t)r->disp) & r->amask);
    else settle_dp(c, r, c->x87_dp);
}

void jit_x87_resume(struct x86 *c, const struct jit_site *s)
{
    const struct jit_op *op = jit_op_of(&c->jit->ops, s->insn.fn);

    if (op && op->kind == OPK_X87 && !(op->arg & X87_SILENT) && (s->insn.prefix & PREFIX_MEM))
        c->x87_dp = c->fpu.dp; // what its own code would have stored
    jit_x87_load(c);
}

/* Whether the registers that make the operand's address keep their values until the next instruction with one, or the end of the unit. */
static bool operand_lasts(const struct tr *t, const struct x86_insn *i)
{
    uint16_t regs = (uint16_t)((i->base == REG_ZERO ? 0 : 1u << i->base) | (i->index == REG_ZERO ? 0 : 1u << i->index));

    for (unsigned n = t->k + 1; n < t->count; n++) {
        const struct jit_op *op = t->op[n];
        if (!op) return true; // its site has the record
        if (op->kind == OPK_X87 && !(op->arg & X87_SILENT) && (t->insn[n].prefix & PREFIX_MEM)) return true;
        if (t->effects[n].regs & regs) return false;
    }
    return true;
}

/* The current instruction is the last one now. Its operand's address is in r8d. */
static void record(struct tr *t, const struct x86_insn *i)
{
    struct jit_x87 *r = jit_new_x87(t->j);

    if (t->x87) *r = t->j->x87[t->x87];
    else r->seg = NO_SEG;
    t->x87 = (uint32_t)(r - t->j->x87);
    r->eip = x64_eip(t, i);
    r->opcode = (uint16_t)((i->op & 7) << 8 | i->modrm);
    if (!(i->prefix & PREFIX_MEM)) return;
    r->seg = i->seg;
    r->base = i->base;
    r->index = i->index;
    r->scale = i->scale;
    r->disp = i->disp;
    r->amask = i->amask;
    r->in_regs = operand_lasts(t, i);
    if (r->in_regs) return;
    x64_ea(t, i);
    emit_rm(&t->e, 0x89, 4, R8, CTX(x87_dp));
}

void x64_x87_home_of(struct tr *t, uint32_t record)
{
    const struct jit_x87 *r = &t->j->x87[record];

    if (!record) return;
    if (r->seg == NO_SEG) {
        emit_rm(&t->e, 0xC7, 4, 0, CTX(x87_last.other));
        emit32(&t->e, record);
        return;
    }
    if (r->in_regs) {
        struct x86_insn i = {.base = r->base, .index = r->index, .scale = r->scale, .disp = r->disp, .amask = r->amask};
        x64_ea(t, &i);
        emit_rm(&t->e, 0x89, 4, R8, CTX(x87_dp));
    }
    emit_rm(&t->e, 0xC7, 8, 0, CTX(x87_last)); // memory = RECORD, other = 0
    emit32(&t->e, record);
}

void x64_x87_home(struct tr *t)
{
    x64_x87_home_of(t, t->x87);
    t->x87 = 0;
}

/* --- instructions ------------------------------------------------------------------------------------------------------------------------ */

void x64_make_x87_ready(struct tr *t)
{
    struct cold *k;

    if (t->x87_ready) return;
    emit_rm(&t->e, 0x80, 1, 7, CTX(x87_live)); // cmp byte, 0
    emit8(&t->e, 0);
    k = x64_cold(t, COLD_CALL, emit_jcc(&t->e, CC_E));
    k->call = t->j->load_x87;
    k->back = t->e.p;
    t->x87_ready = true;
    flags_lost(t);
}

static bool unmasked(const struct tr *t) { return t->ctx.mode & MODE_X87_UNMASKED; }

/* After an instruction that may have raised an exception that is not masked. The host's unit has the same mask, so it has done what the guest's
 * has to do, and waits with the rest for the next instruction; until then it has to be left. */
static void leave_if_raised(struct tr *t, const struct x86_insn *i)
{
    uint32_t site = x64_site(t, i);

    t->j->sites[site].raised = true;
    emit_rm(&t->e, 0xDD, 4, 7, CTX(x87_sw)); // fnstsw
    emit_rm(&t->e, 0xF6, 1, 0, CTX(x87_sw)); // test byte
    emit8(&t->e, SW_ES);
    x64_slow_if(t, CC_NE, site);
    flags_lost(t);
}

/* A value that masks all or, if all was masked, not all is the handler's business; then the context changes. The rest is as in x86_fpu_set_words(). */
static void load_cw(struct tr *t, const struct x86_insn *i)
{
    uint32_t site;

    x64_ea(t, i);
    t->j->sites[x64_access(t, i, i->seg, 2, false, STACK_NONE, false)].check_ctx = true;
    t->j->sites[site = x64_site(t, i)].check_ctx = true; // the access is all right
    emit_rm(&t->e, 0x0FB7, 4, R10, x64_at(t));
    emit_mov_rr(&t->e, R11, R10);
    emit_alu_ri(&t->e, 4, 4, R11, CW_MASKS);
    emit_alu_ri(&t->e, 7, 4, R11, CW_MASKS);
    x64_slow_if(t, unmasked(t) ? CC_E : CC_NE, site);
    emit_alu_ri(&t->e, 4, 4, R10, CW_MASKS | CW_PC | CW_RC | CW_IC);
    emit_alu_ri(&t->e, 1, 4, R10, CW_RESERVED_1);
    emit_rm(&t->e, 0x89, 2, R10, CTX(fpu.cw));
    emit_rm(&t->e, 0xD9, 4, 5, CTX(fpu.cw)); // fldcw
    flags_lost(t);
}

static void store_cw(struct tr *t, const struct x86_insn *i)
{
    x64_operand(t, i, 2, true);
    emit_rm(&t->e, 0x0FB7, 4, R10, CTX(fpu.cw));
    emit_rm(&t->e, 0x89, 2, R10, x64_at(t));
}

/* Opcode and ModRM of a register form, undocumented ones by what they are other names of (fpu_tables.c). FFREEP has none. */
static unsigned register_form(const struct x86_insn *i)
{
    unsigned n = i->modrm & 7;

    switch ((0xD8u | (i->op & 7)) << 8 | (i->modrm & 0xF8)) {
    case 0xDCD0: case 0xDED0: // FCOM2; FCOMP5 below
        return (i->op & 7) == 4 ? 0xD8D0 | n : 0xD8D8 | n;
    case 0xDCD8: return 0xD8D8 | n;            // FCOMP3
    case 0xDDC8: case 0xDFC8: return 0xD9C8 | n; // FXCH4, FXCH7
    case 0xDFD0: case 0xDFD8: return 0xDDD8 | n; // FSTP8, FSTP9
    default: return (0xD8u | (i->op & 7)) << 8 | i->modrm;
    }
}

static void x87_register(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned form = register_form(i);

    if (op->arg & X87_CMOV) flags_need(t, t->effects[t->k].flags_read);
    emit8(&t->e, form >> 8);
    emit8(&t->e, form);
    if (!(op->arg & X87_FLAGS)) return;
    t->host = FLAGS_ALL;
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    if (flags_live(t)) flags_store_packed(t);
}

/* The handler does what the function declines. */
static void call(struct tr *t, const struct x86_insn *i, unsigned number)
{
    emit_mov_ri(&t->e, R8, number);
    emit_patch(&t->e, emit_call(&t->e), t->j->x87_call);
    emit_rr(&t->e, 0x85, 4, R8, R8);
    x64_slow_if(t, CC_E, x64_site(t, i));
    flags_lost(t);
}

/* The whole operand must lie in one page. The handler does what the function declines, and then exceptions may be unmasked. */
static void state(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    static const uint16_t size[X87_STATES][2] = {
        [STATE_FNSTENV] = {14, 28}, [STATE_FLDENV] = {14, 28}, [STATE_FNSAVE] = {94, 108}, [STATE_FRSTOR] = {94, 108},
        [STATE_FXSAVE] = {512, 512}, [STATE_FXRSTOR] = {512, 512}, [STATE_FBLD] = {10, 10},
    };
    bool     wide = i->prefix & PREFIX_OP32, fx = op->size == STATE_FXSAVE || op->size == STATE_FXRSTOR;
    uint32_t site;

    if (op->arg & X87_SILENT) x64_x87_home(t); // it tells of the last instruction, or loads that
    x64_ea(t, i);
    if (i->amask == 0xFFFF) t->j->sites[x64_slow_if_wraps(t, i, size[op->size][wide])].check_ctx = true;
    t->j->sites[x64_access(t, i, i->seg, size[op->size][wide], op->arg & X87_WRITE, STACK_NONE, fx)].check_ctx = true;
    t->j->sites[site = x64_site(t, i)].check_ctx = true;
    emit_rm(&t->e, 0x8D, 8, R9, x64_at(t));
    emit_mov_ri(&t->e, R8, op->size * 2u + wide);
    emit_patch(&t->e, emit_call(&t->e), t->j->x87_state);
    emit_rr(&t->e, 0x85, 4, R8, R8);
    x64_slow_if(t, CC_E, site);
    flags_lost(t);
}

/* FNINIT: c->fpu has the control word, and what FNSTENV tells of the last instruction. */
static void reset(struct tr *t)
{
    static const size_t pointers[] = {offsetof(struct x86, fpu.ip), offsetof(struct x86, fpu.dp)};
    static const size_t words[] = {offsetof(struct x86, fpu.opcode), offsetof(struct x86, fpu.cs), offsetof(struct x86, fpu.ds)};

    emit8(&t->e, 0xDB);
    emit8(&t->e, 0xE3);
    t->x87 = 0;
    emit_rm(&t->e, 0xC7, 8, 0, CTX(x87_last));
    emit32(&t->e, 0);
    for (unsigned n = 0; n < 2; n++) {
        emit_rm(&t->e, 0xC7, 4, 0, x64_ctx(pointers[n]));
        emit32(&t->e, 0);
    }
    for (unsigned n = 0; n < 3; n++) {
        emit_rm(&t->e, 0xC7, 2, 0, x64_ctx(words[n]));
        emit8(&t->e, 0);
        emit8(&t->e, 0);
    }
    emit_rm(&t->e, 0xC7, 2, 0, CTX(fpu.cw));
    emit8(&t->e, CW_INIT & 0xFF);
    emit8(&t->e, CW_INIT >> 8);
}

static void x87(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (op->arg & X87_CALL) {
        call(t, i, op->size);
    } else if (op->arg & X87_STATE) {
        state(t, i, op);
    } else if (op->arg & X87_RESET) {
        reset(t);
    } else if (op->arg & X87_CW) {
        if (op->arg & X87_WRITE) store_cw(t, i);
        else load_cw(t, i);
    } else if (i->prefix & PREFIX_MEM) {
        if (op->size == 10) x64_operand_in_parts(t, i, 10, op->arg & X87_WRITE);
        else x64_operand(t, i, op->size, op->arg & X87_WRITE);
        emit_rm(&t->e, 0xD8 | (i->op & 7), 4, i->modrm >> 3 & 7, x64_at(t));
    } else {
        x87_register(t, i, op);
    }
    if (!(op->arg & X87_SILENT)) record(t, i);
    if (x64_may_raise(t, op)) leave_if_raised(t, i);
}

/* MOVNTQ is a plain store: the guest's memory is ours. */
static bool mmx(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    unsigned reg = i->modrm >> 3 & 7, rm = i->modrm & 7, opcode = 0x0F00 | (i->op == 0x1E7 ? 0x7F : i->op & 0xFF);

    if (opcode == 0x0F77) { // EMMS is undefined with a prefix
        if (i->prefix & (PREFIX_66 | PREFIX_REP | PREFIX_REPNE)) return false;
        emit8(&t->e, 0x0F);
        emit8(&t->e, 0x77);
        return true;
    }
    if (op->arg & SSE_MASKED) {
        x64_masked_move(t, i, op);
        return true;
    }
    if (op->arg & SSE_REG_GPR) reg = x64_gpr(reg);
    if (op->arg & SSE_RM_GPR) rm = x64_gpr(rm);
    if (i->prefix & PREFIX_MEM) {
        x64_operand(t, i, op->size, op->arg & SSE_WRITE);
        emit_rm(&t->e, opcode, 4, reg, x64_at(t));
    } else {
        emit_rr(&t->e, opcode, 4, reg, rm);
    }
    if (op->arg & SSE_IMM) emit8(&t->e, i->imm);
    return true;
}

bool x64_may_raise(const struct tr *t, const struct jit_op *op)
{
    return op && op->kind == OPK_X87 && unmasked(t) && (!(op->arg & X87_SILENT) || (op->arg & X87_CW && !(op->arg & X87_WRITE)));
}

bool x64_emit_x87(struct tr *t, const struct x86_insn *i, const struct jit_op *op)
{
    if (op->kind == OPK_MMX) {
        x64_make_x87_ready(t);
        return mmx(t, i, op);
    }
    if (op->arg & X87_NOTHING) return true;
    x64_make_x87_ready(t);
    x87(t, i, op);
    return true;
}
