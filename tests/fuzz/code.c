/* code.c: random guest code, and the descriptor and page tables that it runs with.
 *
 * Memory, physical: 0 vectors, 1000h GDT, 1400h LDT, 1800h IDT, 2000h TSSs, 3000h page directory, 4000h page tables, 8000h code
 * (CODE_SIZE bytes), above it data and stacks. Everything lies within 64 KB, so that real-mode code reaches its own tables. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GDT       0x1000
#define LDT       0x1400
#define IDT       0x1800
#define TSS       0x2000
#define DIRECTORY 0x3000
#define TABLES    0x4000
#define CODE      0x8000
#define CODE_SIZE 0x3000
#define STACK     0xF000

/* Selectors that setup_gdt() gives a meaning. */
enum { SEL_CODE32 = 0x08, SEL_DATA32 = 0x10, SEL_CODE16 = 0x18, SEL_DATA16 = 0x20, SEL_CODE32_USER = 0x2B, SEL_DATA32_USER = 0x33,
       SEL_CONFORMING = 0x38, SEL_DOWN = 0x40, SEL_TSS32 = 0x48, SEL_TSS_NOW = 0x50, SEL_TSS16 = 0x58, SEL_LDT = 0x60, SEL_CALL32 = 0x6B,
       SEL_CALL16 = 0x73, SEL_TASK = 0x7B, SEL_RANDOM = 0x80, SEL_END = 0x400 };

static void put(struct fuzz *f, uint32_t addr, const void *bytes, size_t n)
{
    phys_write_block(&f->m->pc.phys, addr, bytes, n);
}

static void put64(struct fuzz *f, uint32_t addr, uint64_t v)
{
    put(f, addr, &v, 8);
}

static void put32(struct fuzz *f, uint32_t addr, uint32_t v)
{
    put(f, addr, &v, 4);
}

/* --- instructions -------------------------------------------------------------------------------------------------------- */

struct code {
    uint8_t  bytes[CODE_SIZE + 32];
    unsigned n;
};

static void emit(struct code *c, uint32_t v, unsigned size)
{
    memcpy(c->bytes + c->n, &v, size);
    c->n += size;
}

static uint16_t selector(struct fuzz *f)
{
    return (uint16_t)(fuzz_chance(f, 12) ? fuzz_value(f) : fuzz_below(f, 0x100 / 8) * 8 + (fuzz_chance(f, 2) ? 3 : 0));
}

static uint16_t port(struct fuzz *f)
{
    return (uint16_t)(fuzz_chance(f, 2) ? fuzz_below(f, 0x400)
                                        : PICK(f, 0x20, 0x21, 0x40, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0x92, 0xA0, 0xF0, 0x1F0, 0x1F7, 0x3C0, 0x3C4, 0x3C5,
                                               0x3CE, 0x3CF, 0x3D4, 0x3D5, 0x3DA, 0x3F5, 0x1CE, 0x1CF, 0xCF8, 0xCFC, 0xCFD, 0x3F8, 0xF4));
}

/* MOV EAX, V whatever the operand size is now. */
static void emit_eax(struct code *c, uint32_t v)
{
    emit(c, 0xB866, 2); // in 32-bit code this is MOV AX with 2 bytes too many, which are code then: as good
    emit(c, v, 4);
}

static void emit_prefixes(struct fuzz *f, struct code *c)
{
    static const uint8_t prefixes[] = {0x66, 0x67, 0xF2, 0xF3, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0xF0};

    for (unsigned n = fuzz_chance(f, 4) ? 1 + fuzz_below(f, fuzz_chance(f, 30) ? 16 : 2) : 0; n-- > 0;)
        emit(c, prefixes[fuzz_below(f, sizeof(prefixes))], 1);
}

