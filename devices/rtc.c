/* rtc.c: MC146818 real-time clock and CMOS memory.
 *
 * Ports 70h (index, NMI mask in bit 7), 71h (data), 72h-73h (the same for the PIIX3's extended bank).
 * Sources: Motorola MC146818A data sheet, called DS here; IBM 6280070 (AT Technical Reference), "Real-Time Clock/CMOS RAM".
 *
 * The time registers are counted up once a second in whatever format they are in, as the chip does it; a wrong value that
 * the guest wrote stays until a carry runs over it. */
#include "devices/rtc.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
    SECONDS,
    SECONDS_ALARM,
    MINUTES,
    MINUTES_ALARM,
    HOURS,
    HOURS_ALARM,
    DAY_OF_WEEK, /* 1 = Sunday */
    DATE,
    MONTH,
    YEAR,
    REG_A,
    REG_B,
    REG_C,
    REG_D,
    CENTURY = 0x32, /* the AT's firmware convention */

    A_UIP = 0x80,
    A_DV = 0x70,
    A_DV_32768 = 0x20, /* the time base of a PC; the others stop the clock here */
    A_RS = 0x0F,

    B_SET = 0x80,
    B_PIE = 0x40,
    B_AIE = 0x20,
    B_UIE = 0x10,
    B_SQWE = 0x08,
    B_DM = 0x04, /* binary, not BCD */
    B_24 = 0x02,

    C_IRQF = 0x80,
    C_PF = 0x40,
    C_AF = 0x20,
    C_UF = 0x10,

    D_VRT = 0x80,

    ALARM_ANY = 0xC0,
    HOUR_PM = 0x80,
    INDEX_NMI = 0x80,
};

#define CRYSTAL_HZ      32768u
#define UIP_AHEAD_NS    244000u  /* DS, "Update Cycle": UIP rises 244 us before the cycle, */
#define UPDATE_CYCLE_NS 1984000u /* which takes 1984 us with a 32.768 kHz crystal */

/* --- the calendar ------------------------------------------------------------------------------------------------------ */

static unsigned decode(const struct rtc *rtc, uint8_t v)
{
    return rtc->ram[REG_B] & B_DM ? v : (v >> 4) * 10u + (v & 15);
}

static uint8_t encode(const struct rtc *rtc, unsigned v)
{
    return (uint8_t)(rtc->ram[REG_B] & B_DM ? v : (v / 10 << 4 | v % 10));
}

static unsigned decode_hour(const struct rtc *rtc, uint8_t v)
{
    if (rtc->ram[REG_B] & B_24) return decode(rtc, v);
    return decode(rtc, v & ~HOUR_PM) % 12 + (v & HOUR_PM ? 12 : 0);
}

static uint8_t encode_hour(const struct rtc *rtc, unsigned hour)
{
    if (rtc->ram[REG_B] & B_24) return encode(rtc, hour);
    return (uint8_t)(encode(rtc, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? HOUR_PM : 0));
}

