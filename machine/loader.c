/* loader.c: --kernel: reads the files, recognises the kernel's format, and takes over from the option ROM (bios/loader.asm),
 * which calls with CX = ranges of the memory map at ES:DI. See loader.h. */
#include "machine/loader.h"

#include "machine/loader_private.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KERNEL_MAX (1ull << 30)
#define MEGABYTE   0x100000u
#define BDA_BASE_KB 0x413 /* IBM AT Technical Reference: KB of base memory */

/* --- files ------------------------------------------------------------------------------------------------------------------------ */

static int refuse(const char *path, const char *why, int result, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: %s", path, why);
    return result;
}

/* All that FD gives, at most MAX bytes. GUESS: the size if it is known. -EFBIG if there is more. */
static int read_all(int fd, uint64_t guess, uint64_t max, struct loader_file *file)
{
    size_t   room = guess + 1;
    uint8_t *bytes = malloc(room);

    *file = (struct loader_file){bytes, 0, file_id_of_fd(fd)};
    if (!bytes) return -ENOMEM;
    for (;;) {
        ssize_t n = read(fd, file->bytes + file->size, room - file->size);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -errno;
        if (n == 0) return 0;
        file->size += (size_t)n;
        if (file->size > max) return -EFBIG;
        if (file->size == room) {
            room = room * 2 + 65536;
            bytes = realloc(file->bytes, room);
            if (!bytes) return -ENOMEM;
            file->bytes = bytes;
        }
    }
}

int loader_read_file(const char *path, uint64_t max, struct loader_file *file, char *error, size_t error_size)
{
    struct stat st;
    int         result, fd;

    *file = (struct loader_file){0};
    if (stat(path, &st)) return refuse(path, strerror(errno), -errno, error, error_size);
    if (S_ISDIR(st.st_mode)) return refuse(path, "is a directory", -EISDIR, error, error_size);
    if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) return refuse(path, "is not a regular file", -EINVAL, error, error_size);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return refuse(path, strerror(errno), -errno, error, error_size);
    result = (uint64_t)st.st_size > max ? -EFBIG : read_all(fd, (uint64_t)st.st_size, max, file);
    close(fd);
    if (!result && !file->size) result = -ENODATA;
    if (!result) return 0;
    free(file->bytes);
    *file = (struct loader_file){0};
    if (result == -EFBIG) {
        snprintf(error, error_size, "%s: is larger than %llu MB", path, (unsigned long long)(max >> 20));
        return result;
    }
    return refuse(path, result == -ENODATA ? "is empty" : strerror(-result), result, error, error_size);
}

/* --- recognising -------------------------------------------------------------------------------------------------------------------- */

static bool starts_with(const struct loader_file *f, const char *magic, size_t n)
{
    return f->size >= n && !memcmp(f->bytes, magic, n);
}

/* What a file that is no kernel probably is, and what to do. */
static const char *what_instead(const struct loader_file *f)
{
    if (starts_with(f, "\x1f\x8b", 2)) return "is compressed with gzip; decompress it first";
    if (starts_with(f, "\xfd" "7zXZ", 5)) return "is compressed with xz; decompress it first";
    if (loader_is_elf(f)) return "is an ELF file without a Multiboot header; of Linux, give the bzImage instead of vmlinux";
    if (f->size >= 512 && get16(f->bytes + 510) == 0xAA55) return "is a disk image, not a kernel; give it without --kernel";
    return "is neither a Linux kernel (bzImage, zImage) nor a Multiboot image";
}

static int recognise(struct loader *l, const char *initrd, char *error, size_t error_size)
{
    if (loader_is_linux(&l->kernel)) {
        l->kind = LOADER_LINUX;
        return loader_open_linux(l, initrd, error, error_size);
    }
    if (loader_is_multiboot(&l->kernel)) {
        l->kind = LOADER_MULTIBOOT;
        return loader_open_multiboot(l, initrd, error, error_size);
    }
    return refuse(l->name, what_instead(&l->kernel), -EINVAL, error, error_size);
}

struct loader *loader_open(const char *kernel, const char *initrd, const char *append, uint64_t ram, char *error, size_t error_size)
{
    struct loader *l = calloc(1, sizeof(*l));

