/* snapshot_fields.c: device field tables to bytes and back. Everything is little-endian. See snapshot_fields.h. */
#include "machine/snapshot_fields.h"

#include "util/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define EVENT_BYTES  9 /* pending, when */
#define LENGTH_BYTES 4 /* before the bytes of a buffer */
#define HASH_PIECE   4096

static void store_uint(uint8_t *out, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) out[i] = (uint8_t)(value >> (i * 8));
}

static uint64_t load_uint(const uint8_t *in, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++) value |= (uint64_t)in[i] << (i * 8);
    return value;
}

/* A host integer of SIZE bytes at P. */
static uint64_t host_uint(const void *p, unsigned size)
{
    uint8_t  v8;
    uint16_t v16;
    uint32_t v32;
    uint64_t v64;

    switch (size) {
    case 1: memcpy(&v8, p, 1); return v8;
    case 2: memcpy(&v16, p, 2); return v16;
    case 4: memcpy(&v32, p, 4); return v32;
    default: memcpy(&v64, p, 8); return v64;
    }
}

static void set_host_uint(void *p, uint64_t value, unsigned size)
{
    uint8_t  v8 = (uint8_t)value;
    uint16_t v16 = (uint16_t)value;
    uint32_t v32 = (uint32_t)value;

    switch (size) {
    case 1: memcpy(p, &v8, 1); break;
    case 2: memcpy(p, &v16, 2); break;
    case 4: memcpy(p, &v32, 4); break;
    default: memcpy(p, &value, 8); break;
    }
}

/* Bytes that equal themselves moved by one are one byte over and over. */
static bool bytes_are_zero(const uint8_t *p, size_t n)
{
    return n == 0 || (p[0] == 0 && !memcmp(p, p + 1, n - 1));
}

/* The size of a buffer of DEVICE. */
static uint32_t buffer_size(const struct state_field *f, const uint8_t *device)
{
    uint8_t *buffer;

    memcpy(&buffer, device + f->offset, sizeof(buffer));
    return buffer ? (uint32_t)host_uint(device + f->extra, 4) : 0;
}

size_t fields_size(const struct state_field *fields, const void *device)
{
    const uint8_t *base = device;
    size_t         total = 0;

    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) {
        switch (f->kind) {
        case STATE_KIND_UINT:
        case STATE_KIND_BYTES: total += (size_t)f->size * f->count; break;
        case STATE_KIND_EVENT: total += EVENT_BYTES; break;
        case STATE_KIND_BUFFER:
        case STATE_KIND_GROWING: total += LENGTH_BYTES + buffer_size(f, base); break;
        case STATE_KIND_STRUCT:
            for (uint32_t i = 0; i < f->count; i++) total += fields_size(f->fields, base + f->offset + (size_t)i * f->size);
            break;
        case STATE_KIND_SKIP:
        case STATE_KIND_END: break;
        }
    }
    return total;
}

/* An event that is not pending has no time. */
static uint8_t *store_event(const uint8_t *at, uint8_t *out)
{
    struct event ev;

    memcpy(&ev, at, sizeof(ev));
    out[0] = ev.pending;
    store_uint(out + 1, ev.pending ? ev.when : 0, 8);
    return out + EVENT_BYTES;
}

/* One field that is neither a buffer nor a struct. */
static uint8_t *store_plain(const struct state_field *f, const uint8_t *at, uint8_t *out)
{
    switch (f->kind) {
    case STATE_KIND_UINT:
        for (uint32_t i = 0; i < f->count; i++, out += f->size) store_uint(out, host_uint(at + (size_t)i * f->size, f->size), f->size);
        return out;
    case STATE_KIND_BYTES: memcpy(out, at, (size_t)f->size * f->count); return out + (size_t)f->size * f->count;
    case STATE_KIND_EVENT: return store_event(at, out);
    default: return out;
    }
}

