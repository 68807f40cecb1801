/* test_loader.c: --kernel: Linux of several protocol versions, Multiboot, and files that are neither, from synthetic images. What
 * counts is what the kernel finds in memory and registers; some of them really run a few instructions. */
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

static uint8_t no_vector(void *opaque)
{
    (void)opaque;
    return 0;
}

static void no_event(void *opaque)
{
    (void)opaque;
}

static uint64_t no_time(void *opaque)
{
    (void)opaque;
    return 0;
}

static void no_line(void *opaque, bool level)
{
    (void)opaque, (void)level;
}

static void put(struct rig *r, uint32_t at, uint64_t value, size_t size)
{
    phys_write_block(&r->phys, at, &value, size);
}

static uint32_t get(struct rig *r, uint32_t at, size_t size)
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

static struct rig *rig_new(uint64_t ram, const char *model)
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

static void rig_free(struct rig *r)
{
    x86_destroy(&r->cpu);
    phys_destroy(&r->phys);
    free(r);
}

/* A range of the firmware's map, as the ROM leaves it. */
static void add_range(struct rig *r, uint64_t base, uint64_t size, uint32_t type)
{
    uint32_t n = (uint32_t)r->cpu.gpr[REG_ECX]++, at = 0x7C00 + n * 20;

    r->cpu.gpr[REG_EDI] = 0x7C00;
    put(r, at, base, 8);
    put(r, at + 8, size, 8);
    put(r, at + 16, type, 4);
}

static bool flag_if(struct rig *r)
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

static struct image image_new(size_t size)
{
    struct image i = {calloc(1, size + 1), size, "/tmp/loader-test-XXXXXX"};
    int          fd = mkstemp(i.path);

    ck_assert(i.bytes && fd >= 0);
    close(fd);
    return i;
}

static void image_save(struct image *i)
{
    FILE *f = fopen(i->path, "wb");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(i->bytes, 1, i->size, f), i->size);
    ck_assert_int_eq(fclose(f), 0);
}

static void image_free(struct image *i)
{
    unlink(i->path);
    free(i->bytes);
}

static void set16(struct image *i, size_t at, uint32_t v)
{
    memcpy(i->bytes + at, &v, 2);
}

static void set32(struct image *i, size_t at, uint32_t v)
{
    memcpy(i->bytes + at, &v, 4);
}

static uint8_t pattern(size_t n)
{
    return (uint8_t)(n * 7 + (n >> 8) + 1);
}

/* A Linux kernel: 5 sectors of boot sector and setup, then PAYLOAD bytes. */
static struct image linux_image(uint32_t version, bool high, size_t payload)
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

static struct loader *open_in(struct rig *r, const struct image *kernel, const char *initrd, const char *append)
{
    return loader_open(kernel->path, initrd, append, r->ram, r->error, sizeof(r->error));
}

static void boot(struct rig *r, const struct image *kernel, const char *initrd, const char *append)
{
    struct loader *l = open_in(r, kernel, initrd, append);

    ck_assert_msg(l != NULL, "%s", r->error);
    loader_start(l, &r->cpu, &r->phys);
    loader_close(l);
}

static void refused(struct rig *r, const struct image *kernel, const char *initrd, const char *append, const char *why)
{
    ck_assert_ptr_null(open_in(r, kernel, initrd, append));
    ck_assert_msg(strstr(r->error, why) != NULL, "\"%s\" is not in: %s", why, r->error);
    ck_assert_ptr_null(strchr(r->error, '\n'));
}

static void check_payload(struct rig *r, uint32_t at, size_t size)
{
    for (size_t n = 0; n < size; n++) ck_assert_uint_eq(r->phys.ram[at + n], pattern(n));
}

/* --- Linux -------------------------------------------------------------------------------------------------------------------------------- */

static void check_entry(struct rig *r, uint32_t sp)
{
    for (unsigned n = 0; n < SEG_COUNT; n++) {
        ck_assert_uint_eq(r->cpu.seg[n].selector, n == SEG_CS ? 0x9020 : 0x9000);
        ck_assert_uint_eq(r->cpu.seg[n].base, n == SEG_CS ? 0x90200 : 0x90000);
    }
    ck_assert_uint_eq(r->cpu.eip, 0);
    ck_assert_uint_eq(r->cpu.gpr[REG_ESP], sp);
    ck_assert_uint_eq(r->cpu.cr0 & CR0_PE, 0);
    ck_assert(!flag_if(r));
}

