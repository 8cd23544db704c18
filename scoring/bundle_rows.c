/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/bundle_rows.h"

#include <stddef.h>
#include <string.h>

#include "core/day.h"
#include "core/usage_pack.h"

/* What a hostile file may say without harm: years 1900 to 2200, loads that an index can hold. */
enum { LOAD_MAX = 50000000, METRIC_MAX = 4095, SCALE_MAX = 18 };
#define TIME_LOW (INT64_C(-25567) * DAY_US)
#define TIME_HIGH (INT64_C(84006) * DAY_US)

enum kind { INT, BIG, TIME, DAY, LOAD, BOOL, TEXT, PACKED };

struct field {
    const char *name;
    enum kind kind;
    size_t at;
    size_t null_at; /* 0: never null; no row begins with its flag */
};

struct table {
    const char *part;
    size_t size;
    const struct field *field; /* NULL name at the end */
};

#define HAS(row, name, kind)                                                                       \
    {                                                                                              \
#name, kind, offsetof(struct q_##row##_row, name), 0                                       \
    }
#define MAY(row, name, kind)                                                                       \
    {                                                                                              \
#name, kind, offsetof(struct q_##row##_row, name),                                         \
            offsetof(struct q_##row##_row, name##_is_null)                                         \
    }
#define TABLE(part, row, fields)                                                                   \
    {                                                                                              \
        part, sizeof(struct q_##row##_row), fields                                                 \
    }

static const struct field load_fields[] = {
    HAS(bundle_loads, load_id, LOAD),  HAS(bundle_loads, commit_no, BIG),
    MAY(bundle_loads, undone_no, BIG), HAS(bundle_loads, committed_at, TIME),
    HAS(bundle_loads, kind, TEXT),     HAS(bundle_loads, source, TEXT),
    HAS(bundle_loads, stream, TEXT),   HAS(bundle_loads, file, TEXT),
    HAS(bundle_loads, loaded, BIG),    {NULL, INT, 0, 0}};
static const struct field account_fields[] = {HAS(accounts_all, account_id, BIG),
                                              HAS(accounts_all, key, TEXT),
                                              HAS(accounts_all, created_load_id, LOAD),
                                              {NULL, INT, 0, 0}};
static const struct field member_fields[] = {
    HAS(members_all, party_id, BIG),   MAY(members_all, account_id, BIG),
    HAS(members_all, valid_from, DAY), HAS(members_all, valid_to, DAY),
    HAS(members_all, load_id, LOAD),   {NULL, INT, 0, 0}};
static const struct field metric_fields[] = {
    HAS(usage_metrics, metric_id, INT), HAS(usage_metrics, name, TEXT),
    HAS(usage_metrics, scale, INT),     HAS(usage_metrics, combine, TEXT),
    HAS(usage_metrics, unit, TEXT),     {NULL, INT, 0, 0}};
static const struct field rate_fields[] = {
    HAS(rates_read, currency, TEXT), HAS(rates_read, day, DAY),      HAS(rates_read, rate_1e9, BIG),
    HAS(rates_read, load_id, LOAD),  HAS(rates_read, deleted, BOOL), {NULL, INT, 0, 0}};
static const struct field quality_fields[] = {
    HAS(quality_read, metric, TEXT),  HAS(quality_read, check_name, TEXT),
    HAS(quality_read, day, DAY),      HAS(quality_read, failed, BOOL),
    HAS(quality_read, load_id, LOAD), {NULL, INT, 0, 0}};
static const struct field span_fields[] = {HAS(spans_read, party_id, BIG),
                                           HAS(spans_read, month, DAY),
                                           HAS(spans_read, spans, PACKED),
                                           {NULL, INT, 0, 0}};
static const struct field record_fields[] = {HAS(versions_read, kind, INT),
                                             HAS(versions_read, party_id, BIG),
                                             HAS(versions_read, external_id, TEXT),
                                             HAS(versions_read, load_id, LOAD),
                                             HAS(versions_read, ordinal, BIG),
                                             MAY(versions_read, changed_at, TIME),
                                             HAS(versions_read, deleted, BOOL),
                                             MAY(versions_read, from_at, TIME),
                                             MAY(versions_read, to_at, TIME),
                                             MAY(versions_read, n, BIG),
                                             MAY(versions_read, tag, TEXT),
                                             MAY(versions_read, product, TEXT),
                                             MAY(versions_read, churn_reason, TEXT),
                                             MAY(versions_read, competitor, TEXT),
                                             MAY(versions_read, who, TEXT),
                                             MAY(versions_read, mark, BOOL),
                                             {NULL, INT, 0, 0}};
static const struct field run_fields[] = {HAS(runs_read, party_id, BIG),
                                          HAS(runs_read, external_id, TEXT),
                                          HAS(runs_read, load_id, LOAD),
                                          HAS(runs_read, ordinal, BIG),
                                          MAY(runs_read, changed_at, TIME),
                                          HAS(runs_read, deleted, BOOL),
                                          MAY(runs_read, definition, TEXT),
                                          MAY(runs_read, connector, TEXT),
                                          MAY(runs_read, executor, TEXT),
                                          HAS(runs_read, status, TEXT),
                                          MAY(runs_read, created_at, TIME),
                                          MAY(runs_read, started_at, TIME),
                                          MAY(runs_read, finished_at, TIME),
                                          MAY(runs_read, row_count, BIG),
                                          MAY(runs_read, byte_count, BIG),
                                          MAY(runs_read, skipped_count, BIG),
                                          {NULL, INT, 0, 0}};
static const struct field incident_fields[] = {HAS(incidents_read, source, TEXT),
                                               HAS(incidents_read, external_id, TEXT),
                                               HAS(incidents_read, load_id, LOAD),
                                               HAS(incidents_read, ordinal, BIG),
                                               MAY(incidents_read, changed_at, TIME),
                                               HAS(incidents_read, deleted, BOOL),
                                               MAY(incidents_read, title, TEXT),
                                               MAY(incidents_read, severity, TEXT),
                                               MAY(incidents_read, cause, TEXT),
                                               MAY(incidents_read, component, TEXT),
                                               HAS(incidents_read, started_at, TIME),
                                               MAY(incidents_read, resolved_at, TIME),
                                               {NULL, INT, 0, 0}};
static const struct field first_fields[] = {HAS(runs_first, party_id, BIG),
                                            HAS(runs_first, load_id, LOAD),
                                            MAY(runs_first, first_us, TIME),
                                            {NULL, INT, 0, 0}};
static const struct field attribute_fields[] = {
    HAS(attributes_read, party_id, BIG),     HAS(attributes_read, source, TEXT),
    HAS(attributes_read, external_id, TEXT), HAS(attributes_read, load_id, LOAD),
    HAS(attributes_read, ordinal, BIG),      MAY(attributes_read, changed_at, TIME),
    HAS(attributes_read, deleted, BOOL),     MAY(attributes_read, plan, TEXT),
    MAY(attributes_read, segment, TEXT),     MAY(attributes_read, industry, TEXT),
    MAY(attributes_read, region, TEXT),      {NULL, INT, 0, 0}};
static const struct field contact_fields[] = {
    HAS(contacts_read, party_id, BIG),    HAS(contacts_read, external_id, TEXT),
    HAS(contacts_read, load_id, LOAD),    HAS(contacts_read, ordinal, BIG),
    MAY(contacts_read, changed_at, TIME), HAS(contacts_read, deleted, BOOL),
    MAY(contacts_read, role, TEXT),       MAY(contacts_read, left_on, DAY),
    MAY(contacts_read, subject_id, BIG),  {NULL, INT, 0, 0}};
static const struct field override_fields[] = {
    HAS(overrides_read, account_id, BIG), HAS(overrides_read, kind, TEXT),
    HAS(overrides_read, value_bp, INT),   HAS(overrides_read, reason, TEXT),
    HAS(overrides_read, author, TEXT),    HAS(overrides_read, valid_from, DAY),
    HAS(overrides_read, expires_on, DAY), {NULL, INT, 0, 0}};

static const struct table tables[BUNDLE_TABLES] = {
    [BUNDLE_LOAD] = TABLE("load", bundle_loads, load_fields),
    [BUNDLE_ACCOUNT] = TABLE("account", accounts_all, account_fields),
    [BUNDLE_MEMBER] = TABLE("member", members_all, member_fields),
    [BUNDLE_METRIC] = TABLE("usage metric", usage_metrics, metric_fields),
    [BUNDLE_RATE] = TABLE("exchange rate", rates_read, rate_fields),
    [BUNDLE_QUALITY] = TABLE("quality", quality_read, quality_fields),
    [BUNDLE_SPAN] = TABLE("usage", spans_read, span_fields),
    [BUNDLE_RECORD] = TABLE("record", versions_read, record_fields),
    [BUNDLE_RUN] = TABLE("run of a job", runs_read, run_fields),
    [BUNDLE_INCIDENT] = TABLE("incident", incidents_read, incident_fields),
    [BUNDLE_FIRST_RUN] = TABLE("first run", runs_first, first_fields),
    [BUNDLE_ATTRIBUTE] = TABLE("attribute", attributes_read, attribute_fields),
    [BUNDLE_CONTACT] = TABLE("contact", contacts_read, contact_fields),
    [BUNDLE_OVERRIDE] = TABLE("override", overrides_read, override_fields)};

struct bundle_rows *bundle_rows_new(struct arena *arena)
{
    struct bundle_rows *rows = g_new0(struct bundle_rows, 1);
    rows->arena = arena;
    for (int t = 0; t < BUNDLE_TABLES; t++)
        rows->table[t] = g_array_new(FALSE, TRUE, (guint)tables[t].size);
    return rows;
}

void bundle_rows_free(struct bundle_rows *rows)
{
    if (!rows)
        return;
    for (int t = 0; t < BUNDLE_TABLES; t++)
        g_array_free(rows->table[t], TRUE);
    g_free(rows);
}

const char *bundle_rows_part(enum bundle_table table)
{
    return tables[table].part;
}

enum bundle_table bundle_rows_find(const char *part)
{
    int t = 0;
    while (t < BUNDLE_TABLES && strcmp(tables[t].part, part) != 0)
        t++;
    return (enum bundle_table)t;
}

/* ── usage in plain numbers
 * ──────────────────────────────────────────────────────────────────────
 */

static json_t *plain_day(const struct usage_span *s, int d)
{
    json_t *day = json_pack("{s:i, s:I, s:I}", "day", d + 1, "v", (json_int_t)s->v[d], "load_id",
                            (json_int_t)(s->is_mixed ? s->load[d] : s->load_id));
    if (s->is_latest || s->is_counted)
        json_object_set_new(day, "at", json_integer(s->at[d]));
    return day;
}

/* What the packed bytes say, for people; NULL when they say nothing. */
static json_t *plain(struct slice bytes, GError **err)
{
    struct usage_pack pack;
    struct usage_span span;
    if (!usage_pack_open(bytes, &pack, err))
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < pack.n_spans; i++) {
        if (!usage_pack_get(&pack, i, &span, err)) {
            json_decref(list);
            return NULL;
        }
        json_t *days = json_array();
        for (uint32_t taken = span.taken; taken; taken &= taken - 1)
            json_array_append_new(days, plain_day(&span, __builtin_ctz(taken)));
        json_array_append_new(list,
                              json_pack("{s:i, s:I, s:o}", "metric_id", (int)span.metric_id,
                                        "subject_id", (json_int_t)span.subject_id, "days", days));
    }
    return list;
}

/* ── writing
 * ─────────────────────────────────────────────────────────────────────────────────────
 */

static json_t *write_day(int32_t day)
{
    char text[DAY_TEXT_SIZE];
    if (day == INT32_MAX || day == INT32_MIN)
        return json_string(day == INT32_MAX ? "infinity" : "-infinity");
    return json_string(day_format(day, text));
}

static json_t *write_value(const struct field *f, const char *row)
{
    const void *at = row + f->at;
    switch (f->kind) {
    case INT:
        return json_integer(*(const int32_t *)at);
    case DAY:
        return write_day(*(const int32_t *)at);
    case BOOL:
        return json_boolean(*(const bool *)at);
    case TEXT:
        return json_string(*(const char *const *)at);
    case PACKED: {
        const struct slice *bytes = at;
        g_autofree char *text = g_base64_encode((const guchar *)bytes->p, bytes->n);
        return json_string(text);
    }
    default:
        return json_integer(*(const int64_t *)at);
    }
}

json_t *bundle_rows_write(const struct bundle_rows *rows, enum bundle_table table, size_t i)
{
    const struct table *t = &tables[table];
    const char *row = rows->table[table]->data + i * t->size;
    json_t *out = json_object();
    json_object_set_new(out, "part", json_string(t->part));
    for (const struct field *f = t->field; f->name; f++) {
        bool is_null = f->null_at && *(const bool *)(const void *)(row + f->null_at);
        json_object_set_new(out, f->name, is_null ? json_null() : write_value(f, row));
    }
    if (table == BUNDLE_SPAN)
        json_object_set_new(
            out, "plain", plain(((const struct q_spans_read_row *)(const void *)row)->spans, NULL));
    return out;
}

/* ── reading
 * ─────────────────────────────────────────────────────────────────────────────────────
 */

static bool read_integer(const struct field *f, const json_t *value, int64_t low, int64_t high,
                         int64_t *out, GError **err)
{
    if (!json_is_integer(value) || json_integer_value(value) < low ||
        json_integer_value(value) > high)
        return err_set(err, KENKO_ERROR_INPUT,
                       "'%s' is no integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, f->name,
                       low, high);
    *out = json_integer_value(value);
    return true;
}

static bool read_day(const struct field *f, const json_t *value, int32_t *out, GError **err)
{
    const char *text = json_string_value(value);
    if (text && strcmp(text, "infinity") == 0) {
        *out = INT32_MAX;
        return true;
    }
    if (text && strcmp(text, "-infinity") == 0) {
        *out = INT32_MIN;
        return true;
    }
    return (text && day_parse(slice_of(text), out, NULL) && *out >= TIME_LOW / DAY_US &&
            *out <= TIME_HIGH / DAY_US) ||
           err_set(err, KENKO_ERROR_INPUT, "'%s' is no day from 1900 to 2200", f->name);
}

static bool read_text(struct arena *arena, const struct field *f, const json_t *value, void *at,
                      GError **err)
{
    const char *text = json_string_value(value);
    if (!text)
        return err_set(err, KENKO_ERROR_INPUT, "'%s' is no text", f->name);
    if (f->kind == TEXT) {
        *(const char **)at = arena_strdup(arena, text);
        return true;
    }
    gsize n;
    g_autofree guchar *bytes = g_base64_decode(text, &n);
    g_autofree char *again = g_base64_encode(bytes, n);
    if (strcmp(again, text) != 0)
        return err_set(err, KENKO_ERROR_INPUT, "'%s' is no base64", f->name);
    *(struct slice *)at = (struct slice){arena_strndup(arena, (const char *)bytes, n), n};
    return true;
}

static bool read_value(struct arena *arena, const struct field *f, const json_t *value, char *row,
                       GError **err)
{
    void *at = row + f->at;
    int64_t n;
    switch (f->kind) {
    case BOOL:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value) ||
               err_set(err, KENKO_ERROR_INPUT, "'%s' is neither true nor false", f->name);
    case DAY:
        return read_day(f, value, at, err);
    case TEXT:
    case PACKED:
        return read_text(arena, f, value, at, err);
    case INT:
        if (!read_integer(f, value, INT32_MIN, INT32_MAX, &n, err))
            return false;
        *(int32_t *)at = (int32_t)n;
        return true;
    case LOAD:
        return read_integer(f, value, 1, LOAD_MAX, at, err);
    case TIME:
        return read_integer(f, value, TIME_LOW, TIME_HIGH, at, err);
    default:
        return read_integer(f, value, INT64_MIN, INT64_MAX, at, err);
    }
}

