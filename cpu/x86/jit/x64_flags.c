/* x64_flags.c: where the guest's flags are while translated code runs.
 *
 * Inside a unit they are in the host's flags, which an access overwrites, and beside that either in c->jf ("home") or in a record
 * that the translator keeps: what made them, and in which registers its operands still are. A record costs nothing until somebody
 * asks: a fault, a jump out, a later instruction. See docs/TRICKS.md. */
#include "cpu/x86/jit/x64.h"

static uint16_t slot_bit(struct flag_operand o, unsigned size)
{
    return o.place != PLACE_REG ? 0 : (uint16_t)(1u << (size == 1 ? o.reg >> 3 : o.reg));
}

/* Byte operands are numbered as bytes of the register file, which says the slot too: 8 a slot. Those of more bytes are slots. */
static unsigned operand_size(const struct tr *t)
{
    return t->op[t->k] ? t->op[t->k]->size : 4;
}

static bool is_high(const struct tr *t, struct flag_operand o)
{
    return operand_size(t) == 1 && o.place == PLACE_REG && x64_high(o.reg);
}

bool flags_recorded(const struct tr *t, struct flag_operand a, struct flag_operand b)
{
    return !is_high(t, a) && !is_high(t, b);
}

bool flags_keep(const struct tr *t, struct flag_operand a)
{
    uint16_t regs = slot_bit(a, operand_size(t)), open = t->live[t->k];

    if (is_high(t, a)) return false;
    for (unsigned n = t->k + 1; n < t->count && open; n++) {
        if (!t->op[n]) return true; // its site has the record; afterwards the flags are home
        open &= (uint16_t)~t->effects[n].flags_written;
        if (open && (t->effects[n].regs & regs)) return false;
    }
    return true;
}

void flags_record(struct tr *t, uint32_t kind, unsigned size, struct flag_operand a, struct flag_operand b, uint16_t host)
{
    t->flags = (struct flag_record){.kind = kind | FLAGS_SIZE(size), .a_place = (uint8_t)a.place, .a_reg = (uint8_t)a.reg,
                                    .b_place = (uint8_t)b.place, .b_reg = (uint8_t)b.reg, .b_imm = b.imm};
    t->makes_r10 |= (flags_operands(&t->flags) & OPERAND_R10) != 0;
    t->host = host;
}

void flags_store_kind(struct tr *t, uint32_t kind, unsigned size, uint16_t host)
{
    emit_rm(&t->e, 0xC7, 4, 0, CTX(jf.kind));
    emit32(&t->e, kind | FLAGS_SIZE(size));
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    t->host = host;
}

void flags_store_a(struct tr *t, unsigned host_reg) { emit_rm(&t->e, 0x89, 4, host_reg, CTX(jf.a)); }
void flags_store_b(struct tr *t, unsigned host_reg) { emit_rm(&t->e, 0x89, 4, host_reg, CTX(jf.b)); }

void flags_store_b_imm(struct tr *t, uint32_t imm)
{
    emit_rm(&t->e, 0xC7, 4, 0, CTX(jf.b));
    emit32(&t->e, imm);
}

/* Host register whose low bytes hold the operand of a record of SIZE bytes. There are no records of AH, CH, DH and BH. */
static unsigned operand_reg(unsigned place, unsigned reg, unsigned size)
{
    return place == PLACE_R10 ? R10 : size == 1 ? reg >> 3 : x64_gpr(reg);
}

void flags_store_cf(struct tr *t)
{
    emit_rm(&t->e, 0x0F92, 1, 0, CTX(jf.cf_kind)); // setc
}

/* What c->jf has becomes the source of CF, unless there is one. */
static void save_home_cf(struct tr *t)
{
    struct cold *k;

    emit_rm(&t->e, 0xF6, 1, 0, x64_ctx(offsetof(struct x86, jf.kind) + 1)); // test byte
    emit8(&t->e, FLAGS_CF >> 8);
    k = x64_cold(t, COLD_SAVE_CF, emit_jcc(&t->e, CC_E));
    k->back = t->e.p;
    t->read = true;
    t->host = 0;
    t->r9_group = -1;
}

static void call_stub(struct tr *t, const uint8_t *stub)
{
    emit8(&t->e, 0xE8);
    emit32(&t->e, 0);
    emit_patch(&t->e, t->e.p - 4, stub);
    t->r9_group = -1;
}

