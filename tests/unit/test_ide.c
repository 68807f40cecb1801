/* test_ide.c: the IDE channels and ATA disks, through their ports (devices/ide.c, ide_dma.c, ata.c, ata_disk.c). */
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
static void fill(struct block *b)
{
    uint8_t sector[512] = {0};

    for (uint32_t n = 0; n < b->size / 512; n++) {
        uint32_t inverted = ~n;
        memcpy(sector, &n, 4);
        memcpy(sector + 508, &inverted, 4);
        ck_assert_int_eq(block_write(b, (uint64_t)n * 512, sector, 512), 0);
    }
}

static struct ata_board *board_new(unsigned drives)
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

static void board_free(struct ata_board *b)
{
    block_close(b->disk[0]);
    block_close(b->disk[1]);
    stub_free(b->s);
    free(b);
}

static void out(struct ata_board *b, unsigned reg, unsigned value)
{
    stub_out8(b->s, (uint16_t)(0x1F0 + reg), (uint8_t)value);
}

static unsigned in(struct ata_board *b, unsigned reg)
{
    return stub_in8(b->s, (uint16_t)(0x1F0 + reg));
}

static unsigned alternate(struct ata_board *b)
{
    return stub_in8(b->s, 0x3F6);
}

/* Lets time pass until BSY is 0; returns alternate status. */
static unsigned ready(struct ata_board *b)
{
    for (int i = 0; i < 10000 && alternate(b) & ATA_BSY; i++) stub_run(b->s, 1000);
    ck_assert_msg(!(alternate(b) & ATA_BSY), "still busy");
    return alternate(b);
}

/* Writes the registers for LBA28 and the command. */
static void command28(struct ata_board *b, unsigned command, uint32_t lba, unsigned count)
{
    out(b, 2, count);
    out(b, 3, lba & 0xFF);
    out(b, 4, lba >> 8 & 0xFF);
    out(b, 5, lba >> 16 & 0xFF);
    out(b, 6, 0xE0 | lba >> 24);
    out(b, 7, command);
}

static void command48(struct ata_board *b, unsigned command, uint64_t lba, unsigned count)
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

static void command_chs(struct ata_board *b, unsigned command, unsigned c, unsigned h, unsigned s, unsigned count)
{
    out(b, 2, count);
    out(b, 3, s);
    out(b, 4, c & 0xFF);
    out(b, 5, c >> 8);
    out(b, 6, 0xA0 | h);
    out(b, 7, command);
}

static void read_words(struct ata_board *b, void *to, unsigned bytes)
{
    uint16_t *words = to;

    for (unsigned i = 0; i < bytes / 2; i++) words[i] = stub_in16(b->s, 0x1F0);
}

static void write_words(struct ata_board *b, const void *from, unsigned bytes)
{
    const uint16_t *words = from;

    for (unsigned i = 0; i < bytes / 2; i++) stub_out16(b->s, 0x1F0, words[i]);
}

/* Reads a data block of SECTORS from LBA and checks their marks. */
static void expect_sectors(struct ata_board *b, uint32_t lba, unsigned sectors)
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

static void expect_abort(struct ata_board *b, unsigned command)
{
    command28(b, command, 0, 1);
    ck_assert_uint_eq(ready(b), 0x51);
    ck_assert_uint_eq(in(b, 1), ATA_ABRT);
    in(b, 7);
}

static uint16_t identify[256];

static void read_identify(struct ata_board *b)
{
    command28(b, 0xEC, 0, 0);
    ck_assert_uint_eq(ready(b), 0x58);
    read_words(b, identify, 512);
    ck_assert_uint_eq(alternate(b), 0x50);
}

/* --- registers --------------------------------------------------------------------------------------------------------- */

