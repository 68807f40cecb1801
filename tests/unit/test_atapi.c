/* test_atapi.c: a CD-ROM drive through its ports (devices/atapi*.c, cd_sector.c). */
#include "devices/atapi.h"
#include "devices/ide.h"
#include "tests/unit/stub.h"

#include <errno.h>

#define SECTORS 1000u
#define BM      0xC000

struct cd_board {
    struct stub      *s;
    struct ide        ide;
    struct ata_drive *cd; /* secondary master */
    struct block     *disc;
    uint8_t           reply[65536];
    unsigned          length; /* bytes of the reply */
    unsigned          blocks;
};

static struct block *new_disc(uint64_t size)
{
    struct block *b = block_memory(size);

    for (uint32_t n = 0; n < size / 2048; n++) ck_assert_int_eq(block_write(b, n * 2048ull, &n, 4), 0);
    return b;
}

static struct cd_board *board_empty(void)
{
    struct cd_board *b = calloc(1, sizeof(*b));

    b->s = stub_new();
    ide_init(&b->ide, &b->s->bus, &b->s->clock, stub_line(b->s, 14), stub_line(b->s, 15));
    b->cd = ide_drive(&b->ide, 1, 0);
    atapi_attach(b->cd, "CD0");
    ide_ops.reset(&b->ide);
    return b;
}

static void out(struct cd_board *b, unsigned reg, unsigned value)
{
    stub_out8(b->s, (uint16_t)(0x170 + reg), (uint8_t)value);
}

static unsigned in(struct cd_board *b, unsigned reg)
{
    return stub_in8(b->s, (uint16_t)(0x170 + reg));
}

static unsigned ready(struct cd_board *b)
{
    for (int i = 0; i < 10000 && stub_in8(b->s, 0x376) & ATA_BSY; i++) stub_run(b->s, 1000);
    ck_assert(!(stub_in8(b->s, 0x376) & ATA_BSY));
    return stub_in8(b->s, 0x376);
}

/* Sends PACKET with its 12 bytes; LIMIT is the byte count limit. */
static void send_packet(struct cd_board *b, const uint8_t packet[12], unsigned features, unsigned limit)
{
    out(b, 1, features);
    out(b, 4, limit & 0xFF);
    out(b, 5, limit >> 8);
    out(b, 7, 0xA0);
    ck_assert_uint_eq(ready(b), 0x58);
    ck_assert_uint_eq(in(b, 2) & 3, 1); /* a packet, to the device */
    for (int i = 0; i < 12; i += 2) stub_out16(b->s, 0x170, (uint16_t)(packet[i] | packet[i + 1] << 8));
}

/* Carries out a packet command by PIO. Returns the sense key. The reply and its length are left in B. */
static unsigned run_limited(struct cd_board *b, const uint8_t packet[12], unsigned limit)
{
    send_packet(b, packet, 0, limit);
    b->length = b->blocks = 0;
    while (ready(b) & ATA_DRQ) {
        unsigned n = in(b, 4) | in(b, 5) << 8;

        ck_assert_uint_eq(in(b, 2) & 3, 2); /* data, to the host */
        ck_assert(b->s->irq[15].level);
        in(b, 7);
        ck_assert_uint_gt(n, 0);
        ck_assert_uint_le(b->length + n, sizeof(b->reply));
        for (unsigned i = 0; i < n; i += 2) {
            uint16_t word = stub_in16(b->s, 0x170);
            memcpy(b->reply + b->length + i, &word, n - i < 2 ? 1 : 2);
        }
        b->length += n;
        b->blocks++;
    }
    ck_assert_uint_eq(in(b, 2) & 3, 3); /* status */
    ck_assert(b->s->irq[15].level);
    in(b, 7);
    return stub_in8(b->s, 0x376) & ATA_ERR ? in(b, 1) >> 4 : 0;
}

static unsigned run(struct cd_board *b, uint8_t op, uint8_t b1, uint8_t b2, uint8_t b3, uint8_t b4, uint8_t b5, uint8_t b6, uint8_t b7,
                    uint8_t b8, uint8_t b9)
{
    const uint8_t packet[12] = {op, b1, b2, b3, b4, b5, b6, b7, b8, b9};

    return run_limited(b, packet, 0xFFFF);
}

