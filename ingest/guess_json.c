/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The leaves of a JSON record as columns. */
#include "core/scan_json.h"
#include "ingest/guess_internal.h"

struct walk {
    struct arena *arena;
    guess_leaf take;
    void *context;
    GString *path; /* of the object that is walked */
};

static bool walk_object(struct walk *w, struct slice object, size_t depth, struct scan_error *error)
{
    struct scan_json_members members;
    struct scan_json_member member;
    gsize before = w->path->len;
    scan_json_open(&members, w->arena, object);
    while (scan_json_next(&members, &member)) {
        struct slice text = member.value.text;
        bool is_object = member.value.type == SCAN_JSON_OTHER && member.raw.p[0] == '{';
        bool is_array = member.value.type == SCAN_JSON_OTHER && !is_object;
        if (member.value.type == SCAN_JSON_NULL)
            text = SLICE("");
        g_string_append_c(w->path, '/');
        g_string_append_len(w->path, member.key.p, (gssize)member.key.n);
        if (is_object && depth + 1 < SCAN_JSON_SEGMENTS_MAX) {
            if (!walk_object(w, member.raw, depth + 1, error))
                return false;
        } else {
            w->take(w->context, w->path->str + (depth == 0), text, is_array || is_object);
        }
        g_string_truncate(w->path, before);
    }
    *error = members.error;
    return !members.broken;
}

bool guess_walk_json(struct arena *arena, struct slice record, guess_leaf take, void *context,
                     struct scan_error *error)
{
    g_autoptr(GString) path = g_string_new(NULL);
    struct walk w = {arena, take, context, path};
    struct scan_error invalid;
    if (!scan_json_validate(record, &invalid)) {
        *error = invalid;
        return false;
    }
    return walk_object(&w, record, 0, error);
}
