/* piix3.h: the ISA bridge of the PIIX3 south bridge (82371SB): routes PCI interrupts to the interrupt controllers.
 *
 * Intel 290550 section 2.2; PCI device 1, function 0. Its other parts are chips of their own here: pic, pit, dma, the reset control
 * register (pci.h), IDE (ide.h), power management (piix4_pm.h). ELCR is the interrupt controllers'. */
#ifndef DEVICES_PIIX3_H
#define DEVICES_PIIX3_H

#include "devices/irq.h"
#include "devices/pci_function.h"
#include "devices/state.h"

#include <stdint.h>

#define PIIX3_PIRQS 4

struct piix3 {
    struct pci_function pci;
    uint8_t             inputs;  /* levels: bits 0-3 PIRQA#-PIRQD# (1: active), bit 4 SCI */
    uint16_t            outputs; /* levels of the IRQs that this router drives */
    struct irq_line     irq[16];
};

/* IRQ: the interrupt controllers' inputs; of these, those that PIRQRCx can name, and IRQ9 (SCI), are driven, each only
 * once an input routed to it becomes active. */
void piix3_init(struct piix3 *, const struct irq_line irq[16]);

/* The router's inputs: PIRQ 0-3 for pci_init(), and the system control interrupt, which shares IRQ9. */
struct irq_line piix3_pirq_line(struct piix3 *, unsigned pirq);
struct irq_line piix3_sci_line(struct piix3 *);

extern const struct device_ops piix3_ops;

#endif
