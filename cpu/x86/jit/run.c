/* run.c: into translated code and out again, and what happens in between: docs/TRICKS.md. */
#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/fpu.h"
#include "cpu/x86/handlers.h"
#include "cpu/x86/jit/jit_private.h"

#include <errno.h>
#include <stdlib.h>

enum { MISSES = 40, MISSES_WITHIN = 200000 }; /* of a unit's group checks, in so many instructions, until it gets no groups */
enum { HOT = 24 }; /* runs of a block in the interpreter before it is translated */

bool x86_jit_supported(void)
{
    return true;
}

/* --- context -------------------------------------------------------------------------------------------------------------------------- */

#define DATA_SEGMENTS (13u * (MODE_FLAT | MODE_64K)) /* ES, SS, DS */

static uint32_t mode_of(const struct x86 *c)
{
    uint32_t mode = jit_sse_mode(c) | jit_x87_mode(c) | (c->code32 ? MODE_CODE32 : 0) | (c->stack32 ? MODE_STACK32 : 0) | (c->cpl == 3 ? MODE_USER : 0) |
                    (c->eflags & FLAG_DF ? MODE_DF : 0) | (c->cpl == 0 ? MODE_LEVEL0 : 0) | (c->eflags & FLAG_VM ? 0 : MODE_NOT_V86) |
                    (x86_protected(c) ? MODE_PROTECTED : 0) |
                    (c->tlb_read == c->tlb.none ? MODE_CHECKED : 0) | (c->seg_class & DATA_SEGMENTS);

    return mode;
}

static struct jit_ctx context(const struct x86 *c)
{
    return (struct jit_ctx){mode_of(c), c->seg[SEG_CS].base, c->seg[SEG_CS].limit};
}

static uint32_t ctx_of(struct x86 *c)
{
    struct jit_ctx ctx = context(c);

    return jit_intern_ctx(c, &ctx);
}

static bool is_ctx(const struct x86 *c, uint32_t n)
{
    struct jit_ctx ctx = context(c);

    return jit_same_ctx(&c->jit->ctx[n], &ctx);
}

/* --- slow path ---------------------------------------------------------------------------------------------------------------------------- */

static uint32_t operand(const struct x86 *c, unsigned reg, unsigned size)
{
    return size == 1 ? ((const uint8_t *)c->gpr)[reg] : (uint32_t)c->gpr[reg];
}

static uint32_t flag_operand(const struct x86 *c, unsigned place, unsigned reg, uint32_t otherwise, unsigned size)
{
    return place == PLACE_REG ? operand(c, reg, size) : place == PLACE_R10 ? c->jf.r10 : otherwise;
}

/* What R says to c->jf. */
static void take_record(struct x86 *c, const struct flag_record *r)
{
    unsigned size = 1u << (r->kind >> 5 & 3);

    if (r->kind == FLAGS_HOME) return;
    c->jf.kind = r->kind & ~(FLAGS_CF_HOME | FLAGS_CF_OLD);
    c->jf.a = flag_operand(c, r->a_place, r->a_reg, c->jf.a, size);
    c->jf.b = flag_operand(c, r->b_place, r->b_reg, r->b_imm, size);
}

/* The flags before the instruction of S, in the interpreter's form. */
static void realize_at(struct x86 *c, const struct jit_site *s)
{
    if (s->flags.kind != FLAGS_HOME && (s->flags.kind & (FLAGS_CF_HOME | FLAGS_CF_OLD))) {
        if (s->flags.kind & FLAGS_CF_OLD) take_record(c, &s->old);
        jit_realize_flags(c);
        c->jf.cf_kind = flag_cf(c);
    }
    take_record(c, &s->flags);
    jit_realize_flags(c);
}

/* A handler has run the instruction of S, after which its own code has an operand of the flags in r10. BEFORE: the first operand, if
 * that is a register, as it was. */
static void remake_r10(struct x86 *c, const struct jit_site *s, uint32_t before)
{
    const struct flag_record *r = &s->after;
    unsigned                  size = 1u << (r->kind >> 5 & 3), kind = FLAGS_KIND(r->kind);
    uint32_t                  result = (uint32_t)c->fl_res;

    if (r->a_place == PLACE_R10) c->jf.r10 = kind == FLAGS_CMP ? result + flag_operand(c, r->b_place, r->b_reg, r->b_imm, size) : result;
    else c->jf.r10 = kind == FLAGS_ADC ? result - before - c->jf.carry : kind == FLAGS_SBB ? before - result - c->jf.carry :
                     kind == FLAGS_ADD ? result - before : before - result;
}

