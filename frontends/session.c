/* session.c: runs a machine in slices and sees to its surroundings in between. See session.h. */
#include "frontends/session.h"

#if WITH_LUA
#include "frontends/script/script.h"
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t session_host_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* --- what the machine calls ------------------------------------------------------------------------------------------------ */

static void on_serial(void *opaque, int port, uint8_t byte)
{
    struct session *s = opaque;

    endpoint_put(&s->serial[port], byte);
#if WITH_LUA
    if (port == 0 && s->script) script_serial(s->script, byte);
#endif
}

#define DEBUGCON_TEXT_PORT 0xE9

static void on_debugcon(void *opaque, uint8_t byte)
{
    struct session *s = opaque;
    char            line[4];

    if (s->options->config.debugcon_port == DEBUGCON_TEXT_PORT) {
        endpoint_put(&s->debugcon, byte);
        return;
    }
    snprintf(line, sizeof(line), "%02x\n", byte); // codes, not text
    if (s->options->debugcon.kind == ENDPOINT_NONE) fputs(line, stderr);
    else
        for (const char *c = line; *c; c++) endpoint_put(&s->debugcon, (uint8_t)*c);
}

static void on_log(void *opaque, const char *line)
{
    struct session *s = opaque;

    if (s->options->verbose) fprintf(stderr, "ochenta: %s\n", line);
}

static uint64_t on_host_ns(void *opaque)
{
    (void)opaque;
    return session_host_ns();
}

static void on_translated(void *opaque, const void *code, size_t size, uint32_t linear)
{
    perf_map_add(((struct session *)opaque)->perf_map, code, size, linear);
}

/* A triple fault, whether it ends the run or is the guest's way of resetting the CPU. */
static void on_crash(void *opaque)
{
    struct session *s = opaque;
    char            line[1000];

    if (s->options->explain) explain_last(s->explain, 0, true, stderr);
    if (!s->options->verbose) return;
    explain_crash(s->explain, line, sizeof(line));
    fprintf(stderr, "ochenta: %s\n", line);
}

/* --- opening and closing --------------------------------------------------------------------------------------------------- */

static int open_ports(struct session *s, char *error, size_t n)
{
    int status = endpoint_open(&s->debugcon, &s->options->debugcon, false, &s->outputs, error, n);

    for (int i = 0; i < MACHINE_SERIALS && !status; i++)
        status = endpoint_open(&s->serial[i], &s->options->serial[i], true, &s->outputs, error, n);
    return status;
}

#if WITH_LUA
static bool script_is_interrupted(void *opaque)
{
    struct session *s = opaque;

    return s->is_interrupted && s->is_interrupted(s);
}

static int script_may_write(void *opaque, const char *path, char *error, size_t n)
{
    return outputs_check(&((struct session *)opaque)->outputs, path, error, n);
}
#endif

/* Compiles the scripts before anything is started. */
static bool open_script(struct session *s, char *error, size_t n)
{
#if WITH_LUA
    const struct script_host host = {s, script_is_interrupted, script_may_write};

    if (s->options->script_count) s->script = script_create(s->options->script, s->options->script_count, &host, error, n);
    return s->script || !s->options->script_count;
#else
    (void)s, (void)error, (void)n;
    return true;
#endif
}

/* The trace and the map for perf. */
static bool open_logs(struct session *s, char *error, size_t n)
{
    int fd;

    if (s->options->perf_map && !(s->perf_map = perf_map_open(&s->outputs, error, n))) return false;
    if (!s->options->trace) return true;
    fd = outputs_open(&s->outputs, s->options->trace, error, n);
    if (fd < 0) return false;
    if (!(s->trace = trace_start(s->machine, fd))) snprintf(error, n, "out of memory");
    return s->trace;
}

int session_open(struct session *s, const struct options *options, const struct machine_host *host, char *error, size_t n)
{
    struct machine_host   callbacks = host ? *host : (struct machine_host){0};
    struct machine_config config = options->config;

    memset(s, 0, sizeof(*s));
    s->options = options;
    s->host_start_ns = session_host_ns();
    outputs_init(&s->outputs, options, NULL);
    if (!open_script(s, error, n)) return EXIT_USAGE;
    callbacks.opaque = s;
    callbacks.serial = on_serial;
    callbacks.debugcon = on_debugcon;
    callbacks.log = on_log;
    callbacks.crash = on_crash;
    if (options->stats) callbacks.host_ns = on_host_ns;
    if (options->perf_map) callbacks.translated = on_translated;
    config.host = &callbacks;
    config.no_reboot |= s->script != NULL; /* it wants to know: see reboot() */
    s->machine = machine_create(&config, error, n);
    if (!s->machine) goto fail;
    s->outputs.machine = s->machine;
    if (!(s->explain = explain_create(s->machine))) {
        snprintf(error, n, "out of memory");
        goto fail;
    }
    if (options->load_state && machine_load(s->machine, options->load_state, error, n) < 0) goto fail;
    if (open_ports(s, error, n) < 0) goto fail;
    if (!open_logs(s, error, n)) goto fail;
    return EXIT_GOOD;
fail:
    session_close(s);
    return EXIT_USAGE;
}

