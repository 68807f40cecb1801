/* test_phys.c: the physical map: fixed regions, and windows that move over them (mem/phys.c). */
#include "mem/phys.h"
#include "tests/unit/stub.h"

static struct phys phys;
static uint8_t     big[16 * PAGE_SIZE], small[2 * PAGE_SIZE], rom[4 * PAGE_SIZE];

#define HOLE 0xE0000000u

static void setup(void)
{
    ck_assert_int_eq(phys_init(&phys, 1 << 20), 0);
    memset(big, 'b', sizeof(big));
    memset(small, 's', sizeof(small));
    memset(rom, 'r', sizeof(rom));
}

static void teardown(void)
{
    phys_destroy(&phys);
}

static unsigned region(uint32_t base, uint8_t *host, uint32_t size, bool is_rom)
{
    unsigned n = phys_region_ram(&phys, base, size, host, NULL, is_rom);

    ck_assert_uint_ne(n, 0);
    return n;
}

static void put_big(uint32_t base) { phys_set_window(&phys, base, sizeof(big), region(base, big, sizeof(big), false)); }
static void put_small(uint32_t base) { phys_set_window(&phys, base, sizeof(small), region(base, small, sizeof(small), false)); }

static unsigned at(uint32_t page)
{
    return (unsigned)phys_read(&phys, HOLE + page * PAGE_SIZE, 1);
}

/* The smaller one is seen, whoever came first. */
START_TEST(test_overlap)
{
    for (unsigned order = 0; order < 2; order++) {
        if (order == 0) put_big(HOLE), put_small(HOLE + 3 * PAGE_SIZE);
        else put_small(HOLE + 3 * PAGE_SIZE), put_big(HOLE);
        ck_assert_uint_eq(at(2), 'b');
        ck_assert_uint_eq(at(3), 's');
        ck_assert_uint_eq(at(4), 's');
        ck_assert_uint_eq(at(5), 'b');
        phys_set_window(&phys, HOLE + 3 * PAGE_SIZE, sizeof(small), 0);
        ck_assert_uint_eq(at(3), 'b');
        phys_set_window(&phys, HOLE, sizeof(big), 0);
        ck_assert_uint_eq(at(3), 0xFF);
        ck_assert_uint_eq(phys.windows, 0);
    }
}
END_TEST

/* What is fixed comes back when a window goes. */
START_TEST(test_over_rom)
{
    phys_map(&phys, HOLE, sizeof(rom), region(HOLE, rom, sizeof(rom), true), true, true);
    put_big(HOLE - 14 * PAGE_SIZE);
    ck_assert_uint_eq(at(1), 'b');
    ck_assert_uint_eq(at(2), 'r');
    phys_map(&phys, HOLE + PAGE_SIZE, PAGE_SIZE, 0, true, true); /* below the window */
    ck_assert_uint_eq(at(1), 'b');
    phys_set_window(&phys, HOLE - 14 * PAGE_SIZE, sizeof(big), 0);
    ck_assert_uint_eq(at(0), 'r');
    ck_assert_uint_eq(at(1), 0xFF);
}
END_TEST

/* A window may be moved for ever. */
START_TEST(test_moves)
{
    for (uint32_t n = 0; n < 1000; n++) {
        put_small(HOLE + n * 16 * PAGE_SIZE);
        ck_assert_uint_eq(phys_read(&phys, HOLE + (n * 16 + 1) * PAGE_SIZE, 1), 's');
        phys_set_window(&phys, HOLE + n * 16 * PAGE_SIZE, sizeof(small), 0);
    }
    ck_assert_uint_eq(phys_read(&phys, 0, 1), 0);
    put_big(0xFFFFE000u); /* cut off at 4 GB */
    ck_assert_uint_eq(phys_read(&phys, 0xFFFFF000u, 1), 'b');
    ck_assert_uint_eq(phys_read(&phys, 0, 1), 0);
    ck_assert_uint_le(phys.regions, PHYS_MAX_REGIONS);
}
END_TEST

Suite *phys_suite(void)
{
    Suite *suite = suite_create("phys");
    TCase *tc = tcase_create("map");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_overlap);
    tcase_add_test(tc, test_over_rom);
    tcase_add_test(tc, test_moves);
    suite_add_tcase(suite, tc);
    return suite;
}