/* REQUEST SENSE: key, code and qualifier in one number. */
static unsigned sense(struct cd_board *b)
{
    ck_assert_uint_eq(run(b, 0x03, 0, 0, 0, 18, 0, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(b->length, 18);
    return (unsigned)b->reply[2] << 16 | (unsigned)b->reply[12] << 8 | b->reply[13];
}

static unsigned test_unit_ready(struct cd_board *b)
{
    return run(b, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/* A board with a disc, its attentions taken note of. */
static struct cd_board *board_new(void)
{
    struct cd_board *b = board_empty();

    b->disc = new_disc(SECTORS * 2048ull);
    atapi_insert(b->cd, b->disc);
    test_unit_ready(b);
    ck_assert_uint_eq(test_unit_ready(b), 0);
    return b;
}

static void board_free(struct cd_board *b)
{
    block_close(b->disc);
    stub_free(b->s);
    free(b);
}

/* --- the ATA side ------------------------------------------------------------------------------------------------------ */

START_TEST(test_signature)
{
    struct cd_board *b = board_empty();

    ck_assert_uint_eq(in(b, 7), 0x00);
    ck_assert_uint_eq(in(b, 4), 0x14);
    ck_assert_uint_eq(in(b, 5), 0xEB);
    out(b, 4, 0);
    out(b, 5, 0);
    out(b, 7, 0xEC); /* IDENTIFY DEVICE is aborted, with the signature */
    ck_assert_uint_eq(ready(b) & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(in(b, 1), ATA_ABRT);
    ck_assert_uint_eq(in(b, 4), 0x14);
    ck_assert_uint_eq(in(b, 5), 0xEB);
    in(b, 7);
    stub_forget(b->s, 15);
    out(b, 4, 0);
    out(b, 7, 0x08); /* DEVICE RESET: at once, no interrupt */
    ck_assert_uint_eq(in(b, 4), 0x14);
    ck_assert_uint_eq(in(b, 7), 0x00);
    ck_assert_uint_eq(b->s->irq[15].rises, 0);
    out(b, 4, 0);
    stub_out8(b->s, 0x376, ATA_SRST);
    stub_out8(b->s, 0x376, 0);
    ck_assert_uint_eq(ready(b), 0x00);
    ck_assert_uint_eq(in(b, 5), 0xEB);
    board_free(b);
}
END_TEST

START_TEST(test_identify)
{
    struct cd_board *b = board_empty();
    uint16_t         words[256];

    out(b, 7, 0xA1);
    ck_assert_uint_eq(ready(b), 0x58);
    for (int i = 0; i < 256; i++) words[i] = stub_in16(b->s, 0x170);
    ck_assert_uint_eq(words[0], 0x85C0);
    ck_assert(words[49] & 0x0100);
    ck_assert_uint_eq(words[27], 'O' << 8 | 'C');
    ck_assert_uint_eq(stub_in8(b->s, 0x376), 0x50);
    board_free(b);
}
END_TEST

START_TEST(test_device_reset_while_busy)
{
    struct cd_board *b = board_new();

    out(b, 7, 0xA0);
    ck_assert(stub_in8(b->s, 0x376) & ATA_BSY);
    out(b, 7, 0xA1); /* lost */
    out(b, 7, 0x08);
    ck_assert_uint_eq(in(b, 7), 0);
    stub_run(b->s, 1000000);
    ck_assert_uint_eq(in(b, 7), 0);
    out(b, 1, 2); /* overlapped PACKET */
    out(b, 7, 0xA0);
    ck_assert_uint_eq(ready(b) & ATA_ERR, ATA_ERR);
    board_free(b);
}
END_TEST

/* --- attentions, tray -------------------------------------------------------------------------------------------------- */

START_TEST(test_attention)
{
    struct cd_board *b = board_empty();

    ck_assert_uint_eq(run(b, 0x12, 0, 0, 0, 36, 0, 0, 0, 0, 0), 0); /* INQUIRY comes before */
    ck_assert_uint_eq(test_unit_ready(b), 6);
    ck_assert_uint_eq(sense(b), 0x062900);
    ck_assert_uint_eq(sense(b), 0);
    ck_assert_uint_eq(test_unit_ready(b), 2);
    ck_assert_uint_eq(sense(b), 0x023A01); /* no medium, tray closed */
    b->disc = new_disc(SECTORS * 2048ull);
    atapi_insert(b->cd, b->disc);
    ck_assert_uint_eq(run(b, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0), 6);
    ck_assert_uint_eq(sense(b), 0x062800);
    ck_assert_uint_eq(run(b, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
    atapi_insert(b->cd, NULL);
    ck_assert_uint_eq(test_unit_ready(b), 2);
    board_free(b);
}
END_TEST

START_TEST(test_tray)
{
    struct cd_board *b = board_new();

    ck_assert_uint_eq(run(b, 0x1E, 0, 0, 0, 1, 0, 0, 0, 0, 0), 0); /* lock */
    ck_assert(atapi_locked(b->cd));
    ck_assert_uint_eq(run(b, 0x1B, 0, 0, 0, 2, 0, 0, 0, 0, 0), 5);
    ck_assert_uint_eq(sense(b), 0x055302);
    ck_assert_uint_eq(run(b, 0x1E, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(run(b, 0x1B, 0, 0, 0, 2, 0, 0, 0, 0, 0), 0);
    ck_assert(atapi_tray_open(b->cd));
    ck_assert_uint_eq(test_unit_ready(b), 2);
    ck_assert_uint_eq(sense(b), 0x023A02);
    ck_assert_uint_eq(run(b, 0x1B, 0, 0, 0, 3, 0, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(test_unit_ready(b), 6);
    ck_assert_uint_eq(test_unit_ready(b), 0);
    board_free(b);
}
END_TEST

START_TEST(test_media_event)
{
    struct cd_board *b = board_new();

    run(b, 0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0);
    ck_assert_uint_eq(b->reply[4], 2); /* new media: the board's */
    ck_assert_uint_eq(b->reply[5], 2);
    run(b, 0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0);
    ck_assert_uint_eq(b->length, 8);
    ck_assert_mem_eq(b->reply, "\0\6\4\x10\0\2\0\0", 8);
    atapi_insert(b->cd, NULL);
    run(b, 0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0);
    ck_assert_mem_eq(b->reply, "\0\6\4\x10\3\0\0\0", 8);
    run(b, 0x4A, 1, 0, 0, 0x02, 0, 0, 0, 8, 0); /* only power management asked for */
    ck_assert_uint_eq(b->length, 4);
    ck_assert_uint_eq(b->reply[2], 0x80);
    ck_assert_uint_eq(run(b, 0x4A, 0, 0, 0, 0x10, 0, 0, 0, 8, 0), 5);
    board_free(b);
}
END_TEST

/* --- reading ----------------------------------------------------------------------------------------------------------- */

START_TEST(test_read)
{
    struct cd_board *b = board_new();
    const uint8_t    read10[12] = {0x28, 0, 0, 0, 1, 0, 0, 0, 5}, read12[12] = {0xA8, 0, 0, 0, 0, 7, 0, 0, 0, 2};
    uint32_t         number;

    ck_assert_uint_eq(run_limited(b, read10, 2048), 0);
    ck_assert_uint_eq(b->length, 5 * 2048);
    ck_assert_uint_eq(b->blocks, 5);
    memcpy(&number, b->reply + 4 * 2048, 4);
    ck_assert_uint_eq(number, 260);
    ck_assert_uint_eq(run_limited(b, read10, 3001), 0); /* odd: 3000 at a time */
    ck_assert_uint_eq(b->length, 5 * 2048);
    ck_assert_uint_eq(b->blocks, 4);
    ck_assert_uint_eq(run_limited(b, read10, 0), 0); /* no limit given */
    ck_assert_uint_eq(b->blocks, 1);
    ck_assert_uint_eq(run_limited(b, read10, 1), 0); /* two bytes at least */
    ck_assert_uint_eq(b->length, 5 * 2048);
    ck_assert_uint_eq(run_limited(b, read12, 0xFFFF), 0);
    memcpy(&number, b->reply + 2048, 4);
    ck_assert_uint_eq(number, 8);
    ck_assert_uint_eq(run(b, 0x28, 0, 0, 0, 1, 0, 0, 0, 0, 0), 0); /* no sectors: no data, no error */
    ck_assert_uint_eq(b->length, 0);
    board_free(b);
}
END_TEST

START_TEST(test_read_large)
{
    struct cd_board *b = board_new();
    const uint8_t    packet[12] = {0x28, 0, 0, 0, 0, 0, 0, 0, 100};
    uint32_t         number, total = 0;

    send_packet(b, packet, 0, 0x8000);
    while (ready(b) & ATA_DRQ) {
        uint8_t  data[0x8000];
        unsigned n = in(b, 4) | in(b, 5) << 8;
        in(b, 7);
        ck_assert_uint_eq(ide_read_data(&b->ide, 1, data, n), n);
        memcpy(&number, data, 4);
        ck_assert_uint_eq(number, total / 2048);
        total += n;
    }
    ck_assert_uint_eq(total, 100 * 2048);
    ck_assert_uint_eq(in(b, 7), 0x50);
    board_free(b);
}
END_TEST

START_TEST(test_read_bounds)
{
    struct cd_board *b = board_new();

    ck_assert_uint_eq(run(b, 0x28, 0, 0, 0, 0x03, 0xE7, 0, 0, 1, 0), 0); /* 999: the last */
    ck_assert_uint_eq(run(b, 0x28, 0, 0, 0, 0x03, 0xE7, 0, 0, 2, 0), 5);
    ck_assert_uint_eq(sense(b), 0x052100);
    ck_assert_uint_eq(run(b, 0x28, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0), 5);
    ck_assert_uint_eq(run(b, 0x2B, 0, 0, 0, 0x03, 0xE8, 0, 0, 0, 0), 5); /* SEEK */
    ck_assert_uint_eq(run(b, 0x2B, 0, 0, 0, 0x03, 0xE7, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(run(b, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0), 5);
    ck_assert_uint_eq(sense(b), 0x052000); /* invalid command */
    board_free(b);
}
END_TEST

START_TEST(test_short_last_sector)
{
    struct cd_board *b = board_empty();

    b->disc = new_disc(2048 + 100);
    block_write(b->disc, 2048 + 96, "tail", 4);
    atapi_insert(b->cd, b->disc);
    test_unit_ready(b);
    run(b, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    ck_assert_mem_eq(b->reply, "\0\0\0\1\0\0\x08\0", 8);
    ck_assert_uint_eq(run(b, 0x28, 0, 0, 0, 0, 1, 0, 0, 1, 0), 0);
    ck_assert_mem_eq(b->reply + 96, "tail\0\0", 6);
    ck_assert_uint_eq(b->reply[2047], 0);
    board_free(b);
}
END_TEST

START_TEST(test_disc_taken_out)
{
    struct cd_board *b = board_new();
    const uint8_t    packet[12] = {0x28, 0, 0, 0, 0, 0, 0, 0, 100};
    uint8_t          data[65536];

    send_packet(b, packet, 0, 0xFFFF);
    ready(b);
    atapi_insert(b->cd, NULL);
    while (ready(b) & ATA_DRQ) ide_read_data(&b->ide, 1, data, sizeof(data));
    ck_assert_uint_eq(ready(b) & ATA_ERR, ATA_ERR);
    ck_assert_uint_eq(sense(b) >> 8, 0x023A);
    board_free(b);
}
END_TEST

START_TEST(test_dma)
{
    struct cd_board *b = board_new();
    const uint8_t    packet[12] = {0x28, 0, 0, 0, 0, 3, 0, 0, 40};
    const uint32_t   table[4] = {0x20000, 0, 0x30000, 0x80000000 | (40 * 2048 - 65536)};
    uint32_t         number;

    b->ide.pci.memory_end = 0xFFFFFFFF;
    pci_function_write(&b->ide.pci, 0x20, BM | 1, 4);
    pci_function_write(&b->ide.pci, PCI_COMMAND, PCI_COMMAND_IO | PCI_COMMAND_MASTER, 2);
    memcpy(b->s->ram + 0x1000, table, sizeof(table));
    stub_out32(b->s, BM + 12, 0x1000);
    stub_forget(b->s, 15);
    send_packet(b, packet, 1, 0);
    stub_out8(b->s, BM + 8, 9);
    ck_assert_uint_eq(ready(b) & ATA_DRQ, 0);
    for (int i = 0; i < 1000 && !b->s->irq[15].level; i++) stub_run(b->s, 100000);
    ck_assert_uint_eq(stub_in8(b->s, BM + 10) & 7, 4);
    ck_assert_uint_eq(b->s->irq[15].rises, 1); /* only the status */
    ck_assert_uint_eq(in(b, 7), 0x50);
    memcpy(&number, b->s->ram + 0x20000 + 39 * 2048, 4);
    ck_assert_uint_eq(number, 42);
    board_free(b);
}
END_TEST

/* Zero if the N bytes FROM, at steps of STEP modulo WRAP, with weights that are powers of alpha (the last one's is 0), sum up to
 * zero both plainly and weighted: ECMA-130 annex A. */
static unsigned syndrome(const uint8_t *bytes, const unsigned *index, unsigned n)
{
    unsigned sum = 0, weighted = 0;

    for (unsigned i = 0; i < n; i++) {
        sum ^= bytes[index[i]];
        weighted = weighted << 1 ^ (weighted & 0x80 ? 0x11D : 0);
        weighted ^= bytes[index[i]];
    }
    return sum | weighted;
}

START_TEST(test_read_cd)
{
    struct cd_board *b = board_new();
    unsigned         index[45];
    uint32_t         remainder = 0;

    ck_assert_uint_eq(run(b, 0xBE, 0, 0, 0, 0, 75, 0, 0, 1, 0xF8), 0);
    ck_assert_uint_eq(b->length, 2352);
    ck_assert_mem_eq(b->reply, "\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0", 12);
    ck_assert_mem_eq(b->reply + 12, "\0\x03\0\1\x4B\0\0\0", 8); /* 00:03:00, mode 1; data */
    for (int i = 0; i < 2068; i++) /* the EDC makes the whole divisible by its polynomial */
        for (int bit = 0; bit < 8; bit++) {
            unsigned out_bit = (remainder ^ b->reply[i] >> bit) & 1;
            remainder = remainder >> 1 ^ (out_bit ? 0xD8018001u : 0);
        }
    ck_assert_uint_eq(remainder, 0);
    for (unsigned column = 0; column < 86; column++) {
        for (unsigned row = 0; row < 26; row++) index[row] = 12 + 86 * row + column;
        ck_assert_uint_eq(syndrome(b->reply, index, 26), 0);
    }
    for (unsigned n = 0; n < 52; n++) {
        for (unsigned m = 0; m < 43; m++) index[m] = 12 + 2 * ((44 * m + 43 * (n / 2)) % 1118) + n % 2;
        index[43] = 2248 + n;
        index[44] = 2300 + n;
        ck_assert_uint_eq(syndrome(b->reply, index, 45), 0);
    }
    ck_assert_uint_eq(run(b, 0xBE, 8, 0, 0, 0, 75, 0, 0, 2, 0x10), 0); /* mode 1, user data */
    ck_assert_uint_eq(b->length, 4096);
    ck_assert_uint_eq(b->reply[2048], 76);
    ck_assert_uint_eq(run(b, 0xBE, 4, 0, 0, 0, 75, 0, 0, 1, 0x10), 5); /* CD-DA */
    ck_assert_uint_eq(sense(b), 0x056400);
    ck_assert_uint_eq(run(b, 0xBE, 0, 0, 0, 0, 75, 0, 0, 1, 0x00), 0); /* nothing of it */
    ck_assert_uint_eq(b->length, 0);
    ck_assert_uint_eq(run(b, 0xB9, 0, 0, 0, 3, 1, 0, 3, 3, 0x10), 0); /* MSF 00:03:01 to 00:03:03 */
    ck_assert_uint_eq(b->length, 4096);
    ck_assert_uint_eq(b->reply[0], 76);
    board_free(b);
}
END_TEST

/* --- reports ----------------------------------------------------------------------------------------------------------- */

START_TEST(test_inquiry_and_sense_length)
{
    struct cd_board *b = board_new();

    run(b, 0x12, 0, 0, 0, 36, 0, 0, 0, 0, 0);
    ck_assert_uint_eq(b->length, 36);
    ck_assert_uint_eq(b->reply[0], 5);
    ck_assert_uint_eq(b->reply[1], 0x80);
    ck_assert_mem_eq(b->reply + 8, "OCHENTA CD-ROM  ", 16);
    run(b, 0x12, 0, 0, 0, 5, 0, 0, 0, 0, 0); /* an odd part of it */
    ck_assert_uint_eq(b->length, 5);
    run(b, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    ck_assert_uint_eq(b->length, 0);
    ck_assert_uint_eq(run(b, 0x12, 1, 0, 0, 36, 0, 0, 0, 0, 0), 5);
    board_free(b);
}
END_TEST

START_TEST(test_toc)
{
    struct cd_board *b = board_new();

    run(b, 0x43, 0, 0, 0, 0, 0, 0, 1, 0, 0);
    ck_assert_uint_eq(b->length, 20);
    ck_assert_mem_eq(b->reply, "\0\x12\1\1\0\x14\1\0\0\0\0\0\0\x14\xAA\0\0\0\x03\xE8", 20);
    run(b, 0x43, 2, 0, 0, 0, 0, 0xAA, 1, 0, 0); /* the lead-out, MSF: 1150 frames are 15 s 25 */
    ck_assert_uint_eq(b->length, 12);
    ck_assert_mem_eq(b->reply + 8, "\0\0\x0F\x19", 4);
    run(b, 0x43, 0, 0, 0, 0, 0, 0, 1, 0, 0x40); /* sessions, the old way of asking */
    ck_assert_mem_eq(b->reply, "\0\x0A\1\1\0\x14\1\0\0\0\0\0", 12);
    run(b, 0x43, 2, 2, 0, 0, 0, 0, 1, 0, 0); /* full */
    ck_assert_uint_eq(b->length, 48);
    ck_assert_uint_eq(b->reply[4 + 3], 0xA0);
    ck_assert_uint_eq(b->reply[4 + 8], 1);
    ck_assert_mem_eq(b->reply + 4 + 22 + 8, "\0\x0F\x19", 3);
    ck_assert_mem_eq(b->reply + 4 + 33 + 8, "\0\2\0", 3);
    ck_assert_uint_eq(run(b, 0x43, 0, 0, 0, 0, 0, 2, 1, 0, 0), 5); /* no track 2 */
    ck_assert_uint_eq(run(b, 0x43, 0, 5, 0, 0, 0, 0, 1, 0, 0), 5);
    board_free(b);
}
END_TEST

START_TEST(test_mode_sense)
{
    struct cd_board *b = board_new();

    run(b, 0x5A, 0, 0x2A, 0, 0, 0, 0, 0, 255, 0);
    ck_assert_uint_eq(b->length, 28);
    ck_assert_uint_eq(b->reply[1], 26);
    ck_assert_uint_eq(b->reply[2], 1); /* data disc */
    ck_assert_uint_eq(b->reply[8], 0x2A);
    ck_assert_uint_eq(b->reply[14] & 2, 0);
    run(b, 0x1E, 0, 0, 0, 1, 0, 0, 0, 0, 0);
    run(b, 0x1A, 0, 0x3F, 0, 255, 0, 0, 0, 0, 0); /* all, by the short command; locked now */
    ck_assert_uint_eq(b->length, 4 + 8 + 8 + 16 + 20);
    ck_assert_uint_eq(b->reply[0], b->length - 1);
    ck_assert_uint_eq(b->reply[4 + 32 + 6] & 2, 2);
    run(b, 0x5A, 0, 0x41, 0, 0, 0, 0, 0, 255, 0); /* what can be changed: nothing */
    ck_assert_mem_eq(b->reply + 8, "\1\6\0\0\0\0\0\0", 8);
    ck_assert_uint_eq(run(b, 0x5A, 0, 0xC1, 0, 0, 0, 0, 0, 255, 0), 5);
    ck_assert_uint_eq(run(b, 0x5A, 0, 0x05, 0, 0, 0, 0, 0, 255, 0), 5);
    board_free(b);
}
END_TEST

START_TEST(test_configuration)
{
    struct cd_board *b = board_new();

    run(b, 0x46, 0, 0, 0, 0, 0, 0, 1, 0, 0);
    ck_assert_uint_eq(b->length, 40);
    ck_assert_mem_eq(b->reply, "\0\0\0\x24\0\0\0\x08\0\0\3\4\0\x08\1\0", 16);
    run(b, 0x46, 2, 0, 0x1E, 0, 0, 0, 1, 0, 0);
    ck_assert_uint_eq(b->length, 16);
    ck_assert_mem_eq(b->reply + 8, "\0\x1E\1\4", 4);
    atapi_insert(b->cd, NULL);
    run(b, 0x46, 1, 0, 1, 0, 0, 0, 1, 0, 0); /* current ones from 1 on */
    ck_assert_uint_eq(b->length, 8 + 16);
    ck_assert_uint_eq(b->reply[7], 0);
    board_free(b);
}
END_TEST

START_TEST(test_disc_reports)
{
    struct cd_board *b = board_new();

    run(b, 0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0);
    ck_assert_uint_eq(b->length, 34);
    ck_assert_uint_eq(b->reply[2], 0x0E);
    run(b, 0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0);
    ck_assert_uint_eq(b->length, 28);
    ck_assert_mem_eq(b->reply + 24, "\0\0\x03\xE8", 4);
    run(b, 0x28, 0, 0, 0, 0, 9, 0, 0, 1, 0);
    run(b, 0x42, 0, 0x40, 1, 0, 0, 0, 0, 16, 0);
    ck_assert_uint_eq(b->length, 16);
    ck_assert_uint_eq(b->reply[11], 10); /* behind the sector just read */
    run(b, 0x42, 0, 0, 0, 0, 0, 0, 0, 16, 0);
    ck_assert_uint_eq(b->length, 4);
    run(b, 0xBD, 0, 0, 0, 0, 0, 0, 0, 0, 8);
    ck_assert_uint_eq(b->length, 8);
    ck_assert_uint_eq(b->reply[4], 10);
    run(b, 0x44, 2, 0, 0, 0, 75, 0, 0, 8, 0);
    ck_assert_mem_eq(b->reply, "\1\0\0\0\0\0\3\0", 8);
    ck_assert_uint_eq(run(b, 0x45, 0, 0, 0, 0, 0, 0, 0, 1, 0), 5); /* no audio */
    board_free(b);
}
END_TEST

/* --- state, malice ----------------------------------------------------------------------------------------------------- */

START_TEST(test_random_packets)
{
    struct cd_board *b = board_new();
    uint32_t         seed = 99;

    for (int i = 0; i < 20000; i++) {
        uint8_t  packet[12];
        unsigned drained = 0;

        for (int j = 0; j < 12; j++) {
            seed = seed * 1664525 + 1013904223;
            packet[j] = (uint8_t)(seed >> 24);
            if (seed >> 8 & 1) packet[j] &= 0x11;
        }
        if (i & 1) { /* mostly commands that exist */
            static const uint8_t known[] = {0x03, 0x12, 0x1A, 0x1B, 0x25, 0x28, 0x42, 0x43, 0x44, 0x46, 0x4A, 0x51, 0x52, 0x5A, 0xA8,
                                            0xB9, 0xBD, 0xBE, 0x00};
            packet[0] = known[packet[0] % sizeof(known)];
        }
        send_packet(b, packet, seed & 1, seed >> 8 & 0xFFFF);
        while (ready(b) & ATA_DRQ && drained++ < 8) {
            uint8_t data[4096];
            if (!ide_read_data(&b->ide, 1, data, sizeof(data))) stub_in16(b->s, 0x170);
            ck_assert_int_eq(ide_ops.loaded(&b->ide), 0);
        }
        if (i % 97 == 0) atapi_insert(b->cd, i % 2 ? b->disc : NULL);
        out(b, 7, 0x08);
    }
    atapi_insert(b->cd, b->disc);
    test_unit_ready(b);
    test_unit_ready(b);
    ck_assert_uint_eq(test_unit_ready(b), 0);
    board_free(b);
}
END_TEST

START_TEST(test_load_checks)
{
    struct cd_board *b = board_new();

    ck_assert_int_eq(ide_ops.loaded(&b->ide), 0);
    b->cd->packet.filled = ATA_BUFFER_BYTES + 1;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    b->cd->packet.filled = 0;
    b->cd->packet.lba = 0x80000000;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    b->cd->packet.lba = 0;
    b->cd->packet.form = 1;
    ck_assert_int_eq(ide_ops.loaded(&b->ide), -EINVAL);
    board_free(b);
}
END_TEST

Suite *atapi_suite(void)
{
    Suite *s = suite_create("atapi");
    TCase *t = tcase_create("atapi");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, test_signature);
    tcase_add_test(t, test_identify);
    tcase_add_test(t, test_device_reset_while_busy);
    tcase_add_test(t, test_attention);
    tcase_add_test(t, test_tray);
    tcase_add_test(t, test_media_event);
    tcase_add_test(t, test_read);
    tcase_add_test(t, test_read_large);
    tcase_add_test(t, test_read_bounds);
    tcase_add_test(t, test_short_last_sector);
    tcase_add_test(t, test_disc_taken_out);
    tcase_add_test(t, test_dma);
    tcase_add_test(t, test_read_cd);
    tcase_add_test(t, test_inquiry_and_sense_length);
    tcase_add_test(t, test_toc);
    tcase_add_test(t, test_mode_sense);
    tcase_add_test(t, test_configuration);
    tcase_add_test(t, test_disc_reports);
    tcase_add_test(t, test_random_packets);
    tcase_add_test(t, test_load_checks);
    suite_add_tcase(s, t);
    return s;
}
