/* main.c: the list of kernels. Writes "@@START name" before each and "@@END name scale=PERCENT sum=CHECKSUM" after it; whoever
 * reads that takes the time. */
#include "kernels.h"

/* Rounds at 100 percent, for 0.1 to 0.3 seconds on a processor of 2023. Multiples of 100. */
static const struct kernel {
    const char *name;
    uint32_t rounds;
    uint32_t (*run)(uint32_t n);
    void (*prepare)(void);
} kernels[] = {
    {"alu", 100000000, alu_run, 0},
    {"sieve", 2000, sieve_run, sieve_prepare},
    {"chase", 100000000, chase_run, chase_prepare},
    {"increment", 100000, increment_run, increment_prepare},
    {"fib", 1000, fib_run, 0},
    {"indirect", 25000000, indirect_run, 0},
    {"crc", 5000, crc_run, crc_prepare},
    {"sort", 400, sort_run, 0},
    {"movsd", 500000, move_run, move_prepare},
    {"x87", 100000, x87_run, x87_prepare},
    {"scalar", 100000, scalar_run, scalar_prepare},
    {"packed", 100000, packed_run, packed_prepare},
};

static char *append(char *to, const char *from) {
    while (*from)
        *to++ = *from++;
    *to = 0;
    return to;
}

static char *append_number(char *to, uint32_t value, uint32_t base, int digits) {
    if (digits > 1 || value >= base)
        to = append_number(to, value / base, base, digits - 1);
    *to++ = "0123456789abcdef"[value % base];
    *to = 0;
    return to;
}

/* Whether the name is one of the words of the list; an empty list has all. */
static int listed(const char *name, const char *list) {
    if (!*list)
        return 1;
    for (;;) {
        const char *n = name;
        while (*list == ' ')
            list++;
        if (!*list)
            return 0;
        while (*n && *n == *list)
            n++, list++;
        if (!*n && (!*list || *list == ' '))
            return 1;
        while (*list && *list != ' ')
            list++;
    }
}

void bench_main(const char *line) {
    uint32_t percent = 0;
    for (; *line >= '0' && *line <= '9'; line++)
        percent = percent * 10 + *line - '0';
    while (*line == ' ')
        line++;
    for (uint32_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
        const struct kernel *k = &kernels[i];
        char text[80];
        if (!listed(k->name, line))
            continue;
        if (k->prepare)
            k->prepare();
        append(append(append(text, "@@START "), k->name), "\n");
        put(text);
        uint32_t sum = k->run(k->rounds / 100 * percent);
        char *end = append(append(append(text, "@@END "), k->name), " scale=");
        end = append(append_number(end, percent, 10, 1), " sum=");
        append(append_number(end, sum, 16, 8), "\n");
        put(text);
    }
    put("@@DONE\n");
}
