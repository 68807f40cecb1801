/* endpoint.c: stdio, files and Unix sockets as the far ends of guest ports. See endpoint.h. */
#include "frontends/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Keys are to reach the guest one by one and unechoed; Ctrl-C still ends the program. */
static void make_raw(struct endpoint *e)
{
    struct termios raw;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &e->terminal) < 0) return;
    raw = e->terminal;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    e->is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void open_stdio(struct endpoint *e, bool two_way)
{
    struct stat st;

    e->out = STDOUT_FILENO;
    if (!two_way || fstat(STDIN_FILENO, &st) < 0) return;
    if (!isatty(STDIN_FILENO) && !S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode)) return;
    e->in = STDIN_FILENO;
    make_raw(e);
}

static int open_unix(struct endpoint *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat        st;
    int                fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), status;

    if (fd < 0) return -errno;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", e->path);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        e->in = e->out = fd;
        return 0;
    }
    status = errno;
    if (stat(e->path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
        close(fd);
        return -ENOTSOCK;
    }
    if (status == ECONNREFUSED) unlink(e->path); // a socket that nobody serves any more is in the way
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0) {
        status = -errno;
        close(fd);
        return status;
    }
    e->listener = fd;
    return 0;
}

int endpoint_open(struct endpoint *e, const struct endpoint_option *option, bool two_way, struct outputs *outputs, char *error, size_t error_size)
{
    int status = 0;

    memset(e, 0, sizeof(*e));
    e->kind = option->kind;
    e->path = option->path;
    e->in = e->out = e->listener = -1;
    switch (e->kind) {
    case ENDPOINT_NONE: break;
    case ENDPOINT_STDIO: open_stdio(e, two_way); break;
    case ENDPOINT_FILE:
        e->out = outputs_open(outputs, e->path, error, error_size);
        return e->out < 0 ? e->out : 0;
    case ENDPOINT_UNIX: status = open_unix(e); break;
    }
    if (status == -ENOTSOCK) snprintf(error, error_size, "%s: is there and is not a socket", e->path);
    else if (status) snprintf(error, error_size, "%s: %s", e->path, strerror(-status));
    return status;
}

/* The client of a socket went away: the next one may come. */
static void hang_up(struct endpoint *e)
{
    close(e->out);
    e->in = e->out = -1;
    e->fill = 0;
}

static void accept_client(struct endpoint *e)
{
    if (e->listener < 0 || e->out >= 0) return;
    e->in = e->out = accept4(e->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Bytes written, 0 if the far end is slow, -1 if it is gone or full. */
static ssize_t write_some(struct endpoint *e, const uint8_t *data, size_t n)
{
    ssize_t done;

    do done = e->kind == ENDPOINT_UNIX ? send(e->out, data, n, MSG_NOSIGNAL) : write(e->out, data, n);
    while (done < 0 && errno == EINTR);
    if (done >= 0) return done;
    if (errno == EAGAIN && e->kind == ENDPOINT_UNIX) return 0;
    if (errno == EAGAIN) { /* somebody made our stdout non-blocking */
        struct pollfd p = {.fd = e->out, .events = POLLOUT};

        return poll(&p, 1, 1000) < 0 ? -1 : 0;
    }
    return -1;
}

void endpoint_flush(struct endpoint *e)
{
    size_t at = 0;

    if (e->kind == ENDPOINT_UNIX) accept_client(e);
    if (e->out < 0 || e->broken) e->fill = 0;
    while (at < e->fill) {
        ssize_t done = write_some(e, e->buffer + at, e->fill - at);

        if (done < 0 && e->kind == ENDPOINT_UNIX) {
            hang_up(e);
            return;
        }
        if (done < 0) {
            fprintf(stderr, "ochenta: %s: %s; further output is dropped\n", e->path ? e->path : "stdout", strerror(errno));
            e->broken = true;
            e->fill = 0;
            return;
        }
        if (done == 0 && e->kind == ENDPOINT_UNIX) break;
        at += (size_t)done;
    }
    memmove(e->buffer, e->buffer + at, e->fill - at);
    e->fill -= at;
}

void endpoint_put(struct endpoint *e, uint8_t byte)
{
    if (e->kind == ENDPOINT_NONE) return;
    if (e->fill == sizeof(e->buffer)) endpoint_flush(e);
    if (e->fill == sizeof(e->buffer)) return; /* a client that does not read loses what comes */
    e->buffer[e->fill++] = byte;
}

size_t endpoint_read(struct endpoint *e, uint8_t *buf, size_t n)
{
    struct pollfd p = {.events = POLLIN};
    ssize_t       got;

    if (e->kind == ENDPOINT_UNIX) accept_client(e);
    p.fd = e->in;
    if (e->in < 0 || poll(&p, 1, 0) <= 0) return 0;
    got = read(e->in, buf, n);
    if (got > 0) return (size_t)got;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (e->kind == ENDPOINT_UNIX) hang_up(e);
    else e->in = -1; /* the end of stdin */
    return 0;
}

void endpoint_close(struct endpoint *e)
{
    if (e->kind == ENDPOINT_NONE) return;
    endpoint_flush(e);
    if (e->is_raw) tcsetattr(STDIN_FILENO, TCSANOW, &e->terminal);
    if (e->out >= 0 && e->out != STDOUT_FILENO) close(e->out);
    if (e->listener >= 0) {
        close(e->listener);
        unlink(e->path);
    }
    e->kind = ENDPOINT_NONE;
}
