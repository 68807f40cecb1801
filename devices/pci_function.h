/* pci_function.h: one function of a PCI device, as the device sees itself: its configuration space and its windows.
 *
 * PCI 2.1 chapter 6. A contract, like bus.h: a device embeds a struct pci_function, describes it once with
 * pci_function_init(), pci_function_field() and pci_function_bar(), and the machine plugs it in with pci_plug() (pci.h).
 * Registers are little endian. The owner's reset calls pci_function_reset(), its `loaded` pci_function_loaded().
 *
 *     static const struct pci_ids card_ids = {.vendor = 0x1234, .device = 0x1111, .class_code = 0x030000};
 *     pci_function_init(&card->pci, &card_ids, &card_pci_ops, card);
 *     pci_function_bar(&card->pci, 0, 16 << 20, PCI_BAR_PREFETCH);
 *     pci_function_bar(&card->pci, PCI_ROM, 65536, 0);
 */
#ifndef DEVICES_PCI_FUNCTION_H
#define DEVICES_PCI_FUNCTION_H

#include "devices/bus.h"
#include "devices/irq.h"
#include "devices/state.h"

#include <stdbool.h>
#include <stdint.h>

#define PCI_CONFIG_BYTES 256
#define PCI_BARS         7 /* six base address registers and the expansion ROM's */
#define PCI_ROM          6 /* as a BAR number */

/* Configuration registers, PCI 2.1 figure 6-1. */
#define PCI_VENDOR_ID        0x00
#define PCI_DEVICE_ID        0x02
#define PCI_COMMAND          0x04
#define PCI_STATUS           0x06
#define PCI_REVISION         0x08
#define PCI_CLASS            0x09
#define PCI_LATENCY_TIMER    0x0D
#define PCI_HEADER_TYPE      0x0E
#define PCI_BASE_ADDRESS     0x10
#define PCI_SUBSYSTEM_VENDOR 0x2C
#define PCI_SUBSYSTEM        0x2E
#define PCI_ROM_ADDRESS      0x30
#define PCI_INTERRUPT_LINE   0x3C
#define PCI_INTERRUPT_PIN    0x3D

#define PCI_COMMAND_IO     0x0001
#define PCI_COMMAND_MEMORY 0x0002
#define PCI_COMMAND_MASTER 0x0004
#define PCI_COMMAND_PARITY 0x0040
#define PCI_COMMAND_SERR   0x0100

#define PCI_HEADER_MULTI_FUNCTION 0x80

enum pci_bar_flags {
    PCI_BAR_IO = 1,       /* ports, not memory */
    PCI_BAR_PREFETCH = 8, /* memory without side effects of reads */
    PCI_BAR_ROM_ALONE = 16, /* of a ROM: its own enable bit is enough, the command register's is not needed */
};

struct pci_function_ops {
    /* Software wrote SIZE bytes at OFFSET (the new values are in config[]). May be NULL. */
    void (*written)(void *opaque, unsigned offset, unsigned size);
    /* The window of BAR is now at BASE: map it; or no longer (ON false): unmap it. May be NULL without BARs.
     * Never called twice in a row with the same ON for one BAR. */
    void (*map)(void *opaque, unsigned bar, uint32_t base, bool on);
};

struct pci_ids {
    uint16_t vendor;
    uint16_t device;
    uint32_t class_code; /* 24 bits: class, subclass, interface */
    uint8_t  revision;
    uint8_t  header_type;
    uint16_t subsystem_vendor;
    uint16_t subsystem;
    uint8_t  interrupt_pin; /* 0 none, 1 INTA# ... 4 INTD# */
};

struct pci_bar {
    uint32_t size; /* bytes, a power of two; 0: not implemented */
    bool     io;
    bool     alone;  /* PCI_BAR_ROM_ALONE */
    bool     mapped; /* as the device was last told */
    uint32_t base;   /* valid while mapped */
};

struct pci_function {
    uint8_t                        config[PCI_CONFIG_BYTES];
    bool                           intx;       /* level of the interrupt pin */
    uint8_t                        initial[PCI_CONFIG_BYTES];
    uint8_t                        writable[PCI_CONFIG_BYTES]; /* bits that software can change */
    uint8_t                        clearing[PCI_CONFIG_BYTES]; /* bits that a written 1 clears */
    struct pci_bar                 bar[PCI_BARS];
    const struct pci_function_ops *ops;
    void                          *opaque;
    uint8_t                        devfn;        /* device * 8 + function; set by pci_plug */
    uint64_t                       memory_start; /* memory that the host bridge hands on to PCI; set by pci_plug */
    uint64_t                       memory_end;
    struct irq_line                pin;          /* set by pci_plug */
};

/* For STATE_STRUCT in the owner's table. */
extern const struct state_field pci_function_fields[];

void pci_function_init(struct pci_function *, const struct pci_ids *, const struct pci_function_ops *, void *opaque);

/* Describes SIZE (1, 2, 4) bytes at OFFSET beyond the standard header: the power-on value and the writable bits. */
void pci_function_field(struct pci_function *, unsigned offset, unsigned size, uint32_t initial, uint32_t writable);

/* Describes a window of SIZE bytes, a power of two: at least 4 (ports), 16 (memory), 2048 (PCI_ROM). */
void pci_function_bar(struct pci_function *, unsigned bar, uint32_t size, unsigned flags);

/* Power-on values; unmaps every window. */
void pci_function_reset(struct pci_function *);
/* After a load: maps the windows as config[] says. 0 or -EINVAL. */
int pci_function_loaded(struct pci_function *);

/* What the host bridge does for software. SIZE is 1, 2 or 4; OFFSET + SIZE at most 256. */
uint32_t pci_function_read(const struct pci_function *, unsigned offset, unsigned size);
void     pci_function_write(struct pci_function *, unsigned offset, uint32_t value, unsigned size);

/* Drives the interrupt pin. */
void pci_function_interrupt(struct pci_function *, bool level);

/* Maps COUNT ports from BASE for a window, unless one of them is taken: chips on the board decode first. Whether it did. */
bool pci_map_ports(struct bus *, uint32_t base, unsigned count, const struct bus_ops *, void *device);

static inline uint16_t pci_function_command(const struct pci_function *f)
{
    return (uint16_t)(f->config[PCI_COMMAND] | f->config[PCI_COMMAND + 1] << 8);
}

#endif
