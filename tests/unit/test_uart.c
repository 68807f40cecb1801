/* test_uart.c: the 16550A. */
#include "devices/uart.h"
#include "tests/unit/stub.h"

enum { IRQ4 = 4, BASE = 0x3F8, DATA = BASE, IER, IIR, LCR, MCR, LSR, MSR, SCR, FCR = IIR };

#define FRAME_NS 86806ull /* ten bits at 115200 baud, rounded up */

static struct stub *s;
static struct uart  u;
static char         sent[256];
static uint64_t     sent_at[256];

static void transmit(void *opaque, int port, uint8_t byte)
{
    size_t at = strlen(sent);

    ck_assert_ptr_eq(opaque, s);
    ck_assert_int_eq(port, 0);
    sent[at] = (char)byte;
    sent_at[at] = s->clock.now;
}

static void setup(void)
{
    s = stub_new();
    memset(sent, 0, sizeof(sent));
    ck_assert_int_eq(uart_init(&u, &s->bus, &s->clock, stub_line(s, IRQ4), BASE, 0, transmit, s), 0);
}

static void teardown(void)
{
    uart_destroy(&u);
    stub_free(s);
}

/* 115200 baud, 8 bits, no parity, one stop bit; DTR, RTS, OUT2. */
static void program(uint8_t fcr)
{
    stub_out8(s, LCR, 0x80);
    stub_out16(s, DATA, 1);
    stub_out8(s, LCR, 0x03);
    stub_out8(s, FCR, fcr);
    stub_out8(s, MCR, 0x0B);
}

static void host_sends(const char *text)
{
    ck_assert_int_eq(uart_receive(&u, text, strlen(text)), 0);
}

START_TEST(test_registers)
{
    ck_assert_uint_eq(stub_in8(s, IER), 0x00);
    ck_assert_uint_eq(stub_in8(s, IIR), 0x01);
    ck_assert_uint_eq(stub_in8(s, LCR), 0x00);
    ck_assert_uint_eq(stub_in8(s, MCR), 0x00);
    ck_assert_uint_eq(stub_in8(s, LSR), 0x60);
    ck_assert_uint_eq(stub_in8(s, MSR), 0xB0);
    stub_out8(s, IER, 0xFF);
    ck_assert_uint_eq(stub_in8(s, IER), 0x0F);
    stub_out8(s, MCR, 0xFF);
    ck_assert_uint_eq(stub_in8(s, MCR), 0x1F);
    stub_out8(s, SCR, 0xA5);
    ck_assert_uint_eq(stub_in8(s, SCR), 0xA5);
    stub_out8(s, LCR, 0x83);
    stub_out8(s, DATA, 0x34);
    stub_out8(s, IER, 0x12);
    ck_assert_uint_eq(stub_in16(s, DATA), 0x1234);
    stub_out8(s, LCR, 0x03);
    ck_assert_uint_eq(stub_in8(s, IER), 0x0F);
}
END_TEST

/* What a driver does to tell an 8250, 16450, 16550 and 16550A apart. */
START_TEST(test_detection)
{
    ck_assert_uint_eq(stub_in8(s, IIR) & 0xC0, 0x00);
    stub_out8(s, FCR, 0x01);
    ck_assert_uint_eq(stub_in8(s, IIR) & 0xE0, 0xC0);
    stub_out8(s, LCR, 0x80);
    stub_out8(s, FCR, 0x21); /* no 64 byte FIFO */
    ck_assert_uint_eq(stub_in8(s, IIR) & 0xE0, 0xC0);
    stub_out8(s, LCR, 0x00);
    stub_out8(s, FCR, 0x00);
    ck_assert_uint_eq(stub_in8(s, IIR) & 0xC0, 0x00);
}
END_TEST

START_TEST(test_transmit_timing)
{
    program(0x00);
    stub_out8(s, DATA, 'a');
    ck_assert_uint_eq(stub_in8(s, LSR), 0x20); /* in the shift register: the holding register is free */
    stub_out8(s, DATA, 'b');
    ck_assert_uint_eq(stub_in8(s, LSR), 0x00);
    stub_run(s, FRAME_NS - 1);
    ck_assert_str_eq(sent, "");
    stub_run(s, 1);
    ck_assert_str_eq(sent, "a");
    ck_assert_uint_eq(stub_in8(s, LSR), 0x20);
    stub_run(s, FRAME_NS);
    ck_assert_str_eq(sent, "ab");
    ck_assert_uint_eq(stub_in8(s, LSR), 0x60);
    stub_out8(s, DATA, 'c');
    stub_out8(s, DATA, 'd');
    stub_out8(s, DATA, 'e'); /* overwrites the d */
    stub_run(s, 3 * FRAME_NS);
    ck_assert_str_eq(sent, "abce");
}
END_TEST

