/* machine.h: the whole machine as a library: all that a frontend, a script or the debugger needs.
 *
 * One process can hold several machines; a machine is used by one thread at a time. Nothing in it reads the host
 * clock: time passes only in machine_run(). Errors: functions that can fail for reasons outside the guest take
 * ERROR/ERROR_SIZE and put one line there: what, where, what to do. */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_DISKS     4 /* IDE: primary master, slave, secondary master, slave; the CD takes the first free from 2 */
#define MACHINE_FLOPPIES  2
#define MACHINE_SERIALS   2
#define MACHINE_DEFAULT_MIPS 200 /* instructions per virtual microsecond, headless */
#define MACHINE_DEFAULT_JIT_CACHE (64u << 20)
#define MACHINE_JIT_CACHE_MIN     (1u << 20)
#define MACHINE_JIT_CACHE_MAX     (2047u << 20)

enum machine_medium { MEDIUM_FLOPPY_A, MEDIUM_FLOPPY_B, MEDIUM_CD };

struct machine_drive {
    const char *path; /* NULL: none */
    bool        read_only;
    bool        snapshot; /* writes are discarded at exit */
};

struct machine_config {
    uint64_t             memory;    /* bytes of RAM, 256 KiB to 3 GiB */
    const char          *cpu;       /* model name; NULL: newest complete */
    const char          *engine;    /* "interp", "jit", "lockstep"; NULL: the translator where there is one */
    uint64_t             jit_cache; /* bytes for translated code; 0: MACHINE_DEFAULT_JIT_CACHE */
    unsigned             jit_eager; /* not 0: code is translated when it first runs, in units of so many instructions: for tests */
    struct machine_drive floppy[MACHINE_FLOPPIES];
    struct machine_drive disk[MACHINE_DISKS];
    struct machine_drive cdrom;
    bool                 has_cdrom; /* an empty CD drive is present even with no path; set by default */
    bool                 demo;      /* the built-in guest is in drive A:, where no other disk is; its writes are discarded */
    const char          *boot;      /* order, of "acd"; NULL: first medium given */
    bool                 boot_menu; /* our BIOS shows its boot menu at each boot */
    const char          *bios;      /* file; NULL: built in */
    const char          *vga_bios;  /* file; NULL: built in */
    const char          *kernel;    /* Linux bzImage/zImage or Multiboot image */
    const char          *initrd;    /* or comma-separated Multiboot modules, each "file args" */
    const char          *append;    /* kernel command line */
    int64_t              date;      /* RTC at power-on: seconds since 1970-01-01 00:00:00, local time as the guest is to see it */
    uint32_t             mips;      /* initial speed; 0: MACHINE_DEFAULT_MIPS */
    int                  exit_port; /* -1: none */
    bool                 exit_port_raw;
    int                  debugcon_port; /* default 0xE9 */
    bool                 no_reboot; /* a reset or triple fault stops the machine */
    struct machine_host *host;      /* callbacks; may be NULL; copied */
};

/* What a machine tells its owner while it runs. Any may be NULL. They may be called only from within machine_*(). */
struct machine_host {
    void *opaque;
    void (*serial)(void *opaque, int port, uint8_t byte);  /* COM1 = 0 */
    void (*parallel)(void *opaque, uint8_t byte);
    void (*debugcon)(void *opaque, uint8_t byte);
    void (*speaker)(void *opaque, uint64_t time_ns, bool level); /* cone position changed */
    void (*log)(void *opaque, const char *line);
    void (*leds)(void *opaque, unsigned leds); /* bit 0 scroll, 1 num, 2 caps */
    void (*crash)(void *opaque); /* a triple fault; the reset that follows it, if any, is still to come */
    uint64_t (*host_ns)(void *opaque); /* the host's time in ns, for statistics: nothing in the machine depends on it */
    void (*translated)(void *opaque, const void *code, size_t size, uint32_t linear); /* new host code for the guest's at LINEAR */
};

