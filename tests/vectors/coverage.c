/* coverage.c: see coverage.h. An opcode is what the manual's opcode maps tell apart: the byte or bytes, with ModRM.reg in groups, the
 * mandatory prefix in the MMX and SSE rows, and ModRM in the register forms of the x87. */
#include "tests/vectors/coverage.h"

#include "cpu/x86/decode.h"
#include "cpu/x86/handlers.h"
#include "cpu/x86/model.h"
#include "tests/vectors/vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void x86_fundefined(struct x86 *c, const struct x86_insn *i);

enum { EXTENSIONS = 128, PREFIXES = 4, OPCODES = 512, KEYS = OPCODES * PREFIXES * EXTENSIONS, COLUMNS = 4 };

struct coverage {
    bool     exists[KEYS];
    uint32_t count[KEYS];
};

/* What no host can be asked. */
static const struct {
    uint16_t    op;
    int8_t      reg; /* -1: any */
    const char *why;
} left_out[] = {
    {0x1a2, -1, "CPUID tells of the host"},
    {0x131, -1, "RDTSC tells the time"},
    {0x133, -1, "RDPMC depends on the host's CR4 and counters"},
    {0x134, -1, "SYSENTER goes into the host's system"},
    {0x135, -1, "SYSEXIT is another instruction on hosts in long mode"},
    {0x100, 0, "SLDT shows the host's tables"},
    {0x100, 1, "STR shows the host's tables"},
    {0x101, 0, "SGDT shows the host's tables"},
    {0x101, 1, "SIDT shows the host's tables"},
    {0x101, 4, "SMSW shows the host's CR0"},
    {0x124, -1, "MOV from TRn is #UD since the Pentium, and something else on hosts in long mode"},
    {0x126, -1, "MOV to TRn is #UD since the Pentium, and something else on hosts in long mode"},
    {0xf1, -1, "INT1 cannot be told from the step"},
};

static const char *reason(unsigned op, unsigned reg)
{
    for (unsigned n = 0; n < sizeof(left_out) / sizeof(left_out[0]); n++)
        if (left_out[n].op == op && (left_out[n].reg < 0 || (unsigned)left_out[n].reg == reg)) return left_out[n].why;
    return NULL;
}

static bool is_simd(unsigned op) { return op >= 0x100 && !x86_map_0f[op & 0xff].name && !(x86_map_0f[op & 0xff].flags & OP_GROUP); }

static bool is_group(unsigned op)
{
    const struct x86_opdef *d = op < 0x100 ? &x86_map_1byte[op] : &x86_map_0f[op & 0xff];

    return (d->flags & OP_GROUP) || op == 0x118 || (op >= 0x171 && op <= 0x173) || op == 0x1ae;
}

static unsigned prefix_of(const struct x86_insn *i)
{
    return i->prefix & PREFIX_REPNE ? 3 : i->prefix & PREFIX_REP ? 2 : i->prefix & PREFIX_66 ? 1 : 0;
}

static unsigned key_of(const struct x86_insn *i)
{
    unsigned reg = i->modrm >> 3 & 7, extension = 0;

    if (i->op >= 0xd8 && i->op <= 0xdf) extension = i->prefix & PREFIX_MEM ? 1 + reg : 9 + (i->modrm & 0x3fu);
    else if (is_group(i->op)) extension = 1 + reg;
    return (i->op * PREFIXES + (is_simd(i->op) ? prefix_of(i) : 0)) * EXTENSIONS + extension;
}

static bool decode(const uint8_t *code, unsigned size, struct x86_insn *i)
{
    return x86_decode(x86_model_find("pentium4"), true, code, size, i) <= DECODE_END && i->fn != x86_op_ud && i->fn != x86_fundefined;
}

