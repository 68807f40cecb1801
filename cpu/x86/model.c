/* model.c: see model.h. Signatures, feature bits and cache descriptors: the data sheets and Intel AP-485 (processor identification).
 *
 *   486           DX2, write-back enhanced: the first of its family with CPUID
 *   pentium       75-200, C2 stepping           pentium-mmx   P55C
 *   pentium2      Deschutes, 512 KB             pentium3      Coppermine, 256 KB, serial number switched off
 *   pentium4      Northwood, 512 KB, with the execute-disable bit that the family got later
 *
 * What the machine does not have is not told: local APIC, and on the Pentium 4 debug store, thermal monitor and its clock
 * control by ACPI, Hyper-Threading. */
#include "cpu/x86/model.h"

#include <stddef.h>
#include <string.h>

#define F_286     (FEAT_186 | FEAT_286)
#define F_386     (F_286 | FEAT_386 | FEAT_FPU)
#define F_486     (F_386 | FEAT_486 | FEAT_CPUID)
#define F_PENTIUM (F_486 | FEAT_VME | FEAT_DE | FEAT_PSE | FEAT_TSC | FEAT_MSR | FEAT_CX8)
#define F_P2      (F_PENTIUM | FEAT_MMX | FEAT_P6 | FEAT_PAE | FEAT_PGE | FEAT_SEP | FEAT_PAT | FEAT_PSE36 | FEAT_FXSR | FEAT_MTRR | FEAT_MCA)
#define F_P4      (F_P2 | FEAT_SSE | FEAT_SSE2 | FEAT_CLFSH | FEAT_NX)

#define EDX_APIC (1u << 9)

/* Cache descriptors: 01-04 TLBs of the P6; 08 and 0C its first-level caches; 43 512 KB and 82 256 KB of second level. 50, 5B
 * TLBs of the Pentium 4, 66 its 8 KB data cache, 70 its trace cache, 7B 512 KB of second level, 40 no third one. */
static const struct x86_model models[] = {
    {.name = "8086", .features = FEAT_FPU},
    {.name = "286", .features = F_286 | FEAT_FPU | FEAT_LOADALL, .family = 2, .max_length = 10},
    {.name = "386", .features = F_386, .family = 3, .reset_edx = 0x0308, .max_length = 15},
    {.name = "486", .features = F_486, .family = 4, .reset_edx = 0x0435, .cpuid_max = 1, .cpuid_edx = 0x00000001, .max_length = 15},
    {.name = "pentium", .features = F_PENTIUM, .family = 5, .reset_edx = 0x0526, .cpuid_max = 1, .cpuid_edx = 0x000001BF, .max_length = 15},
    {.name = "pentium-mmx", .features = F_PENTIUM | FEAT_MMX, .family = 5, .reset_edx = 0x0543, .cpuid_max = 1, .cpuid_edx = 0x008001BF,
     .max_length = 15},
    {.name = "pentium2", .features = F_P2, .family = 6, .reset_edx = 0x0652, .cpuid_max = 2, .cpuid_edx = 0x0183FBFF & ~EDX_APIC,
     .caches = {0x03020101, 0x0C040843}, .max_length = 15},
    {.name = "pentium3", .features = F_P2 | FEAT_SSE, .family = 6, .reset_edx = 0x0683, .cpuid_max = 2, .cpuid_edx = 0x0383FBFF & ~EDX_APIC,
     .cpuid_ebx = 0x02, .caches = {0x03020101, 0x0C040882}, .max_length = 15},
    {.name = "pentium4", .features = F_P4, .family = 15, .reset_edx = 0x0F27, .cpuid_max = 2, .cpuid_edx = 0x0F8BFBFF & ~EDX_APIC,
     .cpuid_ebx = 0x0809, .caches = {0x665B5001, 0x007B7040}, .brand = "Intel(R) Pentium(R) 4 CPU 2.00GHz", .max_length = 15},
};

const struct x86_model *x86_model_at(unsigned n)
{
    return n < sizeof(models) / sizeof(models[0]) ? &models[n] : NULL;
}

const struct x86_model *x86_model_find(const char *name)
{
    for (unsigned n = 0; x86_model_at(n); n++)
        if (!strcmp(models[n].name, name ? name : "pentium4")) return &models[n];
    return NULL;
}
