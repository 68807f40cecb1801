/* overlay.c: copy-on-write in memory over another image. See block.h.
 *
 * What was written is kept in chunks of 16 KB, found through a two-level table: regions of 1024 chunks (16 MB), so that
 * a large disk costs memory only where it was written. A chunk is copied from the base at its first write. */
#include "storage/block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES   16384u
#define REGION_CHUNKS 1024u
#define REGION_BYTES  ((uint64_t)CHUNK_BYTES * REGION_CHUNKS)

struct region {
    uint8_t *chunk[REGION_CHUNKS]; /* NULL: as in the base */
};

struct overlay {
    struct block    block;
    struct block   *base;
    struct region **region; /* NULL: nothing of it was written */
    size_t          regions;
};

/* The chunk that OFFSET is in, NULL if it was never written. */
static uint8_t *find_chunk(const struct overlay *o, uint64_t offset)
{
    const struct region *region = o->region[offset / REGION_BYTES];

    return region ? region->chunk[offset % REGION_BYTES / CHUNK_BYTES] : NULL;
}

/* How much of N bytes at OFFSET is in the first one's chunk. */
static size_t within_chunk(uint64_t offset, size_t n)
{
    size_t left = CHUNK_BYTES - offset % CHUNK_BYTES;

    return n < left ? n : left;
}

/* Bytes in the chunk that starts at OFFSET: less than a whole one at the end of the image. */
static size_t chunk_size(const struct overlay *o, uint64_t start)
{
    uint64_t left = o->block.size - start;

    return left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
}

/* Makes the chunk that OFFSET is in, a copy of the base's bytes. 0 or a negative errno. */
static int make_chunk(struct overlay *o, uint64_t offset, uint8_t **made)
{
    struct region **region = &o->region[offset / REGION_BYTES];
    uint64_t        start = offset - offset % CHUNK_BYTES;
    uint8_t        *chunk;
    int             result;

    if (!*region && !(*region = calloc(1, sizeof(**region)))) return -ENOMEM;
    chunk = calloc(1, CHUNK_BYTES);
    if (!chunk) return -ENOMEM;
    result = block_read(o->base, start, chunk, chunk_size(o, start));
    if (result) {
        free(chunk);
        return result;
    }
    (*region)->chunk[offset % REGION_BYTES / CHUNK_BYTES] = chunk;
    *made = chunk;
    return 0;
}

static int overlay_read(struct block *block, uint64_t offset, void *buf, size_t n)
{
    struct overlay *o = (struct overlay *)block;
    uint8_t        *to = buf;

    while (n) {
        size_t         part = within_chunk(offset, n);
        const uint8_t *chunk = find_chunk(o, offset);
        int            result = chunk ? 0 : block_read(o->base, offset, to, part);

        if (result) return result;
        if (chunk) memcpy(to, chunk + offset % CHUNK_BYTES, part);
        to += part;
        offset += part;
        n -= part;
    }
    return 0;
}

static int overlay_write(struct block *block, uint64_t offset, const void *buf, size_t n)
{
    struct overlay *o = (struct overlay *)block;
    const uint8_t  *from = buf;

    while (n) {
        size_t   part = within_chunk(offset, n);
        uint8_t *chunk = find_chunk(o, offset);
        int      result = chunk ? 0 : make_chunk(o, offset, &chunk);

        if (result) return result;
        memcpy(chunk + offset % CHUNK_BYTES, from, part);
        from += part;
        offset += part;
        n -= part;
    }
    return 0;
}

int block_overlay_keep(struct block *block, uint64_t offset, size_t n)
{
    struct overlay *o = (struct overlay *)block;

    while (n) {
        size_t   part = within_chunk(offset, n);
        uint8_t *made;
        int      result = find_chunk(o, offset) ? 0 : make_chunk(o, offset, &made);

        if (result) return result;
        offset += part;
        n -= part;
    }
    return 0;
}

static void discard(struct overlay *o)
{
    for (size_t r = 0; r < o->regions; r++) {
        if (!o->region[r]) continue;
        for (unsigned c = 0; c < REGION_CHUNKS; c++) free(o->region[r]->chunk[c]);
        free(o->region[r]);
        o->region[r] = NULL;
    }
}

static void overlay_close(struct block *block)
{
    struct overlay *o = (struct overlay *)block;

    discard(o);
    block_close(o->base);
    free(o->region);
    free(o);
}

static const struct block_ops overlay_ops = {.read = overlay_read, .write = overlay_write, .close = overlay_close};

struct block *block_overlay(struct block *base)
{
    uint64_t        regions = base->size / REGION_BYTES + 1;
    struct overlay *o = malloc(sizeof(*o));

    if (!o) return NULL;
    *o = (struct overlay){.block = {.ops = &overlay_ops, .size = base->size, .file = base->file}, .base = base, .regions = (size_t)regions};
    o->region = calloc(o->regions, sizeof(*o->region));
    if (!o->region || o->regions != regions) {
        free(o->region);
        free(o);
        return NULL;
    }
    return &o->block;
}

int block_each_change(struct block *block, int (*fn)(void *opaque, uint64_t offset, const void *data, size_t n), void *opaque)
{
    const struct overlay *o = (const struct overlay *)block;

    if (block->ops != &overlay_ops) return 0;
    for (size_t r = 0; r < o->regions; r++) {
        for (unsigned c = 0; o->region[r] && c < REGION_CHUNKS; c++) {
            uint64_t start = r * REGION_BYTES + (uint64_t)c * CHUNK_BYTES;
            int      result;

            if (!o->region[r]->chunk[c]) continue;
            result = fn(opaque, start, o->region[r]->chunk[c], chunk_size(o, start));
            if (result) return result;
        }
    }
    return 0;
}

void block_discard_changes(struct block *block)
{
    if (block->ops == &overlay_ops) discard((struct overlay *)block);
}
