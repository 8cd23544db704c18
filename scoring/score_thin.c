/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/score_thin.h"

#include "core/job.h"
#include "core/stop.h"
#include "scoring/score_config.h"
#include "sql/scoring.h"

struct thinning {
    const struct job *job;
    int32_t month;
    int64_t days;
};

static bool month_body(struct db *db, void *context, GError **err)
{
    struct thinning *t = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_thin_month_row row;
    if (!job_fence_check(db, t->job, err) || !q_thin_month(arena, db, t->month, &row, err))
        return false;
    t->days = row.days;
    return true;
}

static bool thin(struct db *db, const struct job *job, int keep_months, bool dry_run,
                 struct score_thin_summary *summary, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_thin_months_rows months;
    if (!q_thin_months(arena, db, keep_months, &months, err))
        return false;
    for (size_t i = 0; i < months.n; i++) {
        struct thinning t = {job, months.row[i].month, months.row[i].days};
        if (!dry_run && stop_requested())
            return err_set(err, KENKO_ERROR_INTERRUPTED,
                           "stopped; the next run goes on from there");
        if (!dry_run && !db_transact(db, 1, month_body, &t, err))
            return false;
        summary->months++;
        summary->days += t.days;
    }
    return true;
}

bool score_thin(struct db *db, const char *dsn, struct config *config, bool dry_run,
                struct score_thin_summary *summary, GError **err)
{
    struct score_config settings;
    *summary = (struct score_thin_summary){0};
    if (!score_config_load(config, &settings, err))
        return false;
    if (settings.keep_daily_months == 0)
        return true;
    /* The lock of scoring: nobody publishes a day of a month that is being made anew. */
    struct job *job = job_begin(db, dsn, "score", err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    bool ok = thin(db, job, settings.keep_daily_months, dry_run, summary, &failure);
    g_autofree char *counters =
        g_strdup_printf("{\"thinned_months\": %" G_GINT64_FORMAT
                        ", \"thinned_days\": %" G_GINT64_FORMAT ", \"dry_run\": %s}",
                        summary->months, summary->days, dry_run ? "true" : "false");
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
