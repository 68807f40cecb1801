/* test_pic.c: the pair of 8259A. */
#include "devices/pic.h"
#include "tests/unit/stub.h"

enum { INTR = 0 };

static struct stub *s;
static struct pic   pic;

static void setup(void)
{
    s = stub_new();
    pic_init(&pic, &s->bus, stub_line(s, INTR));
}

static void teardown(void)
{
    stub_free(s);
}

/* As the PC's BIOS does: vectors 08h and 70h, edge triggered, nothing masked. */
static void program(uint8_t icw4)
{
    static const uint8_t master[] = {0x08, 0x04}, slave[] = {0x70, 0x02};

    stub_out8(s, 0x20, 0x11);
    stub_out8(s, 0xA0, 0x11);
    for (int i = 0; i < 2; i++) {
        stub_out8(s, 0x21, master[i]);
        stub_out8(s, 0xA1, slave[i]);
    }
    stub_out8(s, 0x21, icw4);
    stub_out8(s, 0xA1, icw4 & ~0x10);
}

static void drive(int irq, bool level)
{
    struct irq_line line = pic_line(&pic, irq);
    irq_set(&line, level);
}

static uint8_t read_isr(uint16_t port)
{
    stub_out8(s, port, 0x0B);
    return stub_in8(s, port);
}

static uint8_t read_irr(uint16_t port)
{
    stub_out8(s, port, 0x0A);
    return stub_in8(s, port);
}

START_TEST(test_silent_until_initialised)
{
    drive(0, true);
    ck_assert(!s->irq[INTR].level);
    stub_out8(s, 0x20, 0x11);
    stub_out8(s, 0x21, 0x08);
    drive(0, false);
    drive(0, true);
    ck_assert(!s->irq[INTR].level); /* in the middle of the sequence */
    stub_out8(s, 0x21, 0x04);
    stub_out8(s, 0x21, 0x01);
    ck_assert(s->irq[INTR].level);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x08);
}
END_TEST

START_TEST(test_edge_and_eoi)
{
    program(0x01);
    drive(1, true);
    ck_assert(s->irq[INTR].level);
    ck_assert_uint_eq(read_irr(0x20), 0x02);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x09);
    ck_assert(!s->irq[INTR].level);
    ck_assert_uint_eq(read_irr(0x20), 0x00); /* still high, but no new edge */
    ck_assert_uint_eq(read_isr(0x20), 0x02);
    stub_out8(s, 0x20, 0x20);
    ck_assert_uint_eq(read_isr(0x20), 0x00);
    ck_assert(!s->irq[INTR].level);
    drive(1, false);
    drive(1, true);
    ck_assert(s->irq[INTR].level);
}
END_TEST

START_TEST(test_nesting)
{
    program(0x01);
    drive(3, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0B);
    drive(4, true); /* lower: waits */
    ck_assert(!s->irq[INTR].level);
    drive(0, true); /* higher: interrupts */
    ck_assert(s->irq[INTR].level);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x08);
    ck_assert_uint_eq(read_isr(0x20), 0x09);
    stub_out8(s, 0x20, 0x20); /* ends level 0, the highest in service */
    ck_assert_uint_eq(read_isr(0x20), 0x08);
    ck_assert(!s->irq[INTR].level);
    stub_out8(s, 0x20, 0x63); /* specific */
    ck_assert(s->irq[INTR].level);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0C);
}
END_TEST

START_TEST(test_mask)
{
    program(0x01);
    stub_out8(s, 0x21, 0x20);
    ck_assert_uint_eq(stub_in8(s, 0x21), 0x20);
    drive(5, true);
    ck_assert(!s->irq[INTR].level);
    ck_assert_uint_eq(read_irr(0x20), 0x20); /* remembered */
    stub_out8(s, 0x21, 0x00);
    ck_assert(s->irq[INTR].level);
    stub_out8(s, 0x21, 0x20);
    ck_assert(!s->irq[INTR].level);
}
END_TEST

