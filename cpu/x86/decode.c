/* decode.c: from instruction bytes to struct x86_insn. SDM 2A chapter 2 (instruction format). */
#include "cpu/x86/decode.h"

#include "cpu/x86/handlers.h"
#include "cpu/x86/x86.h"

/* The bytes of the instruction being decoded. */
struct cursor {
    const uint8_t *bytes;
    unsigned       size, at;
    bool           short_of; // ran off the end
};

static uint32_t fetch(struct cursor *k, unsigned n)
{
    uint32_t v = 0;

    if (k->at + n > k->size) {
        k->short_of = true;
        k->at = k->size;
        return 0;
    }
    memcpy(&v, k->bytes + k->at, n);
    k->at += n;
    return v;
}

static int32_t fetch_signed(struct cursor *k, unsigned n)
{
    uint32_t v = fetch(k, n);

    return n == 1 ? (int8_t)v : n == 2 ? (int16_t)v : (int32_t)v;
}

/* --- prefixes ------------------------------------------------------------------------------------------------------------------ */

struct prefixes {
    uint8_t bits;    // enum x86_prefix
    uint8_t seg;     // override, SEG_COUNT if none
    bool    op66, addr67;
};

/* Takes one prefix; false if BYTE is none. */
static bool take_prefix(const struct x86_model *m, uint8_t byte, struct prefixes *p)
{
    switch (byte) {
    case 0x26: p->seg = SEG_ES; return true;
    case 0x2E: p->seg = SEG_CS; return true;
    case 0x36: p->seg = SEG_SS; return true;
    case 0x3E: p->seg = SEG_DS; return true;
    case 0x64: p->seg = SEG_FS; return m->features & FEAT_386;
    case 0x65: p->seg = SEG_GS; return m->features & FEAT_386;
    case 0x66: p->op66 = true; return m->features & FEAT_386;
    case 0x67: p->addr67 = true; return m->features & FEAT_386;
    case 0xF0: p->bits |= PREFIX_LOCK; return true;
    case 0xF1: p->bits |= PREFIX_LOCK; return m->family == 0; // 8086: alias of LOCK
    case 0xF2: p->bits = (uint8_t)((p->bits & ~PREFIX_REP) | PREFIX_REPNE); return true;
    case 0xF3: p->bits = (uint8_t)((p->bits & ~PREFIX_REPNE) | PREFIX_REP); return true;
    default: return false;
    }
}

static void take_prefixes(const struct x86_model *m, struct cursor *k, struct prefixes *p)
{
    while (k->at < k->size) {
        struct prefixes before = *p;
        if (!take_prefix(m, k->bytes[k->at], p)) {
            *p = before;
            return;
        }
        k->at++;
    }
}

/* --- operands ---------------------------------------------------------------------------------------------------------------- */

static uint8_t slot8(unsigned r)
{
    return (uint8_t)((r & 3) * 8 + (r >> 2 & 1));
}

/* SDM 2A table 2-1. */
static void modrm_16(struct x86_insn *i, struct cursor *k, unsigned mod, unsigned rm)
{
    static const uint8_t base[8] = {REG_EBX, REG_EBX, REG_EBP, REG_EBP, REG_ESI, REG_EDI, REG_EBP, REG_EBX};
    static const uint8_t index[8] = {REG_ESI, REG_EDI, REG_ESI, REG_EDI, REG_ZERO, REG_ZERO, REG_ZERO, REG_ZERO};

    i->base = base[rm];
    i->index = index[rm];
    i->seg = i->base == REG_EBP ? SEG_SS : SEG_DS;
    if (mod == 0 && rm == 6) {
        i->base = REG_ZERO;
        i->seg = SEG_DS;
        i->disp = (int32_t)fetch(k, 2);
    } else if (mod) {
        i->disp = fetch_signed(k, mod);
    }
}

/* SDM 2A tables 2-2 and 2-3. */
static void modrm_32(struct x86_insn *i, struct cursor *k, unsigned mod, unsigned rm)
{
    i->base = (uint8_t)rm;
    if (rm == 4) {
        uint8_t sib = (uint8_t)fetch(k, 1);
        i->base = sib & 7;
        i->scale = sib >> 6;
        if ((sib >> 3 & 7) != 4) i->index = sib >> 3 & 7;
    }
    i->seg = i->base == REG_ESP || i->base == REG_EBP ? SEG_SS : SEG_DS;
    if (mod == 0 && i->base == REG_EBP) {
        i->base = REG_ZERO;
        i->seg = SEG_DS;
        i->disp = (int32_t)fetch(k, 4);
    } else if (mod) {
        i->disp = fetch_signed(k, mod == 1 ? 1 : 4);
    }
}

static void decode_modrm_memory(struct x86_insn *i, struct cursor *k)
{
    unsigned mod = i->modrm >> 6, rm = i->modrm & 7;

    i->prefix |= PREFIX_MEM;
    if (i->prefix & PREFIX_ADDR32) modrm_32(i, k, mod, rm);
    else modrm_16(i, k, mod, rm);
}

