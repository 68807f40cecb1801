/* uart.c: 16550A universal asynchronous receiver/transmitter.
 *
 * Eight ports: 3F8h (COM1), 2F8h (COM2), 3E8h, 2E8h. Source: National Semiconductor PC16550D data sheet, called DS here.
 *
 * Time is in characters: one leaves the shift register, or arrives, after as many bit times as its frame has. The far end
 * is always ready (CTS, DSR and DCD are asserted) and makes no errors; what the guest sends wrongly framed, because it
 * never programmed the line format, still arrives there whole. */
#include "devices/uart.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UART_HZ 1843200u /* crystal; 16 clocks a bit */

enum {
    REG_DATA = 0, /* RBR, THR; DLL with DLAB */
    REG_IER,      /* DLM with DLAB */
    REG_IIR,      /* write: FCR */
    REG_LCR,
    REG_MCR,
    REG_LSR,
    REG_MSR,
    REG_SCR,

    IER_RDA = 0x01, /* received data available, and character timeout */
    IER_THRE = 0x02,
    IER_LSR = 0x04,
    IER_MSR = 0x08,

    IIR_NONE = 0x01,
    IIR_MSR = 0x00,
    IIR_THRE = 0x02,
    IIR_RDA = 0x04,
    IIR_LSR = 0x06,
    IIR_TIMEOUT = 0x0C,
    IIR_FIFOS = 0xC0,

    FCR_ENABLE = 0x01,
    FCR_CLEAR_RX = 0x02,
    FCR_CLEAR_TX = 0x04,
    FCR_DMA = 0x08,
    FCR_TRIGGER = 0xC0,

    LCR_WORD = 0x03,
    LCR_STOP = 0x04,
    LCR_PARITY = 0x08,
    LCR_BREAK = 0x40,
    LCR_DLAB = 0x80,

    MCR_DTR = 0x01,
    MCR_RTS = 0x02,
    MCR_OUT1 = 0x04,
    MCR_OUT2 = 0x08, /* on a PC: lets the interrupt through */
    MCR_LOOP = 0x10,

    LSR_DR = 0x01,
    LSR_OE = 0x02,
    LSR_PE = 0x04,
    LSR_FE = 0x08,
    LSR_BI = 0x10,
    LSR_THRE = 0x20,
    LSR_TEMT = 0x40,
    LSR_FIFO_ERROR = 0x80,

    MSR_DELTAS = 0x0F,
    MSR_TERI = 0x04,
    MSR_CTS = 0x10,
    MSR_DSR = 0x20,
    MSR_RI = 0x40,
    MSR_DCD = 0x80,
};

/* --- characters -------------------------------------------------------------------------------------------------------- */

static uint8_t word_length(const struct uart *u)
{
    return (uint8_t)(5 + (u->lcr & LCR_WORD));
}

/* ns that N frames take. A divisor of 0 counts as 65536. */
static uint64_t frames_ns(const struct uart *u, unsigned n)
{
    uint64_t divisor = u->divisor ? u->divisor : 65536;
    unsigned half_bits = 2 * (1u + word_length(u) + !!(u->lcr & LCR_PARITY)) + 2; /* start, word, parity, stop */

    if (u->lcr & LCR_STOP) half_bits += u->lcr & LCR_WORD ? 2 : 1; /* two stop bits; with 5-bit words one and a half */
    return clock_ns(UART_HZ, n * half_bits * 8 * divisor);
}

static bool fifos(const struct uart *u)
{
    return u->fcr & FCR_ENABLE;
}

static uint8_t depth(const struct uart *u)
{
    return fifos(u) ? UART_FIFO : 1;
}

static uint8_t trigger_level(const struct uart *u)
{
    static const uint8_t level[4] = {1, 4, 8, 14};
    return fifos(u) ? level[u->fcr >> 6] : 1;
}

static void fifo_put(struct uart_fifo *f, uint8_t data, uint8_t error)
{
    unsigned at = (f->head + f->count++) % UART_FIFO;

    f->data[at] = data;
    f->error[at] = error;
}

static uint8_t fifo_get(struct uart_fifo *f)
{
    uint8_t data = f->data[f->head];

    f->head = (f->head + 1) % UART_FIFO;
    f->count--;
    return data;
}

