/* test_fdc.c: the floppy disk controller: commands, with DMA and without. */
#include "tests/unit/fdc_fixture.h"

/* --- control -------------------------------------------------------------------------------------------- */

START_TEST(reset_and_version)
{
    SEND(0x10);
    EXPECT("version", 0x90);
    SEND(0x08);
    EXPECT("nothing to sense", 0x80);
    SEND(0x18); /* Part ID of the 82078 */
    EXPECT("invalid", 0x80);
    SEND(0x1F);
    EXPECT("invalid", 0x80);
    stub_out8(s, 0x3F4, 0x80); /* DSR reset */
    wait_irq();
    SEND(0x08);
    EXPECT("polled", 0xC0, 0);
    ck_assert(!s->irq[IRQ6].level); /* one interrupt for all four */
    stub_out8(s, 0x3F2, 0x08);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0);
    stub_out8(s, 0x3F5, 0x10); /* dead while in reset */
    stub_out8(s, 0x3F2, 0x0C);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0x80);
}
END_TEST

START_TEST(configure_lock_dumpreg)
{
    SEND(0x13, 0x00, 0x57, 0x11);
    SEND(0x12, 0x84 | 0x03);
    SEND(0x94);
    EXPECT("lock", 0x10);
    seek(5);
    SEND(0x0E);
    EXPECT("registers", 5, 0, 0, 0, 0xDF, 0x02, 0x00, 0x87, 0x57, 0x11);
    stub_out8(s, 0x3F4, 0x80);
    stub_run(s, MS); /* polling is disabled: no interrupt */
    ck_assert(!s->irq[IRQ6].level);
    SEND(0x0E);
    EXPECT("locked values stay", 5, 0, 0, 0, 0xDF, 0x02, 0x00, 0x84, 0x57, 0x11);
    SEND(0x14);
    EXPECT("unlock", 0x00);
    stub_out8(s, 0x3F4, 0x80);
    wait_irq();
    for (unsigned i = 0; i < 4; i++) {
        SEND(0x08);
        fetch(2);
    }
    SEND(0x0E);
    EXPECT("defaults", 5, 0, 0, 0, 0xDF, 0x02, 0x00, 0x04, 0x20, 0x00);
}
END_TEST

START_TEST(seek_and_recalibrate)
{
    SEND(0x04, 0x04);
    EXPECT("track 0, head 1", 0x3C);
    SEND(0x0F, 0x00, 0x28);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0x81); /* busy with the drive only */
    ck_assert_uint_lt(wait_irq(), 30 * MS);
    SEND(0x08);
    EXPECT("seek", 0x20, 0x28);
    SEND(0x04, 0x00);
    EXPECT("not at track 0", 0x28);
    SEND(0x07, 0x00);
    wait_irq();
    SEND(0x08);
    EXPECT("recalibrate", 0x20, 0);
    SEND(0x8F | 0x40, 0x00, 0x03); /* relative, in */
    wait_irq();
    SEND(0x08);
    EXPECT("relative seek", 0x20, 3);
    SEND(0x8F, 0x00, 0x02); /* out */
    wait_irq();
    SEND(0x08);
    EXPECT("relative seek", 0x20, 1);
}
END_TEST

/* Two drives seek at once; each end is reported with an interrupt of its own. */
START_TEST(overlapped_seeks)
{
    SEND(0x0F, 0x01, 0x02);
    SEND(0x0F, 0x00, 0x02);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0x83);
    stub_run(s, 100 * MS);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0x80);
    ck_assert(s->irq[IRQ6].level);
    stub_forget(s, IRQ6);
    SEND(0x08);
    EXPECT("drive 0", 0x20, 2);
    ck_assert(s->irq[IRQ6].level);
    ck_assert_uint_eq(s->irq[IRQ6].rises, 1);
    SEND(0x08);
    EXPECT("drive 1", 0x21, 2);
    ck_assert(!s->irq[IRQ6].level);
}
END_TEST

START_TEST(absent_drive)
{
    SEND(0x07, 0x02);
    wait_irq();
    SEND(0x08);
    EXPECT("no track 0", 0x72, 0);
    SEND(0x04, 0x02);
    EXPECT("no track 0", 0x2A);
    ck_assert_int_eq(fdc_insert(fdc, 2, disk), -ENODEV);
    ck_assert_int_eq(fdc_insert(fdc, 7, disk), -ENODEV);
}
END_TEST

