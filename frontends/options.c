/* options.c: the table of options, the parser, and the checks of what does not go together. See options.h. */
#include "frontends/options.h"

#include "frontends/media.h"
#include "frontends/values.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_MIN   (256ull << 10)
#define MEMORY_MAX   (3ull << 30)
#define MEMORY_GRAIN 4096
#define MEMORY_MAX_8086 (1ull << 20)  /* 20 address lines */
#define MEMORY_MAX_286  (16ull << 20) /* 24 */
#define SPEED_MAX    100000

#define TEXT_OF_(x) #x
#define TEXT_OF(x)  TEXT_OF_(x)

static const char *const cpu_models[] = {"8086", "286", "386", "486", "pentium", "pentium-mmx", "pentium2", "pentium3", "pentium4"};

#define CPU_MODELS (sizeof(cpu_models) / sizeof(cpu_models[0]))

/* Always false, so that it can be returned. */
static bool __attribute__((format(printf, 3, 4))) fail(char *error, size_t error_size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error, error_size, format, args);
    va_end(args);
    return false;
}

/* --- what each option does ------------------------------------------------------------------------------------------------- */

typedef const struct option_info info;

static bool take_drive(struct options *o, struct machine_drive *drive, const char *value, enum image_kind kind, char *error, size_t n)
{
    char letter = kind == IMAGE_FLOPPY ? 'a' : kind == IMAGE_CD ? 'd' : 'c';

    *drive = value_drive(value);
    if (!drive->path) return fail(error, n, "out of memory");
    o->owned[o->owned_count++] = (char *)(uintptr_t)drive->path;
    if (!o->image) o->image = drive->path, o->first = letter;
    return media_check(drive->path, kind, error, n) == 0;
}

static bool set_floppy(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    if (o->floppies == MACHINE_FLOPPIES) return fail(error, n, "%s: there are only two floppy drives", value);
    return take_drive(o, &o->config.floppy[o->floppies++], value, IMAGE_FLOPPY, error, n);
}

static bool set_disk(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    if (o->disks == MACHINE_DISKS) return fail(error, n, "%s: there are at most %d hard disks", value, MACHINE_DISKS);
    return take_drive(o, &o->config.disk[o->disks++], value, IMAGE_DISK, error, n);
}

static bool set_cdrom(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    if (o->config.cdrom.path) return fail(error, n, "%s: there is only one CD drive", value);
    return take_drive(o, &o->config.cdrom, value, IMAGE_CD, error, n);
}

/* An option that is just there or not. */
static bool set_flag(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)value, (void)error, (void)n;
    *(bool *)((char *)o + i->member) = true;
    return true;
}

static bool set_text(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)error, (void)n;
    *(const char **)(void *)((char *)o + i->member) = value;
    return true;
}

/* A file that has to be there and readable; WHERE is where its name goes. */
static bool take_file(const char **where, const char *value, char *error, size_t n)
{
    struct stat st;

    if (stat(value, &st) < 0 || access(value, R_OK) < 0) return fail(error, n, "%s: %s", value, strerror(errno));
    if (S_ISDIR(st.st_mode)) return fail(error, n, "%s: is a directory", value);
    if (S_ISREG(st.st_mode) && st.st_size == 0) return fail(error, n, "%s: is empty", value);
    *where = value;
    return true;
}

static bool set_file(struct options *o, info *i, const char *value, char *error, size_t n)
{
    return take_file((const char **)(void *)((char *)o + i->member), value, error, n);
}

static bool set_boot(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    if (!*value || strlen(value) > 3) return fail(error, n, "--boot %s: give up to three of a (floppy), c (disk), d (CD)", value);
    for (const char *p = value; *p; p++)
        if (!strchr("acd", *p) || strchr(p + 1, *p))
            return fail(error, n, "--boot %s: give each of a (floppy), c (disk), d (CD) at most once", value);
    o->config.boot = value;
    return true;
}

static bool set_memory(struct options *o, info *i, const char *value, char *error, size_t n)
{
    uint64_t bytes;
    bool     plain = *value && strspn(value, "0123456789") == strlen(value);

    (void)i;
    if (!value_size(value, &bytes)) return fail(error, n, "-m %s: not a size; write it like 640K, 16M or 1G", value);
    if (bytes < MEMORY_MIN || bytes > MEMORY_MAX) {
        bool meant = plain && bytes && bytes <= MEMORY_MAX >> 20;
        return fail(error, n, "-m %s: the machine can have 256K to 3G of memory%s%s%s", value, meant ? "; with a unit: -m " : "", meant ? value : "",
                    meant ? "M" : "");
    }
    if (bytes % MEMORY_GRAIN) return fail(error, n, "-m %s: not a multiple of 4K", value);
    o->config.memory = bytes;
    o->memory_given = true;
    return true;
}

