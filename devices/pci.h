/* pci.h: PCI bus 0 behind configuration mechanism 1, and the reset control register.
 *
 * PCI 2.1 section 3.7.4.1: ports CF8h (address, 32 bits only) and CFCh-CFFh (data, 8, 16 or 32 bits).
 * Intel 290550 (PIIX3): RC, reset control, at CF9h (8 bits only). */
#ifndef DEVICES_PCI_H
#define DEVICES_PCI_H

#include "devices/bus.h"
#include "devices/irq.h"
#include "devices/pci_function.h"
#include "devices/state.h"

#define PCI_DEVICES   32
#define PCI_FUNCTIONS 8

struct pci {
    uint32_t             address; /* CONFADD, CF8h */
    uint8_t              reset_control; /* RC, CF9h */
    struct pci_function *function[PCI_DEVICES * PCI_FUNCTIONS]; /* plugged; NULL: none */
    struct irq_line      pirq[4];
    uint64_t             memory_start;
    void (*reset_system)(void *opaque, bool hard);
    void                *reset_opaque;
};

/* PIRQ: the four interrupt wires to the router, PIRQ[A#..D#], at most one caller each (piix3_pirq_line()).
 * DRAM_END: end of the RAM below 4 GB, which the host bridge keeps to itself. RESET_SYSTEM runs within the port write, and should
 * only note the request; HARD is false for a reset of the CPU alone. */
void pci_init(struct pci *, struct bus *, const struct irq_line pirq[4], uint64_t dram_end,
              void (*reset_system)(void *opaque, bool hard), void *reset_opaque);

/* Puts F into DEVICE (0-31), function NUMBER (0-7). Interrupt pins are wired in turn, as boards do: INTA# of device 1 is
 * PIRQA#, of device 2 PIRQB#, and so on. */
void pci_plug(struct pci *, unsigned device, unsigned number, struct pci_function *);

extern const struct device_ops pci_ops;

#endif
