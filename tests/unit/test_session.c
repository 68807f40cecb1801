/* A session: how a run ends. */
#include "frontends/session.h"
#include "machine/machine_lockstep.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static unsigned countdown;

static void change_register(struct machine *twin, void *opaque)
{
    (void)opaque;
    if (!--countdown) twin->pc.cpu.gpr[REG_EDI] ^= 0x100;
}

/* Runs the demo in lockstep, with one register changed in the translator's machine; what it reports goes to /dev/null. */
static void run_to_difference(int argc, char *const *argv)
{
    struct options opt;
    struct session s;
    char           error[1000];
    int            null = open("/dev/null", O_WRONLY), old = dup(STDERR_FILENO);

    ck_assert_int_eq(options_parse(&opt, argc, argv, error, sizeof(error)), OPTIONS_RUN);
    ck_assert_int_eq(session_open(&s, &opt, NULL, error, sizeof(error)), EXIT_GOOD);
    session_begin(&s);
    countdown = 200;
    s.machine->lockstep->sabotage = change_register;
    fflush(stderr);
    dup2(null, STDERR_FILENO);
    for (unsigned n = 0; n < 100 && !s.is_over; n++) session_run(&s, machine_time(s.machine) + SESSION_SLICE_NS);
    fflush(stderr);
    dup2(old, STDERR_FILENO);
    close(old);
    close(null);
    ck_assert_uint_eq(countdown, 0);
    ck_assert(s.is_over);
    ck_assert_int_eq(session_close(&s), EXIT_DIFFERENCE);
    options_free(&opt);
}

START_TEST(a_difference_ends_the_run)
{
    char *argv[] = {"ochenta", "--headless", "--engine", "lockstep", "--demo", "--serial", "none"};

    run_to_difference(sizeof(argv) / sizeof(*argv), argv);
}
END_TEST

#if WITH_LUA
/* A script waits for time that does not pass any more. */
START_TEST(a_difference_ends_the_script)
{
    char *argv[] = {"ochenta", "--headless", "--engine", "lockstep", "--demo", "--serial", "none", "-e", "vm:wait_text('no such text')"};

    run_to_difference(sizeof(argv) / sizeof(*argv), argv);
}
END_TEST
#endif

Suite *session_suite(void)
{
    Suite *s = suite_create("session");
    TCase *t = tcase_create("difference");

    if (machine_has_jit()) {
        tcase_add_test(t, a_difference_ends_the_run);
#if WITH_LUA
        tcase_add_test(t, a_difference_ends_the_script);
#endif
    }
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return s;
}