/* Error bits of all the characters in the receiver. */
static uint8_t errors_inside(const struct uart *u)
{
    uint8_t errors = 0;

    for (unsigned i = 0; i < u->rx.count; i++) errors |= u->rx.error[(u->rx.head + i) % UART_FIFO];
    return errors;
}

static uint8_t lsr(const struct uart *u)
{
    uint8_t value = 0;

    if (u->rx.count) value |= LSR_DR | u->rx.error[u->rx.head]; /* errors show when their character is on top */
    if (u->overrun) value |= LSR_OE;
    if (!u->tx.count) value |= LSR_THRE;
    if (!u->tx.count && !u->shifting) value |= LSR_TEMT;
    if (fifos(u) && errors_inside(u)) value |= LSR_FIFO_ERROR;
    return value;
}

/* --- interrupts -------------------------------------------------------------------------------------------------------- */

/* The source of highest priority (DS, table "Interrupt Control Functions"). */
static uint8_t source(const struct uart *u)
{
    if (u->ier & IER_LSR && lsr(u) & (LSR_OE | LSR_PE | LSR_FE | LSR_BI)) return IIR_LSR;
    if (u->ier & IER_RDA && u->rx.count >= trigger_level(u)) return IIR_RDA;
    if (u->ier & IER_RDA && u->timeout_pending) return IIR_TIMEOUT;
    if (u->ier & IER_THRE && u->thre_pending) return IIR_THRE;
    if (u->ier & IER_MSR && u->msr & MSR_DELTAS) return IIR_MSR;
    return IIR_NONE;
}

static void update_irq(struct uart *u)
{
    irq_set(&u->irq, source(u) != IIR_NONE && u->mcr & MCR_OUT2);
}

/* --- receiver ---------------------------------------------------------------------------------------------------------- */

/* DS, "FIFO Interrupt Mode Operation": four characters' time after the last change of a FIFO that is not empty. */
static void restart_timeout(struct uart *u)
{
    u->timeout_pending = false;
    if (fifos(u) && u->rx.count)
        event_schedule(u->clock, &u->timeout, clock_now(u->clock) + frames_ns(u, 4));
    else
        event_cancel(u->clock, &u->timeout);
}

static void timeout_run(void *opaque, uint64_t late_ns)
{
    struct uart *u = opaque;

    (void)late_ns;
    u->timeout_pending = u->rx.count > 0;
    update_irq(u);
}

/* A character from the line. With no room a FIFO loses the new one, the 16450's single register the old one. */
static void receive_frame(struct uart *u, uint8_t data, uint8_t error)
{
    if (u->rx.count == depth(u)) {
        u->overrun = true;
        if (fifos(u)) return;
        u->rx.count = 0;
    }
    fifo_put(&u->rx, data, error);
    restart_timeout(u);
}

/* Lets the host's next character travel, if there is one and room for it. In loopback the line is cut off. */
static void start_arrival(struct uart *u)
{
    bool wanted = u->queue_count && u->rx.count < depth(u) && !(u->mcr & MCR_LOOP);

    if (!wanted)
        event_cancel(u->clock, &u->arrival);
    else if (!u->arrival.pending)
        event_schedule(u->clock, &u->arrival, clock_now(u->clock) + frames_ns(u, 1));
}

/* A queue that had to grow goes back to its usual size once it is empty. */
static void shrink_queue(struct uart *u)
{
    uint8_t *queue;

    if (u->queue_count || u->queue_size == UART_QUEUE_SIZE) return;
    queue = calloc(1, UART_QUEUE_SIZE);
    if (!queue) return;
    free(u->queue);
    u->queue = queue;
    u->queue_size = UART_QUEUE_SIZE;
    u->queue_head = 0;
}

static void arrival_run(void *opaque, uint64_t late_ns)
{
    struct uart *u = opaque;
    uint8_t      data = u->queue[u->queue_head];

    (void)late_ns;
    u->queue_head = (u->queue_head + 1) % u->queue_size;
    u->queue_count--;
    shrink_queue(u);
    receive_frame(u, data, 0);
    start_arrival(u);
    update_irq(u);
}

