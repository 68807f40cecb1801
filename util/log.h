/* log.h: one place where the core says something unusual; the frontend decides what becomes of it.
 *
 * Core code never prints. A machine owns one struct log and hands it to whoever wants to speak.
 * A site that a guest can reach again and again uses log_once with a flag of its own. */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>
#include <stdarg.h>

struct log {
    void (*sink)(void *opaque, const char *line); /* NULL: silent. Line without a newline. */
    void *opaque;
};

/* Formats one line (at most 511 bytes) and hands it to the sink. LOG may be NULL. */
void log_line(const struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, once for as long as *SAID stays true. */
void log_once(const struct log *log, bool *said, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
