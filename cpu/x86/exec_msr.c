/* exec_msr.c: time stamp, performance counters, model-specific registers. SDM 2 (RDMSR, WRMSR, RDTSC, RDPMC), SDM 3B appendix B;
 * 3A 10.11 (MTRRs), 10.12 (PAT), 14 (machine check).
 *
 * A register that the model lacks raises #GP. Behind most of those that remain is nothing: they keep what software sets up, or
 * read as they do on a chip that is well. */
#include "cpu/x86/msr.h"

#include "cpu/x86/handlers.h"

#include <assert.h>

enum msr {
    MSR_TSC = 0x10, MSR_CESR = 0x11, MSR_P5_COUNTER = 0x12, MSR_APICBASE = 0x1B, MSR_PERF_COUNTER = 0xC1, MSR_MTRRCAP = 0xFE,
    MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP = 0x175, MSR_SYSENTER_EIP = 0x176, MSR_MCG_CAP = 0x179, MSR_MCG_STATUS = 0x17A,
    MSR_PERF_SELECT = 0x186, MSR_MTRR_PHYS = 0x200, MSR_PAT = 0x277, MSR_MTRR_DEF = 0x2FF, MSR_MC0_CTL = 0x400,
};
#define MSR_EFER 0xC0000080u

#define EFER_NXE      (1u << 11)
#define APICBASE_BSP  0x100u
#define APICBASE_AT   0xFEE00000u
#define ADDRESS_BITS  0xFFFFFFFFFull /* 36 bits of physical address */
#define MTRR_RANGES   8u
#define MTRRCAP       (0x500u | MTRR_RANGES) /* write combining, fixed ranges */

enum { P5 = 1, P2 = 2, P3 = 4, P6 = P2 | P3, P4 = 8 }; /* families 5, 6 and 15 */

static unsigned family_bit(const struct x86 *c)
{
    switch (c->model->family) {
    case 5: return P5;
    case 6: return x86_has(c, FEAT_SSE) ? P3 : P2;
    case 15: return P4;
    default: return 0;
    }
}

/* --- registers without a place of their own ------------------------------------------------------------------------------------- */

struct msr_row {
    uint32_t first;
    uint8_t  count, families;
    uint64_t reset;    /* what they read after RESET */
    uint64_t writable; /* bits that are kept when written; the others stay */
};

static const struct msr_row rows[] = {
    {0x00, 2, P5 | P6 | P4, 0, 0},           /* P5_MC_ADDR, P5_MC_TYPE */
    {0x02, 13, P5, 0, 0},                    /* TR1 to TR12: tests of caches and TLBs */
    {0x14, 1, P5, 0, 0},
    {0x17, 1, P6 | P4, 0, 0},                /* IA32_PLATFORM_ID */
    {0x2A, 1, P6, 0, 0x0000006B},            /* EBL_CR_POWERON: bus checks */
    {0x2A, 1, P4, 0, 0},                     /* EBC_HARD_POWERON */
    {0x2B, 1, P4, 0, 0x000007FF},            /* EBC_SOFT_POWERON */
    {0x2C, 1, P4, 20u << 24, 0},             /* EBC_FREQUENCY_ID: 20 times 100 MHz */
    {0x33, 1, P6, 0, 0xC0000000},            /* TEST_CTL */
    {0x79, 1, P6 | P4, 0, 0},                /* IA32_BIOS_UPDT_TRIG */
    {0x88, 3, P6, 0, ~0ull},                 /* BBL_CR_D0 to D2 */
    {0x8B, 1, P6 | P4, 0, 0},                /* IA32_BIOS_SIGN_ID: no update is loaded */
    {0x116, 1, P6, 0, 0xFFFFFFF8},           /* BBL_CR_ADDR */
    {0x118, 1, P6, 0, 0xFF},                 /* BBL_CR_DECC */
    {0x119, 1, P6, 0x200000, 0x1FFFFF},      /* BBL_CR_CTL: the serial number is off until RESET */
    {0x11A, 2, P6, 0, 0},                    /* BBL_CR_TRIG, BBL_CR_BUSY */
    {0x11E, 1, P2, 0x00704501, 0x007FFFFF},  /* BBL_CR_CTL3: second-level cache configured, enabled, 512 KB, 4 ways, 64 GB */
    {0x11E, 1, P3, 0x00702701, 0x007FFFFF},  /* 256 KB, 8 ways */
    {0x19A, 1, P4, 0, 0x1E},                 /* IA32_CLOCK_MODULATION */
    {0x19B, 1, P4, 0, 0x03},                 /* IA32_THERM_INTERRUPT */
    {0x19C, 1, P4, 0, 0},                    /* IA32_THERM_STATUS: cool */
    {0x1A0, 1, P4, 0x1801, 0x4D},            /* IA32_MISC_ENABLE: fast strings; neither BTS nor PEBS nor counters */
    {0x1A1, 1, P4, 0, 0},                    /* MSR_PLATFORM_BRV */
    {0x1D7, 2, P4, 0, 0},                    /* MSR_LER_FROM_LIP, TO */
    {0x1D9, 1, P6, 0, 0x7C},                 /* DEBUGCTL without branch trace */
    {0x1D9, 1, P4, 0, 0x3C},
    {0x1DA, 5, P4, 0, 0},                    /* MSR_LASTBRANCH_TOS, 0 to 3 */
    {0x1DB, 4, P6, 0, 0},                    /* LASTBRANCHFROMIP, TO, LASTINTFROMIP, TO */
    {0x1E0, 1, P6, 4, 4},                    /* ROB_CR_BKUPTMPDR6: fast strings */
    {0x300, 18, P4, 0, ~0ull},               /* MSR_BPU_COUNTER0 ...: IA32_MISC_ENABLE says that they are not there */
    {0x360, 18, P4, 0, 0},
    {0x3A0, 66, P4, 0, 0},
};

