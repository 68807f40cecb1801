/* machine.c: the library's face: making a machine and letting time pass. See machine.h. */
#include "machine/machine.h"

#include "cpu/x86/block_cache.h"
#include "machine/machine_lockstep.h"
#include "machine/machine_private.h"
#include "machine/roms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_MIN (256ull << 10)
#define MEMORY_MAX (3ull << 30)
#define ROM_MAX    (8u << 20) /* system ROM: what lies below 4 GB; only its last 128K show below 1 MB */
#define HALT_GRACE_NS NS_PER_SECOND
#define DEFAULT_DATE 852076800 /* 1997-01-01 00:00:00 */

void machine_config_init(struct machine_config *c)
{
    *c = (struct machine_config){.memory = 64ull << 20, .has_cdrom = true, .date = DEFAULT_DATE, .mips = MACHINE_DEFAULT_MIPS, .exit_port = -1,
                                 .debugcon_port = 0xE9};
}

/* --- virtual time ---------------------------------------------------------------------------------------------------------------- */

uint64_t machine_ns_at(const struct machine *m, uint64_t instruction)
{
    return m->base_ns + clock_scale(instruction - m->base_instruction, 1000, 0, m->mips);
}

/* The first instruction count at which the time is at least NS. */
static uint64_t instruction_at(const struct machine *m, uint64_t ns)
{
    if (ns <= m->base_ns) return m->base_instruction;
    return m->base_instruction + clock_scale(ns - m->base_ns, m->mips, 999, 1000);
}

static uint64_t exact_time(void *opaque)
{
    struct machine *m = opaque;

    return machine_ns_at(m, x86_retired(&m->pc.cpu));
}

/* An event became due earlier than the slice was planned for. */
static void event_sooner(void *opaque)
{
    x86_kick(&((struct machine *)opaque)->pc.cpu);
}

static void rebase(struct machine *m, uint64_t ns)
{
    m->base_ns = ns;
    m->base_instruction = x86_retired(&m->pc.cpu);
}

uint64_t machine_time(const struct machine *m)
{
    uint64_t ns = machine_ns_at(m, x86_retired(&m->pc.cpu));

    return ns > m->pc.clock.now ? ns : m->pc.clock.now;
}

uint64_t machine_instructions(const struct machine *m)
{
    return x86_retired(&m->pc.cpu);
}

uint64_t machine_executed(const struct machine *m)
{
    return x86_retired(&m->pc.cpu) - m->loaded;
}

void machine_set_speed(struct machine *m, uint32_t mips)
{
    if (m->lockstep) machine_set_speed(lockstep_twin(m), mips);
    rebase(m, machine_time(m));
    m->mips = mips < 1 ? 1 : mips > 100000 ? 100000 : mips;
}

uint32_t machine_speed(const struct machine *m)
{
    return m->mips;
}

/* --- requests from within ----------------------------------------------------------------------------------------------------------- */

static void stop_with(struct machine *m, enum machine_stop stop)
{
    m->stop = stop;
    x86_kick(&m->pc.cpu);
}

static void on_power_off(void *opaque)
{
    stop_with(opaque, STOP_POWER_OFF);
}

/* Shutdown codes of CMOS 0Fh with which software resets the CPU to come back from protected mode: not a reboot. */
static bool is_return_to_real_mode(const struct machine *m)
{
    uint8_t code = rtc_cmos_get(&m->pc.rtc, 0x0F);

    return code == 5 || code == 9 || code == 10;
}

static void on_reset_line(void *opaque, bool hard)
{
    struct machine *m = opaque;

    m->reset_requested = true;
    m->reset_hard |= hard || !is_return_to_real_mode(m);
    x86_leave_after(&m->pc.cpu);
    x86_kick(&m->pc.cpu);
}

static void on_exit_port(void *opaque, uint32_t value)
{
    struct machine *m = opaque;

    m->exit_status = m->config.exit_port_raw ? (int)(value & 0xFF) : (int)((value << 1 | 1) & 0xFF);
    stop_with(m, STOP_EXIT);
}

static void on_boot_kernel(void *opaque)
{
    struct machine *m = opaque;

    m->kernel_requested = true;
    x86_kick(&m->pc.cpu);
}

/* --- making --------------------------------------------------------------------------------------------------------------------------- */

static int copy_string(const char **s)
{
    if (!*s) return 0;
    *s = strdup(*s);
    return *s ? 0 : -ENOMEM;
}

/* Every string member of a configuration. */
static size_t config_strings(struct machine_config *c, const char **list[24])
{
    size_t n = 0;

    list[n++] = &c->cpu, list[n++] = &c->engine, list[n++] = &c->boot, list[n++] = &c->bios, list[n++] = &c->vga_bios;
    list[n++] = &c->kernel, list[n++] = &c->initrd, list[n++] = &c->append, list[n++] = &c->cdrom.path;
    for (unsigned k = 0; k < MACHINE_FLOPPIES; k++) list[n++] = &c->floppy[k].path;
    for (unsigned k = 0; k < MACHINE_DISKS; k++) list[n++] = &c->disk[k].path;
    return n;
}