START_TEST(zimage_200)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x200, false, 100000), i = image_new(5000);

    memset(i.bytes, 0x5A, i.size);
    image_save(&i);
    boot(r, &k, i.path, "root=/dev/fd0 ro");
    check_entry(r, 0x9800);
    check_payload(r, 0x10000, 100000);
    ck_assert_uint_eq(get(r, 0x90020, 2), 0xA33F);
    ck_assert_str_eq(text(r, 0x90000 + get(r, 0x90022, 2)), "root=/dev/fd0 ro");
    ck_assert_uint_eq(get(r, 0x90212, 2), 0x9800 + 17); // setup_move_size covers the command line
    ck_assert_uint_eq(get(r, 0x90210, 1), 0xFF);
    ck_assert_uint_eq(get(r, 0x90211, 1), 0);
    ck_assert_uint_eq(get(r, 0x90218, 4), 4 * MB - 8192);
    ck_assert_uint_eq(get(r, 0x9021C, 4), 5000);
    ck_assert_uint_eq(get(r, 4 * MB - 8192 + 4999, 1), 0x5A);
    image_free(&k);
    image_free(&i);
    rig_free(r);
}
END_TEST

START_TEST(bzimage_201)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x201, true, 700000);

    boot(r, &k, NULL, NULL);
    check_entry(r, 0x9800);
    check_payload(r, MB, 700000);
    ck_assert_uint_eq(get(r, 0x90020, 2), 0xA33F);
    ck_assert_uint_eq(get(r, 0x90211, 1), 0x81);
    ck_assert_uint_eq(get(r, 0x90224, 2), 0x9600);
    ck_assert_uint_eq(get(r, 0x90218, 4), 0);
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(bzimage_20a_runs)
{
    static const uint8_t code[] = {0xB8, 0x34, 0x12, 0xA3, 0x00, 0x40, 0x8C, 0x0E, 0x02, 0x40, 0xF4}; // [4000] = 1234, [4002] = CS
    struct rig          *r = rig_new(64 * MB, "pentium");
    struct image         k = linux_image(0x20A, true, 700000);
    char                 line[2048];

    k.bytes[0x200] = 0xEB, k.bytes[0x201] = 0x66; // the jump over the header, as kernels have it
    memcpy(k.bytes + 0x268, code, sizeof(code));
    image_save(&k);
    memset(line, 'x', 2047);
    line[2047] = 0;
    boot(r, &k, NULL, line);
    check_entry(r, 0xE000);
    ck_assert_uint_eq(get(r, 0x90228, 4), 0x9E000);
    ck_assert_str_eq(text(r, 0x9E000), line);
    ck_assert_uint_eq(get(r, 0x90224, 2), 0xDE00);
    x86_run(&r->cpu, x86_retired(&r->cpu) + 100);
    ck_assert(r->cpu.halted);
    ck_assert_uint_eq(get(r, 0x94000, 2), 0x1234);
    ck_assert_uint_eq(get(r, 0x94002, 2), 0x9020);
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(before_the_protocol)
{
    struct rig  *r = rig_new(2 * MB, "386");
    struct image k = linux_image(0, false, 100000);

    boot(r, &k, NULL, "root=300");
    check_entry(r, 0x9800);
    check_payload(r, 0x10000, 100000);
    ck_assert_str_eq(text(r, 0x90000 + get(r, 0x90022, 2)), "root=300");
    ck_assert_uint_eq(get(r, 0x90210, 2), 0); // no header: untouched
    refused(r, &k, k.path, NULL, "too old to take an initrd");
    image_free(&k);
    rig_free(r);
}
END_TEST

static uint32_t initrd_at(uint32_t max, const char *append, uint64_t map_end)
{
    struct rig  *r = rig_new(64 * MB, "486");
    struct image k = linux_image(0x203, true, 1000), i = image_new(MB + 1);
    uint32_t     at;

    set32(&k, 0x22C, max);
    image_save(&k);
    image_save(&i);
    if (map_end) {
        add_range(r, 0, 0x9FC00, 1);
        add_range(r, MB, map_end - MB, 1);
        add_range(r, map_end, 64 * MB - map_end, 2);
    }
    boot(r, &k, i.path, append);
    at = get(r, 0x90218, 4);
    ck_assert_uint_eq(get(r, 0x9021C, 4), MB + 1);
    image_free(&k);
    image_free(&i);
    rig_free(r);
    return at;
}

START_TEST(initrd_place)
{
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, NULL, 0), 63 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0xFFFFFFFF, NULL, 0), 63 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x00FFFFFF, NULL, 0), 15 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, "quiet mem=32M", 0), 31 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, "mem=8M mem=0x1000K", 0), 3 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, "notmem=32M", 0), 63 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, NULL, 60 * MB), 59 * MB - 4096);
}
END_TEST

