/* values.c: reads the values of options. See values.h. */
#include "frontends/values.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool value_size(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *suffix;
        unsigned    shift;
    } units[] = {{"", 0}, {"K", 10}, {"KB", 10}, {"KIB", 10}, {"M", 20}, {"MB", 20}, {"MIB", 20}, {"G", 30}, {"GB", 30}, {"GIB", 30}};
    char              *end;
    unsigned long long n;

    if (!isdigit((unsigned char)*text)) return false;
    errno = 0;
    n = strtoull(text, &end, 10);
    if (errno) return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcasecmp(end, units[i].suffix) != 0) continue;
        if (n > UINT64_MAX >> units[i].shift) return false;
        *bytes = (uint64_t)n << units[i].shift;
        return true;
    }
    return false;
}

void value_format_size(char *out, size_t out_size, uint64_t bytes)
{
    unsigned unit = 0;

    while (unit < 3 && bytes >= 1024 && bytes % 1024 == 0) bytes /= 1024, unit++;
    snprintf(out, out_size, "%" PRIu64 "%.*s", bytes, unit > 0, &"KMG"[unit > 0 ? unit - 1 : 0]);
}

bool value_number(const char *text, uint64_t low, uint64_t high, uint64_t *number)
{
    char              *end;
    bool               hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    unsigned long long n;

    if (!isxdigit((unsigned char)text[hex ? 2 : 0])) return false;
    errno = 0;
    n = strtoull(text, &end, hex ? 16 : 10);
    if (errno || *end || n < low || n > high) return false;
    *number = n;
    return true;
}

bool value_seconds(const char *text, uint64_t *ns)
{
    char  *end;
    double seconds;

    if (!isdigit((unsigned char)*text) && *text != '.') return false;
    seconds = strtod(text, &end);
    if (*end || !(seconds > 0) || seconds > 1e9) return false;
    *ns = (uint64_t)(seconds * 1e9);
    return *ns > 0;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. The year is taken to begin in March, so that a leap day ends it. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool             leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

bool value_date(const char *text, int64_t *seconds)
{
    int  year, month, day, hour = 0, minute = 0, second = 0, used = 0;
    bool date_only = strlen(text) == 10;

    for (const char *p = text, *form = "0000-00-00T00:00:00"; *p; p++, form++)
        if (!*form || (*form == '0' ? !isdigit((unsigned char)*p) : *form == 'T' ? *p != 'T' && *p != ' ' : *p != *form)) return false;
    if (date_only) {
        if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3) return false;
    } else if (sscanf(text, "%4d-%2d-%2d%*c%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) != 6) {
        return false;
    }
    if (text[used] || used < 10) return false;
    if (year < 1980 || year > 2099 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    *seconds = days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}

/* Cuts SUFFIX off TEXT's end. */
static bool cut(char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);

    if (n <= m || strcmp(text + n - m, suffix) != 0) return false;
    text[n - m] = 0;
    return true;
}

struct machine_drive value_drive(const char *text)
{
    struct machine_drive drive = {0};
    char                *path = strdup(text);

    while (path && access(path, F_OK) != 0) {
        if (cut(path, ",ro")) drive.read_only = true;
        else if (cut(path, ",snapshot")) drive.snapshot = true;
        else break;
    }
    drive.path = path;
    return drive;
}
