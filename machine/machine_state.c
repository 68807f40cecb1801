/* machine_state.c: saving, loading and hashing a machine; looking into it. */
#include "cpu/x86/block_cache.h"
#include "machine/machine_lockstep.h"
#include "util/cp437.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LATEST (1ull << 62) /* ns: 146 years */

/* What a file says of the time has to fit together: a clock that has to catch up with centuries would never come to an end. */
static int loaded(void *opaque)
{
    struct machine *m = opaque;
    uint64_t        retired = x86_retired(&m->pc.cpu), now = m->pc.clock.now, time;

    if (m->mips < 1 || m->mips > 100000 || m->stop > STOP_REQUEST || m->base_instruction > retired) return -EINVAL;
    time = machine_ns_at(m, retired); // the chips have been told the time at the end of each slice
    return m->base_ns <= time && time < now + NS_PER_SECOND && now < LATEST ? 0 : -EINVAL;
}

/* Only what concerns time and stops: the rest belongs to the chips. */
static const struct state_field machine_fields[] = {
    STATE_UINT(struct machine, base_ns), STATE_UINT(struct machine, base_instruction), STATE_UINT(struct machine, mips),
    STATE_UINT(struct machine, stop), STATE_UINT(struct machine, crashed), STATE_UINT(struct machine, exit_status),
    STATE_UINT(struct machine, reset_requested), STATE_UINT(struct machine, reset_hard), STATE_UINT(struct machine, kernel_requested), STATE_UINT(struct machine, dead_since),
    STATE_SKIP(struct machine, pc), STATE_SKIP(struct machine, config), STATE_SKIP(struct machine, host), STATE_SKIP(struct machine, typist),
    STATE_SKIP(struct machine, loader), STATE_SKIP(struct machine, lockstep), STATE_SKIP(struct machine, twinned), STATE_SKIP(struct machine, leader), STATE_SKIP(struct machine, stop_requested), STATE_SKIP(struct machine, run_ns), STATE_SKIP(struct machine, cpu_ns), STATE_SKIP(struct machine, step_limit),
    STATE_SKIP(struct machine, loaded),
    STATE_SKIP(struct machine, floppy), STATE_SKIP(struct machine, disk), STATE_SKIP(struct machine, cdrom), STATE_SKIP(struct machine, cd_place),
    STATE_SKIP(struct machine, cells), STATE_SKIP(struct machine, trace), STATE_SKIP(struct machine, trace_opaque), STATE_END,
};
const struct device_ops machine_ops = {.name = "machine", .version = 1, .fields = machine_fields, .loaded = loaded};

#define MAX_PROPERTIES 16

/* A machine as the snapshot functions want it. */
struct picture {
    struct snapshot          s;
    struct snapshot_device   devices[PC_MAX_DEVICES + 2];
    struct snapshot_ram      ram[1];
    struct snapshot_disk     disks[MACHINE_FLOPPIES + MACHINE_DISKS];
    struct snapshot_property properties[MAX_PROPERTIES];
    char                     text[MAX_PROPERTIES][32];
};

static void add_property(struct picture *p, const char *name, const char *format, uint64_t value)
{
    size_t n = p->s.property_count++;

    snprintf(p->text[n], sizeof(p->text[n]), format, value);
    p->properties[n] = (struct snapshot_property){name, p->text[n]};
}

static void add_medium(struct picture *p, const char *name, struct block *b)
{
    if (!b) {
        snprintf(p->text[p->s.property_count], 32, "none");
        p->properties[p->s.property_count] = (struct snapshot_property){name, p->text[p->s.property_count]};
        p->s.property_count++;
        return;
    }
    add_property(p, name, "%" PRIu64 " bytes", b->size);
    if (name[0] != 'c') p->disks[p->s.disk_count++] = (struct snapshot_disk){name, b};
}

