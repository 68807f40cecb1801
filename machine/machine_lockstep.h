/* machine_lockstep.h: two machines that run side by side and have to stay the same: the engine "lockstep".
 *
 * The machine that the frontend holds runs the interpreter, and it alone speaks to the host: its writes reach the disks, its characters
 * the serial port. Its twin runs the translator. Whatever is done to the one from outside is done to the other at the same instruction.
 *
 * Time passes in steps: the twin goes ahead by one translated unit, or by a stretch of some instructions so that linked code runs too;
 * the interpreter follows to the same instruction; the two are compared. See docs/TRICKS.md. */
#ifndef MACHINE_MACHINE_LOCKSTEP_H
#define MACHINE_MACHINE_LOCKSTEP_H

#include "machine/machine_private.h"

enum { LOCKSTEP_INTERP, LOCKSTEP_JIT, LOCKSTEP_SIDES };

/* A page as it was before the step wrote to it. PLACE numbers the pages of RAM, then those of the video memory. */
struct lockstep_page {
    uint32_t place;
    uint8_t  old[PAGE_SIZE];
};

struct lockstep_side {
    struct machine       *m;
    struct lockstep_page *page; /* written in this step */
    unsigned              pages, room;
    uint8_t              *seen; /* by place: it is in the list */
    bool                  lost; /* there were more than can be kept */
    uint8_t              *before, *after; /* the CPU's fields at the two ends of the step */
    size_t                bytes;
    uint64_t              devices_before; /* accesses and interrupts so far */
    uint64_t              flushes_before, fills_before; /* of the translation cache */
    struct x86_jit_flags  flags_before;   /* what the translator knows of them */
};

struct lockstep {
    struct lockstep_side side[LOCKSTEP_SIDES];
    uint32_t             places;
    uint64_t             random;
    unsigned             units;      /* still to be taken one by one before the next stretch */
    uint64_t             longest;    /* stretch; 0: none, so a difference is found where it arises, but linked code does not run */
    uint64_t             from;       /* instruction at which the step began */
    bool                 is_stretch; /* it is no single unit */
    uint64_t             steps, stretches, full; /* so far; full comparisons */
    unsigned             since_full;
    bool                 differs;
    struct machine_difference d;
    uint32_t             place;  /* of RAM that a full comparison found different; UINT32_MAX: none */
    uint64_t             blocks; /* in the ring d.block, ever */

    /* For tests of this very thing: called after each step of the twin. */
    void (*sabotage)(struct machine *twin, void *opaque);
    void *sabotage_opaque;
};

/* Makes the two machines of CONFIG; the twin's engine is TWIN. NULL with one line in ERROR. */
struct machine *lockstep_create(const struct machine_config *config, const char *twin, char *error, size_t error_size);
void            lockstep_destroy(struct lockstep *);
enum machine_stop lockstep_run(struct machine *m, uint64_t until, uint64_t step_limit);

static inline struct machine *lockstep_twin(const struct machine *m)
{
    return m->lockstep ? m->lockstep->side[LOCKSTEP_JIT].m : NULL;
}

/* --- machine_lockstep_pages.c: what was written, and how it was before ------------------------------------------------------------------ */

int  lockstep_pages_init(struct lockstep *); /* -ENOMEM */
/* A step begins: nothing is written yet. */
void lockstep_pages_begin(struct lockstep *);
/* Brings the CPU's state into its one form and stores its fields in OUT. */
void lockstep_store_cpu(struct lockstep_side *, uint8_t *out);
/* A linear page that is translated differently; UINT32_MAX: none. */
uint32_t lockstep_translation(const struct lockstep *);
/* Whether the CPUs' fields, translations that came in, and the pages written are equal. */
bool lockstep_equal(struct lockstep *);
/* Whether all that differs is that the translator has translated pages for the next instruction: A and D bits, cached entries. It leaves a
 * unit there now and then; nothing can come in between. */
bool lockstep_is_ahead(const struct lockstep *);
/* Whether the step can be run again: it did nothing but compute. */
bool lockstep_can_go_back(const struct lockstep *);
/* Puts CPU and memory of both back to the start of the step. Translations stay. */
void lockstep_go_back(struct lockstep *);
/* The byte that PLACE begins with. */
uint8_t *lockstep_place(const struct lockstep_side *, uint32_t place);

/* --- machine_lockstep_find.c: what differs, and since when ------------------------------------------------------------------------------ */

/* Notes in l->d all that differs now. */
void lockstep_list_differences(struct lockstep *);
/* Where S is now. */
struct machine_block lockstep_block(struct lockstep_side *s);
/* Whether chips, RAM and video memory are equal as a whole. Slow. */
bool lockstep_equal_all(struct lockstep *);
/* Runs the step again, as far as that is possible, to find the instruction and both traces. */
void lockstep_find(struct lockstep *);

#endif
