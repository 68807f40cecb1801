/* clock.c: the page about interrupts: timer, keyboard, real-time clock, the 8259A, and the speaker.
 * Ports 20h, 21h, 40h-43h, 60h, 61h, 70h, 71h. Motorola MC146818: registers A-C, update-ended interrupt. */
#include "demo.h"

static volatile uint32_t rtc_interrupts;
static uint8_t history[12];
static unsigned history_count;

static uint8_t cmos(uint8_t index)
{
    outb(0x70, index);
    return inb(0x71);
}

static void cmos_write(uint8_t index, uint8_t value)
{
    outb(0x70, index);
    outb(0x71, value);
}

static void rtc_interrupt(struct frame *frame)
{
    (void)frame;
    if (cmos(0x0c) & 0x10)      /* reading register C lets the next one come */
        rtc_interrupts++;
}

static void rtc_updates(bool on)
{
    uint8_t b = cmos(0x0b);

    interrupt_set(0x28, rtc_interrupt);
    cmos_write(0x0b, on ? b | 0x10 : b & (uint8_t)~0x10);
    (void)cmos(0x0c);
    if (on)
        irq_unmask(8);
    else
        irq_mask(8);
}

static const char *key_name(uint8_t code)
{
    static const char row1[] = "1234567890-=", row2[] = "QWERTYUIOP[]", row3[] = "ASDFGHJKL;'`", row4[] = "\\ZXCVBNM,./";
    static char name[2];

    code &= 0x7f;
    name[0] = code >= 0x02 && code < 0x0e ? row1[code - 0x02] : code >= 0x10 && code < 0x1c ? row2[code - 0x10]
            : code >= 0x1e && code < 0x2a ? row3[code - 0x1e] : code >= 0x2b && code < 0x36 ? row4[code - 0x2b] : 0;
    switch (code) {
    case 0x01: return "Esc";
    case 0x0e: return "Backspace";
    case 0x0f: return "Tab";
    case 0x1c: return "Enter";
    case 0x1d: return "Ctrl";
    case 0x2a: return "left Shift";
    case 0x36: return "right Shift";
    case 0x38: return "Alt";
    case 0x39: return "Space";
    case 0x3a: return "Caps Lock";
    case 0x48: return "up";
    case 0x4b: return "left";
    case 0x4d: return "right";
    case 0x50: return "down";
    default: break;
    }
    if (code >= 0x3b && code <= 0x44) {
        static char function[4];
        function[0] = 'F';
        function[1] = code == 0x44 ? '1' : (char)('1' + code - 0x3b);
        function[2] = code == 0x44 ? '0' : 0;
        return function;
    }
    return name[0] ? name : "another key";
}

/* Newest on top */
static void show_keys(void)
{
    for (unsigned i = 0; i < 7 && i < history_count; i++) {
        uint8_t code = history[(history_count - 1 - i) % sizeof history];
        int row = 10 + (int)i;
        put_fill(row, 30, A_TEXT, ' ', 20);
        put_hex(row, 30, A_VALUE, code, 2);
        if (code >= 0xe0)
            put(row, 34, A_DIM, "prefix");
        else
            put(row, put(row, 34, i ? A_DIM : A_TEXT, code & 0x80 ? "released " : "pressed "), i ? A_TEXT : A_TITLE,
                key_name(code));
    }
}

static void show_timer(uint32_t start)
{
    uint32_t now = ticks();
    static const uint8_t wheel[] = "|/-\\";

    put_decimal(10, 5, A_TITLE, now - start, 8);
    put_char(10, 16, A_HOT, wheel[now / 10 & 3]);
    for (int i = 0; i < 20; i++)
        put_char(12, 4 + i, (int)(now / 5 % 20) == i ? A_TITLE : A_DIM, (int)(now / 5 % 20) == i ? 0xfe : 0xfa);
    outb(0x43, 0);              /* latch counter 0 */
    unsigned count = inb(0x40);
    count |= (unsigned)inb(0x40) << 8;
    put_hex(14, 12, A_VALUE, count, 4);
}

