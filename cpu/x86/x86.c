/* x86.c: making, resetting, saving. SDM 3A 9.1 (table 9-1: state after power-up). */
#include "cpu/cpu.h"

#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"
#include "cpu/x86/history.h"
#include "cpu/x86/jit/jit.h"
#include "cpu/x86/msr.h"

#include <errno.h>
#include <stdlib.h>

static void code_written(void *opaque, uint32_t addr, uint32_t n)
{
    x86_blocks_invalidate(opaque, addr, n);
}

static void remapped(void *opaque, uint32_t base, uint64_t size)
{
    struct x86 *c = opaque;

    x86_tlb_drop_fast(c, base, size, false);
    if (size) x86_blocks_invalidate_pages(c, base, size);
    else x86_leave_after(c); // A20: what follows may lie elsewhere
}

int x86_init(struct x86 *c, const char *model, struct phys *phys, struct bus *bus, const struct log *log)
{
    int error;

    memset(c, 0, sizeof(*c));
    c->model = x86_model_find(model);
    if (!c->model) return -EINVAL;
    c->phys = phys;
    c->bus = bus;
    c->log = log;
    c->eip_mask = x86_has(c, FEAT_386) ? 0xFFFFFFFFu : 0xFFFF;
    if ((error = x86_tlb_init(c)) || (error = x86_blocks_init(c)) || (error = x86_history_init(c))) {
        x86_destroy(c);
        return error;
    }
    phys->opaque = c;
    phys->code_written = code_written;
    phys->remapped = remapped;
    phys->top_mask = !x86_has(c, FEAT_286) ? 0xFFFFF : !x86_has(c, FEAT_386) ? 0xFFFFFF : 0xFFFFFFFFu;
    x86_reset(c);
    return 0;
}

void x86_destroy(struct x86 *c)
{
    x86_jit_destroy(c);
    x86_blocks_destroy(c);
    x86_tlb_destroy(c);
    free(c->tlb_image);
    c->tlb_image = NULL;
    free(c->history);
    c->history = NULL;
}

static void reset_segment(struct x86 *c, unsigned seg, uint16_t selector, uint32_t base)
{
    c->seg[seg] = (struct x86_segment){.selector = selector, .base = base, .limit = 0xFFFF, .valid = true,
                                       .access = SEGA_P | SEGA_S | SEGA_RW | SEGA_A};
}

/* The first fetch is 16 bytes below the top of the address space. */
static uint32_t reset_base(const struct x86 *c)
{
    return !x86_has(c, FEAT_286) ? 0xFFFF0 : !x86_has(c, FEAT_386) ? 0xFF0000 : 0xFFFF0000u;
}

void x86_reset(struct x86 *c)
{
    memset(c->gpr, 0, sizeof(c->gpr));
    c->gpr[REG_EDX] = c->model->reset_edx;
    for (unsigned n = 0; n < SEG_COUNT; n++) reset_segment(c, n, 0, 0);
    reset_segment(c, SEG_CS, x86_has(c, FEAT_286) ? 0xF000 : 0xFFFF, reset_base(c));
    c->eip = x86_has(c, FEAT_286) ? 0xFFF0 : 0;
    c->eflags = 0;
    flags_set_arith(c, 0);
    c->ldtr = c->tr = (struct x86_segment){.limit = 0xFFFF};
    c->gdtr = (struct x86_table){0, 0xFFFF};
    c->idtr = (struct x86_table){0, x86_has(c, FEAT_286) ? 0x3FF : 0xFFFF};
    c->cr0 = x86_has(c, FEAT_486) ? CR0_ET | CR0_CD | CR0_NW : x86_has(c, FEAT_386) ? CR0_ET : 0;
    c->cr2 = c->cr3 = c->cr4 = 0;
    memset(c->dr, 0, sizeof(c->dr));
    c->dr[6] = 0xFFFF0FF0u;
    c->dr[7] = 0x400;
    memset(c->tr_regs, 0, sizeof(c->tr_regs));
    memset(c->pdpte, 0, sizeof(c->pdpte));
    x86_msr_reset(c);
    c->halted = c->shutdown = c->inhibit = c->inhibit_traps = c->nmi_blocked = false;
    c->pending &= PENDING_INTR;
    c->debug_hit = 0;
    c->exc = (struct x86_exception){0};
    x86_fpu_reset(c);
    for (unsigned n = 0; n < SEG_COUNT; n++) x86_derive_segment(c, n);
    x86_tlb_flush(c, false);
    x86_set_cpl(c, 0);
    x86_update_step(c);
    x86_kick(c);
}

const char *x86_mode(const struct x86 *c)
{
    if (!x86_protected(c)) return "real";
    if (x86_v86(c)) return "V86";
    return c->code32 ? "protected 32" : "protected 16";
}

