/* main.c: random cases in lockstep: `lockstep-fuzz [--seed S] [--count N] [--seconds T] [--cpu MODEL] [--mode M] [--longest N] [--verbose]`.
 *
 * Runs N cases, of the seeds from S on, or as many as fit in T seconds of host time. A case that differs is printed with its seed, and
 * that seed alone makes it again: `lockstep-fuzz --seed S --count 1`, with the --cpu and --mode that were given. Exit status 1 if a case
 * failed, 2 for usage or a host without a translator. --longest N:
 * no stretch is of more than N instructions, which narrows down what the report cannot; 0: the translator's units run one by one.
 * --verbose: each report, and in the end how many cases came to what, and a sample of their exceptions. */
#include "tests/lockstep/lockstep.h"

#include "cpu/x86/history.h"
#include "debug/difference.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *const feature_names[FEATURES] = {
    "far pointers", "POP of segments", "MOV of segments", "task entered", "task returned", "task again", "call gate", "INT gate",
    "SYSENTER", "SYSEXIT", "other code size", "other stack", "short segments", "hard strings", "alignment", "breakpoints", "I/O breakpoints", "A20", "page entries",
    "INVLPG", "patch across pages", "patch by alias", "patch beside", "copied code", "code at FFFF", "CR0", "SSE loops", "x87 loops", "walks", "shadow memory",
    "accesses across pages", "x87 states", "device moves", "ports and system registers", "far pointers that wrap", "loops about one place",
    "LOCK", "strange prefixes", "undocumented opcodes", "random bytes", "descriptor tables", "FXSAVE and FXRSTOR",
};
static const char *const mode_names[MODES] = {"real", "unreal", "segments16", "segments32", "flat", "paged", "v86"};

struct run {
    uint64_t    seed, count;
    double      seconds;
    const char *cpu;
    int         mode; /* -1: any */
    bool        verbose;
    uint64_t    longest;
    uint64_t    instructions, exceptions, interrupts, of_mode[MODES];
    uint64_t    reached[FEATURES], vector[32], rep_faults; /* cases that came there; a sample of the exceptions */
    bool        reported;
};

/* A case that takes so much of the host's processor hangs: there is no way on. */
enum { HANGS_SECONDS = 30 };
static volatile uint64_t at_work;

