/* scale.h: enlarges or reduces pictures by any factor: each pixel becomes the average of the area that it covers. Enlarged, pixels
 * stay sharp blocks whose edges blend over at most one pixel. */
#ifndef FRONTENDS_SCALE_H
#define FRONTENDS_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which source pixels a pixel of the result covers, along one axis. */
struct scale_span {
    uint32_t first, count;
    uint32_t weight; /* index of the first weight; weights of a span add up to 256 */
};

struct scale_axis {
    uint32_t           from, to; /* pixels of source and result */
    uint32_t           widest;   /* largest count */
    struct scale_span *spans;    /* `to` of them */
    uint16_t          *weights;
};

struct scaler {
    struct scale_axis x, y;
    uint32_t         *rows;     /* source rows already scaled along x: y.widest of them, */
    int64_t          *row_held; /* and which; -1: none */
};

/* False if out of memory. Sizes are at least 1. */
bool scaler_init(struct scaler *, uint32_t from_width, uint32_t from_height, uint32_t to_width, uint32_t to_height);
void scaler_free(struct scaler *);

/* Writes rows FIRST up to END of the result to TO (which is the result's row 0), PITCH pixels apart. */
void scaler_run(struct scaler *, const uint32_t *from, uint32_t *to, size_t pitch, uint32_t first, uint32_t end);

/* Rows of the result that source rows FIRST up to END have a part in. */
void scaler_rows(const struct scaler *, uint32_t first, uint32_t end, uint32_t *to_first, uint32_t *to_end);

#endif