static uint32_t vid_mode(const char *append)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x202, true, 1000);
    uint32_t     mode;

    set16(&k, 0x1FA, 0x1234);
    image_save(&k);
    boot(r, &k, NULL, append);
    mode = get(r, 0x901FA, 2);
    image_free(&k);
    rig_free(r);
    return mode;
}

START_TEST(video_mode)
{
    ck_assert_uint_eq(vid_mode(""), 0x1234);
    ck_assert_uint_eq(vid_mode("vga=normal"), 0xFFFF);
    ck_assert_uint_eq(vid_mode("ro vga=ext"), 0xFFFE);
    ck_assert_uint_eq(vid_mode("ro  vga=ask quiet"), 0xFFFD);
    ck_assert_uint_eq(vid_mode("vga=791"), 791);
    ck_assert_uint_eq(vid_mode("vga=791 vga=0x0f05"), 0xF05);
    ck_assert_uint_eq(vid_mode("nvga=5"), 0x1234);
}
END_TEST

START_TEST(small_base_memory)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x203, true, 1000);

    put(r, 0x413, 600, 2); // a firmware that keeps 40 KB
    boot(r, &k, NULL, "hello");
    ck_assert_uint_eq(r->cpu.seg[SEG_CS].selector, 0x9020);
    ck_assert_uint_le(get(r, 0x90228, 4) + 6, 600 * 1024);
    ck_assert_str_eq(text(r, get(r, 0x90228, 4)), "hello");
    ck_assert_uint_eq(get(r, 0x90224, 2), r->cpu.gpr[REG_ESP] - 0x200);
    put(r, 0x413, 577, 2); // one that leaves too little: the CPU stays in the ROM
    r->cpu.seg[SEG_CS].selector = 0xD000;
    boot(r, &k, NULL, "hello");
    ck_assert_uint_eq(r->cpu.seg[SEG_CS].selector, 0xD000);
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(from_anywhere)
{
    struct rig  *r = rig_new(4 * MB, "pentium");
    struct image k = linux_image(0x203, true, 1000);

    r->cpu.cr0 |= CR0_PE | CR0_PG; // a guest that writes to the port from its own paging
    r->cpu.halted = true;
    x86_tlb_flush(&r->cpu, false);
    boot(r, &k, NULL, NULL);
    check_entry(r, 0xE000);
    ck_assert(!r->cpu.halted && !(r->cpu.cr0 & CR0_PG));
    image_free(&k);
    rig_free(r);
    r = rig_new(4 * MB, "286");
    k = linux_image(0x203, true, 1000);
    boot(r, &k, NULL, NULL);
    ck_assert_uint_eq(r->cpu.seg[SEG_CS].selector, 0xF000); // not a 386: nothing happens
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(linux_refused)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x20A, true, 700000), big = image_new(3 * MB), old;
    char         line[3000];

    image_save(&big);
    memset(line, 'x', sizeof(line));
    line[2048] = 0;
    refused(r, &k, NULL, line, "2048 characters long");
    refused(r, &k, big.path, NULL, "with its initrd it needs at least 5 MB of memory; the machine has 4 MB");
    refused(r, &k, "/nonexistent/initrd", NULL, "/nonexistent/initrd: No such file");
    refused(r, &k, "/tmp", NULL, "/tmp: is a directory");
    refused(r, &k, k.path, "mem=1M", "mem= leaves");
    set32(&k, 0x258, 16 * MB);
    set32(&k, 0x260, 10 * MB);
    image_save(&k);
    refused(r, &k, NULL, NULL, "this kernel needs at least 26 MB of memory; the machine has 4 MB");
    set32(&k, 0x25C, 1);
    image_save(&k);
    refused(r, &k, NULL, NULL, "makes no sense");
    memset(k.bytes + 0x258, 0, 12);
    k.bytes[0x1F1] = 65;
    image_save(&k);
    refused(r, &k, NULL, NULL, "makes no sense");
    k.bytes[0x1F1] = 4;
    k.size -= 20000;
    image_save(&k);
    refused(r, &k, NULL, NULL, "truncated");
    k.size = 2560;
    image_save(&k);
    refused(r, &k, NULL, NULL, "truncated");
    set16(&k, 0x206, 0x100);
    k.size = 5000;
    image_save(&k);
    refused(r, &k, NULL, NULL, "makes no sense");
    image_free(&k);
    image_free(&big);
    k = linux_image(0x200, false, 0x80001);
    refused(r, &k, NULL, NULL, "at most 512 KB");
    image_free(&k);
    old = linux_image(0x204, true, 1000);
    line[256] = 0;
    refused(r, &old, NULL, line, "takes 255");
    line[255] = 0;
    boot(r, &old, NULL, line);
    image_free(&old);
    rig_free(r);
}
END_TEST

