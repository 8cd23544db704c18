/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which table, how, and whether it is there to be read. */
#include "core/target.h"
#include "ingest/source_postgres_internal.h"

enum { CONNECT_MS = 15000, READ_MS = 600000 };

static bool choose(const struct mapping *mapping, const char *option, const char *const *names,
                   bool *second, GError **err)
{
    const char *value = mapping_option(mapping, option);
    *second = value && strcmp(value, names[1]) == 0;
    return !value || *second || strcmp(value, names[0]) == 0 ||
           err_set(err, KENKO_ERROR_CONFIG, "%s is '%s', want %s or %s", option, value, names[0],
                   names[1]);
}

bool source_postgres_reach(struct arena *arena, const struct source_run *run,
                           struct source_postgres_table *out, GError **err)
{
    const char *allow = mapping_source_option(run->source, "allow_private");
    g_autofree char *dsn = NULL, *pinned = NULL;
    if (allow && strcmp(allow, "true") != 0 && strcmp(allow, "false") != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "allow_private is '%s', want true or false", allow);
    if (!config_connection(run->config, mapping_source_option(run->source, "dsn"), &dsn, err) ||
        !target_pin(dsn, allow && strcmp(allow, "true") == 0, &pinned, err))
        return err_context(err, "dsn");
    out->dsn = arena_strdup(arena, pinned);
    out->peer = arena_printf(arena, "the database of %s", run->source->name);
    return true;
}

/* What tells rows apart when they come from several tables would be one number for two rows. */
static bool is_only_one(const struct source_run *run, const struct mapping *mapping, GError **err)
{
    for (size_t i = 0; i < run->source->n_mappings; i++) {
        const struct mapping *other = run->source->mapping[i];
        if (other != mapping && mapping_kind(other) == mapping_kind(mapping))
            return err_set(err, KENKO_ERROR_CONFIG,
                           "two tables are mapped to it; make the second a source of its own");
    }
    return true;
}

/* "24h", "30m", "7d" */
static bool take_duration(const char *text, int64_t *out_us, GError **err)
{
    static const int64_t minute_us = 60000000;
    size_t n = strlen(text);
    int64_t unit = n < 2                ? 0
                   : text[n - 1] == 'm' ? 1
                   : text[n - 1] == 'h' ? 60
                   : text[n - 1] == 'd' ? 1440
                                        : 0;
    g_autofree char *digits = g_strndup(text, n ? n - 1 : 0);
    gint64 number;
    if (!unit || !g_ascii_string_to_signed(digits, 10, 1, 100000, &number, NULL))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "reconcile_every is '%s', want a whole number of m, h or d, such as 24h",
                       text);
    *out_us = number * unit * minute_us;
    return true;
}

/* Which records end is known when all keys are: of a table that is read whole, always. */
static bool take_deletes(const struct mapping *mapping, struct source_postgres_table *out,
                         GError **err)
{
    static const char *const ways[] = {"none", "reconcile"}, *const answers[] = {"false", "true"};
    const char *every = mapping_option(mapping, "reconcile_every");
    bool reconciles;
    if (!choose(mapping, "deletes", ways, &reconciles, err) ||
        !choose(mapping, "allow_empty", answers, &out->may_empty, err))
        return false;
    if (every && (out->is_full || !reconciles))
        return err_set(err, KENKO_ERROR_CONFIG, "reconcile_every belongs to deletes: reconcile");
    if (reconciles && !out->is_full &&
        !take_duration(every ? every : "24h", &out->reconcile_every_us, err))
        return false;
    return (!reconciles && !out->is_full) || source_postgres_can_end(mapping, out->key, err);
}

const char *source_postgres_name(struct arena *arena, const struct mapping *mapping)
{
    const char *table = mapping_option(mapping, "table");
    return strchr(table, '.') ? table : arena_printf(arena, "public.%s", table);
}

bool source_postgres_configure(struct arena *arena, const struct source_run *run,
                               const struct mapping *mapping, struct source_postgres_table *out,
                               GError **err)
{
    static const char *const modes[] = {"incremental", "full"};
    struct source_postgres_table t = {.cursor = mapping_option(mapping, "cursor"),
                                      .key = mapping_option(mapping, "key")};
    if (!choose(mapping, "mode", modes, &t.is_full, err) || !is_only_one(run, mapping, err) ||
        !source_postgres_reach(arena, run, &t, err))
        return false;
    t.name = source_postgres_name(arena, mapping);
    if (!t.key || (!t.is_full && !t.cursor))
        return err_set(
            err, KENKO_ERROR_CONFIG,
            "want cursor, a column that grows with every change, and key, one that tells "
            "rows apart; without a cursor say mode: full, and key");
    if (t.is_full && t.cursor)
        return err_set(err, KENKO_ERROR_CONFIG, "mode full reads all rows and takes no cursor");
    if (!take_deletes(mapping, &t, err))
        return false;
    *out = t;
    return true;
}

