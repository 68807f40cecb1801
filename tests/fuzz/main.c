/* main.c: the fuzzer's runs: options, seeds, and a parent process that notices when a run crashes or hangs.
 *
 *     fuzz [--seed N] [--runs N] [--one] [--seconds N] [--verbose]
 *
 * Runs N seeds from --seed on. A child process does the work and tells through shared memory which seed it is at; if it dies or
 * makes no progress, the parent says so and goes on with the next seed in another child. --one: no child, for a debugger.
 * Ends with the line that tests/run-all.sh adds up. Exit status 1 if a run failed. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH        250 /* runs of one child: memory that leaks slowly is seen by the sanitizer at its end */
#define STUCK_SECONDS 60 /* of host time without a step */
#define FAILURES_MAX 20

/* Between parent and child. */
struct progress {
    volatile uint64_t seed; /* at work on */
    volatile uint64_t alive;
};

void fuzz_bytes(struct fuzz *f, void *to, size_t n)
{
    uint8_t *p = to;

    for (size_t k = 0; k < n; k += 8) {
        uint64_t r = fuzz_next(f);
        memcpy(p + k, &r, n - k < 8 ? n - k : 8);
    }
}

void fuzz_fail(const struct fuzz *f, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "seed %llu: ", (unsigned long long)f->seed);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    _exit(1);
}

/* --- one run ------------------------------------------------------------------------------------------------------------- */

void fuzz_wait(struct fuzz *f, uint64_t ns)
{
    uint64_t most = (machine_idle(f->m) ? 3000000ull : 300000) * 1000 / machine_speed(f->m);

    machine_run(f->m, machine_time(f->m) + (ns < most ? ns : most));
    ++*f->alive;
}

void fuzz_run(struct fuzz *f, uint64_t n)
{
    uint64_t end = machine_time(f->m) + n * 1000 / machine_speed(f->m) + 1;
    unsigned slices = fuzz_below(f, 4);

    while (slices--) machine_run(f->m, machine_time(f->m) + fuzz_below(f, (uint32_t)(end - machine_time(f->m)) / 2 + 1));
    if (fuzz_chance(f, 8)) machine_step(f->m, fuzz_below(f, 100));
    machine_run(f->m, end);
    if (fuzz_chance(f, 50)) machine_reset(f->m);
    ++*f->alive;
}

static void configure(struct fuzz *f)
{
    struct machine_config *c = &f->config;
    unsigned               models = 0;

    while (x86_model_at(models)) models++;
    machine_config_init(c);
    c->cpu = x86_model_at(fuzz_below(f, models))->name;
    c->memory = fuzz_chance(f, 250) ? (uint64_t)PICK(f, 1024, 3072) << 20 : (uint64_t)PICK(f, 256, 640, 1024, 2048, 4096, 8192, 16384, 65536) << 10;
    c->mips = PICK(f, 1, 10, 50, 50, 50, 333, 100000);
    c->exit_port = fuzz_chance(f, 4) ? 0xF4 : -1;
    c->no_reboot = fuzz_chance(f, 2);
    if (!fuzz_chance(f, 3)) c->floppy[0] = (struct machine_drive){.path = f->image[FUZZ_FLOPPY], .snapshot = true};
    if (fuzz_chance(f, 4)) c->floppy[1] = (struct machine_drive){.path = f->image[FUZZ_FLOPPY], .read_only = true};
    if (!fuzz_chance(f, 3)) c->disk[0] = (struct machine_drive){.path = f->image[FUZZ_DISK], .snapshot = true};
    if (fuzz_chance(f, 4)) c->disk[1 + fuzz_below(f, 3)] = (struct machine_drive){.path = f->image[FUZZ_DISK], .snapshot = true};
    if (!fuzz_chance(f, 3)) c->cdrom.path = f->image[FUZZ_CD];
}

static void step(struct fuzz *f)
{
    switch (fuzz_below(f, 16)) {
    case 0: case 1: case 2: case 3: case 4: fuzz_run(f, fuzz_below(f, 4000)); break;
    case 5: case 6: case 7: case 8: case 9: fuzz_ports(f); break;
    case 10: case 11: fuzz_memory(f); break;
    case 12: fuzz_owner(f); break;
    case 13: fuzz_run(f, fuzz_below(f, 20000)); break;
    case 14: fuzz_code(f); break;
    case 15: if (fuzz_chance(f, 4)) fuzz_state(f); break;
    }
}

static void one_run(struct fuzz *f)
{
    char     error[256];
    unsigned steps;

    f->random = f->seed;
    f->media_changed = false;
    configure(f);
    fuzz_boot(f, fuzz_chance(f, 40));
    f->m = machine_create(&f->config, error, sizeof(error));
    if (!f->m) fuzz_fail(f, "the machine cannot be made: %s", error);
    if (fuzz_chance(f, 20)) machine_run(f->m, machine_time(f->m) + fuzz_below(f, 200000000 / machine_speed(f->m)));
    if (!fuzz_chance(f, 8)) fuzz_code(f);
    steps = 1 + fuzz_below(f, 40);
    while (steps--) {
        step(f);
        ++*f->alive;
    }
    machine_destroy(f->m);
    f->m = NULL;
}

/* --- media: contents that are different everywhere, with something like a boot sector and an ISO 9660 descriptor ------------------ */

