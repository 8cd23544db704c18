/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training on a company of monthly customers written by hand: who is in the panel, who is not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/zone.h"
#include "scoring/model.h"
#include "scoring/score.h"
#include "scoring/train.h"
#include "support/leavers.h"
#include "support/sources.h"
#include "support/warehouse.h"

static bool try_train(struct db *db, const char *dir, int32_t as_of, int64_t known,
                      struct train_summary *out, GError **err)
{
    g_autoptr(config_t) config = config_open(dir, err);
    struct train_options options = {.as_of = as_of, .known_no = known};
    return config && train_run(db, warehouse_dsn(), config, &options, out, err);
}

static struct train_summary train(struct db *db, const char *dir, int32_t as_of)
{
    g_autoptr(GError) err = NULL;
    struct train_summary summary;
    if (!try_train(db, dir, as_of, -1, &summary, &err))
        fail_msg("%s", err->message);
    return summary;
}

/* The panel by definition, counted without the code under test. */
struct expected {
    size_t rows, events, held_out, days;
};

static struct expected count_panel(const struct leavers *c, int32_t as_of)
{
    int32_t last = as_of - LEAVERS_HORIZON - LEAVERS_GAP - 1,
            first = leavers_day(2025, 1, 1) + LEAVERS_HISTORY;
    struct expected e = {0};
    for (int32_t d = last; d >= first; d -= LEAVERS_HORIZON)
        e.days++;
    int32_t test_from = last - LEAVERS_HORIZON * (int32_t)(MAX(1, e.days / 4) - 1);
    for (int32_t d = last; d >= first; d -= LEAVERS_HORIZON) {
        for (int a = 0; a < LEAVERS_ACCOUNTS; a++) {
            if (leavers_end(c, a) <= d)
                continue;
            e.rows++;
            e.events += leavers_end(c, a) <= d + LEAVERS_HORIZON;
            e.held_out += d >= test_from;
        }
    }
    return e;
}

static void the_panel_holds_customers_once_a_horizon_and_only_sure_windows(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    for (int back = 0; back <= 45; back += 15) {
        struct expected want = count_panel(&c, leavers_until() - back);
        struct train_summary s = train(db, dir, leavers_until() - back);
        assert_int_equal(s.rows, want.rows);
        assert_int_equal(s.events, want.events);
        assert_false(s.refused);
        assert_int_equal(s.held_out.n, want.held_out);
        assert_true(s.held_out.auc_low > 0.6);
    }
}

static void it_refuses_below_fifty_events_and_speaks_from_fifty_on(void **state)
{
    (void)state;
    for (int churns = 49; churns <= 50; churns++) {
        const struct leavers c = {.churns = churns, .decline = true};
        const char *dir;
        g_autoptr(db_t) db = leavers_load(&c, &dir);
        struct train_summary s = train(db, dir, leavers_until());
        assert_int_equal(s.events, churns);
        assert_int_equal(s.refused, churns < 50);
        sources_expect(db, "SELECT state FROM score.model", churns < 50 ? "refused" : "active");
        sources_expect(db, "SELECT events_used::text FROM score.model", churns < 50 ? "49" : "50");
        if (churns < 50)
            assert_non_null(strstr(s.message, "only 49 churn events, want at least 50"));
    }
    const struct leavers nobody_leaves = {0};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&nobody_leaves, &dir);
    struct train_summary s = train(db, dir, leavers_until());
    assert_true(s.refused);
    assert_int_equal(s.events, 0);
}

static void later_facts_change_no_row(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    int32_t as_of = leavers_day(2026, 1, 15);
    train(db, dir, as_of);
    g_autofree char *before = warehouse_value(db, "SELECT body::text FROM score.model");
    /* Usage of the day itself and later, contracts ended and begun by what was said from then on.
     */
    sources_write(dir, "usage_later.csv",
                  "account,day,runs,flag\na150,2026-01-15,900000,1\na151,2026-02-01,900000,1\n");
    sources_write(dir, "contracts_later.csv",
                  "id,account,start,end,arr,changed\n"
                  "k150,a150,2024-12-15,2025-09-01,100,2026-01-15\n"
                  "k000b,a000,2025-04-05,,100,2026-01-20\n");
    sources_ingest(db, dir, NULL);
    train(db, dir, as_of);
    sources_expect(db, "SELECT body::text FROM score.model ORDER BY model_id DESC LIMIT 1", before);
    /* The same statements made a day earlier do change it. */
    train(db, dir, leavers_day(2026, 2, 14));
    sources_expect(db,
                   "SELECT (count(DISTINCT sha256) = 2)::text FROM score.model WHERE state IN "
                   "('active', 'retired', 'candidate')",
                   "true");
}

static void a_metric_that_knows_the_outcome_is_refused_by_name(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .flag = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    struct train_summary s = train(db, dir, leavers_until());
    assert_true(s.refused);
    assert_non_null(strstr(s.message, "flag_28d"));
    sources_expect(db, "SELECT count(*)::text FROM score.model WHERE state = 'active'", "0");
}

