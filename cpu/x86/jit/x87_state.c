/* x87_state.c: x87 instructions with operands in memory that translated code has done in C, while the guest's registers are in the host's
 * x87 unit: FNSAVE, FRSTOR and their like, and FBLD.
 *
 * The whole operand lies in one page of plain memory, so nothing can fault. What was loaded may unmask an exception, which changes what the unit
 * may take for granted: then false comes back before anything has happened, and the handler does it. The layouts are the handlers'. */
#include "cpu/x86/fpu.h"
#include "cpu/x86/jit/jit_private.h"
#include "cpu/x86/simd.h"

/* --- the host's unit ------------------------------------------------------------------------------------------------------------------------ */

/* To c->fpu, where it is the host's that counts still. FXSAVE takes half of what FNSTENV takes; XMM registers are saved around this. */
static void look_at_unit(struct x86 *c)
{
    struct x86_fpu                         *f = &c->fpu;
    struct { _Alignas(16) uint8_t b[FX_SIZE]; } image;
    uint16_t                                sw;

    jit_x87_settle(c);
    __asm__ volatile("fxsave %0" : "=m"(image));
    sw = (uint16_t)x86_host_load(image.b + 2, 2);
    f->sw = sw & (uint16_t)~SW_TOP;
    f->top = sw >> 11 & 7;
    f->empty = (uint8_t)~image.b[4];
    for (unsigned n = 0; n < 8; n++) {
        struct floatx80 *r = fpu_st(c, n);
        r->mant = x86_host_load(image.b + FX_ST + 16 * n, 8);
        r->exp_sign = (uint16_t)x86_host_load(image.b + FX_ST + 16 * n + 8, 2);
    }
}

/* Control, status and tags from c->fpu; the registers stay. */
static void load_words(struct x86 *c)
{
    struct { uint32_t cw, sw, tags, pointers[4]; } env = {.cw = c->fpu.cw, .sw = x86_fpu_status(c)};

    for (unsigned n = 0; n < 8; n++)
        if (c->fpu.empty >> n & 1) env.tags |= 3u << (2 * n);
    __asm__ volatile("fldenv %0" : : "m"(env));
}

static bool masks_all(uint32_t cw) { return (cw & CW_MASKS) == CW_MASKS; }

/* --- environment and registers ---------------------------------------------------------------------------------------------------------------- */

static unsigned part(bool wide) { return wide ? 4 : 2; }

static void put_environment(const struct x86 *c, uint8_t *m, bool wide)
{
    uint32_t env[ENV_WORDS];

    x86_fpu_pack_environment(c, wide, env);
    for (unsigned n = 0; n < ENV_WORDS; n++) x86_host_store(m + n * part(wide), env[n], part(wide));
}

static void get_environment(const uint8_t *m, bool wide, uint32_t env[ENV_WORDS])
{
    for (unsigned n = 0; n < ENV_WORDS; n++) env[n] = (uint32_t)x86_host_load(m + n * part(wide), part(wide));
}

static bool fnstenv(struct x86 *c, uint8_t *m, bool wide)
{
    look_at_unit(c);
    put_environment(c, m, wide);
    return true;
}

static bool fldenv(struct x86 *c, const uint8_t *m, bool wide)
{
    uint32_t env[ENV_WORDS];

    get_environment(m, wide, env);
    if (!masks_all(env[0])) return false;
    jit_x87_settle(c); // 16 bits of protected mode leave the opcode as it is
    x86_fpu_unpack_environment(c, wide, env);
    load_words(c);
    return true;
}

/* What is left in the host's unit is what FNINIT leaves. */
static bool fnsave(struct x86 *c, uint8_t *m, bool wide)
{
    jit_x87_save(c);
    put_environment(c, m, wide);
    m += ENV_WORDS * part(wide);
    for (unsigned n = 0; n < 8; n++, m += 10) {
        x86_host_store(m, fpu_st(c, n)->mant, 8);
        x86_host_store(m + 8, fpu_st(c, n)->exp_sign, 2);
    }
    x86_fpu_initialize(c);
    c->x87_live = true;
    return true;
}

static bool frstor(struct x86 *c, const uint8_t *m, bool wide)
{
    uint32_t env[ENV_WORDS];

    get_environment(m, wide, env);
    if (!masks_all(env[0])) return false;
    jit_x87_settle(c);
    x86_fpu_unpack_environment(c, wide, env);
    m += ENV_WORDS * part(wide);
    for (unsigned n = 0; n < 8; n++, m += 10)
        *fpu_st(c, n) = (struct floatx80){x86_host_load(m, 8), (uint16_t)x86_host_load(m + 8, 2)};
    jit_x87_load(c);
    return true;
}

static bool fnstenv_16(struct x86 *c, uint8_t *m) { return fnstenv(c, m, false); }
static bool fnstenv_32(struct x86 *c, uint8_t *m) { return fnstenv(c, m, true); }
static bool fldenv_16(struct x86 *c, uint8_t *m) { return fldenv(c, m, false); }
static bool fldenv_32(struct x86 *c, uint8_t *m) { return fldenv(c, m, true); }
static bool fnsave_16(struct x86 *c, uint8_t *m) { return fnsave(c, m, false); }
static bool fnsave_32(struct x86 *c, uint8_t *m) { return fnsave(c, m, true); }
static bool frstor_16(struct x86 *c, uint8_t *m) { return frstor(c, m, false); }
static bool frstor_32(struct x86 *c, uint8_t *m) { return frstor(c, m, true); }

/* --- FXSAVE, FXRSTOR, FBLD --------------------------------------------------------------------------------------------------------------------- */

static bool fxsave(struct x86 *c, uint8_t *m)
{
    uint8_t image[FX_USED];

    look_at_unit(c);
    x86_fx_pack(c, image);
    memcpy(m, image, fx_has_xmm(c) ? FX_USED : FX_XMM);
    return true;
}

/* MXCSR and XMM registers come to the host's by the way back. Nothing of MXCSR's masks may change. */
static bool fxrstor(struct x86 *c, uint8_t *m)
{
    uint32_t mxcsr = (uint32_t)x86_host_load(m + FX_MXCSR, 4);

    if (!masks_all((uint32_t)x86_host_load(m, 2))) return false;
    if (fx_has_xmm(c) && ((mxcsr & ~mxcsr_mask(c)) || ((mxcsr & c->fpu.mxcsr) & MXCSR_MASKS) != MXCSR_MASKS)) return false;
    jit_x87_settle(c);
    x86_fx_unpack(c, m);
    jit_x87_load(c);
    return true;
}

/* Not by the host's own: digits above 9 are undefined. */
static bool fbld(struct x86 *c, uint8_t *m)
{
    struct floatx80 v = f80_from_bcd(m);
    struct __attribute__((packed)) { uint64_t mant; uint16_t exp_sign; } number = {v.mant, v.exp_sign};

    (void)c;
    __asm__ volatile("fldt %0" : : "m"(number));
    return true;
}

jit_x87_state *const jit_x87_states[X87_STATES][2] = {
    [STATE_FNSTENV] = {fnstenv_16, fnstenv_32}, [STATE_FLDENV] = {fldenv_16, fldenv_32},
    [STATE_FNSAVE] = {fnsave_16, fnsave_32}, [STATE_FRSTOR] = {frstor_16, frstor_32},
    [STATE_FXSAVE] = {fxsave, fxsave}, [STATE_FXRSTOR] = {fxrstor, fxrstor}, [STATE_FBLD] = {fbld, fbld},
};