/* The chip knows two digits of the year: every fourth one is a leap year. */
static unsigned days_in_month(unsigned month, unsigned year)
{
    static const uint8_t days[13] = {31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (month == 2 && year % 4 == 0) return 29;
    return days[month <= 12 ? month : 0];
}

/* Adds one to a register that runs from FIRST to LAST; true: it went round. */
static bool carry(struct rtc *rtc, int reg, unsigned first, unsigned last)
{
    unsigned v = decode(rtc, rtc->ram[reg]);

    rtc->ram[reg] = encode(rtc, v >= last ? first : v + 1);
    return v >= last;
}

static void add_second(struct rtc *rtc)
{
    unsigned hour = decode_hour(rtc, rtc->ram[HOURS]), year, month;

    if (!carry(rtc, SECONDS, 0, 59) || !carry(rtc, MINUTES, 0, 59)) return;
    rtc->ram[HOURS] = encode_hour(rtc, hour >= 23 ? 0 : hour + 1);
    if (hour < 23) return;
    carry(rtc, DAY_OF_WEEK, 1, 7);
    year = decode(rtc, rtc->ram[YEAR]);
    month = decode(rtc, rtc->ram[MONTH]);
    if (!carry(rtc, DATE, 1, days_in_month(month, year)) || !carry(rtc, MONTH, 1, 12)) return;
    if (carry(rtc, YEAR, 0, 99)) carry(rtc, CENTURY, 0, 99);
}

/* Sets the time registers, in the format that register B names. */
static void set_date(struct rtc *rtc, int64_t date)
{
    int64_t  days = (date - (date % 86400 + 86400) % 86400) / 86400;
    unsigned second = (unsigned)((date % 86400 + 86400) % 86400);
    /* Years are counted from March, so that the leap day is the last; eras of 400 years have 146097 days. */
    int64_t  from_march = days + 719468;
    int64_t  era = (from_march - (from_march % 146097 + 146097) % 146097) / 146097;
    unsigned day_of_era = (unsigned)(from_march - era * 146097);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted_month = (5 * day_of_year + 2) / 153;
    unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    int64_t  year = era * 400 + year_of_era + (month <= 2);
    unsigned four_digits = (unsigned)((year % 10000 + 10000) % 10000);

    rtc->ram[SECONDS] = encode(rtc, second % 60);
    rtc->ram[MINUTES] = encode(rtc, second / 60 % 60);
    rtc->ram[HOURS] = encode_hour(rtc, second / 3600);
    rtc->ram[DAY_OF_WEEK] = encode(rtc, (unsigned)(((days + 4) % 7 + 7) % 7) + 1); /* 1970-01-01 was a Thursday */
    rtc->ram[DATE] = encode(rtc, day_of_year - (153 * shifted_month + 2) / 5 + 1);
    rtc->ram[MONTH] = encode(rtc, month);
    rtc->ram[YEAR] = encode(rtc, four_digits % 100);
    rtc->ram[CENTURY] = encode(rtc, four_digits / 100);
}

/* --- the divider chain ------------------------------------------------------------------------------------------------- */

static bool divider_runs(const struct rtc *rtc)
{
    return (rtc->ram[REG_A] & A_DV) == A_DV_32768;
}

/* ns since some moment at which the divider chain passed zero. */
static uint64_t divider(const struct rtc *rtc)
{
    return clock_now(rtc->clock) + NS_PER_SECOND - rtc->phase;
}

/* The virtual time at which divider() will be D. */
static uint64_t divider_time(const struct rtc *rtc, uint64_t d)
{
    return d + rtc->phase - NS_PER_SECOND;
}

/* The update cycle begins when the chain passes zero. */
static bool update_in_progress(const struct rtc *rtc)
{
    uint64_t at = divider(rtc) % NS_PER_SECOND;

    if (!divider_runs(rtc) || rtc->ram[REG_B] & B_SET) return false;
    return at >= NS_PER_SECOND - UIP_AHEAD_NS || at < UPDATE_CYCLE_NS;
}

/* log2 of the periodic interrupt's period in crystal ticks (DS, "Periodic Interrupt Rate"). RS is not 0. */
static unsigned period_shift(const struct rtc *rtc)
{
    unsigned rs = rtc->ram[REG_A] & A_RS;
    return rs < 3 ? rs + 6 : rs - 1;
}

static void update_irq(struct rtc *rtc)
{
    uint8_t *c = &rtc->ram[REG_C];

    *c &= ~C_IRQF;
    if (*c & rtc->ram[REG_B] & (C_PF | C_AF | C_UF)) *c |= C_IRQF; /* flags and enables share their bits */
    irq_set(&rtc->irq, *c & C_IRQF);
}

/* Sets the periodic flag if a period has ended since the last look. */
static void sync_periodic(struct rtc *rtc)
{
    uint64_t tick = clock_ticks(CRYSTAL_HZ, divider(rtc));

    if (divider_runs(rtc) && rtc->ram[REG_A] & A_RS && tick >> period_shift(rtc) != rtc->seen >> period_shift(rtc))
        rtc->ram[REG_C] |= C_PF;
    rtc->seen = tick;
}

static void schedule_periodic(struct rtc *rtc)
{
    bool     wanted = rtc->ram[REG_B] & B_PIE && !(rtc->ram[REG_C] & C_PF);
    unsigned shift;

    if (!wanted || !divider_runs(rtc) || !(rtc->ram[REG_A] & A_RS)) {
        event_cancel(rtc->clock, &rtc->periodic);
        return;
    }
    shift = period_shift(rtc);
    event_schedule(rtc->clock, &rtc->periodic,
                   divider_time(rtc, clock_ns(CRYSTAL_HZ, ((rtc->seen >> shift) + 1) << shift)));
}

static void schedule_update(struct rtc *rtc)
{
    uint64_t since = divider(rtc) - UPDATE_CYCLE_NS;

    if (divider_runs(rtc))
        event_schedule(rtc->clock, &rtc->update,
                       divider_time(rtc, (since / NS_PER_SECOND + 1) * NS_PER_SECOND + UPDATE_CYCLE_NS));
    else
        event_cancel(rtc->clock, &rtc->update);
}

static void periodic_run(void *opaque, uint64_t late_ns)
{
    struct rtc *rtc = opaque;

    (void)late_ns;
    sync_periodic(rtc);
    update_irq(rtc);
    schedule_periodic(rtc);
}

static bool alarm_matches(const struct rtc *rtc, int time, int alarm)
{
    uint8_t want = rtc->ram[alarm];
    return (want & ALARM_ANY) == ALARM_ANY || want == rtc->ram[time];
}

static void update_run(void *opaque, uint64_t late_ns)
{
    struct rtc *rtc = opaque;

    (void)late_ns;
    schedule_update(rtc);
    if (rtc->ram[REG_B] & B_SET) return;
    add_second(rtc);
    if (alarm_matches(rtc, SECONDS, SECONDS_ALARM) && alarm_matches(rtc, MINUTES, MINUTES_ALARM) &&
        alarm_matches(rtc, HOURS, HOURS_ALARM))
        rtc->ram[REG_C] |= C_AF;
    rtc->ram[REG_C] |= C_UF;
    update_irq(rtc);
}

/* --- registers --------------------------------------------------------------------------------------------------------- */

static void write_a(struct rtc *rtc, uint8_t value)
{
    bool ran = divider_runs(rtc);

    sync_periodic(rtc);
    rtc->ram[REG_A] = value & (A_DV | A_RS);
    if (!ran && divider_runs(rtc)) {
        /* DS, "Divider Control": the first update cycle begins half a second after the reset is removed. */
        rtc->phase = (clock_now(rtc->clock) + NS_PER_SECOND / 2) % NS_PER_SECOND;
        rtc->seen = clock_ticks(CRYSTAL_HZ, divider(rtc));
    }
    if (ran != divider_runs(rtc)) schedule_update(rtc);
    schedule_periodic(rtc);
}

static void write_b(struct rtc *rtc, uint8_t value)
{
    sync_periodic(rtc);
    if (value & B_SET) value &= ~B_UIE; /* DS, "Register B": SET clears UIE */
    rtc->ram[REG_B] = value;
    update_irq(rtc);
    schedule_periodic(rtc);
}

static uint8_t read_c(struct rtc *rtc)
{
    uint8_t value;

    sync_periodic(rtc);
    update_irq(rtc);
    value = rtc->ram[REG_C];
    rtc->ram[REG_C] = 0;
    update_irq(rtc);
    schedule_periodic(rtc);
    return value;
}

static uint8_t read_register(struct rtc *rtc, unsigned index)
{
    switch (index) {
    case REG_A: return (uint8_t)(rtc->ram[REG_A] | (update_in_progress(rtc) ? A_UIP : 0));
    case REG_C: return read_c(rtc);
    default: return rtc->ram[index];
    }
}

static void write_register(struct rtc *rtc, unsigned index, uint8_t value)
{
    switch (index) {
    case REG_A: write_a(rtc, value); break;
    case REG_B: write_b(rtc, value); break;
    case REG_C:
    case REG_D: break; /* read only */
    default: rtc->ram[index] = value; break;
    }
}

static uint32_t rtc_read(void *opaque, uint32_t offset, unsigned size)
{
    struct rtc *rtc = opaque;

    (void)size;
    if (offset == 1) return read_register(rtc, rtc->index);
    if (offset == 3) return rtc->ram[0x80 + rtc->extended_index];
    return 0xFF; /* the index registers are write only */
}

static void rtc_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct rtc *rtc = opaque;

    (void)size;
    switch (offset) {
    case 0:
        rtc->index = value & 0x7F;
        rtc->nmi_masked = value & INDEX_NMI;
        break;
    case 1: write_register(rtc, rtc->index, (uint8_t)value); break;
    case 2: rtc->extended_index = value & 0x7F; break;
    default: rtc->ram[0x80 + rtc->extended_index] = (uint8_t)value; break;
    }
}

