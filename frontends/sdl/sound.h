/* sound.h: the PC speaker: changes of its cone's position, with their virtual times, made into samples. */
#ifndef FRONTENDS_SDL_SOUND_H
#define FRONTENDS_SDL_SOUND_H

#include <SDL.h>
#include <stdbool.h>
#include <stdint.h>

#define SOUND_BLOCK 4096 /* samples */

struct sound {
    SDL_AudioDeviceID device; /* 0: none */
    bool              level, is_playing;
    uint64_t          time_ns;   /* virtual; samples are made up to here */
    uint64_t          change_ns; /* of the last change of level */
    double            sample_ns, left_ns; /* length of a sample; how much of the present one is still to come */
    double            area;      /* of the present sample, where the cone was out, in ns */
    float             input, output; /* of the high-pass filter, the previous sample's */
    size_t            count;
    float             block[SOUND_BLOCK];
};

void sound_open(struct sound *); /* without a device it is silent */
void sound_close(struct sound *);

/* The cone moved at virtual TIME_NS. */
void sound_level(struct sound *, uint64_t time_ns, bool level);

/* Virtual time is now TIME_NS: plays what was before. */
void sound_play(struct sound *, uint64_t time_ns);

/* Time jumped, or stood still for a while. */
void sound_restart(struct sound *, uint64_t time_ns);

#endif
