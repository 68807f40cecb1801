/* pc.c: the kernels on a bare PC. boot.asm has loaded the image and jumps to its first byte in protected mode, flat, without paging
 * and without interrupts. */
#include "kernels.h"

enum { COM1 = 0x3f8, LINE_CONTROL = COM1 + 3, LINE_STATUS = COM1 + 5, TRANSMITTER_EMPTY = 0x20 };

static void out(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static uint8_t in(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

void put(const char *text) {
    for (; *text; text++) {
        while (!(in(LINE_STATUS) & TRANSMITTER_EMPTY))
            ;
        out(COM1, *text);
    }
}

/* x87 and SSE on: CR0.EM clear, MP set; CR4.OSFXSR and OSXMMEXCPT (SDM 3A 9.6, 13.1). The stack ends where the boot sector's does. */
__asm__(".section .start, \"ax\"\n"
        ".globl start\n"
        "start: mov %cr0, %eax\n and $~4, %eax\n or $2, %eax\n mov %eax, %cr0\n"
        "mov %cr4, %eax\n or $0x600, %eax\n mov %eax, %cr4\n"
        "fninit\n"
        "cld\n mov $bss_start, %edi\n mov $bss_end, %ecx\n sub %edi, %ecx\n xor %eax, %eax\n rep stosb\n"
        "mov $0x90000, %esp\n jmp pc_main\n"
        ".text\n");

/* The command line lies in the boot sector: boot.asm. */
void __attribute__((noreturn, force_align_arg_pointer)) pc_main(void) {
    out(LINE_CONTROL, 0x83); /* the divisor: 115200 baud */
    out(COM1, 1);
    out(COM1 + 1, 0);
    out(LINE_CONTROL, 3); /* 8 data bits */
    bench_main((const char *)0x7c00 + 16);
    for (;;)
        __asm__ volatile("hlt");
}
