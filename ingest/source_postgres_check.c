/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be said of a table before it is read. */
#include "core/text.h"
#include "ingest/source_postgres_internal.h"

/* One table while it is looked at. */
struct looking {
    const struct source_run *run;
    const struct mapping *mapping;
    struct arena *arena;
    struct source_postgres_table table;
    struct mapping_reader *reader;
    struct db_texts columns;
    struct q_foreign_table_row found;
    struct db *foreign;
    struct preview_sink *sink;
    int64_t row, limit; /* of a preview */
};

static bool look(struct looking *l, GError **err)
{
    if (!source_postgres_configure(l->arena, l->run, l->mapping, &l->table, err))
        return false;
    l->reader = mapping_bind(l->arena, l->mapping, FORMAT_NDJSON, SLICE(""), l->table.name, err);
    if (!l->reader)
        return false;
    l->columns = source_postgres_columns(l->arena, &l->table, l->reader);
    l->foreign = source_postgres_open(&l->table, err);
    return l->foreign &&
           source_postgres_find(l->arena, l->foreign, &l->table, &l->columns, &l->found, err);
}

static bool ask_hidden(struct looking *l, bool *hidden, GError **err)
{
    struct q_foreign_oldest_row row;
    if (!q_foreign_oldest(l->arena, l->foreign, &row, err))
        return false;
    *hidden = row.hidden > 0 && !row.is_copy;
    return true;
}

static void say(const struct looking *l, bool hidden, struct source_finding *finding)
{
    g_autofree char *rows = text_thousands(l->found.estimated);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "about %s rows, ", rows);
    if (l->table.is_full)
        g_string_append(text, "read whole");
    else
        g_string_append_printf(text, "by %s (%s) and %s%s", l->table.cursor, l->found.cursor_type,
                               l->table.key,
                               l->found.is_indexed ? "" : "; no index begins with the cursor");
    if (!l->found.is_unique)
        g_string_append_printf(text, "; no index says that %s is unique", l->table.key);
    finding->message = arena_strdup(l->arena, text->str);
    if (!l->found.is_unique)
        finding->next =
            "of rows with the same key one counts: name the column that tells rows apart";
    else if (!l->table.is_full && !l->found.is_indexed)
        finding->next = "each run looks at the whole table; an index on the cursor saves that";
    else if (!l->table.is_full && hidden)
        finding->next =
            "grant pg_read_all_stats to see when transactions of others began; they are "
            "believed to last an hour";
}

static void check_table(struct looking *l, struct source_finding *finding)
{
    g_autoptr(GError) err = NULL;
    bool hidden = false;
    if (look(l, &err) && ask_hidden(l, &hidden, &err)) {
        say(l, hidden, finding);
        return;
    }
    finding->ok = false;
    finding->message = arena_strdup(l->arena, err->message);
}

void source_postgres_check(const struct source_run *run, struct source_findings *out)
{
    for (size_t i = 0; i < run->source->n_mappings; i++) {
        const struct mapping *mapping = run->source->mapping[i];
        struct source_finding finding = {run->source->name, mapping_stream(mapping)->name, true, "",
                                         ""};
        struct looking l = {.run = run, .mapping = mapping, .arena = out->arena};
        check_table(&l, &finding);
        db_close(l.foreign);
        g_array_append_val(out->list, finding);
    }
}

static bool show_row(void *context, const struct db_value *column, GError **err)
{
    struct looking *l = context;
    (void)err;
    l->row++;
    const struct input_record raw = {
        .text = slice_of(column[0].as.text), .line = l->row, .offset = l->row};
    preview_take(l->sink, &raw);
    return true;
}

static bool show_rows(void *context, struct preview_sink *sink, GError **err)
{
    struct looking *l = context;
    struct q_foreign_read_row row;
    g_autofree char *bounds = g_strdup_printf("{\"limit\": %" G_GINT64_FORMAT "}", l->limit);
    l->sink = sink;
    return q_foreign_read(l->arena, l->foreign, l->found.relation, &l->columns, l->table.cursor,
                          l->table.key, bounds, &row, err) &&
           db_copy_composed(l->foreign, l->table.name, row.statement, 5, show_row, l, err);
}

bool source_postgres_preview(struct arena *arena, const struct source_run *run,
                             const struct mapping *mapping, size_t max, const char **name,
                             struct preview *out, GError **err)
{
    struct looking l = {.run = run, .mapping = mapping, .arena = arena, .limit = (int64_t)max};
    bool ok = look(&l, err) &&
              preview_records(arena, run->set, mapping, l.table.name, max, show_rows, &l, out, err);
    db_close(l.foreign);
    *name = l.table.name;
    return ok;
}
