/* tables.c: what lies in memory when a case starts, and the CPU's registers. */
#include "tests/lockstep/lockstep.h"

#include "cpu/x86/block_cache.h"
#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"
#include "cpu/x86/jit/jit.h"

/* Through the machine, so that both get it. */
static void put(struct machine *m, uint32_t at, uint64_t v, unsigned size)
{
    machine_write_physical(m, at, &v, size);
}

static uint64_t descriptor(uint32_t base, uint32_t limit, unsigned access, unsigned flags_)
{
    return (limit & 0xFFFF) | (uint64_t)(base & 0xFFFFFF) << 16 | (uint64_t)access << 40 | (uint64_t)(limit >> 16 & 15) << 48 |
           (uint64_t)flags_ << 52 | (uint64_t)(base >> 24) << 56;
}

/* The segments that a case starts with, and their relatives. */
static void segment_of(const struct fuzz_case *f, unsigned n, uint32_t *base, uint32_t *limit, unsigned *access, unsigned *attributes)
{
    static const uint32_t bases[] = {0, CODE, CODE, DATA, EXTRA, STACK, VIDEO, DATA};
    bool                  flat = is_flat(f), wide = f->first_bits == 32;

    *base = flat ? 0 : bases[n];
    *limit = flat ? 0xFFFFF : n == SEL_SMALL ? 0x1234 : 0xFFFF;
    *access = n == SEL_CODE || n == SEL_CODE_OTHER ? 0x9B : 0x93;
    *attributes = (flat ? 8 : 0) | ((n == SEL_CODE_OTHER ? !wide : wide) ? 4 : 0);
    if (n == SEL_STACK || n == SEL_VIDEO) *attributes = (*attributes & ~4u) | (wide ? 4 : 0);
    if (f->model->family < 3) *attributes = 0, *limit &= 0xFFFF;
}

/* Segments with limits of their own, and code of both sizes: SEL_DOWN16 to SEL_CONFORMING. */
static void write_special_segments(const struct fuzz_case *f, struct machine *m)
{
    bool     flat = is_flat(f), wide = f->first_bits == 32;
    unsigned dpl = f->user ? 0x60 : 0, d = f->model->family >= 3 ? 4 : 0;
    uint32_t stack = flat ? 0 : STACK, data = flat ? 0 : DATA, all = flat && d ? 0xFFFFF : 0xFFFF, bias = flat ? 0 : DATA;
    const struct { unsigned n; uint32_t base, limit; unsigned access, attributes; } own[] = {
        {SEL_DOWN16, DATA, 0x1FFF, 0x97, 0},
        {SEL_DOWN32, DATA, 0x2FF8, 0x97, d},
        {SEL_EDGE, DATA, 0x2FFE, 0x93, d},
        {SEL_TINY, bias, 0xF, 0x93, 0},
        {SEL_READONLY, data, all, 0x91, flat ? 8 | d : 0},
        {SEL_ABSENT, DATA, 0xFFFF, 0x13, 0},
        {SEL_STACK_OTHER, stack, all, 0x93, (flat ? 8 : 0) | (wide ? 0 : d)},
        {SEL_STACK_DOWN, stack, 0xF, 0x97, f->seed & 1 ? d : 0},
        {SEL_ALIAS, flat ? 0 : CODE, all, 0x93, flat ? 8 | d : 0},
        {SEL_CODE16, CODE, 0xFFFF, 0x9B, 0},
        {SEL_CODE32, CODE, 0xFFFF, 0x9B, d},
        {SEL_DATA_LOW, DATA + (f->seed & 2 ? 0xF30 : 0), f->seed & 4 ? all : 0xFFFF, 0x93, d | (f->seed & 4 && flat ? 8 : 0)}, // 64 KB end within a page
        {SEL_CONFORMING, 0, 0xFFFF, 0x9F, f->wide_gates ? d : 0},
    };

    for (unsigned n = 0; n < sizeof(own) / sizeof(own[0]); n++) {
        unsigned access = own[n].access | (own[n].n == SEL_CONFORMING ? 0 : dpl);
        put(m, GDT + 8 * own[n].n, descriptor(own[n].base, own[n].limit, access, own[n].attributes), 8);
    }
}

