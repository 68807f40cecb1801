/* main.c: the program's entry: understands the command line and picks the frontend. */
#include "frontends/headless/headless.h"
#include "frontends/help.h"
#include "frontends/options.h"
#include "frontends/session.h"
#if WITH_SDL
#include "frontends/sdl/sdl.h"
#endif

#include <stdio.h>

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

int main(int argc, char **argv)
{
    struct options options;
    char           error[512];
    int            status = EXIT_GOOD;

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
    return status;
}
