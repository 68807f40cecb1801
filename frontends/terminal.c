/* terminal.c: reads lines when they come. See terminal.h. */
#include "frontends/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool terminal_is_there(const struct terminal *t)
{
    struct stat st;

    if (t->has_ended && t->fill == 0) return false;
    if (fstat(STDIN_FILENO, &st) < 0) return false;
    return isatty(STDIN_FILENO) || S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode) || S_ISSOCK(st.st_mode);
}

/* Whether a whole line is pending: its length, its end included. A full buffer and the end of input end a line too. */
static size_t line_length(const struct terminal *t)
{
    const char *end = memchr(t->pending, '\n', t->fill);

    if (end) return (size_t)(end - t->pending) + 1;
    return t->has_ended || t->fill == sizeof(t->pending) ? t->fill : 0;
}

bool terminal_read_line(struct terminal *t, char *line, size_t line_size, int timeout_ms)
{
    size_t n;

    while ((n = line_length(t)) == 0 && !t->has_ended) {
        struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
        ssize_t       got;

        if (poll(&p, 1, timeout_ms) <= 0) return false;
        got = read(STDIN_FILENO, t->pending + t->fill, sizeof(t->pending) - t->fill);
        if (got > 0) t->fill += (size_t)got;
        else if (got == 0 || errno != EINTR) t->has_ended = true;
    }
    if (n == 0) return false;
    snprintf(line, line_size, "%.*s", (int)(t->pending[n - 1] == '\n' ? n - 1 : n), t->pending);
    memmove(t->pending, t->pending + n, t->fill - n);
    t->fill -= n;
    return true;
}
