/* headless.c: the loop without a window. See headless.h. */
#include "frontends/headless/headless.h"

#include "frontends/pace.h"
#include "frontends/session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TURN_NS    100000000ull  /* virtual time between two looks at signals */
#define REAL_NS    5000000ull    /* host time of a turn in real time */
#define DEMO_NS    8000000000ull /* virtual time after which the demo's screen is shown */
#define PROMPT_MS  1000 /* how long to wait for a line before looking at signals */
#define ERROR_SIZE 512
#define SIGNALLED  128  /* + number of the signal: a shell's convention */

static volatile sig_atomic_t signalled; /* Ctrl-C and the like; a handler has nowhere else to put it */

static void on_signal(int number)
{
    signalled = number;
}

/* The first signal ends the run in good order, a second one at once. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static bool is_signalled(struct session *s)
{
    (void)s;
    return signalled;
}

static void sleep_ns(uint64_t ns)
{
    struct timespec ts = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};

    nanosleep(&ts, NULL);
}

/* One turn in real time: runs up to where the wall clock is, then sleeps. */
static enum machine_stop run_real(struct session *s, struct pace *pace)
{
    uint64_t          began = session_host_ns(), executed = machine_executed(s->machine), now;
    enum machine_stop stop = session_run(s, pace_target(pace, s->machine, began));

    now = session_host_ns();
    pace->may_probe = !s->trace && !s->monitor && !s->script;
    pace_account(pace, s->machine, now, machine_executed(s->machine) - executed, now - began);
    if (now - began < REAL_NS) sleep_ns(REAL_NS - (now - began));
    return stop;
}

/* Whether STOP is for good: no time passes any more. */
static bool is_final(enum machine_stop stop)
{
    return stop != STOP_TIME && stop != STOP_REQUEST;
}

/* Ctrl-C while the debugger lets the machine run: back to its prompt. */
static void interrupt(struct session *s)
{
    char error[ERROR_SIZE];

    signalled = 0;
    catch_signals();
    if (!session_enter_monitor(s, "interrupted", error, sizeof(error))) session_end(s, SIGNALLED + SIGINT);
}

/* A machine that has stopped for good ends the run, unless somebody can look into it. */
static void run_out(struct session *s, enum machine_stop stop)
{
    char error[ERROR_SIZE];

    if (!s->monitor || !session_enter_monitor(s, "the machine has stopped", error, sizeof(error))) session_end_stopped(s, stop);
}

static void run(struct session *s)
{
    bool        real = s->options->time == TIME_REAL, had_script = s->options->script_count > 0;
    struct pace pace = {0};

    pace_start(&pace, s->machine, session_host_ns(), s->options->speed_max);
    while (!s->is_over) {
        enum machine_stop stop;

        if (s->is_prompting) {
            session_serve_monitor(s, PROMPT_MS);
            if (signalled && s->is_prompting) session_end(s, SIGNALLED + signalled);
            if (!s->is_prompting) pace_start(&pace, s->machine, session_host_ns(), s->options->speed_max);
            continue;
        }
        stop = real ? run_real(s, &pace) : session_run(s, machine_time(s->machine) + TURN_NS);

        if (s->is_over || s->is_prompting) continue;
        if (signalled && s->monitor) interrupt(s);
        else if (signalled) session_end(s, SIGNALLED + signalled);
        else if (had_script && s->script_ended) session_end(s, EXIT_GOOD);
        else if (!s->script && is_final(stop)) run_out(s, stop);
    }
}

int headless_main(const struct options *options)
{
    struct session s;
    char           error[ERROR_SIZE] = "";
    int            status = session_open(&s, options, NULL, error, sizeof(error));

    if (status) {
        fprintf(stderr, "ochenta: %s\n", error);
        return status;
    }
    catch_signals();
    if (options->monitor && !session_enter_monitor(&s, NULL, error, sizeof(error))) {
        fprintf(stderr, "ochenta: %s\n", error);
        s.status = EXIT_USAGE;
        return session_close(&s);
    }
    s.is_interrupted = is_signalled;
    session_begin(&s);
    run(&s);
    return session_close(&s);
}

int headless_show_demo(const struct options *options)
{
    struct options mine = *options;
    struct session s;
    char           error[ERROR_SIZE] = "", *screen;
    int            status;

    mine.time = TIME_VIRTUAL;
    mine.config.mips = 0;
    status = session_open(&s, &mine, NULL, error, sizeof(error));
    if (status) {
        fprintf(stderr, "ochenta: %s\n", error);
        return status;
    }
    session_begin(&s);
    while (!s.is_over && machine_time(s.machine) < DEMO_NS && !is_final(session_run(&s, DEMO_NS))) continue;
    screen = machine_screen_text(s.machine);
    puts(screen ? screen : "");
    free(screen);
    return session_close(&s);
}