enum machine_stop {
    STOP_TIME,      /* the requested time was reached; the machine can run on */
    STOP_POWER_OFF, /* APM, ACPI or port 8900h */
    STOP_RESET,     /* only with no_reboot */
    STOP_CRASH,     /* triple fault, only with no_reboot */
    STOP_EXIT,      /* the guest wrote to the exit port: machine_exit_status() */
    STOP_HALTED,    /* HLT with interrupts off and no NMI to come, for a virtual second: nothing will ever happen without a reset */
    STOP_REQUEST,   /* machine_request_stop() */
    STOP_DIFFERENCE, /* engine "lockstep": the engines differ: machine_difference() */
};

struct machine;

/* Whether there is a translator for this host: the engines "jit" and "lockstep". */
bool machine_has_jit(void);

/* Fills in the defaults. */
void machine_config_init(struct machine_config *);

/* Builds and powers on. NULL on failure. Strings of CONFIG are copied. */
struct machine *machine_create(const struct machine_config *config, char *error, size_t error_size);
void            machine_destroy(struct machine *); /* flushes and closes all media; NULL is allowed */

/* Runs until virtual time UNTIL_NS (since power-on), or until something of enum machine_stop happens. After a stop other than
 * STOP_TIME or STOP_REQUEST, running again returns the same stop at once, until a reset. STOP_HALTED: the machine may still be fed
 * input, and reset. */
enum machine_stop machine_run(struct machine *, uint64_t until_ns);
/* COUNT instructions, or fewer and STOP_TIME: HLT passes time, not instructions, and nothing has ended one for a virtual second. */
enum machine_stop machine_step(struct machine *, uint64_t count);
/* Async-signal-safe: makes a machine_run() in progress return STOP_REQUEST soon. */
void machine_request_stop(struct machine *);

void machine_reset(struct machine *);     /* the reset button */
int  machine_exit_status(const struct machine *);
bool machine_crashed(const struct machine *); /* a triple fault stopped it */

uint64_t machine_time(const struct machine *);         /* virtual ns since power-on */
uint64_t machine_instructions(const struct machine *); /* retired since power-on */
uint64_t machine_executed(const struct machine *);     /* retired by this machine: loading a state changes nothing here */
bool     machine_idle(const struct machine *);         /* the CPU is in HLT */
/* Instructions per virtual microsecond from now on (1..100000); an input event like a key. */
void     machine_set_speed(struct machine *, uint32_t mips);
uint32_t machine_speed(const struct machine *);
const char *machine_mode(const struct machine *);      /* "real", "protected 32", "V86" ... for the title bar */

/* --- input ------------------------------------------------------------------------------------------------------------- */
/* USAGE is a USB HID usage of the keyboard page (07h), the same numbers as SDL scancodes: 4 = A ... E7h = right GUI. */
void machine_key(struct machine *, unsigned usage, bool down);
/* Relative motion (right and down positive), wheel (up positive), buttons held: bit 0 left, 1 right, 2 middle. */
void machine_mouse(struct machine *, int dx, int dy, int wheel, unsigned buttons);
/* Types UTF-8 TEXT on a US keyboard in virtual time; \n is Enter. Characters that it lacks go by Alt + numeric keypad (code page 437). */
void machine_type(struct machine *, const char *text);
bool machine_typing(const struct machine *); /* something typed is still on its way */
/* A chord by name: "ctrl-alt-del", "f12", "shift-a". -EINVAL if a name is unknown. Pressed and released in virtual time. */
int  machine_chord(struct machine *, const char *name);
void machine_serial_send(struct machine *, int port, const void *bytes, size_t n); /* queued without limit */

/* --- media ------------------------------------------------------------------------------------------------------------- */
int  machine_insert(struct machine *, enum machine_medium, const struct machine_drive *, char *error, size_t error_size);
int  machine_eject(struct machine *, enum machine_medium); /* -ENODEV if there is no such drive */

/* Whether the file at PATH is in a drive, or the firmware, the kernel, the initrd or a module came from it. What writes files
 * beside the machine keeps off those. */
bool machine_has_file(const struct machine *, const char *path);

