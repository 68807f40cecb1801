/* cd_sector.c: what stands on a CD around 2048 bytes of user data. See atapi.h.
 * ECMA-130 section 14 (mode 1 sectors) and annex A (error detection and correction). */
#include "devices/atapi.h"

#include <string.h>

/* A sector: sync 0-11, header 12-15, user data 16-2063, EDC 2064-2067, zeros 2068-2075, P parity 2076-2247, Q parity 2248-2351. */
#define HEADER    12
#define USER_DATA 16
#define EDC       2064
#define P_PARITY  2076
#define Q_PARITY  2248

#define LEAD_IN_FRAMES 150 /* LBA 0 is at 00:02:00 */

void cd_msf(uint8_t msf[3], uint32_t lba)
{
    uint32_t frames = lba + LEAD_IN_FRAMES;

    msf[0] = (uint8_t)(frames / 75 / 60);
    msf[1] = (uint8_t)(frames / 75 % 60);
    msf[2] = (uint8_t)(frames % 75);
}

static uint8_t bcd(uint8_t n)
{
    return (uint8_t)(n / 10 << 4 | n % 10);
}

/* 14.3: a CRC with (x^16 + x^15 + x^2 + 1)(x^16 + x^2 + x + 1), least significant bit first. */
static uint32_t edc(const uint8_t *bytes, unsigned n)
{
    uint32_t crc = 0;

    for (unsigned i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xD8018001u : 0);
    }
    return crc;
}

/* Products in GF(2^8) by alpha, and by 1 / (1 + alpha); primitive polynomial x^8 + x^4 + x^3 + x^2 + 1. */
static uint8_t times_alpha(uint8_t a)
{
    return (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1D : 0));
}

static uint8_t over_one_plus_alpha(uint8_t a)
{
    /* (1 + alpha) b = a, bit by bit from below: reduction adds 1Dh when b's top bit is set, so try both. */
    for (unsigned top = 0; top < 2; top++) {
        uint8_t wanted = (uint8_t)(a ^ (top ? 0x1D : 0)), b = 0;
        for (int bit = 0; bit < 8; bit++) b |= (uint8_t)(((wanted >> bit) ^ (bit ? b >> (bit - 1) : 0)) & 1) << bit;
        if (b >> 7 == top) return b;
    }
    return 0;
}

/* The two parity bytes of a vector of N bytes, so that with them both checks, the sum and the sum weighted with powers of alpha
 * (the last byte's power is 0), are zero. */
static void parity(uint8_t *first, uint8_t *second, const uint8_t *vector, unsigned n)
{
    uint8_t sum = 0, weighted = 0;

    for (unsigned i = 0; i < n; i++) {
        sum ^= vector[i];
        weighted = times_alpha(weighted) ^ vector[i];
    }
    /* With a, b the parities: a + b = sum, alpha a + b = alpha^2 weighted. */
    *first = over_one_plus_alpha(sum ^ times_alpha(times_alpha(weighted)));
    *second = sum ^ *first;
}

/* Annex A.5, A.6: bytes 12 to 2351 in two planes, of even and of odd bytes. P runs down 43 columns of 24 rows, Q along 26
 * diagonals of 43 elements, over data and P. */
static void error_correction(uint8_t *sector)
{
    uint8_t *base = sector + HEADER, vector[43];

    for (unsigned column = 0; column < 86; column++) {
        for (unsigned row = 0; row < 24; row++) vector[row] = base[86 * row + column];
        parity(sector + P_PARITY + column, sector + P_PARITY + 86 + column, vector, 24);
    }
    for (unsigned diagonal = 0; diagonal < 26; diagonal++)
        for (unsigned plane = 0; plane < 2; plane++) {
            for (unsigned m = 0; m < 43; m++) vector[m] = base[2 * ((44 * m + 43 * diagonal) % 1118) + plane];
            parity(sector + Q_PARITY + 2 * diagonal + plane, sector + Q_PARITY + 52 + 2 * diagonal + plane, vector, 43);
        }
}

uint32_t cd_form_bytes(uint8_t form)
{
    return (form & CD_SYNC ? 12u : 0) + (form & CD_HEADER ? 4u : 0) + (form & CD_USER_DATA ? CD_SECTOR_BYTES : 0) +
           (form & CD_EDC_ECC ? CD_RAW_BYTES - EDC : 0);
}

static uint8_t *append(uint8_t *to, const uint8_t *from, unsigned n)
{
    memcpy(to, from, n);
    return to + n;
}

uint32_t cd_sector(uint8_t *to, uint32_t lba, const uint8_t *user_data, uint8_t form)
{
    uint8_t  sector[CD_RAW_BYTES] = {0}, *start = to;
    uint32_t crc;

    memset(sector + 1, 0xFF, 10);
    cd_msf(sector + HEADER, lba);
    for (unsigned i = 0; i < 3; i++) sector[HEADER + i] = bcd(sector[HEADER + i]);
    sector[HEADER + 3] = 1; /* mode */
    memcpy(sector + USER_DATA, user_data, CD_SECTOR_BYTES);
    if (form & CD_EDC_ECC) {
        crc = edc(sector, EDC);
        for (unsigned i = 0; i < 4; i++) sector[EDC + i] = (uint8_t)(crc >> (8 * i));
        error_correction(sector);
    }
    if (form & CD_SYNC) to = append(to, sector, 12);
    if (form & CD_HEADER) to = append(to, sector + HEADER, 4);
    if (form & CD_USER_DATA) to = append(to, sector + USER_DATA, CD_SECTOR_BYTES);
    if (form & CD_EDC_ECC) to = append(to, sector + EDC, CD_RAW_BYTES - EDC);
    return (uint32_t)(to - start);
}
