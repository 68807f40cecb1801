/* sdl.c: the main loop of the window: events, the machine in step with the wall clock, picture, sound, title. See sdl.h. */
#include "frontends/sdl/sdl.h"

#include "frontends/media.h"
#include "frontends/pace.h"
#include "frontends/png.h"
#include "frontends/sdl/input.h"
#include "frontends/sdl/quiet.h"
#include "frontends/sdl/sound.h"
#include "frontends/sdl/window.h"
#include "frontends/session.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRAME_NS    16666667ull
#define PIECE_NS    4000000ull   /* virtual time between two looks at the host's clock, */
#define OVERRUN_NS  25000000ull  /* after so much of which a frame's running ends */
#define MESSAGE_NS  4000000000ull
#define ERROR_SIZE  512
#define STILL_MS    50 /* between two looks at events while the machine stands still */

struct sdl {
    struct session    session; /* first: it is the opaque of the machine's callbacks */
    struct window     window;
    struct sound      sound;
    struct input      input;
    struct pace       pace;
    bool              is_paused;
    enum machine_stop stop; /* why the machine stands still; STOP_TIME: it does not */
    uint64_t          message_until_ns;
    char              message[ERROR_SIZE + 32];
};

/* SDL falls back to drivers that show nothing; those count only if the user has asked for them. */
bool sdl_has_display(void)
{
    int         quiet = quiet_begin();
    bool        has_video = SDL_Init(SDL_INIT_VIDEO) == 0 && SDL_GetNumVideoDisplays() > 0;
    const char *driver = SDL_GetCurrentVideoDriver();

    quiet_end(quiet);
    if (!has_video || !driver) return false;
    return getenv("SDL_VIDEODRIVER") || (strcmp(driver, "offscreen") && strcmp(driver, "dummy") && strcmp(driver, "evdev"));
}

static void on_speaker(void *opaque, uint64_t time_ns, bool level)
{
    sound_level(&((struct sdl *)opaque)->sound, time_ns, level);
}

/* --- title ------------------------------------------------------------------------------------------------------------------- */

/* Shows a line in the title for some seconds. */
static void say(struct sdl *s, const char *line)
{
    snprintf(s->message, sizeof(s->message), "%s", line);
    s->message_until_ns = session_host_ns() + MESSAGE_NS;
}

static const char *state_text(const struct sdl *s)
{
    if (s->session.is_prompting) return "stopped: the debugger is on the terminal";
    switch (s->stop) {
    case STOP_CRASH: return "the guest crashed: triple fault; Right Ctrl+R resets";
    case STOP_RESET: return "stopped: the guest reset the machine; Right Ctrl+R resets";
    case STOP_HALTED: return "halted with interrupts off; Right Ctrl+R resets";
    default: return s->is_paused ? "paused; Right Ctrl+Pause goes on" : NULL;
    }
}

static void set_title(struct sdl *s)
{
    const char *image = s->session.options->image, *name = image ? strrchr(image, '/') : NULL, *state = state_text(s);
    char        title[1024];
    uint64_t    now = session_host_ns();

    name = name ? name + 1 : image ? image : s->session.options->config.demo ? "demo" : NULL;
    if (now < s->message_until_ns)
        snprintf(title, sizeof(title), "%s", s->message);
    else if (state)
        snprintf(title, sizeof(title), "%s%sochenta - %s", name ? name : "", name ? " - " : "", state);
    else
        snprintf(title, sizeof(title), "%s%sochenta - %.0f MIPS, %s mode%s", name ? name : "", name ? " - " : "",
                 pace_shown_mips(&s->pace, s->session.machine, now), machine_mode(s->session.machine),
                 s->input.is_grabbed ? " - Right Ctrl releases the mouse" : "");
    window_set_title(&s->window, title);
}

/* --- commands ---------------------------------------------------------------------------------------------------------------- */

/* The state's file: beside the image, or in the current folder. */
static void state_path(const struct sdl *s, char *path, size_t size)
{
    const char *image = s->session.options->image;

    snprintf(path, size, "%s.state", image ? image : "ochenta");
}

static void restart_time(struct sdl *s)
{
    pace_start(&s->pace, s->session.machine, session_host_ns(), s->session.options->speed_max);
    sound_restart(&s->sound, machine_time(s->session.machine));
}