static uint64_t gate_to(unsigned selector, uint32_t offset, unsigned type, unsigned count)
{
    return (offset & 0xFFFF) | (uint64_t)selector << 16 | (uint64_t)count << 32 | (uint64_t)type << 40 | (uint64_t)(offset >> 16) << 48;
}

/* Call gates and the routines behind them: PUSH, a read of the stack, POP, RETF of the gate's size with the parameters. */
static void write_gates(const struct fuzz_case *f, struct machine *m)
{
    static const struct { bool wide, conforming, absent; unsigned count; } gates[GATES] = {
        {true, false, false, 0}, {true, false, false, 3}, {false, false, false, 2}, {false, false, false, 0}, {true, true, false, 0}, {true, false, true, 0},
    };

    for (unsigned n = 0; n < GATES; n++) {
        bool     wide = gates[n].wide && f->model->family >= 3;
        uint32_t at = ROUTINES + n * 32, returns = gates[n].count * (wide ? 4 : 2);
        uint8_t  routine[] = {0x50, 0x8C, 0xD0, 0x0F, 0x00, 0xC8, 0x58, 0x42, wide == f->wide_gates ? 0x90 : 0x66, 0xCA, (uint8_t)returns, 0};

        // push eax; mov ax, ss; str ax; pop eax; inc edx; retf
        machine_write_physical(m, at, routine, sizeof(routine));
        put(m, GDT + 8 * (SEL_GATE + n),
            gate_to((gates[n].conforming ? SEL_CONFORMING : SEL_KERNEL) * 8, at, (gates[n].absent ? 0x60 : 0xE0) | (wide ? 12 : 4), gates[n].count), 8);
    }
    put(m, GDT + 8 * SEL_TASK_GATE, gate_to((f->model->family >= 3 ? SEL_TASK32 : SEL_TASK16) * 8, 0, 0xE5, 0), 8);
}

/* The static fields of the TSSs: inner stack, CR3, segments. The code of the case does the rest. */
static void write_tasks(const struct fuzz_case *f, struct machine *m)
{
    static const uint8_t sels[6] = {SEL_EXTRA, SEL_CODE, SEL_STACK, SEL_DATA, SEL_DATA, SEL_DATA};
    bool                 v86 = f->mode == MODE_V86;

    put(m, GDT + 8 * SEL_TASK16, descriptor(STACK + TASK16, 0x2B + 0x20, 0xE1, 0), 8);
    put(m, STACK + TASK16 + 2, SUPERVISOR_STACK - 0x100, 2), put(m, STACK + TASK16 + 4, SEL_KERNEL_STACK * 8, 2);
    for (unsigned n = 0; n < 4; n++) put(m, STACK + TASK16 + 0x22 + 2 * n, (sels[n] + (f->user ? 8 : 0)) * 8 + (f->user ? 3 : 0), 2);
    if (f->model->family < 3) return;
    put(m, TSS + 0x1C, f->paged ? PAGES : 0, 4);
    put(m, GDT + 8 * SEL_TASK32, descriptor(STACK + TASK32, 0xFF, 0xE9, 0), 8);
    put(m, STACK + TASK32 + 4, SUPERVISOR_STACK - 0x100, 4), put(m, STACK + TASK32 + 8, SEL_KERNEL_STACK * 8, 4);
    put(m, STACK + TASK32 + 0x1C, f->paged ? PAGES : 0, 4), put(m, STACK + TASK32 + 0x66, 0x68, 2);
    put(m, STACK + TASK32 + 0x24, v86 ? 0x23002 : 2, 4);
    for (unsigned n = 0; n < 6; n++) put(m, STACK + TASK32 + 0x48 + 4 * n, v86 ? n == SEG_SS ? STACK >> 4 : DATA >> 4 : (sels[n] + (f->user ? 8 : 0)) * 8 + (f->user ? 3 : 0), 4);
}

