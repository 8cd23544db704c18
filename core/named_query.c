/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/named_query.h"

#include <string.h>

#include "core/day.h"
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
        return end != text && !*end ? NULL : "a number";
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

bool named_query_run(struct arena *arena, struct db *db, const struct db_query *query,
                     named_query_param_fn param, void *context, const struct named_query_sink *sink,
                     GError **err)
{
    struct db_value *values = arena_many(arena, query->n_params + 1, struct db_value);
    return fill(query, param, context, values, err) &&
           db_run(arena, db, query->statement, values, sink->row, sink->context, NULL, err);
}
