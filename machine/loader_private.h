/* loader_private.h: what loader.c and the formats share. Only machine/loader*.c includes this. */
#ifndef MACHINE_LOADER_PRIVATE_H
#define MACHINE_LOADER_PRIVATE_H

#include "machine/loader.h"
#include "util/file_id.h"

#include <stdbool.h>
#include <string.h>

#define LOADER_RANGES 64 /* as in bios/loader.asm */

struct loader_file {
    uint8_t       *bytes;
    size_t         size;
    struct file_id id; /* so that it is not written to */
};

/* One range of the firmware's memory map. ACPI 2.0, 14.1: type 1 is RAM. */
struct loader_range {
    uint64_t base, size;
    uint32_t type;
};
#define RANGE_RAM      1
#define RANGE_RESERVED 2

/* Memory as the firmware leaves it. */
struct loader_memory {
    struct loader_range range[LOADER_RANGES];
    unsigned            ranges;
    uint32_t            low_end;  /* end of free memory below 640 KB */
    uint32_t            high_end; /* end of free memory that starts at 1 MB; 1 MB if there is none */
};

/* --- Linux (loader_linux.c) ---------------------------------------------------------------------------------------------------- */

struct linux_image {
    uint16_t version;     /* of the boot protocol; 0: from before it had one */
    uint32_t setup_size;  /* boot sector and setup, in bytes */
    uint32_t payload_at;  /* where the rest goes: 64 KB (zImage) or 1 MB (bzImage) */
    uint64_t kernel_end;  /* what the kernel takes of the memory above 1 MB until it has read its memory map */
    uint32_t initrd_max;  /* last address that the initrd may use */
};

/* --- Multiboot (loader_multiboot.c, loader_elf.c) ------------------------------------------------------------------------------ */

/* A part of the image: BYTES bytes FROM the file, then zeros up to SIZE. */
struct multiboot_segment {
    uint32_t       addr, size, bytes;
    const uint8_t *from;
};

struct multiboot_module {
    struct loader_file file;
    char              *line; /* its name and arguments */
};

struct multiboot_image {
    uint32_t                  flags; /* of its header */
    uint32_t                  entry;
    struct multiboot_segment *segment;
    unsigned                  segments;
    struct multiboot_module  *module;
    unsigned                  modules;
    char                     *line; /* command line: the kernel's name and arguments */
    uint32_t elf_sections, elf_names; /* symbols: number of section headers, index of the one with their names; 0: none */
    const uint8_t *elf_headers;       /* the section headers, in the file */
};

/* --- all ---------------------------------------------------------------------------------------------------------------------------- */

enum loader_kind { LOADER_LINUX, LOADER_MULTIBOOT };

struct loader {
    enum loader_kind   kind;
    const char        *name; /* of the kernel's file, for messages; only while loader_open() runs */
    struct loader_file kernel, initrd;
    char              *append;
    uint64_t           ram;
    union {
        struct linux_image     linux_image;
        struct multiboot_image multiboot;
    };
};

/* Formats: whether this is one; checks and takes apart (0, or a negative errno with one line in ERROR); puts into memory and
 * sets the CPU (false: there is not enough memory). Multiboot's clean-up. */
bool loader_is_linux(const struct loader_file *);
int  loader_open_linux(struct loader *, const char *initrd, char *error, size_t error_size);
bool loader_start_linux(const struct loader *, struct x86 *, struct phys *, const struct loader_memory *);
bool loader_is_multiboot(const struct loader_file *);
int  loader_open_multiboot(struct loader *, const char *modules, char *error, size_t error_size);
bool loader_start_multiboot(const struct loader *, struct x86 *, struct phys *, const struct loader_memory *);
void loader_close_multiboot(struct multiboot_image *);
/* ELF: takes the segments and symbols of l->kernel apart. */
int loader_read_elf(struct loader *, char *error, size_t error_size);
bool loader_is_elf(const struct loader_file *);

/* Reads a file of at most MAX bytes, -errno with one line in ERROR. */
int loader_read_file(const char *path, uint64_t max, struct loader_file *, char *error, size_t error_size);

/* SIZE for a message: number and unit. */
#define LOADER_SIZE(size) (unsigned long long)((size) >> 20 ? (size) >> 20 : (size) >> 10), (size) >> 20 ? "MB" : "KB"

static inline uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static inline uint64_t get64(const uint8_t *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static inline void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void put32(uint8_t *p, uint32_t v)
{
    put16(p, v);
    put16(p + 2, v >> 16);
}

static inline void put64(uint8_t *p, uint64_t v)
{
    put32(p, (uint32_t)v);
    put32(p + 4, (uint32_t)(v >> 32));
}

#endif
