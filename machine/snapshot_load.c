/* snapshot_load.c: reads a saved state: first checks every byte of the file, then changes the machine. See snapshot.h. */
#include "machine/snapshot.h"

#include "machine/snapshot_fields.h"
#include "machine/snapshot_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define DEVICE_MAX (1u << 30) /* bytes of a device's state, at most */

/* A section as it is in the file. */
struct section {
    char           name[SNAPSHOT_NAME + 1];
    unsigned       kind, version;
    uint32_t       layout;
    bool           deflated;
    const uint8_t *payload;
    uint64_t       size;       /* of the payload */
    uint64_t       plain_size; /* once inflated */
};

struct loader {
    const struct snapshot *snap;
    const char            *path;
    char                  *error;
    size_t                 error_size;
    uint8_t               *file;
    uint64_t               size;
    const uint8_t         *next; /* the next section */
    uint64_t               time;
    uint8_t              **devices; /* inflated */
    uint8_t              **ram, **disks; /* inflated */
    uint64_t              *ram_size, *disk_size;
};

static int __attribute__((format(printf, 3, 4))) fail(struct loader *l, int code, const char *format, ...)
{
    char    what[256];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    snprintf(l->error, l->error_size, "%s: %s", l->path, what);
    return code;
}

static uint64_t uint_at(const uint8_t *p, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++) value |= (uint64_t)p[i] << (i * 8);
    return value;
}

/* --- the file as a whole -------------------------------------------------------------------------------------------------- */

static int read_file(struct loader *l)
{
    struct stat st;
    int         fd = open(l->path, O_RDONLY | O_CLOEXEC), status = 0;

    if (fd < 0) return fail(l, -errno, "%s", strerror(errno));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        status = fail(l, -EINVAL, "is not a plain file");
        goto out;
    }
    l->size = (uint64_t)st.st_size;
    if (l->size > SIZE_MAX / 2 || !(l->file = malloc((size_t)l->size + 1))) {
        status = fail(l, -ENOMEM, "not enough memory to load it");
        goto out;
    }
    for (uint64_t at = 0; at < l->size;) {
        ssize_t n = read(fd, l->file + at, (size_t)(l->size - at));

        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            status = fail(l, n < 0 ? -errno : -EIO, "cannot be read: %s", n < 0 ? strerror(errno) : "it became shorter");
            goto out;
        }
        at += (uint64_t)n;
    }
out:
    close(fd);
    return status;
}

static int check_file(struct loader *l)
{
    uint64_t size;

    if (l->size < 8 || memcmp(l->file, SNAPSHOT_MAGIC, 8) != 0) return fail(l, -EINVAL, "is not a saved state of ochenta");
    if (l->size < SNAPSHOT_FILE_HEADER + SNAPSHOT_TRAILER) return fail(l, -EINVAL, "is truncated");
    if (uint_at(l->file + 8, 4) != SNAPSHOT_FORMAT)
        return fail(l, -EINVAL, "has format %u, this program reads format %u", (unsigned)uint_at(l->file + 8, 4), SNAPSHOT_FORMAT);
    size = uint_at(l->file + 16, 8);
    if (l->size < size) return fail(l, -EINVAL, "is truncated: %" PRIu64 " of %" PRIu64 " bytes", l->size, size);
    if (l->size > size) return fail(l, -EINVAL, "is damaged: %" PRIu64 " bytes too long", l->size - size);
    if (memcmp(l->file + size - SNAPSHOT_TRAILER, "END.", 4) != 0 ||
        uint_at(l->file + size - 4, 4) != crc32_z(0, l->file, (size_t)size - 4))
        return fail(l, -EINVAL, "is damaged: its checksum is wrong");
    l->next = l->file + SNAPSHOT_FILE_HEADER;
    return 0;
}

/* --- sections ------------------------------------------------------------------------------------------------------------- */