static bool has_modrm(enum x86_operand o)
{
    return (o >= Eb && o <= Td) || (o >= Pq && o <= Ex);
}

static bool def_has_modrm(const struct x86_opdef *d)
{
    return has_modrm(d->operand[0]) || has_modrm(d->operand[1]) ||
           (d->flags & (OP_GROUP | OP_MODRM | OP_FPU | OP_MEMFORM)) != 0;
}

/* One operand; N is its place: 0 goes to dst, 1 to src. */
static void decode_operand(struct x86_insn *i, struct cursor *k, enum x86_operand o, unsigned n, uint8_t opcode)
{
    uint8_t *slot = n == 0 ? &i->dst : &i->src;
    unsigned reg = i->modrm >> 3 & 7, rm = i->modrm & 7, opsize = i->prefix & PREFIX_OP32 ? 4 : 2;

    switch (o) {
    case Eb: *slot = slot8(rm); break;
    case Ew: case Ev: case Ed: case Rd: case Ex: case Qq: case Wx: *slot = (uint8_t)rm; break;
    case Gb: *slot = slot8(reg); break;
    case Gw: case Gv: case Gd: case Sw: case Cd: case Dd: case Td: case Pq: case Vx: *slot = (uint8_t)reg; break;
    case Zb: *slot = slot8(opcode & 7); break;
    case Zv: *slot = opcode & 7; break;
    case ALb: case eAX: *slot = REG_EAX; break;
    case DXw: *slot = REG_EDX; break;
    case Lb: i->imm2 = (uint16_t)fetch(k, 1); break;
    case I1: i->imm = 1; break;
    case Ib: i->imm = fetch(k, 1); break;
    case Ibs: i->imm = (uint32_t)fetch_signed(k, 1); break;
    case Iw: i->imm = fetch(k, 2); break;
    case Iz: i->imm = fetch(k, opsize); break;
    case Jb: i->imm = (uint32_t)fetch_signed(k, 1); break;
    case Jz: i->imm = (uint32_t)fetch_signed(k, opsize); break;
    case Ap:
        i->imm = fetch(k, opsize);
        i->imm2 = (uint16_t)fetch(k, 2);
        break;
    case Ob: case Ov:
        i->disp = (int32_t)fetch(k, i->prefix & PREFIX_ADDR32 ? 4 : 2);
        i->seg = SEG_DS;
        i->prefix |= PREFIX_MEM;
        break;
    default: break;
    }
}

/* --- opcode maps ------------------------------------------------------------------------------------------------------------- */

/* Opcodes that an 8086 or 186-class CPU decodes differently from the map (Intel 8086 manual; the 8086 has no undefined
 * opcodes: it ignores address bits of its microcode entry). */
static uint8_t alias_8086(uint8_t opcode)
{
    if (opcode >= 0x60 && opcode <= 0x6F) return opcode + 0x10;
    if (opcode == 0xC0 || opcode == 0xC1 || opcode == 0xC8 || opcode == 0xC9) return opcode + 2;
    return opcode;
}

/* The 8086 does not look at ModRM.reg where only one of eight encodings is defined: POP r/m, MOV r/m,imm; FF /7 is PUSH as /6 is. */
static uint8_t modrm_8086(uint8_t opcode, uint8_t modrm)
{
    if (opcode == 0xFF && (modrm & 0x38) == 0x38) return modrm & 0xF7;
    return opcode == 0x8F || opcode == 0xC6 || opcode == 0xC7 ? modrm & 0xC7 : modrm;
}

/* Mandatory prefix of SSE encodings: F3 and F2 win over 66 (SDM 2A 2.1.2). */
static unsigned mandatory_prefix(const struct x86_insn *i)
{
    return i->prefix & PREFIX_REP ? 2 : i->prefix & PREFIX_REPNE ? 3 : i->prefix & PREFIX_66 ? 1 : 0;
}

/* Follows groups down to the definition of this encoding. */
static const struct x86_opdef *resolve(const struct x86_opdef *d, const struct x86_insn *i)
{
    bool memory = i->modrm < 0xC0;

    while (d->more) {
        if (d->flags & OP_PREFIX) d = &d->more[mandatory_prefix(i)];
        else if (d->flags & OP_GROUP) d = &d->more[i->modrm >> 3 & 7];
        else if (d->flags & OP_MEMFORM) d = &d->more[memory];
        else if (d->flags & OP_FPU) d = &d->more[(memory ? 0 : 8) + (i->modrm >> 3 & 7)];
        else if (!memory) d = &d->more[i->modrm & 7];
        else break;
    }
    return d;
}

