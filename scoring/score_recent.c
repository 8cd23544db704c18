/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage of the last days as dashboards poll it, by month: what is there and right stays, for from
 * one day to the next all months but one do. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/day.h"
#include "scoring/facts.h"
#include "scoring/score_internal.h"

enum { PORTION = 100000, MONTHS_MAX = 5 /* that hold RECENT_DAYS */, MONTH_DAYS_MAX = 31 };

struct recent {
    struct arena *arena;
    const struct metric_set *metrics;
    const struct metric_frame *frame;
    const char **unit; /* by usage metric */
    uint32_t *by_id;   /* accounts in the order of their ids */
    int32_t month[MONTHS_MAX];
    size_t n_months;
    uint8_t *there;       /* a bit for each usage metric, account and month */
    GArray *ids, *months; /* what is there and wrong */
    GPtrArray *names;     /* borrowed from metrics, or in the arena */
};

/* Values of a month, as far as there are facts before the frame's day. */
struct values {
    double v[MONTH_DAYS_MAX];
    bool is_null[MONTH_DAYS_MAX];
    size_t n;
};

static size_t bit_of(const struct recent *r, size_t usage, size_t account, size_t month)
{
    return (usage * r->frame->n_accounts + account) * r->n_months + month;
}

static void list_months(struct recent *r)
{
    int32_t month = day_month_start(r->frame->as_of - RECENT_DAYS, 0);
    for (; month < r->frame->as_of; month = day_month_start(month, 1))
        r->month[r->n_months++] = month;
}

static void take_values(const struct recent *r, size_t usage, size_t account, int32_t month,
                        struct values *out)
{
    size_t days = MIN((size_t)day_month_length(month), (size_t)(r->frame->as_of - month));
    out->n = 0;
    for (size_t d = 0; d < days; d++) {
        double v = facts_value(r->frame->facts, account, usage, month + (int32_t)d);
        out->is_null[d] = !isfinite(v);
        out->v[d] = out->is_null[d] ? 0 : v;
        if (!out->is_null[d])
            out->n = d + 1;
    }
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

static ssize_t find_month(const struct recent *r, int32_t month)
{
    for (size_t i = 0; i < r->n_months; i++) {
        if (r->month[i] == month)
            return (ssize_t)i;
    }
    return -1;
}

/* ── the server's hash of values ────────────────────────────────────────────────────────────────
 */

static uint32_t turn(uint32_t x, int by)
{
    return x << by | x >> (32 - by);
}

/* Bob Jenkins, lookup3.c, of the eight bytes of a number, with the seed 1; 0 is its seed. */
static uint64_t hash_number(double v)
{
    uint32_t half[2], a, b, c;
    if (v == 0)
        return 1;
    memcpy(half, &v, sizeof half);
    a = b = c = UINT32_C(0x9e3779b9) + sizeof half + 3923095;
    b += 1;
    a = (a - c) ^ turn(c, 4), c += b;
    b = (b - a) ^ turn(a, 6), a += c;
    c = (c - b) ^ turn(b, 8), b += a;
    a = (a - c) ^ turn(c, 16), c += b;
    b = (b - a) ^ turn(a, 19), a += c;
    c = (c - b) ^ turn(b, 4), b += a;
    a += half[0];
    b += half[1];
    c = (c ^ b) - turn(b, 14);
    a = (a ^ c) - turn(c, 11);
    b = (b ^ a) - turn(a, 25);
    c = (c ^ b) - turn(b, 16);
    a = (a ^ c) - turn(c, 4);
    b = (b ^ a) - turn(a, 14);
    c = (c ^ b) - turn(b, 24);
    return (uint64_t)b << 32 | c;
}

/* As hash_array_extended: a server that hashes otherwise has all of it written anew, no more. */
static int64_t hash_values(const struct values *x)
{
    uint64_t hash = 1;
    for (size_t d = 0; d < x->n; d++)
        hash = hash * 31 + (x->is_null[d] ? 0 : hash_number(x->v[d]));
    return (int64_t)hash;
}

static bool is_right(const struct recent *r, const struct q_usage_recent_read_row *row,
                     ssize_t account, ssize_t usage)
{
    if (account < 0 || usage < 0 || !r->frame->is_customer[account])
        return false;
    struct values values;
    take_values(r, (size_t)usage, (size_t)account, row->month, &values);
    return values.n > 0 && hash_values(&values) == row->hash &&
           strcmp(r->unit[usage], row->unit) == 0 &&
           strcmp(r->frame->account_key[account], row->account_key) == 0;
}

static bool on_row(void *context, const struct q_usage_recent_read_row *row, GError **err)
{
    (void)err;
    struct recent *r = context;
    ssize_t account = find_account(r, row->account_id), usage = find_usage(r, row->metric),
            month = find_month(r, row->month);
    if (month >= 0 && is_right(r, row, account, usage)) {
        size_t bit = bit_of(r, (size_t)usage, (size_t)account, (size_t)month);
        r->there[bit / 8] |= (uint8_t)(1 << bit % 8);
        return true;
    }
    g_array_append_val(r->ids, row->account_id);
    g_array_append_val(r->months, row->month);
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
        struct db_dates months = {n, &g_array_index(r->months, int32_t, i), NULL};
        if (!q_usage_recent_remove(db, &ids, &names, &months, NULL, err))
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
    for (size_t i = 0; i < r->n_months; i++) {
        struct values values;
        size_t bit = bit_of(r, usage, a, i);
        if (r->there[bit / 8] & 1 << bit % 8)
            continue;
        take_values(r, usage, a, r->month[i], &values);
        row.month = r->month[i];
        row.v = (struct db_doubles){values.n, values.v, values.is_null};
        if (values.n > 0 && !q_usage_recent_copy_put(copy, &row, err))
            return false;
    }
    return true;
}

static bool add_missing(struct db *db, const struct recent *r, GError **err)
{
    struct db_copy *copy = q_usage_recent_copy_begin(db, err);
    size_t accounts = r->frame->n_accounts, usages = metric_usage_count(r->metrics);
    /* In the order of the key: the index grows at its end. */
    for (size_t i = 0; copy && i < accounts * usages; i++) {
        size_t a = r->by_id[i / usages];
        if (r->frame->is_customer[a] && !put_account(r, copy, a, i % usages, err)) {
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
    g_autoptr(GArray) months = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    size_t n = frame->n_accounts, usages = metric_usage_count(metrics);
    struct recent r = {.arena = arena,
                       .metrics = metrics,
                       .frame = frame,
                       .unit = arena_many(arena, usages + 1, const char *),
                       .by_id = arena_many(arena, n + 1, uint32_t),
                       .there = arena_many(arena, usages * n * MONTHS_MAX / 8 + 1, uint8_t),
                       .ids = ids,
                       .months = months,
                       .names = names};
    for (size_t a = 0; a < n; a++)
        r.by_id[a] = (uint32_t)a;
    qsort_r(r.by_id, n, sizeof *r.by_id, compare_ids, (void *)(uintptr_t)frame->account_id);
    list_months(&r);
    return load_units(db, &r, err) &&
           q_usage_recent_trim(db, r.month[0], frame->as_of, NULL, err) &&
           q_usage_recent_read(db, on_row, &r, err) && remove_wrong(db, &r, err) &&
           add_missing(db, &r, err);
}
