/* exec_ctl.c: control, debug and test registers, machine status word, caches, CPUID, LOADALL, SYSENTER. SDM 2, 3A chapter 2. Time stamp and
 * model-specific registers: exec_msr.c. */
#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"
#include "cpu/x86/handlers.h"

static bool privileged(struct x86 *c, const struct x86_insn *i)
{
    return c->cpl == 0 || x86_gp0(c, i);
}

/* --- CR0 --------------------------------------------------------------------------------------------------------------------------- */

static uint32_t cr0_bits(const struct x86 *c)
{
    uint32_t bits = CR0_PE | CR0_MP | CR0_EM | CR0_TS;

    if (x86_has(c, FEAT_386)) bits |= CR0_PG | CR0_ET;
    if (x86_has(c, FEAT_486)) bits |= CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD;
    return bits;
}

/* What follows from a change of mode: rights are checked or not, translations are other ones. */
static void mode_changed(struct x86 *c, uint32_t old)
{
    uint32_t changed = old ^ c->cr0;

    if (changed & CR0_PE) {
        if (!(c->cr0 & CR0_PE)) x86_set_cpl(c, 0);
        for (unsigned n = 0; n < SEG_COUNT; n++) x86_derive_segment(c, n);
    }
    if (changed & (CR0_PG | CR0_WP | CR0_PE)) x86_tlb_flush(c, false);
    if (changed & CR0_NE) x86_fpu_update_error(c); // FERR# is for NE = 0 only
    x86_tlb_select(c);
}

/* SDM 3A 2.5. ET is fixed to 1 from the 486 on. */
static bool set_cr0(struct x86 *c, const struct x86_insn *i, uint32_t v)
{
    uint32_t old = c->cr0;

    v &= cr0_bits(c);
    if (x86_has(c, FEAT_486)) v |= CR0_ET;
    if (((v & CR0_PG) && !(v & CR0_PE)) || ((v & CR0_NW) && !(v & CR0_CD))) return x86_gp0(c, i);
    if ((v & CR0_PG) && ((v ^ old) & (CR0_PG | CR0_CD | CR0_NW)) && (c->cr4 & CR4_PAE) && !x86_load_pdptes(c, c->cr3)) return x86_gp0(c, i);
    c->cr0 = v;
    mode_changed(c, old);
    return true;
}

void x86_clts(struct x86 *c, const struct x86_insn *i)
{
    if (!privileged(c, i)) return;
    c->cr0 &= ~CR0_TS;
    x86_next(c, i);
}

/* The 286 reads ones in the bits it lacks; the 386 and later store CR0. */
static uint32_t status_word(const struct x86 *c)
{
    return x86_has(c, FEAT_386) ? c->cr0 : (c->cr0 & 15) | 0xFFF0;
}

void x86_smsw_r16(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r16(c, i->dst, status_word(c));
    x86_next(c, i);
}

void x86_smsw_r32(struct x86 *c, const struct x86_insn *i)
{
    x86_set_r32(c, i->dst, status_word(c));
    x86_next(c, i);
}

void x86_smsw_m(struct x86 *c, const struct x86_insn *i)
{
    if (x86_store_rm(c, i, 2, status_word(c) & 0xFFFF)) x86_next(c, i);
}

/* LMSW can set PE but not clear it. */
static void lmsw(struct x86 *c, const struct x86_insn *i, uint32_t v)
{
    if (set_cr0(c, i, (c->cr0 & ~14u) | (v & 15))) x86_end(c, i);
}

void x86_lmsw_r(struct x86 *c, const struct x86_insn *i)
{
    if (privileged(c, i)) lmsw(c, i, x86_r16(c, i->dst));
}

void x86_lmsw_m(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (privileged(c, i) && x86_load_rm(c, i, 2, &v)) lmsw(c, i, (uint32_t)v);
}

/* --- the other control registers ------------------------------------------------------------------------------------------------------ */

