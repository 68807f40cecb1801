/* paging.c: the pages about paging: a walk through our own tables with accessed and dirty bits, and page faults that
 * bring memory into being. Intel 386 Programmer's Reference Manual, chapter 5.2; exception 14 in chapter 9. */
#include "demo.h"

#define PRESENT 0x01
#define WRITABLE 0x02
#define ACCESSED 0x20
#define DIRTY 0x40
#define ENTRIES 1024
#define PAGE 4096

#define WALK_ADDRESS 0x12345678u        /* directory 048, table 345, offset 678 */
#define LAZY_ADDRESS 0x40000000u
#define LAZY_PAGES 8

static uint32_t directory[ENTRIES] __attribute__((aligned(PAGE)));
static uint32_t low_table[ENTRIES] __attribute__((aligned(PAGE)));      /* the first 4 MB, each page where it is */
static uint32_t walk_table[ENTRIES] __attribute__((aligned(PAGE)));
static uint32_t lazy_table[ENTRIES] __attribute__((aligned(PAGE)));
static uint8_t walk_frame[PAGE] __attribute__((aligned(PAGE)));
static uint8_t lazy_frames[LAZY_PAGES][PAGE] __attribute__((aligned(PAGE)));

static void flush_tlb(void)
{
    uint32_t scratch;

    __asm__ volatile("movl %%cr3, %0; movl %0, %%cr3" : "=r"(scratch) : : "memory");
}

static void paging_on(void)
{
    for (uint32_t i = 0; i < ENTRIES; i++) {
        directory[i] = 0;
        walk_table[i] = 0;
        lazy_table[i] = 0;
        low_table[i] = i * PAGE | PRESENT | WRITABLE;
    }
    directory[0] = (uint32_t)low_table | PRESENT | WRITABLE;
    directory[WALK_ADDRESS >> 22] = (uint32_t)walk_table | PRESENT | WRITABLE;
    directory[LAZY_ADDRESS >> 22] = (uint32_t)lazy_table | PRESENT | WRITABLE;
    walk_table[WALK_ADDRESS >> 12 & 1023] = (uint32_t)walk_frame | PRESENT | WRITABLE;
    __asm__ volatile("movl %0, %%cr3; movl %%cr0, %%eax; orl $0x80000000, %%eax; movl %%eax, %%cr0; jmp 1f; 1:"
                     : : "r"(directory) : "eax", "memory");
}

static void paging_off(void)
{
    __asm__ volatile("movl %%cr0, %%eax; andl $0x7fffffff, %%eax; movl %%eax, %%cr0; jmp 1f; 1:\n\t"
                     "xorl %%eax, %%eax; movl %%eax, %%cr3" : : : "eax", "memory");
}

static void show_flags(int row, int column, uint32_t entry)
{
    put(row, column, entry & PRESENT ? A_GOOD : A_DIM, "P");
    put(row, column + 2, entry & WRITABLE ? A_GOOD : A_DIM, "W");
    put(row, column + 4, entry & 4 ? A_GOOD : A_DIM, "U");
    put(row, column + 6, entry & ACCESSED ? A_TITLE : A_DIM, "A");
    put(row, column + 8, entry & DIRTY ? A_BAD : A_DIM, "D");
}

