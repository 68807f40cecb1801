/* ps2_mouse.c: PS/2 mouse: commands, packets, sample rate.
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Mouse"; Microsoft, "IntelliMouse and PS/2 Protocol Extensions". */
#include "devices/ps2_mouse.h"

#include <errno.h>
#include <string.h>

enum mouse_command {
    CMD_SCALING_1 = 0xE6,
    CMD_SCALING_2 = 0xE7,
    CMD_RESOLUTION = 0xE8,
    CMD_STATUS = 0xE9,
    CMD_STREAM = 0xEA,
    CMD_READ_DATA = 0xEB,
    CMD_RESET_WRAP = 0xEC,
    CMD_WRAP = 0xEE,
    CMD_REMOTE = 0xF0,
    CMD_READ_ID = 0xF2,
    CMD_RATE = 0xF3,
    CMD_ENABLE = 0xF4,
    CMD_DISABLE = 0xF5,
    CMD_DEFAULT = 0xF6,
    CMD_RESEND = 0xFE,
    CMD_RESET = 0xFF,
};

enum packet_byte_0 {
    PACKET_ONE = 0x08,
    PACKET_X_SIGN = 0x10,
    PACKET_Y_SIGN = 0x20,
    PACKET_X_OVERFLOW = 0x40,
    PACKET_Y_OVERFLOW = 0x80,
};

enum status_byte { /* first byte of the answer to E9h; bits 0-2 are right, middle, left */
    STATUS_SCALING = 0x10,
    STATUS_ENABLED = 0x20,
    STATUS_REMOTE = 0x40,
};

#define REPLY_ACK    0xFA
#define REPLY_RESEND 0xFE
#define REPLY_BAT_OK 0xAA

#define ID_PLAIN    0
#define ID_WHEEL    3
#define ID_EXPLORER 4

#define PACKET_LIMIT 255  /* nine bits, two's complement; -256 is not used */
#define COUNT_LIMIT  4095 /* movement kept for a slow host; more is lost, and the packet says so */
#define WHEEL_LIMIT  127

/* The test takes up to 500 ms in a real mouse. Ours takes 10 ms, or POST would have to wait for it. */
#define BAT_NS 10000000ull

/* --- to the host ---------------------------------------------------------------------------------------- */

/* A byte of the present answer; what is said is kept for Resend. */
static void reply(struct ps2_mouse *m, uint8_t byte)
{
    if (m->out_count == PS2_MOUSE_OUT) return;
    m->out[m->out_count++] = byte;
    m->last[m->last_count++ % PS2_MOUSE_OUT] = byte;
    if (m->last_count > PS2_MOUSE_OUT) m->last_count = PS2_MOUSE_OUT;
    ps2_ready(&m->port);
}

/* What has not been sent yet is dropped; the next byte begins a new answer. */
static void begin_reply(struct ps2_mouse *m)
{
    memset(m->out, 0, sizeof(m->out));
    memset(m->last, 0, sizeof(m->last));
    m->out_count = m->last_count = 0;
}

static int mouse_take(void *opaque)
{
    struct ps2_mouse *m = opaque;
    uint8_t byte;

    if (!m->out_count) return -1;
    byte = m->out[0];
    memmove(m->out, m->out + 1, --m->out_count);
    m->out[m->out_count] = 0;
    if (m->out_count) ps2_ready(&m->port);
    return byte;
}

/* --- packets -------------------------------------------------------------------------------------------- */

static void clear_counts(struct ps2_mouse *m)
{
    m->dx = m->dy = m->dz = 0;
    m->lost_x = m->lost_y = false;
    m->clicked = 0;
}

static int32_t clamp(int32_t value, int32_t limit)
{
    return value > limit ? limit : value < -limit ? -limit : value;
}

/* Takes what fits into a packet off *COUNT. */
static int32_t take_count(int32_t *count, int32_t limit)
{
    int32_t part = clamp(*count, limit);

    *count -= part;
    return part;
}