/* An opcode with operands at random. */
static void emit_opcode(struct fuzz *f, struct code *c)
{
    static const uint8_t groups[] = {0xF6, 0xF7, 0xFE, 0xFF, 0xC0, 0xC1, 0xD1, 0xD3, 0x80, 0x81, 0x83, 0x8F, 0x8C, 0x8E, 0xC4, 0xC5};

    emit_prefixes(f, c);
    if (fuzz_chance(f, 3)) emit(c, 0x0F, 1);
    if (fuzz_chance(f, 4)) emit(c, PICK(f, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF), 1);
    else if (fuzz_chance(f, 4)) emit(c, groups[fuzz_below(f, sizeof(groups))], 1);
    else emit(c, fuzz_below(f, 256), 1);
    emit(c, fuzz_below(f, 256), 1);
    emit(c, fuzz_value(f), fuzz_below(f, 5));
}

static void emit_flags(struct fuzz *f, struct code *c)
{
    emit(c, 0x6866, 2); // PUSH imm32; POPFD
    emit(c, fuzz_value(f) | (fuzz_chance(f, 3) ? 1u << PICK(f, 8, 9, 12, 14, 16, 17, 18, 19, 20) : 0), 4);
    emit(c, fuzz_chance(f, 3) ? 0xCF66 : 0x9D66, 2);
}

/* MOV CRn, EAX and MOV DRn, EAX. */
static void emit_control(struct fuzz *f, struct code *c)
{
    static const uint32_t cr0[] = {0, CR0_PE, CR0_PE | CR0_PG, CR0_PE | CR0_PG | CR0_WP, CR0_PE | CR0_PG | CR0_WP | CR0_AM, CR0_TS | CR0_PE, CR0_EM, CR0_NE | CR0_MP};

    if (fuzz_chance(f, 2)) {
        static const uint8_t reg[] = {0xC0, 0xD0, 0xD8, 0xE0}; // 0, 2, 3, 4
        unsigned             n = fuzz_below(f, 4);
        emit_eax(c, n == 0 ? cr0[fuzz_below(f, COUNT_OF(cr0))] : n == 2 && !fuzz_chance(f, 4) ? DIRECTORY : fuzz_value(f));
        emit(c, 0x220F, 2);
        emit(c, reg[n], 1);
    } else {
        emit_eax(c, fuzz_chance(f, 2) ? fuzz_below(f, 0x10000) : fuzz_value(f));
        emit(c, 0x230F, 2);
        emit(c, 0xC0 | fuzz_below(f, 8) << 3, 1);
    }
}

static void emit_far(struct fuzz *f, struct code *c)
{
    switch (fuzz_below(f, 4)) {
    case 0: // JMP or CALL far
        emit(c, fuzz_chance(f, 2) ? 0xEA : 0x9A, 1);
        emit(c, CODE + fuzz_below(f, CODE_SIZE), fuzz_chance(f, 2) ? 2 : 4);
        emit(c, selector(f), 2);
        break;
    case 1: // a segment register
        emit(c, 0xB8, 1);
        emit(c, selector(f), 2);
        emit(c, 0x8E, 1);
        emit(c, 0xC0 | fuzz_below(f, 6) << 3, 1);
        break;
    case 2: emit(c, 0xCD, 1), emit(c, fuzz_below(f, 256), 1); break; // INT
    default: // RETF, IRET to what lies on the stack
        emit(c, 0x6866, 2), emit(c, fuzz_value(f), 4);
        emit(c, 0x6866, 2), emit(c, selector(f), 4);
        emit(c, 0x6866, 2), emit(c, CODE + fuzz_below(f, CODE_SIZE), 4);
        emit(c, PICK(f, 0xCB, 0xCF, 0xCB66, 0xCF66), 2);
        break;
    }
}

static void emit_string(struct fuzz *f, struct code *c)
{
    static const uint8_t ops[] = {0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0x6C, 0x6D, 0x6E, 0x6F};

    emit(c, PICK(f, 0xB9, 0xBE, 0xBF, 0xBA), 1); // (E)CX, (E)SI, (E)DI, (E)DX
    emit(c, fuzz_value(f), fuzz_chance(f, 2) ? 2 : 4);
    if (fuzz_chance(f, 8)) emit(c, fuzz_chance(f, 2) ? 0xFC : 0xFD, 1);
    if (fuzz_chance(f, 3)) emit(c, 0x67, 1);
    if (fuzz_chance(f, 3)) emit(c, 0x66, 1);
    emit(c, fuzz_chance(f, 2) ? 0xF3 : 0xF2, 1);
    emit(c, ops[fuzz_below(f, sizeof(ops))], 1);
}

