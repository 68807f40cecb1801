/* file_id.h: which file a name stands for, so that two names of one file are known to be that. */
#ifndef UTIL_FILE_ID_H
#define UTIL_FILE_ID_H

#include <stdbool.h>
#include <stdint.h>

struct file_id {
    uint64_t device, inode; /* inode 0: none */
};

/* Of what PATH or FD is, through all links. None if there is nothing, or if it keeps nothing that could be overwritten: a terminal,
 * a pipe, /dev/null. */
struct file_id file_id_of(const char *path);
struct file_id file_id_of_fd(int fd);

/* Whether both are one file. None is no file's equal. */
bool file_id_same(struct file_id a, struct file_id b);

#endif