static uint32_t cr4_bits(const struct x86 *c)
{
    return (x86_has(c, FEAT_VME) ? CR4_VME | CR4_PVI : 0) | (x86_has(c, FEAT_TSC) ? CR4_TSD : 0) | (x86_has(c, FEAT_DE) ? CR4_DE : 0) |
           (x86_has(c, FEAT_PSE) ? CR4_PSE : 0) | (x86_has(c, FEAT_PAE) ? CR4_PAE : 0) | (x86_has(c, FEAT_PGE) ? CR4_PGE : 0) |
           (x86_has(c, FEAT_FXSR) ? CR4_OSFXSR : 0) | (x86_has(c, FEAT_SSE) ? CR4_OSXMMEXCPT : 0) |
           (x86_has(c, FEAT_MMX) ? CR4_PCE : 0) | (c->model->family >= 5 ? CR4_MCE : 0);
}

static bool set_cr3(struct x86 *c, const struct x86_insn *i, uint32_t v)
{
    if ((c->cr0 & CR0_PG) && (c->cr4 & CR4_PAE) && !x86_load_pdptes(c, v)) return x86_gp0(c, i);
    c->cr3 = v;
    x86_tlb_flush(c, (c->cr4 & CR4_PGE) != 0);
    return true;
}

static bool set_cr4(struct x86 *c, const struct x86_insn *i, uint32_t v)
{
    uint32_t old = c->cr4, changed;

    if (v & ~cr4_bits(c)) return x86_gp0(c, i);
    changed = (old ^ v) & (CR4_PSE | CR4_PAE | CR4_PGE);
    if (changed && (v & CR4_PAE) && (c->cr0 & CR0_PG) && !x86_load_pdptes(c, c->cr3)) return x86_gp0(c, i); // SDM 3A 4.4.1
    c->cr4 = v;
    if (changed) x86_tlb_flush(c, false);
    return true;
}

/* Numbers 1 and 5-7 do not exist; 4 exists from the Pentium on. */
static bool cr_exists(struct x86 *c, const struct x86_insn *i, unsigned n)
{
    return n == 0 || n == 2 || n == 3 || (n == 4 && cr4_bits(c)) || x86_ud(c, i);
}

void x86_mov_rc(struct x86 *c, const struct x86_insn *i)
{
    uint32_t v;

    if (!cr_exists(c, i, i->src) || !privileged(c, i)) return;
    v = i->src == 0 ? c->cr0 : i->src == 2 ? c->cr2 : i->src == 3 ? c->cr3 : c->cr4;
    x86_set_r32(c, i->dst, v);
    x86_next(c, i);
}

void x86_mov_cr(struct x86 *c, const struct x86_insn *i)
{
    uint32_t v = x86_r32(c, i->src);
    bool     ok = true;

    if (!cr_exists(c, i, i->dst) || !privileged(c, i)) return;
    switch (i->dst) {
    case 0: ok = set_cr0(c, i, v); break;
    case 2: c->cr2 = v; break;
    case 3: ok = set_cr3(c, i, v); break;
    default: ok = set_cr4(c, i, v); break;
    }
    if (ok) x86_end(c, i);
}

void x86_invlpg(struct x86 *c, const struct x86_insn *i)
{
    if (!privileged(c, i)) return;
    x86_tlb_flush_page(c, c->seg[i->seg].base + x86_ea(c, i));
    x86_end(c, i);
}

void x86_wbinvd(struct x86 *c, const struct x86_insn *i)
{
    if (privileged(c, i)) x86_next(c, i);
}

/* --- debug registers (SDM 3B 17.2) --------------------------------------------------------------------------------------------------- */

/* DR4 and DR5 are aliases of DR6 and DR7 unless CR4.DE is set. General detect faults before the access. */
static bool debug_register(struct x86 *c, const struct x86_insn *i, unsigned *n)
{
    if ((*n == 4 || *n == 5) && (c->cr4 & CR4_DE)) return x86_ud(c, i);
    if (*n == 4 || *n == 5) *n += 2;
    if (!privileged(c, i)) return false;
    if (c->dr[7] & (1u << 13)) {
        c->dr[6] |= 1u << 13;
        c->dr[7] &= ~(1u << 13);
        return x86_fault(c, i, EXC_DB);
    }
    return true;
}

void x86_mov_rd(struct x86 *c, const struct x86_insn *i)
{
    unsigned n = i->src;

    if (!debug_register(c, i, &n)) return;
    x86_set_r32(c, i->dst, c->dr[n]);
    x86_next(c, i);
}

