/* loader_multiboot.c: Multiboot 1 images with their modules. Multiboot Specification 0.6.96; its names are used here.
 *
 * The kernel and its modules are above 1 MB; what the kernel is told (information, command lines, memory map, a GDT) is in one
 * block below 640 KB, wherever the kernel leaves room. */
#include "machine/loader_private.h"

#include "cpu/x86/far.h"
#include "cpu/x86/flags.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum multiboot_header { // offsets
    MB_MAGIC = 0, MB_FLAGS = 4, MB_CHECKSUM = 8, MB_HEADER_ADDR = 12, MB_LOAD_ADDR = 16, MB_LOAD_END_ADDR = 20, MB_BSS_END_ADDR = 24,
    MB_ENTRY_ADDR = 28,
};
#define HEADER_MAGIC    0x1BADB002u
#define LOADER_MAGIC    0x2BADB002u
#define HEADER_SEARCH   8192
#define WANTS_VIDEO     0x00004u
#define REQUIRED        0x0FFFFu /* a loader that does not know one of these has to give up */
#define REQUIRED_KNOWN  0x00007u /* page-aligned modules, memory sizes, video mode */
#define AOUT_KLUDGE     0x10000u

enum multiboot_info { // offsets
    MBI_FLAGS = 0, MBI_MEM_LOWER = 4, MBI_MEM_UPPER = 8, MBI_BOOT_DEVICE = 12, MBI_CMDLINE = 16, MBI_MODS_COUNT = 20, MBI_MODS_ADDR = 24,
    MBI_SYMS = 28, MBI_MMAP_LENGTH = 44, MBI_MMAP_ADDR = 48, MBI_BOOT_LOADER_NAME = 64, MBI_FRAMEBUFFER = 88, MBI_SIZE = 116,
};
enum multiboot_info_flags {
    INFO_MEMORY = 1, INFO_BOOTDEV = 2, INFO_CMDLINE = 4, INFO_MODS = 8, INFO_ELF_SHDR = 0x20, INFO_MEM_MAP = 0x40,
    INFO_BOOT_LOADER_NAME = 0x200, INFO_FRAMEBUFFER = 0x1000,
};
#define MODULE_SIZE  16
#define MMAP_SIZE    24 /* with the size field */
#define BOOT_DEVICE  0x8000FFFFu /* first hard disk, no partition: loaded from none, but kernels look here for their root */
#define LOADER_NAME  "ochenta"

enum elf_section_header { SH_TYPE = 4, SH_FLAGS = 8, SH_ADDR = 12, SH_OFFSET = 16, SH_SIZE = 20, SHDR_SIZE = 40 };
#define SHT_NOBITS 8
#define SHF_ALLOC  2

#define MEGABYTE    0x100000u
#define LOW_START   0x8000u   /* the information's block is looked for from here on, */
#define LOW_USUAL   0x10000u  /* but first from here */
#define BOOT_STACK  0x7C00u
#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10

/* Where everything goes that is not the kernel itself. */
struct multiboot_layout {
    uint32_t symbols; /* 0: none */
    uint32_t modules; /* the first; each starts a page */
    uint32_t info;
};

/* --- recognising -------------------------------------------------------------------------------------------------------------------- */

static const uint8_t *find_header(const struct loader_file *f)
{
    for (size_t at = 0; at + 12 <= HEADER_SEARCH && at + 12 <= f->size; at += 4) {
        const uint8_t *h = f->bytes + at;
        if (get32(h) == HEADER_MAGIC && get32(h) + get32(h + MB_FLAGS) + get32(h + MB_CHECKSUM) == 0) return h;
    }
    return NULL;
}

bool loader_is_multiboot(const struct loader_file *f)
{
    return find_header(f) != NULL;
}

static int refuse(const struct loader *l, const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: %s", l->name, why);
    return -EINVAL;
}

