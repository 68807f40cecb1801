/* disasm.c: the only file that knows Capstone. See disasm.h. */
#include "debug/disasm.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>

struct disasm {
    csh      handle[2]; /* 16, 32 bits */
    cs_insn *insn[2];
};

struct disasm *disasm_create(void)
{
    static const cs_mode modes[] = {CS_MODE_16, CS_MODE_32};
    struct disasm       *d = calloc(1, sizeof(*d));

    if (!d) return NULL;
    for (int i = 0; i < 2; i++) {
        if (cs_open(CS_ARCH_X86, modes[i], &d->handle[i]) == CS_ERR_OK) d->insn[i] = cs_malloc(d->handle[i]);
        if (!d->insn[i]) {
            disasm_destroy(d);
            return NULL;
        }
    }
    return d;
}

void disasm_destroy(struct disasm *d)
{
    if (!d) return;
    for (int i = 0; i < 2; i++) {
        if (d->insn[i]) cs_free(d->insn[i], 1);
        if (d->handle[i]) cs_close(&d->handle[i]);
    }
    free(d);
}

unsigned disasm_one(struct disasm *d, unsigned bits, uint32_t offset, const uint8_t *code, size_t n, char *text, size_t text_size)
{
    int      i = bits == 32;
    uint64_t address = offset;
    size_t   left = n;

    if (cs_disasm_iter(d->handle[i], &code, &left, &address, d->insn[i])) {
        snprintf(text, text_size, "%s%s%s", d->insn[i]->mnemonic, *d->insn[i]->op_str ? " " : "", d->insn[i]->op_str);
        return d->insn[i]->size;
    }
    if (n > 0) snprintf(text, text_size, "db 0x%02x", *code);
    else snprintf(text, text_size, "?");
    return 0;
}
