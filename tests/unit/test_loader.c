/* test_loader.c: --kernel with Linux of several protocol versions, from synthetic images. What counts is what the kernel finds in memory
 * and registers; some of them really run a few instructions. */
#include "tests/unit/loader_fixture.h"

Suite *loader_suite(void);

/* --- Linux -------------------------------------------------------------------------------------------------------------------------------- */

static void check_entry(struct rig *r, uint32_t sp)
{
    for (unsigned n = 0; n < SEG_COUNT; n++) {
        ck_assert_uint_eq(r->cpu.seg[n].selector, n == SEG_CS ? 0x9020 : 0x9000);
        ck_assert_uint_eq(r->cpu.seg[n].base, n == SEG_CS ? 0x90200 : 0x90000);
    }
    ck_assert_uint_eq(r->cpu.eip, 0);
    ck_assert_uint_eq(r->cpu.gpr[REG_ESP], sp);
    ck_assert_uint_eq(r->cpu.cr0 & CR0_PE, 0);
    ck_assert(!flag_if(r));
}

START_TEST(zimage_200)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x200, false, 100000), i = image_new(5000);

    memset(i.bytes, 0x5A, i.size);
    image_save(&i);
    boot(r, &k, i.path, "root=/dev/fd0 ro");
    check_entry(r, 0x9800);
    check_payload(r, 0x10000, 100000);
    ck_assert_uint_eq(get(r, 0x90020, 2), 0xA33F);
    ck_assert_str_eq(text(r, 0x90000 + get(r, 0x90022, 2)), "root=/dev/fd0 ro");
    ck_assert_uint_eq(get(r, 0x90212, 2), 0x9800 + 17); // setup_move_size covers the command line
    ck_assert_uint_eq(get(r, 0x90210, 1), 0xFF);
    ck_assert_uint_eq(get(r, 0x90211, 1), 0);
    ck_assert_uint_eq(get(r, 0x90218, 4), 4 * MB - 8192);
    ck_assert_uint_eq(get(r, 0x9021C, 4), 5000);
    ck_assert_uint_eq(get(r, 4 * MB - 8192 + 4999, 1), 0x5A);
    image_free(&k);
    image_free(&i);
    rig_free(r);
}
END_TEST

START_TEST(bzimage_201)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x201, true, 700000);

    boot(r, &k, NULL, NULL);
    check_entry(r, 0x9800);
    check_payload(r, MB, 700000);
    ck_assert_uint_eq(get(r, 0x90020, 2), 0xA33F);
    ck_assert_uint_eq(get(r, 0x90211, 1), 0x81);
    ck_assert_uint_eq(get(r, 0x90224, 2), 0x9600);
    ck_assert_uint_eq(get(r, 0x90218, 4), 0);
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(bzimage_20a_runs)
{
    static const uint8_t code[] = {0xB8, 0x34, 0x12, 0xA3, 0x00, 0x40, 0x8C, 0x0E, 0x02, 0x40, 0xF4}; // [4000] = 1234, [4002] = CS
    struct rig          *r = rig_new(64 * MB, "pentium");
    struct image         k = linux_image(0x20A, true, 700000);
    char                 line[2048];

    k.bytes[0x200] = 0xEB, k.bytes[0x201] = 0x66; // the jump over the header, as kernels have it
    memcpy(k.bytes + 0x268, code, sizeof(code));
    image_save(&k);
    memset(line, 'x', 2047);
    line[2047] = 0;
    boot(r, &k, NULL, line);
    check_entry(r, 0xE000);
    ck_assert_uint_eq(get(r, 0x90228, 4), 0x9E000);
    ck_assert_str_eq(text(r, 0x9E000), line);
    ck_assert_uint_eq(get(r, 0x90224, 2), 0xDE00);
    x86_run(&r->cpu, x86_retired(&r->cpu) + 100);
    ck_assert(r->cpu.halted);
    ck_assert_uint_eq(get(r, 0x94000, 2), 0x1234);
    ck_assert_uint_eq(get(r, 0x94002, 2), 0x9020);
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(before_the_protocol)
{
    struct rig  *r = rig_new(2 * MB, "386");
    struct image k = linux_image(0, false, 100000);

    boot(r, &k, NULL, "root=300");
    check_entry(r, 0x9800);
    check_payload(r, 0x10000, 100000);
    ck_assert_str_eq(text(r, 0x90000 + get(r, 0x90022, 2)), "root=300");
    ck_assert_uint_eq(get(r, 0x90210, 2), 0); // no header: untouched
    refused(r, &k, k.path, NULL, "too old to take an initrd");
    image_free(&k);
    rig_free(r);
}
END_TEST

static uint32_t initrd_at(uint32_t max, const char *append, uint64_t map_end)
{
    struct rig  *r = rig_new(64 * MB, "486");
    struct image k = linux_image(0x203, true, 1000), i = image_new(MB + 1);
    uint32_t     at;

    set32(&k, 0x22C, max);
    image_save(&k);
    image_save(&i);
    if (map_end) {
        add_range(r, 0, 0x9FC00, 1);
        add_range(r, MB, map_end - MB, 1);
        add_range(r, map_end, 64 * MB - map_end, 2);
    }
    boot(r, &k, i.path, append);
    at = get(r, 0x90218, 4);
    ck_assert_uint_eq(get(r, 0x9021C, 4), MB + 1);
    image_free(&k);
    image_free(&i);
    rig_free(r);
    return at;
}

START_TEST(initrd_place)
{
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, NULL, 0), 63 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0xFFFFFFFF, NULL, 0), 63 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x00FFFFFF, NULL, 0), 15 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, "quiet mem=32M", 0), 31 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, "mem=8M mem=0x1000K", 0), 3 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, "notmem=32M", 0), 63 * MB - 4096);
    ck_assert_uint_eq(initrd_at(0x37FFFFFF, NULL, 60 * MB), 59 * MB - 4096);
}
END_TEST

