/* loader.h: --kernel: Linux by its boot protocol, Multiboot 1 images.
 *
 * Files are read and checked when the machine is made. The firmware then boots as usual until its INT 19h, which the
 * loader's option ROM has taken over; at that moment the image is put into memory and the CPU into the state that the
 * protocol asks for. So both work with any firmware, and after a reset again. */
#ifndef MACHINE_LOADER_H
#define MACHINE_LOADER_H

#include "cpu/cpu.h"
#include "mem/phys.h"
#include "util/file_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loader;

/* KERNEL: file; INITRD: file, or for Multiboot modules "file args,file args" (NULL: none); APPEND: command line (NULL: empty).
 * RAM: bytes of memory. NULL on failure with one line in ERROR. */
struct loader *loader_open(const char *kernel, const char *initrd, const char *append, uint64_t ram, char *error, size_t error_size);
void           loader_close(struct loader *);

/* Whether kernel, initrd or a module came from FILE. */
bool loader_has_file(const struct loader *, struct file_id file);

/* Puts the image into memory and sets the CPU's registers; called between two instructions, in real mode. */
void loader_start(const struct loader *, struct x86 *, struct phys *);

#endif
