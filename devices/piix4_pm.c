/* piix4_pm.c: PIIX4 power management. See piix4_pm.h. Intel 290562 section 7; register names as there. */
#include "devices/piix4_pm.h"

#include <errno.h>
#include <string.h>

/* Configuration registers. */
#define PMBA      0x40 /* 4 bytes */
#define DEVACTB   0x58 /* 4 bytes */
#define PMREGMISC 0x80
#define SMBBA     0x90 /* 4 bytes */
#define SMBHSTCFG 0xD2

#define DEVACTB_APMC_EN 0x02000000u /* a write to APMC raises an SMI */
#define PMREGMISC_PMIOSE 0x01
#define SMBHSTCFG_HST_EN 0x01

/* Registers at PMBA. */
#define PMSTS   0x00 /* 2 bytes */
#define PMEN    0x02 /* 2 bytes */
#define PMCNTRL 0x04 /* 2 bytes */
#define PMTMR   0x08 /* 4 bytes */

#define PM_TMROF  0x01 /* of PMSTS and PMEN, low byte */
#define PM_GBL    0x20
#define PM_PWRBTN 0x01 /* high byte */
#define PM_RTC    0x04
#define PMCNTRL_SCI_EN 0x01
#define PMCNTRL_SUS_EN 0x20  /* high byte; write only */
#define PMCNTRL_SUS_TYP 0x1C /* high byte; 0: soft off */

/* Of every register at PMBA: bits that software changes, and bits that a written 1 clears. */
static const uint8_t io_writable[PM_IO_BYTES] = {
    [PMEN] = PM_TMROF | PM_GBL, [PMEN + 1] = PM_PWRBTN | PM_RTC,
    [PMCNTRL] = 0x03,           [PMCNTRL + 1] = PMCNTRL_SUS_TYP,
    [0x0E] = 0x01, [0x0F] = 0x0F,                               /* GPEN */
    [0x10] = 0x3E, [0x11] = 0x3E, [0x12] = 0xFF, [0x13] = 0x01, /* PCNTRL */
    [0x20] = 0xFF, [0x21] = 0xFF,                               /* GLBEN */
    [0x28] = 0xFF, [0x29] = 0xFF, [0x2A] = 0xFF, [0x2B] = 0x07, /* GLBCTL */
    [0x2C] = 0xFF, [0x2D] = 0xFF, [0x2E] = 0xFF, [0x2F] = 0xFF, /* DEVCTL */
    [0x34] = 0xFF, [0x35] = 0xFF, [0x36] = 0xFF, [0x37] = 0x7F, /* GPOREG */
};
static const uint8_t io_clearing[PM_IO_BYTES] = {
    [PMSTS] = 0x31, [PMSTS + 1] = 0x8D,                         /* TMROF, BM, GBL, PWRBTN, RTC, WAK ... */
    [0x0C] = 0x81,  [0x0D] = 0x0F,                              /* GPSTS */
    [0x18] = 0xFF,  [0x19] = 0x0F,                              /* GLBSTS */
    [0x1C] = 0xFF,  [0x1D] = 0xFF, [0x1E] = 0xFF, [0x1F] = 0xFF, /* DEVSTS */
};

/* Registers at SMBBA. */
#define SMBHSTSTS 0x00
#define SMBHSTCNT 0x02
#define SMBHSTSTS_DEV_ERR 0x04
#define SMBHSTCNT_START   0x40
static const uint8_t smbus_writable[SMBUS_IO_BYTES] = {
    [SMBHSTCNT] = 0x1F, [0x03] = 0xFF, [0x04] = 0xFF, [0x05] = 0xFF, [0x06] = 0xFF, [0x07] = 0xFF,
    [0x08] = 0x0D, [0x0A] = 0xFF, [0x0B] = 0xFF,
};
static const uint8_t smbus_clearing[SMBUS_IO_BYTES] = {[SMBHSTSTS] = 0x1E, [0x01] = 0x3C};

/* --- timer and SCI ----------------------------------------------------------------------------------------------------- */

static uint64_t timer_ticks(const struct piix4_pm *pm)
{
    return clock_ticks(PM_TIMER_HZ, clock_now(pm->clock));
}

