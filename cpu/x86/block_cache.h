/* block_cache.h: decoded basic blocks by physical address: look-up, making, invalidation. */
#ifndef CPU_X86_BLOCK_CACHE_H
#define CPU_X86_BLOCK_CACHE_H

#include "cpu/x86/insn.h"

#include <stddef.h>
#include <stdint.h>

struct x86;

#define BLOCK_BUCKETS 32768u

struct x86_block_cache {
    uint8_t           *arena;     /* blocks, one after the other; emptied as a whole when full */
    size_t             used, size;
    struct x86_block **bucket;    /* [BLOCK_BUCKETS], chained by hash_next */
    struct x86_block **page;      /* [PHYS_PAGES], chained by page_next */
    struct code_map  **map;       /* [PHYS_PAGES]: which bytes of a page belong to decoded or translated code; NULL: none yet */
    struct code_map   *maps;      /* all of them */
    struct x86_block  *scratch;   /* one instruction, not entered anywhere */
    struct x86_insn   *patched;   /* by x86_leave_after(): to be restored */
    x86_fn            *patched_fn;
};

int  x86_blocks_init(struct x86 *c); /* -ENOMEM */
void x86_blocks_destroy(struct x86 *c);
/* Forgets all blocks. Not while one runs. */
void x86_blocks_flush(struct x86 *c);

/* The block at CS:EIP, decoded if it is new. NULL with a fault raised (fetch), or NULL without one if the first
 * instruction must be run by itself (it crosses a page or the segment's limit is near): x86_decode_single(). */
struct x86_block *x86_block_at(struct x86 *c);

/* The block of that physical address, if there is one. */
struct x86_block *x86_block_find(struct x86 *c, uint32_t phys, uint32_t key);

/* Decodes the one instruction at CS:EIP into the scratch block; NULL with a fault raised. */
struct x86_block *x86_decode_single(struct x86 *c);

/* Drops the blocks that overlap [addr, addr+n) of physical memory; within one page. */
void x86_blocks_invalidate(struct x86 *c, uint32_t addr, uint32_t n);
/* Marks BYTES of code from PHYS on, within a page: writes to them are told to x86_blocks_invalidate(). */
void x86_code_mark(struct x86 *c, uint32_t phys, unsigned bytes);
/* The same while a page's marks are made anew. */
void x86_code_keep(struct x86 *c, uint32_t phys, unsigned bytes);
/* Whether one of N bytes from ADDR, within a page, is code. */
bool x86_is_code(const struct x86 *c, uint32_t addr, uint32_t n);
/* Which bytes of the page of PHYS are code, a bit each, and after them four bytes more; it stays there until x86_forget_beside(). NULL: there is none. */
const uint8_t *x86_code_map(const struct x86 *c, uint32_t phys);
/* Drops all blocks of the pages [base, base+size). */
void x86_blocks_invalidate_pages(struct x86 *c, uint32_t base, uint64_t size);

#endif
