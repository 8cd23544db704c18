/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/plan.h"
#include "support/leavers.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define HEAD "name: default\nbands: [{name: Red, below: 40}, {name: Green}]\ngroups:\n"
#define USE                                                                                        \
    "  - name: use\n    weight: 1\n    measures:\n"                                                \
    "      - {name: runs, metric: runs_28d, weight: 1, anchors: [{at: 0, score: 0}, {at: 200, "    \
    "score: 100}]}\n"

struct world {
    struct arena *arena;
    struct db *db;
    struct config *config;
    const struct metric_set *set;
    const char *dir;
};

static const struct leavers company = {.churns = 100, .decline = true};

static int open_world(void **state)
{
    struct world *w = g_new0(struct world, 1);
    g_autoptr(GError) err = NULL;
    w->arena = arena_new();
    w->db = leavers_load(&company, &w->dir);
    w->config = config_open(w->dir, &err);
    w->set = w->config ? metric_set_load(w->arena, w->config, &err) : NULL;
    *state = w;
    return w->set ? 0 : -1;
}

static int close_world(void **state)
{
    struct world *w = *state;
    config_close(w->config);
    db_close(w->db);
    arena_free(w->arena);
    g_free(w);
    return 0;
}

static const struct scorecard *card(struct world *w, const char *name, const char *text)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *file = g_strdup_printf("scorecards/%s.yaml", name);
    if (text)
        sources_write(w->dir, file, text);
    const struct scorecard *c = scorecard_load(w->arena, w->config, w->set, name, &err);
    if (!c)
        fail_msg("%s", err->message);
    return c;
}

static struct plan *planned(struct world *w, const struct scorecard *after,
                            const struct metric_set *set)
{
    g_autoptr(GError) err = NULL;
    const struct plan_side before = {w->set, card(w, "default", NULL)}, edited = {set, after};
    const struct plan_options options = {leavers_day(2025, 10, 1), -1, NULL};
    struct plan *plan = arena_one(w->arena, struct plan);
    if (!plan_run(w->arena, w->db, w->config, &before, &edited, &options, plan, &err))
        fail_msg("%s", err->message);
    return plan;
}

static void parts_add_up(const struct plan *p)
{
    size_t changed = 0, moved = 0, binned = 0;
    for (size_t i = 0; i < p->n_accounts; i++) {
        const struct plan_account *a = &p->account[i];
        int sum = 0;
        changed += strcmp(a->from, a->to) != 0;
        for (size_t k = 0; k < p->n_measures; k++)
            sum += a->part_bp[k];
        if (a->known_before && a->known_after)
            assert_int_equal(sum, a->after_bp - a->before_bp);
    }
    for (size_t i = 0; i < p->n_moves; i++)
        moved += p->move[i].accounts;
    for (int b = 0; b < PLAN_BINS; b++)
        binned += p->histogram[b];
    assert_int_equal(changed, p->changed);
    assert_int_equal(moved, p->n_accounts);
    assert_int_equal(binned, p->both);
}

static size_t customers(void)
{
    size_t n = 0;
    for (int a = 0; a < LEAVERS_ACCOUNTS; a++)
        n += leavers_end(&company, a) > leavers_day(2025, 10, 1);
    return n;
}

static void an_edit_that_is_none_moves_nobody(void **state)
{
    struct world *w = *state;
    const struct plan *p = planned(w, card(w, "same", HEAD USE), w->set);
    parts_add_up(p);
    assert_int_equal(p->n_accounts, customers());
    assert_int_equal(p->changed, 0);
    assert_int_equal(p->histogram[PLAN_BINS / 2], p->both);
    assert_true(fabs(p->spearman - 1) < 1e-12 && fabs(p->kendall - 1) < 1e-12);
    assert_int_equal(p->measure[0].edit, PLAN_SAME);
    assert_int_equal(p->measure[0].moved, 0);
}