/* --- Multiboot ------------------------------------------------------------------------------------------------------------------------------- */

#define CODE_FILE 0x1000 /* where the program is in the file */
#define CODE_SIZE 0x1000

/* At ADDRESS: stores EAX, EBX, CR0 and the selectors at ADDRESS + 800h, then halts. */
static void put_code(struct image *i, uint32_t address)
{
    uint8_t *p = i->bytes + CODE_FILE;
    uint32_t data = address + 0x800;

    *p++ = 0xA3, memcpy(p, &data, 4), p += 4; // mov [data], eax
    data += 4;
    *p++ = 0x89, *p++ = 0x1D, memcpy(p, &data, 4), p += 4; // mov [data + 4], ebx
    data += 4;
    memcpy(p, "\x8C\xC8", 2), p += 2; // mov eax, cs
    *p++ = 0xA3, memcpy(p, &data, 4), p += 4;
    *p++ = 0xF4;
}

/* An ELF kernel of one segment at ADDRESS (virtual C0000000h more), with 4 KB of bss, symbols, and a Multiboot header. */
static struct image elf_image(uint32_t address, uint32_t flags)
{
    struct image i = image_new(0x3000);

    memcpy(i.bytes, "\177ELF\1\1\1", 7);
    set16(&i, 16, 2), set16(&i, 18, 3), set32(&i, 20, 1);
    set32(&i, 24, 0xC0000000u + address);          // entry
    set32(&i, 28, 52), set16(&i, 42, 32), set16(&i, 44, 1);
    set32(&i, 32, 0x2000), set16(&i, 46, 40), set16(&i, 48, 4), set16(&i, 50, 3);
    set32(&i, 52, 1), set32(&i, 56, CODE_FILE);    // the segment
    set32(&i, 60, 0xC0000000u + address), set32(&i, 64, address);
    set32(&i, 68, CODE_SIZE), set32(&i, 72, CODE_SIZE + 4096);
    set32(&i, 0x400, 0x1BADB002), set32(&i, 0x404, flags), set32(&i, 0x408, 0u - 0x1BADB002 - flags);
    set32(&i, 0x2000 + 40 + 4, 1), set32(&i, 0x2000 + 40 + 8, 6), set32(&i, 0x2000 + 40 + 12, address);      // .text
    set32(&i, 0x2000 + 80 + 4, 2), set32(&i, 0x2000 + 80 + 16, 0x2800), set32(&i, 0x2000 + 80 + 20, 48);    // .symtab
    set32(&i, 0x2000 + 120 + 4, 3), set32(&i, 0x2000 + 120 + 16, 0x2900), set32(&i, 0x2000 + 120 + 20, 11); // .strtab
    memcpy(i.bytes + 0x2900, "\0symbolname", 11);
    put_code(&i, address);
    image_save(&i);
    return i;
}

