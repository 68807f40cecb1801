/* test_loader_multiboot.c: --kernel with Multiboot images, and with files that are no kernel. */
#include "tests/unit/loader_fixture.h"

Suite *loader_multiboot_suite(void);

/* --- Multiboot ------------------------------------------------------------------------------------------------------------------------------- */

#define CODE_FILE 0x1000 /* where the program is in the file */
#define CODE_SIZE 0x1000

/* At ADDRESS: stores EAX, EBX, CR0 and the selectors at ADDRESS + 800h, then halts. */
static void put_code(struct image *i, uint32_t address)
{
    uint8_t *p = i->bytes + CODE_FILE;
    uint32_t data = address + 0x800;

    *p++ = 0xA3, memcpy(p, &data, 4), p += 4; // mov [data], eax
    data += 4;
    *p++ = 0x89, *p++ = 0x1D, memcpy(p, &data, 4), p += 4; // mov [data + 4], ebx
    data += 4;
    memcpy(p, "\x8C\xC8", 2), p += 2; // mov eax, cs
    *p++ = 0xA3, memcpy(p, &data, 4), p += 4;
    *p++ = 0xF4;
}

/* An ELF kernel of one segment at ADDRESS (virtual C0000000h more), with 4 KB of bss, symbols, and a Multiboot header. */
static struct image elf_image(uint32_t address, uint32_t flags)
{
    struct image i = image_new(0x3000);

    memcpy(i.bytes, "\177ELF\1\1\1", 7);
    set16(&i, 16, 2), set16(&i, 18, 3), set32(&i, 20, 1);
    set32(&i, 24, 0xC0000000u + address);          // entry
    set32(&i, 28, 52), set16(&i, 42, 32), set16(&i, 44, 1);
    set32(&i, 32, 0x2000), set16(&i, 46, 40), set16(&i, 48, 4), set16(&i, 50, 3);
    set32(&i, 52, 1), set32(&i, 56, CODE_FILE);    // the segment
    set32(&i, 60, 0xC0000000u + address), set32(&i, 64, address);
    set32(&i, 68, CODE_SIZE), set32(&i, 72, CODE_SIZE + 4096);
    set32(&i, 0x400, 0x1BADB002), set32(&i, 0x404, flags), set32(&i, 0x408, 0u - 0x1BADB002 - flags);
    set32(&i, 0x2000 + 40 + 4, 1), set32(&i, 0x2000 + 40 + 8, 6), set32(&i, 0x2000 + 40 + 12, address);      // .text
    set32(&i, 0x2000 + 80 + 4, 2), set32(&i, 0x2000 + 80 + 16, 0x2800), set32(&i, 0x2000 + 80 + 20, 48);    // .symtab
    set32(&i, 0x2000 + 120 + 4, 3), set32(&i, 0x2000 + 120 + 16, 0x2900), set32(&i, 0x2000 + 120 + 20, 11); // .strtab
    memcpy(i.bytes + 0x2900, "\0symbolname", 11);
    put_code(&i, address);
    image_save(&i);
    return i;
}

