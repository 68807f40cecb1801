/* exec_string.c: MOVS CMPS STOS LODS SCAS INS OUTS with their repetitions. SDM 2B.
 *
 * Each iteration is one tick of time. A repetition stops when the budget is used up, with EIP still at the instruction, as
 * it does for an interrupt on the chip. Runs of plain memory go page by page as host copies. */
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/handlers.h"

#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t index_reg(struct x86 *c, const struct x86_insn *i, unsigned reg)
{
    return (uint32_t)c->gpr[reg] & i->amask;
}

INLINE void set_index(struct x86 *c, const struct x86_insn *i, unsigned reg, uint32_t v)
{
    if (i->amask == 0xFFFF) x86_set_r16(c, reg, v);
    else x86_set_r32(c, reg, v);
}

INLINE void advance(struct x86 *c, const struct x86_insn *i, unsigned reg, unsigned size)
{
    set_index(c, i, reg, index_reg(c, i, reg) + (c->eflags & FLAG_DF ? 0u - size : size));
}

/* --- one iteration of each; false: a fault was raised and nothing changed --------------------------------------------------------- */

INLINE bool movs(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (!x86_load(c, i, i->seg, index_reg(c, i, REG_ESI), size, &v)) return false;
    if (!x86_store(c, i, SEG_ES, index_reg(c, i, REG_EDI), size, v)) return false;
    advance(c, i, REG_ESI, size);
    advance(c, i, REG_EDI, size);
    return true;
}

INLINE bool stos(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (!x86_store(c, i, SEG_ES, index_reg(c, i, REG_EDI), size, x86_reg(c, REG_EAX, size))) return false;
    advance(c, i, REG_EDI, size);
    return true;
}

INLINE bool lods(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (!x86_load(c, i, i->seg, index_reg(c, i, REG_ESI), size, &v)) return false;
    x86_set_reg(c, REG_EAX, (uint32_t)v, size);
    advance(c, i, REG_ESI, size);
    return true;
}

INLINE void compare(struct x86 *c, uint32_t a, uint32_t b, unsigned size)
{
    uint32_t r = size == 1 ? (uint8_t)(a - b) : size == 2 ? (uint16_t)(a - b) : a - b;

    flags_sub(c, a, b, r, size);
}

INLINE bool scas(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t v;

    if (!x86_load(c, i, SEG_ES, index_reg(c, i, REG_EDI), size, &v)) return false;
    compare(c, x86_reg(c, REG_EAX, size), (uint32_t)v, size);
    advance(c, i, REG_EDI, size);
    return true;
}

INLINE bool cmps(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint64_t a, b;

    if (!x86_load(c, i, i->seg, index_reg(c, i, REG_ESI), size, &a)) return false;
    if (!x86_load(c, i, SEG_ES, index_reg(c, i, REG_EDI), size, &b)) return false;
    compare(c, (uint32_t)a, (uint32_t)b, size);
    advance(c, i, REG_ESI, size);
    advance(c, i, REG_EDI, size);
    return true;
}

INLINE bool ins(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint32_t off = index_reg(c, i, REG_EDI);
    uint16_t port = x86_r16(c, REG_EDX);

    if (!x86_check_io(c, i, port, size)) return false;
    if (!x86_probe(c, i, SEG_ES, off, size, true)) return false; // before the device is read
    c->cur = i;
    if (!x86_store(c, i, SEG_ES, off, size, bus_in(c->bus, port, size))) return false;
    x86_watch_io(c, port, size);
    advance(c, i, REG_EDI, size);
    return true;
}

INLINE bool outs(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    uint16_t port = x86_r16(c, REG_EDX);
    uint64_t v;

    if (!x86_check_io(c, i, port, size)) return false;
    if (!x86_load(c, i, i->seg, index_reg(c, i, REG_ESI), size, &v)) return false;
    c->cur = i;
    bus_out(c->bus, port, (uint32_t)v, size);
    x86_watch_io(c, port, size);
    advance(c, i, REG_ESI, size);
    return true;
}

/* --- runs over plain memory ------------------------------------------------------------------------------------------------------ */

/* Host pointer to up to *N elements at seg:off, forward, and cuts *N to what is plain memory within the page and the limit, and not code
 * if that is to be written. */
static uint8_t *plain_run(struct x86 *c, unsigned seg, uint32_t off, unsigned size, bool write, uint32_t *n, uint32_t amask)
{
    const struct x86_segment *s = &c->seg[seg];
    int64_t   limit = write ? s->write_limit : s->read_limit;
    void     *p = x86_quick(s, limit, write ? c->tlb_write : c->tlb_read, off, size);
    uint64_t  in_page, in_segment, before_wrap;
    uint32_t  bytes = PAGE_SIZE;

    if (!p && write) p = x86_beside_code(c, seg, off, size, &bytes);
    if (!p) return NULL;
    in_page = (PAGE_SIZE - ((s->base + off) & PAGE_MASK)) / size;
    in_segment = (uint64_t)(limit - off + 1) / size;
    before_wrap = ((uint64_t)amask - off + 1) / size;
    if (bytes / size < *n) *n = bytes / size;
    if (in_page < *n) *n = (uint32_t)in_page;
    if (in_segment < *n) *n = (uint32_t)in_segment;
    if (before_wrap < *n) *n = (uint32_t)before_wrap;
    return *n ? p : NULL;
}

