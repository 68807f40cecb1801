/* memory.c: reads and writes by physical address: the display's windows, ROM, shadow RAM, and where nothing is. */
#include "tests/fuzz/fuzz.h"

static uint32_t address(struct fuzz *f)
{
    uint64_t ram = f->m->pc.phys.ram_size;

    switch (fuzz_below(f, 8)) {
    case 0: case 1: case 2: return 0xA0000 + fuzz_below(f, 0x20000);
    case 3: return 0xC0000 + fuzz_below(f, 0x40000);
    case 4: return 0xE0000000u + (fuzz_value(f) & 0x1FFFFFF);
    case 5: return (uint32_t)f->m->pc.vga.lfb_base + (fuzz_value(f) & (VGA_MEMORY_SIZE - 1));
    case 6: return (uint32_t)ram - fuzz_below(f, 64) + fuzz_below(f, 128);
    default: return fuzz_value(f);
    }
}

/* As the CPU does it: not across the end of a page. */
static void access_one(struct fuzz *f, uint32_t at)
{
    unsigned size = PICK(f, 1, 2, 4, 8);

    if ((at & PAGE_MASK) > PAGE_SIZE - size) at -= size;
    if (fuzz_chance(f, 3)) phys_read(&f->m->pc.phys, at, size);
    else phys_write(&f->m->pc.phys, at, fuzz_next(f), size);
}

static void access_block(struct fuzz *f, uint32_t at)
{
    static const uint16_t sizes[] = {1, 3, 512, 4096, 5000};
    uint8_t               block[5000];
    size_t                n = sizes[fuzz_below(f, COUNT_OF(sizes))];
    uint64_t              to = at + (fuzz_chance(f, 20) ? (uint64_t)fuzz_value(f) << 32 : 0);

    fuzz_bytes(f, block, n);
    if (fuzz_chance(f, 3)) phys_read_block(&f->m->pc.phys, to, block, n);
    else if (fuzz_chance(f, 4)) machine_write_physical(f->m, to, block, n);
    else phys_write_block(&f->m->pc.phys, to, block, n);
}

void fuzz_memory(struct fuzz *f)
{
    uint32_t at = address(f);

    for (unsigned n = fuzz_below(f, 200); n-- > 0; at += fuzz_below(f, 9)) {
        if (fuzz_chance(f, 20)) at = address(f);
        access_one(f, at);
    }
    if (fuzz_chance(f, 2)) access_block(f, at);
}
