/* snapshot.c: writes a saved state, and hashes the state. Loading is in snapshot_load.c; the format is in docs/STATE.md. */
#include "machine/snapshot.h"

#include "machine/snapshot_fields.h"
#include "machine/snapshot_file.h"
#include "util/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define DEFLATE_CHUNK (1u << 16)

static int fail(char *error, size_t error_size, const char *path, int code, const char *what)
{
    snprintf(error, error_size, "%s: %s: %s", path, what, strerror(-code));
    return code;
}

/* --- a growing piece of memory ------------------------------------------------------------------------------------------ */

struct bytes {
    uint8_t *data;
    size_t   size, room;
    bool     failed; /* out of memory */
};

/* N more bytes, to be filled in; NULL if out of memory. */
static uint8_t *bytes_extend(struct bytes *b, size_t n)
{
    if (b->failed) return NULL;
    if (b->room - b->size < n) {
        size_t   room = b->room * 2 > b->size + n ? b->room * 2 : b->size + n + 4096;
        uint8_t *data = realloc(b->data, room);

        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->room = room;
    }
    b->size += n;
    return b->data + b->size - n;
}

static void bytes_add(struct bytes *b, const void *data, size_t n)
{
    uint8_t *to = bytes_extend(b, n);

    if (to && n) memcpy(to, data, n);
}

static void bytes_add_uint(struct bytes *b, uint64_t value, unsigned size)
{
    uint8_t little[8];

    for (unsigned i = 0; i < size; i++) little[i] = (uint8_t)(value >> (i * 8));
    bytes_add(b, little, size);
}

/* --- sections ------------------------------------------------------------------------------------------------------------ */

struct section {
    const char *name;
    unsigned    kind, version;
    uint32_t    layout;
    bool        deflated;
    uint64_t    plain_size;
};

static void add_section(struct bytes *out, const struct section *section, const struct bytes *payload)
{
    struct bytes header = {0};
    char         name[SNAPSHOT_NAME] = "";

    out->failed |= payload->failed;
    memcpy(name, section->name, strnlen(section->name, SNAPSHOT_NAME));
    bytes_add(&header, name, SNAPSHOT_NAME);
    bytes_add_uint(&header, section->kind, 2);
    bytes_add_uint(&header, section->version, 2);
    bytes_add_uint(&header, section->layout, 4);
    bytes_add_uint(&header, section->deflated, 4);
    bytes_add_uint(&header, crc32_z(0, payload->data, payload->size), 4);
    bytes_add_uint(&header, payload->size, 8);
    bytes_add_uint(&header, section->plain_size, 8);
    bytes_add_uint(&header, crc32_z(0, header.data, header.size), 4);
    out->failed |= header.failed;
    bytes_add(out, header.data, header.size);
    bytes_add(out, payload->data, payload->size);
    free(header.data);
}

static void add_properties(struct bytes *out, const struct snapshot *snap)
{
    struct bytes payload = {0};

    for (size_t i = 0; i < snap->property_count; i++) {
        bytes_add(&payload, snap->properties[i].name, strlen(snap->properties[i].name) + 1);
        bytes_add(&payload, snap->properties[i].value, strlen(snap->properties[i].value) + 1);
    }
    add_section(out, &(struct section){"properties", SNAPSHOT_PROPERTIES, 1, 0, false, payload.size}, &payload);
    free(payload.data);
}

static void add_clock(struct bytes *out, const struct snapshot *snap)
{
    struct bytes payload = {0};

    bytes_add_uint(&payload, clock_now(snap->clock), 8);
    add_section(out, &(struct section){"clock", SNAPSHOT_CLOCK, 1, 0, false, payload.size}, &payload);
    free(payload.data);
}

/* --- RAM and disks: deflated --------------------------------------------------------------------------------------------- */

struct deflater {
    z_stream      stream;
    struct bytes *out;
    uint64_t      plain_size;
};

