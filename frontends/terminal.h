/* terminal.h: lines from stdin, without blocking. */
#ifndef FRONTENDS_TERMINAL_H
#define FRONTENDS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#define TERMINAL_LINE 256

struct terminal {
    char   pending[TERMINAL_LINE]; /* read, not yet taken */
    size_t fill;
    bool   has_ended;
};

/* Whether stdin is a terminal, a pipe or a file with something left to read. */
bool terminal_is_there(const struct terminal *);

/* Takes the next line, without its end, into LINE. Waits at most TIMEOUT_MS (-1: for ever). False if there is none. */
bool terminal_read_line(struct terminal *, char *line, size_t line_size, int timeout_ms);

#endif
