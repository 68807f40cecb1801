/* rtc.h: the MC146818 real-time clock with its battery-backed CMOS memory. */
#ifndef DEVICES_RTC_H
#define DEVICES_RTC_H

#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/irq.h"
#include "devices/state.h"

#define RTC_RAM 256 /* 00h-0Dh clock registers, to 7Fh CMOS (ports 70h-71h), 80h-FFh extended bank (72h-73h) */

struct rtc {
    uint8_t         ram[RTC_RAM]; /* by index; the clock registers as the guest reads them, but for UIP */
    uint8_t         index;        /* last written to 70h, without bit 7 */
    uint8_t         extended_index;
    bool            nmi_masked;   /* bit 7 of port 70h */
    uint64_t        phase;        /* ns within the second at which the divider chain passes zero */
    uint64_t        seen;         /* 32768 Hz tick up to which the periodic flag is accounted for */
    struct irq_line irq;
    struct clock   *clock;
    struct event    update;       /* end of the once-a-second update cycle */
    struct event    periodic;     /* pending while the periodic interrupt is enabled and its flag clear */
};

/* Maps 70h-73h and sets the clock to DATE: seconds since 1970-01-01 00:00:00, as the guest is to read it. The rest of the
 * CMOS is zero. */
void rtc_init(struct rtc *, struct bus *, struct clock *, struct irq_line irq8, int64_t date);
/* The RESET pin: disables the interrupts. Time and CMOS live on. */
void rtc_reset(void *rtc);

/* CMOS bytes for the owner's use: equipment, memory size and the like, before power-on. INDEX 0Eh-FFh. */
void    rtc_cmos_set(struct rtc *, unsigned index, uint8_t value);
uint8_t rtc_cmos_get(const struct rtc *, unsigned index);
/* Sums 10h-2Dh into 2Eh (high) and 2Fh (low), as the AT's firmware checks it. */
void rtc_cmos_checksum(struct rtc *);

/* Whether port 70h keeps NMI from the CPU. */
bool rtc_nmi_masked(const struct rtc *);

extern const struct device_ops rtc_ops;

#endif