/* Copies N elements as the chip does, one by one upwards, so that an overlapping destination repeats a pattern. */
static void copy_forward(uint8_t *to, const uint8_t *from, uint32_t n, unsigned size)
{
    size_t bytes = (size_t)n * size;

    if (to <= from || to >= from + bytes) {
        memmove(to, from, bytes);
        return;
    }
    for (uint32_t k = 0; k < n; k++) memmove(to + (size_t)k * size, from + (size_t)k * size, size);
}

/* Does up to COUNT iterations of MOVS at once; returns how many. */
INLINE uint32_t movs_run(struct x86 *c, const struct x86_insn *i, uint32_t count, unsigned size)
{
    uint32_t from_off = index_reg(c, i, REG_ESI), to_off = index_reg(c, i, REG_EDI);
    uint8_t *from = plain_run(c, i->seg, from_off, size, false, &count, i->amask);
    uint8_t *to = from ? plain_run(c, SEG_ES, to_off, size, true, &count, i->amask) : NULL;

    if (!to) return 0;
    copy_forward(to, from, count, size);
    set_index(c, i, REG_ESI, from_off + count * size);
    set_index(c, i, REG_EDI, to_off + count * size);
    return count;
}

INLINE uint32_t stos_run(struct x86 *c, const struct x86_insn *i, uint32_t count, unsigned size)
{
    uint32_t off = index_reg(c, i, REG_EDI), v = x86_reg(c, REG_EAX, size);
    uint8_t *to = plain_run(c, SEG_ES, off, size, true, &count, i->amask);

    if (!to) return 0;
    if (size == 1) memset(to, (int)v, count);
    else
        for (uint32_t k = 0; k < count; k++) memcpy(to + (size_t)k * size, &v, size);
    set_index(c, i, REG_EDI, off + count * size);
    return count;
}

/* Whether elements A and B end a repetition by their being equal or not. */
INLINE bool ends_here(const struct x86_insn *i, uint32_t a, uint32_t b)
{
    return (a == b) != ((i->prefix & PREFIX_REP) != 0);
}

/* Up to COUNT iterations of SCAS: to the one that ends the repetition, whose flags are left. */
INLINE uint32_t scas_run(struct x86 *c, const struct x86_insn *i, uint32_t count, unsigned size)
{
    uint32_t       off = index_reg(c, i, REG_EDI), a = x86_reg(c, REG_EAX, size), n = 0, v = 0;
    const uint8_t *from = plain_run(c, SEG_ES, off, size, false, &count, i->amask);

    if (!from) return 0;
    if (size == 1 && !(i->prefix & PREFIX_REP)) { // REPNE SCASB: what memchr() is for
        const uint8_t *at = memchr(from, (int)a, count);
        n = at ? (uint32_t)(at - from) + 1 : count;
        v = from[n - 1];
    } else {
        do v = (uint32_t)x86_host_load(from + (size_t)n++ * size, size);
        while (n < count && !ends_here(i, a, v));
    }
    compare(c, a, v, size);
    set_index(c, i, REG_EDI, off + n * size);
    return n;
}

/* How many elements are equal in any case, up to COUNT. */
INLINE uint32_t count_equal(const uint8_t *a, const uint8_t *b, uint32_t count, unsigned size)
{
    size_t n = 0, bytes = (size_t)count * size;

    while (n + 8 <= bytes && x86_host_load(a + n, 8) == x86_host_load(b + n, 8)) n += 8;
    return (uint32_t)(n / size);
}

INLINE uint32_t cmps_run(struct x86 *c, const struct x86_insn *i, uint32_t count, unsigned size)
{
    uint32_t       a_off = index_reg(c, i, REG_ESI), b_off = index_reg(c, i, REG_EDI), n = 0, a, b;
    const uint8_t *at_a = plain_run(c, i->seg, a_off, size, false, &count, i->amask);
    const uint8_t *at_b = at_a ? plain_run(c, SEG_ES, b_off, size, false, &count, i->amask) : NULL;

    if (!at_b) return 0;
    if (i->prefix & PREFIX_REP) n = count_equal(at_a, at_b, count - 1, size);
    do {
        a = (uint32_t)x86_host_load(at_a + (size_t)n * size, size);
        b = (uint32_t)x86_host_load(at_b + (size_t)n * size, size);
    } while (++n < count && !ends_here(i, a, b));
    compare(c, a, b, size);
    set_index(c, i, REG_ESI, a_off + n * size);
    set_index(c, i, REG_EDI, b_off + n * size);
    return n;
}

/* --- the 286 in real mode --------------------------------------------------------------------------------------------------------- */