/* Takes the next section, which has to be NAME of KIND. */
static int take_section(struct loader *l, enum snapshot_kind kind, const char *name, struct section *s)
{
    const uint8_t *p = l->next;
    uint64_t       left = (uint64_t)(l->file + l->size - SNAPSHOT_TRAILER - p);

    if (left < SNAPSHOT_HEADER) return fail(l, -EINVAL, "has no section \"%s\": saved by another version of ochenta", name);
    if (uint_at(p + 56, 4) != crc32_z(0, p, 56)) return fail(l, -EINVAL, "is damaged: a section header");
    memcpy(s->name, p, SNAPSHOT_NAME);
    s->name[SNAPSHOT_NAME] = 0;
    s->kind = (unsigned)uint_at(p + 24, 2);
    s->version = (unsigned)uint_at(p + 26, 2);
    s->layout = (uint32_t)uint_at(p + 28, 4);
    s->deflated = uint_at(p + 32, 4) & 1;
    s->size = uint_at(p + 40, 8);
    s->plain_size = uint_at(p + 48, 8);
    s->payload = p + SNAPSHOT_HEADER;
    if (s->kind != kind || strncmp(s->name, name, SNAPSHOT_NAME) != 0)
        return fail(l, -EINVAL, "has section \"%s\" where this machine has \"%s\": saved with other devices or by another version of ochenta",
                    s->name, name);
    if (s->size > left - SNAPSHOT_HEADER || uint_at(p + 36, 4) != crc32_z(0, s->payload, (size_t)s->size))
        return fail(l, -EINVAL, "is damaged: section \"%s\"", name);
    if (kind != SNAPSHOT_DEVICE && s->deflated != (kind == SNAPSHOT_RAM || kind == SNAPSHOT_DISK))
        return fail(l, -EINVAL, "is damaged: section \"%s\"", name);
    l->next = s->payload + s->size;
    return 0;
}

/* Inflates S, at most MOST bytes, into *OUT, malloc'ed. */
static int inflate_section(struct loader *l, const struct section *s, uint64_t most, uint8_t **out)
{
    z_stream z = {0};
    uint64_t in = 0, done = 0;
    int      status = Z_OK;

    if (s->plain_size > most) return fail(l, -EINVAL, "is damaged: section \"%s\" is too big", s->name);
    *out = malloc((size_t)s->plain_size + 1); /* a byte more, so that too much is seen */
    if (!*out || inflateInit(&z) != Z_OK) return fail(l, -ENOMEM, "not enough memory to load it");
    while (status == Z_OK) {
        if (z.avail_in == 0) {
            z.next_in = (Bytef *)(uintptr_t)(s->payload + in);
            z.avail_in = s->size - in > 1u << 30 ? 1u << 30 : (uInt)(s->size - in);
            in += z.avail_in;
        }
        z.next_out = *out + done;
        z.avail_out = s->plain_size + 1 - done > 1u << 30 ? 1u << 30 : (uInt)(s->plain_size + 1 - done);
        done += z.avail_out;
        status = inflate(&z, Z_NO_FLUSH);
        done -= z.avail_out;
    }
    inflateEnd(&z);
    if (status != Z_STREAM_END || done != s->plain_size) return fail(l, -EINVAL, "is damaged: section \"%s\" cannot be inflated", s->name);
    return 0;
}

/* The text at P, which ends before END; NULL if it does not. Moves P behind it. */
static const char *take_string(const uint8_t **p, const uint8_t *end)
{
    const char    *s = (const char *)*p;
    const uint8_t *zero = *p < end ? memchr(*p, 0, (size_t)(end - *p)) : NULL;

    if (!zero) return NULL;
    *p = zero + 1;
    return s;
}

static int check_properties(struct loader *l)
{
    struct section s = {0};
    const uint8_t *p, *end;
    int            status = take_section(l, SNAPSHOT_PROPERTIES, "properties", &s);

    if (status) return status;
    p = s.payload;
    end = p + s.size;
    for (size_t i = 0; i < l->snap->property_count; i++) {
        const struct snapshot_property *want = &l->snap->properties[i];
        const char                     *name = take_string(&p, end), *value = name ? take_string(&p, end) : NULL;

        if (!value || strcmp(name, want->name) != 0)
            return fail(l, -EINVAL, "says nothing of \"%s\": saved by another version of ochenta", want->name);
        if (strcmp(value, want->value) != 0)
            return fail(l, -EINVAL, "was saved with %s %s, this machine has %s", name, value, want->value);
    }
    if (p != end) return fail(l, -EINVAL, "has more properties than this machine: saved by another version of ochenta");
    return 0;
}

/* The payload of D's section, inflated, into *PAYLOAD. */
static int check_device(struct loader *l, const struct snapshot_device *d, uint8_t **payload)
{
    const char    *name = snapshot_device_name(d);
    struct section s = {0};
    int            status = take_section(l, SNAPSHOT_DEVICE, name, &s);

    if (status) return status;
    if (s.version != d->ops->version)
        return fail(l, -EINVAL, "has version %u of \"%s\", this program has %u", s.version, name, d->ops->version);
    if (s.layout != fields_layout(d->ops->fields))
        return fail(l, -EINVAL, "has a \"%s\" of another shape: saved by another version of ochenta", name);
    if (s.deflated) {
        status = inflate_section(l, &s, DEVICE_MAX, payload);
        if (status) return status;
    } else {
        *payload = malloc((size_t)s.size + 1);
        if (!*payload) return fail(l, -ENOMEM, "not enough memory to load it");
        memcpy(*payload, s.payload, (size_t)s.size);
        s.plain_size = s.size;
    }
    status = fields_prepare(d->ops->fields, d->device, *payload, (size_t)s.plain_size);
    if (status == -ENOMEM) return fail(l, status, "not enough memory to load it");
    if (status == -EDOM) return fail(l, -EINVAL, "is damaged: \"%s\" has impossible values", name);
    return status ? fail(l, status, "has a \"%s\" of another shape: saved by another version of ochenta", name) : 0;
}

