/* interrupt.c: the interrupt table, the two 8259A, the timer at 100 Hz, the keyboard queue, and the way to the BIOS.
 * Intel 8259A and 8254 data sheets; ports 20h, 21h, A0h, A1h, 40h, 43h, 60h. */
#include "demo.h"

#define PIC1 0x20
#define PIC2 0xa0
#define PIC_EOI 0x20
#define PIC_BASE 0x20           /* IRQ 0 is vector 20h while protected mode is on */
#define BIOS_BASE1 0x08
#define BIOS_BASE2 0x70
#define PIT_HZ 1193182
#define VECTORS 48

struct gate {
    uint16_t offset_low, selector;
    uint8_t zero, type;
    uint16_t offset_high;
};

extern uint32_t interrupt_stubs[VECTORS];
extern void load_idt(const void *table, uint32_t limit);
extern void real_call(void (*function)(void));
extern void bios_call(void);

static struct gate idt[VECTORS];
static interrupt_function functions[VECTORS];
static volatile uint32_t tick_count;
static volatile uint8_t key_queue[32];
static volatile unsigned key_in, key_out;
static uint16_t irq_masks = 0xfff8;             /* on: timer, keyboard, cascade */
static uint16_t bios_masks;

static void pic_program(uint8_t base1, uint8_t base2, uint16_t masks)
{
    outb(PIC1, 0x11);           /* ICW1: edge, cascade, ICW4 follows */
    outb(PIC2, 0x11);
    outb(PIC1 + 1, base1);
    outb(PIC2 + 1, base2);
    outb(PIC1 + 1, 4);          /* the second one at IRQ 2 */
    outb(PIC2 + 1, 2);
    outb(PIC1 + 1, 1);          /* 8086 mode */
    outb(PIC2 + 1, 1);
    outb(PIC1 + 1, (uint8_t)masks);
    outb(PIC2 + 1, (uint8_t)(masks >> 8));
}

static void pit_program(uint8_t mode, unsigned divisor)
{
    outb(0x43, (uint8_t)(0x30 | mode << 1));    /* counter 0, both bytes */
    outb(0x40, (uint8_t)divisor);
    outb(0x40, (uint8_t)(divisor >> 8));
}

static void take_over(void)
{
    pic_program(PIC_BASE, PIC_BASE + 8, irq_masks);
    pit_program(2, PIT_HZ / TICKS_PER_SECOND);
}

void irq_unmask(int irq)
{
    irq_masks &= (uint16_t)~(1u << irq);
    outb(PIC1 + 1, (uint8_t)irq_masks);
    outb(PIC2 + 1, (uint8_t)(irq_masks >> 8));
}

void irq_mask(int irq)
{
    irq_masks |= (uint16_t)(1u << irq);
    outb(PIC1 + 1, (uint8_t)irq_masks);
    outb(PIC2 + 1, (uint8_t)(irq_masks >> 8));
}

static void timer_tick(struct frame *frame)
{
    (void)frame;
    tick_count++;
}

static void keyboard_byte(struct frame *frame)
{
    uint8_t code = inb(0x60);

    (void)frame;
    if (key_in - key_out < sizeof key_queue)
        key_queue[key_in++ % sizeof key_queue] = code;
}

/* A fault nobody asked for: say so and stop. */
static void unexpected(struct frame *frame)
{
    put_fill(24, 0, 0x4f, ' ', 80);
    int column = put(24, 1, 0x4f, "Unexpected exception ");
    column = put_hex(24, column, 0x4f, frame->number, 2);
    column = put(24, column, 0x4f, ", error code ");
    column = put_hex(24, column, 0x4f, frame->error, 8);
    column = put(24, column, 0x4f, ", at ");
    put_hex(24, column, 0x4f, frame->eip, 8);
    report("unexpected exception");
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* Called by the stubs of start.asm. */
void interrupt_entry(struct frame *frame)
{
    if (functions[frame->number])
        functions[frame->number](frame);
    else if (frame->number < PIC_BASE)
        unexpected(frame);
    if (frame->number >= PIC_BASE + 8)
        outb(PIC2, PIC_EOI);
    if (frame->number >= PIC_BASE)
        outb(PIC1, PIC_EOI);
}

void interrupt_set(int vector, interrupt_function function)
{
    functions[vector] = function;
}

void interrupts_init(void)
{
    for (int i = 0; i < VECTORS; i++) {
        uint32_t entry = interrupt_stubs[i];
        idt[i] = (struct gate){(uint16_t)entry, 0x08, 0, 0x8e, (uint16_t)(entry >> 16)};
    }
    load_idt(idt, sizeof idt - 1);
    bios_masks = (uint16_t)(inb(PIC1 + 1) | inb(PIC2 + 1) << 8);
    interrupt_set(PIC_BASE, timer_tick);
    interrupt_set(PIC_BASE + 1, keyboard_byte);
    take_over();
    __asm__ volatile("sti");
}

uint32_t ticks(void)
{
    return tick_count;
}

void wait_tick(void)
{
    uint32_t now = tick_count;

    while (tick_count == now)
        __asm__ volatile("hlt");
}

int raw_key_get(void)
{
    return key_in == key_out ? -1 : key_queue[key_out++ % sizeof key_queue];
}

int key_get(void)
{
    for (;;) {
        int code = raw_key_get();
        if (code < 0)
            return 0;
        if (code < 0x80)        /* neither a release nor E0, E1 */
            return code;
    }
}

/* Run a function of start.asm in real mode, with the interrupt controllers and the timer as the BIOS wants them. */
void bios_function(void (*function)(void))
{
    __asm__ volatile("cli");
    pic_program(BIOS_BASE1, BIOS_BASE2, bios_masks);
    pit_program(3, 0);
    real_call(function);
    take_over();
    __asm__ volatile("sti");
}

void bios(int number)
{
    bios_regs.number = (uint16_t)number;
    bios_function(bios_call);
}
