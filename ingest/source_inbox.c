/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/source_inbox.h"

#include "core/rehearsal.h"
#include "core/stop.h"
#include "ingest/contract.h"
#include "ingest/pushed.h"
#include "ingest/source_inbox_internal.h"
#include "ingest/watermark.h"
#include "sql/core.h"
#include "sql/ingest.h"

enum { PAGE_ROWS = 1000, PURGE_ROWS = 20000, LOCK_TRIES = 3, LOCK_PAUSE_US = 200000 };
static const char lock_timeout[] = "1s", place[] = "inbox";

static bool load_positions(struct source_inbox_reading *r, GError **err)
{
    for (size_t i = 0; i < r->n_keys; i++) {
        const char *position;
        gint64 seq = 0;
        if (!watermark_load(r->arena, r->run->db, r->run->source->name, r->key[i].id, &position,
                            err))
            return false;
        if (position && !g_ascii_string_to_signed(position, 10, 0, G_MAXINT64, &seq, NULL))
            return err_set(err, KENKO_ERROR_CHECK, "the watermark of key %s is '%s', not a number",
                           r->key[i].id, position);
        r->key[i].position = seq;
    }
    return true;
}

static int64_t lowest_position(const struct source_inbox_reading *r)
{
    int64_t lowest = r->key[0].position;
    for (size_t i = 1; i < r->n_keys; i++)
        lowest = MIN(lowest, r->key[i].position);
    return lowest;
}

static bool ask_newest(struct db *db, int64_t *seq, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_inbox_newest_row row;
    if (!q_inbox_newest(arena, db, &row, err))
        return false;
    *seq = row.seq;
    return true;
}

