/* loader_linux.c: Linux for the PC by its boot protocol, from zImage of before 2.00 to today's bzImage, started in real mode as
 * every boot loader could. The kernel's Documentation/x86/boot.rst; its names are used here.
 *
 * 10000h-8FFFFh  zImage's kernel
 * 90000h         boot sector and setup; behind them setup's heap and stack, then the command line
 * 100000h        bzImage's kernel
 * top            initrd */
#include "machine/loader_private.h"

#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum linux_header {
    SETUP_SECTS = 0x1F1, SYSSIZE = 0x1F4, VID_MODE = 0x1FA, BOOT_FLAG = 0x1FE, HEADER = 0x202, VERSION = 0x206,
    TYPE_OF_LOADER = 0x210, LOADFLAGS = 0x211, SETUP_MOVE_SIZE = 0x212, RAMDISK_IMAGE = 0x218, RAMDISK_SIZE = 0x21C,
    HEAP_END_PTR = 0x224, CMD_LINE_PTR = 0x228, INITRD_ADDR_MAX = 0x22C, CMDLINE_SIZE = 0x238, PREF_ADDRESS = 0x258, INIT_SIZE = 0x260,
    HEADER_END = 0x264,
    CMD_LINE_MAGIC = 0x20, CMD_LINE_OFFSET = 0x22, /* before 2.02 */
};
#define HDRS            0x53726448u /* "HdrS" */
#define OLD_CL_MAGIC    0xA33F
#define LOADED_HIGH     0x01
#define CAN_USE_HEAP    0x80
#define LOADER_UNKNOWN  0xFF
#define SETUP_SECTS_MAX 64
#define SETUP_STACK     0x200 /* heap_end_ptr leaves this much for the stack */

#define SETUP_BASE      0x90000u
#define ZIMAGE_BASE     0x10000u
#define BZIMAGE_BASE    0x100000u
#define HEAP_END_OLD    0x9800u /* before 2.02, and for zImage */
#define HEAP_END_NEW    0xE000u
#define INITRD_MAX_OLD  0x37FFFFFFu /* before 2.03 */

/* Where the parts lie that are not fixed. */
struct linux_layout {
    uint32_t heap_end; /* from SETUP_BASE */
    uint32_t command;  /* command line, from SETUP_BASE */
    uint32_t initrd;   /* address */
};

/* --- recognising and checking ------------------------------------------------------------------------------------------------------ */

static uint32_t setup_size_of(const uint8_t *k)
{
    return ((k[SETUP_SECTS] ? k[SETUP_SECTS] : 4) + 1) * 512u;
}

/* Before 2.00 there was no signature: a boot sector whose idea of its size is that of the file. */
static bool is_old_kernel(const struct loader_file *f)
{
    uint32_t setup = setup_size_of(f->bytes);

    return get16(f->bytes + BOOT_FLAG) == 0xAA55 && f->bytes[SETUP_SECTS] <= SETUP_SECTS_MAX && f->size > setup &&
           get16(f->bytes + SYSSIZE) == (f->size - setup + 15) / 16;
}

bool loader_is_linux(const struct loader_file *f)
{
    if (f->size < 0x230) return false;
    return get32(f->bytes + HEADER) == HDRS || is_old_kernel(f);
}

static int refuse(const struct loader *l, int result, char *error, size_t error_size, const char *why)
{
    snprintf(error, error_size, "%s: %s", l->name, why);
    return result;
}

static int refuse_memory(const struct loader *l, const char *what, uint64_t need, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: %s at least %llu MB of memory; the machine has %llu %s (-m gives it more)", l->name, what,
             (unsigned long long)((need + 0xFFFFF) >> 20), LOADER_SIZE(l->ram));
    return -ENOMEM;
}

/* The fields of VERSION's header lie within what has been read. */
static bool is_complete(const struct loader *l, const struct linux_image *k)
{
    uint64_t payload;

    if (l->kernel.size < HEADER_END || l->kernel.size <= k->setup_size) return false;
    payload = l->kernel.size - k->setup_size;
    return k->version < 0x204 || payload + 512 > (uint64_t)get32(l->kernel.bytes + SYSSIZE) * 16;
}

static int check_command(const struct loader *l, const struct linux_image *k, char *error, size_t error_size)
{
    uint32_t max = k->version >= 0x206 ? get32(l->kernel.bytes + CMDLINE_SIZE) : 255;

    if (max > 4095) max = 4095;
    if (strlen(l->append) <= max) return 0;
    snprintf(error, error_size, "--append: the command line is %zu characters long; %s takes %u", strlen(l->append), l->name, max);
    return -E2BIG;
}

