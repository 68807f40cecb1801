/* typist.h: types text and chords on the keyboard, key by key, in virtual time.
 *
 * What is still to be typed is kept as strokes, and is part of the saved state. A US keyboard is assumed;
 * characters that it lacks go by Alt and the numeric keypad (code page 437), which the BIOS and DOS programs
 * understand. */
#ifndef MACHINE_TYPIST_H
#define MACHINE_TYPIST_H

#include "devices/clock.h"
#include "devices/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TYPIST_STROKES 131072 /* about 50 000 characters */

/* One key a character takes 33 ms: 30 keys a second. The keyboard's own buffer is empty again long before the next
 * key; a guest that is slower than that is waited for by `busy`. */
#define TYPIST_KEY_NS   33000000ull
/* For how long `busy` is believed. A guest that keeps its keys elsewhere may leave the BIOS's buffer full for ever. */
#define TYPIST_PATIENCE_NS (10 * NS_PER_SECOND)

struct typist_keyboard {
    void *opaque;
    void (*key)(void *opaque, unsigned usage, bool down); /* USB HID usage */
    /* Whether the guest has not taken earlier keys yet: codes in the keyboard's FIFO, or a BIOS buffer that fills up
     * (typist_bios_buffer_full()). Asked before each key goes down. NULL: never. */
    bool (*busy)(void *opaque);
};

struct typist {
    uint16_t stroke[TYPIST_STROKES]; /* ring */
    uint32_t first, count;
    uint64_t waiting_since; /* ns; while `waiting` */
    bool     waiting;       /* the guest is busy */
    struct event step;

    struct clock          *clock;
    struct typist_keyboard keyboard;
};

void typist_init(struct typist *, struct clock *, struct typist_keyboard);

/* Appends UTF-8 TEXT. \n, \r and \r\n are Enter, \t Tab, \b Backspace, 1Bh Esc, 7Fh Delete, other control
 * characters Ctrl and their letter. Typographic quotes and dashes become plain ones, characters that neither the
 * keyboard nor code page 437 has a question mark. Returns 0, or -ENOSPC if TEXT does not fit any more; what fits
 * is typed. */
int typist_type(struct typist *, const char *text);

/* Appends a chord: key names joined by '-', pressed in that order and released in the opposite order:
 * "ctrl-alt-del", "f12", "shift-a", "a", "ctrl--". Names: letters, digits, punctuation of the US keyboard, those
 * of typist_key(). Returns 0, -EINVAL for an unknown name or more than 8 keys, -ENOSPC. */
int typist_chord(struct typist *, const char *chord);

/* Whether strokes are still to come. */
bool typist_busy(const struct typist *);

/* The USB HID usage of the key called NAME (LENGTH bytes, any case), -1 if there is none. */
int typist_key(const char *name, size_t length);

/* Whether the type-ahead buffer of a PC BIOS has little room left. BDA: the 256 bytes from physical address 400h.
 * A buffer that no BIOS seems to keep counts as empty. */
bool typist_bios_buffer_full(const uint8_t *bda);

extern const struct device_ops typist_ops;

#endif
