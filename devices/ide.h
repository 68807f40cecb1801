/* ide.h: the IDE controller of the PIIX3: two channels of two ATA devices each, in legacy mode, with bus master DMA.
 *
 * Ports 1F0h-1F7h and 3F6h, IRQ14 (primary); 170h-177h and 376h, IRQ15 (secondary). PCI device 1, function 1: 8086:7010; bus master
 * registers at its base address 4. Intel 290550 sections 2.3, 2.6; SFF-8038i. What sits on the channels: ata.h. */
#ifndef DEVICES_IDE_H
#define DEVICES_IDE_H

#include "devices/ata.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/pci_function.h"
#include "devices/state.h"

#define IDE_CHANNELS 2
#define IDE_UNITS    2

/* One channel's bus master: SFF-8038i. */
struct ide_master {
    uint8_t  command; /* BMICX */
    uint8_t  status;  /* BMISX */
    uint32_t table;   /* BMIDTPX: physical region descriptors */
    uint32_t next;    /* next descriptor to fetch */
    uint32_t address; /* where the present region goes on */
    uint32_t left;    /* bytes left of it */
    bool     last;    /* it is the table's last */
};

struct ide;

struct ide_channel {
    struct ata_drive  drive[IDE_UNITS];
    uint8_t           control;  /* Device Control */
    uint8_t           selected; /* unit: DEV bit of the Device register */
    bool              irq_level;
    struct ide_master master;
    bool              decoding; /* as mapped: the legacy ports answer */
    uint16_t          base;
    uint16_t          control_port;
    struct irq_line   irq;
    struct ide       *ide;
};

struct ide {
    struct ide_channel  channel[IDE_CHANNELS];
    struct pci_function pci; /* need not be plugged in: the legacy ports work without PCI */
    struct bus         *bus;
};

void ide_init(struct ide *, struct bus *, struct clock *, struct irq_line irq14, struct irq_line irq15);

/* The place of a drive, for ata_disk_attach() and atapi_attach(), before the first reset. */
struct ata_drive *ide_drive(struct ide *, unsigned channel, unsigned unit);

/* For string instructions: what up to N bytes' worth of 16-bit accesses to the data port of CHANNEL move, at once. Returns how many
 * bytes, an even number; 0 unless a whole word waits in the right phase. Same effect as the single accesses. */
size_t ide_read_data(struct ide *, unsigned channel, void *to, size_t n);
size_t ide_write_data(struct ide *, unsigned channel, const void *from, size_t n);

extern const struct device_ops ide_ops;

/* --- within the controller: ide_dma.c ---------------------------------------------------------------------------------- */

/* Describes the PCI function and its window of bus master registers. */
void ide_dma_init(struct ide *);
void ide_dma_reset(struct ide_channel *);
/* Moves what the selected drive asks for, if the bus master is started. */
void ide_dma_run(struct ide_channel *);
/* The channel's interrupt line rose. */
void ide_dma_interrupt(struct ide_channel *);
int  ide_dma_loaded(struct ide_channel *);
/* Maps or unmaps the legacy ports as IDETIM says (ide.c). */
void ide_decode(struct ide *);

extern const struct state_field ide_master_fields[];

#endif
