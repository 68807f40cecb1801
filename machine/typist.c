/* typist.c: text and chords as keys in virtual time. See typist.h. */
#include "machine/typist.h"

#include "util/cp437.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* A stroke: usage in bits 0-8, down in bit 9, bits 10-11 how long to wait after it. */
enum {
    STROKE_USAGE = 0x01FF,
    STROKE_DOWN = 0x0200,
    STROKE_HOLD = 0x0400, /* a key is held for a moment */
    STROKE_NEXT = 0x0800, /* the rest of a key's time passes */
};

#define MODIFIER_NS 3000000ull
#define HOLD_NS     10000000ull
#define NEXT_NS     (TYPIST_KEY_NS - HOLD_NS)
#define BUSY_NS     10000000ull /* between two looks at a busy guest */

#define CHORD_KEYS 8

enum { /* USB HID usages, keyboard page */
    KEY_A = 0x04,
    KEY_1 = 0x1E,
    KEY_0 = 0x27,
    KEY_ENTER = 0x28,
    KEY_ESC = 0x29,
    KEY_BACKSPACE = 0x2A,
    KEY_TAB = 0x2B,
    KEY_SPACE = 0x2C,
    KEY_F1 = 0x3A,
    KEY_DELETE = 0x4C,
    KEY_KP1 = 0x59,
    KEY_KP0 = 0x62,
    KEY_F13 = 0x68,
    KEY_LEFT_CTRL = 0xE0,
    KEY_LEFT_SHIFT = 0xE1,
    KEY_LEFT_ALT = 0xE2,
};

/* The US keyboard's punctuation: usage, character, with Shift. */
static const struct {
    uint8_t usage;
    char    plain, shifted;
} punctuation[] = {
    {0x2D, '-', '_'},  {0x2E, '=', '+'},  {0x2F, '[', '{'}, {0x30, ']', '}'}, {0x31, '\\', '|'}, {0x33, ';', ':'},
    {0x34, '\'', '"'}, {0x35, '`', '~'},  {0x36, ',', '<'}, {0x37, '.', '>'}, {0x38, '/', '?'},  {0x1E, '1', '!'},
    {0x1F, '2', '@'},  {0x20, '3', '#'},  {0x21, '4', '$'}, {0x22, '5', '%'}, {0x23, '6', '^'},  {0x24, '7', '&'},
    {0x25, '8', '*'},  {0x26, '9', '('},  {0x27, '0', ')'}, {0x2C, ' ', ' '},
};

static const struct {
    const char *name;
    uint16_t    usage;
} key_names[] = {
    {"enter", KEY_ENTER}, {"return", KEY_ENTER}, {"esc", KEY_ESC}, {"escape", KEY_ESC},
    {"tab", KEY_TAB}, {"space", KEY_SPACE}, {"backspace", KEY_BACKSPACE}, {"bs", KEY_BACKSPACE},
    {"insert", 0x49}, {"ins", 0x49}, {"delete", KEY_DELETE}, {"del", KEY_DELETE},
    {"home", 0x4A}, {"end", 0x4D}, {"pgup", 0x4B}, {"pageup", 0x4B}, {"pgdn", 0x4E}, {"pagedown", 0x4E},
    {"up", 0x52}, {"down", 0x51}, {"left", 0x50}, {"right", 0x4F},
    {"ctrl", KEY_LEFT_CTRL}, {"control", KEY_LEFT_CTRL}, {"lctrl", KEY_LEFT_CTRL}, {"rctrl", 0xE4},
    {"alt", KEY_LEFT_ALT}, {"lalt", KEY_LEFT_ALT}, {"ralt", 0xE6}, {"altgr", 0xE6},
    {"shift", KEY_LEFT_SHIFT}, {"lshift", KEY_LEFT_SHIFT}, {"rshift", 0xE5},
    {"win", 0xE3}, {"lwin", 0xE3}, {"rwin", 0xE7}, {"menu", 0x65}, {"power", 0x66},
    {"capslock", 0x39}, {"caps", 0x39}, {"numlock", 0x53}, {"scrolllock", 0x47},
    {"printscreen", 0x46}, {"prtsc", 0x46}, {"sysrq", 0x46}, {"pause", 0x48}, {"break", 0x48},
    {"kp/", 0x54}, {"kp*", 0x55}, {"kp-", 0x56}, {"kp+", 0x57}, {"kpenter", 0x58}, {"kp.", 0x63}, {"kp=", 0x67},
    {"kp,", 0x85}, {"kpdel", 0x63}, {"102nd", 0x64}, {"mute", 0x7F}, {"volup", 0x80}, {"voldown", 0x81},
    {"minus", 0x2D}, {"equals", 0x2E}, {"plus", 0x2E}, {"lbracket", 0x2F}, {"rbracket", 0x30}, {"backslash", 0x31},
    {"semicolon", 0x33}, {"quote", 0x34}, {"apostrophe", 0x34}, {"grave", 0x35}, {"backquote", 0x35}, {"comma", 0x36},
    {"period", 0x37}, {"dot", 0x37}, {"slash", 0x38},
};

