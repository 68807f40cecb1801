/* kbc.c: 8042 keyboard and auxiliary device controller. Ports 60h and 64h.
 *
 * IBM PC AT Technical Reference, "Keyboard Controller" (commands 20h, 60h, AAh-AEh, C0h, D0h, D1h, E0h, F0h-FFh;
 * scan code translation); IBM PS/2 Hardware Interface Technical Reference (A4h, A7h-A9h, C1h, C2h, D2h-D4h, second
 * port).
 *
 * The controller's own answers are ready at once; bytes of the devices take KBC_BYTE_NS, to them KBC_SEND_NS. */
#include "devices/kbc.h"

#include <errno.h>
#include <string.h>

enum kbc_status { /* port 64h, read */
    STATUS_OBF = 0x01,     /* output buffer full */
    STATUS_IBF = 0x02,     /* input buffer full: computed */
    STATUS_SYS = 0x04,     /* system flag: bit 2 of the command byte */
    STATUS_A2 = 0x08,      /* last write was to port 64h */
    STATUS_INH = 0x10,     /* 0: keyboard lock on */
    STATUS_AUXB = 0x20,    /* output buffer holds a byte of the auxiliary device */
    STATUS_TIMEOUT = 0x40, /* device did not answer */
    STATUS_PARITY = 0x80,
};

enum kbc_command_byte {
    CB_IRQ1 = 0x01,
    CB_IRQ12 = 0x02,
    CB_SYS = 0x04,
    CB_KBD_DISABLE = 0x10, /* clock held low */
    CB_AUX_DISABLE = 0x20,
    CB_TRANSLATE = 0x40, /* scan code set 2 to set 1 */
};

enum kbc_output_port {
    OP_RESET = 0x01, /* active low */
    OP_A20 = 0x02,
    OP_IRQ1 = 0x10,  /* computed */
    OP_IRQ12 = 0x20, /* computed */
};

enum kbc_command { /* port 64h, written */
    CMD_READ_RAM = 0x20,
    CMD_WRITE_RAM = 0x60,
    CMD_TEST_PASSWORD = 0xA4,
    CMD_DISABLE_AUX = 0xA7,
    CMD_ENABLE_AUX = 0xA8,
    CMD_TEST_AUX = 0xA9,
    CMD_SELF_TEST = 0xAA,
    CMD_TEST_KBD = 0xAB,
    CMD_DISABLE_KBD = 0xAD,
    CMD_ENABLE_KBD = 0xAE,
    CMD_READ_INPUT = 0xC0,
    CMD_POLL_LOW = 0xC1,
    CMD_POLL_HIGH = 0xC2,
    CMD_READ_OUTPUT = 0xD0,
    CMD_WRITE_OUTPUT = 0xD1,
    CMD_WRITE_KBD_BUFFER = 0xD2,
    CMD_WRITE_AUX_BUFFER = 0xD3,
    CMD_WRITE_AUX = 0xD4,
    CMD_DISABLE_A20 = 0xDD, /* of later controllers, for one-write A20 switching */
    CMD_ENABLE_A20 = 0xDF,
    CMD_TEST_INPUTS = 0xE0,
    CMD_PULSE = 0xF0, /* F0h-FFh */
};

/* P10-P17: keyboard not locked, colour display, manufacturing jumper absent, second 256K of RAM enabled. */
#define INPUT_PORT 0xB0

#define SELF_TEST_PASSED 0x55
#define NO_PASSWORD      0xF1
#define DEVICE_RESEND    0xFE /* put in the output buffer with STATUS_TIMEOUT when a device does not answer */

