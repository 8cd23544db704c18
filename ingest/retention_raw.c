/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/retention_raw.h"

#include "core/fault.h"
#include "core/stop.h"
#include "sql/ingest.h"

struct purge {
    const struct job *job;
    int64_t before_us, upto; /* commit number */
    const struct q_raw_purge_next_row *load;
    int64_t gone;
};

/* In a transaction before anything goes: whoever retracts a load has the clock before or after it.
 */
static bool keep_body(struct db *db, void *context, GError **err)
{
    struct purge *p = context;
    return job_fence_check(db, p->job, err) && q_raw_keep(db, p->upto, NULL, err) &&
           q_retention_put(db, "raw", p->before_us, NULL, err);
}

/* What is below a load's number is done when the next one has another. */
static bool load_body(struct db *db, void *context, GError **err)
{
    struct purge *p = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_raw_purge_row row;
    if (!job_fence_check(db, p->job, err) ||
        !q_raw_purge(arena, db, p->load->raw_id, p->load->load_id, p->load->upto, &row, err) ||
        !q_raw_purge_mark(db, p->load->at_no - 1, NULL, err))
        return false;
    p->gone = row.gone;
    return !fault_hit("retention_raw") || err_set(err, KENKO_ERROR_BUG, "injected retention_raw");
}

static bool mark_body(struct db *db, void *context, GError **err)
{
    struct purge *p = context;
    return job_fence_check(db, p->job, err) && q_raw_purge_mark(db, p->upto, NULL, err);
}

static bool drop_loads(struct db *db, struct purge *p, int64_t *versions, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_raw_purge_next_rows loads;
    if (!q_raw_purge_next(arena, db, &loads, err))
        return false;
    for (size_t i = 0; i < loads.n; i++) {
        p->load = &loads.row[i];
        if (stop_requested())
            return err_set(err, KENKO_ERROR_INTERRUPTED,
                           "stopped; the next run goes on from there");
        if (!db_transact(db, 3, load_body, p, err))
            return false;
        *versions += p->gone;
    }
    return db_transact(db, 3, mark_body, p, err);
}

bool retention_raw_drop(struct db *db, const struct job *job, int64_t before_us, int64_t *versions,
                        GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct purge p = {.job = job, .before_us = before_us};
    struct q_load_before_row before;
    struct q_raw_purge_count_row count;
    *versions = 0;
    if (!q_load_before(arena, db, before_us, &before, err))
        return false;
    p.upto = before.commit_no;
    if (!job) {
        if (!q_raw_purge_count(arena, db, p.upto, &count, err))
            return false;
        *versions = count.gone;
        return true;
    }
    return db_transact(db, 3, keep_body, &p, err) && drop_loads(db, &p, versions, err);
}
