/* raw.h: a file on the host as a disk image, byte for byte. Used by block_open() only. */
#ifndef STORAGE_RAW_H
#define STORAGE_RAW_H

#include "storage/block.h"

/* Opens and locks the file. On failure NULL and one line in ERROR. */
struct block *raw_open(const char *path, bool read_only, char *error, size_t error_size);

#endif