/* Scan code set 2 to set 1, as the controller's ROM has it; 80h and above pass, but for 83h (F7) and 84h (SysRq). */
static const uint8_t translation[0x85] = {
    /* 00 */ 0xFF, 0x43, 0x41, 0x3F, 0x3D, 0x3B, 0x3C, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3E, 0x0F, 0x29, 0x59,
    /* 10 */ 0x65, 0x38, 0x2A, 0x70, 0x1D, 0x10, 0x02, 0x5A, 0x66, 0x71, 0x2C, 0x1F, 0x1E, 0x11, 0x03, 0x5B,
    /* 20 */ 0x67, 0x2E, 0x2D, 0x20, 0x12, 0x05, 0x04, 0x5C, 0x68, 0x39, 0x2F, 0x21, 0x14, 0x13, 0x06, 0x5D,
    /* 30 */ 0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5E, 0x6A, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5F,
    /* 40 */ 0x6B, 0x33, 0x25, 0x17, 0x18, 0x0B, 0x0A, 0x60, 0x6C, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0C, 0x61,
    /* 50 */ 0x6D, 0x73, 0x28, 0x74, 0x1A, 0x0D, 0x62, 0x6E, 0x3A, 0x36, 0x1C, 0x1B, 0x75, 0x2B, 0x63, 0x76,
    /* 60 */ 0x55, 0x56, 0x77, 0x78, 0x79, 0x7A, 0x0E, 0x7B, 0x7C, 0x4F, 0x7D, 0x4B, 0x47, 0x7E, 0x7F, 0x6F,
    /* 70 */ 0x52, 0x53, 0x50, 0x4C, 0x4D, 0x48, 0x01, 0x45, 0x57, 0x4E, 0x51, 0x4A, 0x37, 0x49, 0x46, 0x54,
    /* 80 */ 0x80, 0x81, 0x82, 0x41, 0x54,
};

static bool port_enabled(const struct kbc *k, unsigned port)
{
    return !(k->ram[0] & (port == KBC_AUX ? CB_AUX_DISABLE : CB_KBD_DISABLE));
}

/* --- output buffer and interrupts ----------------------------------------------------------------------- */

/* The interrupt lines stay up for as long as the byte lies in the output buffer. IRQ1 is also held back while the
 * keyboard's port is disabled: programs disable it to talk to the controller, with the interrupt enabled. */
static void update_irqs(struct kbc *k)
{
    bool full = k->status & STATUS_OBF, aux = k->status & STATUS_AUXB;

    irq_set(&k->wires.irq1, full && !aux && (k->ram[0] & CB_IRQ1) && port_enabled(k, KBC_KEYBOARD));
    irq_set(&k->wires.irq12, full && aux && (k->ram[0] & CB_IRQ12));
}

static void put(struct kbc *k, uint8_t byte, uint8_t flags)
{
    k->out = byte;
    k->status &= (uint8_t)~(STATUS_AUXB | STATUS_TIMEOUT | STATUS_PARITY);
    k->status |= STATUS_OBF | flags;
    update_irqs(k);
}

/* One of the controller's own answers; one that finds the queue full pushes the oldest out. */
static void answer(struct kbc *k, uint8_t byte)
{
    if (!(k->status & STATUS_OBF)) {
        put(k, byte, 0);
        return;
    }
    if (k->answers == KBC_ANSWERS) {
        memmove(k->answer, k->answer + 1, KBC_ANSWERS - 1);
        k->answers--;
    }
    k->answer[k->answers++] = byte;
}

/* Lets the devices' clocks go if a byte can be received: the next one will be there after its time on the wire. */
static void release_clocks(struct kbc *k)
{
    if ((k->status & STATUS_OBF) || k->receive.pending) return;
    event_schedule(k->clock, &k->receive, clock_now(k->clock) + KBC_BYTE_NS);
}

static uint8_t read_data(struct kbc *k)
{
    uint8_t byte = k->out;

    if (!(k->status & STATUS_OBF)) return byte;
    k->status &= (uint8_t)~(STATUS_OBF | STATUS_TIMEOUT | STATUS_PARITY);
    update_irqs(k);
    if (k->answers) {
        uint8_t next = k->answer[0];

        memmove(k->answer, k->answer + 1, --k->answers);
        put(k, next, 0);
    } else {
        release_clocks(k);
    }
    return byte;
}

/* --- bytes from the devices ----------------------------------------------------------------------------- */

/* Returns the translated byte, -1 for a break prefix, which becomes bit 7 of the byte after it. */
static int translate(struct kbc *k, uint8_t byte)
{
    uint8_t code = byte < sizeof(translation) ? translation[byte] : byte;

    if (byte == 0xF0) {
        k->break_prefix = true;
        return -1;
    }
    if (k->break_prefix) code |= 0x80;
    k->break_prefix = false;
    return code;
}