START_TEST(test_frame_formats)
{
    static const struct {
        uint8_t  lcr;
        unsigned half_bits;
    } cases[] = {{0x00, 14}, {0x03, 20}, {0x07, 22}, {0x04, 15}, {0x1B, 22}, {0x0E, 22}, {0x02, 18}};

    program(0x00);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t from = s->clock.now;
        stub_out8(s, LCR, cases[i].lcr);
        stub_out8(s, DATA, 'x');
        stub_run(s, NS_PER_SECOND);
        ck_assert_uint_eq(sent_at[i] - from, clock_ns(230400, cases[i].half_bits));
    }
    stub_out8(s, LCR, 0x02);
    stub_out8(s, DATA, 0x80 | 'y');
    stub_run(s, NS_PER_SECOND);
    ck_assert_int_eq(sent[strlen(sent) - 1], 'y'); /* seven bits */
}
END_TEST

START_TEST(test_transmit_fifo)
{
    program(0x01);
    for (int i = 0; i < 20; i++) stub_out8(s, DATA, (uint8_t)('a' + i)); /* one in the shift register, 16 wait, 3 lost */
    ck_assert_uint_eq(stub_in8(s, LSR), 0x00);
    stub_run(s, 16 * FRAME_NS);
    ck_assert_uint_eq(stub_in8(s, LSR), 0x20);
    stub_run(s, FRAME_NS);
    ck_assert_str_eq(sent, "abcdefghijklmnopq");
    ck_assert_uint_eq(stub_in8(s, LSR), 0x60);
    for (int i = 0; i < 4; i++) stub_out8(s, DATA, 'x');
    stub_out8(s, FCR, 0x05); /* empties the FIFO, not the shift register */
    stub_run(s, 5 * FRAME_NS);
    ck_assert_str_eq(sent, "abcdefghijklmnopqx");
}
END_TEST

START_TEST(test_thre_interrupt)
{
    program(0x00);
    stub_out8(s, IER, 0x02);
    ck_assert(s->irq[IRQ4].level); /* enabled while empty */
    ck_assert_uint_eq(stub_in8(s, IIR), 0x02);
    ck_assert(!s->irq[IRQ4].level); /* reading IIR ends it */
    ck_assert_uint_eq(stub_in8(s, IIR), 0x01);
    stub_out8(s, IER, 0x00);
    stub_out8(s, IER, 0x02);
    ck_assert(s->irq[IRQ4].level);
    stub_out8(s, DATA, 'a'); /* writing ends it, the move to the shift register begins it */
    ck_assert(s->irq[IRQ4].level);
    stub_out8(s, DATA, 'b');
    ck_assert(!s->irq[IRQ4].level);
    stub_run(s, FRAME_NS);
    ck_assert(s->irq[IRQ4].level);
    stub_out8(s, MCR, 0x03); /* OUT2 cuts the line */
    ck_assert(!s->irq[IRQ4].level);
    stub_out8(s, MCR, 0x0B);
    ck_assert(s->irq[IRQ4].level);
}
END_TEST

START_TEST(test_receive_16450)
{
    program(0x00);
    stub_out8(s, IER, 0x01);
    host_sends("hi");
    stub_run(s, FRAME_NS - 1);
    ck_assert_uint_eq(stub_in8(s, LSR), 0x60);
    stub_run(s, 1);
    ck_assert_uint_eq(stub_in8(s, LSR), 0x61);
    ck_assert(s->irq[IRQ4].level);
    ck_assert_uint_eq(stub_in8(s, IIR), 0x04);
    stub_run(s, 10 * FRAME_NS); /* the far end waits: nothing is overrun */
    ck_assert_uint_eq(stub_in8(s, LSR), 0x61);
    ck_assert_uint_eq(stub_in8(s, DATA), 'h');
    ck_assert(!s->irq[IRQ4].level);
    stub_run(s, FRAME_NS);
    ck_assert_uint_eq(stub_in8(s, DATA), 'i');
    ck_assert_uint_eq(stub_in8(s, LSR), 0x60);
    ck_assert_uint_eq(stub_in8(s, DATA), 'i'); /* nothing new */
}
END_TEST