static void deflater_add(struct deflater *d, const void *data, size_t n, int flush)
{
    int status = Z_OK;

    d->stream.next_in = data ? (Bytef *)(uintptr_t)data : Z_NULL;
    d->stream.avail_in = (uInt)n;
    d->plain_size += n;
    do {
        uint8_t *to = bytes_extend(d->out, DEFLATE_CHUNK);

        if (!to) return;
        d->stream.next_out = to;
        d->stream.avail_out = DEFLATE_CHUNK;
        status = deflate(&d->stream, flush);
        d->out->size -= d->stream.avail_out;
    } while (d->stream.avail_out == 0 || (flush == Z_FINISH && status == Z_OK));
}

static void deflater_add_uint(struct deflater *d, uint64_t value, unsigned size)
{
    uint8_t little[8];

    for (unsigned i = 0; i < size; i++) little[i] = (uint8_t)(value >> (i * 8));
    deflater_add(d, little, size, Z_NO_FLUSH);
}

static bool deflater_init(struct deflater *d, struct bytes *out)
{
    *d = (struct deflater){.out = out};
    if (deflateInit(&d->stream, Z_BEST_SPEED) == Z_OK) return true;
    out->failed = true;
    return false;
}

static void deflater_finish(struct deflater *d)
{
    deflater_add(d, NULL, 0, Z_FINISH);
    deflateEnd(&d->stream);
}

static bool page_in_use(const struct snapshot_ram *ram, uint64_t page)
{
    return (!ram->touched || ram->touched[page]) && !snapshot_page_is_zero(ram->host + page * SNAPSHOT_PAGE);
}

static void add_ram(struct bytes *out, const struct snapshot_ram *ram)
{
    struct bytes    payload = {0};
    struct deflater d;
    uint64_t        pages = ram->size / SNAPSHOT_PAGE;

    if (deflater_init(&d, &payload)) {
        for (uint64_t page = 0; page < pages;) {
            uint64_t end = page;

            while (end < pages && end - page < SNAPSHOT_RUN_PAGES && page_in_use(ram, end)) end++;
            if (end > page) {
                deflater_add_uint(&d, page, 4);
                deflater_add_uint(&d, end - page, 4);
                deflater_add(&d, ram->host + page * SNAPSHOT_PAGE, (end - page) * SNAPSHOT_PAGE, Z_NO_FLUSH);
            }
            page = end > page ? end : page + 1;
        }
        deflater_finish(&d);
    }
    add_section(out, &(struct section){ram->name, SNAPSHOT_RAM, 1, 0, true, d.plain_size}, &payload);
    free(payload.data);
}

static int add_extent(void *opaque, uint64_t offset, const void *data, size_t n)
{
    struct deflater *d = opaque;

    while (n > 0) {
        size_t piece = n < SNAPSHOT_EXTENT_MAX ? n : SNAPSHOT_EXTENT_MAX;

        deflater_add_uint(d, offset, 8);
        deflater_add_uint(d, piece, 4);
        deflater_add(d, data, piece, Z_NO_FLUSH);
        offset += piece;
        data = (const uint8_t *)data + piece;
        n -= piece;
    }
    return d->out->failed ? -ENOMEM : 0;
}

static void add_disk(struct bytes *out, const struct snapshot_disk *disk)
{
    struct bytes    payload = {0};
    struct deflater d;

    if (deflater_init(&d, &payload)) {
        if (disk->block) block_each_change(disk->block, add_extent, &d);
        deflater_finish(&d);
    }
    add_section(out, &(struct section){disk->name, SNAPSHOT_DISK, 1, 0, true, d.plain_size}, &payload);
    free(payload.data);
}

/* Video memory and the like are mostly zeros; a few registers are not worth a zlib stream. */
static void add_device(struct bytes *out, const struct snapshot_device *d)
{
    struct bytes   plain = {0}, payload = {0};
    size_t         size = fields_size(d->ops->fields, d->device);
    uint8_t       *to = bytes_extend(&plain, size);
    bool           is_big = size > SNAPSHOT_PAGE;
    struct section section = {snapshot_device_name(d), SNAPSHOT_DEVICE, d->ops->version, fields_layout(d->ops->fields), is_big, size};

    if (to) fields_store(d->ops->fields, d->device, to);
    if (is_big && to) {
        struct deflater deflater;

        if (deflater_init(&deflater, &payload)) {
            deflater_add(&deflater, to, size, Z_NO_FLUSH);
            deflater_finish(&deflater);
        }
    }
    payload.failed |= plain.failed;
    add_section(out, &section, is_big ? &payload : &plain);
    free(plain.data);
    free(payload.data);
}

