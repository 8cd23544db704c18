/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/compact.h"

#include "core/fault.h"
#include "core/progress.h"
#include "core/stop.h"
#include "ingest/compact_party.h"
#include "ingest/seen_merge.h"
#include "sql/ingest.h"

enum { PORTION_PARTIES = 2000, PORTION_TALLIES = 50000 };

/* What compaction may do to each load's values; settled loads lie at or below the known floor. */
struct floor {
    int64_t commit_no;
    int32_t month; /* first of the floor's month; INT32_MIN when there is no floor */
    size_t n;      /* load ids below n are in fate, others are kept */
    uint8_t *fate; /* enum span_fate */
};

struct portion {
    struct db *db;
    const struct job *job;
    const struct floor *floor;
    int32_t month;
    int64_t after_party, last_party; /* last_party is -1 past the end */
    struct compact_party *party;     /* the one being read */
    int64_t party_id;                /* -1: none yet */
    struct arena *arena;             /* of what is added */
    GArray *removed, *added;         /* struct compact_row */
};

static enum span_fate fate_of(const void *context, int64_t load_id)
{
    const struct floor *floor = context;
    return (size_t)load_id < floor->n ? (enum span_fate)floor->fate[load_id] : SPAN_KEEP;
}

static bool close_party(struct portion *p, GError **err)
{
    return p->party_id < 0 ||
           compact_party_close(p->party, p->party_id, p->arena, p->removed, p->added, err);
}

static bool take_row(void *context, const struct q_span_group_row *row, GError **err)
{
    struct portion *p = context;
    if (row->party_id != p->party_id && !close_party(p, err))
        return false;
    p->party_id = row->party_id;
    return compact_party_add(p->party, row->load_id, row->part, row->spans, err);
}

static bool remove_rows(struct portion *p, GError **err)
{
    size_t n = p->removed->len;
    g_autoptr(arena_t) arena = arena_new();
    int64_t *party = arena_many(arena, n, int64_t), *load = arena_many(arena, n, int64_t);
    int32_t *part = arena_many(arena, n, int32_t);
    for (size_t i = 0; i < n; i++) {
        const struct compact_row *row = &g_array_index(p->removed, struct compact_row, i);
        party[i] = row->party;
        load[i] = row->load_id;
        part[i] = row->part;
    }
    const struct db_bigints parties = {n, party, NULL}, loads = {n, load, NULL};
    const struct db_ints parts = {n, part, NULL};
    int64_t gone;
    if (!q_span_remove(p->db, p->month, &parties, &loads, &parts, &gone, err))
        return false;
    return gone == (int64_t)n ||
           err_set(err, KENKO_ERROR_BUG, "compaction removed %" G_GINT64_FORMAT " rows, want %zu",
                   gone, n);
}

static bool put_row(struct portion *p, struct db_copy *copy, const struct compact_row *row,
                    GError **err)
{
    const struct q_span_compacted_row values = {.party_id = row->party,
                                                .month = p->month,
                                                .load_id = row->load_id,
                                                .part = row->part,
                                                .spans = row->spans,
                                                .load_ids = {row->n_loads, row->loads, NULL},
                                                .load_ids_is_null = row->n_loads == 0};
    return q_span_compacted_put(copy, &values, err);
}

