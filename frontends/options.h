/* options.h: the command line, understood and checked. docs/CLI.md is its manual. */
#ifndef FRONTENDS_OPTIONS_H
#define FRONTENDS_OPTIONS_H

#include "machine/machine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_SCRIPTS 16

/* The RTC at power-on of a headless run, so that runs repeat: 2000-01-01T00:00:00. */
#define OPTIONS_FIXED_DATE 946684800

/* The two ends that a guest's bytes can have. */
enum endpoint_kind { ENDPOINT_NONE, ENDPOINT_STDIO, ENDPOINT_FILE, ENDPOINT_UNIX };

struct endpoint_option {
    enum endpoint_kind kind;
    const char        *path; /* FILE and UNIX */
    bool               given;
};

struct script_option {
    const char *text;
    bool        is_file; /* TEXT is its name */
};

enum time_mode { TIME_DEFAULT, TIME_VIRTUAL, TIME_REAL };

struct options {
    struct machine_config  config; /* config.host is left to the frontend */
    const char            *image;  /* IMAGE as given, or the first medium; NULL: none. For the names of state files */
    bool                   headless, fullscreen, no_sound, monitor, stats, verbose, explain, perf_map;
    enum time_mode         time;      /* never TIME_DEFAULT afterwards */
    bool                   speed_max; /* config.mips is 0 then */
    struct endpoint_option serial[MACHINE_SERIALS], debugcon;
    struct script_option   script[OPTIONS_SCRIPTS];
    unsigned               script_count;
    uint64_t               timeout_ns; /* 0: none */
    const char            *trace, *load_state;

    /* While parsing. */
    unsigned floppies, disks, serials;
    char     first; /* letter of the first medium */
    bool     no_cdrom, memory_given, speed_given, date_given, date_now;
    char    *owned[MACHINE_FLOPPIES + MACHINE_DISKS + 2]; /* malloc'ed names */
    unsigned owned_count;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_ERROR };

/* Fills in OPT from the command line. Files are looked at, nothing is started or written. On OPTIONS_ERROR, ERROR holds one line.
 * Texts of OPT point into ARGV or belong to OPT: options_free(). */
enum options_result options_parse(struct options *opt, int argc, char *const *argv, char *error, size_t error_size);
void                options_free(struct options *opt);

/* One option, as the parser and --help see it. */
struct option_info {
    const char *name;     /* without -- */
    char        letter;   /* 0: none */
    const char *argument; /* NULL: takes none */
    const char *help;
    const char *fallback; /* the default, for --help; NULL: none to tell */
    bool (*set)(struct options *, const struct option_info *, const char *value, char *error, size_t error_size);
    size_t member; /* offset in struct options, for options that just set one */
};

/* The Nth option in the order of --help; one without `set` is the heading of a group; NULL at the end. */
const struct option_info *options_info(unsigned n);

#endif
