/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/bundle_read.h"

#include <math.h>
#include <string.h>

#include "scoring/bundle_file.h"

enum { FILES_MAX = 64, YEARS_LOW = -25567, YEARS_HIGH = 84006 /* 1900 to 2200 */ };

static const char *name_of(const json_t *part)
{
    const char *name = json_string_value(json_object_get(part, "part"));
    return name ? name : "part";
}

bool bundle_read_text(const json_t *part, const char *name, const char **out, GError **err)
{
    const char *text = json_string_value(json_object_get(part, name));
    if (!text)
        return err_set(err, KENKO_ERROR_INPUT, "%s: '%s' is no text", name_of(part), name);
    *out = text;
    return true;
}

bool bundle_read_number(const json_t *part, const char *name, int64_t low, int64_t high,
                        int64_t *out, GError **err)
{
    const json_t *value = json_object_get(part, name);
    if (!json_is_integer(value) || json_integer_value(value) < low ||
        json_integer_value(value) > high)
        return err_set(err, KENKO_ERROR_INPUT,
                       "%s: '%s' is no integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                       name_of(part), name, low, high);
    *out = json_integer_value(value);
    return true;
}

bool bundle_read_day(const json_t *part, const char *name, bool may_be_null, int32_t *out,
                     GError **err)
{
    const json_t *value = json_object_get(part, name);
    const char *text = json_string_value(value);
    if (may_be_null && json_is_null(value)) {
        *out = INT32_MIN;
        return true;
    }
    return (text && day_parse(slice_of(text), out, NULL) && *out >= YEARS_LOW &&
            *out <= YEARS_HIGH) ||
           err_set(err, KENKO_ERROR_INPUT, "%s: '%s' is no day from 1900 to 2200", name_of(part),
                   name);
}

/* ── parts ──────────────────────────────────────────────────────────────────────────────────────
 */

static bool take_file(struct bundle_read *b, json_t *part, GError **err)
{
    const char *name, *body;
    if (!bundle_read_text(part, "name", &name, err) || !bundle_read_text(part, "body", &body, err))
        return false;
    if (b->files->len == FILES_MAX)
        return err_set(err, KENKO_ERROR_INPUT, "file: more than %d", FILES_MAX);
    g_ptr_array_add(b->files, json_incref(part));
    return true;
}

/* Names and bodies are texts: take_file looked. */
static bool open_files(struct bundle_read *b, GError **err)
{
    for (guint i = 0; i < b->files->len && !b->config; i++) {
        const json_t *part = b->files->pdata[i];
        if (strcmp(json_string_value(json_object_get(part, "name")), "kenko.yaml") == 0 &&
            !(b->config = config_open_text(json_string_value(json_object_get(part, "body")), err)))
            return false;
    }
    if (!b->config)
        return err_set(err, KENKO_ERROR_INPUT, "there is no kenko.yaml in it");
    for (guint i = 0; i < b->files->len; i++)
        config_replace_text(b->config,
                            json_string_value(json_object_get(b->files->pdata[i], "name")),
                            json_string_value(json_object_get(b->files->pdata[i], "body")));
    return true;
}

/* What stands in it once. */
static bool take_one(json_t **place, json_t *part, GError **err)
{
    if (*place)
        return err_set(err, KENKO_ERROR_INPUT, "%s: it stands twice", name_of(part));
    *place = json_incref(part);
    return true;
}

static bool take_part(struct bundle_read *b, json_t *part, GError **err)
{
    const char *name = name_of(part);
    const struct {
        const char *name;
        json_t **place;
    } single[] = {{"head", &b->head},
                  {"all accounts", &b->common},
                  {"model", &b->model},
                  {"result", &b->result},
                  {"end", &b->end}};
    for (size_t i = 0; i < G_N_ELEMENTS(single); i++) {
        if (strcmp(name, single[i].name) == 0)
            return take_one(single[i].place, part, err);
    }
    if (strcmp(name, "file") == 0)
        return take_file(b, part, err);
    if (strcmp(name, "metrics") == 0) {
        g_ptr_array_add(b->metrics, json_incref(part));
        return true;
    }
    enum bundle_table table = bundle_rows_find(name);
    if (table == BUNDLE_TABLES)
        return err_set(err, KENKO_ERROR_INPUT, "'%s' is no part of a bundle", name);
    return bundle_rows_read(b->rows, table, part, err) || err_context(err, "%s", name);
}

static bool take_line(struct bundle_read *b, struct bundle_reader *r, bool *more, GError **err)
{
    json_t *part;
    *more = false;
    if (!bundle_file_next(r, &part, err))
        return false;
    if (!part)
        return true;
    *more = true;
    bool ok = b->end ? err_set(err, KENKO_ERROR_INPUT, "it stands behind the end")
                     : take_part(b, part, err);
    ok = ok && (b->head || err_set(err, KENKO_ERROR_INPUT, "want the head first"));
    json_decref(part);
    return ok || err_context(err, "line %zu", r->chain.lines);
}

static bool check_whole(const struct bundle_read *b, size_t lines, GError **err)
{
    const char *format;
    int64_t said;
    if (!b->end)
        return err_set(err, KENKO_ERROR_CHECK, "lines are missing: the end is not there");
    if (!bundle_read_text(b->head, "format", &format, err) ||
        !bundle_read_number(b->end, "lines", 1, INT64_MAX, &said, err))
        return false;
    if (strcmp(format, BUNDLE_FORMAT) != 0)
        return err_set(err, KENKO_ERROR_INPUT, "head: the format is '%s', want '%s'", format,
                       BUNDLE_FORMAT);
    if ((size_t)said != lines)
        return err_set(err, KENKO_ERROR_CHECK, "it has %zu lines, and says %" G_GINT64_FORMAT,
                       lines, said);
    return (b->common && b->result) || err_set(err, KENKO_ERROR_INPUT, "'%s' is missing",
                                               b->common ? "result" : "all accounts");
}

bool bundle_read_all(struct bundle_read *b, struct arena *arena, struct slice text, GError **err)
{
    struct bundle_reader reader;
    bool more = true;
    *b = (struct bundle_read){.arena = arena,
                              .rows = bundle_rows_new(arena),
                              .files = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref),
                              .metrics =
                                  g_ptr_array_new_with_free_func((GDestroyNotify)json_decref)};
    bundle_file_open(&reader, text);
    while (more) {
        if (!take_line(b, &reader, &more, err))
            return false;
    }
    if (!check_whole(b, reader.chain.lines, err) || !open_files(b, err))
        return false;
    bundle_rows_close(b->rows);
    g_strlcpy(b->seal, reader.chain.hash, sizeof b->seal);
    return true;
}