/* Makes the ring at least SIZE bytes. */
static int grow_queue(struct uart *u, size_t size)
{
    uint32_t grown = u->queue_size;
    uint8_t *queue;

    if (size > UINT32_MAX / 2) return -ENOMEM;
    while (grown < size) grown *= 2;
    queue = calloc(1, grown);
    if (!queue) return -ENOMEM;
    for (uint32_t i = 0; i < u->queue_count; i++) queue[i] = u->queue[(u->queue_head + i) % u->queue_size];
    free(u->queue);
    u->queue = queue;
    u->queue_size = grown;
    u->queue_head = 0;
    return 0;
}

int uart_receive(struct uart *u, const void *bytes, size_t n)
{
    const uint8_t *from = bytes;

    if (n > u->queue_size - u->queue_count) {
        int error = grow_queue(u, (size_t)u->queue_count + n);
        if (error) return error;
    }
    for (size_t i = 0; i < n; i++) u->queue[(u->queue_head + u->queue_count++) % u->queue_size] = from[i];
    start_arrival(u);
    return 0;
}

static uint8_t read_rbr(struct uart *u)
{
    uint8_t data;

    if (!u->rx.count) return u->rx.data[(u->rx.head + UART_FIFO - 1) % UART_FIFO]; /* the last one again */
    data = fifo_get(&u->rx);
    restart_timeout(u);
    start_arrival(u);
    return data;
}

/* Reading clears the error bits of the character on top. */
static uint8_t read_lsr(struct uart *u)
{
    uint8_t value = lsr(u);

    u->overrun = false;
    if (u->rx.count) u->rx.error[u->rx.head] = 0;
    return value;
}

/* --- transmitter ------------------------------------------------------------------------------------------------------- */

/* Moves the next character into the shift register, if that is free. */
static void start_sending(struct uart *u)
{
    if (u->shifting || !u->tx.count) return;
    u->shift = fifo_get(&u->tx);
    u->shifting = true;
    if (!u->tx.count) u->thre_pending = true;
    event_schedule(u->clock, &u->sent, clock_now(u->clock) + frames_ns(u, 1));
}

static void sent_run(void *opaque, uint64_t late_ns)
{
    struct uart *u = opaque;
    uint8_t      data = u->shift;

    (void)late_ns;
    u->shifting = false;
    if (u->mcr & MCR_LOOP)
        receive_frame(u, data & (uint8_t)((1 << word_length(u)) - 1), 0);
    else if (u->transmit)
        u->transmit(u->opaque, u->port, word_length(u) == 7 ? data & 0x7F : data);
    start_sending(u);
    update_irq(u);
}

static void write_thr(struct uart *u, uint8_t value)
{
    u->thre_pending = false;
    if (!fifos(u)) u->tx.count = 0; /* overwrites what was not sent yet */
    if (u->tx.count < depth(u)) fifo_put(&u->tx, value, 0);
    start_sending(u);
}

/* --- modem control ----------------------------------------------------------------------------------------------------- */

/* Brings the inputs up to date: those of a ready far end or, in loopback, the chip's own outputs. */
static void update_modem(struct uart *u)
{
    uint8_t lines = MSR_DCD | MSR_DSR | MSR_CTS, changed;

    if (u->mcr & MCR_LOOP)
        lines = (uint8_t)((u->mcr & MCR_RTS ? MSR_CTS : 0) | (u->mcr & MCR_DTR ? MSR_DSR : 0) |
                          (u->mcr & MCR_OUT1 ? MSR_RI : 0) | (u->mcr & MCR_OUT2 ? MSR_DCD : 0));
    changed = (uint8_t)((lines ^ u->msr) >> 4);
    if (lines & MSR_RI) changed &= ~MSR_TERI; /* RI counts when it ends */
    u->msr = lines | (u->msr & MSR_DELTAS) | changed;
}

/* --- registers --------------------------------------------------------------------------------------------------------- */

static void write_ier(struct uart *u, uint8_t value)
{
    /* Enabling the interrupt with the register empty raises it: drivers start sending that way. */
    if (value & IER_THRE && !(u->ier & IER_THRE) && !u->tx.count) u->thre_pending = true;
    u->ier = value & 0x0F;
}

