/* ata.h: one device on an ATA channel, and what a channel and a kind of device (disk, CD-ROM) expect of each other.
 *
 * ATA/ATAPI-6, T13/1410D. A contract: ide.c drives the registers, ata_disk.c and atapi.c give commands their meaning, ata.c holds what
 * they share. A command runs like this: the channel calls ops->command; the device calls ata_busy() and goes on in
 * ops->step when that time has passed; there it moves data with ata_pio_in(), ata_pio_out(), ata_dma_in() or ata_dma_out() and goes on
 * in ops->moved when the host has taken or filled the buffer; at last it calls ata_complete() or ata_fail().
 *
 * Latencies, in virtual time: those of a drive with its whole medium in its cache, behind a 16.7 MB/s (PIO mode 4) or
 * 33 MB/s (Ultra DMA mode 2) cable. */
#ifndef DEVICES_ATA_H
#define DEVICES_ATA_H

#include "devices/clock.h"
#include "devices/state.h"
#include "storage/block.h"

#include <stdbool.h>
#include <stdint.h>

#define ATA_SECTOR_BYTES 512
#define ATA_BUFFER_BYTES 65536

#define ATA_COMMAND_NS 20000 /* from the command register to the first data, or to the end of a command without data */
#define ATA_BLOCK_NS   5000  /* between two data blocks of a PIO command */
#define ATA_DMA_NS_512 15000 /* 512 bytes at 33 MB/s */
#define ATA_RESET_NS   100000

/* Status register, 7.15. */
#define ATA_ERR  0x01
#define ATA_DRQ  0x08
#define ATA_DSC  0x10 /* seek complete, to ATA-3; always with DRDY here */
#define ATA_DF   0x20
#define ATA_DRDY 0x40
#define ATA_BSY  0x80

/* Error register, 7.9. */
#define ATA_ABRT 0x04
#define ATA_IDNF 0x10
#define ATA_UNC  0x40

/* Device register, 7.7. */
#define ATA_DEV  0x10
#define ATA_LBA  0x40
#define ATA_DEVICE_FIXED 0xA0 /* obsolete bits that old software expects to be ones */

/* Device control register, 7.8. */
#define ATA_NIEN 0x02
#define ATA_SRST 0x04
#define ATA_HOB  0x80

enum ata_kind { ATA_NONE, ATA_DISK, ATA_CDROM };

enum ata_phase {
    ATA_IDLE,    /* no command in progress */
    ATA_BUSY,    /* BSY; the event goes on with the command */
    ATA_PIO_IN,  /* DRQ; the host reads buffer[position] to buffer[limit] */
    ATA_PIO_OUT, /* DRQ; the host writes them */
    ATA_DMA_IN,  /* DMARQ; the bus master takes them */
    ATA_DMA_OUT, /* DMARQ; the bus master fills them */
};

/* Registers of the command block. Those that LBA48 commands use twice are two deep: [0] last written, [1] the one before. */
struct ata_registers {
    uint8_t feature[2];
    uint8_t count[2]; /* for packet devices: interrupt reason */
    uint8_t lba_low[2];
    uint8_t lba_mid[2];
    uint8_t lba_high[2];
    uint8_t device;
    uint8_t command;
    uint8_t error;
    uint8_t status;
};

/* What a disk remembers. */
struct ata_disk {
    uint16_t heads; /* current translation, INITIALIZE DEVICE PARAMETERS */
    uint16_t sectors;
    uint8_t  multiple; /* sectors a block of READ/WRITE MULTIPLE; 0: not set */
    uint8_t  dma_mode; /* SET FEATURES 03h: 0x20 + n multiword, 0x40 + n Ultra */
    bool     write_cache;
    bool     look_ahead;
    uint8_t  power;     /* as CHECK POWER MODE answers */
    bool     active;    /* a transfer has begun */
    bool     filled;    /* the buffer holds sectors to be written */
    uint64_t lba;       /* next sector of the command */
    uint32_t remaining; /* sectors not yet transferred */
};

/* What a CD-ROM drive remembers. */
struct ata_packet {
    uint8_t  command[12];
    uint8_t  stage; /* enum packet_stage (atapi.c) */
    bool     dma;   /* of the PACKET command: Features bit 0 */
    uint8_t  dma_mode;
    uint8_t  sense_key;
    uint8_t  asc;
    uint8_t  ascq;
    bool     attention; /* unit attention to report: power on, reset */
    bool     changed;   /* unit attention to report: medium changed */
    uint8_t  event;     /* GET EVENT STATUS NOTIFICATION: media event code to report once */
    bool     locked;    /* PREVENT MEDIUM REMOVAL */
    bool     tray_open;
    uint32_t lba;       /* next sector to read */
    uint32_t remaining; /* sectors not yet in the buffer */
    uint8_t  form;      /* READ CD: what of a sector goes to the host */
    uint32_t filled;    /* bytes in the buffer, of which the present block is a part */
    uint32_t byte_limit; /* of a PIO block */
};

