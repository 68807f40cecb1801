/* input.c: see input.h. Keys go by scan code, that is by place, so that the guest's own keyboard layout decides what they mean: SDL
 * scan codes are the HID usages that machine_key() takes. */
#include "frontends/sdl/input.h"

#include <string.h>

#define HOST_KEY SDL_SCANCODE_RCTRL

static const struct {
    SDL_Scancode key;
    enum command command;
} commands[] = {
    {SDL_SCANCODE_F, COMMAND_FULLSCREEN}, {SDL_SCANCODE_S, COMMAND_SAVE},  {SDL_SCANCODE_L, COMMAND_LOAD},
    {SDL_SCANCODE_P, COMMAND_SCREENSHOT}, {SDL_SCANCODE_R, COMMAND_RESET}, {SDL_SCANCODE_D, COMMAND_DEBUGGER},
    {SDL_SCANCODE_V, COMMAND_PASTE},      {SDL_SCANCODE_PAUSE, COMMAND_PAUSE},
};

void input_init(struct input *in, struct machine *machine, SDL_Window *window)
{
    memset(in, 0, sizeof(*in));
    in->machine = machine;
    in->window = window;
}

static void send_key(struct input *in, unsigned usage, bool down)
{
    if (in->down[usage] == down) return;
    in->down[usage] = down;
    machine_key(in->machine, usage, down);
}

/* Whatever the guest thinks is held down is let go: its release may never be seen here. */
static void release_all(struct input *in)
{
    for (unsigned usage = 0; usage < 256; usage++) send_key(in, usage, false);
    if (in->buttons) machine_mouse(in->machine, 0, 0, 0, 0);
    in->buttons = 0;
    in->dx = in->dy = in->wheel = 0;
}

void input_grab(struct input *in, bool grab)
{
    if (grab == in->is_grabbed) return;
    in->is_grabbed = grab;
    if (!grab) release_all(in);
    SDL_SetRelativeMouseMode(grab ? SDL_TRUE : SDL_FALSE);
    SDL_SetWindowKeyboardGrab(in->window, grab ? SDL_TRUE : SDL_FALSE);
}

static enum command host_command(struct input *in, SDL_Scancode key)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].key != key) continue;
        in->host_used = true;
        release_all(in); /* what the host is told is not for the guest: text pasted must not meet a Ctrl still held */
        return commands[i].command;
    }
    return COMMAND_NONE;
}

/* Right Ctrl, pressed and released alone, releases mouse and keyboard. */
static void host_key(struct input *in, bool down)
{
    if (down) in->host_used = false;
    else if (in->host_down && !in->host_used) input_grab(in, false);
    in->host_down = down;
}

static enum command key_event(struct input *in, const SDL_KeyboardEvent *key)
{
    SDL_Scancode code = key->keysym.scancode;
    bool         down = key->type == SDL_KEYDOWN;

    if (key->repeat) return COMMAND_NONE; /* the guest's keyboard repeats by itself */
    if (code == HOST_KEY) {
        host_key(in, down);
        return COMMAND_NONE;
    }
    if (down && in->host_down) return host_command(in, code);
    if (down && code == SDL_SCANCODE_G && (key->keysym.mod & KMOD_CTRL) && (key->keysym.mod & KMOD_ALT)) {
        input_grab(in, !in->is_grabbed);
        release_all(in);
        return COMMAND_NONE;
    }
    if (code > 0 && code < 256) send_key(in, (unsigned)code, down);
    return COMMAND_NONE;
}

void input_flush(struct input *in)
{
    if (in->dx || in->dy || in->wheel) machine_mouse(in->machine, in->dx, in->dy, in->wheel, in->buttons);
    in->dx = in->dy = in->wheel = 0;
}

static unsigned button_bit(Uint8 button)
{
    return button == SDL_BUTTON_LEFT ? 1 : button == SDL_BUTTON_RIGHT ? 2 : button == SDL_BUTTON_MIDDLE ? 4 : 0;
}

static void button_event(struct input *in, const SDL_MouseButtonEvent *button)
{
    bool down = button->state == SDL_PRESSED;

    if (!in->is_grabbed) {
        if (!down || button->button != SDL_BUTTON_LEFT) return;
        input_grab(in, true);
        in->click_taken = true;
        return;
    }
    if (!down && in->click_taken && button->button == SDL_BUTTON_LEFT) {
        in->click_taken = false;
        return;
    }
    input_flush(in); /* the click is where the pointer has come to */
    in->buttons = down ? in->buttons | button_bit(button->button) : in->buttons & ~button_bit(button->button);
    machine_mouse(in->machine, 0, 0, 0, in->buttons);
}

enum command input_event(struct input *in, const SDL_Event *ev)
{
    switch (ev->type) {
    case SDL_KEYDOWN:
    case SDL_KEYUP: return key_event(in, &ev->key);
    case SDL_MOUSEMOTION:
        if (!in->is_grabbed) break;
        in->dx += ev->motion.xrel;
        in->dy += ev->motion.yrel;
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: button_event(in, &ev->button); break;
    case SDL_MOUSEWHEEL:
        if (in->is_grabbed) in->wheel += ev->wheel.y;
        break;
    case SDL_WINDOWEVENT:
        if (ev->window.event != SDL_WINDOWEVENT_FOCUS_LOST) break;
        in->host_down = false;
        input_grab(in, false);
        release_all(in);
        break;
    default: break;
    }
    return COMMAND_NONE;
}