START_TEST(test_spurious)
{
    program(0x01);
    drive(4, true);
    drive(4, false);
    ck_assert(!s->irq[INTR].level);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0F);
    ck_assert_uint_eq(read_isr(0x20), 0x00); /* no EOI needed */
}
END_TEST

START_TEST(test_cascade)
{
    program(0x01);
    drive(12, true);
    ck_assert(s->irq[INTR].level);
    ck_assert_uint_eq(read_irr(0x20), 0x04);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x74);
    ck_assert_uint_eq(read_isr(0x20), 0x04);
    ck_assert_uint_eq(read_isr(0xA0), 0x10);
    drive(3, true); /* IRQ3 is below the cascade */
    ck_assert(!s->irq[INTR].level);
    drive(14, true); /* below IRQ12 in the slave */
    stub_out8(s, 0xA0, 0x20);
    stub_out8(s, 0x20, 0x20);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x76); /* and above IRQ3 */
    stub_out8(s, 0xA0, 0x20);
    stub_out8(s, 0x20, 0x20);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0B);
}
END_TEST

START_TEST(test_spurious_slave)
{
    /* The slave's request has to vanish between the two INTA cycles: the mask is set behind the chip's back. */
    program(0x01);
    drive(12, true);
    pic.slave.imr = 0xFF;
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x77);
    ck_assert_uint_eq(read_isr(0x20), 0x04); /* the master needs its EOI */
    ck_assert_uint_eq(read_isr(0xA0), 0x00);
}
END_TEST

START_TEST(test_rotation)
{
    program(0x01);
    stub_out8(s, 0x20, 0xC4); /* set priority: 4 lowest, 5 highest */
    for (int i = 3; i < 8; i++) drive(i, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0D);
    stub_out8(s, 0x20, 0xA0); /* rotate on nonspecific EOI: 5 becomes lowest */
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0E);
    stub_out8(s, 0x20, 0xE6); /* rotate on specific EOI */
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0F);
    stub_out8(s, 0x20, 0x20);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0B); /* 7 0 1 2 3 4 5 6 */
    stub_out8(s, 0x20, 0x40);                       /* no operation */
    ck_assert_uint_eq(read_isr(0x20), 0x08);
}
END_TEST

START_TEST(test_auto_eoi)
{
    program(0x03);
    drive(2 + 8, true);
    drive(5 + 8, true); /* both pending in the slave: each must be an edge for the master */
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x72);
    ck_assert_uint_eq(read_isr(0x20), 0x00);
    ck_assert(s->irq[INTR].level);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x75);
    ck_assert(!s->irq[INTR].level);
    stub_out8(s, 0x20, 0x80); /* rotate in automatic EOI mode */
    drive(3, true);
    drive(4, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0B);
    drive(3, false);
    drive(3, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0C); /* 3 is lowest now */
    stub_out8(s, 0x20, 0x00);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0B);
}
END_TEST

START_TEST(test_special_mask)
{
    program(0x01);
    drive(3, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x0B);
    stub_out8(s, 0x21, 0x08);
    drive(6, true);
    ck_assert(!s->irq[INTR].level);
    stub_out8(s, 0x20, 0x68);
    ck_assert(s->irq[INTR].level);
    stub_out8(s, 0x20, 0x20); /* nonspecific EOI leaves the masked level */
    ck_assert_uint_eq(read_isr(0x20), 0x08);
    stub_out8(s, 0x20, 0x48);
    ck_assert(!s->irq[INTR].level);
}
END_TEST

START_TEST(test_special_fully_nested)
{
    program(0x11);
    drive(12, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x74);
    drive(9, true); /* higher within the slave */
    ck_assert(s->irq[INTR].level);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x71);
    drive(3, true);
    ck_assert(!s->irq[INTR].level);
    program(0x01);
    drive(12, false);
    drive(9, false);
    drive(12, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x74);
    drive(9, true);
    ck_assert(!s->irq[INTR].level);
}
END_TEST