/* --- screen ------------------------------------------------------------------------------------------------------------ */
struct machine_screen {
    const uint32_t *pixels; /* 00RRGGBB, row by row, WIDTH pixels a row; valid until the next call on the machine */
    unsigned        width, height;
    unsigned        aspect_width, aspect_height; /* shape of the picture as shown: 4:3 for VGA modes, width:height otherwise */
};
/* Draws the screen as it is now. Returns whether it differs from the previous call's. */
bool machine_screen(struct machine *, struct machine_screen *);

struct machine_text {
    unsigned        columns, rows; /* 0 in a graphics mode */
    const uint8_t  *cells;         /* character, attribute; COLUMNS * 2 bytes a row; valid until the next call */
    unsigned        cursor_column, cursor_row;
    bool            cursor_visible;
};
void machine_text(struct machine *, struct machine_text *);
/* The text screen as UTF-8, lines separated by \n, trailing blanks cut; "" in graphics modes. malloc'ed; NULL if out of memory. */
char *machine_screen_text(struct machine *);

/* --- state ------------------------------------------------------------------------------------------------------------- */
/* -EBUSY if the machine has the file at PATH: machine_has_file(). */
int      machine_save(struct machine *, const char *path, char *error, size_t error_size);
/* A file that is truncated, altered or of another configuration gives an error and leaves the machine untouched. */
int      machine_load(struct machine *, const char *path, char *error, size_t error_size);
/* Over CPU, RAM, all devices and virtual time: equal machines have equal hashes, on every host and engine. */
uint64_t machine_state_hash(struct machine *);

/* --- inspection -------------------------------------------------------------------------------------------------------- */
/* Registers by their names ("eax", "ax", "al", "eip", "cs", "cr0", "eflags", "gdtr.base" ...). -ENOENT if unknown; when set, -ERANGE
 * if the value does not fit, as unsigned or as a negative number, and -EINVAL if the CPU cannot hold it. */
int  machine_reg(struct machine *, const char *name, uint64_t *value);
int  machine_set_reg(struct machine *, const char *name, uint64_t value);
/* The Nth register's name for listings, NULL at the end. */
const char *machine_reg_name(unsigned n);
/* Linear addresses through the current paging, with no side effects; returns how many bytes were accessible. */
size_t machine_read(struct machine *, uint64_t linear, void *buf, size_t n);
size_t machine_write(struct machine *, uint64_t linear, const void *buf, size_t n);
size_t machine_read_physical(struct machine *, uint64_t addr, void *buf, size_t n);
size_t machine_write_physical(struct machine *, uint64_t addr, const void *buf, size_t n);

/* --- exceptions -------------------------------------------------------------------------------------------------------- */
#define MACHINE_EXCEPTIONS 16 /* so many are remembered */

/* A segment register; access: descriptor bytes 5 and 6 (type, S, DPL, P in bits 0-7; AVL, D/B, G in bits 12, 14, 15). Order of the
 * registers: ES CS SS DS FS GS LDTR TR. */
struct machine_segment {
    uint16_t selector, access;
    uint32_t base, limit; /* limit in bytes */
    bool     valid;       /* not null */
};

enum machine_operand_kind { MACHINE_OPERAND_NONE, MACHINE_OPERAND_SEGMENT, MACHINE_OPERAND_LINEAR };

/* A descriptor as it lay in its table. */
struct machine_descriptor {
    bool     wanted;   /* the exception is about it */
    bool     there;    /* within the table's limit, and readable */
    uint16_t selector; /* bit 1 set: of the IDT; else bit 2: of the LDT */
    uint32_t at;       /* linear address */
    uint64_t bytes;
};

/* One level of a page walk. */
struct machine_page_entry {
    uint64_t at, entry; /* physical address, contents */
    unsigned size;      /* 4 or 8; 0: this level was not looked at */
};

