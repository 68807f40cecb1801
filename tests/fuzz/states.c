/* states.c: saved states at random moments: a machine that loads one is the machine that saved it, and goes on as that does, however
 * its time is cut into slices; a file that is not whole changes nothing. */
#include "tests/fuzz/fuzz.h"

#include "cpu/cpu.h"
#include "machine/snapshot_fields.h"
#include "machine/snapshot_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

/* --- what differs ------------------------------------------------------------------------------------------------------------ */

static size_t devices_of(struct machine *m, struct snapshot_device *list)
{
    size_t n = pc_devices(&m->pc, list, PC_MAX_DEVICES);

    list[n++] = (struct snapshot_device){&typist_ops, &m->typist, NULL};
    list[n++] = (struct snapshot_device){&machine_ops, m, NULL};
    return n;
}

/* Prints which fields of A and B differ, by their tables. */
static void print_fields(const char *name, const struct state_field *fields, const void *a, const void *b)
{
    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) {
        struct state_field one[2] = {*f, STATE_END};
        size_t             na = fields_size(one, a), nb = fields_size(one, b);
        uint8_t           *pa = malloc(na + 1), *pb = malloc(nb + 1);

        fields_store(one, a, pa);
        fields_store(one, b, pb);
        if (na != nb || memcmp(pa, pb, na)) {
            fprintf(stderr, "  %s.%s:", name, f->name);
            for (size_t k = 0; k < na && k < nb; k++)
                if (pa[k] != pb[k]) {
                    fprintf(stderr, " at %zu:", k);
                    for (size_t j = k; j < k + 8 && j < na && j < nb; j++) fprintf(stderr, " %02x/%02x", pa[j], pb[j]);
                    break;
                }
            fprintf(stderr, " (%zu, %zu bytes)\n", na, nb);
            if (f->kind == STATE_KIND_STRUCT)
                for (uint32_t k = 0; k < f->count; k++)
                    print_fields(f->name, f->fields, (const uint8_t *)a + f->offset + k * f->size, (const uint8_t *)b + f->offset + k * f->size);
        }
        free(pa), free(pb);
    }
}

static void print_difference(struct machine *a, struct machine *b)
{
    struct snapshot_device da[PC_MAX_DEVICES + 2], db[PC_MAX_DEVICES + 2];
    size_t                 n = devices_of(a, da);

    devices_of(b, db);
    fprintf(stderr, "  time %llu %llu\n", (unsigned long long)clock_now(&a->pc.clock), (unsigned long long)clock_now(&b->pc.clock));
    for (size_t k = 0; k < n; k++) print_fields(snapshot_device_name(&da[k]), da[k].ops->fields, da[k].device, db[k].device);
    for (uint64_t page = 0; page < a->pc.phys.host_size / PAGE_SIZE; page++)
        if (memcmp(a->pc.phys.ram + page * PAGE_SIZE, b->pc.phys.ram + page * PAGE_SIZE, PAGE_SIZE)) {
            uint32_t at = (uint32_t)page * PAGE_SIZE;
            while (a->pc.phys.ram[at] == b->pc.phys.ram[at]) at++;
            fprintf(stderr, "  RAM at %X: %02X %02X\n", at, a->pc.phys.ram[at], b->pc.phys.ram[at]);
        }
}

static void expect_hash(struct fuzz *f, uint64_t want, const char *what)
{
    if (machine_state_hash(f->m) != want) fuzz_fail(f, "the state hash differs: %s", what);
}

/* --- maps: they are not in the state, but follow from it ------------------------------------------------------------------------- */

/* Where a pointer of a machine leads, as a number that is the same in every machine. */
static uint64_t place(const struct machine *m, const void *p)
{
    const uint8_t *const at = p, *const bases[] = {(const uint8_t *)m, m->pc.phys.ram, m->pc.vga.memory, m->pc.vga.dirty, m->pc.bios.bytes, m->pc.vga_bios.bytes};
    const uint64_t       sizes[] = {sizeof(*m), m->pc.phys.host_size, VGA_MEMORY_SIZE, VGA_MEMORY_SIZE / PAGE_SIZE, m->pc.bios.size, m->pc.vga_bios.size};

    for (unsigned n = 0; n < COUNT_OF(bases); n++)
        if (at >= bases[n] && at < bases[n] + sizes[n]) return (uint64_t)(n + 1) << 40 | (uint64_t)(at - bases[n]);
    return 0;
}

