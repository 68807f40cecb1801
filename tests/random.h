/* random.h: the random numbers of all tests: splitmix64. A sequence follows from its first state alone. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* One of a list of constants. */
#define RANDOM_PICK(state, ...) \
    (((const uint32_t[]){__VA_ARGS__})[random_below((state), sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))])

static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 to N-1. */
static inline uint32_t random_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((random_next(state) >> 32) * n >> 32);
}

/* 32 bits, more often an interesting number than not. */
static inline uint32_t random_value(uint64_t *state)
{
    uint32_t r = (uint32_t)random_next(state);

    switch (random_below(state, 6)) {
    case 0:
        return RANDOM_PICK(state, 0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF);
    case 1: return 1u << (r & 31);
    case 2: return (1u << (r & 31)) - 1 - (r >> 5 & 3);
    case 3: return r & 0xFF;
    case 4: return r & 0xFFFF;
    default: return r;
    }
}

#endif