static bool set_cpu(struct options *o, info *i, const char *value, char *error, size_t n)
{
    char list[200] = "";

    (void)i;
    for (size_t m = 0; m < CPU_MODELS; m++) {
        if (!strcmp(value, cpu_models[m])) {
            o->config.cpu = value;
            return true;
        }
        snprintf(list + strlen(list), sizeof(list) - strlen(list), " %s", cpu_models[m]);
    }
    return fail(error, n, "--cpu %s: no such model; there are:%s", value, list);
}

static bool set_engine(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    if (strcmp(value, "interp") && strcmp(value, "jit") && strcmp(value, "lockstep"))
        return fail(error, n, "--engine %s: no such engine; there are: interp jit lockstep", value);
    if (strcmp(value, "interp") && !machine_has_jit())
        return fail(error, n, "--engine %s: this build has no translator (it is for x86-64 Linux, and JIT=0 leaves it out); there is: interp", value);
    o->config.engine = value;
    return true;
}

static bool set_jit_cache(struct options *o, info *i, const char *value, char *error, size_t n)
{
    bool plain = *value && strspn(value, "0123456789") == strlen(value);

    (void)i;
    if (!value_size(value, &o->config.jit_cache)) return fail(error, n, "--jit-cache %s: not a size; write it like 64M", value);
    if (o->config.jit_cache < MACHINE_JIT_CACHE_MIN || o->config.jit_cache > MACHINE_JIT_CACHE_MAX) {
        bool meant = plain && o->config.jit_cache >= MACHINE_JIT_CACHE_MIN >> 20 && o->config.jit_cache <= MACHINE_JIT_CACHE_MAX >> 20;
        return fail(error, n, "--jit-cache %s: the translator's code can have 1M to 2047M%s%s%s", value, meant ? "; with a unit: --jit-cache " : "",
                    meant ? value : "", meant ? "M" : "");
    }
    return true;
}

static bool set_time(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    if (!strcmp(value, "real")) o->time = TIME_REAL;
    else if (!strcmp(value, "virtual")) o->time = TIME_VIRTUAL;
    else return fail(error, n, "--time %s: is either real or virtual", value);
    return true;
}

static bool set_date(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    o->date_given = true;
    o->date_now = !strcmp(value, "now");
    if (o->date_now || value_date(value, &o->config.date)) return true;
    return fail(error, n, "--date %s: write now, or YYYY-MM-DDTHH:MM:SS from 1980 to 2099", value);
}

static bool set_speed(struct options *o, info *i, const char *value, char *error, size_t n)
{
    uint64_t mips = 0;

    (void)i;
    o->speed_given = true;
    o->speed_max = !strcmp(value, "max");
    if (!o->speed_max && !value_number(value, 1, SPEED_MAX, &mips))
        return fail(error, n, "--speed %s: write max, or instructions per microsecond, 1 to %d", value, SPEED_MAX);
    o->config.mips = (uint32_t)mips;
    return true;
}

static bool take_endpoint(struct endpoint_option *e, info *i, const char *value, bool two_way, char *error, size_t n)
{
    e->given = true;
    if (!strcmp(value, "none")) e->kind = ENDPOINT_NONE;
    else if (!strcmp(value, "stdio")) e->kind = ENDPOINT_STDIO;
    else if (!strncmp(value, "file:", 5) && value[5]) e->kind = ENDPOINT_FILE, e->path = value + 5;
    else if (two_way && !strncmp(value, "unix:", 5) && value[5]) e->kind = ENDPOINT_UNIX, e->path = value + 5;
    else return fail(error, n, "--%s %s: write %s", i->name, value, i->argument);
    if (e->kind == ENDPOINT_UNIX && strlen(e->path) > 107)
        return fail(error, n, "--%s %s: the name of a socket is at most 107 bytes long", i->name, value);
    return true;
}

