/* piix3.c: PIIX3 ISA bridge and interrupt router. See piix3.h. Intel 290550; register names as there. */
#include "devices/piix3.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Configuration registers, 290550 table 3. */
#define IORT     0x4C
#define XBCS     0x4E /* 2 bytes */
#define PIRQRCA  0x60 /* to PIRQRCD at 63h */
#define TOM      0x69
#define MSTAT    0x6A /* 2 bytes */
#define MBIRQ0   0x70
#define MBDMA0   0x76
#define MBDMA1   0x77
#define PCSC     0x78 /* 2 bytes */
#define APICBASE 0x80
#define DLC      0x82
#define SMICNTL  0xA0
#define SMIEN    0xA2 /* 2 bytes */
#define SEE      0xA4 /* 4 bytes */
#define FTMR     0xA8
#define SMIREQ   0xAA /* 2 bytes */
#define CTLTMR   0xAC
#define CTHTMR   0xAE

#define PIRQRC_OFF 0x80 /* routing disabled */

#define INPUT_SCI 4
#define IRQ_SCI   9

/* IRQs that PIRQRCx can name (2.2.11): 3-7, 9-12, 14, 15. */
#define ROUTABLE 0xDEF8u

/* The IRQ that INPUT is routed to, as a bit; 0 if none. */
static unsigned route(const struct piix3 *p, unsigned input)
{
    uint8_t value;

    if (input == INPUT_SCI) return 1u << IRQ_SCI;
    value = p->pci.config[PIRQRCA + input];
    return value & PIRQRC_OFF ? 0 : 1u << (value & 15) & ROUTABLE;
}

static void update(struct piix3 *p)
{
    unsigned outputs = 0, changed;

    for (unsigned input = 0; input <= INPUT_SCI; input++)
        if (p->inputs >> input & 1) outputs |= route(p, input);
    changed = outputs ^ p->outputs;
    p->outputs = (uint16_t)outputs;
    for (unsigned n = 0; n < 16; n++)
        if (changed >> n & 1) irq_set(&p->irq[n], outputs >> n & 1);
}

static void input_changed(void *opaque, int line, bool level)
{
    struct piix3 *p = opaque;

    p->inputs = (uint8_t)((p->inputs & ~(1u << line)) | (unsigned)level << line);
    update(p);
}

struct irq_line piix3_pirq_line(struct piix3 *p, unsigned pirq)
{
    assert(pirq < PIIX3_PIRQS);
    return (struct irq_line){.set = input_changed, .opaque = p, .line = (int)pirq};
}

struct irq_line piix3_sci_line(struct piix3 *p)
{
    return (struct irq_line){.set = input_changed, .opaque = p, .line = INPUT_SCI};
}

static void piix3_written(void *opaque, unsigned offset, unsigned size)
{
    if (offset < PIRQRCA + PIIX3_PIRQS && offset + size > PIRQRCA) update(opaque);
}

static const struct pci_function_ops piix3_pci_ops = {.written = piix3_written};

void piix3_init(struct piix3 *p, const struct irq_line irq[16])
{
    static const struct pci_ids ids = {
        .vendor = 0x8086, .device = 0x7000, .class_code = 0x060100, .header_type = PCI_HEADER_MULTI_FUNCTION};
    struct pci_function *f = &p->pci;

    memset(p, 0, sizeof(*p));
    memcpy(p->irq, irq, sizeof(p->irq));
    pci_function_init(f, &ids, &piix3_pci_ops, p);
    pci_function_field(f, PCI_COMMAND, 2, 0x0007, PCI_COMMAND_SERR); /* I/O, memory, master: fixed */
    pci_function_field(f, IORT, 1, 0x4D, 0x7F);
    pci_function_field(f, XBCS, 2, 0x0003, 0x01FF);
    for (unsigned i = 0; i < PIIX3_PIRQS; i++) pci_function_field(f, PIRQRCA + i, 1, PIRQRC_OFF, 0x8F);
    pci_function_field(f, TOM, 1, 0x02, 0xFE);
    pci_function_field(f, MSTAT, 2, 0, 0x80D6);
    pci_function_field(f, MBIRQ0, 1, 0x80, 0xEF);
    pci_function_field(f, MBDMA0, 1, 0x0C, 0x8F);
    pci_function_field(f, MBDMA1, 1, 0x0C, 0x8F);
    pci_function_field(f, PCSC, 2, 0x0002, 0xFFFF);
    pci_function_field(f, APICBASE, 1, 0, 0x7F);
    pci_function_field(f, DLC, 1, 0, 0x0F);
    pci_function_field(f, SMICNTL, 1, 0x08, 0x1F);
    pci_function_field(f, SMIEN, 2, 0, 0x01FF);
    pci_function_field(f, SEE, 4, 0, 0xE000FFFB);
    pci_function_field(f, FTMR, 1, 0x0F, 0xFF);
    pci_function_field(f, SMIREQ, 2, 0, 0x01FF);
    pci_function_field(f, CTLTMR, 1, 0, 0xFF);
    pci_function_field(f, CTHTMR, 1, 0, 0xFF);
}

static void piix3_reset(void *opaque)
{
    struct piix3 *p = opaque;

    pci_function_reset(&p->pci);
    update(p);
}

static int piix3_loaded(void *opaque)
{
    const struct piix3 *p = opaque;

    if (p->inputs >= 1u << (INPUT_SCI + 1) || p->outputs & ~ROUTABLE) return -EINVAL;
    return pci_function_loaded(&((struct piix3 *)opaque)->pci);
}

static const struct state_field piix3_fields[] = {
    STATE_STRUCT(struct piix3, pci, pci_function_fields),
    STATE_UINT(struct piix3, inputs),
    STATE_UINT(struct piix3, outputs),
    STATE_SKIP(struct piix3, irq),
    STATE_END
};

const struct device_ops piix3_ops = {
    .name = "piix3", .version = 1, .reset = piix3_reset, .fields = piix3_fields, .loaded = piix3_loaded,
};
