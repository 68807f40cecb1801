/* fuzz.h: a fuzzer of the whole machine: what its files share.
 *
 * One run is one machine, made and ill-treated by a sequence of random numbers that follows from the run's seed alone, so that a
 * failure comes again with the same seed. The fuzzer sees the machine's inside: it talks to the chips through the bus, as the
 * guest does, but between slices of guest code too. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "machine/machine_private.h"
#include "tests/random.h"

#include <stdbool.h>
#include <stdint.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define PICK(f, ...) RANDOM_PICK(&(f)->random, __VA_ARGS__)

enum fuzz_medium { FUZZ_FLOPPY, FUZZ_DISK, FUZZ_CD, FUZZ_MEDIA };

struct fuzz {
    uint64_t               random;
    uint64_t               seed;
    const char            *folder;              /* for images and states */
    char                   image[FUZZ_MEDIA][256];
    char                   state[2][256];
    struct machine_config  config;
    struct machine        *m;
    bool                   media_changed;       /* drives no longer hold what the configuration says */
    bool                   verbose;
    volatile uint64_t     *alive;               /* counted up at every step: the watchdog looks at it */
};

/* --- random numbers: tests/random.h --- */
static inline uint64_t fuzz_next(struct fuzz *f) { return random_next(&f->random); }
static inline uint32_t fuzz_below(struct fuzz *f, uint32_t n) { return random_below(&f->random, n); }
static inline bool     fuzz_chance(struct fuzz *f, uint32_t one_in) { return random_below(&f->random, one_in) == 0; }
static inline uint32_t fuzz_value(struct fuzz *f) { return random_value(&f->random); }
void                   fuzz_bytes(struct fuzz *, void *to, size_t n); /* main.c */

/* Ends the process with a line that names the seed, as for any failure. */
_Noreturn void fuzz_fail(const struct fuzz *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- the parts of a run --- */
void fuzz_code(struct fuzz *);     /* code.c: puts random code and tables into memory and points the CPU at it */
void fuzz_boot(struct fuzz *, bool boot); /* code.c: before the machine is made: a random boot sector, which the firmware is to load if BOOT */
void fuzz_ports(struct fuzz *);    /* ports.c: a sequence of port accesses to one chip */
void fuzz_memory(struct fuzz *);   /* memory.c: accesses by physical address */
void fuzz_owner(struct fuzz *);    /* owner.c: what a frontend does: keys, media, screen, inspection */
void fuzz_state(struct fuzz *);    /* states.c: saves and loads, checks hashes */

static inline void fuzz_out(struct fuzz *f, uint32_t port, uint32_t value, unsigned size)
{
    bus_out(&f->m->pc.bus, (uint16_t)port, value, size);
}

static inline uint32_t fuzz_in(struct fuzz *f, uint32_t port, unsigned size)
{
    return bus_in(&f->m->pc.bus, (uint16_t)port, size);
}

/* Lets about N instructions' worth of virtual time pass, cut into slices at random. */
void fuzz_run(struct fuzz *, uint64_t n);
/* Lets NS of virtual time pass, less if the CPU would be too busy meanwhile. */
void fuzz_wait(struct fuzz *, uint64_t ns);

#endif
