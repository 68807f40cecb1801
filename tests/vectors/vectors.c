/* vectors.c: runs single-instruction tests on the CPU: `vectors FILE... [--engine E] [--group G] [--verbose]`.
 *
 * FILE is a tests.sst or a cases.bin (sst.c, hostdiff.c), gzipped or not; it says which model it wants. With --native N,
 * N random x87, MMX and SSE cases are compared with the host's CPU (native.c); --seed S gives others. Exit status: 0 if
 * every case passed, 1 if one failed, 2 if the options or a file are bad. */
#include "tests/vectors/vectors.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    SHOWN_PER_GROUP = 5,
};

/* --- report ----------------------------------------------------------------------------------------------------- */

void disassemble(const uint8_t *code, unsigned length, unsigned bits, char *mnemonic, char *operands)
{
    csh      engine;
    cs_insn *insn;

    *mnemonic = *operands = 0;
    if (cs_open(CS_ARCH_X86, bits == 16 ? CS_MODE_16 : CS_MODE_32, &engine) != CS_ERR_OK) return;
    if (cs_disasm(engine, code, length, 0, 1, &insn)) {
        snprintf(mnemonic, DISASSEMBLY, "%s", insn->mnemonic);
        snprintf(operands, DISASSEMBLY, "%s", insn->op_str);
        cs_free(insn, 1);
    }
    cs_close(&engine);
}

void report_begin_case(struct report *r, const char *name, const uint8_t *code, unsigned length, unsigned bits)
{
    char mnemonic[DISASSEMBLY], operands[DISASSEMBLY];

    r->differs = true;
    r->quiet = !r->options->verbose || r->shown >= SHOWN_PER_GROUP;
    if (r->quiet) return;
    r->shown++;
    printf("%s:", name);
    for (unsigned n = 0; n < length; n++) printf(" %02x", code[n]);
    disassemble(code, length, bits, mnemonic, operands);
    printf("  %s %s\n", mnemonic, operands);
}

void report_difference(struct report *r, const char *format, ...)
{
    va_list args;

    if (r->quiet) return;
    va_start(args, format);
    printf("    ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

void tally_add(struct tally *t, enum outcome outcome)
{
    if (outcome == PASSED) t->passed++;
    else if (outcome == FAILED) t->failed++;
    else t->skipped++;
}

void report_group(struct report *r, const char *name, const struct tally *t)
{
    printf("%-28s %6u passed %6u failed %6u skipped\n", name, t->passed, t->failed, t->skipped);
    r->total.passed += t->passed;
    r->total.failed += t->failed;
    r->total.skipped += t->skipped;
    r->shown = 0;
}

/* --- files ------------------------------------------------------------------------------------------------------- */

/* zlib reads plain files too. */
static bool read_file(const char *path, struct bytes *out)
{
    gzFile f = gzopen(path, "rb");
    size_t room = 1 << 20;
    int    n;

    *out = (struct bytes){NULL, 0};
    if (!f) return false;
    while ((out->data = realloc(out->data, room))) {
        n = gzread(f, out->data + out->size, (unsigned)(room - out->size));
        if (n <= 0) break;
        out->size += (size_t)n;
        if (out->size == room) room *= 2;
    }
    n = gzclose(f);
    return out->data && n == Z_OK;
}

static bool run_file(const char *path, struct report *r)
{
    struct bytes file;
    bool         ok = false;

    if (!read_file(path, &file)) {
        fprintf(stderr, "vectors: %s: cannot be read: %s\n", path, errno ? strerror(errno) : "damaged");
    } else if (sst_recognise(&file)) {
        ok = sst_run(&file, r);
    } else if (hostdiff_recognise(&file)) {
        ok = hostdiff_run(&file, r);
    } else {
        fprintf(stderr, "vectors: %s: neither a tests.sst nor a cases.bin\n", path);
    }
    free(file.data);
    return ok;
}

/* --- options ------------------------------------------------------------------------------------------------------ */

static int usage(const char *what, const char *which)
{
    if (what) fprintf(stderr, "vectors: %s%s\n", what, which);
    fprintf(stderr, "usage: vectors FILE... | --native N [--seed S]  [--engine interp|jit] [--group GROUP] [--verbose]\n");
    return 2;
}

/* The value of option NAME in argv[*n]: after = or in the next argument. NULL if it is another option. */
static const char *option_value(char **argv, int *n, const char *name)
{
    size_t length = strlen(name);

    if (strncmp(argv[*n], name, length)) return NULL;
    if (argv[*n][length] == '=') return argv[*n] + length + 1;
    return argv[*n][length] || !argv[*n + 1] ? NULL : argv[++*n];
}

int main(int argc, char **argv)
{
    struct options options = {.engine = "interp"};
    struct report  report = {.options = &options};
    const char    *value;
    uint64_t       cases = 0, seed = 1;
    int            files = 0;

    for (int n = 1; n < argc; n++) {
        if (!strcmp(argv[n], "--verbose")) options.verbose = true;
        else if ((value = option_value(argv, &n, "--engine"))) options.engine = value;
        else if ((value = option_value(argv, &n, "--group"))) options.group = value;
        else if ((value = option_value(argv, &n, "--native"))) cases = strtoull(value, NULL, 0);
        else if ((value = option_value(argv, &n, "--seed"))) seed = strtoull(value, NULL, 0);
        else if (argv[n][0] == '-') return usage("unknown option or no value: ", argv[n]);
        else argv[++files] = argv[n];
    }
    if (!files && !cases) return usage(NULL, NULL);
    if (!bench_engine(options.engine)) return usage("no such engine, or not on this host: ", options.engine);
    for (int n = 1; n <= files; n++)
        if (!run_file(argv[n], &report)) return 2;
    if (cases && !hostdiff_native(cases, seed, &report)) return 2;
    printf("%u passed, %u failed, %u skipped\n", report.total.passed, report.total.failed, report.total.skipped);
    return report.total.failed != 0;
}