/* The a.out-kludge: the header says what of the file goes where. */
static int read_kludge(struct loader *l, const uint8_t *h, char *error, size_t error_size)
{
    struct multiboot_image *m = &l->multiboot;
    uint64_t                header_at = (uint64_t)(h - l->kernel.bytes);
    uint32_t                load, load_end, bss_end, skip, bytes;

    if (header_at + 32 > l->kernel.size) return refuse(l, "truncated within its Multiboot header", error, error_size);
    load = get32(h + MB_LOAD_ADDR);
    skip = get32(h + MB_HEADER_ADDR) - load;
    if (get32(h + MB_HEADER_ADDR) < load || skip > header_at)
        return refuse(l, "damaged: the load address in its Multiboot header makes no sense", error, error_size);
    load_end = get32(h + MB_LOAD_END_ADDR);
    bss_end = get32(h + MB_BSS_END_ADDR);
    bytes = load_end ? load_end - load : (uint32_t)(l->kernel.size - (header_at - skip));
    if ((load_end && load_end < load) || (bss_end && bss_end < load) || bytes > l->kernel.size - (header_at - skip))
        return refuse(l, "truncated or damaged: its Multiboot header wants more than the file has", error, error_size);
    m->segment = calloc(1, sizeof(*m->segment));
    if (!m->segment) return refuse(l, "not enough memory", error, error_size);
    m->segment[m->segments++] = (struct multiboot_segment){load, bss_end && bss_end - load > bytes ? bss_end - load : bytes, bytes,
                                                           l->kernel.bytes + header_at - skip};
    m->entry = get32(h + MB_ENTRY_ADDR);
    return 0;
}

static int check_segments(const struct loader *l, char *error, size_t error_size)
{
    const struct multiboot_image *m = &l->multiboot;

    for (unsigned n = 0; n < m->segments; n++) {
        uint64_t at = m->segment[n].addr, end = at + m->segment[n].size;
        if (end <= 0xA0000 && end <= l->ram) continue;
        if (at >= MEGABYTE && end <= l->ram) continue;
        if (at >= MEGABYTE)
            snprintf(error, error_size, "%s: loads up to %llXh, which takes %llu MB of memory; the machine has %llu %s (-m gives it more)", l->name,
                     (unsigned long long)end, (unsigned long long)((end + 0xFFFFF) >> 20), LOADER_SIZE(l->ram));
        else
            snprintf(error, error_size, "%s: loads at %llXh-%llXh, where a PC has no memory", l->name, (unsigned long long)at, (unsigned long long)end - 1);
        return -EINVAL;
    }
    return 0;
}

/* --- modules -------------------------------------------------------------------------------------------------------------------------- */

/* Takes the next of "file args,file args" off *LIST; two commas stand for one in a name. NULL: no memory. */
static char *next_module(const char **list)
{
    char  *line = malloc(strlen(*list) + 1);
    size_t n = 0;

    if (!line) return NULL;
    while (**list == ' ') ++*list;
    while (**list && (**list != ',' || (*list)[1] == ',')) {
        if (**list == ',') ++*list;
        line[n++] = *(*list)++;
    }
    if (**list == ',') ++*list;
    while (n && line[n - 1] == ' ') n--;
    line[n] = 0;
    return line;
}

static int read_module(struct loader *l, char *line, char *error, size_t error_size)
{
    struct multiboot_image  *m = &l->multiboot;
    struct multiboot_module *bigger = realloc(m->module, (m->modules + 1) * sizeof(*bigger));
    size_t                   name = strcspn(line, " ");
    char                     kept = line[name];
    int                      result;

    if (!bigger) {
        free(line);
        return refuse(l, "not enough memory", error, error_size);
    }
    m->module = bigger;
    m->module[m->modules] = (struct multiboot_module){.line = line};
    line[name] = 0;
    result = *line ? loader_read_file(line, l->ram, &m->module[m->modules].file, error, error_size)
                   : refuse(l, "--initrd has an empty name in its list of modules", error, error_size);
    line[name] = kept;
    m->modules++;
    return result;
}

