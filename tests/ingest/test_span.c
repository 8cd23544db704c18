/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packing rows of usage at random: what any reader who may still ask gets is what it got before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/span.h"

enum { LOADS = 24, ROUNDS = 4000 };

/* By load id: what compaction may do with it. */
static enum span_fate fate_of(const void *context, int64_t load_id)
{
    return ((const enum span_fate *)context)[load_id];
}

static int compare(gconstpointer a, gconstpointer b)
{
    const struct usage_span *x = a, *y = b;
    return (x->load_id > y->load_id) - (x->load_id < y->load_id);
}

static bool equal(const struct usage_span *a, const struct usage_span *b)
{
    if (a->load_id != b->load_id || a->taken != b->taken)
        return false;
    for (int d = 0; d < SPAN_DAYS; d++) {
        if (a->taken >> d & 1 && (a->v[d] != b->v[d] || a->at[d] != b->at[d] ||
                                  a->tie[d] != b->tie[d] || a->load[d] != b->load[d]))
            return false;
    }
    return true;
}

/* Loads dealt to rows, some of them together in a compacted row, each with a few days. */
static GArray *make_rows(GRand *rand, enum mapping_combine combine, bool huge)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct usage_span));
    for (int64_t load = 1; load < LOADS; load++) {
        struct usage_span span = {.is_latest = combine == COMBINE_LATEST,
                                  .is_counted = combine == COMBINE_SUM && g_rand_boolean(rand)};
        for (int k = 0; k < 3; k++) {
            int d = g_rand_int_range(rand, 0, 8);
            span.taken |= UINT32_C(1) << d;
            span.v[d] = huge ? (g_rand_boolean(rand) ? INT64_MAX - d : INT64_MIN + d)
                             : g_rand_int_range(rand, -50, 50);
            span.at[d] = span.is_latest    ? g_rand_int_range(rand, 0, 3)
                         : span.is_counted ? g_rand_int_range(rand, -1, 3)
                                           : 1;
            if (span.at[d] == 0 && span.is_counted && g_rand_boolean(rand))
                span.v[d] = 0; /* a record came and another went: the same as nothing */
            span.tie[d] = span.is_latest ? load * 7 % 29 : 0;
            span.load[d] = load;
        }
        struct usage_span *into =
            rows->len ? &g_array_index(rows, struct usage_span, rows->len - 1) : NULL;
        if (!into || into->taken & span.taken) {
            span.load_id = load;
            g_array_append_val(rows, span);
            continue;
        }
        for (int d = 0; d < SPAN_DAYS; d++) {
            if (!(span.taken >> d & 1))
                continue;
            into->v[d] = span.v[d];
            into->at[d] = span.at[d];
            into->tie[d] = span.tie[d];
            into->load[d] = load;
        }
        into->taken |= span.taken;
        into->is_counted |= span.is_counted;
    }
    return rows;
}

struct answer {
    bool there;
    __int128 v;
    int64_t at, tie;
};

/* A day as a reader sees it to whom the loads of `counts` count. */
static struct answer ask(const GArray *rows, int d, enum mapping_combine combine,
                         const bool counts[LOADS])
{
    struct answer out = {0};
    for (guint i = 0; i < rows->len; i++) {
        const struct usage_span *row = &g_array_index(rows, struct usage_span, i);
        if (!(row->taken >> d & 1) || !counts[row->load[d]])
            continue;
        __int128 v = row->v[d];
        bool newer = row->at[d] > out.at || (row->at[d] == out.at && row->tie[d] > out.tie);
        bool wins = !out.there || (combine == COMBINE_MAX && v > out.v) ||
                    (combine == COMBINE_MIN && v < out.v) || (combine == COMBINE_LATEST && newer);
        if (combine == COMBINE_SUM) {
            out.v += v;
            out.at += row->at[d];
        } else if (wins)
            out = (struct answer){true, v, row->at[d], row->tie[d]};
        out.there = true;
    }
    if (combine == COMBINE_SUM && out.at == 0 && out.v == 0)
        out.there = false;
    return out;
}