/* Brings TMROF_STS up to date, then the SCI line and the event for the next overflow that could raise it. */
static void update(struct piix4_pm *pm)
{
    uint64_t ticks = timer_ticks(pm);
    bool     level;

    if (ticks >= pm->overflow) {
        pm->io[PMSTS] |= PM_TMROF;
        pm->overflow = ((ticks >> 23) + 1) << 23;
    }
    level = (pm->io[PMCNTRL] & PMCNTRL_SCI_EN) &&
            ((pm->io[PMSTS] & pm->io[PMEN]) || (pm->io[PMSTS + 1] & pm->io[PMEN + 1]));
    if (level != pm->sci_level) {
        pm->sci_level = level;
        irq_set(&pm->sci, level);
    }
    if ((pm->io[PMEN] & PM_TMROF) && !(pm->io[PMSTS] & PM_TMROF))
        event_schedule(pm->clock, &pm->overflow_event, clock_ns(PM_TIMER_HZ, pm->overflow));
    else
        event_cancel(pm->clock, &pm->overflow_event);
}

static void overflow_due(void *opaque, uint64_t late_ns)
{
    (void)late_ns;
    update(opaque);
}

void piix4_pm_power_button(struct piix4_pm *pm)
{
    pm->io[PMSTS + 1] |= PM_PWRBTN;
    update(pm);
}

/* --- the ports at PMBA ------------------------------------------------------------------------------------------------- */

static uint32_t io_read(void *opaque, uint32_t offset, unsigned size)
{
    struct piix4_pm *pm = opaque;
    uint32_t         value = 0, timer = timer_ticks(pm) & 0xFFFFFF; /* 24 bits */

    update(pm);
    for (unsigned i = 0; i < size; i++) {
        uint32_t at = offset + i;
        uint8_t  byte = at / 4 == PMTMR / 4 ? (uint8_t)(timer >> (8 * (at & 3))) : pm->io[at];
        value |= (uint32_t)byte << (8 * i);
    }
    return value;
}

static void io_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct piix4_pm *pm = opaque;
    bool             off = false;

    update(pm);
    for (unsigned i = 0; i < size; i++, value >>= 8) {
        uint32_t at = offset + i;
        pm->io[at] &= (uint8_t)~(value & io_clearing[at]);
        pm->io[at] = (uint8_t)((pm->io[at] & ~io_writable[at]) | (value & io_writable[at]));
        if (at == PMCNTRL + 1 && (value & (PMCNTRL_SUS_EN | PMCNTRL_SUS_TYP)) == PMCNTRL_SUS_EN) off = true;
    }
    update(pm);
    if (off && pm->power_off) pm->power_off(pm->power_opaque);
}

static const struct bus_ops io_ops = {.read = io_read, .write = io_write, .max_size = 4};

/* --- SMBus: a host controller with nothing on its wires; no device acknowledges ---------------------------------------- */

static uint32_t smbus_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)size;
    return ((struct piix4_pm *)opaque)->smbus[offset];
}

static void smbus_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    uint8_t *reg = ((struct piix4_pm *)opaque)->smbus;

    (void)size;
    reg[offset] &= (uint8_t)~(value & smbus_clearing[offset]);
    reg[offset] = (uint8_t)((reg[offset] & ~smbus_writable[offset]) | (value & smbus_writable[offset]));
    if (offset == SMBHSTCNT && (value & SMBHSTCNT_START)) reg[SMBHSTSTS] |= SMBHSTSTS_DEV_ERR;
}

static const struct bus_ops smbus_ops = {.read = smbus_read, .write = smbus_write, .max_size = 1};

/* --- APM control and status: B2h, B3h ---------------------------------------------------------------------------------- */

static uint32_t apm_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)size;
    return ((struct piix4_pm *)opaque)->apm[offset];
}

static void apm_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct piix4_pm *pm = opaque;

    (void)size;
    pm->apm[offset] = (uint8_t)value;
    if (offset != 0) return;
    if (value == PM_ACPI_ENABLE) pm->io[PMCNTRL] |= PMCNTRL_SCI_EN;
    if (value == PM_ACPI_DISABLE) pm->io[PMCNTRL] &= (uint8_t)~PMCNTRL_SCI_EN;
    update(pm);
}

static const struct bus_ops apm_ops = {.read = apm_read, .write = apm_write, .max_size = 1};

/* --- configuration space ----------------------------------------------------------------------------------------------- */

/* Moves a port window to where the register at OFFSET says, if ENABLED. *BASE is where it is now. */
static void move_window(struct piix4_pm *pm, bool enabled, unsigned offset, uint32_t *base, unsigned count,
                        const struct bus_ops *ops, void *device)
{
    const uint8_t *config = pm->pci.config + offset;
    uint32_t       wanted = (uint32_t)(config[0] | config[1] << 8) & ~(count - 1);

    if (!enabled) wanted = 0;
    if (wanted == *base) return;
    if (*base) bus_unmap_ports(pm->bus, (uint16_t)*base, count, device);
    *base = wanted && pci_map_ports(pm->bus, wanted, count, ops, device) ? wanted : 0;
}

