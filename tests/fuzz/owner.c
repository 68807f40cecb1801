/* owner.c: what a frontend or a script does with a machine: input, media, looking at the screen and into memory. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void keys(struct fuzz *f)
{
    static const char *const chords[] = {"ctrl-alt-del", "f12", "shift-a", "pause", "print", "ctrl-break", "nothing", ""};

    for (unsigned n = fuzz_below(f, 8); n-- > 0;) machine_key(f->m, fuzz_chance(f, 8) ? fuzz_value(f) : 4 + fuzz_below(f, 0xE4), fuzz_chance(f, 2));
    if (fuzz_chance(f, 4)) machine_chord(f->m, chords[fuzz_below(f, COUNT_OF(chords))]);
    if (fuzz_chance(f, 4)) machine_type(f->m, "dir\n\303\244\342\202\254\377 \033[A");
    machine_mouse(f->m, (int)fuzz_value(f), (int)fuzz_value(f), (int)fuzz_value(f), fuzz_value(f));
}

static void serial(struct fuzz *f)
{
    uint8_t bytes[100];

    fuzz_bytes(f, bytes, sizeof(bytes));
    machine_serial_send(f->m, (int)fuzz_below(f, 3), bytes, fuzz_below(f, sizeof(bytes)));
}

static void media(struct fuzz *f)
{
    enum machine_medium medium = fuzz_below(f, 3);
    char                error[256];

    if (fuzz_chance(f, 2)) {
        machine_eject(f->m, medium);
    } else {
        struct machine_drive d = {.path = f->image[fuzz_chance(f, 4) ? FUZZ_DISK : medium == MEDIUM_CD ? FUZZ_CD : FUZZ_FLOPPY], .snapshot = true};
        machine_insert(f->m, medium, &d, error, sizeof(error));
    }
    f->media_changed = true;
}

static void count_stat(void *opaque, const char *name, uint64_t value)
{
    *(uint64_t *)opaque += value + strlen(name);
}

static void look(struct fuzz *f)
{
    struct machine_screen screen;
    struct machine_text   text;
    uint64_t              sum = 0, value;
    uint8_t               bytes[5000];
    char                 *lines;

    if (fuzz_chance(f, 2)) {
        machine_screen(f->m, &screen);
        for (size_t n = 0; n < (size_t)screen.width * screen.height; n += 97) sum += screen.pixels[n];
    }
    machine_text(f->m, &text);
    for (size_t n = 0; n < (size_t)text.columns * text.rows * 2; n += 7) sum += text.cells[n];
    lines = machine_screen_text(f->m);
    free(lines);
    machine_stats(f->m, count_stat, &sum);
    for (unsigned n = 0; machine_reg_name(n); n++) machine_reg(f->m, machine_reg_name(n), &value);
    machine_read(f->m, fuzz_value(f), bytes, fuzz_below(f, sizeof(bytes)));
    machine_read_physical(f->m, fuzz_value(f), bytes, fuzz_below(f, sizeof(bytes)));
    machine_idle(f->m), machine_crashed(f->m), machine_mode(f->m);
    *f->alive += sum & 1;
}

void fuzz_owner(struct fuzz *f)
{
    switch (fuzz_below(f, 8)) {
    case 0: keys(f); break;
    case 1: serial(f); break;
    case 2: media(f); break;
    case 3: machine_set_speed(f->m, PICK(f, 1, 10, 50, 100, 77777)); break;
    case 4: machine_request_stop(f->m); break;
    default: look(f); break;
    }
}