static bool is_one_of(const char *text, const char *const *words)
{
    return g_strv_contains(words, text);
}

/* Contracts begin and end on days, a sentiment expires on one; all else is at an instant. */
static bool check_record(const struct q_versions_read_row *row, GError **err)
{
    bool contract = row->kind == FACTS_CONTRACT;
    bool from_ok = !contract || row->from_at_is_null ||
                   (row->from_at >= TIME_LOW / DAY_US && row->from_at <= TIME_HIGH / DAY_US);
    bool to_ok = (!contract && row->kind != FACTS_SENTIMENT) || row->to_at_is_null ||
                 (row->to_at >= TIME_LOW / DAY_US && row->to_at <= TIME_HIGH / DAY_US);
    if (!from_ok || !to_ok)
        return err_set(err, KENKO_ERROR_INPUT, "'%s' is no day", from_ok ? "to_at" : "from_at");
    return (row->kind >= FACTS_CONTRACT && row->kind < FACTS_KINDS) ||
           err_set(err, KENKO_ERROR_INPUT, "'kind' is no kind of record");
}

/* What tables promise of each other, or what computes relies on. */
static bool check(const struct bundle_rows *rows, enum bundle_table table, const char *row,
                  GError **err)
{
    static const char *const rules[] = {"sum", "max", "min", "latest", NULL};
    const GArray *before = rows->table[table];
    const struct q_usage_metrics_row *metric = (const void *)row;
    const struct q_bundle_loads_row *load = (const void *)row;
    if (table == BUNDLE_LOAD && before->len > 0 &&
        load->load_id <= g_array_index(before, struct q_bundle_loads_row, before->len - 1).load_id)
        return err_set(err, KENKO_ERROR_INPUT, "'load_id' does not ascend");
    if (table == BUNDLE_LOAD && load->commit_no < 1)
        return err_set(err, KENKO_ERROR_INPUT, "'commit_no' is no commit number");
    if (table == BUNDLE_ACCOUNT && before->len > 0)
        return err_set(err, KENKO_ERROR_INPUT, "a second account, want one");
    if (table == BUNDLE_METRIC &&
        (metric->metric_id < 0 || metric->metric_id > METRIC_MAX || metric->scale < 0 ||
         metric->scale > SCALE_MAX || !is_one_of(metric->combine, rules)))
        return err_set(err, KENKO_ERROR_INPUT, "it is no usage metric");
    int32_t month = ((const struct q_spans_read_row *)(const void *)row)->month;
    if (table == BUNDLE_SPAN &&
        (month == INT32_MAX || month == INT32_MIN || month != day_month_start(month, 0)))
        return err_set(err, KENKO_ERROR_INPUT, "'month' is no first day of a month");
    return table != BUNDLE_RECORD || check_record((const void *)row, err);
}