static void write_gdt(struct fuzz_case *f, struct machine *m)
{
    unsigned tss = f->model->family >= 3 ? 0xEB : 0xE3;

    put(m, GDT, 0, 8);
    for (unsigned n = SEL_CODE; n <= SEL_SMALL; n++) {
        uint32_t base, limit;
        unsigned access, attributes;

        segment_of(f, n, &base, &limit, &access, &attributes);
        put(m, GDT + 8 * n, descriptor(base, limit, access, attributes), 8);
        put(m, GDT + 8 * (n + SEL_USER), descriptor(base, limit, access | 0x60, attributes), 8);
    }
    put(m, GDT + 8 * SEL_TSS, descriptor(TSS, 0x88, tss, 0), 8);
    put(m, GDT + 8 * SEL_KERNEL, descriptor(0, 0xFFFF, 0x9B, f->wide_gates ? 4 : 0), 8);
    put(m, GDT + 8 * SEL_KERNEL_STACK, descriptor(0, 0xFFFF, 0x93, f->wide_gates ? 4 : 0), 8);
    write_special_segments(f, m);
    write_gates(f, m);
    write_tasks(f, m);
    if (f->has_sep) // SYSENTER's segments; its routine: to EDX at once, or by SYSEXIT if ESI is set
        for (unsigned n = 0; n < 4; n++) put(m, GDT + 8 * (SEL_SYSENTER + n), descriptor(0, 0xFFFFF, (n & 1 ? 0x93 : 0x9B) | (n > 1 ? 0x60 : 0), 12), 8);
    machine_write_physical(m, SYSENTER, (const uint8_t[]){0x85, 0xF6, 0x75, 0x04, 0x89, 0xCC, 0xFF, 0xE2, 0x0F, 0x35}, 10); // mov esp, ecx; jmp edx
    if (f->model->family >= 3) {
        put(m, TSS + 4, SUPERVISOR_STACK, 4), put(m, TSS + 8, SEL_KERNEL_STACK * 8, 4), put(m, TSS + 0x66, 0x68, 2);
    } else {
        put(m, TSS + 2, SUPERVISOR_STACK, 2), put(m, TSS + 4, SEL_KERNEL_STACK * 8, 2);
    }
}

static bool has_error(unsigned vector)
{
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
}

struct handler {
    uint8_t  bytes[HANDLER_SIZE];
    unsigned n;
};

static void add(struct handler *h, const void *bytes, size_t n)
{
    memcpy(h->bytes + h->n, bytes, n);
    h->n += (unsigned)n;
}

#define ADD(h, ...) add(h, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* Faults go on at the next snippet: its address is in the stack segment's variable, below 64 KB for every handler. CODE_AT: what CS is to be
 * then; 0: as it was. */
static void fault_handler(struct handler *h, unsigned vector, bool wide, bool error, unsigned code_at)
{
    if (wide) {
        if (error) ADD(h, 0x83, 0xC4, 0x04);                                      // add esp, 4
        if (vector == 16) ADD(h, 0xDB, 0xE2);                                     // fnclex
        ADD(h, 0x50, 0x2E, 0xA1, (STACK + RESUME) & 0xFF, (STACK + RESUME) >> 8, 0, 0); // push eax; mov eax, cs:[]
        if (code_at) ADD(h, 0xC7, 0x44, 0x24, 0x08, code_at & 0xFF, code_at >> 8, 0, 0); // mov dword [esp+8], code_at
        ADD(h, 0x89, 0x44, 0x24, 0x04, 0x58, 0xCF);                               // mov [esp+4], eax; pop eax; iret
    } else {
        if (error) ADD(h, 0x83, 0xC4, 0x02);
        if (vector == 16) ADD(h, 0xDB, 0xE2);
        ADD(h, 0x50, 0x55, 0x8B, 0xEC, 0x2E, 0xA1, (STACK + RESUME) & 0xFF, (STACK + RESUME) >> 8); // push ax; push bp; mov bp, sp; mov ax, cs:[]
        if (code_at) ADD(h, 0xC7, 0x46, 0x06, code_at & 0xFF, code_at >> 8);     // mov word [bp+6], code_at
        ADD(h, 0x89, 0x46, 0x04, 0x5D, 0x58, 0xCF);                               // mov [bp+4], ax; pop bp; pop ax; iret
    }
}

