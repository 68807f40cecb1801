/* png.h: writes screenshots. */
#ifndef FRONTENDS_PNG_H
#define FRONTENDS_PNG_H

#include "machine/machine.h"

#include <stddef.h>

/* Writes SCREEN to PATH as an RGB picture; the shape of its pixels goes into the pHYs chunk. A plain file that could not be
 * written whole is removed. 0, or a negative errno with one line in ERROR. */
int png_save(const char *path, const struct machine_screen *screen, char *error, size_t error_size);

#endif
