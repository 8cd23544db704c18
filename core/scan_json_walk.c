/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk over the members of one object or array. */
#include "core/scan_json_internal.h"

/* A scanner that goes on where the walk stands. */
static struct scan_json scanner_of(struct scan_json_members *members)
{
    return (struct scan_json){.arena = members->arena,
                              .start = members->text.p,
                              .p = members->text.p + members->at,
                              .end = members->text.p + members->text.n,
                              .replaced = &members->replaced,
                              .error = &members->error};
}

static void open_walk(struct scan_json_members *members, struct arena *arena, struct slice text,
                      char open)
{
    *members =
        (struct scan_json_members){.arena = arena, .text = text, .close = open == '{' ? '}' : ']'};
    struct scan_json s = scanner_of(members);
    if (!scan_json_check_utf8(&s)) {
        members->broken = true;
        return;
    }
    scan_json_space(&s);
    if (s.p == s.end || *s.p != open)
        members->broken = !scan_json_fail(&s, open == '{' ? "not_an_object" : "not_an_array",
                                          open == '{' ? "want a JSON object" : "want a JSON array");
    members->at = (size_t)(s.p - s.start);
}

void scan_json_open(struct scan_json_members *members, struct arena *arena, struct slice object)
{
    open_walk(members, arena, object, '{');
}

void scan_json_open_array(struct scan_json_members *members, struct arena *arena,
                          struct slice array)
{
    open_walk(members, arena, array, '[');
}

/* What stands before the next member; *found = false at the end. */
static bool scan_separator(struct scan_json *s, bool first, char close, bool *found)
{
    s->p += first; /* the opening bracket */
    scan_json_space(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        scan_json_space(s);
        *found = false;
        return s->p == s->end || scan_json_bad(s);
    }
    if (!first && (s->p == s->end || *s->p++ != ','))
        return scan_json_bad(s);
    scan_json_space(s);
    return true;
}

static bool scan_name(struct scan_json *s, struct slice *out)
{
    bool escaped;
    if (s->p == s->end || *s->p != '"')
        return scan_json_bad(s);
    if (!scan_json_string(s, out, &escaped))
        return false;
    if (escaped)
        *out = scan_json_decode(s, *out);
    scan_json_space(s);
    if (s->p == s->end || *s->p++ != ':')
        return scan_json_bad(s);
    scan_json_space(s);
    return true;
}

static bool scan_one(struct scan_json *s, bool has_name, struct scan_json_member *out)
{
    static const struct scan_json_path whole = {1, {NULL}};
    out->key = (struct slice){NULL, 0};
    out->value.type = SCAN_JSON_ABSENT;
    if (has_name && !scan_name(s, &out->key))
        return false;
    const char *start = s->p;
    s->wanted = &whole;
    s->values = &out->value;
    if (!scan_json_value(s, 1, 1))
        return false;
    out->raw = (struct slice){start, (size_t)(s->p - start)};
    return true;
}

bool scan_json_next(struct scan_json_members *members, struct scan_json_member *out)
{
    if (members->broken || members->ended)
        return false;
    struct scan_json s = scanner_of(members);
    bool found = true, first = !members->begun;
    members->begun = true;
    if (!scan_separator(&s, first, members->close, &found) ||
        (found && !scan_one(&s, members->close == '}', out))) {
        members->broken = true;
        return false;
    }
    members->at = (size_t)(s.p - s.start);
    members->ended = !found;
    return found;
}
