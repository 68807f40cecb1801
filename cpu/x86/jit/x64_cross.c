/* x64_cross.c: accesses that are in two pages, if both are plain memory. The bytes on both sides of the boundary are brought to a buffer, where the
 * access is made as any other; after a write they go back. */
#include "cpu/x86/jit/x64.h"

enum { SIDE = 16 }; /* bytes of a side: no access is longer */

static struct host_mem buffer(unsigned at)
{
    return x64_ctx(offsetof(struct x86, crossing.bytes) + at);
}

static struct host_mem side(unsigned n)
{
    return x64_ctx(offsetof(struct x86, crossing.at) + 8 * n);
}

/* r8d: linear address of an access that crosses. To r9: what is to be added to it; 0 if that cannot be had. ZF is set accordingly, r11 is lost. */
const uint8_t *x64_make_cross(struct emit *e, bool write, bool user)
{
    const uint8_t *at = e->p;
    uint8_t       *none[3], *done;

    emit_push(e, RAX);
    emit_push(e, RDX);
    emit_rm(e, 0x8D, 4, R11, (struct host_mem){R8, NO_REG, 0, SIDE - 1});
    emit_rr(e, 0xC1, 4, 5, R11); // shr
    emit8(e, PAGE_SHIFT);
    none[0] = emit_jcc(e, CC_E); // beyond 4 GB
    emit_rm(e, 0x8B, 8, R11, x64_table(TLB_QUICK(write, user), R11, 3));
    emit_rr(e, 0x85, 8, R11, R11);
    none[1] = emit_jcc(e, CC_E);
    emit_mov_rr(e, R9, R8);
    emit_rr(e, 0xC1, 4, 5, R9);
    emit8(e, PAGE_SHIFT);
    emit_rm(e, 0x8B, 8, R9, x64_table(TLB_QUICK(write, user), R9, 3));
    emit_rr(e, 0x85, 8, R9, R9);
    none[2] = emit_jcc(e, CC_E);
    emit_mov_rr(e, RDX, R8);
    emit_alu_ri(e, 1, 4, RDX, PAGE_MASK); // the last byte of the first page
    emit_rm(e, 0x8D, 8, R9, (struct host_mem){R9, RDX, 0, 1 - SIDE});
    emit_rm(e, 0x8D, 8, R11, (struct host_mem){R11, RDX, 0, 1});
    for (unsigned n = 0; n < 2 * SIDE; n += 8) {
        emit_rm(e, 0x8B, 8, RAX, (struct host_mem){n < SIDE ? R9 : R11, NO_REG, 0, (int32_t)(n % SIDE)});
        emit_rm(e, 0x89, 8, RAX, buffer(n));
    }
    if (write) {
        emit_rm(e, 0x89, 8, R9, side(0));
        emit_rm(e, 0x89, 8, R11, side(1));
    }
    emit_rm(e, 0x8D, 8, R9, buffer(SIDE - 1));
    emit_rr(e, 0x2B, 8, R9, RDX);
    done = emit_jmp(e);
    for (unsigned n = 0; n < 3; n++) emit_patch(e, none[n], e->p);
    emit_rr(e, 0x33, 4, R9, R9);
    emit_patch(e, done, e->p);
    emit_pop(e, RDX);
    emit_pop(e, RAX);
    emit8(e, 0xC3);
    return at;
}

/* After a write: both sides to where they belong. The host's flags are kept, and so are all registers. */
const uint8_t *x64_make_uncross(struct emit *e)
{
    const uint8_t *at = e->p;

    emit_push(e, RAX);
    emit_push(e, RDX);
    for (unsigned n = 0; n < 2 * SIDE; n += 8) {
        if (n % SIDE == 0) emit_rm(e, 0x8B, 8, RDX, side(n / SIDE));
        emit_rm(e, 0x8B, 8, RAX, buffer(n));
        emit_rm(e, 0x89, 8, RAX, (struct host_mem){RDX, NO_REG, 0, (int32_t)(n % SIDE)});
    }
    emit_pop(e, RDX);
    emit_pop(e, RAX);
    emit8(e, 0xC3);
    return at;
}

void x64_begin_crossing(struct tr *t, struct cold *k)
{
    k->back = t->e.p;
    t->e.local = t->e.p;
    t->e.moored = false;
}

void x64_access_lasts(struct tr *t)
{
    if (t->colds && t->cold[t->colds - 1].kind == COLD_CROSSING) t->cold[t->colds - 1].lasts = true;
}

void x64_end_crossings(struct tr *t, unsigned first)
{
    struct cold *k = t->colds > first ? &t->cold[t->colds - 1] : NULL;

    // A jump out of it would be one of the colds, or have moored it.
    if (!k || (k->kind != COLD_CROSSING && k->kind != COLD_STACK) || t->e.moored || t->e.local != k->back || t->ends[t->k]) return;
    if (t->setter && t->set == t->e.p) return; // that may still move
    k->end = t->e.p;
}

/* For K, whose address is in r8d. WRITE: with the rest of its instruction. Goes on behind itself if it cannot be had. */
static void go_across(struct tr *t, const struct cold *k, unsigned size, bool write)
{
    struct emit *e = &t->e;
    uint8_t     *slow;

    if (size > SIDE || k->lasts || (t->ctx.mode & MODE_CHECKED) || (write && !k->end)) return;
    emit_patch(e, emit_call(e), t->j->cross[write][!!(t->ctx.mode & MODE_USER)]);
    if (!write) {
        emit_jcc_to(e, CC_NE, k->back);
        return;
    }
    slow = emit_jcc(e, CC_E);
    for (const uint8_t *p = k->back; p < k->end; p++) emit8(e, *p);
    emit_patch(e, emit_call(e), t->j->uncross);
    emit_jmp_to(e, k->end);
    emit_patch(e, slow, e->p);
}

/* An unaligned access goes on unless it crosses the end of the page. */
void x64_cross(struct tr *t, const struct cold *k)
{
    struct emit *e = &t->e;
    uint8_t     *slow;

    emit_mov_rr(e, R11, k->address);
    emit_alu_ri(e, 4, 4, R11, PAGE_MASK);
    emit_alu_ri(e, 7, 4, R11, PAGE_SIZE - k->size);
    slow = emit_jcc(e, CC_A);
    emit_jmp_to(e, k->back);
    emit_patch(e, slow, e->p);
    if (k->address != R8) emit_mov_rr(e, R8, k->address);
    go_across(t, k, k->size, k->write);
}

void x64_cross_stack(struct tr *t, const struct cold *k)
{
    struct emit *e = &t->e;
    uint8_t     *out[2];

    emit_rm(e, 0x8D, 4, R8, (struct host_mem){k->address, NO_REG, 0, k->first});
    emit_mov_rr(e, R11, R8);
    emit_alu_ri(e, 4, 4, R11, PAGE_MASK);
    emit_alu_ri(e, 7, 4, R11, PAGE_SIZE - k->range);
    out[0] = emit_jcc(e, CC_BE);
    emit_rm(e, 0x8D, 4, R11, (struct host_mem){R8, NO_REG, 0, -END_PAGES});
    emit_alu_ri(e, 7, 4, R11, (uint32_t)-2 * END_PAGES);
    out[1] = emit_jcc(e, CC_AE);
    go_across(t, k, k->range, k->write);
    for (unsigned n = 0; n < 2; n++) emit_patch(e, out[n], e->p);
}