static void show_clock(void)
{
    static const uint8_t registers[6] = {0x32, 0x09, 0x08, 0x07, 0x04, 0x02};

    if (cmos(0x0a) & 0x80)      /* an update is under way */
        return;
    put_hex(10, 56, A_TITLE, cmos(registers[0]), 2);
    put_hex(10, 58, A_TITLE, cmos(registers[1]), 2);
    put_char(10, 60, A_DIM, '-');
    put_hex(10, 61, A_TITLE, cmos(registers[2]), 2);
    put_char(10, 63, A_DIM, '-');
    put_hex(10, 64, A_TITLE, cmos(registers[3]), 2);
    put_hex(11, 56, A_TITLE, cmos(registers[4]), 2);
    put_char(11, 58, A_DIM, ':');
    put_hex(11, 59, A_TITLE, cmos(registers[5]), 2);
    put_char(11, 61, A_DIM, ':');
    put_hex(11, 62, A_TITLE, cmos(0), 2);
    put_decimal(13, 72, A_VALUE, rtc_interrupts, 4);
}

static void show_controllers(void)
{
    for (int i = 0; i < 2; i++) {
        uint16_t port = i ? 0xa0 : 0x20;
        int row = 19 + i;
        uint8_t mask = inb(port + 1);
        outb(port, 0x0a);       /* read the request register next */
        uint8_t request = inb(port);
        for (int irq = 7; irq >= 0; irq--) {
            int column = 18 + (7 - irq) * 7;
            bool open = !(mask >> irq & 1);
            put_decimal(row, column, open ? A_GOOD : A_DIM, (uint32_t)(irq + i * 8), 2);
            put_char(row, column + 2, request >> irq & 1 ? A_TITLE : A_DIM, request >> irq & 1 ? 0x07 : 0xfa);
        }
    }
}

/* --- the speaker: counter 2 of the timer, gated by port 61h ------------------------------------------------------- */
static void speaker(unsigned hertz)
{
    if (!hertz) {
        outb(0x61, (uint8_t)(inb(0x61) & ~3));
        return;
    }
    unsigned divisor = 1193182 / hertz;
    outb(0x43, 0xb6);
    outb(0x42, (uint8_t)divisor);
    outb(0x42, (uint8_t)(divisor >> 8));
    outb(0x61, inb(0x61) | 3);
}

static const uint16_t tune[] = {262, 330, 392, 523, 392, 523, 659, 784, 0};

static uint32_t play(uint32_t position)
{
    if (position % 14 == 0)
        speaker(tune[position / 14]);
    return tune[position / 14] ? position + 1 : 0;
}

enum outcome page_interrupts(void)
{
    enum outcome outcome = STAY;
    uint32_t start = ticks(), last = start, playing = 0;
    bool reported = false;

    history_count = 0;
    rtc_interrupts = 0;
    rtc_updates(true);
    page_begin("Interrupts", "Between two instructions the processor looks at one wire. A chip, the 8259,",
               "drives it for fifteen sources and says which one it was. Press some keys:");
    put_frame(8, 1, 9, 25, "IRQ 0: timer");
    put(13, 4, A_DIM, "100 times a second");
    put(14, 4, A_NAME, "counter");
    put_frame(8, 27, 9, 25, "IRQ 1: keyboard");
    put_frame(8, 53, 9, 26, "IRQ 8: clock");
    put(13, 56, A_NAME, "interrupts");
    put(14, 56, A_DIM, "one after each update");
    put_frame(17, 1, 5, 78, "The two 8259A: green is open, a dot is a request");
    put(19, 4, A_NAME, "first");
    put(20, 4, A_NAME, "second");
    put(22, 3, A_TEXT, "In between, the processor sleeps in HLT. Press");
    put(22, 50, A_TITLE, "S");
    put(22, 52, A_TEXT, "for a tune from counter 2.");
    while (outcome == STAY) {
        int code;
        while ((code = raw_key_get()) >= 0 && outcome == STAY) {
            history[history_count++ % sizeof history] = (uint8_t)code;
            last = ticks();
            if (code == KEY_S)
                playing = 1;
            else if (code == KEY_RIGHT || code == KEY_ENTER || code == KEY_PGDN)
                outcome = NEXT;
            else if (code == KEY_LEFT || code == KEY_BACKSPACE || code == KEY_PGUP)
                outcome = BACK;
            else if (code == KEY_ESC || code == KEY_M)
                outcome = MENU;
        }
        if (playing)
            playing = play(playing - 1) ? playing + 1 : 0;
        if (ticks() % 4 == 0) {
            show_keys();
            show_timer(start);
            show_clock();
            show_controllers();
        }
        if (!reported && rtc_interrupts >= 2 && ticks() - start > 100) {
            report("interrupts ok");
            reported = true;
        }
        wait_tick();
        if (outcome == STAY && ticks() - last > 15 * TICKS_PER_SECOND)
            outcome = NEXT;
    }
    speaker(0);
    rtc_updates(false);
    if (!reported)
        report("interrupts: no clock interrupt yet");
    return outcome;
}
