/* quiet.h: keeps libraries from writing to stderr while something is tried that may well fail. */
#ifndef FRONTENDS_SDL_QUIET_H
#define FRONTENDS_SDL_QUIET_H

/* Returns what quiet_end() needs. */
int  quiet_begin(void);
void quiet_end(int saved);

#endif