START_TEST(elf_runs)
{
    struct rig  *r = rig_new(16 * MB, "pentium");
    struct image k = elf_image(2 * MB, 3);
    uint32_t     info, map;

    set16(&k, 48, 0); // no symbols
    image_save(&k);
    add_range(r, 0, 0x9FC00, 1);
    add_range(r, MB, 14 * MB, 1);
    add_range(r, 0xFFFC0000, 0x40000, 2);
    memset(r->phys.ram + 2 * MB, 0xEE, 0x3000);
    boot(r, &k, NULL, "one two");
    ck_assert_uint_eq(r->cpu.gpr[REG_EAX], 0x2BADB002);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_eq(r->cpu.eip, 2 * MB); // the entry was a virtual address
    ck_assert(!flag_if(r));
    ck_assert_uint_eq(r->cpu.cr0 & (CR0_PE | CR0_PG), CR0_PE);
    for (unsigned n = 0; n < SEG_COUNT; n++) {
        ck_assert_uint_eq(r->cpu.seg[n].base, 0);
        ck_assert_uint_eq(r->cpu.seg[n].limit, 0xFFFFFFFFu);
        ck_assert(r->cpu.seg[n].access & SEGA_DB);
    }
    x86_run(&r->cpu, x86_retired(&r->cpu) + 100);
    ck_assert(r->cpu.halted && !r->cpu.shutdown);
    ck_assert_uint_eq(get(r, 2 * MB + 0x800, 4), 0x2BADB002);
    ck_assert_uint_eq(get(r, 2 * MB + 0x804, 4), info);
    ck_assert_uint_eq(get(r, 2 * MB + 0x808, 4), 8);
    ck_assert_uint_eq(get(r, 2 * MB + 0x1000, 4), 0); // bss
    ck_assert_uint_eq(get(r, 2 * MB + 0x1FFC, 4), 0);
    ck_assert_uint_eq(get(r, 2 * MB + 0x2000, 4), 0xEEEEEEEE);
    ck_assert_uint_lt(info, 0x9FC00);
    ck_assert_uint_eq(get(r, info, 4) & 0x124F, 0x24F);
    ck_assert_uint_eq(get(r, info + 4, 4), 639);
    ck_assert_uint_eq(get(r, info + 8, 4), 14 * 1024);
    ck_assert_str_eq(text(r, get(r, info + 16, 4)) + strlen(k.path), " one two");
    ck_assert_str_eq(text(r, get(r, info + 64, 4)), "ochenta");
    ck_assert_uint_eq(get(r, info + 44, 4), 3 * 24);
    map = get(r, info + 48, 4);
    ck_assert_uint_eq(get(r, map, 4), 20);
    ck_assert_uint_eq(get(r, map + 24 + 4, 4), MB);
    ck_assert_uint_eq(get(r, map + 24 + 12, 4), 14 * MB);
    ck_assert_uint_eq(get(r, map + 48 + 20, 4), 2);
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(elf_symbols)
{
    struct rig  *r = rig_new(16 * MB, "486");
    struct image k = elf_image(MB, 0);
    uint32_t     info, headers;

    boot(r, &k, NULL, NULL);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_eq(get(r, info, 4) & 0x20, 0x20);
    ck_assert_uint_eq(get(r, info + 28, 4), 4);
    ck_assert_uint_eq(get(r, info + 32, 4), 40);
    ck_assert_uint_eq(get(r, info + 40, 4), 3);
    headers = get(r, info + 36, 4);
    ck_assert_uint_ge(headers, MB + 0x2000);
    ck_assert_uint_eq(get(r, headers + 40 + 12, 4), MB); // part of the program: stays
    ck_assert_str_eq(text(r, get(r, headers + 120 + 12, 4)) + 1, "symbolname");
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(modules)
{
    struct rig  *r = rig_new(16 * MB, "486");
    struct image k = elf_image(MB, 1), a = image_new(5000), b = image_new(1);
    uint32_t     info, list;
    char         arg[200];

    a.bytes[4999] = 0x77, b.bytes[0] = 0x88;
    image_save(&a);
    image_save(&b);
    snprintf(arg, sizeof(arg), "%s first,,one, %s,%s", a.path, b.path, a.path);
    boot(r, &k, arg, NULL);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_eq(get(r, info + 20, 4), 3);
    list = get(r, info + 24, 4);
    for (unsigned n = 0; n < 3; n++) {
        uint32_t start = get(r, list + 16 * n, 4), end = get(r, list + 16 * n + 4, 4);
        ck_assert_uint_eq(start & 4095, 0);
        ck_assert_uint_ge(start, MB + 0x2000);
        ck_assert_uint_eq(end - start, n == 1 ? 1 : 5000);
        ck_assert_uint_eq(get(r, end - 1, 1), n == 1 ? 0x88 : 0x77);
        ck_assert(n == 0 || start >= get(r, list + 16 * n - 12, 4));
    }
    ck_assert_str_eq(text(r, get(r, list + 8, 4)) + strlen(a.path), " first,one");
    ck_assert_str_eq(text(r, get(r, list + 24, 4)), b.path);
    snprintf(arg, sizeof(arg), "%s,,", a.path);
    refused(r, &k, arg, NULL, "No such file");
    snprintf(arg, sizeof(arg), ",%s", a.path);
    refused(r, &k, arg, NULL, "empty name");
    refused(r, &k, "/nonexistent/module x", NULL, "/nonexistent/module: No such file");
    image_free(&k);
    image_free(&a);
    image_free(&b);
    rig_free(r);
}
END_TEST

/* A kernel at the top of memory leaves room only in front of it; one that fills base memory moves the information up. */
START_TEST(unusual_places)
{
    struct rig  *r = rig_new(4 * MB, "486");
    struct image k = elf_image(4 * MB - 0x2000, 0), low, m = image_new(MB);
    uint32_t     info, at;

    m.bytes[MB - 1] = 0x99;
    image_save(&m);
    boot(r, &k, m.path, NULL);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    at = get(r, get(r, info + 24, 4), 4);
    ck_assert_uint_ge(at, MB);
    ck_assert_uint_le(at + MB, 4 * MB - 0x2000);
    ck_assert_uint_eq(get(r, at + MB - 1, 1), 0x99);
    image_free(&k);
    low = elf_image(0x8000, 0);
    set32(&low, 72, 0x9F000 - 0x8000);
    image_save(&low);
    put(r, 0x413, 636, 2);
    r->cpu.cr0 &= ~(uint32_t)CR0_PE;
    boot(r, &low, m.path, NULL);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_ge(info, MB);
    ck_assert_uint_eq(get(r, info + 20, 4), 1);
    at = get(r, get(r, info + 24, 4), 4);
    ck_assert(info >= at + MB || info < at);
    ck_assert_uint_eq(get(r, at + MB - 1, 1), 0x99);
    ck_assert_uint_eq(get(r, 0x8000, 1), 0xA3);
    image_free(&low);
    image_free(&m);
    rig_free(r);
}
END_TEST

/* Header at file offset 404h, memory 1 MB + 4h: the load address is 1 MB, file offset 400h. */
static struct image kludge_image(uint32_t load_end, uint32_t bss_end)
{
    struct image i = image_new(0x2000);
    uint32_t     header[8] = {0x1BADB002, 0x10004, 0u - 0x1BADB002 - 0x10004, MB + 4, MB, load_end, bss_end, MB + 0x100};

    memset(i.bytes, 0x11, i.size);
    memcpy(i.bytes + 0x404, header, sizeof(header));
    memset(i.bytes + 0x424, 0, 16); // video mode: no preference
    image_save(&i);
    return i;
}

START_TEST(kludge)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = kludge_image(0, 0);
    uint32_t     info;

    memset(r->phys.ram + MB, 0xEE, 0x4000);
    boot(r, &k, NULL, NULL);
    ck_assert_uint_eq(r->cpu.eip, MB + 0x100);
    ck_assert_uint_eq(get(r, MB, 1), 0x11);
    ck_assert_uint_eq(get(r, MB + 4, 4), 0x1BADB002);
    ck_assert_uint_eq(get(r, MB + 0x1BFF, 2), 0xEE11); // the whole file and no more
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_eq(get(r, info, 4), 0x124F);        // it asks for a screen: text is what there is
    ck_assert_uint_eq(get(r, info + 88, 4), 0xB8000);
    ck_assert_uint_eq(get(r, info + 109, 1), 2);
    image_free(&k);
    r->cpu.cr0 &= ~(uint32_t)CR0_PE;
    memset(r->phys.ram + MB, 0xEE, 0x4000);
    k = kludge_image(MB + 0x800, MB + 0x1000);
    boot(r, &k, NULL, NULL);
    ck_assert_uint_eq(get(r, MB + 0x7FF, 2), 0x0011);
    ck_assert_uint_eq(get(r, MB + 0xFFF, 2), 0xEE00);
    image_free(&k);
    k = kludge_image(MB + 0x1C01, 0);
    refused(r, &k, NULL, NULL, "more than the file has");
    image_free(&k);
    k = kludge_image(MB - 1, 0);
    refused(r, &k, NULL, NULL, "more than the file has");
    image_free(&k);
    k = kludge_image(0, 5 * MB);
    refused(r, &k, NULL, NULL, "loads up to 500000h, which takes 5 MB of memory; the machine has 4 MB");
    image_free(&k);
    k = kludge_image(0, 0);
    set32(&k, 0x404 + 16, MB - 0x401);
    image_save(&k);
    refused(r, &k, NULL, NULL, "makes no sense");
    image_free(&k);
    rig_free(r);
}
END_TEST

static struct image header_at(size_t at)
{
    struct image i = image_new(0x3000);
    uint32_t     header[8] = {0x1BADB002, 0x10000, 0u - 0x1BADB002 - 0x10000, MB, MB, 0, 0, MB};

    memcpy(i.bytes + at, header, sizeof(header));
    image_save(&i);
    return i;
}

START_TEST(header_search)
{
    static const struct { size_t at; bool found; } cases[] = {{0, true}, {4, true}, {8192 - 32, true}, {8192 - 12, true}, {8192 - 8, false}, {6, false}};

    for (unsigned n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        struct rig  *r = rig_new(4 * MB, "386");
        struct image k = header_at(cases[n].at);

        if (cases[n].found) boot(r, &k, NULL, NULL);
        else refused(r, &k, NULL, NULL, "neither a Linux kernel");
        image_free(&k);
        rig_free(r);
    }
}
END_TEST

static void refused_elf(size_t at, uint32_t value, size_t size, const char *why)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = elf_image(MB, 0);

    memcpy(k.bytes + at, &value, size);
    image_save(&k);
    refused(r, &k, NULL, NULL, why);
    image_free(&k);
    rig_free(r);
}

