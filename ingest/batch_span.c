/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rolled-up usage of a batch becomes rows: one for a party and month, with a span of days for
 * each metric and subject. */
#include "core/fault.h"
#include "core/migrate.h"
#include "core/usage_pack.h"
#include "ingest/batch_internal.h"
#include "sql/ingest.h"

/* Rows of the party under way, one for each of its months. */
struct months_of_party {
    struct batch *batch;
    struct db_copy *copy;
    int64_t load_id, party_id;
    GArray *month; /* struct month_row; those of parties before are used again */
    guint n;
};

struct month_row {
    int32_t first, next; /* days: of the month, of the one after it */
    int32_t part;
    int n_spans;
    struct usage_packer *packer;
};

static bool put_row(struct months_of_party *m, struct month_row *row, GError **err)
{
    const struct q_span_copy_row values = {.party_id = m->party_id,
                                           .month = row->first,
                                           .load_id = m->load_id,
                                           .part = row->part++,
                                           .spans = usage_pack_end(row->packer)};
    row->n_spans = 0;
    return q_span_copy_put(m->copy, &values, err);
}

static bool put_party(struct months_of_party *m, GError **err)
{
    for (guint i = 0; i < m->n; i++) {
        struct month_row *row = &g_array_index(m->month, struct month_row, i);
        if (row->n_spans > 0 && !put_row(m, row, err))
            return false;
    }
    m->n = 0;
    return true;
}

/* A metric's days ascend: its next month is most often the one after the last one asked for. */
static struct month_row *row_of(struct months_of_party *m, int32_t day)
{
    for (guint i = 0; i < m->n; i++) {
        struct month_row *row = &g_array_index(m->month, struct month_row, i);
        if (day >= row->first && day < row->next)
            return row;
    }
    if (m->n == m->month->len) {
        const struct month_row row = {.packer = usage_pack_new()};
        g_array_append_val(m->month, row);
    }
    struct month_row *row = &g_array_index(m->month, struct month_row, m->n++);
    if (day < row->first || day >= row->next) {
        row->first = day_month_start(day, 0);
        row->next = day_month_start(day, 1);
    }
    row->part = row->n_spans = 0;
    return row;
}

/* Cells are sorted, so that b's day is not before a's where the rest is the same. */
static bool same_span(const struct rollup_cell *a, const struct rollup_cell *b, int32_t next_month)
{
    return a->party == b->party && a->metric == b->metric && a->subject == b->subject &&
           b->day < next_month;
}

/* Take the cells from `first` on that are one metric, subject and month; tells how many. */
static size_t take_span(struct months_of_party *m, struct month_row *row,
                        const struct rollup_cell *first, const struct rollup_cell *end)
{
    struct usage_span span;
    const struct rollup_cell *cell = first;
    int usage = mapping_value_usage(m->batch->mapping, first->metric);
    span.metric_id = m->batch->metric_id[first->metric];
    span.subject_id = directory_id(m->batch->subjects, first->subject);
    span.load_id = m->load_id;
    span.taken = 0;
    span.is_latest = m->batch->set->usage[usage].combine == COMBINE_LATEST;
    span.is_counted = span.is_mixed = false;
    for (; cell < end && same_span(first, cell, row->next); cell++) {
        int d = cell->day - row->first;
        span.taken |= UINT32_C(1) << d;
        span.v[d] = cell->v;
        span.at[d] = cell->at;
        span.tie[d] = cell->tie;
    }
    usage_pack_put(row->packer, &span);
    row->n_spans++;
    return (size_t)(cell - first);
}

static bool put_spans(struct months_of_party *m, const struct rollup_cell *cells, size_t n,
                      GError **err)
{
    for (size_t i = 0; i < n;) {
        int64_t party_id = directory_id(m->batch->parties, cells[i].party);
        if (party_id != m->party_id && !put_party(m, err))
            return false;
        m->party_id = party_id;
        struct month_row *row = row_of(m, cells[i].day);
        i += take_span(m, row, &cells[i], &cells[n]);
        if (row->n_spans == USAGE_PACK_SPANS && !put_row(m, row, err))
            return false;
        if (i > n / 2 && fault_hit("mid_copy"))
            return err_set(err, KENKO_ERROR_BUG, "injected mid_copy");
    }
    return put_party(m, err);
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
    if (!make_months(batch, "warehouse.usage_month", &months, err))
        return false;
    for (guint i = 0; i < batch->events->len; i++)
        add_day(&months, g_array_index(batch->events, struct batch_event, i).day);
    return make_months(batch, "warehouse.usage_event", &months, err);
}

static void free_row(gpointer row)
{
    usage_pack_free(((struct month_row *)row)->packer);
}

/* In the order of the primary key, which a B-tree takes much faster. */
bool batch_write_spans(struct batch *batch, int64_t load_id, GError **err)
{
    const struct rollup_order order = {directory_ids(batch->parties),
                                       directory_ids(batch->subjects), batch->metric_id};
    size_t n = rollup_count(batch->rollup);
    const struct rollup_cell *cells = rollup_sorted(batch->rollup, &order);
    g_autoptr(GArray) months = g_array_new(FALSE, FALSE, sizeof(struct month_row));
    g_array_set_clear_func(months, free_row);
    struct months_of_party m = {
        .batch = batch, .load_id = load_id, .party_id = -1, .month = months};
    m.copy = q_span_copy_begin(batch->db, err);
    if (!m.copy)
        return false;
    if (!put_spans(&m, cells, n, err)) {
        db_copy_abort(m.copy);
        return false;
    }
    return db_copy_end(m.copy, NULL, err);
}