/* For what comes next: all that translated code may take the flags from says the same. HOST: the host's flags too. */
static void publish_flags(struct x86 *c, bool host)
{
    c->jf.kind = FLAGS_REALIZED;
    c->jf.cf_kind = flag_cf(c);
    c->jf.load = host;
    c->jf.of = flag_of(c);
    if (host) c->jf.a = (flags_arith(c) & (FLAG_ARITH & ~FLAG_OF)) << 8 | c->jf.of;
}

/* The same, but they stay in the translator's form: the handler of S looks at none, nor does it change any. */
static void flags_pass(struct x86 *c, const struct jit_site *s)
{
    if (s->flags.kind & (FLAGS_CF_HOME | FLAGS_CF_OLD) && s->flags.kind != FLAGS_HOME) {
        realize_at(c, s);
        publish_flags(c, false);
        return;
    }
    take_record(c, &s->flags);
    jit_fetch_operands(c);
    c->jf.load = false;
}

void x86_jit_settle(struct x86 *c)
{
    if (c->jit) jit_realize_flags(c);
}

void jit_load_flags(struct x86 *c)
{
    jit_realize_flags(c);
    publish_flags(c, true);
    c->jf.kind |= FLAGS_CF; // if this was for CF, next time it need not be
}

void jit_cpuid(struct x86 *c, uint32_t site)
{
    (void)site;
    x86_read_cpuid(c);
}

void jit_rdtsc(struct x86 *c, uint32_t site)
{
    x86_read_time_stamp(c, &c->jit->sites[site].insn);
    c->cur = NULL;
}

static void handler_done(struct x86 *c, const struct x86_insn *i)
{
    (void)i;
    c->jit->done = true;
}

/* Puts the instruction of S, with what ends it, where its handler finds it. */
static void prepare(struct x86 *c, const struct jit_site *s)
{
    struct x86_jit *j = c->jit;

    j->pair[0] = s->insn;
    j->pair[0].block = s->next && !s->repeats ? NULL : &j->block; // a repetition is to stop when its code is written to
    j->pair[1] = (struct x86_insn){.fn = handler_done, .off = s->insn.len, .left = (uint8_t)(s->insn.left - 1), .block = &j->block};
    j->block.link[0] = j->block.link[1] = NULL;
    j->done = false;
    j->running = s->unit;
    c->eip = s->eip;
    c->block = &j->block;
}

/* True: x86_leave_after() asked to leave. */
static bool finish(struct x86 *c)
{
    bool asked = c->cache->patched != NULL;

    if (asked) c->cache->patched->fn = c->cache->patched_fn;
    c->cache->patched = NULL;
    c->jit->running = NULL;
    c->cur = NULL;
    return asked;
}

/* Runs the instruction of S in its handler. True: it went on to the next one. */
static bool run_handler(struct x86 *c, const struct jit_site *s)
{
    struct x86_jit *j = c->jit;

    prepare(c, s);
    j->pair[0].fn(c, j->pair);
    finish(c);
    return j->done;
}

static void leave(struct x86 *c, enum jit_exit why, uint32_t site)
{
    c->jit->left = why;
    c->jit->left_site = site;
}

/* Offset of the access of S. */
static uint32_t site_offset(const struct x86 *c, const struct jit_site *s)
{
    if (s->stack == STACK_NONE) return x86_ea(c, &s->insn);
    if (s->stack == STACK_FRAME) return (uint32_t)c->gpr[REG_EBP] & c->sp_mask;
    return ((uint32_t)c->gpr[REG_ESP] + (uint32_t)s->stack) & c->sp_mask;
}

