/* session.h: a machine with all that the command line hangs on it: ports' far ends, script, trace, time limit, statistics. What the
 * window and the headless frontend have in common. */
#ifndef FRONTENDS_SESSION_H
#define FRONTENDS_SESSION_H

#include "debug/difference.h"
#include "debug/explain.h"
#include "debug/monitor.h"
#include "debug/trace.h"
#include "frontends/endpoint.h"
#include "frontends/options.h"
#include "frontends/outputs.h"
#include "frontends/perf_map.h"
#include "frontends/terminal.h"
#include "machine/machine.h"

#include <stdbool.h>
#include <stdint.h>

/* Ports are looked after at multiples of this virtual time. */
#define SESSION_SLICE_NS 10000000ull

enum exit_status { EXIT_GOOD, EXIT_SCRIPT, EXIT_USAGE, EXIT_CRASH, EXIT_DIFFERENCE };

struct session {
    const struct options *options;
    struct machine       *machine;
    struct outputs        outputs;
    struct endpoint       serial[MACHINE_SERIALS], debugcon;
    struct script        *script; /* NULL: none, or it has ended */
    struct trace         *trace;
    struct explain       *explain;
    struct perf_map      *perf_map; /* NULL: none */
    struct monitor       *monitor;     /* NULL: not used so far */
    struct terminal       terminal;    /* its lines come from here */
    bool                  is_prompting; /* the debugger has the word and the machine stands still */
    uint64_t              host_start_ns; /* of the monotonic clock */
    bool                  script_ended;  /* by itself, not by vm:quit */
    bool                  is_over;       /* the run is to end with: */
    int                   status;
    bool (*is_interrupted)(struct session *); /* the user wants the run to end: asked while a script computes. NULL: never */
};

/* Builds the machine of OPTIONS and what belongs to it. HOST may add callbacks for what the session does not use itself (speaker,
 * leds); NULL: none. Every callback's opaque is the session. Returns 0; or, with one line in ERROR, the exit status that the program is to end with. */
int  session_open(struct session *, const struct options *options, const struct machine_host *host, char *error, size_t error_size);

/* The start is not refused any more: files that are written are emptied. Before the machine runs. */
void session_begin(struct session *);

/* Prints the statistics if asked for. Returns the status that the program is to end with: that of session_end(), or EXIT_USAGE instead
 * of EXIT_GOOD if something could not be written. */
int session_close(struct session *);

/* Runs until virtual time UNTIL_NS, the end of the run (is_over), a stop of the machine, which is returned, or an interruption of a
 * script that computes (STOP_REQUEST). STOP_DIFFERENCE ends the run, with its report. */
enum machine_stop session_run(struct session *, uint64_t until_ns);

/* Ends the run with STATUS. */
void session_end(struct session *, int status);

/* Ends the run as a machine's stop demands where nobody can go on: the exit status for it, and a line on stderr if it is bad. */
void session_end_stopped(struct session *, enum machine_stop);

/* Stops for the debugger on the terminal, telling WHY (may be NULL). False, with one line in ERROR, if there is no terminal for it. */
bool session_enter_monitor(struct session *, const char *why, char *error, size_t error_size);

/* Obeys lines typed to the debugger; waits at most TIMEOUT_MS (-1: for ever) for the first. */
void session_serve_monitor(struct session *, int timeout_ms);

/* Now on the host's monotonic clock. */
uint64_t session_host_ns(void);

/* Writes what is on the text screen to stderr, if anything. */
void session_print_screen(struct session *);

#endif
