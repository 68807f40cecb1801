/* vectors.h: what the two kinds of test files share: the options, the counts, the report. */
#ifndef TESTS_VECTORS_VECTORS_H
#define TESTS_VECTORS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bench.h, which Capstone's header does not go together with, has it too. */
bool bench_engine(const char *engine);

/* The whole of a file, decompressed. */
struct bytes {
    uint8_t *data;
    size_t   size;
};

struct options {
    const char *engine;
    const char *group; /* only this one; NULL: all */
    bool        verbose;
};

struct tally {
    unsigned passed, failed, skipped;
};

enum outcome { PASSED, FAILED, SKIPPED };

/* Where a case writes its differences: one line each, printed only if asked for. */
struct report {
    const struct options *options;
    struct tally          total;
    unsigned              shown; /* cases of this group whose differences were printed */
    bool                  quiet;
    bool                  differs;
};
void report_begin_case(struct report *, const char *name, const uint8_t *code, unsigned length, unsigned bits);
void report_difference(struct report *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_group(struct report *, const char *name, const struct tally *);
/* Counts an outcome in TALLY. */
void tally_add(struct tally *, enum outcome);

/* The instruction at CODE in words, "" if it is none: DISASSEMBLY bytes each. */
#define DISASSEMBLY 160
void disassemble(const uint8_t *code, unsigned length, unsigned bits, char *mnemonic, char *operands);

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint32_t get32(const uint8_t *p) { return get16(p) | (uint32_t)get16(p + 2) << 16; }
static inline uint64_t get64(const uint8_t *p) { return get32(p) | (uint64_t)get32(p + 4) << 32; }

/* Run the cases of a file; false if it is damaged (then a line says so). */
bool sst_recognise(const struct bytes *);
bool sst_run(const struct bytes *, struct report *);
bool hostdiff_recognise(const struct bytes *);
bool hostdiff_run(const struct bytes *, struct report *);
/* Numbers 0 to CASES-1 of random x87, MMX and SSE cases, each executed on the host first; those that are no instruction
 * are not counted. False: not on this host. */
bool hostdiff_native(uint64_t cases, uint64_t seed, struct report *);

#endif