    snprintf(error, error_size, "%s: not enough memory", kernel);
    if (!l) return NULL;
    l->name = kernel;
    l->ram = ram;
    l->append = strdup(append ? append : "");
    if (!l->append || loader_read_file(kernel, KERNEL_MAX, &l->kernel, error, error_size) || recognise(l, initrd, error, error_size)) {
        loader_close(l);
        return NULL;
    }
    l->name = NULL;
    return l;
}

void loader_close(struct loader *l)
{
    if (!l) return;
    if (l->kind == LOADER_MULTIBOOT) loader_close_multiboot(&l->multiboot);
    free(l->kernel.bytes);
    free(l->initrd.bytes);
    free(l->append);
    free(l);
}

/* The files are not read again; but who writes to one has mistaken it for another. */
bool loader_has_file(const struct loader *l, struct file_id file)
{
    if (file_id_same(l->kernel.id, file) || file_id_same(l->initrd.id, file)) return true;
    if (l->kind != LOADER_MULTIBOOT) return false;
    for (unsigned n = 0; n < l->multiboot.modules; n++)
        if (file_id_same(l->multiboot.module[n].file.id, file)) return true;
    return false;
}

/* --- starting --------------------------------------------------------------------------------------------------------------------------- */

static void add_range(struct loader_memory *m, uint64_t base, uint64_t end, uint32_t type)
{
    if (end > base) m->range[m->ranges++] = (struct loader_range){base, end - base, type};
}

/* The map that the ROM got from the firmware; where that has none, RAM as it is. */
static void read_map(struct loader_memory *m, const struct x86 *c, struct phys *phys, uint64_t ram)
{
    uint32_t at = ((uint32_t)c->seg[SEG_ES].selector << 4) + (uint16_t)c->gpr[REG_EDI];
    uint16_t count = (uint16_t)c->gpr[REG_ECX];
    uint8_t  entry[20];

    for (unsigned n = 0; n < count && n < LOADER_RANGES; n++) {
        phys_peek(phys, at + n * sizeof(entry), entry, sizeof(entry));
        m->range[m->ranges++] = (struct loader_range){get64(entry), get64(entry + 8), get32(entry + 16)};
    }
    if (m->ranges) return;
    add_range(m, 0, m->low_end, RANGE_RAM);
    add_range(m, m->low_end, 0xA0000, RANGE_RESERVED);
    add_range(m, 0xF0000, MEGABYTE, RANGE_RESERVED);
    add_range(m, MEGABYTE, ram, RANGE_RAM);
}

static uint32_t clamp(uint64_t v, uint64_t low, uint64_t high)
{
    return (uint32_t)(v < low ? low : v > high ? high : v);
}

static void survey(struct loader_memory *m, const struct x86 *c, struct phys *phys, uint64_t ram)
{
    uint64_t low_end = ram < 0xA0000 ? ram : 0xA0000;
    uint8_t  kb[2];

    memset(m, 0, sizeof(*m));
    phys_peek(phys, BDA_BASE_KB, kb, 2);
    m->low_end = clamp((uint64_t)get16(kb) << 10, low_end / 2, low_end);
    read_map(m, c, phys, ram);
    m->high_end = MEGABYTE;
    for (unsigned n = 0; n < m->ranges; n++) {
        const struct loader_range *r = &m->range[n];
        if (r->type == RANGE_RAM && r->base <= MEGABYTE && r->size > MEGABYTE - r->base)
            m->high_end = clamp(r->base + r->size, MEGABYTE, ram > MEGABYTE ? ram : MEGABYTE);
    }
}

/* Real mode with nothing under way. The ROM calls from there anyway, but any guest can write to the port. */
static void quiet(struct x86 *c)
{
    if (x86_protected(c)) x86_reset(c);
    c->halted = c->inhibit = c->inhibit_traps = false;
    c->debug_hit = 0;
}

void loader_start(const struct loader *l, struct x86 *c, struct phys *phys)
{
    struct loader_memory memory;
    bool                 started;

    if (!x86_has(c, FEAT_386)) return;
    survey(&memory, c, phys, l->ram);
    quiet(c);
    started = l->kind == LOADER_LINUX ? loader_start_linux(l, c, phys, &memory) : loader_start_multiboot(l, c, phys, &memory);
    if (!started) log_line(c->log, "kernel not started: the firmware leaves it too little memory; give the machine more with -m");
}
