/* test_options.c: the command line: what it makes of good ones, and the one line it says about bad ones. */
#include "frontends/options.h"
#include "frontends/values.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGS 24

static char           folder[] = "/tmp/options-test-XXXXXX";
static char           home[4096];
static struct options opt;
static char           error[512];

/* A file of SIZE bytes with the signature of a boot sector. */
static void make_file(const char *name, off_t size)
{
    static const uint8_t signature[] = {0x55, 0xaa};
    int                  fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, size), 0);
    if (size >= 512) ck_assert_int_eq(pwrite(fd, signature, 2, 510), 2);
    close(fd);
}

static void setup(void)
{
    static const char cd[] = "\1CD001\1";
    int               fd;

    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(getcwd(home, sizeof(home)));
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    make_file("f.img", 1440 * 1024);
    make_file("comma,ro", 1440 * 1024);
    make_file("d.img", 8 << 20);
    make_file("c.iso", 1 << 20);
    fd = open("c.iso", O_WRONLY);
    ck_assert_int_eq(pwrite(fd, cd, 7, 32768), 7);
    close(fd);
    make_file("empty", 0);
    make_file("tiny", 3);
    ck_assert_int_eq(mkdir("dir", 0755), 0);
}

static void teardown(void)
{
    static const char *const files[] = {"f.img", "comma,ro", "d.img", "c.iso", "empty", "tiny"};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) unlink(files[i]);
    rmdir("dir");
    ck_assert_int_eq(chdir(home), 0);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing was written */
    options_free(&opt);
}

/* Parses LINE, split at blanks; a + stands for a blank within an argument. */
static enum options_result parse(const char *line)
{
    static char copy[1024];
    char       *argv[ARGS] = {"ochenta"};
    int         argc = 1;

    snprintf(copy, sizeof(copy), "%s", line);
    for (char *p = strtok(copy, " "); p; p = strtok(NULL, " ")) argv[argc++] = p;
    for (char *p = copy; p < copy + sizeof(copy); p++)
        if (*p == '+') *p = ' ';
    options_free(&opt);
    return options_parse(&opt, argc, argv, error, sizeof(error));
}

static void good(const char *line)
{
    ck_assert_msg(parse(line) == OPTIONS_RUN, "%s: %s", line, error);
}

/* LINE is refused with one line that has TEXT in it. */
static void bad(const char *line, const char *text)
{
    ck_assert_msg(parse(line) == OPTIONS_ERROR, "\"%s\" should be refused", line);
    ck_assert_msg(strstr(error, text) != NULL, "\"%s\": \"%s\" should have \"%s\"", line, error, text);
    ck_assert_ptr_null(strchr(error, '\n'));
}

START_TEST(image_is_recognised)
{
    good("f.img");
    ck_assert_str_eq(opt.config.floppy[0].path, "f.img");
    ck_assert_str_eq(opt.config.boot, "acd");
    good("d.img");
    ck_assert_str_eq(opt.config.disk[0].path, "d.img");
    ck_assert_str_eq(opt.config.boot, "cad");
    good("c.iso");
    ck_assert_str_eq(opt.config.cdrom.path, "c.iso");
    ck_assert_str_eq(opt.config.boot, "dac");
    good("-- f.img");
    ck_assert_str_eq(opt.config.floppy[0].path, "f.img");
}
END_TEST

START_TEST(suffixes_of_media)
{
    good("f.img,ro");
    ck_assert_str_eq(opt.config.floppy[0].path, "f.img");
    ck_assert(opt.config.floppy[0].read_only && !opt.config.floppy[0].snapshot);
    good("--disk d.img,snapshot,ro");
    ck_assert_str_eq(opt.config.disk[0].path, "d.img");
    ck_assert(opt.config.disk[0].read_only && opt.config.disk[0].snapshot);
    good("--floppy=comma,ro");
    ck_assert_str_eq(opt.config.floppy[0].path, "comma,ro");
    ck_assert(!opt.config.floppy[0].read_only);
    good("comma,ro,snapshot");
    ck_assert_str_eq(opt.config.floppy[0].path, "comma,ro");
    ck_assert(opt.config.floppy[0].snapshot);
    bad("f.img,rx", "f.img,rx");
}
END_TEST

