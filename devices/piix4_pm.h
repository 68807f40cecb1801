/* piix4_pm.h: power management function of the PIIX4 (82371AB): ACPI timer, power button, soft off; SMBus host.
 *
 * Intel 290562 section 7; PCI device 1, function 3, beside the PIIX3, as boards of that time and other emulators have it. There is no
 * system management mode: what an SMI handler does for ACPI_ENABLE and ACPI_DISABLE at port B2h, the chip does itself. */
#ifndef DEVICES_PIIX4_PM_H
#define DEVICES_PIIX4_PM_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/pci_function.h"
#include "devices/state.h"

#define PM_TIMER_HZ      3579545
#define PM_IO_BYTES      64
#define SMBUS_IO_BYTES   16
#define PM_ACPI_ENABLE   0xF1 /* written to port B2h: SCI_EN on */
#define PM_ACPI_DISABLE  0xF0

struct piix4_pm {
    struct pci_function pci;
    uint8_t             io[PM_IO_BYTES];       /* at PMBA */
    uint8_t             smbus[SMBUS_IO_BYTES]; /* at SMBBA */
    uint8_t             apm[2];                /* APMC, APMS: ports B2h, B3h */
    bool                sci_level;
    uint64_t            overflow; /* timer ticks at which bit 23 changes next and sets TMROF_STS */
    struct event        overflow_event;
    uint32_t            io_base; /* as mapped; 0: not */
    uint32_t            smbus_base;
    struct bus         *bus;
    struct clock       *clock;
    struct irq_line     sci;
    void (*power_off)(void *opaque);
    void               *power_opaque;
};

/* SCI: piix3_sci_line(). POWER_OFF runs within the port write that asks for it. */
void piix4_pm_init(struct piix4_pm *, struct bus *, struct clock *, struct irq_line sci, void (*power_off)(void *opaque),
                   void *power_opaque);

/* The user pressed the power button. */
void piix4_pm_power_button(struct piix4_pm *);

extern const struct device_ops piix4_pm_ops;

#endif
