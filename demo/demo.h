/* demo.h: what the parts of the demo share: ports, screen, time, keys, BIOS calls, pages. 386, freestanding. */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stdint.h>

/* --- ports ---------------------------------------------------------------------------------------------------- */
static inline void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint16_t inw(uint16_t port)
{
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* Physical memory below 1 MB is where it is; the compiler must not reason about its objects. */
static inline void *at_address(uint32_t address)
{
    __asm__("" : "+r"(address));
    return (void *)address;
}

/* --- text screen: 80x25, row and column from 0, attributes in the demo's own palette ------------------------- */
enum attribute {
    A_TEXT = 0x07, A_DIM = 0x08, A_FRAME = 0x03, A_TITLE = 0x0e, A_NAME = 0x09, A_VALUE = 0x0b, A_GOOD = 0x0a,
    A_BAD = 0x0c, A_WARM = 0x06, A_VIOLET = 0x05, A_HOT = 0x0f, A_BAR = 0x17, A_BAR_KEY = 0x1e, A_BAR_TITLE = 0x1f,
};

void screen_clear(void);
void put_char(int row, int column, uint8_t attribute, uint8_t c);
int put(int row, int column, uint8_t attribute, const char *text);       /* returns the column after it */
int put_hex(int row, int column, uint8_t attribute, uint32_t value, int digits);
int put_decimal(int row, int column, uint8_t attribute, uint32_t value, int width);
int put_bits(int row, int column, uint8_t attribute, uint32_t value, int bits);
void put_fill(int row, int column, uint8_t attribute, uint8_t c, int count);
void put_frame(int row, int column, int height, int width, const char *title);

/* --- faults and interrupts -------------------------------------------------------------------------------------- */
struct frame {          /* as the stubs of start.asm push it */
    uint32_t es, ds;
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t number, error;
    uint32_t eip, cs, eflags;
};

typedef void (*interrupt_function)(struct frame *frame);

void interrupts_init(void);
void interrupt_set(int vector, interrupt_function function);     /* NULL: default */
void irq_unmask(int irq);
void irq_mask(int irq);

#define TICKS_PER_SECOND 100
uint32_t ticks(void);
void wait_tick(void);                   /* HLT until the next one */

/* --- keys: scan codes of set 1; 0x100 added after E0 ------------------------------------------------------------- */
enum key {
    KEY_ESC = 0x01, KEY_BACKSPACE = 0x0e, KEY_ENTER = 0x1c, KEY_SPACE = 0x39, KEY_M = 0x32, KEY_R = 0x13, KEY_P = 0x19,
    KEY_S = 0x1f, KEY_1 = 0x02, KEY_0 = 0x0b, KEY_UP = 0x48, KEY_DOWN = 0x50, KEY_LEFT = 0x4b, KEY_RIGHT = 0x4d,
    KEY_PGUP = 0x49, KEY_PGDN = 0x51,
};
int key_get(void);                      /* pressed key, without the E0, or 0 */
int raw_key_get(void);                  /* any byte from the keyboard, or -1 */

/* --- BIOS ---------------------------------------------------------------------------------------------------------- */
struct bios_regs {
    uint16_t ax, bx, cx, dx, si, di, es, carry, number;
};
struct facts {
    uint16_t cpu, base_kb, extended_kb, unused;
    uint16_t font16[2], font8[2];
};
extern struct bios_regs bios_regs;
extern struct facts facts;
void bios(int number);                  /* with bios_regs */
void bios_function(void (*function)(void));
void text_mode(void);

/* --- reports ------------------------------------------------------------------------------------------------------- */
void report(const char *text);          /* "demo: TEXT" on port E9h and COM1 */

/* --- pages --------------------------------------------------------------------------------------------------------- */
enum outcome { STAY, NEXT, BACK, MENU };

struct page {
    const char *name;
    enum outcome (*run)(void);
};

void page_begin(const char *title, const char *line1, const char *line2);
enum outcome page_idle(uint32_t seconds);       /* a moment of waiting: keys and the time limit decide */
enum outcome graphics_idle(uint32_t seconds);   /* one tick, without the footer */
void page_restart_clock(void);

enum outcome page_title(void);
enum outcome page_real(void);
enum outcome page_protected(void);
enum outcome page_fault_gp(void);
enum outcome page_paging(void);
enum outcome page_fault_pf(void);
enum outcome page_interrupts(void);
enum outcome page_plasma(void);
enum outcome page_mode_x(void);
enum outcome page_planes(void);
enum outcome page_true_colour(void);

/* --- graphics helpers ------------------------------------------------------------------------------------------------ */
void dac_set(int index, int red, int green, int blue);          /* 0-63 each */
int sine(int angle);                                            /* 256 steps around; -127..127 */
const uint8_t *glyph16(uint8_t c);
const uint8_t *glyph8(uint8_t c);
int isqrt(uint32_t value);

void *memset(void *target, int value, unsigned count);
void *memcpy(void *target, const void *source, unsigned count);

#endif