void flags_home_of(struct tr *t, const struct flag_record *r)
{
    unsigned size = 1u << (r->kind >> 5 & 3);
    uint32_t kind = r->kind;

    if (r->kind == FLAGS_HOME) return;
    if (kind & (FLAGS_CF_HOME | FLAGS_CF_OLD)) { // only where the host's flags do not matter: flags_save_cf()
        if (kind & FLAGS_CF_OLD) flags_home_of(t, &t->old);
        save_home_cf(t);
        kind &= ~(FLAGS_CF_HOME | FLAGS_CF_OLD);
    }
    if (r->b_place == PLACE_IMM) {
        if (r->b_imm == (uint32_t)(int8_t)r->b_imm) kind |= FLAGS_B_IMM | (r->b_imm & 0xFF) << 16;
        else flags_store_b_imm(t, r->b_imm);
    } else if (r->b_place != PLACE_NONE) {
        flags_store_b(t, operand_reg(r->b_place, r->b_reg, size));
    }
    if (r->a_place != PLACE_NONE) flags_store_a(t, operand_reg(r->a_place, r->a_reg, size));
    emit_rm(&t->e, 0xC7, 4, 0, CTX(jf.kind));
    emit32(&t->e, kind);
}

void flags_home(struct tr *t)
{
    flags_home_of(t, &t->flags);
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
}

/* --- leaving -------------------------------------------------------------------------------------------------------------------------- */

unsigned flags_operands(const struct flag_record *r)
{
    unsigned size = 1u << (r->kind >> 5 & 3);

    return slot_bit((struct flag_operand){r->a_place, r->a_reg, 0}, size) | slot_bit((struct flag_operand){r->b_place, r->b_reg, 0}, size) |
           (r->a_place == PLACE_R10 || r->b_place == PLACE_R10 ? OPERAND_R10 : 0);
}

static unsigned slot_of(unsigned reg, unsigned size)
{
    return size == 1 ? reg >> 3 : reg;
}

struct flag_record flags_mark(struct tr *t, const struct flag_record *r)
{
    struct flag_record none = {.kind = FLAGS_HOME};
    unsigned           size = 1u << (r->kind >> 5 & 3);
    uint32_t           kind = r->kind;

    if (r->kind == FLAGS_HOME || (r->kind & (FLAGS_CF_HOME | FLAGS_CF_OLD)) || !flags_operands(r)) {
        flags_home_of(t, r);
        return none;
    }
    if (r->a_place == PLACE_REG) kind |= FLAGS_A_REG | slot_of(r->a_reg, size) << 24;
    if (r->a_place == PLACE_R10) kind |= FLAGS_A_R10;
    if (r->b_place == PLACE_R10) kind |= FLAGS_B_R10;
    if (r->b_place == PLACE_REG) kind |= FLAGS_B_REG | slot_of(r->b_reg, size) << 28;
    else if (r->b_place == PLACE_IMM && r->b_imm == (uint32_t)(int8_t)r->b_imm) kind |= FLAGS_B_IMM | (r->b_imm & 0xFF) << 16;
    else if (r->b_place == PLACE_IMM) flags_store_b_imm(t, r->b_imm);
    emit_rm(&t->e, 0xC7, 4, 0, CTX(jf.kind));
    emit32(&t->e, kind);
    return *r;
}

/* Whether the host instruction that made the flags, the last one, may change places with what comes behind it: not if a handler comes
 * back there, except to an instruction that can as well be done again. */
static bool setter_moves(struct tr *t, const uint8_t *end)
{
    struct jit_region *r = &t->j->region[t->j->current];
    uint32_t           begin_at = (uint32_t)(t->setter - t->j->code), end_at = (uint32_t)(end - t->j->code);

    if (!t->setter || t->set != end || end - t->setter > 16) return false;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint32_t n = r->sites_used; n-- > 0 && r->sites[n].unit == t->u && r->sites[n].next > begin_at;) {
            if (r->sites[n].next > end_at) continue;
            if (!t->set_again) return false;
            if (pass) r->sites[n].next = begin_at;
        }
    }
    return true;
}

struct flag_record flags_mark_before(struct tr *t)
{
    struct emit       *e = &t->e;
    uint8_t           *begin = t->setter, *end = e->p, copy[16];
    size_t             n = (size_t)(end - begin);
    struct flag_record rest = flags_mark(t, &t->flags);

