/* test_pci.c: configuration mechanism, windows and interrupt pins of PCI functions (devices/pci.c, pci_function.c). */
#include "devices/pci.h"
#include "tests/unit/stub.h"

#include <errno.h>

#define RAM_END 0x4000000ull /* 64 MB */

struct card {
    struct pci_function pci;
    unsigned            written, maps[PCI_BARS], unmaps[PCI_BARS];
    uint32_t            base[PCI_BARS];
};

struct board {
    struct stub *s;
    struct pci   pci;
    struct card  card;
    unsigned     resets, hard_resets;
};

static void card_written(void *opaque, unsigned offset, unsigned size)
{
    (void)offset;
    (void)size;
    ((struct card *)opaque)->written++;
}

static void card_map(void *opaque, unsigned bar, uint32_t base, bool on)
{
    struct card *c = opaque;

    if (on)
        c->maps[bar]++;
    else
        c->unmaps[bar]++;
    c->base[bar] = base;
    ck_assert_uint_eq(c->maps[bar] - c->unmaps[bar], on); /* strictly in turn */
}

static const struct pci_function_ops card_ops = {.written = card_written, .map = card_map};
static const struct pci_ids card_ids = {.vendor = 0x1234, .device = 0x5678, .class_code = 0x030000, .revision = 9, .interrupt_pin = 1};

static void board_reset(void *opaque, bool hard)
{
    struct board *b = opaque;

    b->resets++;
    b->hard_resets += hard;
}

static struct board *board_new(void)
{
    struct board   *b = calloc(1, sizeof(*b));
    struct irq_line pirq[4];

    b->s = stub_new();
    for (int i = 0; i < 4; i++) pirq[i] = stub_line(b->s, i);
    pci_init(&b->pci, &b->s->bus, pirq, RAM_END, board_reset, b);
    pci_function_init(&b->card.pci, &card_ids, &card_ops, &b->card);
    pci_function_bar(&b->card.pci, 0, 1 << 20, PCI_BAR_PREFETCH);
    pci_function_bar(&b->card.pci, 1, 32, PCI_BAR_IO);
    pci_function_bar(&b->card.pci, PCI_ROM, 65536, 0);
    pci_plug(&b->pci, 2, 0, &b->card.pci);
    pci_ops.reset(&b->pci);
    pci_function_reset(&b->card.pci);
    return b;
}

static void board_free(struct board *b)
{
    stub_free(b->s);
    free(b);
}

static void address(struct board *b, unsigned device, unsigned function, unsigned offset)
{
    stub_out32(b->s, 0xCF8, 0x80000000 | device << 11 | function << 8 | (offset & 0xFC));
}

static uint32_t get(struct board *b, unsigned offset)
{
    address(b, 2, 0, offset);
    return stub_in32(b->s, 0xCFC);
}

static void set(struct board *b, unsigned offset, uint32_t value)
{
    address(b, 2, 0, offset);
    stub_out32(b->s, 0xCFC, value);
}

START_TEST(test_mechanism)
{
    struct board *b = board_new();

    ck_assert_uint_eq(get(b, 0), 0x56781234);
    ck_assert_uint_eq(stub_in32(b->s, 0xCF8), 0x80001000);
    ck_assert_uint_eq(stub_in16(b->s, 0xCFE), 0x5678);
    ck_assert_uint_eq(stub_in8(b->s, 0xCFD), 0x12);
    ck_assert_uint_eq(get(b, 8), 0x03000009);
    address(b, 3, 0, 0); /* no such device */
    ck_assert_uint_eq(stub_in32(b->s, 0xCFC), 0xFFFFFFFF);
    stub_out32(b->s, 0xCF8, 0x80011000); /* no such bus */
    ck_assert_uint_eq(stub_in32(b->s, 0xCFC), 0xFFFFFFFF);
    stub_out32(b->s, 0xCF8, 0x00001000); /* not enabled */
    ck_assert_uint_eq(stub_in32(b->s, 0xCFC), 0xFFFFFFFF);
    stub_out32(b->s, 0xCF8, 0xFFFFFFFF); /* reserved bits stay 0 */
    ck_assert_uint_eq(stub_in32(b->s, 0xCF8), 0x80FFFFFC);
    stub_out8(b->s, 0xCF8, 0x55); /* only 32-bit accesses reach the address register */
    stub_out16(b->s, 0xCFA, 0x5555);
    ck_assert_uint_eq(stub_in32(b->s, 0xCF8), 0x80FFFFFC);
    board_free(b);
}
END_TEST

