/* ps2_keyboard.h: PS/2 keyboard with 104/105 and multimedia keys; scan code sets 1, 2 and 3.
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Keyboards (101- and 102-Key)"; codes of later keys from Microsoft,
 * "Keyboard Scan Code Specification". */
#ifndef DEVICES_PS2_KEYBOARD_H
#define DEVICES_PS2_KEYBOARD_H

#include "devices/clock.h"
#include "devices/ps2_link.h"
#include "devices/state.h"

#include <stdbool.h>
#include <stddef.h>

/* Keys are named by their USB HID usage of the keyboard page (07h). Media keys that this page lacks have the numbers
 * 256 and up that SDL gives them. */
#define PS2_KEYS 288

#define PS2_KEY_LEFT_CTRL   0xE0
#define PS2_KEY_LEFT_SHIFT  0xE1
#define PS2_KEY_LEFT_ALT    0xE2
#define PS2_KEY_RIGHT_CTRL  0xE4
#define PS2_KEY_RIGHT_SHIFT 0xE5
#define PS2_KEY_RIGHT_ALT   0xE6

enum ps2_key_kind {
    PS2_KEY_NONE,      /* no such key */
    PS2_KEY_PLAIN,     /* one code */
    PS2_KEY_EXTENDED,  /* E0 prefix in sets 1 and 2 */
    PS2_KEY_CURSOR,    /* E0; and undoes Shift, or fakes it with Num Lock on */
    PS2_KEY_DIVIDE,    /* E0; and undoes Shift */
    PS2_KEY_PRINT,     /* Print Screen / SysRq */
    PS2_KEY_PAUSE,     /* Pause / Break: make codes only */
    PS2_KEY_MAKE_ONLY, /* one code when pressed, none when released */
};

/* In scan code set 3: what a key sends. */
enum ps2_key_type { PS2_MAKE_ONLY, PS2_MAKE_BREAK, PS2_TYPEMATIC, PS2_TYPEMATIC_BREAK };

struct ps2_key {
    uint8_t kind;               /* enum ps2_key_kind */
    uint8_t set1, set2, set3;   /* make codes; set 3: 0 if it has none */
    uint8_t type;               /* enum ps2_key_type at power-on, set 3 */
};

extern const struct ps2_key ps2_keys[PS2_KEYS];

#define PS2_FIFO    16 /* scan codes; one more place takes the overrun code */
#define PS2_REPLIES 8

enum ps2_keyboard_leds { PS2_LED_SCROLL = 1, PS2_LED_NUM = 2, PS2_LED_CAPS = 4 };

struct ps2_keyboard {
    uint8_t  set;         /* 1, 2, 3 */
    bool     scanning;    /* keys are reported */
    bool     resume;      /* scanning as it was before a list of keys (FBh-FDh) */
    uint8_t  leds;        /* enum ps2_keyboard_leds */
    uint8_t  rate;        /* typematic byte of F3h */
    uint8_t  command;     /* that waits for its option byte; 0: none */
    uint8_t  last;        /* byte sent last, for Resend */
    uint8_t  fifo[PS2_FIFO + 1];
    uint32_t fifo_count;
    uint8_t  reply[PS2_REPLIES]; /* these go first, and take no place in the FIFO */
    uint32_t replies;
    uint8_t  down[PS2_KEYS / 8]; /* keys held, a bit each */
    uint8_t  type[PS2_KEYS];     /* set 3: enum ps2_key_type */
    uint16_t repeating;          /* key that repeats; 0: none */
    struct event repeat;
    struct event bat;            /* end of the basic assurance test */

    struct ps2_port port;
    struct clock   *clock;
    void (*leds_changed)(void *opaque, unsigned leds); /* may be NULL */
    void           *leds_opaque;
};

void ps2_keyboard_init(struct ps2_keyboard *, struct clock *, struct ps2_port,
                       void (*leds_changed)(void *opaque, unsigned leds), void *leds_opaque);

/* What to plug into the controller. */
struct ps2_device ps2_keyboard_device(struct ps2_keyboard *);

/* A key goes down or up. Keys already in that position, and keys that the keyboard lacks, have no effect. */
void ps2_keyboard_key(struct ps2_keyboard *, unsigned usage, bool down);

/* Whether codes wait for the host. */
bool ps2_keyboard_busy(const struct ps2_keyboard *);

extern const struct device_ops ps2_keyboard_ops;

#endif
