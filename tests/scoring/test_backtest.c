/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/backtest.h"
#include "support/leavers.h"
#include "support/sources.h"
#include "support/warehouse.h"

static bool test(struct arena *arena, struct db *db, const char *dir, int32_t as_of,
                 struct backtest *out, GError **err)
{
    g_autoptr(config_t) config = config_open(dir, err);
    const struct backtest_options options = {as_of, -1, NULL};
    return config && backtest_run(arena, db, config, &options, out, err);
}

static void tested(struct arena *arena, struct db *db, const char *dir, struct backtest *out)
{
    g_autoptr(GError) err = NULL;
    if (!test(arena, db, dir, leavers_until(), out, &err))
        fail_msg("%s", err->message);
}

/* Rows and churn events of account-days whose period and gap had passed by `day`. */
static void count_known(const struct leavers *c, int32_t day, size_t *rows, size_t *events)
{
    int32_t last = leavers_until() - LEAVERS_HORIZON - LEAVERS_GAP - 1;
    *rows = *events = 0;
    for (int32_t d = last; d >= leavers_day(2025, 1, 1) + LEAVERS_HISTORY; d -= LEAVERS_HORIZON) {
        for (int a = 0; d + LEAVERS_HORIZON + LEAVERS_GAP < day && a < LEAVERS_ACCOUNTS; a++) {
            *rows += leavers_end(c, a) > d;
            *events += leavers_end(c, a) > d && leavers_end(c, a) <= d + LEAVERS_HORIZON;
        }
    }
}

static void each_day_is_judged_by_what_was_sure_before_it(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 150, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct backtest b;
    tested(arena, db, dir, &b);
    assert_true(b.n >= 4);
    size_t judged = 0, events = 0;
    for (size_t o = 0; o < b.n; o++) {
        const struct backtest_origin *origin = &b.origin[o];
        size_t rows, known;
        count_known(&c, origin->as_of, &rows, &known);
        assert_int_equal(origin->train_rows, rows);
        assert_int_equal(origin->train_events, known);
        assert_true(known >= 50);
        judged += origin->result.table.row[RIVAL_ENGINE].n;
        events += origin->result.table.row[RIVAL_ENGINE].events;
    }
    const struct evaluation *all = &b.pooled.table.row[RIVAL_ENGINE];
    assert_int_equal(all->n, judged);
    assert_int_equal(all->events, events);
    assert_true(all->auc_low > 0.6);
    assert_true(all->log_loss < b.pooled.table.row[RIVAL_BASE].log_loss);
    const struct evaluate_capacity *tenth = &b.pooled.capacity[RIVAL_ENGINE][1];
    assert_true(tenth->rows == (double)judged && tenth->events == (double)events);
    assert_true(evaluate_capacity_lift(tenth) > 1.5);
    assert_true(fabs(evaluate_capacity_lift(&b.pooled.capacity[RIVAL_BASE][1]) - 1) < 0.05);
}

/* What was said later changes no earlier day's figures: the same days, judged again with more. */
static void later_facts_change_no_earlier_day(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 150, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct backtest before, after;
    tested(arena, db, dir, &before);
    sources_write(dir, "usage_later.csv",
                  "account,day,runs,flag\na199,2026-03-01,900000,1\na198,2026-04-01,900000,1\n");
    sources_ingest(db, dir, NULL);
    tested(arena, db, dir, &after);
    assert_int_equal(after.n, before.n);
    for (size_t o = 0; o < after.n; o++) {
        const struct evaluation *a = &after.origin[o].result.table.row[RIVAL_ENGINE];
        const struct evaluation *b = &before.origin[o].result.table.row[RIVAL_ENGINE];
        assert_int_equal(after.origin[o].as_of, before.origin[o].as_of);
        assert_memory_equal(a, b, sizeof *a);
    }
}

static void too_little_to_judge_by_is_said(void **state)
{
    (void)state;
    const struct leavers few = {.churns = 40, .decline = true},
                         leak = {.churns = 150, .flag = true};
    const char *dir;
    g_autoptr(arena_t) arena = arena_new();
    struct backtest b;
    g_autoptr(db_t) db = leavers_load(&few, &dir);
    g_autoptr(GError) err = NULL, told = NULL;
    assert_false(test(arena, db, dir, leavers_until(), &b, &err));
    assert_true(err_is(err, KENKO_ERROR_REFUSED));
    assert_non_null(strstr(err->message, "50 churn events before it"));
    g_autoptr(db_t) other = leavers_load(&leak, &dir);
    assert_false(test(arena, other, dir, leavers_until(), &b, &told));
    assert_non_null(strstr(told->message, "flag_28d"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_day_is_judged_by_what_was_sure_before_it),
        cmocka_unit_test(later_facts_change_no_earlier_day),
        cmocka_unit_test(too_little_to_judge_by_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
