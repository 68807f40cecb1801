/* host.c: what a translator may find: a host without BMI2, code whose groups and guesses have been of no use before. A file of its own, since
 * jit_private.h and lockstep.h have enumerators of the same name. */
#include "cpu/x86/jit/jit_private.h"

void host_without_bmi2(struct x86 *c)
{
    if (c->jit) c->jit->has_bmi2 = false;
}

void host_with_misfortunes(struct x86 *c, unsigned misfortunes)
{
    for (unsigned n = 0; c->jit && n < JIT_CAREFUL; n++)
        c->jit->careful[n] = (struct jit_luck){.misfortunes = (uint8_t)misfortunes, .no_guesses = misfortunes & 1};
}