static bool set_serial(struct options *o, info *i, const char *value, char *error, size_t n)
{
    if (o->serials == MACHINE_SERIALS) return fail(error, n, "--serial %s: there are only two serial ports", value);
    return take_endpoint(&o->serial[o->serials++], i, value, true, error, n);
}

static bool set_debugcon(struct options *o, info *i, const char *value, char *error, size_t n)
{
    return take_endpoint(&o->debugcon, i, value, false, error, n);
}

static bool set_debugcon_port(struct options *o, info *i, const char *value, char *error, size_t n)
{
    uint64_t port;

    (void)i;
    if (!value_number(value, 0, 0xffff, &port)) return fail(error, n, "--debugcon-port %s: a port is 0 to 0xffff", value);
    o->config.debugcon_port = (int)port;
    return true;
}

static bool set_exit_port(struct options *o, info *i, const char *value, char *error, size_t n)
{
    char        text[16];
    const char *comma = strchr(value, ',');
    size_t      length = comma ? (size_t)(comma - value) : strlen(value);
    uint64_t    port;

    (void)i;
    snprintf(text, sizeof(text), "%.*s", (int)(length < sizeof(text) ? length : sizeof(text)), value);
    if (!value_number(text, 0, 0xffff, &port) || (comma && strcmp(comma, ",raw")))
        return fail(error, n, "--exit-port %s: write PORT or PORT,raw; a port is 0 to 0xffff", value);
    o->config.exit_port = (int)port;
    o->config.exit_port_raw = comma != NULL;
    return true;
}

static bool add_script(struct options *o, const char *text, bool is_file, char *error, size_t n)
{
    const char *name;

    if (!WITH_LUA) return fail(error, n, "this ochenta is built without scripts (LUA=0)");
    if (o->script_count == OPTIONS_SCRIPTS) return fail(error, n, "more than %d scripts", OPTIONS_SCRIPTS);
    if (is_file && !take_file(&name, text, error, n)) return false;
    o->script[o->script_count++] = (struct script_option){text, is_file};
    return true;
}

static bool set_script(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    return add_script(o, value, true, error, n);
}

static bool set_chunk(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    return add_script(o, value, false, error, n);
}

static bool set_timeout(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)i;
    if (value_seconds(value, &o->timeout_ns)) return true;
    return fail(error, n, "--timeout %s: not a number of seconds", value);
}

/* --help and --version are seen to by the parser. */
static bool set_nothing(struct options *o, info *i, const char *value, char *error, size_t n)
{
    (void)o, (void)i, (void)value, (void)error, (void)n;
    return true;
}

/* --- the table ------------------------------------------------------------------------------------------------------------- */

