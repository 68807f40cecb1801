/* test_ide_bus_master.c: ATA disks by DMA, their state, and malice. */
#include "tests/unit/ide_fixture.h"

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

Suite *ide_bus_master_suite(void);
Suite *ide_bus_master_suite(void)
{
    Suite *s = suite_create("ide_bus_master");
    TCase *t = tcase_create("ide_bus_master");

    tcase_set_timeout(t, 60);
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