static void read_header(struct loader *l)
{
    struct linux_image *k = &l->linux_image;
    const uint8_t      *h = l->kernel.bytes;
    bool                high;

    k->version = get32(h + HEADER) == HDRS ? get16(h + VERSION) : 0;
    k->setup_size = setup_size_of(h);
    high = k->version >= 0x200 && (h[LOADFLAGS] & LOADED_HIGH);
    k->payload_at = high ? BZIMAGE_BASE : ZIMAGE_BASE;
    k->initrd_max = k->version >= 0x203 ? get32(h + INITRD_ADDR_MAX) : INITRD_MAX_OLD;
    k->kernel_end = high ? BZIMAGE_BASE + (uint64_t)l->kernel.size - k->setup_size : BZIMAGE_BASE;
    if (k->version >= 0x20A && get64(h + PREF_ADDRESS) + get32(h + INIT_SIZE) > k->kernel_end)
        k->kernel_end = get64(h + PREF_ADDRESS) + get32(h + INIT_SIZE);
}

/* The value of the last NAME= in a command line, NULL if there is none. */
static const char *option(const char *line, const char *name)
{
    const char *value = NULL;
    size_t      n = strlen(name);

    for (const char *at = line; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (!strncmp(at, name, n) && at[n] == '=') value = at + n + 1;
    }
    return value;
}

/* mem= ends the memory that the kernel will use, and so where the initrd may be. */
static uint64_t memory_by_command(const char *line, uint64_t end)
{
    const char        *value = option(line, "mem");
    char              *rest;
    unsigned long long n;

    if (!value) return end;
    n = strtoull(value, &rest, 0);
    if (*rest == 'K' || *rest == 'k') n <<= 10;
    else if (*rest == 'M' || *rest == 'm') n <<= 20;
    else if (*rest == 'G' || *rest == 'g') n <<= 30;
    return n >= BZIMAGE_BASE && n < end ? n : end;
}

/* False if something does not fit. */
static bool lay_out(const struct loader *l, uint32_t low_end, uint64_t high_end, struct linux_layout *at)
{
    const struct linux_image *k = &l->linux_image;
    uint32_t                  length = (uint32_t)strlen(l->append) + 1;
    uint32_t                  room = low_end > SETUP_BASE ? low_end - SETUP_BASE : 0;
    uint64_t                  top = memory_by_command(l->append, high_end);

    at->heap_end = k->version >= 0x202 && k->payload_at == BZIMAGE_BASE ? HEAP_END_NEW : HEAP_END_OLD;
    if (room < length + 16 + k->setup_size + SETUP_STACK) return false;
    if (at->heap_end + length > room) at->heap_end = (room - length) & ~15u;
    if (at->heap_end < k->setup_size + SETUP_STACK) return false;
    at->command = at->heap_end;
    at->initrd = 0;
    if (k->kernel_end > high_end) return false;
    if (!l->initrd.size) return true;
    if (top > (uint64_t)k->initrd_max + 1) top = (uint64_t)k->initrd_max + 1;
    if (top < k->kernel_end + l->initrd.size) return false;
    at->initrd = (uint32_t)(top - l->initrd.size) & ~(uint32_t)PAGE_MASK;
    return at->initrd >= k->kernel_end;
}

static int read_initrd(struct loader *l, const char *initrd, char *error, size_t error_size)
{
    const struct linux_image *k = &l->linux_image;
    struct linux_layout       unused;
    int                       result;

    if (!initrd) return 0;
    if (!k->version) return refuse(l, -EINVAL, error, error_size, "this kernel is too old to take an initrd");
    if ((result = loader_read_file(initrd, l->ram, &l->initrd, error, error_size))) return result;
    if (lay_out(l, 0xA0000, l->ram, &unused)) return 0;
    if (option(l->append, "mem")) return refuse(l, -ENOMEM, error, error_size, "its initrd does not fit in the memory that mem= leaves");
    if (k->kernel_end + l->initrd.size + PAGE_SIZE > (uint64_t)k->initrd_max + 1)
        return refuse(l, -EFBIG, error, error_size, "its initrd is larger than this kernel can take");
    return refuse_memory(l, "with its initrd it needs", k->kernel_end + l->initrd.size + PAGE_SIZE, error, error_size);
}