/* The bytes of OPCODE with PREFIX and MODRM; the number of those that are fixed. */
static unsigned write_code(unsigned op, unsigned prefix, unsigned modrm, uint8_t code[16])
{
    static const uint8_t prefixes[PREFIXES] = {0, 0x66, 0xf3, 0xf2};
    unsigned             n = 0;

    memset(code, 0, 16);
    if (prefix) code[n++] = prefixes[prefix];
    if (op >= 0x100) code[n++] = 0x0f;
    code[n++] = (uint8_t)op;
    code[n++] = (uint8_t)modrm;
    return n;
}

struct coverage *coverage_create(void)
{
    struct coverage *c = calloc(1, sizeof(*c));
    uint8_t          code[16];
    struct x86_insn  i;

    for (unsigned op = 0; c && op < OPCODES; op++)
        for (unsigned prefix = 0; prefix < (is_simd(op) ? PREFIXES : 1u); prefix++)
            for (unsigned modrm = 0; modrm < 256; modrm++) {
                write_code(op, prefix, modrm, code);
                if (decode(code, sizeof(code), &i) && i.op == op) c->exists[key_of(&i)] = true;
            }
    return c;
}

void coverage_destroy(struct coverage *c) { free(c); }

void coverage_count(struct coverage *c, const struct x86_insn *i) { c->count[key_of(i)]++; }

/* "66 0f 71 /2" */
static void name_opcode(unsigned key, char *text, size_t size)
{
    static const char *const prefixes[PREFIXES] = {"", "66 ", "f3 ", "f2 "};
    unsigned                 op = key / EXTENSIONS / PREFIXES, extension = key % EXTENSIONS;
    int                      n = snprintf(text, size, "%s%s%02x", prefixes[key / EXTENSIONS % PREFIXES], op >= 0x100 ? "0f " : "",
                                          op & 0xff);

    if (extension > 8) snprintf(text + n, size - (size_t)n, " %02x", 0xc0 + extension - 9);
    else if (extension) snprintf(text + n, size - (size_t)n, " /%u", extension - 1);
}

/* The mnemonic of an example; the register form where there is one. */
static void name_instruction(unsigned key, char mnemonic[DISASSEMBLY])
{
    uint8_t         code[16];
    char            operands[DISASSEMBLY];
    struct x86_insn i;

    *mnemonic = 0;
    for (unsigned modrm = 256; modrm-- > 0 && !*mnemonic;) {
        write_code(key / EXTENSIONS / PREFIXES, key / EXTENSIONS % PREFIXES, modrm, code);
        if (decode(code, sizeof(code), &i) && key_of(&i) == key) disassemble(code, sizeof(code), 32, mnemonic, operands);
    }
}

static void print_left_out(const struct coverage *c)
{
    printf("opcodes left out:\n");
    for (unsigned key = 0; key < KEYS; key++) {
        const char *why = c->exists[key] ? reason(key / EXTENSIONS / PREFIXES, key % EXTENSIONS - 1) : NULL;
        char        opcode[24];

        if (!why) continue;
        name_opcode(key, opcode, sizeof(opcode));
        printf("  %-12s %s\n", opcode, why);
    }
}

unsigned coverage_print(const struct coverage *c)
{
    unsigned total = 0, tested = 0, out = 0;

    printf("opcodes and how often they were tested:\n");
    for (unsigned key = 0; key < KEYS; key++) {
        char opcode[24], mnemonic[DISASSEMBLY];

        if (!c->exists[key]) continue;
        total++;
        if (reason(key / EXTENSIONS / PREFIXES, key % EXTENSIONS - 1)) {
            out++;
            continue;
        }
        name_opcode(key, opcode, sizeof(opcode));
        name_instruction(key, mnemonic);
        printf("  %-11s %-10.10s %7u%s", opcode, mnemonic, c->count[key], c->count[key] ? " " : "!");
        if (c->count[key]) tested++;
        if ((total - out) % COLUMNS == 0) printf("\n");
    }
    if ((total - out) % COLUMNS) printf("\n");
    print_left_out(c);
    printf("%u opcodes of %u tested, %u left out, %u not reached\n", tested, total, out, total - out - tested);
    return total - out - tested;
}
