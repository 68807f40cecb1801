/* protect.c: the pages about protected mode: the descriptors of our GDT, and two general protection faults.
 * Intel 386 Programmer's Reference Manual, chapters 5 (descriptors), 6 (protection), 9 (exceptions). */
#include "demo.h"

struct descriptor {
    uint16_t limit_low, base_low;
    uint8_t base_middle, access, flags_limit, base_high;
};

extern struct descriptor gdt[], gdt_end[];
extern struct descriptor gdt_window;

#define SEL_WINDOW 0x28
#define SEL_TOUCHED 0x20
#define ACCESSED 0x01

static uint32_t base_of(const struct descriptor *d)
{
    return d->base_low | (uint32_t)d->base_middle << 16 | (uint32_t)d->base_high << 24;
}

static uint32_t limit_of(const struct descriptor *d)
{
    uint32_t limit = d->limit_low | (uint32_t)(d->flags_limit & 15) << 16;

    return d->flags_limit & 0x80 ? limit << 12 | 0xfff : limit;
}

static const char *type_of(const struct descriptor *d)
{
    if (!(d->access & 0x80))
        return "nothing: selector 0 is no segment";
    if (!(d->access & 0x10))
        return (d->access & 15) == 11 ? "task state, busy" : "system";
    if (d->access & 8)
        return d->access & 2 ? "code, readable" : "code";
    return d->access & 2 ? "data, writable" : "data";
}

static void show_descriptor(int row, const struct descriptor *d)
{
    const uint8_t *bytes = (const uint8_t *)d;
    bool present = d->access & 0x80;

    put_hex(row, 4, A_NAME, (uint32_t)((const uint8_t *)d - (const uint8_t *)gdt), 4);
    for (int i = 0; i < 8; i++)
        put_hex(row, 10 + i * 2 + i / 2, i == 5 ? A_TITLE : A_DIM, bytes[i], 2);
    if (!present) {
        put(row, 31, A_DIM, type_of(d));
        return;
    }
    put_hex(row, 31, A_VALUE, base_of(d), 8);
    put_hex(row, 41, A_VALUE, limit_of(d), 8);
    put(row, 51, A_TEXT, type_of(d));
    put_decimal(row, 68, A_TEXT, d->access >> 5 & 3, 1);
    put(row, 71, A_TEXT, d->flags_limit & 0x40 ? "32" : "16");
    put(row, 75, d->access & ACCESSED ? A_GOOD : A_DIM, "A");
}

static void show_registers(void)
{
    uint32_t cr0;
    uint16_t cs, ds, tr;

    __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("movw %%cs, %0; movw %%ds, %1; str %2" : "=r"(cs), "=r"(ds), "=r"(tr));
    put(18, 4, A_NAME, "CR0");
    put_hex(18, 9, A_VALUE, cr0, 8);
    put(18, 19, cr0 & 1 ? A_GOOD : A_DIM, "PE: protection on");
    put(18, 39, cr0 >> 31 ? A_GOOD : A_DIM, "PG: no paging yet");
    put(19, 4, A_NAME, "CS");
    put_hex(19, 9, A_VALUE, cs, 4);
    put(19, 19, A_TEXT, "selector = index 1, GDT, privilege 0: the most powerful");
    put(20, 4, A_NAME, "DS");
    put_hex(20, 9, A_VALUE, ds, 4);
    put(20, 19, A_TEXT, "index 2: all four gigabytes as one segment of data");
    put(21, 4, A_NAME, "TR");
    put_hex(21, 9, A_VALUE, tr, 4);
    put(21, 19, A_TEXT, "index 6: the task state, busy since LTR");
}

/* Clear the accessed bit of a descriptor, or load it, which sets the bit again. */
static void touch(bool load)
{
    if (load)
        __asm__ volatile("movw %w0, %%gs; xorl %0, %0; movw %w0, %%gs" : : "r"(SEL_TOUCHED));
    else
        gdt[SEL_TOUCHED / 8].access &= (uint8_t)~ACCESSED;
}

enum outcome page_protected(void)
{
    enum outcome outcome;
    uint32_t start = ticks();
    bool reported = false;

    page_begin("Protected mode", "One bit in CR0, and addresses mean something else: a segment register holds",
               "a selector, and its descriptor says what may be done, where, and by whom.");
    put_frame(7, 1, 10, 78, "Global descriptor table");
    put(8, 4, A_DIM, "sel.  eight bytes            base      limit     type             DPL bits");
    put_frame(17, 1, 6, 78, "Registers");
    do {
        uint32_t step = (ticks() - start) / TICKS_PER_SECOND;
        touch(step & 1);
        for (int i = 0; gdt + i < gdt_end; i++)
            show_descriptor(9 + i, gdt + i);
        show_registers();
        put(23, 3, A_TEXT, "Watch 0020: it is ");
        put(23, 21, A_TITLE, step & 1 ? "loaded, and the processor sets A" : "rewritten with A clear          ");
        if (step >= 1 && !reported) {
            report(gdt[SEL_TOUCHED / 8].access & ACCESSED ? "protected mode ok" : "protected mode wrong");
            reported = true;
        }
        outcome = page_idle(14);
    } while (outcome == STAY);
    return outcome;
}