    if (e->p > end && !e->full && setter_moves(t, end)) { // the stores first: then the host runs the other two as one
        memcpy(copy, begin, n);
        memmove(begin, end, (size_t)(e->p - end));
        memcpy(e->p - n, copy, n);
    }
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    return rest;
}

/* --- asking ------------------------------------------------------------------------------------------------------------------------------ */

/* Emits OP (0..7 as group 1) on the record's operands, a in register A. */
static void on_b(struct tr *t, unsigned op, unsigned size, unsigned a, const struct flag_record *r)
{
    if (r->b_place == PLACE_IMM) emit_alu_ri(&t->e, op, size, a, r->b_imm);
    else emit_rr(&t->e, (op << 3) | (size == 1 ? 2 : 3), size, a, operand_reg(r->b_place, r->b_reg, size));
}

static const uint16_t of_result = FLAG_ZF | FLAG_SF | FLAG_PF;

bool flags_again(const struct tr *t, uint16_t mask)
{
    if (t->flags.kind == FLAGS_HOME || t->flags.a_place == PLACE_NONE) return false;
    switch (FLAGS_KIND(t->flags.kind)) {
    case FLAGS_CMP:
    case FLAGS_ADD:
    case FLAGS_SUB:
    case FLAGS_NEG:
    case FLAGS_LOGIC: return true;
    case FLAGS_ADC:
    case FLAGS_SBB:
    case FLAGS_INC:
    case FLAGS_DEC: return !(mask & ~of_result);
    default: return false;
    }
}

/* Does the recorded operation again. */
static void do_again(struct tr *t, uint16_t mask)
{
    const struct flag_record *r = &t->flags;
    unsigned                  size = 1u << (r->kind >> 5 & 3), kind = FLAGS_KIND(r->kind), a = operand_reg(r->a_place, r->a_reg, size);

    t->setter = t->e.p;
    t->set_again = true;
    if (kind == FLAGS_CMP) {
        on_b(t, 7, size, a, r);
        t->host = FLAGS_ALL;
    } else if ((kind == FLAGS_ADD || kind == FLAGS_SUB) && (mask & ~of_result)) {
        emit_mov_rr(&t->e, R11, a);
        on_b(t, kind == FLAGS_ADD ? 5 : 0, size, R11, r);
        on_b(t, kind == FLAGS_ADD ? 0 : 5, size, R11, r);
        t->host = FLAGS_ALL;
    } else if (kind == FLAGS_NEG && (mask & ~of_result)) {
        emit_mov_rr(&t->e, R11, a);
        emit_rr(&t->e, size == 1 ? 0xF6 : 0xF7, size, 3, R11);
        emit_rr(&t->e, size == 1 ? 0xF6 : 0xF7, size, 3, R11);
        t->host = FLAGS_ALL;
    } else {
        emit_rr(&t->e, size == 1 ? 0x84 : 0x85, size, a, a); // test
        t->host = kind == FLAGS_LOGIC ? FLAGS_ALL : of_result;
    }
    t->set = t->e.p;
}

/* CF from c->jf: C does it, unless it is there as a value. */
static void load_home_cf(struct tr *t)
{
    struct cold *k[2];

    emit_rm(&t->e, 0xF6, 1, 0, x64_ctx(offsetof(struct x86, jf.kind) + 1)); // test byte
    emit8(&t->e, FLAGS_CF >> 8);
    k[0] = x64_cold(t, COLD_CALL, emit_jcc(&t->e, CC_E));
    emit_rm(&t->e, 0x80, 1, 7, CTX(jf.cf_kind)); // cmp byte, 1
    emit8(&t->e, 1);
    k[1] = x64_cold(t, COLD_CALL, emit_jcc(&t->e, CC_A));
    emit8(&t->e, 0xF5); // cmc
    k[0]->call = k[1]->call = t->j->load_flags;
    k[0]->back = k[1]->back = t->e.p;
    t->host = FLAG_CF;
    t->r9_group = -1;
}

