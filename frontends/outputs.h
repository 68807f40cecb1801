/* outputs.h: the files that a run writes. None may be a file that the run reads or has in a drive, nor another of them.
 *
 * Those of the command line are opened while the start can still be refused, but become empty only when it is not: a start that is
 * refused leaves all files as they were. */
#ifndef FRONTENDS_OUTPUTS_H
#define FRONTENDS_OUTPUTS_H

#include "frontends/options.h"
#include "machine/machine.h"

#include <stdbool.h>
#include <stddef.h>

#define OUTPUTS_MAX (MACHINE_SERIALS + 3) /* and the debug port, the trace, the map for perf */

struct outputs {
    const struct options *options;
    const struct machine *machine; /* NULL: not yet made */
    struct output {
        const char *path;
        int         fd;     /* the owner's, who closes it */
        bool        is_new; /* made here */
    } file[OUTPUTS_MAX];
    unsigned count;
    bool     begun;
};

void outputs_init(struct outputs *, const struct options *, const struct machine *);

/* Opens the file at PATH, which has to live as long as OUTPUTS, to be written from its start. Its descriptor; or a negative errno
 * with one line in ERROR. */
int outputs_open(struct outputs *, const char *path, char *error, size_t error_size);

/* Whether the run may write a file at PATH, such as a screenshot. 0, or -EBUSY with one line in ERROR. */
int outputs_check(const struct outputs *, const char *path, char *error, size_t error_size);

/* The run begins: what was in the files goes. */
void outputs_begin(struct outputs *);

/* If the run has not begun, removes what outputs_open() has made. */
void outputs_close(struct outputs *);

#endif