bool rtc_nmi_masked(const struct rtc *rtc)
{
    return rtc->nmi_masked;
}

/* --- CMOS for the owner ------------------------------------------------------------------------------------------------ */

void rtc_cmos_set(struct rtc *rtc, unsigned index, uint8_t value)
{
    assert(index > REG_D && index < RTC_RAM);
    rtc->ram[index] = value;
}

uint8_t rtc_cmos_get(const struct rtc *rtc, unsigned index)
{
    assert(index < RTC_RAM);
    return rtc->ram[index];
}

void rtc_cmos_checksum(struct rtc *rtc)
{
    unsigned sum = 0;

    for (int i = 0x10; i <= 0x2D; i++) sum += rtc->ram[i];
    rtc->ram[0x2E] = (uint8_t)(sum >> 8);
    rtc->ram[0x2F] = (uint8_t)sum;
}

/* --- wiring ------------------------------------------------------------------------------------------------------------ */

static const struct bus_ops rtc_bus_ops = {.read = rtc_read, .write = rtc_write, .max_size = 1};

void rtc_init(struct rtc *rtc, struct bus *bus, struct clock *clock, struct irq_line irq8, int64_t date)
{
    memset(rtc, 0, sizeof(*rtc));
    rtc->irq = irq8;
    rtc->clock = clock;
    event_init(&rtc->update, "rtc.update", update_run, rtc, 0);
    event_init(&rtc->periodic, "rtc.periodic", periodic_run, rtc, 0);
    bus_map_ports(bus, 0x70, 4, &rtc_bus_ops, rtc);
    rtc->ram[REG_A] = A_DV_32768 | 6; /* as firmware leaves it on a machine whose battery is good: 1024 Hz, */
    rtc->ram[REG_B] = B_24;           /* 24 hours, BCD */
    rtc->ram[REG_D] = D_VRT;
    set_date(rtc, date);
    /* DATE has just begun: the previous update cycle ends now. */
    rtc->phase = (clock_now(clock) + NS_PER_SECOND - UPDATE_CYCLE_NS) % NS_PER_SECOND;
    schedule_update(rtc);
    rtc_reset(rtc);
}

