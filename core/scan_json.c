/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/scan_json.h"

#include <stdint.h>

#include "core/bytes.h"
#include "core/utf8.h"

struct scanner {
    struct arena *arena;
    const char *start, *p, *end;
    const struct scan_json_path *wanted;
    struct scan_json_value *values;
    size_t n_wanted;
    uint64_t *replaced;
    struct scan_error *error;
};

static bool fail(struct scanner *s, const char *reason, const char *message)
{
    *s->error = (struct scan_error){(int)(s->p - s->start) + 1, reason, message};
    return false;
}

static bool bad(struct scanner *s)
{
    return fail(s, "bad_json", s->p == s->end ? "the JSON ends too early" : "not valid JSON here");
}

static inline void skip_space(struct scanner *s)
{
    const char *p = s->p, *end = s->end;
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    s->p = p;
}

static inline bool is_digit(const struct scanner *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool skip_digits(struct scanner *s)
{
    const char *p = s->p, *end = s->end;
    if (!is_digit(s))
        return bad(s);
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    s->p = p;
    return true;
}

static bool scan_number(struct scanner *s)
{
    if (*s->p == '-')
        s->p++;
    if (s->p < s->end && *s->p == '0')
        s->p++;
    else if (!skip_digits(s))
        return false;
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!skip_digits(s))
            return false;
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        return skip_digits(s);
    }
    return true;
}

static bool scan_word(struct scanner *s, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return bad(s);
    s->p += n;
    return true;
}

/* The next byte at p or behind that is no plain text of a string: a quote, a backslash, a control
 * character; or the end. */
static const char *skip_text(const char *p, const char *end)
{
    while (p < end) {
        size_t left = (size_t)(end - p);
        bytes_vector v = left >= 16 ? bytes_load(p) : bytes_load_part(p, left);
        uint64_t other =
            bytes_equal(v, '"') | bytes_equal(v, '\\') | bytes_bits((bytes_vector)(v < 0x20));
        if (other) {
            size_t at = (size_t)__builtin_ctzll(other);
            return at < left ? p + at : end;
        }
        p += MIN(left, 16);
    }
    return end;
}

/* What a backslash at s->p begins; s->p is left at its last byte. */
static bool scan_escape(struct scanner *s)
{
    if (++s->p == s->end)
        return bad(s);
    if (*s->p == 'u') {
        for (int i = 0; i < 4; i++) {
            if (++s->p == s->end || !g_ascii_isxdigit(*s->p))
                return bad(s);
        }
        return true;
    }
    return (*s->p != '\0' && strchr("\"\\/bfnrt", *s->p)) || bad(s);
}

/* The raw inside of a string; escapes are checked, not decoded. */
static bool scan_string(struct scanner *s, struct slice *raw, bool *escaped)
{
    const char *start = ++s->p;
    *escaped = false;
    for (;; s->p++) {
        s->p = skip_text(s->p, s->end);
        if (s->p == s->end)
            return bad(s);
        if (*s->p == '"')
            break;
        if (*s->p != '\\')
            return bad(s);
        *escaped = true;
        if (!scan_escape(s))
            return false;
    }
    *raw = (struct slice){start, (size_t)(s->p - start)};
    s->p++;
    return true;
}

static gunichar hex4(const char *p)
{
    gunichar value = 0;
    for (int i = 0; i < 4; i++)
        value = value * 16 + (gunichar)g_ascii_xdigit_value(p[i]);
    return value;
}

