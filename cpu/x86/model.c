/* model.c: see model.h. Signatures and feature bits: the data sheets and Intel AP-485 (processor identification). */
#include "cpu/x86/model.h"

#include <stddef.h>
#include <string.h>

#define F_286     (FEAT_186 | FEAT_286)
#define F_386     (F_286 | FEAT_386 | FEAT_FPU)
#define F_486     (F_386 | FEAT_486 | FEAT_CPUID)
#define F_PENTIUM (F_486 | FEAT_VME | FEAT_DE | FEAT_PSE | FEAT_TSC | FEAT_MSR | FEAT_CX8)
#define F_P2      (F_PENTIUM | FEAT_MMX | FEAT_P6 | FEAT_PAE | FEAT_PGE | FEAT_SEP | FEAT_PAT | FEAT_PSE36 | FEAT_FXSR | FEAT_MTRR | FEAT_MCA)

static const struct x86_model models[] = {
    {"8086", FEAT_FPU, 0, 0, 0, 0, NULL, 0},
    {"286", F_286 | FEAT_FPU | FEAT_LOADALL, 2, 0, 0, 0, NULL, 10},
    {"386", F_386, 3, 0x0308, 0, 0, NULL, 15},
    {"486", F_486, 4, 0x0435, 1, 0x00000001, NULL, 15},
    {"pentium", F_PENTIUM, 5, 0x0526, 1, 0x000001BF, NULL, 15},
    {"pentium-mmx", F_PENTIUM | FEAT_MMX, 5, 0x0543, 1, 0x008001BF, NULL, 15},
    {"pentium2", F_P2, 6, 0x0652, 2, 0x0183FBFF & ~(1u << 9), NULL, 15},
    {"pentium3", F_P2 | FEAT_SSE, 6, 0x0683, 2, 0x0383FBFF & ~(1u << 9), NULL, 15},
    {"pentium4", F_P2 | FEAT_SSE | FEAT_SSE2 | FEAT_CLFSH, 15, 0x0F27, 2, 0x078BFBFF & ~(1u << 9), "Intel(R) Pentium(R) 4 CPU 2.00GHz", 15},
};

const struct x86_model *x86_model_at(unsigned n)
{
    return n < sizeof(models) / sizeof(models[0]) ? &models[n] : NULL;
}

const struct x86_model *x86_model_find(const char *name)
{
    for (unsigned n = 0; x86_model_at(n); n++)
        if (!strcmp(models[n].name, name ? name : "pentium")) return &models[n];
    return NULL;
}
