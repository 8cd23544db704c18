/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage of the last days as dashboards poll it: what is there and right stays, for from one day to
 * the next nearly all of it does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/facts.h"
#include "scoring/score_internal.h"

enum { PORTION = 100000 };

struct recent {
    struct arena *arena;
    const struct metric_set *metrics;
    const struct metric_frame *frame;
    const char **unit;  /* by usage metric */
    uint32_t *by_id;    /* accounts in the order of their ids */
    uint8_t *there;     /* a bit for each usage metric, account and day */
    GArray *ids, *days; /* what is there and wrong */
    GPtrArray *names;   /* borrowed from metrics, or in the arena */
};

static size_t bit_of(const struct recent *r, size_t usage, size_t account, int32_t day)
{
    size_t row = usage * r->frame->n_accounts + account;
    return row * RECENT_DAYS + (size_t)(day - (r->frame->as_of - RECENT_DAYS));
}

static int compare_ids(const void *a, const void *b, void *context)
{
    const int64_t *id = context;
    int64_t x = id[*(const uint32_t *)a], y = id[*(const uint32_t *)b];
    return (x > y) - (x < y);
}

/* -1 when there is none. */
static ssize_t find_account(const struct recent *r, int64_t account_id)
{
    size_t low = 0, high = r->frame->n_accounts;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (r->frame->account_id[r->by_id[mid]] < account_id)
            low = mid + 1;
        else
            high = mid;
    }
    bool found = low < r->frame->n_accounts && r->frame->account_id[r->by_id[low]] == account_id;
    return found ? (ssize_t)r->by_id[low] : -1;
}

static ssize_t find_usage(const struct recent *r, const char *name)
{
    for (size_t i = 0; i < metric_usage_count(r->metrics); i++) {
        if (strcmp(metric_usage_name(r->metrics, i), name) == 0)
            return (ssize_t)i;
    }
    return -1;
}

static bool is_right(const struct recent *r, const struct q_usage_recent_read_row *row,
                     ssize_t account, ssize_t usage)
{
    if (account < 0 || usage < 0 || !r->frame->is_customer[account])
        return false;
    double value = facts_value(r->frame->facts, (size_t)account, (size_t)usage, row->day);
    return !isnan(value) && value == row->value && strcmp(r->unit[usage], row->unit) == 0 &&
           strcmp(r->frame->account_key[account], row->account_key) == 0;
}

static bool on_row(void *context, const struct q_usage_recent_read_row *row, GError **err)
{
    (void)err;
    struct recent *r = context;
    ssize_t account = find_account(r, row->account_id), usage = find_usage(r, row->metric);
    if (is_right(r, row, account, usage)) {
        size_t bit = bit_of(r, (size_t)usage, (size_t)account, row->day);
        r->there[bit / 8] |= (uint8_t)(1 << bit % 8);
        return true;
    }
    g_array_append_val(r->ids, row->account_id);
    g_array_append_val(r->days, row->day);
    g_ptr_array_add(r->names,
                    usage >= 0 ? (gpointer)(uintptr_t)metric_usage_name(r->metrics, (size_t)usage)
                               : arena_strdup(r->arena, row->metric));
    return true;
}

static bool remove_wrong(struct db *db, const struct recent *r, GError **err)
{
    for (size_t i = 0; i < r->ids->len; i += PORTION) {
        size_t n = MIN((size_t)PORTION, r->ids->len - i);
        struct db_bigints ids = {n, &g_array_index(r->ids, int64_t, i), NULL};
        struct db_texts names = {n, (const char *const *)r->names->pdata + i, NULL};
        struct db_dates days = {n, &g_array_index(r->days, int32_t, i), NULL};
        if (!q_usage_recent_remove(db, &ids, &names, &days, NULL, err))
            return false;
    }
    return true;
}

static bool put_account(const struct recent *r, struct db_copy *copy, size_t a, size_t usage,
                        GError **err)
{
    const struct metric_frame *f = r->frame;
    struct q_usage_recent_copy_row row = {.account_id = f->account_id[a],
                                          .metric = metric_usage_name(r->metrics, usage),
                                          .account_key = f->account_key[a],
                                          .unit = r->unit[usage]};
    for (row.day = f->as_of - RECENT_DAYS; row.day < f->as_of; row.day++) {
        size_t bit = bit_of(r, usage, a, row.day);
        if (r->there[bit / 8] & 1 << bit % 8)
            continue;
        row.value = facts_value(f->facts, a, usage, row.day);
        if (isfinite(row.value) && !q_usage_recent_copy_put(copy, &row, err))
            return false;
    }
    return true;
}

static bool add_missing(struct db *db, const struct recent *r, GError **err)
{
    struct db_copy *copy = q_usage_recent_copy_begin(db, err);
    size_t accounts = r->frame->n_accounts, n = metric_usage_count(r->metrics) * accounts;
    for (size_t i = 0; copy && i < n; i++) {
        if (r->frame->is_customer[i % accounts] &&
            !put_account(r, copy, i % accounts, i / accounts, err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return copy && db_copy_end(copy, NULL, err);
}

static bool load_units(struct db *db, struct recent *r, GError **err)
{
    struct q_usage_metrics_rows rows;
    if (!q_usage_metrics(r->arena, db, &rows, err))
        return false;
    for (size_t i = 0; i < metric_usage_count(r->metrics); i++)
        r->unit[i] = "";
    for (size_t i = 0; i < rows.n; i++) {
        ssize_t usage = find_usage(r, rows.row[i].name);
        if (usage >= 0)
            r->unit[usage] = rows.row[i].unit;
    }
    return true;
}

bool score_recent_write(struct db *db, const struct metric_set *metrics,
                        const struct metric_frame *frame, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    size_t n = frame->n_accounts, usages = metric_usage_count(metrics);
    struct recent r = {.arena = arena,
                       .metrics = metrics,
                       .frame = frame,
                       .unit = arena_many(arena, usages + 1, const char *),
                       .by_id = arena_many(arena, n + 1, uint32_t),
                       .there = arena_many(arena, usages * n * RECENT_DAYS / 8 + 1, uint8_t),
                       .ids = ids,
                       .days = days,
                       .names = names};
    for (size_t a = 0; a < n; a++)
        r.by_id[a] = (uint32_t)a;
    qsort_r(r.by_id, n, sizeof *r.by_id, compare_ids, (void *)(uintptr_t)frame->account_id);
    return load_units(db, &r, err) &&
           q_usage_recent_trim(db, frame->as_of - RECENT_DAYS, frame->as_of, NULL, err) &&
           q_usage_recent_read(db, on_row, &r, err) && remove_wrong(db, &r, err) &&
           add_missing(db, &r, err);
}
