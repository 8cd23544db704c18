/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/retention.h"

#include "core/fault.h"
#include "core/job.h"
#include "core/stop.h"
#include "ingest/retention_inbox.h"
#include "ingest/retention_raw.h"
#include "ingest/seen_merge.h"
#include "sql/ingest.h"

enum { PORTION_REJECTS = 20000, PORTION_CHUNKS = 1000, INBOX_DAYS = 90 };

struct retention_config {
    int usage_months, reject_days, id_days, raw_days; /* 0: for ever */
    int *inbox_days;                                  /* NULL: INBOX_DAYS */
};

struct retention_section {
    struct retention_config *retention;
};

static const cyaml_schema_field_t retention_fields[] = {
    CYAML_FIELD_INT("usage_months", CYAML_FLAG_OPTIONAL, struct retention_config, usage_months),
    CYAML_FIELD_INT("reject_days", CYAML_FLAG_OPTIONAL, struct retention_config, reject_days),
    CYAML_FIELD_INT("id_days", CYAML_FLAG_OPTIONAL, struct retention_config, id_days),
    CYAML_FIELD_INT("raw_days", CYAML_FLAG_OPTIONAL, struct retention_config, raw_days),
    CYAML_FIELD_INT_PTR("inbox_days", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                        struct retention_config, inbox_days),
    CYAML_FIELD_END};

/* What goes: everything before these; INT32_MIN and INT64_MIN keep all. */
struct horizon {
    int32_t usage_month;
    int64_t usage_us, reject_us, event_us, arrival_us, raw_us, inbox_us;
};

struct portion {
    const struct job *job;
    const struct horizon *horizon;
    int32_t month;
    int64_t rows, items; /* dropped by the portion: rows of the table, things in them */
};

static bool find_horizon(struct config *config, const struct zone *zone, int64_t now_us,
                         struct horizon *out, GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("retention", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct retention_section, retention, retention_fields);
    static const struct retention_config forever;
    struct retention_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    const struct retention_config *c = section.retention ? section.retention : &forever;
    const int inbox_days = c->inbox_days ? *c->inbox_days : INBOX_DAYS;
    if (c->usage_months < 0 || c->reject_days < 0 || c->id_days < 0 || c->raw_days < 0 ||
        inbox_days < 0)
        return config_refuse(config, err, "retention",
                             "retention has a number below 0, want 1 or more, or 0 for ever");
    int32_t today = zone_day(zone, now_us);
    *out = (struct horizon){INT32_MIN, INT64_MIN, INT64_MIN, INT64_MIN,
                            INT64_MIN, INT64_MIN, INT64_MIN};
    if (c->usage_months > 0) {
        out->usage_month = day_month_start(today, -c->usage_months);
        out->usage_us = zone_day_start(zone, out->usage_month);
    }
    if (c->reject_days > 0)
        out->reject_us = zone_day_start(zone, today - c->reject_days);
    if (c->id_days > 0) {
        /* A day more is kept than is promised, for events whose clock ran ahead. */
        out->event_us = zone_day_start(zone, today - c->id_days);
        out->arrival_us = zone_day_start(zone, today - c->id_days - 1);
    }
    if (c->raw_days > 0)
        out->raw_us = zone_day_start(zone, today - c->raw_days);
    if (inbox_days > 0)
        out->inbox_us = zone_day_start(zone, today - inbox_days);
    return true;
}

static bool injected(const char *point, GError **err)
{
    return fault_hit(point) && !err_set(err, KENKO_ERROR_BUG, "injected %s", point);
}

static bool month_body(struct db *db, void *context, GError **err)
{
    struct portion *p = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_drop_row row;
    if (!job_fence_check(db, p->job, err) ||
        !q_retention_put(db, "usage", p->horizon->usage_us, NULL, err) ||
        !q_span_drop(arena, db, p->month, &row, err))
        return false;
    p->items = row.dropped;
    return !injected("retention_usage", err);
}

static bool reject_body(struct db *db, void *context, GError **err)
{
    struct portion *p = context;
    if (!job_fence_check(db, p->job, err) ||
        !q_retention_put(db, "reject", p->horizon->reject_us, NULL, err) ||
        !q_reject_drop(db, p->horizon->reject_us, PORTION_REJECTS, &p->rows, err))
        return false;
    p->items = p->rows;
    return !injected("retention_reject", err);
}

/* In a transaction before any id goes: whoever reads the ids and finds some gone reads the new
 * horizon after them. */
