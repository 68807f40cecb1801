/* dma.c: two 8237A DMA controllers, cascaded, and the page registers beside them.
 *
 * Ports 00h-0Fh (channels 0-3), C0h-DFh, even (channels 4-7), 80h-8Fh (pages; 80h takes the POST codes).
 * Sources: Intel 231466 (8237A data sheet), called DS here; IBM 6280070 (AT Technical Reference), "System Board DMA".
 *
 * Transfers are made when the device asks for them, as many as it asks for; single, demand and block mode differ only in
 * who has the bus in between. Memory to memory is not wired on a PC. */
#include "devices/dma.h"

#include <string.h>

enum {
    COMMAND_DISABLE = 0x04,

    MODE_TYPE = 0x0C,
    MODE_VERIFY = 0x00,
    MODE_WRITE = 0x04, /* to memory */
    MODE_READ = 0x08,  /* from memory */
    MODE_AUTOINIT = 0x10,
    MODE_DECREMENT = 0x20,
    MODE_KIND = 0xC0,
    MODE_BLOCK = 0x80,
    MODE_CASCADE = 0xC0,

    REG_STATUS = 8, /* write: command */
    REG_REQUEST,
    REG_SINGLE_MASK,
    REG_MODE,
    REG_CLEAR_POINTER,
    REG_TEMPORARY, /* write: master clear */
    REG_CLEAR_MASK,
    REG_ALL_MASK,

    SET_BIT = 0x04, /* in request and single mask writes */
};

enum direction { TO_MEMORY = MODE_WRITE, FROM_MEMORY = MODE_READ };

/* --- addresses --------------------------------------------------------------------------------------------------------- */

/* One channel as the transfer code sees it. */
struct lane {
    struct dma         *dma;
    struct i8237       *chip;
    struct dma_channel *ch;
    uint8_t             bit;
    unsigned            shift; /* log2 of the transfer unit */
    uint32_t            page;  /* address bits above the controller's own */
};

/* Page register of each channel (IBM AT). Bit 0 of a 16-bit channel's page is not used: the controller counts words. */
static struct lane lane_of(struct dma *dma, int channel)
{
    static const uint8_t page[8] = {0x7, 0x3, 0x1, 0x2, 0xF, 0xB, 0x9, 0xA};
    struct i8237        *chip = channel < 4 ? &dma->low : &dma->high;
    struct lane          lane = {.dma = dma, .chip = chip, .ch = &chip->ch[channel & 3]};

    lane.bit = (uint8_t)(1 << (channel & 3));
    lane.shift = channel >= 4;
    lane.page = (uint32_t)(dma->page[page[channel]] & (channel >= 4 ? 0xFE : 0xFF)) << 16;
    return lane;
}

/* The address counter wraps at 16 bits; nothing carries into the page. */
static uint32_t lane_address(const struct lane *lane)
{
    return lane->page + ((uint32_t)lane->ch->address << lane->shift);
}

/* Moves the address on by N units (at most 65536) and counts them; true: terminal count. */
static bool lane_count(const struct lane *lane, uint32_t n)
{
    struct dma_channel *ch = lane->ch;
    bool                tc = n == (uint32_t)ch->count + 1;

    ch->address = (uint16_t)(ch->mode & MODE_DECREMENT ? ch->address - n : ch->address + n);
    ch->count = (uint16_t)(ch->count - n); /* FFFFh at terminal count */
    if (!tc) return false;
    lane->chip->tc |= lane->bit;
    lane->chip->request &= ~lane->bit;
    if (ch->mode & MODE_AUTOINIT) {
        ch->address = ch->base_address;
        ch->count = ch->base_count;
    } else {
        lane->chip->mask |= lane->bit;
    }
    return true;
}

/* --- transfers --------------------------------------------------------------------------------------------------------- */

static void move(const struct lane *lane, enum direction direction, uint32_t address, uint8_t *buf, size_t bytes)
{
    bool verify = (lane->ch->mode & MODE_TYPE) == MODE_VERIFY; /* no memory access: a device reads a floating bus */

    if (direction == TO_MEMORY && !verify)
        bus_memory_write(lane->dma->bus, address, buf, bytes);
    else if (direction == FROM_MEMORY && !verify)
        bus_memory_read(lane->dma->bus, address, buf, bytes);
    else if (direction == FROM_MEMORY)
        memset(buf, 0xFF, bytes);
}

