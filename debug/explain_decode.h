/* explain_decode.h: parts of an explanation: names, descriptors, page-table entries, instruction bytes in words. */
#ifndef DEBUG_EXPLAIN_DECODE_H
#define DEBUG_EXPLAIN_DECODE_H

#include "machine/machine.h"

/* Text that grows and is cut where the buffer ends; all zero: empty. */
struct text {
    size_t length;
    char   buf[1000];
};
void text_add(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *exception_name(unsigned vector);  /* "#GP" */
const char *exception_title(unsigned vector); /* "general protection" */
const char *segment_name(unsigned n);         /* "es" ... "gs", "ldtr", "tr" */

enum { SEGMENT_ES, SEGMENT_CS, SEGMENT_SS, SEGMENT_DS, SEGMENT_FS, SEGMENT_GS, SEGMENT_COUNT, SEGMENT_LDTR = 6, SEGMENT_TR };
enum { VECTOR_DE, VECTOR_DB, VECTOR_NMI, VECTOR_BP, VECTOR_OF, VECTOR_BR, VECTOR_UD, VECTOR_NM, VECTOR_DF, VECTOR_MP, VECTOR_TS,
       VECTOR_NP, VECTOR_SS, VECTOR_GP, VECTOR_PF, VECTOR_MF = 16, VECTOR_AC, VECTOR_MC, VECTOR_XM };

/* --- modes ----------------------------------------------------------------------------------------------------------------- */

static inline bool is_protected(const struct machine_exception *e) { return e->cr0 & 1; }
static inline bool is_v86(const struct machine_exception *e) { return is_protected(e) && e->eflags >> 17 & 1; }
static inline bool has_privileges(const struct machine_exception *e) { return is_protected(e) && !is_v86(e); }
static inline unsigned iopl(const struct machine_exception *e) { return e->eflags >> 12 & 3; }
bool is_before_386(const struct machine_exception *e);

/* --- descriptors (SDM 3A 3.4.5, 3.5) ----------------------------------------------------------------------------------------- */

/* The fields of a descriptor as a segment register holds them. */
struct machine_segment descriptor_segment(const struct machine_exception *e, uint64_t bytes);
static inline unsigned access_dpl(unsigned access) { return access >> 5 & 3; }
static inline bool access_present(unsigned access) { return access & 0x80; }
static inline bool access_is_segment(unsigned access) { return access & 0x10; }
static inline bool access_is_code(unsigned access) { return (access & 0x18) == 0x18; }
static inline bool access_is_conforming(unsigned access) { return (access & 0x1c) == 0x1c; }
static inline bool access_is_expand_down(unsigned access) { return (access & 0x1c) == 0x14; }
static inline bool access_is_writable(unsigned access) { return (access & 0x1a) == 0x12; }
static inline bool access_is_readable(unsigned access) { return (access & 0x10) && (access & 0x0a) != 0x08; }

bool access_is_gate(unsigned access);

/* "data, read/write, DPL 0, base 00000000, limit ffffffff, 32-bit, present", "32-bit interrupt gate to 0008:00001000, DPL 0 ..." */
void describe_segment(struct text *, const struct machine_segment *);
void describe_descriptor(struct text *, const struct machine_exception *, const struct machine_descriptor *);
/* "GDT entry 5", "IDT entry 13" */
void name_selector(struct text *, unsigned selector);
/* "entry 020 at 00001080: 00002067: table at 00002000, present, writable ..." of level 0 PDPTE, 1 PDE, 2 PTE. */
void describe_page_entry(struct text *, const struct machine_exception *, unsigned level);
bool is_big_page(const struct machine_exception *, unsigned level);

/* --- instructions -------------------------------------------------------------------------------------------------------------- */

struct insn_bytes {
    unsigned op;      /* 1xx: after 0F */
    unsigned modrm, reg;
    unsigned after;   /* offset of what follows the opcode */
    bool     lock, rep, wide; /* wide: operands of 32 bits */
    bool     complete; /* the opcode is there */
};
struct insn_bytes split_insn(const struct machine_exception *);

#endif