static bool id_horizon_body(struct db *db, void *context, GError **err)
{
    struct portion *p = context;
    return job_fence_check(db, p->job, err) &&
           q_retention_put_ids(db, p->horizon->arrival_us, p->horizon->event_us, NULL, err) &&
           !injected("retention_horizon", err);
}

static bool id_body(struct db *db, void *context, GError **err)
{
    struct portion *p = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_seen_drop_row row;
    if (!job_fence_check(db, p->job, err) ||
        !q_seen_drop(arena, db, p->horizon->arrival_us, PORTION_CHUNKS, &row, err))
        return false;
    p->rows = row.chunks;
    p->items = row.ids;
    return !injected("retention_id", err);
}

/* One portion after the other until none has anything left. */
static bool drop_all(struct db *db, db_body_fn body, struct portion *p, int64_t *total,
                     GError **err)
{
    do {
        if (stop_requested())
            return err_set(err, KENKO_ERROR_INTERRUPTED,
                           "stopped; the next run goes on from there");
        if (!db_transact(db, 3, body, p, err))
            return false;
        *total += p->items;
    } while (p->rows > 0);
    return true;
}

static bool drop_usage(struct db *db, struct portion *p, bool dry_run, int64_t *total, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_partition_rows months;
    if (!q_span_partition(arena, db, p->horizon->usage_month, &months, err))
        return false;
    *total = dry_run ? (int64_t)months.n : 0;
    for (size_t i = 0; i < months.n && !dry_run; i++) {
        p->month = months.row[i].month;
        if (!drop_all(db, month_body, p, total, err))
            return false;
    }
    return true;
}

static bool drop(struct db *db, const struct job *job, const struct horizon *horizon,
                 struct retention_summary *summary, GError **err)
{
    struct portion p = {.job = job, .horizon = horizon};
    if (horizon->usage_month > INT32_MIN && !drop_usage(db, &p, false, &summary->months, err))
        return false;
    if (horizon->reject_us > INT64_MIN && !drop_all(db, reject_body, &p, &summary->rejects, err))
        return false;
    return horizon->arrival_us == INT64_MIN ||
           (db_transact(db, 3, id_horizon_body, &p, err) &&
            drop_all(db, id_body, &p, &summary->ids, err) &&
            seen_merge_forget(db, job, horizon->arrival_us, &summary->ids, err));
}

static bool count(struct db *db, const struct horizon *horizon, struct retention_summary *summary,
                  GError **err)
{
    struct portion p = {.horizon = horizon};
    g_autoptr(arena_t) arena = arena_new();
    struct q_retention_size_row size;
    if (!drop_usage(db, &p, true, &summary->months, err) ||
        !q_retention_size(arena, db, horizon->reject_us, horizon->arrival_us, &size, err))
        return false;
    summary->rejects = size.rejects;
    summary->ids = size.ids;
    return true;
}

static bool replaced(struct db *db, const struct job *job, int64_t before_us, int64_t *versions,
                     GError **err)
{
    return before_us == INT64_MIN || retention_raw_drop(db, job, before_us, versions, err);
}

static bool expire(struct db *db, const struct job *job, struct config *config,
                   const struct zone *zone, int64_t before_us, int64_t *events, GError **err)
{
    return before_us == INT64_MIN ||
           retention_inbox_expire(db, job, config, zone, before_us, events, err);
}

bool retention_run(struct db *db, const char *dsn, struct config *config, const struct zone *zone,
                   const struct retention_options *options, struct retention_summary *summary,
                   GError **err)
{
    struct horizon horizon = {0};
    *summary = (struct retention_summary){.usage_from = INT32_MIN};
    if (!find_horizon(config, zone, options->now_us, &horizon, err))
        return false;
    summary->usage_from = horizon.usage_month;
    if (options->dry_run)
        return count(db, &horizon, summary, err) &&
               replaced(db, NULL, horizon.raw_us, &summary->versions, err) &&
               expire(db, NULL, config, zone, horizon.inbox_us, &summary->pushed, err);
    struct job *job = job_begin(db, dsn, "retention", err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    bool ok = drop(db, job, &horizon, summary, &failure) &&
              replaced(db, job, horizon.raw_us, &summary->versions, &failure) &&
              expire(db, job, config, zone, horizon.inbox_us, &summary->pushed, &failure);
    g_autofree char *counters = g_strdup_printf(
        "{\"months\": %" G_GINT64_FORMAT ", \"rejects\": %" G_GINT64_FORMAT
        ", \"ids\": %" G_GINT64_FORMAT ", \"versions\": %" G_GINT64_FORMAT
        ", \"pushed\": %" G_GINT64_FORMAT "}",
        summary->months, summary->rejects, summary->ids, summary->versions, summary->pushed);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
