/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/feed.h"

#include "ingest/contract.h"
#include "ingest/delivery.h"
#include "ingest/feed_internal.h"
#include "ingest/watermark.h"

enum { MESSAGE_KIB = 16384, MESSAGE_KIB_MAX = 1 << 20, CLOCK_LINES = 64 };

static void stream_free(void *data)
{
    struct feed_stream *stream = data;
    for (size_t i = 0; i < stream->n_mapped; i++) {
        batch_free(stream->mapped[i].batch);
        seen_close(stream->mapped[i].seen);
    }
    arena_free(stream->arena);
    g_free(stream);
}

struct feed *feed_open(const struct source_run *run, const struct source_pipe *pipe,
                       const struct feed_how *how, GError **err)
{
    const struct mapping_source *source = run->source;
    const char *bad = mapping_source_option(source, "bad_records");
    if (bad && strcmp(bad, "fail") != 0 && strcmp(bad, "reject") != 0) {
        err_set(err, KENKO_ERROR_CONFIG, "bad_records is '%s', want fail or reject", bad);
        return NULL;
    }
    struct feed *feed = g_new0(struct feed, 1);
    feed->run = run;
    feed->pipe = pipe;
    feed->how = *how;
    if (bad)
        feed->how.rejects = strcmp(bad, "reject") == 0;
    feed->age_us = pipe->age_us ? pipe->age_us : SOURCE_AGE_US;
    feed->streams = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, stream_free);
    feed->mapped = g_ptr_array_new();
    feed->answers = g_array_new(FALSE, FALSE, sizeof(struct slice));
    feed->positions = g_hash_table_new(g_str_hash, g_str_equal);
    feed->arena = arena_new();
    feed->scratch = arena_new();
    feed->raw = raw_open(run->db, run->job, source->name, source->raw, source->n_raw,
                         how->hard_deletes, err);
    if (feed->raw)
        return feed;
    feed_close(feed);
    return NULL;
}

void feed_close(struct feed *feed)
{
    if (!feed)
        return;
    g_hash_table_destroy(feed->streams);
    g_ptr_array_free(feed->mapped, TRUE);
    g_array_free(feed->answers, TRUE);
    g_hash_table_destroy(feed->positions);
    arena_free(feed->arena);
    arena_free(feed->scratch);
    raw_close(feed->raw);
    g_free(feed);
}

struct raw_stream *feed_raw(const struct feed_stream *stream)
{
    return stream->raw;
}

bool feed_counts_twice(const struct feed_stream *stream)
{
    bool twice = false;
    for (size_t i = 0; i < stream->n_mapped; i++) {
        const struct feed_mapped *m = &stream->mapped[i];
        twice = twice || (mapping_stream(m->mapping)->is_usage && !m->seen);
    }
    return twice;
}

struct feed_stats feed_take_stats(struct feed_stream *stream)
{
    struct feed_stats stats = stream->stats;
    stream->stats = (struct feed_stats){0};
    return stats;
}

void feed_each_stream(struct feed *feed, void (*visit)(struct feed_stream *stream, void *context),
                      void *context)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, feed->streams);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        visit(value, context);
}

void feed_touch(struct feed *feed)
{
    if (feed->first_us == 0)
        feed->first_us = g_get_monotonic_time();
    feed->at_state = false;
}

void feed_set_generation(struct feed *feed, struct feed_stream *stream, int64_t generation,
                         enum raw_generation state)
{
    raw_set_generation(stream->raw, generation, state);
    if (!raw_is_empty(feed->raw))
        feed_touch(feed);
}

static struct slice keep(struct arena *arena, struct slice text)
{
    return (struct slice){arena_strndup(arena, text.p, text.n), text.n};
}

void feed_state(struct feed *feed, struct slice answer, const char *stream, struct slice position)
{
    struct slice kept = keep(feed->arena, answer);
    g_array_append_val(feed->answers, kept);
    g_hash_table_insert(feed->positions, arena_strdup(feed->arena, stream),
                        arena_strndup(feed->arena, position.p, position.n));
    feed_touch(feed);
    feed->at_state = true;
}

int64_t feed_deadline(const struct feed *feed)
{
    if (feed->first_us == 0)
        return INT64_MAX;
    return feed->first_us + feed->age_us * (feed->at_state ? 1 : 2);
}

