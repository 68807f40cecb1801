/* bus.h: how a device is reached (ports, memory windows) and how it reaches memory (bus master, DMA).
 *
 * Handlers get an offset relative to the mapped base and the access size in bytes (1, 2 or 4). An access wider than
 * `max_size` is split by the bus into accesses of that size, lowest address first, as the ISA bus does; an access that
 * runs over the end of a mapping is split at its end. Values are in the low bits; upper bits of a read are ignored.
 * Reads of unmapped ports give all ones; writes are dropped. */
#ifndef DEVICES_BUS_H
#define DEVICES_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t bus_read_fn(void *opaque, uint32_t offset, unsigned size);
typedef void     bus_write_fn(void *opaque, uint32_t offset, uint32_t value, unsigned size);

struct bus_ops {
    bus_read_fn  *read;  /* NULL: reads as unmapped */
    bus_write_fn *write; /* NULL: writes dropped */
    unsigned      max_size; /* 1, 2 or 4 */
};

/* What the memory side offers to the bus; filled in by the machine, or by a unit test. All addresses physical. */
struct bus_memory {
    void *opaque;
    void (*read)(void *opaque, uint64_t addr, void *buf, size_t n);
    void (*write)(void *opaque, uint64_t addr, const void *buf, size_t n);
    /* Maps [base, base+size) to OPS; replaces what was there; OPS NULL: unmaps. Page granular (4096 bytes). */
    void (*map_mmio)(void *opaque, uint64_t base, uint64_t size, const struct bus_ops *ops, void *device);
    /* Maps device memory that the CPU accesses directly, such as a linear frame buffer. DIRTY has one byte a page,
     * set to 1 at every write (NULL: not wanted). HOST NULL: unmaps. */
    void (*map_ram)(void *opaque, uint64_t base, uint64_t size, uint8_t *host, uint8_t *dirty);
};

struct bus_port {
    const struct bus_ops *ops;
    void                 *device;
    uint16_t              base; /* of the mapping: offset = port - base */
};

struct bus {
    struct bus_port   port[65536];
    struct bus_memory memory;
    uint64_t          accesses; /* to ports, so far */
};

void bus_init(struct bus *);

/* Maps COUNT ports from BASE. A port already mapped is taken over by the later call. OPS must outlive the mapping. */
void bus_map_ports(struct bus *, uint16_t base, unsigned count, const struct bus_ops *ops, void *device);
/* Frees those of the COUNT ports that belong to DEVICE. */
void bus_unmap_ports(struct bus *, uint16_t base, unsigned count, const void *device);

/* What IN and OUT do. SIZE is 1, 2 or 4. */
uint32_t bus_in(struct bus *, uint16_t port, unsigned size);
void     bus_out(struct bus *, uint16_t port, uint32_t value, unsigned size);

static inline void bus_memory_read(struct bus *bus, uint64_t addr, void *buf, size_t n)
{
    bus->memory.read(bus->memory.opaque, addr, buf, n);
}

static inline void bus_memory_write(struct bus *bus, uint64_t addr, const void *buf, size_t n)
{
    bus->memory.write(bus->memory.opaque, addr, buf, n);
}

static inline void bus_map_mmio(struct bus *bus, uint64_t base, uint64_t size, const struct bus_ops *ops, void *device)
{
    if (bus->memory.map_mmio) bus->memory.map_mmio(bus->memory.opaque, base, size, ops, device);
}

static inline void bus_map_ram(struct bus *bus, uint64_t base, uint64_t size, uint8_t *host, uint8_t *dirty)
{
    if (bus->memory.map_ram) bus->memory.map_ram(bus->memory.opaque, base, size, host, dirty);
}

#endif