START_TEST(elf_runs)
{
    struct rig  *r = rig_new(16 * MB, "pentium");
    struct image k = elf_image(2 * MB, 3);
    uint32_t     info, map;

    set16(&k, 48, 0); // no symbols
    image_save(&k);
    add_range(r, 0, 0x9FC00, 1);
    add_range(r, MB, 14 * MB, 1);
    add_range(r, 0xFFFC0000, 0x40000, 2);
    memset(r->phys.ram + 2 * MB, 0xEE, 0x3000);
    boot(r, &k, NULL, "one two");
    ck_assert_uint_eq(r->cpu.gpr[REG_EAX], 0x2BADB002);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_eq(r->cpu.eip, 2 * MB); // the entry was a virtual address
    ck_assert(!flag_if(r));
    ck_assert_uint_eq(r->cpu.cr0 & (CR0_PE | CR0_PG), CR0_PE);
    for (unsigned n = 0; n < SEG_COUNT; n++) {
        ck_assert_uint_eq(r->cpu.seg[n].base, 0);
        ck_assert_uint_eq(r->cpu.seg[n].limit, 0xFFFFFFFFu);
        ck_assert(r->cpu.seg[n].access & SEGA_DB);
    }
    x86_run(&r->cpu, x86_retired(&r->cpu) + 100);
    ck_assert(r->cpu.halted && !r->cpu.shutdown);
    ck_assert_uint_eq(get(r, 2 * MB + 0x800, 4), 0x2BADB002);
    ck_assert_uint_eq(get(r, 2 * MB + 0x804, 4), info);
    ck_assert_uint_eq(get(r, 2 * MB + 0x808, 4), 8);
    ck_assert_uint_eq(get(r, 2 * MB + 0x1000, 4), 0); // bss
    ck_assert_uint_eq(get(r, 2 * MB + 0x1FFC, 4), 0);
    ck_assert_uint_eq(get(r, 2 * MB + 0x2000, 4), 0xEEEEEEEE);
    ck_assert_uint_lt(info, 0x9FC00);
    ck_assert_uint_eq(get(r, info, 4) & 0x124F, 0x24F);
    ck_assert_uint_eq(get(r, info + 4, 4), 639);
    ck_assert_uint_eq(get(r, info + 8, 4), 14 * 1024);
    ck_assert_str_eq(text(r, get(r, info + 16, 4)) + strlen(k.path), " one two");
    ck_assert_str_eq(text(r, get(r, info + 64, 4)), "ochenta");
    ck_assert_uint_eq(get(r, info + 44, 4), 3 * 24);
    map = get(r, info + 48, 4);
    ck_assert_uint_eq(get(r, map, 4), 20);
    ck_assert_uint_eq(get(r, map + 24 + 4, 4), MB);
    ck_assert_uint_eq(get(r, map + 24 + 12, 4), 14 * MB);
    ck_assert_uint_eq(get(r, map + 48 + 20, 4), 2);
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(elf_symbols)
{
    struct rig  *r = rig_new(16 * MB, "486");
    struct image k = elf_image(MB, 0);
    uint32_t     info, headers;

    boot(r, &k, NULL, NULL);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_eq(get(r, info, 4) & 0x20, 0x20);
    ck_assert_uint_eq(get(r, info + 28, 4), 4);
    ck_assert_uint_eq(get(r, info + 32, 4), 40);
    ck_assert_uint_eq(get(r, info + 40, 4), 3);
    headers = get(r, info + 36, 4);
    ck_assert_uint_ge(headers, MB + 0x2000);
    ck_assert_uint_eq(get(r, headers + 40 + 12, 4), MB); // part of the program: stays
    ck_assert_str_eq(text(r, get(r, headers + 120 + 12, 4)) + 1, "symbolname");
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(modules)
{
    struct rig  *r = rig_new(16 * MB, "486");
    struct image k = elf_image(MB, 1), a = image_new(5000), b = image_new(1);
    uint32_t     info, list;
    char         arg[200];

    a.bytes[4999] = 0x77, b.bytes[0] = 0x88;
    image_save(&a);
    image_save(&b);
    snprintf(arg, sizeof(arg), "%s first,,one, %s,%s", a.path, b.path, a.path);
    boot(r, &k, arg, NULL);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_eq(get(r, info + 20, 4), 3);
    list = get(r, info + 24, 4);
    for (unsigned n = 0; n < 3; n++) {
        uint32_t start = get(r, list + 16 * n, 4), end = get(r, list + 16 * n + 4, 4);
        ck_assert_uint_eq(start & 4095, 0);
        ck_assert_uint_ge(start, MB + 0x2000);
        ck_assert_uint_eq(end - start, n == 1 ? 1 : 5000);
        ck_assert_uint_eq(get(r, end - 1, 1), n == 1 ? 0x88 : 0x77);
        ck_assert(n == 0 || start >= get(r, list + 16 * n - 12, 4));
    }
    ck_assert_str_eq(text(r, get(r, list + 8, 4)) + strlen(a.path), " first,one");
    ck_assert_str_eq(text(r, get(r, list + 24, 4)), b.path);
    snprintf(arg, sizeof(arg), "%s,,", a.path);
    refused(r, &k, arg, NULL, "No such file");
    snprintf(arg, sizeof(arg), ",%s", a.path);
    refused(r, &k, arg, NULL, "empty name");
    refused(r, &k, "/nonexistent/module x", NULL, "/nonexistent/module: No such file");
    image_free(&k);
    image_free(&a);
    image_free(&b);
    rig_free(r);
}
END_TEST

/* A kernel at the top of memory leaves room only in front of it; one that fills base memory moves the information up. */
START_TEST(unusual_places)
{
    struct rig  *r = rig_new(4 * MB, "486");
    struct image k = elf_image(4 * MB - 0x2000, 0), low, m = image_new(MB);
    uint32_t     info, at;

    m.bytes[MB - 1] = 0x99;
    image_save(&m);
    boot(r, &k, m.path, NULL);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    at = get(r, get(r, info + 24, 4), 4);
    ck_assert_uint_ge(at, MB);
    ck_assert_uint_le(at + MB, 4 * MB - 0x2000);
    ck_assert_uint_eq(get(r, at + MB - 1, 1), 0x99);
    image_free(&k);
    low = elf_image(0x8000, 0);
    set32(&low, 72, 0x9F000 - 0x8000);
    image_save(&low);
    put(r, 0x413, 636, 2);
    r->cpu.cr0 &= ~(uint32_t)CR0_PE;
    boot(r, &low, m.path, NULL);
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_ge(info, MB);
    ck_assert_uint_eq(get(r, info + 20, 4), 1);
    at = get(r, get(r, info + 24, 4), 4);
    ck_assert(info >= at + MB || info < at);
    ck_assert_uint_eq(get(r, at + MB - 1, 1), 0x99);
    ck_assert_uint_eq(get(r, 0x8000, 1), 0xA3);
    image_free(&low);
    image_free(&m);
    rig_free(r);
}
END_TEST

/* Header at file offset 404h, memory 1 MB + 4h: the load address is 1 MB, file offset 400h. */
static struct image kludge_image(uint32_t load_end, uint32_t bss_end)
{
    struct image i = image_new(0x2000);
    uint32_t     header[8] = {0x1BADB002, 0x10004, 0u - 0x1BADB002 - 0x10004, MB + 4, MB, load_end, bss_end, MB + 0x100};

    memset(i.bytes, 0x11, i.size);
    memcpy(i.bytes + 0x404, header, sizeof(header));
    memset(i.bytes + 0x424, 0, 16); // video mode: no preference
    image_save(&i);
    return i;
}

START_TEST(kludge)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = kludge_image(0, 0);
    uint32_t     info;

    memset(r->phys.ram + MB, 0xEE, 0x4000);
    boot(r, &k, NULL, NULL);
    ck_assert_uint_eq(r->cpu.eip, MB + 0x100);
    ck_assert_uint_eq(get(r, MB, 1), 0x11);
    ck_assert_uint_eq(get(r, MB + 4, 4), 0x1BADB002);
    ck_assert_uint_eq(get(r, MB + 0x1BFF, 2), 0xEE11); // the whole file and no more
    info = (uint32_t)r->cpu.gpr[REG_EBX];
    ck_assert_uint_eq(get(r, info, 4), 0x124F);        // it asks for a screen: text is what there is
    ck_assert_uint_eq(get(r, info + 88, 4), 0xB8000);
    ck_assert_uint_eq(get(r, info + 109, 1), 2);
    image_free(&k);
    r->cpu.cr0 &= ~(uint32_t)CR0_PE;
    memset(r->phys.ram + MB, 0xEE, 0x4000);
    k = kludge_image(MB + 0x800, MB + 0x1000);
    boot(r, &k, NULL, NULL);
    ck_assert_uint_eq(get(r, MB + 0x7FF, 2), 0x0011);
    ck_assert_uint_eq(get(r, MB + 0xFFF, 2), 0xEE00);
    image_free(&k);
    k = kludge_image(MB + 0x1C01, 0);
    refused(r, &k, NULL, NULL, "more than the file has");
    image_free(&k);
    k = kludge_image(MB - 1, 0);
    refused(r, &k, NULL, NULL, "more than the file has");
    image_free(&k);
    k = kludge_image(0, 5 * MB);
    refused(r, &k, NULL, NULL, "loads up to 500000h, which takes 5 MB of memory; the machine has 4 MB");
    image_free(&k);
    k = kludge_image(0, 0);
    set32(&k, 0x404 + 16, MB - 0x401);
    image_save(&k);
    refused(r, &k, NULL, NULL, "makes no sense");
    image_free(&k);
    rig_free(r);
}
END_TEST

static struct image header_at(size_t at)
{
    struct image i = image_new(0x3000);
    uint32_t     header[8] = {0x1BADB002, 0x10000, 0u - 0x1BADB002 - 0x10000, MB, MB, 0, 0, MB};

    memcpy(i.bytes + at, header, sizeof(header));
    image_save(&i);
    return i;
}

START_TEST(header_search)
{
    static const struct { size_t at; bool found; } cases[] = {{0, true}, {4, true}, {8192 - 32, true}, {8192 - 12, true}, {8192 - 8, false}, {6, false}};

    for (unsigned n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        struct rig  *r = rig_new(4 * MB, "386");
        struct image k = header_at(cases[n].at);

        if (cases[n].found) boot(r, &k, NULL, NULL);
        else refused(r, &k, NULL, NULL, "neither a Linux kernel");
        image_free(&k);
        rig_free(r);
    }
}
END_TEST

static void refused_elf(size_t at, uint32_t value, size_t size, const char *why)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = elf_image(MB, 0);

    memcpy(k.bytes + at, &value, size);
    image_save(&k);
    refused(r, &k, NULL, NULL, why);
    image_free(&k);
    rig_free(r);
}

