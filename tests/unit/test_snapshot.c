/* test_snapshot.c: saved states of a toy machine: round trip, hash, and every way in which a file can be bad. */
#include "machine/snapshot.h"

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES     64
#define DISK_SIZE 65536

enum toy_mood { TOY_CALM, TOY_LOUD };

struct toy_part {
    uint16_t latch;
    bool     up;
};

struct toy {
    uint8_t         byte;
    uint64_t        wide;
    int32_t         minus;
    enum toy_mood   mood;
    uint16_t        table[3];
    char            text[5];
    struct toy_part part[2];
    struct event    tick, tock;
    uint8_t        *buffer;
    uint32_t        buffer_size;
    uint8_t        *queue; /* of any size */
    uint32_t        queue_size;
    unsigned        derived; /* from byte */
    struct clock   *clock;
};

static const struct state_field toy_part_fields[] = {STATE_UINT(struct toy_part, latch), STATE_UINT(struct toy_part, up), STATE_END};

static const struct state_field toy_fields[] = {
    STATE_UINT(struct toy, byte),
    STATE_UINT(struct toy, wide),
    STATE_UINT(struct toy, minus),
    STATE_UINT(struct toy, mood),
    STATE_UINTS(struct toy, table, uint16_t),
    STATE_BYTES(struct toy, text),
    STATE_ARRAY(struct toy, part, toy_part_fields),
    STATE_EVENT(struct toy, tick),
    STATE_EVENT(struct toy, tock),
    STATE_BUFFER(struct toy, buffer, buffer_size),
    STATE_SKIP(struct toy, buffer_size),
    STATE_GROWING(struct toy, queue, queue_size),
    STATE_SKIP(struct toy, queue_size),
    STATE_SKIP(struct toy, derived),
    STATE_SKIP(struct toy, clock),
    STATE_END,
};

/* A byte of 200 and more is what this device never holds. */
static int toy_loaded(void *device)
{
    struct toy *toy = device;

    if (toy->byte >= 200) return -EINVAL;
    toy->derived = toy->byte * 2u;
    return 0;
}

static const struct device_ops toy_ops = {.name = "toy", .version = 3, .fields = toy_fields, .loaded = toy_loaded};

/* The same with a field more, and the same under another version: what other builds of the program would have. */
static const struct state_field other_fields[] = {STATE_UINT(struct toy, byte), STATE_UINT(struct toy, wide), STATE_END};
static const struct device_ops  other_ops = {.name = "toy", .version = 3, .fields = other_fields, .loaded = toy_loaded};
static const struct device_ops  newer_ops = {.name = "toy", .version = 4, .fields = toy_fields, .loaded = toy_loaded};

struct box {
    struct clock             clock;
    struct toy               toy[2];
    uint8_t                 *ram;
    uint8_t                  touched[PAGES];
    struct block            *disk;
    struct snapshot_device   devices[2];
    struct snapshot_ram      regions[1];
    struct snapshot_disk     disks[1];
    struct snapshot_property properties[2];
    struct snapshot          snap;
    unsigned                 ticks;
};

static char folder[] = "/tmp/snapshot-test-XXXXXX";
static char path[64];

static void toy_tick(void *opaque, uint64_t late_ns)
{
    struct box *box = opaque;

    (void)late_ns;
    box->ticks++;
}

static struct box *box_new(void)
{
    struct box *box = calloc(1, sizeof(*box));

    clock_init(&box->clock);
    box->ram = calloc(PAGES, SNAPSHOT_PAGE);
    box->disk = block_overlay(block_memory(DISK_SIZE));
    for (int i = 0; i < 2; i++) {
        struct toy *toy = &box->toy[i];

        event_init(&toy->tick, i ? "toy.1.tick" : "toy.0.tick", toy_tick, box, 0);
        event_init(&toy->tock, i ? "toy.1.tock" : "toy.0.tock", toy_tick, box, 0);
        toy->buffer_size = 100;
        toy->buffer = calloc(1, 100);
        toy->clock = &box->clock;
        box->devices[i] = (struct snapshot_device){&toy_ops, toy, i ? "toy.1" : "toy.0"};
    }
    box->regions[0] = (struct snapshot_ram){"ram", box->ram, PAGES * SNAPSHOT_PAGE, box->touched};
    box->disks[0] = (struct snapshot_disk){"disk.0", box->disk};
    box->properties[0] = (struct snapshot_property){"memory", "256K"};
    box->properties[1] = (struct snapshot_property){"cpu", "486"};
    box->snap = (struct snapshot){box->devices, 2, box->regions, 1, box->disks, 1, box->properties, 2, &box->clock};
    return box;
}