/* Takes the next byte of PORT into the output buffer. Returns whether the device had one. */
static bool receive_from(struct kbc *k, unsigned port)
{
    const struct ps2_device *d = &k->device[port];
    int byte;

    if (!d->take || !port_enabled(k, port)) return false;
    byte = d->take(d->opaque);
    if (byte < 0) return false;
    if (port == KBC_AUX) {
        put(k, (uint8_t)byte, STATUS_AUXB);
        return true;
    }
    if (k->ram[0] & CB_TRANSLATE) byte = translate(k, (uint8_t)byte);
    else k->break_prefix = false;
    if (byte >= 0) put(k, (uint8_t)byte, 0);
    else release_clocks(k);
    return true;
}

static void receive_done(void *opaque, uint64_t late)
{
    struct kbc *k = opaque;

    (void)late;
    if (k->status & STATUS_OBF) return;
    if (!receive_from(k, KBC_KEYBOARD)) receive_from(k, KBC_AUX);
}

static void device_ready(void *opaque, int port)
{
    struct kbc *k = opaque;

    if (port_enabled(k, (unsigned)port)) release_clocks(k);
}

/* --- bytes to the devices ------------------------------------------------------------------------------- */

/* The byte on its way arrives. An absent device never clocks it in: time-out (PS/2: bit 6, and FEh in the output
 * buffer). */
static void finish_send(struct kbc *k)
{
    const struct ps2_device *d = &k->device[k->send_port];

    if (!k->sending) return;
    k->sending = false;
    event_cancel(k->clock, &k->sent);
    if (d->receive) d->receive(d->opaque, k->send_byte);
    else put(k, DEVICE_RESEND, STATUS_TIMEOUT | (k->send_port == KBC_AUX ? STATUS_AUXB : 0));
}

static void send_done(void *opaque, uint64_t late)
{
    (void)late;
    finish_send(opaque);
}

/* Sending enables the port, as the IBM controller does. */
static void send(struct kbc *k, unsigned port, uint8_t byte)
{
    k->ram[0] &= (uint8_t)~(port == KBC_AUX ? CB_AUX_DISABLE : CB_KBD_DISABLE);
    k->sending = true;
    k->send_port = (uint8_t)port;
    k->send_byte = byte;
    event_schedule(k->clock, &k->sent, clock_now(k->clock) + KBC_SEND_NS);
    update_irqs(k);
    release_clocks(k);
}

/* --- commands ------------------------------------------------------------------------------------------- */

static void set_command_byte(struct kbc *k, uint8_t value)
{
    k->ram[0] = value;
    k->status = (uint8_t)((k->status & ~STATUS_SYS) | (value & CB_SYS));
    if (!(value & CB_TRANSLATE)) k->break_prefix = false;
    update_irqs(k);
    release_clocks(k);
}

/* Pulling P20 low resets the CPU; the chip itself runs on. A board holds P20 low no longer than the reset takes. */
static void pulse_reset(struct kbc *k)
{
    irq_set(&k->wires.reset, true);
    irq_set(&k->wires.reset, false);
}

static void set_output_port(struct kbc *k, uint8_t value)
{
    k->output_port = value | OP_RESET;
    irq_set(&k->wires.a20, value & OP_A20);
    if (!(value & OP_RESET)) pulse_reset(k);
}

static uint8_t output_port_pins(const struct kbc *k)
{
    uint8_t pins = k->output_port & (uint8_t)~(OP_IRQ1 | OP_IRQ12);

    if (k->status & STATUS_OBF) pins |= (k->status & STATUS_AUXB) ? OP_IRQ12 : OP_IRQ1;
    return pins;
}

/* Self test initializes the controller: both ports disabled, interrupts off, translation on (as the AT's firmware
 * leaves it). */
static void self_test(struct kbc *k)
{
    k->answers = 0;
    k->status &= (uint8_t)~(STATUS_OBF | STATUS_AUXB | STATUS_TIMEOUT | STATUS_PARITY);
    set_command_byte(k, CB_TRANSLATE | CB_AUX_DISABLE | CB_KBD_DISABLE | CB_SYS);
    answer(k, SELF_TEST_PASSED);
}

