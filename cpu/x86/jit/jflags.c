/* jflags.c: from the form in which translated code leaves flags to the interpreter's, by the definitions of flags.h, and to the
 * host's. Translated code stores what an operation was and its operands; nobody computes a flag until somebody asks. */
#include "cpu/x86/flags.h"
#include "cpu/x86/jit/jit_private.h"

static uint32_t truncate(uint32_t v, unsigned size)
{
    return size == 1 ? (uint8_t)v : size == 2 ? (uint16_t)v : v;
}

static int32_t extend(uint32_t v, unsigned size)
{
    return size == 1 ? (int8_t)v : size == 2 ? (int16_t)v : (int32_t)v;
}

static void shifted(struct x86 *c, unsigned kind, uint32_t a, unsigned count, unsigned size)
{
    unsigned bits = 8 * size;
    uint64_t wide = (uint64_t)a << count;
    uint32_t r;
    bool     cf;

    switch (kind) {
    case FLAGS_SHL:
        r = truncate((uint32_t)wide, size);
        cf = count <= bits && (wide >> bits & 1);
        flags_explicit(c, r, size, cf, cf != (r >> (bits - 1) & 1), r & 0x10);
        break;
    case FLAGS_SHR:
        r = count < bits ? a >> count : 0;
        flags_explicit(c, r, size, count <= bits && (a >> (count - 1) & 1), ((r ^ (r << 1)) >> (bits - 1)) & 1, false);
        break;
    default:
        r = truncate((uint32_t)(extend(a, size) >> count), size);
        flags_explicit(c, r, size, extend(a, size) >> (count - 1) & 1, false, false);
        break;
    }
}

static uint32_t unpack(uint16_t packed)
{
    return (packed >> 8 & (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF)) | (packed & 1 ? FLAG_OF : 0);
}

/* The flags of KIND on A and B; CF where the operation does not say. */
static void set_flags(struct x86 *c, uint32_t kind, uint32_t a, uint32_t b, bool cf)
{
    unsigned size = 1u << (kind >> 5 & 3);

    if (kind & FLAGS_B_IMM) b = (uint32_t)(int8_t)(kind >> 16);
    if (FLAGS_KIND(kind) != FLAGS_PACKED) a = truncate(a, size);
    b = truncate(b, size);
    switch (FLAGS_KIND(kind)) {
    case FLAGS_ADD: flags_add(c, truncate(a - b, size), b, a, size); break;
    case FLAGS_SUB: flags_sub(c, truncate(a + b, size), b, a, size); break;
    case FLAGS_ADC: flags_add(c, truncate(a - b - c->jf.carry, size), b, a, size); break;
    case FLAGS_SBB: flags_sub(c, truncate(a + b + c->jf.carry, size), b, a, size); break;
    case FLAGS_CMP: flags_sub(c, a, b, truncate(a - b, size), size); break;
    case FLAGS_LOGIC: flags_logic(c, a, size); break;
    case FLAGS_INC: flags_explicit(c, a, size, cf, a == 1u << (8 * size - 1), (a & 15) == 0); break;
    case FLAGS_DEC: flags_explicit(c, a, size, cf, a == (1u << (8 * size - 1)) - 1, (a & 15) == 15); break;
    case FLAGS_NEG: flags_sub(c, 0, truncate(0 - a, size), a, size); break;
    case FLAGS_SHL:
    case FLAGS_SHR:
    case FLAGS_SAR: shifted(c, FLAGS_KIND(kind), a, b, size); break;
    case FLAGS_MUL: flags_explicit(c, a, size, b & 1, b & 1, false); break;
    case FLAGS_DOUBLE: flags_explicit(c, a, size, cf, ((a ^ b) >> (8 * size - 1)) & 1, false); break;
    case FLAGS_PACKED: flags_set_arith(c, unpack((uint16_t)a)); break;
    default: break;
    }
}

/* CF that another operation made. The flags in the interpreter's form may be those of all the others. */
static bool carry_of_its_own(struct x86 *c)
{
    uint64_t result = c->fl_res;
    uint32_t carry = c->fl_carry;
    uint8_t  top = c->fl_top;
    bool     cf;

    set_flags(c, c->jf.cf_kind, c->jf.cf_a, c->jf.cf_b, false);
    cf = flag_cf(c);
    c->fl_res = result;
    c->fl_carry = carry;
    c->fl_top = top;
    return cf;
}

void jit_fetch_operands(struct x86 *c)
{
    struct x86_jit_flags *f = &c->jf;
    uint32_t              kind = f->kind;

    if (kind & FLAGS_A_REG) f->a = (uint32_t)c->gpr[kind >> 24 & 7];
    if (kind & FLAGS_B_REG) f->b = (uint32_t)c->gpr[kind >> 28 & 7];
    if (kind & FLAGS_A_R10) f->a = f->r10;
    if (kind & FLAGS_B_R10) f->b = f->r10;
    f->kind &= ~(FLAGS_A_REG | FLAGS_B_REG | FLAGS_A_R10 | FLAGS_B_R10);
}

void jit_realize_flags(struct x86 *c)
{
    struct x86_jit_flags *f = &c->jf;
    uint32_t              kind = f->kind, mask;
    bool                  cf = (kind & FLAGS_CF) && (f->cf_kind & 1);

    if (kind == FLAGS_REALIZED) return;
    jit_fetch_operands(c);
    f->kind = FLAGS_REALIZED;
    if ((kind & FLAGS_CF) && (uint8_t)f->cf_kind > 1) cf = carry_of_its_own(c);
    set_flags(c, kind, f->a, f->b, cf);
    mask = (kind & FLAGS_CF ? FLAG_CF : 0) | (kind & FLAGS_OF ? FLAG_OF : 0);
    if (FLAGS_KIND(kind) == FLAGS_INC || FLAGS_KIND(kind) == FLAGS_DEC) mask &= ~(uint32_t)FLAG_CF; // they have it
    if (mask) flags_change(c, mask, (cf ? FLAG_CF : 0) | (f->of ? FLAG_OF : 0));
    if (kind & FLAGS_AH) flags_change(c, FLAG_SF | FLAG_ZF | FLAG_AF | FLAG_PF, f->ah);
    if (kind & FLAGS_ZF) flags_change(c, FLAG_ZF, f->zf ? FLAG_ZF : 0);
}
