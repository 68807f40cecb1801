/* kernels.h: the measured loops. Each runs its loop n times over memory that its prepare function has filled and returns a checksum. */
#ifndef BENCH_KERNELS_H
#define BENCH_KERNELS_H

#include <stdint.h>

/* integer.c */
uint32_t alu_run(uint32_t n);      /* 12 operations on registers */
void sieve_prepare(void);
uint32_t sieve_run(uint32_t n);    /* primes below 32768, one byte each */
void chase_prepare(void);
uint32_t chase_run(uint32_t n);    /* one load whose address is the value of the load before; 16 KB */
void increment_prepare(void);
uint32_t increment_run(uint32_t n); /* a pass over 16 KB that adds one to each word in memory */
uint32_t fib_run(uint32_t n);      /* fib(24) by recursion */
uint32_t indirect_run(uint32_t n); /* a call through a table of eight, in an order that repeats after 64 */
void crc_prepare(void);
uint32_t crc_run(uint32_t n);      /* CRC-32 of 16 KB, a byte and a table look-up at a time */
uint32_t sort_run(uint32_t n);     /* quicksort of 8192 random words */
void move_prepare(void);
uint32_t move_run(uint32_t n);     /* REP MOVSD of 16 KB */

/* x87.c, sse.c */
void x87_prepare(void);
uint32_t x87_run(uint32_t n);      /* dot product of 1024 doubles on the x87 */
void scalar_prepare(void);
uint32_t scalar_run(uint32_t n);   /* the same with SSE2 scalar instructions, and a division and a root each 16 */
void packed_prepare(void);
uint32_t packed_run(uint32_t n);   /* a pass over 16 KB with four 32-bit integers in each instruction */

/* main.c: runs what the line asks for: "PERCENT NAME NAME ...", without names all. */
void bench_main(const char *line);

/* pc.c and linux.c: writes a string to COM1 or to standard output, at once. */
void put(const char *text);

/* Pseudo-random numbers: xorshift32 (Marsaglia). */
static inline uint32_t random_next(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static inline uint32_t mix(uint32_t hash, uint32_t value) {
    return (hash ^ value) * 16777619u; /* FNV-1a */
}

#endif