static int read_modules(struct loader *l, const char *list, char *error, size_t error_size)
{
    int result = 0;

    while (!result && list && *list) {
        char *line = next_module(&list);
        result = line ? read_module(l, line, error, error_size) : refuse(l, "not enough memory", error, error_size);
    }
    return result;
}

/* --- lay-out ---------------------------------------------------------------------------------------------------------------------------- */

static uint64_t whole_pages(uint64_t size)
{
    return (size + PAGE_MASK) & ~(uint64_t)PAGE_MASK;
}

/* The first place for SIZE bytes in [LOW, HIGH) that the kernel does not use; 0 if there is none. */
static uint32_t find_gap(const struct multiboot_image *m, uint64_t low, uint64_t high, uint64_t size, uint32_t alignment)
{
    uint64_t at = low;

    for (unsigned n = 0; n < m->segments; n++) {
        const struct multiboot_segment *s = &m->segment[n];
        at = (at + alignment - 1) & ~(uint64_t)(alignment - 1);
        if (at + size <= s->addr || (uint64_t)s->addr + s->size <= at) continue;
        at = (uint64_t)s->addr + s->size;
        n = UINT32_MAX; // from the first again
    }
    at = (at + alignment - 1) & ~(uint64_t)(alignment - 1);
    return at + size <= high ? (uint32_t)at : 0;
}

/* Section headers and all sections that are not part of the program. */
static uint64_t symbols_size(const struct loader *l)
{
    const struct multiboot_image *m = &l->multiboot;
    uint64_t                      size = (uint64_t)m->elf_sections * SHDR_SIZE;

    for (uint32_t n = 0; n < m->elf_sections; n++) {
        const uint8_t *sh = m->elf_headers + n * SHDR_SIZE;
        if ((get32(sh + SH_FLAGS) & SHF_ALLOC) || get32(sh + SH_TYPE) == SHT_NOBITS) continue;
        size = ((size + 15) & ~15ull) + get32(sh + SH_SIZE);
    }
    return size;
}

static uint64_t info_size(const struct multiboot_image *m)
{
    uint64_t size = MBI_SIZE + 4 + 24 + LOADER_RANGES * MMAP_SIZE + sizeof(LOADER_NAME) + strlen(m->line) + 1;

    for (unsigned n = 0; n < m->modules; n++) size += MODULE_SIZE + strlen(m->module[n].line) + 1;
    return size;
}

static uint64_t modules_size(const struct multiboot_image *m)
{
    uint64_t size = 0;

    for (unsigned n = 0; n < m->modules; n++) size += whole_pages(m->module[n].file.size);
    return size;
}

/* Symbols, modules and, if it has no place below, the information are one block behind the kernel, or, if that is at the top
 * of memory, in front of it. False: no room. */
static bool lay_out_with(const struct loader *l, uint32_t low_end, uint64_t high_end, uint64_t symbols, struct multiboot_layout *at)
{
    const struct multiboot_image *m = &l->multiboot;
    uint64_t                      info = info_size(m), size = whole_pages(symbols) + modules_size(m), end = MEGABYTE;
    uint32_t                      block;

    at->info = find_gap(m, LOW_USUAL, low_end, info, 16);
    if (!at->info) at->info = find_gap(m, LOW_START, low_end, info, 16);
    for (unsigned n = 0; n < m->segments; n++)
        if ((uint64_t)m->segment[n].addr + m->segment[n].size > end) end = (uint64_t)m->segment[n].addr + m->segment[n].size;
    if (at->info && !size) return true;
    block = find_gap(m, end, high_end, size + (at->info ? 0 : info), PAGE_SIZE);
    if (!block) block = find_gap(m, MEGABYTE, high_end, size + (at->info ? 0 : info), PAGE_SIZE);
    at->symbols = symbols ? block : 0;
    at->modules = block + (uint32_t)whole_pages(symbols);
    if (!at->info) at->info = block + (uint32_t)size;
    return block != 0;
}

