/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include "core/arena.h"
#include "core/json_shape.h"

/* A walk over members or items ends well just when the text is such JSON. */
static void walk(struct arena *arena, struct slice text, bool valid)
{
    struct scan_json_members members;
    struct scan_json_member member;
    struct scan_error error;
    size_t at = 0;
    while (at < text.n && memchr(" \t\r\n", text.p[at], 4))
        at++;
    bool is_array = at < text.n && text.p[at] == '[';
    if (is_array)
        scan_json_open_array(&members, arena, text);
    else
        scan_json_open(&members, arena, text);
    while (scan_json_next(&members, &member))
        FUZZ_HOLDS(scan_json_validate(member.raw, &error));
    FUZZ_HOLDS(members.broken != (valid && at < text.n && (is_array || text.p[at] == '{')));
}

static const struct scan_json_path wanted[] = {
    {1, {"a"}}, {2, {"a", "b"}}, {1, {""}}, {2, {"c", "0"}}, {1, {"é"}}};
enum { WANTED = G_N_ELEMENTS(wanted) };

/* Lines as records of one stream: what was learned from those before changes nothing. */
static void read_shaped(struct arena *arena, struct slice text)
{
    struct json_shape shape = json_shape_of(wanted, WANTED);
    struct scan_json_value one[WANTED], two[WANTED];
    struct scan_error e1, e2;
    while (text.n > 0) {
        const char *lf = memchr(text.p, '\n', text.n);
        struct slice line = {text.p, lf ? (size_t)(lf - text.p) : text.n};
        uint64_t r1 = 0, r2 = 0;
        bool ok = scan_json_record(arena, line, wanted, WANTED, one, &r1, &e1);
        FUZZ_HOLDS(scan_json_shaped(arena, &shape, line, two, &r2, &e2) == ok && r1 == r2);
        FUZZ_HOLDS(ok || (e1.column == e2.column && e1.reason == e2.reason));
        for (size_t i = 0; ok && i < WANTED; i++)
            FUZZ_HOLDS(one[i].type == two[i].type && slice_equals(one[i].text, two[i].text));
        size_t used = MIN(line.n + 1, text.n);
        text = (struct slice){text.p + used, text.n - used};
    }
}

/* What the record scanner takes is JSON, and texts it gives are UTF-8 without NUL. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(arena_t) arena = arena_new();
    struct slice text = {(const char *)data, size};
    struct scan_json_value value[WANTED];
    struct scan_error error;
    uint64_t replaced = 0;
    bool valid = scan_json_validate(text, &error);
    walk(arena, text, valid);
    read_shaped(arena, text);
    if (!scan_json_record(arena, text, wanted, WANTED, value, &replaced, &error)) {
        FUZZ_HOLDS(error.column >= 0 && (size_t)error.column <= size + 1);
        FUZZ_HOLDS(error.reason && *error.reason && error.message && *error.message);
        return 0;
    }
    FUZZ_HOLDS(valid);
    for (size_t i = 0; i < WANTED; i++) {
        if (value[i].type == SCAN_JSON_STRING)
            FUZZ_HOLDS(g_utf8_validate_len(value[i].text.p, (gssize)value[i].text.n, NULL));
        if (value[i].type == SCAN_JSON_NUMBER || value[i].type == SCAN_JSON_OTHER)
            FUZZ_HOLDS(scan_json_validate(value[i].text, &error));
    }
    return 0;
}
