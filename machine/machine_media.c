/* machine_media.c: disks, floppies and the CD of a machine. */
#include "machine/machine_lockstep.h"
#include "machine/roms.h"
#include "storage/probe.h"

#include <errno.h>
#include <stdio.h>

/* SHARED: the image of the machine beside, of which this is the twin. */
static struct block *open_image(struct machine *m, const struct machine_drive *d, unsigned flags, struct block *shared, char *error, size_t error_size)
{
    bool          is_shared = !(flags & (BLOCK_READ_ONLY | BLOCK_SNAPSHOT));
    struct block *b, *mirror;

    if (m->leader && is_shared) {
        if (!(b = block_twin(shared))) snprintf(error, error_size, "%s: not enough memory", d->path);
        return b;
    }
    b = block_open(d->path, flags, error, error_size);
    if (!b || !m->twinned || !is_shared) return b;
    if ((mirror = block_mirror(b))) return mirror;
    snprintf(error, error_size, "%s: not enough memory", d->path);
    block_close(b);
    return NULL;
}

static struct block *open_drive(struct machine *m, const struct machine_drive *d, enum image_kind kind, struct block *shared, int *result,
                                char *error, size_t error_size)
{
    unsigned      flags = (d->read_only || kind == IMAGE_CD ? BLOCK_READ_ONLY : 0) | (d->snapshot ? BLOCK_SNAPSHOT : 0);
    struct block *b = open_image(m, d, flags, shared, error, error_size);

    *result = b ? probe_as(b, d->path, kind, error, error_size) : -EIO;
    if (!b && machine_has_file(m, d->path))
        snprintf(error, error_size, "%s: is in a drive of this machine already; drives can share it with ,ro or ,snapshot", d->path);
    if (*result) {
        block_close(b);
        return NULL;
    }
    return b;
}

/* The built-in guest: its disk in memory. */
static struct block *open_demo(void)
{
    size_t        size = (size_t)(rom_demo_end - rom_demo);
    struct block *b = block_memory(size);

    if (b && block_write(b, 0, rom_demo, size)) {
        block_close(b);
        return NULL;
    }
    return b;
}

int machine_open_media(struct machine *m, char *error, size_t error_size)
{
    const struct machine_config *c = &m->config;
    const struct machine        *of = m->leader ? m->leader : m;
    int                          result = 0;

    for (unsigned n = 0; n < MACHINE_FLOPPIES; n++)
        if (c->floppy[n].path && !(m->floppy[n] = open_drive(m, &c->floppy[n], IMAGE_FLOPPY, of->floppy[n], &result, error, error_size))) return result;
    if (c->demo && !m->floppy[0] && !(m->floppy[0] = open_demo())) return -ENOMEM;
    for (unsigned n = 0; n < MACHINE_DISKS; n++)
        if (c->disk[n].path && !(m->disk[n] = open_drive(m, &c->disk[n], IMAGE_DISK, of->disk[n], &result, error, error_size))) return result;
    if (c->cdrom.path && !(m->cdrom = open_drive(m, &c->cdrom, IMAGE_CD, of->cdrom, &result, error, error_size))) return result;
    if (c->has_cdrom || m->cdrom) {
        static const int places[] = {2, 3, 1, 0};
        for (unsigned n = 0; n < 4 && m->cd_place < 0; n++)
            if (!m->disk[places[n]]) m->cd_place = places[n];
        if (m->cd_place < 0 && m->cdrom) {
            snprintf(error, error_size, "four disks leave no place for a CD drive");
            return -EINVAL;
        }
    }
    return 0;
}

void machine_attach_media(struct machine *m)
{
    char serial[21];

    for (unsigned n = 0; n < MACHINE_DISKS; n++) {
        if (!m->disk[n]) continue;
        snprintf(serial, sizeof(serial), "OCH%05u", n + 1);
        ata_disk_attach(ide_drive(&m->pc.ide, n / 2, n % 2), m->disk[n], serial);
    }
    if (m->cd_place >= 0) {
        struct ata_drive *d = ide_drive(&m->pc.ide, (unsigned)m->cd_place / 2, (unsigned)m->cd_place % 2);
        atapi_attach(d, "OCH00010");
        if (m->cdrom) atapi_insert(d, m->cdrom);
    }
    for (unsigned n = 0; n < MACHINE_FLOPPIES; n++)
        if (m->floppy[n]) fdc_insert(&m->pc.fdc, n, m->floppy[n]);
}