static bool lay_out(const struct loader *l, uint32_t low_end, uint64_t high_end, struct multiboot_layout *at)
{
    uint64_t symbols = symbols_size(l);

    *at = (struct multiboot_layout){0};
    if (symbols && lay_out_with(l, low_end, high_end, symbols, at)) return true;
    *at = (struct multiboot_layout){0};
    return lay_out_with(l, low_end, high_end, 0, at);
}

static int check_room(const struct loader *l, char *error, size_t error_size)
{
    struct multiboot_layout unused;

    if (lay_out(l, 0x9FC00, l->ram, &unused)) return 0;
    snprintf(error, error_size, "%s: its modules of %llu KB do not fit in the machine's memory of %llu %s (-m gives it more)", l->name,
             (unsigned long long)(modules_size(&l->multiboot) >> 10), LOADER_SIZE(l->ram));
    return -ENOMEM;
}

/* The kernel's name as it was given, and the arguments. */
static char *command_line(const struct loader *l)
{
    size_t size = strlen(l->name) + strlen(l->append) + 2;
    char  *line = malloc(size);

    if (line) snprintf(line, size, "%s%s%s", l->name, *l->append ? " " : "", l->append);
    return line;
}

int loader_open_multiboot(struct loader *l, const char *modules, char *error, size_t error_size)
{
    struct multiboot_image *m = &l->multiboot;
    const uint8_t          *h = find_header(&l->kernel);
    int                     result;

    m->flags = get32(h + MB_FLAGS);
    if (m->flags & REQUIRED & ~REQUIRED_KNOWN) {
        snprintf(error, error_size, "%s: its Multiboot header requires features that ochenta does not have (flags %Xh)", l->name,
                 m->flags & REQUIRED & ~REQUIRED_KNOWN);
        return -ENOTSUP;
    }
    result = m->flags & AOUT_KLUDGE ? read_kludge(l, h, error, error_size) : loader_read_elf(l, error, error_size);
    if (result || (result = check_segments(l, error, error_size))) return result;
    m->line = command_line(l);
    if (!m->line) return refuse(l, "not enough memory", error, error_size);
    if ((result = read_modules(l, modules, error, error_size))) return result;
    return check_room(l, error, error_size);
}

void loader_close_multiboot(struct multiboot_image *m)
{
    for (unsigned n = 0; n < m->modules; n++) {
        free(m->module[n].file.bytes);
        free(m->module[n].line);
    }
    free(m->module);
    free(m->segment);
    free(m->line);
}

/* --- memory ----------------------------------------------------------------------------------------------------------------------------- */

static void write_zeros(struct phys *phys, uint32_t at, uint32_t size)
{
    static const uint8_t zeros[PAGE_SIZE];

    for (uint32_t step; size; at += step, size -= step) {
        step = size < PAGE_SIZE ? size : PAGE_SIZE;
        phys_write_block(phys, at, zeros, step);
    }
}

static void write_segments(const struct multiboot_image *m, struct phys *phys)
{
    for (unsigned n = 0; n < m->segments; n++) {
        const struct multiboot_segment *s = &m->segment[n];
        phys_write_block(phys, s->addr, s->from, s->bytes);
        write_zeros(phys, s->addr + s->bytes, s->size - s->bytes);
    }
}

/* The section headers, with addresses for the sections that follow them. */
static void write_symbols(const struct loader *l, struct phys *phys, uint32_t at)
{
    const struct multiboot_image *m = &l->multiboot;
    uint32_t                      to = at + m->elf_sections * SHDR_SIZE;

    for (uint32_t n = 0; n < m->elf_sections; n++) {
        uint8_t sh[SHDR_SIZE];

        memcpy(sh, m->elf_headers + n * SHDR_SIZE, SHDR_SIZE);
        if (!(get32(sh + SH_FLAGS) & SHF_ALLOC) && get32(sh + SH_TYPE) != SHT_NOBITS) {
            uint32_t offset = get32(sh + SH_OFFSET), size = get32(sh + SH_SIZE);

            to = (to + 15) & ~15u;
            if (size) put32(sh + SH_ADDR, to);
            if (offset <= l->kernel.size && size <= l->kernel.size - offset) phys_write_block(phys, to, l->kernel.bytes + offset, size);
            to += size;
        }
        phys_write_block(phys, at + n * SHDR_SIZE, sh, SHDR_SIZE);
    }
}