/* What people read is what is computed with. */
static bool check_plain(const json_t *object, const char *row, GError **err)
{
    json_t *said = plain(((const struct q_spans_read_row *)(const void *)row)->spans, err);
    bool same = said && json_equal(said, json_object_get(object, "plain"));
    bool read = said != NULL;
    json_decref(said);
    return same ||
           (read && err_set(err, KENKO_ERROR_INPUT, "'plain' is not what the packed numbers say"));
}

bool bundle_rows_read(struct bundle_rows *rows, enum bundle_table table, const json_t *object,
                      GError **err)
{
    const struct table *t = &tables[table];
    g_autofree char *row = g_malloc0(t->size);
    size_t n = 1 + (table == BUNDLE_SPAN);
    for (const struct field *f = t->field; f->name; f++, n++) {
        const json_t *value = json_object_get(object, f->name);
        if (!value)
            return err_set(err, KENKO_ERROR_INPUT, "'%s' is missing", f->name);
        if (f->null_at && json_is_null(value))
            *(bool *)(void *)(row + f->null_at) = true;
        else if (!read_value(rows->arena, f, value, row, err))
            return false;
    }
    if (json_object_size(object) != n)
        return err_set(err, KENKO_ERROR_INPUT, "%zu members, want %zu", json_object_size(object),
                       n);
    if (!check(rows, table, row, err) || (table == BUNDLE_SPAN && !check_plain(object, row, err)))
        return false;
    g_array_append_vals(rows->table[table], row, 1);
    return true;
}