static const struct option_info table[] = {
    {"Media (IMAGE is recognised by content and size)", 0, NULL, NULL, NULL, NULL, 0},
    {"floppy", 0, "FILE[,ro][,snapshot]", "floppy in A:; a second one in B:", NULL, set_floppy, 0},
    {"disk", 0, "FILE[,ro][,snapshot]", "hard disk; up to four", NULL, set_disk, 0},
    {"cdrom", 0, "FILE", "CD (ISO 9660 image)", NULL, set_cdrom, 0},
    {"boot-menu", 0, NULL, "the BIOS shows its boot menu (as F12 does)", NULL, set_flag, offsetof(struct options, config.boot_menu)},
    {"no-cdrom", 0, NULL, "leave out the CD drive", NULL, set_flag, offsetof(struct options, no_cdrom)},
    {"demo", 0, NULL, "the built-in guest", NULL, set_flag, offsetof(struct options, config.demo)},
    {"kernel", 0, "FILE", "boot a Linux bzImage or a Multiboot image without a disk", NULL, set_file, offsetof(struct options, config.kernel)},
    {"initrd", 0, "FILE", "its initial RAM disk; or Multiboot modules \"FILE ARGS,FILE ARGS\"", NULL, set_text, offsetof(struct options, config.initrd)},
    {"append", 0, "STRING", "its command line", NULL, set_text, offsetof(struct options, config.append)},
    {"boot", 0, "ORDER", "boot order of a (floppy), c (disk), d (CD), e.g. dac", "first medium given", set_boot, 0},

    {"Machine", 0, NULL, NULL, NULL, NULL, 0},
    {"memory", 'm', "SIZE", "RAM, 256K to 3G", "64M", set_memory, 0},
    {"cpu", 0, "MODEL", "8086 286 386 486 pentium pentium-mmx pentium2 pentium3 pentium4", "pentium4", set_cpu, 0},
    {"engine", 0, "ENGINE", "jit: translates to host code; interp: interprets; lockstep: does both and compares", "jit where the host has it", set_engine, 0},
    {"jit-cache", 0, "SIZE", "room for translated code, 1M to 2047M", "64M", set_jit_cache, 0},
    {"bios", 0, "FILE", "another system BIOS", "built in", set_file, offsetof(struct options, config.bios)},
    {"vga-bios", 0, "FILE", "another VGA BIOS", "built in", set_file, offsetof(struct options, config.vga_bios)},
    {"date", 0, "DATE", "what the clock shows at power-on: now or YYYY-MM-DDTHH:MM:SS",
     "now; headless 2000-01-01T00:00:00", set_date, 0},

    {"Time", 0, NULL, NULL, NULL, NULL, 0},
    {"time", 0, "MODE", "real: as the wall clock; virtual: as fast as possible", "real; headless virtual", set_time, 0},
    {"speed", 0, "MIPS", "instructions per virtual microsecond; max: as many as the host runs", "max; headless " TEXT_OF(MACHINE_DEFAULT_MIPS), set_speed, 0},
    {"timeout", 0, "SECONDS", "virtual seconds until the run fails", NULL, set_timeout, 0},

    {"Ports", 0, NULL, NULL, NULL, NULL, 0},
    {"serial", 0, "stdio|file:PATH|unix:PATH|none", "COM1; a second one COM2", "none; headless COM1 stdio", set_serial, 0},
    {"debugcon", 0, "stdio|file:PATH|none", "bytes written to port E9h", "none", set_debugcon, 0},
    {"debugcon-port", 0, "PORT", "another port for that", "0xe9", set_debugcon_port, 0},
    {"exit-port", 0, "PORT[,raw]", "writing V there ends the run with status (V<<1)|1; raw: V", "none", set_exit_port, 0},
    {"no-reboot", 0, NULL, "a guest's reset or triple fault ends the run", NULL, set_flag, offsetof(struct options, config.no_reboot)},

    {"Running", 0, NULL, NULL, NULL, NULL, 0},
    {"headless", 0, NULL, "no window", NULL, set_flag, offsetof(struct options, headless)},
    {"fullscreen", 0, NULL, "start in full screen", NULL, set_flag, offsetof(struct options, fullscreen)},
    {"no-sound", 0, NULL, "silence", NULL, set_flag, offsetof(struct options, no_sound)},
    {"script", 0, "FILE", "run a Lua script beside the machine", NULL, set_script, 0},
    {NULL, 'e', "CHUNK", "the same, from the command line", NULL, set_chunk, 0},
    {"load-state", 0, "FILE", "start from a saved state", NULL, set_file, offsetof(struct options, load_state)},

    {"Looking inside", 0, NULL, NULL, NULL, NULL, 0},
    {"monitor", 0, NULL, "start in the debugger, on the terminal", NULL, set_flag, offsetof(struct options, monitor)},
    {"trace", 0, "FILE", "write every instruction with its register changes", NULL, set_text, offsetof(struct options, trace)},
    {"explain", 0, NULL, "say why exceptions came: at a triple fault, and at exit the last ones", NULL, set_flag, offsetof(struct options, explain)},
    {"stats", 0, NULL, "at exit: counts as \"name: value\" on stderr", NULL, set_flag, offsetof(struct options, stats)},
    {"perf-map", 0, NULL, "tell Linux perf the names of translated code", NULL, set_flag, offsetof(struct options, perf_map)},
    {"verbose", 'v', NULL, "say on stderr what the machine finds unusual", NULL, set_flag, offsetof(struct options, verbose)},
    {"help", 'h', NULL, "this text", NULL, set_nothing, 0},
    {"version", 0, NULL, "name and version", NULL, set_nothing, 0},
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

const struct option_info *options_info(unsigned n)
{
    return n < TABLE_SIZE ? &table[n] : NULL;
}

/* --- the parser ------------------------------------------------------------------------------------------------------------ */

/* The option of ARGUMENT; *VALUE becomes what is joined to it (--x=value, -mvalue), or NULL. */
static const struct option_info *find(const char *argument, const char **value)
{
    bool        is_long = argument[1] == '-';
    const char *name = argument + (is_long ? 2 : 1);
    size_t      n = is_long ? strcspn(name, "=") : 1;

    *value = is_long ? (name[n] ? name + n + 1 : NULL) : name[n] ? name + n + (name[n] == '=') : NULL;
    for (size_t i = 0; i < TABLE_SIZE; i++) {
        if (!table[i].set) continue;
        if (is_long ? table[i].name && strlen(table[i].name) == n && !strncmp(table[i].name, name, n) : table[i].letter == *name)
            return &table[i];
    }
    return NULL;
}

/* Of a command line or a script nothing can be meant; of a file or a number not. */
static bool may_be_empty(const struct option_info *option)
{
    return !strcmp(option->argument, "STRING") || !strcmp(option->argument, "CHUNK");
}

static bool take_image(struct options *o, const char *image, char *error, size_t n)
{
    struct machine_drive drive;
    enum image_kind      kind;
    bool                 known;

    drive = value_drive(image);
    if (!drive.path) return fail(error, n, "out of memory");
    known = media_probe(drive.path, &kind, error, n) == 0;
    free((char *)(uintptr_t)drive.path);
    if (!known) return false;
    switch (kind) {
    case IMAGE_FLOPPY: return set_floppy(o, NULL, image, error, n);
    case IMAGE_CD: return set_cdrom(o, NULL, image, error, n);
    default: return set_disk(o, NULL, image, error, n);
    }
}

static enum options_result parse(struct options *o, int argc, char *const *argv, char *error, size_t n)
{
    const char *image = NULL;
    bool        only_images = false;

    for (int i = 1; i < argc; i++) {
        const struct option_info *option;
        const char               *value;

        if (!only_images && !strcmp(argv[i], "--")) {
            only_images = true;
            continue;
        }
        if (only_images || argv[i][0] != '-' || !argv[i][1]) {
            if (image) {
                fail(error, n, "%s: only one IMAGE is taken; use --floppy, --disk and --cdrom", argv[i]);
                return OPTIONS_ERROR;
            }
            image = argv[i];
            if (*image) continue;
            fail(error, n, "the name of IMAGE is empty");
            return OPTIONS_ERROR;
        }
        option = find(argv[i], &value);
        if (!option) {
            fail(error, n, "%s: no such option; --help lists them", argv[i]);
            return OPTIONS_ERROR;
        }
        if (!option->argument && value) {
            fail(error, n, "%s: this option takes no value", argv[i]);
            return OPTIONS_ERROR;
        }
        if (option->name && !strcmp(option->name, "help")) return OPTIONS_HELP;
        if (option->name && !strcmp(option->name, "version")) return OPTIONS_VERSION;
        if (option->argument && !value && !(value = argv[++i])) {
            fail(error, n, "%s: the value is missing: %s", argv[i - 1], option->argument);
            return OPTIONS_ERROR;
        }
        if (option->argument && !*value && !may_be_empty(option)) {
            fail(error, n, "%s: the value is empty: %s", argv[i - (value == argv[i])], option->argument);
            return OPTIONS_ERROR;
        }
        if (!option->set(o, option, value, error, n)) return OPTIONS_ERROR;
    }
    return !image || take_image(o, image, error, n) ? OPTIONS_RUN : OPTIONS_ERROR;
}

/* --- what goes together ------------------------------------------------------------------------------------------------------ */

static bool check_media(struct options *o, char *error, size_t n)
{
    const struct machine_config *c = &o->config;

    if (!o->image && !c->demo && !c->kernel && !o->load_state && !o->script_count && !c->bios)
        return fail(error, n, "nothing to boot: give a disk image (ochenta IMAGE), or --demo, which `make run` boots; --help lists all");
    if (c->demo && c->floppy[0].path) return fail(error, n, "--demo and a floppy both want drive A:");
    if (o->no_cdrom && c->cdrom.path) return fail(error, n, "--no-cdrom and a CD do not go together");
    if (o->disks == MACHINE_DISKS && c->cdrom.path) return fail(error, n, "a CD and four hard disks do not fit on the two IDE channels");
    if (c->kernel && c->demo) return fail(error, n, "--kernel and --demo both want to be booted");
    if (c->initrd && !c->kernel) return fail(error, n, "--initrd needs --kernel");
    if (c->append && !c->kernel) return fail(error, n, "--append needs --kernel");
    if (c->kernel && c->boot) return fail(error, n, "--kernel boots without a disk: --boot has no meaning");
    return true;
}

static bool check_cpu(struct options *o, char *error, size_t n)
{
    const char *cpu = o->config.cpu;
    uint64_t    most = !cpu ? MEMORY_MAX : !strcmp(cpu, "8086") ? MEMORY_MAX_8086 : !strcmp(cpu, "286") ? MEMORY_MAX_286 : MEMORY_MAX;

    if (o->memory_given && o->config.memory > most)
        return fail(error, n, "--cpu %s addresses %s of memory: -m is more", cpu, most == MEMORY_MAX_8086 ? "1M" : "16M");
    if (cpu && o->config.kernel && (!strcmp(cpu, "8086") || !strcmp(cpu, "286")))
        return fail(error, n, "--kernel starts in 32 bits: --cpu %s cannot run it", cpu);
    return true;
}

static bool check_running(struct options *o, char *error, size_t n)
{
    int stdio = (o->serial[0].kind == ENDPOINT_STDIO) + (o->serial[1].kind == ENDPOINT_STDIO);

    if (o->headless && o->fullscreen) return fail(error, n, "--headless and --fullscreen do not go together");
    if (!WITH_SDL && o->fullscreen) return fail(error, n, "this ochenta is built without a window (SDL=0)");
    if (o->speed_max && o->time == TIME_VIRTUAL)
        return fail(error, n, "--speed max follows the wall clock: it needs --time real");
    if (stdio > 1) return fail(error, n, "only one serial port can be on stdio");
    if (o->serial[0].kind == ENDPOINT_UNIX && o->serial[1].kind == ENDPOINT_UNIX && !strcmp(o->serial[0].path, o->serial[1].path))
        return fail(error, n, "--serial unix:%s: two ports cannot have one socket", o->serial[0].path);
    if (o->config.jit_cache && (!machine_has_jit() || (o->config.engine && !strcmp(o->config.engine, "interp"))))
        return fail(error, n, "--jit-cache is about translated code: the interpreter has none");
    if (o->perf_map && (!machine_has_jit() || (o->config.engine && !strcmp(o->config.engine, "interp"))))
        return fail(error, n, "--perf-map is about translated code: the interpreter has none");
    if (o->monitor && stdio) return fail(error, n, "--monitor and --serial stdio both want the terminal");
    return true;
}

/* The first medium given, then the others as a PC tries them. */
static const char *boot_order(const struct options *o)
{
    switch (o->config.demo ? 'a' : o->first) {
    case 'a': return "acd";
    case 'c': return "cad";
    case 'd': return "dac";
    default: return NULL;
    }
}

/* Local time as the guest is to see it. */
static int64_t date_of_now(void)
{
    time_t    now = time(NULL);
    struct tm local;

    localtime_r(&now, &local);
    return (int64_t)now + local.tm_gmtoff;
}

/* Defaults that depend on other options. */
static void settle(struct options *o)
{
    struct machine_config *c = &o->config;

    if (o->time == TIME_DEFAULT) o->time = o->headless ? TIME_VIRTUAL : TIME_REAL;
    if (!o->speed_given && !o->headless && o->time == TIME_REAL) o->speed_max = true;
    if (!o->date_given) {
        o->date_now = !o->headless;
        c->date = OPTIONS_FIXED_DATE;
    }
    if (o->date_now) c->date = date_of_now();
    if (o->headless && !o->serial[0].given && !o->monitor && o->serial[1].kind != ENDPOINT_STDIO) o->serial[0].kind = ENDPOINT_STDIO;
    if (!c->boot && !c->kernel) c->boot = boot_order(o);
    if (o->no_cdrom || (o->disks == MACHINE_DISKS && !c->cdrom.path)) c->has_cdrom = false;
}

enum options_result options_parse(struct options *o, int argc, char *const *argv, char *error, size_t error_size)
{
    enum options_result result;

    memset(o, 0, sizeof(*o));
    machine_config_init(&o->config);
    if (error_size) *error = 0;
    result = parse(o, argc, argv, error, error_size);
    if (result != OPTIONS_RUN) return result;
    if (!check_media(o, error, error_size) || !check_cpu(o, error, error_size) || !check_running(o, error, error_size))
        return OPTIONS_ERROR;
    settle(o);
    return OPTIONS_RUN;
}

void options_free(struct options *o)
{
    while (o->owned_count) free(o->owned[--o->owned_count]);
}