static bool same_region(const struct machine *a, const struct phys_region *x, const struct machine *b, const struct phys_region *y)
{
    return x->kind == y->kind && (x->kind == PHYS_NONE || (x->base == y->base && x->size == y->size && x->ops == y->ops &&
                                                           place(a, x->host) == place(b, y->host) && place(a, x->device) == place(b, y->device)));
}

static void compare_maps(struct fuzz *f, struct machine *copy)
{
    const struct phys *a = &f->m->pc.phys, *b = &copy->pc.phys;

    for (uint32_t page = 0; page < PHYS_PAGES; page++) {
        if (page && a->read_map[page] == a->read_map[page - 1] && b->read_map[page] == b->read_map[page - 1] &&
            a->write_map[page] == a->write_map[page - 1] && b->write_map[page] == b->write_map[page - 1])
            continue;
        if (!same_region(f->m, phys_reader(a, page << PAGE_SHIFT), copy, phys_reader(b, page << PAGE_SHIFT)) ||
            !same_region(f->m, phys_writer(a, page << PAGE_SHIFT), copy, phys_writer(b, page << PAGE_SHIFT)))
            fuzz_fail(f, "after a load, physical page %Xh is something else", page);
    }
    for (unsigned n = 0; n < 65536; n++) {
        const struct bus_port *p = &f->m->pc.bus.port[n], *q = &copy->pc.bus.port[n];
        if (p->ops != q->ops || (p->ops && (p->base != q->base || place(f->m, p->device) != place(copy, q->device))))
            fuzz_fail(f, "after a load, port %Xh is something else", n);
    }
    if (a->a20_mask != b->a20_mask) fuzz_fail(f, "after a load, the A20 gate is different");
}

/* --- damaged files ------------------------------------------------------------------------------------------------------------- */

static uint8_t *read_whole(struct fuzz *f, const char *path, size_t *n)
{
    FILE    *file = fopen(path, "rb");
    uint8_t *bytes;

    if (!file) fuzz_fail(f, "%s cannot be opened", path);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(*n);
    if (fread(bytes, 1, *n, file) != *n) fuzz_fail(f, "%s cannot be read", path);
    fclose(file);
    return bytes;
}

static void write_whole(struct fuzz *f, const char *path, const uint8_t *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file)) fuzz_fail(f, "%s cannot be written", path);
}

static void set32(uint8_t *p, uint32_t v)
{
    for (unsigned n = 0; n < 4; n++) p[n] = (uint8_t)(v >> (8 * n));
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, 8);
    return v;
}

/* Changes values of a device and makes the checksums right again: a file from someone with bad intentions. */
static void forge(struct fuzz *f, uint8_t *bytes, size_t n)
{
    unsigned victim = fuzz_below(f, 28), number = 0;

    for (uint8_t *p = bytes + SNAPSHOT_FILE_HEADER; p + SNAPSHOT_HEADER < bytes + n - SNAPSHOT_TRAILER; number++) {
        size_t size = (size_t)get64(p + 40);

        if ((number == victim || victim == 27) && p[24] == SNAPSHOT_DEVICE && size)
            for (unsigned k = 1 + fuzz_below(f, 4); k-- > 0;) p[SNAPSHOT_HEADER + fuzz_below(f, size < 4096 ? (uint32_t)size : 4096)] = (uint8_t)fuzz_value(f);
        set32(p + 36, (uint32_t)crc32_z(0, p + SNAPSHOT_HEADER, size));
        set32(p + 56, (uint32_t)crc32_z(0, p, 56));
        p += SNAPSHOT_HEADER + size;
    }
    set32(bytes + n - 4, (uint32_t)crc32_z(0, bytes, n - 4));
}

