/* mirror.c: one disk image for two machines that run side by side and write the same to it. See block.h.
 *
 * The twin is an overlay in memory, so what it writes does not reach the image. Before the mirror writes, the twin gets a copy of
 * what was there. */
#include "storage/block.h"

#include <errno.h>
#include <stdlib.h>

struct mirror {
    struct block  block;
    struct block *base;
    struct block *twin;   /* overlay over the reader; NULL: none */
    struct reader *reader;
};

/* What the twin lies over: the mirror's base, as long as there is a mirror. */
struct reader {
    struct block   block;
    struct mirror *mirror;
};

static int reader_read(struct block *block, uint64_t offset, void *buf, size_t n)
{
    const struct reader *r = (const struct reader *)block;

    return r->mirror ? block_read(r->mirror->base, offset, buf, n) : -EIO;
}

static void reader_close(struct block *block)
{
    struct reader *r = (struct reader *)block;

    if (r->mirror) {
        r->mirror->twin = NULL;
        r->mirror->reader = NULL;
    }
    free(r);
}

static const struct block_ops reader_ops = {.read = reader_read, .close = reader_close};

static int mirror_read(struct block *block, uint64_t offset, void *buf, size_t n)
{
    return block_read(((struct mirror *)block)->base, offset, buf, n);
}

static int mirror_write(struct block *block, uint64_t offset, const void *buf, size_t n)
{
    struct mirror *m = (struct mirror *)block;
    int            result = m->twin ? block_overlay_keep(m->twin, offset, n) : 0;

    return result ? result : block_write(m->base, offset, buf, n);
}

static int mirror_flush(struct block *block)
{
    return block_flush(((struct mirror *)block)->base);
}

static void mirror_close(struct block *block)
{
    struct mirror *m = (struct mirror *)block;

    if (m->reader) m->reader->mirror = NULL;
    block_close(m->base);
    free(m);
}

static const struct block_ops mirror_ops = {.read = mirror_read, .write = mirror_write, .flush = mirror_flush, .close = mirror_close};

struct block *block_mirror(struct block *base)
{
    struct mirror *m = calloc(1, sizeof(*m));

    if (!m) return NULL;
    m->block = (struct block){.ops = &mirror_ops, .size = base->size, .read_only = base->read_only, .file = base->file};
    m->base = base;
    return &m->block;
}

struct block *block_twin(struct block *mirror)
{
    struct mirror *m = (struct mirror *)mirror;
    struct reader *r;

    if (mirror->ops != &mirror_ops || m->twin || !(r = calloc(1, sizeof(*r)))) return NULL;
    r->block = (struct block){.ops = &reader_ops, .size = mirror->size, .read_only = true, .file = mirror->file};
    r->mirror = m;
    m->twin = block_overlay(&r->block);
    if (!m->twin) {
        free(r);
        return NULL;
    }
    m->reader = r;
    m->twin->read_only = mirror->read_only;
    return m->twin;
}
