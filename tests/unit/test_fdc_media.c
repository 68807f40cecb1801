/* test_fdc_media.c: the floppy disk controller: drives, disks and rates, malice, state. */
#include "tests/unit/fdc_fixture.h"

/* --- media ---------------------------------------------------------------------------------------------- */

/* Without index pulses a command waits: for the motor, for a disk, or to be reset. */
START_TEST(not_ready)
{
    stub_out8(s, 0x3F2, 0x0C);
    stub_dma_program(s, 512, false);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    stub_run(s, 5000 * MS);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0x10);
    stub_out8(s, 0x3F2, 0x1C);
    wait_irq();
    EXPECT("motor on", 0x00, 0, 0, 0, 0, 2, 2);
    insert(NULL);
    stub_dma_program(s, 512, false);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    stub_run(s, 5000 * MS);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0x10);
    insert(disk);
    wait_irq();
    EXPECT("disk in", 0x00, 0, 0, 0, 0, 2, 2);
    insert(NULL);
    SEND(0x4A, 0x00);
    stub_run(s, 5000 * MS);
    stub_out8(s, 0x3F2, 0x18);
    stub_out8(s, 0x3F2, 0x1C);
    ck_assert_uint_eq(stub_in8(s, 0x3F4), 0x80);
}
END_TEST

static bool id_readable(uint8_t rate)
{
    stub_out8(s, 0x3F7, rate);
    SEND(0x4A, 0x00);
    wait_irq();
    fetch(7);
    ck_assert_uint_eq(result[1], result[0] & 0x40 ? 0x01 : 0);
    return !(result[0] & 0x40);
}

/* The data rates 500, 300, 250, 1000 kbit/s at which a disk of SIZE can be read in a drive of TYPE. */
static void expect_rates(enum fdc_drive_type type, uint64_t size, const char *rates)
{
    build(type, size);
    start();
    for (uint8_t rate = 0; rate < 4; rate++)
        ck_assert_msg(id_readable(rate) == (rates[rate] == 'y'), "drive %d, %u bytes, rate %d", type, (unsigned)size, rate);
    teardown();
}

START_TEST(data_rates)
{
    expect_rates(FDC_1440K, SIZE_144, "ynnn");
    expect_rates(FDC_1440K, 720 * 1024, "nnyn");
    expect_rates(FDC_1440K, 80 * 2 * 21 * 512, "ynnn");
    expect_rates(FDC_1440K, 2880 * 1024, "nnnn");
    expect_rates(FDC_2880K, 2880 * 1024, "nnny");
    expect_rates(FDC_2880K, SIZE_144, "ynnn");
    expect_rates(FDC_1200K, 80 * 2 * 15 * 512, "ynnn");
    expect_rates(FDC_1200K, 360 * 1024, "nynn");
    expect_rates(FDC_360K, 360 * 1024, "nnyn");
    expect_rates(FDC_720K, 720 * 1024, "nnyn");
    expect_rates(FDC_720K, SIZE_144, "nnnn");
    build(FDC_1440K, SIZE_144); /* for the fixture */
}
END_TEST

/* A 360K disk in a 1.2M drive: cylinder C is under track 2C. */
START_TEST(double_step)
{
    build(FDC_1200K, 360 * 1024);
    start();
    stub_out8(s, 0x3F7, 1);
    seek(10);
    stub_dma_program(s, 512, false);
    SEND(0x66, 0x00, 5, 0, 1, 2, 9, 0x2A, 0xFF);
    wait_irq();
    EXPECT("cylinder 5", 0x00, 0, 0, 5, 0, 2, 2);
    expect_sector(s->dma.data, 5 * 18);
    seek(11);
    SEND(0x4A, 0x00);
    wait_irq();
    fetch(7);
    ck_assert_uint_eq(result[1], 0x01);
}
END_TEST

