/* history.h: the last exceptions and what they were about, for whoever explains them (machine_exception()). Written when an exception is
 * raised, never looked at by the CPU, and no part of the saved state. */
#ifndef CPU_X86_HISTORY_H
#define CPU_X86_HISTORY_H

#include "cpu/x86/x86.h"

#define X86_RECORDS 16

enum x86_operand_kind { OPERAND_NONE, OPERAND_SEGMENT, OPERAND_LINEAR };

/* An access to memory: by segment, or by linear address (tables, pages). */
struct x86_operand_note {
    uint8_t  kind;         /* enum x86_operand_kind */
    uint8_t  seg, size;
    bool     write;
    uint32_t offset;
    lin_t    lin;
};

/* A descriptor of the GDT, LDT or IDT as it was. */
struct x86_descriptor_note {
    bool     wanted;       /* the exception has to do with it */
    bool     there;        /* within its table, and readable */
    uint16_t selector;     /* for the IDT: vector * 8 + 2 */
    lin_t    at;
    uint64_t bytes;
};

struct x86_page_note { /* one level of a page walk: PDPTE, PDE, PTE */
    uint64_t at, entry;
    uint8_t  size;         /* bytes of an entry; 0: the level was not reached */
};

struct x86_record {
    uint64_t number;       /* instructions retired before it */
    uint8_t  vector;
    bool     has_error;
    uint32_t error;
    int16_t  during;       /* vector that was being delivered, -1: none */
    uint8_t  source;       /* of that: enum x86_interrupt_source */
    uint8_t  pair[2];      /* #DF: the two exceptions that became it */

    uint32_t gpr[8], eip, eflags, cr0, cr2, cr3, cr4, dr[8];
    uint64_t efer;
    uint8_t  cpl;
    bool     code32;
    uint16_t fcw, fsw, fop, fcs;
    uint32_t fip, mxcsr;
    struct x86_segment seg[SEG_COUNT], ldtr, tr;
    struct x86_table   gdtr, idtr;

    uint8_t  code[15], code_size;   /* at EIP, as far as readable */
    uint8_t  stack[24], stack_size; /* at SS:ESP */
    uint8_t  value[8], value_size;  /* of the instruction's memory operand */
    struct x86_operand_note    operand; /* what it was about; else the instruction's memory operand */
    bool     is_access;             /* OPERAND is the access that failed */
    struct x86_descriptor_note selected, behind; /* of the error code; behind: what a gate leads to, or the gate or TSS that led there */
    struct x86_page_note       page[3];
};

struct x86_history {
    struct x86_record ring[X86_RECORDS];
    uint64_t          count;        /* recorded so far: the newest is ring[(count - 1) % X86_RECORDS] */
    struct x86_operand_note access; /* of the fault that is about to be raised */
    int16_t           during;
    uint8_t           source;
};

int  x86_history_init(struct x86 *c); /* -ENOMEM */
void x86_history_clear(struct x86 *c);

/* The next exception is about this access. */
void x86_history_access(struct x86 *c, unsigned seg, uint32_t offset, unsigned size, bool write);
void x86_history_page(struct x86 *c, lin_t lin, bool write);
/* VECTOR of SOURCE is being delivered from here on; -1: no more. */
void x86_history_deliver(struct x86 *c, int vector, unsigned source);
/* An exception of I (NULL: of none), whose EIP is c->eip by now. NUMBER: instructions retired before it. */
void x86_history_add(struct x86 *c, const struct x86_insn *i, unsigned vector, bool has_error, uint32_t error, uint64_t number);
/* Exceptions FIRST and SECOND have become a double fault. */
void x86_history_double_fault(struct x86 *c, unsigned first, unsigned second);

#endif
