/* exec_fpu_control.c: x87 control instructions: words, environment, whole state. SDM vol. 1 8.1.10, 8.3.11, vol. 2.
 *
 * The environment has four layouts: 14 or 28 bytes by operand size, and in each the pointers as selector and
 * offset (protected mode) or as a linear address (real and V86 mode; SDM figures 8-9 to 8-12). */
#include "cpu/x86/fpu.h"

enum {
    REGISTER_BYTES = 80,
};

/* --- small ones ---------------------------------------------------------------------------------------------------- */

void x86_fnop(struct x86 *c, const struct x86_insn *i)
{
    if (!fpu_begin(c, i)) return;
    fpu_record(c, i);
    x86_next(c, i);
}

/* Encodings without a meaning: a coprocessor ignores them, the built-in units raise #UD. */
void x86_fundefined(struct x86 *c, const struct x86_insn *i)
{
    if (c->model->family >= 4) x86_ud(c, i);
    else if (fpu_available(c, i)) x86_next(c, i);
}

void x86_fnclex(struct x86 *c, const struct x86_insn *i)
{
    if (!fpu_available(c, i)) return;
    c->fpu.sw &= (uint16_t)~(SF_ALL | SW_SF | SW_ES | SW_B);
    x86_fpu_update_error(c);
    x86_next(c, i);
}

void x86_fpu_initialize(struct x86 *c)
{
    struct x86_fpu *f = &c->fpu;

    f->empty = 0xff;
    f->opcode = f->cs = f->ds = 0;
    f->ip = f->dp = 0;
    x86_fpu_set_words(c, c->model->family == 0 ? CW_INIT | CW_IEM : CW_INIT, 0);
}

void x86_fninit(struct x86 *c, const struct x86_insn *i)
{
    if (!fpu_available(c, i)) return;
    x86_fpu_initialize(c);
    x86_next(c, i);
}

/* FENI, FDISI: the 8087's interrupt enable mask; nothing on later ones. */
static void set_iem(struct x86 *c, const struct x86_insn *i, uint16_t iem)
{
    if (!fpu_available(c, i)) return;
    if (c->model->family == 0) {
        c->fpu.cw = (uint16_t)((c->fpu.cw & ~CW_IEM) | iem);
        x86_fpu_update_error(c);
    }
    x86_next(c, i);
}

void x86_feni(struct x86 *c, const struct x86_insn *i) { set_iem(c, i, 0); }
void x86_fdisi(struct x86 *c, const struct x86_insn *i) { set_iem(c, i, CW_IEM); }

/* FSETPM tells an 80287 of protected mode; here the layouts follow the CPU's own mode. */
void x86_fsetpm(struct x86 *c, const struct x86_insn *i)
{
    if (fpu_available(c, i)) x86_next(c, i);
}

/* --- words --------------------------------------------------------------------------------------------------------- */

void x86_fldcw(struct x86 *c, const struct x86_insn *i)
{
    uint64_t m;

    if (!fpu_begin(c, i) || !x86_load_rm(c, i, 2, &m)) return;
    x86_fpu_set_words(c, (uint16_t)m, x86_fpu_status(c));
    x86_next(c, i);
}

void x86_fnstcw(struct x86 *c, const struct x86_insn *i)
{
    if (fpu_available(c, i) && x86_store_rm(c, i, 2, c->fpu.cw)) x86_next(c, i);
}

void x86_fnstsw(struct x86 *c, const struct x86_insn *i)
{
    if (fpu_available(c, i) && x86_store_rm(c, i, 2, x86_fpu_status(c))) x86_next(c, i);
}

void x86_fnstsw_ax(struct x86 *c, const struct x86_insn *i)
{
    if (!fpu_available(c, i)) return;
    x86_set_r16(c, REG_EAX, x86_fpu_status(c));
    x86_next(c, i);
}

/* --- environment --------------------------------------------------------------------------------------------------- */

static bool has_selectors(const struct x86 *c) { return x86_protected(c) && !x86_v86(c); }

void x86_fpu_pack_environment(const struct x86 *c, bool wide, uint32_t env[ENV_WORDS])
{
    const struct x86_fpu *f = &c->fpu;
    uint32_t              ones = wide ? 0xffff0000u : 0;

    env[0] = ones | f->cw;
    env[1] = ones | x86_fpu_status(c);
    env[2] = ones | x86_fpu_tags(c);
    if (has_selectors(c)) {
        env[3] = f->ip;
        env[4] = f->cs | (wide ? (uint32_t)f->opcode << 16 : 0);
        env[5] = f->dp;
        env[6] = ones | f->ds;
    } else {
        uint32_t ip = f->ip + ((uint32_t)f->cs << 4), dp = f->dp + ((uint32_t)f->ds << 4);

        env[3] = ones | (ip & 0xffff);
        env[4] = wide ? ip >> 16 << 12 | f->opcode : (ip >> 16 & 15) << 12 | f->opcode;
        env[5] = ones | (dp & 0xffff);
        env[6] = wide ? dp >> 16 << 12 : (dp >> 16 & 15) << 12;
    }
}