static void save_state(struct sdl *s)
{
    char path[4096], line[ERROR_SIZE];

    state_path(s, path, sizeof(path));
    if (machine_save(s->session.machine, path, line, sizeof(line)) == 0) snprintf(line, sizeof(line), "saved to %.400s", path);
    say(s, line);
    restart_time(s);
}

static void load_state(struct sdl *s)
{
    char path[4096], line[ERROR_SIZE];

    state_path(s, path, sizeof(path));
    if (machine_load(s->session.machine, path, line, sizeof(line)) == 0) snprintf(line, sizeof(line), "loaded %.400s", path);
    say(s, line);
    restart_time(s);
}

static void take_screenshot(struct sdl *s)
{
    struct machine_screen screen;
    char                  path[64], stamp[32], line[ERROR_SIZE];
    time_t                now = time(NULL);
    struct tm             local;

    localtime_r(&now, &local);
    strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local);
    snprintf(path, sizeof(path), "ochenta-%s.png", stamp);
    for (int n = 2; access(path, F_OK) == 0; n++) snprintf(path, sizeof(path), "ochenta-%s-%d.png", stamp, n);
    machine_screen(s->session.machine, &screen);
    window_set_picture(&s->window, &screen);
    if (png_save(path, &screen, line, sizeof(line)) == 0) snprintf(line, sizeof(line), "screenshot: %s", path);
    say(s, line);
}

static void paste(struct sdl *s)
{
    char *text = SDL_GetClipboardText();

    if (text && *text) machine_type(s->session.machine, text);
    else say(s, "the clipboard has no text");
    SDL_free(text);
}

static void enter_debugger(struct sdl *s)
{
    char error[ERROR_SIZE];

    if (session_enter_monitor(&s->session, NULL, error, sizeof(error))) input_grab(&s->input, false);
    else say(s, error);
}

static void obey(struct sdl *s, enum command command)
{
    switch (command) {
    case COMMAND_NONE: break;
    case COMMAND_FULLSCREEN: window_toggle_fullscreen(&s->window); break;
    case COMMAND_SAVE: save_state(s); break;
    case COMMAND_LOAD: load_state(s); break;
    case COMMAND_SCREENSHOT: take_screenshot(s); break;
    case COMMAND_RESET: machine_reset(s->session.machine); break;
    case COMMAND_DEBUGGER: enter_debugger(s); break;
    case COMMAND_PASTE: paste(s); break;
    case COMMAND_PAUSE: s->is_paused = !s->is_paused; break;
    }
}

/* A file dropped on the window goes into the drive that it fits. */
static void insert(struct sdl *s, const char *path)
{
    static const char *const drives[] = {[MEDIUM_FLOPPY_A] = "A:", [MEDIUM_FLOPPY_B] = "B:", [MEDIUM_CD] = "the CD drive"};
    struct machine_drive     drive = {.path = path};
    enum machine_medium      medium;
    enum image_kind          kind;
    char                     line[ERROR_SIZE];

    if (media_probe(path, &kind, line, sizeof(line)) < 0) {
        say(s, line);
        return;
    }
    if (kind == IMAGE_DISK) {
        say(s, "a hard disk cannot be inserted while the machine runs: start ochenta with it");
        return;
    }
    medium = kind == IMAGE_CD ? MEDIUM_CD : MEDIUM_FLOPPY_A;
    if (machine_insert(s->session.machine, medium, &drive, line, sizeof(line)) == 0)
        snprintf(line, sizeof(line), "%.400s is in %s", path, drives[medium]);
    say(s, line);
}

/* The window was closed, or a signal came, while a script computes and no event is looked at. */
static bool is_quitting(struct session *session)
{
    (void)session;
    SDL_PumpEvents();
    return SDL_HasEvent(SDL_QUIT);
}

/* --- the loop ---------------------------------------------------------------------------------------------------------------- */

static void take_event(struct sdl *s, SDL_Event *ev)
{
    switch (ev->type) {
    case SDL_QUIT: session_end(&s->session, s->stop == STOP_CRASH ? EXIT_CRASH : EXIT_GOOD); break;
    case SDL_DROPFILE:
        insert(s, ev->drop.file);
        SDL_free(ev->drop.file);
        break;
    default:
        if (ev->type != SDL_WINDOWEVENT) pace_wake(&s->pace, s->session.machine);
        window_event(&s->window, ev);
        obey(s, input_event(&s->input, ev));
        break;
    }
}