START_TEST(test_presence)
{
    struct ata_board *b = board_new(1);

    ck_assert_uint_eq(in(b, 7), 0x50);
    ck_assert_uint_eq(in(b, 2), 1); /* signature */
    ck_assert_uint_eq(in(b, 3), 1);
    ck_assert_uint_eq(in(b, 4), 0);
    ck_assert_uint_eq(in(b, 5), 0);
    out(b, 2, 0x55);
    out(b, 3, 0xAA);
    ck_assert_uint_eq(in(b, 2), 0x55);
    ck_assert_uint_eq(in(b, 3), 0xAA);
    out(b, 6, 0xB0); /* no device 1: device 0 answers, but for the status */
    ck_assert_uint_eq(in(b, 6), 0xB0);
    ck_assert_uint_eq(in(b, 7), 0);
    ck_assert_uint_eq(alternate(b), 0);
    ck_assert_uint_eq(in(b, 3), 0xAA);
    out(b, 7, 0xEC);
    stub_run(b->s, 1000000);
    ck_assert_uint_eq(b->s->irq[14].rises, 0);
    ck_assert_uint_eq(stub_in8(b->s, 0x177), 0x7F); /* nobody on the other channel */
    ck_assert_uint_eq(stub_in8(b->s, 0x376), 0x7F);
    stub_out8(b->s, 0x172, 0x55);
    ck_assert_uint_eq(stub_in8(b->s, 0x172), 0x7F);
    board_free(b);
}
END_TEST

START_TEST(test_slave_alone)
{
    struct ata_board *b = calloc(1, sizeof(*b));

    b->s = stub_new();
    ide_init(&b->ide, &b->s->bus, &b->s->clock, stub_line(b->s, 14), stub_line(b->s, 15));
    b->disk[1] = block_memory(SECTORS * 512ull);
    ata_disk_attach(ide_drive(&b->ide, 0, 1), b->disk[1], "D1");
    ide_ops.reset(&b->ide);
    ck_assert_uint_eq(in(b, 7), 0x7F);
    out(b, 6, 0xB0);
    ck_assert_uint_eq(in(b, 7), 0x50);
    board_free(b);
}
END_TEST

START_TEST(test_interrupts)
{
    struct ata_board *b = board_new(2);

    command28(b, 0xE5, 0, 0);
    ck_assert_uint_eq(alternate(b), ATA_BSY);
    stub_run(b->s, ATA_COMMAND_NS - 1);
    ck_assert(!b->s->irq[14].level);
    stub_run(b->s, 1);
    ck_assert(b->s->irq[14].level);
    ck_assert_uint_eq(alternate(b), 0x50); /* does not acknowledge */
    ck_assert(b->s->irq[14].level);
    out(b, 6, 0xB0); /* device 1 has none */
    ck_assert(!b->s->irq[14].level);
    out(b, 6, 0xA0); /* device 0's is still pending */
    ck_assert(b->s->irq[14].level);
    stub_out8(b->s, 0x3F6, ATA_NIEN);
    ck_assert(!b->s->irq[14].level);
    stub_out8(b->s, 0x3F6, 0);
    ck_assert(b->s->irq[14].level);
    ck_assert_uint_eq(in(b, 7), 0x50); /* does */
    ck_assert(!b->s->irq[14].level);
    ck_assert_uint_eq(in(b, 2), 0xFF); /* CHECK POWER MODE: active */
    board_free(b);
}
END_TEST

START_TEST(test_busy_ignores_writes)
{
    struct ata_board *b = board_new(2);

    command28(b, 0x20, 7, 1);
    out(b, 3, 99);
    out(b, 6, 0xF0);
    out(b, 7, 0xEC);
    expect_sectors(b, 7, 1);
    board_free(b);
}
END_TEST

START_TEST(test_software_reset)
{
    struct ata_board *b = board_new(2);

    command28(b, 0x20, 7, 4);
    out(b, 6, 0xF0);
    stub_out8(b->s, 0x3F6, ATA_SRST | ATA_NIEN);
    stub_run(b->s, 1000000);
    ck_assert_uint_eq(alternate(b), ATA_BSY); /* as long as it is held */
    stub_out8(b->s, 0x3F6, 0);
    ck_assert_uint_eq(ready(b), 0x50);
    ck_assert_uint_eq(in(b, 1), 1);
    ck_assert_uint_eq(in(b, 2), 1);
    ck_assert_uint_eq(in(b, 6), 0xA0);
    ck_assert_uint_eq(b->s->irq[14].rises, 0);
    out(b, 6, 0xB0);
    ck_assert_uint_eq(in(b, 7), 0x50);
    ck_assert_uint_eq(in(b, 3), 1);
    board_free(b);
}
END_TEST

