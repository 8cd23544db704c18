/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/ingest.h"

#include <sodium.h>

#include "core/job.h"
#include "core/rehearsal.h"
#include "core/stop.h"
#include "ingest/identity.h"
#include "ingest/quality.h"
#include "ingest/seen_merge.h"
#include "ingest/source.h"

enum { CONCLUDE_TRIES = 600, CONCLUDE_PAUSE_US = 100000 };

/* Runs of several sources may end at once; what they conclude from all of them they conclude one
 * after the other, each seeing what the one before it said. */
static bool wait_for_turn(struct db *db, const char *lock, GError **err)
{
    bool taken = false;
    for (int i = 0; i < CONCLUDE_TRIES && !taken; i++) {
        if (!db_try_lock(db, lock, &taken, err))
            return false;
        if (!taken)
            g_usleep(CONCLUDE_PAUSE_US);
    }
    return taken || err_set(err, KENKO_ERROR_BUSY, "another run has been matching for a minute");
}

/* What is done once all sources were read. */
static bool conclude(const struct source_run *run, struct ingest_summary *summary, GError **err)
{
    static const char lock[] = "kenko conclude";
    progress_begin(run->progress, "matching", "", PROGRESS_ITEMS, 0);
    if (!wait_for_turn(run->db, lock, err))
        return false;
    bool ok =
        identity_match(run->db, run->job, run->set, &summary->matched, &summary->unresolved, err) &&
        quality_run(run->db, run->job, run->set, run->zone, &summary->doubtful, err);
    if (db_is_alive(run->db))
        ok = db_unlock(run->db, lock, ok ? err : NULL) && ok;
    int64_t merged;
    return ok && (rehearsal_is_on(run->db) ||
                  seen_merge_run(run->db, run->job, SEEN_MERGE_LATE, &merged, err));
}

/* A source that is read, or that takes what comes from the pipe. */
static bool read_one(const struct source_run *run, const struct ingest_options *options,
                     GError **err)
{
    const struct source_kind *kind = source_kind_of(run->source);
    if (options->pipe)
        return kind->take ? kind->take(run, options->pipe, err)
                          : err_set(err, KENKO_ERROR_USAGE, "type %s takes no messages",
                                    run->source->type);
    if (kind->read)
        return kind->read(run, err);
    return !options->source ||
           err_set(err, KENKO_ERROR_USAGE, "type %s is fed from standard input", run->source->type);
}

static bool is_asked_for(const struct ingest_options *options, const struct mapping_source *source)
{
    return !options->source || strcmp(options->source, source->name) == 0;
}

static void begin_progress(struct source_run *run, const struct ingest_options *options)
{
    int64_t total = 0;
    for (size_t i = 0; run->progress && i < run->set->n_sources; i++) {
        run->source = &run->set->source[i];
        const struct source_kind *kind = source_kind_of(run->source);
        if (is_asked_for(options, run->source) && kind->size)
            total += kind->size(run);
    }
    progress_begin(run->progress, "reading", "records", PROGRESS_BYTES, total);
}

static bool read_all(struct source_run *run, const struct ingest_options *options,
                     struct ingest_summary *summary, GError **err)
{
    const struct mapping_set *set = run->set;
    g_autoptr(GError) first = NULL;
    bool any = false;
    for (size_t i = 0; i < set->n_sources && db_is_alive(run->db) && !stop_requested(); i++) {
        if (!is_asked_for(options, &set->source[i]))
            continue;
        any = true;
        g_autoptr(GError) failure = NULL;
        run->source = &set->source[i];
        if (read_one(run, options, &failure))
            continue;
        err_context(&failure, "source %s", run->source->name);
        if (!first)
            first = g_steal_pointer(&failure);
    }
    if (!any && !first)
        return err_set(err, KENKO_ERROR_USAGE, "kenko.yaml has no source%s%s",
                       options->source ? " " : "", options->source ? options->source : "");
    bool interrupted = stop_requested();
    g_autoptr(GError) after = NULL;
    if (db_is_alive(run->db) && !interrupted && !conclude(run, summary, &after) && !first)
        first = g_steal_pointer(&after);
    if (first) {
        g_propagate_error(err, g_steal_pointer(&first));
        return false;
    }
    return !interrupted ||
           err_set(err, KENKO_ERROR_INTERRUPTED, "stopped; the next run goes on from there");
}

static char *counters_json(const struct ingest_summary *s, bool rehearsed)
{
    return g_strdup_printf(
        "{%s\"read\": %" G_GINT64_FORMAT ", \"loaded\": %" G_GINT64_FORMAT
        ", \"duplicate\": %" G_GINT64_FORMAT ", \"ignored\": %" G_GINT64_FORMAT
        ", \"rejected\": %" G_GINT64_FORMAT ", \"matched\": %" G_GINT64_FORMAT
        ", \"unresolved\": %" G_GINT64_FORMAT ", \"doubtful\": %" G_GINT64_FORMAT "}",
        rehearsed ? "\"dry_run\": true, " : "", s->count.read, s->count.loaded, s->count.duplicate,
        s->count.ignored, s->count.rejected, s->matched, s->unresolved, s->doubtful);
}

/* Under the job's lock. What was rehearsed is taken back before the lock is given up. */
static bool run_job(struct source_run *run, const struct ingest_options *options,
                    struct ingest_summary *summary, GError **err)
{
    g_autofree char *name =
        options->pipe ? g_strdup_printf("ingest:%s", options->source) : g_strdup("ingest");
    struct job *job = job_begin(run->db, run->dsn, name, err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    run->job = job;
    begin_progress(run, options);
    bool ok = read_all(run, options, summary, &failure);
    progress_end(run->progress);
    if (options->rehearsed) {
        options->rehearsed(run->db, summary);
        rehearsal_end(run->db);
    }
    g_autofree char *counters = counters_json(summary, options->rehearsed);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}

bool ingest_run(struct db *db, const char *dsn, struct config *config,
                const struct ingest_options *options, struct ingest_summary *summary, GError **err)
{
    *summary = (struct ingest_summary){0};
    if (sodium_init() < 0)
        return err_set(err, KENKO_ERROR_BUG, "libsodium does not start");
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(zone_t) zone = zone_open(config_time_zone(config), err);
    struct mapping_set set;
    if (!zone || !mapping_load(arena, config, zone, &set, err) ||
        !source_validate(config, &set, err))
        return false;
    struct source_run how = {.db = db,
                             .dsn = dsn,
                             .config = config,
                             .set = &set,
                             .zone = zone,
                             .batch_bytes =
                                 options->batch_bytes ? options->batch_bytes : SOURCE_BATCH_BYTES,
                             .age_us = options->age_us ? options->age_us : SOURCE_AGE_US,
                             .total = &summary->count,
                             .progress = options->progress};
    if (options->rehearsed && !rehearsal_begin(db, err))
        return false;
    bool ok = run_job(&how, options, summary, err);
    if (rehearsal_is_on(db)) /* the job did not begin */
        rehearsal_end(db);
    return ok;
}
