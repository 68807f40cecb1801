/* cpu.h: the CPU as the machine sees it. */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "cpu/x86/x86.h"
#include "devices/state.h"

/* Puts C together around memory and ports that the caller owns. Callbacks (acknowledge, ferr, shutdown_cycle, tsc, opaque)
 * are set by the caller afterwards. -ENOMEM, or -EINVAL if the model is unknown (NULL: the newest complete one). */
int  x86_init(struct x86 *c, const char *model, struct phys *phys, struct bus *bus, const struct log *log);
void x86_destroy(struct x86 *c);
/* Power-on or RESET# state (SDM 3A table 9-1). Time goes on. */
void x86_reset(struct x86 *c);

/* Runs until UNTIL instructions have retired in all, the CPU halts with nothing to wake it, or x86_kick(). The
 * caller looks at c->halted, c->shutdown and its own events. */
void x86_run(struct x86 *c, uint64_t until);
/* Whether a halted CPU has an event to take now. */
bool x86_wakes(const struct x86 *c);
/* Instructions retired so far; exact, even from within a device's handler. */
uint64_t x86_retired(const struct x86 *c);

/* Lines into the CPU. */
void x86_set_intr(struct x86 *c, bool level);
void x86_nmi(struct x86 *c); /* edge */
/* Recomputes whether instructions must run one by one (TF, breakpoints, trace). */
void x86_update_step(struct x86 *c);

/* Registers by name: "eax", "ax", "al", "eip", "eflags", "cs", "cs.base", "cr0", "dr7", "gdtr.base", "st0", "xmm0.0" ... -ENOENT; of set, also
 * -ERANGE: the value does not fit, -EINVAL: the register cannot have it. */
int         x86_reg_get(struct x86 *c, const char *name, uint64_t *value);
int         x86_reg_set(struct x86 *c, const char *name, uint64_t value);
const char *x86_reg_name(unsigned n);
/* "real", "V86", "protected 16", "protected 32" */
const char *x86_mode(const struct x86 *c);

extern const struct device_ops x86_ops;
/* Brings the state into the form in which it is saved and hashed: one representation of equal states, the translation
 * cache's entries as an image. Nothing that the guest can see changes. -ENOMEM. */
int x86_freeze(struct x86 *c);

#endif
