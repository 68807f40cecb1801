/* monitor.h: the line-oriented debugger. Its owner reads lines and runs the machine; the monitor understands commands and finds
 * breakpoints. */
#ifndef DEBUG_MONITOR_H
#define DEBUG_MONITOR_H

#include "machine/machine.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MONITOR_BREAKS 16

struct monitor;

enum monitor_result {
    MONITOR_STAY,     /* done; the machine stays stopped */
    MONITOR_CONTINUE, /* the machine is to run */
    MONITOR_QUIT,     /* the program is to end */
};

/* Output goes to OUT. NULL if out of memory. */
struct monitor *monitor_create(struct machine *machine, FILE *out);
void            monitor_destroy(struct monitor *); /* NULL is allowed */

/* Shows where the machine has stopped, and WHY if not NULL. */
void monitor_show_stop(struct monitor *, const char *why);
void monitor_prompt(struct monitor *);

enum monitor_result monitor_command(struct monitor *, const char *line);

/* Like machine_run(), but stops in front of a breakpoint: then *HIT is true and the result STOP_REQUEST. With no breakpoints it is
 * as fast as machine_run(). */
enum machine_stop monitor_run(struct monitor *, uint64_t until_ns, bool *hit);

#endif
