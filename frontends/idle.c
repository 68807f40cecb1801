/* idle.c: see idle.h. DOS and many of its programs wait by asking for a key over and over, which would take all of a host's core.
 * Such a loop could as well be one that computes and looks for a key now and then, so only what says itself to be
 * idle is taken for it. */
#include "frontends/idle.h"

#define PROBE_INSTRUCTIONS 3000
#define SIGNS              3 /* in that many instructions */

struct signs {
    struct machine *machine;
    unsigned        count;
};

static void watch(void *opaque, const struct machine_trace *insn)
{
    struct signs *signs = opaque;
    uint64_t      ax = 0;

    if (insn->length != 2 || insn->bytes[0] != 0xcd) return; /* INT */
    if (insn->bytes[1] == 0x28) signs->count++;
    if (insn->bytes[1] == 0x2f && machine_reg(signs->machine, "ax", &ax) == 0 && ax == 0x1680) signs->count++;
}

bool idle_probe(struct machine *machine)
{
    struct signs signs = {.machine = machine};

    machine_set_trace(machine, watch, &signs);
    machine_step(machine, PROBE_INSTRUCTIONS);
    machine_set_trace(machine, NULL, NULL);
    return signs.count >= SIGNS;
}
