/* test_block.c: disk images: files, locks, memory, copy-on-write (storage/). */
#include "storage/block.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new file with N bytes counting up; its name goes to PATH (at least 40 bytes). */
static void make_file(char *path, size_t n)
{
    int fd;

    strcpy(path, "/tmp/ochenta-test-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)i;
        ck_assert_int_eq(write(fd, &byte, 1), 1);
    }
    close(fd);
}

static struct block *open_ok(const char *path, unsigned flags)
{
    char          error[256] = "";
    struct block *b = block_open(path, flags, error, sizeof(error));

    ck_assert_msg(b != NULL, "%s", error);
    return b;
}

/* Opening fails, and the one line names the file and says WHAT. */
static void refused(const char *path, unsigned flags, const char *what)
{
    char          error[256] = "";
    struct block *b = block_open(path, flags, error, sizeof(error));

    ck_assert_ptr_null(b);
    ck_assert_msg(strstr(error, path) && strstr(error, what) && !strchr(error, '\n'), "got \"%s\"", error);
}

START_TEST(test_file)
{
    char          path[40];
    uint8_t       buf[8];
    struct block *b;

    make_file(path, 2048);
    b = open_ok(path, 0);
    ck_assert_uint_eq(b->size, 2048);
    ck_assert(!b->read_only);
    ck_assert_int_eq(block_read(b, 1020, buf, 8), 0);
    ck_assert_mem_eq(buf, "\xFC\xFD\xFE\xFF\x00\x01\x02\x03", 8);
    ck_assert_int_eq(block_write(b, 5, "hello", 5), 0);
    ck_assert_int_eq(block_flush(b), 0);
    ck_assert_int_eq(block_read(b, 2048, buf, 1), -EINVAL);
    ck_assert_int_eq(block_read(b, 2044, buf, 8), -EINVAL);
    ck_assert_int_eq(block_write(b, UINT64_MAX, buf, 8), -EINVAL);
    ck_assert_int_eq(block_read(b, 2048, buf, 0), 0);
    block_close(b);
    b = open_ok(path, BLOCK_READ_ONLY);
    ck_assert_int_eq(block_read(b, 4, buf, 7), 0);
    ck_assert_mem_eq(buf, "\x04hello\x0A", 7);
    ck_assert_int_eq(block_write(b, 0, buf, 1), -EROFS);
    block_close(b);
    block_close(NULL);
    unlink(path);
}
END_TEST

START_TEST(test_refused)
{
    char path[40];

    refused("/tmp", 0, "directory");
    refused("/nonexistent/image", 0, "No such file");
    refused("/dev/null", 0, "not a regular file");
    make_file(path, 0);
    refused(path, 0, "empty");
    unlink(path);
    make_file(path, 1);
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    refused(path, 0, "not a regular file"); /* at once, without waiting for a writer */
    unlink(path);
}
END_TEST

START_TEST(test_locks)
{
    char          path[40];
    struct block *a, *b;

    make_file(path, 512);
    a = open_ok(path, 0);
    refused(path, 0, "in use");
    refused(path, BLOCK_READ_ONLY, "in use");
    refused(path, BLOCK_SNAPSHOT, "in use");
    block_close(a);
    a = open_ok(path, BLOCK_SNAPSHOT);
    b = open_ok(path, BLOCK_READ_ONLY); /* readers share */
    refused(path, 0, "in use");
    block_close(a);
    refused(path, 0, "in use"); /* b still reads */
    block_close(b);
    a = open_ok(path, 0);
    block_close(a);
    unlink(path);
}
END_TEST

START_TEST(test_write_protected_file)
{
    char          path[40];
    struct block *b;

    make_file(path, 512);
    chmod(path, 0444);
    b = open_ok(path, 0);
    if (geteuid() != 0) ck_assert(b->read_only); /* root may write anyway */
    block_close(b);
    if (geteuid() != 0) {
        chmod(path, 0);
        refused(path, 0, "Permission denied");
    }
    unlink(path);
}
END_TEST

START_TEST(test_snapshot)
{
    char          path[40];
    uint8_t       buf[4];
    struct block *b;

    make_file(path, 40000);
    b = open_ok(path, BLOCK_SNAPSHOT);
    ck_assert(!b->read_only);
    ck_assert_int_eq(block_write(b, 16382, "abcd", 4), 0); /* over the edge of a chunk */
    ck_assert_int_eq(block_read(b, 16382, buf, 4), 0);
    ck_assert_mem_eq(buf, "abcd", 4);
    ck_assert_int_eq(block_read(b, 16380, buf, 4), 0);
    ck_assert_mem_eq(buf, "\xFC\xFD" "ab", 4);
    block_close(b);
    b = open_ok(path, BLOCK_READ_ONLY);
    ck_assert_int_eq(block_read(b, 16382, buf, 4), 0);
    ck_assert_mem_eq(buf, "\xFE\xFF\x00\x01", 4); /* the file is as it was */
    block_close(b);
    unlink(path);
}
END_TEST

struct walk {
    unsigned calls, stop_at;
    uint64_t offset[8];
    size_t   size[8];
    uint8_t  first[8];
};

