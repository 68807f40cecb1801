/* sse.c: compiled with -msse2 -mfpmath=sse. */
#include "kernels.h"

enum { LENGTH = 1024 };

static double x[LENGTH], y[LENGTH];

void scalar_prepare(void) {
    uint32_t seed = 13;
    for (uint32_t i = 0; i < LENGTH; i++) {
        x[i] = (int32_t)random_next(&seed) / 65536.0;
        y[i] = (int32_t)random_next(&seed) / 1048576.0;
    }
}

uint32_t scalar_run(uint32_t n) {
    union {
        double number;
        uint32_t word[2];
    } sum = {0};
    uint32_t hash = 0;
    for (; n; n--) {
        double dot = 0;
        for (uint32_t i = 0; i < LENGTH; i += 16) {
            for (uint32_t j = i; j < i + 16; j++)
                dot += x[j] * y[j];
            double size = dot * dot + 1.0, root;
            __asm__("sqrtsd %1, %0" : "=x"(root) : "x"(size));
            dot /= root * 0.001 + 1.0;
        }
        sum.number = sum.number * 0.5 + dot;
        x[n % LENGTH] += 0.25;
        hash = mix(hash, sum.word[0] ^ sum.word[1]);
    }
    return hash;
}

typedef uint32_t quad __attribute__((vector_size(16)));

static quad vectors[LENGTH];

void packed_prepare(void) {
    uint32_t seed = 17;
    for (uint32_t i = 0; i < LENGTH; i++)
        for (int j = 0; j < 4; j++)
            vectors[i][j] = random_next(&seed);
}

uint32_t packed_run(uint32_t n) {
    quad a = {1, 2, 3, 4};
    for (; n; n--) {
        quad b = {n, n, n, n};
        for (uint32_t i = 0; i < LENGTH; i++) {
            quad v = vectors[i];
            a += v ^ b;
            b = (b << 3 | b >> 29) - v;
            vectors[i] = __builtin_shuffle(v, (quad){1, 2, 3, 0}) + (a & b);
        }
        a ^= b;
    }
    return a[0] ^ a[1] ^ a[2] ^ a[3];
}
