/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/delivery.h"

#include "core/fault.h"
#include "ingest/batch_internal.h"
#include "ingest/load.h"
#include "sql/ingest.h"

static bool injected(const char *point, GError **err)
{
    return fault_hit(point) && !err_set(err, KENKO_ERROR_BUG, "injected %s", point);
}

/* Commit numbers are taken last: the clock stays locked until COMMIT. */
static bool tick(struct db *db, const int64_t *load_id, size_t n, int64_t *commit_no, GError **err)
{
    *commit_no = 0;
    for (size_t i = 0; i < n; i++) {
        if (!load_tick(db, load_id[i], commit_no, err))
            return false;
    }
    return true;
}

/* Before any other lock: which versions count is one transaction's business at a time. */
static bool lock_tallies(struct db *db, struct batch *const *batch, size_t n, GError **err)
{
    for (size_t i = 0; i < n; i++) {
        if (batch_has_tallies(batch[i]))
            return q_tally_lock(db, NULL, err);
    }
    return true;
}

static bool write_all(struct db *db, const struct job *job, struct batch *const *batch, size_t n,
                      const struct delivery_source *source, GError **err)
{
    g_autofree int64_t *load_id = g_new0(int64_t, n + 1);
    int64_t commit_no;
    if (!job_fence_check(db, job, err) || !lock_tallies(db, batch, n, err) ||
        (source->before && !source->before(source->context, db, err)))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!batch_write_load(batch[i], &load_id[i], err))
            return false;
    }
    if (source->save && !source->save(source->context, db, n ? load_id[n - 1] : 0, err))
        return false;
    return (!source->date || source->date(source->context, db, err)) &&
           tick(db, load_id, n, &commit_no, err) &&
           (!source->after || source->after(source->context, db, commit_no, err)) &&
           !injected("before_commit", err);
}

/* The negative control of the kill test: the watermark runs ahead of the facts. */
static bool break_watermark(struct db *db, const struct delivery_source *source, GError **err)
{
#ifdef KENKO_BREAK_WATERMARK
    return db_begin(db, err) && source->save(source->context, db, 0, err) && db_commit(db, err);
#else
    (void)db;
    (void)source;
    (void)err;
    return true;
#endif
}

static bool make_partitions(struct batch *const *batch, size_t n, GError **err)
{
    for (size_t i = 0; i < n; i++) {
        if (!batch_make_partitions(batch[i], err))
            return false;
    }
    return true;
}

static bool commit(struct db *db, const struct job *job, struct batch *const *batch, size_t n,
                   const struct delivery_source *source, GError **err)
{
    if (!make_partitions(batch, n, err) || !break_watermark(db, source, err))
        return false;
    if (db_begin(db, err) && write_all(db, job, batch, n, source, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

bool delivery_write(struct db *db, const struct job *job, struct batch *const *batch, size_t n,
                    const struct delivery_source *source, struct batch_counters *total,
                    GError **err)
{
    if (!commit(db, job, batch, n, source, err)) {
        for (size_t i = 0; i < n; i++)
            batch_clear(batch[i]);
        return err_context(err, "%s", source->name);
    }
    if (injected("after_commit", err))
        return false;
    for (size_t i = 0; i < n; i++)
        batch_keep(batch[i], total);
    return true;
}
