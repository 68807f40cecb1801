/* test_scale.c: pictures scaled by whole and broken factors (frontends/scale.h). */
#include "frontends/scale.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Scales FROM, checks that nothing is written beside the result, and returns it. */
static uint32_t *scaled(const uint32_t *from, uint32_t fw, uint32_t fh, uint32_t tw, uint32_t th)
{
    struct scaler s;
    size_t        pitch = tw + 1;
    uint32_t     *to = malloc(pitch * th * sizeof(*to));

    memset(to, 0xee, pitch * th * sizeof(*to));
    ck_assert(scaler_init(&s, fw, fh, tw, th));
    scaler_run(&s, from, to, pitch, 0, th);
    scaler_free(&s);
    for (uint32_t y = 0; y < th; y++) {
        ck_assert_uint_eq(to[y * pitch + tw], 0xeeeeeeee);
        memmove(to + (size_t)y * tw, to + y * pitch, tw * sizeof(*to));
    }
    return to;
}

START_TEST(whole_factors_make_blocks)
{
    static const uint32_t from[] = {0x112233, 0xffffff, 0x000000, 0x445566};
    uint32_t             *to = scaled(from, 2, 2, 6, 4);

    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 6; x++) ck_assert_uint_eq(to[y * 6 + x], from[y / 2 * 2 + x / 3]);
    free(to);
}
END_TEST

START_TEST(edges_blend_over_one_pixel)
{
    static const uint32_t from[] = {0x000000, 0xffffff};
    uint32_t             *to = scaled(from, 2, 1, 5, 1); /* 2.5 times: the middle one has a half of each */

    ck_assert_uint_eq(to[0], 0);
    ck_assert_uint_eq(to[1], 0);
    ck_assert_uint_eq(to[2], 0x7f7f7f);
    ck_assert_uint_eq(to[3], 0xffffff);
    ck_assert_uint_eq(to[4], 0xffffff);
    free(to);
}
END_TEST

START_TEST(reducing_averages)
{
    uint32_t  from[36], *to;

    for (int i = 0; i < 36; i++) from[i] = i % 6 < 3 ? 0x0000ff : 0xff0000;
    to = scaled(from, 6, 6, 2, 1);
    ck_assert_uint_eq(to[0], 0x0000ff);
    ck_assert_uint_eq(to[1], 0xff0000);
    free(to);
    to = scaled(from, 6, 6, 1, 2);
    ck_assert_uint_eq(to[0], 0x7f007f);
    ck_assert_uint_eq(to[1], 0x7f007f);
    free(to);
}
END_TEST

START_TEST(one_colour_stays_one_colour)
{
    static const uint32_t sizes[][4] = {{720, 400, 960, 720}, {320, 200, 1021, 767}, {1600, 1200, 333, 217}, {1, 1, 9, 9}, {7, 5, 7, 5}};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const uint32_t *z = sizes[i];
        uint32_t       *from = malloc((size_t)z[0] * z[1] * 4), *to;

        for (size_t k = 0; k < (size_t)z[0] * z[1]; k++) from[k] = 0xfe01c0;
        to = scaled(from, z[0], z[1], z[2], z[3]);
        for (size_t k = 0; k < (size_t)z[2] * z[3]; k++) ck_assert_uint_eq(to[k], 0xfe01c0);
        free(from);
        free(to);
    }
}
END_TEST

START_TEST(changed_rows_are_enough)
{
    uint32_t      from[20 * 11] = {0}, to[33 * 47], again[33 * 47], first, end;
    struct scaler s;

    ck_assert(scaler_init(&s, 20, 11, 33, 47));
    scaler_run(&s, from, to, 33, 0, 47);
    for (uint32_t row = 0; row < 11; row++) {
        for (int x = 0; x < 20; x++) from[row * 20 + x] = 0x123456 + row * 77;
        scaler_rows(&s, row, row + 1, &first, &end);
        ck_assert_uint_le(end, 47);
        scaler_run(&s, from, to, 33, first, end);
        scaler_run(&s, from, again, 33, 0, 47);
        ck_assert_mem_eq(to, again, sizeof(to));
    }
    scaler_free(&s);
}
END_TEST

Suite *scale_suite(void);

Suite *scale_suite(void)
{
    Suite *suite = suite_create("scale");
    TCase *tcase = tcase_create("scale");

    tcase_add_test(tcase, whole_factors_make_blocks);
    tcase_add_test(tcase, edges_blend_over_one_pixel);
    tcase_add_test(tcase, reducing_averages);
    tcase_add_test(tcase, one_colour_stays_one_colour);
    tcase_add_test(tcase, changed_rows_are_enough);
    suite_add_tcase(suite, tcase);
    return suite;
}
