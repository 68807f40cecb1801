/* ps2_keyboard.c: PS/2 keyboard: commands, scan codes, typematic repeat, the 16-byte FIFO.
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Keyboards (101- and 102-Key)". Codes are in ps2_keys.c. */
#include "devices/ps2_keyboard.h"

#include <errno.h>
#include <string.h>

enum keyboard_command {
    CMD_LEDS = 0xED,
    CMD_ECHO = 0xEE,
    CMD_SCAN_SET = 0xF0,
    CMD_READ_ID = 0xF2,
    CMD_RATE = 0xF3,
    CMD_ENABLE = 0xF4,
    CMD_DEFAULT_DISABLE = 0xF5,
    CMD_DEFAULT = 0xF6,
    CMD_ALL_TYPEMATIC = 0xF7,
    CMD_ALL_MAKE_BREAK = 0xF8,
    CMD_ALL_MAKE = 0xF9,
    CMD_ALL_TYPEMATIC_BREAK = 0xFA,
    CMD_KEY_TYPEMATIC = 0xFB,
    CMD_KEY_MAKE_BREAK = 0xFC,
    CMD_KEY_MAKE = 0xFD,
    CMD_RESEND = 0xFE,
    CMD_RESET = 0xFF,
};

#define REPLY_ACK    0xFA
#define REPLY_RESEND 0xFE
#define REPLY_BAT_OK 0xAA
#define ID_FIRST     0xAB
#define ID_SECOND    0x83

#define OVERRUN_SET1 0xFF
#define OVERRUN      0x00 /* sets 2 and 3 */

#define BREAK 0xF0 /* prefix in sets 2 and 3 */

#define RATE_DEFAULT 0x2B /* 500 ms, 10.9 characters a second */

/* The test takes 300 to 500 ms in a real keyboard. Ours takes 10 ms, or POST would have to wait for it. */
#define BAT_NS 10000000ull

/* --- buffers -------------------------------------------------------------------------------------------- */

static void reply(struct ps2_keyboard *kb, uint8_t byte)
{
    if (kb->replies < PS2_REPLIES) kb->reply[kb->replies++] = byte;
    ps2_ready(&kb->port);
}

/* A whole sequence, or, if it does not fit, an overrun code in the place after the last. */
static void put_codes(struct ps2_keyboard *kb, const uint8_t *codes, unsigned n)
{
    if (kb->fifo_count + n <= PS2_FIFO) {
        memcpy(kb->fifo + kb->fifo_count, codes, n);
        kb->fifo_count += n;
    } else {
        uint8_t overrun = kb->set == 1 ? OVERRUN_SET1 : OVERRUN;

        if (kb->fifo_count == PS2_FIFO + 1 || (kb->fifo_count && kb->fifo[kb->fifo_count - 1] == overrun)) return;
        kb->fifo[kb->fifo_count++] = overrun;
    }
    ps2_ready(&kb->port);
}

static int take_first(uint8_t *bytes, uint32_t *count)
{
    uint8_t first = bytes[0];

    memmove(bytes, bytes + 1, --*count);
    bytes[*count] = 0;
    return first;
}

static int keyboard_take(void *opaque)
{
    struct ps2_keyboard *kb = opaque;
    int byte;

    if (kb->replies) byte = take_first(kb->reply, &kb->replies);
    else if (kb->fifo_count && !kb->bat.pending) byte = take_first(kb->fifo, &kb->fifo_count);
    else return -1;
    kb->last = (uint8_t)byte;
    if (kb->replies || kb->fifo_count) ps2_ready(&kb->port);
    return byte;
}

static void clear_fifo(struct ps2_keyboard *kb)
{
    memset(kb->fifo, 0, sizeof(kb->fifo));
    kb->fifo_count = 0;
    kb->repeating = 0;
    event_cancel(kb->clock, &kb->repeat);
}

bool ps2_keyboard_busy(const struct ps2_keyboard *kb)
{
    return kb->replies || kb->fifo_count;
}

/* --- scan codes ----------------------------------------------------------------------------------------- */

static bool is_down(const struct ps2_keyboard *kb, unsigned usage)
{
    return kb->down[usage / 8] >> (usage % 8) & 1;
}

