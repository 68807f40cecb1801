/* perf_map.c: see perf_map.h. A line is "START SIZE NAME", numbers in hexadecimal (Linux: tools/perf/Documentation/jit-interface.txt). */
#include "frontends/perf_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct perf_map {
    char  path[40];
    FILE *file;
};

struct perf_map *perf_map_open(struct outputs *outputs, char *error, size_t error_size)
{
    struct perf_map *map = malloc(sizeof(*map));
    int              fd;

    if (!map) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    snprintf(map->path, sizeof(map->path), "/tmp/perf-%d.map", (int)getpid());
    fd = outputs_open(outputs, map->path, error, error_size);
    if (fd >= 0 && (map->file = fdopen(fd, "w"))) return map;
    if (fd >= 0) {
        snprintf(error, error_size, "%s: %s", map->path, strerror(errno));
        close(fd);
    }
    free(map);
    return NULL;
}

int perf_map_close(struct perf_map *map)
{
    int status = 0;

    if (!map) return 0;
    if (ferror(map->file)) status = -EIO;
    if (fclose(map->file) != 0) status = -errno;
    free(map);
    return status;
}

void perf_map_add(struct perf_map *map, const void *code, size_t size, uint32_t linear)
{
    fprintf(map->file, "%" PRIxPTR " %zx guest_%08" PRIx32 "\n", (uintptr_t)code, size, linear);
}