/* The row of register N on this model, and which of the kept values is its: registers with no writable bit need none. */
static const struct msr_row *find_row(const struct x86 *c, uint32_t n, unsigned *slot)
{
    unsigned at = 0;

    for (unsigned k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
        const struct msr_row *r = &rows[k];

        *slot = at + (n - r->first);
        if (n - r->first < r->count && (r->families & family_bit(c)) && x86_has(c, FEAT_MSR)) return r;
        if (r->writable) at += r->count;
    }
    return NULL;
}

void x86_msr_reset(struct x86 *c)
{
    unsigned at = 0;

    memset(c->msr_kept, 0, sizeof(c->msr_kept));
    for (unsigned k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
        if (!rows[k].writable) continue;
        for (unsigned n = 0; n < rows[k].count; n++) c->msr_kept[at++] = rows[k].reset;
    }
    assert(at == sizeof(c->msr_kept) / sizeof(c->msr_kept[0]));
    c->msr_apicbase = x86_has(c, FEAT_P6) ? APICBASE_AT | APICBASE_BSP : 0;
    c->msr_pat = 0x0007040600070406ull;
    c->sysenter_cs = c->sysenter_esp = c->sysenter_eip = c->msr_efer = c->mcg_status = c->mtrr_def = 0;
    memset(c->mc_ctl, 0, sizeof(c->mc_ctl));
    memset(c->perf_select, 0, sizeof(c->perf_select));
    memset(c->perf_counter, 0, sizeof(c->perf_counter));
    memset(c->mtrr_phys, 0, sizeof(c->mtrr_phys));
    memset(c->mtrr_fixed, 0, sizeof(c->mtrr_fixed));
}

/* --- registers with a place of their own ------------------------------------------------------------------------------------- */

static int fixed_mtrr(uint32_t n)
{
    if (n == 0x250) return 0;
    if (n == 0x258 || n == 0x259) return (int)(n - 0x257);
    if (n >= 0x268 && n <= 0x26F) return (int)(n - 0x265);
    return -1;
}

static uint64_t *counter_msr(struct x86 *c, uint32_t n)
{
    if (c->model->family == 5) {
        if (n == MSR_CESR) return &c->perf_select[0];
        if (n == MSR_P5_COUNTER || n == MSR_P5_COUNTER + 1) return &c->perf_counter[n - MSR_P5_COUNTER];
    }
    if (c->model->family == 6) {
        if (n == MSR_PERF_COUNTER || n == MSR_PERF_COUNTER + 1) return &c->perf_counter[n - MSR_PERF_COUNTER];
        if (n == MSR_PERF_SELECT || n == MSR_PERF_SELECT + 1) return &c->perf_select[n - MSR_PERF_SELECT];
    }
    return NULL;
}

