/* paint.h: the two ways to get a picture into a window. Used by window.c. */
#ifndef FRONTENDS_SDL_PAINT_H
#define FRONTENDS_SDL_PAINT_H

#include "frontends/sdl/window.h"

#define SIGN_BARS_MAX 512
#define SIGN_DARK     150 /* of 255: how much the picture is darkened under a sign */

bool gpu_open(struct window *);
void gpu_close(struct window *);
void gpu_set_picture(struct window *, const struct machine_screen *);
void gpu_draw(struct window *);
void gpu_lost(struct window *); /* textures are gone */

void cpu_close(struct window *);
void cpu_set_picture(struct window *, const struct machine_screen *);
void cpu_draw(struct window *);

/* The largest rectangle of the picture's shape in WIDTH x HEIGHT. */
SDL_Rect paint_place(const struct window *, int width, int height);

/* The bars that make up the window's sign over the picture at AT: at most SIGN_BARS_MAX; returns how many. */
int paint_sign(const struct window *, const SDL_Rect *at, SDL_Rect *bars, SDL_Color *color);

#endif