void x86_update_step(struct x86 *c);

void x86_mov_dr(struct x86 *c, const struct x86_insn *i)
{
    unsigned n = i->dst;
    uint32_t v = x86_r32(c, i->src);

    if (!debug_register(c, i, &n)) return;
    if (n == 6) v = (v & 0xE00Fu) | 0xFFFF0FF0u;
    if (n == 7) v = (v & 0xFFFF2FFFu) | 0x400;
    c->dr[n] = v;
    x86_update_step(c);
    x86_tlb_select(c);
    x86_end(c, i);
}

/* Test registers of the 386 (TR6, TR7) and 486 (TR3 to TR7): kept, without the caches behind them. Later processors have MSRs instead. */
static bool tr_exists(struct x86 *c, const struct x86_insn *i, unsigned n)
{
    return (c->model->family == 3 && n >= 6) || (c->model->family == 4 && n >= 3) || x86_ud(c, i);
}

void x86_mov_rt(struct x86 *c, const struct x86_insn *i)
{
    if (!tr_exists(c, i, i->src) || !privileged(c, i)) return;
    x86_set_r32(c, i->dst, c->tr_regs[i->src]);
    x86_next(c, i);
}

void x86_mov_tr(struct x86 *c, const struct x86_insn *i)
{
    if (!tr_exists(c, i, i->dst) || !privileged(c, i)) return;
    c->tr_regs[i->dst] = x86_r32(c, i->src);
    x86_next(c, i);
}

/* --- CPUID ------------------------------------------------------------------------------------------------------------------------------ */

/* Leaves 80000002h-80000004h: the name at the end of 47 characters and a zero (SDM 2A, CPUID). */
static void brand_leaf(const char *brand, unsigned part, uint32_t r[4])
{
    char   text[48];
    size_t n = strnlen(brand, sizeof(text) - 1);

    memset(text, ' ', sizeof(text));
    text[sizeof(text) - 1] = 0;
    memcpy(text + sizeof(text) - 1 - n, brand, n);
    memcpy(r, text + 16 * part, 16);
}

/* Leaves above the last one answer as the last basic one does. */
static void cpuid_leaf(const struct x86_model *m, uint32_t leaf, uint32_t r[4])
{
    memset(r, 0, 4 * sizeof(r[0]));
    if (leaf >= 0x80000000u && m->brand && leaf <= 0x80000004u) {
        if (leaf == 0x80000000u) r[0] = 0x80000004u;
        else if (leaf == 0x80000001u) r[3] = m->features & FEAT_NX ? 1u << 20 : 0;
        else brand_leaf(m->brand, leaf - 0x80000002u, r);
        return;
    }
    if (leaf > m->cpuid_max) leaf = m->cpuid_max;
    switch (leaf) {
    case 0:
        r[0] = m->cpuid_max;
        memcpy(&r[1], "Genu", 4);
        memcpy(&r[3], "ineI", 4);
        memcpy(&r[2], "ntel", 4);
        break;
    case 1:
        r[0] = m->reset_edx;
        r[1] = m->cpuid_ebx;
        r[3] = m->cpuid_edx;
        break;
    default: // 2
        r[0] = m->caches[0];
        r[3] = m->caches[1];
        break;
    }
}

void x86_read_cpuid(struct x86 *c)
{
    uint32_t r[4];

    cpuid_leaf(c->model, x86_r32(c, REG_EAX), r);
    x86_set_r32(c, REG_EAX, r[0]);
    x86_set_r32(c, REG_EBX, r[1]);
    x86_set_r32(c, REG_ECX, r[2]);
    x86_set_r32(c, REG_EDX, r[3]);
}

void x86_cpuid(struct x86 *c, const struct x86_insn *i)
{
    x86_read_cpuid(c);
    x86_next(c, i);
}

/* --- SYSENTER, SYSEXIT (SDM 2B) ----------------------------------------------------------------------------------------------------- */

static void flat_segment(struct x86 *c, unsigned seg, uint16_t selector, bool code, unsigned dpl)
{
    struct x86_descriptor d = {.base = 0, .limit = 0xFFFFFFFFu};

    d.access = (uint16_t)(SEGA_P | SEGA_S | SEGA_RW | SEGA_A | SEGA_DB | SEGA_G | (code ? SEGA_CODE : 0) | dpl << 5);
    x86_set_segment(c, seg, selector, &d);
}

