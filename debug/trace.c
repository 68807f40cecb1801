/* trace.c: the instruction trace. See trace.h. */
#include "debug/trace.h"

#include "debug/disasm.h"
#include "debug/regs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REGS 128 /* at most so many are watched */

struct trace {
    struct machine *machine;
    struct disasm  *disasm;
    FILE           *file;
    int             error;
    unsigned        count;
    const char     *name[REGS];
    uint64_t        value[REGS];
};

/* The instruction pointer and the time stamp change always; parts of registers change with the whole. */
static bool is_dull(const char *name)
{
    return !strcmp(name, "eip") || !strcmp(name, "tsc") || regs_is_part(name);
}

static void watch(struct trace *t)
{
    const char *name;

    for (unsigned i = 0; (name = machine_reg_name(i)) && t->count < REGS; i++) {
        if (is_dull(name) || machine_reg(t->machine, name, &t->value[t->count]) < 0) continue;
        t->name[t->count++] = name;
    }
}

static void print_changes(struct trace *t)
{
    for (unsigned i = 0; i < t->count; i++) {
        uint64_t value;

        if (machine_reg(t->machine, t->name[i], &value) < 0 || value == t->value[i]) continue;
        fprintf(t->file, " %s=%08" PRIx64, t->name[i], value);
        t->value[i] = value;
    }
}

static void print_instruction(void *opaque, const struct machine_trace *insn)
{
    struct trace *t = opaque;
    char          hex[2 * sizeof(insn->bytes) + 1] = "", text[96];

    if (t->error) return;
    for (unsigned i = 0; i < insn->length && i < sizeof(insn->bytes); i++) snprintf(hex + 2 * i, 3, "%02x", insn->bytes[i]);
    disasm_one(t->disasm, insn->bits, insn->offset, insn->bytes, insn->length, text, sizeof(text));
    fprintf(t->file, "%10" PRIu64 " %04x:%0*x %-16s %-32s", insn->instruction, insn->cs, insn->bits == 32 ? 8 : 4, insn->offset, hex, text);
    print_changes(t);
    if (fputc('\n', t->file) == EOF || ferror(t->file)) t->error = errno ? -errno : -EIO;
}

struct trace *trace_start(struct machine *machine, int fd)
{
    struct trace *t = calloc(1, sizeof(*t));

    if (!t || !(t->disasm = disasm_create()) || !(t->file = fdopen(fd, "w"))) {
        if (t) disasm_destroy(t->disasm);
        free(t);
        close(fd);
        return NULL;
    }
    t->machine = machine;
    watch(t);
    machine_set_trace(machine, print_instruction, t);
    return t;
}

void trace_check(struct trace *t)
{
    if (t && t->error) machine_set_trace(t->machine, NULL, NULL);
}

int trace_stop(struct trace *t)
{
    int status;

    if (!t) return 0;
    machine_set_trace(t->machine, NULL, NULL);
    status = t->error;
    if (fclose(t->file) != 0 && !status) status = -errno;
    disasm_destroy(t->disasm);
    free(t);
    return status;
}
