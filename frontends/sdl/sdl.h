/* sdl.h: runs a machine in a window, with sound, keyboard and mouse (SDL 2). */
#ifndef FRONTENDS_SDL_SDL_H
#define FRONTENDS_SDL_SDL_H

#include "frontends/options.h"

#include <stdbool.h>

/* Whether a window can be opened here. */
bool sdl_has_display(void);

/* Returns the exit status of the program. */
int sdl_main(const struct options *);

#endif
