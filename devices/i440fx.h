/* i440fx.h: the host bridge of the Intel 440FX chip set (82441FX PMC): which parts of A0000h-FFFFFh are RAM.
 *
 * Intel 290549: 82440FX PCIset, section 3. PCI device 0, function 0. */
#ifndef DEVICES_I440FX_H
#define DEVICES_I440FX_H

#include "devices/pci_function.h"
#include "devices/state.h"

#define PAM_SEGMENTS 13 /* 0-11: 16K each from C0000h; 12: F0000h-FFFFFh */

/* First address and size in bytes of a PAM segment. */
static inline uint32_t pam_segment_base(unsigned segment)
{
    return segment < 12 ? 0xC0000 + segment * 0x4000 : 0xF0000;
}

static inline uint32_t pam_segment_size(unsigned segment)
{
    return segment < 12 ? 0x4000 : 0x10000;
}

struct i440fx_host {
    void *opaque;
    /* Reads of SEGMENT go to RAM (or else to ROM on the bus), writes go to RAM (or else to the bus: into nothing). */
    void (*pam)(void *opaque, unsigned segment, bool read_ram, bool write_ram);
    /* A0000h-BFFFFh is RAM for every access (SMRAM open) rather than the VGA's window. May be NULL. */
    void (*smram)(void *opaque, bool open);
};

struct i440fx {
    struct pci_function pci;
    struct i440fx_host  host;
    uint8_t             pam_seen[PAM_SEGMENTS]; /* RE | WE << 1 as the host was last told; FFh: never */
    uint8_t             smram_seen;
};

/* RAM_BYTES is what the row boundary registers report. */
void i440fx_init(struct i440fx *, const struct i440fx_host *, uint64_t ram_bytes);

extern const struct device_ops i440fx_ops;

#endif
