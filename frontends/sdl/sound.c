/* sound.c: speaker to samples. See sound.h.
 *
 * A sample is the average of the cone's position over its time, so that tones and the pulse widths by which programs play
 * speech come out right, however fast the cone moves. A high-pass filter takes out the resting position. */
#include "frontends/sdl/sound.h"

#include "frontends/sdl/quiet.h"

#include <string.h>

#define RATE        48000
#define NS_A_SECOND 1e9
#define VOLUME      0.25f
#define HIGH_PASS   0.998f /* about 15 Hz */
#define AHEAD       (RATE / 20) /* samples that should be waiting in the device: 50 ms */
#define AHEAD_MAX   (RATE / 5)
#define STRETCH     0.005 /* at most so much are samples stretched to keep it there */
#define SILENCE_NS  500000000ull /* without a change for so long, the device rests */
#define JUMP_NS     1000000000ull

void sound_open(struct sound *s)
{
    SDL_AudioSpec want = {.freq = RATE, .format = AUDIO_F32SYS, .channels = 1, .samples = 512};
    int           quiet;

    memset(s, 0, sizeof(*s));
    s->sample_ns = s->left_ns = NS_A_SECOND / RATE;
    quiet = quiet_begin();
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) == 0) s->device = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    quiet_end(quiet);
}

void sound_close(struct sound *s)
{
    if (s->device) SDL_CloseAudioDevice(s->device);
    s->device = 0;
}

static void queue(struct sound *s, const float *samples, size_t n)
{
    SDL_QueueAudio(s->device, samples, (Uint32)(n * sizeof(*samples)));
}

/* Silence in front, so that the device does not run dry at once. */
static void queue_silence(struct sound *s)
{
    static const float silence[AHEAD];

    queue(s, silence, AHEAD);
}

static void add_sample(struct sound *s, float input)
{
    s->output = input - s->input + HIGH_PASS * s->output;
    s->input = input;
    if (s->count == SOUND_BLOCK) {
        queue(s, s->block, s->count);
        s->count = 0;
    }
    s->block[s->count++] = s->output * VOLUME;
}

/* Makes samples up to TIME_NS with the cone where it is. */
static void advance(struct sound *s, uint64_t time_ns)
{
    double ns = (double)(time_ns - s->time_ns);

    s->time_ns = time_ns;
    while (ns >= s->left_ns) {
        if (s->level) s->area += s->left_ns;
        add_sample(s, (float)(s->area / s->sample_ns));
        ns -= s->left_ns;
        s->area = 0;
        s->left_ns = s->sample_ns;
    }
    if (s->level) s->area += ns;
    s->left_ns -= ns;
}

void sound_restart(struct sound *s, uint64_t time_ns)
{
    s->time_ns = time_ns;
    s->left_ns = s->sample_ns;
    s->area = 0;
    s->count = 0;
}

static void start(struct sound *s, uint64_t time_ns)
{
    s->is_playing = true;
    s->input = s->level;
    s->output = 0;
    sound_restart(s, time_ns);
    SDL_ClearQueuedAudio(s->device);
    queue_silence(s);
    SDL_PauseAudioDevice(s->device, 0);
}

void sound_level(struct sound *s, uint64_t time_ns, bool level)
{
    if (!s->device || level == s->level) return;
    if (!s->is_playing) start(s, time_ns);
    if (time_ns < s->time_ns || time_ns - s->time_ns > JUMP_NS) sound_restart(s, time_ns);
    advance(s, time_ns);
    s->level = level;
    s->change_ns = time_ns;
}

void sound_play(struct sound *s, uint64_t time_ns)
{
    size_t waiting;
    double off;
    bool   is_silent;

    if (!s->is_playing) return;
    if (time_ns < s->time_ns || time_ns - s->time_ns > JUMP_NS) sound_restart(s, time_ns);
    waiting = SDL_GetQueuedAudioSize(s->device) / sizeof(float);
    is_silent = time_ns - s->change_ns > SILENCE_NS;
    advance(s, time_ns);
    if (!is_silent && waiting == 0) queue_silence(s); /* it ran dry: the host was busy */
    if (!is_silent && waiting < AHEAD_MAX) queue(s, s->block, s->count);
    s->count = 0;
    /* Virtual time and the device's clock drift: a little longer or shorter samples make up for it. */
    off = ((double)waiting - AHEAD) / AHEAD;
    s->sample_ns = NS_A_SECOND / RATE * (1 + STRETCH * (off > 1 ? 1 : off < -1 ? -1 : off));
    if (is_silent && waiting == 0) {
        SDL_PauseAudioDevice(s->device, 1);
        s->is_playing = false;
    }
}