static int check_devices(struct loader *l)
{
    struct section s = {0};
    int            status = take_section(l, SNAPSHOT_CLOCK, "clock", &s);

    if (status) return status;
    if (s.size != 8) return fail(l, -EINVAL, "is damaged: section \"clock\"");
    l->time = uint_at(s.payload, 8);
    for (size_t i = 0; i < l->snap->device_count && !status; i++) status = check_device(l, &l->snap->devices[i], &l->devices[i]);
    return status;
}

/* --- RAM and disks --------------------------------------------------------------------------------------------------------- */

/* Runs of pages: number of the first, count, contents; ascending. */
static bool runs_are_good(const uint8_t *p, uint64_t size, uint64_t pages)
{
    const uint8_t *end = p + size;
    uint64_t       free_from = 0;

    while (p < end) {
        uint64_t page, count;

        if (end - p < 8) return false;
        page = uint_at(p, 4);
        count = uint_at(p + 4, 4);
        p += 8;
        if (page < free_from || page >= pages || count == 0 || count > pages - page) return false;
        if ((uint64_t)(end - p) < count * SNAPSHOT_PAGE) return false;
        p += count * SNAPSHOT_PAGE;
        free_from = page + count;
    }
    return true;
}

static bool extents_are_good(const uint8_t *p, uint64_t size, uint64_t disk_size)
{
    const uint8_t *end = p + size;

    while (p < end) {
        uint64_t offset, n;

        if (end - p < 12) return false;
        offset = uint_at(p, 8);
        n = uint_at(p + 8, 4);
        p += 12;
        if (n == 0 || n > SNAPSHOT_EXTENT_MAX || offset > disk_size || n > disk_size - offset || (uint64_t)(end - p) < n) return false;
        p += n;
    }
    return true;
}

static int check_memory(struct loader *l)
{
    struct section s = {0};
    int            status;

    for (size_t i = 0; i < l->snap->ram_count; i++) {
        const struct snapshot_ram *ram = &l->snap->ram[i];
        uint64_t                   pages = ram->size / SNAPSHOT_PAGE;

        status = take_section(l, SNAPSHOT_RAM, ram->name, &s);
        if (!status) status = inflate_section(l, &s, pages * (SNAPSHOT_PAGE + 8), &l->ram[i]);
        if (status) return status;
        l->ram_size[i] = s.plain_size;
        if (!runs_are_good(l->ram[i], s.plain_size, pages)) return fail(l, -EINVAL, "is damaged: section \"%s\"", ram->name);
    }
    for (size_t i = 0; i < l->snap->disk_count; i++) {
        const struct snapshot_disk *disk = &l->snap->disks[i];
        uint64_t                    size = disk->block ? disk->block->size : 0;

        status = take_section(l, SNAPSHOT_DISK, disk->name, &s);
        if (!status) status = inflate_section(l, &s, size * 13, &l->disks[i]); /* an extent has at least a byte */
        if (status) return status;
        l->disk_size[i] = s.plain_size;
        if (!extents_are_good(l->disks[i], s.plain_size, size)) return fail(l, -EINVAL, "is damaged: section \"%s\"", disk->name);
    }
    if (l->next != l->file + l->size - SNAPSHOT_TRAILER)
        return fail(l, -EINVAL, "has more sections than this machine: saved with other devices or by another version of ochenta");
    return 0;
}

/* Pages FROM up to END that are not in the file become zero. Untouched ones are, and stay untaken from the host. */
static void clear_pages(const struct snapshot_ram *ram, uint64_t from, uint64_t end)
{
    for (uint64_t page = from; page < end; page++) {
        uint8_t *host = ram->host + page * SNAPSHOT_PAGE;

        if (ram->touched && !ram->touched[page]) continue;
        if (!snapshot_page_is_zero(host)) memset(host, 0, SNAPSHOT_PAGE);
    }
}

static void apply_ram(const struct snapshot_ram *ram, const uint8_t *p, uint64_t size)
{
    const uint8_t *end = p + size;
    uint64_t       done = 0;

    while (p < end) {
        uint64_t page = uint_at(p, 4), count = uint_at(p + 4, 4);

        clear_pages(ram, done, page);
        memcpy(ram->host + page * SNAPSHOT_PAGE, p + 8, (size_t)(count * SNAPSHOT_PAGE));
        if (ram->touched) memset(ram->touched + page, 1, (size_t)count);
        p += 8 + count * SNAPSHOT_PAGE;
        done = page + count;
    }
    clear_pages(ram, done, ram->size / SNAPSHOT_PAGE);
}