static void box_free(struct box *box)
{
    for (int i = 0; i < 2; i++) {
        free(box->toy[i].buffer);
        free(box->toy[i].queue);
    }
    block_close(box->disk);
    free(box->ram);
    free(box);
}

static void box_poke(struct box *box, unsigned addr, uint8_t value)
{
    box->ram[addr] = value;
    box->touched[addr / SNAPSHOT_PAGE] = 1;
}

/* Some state in every kind of field. */
static void box_fill(struct box *box)
{
    struct toy *toy = &box->toy[1];

    clock_advance_to(&box->clock, 1000);
    *toy = (struct toy){.byte = 7, .wide = 0x123456789abcdef0ull, .minus = -5, .mood = TOY_LOUD, .table = {1, 0xffff, 3},
                        .text = {'a', 0, 'b', 'c', 'd'}, .part = {{9, true}, {0x8000, false}}, .tick = toy->tick, .tock = toy->tock,
                        .buffer = toy->buffer, .buffer_size = 100, .derived = 14, .clock = toy->clock};
    memset(toy->buffer, 0x5a, 100);
    event_schedule(&box->clock, &toy->tick, 5000);
    box_poke(box, 0, 1);
    box_poke(box, SNAPSHOT_PAGE - 1, 2);
    box_poke(box, 10 * SNAPSHOT_PAGE + 5, 3);
    box_poke(box, PAGES * SNAPSHOT_PAGE - 1, 4);
    ck_assert_int_eq(block_write(box->disk, 1234, "changed", 7), 0);
}

static void save(struct box *box)
{
    char error[200] = "";

    ck_assert_msg(snapshot_save(&box->snap, path, error, sizeof(error)) == 0, "%s", error);
}

/* Loading has to fail with TEXT in its message, and change nothing. */
static void refuses(struct box *box, const char *text)
{
    char     error[200] = "", before[8], after[8];
    uint64_t hash = snapshot_hash(&box->snap);

    ck_assert_int_eq(block_read(box->disk, 1234, before, 8), 0);
    ck_assert_int_lt(snapshot_load(&box->snap, path, error, sizeof(error)), 0);
    ck_assert_msg(strstr(error, text) && strstr(error, path), "\"%s\" should have \"%s\"", error, text);
    ck_assert_ptr_null(strchr(error, '\n'));
    ck_assert_uint_eq(snapshot_hash(&box->snap), hash);
    ck_assert_int_eq(block_read(box->disk, 1234, after, 8), 0);
    ck_assert_mem_eq(before, after, 8);
}

static size_t read_state(uint8_t **data)
{
    FILE  *f = fopen(path, "rb");
    size_t n;

    *data = malloc(1 << 20);
    n = fread(*data, 1, 1 << 20, f);
    fclose(f);
    return n;
}

static void write_state(const uint8_t *data, size_t n)
{
    FILE *f = fopen(path, "wb");

    ck_assert_uint_eq(fwrite(data, 1, n, f), n);
    fclose(f);
}

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/a.state", folder);
}

static void teardown(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* no temporary file is left */
}

START_TEST(round_trip_restores_everything)
{
    struct box *a = box_new(), *b = box_new();
    char        error[200], text[8] = "";

    box_fill(a);
    box_poke(b, 20 * SNAPSHOT_PAGE, 99); /* to be cleared */
    block_write(b->disk, 0, "x", 1);
    event_schedule(&b->clock, &b->toy[0].tock, 10); /* to be cancelled */
    save(a);
    ck_assert_int_eq(snapshot_load(&b->snap, path, error, sizeof(error)), 0);
    ck_assert_uint_eq(b->clock.now, 1000);
    ck_assert_uint_eq(b->toy[1].wide, 0x123456789abcdef0ull);
    ck_assert_int_eq(b->toy[1].minus, -5);
    ck_assert_int_eq(b->toy[1].mood, TOY_LOUD);
    ck_assert_uint_eq(b->toy[1].table[1], 0xffff);
    ck_assert_mem_eq(b->toy[1].text, "a\0bcd", 5);
    ck_assert_uint_eq(b->toy[1].part[1].latch, 0x8000);
    ck_assert(b->toy[1].part[0].up);
    ck_assert_uint_eq(b->toy[1].derived, 14);
    ck_assert_mem_eq(b->toy[1].buffer, a->toy[1].buffer, 100);
    ck_assert_mem_eq(b->ram, a->ram, PAGES * SNAPSHOT_PAGE);
    ck_assert_int_eq(block_read(b->disk, 1234, text, 7), 0);
    ck_assert_str_eq(text, "changed");
    ck_assert_int_eq(block_read(b->disk, 0, text, 1), 0);
    ck_assert_int_eq(text[0], 0);
    ck_assert(!b->toy[0].tock.pending);
    ck_assert_uint_eq(snapshot_hash(&a->snap), snapshot_hash(&b->snap));
    clock_advance_to(&b->clock, 4999);
    ck_assert_uint_eq(b->ticks, 0);
    clock_advance_to(&b->clock, 5000);
    ck_assert_uint_eq(b->ticks, 1);
    box_free(a);
    box_free(b);
}
END_TEST