void flags_need(struct tr *t, uint16_t mask)
{
    if ((t->host & mask) == mask) return;
    if (flags_again(t, mask)) {
        do_again(t, mask);
        return;
    }
    if (mask == FLAG_CF && (t->kept == CC_B || t->kept == CC_AE)) {
        emit_rm(&t->e, 0x80, 1, 7, CTX(jf.keep)); // cmp byte, 1
        emit8(&t->e, 1);
        if (t->kept == CC_B) emit8(&t->e, 0xF5); // cmc
        t->host = FLAG_CF;
        return;
    }
    flags_home(t);
    if (t->open) t->u->changes |= t->changed; // they may be those that came with the unit
    if (mask == FLAG_CF) {
        load_home_cf(t);
        return;
    }
    call_stub(t, t->j->load_flags);
    t->realized = true;
    t->host = FLAGS_ALL;
}

unsigned flags_condition(struct tr *t, unsigned cc)
{
    uint16_t mask = jit_condition_flags(cc);

    if ((t->host & mask) != mask && !flags_again(t, mask) && t->kept != KEEP_NONE && t->kept >> 1 == cc >> 1) {
        emit_rm(&t->e, 0x80, 1, 7, CTX(jf.keep)); // cmp byte, 0
        emit8(&t->e, 0);
        t->host = 0;
        return t->kept == cc ? CC_NE : CC_E;
    }
    flags_need(t, mask);
    return cc;
}

/* Whether the operands of the record are still there when instruction N asks. */
static bool operands_until(const struct tr *t, unsigned n)
{
    unsigned operands = flags_operands(&t->flags);

    for (unsigned k = t->k + 1; k <= n; k++) {
        if (t->effects[k].regs & operands) return false;
        if (operands & OPERAND_R10 && x64_r10_use(t, k) != R10_KEPT) return false;
    }
    return true;
}

void flags_keep_condition(struct tr *t)
{
    unsigned cc = t->keep[t->k];
    uint16_t mask;

    if (t->effects[t->k].flags_written || t->effects[t->k].flags_maybe || !t->op[t->k]) t->kept = KEEP_NONE;
    if (cc == KEEP_NONE) return;
    mask = jit_condition_flags(cc);
    if ((t->host & mask) != mask || (flags_again(t, mask) && operands_until(t, t->keep_for[t->k]))) return;
    emit_rm(&t->e, 0x0F90 | cc, 1, 0, CTX(jf.keep));
    t->kept = (uint8_t)cc;
}

/* --- partial changes ------------------------------------------------------------------------------------------------------------------------ */

static void store_flag(struct tr *t, unsigned cc, struct host_mem to)
{
    emit_rm(&t->e, 0x0F90 | cc, 1, 0, to);
}

/* Whether the flags made by the current instruction are all overwritten before one leaves the unit with them. */
static bool die_inside(const struct tr *t)
{
    uint16_t open = t->live[t->k];

    for (unsigned n = t->k + 1; n < t->count; n++) {
        if (!t->op[n]) return true; // its handler finds them realized
        if (t->op[n]->kind == OPK_JCC || t->op[n]->kind == OPK_JCXZ || t->ends[n]) return false;
        if (t->effects[n].flags_read & FLAG_CF) return false;
        if (!(open &= (uint16_t)~t->effects[n].flags_written)) return true;
    }
    return false;
}

/* Whether the operands of the record stay, from the current instruction on, till somebody overwrites all flags. */
static bool operands_last(const struct tr *t)
{
    unsigned operands = flags_operands(&t->flags);
    uint16_t open = t->live[t->k];

    if (t->effects[t->k].regs & operands || (operands & OPERAND_R10 && x64_r10_use(t, t->k) != R10_KEPT)) return false;
    for (unsigned n = t->k + 1; n < t->count && t->op[n]; n++) {
        if (operands & OPERAND_R10 && x64_r10_use(t, n) == R10_LOST) return false;
        if (!(open &= (uint16_t)~t->effects[n].flags_written)) return true;
        if (t->effects[n].regs & operands || (operands & OPERAND_R10 && x64_r10_use(t, n) != R10_KEPT)) return false;
    }
    return false;
}

