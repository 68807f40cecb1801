/* random.c: random numbers: splitmix64. */
#include "tests/lockstep/lockstep.h"

uint64_t fuzz_next(struct fuzz_case *f)
{
    uint64_t z = (f->random += 0x9E3779B97F4A7C15ull);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

uint32_t fuzz_below(struct fuzz_case *f, uint32_t n)
{
    return (uint32_t)((fuzz_next(f) >> 32) * n >> 32);
}

bool fuzz_chance(struct fuzz_case *f, uint32_t one_in)
{
    return fuzz_below(f, one_in) == 0;
}

uint32_t fuzz_value(struct fuzz_case *f)
{
    uint32_t r = (uint32_t)fuzz_next(f);

    switch (fuzz_below(f, 6)) {
    case 0: return PICK(f, 0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF);
    case 1: return 1u << (r & 31);
    case 2: return (1u << (r & 31)) - 1 - (r >> 5 & 3);
    case 3: return r & 0xFF;
    case 4: return r & 0xFFFF;
    default: return r;
    }
}