void session_begin(struct session *s)
{
    outputs_begin(&s->outputs);
}

static void print_stat(void *opaque, const char *name, uint64_t value)
{
    (void)opaque;
    fprintf(stderr, "%s: %" PRIu64 "\n", name, value);
}

static void print_stats(struct session *s)
{
    double   host = (double)(session_host_ns() - s->host_start_ns) / 1e9;
    uint64_t executed = machine_executed(s->machine);

    fprintf(stderr, "host_seconds: %.3f\n", host);
    fprintf(stderr, "virtual_seconds: %.6f\n", (double)machine_time(s->machine) / 1e9);
    fprintf(stderr, "mips: %.1f\n", host > 0 ? (double)executed / host / 1e6 : 0);
    machine_stats(s->machine, print_stat, NULL);
}

/* Closes what the run writes. False if something could not be written: that was told. */
static bool close_outputs(struct session *s)
{
    bool good = true;
    int  status;

    outputs_close(&s->outputs);
    for (int i = 0; i < MACHINE_SERIALS; i++) {
        endpoint_close(&s->serial[i]);
        good &= !s->serial[i].broken;
    }
    endpoint_close(&s->debugcon);
    good &= !s->debugcon.broken;
    if ((status = trace_stop(s->trace)) < 0) fprintf(stderr, "ochenta: %s: the trace is incomplete: %s\n", s->options->trace, strerror(-status));
    good &= !status;
    if ((status = perf_map_close(s->perf_map)) < 0) fprintf(stderr, "ochenta: the map for perf is incomplete: %s\n", strerror(-status));
    return good && !status;
}

int session_close(struct session *s)
{
    bool good;

    monitor_destroy(s->monitor);
    good = close_outputs(s);
    if (s->explain && s->options->explain && s->is_over) explain_last(s->explain, 0, true, stderr);
    explain_destroy(s->explain);
    if (s->machine && s->options->stats && s->is_over) print_stats(s);
#if WITH_LUA
    script_destroy(s->script);
#endif
    machine_destroy(s->machine);
    s->perf_map = NULL;
    s->machine = NULL;
    s->script = NULL;
    s->trace = NULL;
    s->monitor = NULL;
    s->explain = NULL;
    return s->status == EXIT_GOOD && !good ? EXIT_USAGE : s->status;
}

void session_end(struct session *s, int status)
{
    s->is_over = true;
    s->status = status;
}

void session_print_screen(struct session *s)
{
    char  *text = machine_screen_text(s->machine);
    size_t n = text ? strlen(text) : 0;

    while (n > 0 && text[n - 1] == '\n') text[--n] = 0;
    if (n > 0) fprintf(stderr, "%s\n", text);
    free(text);
}

void session_end_stopped(struct session *s, enum machine_stop stop)
{
    char line[1000];

    switch (stop) {
    case STOP_EXIT: session_end(s, machine_exit_status(s->machine)); break;
    case STOP_CRASH:
        explain_crash(s->explain, line, sizeof(line));
        fprintf(stderr, "ochenta: the guest crashed: %s\n", line);
        session_end(s, EXIT_CRASH);
        break;
    case STOP_HALTED:
        fputs("ochenta: the guest has halted with interrupts off: nothing more will happen\n", stderr);
        session_end(s, EXIT_SCRIPT);
        break;
    case STOP_DIFFERENCE:
        fputs("ochenta: the engines differ\n", stderr);
        difference_print(s->machine, stderr);
        session_end(s, EXIT_DIFFERENCE);
        break;
    case STOP_POWER_OFF:
    case STOP_RESET: session_end(s, EXIT_GOOD); break;
    case STOP_TIME:
    case STOP_REQUEST: break;
    }
}

/* --- running --------------------------------------------------------------------------------------------------------------- */

static void serve_ports(struct session *s)
{
    uint8_t buf[4096];
    size_t  n;

    endpoint_flush(&s->debugcon);
    for (int i = 0; i < MACHINE_SERIALS; i++) {
        endpoint_flush(&s->serial[i]);
        while ((n = endpoint_read(&s->serial[i], buf, sizeof(buf))) > 0) machine_serial_send(s->machine, i, buf, n);
    }
}

/* Time for --timeout: virtual, and what a script has waited for a machine that stood still. */
static uint64_t elapsed_ns(const struct session *s)
{
    uint64_t ns = machine_time(s->machine);

#if WITH_LUA
    if (s->script) ns += script_still_ns(s->script);
#endif
    return ns;
}

static void check_timeout(struct session *s)
{
    if (!s->options->timeout_ns || elapsed_ns(s) < s->options->timeout_ns) return;
    serve_ports(s);
    fprintf(stderr, "ochenta: the time of --timeout is up\n");
    session_print_screen(s);
    session_end(s, EXIT_SCRIPT);
}

