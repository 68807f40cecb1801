/* window.c: scaling. See window.h.
 *
 * Guest pixels are rarely square, so an exact picture needs a fractional scale, at which nearest-neighbour sampling makes columns of
 * uneven width and linear sampling makes a blur. So the picture is first enlarged by whole factors, pixel by pixel, to at
 * least the wanted size, and then reduced linearly: edges blend over less than one pixel of the screen. */
#include "frontends/sdl/window.h"

#include <stdio.h>
#include <string.h>

#define START_WIDTH  960
#define START_HEIGHT 720
#define LEAST_WIDTH  320
#define LEAST_HEIGHT 240
#define FACTOR_MAX   16
#define DARK         150 /* of 255: how much the picture is darkened under a sign */

bool window_open(struct window *w, bool fullscreen, char *error, size_t error_size)
{
    SDL_DisplayMode mode;
    Uint32          flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI | (fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    int             width = START_WIDTH, height = START_HEIGHT;

    memset(w, 0, sizeof(*w));
    if (SDL_GetDesktopDisplayMode(0, &mode) == 0 && (mode.w < width + 40 || mode.h < height + 80)) {
        width = width * 2 / 3;
        height = height * 2 / 3;
    }
    w->window = SDL_CreateWindow("ochenta", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width, height, flags);
    if (w->window) w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_TARGETTEXTURE);
    if (w->window && !w->renderer) w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    if (!w->renderer) {
        snprintf(error, error_size, "no window: %s; --headless runs without", SDL_GetError());
        window_close(w);
        return false;
    }
    SDL_SetWindowMinimumSize(w->window, LEAST_WIDTH, LEAST_HEIGHT);
    w->aspect_width = 4;
    w->aspect_height = 3;
    w->needs_drawing = true;
    return true;
}

static void drop_textures(struct window *w)
{
    if (w->bigger) SDL_DestroyTexture(w->bigger);
    if (w->picture) SDL_DestroyTexture(w->picture);
    w->bigger = w->picture = NULL;
    w->factor_x = w->factor_y = 0;
}

void window_close(struct window *w)
{
    drop_textures(w);
    if (w->renderer) SDL_DestroyRenderer(w->renderer);
    if (w->window) SDL_DestroyWindow(w->window);
    w->renderer = NULL;
    w->window = NULL;
}

void window_set_picture(struct window *w, const struct machine_screen *s)
{
    if (!s->width || !s->height) return;
    if (w->picture && (w->width != (int)s->width || w->height != (int)s->height)) drop_textures(w);
    if (!w->picture) {
        w->width = (int)s->width;
        w->height = (int)s->height;
        w->picture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING, w->width, w->height);
        if (!w->picture) return;
        SDL_SetTextureScaleMode(w->picture, SDL_ScaleModeNearest);
    }
    SDL_UpdateTexture(w->picture, NULL, s->pixels, w->width * 4);
    w->aspect_width = s->aspect_width ? s->aspect_width : s->width;
    w->aspect_height = s->aspect_height ? s->aspect_height : s->height;
    w->needs_drawing = true;
}

/* The largest rectangle of the picture's shape in the window. */
static SDL_Rect place(const struct window *w)
{
    SDL_Rect at = {0, 0, 0, 0};
    int      width, height;

    SDL_GetRendererOutputSize(w->renderer, &width, &height);
    at.w = width;
    at.h = (int)((int64_t)width * w->aspect_height / w->aspect_width);
    if (at.h > height) {
        at.h = height;
        at.w = (int)((int64_t)height * w->aspect_width / w->aspect_height);
    }
    if (at.w < 1) at.w = 1;
    if (at.h < 1) at.h = 1;
    at.x = (width - at.w) / 2;
    at.y = (height - at.h) / 2;
    return at;
}

/* The whole factor to enlarge FROM by, to at least TO. */
static int factor(int from, int to)
{
    int f = (to + from - 1) / from;

    return f < 1 ? 1 : f > FACTOR_MAX ? FACTOR_MAX : f;
}

