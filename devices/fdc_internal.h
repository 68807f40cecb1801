/* fdc_internal.h: what fdc.c (registers, commands, seeks) and fdc_transfer.c (reading, writing, formatting) share. */
#ifndef DEVICES_FDC_INTERNAL_H
#define DEVICES_FDC_INTERNAL_H

#include "devices/fdc.h"

enum fdc_dor { /* 3F2h, digital output register */
    DOR_DRIVE = 0x03,
    DOR_NOT_RESET = 0x04,
    DOR_DMA_GATE = 0x08, /* interrupt and DMA request reach the bus */
    DOR_MOTOR_0 = 0x10,
};

enum fdc_st0 {
    ST0_ABNORMAL = 0x40,
    ST0_INVALID = 0x80,
    ST0_READY_CHANGED = 0xC0,
    ST0_SE = 0x20, /* seek end */
    ST0_EC = 0x10, /* equipment check */
};

enum fdc_st1 {
    ST1_EN = 0x80, /* end of cylinder */
    ST1_DE = 0x20, /* data error */
    ST1_OR = 0x10, /* overrun, underrun */
    ST1_ND = 0x04, /* no data: sector not found */
    ST1_NW = 0x02, /* not writable */
    ST1_MA = 0x01, /* missing address mark */
};

enum fdc_st2 {
    ST2_CM = 0x40, /* control mark: deleted data */
    ST2_DD = 0x20, /* data error in the data field */
    ST2_WC = 0x10, /* wrong cylinder */
    ST2_SH = 0x08, /* scan hit: equal */
    ST2_SN = 0x04, /* scan not satisfied */
};

enum fdc_configure {
    CONFIG_EIS = 0x40,   /* implied seek */
    CONFIG_EFIFO = 0x20, /* FIFO disabled */
    CONFIG_POLL = 0x10,  /* polling disabled */
};

#define HLT_ND 0x01 /* second byte of Specify: no DMA */

#define FDC_DATA_RESULT 7 /* bytes: ST0-ST2, C, H, R, N; only these results come with an interrupt */

#define FDC_MS (NS_PER_SECOND / 1000 / FDC_HASTE) /* a millisecond of a real drive, ns */

/* The time unit of Specify at the current data rate, in thirds of a millisecond of a real drive: 2, 3.33, 4 and 1
 * ms for 500, 300, 250 and 1000 kbit/s (head load; half of it for the step rate). */
static inline uint64_t fdc_rate_thirds(const struct fdc *f)
{
    static const uint8_t thirds[4] = {6, 10, 12, 3};

    return thirds[f->rate & 3];
}

/* Starts the data command in f->command. */
void fdc_transfer_start(struct fdc *);
/* The drive spins again: goes on with a command that waits for it. */
void fdc_transfer_resume(struct fdc *);
/* The host read or wrote all bytes of f->data. */
void fdc_transfer_pio_done(struct fdc *);
/* (Re)starts the time that the host has for its next byte. */
void fdc_transfer_pio_wait(struct fdc *);
void fdc_transfer_due(void *opaque, uint64_t late);

/* Moves the head by STEPS (towards the spindle if positive); returns the time it takes, ns. */
uint64_t fdc_step(struct fdc *, struct fdc_drive *, int steps);
void     fdc_set_irq(struct fdc *, bool level);
/* Begins the result phase of LENGTH bytes in f->result. */
void fdc_begin_result(struct fdc *, unsigned length);

#endif
