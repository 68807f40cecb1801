/* screen.c: the 80x25 text screen at B8000. */
#include "demo.h"

#define COLUMNS 80
#define ROWS    25

static volatile uint16_t *cell(int row, int column)
{
    return (volatile uint16_t *)at_address(0xb8000) + row * COLUMNS + column;
}

void put_char(int row, int column, uint8_t attribute, uint8_t c)
{
    if (row >= 0 && row < ROWS && column >= 0 && column < COLUMNS)
        *cell(row, column) = (uint16_t)(attribute << 8 | c);
}

int put(int row, int column, uint8_t attribute, const char *text)
{
    while (*text)
        put_char(row, column++, attribute, (uint8_t)*text++);
    return column;
}

int put_hex(int row, int column, uint8_t attribute, uint32_t value, int digits)
{
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        put_char(row, column++, attribute, (uint8_t)"0123456789ABCDEF"[value >> shift & 15]);
    return column;
}

int put_decimal(int row, int column, uint8_t attribute, uint32_t value, int width)
{
    char digits[12];
    int count = 0;

    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (width-- > count)
        put_char(row, column++, attribute, ' ');
    while (count)
        put_char(row, column++, attribute, (uint8_t)digits[--count]);
    return column;
}

int put_bits(int row, int column, uint8_t attribute, uint32_t value, int bits)
{
    while (bits--)
        put_char(row, column++, attribute, value >> bits & 1 ? '1' : '0');
    return column;
}

void put_fill(int row, int column, uint8_t attribute, uint8_t c, int count)
{
    while (count-- > 0)
        put_char(row, column++, attribute, c);
}

void screen_clear(void)
{
    for (int row = 0; row < ROWS; row++)
        put_fill(row, 0, A_TEXT, ' ', COLUMNS);
}

void put_frame(int row, int column, int height, int width, const char *title)
{
    int last = row + height - 1, right = column + width - 1;

    put_fill(row, column, A_FRAME, 0xc4, width);
    put_fill(last, column, A_FRAME, 0xc4, width);
    for (int r = row + 1; r < last; r++) {
        put_char(r, column, A_FRAME, 0xb3);
        put_fill(r, column + 1, A_TEXT, ' ', width - 2);
        put_char(r, right, A_FRAME, 0xb3);
    }
    put_char(row, column, A_FRAME, 0xda);
    put_char(row, right, A_FRAME, 0xbf);
    put_char(last, column, A_FRAME, 0xc0);
    put_char(last, right, A_FRAME, 0xd9);
    if (*title) {
        put_char(row, column + 2, A_FRAME, ' ');
        put_char(row, put(row, column + 3, A_FRAME, title), A_FRAME, ' ');
    }
}
