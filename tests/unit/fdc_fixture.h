/* fdc_fixture.h: a floppy disk controller with a disk in memory, and what tests of it say to it. */
#ifndef TESTS_UNIT_FDC_FIXTURE_H
#define TESTS_UNIT_FDC_FIXTURE_H

#include "devices/fdc.h"
#include "tests/unit/stub.h"

#include <errno.h>

#define MS     1000000ull
#define IRQ6   0
#define SIZE_144 (80u * 2 * 18 * 512)

static struct stub  *s;
static struct fdc   *fdc;
static struct block *disk;
static uint8_t       result[10];

static inline void fill_disk(struct block *b)
{
    uint8_t sector[512];

    for (uint64_t i = 0; i < b->size / 512; i++) {
        for (unsigned k = 0; k < 512; k++) sector[k] = (uint8_t)(i + (i >> 8) * 3 + k * 7);
        ck_assert_int_eq(block_write(b, i * 512, sector, 512), 0);
    }
}

/* Byte K of sector I as fill_disk() wrote it. */
static inline uint8_t byte_of(unsigned i, unsigned k)
{
    return (uint8_t)(i + (i >> 8) * 3 + k * 7);
}

static inline void insert(struct block *b)
{
    ck_assert_int_eq(fdc_insert(fdc, 0, b), 0);
}

static inline struct block *new_disk(uint64_t size)
{
    struct block *b = block_memory(size);

    fill_disk(b);
    return b;
}

static inline void build(enum fdc_drive_type type, uint64_t size)
{
    struct fdc_config config = {.type = {type, FDC_1440K}};

    s = stub_new();
    fdc = calloc(1, sizeof(*fdc));
    fdc_init(fdc, &s->bus, &s->clock, stub_line(s, IRQ6), stub_dma_line(s, 2), &config);
    fdc_ops.reset(fdc);
    disk = new_disk(size);
    insert(disk);
}

static inline void teardown(void)
{
    block_close(disk);
    free(fdc);
    stub_free(s);
}

static inline void send(unsigned n, const uint8_t *bytes)
{
    for (unsigned i = 0; i < n; i++) {
        ck_assert_msg((stub_in8(s, 0x3F4) & 0xC0) == 0x80, "byte %u: status %02X", i, stub_in8(s, 0x3F4));
        stub_out8(s, 0x3F5, bytes[i]);
    }
}

#define SEND(...) send(sizeof((uint8_t[]){__VA_ARGS__}), (uint8_t[]){__VA_ARGS__})

/* Runs until the interrupt comes; returns how long it took. */
static inline uint64_t wait_irq(void)
{
    uint64_t begin = s->clock.now;

    while (!s->irq[IRQ6].level) {
        ck_assert_msg(s->clock.now - begin < 1000 * MS, "no interrupt");
        stub_run(s, 10000);
    }
    return s->clock.now - begin;
}

/* Exactly N bytes of result. */
static inline void fetch(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        ck_assert_msg((stub_in8(s, 0x3F4) & 0xD0) == 0xD0, "result byte %u: status %02X", i, stub_in8(s, 0x3F4));
        result[i] = stub_in8(s, 0x3F5);
        if (n == 7) ck_assert(!s->irq[IRQ6].level);
    }
    ck_assert_uint_eq(stub_in8(s, 0x3F4) & 0xF0, 0x80);
}

static inline void expect(const char *what, unsigned n, const uint8_t *bytes)
{
    fetch(n);
    for (unsigned i = 0; i < n; i++)
        ck_assert_msg(result[i] == bytes[i], "%s: byte %u is %02X, not %02X", what, i, result[i], bytes[i]);
}

#define EXPECT(what, ...) expect(what, sizeof((uint8_t[]){__VA_ARGS__}), (uint8_t[]){__VA_ARGS__})

/* From power-on to the four reports after the reset; motors on, 500 kbit/s, step rate 3 ms, DMA. */
static inline void start(void)
{
    stub_out8(s, 0x3F2, 0x3C);
    wait_irq();
    for (unsigned i = 0; i < 4; i++) {
        SEND(0x08);
        fetch(2);
        ck_assert_uint_eq(result[0], 0xC0 | i);
    }
    ck_assert(!s->irq[IRQ6].level);
    stub_out8(s, 0x3F7, 0);
    SEND(0x03, 0xDF, 0x02);
}

static inline void setup(void)
{
    build(FDC_1440K, SIZE_144);
    start();
}

static inline void seek(uint8_t cylinder)
{
    SEND(0x0F, 0x00, cylinder);
    wait_irq();
    SEND(0x08);
    EXPECT("seek", 0x20, cylinder);
}

static inline void expect_sector(const uint8_t *bytes, unsigned number)
{
    for (unsigned k = 0; k < 512; k++)
        ck_assert_msg(bytes[k] == byte_of(number, k), "sector %u, byte %u: %02X", number, k, bytes[k]);
}

#endif