/* Makes the queue of a toy N bytes long. */
static void set_queue(struct toy *toy, uint32_t n, uint8_t value)
{
    toy->queue = realloc(toy->queue, n);
    toy->queue_size = n;
    memset(toy->queue, value, n);
}

START_TEST(growing_buffers_take_their_size_along)
{
    struct box *a = box_new(), *b = box_new();
    char        error[200];

    set_queue(&a->toy[0], 100000, 0x11); /* is deflated */
    set_queue(&a->toy[1], 3, 0x22);
    set_queue(&b->toy[0], 10, 0x33);
    set_queue(&b->toy[1], 10, 0x44);
    save(a);
    ck_assert_int_eq(snapshot_load(&b->snap, path, error, sizeof(error)), 0);
    ck_assert_uint_eq(b->toy[0].queue_size, 100000);
    ck_assert_mem_eq(b->toy[0].queue, a->toy[0].queue, 100000);
    ck_assert_uint_eq(b->toy[1].queue_size, 3);
    ck_assert_uint_eq(snapshot_hash(&a->snap), snapshot_hash(&b->snap));
    set_queue(&a->toy[1], 2000, 0x55); /* and back, when the load is refused */
    a->toy[1].byte = 250;
    save(a);
    refuses(b, "impossible values");
    ck_assert_uint_eq(b->toy[1].queue_size, 3);
    ck_assert_uint_eq(b->toy[1].queue[2], 0x22);
    box_free(a);
    box_free(b);
}
END_TEST

START_TEST(hash_sees_state_and_nothing_else)
{
    struct box *a = box_new();
    uint64_t    hash = snapshot_hash(&a->snap);

    box_poke(a, 3 * SNAPSHOT_PAGE, 0); /* touched, still zero */
    a->toy[0].derived = 77;
    a->toy[0].tick.when = 123; /* not pending: has no meaning */
    ck_assert_uint_eq(snapshot_hash(&a->snap), hash);
    box_poke(a, 3 * SNAPSHOT_PAGE, 1);
    ck_assert_uint_ne(snapshot_hash(&a->snap), hash);
    box_poke(a, 3 * SNAPSHOT_PAGE, 0);
    box_poke(a, 4 * SNAPSHOT_PAGE, 1);
    ck_assert_uint_ne(snapshot_hash(&a->snap), hash);
    box_poke(a, 4 * SNAPSHOT_PAGE, 0);
    a->toy[0].part[1].up = true;
    ck_assert_uint_ne(snapshot_hash(&a->snap), hash);
    a->toy[0].part[1].up = false;
    event_schedule(&a->clock, &a->toy[0].tick, 9);
    ck_assert_uint_ne(snapshot_hash(&a->snap), hash);
    event_cancel(&a->clock, &a->toy[0].tick);
    clock_advance_to(&a->clock, 1);
    ck_assert_uint_ne(snapshot_hash(&a->snap), hash);
    box_free(a);
}
END_TEST

START_TEST(hash_is_the_same_number_everywhere)
{
    struct box *a = box_new();

    box_fill(a);
    ck_assert_uint_eq(snapshot_hash(&a->snap), 0x851242e5d0f768acull);
    box_free(a);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    struct box *a = box_new();
    uint8_t    *data;
    size_t      n;

    box_fill(a);
    save(a);
    n = read_state(&data);
    for (size_t cut = 0; cut < n; cut++) {
        write_state(data, cut);
        refuses(a, cut < 8 ? "is not a saved state" : "is truncated");
    }
    write_state(data, n);
    free(data);
    box_free(a);
}
END_TEST

