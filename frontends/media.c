/* media.c: opens a file just to look at it. See media.h. */
#include "frontends/media.h"

#include <errno.h>

int media_probe(const char *path, enum image_kind *kind, char *error, size_t error_size)
{
    struct block *image = block_open(path, BLOCK_READ_ONLY, error, error_size);
    int           status = image ? probe_image(image, path, kind, error, error_size) : -EINVAL;

    block_close(image);
    return status;
}

int media_check(const char *path, enum image_kind kind, char *error, size_t error_size)
{
    struct block *image = block_open(path, BLOCK_READ_ONLY, error, error_size);
    int           status = image ? probe_as(image, path, kind, error, error_size) : -EINVAL;

    block_close(image);
    return status;
}