uint8_t *fields_store(const struct state_field *fields, const void *device, uint8_t *out)
{
    const uint8_t *base = device;

    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) {
        const uint8_t *at = base + f->offset;
        uint8_t       *buffer;
        uint32_t       n;

        switch (f->kind) {
        case STATE_KIND_BUFFER:
        case STATE_KIND_GROWING:
            memcpy(&buffer, at, sizeof(buffer));
            n = buffer_size(f, base);
            store_uint(out, n, LENGTH_BYTES);
            if (n) memcpy(out + LENGTH_BYTES, buffer, n);
            out += LENGTH_BYTES + n;
            break;
        case STATE_KIND_STRUCT:
            for (uint32_t i = 0; i < f->count; i++) out = fields_store(f->fields, at + (size_t)i * f->size, out);
            break;
        default: out = store_plain(f, at, out); break;
        }
    }
    return out;
}

/* Pieces of zeros do not count, so that empty video memory costs little. */
static uint64_t hash_buffer(uint64_t hash, const uint8_t *buffer, uint32_t n)
{
    hash = hash_number(hash, n);
    for (uint32_t at = 0; at < n; at += HASH_PIECE) {
        uint32_t piece = n - at < HASH_PIECE ? n - at : HASH_PIECE;

        if (bytes_are_zero(buffer + at, piece)) continue;
        hash = hash_bytes(hash_number(hash, at), buffer + at, piece);
    }
    return hash;
}

uint64_t fields_hash(uint64_t hash, const struct state_field *fields, const void *device)
{
    const uint8_t *base = device;

    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) {
        const uint8_t *at = base + f->offset;
        uint8_t       *buffer, plain[EVENT_BYTES];

        switch (f->kind) {
        case STATE_KIND_UINT:
            for (uint32_t i = 0; i < f->count; i++) hash = hash_number(hash, host_uint(at + (size_t)i * f->size, f->size));
            break;
        case STATE_KIND_BYTES: hash = hash_bytes(hash, at, (size_t)f->size * f->count); break;
        case STATE_KIND_EVENT:
            store_event(at, plain);
            hash = hash_bytes(hash, plain, sizeof(plain));
            break;
        case STATE_KIND_BUFFER:
        case STATE_KIND_GROWING:
            memcpy(&buffer, at, sizeof(buffer));
            hash = hash_buffer(hash, buffer, buffer_size(f, base));
            break;
        case STATE_KIND_STRUCT:
            for (uint32_t i = 0; i < f->count; i++) hash = fields_hash(hash, f->fields, at + (size_t)i * f->size);
            break;
        case STATE_KIND_SKIP:
        case STATE_KIND_END: break;
        }
    }
    return hash;
}

/* Makes room for N bytes in the growing buffer at AT, which holds SIZE. */
static bool reserve(uint8_t *at, uint32_t size, uint32_t n)
{
    uint8_t *buffer;

    if (n <= size) return true;
    memcpy(&buffer, at, sizeof(buffer));
    buffer = realloc(buffer, n);
    if (buffer) memcpy(at, &buffer, sizeof(buffer));
    return buffer != NULL;
}

/* A bool in memory must be 0 or 1. */
static bool all_bools(const uint8_t *in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (in[i] > 1) return false;
    return true;
}

/* Compares the bytes from IN to END with what the fields of a device need, and makes room in growing buffers. Returns where they
 * end; NULL with *STATUS set if they do not fit. */