static void draw_walk(void)
{
    uint32_t dir = WALK_ADDRESS >> 22, table = WALK_ADDRESS >> 12 & 1023;

    put(7, 3, A_NAME, "linear address");
    put_hex(7, 19, A_HOT, WALK_ADDRESS, 8);
    put(7, 29, A_DIM, "=");
    put_bits(7, 31, A_VALUE, dir, 10);
    put_bits(7, 43, A_GOOD, table, 10);
    put_bits(7, 55, A_WARM, WALK_ADDRESS & 4095, 12);
    put(8, 31, A_DIM, "directory   table       offset");
    put_frame(9, 1, 5, 24, "Page directory");
    put_frame(9, 28, 5, 24, "Page table");
    put_frame(9, 55, 5, 24, "Page frame");
    put(10, 3, A_DIM, "at");
    put_hex(10, 6, A_TEXT, (uint32_t)directory, 8);
    put(10, 15, A_DIM, "(CR3)");
    put(10, 30, A_DIM, "at");
    put_hex(10, 33, A_TEXT, (uint32_t)walk_table, 8);
    put(10, 57, A_DIM, "at");
    put_hex(10, 60, A_TEXT, (uint32_t)walk_frame, 8);
    put(11, 3, A_DIM, "[   ]");
    put_hex(11, 4, A_VALUE, dir, 3);
    put(11, 30, A_DIM, "[   ]");
    put_hex(11, 31, A_GOOD, table, 3);
    put(11, 57, A_DIM, "[   ]");
    put_hex(11, 58, A_WARM, WALK_ADDRESS & 4095, 3);
    put(11, 25, A_DIM, "\xc4\xc4\x10");
    put(11, 52, A_DIM, "\xc4\xc4\x10");
    put(12, 3, A_DIM, "flags");
    put(12, 30, A_DIM, "flags");
    put(12, 57, A_DIM, "text");
}

static void update_walk(void)
{
    uint32_t pde = directory[WALK_ADDRESS >> 22], pte = walk_table[WALK_ADDRESS >> 12 & 1023];

    put_hex(11, 10, A_HOT, pde, 8);
    put_hex(11, 37, A_HOT, pte, 8);
    put_hex(11, 64, A_HOT, (pte & ~4095u) + (WALK_ADDRESS & 4095), 8);
    show_flags(12, 10, pde);
    show_flags(12, 37, pte);
    for (int i = 0; i < 12; i++)
        put_char(12, 64 + i, A_TEXT, walk_frame[(WALK_ADDRESS & 4095) + (uint32_t)i]);
}

/* What is done in each step, and what the bits then are */
static void walk_step(uint32_t step)
{
    volatile uint8_t *mapped = at_address(WALK_ADDRESS);
    uint32_t *pte = &walk_table[WALK_ADDRESS >> 12 & 1023];

    if (step == 0) {
        *pte &= ~(uint32_t)(ACCESSED | DIRTY);
        directory[WALK_ADDRESS >> 22] &= ~(uint32_t)ACCESSED;
        flush_tlb();
    } else if (step == 1) {
        (void)*mapped;
    } else {
        static const char words[2][12] = {"seen through", "same memory "};
        static int turn;
        for (int i = 0; i < 12; i++)
            mapped[i] = (uint8_t)words[turn][i];
        turn ^= 1;
    }
}

enum outcome page_paging(void)
{
    static const char *const steps[3] = {
        "clear A and D in both entries, reload CR3 to empty the TLB",
        "read a byte at 12345678: the walk sets A, accessed, in both entries",
        "write there: the processor sets D, dirty, in the page table entry",
    };
    enum outcome outcome;
    uint32_t time = 0;
    bool good = true;

    for (int i = 0; i < 12; i++)
        walk_frame[(WALK_ADDRESS & 4095) + (uint32_t)i] = (uint8_t)"a real frame"[i];
    paging_on();
    page_begin("Paging", "With PG set in CR0, even the linear address is not the last word: two tables",
               "lead to the frame in memory. This very code runs through them right now.");
    draw_walk();
    put_frame(15, 1, 6, 78, "Live");
    put(21, 3, A_TEXT, "The first 4 MB are mapped to themselves, so that this program goes on after");
    put(22, 3, A_TEXT, "the switch. Address 12345678 exists only in the tables, not in the machine.");
    do {
        uint32_t step = time / 50 % 3;
        if (time % 50 == 0) {
            uint32_t *pte = &walk_table[WALK_ADDRESS >> 12 & 1023];
            walk_step(step);
            uint32_t want = step == 0 ? 0 : step == 1 ? ACCESSED : ACCESSED | DIRTY;
            good = good && (*pte & (ACCESSED | DIRTY)) == want;
            if (time == 100)
                report(good ? "paging ok" : "paging wrong");
        }
        for (uint32_t i = 0; i < 3; i++) {
            put_char(17 + (int)i, 4, A_TITLE, i == step ? 0x10 : ' ');
            put(17 + (int)i, 6, i == step ? A_HOT : A_DIM, steps[i]);
        }
        put(16, 4, A_DIM, "P present  W writable  U user  A accessed  D dirty");
        update_walk();
        time++;
        outcome = page_idle(18);
    } while (outcome == STAY);
    paging_off();
    return outcome;
}

