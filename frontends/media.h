/* media.h: what kind of medium a file is, for the command line, for scripts and for files dropped on the window. */
#ifndef FRONTENDS_MEDIA_H
#define FRONTENDS_MEDIA_H

#include "storage/probe.h"

#include <stddef.h>

/* Recognises the file at PATH by content and size. 0, or a negative errno with one line in ERROR. */
int media_probe(const char *path, enum image_kind *kind, char *error, size_t error_size);

/* Whether the file at PATH can serve as KIND. 0, or a negative errno with one line in ERROR. */
int media_check(const char *path, enum image_kind kind, char *error, size_t error_size);

#endif
