/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/compact.h"

#include "core/fault.h"
#include "core/job.h"
#include "core/stop.h"
#include "sql/ingest.h"

enum { PORTION_PARTIES = 2000, DAYS_MAX = 31 };

/* Values of one row, at their days; those taken from other rows too once it has grown. */
struct days {
    int64_t load_id; /* of the row: the smallest of its loads */
    uint32_t taken;  /* bit d: day d + 1 has a value */
    bool is_latest, grown;
    int64_t v[DAYS_MAX], at[DAYS_MAX], tie[DAYS_MAX], load[DAYS_MAX];
};

struct portion {
    struct db *db;
    int32_t month;
    int64_t after_party, last_party; /* last_party is -1 past the end */
    GArray *group;                   /* struct days of the group being read */
    int64_t party, subject;          /* whose group it is */
    int32_t metric;
    GArray *removed, *added; /* struct change */
};

struct change {
    int64_t party, subject;
    int32_t metric;
    struct days days;
};

static void read_days(const struct q_span_group_row *row, struct days *out)
{
    *out = (struct days){.load_id = row->load_id, .is_latest = !row->at_is_null};
    for (size_t i = 0; i < row->v.n && (int)i + row->first_day <= DAYS_MAX; i++) {
        if (row->v.is_null && row->v.is_null[i])
            continue;
        size_t d = i + (size_t)row->first_day - 1;
        out->taken |= UINT32_C(1) << d;
        out->v[d] = row->v.v[i];
        out->at[d] = out->is_latest ? row->at.v[i] : 0;
        out->tie[d] = out->is_latest ? row->tie.v[i] : 0;
        out->load[d] = row->load_ids_is_null ? row->load_id : row->load_ids.v[i];
    }
}

static void merge_days(struct days *into, const struct days *from)
{
    for (int d = 0; d < DAYS_MAX; d++) {
        if (!(from->taken >> d & 1))
            continue;
        into->v[d] = from->v[d];
        into->at[d] = from->at[d];
        into->tie[d] = from->tie[d];
        into->load[d] = from->load[d];
    }
    into->taken |= from->taken;
    into->load_id = MIN(into->load_id, from->load_id);
    into->grown = true;
}

/* Put each row of the group into the first row before it whose days it does not touch. */
static void close_group(struct portion *p)
{
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(struct days));
    g_autoptr(GArray) home = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < p->group->len; i++) {
        const struct days *row = &g_array_index(p->group, struct days, i);
        guint k = 0;
        while (k < kept->len && g_array_index(kept, struct days, k).taken & row->taken)
            k++;
        if (k < kept->len)
            merge_days(&g_array_index(kept, struct days, k), row);
        else
            g_array_append_val(kept, *row);
        g_array_append_val(home, k);
    }
    struct change change = {.party = p->party, .subject = p->subject, .metric = p->metric};
    for (guint i = 0; i < p->group->len; i++) {
        if (!g_array_index(kept, struct days, g_array_index(home, guint, i)).grown)
            continue;
        change.days = g_array_index(p->group, struct days, i);
        g_array_append_val(p->removed, change);
    }
    for (guint k = 0; k < kept->len; k++) {
        change.days = g_array_index(kept, struct days, k);
        if (change.days.grown)
            g_array_append_val(p->added, change);
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
    struct days days;
    read_days(row, &days);
    g_array_append_val(p->group, days);
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
        load[i] = change->days.load_id;
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
    const struct days *days = &change->days;
    if (days->taken == 0)
        return true;
    int first = __builtin_ctz(days->taken), last = DAYS_MAX - __builtin_clz(days->taken);
    size_t n = (size_t)(last - first) + 1;
    bool is_null[DAYS_MAX];
    for (size_t i = 0; i < n; i++)
        is_null[i] = !(days->taken >> (first + (int)i) & 1);
    struct q_span_compacted_row row = {.party_id = change->party,
                                       .metric_id = change->metric,
                                       .subject_id = change->subject,
                                       .month = p->month,
                                       .load_id = days->load_id,
                                       .first_day = first + 1,
                                       .v = {n, days->v + first, is_null},
                                       .at = {n, days->at + first, is_null},
                                       .at_is_null = !days->is_latest,
                                       .tie = {n, days->tie + first, is_null},
                                       .tie_is_null = !days->is_latest,
                                       .load_ids = {n, days->load + first, is_null}};
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
    if (!q_span_lock(db, NULL, err) ||
        !q_span_last_party(arena, db, p->month, p->after_party, PORTION_PARTIES, &last, err))
        return false;
    p->last_party = last.party_id_is_null ? -1 : last.party_id;
    if (p->last_party < 0)
        return true;
    if (!q_span_group(db, p->month, p->after_party, PORTION_PARTIES, take_row, p, err))
        return false;
    close_group(p);
    if (!write_rows(p, err))
        return false;
    return !fault_hit("compact") || err_set(err, KENKO_ERROR_BUG, "injected compact");
}

static bool compact_month(struct db *db, int32_t month, struct compact_summary *summary,
                          GError **err)
{
    g_autoptr(GArray) group = g_array_new(FALSE, FALSE, sizeof(struct days));
    g_autoptr(GArray) removed = g_array_new(FALSE, FALSE, sizeof(struct change));
    g_autoptr(GArray) added = g_array_new(FALSE, FALSE, sizeof(struct change));
    struct portion p = {.db = db,
                        .month = month,
                        .after_party = -1,
                        .group = group,
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

static bool compact_all(struct db *db, struct compact_summary *summary, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_month_rows months;
    if (!q_span_month(arena, db, &months, err))
        return false;
    for (size_t i = 0; i < months.n; i++) {
        if (!compact_month(db, months.row[i].month, summary, err))
            return false;
    }
    return true;
}

bool compact_run(struct db *db, const char *dsn, struct compact_summary *summary, GError **err)
{
    *summary = (struct compact_summary){0};
    struct job *job = job_begin(db, dsn, "compact", err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    bool ok = compact_all(db, summary, &failure);
    g_autofree char *counters = g_strdup_printf("{\"rows_before\": %" G_GINT64_FORMAT
                                                ", \"rows_after\": %" G_GINT64_FORMAT "}",
                                                summary->rows_before, summary->rows_after);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
