/* machine_private.h: what the machine*.c files share. */
#ifndef MACHINE_MACHINE_PRIVATE_H
#define MACHINE_MACHINE_PRIVATE_H

#include "devices/ata_disk.h"
#include "devices/atapi.h"
#include "machine/loader.h"
#include "machine/pc.h"
#include "machine/snapshot.h"
#include "machine/typist.h"
#include "storage/block.h"

#include <signal.h>

struct machine {
    struct pc             pc;
    struct machine_config config; /* strings are owned copies */
    struct machine_host   host;
    struct typist         typist;
    struct loader        *loader; /* NULL: none */
    struct lockstep      *lockstep; /* NULL: none. The other machine that is to do the same: machine_lockstep.h */

    /* Virtual time: instruction `base_instruction` retires at base_ns, those after it 1000/mips ns apart. */
    uint64_t base_ns;
    uint64_t base_instruction;
    uint32_t mips;

    enum machine_stop stop;       /* STOP_TIME: none */
    bool              crashed;
    int               exit_status;
    bool              reset_requested, reset_hard, kernel_requested;
    volatile sig_atomic_t stop_requested;
    uint64_t          dead_since; /* ns at which the CPU halted with nothing to wake it; UINT64_MAX: it has not */
    uint64_t          run_ns, cpu_ns; /* of the host, in the machine and in its CPU; counted if host.host_ns is there */
    uint64_t          step_limit; /* retired instructions at which to stop */
    uint64_t          loaded;     /* of those retired, how many came with states; modulo 2^64, as a state may be an earlier one */

    bool                  twinned; /* writable images are mirrors */
    const struct machine *leader;  /* of a twin: whose images it shares */
    struct block *floppy[MACHINE_FLOPPIES];
    struct block *disk[MACHINE_DISKS];
    struct block *cdrom;
    int           cd_place;       /* IDE place of the CD drive, -1: none */

    uint8_t *cells;               /* copy of the text screen */
    machine_trace_fn *trace;
    void             *trace_opaque;
};

/* machine.c. A machine without its engine; if LEADER is not NULL, the twin that shares its images; TWINNED: it will have one. */
struct machine *machine_create_beside(const struct machine_config *, const struct machine *leader, bool twinned, char *error, size_t error_size);
/* Up to UNTIL or m->step_limit; the first, to the end of the CPU's first slice at most. */
enum machine_stop machine_run_slice(struct machine *, uint64_t until);
enum machine_stop machine_run_all(struct machine *, uint64_t until);
/* The CPU alone, to instruction GOAL at most. */
void machine_run_cpu(struct machine *, uint64_t goal);

/* machine_media.c: opens and closes what CONFIG names. 0 or a negative errno with one line in ERROR. */
int  machine_open_media(struct machine *, char *error, size_t error_size);
void machine_attach_media(struct machine *); /* to the drives, before the first reset */
void machine_close_media(struct machine *);
/* The boot order as letters: what was asked for, or the first medium there is. */
const char *machine_boot_order(const struct machine *);

/* machine_engine.c: whether the engine asked for is there; gives the CPU its translator. 0 or a negative errno with one line in ERROR. */
int machine_check_engine(const struct machine_config *, char *error, size_t error_size);
int machine_start_engine(struct machine *, char *error, size_t error_size);

/* machine_state.c: fields of struct machine itself. */
extern const struct device_ops machine_ops;

uint64_t machine_ns_at(const struct machine *, uint64_t instruction);

#endif
