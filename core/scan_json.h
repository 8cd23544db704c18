/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 8259 values: validated whole, only the wanted members are taken. Numbers stay text, exact. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/slice.h"

enum { SCAN_JSON_DEPTH_MAX = 512, SCAN_JSON_WANTED_MAX = 64, SCAN_JSON_SEGMENTS_MAX = 6 };

/* Why a text is not a record, and where. */
struct scan_error {
    int column;         /* byte in the record, from 1 */
    const char *reason; /* stable code */
    const char *message;
};

enum scan_json_type {
    SCAN_JSON_ABSENT,
    SCAN_JSON_NULL,
    SCAN_JSON_BOOL,
    SCAN_JSON_NUMBER,
    SCAN_JSON_STRING,
    SCAN_JSON_OTHER /* object or array, as its raw text */
};

/* A member to take: the segments of its JSON pointer. */
struct scan_json_path {
    size_t n;
    const char *segment[SCAN_JSON_SEGMENTS_MAX];
};

struct scan_json_value {
    enum scan_json_type type;
    struct slice text; /* of a string: decoded; else as written */
};

/*
 * Validate one record, an object, and take the wanted members.
 *
 * replaced  counts U+0000 and lone surrogates that became U+FFFD
 *
 * Errors: not UTF-8, not JSON, deeper than 512, not an object, a wanted member twice.
 */
bool scan_json_record(struct arena *arena, struct slice record, const struct scan_json_path *wanted,
                      size_t n_wanted, struct scan_json_value *values, uint64_t *replaced,
                      struct scan_error *error);

/* The same for records that are mostly alike: `shape`, of json_shape_of for the wanted members,
 * learns from each what to expect of the next. Results do not depend on what it knows. */
struct json_shape;
bool scan_json_shaped(struct arena *arena, struct json_shape *shape, struct slice record,
                      struct scan_json_value *values, uint64_t *replaced, struct scan_error *error);

/* Is the text one JSON value of any kind? */
bool scan_json_validate(struct slice text, struct scan_error *error);

/* One member of an object: its decoded name, its value, and the value as it is written. An item of
 * an array has no name. */
struct scan_json_member {
    struct slice key;
    struct scan_json_value value;
    struct slice raw;
};

/* A walk over the members of one object or array, in their order, each validated as it is met. */
struct scan_json_members {
    struct arena *arena;
    struct slice text;
    char close;        /* } or ] */
    size_t at;         /* the next byte */
    uint64_t replaced; /* as in scan_json_record */
    bool begun, ended;
    bool broken; /* the walk ended at error */
    struct scan_error error;
};

/* Begin; the text and the arena must live as long as what is given out. UTF-8 is validated here,
 * and that it is an object, or an array. */
void scan_json_open(struct scan_json_members *members, struct arena *arena, struct slice object);
void scan_json_open_array(struct scan_json_members *members, struct arena *arena,
                          struct slice array);

/* The next member; false at the end, and when `broken` is set. */
bool scan_json_next(struct scan_json_members *members, struct scan_json_member *out);
