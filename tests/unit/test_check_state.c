/* test_check_state.c: tests/check-state.awk finds what it is to find. Runs in the top folder of the tree. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs the script over SOURCE; the members that it complains of, each followed by a blank, and its exit status. */
static int complaints(const char *source, char *names, size_t size)
{
    char  path[] = "/tmp/check-state-XXXXXX", command[128], line[512];
    int   fd = mkstemp(path), status;
    FILE *pipe;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, source, strlen(source)), (ssize_t)strlen(source));
    close(fd);
    snprintf(command, sizeof(command), "awk -f tests/check-state.awk %s", path);
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    names[0] = 0;
    while (fgets(line, sizeof(line), pipe)) {
        char *from = strchr(line, '"'), *to = from ? strchr(from + 1, '"') : NULL;
        if (to) snprintf(names + strlen(names), size - strlen(names), "%.*s ", (int)(to - from - 1), from + 1);
    }
    status = pclose(pipe);
    unlink(path);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(test_complete)
{
    char names[512];
    int  status = complaints("struct a { int x; int y[3]; };\n"
                             "static const struct state_field f[] = {\n"
                             "    STATE_UINT(struct a, x), STATE_UINTS(struct\n  a, y, int), STATE_END };\n",
                             names, sizeof(names));

    ck_assert_str_eq(names, "");
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(test_forgotten)
{
    char names[512];
    int  status = complaints("struct a {\n"
                             "    int listed, forgotten, *pointer[4], bits : 3; /* int comment; */\n"
                             "    void (*fn)(void *p, int n); // int other;\n"
                             "    int (*fns[4])(int);\n"
                             "    union { unsigned u; struct { int v, w; }; };\n"
                             "    struct inner { int i; } in[3];\n"
                             "    enum { ONE, TWO } kind;\n"
                             "    unsigned char ram[(1 << 4) + 2], last;\n"
                             "    char attributed __attribute__((aligned(8)));\n"
                             "    struct a *next;\n"
                             "};\n"
                             "struct without_table { int z; };\n"
                             "char quote = '\"'; const char *s = \"STATE_UINT(struct a, forgotten)\";\n"
                             "// STATE_UINT(struct a, next)\n"
                             "static const struct state_field f[] = { STATE_UINT(struct a, listed), STATE_END };\n",
                             names, sizeof(names));

    ck_assert_str_eq(names, "forgotten pointer bits fn fns u v w in kind ram last attributed next ");
    ck_assert_int_eq(status, 1);
}
END_TEST

START_TEST(test_row_macro)
{
    char names[512];
    int  status = complaints("#define ROW(m) \\\n    STATE_UINT(struct a, m)\n"
                             "#define FIELD(type, m) STATE_UINT(type, m)\n"
                             "struct a { int x, y, z; };\n"
                             "static const struct state_field f[] = { ROW(x), ROW( y ), STATE_END };\n",
                             names, sizeof(names));

    ck_assert_str_eq(names, "z ");
    ck_assert_int_eq(status, 1);
}
END_TEST

START_TEST(test_no_table_at_all)
{
    char names[512];

    ck_assert_int_eq(complaints("struct a { int x; };\n", names, sizeof(names)), 1);
}
END_TEST

Suite *check_state_suite(void)
{
    Suite *suite = suite_create("check_state");
    TCase *t = tcase_create("check_state");

    tcase_add_test(t, test_complete);
    tcase_add_test(t, test_forgotten);
    tcase_add_test(t, test_row_macro);
    tcase_add_test(t, test_no_table_at_all);
    suite_add_tcase(suite, t);
    return suite;
}
