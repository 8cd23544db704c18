/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/scan_json.h"

#include <stdint.h>

#include "core/scan_json_internal.h"
#include "core/utf8.h"

static inline bool is_digit(const struct scan_json *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool skip_digits(struct scan_json *s)
{
    const char *p = s->p, *end = s->end;
    if (!is_digit(s))
        return scan_json_bad(s);
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    s->p = p;
    return true;
}

static bool scan_number(struct scan_json *s)
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

static bool scan_word(struct scan_json *s, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return scan_json_bad(s);
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
        uint64_t other = scan_json_no_text(v);
        if (other) {
            size_t at = (size_t)__builtin_ctzll(other);
            return at < left ? p + at : end;
        }
        p += MIN(left, 16);
    }
    return end;
}

/* What a backslash at s->p begins; s->p is left at its last byte. */
static bool scan_escape(struct scan_json *s)
{
    if (++s->p == s->end)
        return scan_json_bad(s);
    if (*s->p == 'u') {
        for (int i = 0; i < 4; i++) {
            if (++s->p == s->end || !g_ascii_isxdigit(*s->p))
                return scan_json_bad(s);
        }
        return true;
    }
    return (*s->p != '\0' && strchr("\"\\/bfnrt", *s->p)) || scan_json_bad(s);
}