/* Makes the access of S possible without its handler: a translation that was not cached, of plain memory. */
static bool fill_for(struct x86 *c, const struct jit_site *s)
{
    const struct x86_insn    *i = &s->insn;
    unsigned                  seg = s->stack == STACK_NONE ? i->seg : SEG_SS, size = s->access_size;
    uint32_t                  off = site_offset(c, s);
    const struct x86_segment *g = &c->seg[seg];
    lin_t                     lin = g->base + off;

    if (c->tlb_read == c->tlb.none || (int64_t)off + size - 1 > (s->access_write ? g->write_limit : g->read_limit)) return false;
    if ((lin & PAGE_MASK) > PAGE_SIZE - size) return false;
    if ((s->access_write ? c->tlb_write : c->tlb_read)[lin >> PAGE_SHIFT]) return false; // it was not for want of this
    if (x86_leads_to_device(c, lin, s->access_write)) return false;
    return x86_fill_quick(c, lin, s->access_write) || (s->beside && x86_fill_beside(c, lin, size));
}

/* Leaves the unit before the instruction at EIP, with LEFT instructions of it not run. */
static const uint8_t *stop_at(struct x86 *c, uint32_t eip, int left)
{
    c->budget += left;
    c->eip = eip & c->eip_mask;
    leave(c, EXIT_LOOP, 0);
    return NULL;
}

/* Whether the repeated instruction of S has run to its end, and what is left of the unit can be paid for. */
static bool repetition_over(struct x86 *c, const struct jit_site *s)
{
    int rest = s->insn.left - 1;

    if (c->exc.pending || c->debug_hit || c->eip != s->eip + s->insn.len || c->budget < rest) return false;
    c->budget -= rest;
    return true;
}

/* Whether the unit of S, after a handler, is still there and still right. */
static bool still_valid(const struct x86 *c, const struct jit_site *s, bool check_ctx)
{
    return s->unit->valid && (!check_ctx || is_ctx(c, s->unit->ctx));
}

/* What a load of a segment register loads beside it. */
struct segment_load {
    unsigned seg, size;  /* of POP, LES and their like */
    bool     pop, far;
    uint16_t selector;
    uint32_t offset;     /* LES and its like */
};

static bool read_quick(const struct x86 *c, unsigned seg, uint32_t off, unsigned size, uint32_t *value)
{
    const void *at = x86_quick(&c->seg[seg], c->seg[seg].read_limit, c->tlb_read, off, size);

    if (at) *value = (uint32_t)x86_host_load(at, size);
    return at != NULL;
}

/* False: what it reads is not in the quick table. */
static bool look_at_load(const struct x86 *c, const struct jit_site *s, struct segment_load *l)
{
    const struct x86_insn *i = &s->insn;
    uint32_t               value = (uint32_t)c->gpr[i->src], off = x86_ea(c, i);

    l->far = i->op == 0xC4 || i->op == 0xC5 || i->op == 0x1B4 || i->op == 0x1B5;
    l->pop = i->op != 0x8E && !l->far;
    l->size = i->prefix & PREFIX_OP32 ? 4 : 2;
    l->seg = l->far ? x86_far_segment(i) : l->pop ? x86_opcode_segment(i) : i->dst;
    if (l->pop && !read_quick(c, SEG_SS, x86_sp(c), l->size, &value)) return false;
    if (!l->pop && !l->far && (i->prefix & PREFIX_MEM) && !read_quick(c, i->seg, off, 2, &value)) return false;
    if (l->far && (!read_quick(c, i->seg, off, l->size, &l->offset) || !read_quick(c, i->seg, (off + l->size) & i->amask, 2, &value))) return false;
    l->selector = (uint16_t)value;
    return true;
}

/* MOV and POP to DS, ES, FS and GS, LDS and its like. Nothing but the segment's class can make another context of it. NULL with *DONE clear: to be
 * done by the handler after all. */
static const uint8_t *load_segment(struct x86 *c, const struct jit_site *s, bool *done)
{
    struct x86_jit     *j = c->jit;
    struct segment_load l;
    uint32_t            drops = c->tlb.drops, class = c->seg_class;
    bool                leaves;

    if (!look_at_load(c, s, &l)) return NULL;
    *done = true;
    jit_x87_settle_at(c, s->x87); // with the selectors as they were
    prepare(c, s);
    if (!x86_load_segment(c, j->pair, l.seg, l.selector)) {
        finish(c);
        realize_at(c, s);
        leave(c, EXIT_LOOP, 0);
        return NULL;
    }
    leaves = finish(c) || c->kicked || ((class ^ c->seg_class) & DATA_SEGMENTS) || !s->unit->valid || c->step_blocks ||
             (s->unit->grouped && c->tlb.drops != drops);
    if (leaves) realize_at(c, s); // an operand of the flags may be in ESP, or what LDS loads
    if (l.pop) x86_set_sp(c, x86_sp(c) + l.size);
    if (l.far) x86_set_reg(c, s->insn.dst, l.offset, l.size);
    if (leaves) return stop_at(c, s->eip + s->insn.len, s->insn.left - 1);
    c->jf.load = false;
    return jit_executable(j, s->next);
}