/* Whoever waits for a line looks at the clock; lines that are there need not, each of them. */
static bool is_due(struct feed *feed)
{
    size_t bytes = feed->bytes + raw_bytes(feed->raw) + arena_used(feed->arena);
    size_t limit = feed->run->batch_bytes * (feed->at_state ? 1 : 2);
    if (bytes >= limit)
        return true;
    if (feed->first_us == 0 || ++feed->unseen < CLOCK_LINES)
        return false;
    feed->unseen = 0;
    return g_get_monotonic_time() >= feed_deadline(feed);
}

bool feed_pause(struct feed *feed, int64_t line, GError **err)
{
    feed->line = line;
    return !is_due(feed) || feed_deliver(feed, err);
}

static bool write_raw(void *context, struct db *db, GError **err)
{
    (void)db;
    struct feed *feed = context;
    return raw_write(feed->raw, feed->how.place, feed->from_line, feed->line, &feed->raw_load, err);
}

static bool save_positions(void *context, struct db *db, int64_t load_id, GError **err)
{
    struct feed *feed = context;
    GHashTableIter iter;
    gpointer stream, position;
    g_hash_table_iter_init(&iter, feed->positions);
    while (g_hash_table_iter_next(&iter, &stream, &position)) {
        if (!watermark_save(db, feed->run->job, feed->run->source->name, stream, position,
                            MAX(load_id, feed->raw_load), err))
            return false;
    }
    return true;
}

static bool tick_raw(void *context, struct db *db, int64_t commit_no, GError **err)
{
    (void)db;
    return raw_tick(((struct feed *)context)->raw, &commit_no, err);
}

/* What was delivered is forgotten before the answers are given: an answer that fails must not make
 * it come again. */
static bool answer(struct feed *feed, GError **err)
{
    bool ok = true;
    for (guint i = 0; i < feed->answers->len && ok; i++)
        ok = feed->pipe->answer(feed->pipe->context, g_array_index(feed->answers, struct slice, i),
                                err);
    g_array_set_size(feed->answers, 0);
    g_hash_table_remove_all(feed->positions);
    arena_reset(feed->arena);
    return ok;
}

bool feed_deliver(struct feed *feed, GError **err)
{
    g_autoptr(GPtrArray) batches = g_ptr_array_new();
    for (guint i = 0; i < feed->mapped->len; i++) {
        struct batch *batch = feed->mapped->pdata[i];
        if (batch_is_empty(batch))
            continue;
        batch_set_place(batch, feed->how.place, feed->from_line, feed->line);
        g_ptr_array_add(batches, batch);
    }
    if (batches->len == 0 && raw_is_empty(feed->raw) && feed->answers->len == 0)
        return true;
    feed->raw_load = 0;
    const struct delivery_source source = {.name = feed->how.place,
                                           .context = feed,
                                           .before = write_raw,
                                           .save = save_positions,
                                           .after = tick_raw};
    if (!delivery_write(feed->run->db, feed->run->job, (struct batch *const *)batches->pdata,
                        batches->len, &source, feed->run->total, err))
        return false;
    raw_keep(feed->raw, feed->run->total);
    feed->bytes = 0;
    feed->first_us = 0;
    feed->at_state = false;
    feed->from_line = feed->line;
    return answer(feed, err);
}

bool feed_check_contracts(const struct feed *feed, GError **err)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, feed->streams);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct feed_stream *stream = value;
        for (size_t i = 0; i < stream->n_mapped; i++) {
            const struct feed_mapped *m = &stream->mapped[i];
            if (!contract_check_rejects(m->mapping, m->read, m->rejected, err))
                return false;
        }
    }
    return true;
}

bool feed_message_limit(const struct source_run *run, size_t *out, GError **err)
{
    const char *said = mapping_source_option(run->source, "max_message_kib");
    gint64 kib = MESSAGE_KIB;
    if (said && !g_ascii_string_to_signed(said, 10, 1, MESSAGE_KIB_MAX, &kib, NULL))
        return err_set(err, KENKO_ERROR_CONFIG, "max_message_kib is '%s', want 1 to %d", said,
                       MESSAGE_KIB_MAX);
    *out = (size_t)kib * 1024;
    return true;
}