static int copy_config(struct machine *m, const struct machine_config *config)
{
    const char **list[24];
    size_t       n;
    int          result = 0;

    m->config = *config;
    if (config->host) m->host = *config->host;
    m->config.host = NULL;
    n = config_strings(&m->config, list);
    for (size_t k = 0; k < n; k++) {
        if (result) *list[k] = NULL; // not ours
        else if ((result = copy_string(list[k]))) *list[k] = NULL;
    }
    return result;
}

static void free_config(struct machine *m)
{
    const char **list[24];
    size_t       n = config_strings(&m->config, list);

    for (size_t k = 0; k < n; k++) free((void *)*list[k]);
}

static uint32_t whole_pages(size_t size)
{
    return (uint32_t)((size + PAGE_SIZE - 1) & ~(size_t)PAGE_MASK);
}

/* An image in whole pages; a system ROM is aligned at its end, an option ROM at its start. */
static int set_rom(struct pc_rom *rom, const uint8_t *image, size_t size, bool at_end)
{
    rom->size = whole_pages(size);
    rom->bytes = malloc(rom->size);
    if (!rom->bytes) return -ENOMEM;
    memset(rom->bytes, 0xFF, rom->size);
    memcpy(rom->bytes + (at_end ? rom->size - size : 0), image, size);
    return 0;
}

static int load_rom(struct pc_rom *rom, const char *path, bool at_end, char *error, size_t error_size)
{
    uint8_t *image;
    size_t   size;
    int      result;
    FILE    *f = fopen(path, "rb");

    if (!f) {
        result = -errno;
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return result;
    }
    rom->file = file_id_of_fd(fileno(f));
    image = malloc(ROM_MAX + 1);
    size = image ? fread(image, 1, ROM_MAX + 1, f) : 0;
    if (!image || ferror(f)) {
        result = image ? -EIO : -ENOMEM;
        snprintf(error, error_size, "%s: cannot be read as a ROM", path);
    } else if (size < 512 || size > ROM_MAX || (!at_end && size > (64u << 10))) {
        result = -EINVAL;
        snprintf(error, error_size, "%s: not a ROM image: its size is not between 512 bytes and %u KB", path, at_end ? ROM_MAX >> 10 : 64);
    } else {
        result = set_rom(rom, image, size, at_end);
    }
    free(image);
    fclose(f);
    return result;
}

static int load_roms(struct machine *m, char *error, size_t error_size)
{
    const struct machine_config *c = &m->config;
    int                          result;

    result = c->bios ? load_rom(&m->pc.bios, c->bios, true, error, error_size)
                     : set_rom(&m->pc.bios, rom_bios, (size_t)(rom_bios_end - rom_bios), true);
    if (result) return result;
    result = c->vga_bios ? load_rom(&m->pc.vga_bios, c->vga_bios, false, error, error_size)
                         : set_rom(&m->pc.vga_bios, rom_vga_bios, (size_t)(rom_vga_bios_end - rom_vga_bios), false);
    if (!result && c->kernel) result = set_rom(&m->pc.loader_rom, rom_loader, (size_t)(rom_loader_end - rom_loader), false);
    return result;
}

static void keyboard_key(void *opaque, unsigned usage, bool down)
{
    ps2_keyboard_key(&((struct machine *)opaque)->pc.keyboard, usage, down);
}

static bool keyboard_busy(void *opaque)
{
    struct machine *m = opaque;

    return ps2_keyboard_busy(&m->pc.keyboard) || typist_bios_buffer_full(m->pc.phys.ram + 0x400);
}

static int check_config(const struct machine_config *c, char *error, size_t error_size)
{
    if (c->memory < MEMORY_MIN || c->memory > MEMORY_MAX || c->memory % 1024) {
        snprintf(error, error_size, "memory size must be from 256K to 3G, in whole kilobytes");
        return -EINVAL;
    }
    if (!x86_model_find(c->cpu)) {
        snprintf(error, error_size, "unknown CPU model \"%s\"", c->cpu);
        return -EINVAL;
    }
    return 0;
}