START_TEST(test_diagnostic)
{
    struct ata_board *b = board_new(2);

    out(b, 6, 0xB0);
    out(b, 7, 0x90);
    ck_assert_uint_eq(ready(b), 0x50);
    ck_assert_uint_eq(in(b, 6), 0xA0); /* device 0 is selected */
    ck_assert_uint_eq(in(b, 1), 1);
    ck_assert_uint_eq(b->s->irq[14].rises, 1);
    board_free(b);
}
END_TEST

START_TEST(test_high_order_bytes)
{
    struct ata_board *b = board_new(1);

    out(b, 2, 0x11);
    out(b, 2, 0x22);
    stub_out8(b->s, 0x3F6, ATA_HOB);
    ck_assert_uint_eq(in(b, 2), 0x11);
    out(b, 3, 0); /* any write ends it */
    ck_assert_uint_eq(in(b, 2), 0x22);
    board_free(b);
}
END_TEST

/* --- IDENTIFY ---------------------------------------------------------------------------------------------------------- */

START_TEST(test_identify)
{
    struct ata_board *b = board_new(1);
    uint8_t          *bytes = (uint8_t *)identify, sum = 0;

    read_identify(b);
    ck_assert_uint_eq(identify[1], SECTORS / (16 * 63));
    ck_assert_uint_eq(identify[3], 16);
    ck_assert_uint_eq(identify[6], 63);
    ck_assert_uint_eq(identify[60], SECTORS);
    ck_assert_uint_eq(identify[100], SECTORS);
    ck_assert_uint_eq(identify[54], identify[1]);
    ck_assert_uint_eq(identify[47], 0x8010);
    ck_assert(identify[49] & 0x0300);     /* LBA, DMA */
    ck_assert_uint_eq(identify[63], 0x0407); /* multiword DMA 2 selected */
    ck_assert_uint_eq(identify[88], 0x0007);
    ck_assert(identify[83] & 0x0400); /* LBA48 */
    ck_assert_uint_eq(identify[27], 'O' << 8 | 'C'); /* strings: first character in the high byte */
    ck_assert_uint_eq(identify[10], 'D' << 8 | '0');
    for (int i = 0; i < 512; i++) sum = (uint8_t)(sum + bytes[i]);
    ck_assert_uint_eq(sum, 0);
    board_free(b);
}
END_TEST

START_TEST(test_features_show_in_identify)
{
    struct ata_board *b = board_new(1);
    static const struct { uint8_t feature, count; bool ok; } sets[] = {
        {0x82, 0, true}, {0x55, 0, true}, {0x03, 0x0C, true}, {0x03, 0x42, true}, {0x03, 0x43, false}, {0x03, 0x10, false},
        {0x99, 0, false}};

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        out(b, 1, sets[i].feature);
        command28(b, 0xEF, 0, sets[i].count);
        ck_assert_uint_eq(ready(b), sets[i].ok ? 0x50 : 0x51);
        in(b, 7);
    }
    command28(b, 0xC6, 0, 8); /* SET MULTIPLE */
    ready(b);
    command28(b, 0x91, 0, 17); /* INITIALIZE DEVICE PARAMETERS: 1 head (device register 0), 17 sectors */
    ready(b);
    read_identify(b);
    ck_assert_uint_eq(identify[85] & 0x60, 0);
    ck_assert_uint_eq(identify[88], 0x0407);
    ck_assert_uint_eq(identify[63], 0x0007);
    ck_assert_uint_eq(identify[59], 0x0108);
    ck_assert_uint_eq(identify[55], 1);
    ck_assert_uint_eq(identify[56], 17);
    ck_assert_uint_eq(identify[54], SECTORS / 17);
    board_free(b);
}
END_TEST

