/* loader.c: --kernel: reads the files, recognises the kernel's format. See loader.h. */
#include "machine/loader.h"

#include <stdio.h>

struct loader *loader_open(const char *kernel, const char *initrd, const char *append, uint64_t ram, char *error, size_t error_size)
{
    (void)initrd, (void)append, (void)ram;
    snprintf(error, error_size, "%s: not a kernel in a format that can be loaded", kernel);
    return NULL;
}

void loader_close(struct loader *l)
{
    (void)l;
}

void loader_start(const struct loader *l, struct x86 *c, struct phys *phys)
{
    (void)l, (void)c, (void)phys;
}
