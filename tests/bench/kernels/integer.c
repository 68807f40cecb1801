/* integer.c: the kernels that use neither floating point nor vectors. The empty asm statements keep the compiler from merging
 * passes; they emit nothing. */
#include "kernels.h"

#define barrier() __asm__ volatile("" ::: "memory")

/* --- registers ------------------------------------------------------------------------------------------------------------- */

uint32_t alu_run(uint32_t n) {
    uint32_t a = 1, b = 0x9e3779b9, c = 3, d = 4;
    for (; n; n--) {
        a += b;
        b ^= a;
        c += a >> 3;
        d = (d << 7 | d >> 25) - c;
        a ^= d;
        b += c & 0xff00ff;
        c ^= b << 1;
    }
    return a ^ b ^ c ^ d;
}

/* --- memory ---------------------------------------------------------------------------------------------------------------- */

enum { SIEVE = 32768, WORDS = 4096 };

static uint8_t composite[SIEVE];

void sieve_prepare(void) {
    for (uint32_t i = 0; i < SIEVE; i++)
        composite[i] = 1;
}

uint32_t sieve_run(uint32_t n) {
    uint32_t hash = 0;
    for (; n; n--) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < SIEVE; i++)
            composite[i] = 0;
        for (uint32_t i = 2; i < SIEVE; i++) {
            if (composite[i])
                continue;
            count++;
            for (uint32_t j = i + i; j < SIEVE; j += i)
                composite[j] = 1;
        }
        hash = mix(hash, count);
        barrier();
    }
    return hash;
}

struct link {
    struct link *next;
};

static struct link links[WORDS];

/* One cycle through all links in random order (Sattolo). */
void chase_prepare(void) {
    static uint16_t order[WORDS];
    uint32_t seed = 1;
    for (uint32_t i = 0; i < WORDS; i++)
        order[i] = i;
    for (uint32_t i = WORDS - 1; i; i--) {
        uint32_t j = random_next(&seed) % i;
        uint16_t swap = order[i];
        order[i] = order[j], order[j] = swap;
    }
    for (uint32_t i = 0; i < WORDS; i++)
        links[order[i]].next = &links[order[(i + 1) % WORDS]];
}

uint32_t chase_run(uint32_t n) {
    struct link *at = links;
    for (; n; n--)
        at = at->next;
    return at - links;
}

static uint32_t counters[WORDS];

void increment_prepare(void) {
    for (uint32_t i = 0; i < WORDS; i++)
        counters[i] = i;
}

uint32_t increment_run(uint32_t n) {
    for (; n; n--) {
        for (uint32_t i = 0; i < WORDS; i++)
            counters[i]++;
        barrier();
    }
    uint32_t hash = 0;
    for (uint32_t i = 0; i < WORDS; i += 64)
        hash = mix(hash, counters[i]);
    return hash;
}

/* --- calls ----------------------------------------------------------------------------------------------------------------- */

/* As written: the compiler would otherwise unroll several levels into one function. */
static uint32_t __attribute__((noinline, noclone, optimize("O1", "no-optimize-sibling-calls"))) fib(uint32_t n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

uint32_t fib_run(uint32_t n) {
    uint32_t hash = 0;
    for (; n; n--) {
        hash = mix(hash, fib(24));
        barrier();
    }
    return hash;
}

static uint32_t op_add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t op_sub(uint32_t a, uint32_t b) { return a - b; }
static uint32_t op_xor(uint32_t a, uint32_t b) { return a ^ b; }
static uint32_t op_or(uint32_t a, uint32_t b) { return a | b; }
static uint32_t op_mul(uint32_t a, uint32_t b) { return a * b; }
static uint32_t op_rol(uint32_t a, uint32_t b) { return (a << 5 | a >> 27) + b; }
static uint32_t op_not(uint32_t a, uint32_t b) { return ~a ^ b; }
static uint32_t op_shr(uint32_t a, uint32_t b) { return (a >> 1) + b; }

static uint32_t (*volatile const operations[8])(uint32_t, uint32_t) = {op_add, op_sub, op_xor, op_or, op_mul, op_rol, op_not, op_shr};

uint32_t indirect_run(uint32_t n) {
    uint8_t order[64];
    uint32_t seed = 7, value = 1;
    for (uint32_t i = 0; i < 64; i++)
        order[i] = random_next(&seed) >> 9 & 7;
    for (; n; n--)
        value = operations[order[n & 63]](value, n);
    return value;
}

/* --- tables and data -------------------------------------------------------------------------------------------------------- */

static uint32_t crc_table[256];
static uint8_t crc_data[16384];

void crc_prepare(void) {
    uint32_t seed = 3;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
        crc_table[i] = c;
    }
    for (uint32_t i = 0; i < sizeof(crc_data); i++)
        crc_data[i] = random_next(&seed);
}

uint32_t crc_run(uint32_t n) {
    uint32_t crc = ~0u;
    for (; n; n--) {
        for (uint32_t i = 0; i < sizeof(crc_data); i++)
            crc = crc >> 8 ^ crc_table[(crc ^ crc_data[i]) & 255];
        barrier();
    }
    return ~crc;
}

static void quicksort(uint32_t *low, uint32_t *high) {
    while (low < high) {
        uint32_t pivot = low[(high - low) / 2], *i = low, *j = high;
        while (i <= j) {
            while (*i < pivot)
                i++;
            while (*j > pivot)
                j--;
            if (i <= j) {
                uint32_t swap = *i;
                *i++ = *j, *j-- = swap;
            }
        }
        quicksort(low, j);
        low = i;
    }
}

uint32_t sort_run(uint32_t n) {
    static uint32_t values[8192];
    uint32_t seed = 5, hash = 0;
    for (; n; n--) {
        for (uint32_t i = 0; i < 8192; i++)
            values[i] = random_next(&seed);
        quicksort(values, values + 8191);
        for (uint32_t i = 0; i < 8192; i += 512)
            hash = mix(hash, values[i]);
    }
    return hash;
}

static uint32_t move_from[WORDS], move_to[WORDS];

void move_prepare(void) {
    uint32_t seed = 9;
    for (uint32_t i = 0; i < WORDS; i++)
        move_from[i] = random_next(&seed), move_to[i] = 0;
}

uint32_t move_run(uint32_t n) {
    uint32_t hash = 0;
    for (; n; n--) {
        uint32_t *from = move_from, *to = move_to, count = WORDS;
        move_from[n & (WORDS - 1)] ^= n;
        __asm__ volatile("rep movsl" : "+S"(from), "+D"(to), "+c"(count)::"memory");
        hash = mix(hash, move_to[n & (WORDS - 1)]);
    }
    return hash;
}
