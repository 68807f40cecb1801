/* monitor.c: commands of the debugger. See monitor.h. */
#include "debug/monitor.h"

#include "debug/disasm.h"
#include "debug/explain.h"
#include "debug/regs.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINE     256
#define WORDS    4
#define DUMP_MAX 65536

struct monitor {
    struct machine *machine;
    struct disasm  *disasm;
    struct explain *explain;
    FILE           *out;
    uint64_t        breaks[MONITOR_BREAKS]; /* linear addresses */
    unsigned        break_count;
    bool            passing;     /* the breakpoint we stand on has been told */
    char            last[LINE];  /* what an empty line repeats */
    uint64_t        next_address; /* where disasm, mem and pmem go on */
};

struct command {
    const char *name, *letter;
    const char *arguments, *help;
    enum monitor_result (*run)(struct monitor *, int count, char **words);
    bool repeats; /* an empty line does it again */
};

struct monitor *monitor_create(struct machine *machine, FILE *out)
{
    struct monitor *m = calloc(1, sizeof(*m));

    if (!m) return NULL;
    m->machine = machine;
    m->out = out;
    m->disasm = disasm_create();
    m->explain = explain_create(machine);
    if (m->disasm && m->explain) return m;
    monitor_destroy(m);
    return NULL;
}

void monitor_destroy(struct monitor *m)
{
    if (!m) return;
    explain_destroy(m->explain);
    disasm_destroy(m->disasm);
    free(m);
}

/* --- addresses and numbers -------------------------------------------------------------------------------------------------- */

/* The value of a register, 0 if there is none of that name. */
static uint64_t reg(struct monitor *m, const char *name)
{
    uint64_t value = 0;

    (void)machine_reg(m->machine, name, &value);
    return value;
}

static bool is_protected(struct monitor *m)
{
    return reg(m, "cr0") & 1;
}

/* The linear address of the base of SELECTOR. In protected mode that of the segment register which holds it now. */
static bool segment_base(struct monitor *m, uint64_t selector, uint64_t *base)
{
    static const char *const names[] = {"cs", "ss", "ds", "es", "fs", "gs"};
    char                     text[16];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint64_t value;

        if (machine_reg(m->machine, names[i], &value) < 0 || value != selector) continue;
        snprintf(text, sizeof(text), "%s.base", names[i]);
        if (machine_reg(m->machine, text, base) == 0) return true;
    }
    *base = selector << 4;
    return !is_protected(m);
}

static uint64_t current_address(struct monitor *m)
{
    uint64_t base = 0;

    if (!segment_base(m, reg(m, "cs"), &base)) base = 0;
    return (base + reg(m, "eip")) & 0xffffffff;
}

/* Hexadecimal, or the name of a register. */
static bool parse_number(struct monitor *m, const char *text, uint64_t *value)
{
    char *end;

    if (machine_reg(m->machine, text, value) == 0) return true;
    if (!isxdigit((unsigned char)*text)) return false;
    *value = strtoull(text, &end, 16);
    return !*end;
}

/* "7c00", "cs:ip", "f000:fff0", "esp". Says what is wrong itself. */
static bool parse_address(struct monitor *m, const char *text, uint64_t *address)
{
    const char *colon = strchr(text, ':');
    char        segment[32];
    uint64_t    selector, base, offset;

    if (!colon) {
        if (parse_number(m, text, address) && *address <= UINT32_MAX) return true;
        fprintf(m->out, "%s: write an address as 7c00, f000:fff0, cs:eip or esp\n", text);
        return false;
    }
    snprintf(segment, sizeof(segment), "%.*s", (int)(colon - text < 31 ? colon - text : 31), text);
    if (!parse_number(m, segment, &selector) || !parse_number(m, colon + 1, &offset)) {
        fprintf(m->out, "%s: write an address as 7c00, f000:fff0, cs:eip or esp\n", text);
        return false;
    }
    if (!segment_base(m, selector, &base)) {
        fprintf(m->out, "%s: no segment register holds %s: give a linear address\n", text, segment);
        return false;
    }
    *address = (base + offset) & 0xffffffff;
    return true;
}

