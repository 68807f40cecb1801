/* emit.h: bytes of x86-64 instructions. Intel SDM 2A chapter 2 (REX, ModRM, SIB).
 *
 * Registers are host register numbers 0..15. Operand sizes are 1, 2, 4 or 8 bytes. A byte register from 4 to 7 means AH, CH, DH or
 * BH, which no instruction with a REX prefix can name: the caller sees to that. */
#ifndef CPU_X86_JIT_EMIT_H
#define CPU_X86_JIT_EMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum host_reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, NO_REG = 0xFF };

/* Opcodes are written as the manual has them: 0x8B, 0x0FB6, 0x0F38F0; PFX_* is a mandatory prefix in the top byte. */
#define PFX_66 0x66000000u
#define PFX_F2 0xF2000000u
#define PFX_F3 0xF3000000u

struct emit {
    uint8_t *p, *end; /* in the writable view */
    bool     full;    /* did not fit */
    const uint8_t *local; /* from here on: */
    bool     moored;  /* a jump or call to before it has been emitted, so what comes after it cannot be copied elsewhere */
};

struct host_mem {
    uint8_t base, index; /* NO_REG: none */
    uint8_t scale;       /* 0..3 */
    int32_t disp;
};

static inline void emit8(struct emit *e, unsigned v)
{
    if (e->p >= e->end) {
        e->full = true;
        return;
    }
    *e->p++ = (uint8_t)v;
}

static inline void emit32(struct emit *e, uint32_t v)
{
    if (e->end - e->p < 4) {
        e->full = true;
        return;
    }
    memcpy(e->p, &v, 4);
    e->p += 4;
}

static inline void emit64(struct emit *e, uint64_t v)
{
    emit32(e, (uint32_t)v);
    emit32(e, (uint32_t)(v >> 32));
}

/* Prefixes, REX and opcode. FORCE: a REX prefix even if it says nothing, to name SPL..DIL. */
static inline void emit_opcode(struct emit *e, uint32_t opcode, unsigned size, unsigned reg, unsigned index, unsigned base, bool force)
{
    unsigned prefix = opcode >> 24, rex = (size == 8 ? 8u : 0) | (reg & 8) >> 1 | (index & 8) >> 2 | (base & 8) >> 3;

    if (size == 2) emit8(e, 0x66);
    if (prefix) emit8(e, prefix);
    if (rex || force) emit8(e, 0x40 | rex);
    if (opcode & 0xFF0000) emit8(e, opcode >> 16);
    if (opcode & 0xFFFF00) emit8(e, opcode >> 8);
    emit8(e, opcode);
}

/* OPCODE with ModRM.reg = REG and the register RM. */
static inline void emit_rr(struct emit *e, uint32_t opcode, unsigned size, unsigned reg, unsigned rm)
{
    emit_opcode(e, opcode, size, reg, 0, rm, false);
    emit8(e, 0xC0 | (reg & 7) << 3 | (rm & 7));
}

/* ModRM, SIB and displacement. */
static inline void emit_modrm_mem(struct emit *e, unsigned reg, struct host_mem m)
{
    unsigned mod, rm = m.index != NO_REG || m.base == NO_REG || (m.base & 7) == 4 ? 4 : m.base & 7u;

    if (m.base == NO_REG) mod = 0;
    else if (m.disp == 0 && (m.base & 7) != 5) mod = 0;
    else mod = m.disp == (int8_t)m.disp ? 1 : 2;
    emit8(e, mod << 6 | (reg & 7) << 3 | rm);
    if (rm == 4) emit8(e, (unsigned)m.scale << 6 | (m.index == NO_REG ? 4u : m.index & 7u) << 3 | (m.base == NO_REG ? 5u : m.base & 7u));
    if (m.base == NO_REG || mod == 2) emit32(e, (uint32_t)m.disp);
    else if (mod == 1) emit8(e, (uint8_t)m.disp);
}

/* OPCODE with ModRM.reg = REG and a memory operand. */
static inline void emit_rm(struct emit *e, uint32_t opcode, unsigned size, unsigned reg, struct host_mem m)
{
    emit_opcode(e, opcode, size, reg, m.index == NO_REG ? 0 : m.index, m.base == NO_REG ? 0 : m.base, false);
    emit_modrm_mem(e, reg, m);
}