START_TEST(multiboot_refused)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = elf_image(MB, 0x28), m = image_new(3 * MB);

    refused(r, &k, NULL, NULL, "requires features that ochenta does not have (flags 28h)");
    image_free(&k);
    k = elf_image(MB, 1);
    image_save(&m);
    refused(r, &k, m.path, NULL, "its modules of 3072 KB do not fit in the machine's memory of 4 MB");
    image_free(&k);
    image_free(&m);
    rig_free(r);
    refused_elf(0x408, 0, 4, "is an ELF file without a Multiboot header");
    refused_elf(0, 0, 4, "does not say where to load it");
    refused_elf(4, 2, 1, "64-bit");
    refused_elf(18, 40, 2, "another processor");
    refused_elf(28, 0x2FF0, 4, "program headers");
    refused_elf(44, 0, 2, "nothing to load");
    refused_elf(44, 2000, 2, "thousands of segments");
    refused_elf(56, 0x2001, 4, "truncated");
    refused_elf(64, 0x9F000, 4, "loads at 9F000h-A0FFFh, where a PC has no memory");
    refused_elf(64, 4 * MB - 0x1FFF, 4, "loads up to 400001h");
    refused_elf(64, 0xFFFFF000, 4, "loads up to 100001000h");
    refused_elf(72, 0xFFFFFFFF, 4, "loads up to");
}
END_TEST

