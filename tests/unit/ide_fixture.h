/* ide_fixture.h: an ATA channel with disks in memory, and what tests of it say to it. */
#ifndef TESTS_UNIT_IDE_FIXTURE_H
#define TESTS_UNIT_IDE_FIXTURE_H

#include "devices/ata_disk.h"
#include "devices/ide.h"
#include "tests/unit/stub.h"

#include <errno.h>

#define SECTORS 20000u
#define BM      0xC000

struct ata_board {
    struct stub  *s;
    struct ide    ide;
    struct block *disk[2]; /* primary master and slave */
};

/* Every sector of an image begins with its number and ends with its complement. */
static inline void fill(struct block *b)
{
    uint8_t sector[512] = {0};

    for (uint32_t n = 0; n < b->size / 512; n++) {
        uint32_t inverted = ~n;
        memcpy(sector, &n, 4);
        memcpy(sector + 508, &inverted, 4);
        ck_assert_int_eq(block_write(b, (uint64_t)n * 512, sector, 512), 0);
    }
}

static inline struct ata_board *board_new(unsigned drives)
{
    struct ata_board *b = calloc(1, sizeof(*b));

    b->s = stub_new();
    ide_init(&b->ide, &b->s->bus, &b->s->clock, stub_line(b->s, 14), stub_line(b->s, 15));
    for (unsigned u = 0; u < drives; u++) {
        b->disk[u] = block_memory(SECTORS * 512ull);
        fill(b->disk[u]);
        ata_disk_attach(ide_drive(&b->ide, 0, u), b->disk[u], u ? "D1" : "D0");
    }
    ide_ops.reset(&b->ide);
    b->ide.pci.memory_start = 1 << 20;
    b->ide.pci.memory_end = 0xFFF80000;
    return b;
}

static inline void board_free(struct ata_board *b)
{
    block_close(b->disk[0]);
    block_close(b->disk[1]);
    stub_free(b->s);
    free(b);
}

static inline void out(struct ata_board *b, unsigned reg, unsigned value)
{
    stub_out8(b->s, (uint16_t)(0x1F0 + reg), (uint8_t)value);
}

static inline unsigned in(struct ata_board *b, unsigned reg)
{
    return stub_in8(b->s, (uint16_t)(0x1F0 + reg));
}

static inline unsigned alternate(struct ata_board *b)
{
    return stub_in8(b->s, 0x3F6);
}

/* Lets time pass until BSY is 0; returns alternate status. */
static inline unsigned ready(struct ata_board *b)
{
    for (int i = 0; i < 10000 && alternate(b) & ATA_BSY; i++) stub_run(b->s, 1000);
    ck_assert_msg(!(alternate(b) & ATA_BSY), "still busy");
    return alternate(b);
}

/* Writes the registers for LBA28 and the command. */
static inline void command28(struct ata_board *b, unsigned command, uint32_t lba, unsigned count)
{
    out(b, 2, count);
    out(b, 3, lba & 0xFF);
    out(b, 4, lba >> 8 & 0xFF);
    out(b, 5, lba >> 16 & 0xFF);
    out(b, 6, 0xE0 | lba >> 24);
    out(b, 7, command);
}

static inline void command48(struct ata_board *b, unsigned command, uint64_t lba, unsigned count)
{
    out(b, 6, 0x40);
    out(b, 2, count >> 8);
    out(b, 3, lba >> 24 & 0xFF);
    out(b, 4, lba >> 32 & 0xFF);
    out(b, 5, lba >> 40 & 0xFF);
    out(b, 2, count & 0xFF);
    out(b, 3, lba & 0xFF);
    out(b, 4, lba >> 8 & 0xFF);
    out(b, 5, lba >> 16 & 0xFF);
    out(b, 7, command);
}

static inline void command_chs(struct ata_board *b, unsigned command, unsigned c, unsigned h, unsigned s, unsigned count)
{
    out(b, 2, count);
    out(b, 3, s);
    out(b, 4, c & 0xFF);
    out(b, 5, c >> 8);
    out(b, 6, 0xA0 | h);
    out(b, 7, command);
}

static inline void read_words(struct ata_board *b, void *to, unsigned bytes)
{
    uint16_t *words = to;

    for (unsigned i = 0; i < bytes / 2; i++) words[i] = stub_in16(b->s, 0x1F0);
}

static inline void write_words(struct ata_board *b, const void *from, unsigned bytes)
{
    const uint16_t *words = from;

    for (unsigned i = 0; i < bytes / 2; i++) stub_out16(b->s, 0x1F0, words[i]);
}

/* Reads a data block of SECTORS from LBA and checks their marks. */
static inline void expect_sectors(struct ata_board *b, uint32_t lba, unsigned sectors)
{
    uint8_t buf[512];

    ck_assert_uint_eq(ready(b), 0x58);
    for (unsigned i = 0; i < sectors; i++) {
        uint32_t number, inverted;
        read_words(b, buf, 512);
        memcpy(&number, buf, 4);
        memcpy(&inverted, buf + 508, 4);
        ck_assert_uint_eq(number, lba + i);
        ck_assert_uint_eq(~inverted, number);
    }
}

static inline void expect_abort(struct ata_board *b, unsigned command)
{
    command28(b, command, 0, 1);
    ck_assert_uint_eq(ready(b), 0x51);
    ck_assert_uint_eq(in(b, 1), ATA_ABRT);
    in(b, 7);
}

static uint16_t identify[256];

static inline void read_identify(struct ata_board *b)
{
    command28(b, 0xEC, 0, 0);
    ck_assert_uint_eq(ready(b), 0x58);
    read_words(b, identify, 512);
    ck_assert_uint_eq(alternate(b), 0x50);
}

#endif