static void make_handler(const struct fuzz_case *f, struct handler *h, unsigned vector, bool wide, bool error)
{
    bool has_32 = f->model->family >= 3 && f->seed & 8, keeps_tf = f->seed % 5 == 0;

    if (vector == 1) { // clears TF, or lets it be; a breakpoint on an instruction is not to come again: by RF, or without breakpoints at all
        if (wide) ADD(h, 0x81, 0x4C, 0x24, 0x08, 0, 0, 1, 0);
        else if (has_32) ADD(h, 0x66, 0x50, 0x66, 0x31, 0xC0, 0x0F, 0x23, 0xF8, 0x66, 0x58);
        if (keeps_tf) ADD(h, 0xCF);
        else if (wide) ADD(h, 0x81, 0x64, 0x24, 0x08, 0xFF, 0xFE, 0xFF, 0xFF, 0xCF);
        else ADD(h, 0x55, 0x8B, 0xEC, 0x81, 0x66, 0x06, 0xFF, 0xFE, 0x5D, 0xCF);
    } else if (vector == 0x20) {
        ADD(h, 0x50, 0xB0, 0x20, 0xE6, 0x20, 0x58, 0xCF); // end of interrupt
    } else if (vector < 0x20 && vector != 2 && vector != 3 && vector != 4) {
        fault_handler(h, vector, wide, error, by_paragraph(f) ? CODE >> 4 : 0);
    } else if (vector == 0x3A || vector == 0x3B) { // gates of the other size
        ADD(h, 0x66, 0xCF);
    } else {
        ADD(h, 0xCF);
    }
}

static void write_handlers(struct fuzz_case *f, struct machine *m)
{
    bool     real = f->mode == MODE_REAL || f->mode == MODE_UNREAL, wide = !real && f->wide_gates;
    uint64_t type = f->wide_gates ? 0xEE : 0xE6;

    for (unsigned v = 0; v < 0x40; v++) {
        struct handler h = {.n = 0};
        uint32_t       at = HANDLERS + v * HANDLER_SIZE;

        make_handler(f, &h, v, wide, !real && has_error(v));
        machine_write_physical(m, at, h.bytes, h.n);
        put(m, 4 * v, at, 4);
        put(m, IDT + 8 * v, (at & 0xFFFF) | (uint64_t)(SEL_KERNEL * 8) << 16 | type << 40, 8);
    }
    if (real) return;
    put(m, IDT + 8 * 0x38 + 2, SEL_TASK32 * 8, 2), put(m, IDT + 8 * 0x38 + 5, 0xE5, 1); // task gates
    put(m, IDT + 8 * 0x39 + 2, SEL_TASK16 * 8, 2), put(m, IDT + 8 * 0x39 + 5, 0xE5, 1);
    put(m, IDT + 8 * 0x3C + 5, type & ~0x60u, 1), put(m, IDT + 8 * 0x3D + 5, type & ~0x80u, 1);
    if (f->model->family < 3) return;
    put(m, IDT + 8 * 0x3A + 5, f->wide_gates ? 0xE6 : 0xEE, 1), put(m, IDT + 8 * 0x3B + 5, f->wide_gates ? 0xE7 : 0xEF, 1);
}

/* --- pages ---------------------------------------------------------------------------------------------------------------------------------- */

/* The first megabyte is where it is; above it aliases of code and data, some of them read-only, and then nothing. */
static uint64_t entry_of(struct fuzz_case *f, uint32_t page)
{
    uint64_t more = f->has_nx && fuzz_chance(f, 4) ? 1ull << 63 : 0;
    uint32_t at = page << PAGE_SHIFT, user = at >= STACK || (at >= PAGES && f->seed % 3 == 0) ? 4 : 0;

    if (at < ALIASES) return at | 3 | user;
    if (at >= NOTHING || fuzz_chance(f, 10)) return 0;
    at = fuzz_chance(f, 3) ? CODE + fuzz_below(f, 6) * PAGE_SIZE : DATA + fuzz_below(f, 32) * PAGE_SIZE;
    if (fuzz_chance(f, 3)) more |= 0x100; // global
    return at | 1 | (fuzz_chance(f, 3) ? 0 : 2) | (fuzz_chance(f, 5) ? 0 : 4) | more;
}

static void write_pages(struct fuzz_case *f, struct machine *m)
{
    unsigned size = f->pae ? 8 : 4, per_table = PAGE_SIZE / size;
    uint32_t tables = PAGES + PAGE_SIZE;

    if (f->pae) { // four pointers, a directory, a table
        put(m, PAGES, tables | 1, 8);
        for (unsigned n = 1; n < 4; n++) put(m, PAGES + 8 * n, 0, 8);
        put(m, tables, (tables + PAGE_SIZE) | 7, 8);
        for (unsigned n = 1; n < per_table; n++) put(m, tables + 8 * n, 0, 8);
        tables += PAGE_SIZE;
    } else {
        put(m, PAGES, tables | 7, 4);
        for (unsigned n = 1; n < per_table; n++) put(m, PAGES + 4 * n, f->big_pages && n < 3 ? 0x87 | (n == 1 ? 0x100u : 0) : 0, 4); // all the first megabytes
    }
    for (unsigned n = 0; n < per_table && tables + size * n < SUPERVISOR_STACK - 0x400; n++) put(m, tables + size * n, entry_of(f, n), size);
}

