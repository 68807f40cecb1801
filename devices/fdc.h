/* fdc.h: 82077AA floppy disk controller with its drives, ports 3F0h-3F5h and 3F7h.
 *
 * Intel 290468, 82077AA CHMOS single-chip floppy disk controller. Registers as in PS/2 mode; interrupt and DMA
 * gated by DOR bit 3 as in PC AT mode, the mixture that later super I/O chips have.
 *
 * Time: the mechanism is FDC_HASTE times faster than a real one, in everything that its speed sets: step rate,
 * head load and settling, revolution. The sector that is wanted is always the next one under the head, so that
 * reading sector by sector costs no revolutions. A track of 18 sectors takes 12.5 ms, a single sector about 1 ms,
 * a seek over 79 tracks about 15 ms (step rate 3 ms), a sector that does not exist two revolutions: 25 ms.
 * Spinning up is not modelled: PC drives report no readiness, programs wait. */
#ifndef DEVICES_FDC_H
#define DEVICES_FDC_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/dma_line.h"
#include "devices/irq.h"
#include "devices/state.h"
#include "storage/block.h"

#include <stdbool.h>

#define FDC_DRIVES       4 /* the controller has four; PCs have two at most */
#define FDC_SECTOR       512
#define FDC_MAX_TRACKS   84
#define FDC_MAX_SECTORS  48 /* on a track */
#define FDC_HASTE        16

/* Numbers as in byte 10h of the CMOS. */
enum fdc_drive_type { FDC_NO_DRIVE, FDC_360K, FDC_1200K, FDC_720K, FDC_1440K, FDC_2880K };

enum fdc_density { FDC_DOUBLE, FDC_HIGH, FDC_EXTRA };

struct fdc_geometry {
    uint8_t cylinders, heads, sectors;
    uint8_t density; /* enum fdc_density */
};

/* Shape of a disk with SIZE bytes: a PC format, or one guessed from the size; an image of another size counts as
 * the beginning of the smallest usual disk that holds it. False if it is less than one sector or more than any
 * floppy disk. */
bool fdc_geometry(uint64_t size, struct fdc_geometry *);

/* The drive that suits a disk of SIZE bytes best. */
enum fdc_drive_type fdc_drive_for(uint64_t size);

struct fdc_drive {
    uint8_t  track;    /* where the head is */
    uint8_t  pcn;      /* where the controller believes it is: present cylinder number */
    uint8_t  next;     /* sector (from 0) whose header comes by next */
    uint8_t  pending;  /* ST0 for Sense Interrupt Status; 0: nothing to report */
    uint8_t  seek_st0; /* ST0 at the end of the seek in progress */
    bool     changed;  /* disk change line */
    uint8_t  deleted[FDC_MAX_TRACKS * 2 * FDC_MAX_SECTORS / 8]; /* sectors with a deleted data mark: not in images */
    struct event seek;

    enum fdc_drive_type type;
    struct block       *media; /* NULL: empty; owned by the caller */
    struct fdc_geometry geometry;
};

enum fdc_phase {
    FDC_IDLE,
    FDC_COMMAND,   /* command bytes are coming */
    FDC_EXECUTION,
    FDC_PIO,       /* execution, and the host moves bytes through the FIFO */
    FDC_RESULT,
};

/* A command that reads or writes the disk, between its command and result phases. */
struct fdc_transfer {
    uint8_t  op;       /* enum fdc_op, fdc_transfer.c */
    uint8_t  drive;
    uint8_t  head;     /* selected */
    uint8_t  st0_head;
    uint8_t  c, h, r, n; /* sector looked for, at last in the result phase */
    uint8_t  eot, dtl;
    bool     multi_track, skip, mfm, deleted;
    bool     seek_end; /* implied seek done */
    bool     failed;   /* ST1 and ST2 are final */
    bool     stalled;  /* no index pulses: the motor is off or the drive empty */
    bool     last;     /* ends after this sector */
    bool     satisfied; /* scan */
    uint8_t  st1, st2;
    uint8_t  patience; /* how often the DMA controller may still be late for the first byte */
    uint16_t index;     /* sectors done */
    uint16_t remaining; /* Format, Verify with EC, Read Track: sectors */
    uint8_t  fill;
};

struct fdc {
    uint8_t  dor, tdr, dsr;
    uint8_t  rate;      /* bits 1-0 of DSR or CCR, whichever was written last */
    bool     rate_set;  /* one of them was written since the hardware reset; before, any disk can be read and
                         * seeks are implied: the Bochs BIOS, which neither sets a rate nor seeks, relies on it */
    uint8_t  srt_hut, hlt_nd;
    uint8_t  config, pretrk;
    uint8_t  perpendicular;
    bool     lock;
    bool     irq;       /* interrupt pending */
    uint8_t  phase;     /* enum fdc_phase */
    uint8_t  command[9];
    uint8_t  command_count, command_length;
    uint8_t  result[10];
    uint8_t  result_count, result_length;
    struct fdc_transfer transfer;
    uint8_t  data[FDC_SECTOR];
    uint16_t data_count, data_length; /* PIO */
    bool     data_to_host;
    uint64_t sectors_read, sectors_written; /* statistics */
    struct fdc_drive drive[FDC_DRIVES];
    struct event exec;
    struct event poll; /* drives are polled after a reset */

    struct clock    *clock;
    struct irq_line  irq6;
    struct dma_line  dma;
};

struct fdc_config {
    enum fdc_drive_type type[FDC_DRIVES];
};

void fdc_init(struct fdc *, struct bus *, struct clock *, struct irq_line irq6, struct dma_line dma,
              const struct fdc_config *);

/* Puts MEDIA into DRIVE, NULL: takes the disk out. The caller owns the block and must not close it before it is
 * taken out. Returns 0, -ENODEV if there is no such drive, -EINVAL if MEDIA's size is no floppy disk's (the drive
 * is then empty). */
int fdc_insert(struct fdc *, unsigned drive, struct block *media);
bool fdc_has_drive(const struct fdc *, unsigned drive);

/* Whether the motor of DRIVE runs: for a lamp. */
bool fdc_motor_on(const struct fdc *, unsigned drive);

extern const struct device_ops fdc_ops;

#endif
