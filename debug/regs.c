/* regs.c: see regs.h. */
#include "debug/regs.h"

#include <string.h>

bool regs_is_part(const char *name)
{
    static const char *const parts[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "ip", "flags",
                                        "al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (!strcmp(name, parts[i])) return true;
    return false;
}
