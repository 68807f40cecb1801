/* machine_lockstep_find.c: what differs between the two machines, and the instruction that made the difference. See machine_lockstep.h. */
#include "machine/machine_lockstep.h"

#include "cpu/x86/flags.h"
#include "machine/snapshot_fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* --- what differs ------------------------------------------------------------------------------------------------------------------------ */

static void __attribute__((format(printf, 4, 5))) add(struct lockstep *l, uint64_t interp, uint64_t jit, const char *format, ...)
{
    struct machine_difference_item *i = &l->d.item[l->d.items];
    va_list                         args;

    if (interp == jit) return;
    if (l->d.items == MACHINE_DIFFERENCES) {
        l->d.more = true;
        return;
    }
    va_start(args, format);
    vsnprintf(i->name, sizeof(i->name), format, args);
    va_end(args);
    i->interp = interp;
    i->jit = jit;
    l->d.items++;
}

static uint64_t uint_at(const void *p, uint32_t size)
{
    uint64_t v = 0;

    memcpy(&v, p, size); // the hosts are little-endian
    return v;
}

static void add_fields(struct lockstep *l, const char *prefix, const struct state_field *fields, const uint8_t *a, const uint8_t *b);

static void add_field(struct lockstep *l, const char *prefix, const struct state_field *f, const uint8_t *a, const uint8_t *b)
{
    char name[64];

    if (f->kind == STATE_KIND_BUFFER || f->kind == STATE_KIND_GROWING) {
        const uint8_t *x = *(uint8_t *const *)(const void *)(a + f->offset), *y = *(uint8_t *const *)(const void *)(b + f->offset);
        uint64_t       n = uint_at(a + f->extra, 4);

        if (n != uint_at(b + f->extra, 4)) return; // told by its own field
        for (uint64_t k = 0; x && y && k < n; k++) add(l, x[k], y[k], "%s%s[%" PRIX64 "]", prefix, f->name, k);
        return;
    }
    for (uint32_t k = 0; k < f->count; k++) {
        const uint8_t *x = a + f->offset + k * f->size, *y = b + f->offset + k * f->size;

        if (f->count > 1) snprintf(name, sizeof(name), "%s%s[%" PRIu32 "]", prefix, f->name, k);
        else snprintf(name, sizeof(name), "%s%s", prefix, f->name);
        if (f->kind == STATE_KIND_UINT) {
            add(l, uint_at(x, f->size), uint_at(y, f->size), "%s", name);
        } else if (f->kind == STATE_KIND_BYTES) {
            for (uint32_t n = 0; n < f->size; n++) add(l, x[n], y[n], "%s[%" PRIX32 "]", name, n);
        } else if (f->kind == STATE_KIND_EVENT) {
            const struct event *e = (const void *)x, *g = (const void *)y;
            add(l, e->pending, g->pending, "%s.pending", name);
            if (e->pending && g->pending) add(l, e->when, g->when, "%s.when", name);
        } else if (f->kind == STATE_KIND_STRUCT) {
            strncat(name, ".", sizeof(name) - strlen(name) - 1);
            add_fields(l, name, f->fields, x, y);
        }
    }
}

static void add_fields(struct lockstep *l, const char *prefix, const struct state_field *fields, const uint8_t *a, const uint8_t *b)
{
    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) add_field(l, prefix, f, a, b);
}

/* Registers by the names that people know; then the rest of the CPU by its fields. */
static void add_cpu(struct lockstep *l)
{
    static const char *const gpr[8] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    static const char *const known[] = {"gpr", "fl_res", "fl_carry", "fl_top", "eip", "eflags", "limit", "budget", "tlb_image", NULL};
    struct x86              *a = &l->side[0].m->pc.cpu, *b = &l->side[1].m->pc.cpu;
    uint32_t                 page = lockstep_translation(l);
    bool                     same = x86_get_eflags(a) == x86_get_eflags(b);

    for (unsigned n = 0; n < 8; n++) add(l, a->gpr[n], b->gpr[n], "%s", gpr[n]);
    add(l, a->eip, b->eip, "eip");
    add(l, x86_get_eflags(a), x86_get_eflags(b), "eflags");
    for (const struct state_field *f = x86_ops.fields; f->kind != STATE_KIND_END; f++) {
        bool is_known = false;

        for (unsigned n = 0; known[n]; n++) is_known |= !strcmp(known[n], f->name) && !(same && !strncmp(f->name, "fl_", 3));
        if (!is_known) add_field(l, "", f, (const uint8_t *)a, (const uint8_t *)b);
    }
    add(l, a->tlb.listed, b->tlb.listed, "translations cached");
    if (page != UINT32_MAX) add(l, a->tlb.entry[page], b->tlb.entry[page], "translation of %08" PRIX32, page << PAGE_SHIFT);
}

