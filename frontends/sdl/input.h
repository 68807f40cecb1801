/* input.h: keyboard and mouse: what goes to the guest, and what is a command for ochenta. */
#ifndef FRONTENDS_SDL_INPUT_H
#define FRONTENDS_SDL_INPUT_H

#include "machine/machine.h"

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

/* The window keys: Right Ctrl with a letter. */
enum command {
    COMMAND_NONE,
    COMMAND_FULLSCREEN,
    COMMAND_SAVE,
    COMMAND_LOAD,
    COMMAND_SCREENSHOT,
    COMMAND_RESET,
    COMMAND_DEBUGGER,
    COMMAND_PASTE,
    COMMAND_PAUSE,
};

struct input {
    struct machine *machine;
    SDL_Window     *window;
    bool            is_grabbed; /* the mouse belongs to the guest, and keys of the desktop too */
    bool            host_down;  /* Right Ctrl is held, and */
    bool            host_used;  /* was used for a command */
    bool            click_taken; /* the click that grabbed is not the guest's */
    bool            down[256];  /* keys that the guest holds down, by HID usage */
    unsigned        buttons;
    int             dx, dy, wheel; /* not yet sent */
};

void input_init(struct input *, struct machine *, SDL_Window *);

/* Sees to a keyboard, mouse or focus event. Returns what the user wants of ochenta. */
enum command input_event(struct input *, const SDL_Event *);

/* Sends mouse movement collected since. */
void input_flush(struct input *);

void input_grab(struct input *, bool grab);

#endif
