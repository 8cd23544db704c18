/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/named_query.h"

#include <math.h>
#include <string.h>

#include "core/day.h"
#include "core/text.h"
#include "sql/core.h"
#include "sql/dashboard.h"

const struct db_query *named_query_all(void)
{
    return dashboard_queries;
}

const struct db_query *named_query_find(const char *name)
{
    for (const struct db_query *query = dashboard_queries; query->what; query++) {
        if (strcmp(named_query_name(query), name) == 0)
            return query;
    }
    return NULL;
}

const char *named_query_name(const struct db_query *query)
{
    return query->table->name;
}

/* NULL on success, else what was wanted. */
static const char *parse(enum db_type type, const char *text, struct db_value *out)
{
    gint64 number;
    char *end;
    switch (type) {
    case DB_TEXT:
        out->as.text = text;
        return NULL;
    case DB_DATE:
        return day_parse(slice_of(text), &out->as.i, NULL) ? NULL : "a day as YYYY-MM-DD";
    case DB_BOOL:
        out->as.b = strcmp(text, "true") == 0;
        return out->as.b || strcmp(text, "false") == 0 ? NULL : "true or false";
    case DB_INT:
        if (!g_ascii_string_to_signed(text, 10, INT32_MIN, INT32_MAX, &number, NULL))
            return "a whole number";
        out->as.i = (int32_t)number;
        return NULL;
    case DB_BIGINT:
        if (!g_ascii_string_to_signed(text, 10, INT64_MIN, INT64_MAX, &number, NULL))
            return "a whole number";
        out->as.n = number;
        return NULL;
    case DB_DOUBLE:
        out->as.d = g_ascii_strtod(text, &end);
        return end != text && !*end && isfinite(out->as.d) ? NULL : "a number";
    default:
        BUG("a named query has a parameter of a type that no text can give");
    }
}

static bool fill(const struct db_query *query, named_query_param_fn param, void *context,
                 struct db_value *out, GError **err)
{
    for (size_t i = 0; i < query->n_params; i++) {
        const struct db_column *p = &query->param[i];
        const char *text = param(context, p->name);
        out[i] = (struct db_value){.is_null = !text};
        if (!text && p->null_at == SIZE_MAX)
            return err_set(err, KENKO_ERROR_USAGE, "parameter %s is missing: %s", p->name,
                           p->words);
        const char *wanted = text ? parse(p->type, text, &out[i]) : NULL;
        if (wanted)
            return err_set(err, KENKO_ERROR_USAGE, "parameter %s is '%.60s', want %s", p->name,
                           text, wanted);
    }
    return true;
}

static bool ask(struct arena *arena, struct db *db, const struct db_query *query,
                const struct db_value *values, const struct named_query_sink *sink, GError **err)
{
    struct q_role_take_row role;
    return db_begin_snapshot(db, err) && q_role_take(arena, db, "kenko_bi", &role, err) &&
           db_run(arena, db, query->statement, values, sink->row, sink->context, NULL, err);
}

bool named_query_run(struct arena *arena, struct db *db, const struct db_query *query,
                     named_query_param_fn param, void *context, const struct named_query_sink *sink,
                     GError **err)
{
    struct db_value *values = arena_many(arena, query->n_params + 1, struct db_value);
    if (!fill(query, param, context, values, err))
        return false;
    bool ok = ask(arena, db, query, values, sink, err);
    db_rollback(db);
    return ok || err_context(err, "query %s", named_query_name(query));
}

/* ── values ───────────────────────────────────────────────────────────────────────────────────────
 */

static const char *day_text(struct arena *arena, int32_t day)
{
    char text[DAY_TEXT_SIZE];
    return arena_strdup(arena, day_format(day, text));
}

static const char *instant_text(struct arena *arena, int64_t at_us)
{
    g_autofree char *text = text_instant(at_us, "");
    return arena_strdup(arena, text);
}

const char *named_query_text(struct arena *arena, enum db_type type, const struct db_value *v)
{
    char real[G_ASCII_DTOSTR_BUF_SIZE];
    if (v->is_null || (type == DB_DOUBLE && !isfinite(v->as.d)))
        return NULL;
    switch (type) {
    case DB_BOOL:
        return v->as.b ? "true" : "false";
    case DB_INT:
        return arena_printf(arena, "%d", v->as.i);
    case DB_BIGINT:
        return arena_printf(arena, "%" G_GINT64_FORMAT, v->as.n);
    case DB_DOUBLE:
        return arena_strdup(arena, g_ascii_dtostr(real, sizeof real, v->as.d));
    case DB_DATE:
        return day_text(arena, v->as.i);
    case DB_TIMESTAMPTZ:
        return instant_text(arena, v->as.n);
    default:
        return v->as.text;
    }
}

const char *named_query_type(enum db_type type)
{
    switch (type) {
    case DB_BOOL:
        return "boolean";
    case DB_INT:
    case DB_BIGINT:
        return "integer";
    case DB_DOUBLE:
        return "float";
    case DB_DATE:
        return "date";
    case DB_TIMESTAMPTZ:
        return "datetime";
    default:
        return "string";
    }
}
