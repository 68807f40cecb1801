/* test_piix3.c: interrupt routing and power management of the south bridge (devices/piix3.c, piix4_pm.c). */
#include "devices/i440fx.h"
#include "devices/pci.h"
#include "devices/piix3.h"
#include "devices/piix4_pm.h"
#include "tests/unit/stub.h"

#include <errno.h>

#define PMBA  0xB000
#define SMBBA 0xB100

struct bridge {
    struct stub    *s;
    struct piix3    piix3;
    struct piix4_pm pm;
    unsigned        offs;
};

static void power_off(void *opaque)
{
    ((struct bridge *)opaque)->offs++;
}

static struct bridge *bridge_new(void)
{
    struct bridge  *b = calloc(1, sizeof(*b));
    struct irq_line irq[16];

    b->s = stub_new();
    for (int i = 0; i < 16; i++) irq[i] = stub_line(b->s, i);
    piix3_init(&b->piix3, irq);
    piix4_pm_init(&b->pm, &b->s->bus, &b->s->clock, piix3_sci_line(&b->piix3), power_off, b);
    piix3_ops.reset(&b->piix3);
    piix4_pm_ops.reset(&b->pm);
    return b;
}

static void bridge_free(struct bridge *b)
{
    stub_free(b->s);
    free(b);
}

static void route(struct bridge *b, unsigned pirq, unsigned value)
{
    pci_function_write(&b->piix3.pci, 0x60 + pirq, value, 1);
}

static void pirq(struct bridge *b, unsigned n, bool level)
{
    struct irq_line line = piix3_pirq_line(&b->piix3, n);
    irq_set(&line, level);
}

static void enable_pm(struct bridge *b)
{
    pci_function_write(&b->pm.pci, 0x40, PMBA | 1, 4);
    pci_function_write(&b->pm.pci, 0x80, 1, 1);
}

START_TEST(test_identity)
{
    struct bridge *b = bridge_new();

    ck_assert_uint_eq(pci_function_read(&b->piix3.pci, 0, 4), 0x70008086);
    ck_assert_uint_eq(pci_function_read(&b->piix3.pci, 0x0A, 2), 0x0601);
    ck_assert_uint_eq(pci_function_read(&b->piix3.pci, 0x0E, 1), 0x80); /* more functions follow */
    ck_assert_uint_eq(pci_function_read(&b->piix3.pci, 0x60, 4), 0x80808080);
    ck_assert_uint_eq(pci_function_read(&b->pm.pci, 0, 4), 0x71138086);
    ck_assert_uint_eq(pci_function_read(&b->pm.pci, 0x0A, 2), 0x0680);
    ck_assert_uint_eq(pci_function_read(&b->pm.pci, 0x3C, 2), 0x0109); /* INTA#, always IRQ9 */
    bridge_free(b);
}
END_TEST

START_TEST(test_routing)
{
    struct bridge *b = bridge_new();

    pirq(b, 0, true); /* not routed yet */
    for (int i = 0; i < 16; i++) ck_assert_uint_eq(b->s->irq[i].sets, 0);
    route(b, 0, 11);
    ck_assert(b->s->irq[11].level);
    route(b, 1, 11); /* shared */
    pirq(b, 1, true);
    pirq(b, 0, false);
    ck_assert(b->s->irq[11].level);
    route(b, 1, 10); /* moved while active */
    ck_assert(!b->s->irq[11].level);
    ck_assert(b->s->irq[10].level);
    route(b, 1, 0x8A); /* off */
    ck_assert(!b->s->irq[10].level);
    route(b, 1, 13); /* cannot be named */
    route(b, 1, 2);
    ck_assert_uint_eq(b->s->irq[13].sets + b->s->irq[2].sets, 0);
    route(b, 1, 5);
    ck_assert(b->s->irq[5].level);
    piix3_ops.reset(&b->piix3);
    ck_assert(!b->s->irq[5].level);
    bridge_free(b);
}
END_TEST

START_TEST(test_routing_load)
{
    struct bridge *b = bridge_new();

    ck_assert_int_eq(piix3_ops.loaded(&b->piix3), 0);
    b->piix3.inputs = 0x20;
    ck_assert_int_eq(piix3_ops.loaded(&b->piix3), -EINVAL);
    b->piix3.inputs = 0;
    b->piix3.outputs = 4;
    ck_assert_int_eq(piix3_ops.loaded(&b->piix3), -EINVAL);
    bridge_free(b);
}
END_TEST