/* Where MSR N is kept, NULL if the model has no such register or it is not a plain one. */
static uint64_t *plain_msr(struct x86 *c, uint32_t n)
{
    if (x86_has(c, FEAT_SEP)) {
        if (n == MSR_SYSENTER_CS) return &c->sysenter_cs;
        if (n == MSR_SYSENTER_ESP) return &c->sysenter_esp;
        if (n == MSR_SYSENTER_EIP) return &c->sysenter_eip;
    }
    if (x86_has(c, FEAT_MTRR)) {
        if (n >= MSR_MTRR_PHYS && n < MSR_MTRR_PHYS + 2 * MTRR_RANGES) return &c->mtrr_phys[n - MSR_MTRR_PHYS];
        if (fixed_mtrr(n) >= 0) return &c->mtrr_fixed[fixed_mtrr(n)];
        if (n == MSR_MTRR_DEF) return &c->mtrr_def;
    }
    if (x86_has(c, FEAT_PAT) && n == MSR_PAT) return &c->msr_pat;
    if (x86_has(c, FEAT_P6) && n == MSR_APICBASE) return &c->msr_apicbase;
    if (x86_has(c, FEAT_MCA) && n == MSR_MCG_STATUS) return &c->mcg_status;
    if (x86_has(c, FEAT_NX) && n == MSR_EFER) return &c->msr_efer;
    return counter_msr(c, n);
}

/* Each byte of V is a memory type: UC WC WT WP WB, for the PAT also UC-. */
static bool memory_types(uint64_t v, unsigned bytes, bool pat)
{
    for (unsigned n = 0; n < bytes; n++) {
        uint8_t type = (uint8_t)(v >> (8 * n));

        if (type > 7 || type == 2 || type == 3 || (type == 7 && !pat)) return false;
    }
    return true;
}

/* Whether V may be written to plain register N: reserved bits raise #GP. */
static bool may_write(uint32_t n, uint64_t v)
{
    if (n == MSR_PAT) return memory_types(v, 8, true);
    if (fixed_mtrr(n) >= 0) return memory_types(v, 8, false);
    if (n == MSR_MTRR_DEF) return memory_types(v, 1, false) && !(v & ~0xCFFull);
    if (n >= MSR_MTRR_PHYS && n < MSR_MTRR_PHYS + 2 * MTRR_RANGES) {
        if (v & ~ADDRESS_BITS) return false;
        return n & 1 ? !(v & 0x7FF) : !(v & 0xF00) && memory_types(v, 1, false);
    }
    if (n == MSR_APICBASE) return !(v & (~ADDRESS_BITS | 0x6FF));
    if (n == MSR_EFER) return !(v & ~(uint64_t)EFER_NXE);
    return true;
}

static void write_plain(struct x86 *c, uint32_t n, uint64_t *at, uint64_t v)
{
    if (n == MSR_APICBASE) v = (v & ~0x900ull) | APICBASE_BSP; // there is no local APIC to switch on
    if (n == MSR_SYSENTER_CS || n == MSR_SYSENTER_ESP || n == MSR_SYSENTER_EIP) v = (uint32_t)v;
    if (n == MSR_MCG_STATUS) v &= 7;
    if (c->model->family == 6 && (n == MSR_PERF_COUNTER || n == MSR_PERF_COUNTER + 1))
        v = (uint64_t)(int64_t)(int32_t)v & 0xFFFFFFFFFFull; // 32 bits are written and extended to 40
    *at = v;
    if (n == MSR_EFER) x86_tlb_flush(c, false);
}

/* Banks of machine check registers: CTL, STATUS, ADDR, MISC. Nothing ever goes wrong. */
static unsigned banks(const struct x86 *c)
{
    return !x86_has(c, FEAT_MCA) ? 0 : c->model->family == 15 ? 4 : 5;
}

static bool is_bank(const struct x86 *c, uint32_t n)
{
    return n - MSR_MC0_CTL < 4 * banks(c);
}

/* --- the instructions ------------------------------------------------------------------------------------- */

static uint64_t time_stamp(struct x86 *c, const struct x86_insn *i)
{
    c->cur = i;
    return (c->tsc ? c->tsc(c->opaque) : x86_retired_at(c, i)) + c->tsc_offset;
}

