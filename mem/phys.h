/* phys.h: the physical address map: RAM, ROM, memory-mapped devices, A20, dirty and code bits.
 *
 * Addresses are physical, 32 bits (what lies above is open bus), after the A20 gate. The map is page granular (4096
 * bytes); each page has one target for reads and one for writes, so that shadow RAM can be switched by halves. RAM is
 * reserved, not taken: the host gives a page when it is first touched. */
#ifndef MEM_PHYS_H
#define MEM_PHYS_H

#include "devices/bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096u
#define PAGE_MASK  (PAGE_SIZE - 1)
#define PHYS_PAGES (1u << 20)
#define PHYS_MAX_REGIONS 64
#define PHYS_MAX_WINDOWS 16

enum phys_kind {
    PHYS_NONE, /* open bus: reads all ones, writes dropped */
    PHYS_RAM,
    PHYS_ROM,  /* as RAM, but writes are dropped */
    PHYS_MMIO,
};

struct phys_region {
    enum phys_kind        kind;
    uint32_t              base;
    uint64_t              size;
    uint8_t              *host;  /* RAM, ROM */
    uint8_t              *dirty; /* a byte a page, set to 1 by writes; may be NULL */
    const struct bus_ops *ops;   /* MMIO */
    void                 *device;
};

/* A region that a device has put over what is mapped there, and can move. */
struct phys_window {
    uint32_t base;
    uint64_t size;
    unsigned region;
};

struct phys {
    uint8_t           *ram;      /* main memory */
    uint64_t           ram_size;
    uint64_t           host_size; /* at least 1 MB: shadow RAM is always there */
    uint32_t           a20_mask; /* FFFFFFFF or FFEFFFFF */
    uint32_t           top_mask; /* FFFFF on an 8086, FFFFFF on a 286, else all ones */
    struct phys_region region[PHYS_MAX_REGIONS]; /* 0: open bus */
    unsigned           regions;
    bool               fixed[PHYS_MAX_REGIONS]; /* mapped by phys_map(): the number is never used again */
    struct phys_window window[PHYS_MAX_WINDOWS]; /* the larger first, then by address: who covers whom does not depend on who came first */
    unsigned           windows;
    uint8_t           *read_map;  /* region number by page */
    uint8_t           *write_map;
    uint8_t           *fixed_read, *fixed_write; /* the same without the windows */
    /* Which 64-byte lines of a page hold decoded code; owned by the CPU. */
    uint64_t          *code_lines;
    void (*code_written)(void *opaque, uint32_t addr, uint32_t n); /* a write hit such a line */
    /* Pages [base, base+size) point elsewhere now; size 0: the A20 gate moved. */
    void (*remapped)(void *opaque, uint32_t base, uint64_t size);
    void              *opaque;
    /* A write to the page of RAM at ADDR is to come, by phys_write() or by a host pointer that the CPU is about to keep. Who sets it drops
     * those pointers (x86_tlb_drop_fast) when he wants to hear of a page again. NULL: nobody listens. */
    void (*writing)(void *opaque, const struct phys_region *, uint32_t addr);
    void              *writing_opaque;
    uint64_t           mmio_accesses; /* so many so far */
};

/* Reserves RAM_SIZE bytes and maps them from 0 (the legacy hole A0000-FFFFF stays open bus until mapped).
 * -ENOMEM on failure. */
int  phys_init(struct phys *, uint64_t ram_size);
void phys_destroy(struct phys *);

/* Registers a region and maps nothing yet; returns its number (>0), or 0 if the table is full. Reuses the number of an identical one. */
unsigned phys_region_ram(struct phys *, uint32_t base, uint64_t size, uint8_t *host, uint8_t *dirty, bool rom);
unsigned phys_region_mmio(struct phys *, uint32_t base, uint64_t size, const struct bus_ops *ops, void *device);
/* The region of main memory. */
#define PHYS_REGION_MAIN 1u

/* Points pages [base, base+size) at a region for reads, writes or both. BASE and SIZE are whole pages. */
void phys_map(struct phys *, uint32_t base, uint64_t size, unsigned region, bool reads, bool writes);
/* Puts a region over pages [base, base+size), in place of a window of just that base and size; region 0: takes that window away, and
 * what lies below it is there again. Of two windows that overlap the smaller one is seen. */
void phys_set_window(struct phys *, uint32_t base, uint64_t size, unsigned region);

void phys_set_a20(struct phys *, bool enabled);

static inline uint32_t phys_wrap(const struct phys *p, uint32_t addr)
{
    return addr & p->a20_mask & p->top_mask;
}

static inline const struct phys_region *phys_reader(const struct phys *p, uint32_t addr)
{
    return &p->region[p->read_map[addr >> PAGE_SHIFT]];
}

static inline void phys_announce(const struct phys *p, const struct phys_region *r, uint32_t addr)
{
    if (__builtin_expect(p->writing != NULL, 0)) p->writing(p->writing_opaque, r, addr);
}

static inline const struct phys_region *phys_writer(const struct phys *p, uint32_t addr)
{
    return &p->region[p->write_map[addr >> PAGE_SHIFT]];
}

/* One access of 1, 2, 4 or 8 bytes that does not cross a page; side effects happen. ADDR is not yet wrapped. */
uint64_t phys_read(struct phys *, uint32_t addr, unsigned size);
void     phys_write(struct phys *, uint32_t addr, uint64_t value, unsigned size);

/* Any length. MMIO is accessed in units of up to 4 bytes. Used by bus masters and loaders. Above 4 GiB: open bus. */
void phys_read_block(struct phys *, uint64_t addr, void *buf, size_t n);
void phys_write_block(struct phys *, uint64_t addr, const void *buf, size_t n);
/* The same without side effects on devices: MMIO reads as FF and is not written. For inspection. */
size_t phys_peek(struct phys *, uint64_t addr, void *buf, size_t n);

/* Fills in the bus's view of memory. */
void phys_attach_bus(struct phys *, struct bus *);

#endif
