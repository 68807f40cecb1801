/* kbc.h: 8042 keyboard and auxiliary device controller, ports 60h (data) and 64h (command, status).
 *
 * IBM PC AT Technical Reference, "Keyboard Controller"; IBM PS/2 Hardware Interface Technical Reference,
 * "Keyboard and Auxiliary Device Controller". */
#ifndef DEVICES_KBC_H
#define DEVICES_KBC_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/ps2_link.h"
#include "devices/state.h"

enum kbc_port_number { KBC_KEYBOARD, KBC_AUX, KBC_PORTS };

/* A byte takes 11 bits on the wire, 660 to 1100 us at the 10 to 16.7 kHz of the data sheets. Ours takes 200 us
 * from a device: long enough that a chain of interrupt 9 handlers may each read port 60h and see the same byte,
 * short enough not to slow POST and tests down. A byte to a device takes 20 us: the host polls IBF meanwhile, in
 * loops with a limit that a fast CPU soon reaches. */
#define KBC_BYTE_NS 200000u
#define KBC_SEND_NS 20000u

#define KBC_RAM      32
#define KBC_ANSWERS  4

struct kbc_wires {
    struct irq_line irq1, irq12;
    struct irq_line a20;   /* P21: level 1 enables address line 20 */
    struct irq_line reset; /* P20: pulsed to 1 for a reset of the CPU */
};

struct kbc {
    uint8_t  ram[KBC_RAM];   /* byte 0 is the command byte */
    uint8_t  status;         /* port 64h, without the bits that are computed */
    uint8_t  out;            /* output buffer; keeps its value when empty */
    uint8_t  output_port;    /* P20-P27 as last written */
    uint8_t  command;        /* that waits for its data byte at port 60h; 0: none */
    uint8_t  poll;           /* C1h or C2h: input port shows in status bits 4-7 */
    bool     break_prefix;   /* translation: F0h was seen */
    uint8_t  answer[KBC_ANSWERS]; /* the controller's own answers that wait for the output buffer */
    uint32_t answers;
    bool     sending;        /* a byte is on its way to a device */
    uint8_t  send_port;
    uint8_t  send_byte;
    struct event receive;    /* a device's byte is complete */
    struct event sent;       /* the byte to a device is complete */

    struct ps2_device device[KBC_PORTS];
    struct kbc_wires  wires;
    struct clock     *clock;
};

void kbc_init(struct kbc *, struct bus *, struct clock *, const struct kbc_wires *);

/* Plugs DEVICE into PORT. The device reports to kbc_port(). */
void            kbc_plug(struct kbc *, enum kbc_port_number port, struct ps2_device device);
struct ps2_port kbc_port(struct kbc *, enum kbc_port_number port);

extern const struct device_ops kbc_ops;

#endif