/* Settings go to the server with the connection; a pooler refuses or drops them, and gives
 * statements of one session to several. */
static bool refuse_pooler(const struct source_postgres_table *table, GError **err)
{
    return err_set(err, KENKO_ERROR_CONFIG,
                   "%s is behind a pooler, such as PgBouncer, which does not hand on what the "
                   "connection asks for; name the server itself in dsn",
                   table->peer);
}

static bool check_settings(const struct source_postgres_table *table, struct db *foreign,
                           GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_foreign_settings_row row;
    return q_foreign_settings(arena, foreign, &row, err) &&
           (row.are_ours || refuse_pooler(table, err));
}

struct db *source_postgres_open(const struct source_postgres_table *table, GError **err)
{
    g_autoptr(GError) failure = NULL;
    struct db *foreign =
        db_open_foreign(table->dsn, "kenko ingest", table->peer, CONNECT_MS, &failure);
    if (!foreign && strstr(failure->message, "unsupported startup parameter")) {
        (void)refuse_pooler(table, err);
        return NULL;
    }
    if (!foreign) {
        g_propagate_error(err, g_steal_pointer(&failure));
        return NULL;
    }
    db_set_deadline(foreign, READ_MS);
    if (check_settings(table, foreign, err))
        return foreign;
    db_close(foreign);
    return NULL;
}

static void add_column(struct arena *arena, GPtrArray *list, const char *source)
{
    /* A pointer into a column that is JSON begins with the column. */
    const char *name =
        *source == '/' ? arena_strndup(arena, source + 1, strcspn(source + 1, "/")) : source;
    for (guint i = 0; i < list->len; i++) {
        if (strcmp(list->pdata[i], name) == 0)
            return;
    }
    g_ptr_array_add(list, (gpointer)(uintptr_t)name);
}

struct db_texts source_postgres_columns(struct arena *arena,
                                        const struct source_postgres_table *table,
                                        const struct mapping_reader *reader)
{
    size_t n;
    const char *const *source = mapping_sources(reader, &n);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    for (size_t i = 0; i < n; i++)
        add_column(arena, list, source[i]);
    add_column(arena, list, table->key);
    if (table->cursor)
        add_column(arena, list, table->cursor);
    const char **column = arena_many(arena, list->len, const char *);
    memcpy(column, list->pdata, list->len * sizeof *column);
    return (struct db_texts){list->len, column, NULL};
}

char *source_postgres_list(const struct db_texts *columns)
{
    GString *list = g_string_new(NULL);
    for (size_t i = 0; i < columns->n; i++)
        g_string_append_printf(list, "%s%s", i ? ", " : "", columns->v[i]);
    return g_string_free(list, FALSE);
}

static bool refuse(GError **err, enum kenko_error kind, const struct source_postgres_table *table,
                   const struct db_texts *columns, const char *what)
{
    g_autofree char *list = source_postgres_list(columns);
    return err_set(err, kind, "%s: %s %s", table->name, what, list);
}

static bool can_be_followed(const struct source_postgres_table *table,
                            const struct q_foreign_table_row *row, GError **err)
{
    static const char versioned[] = "rpm"; /* tables, partitioned ones, materialised views */
    if (table->is_full)
        return true;
    if (strcmp(row->cursor_type, "other") == 0)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "%s: %s is of another type; want a time, a date or a whole number as cursor",
                       table->name, table->cursor);
    return strchr(versioned, *row->kind) ||
           err_set(err, KENKO_ERROR_CONFIG,
                   "%s is no table: its rows have no versions, so a late one would be missed; name "
                   "the table, or say mode: full",
                   table->name);
}

bool source_postgres_find(struct arena *arena, struct db *foreign,
                          const struct source_postgres_table *table, const struct db_texts *columns,
                          struct q_foreign_table_row *out, GError **err)
{
    bool found;
    if (!q_foreign_table(arena, foreign, table->name, columns, table->cursor, table->key, out,
                         &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_CONFIG, "%s has no table %s", table->peer, table->name);
    if (!out->is_usable)
        return err_set(err, KENKO_ERROR_DENIED, "%s: its schema may not be used; grant USAGE on it",
                       table->name);
    if (out->missing.n > 0)
        return refuse(err, KENKO_ERROR_CONFIG, table, &out->missing, "it has no column");
    if (out->denied.n > 0)
        return refuse(err, KENKO_ERROR_DENIED, table, &out->denied,
                      "these may not be read, grant SELECT on");
    return can_be_followed(table, out, err);
}
