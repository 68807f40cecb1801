/* cp437.h: code page 437, the characters of the PC's text screen and of Alt + keypad, and UTF-8. */
#ifndef UTIL_CP437_H
#define UTIL_CP437_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX             4 /* bytes of the longest character */
#define UNICODE_REPLACEMENT  0xFFFDu

/* What the character generator shows for CODE, as a Unicode code point: 01h-1Fh and 7Fh are the pictures, not
 * the control characters; 00h is a blank (U+0020), FFh a no-break space (U+00A0). */
uint32_t cp437_to_unicode(uint8_t code);

/* The code whose picture is CODE_POINT, -1 if code page 437 has none. A few letters that share a picture are folded
 * onto it (Greek beta onto sharp s, mu onto the micro sign). */
int cp437_from_unicode(uint32_t code_point);

/* Writes CODE_POINT as UTF-8 to OUT (no final zero); returns its 1 to 4 bytes. Surrogates and values above 10FFFFh
 * are written as U+FFFD. */
size_t utf8_encode(char out[UTF8_MAX], uint32_t code_point);

/* Takes one character off *TEXT, which must be zero-terminated, and moves *TEXT behind it; 0 at the end. Malformed,
 * overlong and surrogate sequences give U+FFFD for each byte that cannot be used. */
uint32_t utf8_decode(const char **text);

#endif