static void on_alarm(int signal)
{
    char line[80];

    (void)signal;
    snprintf(line, sizeof(line), "seed %llu: hangs\n0 passed, 1 failed, 0 skipped\n", (unsigned long long)at_work);
    if (write(STDOUT_FILENO, line, strlen(line))) _exit(1);
    _exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool mode_exists(const struct fuzz_case *f)
{
    return f->mode == MODE_REAL || (f->model->family >= 2 && f->mode == MODE_SEGMENTS16) || f->model->family >= 3;
}

static void choose(struct fuzz_case *f, const struct run *r)
{
    unsigned models = 0;

    while (x86_model_at(models)) models++;
    f->model = r->cpu ? x86_model_find(r->cpu) : x86_model_at(fuzz_chance(f, 3) ? models - 1 : fuzz_below(f, models));
    f->mode = r->mode >= 0 ? (enum mode)r->mode : (enum mode)fuzz_below(f, MODES);
    if (!mode_exists(f)) f->mode = MODE_REAL;
    f->first_bits = f->mode == MODE_SEGMENTS32 || is_flat(f) ? 32 : 16;
    f->user = (f->mode == MODE_SEGMENTS16 || f->mode == MODE_SEGMENTS32 || is_flat(f)) && fuzz_chance(f, 3);
    f->wide_gates = f->model->family >= 3 && (f->mode != MODE_SEGMENTS16 || fuzz_chance(f, 2));
    f->paged = f->mode == MODE_PAGED || (f->mode == MODE_V86 && fuzz_chance(f, 2));
    f->pae = f->paged && f->model->features & FEAT_PAE && fuzz_chance(f, 3);
    f->has_nx = f->pae && f->model->features & FEAT_NX && f->seed & 512;
    f->big_pages = f->paged && !f->pae && f->model->features & FEAT_PSE && fuzz_chance(f, 3);
    f->has_fpu = (f->model->features & FEAT_FPU) != 0;
    f->has_mmx = (f->model->features & FEAT_MMX) != 0;
    f->has_sse = (f->model->features & FEAT_SSE) != 0;
    f->has_sep = (f->model->features & FEAT_SEP) != 0;
    f->has_sse2 = (f->model->features & FEAT_SSE2) != 0;
    f->pit = fuzz_chance(f, 2) ? 0 : PICK(f, 3, 20, 100, 333, 2000);
}

static struct machine *create(struct fuzz_case *f, char *error, size_t error_size)
{
    struct machine_config config;

    machine_config_init(&config);
    config.memory = f->model->family >= 2 ? 2 << 20 : 1 << 20;
    config.cpu = f->model->name;
    config.engine = "lockstep";
    config.jit_cache = PICK(f, 1 << 20, 4 << 20);
    config.jit_eager = PICK(f, 0, 1, 3, 8, 64, 64);
    config.mips = PICK(f, 1, 5, 20, 200);
    config.no_reboot = true;
    config.has_cdrom = false;
    return machine_create(&config, error, error_size);
}

/* The last exceptions before now; SEEN: how many there were the last time. */
static void count_exceptions(struct run *r, const struct x86 *c, uint64_t *seen)
{
    uint64_t count = c->history->count;

    for (uint64_t n = count - *seen > X86_RECORDS ? count - X86_RECORDS : *seen; n < count; n++) {
        const struct x86_record *e = &c->history->ring[n % X86_RECORDS];
        bool                     rep = false;

        for (unsigned k = 0; k < e->code_size && memchr("\x26\x2E\x36\x66\x67\xF2\xF3", e->code[k], 7); k++) rep |= e->code[k] >= 0xF2;
        r->vector[e->vector & 31]++;
        if (rep && e->is_access) r->rep_faults++;
    }
    *seen = count;
}

/* In pieces, so that the exceptions can be looked at, or as a whole. */
static enum machine_stop run_case(struct run *r, struct machine *m, unsigned pieces)
{
    enum machine_stop stop = STOP_TIME;
    uint64_t          seen = 0;

    for (unsigned n = 0; n < pieces && stop != STOP_DIFFERENCE; n++) {
        stop = machine_step(m, 20000 / pieces);
        count_exceptions(r, &m->pc.cpu, &seen);
    }
    return stop;
}

static void count_features(struct run *r, struct machine *m)
{
    for (unsigned n = 0; n < FEATURES; n++) {
        uint8_t did = 0;
        machine_read_physical(m, STACK + REACHED + n, &did, 1);
        if (did) r->reached[n]++;
    }
}

/* True if the engines agree. */
static bool one_case(struct run *r, uint64_t seed)
{
    struct fuzz_case  f = {.seed = seed, .random = seed * 0x9E3779B97F4A7C15ull + 1};
    char              error[200];
    struct machine   *m;
    enum machine_stop stop;
    bool              good;

    at_work = seed;
    setitimer(ITIMER_PROF, &(struct itimerval){.it_value.tv_sec = HANGS_SECONDS}, NULL);
    choose(&f, r);
    m = create(&f, error, sizeof(error));
    if (!m) {
        fprintf(stderr, "lockstep-fuzz: %s\n", error);
        exit(2);
    }
    make_code(&f);
    write_memory(&f, m);
    for (unsigned n = 0; n < LOCKSTEP_SIDES; n++) prepare_cpu(&f, m->lockstep->side[n].m);
    m->lockstep->random ^= seed << 20;
    m->lockstep->longest = r->longest;
    stop = run_case(r, m, seed % 4 == 1 ? 1 : 8);
    good = stop != STOP_DIFFERENCE && (seed % 8 || lockstep_equal_all(m->lockstep));
    if (!good) {
        printf("seed %llu: the engines differ: %s, %s mode%s%s, gates of %u bits\n", (unsigned long long)seed, f.model->name, mode_names[f.mode],
               f.user ? ", user" : "", f.paged ? f.pae ? ", PAE" : ", paged" : "", f.wide_gates ? 32 : 16);
        if (!r->reported || r->verbose) difference_print(m, stdout);
        r->reported = true;
        fflush(stdout);
    }
    r->instructions += machine_instructions(m);
    r->exceptions += m->pc.cpu.stats.exceptions;
    r->interrupts += m->pc.cpu.stats.interrupts;
    r->of_mode[f.mode]++;
    count_features(r, m);
    machine_destroy(m);
    return good;
}

static void print_coverage(const struct run *r)
{
    printf("\ncases that came to:");
    for (unsigned n = 0; n < FEATURES; n++) printf("%s %s %llu", n ? "," : "", feature_names[n], (unsigned long long)r->reached[n]);
    printf("\nexceptions by vector (a sample):");
    for (unsigned n = 0; n < 32; n++)
        if (r->vector[n]) printf(" %u: %llu", n, (unsigned long long)r->vector[n]);
    printf("; in repetitions %llu", (unsigned long long)r->rep_faults);
}

static int usage(const char *what, const char *value)
{
    fprintf(stderr, "lockstep-fuzz: %s%s%s\nusage: lockstep-fuzz [--seed S] [--count N] [--seconds T] [--cpu MODEL] [--mode MODE] [--longest N] [--verbose]\nmodels:", what,
            value ? " " : "", value ? value : "");
    for (unsigned n = 0; x86_model_at(n); n++) fprintf(stderr, " %s", x86_model_at(n)->name);
    fprintf(stderr, "\nmodes:");
    for (unsigned n = 0; n < MODES; n++) fprintf(stderr, " %s", mode_names[n]);
    fputc('\n', stderr);
    return 2;
}

/* A whole number, of which LEAST is the smallest. */
static bool set_number(uint64_t *n, const char *value, uint64_t least)
{
    char *end;

    errno = 0;
    *n = strtoull(value, &end, 0);
    return isdigit((unsigned char)*value) && !*end && !errno && *n >= least;
}

static bool set_seconds(double *seconds, const char *value)
{
    char *end;

    *seconds = strtod(value, &end);
    return end != value && !*end && *seconds > 0 && *seconds < 1e9;
}

static bool set_mode(struct run *r, const char *name)
{
    for (r->mode = 0; r->mode < MODES; r->mode++)
        if (!strcmp(name, mode_names[r->mode])) return true;
    return false;
}

int main(int argc, char **argv)
{
    struct run r = {.seed = 1, .count = UINT64_MAX, .mode = -1, .longest = UINT64_MAX};
    uint64_t   passed = 0, failed = 0;
    double     start = now();
    bool       known;

    for (int n = 1; n < argc; n++) {
        const char *value = n + 1 < argc ? argv[n + 1] : NULL;

        if (!strcmp(argv[n], "--verbose")) { r.verbose = true; continue; }
        if (!strcmp(argv[n], "--help")) return usage("random cases in lockstep", NULL), 0;
        if (!value) return usage("no such option, or no value:", argv[n]);
        if (!strcmp(argv[n], "--seed")) known = set_number(&r.seed, value, 0);
        else if (!strcmp(argv[n], "--count")) known = set_number(&r.count, value, 1);
        else if (!strcmp(argv[n], "--longest")) known = set_number(&r.longest, value, 0);
        else if (!strcmp(argv[n], "--seconds")) known = set_seconds(&r.seconds, value);
        else if (!strcmp(argv[n], "--cpu")) known = x86_model_find(r.cpu = value) != NULL;
        else if (!strcmp(argv[n], "--mode")) known = set_mode(&r, value);
        else return usage("no such option:", argv[n]);
        if (!known) return usage("no such value:", value);
        n++;
    }
    signal(SIGPROF, on_alarm);
    if (r.cpu && r.mode >= 0 && !mode_exists(&(struct fuzz_case){.model = x86_model_find(r.cpu), .mode = (enum mode)r.mode}))
        return usage("the model does not have the mode", mode_names[r.mode]);
    if (!machine_has_jit()) return fputs("lockstep-fuzz: this build has no translator\n", stderr), 2;
    if (r.count == UINT64_MAX && r.seconds == 0) r.count = 100;
    for (uint64_t n = 0; n < r.count && (r.seconds == 0 || now() - start < r.seconds) && failed < 20; n++) {
        if (one_case(&r, r.seed + n)) passed++;
        else failed++;
    }
    printf("%llu instructions, %llu exceptions, %llu interrupts;", (unsigned long long)r.instructions, (unsigned long long)r.exceptions,
           (unsigned long long)r.interrupts);
    for (unsigned n = 0; n < MODES; n++) printf(" %s %llu", mode_names[n], (unsigned long long)r.of_mode[n]);
    if (r.verbose) print_coverage(&r);
    printf("\n%llu passed, %llu failed, 0 skipped\n", (unsigned long long)passed, (unsigned long long)failed);
    return failed != 0;
}