/* Scaling 2:1 of stream mode (IBM's table): 1, 1, 3, 6, 9 for 1 to 5, twice the count above. */
static int32_t scale(int32_t count)
{
    static const int32_t table[6] = {0, 1, 1, 3, 6, 9};
    int32_t size = count < 0 ? -count : count;

    size = size < 6 ? table[size] : size * 2;
    return clamp(count < 0 ? -size : size, PACKET_LIMIT);
}

/* The fourth byte: the wheel, and in the Explorer's packet buttons 4 and 5. */
static void add_wheel(struct ps2_mouse *m, unsigned buttons)
{
    if (m->id == ID_WHEEL) {
        reply(m, (uint8_t)take_count(&m->dz, WHEEL_LIMIT));
    } else {
        uint8_t z = (uint8_t)take_count(&m->dz, 7) & 0x0F;

        reply(m, z | (buttons & PS2_MOUSE_4 ? 0x10 : 0) | (buttons & PS2_MOUSE_5 ? 0x20 : 0));
    }
}

/* A click shorter than the sample time is reported as held in this packet and as released in the next one. */
static void put_packet(struct ps2_mouse *m, bool scaled)
{
    unsigned buttons = m->buttons | m->clicked;
    int32_t  limit = scaled ? PACKET_LIMIT / 2 : PACKET_LIMIT;
    int32_t  x = take_count(&m->dx, limit), y = take_count(&m->dy, limit);
    uint8_t  first = PACKET_ONE | (buttons & 7);

    if (scaled) {
        x = scale(x);
        y = scale(y);
    }
    if (x < 0) first |= PACKET_X_SIGN;
    if (y < 0) first |= PACKET_Y_SIGN;
    if (m->lost_x) first |= PACKET_X_OVERFLOW;
    if (m->lost_y) first |= PACKET_Y_OVERFLOW;
    reply(m, first);
    reply(m, (uint8_t)x);
    reply(m, (uint8_t)y);
    if (m->id == ID_PLAIN) m->dz = 0;
    else add_wheel(m, buttons);
    m->reported = (uint8_t)buttons;
    m->clicked = 0;
    m->lost_x = m->lost_y = false;
}

/* Buttons 4 and 5 do not show in the packets of the plain and the wheel mouse. */
static bool changed(const struct ps2_mouse *m)
{
    unsigned visible = m->id == ID_EXPLORER ? 0x1F : 0x07;
    bool     wheel = m->id != ID_PLAIN && m->dz;

    return m->dx || m->dy || wheel || (((m->buttons | m->clicked) ^ m->reported) & visible);
}

/* A packet if there is something to report, then none for one sample time. A packet that the host has not taken yet is
 * waited for, and movement adds up. */
static void report(struct ps2_mouse *m)
{
    if (!m->enabled || m->remote || m->wrap || m->bat.pending || m->sample.pending || !changed(m)) return;
    if (!m->out_count) {
        begin_reply(m);
        put_packet(m, m->scaling);
    }
    event_schedule(m->clock, &m->sample, clock_now(m->clock) + NS_PER_SECOND / m->rate);
}

static void sample_due(void *opaque, uint64_t late)
{
    (void)late;
    report(opaque);
}

static void count(int32_t *total, int step, bool *lost)
{
    int64_t sum = (int64_t)*total + step;

    if (sum > COUNT_LIMIT || sum < -COUNT_LIMIT) *lost = true;
    *total = sum > COUNT_LIMIT ? COUNT_LIMIT : sum < -COUNT_LIMIT ? -COUNT_LIMIT : (int32_t)sum;
}

void ps2_mouse_move(struct ps2_mouse *m, int dx, int dy, int wheel, unsigned buttons)
{
    bool wheel_lost = false;

    count(&m->dx, dx, &m->lost_x);
    count(&m->dy, dy == INT32_MIN ? INT32_MAX : -dy, &m->lost_y);
    count(&m->dz, wheel == INT32_MIN ? INT32_MAX : -wheel, &wheel_lost);
    m->clicked |= (uint8_t)(buttons & ~m->buttons & 0x1F);
    m->buttons = (uint8_t)(buttons & 0x1F);
    if (!m->enabled && !m->remote) clear_counts(m); /* nobody is interested */
    report(m);
}

