/* dma.h: the two cascaded 8237A DMA controllers of an AT, with their page registers. */
#ifndef DEVICES_DMA_H
#define DEVICES_DMA_H

#include "devices/bus.h"
#include "devices/dma_line.h"
#include "devices/state.h"

struct dma_channel {
    uint16_t base_address, base_count;
    uint16_t address, count; /* current; in words on the second controller */
    uint8_t  mode;
};

struct i8237 {
    struct dma_channel ch[4];
    uint8_t            command;
    uint8_t            mask;     /* bit N: channel N */
    uint8_t            request;  /* by software */
    uint8_t            tc;       /* reached since the status was last read */
    bool               msb;      /* the byte pointer flip-flop: the next byte of a 16-bit register is the high one */
};

struct dma {
    struct i8237 low;      /* channels 0-3, 8 bits */
    struct i8237 high;     /* channels 4-7, 16 bits; 4 is the cascade */
    uint8_t      page[16]; /* ports 80h-8Fh */
    struct bus  *bus;
};

/* Maps 00h-0Fh, 80h-8Fh and C0h-DFh. */
void dma_init(struct dma *, struct bus *);
void dma_reset(void *dma);

/* Channel 0-3 or 5-7 for a device. Its N is in bytes; channels 5-7 move whole words only. */
struct dma_line dma_line(struct dma *, int channel);

extern const struct device_ops dma_ops;

#endif
