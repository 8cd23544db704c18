/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/mapping.h"

#include <libpsl.h>

#include "core/text.h"
#include "ingest/encoding_evidence.h"
#include "ingest/instant.h"
#include "ingest/mapping_internal.h"
#include "ingest/number.h"
#include "ingest/scan_csv.h"

enum { TEXT_MAX = 10000, KEY_MAX = 512 };

enum stream_kind mapping_kind(const struct mapping *mapping)
{
    return mapping->kind;
}

const char *mapping_party_source(const struct mapping *mapping)
{
    return mapping->party_source;
}

enum mapping_on_change mapping_on_change(const struct mapping *mapping)
{
    return mapping->on_change;
}

bool mapping_has_id(const struct mapping *mapping)
{
    return mapping->id != NULL;
}

bool mapping_has_field(const struct mapping *mapping, size_t field)
{
    return mapping->field[field] || mapping->constant[field];
}

const char *mapping_rule(const struct mapping *mapping, size_t index)
{
    return mapping->rule[index].name;
}

int mapping_value_usage(const struct mapping *mapping, size_t n)
{
    return n < mapping->n_values ? mapping->value[n].usage : -1;
}

const struct mapping_contract *mapping_contract(const struct mapping *mapping)
{
    return &mapping->contract;
}

const char *mapping_currency(const struct mapping *mapping)
{
    return mapping->currency;
}

static enum mapping_outcome refuse(struct mapping_reject *out, int column, const char *field,
                                   const char *reason, const char *message)
{
    *out = (struct mapping_reject){column, field ? field : "", reason, message};
    return MAPPING_REJECTED;
}

/* UTF-8 all through; NUL is allowed here and replaced later. */
static bool is_utf8(struct slice text, size_t *wrong_at)
{
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *wrong;
        if (g_utf8_validate_len(p, (gsize)(end - p), &wrong))
            return true;
        if (*wrong != '\0') {
            *wrong_at = (size_t)(wrong - text.p);
            return false;
        }
        p = wrong + 1;
    }
    return true;
}

/* Bytes that are not text, with what they may be instead. */
static void refuse_bytes(struct arena *arena, struct slice record, int column,
                         struct mapping_reject *reject)
{
    if (encoding_is_undecodable(record, (size_t)column - 1))
        refuse(reject, column, "", "bad_encoding",
               "bytes that do not decode from the file's encoding");
    else
        refuse(reject, column, "", "bad_utf8",
               arena_printf(arena, "a byte sequence that is not UTF-8%s",
                            encoding_evidence_hint(record)));
}

/* Fill reader->got with the record's source values. */
static bool scan(struct mapping_reader *reader, struct arena *arena, struct slice record,
                 uint64_t *replaced, struct mapping_reject *reject)
{
    struct scan_error error;
    if (reader->separator == 0) {
        if (scan_json_record(arena, record, reader->path, reader->n_sources, reader->got, replaced,
                             &error))
            return true;
        if (strcmp(error.reason, "bad_utf8") == 0)
            refuse_bytes(arena, record, error.column, reject);
        else
            refuse(reject, error.column, "", error.reason, error.message);
        return false;
    }
    size_t wrong;
    if (!is_utf8(record, &wrong)) {
        refuse_bytes(arena, record, (int)wrong + 1, reject);
        return false;
    }
    size_t n;
    if (!scan_csv_split(arena, record, reader->separator, reader->columns, reader->n_columns, &n,
                        &error)) {
        refuse(reject, error.column, "", error.reason, error.message);
        return false;
    }
    if (n != reader->n_columns) {
        refuse(reject, (int)record.n, "", "ragged_row",
               arena_printf(arena, "%zu fields, want %zu as in %s", n, reader->n_columns,
                            reader->mapping->n_columns ? "columns" : "the header"));
        return false;
    }
    for (size_t i = 0; i < reader->n_sources; i++) {
        struct slice text = reader->columns[reader->column_of[i]];
        reader->got[i] =
            (struct scan_json_value){text.n == 0 ? SCAN_JSON_NULL : SCAN_JSON_STRING, text};
    }
    return true;
}

static struct slice source_text(const struct mapping_reader *reader, int source)
{
    const struct scan_json_value *value = &reader->got[source];
    if (value->type == SCAN_JSON_ABSENT || value->type == SCAN_JSON_NULL)
        return (struct slice){NULL, 0};
    return value->text;
}