/* --- commands ------------------------------------------------------------------------------------------- */

static void set_defaults(struct ps2_mouse *m)
{
    m->rate = 100;
    m->resolution = 2;
    m->scaling = m->enabled = m->remote = m->wrap = false;
    clear_counts(m);
}

/* The rates 200, 100, 80 in a row turn the plain mouse into one with a wheel; 200, 200, 80 add two buttons. */
static void set_rate(struct ps2_mouse *m, uint8_t rate)
{
    if (rate == 80 && m->knock[1] == 200 && m->knock[0] == 100 && m->id == ID_PLAIN) m->id = ID_WHEEL;
    if (rate == 80 && m->knock[1] == 200 && m->knock[0] == 200) m->id = ID_EXPLORER;
    m->knock[1] = m->knock[0];
    m->knock[0] = rate;
    m->rate = rate;
}

static void reply_status(struct ps2_mouse *m)
{
    uint8_t status = 0;

    if (m->buttons & PS2_MOUSE_RIGHT) status |= 0x01;
    if (m->buttons & PS2_MOUSE_MIDDLE) status |= 0x02;
    if (m->buttons & PS2_MOUSE_LEFT) status |= 0x04;
    if (m->scaling) status |= STATUS_SCALING;
    if (m->enabled) status |= STATUS_ENABLED;
    if (m->remote) status |= STATUS_REMOTE;
    reply(m, status);
    reply(m, m->resolution);
    reply(m, m->rate);
}

static void resend(struct ps2_mouse *m)
{
    memcpy(m->out, m->last, sizeof(m->out));
    m->out_count = m->last_count;
    if (m->out_count) ps2_ready(&m->port);
}

static void reset_command(struct ps2_mouse *m)
{
    set_defaults(m);
    m->id = ID_PLAIN;
    memset(m->knock, 0, sizeof(m->knock));
    event_cancel(m->clock, &m->sample);
    event_schedule(m->clock, &m->bat, clock_now(m->clock) + BAT_NS);
}

static void bat_done(void *opaque, uint64_t late)
{
    struct ps2_mouse *m = opaque;

    (void)late;
    reply(m, REPLY_BAT_OK);
    reply(m, m->id);
}

static void run_command(struct ps2_mouse *m, uint8_t command)
{
    begin_reply(m);
    reply(m, REPLY_ACK);
    switch (command) {
    case CMD_SCALING_1: m->scaling = false; break;
    case CMD_SCALING_2: m->scaling = true; break;
    case CMD_RESOLUTION:
    case CMD_RATE: m->command = command; break;
    case CMD_STATUS: reply_status(m); break;
    case CMD_STREAM:
        m->remote = false;
        clear_counts(m);
        break;
    case CMD_READ_DATA: put_packet(m, false); break;
    case CMD_RESET_WRAP: m->wrap = false; break;
    case CMD_WRAP:
        m->wrap = true;
        clear_counts(m);
        break;
    case CMD_REMOTE:
        m->remote = true;
        clear_counts(m);
        break;
    case CMD_READ_ID: reply(m, m->id); break;
    case CMD_ENABLE:
        m->enabled = true;
        clear_counts(m);
        break;
    case CMD_DISABLE:
        m->enabled = false;
        clear_counts(m);
        break;
    case CMD_DEFAULT: set_defaults(m); break;
    case CMD_RESET: reset_command(m); break;
    default:
        begin_reply(m);
        reply(m, REPLY_RESEND);
        break;
    }
}

/* The option byte of E8 or F3. Any rate but 0 is taken, as most mice do. */
static void run_option(struct ps2_mouse *m, uint8_t command, uint8_t option)
{
    bool valid = command == CMD_RATE ? option != 0 : option <= 3;

    begin_reply(m);
    if (!valid) {
        m->command = command;
        reply(m, REPLY_RESEND);
        return;
    }
    if (command == CMD_RATE) set_rate(m, option);
    else m->resolution = option;
    reply(m, REPLY_ACK);
}

