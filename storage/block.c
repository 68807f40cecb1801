/* block.c: what all disk images have in common: bounds, write protection, opening. See block.h. */
#include "storage/block.h"
#include "storage/raw.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool inside(const struct block *block, uint64_t offset, size_t n)
{
    return offset <= block->size && n <= block->size - offset;
}

int block_read(struct block *block, uint64_t offset, void *buf, size_t n)
{
    if (!inside(block, offset, n)) return -EINVAL;
    return n ? block->ops->read(block, offset, buf, n) : 0;
}

int block_write(struct block *block, uint64_t offset, const void *buf, size_t n)
{
    if (block->read_only) return -EROFS;
    if (!inside(block, offset, n)) return -EINVAL;
    return n ? block->ops->write(block, offset, buf, n) : 0;
}

int block_flush(struct block *block)
{
    return block->ops->flush ? block->ops->flush(block) : 0;
}

void block_close(struct block *block)
{
    if (block) block->ops->close(block);
}

struct block *block_open(const char *path, unsigned flags, char *error, size_t error_size)
{
    struct block *base = raw_open(path, flags & (BLOCK_READ_ONLY | BLOCK_SNAPSHOT), error, error_size);
    struct block *overlay;

    if (!base || !(flags & BLOCK_SNAPSHOT)) return base;
    overlay = block_overlay(base);
    if (!overlay) {
        snprintf(error, error_size, "%s: %s", path, strerror(ENOMEM));
        block_close(base);
        return NULL;
    }
    overlay->read_only = flags & BLOCK_READ_ONLY;
    return overlay;
}
