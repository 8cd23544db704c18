/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/blas.h"
#include "scoring/evaluate.h"
#include "scoring/hazard.h"
#include "scoring/metric_internal.h"
#include "support/warehouse.h"

/* Metrics of the panel below. */
enum { RUNS, SHARE, SILENT, CONSTANT, NEVER, TWIN, RENEWAL, METRICS };
enum { ROWS = 4000 };

static struct metric metric[METRICS];
static const char *usage[] = {"runs", "failed"};
static const struct metric_set set = {
    .n_metrics = METRICS, .n_usage = 2, .metric = metric, .usage = usage, .gap_days = 7};
static double value[ROWS * METRICS], y[ROWS], truth[ROWS];
static int32_t as_of[ROWS];
static struct panel panel = {
    .n = ROWS, .n_metrics = METRICS, .value = value, .y = y, .as_of = as_of};

/* Churn follows runs (log), share and the due month; SILENT is missing for a fifth, which churns
 * more; TWIN is RUNS again. */
static int make_panel(void **state)
{
    (void)state;
    blas_prepare(stderr);
    static const char *const names[] = {"runs",  "share", "silent", "constant",
                                        "never", "twin",  "renewal"};
    g_autoptr(GRand) rand = g_rand_new_with_seed(17);
    for (size_t m = 0; m < METRICS; m++)
        metric[m] = (struct metric){.info = {names[m], names[m], "", "", "none"},
                                    .kind = m == RENEWAL ? KIND_DAYS_TO_RENEWAL : KIND_SUM,
                                    .usage = m == RENEWAL ? -1 : 0,
                                    .good = -1,
                                    .total = -1,
                                    .days = 28};
    for (size_t i = 0; i < ROWS; i++) {
        double *v = value + i * METRICS;
        v[RUNS] = exp(g_rand_double_range(rand, 0, 8));
        v[SHARE] = g_rand_double(rand);
        v[SILENT] = i % 5 == 0 ? NAN : g_rand_double(rand);
        v[CONSTANT] = 42;
        v[NEVER] = NAN;
        v[TWIN] = v[RUNS];
        v[RENEWAL] = i % 11 == 0 ? NAN : g_rand_int_range(rand, 1, 366);
        double eta = -1.5 - 0.4 * log1p(v[RUNS]) + 2 * v[SHARE] + (i % 5 == 0) +
                     (v[RENEWAL] <= 30 ? 1.5 : 0);
        truth[i] = 1 / (1 + exp(-eta));
        y[i] = g_rand_double(rand) < truth[i];
        as_of[i] = (int32_t)(20000 + i / 100 * 30);
    }
    return 0;
}

static const struct hazard_options compact = {
    .horizon_days = 30, .ridge = 1, .mode = ADDITIVE_COMPACT, .threads = 2};

static struct hazard_model *fitted(struct arena *arena)
{
    g_autoptr(GError) err = NULL;
    struct hazard_model *model = hazard_fit(arena, &set, &panel, NULL, &compact, &err);
    if (!model)
        fail_msg("%s", err->message);
    return model;
}

/* One row, one span. */
static void predict(const struct hazard_model *model, const double *row, int days,
                    struct hazard_risk *out, double *contribution)
{
    hazard_predict(model, row, 1, &days, 1, out, contribution);
}

static void expect_sums(const struct hazard_model *model, double tolerance)
{
    static double contribution[ROWS * (METRICS + 1)];
    static struct hazard_risk risk[ROWS];
    size_t q = hazard_features(model) + 1;
    hazard_predict(model, value, ROWS, &(int){30}, 1, risk, contribution);
    for (size_t i = 0; i < ROWS; i++) {
        double sum = 0, odds = log(risk[i].p / (1 - risk[i].p));
        for (size_t f = 0; f < q; f++)
            sum += contribution[i * q + f];
        if (fabs(sum - odds) > tolerance * fmax(1, fabs(odds)))
            fail_msg("row %zu: contributions are %.17g, log-odds %.17g", i, sum, odds);
        assert_true(0 < risk[i].low && risk[i].low < risk[i].p && risk[i].p < risk[i].high &&
                    risk[i].high < 1);
    }
}