/* Changes of a disk are kept in memory and cannot fail but for want of it, which is then told. */
static int apply_disk(const struct snapshot_disk *disk, const uint8_t *p, uint64_t size)
{
    const uint8_t *end = p + size;

    if (!disk->block) return 0;
    block_discard_changes(disk->block);
    while (p < end) {
        size_t n = (size_t)uint_at(p + 8, 4);
        int    status = block_write(disk->block, uint_at(p, 8), p + 12, n);

        if (status) return status;
        p += 12 + n;
    }
    return 0;
}

/* --- devices --------------------------------------------------------------------------------------------------------------- */

/* Sets all devices from PAYLOADS (one each) at TIME. Returns the index of the one that refuses, or the count of devices. */
static size_t set_devices(const struct snapshot *snap, uint64_t time, const uint8_t *const *payloads)
{
    snap->clock->now = time;
    for (size_t i = 0; i < snap->device_count; i++)
        fields_load(snap->devices[i].ops->fields, snap->devices[i].device, snap->clock, payloads[i]);
    for (size_t i = 0; i < snap->device_count; i++)
        if (snap->devices[i].ops->loaded && snap->devices[i].ops->loaded(snap->devices[i].device) < 0) return i;
    return snap->device_count;
}

static void free_copies(uint8_t **copies, size_t n)
{
    for (size_t i = 0; copies && i < n; i++) free(copies[i]);
    free(copies);
}

/* The state of every device, to go back to. NULL if out of memory. */
static uint8_t **copy_devices(const struct snapshot *snap)
{
    uint8_t **copies = calloc(snap->device_count + 1, sizeof(*copies));

    for (size_t i = 0; copies && i < snap->device_count; i++) {
        const struct snapshot_device *d = &snap->devices[i];

        copies[i] = malloc(fields_size(d->ops->fields, d->device) + 1);
        if (!copies[i]) {
            free_copies(copies, i);
            return NULL;
        }
        fields_store(d->ops->fields, d->device, copies[i]);
    }
    return copies;
}

static int apply_devices(struct loader *l)
{
    const struct snapshot *snap = l->snap;
    uint64_t               before = clock_now(snap->clock);
    uint8_t              **copies = copy_devices(snap);
    int                    status = 0;
    size_t                 refused;

    if (!copies) return fail(l, -ENOMEM, "not enough memory to load it");
    refused = set_devices(snap, l->time, (const uint8_t *const *)l->devices);
    if (refused < snap->device_count) {
        status = fail(l, -EINVAL, "is damaged: \"%s\" has impossible values", snapshot_device_name(&snap->devices[refused]));
        (void)set_devices(snap, before, (const uint8_t *const *)copies); /* it was so before, whatever loaded() thinks of it */
    }
    free_copies(copies, snap->device_count);
    return status;
}

int snapshot_load(const struct snapshot *snap, const char *path, char *error, size_t error_size)
{
    struct loader l = {.snap = snap, .path = path, .error = error, .error_size = error_size};
    int           status;

    l.devices = calloc(snap->device_count + 1, sizeof(*l.devices));
    l.ram = calloc(snap->ram_count + 1, sizeof(*l.ram));
    l.ram_size = calloc(snap->ram_count + 1, sizeof(*l.ram_size));
    l.disks = calloc(snap->disk_count + 1, sizeof(*l.disks));
    l.disk_size = calloc(snap->disk_count + 1, sizeof(*l.disk_size));
    if (!l.devices || !l.ram || !l.ram_size || !l.disks || !l.disk_size) {
        status = fail(&l, -ENOMEM, "not enough memory to load it");
        goto out;
    }
    status = read_file(&l);
    if (!status) status = check_file(&l);
    if (!status) status = check_properties(&l);
    if (!status) status = check_devices(&l);
    if (!status) status = check_memory(&l);
    if (!status) status = apply_devices(&l);
    if (status) goto out;
    for (size_t i = 0; i < snap->ram_count; i++) apply_ram(&snap->ram[i], l.ram[i], l.ram_size[i]);
    for (size_t i = 0; i < snap->disk_count && !status; i++) {
        status = apply_disk(&snap->disks[i], l.disks[i], l.disk_size[i]);
        if (status) fail(&l, status, "the changes of %s do not fit into memory: reset the machine", snap->disks[i].name);
    }
out:
    free_copies(l.devices, l.devices ? snap->device_count : 0);
    free_copies(l.ram, l.ram ? snap->ram_count : 0);
    free_copies(l.disks, l.disks ? snap->disk_count : 0);
    free(l.ram_size);
    free(l.disk_size);
    free(l.file);
    return status;
}