int loader_open_linux(struct loader *l, const char *initrd, char *error, size_t error_size)
{
    struct linux_image *k = &l->linux_image;
    int                 result;

    read_header(l);
    if (l->kernel.bytes[SETUP_SECTS] > SETUP_SECTS_MAX || (k->version && k->version < 0x200) || k->kernel_end >> 32)
        return refuse(l, -EINVAL, error, error_size, "damaged: its Linux boot header makes no sense");
    if (!is_complete(l, k)) return refuse(l, -EINVAL, error, error_size, "truncated: the file is shorter than its Linux boot header says");
    if (k->payload_at == ZIMAGE_BASE && l->kernel.size - k->setup_size > SETUP_BASE - ZIMAGE_BASE)
        return refuse(l, -EFBIG, error, error_size, "damaged: a zImage is at most 512 KB, and this is larger");
    if (k->kernel_end > l->ram || l->ram < BZIMAGE_BASE) return refuse_memory(l, "this kernel needs", k->kernel_end, error, error_size);
    if ((result = check_command(l, k, error, error_size))) return result;
    return read_initrd(l, initrd, error, error_size);
}

/* --- starting ------------------------------------------------------------------------------------------------------------------------- */

/* vga= is for the boot loader: the kernel asks for its mode before it reads the command line. */
static void set_video_mode(uint8_t *setup, const char *line)
{
    const char *value = option(line, "vga");

    if (!value) return;
    if (!strncmp(value, "normal", 6)) put16(setup + VID_MODE, 0xFFFF);
    else if (!strncmp(value, "ext", 3)) put16(setup + VID_MODE, 0xFFFE);
    else if (!strncmp(value, "ask", 3)) put16(setup + VID_MODE, 0xFFFD);
    else if (*value >= '0' && *value <= '9') put16(setup + VID_MODE, (uint32_t)strtoul(value, NULL, 0));
}

static void fill_header(const struct loader *l, const struct linux_layout *at, uint8_t *setup)
{
    const struct linux_image *k = &l->linux_image;
    uint32_t                  length = (uint32_t)strlen(l->append) + 1;

    set_video_mode(setup, l->append);
    if (k->version >= 0x202) {
        put32(setup + CMD_LINE_PTR, SETUP_BASE + at->command);
    } else {
        put16(setup + CMD_LINE_MAGIC, OLD_CL_MAGIC);
        put16(setup + CMD_LINE_OFFSET, at->command);
        if (k->version >= 0x200) put16(setup + SETUP_MOVE_SIZE, at->command + length);
    }
    if (k->version >= 0x201) {
        put16(setup + HEAP_END_PTR, at->heap_end - SETUP_STACK);
        setup[LOADFLAGS] |= CAN_USE_HEAP;
    }
    if (k->version < 0x200) return;
    setup[TYPE_OF_LOADER] = LOADER_UNKNOWN;
    put32(setup + RAMDISK_IMAGE, at->initrd);
    put32(setup + RAMDISK_SIZE, (uint32_t)l->initrd.size);
}

/* "CS = setup's segment + 20h, IP = 0; DS = ES = SS = setup's segment; interrupts off." */
static void enter_setup(struct x86 *c, uint32_t sp)
{
    static const struct x86_descriptor real = {.access = SEGA_P | SEGA_S | SEGA_RW | SEGA_A, .limit = 0xFFFF};

    for (unsigned n = 0; n < SEG_COUNT; n++) {
        x86_set_segment(c, n, 0, &real);
        x86_set_segment_real(c, n, SETUP_BASE >> 4);
    }
    x86_set_segment_real(c, SEG_CS, (SETUP_BASE >> 4) + 0x20);
    for (unsigned n = 0; n < REG_ZERO; n++) c->gpr[n] = 0;
    c->gpr[REG_ESP] = sp;
    c->eip = 0;
    c->eflags = 0;
    flags_set_arith(c, 0);
}

bool loader_start_linux(const struct loader *l, struct x86 *c, struct phys *phys, const struct loader_memory *memory)
{
    const struct linux_image *k = &l->linux_image;
    struct linux_layout       at;
    uint8_t                   setup[(SETUP_SECTS_MAX + 1) * 512];

    if (!lay_out(l, memory->low_end, memory->high_end, &at)) return false;
    memcpy(setup, l->kernel.bytes, k->setup_size);
    fill_header(l, &at, setup);
    phys_write_block(phys, SETUP_BASE, setup, k->setup_size);
    phys_write_block(phys, SETUP_BASE + at.command, l->append, strlen(l->append) + 1);
    phys_write_block(phys, k->payload_at, l->kernel.bytes + k->setup_size, l->kernel.size - k->setup_size);
    if (l->initrd.size) phys_write_block(phys, at.initrd, l->initrd.bytes, l->initrd.size);
    enter_setup(c, at.heap_end);
    return true;
}