/* A sequence being put together. The longest is 10 bytes: both Shift keys undone around a cursor key in set 2. */
struct sequence {
    uint8_t  bytes[16];
    unsigned n;
};

static void add_byte(struct sequence *s, uint8_t byte)
{
    s->bytes[s->n++] = byte;
}

/* The make or break code CODE of set 1 or 2, after an E0 if EXTENDED. */
static void add_code(const struct ps2_keyboard *kb, struct sequence *s, bool extended, uint8_t code, bool make)
{
    if (extended) add_byte(s, 0xE0);
    if (kb->set != 1 && !make) add_byte(s, BREAK);
    add_byte(s, kb->set == 1 && !make ? code | 0x80 : code);
}

/* An E0-prefixed left (or right) Shift, which programs written for the 84-key keyboard ignore or take for the real
 * one. */
static void add_fake_shift(const struct ps2_keyboard *kb, struct sequence *s, bool right, bool make)
{
    uint8_t code = right ? (kb->set == 1 ? 0x36 : 0x59) : (kb->set == 1 ? 0x2A : 0x12);

    add_code(kb, s, true, code, make);
}

/* The Shift state around a cursor key or keypad divide: held Shift keys are undone before its make code and
 * restored after its break code; with Num Lock on and no Shift held, a Shift is faked (cursor keys only). */
static void add_shift_state(const struct ps2_keyboard *kb, struct sequence *s, unsigned kind, bool make)
{
    bool left = is_down(kb, PS2_KEY_LEFT_SHIFT), right = is_down(kb, PS2_KEY_RIGHT_SHIFT);
    bool num = kind == PS2_KEY_CURSOR && (kb->leds & PS2_LED_NUM);

    if (num) {
        if (!left && !right) add_fake_shift(kb, s, false, make);
        return;
    }
    if (left) add_fake_shift(kb, s, false, !make);
    if (right) add_fake_shift(kb, s, true, !make);
}

static void add_print_screen(const struct ps2_keyboard *kb, struct sequence *s, uint8_t code, bool make, bool again)
{
    bool alt = is_down(kb, PS2_KEY_LEFT_ALT) || is_down(kb, PS2_KEY_RIGHT_ALT);
    bool plain = again || is_down(kb, PS2_KEY_LEFT_CTRL) || is_down(kb, PS2_KEY_RIGHT_CTRL) ||
                 is_down(kb, PS2_KEY_LEFT_SHIFT) || is_down(kb, PS2_KEY_RIGHT_SHIFT);

    if (alt) { /* SysRq */
        add_code(kb, s, false, kb->set == 1 ? 0x54 : 0x84, make);
        return;
    }
    if (!plain && make) add_fake_shift(kb, s, false, true);
    add_code(kb, s, true, code, make);
    if (!plain && !make) add_fake_shift(kb, s, false, false);
}

/* Everything at once when the key goes down: it never repeats and has no break code. With Ctrl it is Break. */
static void add_pause(const struct ps2_keyboard *kb, struct sequence *s)
{
    if (is_down(kb, PS2_KEY_LEFT_CTRL) || is_down(kb, PS2_KEY_RIGHT_CTRL)) {
        uint8_t code = kb->set == 1 ? 0x46 : 0x7E;

        add_code(kb, s, true, code, true);
        add_code(kb, s, true, code, false);
        return;
    }
    add_byte(s, 0xE1);
    add_code(kb, s, false, kb->set == 1 ? 0x1D : 0x14, true);
    add_code(kb, s, false, kb->set == 1 ? 0x45 : 0x77, true);
    add_byte(s, 0xE1);
    add_code(kb, s, false, kb->set == 1 ? 0x1D : 0x14, false);
    add_code(kb, s, false, kb->set == 1 ? 0x45 : 0x77, false);
}