void bundle_read_clear(struct bundle_read *b)
{
    json_t *const parts[] = {b->head, b->common, b->model, b->result, b->end};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        json_decref(parts[i]);
    g_ptr_array_free(b->files, TRUE);
    g_ptr_array_free(b->metrics, TRUE);
    bundle_rows_free(b->rows);
    config_close(b->config);
}

/* ── metrics ────────────────────────────────────────────────────────────────────────────────────
 */

static bool read_quality(const json_t *value, uint8_t *out, GError **err)
{
    const char *name;
    if (!bundle_read_text(value, "quality", &name, err))
        return false;
    for (int q = METRIC_OK; q <= METRIC_QUARANTINED; q++) {
        if (strcmp(metric_quality_name((enum metric_quality)q), name) == 0) {
            *out = (uint8_t)q;
            return true;
        }
    }
    return err_set(err, KENKO_ERROR_INPUT, "'%s' is no quality", name);
}

static bool read_value(const json_t *value, double *number, uint8_t *quality, bool *taken,
                       GError **err)
{
    const json_t *v = json_object_get(value, "value"), *t = json_object_get(value, "taken");
    if (!read_quality(value, quality, err))
        return false;
    *number = json_is_number(v) ? json_number_value(v) : NAN;
    *taken = json_is_true(t);
    return ((json_is_null(v) || json_is_number(v)) && json_is_boolean(t) &&
            (*quality == METRIC_OK) == !isnan(*number)) ||
           err_set(err, KENKO_ERROR_INPUT, "want a number where the quality is ok, and taken");
}

static bool read_day(const json_t *part, const struct metric_set *set, struct bundle_day *out,
                     GError **err)
{
    const json_t *values = json_object_get(part, "values");
    out->is_customer = json_is_true(json_object_get(part, "is_customer"));
    if (!bundle_read_number(part, "arr_minor", INT64_MIN, INT64_MAX, &out->arr_minor, err) ||
        !bundle_read_day(part, "renewal_on", true, &out->renewal_on, err))
        return false;
    for (size_t m = 0; m < metric_count(set); m++) {
        const char *name = metric_info(set, m)->name;
        if (!read_value(json_object_get(values, name), &out->value[m], &out->quality[m],
                        &out->taken[m], err))
            return err_context(err, "metrics: %s", name);
    }
    return true;
}

bool bundle_read_metrics(const struct bundle_read *b, const struct metric_set *set, int32_t as_of,
                         struct bundle_day *out, GError **err)
{
    size_t n = metric_count(set);
    char text[DAY_TEXT_SIZE];
    *out = (struct bundle_day){.as_of = as_of,
                               .value = arena_many(b->arena, n + 1, double),
                               .quality = arena_many(b->arena, n + 1, uint8_t),
                               .taken = arena_many(b->arena, n + 1, bool)};
    for (guint i = 0; i < b->metrics->len; i++) {
        int32_t day;
        if (!bundle_read_day(b->metrics->pdata[i], "as_of", false, &day, err))
            return false;
        if (day == as_of)
            return read_day(b->metrics->pdata[i], set, out, err);
    }
    return err_set(err, KENKO_ERROR_INPUT, "metrics of %s are missing", day_format(as_of, text));
}