START_TEST(test_translation_from_partitions)
{
    static const uint8_t table[] = {0x80, 1, 1, 0, 1, 3, 17, 99, 17, 0, 0, 0, 0x7F, 0x1A, 0, 0}; /* 4 heads, 17 sectors */
    struct ata_board    *b = board_new(1);

    block_write(b->disk[0], 446, table, 16);
    block_write(b->disk[0], 510, "\x55\xAA", 2);
    ata_disk_attach(ide_drive(&b->ide, 0, 0), b->disk[0], "D0");
    ide_ops.reset(&b->ide);
    read_identify(b);
    ck_assert_uint_eq(identify[3], 4);
    ck_assert_uint_eq(identify[6], 17);
    ck_assert_uint_eq(identify[1], SECTORS / 68);
    block_write(b->disk[0], 446 + 8, "\x12", 1); /* LBA and CHS no longer agree */
    ata_disk_attach(ide_drive(&b->ide, 0, 0), b->disk[0], "D0");
    ide_ops.reset(&b->ide);
    read_identify(b);
    ck_assert_uint_eq(identify[3], 16);
    board_free(b);
}
END_TEST

/* --- reading and writing ----------------------------------------------------------------------------------------------- */

START_TEST(test_read_lba28)
{
    struct ata_board *b = board_new(2);

    command28(b, 0x20, 1234, 3);
    for (unsigned i = 0; i < 3; i++) {
        expect_sectors(b, 1234 + i, 1);
        ck_assert_uint_eq(b->s->irq[14].rises, i + 1); /* an interrupt with each block */
        in(b, 7);
    }
    ck_assert_uint_eq(alternate(b), 0x50); /* and none at the end */
    stub_run(b->s, 1000000);
    ck_assert_uint_eq(b->s->irq[14].rises, 3);
    ck_assert_uint_eq(in(b, 3) | in(b, 4) << 8, 1236);
    command28(b, 0x21, 0, 0); /* 256 sectors */
    for (unsigned i = 0; i < 256; i++) expect_sectors(b, i, 1);
    ck_assert_uint_eq(alternate(b), 0x50);
    board_free(b);
}
END_TEST

START_TEST(test_read_chs)
{
    struct ata_board *b = board_new(1);

    command_chs(b, 0x20, 2, 3, 63, 2);
    expect_sectors(b, (2 * 16 + 3) * 63 + 62, 1);
    expect_sectors(b, (2 * 16 + 4) * 63, 1);
    ck_assert_uint_eq(in(b, 3), 1); /* the last sector's address */
    ck_assert_uint_eq(in(b, 6), 0xA4);
    ck_assert_uint_eq(in(b, 4), 2);
    command_chs(b, 0x20, 0, 0, 0, 1); /* there is no sector 0 */
    ck_assert_uint_eq(ready(b), 0x51);
    ck_assert_uint_eq(in(b, 1), ATA_IDNF);
    command_chs(b, 0x20, 1000, 0, 1, 1);
    ck_assert_uint_eq(ready(b), 0x51);
    board_free(b);
}
END_TEST

START_TEST(test_read_lba48)
{
    struct ata_board *b = board_new(1);

    command48(b, 0x24, 19000, 300);
    for (unsigned i = 0; i < 300; i++) expect_sectors(b, 19000 + i, 1);
    ck_assert_uint_eq(alternate(b), 0x50);
    command48(b, 0x24, 1ull << 40, 1);
    ck_assert_uint_eq(ready(b), 0x51);
    ck_assert_uint_eq(in(b, 1), ATA_IDNF);
    board_free(b);
}
END_TEST

START_TEST(test_read_multiple)
{
    struct ata_board *b = board_new(1);

    expect_abort(b, 0xC4); /* not set yet */
    command28(b, 0xC6, 0, 3);
    ck_assert_uint_eq(ready(b), 0x51); /* not a power of two */
    command28(b, 0xC6, 0, 4);
    ck_assert_uint_eq(ready(b), 0x50);
    in(b, 7);
    stub_forget(b->s, 14);
    command28(b, 0xC4, 10, 10);
    expect_sectors(b, 10, 4);
    in(b, 7);
    expect_sectors(b, 14, 4);
    in(b, 7);
    expect_sectors(b, 18, 2);
    in(b, 7);
    ck_assert_uint_eq(b->s->irq[14].rises, 3);
    ck_assert_uint_eq(alternate(b), 0x50);
    command48(b, 0x29, 100, 4);
    expect_sectors(b, 100, 4);
    board_free(b);
}
END_TEST

