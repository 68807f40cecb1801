/* snapshot.h: the saved-state file and the state hash, from the field tables of the devices (devices/state.h).
 *
 * The machine describes itself by a struct snapshot: lists of its devices, RAM, disks with changes in memory, and of
 * properties that a file must share with the machine that loads it. The file is described in docs/STATE.md. */
#ifndef MACHINE_SNAPSHOT_H
#define MACHINE_SNAPSHOT_H

#include "devices/clock.h"
#include "devices/state.h"
#include "storage/block.h"

#include <stddef.h>
#include <stdint.h>

#define SNAPSHOT_PAGE 4096

struct snapshot_device {
    const struct device_ops *ops;
    void                    *device;
    const char              *name; /* of the section; NULL: ops->name. Two devices of a kind need names: "uart.1" */
};

struct snapshot_ram {
    const char *name;
    uint8_t    *host;
    uint64_t    size;    /* bytes; a multiple of SNAPSHOT_PAGE */
    uint8_t    *touched; /* one byte a page: 0 if it has never been written and so is zero; a load sets them. NULL: not known */
};

/* A disk whose writes stay in memory: they are part of the state. */
struct snapshot_disk {
    const char   *name;
    struct block *block;
};

/* What must be equal on both sides: "memory" "64M", "cpu" "486", "floppy.a" "1474560 bytes". */
struct snapshot_property {
    const char *name;
    const char *value;
};

struct snapshot {
    const struct snapshot_device   *devices;
    size_t                          device_count;
    const struct snapshot_ram      *ram;
    size_t                          ram_count;
    const struct snapshot_disk     *disks;
    size_t                          disk_count;
    const struct snapshot_property *properties;
    size_t                          property_count;
    struct clock                   *clock; /* its time is saved, its events are those that the field tables name */
};

/* Writes the state to PATH by way of a temporary file beside it, so that PATH is either the old file or the whole new one.
 * 0 or a negative errno with one line in ERROR. */
int snapshot_save(const struct snapshot *, const char *path, char *error, size_t error_size);

/* Reads and checks the whole file, then replaces the state: the clock, all devices in the order of the list, each
 * device's loaded(), then RAM and disks. On failure the state is as before. The caller then drops what it caches of RAM
 * (translated code, TLB). 0 or a negative errno with one line in ERROR. */
int snapshot_load(const struct snapshot *, const char *path, char *error, size_t error_size);

/* Over time, devices and RAM (pages of zeros do not count, touched or not). Changes in memory of disks are not in it. */
uint64_t snapshot_hash(const struct snapshot *);

#endif