START_TEST(test_trigger_levels)
{
    static const uint8_t level[] = {1, 4, 8, 14};

    for (unsigned i = 0; i < 4; i++) {
        program((uint8_t)(0x07 | i << 6));
        stub_out8(s, IER, 0x01);
        host_sends("0123456789ABCDEF");
        stub_run(s, (level[i] - 1u) * FRAME_NS);
        ck_assert(!s->irq[IRQ4].level);
        stub_run(s, FRAME_NS);
        ck_assert(s->irq[IRQ4].level);
        ck_assert_uint_eq(stub_in8(s, IIR), 0xC4);
        ck_assert_uint_eq(stub_in8(s, DATA), '0');
        ck_assert(!s->irq[IRQ4].level);
        stub_run(s, 16 * FRAME_NS);
        for (unsigned n = 1; n < 16; n++) ck_assert_uint_eq(stub_in8(s, DATA), (uint8_t) "0123456789ABCDEF"[n]);
        ck_assert_uint_eq(stub_in8(s, LSR), 0x60);
    }
}
END_TEST

START_TEST(test_character_timeout)
{
    program(0xC1);
    stub_out8(s, IER, 0x01);
    host_sends("xyz");
    stub_run(s, 7 * FRAME_NS - 5);
    ck_assert(!s->irq[IRQ4].level);
    stub_run(s, 5);
    ck_assert(s->irq[IRQ4].level); /* four frames after the third */
    ck_assert_uint_eq(stub_in8(s, IIR), 0xCC);
    ck_assert_uint_eq(stub_in8(s, DATA), 'x');
    ck_assert(!s->irq[IRQ4].level); /* the read restarts it */
    stub_run(s, 4 * FRAME_NS);
    ck_assert_uint_eq(stub_in8(s, IIR), 0xCC);
    ck_assert_uint_eq(stub_in8(s, DATA), 'y');
    ck_assert_uint_eq(stub_in8(s, DATA), 'z');
    stub_run(s, 40 * FRAME_NS);
    ck_assert(!s->irq[IRQ4].level); /* empty */
}
END_TEST

START_TEST(test_long_queue)
{
    static uint8_t text[100000];

    program(0x01);
    for (size_t i = 0; i < sizeof(text); i++) text[i] = (uint8_t)(i * 31 >> 3);
    ck_assert_int_eq(uart_receive(&u, text, 60000), 0);
    for (size_t i = 0; i < 30000; i++) {
        stub_run(s, FRAME_NS);
        ck_assert_uint_eq(stub_in8(s, DATA), text[i]);
    }
    ck_assert_int_eq(uart_receive(&u, text + 60000, 40000), 0); /* goes round the end, and grows */
    for (size_t i = 30000; i < sizeof(text); i++) {
        stub_run(s, FRAME_NS);
        ck_assert_uint_eq(stub_in8(s, DATA), text[i]);
    }
    ck_assert(!u.arrival.pending);
    ck_assert_uint_eq(u.queue_size, UART_QUEUE_SIZE);
}
END_TEST

START_TEST(test_interrupt_priorities)
{
    program(0x01);
    host_sends("a");
    stub_run(s, FRAME_NS);
    stub_out8(s, MCR, 0x18); /* loopback, without RTS and DTR: modem inputs change */
    stub_out8(s, LCR, 0x43); /* break */
    stub_out8(s, IER, 0x0F);
    stub_in8(s, DATA);
    ck_assert_uint_eq(stub_in8(s, IIR), 0xC6);
    ck_assert_uint_eq(stub_in8(s, LSR), 0x80 | 0x60 | 0x10 | 0x08 | 0x01);
    ck_assert_uint_eq(stub_in8(s, IIR), 0xC4);
    ck_assert_uint_eq(stub_in8(s, DATA), 0x00);
    ck_assert_uint_eq(stub_in8(s, IIR), 0xC2);
    ck_assert_uint_eq(stub_in8(s, IIR), 0xC0);
    ck_assert_uint_eq(stub_in8(s, MSR), 0x80 | 0x03);
    ck_assert_uint_eq(stub_in8(s, IIR), 0xC1);
    ck_assert(!s->irq[IRQ4].level);
}
END_TEST

START_TEST(test_loopback_data)
{
    program(0x00);
    stub_out8(s, MCR, 0x10);
    host_sends("h"); /* the line is cut off */
    stub_out8(s, DATA, 'x');
    stub_run(s, 2 * FRAME_NS);
    ck_assert_str_eq(sent, "");
    ck_assert_uint_eq(stub_in8(s, DATA), 'x');
    stub_out8(s, DATA, 'y');
    stub_out8(s, DATA, 'z');
    stub_run(s, 2 * FRAME_NS);
    ck_assert_uint_eq(stub_in8(s, LSR), 0x63); /* overrun */
    ck_assert_uint_eq(stub_in8(s, LSR), 0x61);
    ck_assert_uint_eq(stub_in8(s, DATA), 'z'); /* the 16450 keeps the new one */
    stub_out8(s, FCR, 0x01);
    for (int i = 0; i < 17; i++) {
        stub_out8(s, DATA, (uint8_t)i);
        stub_run(s, FRAME_NS);
    }
    ck_assert_uint_eq(stub_in8(s, LSR), 0x63);
    for (unsigned i = 0; i < 16; i++) ck_assert_uint_eq(stub_in8(s, DATA), i); /* the FIFO the old ones */
    stub_out8(s, LCR, 0x01);
    stub_out8(s, DATA, 0xFF);
    stub_run(s, FRAME_NS);
    ck_assert_uint_eq(stub_in8(s, DATA), 0x3F); /* six bits */
    stub_out8(s, MCR, 0x0B);
    stub_run(s, FRAME_NS);
    ck_assert_uint_eq(stub_in8(s, DATA), 'h');
}
END_TEST

