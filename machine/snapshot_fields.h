/* snapshot_fields.h: walks over a device's field table: size, to bytes, from bytes, layout. Used by snapshot.c. */
#ifndef MACHINE_SNAPSHOT_FIELDS_H
#define MACHINE_SNAPSHOT_FIELDS_H

#include "devices/clock.h"
#include "devices/state.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes that the fields of DEVICE take in a file. */
size_t fields_size(const struct state_field *fields, const void *device);

/* Writes the fields of DEVICE to OUT, fields_size() bytes; returns the end. */
uint8_t *fields_store(const struct state_field *fields, const void *device, uint8_t *out);

/* Whether the N bytes at IN are of the size that DEVICE needs: 0, -EINVAL, or -EDOM if a bool is neither 0
 * nor 1. Makes room in its growing buffers for what is to be
 * loaded; -ENOMEM. Its state does not change. */
int fields_prepare(const struct state_field *fields, void *device, const uint8_t *in, size_t n);

/* Sets the fields of DEVICE from IN, for which fields_prepare() has been called; cannot fail. Returns the end. Pending events are put into CLOCK's queue, the others
 * taken out of it. */
const uint8_t *fields_load(const struct state_field *fields, void *device, struct clock *clock, const uint8_t *in);

/* A hash of the fields of DEVICE, continuing from HASH. */
uint64_t fields_hash(uint64_t hash, const struct state_field *fields, const void *device);

/* A number that changes when a field is added, removed, renamed, moved or resized. */
uint32_t fields_layout(const struct state_field *fields);

#endif