static void update_windows(struct piix4_pm *pm)
{
    move_window(pm, pm->pci.config[PMREGMISC] & PMREGMISC_PMIOSE, PMBA, &pm->io_base, PM_IO_BYTES, &io_ops, pm);
    move_window(pm, pm->pci.config[SMBHSTCFG] & SMBHSTCFG_HST_EN, SMBBA, &pm->smbus_base, SMBUS_IO_BYTES, &smbus_ops, pm);
}

static void pm_written(void *opaque, unsigned offset, unsigned size)
{
    (void)offset;
    (void)size;
    update_windows(opaque);
}

static const struct pci_function_ops pm_pci_ops = {.written = pm_written};

void piix4_pm_init(struct piix4_pm *pm, struct bus *bus, struct clock *clock, struct irq_line sci,
                   void (*power_off)(void *opaque), void *power_opaque)
{
    static const struct pci_ids ids = {
        .vendor = 0x8086, .device = 0x7113, .class_code = 0x068000, .revision = 3, .interrupt_pin = 1};
    struct pci_function *f = &pm->pci;

    memset(pm, 0, sizeof(*pm));
    pm->bus = bus;
    pm->clock = clock;
    pm->sci = sci;
    pm->power_off = power_off;
    pm->power_opaque = power_opaque;
    event_init(&pm->overflow_event, "piix4_pm.timer", overflow_due, pm, 0);
    pci_function_init(f, &ids, &pm_pci_ops, pm);
    pci_function_field(f, PCI_COMMAND, 2, 0, PCI_COMMAND_IO | PCI_COMMAND_SERR);
    pci_function_field(f, PCI_INTERRUPT_LINE, 1, 9, 0); /* the SCI is IRQ9, whatever software would like */
    pci_function_field(f, PMBA, 4, 0x00000001, 0x0000FFC0);
    /* APMC_EN set: firmware that would install an SMI handler finds one installed. */
    pci_function_field(f, DEVACTB, 4, DEVACTB_APMC_EN, 0xFFFFFFFF);
    pci_function_field(f, PMREGMISC, 1, 0, 0x01);
    pci_function_field(f, SMBBA, 4, 0x00000001, 0x0000FFF0);
    pci_function_field(f, SMBHSTCFG, 1, 0, 0x0F);
    bus_map_ports(bus, 0xB2, 2, &apm_ops, pm);
}

static void piix4_pm_reset(void *opaque)
{
    struct piix4_pm *pm = opaque;

    pci_function_reset(&pm->pci);
    memset(pm->io, 0, sizeof(pm->io));
    memset(pm->smbus, 0, sizeof(pm->smbus));
    memset(pm->apm, 0, sizeof(pm->apm));
    pm->overflow = ((timer_ticks(pm) >> 23) + 1) << 23;
    update_windows(pm);
    update(pm);
}

static int piix4_pm_loaded(void *opaque)
{
    struct piix4_pm *pm = opaque;

    for (unsigned i = 0; i < PM_IO_BYTES; i++)
        if (pm->io[i] & ~(io_writable[i] | io_clearing[i])) return -EINVAL;
    if (pm->overflow & ((1u << 23) - 1)) return -EINVAL;
    if (pci_function_loaded(&pm->pci)) return -EINVAL;
    update_windows(pm);
    return 0;
}

static const struct state_field piix4_pm_fields[] = {
    STATE_STRUCT(struct piix4_pm, pci, pci_function_fields),
    STATE_BYTES(struct piix4_pm, io),
    STATE_BYTES(struct piix4_pm, smbus),
    STATE_BYTES(struct piix4_pm, apm),
    STATE_UINT(struct piix4_pm, sci_level),
    STATE_UINT(struct piix4_pm, overflow),
    STATE_EVENT(struct piix4_pm, overflow_event),
    STATE_SKIP(struct piix4_pm, io_base),
    STATE_SKIP(struct piix4_pm, smbus_base),
    STATE_SKIP(struct piix4_pm, bus),
    STATE_SKIP(struct piix4_pm, clock),
    STATE_SKIP(struct piix4_pm, sci),
    STATE_SKIP(struct piix4_pm, power_off),
    STATE_SKIP(struct piix4_pm, power_opaque),
    STATE_END
};

const struct device_ops piix4_pm_ops = {
    .name = "piix4_pm", .version = 1, .reset = piix4_pm_reset, .fields = piix4_pm_fields, .loaded = piix4_pm_loaded,
};
