/* x64_beside.c: writes to pages that hold code, which the quick tables do not have. c->beside has such pages, each with the map of its
 * bytes that are code; a write that hits none of them is made as any other. Programs of one segment keep stack and data next to their
 * code. */
#include "cpu/x86/jit/x64.h"

static void push(struct emit *e, unsigned reg) { emit8(e, 0x50 | reg); }
static void pop(struct emit *e, unsigned reg) { emit8(e, 0x58 | reg); }

static void shift(struct emit *e, bool left, unsigned reg, unsigned count)
{
    emit_rr(e, 0xC1, 4, left ? 4 : 5, reg);
    emit8(e, count);
}

static struct host_mem member(size_t offset)
{
    return (struct host_mem){R11, NO_REG, 0, (int32_t)(offsetof(struct x86, beside) + offset) - X64_BIAS};
}

/* r8d: linear address; r9d: a bit for each byte to be written, up to 16, which are in one page or else need not be told from code. To r9:
 * what is to be added to the address; 0 if there is none. ZF is set accordingly, r11 is lost. */
const uint8_t *x64_make_beside(struct emit *e, bool user)
{
    const uint8_t *at = e->p;
    uint8_t       *other, *code, *end;

    _Static_assert(sizeof(struct x86_beside) == 32, "size");
    push(e, RCX);
    push(e, RDX);
    emit_mov_rr(e, R11, R8);
    shift(e, false, R11, PAGE_SHIFT);
    emit_alu_ri(e, 4, 4, R11, BESIDE_PAGES - 1);
    shift(e, true, R11, 5);
    emit_rr(e, 0x03, 8, R11, R14);
    emit_mov_rr(e, RCX, R8);
    if (user) {
        emit_rr(e, 0x0FBA, 8, 5, RCX); // bts rcx, 32: BESIDE_USER
        emit8(e, 32);
    }
    emit_rm(e, 0x33, 8, RCX, member(offsetof(struct x86_beside, page))); // the offset in it, if it is that page
    emit_alu_ri(e, 7, 8, RCX, PAGE_SIZE);
    other = emit_jcc(e, CC_AE);
    emit_mov_rr(e, RDX, RCX);
    shift(e, false, RDX, 3);
    emit_rm(e, 0x03, 8, RDX, member(offsetof(struct x86_beside, code)));
    emit_alu_ri(e, 4, 4, RCX, 7);
    emit_rr(e, 0xD3, 4, 4, R9); // shl r9d, cl
    emit_rm(e, 0x85, 4, R9, (struct host_mem){RDX, NO_REG, 0, 0});
    code = emit_jcc(e, CC_NE);
    emit_rm(e, 0x8B, 8, R9, member(offsetof(struct x86_beside, addend)));
    end = emit_jmp(e);
    emit_patch(e, other, e->p);
    emit_patch(e, code, e->p);
    emit_rr(e, 0x33, 4, R9, R9);
    emit_patch(e, end, e->p);
    emit_rr(e, 0x85, 8, R9, R9);
    pop(e, RDX);
    pop(e, RCX);
    emit8(e, 0xC3);
    return at;
}

bool x64_writes_beside(const struct tr *t, unsigned size)
{
    return size <= 16 && !(t->ctx.mode & MODE_CHECKED);
}

/* A write of SIZE bytes to the address in r8d, of whose page the quick table has nothing: to where BACK is, or to the slow path. */
void x64_go_beside(struct tr *t, unsigned size, const uint8_t *back)
{
    struct emit *e = &t->e;

    emit_mov_ri(e, R9, (1u << size) - 1);
    emit_patch(e, emit_call(e), t->j->beside[!!(t->ctx.mode & MODE_USER)]);
    emit_jcc_to(e, CC_NE, back);
}
