/* file_id.c: see file_id.h. POSIX: st_dev and st_ino together name a file. */
#include "util/file_id.h"

#include <sys/stat.h>

static struct file_id id_of(const struct stat *st)
{
    if (S_ISREG(st->st_mode)) return (struct file_id){(uint64_t)st->st_dev, (uint64_t)st->st_ino};
    if (S_ISBLK(st->st_mode)) return (struct file_id){(uint64_t)st->st_rdev, UINT64_MAX}; // several nodes can lead to one disk
    return (struct file_id){0};
}

struct file_id file_id_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? id_of(&st) : (struct file_id){0};
}

struct file_id file_id_of_fd(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? id_of(&st) : (struct file_id){0};
}

bool file_id_same(struct file_id a, struct file_id b)
{
    return a.inode && a.inode == b.inode && a.device == b.device;
}