static void write_data(struct fuzz_case *f, struct machine *m)
{
    static const uint64_t special[] = {0, 0x8000000000000000, 0x3FF0000000000000, 0xBFF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000,
                                       0x7FF8000000000000, 0x7FF0000000000001, 1, 0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x7FEFFFFFFFFFFFFF,
                                       0x7F8000007FC00000, 0x00000001807FFFFF, 0x3F8000003F800000, 0x7F800001FF800000, 0x43E0000000000000};
    static uint64_t words[0x20000 / 8];

    for (unsigned n = 0; n < 0x20000 / 8; n++)
        words[n] = fuzz_chance(f, 2) ? special[fuzz_below(f, sizeof(special) / 8)] : fuzz_chance(f, 2) ? fuzz_next(f) : fuzz_value(f);
    machine_write_physical(m, DATA, words, sizeof(words));
}

void write_memory(struct fuzz_case *f, struct machine *m)
{
    static const uint8_t zero[0x8000];

    machine_write_physical(m, 0, zero, sizeof(zero));
    machine_write_physical(m, STACK, zero, sizeof(zero));
    write_handlers(f, m);
    if (f->model->family >= 2) write_gdt(f, m);
    if (f->paged) write_pages(f, m);
    write_data(f, m);
    machine_write_physical(m, CODE, f->code, f->n);
}

/* --- the CPU ---------------------------------------------------------------------------------------------------------------------------------- */

static void load_segment(const struct fuzz_case *f, struct x86 *c, unsigned seg, unsigned n)
{
    uint32_t base, limit;
    unsigned access, attributes;

    segment_of(f, n, &base, &limit, &access, &attributes);
    if (attributes & 8) limit = limit << 12 | 0xFFF;
    c->seg[seg] = (struct x86_segment){.selector = (uint16_t)((n + (f->user ? SEL_USER : 0)) * 8 + (f->user ? 3 : 0)), .valid = true,
                                       .access = (uint16_t)(access | (f->user ? 0x60 : 0) | attributes << 12), .base = base, .limit = limit};
    x86_derive_segment(c, seg);
}

static void load_segments(const struct fuzz_case *f, struct x86 *c)
{
    static const uint8_t  n[SEG_COUNT] = {SEL_EXTRA, SEL_CODE, SEL_STACK, SEL_DATA, SEL_EXTRA, SEL_DATA};
    static const uint32_t base[SEG_COUNT] = {EXTRA, CODE, STACK, DATA, EXTRA, VIDEO};

    for (unsigned seg = 0; seg < SEG_COUNT; seg++) {
        if (f->mode == MODE_REAL || f->mode == MODE_UNREAL) x86_set_segment_real(c, seg, (uint16_t)(base[seg] >> 4));
        else if (f->mode == MODE_V86) x86_set_segment_v86(c, seg, (uint16_t)(base[seg] >> 4));
        else load_segment(f, c, seg, n[seg]);
        if (f->mode == MODE_UNREAL && seg != SEG_CS && (f->seed & 2 || seg == SEG_DS || seg == SEG_GS)) {
            c->seg[seg].limit = 0xFFFFFFFF;
            x86_derive_segment(c, seg);
        }
    }
}

