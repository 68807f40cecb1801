/* x87.c: compiled with -mfpmath=387. */
#include "kernels.h"

enum { LENGTH = 1024 };

static double x[LENGTH], y[LENGTH];

void x87_prepare(void) {
    uint32_t seed = 11;
    for (uint32_t i = 0; i < LENGTH; i++) {
        x[i] = (int32_t)random_next(&seed) / 65536.0;
        y[i] = (int32_t)random_next(&seed) / 1048576.0;
    }
}

uint32_t x87_run(uint32_t n) {
    union {
        double number;
        uint32_t word[2];
    } sum = {0};
    uint32_t hash = 0;
    for (; n; n--) {
        double dot = 0;
        for (uint32_t i = 0; i < LENGTH; i++)
            dot += x[i] * y[i];
        sum.number = sum.number * 0.5 + dot;
        x[n % LENGTH] += 0.25;
        hash = mix(hash, sum.word[0] ^ sum.word[1]);
    }
    return hash;
}
