/* decode.h: bytes to struct x86_insn. */
#ifndef CPU_X86_DECODE_H
#define CPU_X86_DECODE_H

#include "cpu/x86/insn.h"

struct x86_model;

enum x86_decode_result {
    DECODE_OK,
    DECODE_END,    /* decoded, and it ends its block */
    DECODE_SHORT,  /* the bytes given end within the instruction */
    DECODE_LONG,   /* longer than the CPU allows: #GP */
};

/* Any number of prefixes may come before an instruction of the 8086; DECODE_SHORT is said if it does not end within so many bytes. */
#define DECODE_MOST 208

/* Decodes the instruction at BYTES, of which SIZE are readable, for MODEL and default size CODE32. Fills all of *I but `off`,
 * `left` and `block`. Undefined opcodes decode to a handler that raises #UD. */
enum x86_decode_result x86_decode(const struct x86_model *model, bool code32, const uint8_t *bytes, unsigned size, struct x86_insn *i);

#endif