/* --- saved state ----------------------------------------------------------------------------------------------------------------- */

int x86_freeze(struct x86 *c)
{
    uint64_t *image;

    flags_set_arith(c, flags_arith(c));
    c->limit = x86_retired(c);
    c->budget = 0;
    c->mem_value = 0;
    c->task_eip = 0;
    image = realloc(c->tlb_image, (size_t)(c->tlb.listed + 1) * 2 * sizeof(*image));
    if (!image) return -ENOMEM;
    c->tlb_image = (uint8_t *)image;
    c->tlb_image_size = c->tlb.listed * 2 * (uint32_t)sizeof(*image);
    for (uint32_t n = 0; n < c->tlb.listed; n++) {
        image[2 * n] = c->tlb.list[n];
        image[2 * n + 1] = c->tlb.entry[c->tlb.list[n]];
    }
    return 0;
}

static int thaw_tlb(struct x86 *c)
{
    const uint64_t *image = (const uint64_t *)c->tlb_image;
    uint32_t        entries = c->tlb_image_size / (2 * (uint32_t)sizeof(*image));

    if (entries > TLB_LIST_MAX) return -EINVAL;
    x86_tlb_flush(c, false);
    for (uint32_t n = 0; n < entries; n++) {
        if (image[2 * n] >= TLB_PAGES) return -EINVAL;
        c->tlb.entry[image[2 * n]] = image[2 * n + 1] | TLB_LISTED;
        c->tlb.list[c->tlb.listed++] = (uint32_t)image[2 * n];
        if (image[2 * n + 1] & TLB_BIG) c->tlb.big[image[2 * n] >> 10] = true;
    }
    return 0;
}

static int loaded(void *device)
{
    struct x86 *c = device;

    if (c->cpl > 3 || c->fpu.top > 7 || c->fl_top > 31) return -EINVAL;
    if (c->budget || (c->halted && (c->inhibit || c->inhibit_traps)) || (c->shutdown && !c->halted)) return -EINVAL; // HLT ends the shadow of STI: nothing could wake such a CPU
    x86_jit_flush(c);
    x86_blocks_flush(c);
    if (thaw_tlb(c)) return -EINVAL;
    for (unsigned n = 0; n < SEG_COUNT; n++) x86_derive_segment(c, n);
    x86_tlb_select(c);
    x86_update_step(c);
    c->gpr[REG_ZERO] = 0;
    c->cur = NULL;
    c->link_from = NULL;
    c->kicked = false;
    x86_history_clear(c);
    return 0;
}

static void reset(void *device)
{
    x86_reset(device);
}

static const struct state_field segment_fields[] = {
    STATE_UINT(struct x86_segment, selector), STATE_UINT(struct x86_segment, access), STATE_UINT(struct x86_segment, base),
    STATE_UINT(struct x86_segment, limit),    STATE_UINT(struct x86_segment, valid),  STATE_SKIP(struct x86_segment, read_limit),
    STATE_SKIP(struct x86_segment, write_limit), STATE_END,
};

static const struct state_field table_fields[] = {
    STATE_UINT(struct x86_table, base), STATE_UINT(struct x86_table, limit), STATE_END,
};

static const struct state_field exception_fields[] = {
    STATE_UINT(struct x86_exception, pending), STATE_UINT(struct x86_exception, vector), STATE_UINT(struct x86_exception, has_error),
    STATE_UINT(struct x86_exception, error), STATE_END,
};

static const struct state_field float_fields[] = {
    STATE_UINT(struct floatx80, mant), STATE_UINT(struct floatx80, exp_sign), STATE_END,
};

static const struct state_field fpu_fields[] = {
    STATE_ARRAY(struct x86_fpu, r, float_fields), STATE_UINT(struct x86_fpu, cw), STATE_UINT(struct x86_fpu, sw), STATE_UINT(struct x86_fpu, top),
    STATE_UINT(struct x86_fpu, empty), STATE_UINT(struct x86_fpu, opcode), STATE_UINT(struct x86_fpu, ip), STATE_UINT(struct x86_fpu, dp),
    STATE_UINT(struct x86_fpu, cs), STATE_UINT(struct x86_fpu, ds), STATE_UINT(struct x86_fpu, ferr), STATE_UINT(struct x86_fpu, ignne),
    STATE_UINT(struct x86_fpu, mxcsr), STATE_UINTS(struct x86_fpu, xmm, uint64_t), STATE_END,
};

