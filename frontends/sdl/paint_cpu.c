/* paint_cpu.c: scaling by the CPU, straight into the window's surface, and only the rows that have changed: a blinking cursor costs next
 * to nothing. See paint.h and frontends/scale.h. */
#include "frontends/sdl/paint.h"

#include <stdlib.h>
#include <string.h>

void cpu_close(struct window *w)
{
    free(w->cpu.pixels);
    scaler_free(&w->cpu.scaler);
    memset(&w->cpu, 0, sizeof(w->cpu));
}

/* Room for a picture of another size. */
static bool resize(struct window *w, int width, int height)
{
    struct cpu_paint *c = &w->cpu;
    uint32_t         *pixels = malloc((size_t)width * (size_t)height * sizeof(*pixels));

    if (!pixels) return false;
    free(c->pixels);
    c->pixels = pixels;
    c->width = width;
    c->height = height;
    w->needs_drawing = true;
    return true;
}

void cpu_set_picture(struct window *w, const struct machine_screen *s)
{
    struct cpu_paint *c = &w->cpu;
    size_t            row_size = s->width * sizeof(*s->pixels);
    bool              is_new = !c->pixels || c->width != (int)s->width || c->height != (int)s->height;

    if (is_new && !resize(w, (int)s->width, (int)s->height)) return;
    for (int y = 0; y < c->height; y++) {
        const uint32_t *from = s->pixels + (size_t)y * s->width;
        uint32_t       *to = c->pixels + (size_t)y * s->width;

        if (!is_new && !memcmp(from, to, row_size)) continue;
        memcpy(to, from, row_size);
        if (c->changed_first == c->changed_end) c->changed_first = y;
        c->changed_end = y + 1;
    }
}

static void draw_sign(struct window *w, SDL_Surface *surface, const SDL_Rect *at)
{
    SDL_Rect  bars[SIGN_BARS_MAX];
    SDL_Color color;
    int       n = paint_sign(w, at, bars, &color);

    for (int y = at->y; y < at->y + at->h; y++) {
        uint8_t *row = (uint8_t *)surface->pixels + (size_t)y * (size_t)surface->pitch + (size_t)at->x * 4;

        for (int i = 0; i < at->w * 4; i++) row[i] = (uint8_t)(row[i] * (255 - SIGN_DARK) / 255);
    }
    SDL_FillRects(surface, bars, n, SDL_MapRGB(surface->format, color.r, color.g, color.b));
}

/* Draws rows FIRST up to END of what is at AT. False if the surface is not of the kind that we can write. */
static bool draw_rows(struct cpu_paint *c, SDL_Surface *surface, const SDL_Rect *at, uint32_t first, uint32_t end)
{
    uint8_t *to = (uint8_t *)surface->pixels + (size_t)at->y * (size_t)surface->pitch + (size_t)at->x * 4;

    if (surface->format->BytesPerPixel != 4 || surface->format->Rmask != 0xff0000 || surface->format->Bmask != 0xff) return false;
    scaler_run(&c->scaler, c->pixels, (uint32_t *)(void *)to, (size_t)surface->pitch / 4, first, end);
    return true;
}

/* A surface of another pixel format: SDL converts, pixel by pixel and without blending. */
static void draw_converted(struct cpu_paint *c, SDL_Surface *surface, SDL_Rect *at)
{
    SDL_Surface *picture = SDL_CreateRGBSurfaceWithFormatFrom(c->pixels, c->width, c->height, 32, c->width * 4, SDL_PIXELFORMAT_RGB888);

    if (picture) SDL_BlitScaled(picture, NULL, surface, at);
    SDL_FreeSurface(picture);
}

static void draw_all(struct window *w, SDL_Surface *surface)
{
    struct cpu_paint *c = &w->cpu;
    SDL_Rect          at = paint_place(w, surface->w, surface->h);

    SDL_FillRect(surface, NULL, SDL_MapRGB(surface->format, 0, 0, 0));
    if (c->pixels) {
        scaler_free(&c->scaler);
        if (!scaler_init(&c->scaler, (uint32_t)c->width, (uint32_t)c->height, (uint32_t)at.w, (uint32_t)at.h)) return;
        if (!draw_rows(c, surface, &at, 0, (uint32_t)at.h)) draw_converted(c, surface, &at);
    }
    if (w->sign != SIGN_NONE && surface->format->BytesPerPixel == 4) draw_sign(w, surface, &at);
    SDL_UpdateWindowSurface(w->window);
}

static void draw_changed(struct window *w, SDL_Surface *surface)
{
    struct cpu_paint *c = &w->cpu;
    SDL_Rect          at = paint_place(w, surface->w, surface->h), changed = at;
    uint32_t          first, end;

    scaler_rows(&c->scaler, (uint32_t)c->changed_first, (uint32_t)c->changed_end, &first, &end);
    if (!draw_rows(c, surface, &at, first, end)) draw_converted(c, surface, &at);
    changed.y = at.y + (int)first;
    changed.h = (int)(end - first);
    SDL_UpdateWindowSurfaceRects(w->window, &changed, 1);
}

void cpu_draw(struct window *w)
{
    struct cpu_paint *c = &w->cpu;
    SDL_Surface      *surface = SDL_GetWindowSurface(w->window);

    if (!surface || (!w->needs_drawing && surface == c->surface && c->changed_first == c->changed_end)) return;
    if (w->needs_drawing || surface != c->surface || w->sign != SIGN_NONE || !c->scaler.rows) draw_all(w, surface);
    else draw_changed(w, surface);
    c->surface = surface;
    c->changed_first = c->changed_end = 0;
    w->needs_drawing = false;
}
