/* perf_map.h: names of translated code for Linux perf, which looks for them in /tmp/perf-PID.map. */
#ifndef FRONTENDS_PERF_MAP_H
#define FRONTENDS_PERF_MAP_H

#include "frontends/outputs.h"

#include <stddef.h>
#include <stdint.h>

struct perf_map;

/* NULL with one line in ERROR if the file cannot be made. It becomes one of OUTPUTS. */
struct perf_map *perf_map_open(struct outputs *outputs, char *error, size_t error_size);
/* 0, or a negative errno if not all could be written. NULL is allowed. The file stays: perf report reads it afterwards. */
int              perf_map_close(struct perf_map *);

/* SIZE bytes at CODE are what the guest's code at linear address LINEAR was translated to. */
void perf_map_add(struct perf_map *, const void *code, size_t size, uint32_t linear);

#endif
