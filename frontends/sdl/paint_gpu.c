/* paint_gpu.c: scaling by the graphics card. See paint.h.
 *
 * Guest pixels are rarely square, so an exact picture needs a fractional scale, at which nearest-neighbour sampling makes columns of
 * uneven width and linear sampling makes a blur. So the picture is first enlarged by whole factors, pixel by pixel, to at
 * least the wanted size, and then reduced linearly: edges blend over less than one pixel of the screen. */
#include "frontends/sdl/paint.h"

#define FACTOR_MAX 16

bool gpu_open(struct window *w)
{
    w->gpu.renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_ACCELERATED | SDL_RENDERER_TARGETTEXTURE);
    return w->gpu.renderer != NULL;
}

void gpu_lost(struct window *w)
{
    struct gpu_paint *g = &w->gpu;

    if (g->bigger) SDL_DestroyTexture(g->bigger);
    if (g->picture) SDL_DestroyTexture(g->picture);
    g->bigger = g->picture = NULL;
    g->factor_x = g->factor_y = 0;
    if (w->by_gpu) w->has_picture = false; /* so that it is asked for again */
}

void gpu_close(struct window *w)
{
    gpu_lost(w);
    if (w->gpu.renderer) SDL_DestroyRenderer(w->gpu.renderer);
    w->gpu.renderer = NULL;
}

void gpu_set_picture(struct window *w, const struct machine_screen *s)
{
    struct gpu_paint *g = &w->gpu;

    if (g->picture && (g->width != (int)s->width || g->height != (int)s->height)) gpu_lost(w);
    if (!g->picture) {
        g->width = (int)s->width;
        g->height = (int)s->height;
        g->picture = SDL_CreateTexture(g->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING, g->width, g->height);
        if (!g->picture) return;
        SDL_SetTextureScaleMode(g->picture, SDL_ScaleModeNearest);
    }
    SDL_UpdateTexture(g->picture, NULL, s->pixels, g->width * 4);
    w->needs_drawing = true;
}

/* The whole factor to enlarge FROM by, to at least TO. */
static int factor(int from, int to)
{
    int f = (to + from - 1) / from;

    return f < 1 ? 1 : f > FACTOR_MAX ? FACTOR_MAX : f;
}

/* Makes g->bigger for the size of AT and fills it. False if the renderer has no such texture. */
static bool enlarge(struct gpu_paint *g, const SDL_Rect *at)
{
    int fx = factor(g->width, at->w), fy = factor(g->height, at->h);

    if (fx != g->factor_x || fy != g->factor_y) {
        if (g->bigger) SDL_DestroyTexture(g->bigger);
        g->bigger = SDL_CreateTexture(g->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_TARGET, g->width * fx, g->height * fy);
        if (g->bigger) SDL_SetTextureScaleMode(g->bigger, SDL_ScaleModeLinear);
        g->factor_x = fx;
        g->factor_y = fy;
    }
    if (!g->bigger || SDL_SetRenderTarget(g->renderer, g->bigger) < 0) return false;
    SDL_RenderCopy(g->renderer, g->picture, NULL, NULL);
    SDL_SetRenderTarget(g->renderer, NULL);
    return true;
}

static void draw_sign(struct window *w, const SDL_Rect *at)
{
    SDL_Renderer *r = w->gpu.renderer;
    SDL_Rect      bars[SIGN_BARS_MAX];
    SDL_Color     color;
    int           n = paint_sign(w, at, bars, &color);

    SDL_SetRenderDrawBlendMode(r, SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(r, 0, 0, 0, SIGN_DARK);
    SDL_RenderFillRect(r, at);
    SDL_SetRenderDrawBlendMode(r, SDL_BLENDMODE_NONE);
    SDL_SetRenderDrawColor(r, color.r, color.g, color.b, 255);
    SDL_RenderFillRects(r, bars, n);
}

void gpu_draw(struct window *w)
{
    struct gpu_paint *g = &w->gpu;
    int               width, height;
    SDL_Rect          at;

    if (!w->needs_drawing) return;
    w->needs_drawing = false;
    SDL_GetRendererOutputSize(g->renderer, &width, &height);
    at = paint_place(w, width, height);
    SDL_SetRenderTarget(g->renderer, NULL);
    SDL_SetRenderDrawColor(g->renderer, 0, 0, 0, 255);
    SDL_RenderClear(g->renderer);
    if (g->picture) {
        bool is_integral = at.w % g->width == 0 && at.h % g->height == 0;

        if (is_integral || !enlarge(g, &at)) SDL_RenderCopy(g->renderer, g->picture, NULL, &at);
        else SDL_RenderCopy(g->renderer, g->bigger, NULL, &at);
    }
    if (w->sign != SIGN_NONE) draw_sign(w, &at);
    SDL_RenderPresent(g->renderer);
}