static int build(struct machine *m, char *error, size_t error_size)
{
    const struct pc_host         owner = {.opaque = m, .power_off = on_power_off, .reset = on_reset_line, .exit = on_exit_port, .boot_kernel = on_boot_kernel};
    const struct typist_keyboard keyboard = {m, keyboard_key, keyboard_busy};
    uint64_t                     floppy_size[MACHINE_FLOPPIES] = {0};
    bool                         hdd[MACHINE_DISKS];
    int                          result;

    if ((result = load_roms(m, error, error_size))) return result;
    if ((result = machine_open_media(m, error, error_size))) return result;
    for (unsigned n = 0; n < MACHINE_FLOPPIES; n++) floppy_size[n] = m->floppy[n] ? m->floppy[n]->size : 0;
    if ((result = pc_init(&m->pc, &m->config, &m->host, &owner, floppy_size, error, error_size))) return result;
    if ((result = machine_start_engine(m, error, error_size))) return result;
    if (m->config.kernel && !(m->loader = loader_open(m->config.kernel, m->config.initrd, m->config.append, m->config.memory, error, error_size)))
        return -EINVAL;
    m->pc.clock.sooner = event_sooner;
    m->pc.clock.opaque = m;
    m->mips = m->config.mips ? m->config.mips : MACHINE_DEFAULT_MIPS;
    typist_init(&m->typist, &m->pc.clock, keyboard);
    machine_attach_media(m);
    for (unsigned n = 0; n < MACHINE_DISKS; n++) hdd[n] = m->disk[n] != NULL;
    pc_set_cmos(&m->pc, &m->config, hdd, machine_boot_order(m));
    pc_reset(&m->pc);
    return 0;
}

struct machine *machine_create_beside(const struct machine_config *config, const struct machine *leader, bool twinned, char *error, size_t error_size)
{
    struct machine *m;

    snprintf(error, error_size, "not enough memory");
    if (check_config(config, error, error_size)) return NULL;
    m = calloc(1, sizeof(*m));
    if (!m) return NULL;
    m->cd_place = -1;
    m->dead_since = UINT64_MAX;
    m->leader = leader;
    m->twinned = twinned;
    if (copy_config(m, config) || build(m, error, error_size)) {
        machine_destroy(m);
        return NULL;
    }
    return m;
}

struct machine *machine_create(const struct machine_config *config, char *error, size_t error_size)
{
    if (machine_check_engine(config, error, error_size)) return NULL;
    if (config->engine && !strcmp(config->engine, "lockstep")) return lockstep_create(config, "jit", error, error_size);
    return machine_create_beside(config, NULL, false, error, error_size);
}

void machine_destroy(struct machine *m)
{
    if (!m) return;
    lockstep_destroy(m->lockstep);
    loader_close(m->loader);
    machine_close_media(m);
    pc_destroy(&m->pc);
    free(m->pc.bios.bytes);
    free(m->pc.vga_bios.bytes);
    free(m->pc.loader_rom.bytes);
    free(m->cells);
    free_config(m);
    free(m);
}

/* --- running -------------------------------------------------------------------------------------------------------------------------- */

static void do_reset(struct machine *m)
{
    if (m->reset_hard) pc_reset(&m->pc);
    else x86_reset(&m->pc.cpu);
    m->reset_requested = m->reset_hard = false;
}

/* Deals with what the last slice asked for. True if the machine has stopped. */
static bool serve_requests(struct machine *m)
{
    if (m->pc.cpu.shutdown && !m->reset_requested) {
        m->crashed = true;
        if (m->stop == STOP_TIME && m->host.crash) m->host.crash(m->host.opaque);
        if (m->config.no_reboot) m->stop = STOP_CRASH;
        else on_reset_line(m, true);
    }
    if (m->reset_requested && m->stop == STOP_TIME) {
        if (m->config.no_reboot && m->reset_hard) m->stop = STOP_RESET;
        else do_reset(m);
    }
    if (m->kernel_requested) {
        m->kernel_requested = false;
        if (m->loader) loader_start(m->loader, &m->pc.cpu, &m->pc.phys);
    }
    return m->stop != STOP_TIME;
}

static bool can_wake(const struct machine *m)
{
    const struct x86 *c = &m->pc.cpu;

    return (c->eflags & FLAG_IF) || x86_wakes(c);
}

/* Whether nothing has been able to wake the CPU for so long that the chips have finished what they were about, such as sending
 * the last characters. */
static bool halted_for_good(struct machine *m, uint64_t now)
{
    if (!m->pc.cpu.halted || can_wake(m)) m->dead_since = UINT64_MAX;
    else if (m->dead_since > now) m->dead_since = now;
    return m->dead_since <= now && now - m->dead_since >= HALT_GRACE_NS;
}

static uint64_t host_ns(const struct machine *m) { return m->host.host_ns ? m->host.host_ns(m->host.opaque) : 0; }

void machine_run_cpu(struct machine *m, uint64_t goal)
{
    uint64_t from = host_ns(m);

    m->pc.clock.source = exact_time;
    x86_run(&m->pc.cpu, goal);
    m->pc.clock.source = NULL;
    m->cpu_ns += host_ns(m) - from;
}