START_TEST(test_read_over_the_end)
{
    struct ata_board *b = board_new(1);

    command28(b, 0x20, SECTORS - 1, 2);
    expect_sectors(b, SECTORS - 1, 1);
    ck_assert_uint_eq(ready(b), 0x51);
    ck_assert_uint_eq(in(b, 1), ATA_IDNF);
    ck_assert_uint_eq(in(b, 3) | in(b, 4) << 8, SECTORS); /* the sector that is not there */
    ck_assert_uint_eq(in(b, 2), 1);
    command28(b, 0x40, SECTORS - 2, 2); /* VERIFY */
    ck_assert_uint_eq(ready(b), 0x50);
    command28(b, 0x40, SECTORS - 2, 3);
    ck_assert_uint_eq(ready(b), 0x51);
    command28(b, 0x70, SECTORS - 1, 0); /* SEEK */
    ck_assert_uint_eq(ready(b), 0x50);
    command28(b, 0x7F, SECTORS, 0);
    ck_assert_uint_eq(ready(b), 0x51);
    board_free(b);
}
END_TEST

START_TEST(test_32_bit_and_string_access)
{
    struct ata_board *b = board_new(1);
    uint8_t           buf[512];

    command28(b, 0x20, 5, 3);
    ready(b);
    ck_assert_uint_eq(stub_in32(b->s, 0x1F0), 5);
    ck_assert_uint_eq(ide_read_data(&b->ide, 0, buf, 101), 100);
    ck_assert_uint_eq(ide_read_data(&b->ide, 0, buf, 1), 0);
    ck_assert_uint_eq(ide_read_data(&b->ide, 0, buf, 512), 512 - 104);
    ck_assert_uint_eq(*(uint32_t *)(buf + 512 - 108), ~5u);
    ck_assert_uint_eq(ide_read_data(&b->ide, 0, buf, 512), 0); /* BSY */
    ready(b);
    ck_assert_uint_eq(ide_write_data(&b->ide, 0, buf, 512), 0); /* the wrong way */
    stub_in8(b->s, 0x1F0); /* a byte access moves a word */
    stub_in8(b->s, 0x1F0);
    ck_assert_uint_eq(ide_read_data(&b->ide, 0, buf, 512), 508);
    board_free(b);
}
END_TEST

START_TEST(test_write)
{
    struct ata_board *b = board_new(1);
    uint8_t           data[1024], buf[1024];

    for (int i = 0; i < 1024; i++) data[i] = (uint8_t)(i * 7);
    command28(b, 0x30, 77, 2);
    ck_assert_uint_eq(ready(b), 0x58);
    ck_assert_uint_eq(b->s->irq[14].rises, 0); /* the first block is not announced */
    write_words(b, data, 512);
    ck_assert_uint_eq(ready(b), 0x58);
    ck_assert_uint_eq(b->s->irq[14].rises, 1);
    in(b, 7);
    ck_assert_uint_eq(ide_write_data(&b->ide, 0, data + 512, 512), 512);
    ck_assert_uint_eq(ready(b), 0x50);
    ck_assert_uint_eq(b->s->irq[14].rises, 2); /* but the end is */
    block_read(b->disk[0], 77 * 512, buf, 1024);
    ck_assert_mem_eq(buf, data, 1024);
    command28(b, 0xC6, 0, 2);
    ready(b);
    command28(b, 0xC5, 200, 2);
    ready(b);
    write_words(b, data, 1024);
    ck_assert_uint_eq(ready(b), 0x50);
    command48(b, 0x34, 300, 1);
    ready(b);
    write_words(b, data + 512, 512);
    ck_assert_uint_eq(ready(b), 0x50);
    block_read(b->disk[0], 200 * 512, buf, 1024);
    ck_assert_mem_eq(buf, data, 1024);
    block_read(b->disk[0], 300 * 512, buf, 512);
    ck_assert_mem_eq(buf, data + 512, 512);
    command28(b, 0xE7, 0, 0);
    ck_assert_uint_eq(ready(b), 0x50);
    board_free(b);
}
END_TEST

START_TEST(test_write_protected)
{
    struct ata_board *b = board_new(1);
    uint8_t           data[512] = {0};

    b->disk[0]->read_only = true;
    command28(b, 0x30, 77, 1);
    ready(b);
    write_words(b, data, 512);
    ck_assert_uint_eq(ready(b), 0x51);
    ck_assert_uint_eq(in(b, 1), ATA_ABRT);
    board_free(b);
}
END_TEST

