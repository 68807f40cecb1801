/* disasm.h: bytes to x86 assembly language (Intel syntax), through Capstone. */
#ifndef DEBUG_DISASM_H
#define DEBUG_DISASM_H

#include <stddef.h>
#include <stdint.h>

struct disasm; /* holds Capstone's handles for 16 and 32 bits */

struct disasm *disasm_create(void); /* NULL if out of memory */
void           disasm_destroy(struct disasm *); /* NULL is allowed */

/* Writes the instruction at the start of the N bytes at CODE, which runs at OFFSET with BITS (16 or 32) as default size, to
 * TEXT. Returns its length; 0 if the bytes are no instruction, and TEXT then is "db ..." of the first. */
unsigned disasm_one(struct disasm *, unsigned bits, uint32_t offset, const uint8_t *code, size_t n, char *text, size_t text_size);

#endif