static int take_picture(struct machine *m, struct picture *p)
{
    static const char *const disks[MACHINE_DISKS] = {"disk.0", "disk.1", "disk.2", "disk.3"};
    int                      result = x86_freeze(&m->pc.cpu);

    if (result) return result;
    memset(p, 0, sizeof(*p));
    p->s.device_count = pc_devices(&m->pc, p->devices, PC_MAX_DEVICES);
    p->devices[p->s.device_count++] = (struct snapshot_device){&typist_ops, &m->typist, NULL};
    p->devices[p->s.device_count++] = (struct snapshot_device){&machine_ops, m, NULL};
    p->ram[0] = (struct snapshot_ram){"ram", m->pc.phys.ram, m->pc.phys.host_size, NULL};
    p->s.ram_count = 1;
    add_property(p, "memory", "%" PRIu64 " KB", m->config.memory >> 10);
    snprintf(p->text[p->s.property_count], 32, "%s", m->pc.cpu.model->name);
    p->properties[p->s.property_count] = (struct snapshot_property){"cpu", p->text[p->s.property_count]};
    p->s.property_count++;
    add_medium(p, "floppy.a", m->floppy[0]);
    add_medium(p, "floppy.b", m->floppy[1]);
    for (unsigned n = 0; n < MACHINE_DISKS; n++) add_medium(p, disks[n], m->disk[n]);
    add_medium(p, "cdrom", m->cdrom);
    p->s.devices = p->devices;
    p->s.ram = p->ram;
    p->s.disks = p->disks;
    p->s.properties = p->properties;
    p->s.clock = &m->pc.clock;
    return 0;
}

int machine_save(struct machine *m, const char *path, char *error, size_t error_size)
{
    struct picture p;
    int            result;

    if (machine_has_file(m, path)) {
        snprintf(error, error_size, "%s: the machine uses this file: the state is not saved", path);
        return -EBUSY;
    }
    if ((result = take_picture(m, &p))) {
        snprintf(error, error_size, "%s: not enough memory to save the state", path);
        return result;
    }
    return snapshot_save(&p.s, path, error, error_size);
}

int machine_load(struct machine *m, const char *path, char *error, size_t error_size)
{
    struct picture p;
    uint64_t       executed = machine_executed(m);
    int            result = take_picture(m, &p);

    if (result) {
        snprintf(error, error_size, "%s: not enough memory to load the state", path);
        return result;
    }
    result = snapshot_load(&p.s, path, error, error_size);
    m->loaded = x86_retired(&m->pc.cpu) - executed;
    x86_blocks_flush(&m->pc.cpu);
    x86_tlb_drop_fast(&m->pc.cpu, 0, 0, false);
    return !result && m->lockstep ? machine_load(lockstep_twin(m), path, error, error_size) : result;
}

uint64_t machine_state_hash(struct machine *m)
{
    struct picture p;

    return take_picture(m, &p) ? 0 : snapshot_hash(&p.s);
}

/* --- screen ------------------------------------------------------------------------------------------------------------------------ */

bool machine_screen(struct machine *m, struct machine_screen *out)
{
    struct vga_picture p;
    bool               changed = vga_screen(&m->pc.vga, &p);

    *out = (struct machine_screen){p.pixels, p.width, p.height, p.aspect_width, p.aspect_height};
    if (changed) x86_tlb_drop_fast(&m->pc.cpu, 0, 0, true); // so that new writes are noticed
    return changed;
}

void machine_text(struct machine *m, struct machine_text *out)
{
    struct vga_text t;

    vga_text(&m->pc.vga, &t);
    *out = (struct machine_text){t.columns, t.rows, t.cells, t.cursor_column, t.cursor_row, t.cursor_visible};
}

