/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/ingest.h"

#include <sodium.h>

#include "core/job.h"
#include "core/stop.h"
#include "ingest/identity.h"
#include "ingest/source_file.h"

enum { DEFAULT_BATCH = 16 << 20 };

static bool read_source(struct db *db, const struct job *job, const struct mapping_set *set,
                        const struct mapping_source *source, const struct zone *zone,
                        const struct source_file_options *options, struct batch_counters *total,
                        GError **err)
{
    g_autoptr(GError) first = NULL;
    for (size_t i = 0; i < source->n_mappings && !stop_requested(); i++) {
        g_autoptr(GError) failure = NULL;
        if (source_file_read(db, job, set, source->mapping[i], zone, options, total, &failure))
            continue;
        bool fatal = err_is(failure, KENKO_ERROR_INTERRUPTED) || !db_is_alive(db) ||
                     err_is(failure, KENKO_ERROR_DISK_FULL) || err_is(failure, KENKO_ERROR_BUG);
        err_context(&failure, "source %s", source->name);
        if (!first)
            first = g_steal_pointer(&failure);
        if (fatal)
            break;
    }
    if (!first)
        return true;
    g_propagate_error(err, g_steal_pointer(&first));
    return false;
}

static bool read_all(struct db *db, const struct job *job, struct config *config,
                     const struct ingest_options *options, const struct mapping_set *set,
                     const struct zone *zone, struct ingest_summary *summary, GError **err)
{
    g_autoptr(GError) first = NULL;
    bool any = false;
    for (size_t i = 0; i < set->n_sources && db_is_alive(db) && !stop_requested(); i++) {
        if (options->source && strcmp(options->source, set->source[i].name) != 0)
            continue;
        any = true;
        struct source_file_options how = {config_directory(config), set->source[i].name,
                                          options->batch_bytes ? options->batch_bytes
                                                               : DEFAULT_BATCH};
        g_autoptr(GError) failure = NULL;
        if (!read_source(db, job, set, &set->source[i], zone, &how, &summary->count, &failure) &&
            !first)
            first = g_steal_pointer(&failure);
    }
    if (!any && !first)
        return err_set(err, KENKO_ERROR_USAGE, "kenko.yaml has no source%s%s",
                       options->source ? " " : "", options->source ? options->source : "");
    bool interrupted = stop_requested();
    g_autoptr(GError) unmatched = NULL;
    if (db_is_alive(db) && !interrupted &&
        !identity_match(db, job, set, &summary->matched, &summary->unresolved, &unmatched) &&
        !first)
        first = g_steal_pointer(&unmatched);
    if (first) {
        g_propagate_error(err, g_steal_pointer(&first));
        return false;
    }
    return !interrupted ||
           err_set(err, KENKO_ERROR_INTERRUPTED, "stopped; the next run goes on from there");
}

static char *counters_json(const struct ingest_summary *s)
{
    return g_strdup_printf("{\"read\": %" G_GINT64_FORMAT ", \"loaded\": %" G_GINT64_FORMAT
                           ", \"duplicate\": %" G_GINT64_FORMAT ", \"ignored\": %" G_GINT64_FORMAT
                           ", \"rejected\": %" G_GINT64_FORMAT ", \"matched\": %" G_GINT64_FORMAT
                           ", \"unresolved\": %" G_GINT64_FORMAT "}",
                           s->count.read, s->count.loaded, s->count.duplicate, s->count.ignored,
                           s->count.rejected, s->matched, s->unresolved);
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
    if (!zone || !mapping_load(arena, config, zone, &set, err))
        return false;
    struct job *job = job_begin(db, dsn, "ingest", err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    bool ok = read_all(db, job, config, options, &set, zone, summary, &failure);
    g_autofree char *counters = counters_json(summary);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