static void clear_rx(struct uart *u)
{
    u->rx.count = 0;
    restart_timeout(u);
    start_arrival(u);
}

static void clear_tx(struct uart *u)
{
    if (u->tx.count) u->thre_pending = true;
    u->tx.count = 0;
}

static void write_fcr(struct uart *u, uint8_t value)
{
    bool toggled = (value ^ u->fcr) & FCR_ENABLE;

    u->fcr = value & FCR_ENABLE ? value & (FCR_ENABLE | FCR_DMA | FCR_TRIGGER) : 0;
    if (toggled || (fifos(u) && value & FCR_CLEAR_RX)) clear_rx(u);
    if (toggled || (fifos(u) && value & FCR_CLEAR_TX)) clear_tx(u);
}

/* In loopback the receiver sees the break as a character of zeros. The far end of a line takes no notice of it. */
static void write_lcr(struct uart *u, uint8_t value)
{
    bool begins = value & LCR_BREAK && !(u->lcr & LCR_BREAK);

    u->lcr = value;
    if (begins && u->mcr & MCR_LOOP) receive_frame(u, 0, LSR_BI | LSR_FE);
}

static uint8_t read_iir(struct uart *u)
{
    uint8_t now = source(u);

    if (now == IIR_THRE) u->thre_pending = false;
    return now | (fifos(u) ? IIR_FIFOS : 0);
}

static uint8_t read_msr(struct uart *u)
{
    uint8_t value = u->msr;

    u->msr &= ~MSR_DELTAS;
    return value;
}

static uint8_t read_register(struct uart *u, unsigned reg)
{
    switch (reg) {
    case REG_DATA: return u->lcr & LCR_DLAB ? (uint8_t)u->divisor : read_rbr(u);
    case REG_IER: return u->lcr & LCR_DLAB ? (uint8_t)(u->divisor >> 8) : u->ier;
    case REG_IIR: return read_iir(u);
    case REG_LCR: return u->lcr;
    case REG_MCR: return u->mcr;
    case REG_LSR: return read_lsr(u);
    case REG_MSR: return read_msr(u);
    default: return u->scr;
    }
}

static void write_register(struct uart *u, unsigned reg, uint8_t value)
{
    switch (reg) {
    case REG_DATA:
        if (u->lcr & LCR_DLAB)
            u->divisor = (uint16_t)((u->divisor & 0xFF00) | value);
        else
            write_thr(u, value);
        break;
    case REG_IER:
        if (u->lcr & LCR_DLAB)
            u->divisor = (uint16_t)((u->divisor & 0x00FF) | value << 8);
        else
            write_ier(u, value);
        break;
    case REG_IIR: write_fcr(u, value); break;
    case REG_LCR: write_lcr(u, value); break;
    case REG_MCR:
        u->mcr = value & 0x1F;
        update_modem(u);
        start_arrival(u);
        break;
    case REG_SCR: u->scr = value; break;
    default: break; /* LSR and MSR: writing is for factory tests */
    }
}

static uint32_t uart_read(void *opaque, uint32_t offset, unsigned size)
{
    struct uart *u = opaque;
    uint8_t      value = read_register(u, offset);

    (void)size;
    update_irq(u);
    return value;
}

static void uart_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct uart *u = opaque;

    (void)size;
    write_register(u, offset, (uint8_t)value);
    update_irq(u);
}

/* --- wiring ------------------------------------------------------------------------------------------------------------ */

static const struct bus_ops uart_bus_ops = {.read = uart_read, .write = uart_write, .max_size = 1};