static void set_pair(struct x86 *c, uint64_t v)
{
    x86_set_r32(c, REG_EAX, (uint32_t)v);
    x86_set_r32(c, REG_EDX, (uint32_t)(v >> 32));
}

static void give(struct x86 *c, const struct x86_insn *i, uint64_t v)
{
    set_pair(c, v);
    x86_next(c, i);
}

void x86_read_time_stamp(struct x86 *c, const struct x86_insn *i)
{
    set_pair(c, time_stamp(c, i));
}

void x86_rdtsc(struct x86 *c, const struct x86_insn *i)
{
    if ((c->cr4 & CR4_TSD) && c->cpl != 0) x86_gp0(c, i);
    else give(c, i, time_stamp(c, i));
}

/* 40 bits are read. The counters stand still; of the Pentium 4's 18, bit 31 asks for the lower half only. */
void x86_rdpmc(struct x86 *c, const struct x86_insn *i)
{
    uint32_t n = x86_r32(c, REG_ECX), mask = c->model->family == 15 ? 0x7FFFFFFFu : ~0u, slot;
    unsigned count = c->model->family == 15 ? 18 : 2;

    if ((!(c->cr4 & CR4_PCE) && c->cpl != 0) || (n & mask) >= count) {
        x86_gp0(c, i);
        return;
    }
    if (c->model->family != 15) give(c, i, c->perf_counter[n] & 0xFFFFFFFFFFull);
    else if (find_row(c, 0x300 + (n & mask), &slot)) give(c, i, c->msr_kept[slot] & (n >> 31 ? 0xFFFFFFFFull : 0xFFFFFFFFFFull));
}

static bool read_msr(struct x86 *c, const struct x86_insn *i, uint32_t n, uint64_t *v)
{
    const uint64_t       *plain = plain_msr(c, n);
    const struct msr_row *row;
    unsigned              slot;

    *v = 0;
    if (plain) *v = *plain;
    else if (n == MSR_TSC && x86_has(c, FEAT_TSC)) *v = time_stamp(c, i);
    else if (n == MSR_MTRRCAP && x86_has(c, FEAT_MTRR)) *v = MTRRCAP;
    else if (n == MSR_MCG_CAP && banks(c)) *v = banks(c);
    else if (is_bank(c, n)) *v = n & 3 ? 0 : c->mc_ctl[(n - MSR_MC0_CTL) / 4];
    else if ((row = find_row(c, n, &slot))) *v = row->writable ? c->msr_kept[slot] : row->reset;
    else return false;
    return true;
}

/* Of the time stamp only the lower half can be written; the upper one becomes zero (SDM 3B 17.12). The Pentium takes all. */
static bool write_msr(struct x86 *c, const struct x86_insn *i, uint32_t n, uint64_t v)
{
    uint64_t             *plain = plain_msr(c, n);
    const struct msr_row *row;
    unsigned              slot;

    if (plain) {
        if (!may_write(n, v)) return false;
        write_plain(c, n, plain, v);
    } else if (n == MSR_TSC && x86_has(c, FEAT_TSC)) {
        c->tsc_offset += (c->model->family == 5 ? v : (uint32_t)v) - time_stamp(c, i);
    } else if (is_bank(c, n)) {
        if ((n & 3) == 1 && v) return false; // a status can only be cleared
        if (!(n & 3)) c->mc_ctl[(n - MSR_MC0_CTL) / 4] = v;
    } else if ((row = find_row(c, n, &slot))) {
        if (row->writable) c->msr_kept[slot] = (c->msr_kept[slot] & ~row->writable) | (v & row->writable);
    } else {
        return false;
    }
    return true;
}

void x86_rdmsr(struct x86 *c, const struct x86_insn *i)
{
    uint64_t v;

    if (c->cpl != 0 || !read_msr(c, i, x86_r32(c, REG_ECX), &v)) x86_gp0(c, i);
    else give(c, i, v);
}

void x86_wrmsr(struct x86 *c, const struct x86_insn *i)
{
    if (c->cpl != 0 || !write_msr(c, i, x86_r32(c, REG_ECX), c->gpr[REG_EDX] << 32 | x86_r32(c, REG_EAX))) x86_gp0(c, i);
    else x86_end(c, i);
}