static bool passes(const struct mapping_test *test, struct slice text)
{
    if (test->empty)
        return text.n == 0;
    if (test->equals)
        return slice_is(text, test->equals);
    if (test->prefix) {
        size_t n = strlen(test->prefix);
        return text.n >= n && memcmp(text.p, test->prefix, n) == 0;
    }
    size_t n = strlen(test->suffix);
    return text.n >= n && memcmp(text.p + text.n - n, test->suffix, n) == 0;
}

static struct slice registrable(struct arena *arena, struct slice text)
{
    g_autofree char *lower = g_ascii_strdown(text.p, (gssize)text.n);
    const char *host = strstr(lower, "://") ? strstr(lower, "://") + 3 : lower;
    g_autofree char *clean = g_strndup(host, strcspn(host, "/:?#"));
    const psl_ctx_t *list = psl_builtin();
    const char *found = list ? psl_registrable_domain(list, clean) : NULL;
    return slice_of(arena_strdup(arena, found ? found : clean));
}

static struct slice transform(struct arena *arena, enum mapping_transform how, struct slice text)
{
    const char *at;
    switch (how) {
    case TRANSFORM_LOWER: {
        g_autofree char *lower = g_utf8_strdown(text.p, (gssize)text.n);
        return slice_of(arena_strdup(arena, lower));
    }
    case TRANSFORM_TRIM:
        while (text.n && g_ascii_isspace(text.p[0])) {
            text.p++;
            text.n--;
        }
        while (text.n && g_ascii_isspace(text.p[text.n - 1]))
            text.n--;
        return text;
    case TRANSFORM_MAIL_DOMAIN:
        at = memrchr(text.p, '@', text.n);
        if (at)
            text = (struct slice){at + 1, (size_t)(text.p + text.n - at - 1)};
        return registrable(arena, text);
    case TRANSFORM_REGISTRABLE_DOMAIN:
        return registrable(arena, text);
    default:
        return text;
    }
}

/* NUL characters cannot be stored: U+FFFD takes their place, counted. */
static struct slice clean_text(struct arena *arena, struct slice text, uint64_t *replaced)
{
    if (!memchr(text.p, '\0', text.n))
        return text;
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\0') {
            g_string_append(out, "\xef\xbf\xbd");
            ++*replaced;
        } else
            g_string_append_c(out, text.p[i]);
    }
    struct slice clean = {arena_strndup(arena, out->str, out->len), out->len};
    g_string_free(out, TRUE);
    return clean;
}

static bool parse_bool(struct slice text, int64_t *out)
{
    static const char *const yes[] = {"true", "t", "1", "yes", "TRUE", "True"};
    static const char *const no[] = {"false", "f", "0", "no", "FALSE", "False"};
    for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
        if (slice_is(text, yes[i]) || slice_is(text, no[i])) {
            *out = slice_is(text, yes[i]);
            return true;
        }
    }
    return false;
}

static struct slice currency_of(const struct mapping *m, const struct stream_record *record)
{
    int index = stream_field_index(m->stream, "currency");
    if (index >= 0 && !record->cell[index].is_null)
        return record->cell[index].as.text;
    return slice_of(m->currency);
}

/* Names that stand in an index, which has a limit of its own. */
static bool is_key(const char *field)
{
    static const char *const keys[] = {"party",    "external_id", "subject",
                                       "currency", "owner_email", NULL};
    return g_strv_contains(keys, field);
}

/* What the table of the stream refuses, said before it does. */
static bool is_in_range(const struct stream *stream, const char *field, int64_t n)
{
    if (strcmp(field, "billing_months") == 0)
        return n >= 0 && n <= 1200;
    if (strcmp(field, "rate") == 0)
        return n > 0;
    return strcmp(stream->name, "sentiment") != 0 || strcmp(field, "value") != 0 ||
           (n >= 1 && n <= 5);
}

/* A constant is the configuration's own text and written as the manual says. */
static const struct instant_format *dates_of(const struct mapping *m, size_t f)
{
    return m->constant[f] ? NULL : m->dates;
}

