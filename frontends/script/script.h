/* script.h: Lua scripts beside a machine. docs/CLI.md is the manual of the calls.
 *
 * A script is a coroutine. A call that waits gives control back; script_poll() continues it when its time has come. */
#ifndef FRONTENDS_SCRIPT_SCRIPT_H
#define FRONTENDS_SCRIPT_SCRIPT_H

#include "frontends/options.h"
#include "machine/machine.h"

#include <stdint.h>

/* Waits look at the screen and at the serial port at multiples of this virtual time. */
#define SCRIPT_LOOK_NS 10000000ull

struct script;

enum script_state {
    SCRIPT_WAITING,
    SCRIPT_ENDED,  /* all of it has run */
    SCRIPT_QUIT,   /* vm:quit(): script_status() */
    SCRIPT_FAILED, /* script_error() */
    SCRIPT_INTERRUPTED, /* while it computed; script_poll() goes on with it */
};

/* What a script has to ask. */
struct script_host {
    void *opaque;
    bool (*is_interrupted)(void *opaque); /* the script is to give control back though it does not wait; asked again and again */
    int (*may_write)(void *opaque, const char *path, char *error, size_t error_size); /* 0, or a negative errno with one line in ERROR */
};

/* Loads and compiles COUNT scripts, to run one after the other. HOST is copied. NULL with one line in ERROR on failure. */
struct script *script_create(const struct script_option *scripts, unsigned count, const struct script_host *host, char *error, size_t error_size);
void           script_destroy(struct script *); /* NULL is allowed */

/* Runs the script until it waits or is over. STOP: why the machine stopped last; STOP_TIME if it can go on. */
enum script_state script_poll(struct script *, struct machine *, enum machine_stop stop);

/* The guest has reset or crashed (STOP), and the machine has started anew: vm:wait_exit tells. */
void script_rebooted(struct script *, enum machine_stop stop);

/* When script_poll() is to be called next, in virtual ns; or earlier if the machine stops. */
uint64_t script_wake(const struct script *, const struct machine *);

/* How long the script has waited for a machine that stood still, in ns: it counts towards --timeout. */
uint64_t script_still_ns(const struct script *);

int         script_status(const struct script *);
const char *script_error(const struct script *); /* valid until script_destroy(); may have several lines */

/* COM1 sent BYTE. */
void script_serial(struct script *, uint8_t byte);

/* "poweroff", "reset", "crash", "exit", "halted"; NULL for STOP_TIME and STOP_REQUEST. */
const char *script_stop_name(enum machine_stop);

#endif
