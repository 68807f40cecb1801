/* log.c: see log.h. */
#include "util/log.h"

#include <stdio.h>

static void log_va(const struct log *log, const char *format, va_list args)
{
    char line[512];

    if (!log || !log->sink) return;
    vsnprintf(line, sizeof(line), format, args);
    log->sink(log->opaque, line);
}

void log_line(const struct log *log, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_va(log, format, args);
    va_end(args);
}

void log_once(const struct log *log, bool *said, const char *format, ...)
{
    va_list args;

    if (*said) return;
    *said = true;
    va_start(args, format);
    log_va(log, format, args);
    va_end(args);
}