START_TEST(several_media)
{
    good("--disk d.img,ro --floppy f.img,ro --floppy f.img,ro --disk d.img,ro --disk d.img,ro --disk d.img,ro");
    ck_assert_str_eq(opt.config.floppy[1].path, "f.img");
    ck_assert_str_eq(opt.config.disk[3].path, "d.img");
    ck_assert(!opt.config.has_cdrom); /* no room */
    ck_assert_str_eq(opt.config.boot, "cad");
    bad("--floppy f.img --floppy f.img --floppy f.img", "two floppy drives");
    bad("--disk d.img --disk d.img --disk d.img --disk d.img --disk d.img", "at most 4");
    bad("--disk d.img --disk d.img --disk d.img --disk d.img --cdrom c.iso", "two IDE channels");
    bad("--cdrom c.iso --cdrom c.iso", "only one CD");
    bad("f.img f.img", "only one IMAGE");
    good("--no-cdrom f.img");
    ck_assert(!opt.config.has_cdrom);
    bad("--no-cdrom c.iso", "do not go together");
}
END_TEST

START_TEST(bad_images)
{
    bad("", "nothing to boot");
    bad("--headless", "make run");
    bad("none.img", "none.img");
    bad("dir", "dir");
    bad("empty", "empty");
    bad("tiny", "tiny");
    bad("--floppy d.img", "d.img");
    bad("--disk tiny", "tiny");
    bad("--cdrom tiny", "tiny");
    if (geteuid() != 0) {
        ck_assert_int_eq(chmod("f.img", 0), 0);
        bad("f.img", "f.img");
    }
}
END_TEST

START_TEST(forms_of_options)
{
    good("f.img -m 16M");
    ck_assert_uint_eq(opt.config.memory, 16 << 20);
    good("f.img -m16M");
    ck_assert_uint_eq(opt.config.memory, 16 << 20);
    good("f.img --memory=640K");
    ck_assert_uint_eq(opt.config.memory, 640 << 10);
    good("--memory 1G f.img");
    ck_assert_uint_eq(opt.config.memory, 1 << 30);
    good("f.img");
    ck_assert_uint_eq(opt.config.memory, 64 << 20);
    bad("f.img --memory", "value is missing");
    bad("f.img --memry=1M", "--memry=1M: no such option");
    bad("f.img -x", "-x: no such option");
    bad("f.img --headless=1", "takes no value");
    ck_assert_int_eq(parse("--help"), OPTIONS_HELP);
    ck_assert_int_eq(parse("-h --bad"), OPTIONS_HELP);
    ck_assert_int_eq(parse("--version"), OPTIONS_VERSION);
}
END_TEST

START_TEST(bad_values)
{
    bad("f.img -m 1", "256K to 3G");
    bad("f.img -m 64", "-m 64M");
    bad("f.img -m 255K", "256K to 3G");
    bad("f.img -m 4G", "256K to 3G");
    bad("f.img -m 99999999999999999999G", "not a size");
    bad("f.img -m lots", "not a size");
    bad("f.img -m -5M", "not a size");
    bad("f.img -m 262145", "multiple");
    bad("f.img --cpu z80", "8086 286 386 486 pentium");
    bad("f.img --boot x", "a (floppy), c (disk), d (CD)");
    bad("f.img --boot aa", "at most once");
    bad("f.img --time never", "real or virtual");
    bad("f.img --speed 0", "1 to 100000");
    bad("f.img --speed fast", "max");
    bad("f.img --date yesterday", "YYYY-MM-DDTHH:MM:SS");
    bad("f.img --serial tcp:1", "stdio|file:PATH|unix:PATH|none");
    bad("f.img --serial file:", "file:PATH");
    bad("f.img --debugcon unix:x", "stdio|file:PATH|none");
    bad("f.img --engine qemu", "interp jit lockstep");
    bad("f.img --jit-cache 512K", "1M to 2047M");
    bad("f.img --jit-cache 0", "1M to 2047M");
    ck_assert_ptr_null(strstr(error, "with a unit"));
    bad("f.img --jit-cache 64", "with a unit: --jit-cache 64M");
    bad("f.img -m 0", "256K to 3G");
    ck_assert_ptr_null(strstr(error, "with a unit"));
    bad("f.img --jit-cache much", "64M");
    bad("f.img --exit-port 65536", "0 to 0xffff");
    bad("f.img --exit-port 0xf4,rare", "PORT,raw");
    bad("f.img --timeout -1", "seconds");
    bad("f.img --timeout 0", "seconds");
    bad("f.img --bios none.bin", "none.bin");
    bad("f.img --bios dir", "directory");
    bad("f.img --load-state empty", "empty");
    bad("f.img --script none.lua", WITH_LUA ? "none.lua" : "LUA=0");
    bad("--kernel none", "none");
    bad("f.img --bios=", "--bios=: the value is empty: FILE");
    bad("f.img --memory= --headless", "--memory=: the value is empty: SIZE");
    bad("--floppy=", "--floppy=: the value is empty: FILE");
}
END_TEST

