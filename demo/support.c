/* support.c: small tools of the graphics pages, and the two functions that the compiler may call by itself. */
#include "demo.h"

void *memset(void *target, int value, unsigned count)
{
    void *result = target;

    __asm__ volatile("rep stosb" : "+D"(target), "+c"(count) : "a"(value) : "memory");
    return result;
}

void *memcpy(void *target, const void *source, unsigned count)
{
    void *result = target;

    __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(count) : : "memory");
    return result;
}

void dac_set(int index, int red, int green, int blue)
{
    outb(0x3c8, (uint8_t)index);
    outb(0x3c9, (uint8_t)red);
    outb(0x3c9, (uint8_t)green);
    outb(0x3c9, (uint8_t)blue);
}

/* A quarter of the wave, 127 * sin(i * 90 / 64 degrees) */
static const int8_t quarter[65] = {
    0, 3, 6, 9, 12, 16, 19, 22, 25, 28, 31, 34, 37, 40, 43, 46, 49, 51, 54, 57, 60, 63, 65, 68, 71, 73, 76, 78, 81, 83, 85,
    88, 90, 92, 94, 96, 98, 100, 102, 104, 106, 107, 109, 111, 112, 113, 115, 116, 117, 118, 120, 121, 122, 122, 123, 124,
    125, 125, 126, 126, 126, 127, 127, 127, 127,
};

int sine(int angle)
{
    angle &= 255;
    if (angle >= 128)
        return -sine(angle - 128);
    return quarter[angle <= 64 ? angle : 128 - angle];
}

static const uint8_t *far_pointer(const uint16_t *pointer)
{
    return at_address((uint32_t)pointer[1] * 16 + pointer[0]);
}

const uint8_t *glyph16(uint8_t c)
{
    return far_pointer(facts.font16) + c * 16;
}

const uint8_t *glyph8(uint8_t c)
{
    return far_pointer(facts.font8) + c * 8;
}

int isqrt(uint32_t value)
{
    uint32_t root = 0;

    for (uint32_t bit = 1u << 30; bit; bit >>= 2) {
        if (value >= root + bit) {
            value -= root + bit;
            root = root >> 1 | bit;
        } else {
            root >>= 1;
        }
    }
    return (int)root;
}
