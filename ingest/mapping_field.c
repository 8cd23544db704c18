/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of a stream: what is to be done for each, compiled once per file, and one record's. */
#include <libpsl.h>

#include "core/currency.h"
#include "core/text.h"
#include "ingest/instant.h"
#include "ingest/mapping_reader.h"
#include "ingest/number.h"

enum { TEXT_MAX = 10000, KEY_MAX = 512 };

/* Names that stand in an index, which has a limit of its own. */
static bool is_key(const char *field)
{
    static const char *const keys[] = {"party",    "external_id", "subject",
                                       "currency", "owner_email", NULL};
    return g_strv_contains(keys, field);
}

/* What the table of the stream refuses, said before it does. */
static void set_range(const struct stream *stream, struct mapping_step *step)
{
    const char *field = stream->field[step->field].name;
    step->min = INT64_MIN;
    step->max = INT64_MAX;
    if (strcmp(field, "billing_months") == 0) {
        step->min = 0;
        step->max = 1200;
    } else if (strcmp(field, "rate") == 0) {
        step->min = 1;
    } else if (strcmp(stream->name, "sentiment") == 0 && strcmp(field, "value") == 0) {
        step->min = 1;
        step->max = 5;
    }
}

static void add_step(struct mapping_reader *reader, int field)
{
    const struct mapping *m = reader->mapping;
    const struct stream_field *column = &m->stream->field[field];
    struct mapping_step *step = &reader->step[reader->n_steps++];
    *step = (struct mapping_step){
        .field = field,
        .source = m->constant[field] ? NOT_MAPPED : reader->field[field],
        .constant = slice_of(m->constant[field]),
        .transform = m->transform[field],
        .type = column->type,
        .required = column->required,
        .max_text = is_key(column->name) ? KEY_MAX : TEXT_MAX,
        /* A constant is the configuration's own text and written as the manual says. */
        .dates = m->constant[field] ? NULL : m->dates,
    };
    set_range(m->stream, step);
}

void mapping_field_compile(struct mapping_reader *reader)
{
    const struct stream *stream = reader->mapping->stream;
    /* Money needs its currency, which is filled first. */
    reader->currency = stream_field_index(stream, "currency");
    reader->at = stream->is_usage ? stream_field_index(stream, "at") : -1;
    if (reader->currency >= 0)
        add_step(reader, reader->currency);
    for (int f = 0; f < (int)stream_field_count(stream); f++) {
        if (f != reader->currency)
            add_step(reader, f);
    }
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
    static const char *const words[][2] = {{"false", "true"}, {"f", "t"}, {"0", "1"},
                                           {"no", "yes"},     {"n", "y"}, {"off", "on"},
                                           {"いいえ", "はい"}};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(words); i++) {
        const char *word = words[i / 2][i % 2];
        if (text.n == strlen(word) && g_ascii_strncasecmp(text.p, word, text.n) == 0) {
            *out = (int64_t)(i % 2);
            return true;
        }
    }
    return false;
}

static int money_decimals(const struct mapping_reader *reader, const struct stream_record *record)
{
    int index = reader->currency;
    if (index >= 0 && !record->cell[index].is_null)
        return currency_decimals(record->cell[index].as.text);
    return currency_decimals(slice_of(reader->mapping->currency));
}

/* Text → number in its fixed scale; NULL, or the reason it does not fit. */
static const char *fill_number(const struct mapping_step *step, int decimals, struct slice text,
                               struct stream_record *out)
{
    int64_t n;
    enum number_result result = number_parse(text, decimals, &n);
    if (result == NUMBER_MALFORMED)
        return "bad_number";
    if (result == NUMBER_OUT_OF_RANGE ||
        (step->transform == TRANSFORM_MONTHLY && __builtin_mul_overflow(n, 12, &n)) ||
        n < step->min || n > step->max)
        return "out_of_range";
    out->cell[step->field].as.n = n;
    out->rounded += result == NUMBER_ROUNDED;
    return NULL;
}

