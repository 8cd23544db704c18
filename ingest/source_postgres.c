/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/source_postgres.h"

#include "core/rehearsal.h"
#include "core/stop.h"
#include "ingest/load.h"
#include "ingest/source_postgres_internal.h"
#include "ingest/watermark.h"

/* How long a transaction may run that we cannot see. */
static const int64_t hidden_us = 3600000000;

/* One table while it is read. */
struct reading {
    const struct source_run *run;
    const struct mapping *mapping;
    struct source_postgres_table table;
    struct q_foreign_table_row found;
    struct q_foreign_snapshot_row snapshot;
    struct source_postgres_mark mark;
    struct arena *arena, *scratch;
    struct db *foreign;
    struct batch *batch;
    struct mapping_reader *reader;
    struct seen *seen;
    struct source_postgres_keys *keys; /* where those that are gone are ended */
    const char *place;                 /* stream and table: the name of its watermark */
    int64_t row, first;                /* of the run, of the delivery; from 1 */
    int64_t now_us;                    /* by the server's clock */
    int64_t oldest_at;     /* no transaction had begun before it whose rows the snapshot lacks */
    GString *reached;      /* the greatest cursor of the run, when it is past the mark's */
    GString *cursor, *key; /* of the last row that has a cursor */
    bool is_open;          /* that row is past what an earlier run had done */
    bool is_ours; /* what is wrong lies with the warehouse: nothing more can be delivered */
};

static const char *stream_name(const struct reading *r)
{
    return mapping_stream(r->mapping)->name;
}

/* Does adding a value a second time change nothing? */
static bool is_repeatable(const struct source_run *run, const struct mapping *mapping)
{
    int usage;
    for (size_t i = 0; (usage = mapping_value_usage(mapping, i)) >= 0; i++) {
        if (run->set->usage[usage].combine == COMBINE_SUM)
            return false;
    }
    return !mapping_keeps(mapping);
}

/* A row may be read twice. Records know themselves; of usage that adds up each key counts once. */
static const struct mapping *with_id(struct arena *arena, const struct source_run *run,
                                     const struct mapping *mapping, const char *key)
{
    bool needs_id = mapping_stream(mapping)->is_usage && !mapping_has_id(mapping) &&
                    !is_repeatable(run, mapping);
    return needs_id ? mapping_with_id(arena, mapping, key) : mapping;
}

static bool open_batch(struct reading *r, GError **err)
{
    r->mapping = with_id(r->arena, r->run, r->mapping, r->table.key);
    r->batch = source_batch(r->run, r->mapping, err);
    if (!r->batch)
        return false;
    r->reader = mapping_bind(r->arena, r->mapping, FORMAT_NDJSON, SLICE(""), r->table.name, err);
    if (!r->reader || !mapping_has_id(r->mapping))
        return r->reader != NULL;
    r->seen = seen_open(r->run->db, r->run->source->name, stream_name(r), "", err);
    batch_set_seen(r->batch, r->seen);
    return r->seen != NULL;
}

/* Before the snapshot: transactions that begin between the two have begun after it. */
static bool ask_oldest(struct reading *r, GError **err)
{
    struct q_foreign_oldest_row row;
    if (!q_foreign_oldest(r->arena, r->foreign, &row, err))
        return false;
    r->now_us = row.own_at;
    r->oldest_at = row.oldest_at;
    if (row.hidden > 0 || row.is_copy)
        r->oldest_at = MIN(row.oldest_at, row.own_at - hidden_us);
    return true;
}

/* Where the last run stopped, as far as it says something about this server and these columns. */
static bool load_mark(struct reading *r, GError **err)
{
    struct source_postgres_mark last = {NULL};
    if (r->table.is_full)
        return true;
    const char *text, *by = arena_printf(r->arena, "%s %s", r->table.cursor, r->table.key);
    if (!watermark_load(r->arena, r->run->db, r->run->source->name, r->place, &text, err) ||
        (text && !source_postgres_mark_parse(r->arena, text, &last, err)))
        return false;
    r->mark = (struct source_postgres_mark){.by = by, .on = r->snapshot.identity};
    if (text && strcmp(last.by, by) == 0 && strcmp(last.on, r->snapshot.identity) == 0 &&
        MAX(last.known, last.done) <= r->snapshot.next)
        r->mark = last;
    return true;
}

static bool save_mark(void *context, struct db *db, int64_t load_id, GError **err)
{
    const struct reading *r = context;
    g_autofree char *text = source_postgres_mark_format(&r->mark);
    return r->table.is_full ||
           watermark_save(db, r->run->job, r->run->source->name, r->place, text, load_id, err);
}

