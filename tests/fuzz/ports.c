/* ports.c: sequences of port accesses that get deep into a chip: the commands that it knows with operands at random. */
#include "tests/fuzz/fuzz.h"

/* N accesses at random to COUNT ports from BASE. */
static void poke(struct fuzz *f, uint32_t base, unsigned count, unsigned n)
{
    while (n--) {
        uint32_t at = base + fuzz_below(f, count);
        unsigned size = PICK(f, 1, 1, 1, 2, 4);

        if (fuzz_chance(f, 3)) fuzz_in(f, at, size);
        else fuzz_out(f, at, fuzz_value(f), size);
    }
}

static void in_times(struct fuzz *f, uint32_t at, unsigned size, unsigned n)
{
    while (n--) fuzz_in(f, at, size);
}

static void out_times(struct fuzz *f, uint32_t at, unsigned size, unsigned n)
{
    while (n--) fuzz_out(f, at, fuzz_value(f), size);
}

/* --- interrupts, time, DMA ------------------------------------------------------------------------------------------------ */

static void pic(struct fuzz *f)
{
    uint32_t base = PICK(f, 0x20, 0xA0);

    if (fuzz_chance(f, 2)) {
        uint32_t icw1 = 0x10 | fuzz_below(f, 16);
        fuzz_out(f, base, icw1, 1);
        for (unsigned n = 0; n < 3; n++) fuzz_out(f, base + 1, fuzz_chance(f, 2) ? fuzz_value(f) : (const uint8_t[]){8, 4, 1}[n], 1);
    }
    poke(f, base, 2, fuzz_below(f, 12));
    if (fuzz_chance(f, 4)) poke(f, 0x4D0, 2, 2);
    if (fuzz_chance(f, 2)) fuzz_out(f, 0x21, 0, 1), fuzz_out(f, 0xA1, 0, 1);
}

static void pit(struct fuzz *f)
{
    for (unsigned n = 1 + fuzz_below(f, 4); n-- > 0;) {
        unsigned channel = fuzz_below(f, 3);
        fuzz_out(f, 0x43, channel << 6 | (fuzz_chance(f, 2) ? 0x30 : fuzz_below(f, 4) << 4) | fuzz_below(f, 16), 1);
        fuzz_out(f, 0x40 + channel, fuzz_chance(f, 3) ? 1 + fuzz_below(f, 2) : fuzz_value(f), 1);
        fuzz_out(f, 0x40 + channel, fuzz_chance(f, 2) ? 0 : fuzz_value(f), 1);
    }
    poke(f, 0x40, 4, fuzz_below(f, 6));
    poke(f, 0x61, 1, fuzz_below(f, 4));
}

static void rtc(struct fuzz *f)
{
    for (unsigned n = 1 + fuzz_below(f, 6); n-- > 0;) {
        fuzz_out(f, 0x70, fuzz_chance(f, 2) ? fuzz_below(f, 14) : fuzz_value(f), 1);
        if (fuzz_chance(f, 3)) fuzz_in(f, 0x71, 1);
        else fuzz_out(f, 0x71, fuzz_value(f), 1);
    }
    if (fuzz_chance(f, 4)) { // 8 kHz, with all its interrupts
        fuzz_out(f, 0x70, 0x0A, 1), fuzz_out(f, 0x71, 0x23, 1);
        fuzz_out(f, 0x70, 0x0B, 1), fuzz_out(f, 0x71, 0x72, 1);
    }
}

static void dma(struct fuzz *f)
{
    unsigned channel = fuzz_below(f, 4);

    fuzz_out(f, 0x0C, 0, 1);
    out_times(f, channel * 2, 1, 2);
    out_times(f, channel * 2 + 1, 1, 2);
    fuzz_out(f, PICK(f, 0x81, 0x82, 0x83, 0x87, 0x8B), fuzz_value(f), 1);
    fuzz_out(f, 0x0B, (fuzz_value(f) & 0xFC) | channel, 1);
    fuzz_out(f, 0x0A, channel, 1);
    poke(f, PICK(f, 0, 0x80, 0xC0), 16, fuzz_below(f, 8));
    if (fuzz_chance(f, 2)) fuzz_out(f, 0xD0, 0, 1), fuzz_out(f, 0xD4, 0, 1), fuzz_out(f, 8, 0, 1);
}