/* The greatest seq while nobody writes. */
static bool ask_settled(struct db *db, int64_t *seq, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_setting_set_row row;
    if (db_begin(db, err) && q_setting_set(arena, db, "lock_timeout", lock_timeout, &row, err) &&
        q_inbox_lock(db, NULL, err) && ask_newest(db, seq, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

/* Up to where every number is either there or will never be. A rehearsal would keep the lock, and
 * senders waiting, till its end; it reads what there is. */
static bool find_end(const struct source_inbox_reading *r, int64_t *end, GError **err)
{
    if (rehearsal_is_on(r->run->db))
        return ask_newest(r->run->db, end, err);
    for (int i = 1;; i++) {
        g_autoptr(GError) failure = NULL;
        if (ask_settled(r->run->db, end, &failure))
            return true;
        if (!err_is(failure, KENKO_ERROR_BUSY) || i == LOCK_TRIES) {
            g_propagate_error(err, g_steal_pointer(&failure));
            return err_context(err, "somebody has been writing into the inbox for seconds");
        }
        g_usleep(LOCK_PAUSE_US);
    }
}

static bool open_parts(struct source_inbox_reading *r, GError **err)
{
    for (size_t i = 0; i < r->n_parts; i++) {
        struct source_inbox_part *part = &r->part[i];
        part->batch = source_batch(r->run, part->mapping, err);
        if (!part->batch)
            return false;
        part->reader = mapping_bind(r->arena, part->mapping, FORMAT_NDJSON, SLICE(""), place, err);
        if (!part->reader)
            return false;
    }
    return true;
}

static void close_parts(struct source_inbox_reading *r)
{
    for (size_t i = 0; i < r->n_parts; i++) {
        batch_free(r->part[i].batch);
        seen_close(r->part[i].seen);
    }
}

/* Ids are many: they are read when the first event needs them. */
static bool open_seen(struct source_inbox_reading *r, struct source_inbox_part *part, GError **err)
{
    if (part->seen || !mapping_has_id(part->mapping))
        return true;
    part->seen =
        seen_open(r->run->db, r->run->source->name, mapping_stream(part->mapping)->name, "", err);
    batch_set_seen(part->batch, part->seen);
    return part->seen != NULL;
}

/* Rejects show what was sent, so a column of the text that was mapped would mislead. */
static void take_for(struct source_inbox_reading *r, struct source_inbox_part *part,
                     const struct pushed *event)
{
    struct stream_record record;
    struct mapping_reject reject;
    struct slice text;
    size_t rule;
    enum mapping_outcome outcome = MAPPING_REJECTED;
    arena_reset(r->scratch);
    if (pushed_format(r->scratch, event, r->run->zone, &text, &reject))
        outcome = mapping_apply(part->reader, r->scratch, text, &record, &rule, &reject);
    reject.column = 0;
    if (outcome == MAPPED) {
        record.line = record.ordinal = event->seq;
        record.raw = event->body;
        batch_add(part->batch, &record);
    } else if (outcome == MAPPING_IGNORED) {
        batch_ignore(part->batch, rule);
    } else {
        batch_reject(part->batch, event->seq, event->seq, event->body, &reject);
    }
}

static bool take(struct source_inbox_reading *r, const struct q_inbox_read_row *row, GError **err)
{
    const struct pushed event = {row->seq,
                                 row->received_at,
                                 row->kind,
                                 row->message_id_is_null ? NULL : row->message_id,
                                 row->sent_at_is_null ? NULL : row->sent_at,
                                 row->body};
    unsigned kind = 1U << source_inbox_kind(row->kind);
    bool taken = false;
    r->first = r->first ? r->first : row->seq;
    r->last = row->seq;
    for (size_t i = 0; i < r->n_parts; i++) {
        if (!(r->part[i].kinds & kind))
            continue;
        if (!open_seen(r, &r->part[i], err))
            return false;
        take_for(r, &r->part[i], &event);
        taken = true;
    }
    if (!taken)
        batch_ignore_as(r->part[0].batch, "no_stream");
    return true;
}

/* What the delivery's callback needs. */
struct step {
    const struct source_inbox_reading *r;
    int64_t end; /* all events up to here are in */
};

static bool save_positions(void *context, struct db *db, int64_t load_id, GError **err)
{
    const struct step *step = context;
    const struct source_run *run = step->r->run;
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, step->end);
    for (size_t i = 0; i < step->r->n_keys; i++) {
        if (step->r->key[i].position < step->end &&
            !watermark_save(db, run->job, run->source->name, step->r->key[i].id, text, load_id,
                            err))
            return false;
    }
    return true;
}

/* Commit what was taken in, and that everything up to `end` is. */
static bool deliver(struct source_inbox_reading *r, int64_t end, GError **err)
{
    struct step step = {r, end};
    const struct delivery_source source = {place, &step, NULL, save_positions, NULL};
    struct batch **batch = arena_many(r->arena, r->n_parts, struct batch *);
    size_t n = 0;
    for (size_t i = 0; i < r->n_parts; i++) {
        if (batch_is_empty(r->part[i].batch))
            continue;
        batch_set_place(r->part[i].batch, place, r->first, end + 1);
        batch[n++] = r->part[i].batch;
    }
    if (!delivery_write(r->run->db, r->run->job, batch, n, &source, r->run->total, err))
        return false;
    for (size_t i = 0, k = 0; i < r->n_parts && k < n; i++) {
        if (r->part[i].batch != batch[k])
            continue;
        r->part[i].read += batch_written(batch[k])->read;
        r->part[i].rejected += batch_written(batch[k++])->rejected;
    }
    for (size_t i = 0; i < r->n_keys; i++)
        r->key[i].position = MAX(r->key[i].position, end);
    r->first = r->last = 0;
    return true;
}

static bool is_due(const struct source_inbox_reading *r)
{
    size_t bytes = 0;
    for (size_t i = 0; i < r->n_parts; i++)
        bytes += batch_bytes(r->part[i].batch);
    return bytes >= r->run->batch_bytes;
}

static int64_t position_of(const struct source_inbox_reading *r, const char *key_id)
{
    size_t i = 0;
    while (strcmp(r->key[i].id, key_id) != 0)
        i++;
    return r->key[i].position;
}

/* Take in one page of events behind `after`, which becomes the last one's seq. */
static bool take_page(struct source_inbox_reading *r, struct arena *page, int64_t *after,
                      int64_t end, bool *more, GError **err)
{
    const char *id[SOURCE_INBOX_KEYS_MAX];
    struct q_inbox_read_rows rows;
    for (size_t i = 0; i < r->n_keys; i++)
        id[i] = r->key[i].id;
    const struct db_texts keys = {r->n_keys, id, NULL};
    if (!q_inbox_read(page, r->run->db, &keys, *after, end, PAGE_ROWS, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        *after = rows.row[i].seq;
        if (rows.row[i].seq <= position_of(r, rows.row[i].key_id))
            continue;
        if (!take(r, &rows.row[i], err) || (is_due(r) && !deliver(r, *after, err)))
            return false;
    }
    *more = rows.n == PAGE_ROWS;
    return true;
}

static bool read_up_to(struct source_inbox_reading *r, int64_t end, GError **err)
{
    int64_t after = lowest_position(r);
    g_autoptr(arena_t) page = arena_new();
    for (bool more = true; more;) {
        arena_reset(page);
        if (!take_page(r, page, &after, end, &more, err))
            return false;
        if (more && stop_requested())
            return deliver(r, after, err) && err_set(err, KENKO_ERROR_INTERRUPTED,
                                                     "stopped; the next run goes on from there");
    }
    return deliver(r, end, err);
}

static bool check_contracts(const struct source_inbox_reading *r, GError **err)
{
    for (size_t i = 0; i < r->n_parts; i++) {
        if (!contract_check_rejects(r->part[i].mapping, r->part[i].read, r->part[i].rejected, err))
            return false;
    }
    return true;
}

/* What was loaded lies here for some days, to be looked at. */
static bool purge(const struct source_inbox_reading *r, GError **err)
{
    for (size_t i = 0; i < r->n_keys && !rehearsal_is_on(r->run->db); i++) {
        int64_t removed = PURGE_ROWS;
        while (removed == PURGE_ROWS && !stop_requested()) {
            if (!q_load_inbox_purge(r->run->db, r->key[i].id, r->key[i].position, r->keep_days,
                                    PURGE_ROWS, &removed, err))
                return false;
        }
    }
    return true;
}

static bool read_new(struct source_inbox_reading *r, GError **err)
{
    int64_t newest, end = 0;
    if (!source_inbox_configure(r, err) || !load_positions(r, err) ||
        !ask_newest(r->run->db, &newest, err))
        return false;
    if (newest > lowest_position(r) &&
        (!find_end(r, &end, err) || !open_parts(r, err) || !read_up_to(r, end, err)))
        return false;
    return purge(r, err) && check_contracts(r, err);
}

static bool read_source(const struct source_run *run, GError **err)
{
    struct source_inbox_reading reading = {
        .run = run, .arena = arena_new(), .scratch = arena_new()};
    bool ok = read_new(&reading, err);
    close_parts(&reading);
    arena_free(reading.scratch);
    arena_free(reading.arena);
    return ok;
}

static const char *const source_options[] = {"key", "keys", "keep_days", NULL};
static const char *const stream_options[] = {"!kinds", NULL};

const struct source_kind source_inbox = {
    .name = "inbox",
    .source_options = source_options,
    .stream_options = stream_options,
    .read = read_source,
    .check = source_inbox_check,
    .elsewhere = "events are pushed; those of a kind that no stream reads are counted as ignored, "
                 "no_stream, in kenko load list"};
