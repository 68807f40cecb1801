/* linux.c: the kernels as a 32-bit Linux program without a library, run natively. Its argument is the command line. */
#include "kernels.h"

enum { SYS_EXIT = 1, SYS_WRITE = 4, STDOUT = 1 };

static int system_call(int number, int a, const void *b, uint32_t c) {
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

void put(const char *text) {
    uint32_t length = 0;
    while (text[length])
        length++;
    system_call(SYS_WRITE, STDOUT, text, length);
}

__asm__(".globl _start\n_start: mov %esp, %eax\n and $-16, %esp\n sub $12, %esp\n push %eax\n call linux_main\n");

/* The stack at the start: argc, argv[0], argv[1] (System V ABI, i386 supplement). */
void __attribute__((noreturn)) linux_main(char **stack) {
    bench_main((uintptr_t)stack[0] > 1 ? stack[2] : "100");
    for (;;)
        system_call(SYS_EXIT, 0, 0, 0);
}