/* Up to UNITS, ending at terminal count. The enables have been checked. Returns how many were moved. */
static uint32_t transfer(const struct lane *lane, enum direction direction, uint8_t *buf, size_t units, bool *tc)
{
    uint32_t left = (uint32_t)lane->ch->count + 1;
    uint32_t done = 0;

    if (units < left) left = (uint32_t)units;
    while (done < left) {
        uint32_t run = 1; /* units in a row, upwards */

        if (!(lane->ch->mode & MODE_DECREMENT)) {
            run = 0x10000 - lane->ch->address;
            if (run > left - done) run = left - done;
        }
        move(lane, direction, lane_address(lane), buf + ((size_t)done << lane->shift), (size_t)run << lane->shift);
        done += run;
        *tc = lane_count(lane, run);
    }
    return done;
}

/* Whether a DREQ on the lane's channel would be served, moving data in DIRECTION. The first controller's bus request goes
 * through channel 4 of the second. */
static bool ready(const struct lane *lane, enum direction direction)
{
    const struct i8237 *high = &lane->dma->high;
    uint8_t             type = lane->ch->mode & MODE_TYPE;

    if (lane->chip->command & COMMAND_DISABLE || lane->chip->mask & lane->bit) return false;
    if (lane->chip != high && (high->command & COMMAND_DISABLE || high->mask & 1)) return false;
    if ((lane->ch->mode & MODE_KIND) == MODE_CASCADE) return false;
    return type == MODE_VERIFY || type == direction;
}

static size_t line_transfer(struct dma *dma, int channel, enum direction direction, uint8_t *buf, size_t n, bool *tc)
{
    struct lane lane = lane_of(dma, channel);

    *tc = false;
    if (!ready(&lane, direction) || n >> lane.shift == 0) return 0;
    return (size_t)transfer(&lane, direction, buf, n >> lane.shift, tc) << lane.shift;
}

static size_t line_read(void *opaque, int channel, uint8_t *buf, size_t n, bool *tc)
{
    return line_transfer(opaque, channel, FROM_MEMORY, buf, n, tc);
}

static size_t line_write(void *opaque, int channel, const uint8_t *buf, size_t n, bool *tc)
{
    return line_transfer(opaque, channel, TO_MEMORY, (uint8_t *)buf, n, tc); /* not written through in this direction */
}

struct dma_line dma_line(struct dma *dma, int channel)
{
    return (struct dma_line){.opaque = dma, .channel = channel, .write = line_write, .read = line_read};
}

/* DS, "Software Requests": not maskable, only in block mode. No device takes part: the bus floats. */
static void serve_request(struct dma *dma, int channel)
{
    struct lane lane = lane_of(dma, channel);
    uint8_t     bytes[256];
    bool        tc = false;

    if (lane.chip->command & COMMAND_DISABLE || (lane.ch->mode & MODE_KIND) != MODE_BLOCK) return;
    while (!tc) {
        memset(bytes, 0xFF, sizeof(bytes));
        transfer(&lane, (lane.ch->mode & MODE_TYPE) == MODE_READ ? FROM_MEMORY : TO_MEMORY, bytes,
                 sizeof(bytes) >> lane.shift, &tc);
    }
}

/* --- ports ------------------------------------------------------------------------------------------------------------- */

static void master_clear(struct i8237 *chip)
{
    chip->command = 0;
    chip->request = 0;
    chip->tc = 0;
    chip->msb = false;
    chip->mask = 0x0F;
}

/* A byte of a 16-bit register, the one that the flip-flop points to. */
static void put_half(uint16_t *reg, bool msb, uint8_t value)
{
    *reg = (uint16_t)(msb ? (*reg & 0x00FF) | value << 8 : (*reg & 0xFF00) | value);
}

static void write_address_or_count(struct i8237 *chip, unsigned reg, uint8_t value)
{
    struct dma_channel *ch = &chip->ch[reg >> 1];

    put_half(reg & 1 ? &ch->base_count : &ch->base_address, chip->msb, value);
    put_half(reg & 1 ? &ch->count : &ch->address, chip->msb, value);
    chip->msb = !chip->msb;
}

static uint8_t read_address_or_count(struct i8237 *chip, unsigned reg)
{
    const struct dma_channel *ch = &chip->ch[reg >> 1];
    uint16_t                  value = reg & 1 ? ch->count : ch->address;

    chip->msb = !chip->msb;
    return (uint8_t)(chip->msb ? value : value >> 8);
}

static void write_request(struct dma *dma, struct i8237 *chip, uint8_t value)
{
    uint8_t bit = (uint8_t)(1 << (value & 3));

    chip->request = (uint8_t)(value & SET_BIT ? chip->request | bit : chip->request & ~bit);
    if (value & SET_BIT) serve_request(dma, (value & 3) + (chip == &dma->high ? 4 : 0));
}

