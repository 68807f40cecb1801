/* scale.c: area averages, one axis after the other. See scale.h. */
#include "frontends/scale.h"

#include <stdlib.h>
#include <string.h>

#define ONE 256 /* the sum of a span's weights */

/* The result's pixel i covers the source from i*from/to up to (i+1)*from/to. In units of 1/to of a source pixel all of this is
 * whole numbers. */
static bool init_axis(struct scale_axis *a, uint32_t from, uint32_t to)
{
    uint32_t used = 0, most = from / to + 2;

    *a = (struct scale_axis){.from = from, .to = to};
    a->spans = malloc(to * sizeof(*a->spans));
    a->weights = malloc((size_t)to * most * sizeof(*a->weights));
    if (!a->spans || !a->weights) return false;
    for (uint32_t i = 0; i < to; i++) {
        uint64_t           begin = (uint64_t)i * from, end = begin + from;
        struct scale_span *s = &a->spans[i];
        uint32_t           given = 0;

        *s = (struct scale_span){.first = (uint32_t)(begin / to), .weight = used};
        for (uint64_t pixel = s->first; pixel * to < end; pixel++) {
            uint64_t high = (pixel + 1) * to < end ? (pixel + 1) * to : end;
            uint32_t share = (uint32_t)(((high - begin) * ONE + from / 2) / from) - given; /* rounding never adds up */

            a->weights[used++] = (uint16_t)share;
            given += share;
            s->count++;
        }
        if (s->count > a->widest) a->widest = s->count;
    }
    return true;
}

bool scaler_init(struct scaler *s, uint32_t from_width, uint32_t from_height, uint32_t to_width, uint32_t to_height)
{
    memset(s, 0, sizeof(*s));
    if (!init_axis(&s->x, from_width, to_width) || !init_axis(&s->y, from_height, to_height)) goto fail;
    s->rows = malloc((size_t)s->y.widest * to_width * sizeof(*s->rows));
    s->row_held = malloc(s->y.widest * sizeof(*s->row_held));
    if (s->rows && s->row_held) return true;
fail:
    scaler_free(s);
    return false;
}

void scaler_free(struct scaler *s)
{
    free(s->x.spans);
    free(s->x.weights);
    free(s->y.spans);
    free(s->y.weights);
    free(s->rows);
    free(s->row_held);
    memset(s, 0, sizeof(*s));
}

/* Red and blue are summed up together, 16 bits each; green alone. */
#define RED_BLUE 0x00ff00ffu
#define GREEN    0x0000ff00u

static void scale_row(const struct scale_axis *x, const uint32_t *from, uint32_t *to)
{
    for (uint32_t i = 0; i < x->to; i++) {
        const struct scale_span *s = &x->spans[i];
        const uint16_t          *w = x->weights + s->weight;
        uint32_t                 red_blue = 0, green = 0;

        if (s->count == 1) {
            to[i] = from[s->first];
            continue;
        }
        for (uint32_t k = 0; k < s->count; k++) {
            red_blue += (from[s->first + k] & RED_BLUE) * w[k];
            green += ((from[s->first + k] & GREEN) >> 8) * w[k];
        }
        to[i] = (red_blue >> 8 & RED_BLUE) | (green & GREEN);
    }
}

/* Source row N scaled along x; kept for the next row of the result. */
static const uint32_t *wide_row(struct scaler *s, const uint32_t *from, uint32_t n)
{
    uint32_t  slot = n % s->y.widest;
    uint32_t *row = s->rows + (size_t)slot * s->x.to;

    if (s->row_held[slot] != n) {
        scale_row(&s->x, from + (size_t)n * s->x.from, row);
        s->row_held[slot] = n;
    }
    return row;
}

static void blend_rows(struct scaler *s, const uint32_t *from, const struct scale_span *span, uint32_t *to)
{
    const uint16_t *w = s->y.weights + span->weight;

    if (span->count == 2) { /* the usual case */
        const uint32_t *a = wide_row(s, from, span->first), *b = wide_row(s, from, span->first + 1);

        for (uint32_t i = 0; i < s->x.to; i++)
            to[i] = (((a[i] & RED_BLUE) * w[0] + (b[i] & RED_BLUE) * w[1]) >> 8 & RED_BLUE) |
                    ((((a[i] & GREEN) >> 8) * w[0] + ((b[i] & GREEN) >> 8) * w[1]) & GREEN);
        return;
    }
    for (uint32_t k = 0; k < span->count; k++) wide_row(s, from, span->first + k);
    for (uint32_t i = 0; i < s->x.to; i++) {
        uint32_t red_blue = 0, green = 0;

        for (uint32_t k = 0; k < span->count; k++) {
            uint32_t pixel = s->rows[(size_t)((span->first + k) % s->y.widest) * s->x.to + i];

            red_blue += (pixel & RED_BLUE) * w[k];
            green += ((pixel & GREEN) >> 8) * w[k];
        }
        to[i] = (red_blue >> 8 & RED_BLUE) | (green & GREEN);
    }
}

void scaler_run(struct scaler *s, const uint32_t *from, uint32_t *to, size_t pitch, uint32_t first, uint32_t end)
{
    for (uint32_t slot = 0; slot < s->y.widest; slot++) s->row_held[slot] = -1; /* FROM may have changed */
    for (uint32_t y = first; y < end; y++) {
        const struct scale_span *span = &s->y.spans[y];
        uint32_t                *row = to + (size_t)y * pitch;

        if (span->count == 1) memcpy(row, wide_row(s, from, span->first), s->x.to * sizeof(*row));
        else blend_rows(s, from, span, row);
    }
}

void scaler_rows(const struct scaler *s, uint32_t first, uint32_t end, uint32_t *to_first, uint32_t *to_end)
{
    const struct scale_axis *y = &s->y;

    *to_first = (uint32_t)((uint64_t)first * y->to / y->from);
    *to_end = (uint32_t)(((uint64_t)end * y->to + y->from - 1) / y->from);
}