/* Text → typed cell; NULL, or the reason it does not fit. */
static const char *fill_cell(const struct mapping *m, struct arena *arena, size_t f,
                             struct slice text, struct stream_record *out)
{
    struct stream_cell *cell = &out->cell[f];
    int decimals = 0;
    switch (m->stream->field[f].type) {
    case STREAM_TEXT:
        if (text.n > TEXT_MAX || (text.n > KEY_MAX && is_key(m->stream->field[f].name)))
            return "too_long";
        cell->as.text = clean_text(arena, text, &out->replaced);
        return NULL;
    case STREAM_DAY:
        return instant_format_parse_day(dates_of(m, f), text, m->zone, &cell->as.day) ? NULL
                                                                                      : "bad_date";
    case STREAM_INSTANT:
        return instant_format_parse(dates_of(m, f), text, m->zone, &cell->as.n) ? NULL : "bad_time";
    case STREAM_BOOL:
        return parse_bool(text, &cell->as.n) ? NULL : "bad_boolean";
    case STREAM_MONEY:
        decimals = number_currency_decimals(currency_of(m, out));
        break;
    case STREAM_RATE:
        decimals = 9;
        break;
    default:
        break;
    }
    enum number_result result = number_parse(text, decimals, &cell->as.n);
    if (result == NUMBER_MALFORMED)
        return "bad_number";
    if (result == NUMBER_OUT_OF_RANGE ||
        !is_in_range(m->stream, m->stream->field[f].name, cell->as.n))
        return "out_of_range";
    out->rounded += result == NUMBER_ROUNDED;
    return NULL;
}

static const char *wanted(const struct mapping *m, struct arena *arena, size_t f)
{
    static const char *const texts[] = {
        [STREAM_TEXT] = "at most 10,000 bytes of text, 512 of an id",
        [STREAM_DAY] = "a day as YYYY-MM-DD",
        [STREAM_INSTANT] = "a time as 2026-11-24T09:30:00+09:00, a day, or epoch seconds",
        [STREAM_INTEGER] = "a whole number within 64 bits",
        [STREAM_MONEY] = "an amount of money",
        [STREAM_RATE] = "a rate",
        [STREAM_BOOL] = "true or false"};
    enum stream_type type = m->stream->field[f].type;
    if ((type == STREAM_DAY || type == STREAM_INSTANT) && dates_of(m, f))
        return arena_printf(arena, "a %s as dates says: %s", type == STREAM_DAY ? "day" : "time",
                            instant_format_text(m->dates));
    return texts[type];
}

static const char *say(struct arena *arena, struct slice text, const char *want)
{
    struct slice shown = text_cut(text, 60);
    return arena_printf(arena, "is '%.*s', want %s", SLICE_ARGS(shown), want);
}

static enum mapping_outcome fill_field(const struct mapping_reader *reader, struct arena *arena,
                                       size_t f, struct stream_record *out,
                                       struct mapping_reject *reject)
{
    const struct mapping *m = reader->mapping;
    struct slice text = {NULL, 0};
    if (m->constant[f])
        text = slice_of(m->constant[f]);
    else if (reader->field[f] != NOT_MAPPED)
        text = source_text(reader, reader->field[f]);
    if (text.p && m->transform[f] != TRANSFORM_NONE)
        text = transform(arena, m->transform[f], text);
    out->cell[f].is_null =
        text.p == NULL || (text.n == 0 && m->stream->field[f].type != STREAM_TEXT);
    if (out->cell[f].is_null || text.n == 0) {
        if (m->stream->field[f].required)
            return refuse(reject, 0, m->field[f], "missing_field",
                          m->stream->field[f].type == STREAM_TEXT
                              ? "is empty, want a text"
                              : arena_printf(arena, "is empty, want %s", wanted(m, arena, f)));
        out->cell[f].is_null = true;
        return MAPPED;
    }
    const char *reason = fill_cell(m, arena, f, text, out);
    if (reason)
        return refuse(reject, 0, m->field[f], reason, say(arena, text, wanted(m, arena, f)));
    return MAPPED;
}

/* The record's time must lie within the mapping's stated bounds. */
static enum mapping_outcome check_time(const struct mapping *m, struct arena *arena,
                                       const struct stream_record *record,
                                       struct mapping_reject *reject)
{
    if (!m->stream->is_usage || (!m->has_earliest && !m->has_latest))
        return MAPPED;
    int at = stream_field_index(m->stream, "at");
    int32_t day = zone_day(m->zone, record->cell[at].as.n);
    char shown[DAY_TEXT_SIZE], limit[DAY_TEXT_SIZE];
    day_format(day, shown);
    if (m->has_earliest && day < m->earliest)
        return refuse(reject, 0, m->field[at], "too_early",
                      arena_printf(arena, "is of %s, before earliest: %s", shown,
                                   day_format(m->earliest, limit)));
    if (m->has_latest && day >= m->latest)
        return refuse(reject, 0, m->field[at], "too_late",
                      arena_printf(arena, "is of %s, not before latest: %s", shown,
                                   day_format(m->latest, limit)));
    return MAPPED;
}