static void mouse_receive(void *opaque, uint8_t byte)
{
    struct ps2_mouse *m = opaque;
    uint8_t           command = m->command;

    m->command = 0;
    if (m->wrap && byte != CMD_RESET_WRAP && byte != CMD_RESET) {
        begin_reply(m);
        reply(m, byte);
    } else if (byte == CMD_RESEND) {
        m->command = command;
        resend(m);
    } else if (command && byte < CMD_SCALING_1) {
        run_option(m, command, byte);
    } else {
        run_command(m, byte);
    }
    report(m);
}

/* --- wiring --------------------------------------------------------------------------------------------- */

void ps2_mouse_init(struct ps2_mouse *m, struct clock *clock, struct ps2_port port)
{
    memset(m, 0, sizeof(*m));
    m->clock = clock;
    m->port = port;
    event_init(&m->sample, "mouse.sample", sample_due, m, 0);
    event_init(&m->bat, "mouse.bat", bat_done, m, 0);
}

struct ps2_device ps2_mouse_device(struct ps2_mouse *m)
{
    return (struct ps2_device){.opaque = m, .receive = mouse_receive, .take = mouse_take};
}

/* As for the keyboard, the completion code of the test at power-on is lost. */
static void mouse_reset(void *device)
{
    struct ps2_mouse *m = device;

    event_cancel(m->clock, &m->sample);
    event_cancel(m->clock, &m->bat);
    set_defaults(m);
    begin_reply(m);
    m->id = ID_PLAIN;
    m->command = m->buttons = m->reported = 0;
    memset(m->knock, 0, sizeof(m->knock));
}

static int mouse_loaded(void *device)
{
    const struct ps2_mouse *m = device;
    bool known_id = m->id == ID_PLAIN || m->id == ID_WHEEL || m->id == ID_EXPLORER;

    if (!known_id || !m->rate || m->resolution > 3 || m->out_count > PS2_MOUSE_OUT || m->last_count > PS2_MOUSE_OUT)
        return -EINVAL;
    if (m->command && m->command != CMD_RESOLUTION && m->command != CMD_RATE) return -EINVAL;
    if (clamp(m->dx, COUNT_LIMIT) != m->dx || clamp(m->dy, COUNT_LIMIT) != m->dy || clamp(m->dz, COUNT_LIMIT) != m->dz)
        return -EINVAL;
    return 0;
}

static const struct state_field mouse_fields[] = {
    STATE_UINT(struct ps2_mouse, id),
    STATE_UINT(struct ps2_mouse, remote),
    STATE_UINT(struct ps2_mouse, wrap),
    STATE_UINT(struct ps2_mouse, enabled),
    STATE_UINT(struct ps2_mouse, scaling),
    STATE_UINT(struct ps2_mouse, resolution),
    STATE_UINT(struct ps2_mouse, rate),
    STATE_BYTES(struct ps2_mouse, knock),
    STATE_UINT(struct ps2_mouse, command),
    STATE_UINT(struct ps2_mouse, buttons),
    STATE_UINT(struct ps2_mouse, clicked),
    STATE_UINT(struct ps2_mouse, reported),
    STATE_UINT(struct ps2_mouse, lost_x),
    STATE_UINT(struct ps2_mouse, lost_y),
    STATE_UINT(struct ps2_mouse, dx),
    STATE_UINT(struct ps2_mouse, dy),
    STATE_UINT(struct ps2_mouse, dz),
    STATE_BYTES(struct ps2_mouse, out),
    STATE_UINT(struct ps2_mouse, out_count),
    STATE_BYTES(struct ps2_mouse, last),
    STATE_UINT(struct ps2_mouse, last_count),
    STATE_EVENT(struct ps2_mouse, sample),
    STATE_EVENT(struct ps2_mouse, bat),
    STATE_SKIP(struct ps2_mouse, port),
    STATE_SKIP(struct ps2_mouse, clock),
    STATE_END,
};

const struct device_ops ps2_mouse_ops = {
    .name = "mouse",
    .version = 1,
    .reset = mouse_reset,
    .fields = mouse_fields,
    .loaded = mouse_loaded,
};