/* Text → typed cell; NULL, or the reason it does not fit. */
static const char *fill_cell(struct mapping_reader *reader, struct arena *arena,
                             const struct mapping_step *step, struct slice text,
                             struct stream_record *out)
{
    struct stream_cell *cell = &out->cell[step->field];
    const struct zone *zone = reader->mapping->zone;
    switch (step->type) {
    case STREAM_TEXT:
        if (text.n > step->max_text)
            return "too_long";
        cell->as.text = reader->has_nul ? clean_text(arena, text, &out->replaced) : text;
        return NULL;
    case STREAM_DAY:
        return instant_format_parse_day(step->dates, text, zone, &cell->as.day) ? NULL : "bad_date";
    case STREAM_INSTANT:
        if (step->dates ? instant_format_parse(step->dates, text, zone, &cell->as.n)
                        : instant_parse_after(&reader->memo, text, zone, &cell->as.n))
            return NULL;
        return "bad_time";
    case STREAM_BOOL:
        return parse_bool(text, &cell->as.n) ? NULL : "bad_boolean";
    case STREAM_MONEY:
        return fill_number(step, money_decimals(reader, out), text, out);
    case STREAM_RATE:
        return fill_number(step, 9, text, out);
    default:
        return fill_number(step, 0, text, out);
    }
}

static const char *wanted(const struct mapping *m, struct arena *arena,
                          const struct mapping_step *step)
{
    static const char *const texts[] = {
        [STREAM_TEXT] = "at most 10,000 bytes of text, 512 of an id",
        [STREAM_DAY] = "a day as YYYY-MM-DD",
        [STREAM_INSTANT] = "a time as 2026-11-24T09:30:00+09:00, a day, or epoch seconds",
        [STREAM_INTEGER] = "a whole number within 64 bits",
        [STREAM_MONEY] = "an amount of money",
        [STREAM_RATE] = "a rate",
        [STREAM_BOOL] = "true or false"};
    if ((step->type == STREAM_DAY || step->type == STREAM_INSTANT) && step->dates)
        return arena_printf(arena, "a %s as dates says: %s",
                            step->type == STREAM_DAY ? "day" : "time",
                            instant_format_text(m->dates));
    return texts[step->type];
}

const char *mapping_say(struct arena *arena, struct slice text, const char *want)
{
    struct slice shown = text_cut(text, 60);
    return arena_printf(arena, "is '%.*s', want %s", SLICE_ARGS(shown), want);
}

static bool refuse(const struct mapping_reader *reader, const struct mapping_step *step,
                   const char *reason, const char *message, struct mapping_reject *reject)
{
    const char *field = reader->mapping->field[step->field];
    *reject = (struct mapping_reject){0, field ? field : "", reason, message};
    return false;
}

static bool fill_step(struct mapping_reader *reader, struct arena *arena,
                      const struct mapping_step *step, struct stream_record *out,
                      struct mapping_reject *reject)
{
    struct slice text = step->constant;
    if (step->source != NOT_MAPPED)
        text = mapping_source_text(reader, step->source);
    if (text.p && step->transform != TRANSFORM_NONE)
        text = transform(arena, step->transform, text);
    out->cell[step->field].is_null = text.n == 0;
    if (text.n == 0)
        return !step->required || refuse(reader, step, "missing_field",
                                         step->type == STREAM_TEXT
                                             ? "is empty, want a text"
                                             : arena_printf(arena, "is empty, want %s",
                                                            wanted(reader->mapping, arena, step)),
                                         reject);
    const char *reason = fill_cell(reader, arena, step, text, out);
    return !reason ||
           refuse(reader, step, reason,
                  mapping_say(arena, text, wanted(reader->mapping, arena, step)), reject);
}

bool mapping_field_fill(struct mapping_reader *reader, struct arena *arena,
                        struct stream_record *out, struct mapping_reject *reject)
{
    for (size_t i = 0; i < reader->n_steps; i++) {
        if (!fill_step(reader, arena, &reader->step[i], out, reject))
            return false;
    }
    return true;
}