bool scan_json_text(struct scan_json *s, const char *start, struct slice *raw, bool *escaped)
{
    for (;; s->p++) {
        s->p = skip_text(s->p, s->end);
        if (s->p == s->end)
            return scan_json_bad(s);
        if (*s->p == '"')
            break;
        if (*s->p != '\\')
            return scan_json_bad(s);
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

struct slice scan_json_decode(struct scan_json *s, struct slice raw)
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

/* Most keys differ from a segment in their first byte. */
static bool is_segment(struct slice key, const char *segment)
{
    return key.n == 0 ? *segment == '\0'
                      : *segment == *key.p && strncmp(segment, key.p, key.n) == 0 &&
                            segment[key.n] == '\0';
}

/* Which of the wanted paths in `mask` have `key` as their segment at this depth. */
static uint64_t narrow(const struct scan_json *s, uint64_t mask, size_t depth, struct slice key)
{
    uint64_t found = 0;
    for (uint64_t left = mask; left; left &= left - 1) {
        size_t i = (size_t)__builtin_ctzll(left);
        if (s->wanted[i].n > depth && is_segment(key, s->wanted[i].segment[depth]))
            found |= UINT64_C(1) << i;
    }
    return found;
}

static bool scan_items(struct scan_json *s, bool is_object, uint64_t mask, size_t depth);

static bool take(struct scan_json *s, uint64_t mask, size_t depth, enum scan_json_type type,
                 struct slice text)
{
    for (; mask; mask &= mask - 1) {
        size_t i = (size_t)__builtin_ctzll(mask);
        if (s->wanted[i].n != depth)
            continue;
        if (s->values[i].type != SCAN_JSON_ABSENT)
            return scan_json_fail(s, "duplicate_key", "a mapped member stands twice in the record");
        s->values[i] = (struct scan_json_value){type, text};
    }
    return true;
}

static inline __attribute__((always_inline)) bool scan_value(struct scan_json *s, uint64_t mask,
                                                             size_t depth)
{
    scan_json_space(s);
    if (s->p == s->end)
        return scan_json_bad(s);
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
        if (!scan_json_string(s, &text, &escaped))
            return false;
        if (!mask)
            return true;
        return take(s, mask, depth, SCAN_JSON_STRING, escaped ? scan_json_decode(s, text) : text);
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
        ok = (*start == '-' || is_digit(s)) ? scan_number(s) : scan_json_bad(s);
    }
    if (!ok || !mask)
        return ok;
    return take(s, mask, depth, type, (struct slice){start, (size_t)(s->p - start)});
}

/* The name of a member, its colon and the space behind it; which wanted paths go on there. */
static bool scan_member_name(struct scan_json *s, uint64_t mask, size_t depth, uint64_t *found)
{
    struct slice key;
    bool escaped;
    const char *start = s->p;
    scan_json_space(s);
    if (s->p == s->end || *s->p != '"')
        return scan_json_bad(s);
    if (!scan_json_string(s, &key, &escaped))
        return false;
    *found = mask ? narrow(s, mask, depth, escaped ? scan_json_decode(s, key) : key) : 0;
    scan_json_space(s);
    if (s->p == s->end || *s->p != ':')
        return scan_json_bad(s);
    s->p++;
    scan_json_space(s);
    if (s->shape && depth == 0 && !escaped) /* what decoding replaces is counted each time */
        json_shape_learn(s->shape, &s->next, (struct slice){start, (size_t)(s->p - start)}, *found);
    return true;
}

static inline __attribute__((always_inline)) bool scan_member(struct scan_json *s, uint64_t mask,
                                                              size_t depth)
{
    uint64_t found;
    const struct json_shape_member *known =
        s->shape && depth == 0 ? json_shape_find(s->shape, &s->next, s->p, s->end) : NULL;
    if (known) {
        s->p += known->n;
        found = known->wanted;
    } else if (!scan_member_name(s, mask, depth, &found)) {
        return false;
    }
    return scan_value(s, found, depth + 1);
}

static bool scan_items(struct scan_json *s, bool is_object, uint64_t mask, size_t depth)
{
    char close = is_object ? '}' : ']';
    if (depth >= SCAN_JSON_DEPTH_MAX)
        return scan_json_fail(s, "too_deep", "nested deeper than 512 levels");
    s->p++;
    scan_json_space(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        return true;
    }
    for (;;) {
        if (is_object ? !scan_member(s, mask, depth) : !scan_value(s, 0, depth + 1))
            return false;
        scan_json_space(s);
        if (s->p == s->end || (*s->p != ',' && *s->p != close))
            return scan_json_bad(s);
        if (*s->p++ == close)
            return true;
    }
}

bool scan_json_check_utf8(struct scan_json *s)
{
    size_t wrong;
    if (utf8_check((struct slice){s->start, (size_t)(s->end - s->start)}, &wrong) != UTF8_BROKEN)
        return true;
    s->p = s->start + wrong;
    return scan_json_fail(s, "bad_utf8", "a byte sequence that is not UTF-8");
}

static bool scan_document(struct scan_json *s, uint64_t mask)
{
    if (!scan_json_check_utf8(s))
        return false;
    if (!scan_value(s, mask, 0))
        return false;
    scan_json_space(s);
    return s->p == s->end || scan_json_bad(s);
}

static bool scan_record(struct scan_json *s)
{
    memset(s->values, 0, s->n_wanted * sizeof *s->values);
    scan_json_space(s);
    if (s->p < s->end && *s->p != '{')
        return scan_json_fail(s, "not_an_object", "want one JSON object a line");
    s->p = s->start;
    return scan_document(s, s->n_wanted >= 64 ? UINT64_MAX : (UINT64_C(1) << s->n_wanted) - 1);
}

bool scan_json_record(struct arena *arena, struct slice record, const struct scan_json_path *wanted,
                      size_t n_wanted, struct scan_json_value *values, uint64_t *replaced,
                      struct scan_error *error)
{
    struct scan_json s = {.arena = arena,
                          .start = record.p,
                          .p = record.p,
                          .end = record.p + record.n,
                          .wanted = wanted,
                          .values = values,
                          .n_wanted = n_wanted,
                          .replaced = replaced,
                          .error = error};
    return scan_record(&s);
}

bool scan_json_shaped(struct arena *arena, struct json_shape *shape, struct slice record,
                      struct scan_json_value *values, uint64_t *replaced, struct scan_error *error)
{
    struct scan_json s = {.arena = arena,
                          .start = record.p,
                          .p = record.p,
                          .end = record.p + record.n,
                          .wanted = shape->wanted,
                          .values = values,
                          .n_wanted = shape->n_wanted,
                          .replaced = replaced,
                          .error = error,
                          .shape = shape};
    return scan_record(&s);
}

bool scan_json_value(struct scan_json *s, uint64_t mask, size_t depth)
{
    return scan_value(s, mask, depth);
}

bool scan_json_validate(struct slice text, struct scan_error *error)
{
    uint64_t replaced = 0;
    struct scan_json s = {.start = text.p,
                          .p = text.p,
                          .end = text.p + text.n,
                          .replaced = &replaced,
                          .error = error};
    return scan_document(&s, 0);
}