static bool deliver(struct reading *r, GError **err)
{
    const struct delivery_source source = {.name = r->table.name, .context = r, .save = save_mark};
    size_t n = batch_is_empty(r->batch) ? 0 : 1;
    batch_set_place(r->batch, r->found.relation, r->first, r->row + 1);
    if (!delivery_write(r->run->db, r->run->job, &r->batch, n, &source, r->run->total, err)) {
        r->is_ours = true;
        return false;
    }
    r->first = r->row + 1;
    return true;
}

/* In the middle: what was read up to here is known as of this snapshot. */
static bool deliver_part(struct reading *r, GError **err)
{
    if (r->is_open && r->cursor->len > 0) {
        r->mark.done_cursor = arena_strdup(r->arena, r->cursor->str);
        r->mark.done_key = arena_strdup(r->arena, r->key->str);
        r->mark.done = r->snapshot.lowest;
    }
    return deliver(r, err);
}

static bool is_true(const struct db_value *value)
{
    return !value->is_null && *value->as.text == 't';
}

/* One row: its JSON, cursor, key, and where it lies. */
static bool take_row(void *context, const struct db_value *column, GError **err)
{
    struct reading *r = context;
    r->row++;
    if (r->keys && !source_postgres_keys_add(r->keys, column[0].as.text, err))
        return false;
    const struct input_record raw = {
        .text = slice_of(column[0].as.text), .line = r->row, .offset = r->row};
    batch_map(r->batch, r->reader, r->scratch, &raw);
    if (!column[1].is_null && !column[2].is_null) {
        g_string_assign(r->cursor, column[1].as.text);
        g_string_assign(r->key, column[2].as.text);
        if (is_true(&column[3]))
            g_string_assign(r->reached, column[1].as.text);
        r->is_open = is_true(&column[4]);
    }
    if (stop_requested())
        return deliver_part(r, err) &&
               err_set(err, KENKO_ERROR_INTERRUPTED, "%s: stopped; the next run %s", r->table.name,
                       r->table.is_full ? "reads it anew" : "goes on from there");
    return batch_bytes(r->batch) < r->run->batch_bytes || deliver_part(r, err);
}

static bool copy_rows(struct reading *r, const struct db_texts *columns, GError **err)
{
    g_autofree char *bounds = source_postgres_mark_bounds(
        &r->mark, r->found.cursor_type_is_null ? "" : r->found.cursor_type, r->snapshot.next);
    struct q_foreign_read_row row;
    g_autoptr(GError) failure = NULL;
    if (!q_foreign_read(r->arena, r->foreign, r->found.relation, columns, r->table.cursor,
                        r->table.key, bounds, &row, err))
        return false;
    if (db_copy_composed(r->foreign, r->table.name, row.statement, 5, take_row, r, &failure))
        return true;
    /* What came before the table's server failed is good, but half of a whole. */
    bool is_theirs = !r->is_ours && !r->table.is_full && !err_is(failure, KENKO_ERROR_INTERRUPTED);
    if (is_theirs && !deliver_part(r, err))
        return false;
    g_propagate_error(err, g_steal_pointer(&failure));
    return false;
}

static bool finish(struct reading *r, GError **err)
{
    struct q_foreign_position_row row;
    const char *reached = r->mark.reached;
    if (r->reached->len > 0)
        reached = arena_strdup(r->arena, r->reached->str);
    if (reached &&
        !q_foreign_position(r->arena, r->foreign, r->found.cursor_type, reached, r->oldest_at,
                            zone_name(mapping_zone(r->mapping)), &row, err))
        return false;
    r->mark.reached = reached;
    source_postgres_mark_finish(&r->mark, &r->snapshot, reached ? row.position : NULL);
    return deliver(r, err);
}

static bool take_key(void *context, const struct db_value *column, GError **err)
{
    struct reading *r = context;
    return source_postgres_keys_add(r->keys, column[0].as.text, err);
}

/* Of a table that was read by its cursor, all keys in the same snapshot. */
static bool read_keys(struct reading *r, GError **err)
{
    const struct db_texts column = {1, &r->table.key, NULL};
    struct q_foreign_read_row row;
    r->keys = source_postgres_keys_new(r->batch, r->table.key);
    return q_foreign_read(r->arena, r->foreign, r->found.relation, &column, NULL, r->table.key,
                          "{}", &row, err) &&
           db_copy_composed(r->foreign, r->table.name, row.statement, 5, take_key, r, err);
}