/* After #13 for a word at offset FFFF, on a CPU that does not restart: registers stay as the microcode has them by then. CMPS
 * reads ES:DI first and counts in between; a write is noticed only when the next iteration has been counted too. */
static __attribute__((noinline)) void leave_unfinished(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    enum { INS = 0x6C, OUTS = 0x6E, MOVS = 0xA4, CMPS = 0xA6, STOS = 0xAA, LODS = 0xAC };
    unsigned op = i->op & ~1u, counted;
    bool     source = op == OUTS || op == MOVS || op == LODS, destination = !source || op == MOVS;
    uint32_t count = index_reg(c, i, REG_ECX);

    counted = op == INS || op == MOVS || op == STOS ? 2 : 1;
    if (op == MOVS && index_reg(c, i, REG_ESI) == 0xFFFF) {
        destination = false;
        counted = 1;
    } else if (op == CMPS) {
        source = index_reg(c, i, REG_EDI) != 0xFFFF;
        counted = source;
    }
    if (source) advance(c, i, REG_ESI, size);
    if (destination) advance(c, i, REG_EDI, size);
    if (i->prefix & (PREFIX_REP | PREFIX_REPNE)) set_index(c, i, REG_ECX, count < counted ? 0 : count - counted);
}

static void stop(struct x86 *c, const struct x86_insn *i, unsigned size)
{
    if (!x86_restarts(c)) leave_unfinished(c, i, size);
}

/* --- repetition -------------------------------------------------------------------------------------------------------------------- */

typedef bool     iteration_fn(struct x86 *c, const struct x86_insn *i, unsigned size);
typedef uint32_t run_fn(struct x86 *c, const struct x86_insn *i, uint32_t count, unsigned size);

/* ENDS: the comparison can end it: REPE while equal, REPNE while different. RUN may be NULL. */
INLINE void repeat(struct x86 *c, const struct x86_insn *i, iteration_fn *one, run_fn *run, bool ends, unsigned size)
{
    uint32_t count = index_reg(c, i, REG_ECX), done;

    while (count) {
        done = 0;
        if (run && count > 1 && c->budget > 0 && !(c->eflags & FLAG_DF) && !c->step_mode) {
            done = run(c, i, count < c->budget + 1 ? count : (uint32_t)(c->budget + 1), size);
            if (done) c->budget -= done - 1; // one was paid for already
        }
        if (!done) {
            if (!one(c, i, size)) {
                stop(c, i, size);
                return;
            }
            done = 1;
        }
        count -= done;
        set_index(c, i, REG_ECX, count);
        if (ends && flag_zf(c) != ((i->prefix & PREFIX_REP) != 0)) break;
        if (!count) break;
        if (c->budget <= 0 || c->step_mode || c->exc.pending || c->debug_hit) {
            if (x86_has(c, FEAT_386)) c->eflags |= FLAG_RF; // no breakpoint at the next iteration (SDM 3B 17.3.1.1)
            x86_end_at(c, i, x86_insn_eip(c, i));
            return;
        }
        c->budget--;
    }
    x86_end(c, i);
}

INLINE void string_op(struct x86 *c, const struct x86_insn *i, iteration_fn *one, run_fn *run, bool ends, unsigned size)
{
    if (i->prefix & (PREFIX_REP | PREFIX_REPNE)) repeat(c, i, one, run, ends, size);
    else if (one(c, i, size)) x86_next(c, i);
    else stop(c, i, size);
}

/* Port accesses always end the block: the device may have changed anything. */
INLINE void string_io(struct x86 *c, const struct x86_insn *i, iteration_fn *one, unsigned size)
{
    if (i->prefix & (PREFIX_REP | PREFIX_REPNE)) repeat(c, i, one, NULL, false, size);
    else if (one(c, i, size)) x86_end(c, i);
    else stop(c, i, size);
}

#define STRING(name, run, ends, size) \
    void x86_##name##size(struct x86 *c, const struct x86_insn *i) { string_op(c, i, name, run, ends, size / 8); }
#define STRING_IO(name, size) \
    void x86_##name##size(struct x86 *c, const struct x86_insn *i) { string_io(c, i, name, size / 8); }
STRING(movs, movs_run, false, 8) STRING(movs, movs_run, false, 16) STRING(movs, movs_run, false, 32)
STRING(stos, stos_run, false, 8) STRING(stos, stos_run, false, 16) STRING(stos, stos_run, false, 32)
STRING(lods, NULL, false, 8) STRING(lods, NULL, false, 16) STRING(lods, NULL, false, 32)
STRING(scas, scas_run, true, 8) STRING(scas, scas_run, true, 16) STRING(scas, scas_run, true, 32)
STRING(cmps, cmps_run, true, 8) STRING(cmps, cmps_run, true, 16) STRING(cmps, cmps_run, true, 32)
STRING_IO(ins, 8) STRING_IO(ins, 16) STRING_IO(ins, 32)
STRING_IO(outs, 8) STRING_IO(outs, 16) STRING_IO(outs, 32)
