/* test_dma.c: two 8237A and the page registers. */
#include "devices/dma.h"
#include "tests/unit/stub.h"

static struct stub *s;
static struct dma   dma;
static uint8_t      buf[4096];

static void setup(void)
{
    s = stub_new();
    dma_init(&dma, &s->bus);
    stub_out8(s, 0xD6, 0xC0); /* channel 4: cascade, */
    stub_out8(s, 0xD4, 0x00); /* open */
    for (size_t i = 0; i < sizeof(buf); i++) buf[i] = (uint8_t)(i * 7 + 1);
}

static void teardown(void)
{
    stub_free(s);
}

/* MODE without the channel bits; COUNT as the register takes it, in units less one. */
static void program(int channel, uint8_t mode, uint32_t address, uint16_t count)
{
    static const uint8_t page[] = {0x87, 0x83, 0x81, 0x82, 0x8F, 0x8B, 0x89, 0x8A};
    bool                 high = channel >= 4;
    uint16_t             base = high ? 0xC0 : 0x00, step = high ? 2 : 1;
    uint16_t             at = (uint16_t)(high ? address >> 1 : address);

    stub_out8(s, base + 12 * step, 0);
    stub_out8(s, base + 11 * step, (uint8_t)(mode | (channel & 3)));
    stub_out8(s, base + 2 * (channel & 3) * step, (uint8_t)at);
    stub_out8(s, base + 2 * (channel & 3) * step, at >> 8);
    stub_out8(s, base + (2 * (channel & 3) + 1) * step, (uint8_t)count);
    stub_out8(s, base + (2 * (channel & 3) + 1) * step, count >> 8);
    stub_out8(s, page[channel], (uint8_t)(address >> 16));
    stub_out8(s, base + 10 * step, channel & 3);
}

static size_t dev_write(int channel, size_t n, bool *tc)
{
    struct dma_line line = dma_line(&dma, channel);
    return line.write(line.opaque, line.channel, buf, n, tc);
}

static size_t dev_read(int channel, uint8_t *to, size_t n, bool *tc)
{
    struct dma_line line = dma_line(&dma, channel);
    return line.read(line.opaque, line.channel, to, n, tc);
}

static uint16_t current(uint16_t port)
{
    uint8_t low;

    stub_out8(s, 0x0C, 0);
    low = stub_in8(s, port);
    return (uint16_t)(stub_in8(s, port) << 8 | low);
}

START_TEST(test_write_in_pieces)
{
    bool tc;

    program(2, 0x44, 0x12300, 511);
    ck_assert_uint_eq(dev_write(2, 100, &tc), 100);
    ck_assert(!tc);
    ck_assert_uint_eq(current(4), 0x2364);
    ck_assert_uint_eq(current(5), 411);
    ck_assert_uint_eq(stub_in8(s, 0x08), 0x00);
    ck_assert_uint_eq(dev_write(2, 1000, &tc), 412); /* up to terminal count */
    ck_assert(tc);
    ck_assert_mem_eq(s->ram + 0x12300, buf, 100);
    ck_assert_mem_eq(s->ram + 0x12364, buf, 412);
    ck_assert_uint_eq(s->ram[0x12500], 0);
    ck_assert_uint_eq(stub_in8(s, 0x08), 0x04);
    ck_assert_uint_eq(stub_in8(s, 0x08), 0x00); /* cleared by the read */
    ck_assert_uint_eq(current(5), 0xFFFF);
    ck_assert_uint_eq(dev_write(2, 1, &tc), 0); /* masked now */
    ck_assert_uint_eq(stub_in8(s, 0x0F) & 0x0F, 0x0F);
}
END_TEST

START_TEST(test_read)
{
    uint8_t got[16];
    bool    tc;

    memcpy(s->ram + 0x30000, buf, 16);
    program(3, 0x48, 0x30000, 15);
    ck_assert_uint_eq(dev_read(3, got, 16, &tc), 16);
    ck_assert(tc);
    ck_assert_mem_eq(got, buf, 16);
}
END_TEST