static bool end_some(struct reading *r, GArray *gone, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    if (!source_postgres_gone(arena, r->run->db, r->run->source->name, r->mapping, r->keys,
                              r->now_us, r->table.may_empty, gone, err))
        return err_context(err, "%s", r->table.name);
    for (guint i = 0; i < gone->len; i++) {
        struct stream_record *record = &g_array_index(gone, struct stream_record, i);
        record->line = record->ordinal = ++r->row;
        batch_add(r->batch, record);
    }
    return true;
}

/* Nothing is ended before all keys were read. */
static bool end_gone(struct reading *r, GError **err)
{
    g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(struct stream_record));
    do {
        g_array_set_size(gone, 0);
        if (!end_some(r, gone, err))
            return false;
        if (gone->len < SOURCE_POSTGRES_GONE_MAX)
            r->mark.reconciled = r->now_us;
        if (!deliver(r, err))
            return false;
    } while (gone->len == SOURCE_POSTGRES_GONE_MAX);
    return true;
}

static bool reconcile(struct reading *r, GError **err)
{
    int64_t every = r->table.reconcile_every_us;
    if (!r->table.is_full && (every == 0 || r->now_us - r->mark.reconciled < every))
        return true;
    if (!r->table.is_full && !read_keys(r, err))
        return false;
    db_rollback(r->foreign); /* its snapshot holds back vacuum, and is not needed any more */
    return end_gone(r, err);
}

static bool read_snapshot(struct reading *r, GError **err)
{
    struct db_texts columns = source_postgres_columns(r->arena, &r->table, r->reader);
    if (r->table.is_full)
        r->keys = source_postgres_keys_new(r->batch, r->table.key);
    return ask_oldest(r, err) && db_begin_snapshot(r->foreign, err) &&
           q_foreign_snapshot(r->arena, r->foreign, &r->snapshot, err) &&
           source_postgres_find(r->arena, r->foreign, &r->table, &columns, &r->found, err) &&
           load_mark(r, err) && copy_rows(r, &columns, err) && finish(r, err) && reconcile(r, err);
}

/* A whole table is seen as it was in one snapshot, or not at all: its deliveries are parts of one
 * transaction. */
static bool read_whole(struct reading *r, GError **err)
{
    struct db *db = r->run->db;
    const struct batch_counters before = *r->run->total;
    if (rehearsal_is_on(db)) /* a dry run */
        return read_snapshot(r, err);
    if (!rehearsal_begin(db, err))
        return false;
    if (read_snapshot(r, err) && load_keep_rehearsal(db, r->run->job, err))
        return true;
    rehearsal_end(db);
    *r->run->total = before;
    return false;
}

static bool read_table(struct reading *r, GError **err)
{
    if (!source_postgres_configure(r->arena, r->run, r->mapping, &r->table, err))
        return false;
    r->place = arena_printf(r->arena, "%s %s", stream_name(r), r->table.name);
    if (!open_batch(r, err))
        return false;
    r->foreign = source_postgres_open(&r->table, err);
    if (!r->foreign)
        return false;
    return r->table.is_full ? read_whole(r, err) : read_snapshot(r, err);
}

static bool read_mapping(const struct source_run *run, const struct mapping *mapping, GError **err)
{
    struct reading r = {.run = run,
                        .mapping = mapping,
                        .arena = arena_new(),
                        .scratch = arena_new(),
                        .first = 1,
                        .reached = g_string_new(NULL),
                        .cursor = g_string_new(NULL),
                        .key = g_string_new(NULL)};
    bool ok = read_table(&r, err);
    db_close(r.foreign);
    batch_free(r.batch);
    seen_close(r.seen);
    source_postgres_keys_free(r.keys);
    g_string_free(r.reached, TRUE);
    g_string_free(r.cursor, TRUE);
    g_string_free(r.key, TRUE);
    arena_free(r.scratch);
    arena_free(r.arena);
    return ok;
}

static bool read_source(const struct source_run *run, GError **err)
{
    return source_each_mapping(run, read_mapping, err);
}

static const char *const source_options[] = {"!dsn", "allow_private", NULL};
static const char *const stream_options[] = {"!table",  "cursor",          "!key",        "mode",
                                             "deletes", "reconcile_every", "allow_empty", NULL};

const struct source_kind source_postgres = {.name = "postgres",
                                            .source_options = source_options,
                                            .stream_options = stream_options,
                                            .read = read_source,
                                            .check = source_postgres_check,
                                            .preview = source_postgres_preview,
                                            .discover = source_postgres_discover};