static uint32_t vid_mode(const char *append)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x202, true, 1000);
    uint32_t     mode;

    set16(&k, 0x1FA, 0x1234);
    image_save(&k);
    boot(r, &k, NULL, append);
    mode = get(r, 0x901FA, 2);
    image_free(&k);
    rig_free(r);
    return mode;
}

START_TEST(video_mode)
{
    ck_assert_uint_eq(vid_mode(""), 0x1234);
    ck_assert_uint_eq(vid_mode("vga=normal"), 0xFFFF);
    ck_assert_uint_eq(vid_mode("ro vga=ext"), 0xFFFE);
    ck_assert_uint_eq(vid_mode("ro  vga=ask quiet"), 0xFFFD);
    ck_assert_uint_eq(vid_mode("vga=791"), 791);
    ck_assert_uint_eq(vid_mode("vga=791 vga=0x0f05"), 0xF05);
    ck_assert_uint_eq(vid_mode("nvga=5"), 0x1234);
}
END_TEST

START_TEST(small_base_memory)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x203, true, 1000);

    put(r, 0x413, 600, 2); // a firmware that keeps 40 KB
    boot(r, &k, NULL, "hello");
    ck_assert_uint_eq(r->cpu.seg[SEG_CS].selector, 0x9020);
    ck_assert_uint_le(get(r, 0x90228, 4) + 6, 600 * 1024);
    ck_assert_str_eq(text(r, get(r, 0x90228, 4)), "hello");
    ck_assert_uint_eq(get(r, 0x90224, 2), r->cpu.gpr[REG_ESP] - 0x200);
    put(r, 0x413, 577, 2); // one that leaves too little: the CPU stays in the ROM
    r->cpu.seg[SEG_CS].selector = 0xD000;
    boot(r, &k, NULL, "hello");
    ck_assert_uint_eq(r->cpu.seg[SEG_CS].selector, 0xD000);
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(from_anywhere)
{
    struct rig  *r = rig_new(4 * MB, "pentium");
    struct image k = linux_image(0x203, true, 1000);

    r->cpu.cr0 |= CR0_PE | CR0_PG; // a guest that writes to the port from its own paging
    r->cpu.halted = true;
    x86_tlb_flush(&r->cpu, false);
    boot(r, &k, NULL, NULL);
    check_entry(r, 0xE000);
    ck_assert(!r->cpu.halted && !(r->cpu.cr0 & CR0_PG));
    image_free(&k);
    rig_free(r);
    r = rig_new(4 * MB, "286");
    k = linux_image(0x203, true, 1000);
    boot(r, &k, NULL, NULL);
    ck_assert_uint_eq(r->cpu.seg[SEG_CS].selector, 0xF000); // not a 386: nothing happens
    image_free(&k);
    rig_free(r);
}
END_TEST

START_TEST(linux_refused)
{
    struct rig  *r = rig_new(4 * MB, "386");
    struct image k = linux_image(0x20A, true, 700000), big = image_new(3 * MB), old;
    char         line[3000];

    image_save(&big);
    memset(line, 'x', sizeof(line));
    line[2048] = 0;
    refused(r, &k, NULL, line, "2048 characters long");
    refused(r, &k, big.path, NULL, "with its initrd it needs at least 5 MB of memory; the machine has 4 MB");
    refused(r, &k, "/nonexistent/initrd", NULL, "/nonexistent/initrd: No such file");
    refused(r, &k, "/tmp", NULL, "/tmp: is a directory");
    refused(r, &k, k.path, "mem=1M", "mem= leaves");
    set32(&k, 0x258, 16 * MB);
    set32(&k, 0x260, 10 * MB);
    image_save(&k);
    refused(r, &k, NULL, NULL, "this kernel needs at least 26 MB of memory; the machine has 4 MB");
    set32(&k, 0x25C, 1);
    image_save(&k);
    refused(r, &k, NULL, NULL, "makes no sense");
    memset(k.bytes + 0x258, 0, 12);
    k.bytes[0x1F1] = 65;
    image_save(&k);
    refused(r, &k, NULL, NULL, "makes no sense");
    k.bytes[0x1F1] = 4;
    k.size -= 20000;
    image_save(&k);
    refused(r, &k, NULL, NULL, "truncated");
    k.size = 2560;
    image_save(&k);
    refused(r, &k, NULL, NULL, "truncated");
    set16(&k, 0x206, 0x100);
    k.size = 5000;
    image_save(&k);
    refused(r, &k, NULL, NULL, "makes no sense");
    image_free(&k);
    image_free(&big);
    k = linux_image(0x200, false, 0x80001);
    refused(r, &k, NULL, NULL, "at most 512 KB");
    image_free(&k);
    old = linux_image(0x204, true, 1000);
    line[256] = 0;
    refused(r, &old, NULL, line, "takes 255");
    line[255] = 0;
    boot(r, &old, NULL, line);
    image_free(&old);
    rig_free(r);
}
END_TEST

Suite *loader_suite(void)
{
    Suite *s = suite_create("loader");
    TCase *linux_case = tcase_create("linux");

    tcase_add_test(linux_case, zimage_200);
    tcase_add_test(linux_case, bzimage_201);
    tcase_add_test(linux_case, bzimage_20a_runs);
    tcase_add_test(linux_case, before_the_protocol);
    tcase_add_test(linux_case, initrd_place);
    tcase_add_test(linux_case, video_mode);
    tcase_add_test(linux_case, small_base_memory);
    tcase_add_test(linux_case, from_anywhere);
    tcase_add_test(linux_case, linux_refused);
    suite_add_tcase(s, linux_case);
    return s;
}
