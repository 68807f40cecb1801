/* dma_line.h: one channel of the DMA controller as a value, as irq.h is for interrupts. */
#ifndef DEVICES_DMA_LINE_H
#define DEVICES_DMA_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dma_line {
    void *opaque; /* NULL: not connected; transfers move nothing */
    int   channel;
    /* Device to memory (the controller's "write" and "verify" transfers): moves up to N bytes, returns how many the
     * controller took (0 if the channel is masked or programmed the other way), sets *TC at terminal count. */
    size_t (*write)(void *opaque, int channel, const uint8_t *buf, size_t n, bool *tc);
    /* Memory to device ("read" and "verify" transfers), the same way. */
    size_t (*read)(void *opaque, int channel, uint8_t *buf, size_t n, bool *tc);
};

#endif