START_TEST(test_pm_window)
{
    struct bridge *b = bridge_new();

    ck_assert_uint_eq(stub_in32(b->s, PMBA + 8), 0xFFFFFFFF);
    enable_pm(b);
    ck_assert_uint_eq(pci_function_read(&b->pm.pci, 0x40, 4), PMBA | 1);
    ck_assert_uint_eq(stub_in16(b->s, PMBA), 0);
    pci_function_write(&b->pm.pci, 0x40, 0xC000, 4);
    ck_assert_uint_eq(stub_in16(b->s, PMBA), 0xFFFF);
    ck_assert_uint_eq(stub_in16(b->s, 0xC000), 0);
    pci_function_write(&b->pm.pci, 0x40, 0x0080, 4); /* over B2h: not mapped */
    ck_assert_uint_eq(stub_in8(b->s, 0x80), 0xFF);
    stub_out8(b->s, 0xB3, 0x5A);
    ck_assert_uint_eq(stub_in8(b->s, 0xB3), 0x5A);
    bridge_free(b);
}
END_TEST

START_TEST(test_pm_timer)
{
    struct bridge *b = bridge_new();
    uint32_t       before;

    enable_pm(b);
    before = stub_in32(b->s, PMBA + 8);
    stub_run(b->s, NS_PER_SECOND);
    ck_assert_uint_eq(stub_in32(b->s, PMBA + 8) - before, PM_TIMER_HZ);
    stub_run(b->s, 4 * NS_PER_SECOND);
    ck_assert_uint_lt(stub_in32(b->s, PMBA + 8), 1u << 24);
    ck_assert_uint_eq(stub_in8(b->s, PMBA) & 1, 1); /* TMROF_STS: bit 23 changed */
    stub_out8(b->s, PMBA, 1);
    ck_assert_uint_eq(stub_in8(b->s, PMBA) & 1, 0);
    bridge_free(b);
}
END_TEST

START_TEST(test_sci)
{
    struct bridge *b = bridge_new();

    enable_pm(b);
    stub_out16(b->s, PMBA + 2, 0x0101); /* PWRBTN_EN, TMROF_EN */
    piix4_pm_power_button(&b->pm);
    ck_assert_uint_eq(stub_in16(b->s, PMBA), 0x0100);
    ck_assert(!b->s->irq[9].level); /* SCI_EN is off */
    stub_out8(b->s, 0xB2, PM_ACPI_ENABLE);
    ck_assert_uint_eq(stub_in16(b->s, PMBA + 4) & 1, 1);
    ck_assert(b->s->irq[9].level);
    stub_out16(b->s, PMBA, 0x0100);
    ck_assert(!b->s->irq[9].level);
    stub_run(b->s, 2 * NS_PER_SECOND);
    ck_assert(!b->s->irq[9].level);
    stub_run(b->s, NS_PER_SECOND / 2); /* 2^23 ticks are 2.343 s */
    ck_assert(b->s->irq[9].level);
    stub_out8(b->s, 0xB2, PM_ACPI_DISABLE);
    ck_assert(!b->s->irq[9].level);
    bridge_free(b);
}
END_TEST

START_TEST(test_soft_off)
{
    struct bridge *b = bridge_new();

    enable_pm(b);
    stub_out16(b->s, PMBA + 4, 0x3400); /* SUS_TYP 5: working */
    stub_out16(b->s, PMBA + 4, 0x0001);
    ck_assert_uint_eq(b->offs, 0);
    stub_out16(b->s, PMBA + 4, 0x2001); /* SUS_TYP 0 and SUS_EN */
    ck_assert_uint_eq(b->offs, 1);
    ck_assert_uint_eq(stub_in16(b->s, PMBA + 4), 0x0001); /* SUS_EN reads 0 */
    bridge_free(b);
}
END_TEST

