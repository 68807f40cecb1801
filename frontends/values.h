/* values.h: what can stand behind an option: sizes, dates, media, ports. All return false for what they do not understand. */
#ifndef FRONTENDS_VALUES_H
#define FRONTENDS_VALUES_H

#include "machine/machine.h"

#include <stdbool.h>
#include <stdint.h>

/* "640K", "16M", "1G", "65536": bytes. */
bool value_size(const char *text, uint64_t *bytes);

/* A whole number from LOW to HIGH, decimal or 0x hexadecimal. */
bool value_number(const char *text, uint64_t low, uint64_t high, uint64_t *number);

/* Seconds, with a fraction if wanted: more than 0 and at most 10^9. In nanoseconds. */
bool value_seconds(const char *text, uint64_t *ns);

/* "YYYY-MM-DDTHH:MM:SS" to seconds since 1970, with no time zone. */
bool value_date(const char *text, int64_t *seconds);

/* Splits "FILE[,ro][,snapshot]". A file of the whole name wins. PATH of the result is malloc'ed; NULL if out of memory. */
struct machine_drive value_drive(const char *text);

/* "16M" for 16777216: the shortest exact form. */
void value_format_size(char *out, size_t out_size, uint64_t bytes);

#endif