/* --- the fault ---------------------------------------------------------------------------------------------------- */
static struct frame caught;
static volatile bool was_caught;
static uint32_t recovery;

static void catch_fault(struct frame *frame)
{
    caught = *frame;
    was_caught = true;
    frame->eip = recovery;
}

#define WINDOW_ROW 8
#define WINDOW_BYTES 160

/* Store a cell through the window segment; false when the processor refused. */
static bool window_write(uint32_t offset, uint16_t value)
{
    was_caught = false;
    __asm__ volatile("movw %w3, %%fs\n\t"
                     "movl $1f, %0\n\t"
                     "movw %w2, %%fs:(%1)\n"
                     "1:\n\t"
                     "xorl %3, %3\n\t"
                     "movw %w3, %%fs"
                     : "=m"(recovery)
                     : "r"(offset), "r"(value), "r"(SEL_WINDOW)
                     : "memory");
    return !was_caught;
}

static void load_bad_selector(void)
{
    was_caught = false;
    __asm__ volatile("movl $1f, %0\n\t"
                     "movw %w1, %%gs\n"
                     "1:"
                     : "=m"(recovery) : "r"(0x50) : "memory");
}

static void show_fault(int row, const char *cause)
{
    const uint8_t *code = at_address(caught.eip);

    put(row, 4, A_BAD, "#GP");
    put(row, 9, A_TEXT, "exception 13, error code");
    put_hex(row, 34, A_VALUE, caught.error, 4);
    put(row, 41, A_TEXT, "at");
    put_hex(row, 44, A_VALUE, caught.cs, 4);
    put_char(row, 48, A_DIM, ':');
    put_hex(row, 49, A_VALUE, caught.eip, 8);
    put(row, 59, A_TEXT, "bytes");
    for (int i = 0; i < 4; i++)
        put_hex(row, 65 + i * 3, A_VALUE, code[i], 2);
    put(row + 1, 9, A_TEXT, cause);
}

static void report_if(bool good, const char *text, const char *otherwise)
{
    report(good ? text : otherwise);
}

enum outcome page_fault_gp(void)
{
    enum outcome outcome;
    uint32_t offset = 0, step = 0, limit_hit = 0;
    static const char letters[] = "protected mode lets nobody write past the end ";

    gdt_window.limit_low = WINDOW_BYTES - 1;
    gdt_window.base_low = (uint16_t)(0x8000 + WINDOW_ROW * 160);
    interrupt_set(13, catch_fault);
    page_begin("A protection fault, on purpose",
               "Segment 0028 is a window on one line of the screen, 160 bytes from B8500 on.",
               "We store letter after letter through FS. The last one is one too many.");
    put_fill(WINDOW_ROW, 0, A_DIM, 0xfa, 80);
    put_frame(12, 1, 10, 78, "What the processor said");
    put(10, 2, A_NAME, "MOV FS:[offset], AX");
    do {
        step++;
        if (!limit_hit) {
            uint16_t cell = (uint16_t)(0x2f00 | (uint8_t)letters[offset / 2 % (sizeof letters - 1)]);
            put(10, 24, A_TEXT, "offset");
            put_hex(10, 31, A_VALUE, offset, 8);
            put(10, 41, A_TEXT, offset < WINDOW_BYTES ? "limit 0000009F: allowed" : "limit 0000009F: refused");
            if (window_write(offset, cell)) {
                offset += 2;
                if (offset > WINDOW_BYTES) {
                    limit_hit = step;
                    put_fill(WINDOW_ROW + 1, 0, A_TEXT, ' ', 1);
                    put(10, 41, A_BAD, "beyond the limit: passed");
                    put(13, 4, A_TEXT, "This machine does not check segment limits: it has let the store pass.");
                    report("segment limit not checked");
                }
            } else {
                limit_hit = step;
                put(10, 41, A_BAD, "beyond the limit: FAULT ");
                show_fault(13, "Offset A0 is above the limit 9F, so nothing was written. EIP is the");
                put(15, 9, A_TEXT, "instruction itself: a system could repair things and run it again.");
                put(16, 9, A_TEXT, "We step over it. Error code 0: no selector is to blame.");
                report_if(caught.error == 0 && offset == WINDOW_BYTES, "segment limit ok", "segment limit wrong");
            }
        }
        if (limit_hit && step == limit_hit + 125) {
            load_bad_selector();
            show_fault(18, "MOV GS, 0050: the table ends at 0037. The error code names it:");
            put(20, 9, A_TEXT, "index 10, in the GDT, not raised from outside.");
            report_if(was_caught && caught.error == 0x50, "gp fault ok", "gp fault wrong");
        }
        outcome = page_idle(20);
    } while (outcome == STAY);
    interrupt_set(13, 0);
    return outcome;
}