static void contributions_add_up_to_the_log_odds(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    expect_sums(fitted(arena), 1e-12);
}

static void so_they_do_with_boosted_tables(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_options full = compact;
    full.mode = ADDITIVE_FULL;
    struct hazard_model *model = hazard_fit(arena, &set, &panel, NULL, &full, NULL);
    assert_non_null(model);
    assert_true(hazard_summary(model)->trees > 0);
    expect_sums(model, 1e-10);
}

static void predictions_add_up_to_what_happened_and_rank_nearly_as_the_truth(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_model *model = fitted(arena);
    double p[ROWS], sum = 0, events = 0;
    static struct hazard_risk risk[ROWS];
    hazard_predict(model, value, ROWS, &(int){30}, 1, risk, NULL);
    for (size_t i = 0; i < ROWS; i++) {
        p[i] = risk[i].p;
        sum += p[i];
        events += y[i];
    }
    /* Of one fit without a penalty on the intercept it is an equation; means of five come near. */
    assert_true(fabs(sum - events) < 0.01 * events);
    struct evaluation e, best;
    evaluate_probabilities(arena, p, y, ROWS, &e);
    evaluate_probabilities(arena, truth, y, ROWS, &best);
    assert_true(e.auc > best.auc - 0.01);
    assert_true(e.log_loss < best.log_loss + 0.005);
}

static void what_says_nothing_is_no_feature_and_a_twin_adds_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_model *model = fitted(arena);
    static double contribution[ROWS * (METRICS + 1)];
    static struct hazard_risk risk[ROWS];
    double most[METRICS] = {0};
    size_t q = hazard_features(model) + 1;
    hazard_predict(model, value, ROWS, &(int){30}, 1, risk, contribution);
    for (size_t f = 0; f + 1 < q; f++) {
        size_t m = hazard_feature_metric(model, f);
        assert_true(m != CONSTANT && m != NEVER);
        for (size_t i = 0; i < ROWS; i++)
            most[m] = fmax(most[m], fabs(contribution[i * q + f]));
    }
    assert_true(most[RUNS] > 0.5 && most[SHARE] > 0.5 && most[SILENT] > 0.5 && most[RENEWAL] > 0.5);
    assert_true(most[TWIN] < most[RUNS] / 4);
}

