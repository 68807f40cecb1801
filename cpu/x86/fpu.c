/* fpu.c: what all x87 instructions share: availability, pending exceptions and both ways of reporting them.
 *
 * With CR0.NE set a pending exception is #MF at the next waiting instruction. Without it, as in every PC before,
 * FERR# goes to IRQ 13 and the next waiting instruction holds until an interrupt comes, or IGNNE# lets it pass
 * (SDM vol. 1 8.7, appendix D). The 8087 interrupts (NMI in a PC) and never holds anything. */
#include "cpu/x86/fpu.h"

void x86_fpu_reset(struct x86 *c)
{
    struct x86_fpu *f = &c->fpu;
    bool            built_in = c->model->family >= 4;

    if (f->ferr && c->ferr) c->ferr(c->opaque, false);
    memset(f, 0, sizeof(*f));
    f->cw = built_in ? CW_RESERVED_1 : c->model->family == 0 ? CW_INIT | CW_IEM : CW_INIT;
    f->empty = built_in ? 0 : 0xff; /* the built-in ones start with valid zeros */
    f->mxcsr = 0x1f80;
}

uint16_t x86_fpu_status(const struct x86 *c) { return (uint16_t)(c->fpu.sw | c->fpu.top << 11); }

/* 0 valid, 1 zero, 2 special, 3 empty (SDM vol. 1 8.1.7). */
uint16_t x86_fpu_tags(const struct x86 *c)
{
    unsigned tags = 0;

    for (unsigned n = 0; n < 8; n++) {
        struct floatx80 r = c->fpu.r[n];
        unsigned        exp = r.exp_sign & 0x7fff, tag = 2;

        if (c->fpu.empty >> n & 1) tag = 3;
        else if (r.mant >> 63 && exp && exp != 0x7fff) tag = 0;
        else if (!r.mant && !exp) tag = 1;
        tags |= tag << (2 * n);
    }
    return (uint16_t)tags;
}

/* ES and B follow the unmasked exceptions, FERR# follows ES. */
void x86_fpu_update_error(struct x86 *c)
{
    struct x86_fpu *f = &c->fpu;
    bool            error = (f->sw & ~f->cw & CW_MASKS) != 0;
    bool            pin;

    f->sw &= (uint16_t)~(SW_ES | SW_B);
    if (error) f->sw |= c->model->family >= 3 ? SW_ES | SW_B : SW_ES;
    pin = error && !(c->cr0 & CR0_NE) && !(c->model->family == 0 && (f->cw & CW_IEM));
    if (pin == f->ferr) return;
    f->ferr = pin;
    if (!pin) f->ignne = false;
    if (c->ferr) c->ferr(c->opaque, pin);
}

void fpu_raise_error(struct x86 *c) { x86_fpu_update_error(c); }

void x86_fpu_ignore_error(struct x86 *c)
{
    if (c->fpu.ferr) c->fpu.ignne = true;
}

void x86_fpu_set_words(struct x86 *c, uint16_t cw, uint16_t sw)
{
    struct x86_fpu *f = &c->fpu;

    f->cw = c->model->family >= 3 ? (uint16_t)((cw & (CW_MASKS | CW_PC | CW_RC | CW_IC)) | CW_RESERVED_1) : cw;
    f->sw = sw & (uint16_t)~SW_TOP;
    f->top = sw >> 11 & 7;
    x86_fpu_update_error(c);
}

bool fpu_available(struct x86 *c, const struct x86_insn *i)
{
    c->cur = i;
    if (unlikely(c->cr0 & (CR0_EM | CR0_TS))) return x86_fault(c, i, EXC_NM);
    if (unlikely(!x86_has(c, FEAT_FPU))) { /* nobody answers, but the CPU has begun the bus cycle */
        if ((i->prefix & PREFIX_MEM) && !x86_probe(c, i, i->seg, x86_ea(c, i), 2, false)) return false;
        x86_next(c, i);
        return false;
    }
    return true;
}

/* What a waiting instruction does with a pending exception. True: go on. */
static bool meet_pending(struct x86 *c, const struct x86_insn *i)
{
    if (c->model->family == 0 || !(c->fpu.sw & SW_ES)) return true;
    if (c->cr0 & CR0_NE) return x86_fault(c, i, EXC_MF);
    if (c->fpu.ignne) return true;
    x86_end_at(c, i, x86_insn_eip(c, i)); /* again and again, until the interrupt is taken */
    return false;
}

bool fpu_begin_slow(struct x86 *c, const struct x86_insn *i)
{
    return fpu_available(c, i) && meet_pending(c, i);
}

/* WAIT, FWAIT: TS counts only together with MP (SDM 3A table 2-2). */
void x86_fwait(struct x86 *c, const struct x86_insn *i)
{
    if ((c->cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS)) {
        x86_fault(c, i, EXC_NM);
        return;
    }
    if (!x86_has(c, FEAT_FPU) || meet_pending(c, i)) x86_next(c, i);
}

bool fpu_stack_fault(struct x86 *c, bool overflow)
{
    struct x86_fpu *f = &c->fpu;

    f->sw = (uint16_t)((f->sw & ~SW_C1) | SF_IE | (overflow ? SW_C1 : 0));
    if (c->model->family >= 3) f->sw |= SW_SF;
    if (f->cw & SF_IE) return true;
    fpu_raise_error(c);
    return false;
}