/* Runs the CPU up to time UNTIL at most, or lets time jump there if it is halted. */
static void slice(struct machine *m, uint64_t until)
{
    struct x86 *c = &m->pc.cpu;
    uint64_t    goal = instruction_at(m, until);

    if (c->halted && !x86_wakes(c)) {
        rebase(m, until);
        return;
    }
    machine_run_cpu(m, goal < m->step_limit ? goal : m->step_limit);
}

/* At most SLICES of the CPU. */
static enum machine_stop run(struct machine *m, uint64_t until, uint64_t slices)
{
    for (;;) {
        uint64_t now = machine_time(m), next;

        clock_advance_to(&m->pc.clock, now); // first: when a reset or stop happens does not depend on where slices began
        if (serve_requests(m)) return m->stop;
        if (now >= until || x86_retired(&m->pc.cpu) >= m->step_limit || !slices--) return STOP_TIME;
        if (m->stop_requested) {
            m->stop_requested = 0;
            return STOP_REQUEST;
        }
        if (halted_for_good(m, now)) return STOP_HALTED;
        next = clock_next_event(&m->pc.clock);
        if (next > until) next = until;
        if (m->dead_since <= now && next > m->dead_since + HALT_GRACE_NS) next = m->dead_since + HALT_GRACE_NS;
        slice(m, next);
    }
}

enum machine_stop machine_run_slice(struct machine *m, uint64_t until)
{
    return run(m, until, 1);
}

enum machine_stop machine_run_all(struct machine *m, uint64_t until)
{
    uint64_t          from = host_ns(m);
    enum machine_stop stop = run(m, until, UINT64_MAX);

    m->run_ns += host_ns(m) - from;
    return stop;
}

static enum machine_stop run_to(struct machine *m, uint64_t until, uint64_t limit)
{
    if (m->lockstep) return lockstep_run(m, until, limit);
    m->step_limit = limit;
    return machine_run_all(m, until);
}

enum machine_stop machine_run(struct machine *m, uint64_t until_ns)
{
    return run_to(m, until_ns, UINT64_MAX);
}

enum machine_stop machine_step(struct machine *m, uint64_t count)
{
    uint64_t          before = x86_retired(&m->pc.cpu), limit = UINT64_MAX - before < count ? UINT64_MAX : before + count;
    enum machine_stop stop;

    for (;;) {
        uint64_t left = limit - before, most = machine_time(m) + HALT_GRACE_NS; // what a HLT that nothing ends may take

        stop = run_to(m, left < UINT64_MAX / 1000 ? most + left * 1000 / m->mips : UINT64_MAX, limit);
        if (stop != STOP_TIME || x86_retired(&m->pc.cpu) == before || x86_retired(&m->pc.cpu) >= limit) return stop;
        before = x86_retired(&m->pc.cpu);
    }
}

void machine_request_stop(struct machine *m)
{
    m->stop_requested = 1;
}

void machine_reset(struct machine *m)
{
    if (m->lockstep) machine_reset(lockstep_twin(m));
    m->stop = STOP_TIME;
    m->crashed = false;
    m->reset_requested = m->reset_hard = true;
    do_reset(m);
}

int machine_exit_status(const struct machine *m)
{
    return m->exit_status;
}

bool machine_crashed(const struct machine *m)
{
    return m->crashed;
}

bool machine_idle(const struct machine *m)
{
    return m->pc.cpu.halted;
}

const char *machine_mode(const struct machine *m)
{
    return m->pc.cpu.halted && m->pc.cpu.shutdown ? "shutdown" : x86_mode(&m->pc.cpu);
}

/* --- input ---------------------------------------------------------------------------------------------------------------------------- */

void machine_key(struct machine *m, unsigned usage, bool down)
{
    if (m->lockstep) machine_key(lockstep_twin(m), usage, down);
    ps2_keyboard_key(&m->pc.keyboard, usage, down);
}

void machine_mouse(struct machine *m, int dx, int dy, int wheel, unsigned buttons)
{
    if (m->lockstep) machine_mouse(lockstep_twin(m), dx, dy, wheel, buttons);
    ps2_mouse_move(&m->pc.mouse, dx, dy, wheel, buttons);
}

void machine_type(struct machine *m, const char *text)
{
    if (m->lockstep) machine_type(lockstep_twin(m), text);
    typist_type(&m->typist, text);
}

bool machine_typing(const struct machine *m)
{
    return typist_busy(&m->typist);
}

int machine_chord(struct machine *m, const char *name)
{
    if (m->lockstep) machine_chord(lockstep_twin(m), name);
    return typist_chord(&m->typist, name);
}

void machine_serial_send(struct machine *m, int port, const void *bytes, size_t n)
{
    if (m->lockstep) machine_serial_send(lockstep_twin(m), port, bytes, n);
    if (port >= 0 && port < MACHINE_SERIALS) uart_receive(&m->pc.uart[port], bytes, n);
}