void x86_fpu_unpack_environment(struct x86 *c, bool wide, const uint32_t env[ENV_WORDS])
{
    struct x86_fpu *f = &c->fpu;

    f->empty = 0;
    for (unsigned n = 0; n < 8; n++)
        if ((env[2] >> (2 * n) & 3) == 3) f->empty |= (uint8_t)(1u << n);
    if (has_selectors(c)) {
        f->ip = env[3];
        f->cs = (uint16_t)env[4];
        if (wide) f->opcode = env[4] >> 16 & 0x7ff;
        f->dp = env[5];
        f->ds = (uint16_t)env[6];
    } else {
        f->opcode = env[4] & 0x7ff;
        f->ip = (env[3] & 0xffff) | (env[4] >> 12 & 0xffff) << 16;
        f->dp = (env[5] & 0xffff) | (env[6] >> 12 & 0xffff) << 16;
        f->cs = f->ds = 0;
    }
    x86_fpu_set_words(c, (uint16_t)env[0], (uint16_t)env[1]);
}

/* The operand is accessed in parts: words or dwords of the environment, words of the registers. With 16-bit addresses each
 * part's address wraps at 64 K, while a part that crosses the end of the segment faults. So does a processor; the manuals are silent. */
static uint32_t operand_at(const struct x86 *c, const struct x86_insn *i, uint32_t n) { return (x86_ea(c, i) + n) & i->amask; }

static bool is_wide(const struct x86_insn *i) { return i->prefix & PREFIX_OP32; }

static bool load_environment(struct x86 *c, const struct x86_insn *i, uint32_t env[ENV_WORDS])
{
    for (unsigned n = 0; n < ENV_WORDS; n++) {
        uint64_t m;
        bool     loaded = is_wide(i) ? x86_load(c, i, i->seg, operand_at(c, i, n * 4), 4, &m)
                                     : x86_load(c, i, i->seg, operand_at(c, i, n * 2), 2, &m);

        if (!loaded) return false;
        env[n] = (uint32_t)m;
    }
    return true;
}

static bool store_environment(struct x86 *c, const struct x86_insn *i)
{
    uint32_t env[ENV_WORDS];

    x86_fpu_pack_environment(c, is_wide(i), env);
    for (unsigned n = 0; n < ENV_WORDS; n++) {
        bool stored = is_wide(i) ? x86_store(c, i, i->seg, operand_at(c, i, n * 4), 4, env[n])
                                 : x86_store(c, i, i->seg, operand_at(c, i, n * 2), 2, env[n]);

        if (!stored) return false;
    }
    return true;
}

/* Whether all parts of the operand can be accessed, before any is. All that has to be aligned is its words or dwords (SDM 3A table 6-7). */
static bool probe_operand(struct x86 *c, const struct x86_insn *i, bool registers, bool write)
{
    unsigned part = is_wide(i) ? 4 : 2, at = 0;

    for (; at < ENV_WORDS * part; at += part)
        if (!x86_probe(c, i, i->seg, operand_at(c, i, at), part, write)) return false;
    for (; registers && at < ENV_WORDS * part + REGISTER_BYTES; at += 2)
        if (!x86_probe(c, i, i->seg, operand_at(c, i, at), 2, write)) return false;
    return true;
}

void x86_fldenv(struct x86 *c, const struct x86_insn *i)
{
    uint32_t env[ENV_WORDS];

    if (!fpu_begin(c, i) || !load_environment(c, i, env)) return;
    x86_fpu_unpack_environment(c, is_wide(i), env);
    x86_next(c, i);
}

/* Masks all exceptions afterwards. */
void x86_fnstenv(struct x86 *c, const struct x86_insn *i)
{
    if (!fpu_available(c, i) || !probe_operand(c, i, false, true) || !store_environment(c, i)) return;
    c->fpu.cw |= CW_MASKS;
    x86_fpu_update_error(c);
    x86_next(c, i);
}

/* --- whole state --------------------------------------------------------------------------------------------------- */

/* The registers in words, which are aligned if the operand is. */
static bool load_register(struct x86 *c, const struct x86_insn *i, uint32_t at, struct floatx80 *v)
{
    uint64_t word[5];

    for (unsigned n = 0; n < 5; n++)
        if (!x86_load(c, i, i->seg, operand_at(c, i, at + 2 * n), 2, &word[n])) return false;
    *v = (struct floatx80){word[0] | word[1] << 16 | word[2] << 32 | word[3] << 48, (uint16_t)word[4]};
    return true;
}

static bool store_register(struct x86 *c, const struct x86_insn *i, uint32_t at, const struct floatx80 *v)
{
    for (unsigned n = 0; n < 4; n++)
        if (!x86_store(c, i, i->seg, operand_at(c, i, at + 2 * n), 2, v->mant >> 16 * n & 0xffff)) return false;
    return x86_store(c, i, i->seg, operand_at(c, i, at + 8), 2, v->exp_sign);
}

void x86_frstor(struct x86 *c, const struct x86_insn *i)
{
    struct floatx80 reg[8];
    uint32_t        env[ENV_WORDS], at = is_wide(i) ? 28 : 14;

    if (!fpu_begin(c, i) || !probe_operand(c, i, true, false) || !load_environment(c, i, env)) return;
    for (unsigned n = 0; n < 8; n++, at += 10)
        if (!load_register(c, i, at, &reg[n])) return;
    x86_fpu_unpack_environment(c, is_wide(i), env);
    for (unsigned n = 0; n < 8; n++) *fpu_st(c, n) = reg[n];
    x86_next(c, i);
}

/* Initializes afterwards. */
void x86_fnsave(struct x86 *c, const struct x86_insn *i)
{
    uint32_t at = is_wide(i) ? 28 : 14;

    if (!fpu_available(c, i) || !probe_operand(c, i, true, true) || !store_environment(c, i)) return;
    for (unsigned n = 0; n < 8; n++, at += 10)
        if (!store_register(c, i, at, fpu_st(c, n))) return;
    x86_fpu_initialize(c);
    x86_next(c, i);
}