/* An exception and the state of the CPU when it came: registers are those before the instruction. */
struct machine_exception {
    uint64_t    serial, instruction; /* number of the exception, of the instruction, from 0 */
    const char *model;
    unsigned    vector;
    bool        has_error;
    uint32_t    error;
    int         during;     /* vector that was being delivered, -1: none */
    bool        during_int; /* by an INT instruction */
    unsigned    pair[2];    /* vector 8: the two that made the double fault */
    uint32_t    gpr[8], eip, eflags, cr0, cr2, cr3, cr4, dr[8], efer;
    unsigned    cpl, bits;  /* privilege; default size of code, 16 or 32 */
    uint16_t    fcw, fsw, fop, fcs;
    uint32_t    fip, mxcsr;
    struct machine_segment seg[8];
    uint32_t    gdt_base, gdt_limit, idt_base, idt_limit;
    uint8_t     code[15], stack[24], value[8]; /* at CS:EIP, at SS:ESP, of the memory operand: so much as could be read */
    unsigned    code_size, stack_size, value_size;
    struct {
        enum machine_operand_kind kind;
        bool     is_access; /* this access failed; false: it is the instruction's memory operand */
        bool     write;
        unsigned seg, size; /* size 0: not known */
        uint32_t offset, linear;
    } operand;
    struct machine_descriptor selected, behind; /* of the error code; what a gate there leads to, or the gate or TSS that led there */
    struct machine_page_entry page[3];          /* PDPTE, PDE, PTE */
};

/* The exception BACK places before the newest (0); false if there is none. Faults and debug traps are remembered, INT n and interrupts are
 * not. They are no part of a saved state. */
bool machine_exception(const struct machine *, unsigned back, struct machine_exception *);

/* Called after each instruction, with the address it began at (linear, and CS:offset), its bytes and length. NULL ends it. Slow. */
struct machine_trace {
    uint64_t instruction; /* number, from 0 */
    uint32_t linear, offset;
    uint16_t cs;
    unsigned bits; /* 16 or 32: default operand size */
    uint8_t  bytes[16];
    unsigned length;
};
typedef void machine_trace_fn(void *opaque, const struct machine_trace *);
void machine_set_trace(struct machine *, machine_trace_fn *, void *opaque);

/* --- the engine "lockstep" ----------------------------------------------------------------------------------------------- */
#define MACHINE_DIFFERENCES 40
#define MACHINE_BLOCKS      64
#define MACHINE_UNITS       16

/* Where some instructions in a row began, and the registers there. */
struct machine_block {
    uint64_t instruction, count; /* number of the first; how many */
    uint32_t linear, eip;
    uint16_t cs;
    unsigned bits;               /* 16 or 32: default operand size */
    uint32_t gpr[8], eflags;
    uint8_t  bytes[16];          /* of the first instruction, in a trace */
};

struct machine_difference_item {
    char     name[48]; /* "eax", "eflags", "RAM 00001234", "fpu.r[3].mant", "pit.ch[0].count" */
    uint64_t interp, jit;
};

enum machine_found {
    MACHINE_FOUND_AGAIN,   /* run again from instruction FROM, the engines differ in TO and not before; there are traces */
    MACHINE_FOUND_LINKED,  /* the same, but not when the translator's units run one by one */
    MACHINE_FOUND_ONCE,    /* run again, they did not differ */
    MACHINE_FOUND_DEVICES, /* there were accesses to devices in between, or interrupts, so it cannot be run again */
};

struct machine_difference {
    uint64_t             from, to;   /* instructions: equal at the one, different at the other */
    bool                 is_stretch; /* the translator ran more than a unit in between */
    enum machine_found   found;
    unsigned             items, n_blocks, n_traced, units;
    bool                 more;       /* differences than fit in */
    struct machine_difference_item item[MACHINE_DIFFERENCES];
    struct machine_block block[MACHINE_BLOCKS];  /* the last steps, when both were equal, the oldest first */
    struct machine_block traced[MACHINE_BLOCKS]; /* the interpreter's instructions up to TO */
    struct machine_block unit[MACHINE_UNITS];    /* the translator's units up to TO */
    struct machine_block after[2];               /* registers then: interpreter, translator */
};
/* After STOP_DIFFERENCE; NULL before. */
const struct machine_difference *machine_difference(const struct machine *);

/* Calls FN for each statistic: "instructions", "blocks", "tlb_fills", "ide.reads" ... */
void machine_stats(struct machine *, void (*fn)(void *opaque, const char *name, uint64_t value), void *opaque);

#endif