START_TEST(test_read_only_and_partial)
{
    struct board *b = board_new();

    set(b, 0, 0);
    ck_assert_uint_eq(get(b, 0), 0x56781234);
    address(b, 2, 0, PCI_INTERRUPT_LINE);
    stub_out8(b->s, 0xCFC, 11);
    stub_out8(b->s, 0xCFD, 3); /* the pin is fixed */
    ck_assert_uint_eq(stub_in32(b->s, 0xCFC), 0x0000010B);
    ck_assert_uint_gt(b->card.written, 0);
    address(b, 2, 0, PCI_STATUS);
    ck_assert_uint_eq(stub_in16(b->s, 0xCFE), 0x0280);
    b->card.pci.config[PCI_STATUS + 1] |= 0x20; /* master abort: cleared by writing 1 */
    stub_out16(b->s, 0xCFE, 0x0000);
    ck_assert_uint_eq(stub_in16(b->s, 0xCFE), 0x2280);
    stub_out16(b->s, 0xCFE, 0xFFFF);
    ck_assert_uint_eq(stub_in16(b->s, 0xCFE), 0x0280);
    board_free(b);
}
END_TEST

START_TEST(test_sizing)
{
    struct board *b = board_new();

    set(b, PCI_COMMAND, 3);
    for (unsigned bar = 0; bar < 6; bar++) set(b, PCI_BASE_ADDRESS + 4 * bar, 0xFFFFFFFF);
    set(b, PCI_ROM_ADDRESS, 0xFFFFFFFE);
    ck_assert_uint_eq(get(b, PCI_BASE_ADDRESS), 0xFFF00008);
    ck_assert_uint_eq(get(b, PCI_BASE_ADDRESS + 4), 0xFFFFFFE1);
    ck_assert_uint_eq(get(b, PCI_BASE_ADDRESS + 8), 0);
    ck_assert_uint_eq(get(b, PCI_ROM_ADDRESS), 0xFFFF0000);
    for (unsigned bar = 0; bar < PCI_BARS; bar++) ck_assert_uint_eq(b->card.maps[bar], 0); /* nowhere on the way */
    board_free(b);
}
END_TEST

START_TEST(test_windows)
{
    struct board *b = board_new();
    struct card  *c = &b->card;

    set(b, PCI_BASE_ADDRESS, 0xE0000000);
    ck_assert_uint_eq(c->maps[0], 0); /* decoding is off */
    set(b, PCI_COMMAND, PCI_COMMAND_MEMORY);
    ck_assert_uint_eq(c->maps[0], 1);
    ck_assert_uint_eq(c->base[0], 0xE0000000);
    set(b, PCI_BASE_ADDRESS, 0xE0100000);
    ck_assert_uint_eq(c->maps[0], 2);
    ck_assert_uint_eq(c->unmaps[0], 1);
    ck_assert_uint_eq(c->base[0], 0xE0100000);
    set(b, PCI_BASE_ADDRESS + 4, 0xC101);
    ck_assert_uint_eq(c->maps[1], 0);
    set(b, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_IO);
    ck_assert_uint_eq(c->base[1], 0xC100);
    set(b, PCI_ROM_ADDRESS, 0xE0200000);
    ck_assert_uint_eq(c->maps[PCI_ROM], 0); /* its own enable bit is off */
    set(b, PCI_ROM_ADDRESS, 0xE0200001);
    ck_assert_uint_eq(c->maps[PCI_ROM], 1);
    set(b, PCI_COMMAND, 0);
    for (unsigned bar = 0; bar < PCI_BARS; bar++) ck_assert_uint_eq(c->maps[bar], c->unmaps[bar]);
    board_free(b);
}
END_TEST

START_TEST(test_windows_out_of_bounds)
{
    struct board *b = board_new();

    set(b, PCI_COMMAND, 3);
    set(b, PCI_BASE_ADDRESS, 0x00100000); /* RAM: the host bridge does not hand it on */
    set(b, PCI_BASE_ADDRESS, (uint32_t)RAM_END - 0x100000);
    ck_assert_uint_eq(b->card.maps[0], 0);
    set(b, PCI_BASE_ADDRESS, (uint32_t)RAM_END);
    ck_assert_uint_eq(b->card.maps[0], 1);
    set(b, PCI_ROM_ADDRESS, 0xFFFE0001); /* the system ROM's */
    ck_assert_uint_eq(b->card.maps[PCI_ROM], 0);
    set(b, PCI_BASE_ADDRESS + 4, 0x00010001); /* beyond the 64K of ports */
    ck_assert_uint_eq(b->card.maps[1], 0);
    board_free(b);
}
END_TEST

