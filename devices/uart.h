/* uart.h: 16550A serial port. */
#ifndef DEVICES_UART_H
#define DEVICES_UART_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/state.h"

#define UART_PORTS      4
#define UART_FIFO       16
#define UART_QUEUE_SIZE 65536 /* bytes that wait for the guest without the queue having to grow */

/* A FIFO, or with FIFOs off the one holding register in front of it. */
struct uart_fifo {
    uint8_t data[UART_FIFO];
    uint8_t error[UART_FIFO]; /* LSR bits of each character */
    uint8_t head, count;
};

struct uart {
    struct uart_fifo rx, tx;
    uint16_t         divisor;
    uint8_t          ier, fcr, lcr, mcr, msr, scr;
    bool             overrun;
    bool             thre_pending;    /* interrupt sources that are events, not levels */
    bool             timeout_pending;
    bool             shifting;        /* the transmitter shift register is sending */
    uint8_t          shift;
    uint8_t         *queue;           /* ring of what the host sends; malloc'ed */
    uint32_t         queue_size, queue_head, queue_count;
    struct event     sent;            /* the shift register is empty */
    struct event     arrival;         /* the next character from the host is complete */
    struct event     timeout;         /* four character times without a change of the receiver FIFO */
    struct irq_line  irq;
    struct clock    *clock;
    void (*transmit)(void *opaque, int port, uint8_t byte);
    void            *opaque;
    int              port; /* 0 = COM1 */
};

/* Maps 8 ports from BASE. PORT 0-3 tells the ports of a machine apart; TRANSMIT (may be NULL) gets each character when its
 * last bit has been sent. 0 or -ENOMEM. */
int  uart_init(struct uart *, struct bus *, struct clock *, struct irq_line irq, uint16_t base, int port,
               void (*transmit)(void *opaque, int port, uint8_t byte), void *opaque);
void uart_destroy(struct uart *);
void uart_reset(void *uart);

/* The host sends N bytes: they wait without limit and arrive at the baud rate, and only while there is room for them, as
 * from a peer with hardware flow control. 0 or -ENOMEM, then none was taken. */
int uart_receive(struct uart *, const void *bytes, size_t n);

extern const struct device_ops uart_ops;

#endif
