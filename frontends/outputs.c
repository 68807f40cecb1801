/* outputs.c: see outputs.h. */
#include "frontends/outputs.h"

#include "util/file_id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void outputs_init(struct outputs *o, const struct options *options, const struct machine *machine)
{
    *o = (struct outputs){.options = options, .machine = machine};
}

static int refuse(const char *path, const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s: %s", path, why);
    return -EBUSY;
}

static bool is_script(const struct options *options, struct file_id file)
{
    for (unsigned n = 0; n < options->script_count; n++)
        if (options->script[n].is_file && file_id_same(file_id_of(options->script[n].text), file)) return true;
    return false;
}

int outputs_check(const struct outputs *o, const char *path, char *error, size_t error_size)
{
    struct file_id file = file_id_of(path);

    if (o->machine && machine_has_file(o->machine, path)) return refuse(path, "the machine uses this file: it is not written to", error, error_size);
    if (is_script(o->options, file)) return refuse(path, "is a script of this run: it is not written to", error, error_size);
    for (unsigned n = 0; n < o->count; n++)
        if (file_id_same(file_id_of_fd(o->file[n].fd), file)) return refuse(path, "something else of this run is written to this file", error, error_size);
    return 0;
}

int outputs_open(struct outputs *o, const char *path, char *error, size_t error_size)
{
    struct output file = {.path = path, .is_new = true};
    const char   *state = o->options->load_state;

    if (outputs_check(o, path, error, error_size)) return -EBUSY;
    if (state && file_id_same(file_id_of(state), file_id_of(path)))
        return refuse(path, "is the state that is loaded: it is not written to", error, error_size);
    file.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file.fd < 0 && errno == EEXIST) {
        file.is_new = false;
        file.fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    }
    if (file.fd < 0) {
        int status = -errno;

        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return status;
    }
    return (o->file[o->count++] = file).fd;
}

void outputs_begin(struct outputs *o)
{
    for (unsigned n = 0; n < o->count; n++)
        if (file_id_of_fd(o->file[n].fd).inode) (void)!ftruncate(o->file[n].fd, 0); // a block device stays as large as it is
    o->begun = true;
}

void outputs_close(struct outputs *o)
{
    for (unsigned n = 0; n < o->count && !o->begun; n++)
        if (o->file[n].is_new) unlink(o->file[n].path);
    o->count = 0;
}
