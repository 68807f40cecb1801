/* raw.c: disk images as plain files. See raw.h.
 *
 * An open image is locked: any number of readers, or one writer. The locks are advisory, of fcntl(2), and of the open
 * file description (F_OFD_SETLK) where the host has that, so that two machines in one process exclude each other too. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* F_OFD_SETLK */
#endif
#include "storage/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct raw {
    struct block block;
    int          fd;
};

static int raw_read(struct block *block, uint64_t offset, void *buf, size_t n)
{
    const struct raw *raw = (struct raw *)block;
    char             *to = buf;

    while (n) {
        ssize_t got = pread(raw->fd, to, n, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        if (got == 0) return -EIO; /* somebody made the file shorter */
        to += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

static int raw_write(struct block *block, uint64_t offset, const void *buf, size_t n)
{
    const struct raw *raw = (struct raw *)block;
    const char       *from = buf;

    while (n) {
        ssize_t put = pwrite(raw->fd, from, n, (off_t)offset);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return -errno;
        if (put == 0) return -EIO;
        from += put;
        offset += (uint64_t)put;
        n -= (size_t)put;
    }
    return 0;
}

static int raw_flush(struct block *block)
{
    const struct raw *raw = (struct raw *)block;

    if (block->read_only) return 0;
    return fdatasync(raw->fd) ? -errno : 0;
}

static void raw_close(struct block *block)
{
    struct raw *raw = (struct raw *)block;

    close(raw->fd);
    free(raw);
}

static const struct block_ops raw_ops = {.read = raw_read, .write = raw_write, .flush = raw_flush, .close = raw_close};

/* 0, or -EAGAIN if somebody else has the file. Hosts and file systems without locks are taken as they are. */
static int lock(int fd, bool read_only)
{
    struct flock range = {.l_type = read_only ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET}; /* the whole file */
    int          result;

#ifdef F_OFD_SETLK
    result = fcntl(fd, F_OFD_SETLK, &range);
    if (result && errno == EINVAL) result = fcntl(fd, F_SETLK, &range);
#else
    result = fcntl(fd, F_SETLK, &range);
#endif
    return result && (errno == EAGAIN || errno == EACCES) ? -EAGAIN : 0;
}

static struct block *refuse(int fd, const char *path, const char *reason, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: %s", path, reason);
    if (fd >= 0) close(fd);
    return NULL;
}

/* Why a file of this kind cannot be an image; NULL if it can. */
static const char *wrong_kind(mode_t mode)
{
    if (S_ISDIR(mode)) return "is a directory, not a disk image";
    return S_ISREG(mode) || S_ISBLK(mode) ? NULL : "is not a regular file";
}

static bool cannot_write(int error)
{
    return error == EACCES || error == EROFS || error == EPERM;
}

struct block *raw_open(const char *path, bool read_only, char *error, size_t error_size)
{
    struct stat  st;
    struct raw  *raw;
    off_t        size;
    int          fd = -1;
    const char  *why;

    if (stat(path, &st)) return refuse(-1, path, strerror(errno), error, error_size);
    if ((why = wrong_kind(st.st_mode))) return refuse(-1, path, why, error, error_size);
    if (!read_only) fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && (read_only || cannot_write(errno))) {
        read_only = true;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }
    if (fd < 0 || fstat(fd, &st)) return refuse(fd, path, strerror(errno), error, error_size);
    if ((why = wrong_kind(st.st_mode))) return refuse(fd, path, why, error, error_size);
    size = S_ISREG(st.st_mode) ? st.st_size : lseek(fd, 0, SEEK_END);
    if (size < 0) return refuse(fd, path, strerror(errno), error, error_size);
    if (size == 0) return refuse(fd, path, "is empty, not a disk image", error, error_size);
    if (lock(fd, read_only))
        return refuse(fd, path, read_only ? "is in use: another machine writes to it"
                                          : "is in use by another machine; several can share it with ,ro or ,snapshot",
                      error, error_size);
    raw = malloc(sizeof(*raw));
    if (!raw) return refuse(fd, path, strerror(ENOMEM), error, error_size);
    *raw = (struct raw){.block = {.ops = &raw_ops, .size = (uint64_t)size, .read_only = read_only, .file = file_id_of_fd(fd)}, .fd = fd};
    return &raw->block;
}