void machine_close_media(struct machine *m)
{
    for (unsigned n = 0; n < MACHINE_FLOPPIES; n++) {
        if (m->floppy[n]) block_flush(m->floppy[n]);
        block_close(m->floppy[n]);
    }
    for (unsigned n = 0; n < MACHINE_DISKS; n++) {
        if (m->disk[n]) block_flush(m->disk[n]);
        block_close(m->disk[n]);
    }
    block_close(m->cdrom);
}

const char *machine_boot_order(const struct machine *m)
{
    if (m->config.boot) return m->config.boot;
    if (m->floppy[0]) return "acd";
    if (m->disk[0]) return "cda";
    return m->cdrom ? "dca" : "acd";
}

bool machine_has_file(const struct machine *m, const char *path)
{
    struct file_id file = file_id_of(path);

    if (file_id_same(m->pc.bios.file, file) || file_id_same(m->pc.vga_bios.file, file)) return true;
    for (unsigned n = 0; n < MACHINE_FLOPPIES; n++)
        if (m->floppy[n] && file_id_same(m->floppy[n]->file, file)) return true;
    for (unsigned n = 0; n < MACHINE_DISKS; n++)
        if (m->disk[n] && file_id_same(m->disk[n]->file, file)) return true;
    return (m->cdrom && file_id_same(m->cdrom->file, file)) || (m->loader && loader_has_file(m->loader, file));
}

/* --- changes while it runs ------------------------------------------------------------------------------------------------------------- */

static int insert_floppy(struct machine *m, unsigned n, struct block *b, char *error, size_t error_size)
{
    int result = fdc_insert(&m->pc.fdc, n, b);

    if (result) {
        snprintf(error, error_size, "the disk does not fit drive %c:", 'A' + (int)n);
        fdc_insert(&m->pc.fdc, n, m->floppy[n]);
        block_close(b);
        return result;
    }
    block_close(m->floppy[n]);
    m->floppy[n] = b;
    return 0;
}

static struct ata_drive *cd_drive(struct machine *m)
{
    return m->cd_place < 0 ? NULL : ide_drive(&m->pc.ide, (unsigned)m->cd_place / 2, (unsigned)m->cd_place % 2);
}

static void insert_cd(struct machine *m, struct block *b)
{
    atapi_insert(cd_drive(m), b);
    block_close(m->cdrom);
    m->cdrom = b;
}

int machine_insert(struct machine *m, enum machine_medium medium, const struct machine_drive *drive, char *error, size_t error_size)
{
    unsigned      n = medium == MEDIUM_FLOPPY_B;
    struct block *b, *shared;
    int           result;

    if (medium == MEDIUM_CD ? !cd_drive(m) : !fdc_has_drive(&m->pc.fdc, n)) {
        snprintf(error, error_size, medium == MEDIUM_CD ? "there is no CD drive in this machine"
                                                        : "there is no drive %c: in this machine: it has one for each --floppy, and A: always", 'A' + (int)n);
        return -ENODEV;
    }
    shared = !m->leader ? NULL : medium == MEDIUM_CD ? m->leader->cdrom : m->leader->floppy[n];
    b = open_drive(m, drive, medium == MEDIUM_CD ? IMAGE_CD : IMAGE_FLOPPY, shared, &result, error, error_size);
    if (!b) return result;
    if (medium == MEDIUM_CD) insert_cd(m, b);
    else result = insert_floppy(m, n, b, error, error_size);
    if (!result && m->lockstep) return machine_insert(lockstep_twin(m), medium, drive, error, error_size);
    return result;
}

int machine_eject(struct machine *m, enum machine_medium medium)
{
    unsigned n = medium == MEDIUM_FLOPPY_B;

    if (m->lockstep) machine_eject(lockstep_twin(m), medium);
    if (medium == MEDIUM_CD) {
        if (!cd_drive(m)) return -ENODEV;
        insert_cd(m, NULL);
        return 0;
    }
    if (fdc_insert(&m->pc.fdc, n, NULL)) return -ENODEV;
    block_close(m->floppy[n]);
    m->floppy[n] = NULL;
    return 0;
}