#define GIVE(name, which)                                                                          \
    f->name.n = rows->table[which]->len;                                                           \
    f->name.row = (void *)rows->table[which]->data

void bundle_rows_close(struct bundle_rows *rows)
{
    struct facts_rows *f = &rows->facts;
    GIVE(accounts_all, BUNDLE_ACCOUNT);
    GIVE(members_all, BUNDLE_MEMBER);
    GIVE(usage_metrics, BUNDLE_METRIC);
    GIVE(rates_read, BUNDLE_RATE);
    GIVE(quality_read, BUNDLE_QUALITY);
    GIVE(spans_read, BUNDLE_SPAN);
    GIVE(versions_read, BUNDLE_RECORD);
    GIVE(runs_read, BUNDLE_RUN);
    GIVE(incidents_read, BUNDLE_INCIDENT);
    GIVE(runs_first, BUNDLE_FIRST_RUN);
    GIVE(attributes_read, BUNDLE_ATTRIBUTE);
    GIVE(contacts_read, BUNDLE_CONTACT);
    size_t n = rows->table[BUNDLE_LOAD]->len;
    f->loads_all.n = n;
    f->loads_all.row = arena_many(rows->arena, n + 1, struct q_loads_all_row);
    for (size_t i = 0; i < n; i++) {
        const struct q_bundle_loads_row *l =
            &g_array_index(rows->table[BUNDLE_LOAD], struct q_bundle_loads_row, i);
        f->loads_all.row[i] = (struct q_loads_all_row){l->load_id, l->commit_no, l->undone_no,
                                                       l->undone_no_is_null, l->committed_at};
    }
    f->span_range =
        (struct q_span_range_row){.first_month_is_null = true, .last_month_is_null = true};
    for (size_t i = 0; i < f->spans_read.n; i++) {
        int32_t month = f->spans_read.row[i].month;
        struct q_span_range_row *r = &f->span_range;
        r->first_month = r->first_month_is_null ? month : MIN(r->first_month, month);
        r->last_month = r->last_month_is_null ? month : MAX(r->last_month, month);
        r->first_month_is_null = r->last_month_is_null = false;
    }
}
