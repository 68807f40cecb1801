/* pc.h: the chips of the PC and their wires. Only machine*.c sees this. */
#ifndef MACHINE_PC_H
#define MACHINE_PC_H

#include "cpu/cpu.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/debugcon.h"
#include "devices/dma.h"
#include "devices/exitport.h"
#include "devices/fdc.h"
#include "devices/i440fx.h"
#include "devices/ide.h"
#include "devices/kbc.h"
#include "devices/lpt.h"
#include "devices/pci.h"
#include "devices/pic.h"
#include "devices/piix3.h"
#include "devices/piix4_pm.h"
#include "devices/pit.h"
#include "devices/port92.h"
#include "devices/poweroff.h"
#include "devices/ps2_keyboard.h"
#include "devices/ps2_mouse.h"
#include "devices/rtc.h"
#include "devices/speaker.h"
#include "devices/uart.h"
#include "devices/vga.h"
#include "machine/machine.h"
#include "machine/snapshot.h"
#include "mem/phys.h"

/* What the board asks of its owner. Called from within the CPU's slice; they note a request. */
struct pc_host {
    void *opaque;
    void (*power_off)(void *opaque);
    void (*reset)(void *opaque, bool hard); /* HARD: all chips; else the CPU alone */
    void (*exit)(void *opaque, uint32_t value);
    void (*boot_kernel)(void *opaque);      /* the loader's ROM is called by INT 19h */
};

/* Glue logic: gates between the chips. */
struct pc_board {
    bool       a20_kbc, a20_fast; /* either opens the gate */
    bool       ferr;              /* level of IRQ 13 */
    struct pc *pc;
};

/* A ROM image in host memory. */
struct pc_rom {
    uint8_t       *bytes; /* whole pages */
    uint32_t       size;
    struct file_id file; /* that it came from; none: built in */
};

struct pc {
    struct phys  phys;
    struct bus   bus;
    struct clock clock;
    struct x86   cpu;
    struct log   log;

    struct pic          pic;
    struct pit          pit;
    struct rtc          rtc;
    struct dma          dma;
    struct kbc          kbc;
    struct ps2_keyboard keyboard;
    struct ps2_mouse    mouse;
    struct speaker      speaker;
    struct port92       port92;
    struct uart         uart[MACHINE_SERIALS];
    struct lpt          lpt;
    struct fdc          fdc;
    struct ide          ide;
    struct pci          pci;
    struct i440fx       i440fx;
    struct piix3        piix3;
    struct piix4_pm     pm;
    struct vga          vga;
    struct pci_function vga_pci;
    struct pci_function loader_pci;
    struct debugcon     debugcon;
    struct exitport     exitport;
    struct poweroff     poweroff;
    struct pc_board     board;

    struct pc_rom  bios, vga_bios, loader_rom;
    struct pc_host host;
};

/* Builds the board from CONFIG, in zeroed memory whose ROMs the caller has filled in. FLOPPY_SIZE: bytes of the media that the
 * drives are to suit, 0 if none. 0 or a negative errno with one line in ERROR; pc_destroy() cleans up in either case. */
int  pc_init(struct pc *, const struct machine_config *, const struct machine_host *, const struct pc_host *,
             const uint64_t floppy_size[MACHINE_FLOPPIES], char *error, size_t error_size);
void pc_destroy(struct pc *);
/* Power-on and the reset button: every chip. */
void pc_reset(struct pc *);
/* The devices in the order of reset, save and load; returns their number. */
size_t pc_devices(struct pc *, struct snapshot_device *list, size_t room);
#define PC_MAX_DEVICES 40
/* Fills the CMOS with the configuration. HDD: which of the first two disks exist. */
void pc_set_cmos(struct pc *, const struct machine_config *, const bool hdd[MACHINE_DISKS], const char *boot);

/* The port that the loader's ROM writes to. */
#define PC_LOADER_PORT 0x8A0

#endif