static const struct state_field x86_fields[] = {
    STATE_UINTS(struct x86, gpr, uint64_t), STATE_UINT(struct x86, fl_res), STATE_UINT(struct x86, fl_carry), STATE_UINT(struct x86, fl_top),
    STATE_UINT(struct x86, cpl), STATE_SKIP(struct x86, code32), STATE_SKIP(struct x86, stack32), STATE_SKIP(struct x86, sp_mask), STATE_SKIP(struct x86, seg_class),
    STATE_UINT(struct x86, eip), STATE_UINT(struct x86, eflags), STATE_SKIP(struct x86, cur), STATE_UINT(struct x86, budget),
    STATE_UINT(struct x86, limit), STATE_SKIP(struct x86, jf), STATE_SKIP(struct x86, jit_slot), STATE_SKIP(struct x86, crossing), STATE_SKIP(struct x86, jit_ctx), STATE_SKIP(struct x86, jit_runs), STATE_SKIP(struct x86, sse_live),
    STATE_SKIP(struct x86, x87_live), STATE_SKIP(struct x86, x87_last), STATE_SKIP(struct x86, x87_dp), STATE_SKIP(struct x86, x87_sw),
    STATE_SKIP(struct x86, tlb_read), STATE_SKIP(struct x86, tlb_write),
    STATE_ARRAY(struct x86, seg, segment_fields), STATE_STRUCT(struct x86, ldtr, segment_fields), STATE_STRUCT(struct x86, tr, segment_fields),
    STATE_STRUCT(struct x86, gdtr, table_fields), STATE_STRUCT(struct x86, idtr, table_fields), STATE_UINT(struct x86, cr0),
    STATE_UINT(struct x86, cr2), STATE_UINT(struct x86, cr3), STATE_UINT(struct x86, cr4), STATE_UINTS(struct x86, dr, uint32_t),
    STATE_UINTS(struct x86, tr_regs, uint32_t), STATE_UINTS(struct x86, pdpte, uint64_t), STATE_UINT(struct x86, tsc_offset),
    STATE_UINT(struct x86, msr_apicbase), STATE_UINT(struct x86, sysenter_cs), STATE_UINT(struct x86, sysenter_esp),
    STATE_UINT(struct x86, sysenter_eip), STATE_UINT(struct x86, msr_pat), STATE_UINT(struct x86, msr_efer), STATE_UINT(struct x86, mtrr_def),
    STATE_UINTS(struct x86, mtrr_phys, uint64_t), STATE_UINTS(struct x86, mtrr_fixed, uint64_t), STATE_UINT(struct x86, mcg_status),
    STATE_UINTS(struct x86, mc_ctl, uint64_t), STATE_UINTS(struct x86, msr_kept, uint64_t), STATE_UINTS(struct x86, perf_select, uint64_t), STATE_UINTS(struct x86, perf_counter, uint64_t),
    STATE_UINT(struct x86, halted), STATE_UINT(struct x86, shutdown), STATE_UINT(struct x86, inhibit), STATE_UINT(struct x86, inhibit_traps),
    STATE_UINT(struct x86, nmi_blocked), STATE_UINT(struct x86, pending), STATE_UINT(struct x86, debug_hit), STATE_SKIP(struct x86, step_mode),
    STATE_SKIP(struct x86, kicked), STATE_SKIP(struct x86, ext), STATE_GROWING(struct x86, tlb_image, tlb_image_size),
    STATE_SKIP(struct x86, tlb_image_size), STATE_STRUCT(struct x86, exc, exception_fields), STATE_SKIP(struct x86, task_eip),
    STATE_SKIP(struct x86, mem_value), STATE_STRUCT(struct x86, fpu, fpu_fields), STATE_SKIP(struct x86, model), STATE_SKIP(struct x86, phys),
    STATE_SKIP(struct x86, bus), STATE_SKIP(struct x86, log), STATE_SKIP(struct x86, tlb), STATE_SKIP(struct x86, cache),
    STATE_SKIP(struct x86, block), STATE_SKIP(struct x86, link_from), STATE_SKIP(struct x86, link_which), STATE_SKIP(struct x86, stats), STATE_SKIP(struct x86, history), STATE_SKIP(struct x86, jit),
    STATE_SKIP(struct x86, stack_pages), STATE_SKIP(struct x86, jit_guess), STATE_SKIP(struct x86, beside), STATE_SKIP(struct x86, any_beside), STATE_SKIP(struct x86, step_blocks),
    STATE_SKIP(struct x86, eip_mask), STATE_SKIP(struct x86, opaque), STATE_SKIP(struct x86, acknowledge),
    STATE_SKIP(struct x86, ferr), STATE_SKIP(struct x86, shutdown_cycle), STATE_SKIP(struct x86, tsc), STATE_SKIP(struct x86, trace), STATE_SKIP(struct x86, trace_opaque),
    STATE_END,
};

const struct device_ops x86_ops = {.name = "cpu", .version = 1, .reset = reset, .fields = x86_fields, .loaded = loaded};
