/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/span.h"

#include <string.h>

#include "ingest/rollup.h"

static bool has(const struct usage_span *span, int d)
{
    return span->taken >> d & 1;
}

static void set_day(struct usage_span *into, int d, const struct usage_span *from)
{
    into->taken |= UINT32_C(1) << d;
    into->is_latest |= from->is_latest;
    into->is_counted |= from->is_counted;
    into->v[d] = from->v[d];
    into->at[d] = from->at[d];
    into->tie[d] = from->tie[d];
    into->load[d] = from->load[d];
}

static void clear_day(struct usage_span *span, int d)
{
    span->taken &= ~(UINT32_C(1) << d);
}

/* False when the sum leaves 64 bits. */
static bool merge_day(struct usage_span *into, int d, const struct usage_span *from,
                      enum mapping_combine combine)
{
    if (!has(into, d)) {
        set_day(into, d, from);
        return true;
    }
    struct rollup_cell cell = {.v = into->v[d], .at = into->at[d], .tie = into->tie[d]};
    const struct rollup_cell value = {.v = from->v[d], .at = from->at[d], .tie = from->tie[d]};
    if (!rollup_combine(&cell, &value, combine))
        return false;
    into->v[d] = cell.v;
    into->at[d] = combine == COMBINE_SUM ? into->at[d] + from->at[d] : cell.at;
    into->tie[d] = cell.tie;
    into->is_counted |= from->is_counted;
    return true;
}

static void find_load(struct usage_span *span)
{
    span->load_id = INT64_MAX;
    for (int d = 0; d < SPAN_DAYS; d++) {
        if (has(span, d))
            span->load_id = MIN(span->load_id, span->load[d]);
    }
}

/* The smallest load whose values are merged; drops what is dropped. */
static int64_t settle(GArray *rows, span_fate_fn fate, const void *context)
{
    int64_t least = INT64_MAX;
    for (guint i = 0; i < rows->len; i++) {
        struct usage_span *row = &g_array_index(rows, struct usage_span, i);
        for (int d = 0; d < SPAN_DAYS; d++) {
            enum span_fate what = has(row, d) ? fate(context, row->load[d]) : SPAN_KEEP;
            if (what == SPAN_MERGE)
                least = MIN(least, row->load[d]);
            if (what == SPAN_DROP)
                clear_day(row, d);
        }
    }
    return least;
}

/* Move values from the rows to `merged`: those of one load, or of all to merge. True when a sum
 * left 64 bits that may fit now, after others of the other sign came in. */
static bool merge(GArray *rows, struct usage_span *merged, int64_t only,
                  enum mapping_combine combine, span_fate_fn fate, const void *context)
{
    bool moved = false, stuck = false;
    for (guint i = 0; i < rows->len; i++) {
        struct usage_span *row = &g_array_index(rows, struct usage_span, i);
        for (int d = 0; d < SPAN_DAYS; d++) {
            if (!has(row, d) || (only && row->load[d] != only) ||
                fate(context, row->load[d]) != SPAN_MERGE)
                continue;
            if (!merge_day(merged, d, row, combine)) {
                stuck = true;
                continue;
            }
            clear_day(row, d);
            moved = true;
        }
    }
    return stuck && moved;
}

/* All values to merge, under the smallest of their loads. Its own come first, so that none of them
 * stays behind and no other row is found by that load. */
static void merge_all(GArray *rows, struct usage_span *merged, enum mapping_combine combine,
                      span_fate_fn fate, const void *context)
{
    int64_t least = settle(rows, fate, context);
    if (least < INT64_MAX) {
        merge(rows, merged, least, combine, fate, context);
        while (merge(rows, merged, 0, combine, fate, context))
            continue;
    }
    merged->load_id = least;
    for (int d = 0; d < SPAN_DAYS; d++) {
        merged->load[d] = least;
        /* Records came and went again: that is no fact, not a zero. */
        if (combine == COMBINE_SUM && merged->v[d] == 0 && merged->at[d] == 0)
            clear_day(merged, d);
    }
    for (guint i = 0; i < rows->len; i++)
        find_load(&g_array_index(rows, struct usage_span, i));
}

static int compare(gconstpointer a, gconstpointer b)
{
    const struct usage_span *x = a, *y = b;
    return (x->load_id > y->load_id) - (x->load_id < y->load_id);
}

/* Put a row into the first one whose days it does not touch. */
static void place(GArray *packed, const struct usage_span *row)
{
    guint k = 0;
    while (k < packed->len && g_array_index(packed, struct usage_span, k).taken & row->taken)
        k++;
    if (k == packed->len) {
        g_array_append_val(packed, *row);
        return;
    }
    struct usage_span *into = &g_array_index(packed, struct usage_span, k);
    for (int d = 0; d < SPAN_DAYS; d++) {
        if (has(row, d))
            set_day(into, d, row);
    }
    into->load_id = MIN(into->load_id, row->load_id);
}

void span_pack(const GArray *rows, enum mapping_combine combine, span_fate_fn fate,
               const void *context, GArray *packed)
{
    g_autoptr(GArray) left = g_array_sized_new(FALSE, FALSE, sizeof(struct usage_span), rows->len);
    struct usage_span merged = {0};
    g_array_append_vals(left, rows->data, rows->len);
    merge_all(left, &merged, combine, fate, context);
    g_array_sort(left, compare);
    g_array_set_size(packed, 0);
    if (merged.taken)
        g_array_append_val(packed, merged);
    for (guint i = 0; i < left->len; i++) {
        if (g_array_index(left, struct usage_span, i).taken)
            place(packed, &g_array_index(left, struct usage_span, i));
    }
    g_array_sort(packed, compare);
}

enum mapping_combine span_combine(const char *rule)
{
    static const char *const rules[] = {"sum", "max", "min", "latest"};
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (strcmp(rules[i], rule) == 0)
            return (enum mapping_combine)i;
    }
    BUG("a metric has an unknown combine rule");
}

bool span_is_plain(const struct usage_span *span)
{
    for (int d = 0; d < SPAN_DAYS; d++) {
        if (has(span, d) && span->load[d] != span->load_id)
            return false;
    }
    return true;
}