/* --- information ------------------------------------------------------------------------------------------------------------------------ */

/* The block under construction: BYTES will lie at BASE. */
struct info_block {
    uint8_t *bytes;
    uint32_t base, used;
};

static uint8_t *take(struct info_block *b, uint32_t size, uint32_t *addr)
{
    uint8_t *at = b->bytes + b->used;

    *addr = b->base + b->used;
    b->used += size;
    return at;
}

static uint32_t take_string(struct info_block *b, const char *text)
{
    uint32_t addr, size = (uint32_t)strlen(text) + 1;

    memcpy(take(b, size, &addr), text, size);
    return addr;
}

/* For kernels that use segments before they have a GDT of their own. */
static uint32_t take_gdt(struct info_block *b)
{
    uint32_t addr;
    uint8_t *gdt = take(b, 24, &addr);

    put64(gdt + CODE_SELECTOR, 0x00CF9B000000FFFFull);
    put64(gdt + DATA_SELECTOR, 0x00CF93000000FFFFull);
    return addr;
}

static void tell_memory(struct info_block *b, const struct loader_memory *memory)
{
    uint32_t addr;
    uint8_t *map = take(b, memory->ranges * MMAP_SIZE, &addr);

    put32(b->bytes + MBI_MEM_LOWER, memory->low_end >> 10);
    put32(b->bytes + MBI_MEM_UPPER, (memory->high_end - MEGABYTE) >> 10);
    put32(b->bytes + MBI_MMAP_LENGTH, memory->ranges * MMAP_SIZE);
    put32(b->bytes + MBI_MMAP_ADDR, addr);
    for (unsigned n = 0; n < memory->ranges; n++, map += MMAP_SIZE) {
        put32(map, MMAP_SIZE - 4);
        put64(map + 4, memory->range[n].base);
        put64(map + 12, memory->range[n].size);
        put32(map + 20, memory->range[n].type);
    }
}

static void tell_modules(struct info_block *b, const struct multiboot_image *m, uint32_t at)
{
    uint32_t addr;
    uint8_t *list = take(b, m->modules * MODULE_SIZE, &addr);

    put32(b->bytes + MBI_MODS_COUNT, m->modules);
    put32(b->bytes + MBI_MODS_ADDR, addr);
    for (unsigned n = 0; n < m->modules; n++, list += MODULE_SIZE) {
        const struct multiboot_module *module = &m->module[n];
        put32(list, at);
        put32(list + 4, at + (uint32_t)module->file.size);
        put32(list + 8, take_string(b, module->line));
        at += (uint32_t)whole_pages(module->file.size);
    }
}

/* The 80x25 text screen that the firmware has set up, if the kernel wants to know; it need not be the mode that it prefers. */
static void tell_screen(uint8_t *info)
{
    put64(info + MBI_FRAMEBUFFER, 0xB8000);
    put32(info + MBI_FRAMEBUFFER + 8, 160);  // bytes in a line
    put32(info + MBI_FRAMEBUFFER + 12, 80);
    put32(info + MBI_FRAMEBUFFER + 16, 25);
    info[MBI_FRAMEBUFFER + 20] = 16;         // bits of a character
    info[MBI_FRAMEBUFFER + 21] = 2;          // EGA text
}