START_TEST(impossible_combinations)
{
    bad("--initrd f.img f.img", "--initrd needs --kernel");
    bad("--append x f.img", "--append needs --kernel");
    bad("--kernel tiny --cpu 286", "32 bits");
    bad("--kernel tiny --demo", "--demo");
    bad("--demo f.img", "drive A:");
    bad("f.img --headless --fullscreen", "do not go together");
    bad("f.img --time virtual --speed max", "--time real");
    bad("f.img --serial stdio --serial stdio", "only one serial port");
    bad("f.img --monitor --serial stdio", "want the terminal");
    bad("f.img --serial unix:a --serial unix:a", "one socket");
    good("f.img --serial unix:a --serial unix:b");
    bad("f.img --cpu 8086 -m 64M", "addresses 1M");
    good("f.img --cpu 8086 -m 1M");
    bad("f.img -m 17M --cpu 286", "addresses 16M");
    good("f.img --cpu 286"); /* it sees what it can of the default */
    bad("f.img --perf-map --engine interp", "translated code");
}
END_TEST

START_TEST(defaults_in_a_window_and_headless)
{
    good("f.img --headless");
    ck_assert_int_eq(opt.time, TIME_VIRTUAL);
    ck_assert(!opt.speed_max);
    ck_assert_int_eq(opt.serial[0].kind, ENDPOINT_STDIO);
    ck_assert_int_eq(opt.config.date, OPTIONS_FIXED_DATE);
    good("f.img --headless --serial none --time real --date 1999-12-31T23:59:58 --speed 7");
    ck_assert_int_eq(opt.time, TIME_REAL);
    ck_assert_int_eq(opt.serial[0].kind, ENDPOINT_NONE);
    ck_assert_int_eq(opt.config.date, 946684798);
    ck_assert_uint_eq(opt.config.mips, 7);
    good("f.img --headless --serial file:log --serial stdio");
    ck_assert_int_eq(opt.serial[0].kind, ENDPOINT_FILE);
    ck_assert_str_eq(opt.serial[0].path, "log");
    ck_assert_int_eq(opt.serial[1].kind, ENDPOINT_STDIO);
    good("f.img --headless --monitor");
    ck_assert_int_eq(opt.serial[0].kind, ENDPOINT_NONE);
    good("f.img");
    ck_assert_int_eq(opt.time, TIME_REAL);
    ck_assert(opt.speed_max);
    ck_assert_int_eq(opt.serial[0].kind, ENDPOINT_NONE);
    ck_assert_int_gt(opt.config.date, 1700000000);
    good("f.img --date 2000-01-01T00:00:00 --speed 9");
    ck_assert_int_eq(opt.config.date, 946684800);
    ck_assert(!opt.speed_max);
}
END_TEST

