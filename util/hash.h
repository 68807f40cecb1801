/* hash.h: a fast 64-bit hash of bytes: the same on every host. Tells states apart; no protection against malice. */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Hash of N bytes at DATA, continuing from SEED (0, or an earlier result). */
uint64_t hash_bytes(uint64_t seed, const void *data, size_t n);

/* The same for one number. */
uint64_t hash_number(uint64_t seed, uint64_t value);

#endif