char *machine_screen_text(struct machine *m)
{
    struct vga_text t;
    size_t          n = 0;
    char           *text;

    vga_text(&m->pc.vga, &t);
    text = malloc((size_t)t.rows * (t.columns * UTF8_MAX + 1) + 1);
    if (!text) return NULL;
    for (unsigned row = 0; row < t.rows; row++) {
        const uint8_t *cell = t.cells + (size_t)row * t.columns * 2;
        unsigned       width = t.columns;

        while (width && (cell[2 * (width - 1)] == ' ' || cell[2 * (width - 1)] == 0)) width--;
        for (unsigned k = 0; k < width; k++) n += utf8_encode(text + n, cp437_to_unicode(cell[2 * k]));
        text[n++] = '\n';
    }
    text[n] = 0;
    return text;
}

/* --- inspection --------------------------------------------------------------------------------------------------------------------- */

int machine_reg(struct machine *m, const char *name, uint64_t *value)
{
    return x86_reg_get(&m->pc.cpu, name, value);
}

int machine_set_reg(struct machine *m, const char *name, uint64_t value)
{
    if (m->lockstep) machine_set_reg(lockstep_twin(m), name, value);
    return x86_reg_set(&m->pc.cpu, name, value);
}

const char *machine_reg_name(unsigned n)
{
    return x86_reg_name(n);
}

/* Applies ONE to each page-sized piece of a linear range; stops at the first that is not mapped. */
static size_t each_page(struct machine *m, uint64_t linear, uint8_t *buf, size_t n, bool write)
{
    size_t done = 0;

    while (done < n) {
        uint32_t lin = (uint32_t)(linear + done), phys;
        size_t   step = PAGE_SIZE - (lin & PAGE_MASK), good;

        if (step > n - done) step = n - done;
        if (!x86_peek_translate(&m->pc.cpu, lin, &phys)) break;
        good = write ? machine_write_physical(m, phys, buf + done, step) : machine_read_physical(m, phys, buf + done, step);
        done += good;
        if (good < step) break;
    }
    return done;
}

size_t machine_read(struct machine *m, uint64_t linear, void *buf, size_t n)
{
    return each_page(m, linear, buf, n, false);
}

size_t machine_write(struct machine *m, uint64_t linear, const void *buf, size_t n)
{
    return each_page(m, linear, (uint8_t *)buf, n, true);
}

size_t machine_read_physical(struct machine *m, uint64_t addr, void *buf, size_t n)
{
    return phys_peek(&m->pc.phys, addr, buf, n);
}

size_t machine_write_physical(struct machine *m, uint64_t addr, const void *buf, size_t n)
{
    size_t done = 0;

    if (m->lockstep) machine_write_physical(lockstep_twin(m), addr, buf, n);
    while (done < n && !((addr + done) >> 32) && phys_writer(&m->pc.phys, (uint32_t)(addr + done))->kind == PHYS_RAM) {
        size_t step = PAGE_SIZE - ((addr + done) & PAGE_MASK);
        if (step > n - done) step = n - done;
        phys_write_block(&m->pc.phys, addr + done, (const uint8_t *)buf + done, step);
        done += step;
    }
    return done;
}

/* --- trace ------------------------------------------------------------------------------------------------------------------------------ */

static void on_trace(void *opaque, const struct x86_insn *i, const uint8_t *bytes)
{
    struct machine      *m = opaque;
    struct x86          *c = &m->pc.cpu;
    struct machine_trace t = {.instruction = x86_retired_at(c, i), .linear = c->seg[SEG_CS].base + c->eip, .offset = c->eip,
                              .cs = c->seg[SEG_CS].selector, .bits = c->code32 ? 32 : 16, .length = i->len};

    (void)bytes;
    machine_read(m, t.linear, t.bytes, t.length < sizeof(t.bytes) ? t.length : sizeof(t.bytes));
    m->trace(m->trace_opaque, &t);
}

void machine_set_trace(struct machine *m, machine_trace_fn *fn, void *opaque)
{
    m->trace = fn;
    m->trace_opaque = opaque;
    m->pc.cpu.trace = fn ? on_trace : NULL;
    m->pc.cpu.trace_opaque = m;
    x86_update_step(&m->pc.cpu);
}