/* --- the file ------------------------------------------------------------------------------------------------------------ */

/* The whole file in memory. */
static void build(const struct snapshot *snap, struct bytes *out)
{
    size_t   sections = 2 + snap->device_count + snap->ram_count + snap->disk_count;
    uint8_t *size;

    bytes_add(out, SNAPSHOT_MAGIC, 8);
    bytes_add_uint(out, SNAPSHOT_FORMAT, 4);
    bytes_add_uint(out, sections, 4);
    bytes_add_uint(out, 0, 8); /* the file's size, below */
    add_properties(out, snap);
    add_clock(out, snap);
    for (size_t i = 0; i < snap->device_count; i++) add_device(out, &snap->devices[i]);
    for (size_t i = 0; i < snap->ram_count; i++) add_ram(out, &snap->ram[i]);
    for (size_t i = 0; i < snap->disk_count; i++) add_disk(out, &snap->disks[i]);
    if (out->failed) return;
    size = out->data + 16;
    for (unsigned i = 0; i < 8; i++) size[i] = (uint8_t)((uint64_t)(out->size + SNAPSHOT_TRAILER) >> (i * 8));
    bytes_add(out, "END.", 4);
    bytes_add_uint(out, crc32_z(0, out->data, out->size), 4);
}

static int write_all(int fd, const uint8_t *data, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, data, n);

        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return -errno;
        data += done;
        n -= (size_t)done;
    }
    return 0;
}

/* A rename lasts once its folder is on the disk. Some file systems cannot sync a folder: that is no failure. */
static void sync_folder(const char *path)
{
    char *copy = strdup(path);
    int   fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(copy);
}

/* Replaces PATH by DATA in one step. */
static int replace_file(const char *path, const struct bytes *data)
{
    size_t n = strlen(path) + sizeof(".XXXXXX");
    char  *temp = malloc(n);
    int    fd, status;

    if (!temp) return -ENOMEM;
    snprintf(temp, n, "%s.XXXXXX", path);
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0) {
        status = -errno;
        goto out;
    }
    status = write_all(fd, data->data, data->size);
    if (!status && fchmod(fd, 0644) < 0) status = -errno;
    if (!status && fsync(fd) < 0) status = -errno;
    if (close(fd) < 0 && !status) status = -errno;
    if (!status && rename(temp, path) < 0) status = -errno;
    if (status) unlink(temp);
    else sync_folder(path);
out:
    free(temp);
    return status;
}

int snapshot_save(const struct snapshot *snap, const char *path, char *error, size_t error_size)
{
    struct bytes file = {0};
    struct stat  old;
    int          status;

    if (stat(path, &old) == 0 && !S_ISREG(old.st_mode)) {
        snprintf(error, error_size, "%s: is not a plain file: the state is not saved", path);
        return -EINVAL;
    }
    build(snap, &file);
    status = file.failed ? -ENOMEM : replace_file(path, &file);
    free(file.data);
    return status ? fail(error, error_size, path, status, "the state is not saved") : 0;
}

/* --- hash ---------------------------------------------------------------------------------------------------------------- */

static uint64_t hash_ram(uint64_t seed, const struct snapshot_ram *ram)
{
    for (uint64_t page = 0; page < ram->size / SNAPSHOT_PAGE; page++)
        if (page_in_use(ram, page)) seed = hash_bytes(hash_number(seed, page), ram->host + page * SNAPSHOT_PAGE, SNAPSHOT_PAGE);
    return seed;
}

uint64_t snapshot_hash(const struct snapshot *snap)
{
    uint64_t hash = hash_number(0, clock_now(snap->clock));

    for (size_t i = 0; i < snap->device_count; i++) {
        const char *name = snapshot_device_name(&snap->devices[i]);

        hash = fields_hash(hash_bytes(hash, name, strlen(name)), snap->devices[i].ops->fields, snap->devices[i].device);
    }
    for (size_t i = 0; i < snap->ram_count; i++) hash = hash_ram(hash, &snap->ram[i]);
    return hash;
}