START_TEST(test_other_commands)
{
    struct ata_board *b = board_new(1);
    uint8_t           data[512], buf[512];

    expect_abort(b, 0x00); /* NOP */
    expect_abort(b, 0x08); /* DEVICE RESET is for packet devices */
    expect_abort(b, 0xA0);
    expect_abort(b, 0xB0);
    expect_abort(b, 0xFF);
    command28(b, 0x10, 0, 0);
    ck_assert_uint_eq(ready(b), 0x50);
    command28(b, 0xF8, 0, 0);
    ck_assert_uint_eq(ready(b), 0x50);
    ck_assert_uint_eq(in(b, 3) | in(b, 4) << 8 | in(b, 5) << 16, SECTORS - 1);
    memset(data, 0xA5, 512);
    command28(b, 0xE8, 0, 0);
    ready(b);
    write_words(b, data, 512);
    ck_assert_uint_eq(ready(b), 0x50);
    command28(b, 0xE4, 0, 0);
    ready(b);
    read_words(b, buf, 512);
    ck_assert_mem_eq(buf, data, 512);
    command28(b, 0xE0, 0, 0); /* STANDBY IMMEDIATE */
    ready(b);
    command28(b, 0xE5, 0, 0);
    ready(b);
    ck_assert_uint_eq(in(b, 2), 0);
    command28(b, 0xE6, 0, 0); /* SLEEP: nothing but a reset wakes it */
    ready(b);
    command28(b, 0xE5, 0, 7);
    stub_run(b->s, 1000000);
    ck_assert_uint_eq(in(b, 2), 7);
    stub_out8(b->s, 0x3F6, ATA_SRST);
    stub_out8(b->s, 0x3F6, 0);
    ready(b);
    read_identify(b);
    board_free(b);
}
END_TEST

/* --- bus master -------------------------------------------------------------------------------------------------------- */

static void set_bus_master(struct ata_board *b)
{
    pci_function_write(&b->ide.pci, 0x20, BM | 1, 4);
    pci_function_write(&b->ide.pci, PCI_COMMAND, PCI_COMMAND_IO | PCI_COMMAND_MASTER, 2);
}

static void descriptor(struct ata_board *b, uint32_t at, uint32_t address, uint32_t control)
{
    memcpy(b->s->ram + at, &address, 4);
    memcpy(b->s->ram + at + 4, &control, 4);
}

START_TEST(test_dma_read)
{
    struct ata_board *b = board_new(1);
    uint32_t          number;

    set_bus_master(b);
    descriptor(b, 0x1000, 0x20000, 512); /* 4 sectors, scattered */
    descriptor(b, 0x1008, 0x30000, 0x80000000 | 1536);
    stub_out32(b->s, BM + 4, 0x1002); /* the low two bits do not exist */
    ck_assert_uint_eq(stub_in32(b->s, BM + 4), 0x1000);
    command28(b, 0xC8, 500, 4);
    stub_out8(b->s, BM, 9);
    ck_assert_uint_eq(stub_in8(b->s, BM + 2) & 7, 1);
    ck_assert_uint_eq(ready(b), 0x50);
    ck_assert_uint_eq(stub_in8(b->s, BM + 2) & 7, 4); /* interrupt, and all regions used */
    ck_assert(b->s->irq[14].level);
    memcpy(&number, b->s->ram + 0x20000, 4);
    ck_assert_uint_eq(number, 500);
    memcpy(&number, b->s->ram + 0x30400, 4);
    ck_assert_uint_eq(number, 503);
    stub_out8(b->s, BM, 8);
    in(b, 7);
    stub_out8(b->s, BM + 2, 0x64);
    ck_assert_uint_eq(stub_in8(b->s, BM + 2), 0x60);
    board_free(b);
}
END_TEST

