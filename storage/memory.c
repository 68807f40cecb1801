/* memory.c: a disk image of zeros in memory. See block.h. */
#include "storage/block.h"

#include <stdlib.h>
#include <string.h>

struct memory {
    struct block block;
    uint8_t     *bytes;
};

static int memory_read(struct block *block, uint64_t offset, void *buf, size_t n)
{
    memcpy(buf, ((struct memory *)block)->bytes + offset, n);
    return 0;
}

static int memory_write(struct block *block, uint64_t offset, const void *buf, size_t n)
{
    memcpy(((struct memory *)block)->bytes + offset, buf, n);
    return 0;
}

static void memory_close(struct block *block)
{
    free(((struct memory *)block)->bytes);
    free(block);
}

static const struct block_ops memory_ops = {.read = memory_read, .write = memory_write, .close = memory_close};

struct block *block_memory(uint64_t size)
{
    struct memory *memory = malloc(sizeof(*memory));

    if (!memory) return NULL;
    *memory = (struct memory){.block = {.ops = &memory_ops, .size = size}};
    if (size <= SIZE_MAX) memory->bytes = calloc(1, size ? (size_t)size : 1);
    if (!memory->bytes) {
        free(memory);
        return NULL;
    }
    return &memory->block;
}
