/* endpoint.h: the host's end of a serial port or of the debug port: the terminal, a file, or a Unix socket. Never waits for input,
 * nor for the far end of a socket. */
#ifndef FRONTENDS_ENDPOINT_H
#define FRONTENDS_ENDPOINT_H

#include "frontends/options.h"
#include "frontends/outputs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#define ENDPOINT_BUFFER 16384

struct endpoint {
    enum endpoint_kind kind;
    const char        *path;
    int                out;       /* -1: none (a socket without a client) */
    int                in;        /* -1: none, or ended */
    int                listener;  /* of a socket that we serve; -1: none */
    bool               broken;    /* writing failed and was reported */
    bool               is_raw;    /* the terminal is in raw mode; to be set back */
    struct termios     terminal;
    size_t             fill;
    uint8_t            buffer[ENDPOINT_BUFFER]; /* not yet written */
};

/* TWO_WAY: input is wanted as well. On stdio it comes from a terminal or a pipe only. A socket that exists and answers is
 * connected to; otherwise one is made, which a client may connect to at any time. A file becomes one of OUTPUTS. 0, or a negative
 * errno with one line in ERROR. */
int  endpoint_open(struct endpoint *, const struct endpoint_option *, bool two_way, struct outputs *outputs, char *error, size_t error_size);
void endpoint_close(struct endpoint *); /* writes what is left; `broken` stays */

/* Bytes are collected until endpoint_flush(). */
void endpoint_put(struct endpoint *, uint8_t byte);
void endpoint_flush(struct endpoint *);

/* What has come in by now, at most N bytes; 0: nothing. */
size_t endpoint_read(struct endpoint *, uint8_t *buf, size_t n);

#endif
