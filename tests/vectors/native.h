/* native.h: random cases executed on the host's own CPU, in the form of a cases.bin record. */
#ifndef TESTS_VECTORS_NATIVE_H
#define TESTS_VECTORS_NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NATIVE_CODE = 0x20000000,
    NATIVE_DATA = 0x20010800,
    NATIVE_STACK = 0x20020800,
    NATIVE_RECORD_MAX = 2048,
};

/* Prepares the pages and signal handlers; false where the host is no x86-64 Linux. */
bool native_begin(void);
void native_end(void);
/* Makes the case number N of the run SEED, executes it and writes its record; its length, 0 to skip the number (no such
 * instruction). */
size_t native_case(uint64_t seed, uint64_t n, uint8_t record[NATIVE_RECORD_MAX]);

#endif