int uart_init(struct uart *u, struct bus *bus, struct clock *clock, struct irq_line irq, uint16_t base, int port,
              void (*transmit)(void *opaque, int port, uint8_t byte), void *opaque)
{
    static const char *const names[UART_PORTS][3] = {
        {"uart.0.sent", "uart.0.arrival", "uart.0.timeout"},
        {"uart.1.sent", "uart.1.arrival", "uart.1.timeout"},
        {"uart.2.sent", "uart.2.arrival", "uart.2.timeout"},
        {"uart.3.sent", "uart.3.arrival", "uart.3.timeout"},
    };

    assert(port >= 0 && port < UART_PORTS);
    memset(u, 0, sizeof(*u));
    u->queue = calloc(1, UART_QUEUE_SIZE);
    if (!u->queue) return -ENOMEM;
    u->queue_size = UART_QUEUE_SIZE;
    u->irq = irq;
    u->clock = clock;
    u->port = port;
    u->transmit = transmit;
    u->opaque = opaque;
    event_init(&u->sent, names[port][0], sent_run, u, 0);
    event_init(&u->arrival, names[port][1], arrival_run, u, 0);
    event_init(&u->timeout, names[port][2], timeout_run, u, 0);
    bus_map_ports(bus, base, 8, &uart_bus_ops, u);
    uart_reset(u);
    return 0;
}

void uart_destroy(struct uart *u)
{
    free(u->queue);
    u->queue = NULL;
}

/* DS, "Master Reset". The divisor is not defined there: 9600 baud. What the host has sent is still on its way. */
void uart_reset(void *opaque)
{
    struct uart *u = opaque;

    memset(&u->rx, 0, sizeof(u->rx));
    memset(&u->tx, 0, sizeof(u->tx));
    u->divisor = 12;
    u->ier = u->fcr = u->lcr = u->mcr = u->scr = 0;
    u->msr = MSR_DCD | MSR_DSR | MSR_CTS;
    u->overrun = false;
    u->thre_pending = false;
    u->timeout_pending = false;
    u->shifting = false;
    u->shift = 0;
    event_cancel(u->clock, &u->sent);
    event_cancel(u->clock, &u->timeout);
    event_cancel(u->clock, &u->arrival);
    start_arrival(u);
    update_irq(u);
}

static bool fifo_valid(const struct uart_fifo *f)
{
    return f->head < UART_FIFO && f->count <= UART_FIFO;
}

static int uart_loaded(void *opaque)
{
    struct uart *u = opaque;

    if (!fifo_valid(&u->rx) || !fifo_valid(&u->tx)) return -EINVAL;
    if (u->queue_head >= u->queue_size || u->queue_count > u->queue_size) return -EINVAL;
    if (u->arrival.pending && !u->queue_count) return -EINVAL;
    update_irq(u);
    return 0;
}

static const struct state_field uart_fifo_fields[] = {
    STATE_BYTES(struct uart_fifo, data),
    STATE_BYTES(struct uart_fifo, error),
    STATE_UINT(struct uart_fifo, head),
    STATE_UINT(struct uart_fifo, count),
    STATE_END
};

static const struct state_field uart_fields[] = {
    STATE_STRUCT(struct uart, rx, uart_fifo_fields),
    STATE_STRUCT(struct uart, tx, uart_fifo_fields),
    STATE_UINT(struct uart, divisor),
    STATE_UINT(struct uart, ier),
    STATE_UINT(struct uart, fcr),
    STATE_UINT(struct uart, lcr),
    STATE_UINT(struct uart, mcr),
    STATE_UINT(struct uart, msr),
    STATE_UINT(struct uart, scr),
    STATE_UINT(struct uart, overrun),
    STATE_UINT(struct uart, thre_pending),
    STATE_UINT(struct uart, timeout_pending),
    STATE_UINT(struct uart, shifting),
    STATE_UINT(struct uart, shift),
    STATE_GROWING(struct uart, queue, queue_size),
    STATE_SKIP(struct uart, queue_size), /* the buffer's length in the file */
    STATE_UINT(struct uart, queue_head),
    STATE_UINT(struct uart, queue_count),
    STATE_EVENT(struct uart, sent),
    STATE_EVENT(struct uart, arrival),
    STATE_EVENT(struct uart, timeout),
    STATE_SKIP(struct uart, irq),
    STATE_SKIP(struct uart, clock),
    STATE_SKIP(struct uart, transmit),
    STATE_SKIP(struct uart, opaque),
    STATE_SKIP(struct uart, port),
    STATE_END
};

const struct device_ops uart_ops = {
    .name = "uart", .version = 1, .reset = uart_reset, .fields = uart_fields, .loaded = uart_loaded,
};