START_TEST(the_rest)
{
    good("f.img --exit-port 0xf4,raw --debugcon stdio --debugcon-port 0x402 --no-reboot --stats --timeout 1.5 --engine interp");
    ck_assert_int_eq(opt.config.exit_port, 0xf4);
    ck_assert(opt.config.exit_port_raw && opt.config.no_reboot && opt.stats);
    ck_assert_int_eq(opt.debugcon.kind, ENDPOINT_STDIO);
    ck_assert_int_eq(opt.config.debugcon_port, 0x402);
    ck_assert_uint_eq(opt.timeout_ns, 1500000000);
    if (machine_has_jit()) good("f.img --jit-cache 2M");
    else bad("f.img --jit-cache 2M", "the interpreter has none");
    ck_assert_uint_eq(opt.config.jit_cache, 2 << 20);
    bad("f.img --engine interp --jit-cache 2M", "the interpreter has none");
    if (machine_has_jit()) good("f.img --perf-map");
    ck_assert_int_eq(opt.perf_map, machine_has_jit());
    if (machine_has_jit()) good("f.img --engine jit");
    else bad("f.img --engine jit", "this build has no translator");
    if (machine_has_jit()) good("f.img --engine lockstep");
    else bad("f.img --engine lockstep", "this build has no translator");
    good("f.img");
    ck_assert_int_eq(opt.config.exit_port, -1);
    ck_assert_int_eq(opt.config.debugcon_port, 0xe9);
    good("--kernel f.img --append root=/dev/ram+quiet");
    ck_assert_str_eq(opt.config.append, "root=/dev/ram quiet");
    ck_assert_ptr_null(opt.config.boot);
    good("--demo");
    ck_assert(opt.config.demo);
    if (WITH_LUA) {
        good("f.img -e= --append= --kernel f.img"); /* nothing can be meant */
        good("f.img -e vm:quit() --script tiny -evm:wait(1)");
        ck_assert_uint_eq(opt.script_count, 3);
        ck_assert_str_eq(opt.script[2].text, "vm:wait(1)");
        ck_assert(opt.script[1].is_file && !opt.script[2].is_file);
    } else {
        bad("f.img -e vm:quit()", "LUA=0");
    }
}
END_TEST

START_TEST(dates)
{
    int64_t t;

    ck_assert(value_date("1980-01-01T00:00:00", &t) && t == 315532800);
    ck_assert(value_date("2000-02-29T12:34:56", &t) && t == 951827696);
    ck_assert(value_date("2038-01-19 03:14:08", &t) && t == 2147483648);
    ck_assert(value_date("1999-12-31", &t) && t == 946598400);
    ck_assert(!value_date("1999-02-29T00:00:00", &t));
    ck_assert(!value_date("1999-13-01T00:00:00", &t));
    ck_assert(!value_date("1999-12-01T24:00:00", &t));
    ck_assert(!value_date("1999-12-01T00:00", &t));
    ck_assert(!value_date("1999-12-01T00:00:00Z", &t));
    ck_assert(!value_date("", &t));
}
END_TEST

START_TEST(sizes)
{
    uint64_t n;
    char     text[16];

    ck_assert(value_size("0", &n) && n == 0);
    ck_assert(value_size("3g", &n) && n == 3ull << 30);
    ck_assert(value_size("7KiB", &n) && n == 7168);
    ck_assert(!value_size("", &n) && !value_size("1T", &n) && !value_size(" 1", &n) && !value_size("18446744073709551615K", &n));
    value_format_size(text, sizeof(text), 640 << 10);
    ck_assert_str_eq(text, "640K");
    value_format_size(text, sizeof(text), 64 << 20);
    ck_assert_str_eq(text, "64M");
    value_format_size(text, sizeof(text), 1000);
    ck_assert_str_eq(text, "1000");
}
END_TEST

Suite *options_suite(void);

Suite *options_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *tcase = tcase_create("options");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, image_is_recognised);
    tcase_add_test(tcase, suffixes_of_media);
    tcase_add_test(tcase, several_media);
    tcase_add_test(tcase, bad_images);
    tcase_add_test(tcase, forms_of_options);
    tcase_add_test(tcase, bad_values);
    tcase_add_test(tcase, impossible_combinations);
    tcase_add_test(tcase, defaults_in_a_window_and_headless);
    tcase_add_test(tcase, the_rest);
    tcase_add_test(tcase, dates);
    tcase_add_test(tcase, sizes);
    suite_add_tcase(suite, tcase);
    return suite;
}