/* MOV from or to a device, most often the screen, which takes no handler and leaves the flags where they are. NULL with *DONE clear: it is something
 * else, or not as simple as that. */
static const uint8_t *move_device(struct x86 *c, const struct jit_site *s, bool *done)
{
    const struct x86_insn    *i = &s->insn;
    const struct x86_segment *g = &c->seg[i->seg];
    bool                      write = s->access_write;
    uint32_t                  off = x86_ea(c, i), drops = c->tlb.drops, at, value = 0;
    lin_t                     lin = g->base + off;
    unsigned                  size = s->access_size;
    bool                      leaves;
    uint64_t                  e = c->tlb.entry[lin >> PAGE_SHIFT], needs = TLB_VALID;

    if (c->cpl == 3) needs |= write ? TLB_WRITE_U : TLB_USER;
    else if (write) needs |= TLB_WRITE_S;
    if (!size || (e & needs) != needs || e >> 32 || c->x87_live || c->tlb_read == c->tlb.none) return NULL;
    if ((int64_t)off + size - 1 > (write ? g->write_limit : g->read_limit) || (lin & PAGE_MASK) > PAGE_SIZE - size) return NULL;
    at = phys_wrap(c->phys, (uint32_t)e & ~PAGE_MASK);
    if ((write ? phys_writer(c->phys, at) : phys_reader(c->phys, at))->kind != PHYS_MMIO) return NULL;
    *done = true;
    prepare(c, s);
    c->cur = c->jit->pair;
    at |= lin & PAGE_MASK;
    if (write) phys_write(c->phys, at, s->move == OPK_MOV_MI ? i->imm : x86_reg(c, i->src, size), size);
    else value = (uint32_t)phys_read(c->phys, at, size);
    leaves = finish(c) || c->kicked || !s->unit->valid || c->inhibit || c->step_blocks || (s->unit->grouped && c->tlb.drops != drops);
    if (leaves) realize_at(c, s); // an operand of the flags may be where it goes
    if (!write) x86_set_reg(c, i->dst, value, size);
    if (leaves) {
        jit_x87_settle_at(c, s->x87);
        return stop_at(c, s->eip + i->len, i->left - 1);
    }
    c->jf.load = false;
    return jit_executable(c->jit, s->next);
}

/* What was raised by the instruction of S waits for the next one; translated code goes on when it has been dealt with. */
static const uint8_t *x87_raised(struct x86 *c, const struct jit_site *s)
{
    realize_at(c, s);
    jit_x87_settle_at(c, s->x87);
    jit_x87_save(c);
    prepare(c, s);
    c->cur = c->jit->pair;
    x86_fpu_update_error(c);
    finish(c);
    return stop_at(c, s->eip + s->insn.len, s->insn.left - 1);
}

/* A group of U, or so many guesses, were of no use. If that happens again and again the unit is made anew without. */
static void count_miss(struct x86 *c, struct jit_unit *u, bool guesses)
{
    struct jit_luck *luck = jit_luck(c->jit, u->phys);
    uint64_t         retired = c->limit - (uint64_t)c->budget;

    if (retired - u->missed > MISSES_WITHIN) {
        u->misses = 0;
        u->missed = retired;
    }
    if (++u->misses < MISSES) return;
    if (guesses) luck->no_guesses = true;
    else if (luck->misfortunes < UINT8_MAX) luck->misfortunes++;
    jit_drop_unit(c, u);
}

