/* exec_sys.c: system instructions: segment registers, control, debug and test registers, descriptor tables, protection checks. SDM 2, 3A. */
#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"

#define INLINE static inline __attribute__((always_inline))

/* Raises #GP(0) unless CPL is 0. */
static bool privileged(struct x86 *c, const struct x86_insn *i)
{
    return c->cpl == 0 || x86_gp0(c, i);
}

/* Instructions that exist only in protected mode: #UD in real and V86 mode. */
static bool protected_only(struct x86 *c, const struct x86_insn *i)
{
    return (x86_protected(c) && !x86_v86(c)) || x86_ud(c, i);
}

/* --- segment registers ------------------------------------------------------------------------------------------------------------ */

/* CS cannot be loaded by MOV, FS and GS come with the 386. The 8086 looks at two bits of the number and loads CS too. */
static bool loadable(struct x86 *c, const struct x86_insn *i, unsigned seg)
{
    if (!x86_has(c, FEAT_186)) return true;
    return (seg != SEG_CS && seg < (x86_has(c, FEAT_386) ? (unsigned)SEG_COUNT : 4u)) || x86_ud(c, i);
}

/* Loads of SS hold off interrupts and traps for one instruction. */
static bool load_checked(struct x86 *c, const struct x86_insn *i, unsigned seg, uint16_t selector)
{
    if (!x86_has(c, FEAT_186)) seg &= 3;
    if (seg == SEG_CS) { // 8086 only
        x86_set_segment_real(c, SEG_CS, selector);
        return true;
    }
    if (!x86_load_segment(c, i, seg, selector)) return false;
    if (seg == SEG_SS) c->inhibit = c->inhibit_traps = true;
    return true;
}

/* Only the shadow of a load of SS (and the 8086's load of CS) concerns the loop. */
INLINE void after_load(struct x86 *c, const struct x86_insn *i, unsigned seg)
{
    if (seg == SEG_SS || seg == SEG_CS || !x86_has(c, FEAT_186)) x86_end(c, i);
    else x86_next(c, i);
}

void x86_mov_sr16(struct x86 *c, const struct x86_insn *i)
{
    if (loadable(c, i, i->dst) && load_checked(c, i, i->dst, x86_r16(c, i->src))) after_load(c, i, i->dst);
}

void x86_mov_sm16(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (loadable(c, i, i->dst) && x86_load_rm(c, i, 2, &v) && load_checked(c, i, i->dst, (uint16_t)v)) after_load(c, i, i->dst);
}

void x86_mov_sr32(struct x86 *c, const struct x86_insn *i) { x86_mov_sr16(c, i); }
void x86_mov_sm32(struct x86 *c, const struct x86_insn *i) { x86_mov_sm16(c, i); }

static bool segment_exists(struct x86 *c, const struct x86_insn *i, unsigned *seg)
{
    if (!x86_has(c, FEAT_186)) *seg &= 3;
    return *seg < (x86_has(c, FEAT_386) ? (unsigned)SEG_COUNT : 4u) || x86_ud(c, i);
}

INLINE void mov_rs(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    unsigned seg = i->src;

    if (!segment_exists(c, i, &seg)) return;
    x86_set_reg(c, i->dst, c->seg[seg].selector, size);
    x86_next(c, i);
}

void x86_mov_rs16(struct x86 *c, const struct x86_insn *i) { mov_rs(c, i, 2); }
void x86_mov_rs32(struct x86 *c, const struct x86_insn *i) { mov_rs(c, i, 4); }

void x86_mov_ms16(struct x86 *c, const struct x86_insn *i)
{
    unsigned seg = i->src;

    if (segment_exists(c, i, &seg) && x86_store_rm(c, i, 2, c->seg[seg].selector)) x86_next(c, i);
}

void x86_mov_ms32(struct x86 *c, const struct x86_insn *i) { x86_mov_ms16(c, i); }

void x86_push_seg16(struct x86 *c, const struct x86_insn *i)
{
    if (x86_push(c, i, c->seg[x86_opcode_segment(i)].selector, 2)) x86_next(c, i);
}

/* The selector is extended with zeros; only later processors leave the upper half of the stack's double word alone (SDM 2B, PUSH). */
void x86_push_seg32(struct x86 *c, const struct x86_insn *i)
{
    if (x86_push(c, i, c->seg[x86_opcode_segment(i)].selector, 4)) x86_next(c, i);
}