struct ata_drive;

struct ata_drive_ops {
    void (*command)(struct ata_drive *); /* regs.command was written; BSY is set */
    void (*step)(struct ata_drive *);    /* the time given to ata_busy() has passed */
    void (*moved)(struct ata_drive *);   /* position has reached limit; BSY is set, DRQ clear */
    void (*signature)(struct ata_drive *); /* after a reset or diagnostic: status and signature registers (9.12) */
    void (*power_on)(struct ata_drive *); /* and hardware reset */
    bool (*valid)(struct ata_drive *);   /* after a load: whether the fields of this kind are in range */
};

struct ata_drive {
    struct ata_registers        regs;
    uint8_t                     kind_saved; /* enum ata_kind of the state; differs from `kind` only in a foreign one */
    uint8_t                     phase;      /* enum ata_phase */
    bool                        intrq;      /* interrupt pending; on the wire while selected and nIEN is 0 */
    bool                        in_reset;   /* BSY of a reset or of EXECUTE DEVICE DIAGNOSTIC */
    bool                        asleep;     /* after SLEEP: only a reset wakes it */
    uint32_t                    position;
    uint32_t                    limit;
    struct event                event;
    struct ata_disk             disk;
    struct ata_packet           packet;
    uint8_t                     buffer[ATA_BUFFER_BYTES];
    const struct ata_drive_ops *ops; /* NULL: no drive here */
    enum ata_kind               kind;
    struct block               *medium;    /* NULL: none */
    uint64_t                    total;     /* disk: sectors */
    uint16_t                    cylinders; /* disk: default translation */
    uint16_t                    default_heads;
    uint16_t                    default_sectors;
    char                        serial[21];
    bool                        is_slave;
    struct clock               *clock;
    void (*changed)(void *channel);    /* interrupt or DMA request may have changed */
    void                       *channel;
    uint64_t                    reads;  /* sectors, for --stats */
    uint64_t                    writes;
};

extern const struct state_field ata_drive_fields[];

/* --- for the channel --------------------------------------------------------------------------------------------------- */

/* Wires the place for a drive; ata_disk_attach() or atapi_attach() puts one there. */
void ata_drive_init(struct ata_drive *, const char *event_name, struct clock *, bool is_slave,
                    void (*changed)(void *channel), void *channel);
void ata_power_on(struct ata_drive *);    /* power-on and hardware reset */
void ata_software_reset(struct ata_drive *, bool asserted); /* SRST of Device Control changed */
void ata_command(struct ata_drive *, uint8_t command);
void ata_diagnostic(struct ata_drive *);  /* EXECUTE DEVICE DIAGNOSTIC: both devices carry it out */
int  ata_drive_loaded(struct ata_drive *); /* 0 or -EINVAL */

/* In a data phase, bytes from POSITION to LIMIT of the buffer wait to be moved; the channel moves N of them, and says so. */
static inline uint32_t ata_waiting(const struct ata_drive *d)
{
    return d->limit - d->position;
}
void ata_moved(struct ata_drive *, uint32_t n);

static inline bool ata_present(const struct ata_drive *d)
{
    return d->ops != NULL;
}

/* --- for the devices --------------------------------------------------------------------------------------------------- */

void ata_busy(struct ata_drive *, uint64_t ns);
void ata_pio_in(struct ata_drive *, uint32_t from, uint32_t to, bool interrupt);
void ata_pio_out(struct ata_drive *, uint32_t from, uint32_t to, bool interrupt);
void ata_dma_in(struct ata_drive *, uint32_t n);
void ata_dma_out(struct ata_drive *, uint32_t n);
void ata_idle(struct ata_drive *);                   /* end of a PIO data-in command: no interrupt */
void ata_complete(struct ata_drive *);               /* no error */
void ata_fail(struct ata_drive *, uint8_t error);    /* ERR and the error register */
void ata_finish(struct ata_drive *, uint8_t status); /* end of command with this status, and an interrupt */

/* Writes an ASCII string as IDENTIFY data has it: padded with blanks, bytes of each word swapped. N even. */
void ata_string(uint8_t *to, const char *from, unsigned n);
/* Word N of IDENTIFY data. */
static inline void ata_word(uint8_t *data, unsigned n, unsigned value)
{
    data[2 * n] = (uint8_t)value;
    data[2 * n + 1] = (uint8_t)(value >> 8);
}

#endif