static void make_image(struct fuzz *f, enum fuzz_medium medium, const char *name, size_t size)
{
    uint8_t *bytes = malloc(size);
    FILE    *file;

    snprintf(f->image[medium], sizeof(f->image[medium]), "%s/%s", f->folder, name);
    file = fopen(f->image[medium], "wb");
    if (!bytes || !file) fuzz_fail(f, "%s: %s", f->image[medium], strerror(errno));
    f->random = size;
    fuzz_bytes(f, bytes, size);
    bytes[510] = 0x55, bytes[511] = 0xAA;
    if (medium == FUZZ_CD) memcpy(bytes + 16 * 2048, "\1CD001\1", 8);
    if (fwrite(bytes, 1, size, file) != size || fclose(file)) fuzz_fail(f, "%s: %s", f->image[medium], strerror(errno));
    free(bytes);
}

static void make_files(struct fuzz *f)
{
    make_image(f, FUZZ_FLOPPY, "floppy.img", 1474560);
    make_image(f, FUZZ_DISK, "disk.img", 16u * 63 * 512 * 4);
    make_image(f, FUZZ_CD, "cd.iso", 200 * 2048);
    for (unsigned n = 0; n < 2; n++) snprintf(f->state[n], sizeof(f->state[n]), "%s/%u.state", f->folder, n);
}

static void remove_files(const struct fuzz *f)
{
    for (unsigned n = 0; n < FUZZ_MEDIA; n++) unlink(f->image[n]);
    for (unsigned n = 0; n < 2; n++) unlink(f->state[n]);
    rmdir(f->folder);
}

/* --- parent and child ---------------------------------------------------------------------------------------------------- */

static void work(struct fuzz *f, struct progress *p, uint64_t from, uint64_t end)
{
    for (uint64_t seed = from; seed < end; seed++) {
        p->seed = f->seed = seed;
        if (f->verbose) fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
        one_run(f);
    }
}

/* Whether the child came to its end; false with what happened said. */
static bool watch(pid_t child, const struct progress *p)
{
    uint64_t alive = p->alive;
    time_t   since = time(NULL);
    int      status;

    while (waitpid(child, &status, WNOHANG) == 0) {
        usleep(5000);
        if (p->alive != alive) {
            alive = p->alive;
            since = time(NULL);
        } else if (time(NULL) - since > STUCK_SECONDS) {
            fprintf(stderr, "seed %llu: hangs\n", (unsigned long long)p->seed);
            kill(child, SIGABRT);
            usleep(100000);
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return false;
        }
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    fprintf(stderr, "seed %llu: failed (%s %d)\n", (unsigned long long)p->seed, WIFSIGNALED(status) ? "signal" : "exit status",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return false;
}

static bool run_child(struct fuzz *f, struct progress *p, uint64_t from, uint64_t end)
{
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child < 0) fuzz_fail(f, "cannot fork: %s", strerror(errno));
    if (child == 0) {
        work(f, p, from, end);
        exit(0);
    }
    return watch(child, p);
}

/* Runs SEED to END-1, at most SECONDS of host time (0: no limit). Returns the count of failures, with *DONE the count of runs. */
static unsigned run_all(struct fuzz *f, struct progress *p, uint64_t seed, uint64_t end, unsigned seconds, uint64_t *done)
{
    unsigned failures = 0;
    time_t   start = time(NULL);

    *done = 0;
    while (seed < end && failures < FAILURES_MAX && (!seconds || time(NULL) - start < seconds)) {
        uint64_t batch = seconds ? 10 : BATCH, to = end - seed < batch ? end : seed + batch;

        p->seed = seed;
        if (!run_child(f, p, seed, to)) {
            failures++;
            to = p->seed + 1;
        }
        *done += to - seed;
        seed = to;
    }
    return failures;
}

static uint64_t number(const char *option, const char *text)
{
    char    *end;
    uint64_t n = text ? strtoull(text, &end, 0) : 0;

    if (!text || *end || end == text) {
        fprintf(stderr, "%s wants a number\n", option);
        exit(2);
    }
    return n;
}

int main(int argc, char **argv)
{
    char             folder[] = "/tmp/ochenta-fuzz.XXXXXX";
    struct progress *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct fuzz      f = {.alive = &p->alive};
    uint64_t         seed = 1, runs = 100, done = 0;
    unsigned         failures = 0, seconds = 0;
    bool             one = false;

    for (int n = 1; n < argc; n++) {
        if (!strcmp(argv[n], "--seed")) n++, seed = number("--seed", argv[n]);
        else if (!strcmp(argv[n], "--runs")) n++, runs = number("--runs", argv[n]);
        else if (!strcmp(argv[n], "--seconds")) n++, seconds = (unsigned)number("--seconds", argv[n]);
        else if (!strcmp(argv[n], "--one")) one = true;
        else if (!strcmp(argv[n], "--verbose")) f.verbose = true;
        else {
            fprintf(stderr, "usage: fuzz [--seed N] [--runs N] [--one] [--seconds N] [--verbose]\n");
            return 2;
        }
    }
    f.folder = mkdtemp(folder);
    if (p == MAP_FAILED || !f.folder) {
        fprintf(stderr, "%s: %s\n", folder, strerror(errno));
        return 2;
    }
    make_files(&f);
    if (one) work(&f, p, seed, seed + runs), done = runs;
    else failures = run_all(&f, p, seed, seed + runs, seconds, &done);
    remove_files(&f);
    printf("%llu passed, %u failed, 0 skipped\n", (unsigned long long)(done - failures), failures);
    return failures != 0;
}