START_TEST(test_loopback_modem)
{
    static const uint8_t mcr[] = {0x11, 0x12, 0x14, 0x18}, msr[] = {0x20, 0x10, 0x40, 0x80};

    stub_out8(s, MCR, 0x10);
    ck_assert_uint_eq(stub_in8(s, MSR), 0x0B); /* CTS, DSR and DCD went away */
    for (int i = 0; i < 4; i++) {
        stub_out8(s, MCR, mcr[i]);
        ck_assert_uint_eq(stub_in8(s, MSR) & 0xF0, msr[i]);
        stub_out8(s, MCR, 0x10);
        ck_assert_uint_eq(stub_in8(s, MSR), msr[i] >> 4); /* RI by its trailing edge */
    }
    stub_out8(s, MCR, 0x14);
    ck_assert_uint_eq(stub_in8(s, MSR), 0x40);
}
END_TEST

START_TEST(test_fcr_clears)
{
    program(0x01);
    host_sends("abc");
    stub_run(s, 3 * FRAME_NS);
    ck_assert_uint_eq(stub_in8(s, LSR), 0x61);
    stub_out8(s, FCR, 0x03);
    ck_assert_uint_eq(stub_in8(s, LSR), 0x60);
    host_sends("abc");
    stub_run(s, 3 * FRAME_NS);
    stub_out8(s, FCR, 0x00); /* changing the mode clears both */
    ck_assert_uint_eq(stub_in8(s, LSR), 0x60);
}
END_TEST

START_TEST(test_reset)
{
    struct stub       *s2 = stub_new();
    static struct uart fresh;

    program(0xC7);
    stub_out8(s, IER, 0x0F);
    stub_out8(s, SCR, 1);
    host_sends("abc");
    for (int i = 0; i < 8; i++) stub_out8(s, DATA, 'a');
    stub_run(s, 4 * FRAME_NS);
    stub_out8(s, MCR, 0x1B);
    stub_run(s, 4 * FRAME_NS);
    uart_reset(&u);
    ck_assert(!s->irq[IRQ4].level);
    ck_assert_int_eq(uart_init(&fresh, &s2->bus, &s2->clock, stub_line(s2, IRQ4), BASE, 0, NULL, NULL), 0);
    u.queue_head = 0; /* the ring has turned */
    memset(u.queue, 0, u.queue_size);
    ck_assert_ptr_null(stub_state_differs(uart_ops.fields, &u, &fresh));
    uart_destroy(&fresh);
    stub_free(s2);
}
END_TEST

START_TEST(test_loaded_checks)
{
    ck_assert_int_eq(uart_ops.loaded(&u), 0);
    u.rx.head = 16;
    ck_assert_int_lt(uart_ops.loaded(&u), 0);
    u.rx.head = 0;
    u.queue_head = u.queue_size;
    ck_assert_int_lt(uart_ops.loaded(&u), 0);
}
END_TEST

Suite *uart_suite(void)
{
    Suite *suite = suite_create("uart");
    TCase *t = tcase_create("uart");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_registers);
    tcase_add_test(t, test_detection);
    tcase_add_test(t, test_transmit_timing);
    tcase_add_test(t, test_frame_formats);
    tcase_add_test(t, test_transmit_fifo);
    tcase_add_test(t, test_thre_interrupt);
    tcase_add_test(t, test_receive_16450);
    tcase_add_test(t, test_trigger_levels);
    tcase_add_test(t, test_character_timeout);
    tcase_add_test(t, test_long_queue);
    tcase_add_test(t, test_interrupt_priorities);
    tcase_add_test(t, test_loopback_data);
    tcase_add_test(t, test_loopback_modem);
    tcase_add_test(t, test_fcr_clears);
    tcase_add_test(t, test_reset);
    tcase_add_test(t, test_loaded_checks);
    suite_add_tcase(suite, t);
    return suite;
}