static enum mapping_outcome fill_values(const struct mapping_reader *reader, struct arena *arena,
                                        struct stream_record *out, struct mapping_reject *reject)
{
    const struct mapping *m = reader->mapping;
    for (size_t i = 0; i < m->n_values; i++) {
        bool fits = true;
        for (size_t j = 0; j < m->value[i].n_when; j++)
            fits = fits && passes(&m->value[i].when[j], source_text(reader, reader->when[i][j]));
        if (!fits)
            continue;
        struct slice text = {"1", 1};
        if (reader->value[i] != NOT_MAPPED)
            text = source_text(reader, reader->value[i]);
        if (text.n == 0)
            continue; /* no value is no fact, not zero */
        int64_t v;
        enum number_result result = number_parse(text, m->usage[m->value[i].usage].decimals, &v);
        if (result == NUMBER_MALFORMED)
            return refuse(reject, 0, m->value[i].field, "bad_number", say(arena, text, "a number"));
        if (result == NUMBER_OUT_OF_RANGE)
            return refuse(reject, 0, m->value[i].field, "out_of_range",
                          say(arena, text, "a number within 64 bits in the metric's scale"));
        const struct mapping_usage *usage = &m->usage[m->value[i].usage];
        if (v < usage->min || v > usage->max)
            return refuse(reject, 0, m->value[i].field, "out_of_contract",
                          say(arena, text, usage->promise));
        out->rounded += result == NUMBER_ROUNDED;
        out->value[out->n_values++] = (struct stream_value){(uint32_t)i, v};
    }
    return MAPPED;
}

static enum mapping_outcome apply(struct mapping_reader *reader, struct arena *arena,
                                  struct slice record, struct stream_record *out, size_t *rule,
                                  struct mapping_reject *reject)
{
    const struct mapping *m = reader->mapping;
    out->n_values = 0;
    out->rounded = out->replaced = 0;
    out->raw = record;
    out->id = (struct slice){NULL, 0};
    if (!scan(reader, arena, record, &out->replaced, reject))
        return MAPPING_REJECTED;
    for (size_t i = 0; i < m->n_rules; i++) {
        if (passes(&m->rule[i].test, source_text(reader, reader->rule[i]))) {
            *rule = i;
            return MAPPING_IGNORED;
        }
    }
    /* Money needs its currency: fields are filled in order, so currency is looked up first. */
    int money_first = stream_field_index(m->stream, "currency");
    if (money_first >= 0 && fill_field(reader, arena, (size_t)money_first, out, reject) != MAPPED)
        return MAPPING_REJECTED;
    for (size_t f = 0; f < STREAM_FIELDS_MAX && m->stream->field[f].name; f++) {
        if ((int)f != money_first && fill_field(reader, arena, f, out, reject) != MAPPED)
            return MAPPING_REJECTED;
    }
    if (reader->id != NOT_MAPPED) {
        out->id = source_text(reader, reader->id);
        if (out->id.n == 0)
            return refuse(reject, 0, m->id, "missing_id", "is empty, want the record's id");
    }
    if (check_time(m, arena, out, reject) != MAPPED)
        return MAPPING_REJECTED;
    return fill_values(reader, arena, out, reject);
}

/* The byte at which the refused field stands in the record, when its text is there as it is. */
static int column_of(const struct mapping_reader *reader, struct slice record, const char *field)
{
    for (size_t i = 0; i < reader->n_sources; i++) {
        const char *at = reader->got[i].text.p;
        if (strcmp(reader->source_name[i], field) == 0 && at && at >= record.p &&
            at <= record.p + record.n)
            return (int)(at - record.p) + 1;
    }
    return 0;
}

enum mapping_outcome mapping_apply(struct mapping_reader *reader, struct arena *arena,
                                   struct slice record, struct stream_record *out, size_t *rule,
                                   struct mapping_reject *reject)
{
    enum mapping_outcome outcome = apply(reader, arena, record, out, rule, reject);
    if (outcome == MAPPING_REJECTED && reject->column == 0)
        reject->column = column_of(reader, record, reject->field);
    return outcome;
}
