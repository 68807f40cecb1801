/* test_i440fx.c: PAM and SMRAM of the host bridge (devices/i440fx.c). */
#include "devices/i440fx.h"
#include "tests/unit/stub.h"

#include <errno.h>

struct seen {
    struct i440fx fx;
    unsigned      calls;
    bool          read[PAM_SEGMENTS], write[PAM_SEGMENTS];
    bool          smram;
};

static void see_pam(void *opaque, unsigned segment, bool read_ram, bool write_ram)
{
    struct seen *s = opaque;

    ck_assert_uint_lt(segment, PAM_SEGMENTS);
    s->calls++;
    s->read[segment] = read_ram;
    s->write[segment] = write_ram;
}

static void see_smram(void *opaque, bool open)
{
    ((struct seen *)opaque)->smram = open;
}

static struct seen *seen_new(uint64_t ram)
{
    struct seen       *s = calloc(1, sizeof(*s));
    struct i440fx_host host = {.opaque = s, .pam = see_pam, .smram = see_smram};

    i440fx_init(&s->fx, &host, ram);
    i440fx_ops.reset(&s->fx);
    return s;
}

static void set(struct seen *s, unsigned offset, unsigned value)
{
    pci_function_write(&s->fx.pci, offset, value, 1);
}

static unsigned get(struct seen *s, unsigned offset)
{
    return pci_function_read(&s->fx.pci, offset, 1);
}

START_TEST(test_identity)
{
    struct seen *s = seen_new(64 << 20);

    ck_assert_uint_eq(pci_function_read(&s->fx.pci, 0, 4), 0x12378086);
    ck_assert_uint_eq(pci_function_read(&s->fx.pci, 8, 4), 0x06000002);
    ck_assert_uint_eq(pci_function_read(&s->fx.pci, PCI_COMMAND, 2), 6);
    ck_assert_uint_eq(get(s, 0x60), 8); /* 64 MB in the first row */
    ck_assert_uint_eq(get(s, 0x67), 8);
    free(s);
    s = seen_new(3ull << 30);
    ck_assert_uint_eq(get(s, 0x60), 32);
    ck_assert_uint_eq(get(s, 0x67), 255);
    free(s);
}
END_TEST

START_TEST(test_pam)
{
    struct seen *s = seen_new(64 << 20);

    ck_assert_uint_eq(s->calls, PAM_SEGMENTS); /* the reset tells of all: ROM */
    for (unsigned i = 0; i < PAM_SEGMENTS; i++) ck_assert(!s->read[i] && !s->write[i]);
    set(s, 0x59, 0xFF); /* F0000h: read and write RAM; the low nibble is reserved */
    ck_assert_uint_eq(get(s, 0x59), 0x70);
    ck_assert(s->read[12] && s->write[12]);
    ck_assert_uint_eq(s->calls, PAM_SEGMENTS + 1);
    set(s, 0x5A, 0x21); /* C0000h: reads; C4000h: writes */
    ck_assert(s->read[0] && !s->write[0] && !s->read[1] && s->write[1]);
    set(s, 0x5F, 0x10); /* EC000h */
    ck_assert(s->read[11] && !s->write[11] && !s->read[10]);
    ck_assert_uint_eq(pam_segment_base(11), 0xEC000);
    ck_assert_uint_eq(pam_segment_base(12) + pam_segment_size(12), 0x100000);
    s->calls = 0;
    set(s, 0x5F, 0x10); /* no change: no call */
    ck_assert_uint_eq(s->calls, 0);
    i440fx_ops.reset(&s->fx);
    ck_assert_uint_eq(s->calls, 4);
    ck_assert(!s->read[12]);
    free(s);
}
END_TEST

START_TEST(test_smram)
{
    struct seen *s = seen_new(64 << 20);

    ck_assert_uint_eq(get(s, 0x72), 0x02);
    set(s, 0x72, 0x4A);
    ck_assert(s->smram);
    set(s, 0x72, 0x6A); /* DCLS closes it */
    ck_assert(!s->smram);
    set(s, 0x72, 0x4A);
    set(s, 0x72, 0x5A); /* DLCK: closed for good */
    ck_assert(!s->smram);
    ck_assert_uint_eq(get(s, 0x72), 0x1A);
    set(s, 0x72, 0x4A);
    ck_assert_uint_eq(get(s, 0x72), 0x1A);
    ck_assert(!s->smram);
    i440fx_ops.reset(&s->fx);
    set(s, 0x72, 0x4A);
    ck_assert(s->smram);
    free(s);
}
END_TEST

START_TEST(test_load)
{
    struct seen *s = seen_new(64 << 20);

    set(s, 0x72, 0x1A); /* the running machine is locked, the loaded one is not */
    s->fx.pci.config[0x72] = 0x4A;
    s->fx.pci.config[0x5B] = 0x33;
    ck_assert_int_eq(i440fx_ops.loaded(&s->fx), 0);
    ck_assert(s->smram);
    ck_assert(s->read[2] && s->write[3]);
    s->fx.pci.config[0x59] = 0x0F;
    ck_assert_int_eq(i440fx_ops.loaded(&s->fx), -EINVAL);
    free(s);
}
END_TEST

Suite *i440fx_suite(void)
{
    Suite *s = suite_create("i440fx");
    TCase *t = tcase_create("i440fx");

    tcase_add_test(t, test_identity);
    tcase_add_test(t, test_pam);
    tcase_add_test(t, test_smram);
    tcase_add_test(t, test_load);
    suite_add_tcase(s, t);
    return s;
}