static void add_page(struct lockstep *l, uint32_t place)
{
    const uint8_t *a = lockstep_place(&l->side[0], place), *b = lockstep_place(&l->side[1], place);
    uint64_t       at = (uint64_t)place << PAGE_SHIFT, ram = l->side[0].m->pc.phys.host_size;

    if (!memcmp(a, b, PAGE_SIZE)) return;
    for (uint32_t n = 0; n < PAGE_SIZE; n++) {
        if (at < ram) add(l, a[n], b[n], "RAM %08" PRIX64, at + n);
        else add(l, a[n], b[n], "video memory %06" PRIX64, at - ram + n);
    }
}

static size_t devices_of(struct machine *m, struct snapshot_device *list)
{
    size_t n = pc_devices(&m->pc, list, PC_MAX_DEVICES);

    list[n++] = (struct snapshot_device){&typist_ops, &m->typist, NULL};
    list[n++] = (struct snapshot_device){&machine_ops, m, NULL};
    return n;
}

static void add_devices(struct lockstep *l)
{
    struct snapshot_device a[PC_MAX_DEVICES + 2], b[PC_MAX_DEVICES + 2];
    size_t                 n = devices_of(l->side[0].m, a);
    char                   prefix[40];

    devices_of(l->side[1].m, b);
    for (size_t k = 0; k < n; k++) {
        if (a[k].ops == &x86_ops || a[k].ops == &vga_ops) continue; // the VGA's memory is compared by pages
        snprintf(prefix, sizeof(prefix), "%s.", a[k].name ? a[k].name : a[k].ops->name);
        add_fields(l, prefix, a[k].ops->fields, a[k].device, b[k].device);
    }
}

void lockstep_list_differences(struct lockstep *l)
{
    const struct machine *a = l->side[0].m, *b = l->side[1].m;

    l->d.items = 0;
    l->d.more = false;
    add(l, x86_retired(&a->pc.cpu), x86_retired(&b->pc.cpu), "instructions");
    add(l, machine_time(a), machine_time(b), "time");
    add_cpu(l);
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++)
        for (unsigned k = 0; k < l->side[n].pages; k++)
            if (!n || !l->side[0].seen[l->side[n].page[k].place]) add_page(l, l->side[n].page[k].place);
    if (l->place != UINT32_MAX) add_page(l, l->place);
    add_devices(l);
    add(l, clock_next_event(&a->pc.clock), clock_next_event(&b->pc.clock), "next event");
}

/* --- everything -------------------------------------------------------------------------------------------------------------------------- */

static bool equal_device(const struct snapshot_device *a, const struct snapshot_device *b)
{
    size_t   n = fields_size(a->ops->fields, a->device);
    uint8_t *x = malloc(n + 1), *y = malloc(n + 1);
    bool     equal = x && y && n == fields_size(b->ops->fields, b->device);

    if (equal) {
        fields_store(a->ops->fields, a->device, x);
        fields_store(b->ops->fields, b->device, y);
        equal = !memcmp(x, y, n);
    }
    free(x);
    free(y);
    return equal;
}

bool lockstep_equal_all(struct lockstep *l)
{
    struct snapshot_device a[PC_MAX_DEVICES + 2], b[PC_MAX_DEVICES + 2];
    size_t                 n = devices_of(l->side[0].m, a);
    bool                   equal = true;

    devices_of(l->side[1].m, b);
    for (unsigned k = 0; k < LOCKSTEP_SIDES; k++) x86_freeze(&l->side[k].m->pc.cpu);
    for (size_t k = 0; k < n; k++) equal &= equal_device(&a[k], &b[k]);
    for (unsigned k = 0; k < LOCKSTEP_SIDES; k++) l->side[k].m->pc.cpu.tlb_image_size = 0;
    if (!equal) return false;
    for (uint32_t place = 0; place < l->places; place++)
        if (memcmp(lockstep_place(&l->side[0], place), lockstep_place(&l->side[1], place), PAGE_SIZE)) {
            l->place = place;
            return false;
        }
    return true;
}

/* --- since when -------------------------------------------------------------------------------------------------------------------------- */

/* Runs one side to instruction GOAL: the CPU alone, without events and requests. */
static void run_to(struct lockstep_side *s, uint64_t goal)
{
    struct x86 *c = &s->m->pc.cpu;

    for (unsigned idle = 0; x86_retired(c) < goal && !c->halted && idle < 2;) {
        uint64_t before = x86_retired(c);
        machine_run_cpu(s->m, goal);
        idle = x86_retired(c) == before ? idle + 1 : 0;
    }
}