/* Sets 1 and 2. AGAIN: a typematic repeat, which is the last code of the sequence alone. */
static void add_key(const struct ps2_keyboard *kb, struct sequence *s, const struct ps2_key *key, bool make, bool again)
{
    uint8_t code = kb->set == 1 ? key->set1 : key->set2;

    switch (key->kind) {
    case PS2_KEY_PLAIN: add_code(kb, s, false, code, make); break;
    case PS2_KEY_EXTENDED: add_code(kb, s, true, code, make); break;
    case PS2_KEY_CURSOR:
    case PS2_KEY_DIVIDE:
        if (make && !again) add_shift_state(kb, s, key->kind, true);
        add_code(kb, s, true, code, make);
        if (!make) add_shift_state(kb, s, key->kind, false);
        break;
    case PS2_KEY_PRINT: add_print_screen(kb, s, code, make, again); break;
    case PS2_KEY_PAUSE:
        if (make && !again) add_pause(kb, s);
        break;
    case PS2_KEY_MAKE_ONLY:
        if (make && !again) add_byte(s, code);
        break;
    }
}

/* Set 3: one code a key, no prefix; what is sent besides the make code depends on the key's type. */
static void add_key_set3(const struct ps2_keyboard *kb, struct sequence *s, unsigned usage, bool make, bool again)
{
    uint8_t type = kb->type[usage], code = ps2_keys[usage].set3;

    if (!code) return;
    if (again && type != PS2_TYPEMATIC && type != PS2_TYPEMATIC_BREAK) return;
    if (!make && type != PS2_MAKE_BREAK && type != PS2_TYPEMATIC_BREAK) return;
    if (!make) add_byte(s, BREAK);
    add_byte(s, code);
}

static void send_key(struct ps2_keyboard *kb, unsigned usage, bool make, bool again)
{
    struct sequence s = {.n = 0};

    if (kb->set == 3) add_key_set3(kb, &s, usage, make, again);
    else add_key(kb, &s, &ps2_keys[usage], make, again);
    if (s.n) put_codes(kb, s.bytes, s.n);
}

/* --- keys and typematic repeat -------------------------------------------------------------------------- */

/* F3h, bits 6-5: delay of 1 to 4 quarters of a second. */
static uint64_t repeat_delay(const struct ps2_keyboard *kb)
{
    return (1 + (kb->rate >> 5 & 3)) * (NS_PER_SECOND / 4);
}

/* F3h, bits 4-0: period of (8 + A) * 2^B * 1/240 s, A bits 2-0, B bits 4-3: 30 to 2 characters a second. */
static uint64_t repeat_period(const struct ps2_keyboard *kb)
{
    return ((8u + (kb->rate & 7)) << (kb->rate >> 3 & 3)) * (NS_PER_SECOND / 240);
}

static void stop_repeat(struct ps2_keyboard *kb)
{
    kb->repeating = 0;
    event_cancel(kb->clock, &kb->repeat);
}

/* While the host holds the clock, one code of a repeating key is kept and no more, so that it cannot fill the FIFO. */
static void repeat_due(void *opaque, uint64_t late)
{
    struct ps2_keyboard *kb = opaque;

    if (!kb->repeating || !kb->scanning) return;
    if (!kb->fifo_count) send_key(kb, kb->repeating, true, true);
    event_schedule(kb->clock, &kb->repeat, clock_now(kb->clock) - late + repeat_period(kb));
}

void ps2_keyboard_key(struct ps2_keyboard *kb, unsigned usage, bool down)
{
    if (usage >= PS2_KEYS || ps2_keys[usage].kind == PS2_KEY_NONE || is_down(kb, usage) == down) return;
    if (down) kb->down[usage / 8] |= (uint8_t)(1u << usage % 8);
    else kb->down[usage / 8] &= (uint8_t)~(1u << usage % 8);
    if (!kb->scanning || kb->bat.pending) return;

    send_key(kb, usage, down, false);
    if (down) { /* the key pressed last repeats */
        kb->repeating = (uint16_t)usage;
        event_schedule(kb->clock, &kb->repeat, clock_now(kb->clock) + repeat_delay(kb));
    } else if (usage == kb->repeating) {
        stop_repeat(kb);
    }
}

/* --- commands ------------------------------------------------------------------------------------------- */

static void set_leds(struct ps2_keyboard *kb, uint8_t leds)
{
    kb->leds = leds & (PS2_LED_SCROLL | PS2_LED_NUM | PS2_LED_CAPS);
    if (kb->leds_changed) kb->leds_changed(kb->leds_opaque, kb->leds);
}

static void default_types(struct ps2_keyboard *kb)
{
    for (unsigned i = 0; i < PS2_KEYS; i++) kb->type[i] = ps2_keys[i].type;
}