/* Continues with the instruction of site N in C: where the host is to go on, NULL to leave. */
const uint8_t *jit_slow(struct x86 *c, uint32_t n)
{
    struct x86_jit  *j = c->jit;
    struct jit_site *s = &j->sites[n];
    uint32_t         drops = c->tlb.drops, moves = c->tlb.moves, before = 0;
    bool             carry;
    uint64_t         flushes = c->stats.tlb_flushes; // a full cache is emptied: then the unit is left after this instruction, as a block is

    if (s->raised) return x87_raised(c, s);
    if (s->segment || s->move) {
        bool           done = false;
        const uint8_t *next = s->segment ? load_segment(c, s, &done) : move_device(c, s, &done);
        if (done) return next;
    }
    if (s->no_flags) flags_pass(c, s);
    else realize_at(c, s);
    if (s->access_size && fill_for(c, s) && s->unit->valid && c->stats.tlb_flushes == flushes && c->tlb.moves == moves) {
        if (s->unit->grouped && c->tlb.drops != drops) {
            jit_x87_settle_at(c, s->x87);
            c->inhibit = s->in_shadow && c->jf.shadow;
            return stop_at(c, s->eip, s->insn.left);
        }
        publish_flags(c, s->host_retry);
        return jit_executable(j, s->retry);
    }
    j->stats.slow++;
    if (s->head && s->unit->valid) count_miss(c, s->unit, false); // its accesses are not to plain memory
    jit_x87_settle_at(c, s->x87);
    if (!s->next) {
        leave(c, EXIT_SITE, n);
        return NULL;
    }
    if (c->x87_live) jit_x87_save(c);
    carry = s->makes_carry && flag_cf(c);
    if (s->makes_r10) before = flag_operand(c, s->after.a_place, s->after.a_reg, 0, 1u << (s->after.kind >> 5 & 3));
    if (!run_handler(c, s) && !(s->repeats && repetition_over(c, s))) {
        leave(c, EXIT_LOOP, 0);
        return NULL;
    }
    if (c->kicked || !still_valid(c, s, s->check_ctx) || c->inhibit || c->step_blocks || s->head ||
        c->tlb.moves != moves || c->stats.tlb_flushes != flushes || ((s->unit->grouped || s->port) && c->tlb.drops != drops))
        return stop_at(c, s->eip + s->insn.len, s->insn.left - 1);
    if (s->x87_ready) jit_x87_resume(c, s);
    if (s->makes_carry) c->jf.carry = carry;
    if (s->makes_r10) remake_r10(c, s, before);
    if (!s->no_flags) publish_flags(c, s->host_next);
    if (s->keep != KEEP_NONE) c->jf.keep = flag_condition(c, s->keep);
    return jit_executable(j, s->next);
}

/* --- the loop ------------------------------------------------------------------------------------------------------------------------------- */

/* What the loop looks at between blocks has nothing to say. */
static bool goes_on(const struct x86 *c)
{
    if (c->kicked || c->exc.pending || c->debug_hit || c->inhibit || c->inhibit_traps || c->halted || c->step_mode || c->step_blocks) return false;
    if ((c->eflags & FLAG_TF) || c->shutdown || c->budget <= 0) return false;
    if ((c->pending & PENDING_NMI) && !c->nmi_blocked) return false;
    return !((c->pending & PENDING_INTR) && (c->eflags & FLAG_IF));
}

/* What c->tlb.code is to have for the page of LIN: that the translation is cached and may be executed. 0 otherwise. */
static uint32_t code_value(struct x86 *c, uint32_t lin)
{
    uint64_t e = c->tlb.entry[lin >> PAGE_SHIFT];
    uint32_t value;

    if (!(e & TLB_VALID) || (e & TLB_NX) || (c->cpl == 3 && !(e & TLB_USER)) || e >> 32) return 0;
    value = phys_wrap(c->phys, (uint32_t)e & ~PAGE_MASK) >> PAGE_SHIFT | CODE_VALID | (e & TLB_USER ? CODE_USER : 0);
    c->tlb.code[lin >> PAGE_SHIFT] = value;
    return value;
}

/* Physical address of CS:EIP where the translation is cached and may be executed; *VALUE: what c->tlb.code says of the page. */
static bool locate(struct x86 *c, uint32_t *phys, uint32_t *lin, uint32_t *value)
{
    if (c->eip > c->seg[SEG_CS].limit) return false;
    *lin = c->seg[SEG_CS].base + c->eip;
    *value = code_value(c, *lin);
    *phys = (*value & 0xFFFFF) << PAGE_SHIFT | (*lin & PAGE_MASK);
    return *value != 0;
}