/* The count that is word AT, FALLBACK if there is none, at most MOST. Says what is wrong itself. */
static bool parse_count(struct monitor *m, int count, char **words, int at, uint64_t fallback, uint64_t most, uint64_t *n)
{
    char *end;

    *n = fallback;
    if (count <= at) return true;
    errno = 0;
    *n = strtoull(words[at], &end, 10);
    if (!isdigit((unsigned char)*words[at]) || *end) {
        fprintf(m->out, "%s: not a number; counts are decimal\n", words[at]);
        return false;
    }
    if (errno == ERANGE || *n > most) {
        fprintf(m->out, "%s: at most %" PRIu64 "\n", words[at], most);
        return false;
    }
    return true;
}

/* --- showing ------------------------------------------------------------------------------------------------------------------ */

static unsigned code_bits(struct monitor *m)
{
    uint64_t bits;

    if (machine_reg(m->machine, "cs.bits", &bits) == 0) return bits == 32 ? 32 : 16;
    return strstr(machine_mode(m->machine), "32") ? 32 : 16;
}

/* One instruction at ADDRESS; the address of the next one. */
static uint64_t show_instruction(struct monitor *m, uint64_t address, uint32_t offset)
{
    uint8_t  code[16];
    char     text[96], hex[2 * sizeof(code) + 1] = "";
    size_t   n = machine_read(m->machine, address, code, sizeof(code) - 1);
    unsigned length = disasm_one(m->disasm, code_bits(m), offset, code, n, text, sizeof(text));

    if (length == 0 && n > 0) length = 1;
    for (unsigned i = 0; i < length; i++) snprintf(hex + 2 * i, 3, "%02x", code[i]);
    fprintf(m->out, "%08" PRIx64 "  %-20s %s\n", address, hex, n ? text : "not present");
    return (uint32_t)(address + length); /* linear addresses have 32 bits */
}

static void show_flags(struct monitor *m)
{
    static const struct {
        unsigned    bit;
        const char *name;
    } flags[] = {{21, "id"}, {20, "vip"}, {19, "vif"}, {18, "ac"}, {17, "vm"}, {16, "rf"}, {14, "nt"}, {11, "of"}, {10, "df"},
                 {9, "if"},  {8, "tf"},   {7, "sf"},   {6, "zf"},  {4, "af"},  {2, "pf"},  {0, "cf"}};
    uint64_t value = reg(m, "eflags");

    fprintf(m->out, "eflags %08" PRIx64 " iopl %u", value, (unsigned)(value >> 12 & 3));
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (value >> flags[i].bit & 1) fprintf(m->out, " %s", flags[i].name);
    }
    fputc('\n', m->out);
}

void monitor_show_stop(struct monitor *m, const char *why)
{
    if (why) fprintf(m->out, "%s\n", why);
    fprintf(m->out, "%04x:%08x  %s mode, instruction %" PRIu64 ", %.6f s\n", (unsigned)reg(m, "cs"), (unsigned)reg(m, "eip"),
            machine_mode(m->machine), machine_instructions(m->machine), (double)machine_time(m->machine) / 1e9);
    show_instruction(m, current_address(m), (uint32_t)reg(m, "eip"));
    m->next_address = current_address(m);
    m->passing = true;
}

void monitor_prompt(struct monitor *m)
{
    fputs("ochenta> ", m->out);
    fflush(m->out);
}

/* --- commands ----------------------------------------------------------------------------------------------------------------- */

static enum monitor_result do_regs(struct monitor *m, int count, char **words)
{
    const char *name;
    uint64_t    value;
    unsigned    shown = 0;

    for (unsigned i = 0; (name = machine_reg_name(i)); i++) {
        if (machine_reg(m->machine, name, &value) < 0 || (count == 1 && regs_is_part(name)) || (count > 1 && strncmp(name, words[1], strlen(words[1])) != 0)) continue;
        fprintf(m->out, "%-10s %0*" PRIx64 "%s", name, value >> 32 ? 16 : 8, value, ++shown % 4 ? "  " : "\n");
    }
    if (shown % 4) fputc('\n', m->out);
    if (!shown) fprintf(m->out, "%s: no such register\n", words[1]);
    else if (count == 1) show_flags(m);
    return MONITOR_STAY;
}

