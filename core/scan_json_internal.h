/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scanner of records and the walk over members share. */
#pragma once

#include "core/bytes.h"
#include "core/json_shape.h"

struct scan_json {
    struct arena *arena;
    const char *start, *p, *end;
    const struct scan_json_path *wanted;
    struct scan_json_value *values;
    size_t n_wanted;
    uint64_t *replaced;
    struct scan_error *error;
    struct json_shape *shape; /* of the record's own members, or NULL */
    size_t next;              /* the member of the shape that is expected */
};

static inline bool scan_json_fail(struct scan_json *s, const char *reason, const char *message)
{
    *s->error = (struct scan_error){(int)(s->p - s->start) + 1, reason, message};
    return false;
}

static inline bool scan_json_bad(struct scan_json *s)
{
    return scan_json_fail(s, "bad_json",
                          s->p == s->end ? "the JSON ends too early" : "not valid JSON here");
}

static inline void scan_json_space(struct scan_json *s)
{
    const char *p = s->p, *end = s->end;
    if (p < end && (unsigned char)*p > ' ')
        return;
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    s->p = p;
}

/* Where bytes are no plain text of a string. */
static inline uint64_t scan_json_no_text(bytes_vector v)
{
    return bytes_bits((bytes_vector)(v == '"') | (bytes_vector)(v == '\\') |
                      (bytes_vector)(v < 0x20));
}

/* The raw inside of a string from `start` on, of which s->p is past what was looked at; escapes are
 * checked, not decoded. */
bool scan_json_text(struct scan_json *s, const char *start, struct slice *raw, bool *escaped);

/* Most strings end within a few bytes and have no escapes. */
static inline bool scan_json_string(struct scan_json *s, struct slice *raw, bool *escaped)
{
    const char *start = ++s->p;
    *escaped = false;
    if (s->end - start >= 16) {
        uint64_t other = scan_json_no_text(bytes_load(start));
        const char *at = start + (other ? __builtin_ctzll(other) : 16);
        s->p = at;
        if (other && *at == '"') {
            *raw = (struct slice){start, (size_t)(at - start)};
            s->p++;
            return true;
        }
    }
    return scan_json_text(s, start, raw, escaped);
}

/* A string's inside with its escapes undone, in the arena. */
struct slice scan_json_decode(struct scan_json *s, struct slice raw);

/* Is all of the text UTF-8? */
bool scan_json_check_utf8(struct scan_json *s);

/* One value, of which the wanted paths in `mask` end or go on here. */
bool scan_json_value(struct scan_json *s, uint64_t mask, size_t depth);