static int note_change(void *opaque, uint64_t offset, const void *data, size_t n)
{
    struct walk *w = opaque;

    ck_assert_uint_lt(w->calls, 8);
    w->offset[w->calls] = offset;
    w->size[w->calls] = n;
    w->first[w->calls++] = *(const uint8_t *)data;
    return w->calls == w->stop_at ? 7 : 0;
}

START_TEST(test_changes)
{
    struct block *base = block_memory((1ull << 25) + 700), *o;
    struct walk   w = {0};
    uint8_t       byte;

    ck_assert_int_eq(block_write(base, 0, "base", 4), 0);
    o = block_overlay(base);
    ck_assert_int_eq(block_each_change(o, note_change, &w), 0);
    ck_assert_uint_eq(w.calls, 0);
    ck_assert_int_eq(block_write(o, (1ull << 25) + 699, "z", 1), 0);
    ck_assert_int_eq(block_write(o, 1 << 24, "y", 1), 0);
    ck_assert_int_eq(block_write(o, 1, "x", 1), 0);
    ck_assert_int_eq(block_each_change(o, note_change, &w), 0);
    ck_assert_uint_eq(w.calls, 3); /* ascending; the last one ends with the image */
    ck_assert_uint_eq(w.offset[0], 0);
    ck_assert_uint_eq(w.first[0], 'b'); /* with the base's bytes around what was written */
    ck_assert_uint_eq(w.offset[1], 1 << 24);
    ck_assert_uint_eq(w.first[1], 'y');
    ck_assert_uint_eq(w.offset[2] + w.size[2], (1ull << 25) + 700);
    w = (struct walk){.stop_at = 2};
    ck_assert_int_eq(block_each_change(o, note_change, &w), 7);
    ck_assert_uint_eq(w.calls, 2);
    ck_assert_int_eq(block_each_change(base, note_change, &w), 0); /* no overlay: no call */
    ck_assert_uint_eq(w.calls, 2);
    block_discard_changes(o);
    ck_assert_int_eq(block_read(o, 1, &byte, 1), 0);
    ck_assert_uint_eq(byte, 'a');
    block_discard_changes(base);
    block_close(o);
}
END_TEST

/* Two machines write the same to one image, one after the other; each sees its own writes alone, and only the mirror's reach the image. */
START_TEST(test_mirror)
{
    struct block *base = block_memory(100000), *mirror = block_mirror(base), *twin;
    uint8_t       byte = 7;

    ck_assert_int_eq(block_write(mirror, 5, &byte, 1), 0);
    twin = block_twin(mirror);
    ck_assert_ptr_nonnull(twin);
    ck_assert_ptr_null(block_twin(mirror));
    byte = 8;
    ck_assert_int_eq(block_write(mirror, 5, &byte, 1), 0);
    ck_assert_int_eq(block_write(mirror, 50000, &byte, 1), 0);
    ck_assert_int_eq(block_read(twin, 5, &byte, 1), 0);
    ck_assert_uint_eq(byte, 7);
    ck_assert_int_eq(block_read(twin, 50000, &byte, 1), 0);
    ck_assert_uint_eq(byte, 0);
    byte = 9;
    ck_assert_int_eq(block_write(twin, 99999, &byte, 1), 0);
    ck_assert_int_eq(block_read(base, 99999, &byte, 1), 0);
    ck_assert_uint_eq(byte, 0);
    block_discard_changes(twin); // as a load does: as the image is now
    ck_assert_int_eq(block_read(twin, 5, &byte, 1), 0);
    ck_assert_uint_eq(byte, 8);
    block_close(twin);
    twin = block_twin(mirror);
    block_close(mirror);
    ck_assert_int_ne(block_read(twin, 5, &byte, 1), 0);
    block_close(twin);
}
END_TEST

START_TEST(test_overlay_random)
{
    enum { SIZE = 300000 };
    struct block *o = block_overlay(block_memory(SIZE));
    uint8_t      *mirror = calloc(1, SIZE), *buf = malloc(SIZE);
    uint32_t      seed = 1;

    for (int i = 0; i < 400; i++) {
        uint32_t at, n;
        seed = seed * 1664525 + 1013904223;
        at = (seed >> 8) % SIZE;
        n = seed % 50000 % (SIZE - at + 1);
        if (i & 1) {
            memset(mirror + at, i, n);
            ck_assert_int_eq(block_write(o, at, mirror + at, n), 0);
        } else {
            ck_assert_int_eq(block_read(o, at, buf, n), 0);
            ck_assert(!n || !memcmp(buf, mirror + at, n));
        }
    }
    block_close(o);
    free(mirror);
    free(buf);
}
END_TEST

Suite *block_suite(void)
{
    Suite *s = suite_create("block");
    TCase *t = tcase_create("block");

    tcase_add_test(t, test_file);
    tcase_add_test(t, test_refused);
    tcase_add_test(t, test_locks);
    tcase_add_test(t, test_write_protected_file);
    tcase_add_test(t, test_snapshot);
    tcase_add_test(t, test_changes);
    tcase_add_test(t, test_overlay_random);
    tcase_add_test(t, test_mirror);
    suite_add_tcase(s, t);
    return s;
}