/* System instructions with a memory operand or none. */
static void emit_system(struct fuzz *f, struct code *c)
{
    switch (fuzz_below(f, 6)) {
    case 0: emit(c, 0x010F, 2), emit(c, fuzz_below(f, 256), 1), emit(c, GDT + fuzz_below(f, 0x1000), 2); break;
    case 1: emit(c, 0x000F, 2), emit(c, 0xC0 | fuzz_below(f, 64), 1); break; // LLDT, LTR, VERR ... of a register
    case 2: emit(c, PICK(f, 0xA20F, 0x310F, 0x060F, 0x080F, 0x090F, 0xAA0F, 0x0B0F), 2); break;
    case 3: // RDMSR, WRMSR
        emit(c, 0xB966, 2), emit(c, PICK(f, 0, 1, 0x10, 0x11, 0x1B, 0x174, 0x175, 0x176, 0x277, 0x2FF, 0x200, 0x250, 0xC0000080, 0xFFFFFFFF), 4);
        emit(c, fuzz_chance(f, 2) ? 0x320F : 0x300F, 2);
        break;
    case 4: emit(c, PICK(f, 0xFA, 0xFB, 0xF4, 0xFB, 0xCC, 0xCE, 0xF1, 0x9B), 1); break;
    default: emit(c, 0x380F010F, 4), emit(c, fuzz_value(f), 2); break; // INVLPG among others
    }
}

static void emit_io(struct fuzz *f, struct code *c)
{
    emit(c, 0xBA, 1), emit(c, port(f), 2);
    emit(c, 0xB0, 1), emit(c, fuzz_below(f, 256), 1);
    emit(c, PICK(f, 0xEC, 0xED, 0xEE, 0xEF, 0xEE), 1);
}

/* A write into the code itself, near or anywhere. */
static void emit_self(struct fuzz *f, struct code *c)
{
    emit(c, fuzz_chance(f, 2) ? 0x06C6 : 0x06C7, 2);
    emit(c, CODE + (fuzz_chance(f, 2) ? c->n + fuzz_below(f, 24) : fuzz_below(f, CODE_SIZE)), 2);
    emit(c, fuzz_value(f), 2);
}

static void emit_jump(struct fuzz *f, struct code *c)
{
    emit(c, PICK(f, 0xEB, 0x74, 0x75, 0x72, 0x7C, 0xE2, 0xE3, 0xE0, 0xE8, 0xE9), 1);
    emit(c, fuzz_chance(f, 3) ? 0xFFFFFFF0u + fuzz_below(f, 32) : fuzz_below(f, 64), fuzz_chance(f, 2) ? 1 : 2);
}

static void emit_one(struct fuzz *f, struct code *c)
{
    uint8_t junk[8];

    switch (fuzz_below(f, 24)) {
    case 0:
        fuzz_bytes(f, junk, sizeof(junk));
        for (unsigned n = 0; n < sizeof(junk); n++) emit(c, junk[n], 1);
        break;
    case 1: emit_flags(f, c); break;
    case 2: emit_control(f, c); break;
    case 3: emit_far(f, c); break;
    case 4: case 5: emit_string(f, c); break;
    case 6: emit_system(f, c); break;
    case 7: case 8: emit_io(f, c); break;
    case 9: emit_self(f, c); break;
    case 10: case 11: emit_jump(f, c); break;
    case 12: case 13: emit(c, 0xB8 + fuzz_below(f, 8), 1), emit(c, fuzz_value(f), fuzz_chance(f, 2) ? 2 : 4); break;
    default: emit_opcode(f, c); break;
    }
}