/* Characters that text from elsewhere is full of, and what is typed instead. */
static const struct {
    uint16_t    code_point;
    const char *text;
} plain_texts[] = {
    {0x2018, "'"}, {0x2019, "'"}, {0x201A, ","}, {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""},
    {0x2010, "-"}, {0x2011, "-"}, {0x2012, "-"}, {0x2013, "-"}, {0x2014, "-"}, {0x2212, "-"},
    {0x2026, "..."}, {0x00A0, " "}, {0x2009, " "}, {0x202F, " "}, {0x20AC, "EUR"}, {0xFEFF, ""},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- names and characters ------------------------------------------------------------------------------- */

/* The key for the ASCII character C; *SHIFT is set for those that need it. 0 if the keyboard has none. */
static unsigned key_of_char(uint32_t c, bool *shift)
{
    *shift = c >= 'A' && c <= 'Z';
    if (c >= 'a' && c <= 'z') return KEY_A + c - 'a';
    if (c >= 'A' && c <= 'Z') return KEY_A + c - 'A';
    for (size_t i = 0; i < COUNT(punctuation); i++) {
        if ((uint32_t)punctuation[i].plain == c) return punctuation[i].usage;
        if ((uint32_t)punctuation[i].shifted == c) {
            *shift = true;
            return punctuation[i].usage;
        }
    }
    return 0;
}

static bool same_name(const char *a, const char *name, size_t length)
{
    if (strlen(a) != length) return false;
    for (size_t i = 0; i < length; i++)
        if (a[i] != tolower((unsigned char)name[i])) return false;
    return true;
}

/* The number of one or two digits at P, -1 if there is anything else. */
static int small_number(const char *p, size_t length)
{
    int value = 0;

    if (length < 1 || length > 2 || p[0] == '0') return length == 1 && p[0] == '0' ? 0 : -1;
    for (size_t i = 0; i < length; i++) {
        if (p[i] < '0' || p[i] > '9') return -1;
        value = value * 10 + p[i] - '0';
    }
    return value;
}

int typist_key(const char *name, size_t length)
{
    int number;

    if (length == 1) {
        bool     shift;
        unsigned usage = key_of_char((unsigned char)tolower((unsigned char)name[0]), &shift);

        return usage && !shift && name[0] != ' ' ? (int)usage : -1;
    }
    for (size_t i = 0; i < COUNT(key_names); i++)
        if (same_name(key_names[i].name, name, length)) return key_names[i].usage;
    if (length == 3 && same_name("kp", name, 2) && (number = small_number(name + 2, 1)) >= 0)
        return number ? KEY_KP1 + number - 1 : KEY_KP0;
    if (length < 2 || tolower((unsigned char)name[0]) != 'f') return -1;
    number = small_number(name + 1, length - 1);
    if (number < 1 || number > 24) return -1;
    return number <= 12 ? KEY_F1 + number - 1 : KEY_F13 + number - 13;
}

/* --- the queue ------------------------------------------------------------------------------------------ */

/* A sequence of strokes being put together: a character at most, Alt and three keypad keys, or a chord. */
struct strokes {
    uint16_t stroke[2 * CHORD_KEYS];
    unsigned n;
};

static void add(struct strokes *s, unsigned usage, unsigned flags)
{
    s->stroke[s->n++] = (uint16_t)(usage | flags);
}

static int enqueue(struct typist *t, const struct strokes *s)
{
    if (s->n > TYPIST_STROKES - t->count) return -ENOSPC;
    for (unsigned i = 0; i < s->n; i++) t->stroke[(t->first + t->count++) % TYPIST_STROKES] = s->stroke[i];
    if (!t->step.pending && t->count) event_schedule(t->clock, &t->step, clock_now(t->clock));
    return 0;
}

/* One key with MODIFIER (0: none) held around it. */
static int enqueue_key(struct typist *t, unsigned modifier, unsigned usage)
{
    struct strokes s = {.n = 0};

    if (modifier) add(&s, modifier, STROKE_DOWN);
    add(&s, usage, STROKE_DOWN | STROKE_HOLD);
    add(&s, usage, modifier ? 0 : STROKE_NEXT);
    if (modifier) add(&s, modifier, STROKE_NEXT);
    return enqueue(t, &s);
}

/* Alt, and the decimal code on the keypad. */
static int enqueue_keypad(struct typist *t, unsigned code)
{
    struct strokes s = {.n = 0};
    unsigned       power = code >= 100 ? 100 : code >= 10 ? 10 : 1;

    add(&s, KEY_LEFT_ALT, STROKE_DOWN);
    for (; power; power /= 10) {
        unsigned digit = code / power % 10, usage = digit ? KEY_KP1 + digit - 1 : KEY_KP0;

        add(&s, usage, STROKE_DOWN | STROKE_HOLD);
        add(&s, usage, 0);
    }
    add(&s, KEY_LEFT_ALT, STROKE_NEXT);
    return enqueue(t, &s);
}

static int enqueue_char(struct typist *t, uint32_t c)
{
    bool     shift;
    unsigned usage;
    int      code;

    switch (c) {
    case '\n':
    case '\r': return enqueue_key(t, 0, KEY_ENTER);
    case '\t': return enqueue_key(t, 0, KEY_TAB);
    case '\b': return enqueue_key(t, 0, KEY_BACKSPACE);
    case 0x1B: return enqueue_key(t, 0, KEY_ESC);
    case 0x7F: return enqueue_key(t, 0, KEY_DELETE);
    default: break;
    }
    if (c < 0x1B) return enqueue_key(t, KEY_LEFT_CTRL, KEY_A + c - 1);
    usage = key_of_char(c, &shift);
    if (usage) return enqueue_key(t, shift ? KEY_LEFT_SHIFT : 0, usage);
    code = cp437_from_unicode(c);
    if (code > 0) return enqueue_keypad(t, (unsigned)code);
    return enqueue_key(t, KEY_LEFT_SHIFT, 0x38); /* a question mark */
}

static const char *plain_text(uint32_t code_point)
{
    for (size_t i = 0; i < COUNT(plain_texts); i++)
        if (plain_texts[i].code_point == code_point) return plain_texts[i].text;
    return NULL;
}

int typist_type(struct typist *t, const char *text)
{
    uint32_t c, before = 0;
    int      error = 0;

    while (!error && (c = utf8_decode(&text)) != 0) {
        const char *plain = plain_text(c);

        if (plain) {
            while (!error && *plain) error = enqueue_char(t, (unsigned char)*plain++);
        } else if (c != '\n' || before != '\r') {
            error = enqueue_char(t, c);
        }
        before = c;
    }
    return error;
}

int typist_chord(struct typist *t, const char *chord)
{
    struct strokes s = {.n = 0};
    int            keys[CHORD_KEYS];
    unsigned       n = 0;

    for (;;) {
        size_t length = strcspn(chord, "-");

        if (length == 0 && *chord == '-') length = 1; /* the key itself */
        else if (length == 2 && same_name("kp", chord, 2) && chord[2] == '-') length = 3;
        if (n == CHORD_KEYS || (keys[n++] = typist_key(chord, length)) < 0) return -EINVAL;
        chord += length;
        if (!*chord) break;
        if (*chord++ != '-') return -EINVAL;
    }
    for (unsigned i = 0; i < n; i++) add(&s, (unsigned)keys[i], STROKE_DOWN | (i + 1 == n ? STROKE_HOLD : 0));
    for (unsigned i = n; i-- > 0;) add(&s, (unsigned)keys[i], i == 0 ? STROKE_NEXT : 0);
    return enqueue(t, &s);
}

bool typist_busy(const struct typist *t)
{
    return t->count || t->step.pending;
}

/* --- time ----------------------------------------------------------------------------------------------- */

/* A key going down waits for a busy guest, but not for ever. */
static bool guest_busy(struct typist *t)
{
    bool busy = t->keyboard.busy && t->keyboard.busy(t->keyboard.opaque);

    if (busy && !t->waiting) {
        t->waiting = true;
        t->waiting_since = clock_now(t->clock);
    }
    if (busy && clock_now(t->clock) - t->waiting_since < TYPIST_PATIENCE_NS) return true;
    if (!busy) t->waiting = false;
    return false;
}

static uint64_t pause_after(unsigned stroke)
{
    if (stroke & STROKE_NEXT) return NEXT_NS;
    return stroke & STROKE_HOLD ? HOLD_NS : MODIFIER_NS;
}

static void step_due(void *opaque, uint64_t late)
{
    struct typist *t = opaque;
    unsigned       stroke;

    (void)late;
    if (!t->count) return;
    stroke = t->stroke[t->first];
    if ((stroke & STROKE_DOWN) && guest_busy(t)) {
        event_schedule(t->clock, &t->step, clock_now(t->clock) + BUSY_NS);
        return;
    }
    t->stroke[t->first] = 0;
    t->first = (t->first + 1) % TYPIST_STROKES;
    t->count--;
    t->keyboard.key(t->keyboard.opaque, stroke & STROKE_USAGE, stroke & STROKE_DOWN);
    event_schedule(t->clock, &t->step, clock_now(t->clock) + pause_after(stroke));
}

/* IBM PC AT Technical Reference, BIOS data area: 40:1A head, 40:1C tail, 40:80 and 40:82 start and end of the
 * buffer, all offsets in segment 40h. */
bool typist_bios_buffer_full(const uint8_t *bda)
{
    unsigned head = bda[0x1A] | bda[0x1B] << 8, tail = bda[0x1C] | bda[0x1D] << 8;
    unsigned start = bda[0x80] | bda[0x81] << 8, end = bda[0x82] | bda[0x83] << 8;
    unsigned used, size;

    if (start == 0 && end == 0) { /* the first PC's BIOS: fixed */
        start = 0x1E;
        end = 0x3E;
    }
    if (start >= end || start % 2 || end % 2 || head % 2 || tail % 2) return false;
    if (head < start || head >= end || tail < start || tail >= end) return false;
    size = (end - start) / 2;
    used = (tail + (end - start) - head) % (end - start) / 2;
    return used + 4 >= size;
}

/* --- wiring --------------------------------------------------------------------------------------------- */

void typist_init(struct typist *t, struct clock *clock, struct typist_keyboard keyboard)
{
    memset(t, 0, sizeof(*t));
    t->clock = clock;
    t->keyboard = keyboard;
    event_init(&t->step, "typist.step", step_due, t, 0);
}

/* What was still to be typed was meant for the machine before the reset. Keys that a chord holds are let go:
 * Ctrl-Alt-Del may reset the machine before its end, and the keyboard need not be reset with it. */
static void typist_reset(void *device)
{
    struct typist *t = device;

    for (uint32_t i = 0; i < t->count; i++) {
        unsigned stroke = t->stroke[(t->first + i) % TYPIST_STROKES];

        if (!(stroke & STROKE_DOWN)) t->keyboard.key(t->keyboard.opaque, stroke & STROKE_USAGE, false);
    }
    memset(t->stroke, 0, sizeof(t->stroke));
    t->first = t->count = 0;
    t->waiting = false;
    t->waiting_since = 0;
    event_cancel(t->clock, &t->step);
}

static int typist_loaded(void *device)
{
    struct typist *t = device;

    if (t->first >= TYPIST_STROKES || t->count > TYPIST_STROKES || (t->count && !t->step.pending)) return -EINVAL;
    if (t->waiting_since > clock_now(t->clock)) t->waiting_since = clock_now(t->clock);
    return 0;
}

static const struct state_field typist_fields[] = {
    STATE_UINTS(struct typist, stroke, uint16_t),
    STATE_UINT(struct typist, first),
    STATE_UINT(struct typist, count),
    STATE_UINT(struct typist, waiting_since),
    STATE_UINT(struct typist, waiting),
    STATE_EVENT(struct typist, step),
    STATE_SKIP(struct typist, clock),
    STATE_SKIP(struct typist, keyboard),
    STATE_END,
};

const struct device_ops typist_ops = {
    .name = "typist",
    .version = 1,
    .reset = typist_reset,
    .fields = typist_fields,
    .loaded = typist_loaded,
};