static void rows_are_predicted_alike_alone_and_together(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_model *model = fitted(arena);
    static double contribution[ROWS * (METRICS + 1)];
    static struct hazard_risk all[ROWS * 2];
    const int days[] = {30, HAZARD_AT_RENEWAL};
    static struct hazard_risk each[ROWS];
    static int of_row[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        of_row[i] = days[i % 2];
    size_t q = hazard_features(model) + 1;
    hazard_predict(model, value, ROWS, days, 2, all, contribution);
    hazard_predict_each(model, value, ROWS, of_row, each);
    for (size_t i = 0; i < ROWS; i += 211) {
        double own[METRICS + 1];
        struct hazard_risk one[2];
        hazard_predict(model, value + i * METRICS, 1, days, 2, one, own);
        assert_memory_equal(&one[i % 2], &each[i], sizeof *each);
        assert_memory_equal(one, all + 2 * i, sizeof one);
        assert_memory_equal(own, contribution + i * q, q * sizeof *own);
    }
}

static void what_an_end_of_contract_adds_falls_on_its_day(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_model *model = fitted(arena);
    const int days[] = {9, 10, 11, 30, HAZARD_AT_RENEWAL};
    struct hazard_risk risk[5], none[5];
    double row[METRICS];
    memcpy(row, value + METRICS, sizeof row);
    row[RENEWAL] = 10;
    hazard_predict(model, row, 1, days, 5, risk, NULL);
    double daily = -log1p(-risk[0].p) / 9, jump = log1p(-risk[0].p) - log1p(-risk[1].p);
    assert_true(jump > 5 * daily);
    assert_true(fabs(log1p(-risk[1].p) - log1p(-risk[2].p) - daily) < 1e-9);
    assert_true(risk[4].p == risk[1].p);
    row[RENEWAL] = NAN;
    hazard_predict(model, row, 1, days, 5, none, NULL);
    assert_true(isnan(none[4].p) && isnan(none[4].low) && none[3].p > 0);
    assert_true(fabs(log1p(-none[1].p) * 3 - log1p(-none[3].p)) < 1e-9);
}

static void calibration_moves_log_odds_and_contributions_alike(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_model *model = fitted(arena);
    struct hazard_risk before, after;
    double contribution[METRICS + 1], sum = 0;
    predict(model, value, 30, &before, NULL);
    hazard_calibrate(model, 0.5, 0.8);
    predict(model, value, 30, &after, contribution);
    for (size_t f = 0; f <= hazard_features(model); f++)
        sum += contribution[f];
    assert_true(fabs(log(after.p / (1 - after.p)) - (0.5 + 0.8 * log(before.p / (1 - before.p)))) <
                1e-9);
    assert_true(fabs(sum - log(after.p / (1 - after.p))) < 1e-9);
    g_autofree char *text = hazard_save(model);
    struct hazard_risk again;
    predict(hazard_load(arena, &set, text, NULL), value, 30, &again, NULL);
    assert_memory_equal(&again, &after, sizeof after);
}

static void a_missing_value_is_its_own_sign_and_never_zero(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_model *model = fitted(arena);
    struct hazard_risk with, without;
    double row[METRICS];
    memcpy(row, value + METRICS, sizeof row);
    predict(model, row, 30, &with, NULL);
    row[SILENT] = NAN;
    predict(model, row, 30, &without, NULL);
    assert_true(without.p > 1.5 * with.p);
}

static void longer_is_riskier_and_a_renewal_comes_nearer(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_model *model = fitted(arena);
    struct hazard_risk risk, before = {0}, far, near;
    double row[METRICS];
    memcpy(row, value + METRICS, sizeof row);
    row[RENEWAL] = 300;
    for (int days = 30; days <= 180; days += 30, before = risk) {
        predict(model, row, days, &risk, NULL);
        assert_true(risk.p > before.p && risk.low >= before.low && risk.high >= before.high);
    }
    predict(model, row, 90, &far, NULL);
    row[RENEWAL] = 75; /* in the third month */
    predict(model, row, 90, &near, NULL);
    assert_true(near.p > 1.3 * far.p);
    /* A contract that ends on the last day of a period ends in it, one a day later in the next. */
    const int ends[] = {30, 31, 60, 61, 90, 91}, periods[] = {1, 2, 2, 3, 3, 0};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        row[RENEWAL] = ends[i];
        for (int k = 1; k <= 3; k++) {
            predict(model, row, 30 * k, &near, NULL);
            row[RENEWAL] = 300;
            predict(model, row, 30 * k, &far, NULL);
            row[RENEWAL] = ends[i];
            assert_int_equal(near.p > far.p, periods[i] > 0 && k >= periods[i]);
        }
    }
}

/* The area under the curve of the days' own risks, by trapezoids; a renewal's day is a jump that
 * whole days see to a day. */
static double area_by_days(const struct hazard_model *model, const double *row)
{
    struct hazard_risk risk[HAZARD_STAY_DAYS];
    int days[HAZARD_STAY_DAYS];
    double area = 0, before = 1;
    for (int d = 0; d < HAZARD_STAY_DAYS; d++)
        days[d] = d + 1;
    hazard_predict(model, row, 1, days, HAZARD_STAY_DAYS, risk, NULL);
    for (int d = 0; d < HAZARD_STAY_DAYS; d++) {
        area += (before + 1 - risk[d].p) / 2;
        before = 1 - risk[d].p;
    }
    return area / HAZARD_STAY_DAYS;
}

