/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/seen_merge.h"

#include "core/fault.h"
#include "core/stop.h"
#include "sql/ingest.h"

/* The server sorts a portion and the runs it is merged with, in some 100 bytes an id on its disk.
 */
enum { PORTION_IDS = 4000000 };

/* One transaction of one stream. */
struct portion {
    const struct job *job;
    const char *source, *stream;
    int64_t max_ids, before_us, run_id; /* run_id 0: the loads' ids */
    struct q_seen_merge_row done;
};

static bool portion_body(struct db *db, void *context, GError **err)
{
    struct portion *p = context;
    g_autoptr(arena_t) arena = arena_new();
    const int64_t *run_id = p->run_id > 0 ? &p->run_id : NULL;
    struct q_seen_turn_row turn;
    p->done = (struct q_seen_merge_row){0};
    if (!job_fence_check(db, p->job, err) || !q_seen_turn(arena, db, &turn, err))
        return false;
    if (!turn.is_ours)
        return true;
    if (!q_seen_merge(arena, db, p->source, p->stream, p->max_ids,
                      p->before_us > INT64_MIN ? &p->before_us : NULL, run_id, &p->done, err))
        return false;
    return !fault_hit("merge_ids") || err_set(err, KENKO_ERROR_BUG, "injected merge_ids");
}

static bool merge(struct db *db, struct portion *p, GError **err)
{
    if (stop_requested())
        return err_set(err, KENKO_ERROR_INTERRUPTED, "stopped; the next run goes on from there");
    return db_transact(db, 3, portion_body, p, err) ||
           err_context(err, "ids of %s %s", p->source, p->stream);
}

bool seen_merge_run(struct db *db, const struct job *job, int64_t min_loads, int64_t *ids,
                    GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_seen_stream_rows streams;
    *ids = 0;
    if (!q_seen_stream(arena, db, min_loads, &streams, err))
        return false;
    for (size_t i = 0; i < streams.n; i++) {
        struct portion p = {.job = job,
                            .source = streams.row[i].source,
                            .stream = streams.row[i].stream,
                            .max_ids = PORTION_IDS,
                            .before_us = INT64_MIN};
        do {
            if (!merge(db, &p, err))
                return false;
            *ids += p.done.ids_in;
        } while (p.done.loads > 0);
    }
    return true;
}

bool seen_merge_forget(struct db *db, const struct job *job, int64_t before_us, int64_t *ids,
                       GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_seen_run_old_rows runs;
    if (!q_seen_run_old(arena, db, before_us, &runs, err))
        return false;
    for (size_t i = 0; i < runs.n; i++) {
        struct portion p = {.job = job,
                            .source = runs.row[i].source,
                            .stream = runs.row[i].stream,
                            .before_us = before_us,
                            .run_id = runs.row[i].run_id};
        if (!merge(db, &p, err))
            return false;
        *ids += p.done.ids_in - p.done.ids;
    }
    return true;
}