START_TEST(test_dma_write)
{
    struct ata_board *b = board_new(1);
    uint8_t           buf[512];

    set_bus_master(b);
    for (int i = 0; i < 0x20000; i++) b->s->ram[0x40000 + i] = (uint8_t)(i ^ i >> 8);
    descriptor(b, 0x1000, 0x40000, 0); /* 64 KB */
    descriptor(b, 0x1008, 0x50000, 0x80000000);
    stub_out32(b->s, BM + 4, 0x1000);
    stub_out8(b->s, BM, 1);
    command48(b, 0x35, 1000, 200); /* less than the regions hold */
    ck_assert_uint_eq(ready(b), 0x50);
    ck_assert_uint_eq(stub_in8(b->s, BM + 2) & 7, 5); /* interrupt, and still active */
    stub_out8(b->s, BM, 0);
    ck_assert_uint_eq(stub_in8(b->s, BM + 2) & 7, 4);
    block_read(b->disk[0], 1199 * 512, buf, 512);
    ck_assert_mem_eq(buf, b->s->ram + 0x40000 + 199 * 512, 512);
    board_free(b);
}
END_TEST

START_TEST(test_dma_short_table)
{
    struct ata_board *b = board_new(1);

    set_bus_master(b);
    descriptor(b, 0x1000, 0x20000, 0x80000000 | 512);
    stub_out32(b->s, BM + 4, 0x1000);
    command28(b, 0xC8, 0, 2);
    stub_out8(b->s, BM, 9);
    stub_run(b->s, 10000000);
    ck_assert_uint_eq(alternate(b) & ATA_DRQ, ATA_DRQ); /* the drive still wants to send */
    ck_assert_uint_eq(stub_in8(b->s, BM + 2) & 7, 0);
    stub_out8(b->s, BM, 8);
    descriptor(b, 0x1000, 0x30000, 0x80000000 | 512); /* software goes on with another */
    stub_out8(b->s, BM, 9);
    ck_assert_uint_eq(ready(b), 0x50);
    ck_assert_uint_eq(*(uint32_t *)(b->s->ram + 0x30000), 1);
    board_free(b);
}
END_TEST

START_TEST(test_dma_needs)
{
    struct ata_board *b = board_new(1);

    set_bus_master(b);
    pci_function_write(&b->ide.pci, PCI_COMMAND, PCI_COMMAND_IO, 2); /* not a bus master */
    descriptor(b, 0x1000, 0x20000, 0x80000000 | 512);
    stub_out32(b->s, BM + 4, 0x1000);
    stub_out8(b->s, BM, 9);
    command28(b, 0xC8, 9, 1);
    stub_run(b->s, 1000000);
    ck_assert_uint_eq(alternate(b) & ATA_DRQ, ATA_DRQ);
    ck_assert_uint_eq(*(uint32_t *)(b->s->ram + 0x20000), 0);
    pci_function_write(&b->ide.pci, PCI_COMMAND, PCI_COMMAND_IO | PCI_COMMAND_MASTER, 2);
    ck_assert_uint_eq(ready(b), 0x50);
    ck_assert_uint_eq(*(uint32_t *)(b->s->ram + 0x20000), 9);
    stub_out8(b->s, BM, 0);
    stub_out8(b->s, BM, 1); /* the wrong direction */
    command28(b, 0xC8, 9, 1);
    stub_run(b->s, 1000000);
    ck_assert_uint_eq(alternate(b) & ATA_DRQ, ATA_DRQ);
    board_free(b);
}
END_TEST

START_TEST(test_decode_enable)
{
    struct ata_board *b = board_new(1);

    pci_function_write(&b->ide.pci, 0x40, 0, 2);
    ck_assert_uint_eq(in(b, 7), 0xFF);
    ck_assert_uint_eq(alternate(b), 0xFF);
    pci_function_write(&b->ide.pci, 0x40, 0x8000, 2);
    ck_assert_uint_eq(in(b, 7), 0x50);
    board_free(b);
}
END_TEST

/* --- state, malice ----------------------------------------------------------------------------------------------------- */

START_TEST(test_reset_is_complete)
{
    struct ata_board *b = board_new(2), *fresh = board_new(2);
    const char       *differs;

    set_bus_master(b);
    command28(b, 0xC6, 0, 4);
    ready(b);
    command28(b, 0x20, 10, 5);
    ready(b);
    stub_out8(b->s, BM + 2, 0x60);
    stub_out8(b->s, 0x3F6, ATA_NIEN);
    ck_assert_ptr_nonnull(stub_state_differs(ide_ops.fields, &b->ide, &fresh->ide));
    ide_ops.reset(&b->ide);
    differs = stub_state_differs(ide_ops.fields, &b->ide, &fresh->ide);
    ck_assert_msg(!differs, "%s", differs);
    ck_assert(!b->s->irq[14].level);
    board_free(b);
    board_free(fresh);
}
END_TEST