static void the_share_stayed_is_the_area_under_the_curve(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct hazard_model *model = fitted(arena);
    const double renewals[] = {NAN, 20, 30, 31, 200, 360, 365, 400, 1000};
    double row[METRICS], without = 0;
    memcpy(row, value + METRICS, sizeof row);
    for (size_t i = 0; i < G_N_ELEMENTS(renewals); i++) {
        struct hazard_risk stay;
        row[RENEWAL] = renewals[i];
        predict(model, row, HAZARD_STAY, &stay, NULL);
        assert_true(0 < stay.low && stay.low < stay.p && stay.p < stay.high && stay.high < 1);
        assert_true(fabs(stay.p - area_by_days(model, row)) < 1e-3);
        if (i == 0)
            without = stay.p;
        /* What ends beyond the year costs nothing within it, what ends soon costs most. */
        if (renewals[i] > 395)
            assert_true(fabs(stay.p - without) < 0.02);
        if (renewals[i] == 20)
            assert_true(stay.p < without);
    }
}

/* As the warehouse gives it back: jsonb keeps numbers but not how they were written. */
static void a_stored_model_predicts_to_the_same_bit(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct hazard_model *model = fitted(arena);
    g_autofree char *text = hazard_save(model);
    g_autofree char *query = g_strdup_printf("SELECT ('%s'::jsonb)::text", text);
    g_autofree char *stored = warehouse_value(db, query);
    struct hazard_model *again = hazard_load(arena, &set, stored, &err);
    if (!again)
        fail_msg("%s", err->message);
    assert_int_equal(hazard_horizon(again), 30);
    static double a[ROWS * (METRICS + 1)], b[ROWS * (METRICS + 1)];
    static struct hazard_risk x[ROWS], z[ROWS];
    hazard_predict(model, value, ROWS, &(int){90}, 1, x, a);
    hazard_predict(again, value, ROWS, &(int){90}, 1, z, b);
    assert_memory_equal(x, z, sizeof x);
    assert_memory_equal(a, b, ROWS * (hazard_features(model) + 1) * sizeof *a);
    g_autofree char *text_again = hazard_save(again);
    assert_string_equal(text_again, text);
}

static void large_numbers_come_back_from_the_warehouse(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(db_t) db = warehouse_open();
    static double big[ROWS * METRICS];
    memcpy(big, value, sizeof big);
    for (size_t i = 0; i < ROWS; i++)
        big[i * METRICS + SHARE] *= 1e25; /* an integer beyond 64 bits once jsonb wrote it */
    struct panel wide = panel;
    wide.value = big;
    struct hazard_model *model = hazard_fit(arena, &set, &wide, NULL, &compact, NULL);
    assert_non_null(model);
    g_autofree char *text = hazard_save(model);
    g_autofree char *query = g_strdup_printf("SELECT ('%s'::jsonb)::text", text);
    g_autofree char *stored = warehouse_value(db, query);
    struct hazard_model *again = hazard_load(arena, &set, stored, NULL);
    assert_non_null(again);
    struct hazard_risk x, z;
    predict(model, big, 30, &x, NULL);
    predict(again, big, 30, &z, NULL);
    assert_memory_equal(&x, &z, sizeof x);
}

