/* hash.c: multiply and fold: each 8 bytes are mixed in by a 64x64-bit product whose halves are then added by XOR. See hash.h. */
#include "util/hash.h"

#include <string.h>

/* Fractions of the square roots of 2, 3, 5 and 7: numbers without structure. */
#define ROOT2 0x6a09e667f3bcc909ull
#define ROOT3 0xbb67ae8584caa73bull
#define ROOT5 0x3c6ef372fe94f82bull
#define ROOT7 0xa54ff53a5f1d36f1ull

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* 8 bytes as a little-endian number. */
static inline uint64_t word_at(const uint8_t *p)
{
    uint64_t w;

    memcpy(&w, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

uint64_t hash_number(uint64_t seed, uint64_t value)
{
    return fold(seed ^ ROOT2, value ^ ROOT3) + ROOT5;
}

uint64_t hash_bytes(uint64_t seed, const void *data, size_t n)
{
    const uint8_t *p = data;
    uint64_t       a = seed ^ ROOT2, b = seed ^ ROOT3, last[2] = {0, 0};
    size_t         left = n;

    for (; left >= 32; p += 32, left -= 32) { /* two chains, so that the products overlap in time */
        a = fold(word_at(p) ^ a, word_at(p + 8) ^ ROOT5);
        b = fold(word_at(p + 16) ^ b, word_at(p + 24) ^ ROOT7);
    }
    for (; left >= 16; p += 16, left -= 16) a = fold(word_at(p) ^ a, word_at(p + 8) ^ ROOT5);
    for (size_t i = 0; i < left; i++) last[i / 8] |= (uint64_t)p[i] << (i % 8 * 8);
    a = fold(last[0] ^ a, last[1] ^ ROOT7);
    return hash_number(a ^ fold(b, ROOT2 ^ n), n);
}
