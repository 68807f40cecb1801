/* headless.h: runs a machine with no window: as fast as the host can, or throttled to the wall clock. */
#ifndef FRONTENDS_HEADLESS_HEADLESS_H
#define FRONTENDS_HEADLESS_HEADLESS_H

#include "frontends/options.h"

/* Returns the exit status of the program. */
int headless_main(const struct options *);

/* The built-in guest where there is no display: boots it, prints its screen on stdout, and ends. */
int headless_show_demo(const struct options *);

#endif
