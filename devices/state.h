/* state.h: the table of fields of a device: what save, load, compare, `info` and the reset test all work from.
 *
 * Every member of a device's struct is either listed or explicitly skipped; the build checks it
 * (tests/check-state.awk). A table is written like this:
 *
 *     static const struct state_field pit_fields[] = {
 *         STATE_ARRAY(struct pit, ch, pit_channel_fields),
 *         STATE_EVENT(struct pit, tick),
 *         STATE_SKIP(struct pit, clock),
 *         STATE_END
 *     };
 */
#ifndef DEVICES_STATE_H
#define DEVICES_STATE_H

#include <stddef.h>
#include <stdint.h>

enum state_kind {
    STATE_KIND_END,
    STATE_KIND_UINT,   /* integer, bool or enum of 1, 2, 4 or 8 bytes, or an array of them; stored little endian */
    STATE_KIND_BYTES,  /* byte string of fixed size */
    STATE_KIND_STRUCT, /* nested struct, or an array of them, by its own table */
    STATE_KIND_EVENT,  /* struct event: pending and when */
    STATE_KIND_BUFFER, /* pointer member to bytes owned by the device; size from the size_t/uint32_t member `extra` */
    STATE_KIND_GROWING, /* the same, malloc'ed and of any size: a load gives it the size that it had */
    STATE_KIND_SKIP,   /* wire or derived value */
};

struct state_field {
    const char               *name;
    enum state_kind           kind;
    uint32_t                  offset;  /* in the struct */
    uint32_t                  size;    /* of one element, bytes */
    uint32_t                  count;   /* elements */
    const struct state_field *fields;  /* STATE_KIND_STRUCT */
    uint32_t                  extra;   /* STATE_KIND_BUFFER, _GROWING: offset of the uint32_t member that holds its size; STATE_KIND_UINT: 1 for bool */
};

#define STATE_SIZE_(type, m) ((uint32_t)sizeof(((type *)0)->m))
/* One integer, bool or enum. */
#define STATE_UINT(type, m) \
    {#m, STATE_KIND_UINT, offsetof(type, m), STATE_SIZE_(type, m), 1, NULL, _Generic(((type *)0)->m, _Bool: 1, default: 0)}
/* An array of integers (one-dimensional, or flattened). */
#define STATE_UINTS(type, m, elem) \
    {#m, STATE_KIND_UINT, offsetof(type, m), (uint32_t)sizeof(elem), STATE_SIZE_(type, m) / (uint32_t)sizeof(elem), NULL, \
     _Generic(*(elem *)0, _Bool: 1, default: 0)}
#define STATE_BYTES(type, m) {#m, STATE_KIND_BYTES, offsetof(type, m), STATE_SIZE_(type, m), 1, NULL, 0}
#define STATE_STRUCT(type, m, table) {#m, STATE_KIND_STRUCT, offsetof(type, m), STATE_SIZE_(type, m), 1, table, 0}
#define STATE_ARRAY(type, m, table)                                                                                  \
    {#m, STATE_KIND_STRUCT, offsetof(type, m), (uint32_t)sizeof(((type *)0)->m[0]),                                 \
     STATE_SIZE_(type, m) / (uint32_t)sizeof(((type *)0)->m[0]), table, 0}
#define STATE_EVENT(type, m) {#m, STATE_KIND_EVENT, offsetof(type, m), STATE_SIZE_(type, m), 1, NULL, 0}
#define STATE_BUFFER(type, m, size_member) {#m, STATE_KIND_BUFFER, offsetof(type, m), 0, 1, NULL, offsetof(type, size_member)}
#define STATE_GROWING(type, m, size_member) {#m, STATE_KIND_GROWING, offsetof(type, m), 0, 1, NULL, offsetof(type, size_member)}
#define STATE_SKIP(type, m) {#m, STATE_KIND_SKIP, offsetof(type, m), STATE_SIZE_(type, m), 1, NULL, 0}
#define STATE_END {NULL, STATE_KIND_END, 0, 0, 0, NULL, 0}

struct clock;

/* What a machine knows about a device beside its wires. */
struct device_ops {
    const char               *name;    /* "pit": the section's name in a saved state */
    unsigned                  version; /* of the field table; an older or newer one is refused with a clear error */
    void (*reset)(void *device);       /* power-on and bus reset values */
    const struct state_field *fields;
    int (*loaded)(void *device);       /* after a load: check ranges, rebuild derived values, re-map; 0 or -EINVAL. May be NULL */
};

#endif