static enum monitor_result do_flags(struct monitor *m, int count, char **words)
{
    (void)count, (void)words;
    show_flags(m);
    return MONITOR_STAY;
}

static enum monitor_result do_set(struct monitor *m, int count, char **words)
{
    uint64_t value;
    int      status;

    if (count < 3 || !parse_number(m, words[2], &value)) {
        fprintf(m->out, "set REGISTER VALUE, in hexadecimal: set eax 1234\n");
        return MONITOR_STAY;
    }
    status = machine_set_reg(m->machine, words[1], value);
    if (status == -ENOENT) fprintf(m->out, "%s: no such register\n", words[1]);
    else if (status == -ERANGE) fprintf(m->out, "%s: does not fit %s\n", words[2], words[1]);
    else if (status < 0) fprintf(m->out, "%s: the CPU cannot have that in %s now\n", words[2], words[1]);
    return MONITOR_STAY;
}

static const char *stop_text(enum machine_stop stop)
{
    switch (stop) {
    case STOP_POWER_OFF: return "the guest powered off";
    case STOP_RESET: return "the guest reset the machine";
    case STOP_CRASH: return "the guest crashed: triple fault";
    case STOP_EXIT: return "the guest wrote to the exit port";
    case STOP_HALTED: return "the guest has halted with interrupts off";
    default: return NULL;
    }
}

static enum monitor_result do_step(struct monitor *m, int count, char **words)
{
    uint64_t          n, before = machine_instructions(m->machine), made;
    enum machine_stop stop;

    if (!parse_count(m, count, words, 1, 1, INT64_MAX, &n)) return MONITOR_STAY;
    stop = machine_step(m->machine, n);
    made = machine_instructions(m->machine) - before;
    if (stop == STOP_TIME && made < n) fprintf(m->out, "the guest waits: %" PRIu64 " of %" PRIu64 " instructions, then a second of HLT\n", made, n);
    monitor_show_stop(m, stop_text(stop));
    return MONITOR_STAY;
}

static enum monitor_result do_continue(struct monitor *m, int count, char **words)
{
    (void)count, (void)words;
    fprintf(m->out, "running\n");
    return MONITOR_CONTINUE;
}

static bool has_break(const struct monitor *m, uint64_t address)
{
    for (unsigned i = 0; i < m->break_count; i++)
        if (m->breaks[i] == address) return true;
    return false;
}

static enum monitor_result do_break(struct monitor *m, int count, char **words)
{
    uint64_t address;

    if (count > 1 && parse_address(m, words[1], &address)) {
        if (has_break(m, address)) fprintf(m->out, "there is one already\n");
        else if (m->break_count == MONITOR_BREAKS) fprintf(m->out, "there are already %d breakpoints\n", MONITOR_BREAKS);
        else m->breaks[m->break_count++] = address;
    }
    for (unsigned i = 0; i < m->break_count; i++) fprintf(m->out, "%u: %08" PRIx64 "\n", i, m->breaks[i]);
    return MONITOR_STAY;
}

static enum monitor_result do_delete(struct monitor *m, int count, char **words)
{
    uint64_t n;

    if (!parse_count(m, count, words, 1, 0, UINT64_MAX, &n)) return MONITOR_STAY;
    if (count < 2) {
        m->break_count = 0;
    } else if (n < m->break_count) {
        m->break_count--;
        memmove(&m->breaks[n], &m->breaks[n + 1], (m->break_count - n) * sizeof(m->breaks[0]));
    } else {
        fprintf(m->out, "no such breakpoint; `break` lists them\n");
    }
    return MONITOR_STAY;
}

static enum monitor_result do_disasm(struct monitor *m, int count, char **words)
{
    uint64_t address = m->next_address, lines;

    if (count > 1 && !parse_address(m, words[1], &address)) return MONITOR_STAY;
    if (!parse_count(m, count, words, 2, 10, 1000, &lines)) return MONITOR_STAY;
    for (uint64_t i = 0; i < lines; i++) {
        uint64_t next = show_instruction(m, address, (uint32_t)address);

        if (next == address) break;
        address = next;
    }
    m->next_address = address;
    return MONITOR_STAY;
}

