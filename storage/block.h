/* block.h: a disk image as an array of bytes, whatever its format; no knowledge of any chip.
 *
 * Offsets and counts are in bytes and need no alignment. Functions return 0 or a negative errno. Reads beyond the end
 * give -EINVAL; so do writes. Implementations: raw.c (a file), overlay.c (copy-on-write in memory over another), mirror.c (one
 * image for two machines). */
#ifndef STORAGE_BLOCK_H
#define STORAGE_BLOCK_H

#include "util/file_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block;

struct block_ops {
    int (*read)(struct block *, uint64_t offset, void *buf, size_t n);
    int (*write)(struct block *, uint64_t offset, const void *buf, size_t n);
    int (*flush)(struct block *);  /* to the medium; may be NULL */
    void (*close)(struct block *); /* frees everything, the struct included */
};

/* Embedded as the first member by each implementation. */
struct block {
    const struct block_ops *ops;
    uint64_t                size; /* bytes */
    bool                    read_only;
    struct file_id          file; /* that it is, or lies over; none: only memory */
};

enum block_flags {
    BLOCK_READ_ONLY = 1, /* never write to the file */
    BLOCK_SNAPSHOT = 2,  /* writes go to memory and are lost at close */
};

/* Opens the file at PATH. FLAGS of enum block_flags. A file without write permission opens read-only by itself.
 * On failure returns NULL and puts one line (file name, reason) into ERROR. Directories, empty files and unreadable files fail. */
struct block *block_open(const char *path, unsigned flags, char *error, size_t error_size);

/* A memory overlay: reads fall through to BASE until written; BASE is never written and is closed with it.
 * NULL if out of memory (BASE stays open). */
struct block *block_overlay(struct block *base);

/* BASE for two users who write the same: the mirror reads and writes BASE and closes it; its twin begins as BASE is at that moment, keeps its
 * own writes in memory and does not see the mirror's. One twin at a time. Either may be closed first. NULL if out of memory. */
struct block *block_mirror(struct block *base);
struct block *block_twin(struct block *mirror);

/* N bytes of zeros in memory, for tests. */
struct block *block_memory(uint64_t size);

int  block_read(struct block *, uint64_t offset, void *buf, size_t n);
int  block_write(struct block *, uint64_t offset, const void *buf, size_t n); /* -EROFS if read_only */
int  block_flush(struct block *);
void block_close(struct block *); /* NULL is allowed */

/* Overlay contents for saved states: calls FN for each extent written since it was opened, ascending. Other kinds: no call.
 * A non-zero return of FN ends the walk and is returned. */
int block_each_change(struct block *, int (*fn)(void *opaque, uint64_t offset, const void *data, size_t n), void *opaque);
/* Copies N bytes at OFFSET from the base of an overlay, where nothing was written to them: the base may then change. */
int block_overlay_keep(struct block *overlay, uint64_t offset, size_t n);
/* Forgets what was written to an overlay; no effect on other kinds. */
void block_discard_changes(struct block *);

#endif