START_TEST(test_wrong_direction)
{
    uint8_t got[4];
    bool    tc = true;

    program(1, 0x48, 0x1000, 15);
    ck_assert_uint_eq(dev_write(1, 4, &tc), 0);
    ck_assert(!tc);
    program(1, 0x44, 0x1000, 15);
    ck_assert_uint_eq(dev_read(1, got, 4, &tc), 0);
    program(1, 0xC4, 0x1000, 15); /* cascade */
    ck_assert_uint_eq(dev_write(1, 4, &tc), 0);
}
END_TEST

START_TEST(test_verify)
{
    uint8_t got[4] = {0};
    bool    tc;

    program(1, 0x40, 0x1000, 7);
    ck_assert_uint_eq(dev_write(1, 4, &tc), 4);
    ck_assert_uint_eq(s->ram[0x1000], 0);
    ck_assert_uint_eq(dev_read(1, got, 4, &tc), 4);
    ck_assert_uint_eq(got[3], 0xFF);
    ck_assert(tc);
}
END_TEST

START_TEST(test_page_wrap)
{
    bool tc;

    program(2, 0x44, 0x1FFF0, 31);
    ck_assert_uint_eq(dev_write(2, 32, &tc), 32);
    ck_assert_mem_eq(s->ram + 0x1FFF0, buf, 16);
    ck_assert_mem_eq(s->ram + 0x10000, buf + 16, 16); /* not 20000h */
    ck_assert_uint_eq(s->ram[0x20000], 0);
}
END_TEST

START_TEST(test_decrement)
{
    bool tc;

    program(1, 0x64, 0x10003, 7);
    ck_assert_uint_eq(dev_write(1, 8, &tc), 8);
    ck_assert(tc);
    ck_assert_uint_eq(s->ram[0x10003], buf[0]);
    ck_assert_uint_eq(s->ram[0x10000], buf[3]);
    ck_assert_uint_eq(s->ram[0x1FFFF], buf[4]);
    ck_assert_uint_eq(s->ram[0x1FFFC], buf[7]);
}
END_TEST

START_TEST(test_autoinit)
{
    bool tc;

    program(1, 0x54, 0x5000, 99);
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(dev_write(1, 60, &tc), 60);
        ck_assert(!tc);
        ck_assert_uint_eq(dev_write(1, 60, &tc), 40);
        ck_assert(tc);
        ck_assert_uint_eq(current(2), 0x5000);
        ck_assert_uint_eq(current(3), 99);
    }
}
END_TEST

START_TEST(test_words)
{
    uint8_t got[8];
    bool    tc;

    program(5, 0x44, 0x1FFFC, 3); /* page bit 0 does not count: A16 comes from the controller */
    ck_assert_uint_eq(dev_write(5, 1, &tc), 0);
    ck_assert_uint_eq(dev_write(5, 5, &tc), 4);
    ck_assert_uint_eq(dev_write(5, 8, &tc), 4);
    ck_assert(tc);
    ck_assert_mem_eq(s->ram + 0x1FFFC, buf, 4);
    ck_assert_mem_eq(s->ram + 0x00000, buf, 4); /* wraps at 128K */
    ck_assert_uint_eq(stub_in8(s, 0xD0), 0x02);
    program(7, 0x48, 0x80000, 3);
    memcpy(s->ram + 0x80000, buf, 8);
    ck_assert_uint_eq(dev_read(7, got, 8, &tc), 8);
    ck_assert_mem_eq(got, buf, 8);
    ck_assert_uint_eq(stub_in8(s, 0xD1), 0x08); /* address bit 0 is not decoded */
}
END_TEST