/* Fetches the translation of CS:EIP as the interpreter does before it runs what is there; a fault is left to it. */
static bool fetch_translation(struct x86 *c)
{
    uint32_t phys, error;

    c->cur = NULL;
    return c->eip <= c->seg[SEG_CS].limit && x86_translate(c, c->seg[SEG_CS].base + c->eip, ACCESS_FETCH, c->cpl == 3, &phys, &error);
}

static struct jit_unit *unit_here(struct x86 *c, uint32_t *value)
{
    uint32_t         phys, lin;
    struct jit_unit *u;

    if (!locate(c, &phys, &lin, value) && !(fetch_translation(c) && locate(c, &phys, &lin, value))) return NULL;
    if (!(u = jit_find(c->jit, phys, lin, ctx_of(c)))) return NULL;
    return u->second && code_value(c, lin + PAGE_SIZE) != u->second ? NULL : u;
}

/* The accesses of a group are not all in one page. */
static void miss(struct x86 *c, const struct jit_site *s, bool guesses)
{
    realize_at(c, s);
    jit_x87_settle_at(c, s->x87);
    c->inhibit = s->in_shadow && c->jf.shadow;
    c->eip = s->eip;
    c->budget += s->insn.left;
    count_miss(c, s->unit, guesses);
}

/* Of the host; 0: nobody wants to know. */
static uint64_t now(const struct x86_jit *j) { return j->watch.now ? j->watch.now(j->watch.opaque) : 0; }

/* Runs U and what follows it. True: c->eip is where to go on, and there may be a unit. */
static bool enter(struct x86 *c, struct jit_unit *u, struct jit_link **link, bool *indirect)
{
    struct x86_jit *j = c->jit;
    uint64_t        r, from = now(j);
    uint32_t        number;

    c->eflags &= ~(uint32_t)FLAG_RF;
    j->stats.entries++;
    c->jit_ctx = u->ctx;
    r = j->enter(c, jit_executable(j, u->head));
    j->stats.run_ns += now(j) - from;
    c->sse_live = false;
    if (c->x87_live) jit_x87_save(c);
    number = (uint32_t)(r >> 8);
    if ((r & 0xFF) != EXIT_CAREFUL && (r & 0xFF) != EXIT_GUESS) jit_realize_flags(c);
    if ((r & 0xFF) == EXIT_LOOP) {
        r = j->left;
        number = j->left_site;
    }
    switch ((enum jit_exit)(r & 0xFF)) {
    case EXIT_LINK:
        *link = &j->links[number];
        c->eip = (*link)->eip;
        return true;
    case EXIT_INDIRECT:
        *indirect = true;
        c->eip = number;
        j->stats.dispatches++;
        return true;
    case EXIT_CAREFUL:
    case EXIT_GUESS:
        miss(c, &j->sites[number], (r & 0xFF) == EXIT_GUESS);
        return true;
    case EXIT_BUDGET:
        c->eip = j->units[number].eip;
        c->budget += j->units[number].count;
        return false;
    case EXIT_SITE:
        run_handler(c, &j->sites[number]);
        return true;
    default: return false;
    }
}

/* The interpreter's handlers are to come back to the loop now and then, so its budget is kept small: interp.c. */
static void take_all_budget(struct x86 *c, uint64_t until)
{
    uint64_t n = until - c->limit;

    if (c->limit >= until) return;
    c->limit += n;
    c->budget += (int64_t)n;
}

static void give_back_budget(struct x86 *c)
{
    enum { MOST = 8192 };

    if (c->budget <= MOST) return;
    c->limit -= (uint64_t)(c->budget - MOST);
    c->budget = MOST;
}

bool x86_jit_run(struct x86 *c, uint64_t until)
{
    struct jit_link *link = NULL;
    bool             indirect = false, ran = false;

    for (;;) {
        uint32_t         value;
        struct jit_unit *u = unit_here(c, &value);

        if (!u) break;
        if (link && !c->step_blocks) jit_connect(c, link, u, value);
        if (indirect && !c->step_blocks) jit_remember_target(c->jit, u, value);
        link = NULL;
        indirect = false;
        take_all_budget(c, until);
        if (c->budget < u->count) break;
        ran = true;
        if (!enter(c, u, &link, &indirect)) break;
        if (!goes_on(c)) break;
    }
    give_back_budget(c);
    c->block = NULL;
    if (ran && c->step_blocks) x86_kick(c);
    return ran;
}