/* F5h, F6h: all but the LEDs and the scan code set. */
static void set_defaults(struct ps2_keyboard *kb)
{
    clear_fifo(kb);
    kb->rate = RATE_DEFAULT;
    default_types(kb);
}

static void power_on_defaults(struct ps2_keyboard *kb)
{
    set_defaults(kb);
    kb->set = 2;
    kb->scanning = true;
    kb->resume = false;
    kb->command = 0;
    kb->replies = 0;
    memset(kb->reply, 0, sizeof(kb->reply));
    set_leds(kb, 0);
}

static void bat_done(void *opaque, uint64_t late)
{
    (void)late;
    reply(opaque, REPLY_BAT_OK);
}

static void set_all_types(struct ps2_keyboard *kb, enum ps2_key_type type)
{
    clear_fifo(kb);
    memset(kb->type, (int)type, sizeof(kb->type));
}

/* FBh-FDh: a list of keys by their set 3 codes follows, until the next command; no scanning meanwhile. */
static void begin_key_list(struct ps2_keyboard *kb, uint8_t command)
{
    clear_fifo(kb);
    kb->resume = kb->scanning;
    kb->scanning = false;
    kb->command = command;
}

static bool set_key_type(struct ps2_keyboard *kb, uint8_t code)
{
    enum ps2_key_type type = kb->command == CMD_KEY_TYPEMATIC    ? PS2_TYPEMATIC
                             : kb->command == CMD_KEY_MAKE_BREAK ? PS2_MAKE_BREAK
                                                                 : PS2_MAKE_ONLY;
    bool found = false;

    for (unsigned i = 0; i < PS2_KEYS && code; i++) {
        if (ps2_keys[i].set3 != code) continue;
        kb->type[i] = (uint8_t)type;
        found = true;
    }
    return found;
}

static void run_command(struct ps2_keyboard *kb, uint8_t command)
{
    switch (command) {
    case CMD_ECHO: reply(kb, CMD_ECHO); return;
    case CMD_RESEND: reply(kb, kb->last); return;
    case CMD_RESET:
        power_on_defaults(kb);
        event_schedule(kb->clock, &kb->bat, clock_now(kb->clock) + BAT_NS);
        break;
    case CMD_LEDS:
    case CMD_RATE: kb->command = command; break;
    case CMD_SCAN_SET:
        clear_fifo(kb);
        kb->command = command;
        break;
    case CMD_READ_ID:
        reply(kb, REPLY_ACK);
        reply(kb, ID_FIRST);
        reply(kb, ID_SECOND);
        return;
    case CMD_ENABLE:
        clear_fifo(kb);
        kb->scanning = true;
        break;
    case CMD_DEFAULT_DISABLE:
        set_defaults(kb);
        kb->scanning = false;
        break;
    case CMD_DEFAULT: set_defaults(kb); break;
    case CMD_ALL_TYPEMATIC: set_all_types(kb, PS2_TYPEMATIC); break;
    case CMD_ALL_MAKE_BREAK: set_all_types(kb, PS2_MAKE_BREAK); break;
    case CMD_ALL_MAKE: set_all_types(kb, PS2_MAKE_ONLY); break;
    case CMD_ALL_TYPEMATIC_BREAK: set_all_types(kb, PS2_TYPEMATIC_BREAK); break;
    case CMD_KEY_TYPEMATIC:
    case CMD_KEY_MAKE_BREAK:
    case CMD_KEY_MAKE: begin_key_list(kb, command); break;
    default: reply(kb, REPLY_RESEND); return; /* not a command */
    }
    reply(kb, REPLY_ACK);
}

/* The option byte of ED, F0 or F3. Returns whether it is valid. */
static bool run_option(struct ps2_keyboard *kb, uint8_t command, uint8_t option)
{
    switch (command) {
    case CMD_LEDS: set_leds(kb, option); return true;
    case CMD_RATE: kb->rate = option; return true;
    default: /* CMD_SCAN_SET */
        if (option > 3) return false;
        reply(kb, REPLY_ACK);
        if (option) kb->set = option;
        else reply(kb, kb->set);
        return true;
    }
}