uint32_t flags_save_cf(struct tr *t, bool keeps)
{
    unsigned kind = FLAGS_KIND(t->flags.kind);

    if (!flag_live(t, FLAG_CF)) return FLAGS_CF;
    if (kind == FLAGS_LOGIC && !(t->flags.kind & FLAGS_CF)) return 0;
    if (kind == FLAGS_INC || kind == FLAGS_DEC) { // it is where they have left it
        if (!(t->flags.kind & (FLAGS_CF_HOME | FLAGS_CF_OLD))) return t->flags.kind & FLAGS_CF;
        if (keeps && die_inside(t) && !(t->flags.kind & FLAGS_CF_OLD)) return FLAGS_CF | FLAGS_CF_HOME;
        flags_home(t);
    } else if (t->looping && t->flags.kind != FLAGS_HOME && keeps && die_inside(t) && operands_last(t)) {
        t->old = t->flags;
        return FLAGS_CF | FLAGS_CF_OLD;
    } else if (t->host & FLAG_CF) {
        flags_store_cf(t);
    } else if (t->flags.kind == FLAGS_HOME) {
        if (keeps && die_inside(t)) return FLAGS_CF | FLAGS_CF_HOME;
        save_home_cf(t);
    } else {
        flags_need(t, FLAG_CF);
        flags_store_cf(t);
    }
    return FLAGS_CF;
}

static void override(struct tr *t, uint32_t bits)
{
    if (t->flags.kind == FLAGS_HOME) {
        for (unsigned n = 1; n < 4; n += 2) {
            if (!(bits >> 8 * n & 0xFF)) continue;
            emit_rm(&t->e, 0x80, 1, 1, x64_ctx(offsetof(struct x86, jf.kind) + n)); // or byte
            emit8(&t->e, bits >> 8 * n);
        }
        t->read = true;
        t->host = 0;
    } else {
        if (bits & FLAGS_CF) t->flags.kind &= ~(FLAGS_CF_HOME | FLAGS_CF_OLD); // nobody will ask for it, and r8 and r9 may have the operand's address
        t->flags.kind |= bits;
        flags_home(t);
    }
}

/* Nobody asks for any other flag. */
static bool is_alone(const struct tr *t, uint16_t mask)
{
    return !(t->live[t->k] & ~mask);
}

void flags_override(struct tr *t, uint16_t mask)
{
    uint32_t bits = (mask & FLAG_CF ? FLAGS_CF : 0) | (mask & FLAG_OF ? FLAGS_OF : 0) | (mask & FLAG_ZF ? FLAGS_ZF : 0);

    if (!flags_live(t)) return;
    if (is_alone(t, mask)) flags_store_kind(t, FLAGS_REALIZED | bits, 1, t->host); // the others are whatever they are
    else override(t, bits);
}

bool flags_override_keeps(const struct tr *t, uint16_t mask)
{
    return !flags_live(t) || is_alone(t, mask) || (t->flags.kind != FLAGS_HOME && !(t->flags.kind & (FLAGS_CF_HOME | FLAGS_CF_OLD)));
}

void flags_override_carry(struct tr *t, uint16_t mask)
{
    bool keeps;

    flags_need(t, FLAG_CF);
    keeps = flags_override_keeps(t, mask);
    if (!keeps) x64_keep_carry(t, R11);
    flags_override(t, mask);
    if (!keeps) x64_get_carry(t, R11);
}

void flags_overridden(struct tr *t, uint16_t mask)
{
    t->host = mask;
    if (!flags_live(t)) {
        t->flags = (struct flag_record){.kind = FLAGS_HOME};
        return;
    }
    if (flag_live(t, mask & FLAG_CF)) flags_store_cf(t);
    if (flag_live(t, mask & FLAG_OF)) store_flag(t, CC_O, CTX(jf.of));
    if (flag_live(t, mask & FLAG_ZF)) store_flag(t, CC_E, CTX(jf.zf));
}

/* OF stays where it is: nobody asks for it after SAHF, which comes after FNSTSW AX. */
void flags_sahf(struct tr *t)
{
    if (flags_live(t)) {
        if (t->flags.kind == FLAGS_HOME) {
            emit_rm(&t->e, 0x80, 1, 4, x64_ctx(offsetof(struct x86, jf.kind) + 3)); // and byte
            emit8(&t->e, ~(FLAGS_ZF >> 24));
        }
        override(t, FLAGS_AH | FLAGS_CF);
        emit_mov_rr(&t->e, R11, RAX);
        emit_rr(&t->e, 0xC1, 4, 5, R11); // shr
        emit8(&t->e, 8);
        emit_rm(&t->e, 0x88, 1, R11, CTX(jf.ah));
    }
    emit8(&t->e, 0x9E);
    if (flags_live(t)) flags_store_cf(t);
    t->flags = (struct flag_record){.kind = FLAGS_HOME};
    t->host = FLAGS_ALL & ~FLAG_OF;
}
