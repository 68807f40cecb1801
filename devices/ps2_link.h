/* ps2_link.h: the serial cable between the keyboard controller and a PS/2 device, byte by byte.
 *
 * The device keeps what it has to say in buffers of its own and raises `ready`; the controller takes a byte when
 * its output buffer is free and the clock wire of that port is released, after the time that the byte spends on
 * the wire. So a device is held up by a slow host, as the real one is by the controller holding its clock low.
 * (IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller".) */
#ifndef DEVICES_PS2_LINK_H
#define DEVICES_PS2_LINK_H

#include <stdint.h>

/* The device, as the controller sees it. */
struct ps2_device {
    void *opaque;
    void (*receive)(void *opaque, uint8_t byte); /* a byte from the host has arrived; NULL: nothing is plugged in */
    int (*take)(void *opaque);                   /* the next byte to the host, taken out of the buffer; -1: none */
};

/* The controller's port, as the device sees it. */
struct ps2_port {
    void *opaque;
    int   port;
    void (*ready)(void *opaque, int port); /* there is something to take; may be told more than once */
};

static inline void ps2_ready(const struct ps2_port *port)
{
    if (port->ready) port->ready(port->opaque, port->port);
}

#endif