START_TEST(test_load_checks)
{
    struct ata_board *b = board_new(1);
    struct ata_drive *d = ide_drive(&b->ide, 0, 0);

    ck_assert_int_eq(ide_ops.loaded(&b->ide), 0);
    command28(b, 0x20, 10, 5);
    ck_assert_int_eq(ide_ops.loaded(&b->ide), 0);
    ready(b);
    ck_assert_int_eq(ide_ops.loaded(&b->ide), 0);
    d->limit = ATA_BUFFER_BYTES + 1;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    d->limit = 512;
    d->position = 513;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    d->position = 0;
    d->phase = 9;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    d->phase = ATA_BUSY; /* with no event to end it */
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    d->phase = ATA_PIO_IN;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), 0);
    d->disk.sectors = 0;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    d->disk.sectors = 63;
    d->kind_saved = ATA_CDROM;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    board_free(b);
}
END_TEST

/* Random accesses to every port of the controller and random bytes as descriptors: nothing may break, and afterwards a reset and a
 * plain read must work. The sanitizers watch. */
START_TEST(test_random_accesses)
{
    struct ata_board *b = board_new(2);
    uint32_t          seed = 12345;

    set_bus_master(b);
    for (uint32_t i = 0; i < STUB_RAM; i++) b->s->ram[i] = (uint8_t)(i * 2654435761u >> 13);
    for (int i = 0; i < 200000; i++) {
        static const uint16_t bases[] = {0x1F0, 0x1F0, 0x1F0, 0x3F6, BM, 0x170};
        uint16_t              port;
        unsigned              size;

        seed = seed * 1664525 + 1013904223;
        port = (uint16_t)(bases[(seed >> 8) % 6] + (seed >> 16 & (i & 3 ? 7 : 15)));
        size = 1u << (seed >> 24) % 3;
        if (seed >> 31)
            bus_in(&b->s->bus, port, size);
        else
            bus_out(&b->s->bus, port, seed * 40503, size);
        if (i % 3 == 0) stub_run(b->s, seed >> 12 & 0xFFFF);
        if (i % 1000 == 0) ck_assert_int_eq(ide_ops.loaded(&b->ide), 0); /* never outside what a load accepts */
    }
    ide_ops.reset(&b->ide);
    fill(b->disk[0]);
    command28(b, 0x20, 3, 1);
    expect_sectors(b, 3, 1);
    board_free(b);
}
END_TEST

Suite *ide_suite(void)
{
    Suite *s = suite_create("ide");
    TCase *t = tcase_create("ide");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_presence);
    tcase_add_test(t, test_slave_alone);
    tcase_add_test(t, test_interrupts);
    tcase_add_test(t, test_busy_ignores_writes);
    tcase_add_test(t, test_software_reset);
    tcase_add_test(t, test_diagnostic);
    tcase_add_test(t, test_high_order_bytes);
    tcase_add_test(t, test_identify);
    tcase_add_test(t, test_features_show_in_identify);
    tcase_add_test(t, test_translation_from_partitions);
    tcase_add_test(t, test_read_lba28);
    tcase_add_test(t, test_read_chs);
    tcase_add_test(t, test_read_lba48);
    tcase_add_test(t, test_read_multiple);
    tcase_add_test(t, test_read_over_the_end);
    tcase_add_test(t, test_32_bit_and_string_access);
    tcase_add_test(t, test_write);
    tcase_add_test(t, test_write_protected);
    tcase_add_test(t, test_other_commands);
    tcase_add_test(t, test_dma_read);
    tcase_add_test(t, test_dma_write);
    tcase_add_test(t, test_dma_short_table);
    tcase_add_test(t, test_dma_needs);
    tcase_add_test(t, test_decode_enable);
    tcase_add_test(t, test_reset_is_complete);
    tcase_add_test(t, test_load_checks);
    tcase_add_test(t, test_random_accesses);
    suite_add_tcase(s, t);
    return s;
}