INLINE void pop_seg(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    unsigned seg = x86_opcode_segment(i);
    uint32_t sp = x86_sp(c), esp_mask;
    uint64_t v;

    if (!x86_peek_stack(c, i, 0, size, &v)) return;
    esp_mask = c->sp_mask;
    if (!load_checked(c, i, seg, (uint16_t)v)) return;
    c->gpr[REG_ESP] = (uint32_t)((c->gpr[REG_ESP] & ~esp_mask) | ((sp + size) & esp_mask));
    after_load(c, i, seg);
}

void x86_pop_seg16(struct x86 *c, const struct x86_insn *i) { pop_seg(c, i, 2); }
void x86_pop_seg32(struct x86 *c, const struct x86_insn *i) { pop_seg(c, i, 4); }

/* 0F on the 8086. */
void x86_pop_cs_8086(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (!x86_peek_stack(c, i, 0, 2, &v)) return;
    x86_set_sp(c, x86_sp(c) + 2);
    x86_set_segment_real(c, SEG_CS, (uint16_t)v);
    x86_end(c, i);
}

/* LES LDS LSS LFS LGS. */
INLINE void load_far(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    unsigned seg = x86_far_segment(i);
    uint32_t off = x86_ea(c, i);
    uint64_t offset, selector;

    if (!x86_load(c, i, i->seg, off, size, &offset)) return;
    if (!x86_load(c, i, i->seg, (off + size) & i->amask, 2, &selector)) return;
    if (!load_checked(c, i, seg, (uint16_t)selector)) return;
    if (seg == SEG_SS) c->inhibit = c->inhibit_traps = false; // the pointer is loaded whole
    x86_set_reg(c, i->dst, (uint32_t)offset, size);
    after_load(c, i, seg);
}

void x86_load_far16(struct x86 *c, const struct x86_insn *i) { load_far(c, i, 2); }
void x86_load_far32(struct x86 *c, const struct x86_insn *i) { load_far(c, i, 4); }

/* --- descriptor tables ------------------------------------------------------------------------------------------------------------- */

/* The upper byte of a 16-bit base: the 286 stores FF there, the 386 and later what they hold. */
static void store_table(struct x86 *c, const struct x86_insn *i, const struct x86_table *t)
{
    uint32_t off = x86_ea(c, i), base = t->base;

    if (!x86_has(c, FEAT_386)) base |= 0xFF000000u;
    if (!x86_probe(c, i, i->seg, off, 6, true)) return;
    if (!x86_store(c, i, i->seg, off, 2, t->limit)) return;
    if (!x86_store(c, i, i->seg, (off + 2) & i->amask, 4, base)) return;
    x86_next(c, i);
}

static void load_table(struct x86 *c, const struct x86_insn *i, struct x86_table *t, uint32_t base_mask)
{
    uint32_t off = x86_ea(c, i);
    uint64_t limit, base;

    if (!privileged(c, i)) return;
    if (!x86_load(c, i, i->seg, off, 2, &limit) || !x86_load(c, i, i->seg, (off + 2) & i->amask, 4, &base)) return;
    t->limit = (uint32_t)limit;
    t->base = (uint32_t)base & base_mask;
    x86_next(c, i);
}

void x86_sgdt16(struct x86 *c, const struct x86_insn *i) { store_table(c, i, &c->gdtr); }
void x86_sidt16(struct x86 *c, const struct x86_insn *i) { store_table(c, i, &c->idtr); }
void x86_sgdt32(struct x86 *c, const struct x86_insn *i) { store_table(c, i, &c->gdtr); }
void x86_sidt32(struct x86 *c, const struct x86_insn *i) { store_table(c, i, &c->idtr); }
void x86_lgdt16(struct x86 *c, const struct x86_insn *i) { load_table(c, i, &c->gdtr, 0xFFFFFF); }
void x86_lidt16(struct x86 *c, const struct x86_insn *i) { load_table(c, i, &c->idtr, 0xFFFFFF); }
void x86_lgdt32(struct x86 *c, const struct x86_insn *i) { load_table(c, i, &c->gdtr, 0xFFFFFFFFu); }
void x86_lidt32(struct x86 *c, const struct x86_insn *i) { load_table(c, i, &c->idtr, 0xFFFFFFFFu); }