static void expect_same(const GArray *a, const GArray *b, enum mapping_combine combine,
                        const bool counts[LOADS])
{
    for (int d = 0; d < SPAN_DAYS; d++) {
        struct answer x = ask(a, d, combine, counts), y = ask(b, d, combine, counts);
        assert_true(x.there == y.there);
        assert_true(x.v == y.v && x.at == y.at && x.tie == y.tie);
    }
}

static void expect_keys(const GArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        const struct usage_span *row = &g_array_index(rows, struct usage_span, i);
        int64_t least = INT64_MAX;
        assert_true(row->taken != 0);
        assert_true(i == 0 || g_array_index(rows, struct usage_span, i - 1).load_id < row->load_id);
        for (int d = 0; d < SPAN_DAYS; d++) {
            if (row->taken >> d & 1)
                least = MIN(least, row->load[d]);
        }
        assert_int_equal(least, row->load_id);
    }
}

/* Settled loads count for everybody or nobody; of the others any may count. */
static void one_round(GRand *rand, enum mapping_combine combine, bool huge)
{
    enum span_fate fate[LOADS] = {0};
    int32_t settled = g_rand_int_range(rand, 0, 4); /* of three */
    for (int i = 1; i < LOADS; i++) {
        if (g_rand_int_range(rand, 0, 3) < settled)
            fate[i] = g_rand_int_range(rand, 0, 4) ? SPAN_MERGE : SPAN_DROP;
    }
    g_autoptr(GArray) rows = make_rows(rand, combine, huge);
    g_autoptr(GArray) packed = g_array_new(FALSE, FALSE, sizeof(struct usage_span));
    g_autoptr(GArray) again = g_array_new(FALSE, FALSE, sizeof(struct usage_span));
    g_array_sort(rows, compare);
    span_pack(rows, combine, fate_of, fate, packed);
    expect_keys(packed);
    for (int reader = 0; reader < 8; reader++) {
        bool counts[LOADS];
        for (int i = 0; i < LOADS; i++)
            counts[i] = fate[i] == SPAN_MERGE || (fate[i] == SPAN_KEEP && g_rand_boolean(rand));
        expect_same(rows, packed, combine, counts);
    }
    span_pack(packed, combine, fate_of, fate, again);
    assert_int_equal(packed->len, again->len);
    for (guint i = 0; i < packed->len; i++)
        assert_true(equal(&g_array_index(packed, struct usage_span, i),
                          &g_array_index(again, struct usage_span, i)));
}

static void packing_changes_no_answer_by_any_rule(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(20261127);
    for (int i = 0; i < ROUNDS; i++)
        one_round(rand, (enum mapping_combine)(i % 4), false);
    g_rand_free(rand);
}

static void sums_that_leave_64_bits_stay_apart_and_exact(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(1127);
    for (int i = 0; i < ROUNDS; i++)
        one_round(rand, COMBINE_SUM, true);
    g_rand_free(rand);
}

static void settled_values_of_a_day_become_one(void **state)
{
    (void)state;
    enum span_fate fate[LOADS];
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct usage_span));
    g_autoptr(GArray) packed = g_array_new(FALSE, FALSE, sizeof(struct usage_span));
    for (int64_t load = 1; load < LOADS; load++) {
        fate[load] = SPAN_MERGE;
        struct usage_span span = {
            .load_id = load, .taken = 1, .v = {load}, .at = {1}, .load = {load}};
        g_array_append_val(rows, span);
    }
    span_pack(rows, COMBINE_SUM, fate_of, fate, packed);
    assert_int_equal(packed->len, 1);
    assert_int_equal(g_array_index(packed, struct usage_span, 0).v[0], LOADS * (LOADS - 1) / 2);
    assert_true(span_is_plain(&g_array_index(packed, struct usage_span, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packing_changes_no_answer_by_any_rule),
        cmocka_unit_test(sums_that_leave_64_bits_stay_apart_and_exact),
        cmocka_unit_test(settled_values_of_a_day_become_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