START_TEST(far_tracks_need_two_recalibrations)
{
    seek(83);
    SEND(0x07, 0x00);
    wait_irq();
    SEND(0x08);
    EXPECT("79 steps do not do", 0x70, 0);
    SEND(0x07, 0x00);
    wait_irq();
    SEND(0x08);
    EXPECT("now", 0x20, 0);
}
END_TEST

START_TEST(disk_change)
{
    ck_assert_uint_eq(stub_in8(s, 0x3F7) & 0x80, 0x80); /* since power-on */
    SEND(0x07, 0x00);
    wait_irq();
    SEND(0x08);
    fetch(2);
    ck_assert_uint_eq(stub_in8(s, 0x3F7) & 0x80, 0x80); /* already at track 0: no step */
    seek(1);
    ck_assert_uint_eq(stub_in8(s, 0x3F7) & 0x80, 0);
    insert(NULL);
    ck_assert_uint_eq(stub_in8(s, 0x3F7) & 0x80, 0x80);
    seek(0);
    ck_assert_uint_eq(stub_in8(s, 0x3F7) & 0x80, 0x80); /* no disk: stays */
    insert(disk);
    seek(1);
    ck_assert_uint_eq(stub_in8(s, 0x3F7) & 0x80, 0);
    stub_out8(s, 0x3F2, 0x3D); /* drive 1 has its own */
    ck_assert_uint_eq(stub_in8(s, 0x3F7) & 0x80, 0x80);
}
END_TEST

START_TEST(status_registers)
{
    ck_assert_uint_eq(stub_in8(s, 0x3F0) & 0x92, 0x02); /* no interrupt, track 0, not protected */
    ck_assert_uint_eq(stub_in8(s, 0x3F1), 0xC3);        /* both motors */
    ck_assert_uint_eq(stub_in8(s, 0x3F2), 0x3C);
    stub_out8(s, 0x3F3, 0xFE);
    ck_assert_uint_eq(stub_in8(s, 0x3F3), 0xFE);
    disk->read_only = true;
    ck_assert_uint_eq(stub_in8(s, 0x3F0) & 0x02, 0);
    SEND(0x04, 0x00);
    EXPECT("write protected", 0x78);
    SEND(0x0F, 0x00, 0x00);
    wait_irq();
    ck_assert_uint_eq(stub_in8(s, 0x3F0) & 0x80, 0x80);
    stub_out8(s, 0x3F2, 0x34); /* interrupt and DMA off the bus */
    ck_assert(!s->irq[IRQ6].level);
    stub_out8(s, 0x3F2, 0x3C);
    ck_assert(s->irq[IRQ6].level);
    ck_assert(fdc_motor_on(fdc, 0) && !fdc_motor_on(fdc, 2));
}
END_TEST

/* --- reading -------------------------------------------------------------------------------------------- */

START_TEST(read_sectors)
{
    seek(3);
    stub_dma_program(s, 3 * 512, false);
    SEND(0xE6, 0x04, 3, 1, 4, 2, 18, 0x1B, 0xFF);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0x10);
    ck_assert_uint_lt(wait_irq(), 5 * MS);
    EXPECT("read", 0x04, 0, 0, 3, 1, 7, 2);
    for (unsigned i = 0; i < 3; i++) expect_sector(s->dma.data + i * 512, (3 * 2 + 1) * 18 + 3 + i);
    ck_assert_uint_eq(fdc->sectors_read, 3);
}
END_TEST

