/* main.c: the program's entry: understands the command line and picks the frontend. */
#include "frontends/headless/headless.h"
#include "frontends/help.h"
#include "frontends/options.h"
#include "frontends/session.h"
#if WITH_SDL
#include "frontends/sdl/sdl.h"
#endif

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int run(const struct options *options)
{
    const char *why = WITH_SDL ? "there is no display for a window" : "this ochenta is built without a window (SDL=0)";

    if (options->headless) return headless_main(options);
#if WITH_SDL
    if (sdl_has_display()) return sdl_main(options);
#endif
    if (options->config.demo) {
        fprintf(stderr, "ochenta: %s: booting the demo headless; this is its screen:\n", why);
        return headless_show_demo(options);
    }
    fprintf(stderr, "ochenta: %s: run with --headless, e.g. with --script, -e or --serial stdio\n", why);
    return EXIT_USAGE;
}

/* What was printed, by --help or by a script, is there only now. A run that was good so far has failed if it cannot be written. */
static int flush_stdout(int status)
{
    bool had_failed = ferror(stdout);

    errno = 0;
    if (fflush(stdout) == 0 && !had_failed) return status;
    fprintf(stderr, "ochenta: stdout: %s\n", errno ? strerror(errno) : "not all could be written");
    return status == EXIT_GOOD ? EXIT_USAGE : status;
}

int main(int argc, char **argv)
{
    struct options options;
    char           error[512];
    int            status = EXIT_GOOD;

    signal(SIGXFSZ, SIG_IGN); /* a file that gets too large is told like a full disk */
    switch (options_parse(&options, argc, argv, error, sizeof(error))) {
    case OPTIONS_RUN: status = run(&options); break;
    case OPTIONS_HELP: help_print(stdout); break;
    case OPTIONS_VERSION: help_print_version(stdout); break;
    case OPTIONS_ERROR:
        fprintf(stderr, "ochenta: %s\n", error);
        status = EXIT_USAGE;
        break;
    }
    options_free(&options);
    return flush_stdout(status);
}