/* The character of \uXXXX at *p (after the u), with its low surrogate if it has one. */
static gunichar unescape_unicode(const char **p, const char *end, uint64_t *replaced)
{
    gunichar c = hex4(*p);
    *p += 4;
    if (c >= 0xd800 && c < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        gunichar low = hex4(*p + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            *p += 6;
            return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    if (c == 0 || (c >= 0xd800 && c < 0xe000)) {
        ++*replaced;
        return 0xfffd;
    }
    return c;
}

static struct slice decode(struct scanner *s, struct slice raw)
{
    char *copy = arena_alloc(s->arena, raw.n + 1), *out = copy;
    const char *p = raw.p, *end = raw.p + raw.n;
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    while (p < end) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        char c = p[1];
        p += 2;
        const char *known = strchr(from, c);
        if (c == 'u')
            out += g_unichar_to_utf8(unescape_unicode(&p, end, s->replaced), out);
        else
            *out++ = known ? to[known - from] : c;
    }
    return (struct slice){copy, (size_t)(out - copy)};
}

static bool scan_value(struct scanner *s, uint64_t mask, size_t depth);

/* Most keys differ from a segment in their first byte. */
static bool is_segment(struct slice key, const char *segment)
{
    return key.n == 0 ? *segment == '\0'
                      : *segment == *key.p && strncmp(segment, key.p, key.n) == 0 &&
                            segment[key.n] == '\0';
}

/* Which of the wanted paths in `mask` have `key` as their segment at this depth. */
static uint64_t narrow(const struct scanner *s, uint64_t mask, size_t depth, struct slice key)
{
    uint64_t found = 0;
    for (uint64_t left = mask; left; left &= left - 1) {
        size_t i = (size_t)__builtin_ctzll(left);
        if (s->wanted[i].n > depth && is_segment(key, s->wanted[i].segment[depth]))
            found |= UINT64_C(1) << i;
    }
    return found;
}

static bool scan_member(struct scanner *s, uint64_t mask, size_t depth)
{
    struct slice key;
    bool escaped;
    skip_space(s);
    if (s->p == s->end || *s->p != '"')
        return bad(s);
    if (!scan_string(s, &key, &escaped))
        return false;
    uint64_t found = 0;
    if (mask)
        found = narrow(s, mask, depth, escaped ? decode(s, key) : key);
    skip_space(s);
    if (s->p == s->end || *s->p != ':')
        return bad(s);
    s->p++;
    return scan_value(s, found, depth + 1);
}

static bool scan_items(struct scanner *s, bool is_object, uint64_t mask, size_t depth)
{
    char close = is_object ? '}' : ']';
    if (depth >= SCAN_JSON_DEPTH_MAX)
        return fail(s, "too_deep", "nested deeper than 512 levels");
    s->p++;
    skip_space(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        return true;
    }
    for (;;) {
        if (is_object ? !scan_member(s, mask, depth) : !scan_value(s, 0, depth + 1))
            return false;
        skip_space(s);
        if (s->p == s->end || (*s->p != ',' && *s->p != close))
            return bad(s);
        if (*s->p++ == close)
            return true;
    }
}

static bool take(struct scanner *s, uint64_t mask, size_t depth, enum scan_json_type type,
                 struct slice text)
{
    for (; mask; mask &= mask - 1) {
        size_t i = (size_t)__builtin_ctzll(mask);
        if (s->wanted[i].n != depth)
            continue;
        if (s->values[i].type != SCAN_JSON_ABSENT)
            return fail(s, "duplicate_key", "a mapped member stands twice in the record");
        s->values[i] = (struct scan_json_value){type, text};
    }
    return true;
}

static bool scan_value(struct scanner *s, uint64_t mask, size_t depth)
{
    skip_space(s);
    if (s->p == s->end)
        return bad(s);
    const char *start = s->p;
    enum scan_json_type type = SCAN_JSON_OTHER;
    struct slice text;
    bool ok, escaped;
    switch (*start) {
    case '{':
    case '[':
        ok = scan_items(s, *start == '{', mask, depth);
        break;
    case '"':
        if (!scan_string(s, &text, &escaped))
            return false;
        if (!mask)
            return true;
        return take(s, mask, depth, SCAN_JSON_STRING, escaped ? decode(s, text) : text);
    case 't':
    case 'f':
        type = SCAN_JSON_BOOL;
        ok = scan_word(s, *start == 't' ? "true" : "false");
        break;
    case 'n':
        type = SCAN_JSON_NULL;
        ok = scan_word(s, "null");
        break;
    default:
        type = SCAN_JSON_NUMBER;
        ok = (*start == '-' || is_digit(s)) ? scan_number(s) : bad(s);
    }
    if (!ok || !mask)
        return ok;
    return take(s, mask, depth, type, (struct slice){start, (size_t)(s->p - start)});
}

static bool check_utf8(struct scanner *s)
{
    size_t wrong;
    if (utf8_check((struct slice){s->start, (size_t)(s->end - s->start)}, &wrong) != UTF8_BROKEN)
        return true;
    s->p = s->start + wrong;
    return fail(s, "bad_utf8", "a byte sequence that is not UTF-8");
}

static bool scan_document(struct scanner *s, uint64_t mask)
{
    if (!check_utf8(s))
        return false;
    if (!scan_value(s, mask, 0))
        return false;
    skip_space(s);
    return s->p == s->end || bad(s);
}

bool scan_json_record(struct arena *arena, struct slice record, const struct scan_json_path *wanted,
                      size_t n_wanted, struct scan_json_value *values, uint64_t *replaced,
                      struct scan_error *error)
{
    struct scanner s = {.arena = arena,
                        .start = record.p,
                        .p = record.p,
                        .end = record.p + record.n,
                        .wanted = wanted,
                        .values = values,
                        .n_wanted = n_wanted,
                        .replaced = replaced,
                        .error = error};
    memset(values, 0, n_wanted * sizeof *values);
    skip_space(&s);
    if (s.p < s.end && *s.p != '{')
        return fail(&s, "not_an_object", "want one JSON object a line");
    s.p = s.start;
    uint64_t mask = n_wanted >= 64 ? UINT64_MAX : (UINT64_C(1) << n_wanted) - 1;
    return scan_document(&s, mask);
}

bool scan_json_validate(struct slice text, struct scan_error *error)
{
    uint64_t replaced = 0;
    struct scanner s = {.start = text.p,
                        .p = text.p,
                        .end = text.p + text.n,
                        .replaced = &replaced,
                        .error = error};
    return scan_document(&s, 0);
}

/* A scanner that goes on where the walk stands. */
static struct scanner scanner_of(struct scan_json_members *members)
{
    return (struct scanner){.arena = members->arena,
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
    struct scanner s = scanner_of(members);
    if (!check_utf8(&s)) {
        members->broken = true;
        return;
    }
    skip_space(&s);
    if (s.p == s.end || *s.p != open)
        members->broken = !fail(&s, open == '{' ? "not_an_object" : "not_an_array",
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
static bool scan_separator(struct scanner *s, bool first, char close, bool *found)
{
    s->p += first; /* the opening bracket */
    skip_space(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        skip_space(s);
        *found = false;
        return s->p == s->end || bad(s);
    }
    if (!first && (s->p == s->end || *s->p++ != ','))
        return bad(s);
    skip_space(s);
    return true;
}

static bool scan_name(struct scanner *s, struct slice *out)
{
    bool escaped;
    if (s->p == s->end || *s->p != '"')
        return bad(s);
    if (!scan_string(s, out, &escaped))
        return false;
    if (escaped)
        *out = decode(s, *out);
    skip_space(s);
    if (s->p == s->end || *s->p++ != ':')
        return bad(s);
    skip_space(s);
    return true;
}

static bool scan_one(struct scanner *s, bool has_name, struct scan_json_member *out)
{
    static const struct scan_json_path whole = {1, {NULL}};
    out->key = (struct slice){NULL, 0};
    out->value.type = SCAN_JSON_ABSENT;
    if (has_name && !scan_name(s, &out->key))
        return false;
    const char *start = s->p;
    s->wanted = &whole;
    s->values = &out->value;
    if (!scan_value(s, 1, 1))
        return false;
    out->raw = (struct slice){start, (size_t)(s->p - start)};
    return true;
}

bool scan_json_next(struct scan_json_members *members, struct scan_json_member *out)
{
    if (members->broken || members->ended)
        return false;
    struct scanner s = scanner_of(members);
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
