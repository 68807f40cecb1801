/* window.h: shows the guest's picture: crisp, in its right shape, at any size. */
#ifndef FRONTENDS_SDL_WINDOW_H
#define FRONTENDS_SDL_WINDOW_H

#include "frontends/scale.h"
#include "machine/machine.h"

#include <SDL.h>
#include <stdbool.h>

/* A sign over the darkened picture. */
enum window_sign { SIGN_NONE, SIGN_PAUSE, SIGN_STOP, SIGN_CRASH };

/* By the graphics card, where there is one (paint_gpu.c). */
struct gpu_paint {
    SDL_Renderer *renderer; /* NULL: not used */
    SDL_Texture  *picture;  /* the guest's pixels */
    SDL_Texture  *bigger;   /* the same, each pixel a block of FACTOR_X * FACTOR_Y */
    int           width, height; /* of the picture */
    int           factor_x, factor_y;
};

/* By the CPU, only where something has changed (paint_cpu.c). */
struct cpu_paint {
    SDL_Surface  *surface; /* the window's, at the last drawing */
    uint32_t     *pixels;  /* the picture as last drawn or to be drawn */
    int           width, height;
    int           changed_first, changed_end; /* rows to be drawn */
    struct scaler scaler;
};

struct window {
    SDL_Window      *window;
    bool             by_gpu;
    struct gpu_paint gpu;
    struct cpu_paint cpu;
    unsigned         aspect_width, aspect_height;
    enum window_sign sign;
    bool             has_picture;
    bool             needs_drawing; /* all of it */
    char             title[256];
};

/* False, with one line in ERROR, if there can be none. */
bool window_open(struct window *, bool fullscreen, char *error, size_t error_size);
void window_close(struct window *);

/* Takes over new pixels; window_draw() shows them. */
void window_set_picture(struct window *, const struct machine_screen *);
void window_draw(struct window *); /* what has changed since the last time, if anything */

void window_set_sign(struct window *, enum window_sign);
void window_set_title(struct window *, const char *title);
void window_toggle_fullscreen(struct window *);

/* Size, exposure, lost textures: what an event means for the picture. */
void window_event(struct window *, const SDL_Event *);

#endif