static void dump(struct monitor *m, uint64_t address, uint64_t n,
                 size_t (*read)(struct machine *, uint64_t address, void *buf, size_t n))
{
    while (n > 0) {
        uint8_t row[16];
        size_t  want = n < 16 ? (size_t)n : 16, got = read(m->machine, address, row, want);

        fprintf(m->out, "%08" PRIx64 " ", address);
        for (size_t i = 0; i < 16; i++) {
            if (i < got) fprintf(m->out, " %02x", row[i]);
            else fputs(i < want ? " --" : "   ", m->out);
        }
        fputs("  ", m->out);
        for (size_t i = 0; i < got; i++) fputc(row[i] >= 32 && row[i] < 127 ? row[i] : '.', m->out);
        fputc('\n', m->out);
        address += want;
        n -= want;
    }
    m->next_address = address;
}

static enum monitor_result do_memory(struct monitor *m, int count, char **words)
{
    uint64_t address = m->next_address, n;

    if (count > 1 && !parse_address(m, words[1], &address)) return MONITOR_STAY;
    if (parse_count(m, count, words, 2, 64, DUMP_MAX, &n)) dump(m, address, n, machine_read);
    return MONITOR_STAY;
}

static enum monitor_result do_physical(struct monitor *m, int count, char **words)
{
    uint64_t address = m->next_address, n;

    if (count > 1 && !parse_number(m, words[1], &address)) {
        fprintf(m->out, "%s: not a hexadecimal number\n", words[1]);
        return MONITOR_STAY;
    }
    if (parse_count(m, count, words, 2, 64, DUMP_MAX, &n)) dump(m, address, n, machine_read_physical);
    return MONITOR_STAY;
}

static enum monitor_result do_screen(struct monitor *m, int count, char **words)
{
    char *text = machine_screen_text(m->machine);

    (void)count, (void)words;
    fprintf(m->out, "%s\n", text && *text ? text : "no text on the screen");
    free(text);
    return MONITOR_STAY;
}

static enum monitor_result do_explain(struct monitor *m, int count, char **words)
{
    uint64_t n;

    if (!parse_count(m, count, words, 1, 3, MACHINE_EXCEPTIONS, &n)) return MONITOR_STAY;
    if (!explain_last(m->explain, (unsigned)n, false, m->out)) fprintf(m->out, "there was no exception\n");
    return MONITOR_STAY;
}

static void print_stat(void *opaque, const char *name, uint64_t value)
{
    struct monitor *m = opaque;

    fprintf(m->out, "%s: %" PRIu64 "\n", name, value);
}

static enum monitor_result do_stats(struct monitor *m, int count, char **words)
{
    (void)count, (void)words;
    machine_stats(m->machine, print_stat, m);
    return MONITOR_STAY;
}

static enum monitor_result do_hash(struct monitor *m, int count, char **words)
{
    (void)count, (void)words;
    fprintf(m->out, "0x%016" PRIx64 " at instruction %" PRIu64 "\n", machine_state_hash(m->machine), machine_instructions(m->machine));
    return MONITOR_STAY;
}

static enum monitor_result do_save(struct monitor *m, int count, char **words)
{
    char error[LINE] = "save FILE";

    if (count < 2 || machine_save(m->machine, words[1], error, sizeof(error)) < 0) fprintf(m->out, "%s\n", error);
    return MONITOR_STAY;
}

static enum monitor_result do_load(struct monitor *m, int count, char **words)
{
    char error[LINE] = "load FILE";

    if (count < 2 || machine_load(m->machine, words[1], error, sizeof(error)) < 0) fprintf(m->out, "%s\n", error);
    else monitor_show_stop(m, NULL);
    return MONITOR_STAY;
}

static enum monitor_result do_reset(struct monitor *m, int count, char **words)
{
    (void)count, (void)words;
    machine_reset(m->machine);
    monitor_show_stop(m, NULL);
    return MONITOR_STAY;
}

static enum monitor_result do_quit(struct monitor *m, int count, char **words)
{
    (void)m, (void)count, (void)words;
    return MONITOR_QUIT;
}

static enum monitor_result do_help(struct monitor *m, int count, char **words);