START_TEST(test_reset_and_load)
{
    struct board *b = board_new();
    uint8_t       saved[PCI_CONFIG_BYTES];

    set(b, PCI_COMMAND, PCI_COMMAND_MEMORY);
    set(b, PCI_BASE_ADDRESS, 0xE0000000);
    memcpy(saved, b->card.pci.config, sizeof(saved));
    pci_function_reset(&b->card.pci);
    ck_assert_uint_eq(b->card.unmaps[0], 1);
    ck_assert_uint_eq(get(b, PCI_BASE_ADDRESS), 8);
    memcpy(b->card.pci.config, saved, sizeof(saved));
    ck_assert_int_eq(pci_function_loaded(&b->card.pci), 0);
    ck_assert_uint_eq(b->card.maps[0], 2);
    b->card.pci.config[0] ^= 1; /* another vendor: not our state */
    ck_assert_int_eq(pci_function_loaded(&b->card.pci), -EINVAL);
    b->pci.address = 3;
    ck_assert_int_eq(pci_ops.loaded(&b->pci), -EINVAL);
    board_free(b);
}
END_TEST

START_TEST(test_interrupt_pins)
{
    struct board *b = board_new();
    struct card   other = {0};

    pci_function_init(&other.pci, &card_ids, &card_ops, &other);
    pci_plug(&b->pci, 6, 0, &other.pci);
    pci_function_interrupt(&b->card.pci, true); /* device 2, INTA#: the second wire */
    ck_assert(b->s->irq[1].level);
    ck_assert(!b->s->irq[0].level);
    pci_function_interrupt(&other.pci, true); /* device 6 shares it */
    pci_function_interrupt(&b->card.pci, false);
    ck_assert(b->s->irq[1].level);
    pci_function_interrupt(&other.pci, false);
    ck_assert(!b->s->irq[1].level);
    board_free(b);
}
END_TEST

START_TEST(test_reset_port)
{
    struct board *b = board_new();

    stub_out8(b->s, 0xCF9, 0x02);
    ck_assert_uint_eq(b->resets, 0);
    stub_out8(b->s, 0xCF9, 0x06);
    ck_assert_uint_eq(b->resets, 1);
    ck_assert_uint_eq(b->hard_resets, 1);
    stub_out8(b->s, 0xCF9, 0x06); /* only the rise counts */
    ck_assert_uint_eq(b->resets, 1);
    stub_out8(b->s, 0xCF9, 0x00);
    stub_out8(b->s, 0xCF9, 0x04);
    ck_assert_uint_eq(b->resets, 2);
    ck_assert_uint_eq(b->hard_resets, 1);
    ck_assert_uint_eq(stub_in8(b->s, 0xCF9), 0x04);
    board_free(b);
}
END_TEST

START_TEST(test_ports_taken)
{
    struct board               *b = board_new();
    static const struct bus_ops none = {.max_size = 1};

    ck_assert(!pci_map_ports(&b->s->bus, 0xCF0, 16, &none, b)); /* CF8h is taken */
    ck_assert_ptr_null(b->s->bus.port[0xCF0].ops);
    ck_assert(pci_map_ports(&b->s->bus, 0xC000, 16, &none, b));
    ck_assert(!pci_map_ports(&b->s->bus, 0xFFF8, 16, &none, b));
    board_free(b);
}
END_TEST

Suite *pci_suite(void)
{
    Suite *s = suite_create("pci");
    TCase *t = tcase_create("pci");

    tcase_add_test(t, test_mechanism);
    tcase_add_test(t, test_read_only_and_partial);
    tcase_add_test(t, test_sizing);
    tcase_add_test(t, test_windows);
    tcase_add_test(t, test_windows_out_of_bounds);
    tcase_add_test(t, test_reset_and_load);
    tcase_add_test(t, test_interrupt_pins);
    tcase_add_test(t, test_reset_port);
    tcase_add_test(t, test_ports_taken);
    suite_add_tcase(s, t);
    return s;
}
