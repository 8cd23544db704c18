/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/compact.h"

#include "core/fault.h"
#include "core/progress.h"
#include "core/stop.h"
#include "ingest/seen_merge.h"
#include "ingest/span.h"
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
    GArray *group, *packed;          /* struct span of the group being read */
    int64_t party, subject;          /* whose group it is */
    int32_t metric;
    enum mapping_combine combine;
    GArray *removed, *added; /* struct change */
};

struct change {
    int64_t party, subject;
    int32_t metric;
    struct span span;
};

static enum span_fate fate_of(const void *context, int64_t load_id)
{
    const struct floor *floor = context;
    return (size_t)load_id < floor->n ? (enum span_fate)floor->fate[load_id] : SPAN_KEEP;
}

static void read_span(const struct q_span_group_row *row, struct span *out)
{
    *out = (struct span){.load_id = row->load_id,
                         .is_latest = !row->tie_is_null,
                         .is_counted = !row->at_is_null && row->tie_is_null};
    for (size_t i = 0; i < row->v.n && (int)i + row->first_day <= SPAN_DAYS; i++) {
        if (row->v.is_null && row->v.is_null[i])
            continue;
        size_t d = i + (size_t)row->first_day - 1;
        out->taken |= UINT32_C(1) << d;
        out->v[d] = row->v.v[i];
        out->at[d] = row->at_is_null ? 1 : row->at.v[i];
        out->tie[d] = out->is_latest ? row->tie.v[i] : 0;
        out->load[d] = row->load_ids_is_null ? row->load_id : row->load_ids.v[i];
    }
}

static void note(const struct portion *p, GArray *changes, const struct span *span)
{
    const struct change change = {p->party, p->subject, p->metric, *span};
    g_array_append_val(changes, change);
}

/* Pack the group; rows that stay as they are are left alone. */
static void close_group(struct portion *p)
{
    guint i = 0, k = 0;
    span_pack(p->group, p->combine, fate_of, p->floor, p->packed);
    while (i < p->group->len || k < p->packed->len) {
        const struct span *old =
            i < p->group->len ? &g_array_index(p->group, struct span, i) : NULL;
        const struct span *new =
            k < p->packed->len ? &g_array_index(p->packed, struct span, k) : NULL;
        bool has_old = old && (!new || old->load_id <= new->load_id);
        bool has_new = new && (!old || new->load_id <= old->load_id);
        bool same = has_old && has_new && span_equal(old, new);
        if (has_old && !same)
            note(p, p->removed, old);
        if (has_new && !same)
            note(p, p->added, new);
        i += has_old;
        k += has_new;
    }
    g_array_set_size(p->group, 0);
}

static bool take_row(void *context, const struct q_span_group_row *row, GError **err)
{
    (void)err;
    struct portion *p = context;
    if (p->group->len > 0 &&
        (row->party_id != p->party || row->metric_id != p->metric || row->subject_id != p->subject))
        close_group(p);
    p->party = row->party_id;
    p->metric = row->metric_id;
    p->subject = row->subject_id;
    p->combine = span_combine(row->combine);
    struct span span;
    read_span(row, &span);
    g_array_append_val(p->group, span);
    return true;
}

static bool remove_rows(struct portion *p, GError **err)
{
    size_t n = p->removed->len;
    g_autoptr(arena_t) arena = arena_new();
    int64_t *party = arena_many(arena, n, int64_t), *subject = arena_many(arena, n, int64_t);
    int64_t *load = arena_many(arena, n, int64_t);
    int32_t *metric = arena_many(arena, n, int32_t);
    for (size_t i = 0; i < n; i++) {
        const struct change *change = &g_array_index(p->removed, struct change, i);
        party[i] = change->party;
        metric[i] = change->metric;
        subject[i] = change->subject;
        load[i] = change->span.load_id;
    }
    const struct db_bigints parties = {n, party, NULL}, subjects = {n, subject, NULL};
    const struct db_bigints loads = {n, load, NULL};
    const struct db_ints metrics = {n, metric, NULL};
    int64_t gone;
    if (!q_span_remove(p->db, p->month, &parties, &metrics, &subjects, &loads, &gone, err))
        return false;
    return gone == (int64_t)n ||
           err_set(err, KENKO_ERROR_BUG, "compaction removed %" G_GINT64_FORMAT " rows, want %zu",
                   gone, n);
}

