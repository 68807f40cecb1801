/* far.h: what crosses segments: descriptor loads, far transfers, gates, interrupts, tasks. seg.c, gate.c, interrupt.c and
 * task.c. Functions named after instructions finish them: they end the block or raise the fault. */
#ifndef CPU_X86_FAR_H
#define CPU_X86_FAR_H

#include "cpu/x86/x86.h"

/* --- descriptors (seg.c) --------------------------------------------------------------------------------------------------- */

enum descriptor_type { // system descriptors: access bits 0-3 (SDM 3A table 3-2)
    DESC_TSS16 = 1, DESC_LDT = 2, DESC_TSS16_BUSY = 3, DESC_CALL16 = 4, DESC_TASK_GATE = 5, DESC_INT16 = 6, DESC_TRAP16 = 7,
    DESC_TSS32 = 9, DESC_TSS32_BUSY = 11, DESC_CALL32 = 12, DESC_INT32 = 14, DESC_TRAP32 = 15,
};

struct x86_descriptor {
    uint32_t low, high;
    uint16_t access;    /* as in struct x86_segment */
    uint32_t base, limit;
    lin_t    addr;      /* linear address of the descriptor */
};

static inline unsigned desc_dpl(const struct x86_descriptor *d) { return d->access >> 5 & 3; }
static inline unsigned desc_type(const struct x86_descriptor *d) { return d->access & 15; }
static inline bool     desc_present(const struct x86_descriptor *d) { return d->access & SEGA_P; }
static inline bool     desc_is_segment(const struct x86_descriptor *d) { return d->access & SEGA_S; }
static inline bool     desc_is_code(const struct x86_descriptor *d) { return (d->access & (SEGA_S | SEGA_CODE)) == (SEGA_S | SEGA_CODE); }
static inline bool     desc_conforming(const struct x86_descriptor *d) { return desc_is_code(d) && (d->access & SEGA_EC); }
static inline bool     desc_readable(const struct x86_descriptor *d) { return !desc_is_code(d) || (d->access & SEGA_RW); }
static inline bool     desc_writable(const struct x86_descriptor *d) { return !desc_is_code(d) && desc_is_segment(d) && (d->access & SEGA_RW); }

/* Reads the descriptor of SELECTOR. Out of the table's limit: VECTOR with the selector as error code. */
bool x86_read_descriptor(struct x86 *c, const struct x86_insn *i, uint16_t selector, unsigned vector, struct x86_descriptor *d);
/* The same without faults: false if SELECTOR is null or outside (page faults are still raised: check c->exc.pending). */
bool x86_try_descriptor(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d);
/* Sets the accessed bit in memory if it is clear. */
bool x86_set_accessed(struct x86 *c, const struct x86_insn *i, struct x86_descriptor *d);

/* Error code of a selector: its RPL bits are replaced by EXT. */
static inline uint32_t selector_error(uint16_t selector) { return selector & 0xFFFCu; }

/* Puts a descriptor in a segment register's hidden part and derives what depends on it. */
void x86_set_segment(struct x86 *c, unsigned seg, uint16_t selector, const struct x86_descriptor *d);
/* Real and V86 mode: base = selector * 16. In real mode the limit and rights of the old descriptor stay (386 and later). */
void x86_set_segment_real(struct x86 *c, unsigned seg, uint16_t selector);
/* As a V86 task has them: limit FFFF, DPL 3, writable. */
void x86_set_segment_v86(struct x86 *c, unsigned seg, uint16_t selector);
void x86_set_segment_null(struct x86 *c, unsigned seg, uint16_t selector);
/* Recomputes read_limit, write_limit, code32, stack32, sp_mask. */
void x86_derive_segment(struct x86 *c, unsigned seg);
void x86_set_cpl(struct x86 *c, unsigned cpl);

/* MOV and POP to a segment register, LDS...: all checks. */
bool x86_load_segment(struct x86 *c, const struct x86_insn *i, unsigned seg, uint16_t selector);
/* Checks that a stack segment may be loaded at privilege CPL; faults use VECTOR (#GP, or #TS from a TSS). */
bool x86_check_stack_segment(struct x86 *c, const struct x86_insn *i, uint16_t selector, unsigned cpl, unsigned vector,
                             struct x86_descriptor *d);
/* After a return to an outer level: data segments that the new level may not use become null. */
void x86_drop_privileged_segments(struct x86 *c);

bool x86_load_ldt(struct x86 *c, const struct x86_insn *i, uint16_t selector, unsigned vector);
bool x86_load_tr(struct x86 *c, const struct x86_insn *i, uint16_t selector);

/* --- transfers (gate.c) ----------------------------------------------------------------------------------------------------- */

void x86_far_jump(struct x86 *c, const struct x86_insn *i, uint16_t selector, uint32_t offset, unsigned size);
void x86_far_call(struct x86 *c, const struct x86_insn *i, uint16_t selector, uint32_t offset, unsigned size);
void x86_far_return(struct x86 *c, const struct x86_insn *i, uint32_t extra, unsigned size);

/* Shared with interrupt.c. Writes N words of SIZE bytes from the top down to a stack that is not yet loaded. */
bool x86_write_stack(struct x86 *c, const struct x86_insn *i, const struct x86_segment *ss, uint32_t esp, const uint32_t *words,
                     unsigned n, unsigned size, unsigned cpl);
bool x86_check_return_cs(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d);
/* Loads CS and SS of an outer level; the stack pointer and selector are ESP_AT bytes deep. */
bool x86_return_outer(struct x86 *c, const struct x86_insn *i, uint32_t esp_at, unsigned size, uint16_t cs,
                      struct x86_descriptor *code, uint32_t eip, uint32_t extra);

/* --- interrupts (interrupt.c) ------------------------------------------------------------------------------------------------- */

enum x86_interrupt_source { SOFT_INTN, SOFT_INT3, SOFT_INTO, SOFT_INT1, FROM_EXCEPTION, FROM_HARDWARE };

void x86_software_interrupt(struct x86 *c, const struct x86_insn *i, unsigned vector, enum x86_interrupt_source source);
bool x86_check_virtual_interrupt(struct x86 *c);
void x86_interrupt_return(struct x86 *c, const struct x86_insn *i, unsigned size);
/* Enters the handler of VECTOR; EIP and ESP of C are those to be saved. False with a further fault raised. */
bool x86_enter_interrupt(struct x86 *c, const struct x86_insn *i, unsigned vector, enum x86_interrupt_source source, bool has_error,
                         uint32_t error, uint32_t return_eip);

/* --- tasks (task.c) ----------------------------------------------------------------------------------------------------------- */

enum x86_task_source { TASK_JUMP, TASK_CALL, TASK_IRET, TASK_INTERRUPT };

/* Switches to the task of the TSS descriptor D at SELECTOR. NEXT_EIP and FLAGS are saved in the old task. On success
 * c->task_eip is where the new task goes on. */
bool x86_task_switch(struct x86 *c, const struct x86_insn *i, uint16_t selector, struct x86_descriptor *d, enum x86_task_source source,
                     uint32_t next_eip, uint32_t flags, bool has_error, uint32_t error);
/* Stack pointer of level DPL from the current TSS. */
bool x86_tss_stack(struct x86 *c, const struct x86_insn *i, unsigned dpl, uint16_t *ss, uint32_t *esp);
/* Whether the current task may access SIZE ports from PORT; false with #GP raised. */
bool x86_check_io(struct x86 *c, const struct x86_insn *i, uint16_t port, unsigned size);

#endif