START_TEST(multiboot_refused)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = elf_image(MB, 0x28), m = image_new(3 * MB);

    refused(r, &k, NULL, NULL, "requires features that ochenta does not have (flags 28h)");
    image_free(&k);
    k = elf_image(MB, 1);
    image_save(&m);
    refused(r, &k, m.path, NULL, "its modules of 3072 KB do not fit in the machine's memory of 4 MB");
    image_free(&k);
    image_free(&m);
    rig_free(r);
    refused_elf(0x408, 0, 4, "is an ELF file without a Multiboot header");
    refused_elf(0, 0, 4, "does not say where to load it");
    refused_elf(4, 2, 1, "64-bit");
    refused_elf(18, 40, 2, "another processor");
    refused_elf(28, 0x2FF0, 4, "program headers");
    refused_elf(44, 0, 2, "nothing to load");
    refused_elf(44, 2000, 2, "thousands of segments");
    refused_elf(56, 0x2001, 4, "truncated");
    refused_elf(64, 0x9F000, 4, "loads at 9F000h-A0FFFh, where a PC has no memory");
    refused_elf(64, 4 * MB - 0x1FFF, 4, "loads up to 400001h");
    refused_elf(64, 0xFFFFF000, 4, "loads up to 100001000h");
    refused_elf(72, 0xFFFFFFFF, 4, "loads up to");
}
END_TEST