static bool put_row(struct portion *p, struct db_copy *copy, const struct change *change,
                    GError **err)
{
    const struct span *span = &change->span;
    int first = __builtin_ctz(span->taken), last = SPAN_DAYS - __builtin_clz(span->taken);
    size_t n = (size_t)(last - first) + 1;
    bool is_null[SPAN_DAYS];
    for (size_t i = 0; i < n; i++)
        is_null[i] = !(span->taken >> (first + (int)i) & 1);
    struct q_span_compacted_row row = {.party_id = change->party,
                                       .metric_id = change->metric,
                                       .subject_id = change->subject,
                                       .month = p->month,
                                       .load_id = span->load_id,
                                       .first_day = first + 1,
                                       .v = {n, span->v + first, is_null},
                                       .at = {n, span->at + first, is_null},
                                       .at_is_null = !span->is_latest && !span->is_counted,
                                       .tie = {n, span->tie + first, is_null},
                                       .tie_is_null = !span->is_latest,
                                       .load_ids = {n, span->load + first, is_null},
                                       .load_ids_is_null = span_is_plain(span)};
    return q_span_compacted_put(copy, &row, err);
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
        if (!put_row(p, copy, &g_array_index(p->added, struct change, i), err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return db_copy_end(copy, NULL, err);
}

static bool portion_body(struct db *db, void *context, GError **err)
{
    struct portion *p = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_last_party_row last;
    g_array_set_size(p->group, 0);
    g_array_set_size(p->removed, 0);
    g_array_set_size(p->added, 0);
    if (!job_fence_check(db, p->job, err) || !q_span_lock(db, NULL, err) ||
        !q_span_last_party(arena, db, p->month, p->after_party, PORTION_PARTIES, &last, err))
        return false;
    p->last_party = last.party_id_is_null ? -1 : last.party_id;
    if (p->last_party < 0)
        return true;
    if (!q_span_group(db, p->month, p->after_party, PORTION_PARTIES, p->floor->commit_no,
                      p->floor->month, take_row, p, err))
        return false;
    close_group(p);
    if (!write_rows(p, err))
        return false;
    return !fault_hit("compact") || err_set(err, KENKO_ERROR_BUG, "injected compact");
}

static bool compact_month(struct db *db, const struct job *job, const struct floor *floor,
                          int32_t month, struct compact_summary *summary, GError **err)
{
    g_autoptr(GArray) group = g_array_new(FALSE, FALSE, sizeof(struct span));
    g_autoptr(GArray) packed = g_array_new(FALSE, FALSE, sizeof(struct span));
    g_autoptr(GArray) removed = g_array_new(FALSE, FALSE, sizeof(struct change));
    g_autoptr(GArray) added = g_array_new(FALSE, FALSE, sizeof(struct change));
    struct portion p = {.db = db,
                        .job = job,
                        .floor = floor,
                        .month = month,
                        .after_party = -1,
                        .group = group,
                        .packed = packed,
                        .removed = removed,
                        .added = added};
    for (;;) {
        if (stop_requested())
            return err_set(err, KENKO_ERROR_INTERRUPTED,
                           "stopped; the next run goes on from there");
        if (!db_transact(db, 3, portion_body, &p, err))
            return false;
        if (p.last_party < 0)
            return true;
        summary->rows_before += removed->len;
        summary->rows_after += added->len;
        p.after_party = p.last_party;
    }
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
              seen_merge_run(db, job, &summary->ids, err);
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