/* --- page faults --------------------------------------------------------------------------------------------------- */
static struct {
    uint32_t count, address, error, eip;
} fault;

/* Give the page that was touched a frame, and let the instruction run again. */
static void page_fault(struct frame *frame)
{
    uint32_t address;

    __asm__ volatile("movl %%cr2, %0" : "=r"(address));
    fault.count++;
    fault.address = address;
    fault.error = frame->error;
    fault.eip = frame->eip;
    uint32_t page = (address - LAZY_ADDRESS) / PAGE;
    if (page < LAZY_PAGES) {
        memset(lazy_frames[page], 0, PAGE);
        lazy_table[page] = (uint32_t)lazy_frames[page] | PRESENT | WRITABLE;
    } else {
        interrupt_set(14, 0);           /* a fault of our own: shown as such when it comes back */
    }
}

static void show_lazy(void)
{
    for (int i = 0; i < LAZY_PAGES; i++) {
        uint32_t entry = lazy_table[i];
        put_hex(10 + i, 4, A_NAME, LAZY_ADDRESS + (uint32_t)i * PAGE, 8);
        if (entry & PRESENT) {
            put(10 + i, 14, A_GOOD, "frame ");
            put_hex(10 + i, 20, A_VALUE, entry & ~4095u, 8);
            show_flags(10 + i, 30, entry);
            put_hex(10 + i, 41, A_TEXT, *(volatile uint32_t *)at_address(LAZY_ADDRESS + (uint32_t)i * PAGE), 8);
        } else {
            put(10 + i, 14, A_DIM, "not present                     ");
        }
    }
}

static void show_page_fault(void)
{
    put_decimal(10, 66, A_TITLE, fault.count, 3);
    put_hex(12, 66, A_VALUE, fault.address, 8);
    put_hex(13, 66, A_VALUE, fault.error, 4);
    put_hex(14, 66, A_VALUE, fault.eip, 8);
    if (!fault.count)
        return;
    put(16, 55, A_TEXT, fault.error & 1 ? "right denied" : "page not present");
    put(17, 55, A_TEXT, fault.error & 2 ? "writing, as system" : "reading, as system");
}

enum outcome page_fault_pf(void)
{
    enum outcome outcome;
    uint32_t time = 0;

    paging_on();
    fault.count = fault.address = fault.error = fault.eip = 0;
    interrupt_set(14, page_fault);
    page_begin("Page faults", "These pages do not exist until somebody touches them. Then the processor",
               "stops amid an instruction, we find a frame, and the instruction runs again.");
    put_frame(8, 1, 11, 50, "Eight pages");
    put(9, 4, A_DIM, "address   what             flags      first");
    put_frame(8, 52, 11, 27, "Last fault");
    put(10, 55, A_NAME, "faults");
    put(12, 55, A_NAME, "CR2");
    put(13, 55, A_NAME, "error");
    put(14, 55, A_NAME, "at EIP");
    put(20, 3, A_TEXT, "The writer below never notices:");
    put(21, 3, A_NAME, "ADD DWORD [page], 1");
    put(22, 3, A_DIM, "This is how a system loads programs lazily, swaps, and copies on write.");
    do {
        uint32_t page = time / 20 % LAZY_PAGES;
        if (time % 20 == 10 && fault.count <= LAZY_PAGES) {
            volatile uint32_t *word = at_address(LAZY_ADDRESS + page * PAGE);
            __asm__ volatile("addl $1, (%0)" : : "r"(word) : "memory");
            put(21, 26, A_TEXT, "page");
            put_hex(21, 31, A_VALUE, (uint32_t)word, 8);
            if (time == 20 * LAZY_PAGES - 10)
                report(fault.count == LAZY_PAGES ? "page fault ok" : "page fault wrong");
        }
        show_lazy();
        show_page_fault();
        time++;
        outcome = page_idle(16);
    } while (outcome == STAY);
    interrupt_set(14, 0);
    paging_off();
    return outcome;
}
