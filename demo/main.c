/* main.c: the tour: its pages in order, the parts that all pages share, reports. */
#include "demo.h"

extern void theme(void);
extern void real_page(void);
extern uint16_t real_result;

static const struct page pages[] = {
    {"Welcome", page_title},
    {"Real mode", page_real},
    {"Protected mode", page_protected},
    {"A protection fault", page_fault_gp},
    {"Paging", page_paging},
    {"Page faults", page_fault_pf},
    {"Interrupts", page_interrupts},
    {"256 colours", page_plasma},
    {"Mode X", page_mode_x},
    {"Four planes", page_planes},
    {"True colour", page_true_colour},
};
#define PAGES ((int)(sizeof pages / sizeof *pages))

#define PAGE_TICKS 4    /* text pages draw themselves 25 times a second */

static int current;
static uint32_t page_start;

/* --- reports --------------------------------------------------------------------------------------------------- */
#define COM1 0x3f8

static void report_byte(uint8_t c)
{
    outb(0xe9, c);
    for (int i = 0; i < 100000 && !(inb(COM1 + 5) & 0x20); i++)
        ;
    outb(COM1, c);
}

void report(const char *text)
{
    for (const char *s = "demo: "; *s; s++)
        report_byte((uint8_t)*s);
    for (; *text; text++)
        report_byte((uint8_t)*text);
    report_byte('\n');
    for (int i = 0; i < 100000 && !(inb(COM1 + 5) & 0x40); i++)
        ;                       /* until the last bit has left: the power may go off next */
}

/* --- what pages share -------------------------------------------------------------------------------------------- */
void text_mode(void)
{
    bios_regs.ax = 3;
    bios(0x10);
    bios_function(theme);
}

static void bars(const char *name)
{
    int length = 0;

    while (name[length])
        length++;
    put_fill(0, 0, A_BAR, ' ', 80);
    put(0, 2, A_BAR_TITLE, "ochenta");
    put(0, 10, A_BAR, "\xfa a tour of the PC");
    put(0, 78 - length, A_BAR_TITLE, name);
    int done = (current + 1) * 80 / PAGES;
    put_fill(1, 0, A_VALUE, 0xdf, done);
    put_fill(1, done, A_DIM, 0xdf, 80 - done);
    put_fill(24, 0, A_BAR, ' ', 80);
    put(24, 2, A_BAR_KEY, "\x1b");
    put(24, 4, A_BAR, "back");
    put(24, 11, A_BAR_KEY, "\x1a");
    put(24, 13, A_BAR, "next");
    put(24, 20, A_BAR_KEY, "M");
    put(24, 22, A_BAR, "menu");
}

void page_begin(const char *title, const char *line1, const char *line2)
{
    screen_clear();
    bars(pages[current].name);
    put(3, 2, A_TITLE, title);
    put(4, 2, A_TEXT, line1);
    put(5, 2, A_TEXT, line2);
}

void page_restart_clock(void)
{
    page_start = ticks();
}

static enum outcome key_outcome(int key)
{
    switch (key) {
    case KEY_RIGHT: case KEY_ENTER: case KEY_SPACE: case KEY_PGDN: case KEY_DOWN:
        return NEXT;
    case KEY_LEFT: case KEY_BACKSPACE: case KEY_PGUP: case KEY_UP:
        return BACK;
    case KEY_ESC: case KEY_M:
        return MENU;
    default:
        return STAY;
    }
}

enum outcome graphics_idle(uint32_t seconds)
{
    wait_tick();
    enum outcome outcome = key_outcome(key_get());
    if (outcome == STAY && ticks() - page_start >= seconds * TICKS_PER_SECOND)
        outcome = NEXT;
    return outcome;
}

enum outcome page_idle(uint32_t seconds)
{
    enum outcome outcome = STAY;

    for (int i = 0; i < PAGE_TICKS && outcome == STAY; i++)
        outcome = graphics_idle(seconds);
    uint32_t passed = (ticks() - page_start) / TICKS_PER_SECOND;

    if (outcome == STAY && passed < seconds) {
        int column = put(24, 60, A_BAR, "goes on in ");
        column = put_decimal(24, column, A_BAR_KEY, seconds - passed, 2);
        put(24, column, A_BAR, " s ");
    }
    return outcome;
}

enum outcome page_real(void)
{
    bios_function(real_page);
    return (enum outcome)real_result;
}