static void run_command(struct kbc *k, uint8_t command)
{
    if (command >= CMD_READ_RAM && command < CMD_READ_RAM + KBC_RAM) {
        answer(k, k->ram[command - CMD_READ_RAM]);
        return;
    }
    if (command >= CMD_WRITE_RAM && command < CMD_WRITE_RAM + KBC_RAM) {
        k->command = command;
        return;
    }
    if (command >= CMD_PULSE) { /* a 0 in bits 0-3 pulses that pin; only P20 has an effect that lasts */
        if (!(command & OP_RESET)) pulse_reset(k);
        return;
    }
    switch (command) {
    case CMD_TEST_PASSWORD: answer(k, NO_PASSWORD); break;
    case CMD_DISABLE_AUX: set_command_byte(k, k->ram[0] | CB_AUX_DISABLE); break;
    case CMD_ENABLE_AUX: set_command_byte(k, k->ram[0] & (uint8_t)~CB_AUX_DISABLE); break;
    case CMD_TEST_AUX: answer(k, 0x00); break;
    case CMD_SELF_TEST: self_test(k); break;
    case CMD_TEST_KBD: answer(k, 0x00); break;
    case CMD_DISABLE_KBD: set_command_byte(k, k->ram[0] | CB_KBD_DISABLE); break;
    case CMD_ENABLE_KBD: set_command_byte(k, k->ram[0] & (uint8_t)~CB_KBD_DISABLE); break;
    case CMD_READ_INPUT: answer(k, INPUT_PORT); break;
    case CMD_POLL_LOW:
    case CMD_POLL_HIGH: k->poll = command; break;
    case CMD_READ_OUTPUT: answer(k, output_port_pins(k)); break;
    case CMD_WRITE_OUTPUT:
    case CMD_WRITE_KBD_BUFFER:
    case CMD_WRITE_AUX_BUFFER:
    case CMD_WRITE_AUX: k->command = command; break;
    case CMD_DISABLE_A20: set_output_port(k, k->output_port & (uint8_t)~OP_A20); break;
    case CMD_ENABLE_A20: set_output_port(k, k->output_port | OP_A20); break;
    case CMD_TEST_INPUTS: answer(k, port_enabled(k, KBC_KEYBOARD) ? 0x03 : 0x02); break; /* T0 clock, T1 data */
    default: break; /* no such command in the firmware */
    }
}

static void run_data_command(struct kbc *k, uint8_t command, uint8_t value)
{
    switch (command) {
    case CMD_WRITE_RAM: set_command_byte(k, value); break;
    case CMD_WRITE_OUTPUT: set_output_port(k, value); break;
    case CMD_WRITE_KBD_BUFFER: put(k, value, 0); break;
    case CMD_WRITE_AUX_BUFFER: put(k, value, STATUS_AUXB); break;
    case CMD_WRITE_AUX: send(k, KBC_AUX, value); break;
    default: k->ram[command - CMD_WRITE_RAM] = value; break; /* 61h-7Fh: nothing else waits for a byte */
    }
}

/* --- ports ---------------------------------------------------------------------------------------------- */

static uint32_t kbc_data_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)offset;
    (void)size;
    return read_data(opaque);
}

/* A write while a byte is still on its way to a device finds IBF set; it is not lost but makes the first one
 * arrive early. */
static void kbc_data_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct kbc *k = opaque;
    uint8_t     command = k->command;

    (void)offset;
    (void)size;
    finish_send(k);
    k->status &= (uint8_t)~STATUS_A2;
    k->command = 0;
    if (command) run_data_command(k, command, (uint8_t)value);
    else send(k, KBC_KEYBOARD, (uint8_t)value);
}

static uint32_t kbc_status_read(void *opaque, uint32_t offset, unsigned size)
{
    struct kbc *k = opaque;
    uint8_t     status = k->status | (k->sending ? STATUS_IBF : 0);

    (void)offset;
    (void)size;
    if (k->poll == CMD_POLL_LOW) return (status & 0x0F) | (INPUT_PORT << 4 & 0xF0);
    if (k->poll == CMD_POLL_HIGH) return (status & 0x0F) | (INPUT_PORT & 0xF0);
    return status;
}