/* Makes w->bigger for the size of AT and fills it. False if the renderer has no such texture. */
static bool enlarge(struct window *w, const SDL_Rect *at)
{
    int fx = factor(w->width, at->w), fy = factor(w->height, at->h);

    if (fx != w->factor_x || fy != w->factor_y) {
        if (w->bigger) SDL_DestroyTexture(w->bigger);
        w->bigger = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_TARGET, w->width * fx, w->height * fy);
        if (w->bigger) SDL_SetTextureScaleMode(w->bigger, SDL_ScaleModeLinear);
        w->factor_x = fx;
        w->factor_y = fy;
    }
    if (!w->bigger || SDL_SetRenderTarget(w->renderer, w->bigger) < 0) return false;
    SDL_RenderCopy(w->renderer, w->picture, NULL, NULL);
    SDL_SetRenderTarget(w->renderer, NULL);
    return true;
}

static void bar(struct window *w, int x, int y, int width, int height)
{
    SDL_RenderFillRect(w->renderer, &(SDL_Rect){x, y, width, height});
}

/* Darkens the picture and draws bars, a square or a cross in its middle. */
static void draw_sign(struct window *w, const SDL_Rect *at)
{
    int size = (at->w < at->h ? at->w : at->h) / 5, x = at->x + (at->w - size) / 2, y = at->y + (at->h - size) / 2;

    SDL_SetRenderDrawBlendMode(w->renderer, SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, DARK);
    SDL_RenderFillRect(w->renderer, at);
    SDL_SetRenderDrawBlendMode(w->renderer, SDL_BLENDMODE_NONE);
    if (w->sign == SIGN_CRASH) SDL_SetRenderDrawColor(w->renderer, 230, 60, 50, 255);
    else SDL_SetRenderDrawColor(w->renderer, 235, 235, 235, 255);
    switch (w->sign) {
    case SIGN_PAUSE:
        bar(w, x, y, size * 3 / 8, size);
        bar(w, x + size * 5 / 8, y, size * 3 / 8, size);
        break;
    case SIGN_STOP: bar(w, x, y, size, size); break;
    case SIGN_CRASH:
        for (int i = 0, thick = size / 5 + 1; i < size; i++) {
            bar(w, x + i - thick / 2, y + i, thick, 1);
            bar(w, x + size - i - thick / 2, y + i, thick, 1);
        }
        break;
    case SIGN_NONE: break;
    }
}

void window_draw(struct window *w)
{
    SDL_Rect at = place(w);
    bool     integral;

    w->needs_drawing = false;
    SDL_SetRenderTarget(w->renderer, NULL);
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    if (w->picture) {
        integral = at.w % w->width == 0 && at.h % w->height == 0;
        if (integral || !enlarge(w, &at)) SDL_RenderCopy(w->renderer, w->picture, NULL, &at);
        else SDL_RenderCopy(w->renderer, w->bigger, NULL, &at);
    }
    if (w->sign != SIGN_NONE) draw_sign(w, &at);
    SDL_RenderPresent(w->renderer);
}

void window_set_sign(struct window *w, enum window_sign sign)
{
    if (sign == w->sign) return;
    w->sign = sign;
    w->needs_drawing = true;
}

void window_set_title(struct window *w, const char *title)
{
    if (!strcmp(title, w->title)) return;
    snprintf(w->title, sizeof(w->title), "%s", title);
    SDL_SetWindowTitle(w->window, w->title);
}

void window_toggle_fullscreen(struct window *w)
{
    bool is_full = SDL_GetWindowFlags(w->window) & SDL_WINDOW_FULLSCREEN_DESKTOP;

    SDL_SetWindowFullscreen(w->window, is_full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
    w->needs_drawing = true;
}

void window_event(struct window *w, const SDL_Event *ev)
{
    if (ev->type == SDL_RENDER_TARGETS_RESET || ev->type == SDL_WINDOWEVENT) w->needs_drawing = true;
    if (ev->type == SDL_RENDER_DEVICE_RESET) {
        drop_textures(w); /* the next picture makes new ones */
        w->needs_drawing = true;
    }
}
