/* test_bus.c: how port accesses of each size reach handlers (devices/bus.c). */
#include "tests/unit/stub.h"

#include <stdio.h>

struct probe {
    char     log[256];
    uint32_t answer;
};

static uint32_t probe_read(void *opaque, uint32_t offset, unsigned size)
{
    struct probe *p = opaque;
    size_t        at = strlen(p->log);

    snprintf(p->log + at, sizeof(p->log) - at, "r%u.%u ", offset, size);
    return p->answer + offset;
}

static void probe_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct probe *p = opaque;
    size_t        at = strlen(p->log);

    snprintf(p->log + at, sizeof(p->log) - at, "w%u.%u=%x ", offset, size, value);
}

static const struct bus_ops byte_ops = {.read = probe_read, .write = probe_write, .max_size = 1};
static const struct bus_ops word_ops = {.read = probe_read, .write = probe_write, .max_size = 2};
static const struct bus_ops long_ops = {.read = probe_read, .write = probe_write, .max_size = 4};
static const struct bus_ops mute_ops = {.max_size = 1};

START_TEST(test_unmapped)
{
    struct stub *s = stub_new();

    ck_assert_uint_eq(stub_in8(s, 0x100), 0xFF);
    ck_assert_uint_eq(stub_in16(s, 0x100), 0xFFFF);
    ck_assert_uint_eq(stub_in32(s, 0xFFFE), 0xFFFFFFFF); /* wraps past the last port */
    stub_out32(s, 0xFFFE, 0);
    bus_map_ports(&s->bus, 0x100, 1, &mute_ops, s);
    ck_assert_uint_eq(stub_in8(s, 0x100), 0xFF); /* no read handler */
    stub_free(s);
}
END_TEST

START_TEST(test_split_by_size)
{
    struct stub *s = stub_new();
    struct probe p = {.answer = 0x10};

    bus_map_ports(&s->bus, 0x200, 8, &byte_ops, &p);
    ck_assert_uint_eq(stub_in32(s, 0x201), 0x14131211);
    ck_assert_str_eq(p.log, "r1.1 r2.1 r3.1 r4.1 ");
    p.log[0] = 0;
    bus_map_ports(&s->bus, 0x200, 8, &word_ops, &p);
    stub_out32(s, 0x202, 0x11223344);
    ck_assert_str_eq(p.log, "w2.2=3344 w4.2=1122 ");
    p.log[0] = 0;
    bus_map_ports(&s->bus, 0x200, 8, &long_ops, &p);
    stub_out32(s, 0x204, 0x11223344);
    ck_assert_str_eq(p.log, "w4.4=11223344 ");
    stub_free(s);
}
END_TEST

START_TEST(test_split_at_end)
{
    struct stub *s = stub_new();
    struct probe p = {.answer = 0x10}, q = {.answer = 0x80};

    bus_map_ports(&s->bus, 0x300, 2, &long_ops, &p);
    bus_map_ports(&s->bus, 0x302, 1, &byte_ops, &q);
    stub_out32(s, 0x300, 0xAABBCCDD);
    ck_assert_str_eq(p.log, "w0.2=ccdd ");
    ck_assert_str_eq(q.log, "w0.1=bb ");
    ck_assert_uint_eq(stub_in32(s, 0x301) & 0xFFFF, 0x8011);
    bus_unmap_ports(&s->bus, 0x300, 3, &p); /* only p's */
    ck_assert_uint_eq(stub_in8(s, 0x300), 0xFF);
    ck_assert_uint_eq(stub_in8(s, 0x302), 0x80);
    stub_free(s);
}
END_TEST

START_TEST(test_memory)
{
    struct stub *s = stub_new();
    uint8_t      video[4096] = {0}, dirty[1] = {0}, buf[4] = {1, 2, 3, 4};

    bus_memory_write(&s->bus, 0x1000, buf, 4);
    ck_assert_mem_eq(s->ram + 0x1000, buf, 4);
    bus_map_ram(&s->bus, 0xA0000, sizeof(video), video, dirty);
    bus_memory_write(&s->bus, 0xA0010, buf, 4);
    ck_assert_mem_eq(video + 0x10, buf, 4);
    ck_assert_uint_eq(dirty[0], 1);
    bus_map_ram(&s->bus, 0xA0000, sizeof(video), NULL, NULL);
    bus_memory_read(&s->bus, 0xA0010, buf, 4);
    ck_assert_uint_eq(buf[0], 0);
    stub_free(s);
}
END_TEST

Suite *bus_suite(void)
{
    Suite *s = suite_create("bus");
    TCase *t = tcase_create("bus");

    tcase_add_test(t, test_unmapped);
    tcase_add_test(t, test_split_by_size);
    tcase_add_test(t, test_split_at_end);
    tcase_add_test(t, test_memory);
    suite_add_tcase(s, t);
    return s;
}
