/* pace.c: real time. See pace.h.
 *
 * The machine's speed says how many instructions make a virtual microsecond. If the guest is to have every instruction that
 * the host can run while virtual time follows the wall clock, then speed has to be what the host runs in a microsecond. That is
 * measured only while the guest computes: a guest that halts uses no host time and tells nothing. */
#include "frontends/pace.h"

#include "frontends/idle.h"

#define LAG_NS     100000000ull /* so far behind, the past is given up */
#define SAMPLE_NS  20000000ull  /* host time of running that makes a measurement */
#define SHOWN_NS   500000000ull
#define HEADROOM   0.85 /* of the host's time for the guest; the rest is for drawing and for the host's other work */
#define BUSY        0.5 /* the part of its time that a guest computes if it is to be measured */
#define FASTER     0.3  /* how far a measurement pulls the speed up, */
#define SLOWER     0.6  /* and down: lagging shows, being slower does not */
#define SPEED_MIN  2
#define SPEED_MAX  20000
#define PROBE_NS    200000000ull /* between two looks at whether the guest is idle */
#define IDLE_LOOKS  3            /* in a row, before it is slowed down */
#define IDLE_SPEED  1
#define DEAD_BAND  0.04 /* smaller changes are not worth an input event */

void pace_start(struct pace *p, const struct machine *machine, uint64_t host_ns, bool auto_speed)
{
    p->auto_speed = auto_speed;
    p->origin_ns = host_ns - machine_time(machine);
    p->busy_ns = p->instructions = 0;
    p->virtual_ns = machine_time(machine);
    p->shown_ns = host_ns;
    p->shown_instructions = machine_executed(machine);
}

uint64_t pace_target(struct pace *p, const struct machine *machine, uint64_t host_ns)
{
    uint64_t now = machine_time(machine), target = host_ns - p->origin_ns;

    if ((int64_t)(target - now) > (int64_t)LAG_NS) {
        target = now + LAG_NS / 4;
        p->origin_ns = host_ns - target;
    }
    return target;
}

static void set_measured_speed(struct pace *p, struct machine *machine)
{
    double wanted = p->mips * HEADROOM, now = machine_speed(machine);

    if (p->mips == 0) return;
    if (wanted < SPEED_MIN) wanted = SPEED_MIN;
    if (wanted > SPEED_MAX) wanted = SPEED_MAX;
    if (wanted > now * (1 + DEAD_BAND) || wanted < now * (1 - DEAD_BAND)) machine_set_speed(machine, (uint32_t)(wanted + 0.5));
}

void pace_wake(struct pace *p, struct machine *machine)
{
    p->idle_looks = 0;
    if (!p->is_slow) return;
    p->is_slow = false;
    set_measured_speed(p, machine);
}

/* Looks now and then whether a guest that computes only waits for a key. */
static void probe(struct pace *p, struct machine *machine, uint64_t host_ns)
{
    if (!p->may_probe || host_ns < p->probe_ns) return;
    p->probe_ns = host_ns + PROBE_NS;
    if (machine_idle(machine)) return;
    if (!idle_probe(machine)) {
        pace_wake(p, machine);
    } else if (++p->idle_looks >= IDLE_LOOKS && !p->is_slow && p->mips > 0) {
        p->is_slow = true;
        machine_set_speed(machine, IDLE_SPEED);
    }
}

void pace_account(struct pace *p, struct machine *machine, uint64_t host_ns, uint64_t instructions, uint64_t busy_ns)
{
    uint64_t passed_ns = machine_time(machine) - p->virtual_ns;
    double   measured;

    p->virtual_ns = machine_time(machine);
    if (!p->auto_speed) return;
    probe(p, machine, host_ns);
    if (p->is_slow) return;
    if ((double)instructions * 1000 < (double)passed_ns * machine_speed(machine) * BUSY) return; /* it mostly halted: tells nothing */
    p->busy_ns += busy_ns;
    p->instructions += instructions;
    if (p->busy_ns < SAMPLE_NS) return;
    measured = (double)p->instructions * 1000 / (double)p->busy_ns;
    if (p->mips == 0) p->mips = measured;
    else p->mips += (measured - p->mips) * (measured > p->mips ? FASTER : SLOWER);
    p->busy_ns = p->instructions = 0;
    set_measured_speed(p, machine);
}

double pace_shown_mips(struct pace *p, const struct machine *machine, uint64_t host_ns)
{
    if (host_ns - p->shown_ns >= SHOWN_NS) {
        uint64_t instructions = machine_executed(machine);

        p->shown = (double)(instructions - p->shown_instructions) * 1000 / (double)(host_ns - p->shown_ns);
        p->shown_ns = host_ns;
        p->shown_instructions = instructions;
    }
    return p->shown;
}
