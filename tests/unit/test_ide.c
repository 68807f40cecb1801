/* test_ide.c: the IDE channels and ATA disks, through their ports (devices/ide.c, ide_dma.c, ata.c, ata_disk.c). */
#include "tests/unit/ide_fixture.h"

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

Suite *ide_suite(void);
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
    suite_add_tcase(s, t);
    return s;
}
