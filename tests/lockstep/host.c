/* host.c: the translator as on a host without BMI2. A file of its own, since jit_private.h and lockstep.h have enumerators of the same name. */
#include "cpu/x86/jit/jit_private.h"

void host_without_bmi2(struct x86 *c)
{
    if (c->jit) c->jit->has_bmi2 = false;
}