/* The translator's side, unit by unit, until it is at instruction GOAL or beyond. A goal that it may not pass would have the interpreter run
 * what does not fit, which hides the difference. */
static void run_units(struct lockstep *l, uint64_t goal)
{
    struct lockstep_side      *s = &l->side[LOCKSTEP_JIT];
    struct machine_difference *d = &l->d;
    struct x86                *c = &s->m->pc.cpu;

    d->units = 0;
    for (unsigned n = 0; n < 1000000 && x86_retired(c) < goal && !c->halted; n++) {
        struct machine_block b = lockstep_block(s);

        c->step_blocks = true;
        machine_run_cpu(s->m, goal + (1 << 20));
        c->step_blocks = false;
        if (c->exc.pending) machine_run_cpu(s->m, x86_retired(c) + 1);
        b.count = x86_retired(c) - b.instruction;
        if (d->units == MACHINE_UNITS) memmove(d->unit, d->unit + 1, --d->units * sizeof(d->unit[0]));
        d->unit[d->units++] = b;
    }
}

/* Whether the two differ when they run COUNT instructions of the step in one go. */
static bool differs_after(struct lockstep *l, uint64_t count)
{
    lockstep_go_back(l);
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) run_to(&l->side[n], l->from + count);
    return !lockstep_equal(l);
}

/* The same by whole units, COUNT instructions or some more. */
static bool differs_by_units(struct lockstep *l, uint64_t count)
{
    lockstep_go_back(l);
    run_units(l, l->from + count);
    run_to(&l->side[LOCKSTEP_INTERP], x86_retired(&l->side[LOCKSTEP_JIT].m->pc.cpu));
    return !lockstep_equal(l);
}

struct machine_block lockstep_block(struct lockstep_side *s)
{
    struct x86          *c = &s->m->pc.cpu;
    struct machine_block b = {.instruction = x86_retired(c), .cs = c->seg[SEG_CS].selector, .eip = c->eip,
                              .linear = c->seg[SEG_CS].base + c->eip, .bits = c->code32 ? 32 : 16, .eflags = x86_get_eflags(c)};

    for (unsigned n = 0; n < 8; n++) b.gpr[n] = (uint32_t)c->gpr[n];
    return b;
}

static void trace_interpreter(struct lockstep *l, uint64_t count)
{
    struct lockstep_side      *s = &l->side[LOCKSTEP_INTERP];
    struct machine_difference *d = &l->d;
    uint64_t                   first = count > MACHINE_BLOCKS ? count - MACHINE_BLOCKS : 0;

    lockstep_go_back(l);
    run_to(s, l->from + first);
    for (uint64_t n = first; n < count && !s->m->pc.cpu.halted; n++) {
        struct machine_block *b = &d->traced[d->n_traced++];

        *b = lockstep_block(s);
        machine_read(s->m, b->linear, b->bytes, sizeof(b->bytes));
        run_to(s, l->from + n + 1);
        b->count = x86_retired(&s->m->pc.cpu) - b->instruction;
    }
}

/* The smallest number of instructions after which they differ, up to HIGH. */
static uint64_t first_difference(struct lockstep *l, uint64_t high)
{
    uint64_t low = 0;

    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (differs_after(l, middle)) high = middle;
        else low = middle;
    }
    return high;
}

void lockstep_find(struct lockstep *l)
{
    struct machine_difference *d = &l->d;
    uint64_t                   count = d->to - d->from;
    bool                       by_units;

    d->found = MACHINE_FOUND_DEVICES;
    if (!count || !lockstep_can_go_back(l)) return;
    d->found = MACHINE_FOUND_ONCE;
    if (l->is_stretch) {
        if (!differs_after(l, count)) return;
        count = first_difference(l, count);
    }
    by_units = differs_by_units(l, count);
    if (by_units) count = x86_retired(&l->side[LOCKSTEP_JIT].m->pc.cpu) - l->from;
    else if (!l->is_stretch || !differs_after(l, count)) return;
    d->found = by_units ? MACHINE_FOUND_AGAIN : MACHINE_FOUND_LINKED;
    if (l->from + count != d->to) { // else what was seen the first time is surer: translations cached then may be missing now
        d->to = l->from + count;
        for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) d->after[n] = lockstep_block(&l->side[n]);
        lockstep_list_differences(l);
    }
    trace_interpreter(l, count);
}
