/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/account_words.h"
#include "cli/commands.h"
#include "cli/grid.h"
#include "core/named_query.h"
#include "core/text.h"

enum { ROWS_SHOWN = 50, ROWS_MAX = 100000, DEADLINE_MS = 60000, NAME_WIDTH = 24 };
#define LIMIT_PARAM "max_rows" /* said by --rows */

static bool is_limit(const struct db_column *param)
{
    return strcmp(param->name, LIMIT_PARAM) == 0;
}

static void list_json(void)
{
    g_autoptr(GString) out = g_string_new("[");
    for (const struct db_query *q = named_query_all(); q->what; q++) {
        bool any = false;
        g_string_append(out, out->len > 1 ? ",\n {\"name\": \"" : "{\"name\": \"");
        text_json(out, named_query_name(q));
        g_string_append(out, "\"");
        text_json_member(out, "what", q->what);
        g_string_append(out, ", \"params\": [");
        for (size_t p = 0; p < q->n_params; p++) {
            if (is_limit(&q->param[p]))
                continue;
            g_string_append(out, any ? ", {\"name\": \"" : "{\"name\": \"");
            text_json(out, q->param[p].name);
            g_string_append(out, "\"");
            text_json_member(out, "type", named_query_type(q->param[p].type));
            g_string_append_printf(out, ", \"required\": %s",
                                   q->param[p].null_at == SIZE_MAX ? "true" : "false");
            text_json_member(out, "what", q->param[p].words);
            g_string_append(out, "}");
            any = true;
        }
        g_string_append(out, "]}");
    }
    printf("%s]\n", out->str);
}

static void list(void)
{
    for (const struct db_query *q = named_query_all(); q->what; q++) {
        account_words_pad(named_query_name(q), NAME_WIDTH);
        printf("%s\n", q->what);
        for (size_t p = 0; p < q->n_params; p++) {
            const struct db_column *f = &q->param[p];
            if (is_limit(f))
                continue;
            g_autofree char *param = g_strdup_printf("%s=%s%s", f->name, named_query_type(f->type),
                                                     f->null_at == SIZE_MAX ? " (wanted)" : "");
            account_words_pad("", NAME_WIDTH);
            account_words_pad(param, NAME_WIDTH);
            printf("%s\n", f->words);
        }
    }
}

/* ── asking ───────────────────────────────────────────────────────────────────────────────────────
 */

/* What was said on the command line, and the rows as they come. */
struct asking {
    const struct db_query *query;
    char **word; /* NAME=VALUE, NULL at the end */
    char *limit; /* a row more than is wanted: are there more? */
    size_t rows, n;
    struct arena *arena;
    struct grid *grid;
};

static const char *value_of(void *context, const char *name)
{
    const struct asking *a = context;
    size_t n = strlen(name);
    if (strcmp(name, LIMIT_PARAM) == 0)
        return a->limit;
    for (char **word = a->word; *word; word++) {
        if (strncmp(*word, name, n) == 0 && (*word)[n] == '=')
            return *word + n + 1;
    }
    return NULL;
}

/* Each word is one parameter of the query, said once. */
static bool check_words(const struct asking *a, GError **err)
{
    g_autofree const char **names = g_new0(const char *, a->query->n_params + 1);
    for (size_t p = 0, n = 0; p < a->query->n_params; p++) {
        if (!is_limit(&a->query->param[p]))
            names[n++] = a->query->param[p].name;
    }
    for (char **word = a->word; *word; word++) {
        const char *equals = strchr(*word, '=');
        if (!equals)
            return err_set(err, KENKO_ERROR_USAGE, "'%s' is no PARAMETER=VALUE", *word);
        g_autofree char *name = g_strndup(*word, (gsize)(equals - *word));
        g_autofree char *hint = text_hint(name, names);
        if (!g_strv_contains((const char *const *)names, name))
            return err_set(err, KENKO_ERROR_USAGE, "%s has no parameter '%s'%s",
                           named_query_name(a->query), name, hint);
        if (value_of((void *)(uintptr_t)a, name) != equals + 1)
            return err_set(err, KENKO_ERROR_USAGE, "%s is said twice", name);
    }
    return true;
}

