/* ps2_mouse.h: PS/2 mouse with wheel (IntelliMouse, id 3) and five buttons (IntelliMouse Explorer, id 4).
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Mouse"; Microsoft, "IntelliMouse and PS/2 Protocol Extensions". */
#ifndef DEVICES_PS2_MOUSE_H
#define DEVICES_PS2_MOUSE_H

#include "devices/clock.h"
#include "devices/ps2_link.h"
#include "devices/state.h"

#include <stdbool.h>
#include <stddef.h>

enum ps2_mouse_buttons { PS2_MOUSE_LEFT = 1, PS2_MOUSE_RIGHT = 2, PS2_MOUSE_MIDDLE = 4, PS2_MOUSE_4 = 8, PS2_MOUSE_5 = 16 };

#define PS2_MOUSE_OUT 8

struct ps2_mouse {
    uint8_t  id;         /* 0, 3, 4 */
    bool     remote;     /* packets only on request */
    bool     wrap;       /* everything is echoed */
    bool     enabled;    /* stream mode: movements are reported */
    bool     scaling;    /* 2:1 */
    uint8_t  resolution; /* 0-3: 1, 2, 4, 8 counts a millimetre; movements come from the host as counts, so only reported */
    uint8_t  rate;       /* samples a second */
    uint8_t  knock[2];   /* the two rates before the present one, for the switch to id 3 and 4 */
    uint8_t  command;    /* that waits for its option byte; 0: none */
    uint8_t  buttons;    /* held now */
    uint8_t  clicked;    /* pressed since the last packet, even if released again */
    uint8_t  reported;   /* in the last packet */
    bool     lost_x, lost_y; /* movement was lost since the last packet */
    int32_t  dx, dy, dz; /* counted since the last packet; y up, z towards the user */
    uint8_t  out[PS2_MOUSE_OUT];   /* to the host */
    uint32_t out_count;
    uint8_t  last[PS2_MOUSE_OUT];  /* the last answer or packet, for Resend */
    uint32_t last_count;
    struct event sample;     /* one sample time after a packet */
    struct event bat;

    struct ps2_port port;
    struct clock   *clock;
};

void ps2_mouse_init(struct ps2_mouse *, struct clock *, struct ps2_port);

/* What to plug into the controller. */
struct ps2_device ps2_mouse_device(struct ps2_mouse *);

/* Relative motion in counts, right and down positive; wheel steps, up positive; BUTTONS held, of enum
 * ps2_mouse_buttons. */
void ps2_mouse_move(struct ps2_mouse *, int dx, int dy, int wheel, unsigned buttons);

extern const struct device_ops ps2_mouse_ops;

#endif
