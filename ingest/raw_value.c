/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/raw_value.h"

#include "core/day.h"
#include "ingest/raw_number.h"
#include "ingest/raw_time.h"

static const int64_t epoch_days = 10957; /* PostgreSQL counts from 2000-01-01 */

static struct slice big_endian(struct arena *arena, uint64_t value, size_t size)
{
    char *bytes = arena_alloc(arena, size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(value >> (8 * (size - 1 - i)));
    return (struct slice){bytes, size};
}

static enum raw_fit fits(struct raw_value *out, struct slice bytes, struct slice same)
{
    out->bytes = bytes;
    out->same = same;
    return RAW_FITS;
}

static enum raw_fit encode_boolean(const struct scan_json_value *v, struct raw_value *out)
{
    if (v->type != SCAN_JSON_BOOL)
        return RAW_MISFIT;
    bool yes = v->text.p[0] == 't';
    return fits(out, yes ? SLICE("\1") : SLICE("\0"), v->text);
}

/* Numbers that a source writes as text are numbers, but no text is guessed to be one: 007 is not.
 */
static bool is_number(struct arena *arena, const struct scan_json_value *v, struct raw_number *out)
{
    return (v->type == SCAN_JSON_NUMBER || v->type == SCAN_JSON_STRING) &&
           raw_number_parse(arena, v->text, out);
}

static enum raw_fit encode_bigint(struct arena *arena, const struct scan_json_value *v,
                                  struct raw_value *out)
{
    struct raw_number number;
    int64_t n;
    if (!is_number(arena, v, &number) || !raw_number_is_held(&number))
        return RAW_MISFIT;
    if (!raw_number_bigint(&number, &n))
        return RAW_WIDER;
    return fits(out, big_endian(arena, (uint64_t)n, 8), raw_number_text(arena, &number));
}

static enum raw_fit encode_numeric(struct arena *arena, const struct scan_json_value *v,
                                   struct raw_value *out)
{
    static const struct {
        const char *word;
        uint64_t bytes;
    } special[] = {{"NaN", UINT64_C(0xC0000000)},
                   {"Infinity", UINT64_C(0xD0000020)},
                   {"-Infinity", UINT64_C(0xF0000020)}};
    for (size_t i = 0; v->type == SCAN_JSON_STRING && i < G_N_ELEMENTS(special); i++) {
        if (slice_is(v->text, special[i].word))
            return fits(out, big_endian(arena, special[i].bytes, 8), v->text);
    }
    struct raw_number number;
    if (!is_number(arena, v, &number) || !raw_number_is_held(&number))
        return RAW_MISFIT;
    return fits(out, raw_number_numeric(arena, &number), raw_number_text(arena, &number));
}

/* Numbers in a column of text stand there without an exponent, as a wider column would show them.
 */
static enum raw_fit encode_text(struct arena *arena, const struct scan_json_value *v,
                                struct raw_value *out)
{
    struct raw_number number;
    switch (v->type) {
    case SCAN_JSON_STRING:
    case SCAN_JSON_BOOL:
        return fits(out, v->text, v->text);
    case SCAN_JSON_NUMBER:
        if (!raw_number_parse(arena, v->text, &number) || !raw_number_is_held(&number))
            return fits(out, v->text, v->text);
        return fits(out, v->text, raw_number_text(arena, &number));
    default:
        return RAW_MISFIT;
    }
}

static enum raw_fit encode_time(struct arena *arena, enum raw_type type,
                                const struct scan_json_value *v, struct raw_value *out)
{
    struct raw_time time;
    bool rounded = false;
    int64_t us;
    if (v->type != SCAN_JSON_STRING)
        return RAW_MISFIT;
    if (type == RAW_TIME) {
        if (!raw_time_parse_clock(v->text, &us, &rounded))
            return RAW_MISFIT;
        out->rounded = rounded;
        struct slice bytes = big_endian(arena, (uint64_t)us, 8);
        return fits(out, bytes, bytes);
    }
    if (!raw_time_parse(v->text, &time) || (type == RAW_DATE && time.has_clock) ||
        (type == RAW_TIMESTAMP && time.has_offset) || (type == RAW_TIMESTAMPTZ && !time.has_offset))
        return RAW_MISFIT;
    out->rounded = time.rounded;
    struct slice bytes =
        type == RAW_DATE
            ? big_endian(arena, (uint64_t)(time.day - epoch_days), 4)
            : big_endian(arena, (uint64_t)time.at_us - (uint64_t)(epoch_days * DAY_US), 8);
    return fits(out, bytes, bytes);
}

static enum raw_fit encode_base16(struct arena *arena, const struct scan_json_value *v,
                                  struct raw_value *out)
{
    if (v->type != SCAN_JSON_STRING)
        return RAW_MISFIT;
    struct slice text = v->text;
    if (text.n >= 2 && text.p[0] == '0' && (text.p[1] == 'x' || text.p[1] == 'X'))
        text = (struct slice){text.p + 2, text.n - 2};
    char *bytes = arena_alloc(arena, text.n / 2 + 1);
    size_t n = 0;
    /* An odd count lacks the zero before its first digit. */
    int high = text.n % 2 ? 0 : -1;
    for (size_t i = 0; i < text.n; i++) {
        int digit = g_ascii_xdigit_value(text.p[i]);
        if (digit < 0)
            return RAW_MISFIT;
        if (high < 0) {
            high = digit;
            continue;
        }
        bytes[n++] = (char)(high << 4 | digit);
        high = -1;
    }
    struct slice all = {bytes, n};
    return fits(out, all, all);
}

static enum raw_fit encode_base64(struct arena *arena, const struct scan_json_value *v,
                                  struct raw_value *out)
{
    if (v->type != SCAN_JSON_STRING || v->text.n % 4 != 0)
        return RAW_MISFIT;
    size_t pad = 0;
    while (pad < 2 && pad < v->text.n && v->text.p[v->text.n - 1 - pad] == '=')
        pad++;
    for (size_t i = 0; i + pad < v->text.n; i++) {
        char c = v->text.p[i];
        if (!g_ascii_isalnum(c) && c != '+' && c != '/')
            return RAW_MISFIT;
    }
    gint state = 0;
    guint save = 0;
    char *bytes = arena_alloc(arena, v->text.n / 4 * 3 + 3);
    size_t n = g_base64_decode_step(v->text.p, v->text.n, (guchar *)bytes, &state, &save);
    struct slice all = {bytes, n};
    return fits(out, all, all);
}

/* jsonb refuses what JSON allows: \u0000, half a surrogate pair, numbers beyond numeric. */
static void clean_string(const char **p, const char *end, char **to, uint64_t *replaced)
{
    *(*to)++ = *(*p)++; /* the opening quote */
    while (*p < end && **p != '"') {
        if (**p != '\\' || (*p)[1] != 'u') {
            if (**p == '\\')
                *(*to)++ = *(*p)++;
            *(*to)++ = *(*p)++;
            continue;
        }
        unsigned code = 0, low = 0;
        for (int i = 2; i < 6; i++)
            code = code * 16 + (unsigned)g_ascii_xdigit_value((*p)[i]);
        if (code >= 0xd800 && code < 0xdc00 && end - *p >= 12 && (*p)[6] == '\\' &&
            (*p)[7] == 'u') {
            for (int i = 8; i < 12; i++)
                low = low * 16 + (unsigned)g_ascii_xdigit_value((*p)[i]);
        }
        size_t n = low >= 0xdc00 && low < 0xe000 ? 12 : 6;
        bool bad = code == 0 || (code >= 0xd800 && code < 0xe000 && n == 6);
        memcpy(*to, bad ? "\\ufffd" : *p, n);
        *replaced += bad;
        *to += n;
        *p += n;
    }
    *(*to)++ = *(*p)++;
}

static bool copy_number(struct arena *arena, const char **p, const char *end, char **to)
{
    const char *first = *p;
    while (*p < end && (g_ascii_isalnum(**p) || **p == '.' || **p == '-' || **p == '+'))
        *(*to)++ = *(*p)++;
    struct raw_number number;
    return raw_number_parse(arena, (struct slice){first, (size_t)(*p - first)}, &number) &&
           raw_number_is_held(&number);
}

static enum raw_fit encode_jsonb(struct arena *arena, const struct scan_json_member *member,
                                 struct raw_value *out)
{
    char *bytes = arena_alloc(arena, member->raw.n + 1), *to = bytes;
    const char *p = member->raw.p, *end = p + member->raw.n;
    *to++ = 1; /* version of the binary form */
    while (p < end) {
        if (*p == '"')
            clean_string(&p, end, &to, &out->replaced);
        else if (*p == '-' || g_ascii_isdigit(*p)) {
            if (!copy_number(arena, &p, end, &to))
                return RAW_MISFIT;
        } else if (g_ascii_isspace(*p))
            p++;
        else
            *to++ = *p++;
    }
    struct slice all = {bytes, (size_t)(to - bytes)};
    return fits(out, all, (struct slice){bytes + 1, all.n - 1});
}

static bool is_empty(enum raw_type type, const struct scan_json_value *v)
{
    return v->type == SCAN_JSON_NULL ||
           (v->type == SCAN_JSON_STRING && v->text.n == 0 &&
            (type == RAW_BIGINT || type == RAW_NUMERIC || type == RAW_BOOLEAN || type == RAW_DATE ||
             type == RAW_TIME || type == RAW_TIMESTAMP || type == RAW_TIMESTAMPTZ));
}

enum raw_fit raw_value_encode(struct arena *arena, enum raw_type type,
                              const struct scan_json_member *member, struct raw_value *out)
{
    const struct scan_json_value *v = &member->value;
    *out = (struct raw_value){.bytes = {NULL, 0}};
    if (is_empty(type, v))
        return RAW_EMPTY;
    switch (type) {
    case RAW_BOOLEAN:
        return encode_boolean(v, out);
    case RAW_BIGINT:
        return encode_bigint(arena, v, out);
    case RAW_NUMERIC:
        return encode_numeric(arena, v, out);
    case RAW_TEXT:
        return encode_text(arena, v, out);
    case RAW_BASE16:
        return encode_base16(arena, v, out);
    case RAW_BASE64:
        return encode_base64(arena, v, out);
    case RAW_JSONB:
        return encode_jsonb(arena, member, out);
    default:
        return encode_time(arena, type, v, out);
    }
}

enum raw_type raw_value_type(enum raw_type beside, const struct scan_json_member *member)
{
    struct raw_time time;
    switch (member->value.type) {
    case SCAN_JSON_BOOL:
        return RAW_BOOLEAN;
    case SCAN_JSON_NUMBER: {
        g_autoptr(arena_t) arena = arena_new();
        struct raw_number number;
        if (!raw_number_parse(arena, member->value.text, &number) || !raw_number_is_held(&number))
            return RAW_TEXT;
        /* What did not fit once has no one type: take the widest of numbers. */
        int64_t n;
        return beside == RAW_TYPE_COUNT && raw_number_bigint(&number, &n) ? RAW_BIGINT
                                                                          : RAW_NUMERIC;
    }
    case SCAN_JSON_STRING:
        if ((beside == RAW_DATE || beside == RAW_TIMESTAMP || beside == RAW_TIMESTAMPTZ) &&
            raw_time_parse(member->value.text, &time))
            return time.has_offset ? RAW_TIMESTAMPTZ : RAW_TIMESTAMP;
        return RAW_TEXT;
    default:
        return RAW_JSONB;
    }
}