/* A number as people read it: whole where it is large, four digits where it is small. */
static const char *shown(struct arena *arena, enum db_type type, const struct db_value *v,
                         const char *text)
{
    if (type == DB_BIGINT || type == DB_INT || (type == DB_DOUBLE && fabs(v->as.d) >= 1000)) {
        double n = type == DB_DOUBLE ? v->as.d : type == DB_INT ? v->as.i : (double)v->as.n;
        g_autofree char *thousands = text_thousands(llround(n));
        return arena_strdup(arena, thousands);
    }
    return type == DB_DOUBLE ? arena_printf(arena, "%.4g", v->as.d) : text;
}

static void on_row(void *context, struct arena *arena, const struct db_value *columns)
{
    struct asking *a = context;
    (void)arena;
    if (a->n++ >= a->rows)
        return;
    for (size_t c = 0; c < a->query->table->n; c++) {
        enum db_type type = a->query->table->column[c].type;
        const char *text = named_query_text(a->arena, type, &columns[c]);
        if (text)
            grid_cell(a->grid, text, shown(a->arena, type, &columns[c], text));
        else
            grid_blank(a->grid);
    }
}

static struct grid *grid_for(struct arena *arena, const struct db_table *table)
{
    struct grid_column *column = arena_many(arena, table->n + 1, struct grid_column);
    for (size_t c = 0; c < table->n; c++) {
        const char *type = named_query_type(table->column[c].type);
        bool bare = !g_str_has_prefix(type, "date") && strcmp(type, "string") != 0;
        column[c] = (struct grid_column){table->column[c].name, table->column[c].name, bare};
    }
    return grid_new(arena, column, table->n);
}

static const struct db_query *find(const char *name, GError **err)
{
    const struct db_query *query = named_query_find(name);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    if (query)
        return query;
    for (const struct db_query *q = named_query_all(); q->what; q++)
        g_ptr_array_add(names, (char *)(uintptr_t)named_query_name(q));
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = text_hint(name, (const char *const *)names->pdata);
    err_set(err, KENKO_ERROR_NOT_FOUND, "there is no query '%s'%s; kenko query lists them", name,
            hint);
    return NULL;
}

static bool answer(struct context *context, char **argv, enum grid_form form, gint rows,
                   GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t limit = rows > 0 ? (size_t)rows : form == GRID_TERMINAL ? ROWS_SHOWN : ROWS_MAX;
    g_autofree char *more = g_strdup_printf("%zu", limit + 1);
    struct asking a = {.query = find(argv[0], err),
                       .word = argv + 1,
                       .limit = more,
                       .rows = limit,
                       .arena = arena};
    const struct named_query_sink sink = {on_row, &a};
    if (!a.query || !check_words(&a, err) || !context_open(context, err))
        return false;
    a.grid = grid_for(arena, a.query->table);
    db_set_deadline(context->db, DEADLINE_MS);
    if (!named_query_run(arena, context->db, a.query, value_of, &a, &sink, err))
        return false;
    grid_print(a.grid, form);
    fflush(stdout);
    if (a.n > a.rows)
        fprintf(stderr, "kenko: note: only the first %zu rows; more with --rows N\n", a.rows);
    else if (a.n == 0 && form == GRID_TERMINAL)
        fprintf(stderr, "kenko: note: no rows\n");
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    gboolean csv = FALSE;
    gint rows = 0;
    const GOptionEntry own[] = {
        {"csv", 0, 0, G_OPTION_ARG_NONE, &csv, "CSV instead of a table", NULL},
        {"rows", 0, 0, G_OPTION_ARG_INT, &rows, "Rows at most (50 on a terminal, else 100000)",
         "N"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_query, own, &argc, &argv, err))
        return false;
    if (rows < 0 || rows > ROWS_MAX)
        return err_set(err, KENKO_ERROR_USAGE, "--rows is %d, want 1 to %d", rows, ROWS_MAX);
    if (argc == 1) {
        (context->json ? list_json : list)();
        return true;
    }
    return answer(context, argv + 1,
                  context->json ? GRID_JSON
                  : csv         ? GRID_CSV
                                : GRID_TERMINAL,
                  rows, err);
}

const struct command cmd_query = {
    "query", "[NAME [PARAMETER=VALUE …]]", "Ask what dashboards ask, by name",
    "Without a name the queries are listed with their parameters.\n\n"
    "Examples:\n  kenko query\n  kenko query renewals_at_risk days=60 owner=mori@kumo.example\n"
    "  kenko query account_history account=acc-00017 --csv\n  kenko query portfolio_by_band "
    "--json\n",
    run};
