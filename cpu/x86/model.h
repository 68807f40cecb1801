/* model.h: the CPU models: what each has and how it tells. */
#ifndef CPU_X86_MODEL_H
#define CPU_X86_MODEL_H

#include <stdint.h>

enum x86_feature {
    FEAT_186   = 1u << 0,  /* 80186 instructions and fault behaviour */
    FEAT_286   = 1u << 1,  /* protected mode */
    FEAT_386   = 1u << 2,  /* 32 bits, paging, V86 */
    FEAT_486   = 1u << 3,  /* BSWAP XADD CMPXCHG INVLPG WBINVD, WP, AC */
    FEAT_CPUID = 1u << 4,
    FEAT_FPU   = 1u << 5,
    FEAT_VME   = 1u << 6,
    FEAT_DE    = 1u << 7,
    FEAT_PSE   = 1u << 8,
    FEAT_TSC   = 1u << 9,
    FEAT_MSR   = 1u << 10,
    FEAT_CX8   = 1u << 11,
    FEAT_MMX   = 1u << 12, /* and RDPMC, which came with it */
    FEAT_P6    = 1u << 13, /* CMOV FCMOV FCOMI UD2 and multi-byte NOP */
    FEAT_PAE   = 1u << 14,
    FEAT_PGE   = 1u << 15,
    FEAT_SEP   = 1u << 16,
    FEAT_PAT   = 1u << 17,
    FEAT_PSE36 = 1u << 18,
    FEAT_FXSR  = 1u << 19,
    FEAT_SSE   = 1u << 20,
    FEAT_SSE2  = 1u << 21,
    FEAT_CLFSH = 1u << 22,
    FEAT_MTRR  = 1u << 23,
    FEAT_MCA   = 1u << 24,
    FEAT_NX    = 1u << 25,
    FEAT_LOADALL = 1u << 26, /* 0F 05 of the 286 */
};

struct x86_model {
    const char *name;
    uint32_t    features;    /* enum x86_feature */
    unsigned    family;      /* 0 (8086), 2, 3, 4, 5, 6, 15 */
    uint32_t    reset_edx;   /* DX at reset: family/model/stepping; also CPUID.1:EAX */
    uint32_t    cpuid_max;
    uint32_t    cpuid_edx;   /* leaf 1: the features less those that the machine lacks (the local APIC and what needs it) */
    uint32_t    cpuid_ebx;   /* leaf 1: brand index, CLFLUSH line in units of 8 bytes */
    uint32_t    caches[2];   /* leaf 2, EAX and EDX: cache and TLB descriptors */
    const char *brand;       /* extended leaves; NULL: none */
    unsigned    max_length;  /* bytes of an instruction: 10 on the 286, 15 from the 386, none on the 8086 (0) */
};

/* By name ("486"); NULL name: the newest complete one. NULL if unknown. */
const struct x86_model *x86_model_find(const char *name);
/* The Nth, NULL at the end. */
const struct x86_model *x86_model_at(unsigned n);

#endif