static void kbc_command_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct kbc *k = opaque;

    (void)offset;
    (void)size;
    finish_send(k);
    k->status |= STATUS_A2;
    k->command = 0;
    k->poll = 0;
    run_command(k, (uint8_t)value);
}

static const struct bus_ops data_ops = {.read = kbc_data_read, .write = kbc_data_write, .max_size = 1};
static const struct bus_ops command_ops = {.read = kbc_status_read, .write = kbc_command_write, .max_size = 1};

/* --- wiring --------------------------------------------------------------------------------------------- */

void kbc_init(struct kbc *k, struct bus *bus, struct clock *clock, const struct kbc_wires *wires)
{
    memset(k, 0, sizeof(*k));
    k->clock = clock;
    k->wires = *wires;
    event_init(&k->receive, "kbc.receive", receive_done, k, 0);
    event_init(&k->sent, "kbc.sent", send_done, k, 0);
    bus_map_ports(bus, 0x60, 1, &data_ops, k);
    bus_map_ports(bus, 0x64, 1, &command_ops, k);
}

void kbc_plug(struct kbc *k, enum kbc_port_number port, struct ps2_device device)
{
    k->device[port] = device;
}

struct ps2_port kbc_port(struct kbc *k, enum kbc_port_number port)
{
    return (struct ps2_port){.opaque = k, .port = (int)port, .ready = device_ready};
}

/* Power-on: the pins of the output port are high, so address line 20 is on. The keyboard may speak, so that keys
 * hit before the BIOS looks are not lost. */
static void kbc_reset(void *device)
{
    struct kbc *k = device;

    memset(k->ram, 0, sizeof(k->ram));
    memset(k->answer, 0, sizeof(k->answer));
    k->ram[0] = CB_TRANSLATE | CB_AUX_DISABLE;
    k->status = STATUS_INH;
    k->out = 0;
    k->command = k->poll = 0;
    k->answers = 0;
    k->break_prefix = k->sending = false;
    k->send_port = k->send_byte = 0;
    k->output_port = 0xCF;
    event_cancel(k->clock, &k->receive);
    event_cancel(k->clock, &k->sent);
    update_irqs(k);
    irq_set(&k->wires.reset, false);
    irq_set(&k->wires.a20, true);
}

/* Whether COMMAND is one that can wait for a data byte. */
static bool takes_data(uint8_t command)
{
    return command == 0 || (command >= CMD_WRITE_RAM && command < CMD_WRITE_RAM + KBC_RAM) ||
           (command >= CMD_WRITE_OUTPUT && command <= CMD_WRITE_AUX);
}

static int kbc_loaded(void *device)
{
    struct kbc *k = device;

    if (k->answers > KBC_ANSWERS || k->send_port >= KBC_PORTS || !takes_data(k->command)) return -EINVAL;
    update_irqs(k);
    irq_set(&k->wires.a20, k->output_port & OP_A20);
    return 0;
}

static const struct state_field kbc_fields[] = {
    STATE_BYTES(struct kbc, ram),
    STATE_UINT(struct kbc, status),
    STATE_UINT(struct kbc, out),
    STATE_UINT(struct kbc, output_port),
    STATE_UINT(struct kbc, command),
    STATE_UINT(struct kbc, poll),
    STATE_UINT(struct kbc, break_prefix),
    STATE_BYTES(struct kbc, answer),
    STATE_UINT(struct kbc, answers),
    STATE_UINT(struct kbc, sending),
    STATE_UINT(struct kbc, send_port),
    STATE_UINT(struct kbc, send_byte),
    STATE_EVENT(struct kbc, receive),
    STATE_EVENT(struct kbc, sent),
    STATE_SKIP(struct kbc, device),
    STATE_SKIP(struct kbc, wires),
    STATE_SKIP(struct kbc, clock),
    STATE_END,
};

const struct device_ops kbc_ops = {
    .name = "kbc",
    .version = 1,
    .reset = kbc_reset,
    .fields = kbc_fields,
    .loaded = kbc_loaded,
};