static void features_can_be_chosen_and_must_exist(void **state)
{
    (void)state;
    struct leavers c = {
        .churns = 90, .flag = true, .decline = true, .model = "features: [runs_28d, tenure]"};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    assert_false(train(db, dir, leavers_until()).refused);
    sources_expect(db, "SELECT string_agg(name, ',' ORDER BY ordinal) FROM score.feature",
                   "runs_28d,tenure");
    c.model = "features: [runs_28d, runes]";
    const char *wrong = leavers_write(&c);
    g_autoptr(GError) err = NULL;
    struct train_summary s;
    assert_false(try_train(db, wrong, leavers_until(), -1, &s, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
    assert_non_null(strstr(err->message, "'runes'"));
}

static void noise_is_not_called_knowledge(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .model = "features: [runs_28d]"};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    struct train_summary s = train(db, dir, leavers_until());
    assert_true(s.held_out.auc_low < 0.5 && 0.5 < s.held_out.auc_high);
}

static void a_refusal_silences_the_model_before(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 60, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    train(db, dir, leavers_until());
    train(db, dir, leavers_until());
    sources_expect(db, "SELECT string_agg(state, ',' ORDER BY model_id) FROM score.model",
                   "retired,active");
    assert_true(train(db, dir, leavers_day(2025, 8, 1)).refused);
    sources_expect(db, "SELECT string_agg(state, ',' ORDER BY model_id) FROM score.model",
                   "retired,retired,refused");
}

/* Held-out leavers do the contrary of those it learnt from. */
static void a_model_that_loses_to_the_base_rate_does_not_speak(void **state)
{
    (void)state;
    const struct leavers c = {
        .churns = 90, .decline = true, .turns = true, .model = "features: [runs_28d]"};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    struct train_summary s = train(db, dir, leavers_until());
    assert_true(s.rivals.row[RIVAL_ENGINE].log_loss > s.rivals.row[RIVAL_BASE].log_loss);
    assert_true(s.refused);
    assert_non_null(strstr(s.message, "above that of the base rate"));
    sources_expect(db, "SELECT state FROM score.model", "refused");
}

static void what_is_not_known_yet_cannot_be_asked(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 60, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(GError) err = NULL;
    struct train_summary s;
    assert_false(try_train(db, dir, leavers_until(), 1000000, &s, &err));
    assert_true(err_is(err, KENKO_ERROR_USAGE));
    sources_expect(db, "SELECT count(*)::text FROM score.model", "0");
    if (!try_train(db, dir, leavers_until(), 0, &s, &(GError *){NULL}))
        fail_msg("training on nothing is a refusal, not an error");
    assert_true(s.refused);
    assert_int_equal(s.rows, 0);
}

/* The figures on record of the model that speaks are made better than any model's can be. */
static void praise_the_active_model(struct db *db)
{
    warehouse_sql(db, "UPDATE score.model SET evaluation = jsonb_set(evaluation, '{log_loss}', "
                      "'0.00001') WHERE state = 'active'");
}

static void a_model_that_is_worse_waits_until_it_is_promoted(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct metric_set *metrics = metric_set_load(arena, config, &err);
    assert_true(train(db, dir, leavers_until()).promoted);
    struct train_summary same = train(db, dir, leavers_until());
    assert_true(same.promoted); /* it is as good as itself */
    praise_the_active_model(db);
    struct train_summary worse = train(db, dir, leavers_until());
    assert_false(worse.refused || worse.promoted);
    assert_non_null(strstr(worse.verdict, "the model before"));
    sources_expect(db, "SELECT string_agg(state, ',' ORDER BY model_id) FROM score.model",
                   "retired,active,candidate");
    assert_true(model_promote(db, metrics, worse.model_id, &err));
    sources_expect(db, "SELECT string_agg(state, ',' ORDER BY model_id) FROM score.model",
                   "retired,retired,active");
    struct model model;
    assert_true(model_load(arena, db, metrics, 0, &model, &err));
    assert_int_equal(model.model_id, worse.model_id);
    assert_non_null(model.hazard);
}

static void what_cannot_speak_is_not_promoted(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 20};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL, missing = NULL, none = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct metric_set *metrics = metric_set_load(arena, config, &err);
    struct model model;
    struct train_summary s = train(db, dir, leavers_until());
    assert_false(model_promote(db, metrics, s.model_id, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_false(model_promote(db, metrics, 999, &missing));
    assert_true(err_is(missing, KENKO_ERROR_INPUT));
    assert_false(model_load(arena, db, metrics, 0, &model, &none));
    assert_non_null(strstr(none->message, "no model speaks"));
}

static void rivals_are_judged_on_the_same_rows(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    struct train_summary s = train(db, dir, leavers_until());
    for (int k = 0; k < RIVALS; k++) {
        assert_true(s.rivals.has[k]);
        assert_int_equal(s.rivals.row[k].n, s.held_out.n);
        assert_int_equal(s.rivals.row[k].events, s.held_out.events);
    }
    assert_true(s.rivals.row[RIVAL_BASE].auc == 0.5);
    assert_true(s.rivals.row[RIVAL_ENGINE].log_loss < s.rivals.row[RIVAL_BASE].log_loss);
    json_t *root = rival_save(&s.rivals);
    struct rival_table again;
    rival_load(root, &again);
    json_decref(root);
    assert_true(again.row[RIVAL_HEALTH].auc == s.rivals.row[RIVAL_HEALTH].auc);
    assert_true(isnan(again.row[RIVAL_BASE].slope));
}

/* The published risk is the stored contributions' own. */
static void the_published_risk_follows_from_its_contributions(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    train(db, dir, leavers_until());
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    int32_t as_of = leavers_until();
    struct score_options options = {&as_of, 1, -1, NULL, true};
    struct score_summary summary;
    if (!score_run(db, warehouse_dsn(), config, &options, &summary, &err))
        fail_msg("%s", err->message);
    assert_int_equal(summary.accounts, LEAVERS_ACCOUNTS - 90);
    sources_expect(
        db,
        "SELECT count(*)::text FROM score.account_score AS s WHERE abs(p_churn_1e9 - 1e9 * (1 - "
        "power(1 - 1 / (1 + exp(-(SELECT sum(c) FROM unnest(risk_contribution) AS c))), 3))) <= 1 "
        "AND p_lower_1e9 <= p_churn_1e9 AND p_churn_1e9 <= p_upper_1e9",
        "110");
    /* The hazard is even where no contract ends: the other spans follow from that of 90 days. */
    sources_expect(db,
                   "SELECT count(*)::text FROM bi.account_current AS s WHERE p_churn_renewal IS "
                   "NULL AND abs(ln(1 - p_churn_30d) * 3 - ln(1 - p_churn_90d)) < 1e-7 "
                   "AND abs(ln(1 - p_churn_180d) / 2 - ln(1 - p_churn_90d)) < 1e-7 "
                   "AND p_churn_30d_lower < p_churn_30d AND p_churn_180d < p_churn_180d_upper "
                   "AND p_churn_30d < p_churn_180d",
                   "110");
    sources_expect(db,
                   "SELECT count(*)::text FROM bi.account_current AS s WHERE "
                   "abs(remaining_arr_365d - arr * (1 - power(1 - p_churn_90d, 365 / 90.0)) / "
                   "(-ln(1 - p_churn_90d) * 365 / 90.0)) <= arr * 1e-6 "
                   "AND remaining_arr_365d_lower <= remaining_arr_365d",
                   "110");
    sources_expect(db, "SELECT sum(violations)::text FROM ops.invariant", "0");
}

/* The usage files end on the day of training: forty days later nothing runs any more. */
static void on_days_unlike_those_it_was_judged_on_the_scorecard_speaks_alone(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 90, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    train(db, dir, leavers_until());
    const int32_t days[] = {leavers_until() - 60, leavers_until() + 40};
    struct score_options options = {days, 2, -1, NULL, true, NULL};
    struct score_summary summary;
    if (!score_run(db, warehouse_dsn(), config, &options, &summary, &err))
        fail_msg("%s", err->message);
    assert_non_null(strstr(summary.message, "the churn model is silent"));
    sources_expect(
        db,
        "SELECT string_agg((model_id IS NULL)::text || ' ' || (model_message <> '')::text, "
        "', ' ORDER BY as_of) FROM score.run",
        "false false, true true");
    sources_expect(db,
                   "SELECT string_agg(n::text, ',' ORDER BY as_of) FROM (SELECT as_of, "
                   "count(p_churn_1e9) FILTER (WHERE risk_contribution IS NOT NULL) > 0 AS n FROM "
                   "score.account_score GROUP BY as_of) AS t",
                   "true,false");
    sources_expect(db,
                   "SELECT (count(*) > 100)::text FROM score.account_score WHERE health_bp IS NOT "
                   "NULL AND as_of = (SELECT min(as_of) FROM score.account_score)",
                   "true");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_panel_holds_customers_once_a_horizon_and_only_sure_windows),
        cmocka_unit_test(it_refuses_below_fifty_events_and_speaks_from_fifty_on),
        cmocka_unit_test(later_facts_change_no_row),
        cmocka_unit_test(a_metric_that_knows_the_outcome_is_refused_by_name),
        cmocka_unit_test(features_can_be_chosen_and_must_exist),
        cmocka_unit_test(noise_is_not_called_knowledge),
        cmocka_unit_test(a_refusal_silences_the_model_before),
        cmocka_unit_test(a_model_that_loses_to_the_base_rate_does_not_speak),
        cmocka_unit_test(what_is_not_known_yet_cannot_be_asked),
        cmocka_unit_test(a_model_that_is_worse_waits_until_it_is_promoted),
        cmocka_unit_test(what_cannot_speak_is_not_promoted),
        cmocka_unit_test(rivals_are_judged_on_the_same_rows),
        cmocka_unit_test(on_days_unlike_those_it_was_judged_on_the_scorecard_speaks_alone),
        cmocka_unit_test(the_published_risk_follows_from_its_contributions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