static void make_code(struct fuzz *f, struct code *c, unsigned size)
{
    c->n = 0;
    if (fuzz_chance(f, 6)) {
        fuzz_bytes(f, c->bytes, size);
        c->n = size;
    }
    while (c->n < size) emit_one(f, c);
}

/* --- tables -------------------------------------------------------------------------------------------------------------- */

static uint64_t descriptor(uint32_t base, uint32_t limit, unsigned access, unsigned flags)
{
    return (limit & 0xFFFF) | (uint64_t)(base & 0xFFFFFF) << 16 | (uint64_t)access << 40 | (uint64_t)(limit >> 16 & 15) << 48 |
           (uint64_t)flags << 52 | (uint64_t)(base >> 24) << 56;
}

static uint64_t gate(uint16_t to, uint32_t offset, unsigned access)
{
    return (offset & 0xFFFF) | (uint64_t)to << 16 | (uint64_t)access << 40 | (uint64_t)(offset & 0xFFFF0000u) << 32;
}

static uint64_t random_descriptor(struct fuzz *f)
{
    static const uint8_t types[] = {0x9A, 0x92, 0xFA, 0xF2, 0x96, 0x9E, 0x98, 0x90, 0x82, 0x81, 0x89, 0x8B, 0x8C, 0x84, 0x85, 0xE5, 0xEC, 0x87, 0x8F, 0x1A};

    if (fuzz_chance(f, 3)) return fuzz_next(f);
    if (fuzz_chance(f, 2)) return gate(selector(f), CODE + fuzz_below(f, CODE_SIZE), types[fuzz_below(f, sizeof(types))]);
    return descriptor(fuzz_chance(f, 2) ? 0 : fuzz_value(f), fuzz_value(f), types[fuzz_below(f, sizeof(types))], fuzz_below(f, 16));
}

static void setup_gdt(struct fuzz *f)
{
    const uint64_t fixed[] = {0, descriptor(0, 0xFFFFF, 0x9A, 0xC), descriptor(0, 0xFFFFF, 0x92, 0xC), descriptor(0, 0xFFFF, 0x9A, 0),
                              descriptor(0, 0xFFFF, 0x92, 0), descriptor(0, 0xFFFFF, 0xFA, 0xC), descriptor(0, 0xFFFFF, 0xF2, 0xC),
                              descriptor(0, 0xFFFFF, 0x9E, 0xC), descriptor(0, 0x7FF, 0x96, 0x4), descriptor(TSS, 0x67, 0x89, 0),
                              descriptor(TSS + 0x100, 0xFFF, 0x8B, 0), descriptor(TSS + 0x200, 0x2B, 0x81, 0), descriptor(LDT, 0x3FF, 0x82, 0),
                              gate(SEL_CODE32, CODE, 0xEC), gate(SEL_CODE16, CODE, 0xE4), gate(SEL_TSS32, 0, 0xE5)};

    for (uint32_t n = 0; n < SEL_END; n += 8)
        put64(f, GDT + n, n / 8 < COUNT_OF(fixed) && !fuzz_chance(f, 20) ? fixed[n / 8] : random_descriptor(f));
    for (uint32_t n = 0; n < 0x400; n += 8) put64(f, LDT + n, random_descriptor(f));
}

static void setup_idt(struct fuzz *f)
{
    static const uint8_t types[] = {0x8E, 0xEE, 0x8F, 0xEF, 0x86, 0x87};
    uint32_t             all = CODE + fuzz_below(f, CODE_SIZE);
    bool                 same = fuzz_chance(f, 4); // a storm: every handler faults in the same way

    for (unsigned n = 0; n < 256; n++) {
        uint32_t to = same ? all : CODE + fuzz_below(f, CODE_SIZE);
        put64(f, IDT + 8 * n, fuzz_chance(f, 16) ? random_descriptor(f) : gate(fuzz_chance(f, 4) ? SEL_CODE16 : SEL_CODE32, to, types[fuzz_below(f, sizeof(types))]));
        put32(f, 4 * n, fuzz_chance(f, 30) ? fuzz_value(f) : to); // real mode: segment 0
    }
}

