/* test_probe.c: recognising floppies, hard disks and CDs (storage/probe.c). */
#include "storage/probe.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#define K 1024ull

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static struct block *image(uint64_t size)
{
    struct block *b = block_memory(size);
    ck_assert_ptr_nonnull(b);
    return b;
}

static void sign(struct block *b)
{
    ck_assert_int_eq(block_write(b, 510, "\x55\xAA", 2), 0);
}

static void partition(struct block *b)
{
    uint8_t entry[16] = {0x80, 1, 1, 0, 6, 15, 63, 10, 63, 0, 0, 0, 100, 0, 0, 0};

    sign(b);
    ck_assert_int_eq(block_write(b, 446, entry, 16), 0);
}

static void iso(struct block *b)
{
    ck_assert_int_eq(block_write(b, 32768, "\1CD001\1", 7), 0);
}

static void parameter_block(struct block *b, unsigned total, unsigned per_track, unsigned heads, uint8_t media)
{
    uint8_t s[512] = {0xEB, 0x3C, 0x90};

    put16(s + 11, 512);
    put16(s + 19, total);
    s[21] = media;
    put16(s + 24, per_track);
    put16(s + 26, heads);
    ck_assert_int_eq(block_write(b, 0, s, 512), 0);
    sign(b);
}

/* Probes B, closes it. The kind, or -1 if refused with a line that begins as it should. */
static int kind_of(struct block *b)
{
    char            error[256] = "";
    enum image_kind kind;
    int             result = probe_image(b, "x.img", &kind, error, sizeof(error));

    block_close(b);
    if (!result) return (int)kind;
    ck_assert_int_eq(result, -EINVAL);
    ck_assert_msg(!strncmp(error, "x.img: not a disk image: ", 25), "got \"%s\"", error);
    return -1;
}

START_TEST(test_floppy_sizes)
{
    static const unsigned sizes[] = {160, 180, 320, 360, 720, 1200, 1440, 2880, 1680, 1722};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) ck_assert_int_eq(kind_of(image(sizes[i] * K)), IMAGE_FLOPPY);
}
END_TEST

START_TEST(test_odd_floppies)
{
    struct floppy_geometry g;
    struct block          *b = image(900 * K);

    parameter_block(b, 2880, 18, 2, 0xF0);
    ck_assert(probe_floppy(b, &g)); /* cut short: its own words count */
    ck_assert_uint_eq(g.cylinders, 80);
    ck_assert_uint_eq(g.sectors, 18);
    ck_assert_int_eq(kind_of(b), IMAGE_FLOPPY);

    b = image(512 + 3);
    ck_assert_int_eq(kind_of(b), -1);
    b = image(512);
    sign(b); /* a lone boot sector */
    ck_assert(probe_floppy(b, &g));
    ck_assert_uint_eq(g.sectors, 9);
    ck_assert_int_eq(kind_of(b), IMAGE_FLOPPY);

    b = image(1296384);
    ck_assert(probe_floppy(b, &g));
    ck_assert_uint_eq(g.sectors, 18);
    block_close(b);
    b = image(4000 * K);
    ck_assert(!probe_floppy(b, &g));
    block_close(b);
}
END_TEST

START_TEST(test_disks)
{
    struct block *b = image(1000 * K);

    partition(b);
    ck_assert_int_eq(kind_of(b), IMAGE_DISK);
    ck_assert_int_eq(kind_of(image(20480 * K)), IMAGE_DISK); /* blank, but too large for anything else */
    ck_assert_int_eq(kind_of(image(20480 * K + 1)), -1);
    ck_assert_int_eq(kind_of(image(1000 * K)), -1); /* blank and no format's size */
}
END_TEST

START_TEST(test_cds)
{
    struct block *b = image(1000 * K);

    iso(b);
    ck_assert_int_eq(kind_of(b), IMAGE_CD);
    b = image(1000 * K);
    iso(b);
    partition(b); /* isohybrid */
    ck_assert_int_eq(kind_of(b), IMAGE_CD);
}
END_TEST

/* Whether an image of SIZE bytes with ID at byte AT can be a CD. */
static bool can_be_cd(uint64_t size, uint64_t at, const char *id, size_t n)
{
    char          error[256];
    struct block *b = image(size);
    int           result;

    ck_assert_int_eq(block_write(b, at, id, n), 0);
    result = probe_as(b, "x", IMAGE_CD, error, sizeof(error));
    block_close(b);
    return result == 0;
}

START_TEST(test_said_to_be_cd)
{
    static const char raw[] = "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

    ck_assert(can_be_cd(2048, 0, "", 0)); /* any sectors: blank, or another file system */
    ck_assert(!can_be_cd(2047, 0, "", 0));
    ck_assert(!can_be_cd(100 * K + 1, 0, "", 0));
    ck_assert(can_be_cd(100 * K + 1, 32769, "CD001", 5)); /* cut off, but clearly one */
    ck_assert(can_be_cd(100 * K + 1, 32769, "BEA01", 5));
    ck_assert(can_be_cd(100 * K + 1, 32769, "NSR02", 5));
    ck_assert(!can_be_cd(2352 * 128, 0, raw, sizeof(raw))); /* also 2048 * 147 */
}
END_TEST

START_TEST(test_impossible)
{
    ck_assert_int_eq(kind_of(image(3)), -1);
    ck_assert_int_eq(kind_of(image(511)), -1);
}
END_TEST

START_TEST(test_said_by_user)
{
    char          error[256];
    struct block *b = image(3000 * K + 1);

    ck_assert_int_eq(probe_as(b, "x", IMAGE_FLOPPY, error, sizeof(error)), -EINVAL);
    ck_assert_ptr_nonnull(strstr(error, "too large"));
    ck_assert_int_eq(probe_as(b, "x", IMAGE_DISK, error, sizeof(error)), -EINVAL);
    ck_assert_int_eq(probe_as(b, "x", IMAGE_CD, error, sizeof(error)), -EINVAL);
    ck_assert_ptr_nonnull(strstr(error, "2048"));
    block_close(b);
    b = image(1024);
    ck_assert_int_eq(probe_as(b, "x", IMAGE_FLOPPY, error, sizeof(error)), 0);
    ck_assert_int_eq(probe_as(b, "x", IMAGE_DISK, error, sizeof(error)), 0);
    ck_assert_int_eq(probe_as(b, "x", IMAGE_CD, error, sizeof(error)), -EINVAL);
    block_close(b);
}
END_TEST

Suite *probe_suite(void)
{
    Suite *s = suite_create("probe");
    TCase *t = tcase_create("probe");

    tcase_add_test(t, test_floppy_sizes);
    tcase_add_test(t, test_odd_floppies);
    tcase_add_test(t, test_disks);
    tcase_add_test(t, test_cds);
    tcase_add_test(t, test_said_to_be_cd);
    tcase_add_test(t, test_impossible);
    tcase_add_test(t, test_said_by_user);
    suite_add_tcase(s, t);
    return s;
}
