/* romsum.c: build tool: make the bytes of an option ROM sum up to zero (PCI Firmware 3.0, 5.1).
 * usage: romsum IN OUT. The last byte of IN must be 0; OUT gets it as the checksum. */
#include <stdio.h>
#include <stdlib.h>

#define ROM_MAX (128u * 1024)

static int fail(const char *file, const char *why)
{
    fprintf(stderr, "romsum: %s: %s\n", file, why);
    return 2;
}

int main(int argc, char **argv)
{
    static unsigned char rom[ROM_MAX + 1];
    unsigned sum = 0;

    if (argc != 3)
        return fail("usage", "romsum IN OUT");
    FILE *in = fopen(argv[1], "rb");
    if (!in)
        return fail(argv[1], "cannot be read");
    size_t size = fread(rom, 1, sizeof rom, in);
    fclose(in);
    if (size < 512 || size > ROM_MAX || size != rom[2] * 512u)
        return fail(argv[1], "size and header disagree");
    if (rom[0] != 0x55 || rom[1] != 0xaa || rom[size - 1] != 0)
        return fail(argv[1], "no option ROM with a free last byte");
    for (size_t i = 0; i < size; i++)
        sum += rom[i];
    rom[size - 1] = (unsigned char)(0u - sum);
    FILE *out = fopen(argv[2], "wb");
    if (!out)
        return fail(argv[2], "cannot be written");
    size_t done = fwrite(rom, 1, size, out);
    if (fclose(out) || done != size)
        return fail(argv[2], "write error");
    return 0;
}