/* Takes what has happened; waits at most WAIT_MS for something. */
static void take_events(struct sdl *s, int wait_ms)
{
    SDL_Event ev;
    bool      is_there = wait_ms > 0 ? SDL_WaitEventTimeout(&ev, wait_ms) : SDL_PollEvent(&ev);

    while (is_there) {
        take_event(s, &ev);
        is_there = SDL_PollEvent(&ev);
    }
    input_flush(&s->input);
}

/* A stop of the machine: the end of the run, or something to show. */
static void take_stop(struct sdl *s, enum machine_stop stop)
{
    if (stop == STOP_REQUEST) stop = STOP_TIME;
    if (stop == STOP_POWER_OFF || stop == STOP_EXIT) session_end_stopped(&s->session, stop);
    else if (s->stop != stop && stop == STOP_TIME) restart_time(s);
    s->stop = stop;
}

/* Brings the machine up to the wall clock, as far as a frame's time allows. */
static void run_frame(struct sdl *s)
{
    struct machine   *machine = s->session.machine;
    uint64_t          began = session_host_ns(), target = pace_target(&s->pace, machine, began), now = began;
    uint64_t          executed = machine_executed(machine);
    enum machine_stop stop = STOP_TIME;

    do {
        uint64_t piece = machine_time(machine) + PIECE_NS;

        stop = session_run(&s->session, piece < target ? piece : target);
        now = session_host_ns();
    } while (stop == STOP_TIME && !s->session.is_over && !s->session.is_prompting && machine_time(machine) < target &&
             now - began < OVERRUN_NS);
    s->pace.may_probe = !s->session.trace && !s->session.monitor && !s->session.script;
    pace_account(&s->pace, machine, now, machine_executed(machine) - executed, now - began);
    if (s->session.is_over) return;
    take_stop(s, stop);
    sound_play(&s->sound, machine_time(machine));
}

static void show(struct sdl *s)
{
    struct machine_screen screen;

    window_set_sign(&s->window, s->stop == STOP_CRASH ? SIGN_CRASH : s->stop == STOP_RESET || s->stop == STOP_HALTED ? SIGN_STOP
                                : s->is_paused || s->session.is_prompting ? SIGN_PAUSE : SIGN_NONE);
    if (machine_screen(s->session.machine, &screen) || !s->window.has_picture) window_set_picture(&s->window, &screen);
    window_draw(&s->window);
    set_title(s);
}

static void run(struct sdl *s)
{
    uint64_t next = session_host_ns();

    restart_time(s);
    while (!s->session.is_over) {
        bool     was_still = s->is_paused || s->session.is_prompting, is_still;
        uint64_t now = session_host_ns();

        take_events(s, was_still ? STILL_MS : now < next ? (int)((next - now) / 1000000) : 0);
        if (s->session.is_prompting) session_serve_monitor(&s->session, 0);
        is_still = s->is_paused || s->session.is_prompting;
        if (was_still && !is_still) restart_time(s);
        now = session_host_ns();
        if (s->session.is_over || (!is_still && now + 1000000 < next)) continue; /* only an event: the frame is not due */
        next = now > next + FRAME_NS ? now + FRAME_NS / 2 : next + FRAME_NS;
        if (!is_still) run_frame(s);
        if (!s->session.is_over) show(s);
    }
}

int sdl_main(const struct options *options)
{
    struct machine_host host = {.speaker = on_speaker};
    struct sdl         *s = calloc(1, sizeof(*s));
    char                error[ERROR_SIZE] = "out of memory";
    int                 status = EXIT_USAGE;

    if (!s) goto out;
    status = session_open(&s->session, options, &host, error, sizeof(error));
    if (status) goto out;
    if (!window_open(&s->window, options->fullscreen, error, sizeof(error))) {
        session_close(&s->session);
        status = EXIT_USAGE;
        goto out;
    }
    if (!options->no_sound) sound_open(&s->sound);
    input_init(&s->input, s->session.machine, s->window.window);
    if (options->monitor && !session_enter_monitor(&s->session, NULL, error, sizeof(error))) {
        fprintf(stderr, "ochenta: %s\n", error);
        s->session.status = EXIT_USAGE;
    } else {
        s->session.is_interrupted = is_quitting;
        session_begin(&s->session);
        run(s);
    }
    sound_close(&s->sound);
    window_close(&s->window);
    status = session_close(&s->session);
    error[0] = 0;
out:
    if (status && error[0]) fprintf(stderr, "ochenta: %s\n", error);
    free(s);
    SDL_Quit();
    return status;
}