/* --- floppy ----------------------------------------------------------------------------------------------------------------- */

static void fdc(struct fuzz *f)
{
    static const uint8_t commands[] = {0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x19, 0x1D};
    uint8_t              command = commands[fuzz_below(f, sizeof(commands))] | (fuzz_value(f) & 0xE0);
    uint32_t             drive = fuzz_below(f, fuzz_chance(f, 8) ? 8 : 2), track = fuzz_chance(f, 3) ? fuzz_value(f) : 0;

    if (fuzz_chance(f, 2)) fuzz_out(f, 0x3F2, 0x1C | (drive & 3) | (drive & 1 ? 0x20 : 0), 1);
    if (fuzz_chance(f, 2)) dma(f);
    if (fuzz_chance(f, 3)) { // channel 2 ready to read or write a sector at 8000h or about
        fuzz_out(f, 0x0C, 0, 1);
        fuzz_out(f, 4, 0, 1), fuzz_out(f, 4, fuzz_value(f), 1), fuzz_out(f, 5, fuzz_value(f), 1), fuzz_out(f, 5, 1 + fuzz_below(f, 64), 1);
        fuzz_out(f, 0x81, fuzz_chance(f, 2) ? 0 : fuzz_value(f), 1);
        fuzz_out(f, 0x0B, PICK(f, 0x42, 0x46, 0x4A, 0x56), 1), fuzz_out(f, 0x0A, 2, 1);
    }
    if (fuzz_chance(f, 4)) fuzz_out(f, 0x3F5, 3, 1), fuzz_out(f, 0x3F5, 0xAF, 1), fuzz_out(f, 0x3F5, fuzz_below(f, 4), 1); // SPECIFY: with or without DMA
    if (fuzz_chance(f, 4)) fuzz_out(f, 0x3F7, fuzz_below(f, 4), 1);
    fuzz_out(f, 0x3F5, command, 1);
    fuzz_out(f, 0x3F5, drive | (fuzz_chance(f, 2) ? 4 : 0), 1);
    fuzz_out(f, 0x3F5, track, 1);
    fuzz_out(f, 0x3F5, fuzz_below(f, 2), 1);
    fuzz_out(f, 0x3F5, fuzz_chance(f, 4) ? fuzz_value(f) : 1 + fuzz_below(f, 18), 1);
    fuzz_out(f, 0x3F5, fuzz_chance(f, 4) ? fuzz_value(f) : 2, 1);
    fuzz_out(f, 0x3F5, fuzz_chance(f, 4) ? fuzz_value(f) : 18, 1);
    fuzz_out(f, 0x3F5, 0x1B, 1);
    if (!fuzz_chance(f, 3)) fuzz_out(f, 0x3F5, fuzz_chance(f, 2) ? 0xFF : fuzz_value(f), 1);
    if (fuzz_chance(f, 2)) fuzz_wait(f, fuzz_below(f, 300000000) / (fuzz_chance(f, 20) ? 1 : 1000));
    for (unsigned n = fuzz_below(f, 20); n-- > 0;) fuzz_in(f, 0x3F4 + fuzz_below(f, 2), 1);
    if (fuzz_chance(f, 3)) poke(f, 0x3F0, 8, fuzz_below(f, 10));
}

/* --- IDE ------------------------------------------------------------------------------------------------------------------------ */