static void chip_write(struct dma *dma, struct i8237 *chip, unsigned reg, uint8_t value)
{
    uint8_t bit = (uint8_t)(1 << (value & 3));

    switch (reg) {
    case REG_STATUS: chip->command = value; break;
    case REG_REQUEST: write_request(dma, chip, value); break;
    case REG_SINGLE_MASK: chip->mask = (uint8_t)(value & SET_BIT ? chip->mask | bit : chip->mask & ~bit); break;
    case REG_MODE: chip->ch[value & 3].mode = value & 0xFC; break;
    case REG_CLEAR_POINTER: chip->msb = false; break;
    case REG_TEMPORARY: master_clear(chip); break;
    case REG_CLEAR_MASK: chip->mask = 0; break;
    case REG_ALL_MASK: chip->mask = value & 0x0F; break;
    default: write_address_or_count(chip, reg, value); break;
    }
}

static uint8_t chip_read(struct i8237 *chip, unsigned reg)
{
    uint8_t status = (uint8_t)(chip->request << 4 | chip->tc);

    if (reg < REG_STATUS) return read_address_or_count(chip, reg);
    switch (reg) {
    case REG_STATUS: chip->tc = 0; return status;
    case REG_TEMPORARY: return 0;                 /* last byte of a memory-to-memory transfer */
    case REG_ALL_MASK: return 0xF0 | chip->mask;  /* PIIX3: readable */
    default: return 0xFF;
    }
}

static uint32_t low_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)size;
    return chip_read(&((struct dma *)opaque)->low, offset);
}

static void low_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct dma *dma = opaque;

    (void)size;
    chip_write(dma, &dma->low, offset, (uint8_t)value);
}

/* Address bit 0 is not decoded. */
static uint32_t high_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)size;
    return chip_read(&((struct dma *)opaque)->high, offset >> 1);
}

static void high_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    struct dma *dma = opaque;

    (void)size;
    chip_write(dma, &dma->high, offset >> 1, (uint8_t)value);
}

static uint32_t page_read(void *opaque, uint32_t offset, unsigned size)
{
    (void)size;
    return ((struct dma *)opaque)->page[offset];
}

static void page_write(void *opaque, uint32_t offset, uint32_t value, unsigned size)
{
    (void)size;
    ((struct dma *)opaque)->page[offset] = (uint8_t)value;
}

/* --- wiring ------------------------------------------------------------------------------------------------------------ */

static const struct bus_ops low_bus_ops = {.read = low_read, .write = low_write, .max_size = 1};
static const struct bus_ops high_bus_ops = {.read = high_read, .write = high_write, .max_size = 1};
static const struct bus_ops page_bus_ops = {.read = page_read, .write = page_write, .max_size = 1};

void dma_init(struct dma *dma, struct bus *bus)
{
    memset(dma, 0, sizeof(*dma));
    dma->bus = bus;
    bus_map_ports(bus, 0x00, 16, &low_bus_ops, dma);
    bus_map_ports(bus, 0x80, 16, &page_bus_ops, dma);
    bus_map_ports(bus, 0xC0, 32, &high_bus_ops, dma);
    dma_reset(dma);
}

void dma_reset(void *opaque)
{
    struct dma *dma = opaque;

    memset(dma->low.ch, 0, sizeof(dma->low.ch));
    memset(dma->high.ch, 0, sizeof(dma->high.ch));
    memset(dma->page, 0, sizeof(dma->page));
    master_clear(&dma->low);
    master_clear(&dma->high);
}

static const struct state_field dma_channel_fields[] = {
    STATE_UINT(struct dma_channel, base_address),
    STATE_UINT(struct dma_channel, base_count),
    STATE_UINT(struct dma_channel, address),
    STATE_UINT(struct dma_channel, count),
    STATE_UINT(struct dma_channel, mode),
    STATE_END
};

static const struct state_field i8237_fields[] = {
    STATE_ARRAY(struct i8237, ch, dma_channel_fields),
    STATE_UINT(struct i8237, command),
    STATE_UINT(struct i8237, mask),
    STATE_UINT(struct i8237, request),
    STATE_UINT(struct i8237, tc),
    STATE_UINT(struct i8237, msb),
    STATE_END
};

static const struct state_field dma_fields[] = {
    STATE_STRUCT(struct dma, low, i8237_fields),
    STATE_STRUCT(struct dma, high, i8237_fields),
    STATE_BYTES(struct dma, page),
    STATE_SKIP(struct dma, bus),
    STATE_END
};

const struct device_ops dma_ops = {
    .name = "dma", .version = 1, .reset = dma_reset, .fields = dma_fields,
};
