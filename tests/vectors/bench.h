/* bench.h: a CPU with memory and empty ports, to run cases on. */
#ifndef TESTS_VECTORS_BENCH_H
#define TESTS_VECTORS_BENCH_H

#include "cpu/cpu.h"

/* The engine of CPUs made from now on: "interp" (at first) or "jit". False if there is no such engine on this host. */
bool bench_engine(const char *engine);

/* A CPU of MODEL with RAM and ports that answer FFh. Without FPU, escape instructions are ignored. */
struct bench {
    struct x86       cpu;
    struct phys      phys;
    struct bus       bus;
    struct x86_model model;
};
struct bench *bench_create(const char *model, uint64_t ram, bool fpu); /* NULL: out of memory, or unknown */
void          bench_destroy(struct bench *);

#endif
