/* softfloat_cases.h: operands for comparisons of the soft float with the host's units, the same in each run, and how many. */
#ifndef TESTS_UNIT_SOFTFLOAT_CASES_H
#define TESTS_UNIT_SOFTFLOAT_CASES_H

#include <stdlib.h>

#include "cpu/x86/softfloat.h"
#include "tests/random.h"

/* Significands with long runs of equal bits find rounding bugs. */
static inline uint64_t random_bits(uint64_t *seed)
{
    uint64_t r = random_next(seed);
    unsigned kind = r & 7, shift = r >> 8 & 63;

    switch (kind) {
        case 0:
            return ~UINT64_C(0) << shift;
        case 1:
            return ~UINT64_C(0) >> shift;
        case 2:
            return UINT64_C(1) << shift;
        case 3:
            return random_next(seed) << shift;
        case 4:
            return 0;
        default:
            return random_next(seed);
    }
}

static inline struct floatx80 random_f80(uint64_t *seed)
{
    uint64_t        r = random_next(seed);
    struct floatx80 f = {random_bits(seed), 0};
    unsigned        exponent;

    switch (r & 15) {
        case 0:
            exponent = r >> 8 & 0x7fff;
            break;
        case 1:
            exponent = 0;
            break;
        case 2:
            exponent = 0x7fff;
            break;
        case 3:
            exponent = (r >> 8 & 127);
            break;
        case 4:
            exponent = 0x7ffe - (r >> 8 & 127);
            break;
        case 5:
            exponent = 16383 - 1022 - 64 + (r >> 8 & 127);
            break;
        case 6:
            exponent = 16383 - 126 - 64 + (r >> 8 & 127);
            break;
        case 7:
            exponent = 16383 + (r >> 8 & 2047) - 1024;
            break;
        case 8:
            exponent = 16383 + 64 - (r >> 8 & 127);
            break;
        default:
            exponent = 16383 + 8 - (r >> 8 & 15);
            break;
    }
    if (exponent && (r >> 32 & 31)) f.mant |= UINT64_C(1) << 63;
    f.exp_sign = (uint16_t)(exponent | (r >> 40 & 1) << 15);
    return f;
}

static inline uint64_t random_f64(uint64_t *seed)
{
    uint64_t r = random_next(seed);
    uint64_t exponent;

    switch (r & 7) {
        case 0:
            exponent = 0;
            break;
        case 1:
            exponent = 0x7ff;
            break;
        case 2:
            exponent = r >> 8 & 63;
            break;
        case 3:
            exponent = 0x7fe - (r >> 8 & 63);
            break;
        case 4:
            exponent = 1023 - 160 + (r >> 8 & 255);
            break;
        default:
            exponent = 1023 + 32 - (r >> 8 & 63);
            break;
    }
    return (r & UINT64_C(1) << 63) | exponent << 52 | (random_bits(seed) & UINT64_C(0xfffffffffffff));
}

static inline uint32_t random_f32(uint64_t *seed)
{
    uint64_t r = random_next(seed);
    uint32_t exponent;

    switch (r & 7) {
        case 0:
            exponent = 0;
            break;
        case 1:
            exponent = 0xff;
            break;
        case 2:
            exponent = r >> 8 & 31;
            break;
        case 3:
            exponent = 0xfe - (r >> 8 & 31);
            break;
        default:
            exponent = 127 + 32 - (r >> 8 & 63);
            break;
    }
    return (uint32_t)(r >> 32 & 0x80000000u) | exponent << 23 | (uint32_t)(random_bits(seed) >> 7 & 0x7fffff);
}

/* SOFTFLOAT_CASES in the environment says how many for each operation. */
static inline unsigned long cases_per_op(unsigned long normal)
{
    const char *s = getenv("SOFTFLOAT_CASES");

    return s ? strtoul(s, NULL, 0) : normal;
}

#endif