static void setup_tss(struct fuzz *f)
{
    static const uint8_t selectors_at[] = {8, 16, 24, 0x48, 0x4C, 0x50, 0x54, 0x58, 0x5C};

    for (uint32_t n = 0; n < 0x300; n += 4) put32(f, TSS + n, fuzz_chance(f, 4) ? fuzz_value(f) : STACK);
    for (unsigned t = 0; t < 2; t++) {
        uint32_t at = TSS + 0x100 * t;
        for (unsigned n = 0; n < sizeof(selectors_at); n++)
            put32(f, at + selectors_at[n], n == 3 + 1 ? PICK(f, SEL_CODE32, SEL_CODE16, SEL_CODE32_USER) : fuzz_chance(f, 10) ? selector(f) : SEL_DATA32);
        put32(f, at + 0x1C, DIRECTORY);
        put32(f, at + 0x20, CODE + fuzz_below(f, CODE_SIZE));
        put32(f, at + 0x60, fuzz_chance(f, 2) ? SEL_LDT : 0);
        put32(f, at + 0x64, fuzz_value(f));
    }
}

/* Most of the first megabytes are mapped one to one; the rest points anywhere. */
static void setup_pages(struct fuzz *f, bool pae)
{
    uint32_t low = fuzz_chance(f, 2) ? 7 : 3;

    for (uint32_t n = 0; n < 1024; n++) put32(f, TABLES + 4 * n, fuzz_chance(f, 30) ? fuzz_value(f) : n << 12 | low | (fuzz_chance(f, 20) ? 0x100 : 0));
    for (uint32_t n = 0; n < 1024; n++) put32(f, DIRECTORY + 4 * n, n == 0 ? TABLES | 7 : fuzz_chance(f, 3) ? fuzz_value(f) : n << 22 | 0x87 | (fuzz_chance(f, 8) ? 0x100 : 0));
    if (!pae) return;
    for (uint32_t n = 0; n < 512; n++) put64(f, TABLES + 8 * n, fuzz_chance(f, 30) ? fuzz_next(f) : n << 12 | low);
    for (uint32_t n = 0; n < 4; n++) put64(f, DIRECTORY + 8 * n, n < 2 ? (DIRECTORY + 0x800) | 1 : fuzz_chance(f, 2) ? 0 : fuzz_value(f));
    for (uint32_t n = 0; n < 256; n++) put64(f, DIRECTORY + 0x800 + 8 * n, n == 0 ? TABLES | 7 : n << 21 | 0x87);
}

/* --- modes --------------------------------------------------------------------------------------------------------------- */

static void set(struct fuzz *f, const char *name, uint64_t value)
{
    machine_set_reg(f->m, name, value);
}

static void set_data_segments(struct fuzz *f, unsigned value)
{
    set(f, "ss", value), set(f, "ds", value), set(f, "es", value);
    if (fuzz_chance(f, 2)) set(f, "fs", value), set(f, "gs", value);
}

static void enter_real(struct fuzz *f)
{
    set(f, "cs", 0);
    set_data_segments(f, fuzz_chance(f, 4) ? fuzz_below(f, 0x10000) : 0);
}

