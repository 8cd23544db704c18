/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members of an object that a stream's records have had, in their order: where the next record goes
 * on the same way, a name is one comparison, white space around it and the colon included. What it
 * does not know is read as ever, and remembered in its place. */
#pragma once

#include "core/bytes.h"
#include "core/scan_json.h"

enum { JSON_SHAPE_MEMBERS = 64, JSON_SHAPE_TEXT = 48, JSON_SHAPE_AHEAD = 4 };

struct json_shape {
    const struct scan_json_path *wanted;
    size_t n_wanted, n;
    struct json_shape_member {
        uint64_t wanted;            /* bit i: the name is the first segment of wanted[i] */
        size_t n;                   /* bytes from behind { or , to the value */
        char text[JSON_SHAPE_TEXT]; /* zeros behind them */
    } member[JSON_SHAPE_MEMBERS];
};

static inline struct json_shape json_shape_of(const struct scan_json_path *wanted, size_t n_wanted)
{
    return (struct json_shape){.wanted = wanted, .n_wanted = n_wanted};
}

static inline bool json_shape_is_here(const struct json_shape_member *member, const char *p,
                                      const char *end)
{
    if ((size_t)(end - p) < JSON_SHAPE_TEXT)
        return (size_t)(end - p) >= member->n && memcmp(p, member->text, member->n) == 0;
    for (size_t at = 0; at < member->n; at += 16) {
        uint64_t same =
            bytes_bits((bytes_vector)(bytes_load(p + at) == bytes_load(member->text + at)));
        uint64_t all = member->n - at >= 16 ? 0xffff : (UINT64_C(1) << (member->n - at)) - 1;
        if ((same & all) != all)
            return false;
    }
    return true;
}

/* The member whose name stands at p, of the next ones from *next on; NULL when it is another. */
static inline const struct json_shape_member *
json_shape_find(const struct json_shape *shape, size_t *next, const char *p, const char *end)
{
    size_t last = MIN(shape->n, *next + JSON_SHAPE_AHEAD);
    for (size_t i = *next; i < last; i++) {
        if (json_shape_is_here(&shape->member[i], p, end)) {
            *next = i + 1;
            return &shape->member[i];
        }
    }
    return NULL;
}

/* Remember what was read in the place of the next one. */
static inline void json_shape_learn(struct json_shape *shape, size_t *next, struct slice text,
                                    uint64_t wanted)
{
    if (*next >= JSON_SHAPE_MEMBERS || text.n > JSON_SHAPE_TEXT)
        return;
    struct json_shape_member *member = &shape->member[*next];
    *member = (struct json_shape_member){.wanted = wanted, .n = text.n};
    memcpy(member->text, text.p, text.n);
    *next += 1;
    shape->n = MAX(shape->n, *next);
}