START_TEST(single_sided)
{
    build(FDC_360K, 160 * 1024);
    start();
    stub_out8(s, 0x3F7, 2);
    stub_dma_program(s, 512, false);
    seek(39);
    SEND(0x66, 0x00, 39, 0, 8, 2, 8, 0x2A, 0xFF);
    wait_irq();
    EXPECT("last sector", 0x00, 0, 0, 40, 0, 1, 2);
    expect_sector(s->dma.data, 319);
    SEND(0x66, 0x04, 39, 1, 1, 2, 8, 0x2A, 0xFF);
    wait_irq();
    EXPECT("no second side", 0x44, 0x01, 0, 39, 1, 1, 2);
}
END_TEST

START_TEST(geometries)
{
    static const struct {
        unsigned size, cylinders, heads, sectors;
        enum fdc_drive_type drive;
    } known[] = {
        {163840, 40, 1, 8, FDC_360K},   {184320, 40, 1, 9, FDC_360K},   {327680, 40, 2, 8, FDC_360K},
        {368640, 40, 2, 9, FDC_360K},   {737280, 80, 2, 9, FDC_1440K},  {1228800, 80, 2, 15, FDC_1200K},
        {1474560, 80, 2, 18, FDC_1440K}, {1720320, 80, 2, 21, FDC_1440K}, {1763328, 82, 2, 21, FDC_1440K},
        {2949120, 80, 2, 36, FDC_2880K}, {819200, 80, 2, 10, FDC_1440K}, {839680, 82, 2, 10, FDC_1440K},
        {1784832, 83, 2, 21, FDC_1440K}, {512, 80, 2, 18, FDC_1440K},   {100000, 80, 2, 18, FDC_1440K},
        {1500000, 80, 2, 36, FDC_2880K},
    };
    struct fdc_geometry g;

    build(FDC_1440K, SIZE_144); /* for the fixture */
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        ck_assert(fdc_geometry(known[i].size, &g));
        ck_assert_msg(g.cylinders == known[i].cylinders && g.heads == known[i].heads && g.sectors == known[i].sectors,
                      "%u: %u/%u/%u", known[i].size, g.cylinders, g.heads, g.sectors);
        ck_assert_msg(fdc_drive_for(known[i].size) == known[i].drive, "%u: drive", known[i].size);
    }
    ck_assert(!fdc_geometry(511, &g));
    ck_assert(!fdc_geometry(0, &g));
    ck_assert(!fdc_geometry(10u << 20, &g));
    struct block *big = block_memory(10u << 20);
    ck_assert_int_eq(fdc_insert(fdc, 0, big), -EINVAL);
    block_close(big);
}
END_TEST