START_TEST(read_both_heads)
{
    stub_dma_program(s, 36 * 512, false);
    SEND(0xE6, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    ck_assert_uint_lt(wait_irq(), 30 * MS);
    EXPECT("whole cylinder", 0x04, 0, 0, 1, 0, 1, 2);
    for (unsigned i = 0; i < 36; i++) expect_sector(s->dma.data + i * 512, i);
    stub_dma_program(s, 18 * 512, false);
    SEND(0xE6, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("last sector of head 0", 0x00, 0, 0, 0, 1, 1, 2);
    stub_dma_program(s, 18 * 512, false);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("one side", 0x00, 0, 0, 1, 0, 1, 2);
}
END_TEST

START_TEST(end_of_cylinder)
{
    stub_dma_program(s, 30 * 512, false);
    SEND(0x66, 0x00, 0, 0, 17, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("end of cylinder", 0x40, 0x80, 0, 1, 0, 1, 2);
    ck_assert_uint_eq(s->dma.moved, 2 * 512);
}
END_TEST

START_TEST(terminal_count_within_a_sector)
{
    stub_dma_program(s, 700, false);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("read", 0x00, 0, 0, 0, 0, 3, 2);
    ck_assert_uint_eq(s->dma.data[699], byte_of(1, 187));
}
END_TEST

START_TEST(not_found)
{
    stub_dma_program(s, 512, false);
    SEND(0x66, 0x00, 0, 0, 19, 2, 19, 0x1B, 0xFF);
    ck_assert_uint_gt(wait_irq(), 20 * MS); /* two revolutions */
    EXPECT("no such sector", 0x40, 0x04, 0, 0, 0, 19, 2);
    SEND(0x66, 0x00, 1, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("wrong cylinder", 0x40, 0x04, 0x10, 1, 0, 1, 2);
    SEND(0x66, 0x00, 0, 1, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("wrong head", 0x40, 0x04, 0, 0, 1, 1, 2);
    SEND(0x66, 0x00, 0, 0, 1, 3, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("wrong size", 0x40, 0x04, 0, 0, 0, 1, 3);
    SEND(0x26, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("single density", 0x40, 0x01, 0, 0, 0, 1, 2);
    seek(81);
    SEND(0x66, 0x00, 81, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("beyond the last cylinder", 0x40, 0x01, 0, 81, 0, 1, 2);
    ck_assert_uint_eq(s->dma.moved, 0);
}
END_TEST

START_TEST(read_id_goes_around)
{
    stub_dma_program(s, 512, false);
    SEND(0x66, 0x00, 0, 0, 17, 2, 18, 0x1B, 0xFF);
    wait_irq();
    fetch(7);
    SEND(0x4A, 0x04);
    wait_irq();
    EXPECT("the next header", 0x04, 0, 0, 0, 1, 18, 2);
    SEND(0x4A, 0x00);
    wait_irq();
    EXPECT("around", 0x00, 0, 0, 0, 0, 1, 2);
}
END_TEST

START_TEST(read_track)
{
    stub_dma_program(s, 18 * 512, false);
    SEND(0x42, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("track", 0x00, 0, 0, 1, 0, 1, 2);
    for (unsigned i = 0; i < 18; i++) expect_sector(s->dma.data + i * 512, i);
    stub_dma_program(s, 18 * 512, false);
    SEND(0x42, 0x00, 0, 0, 5, 2, 3, 0x1B, 0xFF); /* IDs do not match: read all the same */
    wait_irq();
    fetch(7);
    ck_assert_uint_eq(result[0], 0x40);
    ck_assert_uint_eq(result[1], 0x84);
    ck_assert_uint_eq(s->dma.moved, 3 * 512);
    expect_sector(s->dma.data + 1024, 2);
}
END_TEST

START_TEST(verify)
{
    stub_dma_program(s, 512, false);
    SEND(0x56, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("to EOT", 0x00, 0, 0, 1, 0, 1, 2);
    SEND(0x56, 0x80, 0, 0, 3, 2, 18, 0x1B, 4);
    wait_irq();
    EXPECT("four sectors", 0x00, 0, 0, 0, 0, 7, 2);
    SEND(0x56, 0x00, 0, 0, 1, 2, 19, 0x1B, 0xFF);
    wait_irq();
    EXPECT("more than there are", 0x40, 0x04, 0, 0, 0, 19, 2);
    ck_assert_uint_eq(s->dma.moved, 0);
}
END_TEST

START_TEST(overrun)
{
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF); /* channel masked */
    wait_irq();
    EXPECT("overrun", 0x40, 0x10, 0, 0, 0, 1, 2);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    stub_run(s, 3 * MS);
    stub_dma_program(s, 512, false); /* programmed late, but not too late */
    wait_irq();
    EXPECT("read", 0x00, 0, 0, 0, 0, 2, 2);
}
END_TEST

START_TEST(implied_seek)
{
    SEND(0x13, 0x00, 0x40, 0x00);
    stub_dma_program(s, 512, false);
    SEND(0x66, 0x00, 20, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("read", 0x20, 0, 0, 20, 0, 2, 2);
    expect_sector(s->dma.data, 20 * 36);
}
END_TEST

/* --- writing -------------------------------------------------------------------------------------------- */

START_TEST(write_sectors)
{
    uint8_t back[1024];

    stub_dma_program(s, 700, true);
    memset(s->dma.data, 0x5A, 1024);
    SEND(0xC5, 0x04, 0, 1, 3, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("write", 0x04, 0, 0, 0, 1, 5, 2);
    ck_assert_int_eq(block_read(disk, (18 + 2) * 512, back, 1024), 0);
    ck_assert_uint_eq(back[699], 0x5A);
    ck_assert_uint_eq(back[700], 0); /* the rest of the sector */
    ck_assert_uint_eq(back[1023], 0);
    disk->read_only = true;
    stub_dma_program(s, 512, true);
    SEND(0xC5, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("write protected", 0x40, 0x02, 0, 0, 0, 1, 2);
    SEND(0x4D, 0x00, 2, 18, 0x54, 0xF6);
    wait_irq();
    fetch(7);
    ck_assert_uint_eq(result[1], 0x02);
}
END_TEST

START_TEST(deleted_data)
{
    stub_dma_program(s, 512, true);
    SEND(0xC9, 0x00, 0, 0, 2, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("write deleted", 0x00, 0, 0, 0, 0, 3, 2);
    stub_dma_program(s, 3 * 512, false);
    SEND(0x46, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("stops at the deleted sector", 0x00, 0, 0x40, 0, 0, 2, 2);
    ck_assert_uint_eq(s->dma.moved, 1024);
    stub_dma_program(s, 2 * 512, false);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("skips it", 0x00, 0, 0x40, 0, 0, 4, 2);
    expect_sector(s->dma.data + 512, 2);
    stub_dma_program(s, 512, false);
    SEND(0x4C, 0x00, 0, 0, 2, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("read deleted", 0x00, 0, 0, 0, 0, 3, 2);
    stub_dma_program(s, 512, true);
    SEND(0x45, 0x00, 0, 0, 2, 2, 18, 0x1B, 0xFF);
    wait_irq();
    fetch(7);
    stub_dma_program(s, 512, false);
    SEND(0x46, 0x00, 0, 0, 2, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("normal again", 0x00, 0, 0, 0, 0, 3, 2);
}
END_TEST

START_TEST(format)
{
    uint8_t back[512];

    seek(7);
    for (unsigned i = 0; i < 18; i++) memcpy(s->dma.data + i * 4, (uint8_t[]){7, 1, (uint8_t)(i + 1), 2}, 4);
    stub_dma_program(s, 72, true);
    SEND(0x4D, 0x04, 2, 18, 0x54, 0xF6);
    wait_irq();
    fetch(7);
    ck_assert_uint_eq(result[0], 0x04);
    ck_assert_uint_eq(result[1] | result[2], 0);
    for (unsigned i = 0; i < 18; i++) {
        ck_assert_int_eq(block_read(disk, (7 * 36 + 18 + i) * 512, back, 512), 0);
        ck_assert_uint_eq(back[0], 0xF6);
        ck_assert_uint_eq(back[511], 0xF6);
    }
    ck_assert_int_eq(block_read(disk, (7 * 36 + 17) * 512, back, 512), 0);
    expect_sector(back, 7 * 36 + 17);
    ck_assert_int_eq(block_read(disk, (8 * 36) * 512, back, 512), 0);
    expect_sector(back, 8 * 36);
    stub_out8(s, 0x3F7, 2); /* as 720K: not on this disk */
    stub_dma_program(s, 36, true);
    SEND(0x4D, 0x00, 2, 9, 0x54, 0xF6);
    wait_irq();
    fetch(7);
    ck_assert_uint_eq(result[1], 0x01);
}
END_TEST

START_TEST(scan)
{
    stub_dma_program(s, 512, true);
    for (unsigned k = 0; k < 512; k++) s->dma.data[k] = byte_of(2, k);
    s->dma.data[100] = 0xFF; /* matches everything */
    SEND(0x51, 0x00, 0, 0, 3, 2, 18, 0x1B, 1);
    wait_irq();
    EXPECT("equal", 0x00, 0, 0x08, 0, 0, 3, 2);
    stub_dma_program(s, 512, true);
    SEND(0x51, 0x00, 0, 0, 4, 2, 18, 0x1B, 1);
    wait_irq();
    EXPECT("not equal", 0x00, 0, 0x04, 0, 0, 5, 2);
    stub_dma_program(s, 512, true); /* sector 4 on the disk is higher in its first byte */
    SEND(0x5D, 0x00, 0, 0, 4, 2, 18, 0x1B, 1);
    wait_irq();
    EXPECT("higher", 0x00, 0, 0x00, 0, 0, 4, 2);
    stub_dma_program(s, 512, true);
    SEND(0x59, 0x00, 0, 0, 4, 2, 18, 0x1B, 1);
    wait_irq();
    EXPECT("not lower", 0x00, 0, 0x04, 0, 0, 5, 2);
    stub_dma_program(s, 512, true);
    SEND(0x59, 0x00, 0, 0, 2, 2, 18, 0x1B, 1);
    wait_irq();
    EXPECT("lower", 0x00, 0, 0x00, 0, 0, 2, 2);
}
END_TEST

/* --- without DMA ---------------------------------------------------------------------------------------- */

START_TEST(pio_read)
{
    SEND(0x03, 0xDF, 0x03);
    SEND(0x66, 0x00, 0, 0, 17, 2, 18, 0x1B, 0xFF);
    for (unsigned sector = 16; sector < 18; sector++) {
        wait_irq();
        for (unsigned k = 0; k < 512; k++) {
            ck_assert_uint_eq(stub_in8(s, 0x3F4), 0xF0);
            ck_assert(s->irq[IRQ6].level);
            ck_assert_uint_eq(stub_in8(s, 0x3F5), byte_of(sector, k));
        }
    }
    wait_irq();
    EXPECT("no terminal count: end of cylinder", 0x40, 0x80, 0, 1, 0, 1, 2);
    ck_assert_uint_ge(s->irq[IRQ6].rises, 1024);
}
END_TEST

START_TEST(pio_write)
{
    uint8_t back[512];

    SEND(0x03, 0xDF, 0x03);
    SEND(0x45, 0x00, 0, 0, 18, 2, 18, 0x1B, 0xFF);
    wait_irq();
    for (unsigned k = 0; k < 512; k++) {
        ck_assert_uint_eq(stub_in8(s, 0x3F4), 0xB0);
        stub_out8(s, 0x3F5, (uint8_t)~k);
    }
    wait_irq();
    EXPECT("end of cylinder", 0x40, 0x80, 0, 1, 0, 1, 2);
    ck_assert_int_eq(block_read(disk, 17 * 512, back, 512), 0);
    ck_assert_uint_eq(back[3], 0xFC);
}
END_TEST

START_TEST(pio_overrun)
{
    SEND(0x03, 0xDF, 0x03);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    stub_in8(s, 0x3F5);
    stub_run(s, 60 * MS);
    EXPECT("overrun", 0x40, 0x10, 0, 0, 0, 1, 2);
}
END_TEST

START_TEST(disk_taken_out_under_way)
{
    SEND(0x03, 0xDF, 0x03);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    insert(NULL);
    for (unsigned k = 0; k < 512; k++) stub_in8(s, 0x3F5);
    wait_irq();
    fetch(7);
    ck_assert_uint_eq(result[0], 0x40);
}
END_TEST

static TCase *running_case(void)
{
    TCase *t = tcase_create("1.44M");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, reset_and_version);
    tcase_add_test(t, configure_lock_dumpreg);
    tcase_add_test(t, seek_and_recalibrate);
    tcase_add_test(t, overlapped_seeks);
    tcase_add_test(t, absent_drive);
    tcase_add_test(t, far_tracks_need_two_recalibrations);
    tcase_add_test(t, disk_change);
    tcase_add_test(t, status_registers);
    tcase_add_test(t, read_sectors);
    tcase_add_test(t, read_both_heads);
    tcase_add_test(t, end_of_cylinder);
    tcase_add_test(t, terminal_count_within_a_sector);
    tcase_add_test(t, not_found);
    tcase_add_test(t, read_id_goes_around);
    tcase_add_test(t, read_track);
    tcase_add_test(t, verify);
    tcase_add_test(t, overrun);
    tcase_add_test(t, implied_seek);
    tcase_add_test(t, write_sectors);
    tcase_add_test(t, deleted_data);
    tcase_add_test(t, format);
    tcase_add_test(t, scan);
    tcase_add_test(t, pio_read);
    tcase_add_test(t, pio_write);
    tcase_add_test(t, pio_overrun);
    tcase_add_test(t, disk_taken_out_under_way);
    return t;
}

Suite *fdc_suite(void);
Suite *fdc_suite(void)
{
    Suite *suite = suite_create("fdc");

    suite_add_tcase(suite, running_case());
    return suite;
}