/* A file that is truncated, altered or too long is refused. */
static void load_damaged(struct fuzz *f, uint64_t hash)
{
    size_t   n, keep;
    uint8_t *bytes = read_whole(f, f->state[0], &n);
    char     error[256];

    keep = n;
    switch (fuzz_below(f, 3)) {
    case 0: keep = fuzz_below(f, (uint32_t)n); break;
    case 1: bytes[fuzz_below(f, fuzz_chance(f, 2) ? (uint32_t)n : 200)] ^= (uint8_t)(1 + fuzz_below(f, 255)); break;
    default:
        bytes = realloc(bytes, n + 100);
        fuzz_bytes(f, bytes + n, 100);
        keep += 1 + fuzz_below(f, 100);
    }
    write_whole(f, f->state[1], bytes, keep);
    free(bytes);
    error[0] = 0;
    if (machine_load(f->m, f->state[1], error, sizeof(error)) == 0) fuzz_fail(f, "a damaged state was loaded");
    if (!error[0] || strchr(error, '\n')) fuzz_fail(f, "a damaged state: the message is \"%s\"", error);
    expect_hash(f, hash, "after a damaged state was refused");
}

static struct machine *another(struct fuzz *f)
{
    char            error[256];
    struct machine *m = machine_create(&f->config, error, sizeof(error));

    if (!m) fuzz_fail(f, "a second machine cannot be made: %s", error);
    return m;
}

static void load_forged(struct fuzz *f)
{
    size_t          n;
    uint8_t        *bytes = read_whole(f, f->state[0], &n);
    struct machine *into = another(f), *own = f->m;
    uint64_t        hash = machine_state_hash(into);
    char            error[256];

    forge(f, bytes, n);
    write_whole(f, f->state[1], bytes, n);
    free(bytes);
    if (machine_load(into, f->state[1], error, sizeof(error))) {
        if (machine_state_hash(into) != hash) fuzz_fail(f, "a forged state was refused, but has changed the machine");
    } else {
        f->m = into;
        fuzz_run(f, fuzz_below(f, 5000));
        fuzz_ports(f);
        fuzz_owner(f);
        fuzz_run(f, fuzz_below(f, 5000));
        f->m = own;
        f->media_changed = false;
    }
    machine_destroy(into);
}

/* --- going on ---------------------------------------------------------------------------------------------------------------------- */

static void load(struct fuzz *f, struct machine *m)
{
    char error[256];

    if (machine_load(m, f->state[0], error, sizeof(error))) fuzz_fail(f, "the state cannot be loaded: %s", error);
}

/* The machine that saved and the one that loaded run to the same end, one in slices. */
static void compare_runs(struct fuzz *f, struct machine *copy)
{
    uint64_t end = machine_time(f->m) + (uint64_t)fuzz_below(f, 20000) * 1000 / machine_speed(f->m) + 1;
    uint64_t hash;

    if (machine_time(copy) != machine_time(f->m)) fuzz_fail(f, "the time differs after a load");
    for (unsigned n = fuzz_below(f, 6); n-- > 0;)
        machine_run(f->m, machine_time(f->m) + fuzz_below(f, machine_time(f->m) < end ? (uint32_t)(end - machine_time(f->m)) : 1));
    while (machine_run(f->m, end) == STOP_REQUEST) {} // asked for before
    machine_run(copy, end);
    hash = machine_state_hash(f->m);
    if (hash == machine_state_hash(copy)) return;
    print_difference(f->m, copy);
    fuzz_fail(f, "the machine that was loaded goes on differently");
}

void fuzz_state(struct fuzz *f)
{
    uint64_t        hash = machine_state_hash(f->m);
    struct machine *copy;
    char            error[256];

    expect_hash(f, hash, "a second time");
    if (machine_save(f->m, f->state[0], error, sizeof(error))) fuzz_fail(f, "the state cannot be saved: %s", error);
    expect_hash(f, hash, "after saving");
    if (fuzz_chance(f, 2)) load_damaged(f, hash);
    if (f->media_changed) { // no second machine with the same media
        machine_run(f->m, machine_time(f->m) + 1000);
        load(f, f->m);
        expect_hash(f, hash, "after loading into the same machine");
        return;
    }
    copy = another(f);
    if (fuzz_chance(f, 2)) load_forged(f);
    load(f, copy);
    if (machine_state_hash(copy) != hash) {
        print_difference(f->m, copy);
        fuzz_fail(f, "the state hash differs after loading into a fresh machine");
    }
    compare_maps(f, copy);
    compare_runs(f, copy);
    if (fuzz_chance(f, 2)) { // on with the copy
        struct machine *old = f->m;
        f->m = copy, copy = old;
    }
    machine_destroy(copy);
}