static void master(struct fuzz *f)
{
    uint32_t table = 0x10000 + fuzz_below(f, 64) * 4, base = (uint32_t)f->m->pc.ide.pci.config[0x20] & 0xF0;
    uint32_t entry[2] = {fuzz_chance(f, 4) ? fuzz_value(f) : fuzz_below(f, 0x40000), fuzz_value(f)};

    base |= (uint32_t)f->m->pc.ide.pci.config[0x21] << 8;
    for (unsigned n = 0; n < 4; n++) {
        phys_write_block(&f->m->pc.phys, table + 8 * n, entry, 8);
        entry[0] = fuzz_value(f);
        entry[1] = fuzz_value(f) | (n == 2 ? 0x80000000u : 0);
    }
    base += fuzz_chance(f, 2) ? 8 : 0;
    fuzz_out(f, base + 4, fuzz_chance(f, 8) ? fuzz_value(f) : table, 4);
    fuzz_out(f, base + 2, fuzz_value(f), 1);
    fuzz_out(f, base, fuzz_chance(f, 4) ? fuzz_value(f) : 9, 1);
    poke(f, base, 16, fuzz_below(f, 4));
}

static void packet(struct fuzz *f, uint32_t base)
{
    static const uint8_t ops[] = {0x00, 0x03, 0x12, 0x1A, 0x1B, 0x1E, 0x25, 0x28, 0x2B, 0x42, 0x43, 0x44, 0x45, 0x46, 0x4A, 0x4B, 0x51, 0x52, 0x55, 0x5A, 0xA8, 0xAD, 0xB9, 0xBB, 0xBD, 0xBE};
    uint16_t             cdb[6];

    fuzz_bytes(f, cdb, sizeof(cdb));
    if (fuzz_chance(f, 2)) cdb[1] &= 0xFF00, cdb[2] &= 0x3F00, cdb[3] = 0, cdb[4] &= 0x0700;
    cdb[0] = (uint16_t)((cdb[0] & (fuzz_chance(f, 2) ? 0xFF00 : 0x0200)) | (fuzz_chance(f, 8) ? fuzz_below(f, 256) : ops[fuzz_below(f, sizeof(ops))]));
    fuzz_out(f, base + 1, fuzz_below(f, 2), 1);
    fuzz_out(f, base + 4, fuzz_value(f), 1), fuzz_out(f, base + 5, fuzz_chance(f, 2) ? 8 : fuzz_value(f), 1);
    fuzz_out(f, base + 7, 0xA0, 1);
    if (!fuzz_chance(f, 8)) fuzz_wait(f, 1000000);
    for (unsigned n = 0; n < 6; n++) fuzz_out(f, base, cdb[n], 2);
}

static void ide(struct fuzz *f)
{
    static const uint8_t commands[] = {0x00, 0x08, 0x10, 0x20, 0x21, 0x24, 0x25, 0x27, 0x29, 0x30, 0x31, 0x34, 0x35, 0x37, 0x39, 0x40, 0x42, 0x70, 0x90, 0x91, 0xA0,
                                       0xA1, 0xB0, 0xC4, 0xC5, 0xC6, 0xC8, 0xCA, 0xE0, 0xE1, 0xE5, 0xE6, 0xE7, 0xEA, 0xEC, 0xEF, 0xF8, 0xF9};
    uint32_t             base = PICK(f, 0x1F0, 0x170);

    fuzz_out(f, base + 6, 0xA0 | (fuzz_value(f) & 0x5F), 1);
    if (fuzz_chance(f, 4)) fuzz_out(f, base + 0x206, fuzz_value(f), 1);
    if (fuzz_chance(f, 3)) {
        packet(f, base);
    } else {
        fuzz_out(f, base + 1, fuzz_value(f), 1);
        for (unsigned n = 0; n < 2; n++) { // twice: LBA48
            fuzz_out(f, base + 2, fuzz_chance(f, 2) ? fuzz_below(f, 5) : fuzz_value(f), 1);
            for (unsigned k = 3; k < 6; k++) fuzz_out(f, base + k, fuzz_chance(f, 2) ? 0 : fuzz_value(f), 1);
        }
        fuzz_out(f, base + 7, fuzz_chance(f, 10) ? fuzz_value(f) : commands[fuzz_below(f, sizeof(commands))], 1);
    }
    if (fuzz_chance(f, 3)) master(f);
    if (!fuzz_chance(f, 3)) fuzz_wait(f, fuzz_below(f, 20000000));
    switch (fuzz_below(f, 4)) {
    case 0: in_times(f, base, PICK(f, 1, 2, 4), fuzz_below(f, 1500)); break;
    case 1: out_times(f, base, PICK(f, 1, 2, 4), fuzz_below(f, 1500)); break;
    case 2: poke(f, base, 8, fuzz_below(f, 20)); break;
    default: fuzz_in(f, base + 7, 1); break;
    }
    if (fuzz_chance(f, 10)) fuzz_out(f, base + 0x206, 4, 1), fuzz_out(f, base + 0x206, 0, 1);
}