static void load_control(const struct fuzz_case *f, struct x86 *c)
{
    c->gdtr = (struct x86_table){GDT, SEL_END * 8 - 1};
    if (f->mode != MODE_REAL && f->mode != MODE_UNREAL) {
        c->idtr = (struct x86_table){IDT, 0x7FF};
        c->cr0 |= CR0_PE;
        c->tr = (struct x86_segment){.selector = SEL_TSS * 8, .access = SEGA_P | (f->model->family >= 3 ? 11 : 3), .base = TSS, .limit = 0x88,
                                     .valid = true};
    }
    if (f->model->family >= 4)
        c->cr0 = (c->cr0 & ~(CR0_CD | CR0_NW)) | (f->seed & 1024 ? 0 : CR0_NE) | (f->seed & 64 ? CR0_WP : 0) | (f->seed & 128 ? CR0_AM : 0);
    if (f->model->features & FEAT_DE && f->seed & 4) c->cr4 |= CR4_DE;
    if (f->model->features & FEAT_VME && f->seed % 7 == 0) c->cr4 |= f->mode == MODE_V86 ? CR4_VME : CR4_PVI;
    if (f->has_sep) c->sysenter_cs = SEL_SYSENTER * 8, c->sysenter_eip = SYSENTER, c->sysenter_esp = SUPERVISOR_STACK;
    if (f->has_sse) c->cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
    if (!f->paged) return;
    c->cr3 = PAGES;
    if (f->big_pages) c->cr4 |= CR4_PSE;
    if (f->model->features & FEAT_PGE && f->seed & 256) c->cr4 |= CR4_PGE;
    if (f->has_nx) c->msr_efer |= 1 << 11; // NXE
    if (f->pae) c->cr4 |= CR4_PAE;
    if (f->pae) x86_load_pdptes(c, c->cr3);
    c->cr0 |= CR0_PG;
}

/* The interrupt controller, with vectors from 20h, lets the timer through alone. */
static void start_timer(const struct fuzz_case *f, struct bus *bus)
{
    static const uint16_t writes[][2] = {{0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}, {0x21, 0xFE}, {0x43, 0x34}};

    for (unsigned n = 0; n < sizeof(writes) / sizeof(writes[0]); n++) bus_out(bus, writes[n][0], writes[n][1], 1);
    bus_out(bus, 0x40, f->pit & 0xFF, 1);
    bus_out(bus, 0x40, f->pit >> 8, 1);
}

/* Of code that cannot set them itself: a breakpoint somewhere. */
static void set_breakpoint(const struct fuzz_case *f, struct fuzz_case *own, struct x86 *c)
{
    unsigned kind;

    if ((!f->user && f->mode != MODE_V86) || f->model->family < 3 || !fuzz_chance(own, 6)) return;
    kind = fuzz_below(own, 4);
    c->dr[0] = kind == 2 ? 0x61 : kind == 0 ? CODE + fuzz_below(own, f->n) : fuzz_chance(own, 3) ? STACK + COUNT : DATA + fuzz_below(own, 0x4000);
    c->dr[7] = 0x401 | kind << 16 | PICK(own, 0, 1, 3) << 18;
}

/* Caches that are full again and again, in one case of four; in one of sixteen a host without BMI2, in one of four no luck with groups. */
static void limit_host(const struct fuzz_case *f, struct x86 *c)
{
    if (f->seed % 16 == 5) host_without_bmi2(c);
    if (f->seed % 4 == 2) host_with_misfortunes(c, 1 + f->seed / 4 % 4);
    if (f->seed % 4 != 3) return;
    c->tlb.most = f->seed & 16 ? 12 : 40;
    c->cache->size = 60 << 10;
    if (c->jit) x86_jit_contexts(c, 5);
}

void prepare_cpu(const struct fuzz_case *f, struct machine *m)
{
    struct fuzz_case own = *f; // the same numbers for both machines
    struct x86      *c = &m->pc.cpu;

    load_control(f, c);
    if (f->mode == MODE_V86) c->eflags |= FLAG_VM | FLAG_IOPL;
    load_segments(f, c);
    if (f->user) c->eflags |= f->seed & 32 ? FLAG_IOPL : 0;
    x86_set_cpl(c, f->user || f->mode == MODE_V86 ? 3 : 0);
    for (unsigned n = 0; n < 8; n++) c->gpr[n] = fuzz_value(&own) & (f->model->family >= 3 ? 0xFFFFFFFF : 0xFFFF);
    c->gpr[REG_ESP] = is_flat(f) ? STACK + STACK_TOP : STACK_TOP;
    c->eip = is_flat(f) ? CODE : 0;
    if (f->pit) c->eflags |= FLAG_IF;
    set_breakpoint(f, &own, c);
    limit_host(f, c);
    phys_set_a20(&m->pc.phys, true);
    x86_tlb_flush(c, false);
    x86_tlb_select(c);
    x86_update_step(c);
    if (!f->pit) return;
    start_timer(f, &m->pc.bus);
}