static bool write_info(const struct loader *l, struct phys *phys, const struct loader_memory *memory, const struct multiboot_layout *at, uint32_t *gdt)
{
    const struct multiboot_image *m = &l->multiboot;
    uint32_t                      unused, flags = INFO_MEMORY | INFO_BOOTDEV | INFO_CMDLINE | INFO_MODS | INFO_MEM_MAP | INFO_BOOT_LOADER_NAME;
    struct info_block             b = {.bytes = calloc(1, info_size(m)), .base = at->info};

    if (!b.bytes) return false;
    take(&b, (MBI_SIZE + 7) & ~7u, &unused);
    *gdt = take_gdt(&b);
    tell_memory(&b, memory);
    tell_modules(&b, m, at->modules);
    put32(b.bytes + MBI_BOOT_DEVICE, BOOT_DEVICE);
    put32(b.bytes + MBI_CMDLINE, take_string(&b, m->line));
    put32(b.bytes + MBI_BOOT_LOADER_NAME, take_string(&b, LOADER_NAME));
    if (at->symbols) {
        flags |= INFO_ELF_SHDR;
        put32(b.bytes + MBI_SYMS, m->elf_sections);
        put32(b.bytes + MBI_SYMS + 4, SHDR_SIZE);
        put32(b.bytes + MBI_SYMS + 8, at->symbols);
        put32(b.bytes + MBI_SYMS + 12, m->elf_names);
    }
    if (m->flags & WANTS_VIDEO) {
        flags |= INFO_FRAMEBUFFER;
        tell_screen(b.bytes);
    }
    put32(b.bytes + MBI_FLAGS, flags);
    phys_write_block(phys, at->info, b.bytes, b.used);
    free(b.bytes);
    return true;
}

/* --- starting ------------------------------------------------------------------------------------------------------------------------------ */

/* "Machine state", 3.2 of the specification. */
static void enter_kernel(struct x86 *c, uint32_t entry, uint32_t info, uint32_t gdt)
{
    static const struct x86_descriptor code = {.access = SEGA_G | SEGA_DB | SEGA_P | SEGA_S | SEGA_CODE | SEGA_RW | SEGA_A, .limit = 0xFFFFFFFFu};
    static const struct x86_descriptor data = {.access = SEGA_G | SEGA_DB | SEGA_P | SEGA_S | SEGA_RW | SEGA_A, .limit = 0xFFFFFFFFu};

    c->cr0 |= CR0_PE;
    x86_tlb_flush(c, false);
    for (unsigned n = 0; n < SEG_COUNT; n++) x86_set_segment(c, n, n == SEG_CS ? CODE_SELECTOR : DATA_SELECTOR, n == SEG_CS ? &code : &data);
    x86_set_cpl(c, 0);
    c->gdtr = (struct x86_table){gdt, 23};
    c->idtr = (struct x86_table){0, 0};
    for (unsigned n = 0; n < REG_ZERO; n++) c->gpr[n] = 0;
    c->gpr[REG_EAX] = LOADER_MAGIC;
    c->gpr[REG_EBX] = info;
    c->gpr[REG_ESP] = BOOT_STACK;
    c->eip = entry;
    c->eflags = 0;
    flags_set_arith(c, 0);
}

bool loader_start_multiboot(const struct loader *l, struct x86 *c, struct phys *phys, const struct loader_memory *memory)
{
    const struct multiboot_image *m = &l->multiboot;
    struct multiboot_layout       at;
    uint32_t                      to, gdt;

    if (!lay_out(l, memory->low_end, memory->high_end, &at) || !write_info(l, phys, memory, &at, &gdt)) return false;
    write_segments(m, phys);
    if (at.symbols) write_symbols(l, phys, at.symbols);
    to = at.modules;
    for (unsigned n = 0; n < m->modules; n++) {
        phys_write_block(phys, to, m->module[n].file.bytes, m->module[n].file.size);
        to += (uint32_t)whole_pages(m->module[n].file.size);
    }
    enter_kernel(c, m->entry, at.info, gdt);
    return true;
}