INLINE void store_selector_r(struct x86 *c, const struct x86_insn *i, uint16_t selector, unsigned size)
{
    if (!protected_only(c, i)) return;
    x86_set_reg(c, i->dst, selector, size);
    x86_next(c, i);
}

INLINE void store_selector_m(struct x86 *c, const struct x86_insn *i, uint16_t selector)
{
    if (protected_only(c, i) && x86_store_rm(c, i, 2, selector)) x86_next(c, i);
}

void x86_sldt_r16(struct x86 *c, const struct x86_insn *i) { store_selector_r(c, i, c->ldtr.selector, 2); }
void x86_sldt_r32(struct x86 *c, const struct x86_insn *i) { store_selector_r(c, i, c->ldtr.selector, 4); }
void x86_sldt_m(struct x86 *c, const struct x86_insn *i) { store_selector_m(c, i, c->ldtr.selector); }
void x86_str_r16(struct x86 *c, const struct x86_insn *i) { store_selector_r(c, i, c->tr.selector, 2); }
void x86_str_r32(struct x86 *c, const struct x86_insn *i) { store_selector_r(c, i, c->tr.selector, 4); }
void x86_str_m(struct x86 *c, const struct x86_insn *i) { store_selector_m(c, i, c->tr.selector); }

INLINE bool selector_m(struct x86 *c, const struct x86_insn *i, uint16_t *selector)
{
    uint64_t v;

    if (!x86_load_rm(c, i, 2, &v)) return false;
    *selector = (uint16_t)v;
    return true;
}

void x86_lldt_r(struct x86 *c, const struct x86_insn *i)
{
    if (protected_only(c, i) && privileged(c, i) && x86_load_ldt(c, i, x86_r16(c, i->dst), EXC_GP)) x86_next(c, i);
}

void x86_lldt_m(struct x86 *c, const struct x86_insn *i)
{
    uint16_t s;

    if (protected_only(c, i) && privileged(c, i) && selector_m(c, i, &s) && x86_load_ldt(c, i, s, EXC_GP)) x86_next(c, i);
}

void x86_ltr_r(struct x86 *c, const struct x86_insn *i)
{
    if (protected_only(c, i) && privileged(c, i) && x86_load_tr(c, i, x86_r16(c, i->dst))) x86_next(c, i);
}

void x86_ltr_m(struct x86 *c, const struct x86_insn *i)
{
    uint16_t s;

    if (protected_only(c, i) && privileged(c, i) && selector_m(c, i, &s) && x86_load_tr(c, i, s)) x86_next(c, i);
}

/* --- protection checks: VERR VERW LAR LSL ARPL ---------------------------------------------------------------------------------------- */

static __attribute__((noinline)) bool usable(struct x86 *c, const struct x86_insn *i, uint16_t selector, bool write)
{
    struct x86_descriptor d;

    if (!x86_try_descriptor(c, i, selector, &d)) return false;
    if (!desc_is_segment(&d) || !(write ? desc_writable(&d) : desc_readable(&d))) return false;
    return desc_conforming(&d) || (desc_dpl(&d) >= c->cpl && desc_dpl(&d) >= (selector & 3u));
}

static void verify(struct x86 *c, const struct x86_insn *i, uint16_t selector, bool write)
{
    bool ok = usable(c, i, selector, write);

    if (c->exc.pending) return;
    flags_change(c, FLAG_ZF, ok ? FLAG_ZF : 0);
    x86_next(c, i);
}

INLINE void verify_r(struct x86 *c, const struct x86_insn *i, bool write)
{
    if (protected_only(c, i)) verify(c, i, x86_r16(c, i->dst), write);
}

INLINE void verify_m(struct x86 *c, const struct x86_insn *i, bool write)
{
    uint16_t s;

    if (protected_only(c, i) && selector_m(c, i, &s)) verify(c, i, s, write);
}

void x86_verr_r(struct x86 *c, const struct x86_insn *i) { verify_r(c, i, false); }
void x86_verr_m(struct x86 *c, const struct x86_insn *i) { verify_m(c, i, false); }
void x86_verw_r(struct x86 *c, const struct x86_insn *i) { verify_r(c, i, true); }
void x86_verw_m(struct x86 *c, const struct x86_insn *i) { verify_m(c, i, true); }