/* --- VGA ------------------------------------------------------------------------------------------------------------------------- */

static void vga(struct fuzz *f)
{
    static const struct { uint16_t index; uint8_t count; } groups[] = {{0x3C4, 5}, {0x3CE, 9}, {0x3D4, 0x19}, {0x3B4, 0x19}};

    for (unsigned n = fuzz_below(f, 30); n-- > 0;) {
        unsigned g = fuzz_below(f, COUNT_OF(groups));
        fuzz_out(f, groups[g].index, fuzz_below(f, groups[g].count) | (fuzz_chance(f, 3) ? fuzz_below(f, 256) : PICK(f, 0, 1, 4, 5, 0xF, 0xFF)) << 8, 2);
    }
    if (fuzz_chance(f, 2)) fuzz_out(f, 0x3C2, fuzz_value(f), 1);
    fuzz_in(f, PICK(f, 0x3DA, 0x3BA), 1);
    for (unsigned n = fuzz_below(f, 12); n-- > 0;) fuzz_out(f, 0x3C0, fuzz_chance(f, 2) ? fuzz_below(f, 0x40) : fuzz_value(f), 1);
    poke(f, 0x3C6, 4, fuzz_below(f, 12));
    if (fuzz_chance(f, 3)) poke(f, 0x3B0, 0x30, fuzz_below(f, 20));
    if (fuzz_chance(f, 2)) fuzz_out(f, 0x3C0, 0x20, 1);
}

static void vbe(struct fuzz *f)
{
    static const uint16_t sizes[][2] = {{640, 480}, {800, 600}, {1600, 1200}, {1, 1}, {320, 200}, {1024, 768}};
    const uint16_t       *size = sizes[fuzz_below(f, COUNT_OF(sizes))];
    uint16_t              values[11] = {0xB0C5, size[0], size[1], (uint16_t)PICK(f, 4, 8, 15, 16, 24, 32), 0x41, 0, 0, 0, 0, 0, 0};

    for (unsigned n = 0; n < 11; n++) {
        unsigned at = (n + 5) % 11 ? n : 4;
        if (at > 5 && !fuzz_chance(f, 3)) continue;
        fuzz_out(f, 0x1CE, at, 2);
        fuzz_out(f, 0x1CF, fuzz_chance(f, 3) || at > 4 ? fuzz_value(f) : values[at], 2);
    }
    if (fuzz_chance(f, 2)) fuzz_out(f, 0x1CE, 4, 2), fuzz_out(f, 0x1CF, fuzz_value(f), 2);
    poke(f, 0x1CE, 4, fuzz_below(f, 6));
}

/* --- the rest ------------------------------------------------------------------------------------------------------------------- */

static void pci(struct fuzz *f)
{
    static const uint8_t devfns[] = {0x00, 0x08, 0x09, 0x0B, 0x10, 0xF8};

    for (unsigned n = 1 + fuzz_below(f, 8); n-- > 0;) {
        uint32_t reg = PICK(f, 0x04, 0x10, 0x18, 0x20, 0x30, 0x40, 0x58, 0x5C, 0x59, 0x60, 0x70, 0x72, 0x80, 0x90, 0xD0);
        uint32_t value = PICK(f, 0xFFFFFFFF, 0xE0000000, 0xE0000001, 0xE0800001, 0xFEBF0001, 0x000A0000, 0x00100000, 0xFFFF0001, 0x33333333, 0x0000C001, 0x40001, 7, 0);

        if (fuzz_chance(f, 6)) reg = fuzz_below(f, 256);
        if (fuzz_chance(f, 3)) value = fuzz_value(f);
        fuzz_out(f, 0xCF8, 0x80000000u | (uint32_t)devfns[fuzz_below(f, sizeof(devfns))] << 8 | (reg & 0xFC), 4);
        if (fuzz_chance(f, 4)) fuzz_in(f, 0xCFC + (reg & 3), 1);
        else if (fuzz_chance(f, 2)) fuzz_out(f, 0xCFC, value, 4);
        else fuzz_out(f, 0xCFC + (reg & 3), value, PICK(f, 1, 2, 4));
    }
    if (fuzz_chance(f, 2)) poke(f, 0xCF8, 8, fuzz_below(f, 4));
}

