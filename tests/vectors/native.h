/* native.h: random cases executed on the host's own CPU, in the form of a cases.bin record. */
#ifndef TESTS_VECTORS_NATIVE_H
#define TESTS_VECTORS_NATIVE_H

#include "cpu/x86/insn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NATIVE_CODE = 0x20000000,
    NATIVE_DATA = 0x20010800,
    NATIVE_STACK = 0x20020800,
    NATIVE_RECORD_MAX = 2048,
    NATIVE_LDT = 9,          /* entries of the local descriptor table: */
    NATIVE_HAS_SEGMENTS = 32,/* flag of a record: behind all else, ES CS SS DS FS GS before and after */
    NATIVE_FXSAVE = 512,     /* bytes behind NATIVE_DATA that are zero at first */
};

/* Segments of 128 bytes at NATIVE_DATA that can be read and written, only read, expand-down from 100h (base 100h lower), code that can be
 * read, only executed, not present, conforming code that is not present either; code of 16 bits at NATIVE_CODE; a stack of 16 bits at NATIVE_STACK. */
enum { LDT_DATA, LDT_READ, LDT_DOWN, LDT_CODE, LDT_EXECUTE, LDT_ABSENT, LDT_CONFORMING, LDT_CODE16, LDT_STACK16 };
#define NATIVE_SELECTOR(entry) ((uint16_t)((entry) << 3 | 7))

/* The table as the system made it; number of entries, 0 if there is none. */
unsigned native_ldt(uint64_t entries[NATIVE_LDT]);

/* Prepares the pages and signal handlers; false where the host is no x86-64 Linux, or one without 32-bit segments. */
bool native_begin(void);
void native_end(void);
/* Makes the case number N of the run SEED, executes it and writes its record; its length, 0 to skip the number (no such
 * instruction). *INSN: the instruction. */
size_t native_case(uint64_t seed, uint64_t n, struct x86_insn *insn, uint8_t record[NATIVE_RECORD_MAX]);

#endif