START_TEST(test_enables)
{
    bool tc;

    program(2, 0x44, 0x1000, 99);
    stub_out8(s, 0x08, 0x04);
    ck_assert_uint_eq(dev_write(2, 1, &tc), 0);
    stub_out8(s, 0x08, 0x00);
    stub_out8(s, 0x0A, 0x06);
    ck_assert_uint_eq(dev_write(2, 1, &tc), 0);
    stub_out8(s, 0x0E, 0x00);
    ck_assert_uint_eq(dev_write(2, 1, &tc), 1);
    stub_out8(s, 0x0F, 0x04);
    ck_assert_uint_eq(dev_write(2, 1, &tc), 0);
    stub_out8(s, 0x0F, 0x00);
    stub_out8(s, 0xD4, 0x04); /* the cascade is closed */
    ck_assert_uint_eq(dev_write(2, 1, &tc), 0);
    stub_out8(s, 0xD4, 0x00);
    ck_assert_uint_eq(dev_write(2, 1, &tc), 1);
    stub_out8(s, 0x0D, 0x00); /* master clear */
    ck_assert_uint_eq(dev_write(2, 1, &tc), 0);
}
END_TEST

START_TEST(test_flip_flop)
{
    stub_out8(s, 0x0C, 0);
    stub_out8(s, 0x00, 0x34);
    stub_out8(s, 0x0C, 0);
    stub_out8(s, 0x00, 0x56);
    stub_out8(s, 0x00, 0x12);
    ck_assert_uint_eq(current(0), 0x1256);
    stub_out8(s, 0x0C, 0);
    stub_in8(s, 0x00);
    stub_out8(s, 0x00, 0xAB); /* one flip-flop for all */
    ck_assert_uint_eq(current(0), 0xAB56);
}
END_TEST

START_TEST(test_software_request)
{
    program(0, 0x84, 0x40000, 999);
    stub_out8(s, 0x0A, 0x04); /* masks do not hold it */
    stub_out8(s, 0x09, 0x04);
    ck_assert_uint_eq(s->ram[0x40000], 0xFF);
    ck_assert_uint_eq(s->ram[0x40000 + 999], 0xFF);
    ck_assert_uint_eq(s->ram[0x40000 + 1000], 0x00);
    ck_assert_uint_eq(stub_in8(s, 0x08), 0x01);
    program(0, 0x44, 0x40000, 999); /* not block mode: it stays requested */
    stub_out8(s, 0x09, 0x04);
    ck_assert_uint_eq(stub_in8(s, 0x08), 0x10);
    stub_out8(s, 0x09, 0x00);
    ck_assert_uint_eq(stub_in8(s, 0x08), 0x00);
}
END_TEST

START_TEST(test_pages)
{
    for (unsigned i = 0; i < 16; i++) stub_out8(s, (uint16_t)(0x80 + i), (uint8_t)(i * 11));
    for (unsigned i = 0; i < 16; i++) ck_assert_uint_eq(stub_in8(s, (uint16_t)(0x80 + i)), i * 11);
}
END_TEST

START_TEST(test_reset)
{
    struct stub *s2 = stub_new();
    struct dma   fresh;
    bool         tc;

    program(2, 0x44, 0x1000, 99);
    program(6, 0x58, 0x1000, 99);
    dev_write(2, 200, &tc);
    stub_out8(s, 0x08, 0x20);
    stub_out8(s, 0x80, 0x55);
    dma_reset(&dma);
    dma_init(&fresh, &s2->bus);
    ck_assert_ptr_null(stub_state_differs(dma_ops.fields, &dma, &fresh));
    stub_free(s2);
}
END_TEST

Suite *dma_suite(void)
{
    Suite *suite = suite_create("dma");
    TCase *t = tcase_create("dma");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_write_in_pieces);
    tcase_add_test(t, test_read);
    tcase_add_test(t, test_wrong_direction);
    tcase_add_test(t, test_verify);
    tcase_add_test(t, test_page_wrap);
    tcase_add_test(t, test_decrement);
    tcase_add_test(t, test_autoinit);
    tcase_add_test(t, test_words);
    tcase_add_test(t, test_enables);
    tcase_add_test(t, test_flip_flop);
    tcase_add_test(t, test_software_request);
    tcase_add_test(t, test_pages);
    tcase_add_test(t, test_reset);
    suite_add_tcase(suite, t);
    return suite;
}