/* An immediate of an operand of SIZE bytes. */
static inline void emit_imm(struct emit *e, unsigned size, uint32_t v)
{
    if (size == 1) {
        emit8(e, v);
    } else if (size == 2) {
        emit8(e, v);
        emit8(e, v >> 8);
    } else {
        emit32(e, v);
    }
}

/* Group 1 (ADD OR ADC SBB AND SUB XOR CMP by OP 0..7) of register RM with an immediate, in its shortest form. */
static inline void emit_alu_ri(struct emit *e, unsigned op, unsigned size, unsigned rm, uint32_t v)
{
    if (size == 1) {
        emit_rr(e, 0x80, 1, op, rm);
        emit8(e, v);
    } else if ((size == 2 ? (uint32_t)(int16_t)v : v) == (uint32_t)(int8_t)v) {
        emit_rr(e, 0x83, size, op, rm);
        emit8(e, v);
    } else {
        emit_rr(e, 0x81, size, op, rm);
        emit_imm(e, size, v);
    }
}

/* The same on memory. */
static inline void emit_alu_mi(struct emit *e, unsigned op, unsigned size, struct host_mem m, uint32_t v)
{
    if (size == 1) {
        emit_rm(e, 0x80, 1, op, m);
        emit8(e, v);
    } else if ((size == 2 ? (uint32_t)(int16_t)v : v) == (uint32_t)(int8_t)v) {
        emit_rm(e, 0x83, size, op, m);
        emit8(e, v);
    } else {
        emit_rm(e, 0x81, size, op, m);
        emit_imm(e, size, v);
    }
}

static inline void emit_mov_rr(struct emit *e, unsigned to, unsigned from) { emit_rr(e, 0x8B, 4, to, from); }

static inline void emit_mov_ri(struct emit *e, unsigned to, uint32_t v)
{
    emit_opcode(e, 0xB8 | (to & 7), 4, 0, 0, to, false);
    emit32(e, v);
}

static inline void emit_mov_ri64(struct emit *e, unsigned to, uint64_t v)
{
    if (!(v >> 32)) {
        emit_mov_ri(e, to, (uint32_t)v);
        return;
    }
    emit_opcode(e, 0xB8 | (to & 7), 8, 0, 0, to, false);
    emit64(e, v);
}

/* A jump whose distance is not known yet: returns where its 32 bits are. */
static inline uint8_t *emit_jcc(struct emit *e, unsigned cc)
{
    emit8(e, 0x0F);
    emit8(e, 0x80 | cc);
    emit32(e, 0);
    return e->p - 4;
}

static inline uint8_t *emit_jmp(struct emit *e)
{
    emit8(e, 0xE9);
    emit32(e, 0);
    return e->p - 4;
}

static inline uint8_t *emit_call(struct emit *e)
{
    emit8(e, 0xE8);
    emit32(e, 0);
    return e->p - 4;
}

/* Makes the jump whose distance is at AT go to TARGET. */
static inline void emit_patch(struct emit *e, uint8_t *at, const uint8_t *target)
{
    int32_t distance = (int32_t)(target - (at + 4));

    if (target < e->local || target > e->p) e->moored = true;
    if (!e->full) memcpy(at, &distance, 4);
}

static inline void emit_jmp_to(struct emit *e, const uint8_t *target)
{
    emit_patch(e, emit_jmp(e), target);
}

static inline void emit_jcc_to(struct emit *e, unsigned cc, const uint8_t *target)
{
    emit_patch(e, emit_jcc(e, cc), target);
}

enum condition { CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A, CC_S, CC_NS, CC_P, CC_NP, CC_L, CC_GE, CC_LE, CC_G };

static inline void emit_push(struct emit *e, unsigned reg) { emit_opcode(e, 0x50 | (reg & 7), 4, 0, 0, reg, false); }
static inline void emit_pop(struct emit *e, unsigned reg) { emit_opcode(e, 0x58 | (reg & 7), 4, 0, 0, reg, false); }

#endif