static void enter_protected(struct fuzz *f)
{
    struct x86 *c = &f->m->pc.cpu;
    bool        user = fuzz_chance(f, 3), code32 = x86_has(c, FEAT_386) && !fuzz_chance(f, 4), pae = x86_has(c, FEAT_PAE) && fuzz_chance(f, 3);

    set(f, "gdtr.base", GDT), set(f, "gdtr.limit", SEL_END - 1);
    set(f, "idtr.base", IDT), set(f, "idtr.limit", fuzz_chance(f, 8) ? fuzz_below(f, 0x800) : 0x7FF);
    set(f, "cr0", c->cr0 | CR0_PE);
    c->tr = (struct x86_segment){.selector = SEL_TSS_NOW, .access = 0x8B, .base = TSS + 0x100, .limit = 0xFFF, .valid = true};
    set(f, "cs", code32 ? user ? SEL_CODE32_USER : SEL_CODE32 : SEL_CODE16);
    set(f, "cpl", code32 && user ? 3 : 0);
    set_data_segments(f, code32 ? user ? SEL_DATA32_USER : SEL_DATA32 : SEL_DATA16);
    if (!x86_has(c, FEAT_386) || fuzz_chance(f, 3)) return;
    setup_pages(f, pae);
    if (x86_has(c, FEAT_PSE)) set(f, "cr4", (pae ? CR4_PAE : CR4_PSE) | (fuzz_chance(f, 2) ? CR4_PGE : 0) | (fuzz_chance(f, 2) ? CR4_VME | CR4_PVI : 0));
    set(f, "cr3", DIRECTORY);
    if (pae && !x86_load_pdptes(c, DIRECTORY)) set(f, "cr4", 0), setup_pages(f, false);
    set(f, "cr0", c->cr0 | CR0_PG);
    if (user && fuzz_chance(f, 2)) { // V86
        c->eflags |= FLAG_VM;
        set(f, "cs", 0);
        set_data_segments(f, 0);
    }
}

static void set_registers(struct fuzz *f)
{
    static const char *const names[] = {"eax", "ecx", "edx", "ebx", "ebp", "esi", "edi"};

    for (unsigned n = 0; n < COUNT_OF(names); n++) set(f, names[n], fuzz_chance(f, 2) ? fuzz_value(f) : CODE + fuzz_below(f, 0x8000));
    set(f, "esp", fuzz_chance(f, 16) ? fuzz_value(f) : STACK);
    set(f, "eflags", 2 | (fuzz_value(f) & (FLAG_ARITH | FLAG_IF | FLAG_DF | FLAG_IOPL)) | (fuzz_chance(f, 16) ? FLAG_TF : 0));
    set(f, "eip", CODE + fuzz_below(f, fuzz_chance(f, 2) ? CODE_SIZE : 16));
    if (fuzz_chance(f, 16)) set(f, "eip", fuzz_value(f));
    if (fuzz_chance(f, 8)) {
        set(f, "dr0", CODE + fuzz_below(f, CODE_SIZE)), set(f, "dr1", STACK - 4);
        set(f, "dr7", fuzz_value(f) | 0x400);
    }
}

void fuzz_code(struct fuzz *f)
{
    struct x86  *c = &f->m->pc.cpu;
    struct code *code = malloc(sizeof(*code));

    if (fuzz_chance(f, 3)) x86_reset(c);
    if (x86_v86(c)) c->eflags &= ~(uint32_t)FLAG_VM;
    set(f, "cr0", c->cr0 & ~(CR0_PE | CR0_PG));
    set(f, "cpl", 0);
    make_code(f, code, CODE_SIZE);
    put(f, CODE, code->bytes, CODE_SIZE);
    if (fuzz_chance(f, 8)) put(f, PICK(f, 0xA0000, 0xB8000, 0xC0000, 0xE0000, 0xF0000, 0xFFFF0, 0xE0000000), code->bytes, CODE_SIZE); // code in odd places
    setup_idt(f);
    if (x86_has(c, FEAT_286)) {
        setup_gdt(f);
        setup_tss(f);
    }
    if (!x86_has(c, FEAT_286) || fuzz_chance(f, 3)) enter_real(f);
    else enter_protected(f);
    set_registers(f);
    c->halted = c->shutdown = false;
    free(code);
}

void fuzz_boot(struct fuzz *f, bool boot)
{
    struct code *code = malloc(sizeof(*code));
    FILE        *file = fopen(f->image[FUZZ_FLOPPY], "r+b");

    make_code(f, code, 510);
    if (file) {
        fwrite(code->bytes, 1, 510, file);
        fclose(file);
    }
    free(code);
    if (!boot) return;
    f->config.floppy[0] = (struct machine_drive){.path = f->image[FUZZ_FLOPPY], .snapshot = true};
    f->config.boot = "a";
    f->config.mips = 50;
}
