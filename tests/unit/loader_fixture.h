/* loader_fixture.h: a CPU with memory for the loader, and synthetic images of kernels. */
#ifndef TESTS_UNIT_LOADER_FIXTURE_H
#define TESTS_UNIT_LOADER_FIXTURE_H

#include "machine/loader.h"

#include "cpu/cpu.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MB 0x100000u

/* --- a CPU with memory, called by the ROM ----------------------------------------------------------------------------------------- */

struct rig {
    struct phys phys;
    struct bus  bus;
    struct x86  cpu;
    uint64_t    ram;
    char        error[300];
};

static inline uint8_t no_vector(void *opaque)
{
    (void)opaque;
    return 0;
}

static inline void no_event(void *opaque)
{
    (void)opaque;
}

static inline uint64_t no_time(void *opaque)
{
    (void)opaque;
    return 0;
}

static inline void no_line(void *opaque, bool level)
{
    (void)opaque, (void)level;
}

static inline void put(struct rig *r, uint32_t at, uint64_t value, size_t size)
{
    phys_write_block(&r->phys, at, &value, size);
}

static inline uint32_t get(struct rig *r, uint32_t at, size_t size)
{
    uint32_t v = 0;

    phys_read_block(&r->phys, at, &v, size);
    return v;
}

static const char *text(struct rig *r, uint32_t at)
{
    ck_assert_uint_lt(at, r->ram);
    return (const char *)r->phys.ram + at;
}

static inline struct rig *rig_new(uint64_t ram, const char *model)
{
    struct rig *r = calloc(1, sizeof(*r));

    ck_assert_ptr_nonnull(r);
    r->ram = ram;
    bus_init(&r->bus);
    ck_assert_int_eq(phys_init(&r->phys, ram), 0);
    phys_attach_bus(&r->phys, &r->bus);
    ck_assert_int_eq(x86_init(&r->cpu, model, &r->phys, &r->bus, NULL), 0);
    r->cpu.acknowledge = no_vector;
    r->cpu.shutdown_cycle = no_event;
    r->cpu.ferr = no_line;
    r->cpu.tsc = no_time;
    put(r, 0x413, 639, 2);
    return r;
}

static inline void rig_free(struct rig *r)
{
    x86_destroy(&r->cpu);
    phys_destroy(&r->phys);
    free(r);
}

/* A range of the firmware's map, as the ROM leaves it. */
static inline void add_range(struct rig *r, uint64_t base, uint64_t size, uint32_t type)
{
    uint32_t n = (uint32_t)r->cpu.gpr[REG_ECX]++, at = 0x7C00 + n * 20;

    r->cpu.gpr[REG_EDI] = 0x7C00;
    put(r, at, base, 8);
    put(r, at + 8, size, 8);
    put(r, at + 16, type, 4);
}

static inline bool flag_if(struct rig *r)
{
    uint64_t v;

    ck_assert_int_eq(x86_reg_get(&r->cpu, "eflags", &v), 0);
    return v & FLAG_IF;
}

/* --- images ---------------------------------------------------------------------------------------------------------------------------- */

struct image {
    uint8_t *bytes;
    size_t   size;
    char     path[32];
};

static inline struct image image_new(size_t size)
{
    struct image i = {calloc(1, size + 1), size, "/tmp/loader-test-XXXXXX"};
    int          fd = mkstemp(i.path);

    ck_assert(i.bytes && fd >= 0);
    close(fd);
    return i;
}

static inline void image_save(struct image *i)
{
    FILE *f = fopen(i->path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(i->bytes, 1, i->size, f), i->size);
    ck_assert_int_eq(fclose(f), 0);
}

static inline void image_free(struct image *i)
{
    unlink(i->path);
    free(i->bytes);
}

static inline void set16(struct image *i, size_t at, uint32_t v)
{
    memcpy(i->bytes + at, &v, 2);
}

static inline void set32(struct image *i, size_t at, uint32_t v)
{
    memcpy(i->bytes + at, &v, 4);
}

static inline uint8_t pattern(size_t n)
{
    return (uint8_t)(n * 7 + (n >> 8) + 1);
}

/* A Linux kernel: 5 sectors of boot sector and setup, then PAYLOAD bytes. */
static inline struct image linux_image(uint32_t version, bool high, size_t payload)
{
    struct image i = image_new(2560 + payload);

    i.bytes[0x1F1] = 4;
    set32(&i, 0x1F4, (uint32_t)(payload + 15) / 16);
    set16(&i, 0x1FE, 0xAA55);
    if (version) {
        set32(&i, 0x202, 0x53726448);
        set16(&i, 0x206, version);
        i.bytes[0x211] = high;
    }
    if (version >= 0x203) set32(&i, 0x22C, 0x37FFFFFF);
    if (version >= 0x206) set32(&i, 0x238, 2047);
    for (size_t n = 0; n < payload; n++) i.bytes[2560 + n] = pattern(n);
    image_save(&i);
    return i;
}

static inline struct loader *open_in(struct rig *r, const struct image *kernel, const char *initrd, const char *append)
{
    return loader_open(kernel->path, initrd, append, r->ram, r->error, sizeof(r->error));
}

static inline void boot(struct rig *r, const struct image *kernel, const char *initrd, const char *append)
{
    struct loader *l = open_in(r, kernel, initrd, append);

    ck_assert_msg(l != NULL, "%s", r->error);
    loader_start(l, &r->cpu, &r->phys);
    loader_close(l);
}

static inline void refused(struct rig *r, const struct image *kernel, const char *initrd, const char *append, const char *why)
{
    ck_assert_ptr_null(open_in(r, kernel, initrd, append));
    ck_assert_msg(strstr(r->error, why) != NULL, "\"%s\" is not in: %s", why, r->error);
    ck_assert_ptr_null(strchr(r->error, '\n'));
}

static inline void check_payload(struct rig *r, uint32_t at, size_t size)
{
    for (size_t n = 0; n < size; n++) ck_assert_uint_eq(r->phys.ram[at + n], pattern(n));
}

#endif