/* --- the menu ------------------------------------------------------------------------------------------------------ */
static void reboot(void)
{
    report("reboot");
    *(volatile uint16_t *)at_address(0x472) = 0x1234;
    outb(0x64, 0xfe);
    for (uint32_t start = ticks(); ticks() - start < 20;)
        wait_tick();
    outb(0x92, (uint8_t)(inb(0x92) | 1));
    for (;;)
        __asm__ volatile("hlt");
}

/* APM: connect, say which version we know, all devices off */
static void power_off(void)
{
    report("power off");
    bios_regs = (struct bios_regs){.ax = 0x5301, .bx = 0};
    bios(0x15);
    bios_regs = (struct bios_regs){.ax = 0x530e, .bx = 0, .cx = 0x0102};
    bios(0x15);
    bios_regs = (struct bios_regs){.ax = 0x5308, .bx = 1, .cx = 1};
    bios(0x15);
    bios_regs = (struct bios_regs){.ax = 0x5307, .bx = 1, .cx = 3};
    bios(0x15);
    screen_clear();
    put(12, 22, A_TITLE, "You may switch the computer off now.");
    for (;;)
        wait_tick();
}

static void draw_menu(int chosen)
{
    static const char *const about[PAGES] = {
        "where the tour begins", "segments, vectors, BIOS data", "descriptors, decoded", "a limit broken on purpose",
        "the walk through the tables", "memory on demand", "timer, keyboard, clock", "plasma in mode 13h",
        "scrolled by hardware", "light mixed bit by bit", "a linear frame buffer",
    };

    for (int i = 0; i < PAGES + 2; i++) {
        bool on = i == chosen;
        int row = 7 + i + (i >= PAGES);
        uint8_t back = on ? 0x10 : 0;
        put_fill(row, 10, back | A_TEXT, ' ', 60);
        put_char(row, 11, back | A_TITLE, on ? 0x10 : ' ');
        put_char(row, 14, back | A_TITLE, i < PAGES ? (uint8_t)"123456789AB"[i] : (uint8_t)"RP"[i - PAGES]);
        put(row, 18, back | (on ? A_HOT : A_TEXT), i < PAGES ? pages[i].name : i == PAGES ? "Reboot" : "Power off");
        put(row, 40, back | (on ? A_VALUE : A_DIM),
            i < PAGES ? about[i] : i == PAGES ? "start the computer again" : "through the APM BIOS");
    }
}

static int menu_key(int key)
{
    if (key >= KEY_1 && key < KEY_1 + 9)
        return key - KEY_1;
    switch (key) {
    case 0x1e: return 9;        /* A */
    case 0x30: return 10;       /* B */
    case KEY_R: return PAGES;
    case KEY_P: return PAGES + 1;
    default: return -1;
    }
}

/* Returns the page to go to. */
static int menu(int chosen)
{
    screen_clear();
    bars("Menu");
    put_fill(1, 0, A_VALUE, 0xdf, 80);
    put_fill(24, 0, A_BAR, ' ', 80);
    put(24, 2, A_BAR_KEY, "\x18\x19");
    put(24, 5, A_BAR, "choose");
    put(24, 14, A_BAR_KEY, "Enter");
    put(24, 20, A_BAR, "go");
    put(24, 25, A_BAR_KEY, "1-9 A B R P");
    put(24, 37, A_BAR, "at once");
    put(3, 10, A_TITLE, "That was the tour. Where to?");
    put(4, 10, A_TEXT, "All of it was done by this floppy, which runs on any PC with a 386.");
    put_frame(6, 8, 17, 64, "");
    draw_menu(chosen);
    report("menu");
    for (;;) {
        wait_tick();
        int key = key_get(), direct = menu_key(key);
        if (key == KEY_UP)
            chosen = (chosen + PAGES + 1) % (PAGES + 2);
        else if (key == KEY_DOWN)
            chosen = (chosen + 1) % (PAGES + 2);
        else if (direct >= 0)
            chosen = direct;
        else if (key != KEY_ENTER && key != KEY_SPACE)
            continue;
        draw_menu(chosen);
        if (key == KEY_UP || key == KEY_DOWN)
            continue;
        if (chosen < PAGES)
            return chosen;
        if (chosen == PAGES)
            reboot();
        power_off();
    }
}

void demo_main(void)
{
    bool from_menu = false;

    interrupts_init();
    for (;;) {
        page_restart_clock();
        enum outcome outcome = pages[current].run();
        if (outcome == BACK) {
            current = current ? current - 1 : 0;
        } else if (outcome == NEXT && current + 1 < PAGES && !from_menu) {
            current++;
        } else {
            current = menu(from_menu || outcome == MENU ? current : 0);
            from_menu = current != 0;
        }
    }
}