/* A boot sector alone, as assemblers make it: the rest of the disk is zeros. */
START_TEST(short_image)
{
    build(FDC_1440K, 700);
    start();
    stub_dma_program(s, 3 * 512, false);
    memset(s->dma.data, 0x77, 3 * 512);
    SEND(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("read", 0x00, 0, 0, 0, 0, 4, 2);
    expect_sector(s->dma.data, 0);
    ck_assert_uint_eq(s->dma.data[700], 0);
    ck_assert_uint_eq(s->dma.data[1535], 0);
    stub_dma_program(s, 512, true);
    SEND(0x45, 0x00, 0, 0, 3, 2, 18, 0x1B, 0xFF);
    wait_irq();
    EXPECT("cannot be written", 0x40, 0x20, 0x20, 0, 0, 3, 2);
}
END_TEST

/* --- robustness and state ------------------------------------------------------------------------------- */

START_TEST(noise)
{
    uint32_t random = 4711;

    for (unsigned i = 0; i < 300000; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned r = random >> 8;
        switch (r % 16) {
        case 0: stub_out8(s, (uint16_t)(0x3F0 + (r >> 4) % 8), (uint8_t)(r >> 8)); break;
        case 1: stub_in8(s, (uint16_t)(0x3F0 + (r >> 4) % 8)); break;
        case 2: stub_dma_program(s, (r >> 4) % 8192, r & 0x1000); break;
        case 3: stub_out8(s, 0x3F2, 0x3C); break;
        case 4: stub_run(s, (r >> 4) % 2000000); break;
        case 5:
            if (r % 1024 == 5) insert(r & 0x4000 ? disk : NULL);
            break;
        case 6:
        case 7:
        case 8: stub_in8(s, 0x3F5); break;
        default: stub_out8(s, 0x3F5, (uint8_t)(r >> 8)); break;
        }
        if (r % 64 == 0) ck_assert_int_eq(fdc_ops.loaded(fdc), 0);
    }
    insert(disk);
    stub_out8(s, 0x3F2, 0x00); /* and it still works */
    start();
    SEND(0x07, 0x00);
    wait_irq();
    SEND(0x08);
    fetch(2);
    SEND(0x07, 0x00);
    wait_irq();
    SEND(0x08);
    EXPECT("recalibrated", 0x20, 0);
    SEND(0x4A, 0x00);
    wait_irq();
    fetch(7);
    ck_assert_uint_eq(result[0], 0);
}
END_TEST

START_TEST(reset_equals_power_on)
{
    struct fdc *fresh;

    build(FDC_1440K, SIZE_144);
    fresh = calloc(1, sizeof(*fresh));
    *fresh = *fdc;
    start();
    seek(40);
    SEND(0x13, 0x00, 0x57, 0x11);
    SEND(0x94);
    fetch(1);
    SEND(0x66, 0x00, 40, 0, 1, 2, 18, 0x1B, 0xFF);
    fdc_ops.reset(fdc);
    const char *differs = stub_state_differs(fdc_ops.fields, fdc, fresh);
    ck_assert_msg(!differs, "%s", differs);
    ck_assert(!s->irq[IRQ6].level);
    free(fresh);
}
END_TEST

START_TEST(bad_states_are_refused)
{
    struct fdc good;

    build(FDC_1440K, SIZE_144);
    good = *fdc;
    ck_assert_int_eq(fdc_ops.loaded(fdc), 0);
    fdc->phase = FDC_PIO;
    fdc->data_length = 513;
    ck_assert_int_eq(fdc_ops.loaded(fdc), -EINVAL);
    *fdc = good;
    fdc->phase = FDC_COMMAND;
    fdc->command_length = 10;
    ck_assert_int_eq(fdc_ops.loaded(fdc), -EINVAL);
    *fdc = good;
    fdc->phase = FDC_RESULT;
    fdc->result_length = 11;
    ck_assert_int_eq(fdc_ops.loaded(fdc), -EINVAL);
    *fdc = good;
    fdc->drive[0].track = FDC_MAX_TRACKS;
    ck_assert_int_eq(fdc_ops.loaded(fdc), -EINVAL);
    *fdc = good;
    fdc->transfer.drive = 4;
    ck_assert_int_eq(fdc_ops.loaded(fdc), -EINVAL);
    *fdc = good;
    fdc->phase = 9;
    ck_assert_int_eq(fdc_ops.loaded(fdc), -EINVAL);
}
END_TEST

/* Tests that begin with a 1.44M disk in a running 1.44M drive. */

static TCase *running_case(void)
{
    TCase *t = tcase_create("1.44M");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, not_ready);
    tcase_add_test(t, noise);
    return t;
}

/* Tests that build what they need. */
static TCase *media_case(void)
{
    TCase *t = tcase_create("media");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, data_rates);
    tcase_add_test(t, double_step);
    tcase_add_test(t, single_sided);
    tcase_add_test(t, geometries);
    tcase_add_test(t, short_image);
    tcase_add_test(t, reset_equals_power_on);
    tcase_add_test(t, bad_states_are_refused);
    return t;
}

Suite *fdc_suite(void);

Suite *fdc_media_suite(void);
Suite *fdc_media_suite(void)
{
    Suite *suite = suite_create("fdc_media");

    suite_add_tcase(suite, running_case());
    suite_add_tcase(suite, media_case());
    return suite;
}