/* The display's and the bridge's windows where firmware would put them. */
static void pci_sane(struct fuzz *f)
{
    static const uint32_t writes[][2] = {{0x80001004, 7}, {0x80001010, 0xE0000000}, {0x80001018, 0xE1000000}, {0x80000904, 7}, {0x80000920, 0xC001}, {0x80000B04, 1}};

    for (unsigned n = 0; n < COUNT_OF(writes); n++) fuzz_out(f, 0xCF8, writes[n][0], 4), fuzz_out(f, 0xCFC, writes[n][1], 4);
}

static void keyboard(struct fuzz *f)
{
    static const uint8_t commands[] = {0x20, 0x60, 0xA7, 0xA8, 0xA9, 0xAA, 0xAB, 0xAD, 0xAE, 0xC0, 0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xE0, 0xFE};

    if (!fuzz_chance(f, 3)) fuzz_out(f, 0x64, commands[fuzz_below(f, sizeof(commands))], 1);
    fuzz_out(f, 0x60, PICK(f, 0xED, 0xEE, 0xF0, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xFE, 0xFF, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0x47, 2, 3, 0xDF), 1);
    if (fuzz_chance(f, 2)) fuzz_out(f, 0x60, fuzz_value(f), 1);
    for (unsigned n = fuzz_below(f, 6); n-- > 0;) fuzz_in(f, PICK(f, 0x60, 0x64), 1);
    if (fuzz_chance(f, 4)) fuzz_wait(f, fuzz_below(f, 5000000));
    if (fuzz_chance(f, 8)) fuzz_out(f, 0x92, fuzz_value(f), 1);
}

static void serial(struct fuzz *f)
{
    uint32_t base = PICK(f, 0x3F8, 0x2F8);

    if (fuzz_chance(f, 2)) {
        fuzz_out(f, base + 3, 0x80 | fuzz_below(f, 128), 1);
        fuzz_out(f, base, fuzz_chance(f, 2) ? fuzz_below(f, 3) : fuzz_value(f), 1), fuzz_out(f, base + 1, fuzz_chance(f, 2) ? 0 : fuzz_value(f), 1);
        fuzz_out(f, base + 3, fuzz_below(f, 128), 1);
    }
    if (fuzz_chance(f, 2)) fuzz_out(f, base + 2, fuzz_value(f), 1);
    if (fuzz_chance(f, 2)) fuzz_out(f, base + 4, fuzz_below(f, 32), 1);
    if (fuzz_chance(f, 2)) fuzz_out(f, base + 1, fuzz_below(f, 16), 1);
    poke(f, base, 8, fuzz_below(f, 20));
    poke(f, 0x378, 4, fuzz_below(f, 4));
}

static void anywhere(struct fuzz *f)
{
    uint32_t at = fuzz_chance(f, 2) ? fuzz_below(f, 0x1000) : fuzz_below(f, 0x10000);

    poke(f, at, 1 + fuzz_below(f, 8), fuzz_below(f, 20));
}

void fuzz_ports(struct fuzz *f)
{
    static void (*const chips[])(struct fuzz *) = {pic, pit, rtc, dma, fdc, fdc, ide, ide, ide, vga, vga, vbe, pci, pci_sane, keyboard, serial, anywhere};

    for (unsigned n = 1 + fuzz_below(f, 3); n-- > 0;) chips[fuzz_below(f, COUNT_OF(chips))](f);
}
