/* i440fx.c: 82441FX host bridge. See i440fx.h. Intel 290549; register names as there. */
#include "devices/i440fx.h"

#include <errno.h>
#include <string.h>

/* Configuration registers, 290549 table 3-1. */
#define PMCCFG 0x50
#define DETURBO 0x52
#define DBC    0x53
#define AXC    0x54
#define DRT    0x55 /* 2 bytes */
#define DRAMC  0x57
#define DRAMT  0x58
#define PAM0   0x59 /* to PAM6 at 5Fh */
#define DRB0   0x60 /* to DRB7 at 67h */
#define FDHC   0x68
#define MTT    0x70
#define CLT    0x71
#define SMRAM  0x72
#define ERRCMD 0x90
#define ERRSTS 0x91
#define TRC    0x93

/* A PAM nibble, 290549 3.2.16. */
#define PAM_RE 1
#define PAM_WE 2

/* SMRAM, 290549 3.2.21. */
#define SMRAM_DOPEN  0x40
#define SMRAM_DCLS   0x20
#define SMRAM_DLCK   0x10
#define SMRAM_SMRAME 0x08
#define SMRAM_SEGMENT_A0000 0x02 /* C_BASE_SEG: the only value, hard-wired */

#define DRB_UNIT (8u << 20)

/* The attribute nibble of SEGMENT: PAM0's upper one is F0000h; PAM1 to PAM6 hold two 16K segments each, lower first. */
static uint8_t pam_bits(const struct i440fx *fx, unsigned segment)
{
    if (segment == 12) return fx->pci.config[PAM0] >> 4 & (PAM_RE | PAM_WE);
    return fx->pci.config[PAM0 + 1 + segment / 2] >> (segment & 1 ? 4 : 0) & (PAM_RE | PAM_WE);
}

static void update_pam(struct i440fx *fx)
{
    for (unsigned segment = 0; segment < PAM_SEGMENTS; segment++) {
        uint8_t bits = pam_bits(fx, segment);
        if (bits == fx->pam_seen[segment]) continue;
        fx->pam_seen[segment] = bits;
        if (fx->host.pam) fx->host.pam(fx->host.opaque, segment, bits & PAM_RE, bits & PAM_WE);
    }
}

/* Open to all accesses: enabled, DOPEN, not closed. (Otherwise only system management mode sees it.) */
static void update_smram(struct i440fx *fx)
{
    uint8_t bits = fx->pci.config[SMRAM] & (SMRAM_DOPEN | SMRAM_DCLS | SMRAM_SMRAME);
    bool    open = bits == (SMRAM_DOPEN | SMRAM_SMRAME);

    if (open == fx->smram_seen) return;
    fx->smram_seen = open;
    if (fx->host.smram) fx->host.smram(fx->host.opaque, open);
}

/* DLCK: DOPEN goes to 0 and, with DLCK itself, cannot change any more until a hard reset. */
static void lock_smram(struct i440fx *fx)
{
    uint8_t *smram = &fx->pci.config[SMRAM];

    if (*smram & SMRAM_DLCK) {
        *smram &= (uint8_t)~SMRAM_DOPEN;
        fx->pci.writable[SMRAM] = SMRAM_DCLS;
    } else {
        fx->pci.writable[SMRAM] = SMRAM_DOPEN | SMRAM_DCLS | SMRAM_DLCK | SMRAM_SMRAME;
    }
}

static void i440fx_written(void *opaque, unsigned offset, unsigned size)
{
    (void)offset;
    (void)size;
    lock_smram(opaque);
    update_pam(opaque);
    update_smram(opaque);
}

static const struct pci_function_ops i440fx_pci_ops = {.written = i440fx_written};

/* DRB: for each row of DRAM, the end of it in 8 MB units. The memory is shown as rows of at most 256 MB; as there are 8 of them and
 * the registers have 8 bits, more than 2040 MB reads as that. */
static void describe_rows(struct i440fx *fx, uint64_t ram_bytes)
{
    uint64_t left = (ram_bytes + DRB_UNIT - 1) / DRB_UNIT, end = 0;

    if (left > 255) left = 255;
    for (unsigned row = 0; row < 8; row++) {
        uint64_t units = left > 32 ? 32 : left;
        left -= units;
        end += units;
        pci_function_field(&fx->pci, DRB0 + row, 1, (uint32_t)end, 0xFF);
    }
}

void i440fx_init(struct i440fx *fx, const struct i440fx_host *host, uint64_t ram_bytes)
{
    static const struct pci_ids ids = {.vendor = 0x8086, .device = 0x1237, .class_code = 0x060000, .revision = 2};
    struct pci_function        *f = &fx->pci;

    memset(fx, 0, sizeof(*fx));
    fx->host = *host;
    memset(fx->pam_seen, 0xFF, sizeof(fx->pam_seen));
    pci_function_init(f, &ids, &i440fx_pci_ops, fx);
    pci_function_field(f, PCI_COMMAND, 2, 0x0006, PCI_COMMAND_PARITY | PCI_COMMAND_SERR); /* memory, master: fixed */
    pci_function_field(f, PMCCFG, 2, 0x0000, 0x7D07);
    pci_function_field(f, DETURBO, 1, 0, 0xFF);
    pci_function_field(f, DBC, 1, 0x80, 0xE3);
    pci_function_field(f, AXC, 1, 0, 0x03);
    pci_function_field(f, DRT, 2, 0, 0xFFFF);
    pci_function_field(f, DRAMC, 1, 0x01, 0x77);
    pci_function_field(f, DRAMT, 1, 0x10, 0x7F);
    pci_function_field(f, PAM0, 1, 0, 0x70);
    for (unsigned i = 1; i < 7; i++) pci_function_field(f, PAM0 + i, 1, 0, 0x77);
    describe_rows(fx, ram_bytes);
    pci_function_field(f, FDHC, 1, 0, 0xC0);
    pci_function_field(f, MTT, 1, 0x20, 0xF8);
    pci_function_field(f, CLT, 1, 0x10, 0xF8);
    pci_function_field(f, SMRAM, 1, SMRAM_SEGMENT_A0000, SMRAM_DOPEN | SMRAM_DCLS | SMRAM_DLCK | SMRAM_SMRAME);
    pci_function_field(f, ERRCMD, 1, 0, 0x93);
    f->clearing[ERRSTS] = 0x11;
    pci_function_field(f, TRC, 1, 0, 0x06);
}

static void i440fx_reset(void *opaque)
{
    struct i440fx *fx = opaque;

    pci_function_reset(&fx->pci);
    lock_smram(fx);
    update_pam(fx);
    update_smram(fx);
}

static int i440fx_loaded(void *opaque)
{
    struct i440fx *fx = opaque;

    /* The running machine may have SMRAM locked; what is loaded may set any bit. */
    fx->pci.writable[SMRAM] = SMRAM_DOPEN | SMRAM_DCLS | SMRAM_DLCK | SMRAM_SMRAME;
    if (pci_function_loaded(&fx->pci)) return -EINVAL;
    lock_smram(fx);
    update_pam(fx);
    update_smram(fx);
    return 0;
}

static const struct state_field i440fx_fields[] = {
    STATE_STRUCT(struct i440fx, pci, pci_function_fields),
    STATE_SKIP(struct i440fx, host),
    STATE_SKIP(struct i440fx, pam_seen),
    STATE_SKIP(struct i440fx, smram_seen),
    STATE_END
};

const struct device_ops i440fx_ops = {
    .name = "i440fx", .version = 1, .reset = i440fx_reset, .fields = i440fx_fields, .loaded = i440fx_loaded,
};