void x86_sysenter(struct x86 *c, const struct x86_insn *i)
{
    uint16_t cs = (uint16_t)(c->sysenter_cs & ~3u);

    if (!x86_protected(c) || !cs) {
        x86_gp0(c, i);
        return;
    }
    c->eflags &= ~(FLAG_VM | FLAG_IF | FLAG_RF);
    flat_segment(c, SEG_CS, cs, true, 0);
    flat_segment(c, SEG_SS, (uint16_t)(cs + 8), false, 0);
    x86_set_cpl(c, 0);
    c->gpr[REG_ESP] = (uint32_t)c->sysenter_esp;
    x86_end_at(c, i, (uint32_t)c->sysenter_eip);
}

void x86_sysexit(struct x86 *c, const struct x86_insn *i)
{
    uint16_t cs = (uint16_t)(c->sysenter_cs & ~3u);

    if (!x86_protected(c) || !cs || c->cpl != 0) {
        x86_gp0(c, i);
        return;
    }
    flat_segment(c, SEG_CS, (uint16_t)((cs + 16) | 3), true, 3);
    flat_segment(c, SEG_SS, (uint16_t)((cs + 24) | 3), false, 3);
    x86_set_cpl(c, 3);
    c->gpr[REG_ESP] = x86_r32(c, REG_ECX);
    x86_end_at(c, i, x86_r32(c, REG_EDX));
}

/* --- LOADALL of the 286: the whole state from 800h (80286 LOADALL, Intel technical note) ------------------------------------------- */

static uint32_t word_at(struct x86 *c, uint32_t addr)
{
    return (uint32_t)phys_read(c->phys, addr, 2);
}

static void loadall_segment(struct x86 *c, struct x86_segment *s, uint32_t addr, uint16_t selector)
{
    s->selector = selector;
    s->base = word_at(c, addr) | (word_at(c, addr + 2) & 0xFF) << 16;
    s->access = (uint16_t)(word_at(c, addr + 2) >> 8);
    s->limit = word_at(c, addr + 4);
    s->valid = s->access & SEGA_P;
}

void x86_loadall_286(struct x86 *c, const struct x86_insn *i)
{
    static const uint8_t gpr[] = {REG_EDI, REG_ESI, REG_EBP, REG_ESP, REG_EBX, REG_EDX, REG_ECX, REG_EAX};
    uint32_t             old = c->cr0;

    if (!privileged(c, i)) return;
    c->cr0 = (c->cr0 & CR0_PE) | (word_at(c, 0x806) & 15);
    x86_set_eflags(c, word_at(c, 0x818), 0xFFFF);
    for (unsigned n = 0; n < 8; n++) x86_set_r16(c, gpr[n], word_at(c, 0x826 + 2 * n));
    loadall_segment(c, &c->seg[SEG_ES], 0x836, (uint16_t)word_at(c, 0x824));
    loadall_segment(c, &c->seg[SEG_CS], 0x83C, (uint16_t)word_at(c, 0x822));
    loadall_segment(c, &c->seg[SEG_SS], 0x842, (uint16_t)word_at(c, 0x820));
    loadall_segment(c, &c->seg[SEG_DS], 0x848, (uint16_t)word_at(c, 0x81E));
    loadall_segment(c, &c->ldtr, 0x854, (uint16_t)word_at(c, 0x81C));
    loadall_segment(c, &c->tr, 0x860, (uint16_t)word_at(c, 0x816));
    c->gdtr = (struct x86_table){word_at(c, 0x84E) | (word_at(c, 0x850) & 0xFF) << 16, word_at(c, 0x852)};
    c->idtr = (struct x86_table){word_at(c, 0x85A) | (word_at(c, 0x85C) & 0xFF) << 16, word_at(c, 0x85E)};
    mode_changed(c, old);
    for (unsigned n = 0; n < SEG_COUNT; n++) x86_derive_segment(c, n);
    x86_set_cpl(c, x86_protected(c) ? c->seg[SEG_SS].access >> 5 & 3 : 0);
    x86_end_at(c, i, word_at(c, 0x81A));
}
