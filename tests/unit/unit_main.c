/* unit_main.c: runs every suite of suites.h, or only those named as arguments. The last line is the count of tests. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) Suite *name##_suite(void) __attribute__((weak));
#include "tests/unit/suites.h"
#undef SUITE

struct suite_entry {
    const char *name;
    Suite *(*make)(void);
};

static const struct suite_entry suites[] = {
#define SUITE(name) {#name, name##_suite},
#include "tests/unit/suites.h"
#undef SUITE
};

#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

/* Whether the arguments ask for NAME; no arguments ask for all. */
static int wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name)) return 1;
    return argc < 2;
}

int main(int argc, char **argv)
{
    SRunner *runner = srunner_create(NULL);
    int      skipped = 0, run, failed;

    setenv("CK_DEFAULT_TIMEOUT", "60", 0); /* seconds a test; Check's 4 are few under sanitizers on a busy host */
    for (size_t i = 0; i < SUITE_COUNT; i++) {
        if (!wanted(suites[i].name, argc, argv)) continue;
        if (suites[i].make) {
            srunner_add_suite(runner, suites[i].make());
        } else {
            printf("suite %s is not linked in\n", suites[i].name);
            skipped++;
        }
    }
    srunner_run_all(runner, CK_NORMAL);
    run = srunner_ntests_run(runner);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (run == 0) printf("no tests were run\n");
    printf("%d passed, %d failed, %d skipped\n", run - failed, failed, skipped);
    return failed > 0 || run == 0;
}