/* --- files ---------------------------------------------------------------------------------------------------------------------------------- */

static void refused_bytes(const void *bytes, size_t n, size_t size, const char *why)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = image_new(size);

    memcpy(k.bytes, bytes, n);
    if (size >= 512 && n == 0) set16(&k, 510, 0xAA55);
    image_save(&k);
    refused(r, &k, NULL, NULL, why);
    image_free(&k);
    rig_free(r);
}

START_TEST(no_kernel)
{
    struct rig *r = rig_new(4 * MB, "386");

    ck_assert_ptr_null(loader_open("/nonexistent/kernel", NULL, NULL, r->ram, r->error, sizeof(r->error)));
    ck_assert_str_eq(r->error, "/nonexistent/kernel: No such file or directory");
    ck_assert_ptr_null(loader_open("/tmp", NULL, NULL, r->ram, r->error, sizeof(r->error)));
    ck_assert_str_eq(r->error, "/tmp: is a directory");
    ck_assert_ptr_null(loader_open("/dev/zero", NULL, NULL, r->ram, r->error, sizeof(r->error)));
    ck_assert_str_eq(r->error, "/dev/zero: is not a regular file");
    rig_free(r);
    refused_bytes("", 0, 0, "is empty");
    refused_bytes("\x1f\x8b\x08", 3, 3, "gzip");
    refused_bytes("\xfd" "7zXZ", 6, 100, "xz");
    refused_bytes("", 0, 1474560, "is a disk image");
    refused_bytes("MZ\x90", 3, 5000, "neither a Linux kernel (bzImage, zImage) nor a Multiboot image");
}
END_TEST

