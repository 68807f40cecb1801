/* suites.h: every unit test suite, one line each, in the order of the run.
 *
 * A test file test_NAME.c defines `Suite *NAME_suite(void)` and is listed here as SUITE(NAME). A suite that is listed but
 * not linked is counted as skipped, so that one chip's tests can be built and run alone. No include guard: unit_main.c
 * includes this several times with different definitions of SUITE. */
SUITE(sched)
SUITE(bus)
SUITE(pic)
SUITE(pit)
SUITE(speaker)
SUITE(port92)
SUITE(rtc)
SUITE(dma)
SUITE(uart)
SUITE(lpt)
SUITE(debugcon)
SUITE(exitport)
SUITE(poweroff)
SUITE(snapshot)
SUITE(options)
SUITE(vga)
SUITE(vga_draw)
SUITE(vbe)