/* Descriptor types that LAR and LSL accept (SDM 2A, tables for LAR and LSL). */
static bool type_visible(const struct x86_descriptor *d, bool limit)
{
    const uint32_t with_limit = 1u << DESC_TSS16 | 1u << DESC_LDT | 1u << DESC_TSS16_BUSY | 1u << DESC_TSS32 | 1u << DESC_TSS32_BUSY;
    const uint32_t gates = 1u << DESC_CALL16 | 1u << DESC_TASK_GATE | 1u << DESC_CALL32;

    return desc_is_segment(d) || ((with_limit | (limit ? 0 : gates)) >> desc_type(d) & 1);
}

/* The limit, or the upper half of the descriptor; -1 if it is not to be seen. */
static __attribute__((noinline)) int64_t look_at(struct x86 *c, const struct x86_insn *i, uint16_t selector, bool limit)
{
    struct x86_descriptor d;

    if (!x86_try_descriptor(c, i, selector, &d) || !type_visible(&d, limit)) return -1;
    if (!desc_conforming(&d) && (desc_dpl(&d) < c->cpl || desc_dpl(&d) < (selector & 3u))) return -1;
    return limit ? d.limit : d.high;
}

/* LAR gives bits 19-16 of the limit too, which the manual leaves open. */
static void lar_lsl(struct x86 *c, const struct x86_insn *i, uint16_t selector, bool limit, unsigned size)
{
    int64_t v = look_at(c, i, selector, limit);

    if (c->exc.pending) return;
    if (v >= 0) x86_set_reg(c, i->dst, limit ? (uint32_t)v : v & (size == 2 ? 0xFF00 : 0x00FFFF00u), size);
    flags_change(c, FLAG_ZF, v >= 0 ? FLAG_ZF : 0);
    x86_next(c, i);
}

INLINE void lar_lsl_r(struct x86 *c, const struct x86_insn *i, bool limit, unsigned size)
{
    if (protected_only(c, i)) lar_lsl(c, i, x86_r16(c, i->src), limit, size);
}

INLINE void lar_lsl_m(struct x86 *c, const struct x86_insn *i, bool limit, unsigned size)
{
    uint16_t s;

    if (protected_only(c, i) && selector_m(c, i, &s)) lar_lsl(c, i, s, limit, size);
}

void x86_lar_r16(struct x86 *c, const struct x86_insn *i) { lar_lsl_r(c, i, false, 2); }
void x86_lar_r32(struct x86 *c, const struct x86_insn *i) { lar_lsl_r(c, i, false, 4); }
void x86_lar_m16(struct x86 *c, const struct x86_insn *i) { lar_lsl_m(c, i, false, 2); }
void x86_lar_m32(struct x86 *c, const struct x86_insn *i) { lar_lsl_m(c, i, false, 4); }
void x86_lsl_r16(struct x86 *c, const struct x86_insn *i) { lar_lsl_r(c, i, true, 2); }
void x86_lsl_r32(struct x86 *c, const struct x86_insn *i) { lar_lsl_r(c, i, true, 4); }
void x86_lsl_m16(struct x86 *c, const struct x86_insn *i) { lar_lsl_m(c, i, true, 2); }
void x86_lsl_m32(struct x86 *c, const struct x86_insn *i) { lar_lsl_m(c, i, true, 4); }

void x86_arpl_r(struct x86 *c, const struct x86_insn *i)
{
    uint16_t d = x86_r16(c, i->dst);
    unsigned rpl = x86_r16(c, i->src) & 3u;
    bool     raise = (d & 3u) < rpl;

    if (!protected_only(c, i)) return;
    if (raise) x86_set_r16(c, i->dst, (d & ~3u) | rpl);
    flags_change(c, FLAG_ZF, raise ? FLAG_ZF : 0);
    x86_next(c, i);
}

void x86_arpl_m(struct x86 *c, const struct x86_insn *i)
{
    unsigned rpl = x86_r16(c, i->src) & 3u;
    uint32_t d;
    void    *p;
    bool     raise;

    if (!protected_only(c, i) || !x86_rmw_begin(c, i, 2, &p, &d)) return;
    raise = (d & 3) < rpl;
    x86_rmw_end(c, i, 2, p, raise ? (d & ~3u) | rpl : d);
    flags_change(c, FLAG_ZF, raise ? FLAG_ZF : 0);
    x86_next(c, i);
}