static void a_model_of_other_metrics_is_refused(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *text = hazard_save(fitted(arena));
    const struct metric kept = metric[SHARE];
    for (int what = 0; what < 5; what++) {
        g_autoptr(GError) err = NULL;
        metric[SHARE] = kept;
        if (what == 0)
            metric[SHARE].info.name = "another";
        if (what == 1)
            metric[SHARE].days = 7;
        if (what == 2)
            metric[SHARE].usage = 1;
        const char *body = what == 3   ? "{\"horizon_days\": 30, \"columns\": ["
                           : what == 4 ? "{\"horizon_days\": 30, \"columns\": [], \"beta\": [1]}"
                                       : text;
        struct hazard_model *model = hazard_load(arena, &set, body, &err);
        metric[SHARE] = kept;
        assert_null(model);
        assert_true(err_is(err, KENKO_ERROR_CONFLICT));
        assert_non_null(strstr(err->message, "train again"));
        assert_non_null(
            strstr(err->message, what < 3 ? "does not fit metrics.yaml" : "another version"));
    }
}

/* The share makes churn more likely; declared the other way round and held to it, it may not. */
static void a_monotone_metric_goes_as_it_is_declared(void **state)
{
    (void)state;
    for (int healthy = 0; healthy < 2; healthy++) {
        g_autoptr(arena_t) arena = arena_new();
        double row[METRICS], first = 0, last = 0;
        metric[SHARE].info.monotone = true;
        metric[SHARE].info.direction = healthy ? "up" : "down";
        struct hazard_model *model = fitted(arena);
        metric[SHARE].info.monotone = false;
        metric[SHARE].info.direction = "none";
        memcpy(row, value, sizeof row);
        for (int i = 0; i <= 100; i++) {
            struct hazard_risk risk;
            row[SHARE] = i / 100.0;
            predict(model, row, 30, &risk, NULL);
            if (i > 0)
                assert_true(healthy ? risk.p <= last + 1e-12 : risk.p >= last - 1e-12);
            first = i > 0 ? first : risk.p;
            last = risk.p;
        }
        assert_true(healthy ? first - last < 0.01 : last - first > 0.05);
    }
}

static void only_rows_in_use_teach(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    static uint8_t use[ROWS];
    static double other[ROWS * METRICS], other_y[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        use[i] = i < ROWS / 2;
    memcpy(other, value, sizeof other);
    memcpy(other_y, y, sizeof other_y);
    for (size_t i = ROWS / 2; i < ROWS; i++) {
        other_y[i] = 1 - y[i];
        other[i * METRICS + RUNS] = 1e9;
    }
    struct panel changed = panel;
    changed.value = other;
    changed.y = other_y;
    g_autofree char *a = hazard_save(hazard_fit(arena, &set, &panel, use, &compact, NULL));
    g_autofree char *b = hazard_save(hazard_fit(arena, &set, &changed, use, &compact, NULL));
    assert_string_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contributions_add_up_to_the_log_odds),
        cmocka_unit_test(so_they_do_with_boosted_tables),
        cmocka_unit_test(predictions_add_up_to_what_happened_and_rank_nearly_as_the_truth),
        cmocka_unit_test(what_says_nothing_is_no_feature_and_a_twin_adds_nothing),
        cmocka_unit_test(rows_are_predicted_alike_alone_and_together),
        cmocka_unit_test(what_an_end_of_contract_adds_falls_on_its_day),
        cmocka_unit_test(calibration_moves_log_odds_and_contributions_alike),
        cmocka_unit_test(a_missing_value_is_its_own_sign_and_never_zero),
        cmocka_unit_test(longer_is_riskier_and_a_renewal_comes_nearer),
        cmocka_unit_test(the_share_stayed_is_the_area_under_the_curve),
        cmocka_unit_test(a_stored_model_predicts_to_the_same_bit),
        cmocka_unit_test(large_numbers_come_back_from_the_warehouse),
        cmocka_unit_test(a_model_of_other_metrics_is_refused),
        cmocka_unit_test(a_monotone_metric_goes_as_it_is_declared),
        cmocka_unit_test(only_rows_in_use_teach),
    };
    return cmocka_run_group_tests(tests, make_panel, NULL);
}