static bool is_key_list(uint8_t command)
{
    return command >= CMD_KEY_TYPEMATIC && command <= CMD_KEY_MAKE;
}

/* A command in the place of an option ends the first command and is carried out. */
static void keyboard_receive(void *opaque, uint8_t byte)
{
    struct ps2_keyboard *kb = opaque;
    uint8_t              command = kb->command;

    if (is_key_list(command)) {
        if (byte < CMD_LEDS) {
            reply(kb, set_key_type(kb, byte) ? REPLY_ACK : REPLY_RESEND);
            return;
        }
        kb->scanning = kb->resume;
    }
    kb->command = 0;
    if (!command || byte >= CMD_LEDS) {
        run_command(kb, byte);
    } else if (!run_option(kb, command, byte)) {
        kb->command = command;
        reply(kb, REPLY_RESEND);
    } else if (command != CMD_SCAN_SET) {
        reply(kb, REPLY_ACK);
    }
}

/* --- wiring --------------------------------------------------------------------------------------------- */

void ps2_keyboard_init(struct ps2_keyboard *kb, struct clock *clock, struct ps2_port port,
                       void (*leds_changed)(void *opaque, unsigned leds), void *leds_opaque)
{
    memset(kb, 0, sizeof(*kb));
    kb->clock = clock;
    kb->port = port;
    kb->leds_changed = leds_changed;
    kb->leds_opaque = leds_opaque;
    event_init(&kb->repeat, "keyboard.repeat", repeat_due, kb, 0);
    event_init(&kb->bat, "keyboard.bat", bat_done, kb, 0);
}

struct ps2_device ps2_keyboard_device(struct ps2_keyboard *kb)
{
    return (struct ps2_device){.opaque = kb, .receive = keyboard_receive, .take = keyboard_take};
}

/* The completion code of the test at power-on goes out before the controller listens, and is lost. */
static void keyboard_reset(void *device)
{
    struct ps2_keyboard *kb = device;

    event_cancel(kb->clock, &kb->bat);
    power_on_defaults(kb);
    memset(kb->down, 0, sizeof(kb->down));
    kb->last = 0;
}

static int keyboard_loaded(void *device)
{
    struct ps2_keyboard *kb = device;
    bool option = kb->command == CMD_LEDS || kb->command == CMD_SCAN_SET || kb->command == CMD_RATE;

    if (kb->set < 1 || kb->set > 3 || kb->fifo_count > PS2_FIFO + 1 || kb->replies > PS2_REPLIES) return -EINVAL;
    if (kb->repeating >= PS2_KEYS || (kb->command && !option && !is_key_list(kb->command))) return -EINVAL;
    set_leds(kb, kb->leds);
    return 0;
}

static const struct state_field keyboard_fields[] = {
    STATE_UINT(struct ps2_keyboard, set),
    STATE_UINT(struct ps2_keyboard, scanning),
    STATE_UINT(struct ps2_keyboard, resume),
    STATE_UINT(struct ps2_keyboard, leds),
    STATE_UINT(struct ps2_keyboard, rate),
    STATE_UINT(struct ps2_keyboard, command),
    STATE_UINT(struct ps2_keyboard, last),
    STATE_BYTES(struct ps2_keyboard, fifo),
    STATE_UINT(struct ps2_keyboard, fifo_count),
    STATE_BYTES(struct ps2_keyboard, reply),
    STATE_UINT(struct ps2_keyboard, replies),
    STATE_BYTES(struct ps2_keyboard, down),
    STATE_BYTES(struct ps2_keyboard, type),
    STATE_UINT(struct ps2_keyboard, repeating),
    STATE_EVENT(struct ps2_keyboard, repeat),
    STATE_EVENT(struct ps2_keyboard, bat),
    STATE_SKIP(struct ps2_keyboard, port),
    STATE_SKIP(struct ps2_keyboard, clock),
    STATE_SKIP(struct ps2_keyboard, leds_changed),
    STATE_SKIP(struct ps2_keyboard, leds_opaque),
    STATE_END,
};

const struct device_ops ps2_keyboard_ops = {
    .name = "keyboard",
    .version = 1,
    .reset = keyboard_reset,
    .fields = keyboard_fields,
    .loaded = keyboard_loaded,
};