/* --- files ---------------------------------------------------------------------------------------------------------------------------------- */

static void refused_bytes(const void *bytes, size_t n, size_t size, const char *why)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = image_new(size);

    memcpy(k.bytes, bytes, n);
    if (size >= 512 && n == 0) set16(&k, 510, 0xAA55);
    image_save(&k);
    refused(r, &k, NULL, NULL, why);
    image_free(&k);
    rig_free(r);
}

START_TEST(no_kernel)
{
    struct rig *r = rig_new(4 * MB, "386");

    ck_assert_ptr_null(loader_open("/nonexistent/kernel", NULL, NULL, r->ram, r->error, sizeof(r->error)));
    ck_assert_str_eq(r->error, "/nonexistent/kernel: No such file or directory");
    ck_assert_ptr_null(loader_open("/tmp", NULL, NULL, r->ram, r->error, sizeof(r->error)));
    ck_assert_str_eq(r->error, "/tmp: is a directory");
    ck_assert_ptr_null(loader_open("/dev/zero", NULL, NULL, r->ram, r->error, sizeof(r->error)));
    ck_assert_str_eq(r->error, "/dev/zero: is not a regular file");
    rig_free(r);
    refused_bytes("", 0, 0, "is empty");
    refused_bytes("\x1f\x8b\x08", 3, 3, "gzip");
    refused_bytes("\xfd" "7zXZ", 6, 100, "xz");
    refused_bytes("", 0, 1474560, "is a disk image");
    refused_bytes("MZ\x90", 3, 5000, "neither a Linux kernel (bzImage, zImage) nor a Multiboot image");
}
END_TEST

