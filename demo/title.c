/* title.c: the welcome page: the name in letters of eight by eight cells, and what the machine is. */
#include "demo.h"

#define LOGO_ROW 4
#define LOGO_COLUMN 12

/* Two pixels of the 8x16 font in each cell, as half blocks. */
static void draw_logo(uint32_t time)
{
    static const uint8_t colours[] = {A_VALUE, A_FRAME, A_NAME, A_VIOLET, 0x0d, A_VIOLET, A_NAME, A_FRAME};
    static const uint8_t blocks[4] = {' ', 0xdf, 0xdc, 0xdb};
    const char *name = "ochenta";

    for (int letter = 0; name[letter]; letter++) {
        const uint8_t *glyph = glyph16((uint8_t)name[letter]);
        for (int row = 0; row < 7; row++)
            for (int x = 0; x < 8; x++) {
                int upper = glyph[row * 2] >> (7 - x) & 1, lower = glyph[row * 2 + 1] >> (7 - x) & 1;
                int column = letter * 8 + x;
                put_char(LOGO_ROW + row, LOGO_COLUMN + column, colours[(column / 4 + 800 - time / 16) & 7],
                         blocks[upper | lower << 1]);
            }
    }
}

/* The identification flag of EFLAGS can be changed from the later 486 on, the alignment check flag from the 486 on. */
static bool flag_changes(uint32_t flag)
{
    uint32_t before, after;

    __asm__ volatile("pushfl; pushfl; popl %0; movl %0, %1; xorl %2, %1; pushl %1; popfl; pushfl; popl %1; popfl"
                     : "=&r"(before), "=&r"(after) : "r"(flag));
    return (before ^ after) & flag;
}

static void cpuid(uint32_t leaf, uint32_t out[4])
{
    __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(0));
}

static void show_processor(int row, int column)
{
    uint32_t r[4];

    if (!flag_changes(1u << 18)) {
        put(row, column, A_VALUE, "80386");
        return;
    }
    if (!flag_changes(1u << 21)) {
        put(row, column, A_VALUE, "80486 without CPUID");
        return;
    }
    cpuid(0, r);
    for (int i = 0; i < 12; i++)
        put_char(row, column + i, A_VALUE, (uint8_t)(r[i < 4 ? 1 : i < 8 ? 3 : 2] >> (i & 3) * 8));
    cpuid(1, r);
    column = put(row, column + 13, A_VALUE, "family ");
    column = put_decimal(row, column, A_VALUE, r[0] >> 8 & 15, 1);
    column = put(row, column, A_VALUE, " model ");
    put_decimal(row, column, A_VALUE, r[0] >> 4 & 15, 1);
}

static void show_machine(void)
{
    put_frame(14, 12, 6, 56, "This computer");
    put(15, 15, A_NAME, "processor");
    show_processor(15, 28);
    put(16, 15, A_NAME, "memory");
    int column = put_decimal(16, 28, A_VALUE, facts.base_kb, 1);
    column = put(16, column, A_VALUE, " KB, and ");
    column = put_decimal(16, column, A_VALUE, facts.extended_kb, 1);
    put(16, column, A_VALUE, " KB above 1 MB");
    put(17, 15, A_NAME, "BIOS of");
    const uint8_t *date = at_address(0xffff5);
    for (int i = 0; i < 8; i++)
        put_char(17, 28 + i, A_VALUE, date[i] ? date[i] : ' ');
    put(18, 15, A_NAME, "video BIOS");
    column = put_hex(18, 28, A_VALUE, facts.font16[1], 4);
    put(18, column, A_VALUE, ":0000, it draws the name above");
}

enum outcome page_title(void)
{
    enum outcome outcome;

    page_begin("", "", "");
    put(12, 17, A_TEXT, "A tour of the PC, running on the machine it explains");
    show_machine();
    put(21, 15, A_TEXT, "Nothing here is a film: every number is read, every fault is");
    put(22, 15, A_TEXT, "caused, every picture is drawn while you watch.");
    do {
        draw_logo(ticks());
        outcome = page_idle(10);
    } while (outcome == STAY);
    return outcome == BACK ? STAY : outcome;
}