static const uint8_t *prepare(const struct state_field *fields, uint8_t *base, const uint8_t *in, const uint8_t *end, int *status)
{
    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) {
        uint64_t need = 0;

        switch (f->kind) {
        case STATE_KIND_UINT:
            need = (uint64_t)f->size * f->count;
            if (f->extra && need <= (uint64_t)(end - in) && !all_bools(in, (size_t)need)) {
                *status = -EDOM;
                return NULL;
            }
            break;
        case STATE_KIND_BYTES: need = (uint64_t)f->size * f->count; break;
        case STATE_KIND_EVENT: need = EVENT_BYTES; break;
        case STATE_KIND_BUFFER:
        case STATE_KIND_GROWING: need = LENGTH_BYTES; break;
        case STATE_KIND_STRUCT:
            for (uint32_t i = 0; i < f->count && in; i++)
                in = prepare(f->fields, base + f->offset + (size_t)i * f->size, in, end, status);
            if (!in) return NULL;
            break;
        case STATE_KIND_SKIP:
        case STATE_KIND_END: break;
        }
        if (f->kind == STATE_KIND_BUFFER || f->kind == STATE_KIND_GROWING) {
            uint32_t size = buffer_size(f, base), n = (uint64_t)(end - in) < LENGTH_BYTES ? 0 : (uint32_t)load_uint(in, LENGTH_BYTES);

            need += n;
            if ((f->kind == STATE_KIND_BUFFER && n != size) || need > (uint64_t)(end - in)) return NULL;
            if (f->kind == STATE_KIND_GROWING && !reserve(base + f->offset, size, n)) {
                *status = -ENOMEM;
                return NULL;
            }
        }
        if (need > (uint64_t)(end - in)) return NULL;
        in += need;
    }
    return in;
}

int fields_prepare(const struct state_field *fields, void *device, const uint8_t *in, size_t n)
{
    int status = -EINVAL;

    return prepare(fields, device, in, in + n, &status) == in + n ? 0 : status;
}

static const uint8_t *load_event(uint8_t *at, struct clock *clock, const uint8_t *in)
{
    struct event *ev = (struct event *)(void *)at;

    uint64_t      when = load_uint(in + 1, 8);

    event_cancel(clock, ev);
    if (when < clock->now && clock->now - when > NS_PER_SECOND) when = clock->now; // never so late in a file of ours
    if (in[0]) event_schedule(clock, ev, when);
    return in + EVENT_BYTES;
}

const uint8_t *fields_load(const struct state_field *fields, void *device, struct clock *clock, const uint8_t *in)
{
    uint8_t *base = device;

    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) {
        uint8_t *at = base + f->offset, *buffer;
        uint32_t n;

        switch (f->kind) {
        case STATE_KIND_UINT:
            for (uint32_t i = 0; i < f->count; i++, in += f->size)
                set_host_uint(at + (size_t)i * f->size, load_uint(in, f->size), f->size);
            break;
        case STATE_KIND_BYTES:
            memcpy(at, in, (size_t)f->size * f->count);
            in += (size_t)f->size * f->count;
            break;
        case STATE_KIND_EVENT: in = load_event(at, clock, in); break;
        case STATE_KIND_BUFFER:
        case STATE_KIND_GROWING:
            memcpy(&buffer, at, sizeof(buffer));
            n = (uint32_t)load_uint(in, LENGTH_BYTES);
            if (f->kind == STATE_KIND_GROWING) set_host_uint(base + f->extra, n, 4);
            if (n) memcpy(buffer, in + LENGTH_BYTES, n);
            in += LENGTH_BYTES + n;
            break;
        case STATE_KIND_STRUCT:
            for (uint32_t i = 0; i < f->count; i++) in = fields_load(f->fields, at + (size_t)i * f->size, clock, in);
            break;
        case STATE_KIND_SKIP:
        case STATE_KIND_END: break;
        }
    }
    return in;
}

static uint32_t layout(uint32_t crc, const struct state_field *fields)
{
    for (const struct state_field *f = fields; f->kind != STATE_KIND_END; f++) {
        /* The host's size of a struct is not in the file, only the sizes of what is in it. */
        bool    sized = f->kind == STATE_KIND_UINT || f->kind == STATE_KIND_BYTES;
        uint8_t facts[9] = {(uint8_t)f->kind};

        if (f->kind == STATE_KIND_SKIP) continue;
        store_uint(facts + 1, sized ? f->size : 0, 4);
        store_uint(facts + 5, f->count, 4);
        crc = (uint32_t)crc32(crc, facts, sizeof(facts));
        crc = (uint32_t)crc32(crc, (const uint8_t *)f->name, (uInt)strlen(f->name) + 1);
        if (f->kind == STATE_KIND_STRUCT) crc = layout(crc, f->fields);
    }
    return crc;
}

uint32_t fields_layout(const struct state_field *fields)
{
    return layout(0, fields);
}