/* DS, "RESET": the interrupt enables and flags are cleared; the AT comes up with NMI masked. */
void rtc_reset(void *opaque)
{
    struct rtc *rtc = opaque;

    rtc->ram[REG_B] &= ~(B_PIE | B_AIE | B_UIE | B_SQWE);
    sync_periodic(rtc);
    rtc->ram[REG_C] = 0;
    rtc->index = 0;
    rtc->extended_index = 0;
    rtc->nmi_masked = true;
    update_irq(rtc);
    schedule_periodic(rtc);
}

static int rtc_loaded(void *opaque)
{
    struct rtc *rtc = opaque;

    if (rtc->index > 0x7F || rtc->extended_index > 0x7F || rtc->phase >= NS_PER_SECOND) return -EINVAL;
    rtc->ram[REG_D] = D_VRT;
    irq_set(&rtc->irq, rtc->ram[REG_C] & C_IRQF);
    return 0;
}

static const struct state_field rtc_fields[] = {
    STATE_BYTES(struct rtc, ram),
    STATE_UINT(struct rtc, index),
    STATE_UINT(struct rtc, extended_index),
    STATE_UINT(struct rtc, nmi_masked),
    STATE_UINT(struct rtc, phase),
    STATE_UINT(struct rtc, seen),
    STATE_SKIP(struct rtc, irq),
    STATE_SKIP(struct rtc, clock),
    STATE_EVENT(struct rtc, update),
    STATE_EVENT(struct rtc, periodic),
    STATE_END
};

const struct device_ops rtc_ops = {
    .name = "rtc", .version = 1, .reset = rtc_reset, .fields = rtc_fields, .loaded = rtc_loaded,
};