/* Lets the script look; the run may be over then. False if the script was interrupted. */
static bool run_script(struct session *s, enum machine_stop stop)
{
#if WITH_LUA
    if (!s->script || s->is_over) return true;
    switch (script_poll(s->script, s->machine, stop)) {
    case SCRIPT_WAITING: return true;
    case SCRIPT_INTERRUPTED: return false;
    case SCRIPT_QUIT: session_end(s, script_status(s->script)); break;
    case SCRIPT_FAILED:
        serve_ports(s);
        fprintf(stderr, "ochenta: %s\n", script_error(s->script));
        session_end(s, EXIT_SCRIPT);
        break;
    case SCRIPT_ENDED: s->script_ended = true; break;
    }
    script_destroy(s->script);
    s->script = NULL;
#else
    (void)s, (void)stop;
#endif
    return true;
}

/* The end of the next slice: the grid, the script, the limits. */
static uint64_t slice_end(const struct session *s, uint64_t until)
{
    uint64_t now = machine_time(s->machine), limit = s->options->timeout_ns;
    uint64_t end = (now / SESSION_SLICE_NS + 1) * SESSION_SLICE_NS;

#if WITH_LUA
    uint64_t wake = s->script ? script_wake(s->script, s->machine) : UINT64_MAX;

    if (wake < end) end = wake;
#endif
    if (limit && limit > now && limit < end) end = limit;
    return end < until ? end : until;
}

/* --- the debugger ------------------------------------------------------------------------------------------------------------ */

bool session_enter_monitor(struct session *s, const char *why, char *error, size_t error_size)
{
    if (s->is_prompting) return true;
    if (s->serial[0].kind == ENDPOINT_STDIO || s->serial[1].kind == ENDPOINT_STDIO) {
        snprintf(error, error_size, "no debugger: a serial port has the terminal");
        return false;
    }
    if (!terminal_is_there(&s->terminal)) {
        snprintf(error, error_size, "no debugger: ochenta was not started from a terminal");
        return false;
    }
    if (!s->monitor && !(s->monitor = monitor_create(s->machine, stdout))) {
        snprintf(error, error_size, "no debugger: out of memory");
        return false;
    }
    s->is_prompting = true;
    monitor_show_stop(s->monitor, why);
    monitor_prompt(s->monitor);
    return true;
}

void session_serve_monitor(struct session *s, int timeout_ms)
{
    char line[TERMINAL_LINE];

    while (s->is_prompting && !s->is_over && terminal_read_line(&s->terminal, line, sizeof(line), timeout_ms)) {
        switch (monitor_command(s->monitor, line)) {
        case MONITOR_STAY: monitor_prompt(s->monitor); break;
        case MONITOR_CONTINUE: s->is_prompting = false; break;
        case MONITOR_QUIT: session_end(s, EXIT_GOOD); break;
        }
        timeout_ms = 0;
    }
    if (s->is_prompting && !terminal_is_there(&s->terminal)) session_end(s, EXIT_GOOD); /* the end of its input */
    fflush(stdout);
}

/* machine_run(), in front of whose breakpoints the debugger stops. */
static enum machine_stop run_machine(struct session *s, uint64_t until_ns)
{
    enum machine_stop stop;
    char              error[128];
    bool              hit;

    if (!s->monitor) return machine_run(s->machine, until_ns);
    stop = monitor_run(s->monitor, until_ns, &hit);
    if (hit) session_enter_monitor(s, "breakpoint", error, sizeof(error));
    return stop;
}

/* Without --no-reboot a guest's reset or crash starts the machine anew, and the script's vm:wait_exit is told. */
static enum machine_stop reboot(struct session *s, enum machine_stop stop)
{
    if (s->options->config.no_reboot || (stop != STOP_RESET && stop != STOP_CRASH)) return stop;
    machine_reset(s->machine);
#if WITH_LUA
    if (s->script) script_rebooted(s->script, stop);
#endif
    return STOP_TIME;
}

enum machine_stop session_run(struct session *s, uint64_t until_ns)
{
    enum machine_stop stop = STOP_TIME;
    uint64_t          before;

    if (!run_script(s, machine_run(s->machine, machine_time(s->machine)))) return STOP_REQUEST;
    while (!s->is_over && !s->is_prompting) {
        before = machine_time(s->machine);
        if (before >= until_ns) return stop;
        stop = run_machine(s, slice_end(s, until_ns));
        if (s->is_prompting && stop != STOP_DIFFERENCE) break;
        trace_check(s->trace);
        serve_ports(s);
        if (stop == STOP_DIFFERENCE) {
            session_end_stopped(s, stop); /* no script, debugger or window can go on from here */
            break;
        }
        stop = reboot(s, stop);
        if (!run_script(s, stop)) return STOP_REQUEST;
        check_timeout(s);
        if (s->is_over || (stop != STOP_TIME && machine_time(s->machine) == before)) break;
    }
    return stop;
}
