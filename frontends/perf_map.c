/* perf_map.c: see perf_map.h. A line is "START SIZE NAME", numbers in hexadecimal (Linux: tools/perf/Documentation/jit-interface.txt). */
#include "frontends/perf_map.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct perf_map {
    FILE *file;
};

struct perf_map *perf_map_open(char *error, size_t error_size)
{
    struct perf_map *map = malloc(sizeof(*map));
    char             path[40];

    if (!map) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
    map->file = fopen(path, "we");
    if (map->file) return map;
    snprintf(error, error_size, "%s: %s", path, strerror(errno));
    free(map);
    return NULL;
}

void perf_map_close(struct perf_map *map)
{
    if (!map) return;
    fclose(map->file);
    free(map);
}

void perf_map_add(struct perf_map *map, const void *code, size_t size, uint32_t linear)
{
    fprintf(map->file, "%" PRIxPTR " %zx guest_%08" PRIx32 "\n", (uintptr_t)code, size, linear);
}