static const struct command commands[] = {
    {"help", "h", "", "this list", do_help, false},
    {"regs", "r", "[START]", "registers, or those whose name starts so", do_regs, false},
    {"flags", "f", "", "the flags by name", do_flags, false},
    {"set", "", "REG VALUE", "changes a register", do_set, false},
    {"step", "s", "[N]", "executes one instruction, or N", do_step, true},
    {"continue", "c", "", "runs on; Right Ctrl+D or Ctrl-C comes back", do_continue, false},
    {"break", "b", "[ADDR]", "stops at ADDR; lists breakpoints", do_break, false},
    {"delete", "d", "[N]", "removes breakpoint N, or all", do_delete, false},
    {"disasm", "u", "[ADDR [N]]", "disassembles N instructions", do_disasm, true},
    {"mem", "x", "[ADDR [N]]", "N bytes of memory at a linear address", do_memory, true},
    {"pmem", "xp", "[ADDR [N]]", "the same, physical", do_physical, true},
    {"screen", "", "", "the text screen", do_screen, false},
    {"explain", "e", "[N]", "why the last N exceptions came", do_explain, false},
    {"stats", "", "", "counts", do_stats, false},
    {"hash", "", "", "the hash of the whole state", do_hash, false},
    {"save", "", "FILE", "saves the state", do_save, false},
    {"load", "", "FILE", "loads a state", do_load, false},
    {"reset", "", "", "the reset button", do_reset, false},
    {"quit", "q", "", "ends ochenta", do_quit, false},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static enum monitor_result do_help(struct monitor *m, int count, char **words)
{
    (void)count, (void)words;
    for (size_t i = 0; i < COMMANDS; i++) {
        const struct command *c = &commands[i];

        fprintf(m->out, "  %-9s %-3s %-11s %s\n", c->name, c->letter, c->arguments, c->help);
    }
    fprintf(m->out, "Addresses and values are hexadecimal or registers: 7c00, cs:eip, f000:fff0, esp. Counts are decimal.\n"
                    "An empty line repeats step, disasm, mem and pmem.\n");
    return MONITOR_STAY;
}

static int words_in(const char *arguments)
{
    int n = *arguments != 0;

    while (*arguments) n += *arguments++ == ' ';
    return n;
}

enum monitor_result monitor_command(struct monitor *m, const char *line)
{
    char  copy[LINE], *words[WORDS], *save = NULL;
    int   count = 0;

    snprintf(copy, sizeof(copy), "%s", line + strspn(line, " \t"));
    if (!*copy) snprintf(copy, sizeof(copy), "%s", m->last);
    for (char *word = strtok_r(copy, " \t\r\n", &save); word && count < WORDS; word = strtok_r(NULL, " \t\r\n", &save))
        words[count++] = word;
    m->last[0] = 0;
    if (!count) return MONITOR_STAY;
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(words[0], commands[i].name) != 0 && strcmp(words[0], commands[i].letter) != 0) continue;
        if (count - 1 > words_in(commands[i].arguments)) {
            fprintf(m->out, "%s: too much; the command is: %s %s\n", words[1 + words_in(commands[i].arguments)], commands[i].name, commands[i].arguments);
            return MONITOR_STAY;
        }
        /* What is repeated goes on from where it was, so the address is not kept. */
        if (commands[i].repeats) snprintf(m->last, sizeof(m->last), "%s", commands[i].name);
        return commands[i].run(m, count, words);
    }
    fprintf(m->out, "%s: no such command; `help` lists them\n", words[0]);
    return MONITOR_STAY;
}

/* --- running ------------------------------------------------------------------------------------------------------------------ */

static bool at_break(struct monitor *m)
{
    return has_break(m, current_address(m));
}

enum machine_stop monitor_run(struct monitor *m, uint64_t until_ns, bool *hit)
{
    enum machine_stop stop = STOP_TIME;

    *hit = false;
    if (!m->break_count) {
        m->passing = false;
        return machine_run(m->machine, until_ns);
    }
    while (machine_time(m->machine) < until_ns) {
        if (!m->passing && at_break(m)) {
            *hit = true;
            return STOP_REQUEST;
        }
        stop = machine_step(m->machine, 1); /* in HLT: time passes until there is an instruction to execute */
        m->passing = false;
        if (stop != STOP_TIME && stop != STOP_REQUEST) return stop;
    }
    return STOP_TIME;
}
