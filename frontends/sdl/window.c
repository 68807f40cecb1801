/* window.c: the window itself; what is in it is painted by paint_gpu.c or paint_cpu.c. See window.h. */
#include "frontends/sdl/window.h"

#include "frontends/sdl/paint.h"

#include <stdio.h>
#include <string.h>

#define START_WIDTH  960
#define START_HEIGHT 720
#define LEAST_WIDTH  320
#define LEAST_HEIGHT 240
#define GL_RENDERER  0x1f01 /* glGetString(): OpenGL 1.1 */

/* Whether GL draws with a graphics card. A GL that computes on the CPU is slower than paint_cpu.c. */
static bool has_gpu(void)
{
    static const char *const on_cpu[] = {"llvmpipe", "softpipe", "Software", "SwiftShader", "swrast"};
    const unsigned char *(*get_string)(unsigned name) = NULL;
    SDL_Window          *window = SDL_CreateWindow("", 0, 0, 16, 16, SDL_WINDOW_HIDDEN | SDL_WINDOW_OPENGL);
    SDL_GLContext        context = window ? SDL_GL_CreateContext(window) : NULL;
    const char          *renderer = NULL;

    if (context) {
        void *function = SDL_GL_GetProcAddress("glGetString");

        memcpy(&get_string, &function, sizeof(function)); /* ISO C has no cast from void * to a function */
        if (get_string) renderer = (const char *)get_string(GL_RENDERER);
        for (size_t i = 0; i < sizeof(on_cpu) / sizeof(on_cpu[0]) && renderer; i++)
            if (strstr(renderer, on_cpu[i])) renderer = NULL;
        SDL_GL_DeleteContext(context);
    }
    if (window) SDL_DestroyWindow(window);
    return renderer != NULL;
}

bool window_open(struct window *w, bool fullscreen, char *error, size_t error_size)
{
    SDL_DisplayMode mode;
    Uint32          flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI | (fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    int             width = START_WIDTH, height = START_HEIGHT;

    memset(w, 0, sizeof(*w));
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); /* paint_cpu.c hands over pixels: no detour through GL */
    if (SDL_GetDesktopDisplayMode(0, &mode) == 0 && (mode.w < width + 40 || mode.h < height + 80)) {
        width = width * 2 / 3;
        height = height * 2 / 3;
    }
    w->by_gpu = has_gpu();
    w->window = SDL_CreateWindow("ochenta", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width, height, flags);
    if (w->window && w->by_gpu) w->by_gpu = gpu_open(w);
    if (!w->window || (!w->by_gpu && !SDL_GetWindowSurface(w->window))) {
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

void window_close(struct window *w)
{
    gpu_close(w);
    cpu_close(w);
    if (w->window) SDL_DestroyWindow(w->window);
    w->window = NULL;
}

void window_set_picture(struct window *w, const struct machine_screen *s)
{
    unsigned width = s->aspect_width ? s->aspect_width : s->width, height = s->aspect_height ? s->aspect_height : s->height;

    if (!s->width || !s->height) return;
    if (width != w->aspect_width || height != w->aspect_height) w->needs_drawing = true;
    w->aspect_width = width;
    w->aspect_height = height;
    if (w->by_gpu) gpu_set_picture(w, s);
    else cpu_set_picture(w, s);
    w->has_picture = true;
}

void window_draw(struct window *w)
{
    if (w->by_gpu) gpu_draw(w);
    else cpu_draw(w);
}

SDL_Rect paint_place(const struct window *w, int width, int height)
{
    SDL_Rect at = {0, 0, width, (int)((int64_t)width * w->aspect_height / w->aspect_width)};

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

int paint_sign(const struct window *w, const SDL_Rect *at, SDL_Rect *bars, SDL_Color *color)
{
    int size = (at->w < at->h ? at->w : at->h) / 5, x = at->x + (at->w - size) / 2, y = at->y + (at->h - size) / 2, n = 0;

    *color = w->sign == SIGN_CRASH ? (SDL_Color){230, 60, 50, 255} : (SDL_Color){235, 235, 235, 255};
    switch (w->sign) {
    case SIGN_PAUSE:
        bars[n++] = (SDL_Rect){x, y, size * 3 / 8, size};
        bars[n++] = (SDL_Rect){x + size * 5 / 8, y, size * 3 / 8, size};
        break;
    case SIGN_STOP: bars[n++] = (SDL_Rect){x, y, size, size}; break;
    case SIGN_CRASH:
        for (int i = 0, thick = size / 5 + 1, step = size / (SIGN_BARS_MAX / 2) + 1; i < size; i += step) {
            bars[n++] = (SDL_Rect){x + i - thick / 2, y + i, thick, step};
            bars[n++] = (SDL_Rect){x + size - i - thick / 2, y + i, thick, step};
        }
        break;
    case SIGN_NONE: break;
    }
    return n;
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
    if (ev->type == SDL_RENDER_TARGETS_RESET || ev->type == SDL_RENDER_DEVICE_RESET) gpu_lost(w);
    if (ev->type == SDL_RENDER_TARGETS_RESET || ev->type == SDL_RENDER_DEVICE_RESET || ev->type == SDL_WINDOWEVENT)
        w->needs_drawing = true;
}