static bool translate(struct x86 *c, uint32_t phys, uint32_t lin, uint32_t second)
{
    const struct x86_jit_watch *w = &c->jit->watch;
    uint64_t                    from = now(c->jit);
    struct jit_unit            *u = jit_translate(c, phys, lin, ctx_of(c), second);

    c->jit->stats.translate_ns += now(c->jit) - from;
    if (u && w->translated) w->translated(w->opaque, jit_executable(c->jit, u->code), u->code_size, u->lin);
    return u != NULL;
}

bool x86_jit_count(struct x86 *c, struct x86_block *b)
{
    uint32_t phys, lin, value;

    if (++b->runs < c->jit->hot) return false;
    b->runs = c->jit->hot > 4 ? c->jit->hot - 4 : 0; // if there is nothing to translate, or another context comes later
    if (!locate(c, &phys, &lin, &value)) return false;
    if (jit_find(c->jit, phys, lin, ctx_of(c))) return false;
    if (translate(c, phys, lin, 0)) return true;
    b->runs = 0;
    return false;
}

bool x86_jit_single(struct x86 *c)
{
    struct x86_jit  *j = c->jit;
    uint32_t         phys, lin, value, second, *seen;
    struct jit_unit *old;

    if (c->inhibit || c->inhibit_traps || c->step_mode || (c->eflags & FLAG_TF) || !locate(c, &phys, &lin, &value)) return false;
    seen = &j->straddlers[lin * 0x9E3779B1u >> 24];
    if ((lin & PAGE_MASK) < PAGE_SIZE - 14 || *seen != lin) {
        *seen = lin;
        return false;
    }
    second = code_value(c, lin + PAGE_SIZE);
    old = jit_find(j, phys, lin, ctx_of(c));
    if (!second || (old && old->second == second)) return false;
    if (old) jit_drop_unit(c, old);
    return translate(c, phys, lin, second);
}

/* --- making --------------------------------------------------------------------------------------------------------------------------------- */

int x86_jit_init(struct x86 *c, size_t code_bytes)
{
    struct x86_jit *j = calloc(1, sizeof(*j));
    int             error;

    if (!j) return -ENOMEM;
    c->jit = j;
    if ((error = jit_cache_init(c, code_bytes ? code_bytes : JIT_DEFAULT_CODE))) {
        x86_jit_destroy(c);
        return error;
    }
    j->hot = HOT;
    j->most = JIT_MAX_INSNS;
    j->ctxs_most = JIT_CTX_MAX;
    jit_ops_init(&j->ops);
    j->has_bmi2 = __builtin_cpu_supports("bmi2");
    c->jf.kind = FLAGS_REALIZED;
    for (unsigned n = 0; n < JIT_GUESSES; n++) c->jit_guess[n].addend = GUESS_NOTHING;
    jit_make_stubs(c);
    jit_forget_targets(j);
    return 0;
}

void x86_jit_eager(struct x86 *c, unsigned most)
{
    c->jit->hot = 1;
    c->jit->most = most < JIT_MAX_INSNS ? most : JIT_MAX_INSNS;
}

void x86_jit_contexts(struct x86 *c, unsigned most)
{
    c->jit->ctxs_most = most < 2 ? 2 : most < JIT_CTX_MAX ? most : JIT_CTX_MAX;
}

void x86_jit_watch(struct x86 *c, const struct x86_jit_watch *watch)
{
    c->jit->watch = *watch;
}

void x86_jit_destroy(struct x86 *c)
{
    if (!c->jit) return;
    jit_cache_destroy(c->jit);
    free(c->jit);
    c->jit = NULL;
}

void x86_jit_flush(struct x86 *c)
{
    if (c->jit) jit_flush(c);
}

void x86_jit_stats(const struct x86 *c, struct x86_jit_stats *stats)
{
    memset(stats, 0, sizeof(*stats));
    if (!c->jit) return;
    *stats = c->jit->stats;
    if (c->jit_runs) stats->chained = c->jit_runs - stats->entries;
}