/* Damaged images: an error or a start, and never an access outside of what is there. */
START_TEST(damaged)
{
    static const size_t sizes[] = {1, 2, 4};
    uint64_t            seed = 1;
    unsigned            opened = 0;

    for (unsigned round = 0; round < 600; round++) {
        struct rig    *r = rig_new(2 * MB, "pentium");
        struct image   k = round % 3 == 0 ? linux_image(0x20A, round & 1, 30000) : round % 3 == 1 ? elf_image(MB, 0) : kludge_image(0, MB + 0x3000);
        struct loader *l;

        for (unsigned n = 0; n <= round % 4; n++) {
            size_t where = round % 3 == 0 ? 0x1F0 : round % 3 == 2 ? 0x404 : (round / 3) & 1 ? 0x2000 : 0, at;
            uint32_t value;

            seed = seed * 6364136223846793005u + 1442695040888963407u;
            at = where + (seed >> 33) % (round % 3 == 1 ? 160 : 0x80);
            value = (seed >> 20) & 1 ? (uint32_t)(seed >> 32) : 0u - (uint32_t)((seed >> 40) & 0xFF);
            memcpy(k.bytes + at, &value, sizes[(seed >> 24) % 3]);
        }
        if (seed >> 60 == 0) k.size = (seed >> 40) % k.size;
        image_save(&k);
        l = open_in(r, &k, seed >> 62 ? NULL : k.path, "x");
        if (l) {
            opened++;
            loader_start(l, &r->cpu, &r->phys);
            x86_run(&r->cpu, x86_retired(&r->cpu) + 50);
        } else {
            ck_assert_uint_gt(strlen(r->error), strlen(k.path));
        }
        loader_close(l);
        image_free(&k);
        rig_free(r);
    }
    ck_assert_uint_gt(opened, 50);
    ck_assert_uint_lt(opened, 580);
}
END_TEST

Suite *loader_multiboot_suite(void)
{
    Suite *s = suite_create("loader_multiboot");
    TCase *multiboot = tcase_create("multiboot"), *files = tcase_create("files");

    tcase_add_test(multiboot, elf_runs);
    tcase_add_test(multiboot, elf_symbols);
    tcase_add_test(multiboot, modules);
    tcase_add_test(multiboot, unusual_places);
    tcase_add_test(multiboot, kludge);
    tcase_add_test(multiboot, header_search);
    tcase_add_test(multiboot, multiboot_refused);
    tcase_add_test(files, no_kernel);
    tcase_add_test(files, damaged);
    tcase_set_timeout(files, 60);
    suite_add_tcase(s, multiboot);
    suite_add_tcase(s, files);
    return s;
}