START_TEST(test_poll)
{
    program(0x01);
    stub_out8(s, 0x20, 0x0C);
    ck_assert_uint_eq(stub_in8(s, 0x20) & 0x80, 0);
    drive(5, true);
    stub_out8(s, 0x20, 0x0C);
    ck_assert_uint_eq(stub_in8(s, 0x21), 0x85); /* either port */
    ck_assert(!s->irq[INTR].level);
    ck_assert_uint_eq(stub_in8(s, 0x21), 0x00); /* once only: this is the mask */
    ck_assert_uint_eq(read_isr(0x20), 0x20);
}
END_TEST

START_TEST(test_level_by_elcr)
{
    program(0x01);
    stub_out16(s, 0x4D0, 0xFFFF);
    ck_assert_uint_eq(stub_in16(s, 0x4D0), 0xDEF8);
    drive(11, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x73);
    stub_out8(s, 0xA0, 0x20);
    stub_out8(s, 0x20, 0x20);
    ck_assert(s->irq[INTR].level); /* still requested */
    drive(11, false);
    ck_assert(!s->irq[INTR].level);
}
END_TEST

START_TEST(test_level_by_ltim)
{
    stub_out8(s, 0x20, 0x1B); /* LTIM, single, ICW4 */
    stub_out8(s, 0x21, 0x20);
    stub_out8(s, 0x21, 0x01);
    drive(1, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x21);
    stub_out8(s, 0x20, 0x20);
    ck_assert(s->irq[INTR].level);
    drive(1, false);
    ck_assert(!s->irq[INTR].level);
}
END_TEST

START_TEST(test_icw1_clears)
{
    program(0x01);
    drive(1, true);
    pic_acknowledge(&pic);
    drive(4, true);
    stub_out8(s, 0x21, 0xFF);
    program(0x01);
    ck_assert_uint_eq(stub_in8(s, 0x21), 0);
    ck_assert_uint_eq(stub_in8(s, 0x20), 0); /* IRR is selected; lines that are high need a new edge */
    ck_assert_uint_eq(read_isr(0x20), 0);
    ck_assert(!s->irq[INTR].level);
}
END_TEST

START_TEST(test_mcs80)
{
    stub_out8(s, 0x20, 0xB6); /* A7-A5 = 101, interval 4, single, no ICW4 */
    stub_out8(s, 0x21, 0x12);
    drive(3, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0xAC);
}
END_TEST

START_TEST(test_reset)
{
    struct stub *s2 = stub_new();
    struct pic   fresh;

    program(0x13);
    drive(4, true);
    drive(14, true);
    pic_acknowledge(&pic);
    stub_out8(s, 0x21, 0x55);
    drive(4, false);
    drive(14, false);
    pic_reset(&pic);
    pic_init(&fresh, &s2->bus, stub_line(s2, INTR));
    ck_assert_ptr_null(stub_state_differs(pic_ops.fields, &pic, &fresh));
    ck_assert(!s->irq[INTR].level);
    stub_free(s2);
}
END_TEST

Suite *pic_suite(void)
{
    Suite *suite = suite_create("pic");
    TCase *t = tcase_create("pic");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_silent_until_initialised);
    tcase_add_test(t, test_edge_and_eoi);
    tcase_add_test(t, test_nesting);
    tcase_add_test(t, test_mask);
    tcase_add_test(t, test_spurious);
    tcase_add_test(t, test_cascade);
    tcase_add_test(t, test_spurious_slave);
    tcase_add_test(t, test_rotation);
    tcase_add_test(t, test_auto_eoi);
    tcase_add_test(t, test_special_mask);
    tcase_add_test(t, test_special_fully_nested);
    tcase_add_test(t, test_poll);
    tcase_add_test(t, test_level_by_elcr);
    tcase_add_test(t, test_level_by_ltim);
    tcase_add_test(t, test_icw1_clears);
    tcase_add_test(t, test_mcs80);
    tcase_add_test(t, test_reset);
    suite_add_tcase(suite, t);
    return suite;
}