static const struct x86_opdef *find_op(const struct x86_model *m, struct x86_insn *i, struct cursor *k, uint8_t *opcode)
{
    const struct x86_opdef *d;
    static const struct x86_opdef fpu[8] = {
        {"esc", {0}, OP_FPU, 0, 0, 0, 0, 0, x86_map_fpu[0]}, {"esc", {0}, OP_FPU, 0, 0, 0, 0, 0, x86_map_fpu[1]},
        {"esc", {0}, OP_FPU, 0, 0, 0, 0, 0, x86_map_fpu[2]}, {"esc", {0}, OP_FPU, 0, 0, 0, 0, 0, x86_map_fpu[3]},
        {"esc", {0}, OP_FPU, 0, 0, 0, 0, 0, x86_map_fpu[4]}, {"esc", {0}, OP_FPU, 0, 0, 0, 0, 0, x86_map_fpu[5]},
        {"esc", {0}, OP_FPU, 0, 0, 0, 0, 0, x86_map_fpu[6]}, {"esc", {0}, OP_FPU, 0, 0, 0, 0, 0, x86_map_fpu[7]},
    };

    *opcode = (uint8_t)fetch(k, 1);
    if (m->family == 0) *opcode = alias_8086(*opcode);
    i->op = *opcode;
    d = &x86_map_1byte[*opcode];
    if (*opcode == 0x0F && (m->features & FEAT_286)) {
        *opcode = (uint8_t)fetch(k, 1);
        i->op = (uint16_t)(0x100 | *opcode);
        d = x86_map_0f[*opcode].name ? &x86_map_0f[*opcode] : &x86_map_simd[*opcode];
    } else if (*opcode >= 0xD8 && *opcode <= 0xDF) {
        d = &fpu[*opcode & 7];
    }
    return d;
}

/* Handler by form and operand size; NULL if the encoding is undefined here. */
static x86_fn *choose_handler(const struct x86_model *m, const struct x86_opdef *d, const struct x86_insn *i)
{
    bool memory = (i->prefix & PREFIX_MEM) != 0;

    if ((d->need & m->features) != d->need) return NULL;
    if (m->family == 0 && d->reg16 == x86_push_r16 && !memory && i->dst == REG_ESP) return x86_push_sp_8086;
    if ((i->prefix & PREFIX_LOCK) && (m->features & FEAT_386) && (!(d->flags & OP_LOCK) || !memory))
        return NULL;
    if (i->prefix & PREFIX_OP32) return memory ? d->mem32 : d->reg32;
    return memory ? d->mem16 : d->reg16;
}

/* A repeated string instruction may stop in its middle, so it ends its block. */
static bool is_repeated(const struct x86_insn *i)
{
    uint8_t op = (uint8_t)i->op;

    if (i->op >= 0x100 || !(i->prefix & (PREFIX_REP | PREFIX_REPNE))) return false;
    return (op >= 0xA4 && op <= 0xA7) || (op >= 0xAA && op <= 0xAF);
}

enum x86_decode_result x86_decode(const struct x86_model *m, bool code32, const uint8_t *bytes, unsigned size, struct x86_insn *i)
{
    struct cursor           k = {.bytes = bytes, .size = size};
    struct prefixes         p = {.seg = SEG_COUNT};
    const struct x86_opdef *d;
    uint8_t                 opcode;
    bool                    modrm, rd;

    memset(i, 0, sizeof(*i));
    if (k.size > DECODE_MOST) k.size = DECODE_MOST;
    if (m->max_length && k.size > m->max_length) k.size = m->max_length;
    take_prefixes(m, &k, &p);
    i->prefix = p.bits | (p.op66 ? PREFIX_66 : 0) | (code32 != p.op66 ? PREFIX_OP32 : 0) |
                (code32 != p.addr67 ? PREFIX_ADDR32 : 0) | (p.seg != SEG_COUNT ? PREFIX_SEG : 0);
    i->amask = i->prefix & PREFIX_ADDR32 ? 0xFFFFFFFFu : 0xFFFF;
    i->base = i->index = REG_ZERO;
    i->seg = SEG_DS;
    d = find_op(m, i, &k, &opcode);
    modrm = def_has_modrm(d) || (d->flags & OP_PREFIX);
    if (modrm) i->modrm = (uint8_t)fetch(&k, 1);
    if (m->family == 0) i->modrm = modrm_8086(opcode, i->modrm);
    d = resolve(d, i);
    rd = d->operand[0] == Rd || d->operand[1] == Rd;
    if (modrm && i->modrm < 0xC0 && !rd) decode_modrm_memory(i, &k);
    for (unsigned n = 0; n < 3 && d->operand[n]; n++) decode_operand(i, &k, d->operand[n], n, opcode);
    if (p.seg != SEG_COUNT) i->seg = p.seg;
    if (k.short_of) return m->max_length && size >= m->max_length ? DECODE_LONG : DECODE_SHORT;
    i->len = (uint8_t)k.at;
    i->fn = choose_handler(m, d, i);
    if (i->fn) return (d->flags & OP_END) || is_repeated(i) ? DECODE_END : DECODE_OK;
    i->fn = m->features & FEAT_186 ? x86_op_ud : x86_op_nop;
    return m->features & FEAT_186 ? DECODE_END : DECODE_OK;
}