static void a_moved_cut_is_named_as_such(void **state)
{
    struct world *w = *state;
    const struct plan *p =
        planned(w,
                card(w, "cut",
                     "name: cut\nbands: [{name: Red, below: 55}, {name: Green}]\n"
                     "groups:\n" USE),
                w->set);
    parts_add_up(p);
    assert_true(p->changed > 0 && p->changed < p->n_accounts);
    for (size_t i = 0; i < p->n_accounts; i++) {
        const struct plan_account *a = &p->account[i];
        bool between = a->after_bp >= 4000 && a->after_bp < 5500;
        assert_int_equal(a->before_bp, a->after_bp);
        assert_int_equal(i < p->changed, between);
        assert_int_equal(a->by_cut, between);
    }
}

static void measures_that_come_and_judge_otherwise_have_their_part(void **state)
{
    struct world *w = *state;
    const struct plan *p = planned(
        w,
        card(w, "more",
             HEAD "  - name: use\n    measures:\n"
                  "      - {name: runs, metric: runs_28d, weight: 2, anchors: [{at: 0, score: 0}, "
                  "{at: 100, score: 100}]}\n"
                  "      - {name: age, metric: tenure, anchors: [{at: 0, score: 0}, {at: 300, "
                  "score: 100}]}\n"
                  "caps: [{name: young, when: [{metric: runs_28d, below: 30}], cap: 10}]\n"),
        w->set);
    parts_add_up(p);
    assert_int_equal(p->n_measures, 4);
    assert_int_equal(p->measure[0].edit, PLAN_JUDGES);
    assert_int_equal(p->measure[1].edit, PLAN_ADDED);
    assert_string_equal(p->measure[1].name, "age");
    assert_int_equal(p->measure[1].known_before, 0);
    assert_int_equal(p->measure[1].known_after, customers());
    assert_int_equal(p->measure[1].moved, p->both);
    assert_string_equal(p->measure[3].name, "caps");
    assert_true(p->spearman < 1 && p->kendall < p->spearman);
}

static void edited_metrics_are_computed_anew(void **state)
{
    struct world *w = *state;
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(w->dir, &err);
    sources_write(w->dir, "metrics.new.yaml",
                  "usage:\n"
                  "  - {name: runs, combine: sum}\n"
                  "  - {name: flag, combine: sum}\n"
                  "metrics:\n"
                  "  - {name: runs_28d, kind: sum, usage: runs, days: 14, direction: up}\n");
    g_autofree char *file = g_build_filename(w->dir, "metrics.new.yaml", NULL);
    config_replace(config, "metrics.yaml", file);
    const struct metric_set *set = metric_set_load(w->arena, config, &err);
    assert_non_null(set);
    const struct scorecard *after = scorecard_load(w->arena, config, set, "default", &err);
    assert_non_null(after);
    const struct plan *p = planned(w, after, set);
    parts_add_up(p);
    assert_int_equal(p->measure[0].edit, PLAN_JUDGES);
    assert_true(p->changed > 0);
    for (size_t i = 0; i < p->n_accounts; i++)
        assert_true(p->account[i].after_bp <= p->account[i].before_bp); /* half the days */
}

static void nothing_is_written(void **state)
{
    struct world *w = *state;
    g_autofree char *before = sources_digest(w->db);
    planned(w, card(w, "same", HEAD USE), w->set);
    g_autofree char *after = sources_digest(w->db);
    assert_string_equal(before, after);
    sources_expect(w->db, "SELECT count(*)::text FROM score.scorecard", "0");
    sources_expect(w->db, "SELECT count(*)::text FROM score.run", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_that_is_none_moves_nobody),
        cmocka_unit_test(a_moved_cut_is_named_as_such),
        cmocka_unit_test(measures_that_come_and_judge_otherwise_have_their_part),
        cmocka_unit_test(edited_metrics_are_computed_anew),
        cmocka_unit_test(nothing_is_written),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
