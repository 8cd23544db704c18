/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rolled-up usage of a batch becomes rows: a span of days each. */
#include "core/fault.h"
#include "core/migrate.h"
#include "ingest/batch_internal.h"
#include "sql/ingest.h"

enum { DAYS_MAX = 31 };

/* Cells are sorted, so that b's day is not before a's where the rest is the same. */
static bool same_span(const struct rollup_cell *a, const struct rollup_cell *b, int32_t next_month)
{
    return a->party == b->party && a->metric == b->metric && a->subject == b->subject &&
           b->day < next_month;
}

/* Cells [first, last) are one party, metric, subject and month, ascending by day. */
static bool put_span(struct batch *batch, struct db_copy *copy, int64_t load_id, int32_t month,
                     const struct rollup_cell *first, const struct rollup_cell *last, GError **err)
{
    int64_t v[DAYS_MAX], at[DAYS_MAX], tie[DAYS_MAX];
    bool is_null[DAYS_MAX];
    size_t n = (size_t)(last[-1].day - first->day) + 1;
    memset(is_null, true, n);
    for (const struct rollup_cell *cell = first; cell < last; cell++) {
        int32_t i = cell->day - first->day;
        v[i] = cell->v;
        at[i] = cell->at;
        tie[i] = cell->tie;
        is_null[i] = false;
    }
    const bool *nulls = n == (size_t)(last - first) ? NULL : is_null;
    int usage = mapping_value_usage(batch->mapping, first->metric);
    bool latest = batch->set->usage[usage].combine == COMBINE_LATEST;
    struct q_span_copy_row row = {.party_id = directory_id(batch->parties, first->party),
                                  .metric_id = batch->metric_id[first->metric],
                                  .subject_id = directory_id(batch->subjects, first->subject),
                                  .month = month,
                                  .load_id = load_id,
                                  .first_day = first->day - month + 1,
                                  .v = {n, v, nulls},
                                  .at = {n, at, nulls},
                                  .at_is_null = !latest,
                                  .tie = {n, tie, nulls},
                                  .tie_is_null = !latest};
    return q_span_copy_put(copy, &row, err);
}

static int compare_days(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Days come in runs of one month: the calendar is asked once for each. */
struct months {
    GHashTable *once;
    GArray *month;
    int32_t from, to;
};

static void add_day(struct months *months, int32_t day)
{
    if (day >= months->from && day < months->to)
        return;
    months->from = day_month_start(day, 0);
    months->to = day_month_start(day, 1);
    if (g_hash_table_add(months->once, GINT_TO_POINTER(months->from)))
        g_array_append_val(months->month, months->from);
}

static bool make_months(struct batch *batch, const char *table, struct months *months, GError **err)
{
    g_array_sort(months->month, compare_days);
    for (guint i = 0; i < months->month->len; i++) {
        int32_t month = g_array_index(months->month, int32_t, i);
        if (!migrate_partitions(batch->db, table, month, month, err))
            return false;
    }
    g_hash_table_remove_all(months->once);
    g_array_set_size(months->month, 0);
    months->from = months->to = 0;
    return true;
}

bool batch_make_partitions(struct batch *batch, GError **err)
{
    batch_usage_settle(batch);
    g_autoptr(GHashTable) once = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) month = g_array_new(FALSE, FALSE, sizeof(int32_t));
    struct months months = {once, month, 0, 0};
    size_t n = rollup_count(batch->rollup);
    const struct rollup_cell *cells = rollup_cells(batch->rollup);
    for (size_t i = 0; i < n; i++)
        add_day(&months, cells[i].day);
    GHashTableIter iter;
    gpointer tally;
    g_hash_table_iter_init(&iter, batch->tally_months);
    while (g_hash_table_iter_next(&iter, &tally, NULL))
        add_day(&months, GPOINTER_TO_INT(tally));
    if (!make_months(batch, "warehouse.usage_span", &months, err))
        return false;
    for (guint i = 0; i < batch->events->len; i++)
        add_day(&months, g_array_index(batch->events, struct batch_event, i).day);
    return make_months(batch, "warehouse.usage_event", &months, err);
}

/* In the order of the primary key, which a B-tree takes much faster. */
bool batch_write_spans(struct batch *batch, int64_t load_id, GError **err)
{
    const struct rollup_order order = {directory_ids(batch->parties),
                                       directory_ids(batch->subjects), batch->metric_id};
    size_t n = rollup_count(batch->rollup);
    const struct rollup_cell *cells = rollup_sorted(batch->rollup, &order);
    struct db_copy *copy = q_span_copy_begin(batch->db, err);
    if (!copy)
        return false;
    int32_t month = INT32_MAX, next_month = INT32_MIN; /* of the cell before */
    for (size_t first = 0, last; first < n; first = last) {
        if (cells[first].day < month || cells[first].day >= next_month) {
            month = day_month_start(cells[first].day, 0);
            next_month = day_month_start(cells[first].day, 1);
        }
        for (last = first + 1; last < n && same_span(&cells[first], &cells[last], next_month);)
            last++;
        if (!put_span(batch, copy, load_id, month, &cells[first], &cells[last], err) ||
            (last > n / 2 && fault_hit("mid_copy"))) {
            db_copy_abort(copy);
            return err && *err ? false : err_set(err, KENKO_ERROR_BUG, "injected mid_copy");
        }
    }
    return db_copy_end(copy, NULL, err);
}
