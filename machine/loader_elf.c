/* loader_elf.c: takes a 32-bit x86 ELF program apart for loader_multiboot.c: what goes where in memory, the entry point, the
 * symbols. System V ABI, chapters 4 and 5. */
#include "machine/loader_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum elf_header {
    EI_CLASS = 4, EI_DATA = 5, E_MACHINE = 18, E_ENTRY = 24, E_PHOFF = 28, E_SHOFF = 32, E_PHENTSIZE = 42, E_PHNUM = 44,
    E_SHENTSIZE = 46, E_SHNUM = 48, E_SHSTRNDX = 50, EHDR_SIZE = 52,
};
enum elf_program_header { P_TYPE = 0, P_OFFSET = 4, P_VADDR = 8, P_PADDR = 12, P_FILESZ = 16, P_MEMSZ = 20, PHDR_SIZE = 32 };
#define SHDR_SIZE   40
#define ELFCLASS32  1
#define ELFDATA2LSB 1
#define EM_386      3
#define EM_486      6
#define PT_LOAD     1
#define SEGMENTS_MAX 1024 /* more than any kernel has */

static int refuse(const struct loader *l, const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: %s", l->name, why);
    return -EINVAL;
}

bool loader_is_elf(const struct loader_file *f)
{
    return f->size >= 16 && !memcmp(f->bytes, "\177ELF", 4);
}

static bool within(const struct loader_file *f, uint64_t offset, uint64_t size)
{
    return offset <= f->size && size <= f->size - offset;
}

static bool take_segment(struct multiboot_image *m, const struct loader_file *f, const uint8_t *ph, uint32_t entry)
{
    uint32_t bytes = get32(ph + P_FILESZ), size = get32(ph + P_MEMSZ);

    if (get32(ph + P_TYPE) != PT_LOAD || !size) return true;
    if (bytes > size) bytes = size;
    if (!within(f, get32(ph + P_OFFSET), bytes)) return false;
    m->segment[m->segments++] = (struct multiboot_segment){get32(ph + P_PADDR), size, bytes, f->bytes + get32(ph + P_OFFSET)};
    if (entry - get32(ph + P_VADDR) < size) m->entry = entry - get32(ph + P_VADDR) + get32(ph + P_PADDR); // a virtual address
    return true;
}

/* The section headers, if all are there; a kernel runs without. */
static void find_symbols(struct multiboot_image *m, const struct loader_file *f)
{
    uint32_t at = get32(f->bytes + E_SHOFF), n = get16(f->bytes + E_SHNUM);

    if (!n || get16(f->bytes + E_SHENTSIZE) != SHDR_SIZE || !within(f, at, (uint64_t)n * SHDR_SIZE)) return;
    m->elf_sections = n;
    m->elf_names = get16(f->bytes + E_SHSTRNDX);
    m->elf_headers = f->bytes + at;
}

int loader_read_elf(struct loader *l, char *error, size_t error_size)
{
    struct multiboot_image   *m = &l->multiboot;
    const struct loader_file *f = &l->kernel;
    uint32_t                  phoff, phnum, entry;

    if (!loader_is_elf(f)) return refuse(l, "has a Multiboot header, but is no ELF file and does not say where to load it", error, error_size);
    if (f->bytes[EI_CLASS] != ELFCLASS32) return refuse(l, "is a 64-bit program; Multiboot kernels are 32-bit ones", error, error_size);
    if (f->size < EHDR_SIZE || f->bytes[EI_DATA] != ELFDATA2LSB || (get16(f->bytes + E_MACHINE) != EM_386 && get16(f->bytes + E_MACHINE) != EM_486))
        return refuse(l, "is an ELF program for another processor", error, error_size);
    phoff = get32(f->bytes + E_PHOFF);
    phnum = get16(f->bytes + E_PHNUM);
    m->entry = entry = get32(f->bytes + E_ENTRY);
    if (phnum > SEGMENTS_MAX) return refuse(l, "damaged: its ELF header speaks of thousands of segments", error, error_size);
    if (get16(f->bytes + E_PHENTSIZE) < PHDR_SIZE || !within(f, phoff, (uint64_t)phnum * get16(f->bytes + E_PHENTSIZE)))
        return refuse(l, "damaged: its ELF program headers are not in the file", error, error_size);
    m->segment = calloc(phnum + 1u, sizeof(*m->segment));
    if (!m->segment) return refuse(l, "not enough memory", error, error_size);
    for (uint32_t n = 0; n < phnum; n++)
        if (!take_segment(m, f, f->bytes + phoff + n * get16(f->bytes + E_PHENTSIZE), entry))
            return refuse(l, "truncated: a segment of the ELF program is not in the file", error, error_size);
    if (!m->segments) return refuse(l, "has nothing to load: an ELF file without program segments", error, error_size);
    find_symbols(m, f);
    return 0;
}