/* Damaged images: an error or a start, and never an access outside of what is there. */
START_TEST(damaged)
{
    static const size_t sizes[] = {1, 2, 4};
    uint64_t            seed = 1;
    unsigned            opened = 0;

    for (unsigned round = 0; round < 600; round++) {
        struct rig    *r = rig_new(2 * MB, "pentium");
        struct image   k = round % 3 == 0 ? linux_image(0x20A, round & 1, 30000) : round % 3 == 1 ? elf_image(MB, 0) : kludge_image(0, MB + 0x3000);
        struct loader *l;

        for (unsigned n = 0; n <= round % 4; n++) {
            size_t where = round % 3 == 0 ? 0x1F0 : round % 3 == 2 ? 0x404 : (round / 3) & 1 ? 0x2000 : 0, at;
            uint32_t value;

            seed = seed * 6364136223846793005u + 1442695040888963407u;
            at = where + (seed >> 33) % (round % 3 == 1 ? 160 : 0x80);
            value = (seed >> 20) & 1 ? (uint32_t)(seed >> 32) : 0u - (uint32_t)((seed >> 40) & 0xFF);
            memcpy(k.bytes + at, &value, sizes[(seed >> 24) % 3]);
        }
        if (seed >> 60 == 0) k.size = (seed >> 40) % k.size;
        image_save(&k);
        l = open_in(r, &k, seed >> 62 ? NULL : k.path, "x");
        if (l) {
            opened++;
            loader_start(l, &r->cpu, &r->phys);
            x86_run(&r->cpu, x86_retired(&r->cpu) + 50);
        } else {
            ck_assert_uint_gt(strlen(r->error), strlen(k.path));
        }
        loader_close(l);
        image_free(&k);
        rig_free(r);
    }
    ck_assert_uint_gt(opened, 50);
    ck_assert_uint_lt(opened, 580);
}
END_TEST

Suite *loader_suite(void)
{
    Suite *s = suite_create("loader");
    TCase *linux_case = tcase_create("linux"), *multiboot = tcase_create("multiboot"), *files = tcase_create("files");

    tcase_add_test(linux_case, zimage_200);
    tcase_add_test(linux_case, bzimage_201);
    tcase_add_test(linux_case, bzimage_20a_runs);
    tcase_add_test(linux_case, before_the_protocol);
    tcase_add_test(linux_case, initrd_place);
    tcase_add_test(linux_case, video_mode);
    tcase_add_test(linux_case, small_base_memory);
    tcase_add_test(linux_case, from_anywhere);
    tcase_add_test(linux_case, linux_refused);
    tcase_add_test(multiboot, elf_runs);
    tcase_add_test(multiboot, elf_symbols);
    tcase_add_test(multiboot, modules);
    tcase_add_test(multiboot, unusual_places);
    tcase_add_test(multiboot, kludge);
    tcase_add_test(multiboot, header_search);
    tcase_add_test(multiboot, multiboot_refused);
    tcase_add_test(files, no_kernel);
    tcase_add_test(files, damaged);
    tcase_set_timeout(files, 60);
    suite_add_tcase(s, linux_case);
    suite_add_tcase(s, multiboot);
    suite_add_tcase(s, files);
    return s;
}