START_TEST(every_altered_byte_is_refused)
{
    struct box *a = box_new();
    uint8_t    *data;
    size_t      n;

    box_fill(a);
    save(a);
    n = read_state(&data);
    for (size_t i = 0; i < n; i++) {
        data[i] ^= 0x10;
        write_state(data, n);
        data[i] ^= 0x10;
        refuses(a, "");
    }
    free(data);
    box_free(a);
}
END_TEST

START_TEST(other_machines_are_refused)
{
    struct box *a = box_new();

    box_fill(a);
    save(a);
    a->properties[0].value = "512K";
    refuses(a, "memory 256K, this machine has 512K");
    a->properties[0].value = "256K";
    a->snap.property_count = 1;
    refuses(a, "more properties");
    a->snap.property_count = 2;
    a->devices[0].ops = &newer_ops;
    refuses(a, "version 3 of \"toy.0\", this program has 4");
    a->devices[0].ops = &other_ops;
    refuses(a, "another shape");
    a->devices[0].ops = &toy_ops;
    a->devices[1].name = "joy";
    refuses(a, "\"toy.1\" where this machine has \"joy\"");
    a->devices[1].name = "toy.1";
    a->toy[1].buffer_size = 99;
    refuses(a, "another shape");
    a->toy[1].buffer_size = 100;
    a->snap.disk_count = 0;
    refuses(a, "more sections");
    a->snap.disk_count = 1;
    a->regions[0].size -= SNAPSHOT_PAGE;
    refuses(a, "damaged: section \"ram\"");
    box_free(a);
}
END_TEST

START_TEST(impossible_values_are_rolled_back)
{
    struct box *a = box_new();

    box_fill(a);
    a->toy[1].byte = 200;
    save(a);
    a->toy[1].byte = 8;
    a->toy[1].derived = 16;
    a->toy[0].wide = 4711;
    refuses(a, "\"toy.1\" has impossible values");
    ck_assert_uint_eq(a->toy[1].byte, 8);
    ck_assert_uint_eq(a->toy[1].derived, 16);
    ck_assert_uint_eq(a->toy[0].wide, 4711);
    ck_assert(a->toy[1].tick.pending);
    box_free(a);
}
END_TEST

START_TEST(foreign_files_are_refused)
{
    struct box *a = box_new();
    char        error[200];

    ck_assert_int_eq(snapshot_load(&a->snap, path, error, sizeof(error)), -ENOENT);
    write_state((const uint8_t *)"#!/bin/sh\necho hello, this is a text\n", 36);
    refuses(a, "is not a saved state of ochenta");
    ck_assert_int_lt(snapshot_load(&a->snap, folder, error, sizeof(error)), 0);
    ck_assert_ptr_nonnull(strstr(error, "not a plain file"));
    ck_assert_int_lt(snapshot_save(&a->snap, folder, error, sizeof(error)), 0);
    box_free(a);
}
END_TEST

START_TEST(saving_replaces_or_leaves_the_old_file)
{
    struct box *a = box_new();
    char        error[200] = "", missing[128];
    uint8_t    *first, *second;
    size_t      n;

    save(a);
    n = read_state(&first);
    save(a);
    ck_assert_uint_eq(read_state(&second), n);
    ck_assert_mem_eq(first, second, n); /* equal machines have equal files */
    snprintf(missing, sizeof(missing), "%s/none/a.state", folder);
    ck_assert_int_eq(snapshot_save(&a->snap, missing, error, sizeof(error)), -ENOENT);
    ck_assert_ptr_nonnull(strstr(error, missing));
    free(first);
    free(second);
    box_free(a);
}
END_TEST

Suite *snapshot_suite(void)
{
    Suite *suite = suite_create("snapshot");
    TCase *tcase = tcase_create("snapshot");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, round_trip_restores_everything);
    tcase_add_test(tcase, growing_buffers_take_their_size_along);
    tcase_add_test(tcase, hash_sees_state_and_nothing_else);
    tcase_add_test(tcase, hash_is_the_same_number_everywhere);
    tcase_add_test(tcase, every_truncation_is_refused);
    tcase_add_test(tcase, every_altered_byte_is_refused);
    tcase_add_test(tcase, other_machines_are_refused);
    tcase_add_test(tcase, impossible_values_are_rolled_back);
    tcase_add_test(tcase, foreign_files_are_refused);
    tcase_add_test(tcase, saving_replaces_or_leaves_the_old_file);
    suite_add_tcase(suite, tcase);
    return suite;
}