START_TEST(test_smbus)
{
    struct bridge *b = bridge_new();

    pci_function_write(&b->pm.pci, 0x90, SMBBA, 4);
    ck_assert_uint_eq(stub_in8(b->s, SMBBA), 0xFF);
    pci_function_write(&b->pm.pci, 0xD2, 1, 1);
    ck_assert_uint_eq(stub_in8(b->s, SMBBA), 0);
    stub_out8(b->s, SMBBA + 4, 0xA1);
    ck_assert_uint_eq(stub_in8(b->s, SMBBA + 4), 0xA1);
    stub_out8(b->s, SMBBA + 2, 0x48); /* start: nobody answers */
    ck_assert_uint_eq(stub_in8(b->s, SMBBA), 0x04);
    stub_out8(b->s, SMBBA, 0x1E);
    ck_assert_uint_eq(stub_in8(b->s, SMBBA), 0);
    bridge_free(b);
}
END_TEST

START_TEST(test_pm_load)
{
    struct bridge *b = bridge_new();

    enable_pm(b);
    ck_assert_int_eq(piix4_pm_ops.loaded(&b->pm), 0);
    b->pm.io[5] = 0x20; /* SUS_EN never reads 1 */
    ck_assert_int_eq(piix4_pm_ops.loaded(&b->pm), -EINVAL);
    bridge_free(b);
}
END_TEST

/* Random configuration writes to the whole chip set, and random accesses to wherever its ports then are: every state on the way must
 * be one that a load accepts, and a reset must bring back the first. */
START_TEST(test_random_configuration)
{
    struct bridge     *b = bridge_new();
    struct i440fx_host host = {0};
    struct i440fx      fx;
    struct pci         pci;
    struct irq_line    pirq_lines[4];
    struct pci_function first = b->pm.pci;
    uint32_t           seed = 4711;

    for (unsigned i = 0; i < 4; i++) pirq_lines[i] = piix3_pirq_line(&b->piix3, i);
    pci_init(&pci, &b->s->bus, pirq_lines, 64 << 20, NULL, NULL);
    i440fx_init(&fx, &host, 64 << 20);
    i440fx_ops.reset(&fx);
    pci_plug(&pci, 0, 0, &fx.pci);
    pci_plug(&pci, 1, 0, &b->piix3.pci);
    pci_plug(&pci, 1, 3, &b->pm.pci);
    for (int i = 0; i < 100000; i++) {
        seed = seed * 1664525 + 1013904223;
        stub_out32(b->s, 0xCF8, 0x80000000 | (seed >> 8 & 0x0BFC));
        bus_out(&b->s->bus, (uint16_t)(0xCF8 + (seed >> 20 & 7)), seed * 40503, 1u << (seed >> 24) % 3);
        bus_in(&b->s->bus, (uint16_t)(0xCF8 + (seed >> 20 & 7)), 1u << (seed >> 24) % 3);
        if (b->pm.io_base) bus_out(&b->s->bus, (uint16_t)(b->pm.io_base + (seed >> 26)), seed >> 3, 1u << (seed & 1));
        if (b->pm.smbus_base) bus_out(&b->s->bus, (uint16_t)(b->pm.smbus_base + (seed >> 28)), seed >> 3, 1);
        if (i % 16 == 0) stub_run(b->s, seed);
        if (i % 100) continue;
        ck_assert_int_eq(i440fx_ops.loaded(&fx) | piix3_ops.loaded(&b->piix3), 0);
        ck_assert_int_eq(piix4_pm_ops.loaded(&b->pm) | pci_ops.loaded(&pci), 0);
    }
    piix4_pm_ops.reset(&b->pm);
    ck_assert_mem_eq(b->pm.pci.config, first.config, PCI_CONFIG_BYTES);
    ck_assert_uint_eq(b->pm.io_base + b->pm.smbus_base, 0);
    bridge_free(b);
}
END_TEST

Suite *piix3_suite(void)
{
    Suite *s = suite_create("piix3");
    TCase *t = tcase_create("piix3");

    tcase_add_test(t, test_identity);
    tcase_add_test(t, test_routing);
    tcase_add_test(t, test_routing_load);
    tcase_add_test(t, test_pm_window);
    tcase_add_test(t, test_pm_timer);
    tcase_add_test(t, test_sci);
    tcase_add_test(t, test_soft_off);
    tcase_add_test(t, test_smbus);
    tcase_add_test(t, test_pm_load);
    tcase_add_test(t, test_random_configuration);
    suite_add_tcase(s, t);
    return s;
}