static bool write_rows(struct portion *p, GError **err)
{
    if (p->removed->len == 0)
        return true;
    if (!remove_rows(p, err))
        return false;
    struct db_copy *copy = q_span_compacted_begin(p->db, err);
    if (!copy)
        return false;
    for (guint i = 0; i < p->added->len; i++) {
        if (!put_row(p, copy, &g_array_index(p->added, struct compact_row, i), err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return db_copy_end(copy, NULL, err);
}

/* Read with the rows: a load since the last portion may have brought a metric. */
static bool load_rules(struct portion *p, struct arena *arena, struct compact_rules *out,
                       GError **err)
{
    struct q_metric_combine_rows rows;
    if (!q_metric_combine(arena, p->db, &rows, err))
        return false;
    size_t n = rows.n ? (size_t)rows.row[rows.n - 1].metric_id + 1 : 0;
    enum mapping_combine *combine = arena_many(arena, n, enum mapping_combine);
    for (size_t i = 0; i < rows.n; i++)
        combine[rows.row[i].metric_id] = span_combine(rows.row[i].combine);
    *out = (struct compact_rules){n, combine, fate_of, p->floor};
    return true;
}

static bool read_rows(struct portion *p, struct arena *arena, GError **err)
{
    struct compact_rules rules;
    if (!load_rules(p, arena, &rules, err))
        return false;
    p->party = compact_party_new(&rules);
    bool ok = q_span_group(p->db, p->month, p->after_party, PORTION_PARTIES, p->floor->commit_no,
                           p->floor->month, take_row, p, err) &&
              close_party(p, err);
    compact_party_free(p->party);
    return ok;
}

static bool portion_body(struct db *db, void *context, GError **err)
{
    struct portion *p = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_last_party_row last;
    g_array_set_size(p->removed, 0);
    g_array_set_size(p->added, 0);
    arena_reset(p->arena);
    p->party_id = -1;
    if (!job_fence_check(db, p->job, err) || !q_span_lock(db, NULL, err) ||
        !q_span_last_party(arena, db, p->month, p->after_party, PORTION_PARTIES, &last, err))
        return false;
    p->last_party = last.party_id_is_null ? -1 : last.party_id;
    if (p->last_party < 0)
        return true;
    if (!read_rows(p, arena, err) || !write_rows(p, err))
        return false;
    return !fault_hit("compact") || err_set(err, KENKO_ERROR_BUG, "injected compact");
}

static bool compact_portions(struct portion *p, struct compact_summary *summary, GError **err)
{
    for (;;) {
        if (stop_requested())
            return err_set(err, KENKO_ERROR_INTERRUPTED,
                           "stopped; the next run goes on from there");
        if (!db_transact(p->db, 3, portion_body, p, err))
            return false;
        if (p->last_party < 0)
            return true;
        summary->rows_before += p->removed->len;
        summary->rows_after += p->added->len;
        p->after_party = p->last_party;
    }
}

/* A transaction that is begun again begins with a party of its own. */
static bool compact_month(struct db *db, const struct job *job, const struct floor *floor,
                          int32_t month, struct compact_summary *summary, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) removed = g_array_new(FALSE, FALSE, sizeof(struct compact_row));
    g_autoptr(GArray) added = g_array_new(FALSE, FALSE, sizeof(struct compact_row));
    struct portion p = {.db = db,
                        .job = job,
                        .floor = floor,
                        .month = month,
                        .after_party = -1,
                        .arena = arena,
                        .removed = removed,
                        .added = added};
    return compact_portions(&p, summary, err);
}

struct raise {
    const struct job *job;
    const struct compact_floor *floor;
};

/* From its COMMIT on nobody asks below the floor or retracts a load there: only then are values
 * merged, in transactions of their own. */
static bool raise_body(struct db *db, void *context, GError **err)
{
    const struct raise *raise = context;
    if (!job_fence_check(db, raise->job, err) ||
        !q_floor_raise(db, raise->floor->day, raise->floor->at_us, NULL, err))
        return false;
    return !fault_hit("floor") || err_set(err, KENKO_ERROR_BUG, "injected floor");
}

static bool load_floor(struct db *db, struct floor *out, struct compact_summary *summary,
                       GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_floor_get_row floor;
    struct q_load_settled_rows loads;
    if (!q_floor_get(arena, db, &floor, err) ||
        !q_load_settled(arena, db, floor.known_floor, &loads, err))
        return false;
    *out = (struct floor){.commit_no = floor.known_floor, .month = INT32_MIN};
    if (!floor.floor_day_is_null)
        out->month = day_month_start(floor.floor_day, 0);
    out->n = loads.n ? (size_t)loads.row[loads.n - 1].load_id + 1 : 0;
    out->fate = g_new0(uint8_t, out->n + 1);
    for (size_t i = 0; i < loads.n; i++)
        out->fate[loads.row[i].load_id] = loads.row[i].counts ? SPAN_MERGE : SPAN_DROP;
    summary->known_floor = floor.known_floor;
    summary->floor_day = floor.floor_day_is_null ? INT32_MIN : floor.floor_day;
    return true;
}

static bool compact_months(struct db *db, const struct job *job, const struct floor *floor,
                           struct progress *progress, struct compact_summary *summary, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_month_rows months;
    if (!q_span_month(arena, db, floor->commit_no, floor->month, &months, err))
        return false;
    progress_begin(progress, "compacting", "months", PROGRESS_ITEMS, (int64_t)months.n);
    for (size_t i = 0; i < months.n; i++) {
        if (!compact_month(db, job, floor, months.row[i].month, summary, err))
            return false;
        progress_pass(progress, 1);
    }
    return true;
}

struct pruning {
    const struct job *job;
    int64_t known_floor, gone;
};

static bool prune_body(struct db *db, void *context, GError **err)
{
    struct pruning *p = context;
    if (!job_fence_check(db, p->job, err) ||
        !q_tally_prune(db, p->known_floor, PORTION_TALLIES, &p->gone, err))
        return false;
    return !fault_hit("prune") || err_set(err, KENKO_ERROR_BUG, "injected prune");
}

/* What hidden versions of records count for is only asked when a load is retracted. */
static bool prune_tallies(struct db *db, const struct job *job, const struct floor *floor,
                          struct compact_summary *summary, GError **err)
{
    struct pruning p = {job, floor->commit_no, PORTION_TALLIES};
    while (p.gone == PORTION_TALLIES && !stop_requested()) {
        if (!db_transact(db, 3, prune_body, &p, err))
            return false;
        summary->tallies += p.gone;
    }
    return true;
}

static bool compact_all(struct db *db, const struct job *job, const struct compact_floor *raise_to,
                        struct progress *progress, struct compact_summary *summary, GError **err)
{
    struct floor floor;
    struct raise raise = {job, raise_to};
    if ((raise_to && !db_transact(db, 3, raise_body, &raise, err)) ||
        !load_floor(db, &floor, summary, err))
        return false;
    bool ok = compact_months(db, job, &floor, progress, summary, err) &&
              (floor.commit_no == 0 || prune_tallies(db, job, &floor, summary, err)) &&
              seen_merge_run(db, job, SEEN_MERGE_SOON, &summary->ids, err);
    g_free(floor.fate);
    return ok;
}

bool compact_run(struct db *db, const char *dsn, const struct compact_floor *floor,
                 struct progress *progress, struct compact_summary *summary, GError **err)
{
    *summary = (struct compact_summary){.floor_day = INT32_MIN};
    struct job *job = job_begin(db, dsn, "compact", err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    bool ok = compact_all(db, job, floor, progress, summary, &failure);
    progress_end(progress);
    g_autofree char *counters =
        g_strdup_printf("{\"rows_before\": %" G_GINT64_FORMAT ", \"rows_after\": %" G_GINT64_FORMAT
                        ", \"tallies\": %" G_GINT64_FORMAT ", \"ids\": %" G_GINT64_FORMAT
                        ", \"known_floor\": %" G_GINT64_FORMAT "}",
                        summary->rows_before, summary->rows_after, summary->tallies, summary->ids,
                        summary->known_floor);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
